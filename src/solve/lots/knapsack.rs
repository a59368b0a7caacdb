//! The knapsack of one column: which rows serve it, and how much each, at given prices.
//!
//! **Problem.** Items have a profit a unit `p` (of either sign), a least `l` and a most `u`. Choose
//!
//! ```text
//! maximise   Σ p x        x in {0} ∪ [l, u]
//! such that  Σ x <= capacity   (or = capacity)      at most `partners` of the items that count have x > 0
//! ```
//!
//! Semi-continuous knapsack with a cardinality limit; NP-hard, small in practice.
//!
//! **Lemma.** Let items be sorted by falling profit. Some optimum has all its items at `u` but the last, and
//! what the last needs beyond the room is taken from the others, least profit first, down to `l`: an item
//! after the capacity is full never helps. So sets are searched in which all items are at `u` and there is
//! room, and every one that fills the room ends a branch.
//!
//! **Bounds** at its nodes are in `relaxed`.
//!
//! **Invariant.** `bound` is at least the optimum whatever the limit of nodes and the tolerance, and `value` is
//! reached by `flow`; equal if neither cut anything off. Integers only; 64 bits where the caller knows that all
//! products fit, else 128.
//!
//! **Complexity.** Mostly the fast path: filling by profit breaks nothing, and is the optimum. Else
//! `O(n log n + n · partners)` to prepare and about a hundred nanoseconds a node. References: Kellerer,
//! Pferschy, Pisinger, *Knapsack Problems* (2004), chapter 6; semi-continuous: de Farias, Zhao, *A polyhedral study
//! of the semi-continuous knapsack problem*, Math. Prog. 142 (2013).

use std::cmp::Reverse;
use std::fmt::Debug;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, Mul, Sub};

use super::super::transport::number;
use super::relaxed::Relaxed;

/// Sums of profits: in 64 bits where everything fits.
pub(super) trait Amount:
    Copy
    + Ord
    + Default
    + Debug
    + Send
    + Sync
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + AddAssign
    + Sum
    + From<i64>
    + Into<i128>
{
    /// Less than any sum.
    const LEAST: Self;

    /// The amount as 64 bits, if it fits.
    fn small(self) -> i64;
}

impl Amount for i64 {
    const LEAST: Self = i64::MIN / 2;

    fn small(self) -> i64 {
        self
    }
}

impl Amount for i128 {
    const LEAST: Self = i128::MIN / 2;

    fn small(self) -> i64 {
        i64::try_from(self).unwrap_or(i64::MAX)
    }
}

pub(super) fn product<N: Amount>(price: i64, units: i64) -> N {
    N::from(price) * N::from(units)
}

/// A row as a column sees it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Choice {
    /// Profit of a unit.
    pub(super) profit: i64,
    /// Units it takes if it takes any.
    pub(super) least: i64,
    /// Units it can take.
    pub(super) most: i64,
    /// Whose choice it is; ties go to the lower one.
    pub(super) id: u32,
    /// Whether it is one of the partners that are limited.
    pub(super) counts: bool,
}

/// How much of the capacity is to be filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Filling {
    /// At most all.
    Partly,
    /// All or nothing.
    Whole,
    /// All.
    Must,
}

/// How exactly a knapsack is solved.
#[derive(Debug, Clone, Copy)]
pub(super) struct Precision {
    /// Nodes of the search.
    pub(super) nodes: u32,
    /// One part in so many of the root bound may be left open, and is added to the bound; 0 leaves nothing.
    pub(super) part: i64,
}

/// A set in which all are at their most and room is left, and the next item to try.
#[derive(Debug, Clone, Copy)]
struct Node<N> {
    next: usize,
    room: i64,
    partners: usize,
    value: N,
    least: i64,
}

/// The knapsack with its workspace. Fill `choices`, then solve.
#[derive(Debug, Default)]
pub(super) struct Knapsack<N> {
    pub(super) choices: Vec<Choice>,
    /// (id, units) of what is taken, all positive.
    pub(super) flow: Vec<(u32, i64)>,
    pub(super) value: N,
    pub(super) bound: N,
    /// Nodes spent since the start.
    pub(super) nodes: u64,
    capacity: i64,
    relaxed: Relaxed<N>,
    stack: Vec<Node<N>>,
    chosen: Vec<u32>,
    best: Vec<u32>,
    /// Whether the last of the best saturates the capacity.
    saturated: bool,
}

impl<N: Amount> Knapsack<N> {
    /// Sorts the choices as [`solve`](Self::solve) needs them.
    pub(super) fn sort(&mut self) {
        self.choices.sort_unstable_by_key(|choice| (Reverse(choice.profit), choice.id));
    }

    /// Solves for choices sorted by falling profit; whether there is any solution.
    pub(super) fn solve(
        &mut self,
        capacity: i64,
        partners: u32,
        filling: Filling,
        precision: Precision,
    ) -> bool {
        self.flow.clear();
        (self.value, self.bound) = (N::default(), N::default());
        self.capacity = capacity;
        if filling == Filling::Partly {
            self.choices.retain(|choice| choice.profit > 0 && choice.least <= capacity && choice.most > 0);
        } else {
            self.choices.retain(|choice| choice.least <= capacity && choice.most > 0);
        }
        let mut counting = 0;
        for choice in &mut self.choices {
            choice.most = choice.most.min(capacity);
            counting += usize::from(choice.counts);
        }
        let partners = (partners as usize).min(counting);
        if self.filled_by_profit(partners, filling) {
            return true;
        }
        self.search(partners, partners < counting, filling, precision)
    }

    /// Fills by profit; whether that breaks nothing and so is the optimum.
    fn filled_by_profit(&mut self, mut partners: usize, filling: Filling) -> bool {
        let (mut room, mut value) = (self.capacity, N::default());
        for choice in &self.choices {
            if room == 0 {
                break;
            }
            let units = choice.most.min(room);
            if units < choice.least || (choice.counts && partners == 0) {
                self.flow.clear();
                return false;
            }
            partners -= usize::from(choice.counts);
            room -= units;
            value += product(choice.profit, units);
            self.flow.push((choice.id, units));
        }
        if filling != Filling::Partly && room > 0 {
            self.flow.clear();
            return false;
        }
        if filling == Filling::Whole && value <= N::default() {
            self.flow.clear();
            value = N::default();
        }
        (self.value, self.bound) = (value, value);
        true
    }

    fn search(&mut self, partners: usize, limited: bool, filling: Filling, precision: Precision) -> bool {
        let full = filling != Filling::Partly;
        self.relaxed.prepare(&self.choices, self.capacity, partners, limited, full);
        let floor = if filling == Filling::Must { N::LEAST } else { N::default() };
        let mut best = floor;
        let mut open = floor;
        let mut tolerance = N::default();
        let mut nodes = 0;
        let mut found = false;
        self.chosen.clear();
        self.best.clear();
        self.saturated = false;
        self.stack.clear();
        self.stack.push(Node { next: 0, room: self.capacity, partners, value: N::default(), least: 0 });
        let root = self.relaxed.at(&self.choices, 0, self.capacity, partners).unwrap_or(N::LEAST);
        if precision.part > 0 && root > N::default() {
            tolerance = root / N::from(precision.part);
        }
        while let Some(node) = self.stack.last_mut() {
            let at = node.next;
            node.next += 1;
            let node = *node;
            let bound = if at == self.choices.len() {
                None
            } else {
                let bound = self.relaxed.at(&self.choices, at, node.room, node.partners);
                bound.map(|bound| node.value + bound)
            };
            let Some(bound) = bound.filter(|&bound| bound > best) else {
                self.stack.pop();
                self.chosen.pop();
                continue;
            };
            let choice = self.choices[at];
            if choice.counts && node.partners == 0 {
                continue;
            }
            if (found && bound <= best + tolerance) || nodes == precision.nodes {
                open = open.max(bound);
                self.stack.pop();
                self.chosen.pop();
                continue;
            }
            nodes += 1;
            if choice.most < node.room {
                let value = node.value + product(choice.profit, choice.most);
                self.chosen.push(number(at));
                if !full && value > best {
                    (best, found, self.saturated) = (value, true, false);
                    self.best.clone_from(&self.chosen);
                }
                self.stack.push(Node {
                    next: at + 1,
                    room: node.room - choice.most,
                    partners: node.partners - usize::from(choice.counts),
                    value,
                    least: node.least + choice.least,
                });
            } else if node.least + choice.least <= self.capacity {
                let units = node.room.max(choice.least);
                let mut value = node.value + product(choice.profit, units);
                let mut back = units - node.room;
                for &other in self.chosen.iter().rev() {
                    if back == 0 {
                        break;
                    }
                    let other = self.choices[other as usize];
                    let given = back.min(other.most - other.least);
                    value = value - product(other.profit, given);
                    back -= given;
                }
                if value > best {
                    (best, found, self.saturated) = (value, true, true);
                    self.best.clone_from(&self.chosen);
                    self.best.push(number(at));
                }
            }
        }
        self.nodes += u64::from(nodes);
        self.bound = best.max(open);
        self.value = best;
        if filling == Filling::Must && !found {
            return self.bound > N::LEAST;
        }
        self.write();
        true
    }

    /// The flow of the best set: all at their most, and what is too much taken back.
    fn write(&mut self) {
        let mut too_much = -self.capacity;
        for &at in &self.best {
            too_much += self.choices[at as usize].most;
        }
        let mut too_much = if self.saturated { too_much.max(0) } else { 0 };
        for &at in self.best.iter().rev() {
            let choice = self.choices[at as usize];
            let back = too_much.min(choice.most - choice.least);
            too_much -= back;
            if choice.most > back {
                self.flow.push((choice.id, choice.most - back));
            }
        }
    }
}

#[cfg(test)]
#[path = "knapsack_tests.rs"]
mod tests;
