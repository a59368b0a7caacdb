use super::*;

/// What a cell was taken for; where it asks, the test says what.
fn taken<T>(read: Read<T>) -> Reading<T> {
    read.unwrap_or_else(|ask| panic!("{}: {}", ask.code, ask.message))
}

fn text(text: &str) -> Raw {
    Raw::Text(text.to_owned())
}

fn eggs() -> ProductEntry {
    ProductEntry { unit: Some("1000 eggs".to_owned()), kg_per_unit: Some(58.8), ..ProductEntry::default() }
}

#[test]
fn quantities_as_people_write_them() {
    for (written, kg) in [
        ("20000", 20_000),
        ("20.000", 20_000),
        ("1.529", 1529),
        ("1.529,5 kg", 1529),
        ("5 tấn", 5000),
        ("5tan", 5000),
        ("5 T", 5000),
        ("5,5 tấn", 5500),
        ("0,5 tấn", 500),
        ("300 tạ", 30_000),
        ("300 ta\u{323}", 30_000),
        ("20 yến", 200),
        ("12 tấn/vụ", 12_000),
        ("12 tấn/năm", 12_000),
        ("2 nghìn tấn", 2_000_000),
        ("khoảng 5 tấn", 5000),
        ("~ 5 tấn", 5000),
        ("500 g", 0),
    ] {
        let read = taken(quantity(&text(written), Measure::default()));
        assert_eq!(read.value, kg, "{written}");
        assert_eq!(read.notes.is_empty(), written == "20000", "{written}");
    }
    for (written, code) in [
        ("20.000 quả", "pieces_without_weight"),
        ("5 chục", "ambiguous_unit"),
        ("300 ta", "ambiguous_unit"),
        ("5 tấn/tháng", "months_missing"),
        ("5 tấn/ngày", "unknown_period"),
        ("5-7 tấn", "range_of_volumes"),
        ("5–7 tấn", "range_of_volumes"),
        ("1.529 tấn", "ambiguous_number"),
        ("1,529", "ambiguous_number"),
        ("5 sào", "unknown_unit"),
        ("nhiều", "not_a_number"),
        ("- 5", "not_a_volume"),
    ] {
        assert_eq!(quantity(&text(written), Measure::default()).unwrap_err().code, code, "{written}");
    }
}

#[test]
fn the_rest_of_the_row_gives_units_months_and_weights() {
    let with = |raw: &Raw, of| taken(quantity(raw, of));
    let tonnes = Measure { unit: Some("tấn"), ..Measure::default() };
    assert_eq!(with(&text("5"), tonnes).value, 5000);
    assert_eq!(with(&Raw::Number(5.5), tonnes).value, 5500);
    assert_eq!(with(&text("300 kg"), tonnes).value, 300, "its own unit wins");
    let months = Measure { months: Some(6), ..Measure::default() };
    let read = with(&text("5 tấn/tháng"), months);
    assert_eq!((read.value, &read.notes[..]), (30_000, &["read as 30000 kg, 6 months".to_owned()][..]));
    let piece = Measure { piece: Some(350_000), ..Measure::default() };
    assert_eq!(with(&text("20.000 quả"), piece).value, 7000);
    assert_eq!(with(&text("10 tá"), piece).value, 42);
    let eggs = eggs();
    let laid = Measure { product: Some(&eggs), ..Measure::default() };
    assert_eq!(with(&text("20.000 quả"), laid).value, 1176);
    assert!(quantity(&text("20 lít"), laid).is_err());
}

#[test]
fn number_cells_are_kilograms() {
    assert_eq!(taken(quantity(&Raw::Number(20_000.0), Measure::default())), Reading::plain(20_000));
    assert_eq!(taken(quantity(&Raw::Number(1529.5), Measure::default())).value, 1529);
    assert_eq!(quantity(&Raw::Number(1.529), Measure::default()).unwrap_err().code, "not_whole");
    assert_eq!(taken(quantity(&Raw::Number(-3.0), Measure::default())).value, -3, "validation says it");
    assert!(quantity(&Raw::Bool(true), Measure::default()).is_err());
}

#[test]
fn prices_as_people_write_them() {
    for (written, ask, bid) in [
        ("15000", 15_000, 15_000),
        ("15.000", 15_000, 15_000),
        ("15.000 đ/kg", 15_000, 15_000),
        ("15.000đ", 15_000, 15_000),
        ("15k", 15_000, 15_000),
        ("15–18 nghìn đ/kg", 15_000, 18_000),
        ("15-18 nghìn đồng/kg", 15_000, 18_000),
        ("từ 15 đến 18 ngàn", 15_000, 18_000),
        ("15.000 - 18.000 VNĐ/kg", 15_000, 18_000),
        ("15 nghìn - 18 nghìn đ", 15_000, 18_000),
        ("1,5 triệu/tạ", 15_000, 15_000),
        ("15 triệu đồng/tấn", 15_000, 15_000),
        ("12,5 nghìn", 12_500, 12_500),
        ("10.000.001 đ/tấn", 10_001, 10_000),
    ] {
        for (side, expected) in [(Side::Ask, ask), (Side::Bid, bid)] {
            let read = price(&text(written), side, Measure::default())
                .unwrap_or_else(|a| panic!("{written}: {}", a.message));
            assert_eq!(read.value, Some(expected), "{written}");
            assert_eq!(read.notes.is_empty(), written == "15000", "{written}");
        }
    }
    for open in ["thỏa thuận", "Thoả thuận", "thoa thuan", "theo giá thị trường", "Negotiable"]
    {
        let read = taken(price(&text(open), Side::Ask, Measure::default()));
        assert_eq!((read.value, read.notes.len()), (None, 1), "{open}");
    }
    for wrong in
        ["15-18", "2 USD/kg", "rẻ", "15 - 18 - 20 nghìn", "15 đ - 18 nghìn", "5000/quả", "1.500 nghìn"]
    {
        assert!(price(&text(wrong), Side::Ask, Measure::default()).is_err(), "{wrong}");
    }
    let thousands = Measure { unit: Some("nghìn đồng/kg"), ..Measure::default() };
    assert_eq!(taken(price(&Raw::Number(15.5), Side::Ask, thousands)).value, Some(15_500));
    assert_eq!(taken(price(&text("15-18"), Side::Bid, thousands)).value, Some(18_000));
    let piece = Measure { piece: Some(500_000), ..Measure::default() };
    assert_eq!(taken(price(&text("5.000 đ/quả"), Side::Ask, piece)).value, Some(10_000));
    assert_eq!(taken(price(&Raw::Number(15.0), Side::Ask, Measure::default())).notes.len(), 1);
}

#[test]
fn months_are_counted() {
    for (written, many) in [
        ("6", 6),
        ("3-8", 6),
        ("11-2", 4),
        ("tháng 3, 4, 5", 3),
        ("3;4;5", 3),
        ("quanh năm", 12),
        ("tháng 3 đến tháng 8", 6),
        ("tháng 6", 1),
    ] {
        assert_eq!(taken(months(&text(written))).value, many, "{written}");
    }
    assert_eq!(taken(months(&Raw::Number(6.0))), Reading::plain(6));
    for wrong in ["", "0", "13", "hè", "3-"] {
        assert!(months(&text(wrong)).is_err(), "{wrong}");
    }
}

#[test]
fn pieces_weigh_kilograms() {
    assert_eq!(taken(piece(&text("0,35"))).value, 350_000);
    assert_eq!(taken(piece(&text("350 g"))).value, 350_000);
    assert_eq!(taken(piece(&Raw::Number(1.2))).value, 1_200_000);
    assert!(piece(&text("0")).is_err() && piece(&text("2 quả")).is_err());
}
