//! The primal network simplex with an artificial root, on strongly feasible trees.
//!
//! **Problem.** Given supplies that cancel and arcs `0 <= y <= width` with costs (`reduced`), find the
//! cheapest flow, a cycle that gains for ever, or supplies that cannot leave.
//!
//! **Start.** A root is added, and for every node `u` an artificial arc that carries its supply: `u → root`
//! if `b(u) >= 0`, else `root → u`. That tree is strongly feasible (`tree`) as it stands.
//!
//! **Infeasibility first, exactly.** Artificial arcs cost `M`, which must outweigh everything: the order
//! wanted is that of the pair (units on artificial arcs, cost). Let `C` be the largest `|cost|` and `n` the
//! number of nodes. The cycle that an arc closes with the tree has at most `n` arcs that are not artificial,
//! so its cost without the artificial ones is at most `nC` either way; of artificial ones there are none or
//! two, in opposite senses (which cancel) or in the same (`±2M`). So `M = ⌊nC/2⌋ + 1` orders all cycles as
//! the pair would, there is nothing to tune, and numbers stay small: with `2(n + 1)C <= i64::MAX` all
//! potentials, their differences and reduced costs fit in 64 bits (at most `2nC + 2`).
//!
//! **Potentials** are those of `pricing`: what one more unit at a node is worth, 0 at the root; an arc gains
//! `p(to) − p(from) − cost` a unit.
//!
//! **Invariant.** As in `crate::solve`'s other simplex: arcs outside the tree are empty or full, balances
//! hold, tree arcs gain 0, the tree is strongly feasible; so no sequence of pivots repeats a tree. Artificial
//! arcs that left the tree are empty and never come back.
//!
//! **End.** No arc gains. If all artificial arcs are empty the flow is optimal. If not, take a node whose
//! supply still goes to the root, and all that can be reached from it along arcs with room: every arc that
//! leaves this set is full, every arc that enters it is empty, and no node in it is still owed a unit (a
//! path to one would be a cycle that saves `2M`). So the set has more supply than can leave it.
//!
//! **Ray.** A cycle of a pivot with more room than any basic flow (`reduced`) consists of unlimited arcs.
//!
//! **Complexity.** As of the other simplex: a search, the cycle, the part of the tree that moves; block
//! search with the same pace. The loop is bounded by `1000 · (nodes + arcs) + 1000` pivots.

use crate::solve::error::SolveError;
use crate::solve::network::{NONE, UNLIMITED};
use crate::solve::pace::Pace;
use crate::solve::transport::number;
use crate::solve::tree::{Cycle, Tree};

/// An arc `0 <= y <= width` between two different nodes; the width is positive.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arc {
    pub(super) from: u32,
    pub(super) to: u32,
    pub(super) cost: i64,
    pub(super) width: i64,
}

/// How it ended.
#[derive(Debug)]
pub(super) enum End {
    /// The cheapest flow, and potentials with 0 at the first node.
    Flow { flow: Vec<i64>, potential: Vec<i64> },
    /// A closed walk of unlimited arcs that gains.
    Ray(Vec<u32>),
    /// Nodes with more supply than can leave them, ascending.
    Stuck { nodes: Vec<u32> },
}

/// Where an arc outside the tree stands; the sign its gain is taken with.
const EMPTY: i8 = 1;
const FULL: i8 = -1;
const IN_TREE: i8 = 0;

/// A flow as a tree and the arcs outside it that are full.
#[derive(Debug)]
pub(super) struct Simplex<'network> {
    arcs: &'network [Arc],
    state: Vec<i8>,
    tree: Tree,
    root: u32,
    /// Whether the artificial arc of each node runs to the root.
    rises: Vec<bool>,
    potential: Vec<i64>,
    pub(super) pivots: u64,
}

impl Simplex<'_> {
    /// All supplies go to the root, all demands are met from there.
    pub(super) fn at_rest<'network>(excess: &[i64], arcs: &'network [Arc]) -> Simplex<'network> {
        let root = number(excess.len());
        let largest = arcs.iter().map(|arc| arc.cost.abs()).max().unwrap_or(0);
        let penalty = i128::from(largest) * i128::from(root) / 2 + 1;
        let penalty = i64::try_from(penalty).expect("costs are checked");
        let mut tree = Tree::root_alone(excess.len() + 1, root);
        let mut potential = Vec::with_capacity(excess.len() + 1);
        for (u, &excess) in (0..).zip(excess) {
            let (units, rest) = (excess.abs(), UNLIMITED - excess.abs());
            let rises = excess >= 0;
            let (up, down) = if rises { (rest, units) } else { (units, rest) };
            tree.plant(u, root, NONE, up, down);
            potential.push(if rises { -penalty } else { penalty });
        }
        potential.push(0);
        Simplex {
            arcs,
            state: vec![EMPTY; arcs.len()],
            tree,
            root,
            rises: excess.iter().map(|&excess| excess >= 0).collect(),
            potential,
            pivots: 0,
        }
    }

    /// Pivots until no arc gains.
    pub(super) fn run(&mut self) -> Result<End, SolveError> {
        let size = (self.potential.len() + self.arcs.len()) as u64;
        let limit = size.saturating_mul(1000).saturating_add(1000);
        let mut pace = Pace::new(self.arcs.len());
        while let Some(entering) = self.search(&mut pace) {
            if self.pivots == limit {
                return Err(SolveError::PivotLimit { pivots: self.pivots });
            }
            self.pivots += 1;
            match self.pivot(entering) {
                Ok(touched) => pace.note(touched),
                Err(cycle) => return Ok(End::Ray(self.walk(entering, &cycle))),
            }
        }
        Ok(match self.stuck() {
            Some(node) => End::Stuck { nodes: self.reached(node) },
            None => End::Flow { flow: self.flow(), potential: self.potential_from_first() },
        })
    }

    /// The next arc to enter: the best of the first block with one that gains.
    fn search(&self, pace: &mut Pace) -> Option<usize> {
        let (mut most, mut best) = (0, None);
        let mut left = self.arcs.len();
        while left > 0 {
            let mut block = pace.block.min(left);
            left -= block;
            pace.looked(block);
            while block > 0 {
                let end = self.arcs.len().min(pace.cursor + block);
                let places = pace.cursor..end;
                for ((at, arc), &state) in
                    places.clone().zip(&self.arcs[places.clone()]).zip(&self.state[places])
                {
                    let reduced =
                        self.potential[arc.to as usize] - self.potential[arc.from as usize] - arc.cost;
                    let gain = i64::from(state) * reduced;
                    if gain > most {
                        (most, best) = (gain, Some(at));
                    }
                }
                block -= end - pace.cursor;
                pace.cursor = if end == self.arcs.len() { 0 } else { end };
            }
            if best.is_some() {
                return best;
            }
        }
        None
    }

    /// Makes one pivot and returns how many nodes it touched; or the cycle, if nothing blocks it.
    fn pivot(&mut self, entering: usize) -> Result<usize, Cycle> {
        let Arc { from, to, cost, width } = self.arcs[entering];
        let full = self.state[entering] == FULL;
        let (first, second) = if full { (to, from) } else { (from, to) };
        let cycle = self.tree.cycle(first, second, width);
        if cycle.amount > i64::MAX / 2 {
            return Err(cycle);
        }
        self.tree.push(&cycle);
        if cycle.leaving == NONE {
            self.state[entering] = if full { EMPTY } else { FULL };
            return Ok(cycle.length);
        }
        let leaving = self.tree.edge(cycle.leaving);
        if let Some(arc) = self.arcs.get(leaving as usize) {
            let room = self.tree.arc(cycle.leaving);
            let ahead = if arc.from == cycle.leaving { room.up } else { room.down };
            self.state[leaving as usize] = if ahead == 0 { FULL } else { EMPTY };
        }
        self.state[entering] = IN_TREE;

        let gain = self.potential[to as usize] - self.potential[from as usize] - cost;
        let shift = if Tree::top(&cycle) == from { gain } else { -gain };
        let potential = &mut self.potential;
        let mut touched = cycle.length;
        self.tree.exchange(&cycle, number(entering), width, |u| {
            potential[u as usize] += shift;
            touched += 1;
        });
        Ok(touched)
    }

    /// The arcs of an unlimited cycle, one after the other.
    fn walk(&self, entering: usize, cycle: &Cycle) -> Vec<u32> {
        let path = |end: u32| {
            let mut arcs = Vec::new();
            let mut u = end;
            while u != cycle.join {
                arcs.push(self.tree.edge(u));
                u = self.tree.arc(u).parent;
            }
            arcs
        };
        let mut walk = vec![number(entering)];
        walk.extend(path(cycle.second));
        walk.extend(path(cycle.first).into_iter().rev());
        walk
    }

    /// The flow of every arc.
    fn flow(&self) -> Vec<i64> {
        let full = |(arc, &state): (&Arc, &i8)| if state == FULL { arc.width } else { 0 };
        let mut flow: Vec<i64> = self.arcs.iter().zip(&self.state).map(full).collect();
        for (u, (room, edge)) in (0..).zip(self.tree.arcs()) {
            if let Some(arc) = self.arcs.get(edge as usize) {
                flow[edge as usize] = if arc.from == u { room.down } else { room.up };
            }
        }
        flow
    }

    /// The potentials less that of the first node: only differences matter.
    fn potential_from_first(&self) -> Vec<i64> {
        let nodes = &self.potential[..self.root as usize];
        nodes.iter().map(|potential| potential - nodes[0]).collect()
    }

    /// The first node whose supply still goes to the root.
    fn stuck(&self) -> Option<u32> {
        let hangs = |&u: &u32| {
            let node = self.tree.arc(u);
            node.parent == self.root && self.rises[u as usize] && node.down > 0
        };
        (0..self.root).find(hangs)
    }

    /// The nodes that can be reached from `start` along arcs with room.
    fn reached(&self, start: u32) -> Vec<u32> {
        let flow = self.flow();
        let residual = |(arc, &flow): (&Arc, &i64)| {
            let ahead = (flow < arc.width).then_some((arc.from, arc.to));
            let back = (flow > 0).then_some((arc.to, arc.from));
            ahead.into_iter().chain(back)
        };
        let mut steps: Vec<(u32, u32)> = self.arcs.iter().zip(&flow).flat_map(residual).collect();
        steps.sort_unstable();
        let mut found = vec![false; self.root as usize];
        found[start as usize] = true;
        let mut open = vec![start];
        while let Some(u) = open.pop() {
            let first = steps.partition_point(|step| step.0 < u);
            for &(_, v) in steps[first..].iter().take_while(|step| step.0 == u) {
                if !std::mem::replace(&mut found[v as usize], true) {
                    open.push(v);
                }
            }
        }
        (0..self.root).filter(|&u| found[u as usize]).collect()
    }
}
