//! Pricing: which arc enters the tree next.
//!
//! **Problem.** A simplex pivot may take any arc that would gain; looking at all of them costs `m`, taking
//! the first one found costs many poor pivots.
//!
//! **Notation.** `p(u)` is the potential of node `u`: what one more unit there is worth, `p(root) = 0`. An
//! arc `u → v` of value `w` gains `w − p(u) + p(v)` for every unit sent over it, and minus that for every
//! unit taken back. Arcs in the tree gain 0. An arc outside carries 0 (then it may only take on flow) or,
//! if it has a capacity, all of it (then it may only give flow back).
//!
//! **Rule** (block search). Nodes are visited in a circle; each prices its own edges, its member arc and
//! its disposal arc. After at least `block` arcs the best arc seen since the last pivot enters, if any
//! gains; the next search goes on where this one stopped. Ties go to the arc seen first. Nothing found in a
//! full circle proves optimality. A search costs at most `m + 2n`.
//!
//! **Block size.** Small blocks win where pivots are cheap (scores that fall with distance), large ones
//! where the tree is deep and a pivot moves thousands of nodes (supply = demand). So the block starts at
//! `√m` and follows the work: every 64 pivots it doubles (up to `m / 16`) if touching nodes cost more than
//! pricing arcs, and halves if it cost less than a quarter. It counts work, not time: the pivots are the
//! same on every machine.
//!
//! **Reference.** Block search as in Kovács, *Minimum-cost flow algorithms: an experimental evaluation*,
//! Optimization Methods and Software 30 (2015), section on pivot rules; visiting by rows is our own.

use std::borrow::Cow;

use super::network::{Edge, NONE, Network, UNLIMITED, Worth};
use super::tie;
use super::transport::number;

/// The arcs that may enter, with their values: all of a network, or those of its optimal face.
#[derive(Debug)]
pub(super) struct Menu<'network, V: Clone> {
    start: Cow<'network, [u32]>,
    edges: Cow<'network, [Edge<V>]>,
    /// Number of each edge in the network; empty if they are the same.
    number: Vec<u32>,
    /// Whether the disposal arc, the member arc of each node may enter.
    disposal: Vec<bool>,
    member: Vec<bool>,
}

/// Which arcs outside the tree are at their capacity.
#[derive(Debug)]
pub(super) struct Full {
    /// By edge; empty if edges have no capacities.
    pub(super) edge: Vec<bool>,
    /// By row or column: its member arc.
    pub(super) member: Vec<bool>,
}

/// An arc that gains.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entering {
    /// Its ends, in the direction of the arc.
    pub(super) from: u32,
    pub(super) to: u32,
    /// The edge it is, or [`NONE`].
    pub(super) edge: u32,
    pub(super) capacity: i64,
    /// Gain of each unit it takes on (if it is empty) or gives back (if it is full), `> 0`.
    pub(super) gain: i64,
    pub(super) full: bool,
}

/// Where the search stands and how many arcs it looks at before a pivot.
#[derive(Debug)]
pub(super) struct Pace {
    pub(super) cursor: usize,
    pub(super) block: usize,
    least: usize,
    most: usize,
    /// Work since the last look: pivots, arcs priced, nodes touched by pivots.
    pivots: usize,
    pub(super) priced: usize,
    touched: usize,
}

impl Pace {
    /// Pivots from one look at the work to the next.
    const WINDOW: usize = 64;
    /// Touching a node counts as pricing so many arcs: it jumps in memory, pricing streams.
    const TOUCH: usize = 16;

    /// The pace for a menu of `edges` edges.
    pub(super) fn new(edges: usize) -> Pace {
        let least = edges.isqrt().max(32);
        let most = (edges / 16).max(least);
        Pace { cursor: 0, block: least, least, most, pivots: 0, priced: 0, touched: 0 }
    }

    /// Notes a pivot that touched `nodes` nodes, and every so often sets the block anew.
    pub(super) fn note(&mut self, nodes: usize) {
        self.pivots += 1;
        self.touched += nodes;
        if self.pivots < Pace::WINDOW {
            return;
        }
        let touching = Pace::TOUCH * self.touched;
        if touching > self.priced {
            self.block = (2 * self.block).min(self.most);
        } else if touching < self.priced / 4 {
            self.block = (self.block / 2).max(self.least);
        }
        (self.pivots, self.priced, self.touched) = (0, 0, 0);
    }
}

impl<'network, V: Worth> Menu<'network, V> {
    /// Every arc of the network with its value.
    pub(super) fn all(network: &'network Network<V>) -> Menu<'network, V> {
        let nodes = 0..number(network.nodes());
        Menu {
            start: Cow::Borrowed(&network.start),
            edges: Cow::Borrowed(&network.edges),
            number: Vec::new(),
            disposal: nodes.map(|u| network.disposes(u)).collect(),
            member: network.group.iter().map(|&group| group != NONE).collect(),
        }
    }
}

impl Menu<'static, i64> {
    /// The arcs that gain exactly 0 at an optimum's potentials, with their tie numbers as values. The flows
    /// that use all others as the optimum does, and these as they like, are exactly the optimal flows.
    pub(super) fn face<V: Worth>(network: &Network<V>, potential: &[i64]) -> Menu<'static, i64> {
        let bits = tie::bits(network.nodes());
        let (mut start, mut edges, mut numbers) = (vec![0], Vec::new(), Vec::new());
        for u in 0..network.nodes() {
            let range = network.start[u] as usize..network.start[u + 1] as usize;
            for (at, edge) in range.clone().zip(&network.edges[range]) {
                if edge.value.into() + potential[edge.head as usize] == potential[u] {
                    let value = tie::number(network.key[u], network.key[edge.head as usize], bits);
                    edges.push(Edge { head: edge.head, value });
                    numbers.push(number(at));
                }
            }
            start.push(number(edges.len()));
        }
        let nodes = 0..number(network.nodes());
        Menu {
            start: Cow::Owned(start),
            edges: Cow::Owned(edges),
            number: numbers,
            disposal: nodes.map(|u| network.disposes(u) && potential[u as usize] == 0).collect(),
            member: (network.group.iter().zip(potential))
                .map(|(&group, &p)| group != NONE && p == potential[group as usize])
                .collect(),
        }
    }
}

impl<V: Worth> Menu<'_, V> {
    /// Number of edges that may enter.
    pub(super) fn edges(&self) -> usize {
        self.edges.len()
    }

    /// The next arc to enter, or `None` if no arc gains.
    pub(super) fn search<W: Worth>(
        &self,
        network: &Network<W>,
        potential: &[i64],
        full: &Full,
        pace: &mut Pace,
    ) -> Option<Entering> {
        let (mut best, mut seen) = (None, 0);
        for _ in 0..network.nodes() {
            let u = pace.cursor;
            pace.cursor = if u + 1 == network.nodes() { 0 } else { u + 1 };
            if full.edge.is_empty() {
                self.price_edges(u, potential, &mut best);
            } else {
                self.price_bounded_edges(u, network, potential, full, &mut best);
            }
            self.price_sides(u, network, potential, full, &mut best);
            seen += 2 + (self.start[u + 1] - self.start[u]) as usize;
            if seen >= pace.block {
                pace.priced += seen;
                if best.is_some() {
                    return best;
                }
                seen = 0;
            }
        }
        pace.priced += seen;
        best
    }

    /// Prices the edges of node `u` where edges have no capacities: those outside the tree are empty.
    fn price_edges(&self, u: usize, potential: &[i64], best: &mut Option<Entering>) {
        let start = self.start[u] as usize;
        let edges = &self.edges[start..self.start[u + 1] as usize];
        let before = best.map_or(0, |best| best.gain) + potential[u];
        let (mut highest, mut at) = (before, usize::MAX);
        for (place, edge) in edges.iter().enumerate() {
            let worth = edge.value.into() + potential[edge.head as usize];
            if worth > highest {
                (highest, at) = (worth, place);
            }
        }
        if at != usize::MAX {
            *best = Some(Entering {
                from: number(u),
                to: edges[at].head,
                edge: self.number_of(start + at),
                capacity: UNLIMITED,
                gain: highest - potential[u],
                full: false,
            });
        }
    }

    /// Prices the edges of node `u` where edges have capacities.
    fn price_bounded_edges<W: Worth>(
        &self,
        u: usize,
        network: &Network<W>,
        potential: &[i64],
        full: &Full,
        best: &mut Option<Entering>,
    ) {
        for at in self.start[u] as usize..self.start[u + 1] as usize {
            let Edge { head, value } = self.edges[at];
            let edge = self.number_of(at);
            let full = full.edge[edge as usize];
            let reduced = value.into() - potential[u] + potential[head as usize];
            let gain = if full { -reduced } else { reduced };
            if gain > best.map_or(0, |best| best.gain) {
                let capacity = network.edge_capacity[edge as usize];
                *best = Some(Entering { from: number(u), to: head, edge, capacity, gain, full });
            }
        }
    }

    /// The number in the network of an edge of the menu.
    fn number_of(&self, at: usize) -> u32 {
        self.number.get(at).copied().unwrap_or_else(|| number(at))
    }

    /// Prices the disposal arc and the member arc of node `u`.
    fn price_sides<W: Worth>(
        &self,
        u: usize,
        network: &Network<W>,
        potential: &[i64],
        full: &Full,
        best: &mut Option<Entering>,
    ) {
        let sides = [
            (self.disposal[u], network.root, UNLIMITED, false),
            (self.member[u], network.group[u], network.capacity[u], full.member[u]),
        ];
        for (open, other, capacity, full) in sides {
            if !open {
                continue;
            }
            let (from, to) = (number(u).min(other), number(u).max(other));
            let reduced = potential[to as usize] - potential[from as usize];
            let gain = if full { -reduced } else { reduced };
            if gain > best.map_or(0, |best| best.gain) {
                *best = Some(Entering { from, to, edge: NONE, capacity, gain, full });
            }
        }
    }
}
