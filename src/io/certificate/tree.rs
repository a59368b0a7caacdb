//! Proofs by cases, read and looked up in a market.

use super::read::{certified, unknown_id};
use crate::error::{Error, Issue};
use crate::id::{CooperativeIx, DemandIx, EnterpriseIx, OfferIx};
use crate::io::fields::{At, Fields};
use crate::io::node::Node;
use crate::io::values::{Value, list};
use crate::linkage::Linkage;
use crate::plan::{Case, LimitTree, Resource, TreeBranch};

const TREE: [&str; 4] = ["demands", "resources", "branches", "prices"];
const RESOURCE: [&str; 4] = ["offer", "cooperative", "certificate", "enterprise"];
const BRANCH: [&str; 5] = ["pair", "demand", "without", "with", "prices"];

/// A tree as it stands there, ids not yet looked up.
pub(super) struct Tree {
    demands: Vec<String>,
    resources: Vec<Written>,
    branches: Vec<Branch>,
    prices: Vec<Vec<i64>>,
}

/// A resource as it stands there.
struct Written {
    offer: Option<String>,
    cooperative: Option<String>,
    certificate: Option<i64>,
    enterprise: Option<String>,
}

enum Branch {
    Pair([String; 2], usize, usize),
    Demand(String, usize, usize),
    Leaf(usize),
}

impl Tree {
    pub(super) fn read(node: Node, at: &At, issues: &mut Vec<Issue>) -> Self {
        let mut fields = Fields::open(node, *at, &TREE, issues);
        let mut take = |name: &str| fields.take(name).unwrap_or(Node::List(Vec::new()));
        let [demands, resources, branches, prices] = TREE.map(&mut take);
        let texts = |node, at: &At, issues: &mut Vec<Issue>| -> Vec<String> {
            list(node, at, issues, String::of).unwrap_or_default().into_iter().flatten().collect()
        };
        let whole = |node, at: &At, issues: &mut Vec<Issue>| -> Vec<i64> {
            list(node, at, issues, i64::of).unwrap_or_default().into_iter().flatten().collect()
        };
        Self {
            demands: texts(demands, &at.field("demands"), issues),
            resources: list(resources, &at.field("resources"), issues, |node, at, issues| {
                let mut fields = Fields::open(node, *at, &RESOURCE, issues);
                Written {
                    offer: fields.optional("offer"),
                    cooperative: fields.optional("cooperative"),
                    certificate: fields.optional("certificate"),
                    enterprise: fields.optional("enterprise"),
                }
            })
            .unwrap_or_default(),
            branches: list(branches, &at.field("branches"), issues, |node, at, issues| {
                let mut fields = Fields::open(node, *at, &BRANCH, issues);
                let pair = fields.take("pair");
                let demand: Option<String> = fields.optional("demand");
                let mut number = |name: &str| {
                    let number: Option<i64> = fields.optional(name);
                    number.and_then(|number| usize::try_from(number).ok()).unwrap_or(usize::MAX)
                };
                let (without, with, prices) = (number("without"), number("with"), number("prices"));
                let pair = pair.map(|node| texts(node, &at.field("pair"), issues));
                match (pair.map(<[String; 2]>::try_from), demand) {
                    (Some(Ok(pair)), _) => Branch::Pair(pair, without, with),
                    (_, Some(demand)) => Branch::Demand(demand, without, with),
                    _ => Branch::Leaf(prices),
                }
            })
            .unwrap_or_default(),
            prices: list(prices, &at.field("prices"), issues, whole).unwrap_or_default(),
        }
    }

    /// Looks up every id; what the market does not have is an issue.
    pub(super) fn in_market(&self, linkage: &Linkage, at: &At, issues: &mut Vec<Issue>) -> LimitTree {
        let market = linkage.market();
        let mut found = LimitTree {
            demands: Vec::new(),
            resources: Vec::new(),
            branches: Vec::new(),
            prices: self.prices.clone(),
        };
        for (i, id) in self.demands.iter().enumerate() {
            match market.find_demand(id) {
                Ok(demand) => found.demands.push(demand),
                Err(_) => issues.push(unknown_id(&at.field("demands").entry(i))),
            }
        }
        for (i, written) in self.resources.iter().enumerate() {
            match written.in_market(linkage) {
                Some(resource) => found.resources.push(resource),
                None => issues.push(unknown_id(&at.field("resources").entry(i))),
            }
        }
        for (i, branch) in self.branches.iter().enumerate() {
            let looked_up = match branch {
                Branch::Pair([offer, demand], without, with) => {
                    let pair = both(market.find_offer(offer), market.find_demand(demand));
                    pair.map(|(offer, demand)| (Case::Pair(offer, demand), *without, *with))
                }
                Branch::Demand(demand, without, with) => {
                    market.find_demand(demand).ok().map(|demand| (Case::Demand(demand), *without, *with))
                }
                Branch::Leaf(prices) => {
                    found.branches.push(TreeBranch::Leaf { prices: *prices });
                    continue;
                }
            };
            match looked_up {
                Some((on, without, with)) => found.branches.push(TreeBranch::Fork { on, without, with }),
                None => issues.push(unknown_id(&at.field("branches").entry(i))),
            }
        }
        found
    }
}

fn both(offer: Result<OfferIx, Error>, demand: Result<DemandIx, Error>) -> Option<(OfferIx, DemandIx)> {
    offer.ok().zip(demand.ok())
}

impl Written {
    fn in_market(&self, linkage: &Linkage) -> Option<Resource> {
        let market = linkage.market();
        match self {
            Self { offer: Some(id), cooperative: None, certificate: None, enterprise: None } => {
                market.find_offer(id).ok().map(Resource::Offer)
            }
            Self { offer: None, cooperative: Some(id), certificate: Some(at), enterprise: None } => {
                certified(linkage, id, *at).map(Resource::Certificate)
            }
            Self { offer: None, cooperative: Some(id), certificate: None, enterprise: None } => {
                market.position_of_cooperative(id).map(CooperativeIx::at).map(Resource::Cooperative)
            }
            Self { offer: None, cooperative: None, certificate: None, enterprise: Some(id) } => {
                market.position_of_enterprise(id).map(EnterpriseIx::at).map(Resource::Enterprise)
            }
            _ => None,
        }
    }
}
