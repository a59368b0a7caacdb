//! The small linear program of the cutting planes.
//!
//! **Problem.** Each optimum `i` seen bounds the dual function from below by a plane `c_i + g_i · θ`. Where is the highest of
//! the planes lowest, within a box?
//!
//! ```text
//! minimise r   such that  r >= c_i + g_i · θ,  low <= θ <= high
//! ```
//!
//! **Method.** Its dual, by the primal simplex in revised form: weights `w_i >= 0` of the planes that add up to 1, and for
//! every coordinate a slack at either end of the box that makes `Σ w_i g_i` equal 0. There are `K + 1` rows, so at most that many
//! planes have a weight; they are the flows that `combine` joins. The basis is inverted anew at each step (Gauss with
//! pivots by size): `K` is small. Bland's rule after a while makes it end.
//!
//! **Floats.** Only operations that IEEE 754 rounds correctly, in a fixed order: the same on every machine. Nothing that is
//! proven rests on them.

/// A plane below the dual function.
#[derive(Debug, Clone)]
pub(super) struct Plane {
    pub(super) height: f64,
    pub(super) slope: Vec<f64>,
}

/// Where the planes are lowest.
#[derive(Debug)]
pub(super) struct Lowest {
    pub(super) at: Vec<f64>,
    pub(super) height: f64,
    /// Weights of the planes.
    pub(super) weight: Vec<f64>,
}

/// Steps with the largest gain, before Bland's rule.
const GREEDY: usize = 200;
/// Steps in all.
const STEPS: usize = 2000;
const TINY: f64 = 1e-13;

/// A column of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Plane(usize),
    Low(usize),
    High(usize),
}

/// Finds the lowest place in the box of the highest of the planes, of which there is at least one.
pub(super) fn lowest(planes: &[Plane], low: &[f64], high: &[f64]) -> Lowest {
    let sides = low.len();
    let columns: Vec<Column> = (0..planes.len())
        .map(Column::Plane)
        .chain((0..sides).flat_map(|k| [Column::Low(k), Column::High(k)]))
        .collect();
    let gain = |column: Column| match column {
        Column::Plane(i) => planes[i].height,
        Column::Low(k) => low[k],
        Column::High(k) => -high[k],
    };
    // Entry of a column in a row: row 0 adds up the weights, row k + 1 the slopes.
    let entry = |column: Column, row: usize| match column {
        Column::Plane(_) if row == 0 => 1.0,
        Column::Plane(i) => planes[i].slope[row - 1],
        Column::Low(k) if row == k + 1 => -1.0,
        Column::High(k) if row == k + 1 => 1.0,
        _ => 0.0,
    };
    let first = &planes[0].slope;
    let slack = |k: usize| if first[k] >= 0.0 { Column::Low(k) } else { Column::High(k) };
    let mut basis: Vec<Column> = std::iter::once(Column::Plane(0)).chain((0..sides).map(slack)).collect();
    let rows = sides + 1;
    let mut price = vec![0.0; rows];
    let mut amount = vec![0.0; rows];
    for step in 0..STEPS {
        let matrix: Vec<Vec<f64>> =
            (0..rows).map(|row| basis.iter().map(|&column| entry(column, row)).collect()).collect();
        let Some(inverse) = inverse(matrix) else { break };
        amount = (0..rows).map(|at| inverse[at][0]).collect();
        price = (0..rows).map(|row| (0..rows).map(|at| gain(basis[at]) * inverse[at][row]).sum()).collect();
        let reduced = |column: Column| {
            let paid: f64 = (0..rows).map(|row| price[row] * entry(column, row)).sum();
            gain(column) - paid
        };
        let mut entering = None;
        let mut best = TINY;
        for &column in columns.iter().filter(|column| !basis.contains(column)) {
            let more = reduced(column);
            if more > best {
                (entering, best) = (Some(column), more);
                if step >= GREEDY {
                    break;
                }
            }
        }
        let Some(entering) = entering else { break };
        let change: Vec<f64> =
            (0..rows).map(|at| (0..rows).map(|row| inverse[at][row] * entry(entering, row)).sum()).collect();
        let mut leaving = None;
        let mut least = f64::INFINITY;
        for at in (0..rows).filter(|&at| change[at] > TINY) {
            let ratio = amount[at].max(0.0) / change[at];
            if ratio < least {
                (leaving, least) = (Some(at), ratio);
            }
        }
        let Some(leaving) = leaving else { break };
        basis[leaving] = entering;
    }
    let mut weight = vec![0.0; planes.len()];
    for (&column, &amount) in basis.iter().zip(&amount) {
        if let Column::Plane(i) = column {
            weight[i] = amount.max(0.0);
        }
    }
    // The prices of the rows of slopes are where the planes meet, with the other sign.
    let at = (0..sides).map(|k| (-price[k + 1]).clamp(low[k], high[k])).collect();
    Lowest { at, height: price[0], weight }
}

/// The inverse of a square matrix, or nothing if it is singular.
fn inverse(mut matrix: Vec<Vec<f64>>) -> Option<Vec<Vec<f64>>> {
    let size = matrix.len();
    let mut inverse: Vec<Vec<f64>> = (0..size)
        .map(|row| (0..size).map(|column| if row == column { 1.0 } else { 0.0 }).collect())
        .collect();
    for step in 0..size {
        let mut pivot = step;
        for row in step + 1..size {
            if matrix[row][step].abs() > matrix[pivot][step].abs() {
                pivot = row;
            }
        }
        if matrix[pivot][step].abs() < 1e-30 {
            return None;
        }
        matrix.swap(step, pivot);
        inverse.swap(step, pivot);
        let by = matrix[step][step];
        for column in 0..size {
            matrix[step][column] /= by;
            inverse[step][column] /= by;
        }
        let (own, own_inverse) = (matrix[step].clone(), inverse[step].clone());
        for row in (0..size).filter(|&row| row != step) {
            let times = matrix[row][step];
            if times.abs() > 0.0 {
                for column in 0..size {
                    matrix[row][column] -= times * own[column];
                    inverse[row][column] -= times * own_inverse[column];
                }
            }
        }
    }
    Some(inverse)
}

#[cfg(test)]
mod tests {
    use super::{Plane, lowest};

    fn plane(height: f64, slope: &[f64]) -> Plane {
        Plane { height, slope: slope.to_vec() }
    }

    #[test]
    fn two_lines_cross() {
        let found = lowest(&[plane(10.0, &[-2.0]), plane(4.0, &[1.0])], &[0.0], &[100.0]);
        assert!((found.at[0] - 2.0).abs() < 1e-12 && (found.height - 6.0).abs() < 1e-12);
        assert!((found.weight[0] - 1.0 / 3.0).abs() < 1e-12, "{:?}", found.weight);
    }

    #[test]
    fn the_box_holds() {
        let found = lowest(&[plane(10.0, &[-2.0, 3.0])], &[0.0, 0.5], &[1.0, 9.0]);
        assert!((found.at[0] - 1.0).abs() < 1e-12 && (found.at[1] - 0.5).abs() < 1e-12);
        assert!((found.height - 9.5).abs() < 1e-12);
    }

    #[test]
    fn three_planes_meet_in_a_point() {
        let planes = [plane(8.0, &[-1.0, -1.0]), plane(2.0, &[2.0, -1.0]), plane(2.0, &[-1.0, 2.0])];
        let found = lowest(&planes, &[0.0, 0.0], &[50.0, 50.0]);
        assert!((found.at[0] - 2.0).abs() < 1e-12 && (found.at[1] - 2.0).abs() < 1e-12, "{found:?}");
        assert!((found.height - 4.0).abs() < 1e-12);
        assert!((found.weight.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }
}
