//! Plans: the optimum against brute force and an independent algorithm, limits kept, bounds honest, the same
//! bytes for any order and number of threads.

use crate::support::markets::{self, Mix};
use crate::support::oracle;
use crate::support::transports::Dice;
use crate::support::volumes::{Volumes, Worth};
use lienket::{
    Certificate, Contract, Cooperative, Demand, Enterprise, Exclusion, Kg, Linkage, Market, MarketParts,
    Mechanism, Objective, Offer, Place, Plan, Policy, Relation, Status, VndPerKg, io,
};
use proptest::prelude::*;

const OBJECTIVES: [Objective; 3] = [Objective::Score, Objective::Volume, Objective::Welfare];

fn solved(parts: &MarketParts, policy: &Policy, mechanism: Mechanism) -> Plan {
    let market = Market::build(parts.clone()).expect("a valid market");
    let linkage = Linkage::build(&market, policy).expect("a valid policy");
    Plan::solve(&linkage, mechanism).expect("a plan")
}

/// Objective and bound, lexicographic for `volume`.
fn reached(plan: &Plan) -> (Worth, Worth) {
    let bounds = plan.bounds();
    let (score, score_bound) = bounds.score.unwrap_or((0, 0));
    ((bounds.objective, score), (bounds.bound, score_bound))
}

/// New kilograms by pair, after checking that contracts are kept and nothing else trades.
fn new_kilograms(parts: &MarketParts, volumes: &Volumes, plan: &Plan) -> Vec<i64> {
    let market = plan.market();
    let mut traded: Vec<(String, String, i64, i64)> = plan
        .allocations()
        .iter()
        .map(|a| {
            (market.offer(a.offer).id.clone(), market.demand(a.demand).id.clone(), a.volume.0, a.contract.0)
        })
        .collect();
    assert!(traded.is_sorted());
    let mut take = |o: usize, d: usize, signed: i64| -> i64 {
        let (offer, demand) = (&parts.offers[o].id, &parts.demands[d].id);
        let at = traded.iter().position(|(a, b, _, _)| a == offer && b == demand);
        let (volume, contract) = at.map_or((0, 0), |at| (traded[at].2, traded[at].3));
        at.map(|at| traded.remove(at));
        assert_eq!(contract, signed, "contract of {offer} with {demand}");
        assert!(at.is_none() || volume > 0);
        volume - contract
    };
    let new = (0..volumes.pairs.len()).map(|i| {
        let pair = &volumes.pairs[i];
        take(pair.offer, pair.demand, volumes.signed_of(i))
    });
    let new: Vec<i64> = new.collect();
    for (offer, demand, kg) in volumes.contracts_elsewhere() {
        assert_eq!(take(offer, demand, kg), 0);
    }
    assert_eq!(traded, [], "nothing else trades");
    new
}

/// What holds of every plan.
fn holds(parts: &MarketParts, policy: &Policy, plan: &Plan) -> Result<Vec<i64>, TestCaseError> {
    let volumes = Volumes::of(parts, policy);
    let new = new_kilograms(parts, &volumes, plan);
    prop_assert_eq!(volumes.broken_capacities(&new), Vec::<String>::new());
    prop_assert_eq!(volumes.broken_limits(&new), Vec::<String>::new());
    let (objective, bound) = reached(plan);
    prop_assert_eq!(volumes.worth(&new), objective);
    prop_assert!(objective.0 <= bound.0);
    prop_assert!(objective.0 < bound.0 || objective.1 <= bound.1);
    prop_assert_eq!(plan.bounds().score.is_some(), policy.objective == Objective::Volume);
    let status = if objective == bound { Status::Optimal } else { Status::Feasible };
    prop_assert_eq!(plan.bounds().status, status);
    prop_assert_eq!(plan.bounds().gap() > 0.0, objective.0 < bound.0);
    Ok(new)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn without_limits_the_optimum_is_that_of_brute_force(mix in markets::tiny(false)) {
        let (parts, mut policy) = mix.build();
        for objective in OBJECTIVES {
            policy.objective = objective;
            let plan = solved(&parts, &policy, Mechanism::Optimal);
            holds(&parts, &policy, &plan)?;
            prop_assert_eq!(reached(&plan).0, Volumes::of(&parts, &policy).best(false));
            prop_assert_eq!(plan.bounds().status, Status::Optimal);
        }
    }

    #[test]
    fn with_limits_no_plan_is_beyond_the_bound(mix in markets::tiny(true)) {
        let (parts, mut policy) = mix.build();
        for objective in OBJECTIVES {
            policy.objective = objective;
            let best = Volumes::of(&parts, &policy).best(true);
            for mechanism in [Mechanism::Optimal, Mechanism::Greedy] {
                let plan = solved(&parts, &policy, mechanism);
                holds(&parts, &policy, &plan)?;
                let (objective, bound) = reached(&plan);
                prop_assert!(objective <= best && best <= bound, "{objective:?} {best:?} {bound:?}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn on_middle_markets_the_plan_is_the_canonical_one_of_successive_paths(mix in markets::middle(false)) {
        let (parts, mut policy) = mix.build();
        for objective in OBJECTIVES {
            policy.objective = objective;
            let plan = solved(&parts, &policy, Mechanism::Optimal);
            let new = holds(&parts, &policy, &plan)?;
            let volumes = Volumes::of(&parts, &policy);
            let kg_weight = if objective == Objective::Volume { 1_000_000_000 } else { 0 };
            let flow = oracle::optimum(&volumes.transport(kg_weight));
            prop_assert_eq!(reached(&plan).0, volumes.worth(&flow));
            prop_assert_eq!(&new, &flow);
            prop_assert_eq!(plan.bounds().status, Status::Optimal);
        }
    }

    #[test]
    fn middle_plans_keep_every_limit_and_are_no_worse_than_greedy(mix in markets::middle(true)) {
        let (parts, mut policy) = mix.build();
        for objective in OBJECTIVES {
            policy.objective = objective;
            let [best, greedy] = [Mechanism::Optimal, Mechanism::Greedy].map(|m| solved(&parts, &policy, m));
            holds(&parts, &policy, &best)?;
            holds(&parts, &policy, &greedy)?;
            prop_assert!(reached(&best).0 >= reached(&greedy).0, "{objective:?}");
            // Limits tighten the bound of the optimum alone.
            prop_assert!(reached(&best).1 <= reached(&greedy).1);
            prop_assert_eq!(best.policy().mechanism, Mechanism::Optimal);
            prop_assert_eq!(greedy.policy().mechanism, Mechanism::Greedy);
        }
    }

    #[test]
    fn volumes_times_k_are_worth_k_times_as_much(mix in markets::middle(false), k in 2_i64..1000) {
        let (parts, policy) = mix.build();
        let mut large = parts.clone();
        let times = |kg: &mut Kg| kg.0 *= k;
        large.offers.iter_mut().for_each(|o| times(&mut o.volume));
        large.demands.iter_mut().for_each(|d| times(&mut d.volume));
        large.contracts.iter_mut().for_each(|c| times(&mut c.volume));
        large.cooperatives.iter_mut().filter_map(|c| c.capacity.as_mut()).for_each(times);
        large.enterprises.iter_mut().filter_map(|e| e.capacity.as_mut()).for_each(times);
        let small = solved(&parts, &policy, Mechanism::Optimal);
        let large = solved(&large, &policy, Mechanism::Optimal);
        let (worth, _) = reached(&small);
        prop_assert_eq!(reached(&large).0, (worth.0 * i128::from(k), worth.1 * i128::from(k)));
        prop_assert_eq!(large.prices(), small.prices());
        let scaled = small.allocations().iter().map(|a| (a.offer, a.demand, Kg(a.volume.0 * k), Kg(a.contract.0 * k)));
        let found = large.allocations().iter().map(|a| (a.offer, a.demand, a.volume, a.contract));
        prop_assert!(scaled.eq(found));
    }

    #[test]
    fn lifting_an_exclusion_never_lowers_the_optimum(mix in markets::middle(false)) {
        let (mut parts, mut policy) = mix.build();
        policy.min_score = 0.0;
        let pairs = parts.cooperatives.iter().take(3).zip(&parts.enterprises);
        let excluded: Vec<Exclusion> = pairs
            .map(|(c, e)| Exclusion { cooperative: c.id.clone(), enterprise: e.id.clone() })
            .collect();
        parts.exclusions = excluded;
        for objective in OBJECTIVES {
            policy.objective = objective;
            let mut fewer = parts.clone();
            let before = reached(&solved(&fewer, &policy, Mechanism::Optimal)).0;
            fewer.exclusions.pop();
            prop_assert!(reached(&solved(&fewer, &policy, Mechanism::Optimal)).0 >= before);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 50, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_the_input_and_the_threads_do_not_matter(mix in markets::middle(true), seed in any::<u64>()) {
        let (mut parts, mut policy) = mix.build();
        let document = |parts: &MarketParts, policy: &Policy, threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            pool.install(|| io::plan_document(&solved(parts, policy, policy.mechanism)))
        };
        let one = document(&parts, &policy, 1);
        prop_assert_eq!(&one, &document(&parts, &policy, 2));
        markets::permute(&mut parts, &mut policy, seed);
        prop_assert_eq!(&one, &document(&parts, &policy, 5));
        let market = Market::build(parts).expect("valid");
        prop_assert!(io::verify_plan(&market, one.as_bytes()).is_ok());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_plan_from_an_earlier_one_is_the_plan_from_nothing(mix in markets::middle(true), seed in any::<u64>()) {
        let (before, policy) = mix.build();
        let earlier = solved(&before, &policy, policy.mechanism);
        let mut dice = Dice(seed);
        let mut after = before.clone();
        // Volumes change, parties come and go, pairs with them, and what signs and excludes them.
        for volume in after.offers.iter_mut().map(|o| &mut o.volume.0).chain(after.demands.iter_mut().map(|d| &mut d.volume.0)) {
            if dice.percent(20) {
                *volume += dice.below(30);
            }
        }
        let gone: Vec<String> = after.offers.iter().filter(|_| dice.percent(10)).map(|o| o.id.clone()).collect();
        after.offers.retain(|offer| !gone.contains(&offer.id));
        after.contracts.retain(|contract| !gone.contains(&contract.offer));
        after.barred.retain(|barred| !gone.contains(&barred.offer));
        if let Some(mut twin) = after.demands.first().cloned() {
            twin.id = format!("{}-twin", twin.id);
            after.demands.push(twin);
        }
        let market = Market::build(after).expect("valid");
        let Ok(linkage) = Linkage::build(&market, &policy) else { return Ok(()) };
        let cold = Plan::solve(&linkage, policy.mechanism).expect("small numbers");
        let warm = Plan::solve_near(&linkage, policy.mechanism, &earlier).expect("small numbers");
        prop_assert_eq!(io::plan_document(&warm), io::plan_document(&cold));
    }
}

#[test]
fn random_markets_bind_every_limit() {
    // Guards the properties above against a generator that has grown tame: many plans with a gap, many without,
    // contracts on candidates and on others, ties.
    let (mut gaps, mut exact, mut elsewhere, mut topped_up) = (0, 0, 0, 0);
    for seed in 0..60 {
        let mix = Mix {
            offers: 30,
            demands: 20,
            cooperatives: 10,
            enterprises: 8,
            most_kg: 30,
            fields: 30,
            capacities: 40,
            contracts: 60,
            limits: 30,
            seed,
        };
        let (parts, policy) = mix.build();
        let plan = solved(&parts, &policy, Mechanism::Optimal);
        if plan.bounds().status == Status::Optimal {
            exact += 1;
        } else {
            gaps += 1;
        }
        for a in plan.allocations().iter().filter(|a| a.contract.0 > 0) {
            elsewhere += usize::from(plan.linkage().candidate(a.offer, a.demand).is_none());
            topped_up += usize::from(a.volume > a.contract);
        }
    }
    assert!(
        gaps > 5 && exact > 5 && elsewhere > 50 && topped_up > 20,
        "{gaps} {exact} {elsewhere} {topped_up}"
    );
}

/// Tea for tea at one place, each offer with its own cooperative and each demand with its own enterprise.
fn tea(offers: &[(&str, i64)], demands: &[(&str, i64)]) -> MarketParts {
    let mut parts = MarketParts::new(markets::day(14));
    for (id, kg) in offers {
        parts.cooperatives.push(Cooperative::new(format!("c-{id}"), Place::point(0.0, 0.0)));
        parts.offers.push(Offer::new(*id, format!("c-{id}"), "tea/green", Kg(*kg)));
    }
    for (id, kg) in demands {
        parts.enterprises.push(Enterprise::new(format!("e-{id}"), Place::point(0.0, 0.0)));
        parts.demands.push(Demand::new(*id, format!("e-{id}"), "tea", Kg(*kg)));
    }
    parts
}

fn trades(plan: &Plan) -> Vec<(&str, &str, i64)> {
    let market = plan.market();
    let ids = |a: &lienket::Allocation| (a.offer, a.demand, a.volume.0);
    let list = plan.allocations().iter().map(ids);
    list.map(|(o, d, kg)| (market.offer(o).id.as_str(), market.demand(d).id.as_str(), kg)).collect()
}

#[test]
fn volume_puts_kilograms_first_and_the_score_second() {
    // a–x alone is worth most by score; by volume both must trade, crosswise.
    let mut parts = tea(&[("a", 10), ("b", 10)], &[("x", 10), ("y", 10)]);
    parts.exclusions.push(Exclusion { cooperative: "c-b".into(), enterprise: "e-y".into() });
    let relation =
        |c: &str, e: &str, reliability| Relation { cooperative: c.into(), enterprise: e.into(), reliability };
    parts.relations =
        vec![relation("c-a", "e-x", 1.0), relation("c-a", "e-y", 0.0), relation("c-b", "e-x", 0.0)];
    let mut policy = Policy { unknown: 0.0, ..Policy::default() };
    for side in [&mut policy.weights.cooperative, &mut policy.weights.enterprise] {
        for criterion in lienket::Criterion::ALL {
            *side.get_mut(criterion) = f64::from(u8::from(criterion == lienket::Criterion::Relationship));
        }
    }
    let by_score = solved(&parts, &policy, Mechanism::Optimal);
    assert_eq!(reached(&by_score).0, (10_000_000, 0));
    policy.objective = Objective::Volume;
    let by_volume = solved(&parts, &policy, Mechanism::Optimal);
    assert_eq!(trades(&by_volume), [("a", "y", 10), ("b", "x", 10)]);
    assert_eq!(reached(&by_volume), ((20, 0), (20, 0)));
    assert!(by_volume.prices().kg_weight > (2 + 1) * 1_000_000);
    assert_eq!(by_score.prices().kg_weight, 0);
}

#[test]
fn welfare_is_bid_less_ask_less_freight() {
    // 111 195 m × 1.5 = 166.7925 km; × 1 500 VND/t·km = 250.19 VND/kg, rounded to 250.
    let mut parts = tea(&[("a", 10)], &[("x", 4)]);
    parts.enterprises[0].place = Place::point(0.0, 1.0);
    let mut policy =
        Policy { objective: Objective::Welfare, road_factor: 1.5, freight: 1500.0, ..Policy::default() };
    let mut worth = |ask: Option<i64>, bid: Option<i64>, freight: f64| {
        (parts.offers[0].ask, parts.demands[0].bid) = (ask.map(VndPerKg), bid.map(VndPerKg));
        policy.freight = freight;
        reached(&solved(&parts, &policy, Mechanism::Optimal)).0.0
    };
    assert_eq!(worth(Some(1000), Some(1600), 1500.0), 4 * 350);
    assert_eq!(worth(Some(1000), Some(1251), 1500.0), 4);
    assert_eq!(worth(Some(1000), Some(1250), 1500.0), 0);
    assert_eq!(worth(Some(1000), Some(1600), 0.0), 4 * 600);
    assert_eq!(worth(None, Some(1600), 0.0), 0);
    assert_eq!(worth(Some(1000), None, 0.0), 0);
    // Half a VND is rounded away from zero: 1 km at 500 VND/t·km.
    parts.enterprises[0].place = Place::point(0.0, 1000.0 / 111_195.08);
    (parts.offers[0].ask, parts.demands[0].bid) = (Some(VndPerKg(1000)), Some(VndPerKg(1600)));
    (policy.road_factor, policy.freight) = (1.0, 500.0);
    assert_eq!(reached(&solved(&parts, &policy, Mechanism::Optimal)).0.0, 4 * 599);
}

#[test]
fn contracts_are_kept_even_where_no_candidate_is() {
    let mut parts = tea(&[("a", 10), ("b", 10)], &[("x", 10)]);
    parts.offers[0].product = "herb/mint".into();
    parts.exclusions.push(Exclusion { cooperative: "c-a".into(), enterprise: "e-x".into() });
    parts.contracts.push(Contract { offer: "a".into(), demand: "x".into(), volume: Kg(4) });
    for objective in OBJECTIVES {
        for mechanism in [Mechanism::Optimal, Mechanism::Greedy] {
            let policy = Policy { objective, ..Policy::default() };
            let plan = solved(&parts, &policy, mechanism);
            let expected = [("a", "x", 4), ("b", "x", 6)];
            let count = if objective == Objective::Welfare { 1 } else { 2 };
            assert_eq!(trades(&plan), expected[..count]);
            assert_eq!(plan.bounds().status, Status::Optimal);
        }
    }
    // A contract below the lot is exempt; more of it must reach the lot.
    let mut parts = tea(&[("a", 10)], &[("x", 10)]);
    parts.offers[0].min_lot = Kg(8);
    parts.contracts.push(Contract { offer: "a".into(), demand: "x".into(), volume: Kg(3) });
    parts.enterprises[0].capacity = Some(Kg(7));
    assert_eq!(trades(&solved(&parts, &Policy::default(), Mechanism::Optimal)), [("a", "x", 3)]);
    parts.enterprises[0].capacity = Some(Kg(8));
    assert_eq!(trades(&solved(&parts, &Policy::default(), Mechanism::Optimal)), [("a", "x", 8)]);
}

#[test]
fn small_and_empty_markets_have_plans() {
    for (offers, demands) in [(0, 0), (1, 0), (0, 1), (1, 1), (3, 0), (0, 3)] {
        let ids = ["p", "q", "r"];
        let list = |count: usize| ids.iter().take(count).map(|id| (*id, 5)).collect::<Vec<_>>();
        let parts = tea(&list(offers), &list(demands));
        for objective in OBJECTIVES {
            for mechanism in [Mechanism::Optimal, Mechanism::Greedy] {
                let plan = solved(&parts, &Policy { objective, ..Policy::default() }, mechanism);
                let linked = offers.min(demands) > 0 && objective != Objective::Welfare;
                assert_eq!(plan.allocations().len(), usize::from(linked));
                assert_eq!(plan.bounds().status, Status::Optimal);
                let market = Market::build(parts.clone()).expect("valid");
                assert!(io::verify_plan(&market, io::plan_document(&plan).as_bytes()).is_ok());
            }
        }
    }
    // Parties without offers or demands, and capacity 0.
    let mut parts = tea(&[("a", 5)], &[("x", 5)]);
    parts.cooperatives.push(Cooperative::new("idle", Place::id("vn/ha-noi")));
    parts.cooperatives[0].capacity = Some(Kg(0));
    let plan = solved(&parts, &Policy::default(), Mechanism::Optimal);
    assert_eq!((plan.allocations().len(), plan.bounds().status), (0, Status::Optimal));
}

#[test]
fn equal_scores_and_zero_scores_still_trade() {
    let parts = tea(&[("a", 5), ("b", 5), ("c", 5)], &[("x", 5), ("y", 5)]);
    let plan = solved(&parts, &Policy::default(), Mechanism::Optimal);
    assert_eq!(plan.allocations().iter().map(|a| a.volume.0).sum::<i64>(), 10);
    let mut zero = parts;
    for offer in &zero.cooperatives {
        for enterprise in &zero.enterprises {
            let (cooperative, enterprise) = (offer.id.clone(), enterprise.id.clone());
            zero.relations.push(Relation { cooperative, enterprise, reliability: 0.0 });
        }
    }
    let mut policy = Policy::default();
    for side in [&mut policy.weights.cooperative, &mut policy.weights.enterprise] {
        for criterion in lienket::Criterion::ALL {
            *side.get_mut(criterion) = f64::from(u8::from(criterion == lienket::Criterion::Relationship));
        }
    }
    for objective in [Objective::Score, Objective::Volume] {
        policy.objective = objective;
        let plan = solved(&zero, &policy, Mechanism::Optimal);
        assert_eq!(plan.bounds().status, Status::Optimal);
        assert_eq!(plan.allocations().iter().map(|a| a.volume.0).sum::<i64>(), 10, "{objective:?}");
    }
}

#[test]
fn certified_volumes_rely_on_the_largest_serving_certificate() {
    let capped = |standard: &str, kg: i64| Certificate::new(standard).volume(Kg(kg));
    let matched = |certificates: &[Certificate], requires: &[&str]| {
        let mut parts = tea(&[("a", 20)], &[("x", 20)]);
        parts.cooperatives[0].certificates = certificates.to_vec();
        parts.demands[0].requires = requires.iter().map(|id| (*id).to_owned()).collect();
        solved(&parts, &Policy::default(), Mechanism::Optimal).allocations().first().map_or(0, |a| a.volume.0)
    };
    assert_eq!(matched(&[capped("ocop-4", 7)], &["ocop-4"]), 7);
    // They do not add up; the largest counts, whichever standard it is held for.
    assert_eq!(matched(&[capped("ocop-4", 7), capped("ocop-4", 9)], &["ocop-4"]), 9);
    assert_eq!(matched(&[capped("ocop-4", 7), capped("ocop-5", 9)], &["ocop-4"]), 9);
    // An uncapped one frees the pair, for that standard only.
    assert_eq!(matched(&[capped("ocop-4", 7), Certificate::new("ocop-5")], &["ocop-4"]), 20);
    assert_eq!(matched(&[capped("ocop-4", 7), capped("haccp", 5)], &["ocop-4", "haccp"]), 5);
    assert_eq!(matched(&[Certificate::new("ocop-4"), capped("haccp", 5)], &["ocop-4", "haccp"]), 5);
    // Two standards, one certificate: a kilogram counts once.
    assert_eq!(matched(&[capped("ocop-5", 9)], &["ocop-4", "ocop-3"]), 9);
    assert_eq!(matched(&[capped("ocop-4", 7)], &[]), 20);
}
