#![doc = include_str!("../README.md")]

mod error;
#[cfg(feature = "generate")]
pub mod generate;
pub mod guide;
mod id;
#[cfg(feature = "json")]
pub mod io;
mod linkage;
mod market;
mod metrics;
mod overview;
mod plan;
mod policy;
pub mod report;
mod round;
pub mod solve;
mod timetable;
mod units;
mod watch;

pub use error::{Error, Issue, Severity};
pub use id::{CooperativeIx, DemandIx, EnterpriseIx, HubIx, OfferIx, StandardIx};
pub use linkage::{Candidate, Hub, HubSite, Linkage, Node, Pool, PoolMember, PoolStop, Pools, Rule, Stopped};
pub use market::{
    Acceptance, AcceptanceKind, Barred, Catalogue, CatalogueAdditions, Certificate, CertificateStatus,
    Contract, Cooperative, CooperativeKind, Demand, Enterprise, Exclusion, Market, MarketParts, Offer, Place,
    PlaceEntry, PlaceMatch, ProductEntry, Relation, StandardEntry, Substitute, covers, fold_name,
};
pub use metrics::{Compared, FrontierPoint, GroupMetrics, Metrics, compare, frontier};
pub use overview::{
    AreaFigures, Bilingual, Cell, Column, Figures, Flow, FrontierRow, GapRow, Group, LeftRow, Lever, LinkRow,
    Overview, PriceRow, ReasonCount, TARGET_PERCENT, Table,
};
pub use plan::{
    Account, Allocation, Binding, Bounds, Case, CertificateUse, CriterionLine, DemandExplanation,
    Explanation, Funnel, Gap, Gaps, Held, Language, LimitPrices, LimitProof, LimitTree, Link, Missing,
    NearMiss, OfferExplanation, Outcome, PairExplanation, Plan, PoolAccount, PoolShare, PoolStanding,
    PooledVolume, PooledVolumes, Prices, Privacy, Proof, QuotaOutcome, QuotaProof, Reason, Remedy, Resource,
    Rival, RuleCheck, Shortcoming, Status, TreeBranch, Unmatched,
};
pub use policy::{
    Boost, Criterion, Depot, Floor, HubKind, Mechanism, Objective, PerCriterion, Policy, Pooling, Quota,
    QuotaGroup, Side, UnderLimits, Union, Weights,
};
pub use round::{
    Because, Change, Decision, DecisionKind, Decisions, Logged, Movable, Movement, PlanDiff, Round, Standing,
};
pub use solve::Aversion;
pub use timetable::{
    Appointment, Attendance, Booking, Break, Day, LeastSlots, Meetings, Missed, MissedMeeting, Mode, Moment,
    Party, Quality, Span, Spot, Subject, Time, TimeError, Timetable, Venue, Who, Why, WithoutMeeting,
};
pub use units::{Date, DateError, Kg, Km, Metres, Score, VndPerKg, Window};
pub use watch::{Progress, Stage, Watch};
