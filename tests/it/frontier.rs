//! What fairness costs: the frontier's ends are the plans that it lies between, its points keep every limit, and it is told
//! in the summary, the page, the workbook and the table.

use std::ops::ControlFlow;

use lienket::{
    Aversion, Cooperative, Demand, DemandIx, Enterprise, Error, FrontierPoint, Kg, Linkage, Market,
    MarketParts, Mechanism, Offer, OfferIx, Overview, Place, Plan, Policy, Privacy, UnderLimits, frontier,
    io, report,
};
use proptest::prelude::*;

use crate::support::markets;
use crate::support::program::run;

const BETWEEN: [Aversion; 3] =
    [Aversion::Hundredths(50), Aversion::Hundredths(100), Aversion::Hundredths(400)];

fn points(linkage: &Linkage) -> Vec<FrontierPoint> {
    frontier(linkage, &BETWEEN, &|_| ControlFlow::Continue(())).unwrap()
}

fn table(points: &[FrontierPoint]) -> String {
    let mut table = Vec::new();
    io::write_frontier(points, &mut table).unwrap();
    String::from_utf8(table).unwrap()
}

fn volumes(plan: &Plan) -> Vec<(OfferIx, DemandIx, Kg)> {
    plan.allocations().iter().map(|a| (a.offer, a.demand, a.volume)).collect()
}

/// Two cooperatives of a tonne each, of which the nearer scores more, for a demand of a tonne.
fn near_and_far() -> Linkage {
    let mut parts = MarketParts::new("2025-11-28".parse().unwrap());
    for (id, place) in [("near", "vn/ha-noi"), ("far", "vn/ca-mau")] {
        parts.cooperatives.push(Cooperative::new(id, Place::id(place)));
        parts.offers.push(Offer::new(id, id, "tea/green", Kg(1000)));
    }
    parts.enterprises.push(Enterprise::new("shop", Place::id("vn/ha-noi")));
    parts.demands.push(Demand::new("d", "shop", "tea", Kg(1000)));
    Linkage::build(&Market::build(parts).unwrap(), &Policy::default()).unwrap()
}

#[test]
fn from_all_for_one_to_half_for_each() {
    let points = points(&near_and_far());
    let least: Vec<f64> = points.iter().map(|point| point.figures.fill_min.unwrap()).collect();
    assert_eq!((least[0], least[4]), (0.0, 0.5));
    // The greater α, the more the poorer has.
    assert!(least.is_sorted(), "{least:?}");
    assert!(0.0 < least[1] && least[1] < 0.5, "{least:?}");
    let score: Vec<f64> = points.iter().map(|point| point.score_lost.unwrap()).collect();
    assert!(score.is_sorted() && score[0] == 0.0 && score[4] > 0.0, "{score:?}");
    assert!(points.iter().all(|point| point.volume_lost == Some(0.0)));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// On a network: between its ends no point is worth more than the optimum, and the fairest reaches the greatest
    /// volume.
    #[test]
    fn the_ends_are_the_optimum_and_the_fairest(mix in markets::middle(false), order in any::<u64>()) {
        let (mut parts, policy) = mix.build();
        let mut policy = Policy { mechanism: Mechanism::Optimal, ..policy };
        let linkage = Linkage::build(&Market::build(parts.clone()).unwrap(), &policy).unwrap();
        let points = points(&linkage);
        prop_assert_eq!(points.len(), 5);
        for (at, mechanism) in [(0, Mechanism::Optimal), (4, Mechanism::Fair)] {
            let plan = Plan::solve(&linkage, mechanism).unwrap();
            prop_assert_eq!(volumes(&points[at].figures.plan), volumes(&plan));
        }
        for point in &points {
            prop_assert!(point.figures.plan.bounds().objective <= points[0].figures.plan.bounds().objective);
            prop_assert!(point.figures.matched_kg <= points[4].figures.matched_kg);
        }
        markets::permute(&mut parts, &mut policy, order);
        let permuted = Linkage::build(&Market::build(parts).unwrap(), &policy).unwrap();
        prop_assert_eq!(table(&frontier(&permuted, &BETWEEN, &|_| ControlFlow::Continue(())).unwrap()), table(&points));
    }

    /// Under lots and the like too: whatever a point is, it has passed the checker.
    #[test]
    fn limits_are_kept(mix in markets::middle(true)) {
        let (parts, policy) = mix.build();
        let policy = Policy { mechanism: Mechanism::Optimal, effort: 0.2, ..policy };
        let linkage = Linkage::build(&Market::build(parts).unwrap(), &policy).unwrap();
        for point in points(&linkage) {
            let new: Vec<_> = point.figures.plan.allocations().iter().map(|a| (a.offer, a.demand, a.volume)).collect();
            prop_assert!(Plan::adopt(&linkage, &new).is_ok());
        }
    }
}

#[test]
fn with_quotas_it_is_refused() {
    let linkage = near_and_far();
    let policy = Policy { linked_first: true, ..Policy::default() };
    let linkage = Linkage::build(linkage.market(), &policy).unwrap();
    let refused = frontier(&linkage, &[], &|_| ControlFlow::Continue(())).unwrap_err();
    let Error::Faults(issues) = refused else { panic!("{refused}") };
    assert_eq!(issues[0].code, "no_quotas");
}

#[test]
fn it_is_told_to_everybody() {
    let linkage = near_and_far();
    let points = points(&linkage);
    let plan =
        Plan::solve_under(&linkage, Mechanism::Fair, UnderLimits::Refuse, &|_| ControlFlow::Continue(()));
    for privacy in crate::report::LEVELS {
        let overview = Overview::of(plan.as_ref().unwrap(), privacy).with_frontier(&points);
        let page = report::html(&overview);
        assert!(page.contains("Cái giá của công bằng") && page.contains("α = 0,5"), "{privacy:?}");
        assert!(overview.tables().iter().any(|table| table.key == "frontier"));
        let without = report::html(&Overview::of(plan.as_ref().unwrap(), privacy));
        assert!(!without.contains("Cái giá của công bằng"));
    }
    let text = report::frontier(&points, lienket::Language::English);
    assert!(text.contains("volume lost to the optimum    0.0 %"), "{text}");
    assert_eq!(Overview::of(plan.as_ref().unwrap(), Privacy::Public).frontier, []);
}

#[test]
fn the_program_writes_it() {
    let folder = tempfile::tempdir().unwrap();
    let market = near_and_far().market().clone();
    io::write_market(&market, folder.path().join("market.json")).unwrap();
    let output = run(folder.path(), &["match", "market.json", "--frontier=0.5,2", "--out", "out"]);
    assert!(output.status.success(), "{output:?}");
    let table = std::fs::read_to_string(folder.path().join("out/frontier.csv")).unwrap();
    let alphas: Vec<&str> = table.lines().map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(alphas, ["alpha", "0", "0.5", "2", "leximin"]);
    // A fair plan says what it costs unasked.
    let output = run(folder.path(), &["match", "market.json", "--mechanism", "fair"]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("price of fairness"), "{output:?}");
    for beside in [["--out", "-"], ["--mechanism", "all"]] {
        let output = run(folder.path(), &[&["match", "market.json", "--frontier"], &beside[..]].concat());
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert!(output.stdout.is_empty(), "{output:?}");
    }
    let output = run(folder.path(), &["match", "market.json", "--frontier=0"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("from 0.01 to 100"), "{output:?}");
}
