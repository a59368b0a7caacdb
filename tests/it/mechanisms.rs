//! Every mechanism on every market: limits kept, promises as claimed, documents that verify, the same bytes for any
//! order; and claims that do not hold.

use crate::support::markets::{self, Mix};
use crate::support::volumes::Volumes;
use lienket::{
    Cooperative, Demand, Enterprise, Error, Floor, Kg, Linkage, Market, MarketParts, Mechanism, Objective,
    Offer, Place, Plan, Policy, Proof, Quota, QuotaGroup, QuotaProof, Status, UnderLimits, compare, io,
};
use proptest::prelude::*;
use std::ops::ControlFlow;

const OBJECTIVES: [Objective; 3] = [Objective::Score, Objective::Volume, Objective::Welfare];

fn linkage(parts: &MarketParts, policy: &Policy) -> Linkage {
    let market = Market::build(parts.clone()).expect("a valid market");
    Linkage::build(&market, policy).expect("a valid policy")
}

fn solved(linkage: &Linkage, mechanism: Mechanism) -> Plan {
    let go_on = |_| ControlFlow::Continue(());
    Plan::solve_under(linkage, mechanism, UnderLimits::Approximate, &go_on).expect("a plan")
}

/// New kilograms by pair of the volumes.
fn new_kilograms(volumes: &Volumes, parts: &MarketParts, plan: &Plan) -> Vec<i64> {
    let market = plan.market();
    let kg = |offer: usize, demand: usize| {
        let pair =
            (market.find_offer(&parts.offers[offer].id), market.find_demand(&parts.demands[demand].id));
        let (Ok(offer), Ok(demand)) = pair else { unreachable!("ids of the market") };
        plan.allocation(offer, demand).map_or(0, |a| a.volume.0 - a.contract.0)
    };
    volumes.pairs.iter().map(|pair| kg(pair.offer, pair.demand)).collect()
}

/// The status that a mechanism promises where nothing stands in its way.
fn promised(mechanism: Mechanism) -> Status {
    match mechanism {
        Mechanism::Stable => Status::Stable,
        Mechanism::Fair => Status::Fair,
        Mechanism::Egalitarian => Status::Egalitarian,
        _ => Status::Optimal,
    }
}

fn kept(mix: &Mix, limits: bool) -> Result<(), TestCaseError> {
    let (parts, mut policy) = mix.build();
    for objective in OBJECTIVES {
        policy.objective = objective;
        let linkage = linkage(&parts, &policy);
        let volumes = Volumes::of(&parts, &policy);
        for mechanism in Mechanism::ALL {
            let plan = solved(&linkage, mechanism);
            let new = new_kilograms(&volumes, &parts, &plan);
            prop_assert_eq!(volumes.broken_capacities(&new), Vec::<String>::new());
            prop_assert_eq!(volumes.broken_limits(&new), Vec::<String>::new());
            prop_assert!(plan.bounds().objective <= plan.bounds().bound);
            if !limits && mechanism != Mechanism::Greedy {
                prop_assert_eq!(plan.bounds().status, promised(mechanism), "{:?} {:?}", mechanism, objective);
            }
            if plan.bounds().status == Status::Stable {
                prop_assert_eq!(plan.blocking_pairs(), []);
            }
            let document = io::plan_document(&plan);
            let verified = io::verify_plan(plan.market(), document.as_bytes());
            let verified =
                verified.map_err(|error| TestCaseError::fail(format!("{mechanism:?}: {error}")))?;
            prop_assert_eq!(verified.bounds(), plan.bounds());
            prop_assert_eq!(io::plan_document(&verified), document);
        }
    }
    Ok(())
}

/// With lots and the like, too, no enterprise buys more than its share of everything, its contracts aside.
fn shares_kept(mix: &Mix, percent: i64) -> Result<(), TestCaseError> {
    let (parts, policy) = mix.build();
    #[expect(clippy::cast_precision_loss, reason = "small")]
    let share = percent as f64 / 100.0;
    let policy = Policy { max_share_per_enterprise: Some(share), effort: 0.1, ..policy };
    let plan = solved(&linkage(&parts, &policy), Mechanism::Optimal);
    let mut bought = vec![(0, 0); plan.market().enterprises().len()];
    for a in plan.allocations() {
        let of = &mut bought[plan.market().enterprise_of(a.demand).index()];
        *of = (of.0 + a.volume.0, of.1 + a.contract.0);
    }
    let all: i64 = bought.iter().map(|(kg, _)| kg).sum();
    for (kg, contracts) in bought {
        prop_assert!(kg == contracts || kg * 100 <= all * percent, "{kg} of {all} with {contracts} signed");
    }
    Ok(())
}

/// Three buyers who may have a third less a little each can buy nothing: rounds of a fixed point once ended before that.
#[test]
fn shares_that_only_nothing_keeps() {
    let mix = Mix {
        offers: 33,
        demands: 24,
        cooperatives: 6,
        enterprises: 3,
        most_kg: 16,
        fields: 0,
        capacities: 0,
        contracts: 0,
        limits: 12,
        seed: 3_945_404_897_323_984_761,
    };
    shares_kept(&mix, 32).expect("shares are kept");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn without_limits_every_promise_is_kept_and_every_document_verifies(mix in markets::middle(false)) {
        kept(&mix, false)?;
    }

    #[test]
    fn with_limits_every_limit_is_kept_and_every_document_verifies(mix in markets::middle(true)) {
        kept(&mix, true)?;
    }

    #[test]
    fn permuted_markets_have_the_same_bytes(mix in markets::middle(true), seed in any::<u64>()) {
        let (parts, policy) = mix.build();
        let (mut other, mut its_policy) = (parts.clone(), policy.clone());
        markets::permute(&mut other, &mut its_policy, seed);
        let (one, two) = (linkage(&parts, &policy), linkage(&other, &its_policy));
        for mechanism in Mechanism::ALL {
            let documents = [&one, &two].map(|linkage| io::plan_document(&solved(linkage, mechanism)));
            prop_assert_eq!(&documents[0], &documents[1], "{:?}", mechanism);
        }
    }

    /// Whatever prices are written into a proof, no bound they prove lies below what a plan reaches.
    #[test]
    fn no_prices_prove_too_much(mix in markets::middle(true), seed in any::<u64>()) {
        let (parts, policy) = mix.build();
        let linkage = linkage(&parts, &policy);
        let plan = solved(&linkage, Mechanism::Optimal);
        let Some(mut limits) = plan.proof().limits.clone() else { return Ok(()) };
        let mut state = seed;
        let mut change = |price: &mut i64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *price = match state >> 61 {
                0 => 0,
                1 => *price + 1_000,
                2 => *price / 2,
                3 => 900_000,
                _ => *price,
            };
        };
        limits.prices.offers.iter_mut().for_each(&mut change);
        limits.prices.certificates.iter_mut().for_each(&mut change);
        limits.trees.iter_mut().flat_map(|tree| &mut tree.prices).flatten().for_each(&mut change);
        let proof = Proof { limits: Some(limits), ..plan.proof().clone() };
        let again = Plan::certified(&linkage, Mechanism::Optimal, plan.allocations().to_vec(), proof);
        let again = again.map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert!(again.bounds().bound >= plan.bounds().objective);
    }

    #[test]
    fn shares_of_enterprises_hold_under_limits(mix in markets::middle(true), percent in 5_i64..60) {
        shares_kept(&mix, percent)?;
    }

    #[test]
    fn quotas_are_kept_or_said_to_be_out_of_reach(mix in markets::middle(false), share in 1_u32..60) {
        let (mut parts, policy) = mix.build();
        for cooperative in parts.cooperatives.iter_mut().step_by(2) {
            cooperative.tags.push("quota".to_owned());
        }
        let quota = Quota {
            of: QuotaGroup::Tag("quota".to_owned()),
            least: Floor::Share(f64::from(share) / 100.0),
        };
        let policy = Policy { quotas: vec![quota], linked_first: share % 2 == 0, ..policy };
        let linkage = linkage(&parts, &policy);
        let plan = solved(&linkage, Mechanism::Optimal);
        let lowered = plan.proof().quotas.as_ref().is_some_and(|proof| proof.lowered.iter().any(|by| *by > 0));
        // Whole kilograms may miss a share on the smallest markets; then nothing is claimed.
        let claimed = plan.proof().quotas.is_some();
        prop_assert!(!claimed || plan.quotas()[0].met || lowered, "{:?}", plan.quotas());
        let document = io::plan_document(&plan);
        let verified = io::verify_plan(plan.market(), document.as_bytes());
        let verified = verified.map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(io::plan_document(&verified), document);
    }
}

/// A tree of cases once held that an offer with as many buyers as it may have sells no more to one it has a contract
/// with, and its bound lay below the plan.
#[test]
fn who_has_a_contract_is_no_new_buyer() {
    let mix = Mix {
        offers: 14,
        demands: 26,
        cooperatives: 13,
        enterprises: 11,
        most_kg: 29,
        fields: 0,
        capacities: 67,
        contracts: 31,
        limits: 67,
        seed: 6_849_949_341_402_458_823,
    };
    kept(&mix, true).expect("every promise is kept");
}

/// Two cooperatives, the near one better liked, and one demand for less than both have.
fn two_sellers() -> MarketParts {
    let mut parts = MarketParts::new("2025-11-28".parse().expect("a date"));
    for (id, place) in [("near", "vn/ha-noi"), ("far", "vn/ca-mau")] {
        let mut cooperative = Cooperative::new(id, Place::id(place));
        cooperative.tags.push(id.to_owned());
        parts.cooperatives.push(cooperative);
        parts.offers.push(Offer::new(id, id, "tea", Kg(100)));
    }
    parts.enterprises.push(Enterprise::new("shop", Place::id("vn/ha-noi")));
    parts.demands.push(Demand::new("d", "shop", "tea", Kg(120)));
    parts
}

fn sold(plan: &Plan) -> [i64; 2] {
    ["near", "far"].map(|id| {
        let market = plan.market();
        let pair = (market.find_offer(id).expect("an offer"), market.find_demand("d").expect("a demand"));
        plan.allocation(pair.0, pair.1).map_or(0, |a| a.volume.0)
    })
}

#[test]
fn who_gets_what_by_each_mechanism() {
    let linkage = linkage(&two_sellers(), &Policy::default());
    let of = |mechanism| sold(&Plan::solve(&linkage, mechanism).expect("a plan"));
    assert_eq!(of(Mechanism::Optimal), [100, 20]);
    assert_eq!(of(Mechanism::Stable), [100, 20]);
    assert_eq!(of(Mechanism::Fair), [60, 60]);
    assert_eq!(of(Mechanism::Egalitarian), [60, 60]);
    let compared = compare(&linkage, &Mechanism::ALL, &|_| ControlFlow::Continue(())).expect("plans");
    let blocking: Vec<u64> = compared.iter().map(|row| row.blocking_pairs).collect();
    assert_eq!(blocking, [0, 0, 0, 1, 1]);
}

#[test]
fn claims_that_do_not_hold_are_no_claims() {
    let linkage = linkage(&two_sellers(), &Policy::default());
    let [stable, fair] = [Mechanism::Stable, Mechanism::Fair]
        .map(|mechanism| Plan::solve(&linkage, mechanism).expect("a plan"));
    let claim = |mechanism, volumes: &Plan, proof: &Plan| {
        let allocations = volumes.allocations().to_vec();
        Plan::certified(&linkage, mechanism, allocations, proof.proof().clone())
            .expect("feasible")
            .bounds()
            .status
    };
    assert_eq!(claim(Mechanism::Stable, &stable, &stable), Status::Stable);
    assert_eq!(claim(Mechanism::Stable, &fair, &fair), Status::Feasible);
    assert_eq!(claim(Mechanism::Fair, &fair, &fair), Status::Fair);
    assert_eq!(claim(Mechanism::Fair, &stable, &fair), Status::Feasible);
    // Fair volumes without a proof that none are worth more at their totals.
    assert_eq!(claim(Mechanism::Fair, &fair, &stable), Status::Feasible);
    let market = stable.market();
    let said = io::plan_document(&fair).replace("\"status\": \"fair\"", "\"status\": \"optimal\"");
    let refuted = io::verify_plan(market, said.as_bytes()).expect_err("not what follows");
    assert!(refuted.issues().iter().any(|issue| issue.pointer == "/status"), "{refuted}");
}

#[test]
fn quotas_shares_and_caps_bind_to_the_kilogram() {
    let with = |policy: Policy| solved(&linkage(&two_sellers(), &policy), Mechanism::Optimal);
    let far = |least| vec![Quota { of: QuotaGroup::Tag("far".to_owned()), least }];
    let half = with(Policy { quotas: far(Floor::Share(0.5)), ..Policy::default() });
    assert_eq!(sold(&half), [60, 60]);
    assert_eq!(half.bounds().status, Status::Optimal);
    assert!(half.quotas()[0].met && half.quotas()[0].price.is_some_and(|price| price > 0.0));
    assert_eq!(sold(&with(Policy { quotas: far(Floor::Kg(Kg(35))), ..Policy::default() })), [85, 35]);
    assert_eq!(sold(&with(Policy { max_share_per_supplier: Some(0.6), ..Policy::default() })), [72, 48]);
    // Linked already: nothing changes.
    assert_eq!(sold(&with(Policy { linked_first: true, ..Policy::default() })), [100, 20]);
    // A buyer alone may not have half of all that is bought.
    assert_eq!(sold(&with(Policy { max_share_per_enterprise: Some(0.5), ..Policy::default() })), [0, 0]);
    let mut scarce = two_sellers();
    scarce.demands[0].volume = Kg(80);
    let linked = Policy { linked_first: true, ..Policy::default() };
    assert_eq!(sold(&solved(&linkage(&scarce, &linked), Mechanism::Optimal)), [79, 1]);
}

/// Volumes of the optimum without quotas, said to be all that quotas can have of it.
fn said_to_be_most(parts: &MarketParts, policy: &Policy, proof: QuotaProof) -> &'static str {
    let plain = solved(&linkage(parts, &Policy::default()), Mechanism::Optimal);
    let prices = plain.prices().clone();
    let proof = QuotaProof { scale: 1, prices: prices.clone(), ..proof };
    let proof = Proof { quotas: Some(proof), ..prices.into() };
    let allocations = plain.allocations().to_vec();
    match Plan::certified(&linkage(parts, policy), Mechanism::Optimal, allocations, proof) {
        Err(Error::Refuted(issues)) => issues[0].code,
        other => unreachable!("{}", other.is_ok()),
    }
}

#[test]
fn who_could_be_linked_and_what_could_be_sold_is_checked() {
    let mut scarce = two_sellers();
    scarce.demands[0].volume = Kg(80);
    let linked = Policy { linked_first: true, ..Policy::default() };
    let one = QuotaProof { links: vec![0, 0], linked: 1, ..QuotaProof::default() };
    assert_eq!(said_to_be_most(&scarce, &linked, one), "not_most");
    for (least, reached, short) in [(Floor::Kg(Kg(90)), [0, 80], 10), (Floor::Share(0.9), [8, 72], 0)] {
        let of = QuotaGroup::Tag("far".to_owned());
        let policy = Policy { quotas: vec![Quota { of, least }], ..Policy::default() };
        let lowered = QuotaProof { quotas: vec![0], lowered: vec![90_000_000], ..QuotaProof::default() };
        assert_eq!(said_to_be_most(&scarce, &policy, lowered), "not_most");
        // What is really out of reach passes.
        let plan = solved(&linkage(&scarce, &policy), Mechanism::Optimal);
        let lowered = plan.proof().quotas.as_ref().expect("a proof").lowered[0];
        assert_eq!((sold(&plan), lowered), (reached, short));
    }
}

#[test]
fn spoiled_quota_proofs_are_refused() {
    let quota = Quota { of: QuotaGroup::Tag("far".to_owned()), least: Floor::Kg(Kg(35)) };
    let linkage = linkage(&two_sellers(), &Policy { quotas: vec![quota], ..Policy::default() });
    let plan = solved(&linkage, Mechanism::Optimal);
    let spoiled = |change: fn(&mut lienket::QuotaProof)| {
        let mut proof = plan.proof().clone();
        change(proof.quotas.as_mut().expect("a proof"));
        match Plan::certified(&linkage, Mechanism::Optimal, plan.allocations().to_vec(), proof) {
            Err(Error::Refuted(issues)) => issues[0].code,
            Err(other) => unreachable!("{other}"),
            Ok(_) => "",
        }
    };
    assert_eq!(spoiled(|_| {}), "");
    let others =
        Plan::certified(&linkage, Mechanism::Greedy, plan.allocations().to_vec(), plan.proof().clone());
    assert_eq!(others.expect_err("quotas bind the optimum alone").issues()[0].code, "quotas");
    assert_eq!(spoiled(|proof| proof.prices.kg_weight = 1), "quotas");
    assert_eq!(spoiled(|proof| proof.quotas[0] += 1_000_000), "prices");
    assert_eq!(spoiled(|proof| proof.prices.demands[0] -= 1), "prices");
    assert_eq!(spoiled(|proof| proof.lowered[0] = -1), "quotas");
    assert_eq!(spoiled(|proof| proof.quotas.clear()), "prices");
    assert_eq!(spoiled(|proof| proof.scale = 0), "prices");
}

#[test]
fn limits_in_the_way_are_refused_by_name_unless_an_approximation_will_do() {
    let mut parts = two_sellers();
    parts.demands[0].min_lot = Kg(50);
    let refuse = linkage(&parts, &Policy::default());
    let error = Plan::solve(&refuse, Mechanism::Stable).expect_err("20 kg are below the lot");
    assert_eq!(error.issues()[0].code, "limits_in_the_way");
    assert!(error.to_string().contains("1 minimum lots"), "{error}");
    // The fair plan keeps the lot by itself.
    assert_eq!(Plan::solve(&refuse, Mechanism::Fair).expect("a plan").bounds().status, Status::Fair);
    let approximate = Policy { under_limits: UnderLimits::Approximate, ..Policy::default() };
    let plan = Plan::solve(&linkage(&parts, &approximate), Mechanism::Stable).expect("the best there is");
    assert!(plan.allocations().iter().all(|a| a.volume >= Kg(50)));
    assert_ne!(plan.bounds().status, Status::Optimal);
}
