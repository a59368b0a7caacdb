//! Plans as documents `lienket/plan@1`, and as the table `matches.csv`.

use std::cell::Cell;
use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;

use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

use super::certificate::CertificateEntry;
use super::pools::{PoolEntry, ViaEntry};
use crate::io::{market_digest, policy_document};
use crate::market::Catalogue;
use crate::metrics::{Compared, Metrics};
use crate::plan::{
    Allocation, Explanation, Funnel, Plan, PooledVolumes, QuotaOutcome, Reason, Status, Unmatched,
};
use crate::policy::PerCriterion;
use crate::units::Score;
use crate::watch::{Progress, Stage, Watch};

/// The format of plan documents.
pub(super) const FORMAT: &str = "lienket/plan@1";

/// A plan as its document; lists are written entry by entry as they are asked for.
#[derive(Serialize)]
struct Document<'a> {
    format: &'static str,
    market_digest: String,
    policy: serde_json::Value,
    status: Status,
    objective: String,
    bound: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    score_objective: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    score_bound: Option<String>,
    gap: f64,
    #[serde(serialize_with = "allocations")]
    allocations: (&'a Plan, &'a Count<'a>),
    #[serde(skip_serializing_if = "Option::is_none")]
    pools: Option<Vec<PoolEntry<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pools_left_out: Option<usize>,
    #[serde(serialize_with = "unmatched_offers")]
    unmatched_offers: (&'a Plan, &'a Count<'a>),
    #[serde(serialize_with = "unmatched_demands")]
    unmatched_demands: (&'a Plan, &'a Count<'a>),
    #[serde(skip_serializing_if = "Vec::is_empty")]
    quotas: Vec<QuotaOutcome>,
    certificate: CertificateEntry<'a>,
    metrics: Metrics,
}

/// Entries written so far, told to somebody who may stop the writing.
struct Count<'a> {
    written: Cell<u64>,
    total: u64,
    watch: Watch<'a>,
}

impl Count<'_> {
    fn one_more<E: serde::ser::Error>(&self) -> Result<(), E> {
        let done = self.written.get() + 1;
        self.written.set(done);
        let progress = Progress { stage: Stage::Writing, done, total: self.total };
        if done.is_multiple_of(1024) && (self.watch)(progress).is_break() {
            return Err(E::custom("cancelled"));
        }
        Ok(())
    }
}

#[derive(Serialize)]
struct AllocationEntry<'a> {
    offer: &'a str,
    demand: &'a str,
    volume_kg: i64,
    contract_kg: i64,
    distance_km: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    via: Option<ViaEntry<'a>>,
    score: Option<Score>,
    cooperative_score: Option<Score>,
    enterprise_score: Option<Score>,
    criteria: Option<PerCriterion<[f64; 2]>>,
}

#[derive(Serialize)]
struct UnmatchedEntry<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    offer: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    demand: Option<&'a str>,
    left_kg: i64,
    reason: Reason,
    funnel: &'a Funnel,
}

fn allocation<'a>(plan: &'a Plan, a: &Allocation) -> AllocationEntry<'a> {
    let market = plan.market();
    let candidate = plan.scores(a.offer, a.demand);
    let via = |volumes: &'a PooledVolumes| Some(ViaEntry::of(volumes, volumes.via(a.offer, a.demand)?));
    AllocationEntry {
        offer: &market.offer(a.offer).id,
        demand: &market.demand(a.demand).id,
        volume_kg: a.volume.0,
        contract_kg: a.contract.0,
        distance_km: plan.distance(a.offer, a.demand).km(),
        via: plan.pooled().and_then(via),
        score: candidate.map(|c| c.score),
        cooperative_score: candidate.map(|c| c.cooperative_score),
        enterprise_score: candidate.map(|c| c.enterprise_score),
        criteria: plan.criteria(a.offer, a.demand),
    }
}

/// Writes a list entry by entry.
fn list<S: Serializer, E: Serialize>(
    serializer: S,
    count: &Count,
    entries: impl ExactSizeIterator<Item = E>,
) -> Result<S::Ok, S::Error> {
    let mut list = serializer.serialize_seq(Some(entries.len()))?;
    for entry in entries {
        list.serialize_element(&entry)?;
        count.one_more()?;
    }
    list.end()
}

fn allocations<S: Serializer>((plan, count): &(&Plan, &Count), serializer: S) -> Result<S::Ok, S::Error> {
    list(serializer, count, plan.allocations().iter().map(|a| allocation(plan, a)))
}

fn unmatched_offers<S: Serializer>(
    (plan, count): &(&Plan, &Count),
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let entry = |u| unmatched(u, Some(&plan.market().offer(u.at).id), None);
    list(serializer, count, plan.unmatched_offers().iter().map(entry))
}

fn unmatched_demands<S: Serializer>(
    (plan, count): &(&Plan, &Count),
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let entry = |u| unmatched(u, None, Some(&plan.market().demand(u.at).id));
    list(serializer, count, plan.unmatched_demands().iter().map(entry))
}

fn unmatched<'a, Ix>(
    unmatched: &'a Unmatched<Ix>,
    offer: Option<&'a str>,
    demand: Option<&'a str>,
) -> UnmatchedEntry<'a> {
    let Unmatched { left, reason, funnel, .. } = unmatched;
    UnmatchedEntry { offer, demand, left_kg: left.0, reason: *reason, funnel }
}

fn document<'a>(plan: &'a Plan, count: &'a Count) -> Document<'a> {
    let market = plan.market();
    let bounds = plan.bounds();
    Document {
        format: FORMAT,
        market_digest: market_digest(market),
        policy: policy_document(plan.policy()),
        status: bounds.status,
        objective: bounds.objective.to_string(),
        bound: bounds.bound.to_string(),
        score_objective: bounds.score.map(|(objective, _)| objective.to_string()),
        score_bound: bounds.score.map(|(_, bound)| bound.to_string()),
        gap: bounds.gap(),
        allocations: (plan, count),
        pools: PoolEntry::all(plan),
        pools_left_out: plan.pooled().map(|volumes| volumes.pools().left_out()),
        unmatched_offers: (plan, count),
        unmatched_demands: (plan, count),
        quotas: plan.quotas(),
        certificate: CertificateEntry::of(plan),
        metrics: Metrics::of(plan),
    }
}

/// Writes a plan as a document `lienket/plan@1`: the same plan, the same bytes.
///
/// Entry by entry, into a buffer of its own.
///
/// # Errors
/// Those of the writer.
pub fn write_plan(plan: &Plan, writer: impl Write) -> io::Result<()> {
    write_plan_watched(plan, writer, &|_| ControlFlow::Continue(()))
}

/// As [`write_plan`], reporting progress to `watch`, which may cancel the writing.
///
/// # Errors
/// Those of the writer, and one of the kind [`io::ErrorKind::Other`] where `watch` cancelled.
pub fn write_plan_watched(plan: &Plan, writer: impl Write, watch: Watch) -> io::Result<()> {
    let total = plan.allocations().len() + plan.unmatched_offers().len() + plan.unmatched_demands().len();
    let count = Count { written: Cell::new(0), total: total as u64, watch };
    let mut writer = BufWriter::with_capacity(1 << 16, writer);
    serde_json::to_writer_pretty(&mut writer, &document(plan, &count))?;
    writer.write_all(b"\n")?;
    writer.flush()
}

/// The plan as a document in memory.
#[must_use]
pub fn plan_document(plan: &Plan) -> String {
    let mut document = Vec::new();
    write_plan(plan, &mut document).expect("a plan is plain data with text keys");
    String::from_utf8(document).expect("JSON is text")
}

/// The columns of `matches.csv`.
#[cfg(feature = "csv")]
const COLUMNS: [&str; 15] = [
    "offer",
    "cooperative",
    "cooperative_name",
    "demand",
    "enterprise",
    "enterprise_name",
    "product",
    "volume_kg",
    "contract_kg",
    "ask_vnd_per_kg",
    "bid_vnd_per_kg",
    "distance_km",
    "score",
    "cooperative_score",
    "enterprise_score",
];

/// Writes the allocations as a table, one row each, in the order of the plan: UTF-8 with a byte-order mark,
/// which spreadsheets need to read Vietnamese. Names that a spreadsheet would take for a formula get an
/// apostrophe before them; ids stay as they are.
///
/// # Errors
/// Those of the writer.
#[cfg(feature = "csv")]
pub fn write_matches(plan: &Plan, mut writer: impl Write) -> io::Result<()> {
    writer.write_all("\u{feff}".as_bytes())?;
    let mut table = ::csv::Writer::from_writer(writer);
    // A column of its own for hubs, where there are any.
    let hub = plan.pooled().map(|_| "hub");
    table.write_record(COLUMNS.into_iter().chain(hub))?;
    let market = plan.market();
    for a in plan.allocations() {
        let entry = allocation(plan, a);
        let (offer, demand) = (market.offer(a.offer), market.demand(a.demand));
        let cooperative = market.cooperative(market.cooperative_of(a.offer));
        let enterprise = market.enterprise(market.enterprise_of(a.demand));
        let score = |score: Option<Score>| score.map_or_else(String::new, |score| score.to_string());
        let hub = plan.pooled().map(|volumes| {
            volumes
                .via(a.offer, a.demand)
                .map_or_else(String::new, |share| volumes.pools().hub(share.hub).id.clone())
        });
        let fields = [
            offer.id.clone(),
            cooperative.id.clone(),
            no_formula(cooperative.name_or_id()),
            demand.id.clone(),
            enterprise.id.clone(),
            no_formula(enterprise.name_or_id()),
            offer.product.clone(),
            a.volume.0.to_string(),
            a.contract.0.to_string(),
            offer.ask.map_or_else(String::new, |price| price.0.to_string()),
            demand.bid.map_or_else(String::new, |price| price.0.to_string()),
            entry.distance_km.to_string(),
            score(entry.score),
            score(entry.cooperative_score),
            score(entry.enterprise_score),
        ];
        table.write_record(fields.into_iter().chain(hub))?;
    }
    table.flush()
}

#[cfg(feature = "csv")]
pub(super) fn no_formula(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

/// An explanation as a JSON document.
#[must_use]
pub fn explanation_document(explanation: &Explanation) -> String {
    serde_json::to_string_pretty(explanation).expect("an explanation is plain data with text keys") + "\n"
}

/// Mechanisms side by side as a JSON document: a list of rows.
#[must_use]
pub fn comparison_document(compared: &[Compared]) -> String {
    serde_json::to_string_pretty(compared).expect("rows are plain data with text keys") + "\n"
}

/// A catalogue as a JSON document: `version`, `products`, `standards`, `acceptances`, `places`.
#[must_use]
pub fn catalogue_document(catalogue: &Catalogue) -> String {
    serde_json::to_string_pretty(catalogue).expect("a catalogue is plain data with text keys") + "\n"
}
