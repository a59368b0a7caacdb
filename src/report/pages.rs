//! A timetable for people: a summary for the organiser, a page for every participant and every table, in Markdown that reads
//! as plain text too.

use std::collections::BTreeMap;
use std::fmt::{self, Write};

use crate::market::Market;
use crate::plan::Language;
use crate::timetable::{Booking, Missed, Party, Spot, Subject, Timetable};
use crate::units::grouped;

const FITS: &str = "writing to a string cannot fail";

/// The figures of a timetable, and what is not held for which reason: a screenful.
#[must_use]
pub fn timetable_summary(timetable: &Timetable, language: Language) -> String {
    let mut out = String::new();
    summary(timetable, language, &mut out).expect(FITS);
    out
}

/// The day of one participant: when, where, whom, what about; and who will not be met.
#[must_use]
pub fn party_page(timetable: &Timetable, party: Party, language: Language) -> String {
    let mut out = String::new();
    page_of_party(timetable, party, language, &mut out).expect(FITS);
    out
}

/// The day of one table or room.
#[must_use]
pub fn spot_page(timetable: &Timetable, spot: Spot, language: Language) -> String {
    let mut out = String::new();
    page_of_spot(timetable, spot, language, &mut out).expect(FITS);
    out
}

fn words(language: Language, english: &'static str, vietnamese: &'static str) -> &'static str {
    match language {
        Language::English => english,
        Language::Vietnamese => vietnamese,
    }
}

/// A name as Markdown shows it: nothing in it marks up.
fn plain(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' => out.extend(['\\', c]),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

fn name(market: &Market, party: Party) -> String {
    plain(match party {
        Party::Cooperative(at) => market.cooperative(at).name_or_id(),
        Party::Enterprise(at) => market.enterprise(at).name_or_id(),
    })
}

fn place(spot: Spot, language: Language) -> String {
    match spot {
        Spot::Table(number) => format!("{} {number}", words(language, "table", "bàn")),
        Spot::Room(number) => format!("{} {number}", words(language, "online room", "phòng trực tuyến")),
    }
}

/// Products with their kilograms.
fn about(market: &Market, subjects: &[Subject], language: Language) -> String {
    let mut products: BTreeMap<&str, i128> = BTreeMap::new();
    for subject in subjects {
        let kg = subject.volume.map_or(0, |kg| i128::from(kg.0));
        *products.entry(market.offer(subject.offer).product.as_str()).or_default() += kg;
    }
    let separator = if language == Language::Vietnamese { '.' } else { ',' };
    let catalogue = market.catalogue();
    let product = |(path, kg): (&str, i128)| {
        let entry = catalogue.products().iter().find(|entry| entry.id == path);
        let named = entry.map(|entry| match (language, &entry.name_en) {
            (Language::English, Some(name)) => name.as_str(),
            _ => entry.name.as_str(),
        });
        let product = plain(named.unwrap_or(path));
        if kg > 0 { format!("{product} {} kg", grouped(kg, separator)) } else { product }
    };
    products.into_iter().map(product).collect::<Vec<_>>().join(", ")
}

fn title(timetable: &Timetable, of: &str, out: &mut String) -> fmt::Result {
    writeln!(out, "# {of}")?;
    if let Some(event) = &timetable.venue().name {
        writeln!(out, "\n{}", plain(event))?;
    }
    Ok(())
}

/// Meetings as a list with a heading for every day.
fn list(
    timetable: &Timetable,
    wanted: impl Fn(&Booking) -> bool,
    line: impl Fn(&Booking, &[Subject]) -> String,
    out: &mut String,
) -> Result<usize, fmt::Error> {
    let (mut day, mut count) = (None, 0);
    for (booking, subjects) in timetable.meetings().iter().zip(timetable.subjects()) {
        if !wanted(booking) {
            continue;
        }
        let slot = timetable.slots()[booking.slot as usize];
        if day != Some(slot.day) {
            writeln!(out, "\n## {}\n", slot.day)?;
            day = Some(slot.day);
        }
        writeln!(out, "- {}–{} · {}", slot.from, slot.to, line(booking, subjects))?;
        count += 1;
    }
    Ok(count)
}

fn with_subject(text: String, about: &str) -> String {
    if about.is_empty() { text } else { format!("{text} · {about}") }
}

fn page_of_party(timetable: &Timetable, party: Party, language: Language, out: &mut String) -> fmt::Result {
    let market = timetable.plan().market();
    let of = |c, e| match party {
        Party::Cooperative(at) if at == c => Some(Party::Enterprise(e)),
        Party::Enterprise(at) if at == e => Some(Party::Cooperative(c)),
        _ => None,
    };
    title(timetable, &name(market, party), out)?;
    let line = |booking: &Booking, subjects: &[Subject]| {
        let other = of(booking.cooperative, booking.enterprise).map_or_else(String::new, |p| name(market, p));
        let text = format!("{} · {other}", place(booking.spot, language));
        with_subject(text, &about(market, subjects, language))
    };
    let count = list(timetable, |b| of(b.cooperative, b.enterprise).is_some(), line, out)?;
    if count == 0 {
        let none = timetable.without_meeting().iter().find(|without| without.party == party);
        let why = none.map_or("", |without| without.reason.in_words(language));
        let text = words(language, "No meeting", "Không có cuộc gặp");
        if why.is_empty() { writeln!(out, "\n{text}.")? } else { writeln!(out, "\n{text}: {why}.")? }
    }
    let missed = timetable.missed().iter();
    let missed: Vec<_> = missed.filter_map(|m| Some((of(m.cooperative, m.enterprise)?, m.reason))).collect();
    if !missed.is_empty() {
        writeln!(out, "\n## {}\n", words(language, "Not held", "Không xếp được"))?;
        for (other, why) in missed {
            writeln!(out, "- {}: {}", name(market, other), why.in_words(language))?;
        }
    }
    Ok(())
}

fn page_of_spot(timetable: &Timetable, spot: Spot, language: Language, out: &mut String) -> fmt::Result {
    let market = timetable.plan().market();
    let mut heading = place(spot, language);
    if let Some(first) = heading.get(..1).map(str::to_uppercase) {
        heading.replace_range(..1, &first);
    }
    title(timetable, &heading, out)?;
    let line = |booking: &Booking, subjects: &[Subject]| {
        let cooperative = name(market, Party::Cooperative(booking.cooperative));
        let enterprise = name(market, Party::Enterprise(booking.enterprise));
        with_subject(format!("{enterprise} · {cooperative}"), &about(market, subjects, language))
    };
    list(timetable, |booking| booking.spot == spot, line, out).map(|_| ())
}

fn summary(timetable: &Timetable, language: Language, out: &mut String) -> fmt::Result {
    let w = |english, vietnamese| words(language, english, vietnamese);
    let (quality, bounds) = (timetable.quality(), timetable.bounds());
    match &timetable.venue().name {
        Some(event) => writeln!(out, "{} · {}", w("Timetable", "Lịch gặp"), plain(event))?,
        None => writeln!(out, "{}", w("Timetable", "Lịch gặp"))?,
    }
    let mut row = |label: &str, text: String| writeln!(out, "  {label}: {text}");
    let tried = format!("{} {} {}", quality.meetings, w("of", "trên"), quality.meetings + quality.missed);
    row(w("Meetings held", "Số cuộc gặp"), tried)?;
    let least = match language {
        Language::English if quality.missed == 0 && quality.slots == bounds.slots => {
            "no fewer are possible".to_owned()
        }
        Language::English => format!("all meetings tried need at least {}", bounds.slots),
        Language::Vietnamese if quality.missed == 0 && quality.slots == bounds.slots => {
            "không thể ít hơn".to_owned()
        }
        Language::Vietnamese => format!("tối thiểu {} cho mọi cuộc gặp dự kiến", bounds.slots),
    };
    let slots = format!("{} {} {}; {least}", quality.slots, w("of", "trên"), timetable.slots().len());
    row(w("Slots used", "Khung giờ sử dụng"), slots)?;
    let gaps = format!("{}; {} {}", quality.gaps, w("at most", "nhiều nhất một bên:"), quality.largest_gaps);
    let gaps = if language == Language::English { gaps + " for one participant" } else { gaps };
    row(w("Gaps", "Khung giờ chờ"), gaps)?;
    row(w("Table changes", "Số lần đổi bàn"), quality.table_changes.to_string())?;
    let mut reasons: BTreeMap<Missed, [usize; 2]> = BTreeMap::new();
    for missed in timetable.missed() {
        reasons.entry(missed.reason).or_default()[0] += 1;
    }
    for without in timetable.without_meeting() {
        reasons.entry(without.reason).or_default()[1] += 1;
    }
    let lists =
        [w("Not held", "Không xếp được"), w("Participants without a meeting", "Bên không có cuộc gặp")];
    for (i, label) in lists.into_iter().enumerate() {
        let total: usize = reasons.values().map(|counts| counts[i]).sum();
        if total > 0 {
            writeln!(out, "{label}: {total}")?;
            for (why, counts) in reasons.iter().filter(|(_, counts)| counts[i] > 0) {
                writeln!(out, "  {:>6}  {}", counts[i], why.in_words(language))?;
            }
        }
    }
    Ok(())
}
