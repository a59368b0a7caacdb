//! Dates as people write them: `31/3/2026`, `2026-03-31`, `tháng 3/2026`, `quý 1/2026`, or a serial number.

use super::{Ask, Raw, Read, Reading, plain_letters};
use crate::units::Date;

/// Which end of a span a date is: a month alone stands for its first or its last day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::io) enum End {
    First,
    Last,
}

fn bad(message: impl Into<String>) -> Ask {
    Ask::new("bad_date", message, "Write day/month/year such as 31/3/2026, or 2026-03-31, or tháng 3/2026.")
}

/// Reads a date.
pub(in crate::io) fn date(raw: &Raw, end: End) -> Read<Date> {
    match raw {
        Raw::Day(Some(day)) => Ok(Reading::plain(*day)),
        Raw::Day(None) => Err(bad("this date lies outside the calendar")),
        Raw::Number(serial) => {
            // Serials of 1990 to 2099; other numbers are years or slips.
            let day = (32_874.0..73_051.0).contains(serial).then(|| of_serial(*serial)).flatten();
            let day = day.ok_or_else(|| bad("a bare number stands where a date is expected"))?;
            Ok(Reading::noted(day, format!("the serial number of a day, read as {day}")))
        }
        Raw::Text(text) => of_text(text, end),
        _ => Err(bad("this is no date")),
    }
}

/// The day of a serial number of the calendar that begins in 1900; the time of day is left out.
pub(in crate::io) fn of_serial(serial: f64) -> Option<Date> {
    // Before this, the calendar of spreadsheets has a day too many.
    if !(61.0..2_958_466.0).contains(&serial) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "within the limits")]
    civil(serial.floor() as i64 - 25_569)
}

/// The day that lies so many days after 1 January 1970.
///
/// Howard Hinnant, "chrono-compatible low-level date algorithms".
fn civil(days: i64) -> Option<Date> {
    let z = days + 719_468;
    let (era, day_of_era) = (z.div_euclid(146_097), z.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?)
}

fn of_text(text: &str, end: End) -> Read<Date> {
    let trimmed = text.trim();
    if let Ok(day) = trimmed.parse::<Date>() {
        return Ok(Reading::plain(day));
    }
    let letters = plain_letters(trimmed);
    let (word, rest) = ["thang", "month", "quy", "quarter", "ngay", "nam", "year"]
        .iter()
        .find_map(|word| letters.strip_prefix(word).map(|rest| (*word, rest)))
        .unwrap_or(("", &letters));
    let rest = rest.replace(" thang ", "/").replace(" nam ", "/");
    let numbers: Option<Vec<i16>> = rest
        .split(['/', '-', '.', ' '])
        .map(str::trim)
        .filter(|n| !n.is_empty())
        .map(|n| n.parse().ok())
        .collect();
    let numbers = numbers.ok_or_else(|| bad("this is no date"))?;
    let year_of = |year: i16| {
        if (1900..=2200).contains(&year) {
            Ok(year)
        } else {
            Err(bad(format!("the year {year} is not written in four digits")))
        }
    };
    let day = match (word, &numbers[..]) {
        ("" | "ngay", &[year, month, day]) if year > 31 => {
            Date::new(year_of(year)?, narrow(month), narrow(day))
                .ok_or_else(|| bad("there is no such day"))?
        }
        ("" | "ngay", &[day, month, year]) => {
            if month > 12 && day <= 12 {
                return Err(bad("the month stands before the day here, or one of them is wrong"));
            }
            Date::new(year_of(year)?, narrow(month), narrow(day))
                .ok_or_else(|| bad("there is no such day"))?
        }
        ("" | "thang" | "month", &[month, year]) if month <= 12 => edge(year_of(year)?, month, month, end)?,
        ("", &[year, month]) if year > 31 => edge(year_of(year)?, month, month, end)?,
        ("quy" | "quarter", &[quarter, year]) if (1..=4).contains(&quarter) => {
            edge(year_of(year)?, quarter * 3 - 2, quarter * 3, end)?
        }
        ("nam" | "year", &[year]) => edge(year_of(year)?, 1, 12, end)?,
        ("thang" | "month" | "quy" | "quarter", &[_]) => return Err(bad("the year is missing")),
        _ => return Err(bad("this is no date")),
    };
    Ok(Reading::noted(day, format!("read as {day}")))
}

fn narrow(number: i16) -> i8 {
    i8::try_from(number).unwrap_or(0)
}

/// The first day of one month or the last day of another.
fn edge(year: i16, first: i16, last: i16, end: End) -> Result<Date, Ask> {
    let day = match end {
        End::First => Date::new(year, narrow(first), 1),
        End::Last => (28..=31).rev().find_map(|day| Date::new(year, narrow(last), day)),
    };
    day.ok_or_else(|| bad("there is no such month"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_as_people_write_them() {
        for (text, first, last) in [
            ("2026-03-31", "2026-03-31", "2026-03-31"),
            ("31/3/2026", "2026-03-31", "2026-03-31"),
            ("31-03-2026", "2026-03-31", "2026-03-31"),
            ("31.3.2026", "2026-03-31", "2026-03-31"),
            ("1/12/2025", "2025-12-01", "2025-12-01"),
            ("2026/3/1", "2026-03-01", "2026-03-01"),
            ("ngày 5 tháng 3 năm 2026", "2026-03-05", "2026-03-05"),
            ("tháng 3/2026", "2026-03-01", "2026-03-31"),
            ("Tháng 2/2028", "2028-02-01", "2028-02-29"),
            ("thang 3 nam 2026", "2026-03-01", "2026-03-31"),
            ("03/2026", "2026-03-01", "2026-03-31"),
            ("2026-03", "2026-03-01", "2026-03-31"),
            ("quý 1/2026", "2026-01-01", "2026-03-31"),
            ("năm 2026", "2026-01-01", "2026-12-31"),
        ] {
            let read = |end| {
                date(&Raw::Text(text.to_owned()), end).unwrap_or_else(|ask| panic!("{text}: {}", ask.message))
            };
            assert_eq!(read(End::First).value.to_string(), first, "{text}");
            assert_eq!(read(End::Last).value.to_string(), last, "{text}");
            assert_eq!(read(End::Last).notes.is_empty(), text == "2026-03-31", "{text}");
        }
        for text in
            ["tháng 3", "3/31/2026", "31/3/26", "31/2/2026", "mai", "2026", "13/2026", "", "quý 5/2026"]
        {
            assert_eq!(date(&Raw::Text(text.to_owned()), End::First).unwrap_err().code, "bad_date", "{text}");
        }
    }

    #[test]
    fn serial_numbers_are_days() {
        let day = |serial| of_serial(serial).map(|day| day.to_string());
        assert_eq!(day(61.0).as_deref(), Some("1900-03-01"));
        assert_eq!(day(45_989.0).as_deref(), Some("2025-11-28"));
        assert_eq!(day(45_989.75).as_deref(), Some("2025-11-28"));
        assert_eq!(day(36_526.0).as_deref(), Some("2000-01-01"));
        assert_eq!(day(60.0), None);
        assert_eq!(date(&Raw::Number(45_989.0), End::First).unwrap().value.to_string(), "2025-11-28");
        assert!(date(&Raw::Number(2026.0), End::First).is_err());
    }
}
