//! What may flow through each node, as the living network sees it.
//!
//! A group whose limit is as large as the capacities of its members together, or larger, cannot bind and has price 0
//! (`component`). With room to spare its price is 0 of itself, so where the limit just suffices the network has one
//! unit more. The totals are kept so that one capacity can change without adding up the others.

use super::super::transport::Transport;

/// A node of a transport by its kind and index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    // The order in which capacities change: groups before their columns.
    ColumnGroup(usize),
    Column(usize),
    RowGroup(usize),
    Row(usize),
    Root,
}

impl Place {
    /// Whether a node has a place in the tree: groups without a limit, and columns that can take nothing, have none.
    pub(super) fn alive(self, transport: &Transport) -> bool {
        match self {
            Place::Row(_) | Place::Root => true,
            Place::RowGroup(group) => transport.row_group_capacity[group].is_some(),
            Place::ColumnGroup(group) => {
                transport.column_group_capacity[group].is_some_and(|limit| limit > 0)
            }
            Place::Column(column) => {
                let group = transport.column_group[column] as usize;
                transport.column_capacity[column] > 0 && transport.column_group_capacity[group] != Some(0)
            }
        }
    }

    /// Whether a node has no place in the tree for a capacity of 0.
    pub(super) fn taken_down(self, transport: &Transport) -> bool {
        let unlimited =
            matches!(self, Place::ColumnGroup(group) if transport.column_group_capacity[group].is_none());
        !unlimited && !self.alive(transport)
    }
}

/// What the members of each group have together.
#[derive(Debug)]
pub(super) struct Totals {
    row_group: Vec<i128>,
    column_group: Vec<i128>,
}

impl Totals {
    pub(super) fn of(transport: &Transport) -> Totals {
        let total = |group: &[u32], capacity: &[i64], groups: usize| {
            let mut total = vec![0; groups];
            for (&group, &capacity) in group.iter().zip(capacity) {
                total[group as usize] += i128::from(capacity);
            }
            total
        };
        let Transport { row_group, row_capacity, row_group_capacity, .. } = transport;
        let Transport { column_group, column_capacity, column_group_capacity, .. } = transport;
        Totals {
            row_group: total(row_group, row_capacity, row_group_capacity.len()),
            column_group: total(column_group, column_capacity, column_group_capacity.len()),
        }
    }

    /// Notes that a row's or column's capacity has grown; returns its group.
    pub(super) fn add(&mut self, transport: &Transport, member: Place, units: i128) -> Option<Place> {
        match member {
            Place::Row(row) => {
                let group = transport.row_group[row] as usize;
                self.row_group[group] += units;
                Some(Place::RowGroup(group))
            }
            Place::Column(column) => {
                let group = transport.column_group[column] as usize;
                self.column_group[group] += units;
                Some(Place::ColumnGroup(group))
            }
            _ => None,
        }
    }

    /// What the columns of a group have together.
    pub(super) fn of_column_group(&self, group: usize) -> i128 {
        self.column_group[group]
    }

    /// What may flow through a node; 0 for a group without a limit.
    pub(super) fn capacity(&self, transport: &Transport, place: Place) -> i64 {
        let limit = |limit: Option<i64>, total: i128| {
            let limit = limit.unwrap_or(0);
            limit.saturating_add((i128::from(limit) == total).into())
        };
        match place {
            Place::Row(row) => transport.row_capacity[row],
            Place::Column(column) => transport.column_capacity[column],
            Place::RowGroup(group) => limit(transport.row_group_capacity[group], self.row_group[group]),
            Place::ColumnGroup(group) => {
                limit(transport.column_group_capacity[group], self.column_group[group])
            }
            Place::Root => 0,
        }
    }
}
