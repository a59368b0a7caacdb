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
//! **Bounds** at a node with room `r`, `k` partners and the items from `j` on; the least of them counts.
//!
//! ```text
//! 1  fill by profit, the last one in part                          (drops partners)
//! 2  k · μ + fill by profit − μ / u                                (a price μ on partners, fixed at the root)
//! 3  the k largest p · u together                                  (drops the room)
//! =  where the room must be filled: the k largest u must reach it
//! ```
//!
//! **Invariant.** `bound` is at least the optimum whatever the limit of nodes and the tolerance, and `value` is
//! reached by `flow`; equal if neither cut anything off. Integers only; 64 bits where the caller knows that all
//! products fit, else 128.
//!
//! **Complexity.** Mostly the fast path: filling by profit breaks nothing, and is the optimum. Else
//! `O(n log n + n · partners)` to prepare and about a hundred nanoseconds a node. References: Kellerer,
//! Pferschy, Pisinger, *Knapsack Problems* (2004), chapter 6; semi-continuous: de Farias, Zhao, *A polyhedral study
//! of the semi-continuous knapsack problem*, Math. Prog. 142 (2013).

use std::cmp::{Ordering, Reverse};
use std::fmt::Debug;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, Mul, Sub};

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

fn product<N: Amount>(price: i64, units: i64) -> N {
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

/// Partner limits up to which the tables of bound 3 are worth their `O(n · partners)`.
const TABLE: usize = 24;
/// Steps to find μ.
const STEPS: usize = 12;

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
    units: Vec<i64>,
    profits: Vec<N>,
    /// Bound 2: positions by falling profit less μ / u, that profit, and μ.
    priced: Vec<(i64, u32)>,
    mu: Option<N>,
    /// Bound 3 and the reach of k partners, `stride` numbers an item; empty if unused.
    worth: Vec<N>,
    reach: Vec<i64>,
    stride: usize,
    top: Vec<N>,
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
        self.prepare(partners, limited, full);
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
        let root = self.bound_at(0, self.capacity, partners, full).unwrap_or(N::LEAST);
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
                self.bound_at(at, node.room, node.partners, full).map(|bound| node.value + bound)
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
                self.chosen.push(at as u32);
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
                    self.best.push(at as u32);
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

    /// Prefix sums and tables for the bounds.
    fn prepare(&mut self, partners: usize, limited: bool, full: bool) {
        let count = self.choices.len();
        self.units.clear();
        self.profits.clear();
        let (mut units, mut profit) = (0, N::default());
        self.units.push(units);
        self.profits.push(profit);
        for choice in &self.choices {
            units += choice.most;
            profit += product(choice.profit, choice.most);
            self.units.push(units);
            self.profits.push(profit);
        }
        self.mu = None;
        self.stride = 0;
        if !limited {
            return;
        }
        if partners <= TABLE {
            self.stride = partners + 1;
            if full {
                let mut reach = std::mem::take(&mut self.reach);
                largest(&self.choices, partners, &mut self.top, &mut reach, |choice| N::from(choice.most), N::small);
                self.reach = reach;
            }
            let mut worth = std::mem::take(&mut self.worth);
            let gain = |choice: &Choice| product::<N>(choice.profit.max(0), choice.most);
            largest(&self.choices, partners, &mut self.top, &mut worth, gain, |gain| gain);
            self.worth = worth;
        }
        if count > 0 && partners > 0 {
            self.price_partners(partners, full);
        }
    }

    /// Finds μ by bisection: with it about as many items are opened as are allowed.
    fn price_partners(&mut self, partners: usize, full: bool) {
        let gains = self.choices.iter().map(|choice| product::<N>(choice.profit, choice.most));
        let (mut low, mut high) = (N::default(), gains.max().unwrap_or_default().max(N::default()));
        let two = N::from(2);
        let (bound, opened) = self.priced_by(low, partners, full);
        if opened <= partners {
            return;
        }
        let mut least = (bound, low);
        for _ in 0..STEPS {
            let mu = (low + high) / two;
            let (bound, opened) = self.priced_by(mu, partners, full);
            if bound < least.0 {
                least = (bound, mu);
            }
            match opened.cmp(&partners) {
                Ordering::Greater => low = mu,
                Ordering::Less => high = mu,
                Ordering::Equal => break,
            }
        }
        if least.1 > N::default() {
            self.priced_by(least.1, partners, full);
            self.mu = Some(least.1);
        }
    }

    /// Sets up bound 2 with a price on partners; the bound at the root and how many are opened.
    fn priced_by(&mut self, mu: N, partners: usize, full: bool) -> (N, usize) {
        self.priced.clear();
        for (at, choice) in self.choices.iter().enumerate() {
            let share = if choice.counts { (mu / N::from(choice.most)).small() } else { 0 };
            self.priced.push((choice.profit.saturating_sub(share), at as u32));
        }
        self.priced.sort_unstable_by_key(|&(profit, at)| (Reverse(profit), at));
        let (mut room, mut opened, mut sum) = (self.capacity, 0, N::from(partners as i64) * mu);
        for &(profit, at) in &self.priced {
            if room == 0 || (profit <= 0 && !full) {
                break;
            }
            let choice = self.choices[at as usize];
            let units = choice.most.min(room);
            opened += usize::from(choice.counts);
            room -= units;
            sum += product(profit, units);
        }
        (sum, opened)
    }

    /// What the items from `at` on can add; `None` if they cannot fill what must be filled.
    fn bound_at(&self, at: usize, room: i64, partners: usize, full: bool) -> Option<N> {
        let units = &self.units[at..];
        let before = units[0];
        if full && units[units.len() - 1] - before < room {
            return None;
        }
        if full && self.stride > 0 && self.reach[at * self.stride + partners] < room {
            return None;
        }
        let fit = at + units.partition_point(|&sum| sum - before <= room) - 1;
        let mut bound = self.profits[fit] - self.profits[at];
        if let Some(choice) = self.choices.get(fit) {
            bound += product(choice.profit, room - (self.units[fit] - before));
        }
        if self.stride > 0 {
            bound = bound.min(self.worth[at * self.stride + partners]);
        }
        if let Some(mu) = self.mu {
            bound = bound.min(self.priced_bound(mu, at, room, partners, full));
        }
        Some(bound)
    }

    fn priced_bound(&self, mu: N, at: usize, mut room: i64, partners: usize, full: bool) -> N {
        let mut bound = N::from(partners as i64) * mu;
        for &(profit, place) in &self.priced {
            if profit <= 0 && !full {
                break;
            }
            if (place as usize) < at {
                continue;
            }
            let units = self.choices[place as usize].most.min(room);
            bound += product(profit, units);
            room -= units;
            if room == 0 {
                break;
            }
        }
        bound
    }
}

/// For every item, and every number of partners up to a limit: the sum of so many of the largest numbers that
/// count, and of all that do not, from the item on.
fn largest<N: Amount, T: Copy + Default>(
    choices: &[Choice],
    partners: usize,
    top: &mut Vec<N>,
    sums: &mut Vec<T>,
    number: impl Fn(&Choice) -> N,
    shown: impl Fn(N) -> T,
) {
    let stride = partners + 1;
    sums.clear();
    sums.resize((choices.len() + 1) * stride, T::default());
    top.clear();
    let mut free = N::default();
    for (at, choice) in choices.iter().enumerate().rev() {
        let number = number(choice);
        if choice.counts {
            let place = top.partition_point(|&other| other >= number);
            if place < partners {
                top.truncate(partners - 1);
                top.insert(place.min(top.len()), number);
            }
        } else {
            free += number;
        }
        let mut sum = free;
        let row = &mut sums[at * stride..(at + 1) * stride];
        row[0] = shown(sum);
        for (count, place) in row[1..].iter_mut().enumerate() {
            if let Some(&number) = top.get(count) {
                sum += number;
            }
            *place = shown(sum);
        }
    }
}

#[cfg(test)]
#[path = "knapsack_tests.rs"]
mod tests;
