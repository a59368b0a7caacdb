//! Some columns of a ground, cut out to be worked on alone.
//!
//! **Problem.** Annealing jumps about. A country in one component does not fit the caches, and one thread cannot
//! share it with others. So its columns are dealt out to blocks, each with its own copy of what it needs.
//!
//! **What a block may use.** Of every resource what its own columns use now, and what is left over if the block
//! is the resource's *home* (the block that uses most of it). The same goes for the partners of rows. So any flows of
//! the blocks together are feasible; what a block cannot reach in one round it can in the next, when blocks are
//! others.
//!
//! **Core.** Of each column a block keeps the items of highest profit at the prices of the bound, and those in
//! use; by falling profit, so that no knapsack has to sort them again.

use std::cmp::Reverse;

use super::super::transport::number;
use super::ground::{Column, Ground, Item, Lists, NONE};
use super::state::State;

/// A ground of its own, and what its items are in the whole.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) ground: Ground,
    /// Items of the whole.
    pub(super) item: Vec<u32>,
    /// Resources of the whole.
    pub(super) resource: Vec<u32>,
    pub(super) profit: Vec<i64>,
    pub(super) flow: Vec<i64>,
}

/// Which block may use what is left over of every resource.
pub(super) fn homes(state: &State, block_of: &[u32]) -> Vec<u32> {
    let ground = state.ground;
    // The block with most items of a row; then the block of most members of what rows are in.
    let mut home = vec![NONE; ground.room.len()];
    let mut count: Vec<(u32, u32)> = Vec::new();
    for (row, home) in home[..ground.rows()].iter_mut().enumerate() {
        count.clear();
        for &item in ground.by_row.at(row) {
            let block = block_of[ground.column_of[item as usize] as usize];
            let weight = if state.flow[item as usize] > 0 { 4 } else { 1 };
            match count.iter_mut().find(|(other, _)| *other == block) {
                Some((_, sum)) => *sum += weight,
                None => count.push((block, weight)),
            }
        }
        *home = most(&count);
    }
    let mut members: Vec<Vec<(u32, u32)>> = vec![Vec::new(); ground.room.len() - ground.rows()];
    for item in 0..ground.items.len() {
        let block = block_of[ground.column_of[item] as usize];
        ground.for_each_resource(item, |resource| {
            if let Some(count) = resource.checked_sub(ground.rows()).map(|at| &mut members[at]) {
                match count.iter_mut().find(|(other, _)| *other == block) {
                    Some((_, sum)) => *sum += 1,
                    None => count.push((block, 1)),
                }
            }
        });
    }
    for (at, count) in members.iter().enumerate() {
        home[ground.rows() + at] = most(count);
    }
    home
}

fn most(count: &[(u32, u32)]) -> u32 {
    count.iter().max_by_key(|(block, sum)| (*sum, Reverse(*block))).map_or(NONE, |(block, _)| *block)
}

/// What a block may use of a resource beyond what its columns use now.
#[derive(Debug, Clone, Copy)]
pub(super) enum Share<'a> {
    /// All that is left: for bounds, which no flow depends on.
    All,
    /// What is left where the block of this number is the home.
    Home(&'a [u32], u32),
}

impl Share<'_> {
    fn has(self, resource: u32) -> bool {
        match self {
            Share::All => true,
            Share::Home(home, block) => home[resource as usize] == block,
        }
    }
}

impl Block {
    /// The columns `columns` of a ground, with about `core` items each, twice as many for whole columns.
    pub(super) fn of(state: &State, columns: &[u32], share: Share, profit: &[i64], core: usize) -> Block {
        let whole = state.ground;
        let mut order: Vec<u32> = Vec::new();
        let mut items = Vec::new();
        let mut start = vec![0];
        for &column in columns {
            order.clear();
            order.extend(whole.items_of(column as usize).map(number));
            order.sort_unstable_by_key(|&item| (Reverse(profit[item as usize]), item));
            let wide = whole.columns[column as usize].whole;
            let keep = if wide { core.saturating_mul(2) } else { core };
            items.extend(
                order
                    .iter()
                    .enumerate()
                    .filter_map(|(at, &item)| (at < keep || state.flow[item as usize] > 0).then_some(item)),
            );
            start.push(number(items.len()));
        }
        // Resources in their order in the whole: rows first.
        let mut used: Vec<u32> = Vec::new();
        for &item in &items {
            whole.for_each_resource(item as usize, |resource| used.push(number(resource)));
        }
        used.sort_unstable();
        used.dedup();
        let place = |resource: u32| number(used.binary_search(&resource).expect("it is used"));
        let rows = used.partition_point(|&resource| (resource as usize) < whole.rows());

        let mut ground = Ground { start, ..Ground::default() };
        for &resource in &used {
            let left = if share.has(resource) { state.room[resource as usize] } else { 0 };
            ground.room.push(left);
            ground.resource.push(whole.resource[resource as usize]);
        }
        for &row in &used[..rows] {
            let group = whole.row_group[row as usize];
            ground.row_group.push(if group == NONE { NONE } else { place(group) });
            let left = state.row_partners[row as usize];
            ground.row_partners.push(if share.has(row) || left == u32::MAX { left } else { 0 });
        }
        for &column in columns {
            let old = whole.columns[column as usize];
            // A column without items uses no group.
            let group = used.binary_search(&old.group).map_or(NONE, number);
            ground.columns.push(Column { group, ..old });
        }
        let (mut shared, mut flow) = (Vec::new(), Vec::new());
        for (at, &item) in items.iter().enumerate() {
            let units = state.flow[item as usize];
            flow.push(units);
            let old = whole.items[item as usize];
            if units > 0 {
                whole.for_each_resource(item as usize, |resource| {
                    ground.room[place(number(resource)) as usize] += units;
                });
                let partners = &mut ground.row_partners[place(old.row) as usize];
                if old.counts && *partners < u32::MAX {
                    *partners += 1;
                }
            }
            for &resource in whole.shared.at(item as usize) {
                shared.push((number(at), place(resource)));
            }
        }
        ground.shared =
            if shared.is_empty() { Lists::default() } else { Lists::of(items.len(), shared.iter().copied()) };
        for (column, bounds) in ground.start.windows(2).enumerate() {
            ground.column_of.resize(bounds[1] as usize, number(column));
        }
        for &item in &items {
            let old = whole.items[item as usize];
            ground.items.push(Item { row: place(old.row), ..old });
            ground.edge.push(whole.edge[item as usize]);
        }
        for at in 0..items.len() {
            let mut most = ground.items[at].most;
            ground.for_each_resource(at, |resource| most = most.min(ground.room[resource]));
            ground.items[at].most = most;
        }
        ground.sort_rows();
        let profit = items.iter().map(|&item| profit[item as usize]).collect();
        Block { ground, item: items, resource: used, profit, flow }
    }
}
