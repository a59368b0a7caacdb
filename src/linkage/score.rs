//! Criteria and scores of a pair, each side in its own view.
//!
//! Sums run in the order of [`Criterion::ALL`](crate::Criterion::ALL) in `f64`; the three scores are each
//! rounded once to micro-units, and mechanisms see nothing else. This is the definition; the search computes joint
//! scores by a shorter way to the same micro-units (see `joint`).

use crate::linkage::columns::{Asked, Offered};
use crate::policy::{PerCriterion, Policy};
use crate::units::{Metres, Score};

/// The values of a pair, by criterion and view ([cooperative's, enterprise's]), in [0, 1].
pub(crate) type Values = [[f64; 2]; 8];

/// What the values of a pair are computed from, beside the numbers of its sides.
#[derive(Clone, Copy, Debug)]
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
pub(crate) struct PairScores {
    pub(crate) joint: Score,
    pub(crate) cooperative: Score,
    pub(crate) enterprise: Score,
}

/// The distance that rules and criteria see, in km.
pub(crate) fn road_km(distance: Metres, policy: &Policy) -> f64 {
    kilometres(f64::from(distance.0), policy.road_factor)
}

fn kilometres(metres: f64, road_factor: f64) -> f64 {
    metres * road_factor / 1000.0
}

/// `held` of `all`, or 1 where there is nothing to hold.
#[expect(clippy::cast_precision_loss, reason = "lists are far shorter than 2^53")]
pub(crate) fn share(held: usize, all: usize) -> f64 {
    if all == 0 { 1.0 } else { held as f64 / all as f64 }
}

/// The share where nothing asked for is there: 0, or 1 where nothing is asked for.
#[inline]
pub(crate) fn nothing_of(asked: u64) -> f64 {
    if asked == 0 { 1.0 } else { 0.0 }
}

/// What of a policy the scores need.
#[derive(Debug)]
pub(crate) struct Scoring {
    /// By criterion, [cooperative's, enterprise's].
    pub(crate) weights: [[f64; 2]; 8],
    pub(crate) totals: [f64; 2],
    pub(crate) balance: f64,
    half_km: f64,
    road_factor: f64,
    full_margin: f64,
    pub(crate) unknown: f64,
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

    /// The margin over a price from which on its criterion is 1.
    #[inline]
    pub(crate) fn margin(&self, price: f64) -> f64 {
        price * self.full_margin
    }

    /// The value of a distance in metres.
    #[inline]
    pub(crate) fn location(&self, metres: f64) -> f64 {
        self.half_km / (self.half_km + kilometres(metres, self.road_factor))
    }

    /// The values of every criterion.
    pub(crate) fn values(&self, offer: &Offered, demand: &Asked, facts: &Facts) -> Values {
        let small = offer.volume.min(demand.volume);
        let price = |base: f64| {
            if offer.priced && demand.priced {
                ((demand.bid - offer.asking) / self.margin(base)).clamp(0.0, 1.0)
            } else {
                self.unknown
            }
        };
        // A window is never shorter than what is shared of it; one that is absent counts as one day.
        let timing = |days: f64| (facts.shared / days).min(1.0);
        [
            [facts.fit; 2],
            [small / offer.volume, small / demand.volume],
            [facts.certification; 2],
            [self.location(f64::from(facts.distance.0)); 2],
            [price(offer.asking), price(demand.bid)],
            [timing(offer.days), timing(f64::from(demand.days))],
            [facts.services; 2],
            [facts.reliability; 2],
        ]
    }

    /// The scores from the values; `boosts` are those of the cooperative's tags.
    pub(crate) fn scores(&self, values: &Values, boosts: &[f64]) -> PairScores {
        let mut sides = [0.0; 2];
        for (weights, values) in self.weights.iter().zip(values) {
            for (view, sum) in sides.iter_mut().enumerate() {
                *sum += weights[view] * values[view];
            }
        }
        let [cooperative, enterprise] = [0, 1].map(|view| sides[view] / self.totals[view]);
        let joint = self.balance * cooperative + (1.0 - self.balance) * enterprise;
        let joint = boosts.iter().fold(joint, |sum, boost| sum + boost);
        PairScores {
            joint: Score::from_fraction(joint),
            cooperative: Score::from_fraction(cooperative),
            enterprise: Score::from_fraction(enterprise),
        }
    }
}
