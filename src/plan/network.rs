//! From a linkage to the integer network that the solvers see, and back.

use std::collections::HashMap;
use std::hash::Hasher;

use rayon::prelude::*;
use siphasher::sip::SipHasher24;

use crate::id::{DemandIx, OfferIx};
use crate::linkage::{Linkage, road_km};
use crate::market::Market;
use crate::policy::{Objective, Policy, share_of};
use crate::solve::{Limits, Shared, Transport};
use crate::units::{Kg, Score};

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
    let mut demands = vec![false; market.demands().len()];
    for &demand in linkage.demands() {
        demands[demand as usize] = true;
    }
    let offers = (0..market.offers().len()).filter(|&o| !linkage.row(OfferIx::at(o)).is_empty());
    // Each brings its party with it.
    let touched = 2 * (offers.count() + demands.iter().filter(|touched| **touched).count()) + 2;
    let least = market.offers().len().min(market.demands().len()) + 2;
    let weight = (16 * touched).max(least);
    i64::try_from(weight).expect("a market holds at most 10^7 of anything") * i64::from(Score::ONE)
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
pub(super) fn freight(policy: &Policy, km: f64) -> i64 {
    (policy.freight * km / 1000.0).round() as i64
}

/// The network of a linkage. Edges are the candidates that the objective has a use for, in their order.
pub(super) fn transport(linkage: &Linkage) -> Transport {
    let market = linkage.market();
    let (offers, demands) = (market.offers(), market.demands());
    let free = Free::of(market);
    let (row_start, column, value) = edges(linkage);
    let groups = (0..offers.len()).map(|o| market.cooperative_of(OfferIx::at(o)).0);
    let column_groups = (0..demands.len()).map(|d| market.enterprise_of(DemandIx::at(d)).0);
    let edge_capacity =
        linkage.policy().max_share_per_supplier.map(|share| shares(linkage, share, &row_start, &column));
    Transport {
        row_capacity: free.offers,
        column_capacity: free.demands,
        row_group: groups.collect(),
        column_group: column_groups.collect(),
        row_group_capacity: free.cooperatives,
        column_group_capacity: free.enterprises,
        row_start,
        column,
        value,
        edge_capacity,
        row_key: offers.par_iter().map(|offer| tie_key(&offer.id)).collect(),
        column_key: demands.par_iter().map(|demand| tie_key(&demand.id)).collect(),
        row_part: parts(linkage.market()),
    }
}

/// New kilograms on every edge at most, where no offer may serve more than a share of a demand.
fn shares(linkage: &Linkage, share: f64, row_start: &[usize], column: &[u32]) -> Vec<i64> {
    let market = linkage.market();
    let most: Vec<i64> = market.demands().iter().map(|demand| share_of(share, demand.volume.0)).collect();
    let mut capacity: Vec<i64> = column.iter().map(|&demand| most[demand as usize]).collect();
    for contract in market.signed() {
        let row = row_start[contract.offer.index()]..row_start[contract.offer.index() + 1];
        if let Ok(at) = column[row.clone()].binary_search(&contract.demand.0) {
            let capacity = &mut capacity[row.start + at];
            *capacity = (*capacity - contract.volume.0).max(0);
        }
    }
    capacity
}

/// Offers of one product mostly have the same buyers: a number for each product.
fn parts(market: &Market) -> Vec<u32> {
    let mut known: HashMap<&str, u32> = HashMap::new();
    let offers = market.offers().iter();
    offers
        .map(|offer| {
            let next = u32::try_from(known.len()).expect("a market holds at most 10^7 of anything");
            *known.entry(&offer.product).or_insert(next)
        })
        .collect()
}

/// Where the edges of each offer start, the demand of every edge, and what a kilogram on it is worth.
fn edges(linkage: &Linkage) -> (Vec<usize>, Vec<u32>, Vec<i64>) {
    let score = |score: &u32| i64::from(*score);
    let mut column = linkage.demands().to_vec();
    let mut value: Vec<i64> = match linkage.policy().objective {
        Objective::Score => linkage.joint().par_iter().map(score).collect(),
        Objective::Volume => {
            let weight = kg_weight(linkage);
            linkage.joint().par_iter().map(|joint| weight + score(joint)).collect()
        }
        Objective::Welfare => gains(linkage),
    };
    let offers = linkage.market().offers().len();
    let mut row_start = Vec::with_capacity(offers + 1);
    row_start.push(0);
    let settled = linkage.market().settled();
    if linkage.policy().objective != Objective::Welfare && settled.is_empty() {
        row_start.extend((0..offers).map(|o| linkage.row(OfferIx::at(o)).end));
        return (row_start, column, value);
    }
    // What brings no gain is no edge, nor is a pair that has its contract and gets no more: the others move up.
    let of_use = |o, position: usize, value: i64| {
        (value > 0 || linkage.policy().objective != Objective::Welfare)
            && settled.binary_search(&(OfferIx::at(o), DemandIx(linkage.demands()[position]))).is_err()
    };
    let mut edge = 0;
    for o in 0..offers {
        for position in linkage.row(OfferIx::at(o)) {
            if of_use(o, position, value[position]) {
                (column[edge], value[edge]) = (column[position], value[position]);
                edge += 1;
            }
        }
        row_start.push(edge);
    }
    column.truncate(edge);
    value.truncate(edge);
    (row_start, column, value)
}

/// The gain of every candidate, 0 where there is none.
fn gains(linkage: &Linkage) -> Vec<i64> {
    let mut gains = vec![0; linkage.len()];
    let offers = 0..linkage.market().offers().len();
    let lengths = offers.map(|o| linkage.row(OfferIx::at(o)).len());
    by_row(&mut gains, lengths).into_par_iter().enumerate().for_each(|(o, row)| {
        let offer = OfferIx::at(o);
        for (place, demand) in row.iter_mut().zip(&linkage.demands()[linkage.row(offer)]) {
            *place = gain(linkage, offer, DemandIx(*demand)).unwrap_or(0);
        }
    });
    gains
}

/// Places of all edges as rows of so many.
fn by_row<T>(mut rest: &mut [T], lengths: impl Iterator<Item = usize>) -> Vec<&mut [T]> {
    let cut = |length| {
        let (row, others) = std::mem::take(&mut rest).split_at_mut(length);
        rest = others;
        row
    };
    lengths.map(cut).collect()
}

/// Joint score of every edge, for the greedy mechanism.
pub(super) fn rank(linkage: &Linkage, transport: &Transport) -> Vec<i64> {
    let mut rank = Vec::with_capacity(transport.edges());
    for_each_edge(linkage, transport, |position| rank.push(i64::from(linkage.joint()[position])));
    rank
}

/// What each side thinks of every edge, in micro-units: cooperatives, enterprises.
pub(super) fn side_scores(linkage: &Linkage, transport: &Transport) -> (Vec<i64>, Vec<i64>) {
    let (mut cooperatives, mut enterprises) = (vec![0; transport.edges()], vec![0; transport.edges()]);
    let lengths = || transport.row_start.windows(2).map(|row| row[1] - row[0]);
    let rows = by_row(&mut cooperatives, lengths()).into_par_iter().zip(by_row(&mut enterprises, lengths()));
    rows.enumerate().with_min_len(64).for_each(|(o, (sellers, buyers))| {
        let columns = &transport.column[transport.row_start[o]..transport.row_start[o + 1]];
        for ((&column, seller), buyer) in columns.iter().zip(sellers).zip(buyers) {
            let (cooperative, enterprise) = linkage.side_scores(OfferIx::at(o), DemandIx(column));
            (*seller, *buyer) = (i64::from(cooperative), i64::from(enterprise));
        }
    });
    (cooperatives, enterprises)
}

/// The candidate of every edge, in order. Both ascend in a row, and every edge is a candidate.
fn for_each_edge(linkage: &Linkage, transport: &Transport, mut see: impl FnMut(usize)) {
    for o in 0..transport.rows() {
        let mut row = linkage.row(OfferIx::at(o));
        for &column in &transport.column[transport.row_start[o]..transport.row_start[o + 1]] {
            see(row.find(|&position| linkage.demands()[position] == column).expect("edges are candidates"));
        }
    }
}

/// The published tie rule: between plans of equal value the one with the larger sum of a number drawn from
/// the two ids wins. This is the part drawn from one id: SipHash-2-4 of its UTF-8 bytes under the key
/// `lienket tie rule`; [`solve`](crate::solve) mixes the two.
pub(super) fn tie_key(id: &str) -> u64 {
    let mut hasher = SipHasher24::new_with_key(b"lienket tie rule");
    hasher.write(id.as_bytes());
    hasher.finish()
}

/// The limits that are no network; a list is empty where the market has none of its kind.
pub(super) fn limits(linkage: &Linkage, transport: &Transport) -> Limits {
    let market = linkage.market();
    let row = |offer: OfferIx| transport.row_start[offer.index()]..transport.row_start[offer.index() + 1];
    let mut base = Vec::new();
    let mut row_fixed = vec![0_u64; market.offers().len()];
    let mut column_fixed = vec![0_u64; market.demands().len()];
    for contract in market.signed() {
        let row = row(contract.offer);
        if let Ok(at) = transport.column[row.clone()].binary_search(&contract.demand.0) {
            base.resize(transport.edges(), 0);
            base[row.start + at] = contract.volume.0;
        } else {
            row_fixed[contract.offer.index()] += 1;
            column_fixed[contract.demand.index()] += 1;
        }
    }
    let mut lot = Vec::new();
    let lots = market.offers().iter().map(|offer| offer.min_lot);
    if lots.chain(market.demands().iter().map(|demand| demand.min_lot)).any(|lot| lot > Kg::ONE) {
        let column: Vec<i64> = market.demands().iter().map(|demand| demand.min_lot.0).collect();
        lot.reserve_exact(transport.edges());
        for (o, offer) in market.offers().iter().enumerate() {
            let columns = &transport.column[row(OfferIx::at(o))];
            lot.extend(columns.iter().map(|&demand| offer.min_lot.0.max(column[demand as usize])));
        }
    }
    let partners = |limit: Option<u64>, fixed: u64| {
        limit.map(|limit| u32::try_from(limit.saturating_sub(fixed)).unwrap_or(u32::MAX))
    };
    let rows = market.offers().iter().zip(row_fixed);
    let columns = market.demands().iter().zip(column_fixed);
    let certified = linkage.certified();
    // Positions are ascending, so a candidate's edge is found by bisection.
    let mut positions = Vec::new();
    if !certified.is_empty() {
        for_each_edge(linkage, transport, |position| positions.push(position));
    }
    let edge_of = |&position: &usize| positions.binary_search(&position).ok();
    Limits {
        base,
        lot,
        row_partners: rows.map(|(offer, fixed)| partners(offer.max_buyers, fixed)).collect(),
        column_partners: columns.map(|(demand, fixed)| partners(demand.max_suppliers, fixed)).collect(),
        column_whole: market.demands().iter().map(|demand| demand.all_or_nothing).collect(),
        shared: certified
            .iter()
            .map(|volume| Shared {
                capacity: volume.free,
                edges: volume.edges.iter().filter_map(edge_of).collect(),
            })
            .collect(),
    }
}
