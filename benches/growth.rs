//! How time and memory grow with the market: synthetic national markets from a thousand to 600,000 offers, a process
//! each so that no size pays for another. Prints CSV; `benches/plot.rs` draws it.
//!
//! `cargo bench --bench growth > growth.csv`, or `cargo bench --bench growth -- OFFERS…`
//!
//! Seconds are medians of up to seven runs. Memory is the most that was taken in the first run, in MB (10^6 bytes): `market_mb` by the
//! process with nothing but the market, the others by a stage beyond that, all it builds upon included.

#[path = "support/measure.rs"]
mod measure;

use std::time::Duration;

use lienket::generate::{Preset, generate};
use lienket::{Linkage, Market, Mechanism, Plan, Policy};
use measure::{Memory, Times, timed};

const OFFERS: [u32; 9] = [1_000, 2_000, 5_000, 10_000, 20_000, 60_000, 100_000, 200_000, 600_000];
/// Offers of the national preset at scale 1.
const NATIONAL: f64 = 60_000.0;
/// Runs of a size: so many, or fewer where they take longer than that.
const RUNS: usize = 7;
const ENOUGH: Duration = Duration::from_secs(20);

#[expect(clippy::print_stdout, reason = "figures are printed")]
fn main() {
    let mut sizes: Vec<u32> = measure::arguments().iter().filter_map(|size| size.parse().ok()).collect();
    if measure::alone() {
        println!("{}", line(sizes[0]));
        return;
    }
    if sizes.is_empty() {
        sizes = if measure::in_earnest() { OFFERS.to_vec() } else { vec![OFFERS[0]] };
    }
    println!(
        "offers,demands,candidates,search_s,solve_s,certificate_s,reasons_s,proven_plan_s,market_mb,search_mb,\
         solve_mb,certificate_mb"
    );
    for size in sizes {
        measure::in_a_process(&[&size.to_string()]);
    }
}

/// Measures one size.
fn line(offers: u32) -> String {
    let parts = generate(Preset::National, 1, f64::from(offers) / NATIONAL).expect("a scale in range");
    let market = Market::build(parts).expect("a market without faults");
    let policy = Policy::default();
    let mut seconds: [_; 5] = std::array::from_fn(|_| Vec::new());
    let mut memory = [f64::NAN; 3];
    let mut candidates = 0;
    let with_market = Memory::watch();
    let market_mb = with_market.before();
    let mut spent = Duration::ZERO;
    for run in 0..if measure::in_earnest() { RUNS } else { 1 } {
        if spent > ENOUGH {
            break;
        }
        let mut mark = |stage: usize| {
            if run == 0 {
                memory[stage] = with_market.beyond();
                Memory::watch();
            }
        };
        let (linkage, search) = timed(|| Linkage::build(&market, &policy).expect("no fault"));
        mark(0);
        candidates = linkage.len();
        let (plan, [network, optimum, rest]) = measure::solved(&linkage);
        mark(1);
        let (allocations, prices) = (plan.allocations().to_vec(), plan.prices().clone());
        drop(plan);
        let (plan, certificate) = timed(|| {
            Plan::certified(&linkage, Mechanism::Optimal, allocations, prices).expect("proved before")
        });
        mark(2);
        let (_, reasons) = timed(|| (plan.unmatched_offers().len(), plan.unmatched_demands().len()));
        let solve = network + optimum;
        spent += search + solve + rest + reasons;
        let stages = [search, solve, certificate, reasons, search + solve + rest];
        for (all, time) in seconds.iter_mut().zip(stages) {
            all.push(time);
        }
    }
    let seconds = seconds.map(|times| format!("{:.6}", Times::of(times).median())).join(",");
    let memory = memory.map(|mb| format!("{mb:.1}")).join(",");
    let demands = market.demands().len();
    format!("{offers},{demands},{candidates},{seconds},{market_mb:.1},{memory}")
}
