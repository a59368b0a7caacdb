//! Units in types: kilograms, money, distance, days and scores.
//!
//! Conserved quantities ([`Kg`], [`VndPerKg`]) are whole numbers and are summed in `i128`; measured ones
//! ([`Km`]) are finite wherever a [`Market`](crate::Market) or [`Policy`](crate::Policy) has been validated.

use std::fmt;

use serde::{Serialize, Serializer};

/// A mass in whole kilograms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Kg(pub i64);

/// A price in whole Vietnamese đồng per kilogram.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct VndPerKg(pub i64);

/// A distance in kilometres, as documents and policies write it.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Km(pub f64);

/// A distance in whole metres, as everything after the distance formula uses it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Metres(pub u32);

/// A score in whole micro-units: 0 … 1 000 000 stands for 0 … 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Score(u32);

/// A calendar day.
///
/// ```
/// use lienket::Date;
/// let day: Date = "2025-11-28".parse()?;
/// assert_eq!(day.to_string(), "2025-11-28");
/// assert!("2025-02-30".parse::<Date>().is_err());
/// # Ok::<(), lienket::DateError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(i32);

/// A span of days, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Window {
    /// First day.
    pub from: Date,
    /// Last day; not before `from` in a validated market.
    pub to: Date,
}

/// Why a text is not a [`Date`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a day of the calendar written as YYYY-MM-DD")]
pub struct DateError(String);

impl Kg {
    /// One kilogram: the least that can be traded.
    pub const ONE: Self = Self(1);

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
    pub(crate) fn is_one(&self) -> bool {
        *self == Self::ONE
    }
}

impl fmt::Display for Kg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} kg", self.0)
    }
}

impl fmt::Display for VndPerKg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} VND/kg", self.0)
    }
}

impl Km {
    /// The limit in whole metres; limits beyond the Earth's girth stay beyond it.
    pub(crate) fn to_metres(self) -> f64 {
        (self.0 * 1000.0).round()
    }
}

impl Metres {
    /// Kilometres with three decimals, exactly.
    #[must_use]
    pub fn km(self) -> f64 {
        f64::from(self.0) / 1000.0
    }
}

impl Score {
    /// Micro-units in a score of 1.
    pub const ONE: u32 = 1_000_000;

    /// Rounds a fraction in [0, 1] once, half away from zero; values outside are clamped, what is no number is 0.
    #[must_use]
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "the low half of the bits is the whole number")]
    pub fn from_fraction(value: f64) -> Self {
        // Without calls and branches, so that many are rounded at once. Beside 2^52 a double has no fraction left:
        // adding it rounds, halves to even, exactly; a half that went down shows in the difference, also exact.
        const WHOLE: f64 = 4_503_599_627_370_496.0;
        let above = if value > 0.0 { value } else { 0.0 };
        let micro = if above < 1.0 { above } else { 1.0 } * f64::from(Self::ONE);
        let even = (micro + WHOLE) - WHOLE;
        let nearest = if micro - even >= 0.5 { even + 1.0 } else { even };
        Self((nearest + WHOLE).to_bits() as u32)
    }

    /// A score from its micro-units, at most [`Score::ONE`].
    pub(crate) fn from_micro(micro: u32) -> Self {
        Self(micro)
    }

    /// Micro-units, 0 … 1 000 000.
    #[must_use]
    pub fn micro(self) -> u32 {
        self.0
    }

    /// The score as a fraction with six decimals.
    #[must_use]
    pub fn fraction(self) -> f64 {
        f64::from(self.0) / f64::from(Self::ONE)
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.6}", self.fraction())
    }
}

impl Serialize for Score {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.fraction())
    }
}

impl Date {
    /// The day of a year, month and day, or `None` where the calendar has no such day.
    #[must_use]
    pub fn new(year: i16, month: i8, day: i8) -> Option<Self> {
        let date = jiff::civil::Date::new(year, month, day).ok()?;
        (0..=9999).contains(&year).then(|| Self::of(date))
    }

    fn of(date: jiff::civil::Date) -> Self {
        Self(date.duration_since(EPOCH).as_hours().div_euclid(24).try_into().unwrap_or(i32::MAX))
    }

    fn civil(self) -> jiff::civil::Date {
        EPOCH.saturating_add(jiff::Span::new().days(self.0))
    }

    /// The day with a number; beyond the calendar, the calendar's end.
    pub(crate) fn from_number(number: i32) -> Self {
        Self(number)
    }

    /// So many days later, or earlier.
    #[cfg(feature = "generate")]
    pub(crate) fn after(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// Year and month, 1 … 12.
    #[cfg(feature = "generate")]
    pub(crate) fn year_and_month(self) -> (i16, i8) {
        let date = self.civil();
        (date.year(), date.month())
    }

    /// Days since 1 January 1970, for arithmetic.
    pub(crate) fn number(self) -> i32 {
        self.0
    }
}

const EPOCH: jiff::civil::Date = jiff::civil::date(1970, 1, 1);

impl std::str::FromStr for Date {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        let error = || DateError(text.to_owned());
        // The calendar library reads many forms; documents allow this one only.
        let form =
            |(i, byte): (usize, u8)| if i == 4 || i == 7 { byte == b'-' } else { byte.is_ascii_digit() };
        if text.len() != 10 || !text.bytes().enumerate().all(form) {
            return Err(error());
        }
        let date: jiff::civil::Date = text.parse().map_err(|_| error())?;
        Ok(Self::of(date))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.civil().fmt(f)
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Window {
    /// A window from one day to another, both included.
    #[must_use]
    pub fn new(from: Date, to: Date) -> Self {
        Self { from, to }
    }

    /// The days both windows share, if any.
    #[must_use]
    pub fn overlap(self, other: Self) -> Option<Self> {
        let shared = Self { from: self.from.max(other.from), to: self.to.min(other.to) };
        (shared.from <= shared.to).then_some(shared)
    }

    /// Days in the window, both ends counted.
    #[must_use]
    pub fn days(self) -> i64 {
        i64::from(self.to.0) - i64::from(self.from.0) + 1
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} … {}", self.from, self.to)
    }
}

/// A fraction as documents show it.
pub(crate) fn six_digits(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

/// A whole number for people, its thousands set off.
pub(crate) fn grouped(number: i128, separator: char) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = if number < 0 { "−".to_owned() } else { String::new() };
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(separator);
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_off() {
        assert_eq!(grouped(0, ','), "0");
        assert_eq!(grouped(999, ','), "999");
        assert_eq!(grouped(-1_234_567, '.'), "−1.234.567");
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        let day = |text: &str| text.parse::<Date>().expect("a day of the calendar");
        assert_eq!(day("1970-01-01").number(), 0);
        assert_eq!(day("2024-02-29").number() + 1, day("2024-03-01").number());
        assert_eq!(Window::new(day("2025-12-01"), day("2026-03-31")).days(), 121);
        assert_eq!(day("0000-01-01").to_string(), "0000-01-01");
        assert_eq!(day("9999-12-31").to_string(), "9999-12-31");
        for bad in [
            "2025-02-29",
            "2025-13-01",
            "2025-1-1",
            "20250101",
            "2025-01-01T00:00",
            "",
            "2025/01/01",
            "+025-01-01",
        ] {
            assert!(bad.parse::<Date>().is_err(), "{bad}");
        }
    }

    #[test]
    fn scores_round_once_half_away_from_zero() {
        assert_eq!(Score::from_fraction(0.000_000_5).micro(), 1);
        assert_eq!(Score::from_fraction(1.5).micro(), Score::ONE);
        assert_eq!(Score::from_fraction(-0.5).micro(), 0);
        assert_eq!(Score::from_fraction(0.812_345).to_string(), "0.812345");
        assert_eq!(Score::from_fraction(f64::NAN).micro(), 0);
    }

    #[test]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most a million")]
    fn scores_round_as_round_does() {
        let plain = |value: f64| (value.clamp(0.0, 1.0) * 1e6).round() as u32;
        for micro in 0..=1_000_000_u32 {
            let half = (f64::from(micro) + 0.5) / 1e6;
            for value in [half.next_down().next_down(), half.next_down(), half, half.next_up()] {
                assert_eq!(Score::from_fraction(value).micro(), plain(value), "{value}");
            }
        }
    }
}
