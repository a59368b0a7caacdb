//! Why something is left: one primary reason and a funnel for every offer and demand not used up.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::id::{DemandIx, OfferIx};
use crate::linkage::{Candidate, Linkage, Rule, Stopped, relied_on};
use crate::plan::network::{Free, gain};
use crate::plan::{Allocation, Prices};
use crate::policy::Objective;
use crate::units::Kg;

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

/// What a plan leaves free and who trades with whom: kept with the plan, reasons are read from it.
#[derive(Debug)]
pub(super) struct Ledger {
    pub(super) free: Free,
    /// Allocations of each offer, and of each demand, as positions in the list.
    of_offer: Vec<Vec<usize>>,
    of_demand: Vec<Vec<usize>>,
    /// Free volume of certificates, by (cooperative, position).
    certified: BTreeMap<(u32, usize), i64>,
    candidates_of_demand: Vec<Vec<(OfferIx, usize)>>,
}

impl Ledger {
    pub(super) fn of(linkage: &Linkage, allocations: &[Allocation]) -> Self {
        let market = linkage.market();
        let mut ledger = Self {
            free: Free::of(market),
            of_offer: vec![Vec::new(); market.offers().len()],
            of_demand: vec![Vec::new(); market.demands().len()],
            certified: linkage
                .certified()
                .iter()
                .map(|v| ((v.cooperative.0, v.certificate), v.free))
                .collect(),
            candidates_of_demand: vec![Vec::new(); market.demands().len()],
        };
        for (i, a) in allocations.iter().enumerate() {
            let new = a.volume.0 - a.contract.0;
            ledger.free.take(market, a.offer, a.demand, new);
            ledger.of_offer[a.offer.index()].push(i);
            ledger.of_demand[a.demand.index()].push(i);
            if new > 0 && !ledger.certified.is_empty() {
                for certificate in relied_on(linkage.judge(), a.offer, a.demand) {
                    if let Some(free) =
                        ledger.certified.get_mut(&(market.cooperative_of(a.offer).0, certificate))
                    {
                        *free -= new;
                    }
                }
            }
        }
        for (position, pair) in linkage.candidates().enumerate() {
            ledger.candidates_of_demand[pair.demand.index()].push((pair.offer, position));
        }
        ledger
    }
}

/// A plan's state that reasons are read from.
pub(super) struct Situation<'a> {
    pub(super) linkage: &'a Linkage,
    pub(super) prices: &'a Prices,
    pub(super) allocations: &'a [Allocation],
    /// Whether the prices prove the plan optimal.
    pub(super) exact: bool,
    pub(super) ledger: &'a Ledger,
}

impl<'a> Situation<'a> {
    /// The allocation of a pair, if it trades.
    pub(super) fn allocation(&self, offer: OfferIx, demand: DemandIx) -> Option<&'a Allocation> {
        let at = self.allocations.binary_search_by_key(&(offer, demand), |a| (a.offer, a.demand));
        at.ok().map(|at| &self.allocations[at])
    }

    /// The allocations of an offer.
    pub(super) fn sold(&self, offer: OfferIx) -> impl Iterator<Item = &'a Allocation> + use<'a> {
        let allocations = self.allocations;
        self.ledger.of_offer[offer.index()].iter().map(|&i| &allocations[i])
    }

    /// The allocations of a demand.
    pub(super) fn bought(&self, demand: DemandIx) -> impl Iterator<Item = &'a Allocation> + use<'a> {
        let allocations = self.allocations;
        self.ledger.of_demand[demand.index()].iter().map(|&i| &allocations[i])
    }

    /// What a kilogram of the pair is worth to the objective; `None` where it has no use for it.
    pub(super) fn worth(&self, pair: &Candidate) -> Option<i64> {
        match self.linkage.policy().objective {
            Objective::Score => Some(i64::from(pair.score.micro())),
            Objective::Volume => Some(self.prices.kg_weight + i64::from(pair.score.micro())),
            Objective::Welfare => gain(self.linkage, pair.offer, pair.demand).filter(|gain| *gain > 0),
        }
    }

    /// How far the pair's worth falls short of its prices, in the objective's unit per kg.
    pub(super) fn shortfall(&self, pair: &Candidate) -> i128 {
        let market = self.linkage.market();
        let (c, e) = (market.cooperative_of(pair.offer), market.enterprise_of(pair.demand));
        let worth = self.worth(pair).or_else(|| gain(self.linkage, pair.offer, pair.demand)).unwrap_or(0);
        self.prices.of(c, pair.offer, pair.demand, e) - i128::from(worth)
    }

    /// Why the pair does not trade more, seen from one side.
    pub(super) fn cause(&self, pair: &Candidate, view: View) -> Reason {
        let market = self.linkage.market();
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
            let rivals = self.rivals(pair, view);
            let lowest = rivals.iter().filter_map(|rival| self.linkage.candidate(rival.offer, rival.demand));
            return match lowest.filter_map(|rival| self.worth(&rival)).min() {
                None => Reason::Capacity,
                Some(lowest) if self.level(pair, lowest) => Reason::Tie,
                // No price proves that the others are worth more, and they are not.
                Some(lowest) if !self.exact && self.worth(pair) > Some(lowest) => {
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
    fn level(&self, pair: &Candidate, lowest: i64) -> bool {
        if self.exact { self.shortfall(pair) == 0 } else { self.worth(pair) == Some(lowest) }
    }

    /// Which limit keeps a pair from trading more though both sides have room.
    fn limit(&self, pair: &Candidate) -> Option<Reason> {
        let market = self.linkage.market();
        let (offer, demand) = (market.offer(pair.offer), market.demand(pair.demand));
        let traded = self.allocation(pair.offer, pair.demand).map_or(0, |a| a.volume.0);
        if traded == 0 {
            let full = |count: usize, limit: Option<u64>| limit.is_some_and(|limit| count as u64 >= limit);
            if full(self.ledger.of_offer[pair.offer.index()].len(), offer.max_buyers)
                || full(self.ledger.of_demand[pair.demand.index()].len(), demand.max_suppliers)
            {
                return Some(Reason::PartnerLimit);
            }
        }
        let needed = (offer.min_lot.max(demand.min_lot).0 - traded).max(1);
        if self.certified_room(pair) < needed {
            return Some(Reason::CertifiedVolume);
        }
        if self.room(pair) > 0 && self.room(pair) < needed {
            return Some(Reason::Lot);
        }
        demand.all_or_nothing.then_some(Reason::AllOrNothing)
    }

    /// Kilograms that both sides and both parties still have free.
    pub(super) fn room(&self, pair: &Candidate) -> i64 {
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
    pub(super) fn certified_room(&self, pair: &Candidate) -> i64 {
        self.certificates(pair).map(|(_, free)| free).min().unwrap_or(i64::MAX)
    }

    /// The standard of the certificate with least left of those the pair would rely on.
    pub(super) fn scarcest(&self, pair: &Candidate) -> String {
        let market = self.linkage.market();
        let held = &market.cooperative(market.cooperative_of(pair.offer)).certificates;
        let scarcest = self.certificates(pair).min_by_key(|(_, free)| *free);
        scarcest.map(|(certificate, _)| held[certificate].standard.clone()).unwrap_or_default()
    }

    /// Positions and free volumes of the certificates the pair would rely on.
    fn certificates(&self, pair: &Candidate) -> impl Iterator<Item = (usize, i64)> {
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
    pub(super) fn rivals(&self, pair: &Candidate, view: View) -> Vec<&Allocation> {
        let list = match view {
            View::Offer => &self.ledger.of_demand[pair.demand.index()],
            View::Demand => &self.ledger.of_offer[pair.offer.index()],
        };
        let others = list.iter().map(|&i| &self.allocations[i]);
        others.filter(|a| (a.offer, a.demand) != (pair.offer, pair.demand) && a.volume > a.contract).collect()
    }

    /// The primary reason and the funnel of an offer or a demand.
    fn account(&self, stopped: Stopped, others: usize, pairs: &[Candidate], view: View) -> (Reason, Funnel) {
        let mut funnel = Funnel::new();
        for (rule, count) in Rule::ALL.into_iter().zip(stopped.0).filter(|(_, count)| *count > 0) {
            funnel.insert(rule.code(), count);
        }
        let mut nearest: Option<((bool, i128, usize), Reason)> = None;
        for (i, pair) in pairs.iter().enumerate() {
            let matched = self.allocation(pair.offer, pair.demand).is_some();
            let cause = self.cause(pair, view);
            *funnel.entry(if matched { "matched" } else { cause.code() }).or_default() += 1;
            let key = (matched, self.shortfall(pair), i);
            if nearest.as_ref().is_none_or(|(best, _)| key < *best) {
                nearest = Some((key, cause));
            }
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
        let pairs: Vec<Candidate> = self.linkage.candidates_of(offer).collect();
        let others = self.linkage.market().demands().len();
        self.account(self.linkage.stopped_offer(offer), others, &pairs, View::Offer)
    }

    /// The reason and funnel of a demand.
    pub(super) fn of_demand(&self, demand: DemandIx) -> (Reason, Funnel) {
        let others = self.linkage.market().offers().len();
        self.account(
            self.linkage.stopped_demand(demand),
            others,
            &self.candidates_of_demand(demand),
            View::Demand,
        )
    }

    /// The candidates of a demand, sorted by offer.
    pub(super) fn candidates_of_demand(&self, demand: DemandIx) -> Vec<Candidate> {
        let list = self.ledger.candidates_of_demand[demand.index()].iter();
        list.map(|&(offer, position)| self.linkage.candidate_at(offer, position)).collect()
    }
}

/// Every offer and demand with something left.
pub(super) fn unmatched(situation: &Situation) -> (Vec<Unmatched<OfferIx>>, Vec<Unmatched<DemandIx>>) {
    let left = |free: &[i64]| -> Vec<(usize, Kg)> {
        free.iter().enumerate().filter(|(_, left)| **left > 0).map(|(i, left)| (i, Kg(*left))).collect()
    };
    let offers = left(&situation.ledger.free.offers).into_iter().map(|(i, left)| {
        let at = OfferIx::at(i);
        let (reason, funnel) = situation.of_offer(at);
        Unmatched { at, left, reason, funnel }
    });
    let demands = left(&situation.ledger.free.demands).into_iter().map(|(i, left)| {
        let at = DemandIx::at(i);
        let (reason, funnel) = situation.of_demand(at);
        Unmatched { at, left, reason, funnel }
    });
    (offers.collect(), demands.collect())
}
