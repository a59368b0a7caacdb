//! Real, dirty input: imports 1,339 lots of the Coffee Quality Institute and matches them with three roasters.
//!
//! `cargo run --release --example coffee_lots -- PATH/lots.csv`
//!
//! Every row is accounted for: taken, taken with a note, or left out with one line of reason. Lots whose
//! weight cannot be trusted are left out, not repaired. The roasters are made up; the lots are real.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;

use lienket::{
    CatalogueAdditions, Certificate, Cooperative, Date, Demand, Enterprise, Kg, Linkage, Market, MarketParts,
    Mechanism, Metrics, Offer, Place, PlaceEntry, Plan, Policy, StandardEntry, Window, io, report,
};

/// The day the round looks from: most certificates of the file fall around it.
const AS_OF: &str = "2015-06-01";

/// Capitals of the countries in the file, degrees north and east: the file gives country and region as text only.
const CAPITALS: [(&str, f64, f64); 36] = [
    ("Brazil", -15.79, -47.88),
    ("Burundi", -3.43, 29.93),
    ("China", 39.90, 116.41),
    ("Colombia", 4.71, -74.07),
    ("Costa Rica", 9.93, -84.08),
    ("Cote d?Ivoire", 6.83, -5.29),
    ("Ecuador", -0.18, -78.47),
    ("El Salvador", 13.69, -89.22),
    ("Ethiopia", 9.01, 38.75),
    ("Guatemala", 14.63, -90.51),
    ("Haiti", 18.59, -72.31),
    ("Honduras", 14.07, -87.19),
    ("India", 28.61, 77.21),
    ("Indonesia", -6.21, 106.85),
    ("Japan", 35.68, 139.69),
    ("Kenya", -1.29, 36.82),
    ("Laos", 17.98, 102.63),
    ("Malawi", -13.96, 33.77),
    ("Mauritius", -20.16, 57.50),
    ("Mexico", 19.43, -99.13),
    ("Myanmar", 19.76, 96.08),
    ("Nicaragua", 12.11, -86.24),
    ("Panama", 8.98, -79.52),
    ("Papua New Guinea", -9.44, 147.18),
    ("Peru", -12.05, -77.04),
    ("Philippines", 14.60, 120.98),
    ("Rwanda", -1.94, 30.06),
    ("Taiwan", 25.03, 121.57),
    ("Tanzania, United Republic Of", -6.16, 35.75),
    ("Thailand", 13.76, 100.50),
    ("Uganda", 0.35, 32.58),
    ("United States", 38.91, -77.04),
    ("United States (Hawaii)", 21.31, -157.86),
    ("United States (Puerto Rico)", 18.47, -66.11),
    ("Vietnam", 21.03, 105.85),
    ("Zambia", -15.39, 28.32),
];

/// What became of one row.
enum Row {
    Taken { owner: String, country: String, offer: Box<Offer>, graded: Window, note: Option<String> },
    LeftOut(String),
}

#[expect(clippy::print_stdout, reason = "an example prints what it found")]
fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("usage: coffee_lots PATH/lots.csv")?;
    let bytes = io::read_bytes(&path)?;
    let mut table = csv::Reader::from_reader(bytes.as_slice());
    let headers = table.headers()?.clone();

    let mut parts = MarketParts::new(AS_OF.parse()?);
    parts.catalogue = additions();
    let mut owners: BTreeMap<(String, String), BTreeSet<Window>> = BTreeMap::new();
    let (mut rows, mut taken, mut noted, mut left_out) = (0, 0, 0, 0);
    for record in table.records() {
        let record = record?;
        rows += 1;
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |name: &str| {
            let column = headers.iter().position(|header| header == name);
            column.and_then(|column| record.get(column)).unwrap_or_default().trim()
        };
        match read(cell) {
            Row::Taken { owner, country, offer, graded, note } => {
                taken += 1;
                noted += usize::from(note.is_some());
                if let Some(note) = note {
                    println!("row {line}: taken: {note}");
                }
                owners.entry((owner, country)).or_default().insert(graded);
                parts.offers.push(*offer);
            }
            Row::LeftOut(reason) => {
                left_out += 1;
                println!("row {line}: left out: {reason}");
            }
        }
    }
    println!("\n{rows} rows in = {taken} taken ({noted} with a note) + {left_out} left out\n");

    for ((owner, country), graded) in owners {
        let mut cooperative =
            Cooperative::new(id_of(&owner, &country), Place::id(place_of(&country))).name(owner);
        for window in graded {
            cooperative = cooperative.certificate(Certificate::new("cqi-grade").valid(window));
        }
        parts.cooperatives.push(cooperative);
    }
    for (id, place, product, volume) in [
        ("roaster-asia", Place::point(1.35, 103.82), "coffee", 2_000_000),
        ("roaster-europe", Place::point(51.22, 4.40), "coffee/arabica", 5_000_000),
        ("roaster-america", Place::point(40.71, -74.01), "coffee/arabica", 3_000_000),
    ] {
        parts.enterprises.push(Enterprise::new(id, place));
        parts.demands.push(Demand::new(format!("d-{id}"), id, product, Kg(volume)).requires("cqi-grade"));
    }

    let market = Market::build(parts)?;
    println!("{} warnings about the market, for example:", market.warnings().len());
    for warning in market.warnings().iter().take(3) {
        println!("  {warning}");
    }
    let policy = Policy { half_distance: lienket::Km(5_000.0), ..Policy::default() };
    let plan = Plan::solve(&Linkage::build(&market, &policy)?, Mechanism::Optimal)?;
    println!("\n{}", report::summary(&plan, &Metrics::of(&plan), lienket::Language::English));
    Ok(())
}

/// Reads one row, by column name.
fn read<'a>(cell: impl Fn(&str) -> &'a str) -> Row {
    let lot = cell("lot_id");
    let left_out = |reason: String| Row::LeftOut(format!("{lot}: {reason}"));
    let product = match cell("species") {
        "Arabica" => "coffee/arabica",
        "Robusta" => "coffee/robusta",
        other => return left_out(format!("the species `{other}` is not known; correct it")),
    };
    let (owner, country) = (cell("owner"), cell("country"));
    if owner.is_empty() {
        return left_out("it has no owner; nobody could sell it".to_owned());
    }
    if !CAPITALS.iter().any(|(name, ..)| *name == country) {
        return left_out(format!("the country `{country}` is not known; correct it"));
    }
    match cell("flag") {
        "" => {}
        "unit_missing_or_mixed" => {
            return left_out(format!(
                "a bag weighs `{}` of no certain unit; ask for the weight",
                cell("bag_kg")
            ));
        }
        flag => return left_out(format!("{flag}: a bag of {} kg; ask for the weight", cell("bag_kg"))),
    }
    let Ok(volume) = cell("volume_kg").parse::<f64>() else {
        return left_out(format!("the volume `{}` is not a number", cell("volume_kg")));
    };
    if !cell("cup_points").parse::<f64>().is_ok_and(|points| points > 0.0) {
        return left_out(format!("it was graded {} points: a row without a grading", cell("cup_points")));
    }
    if !(1.0..=1e12).contains(&volume) {
        return left_out(format!("its volume of {volume} kg is below one kilogram"));
    }
    let days = day(cell("grading_date")).zip(day(cell("certificate_expires")));
    let Some((from, to)) = days.filter(|(from, to)| from <= to) else {
        let found = format!("`{}` to `{}`", cell("grading_date"), cell("certificate_expires"));
        return left_out(format!("the certificate's days cannot be read: {found}"));
    };
    #[expect(clippy::cast_possible_truncation, reason = "between 1 and 10^12")]
    let whole = volume.floor() as i64;
    let note = (volume.fract() > 0.0).then(|| format!("{lot}: {volume} kg read as {whole} kg"));
    Row::Taken {
        owner: owner.to_owned(),
        country: country.to_owned(),
        offer: Box::new(Offer::new(lot, id_of(owner, country), product, Kg(whole))),
        graded: Window::new(from, to),
        note,
    }
}

/// A day written as `April 4th, 2015`.
fn day(text: &str) -> Option<Date> {
    let mut words = text.split(' ');
    let (month, day, year) = (words.next()?, words.next()?, words.next()?);
    let day = day.trim_end_matches(|c: char| !c.is_ascii_digit());
    let date = jiff::civil::Date::strptime("%B %d %Y", format!("{month} {day} {year}")).ok()?;
    Date::new(date.year(), date.month(), date.day())
}

fn place_of(country: &str) -> String {
    format!("country/{}", lienket::fold_name(country))
}

fn id_of(owner: &str, country: &str) -> String {
    // Ids hold 128 bytes.
    let id: String = format!("{} · {owner}", lienket::fold_name(country));
    id.char_indices().take_while(|(at, c)| at + c.len_utf8() <= 128).map(|(_, c)| c).collect()
}

fn additions() -> CatalogueAdditions {
    let place = |&(name, lat, lon): &(&str, f64, f64)| PlaceEntry {
        id: place_of(name),
        name: name.to_owned(),
        lat,
        lon,
        ..PlaceEntry::default()
    };
    CatalogueAdditions {
        standards: vec![StandardEntry {
            id: "cqi-grade".to_owned(),
            name: "Coffee Quality Institute grading".to_owned(),
            ..StandardEntry::default()
        }],
        places: CAPITALS.iter().map(place).collect(),
        ..CatalogueAdditions::default()
    }
}
