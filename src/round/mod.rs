//! Rounds: a plan, what people decided about it, and the next plan with the least change.
//!
//! **Problem.** People answer to a plan: they accept, decline, sign; an organiser forces a pair or forbids it. The next
//! plan must hold all of that, and change nothing else without need.
//!
//! **Method.** Decisions become part of the market: what is signed, accepted or forced a contract of just so much, what is
//! declined or forbidden a pair that is barred ([`Round::effective_market`]). Then
//!
//! ```text
//! stay     of what stood and no decision touched, the most kilograms that fit beside the decisions   (plan::keep)
//! pin      these as contracts
//! rest     everything else by the policy's own mechanism, which may add to what stays
//! whole    an all-or-nothing demand not filled again loses what was kept for it: then once more from `pin`
//! ```
//!
//! **Invariant.** The next plan is an ordinary plan of the effective market: its certificate is checked from scratch, and
//! anybody can check it again. The log of decisions only grows; of several on one pair the last is in effect.
//!
//! **What it cannot do.** Keep pools: who delivers through one stands with the others, so pools are formed anew in every
//! round, and a pair in one is not settled alone. Least change comes before the objective, before quotas and before what `stable` and `fair` promise:
//! these hold for what is left to decide. Where lots, numbers of partners or certified volumes stand in the way of
//! what stood, "most kilograms" is exact on small clusters and the best found on large ones.

mod decision;
mod diff;
mod effect;
mod movable;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

#[cfg(feature = "json")]
pub(crate) use decision::log_issues;
pub use decision::{Decision, DecisionKind, Decisions, Logged};
pub use diff::{Because, Change, Movement, PlanDiff};
pub use movable::Movable;

use crate::error::{Error, Issue};
use crate::id::{DemandIx, OfferIx};
use crate::linkage::Linkage;
use crate::market::Market;
use crate::plan::{Allocation, Plan, kept};
use crate::policy::Policy;
use crate::units::Kg;
use crate::watch::Watch;
use effect::effective;

type Pair = (OfferIx, DemandIx);

/// A market, the plan people have in hand, and every decision taken so far.
///
/// ```
/// # use lienket::{Cooperative, Demand, Enterprise, Kg, Market, MarketParts, Offer, Place};
/// use lienket::{Decision, DecisionKind, Decisions, PlanDiff, Policy, Round};
/// # let mut parts = MarketParts::new("2025-11-28".parse()?);
/// # parts.cooperatives.push(Cooperative::new("htx", Place::id("vn/thai-nguyen")));
/// # parts.enterprises.push(Enterprise::new("shop", Place::id("vn/ha-noi")));
/// # parts.offers.push(Offer::new("o", "htx", "tea/green", Kg(500)));
/// # parts.demands.push(Demand::new("near", "shop", "tea", Kg(300)));
/// # parts.demands.push(Demand::new("other", "shop", "tea", Kg(300)));
/// # let market = Market::build(parts)?;
/// let first = Round::open(&market, &Policy::default())?;
/// let decision = Decision::new("o", "near", DecisionKind::Signed, "chị Hoa", "signed at the table").volume(Kg(250));
/// let second = first.decide(&Decisions::from(vec![decision]))?;
/// let signed = (market.find_offer("o")?, market.find_demand("near")?);
/// assert_eq!(second.plan().allocation(signed.0, signed.1).map(|a| a.volume), Some(Kg(250)));
/// assert_eq!(PlanDiff::between(&first, &second).changes().len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Round {
    market: Market,
    number: u32,
    log: Vec<Logged>,
    movable: Movable,
    /// What stayed by the rule of least change alone, sorted: new kilograms of the effective market's contracts.
    kept: Vec<(OfferIx, DemandIx, Kg)>,
    plan: Plan,
}

/// Why an allocation of a round stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// A contract of the market.
    Contract,
    /// Signed in the course of the rounds.
    Signed,
    /// Accepted by those concerned.
    Accepted,
    /// Put in by the organiser.
    Forced,
    /// It stood before, and nothing touched it.
    Kept,
    /// Assigned by the mechanism.
    New,
}

impl Standing {
    /// The code in documents.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Contract => "contract",
            Self::Signed => "signed",
            Self::Accepted => "accepted",
            Self::Forced => "forced",
            Self::Kept => "kept",
            Self::New => "new",
        }
    }
}

impl serde::Serialize for Standing {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl Round {
    /// The first round of a market: the plan of the policy's mechanism.
    ///
    /// # Errors
    /// As [`Linkage::build`] and [`Plan::solve`].
    pub fn open(market: &Market, policy: &Policy) -> Result<Self, Error> {
        Self::open_watched(market, policy, &|_| ControlFlow::Continue(()))
    }

    /// As [`Round::open`], reporting progress to `watch`, which may cancel the work.
    ///
    /// # Errors
    /// As [`Round::open`], and [`Error::Cancelled`].
    pub fn open_watched(market: &Market, policy: &Policy, watch: Watch) -> Result<Self, Error> {
        let linkage = Linkage::build_watched(market, policy, watch)?;
        let plan = Plan::solve_watched(&linkage, policy.mechanism, watch)?;
        let (log, kept) = (Vec::new(), Vec::new());
        Ok(Self { market: market.clone(), number: 1, log, movable: Movable::default(), kept, plan })
    }

    /// The next round: decisions applied, and the plan solved again with the least change.
    ///
    /// The order of the decisions does not matter. Without any, and with nothing new said of what may move, the
    /// round is returned as it is.
    ///
    /// Two builds of the linkage and one [`Plan::solve`]; more solves only where all-or-nothing demands are given up.
    ///
    /// # Errors
    /// [`Error::Faults`] with everything wrong with the decisions, pointing into them as the document
    /// `lienket/decisions@1` would be: `/decisions/3/volume_kg`; and as [`Plan::solve`].
    pub fn decide(&self, decisions: &Decisions) -> Result<Self, Error> {
        self.decide_watched(decisions, &|_| ControlFlow::Continue(()))
    }

    /// As [`Round::decide`], reporting progress to `watch`, which may cancel the work.
    ///
    /// # Errors
    /// As [`Round::decide`], and [`Error::Cancelled`].
    pub fn decide_watched(&self, decisions: &Decisions, watch: Watch) -> Result<Self, Error> {
        let movable = decisions.movable.as_ref().map_or_else(|| self.movable.clone(), Movable::canonical);
        if decisions.list.is_empty() && movable == self.movable {
            return Ok(self.clone());
        }
        let mut issues = decision::issues(&self.market, Some(self), &decisions.list);
        issues.extend(movable.issues(&self.market));
        if !issues.is_empty() {
            return Err(Error::Faults(issues));
        }
        let (log, origin) = self.logged(&decisions.list);
        let policy = self.plan.policy();
        let shown = |error| effect::shown(error, &log, &origin);
        let (market, contracts) = effective(&self.market, &log, &[])?;
        let market = Market::build(market).map_err(|error| shown((error, &contracts)))?;
        let linkage =
            Linkage::build_watched(&market, policy, watch).map_err(|error| shown((error, &contracts)))?;
        let touched: BTreeSet<Pair> = in_effect(&market, &log)
            .into_iter()
            .filter(|(_, logged)| logged.touches(self.number))
            .map(|(p, _)| p)
            .collect();
        let stood = self.plan.allocations().iter().filter_map(|a| {
            let pair = (a.offer, a.demand);
            let new = Kg(a.volume.0 - signed(&self.market, pair).0);
            // A contract would take its kilograms out of the pool: pools are formed anew.
            let pooled = self.plan.via(a.offer, a.demand).is_some();
            let stays = new > Kg(0) && !pooled && !touched.contains(&pair) && !movable.lets(&market, pair);
            stays.then_some((a.offer, a.demand, new))
        });
        let standing: Vec<_> = stood.collect();
        let mut kept = kept(&linkage, &standing, watch)?;
        let plan = loop {
            let linkage = if kept.is_empty() {
                linkage.clone()
            } else {
                let (parts, _) = effective(&self.market, &log, &kept)?;
                let pinned =
                    Market::build(parts).and_then(|market| Linkage::build_watched(&market, policy, watch));
                pinned.map_err(ours)?
            };
            let plan = Plan::solve_watched(&linkage, policy.mechanism, watch)?;
            let missed = not_filled(&plan);
            let before = kept.len();
            kept.retain(|(_, demand, _)| !missed.contains(demand));
            if kept.len() == before {
                break plan;
            }
        };
        Ok(Self { market: self.market.clone(), number: self.number + 1, log, movable, kept, plan })
    }

    /// The effective market of a log and what is kept.
    #[cfg(feature = "json")]
    pub(crate) fn effective_with(
        market: &Market,
        log: &[Logged],
        kept: &[(OfferIx, DemandIx, Kg)],
    ) -> Result<Market, Error> {
        let (parts, contracts) = effective(market, log, kept)?;
        let origin: Vec<usize> = (0..log.len()).collect();
        Market::build(parts).map_err(|error| effect::shown((error, &contracts), log, &origin))
    }

    /// A round from what a document says, its plan checked against the effective market already.
    #[cfg(feature = "json")]
    pub(crate) fn restored(
        market: Market,
        number: u32,
        log: Vec<Logged>,
        movable: Movable,
        kept: Vec<(OfferIx, DemandIx, Kg)>,
        plan: Plan,
    ) -> Self {
        Self { market, number, log, movable, kept, plan }
    }

    /// The market as it was before the rounds.
    #[must_use]
    pub fn market(&self) -> &Market {
        &self.market
    }

    /// The market with every decision in it, and what is kept as contracts: the one that the plan is a plan of.
    #[must_use]
    pub fn effective_market(&self) -> &Market {
        self.plan.market()
    }

    /// The policy, with the mechanism.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        self.plan.policy()
    }

    /// The plan in hand.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Which round it is, from 1.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Every decision so far, by round, offer and demand. Of several on one pair the last is in effect.
    #[must_use]
    pub fn decisions(&self) -> &[Logged] {
        &self.log
    }

    /// What a re-solve may move though no decision touches it.
    #[must_use]
    pub fn movable(&self) -> &Movable {
        &self.movable
    }

    /// What stayed by the rule of least change alone, sorted, contracts of the market not counted.
    #[must_use]
    pub fn kept(&self) -> &[(OfferIx, DemandIx, Kg)] {
        &self.kept
    }

    /// Why an allocation of the plan stands. O(decisions).
    #[must_use]
    pub fn standing(&self, allocation: &Allocation) -> Standing {
        let pair = (allocation.offer, allocation.demand);
        let decided = self.in_effect_on(pair).and_then(|logged| logged.decision.kind.standing());
        self.standing_beside(allocation, decided)
    }

    /// Every allocation of the plan with why it stands, in the plan's order.
    #[must_use]
    pub fn standings(&self) -> Vec<(Allocation, Standing)> {
        let decided = in_effect(&self.market, &self.log);
        let standing = |a: &Allocation| {
            let decided =
                decided.get(&(a.offer, a.demand)).and_then(|logged| logged.decision.kind.standing());
            (*a, self.standing_beside(a, decided))
        };
        self.plan.allocations().iter().map(standing).collect()
    }

    /// Why an allocation stands, given how a decision lets its pair stand.
    fn standing_beside(&self, allocation: &Allocation, decided: Option<Standing>) -> Standing {
        let pair = (allocation.offer, allocation.demand);
        let pinned = self.kept.binary_search_by_key(&pair, |(o, d, _)| (*o, *d)).is_ok();
        match decided {
            Some(standing) => standing,
            None if pinned => Standing::Kept,
            None if allocation.volume == allocation.contract => Standing::Contract,
            None => Standing::New,
        }
    }

    /// The decision in effect on a pair.
    fn in_effect_on(&self, (offer, demand): Pair) -> Option<&Logged> {
        let (offer, demand) = (&self.market.offer(offer).id, &self.market.demand(demand).id);
        self.log.iter().rev().find(|l| l.decision.offer == *offer && l.decision.demand == *demand)
    }

    /// The log with new decisions, volumes filled in; and where each of these stood in the list.
    fn logged(&self, list: &[Decision]) -> (Vec<Logged>, Vec<usize>) {
        let mut order: Vec<usize> = (0..list.len()).collect();
        order.sort_by_key(|&i| (&list[i].offer, &list[i].demand));
        let new = order.iter().map(|&i| {
            let mut decision = list[i].clone();
            if decision.kind == DecisionKind::Accepted && decision.volume.is_none() {
                decision.volume = self.planned(&decision);
            }
            Logged { round: self.number, decision }
        });
        (self.log.iter().cloned().chain(new).collect(), order)
    }

    /// What the plan has for the pair of a decision.
    fn planned(&self, decision: &Decision) -> Option<Kg> {
        let offer = self.market.position_of_offer(&decision.offer).map(OfferIx::at)?;
        let demand = self.market.position_of_demand(&decision.demand).map(DemandIx::at)?;
        self.plan.allocation(offer, demand).map(|a| a.volume)
    }
}

/// The last decision on every pair. (Ids are those of the market: they have been checked.)
fn in_effect<'a>(market: &Market, log: &'a [Logged]) -> BTreeMap<Pair, &'a Logged> {
    let pair = |logged: &'a Logged| {
        let offer = market.position_of_offer(&logged.decision.offer)?;
        let demand = market.position_of_demand(&logged.decision.demand)?;
        Some(((OfferIx::at(offer), DemandIx::at(demand)), logged))
    };
    log.iter().filter_map(pair).collect()
}

/// What the market's own contract on a pair says.
fn signed(market: &Market, pair: Pair) -> Kg {
    let at = market.signed().binary_search_by_key(&pair, |signed| (signed.offer, signed.demand));
    at.map_or(Kg(0), |at| market.signed()[at].volume)
}

/// All-or-nothing demands that get something, but not all.
fn not_filled(plan: &Plan) -> BTreeSet<DemandIx> {
    let market = plan.market();
    let mut got: BTreeMap<DemandIx, i64> = BTreeMap::new();
    for a in plan.allocations().iter().filter(|a| market.demand(a.demand).all_or_nothing) {
        *got.entry(a.demand).or_default() += a.volume.0;
    }
    got.into_iter()
        .filter(|(demand, kg)| *kg < market.demand(*demand).volume.0)
        .map(|(demand, _)| demand)
        .collect()
}

/// What is kept fits: a fault of it is our own.
fn ours(error: Error) -> Error {
    match error {
        Error::Faults(issues) => {
            let issues: Vec<String> = issues.iter().map(Issue::to_string).collect();
            Error::Internal(format!("what is kept does not fit: {}", issues.join("; ")))
        }
        other => other,
    }
}
