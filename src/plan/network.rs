//! From a linkage to the integer network that the solvers see, and back.

use std::hash::Hasher;

use siphasher::sip::SipHasher24;

use crate::id::{DemandIx, OfferIx};
use crate::linkage::{Linkage, road_km};
use crate::market::Market;
use crate::policy::{Objective, Policy};
use crate::solve::{Limits, Shared, Transport};
use crate::units::Score;

/// What contracts leave free. Validation has made sure that nothing here is negative.
#[derive(Debug)]
pub(super) struct Free {
    pub(super) offers: Vec<i64>,
    pub(super) demands: Vec<i64>,
    pub(super) cooperatives: Vec<Option<i64>>,
    pub(super) enterprises: Vec<Option<i64>>,
}

impl Free {
    pub(super) fn of(market: &Market) -> Self {
        let mut free = Self {
            offers: market.offers().iter().map(|offer| offer.volume.0).collect(),
            demands: market.demands().iter().map(|demand| demand.volume.0).collect(),
            cooperatives: market.cooperatives().iter().map(|c| c.capacity.map(|kg| kg.0)).collect(),
            enterprises: market.enterprises().iter().map(|e| e.capacity.map(|kg| kg.0)).collect(),
        };
        for contract in market.signed() {
            free.take(market, contract.offer, contract.demand, contract.volume.0);
        }
        free
    }

    pub(super) fn take(&mut self, market: &Market, offer: OfferIx, demand: DemandIx, kg: i64) {
        self.offers[offer.index()] -= kg;
        self.demands[demand.index()] -= kg;
        let cooperative = &mut self.cooperatives[market.cooperative_of(offer).index()];
        let enterprise = &mut self.enterprises[market.enterprise_of(demand).index()];
        for limit in [cooperative, enterprise].into_iter().flatten() {
            *limit -= kg;
        }
    }
}

/// Weight of a kilogram in the objective [`Objective::Volume`], so large that no score outweighs one.
///
/// More than (min(offers, demands) + 1) · 10^6 makes kilograms come first; sixteen times the nodes that candidates
/// touch leaves room to read the two stages of a price apart again: see the checker.
pub(super) fn kg_weight(linkage: &Linkage) -> i64 {
    let market = linkage.market();
    let mut offers = vec![false; market.offers().len()];
    let mut demands = vec![false; market.demands().len()];
    for pair in linkage.candidates() {
        offers[pair.offer.index()] = true;
        demands[pair.demand.index()] = true;
    }
    // Each brings its party with it.
    let touched = 2 * offers.iter().chain(&demands).filter(|touched| **touched).count() + 2;
    let least = market.offers().len().min(market.demands().len()) + 2;
    let weight = (16 * touched).max(least);
    i64::try_from(weight).expect("a market holds at most 10^7 of anything") * i64::from(Score::ONE)
}

/// Value of a kilogram on a candidate pair, or `None` where the objective has no use for the pair.
pub(super) fn value(linkage: &Linkage, position: usize, offer: OfferIx, kg_weight: i64) -> Option<i64> {
    let score = i64::from(linkage.joint()[position]);
    match linkage.policy().objective {
        Objective::Score => Some(score),
        Objective::Volume => Some(kg_weight + score),
        Objective::Welfare => {
            gain(linkage, offer, DemandIx(linkage.demands()[position])).filter(|gain| *gain > 0)
        }
    }
}

/// bid − ask − freight in VND per kg, where both prices are known.
pub(super) fn gain(linkage: &Linkage, offer: OfferIx, demand: DemandIx) -> Option<i64> {
    let market = linkage.market();
    let (ask, bid) = (market.offer(offer).ask?, market.demand(demand).bid?);
    let freight = freight(linkage.policy(), road_km(linkage.distance(offer, demand), linkage.policy()));
    Some((bid.0 - ask.0).saturating_sub(freight))
}

/// Whole VND per kg for a distance, half away from zero.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a float cast saturates, and no gain survives such a freight"
)]
fn freight(policy: &Policy, km: f64) -> i64 {
    (policy.freight * km / 1000.0).round() as i64
}

/// The network of a linkage. Edges are candidates; `positions` gives the candidate of each edge.
pub(super) struct Network {
    pub(super) transport: Transport,
    pub(super) limits: Limits,
    /// Joint score of each edge, for the greedy mechanism.
    pub(super) rank: Vec<i64>,
    positions: Vec<usize>,
}

impl Network {
    pub(super) fn of(linkage: &Linkage) -> Self {
        let market = linkage.market();
        let kg_weight = kg_weight(linkage);
        let free = Free::of(market);
        let mut positions = Vec::with_capacity(linkage.len());
        let mut row_start = Vec::with_capacity(market.offers().len() + 1);
        let mut values = Vec::with_capacity(linkage.len());
        row_start.push(0);
        for o in 0..market.offers().len() {
            for position in linkage.row(OfferIx::at(o)) {
                if let Some(value) = value(linkage, position, OfferIx::at(o), kg_weight) {
                    positions.push(position);
                    values.push(value);
                }
            }
            row_start.push(positions.len());
        }
        let column = positions.iter().map(|&position| linkage.demands()[position]).collect();
        let rank = positions.iter().map(|&position| i64::from(linkage.joint()[position])).collect();
        let limits = limits(linkage, &positions, &row_start);
        let offers = 0..market.offers().len();
        let demands = 0..market.demands().len();
        let transport = Transport {
            row_capacity: free.offers,
            column_capacity: free.demands,
            row_group: offers.map(|o| market.cooperative_of(OfferIx::at(o)).0).collect(),
            column_group: demands.map(|d| market.enterprise_of(DemandIx::at(d)).0).collect(),
            row_group_capacity: free.cooperatives,
            column_group_capacity: free.enterprises,
            row_start,
            column,
            value: values,
            edge_capacity: None,
            row_key: market.offers().iter().map(|offer| tie_key(&offer.id)).collect(),
            column_key: market.demands().iter().map(|demand| tie_key(&demand.id)).collect(),
        };
        Self { transport, limits, rank, positions }
    }

    /// What a flow is worth.
    pub(super) fn worth(&self, flow: &[i64]) -> i128 {
        flow.iter().zip(&self.transport.value).map(|(kg, value)| i128::from(*kg) * i128::from(*value)).sum()
    }

    /// New kilograms by candidate from the flow by edge.
    pub(super) fn by_candidate(&self, flow: &[i64], candidates: usize) -> Vec<i64> {
        let mut kg = vec![0; candidates];
        for (&position, &flow) in self.positions.iter().zip(flow) {
            kg[position] = flow;
        }
        kg
    }
}

/// The published tie rule: between plans of equal value the one with the larger sum of a number drawn from
/// the two ids wins. This is the part drawn from one id: SipHash-2-4 of its UTF-8 bytes under the key
/// `lienket tie rule`; [`solve`](crate::solve) mixes the two.
fn tie_key(id: &str) -> u64 {
    let mut hasher = SipHasher24::new_with_key(b"lienket tie rule");
    hasher.write(id.as_bytes());
    hasher.finish()
}

fn limits(linkage: &Linkage, positions: &[usize], row_start: &[usize]) -> Limits {
    let market = linkage.market();
    // Positions are ascending, so a candidate's edge is found by bisection.
    let edge_of = |position: usize| positions.binary_search(&position).ok();
    let mut base = vec![0; positions.len()];
    let mut row_fixed = vec![0_u64; market.offers().len()];
    let mut column_fixed = vec![0_u64; market.demands().len()];
    for contract in market.signed() {
        if let Some(edge) = linkage.position(contract.offer, contract.demand).and_then(edge_of) {
            base[edge] = contract.volume.0;
        } else {
            row_fixed[contract.offer.index()] += 1;
            column_fixed[contract.demand.index()] += 1;
        }
    }
    let mut lot = Vec::with_capacity(positions.len());
    for (o, offer) in market.offers().iter().enumerate() {
        for &position in &positions[row_start[o]..row_start[o + 1]] {
            let demand = &market.demands()[linkage.demands()[position] as usize];
            lot.push(offer.min_lot.max(demand.min_lot).0);
        }
    }
    let partners = |limit: Option<u64>, fixed: u64| {
        limit.map(|limit| u32::try_from(limit.saturating_sub(fixed)).unwrap_or(u32::MAX))
    };
    let rows = market.offers().iter().zip(row_fixed);
    let columns = market.demands().iter().zip(column_fixed);
    Limits {
        base,
        lot,
        row_partners: rows.map(|(offer, fixed)| partners(offer.max_buyers, fixed)).collect(),
        column_partners: columns.map(|(demand, fixed)| partners(demand.max_suppliers, fixed)).collect(),
        column_whole: market.demands().iter().map(|demand| demand.all_or_nothing).collect(),
        shared: linkage
            .certified()
            .iter()
            .map(|volume| Shared {
                capacity: volume.free,
                edges: volume.edges.iter().filter_map(|&position| edge_of(position)).collect(),
            })
            .collect(),
    }
}
