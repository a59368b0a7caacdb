//! Where the value of a flow and the bound of prices part.
//!
//! ```text
//! bound − value = Σ_resources λ · idle  +  Σ_columns (knapsack(value − λ) − Σ (value − λ) x)
//! ```
//!
//! All terms are at least 0, so each says how much of the gap is at home there: room that has a price and is not
//! used, and columns that would like to be served otherwise. It is exact; what a knapsack's limits have left open is
//! in its column's term.

use super::bound::Bound;
use super::ground::{Ground, Resource};

/// The gap between a flow and the bound of the multipliers, by where it is; the terms add up to it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trace {
    /// Idle room of rows.
    pub rows: i128,
    /// Idle room of row groups.
    pub row_groups: i128,
    /// Idle room of column groups.
    pub column_groups: i128,
    /// Idle room of shared capacities.
    pub shared: i128,
    /// Whole columns that are filled, by other rows than they would like.
    pub whole_filled: i128,
    /// Whole columns that are left alone and would like to be filled.
    pub whole_empty: i128,
    /// All other columns.
    pub columns: i128,
}

impl Trace {
    /// All of it.
    #[must_use]
    pub fn sum(&self) -> i128 {
        let idle = self.rows + self.row_groups + self.column_groups + self.shared;
        idle + self.whole_filled + self.whole_empty + self.columns
    }

    /// The share of a ground.
    pub(super) fn add(&mut self, ground: &Ground, bound: &Bound, flow: impl Fn(usize) -> i64) {
        let mut idle = ground.room.clone();
        for (column, to) in ground.columns.iter().enumerate() {
            let mut gap = bound.columns[column];
            let mut empty = true;
            for item in ground.items_of(column) {
                let units = flow(item);
                if units > 0 {
                    empty = false;
                    let profit = ground.items[item].value - ground.price(item, &bound.price);
                    gap -= i128::from(profit) * i128::from(units);
                    ground.for_each_resource(item, |resource| idle[resource] -= units);
                }
            }
            match (to.whole, empty) {
                (true, false) => self.whole_filled += gap,
                (true, true) => self.whole_empty += gap,
                (false, _) => self.columns += gap,
            }
        }
        for (at, &idle) in idle.iter().enumerate() {
            let rent = i128::from(bound.price[at]) * i128::from(idle);
            match ground.resource[at] {
                Resource::Row(_) => self.rows += rent,
                Resource::RowGroup(_) => self.row_groups += rent,
                Resource::ColumnGroup(_) => self.column_groups += rent,
                Resource::Shared(_) => self.shared += rent,
            }
        }
    }
}
