//! How a pair stands with pools.

use serde::Serialize;

use crate::id::{DemandIx, OfferIx};
use crate::linkage::PoolStop;
use crate::plan::reason::Situation;
use crate::units::Kg;

/// How a pair stands with pools, where the policy has them and the demand has a lot to be reached together.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "code", rename_all = "snake_case")]
#[non_exhaustive]
pub enum PoolStanding {
    /// Its goods go through a pool.
    Through {
        /// `union`, `cooperative` or `depot`.
        hub_kind: &'static str,
        /// Id of the hub.
        hub: String,
        /// Great-circle distance from the offer to the hub.
        collection_km: f64,
        /// Great-circle distance from the hub to the demand.
        trunk_km: f64,
        /// What the pool delivers.
        pool_kg: Kg,
        /// The demand's lot.
        lot_kg: Kg,
        /// Whether the pool falls below the lot without it.
        critical: bool,
        /// Whether the same kilograms would score higher for its cooperative if they went directly, which they could;
        /// not told to the public, for scores are not.
        #[serde(skip_serializing_if = "Option::is_none")]
        better_alone: Option<bool>,
    },
    /// It could take part in a pool; this plan has none with it.
    Possible,
    /// It could not take part in any.
    Stopped {
        /// What stops it: the code of a rule, `pool_radius` or `pool_left_out`.
        by: PoolStop,
    },
}

impl Serialize for PoolStop {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

pub(super) fn standing(situation: &Situation, offer: OfferIx, demand: DemandIx) -> Option<PoolStanding> {
    let volumes = situation.pooled?;
    let pools = volumes.pools();
    let Some(share) = volumes.via(offer, demand) else {
        // What trades directly has no need of a pool.
        if situation.allocation(offer, demand).is_some() {
            return None;
        }
        return match pools.stopped(offer, demand) {
            Some(PoolStop::NoLot) => None,
            Some(by) => Some(PoolStanding::Stopped { by }),
            None => Some(PoolStanding::Possible),
        };
    };
    let account = volumes.account_of(share);
    let member = account.members.iter().find(|member| member.offer == offer)?;
    let hub = pools.hub(share.hub);
    Some(PoolStanding::Through {
        hub_kind: hub.kind(),
        hub: hub.id.clone(),
        collection_km: share.collection.km(),
        trunk_km: share.trunk.km(),
        pool_kg: account.volume,
        lot_kg: Kg(account.volume.0 - account.slack.0),
        critical: member.critical,
        better_alone: Some(member.better_alone),
    })
}
