//! Who has whom, at what price: what auction and paths work on.

use super::core::{Core, Costs, Prices};

/// A row that is still to be served.
pub(super) const FREE: u32 = u32::MAX;

/// A row that stays single.
pub(super) const SINGLE: u32 = u32::MAX - 1;

/// A column without a row.
pub(super) const NOBODY: u32 = u32::MAX;

/// A matching in the making. The parent module defines the prices.
pub(super) struct State<'a> {
    pub(super) core: Core<'a>,
    /// What staying single costs before the level is added; `None` where it is not allowed.
    pub(super) single: Option<i64>,
    /// The price of each column.
    pub(super) price: Prices,
    /// The price of a column that nobody takes; none is below it.
    pub(super) level: i64,
    /// What each row pays. Set by the exact part only.
    pub(super) row_price: Vec<i64>,
    /// The column of each row, or [`FREE`] or [`SINGLE`].
    pub(super) column_of: Vec<u32>,
    /// The row of each column, or [`NOBODY`].
    pub(super) row_of: Vec<u32>,
}

impl<'a> State<'a> {
    /// Everybody free, all prices 0.
    pub(super) fn of(costs: Costs<'a>, singles: bool) -> Self {
        let mut price = Prices::zero(costs.columns);
        let core = Core::of(costs, &mut price);
        Self {
            core,
            single: singles.then(|| costs.single()),
            price,
            level: 0,
            row_price: vec![0; costs.rows],
            column_of: vec![FREE; costs.rows],
            row_of: vec![NOBODY; costs.columns],
        }
    }

    /// Everybody free again; prices stay.
    pub(super) fn part_all(&mut self) {
        self.column_of.fill(FREE);
        self.row_of.fill(NOBODY);
    }

    /// Gives a column to a free row and returns the row that had it, now free.
    #[inline]
    pub(super) fn take(&mut self, row: usize, column: u32) -> Option<u32> {
        let before = std::mem::replace(&mut self.row_of[column as usize], super::number(row));
        self.column_of[row] = column;
        if before == NOBODY {
            return None;
        }
        self.column_of[before as usize] = FREE;
        Some(before)
    }
}
