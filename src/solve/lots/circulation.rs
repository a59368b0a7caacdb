//! The network of a ground without its limits, or with settled ones, as a circulation.
//!
//! **Method.** Everything comes from node 0 and returns to it: over row groups, rows, items, columns and column groups.
//! An item has bounds, a column that must be filled its capacity as its lower bound; lots, partners and
//! shared capacities are not in it.

use super::super::flow::{FlowArc, FlowNetwork, FlowStatus, Infeasible, min_cost_flow};
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

/// Why there is no circulation: these resources leave too little for the columns that must be filled. Empty if
/// numbers are too large to tell, or a column has no items at all.
#[derive(Debug)]
pub(super) struct TooLittle(pub(super) Vec<usize>);

/// The best circulation over items with their (least, most); columns in `full` are filled.
pub(super) fn circulation(
    ground: &Ground,
    items: &[(usize, i64, i64)],
    full: impl Fn(usize) -> bool,
) -> Result<Circulation, TooLittle> {
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
                return Err(TooLittle(Vec::new()));
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
    // The node that a resource's arc leaves and the one it enters.
    let ends = |at: usize| -> (u32, u32) {
        let node = 1 + number(at);
        if at < ground.rows() {
            let group = ground.row_group[at];
            (if group == NONE { 0 } else { 1 + group }, node)
        } else if row_group[at] {
            (0, node)
        } else {
            (node, 0)
        }
    };
    let (mut flow, potential, cost) = match min_cost_flow(&network).map(|found| found.status) {
        Ok(FlowStatus::Optimal { flow, potential, cost }) => (flow, potential, cost),
        Ok(FlowStatus::Infeasible(Infeasible::Cut { nodes, .. })) => {
            let within = |node: u32| nodes.binary_search(&node).is_ok();
            let crosses = |&at: &usize| within(ends(at).0) && !within(ends(at).1);
            return Err(TooLittle((0..ground.room.len()).filter(crosses).collect()));
        }
        _ => return Err(TooLittle(Vec::new())),
    };
    flow.truncate(items.len());
    let used = |at: usize| if at < ground.rows() { row_used[at] } else { row_group[at] || column_group[at] };
    let price = |at: usize| {
        let (from, to) = ends(at);
        if used(at) { (potential[to as usize] - potential[from as usize]).max(0) } else { 0 }
    };
    Ok(Circulation { units: flow, value: -cost, price: (0..ground.room.len()).map(price).collect() })
}
