//! Greedy: best edge first, each as much as still fits.
//!
//! **Problem.** A feasible flow under all capacities and `limits`, by the rule everyone understands and a
//! clerk could follow by hand. It is the yardstick of every better rule, and the way to use room that is
//! left over.
//!
//! **Rule.** Take the edges by falling rank, then by row, then by column. Each gets the most that still
//! fits: its own capacity, its row, its column, their groups, every shared capacity it is in. It is passed
//! over if that is less than it needs (its lot, less the base; at least 1), or if opening it would give its
//! row or column one partner too many. A whole column found partly filled at the end is emptied and barred,
//! and everything is done again from the start without it, so that what it had taken is offered to others.
//!
//! **Invariant.** After every step the flow keeps every limit but "whole column"; after the last pass that
//! too.
//!
//! **Complexity.** Each pass is linear in edges and shared memberships after one sort. A pass that is not
//! the last bars a column, so there are at most *whole columns + 1* passes.
//!
//! **What it cannot do.** Look ahead: it splits lots, and fills half of a whole column that could have been
//! filled. No guarantee better than a constant factor is known to us for the combination of limits.

use super::error::SolveError;
use super::limits::Limits;
use super::transport::{Transport, length};

/// A feasible flow by the rule "best edge first", the best being the edges of highest `rank`.
///
/// Edges go by `rank` falling, then row, then column ascending; each takes as much as still fits, or
/// nothing if that is less than its lot. Whole columns that would stay partly filled are left empty.
///
/// # Errors
/// [`SolveError::Malformed`] if the transport, the limits or the length of `rank` do not fit together,
/// [`SolveError::Overflow`] as in [`optimum`](crate::solve::optimum()).
pub fn greedy(transport: &Transport, limits: &Limits, rank: &[i64]) -> Result<Vec<i64>, SolveError> {
    transport.check()?;
    limits.check(transport)?;
    length("rank has not one entry an edge", rank.len(), transport.edges())?;
    Ok(fill(transport, limits, rank, &vec![0; transport.edges()]))
}

/// Adds to a feasible flow, best edge first, what still fits. All inputs are known to be well formed.
pub(super) fn fill(transport: &Transport, limits: &Limits, rank: &[i64], start: &[i64]) -> Vec<i64> {
    let mut order: Vec<usize> = (0..transport.edges()).collect();
    order.sort_by_key(|&edge| std::cmp::Reverse(rank[edge])); // stable: then by row and column
    let rows = transport.row_of_edges();
    let membership = Membership::of(transport.edges(), limits);
    let mut barred = vec![false; transport.columns()];
    loop {
        let mut room = Room::left_by(transport, limits, &rows, &membership, start);
        for &edge in &order {
            if !barred[transport.column[edge] as usize] {
                room.take(edge);
            }
        }
        let partly: Vec<usize> = (0..transport.columns())
            .filter(|&column| limits.column_whole(column) && room.is_partly_filled(column))
            .collect();
        if partly.is_empty() {
            return room.flow;
        }
        for column in partly {
            barred[column] = true; // it was empty at the start: a pass without it leaves it empty
        }
    }
}

/// The shared capacities of every edge, in compressed form.
struct Membership {
    start: Vec<usize>,
    shared: Vec<usize>,
}

impl Membership {
    fn of(edges: usize, limits: &Limits) -> Membership {
        let mut start = vec![0; edges + 1];
        for &edge in limits.shared.iter().flat_map(|shared| &shared.edges) {
            start[edge + 1] += 1;
        }
        for edge in 0..edges {
            start[edge + 1] += start[edge];
        }
        let mut next = start.clone();
        let mut shared = vec![0; start[edges]];
        for (index, set) in limits.shared.iter().enumerate() {
            for &edge in &set.edges {
                shared[next[edge]] = index;
                next[edge] += 1;
            }
        }
        Membership { start, shared }
    }

    fn at(&self, edge: usize) -> &[usize] {
        &self.shared[self.start[edge]..self.start[edge + 1]]
    }
}

/// A flow and the room it leaves.
struct Room<'a> {
    transport: &'a Transport,
    limits: &'a Limits,
    row_of: &'a [u32],
    membership: &'a Membership,
    flow: Vec<i64>,
    row: Vec<i64>,
    column: Vec<i64>,
    row_group: Vec<i64>,
    column_group: Vec<i64>,
    shared: Vec<i64>,
    /// New partners a row, a column may still have.
    row_partners: Vec<u32>,
    column_partners: Vec<u32>,
}

impl<'a> Room<'a> {
    /// The room a feasible flow leaves.
    fn left_by(
        transport: &'a Transport,
        limits: &'a Limits,
        row_of: &'a [u32],
        membership: &'a Membership,
        start: &[i64],
    ) -> Room<'a> {
        let partners = |limit: Option<u32>| limit.unwrap_or(u32::MAX);
        let unlimited = |limit: &Option<i64>| limit.unwrap_or(i64::MAX);
        let mut room = Room {
            transport,
            limits,
            row_of,
            membership,
            flow: vec![0; transport.edges()],
            row: transport.row_capacity.clone(),
            column: transport.column_capacity.clone(),
            row_group: transport.row_group_capacity.iter().map(unlimited).collect(),
            column_group: transport.column_group_capacity.iter().map(unlimited).collect(),
            shared: limits.shared.iter().map(|shared| shared.capacity).collect(),
            row_partners: (0..transport.rows()).map(|row| partners(limits.row_partners(row))).collect(),
            column_partners: (0..transport.columns())
                .map(|column| partners(limits.column_partners(column)))
                .collect(),
        };
        for (edge, _) in limits.base.iter().enumerate().filter(|(_, base)| **base > 0) {
            room.count_partner(edge);
        }
        for (edge, &flow) in start.iter().enumerate().filter(|(_, flow)| **flow > 0) {
            room.put(edge, flow);
        }
        room
    }

    /// Puts on an edge what still fits, if that is enough.
    fn take(&mut self, edge: usize) {
        let opens = self.flow[edge] == 0;
        let (row, column) = (self.row_of[edge] as usize, self.transport.column[edge] as usize);
        let new_partner = opens && self.limits.base(edge) == 0;
        if new_partner && (self.row_partners[row] == 0 || self.column_partners[column] == 0) {
            return;
        }
        let (row_group, column_group) = self.groups(row, column);
        let mut fits = self.row[row]
            .min(self.column[column])
            .min(self.row_group[row_group])
            .min(self.column_group[column_group]);
        if let Some(capacity) = &self.transport.edge_capacity {
            fits = fits.min(capacity[edge] - self.flow[edge]);
        }
        for &shared in self.membership.at(edge) {
            fits = fits.min(self.shared[shared]);
        }
        let needed = if opens { (self.limits.lot(edge) - self.limits.base(edge)).max(1) } else { 1 };
        if fits >= needed {
            self.put(edge, fits);
        }
    }

    fn put(&mut self, edge: usize, units: i64) {
        if self.flow[edge] == 0 && self.limits.base(edge) == 0 {
            self.count_partner(edge);
        }
        let (row, column) = (self.row_of[edge] as usize, self.transport.column[edge] as usize);
        let (row_group, column_group) = self.groups(row, column);
        self.flow[edge] += units;
        self.row[row] -= units;
        self.column[column] -= units;
        if self.transport.row_group_capacity[row_group].is_some() {
            self.row_group[row_group] -= units;
        }
        if self.transport.column_group_capacity[column_group].is_some() {
            self.column_group[column_group] -= units;
        }
        for &shared in self.membership.at(edge) {
            self.shared[shared] -= units;
        }
    }

    fn count_partner(&mut self, edge: usize) {
        let (row, column) = (self.row_of[edge] as usize, self.transport.column[edge] as usize);
        self.row_partners[row] = self.row_partners[row].saturating_sub(1);
        self.column_partners[column] = self.column_partners[column].saturating_sub(1);
    }

    fn groups(&self, row: usize, column: usize) -> (usize, usize) {
        (self.transport.row_group[row] as usize, self.transport.column_group[column] as usize)
    }

    fn is_partly_filled(&self, column: usize) -> bool {
        let left = self.column[column];
        left != 0 && left != self.transport.column_capacity[column]
    }
}
