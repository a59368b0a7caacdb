//! Documents of timetables: venues read, timetables written as JSON, tables, calendars and pages.

use lienket::{
    Cooperative, Demand, Enterprise, Error, Kg, Language, Linkage, Market, MarketParts, Mechanism, Mode,
    Offer, Party, Place, Plan, Policy, Spot, Timetable, Venue, io, report,
};

const VENUE: &str = r#"
format = "lienket/venue@1"
name = "Diễn đàn; 2025, phần 1"
slot_minutes = 30
buffer_minutes = 0
tables = 2
rooms = 1
max_meetings_per_enterprise = 8
meetings = "candidates"
[[days]]
date = "2025-11-28"
from = "06:30"
to = "12:00"
breaks = [{ from = "09:00", to = "09:15" }]
[[participants]]
cooperative = "htx b"
mode = "online"
available = [{ day = "2025-11-28", from = "08:00" }]
[[participants]]
enterprise = "shop"
away = [{ day = "2025-11-28", to = "06:45" }]
max_meetings = 3
[[exclusions]]
cooperative = "htx-c"
enterprise = "shop"
[[appointments]]
cooperative = "htx-a"
enterprise = "shop"
day = "2025-11-28"
from = "09:15"
table = 2
"#;

fn plan() -> Plan {
    let mut parts = MarketParts::new("2025-11-20".parse().unwrap());
    for id in ["htx-a", "htx b", "htx-c", "htx-d"] {
        parts.cooperatives.push(Cooperative::new(id, Place::id("vn/thai-nguyen")));
    }
    parts.cooperatives[0].name =
        Some("=HTX chè *Hảo Đạt*, \\ xã; Tân Cương, thành phố Thái Nguyên, tỉnh Thái Nguyên".to_owned());
    parts.enterprises.push(Enterprise::new("shop", Place::id("vn/ha-noi")).name("Siêu thị A"));
    for id in ["htx-a", "htx b", "htx-c"] {
        parts.offers.push(Offer::new(format!("o {id}"), id, "tea/green", Kg(500)));
    }
    parts.offers.push(Offer::new("o d", "htx-d", "fruit/lychee", Kg(500)));
    parts.demands.push(Demand::new("d", "shop", "tea", Kg(1200)));
    let linkage = Linkage::build(&Market::build(parts).unwrap(), &Policy::default()).unwrap();
    Plan::solve(&linkage, Mechanism::Optimal).unwrap()
}

fn venue() -> Venue {
    io::venue::from_toml(VENUE).unwrap()
}

fn faults(document: &str) -> Vec<(String, &'static str)> {
    let error = io::venue::from_toml(document).expect_err("faults");
    error.issues().iter().map(|issue| (issue.pointer.clone(), issue.code)).collect()
}

#[test]
fn a_venue_is_read_and_written_back() {
    let venue = venue();
    assert_eq!((venue.tables, venue.rooms, venue.slots().len()), (2, 1, 10));
    assert_eq!(venue.participants[0].mode, Mode::Online);
    assert_eq!(venue.participants[0].available[0].to_string(), "2025-11-28 08:00–24:00");
    assert_eq!(venue.appointments[0].at.unwrap().from.to_string(), "09:15");
    assert_eq!(venue.utc_offset_minutes, 420);
    let document = io::venue_document(&venue).to_string();
    assert_eq!(io::venue::from_json(document.as_bytes()).unwrap(), venue);
}

#[test]
fn all_faults_of_a_venue_document_come_at_once() {
    let spoiled = VENUE
        .replace("tables = 2\nrooms", "tables = -2\nrom")
        .replace("to = \"12:00\"", "to = \"12h\"")
        .replace("mode = \"online\"", "mode = \"onlin\"")
        .replace("enterprise = \"shop\"\naway", "enterprise = \"shop\"\ncooperative = \"htx-a\"\naway")
        .replace("day = \"2025-11-28\"\nfrom", "from")
        .replace("to = \"06:45\"", "from = \"07:00\", to = \"06:45\"");
    let found = faults(&spoiled);
    for expected in [
        ("/tables", "out_of_range"),
        ("/rom", "unknown_field"),
        ("/days/0/to", "bad_time"),
        ("/participants/0/mode", "unknown_word"),
        ("/participants/1", "both"),
        ("/appointments/0", "missing_field"),
    ] {
        assert!(found.contains(&(expected.0.to_owned(), expected.1)), "{expected:?} in {found:?}");
    }
    assert!(!found.iter().any(|(pointer, _)| pointer == "/days"), "no consequences: {found:?}");
    assert_eq!(
        faults("tables = 1"),
        [("/format".to_owned(), "missing_field"), ("/days".to_owned(), "missing_field")]
    );
    assert!(faults(&VENUE.replace("venue@1", "policy@1")).contains(&("/format".to_owned(), "wrong_format")));
    assert!(matches!(io::venue::from_toml("tables = "), Err(Error::Unreadable { .. })));
}

#[test]
fn the_document_has_every_meeting_and_every_reason() {
    let timetable = Timetable::schedule(&plan(), &venue()).unwrap();
    let text = io::timetable_document(&timetable);
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["format"], "lienket/timetable@1");
    let meetings = document["meetings"].as_array().unwrap();
    assert_eq!(meetings.len(), 2);
    let promised = meetings.iter().find(|meeting| meeting["why"] == "appointment").unwrap();
    assert_eq!((&promised["from"], &promised["table"]), (&"09:15".into(), &2.into()));
    assert_eq!(promised["links"][0]["product"], "tea/green");
    let online = meetings.iter().find(|meeting| meeting["room"] == 1).unwrap();
    assert_eq!((&online["cooperative"], &online["day"]), (&"htx b".into(), &"2025-11-28".into()));
    let without = document["without_meeting"].as_array().unwrap();
    let reasons: Vec<_> = without.iter().map(|w| (w["cooperative"].clone(), w["reason"].clone())).collect();
    assert_eq!(reasons, [("htx-c".into(), "excluded".into()), ("htx-d".into(), "no_candidate".into())]);
    assert_eq!(io::timetable_document(&Timetable::schedule(&plan(), &venue()).unwrap()), text);
}

#[test]
fn the_table_has_a_row_a_meeting_and_no_formula() {
    let timetable = Timetable::schedule(&plan(), &venue()).unwrap();
    let mut table = Vec::new();
    io::write_meetings(&timetable, &mut table).unwrap();
    let text = String::from_utf8(table).unwrap();
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().any(|row| row[6].starts_with("'=HTX") && &row[3] == "2" && row[4].is_empty()));
}

#[test]
fn calendars_keep_to_the_rfc() {
    let timetable = Timetable::schedule(&plan(), &venue()).unwrap();
    let all = io::calendar(&timetable, Language::Vietnamese);
    assert!(all.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") && all.ends_with("END:VCALENDAR\r\n"));
    assert_eq!(all.matches("BEGIN:VEVENT\r\n").count(), 2);
    for line in all.split("\r\n") {
        assert!(line.len() <= 75 && !line.contains(['\r', '\n']), "{line}");
    }
    let unfolded = all.replace("\r\n ", "");
    assert!(unfolded.contains("X-WR-CALNAME:Diễn đàn\\; 2025\\, phần 1\r\n"));
    assert!(unfolded.contains("SUMMARY:=HTX chè *Hảo Đạt*\\, \\\\ xã\\; Tân Cương\\, thành phố"));
    assert!(unfolded.contains("DTSTART:20251128T021500Z\r\nDTEND:20251128T024500Z\r\n"));
    assert!(unfolded.contains("DTSTAMP:20251120T000000Z\r\n") && unfolded.contains("LOCATION:Bàn 2\r\n"));
    let uids = |text: &str| -> Vec<String> {
        text.split("\r\n").filter(|line| line.starts_with("UID:")).map(str::to_owned).collect()
    };
    let (first, mut moved) = (uids(&all), venue());
    assert!(first.len() == 2 && first[0] != first[1]);
    // Half an hour later, on another table: the same meetings.
    moved.appointments[0].at =
        venue().appointments[0].at.map(|at| lienket::Moment { from: "09:45".parse().unwrap(), ..at });
    moved.appointments[0].table = None;
    let again = io::calendar(&Timetable::schedule(&plan(), &moved).unwrap(), Language::English);
    let sorted = |mut uids: Vec<String>| {
        uids.sort();
        uids
    };
    assert_eq!(sorted(uids(&again)), sorted(first));
    // West of Greenwich, and before it in the east: the day changes.
    let early = Venue { utc_offset_minutes: 660, ..venue() };
    let own = io::party_calendar(&Timetable::schedule(&plan(), &early).unwrap(), party(1), Language::English);
    assert_eq!(own.matches("BEGIN:VEVENT\r\n").count(), 1);
    assert!(own.contains("DTSTART:20251127T2"), "{own}");
}

/// A cooperative by its place in the order of ids.
fn party(at: usize) -> Party {
    let timetable = Timetable::schedule(&plan(), &venue()).unwrap();
    let mut all: Vec<Party> =
        timetable.meetings().iter().map(|m| Party::Cooperative(m.cooperative)).collect();
    all.extend(timetable.without_meeting().iter().map(|w| w.party));
    all.sort_unstable();
    all[at]
}

#[test]
fn pages_tell_each_participant_their_day() {
    let timetable = Timetable::schedule(&plan(), &venue()).unwrap();
    // Ids in the order of their bytes: `htx b`, `htx-a`, `htx-c`, `htx-d`.
    let page = report::party_page(&timetable, party(1), Language::English);
    assert!(page.contains("- 09:15–09:45 · table 2 · Siêu thị A · "), "{page}");
    assert!(page.starts_with("# =HTX chè \\*Hảo Đạt\\*"), "{page}");
    let page = report::party_page(&timetable, party(2), Language::Vietnamese);
    assert!(page.contains("Không có cuộc gặp: hai bên thuộc diện không gặp nhau."), "{page}");
    let page = report::party_page(&timetable, party(3), Language::English);
    assert!(page.contains("No meeting: no other party could trade with them."), "{page}");
    let page = report::spot_page(&timetable, Spot::Table(2), Language::Vietnamese);
    assert!(page.starts_with("# Bàn 2\n") && page.contains("Siêu thị A · "), "{page}");
    for language in [Language::English, Language::Vietnamese] {
        let text = report::timetable_summary(&timetable, language);
        assert!(text.contains("2 of 2") || text.contains("2 trên 2"), "{text}");
    }
    let market = timetable.plan().market();
    assert_eq!(io::file_name(market, party(0)), "cooperative-htx_20b");
}

#[test]
fn the_workbook_has_a_row_a_meeting_and_no_formula() {
    use calamine::{Data, Reader};
    let timetable = Timetable::schedule(&plan(), &venue()).unwrap();
    let book = |language| {
        let mut bytes = Vec::new();
        io::write_timetable_workbook(&timetable, language, &mut bytes).unwrap();
        bytes
    };
    let bytes = book(Language::Vietnamese);
    assert_eq!(bytes, book(Language::Vietnamese), "the same timetable, the same bytes");
    let mut read = calamine::Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
    assert_eq!(read.sheet_names(), ["Lịch gặp", "Không xếp được", "Chưa có cuộc gặp"]);
    let rows: Vec<Vec<Data>> =
        read.worksheet_range("Lịch gặp").unwrap().rows().map(<[Data]>::to_vec).collect();
    assert_eq!(rows.len(), 1 + timetable.meetings().len());
    assert!(rows.iter().any(|row| row[4].to_string().starts_with("=HTX") && row[3] == "Bàn 2"));
    for name in read.sheet_names() {
        assert!(read.worksheet_formula(&name).unwrap().is_empty(), "{name}");
    }
    let without = read.worksheet_range("Chưa có cuộc gặp").unwrap();
    assert_eq!(without.height(), 1 + timetable.without_meeting().len());
    let mut english = calamine::Xlsx::new(std::io::Cursor::new(book(Language::English))).unwrap();
    assert_eq!(english.sheet_names(), ["Meetings", "Not held", "No meeting"]);
    assert!(english.worksheet_range("Meetings").is_ok());
}
