//! Random flow networks from a shape and a seed.

use super::transports::Dice;
use lienket::solve::{FlowArc, FlowNetwork};
use proptest::prelude::*;

/// What a random network looks like. Chances are in percent.
#[derive(Debug, Clone)]
pub(crate) struct NetworkShape {
    pub(crate) nodes: usize,
    pub(crate) arcs: usize,
    /// Chance of an arc without a capacity, of a negative cost, of a lower bound that is not 0.
    pub(crate) unlimited: i64,
    pub(crate) negative: i64,
    pub(crate) bounded: i64,
    /// Bounds are at most so wide, costs at most so large.
    pub(crate) width: i64,
    pub(crate) cost: i64,
    /// Units that nodes ask for beyond what a random flow gives them: 0 makes the network feasible.
    pub(crate) disturbed: usize,
    pub(crate) seed: u64,
}

/// Shapes up to a size, of all kinds.
pub(crate) fn network_shapes(nodes: usize, arcs: usize, width: i64) -> impl Strategy<Value = NetworkShape> {
    let chance = || prop_oneof![Just(0_i64), 0..=60_i64];
    let size = (1..=nodes, 0..=arcs, 1..=width, prop_oneof![Just(1_i64), Just(5), Just(1000)]);
    let disturbed = prop_oneof![3 => Just(0_usize), 1 => 1..4_usize];
    (size, chance(), chance(), chance(), disturbed, any::<u64>()).prop_map(
        |((nodes, arcs, width, cost), unlimited, negative, bounded, disturbed, seed)| NetworkShape {
            nodes,
            arcs,
            unlimited,
            negative,
            bounded,
            width,
            cost,
            disturbed,
            seed,
        },
    )
}

impl NetworkShape {
    pub(crate) fn build(&self) -> FlowNetwork {
        let mut dice = Dice(self.seed);
        let mut supply = vec![0; self.nodes];
        let node = |dice: &mut Dice| u32::try_from(dice.index(self.nodes)).expect("few nodes");
        let mut arcs = Vec::new();
        for _ in 0..self.arcs {
            let (from, to) = (node(&mut dice), node(&mut dice));
            let lower = if dice.percent(self.bounded) { dice.below(2 * self.width) - self.width } else { 0 };
            let width = dice.below(self.width + 1);
            let unlimited = dice.percent(self.unlimited);
            let cost = dice.below(self.cost + 1) * if dice.percent(self.negative) { -1 } else { 1 };
            let units = lower + if dice.percent(50) { dice.below(width + 1) } else { 0 };
            supply[from as usize] += units;
            supply[to as usize] -= units;
            arcs.push(FlowArc { from, to, lower, capacity: (!unlimited).then_some(lower + width), cost });
        }
        for _ in 0..self.disturbed {
            let units = 1 + dice.below(self.width);
            supply[dice.index(self.nodes)] += units;
            supply[dice.index(self.nodes)] -= units;
        }
        FlowNetwork { supply, arcs }
    }
}
