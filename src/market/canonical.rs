//! The canonical form of a market: one form for every way of writing the same thing.
//!
//! Lists sorted by id, nested lists sorted with repetitions dropped (validation has warned of them), and
//! what equals its default left out. The market digest is taken of this form.

use crate::market::{Cooperative, Demand, Enterprise, MarketParts, Offer, Place};

pub(super) fn canonical(mut parts: MarketParts) -> MarketParts {
    parts.cooperatives.iter_mut().for_each(cooperative);
    parts.enterprises.iter_mut().for_each(enterprise);
    parts.cooperatives.sort_by(|a, b| a.id.cmp(&b.id));
    parts.enterprises.sort_by(|a, b| a.id.cmp(&b.id));
    let places: Vec<(String, Place)> =
        parts.cooperatives.iter().map(|c| (c.id.clone(), c.place.clone())).collect();
    for offer in &mut parts.offers {
        offer.place.iter_mut().for_each(place);
        drop_home(&mut offer.place, &offer.cooperative, &places);
        self::offer(offer);
    }
    let places: Vec<(String, Place)> =
        parts.enterprises.iter().map(|e| (e.id.clone(), e.place.clone())).collect();
    for demand in &mut parts.demands {
        demand.place.iter_mut().for_each(place);
        drop_home(&mut demand.place, &demand.enterprise, &places);
        self::demand(demand);
    }
    parts.offers.sort_by(|a, b| a.id.cmp(&b.id));
    parts.demands.sort_by(|a, b| a.id.cmp(&b.id));
    set(&mut parts.contracts);
    set(&mut parts.exclusions);
    set(&mut parts.barred);
    parts.relations.iter_mut().for_each(|relation| relation.reliability += 0.0);
    parts.relations.sort_by(|a, b| (&a.cooperative, &a.enterprise).cmp(&(&b.cooperative, &b.enterprise)));
    let additions = &mut parts.catalogue;
    additions.products.sort_by(|a, b| a.id.cmp(&b.id));
    additions.standards.sort_by(|a, b| a.id.cmp(&b.id));
    for place in &mut additions.places {
        place.lat += 0.0;
        place.lon += 0.0;
    }
    additions.places.sort_by(|a, b| a.id.cmp(&b.id));
    set(&mut additions.acceptances);
    parts
}

fn set<T: Ord>(list: &mut Vec<T>) {
    list.sort();
    list.dedup();
}

/// Minus zero is zero.
fn place(place: &mut Place) {
    if let Place::Point { lat, lon } = place {
        *lat += 0.0;
        *lon += 0.0;
    }
}

fn cooperative(cooperative: &mut Cooperative) {
    place(&mut cooperative.place);
    cooperative.name.take_if(|name| *name == cooperative.id);
    set(&mut cooperative.tags);
    for certificate in &mut cooperative.certificates {
        set(&mut certificate.products);
    }
    cooperative.certificates.sort();
}

fn enterprise(enterprise: &mut Enterprise) {
    place(&mut enterprise.place);
    enterprise.name.take_if(|name| *name == enterprise.id);
    set(&mut enterprise.tags);
}

fn offer(offer: &mut Offer) {
    set(&mut offer.seeks);
    if let Some(certified) = &mut offer.certified {
        set(certified);
    }
}

fn demand(demand: &mut Demand) {
    set(&mut demand.requires);
    set(&mut demand.prefers);
    set(&mut demand.provides);
    demand.substitutes.iter_mut().for_each(|substitute| substitute.fit += 0.0);
    demand.max_distance.iter_mut().for_each(|limit| limit.0 += 0.0);
    demand.substitutes.sort_by(|a, b| a.product.cmp(&b.product).then(a.fit.total_cmp(&b.fit)));
    demand.substitutes.dedup();
}

/// A place that is its party's own is the default.
fn drop_home(place: &mut Option<Place>, party: &str, homes: &[(String, Place)]) {
    place.take_if(|place| {
        homes.binary_search_by(|(id, _)| id.as_str().cmp(party)).is_ok_and(|at| homes[at].1 == *place)
    });
}
