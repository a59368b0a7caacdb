//! The policy of a round: which pairs may be linked, how they are scored, what is maximised.
//!
//! Plain data with the defaults of the document `lienket/policy@1`; [`Policy::issues`] checks the ranges.

mod pooling;

pub use pooling::{Depot, HubKind, Pooling, Union};

use std::collections::BTreeSet;

use serde::Serialize;

use crate::error::{Error, Issue};
use crate::market::AcceptanceKind;
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

/// What a pair is scored by, in the order in which scores are summed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Criterion {
    /// How well the product fits.
    Product,
    /// How much of the volume the other can take.
    Volume,
    /// How many of the preferred standards are held.
    Certification,
    /// How near.
    Location,
    /// How much margin the prices leave.
    Price,
    /// How many of the days are shared.
    Timing,
    /// How many of the services sought are provided.
    Services,
    /// How reliable the parties have found each other.
    Relationship,
}

impl Criterion {
    /// Every criterion, in the order in which scores are summed.
    pub const ALL: [Self; 8] = [
        Self::Product,
        Self::Volume,
        Self::Certification,
        Self::Location,
        Self::Price,
        Self::Timing,
        Self::Services,
        Self::Relationship,
    ];

    /// The name in documents.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Volume => "volume",
            Self::Certification => "certification",
            Self::Location => "location",
            Self::Price => "price",
            Self::Timing => "timing",
            Self::Services => "services",
            Self::Relationship => "relationship",
        }
    }
}

/// A value for each criterion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct PerCriterion<T> {
    /// [`Criterion::Product`].
    pub product: T,
    /// [`Criterion::Volume`].
    pub volume: T,
    /// [`Criterion::Certification`].
    pub certification: T,
    /// [`Criterion::Location`].
    pub location: T,
    /// [`Criterion::Price`].
    pub price: T,
    /// [`Criterion::Timing`].
    pub timing: T,
    /// [`Criterion::Services`].
    pub services: T,
    /// [`Criterion::Relationship`].
    pub relationship: T,
}

impl<T: Copy> PerCriterion<T> {
    /// The values in the order of [`Criterion::ALL`].
    pub fn values(&self) -> [T; 8] {
        [
            self.product,
            self.volume,
            self.certification,
            self.location,
            self.price,
            self.timing,
            self.services,
            self.relationship,
        ]
    }

    /// One value each, in the order of [`Criterion::ALL`].
    pub(crate) fn of(values: [T; 8]) -> Self {
        let [product, volume, certification, location, price, timing, services, relationship] = values;
        Self { product, volume, certification, location, price, timing, services, relationship }
    }

    /// The value of one criterion, for changing it.
    pub fn get_mut(&mut self, criterion: Criterion) -> &mut T {
        match criterion {
            Criterion::Product => &mut self.product,
            Criterion::Volume => &mut self.volume,
            Criterion::Certification => &mut self.certification,
            Criterion::Location => &mut self.location,
            Criterion::Price => &mut self.price,
            Criterion::Timing => &mut self.timing,
            Criterion::Services => &mut self.services,
            Criterion::Relationship => &mut self.relationship,
        }
    }
}

/// How much each criterion counts for each side. Weights need not add up to 1; 0 switches one off.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Weights {
    /// In the cooperative's view.
    pub cooperative: PerCriterion<f64>,
    /// In the enterprise's view.
    pub enterprise: PerCriterion<f64>,
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            cooperative: PerCriterion::of([1.0, 2.0, 1.0, 2.0, 3.0, 1.0, 2.0, 1.0]),
            enterprise: PerCriterion::of([2.0, 2.0, 3.0, 2.0, 2.0, 1.0, 0.0, 1.0]),
        }
    }
}

/// An addition to the joint score of cooperatives with a tag.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Boost {
    /// The tag.
    pub tag: String,
    /// Added to the joint score, in [−1, 1].
    pub add: f64,
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
        }
    }
}

impl Policy {
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
        Ok(policy)
    }
}
