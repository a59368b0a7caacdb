//! `lienket match`: one matching round, or every mechanism side by side.

use std::io::stdout;

use lienket::io::{self, Unfinished};
use lienket::{
    Error, FrontierPoint, Language, Linkage, Metrics, Overview, Plan, Policy, Privacy, Watch, compare,
    frontier, report,
};

use crate::arguments::{Match, Mechanism};
use crate::commands::{print, printed, read};
use crate::language;
use crate::progress::Bar;

pub(crate) fn matching(arguments: &Match) -> Result<(), Error> {
    match arguments.threads {
        None => round(arguments),
        Some(threads) => rayon_pool(threads.into())?.install(|| round(arguments)),
    }
}

/// One matching round.
fn round(arguments: &Match) -> Result<(), Error> {
    let mut policy = arguments.policy.as_ref().map_or_else(|| Ok(Policy::default()), io::read_policy)?;
    policy.effort = arguments.effort.unwrap_or(policy.effort);
    let mechanism = arguments.mechanism.map_or(Some(policy.mechanism), Mechanism::one);
    let only_plan = arguments.out.as_ref().is_some_and(|out| out.as_os_str() == "-");
    if arguments.frontier.is_some() && (only_plan || mechanism.is_none()) {
        return Err(Error::Unreadable {
            place: "--frontier".to_owned(),
            message: "it has no place beside a plan on standard output or all mechanisms".to_owned(),
            help: "Leave it out, or name a folder and one mechanism.".to_owned(),
        });
    }
    let bar = Bar::new();
    let watch = |progress| bar.watch(progress);
    let market = read(&arguments.market, &bar)?;
    let linkage = Linkage::build_watched(&market, &policy, &watch)?;
    let Some(mechanism) = mechanism else { return comparison(arguments, &linkage, bar) };
    let plan = Plan::solve_watched(&linkage, mechanism, &watch)?;
    if only_plan {
        return printed(io::write_plan_watched(&plan, stdout().lock(), &watch));
    }
    let mut text = report::summary(&plan, &Metrics::of(&plan), language());
    let points = cost_of_fairness(arguments, &plan, &watch)?;
    if !points.is_empty() {
        text.extend(["\n", &report::frontier(&points, language())]);
    }
    if let Some(folder) = &arguments.out {
        // Sheets are in Vietnamese, their headers in both languages, unless English is asked for.
        let sheets = arguments.language.map_or(Language::Vietnamese, Into::into);
        let mut files = Unfinished::in_folder(folder)?;
        files.write("plan.json", |writer| io::write_plan_watched(&plan, writer, &watch))?;
        files.write("matches.csv", |writer| io::write_matches(&plan, writer))?;
        let overview = overview(&plan, arguments.privacy.into(), arguments.target).with_frontier(&points);
        write_overview(&mut files, &overview, sheets)?;
        let mut names = "plan.json, matches.csv, report.html, round.xlsx".to_owned();
        if !points.is_empty() {
            files.write("frontier.csv", |writer| io::write_frontier(&points, writer))?;
            names.push_str(", frontier.csv");
        }
        files.finish()?;
        text.extend(["\n→ ", &folder.display().to_string(), ": ", &names, "\n"]);
    }
    drop(bar);
    print(&text)
}

/// What fairness costs, where it is asked for; for a fair plan at its two ends in any case.
fn cost_of_fairness(arguments: &Match, plan: &Plan, watch: Watch) -> Result<Vec<FrontierPoint>, Error> {
    let policy = plan.policy();
    match &arguments.frontier {
        Some(between) => frontier(plan.linkage(), between, watch),
        None if policy.mechanism == lienket::Mechanism::Fair && !policy.has_quotas() => {
            frontier(plan.linkage(), &[], watch)
        }
        None => Ok(Vec::new()),
    }
}

/// What a plan came to for readers, against a target of the organiser's own if there is one.
pub(crate) fn overview(plan: &Plan, privacy: Privacy, target: Option<u32>) -> Overview {
    target.into_iter().fold(Overview::of(plan, privacy), Overview::target)
}

/// The plan for people: a page and a workbook.
pub(crate) fn write_overview(
    files: &mut Unfinished,
    overview: &Overview,
    sheets: Language,
) -> Result<(), Error> {
    let page = report::html(overview);
    files.write("report.html", |writer| writer.write_all(page.as_bytes()))?;
    files.write("round.xlsx", |writer| io::write_round_workbook(overview, sheets, writer))
}

/// Every mechanism on the market, side by side; with a folder, every plan and the table.
fn comparison(arguments: &Match, linkage: &Linkage, bar: Bar) -> Result<(), Error> {
    let watch = |progress| bar.watch(progress);
    let compared = compare(linkage, &lienket::Mechanism::ALL, &watch)?;
    let document = || io::comparison_document(&compared);
    match &arguments.out {
        Some(out) if out.as_os_str() == "-" => return print(&document()),
        Some(folder) => {
            let mut files = Unfinished::in_folder(folder)?;
            for row in &compared {
                let name = format!("plan-{}.json", row.mechanism.name());
                files.write(&name, |writer| io::write_plan_watched(&row.plan, writer, &watch))?;
            }
            files.write("comparison.json", |writer| writer.write_all(document().as_bytes()))?;
            files.finish()?;
        }
        None => {}
    }
    drop(bar);
    print(&report::comparison(&compared, language()))
}

fn rayon_pool(threads: usize) -> Result<rayon::ThreadPool, Error> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    pool.map_err(|error| Error::Unreadable {
        place: "--threads".to_owned(),
        message: format!("the threads cannot be started: {error}"),
        help: "Ask for fewer.".to_owned(),
    })
}
