//! Timetables: the theorem on random multigraphs, brute force on tiny events, the checker against spoiled bookings.

#![expect(
    clippy::cast_possible_wrap,
    clippy::unnecessary_wraps,
    reason = "small numbers, and optional moments of a test"
)]

use std::collections::BTreeMap;

use lienket::{
    Appointment, Attendance, Booking, Break, Cooperative, Date, Day, Demand, Enterprise, Error, Exclusion,
    Kg, Linkage, Market, MarketParts, Mechanism, Meetings, Missed, Mode, Moment, Offer, Party, Place, Plan,
    Policy, Span, Spot, Time, Timetable, Venue, Who, Why,
};
use proptest::prelude::*;

fn date() -> Date {
    "2025-11-28".parse().unwrap()
}

fn time(text: &str) -> Time {
    text.parse().unwrap()
}

fn span(from: &str, to: &str) -> Span {
    Span { day: date(), from: time(from), to: time(to) }
}

fn c(i: usize) -> String {
    format!("c{i:04}")
}

fn e(i: usize) -> String {
    format!("e{i:04}")
}

/// A market of so many cooperatives and enterprises; every offer fits every demand of the same field.
fn parts(cooperatives: usize, enterprises: usize, kg: i64) -> MarketParts {
    let mut parts = MarketParts::new(date());
    for i in 0..cooperatives {
        parts.cooperatives.push(Cooperative::new(c(i), Place::id("vn/thai-nguyen")));
        parts.offers.push(Offer::new(format!("o{i:04}"), c(i), "tea/green", Kg(kg * enterprises as i64)));
    }
    for i in 0..enterprises {
        parts.enterprises.push(Enterprise::new(e(i), Place::id("vn/ha-noi")));
        parts.demands.push(Demand::new(format!("d{i:04}"), e(i), "tea", Kg(kg * cooperatives as i64)));
    }
    parts
}

fn plan(parts: MarketParts) -> Plan {
    let linkage = Linkage::build(&Market::build(parts).unwrap(), &Policy::default()).unwrap();
    Plan::solve(&linkage, Mechanism::Optimal).unwrap()
}

/// A day of so many slots of ten minutes from 08:00, appointments only.
fn venue(slots: usize, tables: u32) -> Venue {
    let end = Time::after_midnight(480 + 10 * u32::try_from(slots).unwrap()).unwrap();
    let mut venue = Venue::new(date(), time("08:00"), end, tables);
    venue.slot_minutes = 10;
    venue.meetings = Meetings::Appointments;
    venue
}

fn wish(cooperative: usize, enterprise: usize) -> Appointment {
    Appointment { cooperative: c(cooperative), enterprise: e(enterprise), at: None, table: None }
}

fn at(slot: usize) -> Option<Moment> {
    let from = Time::after_midnight(480 + 10 * u32::try_from(slot).unwrap()).unwrap();
    Some(Moment { day: date(), from })
}

/// The slot's stretch of time as availability.
fn slot(slot: usize) -> Span {
    let from = 480 + 10 * u32::try_from(slot).unwrap();
    Span {
        day: date(),
        from: Time::after_midnight(from).unwrap(),
        to: Time::after_midnight(from + 10).unwrap(),
    }
}

fn attendance(who: Who, slots: &[usize]) -> Attendance {
    let available = slots.iter().map(|s| slot(*s)).collect();
    Attendance { who, mode: Mode::OnSite, available, away: Vec::new(), max_meetings: None }
}

fn codes(result: Result<Timetable, Error>) -> Vec<(String, &'static str)> {
    let error = result.expect_err("faults");
    error.issues().iter().map(|issue| (issue.pointer.clone(), issue.code)).collect()
}

/// Numbers that look random.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % sides
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn free_participants_need_no_more_slots_than_the_theorem_says(
        edges in prop::collection::vec((0_usize..9, 0_usize..7), 1..90),
        tables in 1_u32..12,
    ) {
        let mut degree: BTreeMap<(bool, usize), u32> = BTreeMap::new();
        for (u, v) in &edges {
            *degree.entry((false, *u)).or_default() += 1;
            *degree.entry((true, *v)).or_default() += 1;
        }
        let least = degree.values().copied().max().unwrap().max(u32::try_from(edges.len()).unwrap().div_ceil(tables));
        let mut venue = venue(92, tables);
        venue.appointments = edges.iter().map(|(u, v)| wish(*u, *v)).collect();
        let timetable = Timetable::schedule(&plan(parts(9, 7, 10)), &venue).unwrap();
        prop_assert_eq!(timetable.meetings().len(), edges.len());
        prop_assert_eq!(timetable.quality().slots, least);
        prop_assert_eq!(timetable.bounds().slots, least);
        prop_assert_eq!(timetable.bounds().missed, 0);
        prop_assert!(timetable.meetings().iter().all(|m| m.slot < least), "the first slots");
    }

    #[test]
    fn the_order_of_the_input_does_not_matter(seed in 0_u64..1000) {
        let (venue, timetable) = constrained(seed, false);
        let (other, again) = constrained(seed, true);
        prop_assert_ne!(&venue.appointments, &other.appointments);
        prop_assert_eq!(timetable.meetings(), again.meetings());
        prop_assert_eq!(timetable.missed(), again.missed());
        prop_assert_eq!(timetable.without_meeting(), again.without_meeting());
    }
}

/// A random event with absences, online participants, promises, buffers; perhaps written the other way round.
fn constrained(seed: u64, backwards: bool) -> (Venue, Timetable) {
    let mut dice = Dice(seed);
    let (many, few, slots) = (12, 6, 10);
    let mut venue = venue(slots, 3);
    venue.rooms = 1;
    venue.meetings = if dice.roll(2) == 0 { Meetings::Plan } else { Meetings::Candidates };
    venue.buffer_minutes = [0, 0, 5][dice.roll(3)];
    venue.max_meetings_per_cooperative = Some(3);
    for i in 0..many + few {
        let who = if i < many { Who::Cooperative(c(i)) } else { Who::Enterprise(e(i - many)) };
        let there: Vec<usize> = (0..slots).filter(|_| dice.roll(4) > 0).collect();
        let mut entry = attendance(who, &there);
        if dice.roll(6) == 0 {
            entry.mode = Mode::Online;
        }
        if dice.roll(2) == 0 {
            venue.participants.push(entry);
        }
    }
    for i in 0..4 {
        venue.appointments.push(wish(i, dice.roll(few)));
    }
    let mut parts = parts(many, few, 10);
    parts.exclusions.push(Exclusion { cooperative: c(11), enterprise: e(2) });
    if backwards {
        parts.cooperatives.reverse();
        parts.enterprises.reverse();
        parts.offers.reverse();
        parts.demands.reverse();
        venue.participants.reverse();
        venue.appointments.reverse();
    }
    let timetable = Timetable::schedule(&plan(parts), &venue).unwrap();
    assert!(timetable.missed().iter().all(|missed| missed.reason != Missed::Possible), "seed {seed}");
    (venue, timetable)
}

/// The most meetings that fit, by trying everything.
fn brute(
    edges: &[(usize, usize)],
    there: &dyn Fn(usize, usize, usize) -> bool,
    slots: usize,
    tables: usize,
) -> usize {
    fn go(
        edges: &[(usize, usize)],
        there: &dyn Fn(usize, usize, usize) -> bool,
        (slots, tables): (usize, usize),
        placed: &mut Vec<(usize, usize, usize)>,
    ) -> usize {
        let Some(((u, v), rest)) = edges.split_first() else { return placed.len() };
        let mut best = go(rest, there, (slots, tables), placed);
        for s in 0..slots {
            let clash = placed.iter().any(|(a, b, t)| *t == s && (a == u || b == v));
            let full = placed.iter().filter(|(.., t)| *t == s).count() >= tables;
            if !clash && !full && there(*u, *v, s) {
                placed.push((*u, *v, s));
                best = best.max(go(rest, there, (slots, tables), placed));
                placed.pop();
            }
        }
        best
    }
    go(edges, there, (slots, tables), &mut Vec::new())
}

#[test]
fn tiny_events_with_absences_have_as_many_meetings_as_can_be() {
    let plan = plan(parts(4, 3, 10));
    let mut short = 0;
    for seed in 0..150 {
        let mut dice = Dice(seed);
        let (slots, tables) = (2 + dice.roll(3), 1 + dice.roll(2));
        let mut edges: Vec<(usize, usize)> = Vec::new();
        for _ in 0..3 + dice.roll(5) {
            edges.push((dice.roll(4), dice.roll(3)));
        }
        let masks: Vec<Vec<usize>> =
            (0..7).map(|_| (0..slots).filter(|_| dice.roll(3) > 0).collect::<Vec<_>>()).collect();
        let mut venue = venue(slots, u32::try_from(tables).unwrap());
        venue.appointments = edges.iter().map(|(u, v)| wish(*u, *v)).collect();
        for (i, mask) in masks.iter().enumerate() {
            let who = if i < 4 { Who::Cooperative(c(i)) } else { Who::Enterprise(e(i - 4)) };
            let mut entry = attendance(who, mask);
            if mask.is_empty() {
                entry.away.push(span("00:00", "24:00"));
            }
            venue.participants.push(entry);
        }
        let there = |u: usize, v: usize, s: usize| masks[u].contains(&s) && masks[4 + v].contains(&s);
        let timetable = Timetable::schedule(&plan, &venue).unwrap();
        let (held, most) = (timetable.meetings().len(), brute(&edges, &there, slots, tables));
        // A participant's only meeting comes before two of others, so it may be fewer, though rarely.
        assert!(held <= most, "seed {seed}");
        short += most - held;
        assert!(edges.len() - most >= timetable.bounds().missed as usize, "seed {seed}: the bound is one");
        assert_eq!(timetable.missed().len(), edges.len() - held);
    }
    assert!(short <= 3, "{short} meetings short of what can be, in 150 events");
}

#[test]
fn a_plans_pairs_meet_and_buyers_keep_their_tables() {
    let mut parts = parts(6, 3, 10);
    parts.offers.iter_mut().for_each(|offer| offer.volume = Kg(30));
    let plan = plan(parts);
    let mut venue = venue(12, 3);
    venue.meetings = Meetings::Candidates;
    let timetable = Timetable::schedule(&plan, &venue).unwrap();
    assert_eq!(timetable.meetings().len(), 18, "everybody with everybody");
    let quality = timetable.quality();
    assert_eq!((quality.slots, quality.gaps, quality.table_changes), (6, quality.gaps, 0));
    assert!(timetable.why().iter().all(|why| matches!(why, Why::Candidate { .. })));
    venue.meetings = Meetings::Plan;
    let timetable = Timetable::schedule(&plan, &venue).unwrap();
    assert!(!timetable.meetings().is_empty());
    for (subjects, why) in timetable.subjects().iter().zip(timetable.why()) {
        let traded: i64 = subjects.iter().map(|subject| subject.volume.unwrap().0).sum();
        assert_eq!(*why, Why::Plan { volume: Kg(traded) });
    }
}

#[test]
fn limits_give_everybody_a_meeting_first() {
    // Two enterprises with two meetings each, four cooperatives: nobody is left out for a heavier pair.
    let mut parts = parts(4, 2, 10);
    parts.offers[0].volume = Kg(5_000_000);
    parts.offers[1].volume = Kg(5_000_000);
    parts.demands.iter_mut().for_each(|demand| demand.volume = Kg(9_000_000));
    let mut venue = venue(10, 5);
    venue.meetings = Meetings::Candidates;
    venue.max_meetings_per_enterprise = Some(2);
    let timetable = Timetable::schedule(&plan(parts.clone()), &venue).unwrap();
    assert_eq!(timetable.meetings().len(), 4);
    assert!(timetable.without_meeting().is_empty());
    venue.max_meetings_per_enterprise = Some(1);
    let timetable = Timetable::schedule(&plan(parts), &venue).unwrap();
    assert_eq!(timetable.meetings().len(), 2);
    let without = timetable.without_meeting();
    assert_eq!(without.len(), 2);
    assert!(
        without
            .iter()
            .all(|w| w.reason == Missed::EnterpriseLimit && matches!(w.party, Party::Cooperative(_)))
    );
}

#[test]
fn breaks_promises_online_and_exclusions_are_kept() {
    let mut venue = venue(12, 2);
    venue.days[0].breaks.push(Break { from: time("08:35"), to: time("09:05") });
    venue.rooms = 1;
    venue.meetings = Meetings::Candidates;
    venue.participants.push(Attendance { mode: Mode::Online, ..attendance(Who::Enterprise(e(1)), &[]) });
    venue
        .participants
        .push(Attendance { away: vec![span("08:00", "08:20")], ..attendance(Who::Cooperative(c(0)), &[]) });
    venue.appointments.push(Appointment { at: at(2), table: Some(2), ..wish(1, 0) });
    venue.exclusions.push(Exclusion { cooperative: c(2), enterprise: e(0) });
    let timetable = Timetable::schedule(&plan(parts(3, 2, 10)), &venue).unwrap();
    let from: Vec<String> = timetable.slots().iter().map(|slot| slot.from.to_string()).collect();
    assert_eq!(&from[..5], ["08:00", "08:10", "08:20", "09:05", "09:15"]);
    let meetings = timetable.meetings();
    assert_eq!(meetings.len(), 5);
    let online = |m: &&Booking| matches!(m.spot, Spot::Room(1));
    assert_eq!(meetings.iter().filter(online).count(), 3);
    assert!(meetings.iter().filter(online).all(|m| m.enterprise.index() == 1));
    let promised = meetings.iter().zip(timetable.why()).find(|(_, why)| **why == Why::Appointment).unwrap().0;
    assert_eq!((promised.slot, promised.spot, promised.cooperative.index()), (2, Spot::Table(2), 1));
    assert!(meetings.iter().all(|m| m.cooperative.index() != 0 || m.slot >= 2));
    assert!(!meetings.iter().any(|m| (m.cooperative.index(), m.enterprise.index()) == (2, 0)));
}

#[test]
fn what_does_not_fit_is_told_with_its_reason() {
    let plan = plan(parts(4, 2, 10));
    let mut venue = venue(2, 1);
    venue.appointments = vec![wish(0, 0), wish(1, 0), wish(2, 0), wish(3, 1)];
    venue.participants.push(attendance(Who::Cooperative(c(3)), &[0]));
    venue.participants.push(attendance(Who::Enterprise(e(1)), &[1]));
    let timetable = Timetable::schedule(&plan, &venue).unwrap();
    assert_eq!(timetable.meetings().len(), 2);
    let mut reasons: Vec<Missed> = timetable.missed().iter().map(|missed| missed.reason).collect();
    reasons.sort();
    assert_eq!(reasons, [Missed::NoCommonSlot, Missed::Occupied]);
    assert_eq!(timetable.without_meeting().len(), 3, "two cooperatives and an enterprise");
    assert_eq!(timetable.bounds().missed, 2);
    // No room online.
    venue.participants[1] = Attendance { mode: Mode::Online, ..attendance(Who::Enterprise(e(1)), &[]) };
    let timetable = Timetable::schedule(
        &plan,
        &Venue { appointments: Vec::new(), meetings: Meetings::Candidates, ..venue },
    );
    let timetable = timetable.unwrap();
    assert!(timetable.without_meeting().iter().any(|w| w.reason == Missed::NoPlace));
}

#[test]
fn a_buffer_keeps_meetings_of_a_participant_apart() {
    let plan = plan(parts(3, 1, 10));
    let mut venue = venue(5, 1);
    venue.buffer_minutes = 10;
    venue.appointments = vec![wish(0, 0), wish(1, 0), wish(2, 0)];
    let timetable = Timetable::schedule(&plan, &venue).unwrap();
    let slots: Vec<u32> = timetable.meetings().iter().map(|m| m.slot).collect();
    assert_eq!(slots, [0, 2, 4]);
}

#[test]
fn the_checker_refuses_spoiled_bookings() {
    let plan = plan(parts(4, 3, 10));
    let mut sound = venue(8, 2);
    sound.meetings = Meetings::Candidates;
    sound.buffer_minutes = 0;
    sound.max_meetings_per_cooperative = Some(3);
    sound.days[0].breaks.push(Break { from: time("08:40"), to: time("08:50") });
    sound.participants.push(Attendance { away: vec![slot(7)], ..attendance(Who::Cooperative(c(3)), &[]) });
    sound.appointments.push(Appointment { at: at(1), table: Some(2), ..wish(2, 1) });
    let bookings = Timetable::schedule(&plan, &sound).unwrap().meetings().to_vec();
    assert_eq!(bookings.len(), 12);
    assert!(Timetable::certified(&plan, &sound, bookings.clone()).is_ok());
    let spoiled = |venue: &Venue, change: &dyn Fn(&mut Vec<Booking>)| -> Vec<&'static str> {
        let mut bookings = bookings.clone();
        change(&mut bookings);
        codes(Timetable::certified(&plan, venue, bookings)).into_iter().map(|(_, code)| code).collect()
    };
    let promised = |b: &Booking| (b.cooperative.index(), b.enterprise.index()) == (2, 1);
    let told = spoiled(&sound, &|b| b.retain(|b| !promised(b)));
    assert_eq!(told, ["promise_broken"]);
    let told = spoiled(&sound, &|b| b.iter_mut().filter(|b| promised(b)).for_each(|b| b.slot = 6));
    assert!(told.contains(&"promise_broken"));
    let told = spoiled(&sound, &|b| b[0].slot = 99);
    assert!(told.contains(&"no_such_slot"));
    let told = spoiled(&sound, &|b| b[0].spot = Spot::Table(3));
    assert!(told.contains(&"no_such_place"));
    let told = spoiled(&sound, &|b| b[0].spot = Spot::Room(1));
    assert!(told.contains(&"no_such_place"));
    let told = spoiled(&sound, &|b| b[1].spot = b[0].spot);
    assert!(told.contains(&"table_taken"));
    let told = spoiled(&sound, &|b| {
        b[1].cooperative = b[0].cooperative;
    });
    assert!(told.contains(&"two_places"));
    let told = spoiled(&sound, &|b| {
        let copy = b[11];
        b.push(copy);
    });
    assert!(
        told.contains(&"above_max_meetings") && told.contains(&"two_places") && told.contains(&"not_wanted")
    );
    let strict = Venue { max_meetings_per_enterprise: Some(3), ..sound.clone() };
    assert!(spoiled(&strict, &|_| ()).contains(&"above_max_meetings"));
    let strict = Venue { buffer_minutes: 1, ..sound.clone() };
    assert!(spoiled(&strict, &|_| ()).contains(&"buffer"));
    let strict =
        Venue { exclusions: vec![Exclusion { cooperative: c(0), enterprise: e(0) }], ..sound.clone() };
    assert!(spoiled(&strict, &|_| ()).contains(&"excluded"));
    let mut strict = sound.clone();
    strict.participants[0].away = vec![span("08:00", "09:20")];
    assert!(spoiled(&strict, &|_| ()).contains(&"not_available"));
    let strict = Venue { meetings: Meetings::Appointments, ..sound.clone() };
    assert_eq!(spoiled(&strict, &|_| ()).iter().filter(|code| **code == "not_wanted").count(), 11);
}

#[test]
fn every_fault_of_a_venue_comes_back() {
    let plan = plan(parts(2, 2, 10));
    let told = |venue: &Venue| codes(Timetable::schedule(&plan, venue));
    let pair = |pointer: &str, code: &'static str| (pointer.to_owned(), code);
    let mut bad = venue(4, 0);
    bad.slot_minutes = 0;
    bad.utc_offset_minutes = 9000;
    bad.days.push(bad.days[0].clone());
    bad.days.push(Day { date: date(), from: time("12:00"), to: time("11:00"), breaks: Vec::new() });
    bad.days[0].breaks.push(Break { from: time("09:00"), to: time("09:00") });
    bad.participants.push(attendance(Who::Cooperative("c000".to_owned()), &[]));
    bad.exclusions.push(Exclusion { cooperative: c(0), enterprise: "nobody".to_owned() });
    bad.appointments.push(Appointment { table: Some(1), ..wish(0, 0) });
    let found = told(&bad);
    for expected in [
        pair("/slot_minutes", "out_of_range"),
        pair("/utc_offset_minutes", "out_of_range"),
        pair("/tables", "nowhere"),
        pair("/days/1", "days_overlap"),
        pair("/days/2", "empty_span"),
        pair("/days/0/breaks/0", "empty_span"),
        pair("/appointments/0/table", "table_without_time"),
        pair("/participants/0/cooperative", "unknown_cooperative"),
        pair("/exclusions/0/enterprise", "unknown_enterprise"),
    ] {
        assert!(found.contains(&expected), "{expected:?} in {found:?}");
    }
    let mut bad = venue(4, 1);
    bad.exclusions.push(Exclusion { cooperative: c(0), enterprise: e(1) });
    bad.participants.push(attendance(Who::Enterprise(e(0)), &[0, 1, 2]));
    bad.participants.push(attendance(Who::Enterprise(e(0)), &[0]));
    bad.appointments = vec![wish(0, 1)];
    let found = told(&bad);
    assert_eq!(found[0], pair("/participants/1/enterprise", "repeated"));
    bad.participants.pop();
    bad.appointments = vec![
        wish(0, 1),
        Appointment { at: at(3), ..wish(0, 0) },
        Appointment { at: at(5), ..wish(0, 0) },
        Appointment { at: at(1), table: Some(1), ..wish(0, 0) },
        Appointment { at: at(1), table: Some(1), ..wish(0, 0) },
        Appointment { at: at(1), table: Some(9), ..wish(1, 1) },
    ];
    let found = told(&bad);
    for expected in [
        pair("/appointments/0", "excluded"),
        pair("/appointments/1", "not_available"),
        pair("/appointments/2/from", "no_such_slot"),
        pair("/appointments/4", "two_places"),
        pair("/appointments/4", "no_place"),
        pair("/appointments/4/table", "table_taken"),
        pair("/appointments/5", "no_place"),
        pair("/appointments/5/table", "no_such_table"),
    ] {
        assert!(found.contains(&expected), "{expected:?} in {found:?}");
    }
    let mut none = venue(4, 1);
    none.slot_minutes = 60;
    assert_eq!(told(&none), [pair("/days", "no_slot")]);
    none.days.clear();
    assert_eq!(told(&none), [pair("/days", "no_day")]);
}
