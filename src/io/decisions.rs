//! Decisions about a plan: documents `lienket/decisions@1` (TOML or JSON), tables and workbooks.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;

use super::draft::check_format;
use super::fields::{At, Fields};
use super::json::syntax_error;
use super::node::Node;
use super::policy::toml_tree;
use super::text::decode;
use super::values::{Word, list};
use crate::error::{Error, Issue};
use crate::round::{Decision, DecisionKind, Decisions, Movable, Round};
use crate::units::Kg;
use crate::watch::Watch;

const FORMAT: &str = "lienket/decisions@1";

/// Fields of a decision; those of the log have their `round` besides.
const DECISION: [&str; 8] = ["offer", "demand", "kind", "volume_kg", "by", "reason", "on", "round"];

impl Word for DecisionKind {
    const WORDS: &'static [(&'static str, Self)] = Self::CODES;
}

/// Reads decisions from TOML.
///
/// ```
/// let decisions = lienket::io::decisions::from_toml(
///     "format = 'lienket/decisions@1'\n[[decisions]]\noffer = 'o-1'\ndemand = 'd-1'\nkind = 'declined'\n\
///      by = 'Siêu thị A'\nreason = 'another supplier nearer by'",
/// )?;
/// assert_eq!(decisions.list[0].kind, lienket::DecisionKind::Declined);
/// # Ok::<(), lienket::Error>(())
/// ```
///
/// # Errors
/// [`Error::Unreadable`] where it is not TOML, with line and column; [`Error::Faults`] with every fault.
pub fn from_toml(document: &str) -> Result<Decisions, Error> {
    decisions_of(toml_tree(document)?)
}

/// Reads decisions from JSON.
///
/// # Errors
/// [`Error::Unreadable`] where it is not JSON, with line and column; [`Error::Faults`] with every fault.
pub fn from_json(document: &[u8]) -> Result<Decisions, Error> {
    let text = decode(document)?;
    decisions_of(serde_json::from_str(text).map_err(|error| syntax_error(&error, text, &[]))?)
}

/// Reads decisions: a `.toml` or `.json` file; with the feature `csv`, a `.csv` table with the columns `offer`,
/// `demand`, `kind`, `volume_kg`, `by`, `reason`, `on`; with the feature `xlsx`, a workbook with these columns, in English
/// or Vietnamese and in any order, of which rows with an empty answer are no decisions.
///
/// # Errors
/// [`Error::Unreadable`] where it cannot be read or is not in its format; [`Error::Faults`] with every fault.
pub fn read_decisions(path: impl AsRef<Path>) -> Result<Decisions, Error> {
    DecisionsFile::read(path).map(|file| file.decisions)
}

/// Decisions of a file, and where each of them stands in it.
pub struct DecisionsFile {
    decisions: Decisions,
    rows: Rows,
    #[cfg(feature = "csv")]
    notes: Vec<super::ImportRemark>,
}

impl DecisionsFile {
    /// Reads a file as [`read_decisions`].
    ///
    /// # Errors
    /// As there.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        #[cfg(feature = "xlsx")]
        if matches!(super::extension(path).as_str(), "xlsx" | "xlsm") {
            return super::xlsx::read_decisions(path).map(Self::of_answers);
        }
        #[cfg(feature = "csv")]
        if super::extension(path) == "csv" {
            let (decisions, rows) = table(path)?;
            return Ok(Self { decisions, rows, notes: Vec::new() });
        }
        let decisions = super::read_either(path, from_json, from_toml)?;
        Ok(Self {
            decisions,
            rows: Rows::default(),
            #[cfg(feature = "csv")]
            notes: Vec::new(),
        })
    }

    #[cfg(feature = "xlsx")]
    fn of_answers(answers: super::import::Answers) -> Self {
        let super::import::Answers { label, columns, list, rows, notes } = answers;
        let columns = columns.into_iter().map(|(field, label)| (field.to_owned(), label)).collect();
        Self { decisions: list.into(), rows: Rows { file: label, lines: Some(rows), columns }, notes }
    }

    /// What it says was decided.
    #[must_use]
    pub fn decisions(&self) -> &Decisions {
        &self.decisions
    }

    /// What was read into what, in a workbook.
    #[cfg(feature = "csv")]
    #[must_use]
    pub fn notes(&self) -> &[super::ImportRemark] {
        &self.notes
    }

    /// Applies the decisions as [`Round::decide_watched`]; faults point into the file.
    ///
    /// # Errors
    /// As there.
    pub fn apply(&self, round: &Round, watch: Watch) -> Result<Round, Error> {
        round.decide_watched(&self.decisions, watch).map_err(|error| self.rows.shown(error))
    }
}

/// Reads decisions as [`read_decisions`] and applies them as [`Round::decide_watched`]; faults point into the file.
///
/// # Errors
/// Those of both.
pub fn decide(round: &Round, path: impl AsRef<Path>, watch: Watch) -> Result<Round, Error> {
    DecisionsFile::read(path)?.apply(round, watch)
}

/// Where the decisions of a table stand; nothing to say of a document.
#[derive(Default)]
struct Rows {
    file: String,
    lines: Option<Vec<usize>>,
    /// What columns are called, where it is not as the field.
    columns: BTreeMap<String, String>,
}

impl Rows {
    fn shown(&self, error: Error) -> Error {
        match error {
            Error::Faults(issues) => {
                Error::Faults(issues.into_iter().map(|issue| self.show(issue)).collect())
            }
            other => other,
        }
    }

    fn show(&self, mut issue: Issue) -> Issue {
        let Some(rows) = &self.lines else { return issue };
        let place = |pointer: &str| {
            let (at, field) =
                pointer.strip_prefix("/decisions/").map(|rest| rest.split_once('/').unwrap_or((rest, "")))?;
            let row = rows.get(at.parse::<usize>().ok()?)?;
            let called = self.columns.get(field).map_or(field, String::as_str);
            let column = if field.is_empty() { String::new() } else { format!(", column {called}") };
            Some(format!("{} row {row}{column}", self.file))
        };
        if let Some(place) = place(&issue.pointer) {
            issue.pointer = place;
        }
        // Of two on one pair, the message names the first.
        if matches!(issue.code, "repeated_decision" | "contradictory_decision")
            && let Some((first, rest)) = issue.message.split_once(' ')
            && let Some(place) = place(first)
        {
            issue.message = format!("{place} {rest}");
        }
        issue
    }
}

#[cfg(feature = "csv")]
fn table(path: &Path) -> Result<(Decisions, Rows), Error> {
    use super::csv::{DECISIONS, rows};
    let (found, mut issues) = rows(path, &DECISIONS)?;
    let file = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    for issue in &mut issues {
        if let Some(rest) = issue.pointer.strip_prefix(DECISIONS.file) {
            issue.pointer = format!("{file}{rest}");
        }
    }
    // A column that is not there is said once.
    let lacking: Vec<String> = issues
        .iter()
        .filter(|issue| issue.code == "missing_field")
        .filter_map(|issue| Some(issue.pointer.rsplit_once(", column ")?.1.to_owned()))
        .collect();
    let (lines, nodes): (Vec<usize>, Vec<Node>) = found.into_iter().unzip();
    let rows = Rows { file, lines: Some(lines), columns: BTreeMap::new() };
    let mut more = Vec::new();
    let read = decisions(Node::List(nodes), &At::ROOT.field("decisions"), &mut more);
    let said = |issue: &Issue| {
        issue.code == "missing_field"
            && lacking.iter().any(|column| issue.pointer.ends_with(&format!("/{column}")))
    };
    more.retain(|issue| !said(issue));
    issues.extend(more.into_iter().map(|issue| rows.show(issue)));
    if issues.is_empty() { Ok((Decisions::from(read), rows)) } else { Err(Error::Faults(issues)) }
}

fn decisions_of(node: Node) -> Result<Decisions, Error> {
    let mut issues = Vec::new();
    let mut fields = Fields::open(node, At::ROOT, &["format", "movable", "decisions"], &mut issues);
    match fields.take("format") {
        Some(node) => check_format(node, FORMAT, fields.parts().1),
        None => drop(fields.required::<String>("format")),
    }
    let movable = fields.take("movable").map(|node| {
        let (at, issues) = fields.parts();
        movable(node, at.field("movable"), issues)
    });
    let list = fields.take("decisions").map(|node| {
        let (at, issues) = fields.parts();
        decisions(node, &at.field("decisions"), issues)
    });
    if issues.is_empty() {
        Ok(Decisions { list: list.unwrap_or_default(), movable })
    } else {
        Err(Error::Faults(issues))
    }
}

/// What may move.
pub(super) fn movable(node: Node, at: At, issues: &mut Vec<Issue>) -> Movable {
    let mut fields = Fields::open(node, at, &["everything", "offers", "demands", "products"], issues);
    Movable {
        everything: fields.optional("everything").unwrap_or(false),
        offers: fields.optional("offers").unwrap_or_default(),
        demands: fields.optional("demands").unwrap_or_default(),
        products: fields.optional("products").unwrap_or_default(),
    }
}

fn decisions(node: Node, at: &At, issues: &mut Vec<Issue>) -> Vec<Decision> {
    let read = list(node, at, issues, |item, at, issues| {
        decision(&mut Fields::open(item, *at, &DECISION[..DECISION.len() - 1], issues))
    });
    read.unwrap_or_default().into_iter().flatten().collect()
}

/// The decisions of a log, each with its round.
pub(super) fn logged(node: Node, at: &At, issues: &mut Vec<Issue>) -> Vec<(u32, Decision)> {
    let read = list(node, at, issues, |item, at, issues| {
        let mut fields = Fields::open(item, *at, &DECISION, issues);
        let (round, decision) = (fields.required("round"), decision(&mut fields));
        Some((round?, decision?))
    });
    read.unwrap_or_default().into_iter().flatten().collect()
}

fn decision(fields: &mut Fields) -> Option<Decision> {
    let (offer, demand, kind) =
        (fields.required("offer"), fields.required("demand"), fields.required("kind"));
    let volume = fields.optional("volume_kg").map(Kg);
    let (by, reason, on) = (fields.required("by"), fields.required("reason"), fields.optional("on"));
    Some(Decision { offer: offer?, demand: demand?, kind: kind?, volume, by: by?, reason: reason?, on })
}

/// Never cancels.
pub(super) fn unwatched(_: crate::watch::Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}
