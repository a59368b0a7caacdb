//! A sheet as a grid of cells: where its header is, what its columns are for, and which rows are entries.

use super::report::ImportRemark;
use super::sheets::{Target, columns, same};
use crate::error::nearest;
use crate::io::cells::{Raw, plain_letters};
use crate::io::csv::columns::Sheet;
use crate::market::fold_name;

/// A sheet, as far as anything stands in it.
pub(in crate::io) struct Table {
    /// Its name in the workbook, or the file's.
    pub(in crate::io) label: String,
    pub(in crate::io) sheet: &'static Sheet,
    pub(in crate::io) lines: Vec<Line>,
    pub(in crate::io) merged: Vec<Merged>,
    /// Whether columns have letters.
    pub(in crate::io) lettered: bool,
}

/// A row.
pub(in crate::io) struct Line {
    /// Counted from 1.
    pub(in crate::io) row: usize,
    /// Filled cells by column, counted from 0, left to right.
    pub(in crate::io) cells: Vec<(usize, Raw)>,
}

impl Line {
    fn cell(&self, column: usize) -> Option<&Raw> {
        self.cells.binary_search_by_key(&column, |(at, _)| *at).ok().map(|at| &self.cells[at].1)
    }
}

/// Cells merged into one: first and last row from 1, first and last column from 0.
#[derive(Clone, Copy)]
pub(in crate::io) struct Merged {
    pub(in crate::io) rows: (usize, usize),
    pub(in crate::io) columns: (usize, usize),
}

/// A column that is read.
pub(in crate::io) struct Heading {
    pub(in crate::io) at: usize,
    pub(in crate::io) target: Target,
    /// As a message names it.
    pub(in crate::io) label: String,
    /// The unit its header gives, other than kilograms and đồng a kilogram.
    pub(in crate::io) unit: Option<String>,
}

/// The header of a table and the lines below it.
pub(in crate::io) struct Head {
    pub(in crate::io) headings: Vec<Heading>,
    /// Position of the first line below.
    pub(in crate::io) below: usize,
    pub(in crate::io) row: usize,
}

/// Letters of a column: 0 is A, 26 is AA.
pub(in crate::io) fn letters(mut column: usize) -> String {
    let mut text = String::new();
    loop {
        text.insert(0, char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"[column % 26]));
        if column < 26 {
            return text;
        }
        column = column / 26 - 1;
    }
}

/// How far down a header may stand.
const TITLES: usize = 30;

/// What a header's text can be matched by, best first.
fn candidates(text: &str) -> Vec<String> {
    let base = text.split('(').next().unwrap_or_default();
    let pieces = text.split(['/', '\n', '|']).map(|piece| piece.split('(').next().unwrap_or_default());
    let all = [text, base].into_iter().chain(pieces).map(fold_name);
    all.map(|name| name.replace('_', "")).filter(|name| !name.is_empty()).collect()
}

/// The rank of a header's text among the names of columns, and what it is for.
fn rank(text: &str, names: &[(String, Target)]) -> Option<(usize, Target)> {
    let found = |name: String| names.iter().position(|(known, _)| *known == name);
    candidates(text).into_iter().find_map(found).map(|at| (at, names[at].1))
}

impl Table {
    /// Finds the header: of the first lines the one in which most columns are known.
    pub(in crate::io) fn head(
        &self,
        notes: &mut Vec<ImportRemark>,
        left_out: &mut Vec<String>,
    ) -> Option<Head> {
        let names = columns(self.sheet);
        let text = |raw: &Raw| if let Raw::Text(text) = raw { text.trim().to_owned() } else { raw.show() };
        let known =
            |line: &Line| line.cells.iter().filter(|(_, raw)| rank(&text(raw), &names).is_some()).count();
        let mut best: Option<(usize, usize)> = None;
        for (at, line) in self.lines.iter().take(TITLES).enumerate() {
            let count = known(line);
            if count > best.map_or(0, |(_, count)| count) {
                best = Some((at, count));
            }
        }
        let (at, _) = best?;
        let line = &self.lines[at];
        for title in &self.lines[..at] {
            left_out.push(format!("{} row {}: above the header", self.label, title.row));
        }
        let mut ranked: Vec<(usize, Heading)> = Vec::new();
        for (column, raw) in &line.cells {
            let written = text(raw);
            let label = self.label_of(*column, &written);
            let Some((rank, target)) = rank(&written, &names) else {
                let folded = fold_name(&written);
                let near = nearest(&folded, names.iter().map(|(name, _)| name.as_str()));
                let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                left_out.push(format!("{} column {label}: no field of the market{near}", self.label));
                continue;
            };
            let unit = unit_of(&written, target);
            if let Some(what) = silent_unit(&written, target, unit.as_deref()) {
                notes.push(ImportRemark {
                    sheet: self.label.clone(),
                    row: Some(line.row),
                    column: Some(label.clone()),
                    found: None,
                    message: format!("numbers without a unit are read as {what}"),
                    remedy: None,
                });
            }
            let unit = unit.filter(|unit| !is_plain_unit(unit));
            ranked.push((rank, Heading { at: *column, target, label, unit }));
        }
        let mut headings: Vec<(usize, Heading)> = Vec::new();
        for (rank, heading) in ranked {
            match headings.iter_mut().find(|(_, other)| same(other.target, heading.target)) {
                None => headings.push((rank, heading)),
                Some(other) => {
                    let (lesser, better) = if rank < other.0 {
                        (std::mem::replace(other, (rank, heading)), &other.1)
                    } else {
                        ((rank, heading), &other.1)
                    };
                    let message = format!("column {} is read for it", better.label);
                    left_out.push(format!("{} column {}: {message}", self.label, lesser.1.label));
                }
            }
        }
        Some(Head {
            headings: headings.into_iter().map(|(_, heading)| heading).collect(),
            below: at + 1,
            row: line.row,
        })
    }

    fn label_of(&self, column: usize, written: &str) -> String {
        let short: String =
            written.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(40).collect();
        match (self.lettered, short.is_empty()) {
            (true, true) => letters(column),
            (true, false) => format!("{} ({short})", letters(column)),
            (false, true) => format!("number {}", column + 1),
            (false, false) => short,
        }
    }

    /// What stands at a column of a line, and the cell it is merged with where it stands above.
    pub(in crate::io) fn at<'t>(
        &'t self,
        line: &'t Line,
        column: usize,
    ) -> (Option<&'t Raw>, Option<Merged>) {
        let merged = self.merged.iter().find(|merged| {
            (merged.rows.0..=merged.rows.1).contains(&line.row)
                && (merged.columns.0..=merged.columns.1).contains(&column)
        });
        let Some(merged) = merged else { return (line.cell(column), None) };
        let first = self.lines.binary_search_by_key(&merged.rows.0, |line| line.row).ok();
        (first.and_then(|at| self.lines[at].cell(merged.columns.0)), Some(*merged))
    }
}

/// The unit in brackets of a column that holds an amount.
fn unit_of(header: &str, target: Target) -> Option<String> {
    let Target::Column(column) = target else { return None };
    if !(column.name.ends_with("_kg")) {
        return None;
    }
    let (_, rest) = header.split_once('(')?;
    let unit = rest.split(')').next()?.trim();
    (!unit.is_empty()).then(|| unit.to_owned())
}

/// Kilograms, or đồng a kilogram.
fn is_plain_unit(unit: &str) -> bool {
    let letters = plain_letters(unit);
    matches!(letters.as_str(), "kg" | "kilogram" | "kilograms")
        || ["d/kg", "dong/kg", "vnd/kg", "dong", "vnd", "d"].contains(&letters.as_str())
}

/// What a number stands for where the header does not say it.
fn silent_unit(header: &str, target: Target, unit: Option<&str>) -> Option<&'static str> {
    let Target::Column(column) = target else { return None };
    let said = unit.is_some() || fold_name(header).contains("kg");
    match column.name {
        "ask_vnd_per_kg" | "bid_vnd_per_kg" if !said => Some("đồng a kilogram"),
        name if name.ends_with("_kg") && !said => Some("kilograms"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_letters() {
        for (column, text) in [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16_383, "XFD")] {
            assert_eq!(letters(column), text);
        }
    }
}
