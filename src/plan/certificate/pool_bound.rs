//! What prices prove of every plan through given pools.
//!
//! # Why prices prove a bound
//! Every free kilogram is charged its price: that of the offer, the demand, the cooperative, the enterprise and, for
//! what is limited there, the hub. Then no capacity binds any longer, each demand is alone with itself, and what it can
//! gain beyond the prices is at most the smaller of two sums (Lagrangian relaxation):
//!
//! ```text
//! by offer    each offer's best way (directly, or through a pool that can be worth opening) as full as it can be
//! by supplier as many suppliers as there may be, the best ones: an offer as full as it can be, or a pool
//! ```
//!
//! A pool is worth at most: its members by what is left to them beyond the prices, the gainful ones as far as there is
//! room; while they fall short of the lot, the others with the least loss. What prices cost, plus what demands can gain
//! beyond them, bounds every plan through these pools, whatever the prices; the kernel's choice of them is not trusted.
//!
//! Under [`Objective::Volume`] the kilograms are bounded alone, by the prices' whole kilograms.
//!
//! O(candidates + members, sorted by demand), in parallel over demands, exact.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::id::{CooperativeIx, DemandIx, OfferIx};
use crate::linkage::{Linkage, Pools, relied_on};
use crate::plan::Prices;
use crate::plan::certificate::signed::{Signed, limited};
use crate::plan::certificate::{Check, gain};
use crate::policy::Objective;
use crate::units::Metres;

/// Prices above this could not be added up exactly in 128 bits.
pub(super) const LARGEST: i64 = 1 << 52;

/// A way to a demand, as full as it can be.
struct Way {
    offer: OfferIx,
    kg: i64,
    /// What a kilogram is worth to the objective, kilograms aside.
    worth: i64,
}

/// A direct way.
struct Direct {
    way: Way,
    /// Whether the two have a contract, so that the demand has this supplier already.
    signed: bool,
}

/// A pool: what it could carry, and who could take part.
struct Together {
    hub: usize,
    most: i64,
    members: Vec<Way>,
}

/// Everything that could serve a demand.
#[derive(Default)]
struct Ways {
    direct: Vec<Direct>,
    pools: Vec<Together>,
}

/// The bound of the objective, and of the kilograms alone where they come first.
pub(super) fn bound(pools: &Pools, prices: &Prices, hubs: &[i64]) -> (i128, i128) {
    let linkage = pools.linkage();
    let weight = prices.kg_weight;
    let free = Signed::of(linkage.market());
    let ways = ways(pools, &free);
    let charge = Charge::of(linkage, prices, hubs, i64::from);
    let all = charge.cost(pools, &free) + gains(pools, &free, &ways, &charge, &|way| weight + way.worth);
    if linkage.policy().objective != Objective::Volume {
        return (all, 0);
    }
    let whole = |price: i64| i64::from(price > weight / 2);
    let charge = Charge::of(linkage, prices, hubs, whole);
    let alone = charge.cost(pools, &free) + gains(pools, &free, &ways, &charge, &|_| 1);
    (all, alone.min(all / i128::from(weight)))
}

/// What a kilogram is charged.
struct Charge {
    /// Offer and cooperative.
    seller: Vec<i64>,
    /// Demand and enterprise.
    buyer: Vec<i64>,
    hub: Vec<i64>,
    offers: Vec<i64>,
    demands: Vec<i64>,
    cooperatives: Vec<i64>,
    enterprises: Vec<i64>,
}

impl Charge {
    fn of(linkage: &Linkage, prices: &Prices, hubs: &[i64], of: impl Fn(i64) -> i64) -> Self {
        let market = linkage.market();
        let each = |list: &[i64]| -> Vec<i64> { list.iter().map(|price| of(*price)).collect() };
        let (offers, demands) = (each(&prices.offers), each(&prices.demands));
        let (cooperatives, enterprises) = (each(&prices.cooperatives), each(&prices.enterprises));
        let seller = |o: usize| offers[o] + cooperatives[market.cooperative_of(OfferIx::at(o)).index()];
        let buyer = |d: usize| demands[d] + enterprises[market.enterprise_of(DemandIx::at(d)).index()];
        Self {
            seller: (0..offers.len()).map(seller).collect(),
            buyer: (0..demands.len()).map(buyer).collect(),
            hub: each(hubs),
            offers,
            demands,
            cooperatives,
            enterprises,
        }
    }

    /// All that is free, at its price.
    fn cost(&self, pools: &Pools, free: &Signed) -> i128 {
        let hubs: Vec<i64> = pools.hubs().iter().map(|hub| hub.capacity.map_or(0, |kg| kg.0)).collect();
        let lists = [
            (&self.offers, &free.offers),
            (&self.demands, &free.demands),
            (&self.cooperatives, &limited(&free.cooperatives)),
            (&self.enterprises, &limited(&free.enterprises)),
            (&self.hub, &hubs),
        ];
        let paid = |(prices, free): (&Vec<i64>, &Vec<i64>)| -> i128 {
            prices.iter().zip(free).map(|(&price, &kg)| i128::from(price) * i128::from(kg)).sum()
        };
        lists.into_iter().map(paid).sum()
    }
}

/// What contracts leave of certificates limited to a volume.
struct Certified(BTreeMap<(CooperativeIx, usize), i64>);

impl Certified {
    fn of(linkage: &Linkage) -> Self {
        let mut free = BTreeMap::new();
        for (c, cooperative) in linkage.market().cooperatives().iter().enumerate() {
            let limited = cooperative.certificates.iter().enumerate();
            free.extend(limited.filter_map(|(i, held)| Some(((CooperativeIx::at(c), i), held.volume?.0))));
        }
        // Where candidates rely on one, so may contracts.
        free.extend(linkage.certified().iter().map(|v| ((v.cooperative, v.certificate), v.free)));
        Self(free)
    }

    fn relied(&self, linkage: &Linkage, offer: OfferIx, demand: DemandIx) -> Vec<(CooperativeIx, usize)> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let cooperative = linkage.market().cooperative_of(offer);
        relied_on(linkage.judge(), offer, demand).into_iter().map(|at| (cooperative, at)).collect()
    }

    /// What is left of the scarcest certificate that the pair relies on.
    fn room(&self, linkage: &Linkage, offer: OfferIx, demand: DemandIx) -> Option<i64> {
        self.relied(linkage, offer, demand).iter().filter_map(|at| self.0.get(at).copied()).min()
    }
}

/// Everything that could serve each demand.
fn ways(pools: &Pools, free: &Signed) -> Vec<Ways> {
    let linkage = pools.linkage();
    let market = linkage.market();
    let check = Check { linkage, issues: Vec::new() };
    let welfare = linkage.policy().objective == Objective::Welfare;
    let certified = Certified::of(linkage);
    let room = |offer: OfferIx, demand: DemandIx| {
        let parties = [
            free.cooperatives[market.cooperative_of(offer).index()],
            free.enterprises[market.enterprise_of(demand).index()],
        ];
        let own = [free.offers[offer.index()], free.demands[demand.index()]];
        let certified = certified.room(linkage, offer, demand);
        own.into_iter().chain(parties.into_iter().flatten()).chain(certified).min().unwrap_or(0)
    };
    let mut all: Vec<Ways> = market.demands().iter().map(|_| Ways::default()).collect();
    for o in 0..market.offers().len() {
        let offer = OfferIx::at(o);
        for position in linkage.row(offer) {
            let demand = DemandIx(linkage.demands()[position]);
            let worth = check.worth(offer, position, 0).and_then(|worth| i64::try_from(worth).ok());
            let contract = free.contract(offer, demand);
            let kg = room(offer, demand);
            let lot = market.offer(offer).min_lot.max(market.demand(demand).min_lot).0;
            if let Some(worth) = worth.filter(|_| kg > 0 && kg + contract >= lot) {
                let way = Way { offer, kg, worth };
                all[demand.index()].direct.push(Direct { way, signed: contract > 0 });
            }
        }
    }
    for (position, pool) in pools.pools().enumerate() {
        let demand = pool.demand;
        let hub = &pools.hubs()[pool.hub.index()];
        let capacity = hub.capacity.map_or(i64::MAX, |kg| kg.0);
        let party = free.enterprises[market.enterprise_of(demand).index()].unwrap_or(i64::MAX);
        let most = free.demands[demand.index()].min(party).min(capacity);
        let members = pools.members_of(position).filter_map(|member| {
            let kg = room(member.offer, demand).min(capacity);
            let metres = Metres(member.collection.0 + pool.trunk.0);
            let worth = if welfare {
                i64::try_from(gain(linkage, member.offer, demand, metres)?).ok()?
            } else {
                i64::from(member.score.micro())
            };
            let takes_part = kg > 0
                && kg >= market.offer(member.offer).min_lot.0
                && free.contract(member.offer, demand) == 0;
            takes_part.then_some(Way { offer: member.offer, kg, worth })
        });
        let members = members.collect();
        all[demand.index()].pools.push(Together { hub: pool.hub.index(), most, members });
    }
    all
}

/// What all demands together can gain beyond the prices.
fn gains(
    pools: &Pools,
    free: &Signed,
    ways: &[Ways],
    charge: &Charge,
    worth: &(dyn Fn(&Way) -> i64 + Sync),
) -> i128 {
    let gain = |(d, ways): (usize, &Ways)| gain_of(pools, free, DemandIx::at(d), ways, charge, worth);
    ways.par_iter().enumerate().map(gain).sum()
}

fn gain_of(
    pools: &Pools,
    free: &Signed,
    demand: DemandIx,
    ways: &Ways,
    charge: &Charge,
    worth: &dyn Fn(&Way) -> i64,
) -> i128 {
    let parts = pools.linkage().market().demand(demand);
    let beyond = |way: &Way, hub: i64| {
        let paid = i128::from(charge.seller[way.offer.index()]) + i128::from(charge.buyer[demand.index()]);
        i128::from(worth(way)) - paid - i128::from(hub)
    };
    // By offer: its best way. By supplier: what each brings.
    let mut best: Vec<(OfferIx, i128, i64)> = Vec::new();
    let (mut old, mut new) = (0_i128, Vec::new());
    for Direct { way, signed } in &ways.direct {
        let gain = beyond(way, 0) * i128::from(way.kg);
        best.push((way.offer, gain.max(0), way.kg));
        if *signed {
            old += gain.max(0);
        } else if gain > 0 {
            new.push(gain);
        }
    }
    for pool in &ways.pools {
        let hub = charge.hub[pool.hub];
        let members: Vec<(i128, i64)> = pool.members.iter().map(|way| (beyond(way, hub), way.kg)).collect();
        let Some(gain) = gain_together(members, pool.most, parts.min_lot.0, pools.pooling().max_members)
        else {
            continue;
        };
        let reaches = |way: &Way| (way.offer, 0, way.kg);
        best.extend(pool.members.iter().map(reaches));
        if gain > 0 {
            new.push(gain);
            best.extend(
                pool.members
                    .iter()
                    .map(|way| (way.offer, (beyond(way, hub) * i128::from(way.kg)).max(0), way.kg)),
            );
        }
    }
    if parts.all_or_nothing {
        let mut reach: Vec<(OfferIx, i64)> = best.iter().map(|&(offer, _, kg)| (offer, kg)).collect();
        reach.sort_unstable_by_key(|&(offer, kg)| (offer, Reverse(kg)));
        reach.dedup_by_key(|(offer, _)| *offer);
        let reach: i128 = reach.iter().map(|(_, kg)| i128::from(*kg)).sum();
        if reach < i128::from(free.demands[demand.index()]) {
            return 0;
        }
    }
    best.sort_unstable_by_key(|&(offer, gain, _)| (offer, Reverse(gain)));
    best.dedup_by_key(|(offer, ..)| *offer);
    let by_offer: i128 = best.iter().map(|(_, gain, _)| gain).sum();
    new.sort_unstable_by_key(|gain| Reverse(*gain));
    if let Some(most) = parts.max_suppliers {
        let left = most.saturating_sub(free.suppliers[demand.index()]);
        new.truncate(usize::try_from(left).unwrap_or(usize::MAX));
    }
    by_offer.min(old + new.iter().sum::<i128>())
}

/// What a pool is worth beyond the prices at most; `None` where it cannot reach its lot.
fn gain_together(mut members: Vec<(i128, i64)>, most: i64, lot: i64, count: Option<u32>) -> Option<i128> {
    let count = count.map_or(usize::MAX, |count| count as usize);
    let mut largest: Vec<i64> = members.iter().map(|(_, kg)| *kg).collect();
    largest.sort_unstable_by_key(|kg| Reverse(*kg));
    let reach: i128 = largest.iter().take(count).map(|kg| i128::from(*kg)).sum();
    if reach < i128::from(lot) || most < lot {
        return None;
    }
    members.sort_unstable_by_key(|(beyond, _)| Reverse(*beyond));
    let (mut total, mut gain) = (0_i64, 0_i128);
    for &(beyond, kg) in &members {
        let room = if beyond > 0 { most } else { lot } - total;
        let kg = kg.min(room);
        if kg <= 0 {
            break;
        }
        total += kg;
        gain += beyond * i128::from(kg);
    }
    let mut alone: Vec<i128> = members.iter().map(|(beyond, kg)| (beyond * i128::from(*kg)).max(0)).collect();
    alone.sort_unstable_by_key(|gain| Reverse(*gain));
    Some(gain.min(alone.iter().take(count).sum()))
}
