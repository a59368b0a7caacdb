//! Errors, and the faults and warnings of documents.

pub(crate) mod vietnamese;

use std::fmt::{self, Write as _};

use serde::Serialize;

/// Whether an [`Issue`] stops the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The document cannot be used as it is.
    Error,
    /// The document can be used; somebody should look at this.
    Warning,
}

/// A fault or a warning: where, what was found, what is wrong, what to do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Issue {
    /// Error or warning.
    pub severity: Severity,
    /// Where: a JSON pointer (`/offers/3/volume_kg`), or `offers.csv row 4, column volume_kg`.
    pub pointer: String,
    /// Stable code in snake case, for programs.
    pub code: &'static str,
    /// The value found there, shortened where it is long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    /// What is wrong, with the values that matter.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

impl Issue {
    pub(crate) fn error(
        code: &'static str,
        pointer: impl Into<String>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self {
            severity: Severity::Error,
            pointer: pointer.into(),
            code,
            found: None,
            message: message.into(),
            help: help.into(),
        }
    }

    pub(crate) fn warning(
        code: &'static str,
        pointer: impl Into<String>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, pointer, message, help) }
    }

    pub(crate) fn found(mut self, value: impl fmt::Display) -> Self {
        self.found = Some(shorten(&value.to_string()));
        self
    }
}

/// Cuts a value for a message at 80 characters and hides control characters.
fn shorten(value: &str) -> String {
    let mut short: String = value.chars().take(80).flat_map(printable).collect();
    if value.chars().nth(80).is_some() {
        short.push('…');
    }
    short
}

fn printable(c: char) -> Vec<char> {
    if c.is_control() { c.escape_default().collect() } else { vec![c] }
}

impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        write!(f, "{kind}[{}] ", self.code)?;
        if self.pointer.is_empty() {
            f.write_str("(document)")?;
        }
        // Keys of a document may hold anything; a terminal gets nothing that would steer it.
        for c in self.pointer.chars().flat_map(printable) {
            f.write_char(c)?;
        }
        write!(f, ": {}", self.message)?;
        if let Some(found) = &self.found {
            write!(f, " (found: {found})")?;
        }
        write!(f, ". {}", self.help)
    }
}

/// What can go wrong.
///
/// Unmatched offers and unreachable limits are results with reasons, never errors.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A market or policy with faults; all of them.
    #[error("{} in the document:\n{}", count(.0), lines(.0))]
    Faults(Vec<Issue>),
    /// Numbers too large to be added up exactly; refused before solving.
    #[error("{0}")]
    Overflow(String),
    /// A plan that its certificate does not bear out; every contradiction found.
    #[error("the plan is refuted:\n{}", lines(.0))]
    Refuted(Vec<Issue>),
    /// An id that the market does not have.
    #[error("there is no {kind} `{id}` in the market{hint}")]
    UnknownId {
        /// What was asked for: `offer`, `demand`.
        kind: &'static str,
        /// The id asked for.
        id: String,
        /// A near id, as ` (did you mean …?)`, or nothing.
        hint: String,
    },
    /// Something outside could not be read or written, or is not the format it should be.
    #[error("{place}: {message}. {help}")]
    Unreadable {
        /// File, or line and column in it.
        place: String,
        /// What happened.
        message: String,
        /// What to do about it.
        help: String,
    },
    /// The caller cancelled the work.
    #[error("cancelled")]
    Cancelled,
    /// An invariant of the library failed. This is a bug; please report it with the documents.
    #[error("internal error, please report it with your documents: {0}")]
    Internal(String),
}

impl Error {
    /// The faults of a document or plan; empty for other errors.
    #[must_use]
    pub fn issues(&self) -> &[Issue] {
        match self {
            Self::Faults(issues) | Self::Refuted(issues) => issues,
            _ => &[],
        }
    }
}

fn count(issues: &[Issue]) -> String {
    match issues.len() {
        1 => "1 fault".to_owned(),
        n => format!("{n} faults"),
    }
}

fn lines(issues: &[Issue]) -> String {
    issues.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// ` Did you mean …?` for a word that is close to one of the known ones, or nothing.
pub(crate) fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, known).map_or_else(String::new, |near| format!("Did you mean `{near}`?"))
}

/// The known word closest to `word`, if it is close enough to be a slip of the pen.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = (word.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|candidate| (strsim::osa_distance(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, candidate)| candidate)
}
