//! Folders of CSV files that are wrong: every fault at its file, row and column.

use std::fs;

use lienket::io::{read_market, write_market};

use crate::bad_input::{Dice, edited, errors, market, message};
use crate::support::documents::EXAMPLE;

#[test]
fn spoilt_folders_never_panic() {
    let mut dice = Dice(42);
    let folder = tempfile::tempdir().unwrap();
    write_market(&market(EXAMPLE).unwrap(), folder.path()).unwrap();
    let mut files: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for _ in 0..3_000 {
        let file = &files[dice.roll(files.len())];
        let good = fs::read(file).unwrap();
        fs::write(file, dice.spoil(&good)).unwrap();
        let _ = read_market(folder.path());
        fs::write(file, good).unwrap();
    }
}

/// A folder of the example, with one passage of one file replaced, or the file removed, or one added.
pub(crate) fn folder_with(file: &str, old: &str, new: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    write_market(&market(EXAMPLE).unwrap(), folder.path()).unwrap();
    let path = folder.path().join(file);
    if old.is_empty() {
        fs::write(path, new).unwrap();
    } else {
        let text = edited(&fs::read_to_string(&path).unwrap(), old, new);
        fs::write(path, text).unwrap();
    }
    folder
}

#[test]
fn faults_of_folders() {
    let mut wrong = Vec::new();
    for (file, old, new, expected) in FOLDER_CASES {
        let folder = folder_with(file, old, new);
        let here = format!("{}/", folder.path().display());
        let found: Vec<String> =
            errors(read_market(folder.path())).iter().map(|line| line.replace(&here, "")).collect();
        if found != *expected {
            wrong.push(format!(
                "{file}: `{old}` → `{new}`\n    found    {found:?}\n    expected {expected:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// File, what is replaced (nothing: the whole file), what by, and the errors expected.
const FOLDER_CASES: &[(&str, &str, &str, &[&str])] = &[
    ("market.json", "market@1", "market@9", &["wrong_format market.json /format"]),
    ("market.json", "2025-11-28", "28.11.2025", &["bad_date market.json /as_of"]),
    ("market.json", "}", ", \"offers\": []}", &["unknown_field market.json /offers"]),
    ("market.json", "}", "", &["unreadable market.json, line 5, column 1"]),
    (
        "offers.csv",
        "volume_kg",
        "volume",
        &[
            "missing_field offers.csv row 1, column volume_kg",
            "unknown_field offers.csv row 1, column volume",
        ],
    ),
    ("offers.csv", "20000", "20.000", &["not_whole offers.csv row 2, column volume_kg"]),
    ("offers.csv", "20000", "20000.0", &["not_whole offers.csv row 2, column volume_kg"]),
    ("offers.csv", "20000", "2e4", &["not_whole offers.csv row 2, column volume_kg"]),
    (
        "offers.csv",
        "20000",
        "99999999999999999999999999999999999999999999",
        &["not_whole offers.csv row 2, column volume_kg"],
    ),
    ("offers.csv", "20000", " 20000", &["wrong_type offers.csv row 2, column volume_kg"]),
    ("offers.csv", "20000", "\"20,000\"", &["wrong_type offers.csv row 2, column volume_kg"]),
    ("offers.csv", "20000", "20 000", &["wrong_type offers.csv row 2, column volume_kg"]),
    ("offers.csv", "20000", "007", &["wrong_type offers.csv row 2, column volume_kg"]),
    ("offers.csv", "20000", "+5", &["wrong_type offers.csv row 2, column volume_kg"]),
    ("offers.csv", "20000", "", &["missing_field offers.csv row 2, column volume_kg"]),
    (
        "offers.csv",
        "20000",
        "0",
        &[
            "contract_over_limit contracts.csv row 2, column volume_kg",
            "out_of_range offers.csv row 2, column volume_kg",
        ],
    ),
    ("offers.csv", "20000", "20000,", &["wrong_cell_count offers.csv row 2"]),
    ("offers.csv", "20000,", "", &["wrong_cell_count offers.csv row 2"]),
    ("offers.csv", "o-1", "\"o-1", &["unreadable offers.csv, row 2"]),
    ("offers.csv", "o-1", "\"o-1\"x", &["unreadable offers.csv, row 2"]),
    ("offers.csv", "o-1", "\n\n\no-1", &["nothing"]),
    ("offers.csv", "o-1", "\r\n\n\r,,,,,,,,,,\no-1", &["empty_row offers.csv row 5"]),
    ("offers.csv", "htx-hao-dat", "htx-hao", &["unknown_cooperative offers.csv row 2, column cooperative"]),
    ("offers.csv", "2026-03-31", "", &["missing_field offers.csv row 2, column available_to"]),
    (
        "offers.csv",
        "2026-03-31",
        "2024-03-31",
        &["window_reversed offers.csv row 2, columns available_from and available_to"],
    ),
    ("offers.csv", "2026-03-31", "31/3/2026", &["bad_date offers.csv row 2, column available_to"]),
    (
        "offers.csv",
        "credit;training",
        "credit;;training",
        &["empty_text offers.csv row 2, column seeks, item 2"],
    ),
    (
        "offers.csv",
        ",vietgap,",
        ",vietgab,",
        &["unknown_standard offers.csv row 2, column certified, item 1"],
    ),
    ("offers.csv", "", "", &["unreadable offers.csv"]),
    (
        "offers.csv",
        "",
        "id;cooperative;product;volume_kg\no-1;htx;tea;5\n",
        &["wrong_delimiter offers.csv row 1"],
    ),
    (
        "offers.csv",
        "",
        "id,cooperative,product,volume_kg,\no-1,htx-hao-dat,tea,5000,\n",
        &["unknown_field offers.csv row 1, column number 5"],
    ),
    (
        "offers.csv",
        "",
        "id,cooperative,product,volume_kg,id\no-1,htx-hao-dat,tea,5000,o-1\n",
        &["duplicate_key offers.csv row 1, column id"],
    ),
    (
        "offers.csv",
        "",
        "cooperative,product,volume_kg\nhtx-hao-dat,tea,5000\nhtx-hao-dat,tea,5000\n",
        &["missing_field offers.csv row 1, column id"],
    ),
    (
        "offers.csv",
        "",
        "id,cooperative,product,volume_kg\no-1,htx-hao-dat,tea,5000\no-1,htx-hao-dat,tea,5000\n",
        &["duplicate_id offers.csv row 3, column id"],
    ),
    ("enterprises.csv", "21.0285", "\"21,0285\"", &["wrong_type enterprises.csv row 2, column lat"]),
    ("enterprises.csv", "21.0285", "", &["missing_field enterprises.csv row 2, column lat"]),
    ("enterprises.csv", "21.0285,105.8542", ",", &["missing_field enterprises.csv row 2, column place"]),
    (
        "enterprises.csv",
        ",,21.0285",
        ",vn/ha-noi,21.0285",
        &["two_places enterprises.csv row 2, column place"],
    ),
    ("enterprises.csv", "21.0285", "121.0285", &["out_of_range enterprises.csv row 2, column lat"]),
    (
        "enterprises.csv",
        "",
        "id,name\nsieu-thi-a,A\n",
        &["missing_field enterprises.csv row 1, column place"],
    ),
    (
        "demands.csv",
        "herb/lotus-tea:0.6",
        "herb/lotus-tea",
        &["bad_substitute demands.csv row 2, column substitutes, item 1"],
    ),
    (
        "demands.csv",
        "herb/lotus-tea:0.6",
        "tea/black:0.9;herb/lotus-tea:60%",
        &["wrong_type demands.csv row 2, column substitutes, item 2"],
    ),
    (
        "demands.csv",
        "",
        "id,enterprise,product,volume_kg,all_or_nothing\nd-1,sieu-thi-a,tea,50000,TRUE\n",
        &["wrong_type demands.csv row 2, column all_or_nothing"],
    ),
    (
        "certificates.csv",
        "htx-hao-dat",
        "htx-hao-da",
        &["unknown_cooperative certificates.csv row 2, column cooperative"],
    ),
    ("certificates.csv", "htx-hao-dat", "", &["missing_field certificates.csv row 2, column cooperative"]),
    (
        "certificates.csv",
        "cooperative,",
        "party,",
        &[
            "missing_field certificates.csv row 1, column cooperative",
            "unknown_field certificates.csv row 1, column party",
        ],
    ),
    ("certificates.csv", "130000", "-1", &["out_of_range certificates.csv row 2, column volume_kg"]),
    ("certificates.csv", "vietgap", "", &["missing_field certificates.csv row 2, column standard"]),
    ("certificates.csv", "vietgap", "vietgap,", &["wrong_cell_count certificates.csv row 2"]),
    (
        "certificates.csv",
        "2026-05-31",
        "2020-05-31",
        &["window_reversed certificates.csv row 2, column valid_until"],
    ),
    ("contracts.csv", "3000", "3000\no-1,d-1,1", &["duplicate_contract contracts.csv row 3"]),
    ("contracts.csv", "o-1", "o-9", &["unknown_offer contracts.csv row 2, column offer"]),
    ("contract.csv", "", "offer,demand,volume_kg\n", &["nothing"]),
    ("exclusion.csv", "", "cooperative,enterprise\n", &["unknown_file exclusion.csv"]),
    ("relations.csv", "0.9", "90", &["out_of_range relations.csv row 2, column reliability"]),
];

#[test]
fn a_folder_without_its_files_names_them_all() {
    let folder = tempfile::tempdir().unwrap();
    let text = message(read_market(folder.path()));
    for file in ["cooperatives.csv", "enterprises.csv", "offers.csv", "demands.csv", "market.json"] {
        assert!(text.contains(file), "{text}");
    }
    let folder = folder_with("offers.csv", "", "id,cooperative,product,volume_kg\n");
    fs::write(folder.path().join("offers.csv"), b"id,cooperative,product,volume_kg\nch\xe8,a,b,1\n").unwrap();
    assert!(message(read_market(folder.path())).contains("offers.csv, line 2: this is not UTF-8 text"));
}

#[test]
fn warnings_point_into_files_too() {
    let folder = folder_with("certificates.csv", "2026-05-31", "2025-05-31");
    let market = read_market(folder.path()).unwrap();
    let pointers: Vec<&str> = market.warnings().iter().map(|warning| warning.pointer.as_str()).collect();
    assert_eq!(pointers, ["certificates.csv row 2, column valid_until"]);
}
