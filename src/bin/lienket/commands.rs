//! One function a command: read, call the library, write.

use std::collections::BTreeSet;
use std::io::{ErrorKind, Write, stdout};
use std::path::Path;

use lienket::generate::generate_watched;
use lienket::io::{self, Export, ImportReport, Unfinished};
use lienket::{
    Catalogue, Error, Language, Linkage, Market, Party, Plan, Policy, Severity, Spot, Status, Timetable,
    report,
};

use crate::arguments::{self, Arguments, Command, Explain, Generate};
use crate::progress::Bar;
use crate::{Answer, failed, is_vietnamese, say, told};

pub(crate) fn run(arguments: Arguments) -> Answer {
    let done = match arguments.command {
        Command::Check { market, lenient, .. } => return check(&market, lenient),
        Command::Verify { market, plan, .. } => return verify(&market, &plan),
        Command::Match(arguments) => crate::matching::matching(&arguments),
        Command::Round(arguments) => crate::rounds::round(&arguments),
        Command::Explain(arguments) => explain(&arguments),
        Command::Convert { market, out, lenient, .. } => convert(&market, &out, lenient),
        Command::Template { out } => template(&out),
        Command::Generate(arguments) => generate(&arguments),
        Command::Export { market, out, policy } => export(&market, &out, policy.as_deref()),
        Command::Timetable(arguments) => timetable(&arguments),
        Command::Catalogue { json } => catalogue(json),
    };
    done.map_or_else(|error| failed(&error), |()| Answer::Yes)
}

/// Writes to standard output; a reader that has gone away is no failure.
pub(crate) fn print(text: &str) -> Result<(), Error> {
    let mut out = stdout().lock();
    printed(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

pub(crate) fn printed(result: std::io::Result<()>) -> Result<(), Error> {
    match result {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Error::Unreadable {
            place: "standard output".to_owned(),
            message: format!("it cannot be written: {error}"),
            help: "Check the disk and the permissions.".to_owned(),
        }),
        _ => Ok(()),
    }
}

/// A number with its noun.
fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

#[expect(clippy::print_stderr, reason = "warnings of the program go to standard error")]
fn warn(market: &Market, path: &Path) {
    let (warnings, path) = (market.warnings().len(), path.display());
    if warnings == 0 {
        return;
    }
    if is_vietnamese() {
        eprintln!("{path}: {warnings} lưu ý; xem bằng `lienket check {path} --language vi`");
    } else {
        eprintln!("{} about {path}; `lienket check {path}` tells more", count(warnings, "warning"));
    }
}

/// What became of the rows, in the language that was asked for.
fn rows_of(report: &ImportReport) -> String {
    if is_vietnamese() { report.in_vietnamese(false) } else { report.text(false) }
}

#[expect(clippy::print_stderr, reason = "faults and warnings go to standard error")]
fn check(path: &Path, lenient: bool) -> Answer {
    // Whether contracts fit certified volumes depends on the policy; here, the default one.
    let bar = Bar::new();
    let (read, rows) = if lenient || is_workbook(path) {
        match io::import_market(path) {
            // Refused cells are among the faults.
            Ok(import) => (import.market, rows_of(&import.report)),
            Err(error) => return failed(&error),
        }
    } else {
        (io::read_market_watched(path, &|progress| bar.watch(progress)), String::new())
    };
    let checked = read.and_then(|market| match Linkage::build(&market, &Policy::default()) {
        Ok(linkage) => Ok((market, linkage.len())),
        Err(Error::Faults(faults)) => Err(Error::Faults([faults, market.warnings().to_vec()].concat())),
        Err(other) => Err(other),
    });
    drop(bar);
    let (issues, answer) = match &checked {
        Ok((market, _)) => (market.warnings(), Answer::Yes),
        Err(Error::Faults(issues)) => (issues.as_slice(), Answer::No),
        Err(error) => return failed(error),
    };
    // Faults come last, where they are seen.
    if let Err(error) = print(&rows) {
        return failed(&error);
    }
    for issue in issues {
        eprintln!("{}", told(issue));
    }
    let faults = issues.iter().filter(|issue| issue.severity == Severity::Error).count();
    let warnings = issues.len() - faults;
    let place = path.display();
    let mut text = if is_vietnamese() {
        format!("{place}: {faults} lỗi, {warnings} lưu ý\n")
    } else {
        format!("{place}: {}, {}\n", count(faults, "fault"), count(warnings, "warning"))
    };
    if faults > 0 && !rows.is_empty() {
        text.push_str(say(
            "Correct the cells named above, save, and check again: nothing is matched while a row is refused.\n",
            "Sửa các ô nêu trên, lưu tệp rồi kiểm tra lại: còn dòng không nhận thì chưa kết nối được.\n",
        ));
    }
    if let Ok((market, candidates)) = &checked {
        let (cooperatives, offers) = (market.cooperatives().len(), market.offers().len());
        let (enterprises, demands) = (market.enterprises().len(), market.demands().len());
        let counted = if is_vietnamese() {
            format!(
                "{cooperatives} hợp tác xã với {offers} chào bán, {enterprises} doanh nghiệp với {demands} nhu cầu, {candidates} cặp có \
                 thể kết nối\n"
            )
        } else {
            format!(
                "{} with {}, {} with {}, {}\n",
                count(cooperatives, "cooperative"),
                count(offers, "offer"),
                count(enterprises, "enterprise"),
                count(demands, "demand"),
                count(*candidates, "candidate pair")
            )
        };
        text.push_str(&counted);
    }
    print(&text).map_or_else(|error| failed(&error), |()| answer)
}

/// Reads a market, showing how far it is, and tells of its warnings.
pub(crate) fn read(path: &Path, bar: &Bar) -> Result<Market, Error> {
    if !is_workbook(path) {
        let market = io::read_market_watched(path, &|progress| bar.watch(progress))?;
        bar.aside(|| warn(&market, path));
        return Ok(market);
    }
    let import = io::import_market(path)?;
    let market = import.market?;
    bar.aside(|| {
        noted(&import.report, path);
        warn(&market, path);
    });
    Ok(market)
}

/// Says how many rows were taken with a note: what was read into what is never a secret.
#[expect(clippy::print_stderr, reason = "notes go to standard error, as warnings do")]
fn noted(report: &ImportReport, path: &Path) {
    let (rows, noted) =
        report.sheets.iter().fold((0, 0), |(all, noted), sheet| (all + sheet.rows, noted + sheet.noted));
    let path = path.display();
    if noted == 0 {
        return;
    }
    if is_vietnamese() {
        eprintln!(
            "{path}: nhận {rows} dòng, {noted} dòng có ghi chú (ô nào được hiểu là gì); xem bằng `lienket check {path} \
             --language vi`"
        );
    } else {
        eprintln!(
            "{path}: {} taken, {noted} with a note of what was read into what; `lienket check {path}` shows them",
            count(rows, "row")
        );
    }
}

fn verify(market: &Path, plan: &Path) -> Answer {
    let verified =
        io::read_market(market).and_then(|market| io::verify_plan(&market, &io::read_bytes(plan)?));
    match verified {
        Ok(plan) => print(&proved(&plan)).map_or_else(|error| failed(&error), |()| Answer::Yes),
        Err(error @ Error::Refuted(_)) => {
            failed(&error);
            Answer::No
        }
        Err(error) => failed(&error),
    }
}

/// What a verified plan is proved to be.
fn proved(plan: &Plan) -> String {
    let bounds = plan.bounds();
    let links = plan.allocations().len();
    if is_vietnamese() {
        let optimal = match bounds.status {
            Status::Optimal => "tối ưu: giá đối ngẫu chứng minh không phương án nào tốt hơn".to_owned(),
            _ => format!(
                "khả thi: giá đối ngẫu chứng minh không phương án nào có giá trị quá {}",
                bounds.bound
            ),
        };
        return format!(
            "đã kiểm chứng\n  giới hạn: {links} liên kết giữ mọi giới hạn và mọi hợp đồng\n  điểm, lý do, số liệu: đúng như tính \
             lại từ dữ liệu\n  giá trị phần mới phân bổ: {}\n  {optimal}\n",
            bounds.objective
        );
    }
    let optimal = match bounds.status {
        Status::Optimal => "optimal: the prices prove that no plan is worth more".to_owned(),
        _ => format!(
            "feasible: the prices prove that no plan is worth more than {}{}",
            bounds.bound,
            bounds.score.map_or_else(String::new, |(_, bound)| format!(", with a score of at most {bound}"))
        ),
    };
    format!(
        "verified\n  limits: {links} allocations keep every limit and every contract\n  scores, reasons, funnels, metrics: as \
         they follow from the market\n  objective: {}\n  {optimal}\n",
        bounds.objective
    )
}

fn explain(arguments: &Explain) -> Result<(), Error> {
    let market = io::read_market(&arguments.market)?;
    let plan = io::verify_plan(&market, &io::read_bytes(&arguments.plan)?)?;
    let about = &arguments.about;
    let explanation = match (&about.offer, &about.demand, about.pair.as_deref()) {
        (Some(offer), _, _) => plan.explain_offer(offer),
        (_, Some(demand), _) => plan.explain_demand(demand),
        (_, _, Some([offer, demand])) => plan.explain(offer, demand),
        _ => Err(Error::Internal("the command line names nothing to explain".to_owned())),
    }?;
    let explanation = explanation.told_to(arguments.privacy.into());
    if arguments.json {
        print(&io::explanation_document(&explanation))
    } else {
        print(&explanation.in_language(arguments.language.into()))
    }
}

fn timetable(arguments: &arguments::Timetable) -> Result<(), Error> {
    let venue = io::read_venue(&arguments.venue)?;
    let market = io::read_market(&arguments.market)?;
    let plan = io::verify_plan(&market, &io::read_bytes(&arguments.plan)?)?;
    let timetable = Timetable::schedule(&plan, &venue)?;
    let language = arguments.language.into();
    let mut text = report::timetable_summary(&timetable, language);
    match &arguments.out {
        Some(out) if out.as_os_str() == "-" => return print(&io::timetable_document(&timetable)),
        Some(folder) => {
            write_timetable(&timetable, folder, language)?;
            text.extend(["\n→ ", &folder.display().to_string(), "\n"]);
        }
        None => {}
    }
    print(&text)
}

/// The document, the table, the calendars, and a page for every participant with a meeting or a reason for none, and for every table.
fn write_timetable(timetable: &Timetable, folder: &Path, language: Language) -> Result<(), Error> {
    let market = timetable.plan().market();
    let mut parties: BTreeSet<Party> =
        timetable.without_meeting().iter().map(|without| without.party).collect();
    let mut spots: BTreeSet<Spot> = BTreeSet::new();
    for meeting in timetable.meetings() {
        parties.extend([Party::Cooperative(meeting.cooperative), Party::Enterprise(meeting.enterprise)]);
        spots.insert(meeting.spot);
    }
    let mut files = Unfinished::in_folder(folder)?;
    files.write("timetable.json", |writer| io::write_timetable(timetable, writer))?;
    files.write("timetable.csv", |writer| io::write_meetings(timetable, writer))?;
    files.write("timetable.xlsx", |writer| io::write_timetable_workbook(timetable, language, writer))?;
    files.write("timetable.ics", |writer| writer.write_all(io::calendar(timetable, language).as_bytes()))?;
    for party in parties {
        let name = io::file_name(market, party);
        let page = report::party_page(timetable, party, language);
        files.write(&format!("participants/{name}.md"), |writer| writer.write_all(page.as_bytes()))?;
        let calendar = io::party_calendar(timetable, party, language);
        files.write(&format!("participants/{name}.ics"), |writer| writer.write_all(calendar.as_bytes()))?;
    }
    for spot in spots {
        let name = match spot {
            Spot::Table(number) => format!("tables/table-{number:03}.md"),
            Spot::Room(number) => format!("tables/room-{number:03}.md"),
        };
        let page = report::spot_page(timetable, spot, language);
        files.write(&name, |writer| writer.write_all(page.as_bytes()))?;
    }
    files.finish()
}

/// Workbooks are read as people write, and every row is accounted for.
fn is_workbook(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("xlsx"))
}

/// Reads a market as people write, telling what was read into what.
#[expect(clippy::print_stderr, reason = "the report goes to standard error, as warnings do")]
fn read_kindly(path: &Path) -> Result<Market, Error> {
    let import = io::import_market(path)?;
    if !import.report.is_plain() {
        eprint!("{}", rows_of(&import.report));
    }
    let market = import.market?;
    warn(&market, path);
    Ok(market)
}

fn template(out: &Path) -> Result<(), Error> {
    if !is_workbook(out) {
        return Err(Error::Unreadable {
            place: out.display().to_string(),
            message: "an empty workbook is a .xlsx file".to_owned(),
            help: "Name one.".to_owned(),
        });
    }
    io::write_template(out)?;
    print(&format!("{} written\n", out.display()))
}

fn convert(market: &Path, out: &Path, lenient: bool) -> Result<(), Error> {
    let bar = Bar::new();
    let read = if lenient || is_workbook(market) { read_kindly(market)? } else { read(market, &bar)? };
    bar.writing();
    io::write_market(&read, out)?;
    drop(bar);
    print(&format!("{} written\n", out.display()))
}

fn generate(arguments: &Generate) -> Result<(), Error> {
    let Generate { preset, seed, scale, out } = arguments;
    let bar = Bar::new();
    let parts = generate_watched((*preset).into(), *seed, *scale, &|progress| bar.watch(progress))?;
    let market = Market::build(parts)?;
    bar.writing();
    io::write_market(&market, out)?;
    drop(bar);
    let (offers, demands) = (market.offers().len(), market.demands().len());
    print(&format!("{} written: {offers} offers, {demands} demands\n", out.display()))
}

fn export(market: &Path, out: &Path, policy: Option<&Path>) -> Result<(), Error> {
    let export = Export::of(out)?;
    let policy = policy.map_or_else(|| Ok(Policy::default()), io::read_policy)?;
    let bar = Bar::new();
    let read = read(market, &bar)?;
    let linkage = Linkage::build_watched(&read, &policy, &|progress| bar.watch(progress))?;
    bar.writing();
    export.write(&linkage, out)?;
    drop(bar);
    print(&format!("{} written: {} candidate pairs\n", out.display(), linkage.len()))
}

fn catalogue(json: bool) -> Result<(), Error> {
    let catalogue = Catalogue::built_in();
    if json {
        return print(&io::catalogue_document(&catalogue));
    }
    let mut text = format!("Built-in catalogue, version {}\n", catalogue.version());
    let mut section = |title: &str, lines: Vec<String>| {
        text.extend(["\n", title, "\n  ", &lines.join("\n  "), "\n"]);
    };
    let named = |id: &str, name: &str, en: Option<&str>| {
        en.map_or_else(|| format!("{id}  {name}"), |en| format!("{id}  {name} · {en}"))
    };
    section(
        "Products",
        catalogue.products().iter().map(|p| named(&p.id, &p.name, p.name_en.as_deref())).collect(),
    );
    section(
        "Standards",
        catalogue.standards().iter().map(|s| named(&s.id, &s.name, s.name_en.as_deref())).collect(),
    );
    let acceptance = |a: &lienket::Acceptance| {
        let kind = format!("{:?}", a.kind).to_lowercase();
        format!("{} for {} ({kind}) {}", a.holds, a.asked, a.basis.as_deref().unwrap_or_default())
    };
    section("Acceptances", catalogue.acceptances().iter().map(acceptance).collect());
    section(
        "Places",
        catalogue.places().iter().map(|p| format!("{}  {}  {}, {}", p.id, p.name, p.lat, p.lon)).collect(),
    );
    print(&text)
}
