//! A matching round, stage by stage and end to end, at three sizes; the middle one is the largest real round on
//! record: 1,458 suppliers and 883 buyers.
//!
//! `cargo bench --all-features --bench round`

mod support;

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use lienket::{Linkage, Mechanism, Plan, Policy, io};

const SIZES: [(usize, usize); 3] = [(150, 60), (1_458, 883), (6_000, 4_000)];

fn stages(criterion: &mut Criterion) {
    let policy = Policy::default();
    for (offers, demands) in SIZES {
        let market = support::market(offers, demands, 1);
        let size = format!("{offers}x{demands}");
        let linkage = Linkage::build(&market, &policy).expect("a default policy has no fault");
        let plan = Plan::solve(&linkage, Mechanism::Optimal).expect("small numbers");
        let mut group = criterion.benchmark_group("stage");
        group.sample_size(20);
        group.bench_function(BenchmarkId::new("candidates and scores", &size), |b| {
            b.iter(|| Linkage::build(black_box(&market), &policy));
        });
        group.bench_function(BenchmarkId::new("optimum, certificate and reasons", &size), |b| {
            b.iter(|| Plan::solve(black_box(&linkage), Mechanism::Optimal));
        });
        group.bench_function(BenchmarkId::new("certificate and reasons", &size), |b| {
            let claim = || (plan.allocations().to_vec(), plan.prices().clone());
            b.iter(|| {
                let (allocations, prices) = claim();
                Plan::certified(black_box(&linkage), Mechanism::Optimal, allocations, prices)
            });
        });
        group.finish();
    }
}

fn end_to_end(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("end to end");
    group.sample_size(20);
    for (offers, demands) in SIZES {
        let folder = tempfile::tempdir().expect("a folder for the documents");
        let (from, to) = (folder.path().join("market.json"), folder.path().join("plan.json"));
        io::write_market(&support::market(offers, demands, 1), &from).expect("written");
        group.bench_function(
            BenchmarkId::new("read, match, verify, write", format!("{offers}x{demands}")),
            |b| {
                b.iter(|| {
                    let market = io::read_market(&from).expect("what was written is read");
                    let linkage = Linkage::build(&market, &Policy::default()).expect("no fault");
                    let plan = Plan::solve(&linkage, Mechanism::Optimal).expect("small numbers");
                    io::write_atomically(&to, |writer| io::write_plan(&plan, writer)).expect("written");
                });
            },
        );
    }
    group.finish();
}

criterion_group!(benches, stages, end_to_end);
criterion_main!(benches);
