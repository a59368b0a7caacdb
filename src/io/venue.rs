//! Venues as TOML or JSON documents `lienket/venue@1`.

use super::draft::check_format;
use super::fields::{At, Fields};
use super::json::syntax_error;
use super::node::Node;
use super::policy::toml_tree;
use super::text::decode;
use super::values::{Value, Word, list};
use crate::error::{Error, Issue};
use crate::market::Exclusion;
use crate::timetable::{Appointment, Attendance, Break, Day, Meetings, Mode, Moment, Span, Time, Venue, Who};

/// The format of venue documents.
pub(super) const FORMAT: &str = "lienket/venue@1";

const FIELDS: [&str; 15] = [
    "format",
    "name",
    "days",
    "slot_minutes",
    "change_minutes",
    "buffer_minutes",
    "tables",
    "rooms",
    "max_meetings_per_cooperative",
    "max_meetings_per_enterprise",
    "meetings",
    "utc_offset_minutes",
    "participants",
    "exclusions",
    "appointments",
];

impl Word for Mode {
    const WORDS: &'static [(&'static str, Self)] = &[("on_site", Self::OnSite), ("online", Self::Online)];
}

impl Word for Meetings {
    const WORDS: &'static [(&'static str, Self)] =
        &[("plan", Self::Plan), ("candidates", Self::Candidates), ("appointments", Self::Appointments)];
}

impl Value for Time {
    fn of(node: Node, at: &At, issues: &mut Vec<Issue>) -> Option<Self> {
        let text = String::of(node, at, issues)?;
        let time = text.parse().ok();
        if time.is_none() {
            let message = "this is not a time of the day written as HH:MM";
            let help = "Write hours and minutes with two digits each, in quotes, such as \"08:30\"; the end of a day is \"24:00\".";
            issues.push(Issue::error("bad_time", at.to_string(), message, help).found(text));
        }
        time
    }
}

impl Value for u32 {
    fn of(node: Node, at: &At, issues: &mut Vec<Issue>) -> Option<Self> {
        let value = u64::of(node, at, issues)?;
        let narrow = Self::try_from(value).ok();
        if narrow.is_none() {
            let message = "this number is too large";
            issues.push(
                Issue::error("out_of_range", at.to_string(), message, "Check the digits.").found(value),
            );
        }
        narrow
    }
}

/// Reads a venue from TOML.
///
/// ```
/// let venue = lienket::io::venue::from_toml(
///     "format = 'lienket/venue@1'\ntables = 20\n\
///      [[days]]\ndate = '2025-11-28'\nfrom = '08:00'\nto = '17:00'\nbreaks = [{from = '11:30', to = '13:30'}]",
/// )?;
/// assert_eq!((venue.tables, venue.slots().len()), (20, 20));
/// # Ok::<(), lienket::Error>(())
/// ```
///
/// # Errors
/// [`Error::Unreadable`] where it is not TOML, with line and column; [`Error::Faults`] with every fault.
pub fn from_toml(document: &str) -> Result<Venue, Error> {
    venue_of(toml_tree(document)?)
}

/// Reads a venue from JSON.
///
/// # Errors
/// [`Error::Unreadable`] where it is not JSON, with line and column; [`Error::Faults`] with every fault.
pub fn from_json(document: &[u8]) -> Result<Venue, Error> {
    let text = decode(document)?;
    venue_of(serde_json::from_str(text).map_err(|error| syntax_error(&error, text, &[]))?)
}

/// The venue as a document `lienket/venue@1`, defaults written out.
#[must_use]
pub fn venue_document(venue: &Venue) -> serde_json::Value {
    let mut document = serde_json::to_value(venue).expect("a venue is plain data with text keys");
    document["format"] = FORMAT.into();
    document.sort_all_objects();
    document
}

fn venue_of(node: Node) -> Result<Venue, Error> {
    let mut issues = Vec::new();
    let mut fields = Fields::open(node, At::ROOT, &FIELDS, &mut issues);
    match fields.take("format") {
        Some(node) => check_format(node, FORMAT, fields.parts().1),
        None => drop(fields.required::<String>("format")),
    }
    let default = Venue::empty(Vec::new());
    let offset: Option<i64> = fields.optional("utc_offset_minutes");
    let days = match fields.take("days") {
        Some(node) => days(node, &mut fields),
        None => fields.required::<Vec<String>>("days").map(|_| Vec::new()),
    };
    let days_read = days.is_some();
    let venue = Venue {
        name: fields.optional("name"),
        days: days.unwrap_or_default(),
        slot_minutes: fields.optional("slot_minutes").unwrap_or(default.slot_minutes),
        change_minutes: fields.optional("change_minutes").unwrap_or(default.change_minutes),
        buffer_minutes: fields.optional("buffer_minutes").unwrap_or(default.buffer_minutes),
        tables: fields.optional("tables").unwrap_or(default.tables),
        rooms: fields.optional("rooms").unwrap_or(default.rooms),
        max_meetings_per_cooperative: fields.optional("max_meetings_per_cooperative"),
        max_meetings_per_enterprise: fields.optional("max_meetings_per_enterprise"),
        meetings: fields.optional("meetings").unwrap_or(default.meetings),
        // Beyond 32 bits it is out of range as well.
        utc_offset_minutes: offset
            .map_or(default.utc_offset_minutes, |o| i32::try_from(o).unwrap_or(i32::MAX)),
        participants: entries(&mut fields, "participants", attendance),
        exclusions: entries(&mut fields, "exclusions", exclusion),
        appointments: entries(&mut fields, "appointments", appointment),
    };
    let mut more = venue.issues();
    // Not what follows from a fault of reading.
    let read = |pointer: &str| {
        let under = |issue: &Issue| {
            let below = pointer.strip_prefix(&issue.pointer);
            below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
                || issue.pointer.starts_with(pointer)
        };
        issues.iter().any(|issue| issue.code != "duplicate_key" && under(issue))
    };
    more.retain(|issue| !read(&issue.pointer) && (days_read || !issue.pointer.starts_with("/days")));
    issues.append(&mut more);
    if issues.is_empty() { Ok(venue) } else { Err(Error::Faults(issues)) }
}

/// The entries of a list that may be absent; those that cannot be read are left out, their faults said.
fn entries<T>(fields: &mut Fields, name: &str, read: fn(&mut Fields) -> Option<T>) -> Vec<T> {
    let Some(node) = fields.take(name) else { return Vec::new() };
    let (at, issues) = fields.parts();
    let (known, at): (&[&str], _) = match name {
        "participants" => {
            (&["cooperative", "enterprise", "mode", "available", "away", "max_meetings"], at.field(name))
        }
        "exclusions" => (&["cooperative", "enterprise"], at.field(name)),
        _ => (&["cooperative", "enterprise", "day", "from", "table"], at.field(name)),
    };
    let items = list(node, &at, issues, |item, at, issues| read(&mut Fields::open(item, *at, known, issues)));
    items.unwrap_or_default().into_iter().flatten().collect()
}

fn days(node: Node, fields: &mut Fields) -> Option<Vec<Day>> {
    let (at, issues) = fields.parts();
    let days = list(node, &at.field("days"), issues, |item, at, issues| {
        let mut fields = Fields::open(item, *at, &["date", "from", "to", "breaks"], issues);
        let (date, from, to) = (fields.required("date"), fields.required("from"), fields.required("to"));
        let breaks = fields.take("breaks").and_then(|node| {
            let (at, issues) = fields.parts();
            list(node, &at.field("breaks"), issues, |item, at, issues| {
                let mut fields = Fields::open(item, *at, &["from", "to"], issues);
                let (from, to) = (fields.required("from"), fields.required("to"));
                Some(Break { from: from?, to: to? })
            })
        });
        let breaks = breaks.unwrap_or_default().into_iter().flatten().collect();
        Some(Day { date: date?, from: from?, to: to?, breaks })
    })?;
    // With a day missing, what is said of the others (overlaps, too few slots) could be wrong.
    days.into_iter().collect()
}

fn spans(fields: &mut Fields, name: &str) -> Vec<Span> {
    let Some(node) = fields.take(name) else { return Vec::new() };
    let (at, issues) = fields.parts();
    let spans = list(node, &at.field(name), issues, |item, at, issues| {
        let mut fields = Fields::open(item, *at, &["day", "from", "to"], issues);
        let day = fields.required("day");
        let from = fields.optional("from").unwrap_or(Time::MIDNIGHT);
        Some(Span { day: day?, from, to: fields.optional("to").unwrap_or(Time::END) })
    });
    spans.unwrap_or_default().into_iter().flatten().collect()
}

fn attendance(fields: &mut Fields) -> Option<Attendance> {
    let before = fields.parts().1.len();
    let cooperative = fields.optional("cooperative").map(Who::Cooperative);
    let enterprise = fields.optional("enterprise").map(Who::Enterprise);
    let who = match (cooperative, enterprise) {
        (Some(who), None) | (None, Some(who)) => Some(who),
        (both, _) => {
            let (at, issues) = fields.parts();
            if issues.len() == before {
                let message = "a participant is a `cooperative` or an `enterprise`";
                let (code, help) = match both {
                    Some(_) => ("both", "Leave one of the two out."),
                    None => ("missing_field", "Write one of the two."),
                };
                issues.push(Issue::error(code, at.to_string(), message, help));
            }
            None
        }
    };
    let mode = fields.optional("mode").unwrap_or_default();
    let (available, away) = (spans(fields, "available"), spans(fields, "away"));
    let max_meetings = fields.optional("max_meetings");
    Some(Attendance { who: who?, mode, available, away, max_meetings })
}

fn exclusion(fields: &mut Fields) -> Option<Exclusion> {
    let (cooperative, enterprise) = (fields.required("cooperative"), fields.required("enterprise"));
    Some(Exclusion { cooperative: cooperative?, enterprise: enterprise? })
}

fn appointment(fields: &mut Fields) -> Option<Appointment> {
    let (cooperative, enterprise) = (fields.required("cooperative"), fields.required("enterprise"));
    let before = fields.parts().1.len();
    let (day, from) = (fields.optional("day"), fields.optional("from"));
    let table = fields.optional("table");
    let (at, issues) = fields.parts();
    let moment = match (day, from) {
        (Some(day), Some(from)) => Some(Moment { day, from }),
        (None, None) => None,
        _ => {
            if issues.len() == before {
                let message = "a time has a `day` and `from`";
                let help = "Write both, or none where any time will do.";
                issues.push(Issue::error("missing_field", at.to_string(), message, help));
            }
            return None;
        }
    };
    Some(Appointment { cooperative: cooperative?, enterprise: enterprise?, at: moment, table })
}
