//! Markets as workbooks and as people write them: what is written reads back, dirt is read with a word or asked
//! about.

use std::fs;
use std::path::Path;

use lienket::io::{
    Import, import_market, json, market_digest, plan_document, read_market, write_market, write_template,
};
use lienket::{Error, Linkage, Market, MarketParts, Mechanism, Place, Plan, Policy};
use proptest::prelude::*;
use rust_xlsxwriter::Workbook;

use crate::support::documents::parts;

fn written(market: &Market) -> Vec<u8> {
    let mut document = Vec::new();
    json::write_market(market, &mut document).expect("memory can be written");
    document
}

/// Writes a workbook of sheets of rows of text; `=…` in a cell is a formula, digits are a number.
fn book(path: &Path, sheets: &[(&str, &[&[&str]])]) {
    let mut book = Workbook::new();
    for (name, rows) in sheets {
        let sheet = book.add_worksheet().set_name(*name).unwrap();
        for (row, cells) in rows.iter().enumerate() {
            for (column, text) in cells.iter().enumerate() {
                let (row, column) = (u32::try_from(row).unwrap(), u16::try_from(column).unwrap());
                match text.parse::<f64>() {
                    Ok(number)
                        if text.split_once('.').is_none_or(|(_, decimals)| decimals.len() < 3)
                            && (!text.starts_with('0') || *text == "0") =>
                    {
                        sheet.write_number(row, column, number).unwrap()
                    }
                    _ => sheet.write_string(row, column, *text).unwrap(),
                };
            }
        }
    }
    book.save(path).unwrap();
}

/// A small round as an office writes it.
const OFFICE: [(&str, &[&[&str]]); 6] = [
    ("Thông tin", &[&["Ngày", "28/11/2025"]]),
    (
        "HỢP TÁC XÃ",
        &[
            &["Danh sách hợp tác xã tham gia"],
            &["STT", "Tên HTX", "Tỉnh", "Loại hình", "Chứng nhận", "Điện thoại"],
            &["1", "HTX chè Hảo Đạt", "Thái Nguyên", "HTX", "VietGAP, OCOP 4 sao (đang làm HACCP)", "0912"],
            &["2", "THT Tôm sú", "ca mau", "tổ hợp tác", "chưa có", ""],
        ],
    ),
    ("doanh nghiep", &[&["Mã DN", "Tên", "Địa điểm"], &["st-a", "Siêu thị A", "Hà Nội"]]),
    (
        "Chào bán",
        &[
            &[
                "Giá bán (nghìn đ/kg)",
                "Sản lượng",
                "Sản phẩm",
                "HTX",
                "Từ ngày",
                "Đến ngày",
                "Tháng thu hoạch",
            ],
            &["180", "5 tấn/tháng", "chè xanh", "HTX chè Hảo Đạt", "1/12/2025", "tháng 3/2026", "6"],
            &["120–150", "300 tạ", "tom su", "tht-tom-su", "", "", ""],
            &["thỏa thuận", "1.529", "Tôm sú", "THT tôm sú", "", "", ""],
        ],
    ),
    (
        "Nhu cầu",
        &[
            &[
                "Mã nhu cầu",
                "Doanh nghiệp",
                "Sản phẩm",
                "Khối lượng (tấn)",
                "Giá mua (đ/kg)",
                "Yêu cầu",
                "Lấy đủ",
            ],
            &["d-1", "siêu thị a", "Chè xanh", "2.5", "190.000", "VietGAP", "có"],
            &["d-2", "st-a", "aquaculture/shrimp", "10", "160k", "", "không"],
        ],
    ),
    ("Ghi chú", &[&["Không có gì"]]),
];

pub(crate) fn office(folder: &Path, change: impl Fn(&str, usize, usize, &str) -> String) -> Import {
    let path = folder.join("round.xlsx");
    let changed: Vec<(&str, Vec<Vec<String>>)> = OFFICE
        .iter()
        .map(|(name, rows)| {
            let row = |(r, cells): (usize, &&[&str])| {
                cells.iter().enumerate().map(|(c, text)| change(name, r, c, text)).collect()
            };
            (*name, rows.iter().enumerate().map(row).collect())
        })
        .collect();
    let texts: Vec<(&str, Vec<Vec<&str>>)> = changed
        .iter()
        .map(|(name, rows)| {
            (*name, rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect())
        })
        .collect();
    let rows: Vec<(&str, Vec<&[&str]>)> =
        texts.iter().map(|(name, rows)| (*name, rows.iter().map(Vec::as_slice).collect())).collect();
    let sheets: Vec<(&str, &[&[&str]])> = rows.iter().map(|(name, rows)| (*name, rows.as_slice())).collect();
    book(&path, &sheets);
    import_market(&path).unwrap()
}

pub(crate) fn same(_: &str, _: usize, _: usize, text: &str) -> String {
    text.to_owned()
}

#[test]
fn a_round_as_an_office_writes_it() {
    let folder = tempfile::tempdir().unwrap();
    let import = office(folder.path(), same);
    let market = import.market.unwrap();
    let parts = market.parts();
    let cooperatives: Vec<(&str, &Place, usize)> =
        parts.cooperatives.iter().map(|c| (c.id.as_str(), &c.place, c.certificates.len())).collect();
    assert_eq!(
        cooperatives,
        [("htx-che-hao-dat", &Place::id("vn/thai-nguyen"), 2), ("tht-tom-su", &Place::id("vn/ca-mau"), 0)]
    );
    let offers: Vec<(&str, i64, Option<i64>, &str)> = parts
        .offers
        .iter()
        .map(|o| (o.product.as_str(), o.volume.0, o.ask.map(|ask| ask.0), o.cooperative.as_str()))
        .collect();
    assert_eq!(
        offers,
        [
            ("tea/green", 30_000, Some(180_000), "htx-che-hao-dat"),
            ("aquaculture/shrimp/black-tiger", 30_000, Some(120_000), "tht-tom-su"),
            ("aquaculture/shrimp/black-tiger", 1529, None, "tht-tom-su"),
        ]
    );
    assert_eq!(parts.offers[0].available.unwrap().to.to_string(), "2026-03-31");
    let demands: Vec<(&str, i64, Option<i64>, bool)> = parts
        .demands
        .iter()
        .map(|d| (d.enterprise.as_str(), d.volume.0, d.bid.map(|bid| bid.0), d.all_or_nothing))
        .collect();
    assert_eq!(demands, [("st-a", 2500, Some(190_000), true), ("st-a", 10_000, Some(160_000), false)]);
    let report = import.report;
    for sheet in &report.sheets {
        assert_eq!(sheet.rows, sheet.taken + sheet.noted + sheet.refused, "{sheet:?}");
        assert_eq!(sheet.refused, 0);
    }
    assert_eq!(report.sheets.iter().map(|sheet| sheet.rows).sum::<usize>(), 8);
    let text = report.to_string();
    for said in [
        "not read: sheet Ghi chú",
        "STT",
        "Điện thoại",
        "“đang làm HACCP” is not held",
        "read as 30000 kg, 6 months",
        "of 120000 to 150000 the lower",
        "Chào bán row 3, column B (Sản lượng): read as 30000 kg (found: 300 tạ)",
        "“ca mau” read as vn/ca-mau",
        "read as open to negotiation",
        "not read: HỢP TÁC XÃ row 1: above the header",
    ] {
        assert!(text.contains(said), "{said}\n{text}");
    }
    // Written and read again it is the same, and nothing is left to say.
    let again = folder.path().join("again.xlsx");
    write_market(&market, &again).unwrap();
    let again = import_market(&again).unwrap();
    assert!(again.report.is_plain(), "{}", again.report);
    assert_eq!(again.market.unwrap().parts(), market.parts());
}

/// Sheet, row and column changed, what stands there then, and the place and code of the one fault.
const DIRT: &[(&str, usize, usize, &str, &str, &str)] = &[
    ("Chào bán", 1, 1, "20.000 quả", "pieces_without_weight", "Chào bán row 2, column B (Sản lượng)"),
    ("Chào bán", 1, 1, "5 tấn/ngày", "unknown_period", "Chào bán row 2, column B (Sản lượng)"),
    ("Chào bán", 1, 1, "1.5", "not_whole", "Chào bán row 2, column B (Sản lượng)"),
    ("Chào bán", 1, 1, "", "missing_field", "Chào bán row 2, column B (Sản lượng)"),
    ("Chào bán", 1, 1, "0", "out_of_range", "Chào bán row 2, column B (Sản lượng)"),
    ("Chào bán", 1, 6, "", "months_missing", "Chào bán row 2, column B (Sản lượng)"),
    ("Chào bán", 1, 0, "rẻ", "not_a_price", "Chào bán row 2, column A (Giá bán (nghìn đ/kg))"),
    ("Chào bán", 1, 2, "chè xannh", "unknown_product", "Chào bán row 2, column C (Sản phẩm)"),
    ("Chào bán", 1, 3, "HTX không có", "unknown_cooperative", "Chào bán row 2, column D (HTX)"),
    ("Chào bán", 1, 4, "31/2/2026", "bad_date", "Chào bán row 2, column E (Từ ngày)"),
    ("Chào bán", 1, 4, "", "missing_field", "Chào bán row 2, column E (Từ ngày)"),
    ("HỢP TÁC XÃ", 2, 2, "Atlantis", "unknown_place", "HỢP TÁC XÃ row 3, column C (Tỉnh)"),
    ("HỢP TÁC XÃ", 2, 3, "Liên minh HTX", "unknown_kind", "HỢP TÁC XÃ row 3, column D (Loại hình)"),
    ("HỢP TÁC XÃ", 2, 4, "VietGAB", "unknown_standard", "HỢP TÁC XÃ row 3, column E (Chứng nhận)"),
    ("Nhu cầu", 1, 6, "có thể", "not_yes_or_no", "Nhu cầu row 2, column G (Lấy đủ)"),
    ("Nhu cầu", 2, 0, "d-1", "duplicate_id", "Nhu cầu row 3, column A (Mã nhu cầu)"),
    ("Thông tin", 0, 1, "tháng 11", "bad_date", "Thông tin row 1"),
];

#[test]
fn dirt_is_asked_about_where_it_stands() {
    let folder = tempfile::tempdir().unwrap();
    let mut wrong = Vec::new();
    for (sheet, row, column, text, code, place) in DIRT {
        let import = office(folder.path(), |name, r, c, old| {
            if (name, r, c) == (*sheet, *row, *column) { (*text).to_owned() } else { old.to_owned() }
        });
        let Err(Error::Faults(faults)) = import.market else {
            wrong.push(format!("{sheet} {text}: taken"));
            continue;
        };
        let found: Vec<(&str, &str)> =
            faults.iter().map(|fault| (fault.code, fault.pointer.as_str())).collect();
        if found != [(*code, *place)] {
            wrong.push(format!("{sheet} {text}: {found:?}"));
        }
        let report = import.report;
        assert!(report.sheets.iter().all(|sheet| sheet.rows == sheet.taken + sheet.noted + sheet.refused));
        let refused: usize = report.sheets.iter().map(|sheet| sheet.refused).sum();
        assert_eq!(refused, usize::from(*sheet != "Thông tin"), "{sheet} {text}");
        assert_eq!(report.refused.len(), 1, "{sheet} {text}");
        assert!(report.refused[0].remedy.as_ref().is_some_and(|remedy| !remedy.is_empty()));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn headers_of_either_language_in_any_order() {
    let folder = tempfile::tempdir().unwrap();
    let vietnamese = office(folder.path(), same).market.unwrap();
    let plain = office(folder.path(), |sheet, row, _, text| {
        // Without marks, in capitals, decomposed.
        let header = row == usize::from(sheet == "HỢP TÁC XÃ") && sheet != "Thông tin";
        if !header {
            return text.to_owned();
        }
        let folded: String =
            text.chars().map(|c| if c == 'ạ' { "a\u{323}".to_owned() } else { c.to_string() }).collect();
        folded.to_uppercase()
    });
    assert_eq!(plain.market.unwrap().parts(), vietnamese.parts());
    let english = office(folder.path(), |sheet, row, _, text| {
        let header = row == usize::from(sheet == "HỢP TÁC XÃ");
        let word = match text {
            "Tên HTX" | "Tên" => "name",
            "Tỉnh" | "Địa điểm" => "Province",
            "Loại hình" => "Type",
            "Chứng nhận" => "Certificates",
            "Mã DN" => "ID",
            "Sản lượng" => "Volume (kg)",
            "Sản phẩm" => "Product",
            "HTX" if header => "Cooperative",
            "Từ ngày" => "available_from",
            "Đến ngày" => "Available to",
            "Giá bán (nghìn đ/kg)" => "Price (nghìn đ/kg)",
            "Tháng thu hoạch" => "months",
            "Yêu cầu" => "requires",
            other => other,
        };
        if header { word.to_owned() } else { text.to_owned() }
    });
    assert_eq!(english.market.unwrap().parts(), vietnamese.parts());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn a_workbook_reads_back_as_it_was_written(parts in parts()) {
        let market = Market::build(parts)?;
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("chợ.xlsx");
        write_market(&market, &path)?;
        let bytes = fs::read(&path)?;
        let import = import_market(&path)?;
        let again = import.market?;
        prop_assert_eq!(market.parts(), again.parts());
        prop_assert_eq!(market_digest(&market), market_digest(&again));
        let prices = market.parts().offers.iter().map(|o| o.ask).chain(market.parts().demands.iter().map(|d| d.bid));
        let small = prices.flatten().any(|price| price < lienket::VndPerKg(1000));
        prop_assert_eq!(import.report.is_plain(), !small, "{}", import.report);
        write_market(&again, &path)?;
        prop_assert_eq!(bytes, fs::read(&path)?, "the same market, the same bytes");
    }
}

fn forum() -> Market {
    read_market(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/data/cooperative-forum-2025")).unwrap()
}

#[test]
fn the_forum_gives_the_same_plan_in_every_form() {
    let market = forum();
    let folder = tempfile::tempdir().unwrap();
    let plan = |market: &Market| {
        let linkage = Linkage::build(market, &Policy::default()).unwrap();
        plan_document(&Plan::solve(&linkage, Mechanism::Optimal).unwrap()).to_string()
    };
    let expected = plan(&market);
    for name in ["forum.xlsx", "forum.json", "forum"] {
        let path = folder.path().join(name);
        write_market(&market, &path).unwrap();
        let again = read_market(&path).unwrap();
        assert_eq!(written(&again), written(&market), "{name}");
        assert!(plan(&again) == expected, "{name}");
    }
    // Read as people write, neither form has anything to say.
    for name in ["forum.xlsx", "forum"] {
        let import = import_market(folder.path().join(name)).unwrap();
        assert!(import.report.is_plain(), "{name}: {}", import.report);
        assert_eq!(import.market.unwrap().parts(), market.parts());
    }
}

#[test]
fn a_folder_is_read_strictly_or_as_people_write() {
    let market = forum();
    let folder = tempfile::tempdir().unwrap();
    write_market(&market, folder.path()).unwrap();
    let path = folder.path().join("offers.csv");
    let dirty = fs::read_to_string(&path).unwrap().replacen(",20000,", ",\"20,0 tấn\",", 1);
    fs::write(&path, dirty).unwrap();
    let Err(Error::Faults(faults)) = read_market(folder.path()) else { panic!("strict") };
    assert_eq!(faults[0].code, "wrong_type");
    let import = import_market(folder.path()).unwrap();
    assert_eq!(import.report.notes.len(), 1);
    assert_eq!(
        import.report.notes[0].to_string(),
        "offers.csv row 2, column volume_kg: read as 20000 kg (found: 20,0 tấn)."
    );
    assert_eq!(import.market.unwrap().parts(), market.parts());
    // Semicolons between cells, as spreadsheets of the country write them.
    let path = folder.path().join("exclusions.csv");
    let semicolons = fs::read_to_string(&path).unwrap().replace(',', ";");
    fs::write(&path, semicolons).unwrap();
    assert_eq!(import_market(folder.path()).unwrap().market.unwrap().parts(), market.parts());
}

#[test]
fn the_template_is_empty_until_it_is_filled_in() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("template.xlsx");
    write_template(&path).unwrap();
    let import = import_market(&path).unwrap();
    let left_out: Vec<&String> =
        import.report.left_out.iter().filter(|line| !line.contains("begins with #")).collect();
    assert_eq!(left_out, ["sheet Lists: hidden", "Thông tin row 1: no value beside it"]);
    assert_eq!(import.report.left_out.len(), 10, "{}", import.report);
    let Err(Error::Faults(faults)) = import.market else { panic!("the day is missing") };
    let found: Vec<_> = faults.iter().map(|fault| (fault.code, fault.pointer.as_str())).collect();
    assert_eq!(found, [("missing_field", "Thông tin")]);
}

#[test]
fn what_begins_like_a_formula_is_text() {
    let mut parts = MarketParts::new("2025-11-28".parse().unwrap());
    let name = "=cmd|' /C calc'!A0";
    parts.cooperatives.push(lienket::Cooperative::new("-1", Place::id("vn/ha-noi")).name(name));
    parts.enterprises.push(lienket::Enterprise::new("@b", Place::id("vn/ha-noi")).name("+84 912"));
    let market = Market::build(parts).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.xlsx");
    write_market(&market, &path).unwrap();
    let mut archive = zip::ZipArchive::new(fs::File::open(&path).unwrap()).unwrap();
    for part in 0..archive.len() {
        let mut text = String::new();
        let mut file = archive.by_index(part).unwrap();
        let _ = std::io::Read::read_to_string(&mut file, &mut text);
        assert!(!text.contains("<f>"), "{:?}", file.name());
    }
    assert_eq!(import_market(&path).unwrap().market.unwrap().parts(), market.parts());
}
