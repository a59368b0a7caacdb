//! What became of every row of a market that was read as people write.

use std::fmt::{self, Write as _};

use serde::Serialize;

use crate::error::{Error, Issue, vietnamese};
use crate::market::Market;

/// A market that was read as people write, and what became of every row.
#[derive(Debug)]
pub struct Import {
    /// The market, or every fault: one refused row, and there is no market.
    pub market: Result<Market, Error>,
    /// What became of every row.
    pub report: ImportReport,
}

/// What became of every row: taken, taken with a note, or refused.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ImportReport {
    /// Sheets that were read, in the order of the market's lists.
    pub sheets: Vec<SheetReport>,
    /// Sheets, columns and rows that were not read, and why.
    pub left_out: Vec<String>,
    /// What was read into what.
    pub notes: Vec<ImportRemark>,
    /// What was refused, and what to do about it.
    pub refused: Vec<ImportRemark>,
}

/// The rows of one sheet below its header. `rows` is the sum of the other counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SheetReport {
    /// Name of the sheet or the file.
    pub sheet: String,
    /// The market's list that it holds.
    pub list: &'static str,
    /// All rows with something in them.
    pub rows: usize,
    /// Rows taken as they are.
    pub taken: usize,
    /// Rows taken with a note.
    pub noted: usize,
    /// Rows refused.
    pub refused: usize,
}

/// A note on a cell, or why it was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ImportRemark {
    /// Name of the sheet or the file.
    pub sheet: String,
    /// Row, counted from 1; none where it is about the whole sheet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<usize>,
    /// The column as its header names it; none where it is about the whole row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// The value found there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    /// What it was read into, or why it was refused.
    pub message: String,
    /// What to do about it; none where nothing has to be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

impl ImportRemark {
    /// What a cell was read into.
    #[cfg(feature = "xlsx")]
    pub(super) fn note(sheet: &str, row: usize, column: &str, found: String, message: String) -> Self {
        let (sheet, column) = (sheet.to_owned(), Some(column.to_owned()));
        Self { sheet, row: Some(row), column, found: Some(found), message, remedy: None }
    }
}

impl fmt::Display for ImportRemark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = place(&self.sheet, self.row, self.column.as_deref());
        let issue = Issue::error("", place, self.message.clone(), self.remedy.clone().unwrap_or_default());
        let issue = match &self.found {
            Some(found) => issue.found(found),
            None => issue,
        };
        // As issues are shown, without their severity and code.
        let shown = issue.to_string();
        f.write_str(shown.trim_start_matches("error[] ").trim_end())
    }
}

/// A place in a sheet.
pub(in crate::io) fn place(sheet: &str, row: Option<usize>, column: Option<&str>) -> String {
    match (row, column) {
        (None, _) => sheet.to_owned(),
        (Some(row), Some(column)) => format!("{sheet} row {row}, column {column}"),
        (Some(row), None) => format!("{sheet} row {row}"),
    }
}

impl ImportReport {
    /// Whether every row was taken as it is and nothing was left out.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.left_out.is_empty() && self.notes.is_empty() && self.refused.is_empty()
    }

    /// As text, one remark a line. Refused cells are left to the list of faults where `with_refused` is false.
    #[must_use]
    pub fn text(&self, with_refused: bool) -> String {
        let mut text = String::new();
        for sheet in &self.sheets {
            let SheetReport { sheet, list, rows, taken, noted, refused } = sheet;
            let _ = writeln!(
                text,
                "{sheet} ({list}): {rows} rows: {taken} taken, {noted} taken with a note, {refused} refused"
            );
        }
        for line in &self.left_out {
            let _ = writeln!(text, "not read: {line}");
        }
        for note in &self.notes {
            let _ = writeln!(text, "note {note}");
        }
        if with_refused {
            for refused in &self.refused {
                let _ = writeln!(text, "refused {refused}");
            }
        }
        text
    }
}

impl ImportReport {
    /// As [`text`](Self::text), in Vietnamese.
    #[must_use]
    pub fn in_vietnamese(&self, with_refused: bool) -> String {
        let mut text = String::new();
        for sheet in &self.sheets {
            let SheetReport { sheet, rows, taken, noted, refused, .. } = sheet;
            let _ = writeln!(
                text,
                "trang {sheet}: {rows} dòng: {taken} nhận, {noted} nhận có ghi chú, {refused} không nhận"
            );
        }
        for line in &self.left_out {
            let _ = writeln!(text, "không đọc: {}", vietnamese::left_out(line));
        }
        let lists = [("ghi chú", &self.notes), ("không nhận", &self.refused)];
        for (kind, remarks) in &lists[..if with_refused { 2 } else { 1 }] {
            for remark in *remarks {
                let _ = writeln!(text, "{kind} {}", remark.in_vietnamese());
            }
        }
        text
    }
}

impl ImportRemark {
    /// As it is shown, in Vietnamese.
    #[must_use]
    pub fn in_vietnamese(&self) -> String {
        let place = place(&self.sheet, self.row, self.column.as_deref());
        let found = self.found.as_ref().map_or_else(String::new, |found| format!(" (đang ghi: {found})"));
        let remedy = self
            .remedy
            .as_deref()
            .map_or_else(String::new, |remedy| format!(" {}", vietnamese::remedy(remedy)));
        format!("{}: {}{found}.{remedy}", vietnamese::place(&place), vietnamese::message(&self.message))
    }
}

impl fmt::Display for ImportReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(true))
    }
}

/// A fault as a remark.
pub(super) fn remark(
    issue: &Issue,
    sheet: String,
    row: Option<usize>,
    column: Option<String>,
) -> ImportRemark {
    ImportRemark {
        sheet,
        row,
        column,
        found: issue.found.clone(),
        message: issue.message.clone(),
        remedy: Some(issue.help.clone()),
    }
}
