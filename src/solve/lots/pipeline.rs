//! From one cluster to its best flow and bound.
//!
//! ```text
//! construct   at the prices of the network, and what is left of its flow            a first flow at once
//! bound       better prices, what they prove, a fractional solution
//! construct   at those prices, with a bonus for what the fractional solution uses   mostly far better
//! search      rounds of ruin and recreate on blocks of columns, in parallel
//! force       whole columns that the bound would serve and the flow does not
//! polish      the network on what is open
//! branch      where columns are few: until nothing better can be
//! ```

use std::cmp::Reverse;

use rayon::prelude::*;

use super::super::transport::number;
use super::block::{Block, Share, homes};
use super::bound::{Bound, bound, profits};
use super::branch::{Tree, branch};
use super::construct::{construct, pruned};
use super::ground::Ground;
use super::knapsack::Amount;
use super::polish::polish;
use super::random::Random;
use super::search::{Run, Search, Style};
use super::state::State;
use super::watch::{Cancelled, Meter};

/// What is known of a cluster before: the network's optimum.
pub(super) struct Network {
    pub(super) flow: Vec<i64>,
    pub(super) price: Vec<i64>,
    pub(super) column_price: Vec<i64>,
    /// Which columns hang together more than with others, by any number.
    pub(super) part: Vec<u32>,
}

/// How much work a cluster is worth.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan {
    pub(super) passes: u32,
    pub(super) moves: u64,
    /// Nodes of the branch and bound; 0 for none.
    pub(super) nodes: u64,
}

/// The best flow of a cluster, by item, and its bound.
pub(super) struct Outcome {
    pub(super) flow: Vec<i64>,
    pub(super) bound: Bound,
    pub(super) tree: Option<Tree>,
}

/// Items from which on a ground is worked on in blocks.
pub(super) const DIVIDED: usize = 1 << 17;
/// Rounds of the search on blocks.
const ROUNDS: u64 = 6;
/// Searches of a block that is alone, each with a style of its own.
pub(super) const ISLANDS: u64 = 2;
/// Small lots are best searched by what the fractional solution uses, with small ruins; large ones by prices alone,
/// with large ruins.
const STYLES: [Style; 2] = [Style { ruin: 8, stealing: 77 }, Style { ruin: 12, stealing: 112 }];
/// What an item is preferred by that the fractional solution uses in full, as a part of the highest value.
const BONUS: f64 = 0.3;
/// Whole columns forced open at most.
const FORCED: usize = 6;

/// Works a cluster out.
pub(super) fn work_out<N: Amount>(
    ground: &Ground,
    network: &Network,
    plan: Plan,
    seed: u64,
    meter: &Meter,
) -> Outcome {
    let count = ground.columns.len();
    let mut order: Vec<u32> = (0..number(count)).collect();
    order.sort_by_key(|&column| {
        (!ground.columns[column as usize].whole, Reverse(network.column_price[column as usize]))
    });
    let profit = profits(ground, &network.price);
    let (first, second) = rayon::join(
        || construct::<N>(ground, &profit, &order),
        || pruned::<N>(ground, &network.flow, &profit, &order),
    );
    let mut best = if second.value > first.value { second.flow } else { first.flow };
    let mut best_value = first.value.max(second.value);

    let divided = ground.items.len() >= DIVIDED;
    let blocks = blocks(network, count, divided);
    let core = if divided { 40 } else { usize::MAX };
    let known = Bound { price: network.price.clone(), ..Bound::default() };
    let found =
        bound::<N>(ground, known, &blocks, (plan.passes, core, i128::MIN), &|| meter.tick(slice(ground)));
    if meter.is_cancelled() {
        return Outcome { flow: best, bound: found, tree: None };
    }
    let (profit, order) = guided(ground, &found);
    let third = construct::<N>(ground, &profit, &order);
    if third.value > best_value {
        (best, best_value) = (third.flow, third.value);
    }

    if best_value >= found.bound {
        return Outcome { flow: best, bound: found, tree: None };
    }
    // One for each style.
    let profits = [profit, profits(ground, &found.price)];
    let hot = hot(best_value, count);
    let rounds = if divided { ROUNDS } else { 1 };
    for round in 0..rounds {
        let round = Round { plan, hot, seed, at: round, of: rounds, core };
        for (item, units) in round.search::<N>(&State::with(ground, &best), &blocks, &profits, meter) {
            best[item as usize] = units;
        }
        if meter.is_cancelled() {
            break;
        }
    }
    let mut state = State::with(ground, &best);
    state.fill_all();
    if plan.nodes == 0 || state.value >= found.bound || meter.is_cancelled() {
        return Outcome { flow: state.flow, bound: found, tree: None };
    }
    let tree = branch::<N>(ground, state.flow, found.clone(), plan.nodes, meter);
    let mut state = State::with(ground, &tree.flow);
    state.fill_all();
    Outcome { flow: state.flow, bound: found, tree: Some(tree) }
}

/// Profits by item and an order of columns, from the bound and its fractional solution.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "it steers and decides nothing"
)]
fn guided(ground: &Ground, found: &Bound) -> (Vec<i64>, Vec<u32>) {
    let highest = ground.items.iter().map(|item| item.value).max().unwrap_or(0);
    let mut profit = profits(ground, &found.price);
    let mut filled = vec![0.0; ground.columns.len()];
    for (item, profit) in profit.iter_mut().enumerate() {
        let fraction = found.fraction[item];
        if fraction > 0.0 {
            *profit += (BONUS * highest as f64 * fraction / ground.items[item].most as f64) as i64;
            filled[ground.column_of[item] as usize] += fraction;
        }
    }
    // Whole columns that are mostly filled, other whole ones, the rest; within these the largest, the fullest.
    let key = |column: u32| {
        let (filled, column) = (filled[column as usize], &ground.columns[column as usize]);
        let filled = (filled / column.capacity.max(1) as f64 * 1e6) as i64;
        let class = if column.whole { u8::from(filled <= 500_000) } else { 2 };
        (class, Reverse(if class == 0 { column.capacity } else { filled }))
    };
    let mut order: Vec<u32> = (0..number(ground.columns.len())).collect();
    order.sort_by_key(|&column| key(column)); // stable
    (profit, order)
}

/// One round of the search on all blocks.
struct Round {
    plan: Plan,
    hot: f64,
    seed: u64,
    at: u64,
    of: u64,
    core: usize,
}

impl Round {
    /// The flow of all items that may have changed.
    fn search<N: Amount>(
        &self,
        state: &State,
        blocks: &[Vec<u32>],
        profits: &[Vec<i64>; 2],
        meter: &Meter,
    ) -> Vec<(u32, i64)> {
        let count = state.ground.columns.len();
        let mut block_of = vec![0; count];
        for (block, columns) in (0..).zip(blocks) {
            for &column in columns {
                block_of[column as usize] = block;
            }
        }
        let home = homes(state, &block_of);
        // One block alone: several searches from several seeds, and the best of them.
        let islands = if blocks.len() == 1 { ISLANDS } else { 1 };
        let tasks: Vec<(usize, u64)> =
            (0..blocks.len()).flat_map(|block| (0..islands).map(move |island| (block, island))).collect();
        let work = |&(at, island): &(usize, u64)| {
            let columns = &blocks[at];
            let kind = usize::from(island % 2 == 1);
            let (profit, style) = (&profits[kind], STYLES[kind]);
            let block = Block::of(state, columns, Share::Home(&home, number(at)), profit, self.core);
            let mix = self.seed ^ (self.at << 32) ^ (island << 48) ^ u64::from(columns[0]);
            let start = State::with(&block.ground, &block.flow);
            let mut search = Search::<N>::new(start, &block.profit, style, Random(mix).next());
            self.improve(&mut search, columns.len() as u64, count as u64, meter);
            let State { flow, value, .. } = search.state;
            (value, block.item.iter().copied().zip(flow).collect())
        };
        let mut done: Vec<(i128, Vec<(u32, i64)>)> = tasks.par_iter().with_max_len(1).map(work).collect();
        if islands > 1 {
            // The first of the best.
            let best = (0..done.len()).max_by_key(|&at| (done[at].0, Reverse(at))).unwrap_or(0);
            return done.swap_remove(best).1;
        }
        done.into_iter().flat_map(|(_, flow)| flow).collect()
    }

    fn improve<N: Amount>(&self, search: &mut Search<N>, columns: u64, of: u64, meter: &Meter) {
        let moves = self.plan.moves * columns / (of * self.of);
        #[expect(clippy::cast_precision_loss, reason = "small")]
        let part = |round: u64| round as f64 / self.of as f64;
        let run = Run { moves, hot: self.hot, from: part(self.at), to: part(self.at + 1) };
        let tick = |moves| meter.tick(moves);
        let going = search.run(run, &tick);
        if self.at + 1 == self.of {
            if going.is_ok() {
                // Cancelled or not, the state is the best by now.
                let _ = force(search, moves / 8, self.hot, &tick);
            }
            search.state.fill_all();
            polish(&mut search.state);
        }
    }
}

/// Units of work of one pass over the columns.
pub(super) fn slice(ground: &Ground) -> u64 {
    ground.columns.len() as u64
}

/// A twentieth of what a column brings.
fn hot(value: i128, columns: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "it steers and decides nothing")]
    let hot = 0.05 * value as f64 / columns.max(1) as f64;
    hot
}

/// Whole columns that stand empty, the largest first, forced open one by one.
fn force<N: Amount>(
    search: &mut Search<N>,
    moves: u64,
    hot: f64,
    tick: &(impl Fn(u64) -> Result<(), Cancelled> + Sync),
) -> Result<(), Cancelled> {
    let ground = search.state.ground;
    let empty = |at: &u32| {
        ground.columns[*at as usize].whole
            && search.state.open[*at as usize].is_empty()
            && !ground.items_of(*at as usize).is_empty()
    };
    let mut columns: Vec<u32> = (0..number(ground.columns.len())).filter(empty).collect();
    columns.sort_by_key(|&column| Reverse(ground.columns[column as usize].capacity)); // stable
    for &column in columns.iter().take(FORCED) {
        if search.state.open[column as usize].is_empty() {
            search.force(column, Run { moves, hot: 0.3 * hot, from: 0.0, to: 1.0 }, tick)?;
        }
    }
    Ok(())
}

/// Columns dealt out by their parts.
fn blocks(network: &Network, count: usize, divided: bool) -> Vec<Vec<u32>> {
    let mut columns: Vec<u32> = (0..number(count)).collect();
    if !divided {
        return vec![columns];
    }
    columns.sort_by_key(|&column| network.part[column as usize]); // stable
    let same = |a: &u32, b: &u32| network.part[*a as usize] == network.part[*b as usize];
    let mut blocks: Vec<Vec<u32>> = columns.chunk_by(same).map(<[u32]>::to_vec).collect();
    blocks.sort_by_key(|block| block[0]);
    blocks
}
