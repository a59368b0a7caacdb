//! Stable allocation of volumes: nobody finds a partner with whom both would rather trade.
//!
//! **Problem.** Rows and columns, each with its group, rank their edges by scores of their own. A flow `x` within
//! the capacities of the [`Transport`] is *stable* if no edge blocks. An edge with room left (`x_e` below its
//! capacity) *blocks* if both its sides gain by one more unit on it. A side gains
//!
//! ```text
//! freely          where neither its row nor the row's group is full
//! by giving up    a unit of that row which it scores lower, where the row is full
//!                 a unit of any row of the group which it scores lower, where only the group is full
//! ```
//!
//! and columns likewise. `transport.value` plays no part.
//!
//! **Strict lists.** A side ranks edges by falling score, edges of equal score by falling tie number (`tie`, all its
//! 63 bits), a hash of the two keys, and equal keys by position. A group has one list over all edges of its members.
//! A flow that is stable for the strict lists is stable for the scores: who is indifferent does not move.
//!
//! **Facts.** Stable allocations exist and are integral, and form a lattice (Baïou, Balinski, *The stable
//! allocation (or ordinal transportation) problem*, MOR 27 (2002)). A row within its group is laminar, greedy choice
//! over a laminar family is substitutable and size-monotone, and existence, the optimum of either side and the rural
//! hospitals theorem carry over (Biró, Fleiner, Irving, Manlove, *The College Admissions problem with lower and
//! common quotas*, TCS 411 (2010); Iwata, Yokoi, *Finding a stable allocation in polymatroid intersection*, MOR 45
//! (2020)): every group, and every row or column outside of groups that bind, has the same total in all stable
//! flows. Stability can therefore not be used to spread participation.
//!
//! **Method.** The side that [proposes](Proposing) gets, among all stable flows, the one that all its members like
//! best; the other side the one it likes least. `chain` finds it, in each component (`component`) alone and
//! components in parallel, from lists sorted in parallel (`lists`). A group whose limit cannot bind is no group.
//!
//! **Meetings.** With all edge capacities 1 and quotas as capacities this is many-to-many matching with responsive
//! preferences (pairwise stable); with quotas of 1 it is Gale and Shapley's marriage.
//!
//! **What it cannot do.** Lots, partner limits, whole columns and shared capacities: with any of them a stable flow
//! need not exist, and to decide whether one does is NP-complete (Biró et al.). [`stable_within_limits`] is a
//! heuristic. Truth-telling is not a best reply here, not even for the proposing side once quotas exceed one (Roth,
//! *The college admissions problem is not equivalent to the marriage problem*, JET 36 (1985)). With ties, only weak
//! stability is promised, and not the largest volume of all weakly stable flows (NP-hard).

mod blocking;
mod chain;
mod lists;
mod refuse;
mod repair;
mod state;
mod within;

use std::cmp::Reverse;

use rayon::prelude::*;

use super::component::{Component, Split};
use super::error::SolveError;
use super::tie;
use super::transport::{Transport, length, number};
pub use blocking::blocking;
use chain::Chains;
use lists::Lists;
pub use within::stable_within_limits;

/// No member, group, edge.
const NONE: u32 = u32::MAX;

/// The side that proposes. It gets the stable flow that is best for all its members, the other side its worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Proposing {
    /// Rows (offers) propose, columns choose.
    Rows,
    /// Columns (demands) propose, rows choose.
    Columns,
}

/// A stable flow and the work that found it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StableAllocation {
    /// The edges with flow and the units on each, by edge.
    pub flow: Vec<(usize, i64)>,
    /// Chains and cycles along which units moved.
    pub augmentations: u64,
    /// Proposals answered.
    pub proposals: u64,
}

/// The stable flow that is best for the side that proposes.
///
/// `row_score` and `column_score` say for every edge how much its row's side and its column's side like it: higher is
/// better, and only the order counts. Ties are broken by the keys of row and column, so that with keys that are hashes
/// of ids the result is the same for any order of rows, columns and groups. It is the same for any number of threads.
///
/// Volumes do not matter for the time it takes: every augmentation uses up an edge, a row, a column or a group. Lists
/// take `O(edges · log)`.
///
/// # Errors
/// [`SolveError::Malformed`] if lengths or indices do not fit or a capacity is negative, [`SolveError::Overflow`] as
/// in [`optimum`](crate::solve::optimum()).
///
/// # Examples
/// Both offers, and the enterprise, prefer the first demand, and the enterprise the second offer; it takes 8 in all:
/// ```
/// use lienket::solve::{Proposing, Transport, blocking, stable};
///
/// let market = Transport {
///     row_capacity: vec![5, 4],
///     column_capacity: vec![6, 6],
///     row_group: vec![0, 1],
///     column_group: vec![0, 0],
///     row_group_capacity: vec![None, None],
///     column_group_capacity: vec![Some(8)],
///     row_start: vec![0, 2, 4],
///     column: vec![0, 1, 0, 1],
///     value: vec![0; 4],
///     edge_capacity: None,
///     row_key: vec![11, 12],
///     column_key: vec![21, 22],
///     row_part: vec![],
/// };
/// let (row_score, column_score) = ([9, 8, 9, 8], [2, 1, 4, 3]);
/// let found = stable(&market, &row_score, &column_score, Proposing::Rows)?;
/// assert_eq!(found.flow, [(0, 2), (1, 2), (2, 4)]);
/// assert!(blocking(&market, &found.flow, &row_score, &column_score)?.is_empty());
/// # Ok::<(), lienket::solve::SolveError>(())
/// ```
pub fn stable(
    transport: &Transport,
    row_score: &[i64],
    column_score: &[i64],
    proposing: Proposing,
) -> Result<StableAllocation, SolveError> {
    check(transport, row_score, column_score)?;
    Ok(solve(transport, row_score, column_score, proposing))
}

/// The same of inputs that are known to fit.
fn solve(
    transport: &Transport,
    row_score: &[i64],
    column_score: &[i64],
    proposing: Proposing,
) -> StableAllocation {
    let market = Market::of(transport, row_score, column_score, proposing);
    let mut found = StableAllocation { flow: Vec::new(), augmentations: 0, proposals: 0 };
    for part in market.solve() {
        found.flow.extend(part.flow);
        found.augmentations += part.augmentations;
        found.proposals += part.proposals;
    }
    found.flow.sort_unstable();
    found
}

fn check(transport: &Transport, row_score: &[i64], column_score: &[i64]) -> Result<(), SolveError> {
    transport.check()?;
    length("row_score has not one entry an edge", row_score.len(), transport.edges())?;
    length("column_score has not one entry an edge", column_score.len(), transport.edges())
}

/// One side of the market, whichever it is.
struct Side<'a> {
    capacity: &'a [i64],
    group: &'a [u32],
    group_capacity: &'a [Option<i64>],
    group_binds: &'a [bool],
    /// Place of each member and group in its component.
    place: &'a [u32],
    group_place: &'a [u32],
    /// By edge.
    score: &'a [i64],
    /// The member of each edge.
    member: &'a [u32],
}

/// How much a side likes an edge: score, tie number, position. Higher is better.
type Rank = (i64, i64, Reverse<u32>);

/// A transport with everybody's preferences, ready for chains.
struct Market<'a> {
    transport: &'a Transport,
    scores: [&'a [i64]; 2],
    proposing: Proposing,
    split: Split,
    row_place: Vec<u32>,
    row_of: Vec<u32>,
    lists: Lists,
}

impl<'a> Market<'a> {
    fn of(
        transport: &'a Transport,
        row_score: &'a [i64],
        column_score: &'a [i64],
        proposing: Proposing,
    ) -> Market<'a> {
        let (split, (row_of, lists)) = rayon::join(
            || Split::of(transport),
            || {
                let row_of = transport.row_of_edges();
                let lists = match proposing {
                    Proposing::Rows => Lists::of_rows(transport, row_score, &row_of),
                    Proposing::Columns => Lists::of_columns(transport, column_score, &row_of),
                };
                (row_of, lists)
            },
        );
        let mut row_place = vec![0; transport.rows()];
        for component in &split.components {
            for (place, &row) in component.rows.iter().enumerate() {
                row_place[row as usize] = number(place);
            }
        }
        Market { transport, scores: [row_score, column_score], proposing, split, row_place, row_of, lists }
    }

    fn rows(&self) -> Side<'_> {
        Side {
            capacity: &self.transport.row_capacity,
            group: &self.transport.row_group,
            group_capacity: &self.transport.row_group_capacity,
            group_binds: &self.split.row_group_binds,
            place: &self.row_place,
            group_place: &self.split.row_group_place,
            score: self.scores[0],
            member: &self.row_of,
        }
    }

    fn columns(&self) -> Side<'_> {
        Side {
            capacity: &self.transport.column_capacity,
            group: &self.transport.column_group,
            group_capacity: &self.transport.column_group_capacity,
            group_binds: &self.split.column_group_binds,
            place: &self.split.column_place,
            group_place: &self.split.column_group_place,
            score: self.scores[1],
            member: &self.transport.column,
        }
    }

    /// The stable flows of the components, in parallel.
    fn solve(&self) -> Vec<StableAllocation> {
        let mut components: Vec<&Component> = self.split.components.iter().collect();
        // The largest first, so that none is left over for the end.
        components.sort_by_key(|component| Reverse(component.edges));
        components.into_par_iter().with_max_len(1).map(|component| self.solve_one(component)).collect()
    }

    fn solve_one(&self, component: &Component) -> StableAllocation {
        let (rows, columns) = (&component.rows[..], &component.columns[..]);
        let (row_groups, column_groups) = (&component.row_groups[..], &component.column_groups[..]);
        match self.proposing {
            Proposing::Rows => {
                let members = [rows, row_groups, columns, column_groups];
                Chains::of(self, self.rows(), self.columns(), members).run()
            }
            Proposing::Columns => {
                let members = [columns, column_groups, rows, row_groups];
                Chains::of(self, self.columns(), self.rows(), members).run()
            }
        }
    }

    /// How much a side likes an edge.
    fn rank(&self, score: &[i64], edge: u32) -> Rank {
        (score[edge as usize], self.tie(edge), Reverse(edge))
    }

    fn tie(&self, edge: u32) -> i64 {
        let (row, column) = (self.row_of[edge as usize], self.transport.column[edge as usize]);
        tie_number(self.transport, row, column)
    }
}

/// The tie number of an edge, all its bits.
fn tie_number(transport: &Transport, row: u32, column: u32) -> i64 {
    tie::number(transport.row_key[row as usize], transport.column_key[column as usize], 63)
}
