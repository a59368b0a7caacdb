//! What a repair leaves when its rounds run out.

use super::{Limits, Transport, found, repair};
use crate::solve::Shared;
use crate::solve::optimum::solve;

/// Every row reaches every column, and the limits of each kind are broken by the optimum.
fn crowded(kind: i64) -> (Transport, Limits) {
    let transport = Transport {
        row_capacity: (0..12).map(|row| 3 + row % 5).collect(),
        column_capacity: (0..12).map(|column| 2 + column % 7).collect(),
        row_group: vec![0; 12],
        column_group: vec![0; 12],
        row_group_capacity: vec![None],
        column_group_capacity: vec![None],
        row_start: (0..=12).map(|row| 12 * row).collect(),
        column: (0..144).map(|edge| edge % 12).collect(),
        value: (0..144).map(|edge| 1 + edge * 37 % 50).collect(),
        edge_capacity: None,
        row_key: (1..=12).collect(),
        column_key: (101..=112).collect(),
        row_part: Vec::new(),
    };
    let mut limits = Limits::none(&transport);
    limits.lot = (0..144).map(|edge| (edge + kind) % 8).collect();
    limits.row_partners[..3].fill(Some(1));
    limits.column_partners[..3].fill(Some(1));
    limits.column_whole[9..].fill(true);
    let edges = |step: usize| (0..144).step_by(step).collect();
    limits.shared = vec![Shared { capacity: kind, edges: edges(2) }, Shared { capacity: 4, edges: edges(3) }];
    (transport, limits)
}

#[test]
fn whatever_the_rounds_leave_broken_is_cut() {
    for kind in 0..20 {
        let (transport, limits) = crowded(kind);
        let start = solve(&transport).expect("small numbers");
        assert!(found(&transport, &start.dense(&transport), &limits).len() > 5);
        for rounds in 0..4 {
            let again = |part: &Transport, _: &[usize]| solve(part).map(|optimum| optimum.flow);
            let flow =
                repair(&transport, &limits, start.dense(&transport), [&transport.value; 2], rounds, again)
                    .expect("small numbers");
            assert_eq!(found(&transport, &flow, &limits), [], "kind {kind}, {rounds} rounds");
        }
    }
}
