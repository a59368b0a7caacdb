//! The instances that other solvers are measured on: volumes (`.trp`) and one-to-one (`.lap`), one line a figure.
//!
//! `LIENKET_PEERS_DATA=FOLDER cargo bench --bench peers [-- NAME…]`, a process each.
//!
//! Every optimum is proved again here, in 128 bits and from the instance alone: flow within the capacities, no edge
//! worth more than its two prices, and as much worth in the flow as in the prices.

#[path = "support/instances.rs"]
mod instances;
#[path = "support/measure.rs"]
mod measure;

use std::fs;
use std::path::{Path, PathBuf};

use instances::Instance;
use lienket::solve::{MatchingStatus, OneToOne, Optimum, Transport, check_matching, one_to_one, optimum};
use measure::{Memory, Times, timed};

const RUNS: usize = 11;

/// By network simplex on volumes.
const VOLUMES: &str = "volumes";
/// The same, told which rows are of one product.
const TOLD: &str = "products told";
/// As a one-to-one matching.
const PAIRS: &str = "one-to-one";

/// The product of every row of `L` and `L1`, in a file beside them: a hint that never changes the result.
const PRODUCTS: &str = "mk_po.i32";

#[expect(clippy::print_stdout, reason = "figures are printed")]
#[expect(clippy::disallowed_methods, reason = "a bench may be told where the data is")]
fn main() {
    let wanted = measure::arguments();
    if measure::alone() {
        return measured(Path::new(&wanted[0]), &wanted[1]);
    }
    let Ok(folder) = std::env::var("LIENKET_PEERS_DATA") else {
        println!("peers: skipped, LIENKET_PEERS_DATA names no folder with instances (benches/README.md)");
        return;
    };
    println!("{} threads", rayon::current_num_threads());
    for path in files(Path::new(&folder)) {
        let name = name(&path);
        // To show that it runs, the smallest is enough.
        let asked = wanted.is_empty() || wanted.contains(&name);
        if if measure::in_earnest() { asked } else { name == "S" } {
            for way in [VOLUMES, TOLD, PAIRS] {
                measure::in_a_process(&[&path.to_string_lossy(), way]);
            }
        }
    }
}

/// Prints the figures of one instance, solved in one way.
#[expect(clippy::print_stdout, reason = "figures are printed")]
fn measured(path: &Path, way: &str) {
    let figures = match (instances::read(path), way) {
        (Some(Instance::Volumes(transport)), VOLUMES) => Some(volumes(&transport)),
        (Some(Instance::Volumes(transport)), PAIRS) => instances::one_to_one(&transport).map(|p| pairs(&p)),
        (Some(Instance::Volumes(mut transport)), TOLD) => {
            let products = path.with_file_name(PRODUCTS);
            let given = name(path).starts_with('L') && products.exists();
            given.then(|| {
                transport.row_part = instances::list(&products);
                volumes(&transport)
            })
        }
        (Some(Instance::OneToOne(problem)), PAIRS) => Some(pairs(&problem)),
        _ => None,
    };
    if let Some(figures) = figures {
        println!("{:<7} {way:<14} {figures}", name(path));
    }
}

fn name(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("LIENKET_PEERS_DATA names a folder");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("readable").path()).collect();
    paths.sort();
    paths
}

/// The first answer, the memory it took, and the times of all.
fn repeated<T>(work: impl Fn() -> T) -> (T, f64, Times) {
    let memory = Memory::watch();
    let (first, time) = timed(&work);
    let beyond = memory.beyond();
    let runs = if measure::in_earnest() { RUNS } else { 1 };
    let mut times = vec![time];
    // What a run gives is dropped after its time is taken.
    times.extend((1..runs).map(|_| timed(&work).1));
    (first, beyond, Times::of(times))
}

fn volumes(transport: &Transport) -> String {
    let (found, beyond, times) = repeated(|| optimum(transport).expect("well formed"));
    let (worth, pivots) = (proved(transport, &found), found.pivots);
    format!("optimum {worth:>15}, {pivots:>8} pivots, {times}, {beyond:.0} MB beyond the input")
}

fn pairs(problem: &OneToOne) -> String {
    let (found, beyond, times) = repeated(|| one_to_one(problem).expect("well formed"));
    check_matching(problem, &found).expect("proved");
    let total = match found.status {
        MatchingStatus::Optimal { total, .. } => total.to_string(),
        MatchingStatus::Infeasible { .. } => "none".to_owned(),
    };
    format!("optimum {total:>15}, {:>8} pairs read, {times}, {beyond:>4.0} MB beyond the input", found.work)
}

/// The worth of a flow, if it is feasible and its prices prove that none is worth more.
fn proved(transport: &Transport, found: &Optimum) -> i128 {
    let mut worth = 0_i128;
    let (mut rows, mut columns) = (transport.row_capacity.clone(), transport.column_capacity.clone());
    for &(edge, units) in &found.flow {
        let row = transport.row_start.partition_point(|&start| start <= edge) - 1;
        let column = transport.column[edge] as usize;
        rows[row] -= units;
        columns[column] -= units;
        assert!(units > 0 && rows[row] >= 0 && columns[column] >= 0, "edge {edge} carries too much");
        worth += i128::from(units) * i128::from(transport.value[edge]);
    }
    let (row_price, column_price) = (&found.row_price, &found.column_price);
    assert!(row_price.iter().chain(column_price).all(|&price| price >= 0), "a price is negative");
    for (row, price) in row_price.iter().enumerate() {
        for edge in transport.row_start[row]..transport.row_start[row + 1] {
            let prices = price + column_price[transport.column[edge] as usize];
            assert!(transport.value[edge] <= prices, "edge {edge} is worth more than its prices");
        }
    }
    let total = |capacity: &[i64], price: &[i64]| -> i128 {
        capacity.iter().zip(price).map(|(&units, &price)| i128::from(units) * i128::from(price)).sum()
    };
    let bound = total(&transport.row_capacity, row_price) + total(&transport.column_capacity, column_price);
    assert_eq!(worth, bound, "flow and prices differ in worth");
    worth
}
