//! Plans as documents `lienket/plan@1`, and as the table `matches.csv`.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use crate::io::{market_digest, policy_document};
use crate::market::Catalogue;
use crate::metrics::Metrics;
use crate::plan::{Allocation, Explanation, Plan, Reason, Status, Unmatched};
use crate::policy::PerCriterion;
use crate::units::Score;

/// The format of plan documents.
pub(super) const FORMAT: &str = "lienket/plan@1";

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
    allocations: Vec<AllocationEntry<'a>>,
    unmatched_offers: Vec<UnmatchedEntry<'a>>,
    unmatched_demands: Vec<UnmatchedEntry<'a>>,
    certificate: CertificateEntry<'a>,
    metrics: Metrics,
}

#[derive(Serialize)]
struct AllocationEntry<'a> {
    offer: &'a str,
    demand: &'a str,
    volume_kg: i64,
    contract_kg: i64,
    distance_km: f64,
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
    funnel: &'a BTreeMap<&'static str, u32>,
}

/// Prices by id, zeros left out.
#[derive(Serialize)]
struct CertificateEntry<'a> {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kg_weight: Option<i64>,
    offers: BTreeMap<&'a str, i64>,
    demands: BTreeMap<&'a str, i64>,
    cooperatives: BTreeMap<&'a str, i64>,
    enterprises: BTreeMap<&'a str, i64>,
}

fn allocation<'a>(plan: &'a Plan, a: &Allocation) -> AllocationEntry<'a> {
    let (market, linkage) = (plan.market(), plan.linkage());
    let candidate = linkage.candidate(a.offer, a.demand);
    AllocationEntry {
        offer: &market.offer(a.offer).id,
        demand: &market.demand(a.demand).id,
        volume_kg: a.volume.0,
        contract_kg: a.contract.0,
        distance_km: linkage.distance(a.offer, a.demand).km(),
        score: candidate.map(|c| c.score),
        cooperative_score: candidate.map(|c| c.cooperative_score),
        enterprise_score: candidate.map(|c| c.enterprise_score),
        criteria: linkage.criteria(a.offer, a.demand),
    }
}

fn unmatched<'a, Ix: Copy>(
    list: &'a [Unmatched<Ix>],
    name: impl Fn(Ix) -> (Option<&'a str>, Option<&'a str>),
) -> Vec<UnmatchedEntry<'a>> {
    let entry = |u: &'a Unmatched<Ix>| {
        let (offer, demand) = name(u.at);
        UnmatchedEntry { offer, demand, left_kg: u.left.0, reason: u.reason, funnel: &u.funnel }
    };
    list.iter().map(entry).collect()
}

fn by_id<'a>(ids: impl Iterator<Item = &'a str>, prices: &[i64]) -> BTreeMap<&'a str, i64> {
    ids.zip(prices.iter().copied()).filter(|(_, price)| *price != 0).collect()
}

fn document(plan: &Plan) -> Document<'_> {
    let market = plan.market();
    let (bounds, prices) = (plan.bounds(), plan.prices());
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
        allocations: plan.allocations().iter().map(|a| allocation(plan, a)).collect(),
        unmatched_offers: unmatched(plan.unmatched_offers(), |at| (Some(&market.offer(at).id), None)),
        unmatched_demands: unmatched(plan.unmatched_demands(), |at| (None, Some(&market.demand(at).id))),
        certificate: CertificateEntry {
            // The kind names the mechanism's proof: prices prove the bound, whether or not it is reached.
            kind: "optimal",
            kg_weight: (prices.kg_weight > 0).then_some(prices.kg_weight),
            offers: by_id(market.offers().iter().map(|x| x.id.as_str()), &prices.offers),
            demands: by_id(market.demands().iter().map(|x| x.id.as_str()), &prices.demands),
            cooperatives: by_id(market.cooperatives().iter().map(|x| x.id.as_str()), &prices.cooperatives),
            enterprises: by_id(market.enterprises().iter().map(|x| x.id.as_str()), &prices.enterprises),
        },
        metrics: Metrics::of(plan),
    }
}

/// Writes a plan as a document `lienket/plan@1`: the same plan, the same bytes.
///
/// # Errors
/// Those of the writer.
pub fn write_plan(plan: &Plan, mut writer: impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut writer, &document(plan))?;
    writer.write_all(b"\n")
}

/// The plan as a document in memory.
#[must_use]
pub fn plan_document(plan: &Plan) -> String {
    let text = serde_json::to_string_pretty(&document(plan)).expect("a plan is plain data with text keys");
    text + "\n"
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
    table.write_record(COLUMNS)?;
    let market = plan.market();
    for a in plan.allocations() {
        let entry = allocation(plan, a);
        let (offer, demand) = (market.offer(a.offer), market.demand(a.demand));
        let cooperative = market.cooperative(market.cooperative_of(a.offer));
        let enterprise = market.enterprise(market.enterprise_of(a.demand));
        let score = |score: Option<Score>| score.map_or_else(String::new, |score| score.to_string());
        table.write_record(&[
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
        ])?;
    }
    table.flush()
}

#[cfg(feature = "csv")]
fn no_formula(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

/// An explanation as a JSON document.
#[must_use]
pub fn explanation_document(explanation: &Explanation) -> String {
    serde_json::to_string_pretty(explanation).expect("an explanation is plain data with text keys") + "\n"
}

/// A catalogue as a JSON document: `version`, `products`, `standards`, `acceptances`, `places`.
#[must_use]
pub fn catalogue_document(catalogue: &Catalogue) -> String {
    serde_json::to_string_pretty(catalogue).expect("a catalogue is plain data with text keys") + "\n"
}
