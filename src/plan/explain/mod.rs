//! Explanations: why a pair is linked, why it is not, and what would change it.
//!
//! Structured first (codes with parameters, serialisable), prose second: [`Explanation::in_language`] renders
//! them for people. Every change named is the smallest that passes its rule, the others aside.

mod certificates;
mod english;
mod gaps;
mod pair;
mod party;
mod pools;
mod privacy;
mod prose;
mod vietnamese;

pub use pools::PoolStanding;

use serde::Serialize;

pub use gaps::{Gap, Gaps};
pub use privacy::Privacy;

use crate::linkage::Rule;
use crate::plan::Plan;
use crate::plan::reason::{Funnel, Reason};
use crate::policy::Criterion;
use crate::units::{Date, Kg, Score, VndPerKg, Window};
use crate::{AcceptanceKind, CertificateStatus, Error};

/// A language that explanations are rendered in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Tiếng Việt.
    Vietnamese,
}

/// An explanation of a pair, an offer or a demand.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum Explanation {
    /// Of a pair.
    Pair(PairExplanation),
    /// Of an offer.
    Offer(OfferExplanation),
    /// Of a demand.
    Demand(DemandExplanation),
}

/// Why a pair trades, or not.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PairExplanation {
    /// Id of the offer.
    pub offer: String,
    /// Name of its cooperative.
    pub cooperative: String,
    /// Id of the demand.
    pub demand: String,
    /// Name of its enterprise.
    pub enterprise: String,
    /// What came of the pair.
    pub outcome: Outcome,
    /// How it stands with pools, where there could be some.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pool: Option<PoolStanding>,
    /// Every rule in order, with what would pass it where it fails: those of delivering directly.
    pub rules: Vec<RuleCheck>,
    /// Great-circle distance; both legs of what goes through a pool.
    pub distance_km: f64,
    /// Joint score; absent where the product does not fit or the windows share no day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<Score>,
    /// Score in the cooperative's view.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cooperative_score: Option<Score>,
    /// Score in the enterprise's view.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enterprise_score: Option<Score>,
    /// What each criterion contributes to the two scores.
    pub criteria: Vec<CriterionLine>,
    /// Which certificates satisfy what is required and preferred, and on what ground.
    pub certificates: Vec<CertificateUse>,
}

/// One criterion of a pair: [cooperative's view, enterprise's view].
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct CriterionLine {
    /// Which.
    pub criterion: Criterion,
    /// Its value in [0, 1], six digits.
    pub value: [f64; 2],
    /// Its share of the side's weight, six digits.
    pub weight: [f64; 2],
    /// Weight × value: contributions add up to the side's score, six digits each.
    pub contribution: [f64; 2],
}

/// A standard asked for, and the certificate taken for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CertificateUse {
    /// The standard asked for.
    pub asked: String,
    /// Whether it is required, or preferred.
    pub required: bool,
    /// The standard of the certificate.
    pub held: String,
    /// Last day of the certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Date>,
    /// The acceptances that lead from the one to the other, as (standard, kind, basis); empty for itself.
    pub via: Vec<(String, AcceptanceKind, Option<String>)>,
}

/// A rule checked for a pair.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RuleCheck {
    /// Which.
    pub rule: Rule,
    /// Whether the pair passes it, the others aside.
    pub passed: bool,
    /// The smallest change that passes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<Remedy>,
}

/// The smallest change that passes a rule.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "code", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Remedy {
    /// Offer what is asked for, or have the buyer take it as a substitute.
    OtherProduct {
        /// The product offered.
        offered: String,
        /// The products the buyer takes.
        asked: Vec<String>,
    },
    /// Lift the exclusion of the two parties.
    LiftExclusion,
    /// Move one window towards the other by this many days.
    ShiftWindow {
        /// Days.
        days: i64,
        /// The offer's window.
        available: Window,
        /// The demand's window.
        needed: Window,
    },
    /// Obtain, renew or reinstate certificates.
    Certify {
        /// What is missing.
        missing: Vec<Shortcoming>,
    },
    /// Come nearer, or raise the limit.
    ShortenDistance {
        /// Kilometres too far.
        km: f64,
        /// The distance counted, with `road_factor`.
        counted_km: f64,
        /// The limit.
        limit_km: f64,
    },
    /// Agree on a price.
    AgreePrice {
        /// What lies between them, beyond the tolerance.
        vnd_per_kg: i64,
        /// The highest ask that passes.
        ask_at_most: VndPerKg,
        /// The lowest bid that passes.
        bid_at_least: VndPerKg,
    },
    /// Lower a minimum lot, or raise the smaller volume.
    LowerLot {
        /// Kilograms between them.
        kg: Kg,
        /// The larger minimum lot.
        lot_kg: Kg,
        /// The smaller volume.
        volume_kg: Kg,
    },
    /// Raise the joint score.
    RaiseScore {
        /// How much is missing.
        missing: Score,
        /// The least that is linked.
        least: Score,
    },
    /// What would pass a rule is not told at this level of privacy.
    Unspecified {
        /// The rule.
        rule: Rule,
    },
}

/// A required standard that is not held on all the days asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shortcoming {
    /// The standard.
    pub standard: String,
    /// First day asked.
    pub from: Date,
    /// Last day asked.
    pub until: Date,
    /// What comes nearest to it.
    pub state: Held,
}

/// What the cooperative holds of a standard that it does not satisfy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "code", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Held {
    /// Nothing.
    Nothing,
    /// A certificate that covers some of the days only, chain of acceptances included.
    PartOfTheDays {
        /// The standard of the certificate, which may be another that is accepted.
        held: String,
        /// First day covered, if it begins too late.
        #[serde(skip_serializing_if = "Option::is_none")]
        from: Option<Date>,
        /// Last day covered, if it ends too early.
        #[serde(skip_serializing_if = "Option::is_none")]
        until: Option<Date>,
    },
    /// A certificate for another standard covers the days, but is not accepted for this one on all of them.
    AcceptanceLapses {
        /// The standard of the certificate.
        held: String,
        /// First day of the acceptance, if it begins too late.
        #[serde(skip_serializing_if = "Option::is_none")]
        from: Option<Date>,
        /// Last day of the acceptance, if it ends too early.
        #[serde(skip_serializing_if = "Option::is_none")]
        until: Option<Date>,
    },
    /// A certificate that is not in force.
    NotInForce {
        /// Suspended or revoked.
        status: CertificateStatus,
    },
    /// A certificate for other products.
    OtherProducts,
    /// A certificate that the offer does not name for this lot.
    NotThisLot,
}

/// What came of a pair.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "code", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// It trades.
    Linked {
        /// All of it.
        volume_kg: Kg,
        /// What was signed before.
        contract_kg: Kg,
    },
    /// A rule stopped it.
    Stopped {
        /// The first that fails.
        rule: Rule,
        /// Whether it is the only one.
        only: bool,
    },
    /// Others are worth more.
    OutCompeted {
        /// How much per kg is missing by the prices of the certificate; no less would do. Absent where the plan has a
        /// gap and its prices leave the pair nothing to make up.
        #[serde(skip_serializing_if = "Option::is_none")]
        missing: Option<Missing>,
        /// Who trades there.
        rivals: Vec<Rival>,
        /// An ask with which it would be linked, where a lower ask alone can do it: the highest that its prices
        /// promise, tried by solving anew. Told of pairs only, not in lists of near misses.
        #[serde(skip_serializing_if = "Option::is_none")]
        ask_at_most: Option<VndPerKg>,
    },
    /// Equal merit; the published tie rule decided.
    Tie {
        /// Who trades there.
        rivals: Vec<Rival>,
    },
    /// Somebody has nothing left to trade.
    Capacity {
        /// Who: `offer`, `demand`, `cooperative` or `enterprise`.
        full: &'static str,
    },
    /// What is free is less than a lot.
    Lot {
        /// Free on both sides.
        room_kg: Kg,
        /// The larger minimum lot.
        lot_kg: Kg,
    },
    /// One side has as many partners as it may.
    PartnerLimit {
        /// Which: `offer` or `demand`.
        full: &'static str,
        /// How many partners it may have.
        limit: u64,
    },
    /// The demand wants all or nothing and was not filled.
    AllOrNothing {
        /// What it wants.
        volume_kg: Kg,
    },
    /// Too little is left under the certificate it would rely on.
    CertifiedVolume {
        /// The standard of the certificate.
        standard: String,
        /// What is left under it.
        room_kg: Kg,
        /// The larger minimum lot.
        lot_kg: Kg,
    },
    /// The objective `welfare` sees no gain: a price is missing, or freight eats it.
    NoGain,
    /// The mechanism left it aside though there was room.
    Policy,
}

/// How far a pair's value per kg falls short of its prices, in the objective's unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Missing {
    /// Millionths of joint score.
    MicroScore(i64),
    /// For `volume`: each kilogram of it would cost this many elsewhere.
    Kilograms(i64),
    /// For `welfare`.
    VndPerKg(i64),
}

/// A pair that trades where another would like to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rival {
    /// Id of the offer.
    pub offer: String,
    /// Id of the demand.
    pub demand: String,
    /// What it trades.
    pub volume_kg: Kg,
    /// Its joint score, if it is a candidate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<Score>,
}

/// One link of an offer or a demand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Link {
    /// Id of the demand or offer on the other side.
    pub with: String,
    /// Name of its party.
    pub name: String,
    /// All of it.
    pub volume_kg: Kg,
    /// What was signed before.
    pub contract_kg: Kg,
    /// Joint score, if the pair is a candidate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<Score>,
}

/// A pair that came near to trading.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NearMiss {
    /// Id of the demand or offer on the other side.
    pub with: String,
    /// Name of its party.
    pub name: String,
    /// What came of it.
    pub outcome: Outcome,
    /// What would pass the rule that stopped it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<Remedy>,
}

/// What came of an offer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OfferExplanation {
    /// Its id.
    pub offer: String,
    /// Name of its cooperative.
    pub cooperative: String,
    /// Everything of both kinds.
    #[serde(flatten)]
    pub account: Account,
}

/// What came of a demand.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DemandExplanation {
    /// Its id.
    pub demand: String,
    /// Name of its enterprise.
    pub enterprise: String,
    /// Everything of both kinds.
    #[serde(flatten)]
    pub account: Account,
}

/// What offers and demands have alike.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Account {
    /// Its product path.
    pub product: String,
    /// Its volume.
    pub volume_kg: Kg,
    /// What it trades, contracts included.
    pub matched_kg: Kg,
    /// What is left.
    pub left_kg: Kg,
    /// Why something is left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// How its pairs ended.
    pub funnel: Funnel,
    /// With whom it trades.
    pub links: Vec<Link>,
    /// Pairs that came nearest, at most five: first those out-competed by little, then those that one change
    /// would make candidates.
    pub near: Vec<NearMiss>,
}

impl Plan {
    /// Explains a pair, by the ids of its offer and demand.
    ///
    /// # Errors
    /// [`Error::UnknownId`].
    ///
    /// ```
    /// # use lienket::{Cooperative, Demand, Enterprise, Kg, Market, MarketParts, Offer, Place};
    /// # use lienket::{Linkage, Mechanism, Plan, Policy};
    /// # let mut parts = MarketParts::new("2025-11-28".parse()?);
    /// # parts.cooperatives.push(Cooperative::new("htx", Place::id("vn/thai-nguyen")));
    /// # parts.enterprises.push(Enterprise::new("shop", Place::id("vn/ha-noi")));
    /// # parts.offers.push(Offer::new("o", "htx", "tea/green", Kg(500)));
    /// # parts.demands.push(Demand::new("d", "shop", "tea", Kg(300)).requires("haccp"));
    /// # let linkage = Linkage::build(&Market::build(parts)?, &Policy::default())?;
    /// # let plan = Plan::solve(&linkage, Mechanism::Optimal)?;
    /// let explanation = plan.explain("o", "d")?;
    /// assert!(explanation.to_string().contains("obtain `haccp`"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn explain(&self, offer: &str, demand: &str) -> Result<Explanation, Error> {
        let (offer, demand) = (self.market().find_offer(offer)?, self.market().find_demand(demand)?);
        Ok(Explanation::Pair(pair::explain(&self.situation(), offer, demand)))
    }

    /// Explains what came of an offer, by its id.
    ///
    /// # Errors
    /// [`Error::UnknownId`].
    pub fn explain_offer(&self, offer: &str) -> Result<Explanation, Error> {
        let offer = self.market().find_offer(offer)?;
        Ok(Explanation::Offer(party::offer(&self.situation(), offer)))
    }

    /// Explains what came of a demand, by its id.
    ///
    /// # Errors
    /// [`Error::UnknownId`].
    pub fn explain_demand(&self, demand: &str) -> Result<Explanation, Error> {
        let demand = self.market().find_demand(demand)?;
        Ok(Explanation::Demand(party::demand(&self.situation(), demand)))
    }
}
