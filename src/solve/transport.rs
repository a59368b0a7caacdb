//! The instance: a transportation market with two levels on each side, and its one validation.
//!
//! **Problem.** Choose integers `0 <= x_e` on the edges `e = (r, c)` of a bipartite graph,
//!
//! ```text
//! maximise   Σ value_e · x_e
//! such that  Σ_{e at r} x_e <= row_capacity_r            Σ_{r in g} Σ_{e at r} x_e <= row_group_capacity_g
//!            Σ_{e at c} x_e <= column_capacity_c         Σ_{c in h} Σ_{e at c} x_e <= column_group_capacity_h
//!            x_e <= edge_capacity_e                      (where given)
//! ```
//!
//! The sets of edges limited on one side are laminar (a row inside its group), so the matrix is a network
//! matrix and every vertex of the polytope is integral.
//!
//! **Invariant.** [`Transport::check`] is called once at every public door of the kernel; everything behind
//! the door may index without fear: lengths agree, indices are in range, columns ascend strictly in a row,
//! no number is negative, and `(nodes + 1) · max value <= i64::MAX / 2`. Linear in the size of the
//! instance.

use rayon::prelude::*;

use super::error::SolveError;

/// Rows or numbers looked at by one task.
const RUN: usize = 1 << 13;

/// A transportation market with two levels on each side. Rows are supplies (offers), columns are demands;
/// each belongs to a group (cooperative, enterprise) whose total may be limited.
///
/// Edges are in compressed row order: those of row `r` are `row_start[r] .. row_start[r + 1]`, their columns
/// strictly ascending. Zero capacities, empty sides, edges of value 0, isolated rows and columns and groups
/// without members are all normal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Transport {
    /// Units each row can give, `>= 0`.
    pub row_capacity: Vec<i64>,
    /// Units each column can take, `>= 0`.
    pub column_capacity: Vec<i64>,
    /// The group of each row, an index into `row_group_capacity`.
    pub row_group: Vec<u32>,
    /// The group of each column, an index into `column_group_capacity`.
    pub column_group: Vec<u32>,
    /// Units all rows of a group can give together; `None` is unlimited.
    pub row_group_capacity: Vec<Option<i64>>,
    /// Units all columns of a group can take together; `None` is unlimited.
    pub column_group_capacity: Vec<Option<i64>>,
    /// Where the edges of each row start; one entry more than there are rows, from 0 to the number of edges.
    pub row_start: Vec<usize>,
    /// The column of each edge.
    pub column: Vec<u32>,
    /// What one unit on each edge is worth, `>= 0`.
    pub value: Vec<i64>,
    /// Units each edge can carry; `None` where only the nodes limit.
    pub edge_capacity: Option<Vec<i64>>,
    /// Tie key of each row: a hash of its id. Decides between optima, see
    /// [`optimum`](crate::solve::optimum()).
    pub row_key: Vec<u64>,
    /// Tie key of each column: a hash of its id.
    pub column_key: Vec<u64>,
    /// Which rows mostly share columns (offers of one product), by any number; may be empty. A suggestion where
    /// to begin on large components: it never changes the result.
    pub row_part: Vec<u32>,
}

impl Transport {
    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.row_capacity.len()
    }

    /// Number of columns.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.column_capacity.len()
    }

    /// Number of edges.
    #[must_use]
    pub fn edges(&self) -> usize {
        self.column.len()
    }

    /// Units on every edge, from those on edges that carry some.
    ///
    /// # Panics
    /// If an edge does not exist.
    #[must_use]
    pub fn dense(&self, flow: &[(usize, i64)]) -> Vec<i64> {
        let mut dense = vec![0; self.edges()];
        for &(edge, units) in flow {
            dense[edge] = units;
        }
        dense
    }

    /// The edges of row `row`, as indices into `column`, `value` and `edge_capacity`.
    pub(super) fn edges_of(&self, row: usize) -> std::ops::Range<usize> {
        self.row_start[row]..self.row_start[row + 1]
    }

    /// The largest value of an edge, or 0.
    pub(super) fn most_value(&self) -> i64 {
        self.value.par_chunks(RUN).filter_map(|run| run.iter().max()).max().copied().unwrap_or(0)
    }

    /// The row of an edge.
    pub(super) fn row_of(&self, edge: usize) -> usize {
        self.row_start.partition_point(|&start| start <= edge) - 1
    }

    /// The row of every edge.
    pub(super) fn row_of_edges(&self) -> Vec<u32> {
        let mut row_of = Vec::with_capacity(self.edges());
        for row in 0..self.rows() {
            row_of.resize(self.row_start[row + 1], number(row));
        }
        row_of
    }

    /// Validates lengths, indices, signs and magnitudes.
    pub(super) fn check(&self) -> Result<(), SolveError> {
        let (rows, columns, edges) = (self.rows(), self.columns(), self.edges());
        length("row_group has not one entry a row", self.row_group.len(), rows)?;
        length("row_key has not one entry a row", self.row_key.len(), rows)?;
        length("row_start is not one longer than the rows", self.row_start.len(), rows + 1)?;
        length("column_group has not one entry a column", self.column_group.len(), columns)?;
        length("column_key has not one entry a column", self.column_key.len(), columns)?;
        length("value has not one entry an edge", self.value.len(), edges)?;
        if !self.row_part.is_empty() {
            length("row_part is neither empty nor one entry a row", self.row_part.len(), rows)?;
        }
        if let Some(capacity) = &self.edge_capacity {
            length("edge_capacity has not one entry an edge", capacity.len(), edges)?;
            not_negative("an edge capacity is negative", capacity)?;
        }
        not_negative("a row capacity is negative", &self.row_capacity)?;
        not_negative("a column capacity is negative", &self.column_capacity)?;
        not_negative("a value is negative", &self.value)?;
        groups("a row's group does not exist", &self.row_group, &self.row_group_capacity)?;
        groups("a column's group does not exist", &self.column_group, &self.column_group_capacity)?;
        self.check_rows()?;
        self.check_magnitudes()
    }

    fn check_rows(&self) -> Result<(), SolveError> {
        let malformed = |what, at| Err(SolveError::Malformed { what, at });
        if self.row_start[0] != 0 || self.row_start[self.rows()] != self.edges() {
            return malformed("row_start does not run from 0 to the number of edges", self.edges());
        }
        if let Some(row) = self.row_start.windows(2).position(|pair| pair[0] > pair[1]) {
            return malformed("row_start descends", row);
        }
        let fault = |row: usize| {
            let columns = &self.column[self.edges_of(row)];
            if columns.windows(2).any(|pair| pair[0] >= pair[1]) {
                Some(("the columns of a row do not ascend strictly", row))
            } else if columns.last().is_some_and(|&column| column as usize >= self.columns()) {
                Some(("an edge of this row ends in a column that does not exist", row))
            } else {
                None
            }
        };
        let first = (0..self.rows()).into_par_iter().with_min_len(RUN).find_map_first(fault);
        first.map_or(Ok(()), |(what, row)| malformed(what, row))
    }

    fn check_magnitudes(&self) -> Result<(), SolveError> {
        let groups = self.row_group_capacity.len() + self.column_group_capacity.len();
        let nodes = self.rows() as i128 + self.columns() as i128 + groups as i128 + 1;
        let most = i128::from(u32::MAX - 1);
        for (what, found) in [("the number of nodes", nodes), ("the number of edges", self.edges() as i128)] {
            if found > most {
                return Err(SolveError::Overflow { what, found, most });
            }
        }
        self.check_value(self.most_value())
    }

    /// Refuses a value with which potentials might overflow.
    pub(super) fn check_value(&self, value: i64) -> Result<(), SolveError> {
        let groups = self.row_group_capacity.len() + self.column_group_capacity.len();
        let nodes = self.rows() as i128 + self.columns() as i128 + groups as i128 + 1;
        let (found, most) = (i128::from(value), i128::from(i64::MAX / 2) / (nodes + 1));
        if found > most {
            return Err(SolveError::Overflow { what: "the largest value", found, most });
        }
        Ok(())
    }
}

/// An index as 32 bits.
pub(super) fn number(index: usize) -> u32 {
    u32::try_from(index).expect("counts above u32::MAX - 1 are refused at the door")
}

/// Refuses a vector whose length is not what the instance says.
pub(super) fn length(what: &'static str, found: usize, wanted: usize) -> Result<(), SolveError> {
    if found == wanted { Ok(()) } else { Err(SolveError::Malformed { what, at: found }) }
}

/// Refuses a vector with a negative entry.
pub(super) fn not_negative(what: &'static str, numbers: &[i64]) -> Result<(), SolveError> {
    // Whole runs first: a search with an early end does not run at the speed of memory.
    let sound = |run: &[i64]| run.iter().fold(0, |signs, number| signs | number) >= 0;
    if numbers.par_chunks(RUN).all(sound) {
        return Ok(());
    }
    let at = numbers.iter().position(|&number| number < 0).unwrap_or(0);
    Err(SolveError::Malformed { what, at })
}

fn groups(what: &'static str, group: &[u32], capacity: &[Option<i64>]) -> Result<(), SolveError> {
    if let Some(at) = group.iter().position(|&group| group as usize >= capacity.len()) {
        return Err(SolveError::Malformed { what, at });
    }
    match capacity.iter().position(|capacity| capacity.is_some_and(|capacity| capacity < 0)) {
        Some(at) => Err(SolveError::Malformed { what: "a group capacity is negative", at }),
        None => Ok(()),
    }
}
