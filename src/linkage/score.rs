//! Criteria and scores of a pair, each side in its own view.
//!
//! Sums run in the order of [`Criterion::ALL`](crate::Criterion::ALL) in `f64`; the three scores are each
//! rounded once to micro-units, and mechanisms see nothing else. Search and explanations both come here.

use crate::linkage::columns::{Asked, Offered};
use crate::policy::{PerCriterion, Policy};
use crate::units::{Metres, Score};

/// A criterion's value in the cooperative's and in the enterprise's view, in [0, 1], by criterion.
pub(crate) type Values = [[f64; 2]; 8];

/// What the values of a pair are computed from, beside the numbers of its sides.
#[derive(Clone, Copy)]
pub(crate) struct Facts {
    /// 1, or the fit of the substitute.
    pub(crate) fit: f64,
    /// Share of the demand's preferred standards that are held.
    pub(crate) certification: f64,
    pub(crate) distance: Metres,
    /// Days shared; any number of days where neither side has a window.
    pub(crate) shared: f64,
    /// Share of the services sought that are provided.
    pub(crate) services: f64,
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
    kilometres(distance, policy.road_factor)
}

fn kilometres(distance: Metres, road_factor: f64) -> f64 {
    f64::from(distance.0) * road_factor / 1000.0
}

/// `held` of `all`, or 1 where there is nothing to hold.
#[expect(clippy::cast_precision_loss, reason = "lists are far shorter than 2^53")]
pub(crate) fn share(held: usize, all: usize) -> f64 {
    if all == 0 { 1.0 } else { held as f64 / all as f64 }
}

/// What of a policy the scores need.
#[derive(Debug)]
pub(crate) struct Scoring {
    /// By criterion, [cooperative's, enterprise's].
    weights: [[f64; 2]; 8],
    totals: [f64; 2],
    balance: f64,
    half_km: f64,
    road_factor: f64,
    full_margin: f64,
    unknown: f64,
}

impl Scoring {
    pub(crate) fn of(policy: &Policy) -> Self {
        let sides = [&policy.weights.cooperative, &policy.weights.enterprise].map(PerCriterion::values);
        Self {
            weights: std::array::from_fn(|criterion| sides.map(|side| side[criterion])),
            totals: sides.map(|side| side.iter().fold(0.0, |sum, weight| sum + weight)),
            balance: policy.balance,
            half_km: policy.half_distance.0,
            road_factor: policy.road_factor,
            full_margin: policy.full_margin,
            unknown: policy.unknown,
        }
    }

    /// The values of every criterion.
    #[inline]
    pub(crate) fn values(&self, offer: &Offered, demand: &Asked, facts: &Facts) -> Values {
        let traded = offer.volume.min(demand.volume);
        let price = if offer.priced && demand.priced {
            let margin = demand.bid - offer.asking;
            [offer.asking, demand.bid].map(|base| (margin / (base * self.full_margin)).clamp(0.0, 1.0))
        } else {
            [self.unknown; 2]
        };
        let location = self.half_km / (self.half_km + kilometres(facts.distance, self.road_factor));
        [
            [facts.fit; 2],
            [offer.volume, demand.volume].map(|own| traded / own),
            [facts.certification; 2],
            [location; 2],
            price,
            // A window is never shorter than what is shared of it; one that is absent counts as one day.
            [offer.days, demand.days].map(|own| (facts.shared / f64::from(own)).min(1.0)),
            [facts.services; 2],
            [facts.reliability; 2],
        ]
    }

    /// The scores of a pair from its values; `boosts` are those of the cooperative's tags.
    #[inline]
    pub(crate) fn scores(&self, values: &Values, boosts: &[f64]) -> Scores {
        let mut sides = [0.0; 2];
        for (weights, values) in self.weights.iter().zip(values) {
            for side in 0..2 {
                sides[side] += weights[side] * values[side];
            }
        }
        let [cooperative, enterprise] = [sides[0] / self.totals[0], sides[1] / self.totals[1]];
        let mut joint = self.balance * cooperative + (1.0 - self.balance) * enterprise;
        for boost in boosts {
            joint += boost;
        }
        Scores {
            joint: Score::from_fraction(joint),
            cooperative: Score::from_fraction(cooperative),
            enterprise: Score::from_fraction(enterprise),
        }
    }
}
