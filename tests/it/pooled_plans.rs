//! Pools in policies, plans and documents: read, assigned, proved, explained, verified; and claims that do not hold.

use crate::pooling::{depot, market, random};
use crate::support::markets::{self, middle};
use lienket::{
    Allocation, Barred, Contract, Decision, DecisionKind, Decisions, Error, Explanation, Kg, Language,
    Linkage, Market, MarketParts, Mechanism, Objective, Plan, Policy, PoolStanding, PooledVolumes, Pooling,
    Pools, Reason, Round, Status, UnderLimits, compare, io,
};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

const POLICY: &str = "format = 'lienket/policy@1'
[pooling]
pool_radius_km = 21
max_members = 3
hubs = ['depots', 'unions']
[[pooling.unions]]
union = 'a'
members = ['b']
[[pooling.depots]]
id = 'kho'
place = { lat = 21.0, lon = 105.2 }
capacity_kg = 100000
";

fn linkage(parts: &MarketParts, pooling: Option<Pooling>, policy: Policy) -> Linkage {
    let market = Market::build(parts.clone()).unwrap();
    Linkage::build(&market, &Policy { pooling, ..policy }).unwrap()
}

fn solved(parts: &MarketParts, pooling: Pooling) -> Plan {
    Plan::solve(&linkage(parts, Some(pooling), Policy::default()), Mechanism::Optimal).unwrap()
}

fn two() -> MarketParts {
    market(&[("a", 105.0, 3000), ("b", 105.4, 3000)])
}

fn codes(error: &Error) -> Vec<(String, &'static str)> {
    let (Error::Faults(issues) | Error::Refuted(issues)) = error else { panic!("{error}") };
    issues.iter().map(|issue| (issue.pointer.clone(), issue.code)).collect()
}

#[test]
fn a_policy_is_read_and_written_back() {
    let policy = io::policy::from_toml(POLICY).unwrap();
    let pooling = policy.pooling.as_ref().unwrap();
    assert_eq!((pooling.max_members, pooling.hubs.len(), pooling.depots.len()), (Some(3), 2, 1));
    assert_eq!(pooling.unions[0].members, ["b"]);
    let document = io::policy_document(&policy).to_string();
    assert_eq!(io::policy::from_json(document.as_bytes()).unwrap(), policy);
    let short = "format = 'lienket/policy@1'\n[pooling]\n";
    assert_eq!(io::policy::from_toml(short).unwrap().pooling, Some(Pooling::default()));
}

#[test]
fn all_faults_come_at_once() {
    let document = "format = 'lienket/policy@1'
linked_first = true
max_share_per_supplier = 0.5
[[quotas]]
tag = 't'
min_kg = 1
[pooling]
pool_radius_km = -1
max_members = 1
hubs = ['depots', 'depots']
depos = []
[[pooling.unions]]
union = 'u'
members = []
[[pooling.depots]]
id = ''
place = { lat = 100.0, lon = 0.0 }
capacity_kg = -4
";
    let found = codes(&io::policy::from_toml(document).unwrap_err());
    for expected in [
        ("/pooling/hubs/1", "repeated"),
        ("/pooling/depos", "unknown_field"),
        ("/pooling/pool_radius_km", "out_of_range"),
        ("/pooling/max_members", "out_of_range"),
        ("/pooling/unions", "contradiction"),
        ("/pooling/unions/0/members", "empty_list"),
        ("/pooling/depots/0/id", "bad_id"),
        ("/pooling/depots/0/place", "out_of_range"),
        ("/pooling/depots/0/capacity_kg", "out_of_range"),
        ("/linked_first", "contradiction"),
        ("/max_share_per_supplier", "contradiction"),
        ("/quotas", "contradiction"),
    ] {
        assert!(found.iter().any(|(at, code)| (at.as_str(), *code) == expected), "{expected:?} in {found:?}");
    }
    // What only the market shows is told before anything is solved.
    let policy = io::policy::from_toml(&POLICY.replace("'b'", "'nobody'")).unwrap();
    let error = Linkage::build(&Market::build(two()).unwrap(), &policy).unwrap_err();
    assert_eq!(codes(&error), [("/pooling/unions/0/members/0".to_owned(), "unknown_id")]);
}

#[test]
fn only_a_pool_serves_the_demand_and_the_plan_says_how() {
    let plan = solved(&two(), depot(21.0, None));
    assert_eq!(plan.bounds().status, Status::Optimal);
    assert_eq!(plan.allocations().len(), 2);
    assert!(plan.unmatched_offers().is_empty());
    let left = &plan.unmatched_demands()[0];
    assert_eq!((left.left, left.funnel["matched"]), (Kg(3000), 2));
    let document: serde_json::Value = serde_json::from_str(&io::plan_document(&plan)).unwrap();
    let via = serde_json::json!({"hub": {"kind": "depot", "id": "kho"}, "collection_km": 20.762, "trunk_km": 55.598});
    assert_eq!(document["allocations"][0]["via"], via);
    assert_eq!(document["allocations"][0]["distance_km"], 76.36);
    assert!(document["allocations"][0]["criteria"]["location"].is_array());
    let pool = &document["pools"][0];
    assert_eq!(
        (&pool["volume_kg"], &pool["lot_kg"], &pool["slack_kg"]),
        (&6000.into(), &5000.into(), &1000.into())
    );
    assert_eq!(pool["members"][1]["critical"], true);
    assert_eq!(document["pools_left_out"], 0);
    assert_eq!(document["policy"]["pooling"]["depots"][0]["id"], "kho");
    assert_eq!(document["metrics"]["matched_kg"], 6000);
    assert_eq!(document["metrics"]["mean_distance_km"], 76.36);
    let mut table = Vec::new();
    io::write_matches(&plan, &mut table).unwrap();
    let table = String::from_utf8(table).unwrap();
    assert!(
        table.lines().next().unwrap().ends_with(",hub") && table.lines().nth(1).unwrap().ends_with(",kho")
    );
}

#[test]
fn a_pair_is_told_how_it_stands_with_pools() {
    let standing = |plan: &Plan| match plan.explain("o-a", "d").unwrap() {
        Explanation::Pair(pair) => pair.pool,
        _ => unreachable!("a pair"),
    };
    let plan = solved(&two(), depot(21.0, None));
    let Some(PoolStanding::Through { hub, critical: true, lot_kg: Kg(5000), .. }) = standing(&plan) else {
        panic!("{:?}", standing(&plan))
    };
    assert_eq!(hub, "kho");
    let text = plan.explain("o-a", "d").unwrap();
    assert!(text.to_string().contains("through the hub `kho` (20.8 km to it, 55.6 km from it)"), "{text}");
    let vietnamese = text.in_language(Language::Vietnamese);
    assert!(vietnamese.contains("Gom chung: qua điểm gom `kho` (20,8 km đến điểm gom"), "{vietnamese}");
    let plan = solved(&two(), depot(20.0, None));
    let told = standing(&plan).unwrap();
    assert_eq!(
        serde_json::to_value(&told).unwrap(),
        serde_json::json!({"code": "stopped", "by": "pool_radius"})
    );
    assert_eq!(plan.unmatched_offers()[0].reason, Reason::Rule(lienket::Rule::Lot));
    // One supplier at most, and one that can serve alone: the others could have pooled.
    let mut parts = market(&[("a", 105.0, 3000), ("b", 105.4, 3000), ("c", 105.2, 9000)]);
    parts.demands[0].max_suppliers = Some(1);
    assert_eq!(standing(&solved(&parts, depot(21.0, None))), Some(PoolStanding::Possible));
    // Without a lot there is nothing to reach together.
    parts.demands[0].min_lot = Kg(1);
    assert_eq!(standing(&solved(&parts, depot(21.0, None))), None);
}

#[test]
fn other_mechanisms_have_no_pools_and_say_so() {
    let linkage = linkage(&two(), Some(depot(21.0, None)), Policy::default());
    for mechanism in Mechanism::ALL.into_iter().filter(|mechanism| *mechanism != Mechanism::Optimal) {
        let error = Plan::solve(&linkage, mechanism).unwrap_err();
        assert_eq!(codes(&error), [("/pooling".to_owned(), "no_pools")]);
        let go_on = |_| ControlFlow::Continue(());
        let plan = Plan::solve_under(&linkage, mechanism, UnderLimits::Approximate, &go_on).unwrap();
        assert!(plan.pooled().is_none() && plan.policy().pooling.is_none() && plan.allocations().is_empty());
        io::verify_plan(plan.market(), io::plan_document(&plan).as_bytes()).unwrap();
    }
    let compared = compare(&linkage, &Mechanism::ALL, &|_| ControlFlow::Continue(())).unwrap();
    let kg: BTreeMap<&str, i128> =
        compared.iter().map(|row| (row.mechanism.name(), row.matched_kg)).collect();
    assert_eq!((kg["optimal"], kg["stable"]), (6000, 0));
}

#[test]
fn spoiled_documents_are_refused() {
    let parts = market(&[("a", 105.0, 3000), ("b", 105.4, 3000), ("c", 105.3, 500)]);
    let plan = solved(&parts, depot(21.0, Some(6000)));
    let market = plan.market().clone();
    let sound: serde_json::Value = serde_json::from_str(&io::plan_document(&plan)).unwrap();
    let verdict = |document: &serde_json::Value| {
        io::verify_plan(&market, document.to_string().as_bytes()).map(|_| ()).map_err(|error| codes(&error))
    };
    verdict(&sound).unwrap();
    let spoil = |pointer: &str, value: serde_json::Value| {
        let mut document = sound.clone();
        *document.pointer_mut(pointer).unwrap() = value;
        verdict(&document).unwrap_err()
    };
    let code =
        |found: &[(String, &str)], code: &str| assert!(found.iter().any(|(_, c)| *c == code), "{found:?}");
    code(&spoil("/allocations/0/via/hub/id", "elsewhere".into()), "unknown_hub");
    code(&spoil("/allocations/0/via/hub/kind", "union".into()), "unknown_hub");
    code(&spoil("/allocations/0/via/trunk_km", 1.0.into()), "differs");
    code(&spoil("/allocations/0/volume_kg", 1900.into()), "below_lot");
    code(&spoil("/allocations/0/volume_kg", 3001.into()), "over_limit");
    code(&spoil("/pools/0/slack_kg", 0.into()), "differs");
    code(&spoil("/pools_left_out", 1.into()), "differs");
    code(&spoil("/policy/pooling/pool_radius_km", 10.into()), "pool_radius");
    code(&spoil("/policy/pooling/depots/0/capacity_kg", 5500.into()), "over_hub");
    code(&spoil("/policy/mechanism", "greedy".into()), "differs");
    code(&spoil("/bound", "1".into()), "differs");
    let mut negative = sound.clone();
    negative["certificate"]["demands"] = serde_json::json!({"d": -1});
    code(&verdict(&negative).unwrap_err(), "prices");
    let mut huge = sound.clone();
    huge["certificate"]["offers"] = serde_json::json!({"o-a": i64::MAX});
    code(&verdict(&huge).unwrap_err(), "prices");
    let mut direct = sound.clone();
    direct["allocations"][0].as_object_mut().unwrap().remove("via");
    code(&verdict(&direct).unwrap_err(), "not_a_candidate");
    let mut unlimited = sound.clone();
    unlimited["policy"]["pooling"]["depots"][0].as_object_mut().unwrap().remove("capacity_kg");
    unlimited["certificate"]["hubs"] =
        serde_json::json!([{"hub": {"kind": "depot", "id": "kho"}, "price": 1}]);
    code(&verdict(&unlimited).unwrap_err(), "prices");
}

#[test]
fn a_bound_without_its_prices_is_another() {
    let parts = market(&[("a", 105.0, 4000), ("b", 105.4, 4000), ("c", 105.3, 4000)]);
    let plan = solved(&parts, depot(21.0, None));
    assert_eq!(plan.bounds().status, Status::Optimal);
    let mut document: serde_json::Value = serde_json::from_str(&io::plan_document(&plan)).unwrap();
    // Kilograms that cost nothing let every offer give all it has, and those whose price is too high prove less.
    document["certificate"]["demands"] = serde_json::json!({"d": 900_000});
    let refuted = io::verify_plan(plan.market(), document.to_string().as_bytes()).map(|_| ()).unwrap_err();
    let found = codes(&refuted);
    assert!(found.contains(&("/bound".to_owned(), "differs")), "{found:?}");
    assert!(found.contains(&("/status".to_owned(), "differs")), "{found:?}");
}

/// Pools are formed anew in every round: nobody is taken out of one by a decision about one pair.
#[test]
fn rounds_form_pools_anew() {
    let parts = market(&[("a", 105.0, 3000), ("b", 105.4, 3000), ("c", 105.3, 500)]);
    let policy = Policy { pooling: Some(depot(21.0, None)), ..Policy::default() };
    let first = Round::open(&Market::build(parts).unwrap(), &policy).unwrap();
    assert_eq!(first.plan().allocations().len(), 3);
    let decided = |offer: &str, kind| {
        let decision = Decision::new(offer, "d", kind, "chị Hoa", "vì sao");
        first.decide(&Decisions::from(vec![decision]))
    };
    let without = decided("o-c", DecisionKind::Declined).unwrap();
    assert_eq!(without.plan().pooled().unwrap().accounts()[0].volume, Kg(6000));
    assert!(without.kept().is_empty());
    let error = decided("o-a", DecisionKind::Accepted).unwrap_err();
    assert_eq!(codes(&error), [("/decisions/0/kind".to_owned(), "through_pool")]);
}

/// A barred pair has its contract and no more, beside pools as elsewhere.
#[test]
fn barred_pairs_get_no_more_beside_pools() {
    let mut parts = market(&[("a", 105.0, 3000), ("b", 105.4, 3000), ("c", 105.3, 9000)]);
    parts.contracts.push(Contract { offer: "o-c".into(), demand: "d".into(), volume: Kg(5000) });
    parts.barred.push(Barred { offer: "o-c".into(), demand: "d".into() });
    let linkage = linkage(&parts, Some(depot(21.0, None)), Policy::default());
    let pools = Pools::build(&linkage, &depot(21.0, None)).unwrap();
    let market = linkage.market();
    let (offer, demand) = (market.find_offer("o-c").unwrap(), market.find_demand("d").unwrap());
    let adopted = |kg| {
        let direct = [Allocation { offer, demand, volume: Kg(kg), contract: Kg(5000) }];
        PooledVolumes::adopt(&pools, &direct, &[]).map(|_| ()).map_err(|error| codes(&error))
    };
    assert_eq!(adopted(5000), Ok(()));
    assert!(adopted(5001).unwrap_err().iter().any(|(at, _)| at == "/allocations/0/volume_kg"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Documents of plans with pools verify; pools never lower the value; reasons account for every pair.
    #[test]
    fn plans_with_pools_verify(mix in middle(true), objective in 0..3_usize) {
        let Some((parts, policy, pooling, _)) = random(&mix) else { return Ok(()) };
        let objective = [Objective::Score, Objective::Volume, Objective::Welfare][objective];
        let policy = Policy { objective, ..policy };
        let without = linkage(&parts, None, policy.clone());
        let with = linkage(&parts, Some(pooling), policy);
        let without = Plan::solve(&without, Mechanism::Optimal).unwrap();
        let plan = Plan::solve(&with, Mechanism::Optimal).unwrap();
        if objective != Objective::Volume {
            prop_assert!(plan.bounds().objective >= without.bounds().objective);
        }
        prop_assert!(plan.bounds().objective <= plan.bounds().bound);
        let (market, document) = (plan.market(), io::plan_document(&plan));
        let again = io::verify_plan(market, document.as_bytes()).unwrap();
        prop_assert_eq!(io::plan_document(&again), document);
        for unmatched in plan.unmatched_offers() {
            prop_assert_eq!(unmatched.funnel.values().sum::<u32>() as usize, market.demands().len());
        }
        for unmatched in plan.unmatched_demands() {
            prop_assert_eq!(unmatched.funnel.values().sum::<u32>() as usize, market.offers().len());
        }
        for a in plan.allocations() {
            let (offer, demand) = (&market.offer(a.offer).id, &market.demand(a.demand).id);
            let Explanation::Pair(pair) = plan.explain(offer, demand).unwrap() else { unreachable!("a pair") };
            let through = matches!(pair.pool, Some(PoolStanding::Through { .. }));
            prop_assert_eq!(through, plan.via(a.offer, a.demand).is_some());
            if through {
                prop_assert_eq!(pair.score, plan.scores(a.offer, a.demand).map(|scores| scores.score));
            }
        }
    }

    #[test]
    fn the_order_of_the_input_does_not_matter(mix in middle(true), seed in any::<u64>()) {
        let Some((parts, policy, pooling, _)) = random(&mix) else { return Ok(()) };
        let mut policy = Policy { pooling: Some(pooling), ..policy };
        let document = |parts: &MarketParts, policy: &Policy| {
            let linkage = Linkage::build(&Market::build(parts.clone()).unwrap(), policy).unwrap();
            io::plan_document(&Plan::solve(&linkage, Mechanism::Optimal).unwrap())
        };
        let one = document(&parts, &policy);
        let mut other = parts;
        markets::permute(&mut other, &mut policy, seed);
        if let Some(pooling) = &mut policy.pooling {
            pooling.unions.reverse();
            pooling.depots.reverse();
        }
        prop_assert_eq!(one, document(&other, &policy));
    }
}
