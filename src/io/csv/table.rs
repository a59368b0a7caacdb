//! One CSV file, row by row.

use std::path::Path;

use super::columns::{Column, Sheet};
use super::places::{Places, cell};
use crate::error::{Error, Issue};
use crate::io::fields::suggestion;
use crate::io::node::{Key, Node};
use crate::io::read_bytes;
use crate::io::text::{decode, in_file, lines_before};

/// A row as the fields of an entry.
pub(super) struct Row {
    /// Line in the file, the header being 1.
    pub(super) line: usize,
    pub(super) fields: Vec<(Key, Node)>,
    pub(super) fault: Option<Fault>,
}

/// What is wrong with a row as a whole.
#[derive(Clone, Copy)]
pub(super) enum Fault {
    /// Cells found, cells expected.
    Cells(usize, usize),
    /// Every cell is empty.
    Empty,
    /// A place both as an id and as coordinates.
    TwoPlaces,
}

impl Fault {
    pub(super) fn issue(self, pointer: String) -> Issue {
        match self {
            Self::Cells(found, expected) => {
                let message = format!("the row has {found} cells, the header has {expected}");
                let help = "Add or remove commas; put cells that contain a comma in double quotes.";
                Issue::error("wrong_cell_count", pointer, message, help)
            }
            Self::Empty => {
                Issue::error("empty_row", pointer, "every cell of the row is empty", "Delete the row.")
            }
            Self::TwoPlaces => {
                let message = "a place stands here both as an id and as coordinates";
                let help = "Fill in either `place`, or `lat` and `lon`.";
                Issue::error("two_places", pointer, message, help)
            }
        }
    }
}

/// Reads a file and hands out its rows. Faults of the header are pushed; what the file lacks is noted.
///
/// Gives whether its rows could be read at all.
pub(super) fn read(
    folder: &Path,
    sheet: &Sheet,
    places: &mut Places,
    issues: &mut Vec<Issue>,
    each: impl FnMut(Row, &mut Vec<Issue>),
) -> Result<bool, Error> {
    read_file(&folder.join(sheet.file), sheet, places, issues, each)
}

/// As [`read`], of a file with any name. (Pointers have the sheet's.)
fn read_file(
    path: &Path,
    sheet: &Sheet,
    places: &mut Places,
    issues: &mut Vec<Issue>,
    mut each: impl FnMut(Row, &mut Vec<Issue>),
) -> Result<bool, Error> {
    let in_this = |error| in_file(error, &path.display().to_string());
    let bytes = read_bytes(path)?;
    let text = decode(&bytes).map_err(in_this)?;
    check_quotes(text).map_err(in_this)?;
    let mut reader =
        ::csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut record = ::csv::StringRecord::new();
    let mut lines = Lines { text: text.as_bytes(), byte: 0, line: 1 };
    let mut next = |record: &mut ::csv::StringRecord| -> Result<Option<usize>, Error> {
        let more = reader.read_record(record).map_err(|error| {
            in_this(Error::Unreadable {
                place: "as CSV".to_owned(),
                message: error.to_string(),
                help: "Save the file again as “CSV UTF-8”.".to_owned(),
            })
        })?;
        let byte = record.position().map_or(0, ::csv::Position::byte);
        Ok(more.then(|| lines.at(usize::try_from(byte).unwrap_or(usize::MAX))))
    };
    let Some(line) = next(&mut record)? else {
        return Err(Error::Unreadable {
            place: path.display().to_string(),
            message: "the file is empty".to_owned(),
            help: format!("Write a first row that names the columns: {}.", names(sheet, true).join(",")),
        });
    };
    let Some(columns) = header(sheet, &record, line, places, issues) else { return Ok(false) };
    while let Some(line) = next(&mut record)? {
        each(row(&columns, &record, line), issues);
    }
    Ok(true)
}

/// Rows as maps, each with its line.
pub(in crate::io) type Rows = Vec<(usize, Node)>;

/// The rows of a file of its own as maps, each with its line, and the faults of the file, pointing into it.
pub(in crate::io) fn rows(path: &Path, sheet: &Sheet) -> Result<(Rows, Vec<Issue>), Error> {
    let (mut rows, mut issues) = (Vec::new(), Vec::new());
    read_file(path, sheet, &mut Places::default(), &mut issues, |row, issues| match row.fault {
        Some(fault) => issues.push(fault.issue(format!("{} row {}", sheet.file, row.line))),
        None => rows.push((row.line, Node::Map(row.fields))),
    })?;
    Ok((rows, issues))
}

fn names(sheet: &Sheet, required_only: bool) -> Vec<&'static str> {
    sheet.columns.iter().filter(|c| c.required || !required_only).map(|c| c.name).collect()
}

/// The column that each cell belongs to, or nothing where the cells are not separated by commas.
fn header(
    sheet: &Sheet,
    cells: &::csv::StringRecord,
    line: usize,
    places: &mut Places,
    issues: &mut Vec<Issue>,
) -> Option<Vec<Option<&'static Column>>> {
    if let (1, Some(separator)) =
        (cells.len(), cells.get(0).and_then(|cell| cell.chars().find(|c| matches!(c, ';' | '\t'))))
    {
        let pointer = format!("{} row {line}", sheet.file);
        let what = if separator == ';' { "semicolons" } else { "tabs" };
        let message = format!("the cells are separated by {what}, not by commas");
        let help = "Save the file with commas between cells (“CSV UTF-8”, comma-delimited).";
        issues
            .push(Issue::error("wrong_delimiter", pointer, message, help).found(cells.get(0).unwrap_or("")));
        return None;
    }
    let mut columns: Vec<Option<&'static Column>> = Vec::new();
    for (position, name) in cells.iter().enumerate() {
        let column = sheet.columns.iter().find(|column| column.name == name);
        let plain = !name.is_empty() && name.len() <= 80 && !name.chars().any(char::is_control);
        let label = if plain { name.to_owned() } else { format!("number {}", position + 1) };
        let pointer = || cell(sheet.file, line, &label);
        let Some(column) = column else {
            let (message, help) = if name.is_empty() {
                ("this column has no name", "Name the column or delete it.".to_owned())
            } else {
                ("there is no such column here", suggestion(name, &names(sheet, false)))
            };
            issues.push(Issue::error("unknown_field", pointer(), message, help).found(name));
            columns.push(None);
            continue;
        };
        if columns.iter().flatten().any(|earlier| earlier.name == name) {
            let message = "this column stands in the header twice";
            issues.push(Issue::error("duplicate_key", pointer(), message, "Keep the one that is right."));
            columns.push(None);
        } else {
            columns.push(Some(column));
        }
    }
    for column in sheet.columns.iter().filter(|column| column.required) {
        let there = |name: &str| columns.iter().flatten().any(|c| c.name == name);
        let otherwise = column.name == "place" && (there("lat") || there("lon"));
        if !there(column.name) && !otherwise {
            places.lacking.push((sheet.file, column.name));
            let message = format!("the required column `{}` is missing", column.name);
            let pointer = cell(sheet.file, line, column.name);
            let help = "Add the column and fill it in.";
            issues.push(Issue::error("missing_field", pointer, message, help));
        }
    }
    Some(columns)
}

/// The filled cells of a row as fields; an empty cell is an absent field.
fn row(columns: &[Option<&'static Column>], cells: &::csv::StringRecord, line: usize) -> Row {
    let mut fields: Vec<(Key, Node)> = Vec::new();
    let mut fault = None;
    for (column, text) in columns.iter().zip(cells) {
        let Some(column) = column else { continue };
        if text.is_empty() {
            continue;
        }
        let node = Node::Cell(text.to_owned());
        let (name, node) = match column.inside {
            None => (column.name, node),
            Some((object, field)) => (object, Node::Map(vec![(field.into(), node)])),
        };
        match (fields.iter_mut().find(|(field, _)| field == name), node) {
            (None, node) => fields.push((name.into(), node)),
            (Some((_, Node::Map(there))), Node::Map(mut more)) => there.append(&mut more),
            (Some(_), _) => fault = Some(Fault::TwoPlaces),
        }
    }
    if cells.iter().all(str::is_empty) {
        fault = Some(Fault::Empty);
    } else if cells.len() != columns.len() {
        fault = Some(Fault::Cells(cells.len(), columns.len()));
    }
    Row { line, fields, fault }
}

/// Counts lines up to where records begin, in one pass. (A record's own position in the reader's count may
/// lie on the line end before it.)
struct Lines<'a> {
    text: &'a [u8],
    byte: usize,
    line: usize,
}

impl Lines<'_> {
    fn at(&mut self, byte: usize) -> usize {
        let begins = |b: &u8| !matches!(b, b'\n' | b'\r');
        let from = byte.min(self.text.len());
        let start = self.text[from..].iter().position(begins).map_or(self.text.len(), |skip| from + skip);
        if start > self.byte {
            self.line += lines_before(&self.text[self.byte..start]);
            self.byte = start;
        }
        self.line
    }
}

/// Refuses quotes that a reader would have to guess at: not closed, or followed by more text.
fn check_quotes(text: &str) -> Result<(), Error> {
    let bytes = text.as_bytes();
    let mut at = 0;
    let refuse = |at: usize, message: &str| {
        Err(Error::Unreadable {
            place: format!("row {}", lines_before(&bytes[..at]) + 1),
            message: message.to_owned(),
            help: "A cell in double quotes ends with one; a double quote within it is written twice."
                .to_owned(),
        })
    };
    while at < bytes.len() {
        // At the beginning of a cell.
        if bytes[at] == b'"' {
            let opened = at;
            at += 1;
            loop {
                match (bytes.get(at), bytes.get(at + 1)) {
                    (Some(b'"'), Some(b'"')) => at += 2,
                    (Some(b'"'), None | Some(b',' | b'\n' | b'\r')) => break,
                    (Some(b'"'), Some(_)) => return refuse(at, "text follows the closing quote of a cell"),
                    (Some(_), _) => at += 1,
                    (None, _) => return refuse(opened, "a cell begins with a quote that is not closed"),
                }
            }
        }
        while at < bytes.len() && !matches!(bytes[at], b',' | b'\n' | b'\r') {
            at += 1;
        }
        at += 1;
    }
    Ok(())
}
