//! The README says what the program prints.

use lienket::{Language, Linkage, Mechanism, Metrics, Plan, Policy, io, report};

#[test]
fn the_sample_is_what_the_main_job_prints() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/cooperative-forum-2025");
    let market = io::read_market(folder).unwrap();
    let linkage = Linkage::build(&market, &Policy::default()).unwrap();
    let plan = Plan::solve(&linkage, Mechanism::Optimal).unwrap();
    let printed = report::round(&plan, &Metrics::of(&plan), Language::English);
    let readme = include_str!("../../README.md");
    let sample = readme.split("```text\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let mut shown = printed.lines();
    for line in sample.lines().filter(|line| *line != "…") {
        assert!(shown.any(|printed| printed == line), "not printed, or out of order: {line}");
    }
}
