//! Reading and writing documents: markets as JSON, as folders of CSV files or as workbooks, policies as TOML or
//! JSON, flow networks as DIMACS files.
//!
//! Every fault of a document comes back at once, as [`Issue`](crate::Issue)s that point at the place.
//! Nothing is dropped, defaulted or repaired without a word, and outputs appear whole or not at all.
//!
//! ```no_run
//! let market = lienket::io::read_market("market.json")?;
//! for warning in market.warnings() {
//!     eprintln!("{warning}");
//! }
//! lienket::io::write_market(&market, "market-as-csv")?;
//! # Ok::<(), lienket::Error>(())
//! ```

mod atomic;
mod calendar;
#[cfg(feature = "csv")]
mod cells;
mod certificate;
#[cfg(feature = "csv")]
pub mod csv;
pub mod decisions;
mod digest;
pub mod dimacs;
mod draft;
mod entries;
mod export;
mod fields;
#[cfg(feature = "csv")]
mod frontier;
#[cfg(feature = "csv")]
mod import;
pub mod json;
mod node;
mod outputs;
mod plan;
pub mod policy;
mod pools;
mod round;
mod text;
mod timetable;
mod values;
pub mod venue;
mod verify;
#[cfg(feature = "xlsx")]
mod xlsx;

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

pub use atomic::write_atomically;
pub use calendar::{calendar, party_calendar};
pub use decisions::{DecisionsFile, decide, read_decisions};
pub use digest::market_digest;
#[cfg(feature = "csv")]
pub use export::write_candidates;
pub use export::{Export, write_network};
#[cfg(feature = "csv")]
pub use frontier::write_frontier;
#[cfg(feature = "csv")]
pub use import::{Import, ImportRemark, ImportReport, SheetReport};
pub use outputs::Unfinished;
#[cfg(feature = "csv")]
pub use plan::write_matches;
pub use plan::{
    catalogue_document, comparison_document, explanation_document, plan_document, write_plan,
    write_plan_watched,
};
pub use policy::policy_document;
#[cfg(feature = "csv")]
pub use round::write_changes;
pub use round::{changes_document, is_round, read_round, read_round_watched, round_document, write_round};
#[cfg(feature = "csv")]
pub use timetable::write_meetings;
pub use timetable::{file_name, timetable_document, write_timetable};
pub use venue::venue_document;
pub use verify::verify_plan;
#[cfg(feature = "xlsx")]
pub use xlsx::{write_decisions_workbook, write_round_workbook, write_template, write_timetable_workbook};

use crate::error::Error;
use crate::market::Market;
use crate::policy::Policy;
use crate::timetable::Venue;
use crate::watch::Watch;

/// Reads a market: a `.json` file, (with the feature `csv`) a folder of CSV files, or (with the feature `xlsx`)
/// a workbook, which is read as [`import_market`] reads it.
///
/// # Errors
/// [`Error::Unreadable`] where it cannot be read or is not in its format; [`Error::Faults`] with every fault
/// of the content.
pub fn read_market(path: impl AsRef<Path>) -> Result<Market, Error> {
    read_market_watched(path, &|_| ControlFlow::Continue(()))
}

/// As [`read_market`], reporting progress to `watch`, which may cancel the reading. (Folders are read without.)
///
/// # Errors
/// As [`read_market`], and [`Error::Cancelled`].
pub fn read_market_watched(path: impl AsRef<Path>, watch: Watch) -> Result<Market, Error> {
    let path = path.as_ref();
    let there = fs::metadata(path).map_err(|error| missing(path, &error))?;
    if there.is_dir() {
        return read_folder(path);
    }
    match extension(path).as_str() {
        "json" => {
            let bytes = read_bytes(path)?;
            json::market_watched(&bytes, watch).map_err(|error| text::in_file(error, &name(path)))
        }
        #[cfg(feature = "xlsx")]
        "xlsx" | "xlsm" => xlsx::import_market(path)?.market,
        _ => Err(not_a_market(path)),
    }
}

/// Reads a market as people write: a workbook, or a folder of CSV files, with headers in Vietnamese or English in
/// any order and cells with units, names and notes; and reports what became of every row. A `.json` file is read
/// as [`read_market`] reads it.
///
/// ```no_run
/// let import = lienket::io::import_market("round.xlsx")?;
/// print!("{}", import.report);
/// let market = import.market?;
/// # Ok::<(), lienket::Error>(())
/// ```
///
/// # Errors
/// [`Error::Unreadable`] where it cannot be read or is not in its format. Faults of the content are in
/// [`Import::market`].
#[cfg(feature = "csv")]
pub fn import_market(path: impl AsRef<Path>) -> Result<Import, Error> {
    let path = path.as_ref();
    let there = fs::metadata(path).map_err(|error| missing(path, &error))?;
    if there.is_dir() {
        return csv::import_market(path);
    }
    match extension(path).as_str() {
        #[cfg(feature = "xlsx")]
        "xlsx" | "xlsm" => xlsx::import_market(path),
        _ => {
            let market = match read_market(path) {
                Err(error @ Error::Unreadable { .. }) => return Err(error),
                market => market,
            };
            Ok(Import { market, report: ImportReport::default() })
        }
    }
}

/// Writes a market: to a `.json` file, (with the feature `xlsx`) to a `.xlsx` workbook, or else (with the feature `csv`) to a folder of CSV files.
///
/// # Errors
/// [`Error::Unreadable`] where it cannot be written; what was there before is then still there.
pub fn write_market(market: &Market, path: impl AsRef<Path>) -> Result<(), Error> {
    let path = path.as_ref();
    match extension(path).as_str() {
        "json" => {
            json::representable(market)?;
            write_atomically(path, |writer| json::write_document(market, writer, |_| true))
        }
        #[cfg(feature = "xlsx")]
        "xlsx" => xlsx::write_market(market, path),
        #[cfg(not(feature = "xlsx"))]
        "xlsx" => Err(not_a_market(path)),
        "xlsm" | "xls" | "ods" | "csv" => Err(not_a_market(path)),
        _ => write_folder(market, path),
    }
}

/// Reads a policy: a `.toml` or `.json` file; any other is taken as JSON where it begins with a brace.
///
/// # Errors
/// [`Error::Unreadable`] where it cannot be read or is not in its format; [`Error::Faults`] with every fault
/// of the content.
pub fn read_policy(path: impl AsRef<Path>) -> Result<Policy, Error> {
    read_either(path.as_ref(), policy::from_json, policy::from_toml)
}

/// Reads a venue: a `.toml` or `.json` file; any other is taken as JSON where it begins with a brace.
///
/// # Errors
/// As [`read_policy`].
pub fn read_venue(path: impl AsRef<Path>) -> Result<Venue, Error> {
    read_either(path.as_ref(), venue::from_json, venue::from_toml)
}

/// Reads a document that may be JSON or TOML.
fn read_either<T>(
    path: &Path,
    from_json: fn(&[u8]) -> Result<T, Error>,
    from_toml: fn(&str) -> Result<T, Error>,
) -> Result<T, Error> {
    let bytes = read_bytes(path)?;
    let read = text::decode(&bytes).and_then(|text| {
        let json = match extension(path).as_str() {
            "json" => true,
            "toml" => false,
            _ => text.trim_start().starts_with('{'),
        };
        if json { from_json(text.as_bytes()) } else { from_toml(text) }
    });
    read.map_err(|error| text::in_file(error, &name(path)))
}

#[cfg(feature = "csv")]
use csv::{read_market as read_folder, write_market as write_folder};

#[cfg(not(feature = "csv"))]
fn read_folder(path: &Path) -> Result<Market, Error> {
    Err(without_csv(path))
}

#[cfg(not(feature = "csv"))]
fn write_folder(_: &Market, path: &Path) -> Result<(), Error> {
    Err(without_csv(path))
}

#[cfg(not(feature = "csv"))]
fn without_csv(path: &Path) -> Error {
    Error::Unreadable {
        place: name(path),
        message: "folders of CSV files need the feature `csv`, which was left out".to_owned(),
        help: "Build with it, or name a `.json` file.".to_owned(),
    }
}

fn extension(path: &Path) -> String {
    path.extension().map_or_else(String::new, |extension| extension.to_string_lossy().to_lowercase())
}

fn name(path: &Path) -> String {
    path.display().to_string()
}

/// The bytes of a file.
///
/// # Errors
/// [`Error::Unreadable`] where it cannot be read.
pub fn read_bytes(path: impl AsRef<Path>) -> Result<Vec<u8>, Error> {
    let path = path.as_ref();
    #[expect(clippy::disallowed_methods, reason = "here is where files are read")]
    fs::read(path).map_err(|error| missing(path, &error))
}

fn missing(path: &Path, error: &std::io::Error) -> Error {
    let (message, help) = match error.kind() {
        std::io::ErrorKind::NotFound => ("there is nothing at this path".to_owned(), "Check the path."),
        _ => (format!("it cannot be read: {error}"), "Check the path and its permissions."),
    };
    Error::Unreadable { place: name(path), message, help: help.to_owned() }
}

fn not_a_market(path: &Path) -> Error {
    let (message, help) = match extension(path).as_str() {
        #[cfg(feature = "xlsx")]
        "xls" | "ods" | "xlsm" => (
            "workbooks are read and written as .xlsx only",
            "Save it as “Excel Workbook (.xlsx)” and name that file.",
        ),
        #[cfg(not(feature = "xlsx"))]
        "xlsx" | "xlsm" | "xls" | "ods" => (
            "workbooks need the feature `xlsx`, which was left out",
            "Build with it, or save each sheet as “CSV UTF-8” in one folder (cooperatives.csv, enterprises.csv, offers.csv, \
             demands.csv, …, with market.json) and name the folder.",
        ),
        "csv" => (
            "a market is several CSV files, not one",
            "Name the folder that holds cooperatives.csv, enterprises.csv, offers.csv, demands.csv and market.json.",
        ),
        _ => (
            "this is neither a `.json` file, nor a workbook, nor a folder",
            "Name a `.json` or `.xlsx` file, or a folder of CSV files.",
        ),
    };
    Error::Unreadable { place: name(path), message: message.to_owned(), help: help.to_owned() }
}
