//! Fair volumes against all flows there are, against the definition of their proof, and against themselves.

use std::cmp::Ordering;

use crate::support::{
    brute, check,
    transports::{Dice, moved, permute, shapes},
};
use lienket::solve::{
    Aversion, Compromise, Fair, FillTargets, Leximin, SolveError, Transport, egalitarian, fair, frontier,
    leximin, optimum,
};
use proptest::prelude::*;

/// Targets of one's own.
#[derive(Debug, Clone)]
struct Targets {
    size: Vec<i64>,
    already: Vec<i64>,
    key: Vec<u64>,
}

impl Targets {
    fn random(groups: usize, seed: u64) -> Targets {
        let mut dice = Dice(seed);
        let (sizes, holders, most) = (1 + dice.below(7), dice.below(101), 1 + dice.below(6));
        Targets {
            size: (0..groups).map(|_| 1 + dice.below(sizes)).collect(),
            already: (0..groups).map(|_| if dice.percent(holders) { dice.below(most) } else { 0 }).collect(),
            key: (0..groups).map(|_| dice.next()).collect(),
        }
    }

    fn lent(&self) -> FillTargets<'_> {
        FillTargets { size: &self.size, already: &self.already, key: &self.key }
    }

    fn moved(&self, to: &[usize]) -> Targets {
        Targets { size: moved(&self.size, to), already: moved(&self.already, to), key: moved(&self.key, to) }
    }

    /// The fill rate of a group that gives `units`.
    fn rate(&self, group: usize, units: i64) -> Rate {
        Rate(self.already[group] + units, self.size[group])
    }
}

/// Units over size.
#[derive(Debug, Clone, Copy)]
struct Rate(i64, i64);

impl Rate {
    fn compare(&self, other: &Rate) -> Ordering {
        (i128::from(self.0) * i128::from(other.1)).cmp(&(i128::from(other.0) * i128::from(self.1)))
    }
}

fn totals(transport: &Transport, flow: &[i64]) -> Vec<i64> {
    let mut totals = vec![0; transport.row_group_capacity.len()];
    for (row, units) in check::rows(transport).into_iter().zip(flow) {
        totals[transport.row_group[row] as usize] += units;
    }
    totals
}

fn dense(transport: &Transport, flow: &[(usize, i64)]) -> Vec<i64> {
    let mut dense = vec![0; transport.column.len()];
    for &(edge, units) in flow {
        dense[edge] += units;
    }
    dense
}

/// Groups with an edge.
fn with_edge(transport: &Transport) -> Vec<usize> {
    let rows = check::rows(transport);
    let has = |group: &usize| rows.iter().any(|&row| transport.row_group[row] as usize == *group);
    (0..transport.row_group_capacity.len()).filter(has).collect()
}

/// Fill rates from the worst up.
fn sorted(transport: &Transport, targets: &Targets, totals: &[i64]) -> Vec<Rate> {
    let mut rates: Vec<Rate> =
        with_edge(transport).into_iter().map(|group| targets.rate(group, totals[group])).collect();
    rates.sort_by(Rate::compare);
    rates
}

fn lexicographic(one: &[Rate], other: &[Rate]) -> Ordering {
    let mut pairs = one.iter().zip(other).map(|(a, b)| a.compare(b));
    pairs.find(|order| *order != Ordering::Equal).unwrap_or(Ordering::Equal)
}

/// Totals from the lowest key up: among equal vectors the greater wins.
fn by_key(targets: &Targets, totals: &[i64]) -> Vec<i64> {
    let mut order: Vec<usize> = (0..totals.len()).collect();
    order.sort_by_key(|&group| targets.key[group]);
    order.into_iter().map(|group| totals[group]).collect()
}

/// The totals that the definition asks for, and the greatest value with them.
fn by_brute_force(transport: &Transport, targets: &Targets) -> (Vec<i64>, i128) {
    let mut best: Option<(Vec<i64>, i128)> = None;
    brute::flows(transport, &mut |flow| {
        if check::feasible(transport, flow).is_err() {
            return;
        }
        let (found, worth) = (totals(transport, flow), check::worth(transport, flow));
        let order = best.as_ref().map_or(Ordering::Greater, |(best, value)| {
            lexicographic(&sorted(transport, targets, &found), &sorted(transport, targets, best))
                .then_with(|| by_key(targets, &found).cmp(&by_key(targets, best)))
                .then_with(|| worth.cmp(value))
        });
        if order == Ordering::Greater {
            best = Some((found, worth));
        }
    });
    best.expect("no flow is a flow")
}

/// The proof of a leximin vector, from its definition.
fn proves(transport: &Transport, targets: &Targets, found: &Leximin) -> Result<(), String> {
    let flow = dense(transport, &found.flow);
    check::feasible(transport, &flow)?;
    if totals(transport, &flow) != found.totals {
        return Err("the flow has other totals".to_owned());
    }
    let rows = check::rows(transport);
    let (groups, column_groups) = (transport.row_group_capacity.len(), transport.column_group_capacity.len());
    let (mut row, mut column) =
        (vec![0; transport.row_capacity.len()], vec![0; transport.column_capacity.len()]);
    let mut column_group = vec![0; column_groups];
    let mut most = vec![0; groups];
    for (edge, &r) in rows.iter().enumerate() {
        row[r] += flow[edge];
        column[transport.column[edge] as usize] += flow[edge];
        column_group[transport.column_group[transport.column[edge] as usize] as usize] += flow[edge];
    }
    for r in 0..row.len() {
        if rows.contains(&r) {
            most[transport.row_group[r] as usize] += transport.row_capacity[r];
        }
    }
    for (most, limit) in most.iter_mut().zip(&transport.row_group_capacity) {
        *most = limit.map_or(*most, |limit| limit.min(*most));
    }
    if most != found.most {
        return Err("what groups could give at most is not what is said".to_owned());
    }
    let could = |group: usize| found.totals[group] < most[group];
    for (at, level) in found.levels.iter().enumerate() {
        if level.groups.iter().any(|&group| found.row_group_level[group as usize] as usize != at) {
            return Err(format!("level {at} lists other groups"));
        }
        if !level.groups.iter().any(|&group| could(group as usize)) {
            continue;
        }
        let inside = |level: u32| level as usize <= at;
        let mut arcs: Vec<(u32, u32, i64, Option<i64>)> = Vec::new(); // from, to, flow, capacity
        for (r, &units) in row.iter().enumerate().filter(|(r, _)| rows.contains(r)) {
            let above = found.row_group_level[transport.row_group[r] as usize];
            arcs.push((above, found.row_level[r], units, Some(transport.row_capacity[r])));
        }
        for (edge, &r) in rows.iter().enumerate() {
            let to = found.column_level[transport.column[edge] as usize];
            let capacity = transport.edge_capacity.as_ref().map(|capacity| capacity[edge]);
            arcs.push((found.row_level[r], to, flow[edge], capacity));
        }
        for (c, &units) in column.iter().enumerate() {
            let above = found.column_group_level[transport.column_group[c] as usize];
            arcs.push((found.column_level[c], above, units, Some(transport.column_capacity[c])));
        }
        for (h, &units) in column_group.iter().enumerate() {
            let drain = transport.column_group_capacity[h];
            arcs.push((found.column_group_level[h], Leximin::OUTSIDE, units, drain));
        }
        for (from, to, units, capacity) in arcs {
            if inside(from) && !inside(to) && capacity != Some(units) {
                return Err(format!("cut {at}: {units} of {capacity:?} leave {from} for {to}"));
            }
            if !inside(from) && inside(to) && units > 0 {
                return Err(format!("cut {at}: {units} enter {to} from {from}"));
            }
        }
        // Who could be made to give a unit is no better off by it than who takes it would be.
        for &taker in level.groups.iter().filter(|&&group| could(group as usize)) {
            let taker = taker as usize;
            for giver in 0..groups {
                let can_give = rows.iter().enumerate().any(|(edge, &r)| {
                    let column = found.column_level[transport.column[edge] as usize];
                    let within = inside(found.row_level[r]) && inside(column);
                    transport.row_group[r] as usize == giver && within && flow[edge] > 0
                });
                if giver == taker || !can_give {
                    continue;
                }
                let order = targets
                    .rate(giver, found.totals[giver] - 1)
                    .compare(&targets.rate(taker, found.totals[taker]))
                    .then(targets.size[giver].cmp(&targets.size[taker]))
                    .then(targets.key[giver].cmp(&targets.key[taker]));
                if order == Ordering::Greater {
                    return Err(format!("{giver} has a unit that {taker} should have"));
                }
            }
        }
    }
    Ok(())
}

/// Whether the prices prove that no flow with these totals is worth more.
fn proves_at_totals(transport: &Transport, found: &Fair) -> Result<(), String> {
    let flow = found.best.dense(transport);
    check::feasible(transport, &flow)?;
    if totals(transport, &flow) != found.leximin.totals {
        return Err("other totals".to_owned());
    }
    // What a price of the totals brings in is the same for all of them, so it may be added to every value.
    let (mut same, mut best) = (transport.clone(), found.best.clone());
    let least = best.row_group_price.iter().copied().min().unwrap_or(0).min(0);
    for value in &mut same.value {
        *value -= least;
    }
    for price in &mut best.row_group_price {
        *price -= least;
    }
    same.row_group_capacity = found.leximin.totals.iter().copied().map(Some).collect();
    check::proves(&same, &best)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tiny_fair_volumes_are_those_of_brute_force(shape in shapes(4, 3, 4), seed in any::<u64>()) {
        let transport = shape.build();
        prop_assume!(transport.column.len() <= 7);
        let targets = Targets::random(transport.row_group_capacity.len(), seed);
        let found = fair(&transport, &targets.lent()).expect("small numbers");
        let (wanted, worth) = by_brute_force(&transport, &targets);
        prop_assert_eq!(&found.leximin.totals, &wanted);
        prop_assert_eq!(proves(&transport, &targets, &found.leximin), Ok(()));
        let flow = found.best.dense(&transport);
        prop_assert_eq!(totals(&transport, &flow), wanted);
        prop_assert_eq!(check::worth(&transport, &flow), worth);
    }

    #[test]
    fn fair_volumes_prove_themselves(shape in shapes(30, 30, 40), seed in any::<u64>()) {
        let transport = shape.build();
        let targets = Targets::random(transport.row_group_capacity.len(), seed);
        let found = leximin(&transport, &targets.lent()).expect("small numbers");
        prop_assert_eq!(proves(&transport, &targets, &found), Ok(()));
    }

    #[test]
    fn fairness_costs_no_unit_and_nobody_beats_the_worst_off(shape in shapes(20, 20, 30), seed in any::<u64>()) {
        let mut transport = shape.build();
        let targets = Targets::random(transport.row_group_capacity.len(), seed);
        let found = leximin(&transport, &targets.lent()).expect("small numbers");
        let rates = sorted(&transport, &targets, &found.totals);
        let best = optimum(&transport).expect("small numbers");
        let others = sorted(&transport, &targets, &totals(&transport, &best.dense(&transport)));
        prop_assert_ne!(lexicographic(&rates, &others), Ordering::Less);
        transport.value.fill(1);
        let most = check::worth(&transport, &optimum(&transport).expect("small numbers").dense(&transport));
        prop_assert_eq!(most, found.totals.iter().copied().map(i128::from).sum::<i128>());
    }

    #[test]
    fn order_does_not_matter_to_fairness(shape in shapes(20, 20, 30), seed in any::<u64>()) {
        let transport = shape.build();
        let targets = Targets::random(transport.row_group_capacity.len(), seed);
        let found = fair(&transport, &targets.lent()).expect("small numbers");
        let other = permute(&transport, seed ^ 1);
        let again = fair(&other.transport, &targets.moved(&other.row_group).lent()).expect("small numbers");
        prop_assert_eq!(moved(&found.leximin.totals, &other.row_group), again.leximin.totals);
        let flow = moved(&found.best.dense(&transport), &other.edge);
        prop_assert_eq!(flow, again.best.dense(&other.transport));
        prop_assert_eq!(moved(&found.best.row_group_price, &other.row_group), again.best.row_group_price);
    }

    #[test]
    fn threads_do_not_matter_to_fairness(shape in shapes(30, 30, 40), seed in any::<u64>()) {
        let transport = shape.build();
        let targets = Targets::random(transport.row_group_capacity.len(), seed);
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            pool.install(|| fair(&transport, &targets.lent()).expect("small numbers"))
        };
        let alone = on(1);
        prop_assert_eq!(&on(2), &alone);
        prop_assert_eq!(&on(5), &alone);
    }

    #[test]
    fn prices_prove_the_best_of_the_fair_flows(shape in shapes(20, 20, 30), seed in any::<u64>()) {
        let transport = shape.build();
        let targets = Targets::random(transport.row_group_capacity.len(), seed);
        let found = fair(&transport, &targets.lent()).expect("small numbers");
        prop_assert_eq!(proves_at_totals(&transport, &found), Ok(()));
    }
}

/// One row a group and one column a group; `edges` by row, all of value 1.
fn market(rows: &[i64], columns: &[i64], edges: &[&[u32]]) -> Transport {
    let count = |of: &[i64]| u32::try_from(of.len()).expect("small");
    let mut transport = Transport {
        row_capacity: rows.to_vec(),
        column_capacity: columns.to_vec(),
        row_group: (0..count(rows)).collect(),
        column_group: (0..count(columns)).collect(),
        row_group_capacity: vec![None; rows.len()],
        column_group_capacity: vec![None; columns.len()],
        row_start: vec![0],
        row_key: (0..u64::from(count(rows))).collect(),
        column_key: (0..u64::from(count(columns))).collect(),
        ..Transport::default()
    };
    for row in edges {
        transport.column.extend(*row);
        transport.row_start.push(transport.column.len());
    }
    transport.value = vec![1; transport.column.len()];
    transport
}

fn rationed(transport: &Transport) -> (Vec<i64>, Vec<i64>) {
    let found = egalitarian(transport, &transport.row_key, &transport.column_key).expect("small numbers");
    (found.rows.totals, found.columns.totals)
}

#[test]
fn fill_rates_rise_together_and_what_one_has_already_counts() {
    // One demand of 10 for sizes 10 and 30.
    let shop = market(&[10, 30], &[10], &[&[0], &[0]]);
    let with = |already: &[i64], key: &[u64]| {
        let targets = FillTargets { size: &[10, 30], already, key };
        leximin(&shop, &targets).expect("small numbers").totals
    };
    assert_eq!(with(&[0, 0], &[1, 2]), [3, 7], "a quarter each, the odd unit lifts the smaller one further");
    assert_eq!(with(&[0, 0], &[2, 1]), [3, 7], "sizes come before keys");
    assert_eq!(with(&[5, 0], &[1, 2]), [0, 10], "the second does not catch up");
    assert_eq!(with(&[1, 0], &[1, 2]), [2, 8]);
    let equals = market(&[9, 9], &[7], &[&[0], &[0]]);
    for (key, wanted) in [([1, 2], [4, 3]), ([2, 1], [3, 4])] {
        let targets = FillTargets { size: &[9, 9], already: &[0, 0], key: &key };
        assert_eq!(leximin(&equals, &targets).expect("small numbers").totals, wanted);
    }
}

#[test]
fn a_group_without_an_edge_is_listed_and_levels_are_nested() {
    let shops = market(&[10, 10, 10, 10], &[4, 8], &[&[0], &[0], &[0, 1], &[]]);
    let targets = FillTargets { size: &[10; 4], already: &[0; 4], key: &[1, 2, 3, 4] };
    let found = leximin(&shops, &targets).expect("small numbers");
    assert_eq!(found.totals, [2, 2, 8, 0]);
    assert_eq!(found.without_edge, [3]);
    assert_eq!(found.levels.len(), 2);
    assert_eq!((found.levels[0].groups.as_slice(), found.levels[0].lowest), (&[0, 1][..], (2, 10)));
    assert_eq!((found.levels[1].groups.as_slice(), found.levels[1].highest), (&[2][..], (8, 10)));
    assert_eq!(found.column_level, [0, 1]);
    assert_eq!(found.row_group_level, [0, 0, 1, Leximin::OUTSIDE]);
}

#[test]
fn malformed_targets_are_refused() {
    let shop = market(&[5, 5], &[5], &[&[0], &[0]]);
    let refused = |size: &[i64], already: &[i64], key: &[u64]| {
        leximin(&shop, &FillTargets { size, already, key }).expect_err("malformed")
    };
    assert!(matches!(refused(&[5], &[0, 0], &[1, 2]), SolveError::Malformed { at: 1, .. }));
    assert!(matches!(refused(&[5, 0], &[0, 0], &[1, 2]), SolveError::Malformed { at: 1, .. }));
    assert!(matches!(refused(&[5, 5], &[0, -1], &[1, 2]), SolveError::Malformed { at: 1, .. }));
    assert!(matches!(refused(&[5, i64::MAX], &[0, 0], &[1, 2]), SolveError::Overflow { .. }));
    assert!(matches!(refused(&[5, 5], &[i64::MAX, 0], &[1, 2]), SolveError::Overflow { .. }));
}

#[test]
fn large_numbers_are_exact() {
    let most = 1_i64 << 60;
    let shop = market(&[most, most], &[most + 1], &[&[0], &[0]]);
    let targets = FillTargets { size: &[most, most - 1], already: &[0, 0], key: &[1, 2] };
    let found = leximin(&shop, &targets).expect("within bounds");
    // Units (k − 1)/size in order: the second, smaller, group's first; they alternate to the end.
    assert_eq!(found.totals, [(1 << 59) + 1, 1 << 59]);
    assert_eq!(
        proves(&shop, &Targets { size: vec![most, most - 1], already: vec![0; 2], key: vec![1, 2] }, &found),
        Ok(())
    );
}

#[test]
fn totals_come_before_any_value() {
    // Both sell only if the first leaves its good edge to the second.
    let mut shops = market(&[1, 1], &[1, 1], &[&[0, 1], &[0]]);
    shops.value = vec![2_000_000_000, 0, 0];
    let targets = FillTargets { size: &[1, 1], already: &[0, 0], key: &[1, 2] };
    let found = fair(&shops, &targets).expect("within bounds");
    assert_eq!(found.best.flow, [(1, 1), (2, 1)]);
    assert_eq!(proves_at_totals(&shops, &found), Ok(()));
}

#[test]
fn the_long_side_alone_is_rationed() {
    // Supply is long at the first demand, short at the second and third.
    assert_eq!(rationed(&market(&[6, 6], &[2, 6], &[&[0, 1], &[1]])), (vec![4, 4], vec![2, 6]));
    assert_eq!(rationed(&market(&[6, 6], &[6, 2], &[&[0, 1], &[1]])), (vec![6, 2], vec![6, 2]));
    assert_eq!(
        rationed(&market(&[9, 3, 4], &[4, 6, 6], &[&[0], &[0], &[1, 2]])),
        (vec![2, 2, 4], vec![4, 2, 2])
    );
    assert_eq!(rationed(&market(&[1, 8, 9], &[10], &[&[0], &[0], &[0]])), (vec![1, 5, 4], vec![10]));
}

#[test]
fn the_frontier_begins_with_the_optimum_and_ends_with_leximin() {
    let mut shop = market(&[80, 80], &[100], &[&[0], &[0]]);
    shop.value = vec![9000, 5000];
    let targets = FillTargets { size: &[80, 80], already: &[0, 0], key: &[1, 2] };
    let aversions = [0, 5, 20, 50, 100, 300]
        .map(Aversion::Hundredths)
        .into_iter()
        .chain([Aversion::Leximin])
        .collect::<Vec<_>>();
    let found = frontier(&shop, &targets, &aversions).expect("small numbers");
    assert_eq!(found[0].totals, [80, 20]);
    assert_eq!(found[6].totals, [50, 50]);
    for pair in found.windows(2) {
        assert!(pair[0].totals[0] >= pair[1].totals[0] && pair[0].value >= pair[1].value, "{pair:?}");
        assert!(pair[1].lowest.expect("groups") >= pair[0].lowest.expect("groups"));
    }
    assert!(found[3].totals[0] < 80 && found[3].totals[0] > 50, "{:?}", found[3]);
}

#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn float(number: i128) -> f64 {
    number as f64
}

/// What a compromise at α = 0.7 is to make greatest, with powers from the standard library.
fn objective(transport: &Transport, targets: &Targets, found: &Compromise) -> f64 {
    let most = float(transport.value.iter().copied().max().unwrap_or(0).into());
    let mut sum = float(found.value);
    for (group, &units) in found.totals.iter().enumerate() {
        for k in 1..=units {
            let Rate(units, size) = targets.rate(group, k);
            let rate = float(units.into()) / float(size.into());
            sum += most * (rate.clamp(1.0 / 64.0, 1.0).powf(-0.7) - 1.0);
        }
    }
    sum
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn who_says_more_than_is_true_gains_nothing(shape in shapes(8, 8, 12), seed in any::<u64>()) {
        let mut transport = shape.build();
        let mut dice = Dice(seed);
        let key = |groups: usize, dice: &mut Dice| (0..groups).map(|_| dice.next()).collect::<Vec<u64>>();
        let row_key = key(transport.row_group_capacity.len(), &mut dice);
        let column_key = key(transport.column_group_capacity.len(), &mut dice);
        let group = dice.index(row_key.len());
        transport.row_group_capacity[group] = None;
        let unlimited = egalitarian(&transport, &row_key, &column_key).expect("small numbers");
        prop_assert_eq!(check::feasible(&transport, &unlimited.best.dense(&transport)), Ok(()));
        prop_assert_eq!(&totals(&transport, &unlimited.best.dense(&transport)), &unlimited.rows.totals);
        for claim in 0..=unlimited.rows.most[group] {
            transport.row_group_capacity[group] = Some(claim);
            let found = egalitarian(&transport, &row_key, &column_key).expect("small numbers");
            prop_assert_eq!(found.rows.totals[group], claim.min(unlimited.rows.totals[group]));
        }
    }

    #[test]
    fn compromises_are_feasible_and_their_ends_are_known(shape in shapes(8, 8, 30), seed in any::<u64>()) {
        let transport = shape.build();
        let targets = Targets::random(transport.row_group_capacity.len(), seed);
        let aversions = [Aversion::Hundredths(0), Aversion::Hundredths(70), Aversion::Leximin];
        let found = frontier(&transport, &targets.lent(), &aversions).expect("small numbers");
        let [best, middle, fairest] = &found[..] else { unreachable!("three") };
        prop_assert_eq!(&best.flow, &optimum(&transport).expect("small numbers").flow);
        prop_assert_eq!(&fairest.flow, &fair(&transport, &targets.lent()).expect("small numbers").best.flow);
        prop_assert_eq!(check::feasible(&transport, &dense(&transport, &middle.flow)), Ok(()));
        prop_assert_eq!(&totals(&transport, &dense(&transport, &middle.flow)), &middle.totals);
        prop_assert!(middle.value <= best.value);
        let rates = |found: &[i64]| sorted(&transport, &targets, found);
        prop_assert_ne!(lexicographic(&rates(&fairest.totals), &rates(&middle.totals)), Ordering::Less);
        prop_assert_eq!(middle.lowest.map(|(units, size)| Rate(units, size)).zip(rates(&middle.totals).first().copied())
            .map(|(one, other)| one.compare(&other)), rates(&middle.totals).first().map(|_| Ordering::Equal));
        // The objective, written down from its definition, differs from the best known flow's by the error at most.
        let objective = |found: &Compromise| objective(&transport, &targets, found);
        for other in [best, fairest] {
            prop_assert!(objective(other) <= objective(middle) + float(middle.error) + 1.0);
        }
    }
}
