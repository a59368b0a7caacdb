//! What a plan leaves free and who trades with whom: what reasons are read from.
//!
//! Lists by offer and by demand are compressed: one array of members in groups, one of where each group starts.
//! Built in O(offers + demands + allocations) and, on the first question about a demand, O(candidates).

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::id::{DemandIx, OfferIx};
use crate::linkage::{Candidate, Linkage, relied_on};
use crate::plan::network::{Free, gain};
use crate::plan::{Allocation, PooledVolumes, Prices};
use crate::policy::Objective;
use crate::units::Score;

/// A candidate and its joint score: all that reasons need of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    pub(super) offer: OfferIx,
    pub(super) demand: DemandIx,
    pub(super) score: Score,
}

impl From<Candidate> for Pair {
    fn from(candidate: Candidate) -> Self {
        Self { offer: candidate.offer, demand: candidate.demand, score: candidate.score }
    }
}

/// What a plan leaves free and who trades with whom.
#[derive(Debug)]
pub(super) struct Ledger {
    pub(super) free: Free,
    /// Where the allocations of each offer start: they are sorted by offer.
    of_offer: Vec<usize>,
    /// Positions of each demand's allocations.
    of_demand: Groups<usize>,
    offer_buyers: Vec<Lowest>,
    demand_suppliers: Vec<Lowest>,
    /// Free volume of certificates, by (cooperative, position).
    pub(super) certified: BTreeMap<(u32, usize), i64>,
    /// Offers that are candidates of each demand, in order, with the scores.
    candidates_of_demand: OnceLock<Groups<(u32, Score)>>,
}

impl Ledger {
    pub(super) fn of(
        linkage: &Linkage,
        allocations: &[Allocation],
        pooled: Option<&PooledVolumes>,
        prices: &Prices,
    ) -> Self {
        let market = linkage.market();
        let (offers, demands) = (market.offers().len(), market.demands().len());
        let certified = linkage.certified().iter();
        let mut ledger = Self {
            free: Free::of(market),
            of_offer: Vec::with_capacity(offers + 1),
            of_demand: Groups::of(demands, || {
                allocations.iter().enumerate().map(|(i, a)| (a.demand.index(), i))
            }),
            offer_buyers: vec![Lowest::default(); offers],
            demand_suppliers: vec![Lowest::default(); demands],
            certified: certified.map(|v| ((v.cooperative.0, v.certificate), v.free)).collect(),
            candidates_of_demand: OnceLock::new(),
        };
        for (i, a) in allocations.iter().enumerate() {
            ledger.of_offer.resize(a.offer.index() + 1, i);
            let new = a.volume.0 - a.contract.0;
            if new == 0 {
                continue;
            }
            ledger.free.take(market, a.offer, a.demand, new);
            let direct = || {
                let score = linkage.score(a.offer, a.demand)?;
                worth(linkage, prices.kg_weight, &Pair { offer: a.offer, demand: a.demand, score })
            };
            let via = pooled.and_then(|volumes| Some(volumes.worth(volumes.via(a.offer, a.demand)?)));
            if let Some(worth) = via.or_else(direct) {
                ledger.offer_buyers[a.offer.index()].note(worth, a.demand.0);
                ledger.demand_suppliers[a.demand.index()].note(worth, a.offer.0);
            }
            if !ledger.certified.is_empty() {
                let cooperative = market.cooperative_of(a.offer).0;
                for certificate in relied_on(linkage.judge(), a.offer, a.demand) {
                    if let Some(free) = ledger.certified.get_mut(&(cooperative, certificate)) {
                        *free -= new;
                    }
                }
            }
        }
        ledger.of_offer.resize(offers + 1, allocations.len());
        ledger
    }

    /// Which allocations are the offer's.
    pub(super) fn of_offer(&self, offer: OfferIx) -> std::ops::Range<usize> {
        self.of_offer[offer.index()]..self.of_offer[offer.index() + 1]
    }

    /// Which allocations are the demand's.
    pub(super) fn of_demand(&self, demand: DemandIx) -> &[usize] {
        self.of_demand.get(demand.index())
    }

    /// The least worth of new kilograms that the offer sells, those of the pair left out.
    pub(super) fn lowest_buyer(&self, pair: &Pair) -> Option<i64> {
        self.offer_buyers[pair.offer.index()].without(pair.demand.0)
    }

    /// The least worth of new kilograms that the demand gets, those of the pair left out.
    pub(super) fn lowest_supplier(&self, pair: &Pair) -> Option<i64> {
        self.demand_suppliers[pair.demand.index()].without(pair.offer.0)
    }

    /// The candidates of a demand, sorted by offer.
    pub(super) fn candidates_of_demand(
        &self,
        linkage: &Linkage,
        demand: DemandIx,
    ) -> impl Iterator<Item = Pair> + use<'_> {
        let demands = linkage.market().demands().len();
        let members = || {
            (0..linkage.market().offers().len()).flat_map(|o| {
                let row = linkage.row(OfferIx::at(o));
                let pairs = linkage.demands()[row.clone()].iter().zip(&linkage.joint()[row]);
                pairs.map(move |(&demand, &score)| {
                    (demand as usize, (OfferIx::at(o).0, Score::from_micro(score)))
                })
            })
        };
        let groups = self.candidates_of_demand.get_or_init(|| Groups::of(demands, members));
        let own = groups.get(demand.index()).iter();
        own.map(move |&(offer, score)| Pair { offer: OfferIx(offer), demand, score })
    }
}

/// What a kilogram of a pair is worth to the objective; `None` where it has no use for it.
pub(super) fn worth(linkage: &Linkage, kg_weight: i64, pair: &Pair) -> Option<i64> {
    if linkage.market().is_settled(pair.offer, pair.demand) {
        return None;
    }
    let score = i64::from(pair.score.micro());
    match linkage.policy().objective {
        Objective::Score => Some(score),
        // A document may claim any weight.
        Objective::Volume => Some(kg_weight.saturating_add(score)),
        Objective::Welfare => gain(linkage, pair.offer, pair.demand).filter(|gain| *gain > 0),
    }
}

/// Members of groups, those of one group together and in the order given.
#[derive(Debug)]
struct Groups<T> {
    start: Vec<usize>,
    members: Vec<T>,
}

impl<T: Copy + Default> Groups<T> {
    /// Sorts members by group, by counting.
    fn of<I: Iterator<Item = (usize, T)>>(groups: usize, members: impl Fn() -> I) -> Self {
        // Counted two places ahead and summed up, the starts move to their places while members are put.
        let mut start = vec![0; groups + 2];
        let mut count = 0;
        members().for_each(|(group, _)| {
            start[group + 2] += 1;
            count += 1;
        });
        for group in 2..start.len() {
            start[group] += start[group - 1];
        }
        let mut sorted = vec![T::default(); count];
        members().for_each(|(group, member)| {
            sorted[start[group + 1]] = member;
            start[group + 1] += 1;
        });
        start.pop();
        Self { start, members: sorted }
    }

    fn get(&self, group: usize) -> &[T] {
        &self.members[self.start[group]..self.start[group + 1]]
    }
}

/// The least worth among somebody's partners, and the least without that one.
#[derive(Clone, Copy, Debug, Default)]
struct Lowest {
    partner: u32,
    worth: Option<i64>,
    next: Option<i64>,
}

impl Lowest {
    fn note(&mut self, worth: i64, partner: u32) {
        if self.worth.is_none_or(|lowest| worth < lowest) {
            *self = Self { partner, worth: Some(worth), next: self.worth };
        } else if self.next.is_none_or(|next| worth < next) {
            self.next = Some(worth);
        }
    }

    fn without(&self, partner: u32) -> Option<i64> {
        if self.partner == partner { self.next } else { self.worth }
    }
}

#[cfg(test)]
mod tests {
    use super::{Groups, Lowest};

    #[test]
    fn members_keep_their_order_within_groups() {
        let members = [(2, 'a'), (0, 'b'), (2, 'c'), (3, 'd'), (0, 'e')];
        let groups = Groups::of(5, || members.into_iter());
        let lists: Vec<&[char]> = (0..5).map(|group| groups.get(group)).collect();
        assert_eq!(lists, [&['b', 'e'][..], &[], &['a', 'c'], &['d'], &[]]);
    }

    #[test]
    fn the_lowest_without_one_is_that_of_the_others() {
        for worths in [[3, 1, 2, 1], [1, 1, 1, 1], [4, 3, 2, 1], [1, 2, 3, 4], [2, 5, 5, 1]] {
            let mut lowest = Lowest::default();
            assert_eq!(lowest.without(0), None);
            for (partner, worth) in (0..).zip(worths) {
                lowest.note(worth, partner);
            }
            for partner in 0..5 {
                let others = (0..).zip(worths).filter(|(other, _)| *other != partner);
                assert_eq!(lowest.without(partner), others.map(|(_, worth)| worth).min());
            }
        }
    }
}
