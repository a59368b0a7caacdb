//! The policy of a round: which pairs may be linked, how they are scored, what is maximised.
//!
//! Plain data with the defaults of the document `lienket/policy@1`; [`Policy::issues`] checks the ranges.

mod pooling;
mod quota;
mod weights;

use std::collections::BTreeSet;

use serde::Serialize;

pub use pooling::{Depot, HubKind, Pooling, Union};
pub use quota::{Floor, Quota, QuotaGroup};
pub(crate) use quota::{micro, share_of};
pub use weights::{Boost, Criterion, PerCriterion, Weights};

use crate::error::{Error, Issue};
use crate::market::{AcceptanceKind, Market};
use crate::units::Km;

/// How volumes are assigned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Mechanism {
    /// The largest total of the objective, with a proof.
    #[default]
    Optimal,
    /// Pairs by joint score, highest first. A baseline to compare with.
    Greedy,
    /// Nobody would rather trade with each other than as the plan says.
    Stable,
    /// The worst fill rate of a cooperative as high as it can be, then the next worst, and so on; then the best
    /// score.
    Fair,
    /// As fair, in kilograms, on whichever side of the market is in excess: nobody gains by stating another volume
    /// or hiding a link.
    Egalitarian,
}

impl Mechanism {
    /// Every mechanism, in the order in which they are compared.
    pub const ALL: [Self; 5] = [Self::Optimal, Self::Greedy, Self::Stable, Self::Fair, Self::Egalitarian];

    /// The word in documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Optimal => "optimal",
            Self::Greedy => "greedy",
            Self::Stable => "stable",
            Self::Fair => "fair",
            Self::Egalitarian => "egalitarian",
        }
    }
}

/// What mechanisms whose promise does not hold under lots, partner limits, all-or-nothing demands and certified
/// volumes ([`Mechanism::Stable`], [`Mechanism::Fair`], [`Mechanism::Egalitarian`]) do where the market has them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UnderLimits {
    /// Nothing: the round is refused, and the limits are named.
    #[default]
    Refuse,
    /// The best they can: every limit is kept, and what the promise lacks is listed.
    Approximate,
}

/// What [`Mechanism::Optimal`] maximises.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Objective {
    /// Σ joint micro-score × kg.
    #[default]
    Score,
    /// Kilograms first, then the score.
    Volume,
    /// Σ (bid − ask − freight) × kg, in VND.
    Welfare,
}

/// Which side proposes in a stable assignment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Cooperatives.
    #[default]
    Cooperatives,
    /// Enterprises.
    Enterprises,
}

/// The policy of a round.
///
/// ```
/// use lienket::{Km, Policy};
/// let policy = Policy { max_distance: Some(Km(250.0)), ..Policy::default() };
/// assert!(policy.issues().is_empty());
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Policy {
    /// How volumes are assigned.
    pub mechanism: Mechanism,
    /// Which side proposes in a stable assignment.
    pub proposing: Side,
    /// What is maximised.
    pub objective: Objective,
    /// Weight of the cooperative's side in the joint score, in [0, 1].
    pub balance: f64,
    /// Pairs with a joint score below are not linked, in [0, 1].
    pub min_score: f64,
    /// Kinds of acceptance in force for everybody.
    pub accept: BTreeSet<AcceptanceKind>,
    /// A cap on every demand's own limit.
    #[serde(rename = "max_distance_km", skip_serializing_if = "Option::is_none")]
    pub max_distance: Option<Km>,
    /// Great-circle distances are multiplied by it; above 0.
    pub road_factor: f64,
    /// An ask may exceed a bid by this much, 0 … 1000.
    pub price_tolerance_percent: u32,
    /// Criterion value where the data is missing, in [0, 1].
    pub unknown: f64,
    /// The location criterion is ½ at this distance; above 0.
    #[serde(rename = "half_km")]
    pub half_distance: Km,
    /// The price criterion is 1 from this margin on; above 0.
    pub full_margin: f64,
    /// Freight in VND for a tonne and a kilometre, for [`Objective::Welfare`]; 0 or more.
    #[serde(rename = "freight_vnd_per_tonne_km")]
    pub freight: f64,
    /// How much each criterion counts.
    pub weights: Weights,
    /// Additions for tagged cooperatives.
    pub boosts: Vec<Boost>,
    /// What mechanisms do that do not go together with lots and the like.
    pub under_limits: UnderLimits,
    /// Work spent on plans under lots and the like, as a multiple of the usual; above 0, at most 1000.
    pub effort: f64,
    /// As many cooperatives as possible get something before the objective counts.
    pub linked_first: bool,
    /// Of all kilograms matched, contracts included: no enterprise buys more than this share. In (0, 1].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_share_per_enterprise: Option<f64>,
    /// Of a demand's volume: no offer serves more than this share, its contract included. In (0, 1].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_share_per_supplier: Option<f64>,
    /// What some cooperatives get at least.
    pub quotas: Vec<Quota>,
    /// How small lots may be pooled; absent: they may not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pooling: Option<Pooling>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            mechanism: Mechanism::Optimal,
            proposing: Side::Cooperatives,
            objective: Objective::Score,
            balance: 0.5,
            min_score: 0.0,
            accept: BTreeSet::from([AcceptanceKind::Legal, AcceptanceKind::Technical]),
            max_distance: None,
            road_factor: 1.0,
            price_tolerance_percent: 0,
            unknown: 0.5,
            half_distance: Km(100.0),
            full_margin: 0.2,
            freight: 0.0,
            weights: Weights::default(),
            boosts: Vec::new(),
            under_limits: UnderLimits::Refuse,
            effort: 1.0,
            linked_first: false,
            max_share_per_enterprise: None,
            max_share_per_supplier: None,
            quotas: Vec::new(),
            pooling: None,
        }
    }
}

impl Policy {
    /// Whether it asks for anything that binds [`Mechanism::Optimal`] alone: quotas, links first, a largest share of
    /// enterprises.
    #[must_use]
    pub fn has_quotas(&self) -> bool {
        self.linked_first || self.max_share_per_enterprise.is_some() || !self.quotas.is_empty()
    }

    /// Every fault of the policy, pointing into the document `lienket/policy@1`.
    #[must_use]
    pub fn issues(&self) -> Vec<Issue> {
        let mut issues = Vec::new();
        let mut range = |pointer: String, value: f64, low: f64, high: f64, message: &str| {
            if !(value.is_finite() && low <= value && value <= high) {
                let help = "Correct it, or leave it out for the default.";
                issues.push(Issue::error("out_of_range", pointer, message, help).found(value));
            }
        };
        for (name, value) in
            [("balance", self.balance), ("min_score", self.min_score), ("unknown", self.unknown)]
        {
            range(format!("/{name}"), value, 0.0, 1.0, "this must be from 0 to 1");
        }
        let positive = [
            ("road_factor", self.road_factor),
            ("half_km", self.half_distance.0),
            ("full_margin", self.full_margin),
        ];
        for (name, value) in positive {
            range(
                format!("/{name}"),
                value,
                f64::MIN_POSITIVE,
                f64::MAX,
                "this must be a finite number above 0",
            );
        }
        let not_negative = [
            ("freight_vnd_per_tonne_km", self.freight),
            ("max_distance_km", self.max_distance.map_or(0.0, |limit| limit.0)),
        ];
        for (name, value) in not_negative {
            range(format!("/{name}"), value, 0.0, f64::MAX, "this must be a finite number, 0 or more");
        }
        let tolerance = f64::from(self.price_tolerance_percent);
        range(
            "/price_tolerance_percent".into(),
            tolerance,
            0.0,
            1000.0,
            "this must be a whole number, 0 to 1000",
        );
        let sides = [("cooperative", &self.weights.cooperative), ("enterprise", &self.weights.enterprise)];
        for (side, weights) in sides {
            for (criterion, value) in Criterion::ALL.into_iter().zip(weights.values()) {
                let pointer = format!("/weights/{side}/{}", criterion.name());
                range(pointer, value, 0.0, f64::MAX, "a weight must be a finite number, 0 or more");
            }
        }
        for (i, boost) in self.boosts.iter().enumerate() {
            range(format!("/boosts/{i}/add"), boost.add, -1.0, 1.0, "a boost must be from −1 to 1");
        }
        range("/effort".into(), self.effort, 0.001, 1000.0, "this must be a number from 0.001 to 1000");
        let shares = [
            ("max_share_per_enterprise", self.max_share_per_enterprise),
            ("max_share_per_supplier", self.max_share_per_supplier),
        ];
        for (name, share) in shares {
            range(format!("/{name}"), share.unwrap_or(1.0), quota::MICRO, 1.0, quota::SHARE);
        }
        for (i, quota) in self.quotas.iter().enumerate() {
            if let Floor::Share(share) = quota.least {
                range(format!("/quotas/{i}/min_share"), share, quota::MICRO, 1.0, quota::SHARE);
            }
        }
        for (side, weights) in sides {
            let sum: f64 = weights.values().iter().sum();
            if sum <= 0.0 || !sum.is_finite() {
                let (message, help) = if sum.is_finite() {
                    ("every weight of this side is 0", "Give at least one criterion a weight above 0.")
                } else {
                    (
                        "the weights of this side are too large to add up",
                        "Only their ratios matter: write smaller ones.",
                    )
                };
                let pointer = format!("/weights/{side}");
                if !issues.iter().any(|issue: &Issue| issue.pointer.starts_with(&pointer)) {
                    issues.push(Issue::error("bad_weights", pointer, message, help));
                }
            }
        }
        for (i, boost) in self.boosts.iter().enumerate() {
            if boost.tag.is_empty() {
                let help = "Name the tag of the cooperatives to boost.";
                issues.push(Issue::error("empty_text", format!("/boosts/{i}/tag"), "the tag is empty", help));
            }
        }
        quota::issues(&self.quotas, &mut issues);
        if let Some(pooling) = &self.pooling {
            issues.append(&mut pooling.issues());
            self.beside_pools(&mut issues);
        }
        issues
    }

    /// Floors, caps and shares are kept by plans in which every pair is one edge; pools are more.
    fn beside_pools(&self, issues: &mut Vec<Issue>) {
        let asked = [
            ("quotas", !self.quotas.is_empty()),
            ("linked_first", self.linked_first),
            ("max_share_per_enterprise", self.max_share_per_enterprise.is_some()),
            ("max_share_per_supplier", self.max_share_per_supplier.is_some()),
        ];
        for (name, _) in asked.into_iter().filter(|(_, asked)| *asked) {
            let message = format!("pools and `{name}` do not go together");
            let help = format!("Leave out `{name}`, or `[pooling]`.");
            issues.push(Issue::error("contradiction", format!("/{name}"), message, help));
        }
    }

    /// Faults that only the market shows, pointing into the document.
    pub(crate) fn issues_in(&self, market: &Market) -> Vec<Issue> {
        let mut issues = quota::issues_in(&self.quotas, market);
        issues.extend(self.pooling.iter().flat_map(|pooling| pooling.issues_in(market)));
        issues
    }

    /// The policy in canonical form, if it has no fault.
    pub(crate) fn checked(&self) -> Result<Self, Error> {
        let issues = self.issues();
        if !issues.is_empty() {
            return Err(Error::Faults(issues));
        }
        let mut policy = self.clone();
        policy.boosts.sort_by(|a, b| a.tag.cmp(&b.tag).then(a.add.total_cmp(&b.add)));
        policy.quotas.sort_by(|a, b| a.of.cmp(&b.of));
        policy.pooling = policy.pooling.map(|pooling| pooling.canonical());
        Ok(policy)
    }
}
