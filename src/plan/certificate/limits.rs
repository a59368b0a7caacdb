//! The bound that prices prove under lots, numbers of partners, all-or-nothing demands and certified volumes.
//!
//! # Why
//! Let every offer, cooperative, enterprise and capped certificate have a price λ ≥ 0 per kg. Whatever a feasible plan
//! sells, it is worth no more than Σ λ × what is free, plus what each demand gains beyond these prices; and that
//! is at most the best it could choose for itself, alone in the market, within its own lots, its number of suppliers
//! and its all-or-nothing (Lagrangian relaxation: Geoffrion, *Lagrangean relaxation for integer programming*, Math.
//! Prog. Study 2, 1974). Any prices prove a bound; good ones a good one. In exact integers, in parallel over demands.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::knapsack::{Item, Room, at_most};
use super::signed::{Signed, limited};
use super::{Check, tree};
use crate::id::{DemandIx, OfferIx};
use crate::linkage::Linkage;
use crate::plan::{Bounds, LimitPrices, LimitProof};
use crate::policy::{Objective, share_of};

/// Demands looked at by one task.
const RUN: usize = 64;

impl Check<'_> {
    /// A price for each, none negative, none where nothing is limited.
    pub(super) fn limit_shape(&mut self, proof: &LimitProof) -> bool {
        let prices = &proof.prices;
        let (market, certified) = (self.linkage.market(), self.linkage.certified());
        let lists = [
            ("offers", &prices.offers[..], market.offers().len()),
            ("cooperatives", &prices.cooperatives, market.cooperatives().len()),
            ("enterprises", &prices.enterprises, market.enterprises().len()),
            ("certificates", &prices.certificates, certified.len()),
        ];
        let at = "/certificate/limits";
        if !self.price_lists(at, &lists) {
            return false;
        }
        let before = self.issues.len();
        self.unlimited(at, &prices.cooperatives, &prices.enterprises);
        let mut met = vec![false; market.demands().len()];
        for (i, tree) in proof.trees.iter().enumerate() {
            let pointer = format!("/certificate/limits/trees/{i}");
            if let Err(message) = tree::shape(self.linkage, tree, &mut met) {
                self.refute("tree", pointer, message);
            }
        }
        self.issues.len() == before
    }

    /// The bounds with the smaller of two proven bounds.
    ///
    /// For `volume` a bound B of W · kg + score proves ⌊B / W⌋ kg, and for plans that reach them what is left of B as
    /// their score.
    pub(super) fn tightened(&mut self, bounds: Bounds, proof: &LimitProof, kg_weight: i64) -> Bounds {
        let Some(bound) = self.limit_bound(proof, kg_weight.unsigned_abs()) else {
            return self.too_large();
        };
        self.smaller(bounds, bound, kg_weight)
    }

    /// The smaller of the bounds and another, which counts a kilogram as the weight under `volume`.
    pub(super) fn smaller(&self, bounds: Bounds, bound: i128, kg_weight: i64) -> Bounds {
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
    fn limit_bound(&mut self, proof: &LimitProof, kg_weight: u64) -> Option<i128> {
        let situation = Situation::of(self, kg_weight);
        let resources = |prices: &LimitPrices| {
            let lists = [&prices.offers, &prices.cooperatives, &prices.enterprises, &prices.certificates];
            lists.map(Clone::clone)
        };
        let asked = Asked::of(&situation, resources(&proof.prices))?;
        let mut bound = asked.rent;
        let mut in_tree = vec![false; self.linkage.market().demands().len()];
        for tree in &proof.trees {
            for demand in &tree.demands {
                in_tree[demand.index()] = true;
            }
        }
        let demands: Vec<usize> = (0..in_tree.len()).filter(|&d| !in_tree[d]).collect();
        let free = Decisions::default();
        let sums: Vec<Option<i128>> = demands
            .par_chunks(RUN)
            .map(|run| {
                run.iter().try_fold(0_i128, |sum, &d| {
                    sum.checked_add(situation.demand_at_most(DemandIx::at(d), &asked, &free)??)
                })
            })
            .collect();
        for sum in sums {
            bound = bound.checked_add(sum?)?;
        }
        for tree in &proof.trees {
            bound = bound.checked_add(tree::bound(&situation, tree)?)?;
        }
        Some(bound)
    }

    /// The offer and the demand of a candidate.
    pub(super) fn pair_at(&self, position: usize) -> (OfferIx, DemandIx) {
        let offers = self.linkage.market().offers().len();
        let mut below = 0..offers;
        // The last offer whose row starts at or before the position and is not empty there.
        while below.len() > 1 {
            let middle = usize::midpoint(below.start, below.end);
            if self.linkage.row(OfferIx::at(middle)).start <= position {
                below.start = middle;
            } else {
                below.end = middle;
            }
        }
        (OfferIx::at(below.start), DemandIx(self.linkage.demands()[position]))
    }

    /// Kilograms on a pair at most, contract included.
    pub(super) fn pair_at_most(&self, offer: OfferIx, demand: DemandIx) -> i64 {
        let market = self.linkage.market();
        let (offer, demand) = (market.offer(offer), market.demand(demand));
        let share = self.linkage.policy().max_share_per_supplier;
        offer.volume.0.min(share.map_or(demand.volume.0, |share| share_of(share, demand.volume.0)))
    }
}

/// What every bound under limits is computed from.
pub(super) struct Situation<'a> {
    pub(super) check: &'a Check<'a>,
    pub(super) signed: Signed,
    of_demand: ByDemand,
    kg_weight: u64,
    /// Capped certificates that each candidate relies on, by position among the linkage's, where there are any.
    relied: Vec<(usize, usize)>,
}

/// What a kilogram of every candidate is asked for, and what all that is free costs.
pub(super) struct Asked {
    prices: [Vec<i64>; 4],
    pub(super) rent: i128,
}

/// What is settled of pairs and demands on the way to a leaf; nothing, outside of trees.
#[derive(Clone, Debug, Default)]
pub(super) struct Decisions {
    /// Candidates by position, sorted: whether they carry something new.
    pub(super) pairs: BTreeMap<usize, bool>,
    /// Demands: whether they are filled.
    pub(super) demands: BTreeMap<DemandIx, bool>,
    /// Offers that open no further pairs.
    pub(super) full: BTreeSet<OfferIx>,
    /// Kilograms that decided pairs take at least, by offer, cooperative, enterprise and certificate.
    pub(super) taken: [BTreeMap<usize, i64>; 4],
}

impl Asked {
    /// Prices of offers, cooperatives, enterprises and certificates; `None` where they are too large to be added up.
    pub(super) fn of(situation: &Situation, prices: [Vec<i64>; 4]) -> Option<Self> {
        let signed = &situation.signed;
        let certificates = situation.check.linkage.certified().iter().map(|volume| volume.free).collect();
        let parties = [&signed.cooperatives, &signed.enterprises].map(|free| limited(free));
        let free = [&signed.offers, &parties[0], &parties[1], &certificates];
        let mut rent = 0_i128;
        for (prices, free) in prices.iter().zip(free) {
            for (&price, &free) in prices.iter().zip(free).filter(|(price, _)| **price != 0) {
                rent = rent.checked_add(i128::from(price) * i128::from(free))?;
            }
        }
        Some(Self { prices, rent })
    }
}

impl<'a> Situation<'a> {
    fn of(check: &'a Check<'a>, kg_weight: u64) -> Self {
        let certified = check.linkage.certified().iter().enumerate();
        let mut relied: Vec<(usize, usize)> =
            certified.flat_map(|(at, volume)| volume.edges.iter().map(move |&edge| (edge, at))).collect();
        relied.sort_unstable();
        Self {
            check,
            signed: Signed::of(check.linkage.market()),
            of_demand: ByDemand::of(check.linkage),
            kg_weight,
            relied,
        }
    }

    /// The limited certificates that a candidate relies on, by position among the linkage's.
    fn relied_on(&self, position: usize) -> impl Iterator<Item = usize> + '_ {
        let own = self.relied.partition_point(|&(at, _)| at < position);
        self.relied[own..].iter().take_while(move |(at, _)| *at == position).map(|&(_, at)| at)
    }

    /// What a kilogram of a candidate is asked for.
    fn asked(&self, offer: OfferIx, demand: DemandIx, position: usize, asked: &Asked) -> Option<i64> {
        let market = self.check.linkage.market();
        let [offers, cooperatives, enterprises, certificates] = &asked.prices;
        let parties = cooperatives[market.cooperative_of(offer).index()]
            .checked_add(enterprises[market.enterprise_of(demand).index()])?;
        self.relied_on(position)
            .map(|at| certificates[at])
            .try_fold(offers[offer.index()].checked_add(parties)?, i64::checked_add)
    }

    /// What a demand gains beyond the prices at most, under decisions; `Some(None)` where they leave it no choice,
    /// `None` where the prices are too large.
    #[expect(clippy::option_option, reason = "no choice and no number are different answers")]
    pub(super) fn demand_at_most(
        &self,
        demand: DemandIx,
        asked: &Asked,
        decisions: &Decisions,
    ) -> Option<Option<i128>> {
        let market = self.check.linkage.market();
        let wanted = market.demand(demand);
        let decided = decisions.demands.get(&demand).copied();
        let most =
            wanted.max_suppliers.map(|most| most.saturating_sub(self.signed.suppliers[demand.index()]));
        let mut room = Room {
            kg: self.signed.demands[demand.index()],
            partners: most,
            whole: wanted.all_or_nothing,
            must: decided == Some(true),
        };
        let mut paid = 0_i128;
        let candidates = self.of_demand.get(demand.index());
        let mut items = Vec::with_capacity(candidates.len());
        for &(offer, position) in candidates {
            let Some(worth) = self.check.worth(offer, position, self.kg_weight) else { continue };
            let settled = decisions.pairs.get(&position).copied();
            let contract = self.signed.contract(offer, demand);
            // Who has a contract is no new buyer.
            let one_too_many = settled.is_none() && contract == 0 && decisions.full.contains(&offer);
            if settled == Some(false) || one_too_many {
                continue;
            }
            let least = self.least(offer, demand);
            let left = self.left(offer, demand, position, decisions);
            let own = self.check.pair_at_most(offer, demand) - contract;
            let gain = i64::try_from(worth).ok()?.checked_sub(self.asked(offer, demand, position, asked)?)?;
            let mut item = Item { gain, least, most: own.min(left), partner: contract == 0 };
            if settled == Some(true) {
                // Its least is taken in advance, and so no longer among what is left; the rest comes as it may.
                if least > own.min(room.kg) || item.partner && room.partners == Some(0) {
                    return Some(None);
                }
                paid = paid.checked_add(i128::from(gain) * i128::from(least))?;
                room.kg -= least;
                room.partners = room.partners.map(|left| left - u64::from(item.partner));
                room.must |= room.whole;
                item = Item { gain, least: 1, most: left.min(own - least), partner: false };
            }
            items.push(item);
        }
        if decided == Some(false) {
            // Nothing new: nothing may have been taken in advance either.
            return Some((paid == 0 && room.kg == self.signed.demands[demand.index()]).then_some(0));
        }
        match at_most(items, room) {
            Some(found) => Some(Some(paid.checked_add(found)?)),
            None => Some(None),
        }
    }

    /// Kilograms that a pair carries anew, if any.
    fn least(&self, offer: OfferIx, demand: DemandIx) -> i64 {
        let market = self.check.linkage.market();
        let lot = market.offer(offer).min_lot.0.max(market.demand(demand).min_lot.0);
        (lot - self.signed.contract(offer, demand)).max(1)
    }

    /// What a candidate uses up: the place of each by kind, as in [`Decisions::taken`], with what of it is free.
    fn used(
        &self,
        offer: OfferIx,
        demand: DemandIx,
        position: usize,
    ) -> impl Iterator<Item = (usize, usize, i64)> + '_ {
        let market = self.check.linkage.market();
        let (c, e) = (market.cooperative_of(offer).index(), market.enterprise_of(demand).index());
        let parties = [
            Some((0, offer.index(), self.signed.offers[offer.index()])),
            self.signed.cooperatives[c].map(|free| (1, c, free)),
            self.signed.enterprises[e].map(|free| (2, e, free)),
        ];
        let certified = self.relied_on(position).map(|at| (3, at, self.check.linkage.certified()[at].free));
        parties.into_iter().flatten().chain(certified)
    }

    /// What decisions leave for a candidate.
    fn left(&self, offer: OfferIx, demand: DemandIx, position: usize, decisions: &Decisions) -> i64 {
        let used = self.used(offer, demand, position);
        let left =
            used.map(|(kind, at, free)| free - decisions.taken[kind].get(&at).copied().unwrap_or_default());
        left.min().unwrap_or(i64::MAX)
    }

    /// Works out what decided pairs take at least; whether it is there.
    pub(super) fn take(&self, decisions: &mut Decisions) -> bool {
        for (&position, _) in decisions.pairs.iter().filter(|(_, with)| **with) {
            let (offer, demand) = self.check.pair_at(position);
            let least = self.least(offer, demand);
            for (kind, at, free) in self.used(offer, demand, position) {
                let taken = decisions.taken[kind].entry(at).or_default();
                *taken = taken.saturating_add(least);
                if *taken > free {
                    return false;
                }
            }
        }
        true
    }

    /// The decisions' offers that have as many buyers as they may, contracts counted; `None` where one has more.
    pub(super) fn full(&self, pairs: &BTreeMap<usize, bool>) -> Option<BTreeSet<OfferIx>> {
        let market = self.check.linkage.market();
        let mut buyers: BTreeMap<OfferIx, u64> = BTreeMap::new();
        for (&position, _) in pairs.iter().filter(|(_, with)| **with) {
            let (offer, demand) = self.check.pair_at(position);
            *buyers.entry(offer).or_default() += u64::from(self.signed.contract(offer, demand) == 0);
        }
        let mut full = BTreeSet::new();
        for (offer, count) in buyers {
            let Some(most) = market.offer(offer).max_buyers else { continue };
            let signed = self.signed.buyers(offer);
            match (count + signed).cmp(&most) {
                std::cmp::Ordering::Greater if count > 0 => return None,
                std::cmp::Ordering::Less => {}
                _ => {
                    full.insert(offer);
                }
            }
        }
        Some(full)
    }
}

/// The candidates of every demand: its offers, with their positions.
struct ByDemand {
    start: Vec<usize>,
    pairs: Vec<(OfferIx, usize)>,
}

impl ByDemand {
    fn of(linkage: &Linkage) -> Self {
        let market = linkage.market();
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
        Self { start, pairs }
    }

    fn get(&self, demand: usize) -> &[(OfferIx, usize)] {
        &self.pairs[self.start[demand]..self.start[demand + 1]]
    }
}
