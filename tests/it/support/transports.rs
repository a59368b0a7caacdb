//! Random transports and limits from a shape and a seed, and their permutations.

use lienket::solve::{Limits, Shared, Transport};
use proptest::prelude::*;

/// `SplitMix64`: the same numbers on every platform.
#[derive(Debug, Clone)]
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        x ^ (x >> 31)
    }

    /// A number in `0 .. count`.
    pub(crate) fn below(&mut self, count: i64) -> i64 {
        (self.next() % count.unsigned_abs()).cast_signed()
    }

    pub(crate) fn index(&mut self, count: usize) -> usize {
        usize::try_from(self.next() % count as u64).expect("below count")
    }

    pub(crate) fn percent(&mut self, chance: i64) -> bool {
        self.below(100) < chance
    }

    /// A random order of `0 .. count`.
    pub(crate) fn order(&mut self, count: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..count).collect();
        for last in (1..count).rev() {
            order.swap(last, self.index(last + 1));
        }
        order
    }
}

/// What a random transport looks like.
#[derive(Debug, Clone)]
pub(crate) struct Shape {
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    pub(crate) row_groups: usize,
    pub(crate) column_groups: usize,
    /// Chance of an edge, of a limited group, of a zero capacity, in percent.
    pub(crate) density: i64,
    pub(crate) limited: i64,
    pub(crate) zeros: i64,
    pub(crate) most_capacity: i64,
    /// Values are multiples of `step` from 0 to `(levels - 1) · step`.
    pub(crate) levels: i64,
    pub(crate) step: i64,
    pub(crate) edge_capacities: bool,
    pub(crate) seed: u64,
}

/// Shapes up to a size, of all kinds.
pub(crate) fn shapes(
    most_rows: usize,
    most_columns: usize,
    most_capacity: i64,
) -> impl Strategy<Value = Shape> {
    let sizes = (0..=most_rows, 0..=most_columns, 1..=most_rows, 1..=most_columns);
    let chances =
        (5_i64..=100, prop_oneof![Just(0_i64), 0_i64..=100], prop_oneof![Just(0_i64), Just(15_i64)]);
    let numbers =
        (1..=most_capacity, prop_oneof![1_i64..=4, Just(1000_i64)], prop_oneof![Just(1_i64), Just(250_000)]);
    (sizes, chances, numbers, any::<bool>(), any::<u64>()).prop_map(
        |(
            (rows, columns, row_groups, column_groups),
            (density, limited, zeros),
            numbers,
            edge_capacities,
            seed,
        )| {
            let (most_capacity, levels, step) = numbers;
            Shape {
                rows,
                columns,
                row_groups,
                column_groups,
                density,
                limited,
                zeros,
                most_capacity,
                levels,
                step,
                edge_capacities,
                seed,
            }
        },
    )
}

impl Shape {
    pub(crate) fn build(&self) -> Transport {
        let mut dice = Dice(self.seed);
        let capacity = |dice: &mut Dice| {
            if dice.percent(self.zeros) { 0 } else { 1 + dice.below(self.most_capacity) }
        };
        let mut transport = Transport { row_start: vec![0], ..Transport::default() };
        transport.row_capacity = (0..self.rows).map(|_| capacity(&mut dice)).collect();
        transport.column_capacity = (0..self.columns).map(|_| capacity(&mut dice)).collect();
        transport.row_group = (0..self.rows).map(|_| group(&mut dice, self.row_groups)).collect();
        transport.column_group = (0..self.columns).map(|_| group(&mut dice, self.column_groups)).collect();
        let limit = |dice: &mut Dice, members: usize, groups: usize| {
            let most = self.most_capacity * (i64::try_from(members / groups).expect("small") + 1);
            let zero = dice.percent(self.zeros);
            dice.percent(self.limited).then(|| if zero { 0 } else { dice.below(most + 1) })
        };
        transport.row_group_capacity =
            (0..self.row_groups).map(|_| limit(&mut dice, self.rows, self.row_groups)).collect();
        transport.column_group_capacity =
            (0..self.column_groups).map(|_| limit(&mut dice, self.columns, self.column_groups)).collect();
        for _ in 0..self.rows {
            for column in 0..self.columns {
                if dice.percent(self.density) {
                    transport.column.push(u32::try_from(column).expect("small"));
                    transport.value.push(dice.below(self.levels) * self.step);
                }
            }
            transport.row_start.push(transport.column.len());
        }
        if self.edge_capacities {
            transport.edge_capacity = Some(transport.column.iter().map(|_| capacity(&mut dice)).collect());
        }
        transport.row_key = (0..self.rows).map(|_| dice.next()).collect();
        transport.column_key = (0..self.columns).map(|_| dice.next()).collect();
        transport
    }
}

fn group(dice: &mut Dice, groups: usize) -> u32 {
    u32::try_from(dice.index(groups)).expect("small")
}

/// Random limits of every kind.
pub(crate) fn limits(transport: &Transport, most: i64, seed: u64) -> Limits {
    let mut dice = Dice(seed);
    let mut limits = Limits::none(transport);
    let edges = transport.column.len();
    let (lots, bases, partners, whole) = (dice.below(101), dice.below(40), dice.below(101), dice.below(101));
    for edge in 0..edges {
        if dice.percent(bases) {
            limits.base[edge] = 1 + dice.below(most);
        }
        if dice.percent(lots) {
            limits.lot[edge] = dice.below(most + 1);
        }
    }
    for limit in limits.row_partners.iter_mut().chain(&mut limits.column_partners) {
        if dice.percent(partners) {
            *limit = u32::try_from(dice.below(3)).ok();
        }
    }
    for is_whole in &mut limits.column_whole {
        *is_whole = dice.percent(whole);
    }
    for _ in 0..dice.below(4) {
        let chosen = (0..edges).filter(|_| dice.percent(40)).collect();
        limits.shared.push(Shared { capacity: dice.below(2 * most + 1), edges: chosen });
    }
    limits
}

/// A transport with its rows, columns and groups in another order.
pub(crate) struct Permuted {
    pub(crate) transport: Transport,
    /// Where each old row, column, group and edge went.
    pub(crate) row: Vec<usize>,
    pub(crate) column: Vec<usize>,
    pub(crate) row_group: Vec<usize>,
    pub(crate) column_group: Vec<usize>,
    pub(crate) edge: Vec<usize>,
}

pub(crate) fn permute(old: &Transport, seed: u64) -> Permuted {
    let mut dice = Dice(seed);
    let row = dice.order(old.row_capacity.len());
    let column = dice.order(old.column_capacity.len());
    let row_group = dice.order(old.row_group_capacity.len());
    let column_group = dice.order(old.column_group_capacity.len());
    let mut edges: Vec<(usize, usize, usize)> = Vec::new(); // new row, new column, old edge
    for (bounds, &new_row) in old.row_start.windows(2).zip(&row) {
        for edge in bounds[0]..bounds[1] {
            edges.push((new_row, column[old.column[edge] as usize], edge));
        }
    }
    edges.sort_unstable();
    let mut edge = vec![0; edges.len()];
    let mut transport = Transport { row_start: vec![0; row.len() + 1], ..Transport::default() };
    for (new, &(new_row, new_column, old_edge)) in edges.iter().enumerate() {
        edge[old_edge] = new;
        transport.row_start[new_row + 1] = new + 1;
        transport.column.push(u32::try_from(new_column).expect("small"));
        transport.value.push(old.value[old_edge]);
    }
    for at in 1..transport.row_start.len() {
        transport.row_start[at] = transport.row_start[at].max(transport.row_start[at - 1]);
    }
    let renumber = |groups: &[u32], to: &[usize]| -> Vec<u32> {
        groups.iter().map(|&group| u32::try_from(to[group as usize]).expect("small")).collect()
    };
    transport.row_capacity = moved(&old.row_capacity, &row);
    transport.column_capacity = moved(&old.column_capacity, &column);
    transport.row_group = moved(&renumber(&old.row_group, &row_group), &row);
    transport.column_group = moved(&renumber(&old.column_group, &column_group), &column);
    transport.row_group_capacity = moved(&old.row_group_capacity, &row_group);
    transport.column_group_capacity = moved(&old.column_group_capacity, &column_group);
    transport.edge_capacity = old.edge_capacity.as_ref().map(|capacity| moved(capacity, &edge));
    transport.row_key = moved(&old.row_key, &row);
    transport.column_key = moved(&old.column_key, &column);
    Permuted { transport, row, column, row_group, column_group, edge }
}

/// A vector with entry `i` moved to place `to[i]`.
pub(crate) fn moved<T: Copy + Default>(old: &[T], to: &[usize]) -> Vec<T> {
    let mut new = vec![T::default(); old.len()];
    for (&entry, &place) in old.iter().zip(to) {
        new[place] = entry;
    }
    new
}
