//! The best kilograms for fixed partners.
//!
//! **Problem.** Keep every open edge, member and pool open at its lot or more and every closed one closed; which
//! flow is the most valuable? A network in three layers, row → pool → column, with lots as lower bounds:
//!
//! ```text
//! group of rows → row → (edge) ─────────→ column → group of columns
//!                  └─→ (member) → pool ──→┘              all closed by an arc back
//! ```
//!
//! Edges without lot and without limited partners at either end are let in too though closed: opening them breaks
//! nothing. Capacities that are no network (hubs and shared ones, which cut across) hold because what draws on a
//! scarce one may not grow; a column that must be whole stays full, or empty.
//!
//! Exact, by [`min_cost_flow`], part by part: rows and columns that no open way connects do not see each other. The
//! present flow is feasible, so the result is never worse.

use super::super::error::SolveError;
use super::super::flow::{FlowArc, FlowNetwork, FlowStatus, min_cost_flow};
use super::super::transport::number;
use super::case::{Case, Way};
use super::state::State;
use std::collections::BTreeMap;

/// Work of a pivot.
const PIVOT: u64 = 16;

/// A way of the network and its bounds.
struct Open {
    way: Way,
    lower: i64,
    capacity: i64,
}

/// Improves the kilograms of a feasible flow; the work it took.
pub(super) fn polish(state: &mut State) -> Result<u64, SolveError> {
    let open = open_ways(state);
    let room = hub_room(state);
    let mut work = state.case.transport.edges() as u64 + state.case.pools.members() as u64;
    let mut changes = Vec::new();
    for part in parts(state.case, &open) {
        let (network, first) = network(state, &open, &part, &room);
        let found = match min_cost_flow(&network) {
            // Too large to be exact in 64 bits: the part stays as it is.
            Err(SolveError::Overflow { .. }) => continue,
            found => found?,
        };
        work += (found.pivots + 1) * PIVOT;
        if let FlowStatus::Optimal { flow, .. } = found.status {
            let units = part.iter().zip(&flow[first..]);
            changes.extend(units.map(|(&at, units)| (open[at].way, units - state.units(open[at].way))));
        }
    }
    let (before, value) = (state.mark(), state.value);
    // What shrinks first, so that rooms are never overdrawn.
    changes.sort_unstable_by_key(|&(way, units)| (units > 0, way));
    for (way, units) in changes.into_iter().filter(|(_, units)| *units != 0) {
        state.change(way, units);
    }
    if state.value < value {
        state.undo(before);
    }
    Ok(work)
}

/// What each pool may pass on beyond the present: of several open pools of a limited hub only the first may grow.
fn hub_room(state: &State) -> Vec<i64> {
    let pools = state.case.pools;
    let mut grown = vec![false; pools.hub_capacity.len()];
    let room = |pool: usize| {
        let hub = pools.hub[pool] as usize;
        if pools.hub_capacity[hub].is_none() {
            return i64::MAX;
        }
        let first = state.pool_open[pool] > 0 && !std::mem::replace(&mut grown[hub], true);
        if first { state.hub_room(pool) } else { 0 }
    };
    (0..pools.len()).map(room).collect()
}

/// The ways that may carry something, with bounds that keep lots and whatever is no network.
fn open_ways(state: &State) -> Vec<Open> {
    let case = state.case;
    let (transport, limits) = (case.transport, case.limits);
    let mut open = Vec::new();
    for row in 0..transport.rows() {
        for edge in transport.edges_of(row) {
            let (way, units) = (Way::Edge(edge), state.flow.edges[edge]);
            let column = transport.column[edge] as usize;
            let need = case.need(way);
            if units == 0 {
                let free = need <= 1
                    && limits.row_partners(row).is_none()
                    && limits.column_partners(column).is_none()
                    && !(limits.column_whole(column) && state.column[column] != 0)
                    && !state.is_pooled(edge)
                    && !scarce(state, way);
                if free && case.most(way) > 0 {
                    open.push(Open { way, lower: 0, capacity: case.most(way) });
                }
                continue;
            }
            let capacity = if scarce(state, way) { units } else { case.most(way) };
            open.push(Open { way, lower: if need > 1 { need } else { 0 }, capacity });
        }
    }
    for (member, &units) in state.flow.members.iter().enumerate().filter(|(_, units)| **units > 0) {
        let way = Way::Member(member);
        let capacity = if scarce(state, way) { units } else { case.most(way) };
        let lot = case.pools.member_lot[member];
        open.push(Open { way, lower: if lot > 1 { lot } else { 0 }, capacity });
    }
    open
}

/// Whether a way draws on a shared capacity, which the network does not know.
fn scarce(state: &State, way: Way) -> bool {
    !state.case.shared(way).is_empty()
}

/// The first node of a part; paths are halved on the way.
fn root(parent: &mut [u32], mut node: u32) -> u32 {
    while parent[node as usize] != node {
        parent[node as usize] = parent[parent[node as usize] as usize];
        node = parent[node as usize];
    }
    node
}

/// The ways in parts that have no row, column, limited group or hub in common.
fn parts(case: &Case, open: &[Open]) -> Vec<Vec<usize>> {
    let transport = case.transport;
    let (rows, columns) = (transport.rows(), transport.columns());
    let (row_groups, column_groups) =
        (transport.row_group_capacity.len(), transport.column_group_capacity.len());
    let nodes = rows + columns + row_groups + column_groups;
    let mut parent: Vec<u32> = (0..nodes).map(number).collect();
    let mut join = |a: usize, b: usize| {
        let (a, b) = (root(&mut parent, number(a)), root(&mut parent, number(b)));
        let (low, high) = (a.min(b), a.max(b));
        parent[high as usize] = low;
    };
    for open in open {
        let (row, column) = (case.row(open.way), case.column(open.way));
        join(row, rows + column);
        let (row_group, column_group) =
            (transport.row_group[row] as usize, transport.column_group[column] as usize);
        if transport.row_group_capacity[row_group].is_some() {
            join(row, rows + columns + row_group);
        }
        if transport.column_group_capacity[column_group].is_some() {
            join(row, rows + columns + row_groups + column_group);
        }
    }
    let mut keyed: Vec<(u32, usize)> = open
        .iter()
        .enumerate()
        .map(|(index, open)| (root(&mut parent, number(case.row(open.way))), index))
        .collect();
    keyed.sort_unstable();
    keyed.chunk_by(|a, b| a.0 == b.0).map(|part| part.iter().map(|&(_, index)| index).collect()).collect()
}

/// One part as a network, and where the arcs of its ways begin.
fn network(state: &State, open: &[Open], part: &[usize], room: &[i64]) -> (FlowNetwork, usize) {
    let case = state.case;
    let mut nodes: BTreeMap<Node, u32> = BTreeMap::new();
    let mut arcs = Vec::new();
    // Node 0 closes the circle; the arcs of nodes are made when they are first met.
    let mut node = |node: Node, arcs: &mut Vec<FlowArc>| -> u32 {
        let mut wanted = vec![node];
        let mut end = 0;
        // From the outermost that is not there yet inwards.
        while let Some(&last) = wanted.last() {
            if let Some(&known) = nodes.get(&last) {
                end = known;
                wanted.pop();
                break;
            }
            match last.outer(case) {
                Some(outer) => wanted.push(outer),
                None => break,
            }
        }
        while let Some(inner) = wanted.pop() {
            let outer = if inner.outer(case).is_some() { end } else { 0 };
            let next = number(nodes.len() + 1);
            nodes.insert(inner, next);
            arcs.push(inner.arc(state, outer, next, room));
            end = next;
        }
        end
    };
    for &at in part {
        let way = open[at].way;
        node(Node::Row(case.row(way)), &mut arcs);
        node(end_of(case, way), &mut arcs);
    }
    let first = arcs.len();
    for &at in part {
        let Open { way, lower, capacity } = open[at];
        let (from, to) = (nodes[&Node::Row(case.row(way))], nodes[&end_of(case, way)]);
        arcs.push(FlowArc { from, to, lower, capacity: Some(capacity), cost: -case.value(way) });
    }
    (FlowNetwork { supply: vec![0; nodes.len() + 1], arcs }, first)
}

/// Where a way ends.
fn end_of(case: &Case, way: Way) -> Node {
    match way {
        Way::Edge(edge) => Node::Column(case.transport.column[edge] as usize),
        Way::Member(member) => Node::Pool(case.pool_of[member] as usize),
    }
}

/// A node of the network but the one that closes the circle.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Node {
    RowGroup(usize),
    Row(usize),
    Pool(usize),
    Column(usize),
    ColumnGroup(usize),
}

impl Node {
    /// The next node on the way to the one that closes the circle, if there is another.
    fn outer(self, case: &Case) -> Option<Node> {
        let transport = case.transport;
        match self {
            Node::Row(row) => {
                let group = transport.row_group[row] as usize;
                transport.row_group_capacity[group].map(|_| Node::RowGroup(group))
            }
            Node::Pool(pool) => Some(Node::Column(case.pools.column[pool] as usize)),
            Node::Column(column) => {
                let group = transport.column_group[column] as usize;
                transport.column_group_capacity[group].map(|_| Node::ColumnGroup(group))
            }
            Node::RowGroup(_) | Node::ColumnGroup(_) => None,
        }
    }

    /// The arc between a node and its outer one, with the bounds of the node.
    fn arc(self, state: &State, outer: u32, own: u32, room: &[i64]) -> FlowArc {
        let case = state.case;
        let transport = case.transport;
        let (supplies, lower, capacity) = match self {
            Node::RowGroup(group) => (true, 0, transport.row_group_capacity[group]),
            Node::Row(row) => (true, 0, Some(transport.row_capacity[row])),
            Node::Pool(pool) => {
                let lot = case.pools.lot[pool];
                let most = state.pool_total[pool].saturating_add(room[pool]).min(case.most_of_pool(pool));
                (false, if lot > 1 { lot } else { 0 }, Some(most))
            }
            Node::Column(column) => {
                let capacity = transport.column_capacity[column];
                let full = case.limits.column_whole(column) && state.column[column] == 0;
                (false, if full { capacity } else { 0 }, Some(capacity))
            }
            Node::ColumnGroup(group) => (false, 0, transport.column_group_capacity[group]),
        };
        let (from, to) = if supplies { (outer, own) } else { (own, outer) };
        FlowArc { from, to, lower, capacity, cost: 0 }
    }
}
