//! A market's folder read as people write: any separator, any order and language of headers, cells with units.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use super::columns::{HEADER, in_header};
use crate::error::Error;
use crate::io::cells::Raw;
use crate::io::draft::Draft;
use crate::io::import::table::{Line, Table};
use crate::io::import::{Import, ImportReport, Use, about_market, all_there, import, sort_out, undated};
use crate::io::text::{decode, in_file};
use crate::io::{json, read_bytes};

/// Reads a market from a folder as people write, with a report of every row.
pub(in crate::io) fn import_market(folder: &Path) -> Result<Import, Error> {
    let (mut draft, mut report) = (Draft::new(), ImportReport::default());
    let mut tables = Vec::new();
    let mut taken = Vec::new();
    let mut about = None;
    for name in files(folder)? {
        let path = folder.join(&name);
        let in_this = |error| in_file(error, &path.display().to_string());
        if name == HEADER {
            let bytes = read_bytes(&path)?;
            json::read(&bytes, &mut draft, in_header, &|_| ControlFlow::Continue(())).map_err(in_this)?;
            taken.push("market");
            continue;
        }
        let Some(stem) = Path::new(&name).file_stem().map(|stem| stem.to_string_lossy().into_owned()) else {
            continue;
        };
        let used = sort_out(&stem, &mut taken, &mut draft, &mut report);
        if matches!(used, Use::Nothing) {
            continue;
        }
        let lines = lines(&read_bytes(&path)?).map_err(in_this)?;
        match used {
            Use::List(sheet) => {
                tables.push(Table { label: name, sheet, lines, merged: Vec::new(), lettered: false });
            }
            Use::Market => about = Some((name, lines)),
            Use::Nothing => {}
        }
    }
    all_there(&folder.display().to_string(), &taken, &draft)?;
    match about {
        Some((name, lines)) => about_market(&name, &lines, &mut draft, &mut report),
        None if !taken.contains(&"market") => undated(HEADER, &mut draft),
        None => {}
    }
    Ok(import(draft, report, &tables))
}

/// The header and the tables, the header first.
fn files(folder: &Path) -> Result<Vec<String>, Error> {
    let entries = fs::read_dir(folder).map_err(|error| crate::io::missing(folder, &error))?;
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let table = |name: &String| {
        name == HEADER
            || Path::new(name).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"))
    };
    let mut names: Vec<String> = names.filter(table).collect();
    names.sort_by_key(|name| (name != HEADER, name.clone()));
    Ok(names)
}

/// The rows of a file. Cells are separated by what separates the most of them in its first line.
fn lines(bytes: &[u8]) -> Result<Vec<Line>, Error> {
    let text = decode(bytes)?;
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |separator: u8| first.bytes().filter(|b| *b == separator).count();
    let separator =
        [b',', b';', b'\t'].into_iter().rev().max_by_key(|separator| count(*separator)).unwrap_or(b',');
    let mut reader = ::csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(text.as_bytes());
    let mut lines = Vec::new();
    for (at, record) in reader.records().enumerate() {
        let record = record.map_err(|error| Error::Unreadable {
            place: "as CSV".to_owned(),
            message: error.to_string(),
            help: "Save the file again as “CSV UTF-8”.".to_owned(),
        })?;
        let row =
            record.position().map_or(at + 1, |position| usize::try_from(position.line()).unwrap_or(at + 1));
        let cells = record.iter().enumerate().filter(|(_, text)| !text.is_empty());
        lines.push(Line {
            row,
            cells: cells.map(|(column, text)| (column, Raw::Text(text.to_owned()))).collect(),
        });
    }
    Ok(lines)
}
