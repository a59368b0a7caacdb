//! One-to-one matching against brute force, successive shortest paths, the market solver, its check and itself.

use crate::support::{
    matchings::{MatchingShape, Structure, brute_force, matching_shapes, successive_paths},
    transports::Dice,
};
use lienket::solve::{
    Goal, Matching, MatchingStatus, OneToOne, Pairs, SolveError, Transport, check_matching, one_to_one,
    optimum,
};
use proptest::prelude::*;

/// Solves, and checks the answer.
fn solved(problem: &OneToOne) -> Matching {
    let found = one_to_one(problem).expect("well formed");
    assert_eq!(check_matching(problem, &found), Ok(()), "{problem:?} {found:?}");
    found
}

/// The best total; `None` where there is no matching.
fn total(problem: &OneToOne) -> Option<i128> {
    match solved(problem).status {
        MatchingStatus::Optimal { total, .. } => Some(total),
        MatchingStatus::Infeasible { .. } => None,
    }
}

fn dense(rows: usize, columns: usize, value: Vec<i32>, goal: Goal, singles: bool) -> OneToOne {
    OneToOne { rows, columns, pairs: Pairs::Dense(value), goal, singles }
}

/// `value(row, column)` for everybody, all to be matched, at the least total.
fn table(size: usize, value: impl Fn(usize, usize) -> usize) -> OneToOne {
    let values = (0..size * size).map(|at| i32::try_from(value(at / size, at % size)).expect("small"));
    dense(size, size, values.collect(), Goal::Least, false)
}

fn number(index: usize) -> u32 {
    u32::try_from(index).expect("small")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tiny_problems_are_those_of_brute_force(shape in matching_shapes(6, 6)) {
        let problem = shape.build();
        let best = brute_force(&problem);
        prop_assert_eq!(total(&problem), best);
        prop_assert_eq!(successive_paths(&problem), best, "the oracle");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn totals_are_those_of_successive_paths(shape in matching_shapes(70, 70)) {
        let problem = shape.build();
        prop_assert_eq!(total(&problem), successive_paths(&problem));
    }

    #[test]
    fn singles_are_a_market_of_single_units(shape in matching_shapes(150, 150)) {
        let problem = MatchingShape { goal: Goal::Greatest, singles: true, ..shape }.build();
        prop_assert_eq!(total(&problem), Some(value_of_market(&problem)));
    }

    #[test]
    fn order_goal_and_side_do_not_matter(shape in matching_shapes(60, 60), seed in any::<u64>()) {
        let problem = MatchingShape { density: 100, ..shape }.build();
        let best = total(&problem);
        prop_assert_eq!(total(&sparse(&problem)), best, "dense or sparse");
        prop_assert_eq!(total(&turned(&problem)), best, "rows or columns");
        prop_assert_eq!(total(&shuffled(&problem, &mut Dice(seed))), best, "in any order");
        if let Some(negative) = negated(&problem) {
            prop_assert_eq!(total(&negative), best.map(|best| -best), "least or greatest");
        }
    }

    #[test]
    fn the_same_on_any_number_of_threads(shape in matching_shapes(200, 200)) {
        let problem = shape.build();
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            pool.install(|| solved(&problem))
        };
        prop_assert_eq!(on(1), on(3));
    }

    #[test]
    fn spoiled_answers_are_refused(shape in matching_shapes(12, 12), seed in any::<u64>()) {
        let problem = shape.build();
        let found = solved(&problem);
        let mut dice = Dice(seed);
        for kind in 0..6 {
            let mut spoiled = found.clone();
            if spoil(&mut spoiled, kind, &mut dice) {
                prop_assert!(check_matching(&problem, &spoiled).is_err(), "{kind} {problem:?} {spoiled:?}");
            }
        }
    }
}

/// The optimum of a transport with capacities of one; pairs that lose are left out.
fn value_of_market(problem: &OneToOne) -> i128 {
    let problem = sparse(problem);
    let Pairs::Sparse { row_start, column, value } = &problem.pairs else { unreachable!("just made so") };
    let (rows, columns) = (problem.rows, problem.columns);
    let mut market = Transport {
        row_capacity: vec![1; rows],
        column_capacity: vec![1; columns],
        row_group: vec![0; rows],
        column_group: vec![0; columns],
        row_group_capacity: vec![None],
        column_group_capacity: vec![None],
        row_start: vec![0],
        row_key: (0..rows as u64).collect(),
        column_key: (0..columns as u64).map(|key| key << 20).collect(),
        row_part: Vec::new(),
        ..Transport::default()
    };
    for row in 0..rows {
        for pair in (row_start[row]..row_start[row + 1]).filter(|&pair| value[pair] >= 0) {
            market.column.push(column[pair]);
            market.value.push(value[pair].into());
        }
        market.row_start.push(market.column.len());
    }
    let best = optimum(&market).expect("small numbers");
    best.flow.iter().map(|&(edge, units)| i128::from(units) * i128::from(market.value[edge])).sum()
}

fn sparse(problem: &OneToOne) -> OneToOne {
    let Pairs::Dense(value) = &problem.pairs else { return problem.clone() };
    let pairs = Pairs::Sparse {
        row_start: (0..=problem.rows).map(|row| row * problem.columns).collect(),
        column: (0..value.len()).map(|at| number(at % problem.columns)).collect(),
        value: value.clone(),
    };
    OneToOne { pairs, ..problem.clone() }
}

/// A dense problem with other values at other places.
fn arranged(
    problem: &OneToOne,
    rows: usize,
    columns: usize,
    from: impl Fn(usize, usize) -> usize,
) -> OneToOne {
    let Pairs::Dense(value) = &problem.pairs else { unreachable!("dense problems only") };
    let values = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
    let values = values.map(|(row, column)| value[from(row, column)]).collect();
    dense(rows, columns, values, problem.goal, problem.singles)
}

fn turned(problem: &OneToOne) -> OneToOne {
    arranged(problem, problem.columns, problem.rows, |row, column| column * problem.columns + row)
}

fn shuffled(problem: &OneToOne, dice: &mut Dice) -> OneToOne {
    let (rows, columns) = (dice.order(problem.rows), dice.order(problem.columns));
    arranged(problem, problem.rows, problem.columns, |row, column| {
        rows[row] * problem.columns + columns[column]
    })
}

fn negated(problem: &OneToOne) -> Option<OneToOne> {
    let Pairs::Dense(value) = &problem.pairs else { unreachable!("dense problems only") };
    let values = value.iter().map(|value| value.checked_neg()).collect::<Option<_>>()?;
    let goal = if problem.goal == Goal::Least { Goal::Greatest } else { Goal::Least };
    Some(OneToOne { pairs: Pairs::Dense(values), goal, ..problem.clone() })
}

/// Makes one thing wrong. Returns false where this kind of wrong does not apply.
fn spoil(found: &mut Matching, kind: u8, dice: &mut Dice) -> bool {
    match &mut found.status {
        MatchingStatus::Optimal { partner, total, row_price, column_price } => {
            let columns = column_price.len();
            let matched: Vec<usize> = (0..partner.len()).filter(|&row| partner[row].is_some()).collect();
            match kind {
                0 => *total += if dice.percent(50) { 1 } else { -1 },
                1 if !row_price.is_empty() => row_price[dice.index(partner.len())] += 1,
                2 if columns > 0 => column_price[dice.index(columns)] -= 1,
                3 if matched.len() > 1 => partner[matched[0]] = partner[matched[1]],
                4 if !matched.is_empty() => partner[matched[0]] = Some(number(columns)),
                // One more on all rows and less on all columns still adds up, on the pairs as in all.
                5 if !matched.is_empty() && matched.len() < partner.len().max(columns) => {
                    for price in row_price.iter_mut() {
                        *price += 1;
                    }
                    for price in column_price.iter_mut() {
                        *price -= 1;
                    }
                }
                _ => return false,
            }
        }
        MatchingStatus::Infeasible { rows, columns } => {
            let (many, few) = if rows.len() > columns.len() { (rows, columns) } else { (columns, rows) };
            match kind {
                0 => drop(many.pop()),
                1 if !few.is_empty() => drop(few.remove(dice.index(few.len()))),
                2 => many.push(many[0]),
                3 if !few.is_empty() => few[0] += 1000,
                _ => return false,
            }
        }
    }
    true
}

#[test]
fn a_swap_of_two_partners_is_refused() {
    let problem = dense(2, 2, vec![1, 5, 5, 2], Goal::Least, false);
    let mut found = solved(&problem);
    let MatchingStatus::Optimal { partner, total, .. } = &mut found.status else { panic!("feasible") };
    assert_eq!((&partner[..], *total), (&[Some(0), Some(1)][..], 3));
    partner.swap(0, 1);
    *total = 10;
    assert!(check_matching(&problem, &found).expect_err("not the best").contains("add up to 3"));
}

#[test]
fn nobody_and_nothing() {
    for (rows, columns) in [(0, 0), (0, 3), (3, 0)] {
        for goal in [Goal::Least, Goal::Greatest] {
            for singles in [false, true] {
                assert_eq!(total(&dense(rows, columns, Vec::new(), goal, singles)), Some(0));
            }
        }
    }
    let one = |value, singles| total(&dense(1, 1, vec![value], Goal::Greatest, singles));
    assert_eq!((one(-7, false), one(-7, true), one(7, true)), (Some(-7), Some(0), Some(7)));
    assert_eq!(one(i32::MIN, false), Some(i32::MIN.into()));
}

#[test]
fn who_has_no_pair_is_the_witness() {
    let pairs = |rows: usize| Pairs::Sparse { row_start: vec![0; rows + 1], column: vec![], value: vec![] };
    let problem = OneToOne { rows: 2, columns: 2, pairs: pairs(2), goal: Goal::Least, singles: false };
    let MatchingStatus::Infeasible { rows, columns } = solved(&problem).status else { panic!("no pairs") };
    assert_eq!((rows, columns), (vec![0], vec![]));
    assert_eq!(total(&OneToOne { singles: true, ..problem.clone() }), Some(0));
    let taller = OneToOne { rows: 3, columns: 1, pairs: pairs(3), ..problem };
    let MatchingStatus::Infeasible { rows, columns } = solved(&taller).status else { panic!("no pairs") };
    assert_eq!((rows, columns), (vec![], vec![0]));
}

/// Three hundred rows of which the last hundred and one know the same hundred columns: found in few bids.
#[test]
fn a_large_bottleneck_is_found() {
    let (mut row_start, mut column, mut dice) = (vec![0], Vec::new(), Dice(5));
    for row in 0..300_usize {
        let known = if row < 199 { 0..300 } else { 200..300 };
        column.extend(known.map(number));
        row_start.push(column.len());
    }
    let value = column.iter().map(|_| i32::try_from(dice.below(1000)).expect("small")).collect();
    let pairs = Pairs::Sparse { row_start, column, value };
    let problem = OneToOne { rows: 300, columns: 300, pairs, goal: Goal::Greatest, singles: false };
    let MatchingStatus::Infeasible { rows, columns } = solved(&problem).status else {
        panic!("a bottleneck")
    };
    assert_eq!((rows, columns), ((199..300).collect(), (200..300).collect()));
}

/// Machol and Wien (1976): `row · column`, on which the Hungarian method needs its worst case. The products of
/// two sequences are least when one runs against the other.
#[test]
fn the_instances_of_machol_and_wien() {
    for size in [10, 100, 300] {
        let best: usize = (0..size).map(|row| row * (size - 1 - row)).sum();
        assert_eq!(total(&table(size, |row, column| row * column)), Some(best as i128));
        let one_more: usize = (1..=size).map(|row| row * (size + 1 - row)).sum();
        assert_eq!(total(&table(size, |row, column| (row + 1) * (column + 1))), Some(one_more as i128));
    }
}

/// A worked example of the `SciPy` manual, and one of Munkres' method in the manual of a Python package.
#[test]
fn published_examples() {
    assert_eq!(total(&dense(3, 3, vec![4, 1, 3, 2, 0, 5, 3, 2, 2], Goal::Least, false)), Some(5));
    assert_eq!(total(&dense(3, 3, vec![5, 9, 1, 10, 3, 2, 8, 7, 4], Goal::Least, false)), Some(12));
}

/// What no time limit shows on a loaded machine: how many pairs are looked at, by the size of the table.
#[test]
fn work_does_not_explode() {
    let size = 600;
    let random = |structure| {
        let shape = MatchingShape {
            rows: size,
            columns: size,
            structure,
            density: 100,
            goal: Goal::Least,
            singles: false,
            seed: 9,
        };
        shape.build()
    };
    let cases = [
        ("equal", table(size, |_, _| 7), 3),
        ("two values", random(Structure::Random(2)), 5),
        ("ten values", random(Structure::Random(10)), 5),
        ("hundred values", random(Structure::Random(100)), 5),
        ("a million values", random(Structure::Random(1_000_000)), 5),
        ("all values", random(Structure::Random(2_000_000_000)), 5),
        ("distances", random(Structure::Distances { worth: 0 }), 60),
        ("one by one", table(size, usize::abs_diff), 5),
        ("half of the columns are good", table(size, |_, column| column / (size / 2) * 1_000_000), 200),
        ("products", random(Structure::Products), 200),
        ("sums", random(Structure::Sums), 200),
        ("row times column", table(size, |row, column| row * column), 200),
    ];
    for (name, problem, most) in cases {
        let looks = solved(&problem).work;
        let pairs = (size * size) as u64;
        assert!(looks <= most * pairs, "{name}: {looks} looks at {pairs} pairs");
    }
}

#[test]
fn malformed_problems_are_refused() {
    let refused = |problem: &OneToOne| match one_to_one(problem) {
        Err(SolveError::Malformed { what, at }) => {
            let found =
                Matching { status: MatchingStatus::Infeasible { rows: vec![], columns: vec![] }, work: 0 };
            assert!(check_matching(problem, &found).expect_err("malformed").contains(what));
            (what, at)
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(
        refused(&dense(2, 2, vec![1, 2, 3], Goal::Least, false)),
        ("there is not one value for every row and column", 3)
    );
    let sparse = |row_start: &[usize], column: &[u32], values: usize| {
        let pairs =
            Pairs::Sparse { row_start: row_start.to_vec(), column: column.to_vec(), value: vec![1; values] };
        refused(&OneToOne { rows: 2, columns: 3, pairs, goal: Goal::Least, singles: true })
    };
    assert_eq!(sparse(&[0, 2], &[0, 1], 2), ("row_start is not one longer than the rows", 2));
    assert_eq!(sparse(&[0, 1, 2], &[0, 1], 3), ("value has not one entry a pair", 3));
    assert_eq!(sparse(&[0, 1, 1], &[0, 1], 2), ("row_start does not run from 0 to the number of pairs", 2));
    assert_eq!(sparse(&[0, 3, 2], &[0, 1], 2), ("row_start descends", 1));
    assert_eq!(sparse(&[0, 0, 2], &[1, 1], 2), ("the columns of a row do not ascend strictly", 1));
    assert_eq!(sparse(&[0, 2, 2], &[1, 3], 2), ("a pair of this row has a column that does not exist", 0));
}

#[test]
fn too_many_rows_are_refused() {
    let pairs = Pairs::Dense(Vec::new());
    let problem = OneToOne { rows: usize::MAX, columns: 0, pairs, goal: Goal::Least, singles: true };
    let refused = one_to_one(&problem).expect_err("too many");
    assert!(
        matches!(refused, SolveError::Overflow { what: "the number of rows and columns", .. }),
        "{refused}"
    );
}
