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
    /// Whether values fall along each row, so that the rest of a row need not be looked at where no column's
    /// potential could make it win.
    falls: bool,
    /// Whether the disposal arc of each node may enter.
    disposal: Vec<bool>,
    /// Whether the member arc of each node may enter; empty where there are none.
    member: Vec<bool>,
}

/// Edges that are looked at together.
const CHUNK: usize = 8;

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
    const WINDOW: usize = 32;
    /// Touching a node counts as pricing so many arcs: it jumps in memory, pricing streams.
    const TOUCH: usize = 4;

    /// The pace for a menu of `edges` edges.
    pub(super) fn new(edges: usize) -> Pace {
        let least = 128;
        let most = (edges / 512).max(least);
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
            let factor = if touching > 2 * self.priced { 4 } else { 2 };
            self.block = (factor * self.block).min(self.most);
        } else if touching < self.priced / 4 {
            self.block = (self.block / 2).max(self.least);
        }
        (self.pivots, self.priced, self.touched) = (0, 0, 0);
    }
}

/// The nodes whose member arc may enter; empty where there are no groups.
fn members<V>(network: &Network<V>, open: impl Fn(usize, usize) -> bool) -> Vec<bool> {
    if network.group.iter().all(|&group| group == NONE) {
        return Vec::new();
    }
    let groups = network.group.iter().enumerate();
    groups.map(|(u, &group)| group != NONE && open(u, group as usize)).collect()
}

impl<'network, V: Worth> Menu<'network, V> {
    /// Every arc of the network with its value.
    pub(super) fn all(network: &'network Network<V>) -> Menu<'network, V> {
        let nodes = 0..number(network.nodes());
        Menu {
            start: Cow::Borrowed(&network.start),
            edges: Cow::Borrowed(&network.edges),
            number: Vec::new(),
            falls: network.edge_capacity.is_empty(),
            disposal: nodes.map(|u| network.disposes(u)).collect(),
            member: members(network, |_, _| true),
        }
    }
}

impl Menu<'static, i64> {
    /// The arcs that gain exactly 0 at an optimum's potentials, with their tie numbers as values. The flows
    /// that use all others as the optimum does, and these as they like, are exactly the optimal flows.
    #[inline(never)]
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
            falls: false,
            disposal: nodes.map(|u| network.disposes(u) && potential[u as usize] == 0).collect(),
            member: members(network, |u, group| potential[u] == potential[group]),
        }
    }
}

impl<V: Worth> Menu<'_, V> {
    /// Number of edges that may enter.
    pub(super) fn edges(&self) -> usize {
        self.edges.len()
    }

    /// The next arc to enter, or `None` if no arc gains. No column's potential is above `ceiling`.
    #[inline(never)]
    pub(super) fn search<W: Worth>(
        &self,
        network: &Network<W>,
        potential: &[i64],
        full: &Full,
        ceiling: i64,
        pace: &mut Pace,
    ) -> Option<Entering> {
        let ceiling = if self.falls { ceiling } else { i64::MAX / 2 };
        let (mut best, mut seen) = (Best { gain: 0, arc: None }, 0);
        let (first_row, root) = (network.first_row as usize, network.root as usize);
        let mut u = pace.cursor;
        for _ in 0..network.nodes() {
            let p = potential[u];
            if (first_row..root).contains(&u) {
                let start = self.start[u] as usize;
                let edges = &self.edges[start..self.start[u + 1] as usize];
                if full.edge.is_empty() {
                    seen += best.price(u, edges, start, potential, ceiling);
                } else {
                    seen += edges.len();
                    for (at, edge) in (start..).zip(edges) {
                        let reduced = edge.value.into() - p + potential[edge.head as usize];
                        let full = full.edge[self.number_of(at) as usize];
                        best.offer(if full { -reduced } else { reduced }, u, At::Edge(at));
                    }
                }
            }
            // Rows dispose into the root, columns are supplied by it; its potential is 0.
            let disposal = if u < root { -p } else { p };
            if disposal > best.gain && self.disposal[u] {
                best.offer(disposal, u, At::Disposal);
            }
            if !self.member.is_empty() && self.member[u] {
                let above = potential[network.group[u] as usize];
                let reduced = if u < root { p - above } else { above - p };
                best.offer(if full.member[u] { -reduced } else { reduced }, u, At::Member);
            }
            seen += 2;
            u = if u + 1 == network.nodes() { 0 } else { u + 1 };
            if seen >= pace.block {
                pace.priced += seen;
                seen = 0;
                if best.arc.is_some() {
                    break;
                }
            }
        }
        pace.cursor = u;
        pace.priced += seen;
        let (u, at) = best.arc?;
        Some(self.entering(network, full, u, at, best.gain))
    }

    /// The arc found, with its ends.
    fn entering<W: Worth>(
        &self,
        network: &Network<W>,
        full: &Full,
        u: u32,
        at: At,
        gain: i64,
    ) -> Entering {
        let (other, edge, capacity, full) = match at {
            At::Disposal => (network.root, NONE, UNLIMITED, false),
            At::Member => {
                let u = u as usize;
                (network.group[u], NONE, network.capacity[u], full.member[u])
            }
            At::Edge(at) => {
                let edge = self.number_of(at);
                let capacity = network.edge_capacity.get(edge as usize).copied().unwrap_or(UNLIMITED);
                let full = full.edge.get(edge as usize).copied().unwrap_or(false);
                (self.edges[at].head, edge, capacity, full)
            }
        };
        Entering { from: u.min(other), to: u.max(other), edge, capacity, gain, full }
    }

    /// The number in the network of an edge of the menu.
    fn number_of(&self, at: usize) -> u32 {
        self.number.get(at).copied().unwrap_or_else(|| number(at))
    }
}

/// The best arc seen.
struct Best {
    gain: i64,
    /// A node and which of its arcs.
    arc: Option<(u32, At)>,
}

/// Which arc of a node.
#[derive(Clone, Copy)]
enum At {
    Disposal,
    Member,
    /// By position in the menu.
    Edge(usize),
}

impl Best {
    fn offer(&mut self, gain: i64, u: usize, at: At) {
        if gain > self.gain {
            *self = Best { gain, arc: Some((number(u), at)) };
        }
    }

    /// Prices the edges of row `u`, empty or in the tree, which begin at `start`; returns how many it looked
    /// at. Values fall along the row: what is left cannot win once a value with the ceiling does not.
    #[inline]
    fn price<V: Worth>(
        &mut self,
        u: usize,
        edges: &[Edge<V>],
        start: usize,
        potential: &[i64],
        ceiling: i64,
    ) -> usize {
        let worth = |edge: &Edge<V>| edge.value.into() + potential[edge.head as usize];
        let mut highest = self.gain + potential[u];
        let mut found: Option<(usize, &[Edge<V>])> = None;
        let mut seen = 0;
        let (chunks, rest) = edges.as_chunks::<CHUNK>();
        for chunk in chunks {
            if chunk[0].value.into() + ceiling <= highest {
                break;
            }
            let most = chunk.iter().map(worth).fold(i64::MIN, i64::max);
            if most > highest {
                (highest, found) = (most, Some((seen, &chunk[..])));
            }
            seen += CHUNK;
        }
        if seen == edges.len() - rest.len() && !rest.is_empty() {
            let most = rest.iter().map(worth).fold(i64::MIN, i64::max);
            if most > highest {
                (highest, found) = (most, Some((seen, rest)));
            }
            seen = edges.len();
        }
        if let Some((before, chunk)) = found {
            let at = chunk.iter().position(|edge| worth(edge) == highest).expect("one of them is");
            self.offer(highest - potential[u], u, At::Edge(start + before + at));
        }
        seen
    }
}
