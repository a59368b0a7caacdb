//! Bounds on what the rest of a knapsack can add.
//!
//! **Problem.** At a node of the `knapsack` with room `r`, `k` partners and the items from `j` on, by falling profit:
//! how much can they add at most? The least of these counts:
//!
//! ```text
//! 1  fill by profit, the last one in part                          (drops partners)
//! 2  k · μ + fill by profit − μ / u                                (a price μ on partners, fixed at the root)
//! 3  the k largest p · u together                                  (drops the room)
//! =  where the room must be filled: the k largest u must reach it
//! ```
//!
//! Bound 2 needs no division at a node, and no exact order of fractions: `μ / u` is rounded down to a whole profit,
//! which makes items a little better than they are, and these are sorted.

use std::cmp::{Ordering, Reverse};

use super::super::transport::number;
use super::knapsack::{Amount, Choice, product};

/// Partner limits up to which the tables of bound 3 are worth their `O(n · partners)`.
const TABLE: usize = 24;
/// Steps to find μ.
const STEPS: usize = 12;

/// What the bounds of one knapsack are read from.
#[derive(Debug, Default)]
pub(super) struct Relaxed<N> {
    /// Whether the room must be filled.
    full: bool,
    /// Sums of `u` and of `p · u` before every item.
    units: Vec<i64>,
    profits: Vec<N>,
    /// Bound 2: positions by falling profit less μ / u, that profit, and μ.
    priced: Vec<(i64, u32)>,
    mu: Option<N>,
    /// Bound 3 and the reach of k partners, `stride` numbers an item; 0 if unused.
    worth: Vec<N>,
    reach: Vec<i64>,
    stride: usize,
    top: Vec<N>,
}

fn times<N: Amount>(partners: usize, mu: N) -> N {
    N::from(i64::from(number(partners))) * mu
}

impl<N: Amount> Relaxed<N> {
    /// Sums and tables for choices by falling profit, of which the room must be filled if `full`.
    pub(super) fn prepare(
        &mut self,
        choices: &[Choice],
        capacity: i64,
        partners: usize,
        limited: bool,
        full: bool,
    ) {
        self.full = full;
        self.units.clear();
        self.profits.clear();
        let (mut units, mut profit) = (0, N::default());
        self.units.push(units);
        self.profits.push(profit);
        for choice in choices {
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
                largest(
                    choices,
                    partners,
                    &mut self.top,
                    &mut reach,
                    |choice| N::from(choice.most),
                    N::small,
                );
                self.reach = reach;
            }
            let mut worth = std::mem::take(&mut self.worth);
            let gain = |choice: &Choice| product::<N>(choice.profit.max(0), choice.most);
            largest(choices, partners, &mut self.top, &mut worth, gain, |gain| gain);
            self.worth = worth;
        }
        if !choices.is_empty() && partners > 0 {
            self.price_partners(choices, capacity, partners);
        }
    }

    /// Finds μ by bisection: with it about as many items are opened as are allowed.
    fn price_partners(&mut self, choices: &[Choice], capacity: i64, partners: usize) {
        let gains = choices.iter().map(|choice| product::<N>(choice.profit, choice.most));
        let (mut low, mut high) = (N::default(), gains.max().unwrap_or_default().max(N::default()));
        let two = N::from(2);
        let (bound, opened) = self.priced_by(choices, capacity, low, partners);
        if opened <= partners {
            return;
        }
        let mut least = (bound, low);
        for _ in 0..STEPS {
            let mu = (low + high) / two;
            let (bound, opened) = self.priced_by(choices, capacity, mu, partners);
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
            self.priced_by(choices, capacity, least.1, partners);
            self.mu = Some(least.1);
        }
    }

    /// Sets up bound 2 with a price on partners; the bound at the root and how many are opened.
    fn priced_by(&mut self, choices: &[Choice], capacity: i64, mu: N, partners: usize) -> (N, usize) {
        self.priced.clear();
        for (at, choice) in choices.iter().enumerate() {
            let share = if choice.counts { (mu / N::from(choice.most)).small() } else { 0 };
            self.priced.push((choice.profit.saturating_sub(share), number(at)));
        }
        self.priced.sort_unstable_by_key(|&(profit, at)| (Reverse(profit), at));
        let (mut room, mut opened, mut sum) = (capacity, 0, times(partners, mu));
        for &(profit, at) in &self.priced {
            if room == 0 || (profit <= 0 && !self.full) {
                break;
            }
            let choice = choices[at as usize];
            let units = choice.most.min(room);
            opened += usize::from(choice.counts);
            room -= units;
            sum += product(profit, units);
        }
        (sum, opened)
    }

    /// What the items from `at` on can add; `None` if they cannot fill what must be filled.
    pub(super) fn at(&self, choices: &[Choice], at: usize, room: i64, partners: usize) -> Option<N> {
        let units = &self.units[at..];
        let before = units[0];
        if self.full && units[units.len() - 1] - before < room {
            return None;
        }
        if self.full && self.stride > 0 && self.reach[at * self.stride + partners] < room {
            return None;
        }
        let fit = at + units.partition_point(|&sum| sum - before <= room) - 1;
        let mut bound = self.profits[fit] - self.profits[at];
        if let Some(choice) = choices.get(fit) {
            bound += product(choice.profit, room - (self.units[fit] - before));
        }
        if self.stride > 0 {
            bound = bound.min(self.worth[at * self.stride + partners]);
        }
        if let Some(mu) = self.mu {
            bound = bound.min(self.priced_bound(choices, mu, at, room, partners));
        }
        Some(bound)
    }

    fn priced_bound(&self, choices: &[Choice], mu: N, at: usize, mut room: i64, partners: usize) -> N {
        let mut bound = times(partners, mu);
        for &(profit, place) in &self.priced {
            if profit <= 0 && !self.full {
                break;
            }
            if (place as usize) < at {
                continue;
            }
            let units = choices[place as usize].most.min(room);
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
