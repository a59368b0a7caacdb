//! The round as a workbook: its numbers are those of the plan, texts are texts, the same bytes every time.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use lienket::{
    Cooperative, Demand, Enterprise, Kg, Language, Market, MarketParts, Metrics, Offer, Overview, Place,
    Plan, Privacy, io,
};

use crate::report::{LEVELS, forum, solve};

fn bytes(plan: &Plan, privacy: Privacy, language: Language) -> Vec<u8> {
    let mut bytes = Vec::new();
    io::write_round_workbook(&Overview::of(plan, privacy), language, &mut bytes).unwrap();
    bytes
}

fn open(bytes: Vec<u8>) -> Xlsx<Cursor<Vec<u8>>> {
    Xlsx::new(Cursor::new(bytes)).unwrap()
}

fn rows(book: &mut Xlsx<Cursor<Vec<u8>>>, sheet: &str) -> Vec<Vec<Data>> {
    book.worksheet_range(sheet).unwrap().rows().map(<[Data]>::to_vec).collect()
}

/// The sum of a column, by what its header begins with.
fn sum(rows: &[Vec<Data>], header: &str) -> f64 {
    let named = |cell: &Data| matches!(cell, Data::String(text) if text.starts_with(header));
    let at = rows[0].iter().position(named).unwrap_or_else(|| panic!("{header} in {:?}", rows[0]));
    rows[1..].iter().map(|row| if let Data::Float(number) = row[at] { number } else { 0.0 }).sum()
}

#[test]
#[expect(clippy::cast_precision_loss, clippy::float_cmp, reason = "whole numbers far below 2^53")]
fn sums_of_sheets_are_those_of_the_plan() {
    let plan = forum();
    let all = Metrics::of(&plan).all;
    let mut book = open(bytes(&plan, Privacy::Organiser, Language::Vietnamese));
    let sheets = [
        "Tổng quan",
        "Liên kết",
        "Chào bán còn dư",
        "Nhu cầu chưa đủ",
        "Theo HTX",
        "Theo DN",
        "Còn thiếu gì",
        "Tháo gỡ",
        "Theo tỉnh",
        "Theo sản phẩm",
        "Theo loại hình",
        "Theo nhóm",
        "Theo sao OCOP",
        "Theo chứng nhận",
        "Luồng hàng",
        "Phễu",
        "Lý do",
        "Tỷ lệ tiêu thụ",
    ];
    assert_eq!(book.sheet_names(), sheets);
    let links = rows(&mut book, "Liên kết");
    assert_eq!(links.len() - 1, plan.allocations().len());
    assert_eq!(sum(&links, "Khối lượng"), all.matched_kg as f64);
    for (sheet, column) in [
        ("Theo tỉnh", "Đã bán"),
        ("Theo tỉnh", "Đã mua"),
        ("Theo sản phẩm", "Đã bán"),
        ("Theo loại hình", "Đã bán"),
        ("Theo sao OCOP", "Đã bán"),
        ("Luồng hàng", "Khối lượng"),
    ] {
        assert_eq!(sum(&rows(&mut book, sheet), column), all.matched_kg as f64, "{sheet}");
    }
    let left = rows(&mut book, "Chào bán còn dư");
    assert_eq!(left.len() - 1, plan.unmatched_offers().len());
    let total: i64 = plan.unmatched_offers().iter().map(|left| left.left.0).sum();
    assert_eq!(sum(&left, "Còn lại"), total as f64);
    // A participant's rows: what is linked and what is left.
    let own = rows(&mut book, "Theo HTX");
    assert_eq!(own.len() - 1, plan.allocations().len() + plan.unmatched_offers().len());
    let header = own[0].iter().map(ToString::to_string).collect::<String>();
    assert!(!header.contains("Giá") && !header.contains("Ask"), "{header}");
    assert!(
        matches!(&links[0][0], Data::String(text) if text == "Hợp tác xã\nCooperative"),
        "both languages"
    );
}

#[test]
fn sheets_are_worded_in_the_language_and_told_at_the_level() {
    let plan = forum();
    let mut english = open(bytes(&plan, Privacy::Auditor, Language::English));
    assert!(english.sheet_names().contains(&"Dual prices".to_owned()));
    let reasons = rows(&mut english, "Reasons");
    assert!(reasons.iter().any(|row| row[1] == Data::String("too far".to_owned())));
    let mut public = open(bytes(&plan, Privacy::Public, Language::Vietnamese));
    let names = public.sheet_names();
    for hidden in ["Chào bán còn dư", "Theo HTX", "Còn thiếu gì", "Giá đối ngẫu"] {
        assert!(!names.contains(&hidden.to_owned()), "{hidden}");
    }
    for sheet in names {
        let header = rows(&mut public, &sheet).first().map_or_else(String::new, |row| format!("{row:?}"));
        assert!(!header.contains("Giá") && !header.contains("Điểm"), "{sheet}: {header}");
    }
}

#[test]
fn texts_are_never_formulas() {
    let hostile = ["=cmd|'/c calc'!A0", "+1+1", "-2", "@SUM(1)", "\t=1"];
    let mut parts = MarketParts::new("2025-11-28".parse().unwrap());
    for (i, name) in hostile.iter().enumerate() {
        let (c, e) = (format!("c{i}"), format!("e{i}"));
        parts
            .cooperatives
            .push(Cooperative::new(&c, Place::id("vn/thai-nguyen")).name(name.trim()).tag(*name));
        parts.enterprises.push(Enterprise::new(&e, Place::id("vn/ha-noi")).name(name.trim()));
        parts.offers.push(Offer::new(format!("={i}"), &c, "tea/green", Kg(500)));
        parts.demands.push(Demand::new(format!("@{i}"), &e, "tea", Kg(400)));
    }
    parts
        .cooperatives
        .iter_mut()
        .for_each(|c| c.tags.iter_mut().for_each(|tag| *tag = tag.trim().to_owned()));
    let plan = solve(&Market::build(parts).unwrap());
    for privacy in LEVELS {
        let mut book = open(bytes(&plan, privacy, Language::Vietnamese));
        let mut seen = 0;
        for sheet in book.sheet_names() {
            let formulas = book.worksheet_formula(&sheet).unwrap();
            assert!(formulas.rows().flatten().all(String::is_empty), "{sheet}");
            let texts = rows(&mut book, &sheet).into_iter().flatten();
            seen += texts.filter(|cell| *cell == Data::String(hostile[0].to_owned())).count();
        }
        assert!(seen >= 2, "{seen}: as they are written, at {privacy:?}");
    }
}

#[test]
fn the_same_round_is_the_same_bytes() {
    let plan = forum();
    let once = bytes(&plan, Privacy::Organiser, Language::Vietnamese);
    let threads = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
    assert_eq!(threads.install(|| bytes(&forum(), Privacy::Organiser, Language::Vietnamese)), once);
    assert_ne!(bytes(&plan, Privacy::Auditor, Language::Vietnamese), once);
}

#[test]
fn markets_of_nothing_have_a_workbook() {
    let empty = Market::build(MarketParts::new("2025-11-28".parse().unwrap())).unwrap();
    for privacy in LEVELS {
        let mut book = open(bytes(&solve(&empty), privacy, Language::English));
        assert_eq!(rows(&mut book, "Links").len(), 1, "the header");
    }
}
