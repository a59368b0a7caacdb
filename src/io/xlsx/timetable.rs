//! A timetable as a workbook: the meetings by time and place, those not held, and who has none.
//!
//! Headers stay in sight and every sheet can be filtered. Texts are never formulas; no price of anybody is in it. The same
//! timetable and language give the same bytes.

use std::io::{self, Write};

use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use crate::io::timetable::links;
use crate::io::xlsx::write::{book_of, write_text};
use crate::plan::Language;
use crate::timetable::{Party, Spot, Timetable};

/// Writes a timetable as a workbook (`.xlsx`), its sheets and words in the language.
///
/// # Errors
/// What the writer says; a sheet holds 2²⁰ rows.
pub fn write_timetable_workbook(
    timetable: &Timetable,
    language: Language,
    mut writer: impl Write,
) -> io::Result<()> {
    let mut book = book_of(timetable.plan().market().parts().as_of);
    fill(&mut book, timetable, language).map_err(io::Error::other)?;
    writer.write_all(&book.save_to_buffer().map_err(io::Error::other)?)
}

/// A sheet with its header: names and widths of columns.
fn sheet<'b>(
    book: &'b mut Workbook,
    name: &str,
    columns: &[(&str, f64)],
    rows: usize,
) -> Result<&'b mut Worksheet, XlsxError> {
    let header = Format::new().set_bold().set_background_color("EDF1F4");
    let sheet = book.add_worksheet().set_name(name)?;
    for (column, (name, width)) in (0..).zip(columns) {
        sheet.write_string_with_format(0, column, *name, &header)?.set_column_width(column, *width)?;
    }
    let last = u16::try_from(columns.len()).unwrap_or(1) - 1;
    sheet.set_freeze_panes(1, 0)?.autofilter(0, 0, u32::try_from(rows).unwrap_or(u32::MAX), last)?;
    Ok(sheet)
}

fn fill(book: &mut Workbook, timetable: &Timetable, language: Language) -> Result<(), XlsxError> {
    let w = |vi: &'static str, en: &'static str| if language == Language::Vietnamese { vi } else { en };
    let market = timetable.plan().market();
    let columns = [
        (w("Ngày", "Day"), 11.0),
        (w("Từ", "From"), 7.0),
        (w("Đến", "To"), 7.0),
        (w("Bàn hoặc phòng", "Table or room"), 18.0),
        (w("Hợp tác xã", "Cooperative"), 42.0),
        (w("Doanh nghiệp", "Enterprise"), 42.0),
        (w("Sản phẩm", "Products"), 30.0),
        ("kg", 12.0),
    ];
    let kilograms = Format::new().set_num_format("#,##0");
    let meetings = timetable.meetings();
    let page = sheet(book, w("Lịch gặp", "Meetings"), &columns, meetings.len())?;
    for ((row, meeting), links) in (1..).zip(meetings).zip(links(timetable)) {
        let slot = timetable.slots()[meeting.slot as usize];
        let spot = match meeting.spot {
            Spot::Table(number) => format!("{} {number}", w("Bàn", "Table")),
            Spot::Room(number) => format!("{} {number}", w("Phòng trực tuyến", "Online room")),
        };
        let mut products: Vec<&str> = links.iter().map(|link| link.product).collect();
        products.sort_unstable();
        products.dedup();
        let cells = [
            slot.day.to_string(),
            slot.from.to_string(),
            slot.to.to_string(),
            spot,
            market.cooperative(meeting.cooperative).name_or_id().to_owned(),
            market.enterprise(meeting.enterprise).name_or_id().to_owned(),
            products.join("; "),
        ];
        for (column, cell) in (0..).zip(&cells) {
            write_text(page, row, column, cell)?;
        }
        let kg: i64 = links.iter().filter_map(|link| link.volume_kg).sum();
        if kg > 0 {
            #[expect(clippy::cast_precision_loss, reason = "a market has less than 2^53 kg")]
            page.write_number_with_format(row, 7, kg as f64, &kilograms)?;
        }
    }
    let reason = (w("Lý do", "Reason"), 60.0);
    let columns = [(w("Hợp tác xã", "Cooperative"), 42.0), (w("Doanh nghiệp", "Enterprise"), 42.0), reason];
    let missed = timetable.missed();
    let page = sheet(book, w("Không xếp được", "Not held"), &columns, missed.len())?;
    for (row, missed) in (1..).zip(missed) {
        write_text(page, row, 0, market.cooperative(missed.cooperative).name_or_id())?;
        write_text(page, row, 1, market.enterprise(missed.enterprise).name_or_id())?;
        write_text(page, row, 2, missed.reason.in_words(language))?;
    }
    let columns = [(w("Bên tham gia", "Participant"), 42.0), (w("Là", "Is"), 16.0), reason];
    let without = timetable.without_meeting();
    let page = sheet(book, w("Chưa có cuộc gặp", "No meeting"), &columns, without.len())?;
    for (row, without) in (1..).zip(without) {
        let (name, kind) = match without.party {
            Party::Cooperative(at) => (market.cooperative(at).name_or_id(), w("hợp tác xã", "cooperative")),
            Party::Enterprise(at) => (market.enterprise(at).name_or_id(), w("doanh nghiệp", "enterprise")),
        };
        write_text(page, row, 0, name)?;
        write_text(page, row, 1, kind)?;
        write_text(page, row, 2, without.reason.in_words(language))?;
    }
    Ok(())
}
