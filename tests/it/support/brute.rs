//! Everything there is, one by one.

use super::check::rows;
use lienket::solve::{FlowArc, FlowNetwork, Transport};

/// Calls `visit` with every flow that keeps the capacities of rows, columns and edges (groups are left to
/// `visit`).
pub(crate) fn flows(transport: &Transport, visit: &mut dyn FnMut(&[i64])) {
    let rows = rows(transport);
    let mut flow = vec![0; transport.column.len()];
    let mut row_left = transport.row_capacity.clone();
    let mut column_left = transport.column_capacity.clone();
    descend(transport, &rows, 0, &mut flow, &mut row_left, &mut column_left, visit);
}

fn descend(
    transport: &Transport,
    rows: &[usize],
    edge: usize,
    flow: &mut [i64],
    row_left: &mut [i64],
    column_left: &mut [i64],
    visit: &mut dyn FnMut(&[i64]),
) {
    if edge == flow.len() {
        visit(flow);
        return;
    }
    let (row, column) = (rows[edge], transport.column[edge] as usize);
    let capacity = transport.edge_capacity.as_ref().map_or(i64::MAX, |capacity| capacity[edge]);
    for units in 0..=row_left[row].min(column_left[column]).min(capacity) {
        flow[edge] = units;
        row_left[row] -= units;
        column_left[column] -= units;
        descend(transport, rows, edge + 1, flow, row_left, column_left, visit);
        row_left[row] += units;
        column_left[column] += units;
    }
    flow[edge] = 0;
}

/// The best total of a full assignment of rows to columns, over all permutations.
pub(crate) fn assignment(value: &[Vec<i64>]) -> i64 {
    fn best(value: &[Vec<i64>], row: usize, used: u32) -> i64 {
        let free = (0..value.len()).filter(|column| used >> column & 1 == 0);
        free.map(|column| {
            value[row][column]
                + if row + 1 == value.len() { 0 } else { best(value, row + 1, used | 1 << column) }
        })
        .max()
        .unwrap_or(0)
    }
    if value.is_empty() { 0 } else { best(value, 0, 0) }
}

/// The least cost of a feasible flow on a network whose arcs all have capacities, or `None`.
pub(crate) fn cheapest(network: &FlowNetwork) -> Option<i128> {
    fn descend(network: &FlowNetwork, arc: usize, left: &mut [i64], cost: i128, best: &mut Option<i128>) {
        let Some(&FlowArc { from, to, lower, capacity, cost: unit }) = network.arcs.get(arc) else {
            if left.iter().all(|&left| left == 0) {
                *best = Some(best.map_or(cost, |best| best.min(cost)));
            }
            return;
        };
        for units in lower..=capacity.expect("all arcs have capacities") {
            left[from as usize] -= units;
            left[to as usize] += units;
            descend(network, arc + 1, left, cost + i128::from(unit) * i128::from(units), best);
            left[from as usize] += units;
            left[to as usize] -= units;
        }
    }
    let mut best = None;
    descend(network, 0, &mut network.supply.clone(), 0, &mut best);
    best
}
