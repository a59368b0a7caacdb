//! Stable allocations against brute force, two independent algorithms, an independent definition and themselves.

use std::cmp::Reverse;

use crate::support::{
    brute, check,
    transports::{Dice, Shape, limits, moved, permute, shapes},
};
use lienket::solve::{
    Limits, Proposing, SolveError, StableAllocation, Transport, blocking, stable, stable_within_limits,
    violations,
};
use proptest::prelude::*;

const SIDES: [Proposing; 2] = [Proposing::Rows, Proposing::Columns];

/// A transport and what the two sides think of its edges.
#[derive(Debug, Clone)]
struct Market {
    transport: Transport,
    row: Vec<i64>,
    column: Vec<i64>,
}

impl Market {
    /// Few levels of scores make many ties; with none, no two scores of a side are equal.
    fn of(shape: &Shape, levels: Option<i64>) -> Market {
        let transport = shape.build();
        let mut dice = Dice(shape.seed ^ 0xA5);
        let edges = transport.column.len();
        let mut scores = || -> Vec<i64> {
            match levels {
                Some(levels) => (0..edges).map(|_| dice.below(levels) - 2).collect(),
                None => {
                    dice.order(edges).into_iter().map(|score| i64::try_from(score).expect("small")).collect()
                }
            }
        };
        let (row, column) = (scores(), scores());
        Market { transport, row, column }
    }

    fn stable(&self, proposing: Proposing) -> StableAllocation {
        stable(&self.transport, &self.row, &self.column, proposing).expect("well formed")
    }

    fn dense(&self, found: &StableAllocation) -> Vec<i64> {
        let mut dense = vec![0; self.transport.column.len()];
        for &(edge, units) in &found.flow {
            assert!(units > 0);
            dense[edge] = units;
        }
        dense
    }

    /// The edges that block a flow, by the definition: one more unit, and for each side every way to make room.
    fn blocking(&self, flow: &[i64]) -> Vec<usize> {
        let t = &self.transport;
        let rows = check::rows(t);
        let columns: Vec<usize> = t.column.iter().map(|&column| column as usize).collect();
        let gains = |edge: usize,
                     member: &[usize],
                     group: &[u32],
                     capacity: &[i64],
                     limit: &[Option<i64>],
                     score: &[i64]| {
            let sum = |same: &dyn Fn(usize) -> bool| -> i64 {
                (0..flow.len()).filter(|&other| same(other)).map(|other| flow[other]).sum()
            };
            let worse = |same: &dyn Fn(usize) -> bool| {
                (0..flow.len()).any(|other| same(other) && flow[other] > 0 && score[other] < score[edge])
            };
            let here = |other: usize| member[other] == member[edge];
            let party = group[member[edge]];
            let with = |other: usize| group[member[other]] == party;
            if sum(&here) >= capacity[member[edge]] {
                worse(&here)
            } else {
                limit[party as usize].is_none_or(|limit| sum(&with) < limit) || worse(&with)
            }
        };
        let room = |edge: usize| t.edge_capacity.as_ref().is_none_or(|capacity| flow[edge] < capacity[edge]);
        (0..flow.len())
            .filter(|&edge| {
                room(edge)
                    && gains(edge, &rows, &t.row_group, &t.row_capacity, &t.row_group_capacity, &self.row)
                    && gains(
                        edge,
                        &columns,
                        &t.column_group,
                        &t.column_capacity,
                        &t.column_group_capacity,
                        &self.column,
                    )
            })
            .collect()
    }

    /// With rows and columns, and their scores, exchanged; and where each edge went.
    fn swapped(&self) -> (Market, Vec<usize>) {
        let t = &self.transport;
        let rows = check::rows(t);
        let mut edges: Vec<usize> = (0..t.column.len()).collect();
        edges.sort_by_key(|&edge| (t.column[edge], rows[edge]));
        let mut to = vec![0; edges.len()];
        let mut row_start = vec![0; t.column_capacity.len() + 1];
        for (new, &edge) in edges.iter().enumerate() {
            to[edge] = new;
            row_start[t.column[edge] as usize + 1] = new + 1;
        }
        for at in 1..row_start.len() {
            row_start[at] = row_start[at].max(row_start[at - 1]);
        }
        let transport = Transport {
            row_capacity: t.column_capacity.clone(),
            column_capacity: t.row_capacity.clone(),
            row_group: t.column_group.clone(),
            column_group: t.row_group.clone(),
            row_group_capacity: t.column_group_capacity.clone(),
            column_group_capacity: t.row_group_capacity.clone(),
            row_start,
            column: edges.iter().map(|&edge| u32::try_from(rows[edge]).expect("small")).collect(),
            value: vec![0; edges.len()],
            edge_capacity: t.edge_capacity.as_ref().map(|capacity| moved(capacity, &to)),
            row_key: t.column_key.clone(),
            column_key: t.row_key.clone(),
            row_part: Vec::new(),
        };
        (Market { transport, row: moved(&self.column, &to), column: moved(&self.row, &to) }, to)
    }

    /// Deferred acceptance of single units, round by round; scores without ties. Each side keeps the best of what it
    /// is offered, member by member and then in the group.
    fn deferred_acceptance(&self) -> Vec<i64> {
        let t = &self.transport;
        let rows = check::rows(t);
        let columns: Vec<usize> = t.column.iter().map(|&column| column as usize).collect();
        let most = i64::from(u16::MAX);
        let mut may: Vec<i64> = t.edge_capacity.clone().unwrap_or_else(|| vec![most; rows.len()]);
        loop {
            let offered =
                chosen(&may, &rows, &t.row_group, &t.row_capacity, &t.row_group_capacity, &self.row);
            let kept = chosen(
                &offered,
                &columns,
                &t.column_group,
                &t.column_capacity,
                &t.column_group_capacity,
                &self.column,
            );
            if kept == offered {
                return kept;
            }
            for edge in 0..may.len() {
                if kept[edge] < offered[edge] {
                    may[edge] = kept[edge];
                }
            }
        }
    }
}

/// The best units of those on offer: greedy by score under the capacities of members and groups.
fn chosen(
    on_offer: &[i64],
    member: &[usize],
    group: &[u32],
    capacity: &[i64],
    limit: &[Option<i64>],
    score: &[i64],
) -> Vec<i64> {
    let mut capacity = capacity.to_vec();
    let mut limit: Vec<i64> = limit.iter().map(|limit| limit.unwrap_or(i64::MAX)).collect();
    let mut order: Vec<usize> = (0..on_offer.len()).collect();
    order.sort_by_key(|&edge| Reverse(score[edge]));
    let mut taken = vec![0; on_offer.len()];
    for edge in order {
        let (member, group) = (member[edge], group[member[edge]] as usize);
        taken[edge] = on_offer[edge].min(capacity[member]).min(limit[group]);
        capacity[member] -= taken[edge];
        limit[group] -= taken[edge];
    }
    taken
}

/// Units through every group, and through every row and column whose group has no limit.
fn totals(transport: &Transport, flow: &[i64]) -> Vec<i64> {
    let rows = check::rows(transport);
    let groups = transport.row_group_capacity.len() + transport.column_group_capacity.len();
    let mut totals = vec![0; groups + transport.row_capacity.len() + transport.column_capacity.len()];
    for (edge, &row) in rows.iter().enumerate() {
        let column = transport.column[edge] as usize;
        let (from, to) = (transport.row_group[row] as usize, transport.column_group[column] as usize);
        totals[from] += flow[edge];
        totals[transport.row_group_capacity.len() + to] += flow[edge];
        if transport.row_group_capacity[from].is_none() {
            totals[groups + row] += flow[edge];
        }
        if transport.column_group_capacity[to].is_none() {
            totals[groups + transport.row_capacity.len() + column] += flow[edge];
        }
    }
    totals
}

/// One group a side without limits, every row with every column.
fn complete(rows: &[i64], columns: &[i64], row: Vec<i64>, column: Vec<i64>) -> Market {
    let edges = rows.len() * columns.len();
    let transport = Transport {
        row_capacity: rows.to_vec(),
        column_capacity: columns.to_vec(),
        row_group: vec![0; rows.len()],
        column_group: vec![0; columns.len()],
        row_group_capacity: vec![None],
        column_group_capacity: vec![None],
        row_start: (0..=rows.len()).map(|row| row * columns.len()).collect(),
        column: (0..edges).map(|edge| u32::try_from(edge % columns.len()).expect("small")).collect(),
        value: vec![0; edges],
        edge_capacity: None,
        row_key: (1..=rows.len() as u64).collect(),
        column_key: (101..=100 + columns.len() as u64).collect(),
        row_part: Vec::new(),
    };
    Market { transport, row, column }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tiny_markets_end_in_the_proposers_best_of_all_stable_flows(shape in shapes(3, 3, 3)) {
        let market = Market::of(&shape, None);
        let mut flows: Vec<Vec<i64>> = Vec::new();
        brute::flows(&market.transport, &mut |flow| {
            if check::feasible(&market.transport, flow).is_ok() && market.blocking(flow).is_empty() {
                flows.push(flow.to_vec());
            }
        });
        let t = &market.transport;
        let rows = check::rows(t);
        let columns: Vec<usize> = t.column.iter().map(|&column| column as usize).collect();
        for proposing in SIDES {
            let found = market.dense(&market.stable(proposing));
            prop_assert!(flows.contains(&found));
            // Offered this and any other stable flow together, every proposer chooses this.
            for other in &flows {
                let both: Vec<i64> = found.iter().zip(other).map(|(a, b)| *a.max(b)).collect();
                let choice = match proposing {
                    Proposing::Rows => {
                        chosen(&both, &rows, &t.row_group, &t.row_capacity, &t.row_group_capacity, &market.row)
                    }
                    Proposing::Columns => chosen(
                        &both, &columns, &t.column_group, &t.column_capacity, &t.column_group_capacity, &market.column,
                    ),
                };
                prop_assert_eq!(&choice, &found);
                prop_assert_eq!(totals(t, other), totals(t, &found));
            }
        }
    }

    #[test]
    fn deferred_acceptance_of_small_volumes_ends_in_the_same(shape in shapes(8, 8, 9)) {
        let market = Market::of(&shape, None);
        prop_assert_eq!(market.dense(&market.stable(Proposing::Rows)), market.deferred_acceptance());
        let (swapped, to) = market.swapped();
        let by_columns = market.dense(&market.stable(Proposing::Columns));
        prop_assert_eq!(moved(&by_columns, &to), swapped.deferred_acceptance());
        prop_assert_eq!(moved(&by_columns, &to), swapped.dense(&swapped.stable(Proposing::Rows)));
    }

    #[test]
    fn whoever_proposes_no_edge_blocks_and_totals_are_the_same(
        shape in shapes(30, 30, 1_000_000), levels in 1_i64..12
    ) {
        let market = Market::of(&shape, Some(levels));
        let [by_rows, by_columns] = SIDES.map(|proposing| market.stable(proposing));
        for found in [&by_rows, &by_columns] {
            let flow = market.dense(found);
            prop_assert_eq!(check::feasible(&market.transport, &flow), Ok(()));
            prop_assert_eq!(market.blocking(&flow), Vec::<usize>::new());
            prop_assert!(found.augmentations <= 3 * market.transport.column.len() as u64);
        }
        let flows = [&by_rows, &by_columns].map(|found| totals(&market.transport, &market.dense(found)));
        prop_assert_eq!(&flows[0], &flows[1]);
    }

    #[test]
    fn what_blocks_is_what_the_definition_says(shape in shapes(6, 6, 4), levels in 1_i64..6, seed in any::<u64>()) {
        let market = Market::of(&shape, Some(levels));
        let mut dice = Dice(seed);
        let limits = Limits::none(&market.transport);
        let rank: Vec<i64> = market.row.iter().map(|_| dice.below(9)).collect();
        let mut flow = lienket::solve::greedy(&market.transport, &limits, &rank).expect("well formed");
        for units in &mut flow {
            *units -= if dice.percent(30) { dice.below(*units + 1) } else { 0 };
        }
        let sparse: Vec<(usize, i64)> = flow.iter().copied().enumerate().filter(|(_, units)| *units > 0).collect();
        let found = blocking(&market.transport, &sparse, &market.row, &market.column);
        prop_assert_eq!(found, Ok(market.blocking(&flow)));
    }

    #[test]
    fn unit_volumes_are_gale_and_shapleys_marriage(size in 1_usize..8, seed in any::<u64>()) {
        let mut dice = Dice(seed);
        let mut scores = || -> Vec<i64> {
            dice.order(size * size).into_iter().map(|score| i64::try_from(score).expect("small")).collect()
        };
        let (row, column) = (scores(), scores());
        // The textbook: free men propose down their lists, women keep the best so far.
        let mut husband = vec![usize::MAX; size];
        let mut asked = vec![0; size];
        let mut free: Vec<usize> = (0..size).collect();
        while let Some(man) = free.pop() {
            let mut list: Vec<usize> = (0..size).collect();
            list.sort_by_key(|woman| Reverse(row[man * size + woman]));
            let woman = list[asked[man]];
            asked[man] += 1;
            let now = husband[woman];
            if now == usize::MAX || column[man * size + woman] > column[now * size + woman] {
                husband[woman] = man;
                free.extend((now != usize::MAX).then_some(now));
            } else {
                free.push(man);
            }
        }
        let market = complete(&vec![1; size], &vec![1; size], row, column);
        let mut married: Vec<(usize, i64)> =
            husband.into_iter().enumerate().map(|(woman, man)| (man * size + woman, 1)).collect();
        married.sort_unstable();
        prop_assert_eq!(market.stable(Proposing::Rows).flow, married);
    }

    #[test]
    fn order_does_not_matter(shape in shapes(25, 25, 20), levels in 1_i64..5, seed in any::<u64>()) {
        let market = Market::of(&shape, Some(levels));
        let other = permute(&market.transport, seed);
        let permuted = Market {
            row: moved(&market.row, &other.edge),
            column: moved(&market.column, &other.edge),
            transport: other.transport,
        };
        for proposing in SIDES {
            let (found, again) = (market.stable(proposing), permuted.stable(proposing));
            prop_assert_eq!(permuted.dense(&again), moved(&market.dense(&found), &other.edge));
        }
    }

    #[test]
    fn within_limits_everything_is_kept(shape in shapes(12, 12, 30), levels in 1_i64..100, seed in any::<u64>()) {
        let market = Market::of(&shape, Some(levels));
        let limits = limits(&market.transport, 20, seed);
        for proposing in SIDES {
            let solve = || {
                stable_within_limits(&market.transport, &limits, &market.row, &market.column, proposing)
                    .expect("well formed")
            };
            let found = solve();
            let flow = market.dense(&found);
            prop_assert_eq!(violations(&market.transport, &flow, &limits), Ok(Vec::new()));
            prop_assert_eq!(check::within(&market.transport, &flow, &limits), Ok(()));
            let free = market.stable(proposing);
            if violations(&market.transport, &market.dense(&free), &limits) == Ok(Vec::new()) {
                prop_assert_eq!(&found, &free);
            }
            prop_assert_eq!(solve(), found);
        }
    }
}

#[test]
fn the_number_of_steps_does_not_grow_with_the_volumes() {
    // Each proposer's first choice likes the other proposer better, and a third wants to get in.
    let market = |kg: i64| complete(&[kg, kg, 1], &[kg, kg], vec![2, 1, 1, 2, 2, 1], vec![1, 2, 2, 1, 3, 3]);
    for kg in [10, 1000, 1_000_000_000] {
        for proposing in SIDES {
            let found = market(kg).stable(proposing);
            assert!(market(kg).blocking(&market(kg).dense(&found)).is_empty());
            assert!(found.augmentations <= 8, "{} augmentations", found.augmentations);
        }
    }
    let two = |kg: i64| {
        let mut market = complete(&[kg, kg], &[kg, kg], vec![2, 1, 1, 2], vec![1, 2, 2, 1]);
        market.transport.column_capacity[0] -= 1; // one unit is passed to and fro
        market
    };
    let found = two(1_000_000_000).stable(Proposing::Rows);
    assert!(found.augmentations <= 6, "{} augmentations", found.augmentations);
    assert_eq!(two(10).dense(&two(10).stable(Proposing::Rows)), two(10).deferred_acceptance());
    assert_eq!(found.augmentations, two(10).stable(Proposing::Rows).augmentations);
}

#[test]
fn a_full_offer_gives_up_its_own_a_full_cooperative_anything() {
    // Two rows of one group, one column each likes best: the group's last units go to the better edge.
    let mut market = complete(&[5, 5], &[5, 5], vec![9, 1, 8, 2], vec![1, 1, 1, 1]);
    market.transport.row_group_capacity = vec![Some(6)];
    let found = market.stable(Proposing::Rows);
    assert!(market.blocking(&market.dense(&found)).is_empty());
    assert_eq!(found.flow.iter().map(|edge| edge.1).sum::<i64>(), 6);
    // The group is not full: the second row has no reason to give up anything of the first.
    market.transport.row_group_capacity = vec![Some(10)];
    let found = market.stable(Proposing::Rows);
    assert_eq!(totals(&market.transport, &market.dense(&found))[0], 10);
    // The first row is full, the second has only its group full: both would give up a unit of the first row's worst.
    market.transport.row_group_capacity = vec![Some(6)];
    let flow = [(1, 5), (2, 1)];
    assert_eq!(blocking(&market.transport, &flow, &market.row, &market.column), Ok(vec![0, 2]));
}

#[test]
fn many_meet_many_within_quotas() {
    let shape = Shape {
        rows: 300,
        columns: 200,
        row_groups: 300,
        column_groups: 200,
        density: 20,
        limited: 0,
        zeros: 0,
        most_capacity: 6,
        levels: 1,
        step: 1,
        edge_capacities: true,
        seed: 20_261_124,
    };
    let mut market = Market::of(&shape, Some(1000));
    market.transport.edge_capacity = Some(vec![1; market.transport.column.len()]);
    for proposing in SIDES {
        let found = market.stable(proposing);
        assert!(found.flow.iter().all(|meeting| meeting.1 == 1));
        assert!(found.flow.len() > 500);
        assert_eq!(blocking(&market.transport, &found.flow, &market.row, &market.column), Ok(Vec::new()));
        let threads = rayon::ThreadPoolBuilder::new().num_threads(3).build().expect("threads");
        assert_eq!(threads.install(|| market.stable(proposing)), found);
    }
}

#[test]
fn what_does_not_fit_together_is_refused() {
    let market = complete(&[1], &[1], vec![0], vec![0]);
    let malformed =
        |result: Result<Vec<usize>, SolveError>| matches!(result, Err(SolveError::Malformed { .. }));
    assert!(stable(&market.transport, &[], &[0], Proposing::Rows).is_err());
    assert!(stable(&market.transport, &[0], &[0, 1], Proposing::Rows).is_err());
    for flow in [&[(1, 1)][..], &[(0, -1)], &[(0, 1), (0, 1)]] {
        assert!(malformed(blocking(&market.transport, flow, &[0], &[0])));
    }
    let short = Limits { lot: vec![1, 2], ..Limits::default() };
    assert!(stable_within_limits(&market.transport, &short, &[0], &[0], Proposing::Rows).is_err());
}
