//! The checker of timetables: from the venue, the market and the bookings alone, in minutes of the clock.
//!
//! It shares nothing with the search, neither slots nor lookups nor data structures: it reads ids, days and times, and compares
//! every pair of bookings that could be in each other's way. O(B log B) for B bookings, times the bookings of a participant.

use std::collections::{BTreeMap, BTreeSet};

use super::clock::Span;
use super::venue::{Mode, Venue, Who};
use super::{Booking, Spot};
use crate::error::Issue;
use crate::market::Market;

/// A booking in words and minutes.
struct Read<'a> {
    cooperative: &'a str,
    enterprise: &'a str,
    day: String,
    from: u32,
    to: u32,
    spot: Spot,
}

/// Everything that is wrong with bookings; pointers are into the document's list `meetings`.
pub(super) fn faults(venue: &Venue, market: &Market, slots: &[Span], bookings: &[Booking]) -> Vec<Issue> {
    let mut faults = Vec::new();
    let mut read = Vec::new();
    for (i, booking) in bookings.iter().enumerate() {
        let Some(slot) = slots.get(booking.slot as usize) else {
            faults.push(fault("no_such_slot", i, "there is no such slot"));
            continue;
        };
        let cooperative = market.cooperatives().get(booking.cooperative.index());
        let enterprise = market.enterprises().get(booking.enterprise.index());
        let (Some(cooperative), Some(enterprise)) = (cooperative, enterprise) else {
            faults.push(fault("unknown_id", i, "the market has no such participant"));
            continue;
        };
        let entry = Read {
            cooperative: &cooperative.id,
            enterprise: &enterprise.id,
            day: slot.day.to_string(),
            from: slot.from.minutes(),
            to: slot.to.minutes(),
            spot: booking.spot,
        };
        alone(venue, market, i, &entry, &mut faults);
        read.push((i, entry));
    }
    together(venue, &read, &mut faults);
    promised(venue, &read, &mut faults);
    faults
}

fn fault(code: &'static str, booking: usize, message: &str) -> Issue {
    Issue::error(code, format!("/meetings/{booking}"), message, "Schedule again, or change this meeting.")
}

fn whos(entry: &Read) -> [Who; 2] {
    [Who::Cooperative(entry.cooperative.to_owned()), Who::Enterprise(entry.enterprise.to_owned())]
}

/// What a booking breaks by itself.
fn alone(venue: &Venue, market: &Market, i: usize, entry: &Read, faults: &mut Vec<Issue>) {
    let (from, to) = (entry.from, entry.to);
    let within = venue.days.iter().filter(|day| day.date.to_string() == entry.day);
    let mut within = within.filter(|day| day.from.minutes() <= from && to <= day.to.minutes());
    match within.next() {
        None => faults.push(fault("outside", i, "this is outside the days of the event")),
        Some(day) => {
            if day.breaks.iter().any(|pause| pause.from.minutes() < to && from < pause.to.minutes()) {
                faults.push(fault("in_break", i, "this is in a break"));
            }
        }
    }
    if to.checked_sub(from) != Some(venue.slot_minutes) {
        faults.push(fault("wrong_length", i, "this has not the length of a meeting"));
    }
    let mut online = false;
    for who in whos(entry) {
        let Some(attendance) = venue.participants.iter().find(|entry| entry.who == who) else { continue };
        online |= attendance.mode == Mode::Online;
        let overlap = |span: &Span| {
            let same = span.day.to_string() == entry.day;
            if same { span.to.minutes().min(to).saturating_sub(span.from.minutes().max(from)) } else { 0 }
        };
        let inside =
            attendance.available.is_empty() || attendance.available.iter().any(|s| overlap(s) == to - from);
        if !inside || attendance.away.iter().any(|span| overlap(span) > 0) {
            let message = format!("`{}` is not there then", who.parts().1);
            faults.push(fault("not_available", i, &message));
        }
    }
    let number = match (entry.spot, online) {
        (Spot::Table(number), false) if (1..=venue.tables).contains(&number) => number,
        (Spot::Room(number), true) if (1..=venue.rooms).contains(&number) => number,
        (Spot::Table(_) | Spot::Room(_), _) => 0,
    };
    if number == 0 {
        faults.push(fault("no_such_place", i, "there is no such table or room for these two"));
    }
    let named = |c: &str, e: &str| c == entry.cooperative && e == entry.enterprise;
    let listed = venue.exclusions.iter().chain(&market.parts().exclusions);
    if listed.into_iter().any(|pair| named(&pair.cooperative, &pair.enterprise)) {
        faults.push(fault("excluded", i, "these two must not meet"));
    }
}

/// What bookings break together.
fn together(venue: &Venue, read: &[(usize, Read)], faults: &mut Vec<Issue>) {
    let mut of_party: BTreeMap<Who, Vec<&(usize, Read)>> = BTreeMap::new();
    let mut of_spot: BTreeMap<Spot, Vec<&(usize, Read)>> = BTreeMap::new();
    for item in read {
        for who in whos(&item.1) {
            of_party.entry(who).or_default().push(item);
        }
        of_spot.entry(item.1.spot).or_default().push(item);
    }
    let in_time = |list: &mut Vec<&(usize, Read)>| {
        list.sort_by(|a, b| (&a.1.day, a.1.from, a.0).cmp(&(&b.1.day, b.1.from, b.0)));
    };
    for (who, mut list) in of_party {
        in_time(&mut list);
        let id = who.parts().1;
        for pair in list.windows(2) {
            let (first, second) = (&pair[0].1, &pair[1].1);
            if first.day != second.day {
                continue;
            }
            if second.from < first.to {
                let message = format!("`{id}` is in two places at once");
                faults.push(fault("two_places", pair[1].0, &message));
            } else if second.from < first.to + venue.buffer_minutes {
                let message = format!("`{id}` has less than {} minutes before this", venue.buffer_minutes);
                faults.push(fault("buffer", pair[1].0, &message));
            }
        }
        let own = venue.participants.iter().find(|entry| entry.who == who);
        let most = own.and_then(|entry| entry.max_meetings).or(match who {
            Who::Cooperative(_) => venue.max_meetings_per_cooperative,
            Who::Enterprise(_) => venue.max_meetings_per_enterprise,
        });
        if let Some(most) = most
            && list.len() > most as usize
        {
            let message = format!("`{id}` has {} meetings, and at most {most} are allowed", list.len());
            faults.push(fault("above_max_meetings", list[list.len() - 1].0, &message));
        }
    }
    for mut list in of_spot.into_values() {
        in_time(&mut list);
        for pair in list.windows(2) {
            if pair[0].1.day == pair[1].1.day && pair[1].1.from < pair[0].1.to {
                faults.push(fault("table_taken", pair[1].0, "another meeting is at this place then"));
            }
        }
    }
}

/// Promised meetings that are not there.
fn promised(venue: &Venue, read: &[(usize, Read)], faults: &mut Vec<Issue>) {
    let mut used = BTreeSet::new();
    for (i, appointment) in venue.appointments.iter().enumerate() {
        let Some(at) = appointment.at else { continue };
        let day = at.day.to_string();
        let kept = read.iter().find(|(booking, entry)| {
            let number = match entry.spot {
                Spot::Table(number) | Spot::Room(number) => number,
            };
            entry.cooperative == appointment.cooperative
                && entry.enterprise == appointment.enterprise
                && entry.day == day
                && entry.from == at.from.minutes()
                && appointment.table.is_none_or(|table| table == number)
                && !used.contains(booking)
        });
        match kept {
            Some((booking, _)) => drop(used.insert(*booking)),
            None => faults.push(Issue::error(
                "promise_broken",
                format!("/venue/appointments/{i}"),
                format!(
                    "`{}` and `{}` do not meet as promised",
                    appointment.cooperative, appointment.enterprise
                ),
                "Schedule again, or change the appointment.",
            )),
        }
    }
}
