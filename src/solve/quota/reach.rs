//! Floors that cannot be met: how far they can, and what binds.
//!
//! **Problem.** Where no flow holds all sides, which of them give way, by how much, and why?
//!
//! **Method.** First each side alone: the most that any flow reaches of it is one optimum, of a transport that is worth
//! what the side counts; its prices are positive on the capacities that bind. Then, where the multipliers prove that the
//! sides conflict, one after the other in their order: the most of each that the earlier ones leave. Each is lowered
//! to what whole units reached (in a conflict to a few units and a millionth less, where there is some choice).

use super::combine::join;
use super::problem::{Point, Problem};
use super::search::{Search, search_some};
use crate::solve::error::SolveError;

/// A side that no flow holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreachable {
    /// The side, by position.
    pub side: usize,
    /// The most that a flow can reach of it, given the sides before it where [`conflict`](Self::conflict) says so. The
    /// answer is held to this in its stead.
    pub reachable: i64,
    /// Whether it could be held were it not for sides before it.
    pub conflict: bool,
    /// Rows whose capacity binds where the most is reached.
    pub rows: Vec<usize>,
    /// Columns whose capacity binds.
    pub columns: Vec<usize>,
    /// Row groups whose limit binds.
    pub row_groups: Vec<usize>,
    /// Column groups whose limit binds.
    pub column_groups: Vec<usize>,
}

impl Unreachable {
    fn of(side: usize, reachable: i64, conflict: bool, point: &Point) -> Unreachable {
        let binding = |prices: &[i64]| {
            prices.iter().enumerate().filter(|(_, price)| **price > 0).map(|(at, _)| at).collect()
        };
        Unreachable {
            side,
            reachable,
            conflict,
            rows: binding(&point.prices.row),
            columns: binding(&point.prices.column),
            row_groups: binding(&point.prices.row_group),
            column_groups: binding(&point.prices.column_group),
        }
    }
}

/// A number that a 64-bit floor stands above.
fn narrow(reached: i128) -> i64 {
    i64::try_from(reached).unwrap_or(if reached < 0 { i64::MIN } else { i64::MAX })
}

/// Lowers what cannot be reached; what has been lowered, and the points that were found on the way.
pub(super) fn lower(problem: &mut Problem, ended: &Search) -> Result<Vec<Unreachable>, SolveError> {
    let mut lowered = Vec::new();
    let sides = problem.sides.len();
    let scale = std::mem::replace(&mut problem.scale, 0);
    let extra = std::mem::replace(&mut problem.extra, 0);
    let grain = std::mem::replace(&mut problem.grain, 1);
    let near = &ended.points[ended.best];
    for side in 0..sides {
        let mut multipliers = vec![0; sides];
        multipliers[side] = 1;
        let point = problem.at(multipliers, Some(near))?;
        if point.reached[side] < i128::from(problem.least[side]) {
            problem.least[side] = narrow(point.reached[side]);
            lowered.push(Unreachable::of(side, problem.least[side], false, &point));
        }
    }
    // The multipliers alone, small enough for a network without grains.
    let coarse = near.multipliers.iter().map(|multiplier| multiplier / grain).collect();
    let proof = problem.at(coarse, Some(near))?;
    if problem.dual(&proof) < 0 || ended.at_the_end {
        one_after_the_other(problem, near, &mut lowered)?;
    }
    problem.scale = scale;
    problem.extra = extra;
    problem.grain = grain;
    Ok(lowered)
}

/// Lowers each side to what those before it leave.
fn one_after_the_other(
    problem: &mut Problem,
    near: &Point,
    lowered: &mut Vec<Unreachable>,
) -> Result<(), SolveError> {
    let sides = problem.sides.len();
    let wanted = problem.least.clone();
    // Beyond what the floor asks there is nothing to be had: sides after this one ask for nothing.
    for side in 1..sides {
        let mut free = vec![false; sides];
        free[..side].fill(true);
        let mut start = vec![0; sides];
        start[side] = problem.unit(side);
        problem.least[side..].fill(0);
        let found = search_some(problem, start, Some(near), &free)?;
        problem.least[side..].fill(i64::MIN);
        problem.least[side] = wanted[side];
        let joined = join(problem, &found);
        problem.least[side..].copy_from_slice(&wanted[side..]);
        if joined.reached[side] < i128::from(wanted[side]) {
            // At the very most there is but one flow, and perhaps none of whole units: a little less leaves a choice.
            let reached = joined.reached[side];
            let less = 8 * i128::from(problem.sides[side].size()) + (reached.abs() >> 20);
            problem.least[side] = narrow(reached - less);
            lowered.retain(|unreachable| unreachable.side != side);
            lowered.push(Unreachable::of(side, problem.least[side], true, &found.points[found.best]));
        }
    }
    lowered.sort_by_key(|unreachable| unreachable.side);
    Ok(())
}
