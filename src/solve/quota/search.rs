//! Good multipliers by cutting planes in a trust region.
//!
//! **Problem.** The bound at multipliers `θ` is the maximum over all flows of `value + Σ θ_k (reached_k − least_k)`: convex and
//! made of planes, one a flow. Find where it is lowest. By duality its lowest value is what the best fractional
//! flow with the sides is worth, which is a combination of at most `K + 1` of the flows found here.
//!
//! **Method.** Every point evaluated adds its plane. The next one is where the planes are lowest (`master`) in a box around
//! the best so far; the box grows when the bound falls as the planes foretell, and shrinks when it does not. The
//! search ends when the planes foretell a fall by less than a billionth, or a hundredth of a unit's worth, or when multipliers, which are integers, can not be
//! told apart any more.
//!
//! **Complexity.** One optimum a step, each from the flow of the last; `40 + 25 K` steps at most, few in practice.

use super::master::{Plane, lowest};
use super::problem::{Point, Problem};
use crate::solve::error::SolveError;

/// Where a search has ended.
#[derive(Debug)]
pub(super) struct Search {
    /// All points seen.
    pub(super) points: Vec<Point>,
    /// The one with the least bound.
    pub(super) best: usize,
    /// Points and weights, which add up to 1, of the best fractional flow; the heaviest first.
    pub(super) mix: Vec<(usize, f64)>,
    /// Whether multipliers grew as far as the arithmetic allows: the sides may not be holdable.
    pub(super) at_the_end: bool,
}

/// Part of the bound that is not looked for any more.
const FINE: f64 = 1e-9;
/// First half width of the box, in the largest value.
const FIRST: f64 = 0.05;
/// Part of the fall foretold that is to be had before the box moves.
const ENOUGH: f64 = 0.1;

/// Numbers near 1 in place of multipliers, units and values.
struct Scales {
    value: f64,
    units: f64,
    /// Of a multiplier, by side.
    side: Vec<f64>,
    /// What a side counts, by side.
    count: Vec<f64>,
    scale: f64,
}

#[expect(clippy::cast_precision_loss, reason = "floats steer the search and prove nothing")]
impl Scales {
    fn of(problem: &Problem) -> Scales {
        let transport = problem.transport;
        let total = |capacity: &[i64]| capacity.iter().map(|&units| i128::from(units)).sum::<i128>();
        let units = total(&transport.row_capacity).min(total(&transport.column_capacity)).max(1) as f64;
        let value = transport.most_value().max(1) as f64;
        let scale = problem.scale.max(1) as f64;
        let count: Vec<f64> = problem.sides.iter().map(|side| side.size() as f64).collect();
        Scales {
            value,
            units,
            side: count.iter().map(|count| count / (value * scale)).collect(),
            count,
            scale,
        }
    }

    fn plane(&self, problem: &Problem, point: &Point) -> Plane {
        let slopes = point.reached.iter().zip(&problem.least).zip(&self.count);
        let slope: Vec<f64> = slopes
            .map(|((&reached, &least), count)| (reached - i128::from(least)) as f64 / (count * self.units))
            .collect();
        let at = self.at(point);
        let inner: f64 = slope.iter().zip(&at).map(|(slope, at)| slope * at).sum();
        Plane { height: self.height(problem, point) - inner, slope }
    }

    fn height(&self, problem: &Problem, point: &Point) -> f64 {
        problem.dual(point) as f64 / (self.scale * self.value * self.units)
    }

    fn at(&self, point: &Point) -> Vec<f64> {
        point.multipliers.iter().zip(&self.side).map(|(&m, side)| m as f64 * side).collect()
    }

    #[expect(clippy::cast_possible_truncation, reason = "within the box, and a float cast saturates")]
    fn multipliers(&self, at: &[f64]) -> Vec<i64> {
        at.iter().zip(&self.side).map(|(at, side)| (at / side).round().max(0.0) as i64).collect()
    }
}

/// Searches multipliers, beginning at some.
pub(super) fn search(problem: &Problem, start: Vec<i64>, near: Option<&Point>) -> Result<Search, SolveError> {
    search_some(problem, start, near, &vec![true; problem.sides.len()])
}

/// Searches the multipliers of some sides; the others stay where they are.
pub(super) fn search_some(
    problem: &Problem,
    start: Vec<i64>,
    near: Option<&Point>,
    free: &[bool],
) -> Result<Search, SolveError> {
    let sides = problem.sides.len();
    let room = problem.room();
    let scales = Scales::of(problem);
    let mut points = vec![problem.at(start, near)?];
    let mut planes = vec![scales.plane(problem, &points[0])];
    let mut best = 0;
    let mut radius = FIRST;
    let mut weight = vec![1.0];
    let mut at_the_end = false;
    let tiny = |height: f64| (FINE * height.abs()).max(0.01 / scales.units);
    for _ in 0..40 + 25 * sides {
        let centre = scales.at(&points[best]);
        let reach = |sign: f64| {
            let ends = centre.iter().zip(free);
            let ends = ends.map(|(&at, &free)| if free { (at + sign * radius).clamp(0.0, room) } else { at });
            ends.collect::<Vec<f64>>()
        };
        let (low, high) = (reach(-1.0), reach(1.0));
        let found = lowest(&planes, &low, &high);
        weight.clone_from(&found.weight);
        let height = scales.height(problem, &points[best]);
        let foretold = height - found.height;
        let on_edge = found
            .at
            .iter()
            .zip(&centre)
            .any(|(at, centre)| (at - centre).abs() >= radius * 0.999 && *at < room * 0.999);
        at_the_end = found.at.iter().zip(free).any(|(at, free)| *free && *at >= room * 0.999);
        let multipliers = scales.multipliers(&found.at);
        let known = points.iter().any(|point| point.multipliers == multipliers);
        if foretold <= tiny(height) || known {
            if on_edge && radius < room {
                radius *= 8.0;
                continue;
            }
            break;
        }
        let nearest = points.len() - 1;
        let point = problem.at(multipliers, Some(&points[nearest]))?;
        planes.push(scales.plane(problem, &point));
        let fall = height - scales.height(problem, &point);
        if fall >= ENOUGH * foretold {
            best = points.len();
            if on_edge && fall >= 0.5 * foretold {
                radius = (radius * 4.0).min(room);
            }
        } else {
            if fall > 0.0 {
                best = points.len();
            }
            if fall < -foretold {
                radius /= 4.0;
            }
        }
        weight.push(0.0);
        points.push(point);
    }
    let mut mix: Vec<(usize, f64)> =
        weight.iter().copied().enumerate().filter(|(_, weight)| *weight > 1e-12).collect();
    mix.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    Ok(Search { points, best, mix, at_the_end })
}
