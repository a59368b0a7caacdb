//! Flows within limits that are no network.
//!
//! (header to come)

mod block;
mod bound;
mod branch;
mod circulation;
mod cluster;
mod construct;
mod ground;
mod knapsack;
mod pipeline;
mod polish;
mod proof;
mod random;
mod search;
mod state;
mod trace;
mod watch;

use rayon::prelude::*;

use super::error::SolveError;
use super::greedy::fill;
use super::limits::{Limits, Violation, found};
use super::optimum::Optimum;
use super::transport::{Transport, number};
use cluster::{Cluster, clusters};
pub use ground::Resource;
use ground::{Ground, NONE};
use pipeline::{Network, Outcome, Plan, work_out};
use watch::Meter;
pub use proof::{Branch, Choice, Proof};
pub use trace::Trace;
pub use watch::{Effort, Watch};

/// Columns of a cluster up to which branch and bound is worth it, and the nodes of all of them by default.
const BRANCHED: usize = 16;
const NODES: u64 = 3000;

/// Prices of a unit of everything that is limited, none negative.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Multipliers {
    /// By row.
    pub rows: Vec<i64>,
    /// By row group; 0 where it cannot bind.
    pub row_groups: Vec<i64>,
    /// By column group; 0 where it cannot bind.
    pub column_groups: Vec<i64>,
    /// By shared capacity.
    pub shared: Vec<i64>,
}

/// A flow within limits, and how good it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limited {
    /// The edges with flow and the units on each, by edge.
    pub flow: Vec<(usize, i64)>,
    /// `Σ value · flow`.
    pub value: i128,
    /// No flow within the limits is worth more.
    pub bound: i128,
    /// The bound that `multipliers` alone prove; what `proofs` are better by is the rest.
    pub bound_by_multipliers: i128,
    /// Prices that prove a bound on everything.
    pub multipliers: Multipliers,
    /// Better bounds on some clusters, in the order of their lowest rows.
    pub proofs: Vec<Proof>,
    /// Where value and the multipliers' bound part.
    pub trace: Trace,
}

/// The best flow found within limits, and a proven bound.
///
/// # Errors
/// As [`optimum`](crate::solve::optimum()), and [`SolveError::Malformed`] if `start` is no flow of the network.
pub fn within_limits(
    transport: &Transport,
    limits: &Limits,
    start: &Optimum,
    effort: Effort,
    watch: Watch,
) -> Result<Limited, SolveError> {
    transport.check()?;
    limits.check(transport)?;
    if let Some(&(at, _)) = start.flow.iter().find(|(edge, _)| *edge >= transport.edges()) {
        return Err(SolveError::Malformed { what: "the start has flow on an edge that does not exist", at });
    }
    let network = start.dense(transport);
    let broken = found(transport, &network, limits);
    if let Some(at) = broken.iter().position(|&violation| is_of_the_network(violation)) {
        return Err(SolveError::Malformed { what: "the start breaks a capacity of the transport", at });
    }
    let mut multipliers = Multipliers {
        rows: start.row_price.clone(),
        row_groups: start.row_group_price.clone(),
        column_groups: start.column_group_price.clone(),
        shared: vec![0; limits.shared.len()],
    };
    let worth = |flow: &[i64], rows: &[u32]| -> i128 {
        let edges = rows.iter().flat_map(|&row| transport.edges_of(row as usize));
        edges.map(|edge| i128::from(flow[edge]) * i128::from(transport.value[edge])).sum()
    };
    if broken.is_empty() {
        let rows: Vec<u32> = (0..number(transport.rows())).collect();
        let value = worth(&network, &rows);
        return Ok(Limited {
            flow: start.flow.clone(),
            value,
            bound: value,
            bound_by_multipliers: value,
            multipliers,
            proofs: Vec::new(),
            trace: Trace::default(),
        });
    }

    let (clusters, _, mut places) = clusters(transport, limits, &broken);
    let columns: u64 = clusters.iter().filter(|c| c.broken).map(|c| c.columns.len() as u64).sum();
    let moves = effort.of(75_000 * cube_root(columns));
    let nodes = effort.of(NODES);
    let mut tasks = Vec::new();
    for cluster in clusters.iter().filter(|cluster| cluster.broken) {
        let ground = Ground::of(transport, limits, &cluster.rows, &cluster.columns, &mut places);
        let passes = match ground.items.len() {
            0..20_000 => 200,
            20_000..100_000 => 100,
            100_000..1_000_000 => 60,
            _ => 24,
        };
        let passes = u32::try_from(effort.of(passes)).unwrap_or(u32::MAX).clamp(passes as u32 / 4, passes as u32 * 4);
        let own = ground.columns.len() as u64;
        let few = ground.columns.len() <= BRANCHED;
        let plan = Plan {
            passes,
            moves: (moves * own / columns.max(1)).clamp(20 * own, effort.of(4000 * own)),
            nodes: if few { (nodes * own / columns.max(1)).max(16) } else { 0 },
        };
        tasks.push((cluster, ground, plan));
    }
    let work = |(_, ground, plan): &(_, Ground, Plan)| {
        plan.moves + plan.nodes + u64::from(plan.passes) * pipeline::slice(ground)
    };
    let total = tasks.iter().map(work).sum();
    let meter = Meter::new(watch, total);
    let mut order: Vec<usize> = (0..tasks.len()).collect();
    order.sort_by_key(|&at| std::cmp::Reverse(tasks[at].1.items.len()));
    let work = |at: usize| {
        let (cluster, ground, plan) = &tasks[at];
        (at, solve_cluster(transport, start, &network, (cluster, ground, *plan), &meter))
    };
    let (plain, mut outcomes) = rayon::join(
        || fill(transport, limits, &transport.value, &vec![0; transport.edges()]),
        || order.into_par_iter().with_max_len(1).map(work).collect::<Vec<_>>(),
    );

    let mut flow = network;
    for cluster in clusters.iter().filter(|cluster| cluster.broken) {
        for &row in &cluster.rows {
            flow[transport.edges_of(row as usize)].fill(0);
        }
    }
    let mut bound: i128 =
        clusters.iter().filter(|cluster| !cluster.broken).map(|cluster| worth(&flow, &cluster.rows)).sum();
    outcomes.sort_unstable_by_key(|&(at, _)| at);
    let mut bound_by_multipliers = bound;
    let (mut proofs, mut trace) = (Vec::new(), Trace::default());
    for (at, outcome) in outcomes {
        let (cluster, ground, _) = &tasks[at];
        for (&edge, &units) in ground.edge.iter().zip(&outcome.flow) {
            flow[edge as usize] = units;
        }
        if worth(&plain, &cluster.rows) > worth(&flow, &cluster.rows) {
            for &row in &cluster.rows {
                let edges = transport.edges_of(row as usize);
                flow[edges.clone()].copy_from_slice(&plain[edges]);
            }
        }
        bound_by_multipliers += outcome.bound.bound;
        trace.add(ground, &outcome.bound, |item| flow[ground.edge[item] as usize]);
        let better = outcome.tree.filter(|tree| tree.bound < outcome.bound.bound);
        bound += better.as_ref().map_or(outcome.bound.bound, |tree| tree.bound);
        proofs.extend(better.map(|tree| Proof {
            columns: ground.columns.iter().map(|column| column.origin).collect(),
            resources: ground.resource.clone(),
            branches: tree.branches,
            prices: tree.prices,
            bound: tree.bound,
        }));
        for (&resource, &price) in ground.resource.iter().zip(&outcome.bound.price) {
            match resource {
                Resource::Row(row) => multipliers.rows[row as usize] = price,
                Resource::RowGroup(group) => multipliers.row_groups[group as usize] = price,
                Resource::ColumnGroup(group) => multipliers.column_groups[group as usize] = price,
                Resource::Shared(shared) => multipliers.shared[shared as usize] = price,
            }
        }
    }
    match found(transport, &flow, limits).len() {
        0 => {}
        count => return Err(SolveError::Broken { count }),
    }
    let rows: Vec<u32> = (0..number(transport.rows())).collect();
    let value = worth(&flow, &rows);
    let flow = flow.into_iter().enumerate().filter(|(_, units)| *units > 0).collect();
    Ok(Limited { flow, value, bound, bound_by_multipliers, multipliers, proofs, trace })
}

fn solve_cluster(
    transport: &Transport,
    start: &Optimum,
    network: &[i64],
    (cluster, ground, plan): (&Cluster, &Ground, Plan),
    meter: &Meter,
) -> Outcome {
    let price = |resource: &Resource| match *resource {
        Resource::Row(row) => start.row_price[row as usize],
        Resource::RowGroup(group) => start.row_group_price[group as usize],
        Resource::ColumnGroup(group) => start.column_group_price[group as usize],
        Resource::Shared(_) => 0,
    };
    let known = Network {
        flow: ground.edge.iter().map(|&edge| network[edge as usize]).collect(),
        price: ground.resource.iter().map(price).collect(),
        column_price: ground.columns.iter().map(|c| start.column_price[c.origin as usize]).collect(),
        part: parts(transport, cluster, ground),
    };
    let seed = cluster.rows.iter().fold(0, |seed, &row| seed ^ transport.row_key[row as usize]);
    if fits_in_64_bits(ground) {
        work_out::<i64>(ground, &known, plan, seed, meter)
    } else {
        work_out::<i128>(ground, &known, plan, seed, meter)
    }
}

/// Whether sums of profits over the items of a column stay far from the end of 64 bits.
fn fits_in_64_bits(ground: &Ground) -> bool {
    let highest = ground.items.iter().map(|item| item.value).max().unwrap_or(0);
    let shared = (0..ground.items.len()).map(|item| ground.shared.at(item).len()).max().unwrap_or(0);
    let profit = i128::from(highest) * (4 + shared as i128);
    (0..ground.columns.len()).all(|column| {
        let units: i128 = ground.items[ground.items_of(column)].iter().map(|item| i128::from(item.most)).sum();
        let units = units + i128::from(ground.columns[column].capacity);
        units.checked_mul(profit).is_some_and(|sum| sum < i128::from(i64::MAX / 8))
    })
}

/// The part that most items of each column come from, [`NONE`] where nothing is known.
fn parts(transport: &Transport, cluster: &Cluster, ground: &Ground) -> Vec<u32> {
    if transport.row_part.is_empty() {
        return vec![NONE; ground.columns.len()];
    }
    let part = |item: usize| transport.row_part[cluster.rows[ground.items[item].row as usize] as usize];
    let most = |column: usize| {
        let mut parts: Vec<u32> = ground.items_of(column).map(part).collect();
        parts.sort_unstable();
        let runs = parts.chunk_by(|a, b| a == b).map(|run| (run.len(), std::cmp::Reverse(run[0])));
        runs.max().map_or(NONE, |(_, std::cmp::Reverse(part))| part)
    };
    (0..ground.columns.len()).into_par_iter().with_min_len(256).map(most).collect()
}

/// The largest number whose cube is not larger, at least 1.
fn cube_root(number: u64) -> u64 {
    let mut root = 1_u64;
    while (root + 1).pow(3) <= number {
        root += 1;
    }
    root
}

/// Whether a flow of the network could never break this.
fn is_of_the_network(violation: Violation) -> bool {
    matches!(
        violation,
        Violation::Edge(_)
            | Violation::Row(_)
            | Violation::Column(_)
            | Violation::RowGroup(_)
            | Violation::ColumnGroup(_)
    )
}
