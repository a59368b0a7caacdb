//! Published instances give their published optima: the test suites and manuals of LEMON, networkx and OR-Tools.

use lienket::solve::{FlowArc, FlowNetwork, FlowStatus, SolveError, check_flow, min_cost_flow};

/// No capacity.
const NONE: i64 = -1;

/// What is published of an instance.
#[derive(Debug, PartialEq, Eq)]
enum Published {
    Optimum(i128),
    Infeasible,
    Unbounded,
}
use Published::{Infeasible, Optimum, Unbounded};

/// Arcs as (from, to, lower, capacity or [`NONE`], cost), nodes counted from `first`.
fn network(first: u32, supply: &[i64], arcs: &[(u32, u32, i64, i64, i64)]) -> FlowNetwork {
    let arc = |&(from, to, lower, capacity, cost): &_| {
        let capacity = (capacity != NONE).then_some(capacity);
        FlowArc { from: from - first, to: to - first, lower, capacity, cost }
    };
    FlowNetwork { supply: supply.to_vec(), arcs: arcs.iter().map(arc).collect() }
}

/// The answer, checked, and the flow if it is optimal.
fn answer(network: &FlowNetwork) -> (Published, Vec<i64>) {
    let found = min_cost_flow(network).expect("small numbers");
    assert_eq!(check_flow(network, &found), Ok(()));
    match found.status {
        FlowStatus::Optimal { cost, flow, .. } => (Optimum(cost), flow),
        FlowStatus::Infeasible(_) => (Infeasible, Vec::new()),
        FlowStatus::Unbounded { .. } => (Unbounded, Vec::new()),
    }
}

fn gives(network: &FlowNetwork, published: &Published) {
    assert_eq!(&answer(network).0, published, "{network:?}");
}

/// LEMON 1.3, `test/min_cost_flow_test.cc`: ends, cost, capacity, three lower bounds of each arc.
const LEMON: [(u32, u32, i64, i64, [i64; 3]); 21] = [
    (1, 2, 70, 11, [0, 8, 8]),
    (1, 3, 150, 3, [0, 1, 0]),
    (1, 4, 80, 15, [0, 2, 2]),
    (2, 8, 80, 12, [0, 0, 0]),
    (3, 5, 140, 5, [0, 3, 1]),
    (4, 6, 60, 10, [0, 1, 0]),
    (4, 7, 80, 2, [0, 0, 0]),
    (4, 8, 110, 3, [0, 0, 0]),
    (5, 7, 60, 14, [0, 0, 0]),
    (5, 11, 120, 12, [0, 0, 0]),
    (6, 3, 0, 3, [0, 0, 0]),
    (6, 9, 140, 4, [0, 0, 0]),
    (6, 10, 90, 8, [0, 0, 0]),
    (7, 1, 30, 5, [0, 0, -5]),
    (8, 12, 60, 16, [0, 4, 3]),
    (9, 12, 50, 6, [0, 0, 0]),
    (10, 12, 70, 13, [0, 5, 2]),
    (10, 2, 100, 7, [0, 0, 0]),
    (10, 7, 60, 10, [0, 0, -3]),
    (11, 10, 20, 14, [0, 6, -20]),
    (12, 11, 30, 10, [0, 0, -10]),
];

/// The supplies of that file.
const LEMON_SUPPLY: [[i64; 12]; 6] = [
    [20, -4, 0, 0, 9, -6, 0, 0, 3, -2, 0, -20],
    [27, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -27],
    [0; 12],
    [30, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -30],
    [20, -8, 0, 0, 6, -5, 0, 0, 0, -7, -10, -30],
    [30, -3, 0, 0, 11, -6, 0, 3, 0, -2, 0, -20],
];

/// What balances must be: exact, or with more or less leaving a node than it is supplied with.
#[derive(Clone, Copy)]
enum Balance {
    Exact,
    AtLeast,
    AtMost,
}

/// Adds a node that gives (or takes) the difference where balances are not exact.
fn relaxed(mut network: FlowNetwork, balance: Balance) -> FlowNetwork {
    let rest = u32::try_from(network.supply.len()).expect("small");
    let total: i64 = network.supply.iter().sum();
    let arc = |from, to| FlowArc { from, to, lower: 0, capacity: None, cost: 0 };
    match balance {
        Balance::Exact => return network,
        Balance::AtLeast => network.arcs.extend((0..rest).map(|node| arc(rest, node))),
        Balance::AtMost => network.arcs.extend((0..rest).map(|node| arc(node, rest))),
    }
    network.supply.push(-total);
    network
}

#[test]
fn lemon() {
    use Balance::{AtLeast, AtMost, Exact};
    // Lower bounds, whether the capacities and costs of the file hold (else none, and 1), supplies.
    let instance = |lower: usize, capacities: bool, costs: bool, supply: usize, balance| {
        let arcs: Vec<_> = LEMON
            .iter()
            .map(|&(from, to, cost, capacity, lowers)| {
                let capacity = if capacities { capacity } else { NONE };
                (from, to, lowers[lower - 1], capacity, if costs { cost } else { 1 })
            })
            .collect();
        relaxed(network(1, &LEMON_SUPPLY[supply - 1], &arcs), balance)
    };
    gives(&instance(1, true, true, 1, Exact), &Optimum(5240));
    gives(&instance(1, true, true, 2, Exact), &Optimum(7620));
    gives(&instance(2, true, true, 1, Exact), &Optimum(5970));
    gives(&instance(2, true, true, 2, Exact), &Optimum(8010));
    gives(&instance(1, false, false, 1, Exact), &Optimum(74));
    gives(&instance(2, false, false, 2, Exact), &Optimum(94));
    gives(&instance(1, false, false, 3, Exact), &Optimum(0));
    gives(&instance(2, true, false, 3, Exact), &Infeasible);
    gives(&instance(3, true, true, 4, Exact), &Optimum(6360));
    gives(&instance(1, true, true, 5, AtLeast), &Optimum(3530));
    gives(&instance(2, true, true, 5, AtLeast), &Optimum(4540));
    gives(&instance(2, true, true, 6, AtLeast), &Infeasible);
    gives(&instance(1, true, true, 6, AtMost), &Optimum(5080));
    gives(&instance(2, true, true, 6, AtMost), &Optimum(5930));
    gives(&instance(2, true, true, 5, AtMost), &Infeasible);
}

#[test]
fn lemon_with_negative_costs() {
    let instance = |second_lower: bool, capacity: i64| {
        let lower = |units| if second_lower { units } else { 0 };
        let arcs = [
            (1, 2, 0, capacity, 100),
            (1, 3, 0, capacity, 30),
            (2, 4, 0, capacity, 20),
            (3, 4, 0, capacity, 80),
            (3, 2, 0, capacity, 50),
            (5, 3, 0, capacity, 10),
            (5, 6, lower(1000), capacity, 80),
            (6, 7, lower(-1000), capacity, 30),
            (7, 5, 0, capacity, -120),
        ];
        network(1, &[100, 0, 0, -100, 0, 0, 0], &arcs)
    };
    gives(&instance(false, NONE), &Unbounded);
    gives(&instance(false, 5000), &Optimum(-40000));
    gives(&instance(true, NONE), &Unbounded);
    for capacity in [NONE, 1000] {
        let one = network(1, &[100, -300], &[(1, 2, 0, capacity, -1)]);
        gives(&relaxed(one, Balance::AtLeast), &Optimum(-300));
    }
    gives(&FlowNetwork::default(), &Optimum(0));
}

/// networkx 3, `algorithms/flow/tests/test_mincost.py` and `test_networksimplex.py`.
#[test]
#[expect(clippy::many_single_char_names, reason = "the names of the published nodes")]
fn networkx() {
    // test_simple_digraph, test_transshipment, test_digraph1: optimum and flow
    let arcs = [(0, 1, 0, 4, 3), (0, 2, 0, 10, 6), (1, 3, 0, 9, 1), (2, 3, 0, 5, 2)];
    assert_eq!(answer(&network(0, &[5, 0, 0, -5], &arcs)), (Optimum(24), vec![4, 1, 4, 1]));
    let (a, b, c, d, e, f, g, h, r) = (0, 1, 2, 3, 4, 5, 6, 7, 8);
    let arcs = [
        (a, c, 3, 0),
        (r, a, 2, 1),
        (b, a, 9, 0),
        (r, c, 0, 1),
        (b, r, -6, 2),
        (c, d, 5, 3),
        (e, r, 4, 3),
        (e, f, 3, 1),
        (h, b, 4, 0),
        (f, d, 7, 0),
        (f, h, 12, 2),
        (g, d, 12, 0),
        (f, g, -1, 3),
        (h, g, -10, 0),
    ];
    let flow: Vec<i64> = arcs.iter().map(|arc| arc.3).collect();
    let arcs = arcs.map(|(from, to, cost, _)| (from, to, 0, NONE, cost));
    let supply = [-1, 2, 2, -3, 4, 4, -3, -2, -3];
    assert_eq!(answer(&network(0, &supply, &arcs)), (Optimum(41), flow));
    let arcs = [
        (1, 2, 0, 15, 4),
        (1, 3, 0, 8, 4),
        (2, 3, 0, NONE, 2),
        (2, 4, 0, 4, 2),
        (2, 5, 0, 10, 6),
        (3, 4, 0, 15, 1),
        (3, 5, 0, 5, 3),
        (4, 5, 0, NONE, 2),
        (5, 3, 0, 4, 1),
    ];
    let flow = vec![12, 8, 8, 4, 0, 11, 5, 10, 0];
    assert_eq!(answer(&network(1, &[20, 0, 0, -5, -15], &arcs)), (Optimum(150), flow));

    // test_max_flow_min_cost, test_digraph2, test_digraph3: the greatest flow by an arc back of cost −100
    let (s, a, b, c, d, t) = (0, 1, 2, 3, 4, 5);
    let arcs = [
        (s, a, 0, 6, 0),
        (s, c, 0, 10, 10),
        (a, b, 0, NONE, 6),
        (b, d, 0, 8, 7),
        (c, d, 0, NONE, 10),
        (d, t, 0, 5, 5),
        (t, s, 0, NONE, -100),
    ];
    assert_eq!(answer(&network(0, &[0; 6], &arcs)), (Optimum(-410), vec![5, 0, 5, 5, 0, 5, 5]));
    let t = 7;
    let arcs = [
        (0, 1, 0, 12, 0),
        (0, 2, 0, 6, 0),
        (0, 3, 0, 14, 0),
        (1, 2, 0, 11, 4),
        (2, 3, 0, 9, 6),
        (1, 4, 0, 5, 5),
        (1, 5, 0, 2, 12),
        (2, 5, 0, 4, 4),
        (2, 6, 0, 2, 6),
        (3, 6, 0, 31, 3),
        (4, 5, 0, 18, 4),
        (5, 6, 0, 9, 5),
        (4, t, 0, 3, 0),
        (5, t, 0, 7, 0),
        (6, t, 0, 22, 0),
        (t, 0, 0, NONE, -100),
    ];
    let flow = vec![12, 6, 14, 6, 6, 5, 1, 4, 2, 20, 2, 0, 3, 7, 22, 32];
    assert_eq!(answer(&network(0, &[0; 8], &arcs)), (Optimum(-3007), flow));
    let (s, a, b, t) = (0, 1, 2, 3);
    let arcs = [
        (s, a, 0, 2, 4),
        (s, b, 0, 2, 1),
        (a, b, 0, 5, 2),
        (a, t, 0, 1, 5),
        (b, a, 0, 1, 3),
        (b, t, 0, 3, 2),
        (t, s, 0, NONE, -100),
    ];
    assert_eq!(answer(&network(0, &[0; 4], &arcs)), (Optimum(-377), vec![2, 2, 1, 1, 0, 3, 4]));
}

/// The odd ones among the same tests.
#[test]
#[expect(clippy::many_single_char_names, reason = "the names of the published nodes")]
fn networkx_corner_cases() {
    // test_zero_capacity_edges, test_digon, test_bone_shaped, test_multidigraph
    let arcs = [
        (1, 2, 0, 1, 1),
        (1, 5, 0, 1, 1),
        (2, 3, 0, 0, 1),
        (2, 5, 0, 1, 1),
        (5, 3, 0, 2, 1),
        (5, 4, 0, 0, 1),
        (3, 4, 0, 2, 1),
    ];
    assert_eq!(answer(&network(1, &[1, 1, 0, -2, 0], &arcs)), (Optimum(6), vec![0, 1, 0, 1, 2, 0, 2]));
    let digon = |there, capacity| {
        let arcs = [(1, 2, 0, capacity, there), (2, 1, 0, 2, 0), (2, 3, 0, 5, 714_285), (3, 2, 0, 2, 0)];
        network(1, &[0, 4, -4], &arcs)
    };
    assert_eq!(answer(&digon(600_000, 3)), (Optimum(2_857_140), vec![0, 0, 4, 0]));
    let arcs = [(0, 1, 0, 4, 0), (0, 2, 0, 4, 0), (4, 3, 0, 4, 0), (5, 3, 0, 4, 0), (0, 3, 0, 0, 0)];
    assert_eq!(answer(&network(0, &[4, -2, -2, -4, 2, 2], &arcs)), (Optimum(0), vec![2, 2, 2, 2, 0]));
    assert_eq!(answer(&network(0, &[0; 3], &[(0, 1, 0, 1, 0), (1, 2, 0, 2, 0)])), (Optimum(0), vec![0, 0]));

    // test_sum_demands_not_zero, test_no_flow_satisfying_demands, test_deadend, test_no_residual_edges_infeasible
    let (s, a, b, c, d, t) = (0, 1, 2, 3, 4, 5);
    let arcs = [
        (s, a, 0, 3, 1),
        (a, b, 0, NONE, 3),
        (a, c, 0, NONE, -6),
        (b, d, 0, NONE, 1),
        (c, d, 0, NONE, -2),
        (d, t, 0, 3, 1),
    ];
    gives(&network(0, &[5, 0, 0, 0, 0, -4], &arcs), &Infeasible);
    gives(&network(0, &[5, 0, 0, 0, 0, -5], &arcs), &Infeasible);
    gives(&network(0, &[3, 0, 0, 0, 0, -3], &arcs), &Optimum(3 - 18 - 6 + 3));
    let arcs = [(0, 2, 0, 20, 1), (0, 3, 0, 20, 1), (2, 1, 0, 20, 1)];
    gives(&network(0, &[0, 0, 0, -13, 13], &arcs), &Infeasible);
    gives(&network(0, &[-1, 1], &[(1, 0, 0, 0, 1)]), &Infeasible);
    gives(&network(0, &[-1, 1], &[]), &Infeasible);

    // test_negcycle_infcap: infeasible and with a free cycle; networkx's network_simplex says the former
    let arcs = [
        (s, a, 0, 3, 1),
        (a, b, 0, NONE, 3),
        (c, a, 0, NONE, -6),
        (b, d, 0, NONE, 1),
        (d, c, 0, NONE, -2),
        (d, t, 0, 3, 1),
    ];
    gives(&network(0, &[5, 0, 0, 0, 0, -5], &arcs), &Infeasible);
    gives(&network(0, &[3, 0, 0, 0, 0, -3], &arcs), &Unbounded);

    // test_infinite_capacity_neg_digon (its arc back is unlimited), test_finite_capacity_neg_digon
    let arcs = [(1, 2, 0, NONE, -600), (2, 1, 0, NONE, 0), (2, 3, 0, 5, 714_285), (3, 2, 0, 2, 0)];
    gives(&network(1, &[0, 4, -4], &arcs), &Unbounded);
    assert_eq!(
        answer(&network(0, &[0, 0], &[(0, 1, 0, 1, -1), (1, 0, 0, 1, -1)])),
        (Optimum(-2), vec![1, 1])
    );

    // test_negative_selfloops, test_network_simplex_exceeding_faux_infinity
    gives(&network(0, &[0], &[(0, 0, 0, NONE, -1)]), &Unbounded);
    gives(&network(0, &[0], &[(0, 0, 0, NONE, -1), (0, 0, 0, NONE, 1)]), &Unbounded);
    assert_eq!(answer(&network(0, &[0], &[(0, 0, 0, 2, -1)])), (Optimum(-2), vec![2]));
    let two = [(0, 0, 0, 2, -1), (0, 0, 0, NONE, 1)];
    assert_eq!(answer(&network(0, &[0], &two)), (Optimum(-2), vec![2, 0]));
    let ring = [(0, 1, 0, NONE, -5), (1, 2, 0, NONE, -5), (2, 0, 0, NONE, -5)];
    gives(&network(0, &[0; 3], &ring), &Unbounded);
    // test_exceptions: a negative capacity
    gives(&network(0, &[0, 0], &[(0, 1, 0, -2, 0)]), &Infeasible);
}

/// OR-Tools' manual (developers.google.com/optimization/flow) and its samples.
#[test]
fn or_tools_manual() {
    // simple_min_cost_flow_program, and the variant of networkx's test_google_or_tools_example2
    let mut arcs = vec![
        (0, 1, 0, 15, 4),
        (0, 2, 0, 8, 4),
        (1, 2, 0, 20, 2),
        (1, 3, 0, 4, 2),
        (1, 4, 0, 10, 6),
        (2, 3, 0, 15, 1),
        (2, 4, 0, 4, 3),
        (3, 4, 0, 20, 2),
        (4, 2, 0, 5, 3),
    ];
    gives(&network(0, &[20, 0, 0, -5, -15], &arcs), &Optimum(150));
    arcs.push((3, 5, 0, 10, 4));
    gives(&network(0, &[23, 0, 0, -5, -15, -3], &arcs), &Optimum(183));

    // assignment_min_flow: 4 workers, 4 tasks; balance_min_flow: two teams of 3 with 2 tasks each
    let cost = [
        [90, 76, 75, 70],
        [35, 85, 55, 65],
        [125, 95, 90, 105],
        [45, 110, 95, 115],
        [60, 105, 80, 75],
        [45, 65, 110, 95],
    ];
    let (first_task, sink) = (7, 11);
    let work = |workers: u32, boss: &dyn Fn(u32) -> u32| {
        let mut arcs = Vec::new();
        for worker in 1..=workers {
            arcs.push((boss(worker), worker, 0, 1, 0));
            let costs = cost[worker as usize - 1];
            arcs.extend((first_task..sink).zip(costs).map(|(task, cost)| (worker, task, 0, 1, cost)));
        }
        arcs.extend((first_task..sink).map(|task| (task, sink, 0, 1, 0)));
        arcs
    };
    let mut supply = [0; 14];
    (supply[0], supply[sink as usize]) = (4, -4);
    gives(&network(0, &supply, &work(4, &|_| 0)), &Optimum(265));
    let mut teams = work(6, &|worker| 12 + (worker + 1) % 2);
    teams.extend([(0, 12, 0, 2, 0), (0, 13, 0, 2, 0)]);
    gives(&network(0, &supply, &teams), &Optimum(250));
}

/// OR-Tools 9, `ortools/graph/min_cost_flow_test.cc`.
#[test]
fn or_tools_tests() {
    let grid = |cost: [i64; 12], capacity: i64| {
        let arc = |(at, cost): (u32, i64)| (at / 4, 3 + at % 4, 0, capacity, cost);
        let arcs: Vec<_> = (0..).zip(cost).map(arc).collect();
        network(0, &[20, 10, 25, -11, -13, -17, -14], &arcs)
    };
    // CapacityRange, Test2, Test3, InfeasibleProblem
    let cost = [1, 6, 3, 5, 7, 3, 1, 6, 9, 4, 5, 3];
    for capacity in [100, i64::MAX / 4] {
        let flow = vec![11, 0, 9, 0, 0, 2, 8, 0, 0, 11, 0, 14];
        assert_eq!(answer(&grid(cost, capacity)), (Optimum(138), flow));
    }
    let cost = [0, 0, 1, 1, 1, 1, 0, 1, 0, 1, 0, 0];
    gives(&grid(cost, 100), &Optimum(0));
    gives(&grid(cost, 1), &Infeasible);
    // Test1, NegativeCost, NegativeCostWithLoop
    gives(&network(0, &[12, -12], &[(0, 1, 0, 20, 10)]), &Optimum(120));
    let mut arcs = vec![(0, 1, 0, 10, -10), (1, 2, 0, 10, -10)];
    gives(&network(0, &[8, 0, -8], &arcs), &Optimum(-160));
    arcs.extend([(2, 0, 0, 10, -10), (0, 3, 0, 10, -10)]);
    gives(&network(0, &[8, 0, 0, -8], &arcs), &Optimum(-380));
    // Small4x4Matrix
    let cost = [[90, 75, 75, 80], [35, 85, 55, 65], [125, 95, 90, 105], [45, 110, 95, 115]];
    let pair = |(at, cost): (u32, &i64)| (at / 4, 4 + at % 4, 0, 1, *cost);
    let arcs: Vec<_> = (0..).zip(cost.as_flattened()).map(pair).collect();
    gives(&network(0, &[1, 1, 1, 1, -1, -1, -1, -1], &arcs), &Optimum(275));
    // SelfLoop, SelfLoopWithNegativeCost
    for (cost, optimum) in [(0, 0), (-10, -100)] {
        let arcs =
            [(0, 0, 0, 10, 0), (0, 1, 0, 10, 0), (1, 1, 0, 10, cost), (1, 2, 0, 10, 0), (2, 2, 0, 10, 0)];
        gives(&network(0, &[8, 0, -8], &arcs), &Optimum(optimum));
    }
    // SelfLoop of the generic solver, OverflowPrevention2: what OR-Tools gives up on is exact here, or refused
    let looped = |cost| network(0, &[0], &[(0, 0, 0, i64::MAX - 1, cost)]);
    gives(&looped(-(i64::MAX / 4)), &Optimum(-i128::from(i64::MAX / 4) * i128::from(i64::MAX - 1)));
    let refused = min_cost_flow(&looped(1 - i64::MAX));
    assert!(matches!(refused, Err(SolveError::Overflow { .. })));
    // TotalFlowCostOverflow: the total does not fit in 64 bits
    let units = 1 << 61;
    gives(&network(0, &[units, -units], &[(0, 1, 0, units, 10)]), &Optimum(10 << 61));
    // CapacityTooLarge
    let large = 3_184_525_836_262_886_912;
    let mut arcs: Vec<_> = (1..=5).map(|node| (node, node - 1, 0, large, 0)).collect();
    arcs.push((0, 5, 0, 1025, 0));
    arcs.extend((1..=4).map(|node| (node, 5, 0, large + 2, 0)));
    let supply = [-3_184_525_836_262_885_888, 1, 1, 1, 1, 3_184_525_836_262_885_884];
    gives(&network(0, &supply, &arcs), &Optimum(0));
}
