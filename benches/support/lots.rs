//! Made-up instances of volumes under lots, partner limits and whole columns, by class and seed.
//!
//! *Random*: every offer reaches about ten demands anywhere. *Geographic*: offers and demands have a place and a
//! product, a demand reaches the offers of its product that are near, and of the next product those that are
//! very near, which ties products together.

#![allow(dead_code, reason = "each bench needs some of it")]

use std::fmt::Write;

use lienket::solve::{Limits, Transport};

/// A class of instances. Shares are in percent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Class {
    pub(crate) geographic: bool,
    pub(crate) offers: usize,
    pub(crate) demands: usize,
    /// Of a demand's volume.
    pub(crate) lot: i64,
    /// Demands that are all or nothing.
    pub(crate) whole: u64,
    pub(crate) suppliers: Option<u32>,
    /// Supply of demand.
    pub(crate) supply: i64,
    pub(crate) seed: u64,
}

impl Class {
    pub(crate) fn name(&self) -> String {
        let kind = if self.geographic { "geo" } else { "rnd" };
        let partners = self.suppliers.map_or("-".to_owned(), |most| most.to_string());
        format!(
            "{kind} {}x{} lot {} whole {} K {partners} supply {} seed {}",
            self.offers, self.demands, self.lot, self.whole, self.supply, self.seed
        )
    }

    pub(crate) fn build(&self) -> (Transport, Limits) {
        let mut dice = Dice(self.seed.wrapping_mul(0x5851_F42D_4C95_7F2D) ^ 0x6C6F_7473);
        let mut offers: Vec<i64> = (0..self.offers).map(|_| 1000 + dice.skewed(19_000)).collect();
        let mut demands: Vec<i64> = (0..self.demands).map(|_| 10_000 + dice.skewed(90_000)).collect();
        // Scale the demands to the wanted ratio.
        let (supply, demand): (i64, i64) = (offers.iter().sum(), demands.iter().sum());
        for volume in &mut demands {
            let scaled = i128::from(*volume) * i128::from(supply) * 100 / i128::from(demand * self.supply);
            *volume = i64::try_from(scaled).expect("small") / 10 * 10;
        }
        for volume in &mut offers {
            *volume = *volume / 10 * 10;
        }
        let (edges, part) = if self.geographic { self.near(&mut dice) } else { self.anywhere(&mut dice) };
        let mut transport = Transport {
            row_group: vec![0; self.offers],
            column_group: vec![0; self.demands],
            row_group_capacity: vec![None],
            column_group_capacity: vec![None],
            row_start: vec![0],
            row_key: (0..self.offers).map(|_| dice.next()).collect(),
            column_key: (0..self.demands).map(|_| dice.next()).collect(),
            row_part: part,
            ..Transport::default()
        };
        let mut limits = Limits::default();
        for (row, mut edges) in edges.into_iter().enumerate() {
            edges.sort_unstable();
            for (column, value) in edges {
                let lot = (demands[column as usize] * self.lot / 100).max(1);
                if lot <= offers[row].min(demands[column as usize]) {
                    transport.column.push(column);
                    transport.value.push(value);
                    limits.lot.push(lot);
                }
            }
            transport.row_start.push(transport.column.len());
        }
        limits.column_partners = vec![self.suppliers; self.demands];
        limits.column_whole = demands.iter().map(|_| dice.next() % 100 < self.whole).collect();
        (transport.row_capacity, transport.column_capacity) = (offers, demands);
        (transport, limits)
    }

    fn anywhere(&self, dice: &mut Dice) -> (Vec<Vec<(u32, i64)>>, Vec<u32>) {
        let edges = (0..self.offers).map(|_| {
            let mut columns: Vec<u32> = (0..10).map(|_| dice.below(self.demands)).collect();
            columns.sort_unstable();
            columns.dedup();
            columns.into_iter().map(|column| (column, 300_000 + i64::from(dice.below(700_001)))).collect()
        });
        (edges.collect(), Vec::new())
    }

    fn near(&self, dice: &mut Dice) -> (Vec<Vec<(u32, i64)>>, Vec<u32>) {
        let products = (self.demands / 60).clamp(2, 60);
        let mut place = |count: usize| -> Vec<(usize, f64, f64)> {
            (0..count).map(|_| (dice.below(products) as usize, dice.unit(), dice.unit())).collect()
        };
        let (offers, demands) = (place(self.offers), place(self.demands));
        let mut of_product = vec![Vec::new(); products];
        for (row, &(product, ..)) in offers.iter().enumerate() {
            of_product[product].push(row);
        }
        // So large that a demand sees about 60 offers of its product in the middle of the country.
        let seen = 60.0_f64.min(self.offers as f64 / products as f64 / 3.0);
        let reach = (seen / (std::f64::consts::PI * self.offers as f64 / products as f64)).sqrt();
        let mut edges = vec![Vec::new(); self.offers];
        for (column, &(product, x, y)) in demands.iter().enumerate() {
            for (product, reach) in [(product, reach), ((product + 1) % products, reach * 0.4)] {
                for &row in &of_product[product] {
                    let (_, a, b) = offers[row];
                    let far = ((x - a) * (x - a) + (y - b) * (y - b)).sqrt() / reach;
                    if far < 1.0 {
                        let value = 0.5 / (1.0 + 2.0 * far) + 0.5 * dice.unit();
                        edges[row].push((u32::try_from(column).expect("small"), (value * 1e6) as i64));
                    }
                }
            }
        }
        let part = offers.iter().map(|(product, ..)| u32::try_from(*product).expect("small")).collect();
        (edges, part)
    }
}

/// An instance as text: `rows columns edges`; a line a row: capacity; a line a column: capacity, most partners (-1
/// without), whether whole; a line an edge: row, column, value, lot.
pub(crate) fn text(transport: &Transport, limits: &Limits) -> String {
    let mut text = format!("{} {} {}\n", transport.rows(), transport.columns(), transport.edges());
    for capacity in &transport.row_capacity {
        writeln!(text, "{capacity}").expect("strings take all");
    }
    for (column, capacity) in transport.column_capacity.iter().enumerate() {
        let partners = limits.column_partners[column].map_or(-1, i64::from);
        let whole = u8::from(limits.column_whole[column]);
        writeln!(text, "{capacity} {partners} {whole}").expect("strings take all");
    }
    for row in 0..transport.rows() {
        for edge in transport.row_start[row]..transport.row_start[row + 1] {
            let (column, value, lot) = (transport.column[edge], transport.value[edge], limits.lot[edge]);
            writeln!(text, "{row} {column} {value} {lot}").expect("strings take all");
        }
    }
    text
}

/// `SplitMix64`: the same numbers on every platform.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        x ^ (x >> 31)
    }

    fn below(&mut self, count: usize) -> u32 {
        u32::try_from(self.next() % count as u64).expect("small")
    }

    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// 0 … most, small numbers more often.
    fn skewed(&mut self, most: i64) -> i64 {
        let unit = self.unit();
        (unit * unit * most as f64) as i64
    }
}
