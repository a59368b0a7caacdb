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
//! **What need not be priced.** The edges of a row are parted by value (`layout`). With `C` the highest
//! potential of any column, an edge of value `w` gains no more than `w + C − p(row)`: once that is not above the
//! best gain seen, the less valuable ones are skipped. Where supply is scarce columns cost little and rows are
//! dear, and most edges are skipped; where it is not the test costs next to nothing.
//!
//! **Block size.** See `pace`.
//!
//! **Reference.** Block search as in Kovács, *Minimum-cost flow algorithms: an experimental evaluation*,
//! Optimization Methods and Software 30 (2015), section on pivot rules; visiting by rows is our own.

use std::ops::Range;

use super::core::Core;
use super::layout::{Edge, MIDDLE, NEAR, Rows, Worth};
use super::network::{Edges, NONE, Network, UNLIMITED};
use super::pace::{List, Pace};
use super::tie;
use super::transport::number;

/// Edges that are looked at together.
const CHUNK: usize = 8;
/// The number of an edge where edges need none, having no capacities.
const UNNUMBERED: u32 = 0;
/// Pricing a row counts as pricing so many arcs, besides its far edges.
const VISIT: usize = 16;
/// Less than any worth.
const WORTHLESS: i64 = i64::MIN / 2;

/// The arcs that may enter, with their values: all of a network, or those of its optimal face.
#[derive(Debug)]
pub(super) struct Menu<'network, V> {
    edges: Edges<'network, V>,
    /// The far edge in the layout that each far edge is; empty if they are the same.
    numbers: &'network [u32],
    /// Whether the edges of each row are parted by value.
    parted: bool,
    /// Whether the disposal arc of each node may enter.
    disposal: Vec<bool>,
    /// Whether the member arc of each node may enter; empty where there are none.
    member: Vec<bool>,
}

/// The arcs that gain exactly 0 at an optimum's potentials, with their tie numbers as values. The flows that
/// use all others as the optimum does, and these as they like, are exactly the optimal flows.
#[derive(Debug)]
pub(super) struct Face {
    edges: Rows<i64>,
    numbers: Vec<u32>,
    disposal: Vec<bool>,
    member: Vec<bool>,
}

/// Which arcs outside the tree are at their capacity.
#[derive(Debug)]
pub(super) struct Full {
    /// By far edge of the network; empty if edges have no capacities.
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
    /// The number of the edge it is, or [`NONE`].
    pub(super) edge: u32,
    pub(super) capacity: i64,
    /// Gain of each unit it takes on (if it is empty) or gives back (if it is full), `> 0`.
    pub(super) gain: i64,
    pub(super) full: bool,
}

/// The nodes whose member arc may enter; empty where there are no groups.
fn members<V>(network: &Network<V>, open: impl Fn(usize, usize) -> bool) -> Vec<bool> {
    if network.group.iter().all(|&group| group == NONE) {
        return Vec::new();
    }
    let groups = network.group.iter().enumerate();
    groups.map(|(u, &group)| group != NONE && open(u, group as usize)).collect()
}

impl Face {
    pub(super) fn of<V: Worth>(network: &Network<V>, potential: &[i64]) -> Face {
        let bits = tie::bits(network.nodes());
        let rows = (network.root - network.first_row) as usize;
        let mut face = Face {
            edges: Rows { start: Vec::with_capacity(rows + 1), edges: Vec::new() },
            numbers: Vec::new(),
            disposal: (0..)
                .zip(potential)
                .map(|(u, &potential)| network.disposes(u) && potential == 0)
                .collect(),
            member: members(network, |u, group| potential[u] == potential[group]),
        };
        face.edges.start.push(0);
        let bounded = !network.edge_capacity.is_empty();
        let columns = network.columns(potential);
        let ceiling = network.ceiling(potential);
        for place in 0..rows {
            let u = network.first_row as usize + place;
            let (near, far, first) = network.edges.worth(place, potential[u] - ceiling);
            let near = near.iter().map(|edge| (0, edge));
            for (at, &(column, value)) in near.chain((first..).zip(far)) {
                if value.into() + columns[column as usize] == potential[u] {
                    let key = network.key[network.node_of(column) as usize];
                    face.edges.edges.push((column, tie::number(network.key[u], key, bits)));
                    if bounded {
                        face.numbers.push(number(at));
                    }
                }
            }
            face.edges.start.push(number(face.edges.edges.len()));
        }
        face
    }

    pub(super) fn menu(&self) -> Menu<'_, i64> {
        Menu {
            edges: Edges { near: &[], start: &self.edges.start, far: &self.edges.edges },
            numbers: &self.numbers,
            parted: false,
            disposal: self.disposal.clone(),
            member: self.member.clone(),
        }
    }
}

impl<'network, V: Worth> Menu<'network, V> {
    /// Every arc of the network with its value.
    pub(super) fn all(network: &Network<'network, V>) -> Menu<'network, V> {
        Menu {
            edges: network.edges,
            numbers: &[],
            parted: network.edge_capacity.is_empty(),
            disposal: (0..number(network.nodes())).map(|u| network.disposes(u)).collect(),
            member: members(network, |_, _| true),
        }
    }

    /// The same menu with the edges of a core alone.
    pub(super) fn within<'core>(&self, core: &'core Core<V>) -> Menu<'core, V> {
        Menu {
            edges: Edges { near: &[], start: &core.edges.start, far: &core.edges.edges },
            numbers: &[],
            parted: false,
            disposal: self.disposal.clone(),
            member: self.member.clone(),
        }
    }

    /// Number of edges that may enter.
    pub(super) fn edges(&self) -> usize {
        self.edges.len()
    }

    /// The next arc to enter, or `None` if no arc gains. No column's potential is above `ceiling`.
    pub(super) fn search<W: Worth>(
        &self,
        network: &Network<W>,
        potential: &[i64],
        full: &Full,
        ceiling: i64,
        pace: &mut Pace,
    ) -> Option<Entering> {
        let columns = network.columns(potential);
        let prices = Prices { columns, first: network.first_column, ceiling };
        let state = State { network, potential, prices, full };
        let best = match pace.list.take() {
            None => self.search_all(&state, pace),
            Some(mut list) => {
                let best = self.search_listed(&state, &mut list, pace);
                pace.list = Some(list);
                best
            }
        };
        let (u, at) = best.arc?;
        Some(self.entering(network, full, u, at, best.gain))
    }

    /// Goes round all nodes.
    fn search_all<W: Worth>(&self, state: &State<W>, pace: &mut Pace) -> Best {
        let (mut best, mut seen) = (Best { gain: 0, arc: None }, 0);
        let (mut u, mut left) = (pace.cursor, state.network.nodes());
        while left > 0 {
            let end = state.network.kind(u).end.min(u + left.min(pace.block - seen));
            let (after, more) = self.price(state, u..end, pace.block - seen, &mut best);
            seen += more;
            left -= after - u;
            u = if after == state.network.nodes() { 0 } else { after };
            if seen >= pace.block {
                pace.looked(seen);
                seen = 0;
                if best.arc.is_some() {
                    break;
                }
            }
        }
        pace.cursor = u;
        pace.looked(seen);
        best
    }

    /// Goes round the nodes of a list and takes off those that have no arc to gain by.
    fn search_listed<W: Worth>(&self, state: &State<W>, list: &mut List, pace: &mut Pace) -> Best {
        let (mut best, mut seen) = (Best { gain: 0, arc: None }, 0);
        while !list.nodes.is_empty() && (seen < pace.block || best.arc.is_none()) {
            if pace.cursor >= list.nodes.len() {
                pace.cursor = 0;
            }
            let u = list.nodes[pace.cursor] as usize;
            let mut own = Best { gain: 0, arc: None };
            seen += self.price(state, u..u + 1, usize::MAX, &mut own).1;
            if own.arc.is_none() {
                list.strike(pace.cursor);
                continue;
            }
            if own.gain > best.gain {
                best = own;
            }
            pace.cursor += 1;
        }
        pace.looked(seen);
        best
    }

    /// Prices nodes of one kind one after the other until so many arcs were looked at; returns the node after
    /// the last one, and how many arcs it were.
    fn price<W: Worth>(
        &self,
        state: &State<W>,
        nodes: Range<usize>,
        most: usize,
        best: &mut Best,
    ) -> (usize, usize) {
        let (after, seen) = if state.network.is_row(nodes.start) {
            self.price_rows(state, nodes.clone(), most, best)
        } else {
            self.price_disposal(state, nodes.clone(), best);
            (nodes.end, nodes.len())
        };
        if !self.member.is_empty() {
            self.price_members(state, nodes.start..after, best);
        }
        (after, seen)
    }

    /// Prices the edges and the disposal arcs of rows.
    fn price_rows<W: Worth>(
        &self,
        state: &State<W>,
        rows: Range<usize>,
        most: usize,
        best: &mut Best,
    ) -> (usize, usize) {
        let State { network, potential, prices, full } = state;
        let (mut u, mut seen) = (rows.start, 0);
        while u < rows.end && seen < most {
            let (p, place) = (potential[u], u - network.first_row as usize);
            if -p > best.gain && self.disposal[u] {
                best.offer(-p, u, At::Disposal);
            }
            seen += VISIT;
            if !full.edge.is_empty() {
                let (start, edges) = self.edges.far_of(place);
                for (at, edge) in (start..).zip(edges) {
                    let reduced = prices.worth(edge) - p;
                    let full = full.edge[network.index_of(self.number_of(at))];
                    best.offer(if full { -reduced } else { reduced }, u, At::Far(at));
                }
                seen += edges.len();
            } else if let Some(line) = self.edges.near.get(place) {
                if line[0].1.into() + prices.ceiling > best.gain + p {
                    let most = line.iter().map(|edge| prices.worth(edge)).fold(WORTHLESS, i64::max);
                    if most > best.gain + p {
                        let at = line.iter().position(|edge| prices.worth(edge) == most);
                        best.offer(most - p, u, At::Near(place, at.expect("one of them is")));
                    }
                    if line[NEAR - 1].1.into() + prices.ceiling > best.gain + p {
                        seen += self.price_far(u, place, p, prices, best);
                    }
                }
            } else {
                seen += self.price_far(u, place, p, prices, best);
            }
            u += 1;
        }
        (u, seen)
    }

    /// Prices the far edges of a row; returns how many it looked at.
    fn price_far(&self, u: usize, place: usize, p: i64, prices: &Prices, best: &mut Best) -> usize {
        let (start, edges) = self.edges.far_of(place);
        let (middle, rest) = edges.split_at(edges.len().min(MIDDLE));
        best.price(u, middle, start, p, prices);
        match rest.first() {
            Some(first) if !self.parted || first.1.into() + prices.ceiling > best.gain + p => {
                best.price(u, rest, start + MIDDLE, p, prices);
                edges.len()
            }
            _ => middle.len(),
        }
    }

    /// Prices the disposal arcs of some nodes, all on one side of the root: rows dispose into the root, columns
    /// are supplied by it; its potential is 0.
    fn price_disposal<W: Worth>(&self, state: &State<W>, nodes: Range<usize>, best: &mut Best) {
        let sign = if nodes.start < state.network.root as usize { -1 } else { 1 };
        let most = state.potential[nodes.clone()].iter().map(|p| sign * p).max().unwrap_or(0);
        if most > best.gain {
            for u in nodes.filter(|&u| self.disposal[u]) {
                best.offer(sign * state.potential[u], u, At::Disposal);
            }
        }
    }

    /// Prices the member arcs of some nodes, all on one side of the root.
    fn price_members<W: Worth>(&self, state: &State<W>, nodes: Range<usize>, best: &mut Best) {
        let State { network, potential, full, .. } = state;
        let sign = if nodes.start < network.root as usize { -1 } else { 1 };
        for u in nodes.filter(|&u| self.member[u]) {
            let reduced = sign * (potential[network.group[u] as usize] - potential[u]);
            best.offer(if full.member[u] { -reduced } else { reduced }, u, At::Member);
        }
    }

    /// The arc found, with its ends.
    fn entering<W: Worth>(&self, network: &Network<W>, full: &Full, u: u32, at: At, gain: i64) -> Entering {
        let (other, edge, capacity, full) = match at {
            At::Disposal => (network.root, NONE, UNLIMITED, false),
            At::Member => {
                let u = u as usize;
                (network.group[u], NONE, network.capacity[u], full.member[u])
            }
            At::Near(place, at) => {
                (network.node_of(self.edges.near[place][at].0), UNNUMBERED, UNLIMITED, false)
            }
            At::Far(at) => {
                let column = network.node_of(self.edges.far[at].0);
                if network.edge_capacity.is_empty() {
                    (column, UNNUMBERED, UNLIMITED, false)
                } else {
                    let edge = self.number_of(at);
                    let capacity = network.edge_capacity[edge as usize];
                    (column, edge, capacity, full.edge[network.index_of(edge)])
                }
            }
        };
        Entering { from: u.min(other), to: u.max(other), edge, capacity, gain, full }
    }

    /// The number in the layout of a far edge of the menu.
    fn number_of(&self, at: usize) -> u32 {
        self.numbers.get(at).copied().unwrap_or_else(|| number(at))
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
    /// By the row's place and the position in its line.
    Near(usize, usize),
    /// By position in the menu.
    Far(usize),
}

impl Best {
    fn offer(&mut self, gain: i64, u: usize, at: At) {
        if gain > self.gain {
            *self = Best { gain, arc: Some((number(u), at)) };
        }
    }

    /// Prices far edges of node `u`, which begin at `start`.
    fn price<V: Worth>(&mut self, u: usize, edges: &[Edge<V>], start: usize, p: i64, prices: &Prices) {
        for (at, chunk) in (start..).step_by(CHUNK).zip(edges.chunks(CHUNK)) {
            let most = chunk.iter().map(|edge| prices.worth(edge)).fold(WORTHLESS, i64::max);
            if most > self.gain + p {
                let position = chunk.iter().position(|edge| prices.worth(edge) == most);
                self.offer(most - p, u, At::Far(at + position.expect("one of them is")));
            }
        }
    }
}

/// Where the simplex stands.
struct State<'simplex, 'layout, V> {
    network: &'simplex Network<'layout, V>,
    potential: &'simplex [i64],
    prices: Prices<'simplex>,
    full: &'simplex Full,
}

/// The columns' potentials, as edges see them.
#[derive(Clone, Copy)]
struct Prices<'potential> {
    columns: &'potential [i64],
    /// The column that the first one is.
    first: u32,
    /// None is higher.
    ceiling: i64,
}

impl Prices<'_> {
    /// The value of an edge with its column's potential. Columns outside of a part, or none, are worth nothing.
    fn worth<V: Worth>(&self, &(column, value): &Edge<V>) -> i64 {
        let potential = self.columns.get(column.wrapping_sub(self.first) as usize);
        value.into() + potential.copied().unwrap_or(WORTHLESS)
    }
}
