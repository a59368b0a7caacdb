//! Better multipliers, round by round.
//!
//! **Start.** Give every pair of row and column its best way (edge or member of any pool that can reach its lot),
//! forget lots, partners and hubs, and solve that as a plain transport: its prices are the best multipliers for a
//! relaxation without lots, and its value a bound.
//!
//! **Rounds.** A step along the subgradient in relative measure: a multiplier rises by the share of its capacity
//! that the columns would overuse, falls by the share they would leave. Steps have Polyak's length from the gap to a
//! known value, halved when ten rounds in a row bring nothing. The best multipliers seen are kept. Floating-point
//! numbers steer the steps and decide nothing: every bound is evaluated in integers, and sums run in a fixed order.
//!
//! A round is one evaluation of the bound. B. T. Polyak, *Minimization of unsmooth functionals*, 1969.

use super::super::error::SolveError;
use super::super::limits::Limits;
use super::super::optimum::optimum;
use super::super::transport::{Transport, number};
use super::bound::{PoolPrices, Relaxed, Worth};
use super::case::{Case, Way};
use super::{Pools, check_all};

/// Rounds without a better bound before steps are halved.
const PATIENCE: u32 = 10;

/// Multipliers and the bound they prove: no flow over edges and through these pools is worth more.
///
/// `known` is the value of any feasible flow, 0 if none is known; it sets the length of steps. More `rounds` never
/// give a worse bound; with 0 the bound is that of the transport in which every pair has its best way. It is never
/// below the value of a feasible flow, and valid for the pools given, not for pools left out.
///
/// # Errors
/// [`SolveError::Malformed`] if the inputs do not fit together, and the errors of
/// [`optimum`](crate::solve::optimum()).
pub fn pool_bound(
    transport: &Transport,
    limits: &Limits,
    pools: &Pools,
    known: i128,
    rounds: u32,
) -> Result<(PoolPrices, i128), SolveError> {
    check_all(transport, limits, pools)?;
    let case = Case::of(transport, limits, pools);
    let relaxed = Relaxed::of(&case);
    let start = best_ways(&relaxed)?;
    let (bound, columns) = relaxed.bound(&start);
    let mut best = (start.clone(), bound);
    let (mut now, mut columns, mut bound) = (start, columns, bound);
    let (mut length, mut idle) = (1.0, 0);
    for _ in 0..rounds {
        if best.1 <= known || !step(&case, &mut now, &columns, length, bound - known) {
            break;
        }
        (bound, columns) = relaxed.bound(&now);
        idle += 1;
        if bound < best.1 {
            best = (now.clone(), bound);
            idle = 0;
        }
        if idle == PATIENCE {
            length /= 2.0;
            idle = 0;
            now.clone_from(&best.0);
            (bound, columns) = relaxed.bound(&now);
        }
    }
    Ok(best)
}

/// Prices of the transport in which every pair of row and column has its best way.
fn best_ways(relaxed: &Relaxed) -> Result<PoolPrices, SolveError> {
    let case = relaxed.case;
    let (transport, pools) = (case.transport, case.pools);
    let mut merged =
        Transport { row_start: vec![0], column: Vec::new(), value: Vec::new(), ..transport.clone() };
    let mut capacity = Vec::new();
    let mut ways: Vec<(u32, i64, i64)> = Vec::new();
    for row in 0..transport.rows() {
        ways.clear();
        let edges = transport.edges_of(row).map(Way::Edge);
        let members =
            case.members_of_row(row).filter(|&member| relaxed.reachable[case.pool_of[member] as usize]);
        for way in edges.chain(members.map(Way::Member)) {
            let most = relaxed.most(way);
            if most > 0 {
                ways.push((number(case.column(way)), case.value(way), most));
            }
        }
        ways.sort_unstable();
        // The best value and the most units of any way: a pair that relaxes them all.
        for pair in ways.chunk_by(|a, b| a.0 == b.0) {
            merged.column.push(pair[0].0);
            merged.value.push(pair[pair.len() - 1].1);
            capacity.push(pair.iter().map(|way| way.2).max().unwrap_or(0));
        }
        merged.row_start.push(merged.column.len());
    }
    if transport.edge_capacity.is_some() {
        merged.edge_capacity = Some(capacity);
    }
    let found = optimum(&merged)?;
    Ok(PoolPrices {
        row: found.row_price,
        column: found.column_price,
        row_group: found.row_group_price,
        column_group: found.column_group_price,
        hub: vec![0; pools.hub_capacity.len()],
    })
}

/// Capacities, multipliers and use of one kind.
struct Kind<'a> {
    capacity: Box<dyn Fn(usize) -> Option<i64> + 'a>,
    prices: &'a mut [i64],
    used: Vec<i128>,
}

/// Moves the multipliers; whether any of them can move.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "floats steer the steps, they decide no bound"
)]
fn step(case: &Case, prices: &mut PoolPrices, columns: &[Worth], length: f64, gap: i128) -> bool {
    let (transport, pools) = (case.transport, case.pools);
    let mut rows = vec![0_i128; transport.rows()];
    let mut column = vec![0_i128; transport.columns()];
    let mut row_groups = vec![0_i128; transport.row_group_capacity.len()];
    let mut column_groups = vec![0_i128; transport.column_group_capacity.len()];
    let mut hubs = vec![0_i128; pools.hub_capacity.len()];
    for &(way, units) in columns.iter().flat_map(|worth| &worth.used) {
        let (r, c, units) = (case.row(way), case.column(way), i128::from(units));
        rows[r] += units;
        column[c] += units;
        row_groups[transport.row_group[r] as usize] += units;
        column_groups[transport.column_group[c] as usize] += units;
        if let Way::Member(member) = way {
            hubs[pools.hub[case.pool_of[member] as usize] as usize] += units;
        }
    }
    let mut kinds = [
        Kind {
            capacity: Box::new(|at| Some(transport.row_capacity[at])),
            prices: &mut prices.row,
            used: rows,
        },
        Kind {
            capacity: Box::new(|at| Some(transport.column_capacity[at])),
            prices: &mut prices.column,
            used: column,
        },
        Kind {
            capacity: Box::new(|at| transport.row_group_capacity[at]),
            prices: &mut prices.row_group,
            used: row_groups,
        },
        Kind {
            capacity: Box::new(|at| transport.column_group_capacity[at]),
            prices: &mut prices.column_group,
            used: column_groups,
        },
        Kind { capacity: Box::new(|at| pools.hub_capacity[at]), prices: &mut prices.hub, used: hubs },
    ];
    // The share of the capacity that is overused, and the square of the step in that measure.
    let over = |kind: &Kind, at: usize| -> Option<(f64, f64)> {
        let capacity = (kind.capacity)(at)?;
        let over = kind.used[at] - i128::from(capacity);
        // What is 0 and would fall does not move.
        if capacity == 0 || over == 0 || (over < 0 && kind.prices[at] == 0) {
            return None;
        }
        Some((over as f64 / capacity as f64, over as f64))
    };
    let mut square = 0.0;
    for kind in &kinds {
        for at in 0..kind.used.len() {
            square += over(kind, at).map_or(0.0, |(share, over)| share * over);
        }
    }
    if square <= 0.0 {
        return false;
    }
    let scale = length * gap as f64 / square;
    for kind in &mut kinds {
        for at in 0..kind.used.len() {
            if let Some((share, _)) = over(kind, at) {
                let moved = kind.prices[at].saturating_add((scale * share).round() as i64);
                kind.prices[at] = moved.max(0);
            }
        }
    }
    true
}
