//! A flow within lots, partner limits, whole columns and shared capacities that few have a reason to leave.
//!
//! **Problem.** With any of these limits a stable flow need not exist, and to decide whether one does is NP-complete
//! (see `stable`). Wanted is a flow that keeps them all and that few edges block.
//!
//! **Method.** Make all stable without the limits, and close what breaks them: an edge that ends below its lot, the
//! partners beyond a limit that whoever has the limit likes least, whole columns that stay partly filled; of a shared
//! capacity the edges liked least by both sides together give way. What is closed is a refusal for good; the components
//! touched are solved again without it, until nothing is broken (`repair`, which also bounds the rounds). What room is
//! left is filled by `greedy`'s rule, the edges liked best by both sides together first, for a pair with room on both
//! sides always blocks.
//!
//! **What it cannot do.** Promise that no edge blocks, or that the fewest do. [`blocking`](super::blocking()) lists
//! those that do, whether or not the limits would let them; so a short list there is what the limits cost, not an
//! error.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::repair::repair;
use super::{Proposing, StableAllocation, check, solve};
use crate::solve::error::SolveError;
use crate::solve::greedy::fill;
use crate::solve::limits::{Limits, found};
use crate::solve::transport::Transport;

/// Rounds of closing and solving before the rest is cut: of what the first one finds, the eighth finds one in a hundred.
const ROUNDS: usize = 16;

/// A flow that keeps all limits and that few edges block.
///
/// Where the [`stable`](crate::solve::stable()) flow breaks no limit it is returned as it is. Otherwise what it breaks
/// is closed and the rest made stable again, until nothing is broken; then room that is left over is filled, the edges
/// of highest `row_score + column_score` first. The augmentations and proposals are those of all rounds. Use
/// [`blocking`](crate::solve::blocking()) to see what still blocks.
///
/// # Errors
/// [`SolveError::Malformed`] if the inputs do not fit together, [`SolveError::Overflow`] as in
/// [`optimum`](crate::solve::optimum()).
pub fn stable_within_limits(
    transport: &Transport,
    limits: &Limits,
    row_score: &[i64],
    column_score: &[i64],
    proposing: Proposing,
) -> Result<StableAllocation, SolveError> {
    check(transport, row_score, column_score)?;
    limits.check(transport)?;
    let free = solve(transport, row_score, column_score, proposing);
    let start = transport.dense(&free.flow);
    if found(transport, &start, limits).is_empty() {
        return Ok(free);
    }
    // Values decide here only who gives way, and in which order room is filled.
    let both: Vec<i64> =
        row_score.iter().zip(column_score).map(|(row, column)| row.saturating_add(*column)).collect();
    let valued = Transport { value: both, ..transport.clone() };
    let augmentations = AtomicU64::new(free.augmentations);
    let proposals = AtomicU64::new(free.proposals);
    let again = |part: &Transport, edges: &[usize]| {
        let of = |score: &[i64]| -> Vec<i64> { edges.iter().map(|&edge| score[edge]).collect() };
        let part = solve(part, &of(row_score), &of(column_score), proposing);
        // Sums, which do not depend on who comes first.
        augmentations.fetch_add(part.augmentations, Relaxed);
        proposals.fetch_add(part.proposals, Relaxed);
        Ok(part.flow)
    };
    let scores = [row_score, column_score];
    let repaired = repair(&valued, limits, start, scores, ROUNDS, again)?;
    let flow = fill(&valued, limits, &valued.value, &repaired);
    match found(transport, &flow, limits).len() {
        0 => Ok(StableAllocation {
            flow: flow.into_iter().enumerate().filter(|(_, units)| *units > 0).collect(),
            augmentations: augmentations.into_inner(),
            proposals: proposals.into_inner(),
        }),
        count => Err(SolveError::Broken { count }),
    }
}
