//! The egalitarian rule: what is short is used up, what is long is rationed by leximin in units.
//!
//! **Problem.** Row groups and column groups both have a most they want to trade, and each wants to come as near
//! to it as possible. A network falls into a part where demand is short (every column group gets all it wants,
//! row groups are rationed), a part where supply is short (the other way round) and, between them, nothing (the
//! least cuts of a maximum flow; Dulmage and Mendelsohn in the case of matchings).
//!
//! **Rule** (Bochet, İlkılıç, Moulin, Sethuraman, *Balancing supply and demand under bilateral constraints*,
//! Theoretical Economics 2012). In each part the long side gets the leximin vector of its units, sizes left
//! out of account. In divisible goods it is the one rule that is efficient, treats equals equally and
//! where it is best for everybody to say truthfully what they want; no coalition gains by lies either
//! (Chandramouli, Sethuraman, *Groupstrategyproofness of the egalitarian mechanism for constrained rationing
//! problems*, 2011). In whole units it holds as well for a group that states what it wants: it gets the
//! smaller of that and a number that does not depend on it.
//!
//! **Method.** Leximin of the rows with all sizes 1 gives the short side of the rows all they want and
//! rations the others; the same on the transposed transport. A flow has both totals: on the source side of a
//! least cut every maximum flow fills the columns, so only the totals of rows are a choice there, and beyond it
//! only those of columns. The most valuable such flow is an [`optimum`](crate::solve::optimum()) at these totals.
//!
//! **What it cannot do.** Treat large and small alike in proportion: for that there are fill rates
//! ([`fair`](super::fair())), where it pays to claim more than one has.

use super::{FillTargets, Leximin, leximin, with_totals};
use crate::solve::error::SolveError;
use crate::solve::optimum::Optimum;
use crate::solve::transport::{Transport, number};

/// Volumes by the egalitarian rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Egalitarian {
    /// Units of row groups; rationed are those with less than [`Leximin::most`].
    pub rows: Leximin,
    /// Units of column groups: rows and columns of this are columns and rows of the transport, and its flow has edges
    /// of the transposed one.
    pub columns: Leximin,
    /// The most valuable flow with both totals. Prices of row groups and of column groups belong to the totals: those
    /// of row groups may have any sign.
    pub best: Optimum,
}

/// Divides what is long by leximin in units on both sides, and finds the most valuable flow that does.
///
/// Groups are the agents; `row_key` and `column_key` are the tie keys of row groups and column groups, hashes of
/// their ids: the lower key gets the odd unit.
///
/// # Errors
/// As [`fair`](super::fair()).
pub fn egalitarian(
    transport: &Transport,
    row_key: &[u64],
    column_key: &[u64],
) -> Result<Egalitarian, SolveError> {
    transport.check()?;
    let rows = in_units(transport, row_key)?;
    let columns = in_units(&transposed(transport), column_key)?;
    let best = with_totals(transport.clone(), &rows.totals, Some(&columns.totals))?;
    Ok(Egalitarian { rows, columns, best })
}

/// Leximin with every unit alike.
fn in_units(transport: &Transport, key: &[u64]) -> Result<Leximin, SolveError> {
    let groups = transport.row_group_capacity.len();
    leximin(transport, &FillTargets { size: &vec![1; groups], already: &vec![0; groups], key })
}

/// Rows become columns and columns rows.
fn transposed(transport: &Transport) -> Transport {
    let mut start = vec![0; transport.columns() + 1];
    for &column in &transport.column {
        start[column as usize + 1] += 1;
    }
    for column in 0..transport.columns() {
        start[column + 1] += start[column];
    }
    let mut next = start.clone();
    let mut edges = vec![(0, 0); transport.edges()]; // (row, edge) by column, then row
    for row in 0..transport.rows() {
        for edge in transport.edges_of(row) {
            let place = &mut next[transport.column[edge] as usize];
            edges[*place] = (number(row), edge);
            *place += 1;
        }
    }
    let by_edge = |numbers: &Vec<i64>| edges.iter().map(|&(_, edge)| numbers[edge]).collect();
    Transport {
        row_capacity: transport.column_capacity.clone(),
        column_capacity: transport.row_capacity.clone(),
        row_group: transport.column_group.clone(),
        column_group: transport.row_group.clone(),
        row_group_capacity: transport.column_group_capacity.clone(),
        column_group_capacity: transport.row_group_capacity.clone(),
        row_start: start,
        column: edges.iter().map(|&(row, _)| row).collect(),
        value: by_edge(&transport.value),
        edge_capacity: transport.edge_capacity.as_ref().map(by_edge),
        row_key: transport.column_key.clone(),
        column_key: transport.row_key.clone(),
        row_part: Vec::new(),
    }
}
