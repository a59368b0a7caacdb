//! Cases at the edges that once went wrong.

use lienket::{
    Cooperative, Demand, Enterprise, Error, Kg, Linkage, Market, MarketParts, Mechanism, Objective, Offer,
    Place, Plan, Policy, Prices, VndPerKg,
};

/// Prices whose sum wraps around in 128 bits prove nothing: a plan of nothing is not optimal.
#[test]
fn prices_that_wrap_around_are_refused() {
    let mut parts = MarketParts::new("2025-11-28".parse().unwrap());
    let place = || Place::id("vn/ha-noi");
    for i in 0..5 {
        parts.cooperatives.push(Cooperative::new(format!("c{i}"), place()).capacity(Kg(i64::MAX)));
    }
    parts.enterprises.push(Enterprise::new("e", place()));
    for i in 0..4 {
        parts.offers.push(Offer::new(format!("o{i}"), format!("c{i}"), "tea", Kg(1)));
    }
    parts.offers.push(Offer::new("o4", "c4", "cereal/rice", Kg(1)));
    parts.demands.push(Demand::new("d", "e", "tea", Kg(4)));
    let linkage = Linkage::build(&Market::build(parts).unwrap(), &Policy::default()).unwrap();
    // 4 · (2^63 − 1)² + 8 · (2^63 − 1) + 4 = 2^128.
    let prices = Prices {
        offers: vec![0, 0, 0, 0, 4],
        demands: vec![0],
        cooperatives: vec![i64::MAX, i64::MAX, i64::MAX, i64::MAX, 8],
        enterprises: vec![0],
        kg_weight: 0,
    };
    let refused = Plan::certified(&linkage, Mechanism::Optimal, Vec::new(), prices);
    assert!(matches!(refused, Err(Error::Refuted(_))));
}

/// A freight beyond all measure leaves no gain, to the solver and to the checker.
#[test]
fn a_freight_beyond_measure_leaves_no_gain() {
    let mut parts = MarketParts::new("2025-11-28".parse().unwrap());
    parts.cooperatives.push(Cooperative::new("c", Place::id("vn/ha-noi")));
    parts.enterprises.push(Enterprise::new("e", Place::id("vn/ca-mau")));
    parts.offers.push(Offer::new("o", "c", "tea", Kg(1)).ask(VndPerKg(105)));
    parts.demands.push(Demand::new("d", "e", "tea", Kg(1)).bid(VndPerKg(100)));
    let policy = Policy {
        objective: Objective::Welfare,
        price_tolerance_percent: 10,
        road_factor: 1e25,
        freight: 1e25,
        ..Policy::default()
    };
    let linkage = Linkage::build(&Market::build(parts).unwrap(), &policy).unwrap();
    let plan = Plan::solve(&linkage, Mechanism::Optimal).unwrap();
    assert!(plan.allocations().is_empty());
}

/// Where one supplier is allowed, the one that could bring more wins over the one that scores more.
#[test]
fn the_one_partner_allowed_is_the_one_that_could_bring_most() {
    let mut parts = MarketParts::new("2025-11-28".parse().unwrap());
    parts.cooperatives.push(Cooperative::new("near", Place::id("vn/ha-noi")));
    parts.cooperatives.push(Cooperative::new("far", Place::id("vn/thai-nguyen")));
    parts.enterprises.push(Enterprise::new("e", Place::id("vn/ha-noi")));
    parts.offers.push(Offer::new("good", "near", "tea", Kg(60)));
    parts.offers.push(Offer::new("large", "far", "tea", Kg(100)));
    parts.demands.push(Demand::new("d", "e", "tea", Kg(100)).max_suppliers(1));
    let linkage = Linkage::build(&Market::build(parts).unwrap(), &Policy::default()).unwrap();
    let plan = Plan::solve(&linkage, Mechanism::Optimal).unwrap();
    assert_eq!(plan.allocations().iter().map(|a| a.volume).collect::<Vec<_>>(), [Kg(100)]);
}
