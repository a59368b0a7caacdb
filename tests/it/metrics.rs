//! Metrics against their definitions, added up a second time.

use std::collections::BTreeSet;

use crate::support::markets;
use crate::support::straightforward::metres;
use lienket::{
    Contract, Cooperative, Demand, Enterprise, GroupMetrics, Kg, Linkage, Market, MarketParts, Metrics,
    Offer, Place, Plan, Policy, VndPerKg,
};
use proptest::prelude::*;

/// One allocation as positions in the parts: offer, demand, kg, micro-score.
type Trade = (usize, usize, i64, Option<u32>);

fn near(found: Option<f64>, expected: Option<f64>) -> bool {
    match (found, expected) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * b.abs().max(1.0),
        (None, None) => true,
        _ => false,
    }
}

#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn ratio(part: i128, whole: i128) -> Option<f64> {
    (whole != 0).then(|| part as f64 / whole as f64)
}

/// Metrics of the cooperatives and enterprises that belong to a group, from the definitions.
fn expected(
    parts: &MarketParts,
    trades: &[Trade],
    candidate: &BTreeSet<usize>,
    seller: &dyn Fn(&Cooperative) -> bool,
    buyer: &dyn Fn(&Enterprise) -> bool,
) -> GroupMetrics {
    let mut sum = GroupMetrics::default();
    let (mut twice, mut score, mut scored, mut metre_kg) = (0_i128, 0_i128, 0_i128, 0_i128);
    let mut fill = Vec::new();
    for cooperative in parts.cooperatives.iter().filter(|c| seller(c)) {
        let own: Vec<usize> =
            (0..parts.offers.len()).filter(|&o| parts.offers[o].cooperative == cooperative.id).collect();
        let offered: i128 = own.iter().map(|&o| i128::from(parts.offers[o].volume.0)).sum();
        let sales: Vec<&Trade> = trades.iter().filter(|t| own.contains(&t.0)).collect();
        let sold: i128 = sales.iter().map(|t| i128::from(t.2)).sum();
        sum.cooperatives += 1;
        sum.offers += own.len() as u64;
        sum.offered_kg += offered;
        sum.matched_kg += sold;
        sum.linked_cooperatives += u64::from(sold > 0);
        let apart = !own.is_empty() && sold == 0 && own.iter().all(|o| !candidate.contains(o));
        sum.cooperatives_without_candidate += u64::from(apart);
        let most = cooperative.capacity.map_or(offered, |kg| offered.min(kg.0.into()));
        if !own.is_empty() {
            fill.extend(ratio(sold, most));
        }
        for (o, d, kg, micro) in sales {
            let kg = i128::from(*kg);
            match (parts.offers[*o].ask, parts.demands[*d].bid) {
                (Some(ask), Some(bid)) => twice += kg * (i128::from(ask.0) + i128::from(bid.0)),
                _ => sum.unpriced_kg += kg,
            }
            if let Some(micro) = micro {
                score += kg * i128::from(*micro);
                scored += kg;
            }
            metre_kg += kg * i128::from(metres(parts, *o, *d));
        }
    }
    for enterprise in parts.enterprises.iter().filter(|e| buyer(e)) {
        let own: Vec<usize> =
            (0..parts.demands.len()).filter(|&d| parts.demands[d].enterprise == enterprise.id).collect();
        let bought: i128 = trades.iter().filter(|t| own.contains(&t.1)).map(|t| i128::from(t.2)).sum();
        sum.enterprises += 1;
        sum.demands += own.len() as u64;
        sum.demanded_kg += own.iter().map(|&d| i128::from(parts.demands[d].volume.0)).sum::<i128>();
        sum.bought_kg += bought;
        sum.linked_enterprises += u64::from(bought > 0);
    }
    fill.sort_by(f64::total_cmp);
    let (count, total) = (fill.len(), fill.iter().sum::<f64>());
    // Twice the same middle where the number is odd.
    sum.fill_median = (count > 0).then(|| f64::midpoint(fill[(count - 1) / 2], fill[count / 2]));
    sum.fill_min = fill.first().copied();
    let apart: f64 = fill.iter().flat_map(|a| fill.iter().map(move |b| (a - b).abs())).sum();
    let pairs = ratio(2 * count as i128, 1).unwrap_or_default();
    sum.fill_gini = (count > 0).then(|| if total > 0.0 { apart / (pairs * total) } else { 0.0 });
    sum.value_vnd = twice / 2 + twice % 2;
    sum.mean_score = ratio(score, scored * 1_000_000);
    sum.mean_distance_km = ratio(metre_kg, sum.matched_kg * 1000);
    sum
}

fn same(found: &GroupMetrics, expected: &GroupMetrics) -> Result<(), TestCaseError> {
    // Shares of nothing are 0; means and rates of nothing are absent.
    let part = |part: i128, whole: i128| ratio(part, whole).or(Some(0.0));
    let share = |linked: u64, all: u64| part(linked.into(), all.into());
    let shares = [
        (Some(found.linked_share), share(expected.linked_cooperatives, expected.cooperatives)),
        (Some(found.linked_enterprises_share), share(expected.linked_enterprises, expected.enterprises)),
        (Some(found.matched_share_of_offered), part(expected.matched_kg, expected.offered_kg)),
        (Some(found.matched_share_of_demanded), part(expected.bought_kg, expected.demanded_kg)),
        (found.mean_score, expected.mean_score),
        (found.mean_distance_km, expected.mean_distance_km),
        (found.fill_median, expected.fill_median),
        (found.fill_min, expected.fill_min),
        (found.fill_gini, expected.fill_gini),
    ];
    for (i, (found, expected)) in shares.into_iter().enumerate() {
        prop_assert!(near(found, expected), "{i}: {found:?} {expected:?}");
    }
    let whole = |m: &GroupMetrics| {
        let counts =
            [m.offers, m.demands, m.cooperatives, m.enterprises, m.linked_cooperatives, m.linked_enterprises];
        let sums = [m.offered_kg, m.demanded_kg, m.matched_kg, m.bought_kg, m.value_vnd, m.unpriced_kg];
        (counts, sums, m.cooperatives_without_candidate)
    };
    prop_assert_eq!(whole(found), whole(expected));
    Ok(())
}

fn place_of(place: &Place) -> String {
    if let Place::Id(id) = place { id.clone() } else { "coordinates".to_owned() }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 80, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn metrics_are_what_they_say(mix in markets::middle(true)) {
        let (parts, policy) = mix.build();
        let market = Market::build(parts.clone()).expect("a valid market");
        let linkage = Linkage::build(&market, &policy).expect("a valid policy");
        let plan = Plan::solve(&linkage, policy.mechanism).expect("a plan");
        let metrics = Metrics::of(&plan);
        let offer = |id: &str| parts.offers.iter().position(|o| o.id == id).expect("known");
        let demand = |id: &str| parts.demands.iter().position(|d| d.id == id).expect("known");
        let trades: Vec<Trade> = plan.allocations().iter().map(|a| {
            let score = linkage.candidate(a.offer, a.demand).map(|c| c.score.micro());
            (offer(&market.offer(a.offer).id), demand(&market.demand(a.demand).id), a.volume.0, score)
        }).collect();
        let candidate: BTreeSet<usize> = linkage.candidates().map(|c| offer(&market.offer(c.offer).id)).collect();
        prop_assert_eq!(metrics.candidates, linkage.len() as u64);
        same(&metrics.all, &expected(&parts, &trades, &candidate, &|_| true, &|_| true))?;
        prop_assert_eq!(metrics.all.matched_kg, metrics.all.bought_kg);

        let tags: BTreeSet<&String> =
            parts.cooperatives.iter().flat_map(|c| &c.tags).chain(parts.enterprises.iter().flat_map(|e| &e.tags)).collect();
        prop_assert_eq!(metrics.by_tag.keys().collect::<BTreeSet<_>>(), tags);
        for (tag, found) in &metrics.by_tag {
            same(found, &expected(&parts, &trades, &candidate, &|c| c.tags.contains(tag), &|e| e.tags.contains(tag)))?;
        }
        let homes = parts.cooperatives.iter().map(|c| &c.place).chain(parts.enterprises.iter().map(|e| &e.place));
        prop_assert_eq!(metrics.by_place.keys().cloned().collect::<BTreeSet<_>>(), homes.map(place_of).collect());
        for (place, found) in &metrics.by_place {
            let here = |home: &Place| place_of(home) == *place;
            same(found, &expected(&parts, &trades, &candidate, &|c| here(&c.place), &|e| here(&e.place)))?;
        }

        let bought = parts.enterprises.iter().map(|e| {
            trades.iter().filter(|t| parts.demands[t.1].enterprise == e.id).map(|t| i128::from(t.2)).sum::<i128>()
        });
        let shares = bought.filter_map(|kg| ratio(kg, metrics.all.matched_kg)).map(|share| share * share);
        let hhi = (metrics.all.matched_kg > 0).then(|| shares.sum());
        prop_assert!(near(metrics.buyer_hhi, hhi));
    }
}

#[test]
fn metrics_of_a_small_plan_are_these() {
    let mut parts = MarketParts::new(markets::day(14));
    for (id, capacity) in [("a", Some(4)), ("b", None), ("c", None), ("idle", None)] {
        parts
            .cooperatives
            .push(Cooperative { capacity: capacity.map(Kg), ..Cooperative::new(id, Place::point(0.0, 0.0)) });
    }
    parts.enterprises =
        vec![Enterprise::new("e", Place::point(0.0, 1.0)), Enterprise::new("f", Place::id("vn/ha-noi"))];
    parts.offers = vec![
        Offer::new("a", "a", "tea", Kg(10)).ask(VndPerKg(10)),
        Offer::new("b", "b", "tea", Kg(8)).ask(VndPerKg(13)),
        Offer::new("c", "c", "herb", Kg(5)),
    ];
    parts.demands =
        vec![Demand::new("x", "e", "tea", Kg(10)).bid(VndPerKg(13)), Demand::new("y", "f", "fruit", Kg(30))];
    parts.contracts.push(Contract { offer: "c".into(), demand: "y".into(), volume: Kg(1) });
    let linkage = Linkage::build(&Market::build(parts).expect("valid"), &Policy::default()).expect("valid");
    let plan = Plan::solve(&linkage, linkage.policy().mechanism).expect("a plan");
    let metrics = Metrics::of(&plan);
    let all = &metrics.all;
    // `a` sells 4 of the 4 it can deliver, `b` 6 of 8, `c` 1 of 5 by contract; `idle` offers nothing.
    assert_eq!((all.matched_kg, all.offered_kg, all.demanded_kg), (11, 23, 40));
    assert_eq!((all.linked_cooperatives, all.cooperatives, all.cooperatives_without_candidate), (3, 4, 0));
    assert_eq!((all.value_vnd, all.unpriced_kg), (4 * 23 / 2 + 6 * 13, 1));
    assert!(near(all.fill_median, Some(0.75)) && near(all.fill_min, Some(0.2)));
    assert!(near(all.fill_gini, Some((0.25 + 0.8 + 0.55) / (3.0 * 1.95))));
    assert!(near(metrics.buyer_hhi, Some((100.0 + 1.0) / 121.0)));
    assert_eq!(metrics.candidates, 2);
}
