//! Policies that are wrong.

use lienket::io::policy;

use crate::bad_input::{Case, check, errors};
use crate::support::documents::POLICY;

#[test]
fn faults_of_policies() {
    check(POLICY, POLICY_CASES, policy::from_toml);
}

const POLICY_CASES: &[Case] = &[
    ("format = \"lienket/policy@1\"", "", &["missing_field /format"]),
    ("policy@1", "market@1", &["wrong_format /format"]),
    ("\"optimal\" ", "\"stable\"", &["mechanism_unavailable /mechanism"]),
    ("\"optimal\" ", "\"fair\"", &["mechanism_unavailable /mechanism"]),
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
