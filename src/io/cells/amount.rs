//! Quantities and prices with their units: `5 tấn/tháng`, `20.000 quả`, `15–18 nghìn đ/kg`, `thỏa thuận`.
//!
//! Sums are exact: thousandths of what is written times milligrams of the unit. Kilograms and đồng are whole;
//! what is left over is said. A range of prices is taken at the end that binds its side: an offer asks for the
//! lower (it would sell at that), a demand bids the upper (it would pay that).

use unicode_normalization::UnicodeNormalization;

use super::number::{Milli, Point, number, of_float, show};
use super::{Ask, Raw, Read, Reading, plain_letters};
use crate::market::ProductEntry;

/// What the rest of the row says of an amount.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::io) struct Measure<'a> {
    /// The unit of the column or of the cell beside, where the amount has none of its own.
    pub(in crate::io) unit: Option<&'a str>,
    /// Months of harvest or delivery.
    pub(in crate::io) months: Option<u8>,
    /// Milligrams of one piece, from the cell beside.
    pub(in crate::io) piece: Option<i128>,
    /// The product, for the weight of its unit.
    pub(in crate::io) product: Option<&'a ProductEntry>,
}

/// Which side a price is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::io) enum Side {
    Ask,
    Bid,
}

const MILLIGRAMS: i128 = 1_000_000;

/// A unit of mass or of pieces.
enum Unit {
    /// Milligrams, and the unit in words.
    Mass(i128),
    /// So many pieces of a kind.
    Pieces,
    Dozen,
    Litre,
}

fn unknown_unit(unit: &str) -> Ask {
    Ask::new(
        "unknown_unit",
        format!("`{unit}` is no unit known here"),
        "Write kilograms as a number alone, or a number with kg, tạ, tấn.",
    )
}

/// The unit a text names. Marks matter where leaving them out gives another unit: `tạ` is 100 kg, `tá` is 12.
fn unit(text: &str) -> Result<Unit, Ask> {
    let marked: String = text.trim().nfc().flat_map(char::to_lowercase).collect();
    match marked.as_str() {
        "tạ" => return Ok(Unit::Mass(100 * MILLIGRAMS)),
        "tá" => return Ok(Unit::Dozen),
        "cân" => return Ok(Unit::Mass(MILLIGRAMS)),
        "lạng" => return Ok(Unit::Mass(MILLIGRAMS / 10)),
        _ => {}
    }
    match plain_letters(text).trim_end_matches('.') {
        "kg" | "kgs" | "kilo" | "ki lo" | "kilogam" | "ki-lo-gam" | "kilogram" | "kilograms" => {
            Ok(Unit::Mass(MILLIGRAMS))
        }
        "g" | "gam" | "gram" | "grams" => Ok(Unit::Mass(MILLIGRAMS / 1000)),
        "yen" => Ok(Unit::Mass(10 * MILLIGRAMS)),
        "quintal" | "quintals" => Ok(Unit::Mass(100 * MILLIGRAMS)),
        "tan" | "t" | "ton" | "tons" | "tonne" | "tonnes" => Ok(Unit::Mass(1000 * MILLIGRAMS)),
        "ta" => Err(Ask::new(
            "ambiguous_unit",
            "`ta` can be `tạ` (100 kg) or `tá` (12 pieces)",
            "Write the marks, or kilograms.",
        )),
        "chuc" => Err(Ask::new(
            "ambiguous_unit",
            "a `chục` is 10 pieces in one place and 12 or 14 in another",
            "Write kilograms.",
        )),
        "dozen" | "dozens" => Ok(Unit::Dozen),
        "lit" | "l" | "litre" | "litres" | "liter" | "liters" => Ok(Unit::Litre),
        "qua" | "trai" | "trung" | "qua trung" | "con" | "cay" | "cai" | "chiec" | "bo" | "buong" | "hop"
        | "chai" | "lon" | "goi" | "tui" | "bao" | "thung" | "bong" | "canh" | "piece" | "pieces" | "pcs"
        | "egg" | "eggs" | "fruit" | "fruits" | "bunch" | "bunches" | "box" | "boxes" | "bottle"
        | "bottles" | "stem" | "stems" | "bag" | "bags" => Ok(Unit::Pieces),
        _ => Err(unknown_unit(text.trim())),
    }
}

/// Milligrams of one of a unit, as a fraction, with where they come from.
fn weight(named: &str, of: Measure) -> Result<(i128, i128, String), Ask> {
    let unit = unit(named)?;
    if let Unit::Mass(milligrams) = unit {
        return Ok((milligrams, 1, String::new()));
    }
    if let Some(piece) = of.piece {
        let dozen = if matches!(unit, Unit::Dozen) { 12 } else { 1 };
        return Ok((piece * dozen, 1, format!("{} kg each", kilograms(piece))));
    }
    let known = of.product.and_then(|product| {
        #[expect(clippy::cast_possible_truncation, reason = "weights of pieces are small")]
        let milligrams = (product.kg_per_unit? * 1e6).round() as i128;
        let per = match (product.unit.as_deref()?, &unit) {
            ("litre", Unit::Litre) | ("dozen", Unit::Dozen) | ("piece", Unit::Pieces) => (1, 1),
            ("dozen", Unit::Pieces) => (1, 12),
            ("1000 eggs", Unit::Pieces) => (1, 1000),
            ("1000 eggs", Unit::Dozen) => (12, 1000),
            _ => return None,
        };
        let source =
            format!("by the catalogue's {} kg a {}", kilograms(milligrams), product.unit.as_deref()?);
        Some((milligrams * per.0, per.1, source))
    });
    known.ok_or_else(|| {
        Ask::new(
            "pieces_without_weight",
            format!("`{}` has no weight here", named.trim()),
            "Write the volume in kilograms, or fill in the column kg_per_piece (kg mỗi quả).",
        )
    })
}

fn kilograms(milligrams: i128) -> String {
    let (whole, rest) = (milligrams / MILLIGRAMS, milligrams % MILLIGRAMS);
    if rest == 0 { whole.to_string() } else { format!("{whole}.{rest:06}").trim_end_matches('0').to_owned() }
}

/// The number that a text begins with, and what follows.
fn split_number(text: &str) -> (&str, &str) {
    let counts =
        |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | ' ' | '\u{a0}' | '\u{202f}' | '\'' | '’');
    let end = text.find(|c| !counts(c)).unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    (number.trim(), rest.trim())
}

/// The factor a word begins with (`nghìn`, `triệu`), and what follows.
fn factor(text: &str) -> (i128, &str) {
    let words = [
        ("nghìn", 1000),
        ("ngàn", 1000),
        ("nghin", 1000),
        ("ngan", 1000),
        ("thousand", 1000),
        ("vạn", 10_000),
        ("triệu", 1_000_000),
        ("trieu", 1_000_000),
        ("million", 1_000_000),
        ("tr", 1_000_000),
        ("k", 1000),
    ];
    let found = words.iter().find_map(|(word, factor)| {
        let rest = text.strip_prefix(word)?;
        (!rest.starts_with(char::is_alphabetic)).then_some((*factor, rest.trim()))
    });
    found.unwrap_or((1, text))
}

/// Composed, in lower case, with one kind of dash.
fn even(text: &str) -> String {
    let dash = |c: char| if matches!(c, '–' | '—' | '−' | '‑') { '-' } else { c };
    text.trim().nfc().map(dash).flat_map(char::to_lowercase).collect()
}

/// Reads a volume in kilograms.
pub(in crate::io) fn quantity(raw: &Raw, of: Measure) -> Read<i64> {
    let (value, own) = match raw {
        Raw::Number(value) if of.unit.is_none_or(|unit| plain_letters(unit) == "kg") => {
            return whole_kilograms(*value);
        }
        Raw::Number(value) => {
            let milli = of_float(*value).ok_or_else(|| not_a_volume("this number is no volume"))?;
            (Reading::plain(milli), String::new())
        }
        Raw::Text(text) => {
            if of.unit.is_none()
                && let Ok(kg) = text.parse::<i64>()
                && kg.to_string() == *text
            {
                return Ok(Reading::plain(kg));
            }
            of_text(text, of)?
        }
        _ => return Err(not_a_volume("this is no volume")),
    };
    let written = if own.is_empty() { of.unit.map_or_else(String::new, even) } else { own };
    let (named, period) =
        written.split_once('/').map_or((written.as_str(), None), |(a, b)| (a.trim(), Some(b)));
    let named = if named.is_empty() { "kg" } else { named };
    let (multiple, named) = factor(named);
    let (milligrams, per, source) = weight(if named.is_empty() { "kg" } else { named }, of)?;
    let (months, rhythm) = period.map_or(Ok((1, String::new())), |period| times(period, of.months))?;
    let total = value.value.checked_mul(multiple * milligrams * i128::from(months)).map(|total| total / per);
    let total = total.ok_or_else(|| not_a_volume("this volume is beyond all limits"))?;
    let (kg, rest) = (total / (1000 * MILLIGRAMS), total % (1000 * MILLIGRAMS));
    let kg = i64::try_from(kg).map_err(|_| not_a_volume("this volume is beyond all limits"))?;
    let mut note = format!("read as {kg} kg");
    for part in [source, rhythm].iter().filter(|part| !part.is_empty()) {
        note = format!("{note}, {part}");
    }
    if rest > 0 {
        note.push_str("; the part of a kilogram is left out");
    }
    Ok(Reading::noted(kg, note))
}

fn not_a_volume(message: &str) -> Ask {
    Ask::new("not_a_volume", message, "Write kilograms as a number alone, or a number with kg, tạ, tấn.")
}

/// A number cell in kilograms.
fn whole_kilograms(value: f64) -> Read<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "within what floats hold exactly")]
    if value.fract() == 0.0 && value.abs() <= 9e15 {
        return Ok(Reading::plain(value as i64));
    }
    let milli = of_float(value).ok_or_else(|| not_a_volume("this number is no volume"))?;
    if milli < 1_000_000 {
        return Err(Ask::new(
            "not_whole",
            format!("{} kilograms are not whole: tonnes, or a point between thousands?", show(milli)),
            "Write whole kilograms, or the unit with the number.",
        ));
    }
    let kg = i64::try_from(milli / 1000).map_err(|_| not_a_volume("this volume is beyond all limits"))?;
    Ok(Reading::noted(kg, format!("read as {kg} kg; the part of a kilogram is left out")))
}

/// The number and the unit of a text.
fn of_text(text: &str, of: Measure) -> Result<(Reading<Milli>, String), Ask> {
    let text = even(text);
    let about = ["khoảng", "khoang", "~", "about", "ước"];
    let text = about.iter().find_map(|word| text.strip_prefix(word)).unwrap_or(&text).trim();
    if text.starts_with('-') {
        return Err(not_a_volume("a volume is above nothing"));
    }
    let (digits, rest) = split_number(text);
    if rest.starts_with('-') || rest.starts_with("đến") || rest.starts_with("to ") {
        return Err(Ask::new(
            "range_of_volumes",
            "a volume stands here as a range",
            "Write the one that is sure.",
        ));
    }
    // In thousands or tonnes `1.529` could be either; in kilograms or pieces it is a thousand.
    let (multiple, named) = factor(rest);
    let unit_text = if rest.is_empty() { of.unit.unwrap_or_default() } else { named };
    let large = unit(unit_text.split('/').next().unwrap_or_default().trim());
    let large = matches!(large, Ok(Unit::Mass(milligrams)) if milligrams > MILLIGRAMS);
    let point = if multiple > 1 || large { Point::Either } else { Point::Thousands };
    Ok((number(digits, point)?, rest.to_owned()))
}

/// How many times a rhythm comes in the row's months.
fn times(period: &str, months: Option<u8>) -> Result<(u8, String), Ask> {
    match plain_letters(period).as_str() {
        "thang" | "month" => months.map(|m| (m, format!("{m} months"))).ok_or_else(|| {
            let help = "Fill in the harvest months (tháng thu hoạch), or write the whole volume.";
            Ask::new("months_missing", "a volume a month, and no months", help)
        }),
        "vu" | "mua" | "season" | "harvest" => Ok((1, "one harvest".to_owned())),
        "nam" | "year" => Ok((1, "one year".to_owned())),
        "dot" | "lan" | "lot" => Ok((1, "one lot".to_owned())),
        _ => Err(Ask::new(
            "unknown_period",
            format!("how often “{}” comes is not known", period.trim()),
            "Write the whole volume of the round.",
        )),
    }
}

/// Months in a cell: how many (`6`), which (`3-8`, `tháng 3, 4, 5`), or all (`quanh năm`).
pub(in crate::io) fn months(raw: &Raw) -> Read<u8> {
    let ask =
        || Ask::new("bad_months", "these are no months", "Write how many, such as 6, or which, such as 3-8.");
    let text = match raw {
        Raw::Number(value) => show(of_float(*value).ok_or_else(ask)?),
        Raw::Text(text) => plain_letters(text),
        _ => return Err(ask()),
    };
    if text.contains("quanh nam") || text == "all" {
        return Ok(Reading::noted(12, "read as 12 months"));
    }
    let named = text.starts_with("thang") && !text.starts_with("thang ") || text.contains("thang ");
    let plain = text.replace("thang", " ").replace("den", "-").replace("months", " ").replace("to", "-");
    let plain = plain.trim();
    let month =
        |text: &str| text.trim().trim_start_matches('t').parse::<u8>().ok().filter(|m| (1..=12).contains(m));
    let mut set = [false; 13];
    let pieces: Vec<&str> = plain.split([',', ';', '+', '&']).collect();
    for piece in &pieces {
        match piece.split_once('-') {
            None => set[usize::from(month(piece).ok_or_else(ask)?)] = true,
            Some((from, to)) => {
                let (mut at, to) = (month(from).ok_or_else(ask)?, month(to).ok_or_else(ask)?);
                set[usize::from(at)] = true;
                while at != to {
                    at = at % 12 + 1;
                    set[usize::from(at)] = true;
                }
            }
        }
    }
    if let [one] = pieces[..]
        && !named
        && !one.contains('-')
    {
        return Ok(Reading::plain(month(one).ok_or_else(ask)?));
    }
    let many = u8::try_from(set.iter().filter(|in_it| **in_it).count()).map_err(|_| ask())?;
    Ok(Reading::noted(many, format!("read as {many} months")))
}

/// Kilograms of one piece, in milligrams.
pub(in crate::io) fn piece(raw: &Raw) -> Read<i128> {
    let ask = || Ask::new("not_a_number", "this is no weight of a piece", "Write kilograms, such as 0,35.");
    let milli = match raw {
        Raw::Number(value) => Reading::plain(of_float(*value).ok_or_else(ask)?),
        Raw::Text(text) => {
            let text = even(text);
            let (digits, rest) = split_number(&text);
            let Unit::Mass(scale) = unit(if rest.is_empty() { "kg" } else { rest })? else {
                return Err(ask());
            };
            number(digits, Point::Either)?.map(|value| value * scale / MILLIGRAMS)
        }
        _ => return Err(ask()),
    };
    if milli.value < 1 { Err(ask()) } else { Ok(milli.map(|milli| milli * 1000)) }
}

fn bad_price(message: impl Into<String>) -> Ask {
    Ask::new(
        "not_a_price",
        message,
        "Write đồng a kilogram as a number alone, such as 15000, or 15 nghìn đ/kg.",
    )
}

/// Reads a price in đồng a kilogram; none where it is open.
pub(in crate::io) fn price(raw: &Raw, side: Side, of: Measure) -> Read<Option<i64>> {
    let (ends, own) = match raw {
        #[expect(clippy::cast_possible_truncation, reason = "within what floats hold exactly")]
        Raw::Number(value) if of.unit.is_none() && value.fract() == 0.0 && value.abs() <= 9e15 => {
            return Ok(small(*value as i64));
        }
        Raw::Number(value) => {
            (vec![of_float(*value).ok_or_else(|| bad_price("this is no price"))?], String::new())
        }
        Raw::Text(text) => {
            if of.unit.is_none()
                && let Ok(price) = text.parse::<i64>()
                && price.to_string() == *text
            {
                return Ok(small(price));
            }
            let letters = plain_letters(text);
            let open = ["thoa thuan", "thuong luong", "lien he", "negotiable", "thi truong", "open"];
            if open.iter().any(|word| letters.contains(word)) {
                return Ok(Reading::noted(None, "read as open to negotiation"));
            }
            ends(text)?
        }
        _ => return Err(bad_price("this is no price")),
    };
    let written = if own.is_empty() { of.unit.map_or_else(String::new, even) } else { own };
    let (money, per) =
        written.split_once('/').map_or((written.as_str(), "kg"), |(a, b)| (a.trim(), b.trim()));
    let (multiple, currency) = factor(money);
    if !matches!(plain_letters(currency).trim_end_matches('.'), "" | "d" | "dong" | "vnd" | "vn d" | "vnd.") {
        return Err(bad_price(format!("`{currency}` is not đồng")));
    }
    let (milligrams, pieces, source) = weight(per, of)?;
    let each = |milli: Milli| -> Result<(i64, bool), Ask> {
        // Thousandths of đồng a unit, to đồng a kilogram.
        let over = milligrams * 1000;
        let total =
            milli.checked_mul(multiple * MILLIGRAMS * pieces).ok_or_else(|| bad_price("this is no price"))?;
        let exact = total % over == 0;
        // To the end that binds nobody further than what is written.
        let value = if side == Side::Ask && !exact { total / over + 1 } else { total / over };
        Ok((i64::try_from(value).map_err(|_| bad_price("this is no price"))?, exact))
    };
    let both: Vec<(i64, bool)> = ends.iter().map(|end| each(*end)).collect::<Result<_, _>>()?;
    let prices: Vec<i64> = both.iter().map(|(price, _)| *price).collect();
    let (low, high) = (prices.iter().min().copied().unwrap_or(0), prices.iter().max().copied().unwrap_or(0));
    if multiple == 1 && high < 1000 && (of.unit.is_none() || prices.len() > 1) {
        return Err(bad_price(format!("{high} đồng a kilogram: were thousands meant?")));
    }
    let taken = if side == Side::Ask { low } else { high };
    let mut note = format!("read as {taken} đồng a kilogram");
    if prices.len() > 1 {
        let (end, who) = if side == Side::Ask { ("lower", "asks for") } else { ("upper", "bids") };
        note = format!("{note}: of {low} to {high} the {end}, which it {who} at the least favourable");
    }
    if !source.is_empty() {
        note = format!("{note}, {source}");
    }
    if both.iter().any(|(_, exact)| !exact) {
        note.push_str("; rounded to whole đồng");
    }
    Ok(Reading::noted(Some(taken), note))
}

/// A price as it is, with a word where it is small.
fn small(price: i64) -> Reading<Option<i64>> {
    if (1..1000).contains(&price) {
        Reading::noted(
            Some(price),
            format!("{price} đồng a kilogram, as written; write {price}000 if thousands were meant"),
        )
    } else {
        Reading::plain(Some(price))
    }
}

/// One price or both ends of a range in what they are counted in, and the unit.
fn ends(text: &str) -> Result<(Vec<Milli>, String), Ask> {
    let text = even(text).replace(" đến ", "-").replace(" den ", "-").replace('~', "-");
    let text = text.strip_prefix("từ ").unwrap_or(&text);
    let (amount, per) = text.split_once('/').map_or((text, None), |(a, b)| (a, Some(b)));
    let pieces: Vec<&str> = amount.split('-').map(str::trim).filter(|piece| !piece.is_empty()).collect();
    if pieces.is_empty() || pieces.len() > 2 {
        return Err(bad_price("this is no price"));
    }
    let (_, last) = split_number(pieces[pieces.len() - 1]);
    let mut values = Vec::new();
    for (i, piece) in pieces.iter().enumerate() {
        let (digits, own) = split_number(piece);
        let (multiple, _) = factor(if own.is_empty() { last } else { own });
        let (common, _) = factor(last);
        if i + 1 < pieces.len() && multiple != common {
            return Err(bad_price("the ends of the range are counted in different units"));
        }
        let point = if multiple > 1 { Point::Either } else { Point::Thousands };
        let read = number(digits, point).map_err(|ask| Ask { code: "not_a_price", ..ask })?;
        values.push(read.value);
    }
    let unit = per.map_or_else(|| last.to_owned(), |per| format!("{last}/{}", per.trim()));
    Ok((values, unit))
}

#[cfg(test)]
#[path = "amount_tests.rs"]
mod tests;
