//! Writing a market to its folder.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use super::columns::{
    BARRED, CERTIFICATES, CONTRACTS, COOPERATIVES, DEMANDS, ENTERPRISES, EXCLUSIONS, HEADER, OFFERS,
    RELATIONS, REQUIRED, SHEETS, Sheet, in_header,
};
use crate::error::{Error, Issue};
use crate::io::atomic::{parent, unwritable};
use crate::io::json;
use crate::market::Market;

/// Writes a market to a folder of CSV files, which is created where it is not there.
///
/// Everything is written beside the folder first and moved in at the end. Files of an earlier market that
/// this one does not have are removed; other files are left alone.
///
/// # Errors
/// [`Error::Faults`] with what CSV cannot hold (a `;` in a list), before anything is written;
/// [`Error::Unreadable`] where the folder cannot be written.
pub fn write_market(market: &Market, folder: impl AsRef<Path>) -> Result<(), Error> {
    let folder = folder.as_ref();
    json::representable(market)?;
    let tables = tables(market)?;
    write_folder(market, &tables, folder).map_err(|error| unwritable(folder, &error))
}

fn write_folder(market: &Market, tables: &[Table], folder: &Path) -> io::Result<()> {
    if folder.exists() && !folder.is_dir() {
        return Err(io::Error::new(io::ErrorKind::NotADirectory, "there is a file at this path"));
    }
    // Resolved, so that a link to a folder and `.` have a parent of their own.
    let folder = if folder.exists() { fs::canonicalize(folder)? } else { folder.to_owned() };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".lienket-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
    let temporary = builder.tempdir_in(parent(&folder))?;
    let create = |name: &str| fs::File::create_new(temporary.path().join(name)).map(io::BufWriter::new);
    let mut header = create(HEADER)?;
    json::write_document(market, &mut header, in_header)?;
    header.flush()?;
    for table in tables {
        let mut writer = ::csv::Writer::from_writer(create(table.sheet.file)?);
        writer
            .write_record(table.sheet.columns.iter().zip(&table.used).filter(|u| *u.1).map(|u| u.0.name))?;
        for row in &table.rows {
            writer.write_record(row.iter().zip(&table.used).filter(|used| *used.1).map(|used| used.0))?;
        }
        writer.flush()?;
    }
    if !folder.exists() {
        fs::rename(temporary.path(), &folder)?;
        // It has another name now, and stays.
        let _ = temporary.keep();
        return Ok(());
    }
    let written = |file: &str| tables.iter().any(|table| table.sheet.file == file);
    for file in SHEETS.iter().map(|sheet| sheet.file).chain([HEADER]) {
        if written(file) || file == HEADER {
            fs::rename(temporary.path().join(file), folder.join(file))?;
        } else if folder.join(file).exists() {
            fs::remove_file(folder.join(file))?;
        }
    }
    Ok(())
}

/// The rows of one file, with all of its columns, and which of these are used.
struct Table {
    sheet: &'static Sheet,
    rows: Vec<Vec<String>>,
    used: Vec<bool>,
}

/// Every file that the market needs.
fn tables(market: &Market) -> Result<Vec<Table>, Error> {
    let parts = market.parts();
    let mut issues = Vec::new();
    let certificates = parts.cooperatives.iter().flat_map(|cooperative| {
        cooperative.certificates.iter().map(|certificate| {
            let mut value = plain(certificate);
            value["cooperative"] = cooperative.id.as_str().into();
            value
        })
    });
    let tables = [
        table(&COOPERATIVES, parts.cooperatives.iter().map(plain), &mut issues),
        table(&CERTIFICATES, certificates, &mut issues),
        table(&ENTERPRISES, parts.enterprises.iter().map(plain), &mut issues),
        table(&OFFERS, parts.offers.iter().map(plain), &mut issues),
        table(&DEMANDS, parts.demands.iter().map(plain), &mut issues),
        table(&CONTRACTS, parts.contracts.iter().map(plain), &mut issues),
        table(&EXCLUSIONS, parts.exclusions.iter().map(plain), &mut issues),
        table(&RELATIONS, parts.relations.iter().map(plain), &mut issues),
        table(&BARRED, parts.barred.iter().map(plain), &mut issues),
    ];
    if !issues.is_empty() {
        return Err(Error::Faults(issues));
    }
    let needed = |table: &Table| REQUIRED.contains(&table.sheet.file) || !table.rows.is_empty();
    Ok(tables.into_iter().filter(needed).collect())
}

fn plain(entry: &impl Serialize) -> Value {
    serde_json::to_value(entry).expect("entries are plain data with text keys")
}

fn table(sheet: &'static Sheet, entries: impl Iterator<Item = Value>, issues: &mut Vec<Issue>) -> Table {
    let mut used: Vec<bool> = sheet.columns.iter().map(|column| column.required).collect();
    let mut rows = Vec::new();
    for entry in entries {
        let row: Vec<String> = sheet
            .columns
            .iter()
            .map(|column| {
                let value = match column.inside {
                    None => &entry[column.name],
                    Some((object, field)) => &entry[object][field],
                };
                // A place as coordinates stands in columns of its own.
                let value = if column.name == "place" && value.is_object() { &Value::Null } else { value };
                cell(value, || format!("/{}/{}/{}", sheet.list, rows.len(), column.name), issues)
            })
            .collect();
        for (used, cell) in used.iter_mut().zip(&row) {
            *used |= !cell.is_empty();
        }
        rows.push(row);
    }
    Table { sheet, rows, used }
}

/// The text of a cell; absent is empty, and an empty list is `;`.
fn cell(value: &Value, pointer: impl Fn() -> String, issues: &mut Vec<Issue>) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.is_empty() => ";".to_owned(),
        Value::Array(items) => {
            let items = items.iter().enumerate().map(|(i, item)| {
                let text = match item {
                    Value::String(text) => text.clone(),
                    // The only objects in lists are substitutes.
                    item => format!("{}:{}", item["product"].as_str().unwrap_or_default(), item["fit"]),
                };
                if text.contains(';') {
                    let message = "a semicolon separates the items of a list in CSV, so none can contain it";
                    let help = "Write the market as JSON, or rename the item.";
                    let at = format!("{}/{i}", pointer());
                    issues.push(Issue::error("not_in_csv", at, message, help).found(&text));
                }
                text
            });
            items.collect::<Vec<_>>().join(";")
        }
        other => other.to_string(),
    }
}
