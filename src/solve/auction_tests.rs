//! From an auction to the optimum, on networks far smaller than those that are auctioned.

#![expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small numbers of tests")]

use super::flow;
use crate::solve::component::Split;
use crate::solve::layout::Layout;
use crate::solve::network::{NONE, Network};
use crate::solve::optimum::{Optimum, Share, after_auction, assemble, conclude, in_parallel, solve};
use crate::solve::pricing::Menu;
use crate::solve::transport::Transport;

/// Anything goes: groups that bind, capacities that come out even, nodes without any.
fn transport(seed: u64) -> Transport {
    let mut state = seed;
    let mut below = |n: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % n
    };
    let (rows, columns) = (1 + below(40), 1 + below(30));
    let (row_groups, column_groups) = (1 + below(rows), 1 + below(columns));
    let (most, values, density) = (1 + below(9), [2, 10, 1_000_000][below(3) as usize], 1 + below(4));
    let mut numbers =
        |count: u64, n: u64| -> Vec<i64> { (0..count).map(|_| below(n).cast_signed()).collect() };
    let mut transport = Transport {
        row_capacity: numbers(rows, most + 1),
        column_capacity: numbers(columns, 2 * most + 1),
        row_group: numbers(rows, row_groups).into_iter().map(|group| group as u32).collect(),
        column_group: numbers(columns, column_groups).into_iter().map(|group| group as u32).collect(),
        row_group_capacity: numbers(row_groups, 3 * most).into_iter().map(|limit| Some(limit + 1)).collect(),
        column_group_capacity: numbers(column_groups, 3 * most).into_iter().map(Some).collect(),
        row_start: vec![0],
        row_key: (0..rows).map(|row| row.wrapping_mul(0x9e37_79b9_7f4a_7c15)).collect(),
        column_key: (0..columns).map(|column| (column + 999).wrapping_mul(0xbf58_476d_1ce4_e5b9)).collect(),
        ..Transport::default()
    };
    for _ in 0..rows {
        transport.column.extend((0..columns).filter(|_| below(density) == 0).map(|column| column as u32));
        transport.row_start.push(transport.column.len());
    }
    transport.value = transport.column.iter().map(|_| below(values).cast_signed()).collect();
    transport
}

/// The flow of every auction breaks no limit.
fn feasible(network: &Network<i32>, flow: &[(u32, u32, i64)]) {
    let mut through = vec![0; network.nodes()];
    for &(row, column, units) in flow {
        assert!(units > 0 && network.value_of(row, column).is_some());
        through[row as usize] += units;
        through[column as usize] += units;
    }
    for (u, &group) in network.group.iter().enumerate().filter(|(_, group)| **group != NONE) {
        through[group as usize] += through[u];
    }
    assert!(through.iter().zip(&network.capacity).all(|(units, capacity)| units <= capacity));
}

fn by_auction(transport: &Transport) -> Optimum {
    let split = Split::of(transport);
    let layout = Layout::<i32>::of(transport, &split);
    let shares = in_parallel(&split, |at| {
        let component = &split.components[at];
        let network = Network::of(transport, &split, &layout, component, &component.whole());
        let sold = flow(&network, layout.most);
        feasible(&network, &sold);
        let mut simplex = after_auction(&network, layout.most);
        let worth = |flow: &[(u32, u32, i64)]| -> i64 {
            flow.iter()
                .map(|&(row, column, units)| network.value_of(row, column).expect("an edge") * units)
                .sum()
        };
        // The tree loses nothing.
        assert!(worth(&simplex.flow().collect::<Vec<_>>()) >= worth(&sold));
        simplex.run(&Menu::all(&network))?;
        let ended = conclude(&network, simplex)?;
        Ok(Share::of(transport, component, &network, &ended))
    });
    assemble(transport, &split, &shares.expect("small numbers"))
}

#[test]
fn the_end_is_the_optimum_all_the_same() {
    for seed in 0..4000 {
        let transport = transport(seed);
        transport.check().expect("well formed");
        let expected = solve(&transport).expect("small numbers");
        let found = by_auction(&transport);
        assert_eq!(Optimum { pivots: expected.pivots, ..found }, expected, "seed {seed}");
    }
}

#[test]
fn few_pivots_are_left() {
    let mut state = 1_u64;
    let mut below = |n: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % n
    };
    let mut capacities =
        |count: u64, n: u64| -> Vec<i64> { (0..count).map(|_| 1 + below(n).cast_signed()).collect() };
    let (rows, columns) = (600, 400);
    let mut transport = Transport {
        row_capacity: capacities(rows, 1000),
        column_capacity: capacities(columns, 1500),
        row_group: vec![0; 600],
        column_group: vec![0; 400],
        row_group_capacity: vec![None],
        column_group_capacity: vec![None],
        row_key: (0..rows).collect(),
        column_key: (1_000_000..1_000_000 + columns).collect(),
        row_start: (0..=600).map(|row| 40 * row).collect(),
        ..Transport::default()
    };
    for _ in 0..rows {
        let first = below(10);
        transport.column.extend((0..40).map(|at| (first + 10 * at) as u32));
        transport.value.extend((0..40).map(|_| below(1_000_000).cast_signed()));
    }
    let rest = solve(&transport).expect("small numbers");
    let found = by_auction(&transport);
    assert_eq!(found.flow, rest.flow);
    assert!(found.pivots * 3 < rest.pivots, "{} and {}", found.pivots, rest.pivots);
}
