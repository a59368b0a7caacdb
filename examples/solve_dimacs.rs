//! Solves a minimum-cost flow problem in DIMACS format and prints the optimum with its proof checked, or why
//! there is none.
//!
//! `cargo run --release --example solve_dimacs [FILE.min]`

use std::error::Error;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use lienket::io::{dimacs, read_bytes};
use lienket::solve::{FlowStatus, check_flow, min_cost_flow};

#[expect(clippy::print_stderr, reason = "an example says what went wrong")]
fn main() -> ExitCode {
    let path = std::env::args().nth(1).unwrap_or_else(|| {
        concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/bradley-hax-magnanti.min").to_owned()
    });
    match solve(&path) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{path}: {error}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "an example prints what it found")]
fn solve(path: &str) -> Result<(), Box<dyn Error>> {
    let (network, reading) = timed(|| dimacs::read_dimacs(&read_bytes(path)?));
    let network = network?;
    let (found, solving) = timed(|| min_cost_flow(&network));
    let found = found?;
    let (checked, checking) = timed(|| check_flow(&network, &found));
    checked?;

    println!("{} nodes, {} arcs", network.supply.len(), network.arcs.len());
    let proof = match &found.status {
        FlowStatus::Optimal { cost, .. } => {
            println!("optimal: cost {cost}");
            "flow and prices prove the optimum"
        }
        FlowStatus::Infeasible(reason) => {
            println!("infeasible: {reason}");
            "the witness shows it"
        }
        FlowStatus::Unbounded { cycle, .. } => {
            println!("unbounded: {} unlimited arcs make a cycle of negative cost", cycle.len());
            "the flow is feasible, the cycle lowers its cost for ever"
        }
    };
    println!("checked: {proof}");
    println!("{} pivots", found.pivots);
    println!("seconds: reading {reading:.3?}, solving {solving:.3?}, checking {checking:.3?}");
    Ok(())
}

/// What the work gives, and how long it took.
#[expect(clippy::disallowed_methods, reason = "an example that measures; nothing depends on the time")]
fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed())
}
