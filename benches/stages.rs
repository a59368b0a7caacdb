//! A matching round, stage by stage and end to end, on synthetic markets: a province and the country.
//!
//! `cargo bench --bench stages`

#[path = "support/measure.rs"]
mod measure;

use std::hint::black_box;
use std::time::Duration;

use criterion::{
    BatchSize, BenchmarkGroup, BenchmarkId, Criterion, SamplingMode, criterion_group, criterion_main,
};
use lienket::generate::{Preset, generate};
use lienket::{Linkage, Market, Mechanism, Plan, Policy, io};

type Group<'a> = BenchmarkGroup<'a, criterion::measurement::WallTime>;

/// The markets, with the times of their presets' size that they have.
fn markets() -> [(&'static str, Market); 2] {
    // To show that it runs, a village is enough.
    let scale = if measure::in_earnest() { 1.0 } else { 0.02 };
    [Preset::Province, Preset::National].map(|preset| {
        let parts = generate(preset, 1, scale).expect("a scale in range");
        (preset.name(), Market::build(parts).expect("a market without faults"))
    })
}

fn rounds(criterion: &mut Criterion) {
    for (name, market) in markets() {
        let mut group = criterion.benchmark_group("round");
        group.sample_size(20).sampling_mode(SamplingMode::Flat).measurement_time(Duration::from_secs(3));
        in_memory(&mut group, name, &market);
        documents(&mut group, name, &market);
        group.finish();
    }
}

/// From a market to a plan and its reasons. What a stage gives is dropped outside its time.
fn in_memory(group: &mut Group, name: &str, market: &Market) {
    let policy = Policy::default();
    let build = || Linkage::build(black_box(market), &policy).expect("a default policy has no fault");
    let linkage = build();
    group.bench_function(BenchmarkId::new("1 candidates and scores", name), |b| {
        b.iter_batched(|| (), |()| build(), BatchSize::PerIteration);
    });
    for (step, stage) in ["2 network", "3 optimum"].into_iter().enumerate() {
        group.bench_function(BenchmarkId::new(stage, name), |b| {
            b.iter_custom(|times| (0..times).map(|_| measure::solved(&linkage).1[step]).sum());
        });
    }
    let (plan, _) = measure::solved(&linkage);
    let claim = || (plan.allocations().to_vec(), plan.prices().clone());
    let certified = |(allocations, prices)| {
        Plan::certified(black_box(&linkage), Mechanism::Optimal, allocations, prices).expect("proved before")
    };
    group.bench_function(BenchmarkId::new("4 certificate", name), |b| {
        b.iter_batched(claim, certified, BatchSize::PerIteration);
    });
    group.bench_function(BenchmarkId::new("5 reasons", name), |b| {
        let reasons = |plan: Plan| {
            black_box((plan.unmatched_offers().len(), plan.unmatched_demands().len()));
            plan
        };
        b.iter_batched(|| certified(claim()), reasons, BatchSize::PerIteration);
    });
    group.bench_function(BenchmarkId::new("market to proven plan (1 to 4)", name), |b| {
        b.iter_batched(|| (), |()| Plan::solve(&build(), Mechanism::Optimal), BatchSize::PerIteration);
    });
}

/// From a document to a document, reasons included.
fn documents(group: &mut Group, name: &str, market: &Market) {
    let folder = tempfile::tempdir().expect("a folder for the documents");
    let (from, to) = (folder.path().join("market.json"), folder.path().join("plan.json"));
    io::write_market(market, &from).expect("written");
    group.bench_function(BenchmarkId::new("read a market", name), |b| {
        b.iter_batched(|| (), |()| io::read_market(&from), BatchSize::PerIteration);
    });
    group.bench_function(BenchmarkId::new("document to document", name), |b| {
        b.iter(|| {
            let market = io::read_market(&from).expect("what was written is read");
            let linkage = Linkage::build(&market, &Policy::default()).expect("no fault");
            let plan = Plan::solve(&linkage, Mechanism::Optimal).expect("small numbers");
            io::write_atomically(&to, |writer| io::write_plan(&plan, writer)).expect("written");
        });
    });
}

criterion_group!(benches, rounds);
criterion_main!(benches);
