//! Documents that are wrong: every fault is told, at its place, once; and nothing ever panics.

use std::fs;
use std::path::Path;

use lienket::io::{json, policy, read_market, read_policy, write_market};
use lienket::{Error, Issue, Market, Severity};

use crate::bad_folders::folder_with;
use crate::support::documents::{EXAMPLE, POLICY};

/// The errors of a refused document as `code pointer`, sorted.
pub(crate) fn errors<T>(result: Result<T, Error>) -> Vec<String> {
    match result {
        Ok(_) => vec!["nothing".to_owned()],
        Err(Error::Faults(issues)) => {
            let errors = issues.iter().filter(|issue| issue.severity == Severity::Error);
            let mut lines: Vec<String> = errors.map(|i| format!("{} {}", i.code, i.pointer)).collect();
            lines.sort();
            lines
        }
        Err(Error::Unreadable { place, .. }) => vec![format!("unreadable {place}")],
        Err(other) => vec![other.to_string()],
    }
}

pub(crate) fn market(document: &str) -> Result<Market, Error> {
    json::market_from_slice(document.as_bytes())
}

/// The document with one passage replaced, which must be there once.
pub(crate) fn edited(document: &str, old: &str, new: &str) -> String {
    assert_eq!(document.matches(old).count(), 1, "`{old}` must stand in the document once");
    document.replace(old, new)
}

pub(crate) fn message(result: Result<impl std::fmt::Debug, Error>) -> String {
    result.unwrap_err().to_string()
}

/// What is replaced in the example, what by, and the errors expected.
pub(crate) type Case<'a> = (&'a str, &'a str, &'a [&'a str]);

pub(crate) fn check<T>(original: &str, cases: &[Case], read: impl Fn(&str) -> Result<T, Error>) {
    let mut wrong = Vec::new();
    for (old, new, expected) in cases {
        let found = errors(read(&edited(original, old, new)));
        if found != *expected {
            wrong.push(format!("`{old}` → `{new}`\n    found    {found:?}\n    expected {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn faults_of_json_markets() {
    check(EXAMPLE, CASES, market);
}

const CASES: &[Case] = &[
    // The document as a whole.
    (r#""format": "lienket/market@1","#, "", &["missing_field /format"]),
    ("lienket/market@1", "lienket/market@2", &["wrong_format /format"]),
    ("lienket/market@1", "lienket/plan@1", &["wrong_format /format"]),
    (r#""lienket/market@1""#, "1", &["wrong_type /format"]),
    (r#""as_of": "2025-11-28","#, "", &["missing_field /as_of"]),
    ("2025-11-28", "28/11/2025", &["bad_date /as_of"]),
    ("2025-11-28", "2025-02-30", &["bad_date /as_of"]),
    (r#""2025-11-28""#, "20251128", &["wrong_type /as_of"]),
    (r#""2025-11-28""#, "null", &["wrong_type /as_of"]),
    (r#""offers": ["#, r#""offer": ["#, &["missing_field /offers", "unknown_field /offer"]),
    (r#""exclusions": []"#, r#""exclusions": {}"#, &["wrong_type /exclusions"]),
    (r#""exclusions": []"#, r#""exclusions": null"#, &["wrong_type /exclusions"]),
    (r#""exclusions": []"#, r#""exclusions": [], "exclusions": []"#, &["duplicate_key /exclusions"]),
    (r#""exclusions": []"#, r#""exclusions": [5]"#, &["wrong_type /exclusions/0"]),
    (r#""exclusions": []"#, r#""comment": "hello""#, &["unknown_field /comment"]),
    (r#""exclusions": []"#, r#""a/b~c": 1"#, &["unknown_field /a~1b~0c"]),
    // Cooperatives.
    (
        r#""id": "htx-hao-dat", "name""#,
        r#""name""#,
        &[
            "missing_field /cooperatives/0/id",
            "unknown_cooperative /offers/0/cooperative",
            "unknown_cooperative /relations/0/cooperative",
        ],
    ),
    (r#""name": "HTX chè Hảo Đạt""#, r#""name": """#, &["bad_name /cooperatives/0/name"]),
    (r#""name": "HTX chè Hảo Đạt""#, r#""name": 5"#, &["wrong_type /cooperatives/0/name"]),
    (r#""kind": "cooperative""#, r#""kind": "coperative""#, &["unknown_word /cooperatives/0/kind"]),
    (r#""kind": "cooperative""#, r#""kind": ["union"]"#, &["wrong_type /cooperatives/0/kind"]),
    (r#""place": "vn/thai-nguyen", "members""#, r#""members""#, &["missing_field /cooperatives/0/place"]),
    (
        r#""place": "vn/thai-nguyen", "members""#,
        r#""place": 5, "members""#,
        &["wrong_type /cooperatives/0/place"],
    ),
    (
        r#""place": "vn/thai-nguyen", "members""#,
        r#""place": "vn/thai-nguyn", "members""#,
        &["unknown_place /cooperatives/0/place"],
    ),
    (r#""members": 120"#, r#""members": -1"#, &["out_of_range /cooperatives/0/members"]),
    (r#""members": 120"#, r#""members": 120.0"#, &["not_whole /cooperatives/0/members"]),
    (r#""members": 120"#, r#""members": "120""#, &["wrong_type /cooperatives/0/members"]),
    (r#""members": 120"#, r#""members": true"#, &["wrong_type /cooperatives/0/members"]),
    (r#"["women_led"]"#, r#""women_led""#, &["wrong_type /cooperatives/0/tags"]),
    (
        r#"["women_led"]"#,
        r#"["women_led", 5, null]"#,
        &["wrong_type /cooperatives/0/tags/1", "wrong_type /cooperatives/0/tags/2"],
    ),
    (r#"["women_led"]"#, r#"[""]"#, &["empty_text /cooperatives/0/tags/0"]),
    (
        r#""capacity_kg": 130000"#,
        r#""capacity_kg": -5"#,
        &["contract_over_limit /contracts/0/volume_kg", "out_of_range /cooperatives/0/capacity_kg"],
    ),
    (r#""capacity_kg": 130000"#, r#""capacity_kg": 1e5"#, &["not_whole /cooperatives/0/capacity_kg"]),
    (
        r#""capacity_kg": 130000"#,
        r#""capacity_kg": 9223372036854775808"#,
        &["not_whole /cooperatives/0/capacity_kg"],
    ),
    (
        r#""capacity_kg": 130000"#,
        r#""capacity_kg": 99999999999999999999999"#,
        &["not_whole /cooperatives/0/capacity_kg"],
    ),
    // Certificates.
    (r#"{"standard": "vietgap", "#, "{", &["missing_field /cooperatives/0/certificates/0/standard"]),
    (
        r#""standard": "vietgap""#,
        r#""standard": "vietgab""#,
        &["unknown_standard /cooperatives/0/certificates/0/standard"],
    ),
    (
        r#""products": ["tea"]"#,
        r#""products": ["Tea"]"#,
        &["bad_product_path /cooperatives/0/certificates/0/products/0"],
    ),
    ("2024-06-01", "2024-6-1", &["bad_date /cooperatives/0/certificates/0/valid_from"]),
    ("2026-05-31", "2024-05-31", &["window_reversed /cooperatives/0/certificates/0/valid_until"]),
    (
        r#""status": "active""#,
        r#""status": "Active""#,
        &["unknown_word /cooperatives/0/certificates/0/status"],
    ),
    (
        r#""volume_kg": 130000"#,
        r#""volume_kg": 0"#,
        &["out_of_range /cooperatives/0/certificates/0/volume_kg"],
    ),
    (
        r#""volume_kg": 130000"#,
        r#""volume": 130000"#,
        &["unknown_field /cooperatives/0/certificates/0/volume"],
    ),
    // Enterprises.
    (
        r#"{"lat": 21.0285, "lon": 105.8542}"#,
        r#"{"lat": 21.0285}"#,
        &["missing_field /enterprises/0/place/lon"],
    ),
    (
        r#"{"lat": 21.0285, "lon": 105.8542}"#,
        r#"{"lat": 105.8, "lon": 21}"#,
        &["out_of_range /enterprises/0/place/lat"],
    ),
    (
        r#"{"lat": 21.0285, "lon": 105.8542}"#,
        r#"{"lat": "21", "lon": 105, "lng": 1}"#,
        &["unknown_field /enterprises/0/place/lng", "wrong_type /enterprises/0/place/lat"],
    ),
    (r#""capacity_kg": 500000"#, r#""members": 3"#, &["unknown_field /enterprises/0/members"]),
    (
        r#"{"lat": 21.0285, "lon": 105.8542}"#,
        r#"{"$__toml_private_datetime": "vn/ha-noi"}"#,
        &[
            "missing_field /enterprises/0/place/lat",
            "missing_field /enterprises/0/place/lon",
            "unknown_field /enterprises/0/place/$__toml_private_datetime",
        ],
    ),
    // Offers.
    (r#""id": "o-1", "#, "", &["missing_field /offers/0/id", "unknown_offer /contracts/0/offer"]),
    (
        r#""id": "o-1", "#,
        r#""id": "o\u0000", "#,
        &["control_character /offers/0/id", "unknown_offer /contracts/0/offer"],
    ),
    (r#""cooperative": "htx-hao-dat", "product""#, r#""product""#, &["missing_field /offers/0/cooperative"]),
    (
        r#""cooperative": "htx-hao-dat", "product""#,
        r#""cooperative": "htx-hao-da", "product""#,
        &["unknown_cooperative /offers/0/cooperative"],
    ),
    (r#""product": "tea/green", "#, "", &["missing_field /offers/0/product"]),
    ("tea/green", "tea//green", &["bad_product_path /offers/0/product"]),
    (r#""volume_kg": 20000, "#, "", &["missing_field /offers/0/volume_kg"]),
    (r#""volume_kg": 20000,"#, r#""volume_kg": 20000.0,"#, &["not_whole /offers/0/volume_kg"]),
    (r#""volume_kg": 20000,"#, r#""volume_kg": 1e3,"#, &["not_whole /offers/0/volume_kg"]),
    (r#""volume_kg": 20000,"#, r#""volume_kg": -0,"#, &["not_whole /offers/0/volume_kg"]),
    (
        r#""volume_kg": 20000,"#,
        r#""volume_kg": 0,"#,
        &["contract_over_limit /contracts/0/volume_kg", "out_of_range /offers/0/volume_kg"],
    ),
    (r#""volume_kg": 20000,"#, r#""volume_kg": null,"#, &["wrong_type /offers/0/volume_kg"]),
    (
        r#""volume_kg": 20000,"#,
        r#""volume_kg": 20000, "volume_kg": 20000,"#,
        &["duplicate_key /offers/0/volume_kg"],
    ),
    (r#""volume_kg": 20000,"#, r#""volume_kg": 1000000000001,"#, &["out_of_range /offers/0/volume_kg"]),
    (r#""min_lot_kg": 500"#, r#""min_lot_kg": "500 kg""#, &["wrong_type /offers/0/min_lot_kg"]),
    (r#""ask_vnd_per_kg": 180000"#, r#""ask_vnd_per_kg": 0"#, &["out_of_range /offers/0/ask_vnd_per_kg"]),
    (r#""ask_vnd_per_kg": 180000"#, r#""ask": 180000"#, &["unknown_field /offers/0/ask"]),
    (
        r#"{"from": "2025-12-01", "to": "2026-03-31"}"#,
        r#"{"from": "2025-12-01"}"#,
        &["missing_field /offers/0/available/to"],
    ),
    (
        r#"{"from": "2025-12-01", "to": "2026-03-31"}"#,
        r#"{"from": "2026-12-01", "to": "2026-03-31"}"#,
        &["window_reversed /offers/0/available"],
    ),
    (
        r#"{"from": "2025-12-01", "to": "2026-03-31"}"#,
        r#"["2025-12-01", "2026-03-31"]"#,
        &["wrong_type /offers/0/available"],
    ),
    (r#""certified": ["vietgap"]"#, r#""certified": null"#, &["wrong_type /offers/0/certified"]),
    (
        r#""max_buyers": 5"#,
        r#""max_buyers": 0"#,
        &["contract_over_partners /contracts/0", "out_of_range /offers/0/max_buyers"],
    ),
    (r#""max_buyers": 5"#, r#""max_byers": 5"#, &["unknown_field /offers/0/max_byers"]),
    // Demands.
    (r#""enterprise": "sieu-thi-a", "product""#, r#""product""#, &["missing_field /demands/0/enterprise"]),
    (r#""max_distance_km": 250"#, r#""max_distance_km": "250""#, &["wrong_type /demands/0/max_distance_km"]),
    (r#""max_distance_km": 250"#, r#""max_distance_km": -1"#, &["out_of_range /demands/0/max_distance_km"]),
    (r#""fit": 0.6"#, r#""fit": 1.6"#, &["out_of_range /demands/0/substitutes/0/fit"]),
    (r#", "fit": 0.6"#, "", &["missing_field /demands/0/substitutes/0/fit"]),
    (
        r#"{"product": "herb/lotus-tea", "fit": 0.6}"#,
        r#""herb/lotus-tea:0.6""#,
        &["wrong_type /demands/0/substitutes/0"],
    ),
    (r#"["ocop-4", "trace"]"#, r#"["ocop-4", "trase"]"#, &["unknown_standard /demands/0/prefers/1"]),
    (r#""all_or_nothing": false"#, r#""all_or_nothing": "no""#, &["wrong_type /demands/0/all_or_nothing"]),
    (r#""all_or_nothing": false"#, r#""all_or_nothing": 0"#, &["wrong_type /demands/0/all_or_nothing"]),
    (r#""max_suppliers": 8"#, r#""max_suppliers": 8.5"#, &["not_whole /demands/0/max_suppliers"]),
    // Contracts, relations, catalogue.
    (r#""volume_kg": 3000"#, r#""volume_kg": 30000"#, &["contract_over_limit /contracts/0/volume_kg"]),
    (
        r#"{"offer": "o-1", "demand": "d-1", "volume_kg": 3000}"#,
        "{}",
        &[
            "missing_field /contracts/0/demand",
            "missing_field /contracts/0/offer",
            "missing_field /contracts/0/volume_kg",
        ],
    ),
    (r#""reliability": 0.9"#, r#""reliability": 90"#, &["out_of_range /relations/0/reliability"]),
    (r#""reliability": 0.9"#, r#""reliability": "high""#, &["wrong_type /relations/0/reliability"]),
    (r#""products": []"#, r#""products": [{"id": "thing"}]"#, &["missing_field /catalogue/products/0/name"]),
    (
        r#""products": []"#,
        r#""products": [{"id": "tea", "name": "Chè"}]"#,
        &["in_both_catalogues /catalogue/products/0/id"],
    ),
    (r#""standards": []"#, r#""standard": []"#, &["unknown_field /catalogue/standard"]),
    (
        r#""acceptances": []"#,
        r#""acceptances": [{"holds": "asc", "for": "bap", "kind": "habit"}]"#,
        &["unknown_word /catalogue/acceptances/0/kind"],
    ),
    (
        r#""acceptances": []"#,
        r#""acceptances": [{"holds": "asc", "for": "bap", "kind": "legal", "basis": "x"}]"#,
        &["unknown_field /catalogue/acceptances/0/basis"],
    ),
    (
        r#""places": []"#,
        r#""places": [{"id": "x", "name": "X", "lat": 100, "lon": 100}]"#,
        &["out_of_range /catalogue/places/0/lat"],
    ),
    // Not JSON.
    (r#""volume_kg": 20000,"#, r#""volume_kg": NaN,"#, &["unreadable line 8, column 95"]),
    (r#""volume_kg": 20000,"#, r#""volume_kg": 020000,"#, &["unreadable line 8, column 96"]),
    (r#""exclusions": [],"#, r#""exclusions": [],,"#, &["unreadable line 17, column 20"]),
    (r#""places": []} }"#, r#""places": []} } }"#, &["unreadable line 19, column 86"]),
];

#[test]
fn other_things_than_markets() {
    for (document, expected) in [
        ("", "unreadable line 1, column 1"),
        (" \n ", "unreadable line 2, column 1"),
        ("[]", "wrong_type "),
        ("5", "wrong_type "),
        ("null", "wrong_type "),
        ("\"market\"", "wrong_type "),
    ] {
        assert_eq!(errors(market(document)), [expected], "{document}");
    }
    assert_eq!(
        errors(market("{}")),
        ["as_of", "cooperatives", "demands", "enterprises", "format", "offers"]
            .map(|f| format!("missing_field /{f}"))
    );
    assert_eq!(errors(json::market_from_slice(b"{\n\"a\": \"\xff\"}")), ["unreadable line 2"]);
    assert_eq!(errors(json::market_from_slice(b"\xff\xfe{\0")), ["unreadable line 1"]);
}

#[test]
fn several_faults_come_at_once_and_each_once() {
    let document = EXAMPLE
        .replace(r#""volume_kg": 20000"#, r#""volume_kg": "20.000""#)
        .replace(r#""to": "2026-06-30""#, r#""to": "30/06/2026""#)
        .replace(r#""id": "d-1""#, r#""idd": "d-1""#)
        .replace(r#""members": 120"#, r#""members": 1.5"#)
        .replace(r#""reliability": 0.9"#, r#""reliability": 9"#)
        .replace(r#""status": "active""#, r#""status": "expired", "status": "active""#);
    assert_eq!(
        errors(market(&document)),
        [
            "bad_date /demands/0/needed/to",
            "duplicate_key /cooperatives/0/certificates/0/status",
            "missing_field /demands/0/id",
            "not_whole /cooperatives/0/members",
            "out_of_range /relations/0/reliability",
            "unknown_demand /contracts/0/demand",
            "unknown_field /demands/0/idd",
            "unknown_word /cooperatives/0/certificates/0/status",
            "wrong_type /offers/0/volume_kg",
        ]
    );
    // A list that is no list: what refers to it is not held against the others.
    let document = EXAMPLE.replace(r#""enterprises": [{"#, r#""enterprises": 5, "relation": [{"#);
    assert_eq!(errors(market(&document)), ["unknown_field /relation", "wrong_type /enterprises"]);
}

#[test]
fn a_repeated_key_does_not_hide_other_faults() {
    let document = EXAMPLE.replace(r#""exclusions": []"#, r#""offers": []"#).replace("tea/green", "Tea");
    assert_eq!(errors(market(&document)), ["bad_product_path /offers/0/product", "duplicate_key /offers"]);
}

#[test]
fn every_truncation_is_an_error() {
    for end in (0..EXAMPLE.len()).rev() {
        assert!(json::market_from_slice(&EXAMPLE.as_bytes()[..end]).is_err(), "cut off at {end}");
    }
    let document = policy_json();
    for end in 0..document.len() {
        assert!(policy::from_json(&document.as_bytes()[..end]).is_err(), "cut off at {end}");
    }
}

fn policy_json() -> String {
    lienket::io::policy_document(&policy::from_toml(POLICY).unwrap()).to_string()
}

#[test]
fn nesting_is_limited() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        for depth in [100, 200, 100_000] {
            let nested = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            let known = EXAMPLE.replace(r#""exclusions": []"#, &format!(r#""exclusions": {nested}"#));
            let unknown = EXAMPLE.replace(r#""exclusions": []"#, &format!(r#""other": {nested}"#));
            for document in [nested, known, unknown] {
                assert!(market(&document).is_err());
                assert!(policy::from_json(document.as_bytes()).is_err());
            }
        }
    }
    assert!(policy::from_toml(&format!("a = {}1{}", "[".repeat(100_000), "]".repeat(100_000))).is_err());
    assert!(policy::from_toml(&format!("{}a = 1", "a.".repeat(100_000))).is_err());
}

/// A small generator of numbers, so that failures can be repeated.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap()
    }

    /// A few bytes changed, removed, repeated or moved.
    pub(crate) fn spoil(&mut self, document: &[u8]) -> Vec<u8> {
        const BYTES: &[u8] = b"\"\\{}[]:,;/~-+.eE0159 \n\r\t\0aNn\xff\xc3\xe2=#'";
        let mut spoilt = document.to_vec();
        for _ in 0..=self.roll(4) {
            let (at, other) = (self.roll(spoilt.len()), self.roll(spoilt.len()));
            match self.roll(6) {
                0 => spoilt[at] ^= 1 << self.roll(8),
                1 => spoilt[at] = BYTES[self.roll(BYTES.len())],
                2 => spoilt.insert(at, BYTES[self.roll(BYTES.len())]),
                3 => drop(spoilt.remove(at)),
                4 => spoilt.swap(at, other),
                _ => {
                    let piece = spoilt[at..(at + self.roll(30)).min(document.len() / 2).max(at)].to_vec();
                    spoilt.splice(other..other, piece);
                }
            }
        }
        spoilt
    }
}

#[test]
fn spoilt_documents_never_panic() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let document = policy_json();
    for _ in 0..10_000 {
        let spoilt = dice.spoil(EXAMPLE.as_bytes());
        if let Ok(market) = json::market_from_slice(&spoilt) {
            let mut again = Vec::new();
            json::write_market(&market, &mut again).unwrap();
            assert_eq!(json::market_from_slice(&again).unwrap().parts(), market.parts());
        }
        let _ = policy::from_json(&dice.spoil(document.as_bytes()));
        let _ = policy::from_toml(&String::from_utf8_lossy(&dice.spoil(POLICY.as_bytes())));
    }
}

#[test]
fn other_paths_than_markets() {
    for (path, says) in [
        ("no/such/file.json", "there is nothing at this path"),
        ("market.xlsx", "no workbook"),
        ("market.xls", "workbooks"),
        ("market.csv", "several CSV files"),
        ("market.txt", "neither"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let there = folder.path().join(path);
        if !path.starts_with("no/") {
            fs::write(&there, "").unwrap();
        }
        let text = message(read_market(&there));
        assert!(text.contains(says) && text.contains(path), "{text}");
    }
    assert!(read_policy(Path::new("no-such-policy.toml")).is_err());
    let market = market(EXAMPLE).unwrap();
    let folder = tempfile::tempdir().unwrap();
    assert!(message(write_market(&market, folder.path().join("a.xls"))).contains("workbooks"));
    fs::write(folder.path().join("file"), "mine").unwrap();
    assert!(write_market(&market, folder.path().join("file")).is_err());
    assert_eq!(fs::read_to_string(folder.path().join("file")).unwrap(), "mine");
}

#[test]
fn messages_say_what_is_and_what_to_do() {
    let first = |result: Result<Market, Error>| -> String {
        result.unwrap_err().issues().first().map(Issue::to_string).unwrap_or_default()
    };
    let with = |old: &str, new: &str| market(&edited(EXAMPLE, old, new));
    insta::assert_snapshot!(first(with("max_buyers", "max_byers")), @r##"error[unknown_field] /offers/0/max_byers: there is no such field here (found: max_byers). Did you mean `max_buyers`?"##);
    insta::assert_snapshot!(first(with(r#""max_buyers": 5"#, r#""phone": 5"#)), @r##"error[unknown_field] /offers/0/phone: there is no such field here (found: phone). Known here: id, cooperative, product, volume_kg, min_lot_kg, ask_vnd_per_kg, available, place, certified, seeks, max_buyers."##);
    insta::assert_snapshot!(first(with(r#""volume_kg": 20000"#, r#""volume_kg": 20000.0"#)), @r##"error[not_whole] /offers/0/volume_kg: this number must be whole, written without point or exponent (found: 20000.0). Write digits only, such as 20000; if separators were meant, leave them out."##);
    insta::assert_snapshot!(first(with(r#""volume_kg": 20000, "#, "")), @r##"error[missing_field] /offers/0/volume_kg: the required field `volume_kg` is missing. Add it."##);
    insta::assert_snapshot!(first(with("market@1", "plan@1")), @r##"error[wrong_format] /format: the format read here is `lienket/market@1` (found: lienket/plan@1). This is another kind of document; give one that begins with `lienket/market@1`."##);
    insta::assert_snapshot!(first(with(r#""status": "active""#, r#""status": "activ""#)), @r##"error[unknown_word] /cooperatives/0/certificates/0/status: this is none of active, suspended, revoked (found: activ). Did you mean `active`?"##);
    insta::assert_snapshot!(message(with(r#""volume_kg": 20000"#, r#""volume_kg": NaN"#)), @r##"line 8, column 95: this is not JSON: expected value. JSON has no such number; write a number, or leave the field out where there is none."##);
    insta::assert_snapshot!(message(market(&EXAMPLE[..700].replace("120", "\"120\""))), @r##"
line 9, column 2: this is not JSON: EOF while parsing a value. The document ends too early; it may have been cut off on its way. Before it 1 fault was found:
error[wrong_type] /cooperatives/0/members: text stands where a whole number is expected (found: "120"). Write the digits alone, such as 20000: no quotes, units, blanks, thousand separators or leading zeros.
"##);
    let csv = |file: &str, old: &str, new: &str| first(read_market(folder_with(file, old, new).path()));
    insta::assert_snapshot!(csv("offers.csv", "20000", "\"20,000\""), @r##"error[wrong_type] offers.csv row 2, column volume_kg: text stands where a whole number is expected (found: 20,000). Write the digits alone, such as 20000: no quotes, units, blanks, thousand separators or leading zeros."##);
    insta::assert_snapshot!(csv("offers.csv", "20000", "20.000"), @r##"error[not_whole] offers.csv row 2, column volume_kg: this number must be whole, written without point or exponent (found: 20.000). Write digits only, such as 20000; if separators were meant, leave them out."##);
    insta::assert_snapshot!(csv("enterprises.csv", "21.0285", "\"21,0285\""), @r##"error[wrong_type] enterprises.csv row 2, column lat: text stands where a number is expected (found: 21,0285). Write a number with a point, such as 0.8: no quotes, units, blanks, commas or percent signs."##);
    insta::assert_snapshot!(csv("contracts.csv", "3000", "3000\no-1,d-1,1"), @r##"error[duplicate_contract] contracts.csv row 3: contracts.csv row 2 is between the same offer and demand. Write one contract a pair, with the total volume."##);
    insta::assert_snapshot!(csv("offers.csv", "", "id;cooperative;product;volume_kg\n"), @r##"error[wrong_delimiter] offers.csv row 1: the cells are separated by semicolons, not by commas (found: id;cooperative;product;volume_kg). Save the file with commas between cells (“CSV UTF-8”, comma-delimited)."##);
    insta::assert_snapshot!(message(policy::from_toml("format = 'lienket/policy@1'\nmechanism = 'stabel'")), @r##"
1 fault in the document:
error[unknown_word] /mechanism: this is none of optimal, greedy, stable, fair, egalitarian (found: stabel). Did you mean `stable`?
"##);
    insta::assert_snapshot!(message(policy::from_toml("format = 'lienket/policy@1'\nbalance = 0,5")), @r##"line 2, column 12: this is not TOML: unexpected key or value, expected newline, `#`. Correct the document there; nothing else has been checked."##);
    insta::assert_snapshot!(message(read_market("no-such-market.json")), @r##"no-such-market.json: there is nothing at this path. Check the path."##);
}
