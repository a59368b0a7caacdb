//! Minimum-cost flow by cancelling negative cycles (Klein 1967): slow, simple, another algorithm than the one
//! it judges, and without a line of `src/solve`.

use lienket::solve::FlowNetwork;

/// What there is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Optimal(i128),
    Infeasible,
    Unbounded,
}

const MUCH: i128 = 1 << 100;

/// Arc `2k` and its reverse `2k + 1`: ends, room, cost.
struct Residual {
    nodes: usize,
    arcs: Vec<(usize, usize, i128, i128)>,
}

impl Residual {
    fn add(&mut self, from: usize, to: usize, room: i128, cost: i64) {
        self.arcs.push((from, to, room, cost.into()));
        self.arcs.push((to, from, 0, -i128::from(cost)));
    }

    /// A cycle of negative cost among the arcs with more room than `least`, by Bellman and Ford.
    fn negative_cycle(&self, least: i128) -> Option<Vec<usize>> {
        let mut distance = vec![0_i128; self.nodes];
        let mut last = vec![usize::MAX; self.nodes];
        let mut changed = None;
        for _ in 0..=self.nodes {
            changed = None;
            for (at, &(from, to, room, cost)) in self.arcs.iter().enumerate() {
                if room > least && distance[from] + cost < distance[to] {
                    distance[to] = distance[from] + cost;
                    last[to] = at;
                    changed = Some(to);
                }
            }
            changed?;
        }
        let mut node = changed?;
        for _ in 0..self.nodes {
            node = self.arcs[last[node]].0; // now on the cycle
        }
        let (start, mut cycle) = (node, Vec::new());
        loop {
            cycle.push(last[node]);
            node = self.arcs[last[node]].0;
            if node == start {
                return Some(cycle);
            }
        }
    }

    fn push(&mut self, cycle: &[usize]) {
        let amount = cycle.iter().map(|&at| self.arcs[at].2).min().expect("not empty");
        for &at in cycle {
            self.arcs[at].2 -= amount;
            self.arcs[at ^ 1].2 += amount;
        }
    }
}

/// The answer for a network of small numbers.
pub(crate) fn answer(network: &FlowNetwork) -> Answer {
    let nodes = network.supply.len();
    let mut supply: Vec<i128> = network.supply.iter().map(|&supply| supply.into()).collect();
    let mut residual = Residual { nodes: nodes + 1, arcs: Vec::new() };
    let mut at_lower = 0;
    for arc in &network.arcs {
        let room = arc.capacity.map_or(MUCH, |capacity| i128::from(capacity) - i128::from(arc.lower));
        if room < 0 {
            return Answer::Infeasible;
        }
        residual.add(arc.from as usize, arc.to as usize, room, 0);
        supply[arc.from as usize] -= i128::from(arc.lower);
        supply[arc.to as usize] += i128::from(arc.lower);
        at_lower += i128::from(arc.lower) * i128::from(arc.cost);
    }
    if supply.iter().sum::<i128>() != 0 {
        return Answer::Infeasible;
    }
    // As much as possible round cycles through one more node, each unit out of it worth 1: feasible if all goes.
    for (node, &supply) in supply.iter().enumerate() {
        if supply > 0 {
            residual.add(nodes, node, supply, -1);
        } else {
            residual.add(node, nodes, -supply, 0);
        }
    }
    while let Some(cycle) = residual.negative_cycle(0) {
        residual.push(&cycle);
    }
    let own = 2 * network.arcs.len();
    if residual.arcs[own..].iter().step_by(2).any(|arc| arc.2 > 0) {
        return Answer::Infeasible;
    }
    // The network alone, with its costs.
    residual.arcs.truncate(own);
    for (pair, arc) in residual.arcs.chunks_mut(2).zip(&network.arcs) {
        (pair[0].3, pair[1].3) = (arc.cost.into(), -i128::from(arc.cost));
    }
    if residual.negative_cycle(MUCH / 2).is_some() {
        return Answer::Unbounded;
    }
    while let Some(cycle) = residual.negative_cycle(0) {
        residual.push(&cycle);
    }
    let forward = residual.arcs.chunks(2);
    Answer::Optimal(at_lower + forward.map(|pair| pair[1].2 * pair[0].3).sum::<i128>())
}
