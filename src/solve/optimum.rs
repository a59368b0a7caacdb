//! The optimum of a transport: its canonical flow and the prices that prove it.
//!
//! **Problem.** `transport` states it. This file puts the parts together: split (`component`), one network
//! a component (`network`), and on each two runs of the simplex (`simplex`), components in parallel.
//!
//! **Two phases, one optimum.** Phase 1 maximises the value. By complementary slackness the optimal flows
//! are exactly those that use the arcs of non-zero gain as phase 1 left them: empty or full. So phase 2
//! keeps the tree and the value potentials, lets only arcs of gain 0 enter, and maximises the tie numbers
//! (`tie`) with potentials of their own. It walks on the optimal face only, ends in the one flow of
//! greatest `(Σ value·flow, Σ tie·flow)`, and needs no wide integers. On untied data it ends at once.
//!
//! **Prices.** Let `p(u)` be the value potential of node `u` in the component's network. Then
//!
//! ```text
//! row group  p(g)                       column group  −p(h)
//! row        max(0, p(r) − p(g))        column        max(0, p(h) − p(c))         (p of the root where no group binds)
//! ```
//!
//! * *They prove the optimum.* All are `>= 0`; on every edge `value <= ` the sum of its four prices, except
//!   where the edge is at its capacity, with equality where flow is between the bounds; a price is positive
//!   only where the capacity is used up. So `Σ capacity · price + Σ edge capacity · max(0, value − prices)
//!   = Σ value · flow`.
//! * *They depend on the flow alone.* The final tree is strongly feasible: from every node its path to the
//!   root has room. Tree arcs gain 0 and no arc with room gains, so that path is a longest one in the
//!   residual graph: `p(u) = −(shortest residual distance from u to the root)`. Any algorithm that finds
//!   this flow finds these prices; which pivots led there does not matter.
//! * *What they mean.* `p(r)` is what one more unit of row `r` would add. A column's prices say what would
//!   be lost with one unit of its demand. Of all prices that prove the optimum these are the lowest for
//!   rows, highest for columns.
//! * *Columns that can take nothing* (capacity 0, or in a group of capacity 0) are outside the network.
//!   Theirs is the least price that covers `value − row price − row group price` on all their edges; it is
//!   the group's if the group's capacity is 0, else the column's.
//!
//! **Where phase 1 begins.** At rest; or, in a component too large for the cache, from the optima of its parts,
//! found in parallel (`component`), or where it has none from an auction (`auction`, `vertex`); or from a flow that
//! is nearly the optimum (`restart`). The end is the same.
//!
//! **What it cannot do.** Divide one component among threads where no parts are suggested.

use std::cmp::Reverse;

use super::auction;
use super::component::{Component, LARGE, Part, Split};
use super::error::SolveError;
use super::layout::{Layout, Worth};
use super::network::{NONE, Network};
use super::pricing::{Face, Menu};
use super::restart::Hints;
use super::simplex::{Simplex, Solved};
use super::tie;
use super::transport::{Transport, number};
use super::vertex;
use rayon::prelude::*;

/// Edges that fall short of gaining by less than this part of the largest value are looked at together with those
/// that gain.
const SLACK: i64 = 64;

/// The most valuable flow of a [`Transport`] and the prices that prove it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Optimum {
    /// The edges with flow and the units on each, by edge. There are fewer of them than rows and columns.
    pub flow: Vec<(usize, i64)>,
    /// Price of each row's capacity, `>= 0`: what one more unit would add beyond its group's price.
    pub row_price: Vec<i64>,
    /// Price of each column's capacity, `>= 0`.
    pub column_price: Vec<i64>,
    /// Price of each row group's limit, `>= 0`; 0 where it cannot bind.
    pub row_group_price: Vec<i64>,
    /// Price of each column group's limit, `>= 0`; 0 where it cannot bind.
    pub column_group_price: Vec<i64>,
    /// Simplex pivots spent, a measure of work that does not depend on the machine.
    pub pivots: u64,
}

impl Optimum {
    /// No flow, at no price: a place for what is found.
    pub(super) fn nothing(transport: &Transport) -> Self {
        Optimum {
            flow: Vec::new(),
            row_price: vec![0; transport.rows()],
            column_price: vec![0; transport.columns()],
            row_group_price: vec![0; transport.row_group_capacity.len()],
            column_group_price: vec![0; transport.column_group_capacity.len()],
            pivots: 0,
        }
    }

    /// Units on every edge of the transport.
    #[must_use]
    pub fn dense(&self, transport: &Transport) -> Vec<i64> {
        transport.dense(&self.flow)
    }
}

/// Finds the flow of greatest `Σ value · flow`, and among those the one of greatest `Σ tie · flow`.
///
/// The tie number of an edge is a published hash of the keys of its row and column: with `x = row_key ^
/// rotate_left(column_key, 32)` it is `max(1, splitmix64_finaliser(x) >> 24)`, a number of 40 bits (fewer
/// only in components above four million nodes); disposal counts 0. With keys that are hashes of ids the
/// optimum is unique with near certainty, and so independent of the order of rows, columns and edges, of
/// the algorithm and of the number of threads. The prices are determined by the flow: minus the shortest
/// residual distances to free disposal, so rows get the lowest prices that prove the optimum and columns
/// the highest.
///
/// # Errors
/// [`SolveError::Malformed`] if lengths or indices do not fit or a number is negative;
/// [`SolveError::Overflow`] if `(rows + columns + groups + 2) · max value` exceeds `i64::MAX / 2`.
///
/// # Examples
/// Two offers of 5 and 4 units meet a demand for 6:
/// ```
/// use lienket::solve::{Transport, optimum};
///
/// let market = Transport {
///     row_capacity: vec![5, 4],
///     column_capacity: vec![6],
///     row_group: vec![0, 1],
///     column_group: vec![0],
///     row_group_capacity: vec![None, None],
///     column_group_capacity: vec![None],
///     row_start: vec![0, 1, 2],
///     column: vec![0, 0],
///     value: vec![3, 7],
///     edge_capacity: None,
///     row_key: vec![11, 12],
///     column_key: vec![21],
///     row_part: vec![],
/// };
/// let best = optimum(&market)?;
/// assert_eq!(best.flow, [(0, 2), (1, 4)]);
/// assert_eq!((best.row_price, best.column_price), (vec![0, 4], vec![3])); // 4·4 + 6·3 = 2·3 + 4·7
/// # Ok::<(), lienket::solve::SolveError>(())
/// ```
pub fn optimum(transport: &Transport) -> Result<Optimum, SolveError> {
    transport.check()?;
    solve(transport)
}

/// The same [`optimum`](optimum()), found from a flow that is nearly it: that of the transport before values,
/// capacities, edges, rows or columns changed a little.
///
/// `near` lists edges of this transport with units, each edge at most once; it need not be feasible, and wrong
/// units cost time alone. Where edges have capacities nothing is gained.
///
/// # Errors
/// As [`optimum`](optimum()), and [`SolveError::Malformed`] where `near` names an edge that does not exist.
pub fn optimum_near(transport: &Transport, near: &[(usize, i64)]) -> Result<Optimum, SolveError> {
    transport.check()?;
    if let Some(&(at, _)) = near.iter().find(|(edge, _)| *edge >= transport.edges()) {
        return Err(SolveError::Malformed { what: "the start has flow on an edge that does not exist", at });
    }
    if transport.edge_capacity.is_some() {
        return solve(transport);
    }
    solve_near(transport, Some(near))
}

/// [`optimum`](optimum()) of a transport that is known to be well formed.
pub(super) fn solve(transport: &Transport) -> Result<Optimum, SolveError> {
    solve_near(transport, None)
}

fn solve_near(transport: &Transport, near: Option<&[(usize, i64)]>) -> Result<Optimum, SolveError> {
    let split = Split::of(transport);
    let near = near.map(|near| by_component(transport, &split, near));
    let near = near.as_deref();
    if transport.most_value() <= i32::MAX.into() {
        Ok(assemble(transport, &split, &shares::<i32>(transport, &split, near)?))
    } else {
        Ok(assemble(transport, &split, &shares::<i64>(transport, &split, near)?))
    }
}

/// (row, column, units) of each component, by place.
pub(super) type Placed = Vec<(u32, u32, i64)>;

/// Hands a flow out to the components.
pub(super) fn by_component(transport: &Transport, split: &Split, near: &[(usize, i64)]) -> Vec<Placed> {
    let mut home = vec![(u32::MAX, 0); transport.rows()];
    for (index, component) in (0..).zip(&split.components) {
        for (place, &row) in (0..).zip(&component.rows) {
            home[row as usize] = (index, place);
        }
    }
    let mut flows = vec![Placed::new(); split.components.len()];
    for &(edge, units) in near.iter().filter(|(_, units)| *units > 0) {
        let row = transport.row_of(edge);
        let (component, place) = home[row];
        let column = transport.column[edge] as usize;
        if !split.dead[column] {
            flows[component as usize].push((place, split.column_place[column], units));
        }
    }
    flows
}

/// The optimum of every component, in their order.
fn shares<V: Worth>(
    transport: &Transport,
    split: &Split,
    near: Option<&[Placed]>,
) -> Result<Vec<Share>, SolveError> {
    let layout = Layout::<V>::of(transport, split);
    in_parallel(split, |at| {
        let near = near.map(|near| near[at].as_slice());
        let component = &split.components[at];
        let network = Network::of(transport, split, &layout, component, &component.whole());
        let solved = solve_component(transport, split, &layout, component, &network, near)?;
        Ok(Share::of(transport, component, &network, &solved))
    })
}

/// Does something for every component, the largest first, and gives the results in the order of components.
pub(super) fn in_parallel<T: Send>(
    split: &Split,
    work: impl Fn(usize) -> Result<T, SolveError> + Sync,
) -> Result<Vec<T>, SolveError> {
    let mut order: Vec<usize> = (0..split.components.len()).collect();
    order.sort_by_key(|&at| Reverse(split.components[at].edges));
    let done: Vec<(usize, Result<T, SolveError>)> =
        order.into_par_iter().with_max_len(1).map(|at| (at, work(at))).collect();
    let mut results: Vec<Option<T>> = split.components.iter().map(|_| None).collect();
    for (at, result) in done {
        results[at] = Some(result?);
    }
    Ok(results.into_iter().map(|result| result.expect("every component was worked on")).collect())
}

/// The whole from the components' optima.
pub(super) fn assemble(transport: &Transport, split: &Split, shares: &[Share]) -> Optimum {
    let mut optimum = Optimum::nothing(transport);
    for (component, share) in split.components.iter().zip(shares) {
        share.write(component, &mut optimum);
    }
    optimum.flow = by_edge(transport, shares);
    if split.any_dead {
        cover_dead_columns(transport, split, &mut optimum);
    }
    optimum
}

/// Sorts (row, edge, units) by edge, in linear time: few edges of a row carry anything.
fn by_edge(transport: &Transport, shares: &[Share]) -> Vec<(usize, i64)> {
    let flow = || shares.iter().flat_map(|share| &share.flow).filter(|(_, _, units)| *units > 0);
    let mut end = vec![0; transport.rows() + 1];
    for &(row, ..) in flow() {
        end[row as usize + 1] += 1;
    }
    for row in 0..transport.rows() {
        end[row + 1] += end[row];
    }
    let mut sorted = vec![(0, 0); end[transport.rows()]];
    let mut next = end.clone();
    for &(row, edge, units) in flow() {
        sorted[next[row as usize]] = (edge as usize, units);
        next[row as usize] += 1;
    }
    for row in 0..transport.rows() {
        sorted[end[row]..end[row + 1]].sort_unstable();
    }
    sorted
}

/// Where a component's simplex has ended.
#[derive(Debug)]
pub(super) struct Ended {
    /// The tree of the canonical flow.
    pub(super) solved: Solved,
    /// The potentials of values (those of the tree are of ties).
    potential: Vec<i64>,
    /// (row's node, column's node, units) of all its edges that are in the tree or full.
    flow: Vec<(u32, u32, i64)>,
}

/// Solves a component, near a flow by place if there is one.
pub(super) fn solve_component<V: Worth>(
    transport: &Transport,
    split: &Split,
    layout: &Layout<V>,
    component: &Component,
    network: &Network<V>,
    near: Option<&[(u32, u32, i64)]>,
) -> Result<Ended, SolveError> {
    let slack = layout.most / SLACK;
    let menu = Menu::all(network);
    let mut simplex;
    if let Some(near) = near {
        let nodes = |&(row, column, units): &(u32, u32, i64)| {
            (network.first_row + row, network.node_of(column), units)
        };
        let flow: Vec<_> = near.iter().map(nodes).collect();
        simplex = Simplex::near(network, Hints::of_flow(network, &flow));
        simplex.run(&menu)?;
    } else if component.parts.is_empty() && component.edges >= LARGE && network.edge_capacity.is_empty() {
        simplex = after_auction(network, layout.most);
        simplex.run(&menu)?;
    } else if component.parts.is_empty() {
        simplex = Simplex::at_rest(network);
        simplex.run(&menu)?;
    } else {
        let alone = |part: &Part| {
            let network = Network::of(transport, split, layout, component, part);
            let mut simplex = Simplex::at_rest(&network);
            simplex.run(&Menu::all(&network))?;
            Ok(simplex.into_solved())
        };
        let parts = component.parts.par_iter().with_max_len(1).map(alone);
        simplex = Simplex::joined(network, &component.parts, parts.collect::<Result<_, _>>()?);
        simplex.finish(&menu, slack)?;
    }
    conclude(network, simplex)
}

/// From where an auction ends.
pub(super) fn after_auction<'network, 'layout, V: Worth>(
    network: &'network Network<'layout, V>,
    most_value: i64,
) -> Simplex<'network, 'layout, V> {
    let (tree, full) = vertex::tree(network, &auction::flow(network, most_value));
    Simplex::of_tree(network, tree, full)
}

/// The second phase, from the end of the first.
pub(super) fn conclude<V: Worth>(network: &Network<V>, mut simplex: Simplex<V>) -> Result<Ended, SolveError> {
    let ties = simplex.tie_potential(tie::bits(network.nodes()));
    let potential = std::mem::replace(&mut simplex.potential, ties);
    simplex.run(&Face::of(network, &potential).menu())?;
    let flow = simplex.flow().collect();
    Ok(Ended { flow, potential, solved: simplex.into_solved() })
}

/// The optimum of one component, prices in its local numbers.
#[derive(Debug)]
pub(super) struct Share {
    /// (row, edge, units) of the transport, of all edges in the tree or full.
    flow: Vec<(u32, u32, i64)>,
    row_price: Vec<i64>,
    column_price: Vec<i64>,
    row_group_price: Vec<i64>,
    column_group_price: Vec<i64>,
    pivots: u64,
}

impl Share {
    pub(super) fn of<V: Worth>(
        transport: &Transport,
        component: &Component,
        network: &Network<V>,
        ended: &Ended,
    ) -> Share {
        let (first_row, root) = (network.first_row as usize, network.root as usize);
        let first_column_group = network.first_column_group as usize;
        let potential = &ended.potential;
        let above = |u: usize| match network.group[u] {
            NONE => 0,
            group => potential[group as usize],
        };
        let mut flow = Vec::with_capacity(ended.flow.len());
        for &(row, column, units) in &ended.flow {
            let row = component.rows[row as usize - first_row];
            let edges = transport.edges_of(row as usize);
            let column = component.columns[column as usize - root - 1];
            let place = transport.column[edges.clone()].binary_search(&column);
            let edge = number(edges.start + place.expect("it is an edge"));
            flow.push((row, edge, units));
        }
        Share {
            flow,
            row_group_price: potential[..first_row].to_vec(),
            row_price: (first_row..root).map(|u| (potential[u] - above(u)).max(0)).collect(),
            column_price: (root + 1..first_column_group).map(|u| (above(u) - potential[u]).max(0)).collect(),
            column_group_price: potential[first_column_group..].iter().map(|p| -p).collect(),
            pivots: ended.solved.pivots,
        }
    }

    fn write(&self, component: &Component, optimum: &mut Optimum) {
        let scatter = |members: &[u32], part: &[i64], whole: &mut [i64]| {
            for (&member, &price) in members.iter().zip(part) {
                whole[member as usize] = price;
            }
        };
        scatter(&component.rows, &self.row_price, &mut optimum.row_price);
        scatter(&component.columns, &self.column_price, &mut optimum.column_price);
        scatter(&component.row_groups, &self.row_group_price, &mut optimum.row_group_price);
        scatter(&component.column_groups, &self.column_group_price, &mut optimum.column_group_price);
        optimum.pivots += self.pivots;
    }
}

/// Prices the columns outside the network so that their edges are covered too.
fn cover_dead_columns(transport: &Transport, split: &Split, optimum: &mut Optimum) {
    for row in 0..transport.rows() {
        let group = transport.row_group[row] as usize;
        let covered = optimum.row_price[row] + optimum.row_group_price[group];
        for edge in transport.edges_of(row) {
            let column = transport.column[edge] as usize;
            if !split.dead[column] {
                continue;
            }
            let group = transport.column_group[column] as usize;
            let missing = transport.value[edge] - covered;
            if split.column_group_binds[group] && transport.column_group_capacity[group] == Some(0) {
                optimum.column_group_price[group] = optimum.column_group_price[group].max(missing);
            } else {
                let missing = missing - optimum.column_group_price[group];
                optimum.column_price[column] = optimum.column_price[column].max(missing);
            }
        }
    }
}
