//! Time to schedule events of two sizes, everybody free and with absences: wall-clock seconds, the least of five.
//!
//! `cargo bench --bench timetable`. Every offer fits every demand, so that the choice of meetings sees the whole
//! product of participants.

#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a bench reads the clock and prints")]

use std::error::Error;
use std::time::Instant;

use lienket::{
    Attendance, Break, Cooperative, Date, Day, Demand, Enterprise, Kg, Linkage, Market, MarketParts,
    Mechanism, Meetings, Mode, Offer, Place, Plan, Policy, Span, Timetable, Venue, Who,
};

/// Cooperatives, enterprises, meetings, tables, days.
const EVENTS: [(u32, u32, u32, u32, i8); 2] = [(200, 60, 800, 40, 1), (1500, 900, 20_000, 449, 2)];

fn plan(cooperatives: u32, enterprises: u32) -> Result<Plan, Box<dyn Error>> {
    let mut parts = MarketParts::new("2025-11-28".parse()?);
    for i in 0..cooperatives {
        parts.cooperatives.push(Cooperative::new(format!("c{i}"), Place::id("vn/thai-nguyen")));
        let kg = Kg(100 + i64::from(i) * 37 % 900);
        parts.offers.push(Offer::new(format!("o{i}"), format!("c{i}"), "tea", kg));
    }
    for i in 0..enterprises {
        parts.enterprises.push(Enterprise::new(format!("e{i}"), Place::id("vn/ha-noi")));
        let kg = Kg(100 + i64::from(i) * 71 % 900);
        parts.demands.push(Demand::new(format!("d{i}"), format!("e{i}"), "tea", kg));
    }
    let linkage = Linkage::build(&Market::build(parts)?, &Policy::default())?;
    Ok(Plan::solve(&linkage, Mechanism::Optimal)?)
}

fn venue(
    (cooperatives, enterprises, meetings, tables, days): (u32, u32, u32, u32, i8),
) -> Result<Venue, Box<dyn Error>> {
    let lunch = Break { from: "11:30".parse()?, to: "13:00".parse()? };
    let mut all = Vec::new();
    for day in 0..days {
        let date = Date::new(2025, 11, 28 + day).ok_or("a day of the calendar")?;
        all.push(Day { date, from: "08:00".parse()?, to: "17:30".parse()?, breaks: vec![lunch] });
    }
    let mut venue = Venue::empty(all);
    (venue.tables, venue.meetings) = (tables, Meetings::Candidates);
    venue.max_meetings_per_enterprise = Some(meetings / enterprises + 1);
    venue.max_meetings_per_cooperative = Some(meetings / cooperatives + 1);
    Ok(venue)
}

/// Three in ten come late every day, two go early.
fn with_absences(mut venue: Venue, cooperatives: u32, enterprises: u32) -> Result<Venue, Box<dyn Error>> {
    for i in 0..cooperatives + enterprises {
        let (from, to) = match i * 7 % 10 {
            0..=2 => ("08:00", "10:00"),
            3..=4 => ("15:00", "18:00"),
            _ => continue,
        };
        let id = |kind: char, i: u32| format!("{kind}{i}");
        let who = match i.checked_sub(cooperatives) {
            None => Who::Cooperative(id('c', i)),
            Some(i) => Who::Enterprise(id('e', i)),
        };
        let (from, to) = (from.parse()?, to.parse()?);
        let away = venue.days.iter().map(|day| Span { day: day.date, from, to }).collect();
        let entry = Attendance { who, mode: Mode::OnSite, available: Vec::new(), away, max_meetings: None };
        venue.participants.push(entry);
    }
    Ok(venue)
}

fn main() -> Result<(), Box<dyn Error>> {
    for event in EVENTS {
        let plan = plan(event.0, event.1)?;
        let free = venue(event)?;
        let absent = with_absences(free.clone(), event.0, event.1)?;
        for (name, venue) in [("free", free), ("absences", absent)] {
            let mut least = f64::INFINITY;
            let mut reached = None;
            for _ in 0..5 {
                let start = Instant::now();
                let timetable = Timetable::schedule(&plan, &venue)?;
                least = least.min(start.elapsed().as_secs_f64());
                reached = Some((*timetable.quality(), *timetable.bounds()));
            }
            println!("{} × {}, {name}: {least:.3} s, {reached:?}", event.0, event.1);
        }
    }
    Ok(())
}
