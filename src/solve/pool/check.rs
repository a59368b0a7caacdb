//! What a flow with pools breaks.
//!
//! **Invariant.** Everything is derived from the flow itself, in `i128`, and nothing is shared with the code that
//! builds flows. Linear in edges, members and the total size of the shared sets.

use super::super::error::SolveError;
use super::super::limits::{Limits, Violation};
use super::super::transport::Transport;
use super::{PoolFlow, Pools, check_all, check_flow_lengths};
use std::collections::BTreeMap;

/// One thing a flow with pools breaks.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PoolViolation {
    /// A capacity or a limit of the transport, what goes through pools counted.
    Direct(Violation),
    /// This member gives less than nothing.
    Member(usize),
    /// This member gives something, but less than its lot.
    MemberLot(usize),
    /// This pool passes on something, but less than its lot.
    PoolLot(usize),
    /// This pool has more open members than allowed.
    PoolMembers(usize),
    /// The pools of this hub pass on more than it can.
    Hub(usize),
    /// This row serves a column twice: directly (or by what it carries already) and through this member.
    Twice(usize),
    /// The group of this member's row serves the column through another pool too.
    Group(usize),
}

/// Everything a flow with pools breaks, sorted.
///
/// # Errors
/// [`SolveError::Malformed`] if transport, limits, pools and flow do not fit together.
pub fn pool_violations(
    transport: &Transport,
    limits: &Limits,
    pools: &Pools,
    flow: &PoolFlow,
) -> Result<Vec<PoolViolation>, SolveError> {
    check_all(transport, limits, pools)?;
    check_flow_lengths(transport, pools, flow)?;
    Ok(found(transport, limits, pools, flow))
}

/// [`pool_violations`] of inputs that are known to fit.
pub(super) fn found(
    transport: &Transport,
    limits: &Limits,
    pools: &Pools,
    flow: &PoolFlow,
) -> Vec<PoolViolation> {
    let mut tally = Tally::of(transport);
    tally.direct(transport, limits, &flow.edges);
    tally.pooled(transport, limits, pools, flow);
    tally.totals(transport, limits);
    for (index, shared) in limits.shared.iter().enumerate() {
        let edges = shared.edges.iter().map(|&edge| i128::from(flow.edges[edge]));
        let members = pools.shared.get(index).into_iter().flatten();
        let total: i128 = edges.chain(members.map(|&member| i128::from(flow.members[member]))).sum();
        if total > i128::from(shared.capacity) {
            tally.broken.push(PoolViolation::Direct(Violation::Shared(index)));
        }
    }
    tally.broken.sort_unstable();
    tally.broken.dedup();
    tally.broken
}

/// What rows and columns give and take, and with how many.
struct Tally {
    broken: Vec<PoolViolation>,
    row: Vec<i128>,
    column: Vec<i128>,
    row_open: Vec<Open>,
    column_open: Vec<Open>,
}

/// Partners of a row or a column: those it has anyway, and those by flow alone.
#[derive(Clone, Copy, Default)]
struct Open {
    old: u64,
    new: u64,
}

impl Open {
    fn note(&mut self, base: i64, flow: i64) {
        self.old += u64::from(base > 0);
        self.new += u64::from(base == 0 && flow != 0);
    }

    fn exceeds(self, limit: Option<u32>) -> bool {
        self.new > 0 && limit.is_some_and(|limit| self.old + self.new > u64::from(limit))
    }
}

impl Tally {
    fn of(transport: &Transport) -> Tally {
        Tally {
            broken: Vec::new(),
            row: vec![0; transport.rows()],
            column: vec![0; transport.columns()],
            row_open: vec![Open::default(); transport.rows()],
            column_open: vec![Open::default(); transport.columns()],
        }
    }

    fn break_direct(&mut self, violation: Violation) {
        self.broken.push(PoolViolation::Direct(violation));
    }

    fn direct(&mut self, transport: &Transport, limits: &Limits, flow: &[i64]) {
        for row in 0..transport.rows() {
            for edge in transport.edges_of(row) {
                let column = transport.column[edge] as usize;
                let (base, flow) = (limits.base(edge), flow[edge]);
                self.row[row] += i128::from(flow);
                self.column[column] += i128::from(flow);
                self.row_open[row].note(base, flow);
                self.column_open[column].note(base, flow);
                let capacity = transport.edge_capacity.as_ref().map(|capacity| capacity[edge]);
                if flow < 0 || capacity.is_some_and(|capacity| flow > capacity) {
                    self.break_direct(Violation::Edge(edge));
                }
                if flow != 0 && i128::from(base) + i128::from(flow) < i128::from(limits.lot(edge)) {
                    self.break_direct(Violation::Lot(edge));
                }
            }
        }
    }

    fn pooled(&mut self, transport: &Transport, limits: &Limits, pools: &Pools, flow: &PoolFlow) {
        let mut hubs = vec![0_i128; pools.hub_capacity.len()];
        // The pool through which the rows of a group serve a column.
        let mut through: BTreeMap<(u32, u32), usize> = BTreeMap::new();
        for pool in 0..pools.len() {
            let column = pools.column[pool];
            let (mut total, mut open) = (0_i128, 0_u64);
            for member in pools.members_of(pool) {
                let units = flow.members[member];
                if units == 0 {
                    continue;
                }
                let row = pools.row[member] as usize;
                if units < 0 {
                    self.broken.push(PoolViolation::Member(member));
                }
                if units < pools.member_lot[member] {
                    self.broken.push(PoolViolation::MemberLot(member));
                }
                total += i128::from(units);
                open += 1;
                self.row[row] += i128::from(units);
                self.row_open[row].note(0, units);
                let edges = transport.edges_of(row);
                let twin = transport.column[edges.clone()].binary_search(&column).map(|at| edges.start + at);
                if twin.is_ok_and(|edge| flow.edges[edge] != 0 || limits.base(edge) > 0) {
                    self.broken.push(PoolViolation::Twice(member));
                }
                let first = *through.entry((transport.row_group[row], column)).or_insert(pool);
                if first != pool {
                    self.broken.push(PoolViolation::Group(member));
                }
            }
            self.column[column as usize] += total;
            self.column_open[column as usize].new += u64::from(open > 0);
            hubs[pools.hub[pool] as usize] += total;
            if open > 0 && total < i128::from(pools.lot[pool]) {
                self.broken.push(PoolViolation::PoolLot(pool));
            }
            if pools.most_members.is_some_and(|most| open > u64::from(most)) {
                self.broken.push(PoolViolation::PoolMembers(pool));
            }
        }
        for (hub, (&total, capacity)) in hubs.iter().zip(&pools.hub_capacity).enumerate() {
            if capacity.is_some_and(|capacity| total > i128::from(capacity)) {
                self.broken.push(PoolViolation::Hub(hub));
            }
        }
    }

    fn totals(&mut self, transport: &Transport, limits: &Limits) {
        let mut row_group = vec![0_i128; transport.row_group_capacity.len()];
        let mut column_group = vec![0_i128; transport.column_group_capacity.len()];
        for row in 0..transport.rows() {
            let total = self.row[row];
            row_group[transport.row_group[row] as usize] += total;
            if total > i128::from(transport.row_capacity[row]) {
                self.break_direct(Violation::Row(row));
            }
            if self.row_open[row].exceeds(limits.row_partners(row)) {
                self.break_direct(Violation::RowPartners(row));
            }
        }
        for column in 0..transport.columns() {
            let (total, capacity) = (self.column[column], i128::from(transport.column_capacity[column]));
            column_group[transport.column_group[column] as usize] += total;
            if total > capacity {
                self.break_direct(Violation::Column(column));
            }
            if self.column_open[column].exceeds(limits.column_partners(column)) {
                self.break_direct(Violation::ColumnPartners(column));
            }
            if limits.column_whole(column) && total != 0 && total != capacity {
                self.break_direct(Violation::ColumnWhole(column));
            }
        }
        let over = |total: i128, limit: Option<i64>| limit.is_some_and(|limit| total > i128::from(limit));
        for (group, &total) in row_group.iter().enumerate() {
            if over(total, transport.row_group_capacity[group]) {
                self.break_direct(Violation::RowGroup(group));
            }
        }
        for (group, &total) in column_group.iter().enumerate() {
            if over(total, transport.column_group_capacity[group]) {
                self.break_direct(Violation::ColumnGroup(group));
            }
        }
    }
}
