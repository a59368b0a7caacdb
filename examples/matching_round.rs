//! One matching round on real input: reads the forum data set, links, assigns, and prints the plan as a person
//! wants to read it.
//!
//! `cargo run --release --example matching_round [MARKET] [en|vi]`

use std::error::Error;

use lienket::{Language, Linkage, Mechanism, Metrics, Plan, Policy, io, report};

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

    println!("{}", report::round(&plan, &Metrics::of(&plan), language));
    for unmatched in plan.unmatched_offers().iter().take(1) {
        println!("{}", plan.explain_offer(&market.offer(unmatched.at).id)?.in_language(language));
    }
    Ok(())
}
