//! A venue in a market: ids looked up, appointments checked against the slots and one another.

use std::collections::{BTreeMap, BTreeSet};

use super::clock::Span;
use super::venue::{Appointment, Attendance, Mode, Venue, Who};
use crate::error::{Error, Issue, did_you_mean};
use crate::id::{CooperativeIx, EnterpriseIx};
use crate::market::Market;

/// A participant of a market.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Party {
    /// A cooperative.
    Cooperative(CooperativeIx),
    /// An enterprise.
    Enterprise(EnterpriseIx),
}

/// A venue looked up in a market.
pub(super) struct Hosted<'a> {
    pub(super) venue: &'a Venue,
    pub(super) slots: Vec<Span>,
    /// Entries of participants.
    pub(super) attendance: BTreeMap<Party, &'a Attendance>,
    pub(super) exclusions: BTreeSet<(CooperativeIx, EnterpriseIx)>,
    /// In a canonical order: the pair, the slot, the table.
    pub(super) appointments: Vec<Appointed>,
}

/// An appointment looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Appointed {
    pub(super) cooperative: CooperativeIx,
    pub(super) enterprise: EnterpriseIx,
    pub(super) slot: Option<u32>,
    pub(super) table: Option<u32>,
}

/// Looks up ids.
struct Lookup<'a> {
    market: &'a Market,
    issues: Vec<Issue>,
}

impl Lookup<'_> {
    fn cooperative(&mut self, id: &str, pointer: &str) -> Option<CooperativeIx> {
        let market = self.market;
        let found = market.position_of_cooperative(id).map(CooperativeIx::at);
        if found.is_none() {
            let ids = market.cooperatives().iter().map(|c| c.id.as_str());
            self.unknown("unknown_cooperative", "cooperative", id, pointer, did_you_mean(id, ids));
        }
        found
    }

    fn enterprise(&mut self, id: &str, pointer: &str) -> Option<EnterpriseIx> {
        let market = self.market;
        let found = market.position_of_enterprise(id).map(EnterpriseIx::at);
        if found.is_none() {
            let ids = market.enterprises().iter().map(|e| e.id.as_str());
            self.unknown("unknown_enterprise", "enterprise", id, pointer, did_you_mean(id, ids));
        }
        found
    }

    fn unknown(&mut self, code: &'static str, kind: &str, id: &str, pointer: &str, near: String) {
        let message = format!("the market has no {kind} with this id");
        let help = if near.is_empty() { "Correct the id, or leave the entry out.".to_owned() } else { near };
        self.issues.push(Issue::error(code, format!("{pointer}/{kind}"), message, help).found(id));
    }

    fn pair(&mut self, c: &str, e: &str, pointer: &str) -> Option<(CooperativeIx, EnterpriseIx)> {
        let (cooperative, enterprise) = (self.cooperative(c, pointer), self.enterprise(e, pointer));
        cooperative.zip(enterprise)
    }
}

impl<'a> Hosted<'a> {
    /// Looks a venue up in a market, or tells every fault: its own, unknown ids, appointments that cannot be kept.
    pub(super) fn of(venue: &'a Venue, market: &Market) -> Result<Self, Error> {
        let own = venue.issues();
        let sound = own.is_empty();
        let mut lookup = Lookup { market, issues: own };
        let mut attendance = BTreeMap::new();
        for (i, entry) in venue.participants.iter().enumerate() {
            let pointer = format!("/participants/{i}");
            let party = match &entry.who {
                Who::Cooperative(id) => lookup.cooperative(id, &pointer).map(Party::Cooperative),
                Who::Enterprise(id) => lookup.enterprise(id, &pointer).map(Party::Enterprise),
            };
            attendance.extend(party.map(|party| (party, entry)));
        }
        let mut exclusions: BTreeSet<_> = market.exclusions().iter().copied().collect();
        for (i, pair) in venue.exclusions.iter().enumerate() {
            exclusions.extend(lookup.pair(&pair.cooperative, &pair.enterprise, &format!("/exclusions/{i}")));
        }
        let slots = if sound { venue.slots() } else { Vec::new() };
        let mut hosted = Self { venue, slots, attendance, exclusions, appointments: Vec::new() };
        for (i, appointment) in venue.appointments.iter().enumerate() {
            let pointer = format!("/appointments/{i}");
            let pair = lookup.pair(&appointment.cooperative, &appointment.enterprise, &pointer);
            if let Some(pair) = pair
                && sound
                && let Some(appointed) = hosted.appointed(pair, appointment, &pointer, &mut lookup.issues)
            {
                hosted.appointments.push(appointed);
            }
        }
        if !lookup.issues.is_empty() {
            return Err(Error::Faults(lookup.issues));
        }
        hosted.appointments.sort_unstable();
        Ok(hosted)
    }

    pub(super) fn parties(pair: (CooperativeIx, EnterpriseIx)) -> [Party; 2] {
        [Party::Cooperative(pair.0), Party::Enterprise(pair.1)]
    }

    /// Where a pair meets.
    pub(super) fn mode(&self, pair: (CooperativeIx, EnterpriseIx)) -> Mode {
        let online = |party| self.attendance.get(&party).is_some_and(|entry| entry.mode == Mode::Online);
        if Self::parties(pair).into_iter().any(online) { Mode::Online } else { Mode::OnSite }
    }

    /// Places for meetings of a mode.
    pub(super) fn places(&self, mode: Mode) -> u32 {
        match mode {
            Mode::OnSite => self.venue.tables,
            Mode::Online => self.venue.rooms,
        }
    }

    /// Whether somebody can meet in a slot.
    pub(super) fn can(&self, party: Party, slot: Span) -> bool {
        self.attendance.get(&party).is_none_or(|entry| {
            (entry.available.is_empty() || entry.available.iter().any(|span| span.holds(slot)))
                && !entry.away.iter().any(|span| span.meets(slot))
        })
    }

    /// Most meetings of somebody.
    pub(super) fn most(&self, party: Party) -> Option<u32> {
        let own = self.attendance.get(&party).and_then(|entry| entry.max_meetings);
        own.or(match party {
            Party::Cooperative(_) => self.venue.max_meetings_per_cooperative,
            Party::Enterprise(_) => self.venue.max_meetings_per_enterprise,
        })
    }

    /// Looks an appointment up and checks it against the venue and those before it.
    fn appointed(
        &self,
        pair: (CooperativeIx, EnterpriseIx),
        appointment: &Appointment,
        pointer: &str,
        issues: &mut Vec<Issue>,
    ) -> Option<Appointed> {
        let mut fault = |code, field: &str, message: &str, help: &str| {
            issues.push(Issue::error(code, format!("{pointer}{field}"), message, help));
        };
        let before = |party: Party| {
            self.appointments
                .iter()
                .filter(move |a| Self::parties((a.cooperative, a.enterprise)).contains(&party))
        };
        let mut sound = true;
        if self.exclusions.contains(&pair) {
            let message = "these two must not meet, by an exclusion of the market or the venue";
            fault("excluded", "", message, "Leave out the appointment or the exclusion.");
            sound = false;
        }
        let places = self.places(self.mode(pair));
        if places == 0 {
            let message = "there is no table on site (or no room online) for this appointment";
            fault("nowhere", "", message, "Add `tables` or `rooms`, or change the `mode` of a participant.");
            sound = false;
        }
        for party in Self::parties(pair) {
            if self.most(party).is_some_and(|most| before(party).count() >= most as usize) {
                let message = "a participant has more appointments than meetings allowed";
                fault("above_max_meetings", "", message, "Raise the limit, or leave an appointment out.");
                sound = false;
            }
        }
        let (cooperative, enterprise) = pair;
        let Some(at) = appointment.at else {
            return sound.then_some(Appointed { cooperative, enterprise, slot: None, table: None });
        };
        let Some(index) = self.slots.iter().position(|slot| slot.day == at.day && slot.from == at.from)
        else {
            let near = self.slots.iter().filter(|slot| slot.day == at.day);
            let near = near.min_by_key(|slot| slot.from.minutes().abs_diff(at.from.minutes()));
            let help = near.map_or_else(
                || "No slot lies on this day.".to_owned(),
                |slot| format!("The slot nearest to it begins at {}.", slot.from),
            );
            fault("no_such_slot", "/from", "no slot begins then", &help);
            return None;
        };
        let slot = self.slots[index];
        let buffer = self.venue.buffer_minutes;
        for party in Self::parties(pair) {
            if !self.can(party, slot) {
                let message = format!("a participant is not there in the slot {slot}");
                fault("not_available", "", &message, "Change the time, or `available` and `away`.");
                sound = false;
            }
            let mut taken = before(party).filter_map(|a| Some(self.slots[a.slot? as usize]));
            if let Some(other) = taken.find(|other| too_near(*other, slot, buffer)) {
                let message = format!("a participant has another appointment at {other}");
                fault("two_places", "", &message, "Change one of the times.");
                sound = false;
            }
        }
        let mode = self.mode(pair);
        let beside: Vec<&Appointed> = self
            .appointments
            .iter()
            .filter(|a| {
                a.slot == u32::try_from(index).ok() && self.mode((a.cooperative, a.enterprise)) == mode
            })
            .collect();
        if places > 0 && beside.len() >= places as usize {
            let message = format!("more appointments than places ({places}) in this slot");
            fault("no_place", "", &message, "Change one of the times, or add places.");
            sound = false;
        }
        if let Some(table) = appointment.table {
            if !(1..=places).contains(&table) {
                let message = format!("there is no place {table} for this appointment");
                fault("no_such_table", "/table", &message, &format!("They are counted from 1 to {places}."));
                sound = false;
            } else if beside.iter().any(|other| other.table == Some(table)) {
                let message = format!("place {table} has another appointment in this slot");
                fault("table_taken", "/table", &message, "Change one of the two.");
                sound = false;
            }
        }
        let slot = Some(u32::try_from(index).expect("at most a thousand slots"));
        sound.then_some(Appointed { cooperative, enterprise, slot, table: appointment.table })
    }
}

/// Whether nobody can be in both of two slots.
pub(super) fn too_near(a: Span, b: Span, buffer: u32) -> bool {
    let (first, second) = if a.from <= b.from { (a, b) } else { (b, a) };
    a.day == b.day && second.from.minutes() < first.to.minutes() + buffer
}
