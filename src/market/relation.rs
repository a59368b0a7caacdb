//! What stands between two parties before a round: contracts, exclusions, experience.

use serde::Serialize;

use crate::units::Kg;

/// A signed volume between an offer and a demand. Every mechanism counts it first and keeps it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Contract {
    /// Id of the offer.
    pub offer: String,
    /// Id of the demand.
    pub demand: String,
    /// Volume signed, 1 … 10^12 kg.
    #[serde(rename = "volume_kg")]
    pub volume: Kg,
}

/// Two parties who must not be linked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Exclusion {
    /// Id of the cooperative.
    pub cooperative: String,
    /// Id of the enterprise.
    pub enterprise: String,
}

/// An offer and a demand between which nothing new is linked: what a contract on the pair says, and no more.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Barred {
    /// Id of the offer.
    pub offer: String,
    /// Id of the demand.
    pub demand: String,
}

/// How reliable two parties have found each other.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Relation {
    /// Id of the cooperative.
    pub cooperative: String,
    /// Id of the enterprise.
    pub enterprise: String,
    /// In [0, 1]; parties without a relation count as [`Relation::UNKNOWN`].
    #[serde(skip_serializing_if = "Relation::is_unknown")]
    pub reliability: f64,
}

impl Relation {
    /// Reliability of parties who have not dealt with each other.
    pub const UNKNOWN: f64 = 0.5;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
    fn is_unknown(reliability: &f64) -> bool {
        *reliability == Self::UNKNOWN
    }
}
