//! The pools of one demand.
//!
//! # Method
//! For a demand with a lot, every offer of a product it accepts is judged by the rules that do not ask where the
//! goods travel: *fit to pool*. Each of them adds its kilograms to the hubs within whose radius it stands (and to
//! its unions); offers farther from the demand than its distance and the radius together are not looked at. Hubs that come to the lot, collect at least one offer too small for it, and lie within the demand's
//! distance are its pools; only for those are members listed and scored.
//!
//! # Complexity
//! O(offers of the products + fit offers × hubs near them), then the members of what is kept. Demands are judged in
//! parallel, each alone: the result does not depend on threads.

use std::collections::BTreeMap;

use crate::id::{DemandIx, OfferIx};
use crate::linkage::Judge;
use crate::linkage::rules::Rule;
use crate::linkage::score::PairScores;
use crate::market::Market;
use crate::policy::Pooling;
use crate::units::{Metres, Score};

use super::hubs::Hubs;
use super::thin::{Choice, keep};
use super::{MOST_HUBS, PoolStop};

/// A member with its scores.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) offer: OfferIx,
    pub(super) collection: Metres,
    pub(super) scores: PairScores,
}

/// The pools of a demand.
#[derive(Debug, Default)]
pub(super) struct OfDemand {
    /// Hub, trunk and members, hubs ascending.
    pub(super) pools: Vec<(u32, Metres, Vec<Found>)>,
    /// Hubs that could pool for the demand and are left out.
    pub(super) left_out: usize,
}

/// What a thread keeps from one demand to the next: kilograms and counts by hub.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    /// Kilograms of fit offers.
    kg: Vec<i128>,
    /// Fit offers too small for the lot.
    small: Vec<u32>,
    touched: Vec<u32>,
    /// Place among the hubs kept for the demand.
    place: Vec<u32>,
}

/// An offer fit to pool for a demand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fit {
    pub(super) offer: OfferIx,
    pub(super) kg: i64,
    small: bool,
}

const NOWHERE: u32 = u32::MAX;

/// Finds pools.
pub(super) struct Finder<'a> {
    pub(super) judge: &'a Judge,
    pub(super) pooling: &'a Pooling,
    pub(super) hubs: &'a Hubs,
    pub(super) products: &'a Products,
}

/// Offers by product.
#[derive(Debug)]
pub(super) struct Products(Vec<(String, Vec<OfferIx>)>);

impl Products {
    pub(super) fn of(market: &Market) -> Self {
        let mut products: BTreeMap<&str, Vec<OfferIx>> = BTreeMap::new();
        for (o, offer) in market.offers().iter().enumerate() {
            products.entry(&offer.product).or_default().push(OfferIx::at(o));
        }
        Self(products.into_iter().map(|(path, offers)| (path.to_owned(), offers)).collect())
    }
}

impl Finder<'_> {
    /// Whether a demand takes pools at all: it has a lot, and one it can take.
    pub(super) fn takes_pools(&self, demand: DemandIx) -> bool {
        let demand = self.judge.market().demand(demand);
        demand.min_lot.0 > 1 && demand.min_lot <= demand.volume
    }

    /// Offers fit to pool for a demand, ascending.
    pub(super) fn fit(&self, demand: DemandIx) -> Vec<Fit> {
        let market = self.judge.market();
        let wanted = market.demand(demand);
        let mut fit = Vec::new();
        for (_, offers) in &self.products.0 {
            if self.judge.fit(offers[0], demand).is_none() {
                continue;
            }
            for &offer in offers.iter().filter(|&&offer| self.stopped(offer, demand).is_none()) {
                let volume = market.offer(offer).volume;
                let kg = volume.min(wanted.volume).0;
                fit.push(Fit { offer, kg, small: volume < wanted.min_lot });
            }
        }
        fit.sort_unstable_by_key(|fit| fit.offer);
        fit
    }

    /// The first rule that keeps an offer from pooling for a demand wherever the hub; the product aside.
    pub(super) fn stopped(&self, offer: OfferIx, demand: DemandIx) -> Option<Rule> {
        let (judge, market) = (self.judge, self.judge.market());
        let offered = &judge.columns.offered[offer.index()];
        let asked = &judge.columns.asked[demand.index()];
        let signed =
            || market.signed().binary_search_by_key(&(offer, demand), |c| (c.offer, c.demand)).is_ok();
        if offered.excluded && !judge.passes(Rule::Excluded, offer, demand) {
            Some(Rule::Excluded)
        } else if !offered.meets_window(asked) {
            Some(Rule::Window)
        } else if asked.requires != 0 && !judge.certified(offer, demand) {
            Some(Rule::Certification)
        } else if !offered.meets_price(asked) {
            Some(Rule::Price)
        } else if offered.lot > asked.volume || signed() {
            Some(Rule::Lot)
        } else {
            None
        }
    }

    /// Whether some hub may be within both its distances: a direct way is never longer than one with a stop, but for
    /// a metre and a half of rounding.
    fn may_be_near(&self, offer: OfferIx, demand: DemandIx) -> bool {
        let judge = self.judge;
        let limit = judge.distance_limit(demand) + self.pooling.radius.to_metres();
        let least = Metres(judge.distance(offer, demand).0.saturating_sub(2));
        judge.within(least, limit) || self.hubs.has_union(judge.market().cooperative_of(offer))
    }

    /// Whether a hub lies within the distance of a demand, and how far it is.
    pub(super) fn trunk(&self, hub: u32, demand: DemandIx) -> Option<Metres> {
        let ground = &self.judge.columns.ground;
        let there = &ground.spots[self.judge.market().numbers().demand_point[demand.index()] as usize];
        let metres = self.hubs.spots[hub as usize].metres(there);
        self.judge.within(metres, self.judge.distance_limit(demand)).then_some(metres)
    }

    /// Scores of a member, the goods travelling both legs.
    pub(super) fn scores(&self, offer: OfferIx, demand: DemandIx, legs: [Metres; 2]) -> PairScores {
        let judge = self.judge;
        let fit = judge.fit(offer, demand).unwrap_or(0.0);
        let shared = judge.shared(offer, demand).unwrap_or(None);
        let metres = Metres(legs[0].0 + legs[1].0);
        judge.scores(offer, &judge.values_at(offer, demand, fit, shared, metres))
    }

    /// Every pool of a demand.
    pub(super) fn of_demand(&self, demand: DemandIx, scratch: &mut Scratch) -> OfDemand {
        if !self.takes_pools(demand) {
            return OfDemand::default();
        }
        let lot = i128::from(self.judge.market().demand(demand).min_lot.0);
        let mut fit = self.fit(demand);
        fit.retain(|fit| self.may_be_near(fit.offer, demand));
        if !fit.iter().any(|fit| fit.small) {
            return OfDemand::default();
        }
        scratch.add_up(self, &fit);
        let mut hubs: Vec<(u32, Metres)> = scratch
            .touched
            .iter()
            .filter(|&&hub| scratch.kg[hub as usize] >= lot && scratch.small[hub as usize] > 0)
            .filter_map(|&hub| Some((hub, self.trunk(hub, demand)?)))
            .collect();
        scratch.clear();
        hubs.sort_unstable_by_key(|(hub, _)| *hub);
        // Only scores and numbers of members can still stop a hub: where they do not limit, hubs are chosen before
        // their members are scored.
        let early = self.judge.least == Score::default() && self.pooling.max_members.is_none();
        if early {
            let kept = self.thinned(&hubs, &fit, scratch);
            let left_out = hubs.len() - kept.len();
            return OfDemand { pools: self.members(demand, &kept, &fit, scratch), left_out };
        }
        let mut pools = self.members(demand, &hubs, &fit, scratch);
        let market = self.judge.market();
        pools.retain(|(_, _, members)| self.reaches(market, demand, members, lot));
        let hubs: Vec<(u32, Metres)> = pools.iter().map(|(hub, trunk, _)| (*hub, *trunk)).collect();
        let kept = self.thinned(&hubs, &fit, scratch);
        pools.retain(|(hub, ..)| kept.binary_search_by_key(hub, |(kept, _)| *kept).is_ok());
        OfDemand { left_out: hubs.len() - pools.len(), pools }
    }

    /// Why an offer fit to pool for a demand is in none of its pools.
    pub(super) fn beyond_rules(&self, offer: OfferIx, demand: DemandIx) -> PoolStop {
        let lot = i128::from(self.judge.market().demand(demand).min_lot.0);
        let reaching = |hub: u32| self.trunk(hub, demand).is_some();
        if !(0..).zip(&self.hubs.list).any(|(hub, _)| reaching(hub)) {
            return PoolStop::Rule(Rule::Distance);
        }
        let fit = self.fit(demand);
        if !fit.iter().any(|fit| fit.small) {
            return PoolStop::NoLot;
        }
        if fit.iter().map(|fit| i128::from(fit.kg)).sum::<i128>() < lot {
            return PoolStop::Rule(Rule::Lot);
        }
        let mut scratch = Scratch::default();
        scratch.add_up(self, &fit);
        let hubs: Vec<_> = self.hubs.of(self.judge, offer).collect();
        let enough = |hub: u32| scratch.kg[hub as usize] >= lot && scratch.small[hub as usize] > 0;
        let could: Vec<_> = hubs.iter().filter(|near| reaching(near.hub) && enough(near.hub)).collect();
        let scores = |metres: Metres, hub: u32| {
            let trunk = self.trunk(hub, demand).unwrap_or_default();
            self.scores(offer, demand, [metres, trunk]).joint >= self.judge.least
        };
        if !could.is_empty() && !could.iter().any(|near| scores(near.metres, near.hub)) {
            PoolStop::Rule(Rule::Score)
        } else if !could.is_empty() && self.of_demand(demand, &mut Scratch::default()).left_out > 0 {
            PoolStop::LeftOut
        } else {
            PoolStop::PoolRadius
        }
    }

    /// Whether members, as many as may be, come to the lot, one of them being too small for it.
    fn reaches(&self, market: &Market, demand: DemandIx, members: &[Found], lot: i128) -> bool {
        let wanted = market.demand(demand);
        let volume = |member: &Found| market.offer(member.offer).volume;
        let mut kg: Vec<i64> = members.iter().map(|member| volume(member).min(wanted.volume).0).collect();
        kg.sort_unstable_by_key(|kg| std::cmp::Reverse(*kg));
        let most = self.pooling.max_members.map_or(usize::MAX, |most| most as usize);
        let reach: i128 = kg.iter().take(most).map(|kg| i128::from(*kg)).sum();
        reach >= lot && members.iter().any(|member| volume(member) < wanted.min_lot)
    }

    /// The hubs to keep.
    fn thinned(&self, hubs: &[(u32, Metres)], fit: &[Fit], scratch: &mut Scratch) -> Vec<(u32, Metres)> {
        if hubs.len() <= MOST_HUBS {
            return hubs.to_vec();
        }
        let radius = (self.pooling.radius.to_metres() / crate::linkage::distance::RADIUS).max(1e-6);
        #[expect(clippy::cast_possible_truncation, reason = "at most a million cells along an axis")]
        let cell = |hub: u32| self.hubs.spots[hub as usize].vector.map(|x| (x / radius).floor() as i64);
        let mut choices: Vec<Choice> = hubs
            .iter()
            .map(|&(hub, trunk)| Choice { hub, trunk, cell: cell(hub), small: Vec::new() })
            .collect();
        scratch.place(self, hubs);
        for (position, fit) in (0..).zip(fit).filter(|(_, fit)| fit.small) {
            for near in self.hubs.of(self.judge, fit.offer) {
                let place = scratch.place[near.hub as usize];
                if place != NOWHERE {
                    choices[place as usize].small.push((position, fit.kg));
                }
            }
        }
        scratch.forget(hubs);
        let kept = keep(&choices, MOST_HUBS, fit.len());
        hubs.iter().copied().filter(|(hub, _)| kept.binary_search(hub).is_ok()).collect()
    }

    /// Members of some hubs of a demand, scored; those below the least score left out.
    fn members(
        &self,
        demand: DemandIx,
        hubs: &[(u32, Metres)],
        fit: &[Fit],
        scratch: &mut Scratch,
    ) -> Vec<(u32, Metres, Vec<Found>)> {
        let mut pools: Vec<(u32, Metres, Vec<Found>)> =
            hubs.iter().map(|&(hub, trunk)| (hub, trunk, Vec::new())).collect();
        scratch.place(self, hubs);
        for fit in fit {
            for near in self.hubs.of(self.judge, fit.offer) {
                let place = scratch.place[near.hub as usize];
                if place == NOWHERE {
                    continue;
                }
                let (_, trunk, members) = &mut pools[place as usize];
                let scores = self.scores(fit.offer, demand, [near.metres, *trunk]);
                if scores.joint >= self.judge.least {
                    members.push(Found { offer: fit.offer, collection: near.metres, scores });
                }
            }
        }
        scratch.forget(hubs);
        pools
    }
}

impl Scratch {
    fn size(&mut self, hubs: usize) {
        if self.kg.len() < hubs {
            self.kg.resize(hubs, 0);
            self.small.resize(hubs, 0);
            self.place.resize(hubs, NOWHERE);
        }
    }

    /// Adds the fit offers of a demand up by hub.
    fn add_up(&mut self, finder: &Finder, fit: &[Fit]) {
        self.size(finder.hubs.list.len());
        for fit in fit {
            for near in finder.hubs.of(finder.judge, fit.offer) {
                let hub = near.hub as usize;
                if self.kg[hub] == 0 {
                    self.touched.push(near.hub);
                }
                self.kg[hub] += i128::from(fit.kg);
                self.small[hub] += u32::from(fit.small);
            }
        }
    }

    fn clear(&mut self) {
        for hub in self.touched.drain(..) {
            self.kg[hub as usize] = 0;
            self.small[hub as usize] = 0;
        }
    }

    fn place(&mut self, finder: &Finder, hubs: &[(u32, Metres)]) {
        self.size(finder.hubs.list.len());
        (0..).zip(hubs).for_each(|(place, (hub, _))| self.place[*hub as usize] = place);
    }

    fn forget(&mut self, hubs: &[(u32, Metres)]) {
        for (hub, _) in hubs {
            self.place[*hub as usize] = NOWHERE;
        }
    }
}
