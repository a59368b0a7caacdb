//! Optima that follow changes, from flows that are nearly optimal and from parts: the same as from nothing.

use std::borrow::Borrow;

use lienket::solve::{Change, Optimum, SolveError, Standing, Transport, optimum, optimum_near};
use proptest::prelude::*;

use crate::support::check;
use crate::support::transports::{Dice, Shape, shapes};

/// Without edge capacities.
fn transports(rows: usize, columns: usize, most: i64) -> impl Strategy<Value = Transport> {
    shapes(rows, columns, most).prop_map(|shape| Shape { edge_capacities: false, ..shape }.build())
}

/// Another number near one, mostly.
fn shaken(number: i64, dice: &mut Dice) -> i64 {
    if dice.percent(5) { 0 } else { (number + dice.below(9) - 4).max(0) }
}

fn change(transport: &Transport, dice: &mut Dice) -> Option<Change> {
    let group = |limits: &[Option<i64>], dice: &mut Dice| {
        let group = dice.index(limits.len());
        let units = match limits[group] {
            None => dice.percent(10).then(|| dice.below(60)),
            Some(_) if dice.percent(10) => None,
            Some(units) => Some(shaken(units, dice)),
        };
        (group, units)
    };
    match dice.below(5) {
        0 if !transport.value.is_empty() => {
            let edge = dice.index(transport.value.len());
            Some(Change::Value { edge, value: shaken(transport.value[edge], dice) })
        }
        1 if !transport.row_capacity.is_empty() => {
            let row = dice.index(transport.row_capacity.len());
            Some(Change::RowCapacity { row, units: shaken(transport.row_capacity[row], dice) })
        }
        2 if !transport.column_capacity.is_empty() => {
            let column = dice.index(transport.column_capacity.len());
            Some(Change::ColumnCapacity { column, units: shaken(transport.column_capacity[column], dice) })
        }
        3 if !transport.row_group_capacity.is_empty() => {
            let (group, units) = group(&transport.row_group_capacity, dice);
            Some(Change::RowGroupCapacity { group, units })
        }
        4 if !transport.column_group_capacity.is_empty() => {
            let (group, units) = group(&transport.column_group_capacity, dice);
            Some(Change::ColumnGroupCapacity { group, units })
        }
        _ => None,
    }
}

/// Makes a change by hand.
fn make(transport: &mut Transport, change: Change) {
    match change {
        Change::Value { edge, value } => transport.value[edge] = value,
        Change::RowCapacity { row, units } => transport.row_capacity[row] = units,
        Change::ColumnCapacity { column, units } => transport.column_capacity[column] = units,
        Change::RowGroupCapacity { group, units } => transport.row_group_capacity[group] = units,
        Change::ColumnGroupCapacity { group, units } => transport.column_group_capacity[group] = units,
    }
}

/// The optimum but for the work it took.
fn result(found: impl Borrow<Optimum>) -> Optimum {
    Optimum { pivots: 0, ..found.borrow().clone() }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_start_from_any_flow_ends_in_the_same_optimum(transport in transports(40, 40, 60), seed in any::<u64>()) {
        let found = result(optimum(&transport).expect("small numbers"));
        // The optimum itself, the same with units changed, and nonsense.
        let mut dice = Dice(seed);
        let units_changed: Vec<(usize, i64)> =
            found.flow.iter().map(|&(edge, units)| (edge, units + dice.below(7) - 3)).collect();
        let mut nonsense = Vec::new();
        for edge in 0..transport.column.len() {
            if dice.percent(30) {
                nonsense.push((edge, dice.below(100) - 10));
            }
        }
        for near in [&found.flow, &units_changed, &nonsense] {
            prop_assert_eq!(&result(optimum_near(&transport, near).expect("small numbers")), &found);
        }
    }

    #[test]
    fn changes_end_in_the_optimum_from_nothing(
        transport in transports(30, 30, 40), seed in any::<u64>(), rounds in 1_usize..5
    ) {
        let mut dice = Dice(seed);
        let mut by_hand = transport.clone();
        let mut standing = Standing::of(transport).expect("small numbers");
        prop_assert_eq!(result(standing.optimum()), result(optimum(&by_hand).expect("small numbers")));
        for _ in 0..rounds {
            let count = 1 + dice.index(6);
            let changes: Vec<Change> = (0..count).filter_map(|_| change(&by_hand, &mut dice)).collect();
            let before = standing.optimum().flow.clone();
            for &change in &changes {
                make(&mut by_hand, change);
            }
            standing.change(&changes).expect("small numbers");
            prop_assert_eq!(standing.transport(), &by_hand);
            let cold = result(optimum(&by_hand).expect("small numbers"));
            prop_assert_eq!(check::proves(&by_hand, &cold), Ok(()));
            prop_assert_eq!(&result(standing.optimum()), &cold);
            prop_assert_eq!(&result(optimum_near(&by_hand, &before).expect("small numbers")), &cold);
        }
    }
}

/// Several markets of their own kinds, tied together by a few columns that take from two of them.
fn tied_together(seed: u64, groups: bool, rows: usize, columns: usize) -> Transport {
    let parts = 4;
    let mut dice = Dice(seed);
    let mut transport = Transport { row_start: vec![0], ..Transport::default() };
    let other: Vec<Option<usize>> =
        (0..columns).map(|_| dice.percent(5).then(|| dice.index(parts))).collect();
    for row in 0..rows {
        for (column, &other) in other.iter().enumerate() {
            let (own, far) = (column % parts == row % parts, other == Some(row % parts));
            if own && dice.percent(80) || far && dice.percent(60) {
                transport.column.push(u32::try_from(column).expect("small"));
                let value = dice.below(if own { 1_000_000 } else { 850_000 });
                transport.value.push(value / 1000 * 1000);
            }
        }
        transport.row_start.push(transport.column.len());
    }
    transport.row_capacity = (0..rows).map(|_| 1 + dice.below(100)).collect();
    transport.column_capacity = (0..columns).map(|_| 1 + dice.below(120)).collect();
    let limit = |dice: &mut Dice| (groups && dice.percent(30)).then(|| 1 + dice.below(150));
    // Two of a group mostly lie in the same part: four rows apart.
    let pair = |at: usize| if at.is_multiple_of(16) { at / 2 } else { at / 8 * 4 + at % 4 };
    transport.row_group = (0..rows).map(|row| u32::try_from(pair(row)).expect("small")).collect();
    transport.column_group = (0..columns).map(|column| u32::try_from(pair(column)).expect("small")).collect();
    transport.row_group_capacity = (0..rows / 2 + 4).map(|_| limit(&mut dice)).collect();
    transport.column_group_capacity = (0..columns / 2 + 4).map(|_| limit(&mut dice)).collect();
    transport.row_key = (0..rows).map(|_| dice.next()).collect();
    transport.column_key = (0..columns).map(|_| dice.next()).collect();
    transport
}

#[test]
fn where_to_begin_changes_nothing() {
    // Large enough to be divided, with rows and columns in groups within parts and across them.
    let mut transport = tied_together(2, true, 2_800, 2_000);
    assert!(transport.column.len() > 1 << 20);
    let whole = result(optimum(&transport).expect("small numbers"));
    assert_eq!(check::proves(&transport, &whole), Ok(()));
    transport.row_part = (0..2_800).map(|row| row % 4).collect();
    let divided = optimum(&transport).expect("small numbers");
    assert_eq!(result(divided), whole, "true parts");
    transport.row_part = (0..2_800).map(|row| row / 100 * 7).collect();
    assert_eq!(result(optimum(&transport).expect("small numbers")), whole, "other parts");
}

#[test]
fn long_rows_are_looked_at_to_their_end() {
    // Plenty of supply: rows cost little, and what is far down a row may be the best for it.
    for seed in 0..20 {
        let mut transport = tied_together(seed, seed % 2 == 0, 80, 500);
        for capacity in &mut transport.row_capacity {
            *capacity *= 4 + i64::try_from(seed).expect("small");
        }
        let found = optimum(&transport).expect("small numbers");
        assert_eq!(check::proves(&transport, &found), Ok(()), "seed {seed}");
    }
}

/// Checks that a standing optimum is the one from nothing.
fn as_from_nothing(standing: &Standing) {
    let cold = result(optimum(standing.transport()).expect("small numbers"));
    assert_eq!(check::proves(standing.transport(), &cold), Ok(()));
    assert_eq!(result(standing.optimum()), cold);
}

#[test]
fn many_changes_at_once_end_in_the_optimum_from_nothing() {
    // So many nodes move that they are looked at in parallel, or all potentials are added up anew.
    for seed in 0..4 {
        let mut dice = Dice(seed);
        let transport = tied_together(seed, seed % 2 == 0, 700, 500);
        let mut standing = Standing::of(transport).expect("small numbers");
        as_from_nothing(&standing);
        for count in [300, 3_000, 30_000] {
            let before = standing.transport();
            let mut changes: Vec<Change> = (0..count)
                .map(|_| {
                    let edge = dice.index(before.value.len());
                    let value = before.value[edge] + dice.below(100) * 1000 - 50_000;
                    Change::Value { edge, value: value.max(0) }
                })
                .collect();
            changes.extend((0..count / 100).filter_map(|_| change(before, &mut dice)));
            standing.change(&changes).expect("small numbers");
            as_from_nothing(&standing);
        }
    }
}

#[test]
fn parties_go_and_come_back() {
    for seed in 0..8 {
        let mut dice = Dice(seed);
        let transport = tied_together(seed, seed % 2 == 0, 120, 90);
        let mut standing = Standing::of(transport.clone()).expect("small numbers");
        let before = result(standing.optimum());
        let (mut go, mut come) = (Vec::new(), Vec::new());
        for row in (0..120).filter(|_| dice.percent(30)) {
            go.push(Change::RowCapacity { row, units: 0 });
            come.push(Change::RowCapacity { row, units: transport.row_capacity[row] });
        }
        for column in (0..90).filter(|_| dice.percent(30)) {
            go.push(Change::ColumnCapacity { column, units: 0 });
            come.push(Change::ColumnCapacity { column, units: transport.column_capacity[column] });
        }
        for group in 0..transport.column_group_capacity.len() {
            if transport.column_group_capacity[group].is_some() && dice.percent(30) {
                go.push(Change::ColumnGroupCapacity { group, units: Some(0) });
                come.push(Change::ColumnGroupCapacity {
                    group,
                    units: transport.column_group_capacity[group],
                });
            }
        }
        standing.change(&go).expect("small numbers");
        as_from_nothing(&standing);
        // They come back one by one.
        for &change in &come {
            standing.change(&[change]).expect("small numbers");
            as_from_nothing(&standing);
        }
        assert_eq!(standing.transport(), &transport);
        assert_eq!(result(standing.optimum()), before);
    }
}

#[test]
fn values_past_32_bits_are_followed() {
    let mut dice = Dice(9);
    let mut transport = tied_together(9, true, 120, 90);
    for value in &mut transport.value {
        *value = (*value << 20) + dice.below(3);
    }
    let mut standing = Standing::of(transport).expect("fits");
    for _ in 0..20 {
        let before = standing.transport();
        let mut changes: Vec<Change> = (0..5).filter_map(|_| change(before, &mut dice)).collect();
        let edge = dice.index(before.value.len());
        changes.push(Change::Value { edge, value: dice.below(1 << 41) });
        standing.change(&changes).expect("fits");
        as_from_nothing(&standing);
    }
}

#[test]
fn a_refused_change_changes_nothing() {
    let transport = tied_together(4, true, 700, 500);
    let mut standing = Standing::of(transport.clone()).expect("small numbers");
    let before = standing.optimum().clone();
    let good = Change::RowCapacity { row: 0, units: 7 };
    let beyond = Change::ColumnCapacity { column: 500, units: 7 };
    let negative = Change::Value { edge: 3, value: -1 };
    let huge = Change::Value { edge: 3, value: i64::MAX / 8 };
    for (bad, at) in [(beyond, 1), (negative, 1)] {
        let refused = standing.change(&[good, bad]).expect_err("refused");
        assert!(matches!(refused, SolveError::Malformed { at: found, .. } if found == at), "{refused}");
    }
    assert!(matches!(standing.change(&[good, huge]), Err(SolveError::Overflow { .. })));
    assert_eq!(standing.transport(), &transport);
    assert_eq!(standing.optimum(), &before);
    // Past 32 bits the edges are laid out anew.
    let wide = Change::Value { edge: 3, value: 1 << 33 };
    standing.change(&[good, wide]).expect("fits");
    let cold = result(optimum(standing.transport()).expect("fits"));
    assert_eq!(result(standing.optimum()), cold);
}

#[test]
fn edge_capacities_and_unknown_edges_are_refused() {
    let mut transport = tied_together(5, false, 700, 500);
    let unknown = transport.column.len();
    assert!(matches!(optimum_near(&transport, &[(unknown, 1)]), Err(SolveError::Malformed { .. })));
    assert!(Standing::near(transport.clone(), &[(unknown, 1)]).is_err());
    transport.edge_capacity = Some(vec![1; unknown]);
    assert!(matches!(Standing::of(transport), Err(SolveError::Malformed { .. })));
}
