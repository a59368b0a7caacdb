//! Metrics of a plan: how many are linked, how much of the volume, at what value, how evenly.
//!
//! Sums are exact integers; a ratio is taken once, at the end. A share of nothing is 0; a mean, median or index
//! of nothing is absent (`null` in documents).

mod compare;
mod frontier;

use std::collections::BTreeMap;

use ordered_float::OrderedFloat;
use serde::Serialize;

pub use compare::{Compared, compare};
pub use frontier::{FrontierPoint, frontier};

use crate::id::{DemandIx, OfferIx};
use crate::market::{Market, Place};
use crate::plan::{Allocation, Plan};
use crate::units::Kg;

/// Metrics of a plan, over everybody.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Metrics {
    /// Candidate pairs.
    pub candidates: u64,
    /// Everybody's.
    #[serde(flatten)]
    pub all: GroupMetrics,
    /// Herfindahl index of enterprises by volume bought, in (0, 1].
    pub buyer_hhi: Option<f64>,
    /// The same for the parties with each tag.
    pub by_tag: BTreeMap<String, GroupMetrics>,
    /// The same for the parties at each place of the catalogue; those given by coordinates stand under
    /// `coordinates`.
    pub by_place: BTreeMap<String, GroupMetrics>,
}

/// Metrics of a group of parties: what its cooperatives sell and its enterprises buy.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct GroupMetrics {
    /// Offers.
    pub offers: u64,
    /// Demands.
    pub demands: u64,
    /// Cooperatives.
    pub cooperatives: u64,
    /// Enterprises.
    pub enterprises: u64,
    /// Cooperatives that sell something, contracts included.
    pub linked_cooperatives: u64,
    /// Their share of the cooperatives.
    pub linked_share: f64,
    /// Enterprises that buy something, contracts included.
    pub linked_enterprises: u64,
    /// Their share of the enterprises.
    pub linked_enterprises_share: f64,
    /// Volume offered.
    pub offered_kg: i128,
    /// Volume demanded.
    pub demanded_kg: i128,
    /// Volume sold by the group's cooperatives, contracts included.
    pub matched_kg: i128,
    /// Volume bought by the group's enterprises, contracts included; over everybody the same as `matched_kg`.
    pub bought_kg: i128,
    /// `matched_kg` / `offered_kg`.
    pub matched_share_of_offered: f64,
    /// `bought_kg` / `demanded_kg`.
    pub matched_share_of_demanded: f64,
    /// Value of what the cooperatives sell at the middle of ask and bid, rounded half up; volumes with a price
    /// missing are not valued, see `unpriced_kg`.
    pub value_vnd: i128,
    /// Volume sold for which a price is missing.
    pub unpriced_kg: i128,
    /// Joint score of what the cooperatives sell, weighted by kg; contracts on pairs that are no candidates have
    /// none and are left out.
    pub mean_score: Option<f64>,
    /// Great-circle distance of what the cooperatives sell, weighted by kg.
    pub mean_distance_km: Option<f64>,
    /// Median fill rate: kg sold / min(capacity, volume offered), over all cooperatives that offer something,
    /// zeros included.
    pub fill_median: Option<f64>,
    /// Smallest fill rate.
    pub fill_min: Option<f64>,
    /// Gini coefficient of the fill rates; 0 where all are equal.
    pub fill_gini: Option<f64>,
    /// Cooperatives that offer something and have neither a candidate nor a contract.
    pub cooperatives_without_candidate: u64,
}

impl Metrics {
    /// Metrics of a plan. O((allocations + offers + demands) × tags of a party).
    ///
    /// ```
    /// # use lienket::{Cooperative, Demand, Enterprise, Kg, Linkage, Market, MarketParts, Mechanism};
    /// # use lienket::{Offer, Place, Plan, Policy};
    /// use lienket::Metrics;
    /// # let mut parts = MarketParts::new("2025-11-28".parse()?);
    /// # parts.cooperatives.push(Cooperative::new("htx", Place::id("vn/thai-nguyen")));
    /// # parts.enterprises.push(Enterprise::new("shop", Place::id("vn/ha-noi")));
    /// # parts.offers.push(Offer::new("o", "htx", "tea/green", Kg(500)));
    /// # parts.demands.push(Demand::new("d", "shop", "tea", Kg(300)));
    /// # let linkage = Linkage::build(&Market::build(parts)?, &Policy::default())?;
    /// # let plan = Plan::solve(&linkage, Mechanism::Optimal)?;
    /// let metrics = Metrics::of(&plan);
    /// assert_eq!(metrics.all.matched_kg, 300);
    /// assert_eq!(metrics.all.fill_median, Some(0.6));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn of(plan: &Plan) -> Self {
        let market = plan.market();
        let mut groups = Groups::new(market);
        groups.count(plan);
        let all = groups.all.finish();
        let finish =
            |groups: BTreeMap<String, Tally>| groups.into_iter().map(|(k, t)| (k, t.finish())).collect();
        Self {
            candidates: plan.linkage().len() as u64,
            all,
            buyer_hhi: herfindahl(market, plan.allocations()),
            by_tag: finish(groups.by_tag),
            by_place: finish(groups.by_place),
        }
    }
}

/// Sums of a group on the way to its metrics.
#[derive(Clone, Debug, Default)]
struct Tally {
    counts: GroupMetrics,
    sales: Sales,
    fill: Vec<f64>,
}

/// What allocations add up to for their seller.
#[derive(Clone, Copy, Debug, Default)]
struct Sales {
    kg: i128,
    /// Twice the value, so that the middle of two prices stays whole.
    twice_value: i128,
    unpriced_kg: i128,
    micro_score: i128,
    scored_kg: i128,
    metre_kg: i128,
}

struct Groups<'a> {
    market: &'a Market,
    all: Tally,
    by_tag: BTreeMap<String, Tally>,
    by_place: BTreeMap<String, Tally>,
}

fn place_key(place: &Place) -> String {
    match place {
        Place::Id(id) => id.clone(),
        Place::Point { .. } => "coordinates".to_owned(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a ratio for people; sums below 2^53 kg are exact")]
fn ratio(part: i128, whole: i128) -> Option<f64> {
    (whole != 0).then(|| part as f64 / whole as f64)
}

impl<'a> Groups<'a> {
    fn new(market: &'a Market) -> Self {
        Self { market, all: Tally::default(), by_tag: BTreeMap::new(), by_place: BTreeMap::new() }
    }

    /// Does something to the tally of everybody, of each tag and of the place.
    fn each(&mut self, tags: &[String], place: &Place, mut change: impl FnMut(&mut Tally)) {
        change(&mut self.all);
        for tag in tags {
            change(self.by_tag.entry(tag.clone()).or_default());
        }
        change(self.by_place.entry(place_key(place)).or_default());
    }

    fn count(&mut self, plan: &Plan) {
        let market = self.market;
        let mut offered = vec![(0_u64, 0_i128, false); market.cooperatives().len()];
        for (o, offer) in market.offers().iter().enumerate() {
            let entry = &mut offered[market.cooperative_of(OfferIx::at(o)).index()];
            entry.0 += 1;
            entry.1 += i128::from(offer.volume.0);
            entry.2 |= !plan.linkage().row(OfferIx::at(o)).is_empty();
        }
        let mut sales = vec![Sales::default(); market.cooperatives().len()];
        let mut bought = vec![0_i128; market.enterprises().len()];
        for a in plan.allocations() {
            sales[market.cooperative_of(a.offer).index()].add(plan, a);
            bought[market.enterprise_of(a.demand).index()] += i128::from(a.volume.0);
        }
        for (i, cooperative) in market.cooperatives().iter().enumerate() {
            let (offers, volume, candidate) = offered[i];
            let sold = sales[i].kg;
            let reachable = cooperative.capacity.map_or(volume, |Kg(kg)| volume.min(i128::from(kg)));
            let fill = ratio(sold, reachable).filter(|_| offers > 0);
            let apart = offers > 0 && !candidate && sold == 0;
            self.each(&cooperative.tags, &cooperative.place, |tally| {
                let counts = &mut tally.counts;
                counts.cooperatives += 1;
                counts.offers += offers;
                counts.offered_kg += volume;
                counts.matched_kg += sold;
                counts.linked_cooperatives += u64::from(sold > 0);
                counts.cooperatives_without_candidate += u64::from(apart);
                tally.fill.extend(fill);
                tally.sales.join(&sales[i]);
            });
        }
        let mut demanded = vec![(0_u64, 0_i128); market.enterprises().len()];
        for (d, demand) in market.demands().iter().enumerate() {
            let entry = &mut demanded[market.enterprise_of(DemandIx::at(d)).index()];
            entry.0 += 1;
            entry.1 += i128::from(demand.volume.0);
        }
        for (i, enterprise) in market.enterprises().iter().enumerate() {
            let (demands, volume) = demanded[i];
            let bought = bought[i];
            self.each(&enterprise.tags, &enterprise.place, |Tally { counts, .. }| {
                counts.enterprises += 1;
                counts.demands += demands;
                counts.demanded_kg += volume;
                counts.bought_kg += bought;
                counts.linked_enterprises += u64::from(bought > 0);
            });
        }
    }
}

impl Sales {
    fn add(&mut self, plan: &Plan, a: &Allocation) {
        let kg = i128::from(a.volume.0);
        self.kg += kg;
        match a.twice_value(plan.market()) {
            Some(twice_value) => self.twice_value += twice_value,
            None => self.unpriced_kg += kg,
        }
        if let Some(score) = plan.scores(a.offer, a.demand).map(|scores| scores.score) {
            self.micro_score += i128::from(score.micro()) * kg;
            self.scored_kg += kg;
        }
        self.metre_kg += i128::from(plan.distance(a.offer, a.demand).0) * kg;
    }

    fn join(&mut self, other: &Self) {
        self.kg += other.kg;
        self.twice_value += other.twice_value;
        self.unpriced_kg += other.unpriced_kg;
        self.micro_score += other.micro_score;
        self.scored_kg += other.scored_kg;
        self.metre_kg += other.metre_kg;
    }
}

impl Tally {
    fn finish(mut self) -> GroupMetrics {
        let mut counts = self.counts;
        let share = |part: u64, whole: u64| ratio(part.into(), whole.into()).unwrap_or(0.0);
        counts.linked_share = share(counts.linked_cooperatives, counts.cooperatives);
        counts.linked_enterprises_share = share(counts.linked_enterprises, counts.enterprises);
        counts.matched_share_of_offered = ratio(counts.matched_kg, counts.offered_kg).unwrap_or(0.0);
        counts.matched_share_of_demanded = ratio(counts.bought_kg, counts.demanded_kg).unwrap_or(0.0);
        counts.value_vnd = (self.sales.twice_value + 1).div_euclid(2);
        counts.unpriced_kg = self.sales.unpriced_kg;
        counts.mean_score = ratio(self.sales.micro_score, self.sales.scored_kg * 1_000_000);
        counts.mean_distance_km = ratio(self.sales.metre_kg, counts.matched_kg * 1000);
        self.fill.sort_by_key(|rate| OrderedFloat(*rate));
        counts.fill_min = self.fill.first().copied();
        counts.fill_median = median(&self.fill);
        counts.fill_gini = gini(&self.fill);
        counts
    }
}

/// The middle of sorted values, or the mean of the two in the middle.
fn median(sorted: &[f64]) -> Option<f64> {
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        n if n % 2 == 1 => Some(sorted[middle]),
        _ => Some(f64::midpoint(sorted[middle - 1], sorted[middle])),
    }
}

/// Gini coefficient of sorted values: Σ |x − y| over all ordered pairs / (2 n² mean), computed as
/// Σ (2 i − n − 1) xᵢ / (n Σ x) with i from 1 (Sen, On Economic Inequality, 1973).
#[expect(clippy::cast_precision_loss, reason = "counts of cooperatives")]
fn gini(sorted: &[f64]) -> Option<f64> {
    let n = sorted.len() as f64;
    let sum: f64 = sorted.iter().sum();
    if sorted.is_empty() {
        return None;
    }
    if sum <= 0.0 {
        return Some(0.0);
    }
    let weighted: f64 = sorted.iter().enumerate().map(|(i, x)| (2.0 * (i as f64 + 1.0) - n - 1.0) * x).sum();
    Some((weighted / (n * sum)).max(0.0))
}

/// Σ share² of the enterprises in the volume traded.
fn herfindahl(market: &Market, allocations: &[Allocation]) -> Option<f64> {
    let mut bought = vec![0_i128; market.enterprises().len()];
    for a in allocations {
        bought[market.enterprise_of(a.demand).index()] += i128::from(a.volume.0);
    }
    let total: i128 = bought.iter().sum();
    (total > 0).then(|| bought.iter().filter_map(|kg| ratio(*kg, total)).map(|share| share * share).sum())
}

#[cfg(test)]
mod tests {
    use super::{gini, median};

    #[test]
    fn statistics_of_small_samples() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[0.25]), Some(0.25));
        assert_eq!(median(&[0.25, 0.5, 1.0]), Some(0.5));
        assert_eq!(median(&[0.0, 0.5]), Some(0.25));
        assert_eq!(gini(&[]), None);
        assert_eq!(gini(&[0.0, 0.0]), Some(0.0));
        assert_eq!(gini(&[0.5, 0.5, 0.5]), Some(0.0));
        // One of four has all: (n − 1) / n.
        assert_eq!(gini(&[0.0, 0.0, 0.0, 1.0]), Some(0.75));
        // By the definition: pairs (0.5, 1): |x−y| sums to 1 over ordered pairs; 2 · 4 · 0.75 = 6.
        assert!((gini(&[0.5, 1.0]).unwrap_or_default() - 1.0 / 6.0).abs() < 1e-15);
    }
}
