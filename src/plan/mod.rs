//! Plans: who delivers how much to whom, with a proof, and a reason for all that is not linked.
//!
//! A [`Plan`] exists only after its certificate has been re-checked from scratch, whoever computed it.

mod certificate;
mod explain;
mod ledger;
mod network;
mod reason;

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use serde::Serialize;

pub use explain::{
    Account, CertificateUse, CriterionLine, DemandExplanation, Explanation, Held, Language, Link, Missing,
    NearMiss, OfferExplanation, Outcome, PairExplanation, Remedy, Rival, RuleCheck, Shortcoming,
};
use ledger::Ledger;
use reason::Situation;
pub use reason::{Funnel, Reason, Unmatched};

use crate::error::Error;
use crate::id::{DemandIx, OfferIx};
use crate::linkage::Linkage;
use crate::market::Market;
use crate::policy::{Mechanism, Objective, Policy};
use crate::solve::{self, Effort, SolveError};
use crate::units::Kg;
use crate::watch::{Progress, Stage, Watch};

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

/// What is proved of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Status {
    /// No plan is better.
    Optimal,
    /// Every limit is kept; a better plan may exist, but none beyond the bound.
    Feasible,
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
    prices: Prices,
    bounds: Bounds,
    // What follows from the above, worked out when it is first asked for.
    ledger: OnceLock<Ledger>,
    unmatched_offers: OnceLock<Vec<Unmatched<OfferIx>>>,
    unmatched_demands: OnceLock<Vec<Unmatched<DemandIx>>>,
}

impl Plan {
    /// Assigns volumes by a mechanism.
    ///
    /// The optimum is found by primal network simplex on connected components in parallel, and is the same for
    /// any order of the input and any number of threads; ties are broken by the published rule on ids. Where
    /// minimum lots, partner limits, all-or-nothing demands or certified volumes bind, the plan keeps them and
    /// is the best found, with the bound of the network without them.
    ///
    /// # Errors
    /// [`Error::Overflow`] where prices are too large to be added up exactly.
    pub fn solve(linkage: &Linkage, mechanism: Mechanism) -> Result<Self, Error> {
        Self::solve_watched(linkage, mechanism, &|_| ControlFlow::Continue(()))
    }

    /// As [`Plan::solve`], reporting progress to `watch`, which may cancel the work between two steps.
    ///
    /// # Errors
    /// As [`Plan::solve`], and [`Error::Cancelled`].
    pub fn solve_watched(linkage: &Linkage, mechanism: Mechanism, watch: Watch) -> Result<Self, Error> {
        Self::solve_from(linkage, mechanism, None, watch)
    }

    /// As [`Plan::solve`], beginning with an earlier plan: the same plan to the byte, in less time the less has
    /// changed since. Volumes, prices, pairs, parties and the policy may have; offers and demands are known
    /// again by their ids.
    ///
    /// Finding the optimum then takes few pivots; laying out the network takes as long as ever. For single changes
    /// of a kept network there is [`solve::Standing`].
    ///
    /// # Errors
    /// As [`Plan::solve`].
    ///
    /// ```
    /// # use lienket::{Cooperative, Demand, Enterprise, Kg, Linkage, Market, MarketParts, Mechanism, Offer, Place, Plan, Policy};
    /// # let mut parts = MarketParts::new("2025-11-28".parse()?);
    /// # parts.cooperatives.push(Cooperative::new("htx", Place::id("vn/thai-nguyen")));
    /// # parts.enterprises.push(Enterprise::new("shop", Place::id("vn/ha-noi")));
    /// # parts.offers.push(Offer::new("o", "htx", "tea/green", Kg(500)));
    /// # parts.demands.push(Demand::new("d", "shop", "tea", Kg(300)));
    /// # let policy = Policy::default();
    /// let linkage = Linkage::build(&Market::build(parts.clone())?, &policy)?;
    /// let before = Plan::solve(&linkage, Mechanism::Optimal)?;
    /// parts.demands[0].volume = Kg(400);
    /// let linkage = Linkage::build(&Market::build(parts)?, &policy)?;
    /// let after = Plan::solve_near(&linkage, Mechanism::Optimal, &before)?;
    /// assert_eq!(after.allocations()[0].volume, Kg(400));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn solve_near(linkage: &Linkage, mechanism: Mechanism, earlier: &Plan) -> Result<Self, Error> {
        Self::solve_from(linkage, mechanism, Some(earlier), &|_| ControlFlow::Continue(()))
    }

    fn solve_from(
        linkage: &Linkage,
        mechanism: Mechanism,
        earlier: Option<&Plan>,
        watch: Watch,
    ) -> Result<Self, Error> {
        let step = |stage, done, total| match watch(Progress { stage, done, total }) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Error::Cancelled),
        };
        step(Stage::Assignment, 0, 3)?;
        let transport = network::transport(linkage);
        step(Stage::Assignment, 1, 3)?;
        let optimum = match earlier {
            None => solve::optimum(&transport),
            Some(earlier) => solve::optimum_near(&transport, &flow_of(earlier, linkage, &transport)),
        };
        let optimum = optimum.map_err(failed)?;
        step(Stage::Assignment, 2, 3)?;
        let instead = match mechanism {
            Mechanism::Optimal => within_limits(linkage, &transport, &optimum, watch)?,
            Mechanism::Greedy => {
                let (limits, rank) =
                    (network::limits(linkage, &transport), network::rank(linkage, &transport));
                Some(used(&solve::greedy(&transport, &limits, &rank).map_err(failed)?))
            }
        };
        let (flow, prices) = taken_apart(linkage, optimum);
        let flow = instead.unwrap_or(flow);
        step(Stage::Certificate, 0, 1)?;
        let allocations = gather(linkage, &transport, &flow);
        // Large, and of no use to what follows.
        drop((transport, flow));
        let plan = Self::certified(linkage, mechanism, allocations, prices);
        // A plan of our own that does not pass is our fault, not the caller's.
        plan.map_err(|error| match error {
            Error::Refuted(_) => Error::Internal(error.to_string()),
            other => other,
        })
    }

    /// Checks volumes that somebody else assigned, contracts included, and makes them a plan with a bound.
    ///
    /// # Errors
    /// [`Error::Refuted`] with everything that is wrong with them; [`Error::Overflow`] as [`Plan::solve`].
    pub fn adopt(linkage: &Linkage, volumes: &[(OfferIx, DemandIx, Kg)]) -> Result<Self, Error> {
        let market = linkage.market();
        let signed = |o, d| {
            let at = market.signed().binary_search_by_key(&(o, d), |c| (c.offer, c.demand));
            at.map_or(Kg(0), |at| market.signed()[at].volume)
        };
        let mut allocations: Vec<Allocation> = volumes
            .iter()
            .map(|&(offer, demand, volume)| Allocation {
                offer,
                demand,
                volume,
                contract: signed(offer, demand),
            })
            .collect();
        allocations.sort_by_key(|a| (a.offer, a.demand));
        let optimum = solve::optimum(&network::transport(linkage)).map_err(failed)?;
        let (_, prices) = taken_apart(linkage, optimum);
        Self::certified(linkage, linkage.policy().mechanism, allocations, prices)
    }

    /// A plan from its allocations and prices, as a document has them; nothing is solved.
    ///
    /// # Errors
    /// [`Error::Refuted`] with everything that is wrong with them.
    pub fn certified(
        linkage: &Linkage,
        mechanism: Mechanism,
        allocations: Vec<Allocation>,
        prices: Prices,
    ) -> Result<Self, Error> {
        let bounds = certificate::check(linkage, &allocations, &prices).map_err(Error::Refuted)?;
        let policy = Policy { mechanism, ..linkage.policy().clone() };
        Ok(Self(Arc::new(Inner {
            linkage: linkage.clone(),
            policy,
            allocations,
            prices,
            bounds,
            ledger: OnceLock::new(),
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

    /// The prices that prove the bound.
    #[must_use]
    pub fn prices(&self) -> &Prices {
        &self.0.prices
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
            prices: &inner.prices,
            allocations: &inner.allocations,
            exact: inner.bounds.status == Status::Optimal,
            ledger: inner
                .ledger
                .get_or_init(|| Ledger::of(&inner.linkage, &inner.allocations, &inner.prices)),
        }
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

fn failed(error: SolveError) -> Error {
    match error {
        SolveError::Overflow { .. } => Error::Overflow(format!(
            "{error}. With the objective `welfare`, check the units of the prices; `volume` is exact for up to about \
             300,000 offers and demands with candidates"
        )),
        other => Error::Internal(other.to_string()),
    }
}

/// The flow of an optimum, and its prices.
fn taken_apart(linkage: &Linkage, optimum: solve::Optimum) -> (Vec<(usize, i64)>, Prices) {
    let by_volume = linkage.policy().objective == Objective::Volume;
    let prices = Prices {
        offers: optimum.row_price,
        demands: optimum.column_price,
        cooperatives: optimum.row_group_price,
        enterprises: optimum.column_group_price,
        kg_weight: if by_volume { network::kg_weight(linkage) } else { 0 },
    };
    (optimum.flow, prices)
}

/// The best flow found within the limits that are no network; `None` where the optimum breaks none of them.
fn within_limits(
    linkage: &Linkage,
    transport: &solve::Transport,
    optimum: &solve::Optimum,
    watch: Watch,
) -> Result<Option<Vec<(usize, i64)>>, Error> {
    let limits = network::limits(linkage, transport);
    if limits.is_none() {
        return Ok(None);
    }
    if solve::violations(transport, &optimum.dense(transport), &limits).map_err(failed)?.is_empty() {
        return Ok(None);
    }
    let stopped = AtomicBool::new(false);
    let look = |done, total| {
        let going = watch(Progress { stage: Stage::Assignment, done, total });
        stopped.fetch_or(going.is_break(), Ordering::Relaxed);
        going
    };
    let found =
        solve::within_limits(transport, &limits, optimum, Effort::default(), &look).map_err(failed)?;
    if stopped.into_inner() {
        return Err(Error::Cancelled);
    }
    if linkage.policy().objective == Objective::Score {
        return Ok(Some(found.flow));
    }
    // Where the objective is not the score, the baseline by score may do better.
    let rank = network::rank(linkage, transport);
    let plain = solve::greedy(transport, &limits, &rank).map_err(failed)?;
    let value = plain.iter().zip(&transport.value).map(|(kg, value)| i128::from(*kg) * i128::from(*value));
    Ok(Some(if value.sum::<i128>() > found.value { used(&plain) } else { found.flow }))
}

/// The edges with flow, and how much.
fn used(flow: &[i64]) -> Vec<(usize, i64)> {
    flow.iter().copied().enumerate().filter(|(_, kg)| *kg > 0).collect()
}

/// The network of new kilograms that plans are solved on, for writing it out, and the weight of a kilogram in it
/// under [`Objective::Volume`](crate::policy::Objective::Volume).
#[cfg(feature = "json")]
pub(crate) fn assignment_network(linkage: &Linkage) -> (solve::Transport, i64) {
    (network::transport(linkage), network::kg_weight(linkage))
}

/// The new kilograms of an earlier plan on the edges there are now, offers and demands known by their ids.
fn flow_of(earlier: &Plan, linkage: &Linkage, transport: &solve::Transport) -> Vec<(usize, i64)> {
    let (then, now) = (earlier.market(), linkage.market());
    let edge_of = |a: &Allocation| {
        let row = now.position_of_offer(&then.offer(a.offer).id)?;
        let column = now.position_of_demand(&then.demand(a.demand).id)?;
        let edges = transport.row_start[row]..transport.row_start[row + 1];
        let at = transport.column[edges.clone()].binary_search(&DemandIx::at(column).0).ok()?;
        Some((edges.start + at, a.volume.0 - a.contract.0))
    };
    earlier.allocations().iter().filter_map(edge_of).collect()
}

/// Contracts and new kilograms in one sorted list.
fn gather(linkage: &Linkage, transport: &solve::Transport, flow: &[(usize, i64)]) -> Vec<Allocation> {
    let market = linkage.market();
    let contract = |c: &crate::market::Signed| Allocation {
        offer: c.offer,
        demand: c.demand,
        volume: c.volume,
        contract: c.volume,
    };
    let mut allocations: Vec<Allocation> = market.signed().iter().map(contract).collect();
    let signed = allocations.len();
    let mut row = 0;
    for &(edge, kg) in flow {
        while transport.row_start[row + 1] <= edge {
            row += 1;
        }
        let (offer, demand) = (OfferIx::at(row), DemandIx(transport.column[edge]));
        match allocations[..signed].binary_search_by_key(&(offer, demand), |a| (a.offer, a.demand)) {
            Ok(at) => allocations[at].volume.0 += kg,
            Err(_) => allocations.push(Allocation { offer, demand, volume: Kg(kg), contract: Kg(0) }),
        }
    }
    allocations.sort_by_key(|a| (a.offer, a.demand));
    allocations
}
