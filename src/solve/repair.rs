//! From the network optimum to a flow within the limits: close what violates, solve again, fill up.
//!
//! **Problem.** `limits` makes the optimum NP-hard, but the network optimum without the limits is near: a
//! vertex has flow between the bounds on a forest of edges only, so at most one edge a node is below its
//! lot. What little it breaks is repaired here.
//!
//! **Notation.** Every edge has a *ceiling*, at first its capacity; an edge of ceiling 0 is closed.
//! Ceilings only fall.
//!
//! **Method.** Close at once what can never be used: edges whose lot exceeds all they could carry, whole
//! columns whose edges together cannot fill them. Then, in rounds, look at what the flow breaks, and:
//!
//! ```text
//! lot        close the edge with the smallest flow / (lot − base), at most one for each row and each column
//! partners   close the open edges of least value · flow beyond the limit (for a stable flow: the least
//!            liked, see `refuse`); those with a base stay
//! whole      in each component empty the least filled column, and one more for every 16 partly filled ones
//! shared     lower the flow on the cheapest edges until it fits, then make these flows the ceilings:
//!            it cannot be exceeded again
//! ```
//!
//! and solve the components touched again by the method that found the start, with the ceilings as edge
//! capacities. At the end
//! fill what room is left by `greedy`'s rule (closed edges too: the limits alone count), and return the
//! better of this and plain greedy by value.
//!
//! **Bound.** Every round closes a used edge or freezes a shared capacity, so there are at most *edges +
//! shared* rounds. The code stops after [`ROUNDS`]: what is still broken then is cut from the flow, which
//! needs one pass (taking flow away breaks nothing but "whole", and emptying a column nothing at all).
//!
//! **Invariant.** The result is checked against every capacity and limit from scratch;
//! [`SolveError::Broken`] would be a bug.
//!
//! **What it cannot do.** Promise a distance to the best flow within the limits. Compare with `Σ value ·
//! flow` of the network optimum, which no flow within the limits exceeds: that gap is proven. Many
//! all-or-nothing columns in scarce supply are its weak spot. Rounding and repairing vertices of the
//! relaxation: Angulo, Ahmed, Dey, *Semi-continuous network flow problems*, Math. Prog. 145 (2014), treat
//! the polyhedron.

mod refuse;

use super::component::{Component, Split};
use super::error::SolveError;
use super::greedy::fill;
use super::limits::{Limits, Violation, found};
use super::optimum::{Optimum, solve};
use super::transport::{Transport, length, number};
use rayon::prelude::*;
use std::cmp::Reverse;

/// Rounds of closing and solving before the rest is cut.
const ROUNDS: usize = 128;

/// No component.
const NONE: u32 = u32::MAX;

/// A flow of high value that breaks no capacity and no limit, found from the optimum without limits.
///
/// If `start` (the [`optimum`](crate::solve::optimum()) of the same transport) breaks nothing it is
/// returned as it is, and is optimal. Otherwise what it breaks is closed and solved again until nothing is
/// broken, room left over is filled by falling `rank` as [`greedy`](crate::solve::greedy()) does, and the
/// result is never worse (by `Σ value · flow`, then `Σ flow`) than `greedy` by value. `Σ value · flow` of
/// `start` bounds what any flow within the limits can reach.
///
/// # Errors
/// [`SolveError::Malformed`] if the inputs do not fit together or `start` breaks a capacity of the
/// transport, and the errors of [`optimum`](crate::solve::optimum()).
pub fn within_limits(
    transport: &Transport,
    limits: &Limits,
    start: &Optimum,
    rank: &[i64],
) -> Result<Vec<i64>, SolveError> {
    transport.check()?;
    limits.check(transport)?;
    length("rank has not one entry an edge", rank.len(), transport.edges())?;
    if let Some(&(at, _)) = start.flow.iter().find(|(edge, _)| *edge >= transport.edges()) {
        return Err(SolveError::Malformed { what: "the start has flow on an edge that does not exist", at });
    }
    let start = start.dense(transport);
    let broken = found(transport, &start, limits);
    if broken.is_empty() {
        return Ok(start);
    }
    if broken.iter().any(|violation| is_of_the_network(*violation)) {
        return Err(SolveError::Malformed { what: "the start breaks capacities of the transport", at: 0 });
    }
    let plain = fill(transport, limits, &transport.value, &vec![0; transport.edges()]);
    let mut found_so_far = vec![plain];
    let partners =
        broken.iter().any(|v| matches!(v, Violation::RowPartners(_) | Violation::ColumnPartners(_)));
    for keep in if partners { &[Keep::Flow, Keep::Reach][..] } else { &[Keep::Flow][..] } {
        let again = |part: &Transport, _: &[usize]| solve(part).map(|optimum| optimum.flow);
        let repaired = repair(transport, limits, start.clone(), *keep, ROUNDS, again)?;
        found_so_far.push(fill(transport, limits, rank, &repaired));
    }
    let worth = |flow: &[i64]| {
        let value = flow.iter().zip(&transport.value).map(|(&x, &v)| i128::from(x) * i128::from(v));
        (value.sum::<i128>(), flow.iter().map(|&x| i128::from(x)).sum::<i128>())
    };
    // The last of equals: a repaired flow before the plain one.
    let best = found_so_far.into_iter().max_by_key(|flow| worth(flow)).unwrap_or_default();
    match found(transport, &best, limits).len() {
        0 => Ok(best),
        count => Err(SolveError::Broken { count }),
    }
}

/// A flow within the limits from one that keeps the capacities alone. `again` solves a part of the transport, given
/// with the edges it consists of.
pub(super) fn repair(
    transport: &Transport,
    limits: &Limits,
    flow: Vec<i64>,
    keep: Keep,
    rounds: usize,
    again: impl Fn(&Transport, &[usize]) -> Result<Vec<(usize, i64)>, SolveError> + Sync,
) -> Result<Vec<i64>, SolveError> {
    let mut repair = Repair::of(transport, limits, flow, keep);
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

/// Whether a flow of the network could never break this.
fn is_of_the_network(violation: Violation) -> bool {
    matches!(
        violation,
        Violation::Edge(_)
            | Violation::Row(_)
            | Violation::Column(_)
            | Violation::RowGroup(_)
            | Violation::ColumnGroup(_)
    )
}

/// Which partners stay where there are too many: those that carry most value, those that could, or those liked best,
/// by the scores of rows and of columns.
#[derive(Clone, Copy)]
pub(super) enum Keep<'a> {
    Flow,
    Reach,
    Liked([&'a [i64]; 2]),
}

/// Whose partners.
#[derive(Clone, Copy)]
enum Whose {
    Row = 0,
    Column = 1,
}

/// A flow on its way into the limits.
struct Repair<'a> {
    transport: &'a Transport,
    limits: &'a Limits,
    split: Split,
    component_of_row: Vec<u32>,
    row_of: Vec<u32>,
    /// Edges by column: those of column `c` are `by_column[column_start[c] .. column_start[c + 1]]`.
    column_start: Vec<usize>,
    by_column: Vec<usize>,
    ceiling: Vec<i64>,
    flow: Vec<i64>,
    keep: Keep<'a>,
    /// Components whose flow is no longer optimal under the ceilings.
    touched: Vec<bool>,
}

impl<'a> Repair<'a> {
    fn of(transport: &'a Transport, limits: &'a Limits, flow: Vec<i64>, keep: Keep<'a>) -> Repair<'a> {
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
            keep,
            touched,
        }
    }

    fn edges_into(&self, column: usize) -> Vec<usize> {
        self.by_column[self.column_start[column]..self.column_start[column + 1]].to_vec()
    }

    /// Lowers the ceiling of an edge; closes it if its lot no longer fits below.
    fn lower(&mut self, edge: usize, ceiling: i64) {
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

    /// The open edges without a base, of least value · units or least liked ([`Keep`]), beyond the limit.
    fn partners_too_many(&self, mut edges: Vec<usize>, limit: Option<u32>, whose: Whose) -> Vec<usize> {
        let Some(limit) = limit else { return Vec::new() };
        let old = edges.iter().filter(|&&edge| self.limits.base(edge) > 0).count();
        edges.retain(|&edge| self.limits.base(edge) == 0 && self.flow[edge] > 0 && self.ceiling[edge] > 0);
        let value = |edge: usize| i128::from(self.transport.value[edge]);
        edges.sort_by_key(|&edge| {
            Reverse(match self.keep {
                Keep::Flow => value(edge) * i128::from(self.flow[edge]),
                Keep::Reach => value(edge) * i128::from(self.reach(edge)),
                Keep::Liked(scores) => i128::from(scores[whose as usize][edge]),
            })
        });
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
