//! Plans: who delivers how much to whom, with a proof, and a reason for all that is not linked.
//!
//! A [`Plan`] exists only after its certificate has been re-checked from scratch, whoever computed it.

mod assign;
mod certificate;
mod compromise;
mod explain;
mod keep;
mod ledger;
mod mechanisms;
mod network;
mod pooling;
mod proof;
mod quotas;
mod reason;

use std::sync::{Arc, OnceLock};

#[cfg(feature = "json")]
pub(crate) use assign::assignment_network;

pub use explain::{
    Account, CertificateUse, CriterionLine, DemandExplanation, Explanation, Gap, Gaps, Held, Language, Link,
    Missing, NearMiss, OfferExplanation, Outcome, PairExplanation, PoolStanding, Privacy, Remedy, Rival,
    RuleCheck, Shortcoming,
};
pub(crate) use keep::kept;
use ledger::Ledger;
pub use pooling::{PoolAccount, PoolShare, PooledVolume, PooledVolumes};
pub use proof::{
    Bounds, Case, LimitPrices, LimitProof, LimitTree, Prices, Proof, Resource, Status, TreeBranch,
};
pub use quotas::{Binding, QuotaOutcome, QuotaProof};
use reason::Situation;
pub use reason::{Funnel, Reason, Unmatched};

use crate::error::Error;
use crate::id::{DemandIx, OfferIx};
use crate::linkage::{Candidate, Linkage};
use crate::market::Market;
use crate::policy::{Mechanism, PerCriterion, Policy};
use crate::units::{Kg, Metres};

/// What an offer delivers to a demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allocation {
    /// The offer.
    pub offer: OfferIx,
    /// The demand.
    pub demand: DemandIx,
    /// All of it, contract included.
    pub volume: Kg,
    /// What was signed before the round.
    pub contract: Kg,
}

impl Allocation {
    /// Twice its value in VND at the middle of ask and bid: whole without rounding. `None` where a price is missing.
    pub(crate) fn twice_value(&self, market: &Market) -> Option<i128> {
        let (ask, bid) = (market.offer(self.offer).ask?, market.demand(self.demand).bid?);
        Some((i128::from(ask.0) + i128::from(bid.0)) * i128::from(self.volume.0))
    }
}

/// A plan that has passed its certificate. Immutable; cloning copies a pointer.
///
/// ```
/// # use lienket::{Cooperative, Demand, Enterprise, Kg, Market, MarketParts, Offer, Place};
/// use lienket::{Linkage, Mechanism, Plan, Policy, Status};
/// # let mut parts = MarketParts::new("2025-11-28".parse()?);
/// # parts.cooperatives.push(Cooperative::new("htx", Place::id("vn/thai-nguyen")));
/// # parts.enterprises.push(Enterprise::new("shop", Place::id("vn/ha-noi")));
/// # parts.offers.push(Offer::new("o", "htx", "tea/green", Kg(500)));
/// # parts.demands.push(Demand::new("d", "shop", "tea", Kg(300)));
/// # let market = Market::build(parts)?;
/// let linkage = Linkage::build(&market, &Policy::default())?;
/// let plan = Plan::solve(&linkage, Mechanism::Optimal)?;
/// assert_eq!(plan.allocations()[0].volume, Kg(300));
/// assert_eq!(plan.bounds().status, Status::Optimal);
/// assert_eq!(plan.unmatched_offers()[0].left, Kg(200));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Plan(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    linkage: Linkage,
    policy: Policy,
    allocations: Vec<Allocation>,
    pooled: Option<PooledVolumes>,
    proof: Proof,
    bounds: Bounds,
    // What follows from the above, worked out when it is first asked for.
    ledger: OnceLock<Ledger>,
    blocking_pairs: OnceLock<Vec<(OfferIx, DemandIx)>>,
    unmatched_offers: OnceLock<Vec<Unmatched<OfferIx>>>,
    unmatched_demands: OnceLock<Vec<Unmatched<DemandIx>>>,
}

impl Plan {
    /// A plan from its allocations and their proof, as a document has them; nothing is solved.
    ///
    /// # Errors
    /// [`Error::Refuted`] with everything that is wrong with them.
    pub fn certified(
        linkage: &Linkage,
        mechanism: Mechanism,
        allocations: Vec<Allocation>,
        proof: impl Into<Proof>,
    ) -> Result<Self, Error> {
        let policy = Policy { mechanism, ..linkage.policy().clone() };
        Self::certified_under(linkage, policy, allocations, proof.into())
    }

    /// As [`Plan::certified`], under the linkage's policy with another mechanism, or another word on limits. What goes
    /// through pools is not for here.
    fn certified_under(
        linkage: &Linkage,
        policy: Policy,
        allocations: Vec<Allocation>,
        proof: Proof,
    ) -> Result<Self, Error> {
        let bounds = certificate::check(linkage, &policy, &allocations, &proof).map_err(Error::Refuted)?;
        let policy = Policy { pooling: None, ..policy };
        Ok(Self::of_parts(linkage.clone(), policy, allocations, None, proof, bounds))
    }

    /// A plan of volumes with pools, under the policy of their linkage; they have passed their own check.
    #[must_use]
    pub fn pooled_volumes(volumes: PooledVolumes) -> Self {
        let linkage = volumes.pools().linkage().clone();
        let pooling = Some(volumes.pools().pooling().clone());
        let policy = Policy { mechanism: Mechanism::Optimal, pooling, ..linkage.policy().clone() };
        let share = |share: &PooledVolume| Allocation {
            offer: share.offer,
            demand: share.demand,
            volume: share.volume,
            contract: Kg(0),
        };
        let mut allocations = volumes.direct().to_vec();
        allocations.extend(volumes.pooled().iter().map(share));
        allocations.sort_by_key(|a| (a.offer, a.demand));
        let proof = volumes.prices().clone().into();
        let bounds = *volumes.bounds();
        Self::of_parts(linkage, policy, allocations, Some(volumes), proof, bounds)
    }

    fn of_parts(
        linkage: Linkage,
        policy: Policy,
        allocations: Vec<Allocation>,
        pooled: Option<PooledVolumes>,
        proof: Proof,
        bounds: Bounds,
    ) -> Self {
        Self(Arc::new(Inner {
            linkage,
            policy,
            allocations,
            pooled,
            proof,
            bounds,
            ledger: OnceLock::new(),
            blocking_pairs: OnceLock::new(),
            unmatched_offers: OnceLock::new(),
            unmatched_demands: OnceLock::new(),
        }))
    }

    /// The linkage it was made from.
    #[must_use]
    pub fn linkage(&self) -> &Linkage {
        &self.0.linkage
    }

    /// The market.
    #[must_use]
    pub fn market(&self) -> &Market {
        self.0.linkage.market()
    }

    /// The policy as run, mechanism included.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.0.policy
    }

    /// Who delivers how much to whom, sorted by (offer, demand).
    #[must_use]
    pub fn allocations(&self) -> &[Allocation] {
        &self.0.allocations
    }

    /// The allocation of a pair, if there is one.
    #[must_use]
    pub fn allocation(&self, offer: OfferIx, demand: DemandIx) -> Option<&Allocation> {
        let allocations = self.allocations();
        let at = allocations.binary_search_by_key(&(offer, demand), |a| (a.offer, a.demand));
        at.ok().map(|at| &allocations[at])
    }

    /// What goes through pools, and what could; `None` where the plan has no pools.
    #[must_use]
    pub fn pooled(&self) -> Option<&PooledVolumes> {
        self.0.pooled.as_ref()
    }

    /// How the goods of a pair travel through a pool; `None` where they do not.
    #[must_use]
    pub fn via(&self, offer: OfferIx, demand: DemandIx) -> Option<&PooledVolume> {
        self.pooled().and_then(|volumes| volumes.via(offer, demand))
    }

    /// Great-circle distance that the goods of a pair travel: both legs through a pool.
    #[must_use]
    pub fn distance(&self, offer: OfferIx, demand: DemandIx) -> Metres {
        let direct = || self.linkage().distance(offer, demand);
        self.via(offer, demand).map_or_else(direct, PooledVolume::distance)
    }

    /// Scores of a pair as its goods travel; `None` where it is no candidate.
    #[must_use]
    pub fn scores(&self, offer: OfferIx, demand: DemandIx) -> Option<Candidate> {
        let pooled = self.pooled().and_then(|volumes| volumes.scores(volumes.via(offer, demand)?));
        pooled.or_else(|| self.linkage().candidate(offer, demand))
    }

    /// Criterion values of a pair as its goods travel; `None` where it is no candidate.
    #[must_use]
    pub fn criteria(&self, offer: OfferIx, demand: DemandIx) -> Option<PerCriterion<[f64; 2]>> {
        let pooled = self.pooled().and_then(|volumes| {
            let share = volumes.via(offer, demand)?;
            volumes.pools().criteria(volumes.pools().find(demand, share.hub)?, offer)
        });
        pooled.or_else(|| self.linkage().criteria(offer, demand))
    }

    /// What the checker read.
    #[must_use]
    pub fn proof(&self) -> &Proof {
        &self.0.proof
    }

    /// The prices that prove the bound, lots and the like aside.
    #[must_use]
    pub fn prices(&self) -> &Prices {
        &self.0.proof.prices
    }

    /// What the plan reaches and what no plan can exceed.
    #[must_use]
    pub fn bounds(&self) -> &Bounds {
        &self.0.bounds
    }

    fn situation(&self) -> Situation<'_> {
        let inner = &self.0;
        Situation {
            linkage: &inner.linkage,
            prices: &inner.proof.prices,
            allocations: &inner.allocations,
            pooled: inner.pooled.as_ref(),
            exact: inner.bounds.status == Status::Optimal,
            stable: inner.bounds.status == Status::Stable,
            ledger: inner.ledger.get_or_init(|| {
                let (pooled, prices) = (inner.pooled.as_ref(), &inner.proof.prices);
                Ledger::of(&inner.linkage, &inner.allocations, pooled, prices)
            }),
        }
    }

    /// Why a pair does not trade, or trades no more: the first rule that stops it, or what stands in a candidate's way.
    ///
    /// The first call works out who trades with whom, O(offers + demands + allocations).
    #[must_use]
    pub fn reason_of(&self, offer: OfferIx, demand: DemandIx) -> Reason {
        self.situation().reason_of(offer, demand)
    }

    /// Pairs that would both gain by trading more with each other than the plan lets them, sorted.
    #[must_use]
    pub fn blocking_pairs(&self) -> &[(OfferIx, DemandIx)] {
        once(&self.0.blocking_pairs, || certificate::blocking(&self.0.linkage, &self.0.allocations))
    }

    /// Offers with something left, sorted, each with its reason.
    ///
    /// Worked out at the first call, in parallel over offers: O(their candidates) and the funnels. Later calls
    /// are free.
    #[must_use]
    pub fn unmatched_offers(&self) -> &[Unmatched<OfferIx>] {
        once(&self.0.unmatched_offers, || self.situation().unmatched_offers())
    }

    /// Demands with something left, sorted, each with its reason.
    ///
    /// Worked out at the first call, in parallel over demands: O(candidates) and the funnels. Later calls are
    /// free.
    #[must_use]
    pub fn unmatched_demands(&self) -> &[Unmatched<DemandIx>] {
        once(&self.0.unmatched_demands, || self.situation().unmatched_demands())
    }
}

/// What a cell holds, worked out if it is still empty.
///
/// Not `get_or_init`: the work is parallel, and a thread that waits for its parts may take up a task that asks
/// for the same, and would wait for itself. Two at once both do the work, with the same result.
fn once<T>(cell: &OnceLock<Vec<T>>, work: impl FnOnce() -> Vec<T>) -> &[T] {
    if cell.get().is_none() {
        let _ = cell.set(work());
    }
    cell.get().expect("set by this thread or another")
}
