//! Minimum-cost flow on any directed network.
//!
//! **Problem.** Nodes have supplies (demands are negative), arcs have bounds and a cost a unit. Choose
//! integers `x` on the arcs,
//!
//! ```text
//! minimise   Σ cost_a · x_a
//! such that  Σ_{a out of u} x_a − Σ_{a into u} x_a = supply_u        on every node u
//!            lower_a <= x_a <= capacity_a                            on every arc a (capacity: if given)
//! ```
//!
//! or say why there is no such `x` ([`Infeasible`]), or no cheapest one ([`FlowStatus::Unbounded`]). Every
//! answer carries what proves it, and [`check_flow`] checks that proof with no help from the solver.
//!
//! # How the files fit
//! ```text
//! mod         the instance, the answer            simplex   network simplex with an artificial root
//! reduced     bounds from 0, arcs that matter     check     the independent check of an answer
//! ```
//!
//! **Method.** Lower bounds move into the supplies; arcs that cannot carry anything and self-loops are
//! settled at once; unlimited and very large capacities are cut to what an optimum can need (`reduced`); a
//! primal network simplex does the rest (`simplex`). Infeasibility comes before unboundedness: a ray is
//! reported only together with a feasible flow, found by a second run without costs.

mod check;
mod reduced;
mod simplex;

pub use check::check_flow;

use super::error::SolveError;
use reduced::Reduced;
use simplex::End;
use std::fmt;

/// An arc of a [`FlowNetwork`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FlowArc {
    /// The node it leaves.
    pub from: u32,
    /// The node it enters; the same one for a self-loop.
    pub to: u32,
    /// The least flow it must carry; may be negative.
    pub lower: i64,
    /// The greatest flow it can carry; `None` is unlimited.
    pub capacity: Option<i64>,
    /// Cost of each unit; may be negative.
    pub cost: i64,
}

/// A directed network with supplies, bounds and costs.
///
/// Parallel and opposite arcs, self-loops, capacities of 0, nodes without arcs and parts that are not
/// connected are all normal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FlowNetwork {
    /// Units that enter the network at each node: positive at sources, negative at sinks.
    pub supply: Vec<i64>,
    /// The arcs, in any order.
    pub arcs: Vec<FlowArc>,
}

/// What [`min_cost_flow`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// The answer with its proof.
    pub status: FlowStatus,
    /// Simplex pivots spent, a measure of work that does not depend on the machine.
    pub pivots: u64,
}

/// The answer to a [`FlowNetwork`], with what proves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FlowStatus {
    /// There is a cheapest flow.
    Optimal {
        /// Units on each arc.
        flow: Vec<i64>,
        /// Price of a unit at each node, 0 at the first. With the reduced cost `cost + potential(from) −
        /// potential(to)` of an arc, the flow is at its lower bound where that is positive and at its
        /// capacity where it is negative, which proves the optimum.
        potential: Vec<i64>,
        /// `Σ cost · flow`.
        cost: i128,
    },
    /// No flow keeps all bounds and balances.
    Infeasible(Infeasible),
    /// There are feasible flows, of costs as low as one likes.
    Unbounded {
        /// A feasible flow: units on each arc.
        flow: Vec<i64>,
        /// A closed walk of unlimited arcs, one after the other, whose costs add up to less than 0: any
        /// number of units can go round it on top of the flow. Indices of arcs.
        cycle: Vec<usize>,
    },
}

/// Why no flow is feasible.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Infeasible {
    /// Supplies and demands do not cancel.
    Unbalanced {
        /// The sum of all supplies, not 0.
        total: i128,
    },
    /// An arc must carry more than it can.
    Bounds {
        /// The index of the first such arc.
        arc: usize,
    },
    /// Some nodes have more supply than can leave them, counting what must flow into them.
    Cut {
        /// The nodes, ascending.
        nodes: Vec<u32>,
        /// The sum of their supplies.
        supply: i128,
        /// The most that can leave them on balance: the capacities of the arcs out of the set less the lower
        /// bounds of the arcs into it. Smaller than the supply.
        room: i128,
    },
}

impl fmt::Display for Infeasible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unbalanced { total } => {
                write!(f, "the supplies add up to {total}, not to 0")
            }
            Self::Bounds { arc } => {
                write!(f, "the arc at index {arc} has a lower bound above its capacity")
            }
            Self::Cut { nodes, supply, room } => {
                let (count, these) = (nodes.len(), if nodes.len() == 1 { "node" } else { "nodes" });
                write!(f, "{count} {these} with a net supply of {supply} can send out at most {room}")
            }
        }
    }
}

/// Finds the cheapest flow, or the proof that there is none.
///
/// All arithmetic is exact. The result depends on the network alone, not on machine or threads; where
/// several flows are cheapest, which one it is depends on the order of nodes and arcs.
///
/// # Errors
/// [`SolveError::Malformed`] if an arc ends in a node that does not exist.
///
/// [`SolveError::Overflow`], before solving, if 64-bit arithmetic could not stay exact. With `n` nodes,
/// * `|cost| <= i64::MAX / (2n + 2)` on every arc, and all `|cost|` together at most `i64::MAX`;
/// * `|lower| <= i64::MAX / 2 - 1` on every arc, and what is at stake at most as much: the supplies that are
///   left when every arc carries its lower bound, plus the widths `capacity − lower` of all arcs of
///   negative cost that have a capacity; or of all arcs with a capacity, if any arc of negative cost is
///   unlimited. Unlimited arcs count nothing: better no capacity than a very large one;
/// * fewer than 2³² − 2 nodes and arcs.
///
/// # Examples
/// Seven units from node 0 to node 2, at least one of them over the dear direct arc:
/// ```
/// use lienket::solve::{FlowArc, FlowNetwork, FlowStatus, check_flow, min_cost_flow};
///
/// let arc = |from, to, lower, capacity, cost| FlowArc { from, to, lower, capacity, cost };
/// let network = FlowNetwork {
///     supply: vec![7, 0, -7],
///     arcs: vec![arc(0, 1, 0, Some(5), 2), arc(1, 2, 0, None, 3), arc(0, 2, 1, None, 9)],
/// };
/// let found = min_cost_flow(&network)?;
/// assert_eq!(check_flow(&network, &found), Ok(()));
/// let FlowStatus::Optimal { flow, potential, cost } = found.status else { panic!("feasible") };
/// assert_eq!((flow, cost), (vec![5, 5, 2], 43));
/// assert_eq!(potential, [0, 6, 9]); // a unit more at node 2 costs 9, the way over node 1 being full
/// # Ok::<(), lienket::solve::SolveError>(())
/// ```
pub fn min_cost_flow(network: &FlowNetwork) -> Result<Flow, SolveError> {
    network.check()?;
    let infeasible = |reason| Flow { status: FlowStatus::Infeasible(reason), pivots: 0 };
    let total = network.supply.iter().map(|&supply| i128::from(supply)).sum();
    if total != 0 {
        return Ok(infeasible(Infeasible::Unbalanced { total }));
    }
    if let Some(arc) =
        network.arcs.iter().position(|arc| arc.capacity.is_some_and(|capacity| capacity < arc.lower))
    {
        return Ok(infeasible(Infeasible::Bounds { arc }));
    }

    let reduced = Reduced::of(network, |arc| arc.cost)?;
    let (end, mut pivots) = reduced.solve()?;
    let cycle = match (&end, reduced.free_loop) {
        (End::Ray(cycle), _) => cycle.iter().map(|&arc| reduced.arc[arc as usize] as usize).collect(),
        (End::Flow { .. }, Some(arc)) => vec![arc],
        (End::Flow { flow, potential }, None) => {
            let flow = reduced.flow(network, flow);
            let cost = network.arcs.iter().zip(&flow).map(|(arc, &x)| i128::from(arc.cost) * i128::from(x));
            let cost = cost.sum();
            let status = FlowStatus::Optimal { flow, potential: potential.clone(), cost };
            return Ok(Flow { status, pivots });
        }
        (End::Stuck { nodes }, _) => return Ok(Flow { status: network.cut(nodes.clone()), pivots }),
    };

    // A ray lowers the cost of every feasible flow. Is there one?
    let free = Reduced::of(network, |_| 0)?;
    let (end, more) = free.solve()?;
    pivots += more;
    let status = match end {
        End::Flow { flow, .. } => FlowStatus::Unbounded { flow: free.flow(network, &flow), cycle },
        End::Stuck { nodes } => network.cut(nodes),
        End::Ray(_) => unreachable!("without costs nothing gains for ever"),
    };
    Ok(Flow { status, pivots })
}

impl FlowNetwork {
    /// Validates sizes and the ends of arcs.
    fn check(&self) -> Result<(), SolveError> {
        let most = i128::from(u32::MAX) - 2;
        let sizes = [("the number of nodes", self.supply.len()), ("the number of arcs", self.arcs.len())];
        for (what, found) in sizes {
            let found = found as i128;
            if found > most {
                return Err(SolveError::Overflow { what, found, most });
            }
        }
        let nodes = self.supply.len();
        match self.arcs.iter().position(|arc| arc.from.max(arc.to) as usize >= nodes) {
            Some(at) => Err(SolveError::Malformed { what: "an arc ends in a node that does not exist", at }),
            None => Ok(()),
        }
    }

    /// The cut around a set of nodes that have too much supply.
    fn cut(&self, nodes: Vec<u32>) -> FlowStatus {
        let mut inside = vec![false; self.supply.len()];
        let mut supply = 0;
        for &node in &nodes {
            inside[node as usize] = true;
            supply += i128::from(self.supply[node as usize]);
        }
        let mut room = 0;
        for arc in &self.arcs {
            match (inside[arc.from as usize], inside[arc.to as usize]) {
                (true, false) => room += i128::from(arc.capacity.expect("an unlimited arc never blocks")),
                (false, true) => room -= i128::from(arc.lower),
                _ => {}
            }
        }
        FlowStatus::Infeasible(Infeasible::Cut { nodes, supply, room })
    }
}
