//! Flows within limits that are no network: the best found, and a proof of how good it is.
//!
//! **Problem.** Minimum lots, few partners, columns that take all or nothing and shared capacities (`limits`)
//! make the optimum NP-hard. What is wanted is a flow that keeps them all, at once and better the more work is
//! spent, and an upper bound that somebody else can check.
//!
//! **Notation.** Rows, groups and shared capacities are *resources* with room and a price `λ`; an *item* is an edge as
//! its column sees it, `x in {0} ∪ [least, most]`; `most` is the least of all capacities the edge is under, and
//! `least = max(1, lot − base)`.
//!
//! **Method.** Only what the optimum of the network breaks is worked on, cluster by cluster:
//!
//! ```text
//! bound       prices on resources, exact knapsacks for columns               a bound, and a fractional solution
//! construct   column after column at those prices                             a flow
//! search      ruin and recreate under annealing, in parallel on blocks         better flows
//! polish      the network on the edges that are open                          the best for what is open
//! branch      few columns: decide edges and whole columns one by one        mostly the optimum, with its proof
//! ```
//!
//! # How the files fit
//! ```text
//! mod         the question, the answer, all clusters     pipeline   one cluster from start to end
//! cluster     what hangs together under limits           ground     a cluster in local numbers, presolved
//! knapsack    one column at prices, exact                 relaxed    the bounds of its search
//! bound       prices that prove a bound                  construct  columns served one after the other
//! state       a flow, what it leaves, the way back       search     better flows
//! block       some columns, to be worked on alone        polish     the best flow on open edges
//! circulation a ground as a network
//! branch      branch and bound                           decide     decisions and what follows from them
//! proof       what proves the tree's bound               trace      where the gap is at home
//! watch       effort, progress, an early end             random     numbers for the search
//! ```
//!
//! **Invariant.** The flow is checked against every limit from scratch; [`SolveError::Broken`] would be a bug. Bounds
//! are sums of integers; floating point steers and decides nothing. Work is counted, never timed, and tasks are
//! fixed by the data: the same for any number of threads, and for any order of rows, columns and groups
//! wherever plain greedy does not win (which breaks ties of value by place).
//!
//! **What it cannot do.** Limits on a row's partners are kept by the search and by branching, but no price stands
//! for them: where they bind on large clusters the bound is weak. So it is where a shared capacity is met by
//! lots alone. On clusters of more than a few columns a gap stays, mostly below one in a hundred.

mod block;
mod bound;
mod branch;
mod circulation;
mod cluster;
mod construct;
mod decide;
mod ground;
mod knapsack;
mod pipeline;
mod polish;
mod proof;
mod random;
mod relaxed;
mod search;
mod state;
mod trace;
mod watch;

use std::cmp::Reverse;

use rayon::prelude::*;

use super::error::SolveError;
use super::greedy::fill;
use super::limits::{Limits, Violation, found};
use super::optimum::Optimum;
use super::transport::{Transport, number};
use cluster::{Cluster, clusters};
pub use ground::Resource;
use ground::{Ground, NONE, Places};
use pipeline::{Network, Outcome, Plan, work_out};
pub use proof::{Branch, Choice, Proof};
pub use trace::Trace;
use watch::Meter;
pub use watch::{Effort, Watch};

/// Columns of a cluster up to which branch and bound is worth it, and the nodes of all of them by default.
const BRANCHED: usize = 16;
const NODES: u64 = 2000;
/// Moves of the search by default: so many times the cube root of the number of columns.
const MOVES: u64 = 90_000;

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

/// The best flow found within limits, and a bound that no flow within them exceeds.
///
/// `start` is the [`optimum`](crate::solve::optimum()) of the same transport. Where it breaks nothing it is the
/// answer. The flow is never worth less than [`greedy`](crate::solve::greedy()) by value, and leaves no room that an
/// edge into a column that is not whole could use. With more `effort` it is mostly better, but need not be.
///
/// Cancelled by `watch`, it returns the best so far with the bound so far.
///
/// # Errors
/// [`SolveError::Malformed`] if the inputs do not fit together or `start` breaks a capacity of the transport;
/// [`SolveError::Overflow`] as in [`optimum`](crate::solve::optimum()).
///
/// # Examples
/// Two offers of 6 meet a demand for 8 in lots of 5: only one of them can serve it.
/// ```
/// use lienket::solve::{Effort, Limits, Transport, optimum, within_limits};
/// use std::ops::ControlFlow;
///
/// let market = Transport {
///     row_capacity: vec![6, 6],
///     column_capacity: vec![8],
///     row_group: vec![0, 0],
///     column_group: vec![0],
///     row_group_capacity: vec![None],
///     column_group_capacity: vec![None],
///     row_start: vec![0, 1, 2],
///     column: vec![0, 0],
///     value: vec![3, 7],
///     row_key: vec![11, 12],
///     column_key: vec![21],
///     ..Transport::default()
/// };
/// let limits = Limits { lot: vec![5, 5], ..Limits::default() };
/// let start = optimum(&market)?;
/// let found = within_limits(&market, &limits, &start, Effort::default(), &|_, _| ControlFlow::Continue(()))?;
/// assert_eq!(found.flow, [(1, 6)]);
/// assert_eq!((found.value, found.bound), (42, 42)); // the network alone would have promised 48
/// # Ok::<(), lienket::solve::SolveError>(())
/// ```
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
    let known = Known { transport, limits, start, network };
    if broken.is_empty() {
        return Ok(known.as_it_is());
    }
    let (clusters, mut places) = clusters(transport, limits, &broken);
    let tasks = tasks(&known, clusters.iter().filter(|cluster| cluster.broken), &mut places, effort);
    let meter = Meter::new(watch, tasks.iter().map(Task::work).sum());
    let mut order: Vec<usize> = (0..tasks.len()).collect();
    order.sort_by_key(|&at| Reverse(tasks[at].ground.items.len())); // stable
    let work = |at: usize| (at, known.solve(&tasks[at], &meter));
    let (plain, mut outcomes) = rayon::join(
        || fill(transport, limits, &transport.value, &vec![0; transport.edges()]),
        || order.into_par_iter().with_max_len(1).map(work).collect::<Vec<_>>(),
    );
    outcomes.sort_unstable_by_key(|&(at, _)| at);

    let mut all = known.as_it_is();
    let mut flow = known.network;
    for (task, (_, outcome)) in tasks.iter().zip(outcomes) {
        let rows = &task.cluster.rows;
        all.bound_by_multipliers -= worth(transport, &flow, rows);
        all.bound -= worth(transport, &flow, rows);
        // What cannot bind here has no price, whatever it had in the network.
        for &row in rows {
            flow[transport.edges_of(row as usize)].fill(0);
            all.multipliers.rows[row as usize] = 0;
            all.multipliers.row_groups[transport.row_group[row as usize] as usize] = 0;
        }
        for &column in &task.cluster.columns {
            all.multipliers.column_groups[transport.column_group[column as usize] as usize] = 0;
        }
        for (&edge, &units) in task.ground.edge.iter().zip(&outcome.flow) {
            flow[edge as usize] = units;
        }
        if worth(transport, &plain, rows) > worth(transport, &flow, rows) {
            for &row in rows {
                let edges = transport.edges_of(row as usize);
                flow[edges.clone()].copy_from_slice(&plain[edges]);
            }
        }
        all.add(&task.ground, outcome, &flow);
    }
    match found(transport, &flow, limits).len() {
        0 => {}
        count => return Err(SolveError::Broken { count }),
    }
    let rows: Vec<u32> = (0..number(transport.rows())).collect();
    all.value = worth(transport, &flow, &rows);
    all.flow = flow.into_iter().enumerate().filter(|(_, units)| *units > 0).collect();
    Ok(all)
}

/// What a flow is worth on the edges of some rows.
fn worth(transport: &Transport, flow: &[i64], rows: &[u32]) -> i128 {
    let edges = rows.iter().flat_map(|&row| transport.edges_of(row as usize));
    edges.map(|edge| i128::from(flow[edge]) * i128::from(transport.value[edge])).sum()
}

impl Limited {
    /// Takes up what has been found for a cluster; `flow` is on all edges.
    fn add(&mut self, ground: &Ground, outcome: Outcome, flow: &[i64]) {
        let Outcome { bound, tree, .. } = outcome;
        self.bound_by_multipliers += bound.bound;
        self.trace.add(ground, &bound, |item| flow[ground.edge[item] as usize]);
        let better = tree.filter(|tree| tree.bound < bound.bound);
        self.bound += better.as_ref().map_or(bound.bound, |tree| tree.bound);
        self.proofs.extend(better.map(|tree| Proof {
            columns: ground.columns.iter().map(|column| column.origin).collect(),
            resources: ground.resource.clone(),
            branches: tree.branches,
            prices: tree.prices,
            bound: tree.bound,
        }));
        let multipliers = &mut self.multipliers;
        for (&resource, &price) in ground.resource.iter().zip(&bound.price) {
            match resource {
                Resource::Row(row) => multipliers.rows[row as usize] = price,
                Resource::RowGroup(group) => multipliers.row_groups[group as usize] = price,
                Resource::ColumnGroup(group) => multipliers.column_groups[group as usize] = price,
                Resource::Shared(shared) => multipliers.shared[shared as usize] = price,
            }
        }
    }
}

/// A cluster to work on.
struct Task<'a> {
    cluster: &'a Cluster,
    ground: Ground,
    plan: Plan,
}

impl Task<'_> {
    fn work(&self) -> u64 {
        let searches = if self.ground.items.len() < pipeline::DIVIDED { pipeline::ISLANDS } else { 1 };
        let passes = u64::from(self.plan.passes) * pipeline::slice(&self.ground);
        self.plan.moves * searches + self.plan.nodes + passes
    }
}

/// The clusters to work on, and how much work goes into each.
fn tasks<'a>(
    known: &Known,
    clusters: impl Iterator<Item = &'a Cluster> + Clone,
    places: &mut Places,
    effort: Effort,
) -> Vec<Task<'a>> {
    let columns: u64 = clusters.clone().map(|cluster| cluster.columns.len() as u64).sum();
    let moves = effort.of(MOVES * cube_root(columns));
    let nodes = effort.of(NODES);
    let task = |cluster: &'a Cluster| {
        let ground = Ground::of(known.transport, known.limits, &cluster.rows, &cluster.columns, places);
        let passes: u32 = match ground.items.len() {
            0..20_000 => 200,
            20_000..100_000 => 100,
            100_000..1_000_000 => 60,
            _ => 24,
        };
        let own = ground.columns.len() as u64;
        let few = ground.columns.len() <= BRANCHED;
        // Branching finds the better flows there.
        let (moves, most_moves) = if few { (moves / 8, 500 * own) } else { (moves, 4000 * own) };
        let most = u32::try_from(effort.of(passes.into())).unwrap_or(u32::MAX);
        let plan = Plan {
            passes: most.clamp(passes / 4, passes * 4),
            moves: (moves / columns.max(1) * own).clamp(20 * own, effort.of(most_moves).max(20 * own)),
            nodes: if few { (nodes * own / columns.max(1)).max(16) } else { 0 },
        };
        Task { cluster, ground, plan }
    };
    clusters.map(task).collect()
}

/// What is given, and the network's optimum on every edge.
struct Known<'a> {
    transport: &'a Transport,
    limits: &'a Limits,
    start: &'a Optimum,
    network: Vec<i64>,
}

impl Known<'_> {
    /// The optimum of the network as the answer.
    fn as_it_is(&self) -> Limited {
        let rows: Vec<u32> = (0..number(self.transport.rows())).collect();
        let value = worth(self.transport, &self.network, &rows);
        Limited {
            flow: self.start.flow.clone(),
            value,
            bound: value,
            bound_by_multipliers: value,
            multipliers: Multipliers {
                rows: self.start.row_price.clone(),
                row_groups: self.start.row_group_price.clone(),
                column_groups: self.start.column_group_price.clone(),
                shared: vec![0; self.limits.shared.len()],
            },
            proofs: Vec::new(),
            trace: Trace::default(),
        }
    }

    fn solve(&self, task: &Task, meter: &Meter) -> Outcome {
        let (transport, start) = (self.transport, self.start);
        let (cluster, ground, plan) = (task.cluster, &task.ground, task.plan);
        let price = |resource: &Resource| match *resource {
            Resource::Row(row) => start.row_price[row as usize],
            Resource::RowGroup(group) => start.row_group_price[group as usize],
            Resource::ColumnGroup(group) => start.column_group_price[group as usize],
            Resource::Shared(_) => 0,
        };
        let known = Network {
            flow: ground.edge.iter().map(|&edge| self.network[edge as usize]).collect(),
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
}

/// Whether sums of profits over the items of a column stay far from the end of 64 bits.
fn fits_in_64_bits(ground: &Ground) -> bool {
    let highest = ground.items.iter().map(|item| item.value).max().unwrap_or(0);
    let shared = (0..ground.items.len()).map(|item| ground.shared.at(item).len()).max().unwrap_or(0);
    let profit = i128::from(highest) * (4 + shared as i128);
    (0..ground.columns.len()).all(|column| {
        let units: i128 =
            ground.items[ground.items_of(column)].iter().map(|item| i128::from(item.most)).sum();
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
