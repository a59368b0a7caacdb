//! Minimum-cost flow against brute force, cycle cancelling, the market solver, its check and itself.

use crate::support::{
    brute,
    cancel::{Answer, answer},
    check,
    networks::{NetworkShape, network_shapes},
    transports::{Dice, shapes},
};
use lienket::solve::{
    Flow, FlowArc, FlowNetwork, FlowStatus, Infeasible, SolveError, Transport, check_flow, min_cost_flow,
    optimum,
};
use proptest::prelude::*;

const MAX: i64 = i64::MAX;

/// Arcs as (from, to, lower, capacity or −1 for none, cost).
fn network(supply: &[i64], arcs: &[(u32, u32, i64, i64, i64)]) -> FlowNetwork {
    let arc = |&(from, to, lower, capacity, cost): &_| {
        let capacity = (capacity != -1).then_some(capacity);
        FlowArc { from, to, lower, capacity, cost }
    };
    FlowNetwork { supply: supply.to_vec(), arcs: arcs.iter().map(arc).collect() }
}

/// Solves, and checks the answer.
fn solved(network: &FlowNetwork) -> Flow {
    let found = min_cost_flow(network).expect("small numbers");
    assert_eq!(check_flow(network, &found), Ok(()), "{network:?} {found:?}");
    found
}

fn short(found: &Flow) -> Answer {
    match found.status {
        FlowStatus::Optimal { cost, .. } => Answer::Optimal(cost),
        FlowStatus::Infeasible(_) => Answer::Infeasible,
        FlowStatus::Unbounded { .. } => Answer::Unbounded,
    }
}

/// Flow, potentials and cost of a network that has an optimum.
fn optimal(network: &FlowNetwork) -> (Vec<i64>, Vec<i64>, i128) {
    match solved(network).status {
        FlowStatus::Optimal { flow, potential, cost } => (flow, potential, cost),
        other => panic!("{other:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tiny_flows_are_those_of_brute_force(shape in network_shapes(4, 6, 3)) {
        let network = NetworkShape { unlimited: 0, ..shape }.build();
        let best = brute::cheapest(&network).map_or(Answer::Infeasible, Answer::Optimal);
        prop_assert_eq!(short(&solved(&network)), best);
    }

    #[test]
    fn answers_are_those_of_cycle_cancelling(shape in network_shapes(12, 40, 20)) {
        let network = shape.build();
        prop_assert_eq!(short(&solved(&network)), answer(&network));
    }

    #[test]
    fn order_does_not_matter_and_twice_the_same_is_the_same(shape in network_shapes(30, 120, 50), seed in any::<u64>()) {
        let network = shape.build();
        let found = solved(&network);
        prop_assert_eq!(&found, &min_cost_flow(&network).expect("small numbers"));
        let mut dice = Dice(seed);
        let nodes = dice.order(network.supply.len());
        let place = |node: u32| u32::try_from(nodes[node as usize]).expect("few nodes");
        let mut other = FlowNetwork { supply: vec![0; nodes.len()], arcs: Vec::new() };
        for (node, &supply) in network.supply.iter().enumerate() {
            other.supply[nodes[node]] = supply;
        }
        for at in dice.order(network.arcs.len()) {
            let arc = network.arcs[at];
            other.arcs.push(FlowArc { from: place(arc.from), to: place(arc.to), ..arc });
        }
        prop_assert_eq!(short(&solved(&other)), short(&found));
    }

    #[test]
    fn units_and_prices_scale(shape in network_shapes(20, 80, 20), units in 2_i64..1000, price in 2_i64..1000) {
        let network = shape.build();
        let mut scaled = network.clone();
        scaled.supply.iter_mut().for_each(|supply| *supply *= units);
        for arc in &mut scaled.arcs {
            arc.lower *= units;
            arc.capacity = arc.capacity.map(|capacity| capacity * units);
            arc.cost *= price;
        }
        let scale = i128::from(units) * i128::from(price);
        let wanted = match short(&solved(&network)) {
            Answer::Optimal(cost) => Answer::Optimal(cost * scale),
            other => other,
        };
        prop_assert_eq!(short(&solved(&scaled)), wanted);
    }

    #[test]
    fn turning_an_arc_round_changes_nothing(shape in network_shapes(12, 40, 20), seed in any::<u64>()) {
        let network = shape.build();
        let mut dice = Dice(seed);
        let mut turned = network.clone();
        for arc in turned.arcs.iter_mut().filter(|_| dice.percent(50)) {
            if let Some(capacity) = arc.capacity {
                let FlowArc { from, to, lower, cost, .. } = *arc;
                *arc = FlowArc { from: to, to: from, lower: -capacity, capacity: Some(-lower), cost: -cost };
            }
        }
        prop_assert_eq!(short(&solved(&turned)), short(&solved(&network)));
    }

    #[test]
    fn spoiled_answers_are_refused(shape in network_shapes(10, 40, 20), seed in any::<u64>()) {
        let network = shape.build();
        let found = solved(&network);
        let mut dice = Dice(seed);
        let mut spoiled = found.clone();
        match &mut spoiled.status {
            FlowStatus::Optimal { flow, cost, .. } => match dice.below(3) {
                0 => *cost += 1,
                1 => flow.push(0),
                _ if flow.is_empty() => *cost -= 1,
                _ => {
                    let at = dice.index(flow.len());
                    flow[at] += 1; // breaks a balance, or the total, or on a free self-loop nothing
                    let free = network.arcs[at];
                    prop_assume!(free.from != free.to || free.cost != 0);
                }
            },
            FlowStatus::Infeasible(Infeasible::Cut { nodes, supply, room }) => match dice.below(3) {
                0 => *supply += 1,
                1 => *room -= 1,
                _ => nodes.push(nodes[0]),
            },
            FlowStatus::Unbounded { cycle, .. } => {
                cycle.pop();
                let closed = cycle.first().zip(cycle.last())
                    .is_some_and(|(&a, &b)| network.arcs[a].from == network.arcs[b].to);
                prop_assume!(!closed);
            }
            FlowStatus::Infeasible(_) => prop_assume!(false),
        }
        prop_assert!(check_flow(&network, &spoiled).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn markets_as_networks_have_the_same_optimum(shape in shapes(12, 12, 30)) {
        let transport = shape.build();
        let found = optimum(&transport).expect("small numbers");
        let (_, _, cost) = optimal(&as_network(&transport));
        prop_assert_eq!(-cost, check::worth(&transport, &found.dense(&transport)));
    }
}

/// A market as a circulation: from one node through groups, rows, columns and groups back to it.
fn as_network(transport: &Transport) -> FlowNetwork {
    let count = |length: usize| u32::try_from(length).expect("small");
    let row_group = 1;
    let row = row_group + count(transport.row_group_capacity.len());
    let column = row + count(transport.row_capacity.len());
    let column_group = column + count(transport.column_capacity.len());
    let nodes = column_group as usize + transport.column_group_capacity.len();
    let mut arcs = Vec::new();
    let mut add = |from, to, capacity, value: i64| {
        arcs.push(FlowArc { from, to, lower: 0, capacity, cost: -value });
    };
    for (group, &capacity) in (row_group..).zip(&transport.row_group_capacity) {
        add(0, group, capacity, 0);
    }
    for ((at, &group), &capacity) in (row..).zip(&transport.row_group).zip(&transport.row_capacity) {
        add(row_group + group, at, Some(capacity), 0);
    }
    for (edge, from) in check::rows(transport).into_iter().enumerate() {
        let capacity = transport.edge_capacity.as_ref().map(|capacity| capacity[edge]);
        add(row + count(from), column + transport.column[edge], capacity, transport.value[edge]);
    }
    for ((at, &group), &capacity) in (column..).zip(&transport.column_group).zip(&transport.column_capacity) {
        add(at, column_group + group, Some(capacity), 0);
    }
    for (group, &capacity) in (column_group..).zip(&transport.column_group_capacity) {
        add(group, 0, capacity, 0);
    }
    FlowNetwork { supply: vec![0; nodes], arcs }
}

#[test]
fn large_networks_are_proven() {
    let shape = NetworkShape {
        nodes: 3000,
        arcs: 30_000,
        unlimited: 10,
        negative: 0,
        bounded: 10,
        width: 1000,
        cost: 1000,
        disturbed: 0,
        seed: 11,
    };
    let found = solved(&shape.build());
    assert!(matches!(found.status, FlowStatus::Optimal { .. }));
    assert!(found.pivots < 100_000, "{} pivots", found.pivots);
    for (unlimited, negative, disturbed) in [(0, 50, 0), (20, 50, 0), (0, 10, 3000)] {
        let shape = NetworkShape { unlimited, negative, disturbed, ..shape.clone() };
        let found = solved(&shape.build());
        let wanted = match (unlimited, disturbed) {
            (0, 0) => matches!(found.status, FlowStatus::Optimal { .. }),
            (_, 0) => matches!(found.status, FlowStatus::Unbounded { .. }),
            _ => matches!(found.status, FlowStatus::Infeasible(Infeasible::Cut { .. })),
        };
        assert!(wanted, "{unlimited} {negative} {disturbed} {:?}", short(&found));
    }
}

#[test]
fn small_and_empty_networks() {
    assert_eq!(optimal(&network(&[], &[])), (vec![], vec![], 0));
    assert_eq!(optimal(&network(&[0, 0, 0], &[])), (vec![], vec![0, 0, 0], 0));
    let fixed = network(&[3, -3], &[(0, 1, 3, 3, 7)]);
    assert_eq!(optimal(&fixed).2, 21);
    let backwards = network(&[-2, 2], &[(0, 1, -5, 0, 4)]);
    assert_eq!(optimal(&backwards).0, [-2]);
}

#[test]
fn infeasible_networks_name_their_reason() {
    let reason = |network: &FlowNetwork| match solved(network).status {
        FlowStatus::Infeasible(reason) => (reason.to_string(), reason),
        other => panic!("{other:?}"),
    };
    assert_eq!(reason(&network(&[3, -4], &[])).1, Infeasible::Unbalanced { total: -1 });
    assert_eq!(
        reason(&network(&[0, 0], &[(0, 1, 0, 1, 0), (0, 1, 5, 4, 0)])).1,
        Infeasible::Bounds { arc: 1 }
    );
    let (text, cut) = reason(&network(&[4, 0, -4, 0], &[(0, 1, 0, -1, 1), (1, 2, 0, 3, 1), (3, 1, 0, 9, 1)]));
    assert_eq!(cut, Infeasible::Cut { nodes: vec![0, 1], supply: 4, room: 3 });
    assert_eq!(text, "2 nodes with a net supply of 4 can send out at most 3");
    // A lower bound that forces too much into a node.
    let (text, _) = reason(&network(&[0, 0, 0], &[(0, 1, 5, 9, 1), (1, 2, 0, 4, 1), (2, 0, 0, -1, 1)]));
    assert_eq!(text, "1 node with a net supply of 0 can send out at most -1");
    // Infeasible is told before unbounded.
    reason(&network(&[1, -1, 0, 0], &[(2, 3, 0, -1, -1), (3, 2, 0, -1, 0)]));
    reason(&network(&[1, -1], &[(0, 0, 0, -1, -1)]));
}

#[test]
fn unbounded_networks_name_a_cycle() {
    let cycle = |network: &FlowNetwork| match solved(network).status {
        FlowStatus::Unbounded { cycle, flow } => (cycle, flow),
        other => panic!("{other:?}"),
    };
    let two = network(&[2, -2, 0], &[(0, 1, 1, 5, 9), (1, 2, 0, -1, 3), (2, 1, -7, -1, -4), (0, 1, 0, 5, 9)]);
    let (mut arcs, _) = cycle(&two);
    arcs.sort_unstable();
    assert_eq!(arcs, [1, 2]);
    assert_eq!(cycle(&network(&[0], &[(0, 0, 0, -1, 1), (0, 0, 2, -1, -1)])), (vec![1], vec![0, 2]));
}

#[test]
fn huge_capacities_are_no_trouble_where_costs_are_not_negative() {
    let dear = network(&[5, -5], &[(0, 1, 0, MAX, 2), (0, 1, -7, MAX, 1), (1, 0, 0, MAX, 0)]);
    assert_eq!(optimal(&dear).2, 5);
    let far = network(&[MAX / 2 - 1, 1 - MAX / 2], &[(0, 1, 0, -1, 2), (0, 1, 0, MAX, 3)]);
    assert_eq!(optimal(&far).0, [MAX / 2 - 1, 0]);
    let refused = min_cost_flow(&network(&[MAX / 2, -(MAX / 2)], &[(0, 1, 0, -1, 2)]));
    assert!(matches!(refused, Err(SolveError::Overflow { found, .. }) if found == i128::from(MAX / 2)));
    // With negative costs what they can move counts.
    let ring = |capacity| network(&[0, 0], &[(0, 1, 0, capacity, -2), (1, 0, 0, MAX, 1)]);
    assert_eq!(optimal(&ring(MAX / 2 - 1)).2, -i128::from(MAX / 2 - 1));
    assert!(matches!(min_cost_flow(&ring(MAX / 2)), Err(SolveError::Overflow { .. })));
    assert!(matches!(min_cost_flow(&ring(-1)), Err(SolveError::Overflow { .. })));
}

#[test]
fn costs_up_to_the_stated_bound_are_exact() {
    // The dearest path through all nodes, next to an infeasibility of one unit.
    for nodes in [2_u32, 3, 10, 100] {
        let most = MAX / (2 * (i64::from(nodes) + 1));
        let path = |cost: i64, capacity: i64| {
            let arcs: Vec<_> = (1..nodes).map(|node| (node - 1, node, 0, capacity, cost)).collect();
            let mut supply = vec![0; nodes as usize];
            (supply[0], supply[nodes as usize - 1]) = (2, -2);
            network(&supply, &arcs)
        };
        let (_, potential, cost) = optimal(&path(most, 2));
        assert_eq!(cost, 2 * i128::from(most) * i128::from(nodes - 1));
        assert_eq!(potential[nodes as usize - 1], most * i64::from(nodes - 1));
        assert!(matches!(solved(&path(most, 1)).status, FlowStatus::Infeasible(_)));
        assert_eq!(optimal(&path(-most, 2)).2, -cost);
        let refused = min_cost_flow(&path(most + 1, 2)).expect_err("too large");
        let (found, most) = (i128::from(most) + 1, i128::from(most));
        assert_eq!(
            refused,
            SolveError::Overflow { what: "the largest cost (or minus the least)", found, most }
        );
    }
}

#[test]
fn numbers_at_the_edge_are_refused_or_right() {
    for arc in [(0, 1, i64::MIN, MAX, 0), (0, 1, MAX / 2, -1, 0), (0, 1, 0, 0, i64::MIN)] {
        let refused = min_cost_flow(&network(&[0, 0], &[arc]));
        assert!(matches!(refused, Err(SolveError::Overflow { .. })), "{refused:?}");
    }
    let lower = 1 - MAX / 2;
    assert_eq!(optimal(&network(&[lower, -lower], &[(0, 1, lower, MAX, 1)])).0, [lower]);
    let many = network(&[0; 3], &[(0, 1, 0, 1, MAX / 8); 9]);
    assert!(matches!(min_cost_flow(&many), Err(SolveError::Overflow { .. })));
}

#[test]
fn arcs_to_nowhere_are_refused() {
    for arc in [(0, 2, 0, 1, 0), (7, 0, 0, 1, 0)] {
        let refused = min_cost_flow(&network(&[0, 0], &[(0, 1, 0, 1, 0), arc]));
        let what = "an arc ends in a node that does not exist";
        assert_eq!(refused, Err(SolveError::Malformed { what, at: 1 }));
    }
}

#[test]
fn wrong_proofs_are_refused() {
    let network =
        network(&[3, 0, -3], &[(0, 1, 0, 5, 1), (1, 2, 0, 2, 1), (0, 2, 0, -1, 4), (2, 2, 0, -1, 0)]);
    let claim = |status| check_flow(&network, &Flow { status, pivots: 0 });
    let best = |flow: [i64; 4], potential: [i64; 3], cost| {
        claim(FlowStatus::Optimal { flow: flow.to_vec(), potential: potential.to_vec(), cost })
    };
    assert_eq!(best([2, 2, 1, 0], [0, 1, 4], 8), Ok(()));
    let spoiled = [
        best([2, 2, 1, 0], [0, 1, 4], 9),
        best([1, 1, 2, 0], [0, 1, 4], 10),
        best([3, 3, 0, 0], [0, 1, 4], 6),
        best([2, 2, 0, 0], [0, 1, 4], 4),
        best([2, 2, 1, -1], [0, 1, 4], 8),
        best([2, 2, 1, 0], [0, 2, 4], 8),
        best([2, 2, 1, 0], [0, 1, 5], 8),
        best([2, 2, 1, 0], [0, 1, 1], 8),
        claim(FlowStatus::Infeasible(Infeasible::Unbalanced { total: 0 })),
        claim(FlowStatus::Infeasible(Infeasible::Bounds { arc: 0 })),
        claim(FlowStatus::Infeasible(Infeasible::Bounds { arc: 9 })),
        claim(FlowStatus::Infeasible(Infeasible::Cut { nodes: vec![0, 2], supply: 0, room: 3 })),
        claim(FlowStatus::Infeasible(Infeasible::Cut { nodes: vec![1], supply: 0, room: 2 })),
        claim(FlowStatus::Infeasible(Infeasible::Cut { nodes: vec![9], supply: 0, room: 0 })),
        claim(FlowStatus::Unbounded { flow: vec![2, 2, 1, 0], cycle: vec![] }),
        claim(FlowStatus::Unbounded { flow: vec![2, 2, 1, 0], cycle: vec![3] }),
        claim(FlowStatus::Unbounded { flow: vec![2, 2, 1, 0], cycle: vec![2] }),
        claim(FlowStatus::Unbounded { flow: vec![2, 2, 1, 0], cycle: vec![9] }),
    ];
    for (at, result) in spoiled.iter().enumerate() {
        assert!(result.is_err(), "{at}");
    }
}
