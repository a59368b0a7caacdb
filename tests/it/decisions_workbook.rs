//! Decisions as a workbook: what comes out is filled in and handed back, as people write, and every fault has its cell.
#![cfg(feature = "xlsx")]
#![expect(clippy::disallowed_methods, reason = "workbooks are written to be read")]

use std::fs::File;
use std::path::Path;

use calamine::{Data, Reader, Xlsx, open_workbook};
use lienket::io::{DecisionsFile, decide, read_decisions, round_document, write_decisions_workbook};
use lienket::{
    Cooperative, Decision, DecisionKind, Demand, Enterprise, Error, Kg, Language, Market, MarketParts, Offer,
    Place, Policy, Round,
};
use rust_xlsxwriter::Workbook;
use std::ops::ControlFlow;
use tempfile::TempDir;
use unicode_normalization::UnicodeNormalization;

fn round() -> Round {
    let mut parts = MarketParts::new("2026-04-14".parse().unwrap());
    parts.cooperatives.push(Cooperative::new("near", Place::id("vn/ha-noi")).name("=cmd|' /C calc'!A0"));
    parts.cooperatives.push(Cooperative::new("far", Place::id("vn/son-la")));
    parts.enterprises.push(Enterprise::new("a", Place::id("vn/ha-noi")).name("Siêu thị A"));
    for (offer, cooperative) in [("-o1", "near"), ("o2", "far"), ("o3", "far")] {
        parts.offers.push(Offer::new(offer, cooperative, "tea/green", Kg(100)));
    }
    for demand in ["d1", "d2", "d3"] {
        parts.demands.push(Demand::new(demand, "a", "tea", Kg(100)));
    }
    Round::open(&Market::build(parts).unwrap(), &Policy::default()).unwrap()
}

fn on(_: lienket::Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn written(round: &Round, path: &Path, language: Language) -> Vec<Vec<String>> {
    write_decisions_workbook(round, language, File::create(path).unwrap()).unwrap();
    let mut book: Xlsx<_> = open_workbook(path).unwrap();
    let sheets = book.worksheets();
    assert_eq!(sheets.len(), 1);
    sheets[0].1.rows().map(|row| row.iter().map(Data::to_string).collect()).collect()
}

fn fill(path: &Path, name: &str, rows: &[Vec<String>]) {
    let mut book = Workbook::new();
    let cover = book.add_worksheet().set_name("Ghi chú").unwrap();
    cover.write_string(0, 0, "cho hội nghị").unwrap();
    let sheet = book.add_worksheet().set_name(name).unwrap();
    for (row, cells) in (0..).zip(rows) {
        for (column, cell) in (0..).zip(cells) {
            match cell.parse::<f64>() {
                Ok(number) => sheet.write_number(row, column, number).unwrap(),
                Err(_) => sheet.write_string(row, column, cell).unwrap(),
            };
        }
    }
    book.save(path).unwrap();
}

#[test]
fn what_comes_out_is_filled_in_and_handed_back() {
    let (round, folder) = (round(), TempDir::new().unwrap());
    let path = folder.path().join("decisions.xlsx");
    for language in [Language::Vietnamese, Language::English] {
        let mut rows = written(&round, &path, language);
        assert_eq!(rows.len(), 1 + round.plan().allocations().len());
        // Empty answers are no decisions: the same round.
        assert_eq!(read_decisions(&path).unwrap().list, []);
        let same = decide(&round, &path, &on).unwrap();
        assert_eq!(round_document(&same).unwrap(), round_document(&round).unwrap());
        assert_eq!((rows[1][0].as_str(), rows[1][2].as_str()), ("-o1", "=cmd|' /C calc'!A0"));

        let words = if language == Language::Vietnamese {
            ["từ chối", "đã ký"]
        } else {
            ["declined", "signed"]
        };
        let answer = |row: &mut Vec<String>, cells: [&str; 5]| {
            row.splice(7.., cells.map(str::to_owned));
        };
        answer(&mut rows[1], [words[0], "", "chị Hoa", "giá thấp", ""]);
        answer(&mut rows[2], [words[1], "0,05 tấn", "anh Nam", "=ký tại bàn", "15/4/2026"]);
        fill(&path, if language == Language::Vietnamese { "Quyết định" } else { "Decisions" }, &rows);
        let file = DecisionsFile::read(&path).unwrap();
        let (offer, demand) = (rows[2][0].as_str(), rows[2][1].as_str());
        let expected = [
            Decision::new("-o1", rows[1][1].as_str(), DecisionKind::Declined, "chị Hoa", "giá thấp"),
            Decision::new(offer, demand, DecisionKind::Signed, "anh Nam", "=ký tại bàn")
                .volume(Kg(50))
                .on("2026-04-15".parse().unwrap()),
        ];
        assert_eq!(file.decisions().list, expected);
        let notes: Vec<String> = file.notes().iter().map(ToString::to_string).collect();
        assert_eq!(notes.len(), 2, "{notes:?}");
        assert!(notes[0].contains("row 3, column I") && notes[0].contains("read as 50 kg"), "{notes:?}");
        let second = file.apply(&round, &on).unwrap();
        assert_eq!(second.number(), 2);

        // What is declined is listed, to be reopened; formulas are texts there too.
        let rows = written(&second, &path, language);
        let declined = rows.last().unwrap();
        assert_eq!(declined[6], format!("{} (chị Hoa: giá thấp)", words[0]));
        let mut archive = zip::ZipArchive::new(File::open(&path).unwrap()).unwrap();
        let mut sheet = String::new();
        std::io::Read::read_to_string(&mut archive.by_name("xl/worksheets/sheet1.xml").unwrap(), &mut sheet)
            .unwrap();
        assert!(!sheet.contains("<f>") && sheet.contains("<dataValidation "), "{sheet}");
        let mut again = Vec::new();
        write_decisions_workbook(&second, language, &mut again).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), again, "the same bytes");
    }
}

#[test]
fn headers_and_words_are_those_of_people() {
    let (round, folder) = (round(), TempDir::new().unwrap());
    let path = folder.path().join("tra-loi.xlsx");
    let rows: Vec<Vec<String>> = [
        ["TRẢ LỜI CỦA CÁC ĐƠN VỊ", "", "", "", "", ""],
        ["ly do", "Ai", "QUYET DINH", "Mã nhu cầu", "Mã chào bán", "Khối lượng (tấn)"],
        ["# ví dụ", "chị Hoa", "từ chối", "d9", "o9", ""],
        ["xã vùng cao", "BTC", "Ban tổ chức đưa vào", "d1", "o2", "0,02"],
        ["đã từng tranh chấp", "BTC", "cam", "d2", "o3", ""],
        ["", "", "", "d3", "o3", ""],
    ]
    .into_iter()
    .map(|row| row.map(|cell| cell.nfd().collect()).to_vec())
    .collect();
    fill(&path, "Tờ 2", &rows[..2]);
    // Neither sheet is called so: the first is read, and has no header.
    let error = read_decisions(&path).unwrap_err();
    assert!(error.issues().iter().all(|issue| issue.pointer == "Ghi chú"), "{error}");
    fill(&path, "quyet dinh", &rows);
    let list = read_decisions(&path).unwrap().list;
    let kinds: Vec<_> = list.iter().map(|d| (d.offer.as_str(), d.kind, d.volume)).collect();
    assert_eq!(kinds, [("o2", DecisionKind::Forced, Some(Kg(20))), ("o3", DecisionKind::Forbidden, None)]);
    assert_eq!(decide(&round, &path, &on).unwrap().number(), 2);
}

#[test]
fn faults_name_sheet_row_column_and_value() {
    let (round, folder) = (round(), TempDir::new().unwrap());
    let path = folder.path().join("decisions.xlsx");
    let head = ["offer", "demand", "kind", "volume_kg", "by", "reason", "on"];
    let filled = |rows: &[[&str; 7]]| {
        let rows: Vec<Vec<String>> =
            [head].iter().chain(rows).map(|row| row.map(str::to_owned).to_vec()).collect();
        fill(&path, "decisions", &rows);
        let error = decide(&round, &path, &on).unwrap_err();
        let Error::Faults(faults) = error else { panic!("{error}") };
        faults
    };
    let faults = filled(&[
        ["-o1", "d1", "maybe", "vài tấn", "", "x", "hôm qua"],
        ["-o1", "d2", "", "", "BTC", "", ""],
        ["", "d3", "declined", "", "BTC", "x", ""],
    ]);
    let places: Vec<_> = faults.iter().map(|f| (f.code, f.pointer.as_str(), f.found.as_deref())).collect();
    assert_eq!(
        places,
        [
            ("unknown_word", "decisions row 2, column C (kind)", Some("maybe")),
            ("not_a_number", "decisions row 2, column D (volume_kg)", Some("vài tấn")),
            ("missing_field", "decisions row 2, column E (by)", None),
            ("bad_date", "decisions row 2, column G (on)", Some("hôm qua")),
            ("missing_field", "decisions row 3, column C (kind)", None),
            ("missing_field", "decisions row 3, column F (reason)", None),
            ("missing_field", "decisions row 4, column A (offer)", None),
        ]
    );
    // In Vietnamese not a word of English is left.
    for fault in &faults {
        let told = fault.in_vietnamese();
        assert!(told.starts_with("lỗi[") && !told.contains(" the ") && !told.contains("Write"), "{told}");
        assert!(told.contains("trang decisions dòng "), "{told}");
    }
    // What only the round knows points into the sheet too.
    let faults = filled(&[
        ["nobody", "d1", "declined", "", "BTC", "x", ""],
        ["-o1", "d1", "signed", "", "BTC", "x", ""],
        ["-o1", "d1", "declined", "5", "BTC", "x", ""],
    ]);
    let places: Vec<_> = faults.iter().map(|f| (f.code, f.pointer.as_str())).collect();
    assert_eq!(
        places,
        [
            ("unknown_offer", "decisions row 2, column A (offer)"),
            ("missing_volume", "decisions row 3, column D (volume_kg)"),
            ("unexpected_volume", "decisions row 4, column D (volume_kg)"),
            ("contradictory_decision", "decisions row 4"),
        ]
    );
    assert!(faults[3].message.starts_with("decisions row 3 is about the same pair"), "{}", faults[3]);
}
