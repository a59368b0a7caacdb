//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use lienket::Aversion;

/// Matches cooperatives with enterprises along agricultural value chains.
#[derive(Parser)]
#[command(version, about, arg_required_else_help = true)]
#[command(
    after_help = "MARKET is a .json file, a .xlsx workbook or a folder of CSV files. Exit codes: 0 done; 1 the answer is no; \
2 usage, unreadable input, or a document with faults; 3 a bug."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Validate a market: print every fault and warning, and of a workbook what became of every row
    Check {
        /// The market
        market: PathBuf,
        /// Read a folder of CSV files as people write, as workbooks always are
        #[arg(long)]
        lenient: bool,
        /// Language of faults, warnings and notes
        #[arg(long, value_enum, default_value_t = Language::En)]
        language: Language,
    },
    /// Run one matching round: candidates, scores, volumes, reasons
    Match(Match),
    /// Apply what people decided about a plan, and solve again with the least change
    Round(Round),
    /// Re-check a plan from the documents alone: limits, scores, objective, certificate, reasons
    Verify {
        /// The market
        market: PathBuf,
        /// The plan, as `match` wrote it
        plan: PathBuf,
        /// Language of what is proved
        #[arg(long, value_enum, default_value_t = Language::En)]
        language: Language,
    },
    /// Say why a pair, an offer or a demand is linked or not, and what would change it
    Explain(Explain),
    /// Convert a market between JSON, a workbook and a folder of CSV files
    Convert {
        /// The market
        market: PathBuf,
        /// Where to: a .json or .xlsx file, or a folder
        out: PathBuf,
        /// Read a folder of CSV files as people write, as workbooks always are
        #[arg(long)]
        lenient: bool,
        /// Language of faults, warnings and notes
        #[arg(long, value_enum, default_value_t = Language::En)]
        language: Language,
    },
    /// Write an empty workbook to fill in, with notes, drop-downs and a sample row
    Template {
        /// Where to: a .xlsx file
        out: PathBuf,
    },
    /// Make up a market from a seed: the same seed, the same bytes
    Generate(Generate),
    /// Write the assignment network or the scored pairs for other programs
    Export {
        /// The market
        market: PathBuf,
        /// Where to: a .min file (DIMACS min-cost flow) or a .csv file (scored pairs)
        out: PathBuf,
        /// The policy, TOML or JSON; the defaults without it
        #[arg(long, value_name = "FILE")]
        policy: Option<PathBuf>,
    },
    /// Schedule the meetings of an event: who meets whom, when and at which table
    Timetable(Timetable),
    /// Print the built-in products, standards, acceptances and places
    Catalogue {
        /// As JSON, with the version
        #[arg(long)]
        json: bool,
    },
}

impl Command {
    /// The language that was asked for; English where a command does not ask.
    pub(crate) fn language(&self) -> lienket::Language {
        match self {
            Self::Check { language, .. } | Self::Convert { language, .. } | Self::Verify { language, .. } => {
                (*language).into()
            }
            Self::Match(arguments) => arguments.language.map_or(lienket::Language::English, Into::into),
            Self::Round(arguments) => arguments.language.into(),
            Self::Explain(arguments) => arguments.language.into(),
            Self::Timetable(arguments) => arguments.language.into(),
            _ => lienket::Language::English,
        }
    }
}

#[derive(Args)]
pub(crate) struct Match {
    /// The market
    pub market: PathBuf,
    /// The policy, TOML or JSON; the defaults without it
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// The mechanism; wins over the policy's
    #[arg(long, value_name = "M")]
    pub mechanism: Option<Mechanism>,
    /// Work spent on plans under lots and the like, as a multiple of the usual; wins over the policy's
    #[arg(long, value_name = "X")]
    pub effort: Option<f64>,
    /// What fairness would cost: a table of the optimum, of compromises at these α (0.01 to 100) and of the fairest
    /// plan; with --out also frontier.csv and a picture in report.html. Far slower than the round itself
    #[arg(long, value_name = "ALPHAS", num_args = 0..=1, value_delimiter = ',', require_equals = true)]
    #[arg(default_missing_value = "0.25,0.5,1,2,4", value_parser = alpha)]
    pub frontier: Option<Vec<Aversion>>,
    /// Folder for plan.json, matches.csv, report.html and round.xlsx; `-` writes the plan to standard output
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Number of threads; the result does not depend on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Language of the summary and of round.xlsx; without it, English and Vietnamese
    #[arg(long, value_enum)]
    pub language: Option<Language>,
    /// Who report.html and round.xlsx are for
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t = Privacy::Organiser)]
    pub privacy: Privacy,
    /// Share of cooperatives that is to be linked, for the report; without it 50%, the national target for 2030
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub target: Option<u32>,
}

/// α in hundredths.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 to 10,000")]
fn alpha(text: &str) -> Result<Aversion, String> {
    let alpha: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    let hundredths = (alpha * 100.0).round();
    if !(1.0..=10_000.0).contains(&hundredths) {
        return Err(
            "α must be from 0.01 to 100; the optimum and the fairest plan are there anyway".to_owned()
        );
    }
    Ok(Aversion::Hundredths(hundredths as u32))
}

#[derive(Args)]
#[command(
    after_help = "The first round begins with a market, each later one with the folder of the one before:\n  \
lienket round market.xlsx --policy policy.toml --out round-1\n  \
lienket round round-1 --decisions round-1/decisions.xlsx --out round-2\n\
decisions.xlsx has a row for every link: fill in what was decided, who and why, and leave the others empty. A table of your \
own has the columns offer, demand, kind, volume_kg, by, reason, on; kind is accepted, declined, signed, forced, forbidden or \
reopened."
)]
pub(crate) struct Round {
    /// A market, or a round: its folder or its round.json
    pub start: PathBuf,
    /// What was decided: .xlsx (decisions.xlsx, filled in), .csv, .toml or .json
    #[arg(long, value_name = "FILE")]
    pub decisions: Option<PathBuf>,
    /// The policy of a first round, TOML or JSON; the defaults without it
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// Folder for round.json, plan.json, market.json, matches.csv, changes.json, changes.csv, report.html, round.xlsx
    /// and decisions.xlsx; `-` writes the round alone to standard output
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Language of the summary and of the sheets
    #[arg(long, value_enum, default_value_t = Language::En)]
    pub language: Language,
    /// Who report.html and round.xlsx are for
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t = Privacy::Organiser)]
    pub privacy: Privacy,
    /// Share of cooperatives that is to be linked, for the report; without it 50%, the national target for 2030
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub target: Option<u32>,
}

#[derive(Args)]
pub(crate) struct Generate {
    /// What the market is like
    #[arg(long, value_enum, value_name = "NAME")]
    pub preset: Preset,
    /// Any whole number; it decides everything else
    #[arg(long, value_name = "N")]
    pub seed: u64,
    /// So many times the entries
    #[arg(long, value_name = "X", default_value_t = 1.0, allow_negative_numbers = true)]
    pub scale: f64,
    /// Where to: a .json file, or a folder
    pub out: PathBuf,
}

#[derive(Args)]
pub(crate) struct Timetable {
    /// The market
    pub market: PathBuf,
    /// The plan, as `match` wrote it
    pub plan: PathBuf,
    /// The venue, TOML or JSON: days, tables, rooms, who is there when
    #[arg(long, value_name = "FILE")]
    pub venue: PathBuf,
    /// Folder for timetable.json, timetable.csv, timetable.ics and the pages of participants and tables; `-` writes
    /// the timetable alone to standard output
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Language of the summary, the calendars and the pages
    #[arg(long, value_enum, default_value_t = Language::En)]
    pub language: Language,
}

#[derive(Args)]
pub(crate) struct Explain {
    /// The market
    pub market: PathBuf,
    /// The plan, as `match` wrote it
    pub plan: PathBuf,
    #[command(flatten)]
    pub about: About,
    /// As JSON, codes with parameters
    #[arg(long)]
    pub json: bool,
    /// Language of the text
    #[arg(long, value_enum, default_value_t = Language::En)]
    pub language: Language,
    /// Who it is told to; a participant is told what is public
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t = Privacy::Organiser)]
    pub privacy: Privacy,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
pub(crate) struct About {
    /// An offer, by its id
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub offer: Option<String>,
    /// A demand, by its id
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub demand: Option<String>,
    /// A pair, by the ids of its offer and demand
    #[arg(long, num_args = 2, value_names = ["OFFER", "DEMAND"], allow_hyphen_values = true)]
    pub pair: Option<Vec<String>>,
}

/// `50%` or `50`: a whole share from 1 to 100 percent.
fn percent(text: &str) -> Result<u32, String> {
    let digits = text.trim().trim_end_matches('%').trim_end();
    let percent = digits.parse().ok().filter(|percent| (1..=100).contains(percent));
    percent.ok_or_else(|| "write whole percent from 1% to 100%, such as 50%".to_owned())
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Mechanism {
    /// The largest total of the objective, with a proof
    Optimal,
    /// Pairs by joint score, highest first: a baseline
    Greedy,
    /// Nobody would rather trade with each other
    Stable,
    /// The worst fill rate as high as it can be, then the next
    Fair,
    /// As fair, in kilograms, on the side in excess; truthful
    Egalitarian,
    /// All of them, as one table of comparison
    All,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Language {
    /// English
    En,
    /// Tiếng Việt
    Vi,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Privacy {
    /// Anybody, participants too: no price, no score, no name of who is left
    Public,
    /// Who runs the round: prices and scores too
    Organiser,
    /// Who re-checks it: dual prices too
    Auditor,
}

impl From<Privacy> for lienket::Privacy {
    fn from(privacy: Privacy) -> Self {
        match privacy {
            Privacy::Public => Self::Public,
            Privacy::Organiser => Self::Organiser,
            Privacy::Auditor => Self::Auditor,
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Preset {
    /// The country: 60,000 offers, 40,000 demands
    National,
    /// A province and its neighbours: 1,500 offers, 900 demands
    Province,
    /// A forum: 180 offers, 110 demands
    Forum,
}

impl From<Preset> for lienket::generate::Preset {
    fn from(preset: Preset) -> Self {
        match preset {
            Preset::National => Self::National,
            Preset::Province => Self::Province,
            Preset::Forum => Self::Forum,
        }
    }
}

impl Mechanism {
    /// The library's; none for all of them.
    pub(crate) fn one(self) -> Option<lienket::Mechanism> {
        match self {
            Self::Optimal => Some(lienket::Mechanism::Optimal),
            Self::Greedy => Some(lienket::Mechanism::Greedy),
            Self::Stable => Some(lienket::Mechanism::Stable),
            Self::Fair => Some(lienket::Mechanism::Fair),
            Self::Egalitarian => Some(lienket::Mechanism::Egalitarian),
            Self::All => None,
        }
    }
}

impl From<Language> for lienket::Language {
    fn from(language: Language) -> Self {
        match language {
            Language::En => Self::English,
            Language::Vi => Self::Vietnamese,
        }
    }
}
