//! Timetables as documents `lienket/timetable@1` and as tables.

use std::io::{self, BufWriter, Write};

use serde::Serialize;

use super::digest::market_digest;
use super::venue::venue_document;
use crate::market::Market;
use crate::timetable::{LeastSlots, Party, Quality, Span, Spot, Subject, Timetable, Who, Why};
use crate::units::Score;

const FORMAT: &str = "lienket/timetable@1";

/// The document; the order of its fields is the order here.
#[derive(Serialize)]
struct Document<'a> {
    format: &'static str,
    market_digest: String,
    venue: serde_json::Value,
    quality: Quality,
    bounds: LeastSlots,
    meetings: Vec<Meeting<'a>>,
    missed: Vec<MissedEntry<'a>>,
    without_meeting: Vec<WithoutEntry>,
}

#[derive(Serialize)]
struct Meeting<'a> {
    #[serde(flatten)]
    slot: Span,
    #[serde(flatten)]
    spot: Spot,
    cooperative: &'a str,
    enterprise: &'a str,
    why: &'static str,
    links: Vec<Link<'a>>,
}

/// What two talk about: an offer and a demand.
#[derive(Serialize)]
pub(super) struct Link<'a> {
    offer: &'a str,
    demand: &'a str,
    pub(super) product: &'a str,
    /// Volume of the plan; absent where they could trade only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) volume_kg: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<Score>,
}

#[derive(Serialize)]
struct MissedEntry<'a> {
    cooperative: &'a str,
    enterprise: &'a str,
    reason: &'static str,
}

#[derive(Serialize)]
struct WithoutEntry {
    #[serde(flatten)]
    who: Who,
    reason: &'static str,
}

/// A participant by its id.
pub(super) fn who(market: &Market, party: Party) -> Who {
    match party {
        Party::Cooperative(at) => Who::Cooperative(market.cooperative(at).id.clone()),
        Party::Enterprise(at) => Who::Enterprise(market.enterprise(at).id.clone()),
    }
}

fn why_code(why: Why) -> &'static str {
    match why {
        Why::Appointment => "appointment",
        Why::Plan { .. } => "plan",
        Why::Candidate { .. } => "candidate",
    }
}

/// What each meeting is about, in the order of the meetings.
pub(super) fn links(timetable: &Timetable) -> impl Iterator<Item = Vec<Link<'_>>> {
    timetable
        .subjects()
        .iter()
        .map(|subjects| subjects.iter().map(|subject| link(timetable, subject)).collect())
}

fn link<'a>(timetable: &'a Timetable, subject: &Subject) -> Link<'a> {
    let plan = timetable.plan();
    let (offer, demand) = (plan.market().offer(subject.offer), plan.market().demand(subject.demand));
    Link {
        offer: &offer.id,
        demand: &demand.id,
        product: &offer.product,
        volume_kg: subject.volume.map(|kg| kg.0),
        score: plan.linkage().score(subject.offer, subject.demand),
    }
}

fn document(timetable: &Timetable) -> Document<'_> {
    let market = timetable.plan().market();
    let rows = timetable.meetings().iter().zip(timetable.why()).zip(links(timetable));
    Document {
        format: FORMAT,
        market_digest: market_digest(market),
        venue: venue_document(timetable.venue()),
        quality: *timetable.quality(),
        bounds: *timetable.bounds(),
        meetings: rows
            .map(|((meeting, why), links)| Meeting {
                slot: timetable.slots()[meeting.slot as usize],
                spot: meeting.spot,
                cooperative: market.cooperative(meeting.cooperative).id.as_str(),
                enterprise: market.enterprise(meeting.enterprise).id.as_str(),
                why: why_code(*why),
                links,
            })
            .collect(),
        missed: timetable
            .missed()
            .iter()
            .map(|missed| MissedEntry {
                cooperative: market.cooperative(missed.cooperative).id.as_str(),
                enterprise: market.enterprise(missed.enterprise).id.as_str(),
                reason: missed.reason.code(),
            })
            .collect(),
        without_meeting: timetable
            .without_meeting()
            .iter()
            .map(|without| WithoutEntry { who: who(market, without.party), reason: without.reason.code() })
            .collect(),
    }
}

/// Writes a timetable as a document `lienket/timetable@1`: the same timetable, the same bytes.
///
/// # Errors
/// Those of the writer.
pub fn write_timetable(timetable: &Timetable, writer: impl Write) -> io::Result<()> {
    let mut writer = BufWriter::with_capacity(1 << 16, writer);
    serde_json::to_writer_pretty(&mut writer, &document(timetable))?;
    writer.write_all(b"\n")?;
    writer.flush()
}

/// The timetable as a document in memory.
#[must_use]
pub fn timetable_document(timetable: &Timetable) -> String {
    let mut document = Vec::new();
    write_timetable(timetable, &mut document).expect("a timetable is plain data with text keys");
    String::from_utf8(document).expect("JSON is text")
}

/// Writes the meetings as a table, one row each, in the order of time: UTF-8 with a byte-order mark, which
/// spreadsheets need to read Vietnamese. Names that a spreadsheet would take for a formula get an apostrophe before
/// them; ids stay as they are.
///
/// # Errors
/// Those of the writer.
#[cfg(feature = "csv")]
pub fn write_meetings(timetable: &Timetable, mut writer: impl Write) -> io::Result<()> {
    use super::plan::no_formula;
    writer.write_all("\u{feff}".as_bytes())?;
    let mut table = ::csv::Writer::from_writer(writer);
    table.write_record([
        "day",
        "from",
        "to",
        "table",
        "room",
        "cooperative",
        "cooperative_name",
        "enterprise",
        "enterprise_name",
        "products",
        "volume_kg",
        "why",
    ])?;
    let market = timetable.plan().market();
    for ((meeting, why), links) in timetable.meetings().iter().zip(timetable.why()).zip(links(timetable)) {
        let slot = timetable.slots()[meeting.slot as usize];
        let (table_number, room) = match meeting.spot {
            Spot::Table(number) => (number.to_string(), String::new()),
            Spot::Room(number) => (String::new(), number.to_string()),
        };
        let cooperative = market.cooperative(meeting.cooperative);
        let enterprise = market.enterprise(meeting.enterprise);
        let mut products: Vec<&str> = links.iter().map(|link| link.product).collect();
        products.sort_unstable();
        products.dedup();
        let kg: i64 = links.iter().filter_map(|link| link.volume_kg).sum();
        table.write_record(&[
            slot.day.to_string(),
            slot.from.to_string(),
            slot.to.to_string(),
            table_number,
            room,
            cooperative.id.clone(),
            no_formula(cooperative.name_or_id()),
            enterprise.id.clone(),
            no_formula(enterprise.name_or_id()),
            products.join(";"),
            if kg > 0 { kg.to_string() } else { String::new() },
            why_code(*why).to_owned(),
        ])?;
    }
    table.flush()
}

/// A name for a participant's file, without ending: letters, digits, `-` and `.` as they are, everything else by its bytes, so that any
/// id is a name on any system and different ids have different names, whatever the case.
#[must_use]
pub fn file_name(market: &Market, party: Party) -> String {
    use std::fmt::Write;
    let (kind, id) = match party {
        Party::Cooperative(at) => ("cooperative", market.cooperative(at).id.as_str()),
        Party::Enterprise(at) => ("enterprise", market.enterprise(at).id.as_str()),
    };
    let mut name = format!("{kind}-");
    for byte in id.bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' => name.push(char::from(byte)),
            _ => write!(name, "_{byte:02x}").expect("writing to a string cannot fail"),
        }
    }
    if name.len() > 150 {
        name.truncate(110);
        name.push('~');
        name.push_str(&super::calendar::digest(&[id])[..32]);
    }
    name
}
