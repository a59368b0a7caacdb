//! Offers and demands.

use super::{Check, Positions};
use crate::error::Issue;
use crate::units::Kg;

pub(super) fn offers<'a>(check: &mut Check<'a>, cooperatives: &Positions) -> Positions<'a> {
    let list = &check.parts.offers;
    let ids = check.ids("offers", list.iter().map(|o| o.id.as_str()));
    for (i, offer) in list.iter().enumerate() {
        check.reference("cooperative", &offer.cooperative, cooperatives, || {
            format!("/offers/{i}/cooperative")
        });
        check.product(&offer.product, || format!("/offers/{i}/product"));
        check.mass(offer.volume, 1, || format!("/offers/{i}/volume_kg"));
        min_lot(check, offer.min_lot, offer.volume, || format!("/offers/{i}/min_lot_kg"));
        if let Some(ask) = offer.ask {
            check.at_least(ask.0.into(), 1, "a price", || format!("/offers/{i}/ask_vnd_per_kg"));
        }
        check.window(offer.available, || format!("/offers/{i}/available"));
        if let Some(place) = &offer.place {
            check.place(place, || format!("/offers/{i}/place"));
        }
        if let Some(certified) = &offer.certified {
            check.standards(certified, || format!("/offers/{i}/certified"));
        }
        check.words(&offer.seeks, || format!("/offers/{i}/seeks"));
        if let Some(limit) = offer.max_buyers {
            check.at_least(limit.into(), 1, "a number of buyers", || format!("/offers/{i}/max_buyers"));
        }
    }
    check.total("offers", list.iter().map(|o| o.volume));
    ids
}

pub(super) fn demands<'a>(check: &mut Check<'a>, enterprises: &Positions) -> Positions<'a> {
    let list = &check.parts.demands;
    let ids = check.ids("demands", list.iter().map(|d| d.id.as_str()));
    for (i, demand) in list.iter().enumerate() {
        check.reference("enterprise", &demand.enterprise, enterprises, || format!("/demands/{i}/enterprise"));
        check.product(&demand.product, || format!("/demands/{i}/product"));
        check.mass(demand.volume, 1, || format!("/demands/{i}/volume_kg"));
        min_lot(check, demand.min_lot, demand.volume, || format!("/demands/{i}/min_lot_kg"));
        if let Some(bid) = demand.bid {
            check.at_least(bid.0.into(), 1, "a price", || format!("/demands/{i}/bid_vnd_per_kg"));
        }
        check.window(demand.needed, || format!("/demands/{i}/needed"));
        if let Some(place) = &demand.place {
            check.place(place, || format!("/demands/{i}/place"));
        }
        check.standards(&demand.requires, || format!("/demands/{i}/requires"));
        check.standards(&demand.prefers, || format!("/demands/{i}/prefers"));
        if let Some(limit) = demand.max_distance.filter(|limit| !(limit.0 >= 0.0 && limit.0.is_finite())) {
            let pointer = format!("/demands/{i}/max_distance_km");
            let message = "a distance is a finite number of km, 0 or more";
            check.push(
                Issue::error("out_of_range", pointer, message, "Correct it or leave it out.").found(limit.0),
            );
        }
        for (j, substitute) in demand.substitutes.iter().enumerate() {
            check.product(&substitute.product, || format!("/demands/{i}/substitutes/{j}/product"));
            check.fraction(substitute.fit, "a fit", || format!("/demands/{i}/substitutes/{j}/fit"));
        }
        check.words(&demand.provides, || format!("/demands/{i}/provides"));
        if let Some(limit) = demand.max_suppliers {
            check
                .at_least(limit.into(), 1, "a number of suppliers", || format!("/demands/{i}/max_suppliers"));
        }
    }
    check.total("demands", list.iter().map(|d| d.volume));
    ids
}

fn min_lot(check: &mut Check, lot: Kg, volume: Kg, pointer: impl Fn() -> String) {
    check.mass(lot, 1, &pointer);
    if lot > volume && volume >= Kg::ONE {
        let message = format!("the minimum lot is above the volume of {volume}, so nothing can be traded");
        check.push(Issue::warning("lot_above_volume", pointer(), message, "Lower the lot.").found(lot.0));
    }
}
