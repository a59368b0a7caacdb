//! The bound that prices prove under lots, numbers of partners, all-or-nothing demands and certified volumes.
//!
//! # Why
//! Let every offer, cooperative, enterprise and capped certificate have a price λ ≥ 0 per kg. Whatever a feasible plan
//! sells, it is worth no more than Σ λ × what is free, plus what each demand gains beyond these prices; and that
//! is at most the best it could choose for itself, alone in the market, within its own lots, its number of suppliers
//! and its all-or-nothing (Lagrangian relaxation: Geoffrion, *Lagrangean relaxation for integer programming*, Math.
//! Prog. Study 2, 1974). Any prices prove a bound; good ones a good one. In exact integers, in parallel over demands.

use rayon::prelude::*;

use super::Check;
use super::knapsack::{Item, Room, at_most};
use crate::id::{DemandIx, OfferIx};
use crate::plan::{Bounds, LimitPrices};
use crate::policy::{Objective, share_of};

/// Demands looked at by one task.
const RUN: usize = 64;

/// Contracts by (offer, demand), and what they leave free.
struct Signed {
    contracts: Vec<(OfferIx, DemandIx, i64)>,
    offers: Vec<i64>,
    demands: Vec<i64>,
    cooperatives: Vec<i64>,
    enterprises: Vec<i64>,
    suppliers: Vec<u64>,
}

impl Check<'_> {
    /// A price for each, none negative, none where nothing is limited.
    pub(super) fn limit_shape(&mut self, prices: &LimitPrices) -> bool {
        let (market, certified) = (self.linkage.market(), self.linkage.certified());
        let lists = [
            ("offers", &prices.offers, market.offers().len()),
            ("cooperatives", &prices.cooperatives, market.cooperatives().len()),
            ("enterprises", &prices.enterprises, market.enterprises().len()),
            ("certificates", &prices.certificates, certified.len()),
        ];
        let before = self.issues.len();
        for (list, prices, wanted) in lists {
            let pointer = || format!("/certificate/limits/{list}");
            if prices.len() != wanted {
                let message = format!("there are {} prices for {wanted} {list}", prices.len());
                self.refute("prices", pointer(), message);
            }
            if let Some(price) = prices.iter().find(|price| **price < 0) {
                self.refute("prices", pointer(), format!("the price {price} is negative"));
            }
        }
        if self.issues.len() > before {
            return false;
        }
        let cooperatives = market.cooperatives().iter().zip(&prices.cooperatives);
        let cooperatives = cooperatives.map(|(c, price)| ("cooperatives", &c.id, c.capacity, *price));
        let enterprises = market.enterprises().iter().zip(&prices.enterprises);
        let enterprises = enterprises.map(|(e, price)| ("enterprises", &e.id, e.capacity, *price));
        for (list, id, capacity, price) in cooperatives.chain(enterprises) {
            if capacity.is_none() && price != 0 {
                let message = format!("`{id}` has a price of {price} but no limit");
                self.refute("prices", format!("/certificate/limits/{list}"), message);
            }
        }
        self.issues.len() == before
    }

    /// The bounds with the smaller of two proven bounds.
    ///
    /// For `volume` a bound B of W · kg + score proves ⌊B / W⌋ kg, and for plans that reach them what is left of B as
    /// their score.
    pub(super) fn tightened(&mut self, bounds: Bounds, prices: &LimitPrices, kg_weight: i64) -> Bounds {
        let Some(bound) = self.limit_bound(prices, kg_weight.unsigned_abs()) else {
            return self.too_large();
        };
        if self.linkage.policy().objective != Objective::Volume {
            return Bounds::new(bounds.objective, bounds.bound.min(bound), None);
        }
        let weight = i128::from(kg_weight.max(1));
        let (kg, rest) = (bound.div_euclid(weight), bound.rem_euclid(weight));
        let (score, score_bound) = bounds.score.unwrap_or_default();
        let (kg_bound, score_bound) = (bounds.bound, score_bound).min((kg, rest));
        Bounds::new(bounds.objective, kg_bound, Some((score, score_bound)))
    }

    /// What no plan within the limits can be worth more than; `None` where the prices are too large to be added up.
    pub(super) fn limit_bound(&self, prices: &LimitPrices, kg_weight: u64) -> Option<i128> {
        let (market, linkage) = (self.linkage.market(), self.linkage);
        let signed = self.signed();
        let certified = linkage.certified();
        let lists = [
            (&prices.offers, signed.offers.clone()),
            (&prices.cooperatives, signed.cooperatives.clone()),
            (&prices.enterprises, signed.enterprises.clone()),
            (&prices.certificates, certified.iter().map(|volume| volume.free).collect()),
        ];
        let mut bound = 0_i128;
        for (prices, free) in lists {
            for (&price, free) in prices.iter().zip(free).filter(|(price, _)| **price != 0) {
                bound = bound.checked_add(i128::from(price) * i128::from(free))?;
            }
        }
        // Per candidate what its offer, parties and certificates ask.
        let mut asked = vec![0_i64; linkage.len()];
        for (volume, &price) in certified.iter().zip(&prices.certificates).filter(|(_, price)| **price != 0) {
            for &position in &volume.edges {
                asked[position] = asked[position].checked_add(price)?;
            }
        }
        for o in 0..market.offers().len() {
            let offer = OfferIx::at(o);
            let own =
                prices.offers[o].checked_add(prices.cooperatives[market.cooperative_of(offer).index()])?;
            for position in linkage.row(offer) {
                let demand = DemandIx(linkage.demands()[position]);
                let buyer = prices.enterprises[market.enterprise_of(demand).index()];
                asked[position] = asked[position].checked_add(own)?.checked_add(buyer)?;
            }
        }
        let of_demand = self.by_demand();
        let demands: Vec<usize> = (0..market.demands().len()).collect();
        let sums: Vec<Option<i128>> = demands
            .par_chunks(RUN)
            .map(|run| {
                run.iter().try_fold(0_i128, |sum, &d| {
                    let candidates = of_demand.get(d);
                    sum.checked_add(self.demand_at_most(
                        DemandIx::at(d),
                        candidates,
                        &asked,
                        &signed,
                        kg_weight,
                    )?)
                })
            })
            .collect();
        sums.into_iter().try_fold(bound, |bound, sum| bound.checked_add(sum?))
    }

    /// What a demand gains beyond the prices at most.
    fn demand_at_most(
        &self,
        demand: DemandIx,
        candidates: &[(OfferIx, usize)],
        asked: &[i64],
        signed: &Signed,
        kg_weight: u64,
    ) -> Option<i128> {
        let market = self.linkage.market();
        let wanted = market.demand(demand);
        let room = Room {
            kg: signed.demands[demand.index()],
            partners: wanted.max_suppliers.map(|most| most.saturating_sub(signed.suppliers[demand.index()])),
            whole: wanted.all_or_nothing,
        };
        let mut items = Vec::with_capacity(candidates.len());
        for &(offer, position) in candidates {
            let Some(worth) = self.worth(offer, position, kg_weight) else { continue };
            let at = signed.contracts.binary_search_by_key(&(offer, demand), |c| (c.0, c.1));
            let contract = at.map_or(0, |at| signed.contracts[at].2);
            let offered = market.offer(offer);
            let least = offered.min_lot.0.max(wanted.min_lot.0) - contract;
            let capacity = market.cooperative(market.cooperative_of(offer)).capacity;
            let cooperative =
                capacity.map_or(i64::MAX, |_| signed.cooperatives[market.cooperative_of(offer).index()]);
            items.push(Item {
                gain: i64::try_from(worth).ok()?.checked_sub(asked[position])?,
                least: least.max(1),
                most: signed.offers[offer.index()]
                    .min(cooperative)
                    .min(self.pair_at_most(offer, demand) - contract),
                partner: contract == 0,
            });
        }
        Some(at_most(items, room))
    }

    /// Kilograms on a pair at most, contract included.
    pub(super) fn pair_at_most(&self, offer: OfferIx, demand: DemandIx) -> i64 {
        let market = self.linkage.market();
        let (offer, demand) = (market.offer(offer), market.demand(demand));
        let share = self.linkage.policy().max_share_per_supplier;
        offer.volume.0.min(share.map_or(demand.volume.0, |share| share_of(share, demand.volume.0)))
    }

    fn signed(&self) -> Signed {
        let market = self.linkage.market();
        let capacity = |limit: Option<crate::units::Kg>| limit.map_or(0, |limit| limit.0);
        let mut signed = Signed {
            contracts: market.signed().iter().map(|c| (c.offer, c.demand, c.volume.0)).collect(),
            offers: market.offers().iter().map(|x| x.volume.0).collect(),
            demands: market.demands().iter().map(|x| x.volume.0).collect(),
            cooperatives: market.cooperatives().iter().map(|x| capacity(x.capacity)).collect(),
            enterprises: market.enterprises().iter().map(|x| capacity(x.capacity)).collect(),
            suppliers: vec![0; market.demands().len()],
        };
        for &(offer, demand, kg) in &signed.contracts {
            signed.offers[offer.index()] -= kg;
            signed.demands[demand.index()] -= kg;
            signed.suppliers[demand.index()] += 1;
            // Where there is no limit the price is 0, whatever is left here.
            signed.cooperatives[market.cooperative_of(offer).index()] -= kg;
            signed.enterprises[market.enterprise_of(demand).index()] -= kg;
        }
        signed
    }

    /// The candidates of every demand: its offers, with their positions.
    fn by_demand(&self) -> ByDemand {
        let (market, linkage) = (self.linkage.market(), self.linkage);
        let mut start = vec![0; market.demands().len() + 1];
        for &demand in linkage.demands() {
            start[demand as usize + 1] += 1;
        }
        for d in 1..start.len() {
            start[d] += start[d - 1];
        }
        let mut next = start.clone();
        let mut pairs = vec![(OfferIx::at(0), 0); linkage.len()];
        for o in 0..market.offers().len() {
            for position in linkage.row(OfferIx::at(o)) {
                let place = &mut next[linkage.demands()[position] as usize];
                pairs[*place] = (OfferIx::at(o), position);
                *place += 1;
            }
        }
        ByDemand { start, pairs }
    }
}

struct ByDemand {
    start: Vec<usize>,
    pairs: Vec<(OfferIx, usize)>,
}

impl ByDemand {
    fn get(&self, demand: usize) -> &[(OfferIx, usize)] {
        &self.pairs[self.start[demand]..self.start[demand + 1]]
    }
}
