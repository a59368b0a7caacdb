//! Why something is left: one primary reason and a funnel for every offer and demand not used up.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde::Serialize;

use crate::id::{DemandIx, OfferIx};
use crate::linkage::{Linkage, Rule, Stopped, relied_on};
use crate::plan::ledger::{Ledger, Pair, worth};
use crate::plan::network::gain;
use crate::plan::{Allocation, PooledVolume, PooledVolumes, Prices};
use crate::units::{Kg, Metres, Score};

/// Why an offer or a demand has something left, or why a candidate pair does not trade more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// A rule stopped every pair; this one stopped the pair that came farthest.
    Rule(Rule),
    /// The other side of the market is empty.
    NoCounterpart,
    /// Others are worth more there.
    OutCompeted,
    /// Its own party's capacity, or all the other wants, is used up.
    Capacity,
    /// What is free is less than a minimum lot.
    Lot,
    /// The other (or it) has as many partners as it may.
    PartnerLimit,
    /// The demand wants all or nothing and was not filled.
    AllOrNothing,
    /// The certificate it would rely on is sold out.
    CertifiedVolume,
    /// Equal merit; the published tie rule decided.
    Tie,
    /// The mechanism left it aside though there was room.
    Policy,
}

impl Reason {
    /// The code in documents.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Rule(rule) => rule.code(),
            Self::NoCounterpart => "no_counterpart",
            Self::OutCompeted => "out_competed",
            Self::Capacity => "capacity",
            Self::Lot => "lot",
            Self::PartnerLimit => "partner_limit",
            Self::AllOrNothing => "all_or_nothing",
            Self::CertifiedVolume => "certified_volume",
            Self::Tie => "tie",
            Self::Policy => "policy",
        }
    }
}

impl Serialize for Reason {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

/// How the pairs of an offer or a demand ended: pairs by code, zeros left out.
///
/// Codes are those of [`Rule`] and [`Reason`], and `matched` for pairs that trade. They add up to the length of
/// the other list.
pub type Funnel = BTreeMap<&'static str, u32>;

/// An offer or a demand with something left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmatched<Ix> {
    /// Which.
    pub at: Ix,
    /// What is left of its volume.
    pub left: Kg,
    /// The primary reason.
    pub reason: Reason,
    /// How its pairs ended.
    pub funnel: Funnel,
}

/// The side from which a pair is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    Offer,
    Demand,
}

/// A plan's state that reasons are read from.
pub(super) struct Situation<'a> {
    pub(super) linkage: &'a Linkage,
    pub(super) prices: &'a Prices,
    pub(super) allocations: &'a [Allocation],
    pub(super) pooled: Option<&'a PooledVolumes>,
    /// Whether the prices prove the plan optimal.
    pub(super) exact: bool,
    /// Whether no pair blocks: then who is full would rather keep whom it has.
    pub(super) stable: bool,
    pub(super) ledger: &'a Ledger,
}

impl<'a> Situation<'a> {
    /// The allocation of a pair, if it trades.
    pub(super) fn allocation(&self, offer: OfferIx, demand: DemandIx) -> Option<&'a Allocation> {
        let own = &self.allocations[self.ledger.of_offer(offer)];
        own.binary_search_by_key(&demand, |a| a.demand).ok().map(|at| &own[at])
    }

    /// The allocations of an offer.
    pub(super) fn sold(&self, offer: OfferIx) -> impl Iterator<Item = &'a Allocation> + use<'a> {
        self.allocations[self.ledger.of_offer(offer)].iter()
    }

    /// The allocations of a demand.
    pub(super) fn bought(&self, demand: DemandIx) -> impl Iterator<Item = &'a Allocation> + use<'a> {
        let allocations = self.allocations;
        self.ledger.of_demand(demand).iter().map(|&i| &allocations[i])
    }

    /// How the goods of a pair travel through a pool; `None` where they do not.
    pub(super) fn via(&self, offer: OfferIx, demand: DemandIx) -> Option<&'a PooledVolume> {
        self.pooled.and_then(|volumes| volumes.via(offer, demand))
    }

    /// The joint score of an allocation, as its goods travel.
    pub(super) fn score(&self, a: &Allocation) -> Option<Score> {
        let pooled = self.pooled.and_then(|volumes| volumes.scores(volumes.via(a.offer, a.demand)?));
        pooled.map_or_else(|| self.linkage.score(a.offer, a.demand), |scores| Some(scores.score))
    }

    /// How far the goods of a pair travel.
    pub(super) fn distance(&self, offer: OfferIx, demand: DemandIx) -> Metres {
        let direct = || self.linkage.distance(offer, demand);
        self.via(offer, demand).map_or_else(direct, PooledVolume::distance)
    }

    /// Suppliers that a demand has, a pool being one.
    pub(super) fn suppliers(&self, demand: DemandIx) -> usize {
        if self.pooled.is_none() {
            return self.ledger.of_demand(demand).len();
        }
        let mut hubs = BTreeSet::new();
        let new = |a: &&Allocation| self.via(a.offer, a.demand).is_none_or(|share| hubs.insert(share.hub));
        self.bought(demand).filter(new).count()
    }

    /// What a kilogram of the pair is worth to the objective; `None` where it has no use for it.
    pub(super) fn worth(&self, pair: &Pair) -> Option<i64> {
        if let Some(volumes) = self.pooled
            && let Some(share) = volumes.via(pair.offer, pair.demand)
        {
            return Some(volumes.worth(share));
        }
        worth(self.linkage, self.prices.kg_weight, pair)
    }

    /// How far the pair's worth falls short of its prices, in the objective's unit per kg.
    pub(super) fn shortfall(&self, pair: &Pair) -> i128 {
        let market = self.linkage.market();
        let (c, e) = (market.cooperative_of(pair.offer), market.enterprise_of(pair.demand));
        let worth = self.worth(pair).or_else(|| gain(self.linkage, pair.offer, pair.demand)).unwrap_or(0);
        self.prices.of(c, pair.offer, pair.demand, e) - i128::from(worth)
    }

    /// The first rule that stops a pair, or why a candidate does not trade more.
    pub(super) fn reason_of(&self, offer: OfferIx, demand: DemandIx) -> Reason {
        let judge = self.linkage.judge();
        if let Some(score) = self.linkage.score(offer, demand) {
            let pair = Pair { offer, demand, score };
            return self.cause(&pair, self.view(&pair));
        }
        let stops = Rule::ALL.into_iter().find(|rule| !judge.passes(*rule, offer, demand));
        stops.map_or(Reason::Policy, Reason::Rule)
    }

    /// A pair is seen from its offer, unless the offer itself has nothing left: then from the demand.
    pub(super) fn view(&self, pair: &Pair) -> View {
        let offer_full = self.ledger.free.offers[pair.offer.index()] == 0;
        let demand_full = self.ledger.free.demands[pair.demand.index()] == 0;
        if offer_full && !demand_full { View::Demand } else { View::Offer }
    }

    /// Why the pair does not trade more, seen from one side.
    pub(super) fn cause(&self, pair: &Pair, view: View) -> Reason {
        let market = self.linkage.market();
        if market.is_settled(pair.offer, pair.demand) {
            return Reason::Capacity;
        }
        if self.worth(pair).is_none() {
            return Reason::Rule(Rule::Price);
        }
        let (o, d) = (pair.offer.index(), pair.demand.index());
        let cooperative_full =
            self.ledger.free.cooperatives[market.cooperative_of(pair.offer).index()] == Some(0);
        let enterprise_full =
            self.ledger.free.enterprises[market.enterprise_of(pair.demand).index()] == Some(0);
        let (offer_full, demand_full) = (self.ledger.free.offers[o] == 0, self.ledger.free.demands[d] == 0);
        // One that has nothing left is itself what stands in the way of others: look from the side that has.
        let view = match (offer_full, demand_full) {
            (true, false) => View::Demand,
            (false, true) => View::Offer,
            _ => view,
        };
        let (own_party_full, other_full, other_party_full) = match view {
            View::Offer => (cooperative_full, demand_full, enterprise_full),
            View::Demand => (enterprise_full, offer_full, cooperative_full),
        };
        if own_party_full {
            return Reason::Capacity;
        }
        if other_full {
            let lowest = match view {
                View::Offer => self.ledger.lowest_supplier(pair),
                View::Demand => self.ledger.lowest_buyer(pair),
            };
            return match lowest {
                None => Reason::Capacity,
                Some(lowest) if self.level(pair, lowest) => Reason::Tie,
                // No price proves that the others are worth more, and they are not.
                Some(lowest) if !self.exact && !self.stable && self.worth(pair) > Some(lowest) => {
                    self.limit(pair).unwrap_or(Reason::Policy)
                }
                Some(_) => Reason::OutCompeted,
            };
        }
        if other_party_full {
            return Reason::Capacity;
        }
        self.limit(pair).unwrap_or(Reason::Policy)
    }

    /// Whether the pair is worth exactly as much as those who won.
    fn level(&self, pair: &Pair, lowest: i64) -> bool {
        if self.exact { self.shortfall(pair) == 0 } else { self.worth(pair) == Some(lowest) }
    }

    /// Which limit keeps a pair from trading more though both sides have room.
    fn limit(&self, pair: &Pair) -> Option<Reason> {
        let market = self.linkage.market();
        let (offer, demand) = (market.offer(pair.offer), market.demand(pair.demand));
        let traded = self.allocation(pair.offer, pair.demand).map_or(0, |a| a.volume.0);
        if traded == 0 {
            let full = |count: usize, limit: Option<u64>| limit.is_some_and(|limit| count as u64 >= limit);
            if full(self.ledger.of_offer(pair.offer).len(), offer.max_buyers)
                || full(self.suppliers(pair.demand), demand.max_suppliers)
            {
                return Some(Reason::PartnerLimit);
            }
        }
        let lot =
            if self.via(pair.offer, pair.demand).is_some() { 1 } else { offer.min_lot.max(demand.min_lot).0 };
        let needed = (lot - traded).max(1);
        if self.certified_room(pair) < needed {
            return Some(Reason::CertifiedVolume);
        }
        if self.room(pair) > 0 && self.room(pair) < needed {
            return Some(Reason::Lot);
        }
        demand.all_or_nothing.then_some(Reason::AllOrNothing)
    }

    /// Kilograms that both sides and both parties still have free.
    pub(super) fn room(&self, pair: &Pair) -> i64 {
        let market = self.linkage.market();
        let parties = [
            self.ledger.free.cooperatives[market.cooperative_of(pair.offer).index()],
            self.ledger.free.enterprises[market.enterprise_of(pair.demand).index()],
        ];
        let own =
            [self.ledger.free.offers[pair.offer.index()], self.ledger.free.demands[pair.demand.index()]];
        own.into_iter().chain(parties.into_iter().flatten()).min().unwrap_or(0)
    }

    /// Kilograms left under the certificates the pair would rely on; no limit where it relies on none.
    pub(super) fn certified_room(&self, pair: &Pair) -> i64 {
        self.certificates(pair).map(|(_, free)| free).min().unwrap_or(i64::MAX)
    }

    /// The standard of the certificate with least left of those the pair would rely on.
    pub(super) fn scarcest(&self, pair: &Pair) -> String {
        let market = self.linkage.market();
        let held = &market.cooperative(market.cooperative_of(pair.offer)).certificates;
        let scarcest = self.certificates(pair).min_by_key(|(_, free)| *free);
        scarcest.map(|(certificate, _)| held[certificate].standard.clone()).unwrap_or_default()
    }

    /// Positions and free volumes of the certificates the pair would rely on.
    fn certificates(&self, pair: &Pair) -> impl Iterator<Item = (usize, i64)> {
        let relied = if self.ledger.certified.is_empty() {
            Vec::new()
        } else {
            relied_on(self.linkage.judge(), pair.offer, pair.demand)
        };
        let cooperative = self.linkage.market().cooperative_of(pair.offer).0;
        let certified = &self.ledger.certified;
        relied
            .into_iter()
            .filter_map(move |position| Some((position, *certified.get(&(cooperative, position))?)))
    }

    /// New volumes that stand in the pair's way on the other side.
    pub(super) fn rivals(&self, pair: &Pair, view: View) -> Vec<&Allocation> {
        let others: Vec<&Allocation> = match view {
            View::Offer => self.bought(pair.demand).collect(),
            View::Demand => self.sold(pair.offer).collect(),
        };
        let rival =
            |a: &&Allocation| (a.offer, a.demand) != (pair.offer, pair.demand) && a.volume > a.contract;
        others.into_iter().filter(rival).collect()
    }

    /// The primary reason and the funnel of an offer or a demand.
    fn account(
        &self,
        stopped: Stopped,
        others: usize,
        pairs: impl Iterator<Item = Pair>,
        view: View,
    ) -> (Reason, Funnel) {
        // How candidates end: matched, or left for a reason. Few ends are met in one list.
        let mut ends: Vec<(Option<Reason>, u32)> = Vec::with_capacity(4);
        let mut nearest: Option<((bool, i128), Reason)> = None;
        for pair in pairs {
            let matched = self.allocation(pair.offer, pair.demand).is_some();
            let cause = self.cause(&pair, view);
            let end = (!matched).then_some(cause);
            match ends.iter_mut().find(|(met, _)| *met == end) {
                Some((_, count)) => *count += 1,
                None => ends.push((end, 1)),
            }
            let key = (matched, self.shortfall(&pair));
            // The first of equals.
            if nearest.as_ref().is_none_or(|(best, _)| key < *best) {
                nearest = Some((key, cause));
            }
        }
        let mut funnel = Funnel::new();
        for (rule, count) in Rule::ALL.into_iter().zip(stopped.0).filter(|(_, count)| *count > 0) {
            funnel.insert(rule.code(), count);
        }
        for (end, count) in ends {
            *funnel.entry(end.map_or("matched", Reason::code)).or_default() += count;
        }
        let reason = match nearest {
            Some((_, cause)) => cause,
            None if others == 0 => Reason::NoCounterpart,
            None => {
                let last = Rule::ALL.into_iter().rev().find(|rule| stopped.by(*rule) > 0);
                Reason::Rule(last.expect("every pair is a candidate or stopped by a rule"))
            }
        };
        (reason, funnel)
    }

    /// The reason and funnel of an offer.
    pub(super) fn of_offer(&self, offer: OfferIx) -> (Reason, Funnel) {
        let others = self.linkage.market().demands().len();
        let stopped = self.linkage.stopped_offer(offer);
        let (stopped, pooled) = self.beyond_candidates(stopped, self.sold(offer));
        self.account(stopped, others, self.candidates_of_offer(offer).chain(pooled), View::Offer)
    }

    /// The reason and funnel of a demand.
    pub(super) fn of_demand(&self, demand: DemandIx) -> (Reason, Funnel) {
        let others = self.linkage.market().offers().len();
        let stopped = self.linkage.stopped_demand(demand);
        let (stopped, pooled) = self.beyond_candidates(stopped, self.bought(demand));
        self.account(stopped, others, self.candidates_of_demand(demand).chain(pooled), View::Demand)
    }

    /// Pairs that trade through a pool and would be stopped without it, and what rules stop beside them.
    fn beyond_candidates(
        &self,
        mut stopped: Stopped,
        own: impl Iterator<Item = &'a Allocation>,
    ) -> (Stopped, Vec<Pair>) {
        let judge = self.linkage.judge();
        let pooled = own.filter_map(|a| {
            let scores = self.pooled?.scores(self.via(a.offer, a.demand)?)?;
            let at = Rule::ALL.into_iter().position(|rule| !judge.passes(rule, a.offer, a.demand))?;
            stopped.0[at] -= 1;
            Some(Pair::from(scores))
        });
        let pooled = pooled.collect();
        (stopped, pooled)
    }

    /// The candidates of an offer, sorted by demand.
    pub(super) fn candidates_of_offer(&self, offer: OfferIx) -> impl Iterator<Item = Pair> + use<'a> {
        let row = self.linkage.row(offer);
        let pairs = self.linkage.demands()[row.clone()].iter().zip(&self.linkage.joint()[row]);
        pairs.map(move |(&demand, &score)| Pair {
            offer,
            demand: DemandIx(demand),
            score: Score::from_micro(score),
        })
    }

    /// The candidates of a demand, sorted by offer.
    pub(super) fn candidates_of_demand(&self, demand: DemandIx) -> impl Iterator<Item = Pair> + use<'a> {
        self.ledger.candidates_of_demand(self.linkage, demand)
    }

    /// Every offer with something left. O(their candidates), in parallel.
    pub(super) fn unmatched_offers(&self) -> Vec<Unmatched<OfferIx>> {
        self.count_once();
        left(&self.ledger.free.offers, OfferIx::at, |offer| self.of_offer(offer))
    }

    /// Every demand with something left. O(candidates), in parallel.
    pub(super) fn unmatched_demands(&self) -> Vec<Unmatched<DemandIx>> {
        self.count_once();
        left(&self.ledger.free.demands, DemandIx::at, |demand| self.of_demand(demand))
    }

    /// Has the linkage count what each rule stopped, all threads together, before each of them asks for it.
    fn count_once(&self) {
        if !self.linkage.market().offers().is_empty() {
            let _ = self.linkage.stopped_offer(OfferIx::at(0));
        }
    }
}

/// What has something left, in order, with its reason.
fn left<Ix: Copy + Send>(
    free: &[i64],
    at: impl Fn(usize) -> Ix + Sync,
    account: impl Fn(Ix) -> (Reason, Funnel) + Sync,
) -> Vec<Unmatched<Ix>> {
    let left = free.par_iter().enumerate().filter(|(_, left)| **left > 0);
    let unmatched = left.map(|(i, left)| {
        let (reason, funnel) = account(at(i));
        Unmatched { at: at(i), left: Kg(*left), reason, funnel }
    });
    unmatched.collect()
}
