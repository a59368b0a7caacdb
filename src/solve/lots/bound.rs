//! Prices on resources, and the bound they prove.
//!
//! **Problem.** Rows, groups and shared capacities tie the columns together. With a price `λ >= 0` on a unit of
//! each of these resources instead of its limit, every column is a knapsack of its own, and
//!
//! ```text
//! bound(λ) = Σ room · λ + Σ_columns knapsack(value − prices of what an item uses)
//! ```
//!
//! is at least the value of every flow within the limits, for any `λ`: a flow earns at most its knapsacks, and the
//! rooms it uses at most `Σ room · λ`. The best `λ` is sought. It is never worse than the network's
//! optimum (whose prices it starts from), and better where lots, partners and whole columns bind, because the
//! knapsack knows them and is not integral otherwise. Limits on a row's partners are not in it.
//!
//! **Method.** Augmented Lagrangian with block-coordinate Frank-Wolfe: of every column a convex combination `x̄` of
//! knapsack solutions is kept, `z` is what all of them use of each resource, and with a centre `λ̂`
//!
//! ```text
//! λ = max(0, λ̂ + τ (z − room) / room)
//! column by column:  x* = knapsack(value − λ),  x̄ += step · (x* − x̄) with the best step, z and λ at once
//! every second pass: λ̂ = λ;   every fourth: the bound at λ rounded; τ grows while it improves, else shrinks
//! ```
//!
//! Thirty to two hundred passes come as near as hundreds of subgradient steps never do (Hestenes 1969 for the
//! multiplier; Lacoste-Julien, Jaggi, Schmidt, Pletscher, *Block-coordinate Frank-Wolfe*, ICML 2013).
//! `x̄` is the fractional solution that the search is guided by.
//!
//! **Invariant.** Floating point steers `λ` alone. The bound is computed from whole `λ` in integers.
//!
//! **Parallel.** Blocks of a large ground run side by side, each with the `z` of the others as it was before the
//! pass; their changes are added in the order of the blocks.

use rayon::prelude::*;

use super::super::transport::number;
use super::block::{Block, Share};
use super::ground::{Ground, NONE};
use super::knapsack::{Amount, Choice, Filling, Knapsack, Precision};
use super::state::State;
use super::watch::Cancelled;

/// Of a column's knapsack in a pass, and when the bound is computed in the end.
const COARSE: Precision = Precision { nodes: 3000, part: 3333 };
const FINE: Precision = Precision { nodes: 20_000, part: 1_000_000 };
/// Columns that one task evaluates.
const RUN: usize = 64;

/// The bound where a column cannot be served as it must be: below every value, far from the end of the numbers.
pub(super) const IMPOSSIBLE: i128 = -(1 << 110);

/// Prices, what they prove, and the fractional solution that belongs to them.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_field_names, reason = "the bound is what it is about")]
pub(super) struct Bound {
    pub(super) bound: i128,
    /// Of every column alone, at the prices; with what all resources cost they add up to the bound.
    pub(super) columns: Vec<i128>,
    /// By resource.
    pub(super) price: Vec<i64>,
    /// Where the augmented Lagrangian is, by resource.
    pub(super) centre: Vec<f64>,
    /// The fractional solution by item: units, and how far it is open.
    pub(super) fraction: Vec<f64>,
    pub(super) share: Vec<f64>,
}

/// What items bring at prices: value less the prices of what they use.
pub(super) fn profits(ground: &Ground, price: &[i64]) -> Vec<i64> {
    let profit = |item: usize| ground.items[item].value - ground.price(item, price);
    (0..ground.items.len()).into_par_iter().with_min_len(1 << 14).map(profit).collect()
}

/// A column's choices at prices, sorted.
pub(super) fn choose<N: Amount>(
    knapsack: &mut Knapsack<N>,
    ground: &Ground,
    column: usize,
    price: &[i64],
) -> Filling {
    let to = ground.columns[column];
    let of_column = if to.group == NONE { 0 } else { price[to.group as usize] };
    knapsack.choices.clear();
    for at in ground.items_of(column) {
        let item = &ground.items[at];
        let group = ground.row_group[item.row as usize];
        let mut profit = item.value - price[item.row as usize] - of_column;
        if group != NONE {
            profit -= price[group as usize];
        }
        for &shared in ground.shared.at(at) {
            profit -= price[shared as usize];
        }
        if profit > 0 || to.whole || to.must {
            let (least, most, counts) = (item.least, item.most, item.counts);
            knapsack.choices.push(Choice { profit, least, most, id: number(at), counts });
        }
    }
    knapsack.sort();
    match (to.must, to.whole) {
        (true, _) => Filling::Must,
        (false, true) => Filling::Whole,
        (false, false) => Filling::Partly,
    }
}

/// The bound at prices, in exact integers.
pub(super) fn evaluate<N: Amount>(ground: &Ground, price: &[i64], precision: Precision) -> i128 {
    by_column::<N>(ground, price, precision).iter().sum::<i128>() + rent(ground, price)
}

/// The bounds of all columns alone, at prices.
fn by_column<N: Amount>(ground: &Ground, price: &[i64], precision: Precision) -> Vec<i128> {
    let columns = (0..ground.columns.len()).into_par_iter().with_min_len(RUN);
    let of_column = |knapsack: &mut Knapsack<N>, column: usize| -> i128 {
        let filling = choose(knapsack, ground, column, price);
        let to = ground.columns[column];
        let possible = knapsack.solve(to.capacity, to.partners, filling, precision);
        if possible { knapsack.bound.into() } else { IMPOSSIBLE }
    };
    columns.map_init(Knapsack::default, of_column).collect()
}

/// What all resources cost.
pub(super) fn rent(ground: &Ground, price: &[i64]) -> i128 {
    price.iter().zip(&ground.room).map(|(&price, &room)| i128::from(price) * i128::from(room)).sum()
}

/// The best bound found in a number of passes, or the first that is as low as is `wanted`, of columns dealt out to blocks,
/// from prices or from where a search for nearly the same bound has ended.
pub(super) fn bound<N: Amount>(
    ground: &Ground,
    start: Bound,
    blocks: &[Vec<u32>],
    (passes, core, wanted): (u32, usize, i128),
    tick: &(impl Fn() -> Result<(), Cancelled> + Sync),
) -> Bound {
    let profit = profits(ground, &start.price);
    let nothing = State::empty(ground);
    let part = |columns: &Vec<u32>| Part::of(Block::of(&nothing, columns, Share::All, &profit, core), &start);
    let mut parts: Vec<Part<N>> = blocks.par_iter().with_max_len(1).map(part).collect();
    let highest = ground.items.iter().map(|item| item.value).max().unwrap_or(0);
    let every = if ground.items.len() > 1 << 20 { 8 } else { 4 };
    let mut use_of = vec![0.0; ground.room.len()];
    for (item, &units) in start.fraction.iter().enumerate().filter(|(_, units)| **units > 0.0) {
        ground.for_each_resource(item, |resource| use_of[resource] += units);
    }
    // Who goes on from nearby is in a hurry.
    let mut tau = real(highest) / if start.centre.is_empty() { 10.0 } else { 5.0 };
    let mut centre = start.centre;
    if centre.is_empty() {
        centre = start.price.iter().map(|&price| real(price)).collect();
    }
    let mut best = (evaluate::<N>(ground, &start.price, COARSE), start.price);
    for pass in 1..=passes {
        if best.0 <= wanted || tick().is_err() {
            break;
        }
        parts.par_iter_mut().with_max_len(1).for_each(|part| part.pass(&centre, &use_of, tau));
        for part in &parts {
            for (&resource, &(before, after)) in part.block.resource.iter().zip(&part.usage) {
                use_of[resource as usize] += after - before;
            }
        }
        let prices: Vec<f64> =
            (0..centre.len()).map(|at| price_of(centre[at], tau, use_of[at], ground.room[at])).collect();
        if pass % every == 0 || pass == passes {
            // Beyond the highest value no unit would be used: prices stay small for the integers.
            let price: Vec<i64> = prices.iter().map(|&price| whole(price).min(highest)).collect();
            let found = evaluate::<N>(ground, &price, COARSE);
            tau *= if found < best.0 { 1.2 } else { 0.7 };
            if found < best.0 {
                best = (found, price);
            }
        }
        if pass % 2 == 0 {
            centre = prices;
        }
    }
    let (coarse, price) = best;
    let mut columns = by_column::<N>(ground, &price, FINE);
    let mut bound = columns.iter().sum::<i128>() + rent(ground, &price);
    if coarse < bound {
        // A tolerance may have been kinder than the limit of nodes.
        columns = by_column::<N>(ground, &price, COARSE);
        bound = coarse;
    }
    let (mut fraction, mut share) = (vec![0.0; ground.items.len()], vec![0.0; ground.items.len()]);
    for part in &parts {
        for (&item, (&units, &open)) in part.block.item.iter().zip(part.mean.iter().zip(&part.share)) {
            (fraction[item as usize], share[item as usize]) = (units, open);
        }
    }
    Bound { bound, columns, price, centre, fraction, share }
}

/// The augmented price of a resource.
fn price_of(centre: f64, tau: f64, used: f64, room: i64) -> f64 {
    if room == 0 {
        return centre;
    }
    (centre + tau * (used - real(room)) / real(room)).max(0.0)
}

#[expect(clippy::cast_precision_loss, reason = "it steers and decides nothing")]
fn real(number: i64) -> f64 {
    number as f64
}

/// A price without its fraction.
#[expect(clippy::cast_possible_truncation, reason = "it saturates, and any price proves a bound")]
fn whole(price: f64) -> i64 {
    price as i64
}

/// The columns of one block in the relaxation.
struct Part<N> {
    block: Block,
    knapsack: Knapsack<N>,
    /// What all columns use of them, before and after the pass.
    usage: Vec<(f64, f64)>,
    price: Vec<i64>,
    /// The convex combination of every column: units, and how far open.
    mean: Vec<f64>,
    share: Vec<f64>,
    /// The knapsack's solution of the column at hand, and what it changes of resources.
    target: Vec<f64>,
    change: Vec<f64>,
    changed: Vec<u32>,
}

impl<N: Amount> Part<N> {
    fn of(block: Block, start: &Bound) -> Part<N> {
        let (items, resources) = (block.ground.items.len(), block.ground.room.len());
        let of_items = |whole: &[f64]| -> Vec<f64> {
            let number = |&item: &u32| whole.get(item as usize).copied().unwrap_or(0.0);
            block.item.iter().map(number).collect()
        };
        Part {
            knapsack: Knapsack::default(),
            usage: vec![(0.0, 0.0); resources],
            price: vec![0; resources],
            mean: of_items(&start.fraction),
            share: of_items(&start.share),
            target: vec![0.0; items],
            change: vec![0.0; resources],
            changed: Vec::new(),
            block,
        }
    }

    /// One pass over the columns.
    fn pass(&mut self, centre: &[f64], use_of: &[f64], tau: f64) {
        for (at, &resource) in self.block.resource.iter().enumerate() {
            let used = use_of[resource as usize];
            self.usage[at] = (used, used);
            let room = self.block.ground.room[at];
            self.price[at] = whole(price_of(centre[resource as usize], tau, used, room));
        }
        for column in 0..self.block.ground.columns.len() {
            self.step(column, centre, tau);
        }
    }

    /// Moves one column towards its knapsack's solution.
    fn step(&mut self, column: usize, centre: &[f64], tau: f64) {
        let ground = &self.block.ground;
        let filling = choose(&mut self.knapsack, ground, column, &self.price);
        let to = ground.columns[column];
        self.knapsack.solve(to.capacity, to.partners, filling, COARSE);
        for &(item, units) in &self.knapsack.flow {
            self.target[item as usize] = real(units);
        }
        let mut gain = 0.0;
        for item in ground.items_of(column) {
            let delta = self.target[item] - self.mean[item];
            if delta != 0.0 {
                gain += real(ground.items[item].value - ground.price(item, &self.price)) * delta;
                ground.for_each_resource(item, |resource| {
                    if self.change[resource] == 0.0 {
                        self.changed.push(number(resource));
                    }
                    self.change[resource] += delta;
                });
            }
        }
        let bend: f64 = self
            .changed
            .iter()
            .map(|&at| {
                let change = self.change[at as usize];
                tau * change * change / real(ground.room[at as usize].max(1))
            })
            .sum();
        let step = if gain <= 0.0 {
            0.0
        } else if gain >= bend {
            1.0
        } else {
            gain / bend
        };
        for item in ground.items_of(column) {
            let target = self.target[item];
            self.mean[item] += step * (target - self.mean[item]);
            self.share[item] += step * (if target > 0.0 { 1.0 } else { 0.0 } - self.share[item]);
        }
        for &(item, _) in &self.knapsack.flow {
            self.target[item as usize] = 0.0;
        }
        for at in self.changed.drain(..) {
            let at = at as usize;
            self.usage[at].1 += step * self.change[at];
            self.change[at] = 0.0;
            let centre = centre[self.block.resource[at] as usize];
            self.price[at] = whole(price_of(centre, tau, self.usage[at].1, ground.room[at]));
        }
    }
}
