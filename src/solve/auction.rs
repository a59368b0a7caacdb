//! A flow near the optimum of a large network, by auction.
//!
//! **Problem.** Pivots become dear where trees are large, and from rest the simplex makes several a node. Most of
//! them settle who goes roughly where, and for that no tree is needed.
//!
//! **Method** (Bertsekas). Rows bid for units of columns. With `p` the price of a column (0 while it has room), an
//! edge nets `value − p`; disposal nets 0. A row bids for the edge that nets most and offers so much more than the
//! price that the edge would net as much as the second best, less `ε`; the column keeps the highest bids as far as
//! it has room, and its price is the lowest of these. Rows of a group whose limit binds bid together. When nobody
//! bids, every unit is within `ε` of where it would best be. That is done with a large `ε` first and then with
//! smaller ones; in between prices fall by some `ε`, and to 0 where there is room, and all bid anew.
//!
//! Since prices only rise, a row keeps the [`KEPT`] edges that netted most with what the next one netted: as long
//! as its second best nets no less, it need not look at the others.
//!
//! **Result.** A feasible flow. Prices are not used again: columns that end with room and a price, and groups of
//! columns, which are taken into account as if each column had its share of the limit, make them no proof.
//!
//! **Complexity.** Some twenty bids a row in practice; no more than [`MOST_BIDS`] a row are made, whatever comes of
//! it. Works with integers, in the order of rows: the same flow on every machine.
//!
//! **Reference.** Bertsekas and Castañon, *The auction algorithm for the transportation problem*, Annals of
//! Operations Research 20 (1989).

use std::cmp::Reverse;
use std::collections::binary_heap::PeekMut;
use std::collections::{BinaryHeap, VecDeque};

use super::layout::{Edge, MIDDLE, NO_COLUMN, Worth};
use super::network::{NONE, Network};
use super::transport::number;

/// Edges that a row keeps in mind.
const KEPT: usize = 8;
/// The largest value is so many times `ε`, round by round.
const EPSILONS: [i64; 2] = [50, 500];
/// So many `ε` prices fall from one round to the next.
const FALL: i64 = 3;
/// Bids, for each row, after which a round ends as it stands.
const MOST_BIDS: usize = 500;
/// The price of a column that can take nothing.
const NOT_FOR_SALE: i64 = i64::MAX / 2;

/// (row's node, column's node, units) of a feasible flow, by column.
pub(super) fn flow<V: Worth>(network: &Network<V>, most_value: i64) -> Vec<(u32, u32, i64)> {
    let mut auction = Auction::of(network);
    let mut fall = 0;
    for part in EPSILONS {
        let epsilon = (most_value / part).max(1);
        auction.round(epsilon, fall);
        fall = FALL * epsilon;
    }
    auction.flow()
}

/// What a row keeps in mind.
#[derive(Clone, Copy)]
struct Kept<V> {
    /// Of the edges those that netted most, with the column's place in the network.
    edges: [Edge<V>; KEPT],
    /// No other edge nets more.
    others: i64,
}

/// What edges net: the best, its row and column, and the second best.
#[derive(Clone, Copy)]
struct Best {
    most: i64,
    row: usize,
    column: usize,
    second: i64,
}

impl Best {
    fn see(&mut self, net: i64, row: usize, column: u32) {
        if net > self.most {
            *self = Best { most: net, row, column: column as usize, second: self.most };
        } else if net > self.second {
            self.second = net;
        }
    }
}

struct Auction<'network, 'layout, V> {
    network: &'network Network<'layout, V>,
    /// Units that rows can give and columns can take.
    supply: Vec<i64>,
    demand: Vec<i64>,
    /// Who bids for each row, and the rows of each bidder: `rows[row_start[bidder] .. row_start[bidder + 1]]`.
    bidder: Vec<u32>,
    row_start: Vec<usize>,
    rows: Vec<u32>,
    /// Units that each bidder can give.
    limit: Vec<i64>,
    price: Vec<i64>,
    /// Room that columns have left.
    open: Vec<i64>,
    /// By column: (bid, row, units), the lowest bid first.
    held: Vec<BinaryHeap<Reverse<(i64, u32, i64)>>>,
}

impl<'network, 'layout, V: Worth> Auction<'network, 'layout, V> {
    fn of(network: &'network Network<'layout, V>) -> Self {
        let (first_row, root) = (network.first_row as usize, network.root as usize);
        let supply = network.capacity[first_row..root].to_vec();
        let demand = shares(network);
        // Groups come first, then the rows on their own.
        let mut limit = network.capacity[..first_row].to_vec();
        let mut bidder = network.group[first_row..root].to_vec();
        for (bidder, &supply) in bidder.iter_mut().zip(&supply).filter(|(bidder, _)| **bidder == NONE) {
            *bidder = number(limit.len());
            limit.push(supply);
        }
        let mut row_start = vec![0; limit.len() + 1];
        for &bidder in &bidder {
            row_start[bidder as usize + 1] += 1;
        }
        for bidder in 0..limit.len() {
            row_start[bidder + 1] += row_start[bidder];
        }
        let mut rows: Vec<u32> = (0..number(supply.len())).collect();
        rows.sort_by_key(|&row| bidder[row as usize]);
        Auction {
            network,
            price: vec![0; demand.len()],
            open: vec![0; demand.len()],
            held: vec![BinaryHeap::new(); demand.len()],
            supply,
            demand,
            bidder,
            row_start,
            rows,
            limit,
        }
    }

    /// All bid anew, at prices that have fallen.
    fn round(&mut self, epsilon: i64, fall: i64) {
        for (column, price) in self.price.iter_mut().enumerate() {
            *price = match (self.demand[column], self.open[column]) {
                (0, _) => NOT_FOR_SALE,
                (_, 0) => (*price - fall).max(0),
                _ => 0,
            };
            self.held[column].clear();
        }
        self.open.clone_from(&self.demand);
        let mut left = self.supply.clone();
        let mut within = self.limit.clone();
        let mut kept =
            vec![Kept { edges: [(NO_COLUMN, V::default()); KEPT], others: i64::MAX }; self.supply.len()];
        let mut bids = self.supply.len().saturating_mul(MOST_BIDS);
        let mut queue: VecDeque<u32> = (0..number(self.limit.len())).collect();
        let mut queued = vec![true; self.limit.len()];
        while let Some(bidder) = queue.pop_front() {
            queued[bidder as usize] = false;
            while within[bidder as usize] > 0 && bids > 0 {
                bids -= 1;
                let best = self.best(bidder as usize, &left, &mut kept);
                if best.most <= 0 {
                    break;
                }
                let bid = self.price[best.column] + best.most - best.second + epsilon;
                let wanted = |left: &[i64], within: &[i64]| left[best.row].min(within[bidder as usize]);
                let mut units = self.open[best.column].min(wanted(&left, &within));
                self.open[best.column] -= units;
                let held = &mut self.held[best.column];
                // What it takes from its own, it bids for as well.
                while units < wanted(&left, &within)
                    && let Some(mut lowest) = held.peek_mut()
                    && lowest.0.0 < bid
                {
                    let (_, row, rest) = &mut lowest.0;
                    let taken = (*rest).min(wanted(&left, &within) - units);
                    let (row, loser) = (*row as usize, self.bidder[*row as usize]);
                    *rest -= taken;
                    if *rest == 0 {
                        PeekMut::pop(lowest);
                    }
                    if loser != bidder && !std::mem::replace(&mut queued[loser as usize], true) {
                        queue.push_back(loser);
                    }
                    left[row] += taken;
                    within[loser as usize] += taken;
                    units += taken;
                }
                left[best.row] -= units;
                within[bidder as usize] -= units;
                held.push(Reverse((bid, number(best.row), units)));
                if self.open[best.column] == 0
                    && let Some(Reverse((lowest, ..))) = held.peek()
                {
                    self.price[best.column] = self.price[best.column].max(*lowest);
                }
            }
        }
    }

    /// What nets most for the rows of a bidder that have something left.
    fn best(&self, bidder: usize, left: &[i64], kept: &mut [Kept<V>]) -> Best {
        let mut best = Best { most: 0, row: 0, column: 0, second: 0 };
        let rows = &self.rows[self.row_start[bidder]..self.row_start[bidder + 1]];
        for row in rows.iter().map(|&row| row as usize).filter(|&row| left[row] > 0) {
            let mut own = self.best_kept(row, &kept[row]);
            if own.second < kept[row].others {
                kept[row] = self.look(row);
                own = self.best_kept(row, &kept[row]);
            }
            if own.most > best.most {
                best = Best { second: own.second.max(best.most), ..own };
            } else {
                best.second = best.second.max(own.most);
            }
        }
        best
    }

    fn best_kept(&self, row: usize, kept: &Kept<V>) -> Best {
        let mut best = Best { most: 0, row, column: 0, second: 0 };
        for &(column, value) in &kept.edges {
            if let Some(price) = self.price.get(column as usize) {
                best.see(value.into() - price, row, column);
            }
        }
        best
    }

    /// Looks at the edges of a row that can be among those that net most.
    fn look(&self, row: usize) -> Kept<V> {
        let mut nets = [0; KEPT + 1];
        let mut edges = [(NO_COLUMN, V::default()); KEPT + 1];
        let mut see = |these: &[Edge<V>]| {
            for &(column, value) in these {
                let column = column.wrapping_sub(self.network.first_column);
                let Some(price) = self.price.get(column as usize) else { continue };
                let net = value.into() - price;
                if net > nets[KEPT] {
                    let place = nets.partition_point(|better| *better >= net);
                    nets.copy_within(place..KEPT, place + 1);
                    edges.copy_within(place..KEPT, place + 1);
                    (nets[place], edges[place]) = (net, (column, value));
                }
            }
            nets[KEPT]
        };
        let (_, far) = self.network.edges.far_of(row);
        see(self.network.edges.near.get(row).map_or(&[], |line| line));
        let (middle, rest) = far.split_at(far.len().min(MIDDLE));
        let last = see(middle);
        let others = match rest.first() {
            Some(first) if first.1.into() > last => see(rest), // they net no more than they are worth
            _ => last,
        };
        let mut kept = [(NO_COLUMN, V::default()); KEPT];
        kept.copy_from_slice(&edges[..KEPT]);
        Kept { edges: kept, others }
    }

    fn flow(self) -> Vec<(u32, u32, i64)> {
        let mut flow: Vec<(u32, u32, i64)> = Vec::with_capacity(self.supply.len() + self.demand.len());
        for (column, held) in (self.network.root + 1..).zip(self.held) {
            let units = held.into_iter().map(|Reverse((_, row, units))| (row, units));
            let mut bids: Vec<(u32, i64)> = units.collect();
            bids.sort_unstable();
            for same in bids.chunk_by(|a, b| a.0 == b.0) {
                let row = self.network.first_row + same[0].0;
                flow.push((row, column, same.iter().map(|(_, units)| units).sum()));
            }
        }
        flow
    }
}

/// Units that each column can take, where a group's limit binds its part of that.
fn shares<V: Worth>(network: &Network<V>) -> Vec<i64> {
    let first_group = network.first_column_group as usize;
    let columns = network.root as usize + 1..first_group;
    let mut wanted = vec![0_i128; network.nodes() - first_group];
    for u in columns.clone().filter(|&u| network.group[u] != NONE) {
        wanted[network.group[u] as usize - first_group] += i128::from(network.capacity[u]);
    }
    let share = |u: usize| match network.group[u] {
        NONE => network.capacity[u],
        group => {
            let limit = i128::from(network.capacity[group as usize]);
            let wanted = wanted[group as usize - first_group].max(1);
            let share = i128::from(network.capacity[u]) * limit.min(wanted) / wanted;
            i64::try_from(share).expect("no more than the column's capacity")
        }
    };
    columns.map(share).collect()
}

#[cfg(test)]
#[path = "auction_tests.rs"]
mod tests;
