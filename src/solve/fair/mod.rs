//! Fair volumes: the leximin vector of the row groups' fill rates, and the most valuable flow that has it.
//!
//! **Problem.** Row group `g` (a cooperative) has a size, units it has already, and a flow `x_g` out of its rows;
//! its *fill rate* is `(already_g + x_g) / size_g`. Of all integer flows of a [`Transport`] find one whose fill
//! rates, sorted, are lexicographically greatest: the worst-off as well off as can be, then the second, and so
//! on. Odd units, and with them the vector itself, are decided by the groups' keys (`level`).
//!
//! **Why it is easy.** The vectors `x` that a network can carry are the integer points of a polymatroid. On its
//! bases every separable concave objective is greatest at one and the same kind of vector, leximin is such an
//! objective, and an integer vector is the best one exactly if no exchange of a single unit improves it (Megiddo,
//! *Optimal flows in networks with multiple sources and sinks*, Math. Programming 1974; Frank, Murota,
//! *Decreasing minimization on M-convex sets*, Math. Programming 2022). Two things follow: leximin always
//! reaches the greatest total, fairness costs nothing in units; and it is found by cuts alone.
//!
//! **Method.** Divide and conquer (Groenevelt, *Two algorithms for maximizing a separable concave function over
//! a polymatroid feasible region*, EJOR 1991). Forget all limits and hand the units that can be handed out to
//! the groups in order (`level`). If a flow fills these targets (`push`), they are the answer. If not, those
//! who can still reach a group below its target, `S`, cannot have more in any flow, nor should those beyond
//! the cut have less: the network falls apart (`forest`), the level sinks in `S` and rises beyond it, and
//! the two go on alone, in parallel. The flow is kept throughout.
//!
//! **Invariant.** Of a part the greatest total is known and the flow reaches it; lower parts come before higher ones.
//! So the parts in order are nested cuts that prove the result ([`Leximin::row_group_level`]).
//!
//! **The second stage** ([`fair`]) is an [`optimum`](super::optimum()) with the totals as limits of the groups and a
//! value of every unit above all others, so that the totals are reached.
//!
//! **Complexity.** `O(levels)` maximum flows at worst, `O(log levels)` times the whole network in practice.
//!
//! **What it cannot do.** Limits outside of the network (lots, partners): there the fair vectors are no
//! polymatroid and the problem is NP-hard.

mod egalitarian;
mod forest;
mod frontier;
mod level;
mod push;

use std::cmp::Ordering;
use std::sync::Mutex;

pub use egalitarian::{Egalitarian, egalitarian};
pub use frontier::{Aversion, Compromise, Frontier, frontier};

use super::error::SolveError;
use super::optimum::{Optimum, solve};
use super::transport::{Transport, length, not_negative, number};
use forest::{Forest, NONE, Names};
use level::Water;

/// What the fill rates of row groups are measured against.
#[derive(Debug, Clone, Copy)]
pub struct FillTargets<'a> {
    /// Units that fill each group, `> 0` where it can give any.
    pub size: &'a [i64],
    /// Units each group has already, outside of the transport, `>= 0`: they raise its fill rate and cannot be moved.
    pub already: &'a [i64],
    /// Tie key of each group, a hash of its id: of two groups at one level and of one size the lower key gets the odd
    /// unit.
    pub key: &'a [u64],
}

/// The leximin vector of fill rates and the cuts that prove it.
///
/// **Proof.** Every node has a level. Call a level *tight* if one of its groups could take more units by its own
/// limits ([`Leximin::most`]), and look at all nodes up to such a level: every arc that leaves them (group to
/// row, edge with a capacity, column to column group, drain into the sink) is full and no arc that enters them
/// carries anything. So nobody in them can have more unless somebody in them has less; and none of those who could
/// give a unit is left better off by its last unit than the other would be by one more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leximin {
    /// Units out of each row group.
    pub totals: Vec<i64>,
    /// The most each group could give, were demand unlimited: its limit or its rows' with an edge.
    pub most: Vec<i64>,
    /// The levels, from the worst-off up.
    pub levels: Vec<Level>,
    /// Row groups without any edge: no fill rate, total 0.
    pub without_edge: Vec<u32>,
    /// The level of each row group, [`Leximin::OUTSIDE`] for those without an edge.
    pub row_group_level: Vec<u32>,
    /// The level of each row, [`Leximin::OUTSIDE`] for those without an edge.
    pub row_level: Vec<u32>,
    /// The level of each column.
    pub column_level: Vec<u32>,
    /// The level of each column group; [`Leximin::OUTSIDE`] for those that cannot bind.
    pub column_group_level: Vec<u32>,
    /// A flow with these totals: (edge, units), by edge.
    pub flow: Vec<(usize, i64)>,
}

impl Leximin {
    /// The level of what is in no cut.
    pub const OUTSIDE: u32 = u32::MAX;
}

/// Row groups that are held down together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Level {
    /// The groups, ascending.
    pub groups: Vec<u32>,
    /// The lowest fill rate among them, units over size (not reduced).
    pub lowest: (i64, i64),
    /// The highest. Above the lowest by more than a unit only for groups that may not give less: their rows sell where
    /// nobody poorer can.
    pub highest: (i64, i64),
}

/// A fair flow: [`leximin`] totals, the greatest value with these totals, and prices that prove it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fair {
    /// The totals and why they are fair.
    pub leximin: Leximin,
    /// The most valuable flow with these totals, canonical as [`optimum`](super::optimum()) is, and its prices.
    /// Those of rows, columns and column groups are `>= 0`, positive only where the capacity is used up; those of
    /// row groups belong to the totals, which are neither more nor less, and may have any sign. On every edge
    /// `value <= ` the sum of the four (but for edges at their capacity), with equality where it has flow, so
    /// `Σ value · flow = Σ total · group price + Σ capacity · price + …` is the greatest there is.
    pub best: Optimum,
}

/// The leximin vector of the row groups' fill rates, among integer flows.
///
/// Values of edges do not matter. The same for any order of rows, columns and groups as long as the keys of groups
/// differ (else the group given first gets the odd unit); the flow and the levels may differ.
///
/// # Errors
/// [`SolveError::Malformed`] if the transport or the targets are malformed; [`SolveError::Overflow`] if a size or
/// `already` with what a group can give exceeds `i64::MAX / 2`.
pub fn leximin(transport: &Transport, targets: &FillTargets) -> Result<Leximin, SolveError> {
    transport.check()?;
    let groups = transport.row_group_capacity.len();
    length("size has not one entry a row group", targets.size.len(), groups)?;
    length("already has not one entry a row group", targets.already.len(), groups)?;
    length("key has not one entry a row group", targets.key.len(), groups)?;
    not_negative("units that a group has already are negative", targets.already)?;

    let mut excluded = vec![true; groups];
    for row in (0..transport.rows()).filter(|&row| !transport.edges_of(row).is_empty()) {
        excluded[transport.row_group[row] as usize] = false;
    }
    let (forest, names) = Forest::of(transport, &excluded);
    let mut most = vec![0; groups];
    for at in 0..forest.groups {
        let group = forest.supplies[at].origin as usize;
        let limit = transport.row_group_capacity[group].unwrap_or(i64::MAX);
        most[group] = i64::try_from(forest.most(at)).unwrap_or(i64::MAX).min(limit);
    }
    let water = Water::of(targets.size, targets.already, targets.key, &most)?;
    let total = most.iter().copied().map(i128::from).sum();
    let parts = Mutex::new(Vec::new());
    rayon::scope(|scope| divide(scope, Part { forest, total, place: 0 }, &water, &parts));
    let mut parts = parts.into_inner().expect("no task panics");
    parts.sort_unstable_by_key(|part| part.place);
    Ok(gather(transport, targets, &names, &parts, most, &excluded))
}

/// The most valuable flow among those whose fill rates are [`leximin`].
///
/// # Errors
/// As [`leximin`] and [`optimum`](super::optimum()), whose bound must hold for the largest value times
/// `min(rows, columns) + 3` unless a smaller one
/// will do.
pub fn fair(transport: &Transport, targets: &FillTargets) -> Result<Fair, SolveError> {
    let leximin = leximin(transport, targets)?;
    let best = with_totals(transport.clone(), &leximin.totals, None)?;
    Ok(Fair { leximin, best })
}

/// The most valuable flow with the given totals of row groups and column groups, of which there is one.
///
/// A unit is worth `weight` on top of its value, so that as many flow as the totals say. If they do, the flow is
/// the best one with these totals whatever the weight is, for it counts the same in all of them. So a weight
/// that keeps values in 32 bits is tried before the one that is proven large enough.
fn with_totals(
    mut transport: Transport,
    row_totals: &[i64],
    column_totals: Option<&[i64]>,
) -> Result<Optimum, SolveError> {
    for (totals, capacity) in [
        (Some(row_totals), &mut transport.row_group_capacity),
        (column_totals, &mut transport.column_group_capacity),
    ] {
        if let Some(totals) = totals {
            *capacity = totals.iter().copied().map(Some).collect();
        }
    }
    let most = i128::from(transport.most_value());
    // One more unit costs at most as many edges of the flow before as there are rows or columns.
    let enough = most * (transport.rows().min(transport.columns()) as i128 + 1) + 1;
    let quick = enough.min(i128::from(i32::MAX) - most);
    let wanted = row_totals.iter().copied().map(i128::from).sum::<i128>();
    let mut before = 0;
    for weight in [quick, enough].into_iter().filter(|weight| *weight > 0) {
        let weight = i64::try_from(weight).unwrap_or(i64::MAX / 2);
        transport.check_value(weight.saturating_add(transport.most_value() - before))?;
        for value in &mut transport.value {
            *value += weight - before;
        }
        before = weight;
        let mut best = solve(&transport)?;
        if best.flow.iter().map(|(_, units)| i128::from(*units)).sum::<i128>() < wanted {
            continue;
        }
        for price in &mut best.row_group_price {
            *price -= weight;
        }
        return Ok(best);
    }
    unreachable!("totals that some flow has are reached where a unit comes first")
}

/// A part of the network, the units its groups can have together, and its place in the order of levels.
struct Part {
    forest: Forest,
    total: i128,
    place: usize,
}

/// Settles a part or divides it; `parts` gets what is settled.
fn divide<'scope>(
    scope: &rayon::Scope<'scope>,
    part: Part,
    water: &'scope Water,
    parts: &'scope Mutex<Vec<Part>>,
) {
    let Part { mut forest, total, place } = part;
    let groups: Vec<u32> = forest.supplies[..forest.groups].iter().map(|group| group.origin).collect();
    let targets = water.fill(&groups, &forest.forced, total);
    for (at, target) in targets.iter().enumerate() {
        forest.supplies[at].capacity = target - forest.forced[at];
    }
    forest.lower_to_targets();
    let Some(side) = push::fill(&mut forest) else {
        parts.lock().expect("no task panics").push(Part { forest, total, place });
        return;
    };
    let lower = forest.part(&side, true);
    let higher = forest.part(&side, false);
    let reached = forest.supplies[..forest.groups].iter().zip(&forest.forced).zip(&side);
    let reached = reached.filter(|(_, side)| **side);
    let of_lower = reached.map(|((group, forced), _)| i128::from(group.flow) + i128::from(*forced)).sum();
    drop(forest);
    let above = place + lower.supplies.len() + lower.demands.len();
    scope.spawn(move |scope| {
        divide(scope, Part { forest: higher, total: total - of_lower, place: above }, water, parts);
    });
    scope.spawn(move |scope| {
        divide(scope, Part { forest: lower, total: of_lower, place }, water, parts);
    });
}

/// The result from the parts in order.
fn gather(
    transport: &Transport,
    targets: &FillTargets,
    names: &Names,
    parts: &[Part],
    most: Vec<i64>,
    excluded: &[bool],
) -> Leximin {
    let mut found = Leximin {
        totals: vec![0; most.len()],
        most,
        levels: Vec::new(),
        without_edge: (0..number(excluded.len())).filter(|&group| excluded[group as usize]).collect(),
        row_group_level: vec![Leximin::OUTSIDE; excluded.len()],
        row_level: vec![Leximin::OUTSIDE; transport.rows()],
        column_level: vec![NONE; transport.columns()],
        column_group_level: vec![NONE; transport.column_group_capacity.len()],
        flow: Vec::new(),
    };
    let mut flow: Vec<(u32, u32, i64)> = Vec::new();
    for Part { forest, .. } in parts {
        let level = number(found.levels.len());
        let mut groups = Vec::new();
        for (supply, node) in forest.supplies.iter().enumerate() {
            if supply < forest.groups {
                groups.push(node.origin);
                found.totals[node.origin as usize] = node.flow + forest.forced[supply];
                found.row_group_level[node.origin as usize] = level;
            } else if (node.origin as usize) < names.groups + names.rows {
                found.row_level[node.origin as usize - names.groups] = level;
            }
        }
        for node in &forest.demands {
            match (node.origin as usize).checked_sub(names.columns) {
                None => found.column_level[node.origin as usize] = level,
                Some(group) => found.column_group_level[group] = level,
            }
        }
        for column in 0..forest.columns {
            let mut at = forest.head[column];
            while let Some(entry) = forest.entries.get(at as usize) {
                if let Some(row) = names.row(forest.supplies[entry.supply as usize].origin) {
                    flow.push((row, forest.demands[column].origin, entry.units));
                }
                at = entry.next;
            }
        }
        if !groups.is_empty() {
            groups.sort_unstable();
            let rate = |&group: &u32| {
                let group = group as usize;
                (targets.already[group] + found.totals[group], targets.size[group])
            };
            let rates = || groups.iter().map(rate).filter(|(_, size)| *size > 0);
            let lowest = rates().min_by(compare).unwrap_or((0, 1));
            let highest = rates().max_by(compare).unwrap_or((0, 1));
            found.levels.push(Level { groups, lowest, highest });
        }
    }
    // A column that can take nothing, or whose group was settled before it, goes with the lowest that closes it.
    for (column, level) in found.column_level.iter_mut().enumerate().filter(|(_, level)| **level == NONE) {
        let of_group = found.column_group_level[transport.column_group[column] as usize];
        let closed = of_group == NONE || transport.column_capacity[column] == 0;
        *level = if closed { 0 } else { of_group };
    }
    for (group, capacity) in transport.column_group_capacity.iter().enumerate() {
        if *capacity == Some(0) {
            found.column_group_level[group] = 0;
        }
    }
    flow.retain(|(.., units)| *units > 0);
    flow.sort_unstable();
    let edge = |(row, column, units): (u32, u32, i64)| {
        let edges = transport.edges_of(row as usize);
        let at = transport.column[edges.clone()].binary_search(&column).expect("flow is on edges");
        (edges.start + at, units)
    };
    found.flow = flow.into_iter().map(edge).collect();
    found
}

/// Compares two fill rates exactly.
fn compare(one: &(i64, i64), other: &(i64, i64)) -> Ordering {
    let across = |a: i64, b: i64| i128::from(a) * i128::from(b);
    across(one.0, other.1).cmp(&across(other.0, one.1))
}
