//! The network of a ground without its limits, or with settled ones, as a circulation.
//!
//! **Method.** Everything comes from node 0 and returns to it: over row groups, rows, items, columns and column groups.
//! An item has bounds, a column that must be filled its capacity as its lower bound; lots, partners and
//! shared capacities are not in it.

use super::super::flow::{FlowArc, FlowNetwork, FlowStatus, min_cost_flow};
use super::super::transport::number;
use super::ground::{Ground, NONE};

/// The best circulation: units of the items in their order, what they are worth, and a price of every resource
/// that proves it (0 for shared capacities, columns have theirs in the network alone).
#[derive(Debug)]
pub(super) struct Circulation {
    pub(super) units: Vec<i64>,
    pub(super) value: i128,
    pub(super) price: Vec<i64>,
}

/// The best circulation over items with their (least, most); columns in `full` are filled. `None` if there is none,
/// or numbers are too large for it.
pub(super) fn circulation(
    ground: &Ground,
    items: &[(usize, i64, i64)],
    full: impl Fn(usize) -> bool,
) -> Option<Circulation> {
    let first_column = 1 + number(ground.room.len());
    let nodes = first_column as usize + ground.columns.len();
    let mut network = FlowNetwork { supply: vec![0; nodes], arcs: Vec::new() };
    let arc = |from, to, lower, capacity, cost| FlowArc { from, to, lower, capacity: Some(capacity), cost };
    let mut row_used = vec![false; ground.rows()];
    let mut column_used = vec![false; ground.columns.len()];
    for &(item, least, most) in items {
        let (row, column) = (ground.items[item].row, ground.column_of[item]);
        (row_used[row as usize], column_used[column as usize]) = (true, true);
        network.arcs.push(arc(1 + row, first_column + column, least, most, -ground.items[item].value));
    }
    let mut row_group = vec![false; ground.room.len()];
    let mut column_group = row_group.clone();
    for row in (0..ground.rows()).filter(|&row| row_used[row]) {
        let group = ground.row_group[row];
        let from = if group == NONE { 0 } else { 1 + group };
        if group != NONE {
            row_group[group as usize] = true;
        }
        network.arcs.push(arc(from, 1 + number(row), 0, ground.room[row], 0));
    }
    for (at, column) in ground.columns.iter().enumerate() {
        if !column_used[at] {
            if full(at) && column.capacity > 0 {
                return None;
            }
            continue;
        }
        let to = if column.group == NONE { 0 } else { 1 + column.group };
        if column.group != NONE {
            column_group[column.group as usize] = true;
        }
        let lower = if full(at) { column.capacity } else { 0 };
        network.arcs.push(arc(first_column + number(at), to, lower, column.capacity, 0));
    }
    for (group, &room) in ground.room.iter().enumerate() {
        if row_group[group] {
            network.arcs.push(arc(0, 1 + number(group), 0, room, 0));
        } else if column_group[group] {
            network.arcs.push(arc(1 + number(group), 0, 0, room, 0));
        }
    }
    let FlowStatus::Optimal { mut flow, potential, cost } = min_cost_flow(&network).ok()?.status else {
        return None;
    };
    flow.truncate(items.len());
    let of = |node: u32| potential[node as usize] - potential[0];
    let price = |at: usize| {
        let node = 1 + number(at);
        let price = if at < ground.rows() && row_used[at] {
            let group = ground.row_group[at];
            of(node) - if group == NONE { 0 } else { of(1 + group) }
        } else if at >= ground.rows() && row_group[at] {
            of(node)
        } else if at >= ground.rows() && column_group[at] {
            -of(node)
        } else {
            0
        };
        price.max(0)
    };
    Some(Circulation { units: flow, value: -cost, price: (0..ground.room.len()).map(price).collect() })
}
