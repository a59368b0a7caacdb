//! Explanations: remedies are true and the smallest there are, what is missing to win is exact, contributions
//! add up.

use std::collections::BTreeSet;

use crate::support::markets::{self, day};
use crate::support::oracle;
use crate::support::straightforward::{Straightforward, number};
use crate::support::volumes::Volumes;
use lienket::{
    Certificate, Date, Explanation, Held, Kg, Km, Linkage, Market, MarketParts, Mechanism, Missing,
    Objective, Outcome, PairExplanation, Plan, Policy, Remedy, Rule, Score, Shortcoming, VndPerKg, Window,
};
use proptest::prelude::*;

fn solved(parts: &MarketParts, policy: &Policy) -> Plan {
    let market = Market::build(parts.clone()).expect("a valid market");
    let linkage = Linkage::build(&market, policy).expect("a valid policy");
    Plan::solve(&linkage, Mechanism::Optimal).expect("a plan")
}

fn pair(plan: &Plan, offer: &str, demand: &str) -> PairExplanation {
    match plan.explain(offer, demand).expect("known ids") {
        Explanation::Pair(pair) => pair,
        _ => unreachable!("a pair was asked for"),
    }
}

/// The market of one pair alone: rules look at nothing else.
fn alone(parts: &MarketParts, o: usize, d: usize) -> MarketParts {
    let mut parts = parts.clone();
    parts.contracts.clear();
    parts.offers = vec![parts.offers[o].clone()];
    parts.demands = vec![parts.demands[d].clone()];
    let (offer, demand) = (&parts.offers[0].id, &parts.demands[0].id);
    parts.barred.retain(|barred| barred.offer == *offer && barred.demand == *demand);
    parts
}

fn passes(parts: &MarketParts, policy: &Policy, rule: Rule) -> bool {
    let told = pair(&solved(parts, policy), &parts.offers[0].id, &parts.demands[0].id);
    told.rules.iter().find(|check| check.rule == rule).expect("every rule is told").passed
}

/// A day some days later; everything here is in April 2026.
fn later(date: Date, by: i64) -> Date {
    day(number(date) - number(day(1)) + 1 + by)
}

/// The lot certified, and certificates that do what the shortcomings ask for, but for some days at their ends.
fn obtained(parts: &MarketParts, missing: &[Shortcoming], ends: Option<(i64, i64)>) -> MarketParts {
    let mut parts = parts.clone();
    let party = parts.offers[0].cooperative.clone();
    let cooperative = parts.cooperatives.iter_mut().find(|c| c.id == party).expect("known");
    for shortcoming in missing {
        let cut = |(late, early): (i64, i64)| {
            Window::new(later(shortcoming.from, late), later(shortcoming.until, -early))
        };
        if let Some(valid) = ends.map(cut).filter(|valid| valid.from <= valid.to) {
            cooperative.certificates.push(Certificate::new(&shortcoming.standard).valid(valid));
        }
        parts.offers[0].certified.iter_mut().for_each(|lot| lot.push(shortcoming.standard.clone()));
    }
    parts
}

/// Changes a market and a policy.
type Change<'a> = &'a dyn Fn(&mut MarketParts, &mut Policy);

/// The remedy, applied, passes the rule; one unit less does not.
fn is_true(parts: &MarketParts, policy: &Policy, rule: Rule, remedy: &Remedy) -> Result<(), TestCaseError> {
    let with = |change: Change| {
        let (mut parts, mut policy) = (parts.clone(), policy.clone());
        change(&mut parts, &mut policy);
        passes(&parts, &policy, rule)
    };
    let (offer, demand) = (&parts.offers[0], &parts.demands[0]);
    match remedy {
        Remedy::OtherProduct { offered, asked } => {
            prop_assert_eq!(offered, &offer.product);
            let taken = demand.substitutes.iter().map(|s| &s.product).chain([&demand.product]);
            prop_assert_eq!(asked.iter().collect::<BTreeSet<_>>(), taken.collect());
            for product in asked {
                prop_assert!(with(&|parts, _| parts.offers[0].product.clone_from(product)));
            }
        }
        Remedy::LiftExclusion => {
            let lift = |parts: &mut MarketParts| {
                parts.exclusions.clear();
                parts.barred.clear();
            };
            prop_assert!(with(&|parts, _| lift(parts)));
        }
        Remedy::ShiftWindow { days, available, needed } => {
            prop_assert_eq!((Some(*available), Some(*needed)), (offer.available, demand.needed));
            let sign = if available.to < needed.from { 1 } else { -1 };
            let shift = |by: i64| Window::new(later(available.from, by), later(available.to, by));
            let moved = |by: i64| with(&|parts, _| parts.offers[0].available = Some(shift(by)));
            prop_assert!(moved(sign * days));
            prop_assert!(!moved(sign * (days - 1)));
        }
        Remedy::Certify { missing } => {
            prop_assert!(!missing.is_empty());
            prop_assert!(passes(&obtained(parts, missing, Some((0, 0))), policy, rule));
            // Unless certifying the lot alone does it.
            if !passes(&obtained(parts, missing, None), policy, rule) {
                prop_assert!(!passes(&obtained(parts, missing, Some((1, 0))), policy, rule));
                prop_assert!(!passes(&obtained(parts, missing, Some((0, 1))), policy, rule));
            }
            for shortcoming in missing {
                holds_so_much(parts, shortcoming)?;
            }
        }
        Remedy::ShortenDistance { km, counted_km, limit_km } => {
            prop_assert!((limit_km + km - counted_km).abs() < 1e-6);
            let raised = |km: f64| {
                with(&|parts, policy| {
                    for limit in
                        [&mut parts.demands[0].max_distance, &mut policy.max_distance].into_iter().flatten()
                    {
                        *limit = Km(limit.0.max(km));
                    }
                })
            };
            // To the metre: documents and rules know nothing smaller.
            let least = (counted_km * 1000.0 - 1e-6).ceil() / 1000.0;
            prop_assert!(raised(least));
            prop_assert!(!raised(least - 0.001));
        }
        Remedy::AgreePrice { vnd_per_kg, ask_at_most, bid_at_least } => {
            let ask = |ask: i64| with(&|parts, _| parts.offers[0].ask = Some(VndPerKg(ask)));
            let bid = |bid: i64| with(&|parts, _| parts.demands[0].bid = Some(VndPerKg(bid)));
            prop_assert!(ask(ask_at_most.0) && !ask(ask_at_most.0 + 1));
            prop_assert!(bid(bid_at_least.0) && !bid(bid_at_least.0 - 1));
            prop_assert_eq!(offer.ask.map(|ask| ask.0 - vnd_per_kg), Some(ask_at_most.0));
        }
        Remedy::LowerLot { kg, lot_kg, volume_kg } => {
            prop_assert_eq!(*volume_kg, offer.volume.min(demand.volume));
            let lowered = |by: i64| {
                with(&|parts, _| {
                    let most = Kg(lot_kg.0 - by);
                    parts.offers[0].min_lot = parts.offers[0].min_lot.min(most);
                    parts.demands[0].min_lot = parts.demands[0].min_lot.min(most);
                })
            };
            prop_assert!(lowered(kg.0) && !lowered(kg.0 - 1));
        }
        Remedy::RaiseScore { missing, least } => {
            prop_assert_eq!(*least, Score::from_fraction(policy.min_score));
            let lowered = |by: u32| with(&|_, policy| policy.min_score = f64::from(least.micro() - by) / 1e6);
            prop_assert!(lowered(missing.micro()) && !lowered(missing.micro() - 1));
        }
        other => prop_assert!(false, "a new remedy needs a test: {other:?}"),
    }
    Ok(())
}

/// What is said of the certificates held is so.
fn holds_so_much(parts: &MarketParts, shortcoming: &Shortcoming) -> Result<(), TestCaseError> {
    let offer = &parts.offers[0];
    let cooperative = parts.cooperatives.iter().find(|c| c.id == offer.cooperative).expect("known");
    let mut same = cooperative.certificates.iter().filter(|c| c.standard == shortcoming.standard);
    match &shortcoming.state {
        // Through acceptances, or for itself.
        Held::PartOfTheDays { held, from, until } | Held::AcceptanceLapses { held, from, until } => {
            prop_assert!(from.is_some() || until.is_some());
            prop_assert!(from.is_none_or(|from| from > shortcoming.from));
            prop_assert!(until.is_none_or(|until| until < shortcoming.until));
            // A certificate that covers the days need not be extended; one that does not is no lapsed acceptance.
            let covers = cooperative.certificates.iter().filter(|c| c.standard == *held).any(|c| {
                c.valid_from.is_none_or(|from| from <= shortcoming.from)
                    && c.valid_until.is_none_or(|until| until >= shortcoming.until)
            });
            let lapsed = matches!(shortcoming.state, Held::AcceptanceLapses { .. });
            prop_assert!(!lapsed || (covers && *held != shortcoming.standard));
        }
        Held::NotInForce { status } => prop_assert!(same.any(|c| c.status == *status)),
        Held::OtherProducts => prop_assert!(same.any(|c| !c.products.is_empty())),
        Held::NotThisLot => {
            prop_assert!(same.next().is_some());
            prop_assert!(offer.certified.as_ref().is_some_and(|lot| !lot.contains(&shortcoming.standard)));
        }
        Held::Nothing => prop_assert!(same.next().is_none()),
        _ => prop_assert!(false, "a new state needs a test"),
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn remedies_are_true_and_the_smallest(mix in markets::tiny(true)) {
        let (parts, policy) = mix.build();
        for (o, d) in (0..parts.offers.len()).flat_map(|o| (0..parts.demands.len()).map(move |d| (o, d))) {
            let parts = alone(&parts, o, d);
            let told = pair(&solved(&parts, &policy), &parts.offers[0].id, &parts.demands[0].id);
            prop_assert_eq!(told.rules.iter().map(|check| check.rule).collect::<Vec<_>>(), Rule::ALL);
            let first = told.rules.iter().find(|check| !check.passed).map(|check| check.rule);
            prop_assert_eq!(first, Straightforward::of(&parts, &policy).judge(0, 0).err());
            let failed = told.rules.iter().filter(|check| !check.passed).count();
            if let Some(rule) = first {
                // Which days certificates must cover is not known before a window has moved.
                let sure = rule != Rule::Window || parts.demands[0].requires.is_empty();
                prop_assert_eq!(told.outcome, Outcome::Stopped { rule, only: failed == 1 && sure });
            }
            for check in told.rules {
                prop_assert_eq!(check.passed, check.remedy.is_none());
                if let Some(remedy) = check.remedy {
                    is_true(&parts, &policy, check.rule, &remedy)?;
                }
            }
        }
    }

    #[test]
    fn contributions_add_up_to_the_scores(mix in markets::tiny(true)) {
        let (parts, policy) = mix.build();
        let plan = solved(&parts, &policy);
        for (offer, demand) in parts.offers.iter().flat_map(|o| parts.demands.iter().map(move |d| (o, d))) {
            let told = pair(&plan, &offer.id, &demand.id);
            prop_assert_eq!(told.criteria.is_empty(), told.score.is_none());
            let sides = [told.cooperative_score, told.enterprise_score];
            for (side, score) in sides.into_iter().enumerate().filter_map(|(side, score)| Some((side, score?))) {
                let sum: f64 = told.criteria.iter().map(|line| line.contribution[side]).sum();
                prop_assert!((sum - score.fraction()).abs() < 1e-5, "{sum} {score}");
                let weight: f64 = told.criteria.iter().map(|line| line.weight[side]).sum();
                prop_assert!((weight - 1.0).abs() < 1e-5);
                let product = |line: &lienket::CriterionLine| line.weight[side] * line.value[side];
                prop_assert!(told.criteria.iter().all(|line| (product(line) - line.contribution[side]).abs() < 2e-6));
            }
        }
    }
}

/// The optimum in the objective's unit, `bonus` added to each kg of one pair, or the pair left out.
fn optimum(parts: &MarketParts, policy: &Policy, at: (usize, usize), bonus: Option<i64>) -> i128 {
    let volumes = Volumes::of(parts, policy);
    let mut transport = volumes.transport(if policy.objective == Objective::Volume { WEIGHT } else { 0 });
    let edge = volumes.pairs.iter().position(|pair| (pair.offer, pair.demand) == at);
    if let Some(edge) = edge {
        if let Some(bonus) = bonus {
            transport.value[edge] += bonus;
        } else {
            transport.value.remove(edge);
            transport.column.remove(edge);
            transport.row_start.iter_mut().filter(|start| **start > edge).for_each(|start| *start -= 1);
        }
    }
    let flow = oracle::optimum(&transport);
    flow.iter().zip(&transport.value).map(|(kg, value)| i128::from(*kg) * i128::from(*value)).sum()
}

const WEIGHT: i64 = 1_000_000_000;

/// Whether every optimal plan links the pair.
fn must_link(parts: &MarketParts, policy: &Policy, at: (usize, usize), bonus: i64) -> bool {
    optimum(parts, policy, at, Some(bonus)) > optimum(parts, policy, at, None)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 250, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_more_is_said_to_be_missing_than_is(mix in markets::tiny(false)) {
        let (parts, policy) = mix.build();
        let plan = solved(&parts, &policy);
        for at in (0..parts.offers.len()).flat_map(|o| (0..parts.demands.len()).map(move |d| (o, d))) {
            let told = pair(&plan, &parts.offers[at.0].id, &parts.demands[at.1].id);
            match told.outcome {
                Outcome::OutCompeted {
                    missing: Some(Missing::MicroScore(missing) | Missing::VndPerKg(missing)), ..
                } => {
                    prop_assert!(missing > 0);
                    prop_assert!(!must_link(&parts, &policy, at, missing), "{missing} suffices for {at:?}");
                }
                Outcome::Tie { .. } => prop_assert!(!must_link(&parts, &policy, at, 0), "{at:?} ties"),
                _ => {}
            }
        }
    }

    #[test]
    fn the_ask_named_wins_and_no_higher_one_does(mix in markets::tiny(false)) {
        let (parts, policy) = mix.build();
        let plan = solved(&parts, &policy);
        for at in (0..parts.offers.len()).flat_map(|o| (0..parts.demands.len()).map(move |d| (o, d))) {
            let told = pair(&plan, &parts.offers[at.0].id, &parts.demands[at.1].id);
            let Outcome::OutCompeted { ask_at_most, .. } = told.outcome else { continue };
            let (Some(ask), Some(_)) = (parts.offers[at.0].ask, parts.demands[at.1].bid) else {
                prop_assert_eq!(ask_at_most, None);
                continue;
            };
            let wins = |ask: i64| {
                let mut parts = parts.clone();
                parts.offers[at.0].ask = Some(VndPerKg(ask));
                must_link(&parts, &policy, at, 0)
            };
            if let Some(most) = ask_at_most {
                prop_assert!(most < ask && !wins(most.0 + 1), "{most} and 1 wins {at:?}");
                let mut cheaper = parts.clone();
                cheaper.offers[at.0].ask = Some(most);
                let told = pair(&solved(&cheaper, &policy), &parts.offers[at.0].id, &parts.demands[at.1].id);
                let linked = matches!(told.outcome, Outcome::Linked { .. });
                prop_assert!(linked, "{most} does not link {at:?}");
            }
        }
    }
}
