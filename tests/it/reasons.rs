//! Why something is left: reasons and funnels add up, and every reason has its case.

use crate::support::markets::{self, day, days};
use lienket::{
    Certificate, Contract, Cooperative, Demand, Enterprise, Exclusion, Explanation, Funnel, Kg, Km, Linkage,
    Market, MarketParts, Mechanism, Objective, Offer, Outcome, Place, Plan, Policy, Reason, Relation, Rule,
    Stopped, VndPerKg,
};
use proptest::prelude::*;

fn solved(parts: &MarketParts, policy: &Policy, mechanism: Mechanism) -> Plan {
    let market = Market::build(parts.clone()).expect("a valid market");
    let linkage = Linkage::build(&market, policy).expect("a valid policy");
    Plan::solve(&linkage, mechanism).expect("a plan")
}

/// What holds of a reason and a funnel: pairs add up, stopped ones are those of the linkage, and where nothing
/// survived the last rule is the reason.
fn adds_up(
    funnel: &Funnel,
    reason: Reason,
    stopped: Stopped,
    others: usize,
    trades: usize,
) -> Result<(), TestCaseError> {
    let count = |code: &str| funnel.get(code).copied().unwrap_or(0) as usize;
    prop_assert_eq!(funnel.values().map(|n| *n as usize).sum::<usize>(), others);
    prop_assert!(funnel.values().all(|n| *n > 0));
    let mut survivors = others;
    for rule in Rule::ALL {
        let died = stopped.by(rule) as usize;
        survivors -= died;
        // A pair without a gain ends as `price` too, a lot or a score that cannot be reached does not.
        let shared = matches!(rule, Rule::Price | Rule::Lot);
        prop_assert!(
            count(rule.code()) == died || (shared && count(rule.code()) > died),
            "{rule:?} {funnel:?}"
        );
    }
    prop_assert!(count("matched") <= trades);
    if survivors == 0 {
        let last = Rule::ALL.into_iter().rfind(|rule| stopped.by(*rule) > 0);
        prop_assert_eq!(reason, last.map_or(Reason::NoCounterpart, Reason::Rule));
    } else {
        prop_assert!(reason != Reason::NoCounterpart);
        if let Reason::Rule(rule) = reason {
            prop_assert_eq!(rule, Rule::Price);
        }
    }
    Ok(())
}

/// The code that a funnel counts a candidate under.
fn code(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Linked { .. } => "matched",
        Outcome::OutCompeted { .. } => "out_competed",
        Outcome::Tie { .. } => "tie",
        Outcome::Capacity { .. } => "capacity",
        Outcome::Lot { .. } => "lot",
        Outcome::PartnerLimit { .. } => "partner_limit",
        Outcome::AllOrNothing { .. } => "all_or_nothing",
        Outcome::CertifiedVolume { .. } => "certified_volume",
        Outcome::NoGain => "price",
        Outcome::Policy => "policy",
        other => unreachable!("a candidate is not {other:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_left_has_one_entry_and_its_funnel_adds_up(mix in markets::middle(true)) {
        let (parts, policy) = mix.build();
        let plan = solved(&parts, &policy, policy.mechanism);
        let (market, linkage) = (plan.market(), plan.linkage());
        let mut listed = plan.unmatched_offers().iter();
        for offer in market.offers() {
            let at = market.find_offer(&offer.id).expect("known");
            let traded: Vec<i64> = plan.allocations().iter().filter(|a| a.offer == at).map(|a| a.volume.0).collect();
            let left = offer.volume.0 - traded.iter().sum::<i64>();
            let Explanation::Offer(told) = plan.explain_offer(&offer.id).expect("known") else { unreachable!() };
            prop_assert_eq!((told.account.left_kg, told.account.links.len()), (Kg(left), traded.len()));
            prop_assert_eq!(told.account.matched_kg.0 + left, told.account.volume_kg.0);
            prop_assert_eq!(told.account.reason.is_some(), left > 0);
            if left > 0 {
                let entry = listed.next().expect("an entry for what is left");
                prop_assert_eq!((entry.at, entry.left), (at, Kg(left)));
                prop_assert_eq!((Some(entry.reason), &entry.funnel), (told.account.reason, &told.account.funnel));
                adds_up(&entry.funnel, entry.reason, linkage.stopped_offer(at), parts.demands.len(), traded.len())?;
            }
            // The funnel counts what the pairs, explained one by one, came to; not all of them, it takes long.
            if at.index() % 11 != 0 {
                continue;
            }
            let mut tally = Funnel::new();
            for demand in market.demands() {
                let Explanation::Pair(pair) = plan.explain(&offer.id, &demand.id).expect("known") else { unreachable!() };
                let no_candidate = pair.rules.iter().any(|check| !check.passed);
                let code = if no_candidate { pair.rules.iter().find(|c| !c.passed).expect("one").rule.code() } else { code(&pair.outcome) };
                *tally.entry(code).or_default() += 1;
            }
            prop_assert_eq!(tally, told.account.funnel);
        }
        prop_assert!(listed.next().is_none());
        let mut listed = plan.unmatched_demands().iter();
        for demand in market.demands() {
            let at = market.find_demand(&demand.id).expect("known");
            let traded: Vec<i64> = plan.allocations().iter().filter(|a| a.demand == at).map(|a| a.volume.0).collect();
            let left = demand.volume.0 - traded.iter().sum::<i64>();
            if left > 0 {
                let entry = listed.next().expect("an entry for what is left");
                prop_assert_eq!((entry.at, entry.left), (at, Kg(left)));
                adds_up(&entry.funnel, entry.reason, linkage.stopped_demand(at), parts.offers.len(), traded.len())?;
            }
        }
        prop_assert!(listed.next().is_none());
    }
}

/// Offers `a` and `b` of 10 kg each, a demand `x` of 10 kg and one `y` for another product; `b` is the better known.
fn market() -> MarketParts {
    let mut parts = MarketParts::new(day(14));
    for id in ["a", "b"] {
        parts.cooperatives.push(Cooperative::new(format!("c-{id}"), Place::point(0.0, 0.0)));
        parts.offers.push(Offer::new(id, format!("c-{id}"), "tea/green", Kg(10)));
    }
    for (id, product) in [("x", "tea"), ("y", "fruit/lychee")] {
        parts.enterprises.push(Enterprise::new(format!("e-{id}"), Place::point(0.0, 0.0)));
        parts.demands.push(Demand::new(id, format!("e-{id}"), product, Kg(10)));
    }
    parts.relations.push(Relation { cooperative: "c-b".into(), enterprise: "e-x".into(), reliability: 1.0 });
    parts
}

fn sign(parts: &mut MarketParts, offer: &str, kg: i64) {
    parts.contracts.push(Contract { offer: offer.into(), demand: "x".into(), volume: Kg(kg) });
}

/// Reason code and funnel of offer `a`, and the reason code of demand `x` if anything is left of it.
fn reasons(
    policy: &Policy,
    change: impl FnOnce(&mut MarketParts),
) -> (&'static str, Vec<(&'static str, u32)>, &'static str) {
    let mut parts = market();
    change(&mut parts);
    told(&solved(&parts, policy, Mechanism::Optimal))
}

fn told(plan: &Plan) -> (&'static str, Vec<(&'static str, u32)>, &'static str) {
    let (offer, demand) =
        (plan.market().find_offer("a").expect("known"), plan.market().find_demand("x").expect("known"));
    let entry = plan.unmatched_offers().iter().find(|u| u.at == offer).expect("something is left");
    let other = plan.unmatched_demands().iter().find(|u| u.at == demand).map_or("", |u| u.reason.code());
    (entry.reason.code(), entry.funnel.iter().map(|(code, n)| (*code, *n)).collect(), other)
}

/// The same where the other demand always dies at `product`.
fn reason(change: impl FnOnce(&mut MarketParts)) -> (&'static str, &'static str) {
    let (code, funnel, other) = reasons(&Policy::default(), change);
    let ends = if code == "product" { vec![("product", 2)] } else { vec![(code, 1), ("product", 1)] };
    let matched = vec![("matched", 1), ("product", 1)];
    let mut ends = ends;
    ends.sort_unstable();
    assert!(funnel == ends || funnel == matched, "{code}: {funnel:?}");
    (code, other)
}

#[test]
fn candidates_end_by_competition_ties_and_capacities() {
    assert_eq!(reason(|_| {}), ("out_competed", ""));
    assert_eq!(
        reasons(&Policy::default(), |parts| {
            parts.relations.clear();
            // Whoever wins the tie, the other has the entry.
            parts.offers[1].volume = Kg(10);
            let wins =
                solved(parts, &Policy::default(), Mechanism::Optimal).allocations()[0].offer.index() == 0;
            if wins {
                parts.offers[0].id = "b".into();
                parts.offers[1].id = "a".into();
            }
        })
        .0,
        "tie"
    );
    assert_eq!(reason(|parts| parts.cooperatives[0].capacity = Some(Kg(0))).0, "capacity");
    let own_capacity = |parts: &mut MarketParts| {
        parts.offers.truncate(1);
        parts.cooperatives[0].capacity = Some(Kg(4));
    };
    assert_eq!(reason(own_capacity), ("capacity", "capacity"));
    let their_capacity = |parts: &mut MarketParts| {
        parts.offers.truncate(1);
        parts.enterprises[0].capacity = Some(Kg(4));
    };
    assert_eq!(reason(their_capacity), ("capacity", "capacity"));
    // Nobody out-competes where contracts alone fill the demand.
    assert_eq!(reason(|parts| sign(parts, "b", 10)), ("capacity", ""));
}

#[test]
fn candidates_end_by_limits() {
    let lot = |parts: &mut MarketParts| {
        sign(parts, "b", 5);
        parts.offers[1].volume = Kg(5);
        parts.offers[0].min_lot = Kg(6);
    };
    assert_eq!(reason(lot), ("lot", "lot"));
    assert_eq!(
        reason(|parts| {
            lot(parts);
            parts.offers[0].min_lot = Kg(5);
        }),
        ("capacity", ""),
        "five are free and traded: nobody but a contract has the rest"
    );
}

#[test]
fn partner_limits_all_or_nothing_and_certified_volumes() {
    let partners = |parts: &mut MarketParts| {
        sign(parts, "b", 5);
        parts.offers[1].volume = Kg(5);
        parts.demands[0].max_suppliers = Some(1);
    };
    assert_eq!(reason(partners), ("partner_limit", "partner_limit"));
    let buyers = |parts: &mut MarketParts| {
        parts.offers.truncate(1);
        parts.offers[0].max_buyers = Some(1);
        parts.demands[1].product = "tea".into();
        parts.contracts.push(Contract { offer: "a".into(), demand: "y".into(), volume: Kg(3) });
        parts.demands[1].volume = Kg(3);
    };
    let (code, funnel, other) = reasons(&Policy::default(), buyers);
    assert_eq!((code, other), ("partner_limit", "partner_limit"));
    assert_eq!(funnel, [("matched", 1), ("partner_limit", 1)]);
    let whole = |parts: &mut MarketParts| {
        parts.offers.truncate(1);
        parts.demands[0].all_or_nothing = true;
        parts.demands[0].volume = Kg(11);
    };
    assert_eq!(reason(whole), ("all_or_nothing", "all_or_nothing"));
    let certified = |parts: &mut MarketParts| {
        parts.offers.truncate(1);
        parts.demands[0].requires.push("vietgap".into());
        parts.cooperatives[0].certificates.push(Certificate::new("vietgap").volume(Kg(4)));
    };
    assert_eq!(reason(certified), ("certified_volume", "certified_volume"));
}

#[test]
fn under_welfare_pairs_without_a_gain_end_by_price() {
    let welfare = Policy { objective: Objective::Welfare, ..Policy::default() };
    let ends = vec![("price", 1), ("product", 1)];
    assert_eq!(reasons(&welfare, |parts| parts.offers.truncate(1)), ("price", ends.clone(), "price"));
    let level = |parts: &mut MarketParts| {
        parts.offers.truncate(1);
        (parts.offers[0].ask, parts.demands[0].bid) = (Some(VndPerKg(9)), Some(VndPerKg(9)));
    };
    assert_eq!(reasons(&welfare, level), ("price", ends, "price"));
}

#[test]
fn those_who_have_all_they_want_are_no_lot_too_small() {
    let plan = solved(&market(), &Policy::default(), Mechanism::Optimal);
    let Explanation::Demand(told) = plan.explain_demand("x").expect("known") else { unreachable!() };
    let funnel: Vec<_> = told.account.funnel.into_iter().collect();
    assert_eq!((funnel, told.account.reason), (vec![("matched", 1), ("out_competed", 1)], None));
}

#[test]
fn empty_sides_have_no_counterpart() {
    let mut parts = market();
    parts.demands.clear();
    let plan = solved(&parts, &Policy::default(), Mechanism::Optimal);
    assert!(plan.unmatched_offers().iter().all(|u| u.reason == Reason::NoCounterpart && u.funnel.is_empty()));
    assert_eq!(plan.unmatched_offers().len(), 2);
    let mut parts = market();
    parts.offers.clear();
    let plan = solved(&parts, &Policy::default(), Mechanism::Optimal);
    assert!(plan.unmatched_demands().iter().all(|u| u.reason == Reason::NoCounterpart && u.left == Kg(10)));
    assert_eq!(plan.unmatched_demands().len(), 2);
}

#[test]
fn without_candidates_the_nearest_miss_is_the_reason() {
    let one = |change: &dyn Fn(&mut MarketParts)| {
        reason(|parts| {
            parts.offers.truncate(1);
            change(parts);
        })
    };
    assert_eq!(one(&|parts| parts.demands[0].product = "herb".into()), ("product", "product"));
    let exclude = |parts: &mut MarketParts| {
        parts.exclusions.push(Exclusion { cooperative: "c-a".into(), enterprise: "e-x".into() });
    };
    assert_eq!(one(&exclude), ("excluded", "excluded"));
    let apart = |parts: &mut MarketParts| {
        parts.offers[0].available = Some(days(10, 12));
        parts.demands[0].needed = Some(days(13, 14));
    };
    assert_eq!(one(&apart), ("window", "window"));
    assert_eq!(
        one(&|parts| parts.demands[0].requires.push("haccp".into())),
        ("certification", "certification")
    );
    let far = |parts: &mut MarketParts| {
        parts.enterprises[0].place = Place::point(1.0, 0.0);
        parts.demands[0].max_distance = Some(Km(50.0));
    };
    assert_eq!(one(&far), ("distance", "distance"));
    let dear = |parts: &mut MarketParts| {
        (parts.offers[0].ask, parts.demands[0].bid) = (Some(VndPerKg(9)), Some(VndPerKg(8)));
    };
    assert_eq!(one(&dear), ("price", "price"));
    assert_eq!(one(&|parts| parts.demands[0].min_lot = Kg(11)), ("lot", "lot"));
    let strict = Policy { min_score: 1.0, ..Policy::default() };
    let (code, _, other) = reasons(&strict, |_| {});
    assert_eq!((code, other), ("score", "score"));
    // The farthest of several: excluded with `x`, too dear for `y`.
    let (code, funnel, _) = reasons(&Policy::default(), |parts| {
        exclude(parts);
        parts.demands[1].product = "tea".into();
        (parts.offers[0].ask, parts.demands[1].bid) = (Some(VndPerKg(9)), Some(VndPerKg(8)));
    });
    assert_eq!((code, funnel), ("price", vec![("excluded", 1), ("price", 1)]));
}

#[test]
fn room_that_a_foreign_plan_leaves_is_policy() {
    let market = Market::build(market()).expect("valid");
    let linkage = Linkage::build(&market, &Policy::default()).expect("valid");
    let plan = Plan::adopt(&linkage, &[]).expect("nothing breaks nothing");
    assert_eq!(told(&plan), ("policy", vec![("policy", 1), ("product", 1)], "policy"));
}
