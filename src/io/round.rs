//! Rounds as documents `lienket/round@1`, and what changed between two of them as documents and tables.
//!
//! A round is read back by checking it: the market, the log against the market, the effective market built from
//! both, and the plan against that, as `verify` does.

use std::cell::Cell;
use std::fmt;
use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;

use serde::Serialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::decisions::{logged, movable, unwatched};
use super::draft::{Draft, check_format};
use super::fields::{At, Fields};
use super::json::{self, syntax_error};
use super::node::{Node, scalars, skip_list};
use super::text::decode;
use super::values::list;
use super::verify::verify_node;
use super::{extension, name, plan_document, read_bytes, text};
use crate::error::{Error, Issue};
use crate::id::{DemandIx, OfferIx};
use crate::market::Market;
use crate::round::{Logged, Movable, Movement, PlanDiff, Round, log_issues};
use crate::units::Kg;
use crate::watch::Watch;

const FORMAT: &str = "lienket/round@1";
const CHANGES: &str = "lienket/changes@1";
/// The document's name in a round's folder.
const FILE: &str = "round.json";

const FIELDS: [&str; 7] = ["format", "round", "movable", "decisions", "kept", "market", "plan"];

/// Whether there is a round at a path: a folder with a `round.json`, or a `.json` file with the format of rounds, of
/// which no more is read than comes before it says so.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "`io` reads; a whole document would be read for a word")]
pub fn is_round(path: impl AsRef<Path>) -> bool {
    let path = path.as_ref();
    if fs::metadata(path).is_ok_and(|there| there.is_dir()) {
        return path.join(FILE).is_file();
    }
    let format = || {
        let mut reader = BufReader::new(fs::File::open(path).ok()?);
        // A byte-order mark is accepted, as in documents read whole.
        if reader.fill_buf().ok()?.starts_with("\u{feff}".as_bytes()) {
            reader.consume("\u{feff}".len());
        }
        let found = Cell::new(None);
        // The error is how the reading ends early.
        let _ = serde_json::Deserializer::from_reader(reader).deserialize_map(Format(&found));
        found.into_inner()
    };
    extension(path) == "json" && format().is_some_and(|format: String| format.starts_with("lienket/round@"))
}

/// Reads up to the first `format` of a document's top level.
struct Format<'a>(&'a Cell<Option<String>>);

impl<'de> Visitor<'de> for Format<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a document")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key == "format" {
                self.0.set(Some(map.next_value()?));
                // Nothing after it is of interest.
                return Err(serde::de::Error::custom("found"));
            }
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}

/// Reads a round: its `.json` file, or the folder that `lienket round` wrote it to.
///
/// # Errors
/// [`Error::Unreadable`] where it cannot be read or is not JSON; [`Error::Faults`] with every fault of the market and the
/// log; [`Error::Refuted`] where the plan does not follow from them.
pub fn read_round(path: impl AsRef<Path>) -> Result<Round, Error> {
    read_round_watched(path, &unwatched)
}

/// As [`read_round`], reporting progress of the market's reading to `watch`, which may cancel it.
///
/// # Errors
/// As [`read_round`], and [`Error::Cancelled`].
pub fn read_round_watched(path: impl AsRef<Path>, watch: Watch) -> Result<Round, Error> {
    let path = path.as_ref();
    let inside = path.join(FILE);
    let path = if inside.is_file() { &inside } else { path };
    round_from_slice(&read_bytes(path)?, watch).map_err(|error| text::in_file(error, &name(path)))
}

fn round_from_slice(document: &[u8], watch: Watch) -> Result<Round, Error> {
    let text = decode(document)?;
    let mut draft = Draft::new();
    let entries = Cell::new(Some(0));
    let mut json = serde_json::Deserializer::from_str(text);
    let top = Top { draft: &mut draft, entries: &entries, watch };
    let node =
        top.deserialize(&mut json).and_then(|node| json.end().map(|()| node)).map_err(
            |error| match entries.get() {
                Some(_) => syntax_error(&error, text, &[]),
                None => Error::Cancelled,
            },
        )?;
    let mut issues = Vec::new();
    let mut fields = Fields::open(node, At::ROOT, &FIELDS, &mut issues);
    match fields.take("format") {
        Some(node) => check_format(node, FORMAT, fields.parts().1),
        None => drop(fields.required::<String>("format")),
    }
    let number: Option<u32> = fields.required("round");
    let moves = fields.take("movable").map(|node| {
        let (at, issues) = fields.parts();
        movable(node, at.field("movable"), issues)
    });
    for required in ["decisions", "kept", "market", "plan"] {
        if !fields.has(required) {
            fields.required::<String>(required);
        }
    }
    let log = fields.take("decisions").map(|node| {
        let (at, issues) = fields.parts();
        logged(node, &at.field("decisions"), issues)
    });
    let pins = fields.take("kept").map(|node| {
        let (at, issues) = fields.parts();
        kept(node, &at.field("kept"), issues)
    });
    let (there, plan) = (fields.has("market"), fields.take("plan"));
    let market = if there { draft.finish(Some) } else { Err(Error::Faults(Vec::new())) };
    let market = match market {
        Ok(market) => market,
        Err(Error::Faults(more)) => {
            let under = |issue: Issue| Issue { pointer: format!("/market{}", issue.pointer), ..issue };
            issues.extend(more.into_iter().map(under));
            return Err(Error::Faults(issues));
        }
        Err(other) => return Err(other),
    };
    match (number, log, pins, plan) {
        (Some(number), Some(log), Some(pins), Some(plan)) if issues.is_empty() => {
            let log = log.into_iter().map(|(round, decision)| Logged { round, decision }).collect();
            restored(market, number, log, moves.unwrap_or_default(), &pins, &plan)
        }
        _ => Err(Error::Faults(issues)),
    }
}

/// The round of what a document says, if all of it fits together.
fn restored(
    market: Market,
    number: u32,
    log: Vec<Logged>,
    moves: Movable,
    pins: &[(String, String, Kg)],
    plan: &Node,
) -> Result<Round, Error> {
    let mut issues = log_issues(&market, number, &log);
    issues.extend(moves.issues(&market));
    if moves != moves.canonical() {
        let message = "these lists are not sorted, or repeat something";
        issues.push(Issue::error("not_in_order", "/movable", message, "Sort them, each item once."));
    }
    let mut kept: Vec<(OfferIx, DemandIx, Kg)> = Vec::with_capacity(pins.len());
    for (i, (offer, demand, volume)) in pins.iter().enumerate() {
        let mut fault = |code, field: &str, message: String| {
            let help = "A round's document is written by `lienket round`; use it as it was.";
            issues.push(Issue::error(code, format!("/kept/{i}{field}"), message, help));
        };
        match (market.find_offer(offer), market.find_demand(demand)) {
            (Ok(offer), Ok(demand)) => {
                if kept.last().is_some_and(|last| (last.0, last.1) >= (offer, demand)) {
                    fault("not_in_order", "", "pairs are sorted by offer and demand, each once".to_owned());
                }
                if log.iter().rev().find(|l| l.is_about(&market, offer, demand)).is_some_and(Logged::holds) {
                    fault("kept_and_decided", "", "the log decides about this pair".to_owned());
                }
                kept.push((offer, demand, *volume));
            }
            (offer, demand) => {
                offer.err().into_iter().for_each(|error| fault("unknown_offer", "/offer", error.to_string()));
                demand
                    .err()
                    .into_iter()
                    .for_each(|error| fault("unknown_demand", "/demand", error.to_string()));
            }
        }
    }
    if !issues.is_empty() {
        return Err(Error::Faults(issues));
    }
    let effective = Round::effective_with(&market, &log, &kept)?;
    let plan = verify_node(&effective, plan).map_err(within_plan)?;
    Ok(Round::restored(market, number, log, moves, kept, plan))
}

fn within_plan(error: Error) -> Error {
    let under = |issue: Issue| Issue { pointer: format!("/plan{}", issue.pointer), ..issue };
    match error {
        Error::Refuted(issues) => Error::Refuted(issues.into_iter().map(under).collect()),
        Error::Faults(issues) => Error::Faults(issues.into_iter().map(under).collect()),
        other => other,
    }
}

fn kept(node: Node, at: &At, issues: &mut Vec<Issue>) -> Vec<(String, String, Kg)> {
    let read = list(node, at, issues, |item, at, issues| {
        let mut fields = Fields::open(item, *at, &["offer", "demand", "volume_kg"], issues);
        let (offer, demand) = (fields.required("offer"), fields.required("demand"));
        let volume: Option<i64> = fields.required("volume_kg");
        if let Some(kg) = volume.filter(|kg| !(1..=1_000_000_000_000).contains(kg)) {
            let (at, issues) = fields.parts();
            let at = at.field("volume_kg").to_string();
            let message = "a volume is from 1 to 10^12 kg";
            issues.push(Issue::error("out_of_range", at, message, "Write whole kilograms.").found(kg));
        }
        Some((offer?, demand?, Kg(volume?)))
    });
    read.unwrap_or_default().into_iter().flatten().collect()
}

/// The top level: its market goes into the draft, entry by entry, everything else is a small tree.
struct Top<'a> {
    draft: &'a mut Draft,
    entries: &'a Cell<Option<u64>>,
    watch: Watch<'a>,
}

impl Top<'_> {
    #[expect(clippy::unused_self, reason = "visitors share the signature")]
    fn scalar(self, node: Node) -> Node {
        node
    }
}

impl<'de> DeserializeSeed<'de> for Top<'_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Top<'_> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a round")
    }

    scalars!();

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Node, A::Error> {
        skip_list(list)?;
        Ok(self.scalar(Node::List(Vec::new())))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let Self { draft, entries, watch } = self;
        let mut fields = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            if key != "market" {
                let node: Node = map.next_value()?;
                fields.push((key.into(), node));
                continue;
            }
            if fields.iter().any(|(name, _)| name == "market") {
                map.next_value::<IgnoredAny>()?;
            } else {
                map.next_value_seed(json::Document::whole(draft, entries, watch))?;
            }
            fields.push(("market".into(), Node::Null));
        }
        Ok(Node::Map(fields))
    }
}

/// Writes a round as a document `lienket/round@1`: the same round, the same bytes; reading and writing it again changes
/// nothing.
///
/// # Errors
/// Those of the writer, and one of the kind [`io::ErrorKind::Other`] where a catalogue entry carries more than documents do.
pub fn write_round(round: &Round, mut writer: impl Write) -> io::Result<()> {
    let market = round.market();
    json::representable(market).map_err(io::Error::other)?;
    write!(writer, "{{\n  \"format\": \"{FORMAT}\",\n  \"round\": {}", round.number())?;
    if *round.movable() != Movable::default() {
        write!(writer, ",\n  \"movable\": ")?;
        serde_json::to_writer(&mut writer, round.movable())?;
    }
    lines(&mut writer, "decisions", round.decisions().iter())?;
    let pins = round.kept().iter().map(|&(offer, demand, Kg(volume_kg))| Pin {
        offer: &market.offer(offer).id,
        demand: &market.demand(demand).id,
        volume_kg,
    });
    lines(&mut writer, "kept", pins)?;
    let mut document = Vec::new();
    json::write_document(market, &mut document, |_| true)?;
    write!(writer, ",\n  \"market\": ")?;
    writer.write_all(document.trim_ascii_end())?;
    write!(writer, ",\n  \"plan\": ")?;
    writer.write_all(plan_document(round.plan()).trim_ascii_end().as_bytes())?;
    writer.write_all(b"\n}\n")?;
    writer.flush()
}

#[derive(Serialize)]
struct Pin<'a> {
    offer: &'a str,
    demand: &'a str,
    volume_kg: i64,
}

/// A list, an entry a line.
fn lines<T: Serialize>(
    writer: &mut impl Write,
    name: &str,
    entries: impl Iterator<Item = T>,
) -> io::Result<()> {
    write!(writer, ",\n  \"{name}\": [")?;
    let mut first = true;
    for entry in entries {
        writer.write_all(if first { b"\n    " } else { b",\n    " })?;
        serde_json::to_writer(&mut *writer, &entry)?;
        first = false;
    }
    writer.write_all(if first { b"]" } else { b"\n  ]" })
}

/// The round as a document in memory.
///
/// # Errors
/// As [`write_round`].
pub fn round_document(round: &Round) -> io::Result<String> {
    let mut document = Vec::new();
    write_round(round, &mut document)?;
    Ok(String::from_utf8(document).expect("JSON is text"))
}

/// What changed as a document `lienket/changes@1`: pairs by movement, each with what it had, has, and why.
#[must_use]
pub fn changes_document(diff: &PlanDiff) -> String {
    let mut document = Vec::new();
    write_lists(diff, &mut document).expect("writing to memory cannot fail");
    String::from_utf8(document).expect("JSON is text")
}

fn write_lists(diff: &PlanDiff, writer: &mut Vec<u8>) -> io::Result<()> {
    let ([before, after], [stayed, was, is]) = (diff.rounds(), diff.kilograms());
    write!(
        writer,
        "{{\n  \"format\": \"{CHANGES}\",\n  \"rounds\": [{before}, {after}],\n  \"before_kg\": {},\n  \
         \"after_kg\": {},\n  \"stayed_kg\": {}",
        was.0, is.0, stayed.0
    )?;
    for movement in Movement::ALL {
        lines(writer, movement.code(), diff.of(movement))?;
    }
    writer.write_all(b"\n}\n")
}

/// Writes what changed as a table, a row a pair, what is kept last: UTF-8 with a byte-order mark, which spreadsheets
/// need to read Vietnamese. Texts that a spreadsheet would take for a formula get an apostrophe before them; ids stay.
///
/// # Errors
/// Those of the writer.
#[cfg(feature = "csv")]
pub fn write_changes(diff: &PlanDiff, mut writer: impl Write) -> io::Result<()> {
    use super::plan::no_formula;
    use crate::round::Because;
    writer.write_all("\u{feff}".as_bytes())?;
    let mut table = ::csv::Writer::from_writer(writer);
    table.write_record([
        "movement",
        "offer",
        "cooperative_name",
        "demand",
        "enterprise_name",
        "product",
        "before_kg",
        "after_kg",
        "standing",
        "because",
        "decision",
        "by",
        "reason",
        "on",
        "others",
    ])?;
    let pairs = |list: &[(String, String)]| -> String {
        list.iter().map(|(offer, demand)| format!("{offer} → {demand}")).collect::<Vec<_>>().join("; ")
    };
    for change in Movement::ALL.into_iter().flat_map(|movement| diff.of(movement)) {
        let [mut decision, mut by, mut reason, mut on, mut others]: [String; 5] = Default::default();
        match &change.why {
            Because::Decided { decision: decided } => {
                decided.kind.code().clone_into(&mut decision);
                (by, reason) = (no_formula(&decided.by), no_formula(&decided.reason));
                on = decided.on.map_or_else(String::new, |day| day.to_string());
            }
            Because::GaveWay { to: list } | Because::Freed { by: list } => others = pairs(list),
            Because::Stopped { reason: code } => code.code().clone_into(&mut reason),
            Because::Stood | Because::Chosen => {}
        }
        table.write_record(&[
            change.movement.code().to_owned(),
            change.offer.clone(),
            no_formula(&change.cooperative),
            change.demand.clone(),
            no_formula(&change.enterprise),
            change.product.clone(),
            change.before.0.to_string(),
            change.after.0.to_string(),
            change.standing.map_or_else(String::new, |standing| standing.code().to_owned()),
            change.why.code().to_owned(),
            decision,
            by,
            reason,
            on,
            others,
        ])?;
    }
    table.flush()
}
