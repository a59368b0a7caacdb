//! `lienket round`: from a market to a first plan, and from a plan and what was decided about it to the next.

use std::path::Path;

use lienket::io::{self, Unfinished};
use lienket::{Error, Language, Metrics, PlanDiff, Policy, Privacy, Round, report};

use crate::arguments;
use crate::commands::{print, printed, read};
use crate::matching::{overview, write_overview};
use crate::progress::Bar;
use crate::{is_vietnamese, say};

pub(crate) fn round(arguments: &arguments::Round) -> Result<(), Error> {
    let bar = Bar::new();
    let watch = |progress| bar.watch(progress);
    let before = begin(arguments, &bar)?;
    let after = match &arguments.decisions {
        Some(path) => {
            let file = io::DecisionsFile::read(path)?;
            bar.aside(|| noted(&file));
            file.apply(&before, &watch)?
        }
        None => before.clone(),
    };
    let failed = |error: std::io::Error| printed(Err(error));
    if arguments.out.as_ref().is_some_and(|out| out.as_os_str() == "-") {
        return match io::round_document(&after) {
            Ok(document) => print(&document),
            Err(error) => failed(error),
        };
    }
    bar.writing();
    let language = arguments.language.into();
    let diff = PlanDiff::between(&before, &after);
    let plan = after.plan();
    let mut text = String::new();
    if arguments.decisions.is_some() {
        text.extend([report::changes(&diff, language), "\n".to_owned()]);
    }
    text.push_str(&report::summary(plan, &Metrics::of(plan), language));
    text.extend(["\n".to_owned(), report::standing(&after, language)]);
    if let Some(folder) = &arguments.out {
        write(&after, &diff, folder, (arguments.privacy.into(), arguments.target), language)?;
        let place = folder.display();
        let next = format!(
            "{}: lienket round {place} --decisions {place}/decisions.xlsx --out …",
            say("To answer: fill in decisions.xlsx, then", "Trả lời: điền decisions.xlsx, rồi chạy")
        );
        text.extend(["\n→ ", &place.to_string(), "\n", &next, "\n"]);
    }
    drop(bar);
    print(&text)
}

/// The round to decide about: a first one of a market, or one of before.
fn begin(arguments: &arguments::Round, bar: &Bar) -> Result<Round, Error> {
    let watch = |progress| bar.watch(progress);
    if !io::is_round(&arguments.start) {
        let policy = arguments.policy.as_ref().map_or_else(|| Ok(Policy::default()), io::read_policy)?;
        let market = read(&arguments.start, bar)?;
        return Round::open_watched(&market, &policy, &watch);
    }
    if let Some(policy) = &arguments.policy {
        return Err(Error::Unreadable {
            place: policy.display().to_string(),
            message: "a round keeps the policy it began with".to_owned(),
            help: "Leave --policy out, or begin anew with a market.".to_owned(),
        });
    }
    io::read_round_watched(&arguments.start, &watch)
}

fn write(
    round: &Round,
    diff: &PlanDiff,
    folder: &Path,
    told: (Privacy, Option<u32>),
    language: Language,
) -> Result<(), Error> {
    let mut files = Unfinished::in_folder(folder)?;
    files.write("round.json", |writer| io::write_round(round, writer))?;
    files.write("plan.json", |writer| io::write_plan(round.plan(), writer))?;
    files.write("market.json", |writer| {
        io::json::write_market(round.effective_market(), writer).map_err(std::io::Error::other)
    })?;
    files.write("matches.csv", |writer| io::write_matches(round.plan(), writer))?;
    files.write("changes.json", |writer| writer.write_all(io::changes_document(diff).as_bytes()))?;
    files.write("changes.csv", |writer| io::write_changes(diff, writer))?;
    write_overview(&mut files, &overview(round.plan(), told.0, told.1), language)?;
    files.write("decisions.xlsx", |writer| io::write_decisions_workbook(round, language, writer))?;
    files.finish()
}

/// Says what cells of a workbook of decisions were read into.
#[expect(clippy::print_stderr, reason = "notes go to standard error, as warnings do")]
fn noted(file: &io::DecisionsFile) {
    for note in file.notes() {
        if is_vietnamese() {
            eprintln!("ghi chú {}", note.in_vietnamese());
        } else {
            eprintln!("note {note}");
        }
    }
}
