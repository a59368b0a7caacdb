//! Limits that are no network, and the check of a flow against everything.
//!
//! **Problem.** Real trades come in lots, with few partners, all or nothing, and share vehicles or
//! contracts. None of these is a capacity of a node, and together they make the optimum NP-hard: minimum
//! lots alone do (Haugland, Eleyat, Hetland, *The maximum flow problem with minimum lot sizes*, ICCL 2011),
//! all-or-nothing contains 3-set packing.
//!
//! **Notation.** `x_e` is the flow, `b_e` the units an edge carries already (a contract), which are neither
//! part of the flow nor of any capacity. An edge is *open* if `b_e + x_e > 0`. An edge with `b_e > 0` is
//! open whatever the flow does.
//!
//! ```text
//! lot             x_e = 0   or   b_e + x_e >= lot_e
//! partners        open edges of a row, of a column <= its limit
//! whole column    Σ x_e of the column is 0 or exactly its capacity
//! shared          Σ x_e over a set of edges <= its capacity           (sets may overlap)
//! ```
//!
//! An excess of edges with `b_e > 0` alone is history and no violation: it only forbids new partners.
//!
//! **Invariant.** [`violations`](violations()) derives everything from the flow itself, in `i128`, and
//! shares nothing with the code that builds flows. Linear in edges and in the total size of the shared
//! sets.

use super::error::SolveError;
use super::transport::{Transport, length, not_negative};

/// A capacity shared by several edges.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shared {
    /// Units all these edges can carry together.
    pub capacity: i64,
    /// The edges, each at most once, in any order. An edge may be in several shared capacities.
    pub edges: Vec<usize>,
}

/// Limits on a flow beyond the capacities of its [`Transport`].
///
/// An empty list is no limit of its kind on anything; the default has none at all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits {
    /// Per edge: units fixed on it already (a contract), not part of the flow or of any capacity. Empty: none.
    pub base: Vec<i64>,
    /// Per edge: flow is 0, or base and flow together are at least this. Empty: no lots.
    pub lot: Vec<i64>,
    /// Per row: edges with base + flow > 0 at most; `None` is unlimited. Empty: all are unlimited.
    pub row_partners: Vec<Option<u32>>,
    /// Per column: edges with base + flow > 0 at most; `None` is unlimited. Empty: all are unlimited.
    pub column_partners: Vec<Option<u32>>,
    /// Per column: whether its flow must be 0 or its full capacity. Empty: of none.
    pub column_whole: Vec<bool>,
    /// Capacities shared by sets of edges.
    pub shared: Vec<Shared>,
}

impl Limits {
    /// No limits at all for this transport, every list at its full length: the start for setting some.
    #[must_use]
    pub fn none(transport: &Transport) -> Limits {
        Limits {
            base: vec![0; transport.edges()],
            lot: vec![0; transport.edges()],
            row_partners: vec![None; transport.rows()],
            column_partners: vec![None; transport.columns()],
            column_whole: vec![false; transport.columns()],
            shared: Vec::new(),
        }
    }

    /// Whether there is nothing that a flow within the capacities could break.
    #[must_use]
    pub fn is_none(&self) -> bool {
        let partners = self.row_partners.iter().chain(&self.column_partners);
        self.lot.iter().all(|&lot| lot <= 1)
            && partners.flatten().next().is_none()
            && !self.column_whole.contains(&true)
            && self.shared.is_empty()
    }

    /// The limits of a transport with fewer edges: which of so many each of them was.
    #[must_use]
    pub fn of_edges(&self, edge: &[usize], edges: usize) -> Limits {
        let pick = |list: &Vec<i64>| {
            if list.is_empty() { Vec::new() } else { edge.iter().map(|&at| list[at]).collect() }
        };
        let mut place = vec![usize::MAX; edges];
        for (new, &old) in edge.iter().enumerate() {
            place[old] = new;
        }
        let shared = |shared: &Shared| Shared {
            capacity: shared.capacity,
            edges: shared.edges.iter().map(|&old| place[old]).filter(|&new| new != usize::MAX).collect(),
        };
        Limits {
            base: pick(&self.base),
            lot: pick(&self.lot),
            shared: self.shared.iter().map(shared).collect(),
            ..self.clone()
        }
    }

    /// Units fixed on an edge already.
    pub(super) fn base(&self, edge: usize) -> i64 {
        self.base.get(edge).copied().unwrap_or(0)
    }

    /// What an edge must carry if it has any flow.
    pub(super) fn lot(&self, edge: usize) -> i64 {
        self.lot.get(edge).copied().unwrap_or(0)
    }

    /// Partners a row may have.
    pub(super) fn row_partners(&self, row: usize) -> Option<u32> {
        self.row_partners.get(row).copied().flatten()
    }

    /// Partners a column may have.
    pub(super) fn column_partners(&self, column: usize) -> Option<u32> {
        self.column_partners.get(column).copied().flatten()
    }

    /// Whether a column is to be filled or left alone.
    pub(super) fn column_whole(&self, column: usize) -> bool {
        self.column_whole.get(column).copied().unwrap_or(false)
    }

    /// Validates lengths, indices and signs against a checked transport.
    pub(super) fn check(&self, transport: &Transport) -> Result<(), SolveError> {
        let (rows, columns, edges) = (transport.rows(), transport.columns(), transport.edges());
        let none_or = |what, found, wanted| if found == 0 { Ok(()) } else { length(what, found, wanted) };
        none_or("base has not one entry an edge", self.base.len(), edges)?;
        none_or("lot has not one entry an edge", self.lot.len(), edges)?;
        none_or("row_partners has not one entry a row", self.row_partners.len(), rows)?;
        none_or("column_partners has not one entry a column", self.column_partners.len(), columns)?;
        none_or("column_whole has not one entry a column", self.column_whole.len(), columns)?;
        not_negative("a base is negative", &self.base)?;
        not_negative("a lot is negative", &self.lot)?;
        if self.shared.is_empty() {
            return Ok(());
        }
        let mut seen = vec![usize::MAX; edges];
        for (at, shared) in self.shared.iter().enumerate() {
            if shared.capacity < 0 {
                return Err(SolveError::Malformed { what: "a shared capacity is negative", at });
            }
            for &edge in &shared.edges {
                if edge >= edges {
                    return Err(SolveError::Malformed { what: "a shared edge does not exist", at });
                }
                if std::mem::replace(&mut seen[edge], at) == at {
                    return Err(SolveError::Malformed { what: "a shared capacity names an edge twice", at });
                }
            }
        }
        Ok(())
    }
}

/// One thing a flow breaks.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Violation {
    /// The flow of this edge is negative or above its capacity.
    Edge(usize),
    /// This row gives more than its capacity.
    Row(usize),
    /// This column takes more than its capacity.
    Column(usize),
    /// The rows of this group give more than its limit.
    RowGroup(usize),
    /// The columns of this group take more than its limit.
    ColumnGroup(usize),
    /// This edge has flow, but base and flow are below its lot.
    Lot(usize),
    /// This row has more open edges than allowed.
    RowPartners(usize),
    /// This column has more open edges than allowed.
    ColumnPartners(usize),
    /// This column must be filled or left alone, and is partly filled.
    ColumnWhole(usize),
    /// This shared capacity is exceeded.
    Shared(usize),
}

/// Everything a flow breaks, capacities and limits, sorted by kind (as listed in [`Violation`]) and index.
///
/// # Errors
/// [`SolveError::Malformed`] if the transport, the limits or the length of the flow do not fit together.
pub fn violations(
    transport: &Transport,
    flow: &[i64],
    limits: &Limits,
) -> Result<Vec<Violation>, SolveError> {
    transport.check()?;
    limits.check(transport)?;
    length("flow has not one entry an edge", flow.len(), transport.edges())?;
    Ok(found(transport, flow, limits))
}

/// [`violations`](violations()) of inputs that are known to fit.
pub(super) fn found(transport: &Transport, flow: &[i64], limits: &Limits) -> Vec<Violation> {
    let mut broken = Vec::new();
    let mut row_total = vec![0_i128; transport.rows()];
    let mut column_total = vec![0_i128; transport.columns()];
    let mut row_open = vec![Open::default(); transport.rows()];
    let mut column_open = vec![Open::default(); transport.columns()];
    for row in 0..transport.rows() {
        for edge in transport.edges_of(row) {
            let column = transport.column[edge] as usize;
            let (base, flow) = (limits.base(edge), flow[edge]);
            if base == 0 && flow == 0 {
                continue;
            }
            row_total[row] += i128::from(flow);
            column_total[column] += i128::from(flow);
            row_open[row].note(base, flow);
            column_open[column].note(base, flow);
            let above = transport.edge_capacity.as_ref().is_some_and(|capacity| flow > capacity[edge]);
            if flow < 0 || above {
                broken.push(Violation::Edge(edge));
            }
            if flow != 0 && i128::from(base) + i128::from(flow) < i128::from(limits.lot(edge)) {
                broken.push(Violation::Lot(edge));
            }
        }
    }
    let mut row_group = vec![0_i128; transport.row_group_capacity.len()];
    for (row, &total) in row_total.iter().enumerate() {
        row_group[transport.row_group[row] as usize] += total;
        if total > i128::from(transport.row_capacity[row]) {
            broken.push(Violation::Row(row));
        }
        if row_open[row].exceeds(limits.row_partners(row)) {
            broken.push(Violation::RowPartners(row));
        }
    }
    let mut column_group = vec![0_i128; transport.column_group_capacity.len()];
    for (column, &total) in column_total.iter().enumerate() {
        column_group[transport.column_group[column] as usize] += total;
        let capacity = i128::from(transport.column_capacity[column]);
        if total > capacity {
            broken.push(Violation::Column(column));
        }
        if column_open[column].exceeds(limits.column_partners(column)) {
            broken.push(Violation::ColumnPartners(column));
        }
        if limits.column_whole(column) && total != 0 && total != capacity {
            broken.push(Violation::ColumnWhole(column));
        }
    }
    let over = |total: i128, limit: Option<i64>| limit.is_some_and(|limit| total > i128::from(limit));
    for (group, &total) in row_group.iter().enumerate() {
        if over(total, transport.row_group_capacity[group]) {
            broken.push(Violation::RowGroup(group));
        }
    }
    for (group, &total) in column_group.iter().enumerate() {
        if over(total, transport.column_group_capacity[group]) {
            broken.push(Violation::ColumnGroup(group));
        }
    }
    for (index, shared) in limits.shared.iter().enumerate() {
        let total: i128 = shared.edges.iter().map(|&edge| i128::from(flow[edge])).sum();
        if total > i128::from(shared.capacity) {
            broken.push(Violation::Shared(index));
        }
    }
    broken.sort_unstable();
    broken
}

/// Open edges of a row or column.
#[derive(Debug, Clone, Copy, Default)]
struct Open {
    /// Those with a base.
    old: usize,
    /// Those open by flow alone.
    new: usize,
}

impl Open {
    fn note(&mut self, base: i64, flow: i64) {
        self.old += usize::from(base > 0);
        self.new += usize::from(base == 0 && flow > 0);
    }

    fn exceeds(self, limit: Option<u32>) -> bool {
        self.new > 0 && limit.is_some_and(|limit| self.old + self.new > limit as usize)
    }
}
