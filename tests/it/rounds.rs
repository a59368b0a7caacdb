//! Rounds: decisions hold, what nothing touches stays, and what must give way is the least, by trying all.

use std::collections::BTreeMap;

use crate::support::markets::{self, Mix};
use crate::support::transports::Dice;
use crate::support::volumes::Volumes;
use lienket::{
    Barred, Because, Contract, Cooperative, Decision, DecisionKind, Decisions, Demand, Enterprise, Error, Kg,
    Market, MarketParts, Mechanism, Movable, Movement, Offer, Place, PlanDiff, Policy, Round, Standing,
    UnderLimits, io,
};
use proptest::prelude::*;

type Volume = BTreeMap<(String, String), i64>;

/// Kilograms of a round's plan by ids.
fn plan(round: &Round) -> Volume {
    let market = round.market();
    let allocations = round.plan().allocations().iter();
    allocations
        .map(|a| ((market.offer(a.offer).id.clone(), market.demand(a.demand).id.clone()), a.volume.0))
        .collect()
}

fn kept(round: &Round) -> Volume {
    let market = round.market();
    let pair = |&(o, d, Kg(kg))| ((market.offer(o).id.clone(), market.demand(d).id.clone()), kg);
    round.kept().iter().map(pair).collect()
}

fn signed(parts: &MarketParts) -> Volume {
    parts.contracts.iter().map(|c| ((c.offer.clone(), c.demand.clone()), c.volume.0)).collect()
}

fn open(parts: &MarketParts, policy: &Policy) -> Round {
    let policy = Policy { under_limits: UnderLimits::Approximate, ..policy.clone() };
    Round::open(&Market::build(parts.clone()).expect("a valid market"), &policy).expect("a first round")
}

/// Random decisions on some pairs, those of the plan mostly; they need not fit.
fn decisions(round: &Round, dice: &mut Dice, chance: i64) -> Vec<Decision> {
    let (parts, plan) = (round.market().parts(), plan(round));
    let contracts = signed(parts);
    let mut list = Vec::new();
    for offer in &parts.offers {
        for demand in &parts.demands {
            let pair = (offer.id.clone(), demand.id.clone());
            let (planned, contract) = (plan.get(&pair).copied(), contracts.get(&pair).copied().unwrap_or(0));
            if !dice.percent(if planned.is_some() { chance } else { chance / 10 }) {
                continue;
            }
            let mut kinds = vec![DecisionKind::Signed, DecisionKind::Forced];
            if contract == 0 {
                kinds.extend([DecisionKind::Declined, DecisionKind::Forbidden]);
            }
            if planned.is_some() {
                kinds.push(DecisionKind::Accepted);
            }
            let kind = kinds[dice.index(kinds.len())];
            let mut decision = Decision::new(&offer.id, &demand.id, kind, "chị Hoa", "vì thế");
            let most = offer.volume.0.min(demand.volume.0).max(contract.max(1));
            if kind.standing().is_some() && (kind != DecisionKind::Accepted || dice.percent(50)) {
                decision = decision.volume(Kg(contract.max(1 + dice.below(most))));
            }
            list.push(decision);
        }
    }
    list
}

/// The next round, after as many of the decisions as fit; every refusal names decisions.
fn next(round: &Round, dice: &mut Dice, chance: i64) -> (Round, Vec<Decision>) {
    applied(round, decisions(round, dice, chance))
}

fn applied(round: &Round, mut list: Vec<Decision>) -> (Round, Vec<Decision>) {
    loop {
        match round.decide(&Decisions::from(list.clone())) {
            Ok(next) => return (next, list),
            Err(Error::Faults(issues)) => {
                let at = |pointer: &str| pointer.split('/').nth(2)?.parse::<usize>().ok();
                let mut gone: Vec<usize> = issues.iter().filter_map(|issue| at(&issue.pointer)).collect();
                assert!(!gone.is_empty(), "{issues:?}");
                gone.sort_unstable();
                gone.dedup();
                gone.into_iter().rev().for_each(|i| drop(list.remove(i)));
            }
            Err(other) => panic!("{other}"),
        }
    }
}

/// The market that decisions make, written a second time.
fn effective(parts: &MarketParts, round: &Round) -> MarketParts {
    let mut parts = parts.clone();
    let last: BTreeMap<(&str, &str), &Decision> = round
        .decisions()
        .iter()
        .map(|l| ((l.decision.offer.as_str(), l.decision.demand.as_str()), &l.decision))
        .collect();
    for ((offer, demand), decision) in last {
        parts.contracts.retain(|c| decision.volume.is_none() || c.offer != offer || c.demand != demand);
        if decision.kind != DecisionKind::Reopened {
            parts.barred.push(Barred { offer: offer.to_owned(), demand: demand.to_owned() });
        }
        if let Some(volume) = decision.volume {
            parts.contracts.push(Contract { offer: offer.to_owned(), demand: demand.to_owned(), volume });
        }
    }
    parts.barred.sort();
    parts.barred.dedup();
    parts
}

/// The most kilograms that can stay, by trying all: pairs of the volumes with what stood on them.
fn most(volumes: &Volumes, stood: &[i64], at: usize, new: &mut Vec<i64>) -> i64 {
    if at == stood.len() {
        let fits = volumes.broken_capacities(new).is_empty() && volumes.broken_limits(new).is_empty();
        return if fits { new.iter().sum() } else { -1 };
    }
    let tried = (0..=stood[at]).map(|kg| {
        new[at] = kg;
        let best = most(volumes, stood, at + 1, new);
        new[at] = 0;
        best
    });
    tried.max().unwrap_or(-1)
}

/// The most that can stay of what stood and was not decided; and what stays when pair after pair takes all it can.
fn best_and_first_come(parts: &MarketParts, before: &Round, after: &Round, list: &[Decision]) -> (i64, i64) {
    let (was, contracts) = (plan(before), signed(parts));
    let decided = |pair: &(String, String)| list.iter().any(|d| d.offer == pair.0 && d.demand == pair.1);
    let effective = effective(parts, after);
    let volumes = Volumes::of(&effective, after.policy());
    let stood = volumes.pairs.iter().map(|pair| {
        let pair = (effective.offers[pair.offer].id.clone(), effective.demands[pair.demand].id.clone());
        let kg = was.get(&pair).copied().unwrap_or(0) - contracts.get(&pair).copied().unwrap_or(0);
        if decided(&pair) { 0 } else { kg }
    });
    let stood: Vec<i64> = stood.collect();
    let mut taken = vec![0; stood.len()];
    for at in 0..stood.len() {
        let fits = (0..=stood[at]).rev().find(|kg| {
            let new: Vec<i64> = (0..stood.len()).map(|i| if i == at { *kg } else { taken[i] }).collect();
            volumes.broken_capacities(&new).is_empty() && volumes.broken_limits(&new).is_empty()
        });
        taken[at] = fits.unwrap_or(0);
    }
    (most(&volumes, &stood, 0, &mut vec![0; stood.len()]), taken.iter().sum())
}

/// Markets in which it matters what stays.
#[test]
fn the_most_that_fits_is_not_what_comes_first() {
    let (mut gave_way, mut chosen) = (0, 0);
    for seed in 0..500 {
        let limits = if seed % 2 == 0 { 40 } else { 0 };
        let mix = Mix {
            offers: 5,
            demands: 4,
            cooperatives: 2,
            enterprises: 2,
            most_kg: 5,
            fields: 0,
            capacities: 70,
            contracts: 0,
            limits,
            seed,
        };
        let (mut parts, policy) = mix.build();
        for demand in &mut parts.demands {
            (demand.product, demand.all_or_nothing) = ("tea".to_owned(), false);
        }
        parts.offers.iter_mut().for_each(|offer| offer.product = "tea/green".to_owned());
        let before = open(&parts, &policy);
        let (planned, dice) = (plan(&before), &mut Dice(seed));
        let pairs = parts.offers.iter().flat_map(|o| parts.demands.iter().map(move |d| (&o.id, &d.id)));
        let free = pairs.filter(|pair| !planned.contains_key(&(pair.0.clone(), pair.1.clone())));
        let forced = free.filter(|_| dice.percent(30));
        let forced = forced.map(|(o, d)| says(o, d, DecisionKind::Forced).volume(Kg(1))).collect();
        let (after, list) = applied(&before, forced);
        if list.is_empty() {
            continue;
        }
        let (best, first_come) = best_and_first_come(&parts, &before, &after, &list);
        assert_eq!(kept(&after).values().sum::<i64>(), best, "{seed}");
        let stood: i64 = plan(&before).values().sum();
        gave_way += usize::from(best < stood);
        chosen += usize::from(first_come < best);
    }
    assert!(gave_way > 100 && chosen > 5, "{gave_way} {chosen}");
}

/// What holds of any two rounds that follow each other.
fn holds(before: &Round, after: &Round, list: &[Decision]) -> Result<(), TestCaseError> {
    let (was, is, pinned) = (plan(before), plan(after), kept(after));
    for logged in after.decisions() {
        let Decision { offer, demand, .. } = &logged.decision;
        let own = |l: &&lienket::Logged| l.decision.offer == *offer && l.decision.demand == *demand;
        let decision = &after.decisions().iter().rev().find(own).expect("at least this one").decision;
        let pair = (offer.clone(), demand.clone());
        match decision.kind {
            DecisionKind::Declined | DecisionKind::Forbidden => prop_assert_eq!(is.get(&pair), None),
            DecisionKind::Reopened => {}
            _ => prop_assert_eq!(is.get(&pair).copied(), decision.volume.map(|kg| kg.0)),
        }
    }
    let log: Vec<&Decision> = after.decisions().iter().map(|l| &l.decision).collect();
    for decision in list {
        let same = |d: &&&Decision| d.offer == decision.offer && d.demand == decision.demand;
        let logged = log.iter().rev().find(same).expect("every decision is logged");
        prop_assert_eq!(
            (&logged.by, &logged.reason, logged.kind),
            (&decision.by, &decision.reason, decision.kind)
        );
        if decision.kind == DecisionKind::Accepted && decision.volume.is_none() {
            let pair = (decision.offer.clone(), decision.demand.clone());
            prop_assert_eq!(is.get(&pair), was.get(&pair));
        }
    }
    // What stayed is there, and no more stayed than stood.
    let contracts = signed(before.market().parts());
    for (pair, kg) in &pinned {
        let contract = contracts.get(pair).copied().unwrap_or(0);
        prop_assert!(is[pair] >= kg + contract && was[pair] >= kg + contract);
    }
    // Nothing that is all or nothing is half, but for what was signed or decided.
    for demand in after.market().demands().iter().filter(|demand| demand.all_or_nothing) {
        let got: i64 = is.iter().filter(|((_, d), _)| *d == demand.id).map(|(_, kg)| kg).sum();
        let kept = pinned.keys().any(|(_, d)| *d == demand.id);
        prop_assert!(!kept || got == demand.volume.0);
    }
    let diff = PlanDiff::between(before, after);
    let mut moved = Volume::new();
    for change in diff.changes() {
        let pair = (change.offer.clone(), change.demand.clone());
        prop_assert_eq!(change.before.0, was.get(&pair).copied().unwrap_or(0));
        prop_assert_eq!(change.after.0, is.get(&pair).copied().unwrap_or(0));
        prop_assert_eq!(change.standing.is_some(), change.after > Kg(0));
        let decided = list.iter().any(|d| d.offer == pair.0 && d.demand == pair.1);
        prop_assert_eq!(matches!(change.why, Because::Decided { .. }), decided);
        moved.insert(pair, change.after.0);
    }
    prop_assert!(was.keys().chain(is.keys()).all(|pair| moved.contains_key(pair)));
    Ok(())
}

/// The plan verifies against the effective market, and the round's document reads back as it is.
fn verifies(round: &Round) -> Result<(), TestCaseError> {
    let document = io::plan_document(round.plan());
    let verified = io::verify_plan(round.effective_market(), document.as_bytes());
    prop_assert!(verified.is_ok(), "{:?}", verified.err());
    let folder = tempfile::TempDir::new().expect("a folder");
    let path = folder.path().join("round.json");
    let text = io::round_document(round).expect("memory");
    std::fs::write(&path, &text).expect("writable");
    prop_assert!(io::is_round(&path) && io::is_round(folder.path()));
    let read = io::read_round(folder.path()).map_err(|error| TestCaseError::fail(error.to_string()))?;
    prop_assert_eq!(io::round_document(&read).expect("memory"), text);
    Ok(())
}

fn walk(mix: &Mix, mechanism: Mechanism, chance: i64) -> Result<(), TestCaseError> {
    let (parts, policy) = mix.build();
    let dice = &mut Dice(mix.seed ^ 7);
    let mut round = open(&parts, &Policy { mechanism, ..policy });
    prop_assert_eq!(
        io::plan_document(round.decide(&Decisions::default()).expect("as it is").plan()),
        io::plan_document(round.plan())
    );
    for number in 2..5 {
        let (after, list) = next(&round, dice, chance);
        if list.is_empty() {
            prop_assert_eq!(after.number(), round.number());
            break;
        }
        prop_assert_eq!(after.number(), number);
        holds(&round, &after, &list)?;
        verifies(&after)?;
        round = after;
    }
    Ok(())
}

/// A contract with nothing kept beside it is a partner all the same: without it counted, what stayed did not fit.
#[test]
fn contracts_are_partners_when_what_stays_is_chosen() {
    let mix = Mix {
        offers: 60,
        demands: 22,
        cooperatives: 6,
        enterprises: 10,
        most_kg: 59,
        fields: 0,
        capacities: 65,
        contracts: 11,
        limits: 35,
        seed: 13_466_790_769_772_595_066,
    };
    walk(&mix, Mechanism::Optimal, 30).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn decisions_survive_and_every_plan_verifies(mix in markets::middle(false), mechanism in 0..5_usize) {
        walk(&mix, Mechanism::ALL[mechanism], 30)?;
    }

    #[test]
    fn so_they_do_under_limits(mix in markets::middle(true), mechanism in 0..5_usize) {
        walk(&mix, Mechanism::ALL[mechanism], 30)?;
    }

    #[test]
    fn the_order_of_the_input_does_not_matter(mix in markets::middle(true), seed in any::<u64>()) {
        let (parts, policy) = mix.build();
        let (mut other, mut its_policy) = (parts.clone(), policy.clone());
        markets::permute(&mut other, &mut its_policy, seed);
        let (one, two) = (open(&parts, &policy), open(&other, &its_policy));
        let (after, mut list) = next(&one, &mut Dice(seed), 40);
        list.reverse();
        let again = two.decide(&Decisions::from(list)).expect("it fitted before");
        prop_assert_eq!(io::round_document(&after).expect("memory"), io::round_document(&again).expect("memory"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    /// Against all ways to keep less.
    #[test]
    fn the_most_that_fits_stays(mix in markets::tiny(true), limits in any::<bool>()) {
        let mut mix = mix;
        mix.limits = if limits { mix.limits } else { 0 };
        mix.fields = mix.fields.min(10);
        let (mut parts, policy) = mix.build();
        // Whether such demands can be filled again is decided later.
        parts.demands.iter_mut().for_each(|demand| demand.all_or_nothing = false);
        let before = open(&parts, &policy);
        let (after, list) = next(&before, &mut Dice(mix.seed ^ 3), 60);
        let (best, _) = best_and_first_come(&parts, &before, &after, &list);
        if list.is_empty() {
            prop_assert_eq!(kept(&after).len(), 0);
        } else {
            prop_assert_eq!(kept(&after).values().sum::<i64>(), best);
        }
    }
}

/// Two cooperatives with tea, three shops in want of it.
fn shops() -> MarketParts {
    let mut parts = MarketParts::new("2025-11-28".parse().expect("a day"));
    for (c, place) in [("near", "vn/ha-noi"), ("far", "vn/son-la")] {
        parts.cooperatives.push(Cooperative::new(c, Place::id(place)));
        parts.offers.push(Offer::new(format!("o-{c}"), c, "tea/green", Kg(100)));
    }
    for e in ["a", "b", "c"] {
        parts.enterprises.push(Enterprise::new(e, Place::id("vn/ha-noi")));
        parts.demands.push(Demand::new(format!("d-{e}"), e, "tea", Kg(60)));
    }
    parts
}

fn says(offer: &str, demand: &str, kind: DecisionKind) -> Decision {
    Decision::new(offer, demand, kind, "ban tổ chức", "đã bàn với hai bên")
}

#[test]
fn what_is_forced_pushes_out_no_more_than_it_must() {
    let mut parts = shops();
    parts.offers.pop();
    let first = open(&parts, &Policy::default());
    assert_eq!(plan(&first).values().sum::<i64>(), 100);
    let free: Vec<String> = ["d-a", "d-b", "d-c"]
        .map(String::from)
        .into_iter()
        .filter(|d| !plan(&first).contains_key(&("o-near".into(), d.clone())))
        .collect();
    let [free] = &free[..] else { panic!("one shop got nothing: {free:?}") };
    let forced = says("o-near", free, DecisionKind::Forced).volume(Kg(30));
    let second = first.decide(&Decisions::from(vec![forced])).expect("it fits");
    assert_eq!(plan(&second)[&("o-near".to_owned(), free.clone())], 30);
    assert_eq!(kept(&second).values().sum::<i64>(), 70, "thirty give way, not more");
    let diff = PlanDiff::between(&first, &second);
    let gave: Vec<_> = diff.changes().iter().filter(|c| matches!(c.why, Because::GaveWay { .. })).collect();
    assert!(!gave.is_empty());
    for change in gave {
        assert_eq!(change.why, Because::GaveWay { to: vec![("o-near".to_owned(), free.clone())] });
    }
    let new: Vec<_> = diff.of(Movement::New).collect();
    assert_eq!((new.len(), new[0].standing), (1, Some(Standing::Forced)));
}

#[test]
fn a_settled_pair_gets_no_more_and_no_less() {
    let first = open(&shops(), &Policy::default());
    let (pair, kg) = plan(&first).into_iter().max_by_key(|(_, kg)| *kg).expect("something trades");
    let accepted = says(&pair.0, &pair.1, DecisionKind::Accepted).volume(Kg(kg - 20));
    let second = first.decide(&Decisions::from(vec![accepted])).expect("it fits");
    assert_eq!(plan(&second)[&pair], kg - 20);
    // It counts with its score, though it is a contract that may not grow.
    let market = second.market();
    let (offer, demand) = (market.find_offer(&pair.0).unwrap(), market.find_demand(&pair.1).unwrap());
    assert!(second.plan().linkage().candidate(offer, demand).is_some());
    let list = vec![says(&pair.0, &pair.1, DecisionKind::Reopened)];
    let reopened = second.decide(&Decisions { list, movable: Some(Movable::everything()) });
    assert_eq!(plan(&reopened.expect("decided before")), plan(&first));
}

#[test]
fn what_may_move_moves_for_the_objective_and_nothing_else_does() {
    let mut parts = shops();
    parts.offers.pop();
    let first = open(&parts, &Policy::default());
    let forced = |round: &Round, movable: Option<Movable>| {
        let free = round.market().demands().iter().map(|d| d.id.clone());
        let free =
            free.filter(|d| !plan(round).contains_key(&("o-near".into(), d.clone()))).max().expect("one");
        let forced = says("o-near", &free, DecisionKind::Forced).volume(Kg(60));
        round.decide(&Decisions { list: vec![forced], movable }).expect("it fits")
    };
    let stays = forced(&first, None);
    assert_eq!(kept(&stays).values().sum::<i64>(), 40);
    let moves = forced(&first, Some(Movable::everything()));
    assert_eq!((kept(&moves).len(), plan(&moves).values().sum::<i64>()), (0, 100));
    let named = Movable { products: vec!["tea".into()], ..Movable::default() };
    assert_eq!(kept(&forced(&first, Some(named))).len(), 0);
    let other = Movable { offers: vec!["o-near".into()], ..Movable::default() };
    assert_eq!(kept(&forced(&first, Some(other))).len(), 0);
    let one: Vec<String> = plan(&first).keys().map(|(_, demand)| demand.clone()).take(1).collect();
    let some = forced(&first, Some(Movable { demands: one.clone(), ..Movable::default() }));
    assert!(kept(&some).keys().all(|(_, demand)| *demand != one[0]) && !kept(&some).is_empty());
}

#[test]
fn a_demand_for_all_or_nothing_gives_up_what_cannot_be_filled_again() {
    let mut parts = shops();
    parts.demands.truncate(1);
    parts.demands[0].volume = Kg(200);
    parts.demands[0].all_or_nothing = true;
    let first = open(&parts, &Policy::default());
    assert_eq!(plan(&first).values().sum::<i64>(), 200);
    let declined = says("o-far", "d-a", DecisionKind::Declined);
    let second = first.decide(&Decisions::from(vec![declined])).expect("it fits");
    assert_eq!((plan(&second).len(), kept(&second).len()), (0, 0));
    let why: Vec<_> = PlanDiff::between(&first, &second).changes().iter().map(|c| c.why.clone()).collect();
    assert!(matches!(&why[..], [Because::Decided { .. }, Because::Stopped { .. }]), "{why:?}");
}

#[test]
fn every_fault_of_decisions_is_told_at_once() {
    let mut parts = shops();
    parts.contracts.push(Contract { offer: "o-far".into(), demand: "d-c".into(), volume: Kg(10) });
    let first = open(&parts, &Policy::default());
    let list = vec![
        says("o-naer", "d-x", DecisionKind::Declined),
        says("o-near", "d-a", DecisionKind::Signed),
        says("o-near", "d-a", DecisionKind::Declined).volume(Kg(5)),
        says("o-far", "d-c", DecisionKind::Forbidden),
        says("o-far", "d-c", DecisionKind::Forced).volume(Kg(9)),
        Decision::new("o-far", "d-b", DecisionKind::Reopened, "", "a\nb"),
        says("o-far", "d-a", DecisionKind::Forced).volume(Kg(0)),
    ];
    let movable = Movable { offers: vec!["o".into()], products: vec!["rice".into()], ..Movable::default() };
    let error = first.decide(&Decisions { list, movable: Some(movable) }).expect_err("faults");
    let told: Vec<String> = error.issues().iter().map(|i| format!("{} {}", i.code, i.pointer)).collect();
    assert_eq!(
        told,
        [
            "unknown_offer /decisions/0/offer",
            "unknown_demand /decisions/0/demand",
            "missing_volume /decisions/1/volume_kg",
            "unexpected_volume /decisions/2/volume_kg",
            "contradictory_decision /decisions/2",
            "has_contract /decisions/3/kind",
            "below_contract /decisions/4/volume_kg",
            "contradictory_decision /decisions/4",
            "bad_text /decisions/5/by",
            "bad_text /decisions/5/reason",
            "nothing_decided /decisions/5/kind",
            "out_of_range /decisions/6/volume_kg",
            "unknown_offer /movable/offers/0",
            "no_such_product /movable/products/0",
        ]
    );
    assert!(error.to_string().contains("Did you mean `o-near`?"), "{error}");
    // What does not fit is told at the decision, who took it included.
    let much = vec![
        says("o-near", "d-a", DecisionKind::Signed).volume(Kg(60)),
        says("o-near", "d-b", DecisionKind::Forced).volume(Kg(50)),
    ];
    let error = first.decide(&Decisions::from(much)).expect_err("more than there is");
    let [issue] = error.issues() else { panic!("{error}") };
    assert_eq!((issue.code, issue.pointer.as_str()), ("contract_over_limit", "/decisions/1/volume_kg"));
    assert!(issue.message.contains("forced by ban tổ chức"), "{issue}");
}
