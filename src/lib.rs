//! lienket
mod error;
mod id;
pub mod linkage;
pub mod market;
pub mod policy;
mod units;
mod watch;

pub use error::{Error, Issue, Severity};
pub use id::{CooperativeIx, DemandIx, EnterpriseIx, OfferIx, StandardIx};
pub use linkage::{Candidate, Linkage, Node, Rule, Stopped};
pub use market::{
    Acceptance, AcceptanceKind, Catalogue, CatalogueAdditions, Certificate, CertificateStatus, Contract,
    Cooperative, CooperativeKind, Demand, Enterprise, Exclusion, Market, MarketParts, Offer, Place,
    PlaceEntry, PlaceMatch, ProductEntry, Relation, StandardEntry, Substitute, fold_name,
};
pub use policy::{Boost, Criterion, Mechanism, Objective, PerCriterion, Policy, Side, Weights};
pub use units::{Date, DateError, Kg, Km, Metres, Score, VndPerKg, Window};
pub use watch::{Progress, Stage, Watch};
