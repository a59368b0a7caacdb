//! Candidates, scores and stopped pairs: the linkage against the straightforward version, pair by pair.

use crate::support::markets;
use crate::support::straightforward::Straightforward;
use lienket::{Linkage, Market, MarketParts, Node, Policy, Rule};
use proptest::prelude::*;

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
                    let six = |views: [f64; 2]| views.map(|value| format!("{value:.6}"));
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
