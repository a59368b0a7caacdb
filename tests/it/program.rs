//! The program: exit codes, outputs, and nothing written on failure.
#![cfg(feature = "cli")]
#![expect(clippy::disallowed_methods, reason = "what the program reads and writes is looked at")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use crate::support::program::run;
use tempfile::TempDir;

const FORUM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/cooperative-forum-2025");

fn code(output: &Output) -> i32 {
    output.status.code().expect("it ends by itself")
}

fn out(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).expect("UTF-8")
}

fn told(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).expect("UTF-8")
}

fn write(folder: &TempDir, name: &str, text: &str) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, text).expect("writable");
    path
}

/// A small valid market, another with two faults, and one that is no JSON.
const SOUND: &str = r#"{"format":"lienket/market@1","as_of":"2026-04-14",
 "cooperatives":[{"id":"c","place":"vn/thai-nguyen"}],"enterprises":[{"id":"e","place":"vn/ha-noi"}],
 "offers":[{"id":"o","cooperative":"c","product":"tea/green","volume_kg":500},
           {"id":"-p","cooperative":"c","product":"tea/green","volume_kg":10}],
 "demands":[{"id":"d","enterprise":"e","product":"tea","volume_kg":300}]}"#;

fn faulty() -> String {
    SOUND.replace("500", "-5").replace("\"enterprise\":\"e\"", "\"enterprise\":\"f\"")
}

/// A folder with the three markets in it.
fn folder() -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    write(&folder, "sound.json", SOUND);
    write(&folder, "faulty.json", &faulty());
    write(&folder, "cut.json", &SOUND[..100]);
    folder
}

/// Names of what is in a folder.
fn listed(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder)
        .expect("readable")
        .map(|e| e.expect("readable").file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[test]
fn check_says_no_to_faults_and_tells_all_of_them() {
    let folder = folder();
    let sound = run(folder.path(), &["check", "sound.json"]);
    assert_eq!((code(&sound), told(&sound)), (0, ""));
    assert!(out(&sound).contains("0 faults, 0 warnings") && out(&sound).contains("2 candidate pairs"));
    let faulty = run(folder.path(), &["check", "faulty.json"]);
    assert_eq!(code(&faulty), 1);
    assert!(told(&faulty).contains("/offers/0/volume_kg") && told(&faulty).contains("/demands/0/enterprise"));
    assert!(out(&faulty).contains("2 faults"));
    assert_eq!(code(&run(folder.path(), &["check", "cut.json"])), 2);
    assert_eq!(code(&run(folder.path(), &["check", "absent.json"])), 2);
    assert_eq!(code(&run(folder.path(), &["check", FORUM])), 0);
}

#[test]
fn match_writes_plan_and_table_that_verify_accepts() {
    let folder = folder();
    let matched = run(folder.path(), &["match", FORUM, "--out", "round"]);
    assert_eq!(code(&matched), 0, "{}", told(&matched));
    assert!(out(&matched).contains("Matched"));
    assert_eq!(
        listed(&folder.path().join("round")),
        ["matches.csv", "plan.json", "report.html", "round.xlsx"]
    );
    let plan = fs::read_to_string(folder.path().join("round/plan.json")).expect("written");
    let document: serde_json::Value = serde_json::from_str(&plan).expect("JSON");
    let table = fs::read_to_string(folder.path().join("round/matches.csv")).expect("written");
    let rows =
        csv::Reader::from_reader(table.trim_start_matches('\u{feff}').as_bytes()).into_records().count();
    assert_eq!(Some(rows), document["allocations"].as_array().map(Vec::len));

    let verified = run(folder.path(), &["verify", FORUM, "round/plan.json"]);
    assert_eq!(code(&verified), 0, "{}", told(&verified));
    assert!(out(&verified).starts_with("verified"));
    for threads in ["1", "2", "5"] {
        let again = run(folder.path(), &["match", FORUM, "--threads", threads, "--out", "-"]);
        assert_eq!((code(&again), out(&again)), (0, plan.as_str()), "{threads} threads");
    }
    let vietnamese = run(folder.path(), &["match", FORUM, "--language", "vi"]);
    assert!(code(&vietnamese) == 0 && out(&vietnamese).contains("Đã kết nối"));
}

#[test]
fn verify_says_no_to_a_spoiled_plan() {
    let folder = folder();
    let plan = out(&run(folder.path(), &["match", "sound.json", "--out", "-"])).to_owned();
    write(&folder, "plan.json", &plan);
    assert_eq!(code(&run(folder.path(), &["verify", "sound.json", "plan.json"])), 0);
    write(&folder, "spoiled.json", &plan.replace("\n  \"objective\": \"", "\n  \"objective\": \"1"));
    let refused = run(folder.path(), &["verify", "sound.json", "spoiled.json"]);
    assert_eq!((code(&refused), out(&refused)), (1, ""));
    assert!(told(&refused).contains("/objective"));
    // Another market; no plan at all; no file; a market with faults.
    write(&folder, "other.json", &SOUND.replace("500", "501"));
    assert_eq!(code(&run(folder.path(), &["verify", "other.json", "plan.json"])), 1);
    assert_eq!(code(&run(folder.path(), &["verify", "sound.json", "sound.json"])), 2);
    assert_eq!(code(&run(folder.path(), &["verify", "sound.json", "absent.json"])), 2);
    assert_eq!(code(&run(folder.path(), &["verify", "faulty.json", "plan.json"])), 2);
}

#[test]
fn match_takes_a_policy_and_a_mechanism() {
    let folder = folder();
    write(
        &folder,
        "policy.toml",
        "format = \"lienket/policy@1\"\nmechanism = \"greedy\"\nobjective = \"volume\"\n",
    );
    let plan = |arguments: &[&str]| -> serde_json::Value {
        let output = run(folder.path(), &[&["match", "sound.json", "--out", "-"], arguments].concat());
        assert_eq!(code(&output), 0, "{}", told(&output));
        serde_json::from_str(out(&output)).expect("JSON")
    };
    let policy = &plan(&["--policy", "policy.toml"])["policy"];
    assert_eq!((&policy["mechanism"], &policy["objective"]), (&"greedy".into(), &"volume".into()));
    let policy = &plan(&["--policy", "policy.toml", "--mechanism", "optimal"])["policy"];
    assert_eq!((&policy["mechanism"], &policy["objective"]), (&"optimal".into(), &"volume".into()));
    write(&folder, "bad.toml", "format = \"lienket/policy@1\"\nbalance = 2.0\n");
    let refused = run(folder.path(), &["match", "sound.json", "--policy", "bad.toml", "--out", "-"]);
    assert_eq!((code(&refused), out(&refused)), (2, ""));
    assert!(told(&refused).contains("balance"));
}

#[test]
fn nothing_is_written_on_failure() {
    let folder = folder();
    let before = listed(folder.path());
    for arguments in [
        &["match", "faulty.json", "--out", "round"][..],
        &["match", "cut.json", "--out", "round"],
        &["match", "absent.json", "--out", "round"],
        &["match", "sound.json", "--policy", "absent.toml", "--out", "round"],
        &["match", "sound.json", "--mechanism", "magic", "--out", "round"],
        &["match", "sound.json", "--threads", "0", "--out", "round"],
        &["convert", "faulty.json", "out.json"],
        &["convert", "cut.json", "out"],
        &["convert", "sound.json", "out.xls"],
        &["template", "out"],
        &["explain", "sound.json", "absent.json", "--offer", "o"],
        &["convert"],
        &["marry"],
        &[],
    ] {
        let output = run(folder.path(), arguments);
        assert_eq!((code(&output), out(&output)), (2, ""), "{arguments:?}");
        assert!(!told(&output).is_empty(), "{arguments:?}");
        assert_eq!(listed(folder.path()), before, "{arguments:?}");
    }
    // A folder that is a file: what was there stays.
    let output = run(folder.path(), &["match", "sound.json", "--out", "cut.json"]);
    assert_eq!(code(&output), 2, "{}", told(&output));
    assert_eq!(listed(folder.path()), before);
    assert_eq!(fs::read_to_string(folder.path().join("cut.json")).expect("there"), SOUND[..100]);
}

#[test]
fn explain_tells_of_pairs_offers_and_demands() {
    let folder = folder();
    let plan = out(&run(folder.path(), &["match", "sound.json", "--out", "-"])).to_owned();
    write(&folder, "plan.json", &plan);
    let explain = |arguments: &[&str]| {
        run(folder.path(), &[&["explain", "sound.json", "plan.json"], arguments].concat())
    };
    for (arguments, about) in
        [(&["--offer", "o"][..], "offer"), (&["--demand", "d"], "demand"), (&["--pair", "o", "d"], "pair")]
    {
        let text = explain(arguments);
        assert_eq!(code(&text), 0, "{}", told(&text));
        assert!(out(&text).contains("`o`") || out(&text).contains("`d`"));
        let json = explain(&[arguments, &["--json"]].concat());
        let document: serde_json::Value = serde_json::from_str(out(&json)).expect("JSON");
        assert_eq!(document["about"], about);
        let vietnamese = explain(&[arguments, &["--language", "vi"]].concat());
        assert!(code(&vietnamese) == 0 && out(&vietnamese) != out(&text));
    }
    assert_eq!(code(&explain(&["--offer", "-p"])), 0, "ids may begin with a dash");
    let unknown = explain(&["--offer", "oo"]);
    assert_eq!((code(&unknown), out(&unknown)), (2, ""));
    assert!(
        told(&unknown).contains("did you mean") || told(&unknown).contains("Did you mean"),
        "{}",
        told(&unknown)
    );
    assert_eq!(code(&explain(&[])), 2);
    assert_eq!(code(&explain(&["--offer", "o", "--demand", "d"])), 2);
    assert_eq!(code(&explain(&["--pair", "o"])), 2);
    // A plan that is refuted explains nothing.
    write(&folder, "plan.json", &plan.replace("\n  \"objective\": \"", "\n  \"objective\": \"1"));
    assert_eq!(code(&explain(&["--offer", "o"])), 2);
}

#[test]
fn convert_goes_there_and_back() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    assert_eq!(code(&run(folder.path(), &["convert", FORUM, "forum.json"])), 0);
    assert_eq!(code(&run(folder.path(), &["convert", "forum.json", "forum"])), 0);
    assert_eq!(code(&run(folder.path(), &["convert", "forum", "again.json"])), 0);
    assert_eq!(
        fs::read(path("forum.json")).expect("written"),
        fs::read(path("again.json")).expect("written")
    );
    let plan = |market: &str| out(&run(folder.path(), &["match", market, "--out", "-"])).to_owned();
    assert_eq!(plan("forum.json"), plan(FORUM));
    assert_eq!(plan("forum"), plan(FORUM));
}

#[test]
fn catalogue_shows_what_is_built_in() {
    let folder = folder();
    let text = run(folder.path(), &["catalogue"]);
    assert!(code(&text) == 0 && out(&text).contains("vietgap") && out(&text).contains("vn/ha-noi"));
    let json = run(folder.path(), &["catalogue", "--json"]);
    let document: serde_json::Value = serde_json::from_str(out(&json)).expect("JSON");
    for list in ["products", "standards", "acceptances", "places"] {
        assert!(document[list].as_array().is_some_and(|list| list.len() > 10), "{list}");
    }
    assert!(document["version"].is_string());
    let help = run(folder.path(), &["--help"]);
    assert!(code(&help) == 0 && out(&help).contains("Exit codes"));
    assert_eq!(code(&run(folder.path(), &["--version"])), 0);
}

#[test]
fn timetable_writes_what_an_event_needs() {
    let folder = folder();
    let venue = "format = 'lienket/venue@1'\ntables = 6\n[[days]]\ndate = '2025-11-28'\nfrom = '08:00'\nto = '12:00'\n";
    write(&folder, "venue.toml", venue);
    let plan = out(&run(folder.path(), &["match", FORUM, "--out", "-"])).to_owned();
    write(&folder, "plan.json", &plan);
    let timetable = |arguments: &[&str]| {
        run(folder.path(), &[&["timetable", FORUM, "plan.json", "--venue"], arguments].concat())
    };
    let before = listed(folder.path());
    let shown = timetable(&["venue.toml"]);
    assert_eq!(code(&shown), 0, "{}", told(&shown));
    assert!(out(&shown).contains("Meetings held") && listed(folder.path()) == before);
    let json = timetable(&["venue.toml", "--out", "-"]);
    let document: serde_json::Value = serde_json::from_str(out(&json)).expect("JSON");
    assert_eq!(document["format"], "lienket/timetable@1");
    let written = timetable(&["venue.toml", "--out", "day", "--language", "vi"]);
    assert!(code(&written) == 0 && out(&written).contains("Số cuộc gặp"), "{}", told(&written));
    let names = listed(&folder.path().join("day"));
    assert_eq!(
        names,
        ["participants", "tables", "timetable.csv", "timetable.ics", "timetable.json", "timetable.xlsx"]
    );
    assert_eq!(fs::read_to_string(folder.path().join("day/timetable.json")).expect("written"), out(&json));
    let pages = listed(&folder.path().join("day/participants"));
    assert!(pages.iter().any(|name| name.starts_with("enterprise-")) && pages.len().is_multiple_of(2));
    let bad = write(&folder, "bad.toml", &venue.replace("08:00", "8h").replace("tables = 6", "tables = 0"));
    let before = listed(folder.path());
    let refused = timetable(&[bad.to_str().expect("text"), "--out", "other"]);
    assert_eq!((code(&refused), out(&refused)), (2, ""));
    assert!(told(&refused).contains("/days/0/from") && told(&refused).contains("/tables"));
    assert_eq!(listed(folder.path()), before);
    assert_eq!(code(&timetable(&["absent.toml"])), 2);
}

#[test]
fn a_timetable_appears_whole_or_not_at_all() {
    let folder = folder();
    let at = folder.path();
    write(
        &folder,
        "venue.toml",
        "format = \"lienket/venue@1\"\ntables = 2\n[[days]]\ndate = \"2026-04-14\"\nfrom = \"08:00\"\nto = \"09:00\"\n",
    );
    assert_eq!(code(&run(at, &["match", "sound.json", "--out", "m", "--target", "60%"])), 0);
    let page = fs::read_to_string(at.join("m/report.html")).expect("written");
    assert!(page.contains("mục tiêu: 60 %") && page.contains("is the organiser’s"));
    for wrong in ["0", "101%", "half"] {
        assert_eq!(code(&run(at, &["match", "sound.json", "--target", wrong])), 2, "{wrong}");
    }
    let schedule = ["timetable", "sound.json", "m/plan.json", "--venue", "venue.toml", "--out", "t"];
    // A folder has the name of a page: nothing of the rest appears either.
    fs::create_dir_all(at.join("t/tables/table-001.md")).expect("creatable");
    let failed = run(at, &schedule);
    assert_eq!(code(&failed), 2);
    assert!(told(&failed).contains("table-001.md"), "{}", told(&failed));
    assert_eq!(listed(&at.join("t")), ["tables"]);
    fs::remove_dir_all(at.join("t")).expect("removable");
    assert_eq!(code(&run(at, &schedule)), 0);
    let names =
        ["participants", "tables", "timetable.csv", "timetable.ics", "timetable.json", "timetable.xlsx"];
    assert_eq!(listed(&at.join("t")), names);
    assert_eq!(listed(&at.join("t/tables")), ["table-001.md"]);
}

#[test]
fn the_templates_own_day_is_read_and_faults_are_told_in_vietnamese() {
    let folder = TempDir::new().expect("a temporary folder");
    let path = folder.path().join("m.xlsx");
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheets: [(&str, &[&[&str]]); 5] = [
        ("Thông tin", &[&["Ngày (as_of)", "28/11/2025"]]),
        ("Hợp tác xã", &[&["Mã HTX", "Tên", "Tỉnh"], &["h1", "HTX Một", "Bến Tre"]]),
        ("Doanh nghiệp", &[&["Mã DN", "Tên", "Tỉnh"], &["e1", "Siêu thị", "Hà Nội"]]),
        (
            "Chào bán",
            &[
                &["Mã", "Hợp tác xã", "Sản phẩm", "Sản lượng", "Giá chào (đ/kg)", "Có từ", "Có đến"],
                &["o1", "h1", "dừa", "5 tấn", "15–18 nghìn đ/kg", "1/12/2025", "tháng 3/2026"],
                &["o1", "h2", "quýt đườg", "5 ta", "rẻ", "khoảng tết", "31/2/2026"],
                &["o3", "HTX Một", "dua", "vài tấn", "20 USD/kg", "2026", "3/31/2026"],
                &["o4", "h1", "mắc ca", "500 chục", "1.529,5", "", ""],
                &["o5", "h1", "vải", "5 tấn/tuần", "thỏa thuận", "", ""],
                &["o6", "h1", "xoài", "-5 tấn", "", "", ""],
                &["o7", "h1", "xoài", "3 đến 5 tấn", "", "", ""],
                &["o8", "h1", "xoài", "1,529", "", "", ""],
                &["o9", "h1", "xoài", "20.000 quả", "", "", ""],
            ],
        ),
        ("Nhu cầu", &[&["Mã", "Doanh nghiệp", "Sản phẩm", "Sản lượng"], &["d1", "e1", "xoài", "1 tấn"]]),
    ];
    for (name, rows) in sheets {
        let sheet = book.add_worksheet().set_name(name).expect("a name");
        for (row, cells) in (0..).zip(rows) {
            for (column, cell) in (0..).zip(*cells) {
                sheet.write_string(row, column, *cell).expect("a cell");
            }
        }
    }
    book.save(&path).expect("writable");
    let checked = run(folder.path(), &["check", "m.xlsx", "--language", "vi"]);
    assert_eq!(code(&checked), 1);
    let (notes, faults) = (out(&checked), told(&checked));
    assert!(!faults.contains("thiếu ngày") && faults.lines().count() >= 14, "{faults}");
    for line in notes.lines().chain(faults.lines()) {
        // Ids and codes stand in quotes and brackets; no sentence stays English.
        let english = [" the ", " is ", " no ", "read as", "Write", "Did you", " row ", "column", "this "];
        assert!(!english.iter().any(|word| line.contains(word)), "{line}");
    }
    assert!(notes.contains("trang Chào bán: 9 dòng: 0 nhận, 1 nhận có ghi chú, 8 không nhận"), "{notes}");
    assert!(notes.contains("Sửa các ô nêu trên"), "{notes}");
}
