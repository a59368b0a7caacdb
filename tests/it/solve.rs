//! The solver kernel against brute force, an independent algorithm, an independent checker and itself.

use crate::support::{
    brute, check, oracle,
    transports::{Dice, Shape, limits, moved, permute, shapes},
};
use lienket::solve::{
    Effort, Limited, Limits, Optimum, Shared, SolveError, Transport, Violation, greedy, optimum, violations,
};
use proptest::prelude::*;
use std::ops::ControlFlow;

/// With little effort, unwatched.
fn limited(transport: &Transport, limits: &Limits, start: &Optimum) -> Result<Limited, SolveError> {
    let unwatched = |_, _| ControlFlow::Continue(());
    lienket::solve::within_limits(transport, limits, start, Effort(0.1), &unwatched)
}

/// The flow on every edge.
fn within_limits(transport: &Transport, limits: &Limits, start: &Optimum) -> Result<Vec<i64>, SolveError> {
    let found = limited(transport, limits, start)?;
    let mut flow = vec![0; transport.edges()];
    for (edge, units) in found.flow {
        flow[edge] = units;
    }
    Ok(flow)
}

fn prices(optimum: &Optimum) -> oracle::Prices {
    oracle::Prices(
        optimum.row_price.clone(),
        optimum.column_price.clone(),
        optimum.row_group_price.clone(),
        optimum.column_group_price.clone(),
    )
}

/// One row group and one column group without limits; `edges` by row.
fn plain(rows: &[i64], columns: &[i64], edges: &[&[(u32, i64)]]) -> Transport {
    let mut transport = Transport {
        row_capacity: rows.to_vec(),
        column_capacity: columns.to_vec(),
        row_group: vec![0; rows.len()],
        column_group: vec![0; columns.len()],
        row_group_capacity: vec![None],
        column_group_capacity: vec![None],
        row_start: vec![0],
        row_key: (1..=rows.len() as u64).map(|row| row * 0x9E37_79B9).collect(),
        column_key: (1..=columns.len() as u64).map(|column| column * 0x85EB_CA6B).collect(),
        ..Transport::default()
    };
    for row in edges {
        transport.column.extend(row.iter().map(|edge| edge.0));
        transport.value.extend(row.iter().map(|edge| edge.1));
        transport.row_start.push(transport.column.len());
    }
    transport
}

/// An edge, not into a whole column, that could carry up to four units more.
fn could_take_more(transport: &Transport, limits: &Limits, flow: &[i64]) -> Option<usize> {
    let mut more = flow.to_vec();
    for (edge, &column) in transport.column.iter().enumerate() {
        for extra in 1..=4 {
            more[edge] = flow[edge] + extra;
            let counts = !limits.column_whole[column as usize];
            if counts && check::within(transport, &more, limits).is_ok() {
                return Some(edge);
            }
        }
        more[edge] = flow[edge];
    }
    None
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tiny_optima_are_those_of_brute_force(shape in shapes(3, 3, 4)) {
        let transport = shape.build();
        let mut best = 0;
        brute::flows(&transport, &mut |flow| {
            let worth = check::worth(&transport, flow);
            if worth > best && check::feasible(&transport, flow).is_ok() {
                best = worth;
            }
        });
        let found = optimum(&transport).expect("small numbers");
        prop_assert_eq!(check::worth(&transport, &found.dense(&transport)), best);
        prop_assert_eq!(check::proves(&transport, &found), Ok(()));
    }

    #[test]
    fn tiny_flows_within_limits_are_feasible_and_between_greedy_and_brute_force(
        shape in shapes(3, 3, 4), seed in any::<u64>()
    ) {
        let transport = shape.build();
        let limits = limits(&transport, 5, seed);
        let mut best = 0;
        brute::flows(&transport, &mut |flow| {
            let worth = check::worth(&transport, flow);
            if worth > best && check::within(&transport, flow, &limits).is_ok() {
                best = worth;
            }
        });
        let start = optimum(&transport).expect("small numbers");
        let found = within_limits(&transport, &limits, &start).expect("well formed");
        prop_assert_eq!(check::within(&transport, &found, &limits), Ok(()));
        let clerk = greedy(&transport, &limits, &transport.value).expect("well formed");
        prop_assert_eq!(check::within(&transport, &clerk, &limits), Ok(()));
        prop_assert!(check::worth(&transport, &found) <= best);
        prop_assert!(check::worth(&transport, &found) >= check::worth(&transport, &clerk));
        if check::within(&transport, &start.dense(&transport), &limits).is_ok() {
            prop_assert_eq!(&found, &start.dense(&transport));
        }
        prop_assert_eq!(could_take_more(&transport, &limits, &found), None);
        prop_assert_eq!(could_take_more(&transport, &limits, &clerk), None);
    }

    #[test]
    fn middle_flows_within_limits_are_feasible(shape in shapes(12, 12, 30), seed in any::<u64>()) {
        let transport = shape.build();
        let limits = limits(&transport, 20, seed);
        let start = optimum(&transport).expect("small numbers");
        let mut dice = Dice(seed);
        let rank: Vec<i64> = transport.value.iter().map(|_| dice.below(100) - 50).collect();
        let found = within_limits(&transport, &limits, &start).expect("well formed");
        prop_assert_eq!(check::within(&transport, &found, &limits), Ok(()));
        prop_assert!(check::worth(&transport, &found) <= check::worth(&transport, &start.dense(&transport)));
        let clerk = greedy(&transport, &limits, &transport.value).expect("well formed");
        prop_assert!(check::worth(&transport, &found) >= check::worth(&transport, &clerk));
        let by_rank = greedy(&transport, &limits, &rank).expect("well formed");
        prop_assert_eq!(check::within(&transport, &by_rank, &limits), Ok(()));
        prop_assert_eq!(could_take_more(&transport, &limits, &found), None);
        prop_assert_eq!(within_limits(&transport, &limits, &start), Ok(found));
    }

    #[test]
    fn violations_are_what_the_definitions_say(shape in shapes(3, 3, 4), seed in any::<u64>()) {
        let transport = shape.build();
        let limits = limits(&transport, 4, seed);
        let mut dice = Dice(seed ^ 1);
        for _ in 0..20 {
            let flow: Vec<i64> =
                transport.value.iter().map(|_| if dice.percent(60) { 0 } else { dice.below(6) - 1 }).collect();
            let broken = violations(&transport, &flow, &limits).expect("well formed");
            let negative = flow.iter().any(|&units| units < 0);
            prop_assert_eq!(broken.is_empty(), !negative && check::within(&transport, &flow, &limits).is_ok());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_optimum_is_canonical_and_its_prices_are_residual_distances(shape in shapes(40, 40, 60)) {
        let transport = shape.build();
        let found = optimum(&transport).expect("small numbers");
        prop_assert_eq!(check::proves(&transport, &found), Ok(()));
        prop_assert_eq!(&found.dense(&transport), &oracle::optimum(&transport));
        prop_assert_eq!(prices(&found), oracle::prices(&transport, &found.dense(&transport)));
    }

    #[test]
    fn order_does_not_matter(shape in shapes(30, 30, 20), seed in any::<u64>()) {
        let transport = shape.build();
        let found = optimum(&transport).expect("small numbers");
        let other = permute(&transport, seed);
        let permuted = optimum(&other.transport).expect("small numbers");
        prop_assert_eq!(&permuted.dense(&other.transport), &moved(&found.dense(&transport), &other.edge));
        prop_assert_eq!(&permuted.row_price, &moved(&found.row_price, &other.row));
        prop_assert_eq!(&permuted.column_price, &moved(&found.column_price, &other.column));
        prop_assert_eq!(&permuted.row_group_price, &moved(&found.row_group_price, &other.row_group));
        prop_assert_eq!(&permuted.column_group_price, &moved(&found.column_group_price, &other.column_group));
    }

    #[test]
    fn scaling_and_adding_edges(shape in shapes(20, 20, 20), factor in 2_i64..1000, cut in any::<u64>()) {
        let transport = shape.build();
        let found = optimum(&transport).expect("small numbers");
        let times = |units: &i64| units * factor;
        let limit_times = |limit: &Option<i64>| limit.as_ref().map(times);
        let scaled = Transport {
            row_capacity: transport.row_capacity.iter().map(times).collect(),
            column_capacity: transport.column_capacity.iter().map(times).collect(),
            row_group_capacity: transport.row_group_capacity.iter().map(limit_times).collect(),
            column_group_capacity: transport.column_group_capacity.iter().map(limit_times).collect(),
            edge_capacity: transport.edge_capacity.as_ref().map(|capacity| capacity.iter().map(times).collect()),
            ..transport.clone()
        };
        let large = optimum(&scaled).expect("small numbers");
        prop_assert_eq!(large.dense(&scaled), found.dense(&transport).iter().map(times).collect::<Vec<i64>>());
        prop_assert_eq!(prices(&large), prices(&found));

        if !transport.column.is_empty() {
            let gone = Dice(cut).index(transport.column.len());
            let mut fewer = transport.clone();
            fewer.column.remove(gone);
            fewer.value.remove(gone);
            if let Some(capacity) = &mut fewer.edge_capacity {
                capacity.remove(gone);
            }
            for start in fewer.row_start.iter_mut().filter(|start| **start > gone) {
                *start -= 1;
            }
            let less = optimum(&fewer).expect("small numbers");
            prop_assert!(check::worth(&fewer, &less.dense(&fewer)) <= check::worth(&transport, &found.dense(&transport)));
        }
    }

    #[test]
    fn unit_capacities_are_the_assignment_problem(size in 1_usize..7, seed in any::<u64>()) {
        let mut dice = Dice(seed);
        let mut dice_row = |_| -> Vec<i64> { (0..size).map(|_| dice.below(20)).collect() };
        let value: Vec<Vec<i64>> = (0..size).map(&mut dice_row).collect();
        let with_columns = |row: &Vec<i64>| (0..).zip(row.iter().copied()).collect();
        let edges: Vec<Vec<(u32, i64)>> = value.iter().map(with_columns).collect();
        let edges: Vec<&[(u32, i64)]> = edges.iter().map(Vec::as_slice).collect();
        let transport = plain(&vec![1; size], &vec![1; size], &edges);
        let found = optimum(&transport).expect("small numbers");
        prop_assert_eq!(check::worth(&transport, &found.dense(&transport)), i128::from(brute::assignment(&value)));
    }
}

/// A large market, with groups that bind on both sides.
fn large(edge_capacities: bool) -> Transport {
    let shape = Shape {
        rows: 2000,
        columns: 1500,
        row_groups: 700,
        column_groups: 500,
        density: 2,
        limited: 50,
        zeros: 1,
        most_capacity: 5000,
        levels: 1_000_001,
        step: 1,
        edge_capacities,
        seed: 20_260_301,
    };
    shape.build()
}

#[test]
fn a_large_market_is_proven_optimal() {
    for edge_capacities in [false, true] {
        let transport = large(edge_capacities);
        assert!(transport.column.len() > 55_000);
        let found = optimum(&transport).expect("small numbers");
        assert_eq!(check::proves(&transport, &found), Ok(()));
        assert!(found.pivots < 200_000, "{} pivots", found.pivots);
    }
}

#[test]
fn the_number_of_threads_does_not_matter() {
    // Many components, and one of them large.
    let mut parts = large(false);
    parts.row_group_capacity.fill(None);
    parts.column_group_capacity.fill(None);
    let mut keep = Vec::new();
    for (edge, row) in check::rows(&parts).into_iter().enumerate() {
        keep.push(row < 300 || row % 50 == parts.column[edge] as usize % 50);
    }
    let mut start = vec![0];
    for row in 0..parts.row_capacity.len() {
        let kept = (parts.row_start[row]..parts.row_start[row + 1]).filter(|&edge| keep[edge]).count();
        start.push(start[row] + kept);
    }
    parts.row_start = start;
    let mut kept = keep.iter();
    parts.column.retain(|_| *kept.next().expect("one an edge"));
    let mut kept = keep.iter();
    parts.value.retain(|_| *kept.next().expect("one an edge"));
    let limits = limits(&parts, 500, 5);

    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(|| {
            let found = optimum(&parts).expect("small numbers");
            let within = within_limits(&parts, &limits, &found).expect("well formed");
            (found, within)
        })
    };
    let one = run(1);
    assert_eq!(check::proves(&parts, &one.0), Ok(()));
    assert_eq!(check::within(&parts, &one.1, &limits), Ok(()));
    assert_eq!(run(2), one);
    assert_eq!(run(5), one);
}

#[test]
fn edges_of_value_zero_are_used_when_they_are_free() {
    let transport = plain(&[5], &[3], &[&[(0, 0)]]);
    let found = optimum(&transport).expect("small numbers");
    assert_eq!(found.flow, [(0, 3)]);
    assert_eq!((found.row_price, found.column_price), (vec![0], vec![0]));
}

#[test]
fn empty_markets_have_empty_optima() {
    let nothing = Transport { row_start: vec![0], ..Transport::default() };
    assert!(optimum(&nothing).expect("well formed").flow.is_empty());
    let alone = plain(&[5, 0], &[], &[&[], &[]]);
    assert_eq!(optimum(&alone).expect("well formed").row_price, [0, 0]);
}

#[test]
fn capacities_up_to_the_largest_integer_are_served() {
    let mut transport = plain(&[i64::MAX, i64::MAX], &[i64::MAX, 7], &[&[(0, 3), (1, 4)], &[(0, 2), (1, 1)]]);
    for limit in [None, Some(i64::MAX)] {
        transport.row_group_capacity = vec![limit];
        transport.column_group_capacity = vec![limit];
        let found = optimum(&transport).expect("values are small");
        assert_eq!(check::proves(&transport, &found), Ok(()));
        assert_eq!(found.dense(&transport), oracle::optimum(&transport));
    }
}

#[test]
fn values_too_large_for_exact_potentials_are_refused() {
    let most = i64::MAX / 2 / 6; // 1 row, 1 column, 2 groups, the root, and 1
    let transport = |value| plain(&[5], &[3], &[&[(0, value)]]);
    let found = optimum(&transport(most)).expect("just fits");
    assert_eq!((found.flow, found.column_price), (vec![(0, 3)], vec![most]));
    let refused = optimum(&transport(most + 1)).expect_err("too large");
    assert_eq!(
        refused,
        SolveError::Overflow { what: "the largest value", found: i128::from(most) + 1, most: most.into() }
    );
}

#[test]
fn malformed_transports_are_refused() {
    let good = || plain(&[5, 4], &[3, 2], &[&[(0, 1), (1, 2)], &[(1, 3)]]);
    assert!(optimum(&good()).is_ok());
    let spoil: [fn(&mut Transport); 17] = [
        |t| t.row_capacity[0] = -1,
        |t| t.column_capacity[1] = -1,
        |t| t.value[2] = -1,
        |t| t.row_group_capacity[0] = Some(-1),
        |t| t.column_group_capacity[0] = Some(-1),
        |t| t.edge_capacity = Some(vec![1, -1, 1]),
        |t| t.edge_capacity = Some(vec![1, 1]),
        |t| t.row_group[1] = 1,
        |t| t.column_group[0] = 1,
        |t| t.column[1] = 0,
        |t| t.column[2] = 2,
        |t| t.row_start[1] = 4,
        |t| t.row_start[0] = 1,
        |t| t.row_start[2] = 2,
        |t| t.row_start.truncate(2),
        |t| t.row_key.truncate(1),
        |t| t.column_key.truncate(1),
    ];
    for (index, spoil) in spoil.into_iter().enumerate() {
        let mut transport = good();
        spoil(&mut transport);
        assert!(matches!(optimum(&transport), Err(SolveError::Malformed { .. })), "case {index}");
    }
}

#[test]
fn malformed_limits_are_refused() {
    let transport = plain(&[5, 4], &[3, 2], &[&[(0, 1), (1, 2)], &[(1, 3)]]);
    let spoil: [fn(&mut Limits); 10] = [
        |l| l.base.truncate(1),
        |l| l.lot.truncate(1),
        |l| l.row_partners.truncate(1),
        |l| l.column_partners.truncate(1),
        |l| l.column_whole.truncate(1),
        |l| l.base[0] = -1,
        |l| l.lot[0] = -1,
        |l| l.shared.push(Shared { capacity: -1, edges: vec![] }),
        |l| l.shared.push(Shared { capacity: 1, edges: vec![3] }),
        |l| l.shared.push(Shared { capacity: 1, edges: vec![0, 0] }),
    ];
    let start = optimum(&transport).expect("well formed");
    for (index, spoil) in spoil.into_iter().enumerate() {
        let mut limits = Limits::none(&transport);
        spoil(&mut limits);
        let refused = within_limits(&transport, &limits, &start);
        assert!(matches!(refused, Err(SolveError::Malformed { .. })), "case {index}");
        assert!(greedy(&transport, &limits, &transport.value).is_err(), "case {index}");
        assert!(violations(&transport, &start.dense(&transport), &limits).is_err(), "case {index}");
    }
    let limits = Limits { lot: vec![9; 3], ..Limits::none(&transport) };
    let not_a_flow = Optimum { flow: vec![(0, 9), (1, 9), (2, 9)], ..start.clone() };
    assert!(within_limits(&transport, &limits, &not_a_flow).is_err());
    let beyond = Optimum { flow: vec![(3, 1)], ..start };
    assert!(within_limits(&transport, &limits, &beyond).is_err());
}

#[test]
fn greedy_goes_by_rank_then_row_then_column() {
    let transport = plain(&[5, 5], &[6, 6], &[&[(0, 1), (1, 1)], &[(0, 1), (1, 1)]]);
    let limits = Limits::none(&transport);
    assert_eq!(greedy(&transport, &limits, &[0, 0, 0, 0]), Ok(vec![5, 0, 1, 4]));
    assert_eq!(greedy(&transport, &limits, &[0, 1, 0, 2]), Ok(vec![4, 1, 0, 5]));
}

#[test]
fn greedy_skips_what_is_below_the_lot_and_offers_it_on() {
    let transport = plain(&[5, 5], &[6], &[&[(0, 9)], &[(0, 1)]]);
    let mut limits = Limits::none(&transport);
    limits.lot = vec![0, 2];
    assert_eq!(greedy(&transport, &limits, &transport.value), Ok(vec![5, 0]));
    limits.base = vec![0, 1]; // one unit is under contract: one more makes the lot
    assert_eq!(greedy(&transport, &limits, &transport.value), Ok(vec![5, 1]));
}

#[test]
fn greedy_empties_whole_columns_it_cannot_fill() {
    let transport = plain(&[5], &[9, 4], &[&[(0, 9), (1, 1)]]);
    let limits = Limits { column_whole: vec![true, true], ..Limits::none(&transport) };
    assert_eq!(greedy(&transport, &limits, &transport.value), Ok(vec![0, 4]));
}

#[test]
fn partners_count_contracts() {
    let transport = plain(&[9], &[3, 3, 3], &[&[(0, 5), (1, 4), (2, 3)]]);
    let mut limits = Limits { row_partners: vec![Some(2)], ..Limits::none(&transport) };
    limits.base = vec![0, 0, 1];
    let start = optimum(&transport).expect("small numbers");
    assert_eq!(
        violations(&transport, &start.dense(&transport), &limits),
        Ok(vec![Violation::RowPartners(0)])
    );
    assert_eq!(within_limits(&transport, &limits, &start), Ok(vec![3, 0, 3]));
    limits.base = vec![1, 1, 1]; // three old partners are no violation, and may get more
    assert_eq!(violations(&transport, &start.dense(&transport), &limits), Ok(vec![]));
}

#[test]
fn a_partner_too_many_gives_way_and_others_step_in() {
    // Row 0 may serve one column only; what could bring most stays, and row 1 takes the other over. Keeping what
    // brings most in the optimum (3 units of 9) would end at 30 instead of 33.
    let transport = plain(&[8, 3], &[6, 3], &[&[(0, 5), (1, 9)], &[(0, 1), (1, 1)]]);
    let limits = Limits { row_partners: vec![Some(1), None], ..Limits::none(&transport) };
    let start = optimum(&transport).expect("small numbers");
    assert_eq!(start.flow, [(0, 5), (1, 3), (2, 1)]);
    assert_eq!(within_limits(&transport, &limits, &start), Ok(vec![6, 0, 0, 3]));
}

#[test]
fn the_search_beats_greedy_where_looking_ahead_pays() {
    // Greedy fills column 0 from row 0 and leaves row 1 nothing; the network crosses over.
    let transport = plain(&[4, 4], &[4, 4], &[&[(0, 10), (1, 9)], &[(0, 9)]]);
    let mut limits = Limits::none(&transport);
    limits.shared = vec![Shared { capacity: 3, edges: vec![1] }];
    let start = optimum(&transport).expect("small numbers");
    assert_eq!(start.flow, [(1, 4), (2, 4)]);
    let found = within_limits(&transport, &limits, &start).expect("well formed");
    assert_eq!(found, [1, 3, 3]);
}

#[test]
fn an_empty_list_is_no_limit_of_its_kind() {
    let transport = plain(&[5, 5], &[6, 6], &[&[(0, 9), (1, 4)], &[(0, 7), (1, 1)]]);
    let start = optimum(&transport).expect("well formed");
    assert!(Limits::default().is_none() && Limits::none(&transport).is_none());
    let set: [fn(&mut Limits); 6] = [
        |_| {},
        |l| l.lot = vec![0, 3, 6, 2],
        |l| l.base = vec![0, 1, 0, 2],
        |l| l.row_partners = vec![Some(1), None],
        |l| l.column_partners = vec![None, Some(1)],
        |l| l.column_whole = vec![true, false],
    ];
    for (index, set) in set.into_iter().enumerate() {
        let (mut full, mut short) = (Limits::none(&transport), Limits::default());
        set(&mut full);
        set(&mut short);
        // Units fixed already are no limit by themselves.
        assert_eq!((full.is_none(), short.is_none()), ([0, 2].contains(&index), [0, 2].contains(&index)));
        let found = |limits: &Limits| {
            let within = within_limits(&transport, limits, &start).expect("well formed");
            let plain = greedy(&transport, limits, &transport.value).expect("well formed");
            let broken = violations(&transport, &start.dense(&transport), limits).expect("well formed");
            assert!(broken.is_empty() || !limits.is_none());
            (within, plain, broken)
        };
        assert_eq!(found(&full), found(&short), "case {index}");
    }
}
