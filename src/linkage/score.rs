//! Criteria and scores of a pair, each side in its own view.
//!
//! Sums run in the order of [`Criterion::ALL`](crate::Criterion::ALL) in `f64`; the three scores are each
//! rounded once to micro-units, and mechanisms see nothing else. Search and explanations both come here.

use crate::linkage::columns::{Asked, Offered};
use crate::market::Relation;
use crate::policy::{PerCriterion, Policy};
use crate::units::{Metres, Score};

/// A criterion's value in the cooperative's and in the enterprise's view, in [0, 1], by criterion.
pub(crate) type Values = [[f64; 2]; 8];

/// The numbers of a pair from which its values are computed: all that is not the offer's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts {
    /// 1, or the fit of the substitute.
    pub(crate) fit: f64,
    /// The demand's volume in kg.
    pub(crate) volume: f64,
    /// Share of the demand's preferred standards that are held.
    pub(crate) certification: f64,
    /// The location criterion.
    pub(crate) location: f64,
    /// Whether both prices are known.
    pub(crate) priced: bool,
    pub(crate) bid: f64,
    /// Days shared; any number of days where neither side has a window.
    pub(crate) shared: f64,
    /// Days of the demand's window; 1 where there is none.
    pub(crate) days: f64,
    /// Share of the services sought that are provided.
    pub(crate) services: f64,
    pub(crate) reliability: f64,
}

impl Facts {
    /// What the numbers of the two sides say alone; nothing is missing of the rest.
    #[inline]
    pub(crate) fn of(offer: &Offered, demand: &Asked) -> Self {
        Self {
            fit: 1.0,
            volume: demand.volume,
            certification: 1.0,
            location: 1.0,
            priced: offer.priced & demand.priced,
            bid: demand.bid,
            shared: f64::INFINITY,
            days: f64::from(demand.days),
            services: 1.0,
            reliability: Relation::UNKNOWN,
        }
    }
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

/// The share where nothing asked for is there: 0, or 1 where nothing is asked for.
#[inline]
pub(crate) fn nothing_of(asked: u64) -> f64 {
    if asked == 0 { 1.0 } else { 0.0 }
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

    /// The location criterion at a distance.
    #[inline]
    pub(crate) fn location(&self, distance: Metres) -> f64 {
        self.half_km / (self.half_km + kilometres(distance, self.road_factor))
    }

    /// The values of every criterion. No branch and no call: many pairs are computed at once.
    #[inline]
    pub(crate) fn values(&self, offer: &Offered, facts: &Facts) -> Values {
        // The smaller volume is all of itself: one division serves both views.
        let (small, large) = ordered(offer.volume, facts.volume);
        let part = small / large;
        let margin = facts.bid - offer.asking;
        let price = [offer.asking, facts.bid].map(|base| {
            let share = margin / (base * self.full_margin);
            if facts.priced {
                at_most_one(if share > 0.0 { share } else { 0.0 })
            } else {
                self.unknown
            }
        });
        [
            [facts.fit; 2],
            [offer.volume, facts.volume].map(|own| if own > small { part } else { 1.0 }),
            [facts.certification; 2],
            [facts.location; 2],
            price,
            // A window is never shorter than what is shared of it; one that is absent counts as one day.
            [offer.days, facts.days].map(|own| at_most_one(facts.shared / own)),
            [facts.services; 2],
            [facts.reliability; 2],
        ]
    }

    /// Joint, cooperative's and enterprise's score before boosts and rounding.
    #[inline]
    fn sides(&self, values: &Values) -> [f64; 3] {
        let mut sides = [0.0; 2];
        for (weights, values) in self.weights.iter().zip(values) {
            for side in 0..2 {
                sides[side] += weights[side] * values[side];
            }
        }
        let [cooperative, enterprise] = [sides[0] / self.totals[0], sides[1] / self.totals[1]];
        [self.balance * cooperative + (1.0 - self.balance) * enterprise, cooperative, enterprise]
    }

    /// The scores of a pair from its values; `boosts` are those of the cooperative's tags.
    pub(crate) fn scores(&self, values: &Values, boosts: &[f64]) -> Scores {
        let [joint, cooperative, enterprise] = self.sides(values);
        Scores {
            joint: Score::from_fraction(boosts.iter().fold(joint, |joint, boost| joint + boost)),
            cooperative: Score::from_fraction(cooperative),
            enterprise: Score::from_fraction(enterprise),
        }
    }

    /// The same scores of many pairs of an offer: joint, cooperative's, enterprise's, each in micro-units.
    // Never inlined: alone, the compiler computes two lanes at a time.
    #[inline(never)]
    pub(crate) fn many(&self, offer: &Offered, lanes: &Lanes, boosts: &[f64]) -> [[u32; LANES]; 3] {
        let mut sides = [[0.0; LANES]; 3];
        for lane in 0..LANES {
            let scores = self.sides(&self.values(offer, &lanes.facts(lane)));
            for side in 0..3 {
                sides[side][lane] = scores[side];
            }
        }
        for boost in boosts {
            sides[0].iter_mut().for_each(|joint| *joint += boost);
        }
        sides.map(|side| side.map(|score| Score::from_fraction(score).micro()))
    }
}

/// Pairs scored in one go.
pub(crate) const LANES: usize = 16;

/// The facts of several pairs of one offer, fact by fact; lanes not set hold what they held.
#[derive(Debug, Default)]
pub(crate) struct Lanes {
    fit: [f64; LANES],
    volume: [f64; LANES],
    certification: [f64; LANES],
    location: [f64; LANES],
    priced: [bool; LANES],
    bid: [f64; LANES],
    shared: [f64; LANES],
    days: [f64; LANES],
    services: [f64; LANES],
    reliability: [f64; LANES],
}

impl Lanes {
    #[expect(clippy::inline_always, reason = "the facts go lane by lane, not through memory: measured")]
    #[inline(always)]
    pub(crate) fn set(&mut self, lane: usize, facts: &Facts) {
        let Facts { fit, volume, certification, location, priced, bid, shared, days, services, reliability } =
            *facts;
        self.fit[lane] = fit;
        self.volume[lane] = volume;
        self.certification[lane] = certification;
        self.location[lane] = location;
        self.priced[lane] = priced;
        self.bid[lane] = bid;
        self.shared[lane] = shared;
        self.days[lane] = days;
        self.services[lane] = services;
        self.reliability[lane] = reliability;
    }

    #[inline]
    fn facts(&self, lane: usize) -> Facts {
        Facts {
            fit: self.fit[lane],
            volume: self.volume[lane],
            certification: self.certification[lane],
            location: self.location[lane],
            priced: self.priced[lane],
            bid: self.bid[lane],
            shared: self.shared[lane],
            days: self.days[lane],
            services: self.services[lane],
            reliability: self.reliability[lane],
        }
    }
}

// Comparisons instead of `f64::min`, which minds numbers that are none: these are one instruction.
fn ordered(a: f64, b: f64) -> (f64, f64) {
    if a < b { (a, b) } else { (b, a) }
}

fn at_most_one(value: f64) -> f64 {
    if value < 1.0 { value } else { 1.0 }
}
