//! Flows within limits against all flows, the bounds and trees that come with them against knapsacks by brute
//! force, and the whole against itself.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::support::{
    brute, check,
    transports::{Dice, Shape, limits, moved, permute, shapes},
};
use lienket::solve::{
    Branch, Choice, Effort, Limited, Limits, Proof, Resource, Shared, Transport, greedy, optimum,
    within_limits,
};
use proptest::prelude::*;

fn solve(transport: &Transport, limits: &Limits, effort: f64) -> Limited {
    let start = optimum(transport).expect("small numbers");
    let unwatched = |_, _| ControlFlow::Continue(());
    within_limits(transport, limits, &start, Effort(effort), &unwatched).expect("well formed")
}

fn dense(transport: &Transport, found: &Limited) -> Vec<i64> {
    let mut flow = vec![0; transport.column.len()];
    for &(edge, units) in &found.flow {
        flow[edge] = units;
    }
    flow
}

/// The best flow within limits by trying all.
fn best_of_all(transport: &Transport, limits: &Limits) -> i128 {
    let mut best = 0;
    brute::flows(transport, &mut |flow| {
        let worth = check::worth(transport, flow);
        if worth > best && check::within(transport, flow, limits).is_ok() {
            best = worth;
        }
    });
    best
}

fn at<T: Copy + Default>(list: &[T], index: usize) -> T {
    list.get(index).copied().unwrap_or_default()
}

/// The most an edge can carry by any capacity it is under.
fn reach(transport: &Transport, limits: &Limits, row: usize, edge: usize) -> i64 {
    let column = transport.column[edge] as usize;
    let shared = limits.shared.iter().filter(|shared| shared.edges.contains(&edge));
    let groups = [
        transport.row_group_capacity[transport.row_group[row] as usize],
        transport.column_group_capacity[transport.column_group[column] as usize],
        transport.edge_capacity.as_ref().map(|capacity| capacity[edge]),
    ];
    let nodes = [transport.row_capacity[row], transport.column_capacity[column]];
    let all = groups.into_iter().flatten().chain(nodes).chain(shared.map(|shared| shared.capacity));
    all.min().expect("two at least")
}

/// What a column can earn alone at prices of its edges under decisions, by trying all; `None` if they leave nothing.
fn column_alone(
    transport: &Transport,
    limits: &Limits,
    column: u32,
    price: &dyn Fn(usize, usize) -> i128,
    decided: &BTreeMap<usize, bool>,
    filled: Option<bool>,
    (full_rows, left): (&[bool], &BTreeMap<usize, i64>),
) -> Option<i128> {
    let capacity = transport.column_capacity[column as usize];
    let whole = at(&limits.column_whole, column as usize);
    let mut edges = Vec::new();
    let (mut old, mut opened) = (0, false);
    for row in 0..transport.row_capacity.len() {
        for edge in transport.row_start[row]..transport.row_start[row + 1] {
            if transport.column[edge] == column {
                edges.push((row, edge));
                old += u32::from(at(&limits.base, edge) > 0);
                opened |= decided.get(&edge) == Some(&true);
            }
        }
    }
    let partners =
        at(&limits.column_partners, column as usize).map_or(u32::MAX, |most| most.saturating_sub(old));
    // (units, new partners) → best
    let mut best: BTreeMap<(i64, u32), i128> = BTreeMap::from([((0, 0), 0)]);
    for (row, edge) in edges {
        let base = at(&limits.base, edge);
        let own = if decided.get(&edge) == Some(&true) { least(limits, edge) } else { 0 };
        let most = reach(transport, limits, row, edge).min(left[&edge] + own);
        let mut next = BTreeMap::new();
        for (&(units, count), &worth) in &best {
            for x in 0..=most.min(capacity - units) {
                let closed = full_rows[row] && base == 0 && decided.get(&edge) != Some(&true);
                let allowed = match decided.get(&edge) {
                    Some(false) => x == 0,
                    Some(true) => x > 0,
                    None => true,
                };
                let opens = u32::from(x > 0 && base == 0);
                let fits = x == 0 || base + x >= at(&limits.lot, edge);
                let fits = fits && allowed && !(closed && x > 0) && count + opens <= partners;
                if fits && !(filled == Some(false) && x > 0) {
                    let worth =
                        worth + (i128::from(transport.value[edge]) - price(row, edge)) * i128::from(x);
                    let entry = next.entry((units + x, count + opens)).or_insert(worth);
                    *entry = worth.max(*entry);
                }
            }
        }
        best = next;
    }
    let must = filled == Some(true) || (whole && opened);
    let ends = best.iter().filter(|((units, _), _)| {
        if must { *units == capacity } else { !whole || *units == 0 || *units == capacity }
    });
    ends.map(|(_, &worth)| worth).max()
}

/// New units an edge carries, if any.
fn least(limits: &Limits, edge: usize) -> i64 {
    (at(&limits.lot, edge) - at(&limits.base, edge)).max(1)
}

fn room_of(transport: &Transport, limits: &Limits, resource: Resource) -> Option<i64> {
    match resource {
        Resource::Row(row) => Some(transport.row_capacity[row as usize]),
        Resource::RowGroup(group) => transport.row_group_capacity[group as usize],
        Resource::ColumnGroup(group) => transport.column_group_capacity[group as usize],
        Resource::Shared(shared) => Some(limits.shared[shared as usize].capacity),
    }
}

/// The bound of prices under decisions on the columns of a cluster, in exact integers.
fn bound_at(
    transport: &Transport,
    limits: &Limits,
    columns: &[u32],
    prices: &BTreeMap<Resource, i64>,
    edges: &BTreeMap<usize, bool>,
    wholes: &BTreeMap<u32, bool>,
) -> Option<i128> {
    let mut rows = vec![(0, 0); transport.row_capacity.len()]; // partners: old, decided
    for (row, count) in rows.iter_mut().enumerate() {
        for edge in transport.row_start[row]..transport.row_start[row + 1] {
            let old = at(&limits.base, edge) > 0;
            count.0 += u32::from(old);
            count.1 += u32::from(!old && edges.get(&edge) == Some(&true));
        }
    }
    let full = |(row, &(old, new)): (usize, &(u32, u32))| {
        at(&limits.row_partners, row).is_some_and(|most| old + new >= most)
    };
    let full_rows: Vec<bool> = rows.iter().enumerate().map(full).collect();
    // Decisions that cannot hold together.
    let exceeded = |(row, &(old, new)): (usize, &(u32, u32))| {
        new > 0 && at(&limits.row_partners, row).is_some_and(|most| old + new > most)
    };
    if rows.iter().enumerate().any(exceeded) {
        return None;
    }
    let mut left: BTreeMap<usize, i64> =
        (0..transport.column.len()).map(|edge| (edge, i64::MAX / 2)).collect();
    for &resource in prices.keys() {
        let mut taken = 0;
        let mut users = Vec::new();
        for row in 0..rows.len() {
            for edge in transport.row_start[row]..transport.row_start[row + 1] {
                let column = transport.column[edge] as usize;
                let uses = match resource {
                    Resource::Row(other) => other as usize == row,
                    Resource::RowGroup(group) => transport.row_group[row] == group,
                    Resource::ColumnGroup(group) => transport.column_group[column] == group,
                    Resource::Shared(shared) => limits.shared[shared as usize].edges.contains(&edge),
                };
                if uses {
                    users.push(edge);
                    taken += if edges.get(&edge) == Some(&true) { least(limits, edge) } else { 0 };
                }
            }
        }
        if let Some(room) = room_of(transport, limits, resource) {
            if taken > room {
                return None;
            }
            for edge in users {
                left.entry(edge).and_modify(|left| *left = (*left).min(room - taken));
            }
        }
    }
    let of = |resource: Resource| i128::from(prices.get(&resource).copied().unwrap_or(0));
    let price = |row: usize, edge: usize| {
        let column = transport.column[edge] as usize;
        let mut sum = of(Resource::Row(u32::try_from(row).expect("small")));
        sum += of(Resource::RowGroup(transport.row_group[row]));
        sum += of(Resource::ColumnGroup(transport.column_group[column]));
        for (index, shared) in (0..).zip(&limits.shared) {
            if shared.edges.contains(&edge) {
                sum += of(Resource::Shared(index));
            }
        }
        sum
    };
    let mut bound = 0;
    for (&resource, &price) in prices {
        assert!(price >= 0);
        let room = room_of(transport, limits, resource).unwrap_or(0);
        bound += i128::from(room) * i128::from(price);
    }
    for &column in columns {
        let filled = wholes.get(&column).copied();
        bound += column_alone(transport, limits, column, &price, edges, filled, (&full_rows, &left))?;
    }
    Some(bound)
}

/// The largest bound of all leaves below a branch.
fn largest_leaf(
    transport: &Transport,
    limits: &Limits,
    proof: &Proof,
    at: usize,
    edges: &mut BTreeMap<usize, bool>,
    wholes: &mut BTreeMap<u32, bool>,
) -> Option<i128> {
    match proof.branches[at] {
        Branch::Leaf { prices } => {
            let prices = proof.resources.iter().copied().zip(proof.prices[prices].iter().copied()).collect();
            bound_at(transport, limits, &proof.columns, &prices, edges, wholes)
        }
        Branch::Fork { on, without, with } => {
            assert!(without > at && with > at, "branches lead on");
            let mut largest = None;
            for (branch, is) in [(without, false), (with, true)] {
                let before = match on {
                    Choice::Edge(edge) => edges.insert(edge, is),
                    Choice::Column(column) => {
                        assert!(limits.column_whole[column as usize]);
                        wholes.insert(column, is)
                    }
                };
                assert_eq!(before, None, "nothing is decided twice");
                largest = largest.max(largest_leaf(transport, limits, proof, branch, edges, wholes));
                match on {
                    Choice::Edge(edge) => edges.remove(&edge),
                    Choice::Column(column) => wholes.remove(&column),
                };
            }
            largest
        }
    }
}

/// Recomputes everything that is claimed.
fn verify(transport: &Transport, limits: &Limits, found: &Limited) {
    let flow = dense(transport, found);
    assert_eq!(check::within(transport, &flow, limits), Ok(()));
    assert_eq!(found.value, check::worth(transport, &flow));
    assert!(found.value <= found.bound && found.bound <= found.bound_by_multipliers);
    assert_eq!(found.trace.sum(), found.bound_by_multipliers - found.value);
    let multipliers = &found.multipliers;
    let mut prices = BTreeMap::new();
    for (index, &price) in (0..).zip(&multipliers.rows) {
        prices.insert(Resource::Row(index), price);
    }
    for (index, &price) in (0..).zip(&multipliers.row_groups) {
        prices.insert(Resource::RowGroup(index), price);
    }
    for (index, &price) in (0..).zip(&multipliers.column_groups) {
        prices.insert(Resource::ColumnGroup(index), price);
    }
    for (index, &price) in (0..).zip(&multipliers.shared) {
        prices.insert(Resource::Shared(index), price);
    }
    let all: Vec<u32> = (0..u32::try_from(transport.column_capacity.len()).expect("small")).collect();
    let none = (BTreeMap::new(), BTreeMap::new());
    let by_multipliers =
        bound_at(transport, limits, &all, &prices, &none.0, &none.1).expect("nothing is decided");
    assert!(by_multipliers <= found.bound_by_multipliers, "{by_multipliers} {}", found.bound_by_multipliers);
    let mut bound = found.bound_by_multipliers;
    for proof in &found.proofs {
        let leaves = largest_leaf(transport, limits, proof, 0, &mut BTreeMap::new(), &mut BTreeMap::new())
            .unwrap_or(0);
        assert!(leaves <= proof.bound, "{leaves} {}", proof.bound);
        let prices = proof.resources.iter().map(|resource| (*resource, prices[resource])).collect();
        let alone = bound_at(transport, limits, &proof.columns, &prices, &none.0, &none.1)
            .expect("nothing is decided");
        assert!(alone >= proof.bound);
        bound -= alone - proof.bound;
    }
    assert!(bound <= found.bound, "{bound} {}", found.bound);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tiny_flows_are_the_best_of_all_with_bounds_that_hold(shape in shapes(3, 3, 4), seed in any::<u64>()) {
        let transport = shape.build();
        let limits = limits(&transport, 5, seed);
        let best = best_of_all(&transport, &limits);
        let found = solve(&transport, &limits, 1.0);
        verify(&transport, &limits, &found);
        prop_assert!(found.value <= best && best <= found.bound);
        // The search and the tree find it all but always; shared capacities alone can leave a gap open.
        prop_assert!(found.value == best || !limits.shared.is_empty());
        prop_assert!(found.bound == best || !limits.shared.is_empty());
        let clerk = greedy(&transport, &limits, &transport.value).expect("well formed");
        prop_assert!(found.value >= check::worth(&transport, &clerk));
    }

    #[test]
    fn middle_flows_keep_what_they_claim(shape in shapes(12, 12, 12), seed in any::<u64>()) {
        let transport = shape.build();
        let limits = limits(&transport, 8, seed);
        let found = solve(&transport, &limits, 0.1);
        verify(&transport, &limits, &found);
        let network = optimum(&transport).expect("small numbers");
        prop_assert!(found.bound <= check::worth(&transport, &network.dense(&transport)));
    }

    #[test]
    fn the_order_of_the_input_does_not_matter(shape in shapes(8, 8, 12), seed in any::<u64>()) {
        let shape = Shape { step: 250_000, levels: 1000, ..shape };
        let mut transport = shape.build();
        // No ties in value, where greedy would go by place.
        let mut dice = Dice(seed);
        for value in &mut transport.value {
            *value += dice.below(200_000);
        }
        let limits = limits(&transport, 8, seed);
        let found = solve(&transport, &limits, 0.1);
        let new = permute(&transport, seed);
        let mut others = limits.clone();
        others.base = moved(&limits.base, &new.edge);
        others.lot = moved(&limits.lot, &new.edge);
        others.row_partners = moved(&limits.row_partners, &new.row);
        others.column_partners = moved(&limits.column_partners, &new.column);
        others.column_whole = moved(&limits.column_whole, &new.column);
        for shared in &mut others.shared {
            *shared = Shared {
                capacity: shared.capacity,
                edges: shared.edges.iter().rev().map(|&edge| new.edge[edge]).collect(),
            };
        }
        let other = solve(&new.transport, &others, 0.1);
        prop_assert_eq!(other.bound, found.bound);
        prop_assert_eq!(dense(&new.transport, &other), moved(&dense(&transport, &found), &new.edge));
        prop_assert_eq!(other.multipliers.rows, moved(&found.multipliers.rows, &new.row));
    }
}

/// A market of so many rows and columns with lots, few partners, and whole columns.
fn crowded(rows: usize, columns: usize, seed: u64) -> (Transport, Limits) {
    let shape = Shape {
        rows,
        columns,
        row_groups: rows / 3,
        column_groups: columns / 2,
        density: 30,
        limited: 50,
        zeros: 0,
        most_capacity: 40,
        levels: 1000,
        step: 1,
        edge_capacities: false,
        seed,
    };
    let transport = shape.build();
    let limits = limits(&transport, 12, seed);
    (transport, limits)
}

#[test]
fn threads_do_not_matter() {
    let (transport, limits) = crowded(60, 30, 3);
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(|| solve(&transport, &limits, 0.3))
    };
    let one = run(1);
    assert!(one.value < one.bound_by_multipliers, "it is not solved by its network");
    assert_eq!(run(2), one);
    assert_eq!(run(3), one);
}

#[test]
fn without_limits_that_bind_it_is_the_optimum() {
    let (transport, _) = crowded(30, 20, 1);
    let start = optimum(&transport).expect("small numbers");
    let mut loose = Limits::none(&transport);
    loose.lot.fill(1);
    loose.row_partners.fill(Some(1000));
    loose.shared = vec![Shared { capacity: 1_000_000, edges: (0..transport.column.len()).collect() }];
    let found = solve(&transport, &loose, 1.0);
    assert_eq!(found.flow, start.flow);
    assert_eq!(found.bound, found.value);
    assert_eq!(found.trace.sum(), 0);
}

#[test]
fn fewer_limits_are_never_worse_where_both_are_proven() {
    for seed in 0..12 {
        let (transport, tight) = crowded(8, 5, seed);
        let mut free = tight.clone();
        free.shared.clear();
        let looser: [fn(&mut Limits); 4] = [
            |l| l.lot.iter_mut().for_each(|lot| *lot /= 2),
            |l| l.column_partners.fill(None),
            |l| l.row_partners.fill(None),
            |l| l.column_whole.fill(false),
        ];
        let mut before = solve(&transport, &free, 1.0);
        assert_eq!(before.value, before.bound, "seed {seed}");
        for loosen in looser {
            loosen(&mut free);
            let after = solve(&transport, &free, 1.0);
            assert_eq!(after.value, after.bound, "seed {seed}");
            assert!(after.value >= before.value, "seed {seed}");
            before = after;
        }
    }
}

#[test]
fn large_numbers_are_scaled_small_ones() {
    let (transport, mut limits) = crowded(10, 6, 5);
    limits.shared.clear();
    let small = solve(&transport, &limits, 1.0);
    assert_eq!(small.value, small.bound);
    // Ten million million a unit, and ten thousand million units.
    let (price, units) = (10_i64.pow(10), 10_i64.pow(10));
    let mut large = transport.clone();
    large.value.iter_mut().for_each(|value| *value *= price);
    for capacity in [&mut large.row_capacity, &mut large.column_capacity] {
        for capacity in capacity.iter_mut() {
            *capacity *= units;
        }
    }
    for capacity in [&mut large.row_group_capacity, &mut large.column_group_capacity] {
        capacity.iter_mut().flatten().for_each(|capacity| *capacity *= units);
    }
    let mut scaled = limits.clone();
    scaled.base.iter_mut().for_each(|base| *base *= units);
    scaled.lot.iter_mut().for_each(|lot| *lot *= units);
    let found = solve(&large, &scaled, 1.0);
    let times = i128::from(price) * i128::from(units);
    assert!(found.value == found.bound, "{} {}", found.value, found.bound);
    assert_eq!(found.value, small.value * times);
}

#[test]
fn who_stops_early_has_a_flow_and_a_bound() {
    let (transport, limits) = crowded(60, 30, 4);
    let start = optimum(&transport).expect("small numbers");
    let mut values = Vec::new();
    for patience in [0, 10, 100, 100_000_000] {
        let calls = AtomicU64::new(0);
        let watch = |done, total| {
            assert!(done <= total);
            if calls.fetch_add(1, Ordering::Relaxed) >= patience {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        let found = within_limits(&transport, &limits, &start, Effort(0.3), &watch).expect("well formed");
        let flow = dense(&transport, &found);
        assert_eq!(check::within(&transport, &flow, &limits), Ok(()));
        assert!(found.value <= found.bound);
        assert!(calls.into_inner() > patience || patience > 100);
        values.push(found.value);
    }
    assert!(values.last() > values.first(), "{values:?}");
}
