//! Criteria and scores of a pair, each side in its own view.
//!
//! Sums run in the order of [`Criterion::ALL`](crate::Criterion::ALL) in `f64`; the three scores are each
//! rounded once to micro-units, and mechanisms see nothing else. Search and explanations both come here.

use crate::linkage::columns::{Asked, Offered};
use crate::market::Relation;
use crate::policy::{PerCriterion, Policy};
use crate::units::{Metres, Score};

/// The values of N pairs of an offer, by criterion and view ([cooperative's, enterprise's]), in [0, 1].
pub(crate) type Values<const N: usize> = [[[f64; N]; 2]; 8];

/// Pairs that the search scores in one go.
pub(crate) const LANES: usize = 16;

/// What the values of N pairs of an offer are computed from, fact by fact: with a column a fact the compiler
/// computes several pairs at a time.
#[derive(Clone, Debug)]
pub(crate) struct Facts<const N: usize> {
    /// 1, or the fit of the substitute.
    pub(crate) fit: [f64; N],
    /// The demand's volume in kg.
    pub(crate) volume: [f64; N],
    /// Share of the demand's preferred standards that are held.
    pub(crate) certification: [f64; N],
    /// Distance in metres.
    pub(crate) metres: [f64; N],
    /// Whether both prices are known.
    pub(crate) priced: [bool; N],
    pub(crate) bid: [f64; N],
    /// Days shared; any number of days where neither side has a window.
    pub(crate) shared: [f64; N],
    /// Days of the demand's window; 1 where there is none.
    pub(crate) days: [f64; N],
    /// Share of the services sought that are provided.
    pub(crate) services: [f64; N],
    pub(crate) reliability: [f64; N],
}

impl<const N: usize> Default for Facts<N> {
    /// Nothing is missing, nobody knows anybody.
    fn default() -> Self {
        Self {
            fit: [1.0; N],
            volume: [1.0; N],
            certification: [1.0; N],
            metres: [0.0; N],
            priced: [false; N],
            bid: [0.0; N],
            shared: [f64::INFINITY; N],
            days: [1.0; N],
            services: [1.0; N],
            reliability: [Relation::UNKNOWN; N],
        }
    }
}

impl<const N: usize> Facts<N> {
    /// Sets what the numbers of the two sides say alone: all but fit, distance, services and reliability, and of
    /// the certification what holds where nothing is held.
    #[inline]
    pub(crate) fn set(&mut self, lane: usize, offer: &Offered, demand: &Asked) {
        self.volume[lane] = demand.volume;
        self.certification[lane] = nothing_of(demand.prefers);
        self.priced[lane] = offer.priced & demand.priced;
        self.bid[lane] = demand.bid;
        self.shared[lane] = offer.shared(demand);
        self.days[lane] = f64::from(demand.days);
    }
}

/// The scores of N pairs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scores<const N: usize> {
    pub(crate) joint: [Score; N],
    pub(crate) cooperative: [Score; N],
    pub(crate) enterprise: [Score; N],
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
    pub(crate) fn values<const N: usize>(&self, offer: &Offered, facts: &Facts<N>) -> Values<N> {
        // The smaller volume is all of itself: one division serves both views.
        let small: [f64; N] = lanes(|lane| smaller(offer.volume, facts.volume[lane]));
        let part: [f64; N] = lanes(|lane| small[lane] / larger(offer.volume, facts.volume[lane]));
        let volume = |lane: usize, own: f64| if own > small[lane] { part[lane] } else { 1.0 };
        let price = |lane: usize, base: f64| {
            let share = (facts.bid[lane] - offer.asking) / (base * self.full_margin);
            let share = smaller(larger(share, 0.0), 1.0);
            // Chosen when all is computed: a choice before it would be a branch.
            if facts.priced[lane] { share } else { self.unknown }
        };
        let location =
            lanes(|lane| self.half_km / (self.half_km + kilometres(facts.metres[lane], self.road_factor)));
        // A window is never shorter than what is shared of it; one that is absent counts as one day.
        let timing = |lane: usize, own: f64| smaller(facts.shared[lane] / own, 1.0);
        [
            [facts.fit; 2],
            [lanes(|lane| volume(lane, offer.volume)), lanes(|lane| volume(lane, facts.volume[lane]))],
            [facts.certification; 2],
            [location; 2],
            [lanes(|lane| price(lane, offer.asking)), lanes(|lane| price(lane, facts.bid[lane]))],
            [lanes(|lane| timing(lane, offer.days)), lanes(|lane| timing(lane, facts.days[lane]))],
            [facts.services; 2],
            [facts.reliability; 2],
        ]
    }

    /// The scores from the values; `boosts` are those of the cooperative's tags.
    #[inline]
    pub(crate) fn scores<const N: usize>(&self, values: &Values<N>, boosts: &[f64]) -> Scores<N> {
        let mut sides = [[0.0; N]; 2];
        for (weights, values) in self.weights.iter().zip(values) {
            for side in 0..2 {
                let value = values[side];
                sides[side] = lanes(|lane| sides[side][lane] + weights[side] * value[lane]);
            }
        }
        let [cooperative, enterprise]: [[f64; N]; 2] =
            [0, 1].map(|side| lanes(|lane| sides[side][lane] / self.totals[side]));
        let mut joint: [f64; N] =
            lanes(|lane| self.balance * cooperative[lane] + (1.0 - self.balance) * enterprise[lane]);
        for boost in boosts {
            joint = joint.map(|joint| joint + boost);
        }
        Scores {
            joint: joint.map(Score::from_fraction),
            cooperative: cooperative.map(Score::from_fraction),
            enterprise: enterprise.map(Score::from_fraction),
        }
    }

    /// The scores of many pairs of an offer. Never inlined: by itself the compiler does it well.
    #[inline(never)]
    pub(crate) fn many(&self, offer: &Offered, facts: &Facts<LANES>, boosts: &[f64]) -> Scores<LANES> {
        self.scores(&self.values(offer, facts), boosts)
    }
}

/// A value for every lane.
#[inline]
fn lanes<const N: usize>(value: impl Fn(usize) -> f64) -> [f64; N] {
    let mut all = [0.0; N];
    for (lane, one) in all.iter_mut().enumerate() {
        *one = value(lane);
    }
    all
}

// Instead of `f64::min` and `f64::max`, which mind what is no number: each of these is one instruction.
fn smaller(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

fn larger(a: f64, b: f64) -> f64 {
    if a < b { b } else { a }
}
