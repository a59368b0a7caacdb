//! The checker: does an allocation keep every limit, and do the prices prove what is claimed?
//!
//! Shares no code with the solvers. Everything is derived again from the linkage in exact integers: limits
//! by adding up the allocations one by one, the objective from them, the bound from the prices
//! (`prices`, which also says why they prove it).

mod blocking;
mod knapsack;
mod leximin;
mod limits;
#[cfg(test)]
mod limits_tests;
mod pool_bound;
pub(super) mod pools;
mod prices;
pub(super) mod quotas;
#[cfg(test)]
mod quotas_tests;
mod reach;
mod residual;
pub(super) mod signed;
mod totals;
mod tree;

use std::collections::{BTreeMap, BTreeSet};

pub(super) use self::blocking::blocking;
use leximin::{egalitarian, leximin};
use rayon::prelude::*;

use crate::error::Issue;
use crate::id::{CooperativeIx, DemandIx, EnterpriseIx, HubIx, OfferIx};
use crate::linkage::{Linkage, relied_on};
use crate::plan::quotas::of_checker;
use crate::plan::{Allocation, Bounds, Prices, Proof, QuotaProof, Status};
use crate::policy::{Mechanism, Objective, Policy};
use crate::units::Metres;

/// Faults of one kind told one by one.
const SHOWN: usize = 20;

/// Checks an allocation and its proof; what was proved, or everything that is wrong.
pub(super) fn check(
    linkage: &Linkage,
    policy: &Policy,
    allocations: &[Allocation],
    proof: &Proof,
) -> Result<Bounds, Vec<Issue>> {
    let mut check = Check { linkage, issues: Vec::new() };
    check.indices(allocations);
    if !check.issues.is_empty() {
        return Err(check.issues);
    }
    check.order(allocations);
    check.contracts(allocations);
    let positions = check.pairs(allocations);
    check.totals(allocations);
    check.limits(allocations, &[]);
    let candidates = allocations.iter().zip(&positions).filter(|(_, position)| position.is_some());
    check.certified_volumes(candidates.map(|(a, _)| a));
    let shape = check.shape(&proof.prices);
    if shape {
        check.prices(&proof.prices);
    }
    let limits = proof.limits.as_ref().filter(|limits| check.limit_shape(limits));
    let both = policy.mechanism == Mechanism::Egalitarian;
    let totals = proof.totals.as_ref().filter(|totals| check.totals_shape(totals, both));
    if !check.issues.is_empty() {
        return Err(check.issues);
    }
    let mut bounds = check.bounds(allocations, &positions, &proof.prices);
    if let Some(limits) = limits {
        bounds = check.tightened(bounds, limits, proof.prices.kg_weight);
    }
    if proof.quotas.is_some() && policy.mechanism != Mechanism::Optimal {
        let message = format!("quotas do not bind the mechanism `{}`", policy.mechanism.name());
        check.refute("quotas", "/certificate/quotas".to_owned(), message);
    } else if let Some(quotas) = &proof.quotas {
        bounds = check.under_quotas(bounds, allocations, quotas, proof.prices.kg_weight);
    }
    if check.issues.is_empty() {
        check.beyond(&bounds);
    }
    let promised = match policy.mechanism {
        Mechanism::Optimal | Mechanism::Greedy => false,
        Mechanism::Stable => blocking(linkage, allocations).is_empty(),
        Mechanism::Fair | Mechanism::Egalitarian => {
            let best = |totals| check.best_at_totals(allocations, &positions, totals, both);
            let even = if both { egalitarian } else { leximin };
            totals.is_some_and(best) && even(linkage, allocations).is_ok()
        }
    };
    bounds.status = match policy.mechanism {
        Mechanism::Optimal | Mechanism::Greedy => bounds.status,
        Mechanism::Stable if promised => Status::Stable,
        Mechanism::Fair if promised => Status::Fair,
        Mechanism::Egalitarian if promised => Status::Egalitarian,
        Mechanism::Stable | Mechanism::Fair | Mechanism::Egalitarian => Status::Feasible,
    };
    if check.issues.is_empty() { Ok(bounds) } else { Err(check.issues) }
}

struct Check<'a> {
    linkage: &'a Linkage,
    issues: Vec<Issue>,
}

/// Allocations, and offers, that one task looks at.
const CHUNK: usize = 1024;

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
        let signed = market.signed();
        let mut kept = vec![false; signed.len()];
        for (i, a) in allocations.iter().enumerate() {
            let at = signed.binary_search_by_key(&(a.offer, a.demand), |c| (c.offer, c.demand));
            let volume = match at {
                Ok(at) if !std::mem::replace(&mut kept[at], true) => signed[at].volume.0,
                _ => 0,
            };
            if a.contract.0 != volume {
                let message = format!(
                    "{} has {} kg of contract, the market says {volume} kg",
                    self.names(a),
                    a.contract.0
                );
                self.refute("contract", format!("/allocations/{i}/contract_kg"), message);
            }
        }
        for (contract, _) in signed.iter().zip(kept).filter(|(_, kept)| !kept) {
            let (offer, demand) = (&market.offer(contract.offer).id, &market.demand(contract.demand).id);
            let volume = contract.volume.0;
            let message = format!("the contract of `{offer}` with `{demand}` over {volume} kg is missing");
            self.refute("contract", "/allocations".to_owned(), message);
        }
    }

    /// New kilograms on candidate pairs only, whole lots, within both volumes. Gives the candidate of every
    /// allocation, by position.
    fn pairs(&mut self, allocations: &[Allocation]) -> Vec<Option<usize>> {
        let linkage = self.linkage;
        let chunks: Vec<(Vec<Option<usize>>, Vec<Issue>)> = allocations
            .par_chunks(CHUNK)
            .enumerate()
            .map(|(chunk, part)| {
                let mut check = Check { linkage, issues: Vec::new() };
                let pair = |(i, a)| check.pair(chunk * CHUNK + i, a);
                let positions = part.iter().enumerate().map(pair).collect();
                (positions, check.issues)
            })
            .collect();
        let mut all = Vec::with_capacity(allocations.len());
        for (positions, issues) in chunks {
            all.extend(positions);
            self.issues.extend(issues);
        }
        all
    }

    fn pair(&mut self, i: usize, a: &Allocation) -> Option<usize> {
        let market = self.linkage.market();
        let pointer = || format!("/allocations/{i}/volume_kg");
        let position = self.linkage.position(a.offer, a.demand);
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
            return position;
        }
        let (offer, demand) = (market.offer(a.offer), market.demand(a.demand));
        let Some(position) = position else {
            self.refute("not_a_candidate", pointer(), format!("{} is not a candidate pair", self.names(a)));
            return None;
        };
        if self.worth(a.offer, position, 0).is_none() {
            let message = format!("{} has no positive gain", self.names(a));
            self.refute("no_gain", pointer(), message);
        }
        let most = self.pair_at_most(a.offer, a.demand);
        if a.volume.0 > most {
            let message = format!(
                "{} trades {} kg, above the {most} kg of the smaller volume or the supplier's share",
                self.names(a),
                a.volume.0
            );
            self.refute("over_pair", pointer(), message);
        }
        let lot = offer.min_lot.0.max(demand.min_lot.0);
        if a.volume.0 < lot {
            let message = format!("{} trades {} kg, below the lot of {lot} kg", self.names(a), a.volume.0);
            self.refute("below_lot", pointer(), message);
        }
        Some(position)
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

    /// Numbers of partners, and demands that are filled or get their contracts only. Allocations may go through hubs:
    /// those of a demand through one hub are one supplier.
    fn limits(&mut self, allocations: &[Allocation], through: &[Option<HubIx>]) {
        let market = self.linkage.market();
        let mut buyers = vec![0_u64; market.offers().len()];
        let mut suppliers = vec![0_u64; market.demands().len()];
        let mut received = vec![(0_i128, 0_i128); market.demands().len()];
        let mut pools = BTreeSet::new();
        for (i, a) in allocations.iter().enumerate() {
            let hub = through.get(i).copied().flatten();
            let new = hub.is_none_or(|hub| pools.insert((a.demand, hub)));
            buyers[a.offer.index()] += 1;
            suppliers[a.demand.index()] += u64::from(new);
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
    fn certified_volumes<'v>(&mut self, sales: impl Iterator<Item = &'v Allocation>) {
        let market = self.linkage.market();
        if !market.cooperatives().iter().any(|c| c.certificates.iter().any(|held| held.volume.is_some())) {
            return;
        }
        let mut sold: BTreeMap<(CooperativeIx, usize), i128> = BTreeMap::new();
        for a in sales {
            for certificate in relied_on(self.linkage.judge(), a.offer, a.demand) {
                *sold.entry((market.cooperative_of(a.offer), certificate)).or_default() +=
                    i128::from(a.volume.0);
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

    /// A plan beyond what is proved of all plans would refute the proof.
    fn beyond(&mut self, bounds: &Bounds) {
        let reached = (bounds.objective, bounds.score.map_or(0, |(score, _)| score));
        let bound = (bounds.bound, bounds.score.map_or(0, |(_, bound)| bound));
        if reached > bound {
            let message = format!("the plan is worth {}, beyond the bound {}", reached.0, bound.0);
            self.refute("bound", "/certificate".to_owned(), message);
        }
    }

    /// The bounds with what the prices of quotas prove, once the plan keeps them.
    fn under_quotas(
        &mut self,
        bounds: Bounds,
        allocations: &[Allocation],
        proof: &QuotaProof,
        kg_weight: i64,
    ) -> Bounds {
        if proof.lowered.len() != self.linkage.policy().quotas.len() || proof.lowered.iter().any(|by| *by < 0)
        {
            let message = "there is not one number, none negative, for every quota".to_owned();
            self.refute("quotas", "/certificate/quotas".to_owned(), message);
            return bounds;
        }
        // Another weight than the one that puts kilograms first would prove nothing of them.
        if proof.prices.kg_weight != kg_weight {
            let message = format!("a kilogram weighs {kg_weight} elsewhere in the certificate");
            self.refute("quotas", "/certificate/quotas/kg_weight".to_owned(), message);
            return bounds;
        }
        let weight = kg_weight.unsigned_abs();
        let worth = |offer, position| {
            self.worth(offer, position, weight).map(|worth| i64::try_from(worth).unwrap_or(i64::MAX))
        };
        let (ground, asked) = of_checker(self.linkage, allocations, &proof.lowered, worth);
        match quotas::check(&ground, &asked, &proof.prices, &proof.claim()) {
            Ok(proved) => {
                self.issues.extend(self.could_be_more(allocations, &asked, &proof.lowered));
                self.smaller(bounds, proved.bound, kg_weight)
            }
            Err(issues) => {
                self.issues.extend(issues);
                bounds
            }
        }
    }

    /// What the plan falls short of, of what the policy asks before the objective, and could reach: cooperatives to be
    /// linked, which come first, and else the first floor where it is lowered. Later floors may give way to the earlier
    /// ones, and all to links.
    fn could_be_more(
        &self,
        allocations: &[Allocation],
        asked: &quotas::Quotas,
        lowered: &[i64],
    ) -> Vec<Issue> {
        if asked.enterprise.is_some() {
            return Vec::new();
        }
        if !asked.link.is_empty() {
            return reach::most_linked(self.linkage, allocations);
        }
        match asked.floors.first() {
            Some(floor) if lowered[0] > 0 => {
                let alone = matches!(floor.least, quotas::Least::Share(_));
                reach::most_sold(self.linkage, allocations, &floor.members, alone)
            }
            _ => Vec::new(),
        }
    }

    /// What a kilogram on a candidate is worth, or `None` where the objective has no use for it.
    fn worth(&self, offer: OfferIx, position: usize, kg_weight: u64) -> Option<u64> {
        let linkage = self.linkage;
        // Looked up only where there is such a pair at all.
        if !linkage.market().settled().is_empty()
            && linkage.market().is_settled(offer, DemandIx(linkage.demands()[position]))
        {
            return None;
        }
        let score = u64::from(linkage.joint()[position]);
        match linkage.policy().objective {
            Objective::Score => Some(score),
            Objective::Volume => Some(kg_weight + score),
            Objective::Welfare => {
                let demand = DemandIx(linkage.demands()[position]);
                gain(linkage, offer, demand, linkage.distance(offer, demand))
            }
        }
    }
}

/// What bid, ask and freight leave of a kilogram that travels so far; `None` where that is nothing or a price is missing.
/// The contract's formula, written a second time.
fn gain(linkage: &Linkage, offer: OfferIx, demand: DemandIx, metres: Metres) -> Option<u64> {
    let (ask, bid) = (linkage.market().offer(offer).ask?, linkage.market().demand(demand).bid?);
    let policy = linkage.policy();
    let freight = (policy.freight * (f64::from(metres.0) * policy.road_factor / 1000.0) / 1000.0).round();
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a float cast saturates, and no gain survives such a freight"
    )]
    let gain = i128::from(bid.0) - i128::from(ask.0) - i128::from(freight as i64);
    u64::try_from(gain).ok().filter(|gain| *gain > 0)
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
