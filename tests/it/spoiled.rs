//! Spoiled plans: whatever is changed in a plan document, verification refuses it; whatever is infeasible, no
//! plan exists of it.

use crate::support::markets::day;
use lienket::{
    Allocation, Certificate, Contract, Cooperative, Demand, Enterprise, Error, Kg, Km, Linkage, Market,
    MarketParts, Mechanism, Objective, Offer, Place, Plan, Policy, Prices, Relation, Status, VndPerKg, io,
};
use serde_json::{Value, json};

/// A market with a bit of everything whose plan is proven optimal: contracts on a candidate and on another pair,
/// competition, capacities, certificates, pairs that fail, something left on both sides.
fn parts() -> MarketParts {
    let mut parts = MarketParts::new(day(14));
    let at = |lon: f64| Place::point(0.0, lon);
    parts.cooperatives = vec![
        Cooperative::new("c1", at(0.0)).tag("young").certificate(Certificate::new("vietgap").product("tea")),
        Cooperative::new("c2", at(0.5)).capacity(Kg(4)),
        Cooperative::new("c3", Place::id("vn/ha-noi")),
    ];
    parts.enterprises = vec![Enterprise::new("e1", at(0.0)), Enterprise::new("e2", at(1.0)).capacity(Kg(9))];
    parts.offers = vec![
        Offer::new("a", "c1", "tea/green", Kg(20)).ask(VndPerKg(10)),
        Offer::new("b", "c1", "tea/green", Kg(10)).ask(VndPerKg(12)),
        Offer::new("c", "c2", "tea/black", Kg(15)).ask(VndPerKg(8)),
        Offer::new("s", "c3", "herb/mint", Kg(5)).ask(VndPerKg(1)),
        Offer::new("t", "c3", "tea", Kg(5)).ask(VndPerKg(30)),
    ];
    parts.demands = vec![
        Demand::new("x", "e1", "tea", Kg(18)).bid(VndPerKg(14)),
        Demand::new("y", "e2", "tea/green", Kg(10))
            .bid(VndPerKg(13))
            .requires("vietgap")
            .max_distance(Km(200.0)),
        Demand::new("z", "e2", "fruit", Kg(4)).bid(VndPerKg(20)),
    ];
    let contract = |offer: &str, kg| Contract { offer: offer.into(), demand: "x".into(), volume: Kg(kg) };
    parts.contracts = vec![contract("a", 3), contract("s", 2)];
    parts.relations.push(Relation { cooperative: "c2".into(), enterprise: "e1".into(), reliability: 0.875 });
    parts
}

fn market() -> Market {
    Market::build(parts()).expect("valid")
}

fn document(objective: Objective) -> Value {
    let linkage = Linkage::build(&market(), &Policy { objective, ..Policy::default() }).expect("valid");
    let plan = Plan::solve(&linkage, Mechanism::Optimal).expect("a plan");
    assert_eq!(plan.bounds().status, Status::Optimal);
    serde_json::from_str(&io::plan_document(&plan)).expect("JSON")
}

fn at<'a>(document: &'a mut Value, pointer: &str) -> &'a mut Value {
    document.pointer_mut(pointer).unwrap_or_else(|| unreachable!("no {pointer}"))
}

fn add(document: &mut Value, pointer: &str, by: i64) {
    let value = at(document, pointer);
    *value = json!(value.as_i64().expect("whole") + by);
}

fn put(document: &mut Value, pointer: &str, value: Value) {
    *at(document, pointer) = value;
}

fn entries<'a>(document: &'a mut Value, pointer: &str) -> &'a mut Vec<Value> {
    at(document, pointer).as_array_mut().expect("a list")
}

/// Position of a pair's allocation.
fn of(document: &Value, offer: &str, demand: &str) -> usize {
    let list = document["allocations"].as_array().expect("a list");
    list.iter().position(|a| a["offer"] == offer && a["demand"] == demand).expect("it trades")
}

fn more(document: &mut Value, offer: &str, demand: &str, kg: i64) {
    let i = of(document, offer, demand);
    add(document, &format!("/allocations/{i}/volume_kg"), kg);
}

/// The first price of a list is changed.
fn price(document: &mut Value, list: &str, by: i64) {
    let prices = at(document, &format!("/certificate/{list}")).as_object_mut().expect("an object");
    let value = prices.values_mut().next().expect("a price");
    *value = json!(value.as_i64().expect("whole") + by);
}

type Spoil = (&'static str, fn(&mut Value));

const SPOILED: &[Spoil] = &[
    ("one kg more of a contract pair", |d| more(d, "a", "x", 1)),
    ("one kg less of it", |d| more(d, "a", "x", -1)),
    ("one kg more of a new pair", |d| more(d, "c", "x", 1)),
    ("one kg less of it", |d| more(d, "c", "x", -1)),
    ("a kg moved from one pair to another", |d| {
        more(d, "c", "x", -1);
        more(d, "a", "x", 1);
    }),
    ("kg on a contract pair that is no candidate", |d| more(d, "s", "x", 1)),
    ("no kg at all", |d| {
        let i = of(d, "c", "x");
        put(d, &format!("/allocations/{i}/volume_kg"), json!(0));
    }),
    ("negative kg", |d| more(d, "c", "x", -1000)),
    ("contract one kg higher", |d| add(d, "/allocations/0/contract_kg", 1)),
    ("contract one kg lower", |d| add(d, "/allocations/0/contract_kg", -1)),
    ("contract denied", |d| {
        let i = of(d, "s", "x");
        entries(d, "/allocations").remove(i);
    }),
    ("allocation left out", |d| {
        let i = of(d, "c", "x");
        entries(d, "/allocations").remove(i);
    }),
    ("allocation doubled", |d| {
        let again = d["allocations"][0].clone();
        entries(d, "/allocations").insert(1, again);
    }),
    ("allocations in another order", |d| entries(d, "/allocations").swap(0, 1)),
    ("unknown offer", |d| put(d, "/allocations/0/offer", json!("nobody"))),
    ("unknown demand", |d| put(d, "/allocations/0/demand", json!("nobody"))),
    ("allocation on a pair that is no candidate", |d| {
        let mut entry = d["allocations"][0].clone();
        (entry["offer"], entry["demand"], entry["contract_kg"]) = (json!("t"), json!("x"), json!(0));
        entry["volume_kg"] = json!(1);
        entries(d, "/allocations").push(entry);
    }),
    ("offer's price one lower", |d| price(d, "offers", -1)),
    ("demand's price one lower", |d| price(d, "demands", -1)),
    ("demand's price one higher", |d| price(d, "demands", 1)),
    ("cooperative's price one lower", |d| price(d, "cooperatives", -1)),
    ("enterprise's price one lower", |d| price(d, "enterprises", -1)),
    ("price of a cooperative without a limit", |d| put(d, "/certificate/cooperatives", json!({"c1": 1}))),
    ("negative price", |d| price(d, "demands", -2_000_000_000_000)),
    ("price of an unknown offer", |d| at(d, "/certificate/offers")["nobody"] = json!(1)),
    ("prices left out", |d| put(d, "/certificate/demands", json!({}))),
    ("price of zero written out", |d| at(d, "/certificate/offers")["s"] = json!(0)),
    ("kind of certificate", |d| put(d, "/certificate/kind", json!("stable"))),
    ("certificate left out", |d| put(d, "/certificate", json!(null))),
    ("score's last digit", |d| {
        let score = d["allocations"][0]["score"].as_f64().expect("a score");
        put(d, "/allocations/0/score", json!(((score * 1e6).round() + 1.0) / 1e6));
    }),
    ("cooperative's score", |d| put(d, "/allocations/0/cooperative_score", json!(0.5))),
    ("enterprise's score", |d| put(d, "/allocations/0/enterprise_score", json!(0.5))),
    ("score where there is none", |d| {
        let i = of(d, "s", "x");
        put(d, &format!("/allocations/{i}/score"), json!(0.5));
    }),
    ("criterion", |d| put(d, "/allocations/0/criteria/volume/1", json!(0.123_456))),
    ("criterion left out", |d| {
        at(d, "/allocations/0/criteria").as_object_mut().expect("an object").remove("timing");
    }),
    ("distance", |d| put(d, "/allocations/0/distance_km", json!(0.001))),
    ("status", |d| put(d, "/status", json!("feasible"))),
    ("objective", |d| {
        let value: i128 = d["objective"].as_str().expect("a text").parse().expect("whole");
        put(d, "/objective", json!((value + 1).to_string()));
    }),
    ("objective as a number", |d| {
        let value: u64 = d["objective"].as_str().expect("a text").parse().expect("whole");
        put(d, "/objective", json!(value));
    }),
    ("bound", |d| {
        let value: i128 = d["bound"].as_str().expect("a text").parse().expect("whole");
        put(d, "/bound", json!((value + 1).to_string()));
    }),
    ("gap", |d| put(d, "/gap", json!(0.000_001))),
    ("reason", |d| put(d, "/unmatched_offers/0/reason", json!("policy"))),
    ("funnel one pair more", |d| {
        let funnel = at(d, "/unmatched_demands/0/funnel").as_object_mut().expect("an object");
        let count = funnel.values_mut().next().expect("a count");
        *count = json!(count.as_i64().expect("whole") + 1);
    }),
    ("left one kg more", |d| add(d, "/unmatched_offers/0/left_kg", 1)),
    ("unmatched offer left out", |d| drop(entries(d, "/unmatched_offers").pop())),
    ("unmatched demand left out", |d| drop(entries(d, "/unmatched_demands").pop())),
    ("unmatched offers in another order", |d| entries(d, "/unmatched_offers").swap(0, 1)),
    ("metric", |d| add(d, "/metrics/matched_kg", 1)),
    ("mean score", |d| put(d, "/metrics/mean_score", json!(0.5))),
    ("metric of a tag", |d| add(d, "/metrics/by_tag/young/offers", 1)),
    ("metric left out", |d| drop(at(d, "/metrics").as_object_mut().expect("an object").remove("fill_gini"))),
    ("policy's weight", |d| put(d, "/policy/weights/cooperative/price", json!(4.0))),
    ("policy's objective", |d| put(d, "/policy/objective", json!("welfare"))),
    ("policy's least score", |d| put(d, "/policy/min_score", json!(0.99))),
    ("policy out of range", |d| put(d, "/policy/balance", json!(1.5))),
    ("digest", |d| put(d, "/market_digest", json!("sha256:0"))),
    ("format", |d| put(d, "/format", json!("lienket/plan@2"))),
    ("field that does not belong", |d| d["remark"] = json!("trust me")),
];

#[test]
fn a_spoiled_plan_is_refused() {
    let market = market();
    let sound = document(Objective::Score);
    assert!(io::verify_plan(&market, sound.to_string().as_bytes()).is_ok());
    assert!(SPOILED.len() >= 25);
    for (name, spoil) in SPOILED {
        let mut spoiled = sound.clone();
        spoil(&mut spoiled);
        assert_ne!(spoiled, sound, "{name} changes nothing");
        let refused = io::verify_plan(&market, spoiled.to_string().as_bytes());
        let told = refused.as_ref().err().map(ToString::to_string);
        assert!(matches!(&refused, Err(Error::Refuted(_) | Error::Faults(_))), "{name}: {told:?}");
        assert!(refused.is_err_and(|error| !error.issues().is_empty()), "{name}");
    }
}

#[test]
fn a_spoiled_plan_by_volume_is_refused() {
    let market = market();
    let sound = document(Objective::Volume);
    assert!(io::verify_plan(&market, sound.to_string().as_bytes()).is_ok());
    let spoiled: &[Spoil] = &[
        ("too light a kilogram", |d| put(d, "/certificate/kg_weight", json!(4_000_000))),
        ("another weight", |d| add(d, "/certificate/kg_weight", 1)),
        ("weight left out", |d| {
            drop(at(d, "/certificate").as_object_mut().expect("an object").remove("kg_weight"));
        }),
        ("score objective", |d| put(d, "/score_objective", json!("1"))),
        ("score bound", |d| put(d, "/score_bound", json!("1"))),
        ("bound", |d| put(d, "/bound", json!("999"))),
        ("price one lower", |d| price(d, "demands", -1)),
        ("kilogram's share of a price lowered", |d| {
            let weight = d["certificate"]["kg_weight"].as_i64().expect("whole");
            price(d, "demands", -weight);
        }),
    ];
    for (name, spoil) in spoiled {
        let mut document = sound.clone();
        spoil(&mut document);
        assert_ne!(document, sound, "{name} changes nothing");
        let refused = io::verify_plan(&market, document.to_string().as_bytes());
        assert!(matches!(refused, Err(Error::Refuted(_) | Error::Faults(_))), "{name}");
    }
}

#[test]
fn a_plan_is_for_its_market_alone() {
    let sound = document(Objective::Score).to_string();
    let mut other = parts();
    other.offers[0].volume = Kg(21);
    let market = Market::build(other).expect("valid");
    let Err(Error::Refuted(issues)) = io::verify_plan(&market, sound.as_bytes()) else {
        unreachable!("refuted")
    };
    assert_eq!(issues[0].code, "other_market");
}

/// Codes with which volumes are refused, in the market as changed.
fn refused(
    change: impl FnOnce(&mut MarketParts),
    objective: Objective,
    volumes: &[(&str, &str, i64)],
) -> Vec<&'static str> {
    let mut parts = parts();
    parts.contracts.clear();
    change(&mut parts);
    let market = Market::build(parts).expect("valid");
    let linkage = Linkage::build(&market, &Policy { objective, ..Policy::default() }).expect("valid");
    let find = |(offer, demand, kg): &(&str, &str, i64)| {
        (market.find_offer(offer).expect("known"), market.find_demand(demand).expect("known"), Kg(*kg))
    };
    let volumes: Vec<_> = volumes.iter().map(find).collect();
    match Plan::adopt(&linkage, &volumes) {
        Err(Error::Refuted(issues)) => issues.iter().map(|issue| issue.code).collect(),
        Err(other) => unreachable!("{other}"),
        Ok(_) => Vec::new(),
    }
}

#[test]
fn infeasible_volumes_are_refused_by_what_they_break() {
    let by_score = |change: fn(&mut MarketParts), volumes: &[(&str, &str, i64)]| {
        refused(change, Objective::Score, volumes)
    };
    assert_eq!(by_score(|_| {}, &[("a", "x", 5)]), [""; 0]);
    assert_eq!(by_score(|_| {}, &[]), [""; 0]);
    assert_eq!(by_score(|_| {}, &[("a", "x", 0)]), ["volume"]);
    assert_eq!(by_score(|_| {}, &[("a", "x", -1)]), ["volume"]);
    assert_eq!(by_score(|_| {}, &[("a", "x", 1), ("a", "x", 1)]), ["order"]);
    assert_eq!(by_score(|_| {}, &[("t", "x", 1)]), ["not_a_candidate"]);
    assert_eq!(by_score(|_| {}, &[("a", "x", 19)]), ["over_pair", "over_limit"]);
    // The offer's volume, the demand's, the cooperative's capacity, the enterprise's.
    assert_eq!(
        by_score(|parts| parts.offers[0].volume = Kg(7), &[("a", "x", 4), ("a", "y", 4)]),
        ["over_limit"]
    );
    assert_eq!(by_score(|_| {}, &[("a", "x", 10), ("b", "x", 9)]), ["over_limit"]);
    assert_eq!(by_score(|_| {}, &[("c", "x", 5)]), ["over_limit"]);
    assert_eq!(by_score(|_| {}, &[("a", "y", 10)]), ["over_limit"]);
    assert_eq!(by_score(|_| {}, &[("a", "y", 9)]), [""; 0]);
    assert_eq!(by_score(|parts| parts.offers[0].min_lot = Kg(5), &[("a", "x", 4)]), ["below_lot"]);
    assert_eq!(by_score(|parts| parts.demands[0].min_lot = Kg(5), &[("a", "x", 4)]), ["below_lot"]);
    assert_eq!(
        by_score(|parts| parts.offers[0].max_buyers = Some(1), &[("a", "x", 1), ("a", "y", 1)]),
        ["over_partners"]
    );
    assert_eq!(
        by_score(|parts| parts.demands[0].max_suppliers = Some(1), &[("a", "x", 1), ("b", "x", 1)]),
        ["over_partners"]
    );
    assert_eq!(
        by_score(|parts| parts.demands[0].all_or_nothing = true, &[("a", "x", 17)]),
        ["all_or_nothing"]
    );
    assert_eq!(by_score(|parts| parts.demands[0].all_or_nothing = true, &[("a", "x", 18)]), [""; 0]);
    let cap = |parts: &mut MarketParts| parts.cooperatives[0].certificates[0].volume = Some(Kg(6));
    assert_eq!(by_score(cap, &[("a", "y", 4), ("b", "y", 3)]), ["over_certificate"]);
    assert_eq!(by_score(cap, &[("a", "y", 3), ("b", "y", 3)]), [""; 0]);
    assert_eq!(by_score(cap, &[("a", "x", 7)]), [""; 0]);
    let welfare = |change: fn(&mut MarketParts)| refused(change, Objective::Welfare, &[("b", "x", 1)]);
    assert_eq!(welfare(|_| {}), [""; 0]);
    assert_eq!(welfare(|parts| parts.offers[1].ask = Some(VndPerKg(14))), ["no_gain"]);
    assert_eq!(welfare(|parts| parts.offers[1].ask = None), ["no_gain"]);
    let signed = |parts: &mut MarketParts| {
        parts.contracts.push(Contract { offer: "a".into(), demand: "x".into(), volume: Kg(3) });
    };
    assert_eq!(by_score(signed, &[]), ["contract"]);
    assert_eq!(by_score(signed, &[("a", "x", 2)]), ["volume"]);
    assert_eq!(by_score(signed, &[("a", "x", 3)]), [""; 0]);
}

#[test]
fn prices_that_prove_nothing_are_refused() {
    let linkage = Linkage::build(&market(), &Policy::default()).expect("valid");
    let plan = Plan::solve(&linkage, Mechanism::Optimal).expect("a plan");
    let with = |change: &dyn Fn(&mut Prices, &mut Vec<Allocation>)| {
        let (mut prices, mut allocations) = (plan.prices().clone(), plan.allocations().to_vec());
        change(&mut prices, &mut allocations);
        match Plan::certified(&linkage, Mechanism::Optimal, allocations, prices) {
            Err(Error::Refuted(issues)) => issues.iter().map(|issue| issue.code).collect(),
            Err(other) => unreachable!("{other}"),
            Ok(_) => Vec::new(),
        }
    };
    assert_eq!(with(&|_, _| {}), [""; 0]);
    assert!(with(&|prices, _| prices.demands[0] -= 1).contains(&"prices"));
    assert_eq!(with(&|prices, _| prices.offers[3] = -1), ["prices"]);
    assert_eq!(with(&|prices, _| prices.offers.truncate(1)), ["prices"]);
    assert_eq!(with(&|prices, _| prices.cooperatives[0] = 1), ["prices"]);
    assert_eq!(with(&|prices, _| prices.kg_weight = 1), ["prices"]);
    assert_eq!(with(&|_, allocations| allocations.swap(0, 1)), ["order"]);
    assert!(with(&|_, allocations| allocations[0].contract = Kg(0)).contains(&"contract"));
    // Dearer prices prove less, and the plan says so.
    let mut dear = plan.prices().clone();
    dear.offers[4] += 7;
    let weaker = Plan::certified(&linkage, Mechanism::Optimal, plan.allocations().to_vec(), dear)
        .expect("still sound");
    assert_eq!(weaker.bounds().status, Status::Feasible);
    assert_eq!(weaker.bounds().bound, plan.bounds().bound + 7 * 5);
}

#[test]
fn kilograms_are_covered_by_whole_weights() {
    // Two fifths of the weight for the offer, the cooperative and the demand pay for a pair together, and yet no
    // price stands for a kilogram: without the cover they would bound the kilograms by 0.
    let policy = Policy { objective: Objective::Volume, ..Policy::default() };
    let mut parts = MarketParts::new(day(14));
    parts.cooperatives.push(Cooperative::new("c", Place::point(0.0, 0.0)).capacity(Kg(5)));
    parts.enterprises.push(Enterprise::new("e", Place::point(0.0, 0.0)));
    parts.offers.push(Offer::new("o", "c", "tea", Kg(5)));
    parts.demands.push(Demand::new("d", "e", "tea", Kg(5)));
    let linkage = Linkage::build(&Market::build(parts).expect("valid"), &policy).expect("valid");
    let plan = Plan::solve(&linkage, Mechanism::Optimal).expect("a plan");
    let weight = plan.prices().kg_weight;
    let with = |share: i64| {
        let price = vec![weight / 5 * share];
        let none = vec![0];
        let prices = Prices {
            offers: price.clone(),
            demands: price.clone(),
            cooperatives: price,
            enterprises: none,
            kg_weight: weight,
        };
        Plan::certified(&linkage, Mechanism::Optimal, plan.allocations().to_vec(), prices)
    };
    let Err(Error::Refuted(issues)) = with(2) else { unreachable!("no price is worth a kilogram") };
    assert_eq!((issues.len(), issues[0].code), (1, "prices"));
    let weaker = with(3).expect("dear, but sound");
    assert_eq!((weaker.bounds().objective, weaker.bounds().bound), (5, 15));
}

/// More offers than one task of the checker looks at, all of one worth, and one demand for all.
#[test]
fn unpaid_pairs_are_told_in_order_wherever_they_stand() {
    const OFFERS: usize = 2500;
    let mut parts = MarketParts::new("2025-11-28".parse().expect("a day"));
    parts.cooperatives.push(Cooperative::new("htx", Place::id("vn/thai-nguyen")));
    parts.enterprises.push(Enterprise::new("shop", Place::id("vn/ha-noi")));
    let offers = (0..OFFERS).map(|o| Offer::new(format!("o-{o:04}"), "htx", "tea", Kg(10)));
    parts.offers.extend(offers);
    parts.demands.push(Demand::new("d", "shop", "tea", Kg(10)));
    let market = Market::build(parts).expect("valid");
    let linkage = Linkage::build(&market, &Policy::default()).expect("valid");
    assert_eq!(linkage.len(), OFFERS);
    let plan = Plan::solve(&linkage, Mechanism::Optimal).expect("a plan");
    let refuted = |prices: Prices| -> Vec<String> {
        let again = Plan::certified(&linkage, Mechanism::Optimal, plan.allocations().to_vec(), prices);
        again.map_or_else(
            |error| error.issues().iter().map(|issue| issue.message.clone()).collect(),
            |_| vec![],
        )
    };
    assert_eq!(refuted(plan.prices().clone()), [""; 0]);

    let nothing = Prices { offers: vec![0; OFFERS], demands: vec![0], ..plan.prices().clone() };
    let told = refuted(nothing.clone());
    assert_eq!(told.len(), 20);
    for (o, message) in told.iter().enumerate() {
        assert!(message.starts_with(&format!("`o-{o:04}` with `d` is worth ")), "{message}");
    }
    let worth = linkage.candidates().map(|pair| i64::from(pair.score.micro()));
    let just_paid = Prices { offers: worth.collect(), ..nothing };
    for o in [0, 1023, 1024, 2047, 2048, OFFERS - 1] {
        let mut prices = just_paid.clone();
        prices.offers[o] -= 1;
        let told = refuted(prices);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].starts_with(&format!("`o-{o:04}` with `d` is worth ")), "{}", told[0]);
    }
    // Prices near the end of their type neither wrap around nor refute.
    let mut prices = just_paid;
    (prices.offers[0], prices.demands[0]) = (i64::MAX, i64::MAX);
    assert_eq!(refuted(prices), [""; 0]);
}
