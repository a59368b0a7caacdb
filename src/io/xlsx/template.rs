//! The empty workbook: sheets with headers and notes in Vietnamese and English, drop-downs and a sample row.

use std::path::Path;

use rust_xlsxwriter::{Color, DataValidation, Format, Formula, Note, Workbook, Worksheet, XlsxError};

use super::labels::{Label, SHEETS};
use super::write::{book_of, header, save, unwritable, write_text};
use crate::error::Error;
use crate::io::cells::names::Names;
use crate::market::Catalogue;
use crate::units::Date;

/// Rows with drop-downs.
const FILLED_IN: u32 = 10_000;

/// Writes an empty workbook for a round: every sheet with headers, notes, drop-downs and a sample row that is
/// left out when the workbook is read.
///
/// # Errors
/// [`Error::Unreadable`] where it cannot be written.
pub fn write_template(path: impl AsRef<Path>) -> Result<(), Error> {
    let path = path.as_ref();
    // Today's units are in force from this day on.
    let day = Date::new(2025, 7, 1).expect("a day of the calendar");
    let mut book = book_of(day);
    fill(&mut book, day).map_err(|error| unwritable(path, &error))?;
    save(&mut book, path)
}

/// A drop-down: its column in the sheet of lists, and its values.
struct List {
    columns: &'static [&'static str],
    values: Vec<String>,
}

fn lists(day: Date) -> Vec<List> {
    let catalogue = Catalogue::built_in();
    let names = Names::new(catalogue.clone(), day);
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    // By name where that is read back as the same entry, else by id.
    let product = |id: &str, name: &str| {
        let same = names.product(name).is_ok_and(|read| read.value == id);
        if same { name.to_owned() } else { id.to_owned() }
    };
    let standard = |id: &str, name: &str| {
        let same = names.standards(name).is_ok_and(|read| read.value == [id]);
        if same { name.to_owned() } else { id.to_owned() }
    };
    let place = |id: &str, name: &str| {
        let same = names.place(name).is_ok_and(|read| read.value == crate::market::Place::id(id));
        if same { name.to_owned() } else { id.to_owned() }
    };
    vec![
        List {
            columns: &["kind"], values: words(&["hợp tác xã", "tổ hợp tác", "liên hiệp HTX"])
        },
        List {
            columns: &["status"], values: words(&["còn hiệu lực", "tạm đình chỉ", "thu hồi"])
        },
        List {
            columns: &["all_or_nothing", "accepts_market_equivalents"], values: words(&["có", "không"])
        },
        List {
            columns: &["standard", "certified", "requires", "prefers"],
            values: catalogue.standards().iter().map(|entry| standard(&entry.id, &entry.name)).collect(),
        },
        List {
            columns: &["place"],
            values: catalogue.places().iter().map(|entry| place(&entry.id, &entry.name)).collect(),
        },
        List {
            columns: &["product", "products"],
            values: catalogue.products().iter().map(|entry| product(&entry.id, &entry.name)).collect(),
        },
    ]
}

fn fill(book: &mut Workbook, day: Date) -> Result<(), XlsxError> {
    let lists = lists(day);
    let sheet = book.add_worksheet().set_name("Thông tin")?;
    write_text(sheet, 0, 0, "Ngày (as_of)")?;
    sheet.set_column_width(0, 24)?;
    sheet.set_column_width(1, 18)?;
    let note = "Ngày diễn ra hội nghị, như 28/11/2025. | The day of the round, such as 28/11/2025.";
    sheet.insert_note(0, 1, &note_of(note))?;
    for (_, title, labels) in &SHEETS {
        let sheet = book.add_worksheet().set_name(*title)?;
        header(sheet, labels.iter().map(|label| label.header))?;
        for (label, column) in labels.iter().zip(0u16..) {
            sheet.insert_note(0, column, &note_of(label.note))?;
            sample(sheet, column, label)?;
            if let Some(list) = lists.iter().position(|list| list.columns.contains(&label.column)) {
                drop_down(sheet, column, list, &lists[list])?;
            }
        }
    }
    let sheet = book.add_worksheet().set_name("Lists")?;
    for (list, column) in lists.iter().zip(0u16..) {
        for (value, row) in list.values.iter().zip(0u32..) {
            write_text(sheet, row, column, value)?;
        }
    }
    sheet.set_hidden(true);
    Ok(())
}

fn note_of(text: &str) -> Note {
    Note::new(text.replace(" | ", "\n")).add_author_prefix(false)
}

/// The sample stands in grey; its first cell begins with `#`, so the row is left out when it is read.
fn sample(sheet: &mut Worksheet, column: u16, label: &Label) -> Result<(), XlsxError> {
    if !label.sample.is_empty() {
        let grey = Format::new().set_font_color(Color::Gray).set_italic();
        sheet.write_string_with_format(1, column, label.sample, &grey)?;
    }
    Ok(())
}

/// Suggests, and admits what is not in the list.
fn drop_down(sheet: &mut Worksheet, column: u16, list: usize, values: &List) -> Result<(), XlsxError> {
    let letter = crate::io::import::table::letters(list);
    let source = Formula::new(format!("=Lists!${letter}$1:${letter}${}", values.values.len()));
    let rule = DataValidation::new().allow_list_formula(source).show_error_message(false);
    sheet.add_data_validation(1, column, FILLED_IN, column, &rule)?;
    Ok(())
}
