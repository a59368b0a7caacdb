//! Policies that are wrong.

use lienket::io::policy;
use lienket::{
    Cooperative, Demand, Enterprise, Error, Floor, Kg, Linkage, Market, MarketParts, Offer, Place, Policy,
    Quota, QuotaGroup,
};

use crate::bad_input::{Case, check, errors};
use crate::support::documents::POLICY;

#[test]
fn faults_of_policies() {
    check(POLICY, POLICY_CASES, policy::from_toml);
}

const POLICY_CASES: &[Case] = &[
    ("format = \"lienket/policy@1\"", "", &["missing_field /format"]),
    ("policy@1", "market@1", &["wrong_format /format"]),
    ("proposing = \"cooperatives\"", "under_limits = \"refused\"", &["unknown_word /under_limits"]),
    ("balance = 0.5", "effort = 0", &["out_of_range /effort"]),
    ("balance = 0.5", "effort = 1001", &["out_of_range /effort"]),
    ("balance = 0.5", "linked_first = 1", &["wrong_type /linked_first"]),
    ("balance = 0.5", "max_share_per_enterprise = 0", &["out_of_range /max_share_per_enterprise"]),
    ("balance = 0.5", "max_share_per_supplier = 1.01", &["out_of_range /max_share_per_supplier"]),
    (
        "[weights.cooperative]",
        "[[quotas]]\ntag = 'a'\nmin_share = 1.5\n[[quotas]]\nplace = 'vn/son-la'\nmin_kg = 0\n[weights.cooperative]",
        &["out_of_range /quotas/0/min_share", "out_of_range /quotas/1/min_kg"],
    ),
    (
        "[weights.cooperative]",
        "[[quotas]]\ntag = 'a'\nplace = 'vn/son-la'\nmin_share = 0.5\n[[quotas]]\nmin_share = 0.1\n[[quotas]]\n\
         tag = 'b'\n[[quotas]]\ntag = 5\nmin_kg = 'x'\n[weights.cooperative]",
        &[
            "both /quotas/0",
            "missing_field /quotas/1",
            "missing_field /quotas/2",
            "wrong_type /quotas/3/min_kg",
            "wrong_type /quotas/3/tag",
        ],
    ),
    (
        "[weights.cooperative]",
        "[[quotas]]\ntag = ''\nmin_kg = 5\n[[quotas]]\ntag = 'a'\nmin_kg = 5\n[[quotas]]\ntag = 'a'\nmin_share = 0.1\n\
         [weights.cooperative]",
        &["empty_text /quotas/0/tag", "repeated /quotas/2/tag"],
    ),
    ("\"optimal\" ", "\"optimum\"", &["unknown_word /mechanism"]),
    ("\"optimal\" ", "5", &["wrong_type /mechanism"]),
    ("proposing = \"cooperatives\"", "proposing = \"cooperative\"", &["unknown_word /proposing"]),
    ("objective = \"score\"", "objective = \"scores\"", &["unknown_word /objective"]),
    ("balance = 0.5", "balance = 1.5", &["out_of_range /balance"]),
    ("balance = 0.5", "balance = nan", &["out_of_range /balance"]),
    ("balance = 0.5", "balance = inf", &["out_of_range /balance"]),
    ("balance = 0.5", "balance = '0.5'", &["wrong_type /balance"]),
    ("balance = 0.5", "balance = 2025-01-01", &["wrong_type /balance"]),
    ("balance = 0.5", "balence = 0.5", &["unknown_field /balence"]),
    ("[\"legal\", \"technical\"]", "[\"legal\", \"technikal\"]", &["unknown_word /accept/1"]),
    ("[\"legal\", \"technical\"]", "[\"legal\", \"legal\"]", &["repeated /accept/1"]),
    ("[\"legal\", \"technical\"]", "\"legal\"", &["wrong_type /accept"]),
    ("# max_distance_km = 400", "max_distance_km = -1", &["out_of_range /max_distance_km"]),
    ("road_factor = 1.0", "road_factor = 0", &["out_of_range /road_factor"]),
    ("price_tolerance_percent = 0", "price_tolerance_percent = 0.5", &["not_whole /price_tolerance_percent"]),
    (
        "price_tolerance_percent = 0",
        "price_tolerance_percent = 1001",
        &["out_of_range /price_tolerance_percent"],
    ),
    (
        "price_tolerance_percent = 0",
        "price_tolerance_percent = -1",
        &["out_of_range /price_tolerance_percent"],
    ),
    (
        "price_tolerance_percent = 0",
        "price_tolerance_percent = 5000000000",
        &["out_of_range /price_tolerance_percent"],
    ),
    ("price = 3", "price = -3", &["out_of_range /weights/cooperative/price"]),
    ("price = 3", "price = true", &["wrong_type /weights/cooperative/price"]),
    ("price = 3", "prise = 3", &["unknown_field /weights/cooperative/prise"]),
    ("[weights.enterprise]", "[weights.enterprises]", &["unknown_field /weights/enterprises"]),
    (
        "[weights.cooperative]",
        "[[boosts]]\nadd = 2\n[weights.cooperative]",
        &["missing_field /boosts/0/tag", "out_of_range /boosts/0/add"],
    ),
    (
        "[weights.cooperative]",
        "[[boosts]]\ntag = ''\nadd = 0.1\nsub = 1\n[weights.cooperative]",
        &["empty_text /boosts/0/tag", "unknown_field /boosts/0/sub"],
    ),
    ("balance = 0.5", "balance = 0.5\nbalance = 0.6", &["unreadable line 7, column 1"]),
    ("balance = 0.5", "balance = ", &["unreadable line 6, column 11"]),
];

#[test]
fn weights_that_are_all_zero_and_repeated_keys_in_json() {
    let zero = "format = 'lienket/policy@1'\n[weights.cooperative]\nproduct=0\nvolume=0\ncertification=0\nlocation=0\n\
                price=0\ntiming=0\nservices=0\nrelationship=0";
    assert_eq!(errors(policy::from_toml(zero)), ["bad_weights /weights/cooperative"]);
    let twice = br#"{"format": "lienket/policy@1", "balance": 2, "balance": 0.5, "unknown": null}"#;
    assert_eq!(
        errors(policy::from_json(twice)),
        ["duplicate_key /balance", "out_of_range /balance", "wrong_type /unknown"]
    );
    assert_eq!(errors(policy::from_json(b"[]")), ["wrong_type "]);
    assert_eq!(errors(policy::from_toml("")), ["missing_field /format"]);
}

/// Two cooperatives with a tag each, 100 kg each.
fn market() -> Market {
    let mut parts = MarketParts::new("2025-11-28".parse().expect("a date"));
    for (id, tag, place) in [("a", "women_led", "vn/son-la"), ("b", "youth", "vn/lao-cai")] {
        let mut cooperative = Cooperative::new(id, Place::id(place));
        cooperative.tags.push(tag.to_owned());
        parts.cooperatives.push(cooperative);
        parts.offers.push(Offer::new(id, id, "tea", Kg(100)));
    }
    parts.enterprises.push(Enterprise::new("e", Place::id("vn/ha-noi")));
    parts.demands.push(Demand::new("d", "e", "tea", Kg(150)));
    Market::build(parts).expect("a market")
}

#[test]
fn quotas_that_only_the_market_shows_to_be_wrong() {
    let quota = |of: QuotaGroup, least: Floor| Quota { of, least };
    let tag = |name: &str| QuotaGroup::Tag(name.to_owned());
    let place = |name: &str| QuotaGroup::Place(name.to_owned());
    let market = market();
    let issues = |quotas: Vec<Quota>| match Linkage::build(&market, &Policy { quotas, ..Policy::default() }) {
        Err(Error::Faults(issues)) => {
            issues.iter().map(|i| format!("{} {} {}", i.code, i.pointer, i.help)).collect::<Vec<_>>()
        }
        other => vec![format!("{:?}", other.map(|linkage| linkage.len()))],
    };
    assert_eq!(
        issues(vec![quota(tag("women_let"), Floor::Kg(Kg(5))), quota(place("vn/hue"), Floor::Share(0.1))]),
        [
            "unknown_tag /quotas/0/tag Did you mean `women_led`?",
            "nobody_there /quotas/1/place Correct it, or leave the quota out."
        ]
    );
    assert_eq!(
        issues(vec![quota(tag("youth"), Floor::Kg(Kg(101)))]),
        ["floor_above_supply /quotas/0/min_kg Lower the floor to what they offer, or leave the quota out."]
    );
    assert_eq!(
        issues(vec![quota(tag("women_led"), Floor::Share(0.6)), quota(tag("youth"), Floor::Share(0.5))]),
        ["quotas_above_one /quotas Lower them to a sum of at most 1."]
    );
    // The same cooperatives under two names may be asked for more than everything.
    let both = vec![quota(tag("women_led"), Floor::Share(0.6)), quota(place("vn/son-la"), Floor::Share(0.5))];
    assert_eq!(issues(both), ["Ok(2)"]);
}
