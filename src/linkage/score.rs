//! Criteria and scores of a pair, each side in its own view.
//!
//! Sums run in the order of [`Criterion::ALL`](crate::Criterion::ALL) in `f64`; the three scores are each
//! rounded once to micro-units, and mechanisms see nothing else.

use crate::market::{Demand, Offer};
use crate::policy::{PerCriterion, Policy};
use crate::units::{Metres, Score, Window};

/// A criterion's value in the cooperative's and in the enterprise's view, in [0, 1].
pub(crate) type Values = PerCriterion<[f64; 2]>;

/// What the values of a pair are computed from.
pub(crate) struct Facts<'a> {
    pub(crate) offer: &'a Offer,
    pub(crate) demand: &'a Demand,
    /// 1, or the fit of the substitute.
    pub(crate) fit: f64,
    /// How many of the demand's preferred standards are held.
    pub(crate) preferred_held: usize,
    pub(crate) distance: Metres,
    /// Shared days; `None` where neither side has a window.
    pub(crate) shared: Option<Window>,
    pub(crate) reliability: f64,
}

/// The three scores of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scores {
    pub(crate) joint: Score,
    pub(crate) cooperative: Score,
    pub(crate) enterprise: Score,
}

/// The distance that rules and criteria see, in km.
pub(crate) fn road_km(distance: Metres, policy: &Policy) -> f64 {
    f64::from(distance.0) * policy.road_factor / 1000.0
}

#[expect(
    clippy::cast_precision_loss,
    reason = "masses, prices, days and counts here are below 2^53 or only compared"
)]
fn ratio(part: i64, whole: i64) -> f64 {
    part as f64 / whole as f64
}

/// `held` of `all`, or 1 where there is nothing to hold.
fn share(held: usize, all: usize) -> f64 {
    if all == 0 {
        1.0
    } else {
        ratio(held.try_into().unwrap_or(i64::MAX), all.try_into().unwrap_or(i64::MAX))
    }
}

#[expect(clippy::cast_precision_loss, reason = "prices beyond 2^53 VND lose digits that no score can show")]
fn margin(bid: i64, ask: i64, base: i64, full_margin: f64) -> f64 {
    ((bid as f64 - ask as f64) / (base as f64 * full_margin)).clamp(0.0, 1.0)
}

/// The values of every criterion.
pub(crate) fn values(facts: &Facts, policy: &Policy) -> Values {
    let Facts { offer, demand, .. } = facts;
    let traded = offer.volume.min(demand.volume).0;
    let price = match (offer.ask, demand.bid) {
        (Some(ask), Some(bid)) => [ask, bid].map(|base| margin(bid.0, ask.0, base.0, policy.full_margin)),
        _ => [policy.unknown; 2],
    };
    let timing = [offer.available, demand.needed].map(|own| match (own, facts.shared) {
        (Some(own), Some(shared)) => ratio(shared.days(), own.days()),
        _ => 1.0,
    });
    let provided = offer.seeks.iter().filter(|service| demand.provides.contains(service)).count();
    let half = policy.half_distance.0;
    PerCriterion {
        product: [facts.fit; 2],
        volume: [ratio(traded, offer.volume.0), ratio(traded, demand.volume.0)],
        certification: [share(facts.preferred_held, demand.prefers.len()); 2],
        location: [half / (half + road_km(facts.distance, policy)); 2],
        price,
        timing,
        services: [share(provided, offer.seeks.len()); 2],
        relationship: [facts.reliability; 2],
    }
}

/// The scores of a pair from its values; `boosts` are those of the cooperative's tags.
pub(crate) fn scores(values: &Values, policy: &Policy, boosts: &[f64]) -> Scores {
    let side = |index: usize, weights: &PerCriterion<f64>| {
        let weights = weights.values();
        let mut weighted = 0.0;
        let mut total = 0.0;
        for (weight, value) in weights.iter().zip(values.values()) {
            weighted += weight * value[index];
            total += weight;
        }
        weighted / total
    };
    let cooperative = side(0, &policy.weights.cooperative);
    let enterprise = side(1, &policy.weights.enterprise);
    let mut joint = policy.balance * cooperative + (1.0 - policy.balance) * enterprise;
    for boost in boosts {
        joint += boost;
    }
    Scores {
        joint: Score::from_fraction(joint),
        cooperative: Score::from_fraction(cooperative),
        enterprise: Score::from_fraction(enterprise),
    }
}
