//! Decisions as people fill them into a sheet: a row a pair, and nothing decided where the answer is empty.

use std::collections::BTreeMap;

use super::report::{ImportRemark, place};
use super::sheets::Target;
use super::table::{Heading, Line, Table};
use crate::error::{Error, Issue};
use crate::io::cells::amount::{Measure, quantity};
use crate::io::cells::date::{End, date};
use crate::io::cells::names::text;
use crate::io::cells::{Ask, Raw, Read, Reading, words};
use crate::round::Decision;
use crate::units::Kg;

/// What a sheet says was decided, and where each decision stands.
pub(in crate::io) struct Answers {
    pub(in crate::io) label: String,
    /// What the column of a field is called.
    pub(in crate::io) columns: BTreeMap<&'static str, String>,
    pub(in crate::io) list: Vec<Decision>,
    /// The row of each.
    pub(in crate::io) rows: Vec<usize>,
    /// What was read into what.
    pub(in crate::io) notes: Vec<ImportRemark>,
}

/// Columns whose filling says that something was decided.
const ANSWER: [&str; 5] = ["kind", "volume_kg", "by", "reason", "on"];

/// Reads a sheet of decisions.
pub(in crate::io) fn answers(table: &Table) -> Result<Answers, Error> {
    let mut issues = Vec::new();
    // Columns beside the answers tell what was asked: they are no fields, and nothing is lost with them.
    let (mut notes, mut beside) = (Vec::new(), Vec::new());
    let head = table.head(&mut notes, &mut beside);
    let headings = head.as_ref().map_or(&[][..], |head| &head.headings);
    let labels = headings.iter().filter_map(|heading| Some((field(heading)?, heading.label.clone())));
    let columns: BTreeMap<&'static str, String> = labels.collect();
    for column in table.sheet.columns.iter().filter(|column| column.required) {
        if !columns.contains_key(column.name) {
            let at = head.as_ref().map(|head| head.row);
            let message = format!("the required column `{}` is missing", column.name);
            let help = "Add the column and fill it in.";
            issues.push(Issue::error("missing_field", place(&table.label, at, None), message, help));
        }
    }
    let mut read = Answers { label: table.label.clone(), columns, list: Vec::new(), rows: Vec::new(), notes };
    if issues.is_empty() {
        let below = head.as_ref().map_or(0, |head| head.below);
        for line in &table.lines[below..] {
            let mut row = Row { table, line, headings, notes: &mut read.notes, issues: &mut issues };
            if row.is_answered()
                && let Some(decision) = row.decision()
            {
                read.list.push(decision);
                read.rows.push(line.row);
            }
        }
    }
    if issues.is_empty() { Ok(read) } else { Err(Error::Faults(issues)) }
}

fn field(heading: &Heading) -> Option<&'static str> {
    match heading.target {
        Target::Column(column) => Some(column.name),
        _ => None,
    }
}

struct Row<'a> {
    table: &'a Table,
    line: &'a Line,
    headings: &'a [Heading],
    notes: &'a mut Vec<ImportRemark>,
    issues: &'a mut Vec<Issue>,
}

impl<'a> Row<'a> {
    fn cell(&self, name: &str) -> Option<(&'a Heading, &'a Raw)> {
        let heading = self.headings.iter().find(|heading| field(heading) == Some(name))?;
        Some((heading, self.table.at(self.line, heading.at).0.filter(|raw| !raw.is_blank())?))
    }

    fn is_answered(&self) -> bool {
        let remark = self
            .line
            .cells
            .first()
            .is_some_and(|(_, raw)| matches!(raw, Raw::Text(text) if text.trim_start().starts_with('#')));
        !remark && ANSWER.iter().any(|name| self.cell(name).is_some())
    }

    fn refuse(&mut self, name: &str, ask: Ask, found: Option<String>) {
        let heading = self.headings.iter().find(|heading| field(heading) == Some(name));
        let column = heading.map(|heading| heading.label.as_str());
        let at = place(&self.table.label, Some(self.line.row), column);
        let issue = Issue::error(ask.code, at, ask.message, ask.help);
        self.issues.push(match found {
            Some(found) => issue.found(found),
            None => issue,
        });
    }

    /// A cell read; nothing where it is empty or refused, which is said.
    fn read<T>(&mut self, name: &str, read: impl FnOnce(&'a Raw, &'a Heading) -> Read<T>) -> Option<T> {
        let (heading, raw) = self.cell(name)?;
        let merged = self.table.at(self.line, heading.at).1;
        let alone = merged.is_none_or(|m| m.rows.0 == m.rows.1 && m.columns.0 == m.columns.1);
        let answer = if alone || matches!(name, "by" | "reason" | "on") {
            read(raw, heading)
        } else {
            let message = "this cell is merged with others, and what each of them holds cannot be told";
            Err(Ask::new("merged_cells", message, "Unmerge the cells and fill in each."))
        };
        match answer {
            Ok(read) => {
                let note = |message| {
                    ImportRemark::note(&self.table.label, self.line.row, &heading.label, raw.show(), message)
                };
                let notes: Vec<ImportRemark> = read.notes.into_iter().map(note).collect();
                self.notes.extend(notes);
                Some(read.value)
            }
            Err(ask) => {
                self.refuse(name, ask, Some(raw.show()));
                None
            }
        }
    }

    /// A cell that has to be filled in.
    fn required<T>(
        &mut self,
        name: &str,
        [message, help]: [&str; 2],
        read: impl FnOnce(&'a Raw, &'a Heading) -> Read<T>,
    ) -> Option<T> {
        if self.cell(name).is_none() {
            self.refuse(name, Ask::new("missing_field", message, help), None);
        }
        self.read(name, read)
    }

    fn decision(&mut self) -> Option<Decision> {
        let as_text = |raw: &'a Raw, _: &'a Heading| match raw {
            Raw::Text(written) => Ok(text(written)),
            Raw::Error(_) | Raw::Uncomputed => {
                Err(Ask::new("error_cell", "there is no value in this cell", "Write the value."))
            }
            other => Ok(Reading::plain(other.show())),
        };
        let add = "Add it.";
        let offer = self.required("offer", ["the required field `offer` is missing", add], as_text);
        let demand = self.required("demand", ["the required field `demand` is missing", add], as_text);
        let kind = self.required(
            "kind",
            [
                "something is written here, and no decision",
                "Choose one in the column Quyết định, or empty the row's answers.",
            ],
            |raw, _| words::decision(&raw.show()).map(Reading::plain),
        );
        let volume = self.read("volume_kg", |raw, heading| {
            quantity(raw, Measure { unit: heading.unit.as_deref(), ..Measure::default() })
        });
        let who = ["who decided is missing", "Write who, such as chị Hoa: it stays in the log."];
        let by = self.required("by", who, as_text);
        let why = ["why is missing", "Write why, such as giá thấp: it stays in the log."];
        let reason = self.required("reason", why, as_text);
        let on = self.read("on", |raw, _| date(raw, End::First));
        let volume = volume.map(Kg);
        Some(Decision { offer: offer?, demand: demand?, kind: kind?, volume, by: by?, reason: reason?, on })
    }
}
