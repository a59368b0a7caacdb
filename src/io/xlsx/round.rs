//! A round as a workbook: a sheet of headline figures, then a sheet for every table of the overview.
//!
//! Headers are in both languages and stay in sight, every sheet can be filtered. Numbers are numbers; texts are never
//! formulas, whatever they begin with. The same overview gives the same bytes.

use std::io::{self, Write};

use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};

use crate::io::xlsx::write::{book_of, write_text};
use crate::overview::{Bilingual, Cell, Overview, TARGET_PERCENT, Table};
use crate::plan::{Language, Privacy};

/// Rows of a sheet, its header and a note included.
const ROWS: usize = (1 << 20) - 2;

/// Columns are as wide as their texts, within these many letters.
const WIDTHS: [usize; 2] = [9, 58];

/// Most letters of a cell; spreadsheets hold 32,767 units of UTF-16, of which a letter is two at most.
const LETTERS: usize = 16_000;

/// Numbers that floats hold to the last digit.
const WHOLE: u128 = 1 << 53;

/// Writes a round as a workbook (`.xlsx`), as far as the overview's level of privacy tells.
///
/// Sheets are named, and cells worded, in the language; headers are in both. The same overview and language give
/// the same bytes.
///
/// # Errors
/// What the writer says.
pub fn write_round_workbook(
    overview: &Overview,
    language: Language,
    mut writer: impl Write,
) -> io::Result<()> {
    let mut book = book_of(overview.as_of);
    fill(&mut book, overview, language).map_err(io::Error::other)?;
    writer.write_all(&book.save_to_buffer().map_err(io::Error::other)?)
}

struct Formats {
    header: Format,
    title: Format,
    note: Format,
    whole: Format,
    share: Format,
    distance: Format,
    score: Format,
}

impl Formats {
    fn new() -> Self {
        let header = Format::new()
            .set_bold()
            .set_text_wrap()
            .set_align(FormatAlign::Top)
            .set_background_color("EDF1F4")
            .set_border_bottom(FormatBorder::Thin);
        Self {
            header,
            title: Format::new().set_bold().set_font_size(14),
            note: Format::new().set_italic(),
            whole: Format::new().set_num_format("#,##0"),
            share: Format::new().set_num_format("0.0%"),
            distance: Format::new().set_num_format("#,##0.0"),
            score: Format::new().set_num_format("0.000"),
        }
    }
}

fn fill(book: &mut Workbook, overview: &Overview, language: Language) -> Result<(), XlsxError> {
    let formats = Formats::new();
    headline(book, overview, language, &formats)?;
    for table in overview.tables() {
        write_table(book, &table, language, &formats)?;
    }
    Ok(())
}

/// A title in both languages, for a cell that is read by everybody.
fn both(text: &Bilingual) -> String {
    if text.vi == text.en { text.vi.clone() } else { format!("{}\n{}", text.vi, text.en) }
}

fn headline(
    book: &mut Workbook,
    overview: &Overview,
    language: Language,
    formats: &Formats,
) -> Result<(), XlsxError> {
    let w = |vi: &str, en: &str| Bilingual::new(vi, en);
    let sheet = book.add_worksheet().set_name(w("Tổng quan", "Overview").get(language))?;
    let title = w("Phiên kết nối cung cầu", "Matching round");
    sheet.write_string_with_format(
        0,
        0,
        format!("{} {}", title.get(language), overview.as_of),
        &formats.title,
    )?;
    let edition = match overview.privacy {
        Privacy::Public => w("Bản công khai", "Public edition"),
        Privacy::Organiser => w("Bản cho ban tổ chức: có giá", "Organiser’s edition: with prices"),
        Privacy::Auditor => {
            w("Bản cho kiểm toán: có giá và chứng nhận tối ưu", "Auditor’s edition: with prices and proof")
        }
    };
    sheet.write_string_with_format(1, 0, edition.get(language), &formats.note)?;
    let f = &overview.total;
    let share = |part: i128, whole: i128| Cell::Share(part, whole);
    let mut rows = vec![
        (w("Hợp tác xã", "Cooperatives"), Cell::Count(f.cooperatives.into())),
        (w("Hợp tác xã có liên kết", "Cooperatives linked"), Cell::Count(f.linked_cooperatives.into())),
        (target(overview.target_percent), share(f.linked_cooperatives.into(), f.cooperatives.into())),
        (w("Doanh nghiệp", "Enterprises"), Cell::Count(f.enterprises.into())),
        (w("Doanh nghiệp có liên kết", "Enterprises linked"), Cell::Count(f.linked_enterprises.into())),
        (w("Chào bán", "Offers"), Cell::Count(f.offers.into())),
        (w("Nhu cầu", "Demands"), Cell::Count(f.demands.into())),
        (w("Cặp đủ điều kiện", "Candidate pairs"), Cell::Count(overview.candidates.into())),
        (w("Liên kết", "Links"), Cell::Count(overview.links.len() as i128)),
        (w("Lượng chào bán, kg", "Offered, kg"), Cell::Kg(f.offered_kg)),
        (w("Lượng cần mua, kg", "Demanded, kg"), Cell::Kg(f.demanded_kg)),
        (w("Đã kết nối, kg", "Linked, kg"), Cell::Kg(f.sold_kg)),
        (w("Trên lượng chào bán", "Of what is offered"), share(f.sold_kg, f.offered_kg)),
        (w("Trên lượng cần mua", "Of what is demanded"), share(f.sold_kg, f.demanded_kg)),
    ];
    if let Some(value) = f.value_vnd {
        rows.push((w("Giá trị theo giá giữa, đồng", "Value at mid prices, VND"), Cell::Vnd(value)));
        rows.push((w("Chưa có giá, kg", "Without a price, kg"), Cell::Kg(f.unpriced_kg)));
    }
    if overview.privacy == Privacy::Public {
    } else if overview.nothing_to_choose() {
        let what = w("Phần mới phân bổ", "Newly assigned");
        let none = w(
            "không có: mọi khối lượng đều theo hợp đồng hoặc điều đã quyết định",
            "nothing: all of it stands by contracts and decisions",
        );
        rows.push((what, Cell::Words(none)));
    } else {
        rows.push((w("Mục tiêu đạt được", "Objective"), Cell::Count(overview.bounds.objective)));
        rows.push((w("Cận trên", "Bound"), Cell::Count(overview.bounds.bound)));
    }
    let left_out = overview.gaps_looked_at.1;
    if left_out > 0 {
        let name = w("Chào bán còn dư chưa xét trong “Còn thiếu gì”", "Offers not looked at in “Gaps”");
        rows.push((name, Cell::Count(left_out.into())));
    }
    for ((name, cell), row) in rows.iter().zip(3u32..) {
        write_text(sheet, row, 0, name.get(language))?;
        write_cell(sheet, row, 1, cell, language, formats)?;
    }
    sheet.set_column_width(0, 52)?;
    sheet.set_column_width(1, 26)?;
    Ok(())
}

/// The share of cooperatives linked, beside what it is to be.
fn target(percent: u32) -> Bilingual {
    let (vi, en) = if percent == TARGET_PERCENT {
        ("mục tiêu 2030", "target 2030")
    } else {
        ("mục tiêu", "target")
    };
    Bilingual::new(
        format!("Tỷ lệ hợp tác xã có liên kết ({vi}: {percent} %)"),
        format!("Share linked ({en}: {percent} %)"),
    )
}

fn write_table(
    book: &mut Workbook,
    table: &Table,
    language: Language,
    formats: &Formats,
) -> Result<(), XlsxError> {
    let sheet = book.add_worksheet().set_name(table.title.get(language))?;
    for (column, at) in table.columns.iter().zip(0u16..) {
        sheet.write_string_with_format(0, at, both(&column.title), &formats.header)?;
    }
    sheet.set_row_height(0, 33)?;
    sheet.set_freeze_panes(1, 0)?;
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0).set_repeat_rows(0, 0)?;
    let mut widths: Vec<usize> =
        table.columns.iter().map(|column| column.title.vi.len().min(column.title.en.len())).collect();
    let shown = table.rows.len().min(ROWS);
    for (row, at) in table.rows[..shown].iter().zip(1u32..) {
        for ((cell, column), width) in row.iter().zip(0u16..).zip(&mut widths) {
            write_cell(sheet, at, column, cell, language, formats)?;
            *width = letters(cell, language).max(*width);
        }
    }
    let last = u32::try_from(shown).map_err(|_| XlsxError::RowColumnLimitError)?;
    if table.rows.len() > shown {
        let text = Bilingual::new(
            format!("… và {} dòng nữa: một trang tính không chứa hết", table.rows.len() - shown),
            format!("… and {} rows more than a sheet holds", table.rows.len() - shown),
        );
        sheet.write_string_with_format(last + 1, 0, text.get(language), &formats.note)?;
    }
    for (width, column) in widths.iter().zip(0u16..) {
        let width = u32::try_from((*width).clamp(WIDTHS[0], WIDTHS[1])).unwrap_or(12);
        sheet.set_column_width(column, f64::from(width) + 2.0)?;
    }
    let columns = u16::try_from(table.columns.len()).map_err(|_| XlsxError::RowColumnLimitError)?;
    if shown > 0 && columns > 0 {
        sheet.autofilter(0, 0, last, columns - 1)?;
    }
    Ok(())
}

/// A text that a cell can hold; what is cut off is marked.
fn short(text: &str) -> std::borrow::Cow<'_, str> {
    if text.chars().count() <= LETTERS {
        return text.into();
    }
    text.chars().take(LETTERS - 1).chain(['…']).collect::<String>().into()
}

/// About how many letters wide a cell is.
fn letters(cell: &Cell, language: Language) -> usize {
    match cell {
        Cell::Empty => 0,
        Cell::Name(text) => text.chars().count(),
        Cell::Words(text) => text.get(language).chars().count(),
        Cell::Count(n) | Cell::Kg(n) | Cell::Vnd(n) => n.unsigned_abs().to_string().len() * 4 / 3,
        Cell::Distance(_) | Cell::Score(_) | Cell::Share(..) => 8,
        Cell::Days(_) => 25,
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "numbers past 2^53 are written in digits, and ratios are for people"
)]
fn write_cell(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    cell: &Cell,
    language: Language,
    formats: &Formats,
) -> Result<(), XlsxError> {
    match cell {
        Cell::Empty => {}
        Cell::Name(text) => write_text(sheet, row, column, &short(text))?,
        Cell::Words(text) => write_text(sheet, row, column, &short(text.get(language)))?,
        Cell::Count(n) | Cell::Kg(n) | Cell::Vnd(n) => {
            if n.unsigned_abs() > WHOLE {
                write_text(sheet, row, column, &n.to_string())?;
            } else {
                sheet.write_number_with_format(row, column, *n as f64, &formats.whole)?;
            }
        }
        Cell::Distance(metres) => {
            sheet.write_number_with_format(row, column, f64::from(metres.0) / 1000.0, &formats.distance)?;
        }
        Cell::Score(score) => {
            sheet.write_number_with_format(row, column, score.fraction(), &formats.score)?;
        }
        Cell::Share(part, whole) => {
            if *whole != 0 {
                sheet.write_number_with_format(row, column, *part as f64 / *whole as f64, &formats.share)?;
            }
        }
        Cell::Days(days) => write_text(sheet, row, column, &days.to_string())?,
    }
    Ok(())
}
