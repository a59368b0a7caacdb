//! Proofs under quotas, read and looked up in a market.

use super::read::{ById, Map, PriceLists, look_up, unknown_id};
use crate::error::Issue;
use crate::id::{CooperativeIx, EnterpriseIx};
use crate::io::fields::{At, Fields};
use crate::io::node::Node;
use crate::io::values::{Value, list};
use crate::linkage::Linkage;
use crate::plan::{Binding, QuotaProof};

const FIELDS: [&str; 13] = [
    "scale",
    "kg_weight",
    "offers",
    "demands",
    "cooperatives",
    "enterprises",
    "multipliers",
    "enterprise_shares",
    "links",
    "bonus",
    "linked",
    "lowered",
    "binding",
];
const BINDING: [&str; 5] = ["quota", "offers", "demands", "cooperatives", "enterprises"];

/// A proof as it stands there, ids not yet looked up.
#[derive(Default)]
pub(super) struct Quotas {
    scale: i64,
    prices: PriceLists,
    multipliers: Vec<i64>,
    enterprise_shares: ById,
    links: ById,
    bonus: i64,
    linked: i64,
    lowered: Vec<i64>,
    /// The quota, and offers, demands, cooperatives, enterprises.
    binding: Vec<(i64, [Vec<String>; 4])>,
}

impl Quotas {
    pub(super) fn read(node: Node, at: At, issues: &mut Vec<Issue>) -> Self {
        let mut fields = Fields::open(node, at, &FIELDS, issues);
        let mut read = Self { prices: PriceLists::read(&mut fields), ..Self::default() };
        read.scale = fields.required("scale").unwrap_or(1);
        read.bonus = fields.optional("bonus").unwrap_or(0);
        read.linked = fields.optional("linked").unwrap_or(0);
        let map = |fields: &mut Fields, name| fields.optional::<Map>(name).map_or_else(Vec::new, |map| map.0);
        (read.enterprise_shares, read.links) =
            (map(&mut fields, "enterprise_shares"), map(&mut fields, "links"));
        let mut take = |name: &str| fields.take(name).unwrap_or(Node::List(Vec::new()));
        let (multipliers, lowered, binding) = (take("multipliers"), take("lowered"), take("binding"));
        let (at, issues) = fields.parts();
        let whole = |node, name, issues: &mut Vec<Issue>| -> Vec<i64> {
            list(node, &at.field(name), issues, i64::of).unwrap_or_default().into_iter().flatten().collect()
        };
        (read.multipliers, read.lowered) =
            (whole(multipliers, "multipliers", issues), whole(lowered, "lowered", issues));
        let binding = list(binding, &at.field("binding"), issues, |node, at, issues| {
            let mut fields = Fields::open(node, *at, &BINDING, issues);
            let quota = fields.required("quota").unwrap_or(-1);
            let lists = ["offers", "demands", "cooperatives", "enterprises"].map(|name| {
                let node = fields.take(name).unwrap_or(Node::List(Vec::new()));
                let (at, issues) = fields.parts();
                list(node, &at.field(name), issues, String::of)
                    .unwrap_or_default()
                    .into_iter()
                    .flatten()
                    .collect()
            });
            (quota, lists)
        });
        read.binding = binding.unwrap_or_default();
        read
    }

    /// Looks up every id; what the market does not have is an issue.
    pub(super) fn in_market(&self, linkage: &Linkage, at: &At, issues: &mut Vec<Issue>) -> QuotaProof {
        let market = linkage.market();
        // Absent lists are those of quotas that were not asked for.
        let asked = |list: Vec<i64>, asked: bool| if asked { list } else { Vec::new() };
        let shares = look_up(
            market.enterprises(),
            |x| &x.id,
            &self.enterprise_shares,
            &at.field("enterprise_shares"),
            issues,
        );
        let links = look_up(market.cooperatives(), |x| &x.id, &self.links, &at.field("links"), issues);
        let policy = linkage.policy();
        let mut binding = Vec::with_capacity(self.binding.len());
        for (i, (quota, [offers, demands, cooperatives, enterprises])) in self.binding.iter().enumerate() {
            let at = at.field("binding");
            let at = at.entry(i);
            let mut unknown = |name: &str| issues.push(unknown_id(&at.field(name)));
            let mut all = |found: Option<usize>, name: &str| {
                if found.is_none() {
                    unknown(name);
                }
                found
            };
            binding.push(Binding {
                quota: usize::try_from(*quota).unwrap_or(usize::MAX),
                offers: offers
                    .iter()
                    .filter_map(|id| all(market.position_of_offer(id), "offers"))
                    .map(crate::OfferIx::at)
                    .collect(),
                demands: demands
                    .iter()
                    .filter_map(|id| all(market.position_of_demand(id), "demands"))
                    .map(crate::DemandIx::at)
                    .collect(),
                cooperatives: cooperatives
                    .iter()
                    .filter_map(|id| all(market.position_of_cooperative(id), "cooperatives"))
                    .map(CooperativeIx::at)
                    .collect(),
                enterprises: enterprises
                    .iter()
                    .filter_map(|id| all(market.position_of_enterprise(id), "enterprises"))
                    .map(EnterpriseIx::at)
                    .collect(),
            });
        }
        QuotaProof {
            scale: self.scale,
            prices: self.prices.in_market(linkage, at, issues),
            quotas: self.multipliers.clone(),
            enterprises: asked(shares, policy.max_share_per_enterprise.is_some()),
            links: asked(links, policy.linked_first),
            bonus: self.bonus,
            linked: self.linked,
            lowered: self.lowered.clone(),
            binding,
        }
    }
}
