//! What is written reads back as it was, and what means the same has the same digest.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Mutex;

use lienket::io::{
    json, market_digest, plan_document, policy, policy_document, read_market, read_market_watched,
    read_policy, write_market, write_plan_watched,
};
use lienket::{
    AcceptanceKind, Boost, Cooperative, Demand, Enterprise, Error, Kg, Km, Linkage, Market, MarketParts,
    Mechanism, Objective, Offer, Place, Plan, Policy, ProductEntry, Progress, Side, Stage,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::support::documents::{EXAMPLE, POLICY, parts, text};

fn written(market: &Market) -> Vec<u8> {
    let mut document = Vec::new();
    json::write_market(market, &mut document).expect("memory can be written");
    document
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn json_reads_back_as_it_was_written(parts in parts()) {
        let market = Market::build(parts)?;
        let document = written(&market);
        let again = json::market_from_slice(&document)?;
        prop_assert_eq!(market.parts(), again.parts());
        prop_assert_eq!(&document, &written(&again));
        prop_assert_eq!(market_digest(&market), market_digest(&again));
        let from_reader = json::market_from_reader(&document[..])?;
        prop_assert_eq!(market.parts(), from_reader.parts());
    }

    #[test]
    fn json_to_csv_to_json_is_the_identity(parts in parts()) {
        let market = Market::build(parts)?;
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("chợ nông sản");
        write_market(&market, &path)?;
        let again = read_market(&path)?;
        prop_assert_eq!(market.parts(), again.parts());
        prop_assert_eq!(written(&market), written(&again));
        prop_assert_eq!(fs::read_dir(folder.path())?.count(), 1);
        // Written over itself, nothing changes.
        let before = contents(&path);
        write_market(&again, &path)?;
        prop_assert_eq!(before, contents(&path));
    }

    #[test]
    fn the_digest_does_not_depend_on_the_order(parts in parts(), turn in 0usize..5) {
        let market = Market::build(parts.clone())?;
        let mut other = parts;
        other.cooperatives.reverse();
        other.enterprises.rotate_left(turn % 3);
        other.offers.rotate_left(turn % 4);
        other.demands.reverse();
        other.exclusions.reverse();
        other.barred.reverse();
        other.relations.reverse();
        other.contracts.reverse();
        for cooperative in &mut other.cooperatives {
            cooperative.certificates.reverse();
            cooperative.tags.reverse();
        }
        for demand in &mut other.demands {
            demand.substitutes.reverse();
            demand.requires.reverse();
        }
        let other = Market::build(other)?;
        prop_assert_eq!(market_digest(&market), market_digest(&other));
        prop_assert_eq!(written(&market), written(&other));
    }

    #[test]
    fn a_policy_reads_back_as_it_was(
        numbers in (0.0..=1.0f64, 0.0..=1.0f64, 0.1..9.0f64, 0u32..=1000), km in option::of(0.0..1e4f64),
        objective in select(vec![Objective::Score, Objective::Volume, Objective::Welfare]),
        boosts in vec((text(), -1.0..=1.0f64), 0..3), price in 0.0..10.0f64,
    ) {
        let mut policy = Policy {
            mechanism: Mechanism::Greedy, proposing: Side::Enterprises, objective, balance: numbers.0,
            min_score: numbers.1, road_factor: numbers.2, price_tolerance_percent: numbers.3,
            accept: [AcceptanceKind::Market].into(), max_distance: km.map(Km),
            boosts: boosts.into_iter().map(|(tag, add)| Boost { tag, add }).collect(),
            ..Policy::default()
        };
        policy.weights.cooperative.price = price;
        let document = policy_document(&policy);
        prop_assert_eq!(document.get("max_distance_km").is_some(), km.is_some());
        prop_assert_eq!(&policy, &policy::from_json(document.to_string().as_bytes())?);
        let toml = toml::to_string(&document).expect("no nulls in it");
        prop_assert_eq!(&policy, &policy::from_toml(&toml)?);
    }
}

fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("it can be listed").path())
        .map(|path| (path.display().to_string(), fs::read(&path).expect("it can be read")))
        .collect();
    files.sort();
    files
}

#[test]
fn the_example_of_the_format_reads_without_warnings() {
    let market = json::market_from_slice(EXAMPLE.as_bytes()).unwrap();
    assert_eq!(market.warnings(), []);
    assert_eq!(market.offers()[0].seeks, ["credit", "training"]);
    assert_eq!(market.demands()[0].max_distance, Some(Km(250.0)));
    assert_eq!(market.cooperatives()[0].certificates[0].volume, Some(Kg(130_000)));
    // Defaults are left out, so a document that leaves them out is the same market.
    let shorter = EXAMPLE
        .replace(r#""kind": "cooperative","#, "")
        .replace(r#""status": "active", "#, "")
        .replace(
            r#", "place": "vn/thai-nguyen",
              "certified""#,
            r#", "certified""#,
        )
        .replace(r#", "all_or_nothing": false, "accepts_market_equivalents": false"#, "");
    let shorter = json::market_from_slice(shorter.as_bytes()).unwrap();
    assert_eq!(market_digest(&market), market_digest(&shorter));
}

#[test]
fn the_written_document_is_pinned() {
    let market = json::market_from_slice(EXAMPLE.as_bytes()).unwrap();
    insta::assert_snapshot!(String::from_utf8(written(&market)).unwrap(), @r##"
{
  "format": "lienket/market@1",
  "as_of": "2025-11-28",
  "cooperatives": [
    {"id":"htx-hao-dat","name":"HTX chè Hảo Đạt","place":"vn/thai-nguyen","members":120,"tags":["women_led"],"capacity_kg":130000,"certificates":[{"standard":"vietgap","products":["tea"],"valid_from":"2024-06-01","valid_until":"2026-05-31","volume_kg":130000}]}
  ],
  "enterprises": [
    {"id":"sieu-thi-a","name":"Siêu thị A","place":{"lat":21.0285,"lon":105.8542},"capacity_kg":500000}
  ],
  "offers": [
    {"id":"o-1","cooperative":"htx-hao-dat","product":"tea/green","volume_kg":20000,"min_lot_kg":500,"ask_vnd_per_kg":180000,"available":{"from":"2025-12-01","to":"2026-03-31"},"certified":["vietgap"],"seeks":["credit","training"],"max_buyers":5}
  ],
  "demands": [
    {"id":"d-1","enterprise":"sieu-thi-a","product":"tea","volume_kg":50000,"min_lot_kg":1000,"bid_vnd_per_kg":210000,"needed":{"from":"2025-12-15","to":"2026-06-30"},"requires":["vietgap"],"prefers":["ocop-4","trace"],"max_distance_km":250.0,"substitutes":[{"product":"herb/lotus-tea","fit":0.6}],"provides":["credit","transport"],"max_suppliers":8}
  ],
  "contracts": [
    {"offer":"o-1","demand":"d-1","volume_kg":3000}
  ],
  "relations": [
    {"cooperative":"htx-hao-dat","enterprise":"sieu-thi-a","reliability":0.9}
  ]
}
"##);
    insta::assert_snapshot!(market_digest(&market), @r##"sha256:fe9e9f4a3df0e79cc00c11b8bf04652846941f7d6225503f7277c6b37e819d4e"##);
}

#[test]
fn the_policy_of_the_format_is_the_default() {
    assert_eq!(policy::from_toml(POLICY).unwrap(), Policy::default());
    assert_eq!(policy::from_toml("format = \"lienket/policy@1\"").unwrap(), Policy::default());
    let partial = "format = 'lienket/policy@1'\n[weights.cooperative]\nprice = 9\n[[boosts]]\ntag='women_led'\nadd=0.05";
    let partial = policy::from_toml(partial).unwrap();
    let mut expected =
        Policy { boosts: vec![Boost { tag: "women_led".into(), add: 0.05 }], ..Policy::default() };
    expected.weights.cooperative.price = 9.0;
    assert_eq!(partial, expected);
    insta::assert_snapshot!(policy_document(&Policy::default()).to_string(), @r##"{"accept":["legal","technical"],"balance":0.5,"boosts":[],"effort":1.0,"format":"lienket/policy@1","freight_vnd_per_tonne_km":0.0,"full_margin":0.2,"half_km":100.0,"linked_first":false,"mechanism":"optimal","min_score":0.0,"objective":"score","price_tolerance_percent":0,"proposing":"cooperatives","quotas":[],"road_factor":1.0,"under_limits":"refuse","unknown":0.5,"weights":{"cooperative":{"certification":1.0,"location":2.0,"price":3.0,"product":1.0,"relationship":1.0,"services":2.0,"timing":1.0,"volume":2.0},"enterprise":{"certification":3.0,"location":2.0,"price":2.0,"product":2.0,"relationship":1.0,"services":0.0,"timing":1.0,"volume":2.0}}}"##);
}

#[test]
fn byte_order_marks_and_line_ends_do_not_matter() {
    let plain = json::market_from_slice(EXAMPLE.as_bytes()).unwrap();
    let marked = format!("\u{feff}{}\r\n", EXAMPLE.replace('\n', "\r\n"));
    assert_eq!(json::market_from_slice(marked.as_bytes()).unwrap().parts(), plain.parts());
    let marked = format!("\u{feff}{}", POLICY.replace('\n', "\r\n"));
    assert_eq!(policy::from_toml(&marked).unwrap(), Policy::default());

    let folder = tempfile::tempdir().unwrap();
    write_market(&plain, folder.path()).unwrap();
    for (file, bytes) in contents(folder.path()) {
        let text = String::from_utf8(bytes).unwrap();
        assert!(!text.contains('\r'), "{file}");
        fs::write(file, format!("\u{feff}{}\r\n\r\n", text.replace('\n', "\r\n"))).unwrap();
    }
    assert_eq!(read_market(folder.path()).unwrap().parts(), plain.parts());
}

#[test]
fn a_folder_keeps_foreign_files_and_loses_those_of_the_market_before() {
    let market = json::market_from_slice(EXAMPLE.as_bytes()).unwrap();
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().join("market");
    write_market(&market, &folder).unwrap();
    fs::write(folder.join("notes.txt"), "mine").unwrap();
    let names = |folder: &Path| -> Vec<String> {
        let file = |(path, _): (String, Vec<u8>)| path.rsplit('/').next().unwrap_or_default().to_owned();
        contents(folder).into_iter().map(file).collect()
    };
    assert_eq!(
        names(&folder),
        [
            "certificates.csv",
            "contracts.csv",
            "cooperatives.csv",
            "demands.csv",
            "enterprises.csv",
            "market.json",
            "notes.txt",
            "offers.csv",
            "relations.csv"
        ]
    );
    let empty = Market::build(MarketParts::new("2025-11-28".parse().unwrap())).unwrap();
    write_market(&empty, &folder).unwrap();
    assert_eq!(
        names(&folder),
        ["cooperatives.csv", "demands.csv", "enterprises.csv", "market.json", "notes.txt", "offers.csv"]
    );
    assert_eq!(read_market(&folder).unwrap().parts(), empty.parts());
    assert_eq!(fs::read_to_string(folder.join("offers.csv")).unwrap(), "id,cooperative,product,volume_kg\n");
    assert_eq!(fs::read_dir(outer.path()).unwrap().count(), 1, "no temporary folder is left");
}

#[test]
fn what_csv_cannot_hold_is_refused_before_anything_is_written() {
    let document = EXAMPLE.replace(r#"["credit", "training"]"#, r#"["a;b"]"#);
    let market = json::market_from_slice(document.as_bytes()).unwrap();
    let outer = tempfile::tempdir().unwrap();
    let error = write_market(&market, outer.path().join("market")).unwrap_err();
    assert_eq!((error.issues()[0].code, &*error.issues()[0].pointer), ("not_in_csv", "/offers/0/seeks/0"));
    assert_eq!(fs::read_dir(outer.path()).unwrap().count(), 0);
}

#[test]
fn catalogue_fields_without_a_place_in_documents_are_refused() {
    let mut parts = MarketParts::new("2025-11-28".parse().unwrap());
    let name_en = Some("Thing".to_owned());
    parts.catalogue.products.push(ProductEntry {
        id: "thing".into(),
        name: "Vật".into(),
        name_en,
        ..Default::default()
    });
    let market = Market::build(parts).unwrap();
    let error = json::write_market(&market, Vec::new()).unwrap_err();
    assert!(error.to_string().contains("name_en"), "{error}");
}

#[test]
fn an_absent_and_an_empty_list_of_certified_differ() {
    let folder = tempfile::tempdir().unwrap();
    for (list, expected) in [("[]", Some(0)), (r#"["vietgap"]"#, Some(1))] {
        let document = EXAMPLE.replace(r#""certified": ["vietgap"]"#, &format!(r#""certified": {list}"#));
        let market = json::market_from_slice(document.as_bytes()).unwrap();
        write_market(&market, folder.path()).unwrap();
        let again = read_market(folder.path()).unwrap();
        assert_eq!(again.offers()[0].certified.as_ref().map(Vec::len), expected);
    }
    let document = EXAMPLE.replace(r#""certified": ["vietgap"],"#, "");
    let market = json::market_from_slice(document.as_bytes()).unwrap();
    write_market(&market, folder.path()).unwrap();
    assert_eq!(read_market(folder.path()).unwrap().offers()[0].certified, None);
}

#[test]
fn files_are_found_by_what_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let market = json::market_from_slice(EXAMPLE.as_bytes()).unwrap();
    let path = folder.path().join("market.JSON");
    write_market(&market, &path).unwrap();
    assert_eq!(read_market(&path).unwrap().parts(), market.parts());
    for (name, text) in [
        ("policy.toml", "format='lienket/policy@1'"),
        ("policy.json", r#"{"format":"lienket/policy@1"}"#),
        ("policy", r#" {"format":"lienket/policy@1"}"#),
        ("policy.txt", "format='lienket/policy@1'"),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
        assert_eq!(read_policy(folder.path().join(name)).unwrap(), Policy::default(), "{name}");
    }
}

#[test]
fn a_write_that_fails_leaves_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.json");
    fs::write(&path, "old").unwrap();
    let error = lienket::io::write_atomically(&path, |writer| {
        writer.write_all(b"half")?;
        Err(std::io::Error::other("the disk is full"))
    });
    assert!(matches!(error, Err(Error::Unreadable { place, .. }) if place.contains("plan.json")));
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    assert!(
        write_market(
            &Market::build(MarketParts::new("2025-11-28".parse().unwrap())).unwrap(),
            folder.path().join("no/such/market.json")
        )
        .is_err()
    );
}

#[test]
fn the_forum_of_2025_reads_with_warnings_only() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/data/cooperative-forum-2025");
    let market = read_market(folder).unwrap();
    assert_eq!((market.cooperatives().len(), market.offers().len(), market.demands().len()), (114, 178, 110));
    for warning in market.warnings() {
        assert!(warning.pointer.contains(".csv row "), "{warning}");
    }
    let copy = tempfile::tempdir().unwrap();
    let path = copy.path().join("market.json");
    write_market(&market, &path).unwrap();
    assert_eq!(read_market(path).unwrap().parts(), market.parts());
}

#[test]
fn reading_and_writing_are_watched_and_can_be_stopped() {
    const OFFERS: usize = 3000;
    let mut parts = MarketParts::new("2025-11-28".parse().expect("a day"));
    parts.cooperatives.push(Cooperative::new("htx", Place::id("vn/thai-nguyen")));
    parts.enterprises.push(Enterprise::new("shop", Place::id("vn/ha-noi")));
    parts.offers.extend((0..OFFERS).map(|o| Offer::new(format!("o-{o:04}"), "htx", "tea", Kg(10))));
    parts.demands.push(Demand::new("d", "shop", "tea", Kg(10)));
    let market = Market::build(parts).expect("valid");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("market.json");
    write_market(&market, &path).expect("it can be written");

    let seen = Mutex::new(Vec::new());
    let see = |progress: Progress| {
        seen.lock().expect("no panic").push(progress);
        ControlFlow::Continue(())
    };
    let told = || std::mem::take(&mut *seen.lock().expect("no panic"));
    let again = read_market_watched(&path, &see).expect("it reads");
    assert_eq!(again.parts(), market.parts());
    let progress = |stage, done, total| Progress { stage, done, total };
    assert_eq!(told(), [progress(Stage::Reading, 1024, 0), progress(Stage::Reading, 2048, 0)]);
    let stop = |_: Progress| ControlFlow::Break(());
    assert!(matches!(read_market_watched(&path, &stop), Err(Error::Cancelled)));

    let linkage = Linkage::build(&market, &Policy::default()).expect("valid");
    let plan = Plan::solve(&linkage, Mechanism::Optimal).expect("a plan");
    let mut document = Vec::new();
    write_plan_watched(&plan, &mut document, &see).expect("memory can be written");
    assert_eq!(document, plan_document(&plan).into_bytes());
    // One allocation, and all offers but one have something left.
    let total = OFFERS as u64;
    assert_eq!(told(), [progress(Stage::Writing, 1024, total), progress(Stage::Writing, 2048, total)]);
    assert!(write_plan_watched(&plan, &mut Vec::new(), &stop).is_err());
}
