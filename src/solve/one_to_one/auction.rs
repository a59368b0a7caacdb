//! Rough prices by bidding: the pre-pass.
//!
//! **Method.** A free row bids for the column where it pays least, and raises its price by the margin over its
//! second choice plus a step `ε`; whoever had the column is free again. When nobody is free, every row pays at
//! most `ε` more than it need. Large steps end soon with coarse prices, small ones refine them: `ε` falls from a
//! share of the spread of the costs in the cores, five times in each round, everybody bidding anew.
//!
//! **When the first step is too small** rows that compete for too few good columns raise each other's prices
//! for ever (a price war; on geometric data, or where there is no matching at all). A round therefore has a
//! budget of bids, and while the first round fails, its step is raised, up to the range of the costs. The
//! result depends on counts, never on time. The first failure is also the moment to ask whether there is a
//! matching at all: without one, everything that follows would be in vain, and slow.
//!
//! **Ties.** Where the costs of a core are all equal, steps would only blur them. The reduction of the exact part
//! goes first, and if it serves nearly everybody, there is no auction.
//!
//! **The level.** If some columns stay without a row, they must be the cheapest: else, their price being
//! nothing that anybody pays, it says nothing. So at the end of a round with `k` columns left over, the level
//! is raised to the `k`-th lowest price, all cheaper columns with it, their rows are free again and bid; and so
//! do single rows, who pay the level too. Prices only rise, as the cores demand.
//!
//! **What it does not promise.** Anything: whatever prices it ends with, the exact part starts from them. That
//! part only takes longer.

use super::number;
use super::paths::Bottleneck;
use super::state::{FREE, NOBODY, SINGLE, State};

/// Bids a row in one round.
const BIDS: usize = 10;

/// The first step is this part of the spread.
const FIRST: i64 = 16;

/// The last step is at most this part of the spread.
const LAST: i64 = 500;

/// A step that starts a price war is raised so many times.
const RAISE: i64 = 8;

/// From round to round the step falls so many times.
const FALL: i64 = 5;

/// So small a part of the rows is few.
const FEW: usize = 8;

/// Bidding stops at such prices: far above all that make sense, far below overflow.
pub(super) const MOST_PRICE: i64 = 1 << 56;

impl State<'_> {
    /// Raises the prices to where they nearly clear the market. If bidding does not come to an end at once, it
    /// is asked whether the market can be cleared at all.
    pub(super) fn auction(
        &mut self,
        can_be_cleared: impl Fn() -> Result<(), Bottleneck>,
    ) -> Result<(), Bottleneck> {
        let (spread, most) = (self.core.spread(), self.core.range);
        if spread == 0 {
            // Everybody has many equal choices: the exact part may well need no better prices.
            self.reduce();
            let free = self.column_of.iter().filter(|&&column| column == FREE).count();
            if most == 0 || free <= self.column_of.len() / FEW {
                return Ok(());
            }
            self.part_all();
        }
        // Cores of equal costs say nothing of what lies beyond them: begin coarsely.
        let spread = if spread == 0 { most } else { spread };
        let mut step = (spread / FIRST).clamp(1, most);
        let first = step;
        while !self.round(step) {
            if step == first {
                can_be_cleared()?;
            }
            if step == most {
                self.part_all(); // none that bidding can find
                return Ok(());
            }
            step = step.saturating_mul(RAISE).min(most);
        }
        while step > 1 && step > spread / LAST {
            step = (step / FALL).max(1);
            self.part_all();
            self.round(step);
        }
        self.part_all();
        Ok(())
    }

    /// Free rows bid until there are none. Returns false if the budget does not suffice.
    fn round(&mut self, step: i64) -> bool {
        let mut budget = BIDS * self.core.costs.rows;
        let free = |state: &Self| -> Vec<u32> {
            let rows = (0..state.column_of.len()).rev();
            rows.filter(|&row| state.column_of[row] == FREE).map(number).collect()
        };
        let mut queue = free(self);
        loop {
            while let Some(row) = queue.pop() {
                if budget == 0 {
                    return false;
                }
                budget -= 1;
                match self.bid(row as usize, step) {
                    Ok(outbid) => queue.extend(outbid),
                    Err(Priceless) => return false,
                }
            }
            if !self.raise_level() {
                return true;
            }
            queue = free(self);
        }
    }

    /// One bid; the row that lost its column by it.
    fn bid(&mut self, row: usize, step: i64) -> Result<Option<u32>, Priceless> {
        let (column, first, mut second) = self.core.best(row, &self.price);
        if let Some(single) = self.single {
            let alone = single + self.level;
            if first >= alone {
                self.column_of[row] = SINGLE;
                return Ok(None);
            }
            second = second.min(alone);
        }
        let column = column.ok_or(Priceless)?;
        let margin = (second - first).min(self.core.range);
        let price = self.price[column as usize] + margin + step;
        if price > MOST_PRICE {
            return Err(Priceless);
        }
        self.price.set(column as usize, price);
        Ok(self.take(row, column))
    }

    /// Raises the level until the columns left over are the cheapest ones. Returns false if they are.
    fn raise_level(&mut self) -> bool {
        let left = self.row_of.iter().filter(|&&row| row == NOBODY).count();
        if left == 0 {
            return false;
        }
        let mut price = self.price.to_vec();
        let level = *price.select_nth_unstable(left - 1).1;
        if level == self.level {
            return false;
        }
        self.level = level;
        for column in 0..self.row_of.len() {
            if self.price[column] < level {
                self.price.set(column, level);
                let row = std::mem::replace(&mut self.row_of[column], NOBODY);
                if row != NOBODY {
                    self.column_of[row as usize] = FREE;
                }
            }
        }
        for column in &mut self.column_of {
            if *column == SINGLE {
                *column = FREE;
            }
        }
        true
    }
}

/// A row without pairs that must have one, or a price beyond all sense.
struct Priceless;
