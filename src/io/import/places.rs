//! From pointers into the document to sheets, rows and columns.

use std::collections::{BTreeMap, BTreeSet};

use super::report::place;
use super::sheets::CATALOGUE;
use crate::error::Issue;
use crate::io::csv::columns::{SHEETS, Sheet};
use crate::io::csv::places::columns;

/// Where the entries of one list stand.
#[derive(Default)]
pub(super) struct Spots {
    pub(super) label: String,
    pub(super) rows: Vec<usize>,
    /// Columns as their headers name them.
    pub(super) columns: BTreeMap<&'static str, String>,
    pub(super) noted: BTreeSet<usize>,
    pub(super) refused: BTreeSet<usize>,
    /// Rows with something in them.
    pub(super) filled: usize,
}

/// The row of a certificate.
#[derive(Clone, Copy)]
pub(super) enum Held {
    /// In a cell of the cooperative's row.
    InCell(usize),
    /// In the sheet of certificates.
    InSheet(usize),
}

/// Where everything stands.
pub(super) struct Places<'a> {
    pub(super) spots: &'a BTreeMap<&'static str, Spots>,
    pub(super) certificates: &'a [Vec<Held>],
}

pub(super) struct Spot {
    pub(super) list: &'static str,
    pub(super) label: String,
    pub(super) row: Option<usize>,
    pub(super) column: Option<String>,
}

impl Places<'_> {
    pub(super) fn show(&self, mut issue: Issue) -> (Issue, Option<Spot>) {
        let spot = self.find(&issue.pointer);
        if let Some(spot) = &spot {
            issue.pointer = place(&spot.label, spot.row, spot.column.as_deref());
        }
        // These name the first of two entries.
        if matches!(issue.code, "duplicate_id" | "duplicate_contract" | "duplicate_relation" | "names_alike")
        {
            let words = issue.message.split(' ').map(|word| {
                let found = if word.starts_with('/') { self.find(word) } else { None };
                found.map_or_else(
                    || word.to_owned(),
                    |spot| place(&spot.label, spot.row, spot.column.as_deref()),
                )
            });
            issue.message = words.collect::<Vec<_>>().join(" ");
        }
        (issue, spot)
    }

    fn find(&self, pointer: &str) -> Option<Spot> {
        let inner = pointer.strip_prefix('/')?;
        let (sheet, rest) = SHEETS.into_iter().chain(CATALOGUE).find_map(|sheet| {
            let rest = inner.strip_prefix(sheet.list)?;
            (rest.is_empty() || rest.starts_with('/')).then_some((sheet, rest.trim_start_matches('/')))
        })?;
        let steps: Vec<&str> = rest.split('/').filter(|step| !step.is_empty()).collect();
        let spots = self.spots.get(sheet.list)?;
        let Some((entry, rest)) = steps.split_first() else {
            return Some(Spot { list: sheet.list, label: spots.label.clone(), row: None, column: None });
        };
        let entry: usize = entry.parse().ok()?;
        if let ["certificates", certificate, rest @ ..] = rest {
            return match *self.certificates.get(entry)?.get(certificate.parse::<usize>().ok()?)? {
                Held::InCell(row) => Some(spot_in(sheet, spots, row, &["certificates"])),
                Held::InSheet(row) => Some(spot_in(SHEETS[1], self.spots.get(SHEETS[1].list)?, row, rest)),
            };
        }
        Some(spot_in(sheet, spots, *spots.rows.get(entry)?, rest))
    }
}

fn spot_in(sheet: &'static Sheet, spots: &Spots, row: usize, steps: &[&str]) -> Spot {
    let (mut names, rest) = columns(sheet, steps);
    if steps == ["certificates"] {
        // A cell beside the fields.
        names.push("certificates");
    }
    let label = |name: &&'static str| spots.columns.get(name).cloned().unwrap_or_else(|| (*name).to_owned());
    let mut column = names.iter().map(label).collect::<Vec<_>>().join(" and ");
    if let Some(item) = rest.first().and_then(|item| item.parse::<usize>().ok()) {
        column = format!("{column}, item {}", item + 1);
    }
    let column = (!names.is_empty()).then_some(column);
    Spot { list: sheet.list, label: spots.label.clone(), row: Some(row), column }
}
