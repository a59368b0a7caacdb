//! The data set of the cooperative forum: it reads, it is as large as it says, and its plan is pinned.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use lienket::{Language, Linkage, Market, Metrics, Place, Plan, Policy, Severity, io, report};

fn forum() -> Market {
    io::read_market(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/cooperative-forum-2025"))
        .expect("it reads")
}

fn plan(market: &Market) -> Plan {
    let policy = Policy::default();
    let linkage = Linkage::build(market, &policy).expect("the default policy is valid");
    Plan::solve(&linkage, policy.mechanism).expect("a plan")
}

#[test]
fn the_forum_is_as_large_as_a_real_one() {
    let market = forum();
    assert!(market.warnings().iter().all(|issue| issue.severity == Severity::Warning));
    assert!(!market.warnings().is_empty(), "a real event has something to warn of");
    assert!(market.cooperatives().len() >= 60);
    assert!(market.enterprises().len() >= 25);
    assert!(market.offers().len() >= 120);
    assert!(market.demands().len() >= 80);
    assert!(!market.parts().contracts.is_empty());
    // A point counts for the province whose centre is nearest.
    let provinces: Vec<_> = market.catalogue().places().iter().filter(|p| p.id.starts_with("vn/")).collect();
    let nearest = |lat: f64, lon: f64| {
        let away = |p: &lienket::PlaceEntry| (p.lat - lat).powi(2) + (p.lon - lon).powi(2);
        provinces
            .iter()
            .min_by(|a, b| away(a).total_cmp(&away(b)))
            .map(|p| p.id.clone())
            .expect("34 provinces")
    };
    let province = |place: &Place| match place {
        Place::Point { lat, lon } => nearest(*lat, *lon),
        Place::Id(id) => {
            let entry = market.catalogue().place(id).expect("validated");
            nearest(entry.lat, entry.lon)
        }
    };
    let spread: BTreeSet<String> = market.cooperatives().iter().map(|c| province(&c.place)).collect();
    assert!(spread.len() >= 20, "{spread:?}");
}

#[test]
fn the_plan_of_the_forum_is_pinned() {
    let plan = plan(&forum());
    let mut text = report::summary(&plan, &Metrics::of(&plan), Language::English);
    let mut reasons: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for unmatched in plan.unmatched_offers() {
        *reasons.entry(("offers", unmatched.reason.code())).or_default() += 1;
    }
    for unmatched in plan.unmatched_demands() {
        *reasons.entry(("demands", unmatched.reason.code())).or_default() += 1;
    }
    let bounds = plan.bounds();
    writeln!(text, "\nobjective {} of at most {}", bounds.objective, bounds.bound).expect("fits");
    writeln!(text, "{} allocations", plan.allocations().len()).expect("fits");
    for ((list, reason), count) in reasons {
        writeln!(text, "{list} left by {reason}: {count}").expect("fits");
    }
    insta::assert_snapshot!("forum", text);
}

#[test]
fn as_json_the_forum_gives_the_same_plan() {
    let market = forum();
    let json = serde_json::to_value(market.parts()).expect("plain data");
    let mut document = json.as_object().expect("an object").clone();
    document.insert("format".into(), "lienket/market@1".into());
    let bytes = serde_json::to_vec(&document).expect("plain data");
    let again = io::json::market_from_slice(&bytes).expect("it reads");
    assert_eq!(io::market_digest(&again), io::market_digest(&market));
    let document = io::plan_document(&plan(&market));
    assert_eq!(document, io::plan_document(&plan(&again)));
    assert!(io::verify_plan(&again, document.as_bytes()).is_ok());
}
