//! Pools on bare integers: never worse than the start, never above the bound, and everything there is tried out on
//! tiny networks.

use crate::support::transports::{self, Dice, shapes};
use lienket::solve::{
    Limits, PoolFlow, PoolPrices, PoolViolation, Pools, SolveError, Transport, greedy, pool_bound,
    pool_bound_of, pool_violations, pooled,
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow::{Break, Continue};

/// Some pools for a transport.
fn pools(transport: &Transport, limits: &Limits, most_pools: i64, most: i64, seed: u64) -> Pools {
    let mut dice = Dice(seed);
    let (rows, columns) = (transport.row_capacity.len(), transport.column_capacity.len());
    let hubs = 1 + dice.index(3);
    let mut pools = Pools { member_start: vec![0], ..Pools::default() };
    pools.hub_capacity = (0..hubs).map(|_| dice.percent(40).then(|| dice.below(3 * most))).collect();
    pools.most_members = dice.percent(30).then(|| 1 + u32::try_from(dice.below(3)).unwrap());
    if rows > 0 && columns > 0 {
        for _ in 0..dice.below(most_pools + 1) {
            pools.column.push(u32::try_from(dice.index(columns)).unwrap());
            pools.hub.push(u32::try_from(dice.index(hubs)).unwrap());
            pools.lot.push(dice.below(2 * most));
            for row in 0..rows {
                if dice.percent(65) {
                    pools.row.push(u32::try_from(row).unwrap());
                    pools.value.push(dice.below(4) * 3);
                    pools.member_lot.push(dice.below(most));
                }
            }
            pools.member_start.push(pools.row.len());
        }
    }
    if dice.percent(50) {
        let members = pools.row.len();
        pools.shared =
            limits.shared.iter().map(|_| (0..members).filter(|_| dice.percent(30)).collect()).collect();
    }
    pools
}

/// Whether a flow keeps everything, as the problem words it.
fn is_feasible(transport: &Transport, limits: &Limits, pools: &Pools, flow: &PoolFlow) -> bool {
    let rows = transport.row_capacity.len();
    let row_of: Vec<usize> = (0..rows)
        .flat_map(|row| (transport.row_start[row]..transport.row_start[row + 1]).map(move |_| row))
        .collect();
    // (row, column, pool, new units, old units)
    let mut ways: Vec<(usize, usize, Option<usize>, i64, i64)> = Vec::new();
    for (edge, &units) in flow.edges.iter().enumerate() {
        let base = limits.base[edge];
        if units < 0 || (units > 0 && base + units < limits.lot[edge]) {
            return false;
        }
        if transport.edge_capacity.as_ref().is_some_and(|capacity| units > capacity[edge]) {
            return false;
        }
        ways.push((row_of[edge], transport.column[edge] as usize, None, units, base));
    }
    let mut hubs = vec![0; pools.hub_capacity.len()];
    for pool in 0..pools.len() {
        let members = pools.member_start[pool]..pools.member_start[pool + 1];
        let own: Vec<usize> = members.filter(|&member| flow.members[member] != 0).collect();
        let total: i64 = own.iter().map(|&member| flow.members[member]).sum();
        if own.iter().any(|&member| flow.members[member] < pools.member_lot[member].max(1)) {
            return false;
        }
        if !own.is_empty() && total < pools.lot[pool]
            || pools.most_members.is_some_and(|most| own.len() > most as usize)
        {
            return false;
        }
        hubs[pools.hub[pool] as usize] += total;
        let column = pools.column[pool] as usize;
        ways.extend(
            own.iter()
                .map(|&member| (pools.row[member] as usize, column, Some(pool), flow.members[member], 0)),
        );
    }
    let within = |total: i64, limit: Option<i64>| limit.is_none_or(|limit| total <= limit);
    if !hubs.iter().zip(&pools.hub_capacity).all(|(&total, &limit)| within(total, limit)) {
        return false;
    }
    ways.retain(|way| way.3 > 0 || way.4 > 0);
    let sum = |chosen: &dyn Fn(usize, usize) -> bool| -> i64 {
        ways.iter().filter(|way| chosen(way.0, way.1)).map(|way| way.3).sum()
    };
    for row in 0..rows {
        let partners: Vec<_> = ways.iter().filter(|way| way.0 == row).collect();
        let new = partners.iter().any(|way| way.4 == 0);
        if sum(&|r, _| r == row) > transport.row_capacity[row]
            || new && limits.row_partners[row].is_some_and(|most| partners.len() > most as usize)
        {
            return false;
        }
        let columns: BTreeSet<usize> = partners.iter().map(|way| way.1).collect();
        if columns.len() < partners.len() {
            return false; // twice at one column
        }
    }
    for column in 0..transport.column_capacity.len() {
        let direct: Vec<_> = ways.iter().filter(|way| way.1 == column && way.2.is_none()).collect();
        let open: BTreeSet<usize> =
            ways.iter().filter(|way| way.1 == column).filter_map(|way| way.2).collect();
        let new = !open.is_empty() || direct.iter().any(|way| way.4 == 0);
        let count = direct.len() + open.len();
        let total = sum(&|_, c| c == column);
        if total > transport.column_capacity[column]
            || new && limits.column_partners[column].is_some_and(|most| count > most as usize)
            || limits.column_whole[column] && total != 0 && total != transport.column_capacity[column]
        {
            return false;
        }
        let mut through: BTreeMap<u32, usize> = BTreeMap::new();
        for way in ways.iter().filter(|way| way.1 == column) {
            if let Some(pool) = way.2
                && *through.entry(transport.row_group[way.0]).or_insert(pool) != pool
            {
                return false;
            }
        }
    }
    let groups = transport.row_group_capacity.iter().enumerate();
    if !groups.into_iter().all(|(g, &limit)| within(sum(&|r, _| transport.row_group[r] as usize == g), limit))
    {
        return false;
    }
    let groups = transport.column_group_capacity.iter().enumerate();
    if !groups
        .into_iter()
        .all(|(g, &limit)| within(sum(&|_, c| transport.column_group[c] as usize == g), limit))
    {
        return false;
    }
    limits.shared.iter().enumerate().all(|(i, shared)| {
        let edges: i64 = shared.edges.iter().map(|&edge| flow.edges[edge]).sum();
        let members: i64 = pools.shared.get(i).into_iter().flatten().map(|&m| flow.members[m]).sum();
        edges + members <= shared.capacity
    })
}

/// The best value of all feasible flows.
fn brute(transport: &Transport, limits: &Limits, pools: &Pools) -> i128 {
    fn descend(
        case: (&Transport, &Limits, &Pools),
        row_of: &[usize],
        at: usize,
        left: &mut (Vec<i64>, Vec<i64>),
        flow: &mut PoolFlow,
        best: &mut i128,
    ) {
        let (transport, limits, pools) = case;
        let edges = flow.edges.len();
        if at == edges + flow.members.len() {
            let value = flow.value(transport, pools);
            if value > *best && is_feasible(transport, limits, pools, flow) {
                *best = value;
            }
            return;
        }
        let pool = |member: usize| pools.member_start.partition_point(|&start| start <= member) - 1;
        let (row, column) = if at < edges {
            (row_of[at], transport.column[at] as usize)
        } else {
            (pools.row[at - edges] as usize, pools.column[pool(at - edges)] as usize)
        };
        for units in 0..=left.0[row].min(left.1[column]) {
            let place = if at < edges { &mut flow.edges[at] } else { &mut flow.members[at - edges] };
            *place = units;
            left.0[row] -= units;
            left.1[column] -= units;
            descend(case, row_of, at + 1, left, flow, best);
            left.0[row] += units;
            left.1[column] += units;
        }
        let place = if at < edges { &mut flow.edges[at] } else { &mut flow.members[at - edges] };
        *place = 0;
    }
    let rows = transport.row_capacity.len();
    let row_of: Vec<usize> = (0..rows)
        .flat_map(|row| (transport.row_start[row]..transport.row_start[row + 1]).map(move |_| row))
        .collect();
    let mut best = 0;
    let mut left = (transport.row_capacity.clone(), transport.column_capacity.clone());
    let mut flow = PoolFlow::direct(vec![0; transport.column.len()], pools);
    descend((transport, limits, pools), &row_of, 0, &mut left, &mut flow, &mut best);
    best
}

/// Start, bound and search, with what must hold of them.
fn solved(transport: &Transport, limits: &Limits, pools: &Pools, effort: u64) -> (i128, i128, i128) {
    let start = PoolFlow::direct(greedy(transport, limits, &transport.value).unwrap(), pools);
    let known = start.value(transport, pools);
    let (prices, bound) = pool_bound(transport, limits, pools, known, 30).unwrap();
    assert_eq!(pool_bound_of(transport, limits, pools, &prices).unwrap(), bound);
    let found = pooled(transport, limits, pools, &start, &prices, effort, &|_| Continue(())).unwrap();
    assert_eq!(found.value, found.flow.value(transport, pools));
    assert!(is_feasible(transport, limits, pools, &found.flow));
    assert!(known <= found.value && found.value <= bound, "{known} <= {} <= {bound}", found.value);
    let again = pooled(transport, limits, pools, &start, &prices, effort, &|_| Continue(())).unwrap();
    assert_eq!(found, again);
    (known, found.value, bound)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn tiny_networks_tried_out(shape in shapes(3, 2, 3), seed in any::<u64>(), limited in any::<bool>()) {
        let transport = shape.build();
        let limits = if limited { transports::limits(&transport, 3, seed) } else { Limits::none(&transport) };
        let pools = pools(&transport, &limits, 2, 3, seed ^ 1);
        prop_assume!(transport.column.len() + pools.row.len() <= 9);
        let best = brute(&transport, &limits, &pools);
        let (_, found, bound) = solved(&transport, &limits, &pools, 3000);
        prop_assert!(found <= best && best <= bound, "{found} <= {best} <= {bound}");
    }

    #[test]
    fn larger_networks_stay_within_everything(shape in shapes(20, 10, 40), seed in any::<u64>()) {
        let transport = shape.build();
        let limits = transports::limits(&transport, 40, seed);
        let pools = pools(&transport, &limits, 12, 40, seed ^ 1);
        solved(&transport, &limits, &pools, 20_000);
    }

    /// The check of flows agrees with the words of the problem.
    #[test]
    fn every_broken_flow_is_seen(shape in shapes(3, 2, 3), seed in any::<u64>()) {
        let transport = shape.build();
        let limits = transports::limits(&transport, 3, seed);
        let pools = pools(&transport, &limits, 3, 3, seed ^ 1);
        let mut dice = Dice(seed ^ 2);
        let mut draw = |count: usize| -> Vec<i64> {
            (0..count).map(|_| if dice.percent(60) { 0 } else { dice.below(4) - i64::from(dice.percent(5)) }).collect()
        };
        let flow = PoolFlow { edges: draw(transport.column.len()), members: draw(pools.row.len()) };
        let broken = pool_violations(&transport, &limits, &pools, &flow).unwrap();
        prop_assert_eq!(broken.is_empty(), is_feasible(&transport, &limits, &pools, &flow), "{:?}", broken);
    }
}

/// How often the search finds the best of all flows: nearly always where everything can be tried out.
#[test]
fn the_best_is_mostly_found() {
    let (mut cases, mut best_found, mut lost) = (0, 0, 0);
    for seed in 0..300 {
        let mut dice = Dice(seed);
        let shape = transports::Shape {
            rows: 3,
            columns: 2,
            row_groups: 3,
            column_groups: 2,
            density: 40,
            limited: 20,
            zeros: 0,
            most_capacity: 4,
            levels: 5,
            step: 3,
            edge_capacities: false,
            seed: dice.next(),
        };
        let transport = shape.build();
        let mut limits = Limits::none(&transport);
        limits.lot.iter_mut().for_each(|lot| *lot = 2 + dice.below(2));
        let pools = pools(&transport, &limits, 2, 3, dice.next());
        if pools.row.is_empty() || transport.column.len() + pools.row.len() > 9 {
            continue;
        }
        let best = brute(&transport, &limits, &pools);
        let (_, found, _) = solved(&transport, &limits, &pools, 3000);
        cases += 1;
        best_found += i32::from(found == best);
        lost += best - found;
    }
    assert!(cases > 100, "{cases}");
    assert!(best_found * 100 >= cases * 97, "{best_found} of {cases}, {lost} lost");
}

fn two_rows() -> (Transport, Pools) {
    let transport = Transport {
        row_capacity: vec![3, 3],
        column_capacity: vec![9],
        row_group: vec![0, 1],
        column_group: vec![0],
        row_group_capacity: vec![None, None],
        column_group_capacity: vec![None],
        row_start: vec![0, 0, 0],
        row_key: vec![1, 2],
        column_key: vec![3],
        ..Transport::default()
    };
    let pools = Pools {
        hub_capacity: vec![None],
        column: vec![0],
        hub: vec![0],
        lot: vec![5],
        most_members: None,
        member_start: vec![0, 2],
        row: vec![0, 1],
        value: vec![10, 8],
        member_lot: vec![0, 0],
        shared: vec![],
    };
    (transport, pools)
}

#[test]
fn only_together_they_reach_the_lot() {
    let (transport, mut pools) = two_rows();
    let limits = Limits::none(&transport);
    assert_eq!(solved(&transport, &limits, &pools, 1000), (0, 54, 54));
    for lot in [0, 1, 6] {
        pools.lot = vec![lot];
        assert_eq!(solved(&transport, &limits, &pools, 1000), (0, 54, 54), "{lot}");
    }
    // A lot beyond reach, a hub too small, one member only: nothing, and the bound says so.
    pools.lot = vec![7];
    assert_eq!(solved(&transport, &limits, &pools, 1000), (0, 0, 0));
    pools.lot = vec![5];
    pools.hub_capacity = vec![Some(4)];
    assert_eq!(solved(&transport, &limits, &pools, 1000), (0, 0, 0));
    pools.hub_capacity = vec![Some(5)];
    assert_eq!(solved(&transport, &limits, &pools, 1000).1, 46);
    pools.most_members = Some(1);
    assert_eq!(solved(&transport, &limits, &pools, 1000), (0, 0, 0));
}

/// Two pools at one column, a row each: the best uses both, unless the rows are of one group.
#[test]
fn a_group_serves_a_column_through_one_pool() {
    let (mut transport, mut pools) = two_rows();
    pools.column = vec![0, 0];
    pools.hub = vec![0, 0];
    pools.lot = vec![3, 3];
    pools.member_start = vec![0, 1, 2];
    let limits = Limits::none(&transport);
    assert_eq!(solved(&transport, &limits, &pools, 1000).1, 54);
    transport.row_group = vec![0, 0];
    assert_eq!(solved(&transport, &limits, &pools, 1000).1, 30);
}

#[test]
fn a_search_can_be_broken_off() {
    let (transport, pools) = two_rows();
    let limits = Limits::none(&transport);
    let (prices, _) = pool_bound(&transport, &limits, &pools, 0, 0).unwrap();
    let start = PoolFlow::direct(vec![], &pools);
    let found = pooled(&transport, &limits, &pools, &start, &prices, 1 << 40, &|_| Break(())).unwrap();
    assert!(found.value <= 54 && found.work < 1 << 40);
}

#[test]
fn malformed_pools_are_refused() {
    let (transport, pools) = two_rows();
    let limits = Limits::none(&transport);
    let refused = |change: &dyn Fn(&mut Pools)| {
        let mut pools = pools.clone();
        change(&mut pools);
        let found = pool_bound(&transport, &limits, &pools, 0, 0);
        assert!(
            matches!(found, Err(SolveError::Malformed { .. } | SolveError::Overflow { .. })),
            "{pools:?}"
        );
    };
    refused(&|pools| pools.hub[0] = 1);
    refused(&|pools| pools.column[0] = 1);
    refused(&|pools| pools.row = vec![1, 1]);
    refused(&|pools| pools.row = vec![0, 2]);
    refused(&|pools| pools.lot[0] = -1);
    refused(&|pools| pools.value[1] = -1);
    refused(&|pools| pools.value[1] = i64::MAX);
    refused(&|pools| pools.member_lot = vec![1]);
    refused(&|pools| pools.member_start = vec![0]);
    refused(&|pools| pools.member_start = vec![1, 2]);
    refused(&|pools| pools.hub_capacity = vec![Some(-1)]);
    refused(&|pools| pools.shared = vec![vec![0]]);
    let zero = PoolPrices {
        row: vec![0, 0],
        column: vec![0],
        row_group: vec![0, 0],
        column_group: vec![0],
        hub: vec![0],
    };
    assert_eq!(pool_bound_of(&transport, &limits, &pools, &zero).unwrap(), 54);
    let negative = PoolPrices { row: vec![-1, 0], ..zero.clone() };
    assert!(pool_bound_of(&transport, &limits, &pools, &negative).is_err());
    let unlimited = PoolPrices { hub: vec![1], ..zero.clone() };
    assert!(pool_bound_of(&transport, &limits, &pools, &unlimited).is_err());
    let start = PoolFlow { edges: vec![], members: vec![4, 0] };
    assert!(pooled(&transport, &limits, &pools, &start, &zero, 9, &|_| Continue(())).is_err());
    let broken = pool_violations(&transport, &limits, &pools, &start).unwrap();
    assert_eq!(broken[1..], [PoolViolation::PoolLot(0)]);
}
