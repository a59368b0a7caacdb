//! One-to-one matching: the linear assignment problem, dense or sparse, square or not.
//!
//! **Problem.** Rows and columns, some or all pairs of them with a value `v(r, c)`. Choose pairs that share
//! no row and no column so that the sum of their values is least or greatest, where
//!
//! * either the whole smaller side must have a partner (the rows, if both are as many),
//! * or anybody may stay single, which is worth 0.
//!
//! **Notation.** Inside, everything is minimised and there are no more rows than columns unless singles are
//! allowed: a table that is taller than wide is turned over, and values to be maximised are complemented,
//! `c = !v = −1 − v`, which turns the order of all 32-bit numbers round without overflow. Columns have
//! prices `p >= λ`, where `λ` is the *level*: the price of a column that nobody takes. A row pays cost plus
//! price, and nobody pays more than `u`, the least it can:
//!
//! ```text
//! u(r) <= c(r, j) + p(j)    on every pair, with equality on the chosen ones
//! u(r) <= c(single) + λ     where singles are allowed, with equality on the single rows
//! p(j)  = λ                 on the columns without a row
//! ```
//!
//! These are the dual prices: whoever has them and the matching can check the optimum with one look at every
//! pair ([`check_matching`]). Only differences count, so `λ` is taken off at the end.
//!
//! # How the files fit
//! ```text
//! mod      the problem, the answer, the door      core     the few best pairs of each row, and a bound on the rest
//! auction  rough prices by bidding                paths    exact: rows served one by one on shortest paths
//! state    who has whom at what price             check    the independent check of an answer
//! ```
//!
//! **Method.** (1) The best few pairs of every row, in parallel (`core`). (2) An auction with falling steps
//! finds prices that are nearly right (`auction`). (3) Nobody has anybody, prices stay: rows take their best
//! column exactly, each outbidding the last by no more than its second choice allows, and the few rows left
//! are served on shortest augmenting paths (`paths`). All of it works on the best few pairs of a row and
//! reads the whole row only when prices have risen above the bound on its other pairs. That is what makes it
//! fast: a table of 4000 × 4000 is read once or twice, not hundreds of times.
//!
//! **Invariant.** Prices and `u` never fall. So a bound on what a row pays for the pairs outside its core
//! stays true for ever, and the answer is exact on *all* pairs, not only on the core.
//!
//! **Complexity.** With `n` rows, `m` columns and `E` pairs at most `n + m` shortest paths, each
//! `O(E + (n + m) log(n + m))`, however bad the auction was; the auction makes at most a fixed number of
//! bids a row. On random tables the work is a small multiple of `E`.
//!
//! **What it cannot do.** Start from an earlier answer. Nor choose among several optima by a published rule:
//! the same problem gives the same answer on any machine and number of threads, but another order of rows or
//! columns may give another optimum.
//!
//! **Literature.** D. P. Bertsekas, *The auction algorithm*, Annals of Operations Research 14, 1988; R. Jonker
//! and A. Volgenant, *A shortest augmenting path algorithm for dense and sparse linear assignment problems*,
//! Computing 38, 1987 (reduction and paths; their core of few pairs is priced out afterwards, ours needs no
//! repair); P. Hall, *On representatives of subsets*, 1935.

mod auction;
mod check;
mod core;
mod paths;
mod state;

pub use check::check_matching;

use self::core::Costs;
use super::error::SolveError;
use paths::Bottleneck;
use state::{SINGLE, State};
use std::borrow::Cow;

/// The values of the pairs of a [`OneToOne`]: any 32-bit integers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pairs {
    /// Every row with every column: `rows × columns` values, row after row.
    Dense(Vec<i32>),
    /// Some pairs, in compressed row order, as in [`Transport`](crate::solve::Transport).
    Sparse {
        /// Where the pairs of each row start; one entry more than there are rows, from 0 to the number of
        /// pairs.
        row_start: Vec<usize>,
        /// The column of each pair, strictly ascending in a row.
        column: Vec<u32>,
        /// The value of each pair.
        value: Vec<i32>,
    },
}

/// Which total of a [`OneToOne`] is best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Goal {
    /// Values are costs: the least total.
    Least,
    /// Values are gains: the greatest total.
    Greatest,
}

/// A one-to-one matching problem.
///
/// No rows, no columns, rows and columns without pairs, equal and negative values are all normal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneToOne {
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub columns: usize,
    /// What each pair is worth.
    pub pairs: Pairs,
    /// Which total is best.
    pub goal: Goal,
    /// Whether anybody may stay single, which is worth 0. Otherwise the smaller side must all have partners
    /// (the rows, if there are as many columns).
    pub singles: bool,
}

/// What [`one_to_one`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matching {
    /// The answer with its proof.
    pub status: MatchingStatus,
    /// Pairs looked at, a measure of work that does not depend on the machine.
    pub work: u64,
}

/// The answer to a [`OneToOne`], with what proves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MatchingStatus {
    /// There is a best matching.
    ///
    /// The prices prove it: on every pair `value <= row price + column price` (`>=` where the
    /// [goal](Goal) is the least), with equality on the chosen pairs; whoever has no partner has price 0; and
    /// whoever needs none (everybody where singles are allowed, else the larger side, the columns if both
    /// are as many) has a price `>= 0` (`<= 0`). So all prices together are the total, and no other matching
    /// has a better one.
    Optimal {
        /// The column of each row.
        partner: Vec<Option<u32>>,
        /// The sum of the values of the chosen pairs.
        total: i128,
        /// Price of each row: where the rows need no partner, what the total would lose without it.
        row_price: Vec<i64>,
        /// Price of each column.
        column_price: Vec<i64>,
    },
    /// The smaller side cannot all have partners (Hall's condition): these members of it (the longer of the
    /// two lists) have no pairs but with those few of the other side. Both lists ascend.
    Infeasible {
        /// Rows.
        rows: Vec<u32>,
        /// Columns.
        columns: Vec<u32>,
    },
}

/// Most rows and columns together: no price of 32-bit values can then leave 64 bits.
const MOST_NODES: usize = 1 << 26;

/// Finds the best one-to-one matching, or the proof that there is none.
///
/// All arithmetic is exact. The answer depends on the problem alone, not on machine or threads; where several
/// matchings are best, which one it is depends on the order of rows and columns. A dense problem with more rows
/// than columns and no singles is copied once.
///
/// # Errors
/// [`SolveError::Malformed`] if lengths or indices do not fit together; [`SolveError::Overflow`] if there are
/// more than 2²⁶ rows and columns together.
///
/// # Examples
/// Three buyers, four half-hours, each pair with its score; everybody is seated:
/// ```
/// use lienket::solve::{Goal, MatchingStatus, OneToOne, Pairs, check_matching, one_to_one};
///
/// let problem = OneToOne {
///     rows: 3,
///     columns: 4,
///     pairs: Pairs::Dense(vec![7, 5, 1, 0, 8, 2, 1, 1, 6, 6, 3, 2]),
///     goal: Goal::Greatest,
///     singles: false,
/// };
/// let found = one_to_one(&problem)?;
/// assert_eq!(check_matching(&problem, &found), Ok(()));
/// let MatchingStatus::Optimal { partner, total, .. } = found.status else { panic!("all pairs are there") };
/// assert_eq!((partner, total), (vec![Some(1), Some(0), Some(2)], 16));
/// # Ok::<(), lienket::solve::SolveError>(())
/// ```
pub fn one_to_one(problem: &OneToOne) -> Result<Matching, SolveError> {
    problem.check()?;
    let turned = !problem.singles && problem.rows > problem.columns;
    let problem = if turned { Cow::Owned(problem.turned()) } else { Cow::Borrowed(problem) };
    let mut state = State::of(Costs::of(&problem), problem.singles);
    let served = state.auction(|| problem.can_be_cleared()).and_then(|()| state.serve());
    let status = match served {
        Ok(()) => problem.optimal(&state),
        Err(Bottleneck { rows, columns }) => MatchingStatus::Infeasible { rows, columns },
    };
    let status = if turned { status.turned(problem.columns) } else { status };
    Ok(Matching { status, work: state.core.work })
}

impl OneToOne {
    /// Validates lengths and indices.
    fn check(&self) -> Result<(), SolveError> {
        let malformed = |what, at| Err(SolveError::Malformed { what, at });
        let nodes = self.rows.saturating_add(self.columns);
        if nodes > MOST_NODES {
            let (found, most) = (nodes as i128, MOST_NODES as i128);
            return Err(SolveError::Overflow { what: "the number of rows and columns", found, most });
        }
        match &self.pairs {
            Pairs::Dense(value) if value.len() != self.rows * self.columns => {
                malformed("there is not one value for every row and column", value.len())
            }
            Pairs::Dense(_) => Ok(()),
            Pairs::Sparse { row_start, column, value } => {
                if row_start.len() != self.rows + 1 {
                    return malformed("row_start is not one longer than the rows", row_start.len());
                }
                if value.len() != column.len() {
                    return malformed("value has not one entry a pair", value.len());
                }
                if row_start[0] != 0 || row_start[self.rows] != column.len() {
                    return malformed("row_start does not run from 0 to the number of pairs", column.len());
                }
                if let Some(row) = row_start.windows(2).position(|pair| pair[0] > pair[1]) {
                    return malformed("row_start descends", row);
                }
                for row in 0..self.rows {
                    let columns = &column[row_start[row]..row_start[row + 1]];
                    if columns.windows(2).any(|pair| pair[0] >= pair[1]) {
                        return malformed("the columns of a row do not ascend strictly", row);
                    }
                    if columns.last().is_some_and(|&column| column as usize >= self.columns) {
                        return malformed("a pair of this row has a column that does not exist", row);
                    }
                }
                Ok(())
            }
        }
    }

    /// The same problem with rows and columns exchanged.
    fn turned(&self) -> OneToOne {
        let (rows, columns) = (self.columns, self.rows);
        let pairs = match &self.pairs {
            Pairs::Dense(value) => Pairs::Dense(transposed(value, self.rows, self.columns)),
            Pairs::Sparse { row_start, column, value } => {
                let mut start = vec![0; rows + 1];
                for &column in column {
                    start[column as usize + 1] += 1;
                }
                for row in 0..rows {
                    start[row + 1] += start[row];
                }
                let mut next = start.clone();
                let (mut turned_column, mut turned_value) = (vec![0; column.len()], vec![0; column.len()]);
                for row in 0..self.rows {
                    for pair in row_start[row]..row_start[row + 1] {
                        let place = &mut next[column[pair] as usize];
                        turned_column[*place] = number(row);
                        turned_value[*place] = value[pair];
                        *place += 1;
                    }
                }
                Pairs::Sparse { row_start: start, column: turned_column, value: turned_value }
            }
        };
        OneToOne { rows, columns, pairs, goal: self.goal, singles: self.singles }
    }

    /// Whether there is a matching, whatever it is worth: all values being equal, paths alone find one at once.
    fn can_be_cleared(&self) -> Result<(), Bottleneck> {
        let Pairs::Sparse { row_start, column, value } = &self.pairs else { return Ok(()) };
        if self.singles {
            return Ok(());
        }
        let (row_start, column, value) = (row_start.clone(), column.clone(), vec![0; value.len()]);
        let equal = OneToOne { pairs: Pairs::Sparse { row_start, column, value }, ..*self };
        State::of(Costs::of(&equal), false).serve()
    }

    /// The answer in the values of the problem: level taken off, complement undone.
    fn optimal(&self, state: &State) -> MatchingStatus {
        let (goal, level) = (self.goal, state.level);
        let row_price: Vec<i64> = state
            .row_price
            .iter()
            .map(|&u| if goal == Goal::Least { u - level } else { !(u - level) })
            .collect();
        let column_price: Vec<i64> =
            state.price.iter().map(|&p| if goal == Goal::Least { level - p } else { p - level }).collect();
        MatchingStatus::Optimal {
            partner: state.column_of.iter().map(|&column| (column != SINGLE).then_some(column)).collect(),
            total: row_price.iter().chain(&column_price).map(|&price| i128::from(price)).sum(),
            row_price,
            column_price,
        }
    }
}

impl MatchingStatus {
    /// The answer to a turned problem, turned back; `rows` of the problem as it was.
    fn turned(self, rows: usize) -> MatchingStatus {
        match self {
            MatchingStatus::Optimal { partner, total, row_price, column_price } => {
                let mut turned = vec![None; rows];
                for (column, row) in partner.iter().enumerate() {
                    if let Some(row) = row {
                        turned[*row as usize] = Some(number(column));
                    }
                }
                MatchingStatus::Optimal {
                    partner: turned,
                    total,
                    row_price: column_price,
                    column_price: row_price,
                }
            }
            MatchingStatus::Infeasible { rows, columns } => {
                MatchingStatus::Infeasible { rows: columns, columns: rows }
            }
        }
    }
}

/// A table read down its columns, in tiles that fit the cache.
fn transposed(value: &[i32], rows: usize, columns: usize) -> Vec<i32> {
    const TILE: usize = 32;
    let mut turned = vec![0; value.len()];
    for top in (0..rows).step_by(TILE) {
        for left in (0..columns).step_by(TILE) {
            for row in top..rows.min(top + TILE) {
                for column in left..columns.min(left + TILE) {
                    turned[column * rows + row] = value[row * columns + column];
                }
            }
        }
    }
    turned
}

/// An index as 32 bits.
fn number(index: usize) -> u32 {
    u32::try_from(index).expect("more than 2^26 rows and columns are refused at the door")
}
