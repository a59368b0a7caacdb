//! Hubs, and which offers lie within the radius of each.
//!
//! Hubs are sorted by kind and id, so that their order depends on names alone. Of several cooperatives at one point
//! only the first is a hub: what can meet at one of them can meet at the other, over the same distances.
//!
//! Offers stand at few distinct points (*spots*). Spots are sorted along the axis of space in which the market lies
//! farthest apart; for a hub only the slice is looked at whose coordinate differs by no more than the chord of the
//! radius, and there metres decide: O(hubs × spots in their slice), in parallel over hubs.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::error::Error;
use crate::id::{CooperativeIx, HubIx, OfferIx};
use crate::linkage::distance::Spot;
use crate::linkage::near::chord;
use crate::linkage::rules::Judge;
use crate::market::{CooperativeKind, Market, Place, Point};
use crate::policy::{HubKind, Pooling};
use crate::units::{Kg, Metres};

/// What a hub is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HubSite {
    /// A union of cooperatives.
    Union(CooperativeIx),
    /// Another cooperative.
    Cooperative(CooperativeIx),
    /// A depot of the policy.
    Depot,
}

/// Where pools meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hub {
    /// What it is.
    pub site: HubSite,
    /// Id of the cooperative or the depot.
    pub id: String,
    /// Most that all its pools together may pass on; only depots have a limit.
    pub capacity: Option<Kg>,
}

impl Hub {
    /// What it is, as documents say it: `union`, `cooperative` or `depot`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.site {
            HubSite::Union(_) => "union",
            HubSite::Cooperative(_) => "cooperative",
            HubSite::Depot => "depot",
        }
    }
}

/// A hub within reach of a spot, and how far it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Collection {
    pub(super) hub: u32,
    pub(super) metres: Metres,
}

/// Every hub of a market.
#[derive(Debug)]
pub(super) struct Hubs {
    pub(super) list: Vec<Hub>,
    pub(super) spots: Vec<Spot>,
    /// Where the hubs near each spot of offers start.
    start: Vec<usize>,
    near: Vec<Collection>,
    /// Unions of each cooperative that belongs to one.
    unions: BTreeMap<CooperativeIx, Vec<u32>>,
}

impl Hubs {
    /// Whether a market has what a policy names.
    pub(super) fn check(market: &Market, pooling: &Pooling) -> Result<(), Error> {
        let issues = pooling.issues_in(market);
        if issues.is_empty() { Ok(()) } else { Err(Error::Faults(issues)) }
    }

    /// The hubs of a policy that has been checked.
    pub(super) fn build(judge: &Judge, pooling: &Pooling) -> Self {
        let market = judge.market();
        let (members, _) = pooling.members(market);
        let mut list = Vec::new();
        let mut spots = Vec::new();
        let named: BTreeSet<CooperativeIx> = members.iter().map(|(union, _)| *union).collect();
        let is_union =
            |c: CooperativeIx| market.cooperative(c).kind == CooperativeKind::Union || named.contains(&c);
        let cooperatives = || (0..market.cooperatives().len()).map(CooperativeIx::at);
        let mut add = |site: HubSite, id: &str, capacity: Option<Kg>, spot: Spot| {
            list.push(Hub { site, id: id.to_owned(), capacity });
            spots.push(spot);
        };
        if pooling.hubs.contains(&HubKind::Unions) {
            for c in cooperatives().filter(|&c| is_union(c)) {
                let cooperative = market.cooperative(c);
                add(HubSite::Union(c), &cooperative.id, None, spot(market, &cooperative.place));
            }
        }
        if pooling.hubs.contains(&HubKind::Cooperatives) {
            let mut taken = BTreeSet::new();
            for c in cooperatives().filter(|&c| !is_union(c)) {
                let cooperative = market.cooperative(c);
                let spot = spot(market, &cooperative.place);
                if taken.insert([spot.point.lat.to_bits(), spot.point.lon.to_bits()]) {
                    add(HubSite::Cooperative(c), &cooperative.id, None, spot);
                }
            }
        }
        if pooling.hubs.contains(&HubKind::Depots) {
            for depot in &pooling.depots {
                add(HubSite::Depot, &depot.id, depot.capacity, spot(market, &depot.place));
            }
        }
        let mut unions: BTreeMap<CooperativeIx, Vec<u32>> = BTreeMap::new();
        for (union, members) in members {
            // Unions come first, in the order of their cooperatives.
            let hub = list.iter().position(|hub| hub.site == HubSite::Union(union));
            let hub = hub.expect("a union with members is a hub");
            for member in members {
                unions.entry(member).or_default().push(HubIx::at(hub).0);
            }
        }
        for hubs in unions.values_mut() {
            hubs.sort_unstable();
        }
        let (start, near) = near(judge, pooling, &spots);
        Self { list, spots, start, near, unions }
    }

    /// The hubs within the radius of a spot of offers, ascending.
    pub(super) fn near(&self, spot: u32) -> &[Collection] {
        &self.near[self.start[spot as usize]..self.start[spot as usize + 1]]
    }

    /// Whether a cooperative belongs to a union.
    pub(super) fn has_union(&self, cooperative: CooperativeIx) -> bool {
        self.unions.contains_key(&cooperative)
    }

    /// The hubs at which an offer may pool: within the radius, ascending, and then unions beyond it.
    pub(super) fn of(&self, judge: &Judge, offer: OfferIx) -> impl Iterator<Item = Collection> + '_ {
        let spot = judge.market().numbers().offer_point[offer.index()];
        let near = self.near(spot);
        let here = judge.columns.ground.spots[spot as usize];
        let unions = self.unions.get(&judge.market().cooperative_of(offer)).map_or(&[][..], |hubs| hubs);
        let beyond = unions.iter().filter(|hub| near.binary_search_by_key(*hub, |near| near.hub).is_err());
        let beyond =
            beyond.map(move |&hub| Collection { hub, metres: self.spots[hub as usize].metres(&here) });
        near.iter().copied().chain(beyond)
    }
}

fn spot(market: &Market, place: &Place) -> Spot {
    Spot::of(match place {
        Place::Point { lat, lon } => Point { lat: *lat, lon: *lon },
        Place::Id(id) => {
            let entry = market.catalogue().place(id).expect("places have been checked");
            Point { lat: entry.lat, lon: entry.lon }
        }
    })
}

/// Hubs near each spot of the market, in compressed form.
fn near(judge: &Judge, pooling: &Pooling, hubs: &[Spot]) -> (Vec<usize>, Vec<Collection>) {
    let ground = &judge.columns.ground;
    let mut stands = vec![false; ground.spots.len()];
    judge.market().numbers().offer_point.iter().for_each(|&spot| stands[spot as usize] = true);
    let radius = pooling.radius.to_metres();
    // In space nothing is farther apart than two radii of the unit sphere.
    let reach = chord(radius / judge.policy().road_factor).unwrap_or(2.0) + 1e-9;
    let along = |spot: &Spot| spot.vector[ground.axis];
    let mut sorted: Vec<(f64, u32)> = (0..)
        .zip(&ground.spots)
        .filter(|(at, _): &(u32, _)| stands[*at as usize])
        .map(|(at, spot)| (along(spot), at))
        .collect();
    sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let found: Vec<Vec<(u32, Metres)>> = hubs
        .par_iter()
        .map(|hub| {
            let from = sorted.partition_point(|(at, _)| *at < along(hub) - reach);
            let slice = sorted[from..].iter().take_while(|(at, _)| *at <= along(hub) + reach);
            slice
                .map(|&(_, spot)| (spot, hub.metres(&ground.spots[spot as usize])))
                .filter(|&(_, metres)| judge.within(metres, radius))
                .collect()
        })
        .collect();
    let mut start = vec![0; ground.spots.len() + 1];
    found.iter().flatten().for_each(|&(spot, _)| start[spot as usize + 1] += 1);
    for spot in 0..ground.spots.len() {
        start[spot + 1] += start[spot];
    }
    let mut next = start.clone();
    let mut near = vec![Collection { hub: 0, metres: Metres(0) }; start[ground.spots.len()]];
    for (hub, found) in found.iter().enumerate() {
        for &(spot, metres) in found {
            near[next[spot as usize]] = Collection { hub: HubIx::at(hub).0, metres };
            next[spot as usize] += 1;
        }
    }
    (start, near)
}
