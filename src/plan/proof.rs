//! What is proved of a plan, and by what prices.

use serde::Serialize;

use super::QuotaProof;
use crate::id::{CooperativeIx, DemandIx, EnterpriseIx, OfferIx};

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

/// What is limited and has a price in a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resource {
    /// What an offer has left.
    Offer(OfferIx),
    /// The capacity of a cooperative.
    Cooperative(CooperativeIx),
    /// The capacity of an enterprise.
    Enterprise(EnterpriseIx),
    /// A certificate's volume, by position in [`LimitPrices::certificates`].
    Certificate(usize),
}

/// What a fork decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// Whether a candidate pair trades anything new.
    Pair(OfferIx, DemandIx),
    /// Whether an all-or-nothing demand is filled.
    Demand(DemandIx),
}

/// A branch of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TreeBranch {
    /// Two cases that cover everything.
    Fork {
        /// What is decided.
        on: Case,
        /// Where it is not so: a branch further on.
        without: usize,
        /// Where it is so: a branch further on.
        with: usize,
    },
    /// Prices prove a bound.
    Leaf {
        /// Which of the tree's.
        prices: usize,
    },
}

/// A proof by cases of what some demands can be worth at most, tighter than one set of prices can give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitTree {
    /// The demands.
    pub demands: Vec<DemandIx>,
    /// What has prices, in their order; all else is free.
    pub resources: Vec<Resource>,
    /// Branch 0 is the root.
    pub branches: Vec<TreeBranch>,
    /// Prices per kg for the leaves, none negative.
    pub prices: Vec<Vec<i64>>,
}

/// A bound under limits: prices, and trees for demands where these are not enough.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LimitProof {
    /// Prices of everything limited.
    pub prices: LimitPrices,
    /// Proofs by cases, of different demands.
    pub trees: Vec<LimitTree>,
}

/// What the checker reads to re-check the claims of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    /// The bound, lots and the like aside.
    pub prices: Prices,
    /// A bound that counts them, where the market has them.
    pub limits: Option<LimitProof>,
    /// Of a fair plan: that no plan with the same totals of the cooperatives is worth more. Their prices may have any
    /// sign, for their totals may be neither more nor less.
    pub totals: Option<Prices>,
    /// The bound of plans that keep the policy's quotas.
    pub quotas: Option<QuotaProof>,
}

impl From<Prices> for Proof {
    fn from(prices: Prices) -> Self {
        Self { prices, ..Self::default() }
    }
}
