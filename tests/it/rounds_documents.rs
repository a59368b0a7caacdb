//! Rounds as files: decisions as people write them, documents that do not fit together, and the program's walk.
#![cfg(feature = "cli")]

use crate::support::program::run;
use lienket::{DecisionKind, Error, Policy, Round, io};
use std::fs;
use tempfile::TempDir;

const MARKET: &str = r#"{"format":"lienket/market@1","as_of":"2026-04-14",
 "cooperatives":[{"id":"near","name":"HTX Gần","place":"vn/ha-noi"},{"id":"far","place":"vn/son-la"}],
 "enterprises":[{"id":"a","place":"vn/ha-noi"},{"id":"b","place":"vn/ha-noi"}],
 "offers":[{"id":"o-near","cooperative":"near","product":"tea/green","volume_kg":100},
           {"id":"o-far","cooperative":"far","product":"tea/green","volume_kg":100}],
 "demands":[{"id":"d-a","enterprise":"a","product":"tea","volume_kg":80},
            {"id":"d-b","enterprise":"b","product":"tea","volume_kg":80}]}"#;

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("UTF-8")
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    fs::write(folder.path().join("market.json"), MARKET).expect("writable");
    for (name, content) in files {
        fs::write(folder.path().join(name), content).expect("writable");
    }
    folder
}

fn codes(error: &Error) -> Vec<String> {
    error.issues().iter().map(|i| format!("{} {}", i.code, i.pointer)).collect()
}

#[test]
fn an_organiser_walks_from_a_market_to_a_third_round() {
    let folder = folder(&[
        (
            "answers.csv",
            "offer,demand,kind,volume_kg,by,reason,on\no-near,d-a,signed,70,chị Hoa,\"ký tại bàn, bút đỏ\",2026-04-15\no-far,d-a,forbidden,,BTC,đã từng tranh chấp,\n",
        ),
        (
            "more.toml",
            "format = 'lienket/decisions@1'\n[movable]\neverything = true\n[[decisions]]\noffer = 'o-far'\ndemand = 'd-b'\nkind = 'forced'\nvolume_kg = 40\nby = 'BTC'\nreason = 'xã vùng cao'\non = 2026-04-16\n",
        ),
    ]);
    let at = folder.path();
    let first = run(at, &["round", "market.json", "--out", "r1"]);
    assert_eq!(first.status.code(), Some(0), "{}", text(&first.stderr));
    let second = run(at, &["round", "r1", "--decisions", "answers.csv", "--out", "r2"]);
    assert_eq!(second.status.code(), Some(0), "{}", text(&second.stderr));
    let told = text(&second.stdout);
    assert!(
        told.contains("From round 1 to round 2")
            && told.contains("signed by chị Hoa, 2026-04-15: ký tại bàn, bút đỏ"),
        "{told}"
    );
    assert!(told.contains("signed: 1 pair, 70 kg"), "{told}");
    let third =
        run(at, &["round", "r2/round.json", "--decisions", "more.toml", "--out", "r3", "--language", "vi"]);
    let told = text(&third.stdout);
    assert!(
        told.contains("Từ vòng 2 sang vòng 3")
            && told.contains("ban tổ chức đưa vào bởi BTC, 2026-04-16: xã vùng cao"),
        "{told}"
    );
    for round in ["r1", "r2", "r3"] {
        let mut names: Vec<String> = fs::read_dir(at.join(round))
            .expect("there")
            .map(|e| e.expect("readable").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        assert_eq!(
            names,
            [
                "changes.csv",
                "changes.json",
                "decisions.xlsx",
                "market.json",
                "matches.csv",
                "plan.json",
                "report.html",
                "round.json",
                "round.xlsx"
            ]
        );
        let verified = run(at, &["verify", &format!("{round}/market.json"), &format!("{round}/plan.json")]);
        assert_eq!(verified.status.code(), Some(0), "{round}: {}", text(&verified.stderr));
    }
    let last = io::read_round(at.join("r3")).expect("a round");
    let log: Vec<_> =
        last.decisions().iter().map(|l| (l.round, l.decision.kind, l.decision.by.as_str())).collect();
    assert_eq!(
        log,
        [
            (1, DecisionKind::Forbidden, "BTC"),
            (1, DecisionKind::Signed, "chị Hoa"),
            (2, DecisionKind::Forced, "BTC"),
        ]
    );
    // Without decisions it stands, to the byte.
    let again = run(at, &["round", "r3", "--out", "r4"]);
    assert_eq!(again.status.code(), Some(0));
    for name in ["round.json", "plan.json", "market.json"] {
        assert!(
            fs::read(at.join("r3").join(name)).unwrap() == fs::read(at.join("r4").join(name)).unwrap(),
            "{name}"
        );
    }
    let printed = run(at, &["round", "r3", "--out", "-"]);
    assert!(printed.stdout == fs::read(at.join("r3/round.json")).unwrap());
    let changes: serde_json::Value =
        serde_json::from_slice(&fs::read(at.join("r2/changes.json")).unwrap()).expect("JSON");
    assert_eq!(
        (&changes["format"], &changes["rounds"]),
        (&"lienket/changes@1".into(), &serde_json::json!([1, 2]))
    );
    let table = fs::read_to_string(at.join("r2/changes.csv")).unwrap();
    assert!(table.contains("decided,signed,chị Hoa,\"ký tại bàn, bút đỏ\",2026-04-15"), "{table}");
    // The effective market goes through the other forms as well.
    for form in ["folder", "book.xlsx"] {
        assert_eq!(run(at, &["convert", "r2/market.json", form]).status.code(), Some(0));
        assert_eq!(run(at, &["convert", form, "back.json"]).status.code(), Some(0), "{form}");
        assert!(
            fs::read(at.join("back.json")).unwrap() == fs::read(at.join("r2/market.json")).unwrap(),
            "{form}"
        );
    }
}

#[test]
fn a_round_is_told_by_its_format_wherever_that_stands() {
    let folder = folder(&[
        ("late.json", "\u{feff}{\"plan\":{\"format\":\"x\"},\"format\":\"lienket/round@1\""),
        ("early.json", "{\"format\":\"lienket/round@2\", no JSON from here on"),
        ("inner.json", "{\"plan\":{\"format\":\"lienket/round@1\"}}"),
        ("list.json", "[\"lienket/round@1\"]"),
        ("empty.json", ""),
        ("round.toml", "{\"format\":\"lienket/round@1\"}"),
    ]);
    let is = |name: &str| io::is_round(folder.path().join(name));
    assert!(is("late.json") && is("early.json"));
    for other in ["market.json", "inner.json", "list.json", "empty.json", "round.toml", "nowhere.json", "."] {
        assert!(!is(other), "{other}");
    }
}

#[test]
fn the_program_refuses_without_writing() {
    let folder = folder(&[
        (
            "bad.csv",
            "offer,demand,kind,by,reason\no-near,d-a,sold,x,y\no-nowhere,d-a,declined,x,y\no-near,d-b,declined,x,\n",
        ),
        (
            "unfit.csv",
            "offer,demand,kind,volume_kg,by,reason\no-nowhere,d-a,declined,,x,y\no-near,d-b,forced,60,x,y\no-near,d-a,forced,60,x,y\n",
        ),
        (
            "over.csv",
            "offer,demand,kind,volume_kg,by,reason\no-near,d-b,forced,60,x,y\no-near,d-a,forced,60,x,y\n",
        ),
        ("short.csv", "offer,demand,kind\no-near,d-a,declined\n"),
        ("policy.toml", "format = 'lienket/policy@1'\n"),
    ]);
    let at = folder.path();
    let told = |decisions: &str| {
        let output = run(at, &["round", "market.json", "--decisions", decisions, "--out", "out"]);
        assert_eq!((output.status.code(), at.join("out").exists()), (Some(2), false));
        text(&output.stderr).to_owned()
    };
    let bad = told("bad.csv");
    assert!(bad.contains("unknown_word] bad.csv row 2, column kind"), "{bad}");
    assert!(bad.contains("missing_field] bad.csv row 4, column reason"), "{bad}");
    assert!(told("unfit.csv").contains("unknown_offer] unfit.csv row 2, column offer"));
    let over = told("over.csv");
    assert!(over.contains("contract_over_limit] over.csv row 2, column volume_kg"), "{over}");
    let short = told("short.csv");
    assert_eq!(short.matches("missing_field").count(), 2, "{short}");
    assert_eq!(run(at, &["round", "market.json", "--out", "r1"]).status.code(), Some(0));
    let policy = run(at, &["round", "r1", "--policy", "policy.toml"]);
    assert!(policy.status.code() == Some(2) && text(&policy.stderr).contains("keeps the policy"));
}

#[test]
fn documents_tell_every_fault() {
    let decisions = "format = 'lienket/decisions@2'\n[movable]\nall = true\n[[decisions]]\noffer = 'o'\nkind = 'decline'\nvolume_kg = 1.5\nby = 7\nreason = 'r'\n";
    let error = io::decisions::from_toml(decisions).expect_err("faults");
    assert_eq!(
        codes(&error),
        [
            "wrong_format /format",
            "unknown_field /movable/all",
            "missing_field /decisions/0/demand",
            "unknown_word /decisions/0/kind",
            "not_whole /decisions/0/volume_kg",
            "wrong_type /decisions/0/by",
        ]
    );
    let market = io::json::market_from_slice(MARKET.as_bytes()).expect("sound");
    let round = Round::open(&market, &Policy::default()).expect("a round");
    let decided = io::decisions::from_json(
        br#"{"format":"lienket/decisions@1","decisions":[
        {"offer":"o-near","demand":"d-a","kind":"forced","volume_kg":50,"by":"x","reason":"y"}]}"#,
    );
    let round = round.decide(&decided.expect("sound")).expect("it fits");
    let sound = io::round_document(&round).expect("memory");
    let folder = folder(&[]);
    let path = folder.path().join("round.json");
    let read = |document: &str| {
        fs::write(&path, document).expect("writable");
        io::read_round(&path)
    };
    assert!(read(&sound).is_ok());
    let faults = [
        (r#""round": 2"#, r#""round": 1"#, "out_of_range /decisions/0/round"),
        (r#""round": 2"#, r#""rond": 2"#, "unknown_field /rond"),
        (
            r#""round":1,"offer":"o-near""#,
            r#""round":1,"offer":"o-neer""#,
            "unknown_offer /decisions/0/offer",
        ),
        (r#""kind":"forced""#, r#""kind":"forced","kind":"signed""#, "duplicate_key /decisions/0/kind"),
        (r#""volume_kg":50"#, r#""volume_kg":49"#, "other_market /plan/market_digest"),
        (r#""by":"x""#, r#""by":"""#, "bad_text /decisions/0/by"),
        (r#""product":"tea/green""#, r#""product":"Tea""#, "bad_product_path /market/offers/0/product"),
        (
            r#""kept": ["#,
            r#""kept": [{"offer":"o-near","demand":"d-a","volume_kg":1},"#,
            "kept_and_decided /kept/0",
        ),
        (r#""status": "#, r#""state": "#, "missing_field /plan/status"),
        (r#""matched_kg": "#, r#""matched_kg": 1"#, "differs /plan/metrics/matched_kg"),
    ];
    for (from, to, expected) in faults {
        assert!(sound.contains(from), "{from}");
        let error = read(&sound.replacen(from, to, 1)).expect_err(expected);
        let told = codes(&error);
        assert!(told.iter().any(|t| t == expected), "{expected}: {told:?}");
    }
    for cut in [0, 1, 40, sound.len() / 2, sound.len() - 3] {
        let cut = (cut..=sound.len()).find(|at| sound.is_char_boundary(*at)).expect("the end is one");
        assert!(matches!(read(&sound[..cut]), Err(Error::Unreadable { .. })), "{cut}");
    }
    assert!(read("[]").is_err() && read("{}").is_err() && read("null").is_err());
}
