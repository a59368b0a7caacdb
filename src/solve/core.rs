//! The core of a network near its optimum: the edges that gain or nearly do.
//!
//! **Problem.** From a good start, such as the optima of a component's parts, few pivots lead to the optimum.
//! Finding their arcs by going round all rows would cost more than all of them together.
//!
//! **Method.** Of each row take the edges that would gain with a little more, one in ten or twenty. On this core
//! it is known after a pivot where an edge can have begun to gain: at the rows whose potential fell, and at the
//! rows of the columns whose potential rose. These are listed and looked at; when the list is empty the core is
//! optimal, and the edges outside it are nearly always still too far from gaining. A new core tells.
//!
//! **Reference.** Pricing out a sparse core: Lee and Orlin, *On very large scale assignment problems*, in
//! *Large Scale Optimization* (1994); the lists from both sides are our own.

use rayon::prelude::*;

use super::layout::{Rows, Worth};
use super::network::Network;
use super::transport::number;

/// Rows looked at by one task.
const RUN: usize = 1 << 11;

/// Of a network whose edges have no capacities, those that gain or fall short of it by little.
#[derive(Debug)]
pub(super) struct Core<V> {
    pub(super) edges: Rows<V>,
    /// The rows' nodes at each column: those of the column at a place are `rows[column_start[place] ..]`.
    column_start: Vec<u32>,
    rows: Vec<u32>,
    /// Rows with an edge that gains.
    pub(super) gaining: Vec<u32>,
}

impl<V: Worth> Core<V> {
    /// The edges that would gain with `slack` more, in parallel over fixed runs of rows.
    pub(super) fn of(network: &Network<V>, potential: &[i64], slack: i64) -> Core<V> {
        let columns = network.columns(potential);
        let ceiling = network.ceiling(potential);
        let rows = &potential[network.first_row as usize..network.root as usize];
        let of_run = |(run, rows): (usize, &[i64])| {
            let (mut ends, mut edges, mut gaining) = (Vec::with_capacity(rows.len()), Vec::new(), Vec::new());
            for (place, &p) in (run * RUN..).zip(rows) {
                let mut gains = false;
                let (near, far, _) = network.edges.worth(place, p - ceiling - slack + 1);
                for &(column, value) in near.iter().chain(far) {
                    let gain = value.into() + columns[column as usize] - p;
                    if gain + slack > 0 {
                        edges.push((column, value));
                        gains |= gain > 0;
                    }
                }
                ends.push(edges.len());
                if gains {
                    gaining.push(network.first_row + number(place));
                }
            }
            (ends, edges, gaining)
        };
        let runs: Vec<_> = rows.par_chunks(RUN).enumerate().map(of_run).collect();
        let mut core = Core {
            edges: Rows { start: vec![0], edges: Vec::new() },
            column_start: vec![0; columns.len() + 1],
            rows: Vec::new(),
            gaining: Vec::new(),
        };
        for (ends, edges, gaining) in runs {
            let before = core.edges.edges.len();
            core.edges.start.extend(ends.into_iter().map(|end| number(before + end)));
            core.edges.edges.extend(edges);
            core.gaining.extend(gaining);
        }
        core.turn(network.first_row);
        core
    }

    /// Notes the rows at each column.
    fn turn(&mut self, first_row: u32) {
        for &(column, _) in &self.edges.edges {
            self.column_start[column as usize + 1] += 1;
        }
        for column in 1..self.column_start.len() {
            self.column_start[column] += self.column_start[column - 1];
        }
        self.rows = vec![0; self.edges.edges.len()];
        let mut next = self.column_start.clone();
        for (place, ends) in self.edges.start.windows(2).enumerate() {
            for &(column, _) in &self.edges.edges[ends[0] as usize..ends[1] as usize] {
                self.rows[next[column as usize] as usize] = first_row + number(place);
                next[column as usize] += 1;
            }
        }
    }

    /// The rows' nodes at the column at a place.
    pub(super) fn rows_at(&self, column: usize) -> &[u32] {
        &self.rows[self.column_start[column] as usize..self.column_start[column + 1] as usize]
    }
}
