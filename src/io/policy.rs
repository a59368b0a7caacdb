//! Policies as TOML or JSON documents `lienket/policy@1`.

use std::collections::BTreeSet;

use super::draft::check_format;
use super::fields::{At, Fields};
use super::json::syntax_error;
use super::node::Node;
use super::text::{decode, line_and_column};
use super::values::{Value, list};
use crate::error::{Error, Issue};
use crate::market::{AcceptanceKind, Place};
use crate::policy::{
    Boost, Criterion, Depot, Floor, PerCriterion, Policy, Pooling, Quota, QuotaGroup, Union, Weights,
};
use crate::units::Kg;

/// The format of policy documents.
const FORMAT: &str = "lienket/policy@1";

const FIELDS: [&str; 23] = [
    "format",
    "mechanism",
    "proposing",
    "objective",
    "balance",
    "min_score",
    "accept",
    "max_distance_km",
    "road_factor",
    "price_tolerance_percent",
    "unknown",
    "half_km",
    "full_margin",
    "freight_vnd_per_tonne_km",
    "weights",
    "boosts",
    "under_limits",
    "effort",
    "linked_first",
    "max_share_per_enterprise",
    "max_share_per_supplier",
    "quotas",
    "pooling",
];

/// Reads a policy from TOML.
///
/// ```
/// let policy = lienket::io::policy::from_toml("format = 'lienket/policy@1'\nmax_distance_km = 400")?;
/// assert_eq!(policy.max_distance, Some(lienket::Km(400.0)));
/// # Ok::<(), lienket::Error>(())
/// ```
///
/// # Errors
/// [`Error::Unreadable`] where it is not TOML, with line and column; [`Error::Faults`] with every fault.
pub fn from_toml(document: &str) -> Result<Policy, Error> {
    policy_of(toml_tree(document)?)
}

/// A TOML document as a tree.
pub(super) fn toml_tree(document: &str) -> Result<Node, Error> {
    let document = document.strip_prefix('\u{feff}').unwrap_or(document);
    let node: Node = toml::from_str(document).map_err(|error| {
        let (line, column) = line_and_column(document, error.span().map_or(0, |span| span.start));
        Error::Unreadable {
            place: format!("line {line}, column {column}"),
            message: format!("this is not TOML: {}", error.message().trim_end()),
            help: "Correct the document there; nothing else has been checked.".to_owned(),
        }
    })?;
    Ok(dates_as_text(node))
}

/// The TOML reader hands out dates as objects of one field; messages show what was written.
fn dates_as_text(node: Node) -> Node {
    match node {
        Node::Map(mut fields) if matches!(&fields[..], [(key, _)] if key == "$__toml_private_datetime") => {
            fields.pop().map_or(Node::Null, |(_, date)| date)
        }
        Node::Map(fields) => {
            Node::Map(fields.into_iter().map(|(key, value)| (key, dates_as_text(value))).collect())
        }
        Node::List(items) => Node::List(items.into_iter().map(dates_as_text).collect()),
        other => other,
    }
}

/// Reads a policy from JSON.
///
/// # Errors
/// [`Error::Unreadable`] where it is not JSON, with line and column; [`Error::Faults`] with every fault.
pub fn from_json(document: &[u8]) -> Result<Policy, Error> {
    let text = decode(document)?;
    policy_of(serde_json::from_str(text).map_err(|error| syntax_error(&error, text, &[]))?)
}

/// The policy as a document `lienket/policy@1`, defaults written out.
///
/// ```
/// let document = lienket::io::policy_document(&lienket::Policy::default());
/// assert_eq!(document["format"], "lienket/policy@1");
/// assert_eq!(document["weights"]["enterprise"]["certification"], 3.0);
/// ```
#[must_use]
#[expect(clippy::missing_panics_doc, reason = "the expectation always holds")]
pub fn policy_document(policy: &Policy) -> serde_json::Value {
    let mut document = serde_json::to_value(policy).expect("a policy is plain data with text keys");
    document["format"] = FORMAT.into();
    document.sort_all_objects();
    document
}

/// Reads a policy from its tree.
pub(super) fn policy_of(node: Node) -> Result<Policy, Error> {
    let mut issues = Vec::new();
    let mut fields = Fields::open(node, At::ROOT, &FIELDS, &mut issues);
    match fields.take("format") {
        Some(node) => check_format(node, FORMAT, fields.parts().1),
        None => drop(fields.required::<String>("format")),
    }
    let default = Policy::default();
    let policy = Policy {
        mechanism: fields.optional("mechanism").unwrap_or(default.mechanism),
        proposing: fields.optional("proposing").unwrap_or(default.proposing),
        objective: fields.optional("objective").unwrap_or(default.objective),
        balance: fields.optional("balance").unwrap_or(default.balance),
        min_score: fields.optional("min_score").unwrap_or(default.min_score),
        accept: accept(&mut fields).unwrap_or(default.accept),
        max_distance: fields.optional("max_distance_km"),
        road_factor: fields.optional("road_factor").unwrap_or(default.road_factor),
        price_tolerance_percent: tolerance(&mut fields).unwrap_or(default.price_tolerance_percent),
        unknown: fields.optional("unknown").unwrap_or(default.unknown),
        half_distance: fields.optional("half_km").unwrap_or(default.half_distance),
        full_margin: fields.optional("full_margin").unwrap_or(default.full_margin),
        freight: fields.optional("freight_vnd_per_tonne_km").unwrap_or(default.freight),
        weights: weights(&mut fields),
        boosts: boosts(&mut fields),
        under_limits: fields.optional("under_limits").unwrap_or(default.under_limits),
        effort: fields.optional("effort").unwrap_or(default.effort),
        linked_first: fields.optional("linked_first").unwrap_or(default.linked_first),
        max_share_per_enterprise: fields.optional("max_share_per_enterprise"),
        max_share_per_supplier: fields.optional("max_share_per_supplier"),
        quotas: quotas(&mut fields),
        pooling: pooling(&mut fields),
    };
    // A repeated key leaves a value behind that can still be checked.
    let shadows = |r: &Issue, issue: &Issue| {
        let below = issue.pointer.strip_prefix(&r.pointer);
        r.code != "duplicate_key" && below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let mut more = policy.issues();
    more.retain(|issue| !issues.iter().any(|r| shadows(r, issue)));
    issues.append(&mut more);
    if issues.is_empty() { Ok(policy) } else { Err(Error::Faults(issues)) }
}

fn accept(fields: &mut Fields) -> Option<BTreeSet<AcceptanceKind>> {
    set(fields, "accept")
}

/// A list in which nothing stands twice.
fn set<T: Value + Ord>(fields: &mut Fields, name: &'static str) -> Option<BTreeSet<T>> {
    let node = fields.take(name)?;
    let (at, issues) = fields.parts();
    let mut kinds = BTreeSet::new();
    list(node, &at.field(name), issues, |item, at, issues| {
        if let Some(kind) = T::of(item.clone(), at, issues)
            && !kinds.insert(kind)
        {
            let message = "this stands in the list already";
            issues.push(Issue::error("repeated", at.to_string(), message, "Leave it out.").found(item));
        }
    })?;
    Some(kinds)
}

fn tolerance(fields: &mut Fields) -> Option<u32> {
    let percent: i64 = fields.optional("price_tolerance_percent")?;
    let narrow = u32::try_from(percent).ok();
    if narrow.is_none() {
        let (at, issues) = fields.parts();
        let at = at.field("price_tolerance_percent").to_string();
        let message = "this must be a whole number, 0 to 1000";
        let help = "Correct it, or leave it out for the default.";
        issues.push(Issue::error("out_of_range", at, message, help).found(percent));
    }
    narrow
}

fn weights(fields: &mut Fields) -> Weights {
    let mut weights = Weights::default();
    let Some(node) = fields.take("weights") else { return weights };
    let (at, issues) = fields.parts();
    let mut sides = Fields::open(node, at.field("weights"), &["cooperative", "enterprise"], issues);
    side(&mut sides, "cooperative", &mut weights.cooperative);
    side(&mut sides, "enterprise", &mut weights.enterprise);
    weights
}

fn side(sides: &mut Fields, name: &str, weights: &mut PerCriterion<f64>) {
    let Some(node) = sides.take(name) else { return };
    let (at, issues) = sides.parts();
    let mut fields = Fields::open(node, at.field(name), &Criterion::ALL.map(Criterion::name), issues);
    for criterion in Criterion::ALL {
        if let Some(weight) = fields.optional(criterion.name()) {
            *weights.get_mut(criterion) = weight;
        }
    }
}

fn boosts(fields: &mut Fields) -> Vec<Boost> {
    let Some(node) = fields.take("boosts") else { return Vec::new() };
    let (at, issues) = fields.parts();
    let boosts = list(node, &at.field("boosts"), issues, |item, at, issues| {
        let mut fields = Fields::open(item, *at, &["tag", "add"], issues);
        Boost { tag: fields.name("tag"), add: fields.required("add").unwrap_or(0.0) }
    });
    boosts.unwrap_or_default()
}

fn quotas(fields: &mut Fields) -> Vec<Quota> {
    let Some(node) = fields.take("quotas") else { return Vec::new() };
    let (at, issues) = fields.parts();
    let quotas = list(node, &at.field("quotas"), issues, |item, at, issues| {
        let mut fields = Fields::open(item, *at, &["tag", "place", "min_share", "min_kg"], issues);
        let of = one_of(
            &mut fields,
            |fields| Some(QuotaGroup::Tag(fields.optional("tag")?)),
            |fields| Some(QuotaGroup::Place(fields.optional("place")?)),
            "a quota is for a `tag` or for a `place`",
        );
        let least = one_of(
            &mut fields,
            |fields| Some(Floor::Share(fields.optional("min_share")?)),
            |fields| Some(Floor::Kg(Kg(fields.optional("min_kg")?))),
            "a quota has a `min_share` or a `min_kg`",
        );
        // Fillers are not checked: the pointer of the fault covers them.
        of.zip(least).map(|(of, least)| Quota { of, least })
    });
    quotas.unwrap_or_default().into_iter().flatten().collect()
}

/// Exactly one of two fields.
fn one_of<T>(
    fields: &mut Fields,
    first: impl Fn(&mut Fields) -> Option<T>,
    second: impl Fn(&mut Fields) -> Option<T>,
    message: &str,
) -> Option<T> {
    let before = fields.parts().1.len();
    let found = (first(fields), second(fields));
    let (at, issues) = fields.parts();
    match found {
        (Some(_), Some(_)) => {
            issues.push(Issue::error("both", at.to_string(), message, "Leave one of the two out."));
            None
        }
        (None, None) => {
            if issues.len() == before {
                issues.push(Issue::error("missing_field", at.to_string(), message, "Write one of the two."));
            }
            None
        }
        (first, second) => first.or(second),
    }
}

fn pooling(fields: &mut Fields) -> Option<Pooling> {
    let node = fields.take("pooling")?;
    let (at, issues) = fields.parts();
    let names = ["pool_radius_km", "max_members", "hubs", "unions", "depots"];
    let mut fields = Fields::open(node, at.field("pooling"), &names, issues);
    let default = Pooling::default();
    let (radius, max_members) = (fields.optional("pool_radius_km"), fields.optional("max_members"));
    let hubs = set(&mut fields, "hubs").unwrap_or(default.hubs);
    let unions = entries(&mut fields, "unions", |node, at, issues| {
        let mut fields = Fields::open(node, *at, &["union", "members"], issues);
        let (union, members) = (fields.required("union"), fields.required("members"));
        Some(Union { union: union?, members: members? })
    });
    let depots = entries(&mut fields, "depots", |node, at, issues| {
        let mut fields = Fields::open(node, *at, &["id", "place", "capacity_kg"], issues);
        let (id, place, capacity) =
            (fields.required("id"), fields.required::<Place>("place"), fields.optional("capacity_kg"));
        Some(Depot { id: id?, place: place?, capacity })
    });
    Some(Pooling { radius: radius.unwrap_or(default.radius), max_members, hubs, unions, depots })
}

/// A list of objects; none where it is left out.
fn entries<T>(
    fields: &mut Fields,
    name: &'static str,
    entry: impl Fn(Node, &At, &mut Vec<Issue>) -> Option<T>,
) -> Vec<T> {
    let Some(node) = fields.take(name) else { return Vec::new() };
    let (at, issues) = fields.parts();
    list(node, &at.field(name), issues, entry).unwrap_or_default().into_iter().flatten().collect()
}
