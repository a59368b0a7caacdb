//! An optimum after small changes, from nothing and from where it stood: one line a figure.
//!
//! `LIENKET_PEERS_DATA=FOLDER cargo bench --bench warm_start`; without the folder on a seeded transport.
//!
//! One edge in a thousand gets another score, or one row and column in a thousand another volume; every answer is
//! compared with the one from nothing.

#[path = "support/instances.rs"]
mod instances;
#[path = "support/measure.rs"]
mod measure;

use std::path::Path;

use instances::Instance;
use lienket::solve::{Change, Optimum, Standing, Transport, optimum, optimum_near};
use measure::{Times, timed};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

#[expect(clippy::disallowed_methods, reason = "a bench may be told where the data is")]
fn main() {
    let folder = std::env::var("LIENKET_PEERS_DATA").ok();
    match folder.filter(|_| measure::in_earnest()) {
        None => measured("seeded", &seeded(if measure::in_earnest() { 10_000 } else { 200 })),
        Some(folder) => {
            for name in ["S", "M", "L"] {
                let path = Path::new(&folder).join(format!("{name}.trp"));
                if let Some(Instance::Volumes(transport)) =
                    path.exists().then(|| instances::read(&path)).flatten()
                {
                    measured(name, &transport);
                }
            }
        }
    }
}

/// Rows and columns on a line, each in reach of some forty.
fn seeded(rows: usize) -> Transport {
    let random = &mut ChaCha8Rng::seed_from_u64(1);
    let columns = rows * 7 / 10;
    let mut transport = Transport { row_start: vec![0], ..Transport::default() };
    for row in 0..rows {
        let middle = row * columns / rows;
        for column in middle.saturating_sub(20)..(middle + 20).min(columns) {
            transport.column.push(u32::try_from(column).expect("small"));
            transport.value.push(random.random_range(0..1_000_000));
        }
        transport.row_start.push(transport.column.len());
    }
    transport.row_capacity = (0..rows).map(|_| random.random_range(1..10_000)).collect();
    transport.column_capacity = (0..columns).map(|_| random.random_range(1..20_000)).collect();
    (transport.row_group, transport.column_group) = (vec![0; rows], vec![0; columns]);
    (transport.row_group_capacity, transport.column_group_capacity) = (vec![None], vec![None]);
    (transport.row_key, transport.column_key) = ((0..rows as u64).collect(), (0..columns as u64).collect());
    transport
}

#[expect(clippy::print_stdout, reason = "figures are printed")]
fn measured(name: &str, transport: &Transport) {
    let random = &mut ChaCha8Rng::seed_from_u64(2);
    let scores: Vec<Change> = (0..(transport.value.len() / 1000).max(1))
        .map(|_| {
            let edge = random.random_range(0..transport.value.len());
            let value = transport.value[edge] + random.random_range(-50_000..=50_000);
            Change::Value { edge, value: value.clamp(0, 1_000_000) }
        })
        .collect();
    let mut volumes = Vec::new();
    for _ in 0..(transport.row_capacity.len() / 1000).max(1) {
        let row = random.random_range(0..transport.row_capacity.len());
        let units = transport.row_capacity[row] * random.random_range(80..=120) / 100;
        volumes.push(Change::RowCapacity { row, units });
    }
    for _ in 0..(transport.column_capacity.len() / 1000).max(1) {
        let column = random.random_range(0..transport.column_capacity.len());
        let units = transport.column_capacity[column].max(2) * random.random_range(80..=120) / 100;
        volumes.push(Change::ColumnCapacity { column, units });
    }
    let before = optimum(transport).expect("a sound instance");
    for (what, changes) in [
        ("scores", &scores[..]),
        ("volumes", &volumes[..]),
        ("one score", &scores[..1]),
        ("one volume", &volumes[..1]),
    ] {
        let runs = if measure::in_earnest() { 11 } else { 1 };
        let [mut cold, mut near, mut standing] = [Vec::new(), Vec::new(), Vec::new()];
        for _ in 0..runs {
            let mut kept = Standing::near(transport.clone(), &before.flow).expect("a sound instance");
            let ((), time) = timed(|| kept.change(changes).expect("sound changes")); // its optimum included
            standing.push(time);
            let (found, time) = timed(|| optimum(kept.transport()).expect("a sound instance"));
            cold.push(time);
            let (again, time) =
                timed(|| optimum_near(kept.transport(), &before.flow).expect("a sound instance"));
            near.push(time);
            assert!(
                same(&found, kept.optimum()) && same(&found, &again),
                "the optimum depends on the way to it"
            );
        }
        let [cold, near, standing] = [cold, near, standing].map(|times| Times::of(times).median());
        println!(
            "{name:<7} {what:<11} {:>5} changes: from nothing {cold:.5} s, near {near:.5} s ({:.1} times faster), \
             standing {standing:.6} s ({:.1} times faster)",
            changes.len(),
            cold / near,
            cold / standing
        );
    }
}

/// Whether flow and prices are equal.
fn same(one: &Optimum, other: &Optimum) -> bool {
    Optimum { pivots: 0, ..one.clone() } == Optimum { pivots: 0, ..other.clone() }
}
