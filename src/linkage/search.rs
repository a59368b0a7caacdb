//! Which demands accept an offer's product: an index from product paths to demands.
//!
//! Only pairs of one bucket are ever judged; all others are counted as stopped by the product rule without
//! being looked at.

use std::collections::HashMap;

use crate::id::DemandIx;
use crate::market::{Market, and_ancestors};

/// A demand that accepts a product, and how well the product fits.
pub(crate) type Accepts = (DemandIx, f64);

/// For every distinct product offered, the demands that accept it, sorted.
#[derive(Debug)]
pub(crate) struct ProductIndex {
    bucket_of: Vec<usize>,
    buckets: Vec<Vec<Accepts>>,
}

impl ProductIndex {
    /// O(demands + distinct products × their bucket).
    pub(crate) fn build(market: &Market) -> Self {
        let mut asked: HashMap<&str, Vec<Accepts>> = HashMap::new();
        for (d, demand) in market.demands().iter().enumerate() {
            let own = std::iter::once((demand.product.as_str(), 1.0));
            for (path, fit) in own.chain(demand.substitutes.iter().map(|s| (s.product.as_str(), s.fit))) {
                asked.entry(path).or_default().push((DemandIx::at(d), fit));
            }
        }
        let mut known: HashMap<&str, usize> = HashMap::new();
        let mut buckets = Vec::new();
        let bucket_of = market.offers().iter().map(|offer| {
            *known.entry(&offer.product).or_insert_with(|| {
                buckets.push(bucket(&offer.product, &asked));
                buckets.len() - 1
            })
        });
        Self { bucket_of: bucket_of.collect(), buckets }
    }

    /// The demands that accept an offer's product, sorted.
    pub(crate) fn accepting(&self, offer: usize) -> &[Accepts] {
        &self.buckets[self.bucket_of[offer]]
    }
}

/// Demands for the path or what it lies below, each with its best fit.
fn bucket(path: &str, asked: &HashMap<&str, Vec<Accepts>>) -> Vec<Accepts> {
    let lists = and_ancestors(path).filter_map(|broad| asked.get(broad));
    let mut demands: Vec<Accepts> = lists.flatten().copied().collect();
    demands.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
    demands.dedup_by_key(|(demand, _)| *demand);
    demands
}
