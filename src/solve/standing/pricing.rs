//! Pricing in the living network: the arc of one node that gains most.
//!
//! A row's edges lie together in the transport, a column's in its list (`edges`). Values are compared first; the tie
//! number of an edge is worked out only where its value does not decide.

use super::super::network::{NONE, UNLIMITED};
use super::super::transport::{Transport, number};
use super::edges::{Ending, edge_between};
use super::live::{EDGE, Live};
use super::pair::Pair;

/// An arc that gains.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entering {
    /// Its ends, in the direction of the arc.
    pub(super) from: u32,
    pub(super) to: u32,
    /// Its edge, or [`NONE`].
    pub(super) edge: u32,
    pub(super) room: i64,
    pub(super) gain: Pair,
    pub(super) full: bool,
}

impl Live {
    /// The arc of a node that gains most, if any gains.
    pub(super) fn price(&self, transport: &Transport, u: u32, edges: bool) -> Option<Entering> {
        if !self.hangs(u) {
            return None;
        }
        let mut best = Entering { from: u, to: u, edge: NONE, room: 0, gain: Pair::default(), full: false };
        let p = self.potential.at(u);
        let outermost = self.group[u as usize] == NONE;
        if self.is_row(u) {
            if edges {
                self.price_row(transport, u, &mut best);
                if -p > best.gain {
                    best = Entering {
                        from: u,
                        to: self.root,
                        edge: NONE,
                        room: UNLIMITED,
                        gain: -p,
                        full: false,
                    };
                }
            }
        } else if self.is_column(u) {
            if edges {
                self.price_column(transport, u, &mut best);
            }
        } else {
            for &member in self.members_of(u) {
                self.price_member(member, &mut best);
            }
            if u < self.root && -p > best.gain {
                best =
                    Entering { from: u, to: self.root, edge: NONE, room: UNLIMITED, gain: -p, full: false };
            }
        }
        if !outermost {
            self.price_member(u, &mut best);
        } else if u > self.root && p > best.gain {
            best = Entering { from: self.root, to: u, edge: NONE, room: UNLIMITED, gain: p, full: false };
        }
        if best.edge == EDGE {
            let (row, column) = (best.from - self.first_row, best.to - self.root - 1);
            best.edge = number(edge_between(transport, row, column));
        }
        (best.gain > Pair::default()).then_some(best)
    }

    fn price_member(&self, member: u32, best: &mut Entering) {
        if !self.hangs(member) {
            return;
        }
        let (at, group) = (member as usize, self.group[member as usize]);
        let (from, to, full) = (member.min(group), member.max(group), self.full[at]);
        let reduced = self.potential.at(to) - self.potential.at(from);
        let gain = if full { -reduced } else { reduced };
        if gain > best.gain {
            *best = Entering { from, to, edge: NONE, room: self.capacity[at], gain, full };
        }
    }

    fn price_row(&self, transport: &Transport, u: u32, best: &mut Entering) {
        let (row, p) = (u - self.first_row, self.potential.value[u as usize]);
        let columns = &self.potential.value[self.root as usize + 1..self.first_column_group as usize];
        let edges = transport.edges_of(row as usize);
        for (&column, &value) in transport.column[edges.clone()].iter().zip(&transport.value[edges]) {
            let gain = value + columns[column as usize] - p;
            if gain >= best.gain.value {
                self.offer(transport, u, self.root + 1 + column, gain, best);
            }
        }
    }

    fn price_column(&self, transport: &Transport, u: u32, best: &mut Entering) {
        let (column, q) = (u - self.root - 1, self.potential.value[u as usize]);
        let rows = &self.potential.value[self.first_row as usize..self.root as usize];
        for &Ending { row, about } in self.edges.of_column(column as usize) {
            let rest = q - rows[row as usize];
            if self.edges.most(about) + rest >= best.gain.value {
                let gain = self.edges.value(transport, row, column, about) + rest;
                self.offer(transport, self.first_row + row, u, gain, best);
            }
        }
    }

    /// Prices the edge between two nodes, of which the value gains so much.
    fn offer(&self, transport: &Transport, from: u32, to: u32, value: i64, best: &mut Entering) {
        if value < 0 || self.tree.arc(from).parent == to || self.tree.arc(to).parent == from {
            return;
        }
        let tie = self.potential.tie[to as usize] - self.potential.tie[from as usize];
        let gain = Pair { value, tie: self.tie(transport, from, to) + tie };
        if gain > best.gain {
            *best = Entering { from, to, edge: EDGE, room: UNLIMITED, gain, full: false };
        }
    }
}
