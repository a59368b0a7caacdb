//! Decisions as a workbook: a row for every link of a round's plan, to be answered in and handed back.
//!
//! What was asked stands grey on the left; the answers, on the right, are empty. Texts are never formulas, and no
//! price of anybody is in it, so that it can be sent around. The same round and language give the same bytes.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use rust_xlsxwriter::{Color, DataValidation, Format, FormatAlign, Note, Workbook, Worksheet, XlsxError};

use super::read::sheet_called;
use super::write::{book_of, write_text};
use crate::error::Error;
use crate::io::csv::columns::DECISIONS;
use crate::io::import::{Answers, answers};
use crate::plan::Language;
use crate::round::{DecisionKind, Logged, Round, Standing};
use crate::units::Kg;

/// What the sheet of decisions is called, folded.
const CALLED: [&str; 2] = ["quyetdinh", "decisions"];

/// Rows below the links, for pairs that the plan does not have.
const MORE: u32 = 500;

/// Reads the decisions of a workbook: of the sheet that is called so, or of the first.
pub(in crate::io) fn read_decisions(path: &Path) -> Result<Answers, Error> {
    answers(&sheet_called(path, &CALLED, &DECISIONS)?)
}

/// Writes a round as a workbook to be answered in (`decisions.xlsx`): a row a link of the plan, and one for every pair
/// that a decision keeps out of it, with an empty decision, a drop-down of what can be decided, and who and why.
///
/// [`read_decisions`](crate::io::read_decisions) reads it; a row whose answer is empty is no decision.
///
/// # Errors
/// What the writer says; a sheet holds 2²⁰ rows.
pub fn write_decisions_workbook(round: &Round, language: Language, mut writer: impl Write) -> io::Result<()> {
    let mut book = book_of(round.market().as_of());
    fill(&mut book, round, language).map_err(io::Error::other)?;
    writer.write_all(&book.save_to_buffer().map_err(io::Error::other)?)
}

/// A column: header in both languages, width, and what to write there.
const COLUMNS: [(&str, f64, &str); 12] = [
    ("Mã chào bán\nOffer", 14.0, ""),
    ("Mã nhu cầu\nDemand", 14.0, ""),
    ("Hợp tác xã\nCooperative", 36.0, ""),
    ("Doanh nghiệp\nEnterprise", 36.0, ""),
    ("Sản phẩm\nProduct", 24.0, ""),
    ("Theo phương án, kg\nIn the plan, kg", 18.0, ""),
    ("Hiện là\nStands as", 20.0, ""),
    (
        "Quyết định\nDecision",
        22.0,
        "Chọn trong danh sách; bỏ trống là chưa quyết định. | Choose from the list; empty is no decision.",
    ),
    (
        "Khối lượng (kg)\nVolume (kg)",
        16.0,
        "Bắt buộc khi đã ký hoặc ban tổ chức đưa vào. Khi đồng ý mà bỏ trống thì theo phương án. | Needed of what is signed \
         or put in by hand; of what is accepted, empty means as in the plan.",
    ),
    ("Ai quyết định\nWho", 18.0, "Tên người; sẽ lưu lại. | Who; it stays in the log."),
    ("Lý do\nWhy", 34.0, "Như: giá thấp; ký tại bàn. | Such as: price too low; signed at the table."),
    ("Ngày\nDay", 12.0, "ngày/tháng/năm; có thể bỏ trống. | day/month/year; may be empty."),
];

/// The first column to be answered in.
const ANSWER: u16 = 7;

fn kinds(language: Language) -> [(DecisionKind, &'static str); 6] {
    let vietnamese = ["đồng ý", "từ chối", "đã ký", "ban tổ chức đưa vào", "ban tổ chức cấm", "mở lại"];
    let mut at = 0;
    DecisionKind::CODES.iter().fold([(DecisionKind::Accepted, ""); 6], |mut list, (code, kind)| {
        list[at] = (*kind, if language == Language::Vietnamese { vietnamese[at] } else { code });
        at += 1;
        list
    })
}

fn stands(standing: Standing, language: Language) -> &'static str {
    if language == Language::English {
        return standing.code();
    }
    match standing {
        Standing::Contract => "hợp đồng",
        Standing::Signed => "đã ký",
        Standing::Accepted => "đã đồng ý",
        Standing::Forced => "ban tổ chức đưa vào",
        Standing::Kept => "giữ lại",
        Standing::New => "phân bổ",
    }
}

fn fill(book: &mut Workbook, round: &Round, language: Language) -> Result<(), XlsxError> {
    let market = round.market();
    let name = if language == Language::Vietnamese { "Quyết định" } else { "Decisions" };
    let sheet = book.add_worksheet().set_name(name)?;
    header(sheet)?;
    let mut row = 1;
    for (allocation, standing) in round.standings() {
        let pair = (&*market.offer(allocation.offer).id, &*market.demand(allocation.demand).id);
        link(sheet, row, round, pair, Some(allocation.volume), stands(standing, language))?;
        row += 1;
    }
    // The last decision on a pair is the one that holds.
    let mut last: BTreeMap<(&str, &str), &Logged> = BTreeMap::new();
    for logged in round.decisions() {
        last.insert((&logged.decision.offer, &logged.decision.demand), logged);
    }
    for (pair, logged) in last {
        let decision = &logged.decision;
        if matches!(decision.kind, DecisionKind::Declined | DecisionKind::Forbidden) {
            let word = kinds(language).into_iter().find(|(kind, _)| *kind == decision.kind);
            let word = word.map_or("", |(_, word)| word);
            link(sheet, row, round, pair, None, &format!("{word} ({}: {})", decision.by, decision.reason))?;
            row += 1;
        }
    }
    let last = row.saturating_add(MORE);
    let words: Vec<&str> = kinds(language).into_iter().map(|(_, word)| word).collect();
    let rule = DataValidation::new().allow_list_strings(&words)?.show_error_message(false);
    sheet.add_data_validation(1, ANSWER, last, ANSWER, &rule)?;
    sheet.autofilter(0, 0, last, ANSWER + 4)?;
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0).set_repeat_rows(0, 0)?;
    Ok(())
}

fn header(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    let plain = Format::new().set_bold().set_text_wrap().set_align(FormatAlign::Top);
    let (asked, answer) =
        (plain.clone().set_background_color("EDF1F4"), plain.set_background_color("FFF2CC"));
    for ((title, width, note), column) in COLUMNS.iter().zip(0u16..) {
        let format = if column < ANSWER { &asked } else { &answer };
        sheet.write_string_with_format(0, column, *title, format)?.set_column_width(column, *width)?;
        if !note.is_empty() {
            let note = Note::new(note.replace(" | ", "\n")).add_author_prefix(false);
            sheet.insert_note(0, column, &note)?;
        }
    }
    sheet.set_row_height(0, 33)?;
    sheet.set_freeze_panes(1, 2)?;
    Ok(())
}

/// What is asked: the pair, what the plan has, and how it stands.
fn link(
    sheet: &mut Worksheet,
    row: u32,
    round: &Round,
    (offer, demand): (&str, &str),
    volume: Option<Kg>,
    standing: &str,
) -> Result<(), XlsxError> {
    let market = round.market();
    let seller = market.find_offer(offer).ok();
    let buyer = market.find_demand(demand).ok();
    let cells = [
        offer,
        demand,
        seller.map_or("", |at| market.cooperative(market.cooperative_of(at)).name_or_id()),
        buyer.map_or("", |at| market.enterprise(market.enterprise_of(at)).name_or_id()),
        seller.map_or("", |at| market.offer(at).product.as_str()),
    ];
    for (text, column) in cells.into_iter().zip(0u16..) {
        write_text(sheet, row, column, text)?;
    }
    if let Some(Kg(kg)) = volume {
        let whole = Format::new().set_num_format("#,##0").set_font_color(Color::Gray);
        #[expect(clippy::cast_precision_loss, reason = "a market has less than 2^53 kg")]
        sheet.write_number_with_format(row, 5, kg as f64, &whole)?;
    }
    write_text(sheet, row, 6, standing)
}
