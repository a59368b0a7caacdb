//! The living network from the optima of its components.
//!
//! The components' trees are hung under one root. A group with a limit that cannot bind is in no component's network;
//! here it is a node too, so that it may begin to bind: its members have their whole capacity through it, which
//! is what they have in their component without it.

use super::super::component::{Component, Split};
use super::super::error::SolveError;
use super::super::layout::{Layout, Worth};
use super::super::network::{NONE, Network, UNLIMITED};
use super::super::optimum::{by_component, in_parallel, solve_component};
use super::super::simplex::Solved;
use super::super::transport::{Transport, number};
use super::edges::Lists;
use super::live::Live;
use super::totals::Totals;

/// A tree arc to hang: node, parent, edge, room up and down.
type Hung = (u32, u32, u32, i64, i64);

impl Live {
    /// Finds the optimum from nothing, or from a flow that is nearly it.
    pub(super) fn begin(
        transport: &Transport,
        totals: &Totals,
        near: Option<&[(usize, i64)]>,
    ) -> Result<Live, SolveError> {
        let split = Split::of(transport);
        let solved = if transport.most_value() <= i32::MAX.into() {
            solve::<i32>(transport, &split, near)?
        } else {
            solve::<i64>(transport, &split, near)?
        };
        let mut live = Live::new(transport);
        live.number(transport, totals);
        live.hang(transport, &split, &solved);
        live.potential = live.potentials(transport);
        live.pivots = solved.iter().map(|solved| solved.pivots).sum();
        Ok(live)
    }

    /// Capacities, groups, lists of members and edges.
    fn number(&mut self, transport: &Transport, totals: &Totals) {
        let (first_row, root, first_column_group) = (self.first_row, self.root, self.first_column_group);
        for u in 0..number(self.nodes()) {
            self.capacity[u as usize] = totals.capacity(transport, self.place(u));
        }
        let row = |row: usize| {
            let group = transport.row_group[row];
            transport.row_group_capacity[group as usize].is_some().then_some((
                group,
                group,
                first_row + number(row),
            ))
        };
        let column = |column: usize| {
            let group = transport.column_group[column];
            let limited = transport.column_group_capacity[group as usize].is_some();
            limited.then_some((first_row + group, first_column_group + group, root + 1 + number(column)))
        };
        let members =
            (0..transport.rows()).filter_map(row).chain((0..transport.columns()).filter_map(column));
        for (_, group, member) in members.clone() {
            self.group[member as usize] = group;
            self.agenda.set_member(member);
            self.agenda.set_member(group);
        }
        let groups = transport.row_group_capacity.len() + transport.column_group_capacity.len();
        self.members = Lists::of(groups, members.map(|(list, _, member)| (list as usize, member)));
    }

    /// Hangs all nodes that may carry flow.
    fn hang(&mut self, transport: &Transport, split: &Split, solved: &[Solved]) {
        let mut seen = vec![false; self.nodes()];
        seen[self.root as usize] = true;
        let mut hung: Vec<Hung> = Vec::with_capacity(self.nodes());
        for (component, solved) in split.components.iter().zip(solved) {
            self.hang_component(transport, component, solved, &mut hung, &mut seen);
        }
        // Nodes in no component, and what goes through each group that is none's.
        let mut through = vec![0; self.nodes()];
        for u in (0..number(self.nodes())).filter(|&u| self.group[u as usize] != NONE) {
            if self.full[u as usize] {
                through[self.group[u as usize] as usize] += self.capacity[u as usize];
            }
        }
        for &(u, parent, _, _, down) in &hung {
            if self.group[u as usize] == parent && u > self.root {
                through[parent as usize] += down;
            }
        }
        let mut groups = Vec::new();
        for u in (0..number(self.nodes())).filter(|&u| !seen[u as usize] && self.place(u).alive(transport)) {
            let (at, group) = (u as usize, self.group[u as usize]);
            let left = self.capacity[at] - through[at];
            match (group, u < self.root) {
                (NONE, true) => groups.push((u, self.root, NONE, UNLIMITED - left, left)),
                (NONE, false) => groups.push((u, self.root, NONE, left, UNLIMITED - left)),
                (_, true) => hung.push((u, self.root, NONE, UNLIMITED, 0)),
                (_, false) => hung.push((u, group, NONE, self.capacity[at], 0)),
            }
        }
        groups.append(&mut hung); // parents before children
        self.tree.hang(self.root, groups.iter().rev().copied());
        let down = |&u: &u32| !self.hangs(u) && self.place(u).taken_down(transport);
        self.down = (self.root + 1..number(self.nodes())).filter(down).collect();
    }

    fn hang_component(
        &mut self,
        transport: &Transport,
        component: &Component,
        solved: &Solved,
        hung: &mut Vec<Hung>,
        seen: &mut [bool],
    ) {
        let (first_row, root, first_column_group) = (self.first_row, self.root, self.first_column_group);
        let rows = component.rows.iter().map(|&row| first_row + row);
        let columns = component.columns.iter().map(|&column| root + 1 + column);
        let groups = component.column_groups.iter().map(|&group| first_column_group + group);
        let nodes: Vec<u32> = component
            .row_groups
            .iter()
            .copied()
            .chain(rows)
            .chain([root])
            .chain(columns)
            .chain(groups)
            .collect();
        let own_root = component.row_groups.len() + component.rows.len();
        for &u in &nodes {
            seen[u as usize] = true;
        }
        for (&u, &full) in nodes.iter().zip(&solved.full) {
            let group = self.group[u as usize];
            self.full[u as usize] = full || group != NONE && !seen[group as usize];
        }
        solved.tree.walk(number(own_root), |own| {
            if own as usize == own_root {
                return;
            }
            let (u, arc) = (nodes[own as usize], solved.tree.arc(own));
            let parent = nodes[arc.parent as usize];
            let group = self.group[u as usize];
            let ends = [u, parent].map(|end| (self.is_row(end), self.is_column(end)));
            if let [(true, _), (_, true)] | [(_, true), (true, _)] = ends {
                let (row, column) = (u.min(parent) - first_row, u.max(parent) - root - 1);
                let edges = transport.edges_of(row as usize);
                let place = transport.column[edges.clone()].binary_search(&column);
                let edge = number(edges.start + place.expect("the tree's edges are the transport's"));
                hung.push((u, parent, edge, arc.up, arc.down));
            } else if parent == root && u > root && group != NONE {
                // What it does not get comes through its group, where it is not full.
                self.full[u as usize] = false;
                hung.push((u, group, NONE, arc.up, self.capacity[u as usize] - arc.up));
            } else {
                hung.push((u, parent, NONE, arc.up, arc.down));
            }
        });
    }
}

/// The optimum of every component.
fn solve<V: Worth>(
    transport: &Transport,
    split: &Split,
    near: Option<&[(usize, i64)]>,
) -> Result<Vec<Solved>, SolveError> {
    let layout = Layout::<V>::of(transport, split);
    let near = near.map(|near| by_component(transport, split, near));
    in_parallel(split, |at| {
        let component = &split.components[at];
        let network = Network::of(transport, split, &layout, component, &component.whole());
        let near = near.as_ref().map(|near| near[at].as_slice());
        Ok(solve_component(transport, split, &layout, component, &network, near)?.solved)
    })
}
