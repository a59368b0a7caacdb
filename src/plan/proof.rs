//! What is proved of a plan, and by what prices.

use serde::Serialize;

/// What is proved of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Status {
    /// No plan is better.
    Optimal,
    /// Every limit is kept; a better plan may exist, but none beyond the bound.
    Feasible,
    /// No pair would rather trade with each other; the bound is what the optimum reaches.
    Stable,
    /// The fill rates of cooperatives are as even as they can be; the bound is what the optimum reaches.
    Fair,
    /// As fair, in kilograms, on the side in excess; the bound is what the optimum reaches.
    Egalitarian,
}

/// Objective and bound, in the objective's unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// What the plan reaches: micro-score × kg, kg, or VND. New kilograms only, contracts aside.
    pub objective: i128,
    /// What no plan can exceed.
    pub bound: i128,
    /// For [`Objective::Volume`](crate::Objective::Volume): the same of the score, among plans that reach the bound.
    pub score: Option<(i128, i128)>,
    /// What follows.
    pub status: Status,
}

impl Bounds {
    /// (bound − objective) / max(1, |objective|); exactly 0 where they are equal.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a ratio for people; equality is decided in integers")]
    pub fn gap(&self) -> f64 {
        (self.bound - self.objective) as f64 / self.objective.abs().max(1) as f64
    }
}

/// Prices per kilogram that prove the bound: nobody could pay them and gain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prices {
    /// By offer, in the objective's unit per kg; none negative.
    pub offers: Vec<i64>,
    /// By demand.
    pub demands: Vec<i64>,
    /// By cooperative; 0 where it has no capacity limit.
    pub cooperatives: Vec<i64>,
    /// By enterprise; 0 where it has no capacity limit.
    pub enterprises: Vec<i64>,
    /// For [`Objective::Volume`](crate::Objective::Volume): the value of a kilogram above its score; else 0.
    pub kg_weight: i64,
}

/// Prices per kilogram that prove a bound under lots, numbers of partners, all-or-nothing demands and certified
/// volumes: what is free costs so much, and no demand can gain more beyond these prices than its best choice
/// within its own limits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LimitPrices {
    /// By offer, in the objective's unit per kg; none negative.
    pub offers: Vec<i64>,
    /// By cooperative; 0 where it has no capacity limit.
    pub cooperatives: Vec<i64>,
    /// By enterprise; 0 where it has no capacity limit.
    pub enterprises: Vec<i64>,
    /// By certificate limited to a volume that candidates rely on, sorted by (cooperative, position among its
    /// certificates).
    pub certificates: Vec<i64>,
}

/// What the checker reads to re-check the claims of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    /// The bound, lots and the like aside.
    pub prices: Prices,
    /// A bound that counts them, where the market has them.
    pub limits: Option<LimitPrices>,
}

impl From<Prices> for Proof {
    fn from(prices: Prices) -> Self {
        Self { prices, ..Self::default() }
    }
}
