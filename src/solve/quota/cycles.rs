//! The difference of two flows as cycles.
//!
//! **Problem.** From flow `x` to flow `y` of the same transport one comes by sending units round cycles of the residual
//! graph, none against another. Any part of these cycles, in whole units, gives a feasible flow between the two: no row,
//! column, group or edge leaves the range from its units in `x` to those in `y`.
//!
//! **Graph.** Root, row groups, rows, columns, column groups, and back to the root. An arc carries the difference, towards the
//! edge's column where `y` has more.
//!
//! **Links.** Let both flows link as many row groups as can be. A cycle through a group that only `y` links gives it its first
//! unit; with no other cycle taken that must cost another group its last, else there were more links than can be. So the
//! other group has one unit in `x` and none in `y`, and (from `y` back to `x`) the new one has one in `y`: the cycle has
//! one unit and swaps the two. No other cycle changes links, and any part of the cycles leaves as many.
//!
//! **Order.** Nodes are taken by kind and key, so cycles do not depend on the order of rows and columns.
//!
//! **Complexity.** At most as many cycles as arcs, each found in time proportional to its length.

use super::link::group_keys;
use crate::solve::transport::Transport;

/// A cycle with what a unit round it changes.
#[derive(Debug, Clone)]
pub(super) struct Cycle {
    /// The most units.
    pub(super) units: i64,
    /// Edges that gain a unit, and those that lose one.
    pub(super) gains: Vec<u32>,
    pub(super) loses: Vec<u32>,
}

/// What the graphs of all differences have in common.
#[derive(Debug)]
pub(super) struct Keys {
    row_group: Vec<u64>,
    column_group: Vec<u64>,
}

impl Keys {
    pub(super) fn of(transport: &Transport) -> Keys {
        let groups = transport.row_group_capacity.len();
        let column_groups = transport.column_group_capacity.len();
        Keys {
            row_group: group_keys(&transport.row_group, &transport.row_key, groups),
            column_group: group_keys(&transport.column_group, &transport.column_key, column_groups),
        }
    }
}

/// No edge.
const NONE: u32 = u32::MAX;

/// A node: kind, key, index.
type Node = (u8, u64, u32);

struct Arc {
    from: Node,
    to: Node,
    edge: u32,
    units: i64,
}

/// The edges on which two flows differ, with what the second has more.
pub(super) fn difference(x: &[(usize, i64)], y: &[(usize, i64)]) -> Vec<(usize, i64)> {
    let mut all: Vec<(usize, i64)> = x.iter().map(|&(edge, units)| (edge, -units)).collect();
    all.extend(y);
    all.sort_by_key(|&(edge, _)| edge);
    let mut merged: Vec<(usize, i64)> = Vec::with_capacity(all.len());
    for (edge, units) in all {
        match merged.last_mut() {
            Some(last) if last.0 == edge => last.1 += units,
            _ => merged.push((edge, units)),
        }
    }
    merged.retain(|&(_, units)| units != 0);
    merged
}

/// A flow with what a difference adds to it.
pub(super) fn sum(x: &[(usize, i64)], more: &[(usize, i64)]) -> Vec<(usize, i64)> {
    let negative: Vec<(usize, i64)> = x.iter().map(|&(edge, units)| (edge, -units)).collect();
    difference(&negative, more)
}

/// Cycles from one flow to another.
pub(super) fn cycles(
    transport: &Transport,
    keys: &Keys,
    x: &[(usize, i64)],
    y: &[(usize, i64)],
) -> Vec<Cycle> {
    let arcs = arcs(transport, keys, x, y);
    Walk::of(arcs).all()
}

fn arcs(transport: &Transport, keys: &Keys, x: &[(usize, i64)], y: &[(usize, i64)]) -> Vec<Arc> {
    let root: Node = (0, 0, 0);
    let row_group = |group: u32| (1, keys.row_group[group as usize], group);
    let row = |row: u32| (2, transport.row_key[row as usize], row);
    let column = |column: u32| (3, transport.column_key[column as usize], column);
    let column_group = |group: u32| (4, keys.column_group[group as usize], group);
    let mut arcs = Vec::new();
    let mut push = |from: Node, to: Node, edge: u32, units: i64| match units {
        0 => {}
        1.. => arcs.push(Arc { from, to, edge, units }),
        _ => arcs.push(Arc { from: to, to: from, edge, units: -units }),
    };
    let mut rows: Vec<(u32, i64)> = Vec::new();
    let mut columns: Vec<(u32, i64)> = Vec::new();
    for (edge, units) in difference(x, y) {
        let (r, c) = (crate::solve::transport::number(transport.row_of(edge)), transport.column[edge]);
        push(row(r), column(c), crate::solve::transport::number(edge), units);
        rows.push((r, units));
        columns.push((c, units));
    }
    let mut row_groups = Vec::new();
    for (r, units) in added_up(rows) {
        let group = transport.row_group[r as usize];
        push(row_group(group), row(r), NONE, units);
        row_groups.push((group, units));
    }
    let mut column_groups = Vec::new();
    for (c, units) in added_up(columns) {
        let group = transport.column_group[c as usize];
        push(column(c), column_group(group), NONE, units);
        column_groups.push((group, units));
    }
    for (group, units) in added_up(column_groups) {
        push(column_group(group), root, NONE, units);
    }
    for (group, units) in added_up(row_groups) {
        push(root, row_group(group), NONE, units);
    }
    arcs
}

fn added_up(mut list: Vec<(u32, i64)>) -> Vec<(u32, i64)> {
    list.sort_unstable_by_key(|&(at, _)| at);
    let mut sums: Vec<(u32, i64)> = Vec::new();
    for (at, units) in list {
        match sums.last_mut() {
            Some(last) if last.0 == at => last.1 += units,
            _ => sums.push((at, units)),
        }
    }
    sums
}

/// A walk that takes up arcs until none are left.
struct Walk {
    /// Sorted by where they leave, then by where they go.
    arcs: Vec<Arc>,
    /// By node: its arcs; the first of them that has units left.
    end: Vec<usize>,
    next: Vec<usize>,
    /// By arc: the node it goes to.
    head: Vec<usize>,
}

impl Walk {
    fn of(mut arcs: Vec<Arc>) -> Walk {
        arcs.sort_by_key(|arc| (arc.from, arc.to));
        let mut nodes: Vec<Node> = arcs.iter().map(|arc| arc.from).collect();
        nodes.dedup();
        let at = |node: &Node| nodes.binary_search(node).expect("what flows in flows out");
        let head = arcs.iter().map(|arc| at(&arc.to)).collect();
        let next: Vec<usize> =
            nodes.iter().map(|node| arcs.partition_point(|arc| arc.from < *node)).collect();
        let end = nodes.iter().map(|node| arcs.partition_point(|arc| arc.from <= *node)).collect();
        Walk { arcs, end, next, head }
    }

    fn all(mut self) -> Vec<Cycle> {
        let mut cycles = Vec::new();
        let mut path: Vec<usize> = Vec::new(); // arcs
        let mut position = vec![usize::MAX; self.next.len()]; // by node: where the path leaves it
        for start in 0..self.next.len() {
            let mut node = start;
            loop {
                while self.next[node] < self.end[node] && self.arcs[self.next[node]].units == 0 {
                    self.next[node] += 1;
                }
                if self.next[node] == self.end[node] {
                    // Balanced: only the start of a path runs out of arcs.
                    break;
                }
                let arc = self.next[node];
                position[node] = path.len();
                path.push(arc);
                node = self.head[arc];
                if position[node] == usize::MAX {
                    continue;
                }
                let cycle = path.split_off(position[node]);
                cycles.push(self.take(&cycle, &mut position));
                if let Some(&last) = path.last() {
                    debug_assert_eq!(self.head[last], node);
                }
            }
        }
        cycles
    }

    /// Takes the most units that a cycle can have off its arcs.
    fn take(&mut self, cycle: &[usize], position: &mut [usize]) -> Cycle {
        let units = cycle.iter().map(|&arc| self.arcs[arc].units).min().unwrap_or(0);
        let mut found = Cycle { units, gains: Vec::new(), loses: Vec::new() };
        for &arc in cycle {
            self.arcs[arc].units -= units;
            let Arc { from, edge, .. } = self.arcs[arc];
            if edge != NONE {
                if from.0 == 2 { found.gains.push(edge) } else { found.loses.push(edge) }
            }
        }
        // The nodes of the cycle are off the path: the head of its last arc stays where the path goes on.
        for &arc in cycle {
            position[self.head[arc]] = usize::MAX;
        }
        found
    }
}
