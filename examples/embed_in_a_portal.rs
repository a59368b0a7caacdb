//! A portal that embeds the library: markets built in memory, answers as data, no files.
//!
//! `cargo run --example embed_in_a_portal`

use std::error::Error;

use lienket::{
    Certificate, Cooperative, Demand, Enterprise, Kg, Km, Linkage, Market, MarketParts, Mechanism, Offer,
    Place, Plan, Policy, VndPerKg, io,
};

#[expect(clippy::print_stdout, reason = "an example prints what it found")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut parts = MarketParts::new("2025-11-28".parse()?);
    parts.cooperatives.push(
        Cooperative::new("htx-hao-dat", Place::id("vn/thai-nguyen"))
            .name("HTX chè Hảo Đạt")
            .certificate(Certificate::new("vietgap").product("tea")),
    );
    parts.cooperatives.push(Cooperative::new("htx-tan-huong", Place::id("vn/thai-nguyen")));
    parts.enterprises.push(Enterprise::new("sieu-thi-a", Place::id("vn/ha-noi")).name("Siêu thị A"));
    parts.offers.push(Offer::new("o-1", "htx-hao-dat", "tea/green", Kg(20_000)).ask(VndPerKg(180_000)));
    parts.offers.push(Offer::new("o-2", "htx-tan-huong", "tea/green", Kg(8_000)).ask(VndPerKg(170_000)));
    parts
        .demands
        .push(Demand::new("d-1", "sieu-thi-a", "tea", Kg(15_000)).bid(VndPerKg(210_000)).requires("vietgap"));
    let market = Market::build(parts)?;

    let policy = Policy { max_distance: Some(Km(250.0)), ..Policy::default() };
    let linkage = Linkage::build(&market, &policy)?;
    let plan = Plan::solve(&linkage, Mechanism::Optimal)?;

    for a in plan.allocations() {
        println!("{} → {}: {}", market.offer(a.offer).id, market.demand(a.demand).id, a.volume);
    }
    // Structured: codes with parameters that the portal renders in its own words.
    println!("{}", io::explanation_document(&plan.explain("o-2", "d-1")?));
    Ok(())
}
