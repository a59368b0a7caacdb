//! The venue: when, where, and who can meet whom; plain data with its validation.

use std::collections::BTreeSet;

use serde::Serialize;

use super::clock::{Span, Time, slots};
use crate::error::Issue;
use crate::market::Exclusion;
use crate::units::Date;

/// Most slots of a venue.
const SLOTS: usize = 1000;
/// Most tables, and most rooms.
const PLACES: u32 = 100_000;

/// A day of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Day {
    /// The day.
    pub date: Date,
    /// When the first meeting begins.
    pub from: Time,
    /// When the last meeting is over at the latest.
    pub to: Time,
    /// When nobody meets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub breaks: Vec<Break>,
}

/// A break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Break {
    /// Its beginning.
    pub from: Time,
    /// Its end.
    pub to: Time,
}

/// Somebody who meets.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// A cooperative, by its id.
    Cooperative(String),
    /// An enterprise, by its id.
    Enterprise(String),
}

/// Where somebody takes part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// At the venue, at its tables.
    #[default]
    OnSite,
    /// From elsewhere, in its online rooms; whoever meets them goes online too.
    Online,
}

/// How somebody takes part; those without an entry are on site all the time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Attendance {
    /// Who.
    #[serde(flatten)]
    pub who: Who,
    /// On site or online.
    pub mode: Mode,
    /// When they can meet; always where the list is empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub available: Vec<Span>,
    /// When they cannot.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub away: Vec<Span>,
    /// Most meetings, in place of the venue's for their side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_meetings: Option<u32>,
}

/// A meeting that the organiser has promised, with its time or without.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Appointment {
    /// Id of the cooperative.
    pub cooperative: String,
    /// Id of the enterprise.
    pub enterprise: String,
    /// When it begins: the beginning of a slot. Without it, it is held when it fits, before all others.
    #[serde(flatten)]
    pub at: Option<Moment>,
    /// Its table (or online room), counted from 1; any where absent. Only with a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<u32>,
}

/// A day and a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Moment {
    /// The day.
    pub day: Date,
    /// The time.
    pub from: Time,
}

/// Which meetings are wanted, besides appointments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Meetings {
    /// Of every cooperative and enterprise that trade in the plan.
    #[default]
    Plan,
    /// Of those with a candidate, the most promising within everybody's limit of meetings.
    Candidates,
    /// None.
    Appointments,
}

/// When and where an event's meetings take place. Plain data; [`Timetable::schedule`](crate::Timetable::schedule)
/// refuses one with faults.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Venue {
    /// Name of the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its days; the same date may stand twice with times apart.
    pub days: Vec<Day>,
    /// Length of a meeting, 1 … 1440 minutes.
    pub slot_minutes: u32,
    /// From the end of a slot to the beginning of the next, 0 … 1440 minutes.
    pub change_minutes: u32,
    /// Least time between two meetings of the same participant, 0 … 1440 minutes.
    pub buffer_minutes: u32,
    /// Tables on site.
    pub tables: u32,
    /// Rooms online.
    pub rooms: u32,
    /// Most meetings of a cooperative; no limit where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_meetings_per_cooperative: Option<u32>,
    /// Most meetings of an enterprise; no limit where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_meetings_per_enterprise: Option<u32>,
    /// Which meetings are wanted.
    pub meetings: Meetings,
    /// What the clocks there are ahead of UTC, in minutes; 420 in Vietnam.
    pub utc_offset_minutes: i32,
    /// Who takes part otherwise than on site all the time.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub participants: Vec<Attendance>,
    /// Who must not meet, besides the market's exclusions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclusions: Vec<Exclusion>,
    /// Meetings promised.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub appointments: Vec<Appointment>,
}

impl Venue {
    /// A venue with one day and so many tables: meetings of 20 minutes, back to back, of the plan's pairs.
    #[must_use]
    pub fn new(date: Date, from: Time, to: Time, tables: u32) -> Self {
        Self { tables, ..Self::empty(vec![Day { date, from, to, breaks: Vec::new() }]) }
    }

    /// What documents default to, with some days and no place to meet.
    #[must_use]
    pub fn empty(days: Vec<Day>) -> Self {
        Self {
            name: None,
            days,
            slot_minutes: 20,
            change_minutes: 0,
            buffer_minutes: 0,
            tables: 0,
            rooms: 0,
            max_meetings_per_cooperative: None,
            max_meetings_per_enterprise: None,
            meetings: Meetings::Plan,
            utc_offset_minutes: 420,
            participants: Vec::new(),
            exclusions: Vec::new(),
            appointments: Vec::new(),
        }
    }

    /// The slots that its days are cut into, in the order of time.
    #[must_use]
    pub fn slots(&self) -> Vec<Span> {
        if self.slot_minutes == 0 { Vec::new() } else { slots(self) }
    }

    /// Every fault that shows without a market, pointing into the document `lienket/venue@1`.
    #[must_use]
    pub fn issues(&self) -> Vec<Issue> {
        let mut issues = Vec::new();
        self.issues_of_numbers(&mut issues);
        self.issues_of_days(&mut issues);
        let mut spans = |pointer: String, span: &Span| {
            if span.from >= span.to {
                let help = "Write the beginning before the end.";
                issues.push(
                    Issue::error("empty_span", pointer, "this ends before it begins", help).found(span),
                );
            }
        };
        for (i, attendance) in self.participants.iter().enumerate() {
            for (list, name) in [(&attendance.available, "available"), (&attendance.away, "away")] {
                for (j, span) in list.iter().enumerate() {
                    spans(format!("/participants/{i}/{name}/{j}"), span);
                }
            }
        }
        let mut seen = BTreeSet::new();
        for (i, attendance) in self.participants.iter().enumerate() {
            if !seen.insert(&attendance.who) {
                let (field, id) = attendance.who.parts();
                let pointer = format!("/participants/{i}/{field}");
                let message = "this participant stands in the list already";
                issues.push(Issue::error("repeated", pointer, message, "Join the two entries.").found(id));
            }
        }
        for (i, appointment) in self.appointments.iter().enumerate() {
            if appointment.table.is_some() && appointment.at.is_none() {
                let pointer = format!("/appointments/{i}/table");
                let message = "a table is fixed, but no time";
                issues.push(Issue::error("table_without_time", pointer, message, "Add `day` and `from`."));
            }
        }
        issues
    }

    fn issues_of_numbers(&self, issues: &mut Vec<Issue>) {
        let mut range = |name: &str, value: i64, low: i64, high: i64| {
            if !(low..=high).contains(&value) {
                let message = format!("this must be a whole number from {low} to {high}");
                let help = "Correct it, or leave it out for the default.";
                issues.push(Issue::error("out_of_range", format!("/{name}"), message, help).found(value));
            }
        };
        range("slot_minutes", self.slot_minutes.into(), 1, 1440);
        range("change_minutes", self.change_minutes.into(), 0, 1440);
        range("buffer_minutes", self.buffer_minutes.into(), 0, 1440);
        range("tables", self.tables.into(), 0, PLACES.into());
        range("rooms", self.rooms.into(), 0, PLACES.into());
        range("utc_offset_minutes", self.utc_offset_minutes.into(), -720, 840);
        if self.tables == 0 && self.rooms == 0 {
            let help = "Say how many `tables` there are on site, or how many `rooms` online.";
            issues.push(Issue::error("nowhere", "/tables", "there is neither a table nor a room", help));
        }
    }

    fn issues_of_days(&self, issues: &mut Vec<Issue>) {
        let known = issues.len();
        if self.days.is_empty() {
            let message = "the event has no day";
            issues.push(Issue::error("no_day", "/days", message, "Add one, with `date`, `from` and `to`."));
        }
        for (i, day) in self.days.iter().enumerate() {
            let own = Span { day: day.date, from: day.from, to: day.to };
            if day.from >= day.to {
                let help = "Write the beginning before the end.";
                let message = "this day ends before it begins";
                issues.push(Issue::error("empty_span", format!("/days/{i}"), message, help).found(own));
            }
            for (j, pause) in day.breaks.iter().enumerate() {
                if pause.from >= pause.to {
                    let pointer = format!("/days/{i}/breaks/{j}");
                    let help = "Write the beginning before the end.";
                    let found = format!("{}–{}", pause.from, pause.to);
                    let message = "this break ends before it begins";
                    issues.push(Issue::error("empty_span", pointer, message, help).found(found));
                }
            }
            let earlier = self.days[..i].iter().map(|day| Span { day: day.date, from: day.from, to: day.to });
            if let Some(other) = earlier.into_iter().find(|other| other.meets(own)) {
                let help = "Join the two, with a break between them where nobody meets.";
                let message = format!("this overlaps {other}");
                issues.push(Issue::error("days_overlap", format!("/days/{i}"), message, help).found(own));
            }
        }
        if issues.len() == known && (1..=1440).contains(&self.slot_minutes) {
            let slots = if self.days.len() <= SLOTS { slots(self).len() } else { self.days.len() };
            if slots == 0 {
                let message = format!("no meeting of {} minutes fits into any day", self.slot_minutes);
                let help = "Make the days longer, or the meetings or breaks shorter.";
                issues.push(Issue::error("no_slot", "/days", message, help));
            } else if slots > SLOTS {
                let message = format!("there are {slots} slots, and at most {SLOTS} are planned at once");
                issues.push(Issue::error(
                    "too_many_slots",
                    "/days",
                    message,
                    "Plan the days in several parts.",
                ));
            }
        }
    }
}

impl Who {
    /// The field of the document, and the id.
    pub(crate) fn parts(&self) -> (&'static str, &str) {
        match self {
            Self::Cooperative(id) => ("cooperative", id),
            Self::Enterprise(id) => ("enterprise", id),
        }
    }
}
