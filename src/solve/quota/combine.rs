//! A flow of whole units from the points around the best multipliers.
//!
//! **Problem.** The best fractional flow is a mix of a few optimal flows of (nearly) the same re-valued worth. Find a flow of
//! whole units near it that holds every side, with as little to spare as can be.
//!
//! **Method.** Join the flows two by two: the difference is cycles (`cycles`), any part of which keeps every capacity and
//! (nearly) the re-valued worth. Each cycle gets the share of its units that the mix asks for, rounded so that what has been
//! rounded before is made up for, in all sides at once (least squares). What the last rounding leaves is settled exactly:
//! single steps round cycles towards the points, first the one that leaves least short, then, while nothing is,
//! the one that gains most value.
//!
//! **What it cannot do.** Promise that whole units hold several sides: that is NP-hard. On any but the smallest markets
//! there are thousands of cycles to choose from.

use super::cycles::{Cycle, Keys, cycles, difference, sum};
use super::problem::{Point, Problem};
use super::search::Search;

/// A flow of whole units with what it comes to.
#[derive(Debug, Clone)]
pub(super) struct Joined {
    pub(super) flow: Vec<(usize, i64)>,
    pub(super) value: i128,
    pub(super) reached: Vec<i128>,
}

/// A cycle with what a unit round it does.
struct Step {
    cycle: Cycle,
    value: i128,
    /// By side.
    effect: Vec<i128>,
    /// Units taken.
    taken: i64,
}

/// Steps towards one flow at most.
const STEPS: usize = 300;
/// Rounds through all flows at most.
const ROUNDS: usize = 4;

/// A flow that holds the sides, from a search.
pub(super) fn join(problem: &Problem, search: &Search) -> Joined {
    let keys = Keys::of(problem.transport);
    let first = search.mix.first().map_or(search.best, |mix| mix.0);
    let mut flow = search.points[first].flow.clone();
    let mut weight = search.mix.first().map_or(1.0, |mix| mix.1);
    for &(at, more) in search.mix.iter().skip(1) {
        weight += more;
        flow = between(problem, &keys, &flow, &search.points[at].flow, more / weight);
    }
    let mut best = settled(problem, &keys, search, Joined::of(problem, flow));
    // A point that holds all sides by itself may be worth more, or be all there is.
    let holds = |point: &&Point| short(problem, &point.reached) == 0;
    if let Some(point) = search.points.iter().filter(holds).max_by_key(|point| point.value) {
        let is_better = best.short(problem) > 0 || point.value > best.value;
        if is_better {
            best = settled(problem, &keys, search, Joined::of(problem, point.flow.clone()));
        }
    }
    best
}

impl Joined {
    pub(super) fn of(problem: &Problem, flow: Vec<(usize, i64)>) -> Joined {
        let (value, reached) = problem.tally(&flow);
        Joined { flow, value, reached }
    }

    /// How much the sides fall short, in weighted units.
    pub(super) fn short(&self, problem: &Problem) -> i128 {
        short(problem, &self.reached)
    }
}

/// How much sides are short together: each in units of what it counts, times 2^20.
fn short(problem: &Problem, reached: &[i128]) -> i128 {
    let missing = reached.iter().zip(&problem.least).zip(problem.sides);
    missing
        .map(|((&reached, &least), side)| {
            let short = (i128::from(least) - reached).max(0);
            // Not to 0 by rounding.
            if short == 0 { 0 } else { ((short << 20) / i128::from(side.size())).max(1) }
        })
        .sum()
}

fn steps(problem: &Problem, keys: &Keys, from: &[(usize, i64)], to: &[(usize, i64)]) -> Vec<Step> {
    let transport = problem.transport;
    let found = cycles(transport, keys, from, to);
    found
        .into_iter()
        .map(|cycle| {
            let mut value = 0;
            let mut effect = vec![0; problem.sides.len()];
            let signed = [(&cycle.gains, 1), (&cycle.loses, -1)];
            for (edges, sign) in signed {
                for &edge in edges {
                    let edge = edge as usize;
                    let (row, column) = (transport.row_of(edge), transport.column[edge] as usize);
                    value += sign * i128::from(transport.value[edge]);
                    for (effect, side) in effect.iter_mut().zip(problem.sides) {
                        *effect += sign * i128::from(side.on(row, column));
                    }
                }
            }
            Step { cycle, value, effect, taken: 0 }
        })
        .collect()
}

/// The flow with what has been taken of the steps.
fn taken(flow: &[(usize, i64)], steps: &[Step]) -> Vec<(usize, i64)> {
    let mut more = Vec::new();
    for step in steps.iter().filter(|step| step.taken > 0) {
        more.extend(step.cycle.gains.iter().map(|&edge| (edge as usize, step.taken)));
        more.extend(step.cycle.loses.iter().map(|&edge| (edge as usize, -step.taken)));
    }
    sum(flow, &difference(&[], &more))
}

/// A flow of whole units that is `part` of the way from one to the other, as far as sides can tell.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "rounding is what it is for"
)]
fn between(
    problem: &Problem,
    keys: &Keys,
    from: &[(usize, i64)],
    to: &[(usize, i64)],
    part: f64,
) -> Vec<(usize, i64)> {
    let mut steps = steps(problem, keys, from, to);
    let mut owed = vec![0.0; problem.sides.len()];
    for step in &mut steps {
        let effect: Vec<f64> =
            step.effect.iter().zip(problem.sides).map(|(&e, side)| e as f64 / side.size() as f64).collect();
        let square: f64 = effect.iter().map(|effect| effect * effect).sum();
        let fair = part * step.cycle.units as f64;
        if square > 0.0 {
            let product: f64 = effect.iter().zip(&owed).map(|(effect, owed)| effect * owed).sum();
            step.taken = ((fair + product / square).round() as i64).clamp(0, step.cycle.units);
            for (owed, effect) in owed.iter_mut().zip(&effect) {
                *owed += (fair - step.taken as f64) * effect;
            }
        } else if step.value > 0 {
            step.taken = step.cycle.units;
        }
    }
    taken(from, &steps)
}

/// Steps towards the points of a search until no single one helps.
fn settled(problem: &Problem, keys: &Keys, search: &Search, start: Joined) -> Joined {
    let mut now = start;
    let mixed: Vec<usize> = search.mix.iter().map(|mix| mix.0).collect();
    let others = (0..search.points.len()).rev().filter(|at| !mixed.contains(at));
    let targets: Vec<usize> = mixed.iter().copied().chain(others).collect();
    for _ in 0..ROUNDS {
        let mut changed = false;
        for (place, &target) in targets.iter().enumerate() {
            // The points farther away only where those at hand do not do.
            if place >= mixed.len() && now.short(problem) == 0 {
                break;
            }
            changed |= towards(problem, keys, &search.points[target].flow, &mut now);
        }
        if !changed {
            break;
        }
    }
    now
}

/// Takes the steps towards a flow that help; whether there were any.
fn towards(problem: &Problem, keys: &Keys, target: &[(usize, i64)], now: &mut Joined) -> bool {
    let mut steps = steps(problem, keys, &now.flow, target);
    let mut changed = false;
    for _ in 0..STEPS {
        let missing = short(problem, &now.reached);
        let mut best: Option<(i128, i128, usize, i64)> = None; // short, value lost, step, units
        for (at, step) in steps.iter().enumerate() {
            let left = step.cycle.units - step.taken;
            for units in amounts(problem, step, left, &now.reached) {
                let reached: Vec<i128> =
                    now.reached.iter().zip(&step.effect).map(|(r, e)| r + e * i128::from(units)).collect();
                let after = (short(problem, &reached), -step.value * i128::from(units));
                let helps = after.0 < missing || (after.0 == missing && missing == 0 && after.1 < 0);
                if helps && best.is_none_or(|best| after < (best.0, best.1)) {
                    best = Some((after.0, after.1, at, units));
                }
            }
        }
        let Some((_, lost, at, units)) = best else { break };
        changed = true;
        steps[at].taken += units;
        now.value -= lost;
        for (reached, effect) in now.reached.iter_mut().zip(&steps[at].effect) {
            *reached += effect * i128::from(units);
        }
    }
    if changed {
        now.flow = taken(&now.flow, &steps);
    }
    changed
}

/// Numbers of units worth looking at: all, and those at which a side begins or ceases to hold.
fn amounts(problem: &Problem, step: &Step, left: i64, reached: &[i128]) -> Vec<i64> {
    if left == 0 {
        return Vec::new();
    }
    let mut amounts = vec![left];
    for ((&effect, &reached), &least) in step.effect.iter().zip(reached).zip(&problem.least) {
        let over = reached - i128::from(least);
        if effect != 0 && (over < 0) == (effect > 0) {
            let at = over.abs() / effect.abs();
            for units in [at, at + 1] {
                amounts.extend(i64::try_from(units).ok().filter(|units| (1..left).contains(units)));
            }
        }
    }
    amounts
}
