//! Re-checking a plan from the documents alone.
//!
//! The market is read, candidates and scores are derived again, the allocations and prices of the plan pass the
//! checker, and then everything else that the document says (scores, criteria, reasons, funnels, metrics,
//! objective, bound, gap, status) is compared with what follows from them. No solver runs.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::certificate::Certificate;
use super::fields::{At, Fields};
use super::json::syntax_error;
use super::node::Node;
use super::plan::{FORMAT, plan_document, write_plan};
use super::policy::policy_of;
use super::pools::{self, HubName};
use super::text::decode;
use super::values::list;
use crate::error::{Error, Issue, Severity};
use crate::io::market_digest;
use crate::linkage::{Linkage, Pools};
use crate::market::Market;
use crate::plan::{Allocation, Plan, PooledVolume, PooledVolumes, Proof};
use crate::policy::Policy;
use crate::units::Kg;

const FIELDS: [&str; 17] = [
    "format",
    "market_digest",
    "policy",
    "status",
    "objective",
    "bound",
    "score_objective",
    "score_bound",
    "gap",
    "allocations",
    "pools",
    "pools_left_out",
    "unmatched_offers",
    "unmatched_demands",
    "quotas",
    "certificate",
    "metrics",
];
const ALLOCATION: [&str; 10] = [
    "offer",
    "demand",
    "volume_kg",
    "contract_kg",
    "distance_km",
    "via",
    "score",
    "cooperative_score",
    "enterprise_score",
    "criteria",
];

/// Most differences that are told one by one.
const SHOWN: usize = 50;

/// Reads a plan and re-checks all it claims against a market.
///
/// # Errors
/// [`Error::Refuted`] with everything that does not hold; [`Error::Unreadable`] and [`Error::Faults`] where the
/// document is not a plan at all.
pub fn verify_plan(market: &Market, document: &[u8]) -> Result<Plan, Error> {
    let text = decode(document)?;
    let node: Node = serde_json::from_str(text).map_err(|error| syntax_error(&error, text, &[]))?;
    let plan = certified(market, node)?;
    // Most documents are as they were written, byte by byte.
    let mut same = Same { rest: text.as_bytes() };
    if write_plan(&plan, &mut same).is_ok() && same.rest.is_empty() {
        return Ok(plan);
    }
    compared(plan, &serde_json::from_str(text).map_err(unread)?)
}

/// As [`verify_plan`], of a plan within another document.
pub(super) fn verify_node(market: &Market, node: &Node) -> Result<Plan, Error> {
    compared(certified(market, node.clone())?, node)
}

/// The plan that a document claims, its certificate checked.
fn certified(market: &Market, node: Node) -> Result<Plan, Error> {
    let claimed = Claimed::read(node)?;
    let digest = market_digest(market);
    if claimed.digest != digest {
        let message = format!("the plan is for another market: this one has the digest {digest}");
        let help = "Name the market that the plan was made for, unchanged.";
        let issue = Issue::error("other_market", "/market_digest", message, help).found(&claimed.digest);
        return Err(Error::Refuted(vec![issue]));
    }
    let linkage = Linkage::build(market, &claimed.policy)?;
    if let Some(pooling) = &claimed.policy.pooling {
        let volumes = claimed.through(&Pools::build(&linkage, pooling)?)?;
        return Ok(Plan::pooled_volumes(volumes));
    }
    let (allocations, proof) = claimed.in_market(&linkage).map_err(Error::Refuted)?;
    Plan::certified(&linkage, claimed.policy.mechanism, allocations, proof)
}

/// The plan, where the document says of it what follows.
fn compared(plan: Plan, node: &Node) -> Result<Plan, Error> {
    let expected: Node = serde_json::from_str(&plan_document(&plan)).map_err(unread)?;
    let mut differences = Differences::default();
    differences.compare(&expected, node, &At::ROOT);
    differences.finish()?;
    Ok(plan)
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn unread(error: serde_json::Error) -> Error {
    Error::Internal(format!("a plan document cannot be read back: {error}"))
}

/// Takes bytes as long as they are those of a document.
struct Same<'a> {
    rest: &'a [u8],
}

impl Write for Same<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.rest = self.rest.strip_prefix(bytes).ok_or(io::ErrorKind::Other)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An allocation as it stands there.
struct Entry {
    offer: String,
    demand: String,
    volume: i64,
    contract: i64,
    /// The hub it goes through.
    via: Option<HubName>,
}

/// What a document claims of a plan, ids not yet looked up.
struct Claimed {
    digest: String,
    policy: Policy,
    allocations: Vec<Entry>,
    certificate: Certificate,
}

impl Claimed {
    fn read(node: Node) -> Result<Self, Error> {
        let mut issues = Vec::new();
        let mut fields = Fields::open(node, At::ROOT, &FIELDS, &mut issues);
        let format: Option<String> = fields.required("format");
        if let Some(format) = format.filter(|format| format != FORMAT) {
            let message = format!("a plan has the format `{FORMAT}`");
            let help = "Name a plan.json written by `lienket match`.";
            fields.parts().1.push(Issue::error("wrong_format", "/format", message, help).found(format));
        }
        let digest = fields.required("market_digest");
        for said in ["status", "objective", "bound"] {
            fields.required::<String>(said);
        }
        let policy = fields.take("policy");
        let allocations = fields.take("allocations");
        let certificate = fields.take("certificate");
        for (name, node) in
            [("policy", &policy), ("allocations", &allocations), ("certificate", &certificate)]
        {
            if node.is_none() {
                fields.required::<String>(name);
            }
        }
        let policy = policy.map(policy_of).transpose().map_err(within_policy);
        if let Err(faults) = &policy {
            issues.extend_from_slice(faults);
        }
        let at = At::ROOT.field("allocations");
        let read = allocations.and_then(|node| list(node, &at, &mut issues, allocation));
        let allocations = read.into_iter().flatten().flatten().collect();
        let at = At::ROOT.field("certificate");
        let certificate =
            certificate.map_or_else(Default::default, |node| Certificate::read(node, at, &mut issues));
        match (digest, policy) {
            (Some(digest), Ok(Some(policy))) if issues.is_empty() => {
                Ok(Self { digest, policy, allocations, certificate })
            }
            _ => Err(Error::Faults(issues)),
        }
    }

    /// Looks up every id; unknown ones refute the plan.
    fn in_market(&self, linkage: &Linkage) -> Result<(Vec<Allocation>, Proof), Vec<Issue>> {
        let market = linkage.market();
        let mut issues = Vec::new();
        let mut unknown = |pointer: String, error: &Error| {
            let help = "The plan was not made for this market.";
            issues.push(Issue::error("unknown_id", pointer, error.to_string(), help));
        };
        let mut allocations = Vec::new();
        for (i, Entry { offer, demand, volume, contract, .. }) in self.allocations.iter().enumerate() {
            match (market.find_offer(offer), market.find_demand(demand)) {
                (Ok(offer), Ok(demand)) => {
                    allocations.push(Allocation {
                        offer,
                        demand,
                        volume: Kg(*volume),
                        contract: Kg(*contract),
                    });
                }
                (offer, demand) => {
                    for (field, error) in [("offer", offer.err()), ("demand", demand.err())] {
                        if let Some(error) = error {
                            unknown(format!("/allocations/{i}/{field}"), &error);
                        }
                    }
                }
            }
        }
        let proof = self.certificate.in_market(linkage, &mut issues);
        if issues.is_empty() { Ok((allocations, proof)) } else { Err(issues) }
    }

    /// The same with pools: what goes through them apart from what goes directly, all of it checked.
    fn through(&self, pools: &Pools) -> Result<PooledVolumes, Error> {
        let (allocations, proof) = self.in_market(pools.linkage()).map_err(Error::Refuted)?;
        let mut issues = Vec::new();
        let hubs = self.certificate.of_hubs(pools, &mut issues);
        let (mut direct, mut pooled) = (Vec::new(), Vec::new());
        let at = At::ROOT.field("allocations");
        for (i, (a, entry)) in allocations.into_iter().zip(&self.allocations).enumerate() {
            let Some(name) = &entry.via else {
                direct.push(a);
                continue;
            };
            let at = at.entry(i);
            let Some(hub) = pools::find(name, pools, &at.field("via"), &mut issues) else { continue };
            let (collection, trunk) = pools.legs(a.offer, a.demand, hub);
            pooled.push(PooledVolume {
                offer: a.offer,
                demand: a.demand,
                hub,
                volume: a.volume,
                collection,
                trunk,
            });
        }
        if issues.is_empty() {
            PooledVolumes::certified(pools, direct, pooled, proof.prices, hubs)
        } else {
            Err(Error::Refuted(issues))
        }
    }
}

fn within_policy(error: Error) -> Vec<Issue> {
    match error {
        Error::Faults(mut issues) => {
            for issue in &mut issues {
                issue.pointer.insert_str(0, "/policy");
            }
            issues
        }
        other => vec![Issue::error("bad_policy", "/policy", other.to_string(), "Correct it.")],
    }
}

fn allocation(node: Node, at: &At, issues: &mut Vec<Issue>) -> Option<Entry> {
    let mut fields = Fields::open(node, *at, &ALLOCATION, issues);
    let (offer, demand) = (fields.required("offer"), fields.required("demand"));
    let (volume, contract) = (fields.required("volume_kg"), fields.required("contract_kg"));
    let via = fields.take("via").map(|node| {
        let (at, issues) = fields.parts();
        pools::via(node, at.field("via"), issues)
    });
    let (offer, demand) = (offer?, demand?);
    Some(Entry { offer, demand, volume: volume?, contract: contract?, via: via.flatten() })
}

/// Where a document says something else than follows from its allocations and prices.
#[derive(Default)]
struct Differences {
    issues: Vec<Issue>,
    more: usize,
}

impl Differences {
    fn compare(&mut self, expected: &Node, found: &Node, at: &At) {
        match (expected, found) {
            (Node::Map(expected), Node::Map(found)) => {
                let found_by: BTreeMap<&str, &Node> = found.iter().map(|(k, v)| (k.as_ref(), v)).collect();
                let expected_by: BTreeMap<&str, &Node> =
                    expected.iter().map(|(k, v)| (k.as_ref(), v)).collect();
                for (key, value) in expected {
                    match found_by.get(key.as_ref()) {
                        Some(found) => self.compare(value, found, &at.field(key)),
                        None => self.differ(&at.field(key), &format!("`{value}` is missing"), None),
                    }
                }
                for (key, value) in found {
                    if !expected_by.contains_key(key.as_ref()) {
                        self.differ(&at.field(key), "nothing belongs here", Some(value));
                    }
                }
            }
            (Node::List(expected), Node::List(found)) => {
                for (i, (expected, found)) in expected.iter().zip(found).enumerate() {
                    self.compare(expected, found, &at.entry(i));
                }
                if expected.len() != found.len() {
                    let said =
                        format!("there must be {} entries, and there are {}", expected.len(), found.len());
                    self.differ(at, &said, None);
                }
            }
            (expected, found) if expected == found => {}
            // 1 and 1.0 are one number.
            (Node::Whole(whole), Node::Decimal(decimal)) | (Node::Decimal(decimal), Node::Whole(whole))
                if equal(*whole, *decimal) => {}
            (expected, found) => self.differ(at, &format!("it must be {expected}"), Some(found)),
        }
    }

    fn differ(&mut self, at: &At, message: &str, found: Option<&Node>) {
        if self.issues.len() == SHOWN {
            self.more += 1;
            return;
        }
        let help = "The document does not say what follows from its allocations and prices.";
        let issue = Issue::error("differs", at.to_string(), message, help);
        self.issues.push(match found {
            Some(found) => issue.found(found),
            None => issue,
        });
    }

    fn finish(mut self) -> Result<(), Error> {
        if self.more > 0 {
            let message = format!("{} more places differ", self.more);
            self.issues.push(Issue::error("differs", "", message, "These are not told one by one."));
        }
        debug_assert!(
            self.issues.iter().all(|issue| issue.severity == Severity::Error),
            "differences refute"
        );
        if self.issues.is_empty() { Ok(()) } else { Err(Error::Refuted(self.issues)) }
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::float_cmp,
    reason = "equal only where the decimal is that whole number"
)]
fn equal(whole: i128, decimal: f64) -> bool {
    whole.unsigned_abs() < 1 << 53 && whole as f64 == decimal
}
