//! The half of the checker that reads quotas: whether an allocation keeps them, and what multipliers prove.
//!
//! # Why multipliers prove a bound
//! Let the policy's floors be `Σ a · kg >= least` over the new kg of every pair, with a weight `a` of the pair's
//! cooperative: `10^6 − share` for the cooperatives a floor is for and `−share` for the others (a share in millionths
//! of all kg, contracts included, so that `least` is what contracts leave to be made up for), or 1 and 0 (a floor in
//! kg). With a multiplier `μ >= 0` for each, a price `y >= 0` per kg of each enterprise's share and the premium
//! `E = ⌈share · Σ y / 10^6⌉`, suppose that on every candidate pair
//!
//! ```text
//! scale · value + Σ μ · a + E + λ(cooperative)  <=  its four prices + y(enterprise)
//! ```
//!
//! where `λ`, between 0 and the bonus `B`, is what a first kg of a cooperative that is to be linked is worth. Then for
//! every plan that keeps the quotas and links at least `L` of them
//!
//! ```text
//! scale · value  <=  Σ price · free − Σ μ · least + ⌈share · contracts · Σ y / 10^6⌉ − Σ y · contracts(enterprise)
//!                    + Σ (B − λ) − B · L
//! ```
//!
//! Each kg is paid for by its prices; the floors give back `Σ μ · least` at least; the caps take
//! `Σ y · (contracts + kg of the enterprise) <= share · Σ y · all kg / 10^6`; and each cooperative with a kg owes `λ`, whereas
//! `min(1, kg) · B <= λ · kg + (B − λ)`. Shares of one offer in a demand are capacities of pairs: a pair whose prices do not
//! pay for it costs the difference times its capacity.
//!
//! Shares nothing with the solver but the numbers it reads.

use crate::error::Issue;
use crate::plan::Prices;

/// A share is counted in millionths.
pub(crate) const WHOLE: i64 = 1_000_000;

/// What a floor asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Least {
    /// Millionths of all kg, contracts included.
    Share(i64),
    /// So many kg, contracts included.
    Kg(i64),
}

/// A floor, as the policy has it.
#[derive(Clone, Debug)]
pub(crate) struct Floor {
    /// By cooperative: whether it is for it.
    pub(crate) members: Vec<bool>,
    pub(crate) least: Least,
    /// By how much less it is held to, because no plan reaches it: kg for a floor in kg, else kg times 10^6.
    pub(crate) lowered: i64,
}

/// The quotas of a policy on a market.
#[derive(Clone, Debug, Default)]
pub(crate) struct Quotas {
    pub(crate) floors: Vec<Floor>,
    /// Millionths of all kg that an enterprise may buy at most, contracts included.
    pub(crate) enterprise: Option<i64>,
    /// Millionths of a demand's volume that may come from one offer, contracts counted.
    pub(crate) supplier: Option<i64>,
    /// By cooperative: whether it is to be linked before the objective; empty: none is.
    pub(crate) link: Vec<bool>,
}

/// What the solver claims, beside its prices.
#[derive(Clone, Debug, Default)]
pub(crate) struct Claim {
    /// What one of the objective is in the unit of prices and multipliers.
    pub(crate) scale: i64,
    /// By floor, per `a · kg`.
    pub(crate) multipliers: Vec<i64>,
    /// By enterprise; empty without a cap.
    pub(crate) enterprise: Vec<i64>,
    /// By cooperative; empty where none is to be linked.
    pub(crate) link: Vec<i64>,
    pub(crate) bonus: i64,
    /// Cooperatives linked, of those that are to be and have no contract.
    pub(crate) links: i64,
}

/// A pair that can be, with what the objective has for a kg; or one with a contract alone, without.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pair {
    pub(crate) offer: usize,
    pub(crate) demand: usize,
    /// In the objective's unit; `None` where no new kg is to be had.
    pub(crate) value: Option<i64>,
    /// New kg.
    pub(crate) kg: i64,
    pub(crate) contract: i64,
}

/// The market as far as quotas see it. Capacities are what contracts leave.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ground {
    pub(crate) cooperative_of: Vec<usize>,
    pub(crate) enterprise_of: Vec<usize>,
    pub(crate) offers: Vec<i64>,
    pub(crate) demands: Vec<i64>,
    /// `None` is unlimited.
    pub(crate) cooperatives: Vec<Option<i64>>,
    pub(crate) enterprises: Vec<Option<i64>>,
    /// Whole volume of each demand.
    pub(crate) volumes: Vec<i64>,
    pub(crate) pairs: Vec<Pair>,
}

/// What is so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Proved {
    /// Kg of each floor's cooperatives, contracts included.
    pub(crate) floors: Vec<i128>,
    /// All kg, contracts included.
    pub(crate) kg: i128,
    /// Cooperatives linked, of those that are to be and have no contract.
    pub(crate) links: i64,
    /// No plan that keeps the quotas is worth more, in the objective's unit.
    pub(crate) bound: i128,
}

/// Kg by party.
struct Totals {
    cooperative: Vec<i128>,
    contracts_of_cooperative: Vec<i128>,
    enterprise: Vec<i128>,
    contracts_of_enterprise: Vec<i128>,
    all: i128,
    contracts: i128,
}

/// Checks that an allocation keeps the quotas and what the multipliers prove; or says all that is wrong.
pub(crate) fn check(
    ground: &Ground,
    quotas: &Quotas,
    prices: &Prices,
    claim: &Claim,
) -> Result<Proved, Vec<Issue>> {
    let totals = Totals::of(ground);
    let closed = closed(ground, quotas, &totals);
    let mut issues = shape(ground, quotas, prices, claim, &closed);
    if !issues.is_empty() {
        return Err(issues);
    }
    let floors = floors(quotas, &totals, &mut issues);
    enterprises(quotas, &totals, &closed, &mut issues);
    suppliers(ground, quotas, &mut issues);
    let links = linked(quotas, &totals);
    if links < claim.links {
        issues.push(refuted("links", format!("{links} cooperatives are linked, not {}", claim.links)));
    }
    let bound = bound(ground, quotas, prices, claim, (&totals, &closed), &mut issues);
    match bound {
        Some(bound) if issues.is_empty() => Ok(Proved { floors, kg: totals.all, links, bound }),
        None if issues.is_empty() => {
            Err(vec![refuted("prices", "the prices are too large to be added up exactly".to_owned())])
        }
        _ => Err(issues),
    }
}

fn refuted(code: &'static str, message: String) -> Issue {
    Issue::error(
        code,
        "/certificate".to_owned(),
        message,
        "The plan does not hold for this market and policy.",
    )
}

/// A number for each, none negative, none where nothing is limited.
fn shape(ground: &Ground, quotas: &Quotas, prices: &Prices, claim: &Claim, closed: &[bool]) -> Vec<Issue> {
    let mut issues = Vec::new();
    let enterprises = if quotas.enterprise.is_some() { ground.enterprises.len() } else { 0 };
    let links = if quotas.link.is_empty() { 0 } else { ground.cooperatives.len() };
    let lists = [
        ("offers", &prices.offers, ground.offers.len()),
        ("demands", &prices.demands, ground.demands.len()),
        ("cooperatives", &prices.cooperatives, ground.cooperatives.len()),
        ("enterprises", &prices.enterprises, ground.enterprises.len()),
        ("quotas", &claim.multipliers, quotas.floors.len()),
        ("enterprise shares", &claim.enterprise, enterprises),
        ("links", &claim.link, links),
    ];
    for (list, numbers, wanted) in lists {
        if numbers.len() != wanted {
            issues.push(refuted("prices", format!("there are {} prices for {wanted} {list}", numbers.len())));
        }
        if let Some(price) = numbers.iter().find(|price| **price < 0) {
            issues.push(refuted("prices", format!("the price {price} of {list} is negative")));
        }
    }
    let cooperatives = prices.cooperatives.iter().zip(&ground.cooperatives);
    let mut cooperatives = cooperatives.map(|(price, capacity)| (*price, capacity.is_some()));
    let enterprises = prices.enterprises.iter().zip(&ground.enterprises).zip(closed);
    let mut enterprises =
        enterprises.map(|((price, capacity), closed)| (*price, capacity.is_some() || *closed));
    let unlimited = |(price, limited): (i64, bool)| price != 0 && !limited;
    if cooperatives.any(unlimited) || enterprises.any(unlimited) {
        issues.push(refuted("prices", "a party without a limit has a price".to_owned()));
    }
    if claim.enterprise.iter().zip(closed).any(|(price, closed)| *price != 0 && *closed) {
        issues.push(refuted(
            "prices",
            "an enterprise that is above its share by contract has a price for it".to_owned(),
        ));
    }
    if claim.scale < 1 || claim.bonus < 0 || claim.link.iter().any(|&link| link > claim.bonus) {
        issues.push(refuted("prices", "the scale, or what a link is worth, is out of range".to_owned()));
    }
    let unasked = claim.link.iter().zip(&quotas.link).any(|(link, asked)| *link != 0 && !asked);
    if unasked {
        issues
            .push(refuted("prices", "a cooperative that is not to be linked has a price for it".to_owned()));
    }
    issues
}

impl Totals {
    fn of(ground: &Ground) -> Totals {
        let (cooperatives, enterprises) = (ground.cooperatives.len(), ground.enterprises.len());
        let mut totals = Totals {
            cooperative: vec![0; cooperatives],
            contracts_of_cooperative: vec![0; cooperatives],
            enterprise: vec![0; enterprises],
            contracts_of_enterprise: vec![0; enterprises],
            all: 0,
            contracts: 0,
        };
        for pair in &ground.pairs {
            let (cooperative, enterprise) =
                (ground.cooperative_of[pair.offer], ground.enterprise_of[pair.demand]);
            let (all, contract) =
                (i128::from(pair.kg) + i128::from(pair.contract), i128::from(pair.contract));
            totals.cooperative[cooperative] += all;
            totals.contracts_of_cooperative[cooperative] += contract;
            totals.enterprise[enterprise] += all;
            totals.contracts_of_enterprise[enterprise] += contract;
            totals.all += all;
            totals.contracts += contract;
        }
        totals
    }
}

/// What floors reach, and whether it is enough.
fn floors(quotas: &Quotas, totals: &Totals, issues: &mut Vec<Issue>) -> Vec<i128> {
    let mut reached = Vec::new();
    for (index, floor) in quotas.floors.iter().enumerate() {
        let members = floor.members.iter().zip(&totals.cooperative);
        let kg: i128 = members.filter(|(member, _)| **member).map(|(_, kg)| *kg).sum();
        let over = match floor.least {
            Least::Share(share) => kg * i128::from(WHOLE) - totals.all * i128::from(share),
            Least::Kg(least) => kg - i128::from(least),
        };
        if over < -i128::from(floor.lowered) {
            let message =
                format!("quota {index} reaches {kg} kg of {}, short of {:?}", totals.all, floor.least);
            issues.push(refuted("quota", message));
        }
        reached.push(kg);
    }
    reached
}

/// By enterprise: whether its contracts alone are above its share, even if all that is free were matched.
fn closed(ground: &Ground, quotas: &Quotas, totals: &Totals) -> Vec<bool> {
    let Some(share) = quotas.enterprise else { return vec![false; ground.enterprises.len()] };
    let free = |list: &[i64]| list.iter().map(|&kg| i128::from(kg)).sum::<i128>();
    let most = totals.contracts + free(&ground.offers).min(free(&ground.demands));
    let contracts = totals.contracts_of_enterprise.iter();
    contracts.map(|kg| *kg > i128::from(share) * most / i128::from(WHOLE)).collect()
}

/// No enterprise buys more than its share; one whose contracts are more buys nothing else.
fn enterprises(quotas: &Quotas, totals: &Totals, closed: &[bool], issues: &mut Vec<Issue>) {
    let Some(share) = quotas.enterprise else { return };
    for (index, &closed) in closed.iter().enumerate() {
        let (kg, contracts) = (totals.enterprise[index], totals.contracts_of_enterprise[index]);
        let keeps = kg * i128::from(WHOLE) <= totals.all * i128::from(share);
        if !(if closed { kg == contracts } else { keeps }) {
            let message = format!("enterprise {index} buys {kg} kg of {}", totals.all);
            issues.push(refuted("enterprise_share", message));
        }
    }
}

/// New kg that a pair may have at most.
fn pair_capacity(ground: &Ground, quotas: &Quotas, pair: &Pair) -> Option<i128> {
    let share = i128::from(quotas.supplier?);
    let most = share * i128::from(ground.volumes[pair.demand]) / i128::from(WHOLE);
    Some((most - i128::from(pair.contract)).max(0))
}

/// No offer delivers more than its share of a demand.
fn suppliers(ground: &Ground, quotas: &Quotas, issues: &mut Vec<Issue>) {
    for pair in &ground.pairs {
        if pair_capacity(ground, quotas, pair).is_some_and(|most| i128::from(pair.kg) > most) {
            let message =
                format!("offer {} delivers {} new kg to demand {}", pair.offer, pair.kg, pair.demand);
            issues.push(refuted("supplier_share", message));
        }
    }
}

/// Cooperatives that are to be linked, have no contract and are.
fn linked(quotas: &Quotas, totals: &Totals) -> i64 {
    let kg = totals.cooperative.iter().zip(&totals.contracts_of_cooperative);
    let linked =
        quotas.link.iter().zip(kg).filter(|(asked, (kg, contract))| **asked && **contract == 0 && **kg > 0);
    i64::try_from(linked.count()).unwrap_or(i64::MAX)
}

/// What prices and multipliers prove; `None` where it is too large.
fn bound(
    ground: &Ground,
    quotas: &Quotas,
    prices: &Prices,
    claim: &Claim,
    (totals, closed): (&Totals, &[bool]),
    issues: &mut Vec<Issue>,
) -> Option<i128> {
    let mut cost = Sum(Some(0));
    cost.products(&prices.offers, ground.offers.iter().map(|&kg| kg.into()));
    cost.products(&prices.demands, ground.demands.iter().map(|&kg| kg.into()));
    cost.products(&prices.cooperatives, ground.cooperatives.iter().map(|kg| kg.unwrap_or(0).into()));
    let mut premium = 0;
    if let Some(share) = quotas.enterprise {
        let of_all = i128::from(share).checked_mul(claim.enterprise.iter().map(|&y| i128::from(y)).sum())?;
        premium = rounded_up(of_all);
        cost.add(Some(rounded_up(of_all.checked_mul(totals.contracts)?)));
        cost.products(&claim.enterprise, totals.contracts_of_enterprise.iter().map(|kg| -kg));
    }
    // Who may buy nothing more has no limit that costs anything.
    let free = ground.enterprises.iter().zip(closed);
    cost.products(
        &prices.enterprises,
        free.map(|(kg, closed)| if *closed { 0 } else { kg.unwrap_or(0).into() }),
    );
    for (floor, &multiplier) in quotas.floors.iter().zip(&claim.multipliers) {
        let contracts = floor.members.iter().zip(&totals.contracts_of_cooperative);
        let contracts: i128 = contracts.filter(|(member, _)| **member).map(|(_, kg)| *kg).sum();
        let least = match floor.least {
            Least::Share(share) => i128::from(share) * totals.contracts - i128::from(WHOLE) * contracts,
            Least::Kg(least) => i128::from(least) - contracts,
        };
        let least = least - i128::from(floor.lowered);
        cost.add(least.checked_mul(-i128::from(multiplier)));
    }
    if !quotas.link.is_empty() {
        let mut free = vec![0_i128; ground.cooperatives.len()];
        for (offer, &kg) in ground.offers.iter().enumerate() {
            free[ground.cooperative_of[offer]] += i128::from(kg);
        }
        for (c, &asked) in quotas.link.iter().enumerate() {
            let can = free[c] > 0 && ground.cooperatives[c] != Some(0);
            if asked && can && totals.contracts_of_cooperative[c] == 0 {
                cost.add(Some(i128::from(claim.bonus) - i128::from(claim.link[c])));
            }
        }
        cost.add(i128::from(claim.bonus).checked_mul(-i128::from(claim.links)));
    }
    for pair in &ground.pairs {
        let Some(value) = pair.value else { continue };
        let (c, e) = (ground.cooperative_of[pair.offer], ground.enterprise_of[pair.demand]);
        let mut worth = Sum(i128::from(claim.scale).checked_mul(value.into()));
        worth.add(Some(premium));
        worth.add(Some(claim.link.get(c).copied().unwrap_or(0).into()));
        for (floor, &multiplier) in quotas.floors.iter().zip(&claim.multipliers) {
            let weight = match (floor.least, floor.members[c]) {
                (Least::Share(share), true) => WHOLE - share,
                (Least::Share(share), false) => -share,
                (Least::Kg(_), member) => i64::from(member),
            };
            worth.add(Some(i128::from(multiplier) * i128::from(weight)));
        }
        let paid = [
            prices.offers[pair.offer],
            prices.demands[pair.demand],
            prices.cooperatives[c],
            prices.enterprises[e],
            claim.enterprise.get(e).copied().unwrap_or(0),
        ];
        let paid: i128 = paid.iter().map(|&price| i128::from(price)).sum();
        let unpaid = worth.0?.saturating_sub(paid);
        if unpaid > 0 {
            let Some(capacity) = pair_capacity(ground, quotas, pair) else {
                let (offer, demand) = (pair.offer, pair.demand);
                let message =
                    format!("the prices of offer {offer} with demand {demand} lack {unpaid} of its worth");
                issues.push(refuted("prices", message));
                return Some(0);
            };
            cost.add(unpaid.checked_mul(capacity));
        }
    }
    Some(cost.0?.div_euclid(claim.scale.into()))
}

/// Millionths rounded up to whole ones.
fn rounded_up(millionths: i128) -> i128 {
    -(-millionths).div_euclid(WHOLE.into())
}

/// A sum that knows when it is too large.
struct Sum(Option<i128>);

impl Sum {
    fn add(&mut self, more: Option<i128>) {
        self.0 = self.0.zip(more).and_then(|(sum, more)| sum.checked_add(more));
    }

    fn products(&mut self, prices: &[i64], units: impl Iterator<Item = i128>) {
        for (&price, units) in prices.iter().zip(units) {
            self.add(i128::from(price).checked_mul(units));
        }
    }
}
