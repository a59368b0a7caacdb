//! Pools in plan documents: how pooled goods travel, the pools in use, and prices of hubs.

use serde::Serialize;

use super::fields::{At, Fields};
use super::node::Node;
use crate::error::Issue;
use crate::id::HubIx;
use crate::linkage::{Hub, Pools};
use crate::plan::{Plan, PoolAccount, PooledVolume, PooledVolumes};

/// A hub by kind and id.
#[derive(Serialize)]
pub(super) struct HubEntry<'a> {
    kind: &'static str,
    id: &'a str,
}

impl<'a> From<&'a Hub> for HubEntry<'a> {
    fn from(hub: &'a Hub) -> Self {
        Self { kind: hub.kind(), id: &hub.id }
    }
}

/// How the goods of an allocation travel.
#[derive(Serialize)]
pub(super) struct ViaEntry<'a> {
    hub: HubEntry<'a>,
    collection_km: f64,
    trunk_km: f64,
}

impl<'a> ViaEntry<'a> {
    pub(super) fn of(volumes: &'a PooledVolumes, share: &PooledVolume) -> Self {
        Self {
            hub: volumes.pools().hub(share.hub).into(),
            collection_km: share.collection.km(),
            trunk_km: share.trunk.km(),
        }
    }
}

/// A pool in use.
#[derive(Serialize)]
pub(super) struct PoolEntry<'a> {
    demand: &'a str,
    hub: HubEntry<'a>,
    trunk_km: f64,
    volume_kg: i64,
    lot_kg: i64,
    slack_kg: i64,
    members: Vec<MemberEntry<'a>>,
}

#[derive(Serialize)]
struct MemberEntry<'a> {
    offer: &'a str,
    volume_kg: i64,
    collection_km: f64,
    critical: bool,
    better_alone: bool,
}

impl<'a> PoolEntry<'a> {
    /// The pools of a plan; none where it has none at all.
    pub(super) fn all(plan: &'a Plan) -> Option<Vec<Self>> {
        let volumes = plan.pooled()?;
        let market = plan.market();
        let entry = |account: PoolAccount| Self {
            demand: &market.demand(account.pool.demand).id,
            hub: volumes.pools().hub(account.pool.hub).into(),
            trunk_km: account.pool.trunk.km(),
            volume_kg: account.volume.0,
            lot_kg: account.volume.0 - account.slack.0,
            slack_kg: account.slack.0,
            members: account
                .members
                .iter()
                .map(|member| MemberEntry {
                    offer: &market.offer(member.offer).id,
                    volume_kg: member.volume.0,
                    collection_km: member.collection.km(),
                    critical: member.critical,
                    better_alone: member.better_alone,
                })
                .collect(),
        };
        Some(volumes.accounts().into_iter().map(entry).collect())
    }
}

/// The price of a hub.
#[derive(Serialize)]
pub(super) struct HubPrice<'a> {
    hub: HubEntry<'a>,
    price: i64,
}

impl<'a> HubPrice<'a> {
    /// Zeros left out; none at all where a plan has no pools.
    pub(super) fn all(plan: &'a Plan) -> Option<Vec<Self>> {
        let volumes = plan.pooled()?;
        let priced =
            volumes.pools().hubs().iter().zip(volumes.hub_prices()).filter(|(_, price)| **price != 0);
        Some(priced.map(|(hub, price)| Self { hub: hub.into(), price: *price }).collect())
    }
}

/// Kind and id of a hub, as a document has them.
pub(super) type HubName = (String, String);

/// Reads a hub.
pub(super) fn hub(fields: &mut Fields) -> Option<HubName> {
    let Some(node) = fields.take("hub") else {
        fields.required::<String>("hub");
        return None;
    };
    let (at, issues) = fields.parts();
    let mut fields = Fields::open(node, at.field("hub"), &["kind", "id"], issues);
    let (kind, id) = (fields.required("kind"), fields.required("id"));
    Some((kind?, id?))
}

/// Reads the hub of `via`; the rest of it follows, and is compared with the whole document.
pub(super) fn via(node: Node, at: At, issues: &mut Vec<Issue>) -> Option<HubName> {
    hub(&mut Fields::open(node, at, &["hub", "collection_km", "trunk_km"], issues))
}

/// Reads a hub's price.
pub(super) fn hub_price(node: Node, at: &At, issues: &mut Vec<Issue>) -> Option<(HubName, i64)> {
    let mut fields = Fields::open(node, *at, &["hub", "price"], issues);
    let (hub, price) = (hub(&mut fields), fields.required("price"));
    Some((hub?, price?))
}

/// Looks a hub up.
pub(super) fn find((kind, id): &HubName, pools: &Pools, at: &At, issues: &mut Vec<Issue>) -> Option<HubIx> {
    let found = pools.find_hub(kind, id);
    if found.is_none() {
        let message = format!("no {kind} `{id}` may be a hub under this policy");
        let help = "The plan was not made for this market and policy.";
        issues.push(Issue::error("unknown_hub", at.to_string(), message, help));
    }
    found
}
