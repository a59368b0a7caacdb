//! The day of an event: from a matching round to who meets whom, when and at which table.
//!
//! `cargo run --release --example schedule_meetings [MARKET] [en|vi]`

use std::error::Error;

use lienket::{
    Break, Language, Linkage, Mechanism, Meetings, Party, Plan, Policy, Timetable, Venue, io, report,
};

#[expect(clippy::print_stdout, reason = "an example prints what it found")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().unwrap_or_else(|| {
        concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/cooperative-forum-2025").to_owned()
    });
    let language = match arguments.next().as_deref() {
        Some("vi") => Language::Vietnamese,
        _ => Language::English,
    };

    let market = io::read_market(path)?;
    let linkage = Linkage::build(&market, &Policy::default())?;
    let plan = Plan::solve(&linkage, Mechanism::Optimal)?;

    // One day with a lunch break, twelve tables; everybody meets at most five.
    let mut venue = Venue::new("2025-11-28".parse()?, "08:30".parse()?, "16:30".parse()?, 12);
    venue.days[0].breaks.push(Break { from: "11:30".parse()?, to: "13:30".parse()? });
    venue.meetings = Meetings::Candidates;
    venue.max_meetings_per_cooperative = Some(5);
    venue.max_meetings_per_enterprise = Some(5);
    let timetable = Timetable::schedule(&plan, &venue)?;

    print!("{}", report::timetable_summary(&timetable, language));
    if let Some(first) = timetable.meetings().first() {
        let page = report::party_page(&timetable, Party::Enterprise(first.enterprise), language);
        println!("\n{page}");
    }
    Ok(())
}
