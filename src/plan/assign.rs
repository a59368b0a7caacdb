//! How each mechanism assigns volumes: from a linkage to a flow, and from the flow to a plan.

use std::ops::ControlFlow;

use super::mechanisms::{Assigned, Round, failed, taken_apart};
use super::{Allocation, Plan, PooledVolumes, network};
use crate::error::{Error, Issue};
use crate::id::{DemandIx, OfferIx};
use crate::linkage::{Linkage, Pools};
use crate::policy::{Mechanism, Policy, UnderLimits};
use crate::solve;
use crate::units::Kg;
use crate::watch::{Progress, Stage, Watch};

impl Plan {
    /// Assigns volumes by a mechanism.
    ///
    /// The optimum is found by primal network simplex on connected components in parallel, and is the same for
    /// any order of the input and any number of threads; ties are broken by the published rule on ids. Where
    /// minimum lots, partner limits, all-or-nothing demands or certified volumes bind, the plan keeps them and
    /// is the best found, with a bound that counts them. The policy's quotas and largest shares bind
    /// [`Mechanism::Optimal`].
    ///
    /// # Errors
    /// [`Error::Overflow`] where prices are too large to be added up exactly; [`Error::Faults`] where limits make void
    /// what a mechanism promises, and the policy does not want an approximation ([`UnderLimits`]).
    pub fn solve(linkage: &Linkage, mechanism: Mechanism) -> Result<Self, Error> {
        Self::solve_watched(linkage, mechanism, &|_| ControlFlow::Continue(()))
    }

    /// As [`Plan::solve`], reporting progress to `watch`, which may cancel the work between two steps, and
    /// end the search under limits with the best so far ([`Stage::Search`]).
    ///
    /// # Errors
    /// As [`Plan::solve`], and [`Error::Cancelled`].
    pub fn solve_watched(linkage: &Linkage, mechanism: Mechanism, watch: Watch) -> Result<Self, Error> {
        Self::solve_under(linkage, mechanism, linkage.policy().under_limits, watch)
    }

    /// As [`Plan::solve_watched`], with another word than the policy's on what to do under limits.
    ///
    /// # Errors
    /// As [`Plan::solve_watched`].
    pub fn solve_under(
        linkage: &Linkage,
        mechanism: Mechanism,
        under_limits: UnderLimits,
        watch: Watch,
    ) -> Result<Self, Error> {
        Self::solve_from(linkage, mechanism, under_limits, None, watch)
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
        Self::solve_from(linkage, mechanism, linkage.policy().under_limits, Some(earlier), &|_| {
            ControlFlow::Continue(())
        })
    }

    fn solve_from(
        linkage: &Linkage,
        mechanism: Mechanism,
        under_limits: UnderLimits,
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
        let round = Round { linkage, transport: &transport, under_limits, watch };
        if let Some(pooling) = &linkage.policy().pooling {
            if mechanism == Mechanism::Optimal {
                return round.pooled(pooling, optimum).map(Self::pooled_volumes);
            }
            directly_only(mechanism, under_limits)?;
        }
        let Assigned { flow, proof } = round.assign(mechanism, optimum)?;
        step(Stage::Certificate, 0, 1)?;
        let allocations = gather(linkage, &transport, &flow);
        // Large, and of no use to what follows.
        drop((transport, flow));
        let policy = Policy { mechanism, under_limits, ..linkage.policy().clone() };
        let plan = Self::certified_under(linkage, policy, allocations, proof);
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
        if let Some(pooling) = &linkage.policy().pooling {
            let pools = Pools::build(linkage, pooling)?;
            return PooledVolumes::adopt(&pools, &allocations, &[]).map(Self::pooled_volumes);
        }
        let optimum = solve::optimum(&network::transport(linkage)).map_err(failed)?;
        let (_, prices) = taken_apart(linkage, optimum);
        Self::certified(linkage, linkage.policy().mechanism, allocations, prices)
    }
}

/// Other mechanisms know nothing of pools: with the word of the policy they assign what is delivered directly.
fn directly_only(mechanism: Mechanism, under_limits: UnderLimits) -> Result<(), Error> {
    if under_limits == UnderLimits::Approximate {
        return Ok(());
    }
    let message = format!("the mechanism `{}` has no pools", mechanism.name());
    let help = "Use the mechanism `optimal`, leave out `[pooling]`, or write under_limits = \"approximate\" for what is delivered directly.";
    Err(Error::Faults(vec![Issue::error("no_pools", "/pooling", message, help).found(mechanism.name())]))
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
pub(super) fn gather(
    linkage: &Linkage,
    transport: &solve::Transport,
    flow: &[(usize, i64)],
) -> Vec<Allocation> {
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
