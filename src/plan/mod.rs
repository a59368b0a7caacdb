//! Plans: who delivers how much to whom, with a proof, and a reason for all that is not linked.
//!
//! A [`Plan`] exists only after its certificate has been re-checked from scratch, whoever computed it.

mod assign;
mod certificate;
mod explain;
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

pub use certificate::pools::PooledBounds;
pub use explain::{
    Account, CertificateUse, CriterionLine, DemandExplanation, Explanation, Gap, Gaps, Held, Language, Link,
    Missing, NearMiss, OfferExplanation, Outcome, PairExplanation, Privacy, Remedy, Rival, RuleCheck,
    Shortcoming,
};
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
use crate::linkage::Linkage;
use crate::market::Market;
use crate::policy::{Mechanism, Policy};
use crate::units::Kg;

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

    /// As [`Plan::certified`], under the linkage's policy with another mechanism, or another word on limits.
    fn certified_under(
        linkage: &Linkage,
        policy: Policy,
        allocations: Vec<Allocation>,
        proof: Proof,
    ) -> Result<Self, Error> {
        let bounds = certificate::check(linkage, &policy, &allocations, &proof).map_err(Error::Refuted)?;
        Ok(Self(Arc::new(Inner {
            linkage: linkage.clone(),
            policy,
            allocations,
            proof,
            bounds,
            ledger: OnceLock::new(),
            blocking_pairs: OnceLock::new(),
            unmatched_offers: OnceLock::new(),
            unmatched_demands: OnceLock::new(),
        })))
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
            exact: inner.bounds.status == Status::Optimal,
            stable: inner.bounds.status == Status::Stable,
            ledger: inner
                .ledger
                .get_or_init(|| Ledger::of(&inner.linkage, &inner.allocations, &inner.proof.prices)),
        }
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
