//! Between the most valuable and the fairest flow: α-fair compromises.
//!
//! **Problem.** In units fairness is free (`fair`), in value it is not. A compromise counts a unit that lifts a
//! group to the fill rate `φ` for its value and for `V · (φ^−α − 1)` on top, `V` the largest value of an edge:
//!
//! ```text
//! maximise   Σ value · flow  +  V · Σ_g Σ_{k=1}^{x_g} (φ_gk^−α − 1)          φ_gk = (already_g + k) / size_g
//! ```
//!
//! which is in units, up to rounding, `size_g · U_α(φ_g)` with the α-fair utility `U_α' = φ^−α`.
//!
//! At `α = 0` that is the optimum; from there on a group counts the more the less it has, and for large `α` the
//! worst-off comes first whatever the value: leximin, then value. Sweeping `α` draws the frontier between
//! efficiency and fairness (Bertsimas, Farias, Trichakis, *On the efficiency-fairness trade-off*, Management
//! Science 2012). In units alone all `α > 0` would give one and the same vector.
//!
//! **Method.** `U_α` in straight pieces between the fill rates `2^(−j/4)`, `j = 24 … 0`: parallel arcs into every
//! group, the dearest are used first because `U_α` is concave, and a minimum-cost flow, exact for the pieces. Within
//! a piece the slope is that of its middle (by ratio); below `2^−6` that of its upper end, above 1 there is no
//! reward. So `φ` counts as if between `2^−6` and 1 ([`Compromise::error`] says what the pieces may lose).
//!
//! **Determinism.** Slopes are made of square roots and products of floats, which are the same on every
//! machine, and rounded to integers once; after that nothing is rounded. Which of several best compromises is
//! found depends on the order of rows.
//!
//! **What it cannot do.** Large networks at the speed of the optimum: it solves a general network for every `α`.

use std::fmt;

use super::{Fair, FillTargets, Leximin, compare, fair};
use crate::solve::error::SolveError;
use crate::solve::flow::{FlowArc, FlowNetwork, FlowStatus, min_cost_flow};
use crate::solve::optimum::optimum;
use crate::solve::transport::{Transport, number};

/// Pieces for every halving of the fill rate, and halvings.
const PIECES: u32 = 4;
const HALVINGS: u32 = 6;
/// The largest exponent of 2 in a reward: above it the poor and the poorer count alike.
const MOST: f64 = 20.0;

/// How a compromise was struck.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aversion {
    /// α in hundredths: 0 for value alone, 100 for proportional fairness.
    Hundredths(u32),
    /// The worst-off first, then the second, …; value decides between equals.
    Leximin,
}

impl fmt::Display for Aversion {
    /// `0`, `0.25`, `leximin`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Hundredths(alpha) => write!(f, "{}", f64::from(alpha) / 100.0),
            Self::Leximin => f.write_str("leximin"),
        }
    }
}

/// A flow between the most valuable and the fairest one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compromise {
    /// How much more the poor count.
    pub aversion: Aversion,
    /// Units out of each row group.
    pub totals: Vec<i64>,
    /// `Σ value · flow`.
    pub value: i128,
    /// `Σ flow`.
    pub units: i128,
    /// The lowest fill rate of a group with an edge, units over size (not reduced); `None` without groups.
    pub lowest: Option<(i64, i64)>,
    /// A flow with these totals: (edge, units), by edge.
    pub flow: Vec<(usize, i64)>,
    /// By how much at most the straight pieces may have missed the greatest objective (with `φ` between `2^−6` and
    /// 1), in its unit; 0 at both ends.
    pub error: i128,
}

/// Compromises for a list of aversions, in their order.
///
/// # Errors
/// As [`fair`](super::fair()) and [`min_cost_flow`].
pub fn frontier(
    transport: &Transport,
    targets: &FillTargets,
    aversions: &[Aversion],
) -> Result<Vec<Compromise>, SolveError> {
    let frontier = Frontier::of(transport, targets)?;
    aversions.iter().map(|&aversion| frontier.at(aversion)).collect()
}

/// The frontier of a transport, to be asked for one compromise after the other.
#[derive(Debug)]
pub struct Frontier<'a> {
    transport: &'a Transport,
    targets: &'a FillTargets<'a>,
    /// Its end, which also tells who has an edge.
    fairest: Fair,
}

impl<'a> Frontier<'a> {
    /// Checks everything and finds the fair end.
    ///
    /// # Errors
    /// As [`fair`](super::fair()).
    pub fn of(transport: &'a Transport, targets: &'a FillTargets<'a>) -> Result<Self, SolveError> {
        Ok(Self { transport, targets, fairest: fair(transport, targets)? })
    }

    /// The compromise at an aversion.
    ///
    /// # Errors
    /// As [`min_cost_flow`].
    pub fn at(&self, aversion: Aversion) -> Result<Compromise, SolveError> {
        let Self { transport, targets, fairest } = self;
        let (flow, error) = match aversion {
            Aversion::Leximin => (fairest.best.flow.clone(), 0),
            Aversion::Hundredths(0) => (optimum(transport)?.flow, 0),
            Aversion::Hundredths(alpha) => compromise(transport, targets, &fairest.leximin.most, alpha)?,
        };
        let mut totals = vec![0; transport.row_group_capacity.len()];
        let (mut value, mut units) = (0, 0);
        for &(edge, carried) in &flow {
            totals[transport.row_group[transport.row_of(edge)] as usize] += carried;
            value += i128::from(carried) * i128::from(transport.value[edge]);
            units += i128::from(carried);
        }
        let concerned = |group: usize| fairest.leximin.row_group_level[group] != Leximin::OUTSIDE;
        let groups = (0..totals.len()).filter(|&group| concerned(group) && targets.size[group] > 0);
        let lowest =
            groups.map(|group| (targets.already[group] + totals[group], targets.size[group])).min_by(compare);
        Ok(Compromise { aversion, totals, value, units, lowest, flow, error })
    }
}

/// The best flow for the pieces, and the error they make.
fn compromise(
    transport: &Transport,
    targets: &FillTargets,
    most: &[i64],
    alpha: u32,
) -> Result<(Vec<(usize, i64)>, i128), SolveError> {
    let groups = transport.row_group_capacity.len();
    let (rows, columns) = (transport.rows(), transport.columns());
    let first_row = 1 + groups;
    let first_column = first_row + rows;
    let first_column_group = first_column + columns;
    let nodes = first_column_group + transport.column_group_capacity.len();
    let arc = |from: usize, to: usize, capacity: Option<i64>, cost: i64| FlowArc {
        from: number(from),
        to: number(to),
        lower: 0,
        capacity,
        cost,
    };
    let mut arcs = Vec::with_capacity(transport.edges() + 2 * (rows + columns));
    for row in 0..rows {
        for edge in transport.edges_of(row) {
            let capacity = transport.edge_capacity.as_ref().map(|capacity| capacity[edge]);
            let column = first_column + transport.column[edge] as usize;
            arcs.push(arc(first_row + row, column, capacity, -transport.value[edge]));
        }
    }
    let pieces = pieces(transport.most_value(), alpha);
    let mut error = 0_i128;
    for group in (0..groups).filter(|&group| most[group] > 0) {
        let (mut given, mut at) = (0, targets.already[group]);
        for piece in &pieces {
            let until = piece.until(targets.size[group]).min(targets.already[group] + most[group]);
            if until > at {
                arcs.push(arc(0, 1 + group, Some(until - at), -piece.reward));
                error += i128::from(until - at) * i128::from(piece.error);
                given += until - at;
                at = until;
            }
        }
        if given < most[group] {
            arcs.push(arc(0, 1 + group, Some(most[group] - given), 0));
        }
    }
    for row in 0..rows {
        let group = 1 + transport.row_group[row] as usize;
        arcs.push(arc(group, first_row + row, Some(transport.row_capacity[row]), 0));
    }
    for column in 0..columns {
        let group = first_column_group + transport.column_group[column] as usize;
        arcs.push(arc(first_column + column, group, Some(transport.column_capacity[column]), 0));
    }
    for (group, &capacity) in transport.column_group_capacity.iter().enumerate() {
        arcs.push(arc(first_column_group + group, 0, capacity, 0));
    }
    let found = min_cost_flow(&FlowNetwork { supply: vec![0; nodes], arcs })?;
    let FlowStatus::Optimal { flow, .. } = found.status else {
        unreachable!("no flow is feasible, and every cycle passes a limited arc")
    };
    let flow = flow[..transport.edges()].iter().copied().enumerate().filter(|(_, units)| *units > 0);
    Ok((flow.collect(), error))
}

/// A straight piece of `U_α − φ`.
struct Piece {
    /// Where it ends: the fill rate `upto · 2^−32`.
    upto: i64,
    /// What a unit is worth on it.
    reward: i64,
    /// By how much the true worth of a unit may differ, twice: the pieces may be wrong about the best flow and about
    /// the one found.
    error: i64,
}

impl Piece {
    /// Units of a group of this size up to its end.
    fn until(&self, size: i64) -> i64 {
        let units = (i128::from(size) * i128::from(self.upto)) >> 32;
        i64::try_from(units).unwrap_or(i64::MAX)
    }
}

/// The pieces from the lowest fill rate up.
fn pieces(value: i64, alpha: u32) -> Vec<Piece> {
    // V · (2^exponent − 1), whole and no less than 0.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "what the compromise counts, rounded once; sizes of 2^83 saturate and are refused"
    )]
    let worth = |exponent: f64| (value as f64 * (power_of_two(exponent.min(MOST)) - 1.0)).round() as i64;
    let alpha = f64::from(alpha) / 100.0;
    let last = PIECES * HALVINGS;
    let piece = |j: u32| {
        let end = f64::from(j) / f64::from(PIECES);
        #[expect(clippy::cast_possible_truncation, reason = "2^32 and less")]
        let upto = (4_294_967_296.0 / power_of_two(end)).floor() as i64;
        if j == last {
            return Piece { upto, reward: worth(alpha * end), error: 0 };
        }
        let (low, high) = (worth(alpha * end), worth(alpha * (end + 1.0 / f64::from(PIECES))));
        let reward = worth(alpha * (end + 0.5 / f64::from(PIECES)));
        Piece { upto, reward, error: (high - reward).max(reward - low).saturating_mul(2).max(2) }
    };
    (0..=last).rev().map(piece).collect()
}

/// 2^x for `0 <= x < 64` by its binary digits, down to the twentieth: products of square roots, which every machine
/// rounds alike.
fn power_of_two(x: f64) -> f64 {
    let (mut power, mut rest) = (1.0, x);
    while rest >= 1.0 {
        power *= 2.0;
        rest -= 1.0;
    }
    let mut root = 2.0_f64;
    for _ in 0..20 {
        root = root.sqrt();
        rest *= 2.0;
        if rest >= 1.0 {
            power *= root;
            rest -= 1.0;
        }
    }
    power
}
