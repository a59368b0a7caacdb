//! A feasible flow with pools, the room it leaves, and the way back.
//!
//! **Invariant.** Every change goes through [`State::change`], which keeps all rooms, counts and the value in step
//! and is written down, so that [`State::undo`] leads back to any earlier state exactly. [`State::fits`] says how
//! much more a way can take without breaking anything that only more units can break; lots, whole columns and the
//! lot of a pool under construction are for the caller to keep.
//!
//! O(1) a change, plus the shared capacities of the way.

use super::PoolFlow;
use super::case::{Case, NONE, Way};

/// A flow under construction.
#[derive(Debug)]
pub(super) struct State<'a> {
    pub(super) case: &'a Case<'a>,
    pub(super) flow: PoolFlow,
    /// `Σ value · flow`.
    pub(super) value: i128,
    pub(super) row: Vec<i64>,
    pub(super) column: Vec<i64>,
    row_group: Vec<i64>,
    column_group: Vec<i64>,
    hub: Vec<i64>,
    shared: Vec<i64>,
    /// New partners that a row, a column may still have.
    row_partners: Vec<u32>,
    pub(super) column_partners: Vec<u32>,
    pub(super) pool_total: Vec<i64>,
    pub(super) pool_open: Vec<u32>,
    /// The pool that a party uses, or [`NONE`], and by how many members.
    party_pool: Vec<u32>,
    party_open: Vec<u32>,
    /// Whether an edge's row serves its column through a pool.
    pooled: Vec<bool>,
    /// Changes since the state to go back to.
    journal: Vec<(Way, i64)>,
}

impl<'a> State<'a> {
    /// The state of a feasible flow.
    pub(super) fn of(case: &'a Case<'a>, flow: &PoolFlow) -> State<'a> {
        let (transport, limits, pools) = (case.transport, case.limits, case.pools);
        let unlimited = |limit: &Option<i64>| limit.unwrap_or(i64::MAX);
        let partners = |limit: Option<u32>| limit.unwrap_or(u32::MAX);
        let mut state = State {
            case,
            flow: PoolFlow { edges: vec![0; transport.edges()], members: vec![0; pools.members()] },
            value: 0,
            row: transport.row_capacity.clone(),
            column: transport.column_capacity.clone(),
            row_group: transport.row_group_capacity.iter().map(unlimited).collect(),
            column_group: transport.column_group_capacity.iter().map(unlimited).collect(),
            hub: pools.hub_capacity.iter().map(unlimited).collect(),
            shared: limits.shared.iter().map(|shared| shared.capacity).collect(),
            row_partners: (0..transport.rows()).map(|row| partners(limits.row_partners(row))).collect(),
            column_partners: (0..transport.columns())
                .map(|column| partners(limits.column_partners(column)))
                .collect(),
            pool_total: vec![0; pools.len()],
            pool_open: vec![0; pools.len()],
            party_pool: vec![NONE; case.parties],
            party_open: vec![0; case.parties],
            pooled: vec![false; transport.edges()],
            journal: Vec::new(),
        };
        for (edge, _) in limits.base.iter().enumerate().filter(|(_, base)| **base > 0) {
            let (row, column) = (case.row(Way::Edge(edge)), case.column(Way::Edge(edge)));
            state.row_partners[row] = state.row_partners[row].saturating_sub(1);
            state.column_partners[column] = state.column_partners[column].saturating_sub(1);
        }
        let edges = flow.edges.iter().enumerate().map(|(edge, &units)| (Way::Edge(edge), units));
        let members = flow.members.iter().enumerate().map(|(member, &units)| (Way::Member(member), units));
        for (way, units) in edges.chain(members).filter(|(_, units)| *units != 0) {
            state.change(way, units);
        }
        state.journal.clear();
        state
    }

    pub(super) fn units(&self, way: Way) -> i64 {
        match way {
            Way::Edge(edge) => self.flow.edges[edge],
            Way::Member(member) => self.flow.members[member],
        }
    }

    /// Units that a way can take beyond those it has; 0 where it must stay closed.
    pub(super) fn fits(&self, way: Way) -> i64 {
        let case = self.case;
        let (row, column) = (case.row(way), case.column(way));
        let opens = self.units(way) == 0;
        let mut fits = self.row[row].min(self.column[column]);
        if fits <= 0 {
            return 0;
        }
        match way {
            Way::Edge(edge) => {
                let new = opens && case.limits.base(edge) == 0;
                if self.pooled[edge]
                    || (new && (self.row_partners[row] == 0 || self.column_partners[column] == 0))
                {
                    return 0;
                }
                if let Some(capacity) = &case.transport.edge_capacity {
                    fits = fits.min(capacity[edge] - self.flow.edges[edge]);
                }
            }
            Way::Member(member) => {
                let pool = case.pool_of[member] as usize;
                if opens && !self.may_open(member, pool, row, column) {
                    return 0;
                }
                fits = fits.min(self.hub[case.pools.hub[pool] as usize]);
            }
        }
        let (row_group, column_group) = self.groups(row, column);
        fits = fits.min(self.row_group[row_group]).min(self.column_group[column_group]);
        case.shared(way).iter().fold(fits, |fits, &index| fits.min(self.shared[index as usize]))
    }

    fn may_open(&self, member: usize, pool: usize, row: usize, column: usize) -> bool {
        let case = self.case;
        let twin = case.twin[member];
        let direct = twin != NONE
            && (self.flow.edges[twin as usize] != 0
                || self.pooled[twin as usize]
                || case.limits.base(twin as usize) > 0);
        let through = self.party_pool[case.party[member] as usize];
        let full = case.pools.most_members.is_some_and(|most| self.pool_open[pool] >= most);
        !direct
            && !full
            && (through == NONE || through as usize == pool)
            && self.row_partners[row] > 0
            && (self.pool_open[pool] > 0 || self.column_partners[column] > 0)
    }

    /// Adds units to a way, or takes them away.
    pub(super) fn change(&mut self, way: Way, units: i64) {
        self.apply(way, units);
        self.journal.push((way, units));
    }

    fn apply(&mut self, way: Way, units: i64) {
        let case = self.case;
        let (row, column) = (case.row(way), case.column(way));
        let (row_group, column_group) = self.groups(row, column);
        let before = self.units(way);
        let after = before + units;
        let (opens, closes) = (before == 0 && after != 0, before != 0 && after == 0);
        match way {
            Way::Edge(edge) => {
                self.flow.edges[edge] = after;
                if case.limits.base(edge) == 0 {
                    count(&mut self.row_partners[row], opens, closes);
                    count(&mut self.column_partners[column], opens, closes);
                }
            }
            Way::Member(member) => {
                self.flow.members[member] = after;
                let pool = case.pool_of[member] as usize;
                let hub = case.pools.hub[pool] as usize;
                self.pool_total[pool] += units;
                if case.pools.hub_capacity[hub].is_some() {
                    self.hub[hub] -= units;
                }
                count(&mut self.row_partners[row], opens, closes);
                let (was, twin) = (self.pool_open[pool], case.twin[member]);
                self.pool_open[pool] = was + u32::from(opens) - u32::from(closes);
                let is = self.pool_open[pool];
                count(&mut self.column_partners[column], was == 0 && is > 0, was > 0 && is == 0);
                if opens || closes {
                    let party = case.party[member] as usize;
                    self.party_open[party] = self.party_open[party] + u32::from(opens) - u32::from(closes);
                    self.party_pool[party] =
                        if self.party_open[party] == 0 { NONE } else { case.pool_of[member] };
                    if twin != NONE {
                        self.pooled[twin as usize] = opens;
                    }
                }
            }
        }
        self.value += i128::from(case.value(way)) * i128::from(units);
        self.row[row] -= units;
        self.column[column] -= units;
        if case.transport.row_group_capacity[row_group].is_some() {
            self.row_group[row_group] -= units;
        }
        if case.transport.column_group_capacity[column_group].is_some() {
            self.column_group[column_group] -= units;
        }
        for &index in case.shared(way) {
            self.shared[index as usize] -= units;
        }
    }

    fn groups(&self, row: usize, column: usize) -> (usize, usize) {
        let transport = self.case.transport;
        (transport.row_group[row] as usize, transport.column_group[column] as usize)
    }

    /// Adds to a way what fits, if that is as much as it needs; how much that is.
    pub(super) fn take(&mut self, way: Way, at_most: i64) -> i64 {
        let need = if self.units(way) == 0 { self.case.need(way) } else { 1 };
        let units = self.fits(way).min(at_most);
        if units < need {
            return 0;
        }
        self.change(way, units);
        units
    }

    /// Where the journal stands, to go back to.
    pub(super) fn mark(&self) -> usize {
        self.journal.len()
    }

    /// Goes back to a mark.
    pub(super) fn undo(&mut self, mark: usize) {
        while self.journal.len() > mark {
            let (way, units) = self.journal.pop().expect("longer than the mark");
            self.apply(way, -units);
        }
    }

    /// The changes since a mark.
    pub(super) fn since(&self, mark: usize) -> &[(Way, i64)] {
        &self.journal[mark..]
    }

    /// Makes the present state the one to go back to.
    pub(super) fn settle(&mut self) {
        self.journal.clear();
    }

    pub(super) fn is_partly_filled(&self, column: usize) -> bool {
        let left = self.column[column];
        left != 0 && left != self.case.transport.column_capacity[column]
    }

    /// Whether the row of an edge serves its column through a pool.
    pub(super) fn is_pooled(&self, edge: usize) -> bool {
        self.pooled[edge]
    }

    /// What the hub of a pool still passes on.
    pub(super) fn hub_room(&self, pool: usize) -> i64 {
        self.hub[self.case.pools.hub[pool] as usize]
    }
}

/// Counts the partners that are left. Saturation at either end only meets limits that history exceeds already.
fn count(left: &mut u32, opens: bool, closes: bool) {
    if opens {
        *left = left.saturating_sub(1);
    } else if closes {
        *left = left.saturating_add(1);
    }
}
