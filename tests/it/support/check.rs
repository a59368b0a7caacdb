//! Independent checks of flows and prices, from the definitions, in `i128`.

use lienket::solve::{Limits, Optimum, Transport};

/// The row of every edge.
pub(crate) fn rows(transport: &Transport) -> Vec<usize> {
    let mut rows = Vec::new();
    for row in 0..transport.row_capacity.len() {
        rows.extend(std::iter::repeat_n(row, transport.row_start[row + 1] - transport.row_start[row]));
    }
    rows
}

pub(crate) fn worth(transport: &Transport, flow: &[i64]) -> i128 {
    flow.iter().zip(&transport.value).map(|(&x, &v)| i128::from(x) * i128::from(v)).sum()
}

/// Units through every row, column, row group, column group.
fn totals(transport: &Transport, flow: &[i64]) -> [Vec<i128>; 4] {
    let mut row = vec![0; transport.row_capacity.len()];
    let mut column = vec![0; transport.column_capacity.len()];
    let mut row_group = vec![0; transport.row_group_capacity.len()];
    let mut column_group = vec![0; transport.column_group_capacity.len()];
    for (edge, r) in rows(transport).into_iter().enumerate() {
        let c = transport.column[edge] as usize;
        let units = i128::from(flow[edge]);
        row[r] += units;
        column[c] += units;
        row_group[transport.row_group[r] as usize] += units;
        column_group[transport.column_group[c] as usize] += units;
    }
    [row, column, row_group, column_group]
}

/// Capacities and the capacity that is `None` made `i128`.
fn capacities(transport: &Transport) -> [Vec<Option<i128>>; 4] {
    let fixed = |capacity: &[i64]| capacity.iter().map(|&units| Some(i128::from(units))).collect();
    let open = |capacity: &[Option<i64>]| capacity.iter().map(|units| units.map(i128::from)).collect();
    [
        fixed(&transport.row_capacity),
        fixed(&transport.column_capacity),
        open(&transport.row_group_capacity),
        open(&transport.column_group_capacity),
    ]
}

/// Whether a flow keeps all capacities of the transport.
pub(crate) fn feasible(transport: &Transport, flow: &[i64]) -> Result<(), String> {
    if flow.len() != transport.column.len() {
        return Err("length".into());
    }
    for (edge, &units) in flow.iter().enumerate() {
        let capacity = transport.edge_capacity.as_ref().map_or(i64::MAX, |capacity| capacity[edge]);
        if units < 0 || units > capacity {
            return Err(format!("edge {edge} carries {units} of {capacity}"));
        }
    }
    for (kind, (total, capacity)) in totals(transport, flow).iter().zip(capacities(transport)).enumerate() {
        for (index, (&total, capacity)) in total.iter().zip(capacity).enumerate() {
            if capacity.is_some_and(|capacity| total > capacity) {
                return Err(format!("node {index} of kind {kind} carries {total}"));
            }
        }
    }
    Ok(())
}

/// Whether a flow keeps all limits.
pub(crate) fn within(transport: &Transport, flow: &[i64], limits: &Limits) -> Result<(), String> {
    feasible(transport, flow)?;
    let row_of = rows(transport);
    for (edge, &units) in flow.iter().enumerate() {
        if units > 0 && units + limits.base[edge] < limits.lot[edge] {
            return Err(format!("edge {edge} is below its lot"));
        }
    }
    let partners = |limit: Option<u32>, at: &dyn Fn(usize) -> bool| {
        let mine: Vec<usize> = (0..flow.len()).filter(|&edge| at(edge)).collect();
        let open = mine.iter().filter(|&&edge| flow[edge] + limits.base[edge] > 0).count();
        let opened = mine.iter().any(|&edge| flow[edge] > 0 && limits.base[edge] == 0);
        !opened || limit.is_none_or(|limit| open <= limit as usize)
    };
    for (row, &limit) in limits.row_partners.iter().enumerate() {
        if !partners(limit, &|edge| row_of[edge] == row) {
            return Err(format!("row {row} has too many partners"));
        }
    }
    for (column, &limit) in limits.column_partners.iter().enumerate() {
        if !partners(limit, &|edge| transport.column[edge] as usize == column) {
            return Err(format!("column {column} has too many partners"));
        }
    }
    let [_, column, _, _] = totals(transport, flow);
    for (index, &total) in column.iter().enumerate() {
        if limits.column_whole[index] && total != 0 && total != i128::from(transport.column_capacity[index]) {
            return Err(format!("column {index} is partly filled"));
        }
    }
    for (index, shared) in limits.shared.iter().enumerate() {
        let total: i128 = shared.edges.iter().map(|&edge| i128::from(flow[edge])).sum();
        if total > i128::from(shared.capacity) {
            return Err(format!("shared capacity {index} is exceeded"));
        }
    }
    Ok(())
}

/// Whether the prices prove that the flow is optimal.
pub(crate) fn proves(transport: &Transport, optimum: &Optimum) -> Result<(), String> {
    let in_order = optimum.flow.windows(2).all(|pair| pair[0].0 < pair[1].0);
    if !in_order || optimum.flow.iter().any(|&(_, units)| units <= 0) {
        return Err("the flow is not listed by edge".to_owned());
    }
    let flow = optimum.dense(transport);
    feasible(transport, &flow)?;
    let prices =
        [&optimum.row_price, &optimum.column_price, &optimum.row_group_price, &optimum.column_group_price];
    let mut dual = 0_i128;
    let used = totals(transport, &flow);
    for (kind, ((prices, capacity), used)) in prices.iter().zip(capacities(transport)).zip(&used).enumerate()
    {
        if prices.len() != capacity.len() {
            return Err(format!("prices of kind {kind} have the wrong length"));
        }
        for (index, ((&price, capacity), &used)) in prices.iter().zip(capacity).zip(used).enumerate() {
            if price < 0 || (price > 0 && capacity != Some(used)) {
                return Err(format!(
                    "price {price} of node {index} of kind {kind}: {used} used of {capacity:?}"
                ));
            }
            dual += capacity.unwrap_or(0) * i128::from(price);
        }
    }
    for (edge, row) in rows(transport).into_iter().enumerate() {
        let column = transport.column[edge] as usize;
        let paid = i128::from(optimum.row_price[row])
            + i128::from(optimum.column_price[column])
            + i128::from(optimum.row_group_price[transport.row_group[row] as usize])
            + i128::from(optimum.column_group_price[transport.column_group[column] as usize]);
        let rent = i128::from(transport.value[edge]) - paid;
        let flow = flow[edge];
        let capacity = transport.edge_capacity.as_ref().map(|capacity| capacity[edge]);
        if (rent > 0 && capacity != Some(flow)) || (rent < 0 && flow > 0) {
            return Err(format!("edge {edge} carries {flow} at a rent of {rent}"));
        }
        dual += rent.max(0) * i128::from(capacity.unwrap_or(0));
    }
    let primal = worth(transport, &flow);
    if primal == dual { Ok(()) } else { Err(format!("value {primal}, prices {dual}")) }
}
