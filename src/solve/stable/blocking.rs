//! The edges that block a flow: what is left to be unhappy about.
//!
//! **Method.** Per row, column and group: is it full, and which is the lowest score that a unit of it has? Then every
//! edge is asked once, with no sorting and no ties: by the definition in `stable`, on scores. Linear in edges, in
//! parallel over fixed runs of rows.

use rayon::prelude::*;

use super::check;
use crate::solve::error::SolveError;
use crate::solve::transport::Transport;

/// Rows asked by one task.
const RUN: usize = 256;

/// The edges that block a flow, ascending: those with room on which both sides would rather have one more unit.
///
/// The flow lists edges with the units on each, ascending by edge. A row, column or group above its capacity counts as
/// full. Limits other than capacities are not looked at. An empty answer means that the flow, if it is within the
/// capacities, is stable.
///
/// # Errors
/// [`SolveError::Malformed`] if the inputs do not fit together, the edges of the flow do not ascend strictly or do not
/// exist, or units are negative.
pub fn blocking(
    transport: &Transport,
    flow: &[(usize, i64)],
    row_score: &[i64],
    column_score: &[i64],
) -> Result<Vec<usize>, SolveError> {
    check(transport, row_score, column_score)?;
    let malformed = |what, at| Err(SolveError::Malformed { what, at });
    if let Some(at) = flow.windows(2).position(|pair| pair[0].0 >= pair[1].0) {
        return malformed("the edges of the flow do not ascend strictly", at + 1);
    }
    if let Some(at) = flow.iter().position(|&(edge, units)| edge >= transport.edges() || units < 0) {
        return malformed("the flow has negative units, or an edge that does not exist", at);
    }

    let mut rows = Holders::of(&transport.row_capacity, &transport.row_group, &transport.row_group_capacity);
    let mut columns =
        Holders::of(&transport.column_capacity, &transport.column_group, &transport.column_group_capacity);
    let mut row = 0;
    for &(edge, units) in flow.iter().filter(|(_, units)| *units > 0) {
        while transport.row_start[row + 1] <= edge {
            row += 1;
        }
        rows.note(row, units, row_score[edge]);
        columns.note(transport.column[edge] as usize, units, column_score[edge]);
    }
    let units_on =
        |edge: usize| flow.binary_search_by_key(&edge, |&(edge, _)| edge).map_or(0, |at| flow[at].1);
    let has_room =
        |edge: usize| transport.edge_capacity.as_ref().is_none_or(|capacity| units_on(edge) < capacity[edge]);
    let rows_list: Vec<usize> = (0..transport.rows()).collect();
    let parts: Vec<Vec<usize>> = rows_list
        .par_chunks(RUN)
        .map(|run| {
            let mut blocking = Vec::new();
            for &row in run {
                let from = rows.gains_above(row);
                for edge in transport.edges_of(row) {
                    let column = transport.column[edge] as usize;
                    let both = from.is_some_and(|from| i128::from(row_score[edge]) > from)
                        && columns
                            .gains_above(column)
                            .is_some_and(|from| i128::from(column_score[edge]) > from);
                    if both && has_room(edge) {
                        blocking.push(edge);
                    }
                }
            }
            blocking
        })
        .collect();
    Ok(parts.concat())
}

/// What a member or group has left, and the lowest score among its units.
#[derive(Debug, Clone, Copy)]
struct Holder {
    left: i128,
    lowest: Option<i64>,
}

impl Holder {
    fn note(&mut self, units: i64, score: i64) {
        self.left -= i128::from(units);
        self.lowest = Some(self.lowest.map_or(score, |lowest| lowest.min(score)));
    }
}

struct Holders<'a> {
    members: Vec<Holder>,
    groups: Vec<Holder>,
    group: &'a [u32],
}

impl<'a> Holders<'a> {
    fn of(capacity: &[i64], group: &'a [u32], group_capacity: &[Option<i64>]) -> Holders<'a> {
        let holder = |left| Holder { left, lowest: None };
        let unlimited = |limit: &Option<i64>| limit.map_or(i128::MAX, i128::from);
        Holders {
            members: capacity.iter().map(|&units| holder(i128::from(units))).collect(),
            groups: group_capacity.iter().map(unlimited).map(holder).collect(),
            group,
        }
    }

    fn note(&mut self, member: usize, units: i64, score: i64) {
        self.members[member].note(units, score);
        self.groups[self.group[member] as usize].note(units, score);
    }

    /// One more unit is a gain if its score is above this; never where there is none to be had.
    fn gains_above(&self, member: usize) -> Option<i128> {
        let group = &self.groups[self.group[member] as usize];
        let member = &self.members[member];
        if member.left <= 0 {
            member.lowest.map(i128::from)
        } else if group.left <= 0 {
            group.lowest.map(i128::from)
        } else {
            Some(i128::MIN)
        }
    }
}
