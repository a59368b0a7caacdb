//! Cells as people write them, each read into the value it stands for.
//!
//! Every reading is a pure function that gives the value with notes of what was read into what, or asks:
//! says what it cannot decide and how to write it. What can mean two things is never settled in silence.
//! A cell in double quotes (as in CSV: quotes within it doubled) is taken to the letter.

pub(super) mod amount;
pub(super) mod date;
pub(super) mod names;
pub(super) mod number;
pub(super) mod quoted;
pub(super) mod words;

use crate::units::Date;

/// What a cell holds before anybody asks what it means.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(not(feature = "xlsx"), expect(dead_code, reason = "only workbooks have cells of these kinds"))]
pub(super) enum Raw {
    Text(String),
    Number(f64),
    Bool(bool),
    /// A date cell; `None` where its number is no day of the calendar.
    Day(Option<Date>),
    /// `#N/A` and the like.
    Error(String),
    /// A formula that was never computed.
    Uncomputed,
}

impl Raw {
    /// As a message shows it.
    pub(super) fn show(&self) -> String {
        match self {
            Self::Text(text) | Self::Error(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Bool(value) => value.to_string(),
            Self::Day(day) => day.map_or_else(|| "a date outside the calendar".to_owned(), |d| d.to_string()),
            Self::Uncomputed => "a formula without a value".to_owned(),
        }
    }

    /// Whether nothing stands there.
    pub(super) fn is_blank(&self) -> bool {
        matches!(self, Self::Text(text) if text.trim().is_empty())
    }
}

/// A value, with what was read into what.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reading<T> {
    pub(super) value: T,
    pub(super) notes: Vec<String>,
}

impl<T> Reading<T> {
    /// The value stands there as it is.
    pub(super) fn plain(value: T) -> Self {
        Self { value, notes: Vec::new() }
    }

    pub(super) fn noted(value: T, note: impl Into<String>) -> Self {
        Self { value, notes: vec![note.into()] }
    }

    pub(super) fn map<U>(self, to: impl FnOnce(T) -> U) -> Reading<U> {
        Reading { value: to(self.value), notes: self.notes }
    }
}

/// A question to whoever filled the cell in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ask {
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) help: String,
}

impl Ask {
    pub(super) fn new(code: &'static str, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { code, message: message.into(), help: help.into() }
    }
}

/// What a reading gives.
pub(super) type Read<T> = Result<Reading<T>, Ask>;

/// Lower case without diacritics; other letters, digits and signs stay, runs of blanks become one.
pub(super) fn plain_letters(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    use unicode_normalization::char::is_combining_mark;
    let letters: String = text
        .nfd()
        .filter(|c| !is_combining_mark(*c))
        .map(|c| match c {
            'đ' | 'Đ' | '₫' => 'd',
            '–' | '—' | '−' | '‑' => '-',
            c if c.is_whitespace() => ' ',
            c => c,
        })
        .flat_map(char::to_lowercase)
        .collect();
    letters.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}
