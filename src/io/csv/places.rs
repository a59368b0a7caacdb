//! From pointers into the document to files, rows and columns.

use std::collections::BTreeMap;

use super::columns::{CERTIFICATES, Column, HEADER, SHEETS, Sheet};
use crate::error::Issue;

/// Where the entries of a market stand in its folder.
#[derive(Default)]
pub(super) struct Places {
    /// For every list the row of each entry.
    pub(super) rows: BTreeMap<&'static str, Vec<usize>>,
    /// For every cooperative the rows of its certificates.
    pub(super) certificates: Vec<Vec<usize>>,
    /// Files and required columns that they lack: said once of the file, not of every row.
    pub(super) lacking: Vec<(&'static str, &'static str)>,
}

/// A place in a file.
pub(super) fn cell(file: &str, row: usize, column: &str) -> String {
    format!("{file} row {row}, column {column}")
}

impl Places {
    /// The issue as somebody with the files in front of them needs it; `None` where it is said already.
    pub(super) fn show(&self, mut issue: Issue) -> Option<Issue> {
        if !issue.pointer.starts_with('/') {
            return Some(issue);
        }
        let steps: Vec<&str> = issue.pointer.split('/').skip(1).collect();
        let place = self.find(&steps);
        if let Some(Found { sheet, column: Some(column), .. }) = &place
            && issue.code == "missing_field"
            && self.lacking.contains(&(sheet.file, column))
        {
            return None;
        }
        issue.pointer = place.map_or_else(|| format!("{HEADER} {}", issue.pointer), |found| found.text);
        // These name the first of two entries.
        if matches!(issue.code, "duplicate_id" | "duplicate_contract" | "duplicate_relation" | "names_alike")
        {
            issue.message = self.show_first(&issue.message);
        }
        issue.help = issue.help.replace("under /catalogue/", &format!("in {HEADER} under /catalogue/"));
        Some(issue)
    }

    fn show_first(&self, message: &str) -> String {
        let words = message.split(' ').map(|word| {
            let steps: Vec<&str> = word.split('/').skip(1).collect();
            let found = if word.starts_with('/') { self.find(&steps) } else { None };
            found.map_or_else(|| word.to_owned(), |found| found.text)
        });
        words.collect::<Vec<_>>().join(" ")
    }

    fn find(&self, steps: &[&str]) -> Option<Found> {
        let (list, rest) = steps.split_first()?;
        let sheet = SHEETS.into_iter().find(|sheet| sheet.list == *list)?;
        let Some((entry, rest)) = rest.split_first() else {
            return Some(Found { sheet, text: sheet.file.to_owned(), column: None });
        };
        let entry: usize = entry.parse().ok()?;
        if let ["certificates", certificate, rest @ ..] = rest {
            let row = *self.certificates.get(entry)?.get(certificate.parse::<usize>().ok()?)?;
            return Some(in_row(&CERTIFICATES, row, rest));
        }
        Some(in_row(sheet, *self.rows.get(sheet.list)?.get(entry)?, rest))
    }
}

struct Found {
    sheet: &'static Sheet,
    text: String,
    column: Option<&'static str>,
}

fn in_row(sheet: &'static Sheet, row: usize, steps: &[&str]) -> Found {
    let (columns, rest) = columns(sheet, steps);
    let text = match columns[..] {
        [] => format!("{} row {row}", sheet.file),
        [one] => {
            let item = rest.first().and_then(|item| item.parse::<usize>().ok());
            let item = item.map_or_else(String::new, |item| format!(", item {}", item + 1));
            cell(sheet.file, row, one) + &item
        }
        _ => format!("{} row {row}, columns {}", sheet.file, columns.join(" and ")),
    };
    let column = if let [one] = columns[..] { Some(one) } else { None };
    Found { sheet, text, column }
}

/// The columns that a place within an entry stands in, and the steps below them.
pub(in crate::io) fn columns<'s>(
    sheet: &'static Sheet,
    steps: &'s [&'s str],
) -> (Vec<&'static str>, &'s [&'s str]) {
    let named = |matches: &dyn Fn(&Column) -> bool| -> Vec<&'static str> {
        sheet.columns.iter().filter(|column| matches(column)).map(|column| column.name).collect()
    };
    if let [object, field, rest @ ..] = steps {
        let exact = named(&|column| column.inside == Some((*object, *field)));
        if !exact.is_empty() {
            return (exact, rest);
        }
    }
    let Some((field, rest)) = steps.split_first() else { return (Vec::new(), steps) };
    let own = named(&|column| column.inside.is_none() && column.name == *field);
    if own.is_empty() {
        (named(&|column| column.inside.is_some_and(|(object, _)| object == *field)), rest)
    } else {
        (own, rest)
    }
}
