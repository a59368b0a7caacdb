//! Numbers as people write them: `1.529`, `1.529,5`, `1,529.5`, `20 000`, `12,5`.
//!
//! A number is kept as thousandths, exactly. In Vietnamese the point groups thousands and the comma begins
//! the decimals; in English it is the other way round. One comma before three digits can be either.

use super::{Ask, Read, Reading};

/// Thousandths.
pub(in crate::io) type Milli = i128;

/// Most digits before the decimals: beyond any volume or price.
const DIGITS: usize = 18;

/// How a single point before exactly three digits is meant.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::io) enum Point {
    /// `1.529` is 1529: what is counted here is large.
    Thousands,
    /// It could be a decimal point just as well: ask.
    Either,
}

/// Reads a number without sign. Grouping is noted.
pub(in crate::io) fn number(text: &str, point: Point) -> Read<Milli> {
    let not = || {
        Ask::new("not_a_number", "this is not a number", "Write digits, such as 20000 or 20.000 or 1.529,5.")
    };
    let text = text.trim();
    let signs: Vec<char> = text.chars().filter(|c| !c.is_ascii_digit()).collect();
    let blank = |c: &char| matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\'' | '’');
    let groups = signs.iter().copied().find(blank);
    let mut plain: String = text.to_owned();
    if groups.is_some() {
        let pieces: Vec<&str> = text.split(|c| blank(&c)).collect();
        let whole = pieces.last().and_then(|last| last.split(['.', ',']).next()).unwrap_or_default();
        let middle = &pieces[1..pieces.len() - 1];
        if pieces[0].len() > 3 || whole.len() != 3 || middle.iter().any(|group| group.len() != 3) {
            return Err(not());
        }
        plain = pieces.concat();
    }
    let separators: Vec<char> = plain.chars().filter(|c| !c.is_ascii_digit()).collect();
    if plain.is_empty() || separators.iter().any(|c| !matches!(c, '.' | ',')) {
        return Err(not());
    }
    let (whole, decimals) = match separators[..] {
        [] => (plain.clone(), String::new()),
        [separator] => {
            let (before, after) = plain.split_once(separator).unwrap_or((&plain, ""));
            let could_group =
                groups.is_none() && after.len() == 3 && (1..=3).contains(&before.len()) && before != "0";
            if !could_group {
                (before.to_owned(), after.to_owned())
            } else if separator == '.' && point == Point::Thousands {
                (plain.replace('.', ""), String::new())
            } else {
                return Err(Ask::new(
                    "ambiguous_number",
                    format!("{text} can be {before}{after}, or {before} and {after} thousandths"),
                    format!("Write {before}{after}, or the decimals with fewer or more than three digits."),
                ));
            }
        }
        _ => {
            if groups.is_some() {
                return Err(not());
            }
            let (first, last) = (separators[0], separators[separators.len() - 1]);
            let inner = if first == last { &separators[..] } else { &separators[..separators.len() - 1] };
            if inner.iter().any(|c| *c != first) {
                return Err(not());
            }
            let (grouped, decimals) = if first == last {
                (plain.as_str(), "")
            } else {
                plain.rsplit_once(last).unwrap_or((&plain, ""))
            };
            let pieces: Vec<&str> = grouped.split(first).collect();
            if !(1..=3).contains(&pieces[0].len()) || pieces[1..].iter().any(|group| group.len() != 3) {
                return Err(not());
            }
            (pieces.concat(), decimals.to_owned())
        }
    };
    if whole.is_empty() || whole.len() > DIGITS || (!separators.is_empty() && plain.ends_with(['.', ','])) {
        return Err(not());
    }
    if decimals.len() > 3 && decimals[3..].bytes().any(|b| b != b'0') {
        return Err(Ask::new("not_a_number", "this has more than three decimals", "Write three at most."));
    }
    let thousandths: Milli = format!("{decimals:0<3}")[..3].parse().map_err(|_| not())?;
    let whole: Milli = whole.parse().map_err(|_| not())?;
    let value = whole * 1000 + thousandths;
    Ok(if signs.is_empty() {
        Reading::plain(value)
    } else {
        Reading::noted(value, format!("read as {}", show(value)))
    })
}

/// A number of thousandths in digits: `1529.5`.
pub(in crate::io) fn show(value: Milli) -> String {
    let (whole, rest) = (value / 1000, value % 1000);
    if rest == 0 { whole.to_string() } else { format!("{whole}.{rest:03}").trim_end_matches('0').to_owned() }
}

/// A number from a cell that holds one; `None` where it is not a number of thousandths of a sensible size.
pub(in crate::io) fn of_float(value: f64) -> Option<Milli> {
    let scaled = (value * 1000.0).round();
    #[expect(clippy::cast_possible_truncation, reason = "within the limits")]
    let whole = (0.0..1e18).contains(&scaled).then_some(scaled as Milli);
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_people_write_them() {
        for (text, expected) in [
            ("20000", "20000"),
            ("20.000", "20000"),
            ("1.529", "1529"),
            ("1.529,5", "1529.5"),
            ("1,529.5", "1529.5"),
            ("1.529.000", "1529000"),
            ("1,529,000", "1529000"),
            ("3.832.276,25", "3832276.25"),
            ("12,5", "12.5"),
            ("12.5", "12.5"),
            ("0,529", "0.529"),
            ("0.5", "0.5"),
            ("20 000", "20000"),
            ("1\u{a0}529,5", "1529.5"),
            ("1'000'000", "1000000"),
            ("1529.500", "1529.5"),
            ("1.5000", "1.5"),
        ] {
            let read = number(text, Point::Thousands).unwrap_or_else(|ask| panic!("{text}: {}", ask.message));
            assert_eq!(show(read.value), expected, "{text}");
            assert_eq!(read.notes.is_empty(), text == expected && text == "20000", "{text}");
        }
        for text in ["1,529", "20,000"] {
            assert_eq!(number(text, Point::Thousands).unwrap_err().code, "ambiguous_number", "{text}");
        }
        assert_eq!(number("1.529", Point::Either).unwrap_err().code, "ambiguous_number");
        for text in [
            "",
            "-5",
            "5 tấn",
            "1.52.9",
            "1..5",
            "1,",
            ".5",
            "1 52",
            "2 0000",
            "1.529.00",
            "1,529,5.5",
            "1e3",
        ] {
            assert_eq!(number(text, Point::Thousands).unwrap_err().code, "not_a_number", "{text}");
        }
    }
}
