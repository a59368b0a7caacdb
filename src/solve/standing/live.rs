//! All components as one network whose tree, flows and potentials live from change to change.
//!
//! **Problem.** After a change few arcs can gain. Finding them must cost what changed, not what there is.
//!
//! **Notation.** As in `network`, but for the whole transport: the nodes are all row groups, rows, the root, columns
//! and column groups, in the order of the transport. A potential is a pair: what a unit is worth, and its tie number.
//! Pairs are compared by value, then by tie, so that both phases of a cold solve (`optimum`) are one.
//!
//! **Invariant.** As in `simplex`: every tree arc gains 0, the tree is strongly feasible; and every arc outside the tree
//! that gains is an arc of a node in the queue. A row begins to gain on its edges when its potential falls, a column
//! when its potential rises; those are queued, with the groups and members that moved. An empty queue proves the
//! optimum.
//!
//! **Complexity.** A node taken from the queue has its own edges looked at: a row's lie together, a column's are found
//! by an index. A pivot costs the cycle and the part of the tree that moves (`tree`). The same bound on the pivots
//! as in `simplex`; it is reported when reached.
//!
//! **What it cannot do.** Edges with capacities, values with which penalties would not fit ([`Live::penalty`]).

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::super::error::SolveError;
use super::super::network::{NONE, UNLIMITED, flow};
use super::super::tie;
use super::super::transport::{Transport, number};
use super::super::tree::{Cycle, Tree};
use super::agenda::{Agenda, EDGES};
use super::edges::{Edges, Lists};
use super::pair::{Pair, Potentials};
use super::pricing::Entering;
use super::totals::Place;

/// A tree arc that lends units until the network does without them (`capacity`).
pub(super) const LOAN: u32 = u32::MAX - 1;
/// Nodes from which on they are looked at in parallel, and how many by one task.
pub(super) const MANY: usize = 256;
const RUN: usize = 64;
/// An edge whose number is not yet looked up.
pub(super) const EDGE: u32 = LOAN - 1;
/// The potential of a node that hangs nowhere: none of its edges gains.
const NOWHERE: Pair = Pair { value: i64::MIN / 4, tie: 0 };

/// The network as it stands.
#[derive(Debug)]
pub(super) struct Live {
    pub(super) first_row: u32,
    pub(super) root: u32,
    pub(super) first_column_group: u32,
    /// Of every node; a group that cannot bind has more than its members together.
    pub(super) capacity: Vec<i64>,
    /// The group's node of every row and column whose group has a limit, or [`NONE`].
    pub(super) group: Vec<u32>,
    /// By row or column: whether its member arc is full and outside the tree.
    pub(super) full: Vec<bool>,
    /// The nodes of the members of each group with a limit: row groups, then column groups.
    pub(super) members: Lists<u32>,
    pub(super) edges: Edges,
    /// Bits of the tie numbers.
    pub(super) bits: u32,
    /// No value is larger.
    pub(super) most: i64,
    /// Its edges are those of the transport, [`NONE`] or [`LOAN`]. Columns and column groups that can take nothing
    /// hang nowhere.
    pub(super) tree: Tree,
    pub(super) potential: Potentials,
    /// The columns and limited column groups that hang nowhere.
    pub(super) down: BTreeSet<u32>,
    /// Whether a loan is in the tree.
    pub(super) loan: bool,
    pub(super) agenda: Agenda,
    /// Edges whose flow may have changed since the last look.
    pub(super) flowed: Vec<Flowed>,
    /// Pivots of the last change.
    pub(super) pivots: u64,
}

/// An edge with the nodes of its row and its column.
#[derive(Debug, Clone, Copy)]
pub(super) struct Flowed {
    pub(super) from: u32,
    pub(super) to: u32,
    pub(super) edge: u32,
}

impl Live {
    pub(super) fn new(transport: &Transport) -> Live {
        let first_row = number(transport.row_group_capacity.len());
        let root = first_row + number(transport.rows());
        let first_column_group = root + 1 + number(transport.columns());
        let nodes = first_column_group as usize + transport.column_group_capacity.len();
        Live {
            first_row,
            root,
            first_column_group,
            capacity: vec![0; nodes],
            group: vec![NONE; nodes],
            full: vec![false; nodes],
            members: Lists::default(),
            edges: Edges::of(transport),
            bits: tie::bits(nodes),
            most: transport.most_value(),
            tree: Tree::root_alone(nodes, root),
            potential: Potentials::default(),
            down: BTreeSet::new(),
            loan: false,
            agenda: Agenda::new(nodes, root),
            flowed: Vec::new(),
            pivots: 0,
        }
    }

    pub(super) fn nodes(&self) -> usize {
        self.capacity.len()
    }

    /// What a node stands for.
    pub(super) fn place(&self, u: u32) -> Place {
        if u < self.first_row {
            Place::RowGroup(u as usize)
        } else if u < self.root {
            Place::Row((u - self.first_row) as usize)
        } else if u == self.root {
            Place::Root
        } else if u < self.first_column_group {
            Place::Column((u - self.root - 1) as usize)
        } else {
            Place::ColumnGroup((u - self.first_column_group) as usize)
        }
    }

    /// The node of something.
    pub(super) fn node(&self, place: Place) -> u32 {
        match place {
            Place::RowGroup(group) => number(group),
            Place::Row(row) => self.first_row + number(row),
            Place::Root => self.root,
            Place::Column(column) => self.root + 1 + number(column),
            Place::ColumnGroup(group) => self.first_column_group + number(group),
        }
    }

    pub(super) fn is_row(&self, u: u32) -> bool {
        (self.first_row..self.root).contains(&u)
    }

    pub(super) fn is_column(&self, u: u32) -> bool {
        (self.root + 1..self.first_column_group).contains(&u)
    }

    /// The members of a group's node.
    pub(super) fn members_of(&self, group: u32) -> &[u32] {
        let before = if group < self.first_row { 0 } else { self.first_column_group - self.first_row };
        self.members.at((group - before) as usize)
    }

    /// Whether a node hangs in the tree.
    pub(super) fn hangs(&self, u: u32) -> bool {
        self.tree.arc(u).parent != NONE
    }

    /// What a unit lent costs: more than any path through the network.
    pub(super) fn penalty(&self) -> i64 {
        self.penalty_for(self.most)
    }

    fn penalty_for(&self, most: i64) -> i64 {
        i64::try_from(self.nodes() + 2).unwrap_or(i64::MAX).saturating_mul(most).saturating_add(1)
    }

    /// Whether the network can follow changes when there is a value as large as this.
    pub(super) fn fits(&self, value: i64) -> bool {
        self.bits == 40
            && self.edges.len() < EDGE as usize
            && self.edges.fits(value)
            && self.penalty_for(value.max(self.most)) <= i64::MAX / 16
    }

    /// The tie number of the edge from a row's node to a column's.
    pub(super) fn tie(&self, transport: &Transport, from: u32, to: u32) -> i64 {
        let (row, column) = ((from - self.first_row) as usize, (to - self.root - 1) as usize);
        tie::number(transport.row_key[row], transport.column_key[column], self.bits)
    }

    /// The potentials at which no tree arc gains.
    pub(super) fn potentials(&self, transport: &Transport) -> Potentials {
        let worth = |u: u32, parent: u32| match self.tree.edge(u) {
            NONE | LOAN => Pair::default(),
            edge => Pair {
                value: transport.value[edge as usize],
                tie: self.tie(transport, u.min(parent), u.max(parent)),
            },
        };
        let mut potentials = Potentials {
            value: self.tree.potentials(self.root, |u, parent| worth(u, parent).value),
            tie: self.tree.potentials(self.root, |u, parent| worth(u, parent).tie),
        };
        for u in (0..number(self.nodes())).filter(|&u| u != self.root && !self.hangs(u)) {
            potentials.set(u, NOWHERE);
        }
        potentials
    }

    /// Takes note of edges (by row and number) whose value has changed in the transport.
    ///
    /// Those in the tree shift what hangs on them: each alone, or all in one pass where that is less.
    pub(super) fn revalue(&mut self, transport: &Transport, edges: &[(u32, u32)]) {
        let mut shifted = 0;
        for &(row, edge) in edges {
            let (r, c) = (self.first_row + row, self.root + 1 + transport.column[edge as usize]);
            let (p, q) = (self.potential.at(r), self.potential.at(c));
            let value = transport.value[edge as usize];
            self.most = self.most.max(value);
            self.edges.set(edge, value);
            let value = value + q.value - p.value;
            let top = match edge {
                edge if self.tree.edge(r) == edge => r,
                edge if self.tree.edge(c) == edge => c,
                _ if value < 0 => continue,
                _ => {
                    let tie = self.tie(transport, r, c) + q.tie - p.tie;
                    if (Pair { value, tie }) > Pair::default() {
                        self.agenda.add(r, EDGES);
                    }
                    continue;
                }
            };
            shifted += self.tree.size(top) as usize;
            if shifted <= self.nodes() {
                let shift = Pair { value: if top == r { value } else { -value }, tie: 0 };
                self.shift(top, shift);
            }
        }
        if shifted > self.nodes() {
            let now = self.potentials(transport);
            let before = std::mem::replace(&mut self.potential, now);
            for u in 0..number(self.nodes()) {
                let (old, new) = (before.at(u), self.potential.at(u));
                if old != new {
                    self.agenda.note(u, new > old);
                }
            }
        }
    }

    /// Adds to the potentials of the subtree of `top`.
    pub(super) fn shift(&mut self, top: u32, shift: Pair) {
        if shift == Pair::default() {
            return;
        }
        let (potential, agenda, risen) = (&mut self.potential, &mut self.agenda, shift > Pair::default());
        self.tree.walk(top, |u| {
            potential.add(u, shift);
            agenda.note(u, risen);
        });
    }

    /// Forgets what has moved.
    pub(super) fn settle(&mut self) {
        self.agenda.settle();
        for Flowed { edge, .. } in self.flowed.drain(..) {
            self.edges.noted[edge as usize / 64] = 0;
        }
    }

    /// Notes that the flow on an edge has changed.
    fn note_flow(&mut self, from: u32, to: u32, edge: u32) {
        let noted = &mut self.edges.noted[edge as usize / 64];
        if *noted >> (edge % 64) & 1 == 0 {
            *noted |= 1 << (edge % 64);
            self.flowed.push(Flowed { from, to, edge });
        }
    }

    /// Hangs a node where it stood before anything was traded; its arcs may gain.
    pub(super) fn plant(&mut self, u: u32) {
        let (capacity, group) = (self.capacity[u as usize], self.group[u as usize]);
        let (parent, down) = if group == NONE { (self.root, UNLIMITED - capacity) } else { (group, 0) };
        self.tree.plant(u, parent, NONE, capacity, down);
        self.potential.set(u, self.potential.at(parent));
        self.down.remove(&u);
        self.agenda.note(u, true);
    }

    /// Takes down a node that nothing hangs on; whether it was one.
    pub(super) fn take_down(&mut self, u: u32) -> bool {
        if self.tree.size(u) > 1 {
            return false;
        }
        self.loan &= self.tree.edge(u) != LOAN;
        self.tree.take_down(u);
        self.down.insert(u);
        self.full[u as usize] = false;
        self.agenda.note(u, false);
        self.potential.set(u, NOWHERE);
        true
    }

    /// Pivots until no arc gains.
    pub(super) fn run(&mut self, transport: &Transport) -> Result<(), SolveError> {
        let most = (self.nodes() + transport.edges()) as u64 * 1000 + 1000;
        loop {
            // Of many nodes few have an arc that gains: find them in parallel.
            let many = self.agenda.len() >= MANY;
            let mut round = Vec::with_capacity(self.agenda.len());
            round.extend(std::iter::from_fn(|| self.agenda.next()));
            if many {
                let gains = |&&(u, edges): &&(u32, u8)| self.price(transport, u, edges != 0).is_some();
                round = round.par_iter().with_min_len(RUN).filter(gains).copied().collect();
            }
            if round.is_empty() {
                return Ok(());
            }
            for (u, edges) in round {
                while let Some(entering) = self.price(transport, u, edges != 0) {
                    if self.pivots == most {
                        return Err(SolveError::PivotLimit { pivots: self.pivots });
                    }
                    self.pivots += 1;
                    self.pivot(&entering);
                }
            }
        }
    }

    fn pivot(&mut self, entering: &Entering) {
        let Entering { from, to, edge, room, gain, full } = *entering;
        let (first, second, gain) = if full { (to, from, -gain) } else { (from, to, gain) };
        let cycle = self.push(first, second, room);
        if edge != NONE {
            self.note_flow(from, to, edge);
        }
        if cycle.leaving == NONE {
            self.mark(from, to, !full); // edges and disposal arcs have no end of room
        } else {
            self.mark(from, to, false);
            self.exchange(&cycle, from, edge, room, gain);
        }
    }

    /// Sends up to `room` units from `first` over an arc outside the tree to `second`, and back through the tree.
    pub(super) fn push(&mut self, first: u32, second: u32, room: i64) -> Cycle {
        let cycle = self.tree.cycle(first, second, room);
        self.tree.push(&cycle);
        if cycle.amount > 0 {
            for end in [first, second] {
                let mut u = end;
                while u != cycle.join {
                    let (parent, edge) = (self.tree.arc(u).parent, self.tree.edge(u));
                    if edge < LOAN {
                        self.note_flow(u.min(parent), u.max(parent), edge);
                    }
                    u = parent;
                }
            }
        }
        cycle
    }

    /// Exchanges the arc that blocks a cycle for the one that closed it: from `from`, of this `gain` for every unit on
    /// it, with `room` in the direction of the cycle.
    pub(super) fn exchange(&mut self, cycle: &Cycle, from: u32, edge: u32, room: i64, gain: Pair) {
        let leaving = *self.tree.arc(cycle.leaving);
        match self.tree.edge(cycle.leaving) {
            NONE => {
                let left = if cycle.leaving < leaving.parent { leaving.up } else { leaving.down };
                self.mark(cycle.leaving, leaving.parent, left == 0);
            }
            LOAN => self.loan = false,
            _ => {}
        }
        let top = Tree::top(cycle);
        let shift = if top == from { gain } else { -gain };
        let (potential, agenda, risen) = (&mut self.potential, &mut self.agenda, shift > Pair::default());
        self.tree.exchange(cycle, edge, room, |u| {
            potential.add(u, shift);
            agenda.note(u, risen);
        });
    }

    /// Notes whether the arc between two nodes, which is outside the tree, is full, if it is a member arc.
    pub(super) fn mark(&mut self, u: u32, v: u32, full: bool) {
        let (member, group) = if self.group[u as usize] == v { (u, v) } else { (v, u) };
        if self.group[member as usize] == group {
            self.full[member as usize] = full;
        }
    }

    /// Units on an edge.
    pub(super) fn units(&self, Flowed { from, to, edge }: Flowed) -> i64 {
        let end = [from, to].into_iter().find(|&u| self.tree.edge(u) == edge);
        end.map_or(0, |u| flow(u, self.tree.arc(u)))
    }
}
