//! A network with bounds from 0, only the arcs that matter, and numbers that cannot overflow.
//!
//! **Bounds from 0.** With `x = lower + y` the supplies become `b(u) = supply(u) − Σ lower out + Σ lower in`
//! and the bounds `0 <= y <= width = capacity − lower`.
//!
//! **Arcs that matter.** Arcs of width 0 carry their lower bound. Self-loops change no balance: they carry
//! their lower bound, or their capacity if they cost less than 0; unlimited ones of negative cost make the
//! network unbounded if it is feasible (`free_loop`).
//!
//! **How much an arc can need.** Let `B = Σ b⁺ + W`, the supplies that are left and widths yet to be named.
//! A feasible `y` is a sum of paths from sources to sinks, `Σ b⁺` units in all, and of cycles.
//! * *If no unlimited arc costs less than 0*, let `W` be the widths of the arcs of negative cost. Cycles of
//!   cost `>= 0` can be dropped, each other one uses an arc of negative cost: some optimum has `y <= B` on
//!   every arc, and all widths, the unlimited ones too, may be cut to `B + 1`. (Not to `B`: an arc then
//!   never needs to be full because it was cut. So its reduced cost is never negative, and the prices of
//!   the cut network are prices of the whole one; and no cut of less than `Σ b⁺` crosses it.)
//! * *Else* let `W` be all widths that there are. Then in every basic flow, where all but a tree's arcs are
//!   empty or full and unlimited ones outside the tree empty, `y <= B` on every arc. So a cycle of a pivot
//!   with room for more than `B` has unlimited room, and is a ray.
//!
//! `B < i64::MAX / 2` keeps the two apart; see `simplex` for the bound on the costs.
//!
//! **Order.** Arcs are taken in strides of about `√m`, so that a block of pricing does not look at the arcs
//! of the same few nodes only (Kovács 2015 finds this worth a lot on generated instances, and so do we).

use super::simplex::{Arc, End, Simplex};
use super::{FlowArc, FlowNetwork};
use crate::solve::error::SolveError;
use crate::solve::network::UNLIMITED;
use crate::solve::transport::number;

/// A network for the simplex.
#[derive(Debug)]
pub(super) struct Reduced {
    /// Supplies; they cancel.
    excess: Vec<i64>,
    arcs: Vec<Arc>,
    /// The index in the network of each of them.
    pub(super) arc: Vec<u32>,
    /// An unlimited self-loop of negative cost, if there is one.
    pub(super) free_loop: Option<usize>,
}

/// The largest `B`.
const MOST: i64 = i64::MAX / 2 - 1;

impl Reduced {
    /// Reduces a network whose supplies cancel and whose bounds do not cross.
    pub(super) fn of(network: &FlowNetwork, cost: impl Fn(&FlowArc) -> i64) -> Result<Reduced, SolveError> {
        check_costs(network, &cost)?;
        let mut excess: Vec<i128> = network.supply.iter().map(|&supply| supply.into()).collect();
        let (mut open, mut free_loop) = (Vec::new(), None);
        let (mut widths, mut gaining_widths, mut gains_for_ever) = (0, 0, false);
        for (index, arc) in network.arcs.iter().enumerate() {
            let lower = i128::from(arc.lower);
            let found = lower.abs();
            if found > i128::from(MOST) {
                return Err(SolveError::Overflow { what: "a lower bound", found, most: MOST.into() });
            }
            excess[arc.from as usize] -= lower;
            excess[arc.to as usize] += lower;
            let width = arc.capacity.map(|capacity| i128::from(capacity) - lower);
            let gains = cost(arc) < 0;
            if arc.from == arc.to {
                if gains && width.is_none() && free_loop.is_none() {
                    free_loop = Some(index);
                }
            } else if width != Some(0) {
                open.push(number(index));
                widths += width.unwrap_or(0);
                gaining_widths += if gains { width.unwrap_or(0) } else { 0 };
                gains_for_ever |= gains && width.is_none();
            }
        }
        let supplies: i128 = excess.iter().filter(|&&excess| excess > 0).sum();
        let stake = supplies + if gains_for_ever { widths } else { gaining_widths };
        if stake > i128::from(MOST) {
            let what = if gains_for_ever {
                "the sum of the supplies and of all capacities, lower bounds taken off,"
            } else {
                "the sum of the supplies and of capacities at negative cost, lower bounds taken off,"
            };
            return Err(SolveError::Overflow { what, found: stake, most: MOST.into() });
        }
        let most = narrow(stake) + 1;
        let width = |arc: &FlowArc| match arc.capacity {
            None if gains_for_ever => UNLIMITED,
            None => most,
            Some(capacity) => narrow((i128::from(capacity) - i128::from(arc.lower)).min(i128::from(most))),
        };
        let stride = open.len().isqrt().max(10);
        let arc: Vec<u32> =
            (0..stride).flat_map(|first| open.iter().skip(first).step_by(stride).copied()).collect();
        let arcs = arc.iter().map(|&index| {
            let arc = &network.arcs[index as usize];
            Arc { from: arc.from, to: arc.to, cost: cost(arc), width: width(arc) }
        });
        Ok(Reduced { arcs: arcs.collect(), excess: excess.into_iter().map(narrow).collect(), arc, free_loop })
    }

    /// Solves it; returns the end and the pivots spent.
    pub(super) fn solve(&self) -> Result<(End, u64), SolveError> {
        let mut simplex = Simplex::at_rest(&self.excess, &self.arcs);
        let end = simplex.run()?;
        Ok((end, simplex.pivots))
    }

    /// The flow in the network that belongs to a flow here.
    pub(super) fn flow(&self, network: &FlowNetwork, reduced: &[i64]) -> Vec<i64> {
        let settled = |arc: &FlowArc| match arc.capacity {
            Some(capacity) if arc.from == arc.to && arc.cost < 0 => capacity,
            _ => arc.lower,
        };
        let mut flow: Vec<i64> = network.arcs.iter().map(settled).collect();
        for (&index, &units) in self.arc.iter().zip(reduced) {
            flow[index as usize] += units; // at most the capacity, or a lower bound and B, each below 2^62
        }
        flow
    }
}

/// Refuses costs with which potentials or the total might overflow.
fn check_costs(network: &FlowNetwork, cost: impl Fn(&FlowArc) -> i64) -> Result<(), SolveError> {
    let size = |arc| i128::from(cost(arc)).abs();
    let found = network.arcs.iter().map(size).max().unwrap_or(0);
    let most = i128::from(i64::MAX) / (2 * (network.supply.len() as i128 + 1));
    if found > most {
        return Err(SolveError::Overflow { what: "the largest cost (or minus the least)", found, most });
    }
    let (found, most) = (network.arcs.iter().map(size).sum(), i64::MAX.into());
    if found > most {
        return Err(SolveError::Overflow { what: "the sum of all costs, without signs,", found, most });
    }
    Ok(())
}

/// A number that is known to fit.
fn narrow(number: i128) -> i64 {
    i64::try_from(number).expect("at most B + 1")
}
