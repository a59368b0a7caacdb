//! Timetables as calendars: iCalendar files (RFC 5545) that phones and mail programs take up.
//!
//! Written by hand, since the part that is needed is small: lines end with CRLF and are folded after at most 75 bytes, never
//! within a character; backslash, comma, semicolon and line ends are escaped in texts; times are in UTC. A meeting's UID
//! is made of the event, the two ids and which of their meetings it is, so that a calendar imported again moves the meeting
//! instead of doubling it. No clock is read: the stamp is the market's day.

use std::collections::BTreeMap;
use std::fmt::Write;

use sha2::{Digest, Sha256};

use super::timetable::links;
use crate::plan::Language;
use crate::timetable::{Booking, Party, Span, Spot, Timetable};
use crate::units::Date;

/// All meetings as one calendar.
#[must_use]
pub fn calendar(timetable: &Timetable, language: Language) -> String {
    render(timetable, language, |_| true)
}

/// The meetings of one participant as a calendar.
#[must_use]
pub fn party_calendar(timetable: &Timetable, party: Party, language: Language) -> String {
    render(timetable, language, |booking| match party {
        Party::Cooperative(at) => booking.cooperative == at,
        Party::Enterprise(at) => booking.enterprise == at,
    })
}

fn render(timetable: &Timetable, language: Language, wanted: impl Fn(&Booking) -> bool) -> String {
    let market = timetable.plan().market();
    let venue = timetable.venue();
    let event = venue.name.as_deref().unwrap_or("");
    let mut out = Lines(String::new());
    out.line("BEGIN:VCALENDAR");
    out.line("VERSION:2.0");
    out.line(concat!("PRODID:-//lienket//lienket ", env!("CARGO_PKG_VERSION"), "//EN"));
    out.line("CALSCALE:GREGORIAN");
    out.line("METHOD:PUBLISH");
    if !event.is_empty() {
        out.text("X-WR-CALNAME", event);
    }
    let mut times: BTreeMap<_, usize> = BTreeMap::new();
    for (booking, links) in timetable.meetings().iter().zip(links(timetable)) {
        let time = times.entry((booking.cooperative, booking.enterprise)).or_default();
        *time += 1;
        if !wanted(booking) {
            continue;
        }
        let cooperative = market.cooperative(booking.cooperative);
        let enterprise = market.enterprise(booking.enterprise);
        let slot = timetable.slots()[booking.slot as usize];
        let uid = digest(&[event, &cooperative.id, &enterprise.id, &time.to_string()]);
        let place = match (booking.spot, language) {
            (Spot::Table(number), Language::Vietnamese) => format!("Bàn {number}"),
            (Spot::Table(number), Language::English) => format!("Table {number}"),
            (Spot::Room(number), Language::Vietnamese) => format!("Phòng trực tuyến {number}"),
            (Spot::Room(number), Language::English) => format!("Online room {number}"),
        };
        let about: Vec<String> = links
            .iter()
            .map(|link| match link.volume_kg {
                Some(kg) => format!("{}: {kg} kg", link.product),
                None => link.product.to_owned(),
            })
            .collect();
        out.line("BEGIN:VEVENT");
        out.line(&format!("UID:{}@lienket", &uid[..32]));
        out.line(&format!("DTSTAMP:{}T000000Z", compact(market.as_of())));
        let (from, to) = utc(slot, venue.utc_offset_minutes);
        out.line(&format!("DTSTART:{from}"));
        out.line(&format!("DTEND:{to}"));
        out.text("SUMMARY", &format!("{} – {}", cooperative.name_or_id(), enterprise.name_or_id()));
        out.text("LOCATION", &place);
        if !about.is_empty() {
            out.text("DESCRIPTION", &about.join("\n"));
        }
        out.line("END:VEVENT");
    }
    out.line("END:VCALENDAR");
    out.0
}

/// Lines of a calendar.
struct Lines(String);

impl Lines {
    /// A line, folded.
    fn line(&mut self, line: &str) {
        let mut room = 75;
        for c in line.chars() {
            if c.len_utf8() > room {
                self.0.push_str("\r\n ");
                room = 74;
            }
            self.0.push(c);
            room -= c.len_utf8();
        }
        self.0.push_str("\r\n");
    }

    /// A line with a text, escaped.
    fn text(&mut self, name: &str, text: &str) {
        let mut line = format!("{name}:");
        for c in text.chars() {
            match c {
                '\\' | ',' | ';' => line.extend(['\\', c]),
                '\n' => line.push_str("\\n"),
                c if c.is_control() => {}
                c => line.push(c),
            }
        }
        self.line(&line);
    }
}

fn compact(date: Date) -> String {
    date.to_string().replace('-', "")
}

/// Beginning and end in UTC, in the form of the RFC.
fn utc(slot: Span, offset: i32) -> (String, String) {
    let moment = |minutes: u32| {
        let minutes = i64::from(minutes) - i64::from(offset);
        let day = i64::from(slot.day.number()) + minutes.div_euclid(1440);
        let day = Date::from_number(i32::try_from(day).unwrap_or(i32::MAX));
        let minutes = minutes.rem_euclid(1440);
        format!("{}T{:02}{:02}00Z", compact(day), minutes / 60, minutes % 60)
    };
    (moment(slot.from.minutes()), moment(slot.to.minutes()))
}

/// A digest of some texts, in hexadecimal.
pub(super) fn digest(texts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    }
    let mut text = String::new();
    for byte in hash.finalize() {
        write!(text, "{byte:02x}").expect("writing to a string cannot fail");
    }
    text
}
