//! Which certificate serves for what is asked, and what is missing of one that does not.

use crate::id::{DemandIx, OfferIx, StandardIx};
use crate::linkage::{Holding, Judge};
use crate::market::standard::Span;
use crate::market::{CertificateStatus, covers};
use crate::plan::explain::{CertificateUse, Held, Shortcoming};
use crate::units::{Date, Window};

/// Every standard that the demand asks for and the offer satisfies, with the certificate that serves.
pub(super) fn uses(judge: &Judge, offer: OfferIx, demand: DemandIx) -> Vec<CertificateUse> {
    let days = judge.days(judge.shared(offer, demand).unwrap_or(None));
    let required = judge.holdings.requires(demand).iter().map(|s| (*s, true));
    let preferred = judge.holdings.prefers(demand).iter().map(|s| (*s, false));
    required
        .chain(preferred)
        .filter_map(|(standard, required)| {
            // The shortest chain explains best.
            let holding = judge.serving(offer, demand, standard, days).min_by_key(|h| h.links.len())?;
            Some(describe(judge, offer, &holding, standard, required))
        })
        .collect()
}

fn describe(
    judge: &Judge,
    offer: OfferIx,
    holding: &Holding,
    asked: StandardIx,
    required: bool,
) -> CertificateUse {
    let market = judge.market();
    let catalogue = market.catalogue();
    let certificate =
        &market.cooperative(market.cooperative_of(offer)).certificates[holding.certificate as usize];
    let via = holding.links.iter().map(|&link| {
        let acceptance = &catalogue.acceptances()[link as usize];
        (acceptance.asked.clone(), acceptance.kind, acceptance.basis.clone())
    });
    CertificateUse {
        asked: catalogue.standard_entry(asked).id.clone(),
        required,
        held: certificate.standard.clone(),
        valid_until: certificate.valid_until,
        via: via.collect(),
    }
}

/// What the offer lacks of what the demand requires.
pub(super) fn missing(judge: &Judge, offer: OfferIx, demand: DemandIx) -> Vec<Shortcoming> {
    let market = judge.market();
    let day = market.as_of();
    let window = judge.shared(offer, demand).unwrap_or(None).unwrap_or(Window::new(day, day));
    let days = judge.days(Some(window));
    let lacking = judge.holdings.requires(demand).iter();
    lacking
        .filter(|standard| judge.serving(offer, demand, **standard, days).next().is_none())
        .map(|&standard| Shortcoming {
            standard: market.catalogue().standard_entry(standard).id.clone(),
            from: window.from,
            until: window.to,
            state: state(judge, offer, demand, standard, days),
        })
        .collect()
}

fn state(judge: &Judge, offer: OfferIx, demand: DemandIx, standard: StandardIx, days: Span) -> Held {
    let market = judge.market();
    let market_equivalents = market.demand(demand).accepts_market_equivalents;
    let covered = |holding: &Holding| {
        holding.span.and(days).map_or(0, |both| i64::from(both.until) - i64::from(both.from) + 1)
    };
    let own = judge.holdings.of(offer, market_equivalents).filter(|h| h.standard == standard);
    if let Some(best) = own.max_by_key(covered) {
        let cooperative = market.cooperative(market.cooperative_of(offer));
        let certificate = &cooperative.certificates[best.certificate as usize];
        let held = certificate.standard.clone();
        let from = (best.span.from > days.from).then(|| Date::from_number(best.span.from));
        let until = (best.span.until < days.until).then(|| Date::from_number(best.span.until));
        // Where the certificate itself covers the days, extending it would not help.
        return if Span::of(certificate.valid_from, certificate.valid_until).contains(days) {
            Held::AcceptanceLapses { held, from, until }
        } else {
            Held::PartOfTheDays { held, from, until }
        };
    }
    let id = &market.catalogue().standard_entry(standard).id;
    let offer_parts = market.offer(offer);
    let held = &market.cooperative(market.cooperative_of(offer)).certificates;
    let mut same = held.iter().filter(|certificate| certificate.standard == *id);
    if let Some(stopped) = same.clone().find(|c| c.status != CertificateStatus::Active) {
        return Held::NotInForce { status: stopped.status };
    }
    if same
        .clone()
        .any(|c| !c.products.is_empty() && !c.products.iter().any(|p| covers(p, &offer_parts.product)))
    {
        return Held::OtherProducts;
    }
    if same.next().is_some() { Held::NotThisLot } else { Held::Nothing }
}
