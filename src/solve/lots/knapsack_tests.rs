//! The knapsack against all subsets, and its bound at any limit of nodes.

use super::{Choice, Filling, Knapsack, Precision};
use crate::solve::lots::random::Random;

/// The best value by trying all subsets; `None` if nothing is allowed.
fn exhaustive(choices: &[Choice], capacity: i64, partners: u32, filling: Filling) -> Option<i128> {
    let mut best = if filling == Filling::Must { None } else { Some(0) };
    for set in 0..1_u32 << choices.len() {
        let mut open: Vec<Choice> = choices
            .iter()
            .enumerate()
            .filter(|(at, _)| set >> at & 1 == 1)
            .map(|(_, choice)| *choice)
            .collect();
        let least: i64 = open.iter().map(|choice| choice.least).sum();
        let most: i64 = open.iter().map(|choice| choice.most).sum();
        let counting = open.iter().filter(|choice| choice.counts).count();
        let full = filling != Filling::Partly;
        if least > capacity || counting > partners as usize || open.iter().any(|c| c.least > c.most) {
            continue;
        }
        if full && most < capacity {
            continue;
        }
        let mut value: i128 = open.iter().map(|c| i128::from(c.profit) * i128::from(c.least)).sum();
        let mut room = capacity - least;
        open.sort_by_key(|choice| std::cmp::Reverse(choice.profit));
        for choice in open {
            let more = room.min(choice.most - choice.least);
            if choice.profit > 0 || full {
                value += i128::from(choice.profit) * i128::from(more);
                room -= more;
            }
        }
        if best.is_none_or(|best| value > best) {
            best = Some(value);
        }
    }
    best
}

fn draw(random: &mut Random) -> (Vec<Choice>, i64, u32, Filling) {
    let mut number = |below: usize| i64::try_from(random.below(below)).expect("small");
    let count = number(10);
    let wide = number(3) == 0;
    let mut choices: Vec<Choice> = (0..count)
        .map(|id| {
            let least = number(7);
            Choice {
                profit: number(if wide { 2_000_000 } else { 12 }) - if wide { 700_000 } else { 4 },
                least,
                most: least + number(9),
                id: u32::try_from(id).expect("small"),
                counts: number(5) > 0,
            }
        })
        .collect();
    choices.sort_by_key(|choice| (std::cmp::Reverse(choice.profit), choice.id));
    let filling =
        [Filling::Partly, Filling::Whole, Filling::Must][usize::try_from(number(3)).expect("small")];
    (choices, 1 + number(30), u32::try_from(number(6)).expect("small"), filling)
}

#[test]
fn it_is_exact_and_its_bound_holds_at_any_limit_of_nodes() {
    let mut random = Random(7);
    let mut hard = 0;
    for case in 0..40_000 {
        let (choices, capacity, partners, filling) = draw(&mut random);
        let best = exhaustive(&choices, capacity, partners, filling);
        let mut knapsack = Knapsack::<i64>::default();
        for (nodes, part) in [(100_000, 0), (100_000, 100), (10, 0), (1, 0), (0, 50)] {
            knapsack.choices.clone_from(&choices);
            let before = knapsack.nodes;
            let possible = knapsack.solve(capacity, partners, filling, Precision { nodes, part });
            let Some(best) = best else {
                assert!(!possible || nodes < 100, "case {case}: {choices:?} {capacity} {partners}");
                continue;
            };
            assert!(possible, "case {case}");
            assert!(
                i128::from(knapsack.bound) >= best,
                "case {case}: {choices:?} {capacity} {partners} {filling:?}"
            );
            if (nodes, part) == (100_000, 0) {
                hard += u32::from(knapsack.nodes > before);
                assert_eq!(i128::from(knapsack.value), best, "case {case}");
                assert_eq!(knapsack.value, knapsack.bound, "case {case}");
            }
            assert!(i128::from(knapsack.value) <= best);
            kept(&knapsack, &choices, capacity, partners, filling);
            let mut wide = Knapsack::<i128>::default();
            wide.choices.clone_from(&choices);
            wide.solve(capacity, partners, filling, Precision { nodes, part });
            assert_eq!((&wide.flow, wide.bound), (&knapsack.flow, knapsack.bound.into()), "case {case}");
        }
    }
    assert!(hard > 5_000, "{hard} went beyond the fast path");
}

/// What is taken keeps all limits and is worth what is said.
fn kept(knapsack: &Knapsack<i64>, choices: &[Choice], capacity: i64, partners: u32, filling: Filling) {
    let (mut units, mut value, mut counting) = (0, 0, 0);
    for &(id, taken) in &knapsack.flow {
        let choice = choices.iter().find(|choice| choice.id == id).expect("it is a choice");
        assert!(taken >= choice.least.max(1) && taken <= choice.most);
        units += taken;
        value += taken * choice.profit;
        counting += u32::from(choice.counts);
    }
    assert!(units <= capacity && counting <= partners);
    match filling {
        Filling::Partly => assert_eq!(value, knapsack.value),
        Filling::Whole => {
            assert!(units == 0 || units == capacity);
            assert_eq!(value, knapsack.value);
        }
        // With few nodes no solution may have been found.
        Filling::Must => assert!(units == 0 || (units == capacity && value == knapsack.value)),
    }
}
