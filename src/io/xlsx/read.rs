//! Reading a market from a workbook.

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;
use std::path::Path;

use calamine::{Data, DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx, XlsxError};

use super::guard::{FILE, check, too_large};
use crate::error::{Error, Issue};
use crate::io::cells::Raw;
use crate::io::cells::date::of_serial;
use crate::io::csv::columns::Sheet;
use crate::io::draft::Draft;
use crate::io::import::table::{Line, Merged, Table};
use crate::io::import::{Import, ImportReport, Use, about_market, all_there, import, sort_out, undated};
use crate::io::{missing, name, read_bytes};
use crate::market::fold_name;

/// Most cells of a sheet.
const CELLS: usize = 5_000_000;
/// Most merged cells of a sheet.
const MERGED: usize = 500;
/// Days between the calendar that begins in 1900 and the one that begins in 1904.
const CALENDARS: f64 = 1462.0;

type Book<'a> = Xlsx<Cursor<&'a [u8]>>;

/// Reads a market from a workbook, with a report of every row.
pub(in crate::io) fn import_market(path: &Path) -> Result<Import, Error> {
    opened(path, |bytes| of_bytes(bytes, &name(path)))
}

/// The sheet of a workbook that is called so, or its first: what nobody sees is never read.
pub(super) fn sheet_called(path: &Path, called: &[&str], of: &'static Sheet) -> Result<Table, Error> {
    opened(path, |bytes| {
        let mut book: Book = ask(|| Xlsx::new(Cursor::new(bytes)).map_err(|error| broken(&error)))?;
        let sheets = book.sheets_metadata().to_vec();
        let seen = |sheet: &&calamine::Sheet| {
            sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible
        };
        let named = |sheet: &&calamine::Sheet| called.contains(&fold_name(&sheet.name).as_str());
        let Some(sheet) = sheets.iter().filter(seen).find(named).or_else(|| sheets.iter().find(seen)) else {
            return Err(Error::Unreadable {
                place: String::new(),
                message: "the workbook has no sheet that can be seen".to_owned(),
                help: "Unhide the sheet that is to be read.".to_owned(),
            });
        };
        let label = sheet.name.clone();
        let lines = ask(|| lines(&mut book, &label))?;
        let merged = ask(|| merged(&mut book, &label))?;
        Ok(Table { label, sheet: of, lines, merged, lettered: true })
    })
}

/// The bytes of a workbook, checked before anything is unfolded; errors name the file.
fn opened<T>(path: &Path, read: impl FnOnce(&[u8]) -> Result<T, Error>) -> Result<T, Error> {
    let size = fs::metadata(path).map_err(|error| missing(path, &error))?.len();
    let in_this = |error: Error| match error {
        Error::Unreadable { message, help, .. } => Error::Unreadable { place: name(path), message, help },
        other => other,
    };
    if size > FILE {
        return Err(in_this(too_large()));
    }
    let bytes = read_bytes(path)?;
    check(&bytes).map_err(in_this)?;
    read(&bytes).map_err(in_this)
}

fn broken(error: &XlsxError) -> Error {
    Error::Unreadable {
        place: "the workbook".to_owned(),
        message: format!("the file is damaged: {error}"),
        help: "Open it in a spreadsheet program and save it again.".to_owned(),
    }
}

/// Asks the reader of the format. Its arithmetic on the numbers of a damaged file can panic: that is a fault of
/// the file.
fn ask<T>(read: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err(broken(&XlsxError::Unexpected("numbers out of range"))))
}

fn of_bytes(bytes: &[u8], place: &str) -> Result<Import, Error> {
    let mut book: Book = ask(|| Xlsx::new(Cursor::new(bytes)).map_err(|error| broken(&error)))?;
    let (mut draft, mut report) = (Draft::new(), ImportReport::default());
    let (mut taken, mut tables, mut about) = (Vec::new(), Vec::new(), None);
    for sheet in book.sheets_metadata().to_vec() {
        let label = sheet.name;
        if sheet.typ != SheetType::WorkSheet {
            report.left_out.push(format!("sheet {label}: no rows of cells"));
            continue;
        }
        if sheet.visible != SheetVisible::Visible {
            hidden(&label, &mut draft, &mut report);
            continue;
        }
        let used = sort_out(&label, &mut taken, &mut draft, &mut report);
        if matches!(used, Use::Nothing) {
            continue;
        }
        let lines = ask(|| lines(&mut book, &label))?;
        match used {
            Use::List(sheet) => {
                let merged = ask(|| merged(&mut book, &label))?;
                tables.push(Table { label, sheet, lines, merged, lettered: true });
            }
            Use::Market => about = Some((label, lines)),
            Use::Nothing => {}
        }
    }
    all_there(place, &taken, &draft)?;
    match about {
        Some((label, lines)) => about_market(&label, &lines, &mut draft, &mut report),
        None => undated("the workbook", &mut draft),
    }
    Ok(import(draft, report, &tables))
}

/// A hidden sheet is never read; one that would be part of the market is a fault.
fn hidden(label: &str, draft: &mut Draft, report: &mut ImportReport) {
    let mut nothing = (Draft::new(), ImportReport::default());
    if matches!(sort_out(label, &mut Vec::new(), &mut nothing.0, &mut nothing.1), Use::Nothing) {
        report.left_out.push(format!("sheet {label}: hidden"));
    } else {
        let message = "this sheet is hidden, and its name is that of a part of the market";
        let help = "Unhide it if it is to be read, or rename or delete it.";
        draft.issues.push(Issue::error("hidden_sheet", label, message, help));
    }
}

fn lines(book: &mut Book, label: &str) -> Result<Vec<Line>, Error> {
    let offset = if book.has_1904_epoch() { CALENDARS } else { 0.0 };
    let mut reader = book.worksheet_cells_reader(label).map_err(|error| broken(&error))?;
    let mut rows: BTreeMap<u32, Vec<(usize, Raw)>> = BTreeMap::new();
    let mut count = 0;
    while let Some(cell) = reader.next_cell_with_formula_metadata().map_err(|error| broken(&error))? {
        let Some(raw) = raw(cell.value, cell.formula.is_some(), offset) else { continue };
        count += 1;
        if count > CELLS {
            return Err(too_large());
        }
        rows.entry(cell.pos.0).or_default().push((cell.pos.1 as usize, raw));
    }
    let line = |(row, mut cells): (u32, Vec<(usize, Raw)>)| {
        cells.sort_by_key(|(column, _)| *column);
        cells.dedup_by_key(|(column, _)| *column);
        Line { row: row as usize + 1, cells }
    };
    Ok(rows.into_iter().map(line).collect())
}

/// What a cell holds; nothing where it is empty.
fn raw(value: DataRef, formula: bool, offset: f64) -> Option<Raw> {
    #[expect(clippy::cast_precision_loss, reason = "spreadsheets hold numbers as floats")]
    Some(match value {
        DataRef::Empty if formula => Raw::Uncomputed,
        DataRef::Empty | DataRef::SharedString("") => return None,
        DataRef::Int(value) => Raw::Number(value as f64),
        DataRef::Float(value) if value.is_finite() => Raw::Number(value),
        DataRef::Float(value) => Raw::Error(value.to_string()),
        DataRef::String(text) if text.is_empty() => return None,
        DataRef::String(text) | DataRef::DurationIso(text) => Raw::Text(text),
        DataRef::SharedString(text) => Raw::Text(text.to_owned()),
        DataRef::Bool(value) => Raw::Bool(value),
        DataRef::DateTime(time) if time.is_datetime() => Raw::Day(day(time, offset)),
        DataRef::DateTime(time) => Raw::Number(time.as_f64()),
        DataRef::DateTimeIso(text) => Raw::Day(text.get(..10).and_then(|day| day.parse().ok())),
        DataRef::Error(error) => Raw::Error(Data::Error(error).to_string()),
    })
}

fn day(time: ExcelDateTime, offset: f64) -> Option<crate::units::Date> {
    of_serial(time.as_f64() + offset)
}

fn merged(book: &mut Book, label: &str) -> Result<Vec<Merged>, Error> {
    let found = book.merge_cells_by_sheet_name(label).map_err(|error| broken(&error))?;
    if found.len() > MERGED {
        return Err(Error::Unreadable {
            place: label.to_owned(),
            message: format!("the sheet {label} has {} merged cells", found.len()),
            help: "Unmerge them and fill in each.".to_owned(),
        });
    }
    Ok(found
        .into_iter()
        .map(|cells| Merged {
            rows: (cells.start.0 as usize + 1, cells.end.0 as usize + 1),
            columns: (cells.start.1 as usize, cells.end.1 as usize),
        })
        .collect())
}
