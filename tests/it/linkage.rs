//! Candidates, scores and stopped pairs: the linkage against the straightforward version, pair by pair.

use crate::support::markets;
use crate::support::straightforward::Straightforward;
use lienket::generate::{Preset, generate};
use lienket::{
    Boost, Cooperative, Criterion, Demand, Enterprise, Error, Explanation, Kg, Km, Linkage, Market,
    MarketParts, Mechanism, Node, Offer, Place, Plan, Policy, Rule, Stage, VndPerKg,
};
use proptest::prelude::*;
use std::ops::ControlFlow;

/// Every pair of the linkage is what the straightforward version says, and so are the counts.
fn same_as_straightforward(parts: &MarketParts, policy: &Policy) -> Result<(), TestCaseError> {
    let market = Market::build(parts.clone()).expect("a valid market");
    let linkage = Linkage::build(&market, policy).expect("a valid policy");
    let plain = Straightforward::of(parts, policy);
    let mut candidates = 0;
    let mut by_demand = vec![[0_u32; 8]; parts.demands.len()];
    for o in 0..parts.offers.len() {
        let offer = market.find_offer(&parts.offers[o].id).expect("known");
        let mut by_offer = [0_u32; 8];
        for (d, by_demand) in by_demand.iter_mut().enumerate() {
            let demand = market.find_demand(&parts.demands[d].id).expect("known");
            let found = linkage.candidate(offer, demand);
            match plain.judge(o, d) {
                Err(rule) => {
                    prop_assert_eq!(
                        found,
                        None,
                        "{} {} is stopped by {:?}",
                        &parts.offers[o].id,
                        &parts.demands[d].id,
                        rule
                    );
                    prop_assert!(linkage.criteria(offer, demand).is_none());
                    let at = Rule::ALL.iter().position(|r| *r == rule).expect("a rule");
                    by_offer[at] += 1;
                    by_demand[at] += 1;
                }
                Ok(scores) => {
                    let found = found.map(|c| {
                        [c.score, c.cooperative_score, c.enterprise_score].map(lienket::Score::micro)
                    });
                    prop_assert_eq!(found, Some([scores.joint, scores.cooperative, scores.enterprise]));
                    let six = |views: [f64; 2]| views.map(|value| (value * 1e6).round().to_string());
                    let criteria = linkage.criteria(offer, demand).expect("a candidate").values().map(six);
                    prop_assert_eq!(criteria, plain.criteria(o, d).map(six));
                    candidates += 1;
                }
            }
        }
        let stopped = linkage.stopped_offer(offer);
        prop_assert_eq!(Rule::ALL.map(|rule| stopped.by(rule)), by_offer);
    }
    for (demand, counts) in parts.demands.iter().zip(by_demand) {
        let stopped = linkage.stopped_demand(market.find_demand(&demand.id).expect("known"));
        prop_assert_eq!(Rule::ALL.map(|rule| stopped.by(rule)), counts);
    }
    prop_assert_eq!(linkage.len(), candidates);
    prop_assert_eq!(linkage.is_empty(), candidates == 0);
    let listed: Vec<_> = linkage.candidates().collect();
    prop_assert!(listed.windows(2).all(|w| (w[0].offer, w[0].demand) < (w[1].offer, w[1].demand)));
    let rows = (0..market.offers().len()).map(|o| market.find_offer(&market.offers()[o].id).expect("known"));
    let rows: Vec<_> = rows.flat_map(|offer| linkage.candidates_of(offer).collect::<Vec<_>>()).collect();
    prop_assert_eq!(&listed, &rows);

    let graph = linkage.graph();
    prop_assert_eq!(graph.node_count(), parts.offers.len() + parts.demands.len());
    prop_assert_eq!(graph.edge_count(), listed.len());
    for (edge, candidate) in graph.edge_references().zip(&listed) {
        use petgraph::visit::EdgeRef;
        prop_assert_eq!(edge.weight(), candidate);
        prop_assert_eq!(graph[edge.source()], Node::Offer(candidate.offer));
        prop_assert_eq!(graph[edge.target()], Node::Demand(candidate.demand));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tiny_linkages_are_the_straightforward_ones(mix in markets::tiny(true)) {
        let (parts, policy) = mix.build();
        same_as_straightforward(&parts, &policy)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn middle_linkages_are_the_straightforward_ones(mix in markets::middle(true)) {
        let (parts, policy) = mix.build();
        same_as_straightforward(&parts, &policy)?;
    }
}

#[test]
fn wide_linkages_are_the_straightforward_ones() {
    for seed in 0..8 {
        let (parts, policy) = markets::wide(seed, false);
        same_as_straightforward(&parts, &policy).expect("the same");
    }
}

#[test]
fn standards_and_services_beyond_a_word_are_looked_up() {
    for seed in 100..104 {
        let (parts, policy) = markets::wide(seed, true);
        same_as_straightforward(&parts, &policy).expect("the same");
    }
}

#[test]
fn synthetic_markets_are_the_straightforward_ones() {
    let narrow = Policy { min_score: 0.6, road_factor: 1.3, ..Policy::default() };
    for (preset, scale) in [(Preset::Forum, 1.0), (Preset::Province, 0.2), (Preset::National, 0.005)] {
        let parts = generate(preset, 5, scale).expect("a scale");
        for policy in [&Policy::default(), &narrow] {
            same_as_straightforward(&parts, policy).expect("the same");
        }
    }
}

#[test]
fn single_pairs_are_judged_as_the_search_judges_all() {
    for (seed, many) in [(2, false), (3, false), (102, true)] {
        let (parts, policy) = markets::wide(seed, many);
        let market = Market::build(parts).expect("a valid market");
        let linkage = Linkage::build(&market, &policy).expect("a valid policy");
        let plan = Plan::solve(&linkage, Mechanism::Greedy).expect("small numbers");
        for offer in market.offers().iter().map(|offer| market.find_offer(&offer.id).expect("known")) {
            let mut stopped = [0; 8];
            for demand in market.demands().iter().map(|demand| market.find_demand(&demand.id).expect("known"))
            {
                let ids = (&market.offer(offer).id, &market.demand(demand).id);
                let Explanation::Pair(told) = plan.explain(ids.0, ids.1).expect("known") else {
                    panic!("a pair")
                };
                match (told.rules.iter().position(|rule| !rule.passed), linkage.candidate(offer, demand)) {
                    (Some(rule), None) => stopped[rule] += 1,
                    (None, Some(found)) => assert_eq!(
                        [told.score, told.cooperative_score, told.enterprise_score],
                        [found.score, found.cooperative_score, found.enterprise_score].map(Some)
                    ),
                    (told, found) => panic!("{told:?} {found:?}"),
                }
            }
            assert_eq!(stopped, Rule::ALL.map(|rule| linkage.stopped_offer(offer).by(rule)));
        }
    }
}

#[test]
fn threads_do_not_matter() {
    // Large enough for several tasks.
    let market = Market::build(generate(Preset::Province, 5, 2.0).expect("a scale")).expect("a valid market");
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| {
            let linkage = Linkage::build(&market, &Policy::default()).expect("a valid policy");
            let candidates: Vec<_> = linkage.candidates().collect();
            let offers = market
                .offers()
                .iter()
                .map(|o| linkage.stopped_offer(market.find_offer(&o.id).expect("known")));
            let demands = market
                .demands()
                .iter()
                .map(|d| linkage.stopped_demand(market.find_demand(&d.id).expect("known")));
            let stopped: Vec<_> = offers.chain(demands).collect();
            (candidates, stopped)
        })
    };
    let one = on(1);
    assert!(one.0.len() > 1_000);
    assert!(one == on(2) && one == on(7));
}

#[test]
fn wide_markets_have_near_and_far_pairs() {
    // Guards the tests above: distance must stop many pairs of a bucket, and pairs must be left.
    let (mut far, mut candidates) = (0, 0);
    for seed in 0..8 {
        let (parts, policy) = markets::wide(seed, false);
        let market = Market::build(parts).expect("a valid market");
        let linkage = Linkage::build(&market, &policy).expect("a valid policy");
        candidates += linkage.len();
        let offers = market.offers().iter().map(|offer| market.find_offer(&offer.id).expect("known"));
        far += offers.map(|offer| linkage.stopped_offer(offer).by(Rule::Distance)).sum::<u32>();
    }
    assert!(far > 5_000 && candidates > 2_000, "{far} {candidates}");
}

#[test]
fn distances_are_told_and_limited_to_the_metre_everywhere_on_earth() {
    // Limits of a pair's metres, and of one less, at points of every kind.
    let points = [
        (90.0, 0.0),
        (-90.0, 12.0),
        (0.0, 180.0),
        (0.0, -180.0),
        (89.999, 77.0),
        (21.0, 105.8),
        (-21.0, -74.2),
    ];
    for (i, &(lat, lon)) in points.iter().enumerate() {
        for (j, &(to_lat, to_lon)) in points.iter().enumerate() {
            let mut parts = MarketParts::new(markets::day(14));
            parts.cooperatives.push(Cooperative::new("c", Place::point(lat, lon)));
            parts.enterprises.push(Enterprise::new("e", Place::point(to_lat, to_lon)));
            parts.offers.push(Offer::new("o", "c", "tea", Kg(10)));
            parts.demands.push(Demand::new("d", "e", "tea", Kg(10)));
            let market = Market::build(parts.clone()).expect("a valid market");
            let (offer, demand) =
                (market.find_offer("o").expect("known"), market.find_demand("d").expect("known"));
            let linked = |limit: f64| {
                let policy = Policy { max_distance: Some(Km(limit)), ..Policy::default() };
                let linkage = Linkage::build(&market, &policy).expect("a valid policy");
                let far = linkage.stopped_offer(offer).by(Rule::Distance) == 1;
                assert_eq!(linkage.len() == 1, !far);
                (linkage.len() == 1, linkage.distance(offer, demand).0)
            };
            let (_, metres) = linked(30_000.0);
            assert!(linked(f64::from(metres) / 1000.0).0, "{i} {j}");
            assert!(metres == 0 || !linked(f64::from(metres - 1) / 1000.0).0, "{i} {j}");
        }
    }
}

#[test]
fn progress_grows_to_the_number_of_offers_and_a_break_cancels() {
    let (parts, policy) = markets::wide(1, false);
    let market = Market::build(parts).expect("a valid market");
    let last = std::sync::atomic::AtomicU64::new(0);
    Linkage::build_watched(&market, &policy, &|progress| {
        assert_eq!((progress.stage, progress.total), (Stage::Candidates, 150));
        last.fetch_max(progress.done, std::sync::atomic::Ordering::Relaxed);
        ControlFlow::Continue(())
    })
    .expect("not cancelled");
    assert_eq!(last.into_inner(), 150);
    let cancelled = Linkage::build_watched(&market, &policy, &|_| ControlFlow::Break(()));
    assert!(matches!(cancelled, Err(Error::Cancelled)));
}

#[test]
fn random_markets_show_every_rule_and_many_candidates() {
    // Guards the properties above against a generator that has grown tame.
    let mut seen = [0_usize; 8];
    let mut candidates = 0;
    for seed in 0..60 {
        let mix = markets::Mix {
            offers: 30,
            demands: 30,
            cooperatives: 8,
            enterprises: 8,
            most_kg: 40,
            fields: 40,
            capacities: 30,
            contracts: 20,
            limits: 40,
            seed,
        };
        let (parts, policy) = mix.build();
        let plain = Straightforward::of(&parts, &policy);
        for (o, d) in (0..30).flat_map(|o| (0..30).map(move |d| (o, d))) {
            match plain.judge(o, d) {
                Ok(_) => candidates += 1,
                Err(rule) => seen[rule as usize] += 1,
            }
        }
    }
    assert!(seen.iter().all(|count| *count > 50), "{seen:?}");
    assert!(candidates > 1000, "{candidates}");
}

/// Offers of a cooperative and demands of an enterprise at one place, without prices and windows.
fn side_by_side(offers: &[i64], demands: &[i64]) -> MarketParts {
    let mut parts = MarketParts::new(markets::day(14));
    parts.cooperatives.push(Cooperative::new("c", Place::point(21.0, 105.8)));
    parts.enterprises.push(Enterprise::new("e", Place::point(21.0, 105.8)));
    let named = |kind: &str, list: &[i64]| -> Vec<(String, Kg)> {
        list.iter().enumerate().map(|(i, &kg)| (format!("{kind}{i:04}"), Kg(kg))).collect()
    };
    parts.offers = named("o", offers).into_iter().map(|(id, kg)| Offer::new(id, "c", "tea", kg)).collect();
    parts.demands = named("d", demands).into_iter().map(|(id, kg)| Demand::new(id, "e", "tea", kg)).collect();
    parts
}

#[test]
fn halves_of_a_micro_unit_round_as_the_definition_says() {
    // The volume alone counts: (2 n + 1) / (2 × 10^6), give or take a rounding, which only the definition can tell.
    let odd: Vec<i64> = (0..600).map(|n| (n * 3_331) % 1_000_000 * 2 + 1).collect();
    let parts = side_by_side(&[2_000_000, 6_000_000, 14_000_000, 18_000_000], &odd);
    for balance in [1.0, 0.3, 0.0] {
        let mut policy = Policy { balance, ..Policy::default() };
        for side in [&mut policy.weights.cooperative, &mut policy.weights.enterprise] {
            for criterion in Criterion::ALL {
                *side.get_mut(criterion) = if criterion == Criterion::Volume { 0.7 } else { 0.0 };
            }
        }
        same_as_straightforward(&parts, &policy).expect("the same");
    }
}

#[test]
fn weights_out_of_the_ordinary_and_many_boosts_score_as_the_definition_says() {
    let (parts, policy) = markets::wide(3, false);
    for scale in [1e-300, f64::MIN_POSITIVE, 1e-322, 1e300, 1e306] {
        let mut policy = policy.clone();
        for side in [&mut policy.weights.cooperative, &mut policy.weights.enterprise] {
            for criterion in Criterion::ALL {
                *side.get_mut(criterion) *= scale;
            }
        }
        if policy.weights.cooperative.values().iter().sum::<f64>() > 0.0 {
            same_as_straightforward(&parts, &policy).expect("the same");
        }
    }
    let mut parts = side_by_side(&[10, 300, 7_000], &[9, 333, 10_000]);
    parts.cooperatives[0].tags.push("young".to_owned());
    for count in [1, 16, 17, 400] {
        let add = |i: i32| if i % 2 == 0 { 0.987_654_321 } else { -0.987_650_001 };
        let boosts = (0..count).map(|i| Boost { tag: "young".to_owned(), add: add(i) }).collect();
        let policy = Policy { boosts, ..Policy::default() };
        same_as_straightforward(&parts, &policy).expect("the same");
    }
}

#[test]
fn margins_may_be_tiny_or_huge() {
    let (parts, policy) = markets::wide(4, false);
    for full_margin in [f64::MIN_POSITIVE, 1e-300, 1e-12, 1e300] {
        same_as_straightforward(&parts, &Policy { full_margin, ..policy.clone() }).expect("the same");
    }
    for half in [1e-300, 1e300] {
        let policy = Policy { half_distance: Km(half), ..policy.clone() };
        same_as_straightforward(&parts, &policy).expect("the same");
    }
}

#[test]
fn prices_beyond_what_a_double_holds_are_compared_as_integers() {
    const EXACT: i64 = 1 << 53;
    let mut parts = side_by_side(&[10, 10, 10, 10], &[10, 10, 10, 10]);
    for (i, (offer, demand)) in (-1..).zip(parts.offers.iter_mut().zip(&mut parts.demands)) {
        offer.ask = Some(VndPerKg(EXACT + i));
        demand.bid = Some(VndPerKg(EXACT + i));
    }
    same_as_straightforward(&parts, &Policy::default()).expect("the same");
    let market = Market::build(parts).expect("a valid market");
    let linkage = Linkage::build(&market, &Policy::default()).expect("a valid policy");
    assert_eq!(linkage.len(), 10);
}
