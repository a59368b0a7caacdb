//! Which pairs block: would both sides rather have one more kilogram of each other?
//!
//! By the contract's definition, from the linkage, the allocations and the side scores alone; no solver, no network,
//! no tie. A side with its offer full compares with the other kilograms of that offer, a side with only its cooperative
//! full with all the kilograms of the cooperative; contract kilograms cannot be given up. Pairs that the objective has no
//! use for, and a supplier's share that is reached, are as if they were no candidates. Lots, partner limits,
//! all-or-nothing and certified volumes do not excuse a pair: where a market has them, a pair listed here may be one
//! that they forbid.
//!
//! O(candidates + allocations), in parallel over offers.

use rayon::prelude::*;

use super::Check;
use crate::id::{DemandIx, OfferIx};
use crate::linkage::Linkage;
use crate::plan::Allocation;
use crate::units::{Kg, Score};

/// The candidates that block, sorted by (offer, demand). The allocations are sorted so, and within all capacities.
pub(in crate::plan) fn blocking(linkage: &Linkage, allocations: &[Allocation]) -> Vec<(OfferIx, DemandIx)> {
    let market = linkage.market();
    let check = Check { linkage, issues: Vec::new() };
    let capacity = |capacity: Option<Kg>| capacity.map(|kg| kg.0);
    let mut offers: Vec<Holding> = market.offers().iter().map(|o| Holding::of(Some(o.volume.0))).collect();
    let mut demands: Vec<Holding> = market.demands().iter().map(|d| Holding::of(Some(d.volume.0))).collect();
    let mut cooperatives: Vec<Holding> =
        market.cooperatives().iter().map(|c| Holding::of(capacity(c.capacity))).collect();
    let mut enterprises: Vec<Holding> =
        market.enterprises().iter().map(|e| Holding::of(capacity(e.capacity))).collect();
    for a in allocations {
        let candidate = linkage.candidate(a.offer, a.demand);
        let cooperative = market.cooperative_of(a.offer).index();
        let enterprise = market.enterprise_of(a.demand).index();
        let (seller, buyer) = (candidate.map(|c| c.cooperative_score), candidate.map(|c| c.enterprise_score));
        offers[a.offer.index()].add(a, seller);
        cooperatives[cooperative].add(a, seller);
        demands[a.demand.index()].add(a, buyer);
        enterprises[enterprise].add(a, buyer);
    }
    let of_offer: Vec<Vec<(OfferIx, DemandIx)>> = (0..market.offers().len())
        .into_par_iter()
        .map(|o| {
            let offer = OfferIx::at(o);
            let cooperative = &cooperatives[market.cooperative_of(offer).index()];
            let first = allocations.partition_point(|a| a.offer < offer);
            let mut own = allocations[first..].iter().take_while(|a| a.offer == offer).peekable();
            let blocks = |demand: DemandIx, seller: Score, buyer: Score, volume: Kg| {
                let enterprise = &enterprises[market.enterprise_of(demand).index()];
                volume.0 < check.pair_at_most(offer, demand)
                    && gains(&offers[o], cooperative, seller)
                    && gains(&demands[demand.index()], enterprise, buyer)
            };
            let mut found = Vec::new();
            for (position, pair) in linkage.row(offer).zip(linkage.candidates_of(offer)) {
                // What the objective has no use for gets nothing new in any plan.
                if check.worth(offer, position, 0).is_none() {
                    continue;
                }
                while own.next_if(|a| a.demand < pair.demand).is_some() {}
                let volume = own.next_if(|a| a.demand == pair.demand).map_or(Kg(0), |a| a.volume);
                if blocks(pair.demand, pair.cooperative_score, pair.enterprise_score, volume) {
                    found.push((offer, pair.demand));
                }
            }
            found
        })
        .collect();
    of_offer.concat()
}

/// Whether a side gains by one more kilogram of this score.
fn gains(own: &Holding, party: &Holding, score: Score) -> bool {
    let given_up = match (own.is_full(), party.is_full()) {
        (true, _) => own.worst,
        (false, true) => party.worst,
        (false, false) => return true,
    };
    given_up.is_some_and(|worst| worst < score)
}

/// What an offer, a demand or a party has.
struct Holding {
    capacity: Option<i64>,
    kg: i64,
    /// The lowest score of a kilogram that can be given up.
    worst: Option<Score>,
}

impl Holding {
    fn of(capacity: Option<i64>) -> Self {
        Self { capacity, kg: 0, worst: None }
    }

    fn add(&mut self, allocation: &Allocation, score: Option<Score>) {
        self.kg += allocation.volume.0;
        if let Some(score) = score.filter(|_| allocation.volume > allocation.contract) {
            self.worst = Some(self.worst.map_or(score, |worst| worst.min(score)));
        }
    }

    fn is_full(&self) -> bool {
        self.capacity.is_some_and(|capacity| self.kg >= capacity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Cooperative, Demand, Enterprise, Market, MarketParts, Offer, Place, Policy};

    /// One demand for 300 kg; a cooperative near it and one far away offer 300 kg each, the far one twice.
    fn linkage(near_capacity: Option<Kg>, contracts: &[(&str, i64)]) -> Linkage {
        let mut parts = MarketParts::new("2025-11-28".parse().expect("a date"));
        let mut near = Cooperative::new("near", Place::id("vn/ha-noi"));
        near.capacity = near_capacity;
        parts.cooperatives = vec![near, Cooperative::new("far", Place::id("vn/ca-mau"))];
        parts.enterprises = vec![Enterprise::new("shop", Place::id("vn/ha-noi"))];
        let offer = |id, cooperative| Offer::new(id, cooperative, "tea/green", Kg(300));
        parts.offers = vec![offer("a", "near"), offer("b", "far"), offer("c", "far")];
        parts.demands = vec![Demand::new("d", "shop", "tea", Kg(300))];
        let contract = |&(offer, kg): &(&str, i64)| crate::Contract {
            offer: offer.to_owned(),
            demand: "d".to_owned(),
            volume: Kg(kg),
        };
        parts.contracts = contracts.iter().map(contract).collect();
        let market = Market::build(parts).expect("a market");
        Linkage::build(&market, &Policy::default()).expect("a linkage")
    }

    const NOBODY: [usize; 0] = [];

    fn blocks(linkage: &Linkage, allocations: &[(usize, i64, i64)]) -> Vec<usize> {
        let allocation = |&(offer, volume, contract): &(usize, i64, i64)| Allocation {
            offer: OfferIx::at(offer),
            demand: DemandIx::at(0),
            volume: Kg(volume),
            contract: Kg(contract),
        };
        let allocations: Vec<Allocation> = allocations.iter().map(allocation).collect();
        blocking(linkage, &allocations).into_iter().map(|(offer, _)| offer.index()).collect()
    }

    #[test]
    fn whoever_is_liked_better_blocks_and_contracts_stay() {
        let free = linkage(None, &[]);
        assert_eq!(blocks(&free, &[]), [0, 1, 2]);
        assert_eq!(blocks(&free, &[(0, 300, 0)]), NOBODY);
        assert_eq!(blocks(&free, &[(0, 299, 0), (1, 1, 0)]), [0]);
        assert_eq!(blocks(&free, &[(1, 150, 0), (2, 150, 0)]), [0]);
        assert_eq!(blocks(&free, &[(1, 150, 0), (2, 149, 0)]), [0, 1, 2]);
        let signed = linkage(None, &[("b", 100)]);
        assert_eq!(blocks(&signed, &[(0, 200, 0), (1, 100, 100)]), NOBODY);
        assert_eq!(blocks(&signed, &[(0, 199, 0), (1, 101, 100)]), [0]);
    }

    #[test]
    fn a_full_cooperative_has_nothing_more_to_give() {
        let capped = linkage(Some(Kg(200)), &[]);
        assert_eq!(blocks(&capped, &[(0, 200, 0), (1, 100, 0)]), NOBODY);
        assert_eq!(blocks(&capped, &[(0, 199, 0), (1, 101, 0)]), [0]);
    }
}
