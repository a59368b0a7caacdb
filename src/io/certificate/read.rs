//! Certificates of plan documents: prices by id, read and looked up in a market.

use std::collections::{BTreeMap, BTreeSet};

use super::quotas::Quotas;
use super::tree::Tree;
use crate::error::Issue;
use crate::io::fields::{At, Fields, duplicate_key};
use crate::io::node::Node;
use crate::io::pools::{HubName, find, hub_price};
use crate::io::values::{Value, list, wrong_type};
use crate::linkage::{Linkage, Pools};
use crate::plan::{LimitPrices, LimitProof, Prices, Proof};

const FIELDS: [&str; 11] = [
    "kind",
    "kg_weight",
    "offers",
    "demands",
    "cooperatives",
    "enterprises",
    "hubs",
    "limits",
    "totals",
    "quotas",
    "blocking_pairs",
];
const PRICES: [&str; 5] = ["kg_weight", "offers", "demands", "cooperatives", "enterprises"];
const LIMITS: [&str; 5] = ["offers", "cooperatives", "enterprises", "certificates", "trees"];

/// A certificate as it stands there.
#[derive(Default)]
pub(in crate::io) struct Certificate {
    prices: PriceLists,
    limits: Option<Limits>,
    totals: Option<PriceLists>,
    quotas: Option<Quotas>,
    hubs: Vec<(HubName, i64)>,
}

/// Prices by id of offers, demands, cooperatives and enterprises, and the weight of a kilogram.
#[derive(Default)]
pub(super) struct PriceLists {
    kg_weight: i64,
    lists: [ById; 4],
}

/// A proof under limits as it stands there.
struct Limits {
    /// Offers, cooperatives, enterprises.
    lists: [ById; 3],
    /// Cooperative, position among its certificates, price.
    certificates: Vec<(String, i64, i64)>,
    trees: Vec<Tree>,
}

pub(super) type ById = Vec<(String, i64)>;

impl Certificate {
    pub(in crate::io) fn read(node: Node, at: At, issues: &mut Vec<Issue>) -> Self {
        let mut fields = Fields::open(node, at, &FIELDS, issues);
        fields.required::<String>("kind");
        let prices = PriceLists::read(&mut fields);
        let limits = fields.take("limits").map(|node| {
            let (at, issues) = fields.parts();
            Limits::read(node, at.field("limits"), issues)
        });
        let totals = fields.take("totals").map(|node| {
            let (at, issues) = fields.parts();
            PriceLists::read(&mut Fields::open(node, at.field("totals"), &PRICES, issues))
        });
        let quotas = fields.take("quotas").map(|node| {
            let (at, issues) = fields.parts();
            Quotas::read(node, at.field("quotas"), issues)
        });
        let hubs = fields.take("hubs").and_then(|node| {
            let (at, issues) = fields.parts();
            list(node, &at.field("hubs"), issues, hub_price)
        });
        let hubs = hubs.into_iter().flatten().flatten().collect();
        // Follows from the allocations, and is compared with the whole document.
        drop(fields.take("blocking_pairs"));
        Self { prices, limits, totals, quotas, hubs }
    }

    /// Prices of hubs, one for each of the pools'.
    pub(in crate::io) fn of_hubs(&self, pools: &Pools, issues: &mut Vec<Issue>) -> Vec<i64> {
        let mut prices = vec![0; pools.hubs().len()];
        let at = At::ROOT.field("certificate");
        let at = at.field("hubs");
        for (i, (hub, price)) in self.hubs.iter().enumerate() {
            if let Some(hub) = find(hub, pools, &at.entry(i), issues) {
                prices[hub.index()] = *price;
            }
        }
        prices
    }

    /// Looks up every id; what the market does not have is an issue.
    pub(in crate::io) fn in_market(&self, linkage: &Linkage, issues: &mut Vec<Issue>) -> Proof {
        let at = At::ROOT.field("certificate");
        let prices = self.prices.in_market(linkage, &at, issues);
        let limits =
            self.limits.as_ref().map(|limits| limits.in_market(linkage, &at.field("limits"), issues));
        let totals =
            self.totals.as_ref().map(|totals| totals.in_market(linkage, &at.field("totals"), issues));
        let quotas =
            self.quotas.as_ref().map(|quotas| quotas.in_market(linkage, &at.field("quotas"), issues));
        Proof { prices, limits, totals, quotas }
    }
}

impl PriceLists {
    pub(super) fn read(fields: &mut Fields) -> Self {
        let kg_weight = fields.optional("kg_weight").unwrap_or(0);
        let lists = ["offers", "demands", "cooperatives", "enterprises"];
        let lists = lists.map(|name| fields.required::<Map>(name).map_or_else(Vec::new, |map| map.0));
        Self { kg_weight, lists }
    }

    pub(super) fn in_market(&self, linkage: &Linkage, at: &At, issues: &mut Vec<Issue>) -> Prices {
        let market = linkage.market();
        let [offers, demands, cooperatives, enterprises] = &self.lists;
        let (sellers, buyers) = (market.cooperatives(), market.enterprises());
        Prices {
            offers: look_up(market.offers(), |x| &x.id, offers, &at.field("offers"), issues),
            demands: look_up(market.demands(), |x| &x.id, demands, &at.field("demands"), issues),
            cooperatives: look_up(sellers, |x| &x.id, cooperatives, &at.field("cooperatives"), issues),
            enterprises: look_up(buyers, |x| &x.id, enterprises, &at.field("enterprises"), issues),
            kg_weight: self.kg_weight,
        }
    }
}

impl Limits {
    fn read(node: Node, at: At, issues: &mut Vec<Issue>) -> Self {
        let mut fields = Fields::open(node, at, &LIMITS, issues);
        let lists = ["offers", "cooperatives", "enterprises"];
        let prices = lists.map(|name| fields.required::<Map>(name).map_or_else(Vec::new, |map| map.0));
        let node = fields.take("certificates").unwrap_or(Node::List(Vec::new()));
        let (at, issues) = fields.parts();
        let certificates = list(node, &at.field("certificates"), issues, |node, at, issues| {
            let mut fields = Fields::open(node, *at, &["cooperative", "certificate", "price"], issues);
            let (cooperative, certificate) = (fields.required("cooperative"), fields.required("certificate"));
            let price = fields.required("price");
            Some((cooperative?, certificate?, price?))
        });
        let certificates = certificates.into_iter().flatten().flatten().collect();
        let node = fields.take("trees").unwrap_or(Node::List(Vec::new()));
        let (at, issues) = fields.parts();
        let trees = list(node, &at.field("trees"), issues, Tree::read).unwrap_or_default();
        Self { lists: prices, certificates, trees }
    }

    fn in_market(&self, linkage: &Linkage, at: &At, issues: &mut Vec<Issue>) -> LimitProof {
        let market = linkage.market();
        let Self { lists: [offers, cooperatives, enterprises], certificates, trees } = self;
        let (sellers, buyers) = (market.cooperatives(), market.enterprises());
        let mut prices = LimitPrices {
            offers: look_up(market.offers(), |x| &x.id, offers, &at.field("offers"), issues),
            cooperatives: look_up(sellers, |x| &x.id, cooperatives, &at.field("cooperatives"), issues),
            enterprises: look_up(buyers, |x| &x.id, enterprises, &at.field("enterprises"), issues),
            certificates: vec![0; linkage.certified().len()],
        };
        for (i, (cooperative, certificate, price)) in certificates.iter().enumerate() {
            match certified(linkage, cooperative, *certificate) {
                Some(position) => prices.certificates[position] = *price,
                None => issues.push(unknown_id(&at.field("certificates").entry(i))),
            }
        }
        let at = at.field("trees");
        let trees = trees.iter().enumerate().map(|(i, tree)| tree.in_market(linkage, &at.entry(i), issues));
        LimitProof { prices, trees: trees.collect() }
    }
}

/// Prices of a list of the market from those by id.
pub(super) fn look_up<T>(
    entries: &[T],
    id: fn(&T) -> &str,
    prices: &ById,
    at: &At,
    issues: &mut Vec<Issue>,
) -> Vec<i64> {
    let positions: BTreeMap<&str, usize> = entries.iter().enumerate().map(|(i, x)| (id(x), i)).collect();
    let mut found = vec![0; entries.len()];
    for (id, price) in prices {
        match positions.get(id.as_str()) {
            Some(&position) => found[position] = *price,
            None => issues.push(unknown_id(&at.field(id))),
        }
    }
    found
}

/// The position among the linkage's limited certificates.
pub(super) fn certified(linkage: &Linkage, cooperative: &str, certificate: i64) -> Option<usize> {
    linkage.certified().iter().position(|volume| {
        linkage.market().cooperative(volume.cooperative).id == cooperative
            && i64::try_from(volume.certificate) == Ok(certificate)
    })
}

pub(super) fn unknown_id(at: &At) -> Issue {
    let message = "the market has no such id in this list";
    Issue::error("unknown_id", at.to_string(), message, "The plan was not made for this market.")
}

/// An object of whole numbers by id.
pub(super) struct Map(pub(super) Vec<(String, i64)>);

impl Value for Map {
    fn of(node: Node, at: &At, issues: &mut Vec<Issue>) -> Option<Self> {
        let Node::Map(entries) = node else {
            wrong_type(&node, "an object", "Write an object in braces.", at, issues);
            return None;
        };
        let mut seen = BTreeSet::new();
        let mut prices = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let here = at.field(&key);
            let price = i64::of(value, &here, issues);
            if seen.contains(&key) {
                issues.push(duplicate_key(&key, &here));
            }
            prices.extend(price.map(|price| (key.to_string(), price)));
            seen.insert(key);
        }
        Some(Self(prices))
    }
}
