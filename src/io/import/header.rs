//! What a market says of itself in rows of a name and a value, and which sheets are which.

use super::report::{ImportRemark, ImportReport};
use super::sheets::{MARKET, of_name, sheet_names};
use super::table::Line;
use crate::error::{Error, Issue, nearest};
use crate::io::cells::Raw;
use crate::io::cells::date::{End, date};
use crate::io::csv::columns::Sheet;
use crate::io::draft::Draft;
use crate::io::node::Node;
use crate::market::fold_name;

/// What the day of a round is called.
const DAYS: [&str; 6] = ["asof", "ngay", "ngayphien", "ngaytochuc", "taingay", "day"];

/// Reads `as_of` (and `format`, where it stands there) from rows of a name and a value.
pub(in crate::io) fn about_market(label: &str, lines: &[Line], draft: &mut Draft, report: &mut ImportReport) {
    let mut dated = false;
    for line in lines {
        let mut cells = line.cells.iter().map(|(_, raw)| raw).filter(|raw| !raw.is_blank());
        let (Some(Raw::Text(name)), value) = (cells.next(), cells.next()) else { continue };
        // `Ngày (as_of)` of the template: what stands in brackets explains.
        let folded = fold_name(name.split('(').next().unwrap_or(name)).replace('_', "");
        let Some(value) = value else {
            report.left_out.push(format!("{label} row {}: no value beside it", line.row));
            continue;
        };
        if folded == "format" {
            draft.format(Node::Text(value.show()));
        } else if DAYS.contains(&folded.as_str()) && !dated {
            dated = true;
            match date(value, End::First) {
                Ok(read) => {
                    draft.as_of(Node::Text(read.value.to_string()));
                    report.notes.extend(read.notes.into_iter().map(|message| ImportRemark {
                        sheet: label.to_owned(),
                        row: Some(line.row),
                        column: None,
                        found: Some(value.show()),
                        message,
                        remedy: None,
                    }));
                }
                Err(ask) => {
                    let pointer = format!("{label} row {}", line.row);
                    draft
                        .issues
                        .push(Issue::error(ask.code, pointer, ask.message, ask.help).found(value.show()));
                }
            }
        } else {
            report
                .left_out
                .push(format!("{label} row {}: nothing of the market is called “{name}”", line.row));
        }
    }
    if !dated {
        undated(label, draft);
    }
}

/// Says that the day of the round is missing.
pub(in crate::io) fn undated(label: &str, draft: &mut Draft) {
    let help =
        format!("Add a sheet `market` with a row: as_of, then the day, such as 28/11/2025 ({}).", MARKET[0]);
    let message = "the day of the round, as_of (ngày), is missing";
    draft.issues.push(Issue::error("missing_field", label, message, help));
}

/// What a sheet of a name is for.
pub(in crate::io) enum Use {
    /// The market itself.
    Market,
    List(&'static Sheet),
    /// Nothing; said in the report.
    Nothing,
}

/// Decides what a sheet is for by its name. Names that are almost known are faults.
pub(in crate::io) fn sort_out(
    name: &str,
    taken: &mut Vec<&'static str>,
    draft: &mut Draft,
    report: &mut ImportReport,
) -> Use {
    let folded = fold_name(name);
    let (list, sheet) = match of_name(&folded) {
        Some(sheet) => (sheet.list, Use::List(sheet)),
        None if MARKET.contains(&folded.as_str()) => ("market", Use::Market),
        None => {
            if let Some(near) = nearest(&folded, sheet_names().filter(|name| name.len() > 4)) {
                let message = "this sheet is not read, and its name is almost that of one that would be";
                let help =
                    format!("Rename it to `{near}`, or to something else if it is no part of the market.");
                draft.issues.push(Issue::error("unknown_sheet", name, message, help));
            } else {
                report.left_out.push(format!("sheet {name}: no list of the market is called so"));
            }
            return Use::Nothing;
        }
    };
    if taken.contains(&list) {
        let message = format!("a second sheet holds `{list}`");
        draft.issues.push(Issue::error("duplicate_sheet", name, message, "Put the rows of both into one."));
        return Use::Nothing;
    }
    taken.push(list);
    sheet
}

/// Refuses a market that lacks a list.
pub(in crate::io) fn all_there(place: &str, taken: &[&str], draft: &Draft) -> Result<(), Error> {
    let required = ["cooperatives", "enterprises", "offers", "demands"];
    let missing: Vec<&str> = required.into_iter().filter(|list| !taken.contains(list)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let mut message = format!("there is no sheet for {}", missing.join(", "));
    for near in draft.issues.iter().filter(|issue| issue.code == "unknown_sheet") {
        message = format!("{message}; {near}");
    }
    Err(Error::Unreadable {
        place: place.to_owned(),
        message,
        help: "A market has the sheets cooperatives (hợp tác xã), enterprises (doanh nghiệp), offers (chào bán) and demands \
               (nhu cầu); `lienket template` writes them empty."
            .to_owned(),
    })
}
