//! The checker: does an allocation keep every limit, and do the prices prove what is claimed?
//!
//! Shares no code with the solvers. Everything is derived again from the linkage in exact integers: limits
//! by adding up the allocations one by one, the objective from them, the bound from the prices.
//!
//! # Why prices prove a bound
//! Let y ≥ 0 be a price per kg for each offer, demand, cooperative and enterprise with, on every candidate
//! pair, value ≤ sum of its four prices. Each new kg of any feasible plan then costs at least what it is
//! worth, so no plan is worth more than Σ price × what is free there (linear programming duality). Where a
//! plan reaches that sum, it is optimal. Equality is between integers: there is no tolerance.
//!
//! For `volume` the value is W + score. Each price is rounded to whole kilograms, a = ⌊price / W + ½⌋, and it is
//! tested pair by pair that some price of the pair has a ≥ 1: then the parts a alone pay for every kilogram, and
//! they bound the kilograms (König's theorem, with volumes). The solver's W is so large that rounding loses nothing. What the full prices leave beyond W × that bound bounds the
//! score of a plan that reaches it.

use std::collections::BTreeMap;

use crate::error::Issue;
use crate::id::{CooperativeIx, DemandIx, EnterpriseIx, OfferIx};
use crate::linkage::{Linkage, relied_on};
use crate::plan::{Allocation, Bounds, Prices, Status};
use crate::policy::Objective;
use crate::units::Score;

/// Checks an allocation and its prices; what was proved, or everything that is wrong.
pub(super) fn check(
    linkage: &Linkage,
    allocations: &[Allocation],
    prices: &Prices,
) -> Result<Bounds, Vec<Issue>> {
    let mut check = Check { linkage, issues: Vec::new() };
    check.indices(allocations);
    if !check.issues.is_empty() {
        return Err(check.issues);
    }
    check.order(allocations);
    check.contracts(allocations);
    check.pairs(allocations);
    check.totals(allocations);
    check.limits(allocations);
    check.certified_volumes(allocations);
    let shape = check.shape(prices);
    if shape {
        check.prices(prices);
    }
    if !check.issues.is_empty() {
        return Err(check.issues);
    }
    let bounds = check.bounds(allocations, prices);
    if check.issues.is_empty() { Ok(bounds) } else { Err(check.issues) }
}

struct Check<'a> {
    linkage: &'a Linkage,
    issues: Vec<Issue>,
}

const HELP: &str = "The plan does not hold for this market and policy.";

impl Check<'_> {
    fn refute(&mut self, code: &'static str, pointer: String, message: String) {
        self.issues.push(Issue::error(code, pointer, message, HELP));
    }

    fn names(&self, a: &Allocation) -> String {
        let market = self.linkage.market();
        format!("`{}` with `{}`", market.offer(a.offer).id, market.demand(a.demand).id)
    }

    /// Offers and demands of this market, not of another.
    fn indices(&mut self, allocations: &[Allocation]) {
        let market = self.linkage.market();
        for (i, a) in allocations.iter().enumerate() {
            if a.offer.index() >= market.offers().len() || a.demand.index() >= market.demands().len() {
                let message = "the offer or the demand is of another market".to_owned();
                self.refute("unknown_id", format!("/allocations/{i}"), message);
            }
        }
    }

    /// Each pair once, sorted.
    fn order(&mut self, allocations: &[Allocation]) {
        for (i, pair) in allocations.windows(2).enumerate() {
            if (pair[0].offer, pair[0].demand) >= (pair[1].offer, pair[1].demand) {
                let message = format!("{} stands out of order or twice", self.names(&pair[1]));
                self.refute("order", format!("/allocations/{}", i + 1), message);
            }
        }
    }

    /// Contracts are kept, to the kilogram, and nothing else is called one.
    fn contracts(&mut self, allocations: &[Allocation]) {
        let market = self.linkage.market();
        let mut signed: BTreeMap<(OfferIx, DemandIx), i64> =
            market.signed().iter().map(|c| ((c.offer, c.demand), c.volume.0)).collect();
        for (i, a) in allocations.iter().enumerate() {
            let volume = signed.remove(&(a.offer, a.demand)).unwrap_or(0);
            if a.contract.0 != volume {
                let message = format!(
                    "{} has {} kg of contract, the market says {volume} kg",
                    self.names(a),
                    a.contract.0
                );
                self.refute("contract", format!("/allocations/{i}/contract_kg"), message);
            }
        }
        for ((offer, demand), volume) in signed {
            let (offer, demand) = (&market.offer(offer).id, &market.demand(demand).id);
            let message = format!("the contract of `{offer}` with `{demand}` over {volume} kg is missing");
            self.refute("contract", "/allocations".to_owned(), message);
        }
    }

    /// New kilograms on candidate pairs only, whole lots, within both volumes.
    fn pairs(&mut self, allocations: &[Allocation]) {
        let market = self.linkage.market();
        for (i, a) in allocations.iter().enumerate() {
            let pointer = || format!("/allocations/{i}/volume_kg");
            let new = i128::from(a.volume.0) - i128::from(a.contract.0);
            if a.volume.0 < 1 || new < 0 {
                let message = format!(
                    "{} trades {} kg, of which {} kg by contract",
                    self.names(a),
                    a.volume.0,
                    a.contract.0
                );
                self.refute("volume", pointer(), message);
            }
            if new <= 0 {
                continue;
            }
            let (offer, demand) = (market.offer(a.offer), market.demand(a.demand));
            if self.linkage.candidate(a.offer, a.demand).is_none() {
                self.refute(
                    "not_a_candidate",
                    pointer(),
                    format!("{} is not a candidate pair", self.names(a)),
                );
                continue;
            }
            if self.worth(a.offer, a.demand, 0).is_none() {
                let message = format!("{} has no positive gain", self.names(a));
                self.refute("no_gain", pointer(), message);
            }
            let most = offer.volume.0.min(demand.volume.0);
            if a.volume.0 > most {
                let message = format!(
                    "{} trades {} kg, above the {most} kg of the smaller volume",
                    self.names(a),
                    a.volume.0
                );
                self.refute("over_pair", pointer(), message);
            }
            let lot = offer.min_lot.0.max(demand.min_lot.0);
            if a.volume.0 < lot {
                let message =
                    format!("{} trades {} kg, below the lot of {lot} kg", self.names(a), a.volume.0);
                self.refute("below_lot", pointer(), message);
            }
        }
    }

    /// Totals of offers, demands, cooperatives and enterprises within their limits.
    fn totals(&mut self, allocations: &[Allocation]) {
        let market = self.linkage.market();
        let mut offers = vec![0_i128; market.offers().len()];
        let mut demands = vec![0_i128; market.demands().len()];
        let mut cooperatives = vec![0_i128; market.cooperatives().len()];
        let mut enterprises = vec![0_i128; market.enterprises().len()];
        for a in allocations {
            let kg = i128::from(a.volume.0);
            offers[a.offer.index()] += kg;
            demands[a.demand.index()] += kg;
            cooperatives[market.cooperative_of(a.offer).index()] += kg;
            enterprises[market.enterprise_of(a.demand).index()] += kg;
        }
        let limits = market.offers().iter().map(|x| ("offer", &x.id, Some(x.volume)));
        let limits = limits.chain(market.demands().iter().map(|x| ("demand", &x.id, Some(x.volume))));
        let limits = limits.chain(market.cooperatives().iter().map(|x| ("cooperative", &x.id, x.capacity)));
        let limits = limits.chain(market.enterprises().iter().map(|x| ("enterprise", &x.id, x.capacity)));
        let totals = offers.iter().chain(&demands).chain(&cooperatives).chain(&enterprises);
        for ((kind, id, limit), &total) in limits.zip(totals) {
            if let Some(limit) = limit.filter(|limit| total > i128::from(limit.0)) {
                let message = format!("the {kind} `{id}` trades {total} kg, above its {} kg", limit.0);
                self.refute("over_limit", "/allocations".to_owned(), message);
            }
        }
    }

    /// Numbers of partners, and demands that are filled or get their contracts only.
    fn limits(&mut self, allocations: &[Allocation]) {
        let market = self.linkage.market();
        let mut buyers = vec![0_u64; market.offers().len()];
        let mut suppliers = vec![0_u64; market.demands().len()];
        let mut received = vec![(0_i128, 0_i128); market.demands().len()];
        for a in allocations {
            buyers[a.offer.index()] += 1;
            suppliers[a.demand.index()] += 1;
            received[a.demand.index()].0 += i128::from(a.volume.0);
            received[a.demand.index()].1 += i128::from(a.contract.0);
        }
        for (offer, count) in market.offers().iter().zip(buyers) {
            if let Some(most) = offer.max_buyers.filter(|most| count > *most) {
                let message = format!("the offer `{}` serves {count} demands, more than {most}", offer.id);
                self.refute("over_partners", "/allocations".to_owned(), message);
            }
        }
        for ((demand, count), (volume, contract)) in market.demands().iter().zip(suppliers).zip(received) {
            if let Some(most) = demand.max_suppliers.filter(|most| count > *most) {
                let message = format!("the demand `{}` has {count} suppliers, more than {most}", demand.id);
                self.refute("over_partners", "/allocations".to_owned(), message);
            }
            if demand.all_or_nothing && volume != contract && volume != i128::from(demand.volume.0) {
                let message = format!("the demand `{}` wants all or nothing and gets {volume} kg", demand.id);
                self.refute("all_or_nothing", "/allocations".to_owned(), message);
            }
        }
    }

    /// No more sold under a certificate than it is limited to.
    fn certified_volumes(&mut self, allocations: &[Allocation]) {
        let market = self.linkage.market();
        let mut sold: BTreeMap<(CooperativeIx, usize), i128> = BTreeMap::new();
        for a in allocations {
            if self.linkage.candidate(a.offer, a.demand).is_some() {
                for certificate in relied_on(self.linkage.judge(), a.offer, a.demand) {
                    *sold.entry((market.cooperative_of(a.offer), certificate)).or_default() +=
                        i128::from(a.volume.0);
                }
            }
        }
        for ((cooperative, position), total) in sold {
            let cooperative = market.cooperative(cooperative);
            let certificate = &cooperative.certificates[position];
            if let Some(limit) = certificate.volume.filter(|limit| total > i128::from(limit.0)) {
                let message = format!(
                    "{total} kg are sold under the certificate `{}` of `{}`, above its {} kg",
                    certificate.standard, cooperative.id, limit.0
                );
                self.refute("over_certificate", "/allocations".to_owned(), message);
            }
        }
    }

    /// A price for each, none negative, none where nothing is limited.
    fn shape(&mut self, prices: &Prices) -> bool {
        let market = self.linkage.market();
        let lists = [
            ("offers", &prices.offers, market.offers().len()),
            ("demands", &prices.demands, market.demands().len()),
            ("cooperatives", &prices.cooperatives, market.cooperatives().len()),
            ("enterprises", &prices.enterprises, market.enterprises().len()),
        ];
        let before = self.issues.len();
        for (list, prices, wanted) in lists {
            if prices.len() != wanted {
                let message = format!("there are {} prices for {wanted} {list}", prices.len());
                self.refute("prices", format!("/certificate/{list}"), message);
            }
            if let Some(price) = prices.iter().find(|price| **price < 0) {
                self.refute(
                    "prices",
                    format!("/certificate/{list}"),
                    format!("the price {price} is negative"),
                );
            }
        }
        if self.issues.len() > before {
            return false;
        }
        let unlimited = market.cooperatives().iter().zip(&prices.cooperatives);
        let unlimited = unlimited.map(|(c, price)| ("cooperatives", &c.id, c.capacity, *price));
        let others = market.enterprises().iter().zip(&prices.enterprises);
        let others = others.map(|(e, price)| ("enterprises", &e.id, e.capacity, *price));
        for (list, id, capacity, price) in unlimited.chain(others) {
            if capacity.is_none() && price != 0 {
                let message = format!("`{id}` has a price of {price} but no limit");
                self.refute("prices", format!("/certificate/{list}"), message);
            }
        }
        let least = market.offers().len().min(market.demands().len()) as i128 + 1;
        let weight = i128::from(prices.kg_weight);
        let by_volume = self.linkage.policy().objective == Objective::Volume;
        if by_volume && weight <= least * i128::from(Score::ONE) || !by_volume && weight != 0 {
            let message = format!("the weight {weight} of a kilogram does not put kilograms first");
            self.refute("prices", "/certificate/kg_weight".to_owned(), message);
        }
        true
    }

    /// What a kilogram on a candidate pair is worth, or `None` where the objective has no use for it.
    fn worth(&self, offer: OfferIx, demand: DemandIx, kg_weight: i64) -> Option<i128> {
        let linkage = self.linkage;
        let score = i128::from(linkage.candidate(offer, demand)?.score.micro());
        match linkage.policy().objective {
            Objective::Score => Some(score),
            Objective::Volume => Some(i128::from(kg_weight) + score),
            Objective::Welfare => {
                let (ask, bid) = (linkage.market().offer(offer).ask?, linkage.market().demand(demand).bid?);
                let policy = linkage.policy();
                // The contract's formula, written a second time.
                let metres = f64::from(linkage.distance(offer, demand).0);
                let freight = (policy.freight * (metres * policy.road_factor / 1000.0) / 1000.0).round();
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "a float cast saturates, and no gain survives such a freight"
                )]
                let gain = i128::from(bid.0) - i128::from(ask.0) - i128::from(freight as i64);
                (gain > 0).then_some(gain)
            }
        }
    }

    /// Every candidate pair's value is paid for by its four prices.
    fn prices(&mut self, prices: &Prices) {
        let market = self.linkage.market();
        let mut shown = 0;
        for pair in self.linkage.candidates() {
            let Some(worth) = self.worth(pair.offer, pair.demand, prices.kg_weight) else { continue };
            let paid = prices.of(
                market.cooperative_of(pair.offer),
                pair.offer,
                pair.demand,
                market.enterprise_of(pair.demand),
            );
            if paid < worth {
                shown += 1;
                if shown <= 20 {
                    let (offer, demand) = (&market.offer(pair.offer).id, &market.demand(pair.demand).id);
                    let message = format!(
                        "`{offer}` with `{demand}` is worth {worth} a kg and its prices add up to {paid}"
                    );
                    self.refute("prices", "/certificate".to_owned(), message);
                }
            }
        }
    }

    /// What the plan is worth and what the prices prove.
    fn bounds(&mut self, allocations: &[Allocation], prices: &Prices) -> Bounds {
        let market = self.linkage.market();
        let mut value = 0_i128;
        let mut kg = 0_i128;
        let mut score = 0_i128;
        for a in allocations {
            let new = i128::from(a.volume.0) - i128::from(a.contract.0);
            if new > 0 {
                let pair = self.linkage.candidate(a.offer, a.demand).expect("checked above");
                kg += new;
                score += new * i128::from(pair.score.micro());
                value += new * self.worth(a.offer, a.demand, prices.kg_weight).unwrap_or(0);
            }
        }
        // What contracts leave free, from the market alone.
        let mut free: BTreeMap<(u8, u32), i128> = BTreeMap::new();
        for contract in market.signed() {
            let (cooperative, enterprise) =
                (market.cooperative_of(contract.offer), market.enterprise_of(contract.demand));
            for node in [(0, contract.offer.0), (1, contract.demand.0), (2, cooperative.0), (3, enterprise.0)]
            {
                *free.entry(node).or_default() -= i128::from(contract.volume.0);
            }
        }
        let offers = market.offers().iter().zip(&prices.offers).map(|(x, price)| (0, Some(x.volume), *price));
        let demands =
            market.demands().iter().zip(&prices.demands).map(|(x, price)| (1, Some(x.volume), *price));
        let cooperatives = market.cooperatives().iter().zip(&prices.cooperatives);
        let cooperatives = cooperatives.map(|(x, price)| (2, x.capacity, *price));
        let enterprises = market.enterprises().iter().zip(&prices.enterprises);
        let enterprises = enterprises.map(|(x, price)| (3, x.capacity, *price));
        let weight = i128::from(prices.kg_weight);
        let (mut bound, mut kg_bound) = (0_i128, 0_i128);
        let mut index = [0_u32; 4];
        for (kind, limit, price) in offers.chain(demands).chain(cooperatives).chain(enterprises) {
            let node = (kind, index[usize::from(kind)]);
            index[usize::from(kind)] += 1;
            let Some(limit) = limit else { continue };
            let free = i128::from(limit.0) + free.get(&node).copied().unwrap_or(0);
            let units = if weight > 0 { kilograms(i128::from(price), weight) } else { 0 };
            let add =
                |sum: i128, per_kg: i128| free.checked_mul(per_kg).and_then(|more| sum.checked_add(more));
            let (Some(more), Some(more_kg)) = (add(bound, i128::from(price)), add(kg_bound, units)) else {
                return self.too_large();
            };
            (bound, kg_bound) = (more, more_kg);
        }
        if self.linkage.policy().objective != Objective::Volume {
            return Bounds::new(value, bound, None);
        }
        self.cover(prices, weight);
        let of_kg = weight.checked_mul(kg_bound);
        match of_kg.and_then(|of_kg| bound.checked_sub(of_kg)) {
            Some(score_bound) => Bounds::new(kg, kg_bound, Some((score, score_bound))),
            None => self.too_large(),
        }
    }

    /// Prices whose sum wraps around would prove anything.
    fn too_large(&mut self) -> Bounds {
        let message = "the prices are too large to be added up exactly".to_owned();
        self.refute("prices", "/certificate".to_owned(), message);
        Bounds::new(0, 0, None)
    }

    /// The kilogram parts of the prices cover every candidate pair.
    fn cover(&mut self, prices: &Prices, weight: i128) {
        let market = self.linkage.market();
        for pair in self.linkage.candidates() {
            let paid = [
                prices.offers[pair.offer.index()],
                prices.demands[pair.demand.index()],
                prices.cooperatives[market.cooperative_of(pair.offer).index()],
                prices.enterprises[market.enterprise_of(pair.demand).index()],
            ];
            if paid.iter().all(|price| kilograms(i128::from(*price), weight) == 0) {
                let (offer, demand) = (&market.offer(pair.offer).id, &market.demand(pair.demand).id);
                let message = format!("no price of `{offer}` with `{demand}` pays for a kilogram");
                self.refute("prices", "/certificate".to_owned(), message);
                return;
            }
        }
    }
}

/// The whole part a of a price W·a + b with |b| < W/2.
fn kilograms(price: i128, weight: i128) -> i128 {
    (price + weight / 2).div_euclid(weight)
}

impl Prices {
    pub(super) fn of(&self, c: CooperativeIx, o: OfferIx, d: DemandIx, e: EnterpriseIx) -> i128 {
        let prices = [
            self.offers[o.index()],
            self.demands[d.index()],
            self.cooperatives[c.index()],
            self.enterprises[e.index()],
        ];
        prices.iter().map(|price| i128::from(*price)).sum()
    }
}

impl Bounds {
    fn new(objective: i128, bound: i128, score: Option<(i128, i128)>) -> Self {
        let reached = objective == bound && score.is_none_or(|(value, bound)| value == bound);
        let status = if reached { Status::Optimal } else { Status::Feasible };
        Self { objective, bound, score, status }
    }
}
