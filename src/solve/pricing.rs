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
//! **What need not be priced.** The edges of a row stand by falling value (`layout`). With `C` the highest
//! potential of any column, no edge from the one of value `w` on gains more than `w + C − p(row)`: once that is
//! not above the best gain seen, the rest of the row is skipped. Where supply is scarce columns cost little and
//! rows are dear, and most edges are skipped; where it is not the test costs one comparison in [`CHUNK`] edges.
//!
//! **Block size.** See `pace`.
//!
//! **Reference.** Block search as in Kovács, *Minimum-cost flow algorithms: an experimental evaluation*,
//! Optimization Methods and Software 30 (2015), section on pivot rules; visiting by rows is our own.

use std::ops::Range;

use super::layout::{Edge, Rows, Worth};
use super::network::{NONE, Network, UNLIMITED, View};
use super::pace::Pace;
use super::tie;
use super::transport::number;

/// Edges that are looked at together.
const CHUNK: usize = 8;
/// The number of an edge where edges need none, having no capacities.
const UNNUMBERED: u32 = 0;
/// Less than any worth.
const WORTHLESS: i64 = i64::MIN / 2;

/// The arcs that may enter, with their values: all of a network, or those of its optimal face.
#[derive(Debug)]
pub(super) struct Menu<'network, V> {
    near: View<'network, V>,
    far: View<'network, V>,
    /// The near edge in the layout that each near edge is; empty if they are the same.
    numbers: &'network [u32],
    /// Whether values fall along each row.
    falls: bool,
    /// Whether the disposal arc of each node may enter.
    disposal: Vec<bool>,
    /// Whether the member arc of each node may enter; empty where there are none.
    member: Vec<bool>,
}

/// The arcs that gain exactly 0 at an optimum's potentials, with their tie numbers as values. The flows that
/// use all others as the optimum does, and these as they like, are exactly the optimal flows.
#[derive(Debug)]
pub(super) struct Face {
    near: Rows<i64>,
    far: Rows<i64>,
    numbers: Vec<u32>,
    disposal: Vec<bool>,
    member: Vec<bool>,
}

/// Which arcs outside the tree are at their capacity.
#[derive(Debug)]
pub(super) struct Full {
    /// By near edge of the network; empty if edges have no capacities.
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
            near: Rows { start: Vec::with_capacity(rows + 1), edges: Vec::new() },
            far: Rows { start: vec![0; rows + 1], edges: Vec::new() },
            numbers: Vec::new(),
            disposal: (0..)
                .zip(potential)
                .map(|(u, &potential)| network.disposes(u) && potential == 0)
                .collect(),
            member: members(network, |u, group| potential[u] == potential[group]),
        };
        face.near.start.push(0);
        let bounded = !network.edge_capacity.is_empty();
        let ceiling = network.ceiling(potential);
        for place in 0..rows {
            let u = network.first_row as usize + place;
            // Values fall: none of the rest can be tight once a value is below the row's potential and the
            // highest of the columns'.
            for view in [network.near, network.far] {
                let (first, edges) = view.row(place);
                for (at, &edge) in (first..).zip(edges) {
                    let value = edge.1.into();
                    if !bounded && value + ceiling < potential[u] {
                        break;
                    }
                    let column = network.node_of(edge.0) as usize;
                    if value + potential[column] == potential[u] {
                        let tie = tie::number(network.key[u], network.key[column], bits);
                        face.near.edges.push((edge.0, tie));
                        if bounded {
                            face.numbers.push(number(at));
                        }
                    }
                }
            }
            face.near.start.push(number(face.near.edges.len()));
        }
        face
    }

    pub(super) fn menu(&self) -> Menu<'_, i64> {
        let rows = 0..self.near.start.len() - 1;
        Menu {
            near: View::of(&self.near, rows.clone()),
            far: View::of(&self.far, rows),
            numbers: &self.numbers,
            falls: false,
            disposal: self.disposal.clone(),
            member: self.member.clone(),
        }
    }
}

impl<'network, V: Worth> Menu<'network, V> {
    /// Every arc of the network with its value.
    pub(super) fn all(network: &Network<'network, V>) -> Menu<'network, V> {
        Menu {
            near: network.near,
            far: network.far,
            numbers: &[],
            falls: network.edge_capacity.is_empty(),
            disposal: (0..number(network.nodes())).map(|u| network.disposes(u)).collect(),
            member: members(network, |_, _| true),
        }
    }

    /// Number of edges that may enter.
    pub(super) fn edges(&self) -> usize {
        self.near.len() + self.far.len()
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
        let first_row = network.first_row as usize;
        let (root, nodes) = (network.root as usize, network.nodes());
        let prices = Prices {
            columns: &potential[root + 1..network.first_column_group as usize],
            first: network.first_column,
            ceiling: if self.falls { ceiling } else { i64::MAX / 2 },
        };
        let (mut best, mut seen) = (Best { gain: 0, arc: None }, 0);
        let (mut u, mut left) = (pace.cursor, nodes);
        while left > 0 {
            let end;
            if u < root {
                end = u + 1;
                if u >= first_row {
                    seen += if full.edge.is_empty() {
                        self.price_row(u, u - first_row, potential[u], &prices, &mut best)
                    } else {
                        self.price_bounded_row(u, network, potential[u], &prices, full, &mut best)
                    };
                }
            } else {
                end = nodes.min(u + left.min(pace.block));
            }
            self.price_sides(u..end, network, potential, full, &mut best);
            seen += end - u;
            left -= end - u;
            u = if end == nodes { 0 } else { end };
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

    /// Prices the edges of row `u` where edges have no capacities: those outside the tree are empty. Returns
    /// how many it looked at.
    #[inline]
    fn price_row(&self, u: usize, place: usize, p: i64, prices: &Prices, best: &mut Best) -> usize {
        let (start, edges) = self.near.row(place);
        let (mut seen, found) = prices.best(edges, best.gain + p);
        if let Some((highest, position)) = found {
            best.offer(highest - p, u, At::Near(start + position));
        }
        if seen == edges.len() {
            let (start, edges) = self.far.row(place);
            let (more, found) = prices.best(edges, best.gain + p);
            seen += more;
            if let Some((highest, position)) = found {
                best.offer(highest - p, u, At::Far(start + position));
            }
        }
        seen
    }

    /// Prices the edges of row `u` where edges have capacities.
    fn price_bounded_row<W: Worth>(
        &self,
        u: usize,
        network: &Network<W>,
        p: i64,
        prices: &Prices,
        full: &Full,
        best: &mut Best,
    ) -> usize {
        let (start, edges) = self.near.row(u - network.first_row as usize);
        for (at, edge) in (start..).zip(edges) {
            let reduced = prices.worth(edge) - p;
            let full = full.edge[network.index_of(self.number_of(at))];
            best.offer(if full { -reduced } else { reduced }, u, At::Near(at));
        }
        edges.len()
    }

    /// Prices the disposal arcs and the member arcs of some nodes, all on one side of the root.
    fn price_sides<W: Worth>(
        &self,
        nodes: Range<usize>,
        network: &Network<W>,
        potential: &[i64],
        full: &Full,
        best: &mut Best,
    ) {
        // Rows dispose into the root, columns are supplied by it; its potential is 0.
        let sign = if nodes.start < network.root as usize { -1 } else { 1 };
        let most = potential[nodes.clone()].iter().map(|p| sign * p).max().unwrap_or(0);
        if most > best.gain {
            for u in nodes.clone().filter(|&u| self.disposal[u]) {
                best.offer(sign * potential[u], u, At::Disposal);
            }
        }
        if self.member.is_empty() {
            return;
        }
        for u in nodes.filter(|&u| self.member[u]) {
            let reduced = sign * (potential[network.group[u] as usize] - potential[u]);
            best.offer(if full.member[u] { -reduced } else { reduced }, u, At::Member);
        }
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
            At::Far(at) => (network.node_of(self.far.edges[at].0), UNNUMBERED, UNLIMITED, false),
            At::Near(at) => {
                let column = network.node_of(self.near.edges[at].0);
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

    /// The number in the layout of a near edge of the menu.
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

/// Which arc of a node; edges by position in the menu.
#[derive(Clone, Copy)]
enum At {
    Disposal,
    Member,
    Near(usize),
    Far(usize),
}

impl Best {
    fn offer(&mut self, gain: i64, u: usize, at: At) {
        if gain > self.gain {
            *self = Best { gain, arc: Some((number(u), at)) };
        }
    }
}

/// The columns' potentials, as edges see them.
struct Prices<'potential> {
    columns: &'potential [i64],
    /// The column that the first one is.
    first: u32,
    /// None is higher.
    ceiling: i64,
}

impl Prices<'_> {
    /// The value of an edge with its column's potential. Columns outside of a part are worth nothing.
    fn worth<V: Worth>(&self, &(column, value): &Edge<V>) -> i64 {
        let potential = self.columns.get(column.wrapping_sub(self.first) as usize);
        value.into() + potential.copied().unwrap_or(WORTHLESS)
    }

    /// How many edges of falling value had to be looked at, and the highest worth above `least` with its
    /// position, if there is one.
    #[inline]
    fn best<V: Worth>(&self, edges: &[Edge<V>], least: i64) -> (usize, Option<(i64, usize)>) {
        let (mut highest, mut seen) = (least, 0);
        let mut found: Option<(usize, &[Edge<V>])> = None;
        let (chunks, rest) = edges.as_chunks::<CHUNK>();
        for chunk in chunks {
            if chunk[0].1.into() + self.ceiling <= highest {
                break;
            }
            let most = chunk.iter().map(|edge| self.worth(edge)).fold(WORTHLESS, i64::max);
            if most > highest {
                (highest, found) = (most, Some((seen, &chunk[..])));
            }
            seen += CHUNK;
        }
        if seen == edges.len() - rest.len()
            && let Some(first) = rest.first()
            && first.1.into() + self.ceiling > highest
        {
            let most = rest.iter().map(|edge| self.worth(edge)).fold(WORTHLESS, i64::max);
            if most > highest {
                (highest, found) = (most, Some((seen, rest)));
            }
            seen = edges.len();
        }
        let position = found.map(|(before, chunk)| {
            let at = chunk.iter().position(|edge| self.worth(edge) == highest);
            (highest, before + at.expect("one of them is"))
        });
        (seen, position)
    }
}
