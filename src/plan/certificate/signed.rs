//! What contracts take and leave free, from the market alone: the checker's own account of it.

use crate::id::{DemandIx, OfferIx};
use crate::market::Market;

/// Contracts, sorted, and what they leave free; `None` is no limit. Validation keeps them within the limits.
pub(in crate::plan) struct Signed {
    contracts: Vec<(OfferIx, DemandIx, i64)>,
    pub(in crate::plan) offers: Vec<i64>,
    pub(in crate::plan) demands: Vec<i64>,
    pub(in crate::plan) cooperatives: Vec<Option<i64>>,
    pub(in crate::plan) enterprises: Vec<Option<i64>>,
    /// Contracts of each demand.
    pub(super) suppliers: Vec<u64>,
}

impl Signed {
    pub(in crate::plan) fn of(market: &Market) -> Self {
        let mut signed = Self {
            contracts: market.signed().iter().map(|c| (c.offer, c.demand, c.volume.0)).collect(),
            offers: market.offers().iter().map(|x| x.volume.0).collect(),
            demands: market.demands().iter().map(|x| x.volume.0).collect(),
            cooperatives: market.cooperatives().iter().map(|x| x.capacity.map(|kg| kg.0)).collect(),
            enterprises: market.enterprises().iter().map(|x| x.capacity.map(|kg| kg.0)).collect(),
            suppliers: vec![0; market.demands().len()],
        };
        for &(offer, demand, kg) in &signed.contracts {
            signed.offers[offer.index()] -= kg;
            signed.demands[demand.index()] -= kg;
            signed.suppliers[demand.index()] += 1;
            let seller = &mut signed.cooperatives[market.cooperative_of(offer).index()];
            let buyer = &mut signed.enterprises[market.enterprise_of(demand).index()];
            [seller, buyer].into_iter().flatten().for_each(|left| *left -= kg);
        }
        signed
    }

    /// What the pair has signed.
    pub(super) fn contract(&self, offer: OfferIx, demand: DemandIx) -> i64 {
        let at = self.contracts.binary_search_by_key(&(offer, demand), |c| (c.0, c.1));
        at.map_or(0, |at| self.contracts[at].2)
    }

    /// Contracts of an offer.
    pub(super) fn buyers(&self, offer: OfferIx) -> u64 {
        let from = self.contracts.partition_point(|c| c.0 < offer);
        self.contracts[from..].iter().take_while(|c| c.0 == offer).count() as u64
    }
}

/// Kilograms that a price is paid for: none where there is no limit, for there is no price either.
pub(super) fn limited(free: &[Option<i64>]) -> Vec<i64> {
    free.iter().map(|kg| kg.unwrap_or(0)).collect()
}
