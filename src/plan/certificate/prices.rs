//! The half of the checker that reads the prices: what they prove of every plan, and whether this one reaches it.
//!
//! # Why prices prove a bound
//! Let y ≥ 0 be a price per kg for each offer, demand, cooperative and enterprise with, on every candidate
//! pair, value ≤ sum of its four prices. Each new kg of any feasible plan then costs at least what it is
//! worth, so no plan is worth more than Σ price × what is free there (linear programming duality). Where a
//! plan reaches that sum, it is optimal. Equality is between integers: there is no tolerance.
//!
//! For `volume` the value is W + score. Each price is rounded to whole kilograms, a = ⌊price / W + ½⌋, and it is
//! tested pair by pair that some price of the pair has a ≥ 1: then the parts a alone pay for every kilogram, and
//! they bound the kilograms (König’s theorem, with volumes). The solver's W is so large that rounding loses nothing.
//! What the full prices leave beyond W × that bound bounds the score of a plan that reaches it.
//!
//! Where no offer may serve more than a share of a demand, a pair carries at most so much, and what its prices do not pay
//! is added to the bound, so much a kilogram (the dual price of the pair's own limit).

use rayon::prelude::*;

use super::signed::{Signed, limited};
use super::{CHUNK, Check};
use crate::id::{DemandIx, OfferIx};
use crate::market::Market;
use crate::plan::{Allocation, Bounds, Prices};
use crate::policy::Objective;
use crate::units::Score;

/// Pairs told one by one whose prices do not pay for them.
const SHOWN: usize = 20;

impl Check<'_> {
    /// A price for each, none negative, none where nothing is limited.
    pub(super) fn shape(&mut self, prices: &Prices) -> bool {
        let market = self.linkage.market();
        let at = "/certificate";
        let lists = self.one_for_each(prices);
        if !self.price_lists(at, &lists) {
            return false;
        }
        self.unlimited(at, &prices.cooperatives, &prices.enterprises);
        let least = market.offers().len().min(market.demands().len()) as i128 + 1;
        let weight = i128::from(prices.kg_weight);
        let by_volume = self.linkage.policy().objective == Objective::Volume;
        if by_volume && weight <= least * i128::from(Score::ONE) || !by_volume && weight != 0 {
            let message = format!("the weight {weight} of a kilogram does not put kilograms first");
            self.refute("prices", "/certificate/kg_weight".to_owned(), message);
        }
        true
    }

    /// The lists of prices by name, and how many each must have.
    pub(super) fn one_for_each<'p>(&self, prices: &'p Prices) -> [(&'static str, &'p [i64], usize); 4] {
        let market = self.linkage.market();
        [
            ("offers", &prices.offers, market.offers().len()),
            ("demands", &prices.demands, market.demands().len()),
            ("cooperatives", &prices.cooperatives, market.cooperatives().len()),
            ("enterprises", &prices.enterprises, market.enterprises().len()),
        ]
    }

    /// Lists at a place of the document have as many prices as they must, none negative.
    pub(super) fn price_lists(&mut self, at: &str, lists: &[(&str, &[i64], usize)]) -> bool {
        let before = self.issues.len();
        for (list, prices, wanted) in lists {
            self.price_count(at, list, prices, *wanted);
            if let Some(price) = prices.iter().find(|price| **price < 0) {
                self.refute("prices", format!("{at}/{list}"), format!("the price {price} is negative"));
            }
        }
        self.issues.len() == before
    }

    /// A list has as many prices as it must.
    pub(super) fn price_count(&mut self, at: &str, list: &str, prices: &[i64], wanted: usize) {
        if prices.len() != wanted {
            let message = format!("there are {} prices for {wanted} {list}", prices.len());
            self.refute("prices", format!("{at}/{list}"), message);
        }
    }

    /// Parties without a limit have no price; an empty list is not looked at.
    pub(super) fn unlimited(&mut self, at: &str, cooperatives: &[i64], enterprises: &[i64]) {
        let market = self.linkage.market();
        let sellers = market.cooperatives().iter().map(|c| ("cooperatives", &c.id, c.capacity));
        let buyers = market.enterprises().iter().map(|e| ("enterprises", &e.id, e.capacity));
        for ((list, id, capacity), price) in sellers.zip(cooperatives).chain(buyers.zip(enterprises)) {
            if capacity.is_none() && *price != 0 {
                let message = format!("`{id}` has a price of {price} but no limit");
                self.refute("prices", format!("{at}/{list}"), message);
            }
        }
    }

    /// Every candidate pair's value is paid for by its four prices.
    ///
    /// No price is negative, so that two of them and every worth fit in 64 unsigned bits: what the offer's side
    /// does not pay, which is no less than 0, is compared with what the demand's side does. Exact, without
    /// adding up all four.
    pub(super) fn prices(&mut self, prices: &Prices) {
        if self.linkage.policy().max_share_per_supplier.is_some() {
            return;
        }
        let market = self.linkage.market();
        let [offers, demands] = paid_by_side(market, prices, |price, party| price + party);
        let kg_weight = prices.kg_weight.unsigned_abs();
        let unpaid: Vec<Vec<(OfferIx, usize, u64)>> = offers
            .par_chunks(CHUNK)
            .enumerate()
            .map(|(chunk, part)| {
                let mut unpaid = Vec::new();
                for (i, &paid) in part.iter().enumerate() {
                    let offer = OfferIx::at(chunk * CHUNK + i);
                    for position in self.linkage.row(offer) {
                        let Some(worth) = self.worth(offer, position, kg_weight) else { continue };
                        let others = demands[self.linkage.demands()[position] as usize];
                        if others < worth.saturating_sub(paid) && unpaid.len() < SHOWN {
                            unpaid.push((offer, position, worth));
                        }
                    }
                }
                unpaid
            })
            .collect();
        for (offer, position, worth) in unpaid.into_iter().flatten().take(SHOWN) {
            let demand = DemandIx(self.linkage.demands()[position]);
            let paid = prices.of(market.cooperative_of(offer), offer, demand, market.enterprise_of(demand));
            let (offer, demand) = (&market.offer(offer).id, &market.demand(demand).id);
            let message =
                format!("`{offer}` with `{demand}` is worth {worth} a kg and its prices add up to {paid}");
            self.refute("prices", "/certificate".to_owned(), message);
        }
    }

    /// What the plan is worth and what the prices prove.
    pub(super) fn bounds(
        &mut self,
        allocations: &[Allocation],
        positions: &[Option<usize>],
        prices: &Prices,
    ) -> Bounds {
        let mut value = 0_i128;
        let mut kg = 0_i128;
        let mut score = 0_i128;
        for (a, position) in allocations.iter().zip(positions) {
            let new = i128::from(a.volume.0) - i128::from(a.contract.0);
            if new > 0 {
                let position = position.expect("checked above");
                kg += new;
                score += new * i128::from(self.linkage.joint()[position]);
                let worth = self.worth(a.offer, position, prices.kg_weight.unsigned_abs());
                value += new * i128::from(worth.unwrap_or(0));
            }
        }
        let paid = self.cost(prices).zip(self.unpaid(prices));
        let sum = paid.and_then(|((bound, kg), (more, more_kg))| {
            Some((bound.checked_add(more)?, kg.checked_add(more_kg)?))
        });
        let Some((bound, kg_bound)) = sum else { return self.too_large() };
        if self.linkage.policy().objective != Objective::Volume {
            return Bounds::new(value, bound, None);
        }
        if self.linkage.policy().max_share_per_supplier.is_none() {
            self.cover(prices);
        }
        let of_kg = i128::from(prices.kg_weight).checked_mul(kg_bound);
        match of_kg.and_then(|of_kg| bound.checked_sub(of_kg)) {
            Some(score_bound) => Bounds::new(kg, kg_bound, Some((score, score_bound))),
            None => self.too_large(),
        }
    }

    /// Σ price × what contracts leave free there, and the same of the prices' whole kilograms; `None` where it is
    /// too large.
    fn cost(&self, prices: &Prices) -> Option<(i128, i128)> {
        let free = Signed::of(self.linkage.market());
        let lists = [
            (&prices.offers, free.offers),
            (&prices.demands, free.demands),
            (&prices.cooperatives, limited(&free.cooperatives)),
            (&prices.enterprises, limited(&free.enterprises)),
        ];
        let weight = prices.kg_weight.unsigned_abs();
        let (mut bound, mut kg_bound) = (0_i128, 0_i128);
        for (prices, free) in lists {
            for (&price, free) in prices.iter().zip(free).filter(|(price, _)| **price != 0) {
                // Products of 64 bits fit in 128; their sum may not.
                bound = bound.checked_add(i128::from(price) * i128::from(free))?;
                let units = kilograms(price.unsigned_abs(), weight);
                kg_bound = kg_bound.checked_add(i128::from(units) * i128::from(free))?;
            }
        }
        Some((bound, kg_bound))
    }

    /// Where a pair carries only a share of its demand: what prices do not pay on it, times what it can carry; and the
    /// kilograms that no price's whole kilogram pays for. `None` where it is too large.
    fn unpaid(&self, prices: &Prices) -> Option<(i128, i128)> {
        if self.linkage.policy().max_share_per_supplier.is_none() {
            return Some((0, 0));
        }
        let market = self.linkage.market();
        let signed = Signed::of(market);
        let weight = prices.kg_weight.unsigned_abs();
        let [offers, demands] = paid_by_side(market, prices, |price, party| price + party);
        let units = |price, party| u64::from(kilograms(price, weight) > 0 || kilograms(party, weight) > 0);
        let [offer_units, demand_units] = paid_by_side(market, prices, units);
        let (mut more, mut more_kg) = (0_i128, 0_i128);
        for o in 0..market.offers().len() {
            let offer = OfferIx::at(o);
            for position in self.linkage.row(offer) {
                let Some(worth) = self.worth(offer, position, weight) else { continue };
                let demand = DemandIx(self.linkage.demands()[position]);
                let most = self.pair_at_most(offer, demand) - signed.contract(offer, demand);
                let most = i128::from(most.max(0));
                let lacking = worth.saturating_sub(offers[o]).saturating_sub(demands[demand.index()]);
                more = more.checked_add(i128::from(lacking) * most)?;
                if weight > 0 && offer_units[o] == 0 && demand_units[demand.index()] == 0 {
                    more_kg += most;
                }
            }
        }
        Some((more, more_kg))
    }

    /// Prices whose sum wraps around would prove anything.
    pub(super) fn too_large(&mut self) -> Bounds {
        let message = "the prices are too large to be added up exactly".to_owned();
        self.refute("prices", "/certificate".to_owned(), message);
        Bounds::new(0, 0, None)
    }

    /// The kilogram parts of the prices cover every candidate pair.
    fn cover(&mut self, prices: &Prices) {
        let market = self.linkage.market();
        let weight = prices.kg_weight.unsigned_abs();
        let units = |price, party| u64::from(kilograms(price, weight) > 0 || kilograms(party, weight) > 0);
        let [offers, demands] = paid_by_side(market, prices, units);
        for (o, _) in offers.iter().enumerate().filter(|(_, units)| **units == 0) {
            let row = &self.linkage.demands()[self.linkage.row(OfferIx::at(o))];
            // What a pair has by contract nobody pays for; where it gets no more, no price has to.
            let open = |demand: &&u32| {
                demands[**demand as usize] == 0 && !market.is_settled(OfferIx::at(o), DemandIx(**demand))
            };
            if let Some(&demand) = row.iter().find(open) {
                let (offer, demand) = (&market.offers()[o].id, &market.demands()[demand as usize].id);
                let message = format!("no price of `{offer}` with `{demand}` pays for a kilogram");
                self.refute("prices", "/certificate".to_owned(), message);
                return;
            }
        }
    }
}

/// From the prices of an offer and its cooperative one number an offer; the same for demands. None is negative.
fn paid_by_side(market: &Market, prices: &Prices, of: impl Fn(u64, u64) -> u64) -> [Vec<u64>; 2] {
    let of = |price: i64, party: i64| of(price.unsigned_abs(), party.unsigned_abs());
    let offers = prices.offers.iter().enumerate();
    let offers = offers
        .map(|(o, price)| of(*price, prices.cooperatives[market.cooperative_of(OfferIx::at(o)).index()]));
    let demands = prices.demands.iter().enumerate();
    let demands = demands
        .map(|(d, price)| of(*price, prices.enterprises[market.enterprise_of(DemandIx::at(d)).index()]));
    [offers.collect(), demands.collect()]
}

/// The whole part a of a price W·a + b with |b| < W/2; 0 where kilograms have no weight. (Neither is negative.)
fn kilograms(price: u64, weight: u64) -> u64 {
    (price + weight / 2).checked_div(weight).unwrap_or(0)
}
