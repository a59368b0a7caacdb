//! Writing a market as a workbook.
//!
//! Every text is written so that reading gives it back: plain where a reader takes it as it is, and in double
//! quotes where it would be read into something else. Texts are never formulas, whatever they begin with.

use std::path::Path;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};
use serde::Serialize;
use serde_json::Value;

use crate::error::Error;
use crate::io::cells::Raw;
use crate::io::cells::amount::Measure;
use crate::io::cells::names::Names;
use crate::io::cells::quoted::quote;
use crate::io::csv::columns::{Column, SHEETS, Sheet};
use crate::io::draft::FORMAT;
use crate::io::import::field::{Context, Ids, field};
use crate::io::import::sheets::CATALOGUE;
use crate::io::node::Node;
use crate::io::{json, name, write_atomically};
use crate::market::Market;
use crate::units::Date;

/// Rows of a sheet, its header included.
const ROWS: usize = 1 << 20;

/// Writes a market as a workbook. The same market gives the same bytes.
pub(in crate::io) fn write_market(market: &Market, path: &Path) -> Result<(), Error> {
    json::representable(market)?;
    let mut book = book_of(market.as_of());
    fill(&mut book, market).map_err(|error| unwritable(path, &error))?;
    save(&mut book, path)
}

/// An empty workbook that says the day of the round where others say when it was made.
pub(super) fn book_of(as_of: Date) -> Workbook {
    let mut book = Workbook::new();
    let mut properties = DocProperties::new();
    let text = as_of.to_string();
    let mut numbers = text.split('-').filter_map(|number| number.parse::<u16>().ok());
    let (year, month, day) = (numbers.next(), numbers.next(), numbers.next());
    let narrow = |number: Option<u16>| number.and_then(|number| u8::try_from(number).ok()).unwrap_or(1);
    let made = ExcelDateTime::from_ymd(year.unwrap_or(0).max(1900), narrow(month), narrow(day));
    let epoch = || ExcelDateTime::from_ymd(1900, 1, 1);
    if let Ok(made) = made.or_else(|_| epoch()) {
        properties = properties.set_creation_datetime(&made);
    }
    book.set_properties(&properties);
    book
}

/// Writes it whole or not at all.
pub(super) fn save(book: &mut Workbook, path: &Path) -> Result<(), Error> {
    let bytes = book.save_to_buffer().map_err(|error| unwritable(path, &error))?;
    write_atomically(path, |writer| writer.write_all(&bytes))
}

pub(super) fn unwritable(path: &Path, error: &XlsxError) -> Error {
    Error::Unreadable {
        place: name(path),
        message: format!("it cannot be written as a workbook: {error}"),
        help: "Write it as JSON.".to_owned(),
    }
}

fn plain(entry: &impl Serialize) -> Value {
    serde_json::to_value(entry).expect("entries are plain data with text keys")
}

fn fill(book: &mut Workbook, market: &Market) -> Result<(), XlsxError> {
    let parts = market.parts();
    let sheet = book.add_worksheet().set_name("market")?;
    write_text(sheet, 0, 0, "format")?;
    write_text(sheet, 0, 1, FORMAT)?;
    write_text(sheet, 1, 0, "as_of")?;
    write_day(sheet, 1, 1, parts.as_of)?;
    sheet.set_column_width(1, 22)?;

    let names = Names::new(market.catalogue().clone(), parts.as_of);
    let (mut cooperatives, mut enterprises) = (Ids::default(), Ids::default());
    let (mut offers, mut demands) = (Ids::default(), Ids::default());
    parts.cooperatives.iter().for_each(|entry| cooperatives.add(&entry.id, entry.name.as_deref()));
    parts.enterprises.iter().for_each(|entry| enterprises.add(&entry.id, entry.name.as_deref()));
    parts.offers.iter().for_each(|entry| offers.add(&entry.id, None));
    parts.demands.iter().for_each(|entry| demands.add(&entry.id, None));
    let context = Context {
        names: &names,
        cooperatives: &cooperatives,
        enterprises: &enterprises,
        offers: &offers,
        demands: &demands,
    };
    let certificates = parts.cooperatives.iter().flat_map(|cooperative| {
        cooperative.certificates.iter().map(|certificate| {
            let mut value = plain(certificate);
            value["cooperative"] = cooperative.id.as_str().into();
            value
        })
    });
    let mut write = |sheet: &'static Sheet, entries: &mut dyn Iterator<Item = Value>| {
        Table { sheet, context: &context }.write(book, entries)
    };
    // In the order of `SHEETS`.
    write(SHEETS[0], &mut parts.cooperatives.iter().map(plain))?;
    write(SHEETS[1], &mut { certificates })?;
    write(SHEETS[2], &mut parts.enterprises.iter().map(plain))?;
    write(SHEETS[3], &mut parts.offers.iter().map(plain))?;
    write(SHEETS[4], &mut parts.demands.iter().map(plain))?;
    write(SHEETS[5], &mut parts.contracts.iter().map(plain))?;
    write(SHEETS[6], &mut parts.exclusions.iter().map(plain))?;
    write(SHEETS[7], &mut parts.relations.iter().map(plain))?;
    write(SHEETS[8], &mut parts.barred.iter().map(plain))?;
    let own = &parts.catalogue;
    write(CATALOGUE[0], &mut own.products.iter().map(plain))?;
    write(CATALOGUE[1], &mut own.standards.iter().map(plain))?;
    write(CATALOGUE[2], &mut own.acceptances.iter().map(plain))?;
    write(CATALOGUE[3], &mut own.places.iter().map(plain))
}

struct Table<'a> {
    sheet: &'static Sheet,
    context: &'a Context<'a>,
}

impl Table<'_> {
    fn write(&self, book: &mut Workbook, entries: &mut dyn Iterator<Item = Value>) -> Result<(), XlsxError> {
        let mut entries = entries.peekable();
        let optional = self.sheet.list.starts_with("catalogue/") || self.sheet.list == "barred";
        if optional && entries.peek().is_none() {
            return Ok(());
        }
        let sheet = book.add_worksheet().set_name(self.sheet.list.trim_start_matches("catalogue/"))?;
        header(sheet, self.sheet.columns.iter().map(|column| column.name))?;
        for (at, entry) in entries.enumerate() {
            if at + 1 >= ROWS {
                return Err(XlsxError::RowColumnLimitError);
            }
            let row = u32::try_from(at + 1).map_err(|_| XlsxError::RowColumnLimitError)?;
            for (column, at) in self.sheet.columns.iter().zip(0u16..) {
                let value = match column.inside {
                    None => &entry[column.name],
                    Some((object, field)) => &entry[object][field],
                };
                // A place as coordinates stands in columns of its own.
                if !(column.name == "place" && value.is_object()) {
                    self.cell(sheet, row, at, column, value)?;
                }
            }
        }
        Ok(())
    }

    fn cell(
        &self,
        sheet: &mut Worksheet,
        row: u32,
        at: u16,
        column: &Column,
        value: &Value,
    ) -> Result<(), XlsxError> {
        match value {
            Value::Null | Value::Object(_) => Ok(()),
            Value::Bool(value) => sheet.write_boolean(row, at, *value).map(|_| ()),
            Value::Number(number) => {
                // Whole numbers that floats do not hold are written in digits.
                let whole =
                    number.as_i64().map_or_else(|| number.is_f64(), |whole| whole.unsigned_abs() <= 1 << 53);
                match number.as_f64().filter(|_| whole) {
                    Some(value) => sheet.write_number(row, at, value).map(|_| ()),
                    None => write_text(sheet, row, at, &number.to_string()),
                }
            }
            Value::String(text) => {
                let day = matches!(
                    column.name,
                    "available_from"
                        | "available_to"
                        | "needed_from"
                        | "needed_to"
                        | "valid_from"
                        | "valid_until"
                        | "from"
                        | "until"
                );
                match text.parse::<Date>().ok().filter(|_| day) {
                    Some(day) => write_day(sheet, row, at, day),
                    None => write_text(sheet, row, at, &self.text(column, text)),
                }
            }
            Value::Array(items) if items.is_empty() => write_text(sheet, row, at, ";"),
            Value::Array(items) => {
                let items: Vec<String> = items.iter().map(|item| self.item(column, item)).collect();
                write_text(sheet, row, at, &items.join("; "))
            }
        }
    }

    /// What a cell of this text is read as, where it is taken as it is.
    fn read(&self, column: &Column, text: &str) -> Option<Node> {
        let raw = Raw::Text(text.to_owned());
        let read = field(self.sheet.list, column.name, &raw, Measure::default(), self.context).ok()?;
        read.notes.is_empty().then_some(read.value).flatten()
    }

    fn text(&self, column: &Column, text: &str) -> String {
        let same = matches!(self.read(column, text), Some(Node::Text(read)) if read == text);
        if same && !text.starts_with('#') && !text.trim().is_empty() { text.to_owned() } else { quote(text) }
    }

    fn item(&self, column: &Column, item: &Value) -> String {
        let Value::String(text) = item else {
            // The only objects in lists are substitutes.
            let text = format!("{}:{}", item["product"].as_str().unwrap_or_default(), item["fit"]);
            let plain = self.read(column, &text).is_some();
            return if plain { text } else { quote(&text) };
        };
        let same =
            matches!(self.read(column, text), Some(Node::List(read)) if read == [Node::Text(text.clone())]);
        let safe = !text.starts_with('#') && !text.contains(['(', ')', ';', '\n', '"']);
        if same && safe { text.clone() } else { quote(text) }
    }
}

/// The names of columns, bold, staying in sight.
pub(super) fn header<'n>(
    sheet: &mut Worksheet,
    names: impl Iterator<Item = &'n str>,
) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    for (name, column) in names.zip(0u16..) {
        sheet.write_string_with_format(0, column, name, &bold)?;
        let width = u32::try_from(name.chars().count()).unwrap_or(12).clamp(10, 40);
        sheet.set_column_width(column, f64::from(width) + 2.0)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

/// Text, marked as such where a spreadsheet would take it for a formula once it is edited.
pub(super) fn write_text(sheet: &mut Worksheet, row: u32, column: u16, text: &str) -> Result<(), XlsxError> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        sheet.write_string_with_format(row, column, text, &Format::new().set_quote_prefix())?;
    } else {
        sheet.write_string(row, column, text)?;
    }
    Ok(())
}

/// A day: a date cell where spreadsheets have it, else text.
fn write_day(sheet: &mut Worksheet, row: u32, column: u16, day: Date) -> Result<(), XlsxError> {
    // Days since the end of 1899, as spreadsheets count them; they have 29 February 1900, which never was.
    let serial = day.number() - Date::new(1899, 12, 30).map_or(0, Date::number);
    if (61..2_958_466).contains(&serial) {
        let format = Format::new().set_num_format("yyyy-mm-dd");
        sheet.write_number_with_format(row, column, f64::from(serial), &format)?;
        return Ok(());
    }
    write_text(sheet, row, column, &day.to_string())
}
