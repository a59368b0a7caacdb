//! One-to-one matching: dense random costs, distances, few distinct values, and sparse pairs, at several sizes.
//!
//! `cargo bench --bench one_to_one`. The instances that other solvers are measured on are in `peers.rs`.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use lienket::solve::{Goal, OneToOne, Pairs, one_to_one};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha12Rng;

const SIZES: [usize; 3] = [500, 1000, 2000];

/// Pairs a row of the sparse problems.
const DEGREE: usize = 50;

fn dense(size: usize, mut cost: impl FnMut(usize, usize) -> i32) -> OneToOne {
    let cost = (0..size * size).map(|at| cost(at / size, at % size)).collect();
    OneToOne { rows: size, columns: size, pairs: Pairs::Dense(cost), goal: Goal::Least, singles: false }
}

/// Costs below a bound, each by itself.
fn uniform(size: usize, below: i32) -> OneToOne {
    let mut random = ChaCha12Rng::seed_from_u64(size as u64);
    dense(size, |_, _| random.random_range(0..below))
}

/// Distances between points of two sets in a square of 700 km, in metres.
#[expect(clippy::cast_possible_truncation, reason = "at most 990 km")]
fn distances(size: usize) -> OneToOne {
    let mut random = ChaCha12Rng::seed_from_u64(size as u64);
    let mut points = || -> Vec<(f64, f64)> {
        (0..size).map(|_| (random.random_range(0.0..7e5), random.random_range(0.0..7e5))).collect()
    };
    let (from, to) = (points(), points());
    dense(size, |row, column| (from[row].0 - to[column].0).hypot(from[row].1 - to[column].1).round() as i32)
}

/// Some pairs of each row, among them one with its own number so that there is a matching.
fn sparse(size: usize) -> OneToOne {
    let mut random = ChaCha12Rng::seed_from_u64(size as u64);
    let (mut row_start, mut column, mut value) = (vec![0], Vec::new(), Vec::new());
    for row in 0..size {
        let mut columns: Vec<usize> = (1..DEGREE).map(|_| random.random_range(0..size)).collect();
        columns.push(row);
        columns.sort_unstable();
        columns.dedup();
        column.extend(columns.iter().map(|&column| u32::try_from(column).expect("few columns")));
        value.resize_with(column.len(), || random.random_range(0..=1_000_000));
        row_start.push(column.len());
    }
    let pairs = Pairs::Sparse { row_start, column, value };
    OneToOne { rows: size, columns: size, pairs, goal: Goal::Greatest, singles: false }
}

fn seeded(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("one to one");
    group.sample_size(20);
    for size in SIZES {
        let problems = [
            ("uniform costs", uniform(size, 1_000_001)),
            ("costs below 10", uniform(size, 10)),
            ("distances", distances(size)),
            ("row times column", dense(size, |row, column| i32::try_from(row * column).expect("small"))),
            ("sparse, 50 a row", sparse(10 * size)),
        ];
        for (name, problem) in &problems {
            group.bench_function(BenchmarkId::new(*name, problem.rows), |b| {
                b.iter(|| one_to_one(black_box(problem)));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, seeded);
criterion_main!(benches);
