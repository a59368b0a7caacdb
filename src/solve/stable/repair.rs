//! From a flow within the capacities to one within the limits: close what violates, solve again.
//!
//! **Notation.** Every edge has a *ceiling*, at first its capacity; an edge of ceiling 0 is closed. Ceilings only fall.
//!
//! **Method.** Close at once what can never be used: edges whose lot exceeds all they could carry, whole columns whose
//! edges together cannot fill them. Then, in rounds, look at what the flow breaks, and:
//!
//! ```text
//! lot        close the edge with the smallest flow / (lot − base), at most one for each row and each column
//! partners   close the open edges liked least, beyond the limit; those with a base stay
//! whole      in each component empty the least filled column, and one more for every 16 partly filled ones
//! shared     lower the flow on the edges of least value until it fits, then make these flows the ceilings:
//!            it cannot be exceeded again
//! ```
//!
//! (`refuse` closes with them what would come next in vain) and solve the components touched again by the method that
//! found the start, with the ceilings as edge capacities.
//!
//! **Bound.** Every round closes a used edge or freezes a shared capacity, so there are at most *edges + shared*
//! rounds. The code stops after a number of rounds: what is still broken then is cut from the flow, which needs one pass
//! (taking flow away breaks nothing but "whole", and emptying a column nothing at all).

use crate::solve::component::{Component, Split};
use crate::solve::error::SolveError;
use crate::solve::limits::{Limits, Violation, found};
use crate::solve::transport::{Transport, number};
use rayon::prelude::*;
use std::cmp::Reverse;

/// No component.
const NONE: u32 = u32::MAX;

/// A flow within the limits from one that keeps the capacities alone. `again` solves a part of the transport, given
/// with the edges it consists of.
pub(super) fn repair(
    transport: &Transport,
    limits: &Limits,
    flow: Vec<i64>,
    scores: Scores,
    rounds: usize,
    again: impl Fn(&Transport, &[usize]) -> Result<Vec<(usize, i64)>, SolveError> + Sync,
) -> Result<Vec<i64>, SolveError> {
    let mut repair = Repair::of(transport, limits, flow, scores);
    repair.close_useless();
    for _ in 0..rounds {
        let broken = found(transport, &repair.flow, limits);
        if broken.is_empty() {
            break;
        }
        repair.close(&broken);
        repair.solve_touched(&again)?;
    }
    repair.cut();
    Ok(repair.flow)
}

/// How much rows and columns like every edge.
pub(super) type Scores<'a> = [&'a [i64]; 2];

/// Whose partners.
#[derive(Clone, Copy)]
pub(super) enum Whose {
    Row = 0,
    Column = 1,
}

/// A flow on its way into the limits.
pub(super) struct Repair<'a> {
    pub(super) transport: &'a Transport,
    pub(super) limits: &'a Limits,
    pub(super) split: Split,
    pub(super) component_of_row: Vec<u32>,
    pub(super) row_of: Vec<u32>,
    /// Edges by column: those of column `c` are `by_column[column_start[c] .. column_start[c + 1]]`.
    pub(super) column_start: Vec<usize>,
    pub(super) by_column: Vec<usize>,
    pub(super) ceiling: Vec<i64>,
    pub(super) flow: Vec<i64>,
    pub(super) scores: Scores<'a>,
    /// Components whose flow is no longer optimal under the ceilings.
    pub(super) touched: Vec<bool>,
}

impl<'a> Repair<'a> {
    fn of(transport: &'a Transport, limits: &'a Limits, flow: Vec<i64>, scores: Scores<'a>) -> Repair<'a> {
        let split = Split::of(transport);
        let mut component_of_row = vec![NONE; transport.rows()];
        for (index, component) in split.components.iter().enumerate() {
            for &row in &component.rows {
                component_of_row[row as usize] = number(index);
            }
        }
        let mut column_start = vec![0; transport.columns() + 1];
        for &column in &transport.column {
            column_start[column as usize + 1] += 1;
        }
        for column in 0..transport.columns() {
            column_start[column + 1] += column_start[column];
        }
        let mut by_column: Vec<usize> = (0..transport.edges()).collect();
        by_column.sort_by_key(|&edge| transport.column[edge]); // stable
        let ceiling = transport.edge_capacity.clone().unwrap_or_else(|| vec![i64::MAX; transport.edges()]);
        let touched = vec![false; split.components.len()];
        let row_of = transport.row_of_edges();
        Repair {
            transport,
            limits,
            split,
            component_of_row,
            row_of,
            column_start,
            by_column,
            ceiling,
            flow,
            scores,
            touched,
        }
    }

    pub(super) fn edges_into(&self, column: usize) -> Vec<usize> {
        self.by_column[self.column_start[column]..self.column_start[column + 1]].to_vec()
    }

    /// Lowers the ceiling of an edge; closes it if its lot no longer fits below.
    pub(super) fn lower(&mut self, edge: usize, ceiling: i64) {
        let mut ceiling = ceiling.min(self.ceiling[edge]);
        if i128::from(ceiling) + i128::from(self.limits.base(edge)) < i128::from(self.limits.lot(edge)) {
            ceiling = 0;
        }
        self.ceiling[edge] = ceiling;
        if self.flow[edge] > ceiling {
            self.touched[self.component_of_row[self.row_of[edge] as usize] as usize] = true;
        }
    }

    /// The most an edge can carry.
    fn reach(&self, edge: usize) -> i64 {
        let (row, column) = (self.row_of[edge] as usize, self.transport.column[edge] as usize);
        let row_group = self.transport.row_group_capacity[self.transport.row_group[row] as usize];
        let column_group = self.transport.column_group_capacity[self.transport.column_group[column] as usize];
        [Some(self.transport.row_capacity[row]), Some(self.transport.column_capacity[column])]
            .into_iter()
            .chain([row_group, column_group])
            .flatten()
            .fold(self.ceiling[edge], i64::min)
    }

    /// Closes edges whose lot exceeds their reach, and whole columns their edges cannot fill.
    fn close_useless(&mut self) {
        for edge in 0..self.transport.edges() {
            let room = i128::from(self.reach(edge)) + i128::from(self.limits.base(edge));
            if room < i128::from(self.limits.lot(edge)) {
                self.lower(edge, 0);
            }
        }
        for column in (0..self.transport.columns()).filter(|&column| self.limits.column_whole(column)) {
            let edges = self.edges_into(column);
            let room: i128 = edges.iter().map(|&edge| i128::from(self.reach(edge))).sum();
            if room < i128::from(self.transport.column_capacity[column]) {
                for edge in edges {
                    self.lower(edge, 0);
                }
            }
        }
    }

    /// Closes or freezes something for what is broken; see the head of the file for what.
    fn close(&mut self, broken: &[Violation]) {
        let mut lots = Vec::new();
        let mut partly_filled = Vec::new();
        for violation in broken {
            match *violation {
                Violation::Lot(edge) => lots.push(edge),
                Violation::ColumnWhole(column) => partly_filled.push(column),
                _ => {}
            }
        }
        self.close_worst_lots(lots);
        for violation in broken {
            match *violation {
                Violation::RowPartners(row) => {
                    let edges: Vec<usize> = self.transport.edges_of(row).collect();
                    self.close_partners(&edges, self.limits.row_partners(row), Whose::Row);
                }
                Violation::ColumnPartners(column) => {
                    let (edges, limit) = (self.edges_into(column), self.limits.column_partners(column));
                    self.close_partners(&edges, limit, Whose::Column);
                }
                Violation::Shared(index) => self.freeze(index),
                _ => {}
            }
        }
        self.close_least_filled(partly_filled);
    }

    fn close_worst_lots(&mut self, mut edges: Vec<usize>) {
        let filled = |edge: usize| i128::from(self.flow[edge]);
        let needed = |edge: usize| i128::from(self.limits.lot(edge) - self.limits.base(edge));
        edges.sort_by(|&a, &b| (filled(a) * needed(b)).cmp(&(filled(b) * needed(a))).then(a.cmp(&b)));
        let mut row_done = vec![false; self.transport.rows()];
        let mut column_done = vec![false; self.transport.columns()];
        for edge in edges {
            let (row, column) = (self.row_of[edge] as usize, self.transport.column[edge] as usize);
            if !row_done[row] && !column_done[column] {
                (row_done[row], column_done[column]) = (true, true);
                self.refuse_such_lots(edge);
                self.lower(edge, 0);
            }
        }
    }

    fn close_partners(&mut self, edges: &[usize], limit: Option<u32>, whose: Whose) {
        let too_many = self.partners_too_many(edges.to_vec(), limit, whose);
        self.refuse_such_partners(edges, &too_many, whose);
        for edge in too_many {
            self.lower(edge, 0);
        }
    }

    /// The open edges without a base, least liked, beyond the limit.
    fn partners_too_many(&self, mut edges: Vec<usize>, limit: Option<u32>, whose: Whose) -> Vec<usize> {
        let Some(limit) = limit else { return Vec::new() };
        let old = edges.iter().filter(|&&edge| self.limits.base(edge) > 0).count();
        edges.retain(|&edge| self.limits.base(edge) == 0 && self.flow[edge] > 0 && self.ceiling[edge] > 0);
        edges.sort_by_key(|&edge| Reverse(self.scores[whose as usize][edge]));
        edges.split_off((limit as usize).saturating_sub(old).min(edges.len()))
    }

    fn freeze(&mut self, index: usize) {
        for (edge, units) in self.reduced(index) {
            self.lower(edge, units);
        }
    }

    /// The edges of a shared capacity with flows that respect it: the cheapest edges give way.
    fn reduced(&self, index: usize) -> Vec<(usize, i64)> {
        let shared = &self.limits.shared[index];
        let mut edges = shared.edges.clone();
        edges.sort_unstable_by_key(|&edge| (Reverse(self.transport.value[edge]), edge));
        let mut left = shared.capacity;
        let give = |edge: usize| {
            let units = self.flow[edge].min(self.ceiling[edge]).min(left);
            left -= units;
            (edge, units)
        };
        edges.into_iter().map(give).collect()
    }

    fn close_least_filled(&mut self, columns: Vec<usize>) {
        let mut of_component = vec![Vec::new(); self.split.components.len()];
        for column in columns {
            let edges = self.edges_into(column);
            let units: i128 = edges.iter().map(|&edge| i128::from(self.flow[edge])).sum();
            let row = self.row_of[edges[0]] as usize;
            of_component[self.component_of_row[row] as usize].push((units, column));
        }
        for mut partly_filled in of_component {
            let capacity = |column: usize| i128::from(self.transport.column_capacity[column]);
            partly_filled
                .sort_by(|a, b| (a.0 * capacity(b.1)).cmp(&(b.0 * capacity(a.1))).then(a.1.cmp(&b.1)));
            let count = partly_filled.len().min(1 + partly_filled.len() / 16);
            for &(_, column) in &partly_filled[..count] {
                for edge in self.edges_into(column) {
                    self.lower(edge, 0);
                }
            }
        }
    }

    /// Solves the touched components under the ceilings.
    fn solve_touched(
        &mut self,
        again: impl Fn(&Transport, &[usize]) -> Result<Vec<(usize, i64)>, SolveError> + Sync,
    ) -> Result<(), SolveError> {
        let touched: Vec<&Component> =
            self.split.components.iter().zip(&self.touched).filter(|(_, t)| **t).map(|(c, _)| c).collect();
        let solve_part = |component: &&Component| {
            let (transport, edges) = self.part(component);
            let flow = again(&transport, &edges);
            (edges, flow)
        };
        let solved: Vec<_> = touched.par_iter().with_max_len(1).map(solve_part).collect();
        for component in touched {
            for &row in &component.rows {
                self.flow[self.transport.edges_of(row as usize)].fill(0);
            }
        }
        for (edges, flow) in solved {
            for (at, units) in flow? {
                self.flow[edges[at]] = units;
            }
        }
        self.touched.fill(false);
        Ok(())
    }

    /// A component's open edges as a transport of its own, and which edges they are.
    fn part(&self, component: &Component) -> (Transport, Vec<usize>) {
        let (whole, split) = (self.transport, &self.split);
        // Groups that bind keep their place in the component; all others share one without a limit at the end.
        let free_row_group = number(component.row_groups.len());
        let free_column_group = number(component.column_groups.len());
        let limits = |groups: &[u32], capacity: &[Option<i64>]| {
            groups.iter().map(|&group| capacity[group as usize]).chain([None]).collect()
        };
        let mut part = Transport {
            row_group_capacity: limits(&component.row_groups, &whole.row_group_capacity),
            column_group_capacity: limits(&component.column_groups, &whole.column_group_capacity),
            row_start: vec![0],
            ..Transport::default()
        };
        let (mut edges, mut ceiling) = (Vec::new(), Vec::new());
        for &row in &component.rows {
            let row = row as usize;
            let group = whole.row_group[row] as usize;
            let binds = split.row_group_binds[group];
            part.row_capacity.push(whole.row_capacity[row]);
            part.row_key.push(whole.row_key[row]);
            part.row_group.push(if binds { split.row_group_place[group] } else { free_row_group });
            for edge in whole.edges_of(row) {
                let column = whole.column[edge] as usize;
                if self.ceiling[edge] > 0 && !split.dead[column] {
                    part.column.push(split.column_place[column]);
                    part.value.push(whole.value[edge]);
                    ceiling.push(self.ceiling[edge]);
                    edges.push(edge);
                }
            }
            part.row_start.push(edges.len());
        }
        for &column in &component.columns {
            let column = column as usize;
            let group = whole.column_group[column] as usize;
            let binds = split.column_group_binds[group];
            part.column_capacity.push(whole.column_capacity[column]);
            part.column_key.push(whole.column_key[column]);
            part.column_group.push(if binds { split.column_group_place[group] } else { free_column_group });
        }
        part.edge_capacity = ceiling.iter().any(|&units| units < i64::MAX).then_some(ceiling);
        (part, edges)
    }

    /// Takes from the flow all that is still broken.
    fn cut(&mut self) {
        for edge in 0..self.flow.len() {
            self.cut_below_lot(edge);
        }
        for row in 0..self.transport.rows() {
            let edges = self.transport.edges_of(row).collect();
            for edge in self.partners_too_many(edges, self.limits.row_partners(row), Whose::Row) {
                self.flow[edge] = 0;
            }
        }
        for column in 0..self.transport.columns() {
            let (edges, limit) = (self.edges_into(column), self.limits.column_partners(column));
            for edge in self.partners_too_many(edges, limit, Whose::Column) {
                self.flow[edge] = 0;
            }
        }
        for index in 0..self.limits.shared.len() {
            for (edge, units) in self.reduced(index) {
                self.flow[edge] = units;
                self.cut_below_lot(edge);
            }
        }
        for column in (0..self.transport.columns()).filter(|&column| self.limits.column_whole(column)) {
            let edges = self.edges_into(column);
            let units: i128 = edges.iter().map(|&edge| i128::from(self.flow[edge])).sum();
            if units != i128::from(self.transport.column_capacity[column]) {
                for edge in edges {
                    self.flow[edge] = 0;
                }
            }
        }
    }

    fn cut_below_lot(&mut self, edge: usize) {
        let total = i128::from(self.flow[edge]) + i128::from(self.limits.base(edge));
        if total < i128::from(self.limits.lot(edge)) {
            self.flow[edge] = 0;
        }
    }
}

#[cfg(test)]
#[path = "repair_tests.rs"]
mod tests;
