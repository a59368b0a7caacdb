//! The primal network simplex on strongly feasible trees.
//!
//! **Problem.** Given a network, a strongly feasible tree and a menu of arcs with values, change the flow
//! along arcs of the menu and of the tree until no arc gains.
//!
//! **Invariant.** Arcs outside the tree are empty or full; the flow keeps every balance; the potentials
//! make every tree arc gain 0; the tree is strongly feasible. The last follows from the choice of the
//! leaving arc in [`Tree::cycle`], and with it two things:
//! * *no cycling* (Cunningham 1976): a pivot that moves no flow lowers the potentials of the part that
//!   moves, so between two pivots that do move flow no tree comes twice, and the value rises with each of
//!   those;
//! * *prices from the flow alone*: see `optimum`.
//!
//! **Complexity.** One pivot costs a search (`pricing`), the length of the cycle, and the size of the part
//! of the tree that moves; only there do potentials change. No polynomial bound on the pivots is known for
//! this rule (Zadeh 1973 has exponential instances for a related one); 2 to 10 a node are usual. The loop
//! is bounded by `1000 · (nodes + edges) + 1000` pivots; reaching that is reported as a bug, not as a
//! result.
//!
//! **What it cannot do.** Start from a tree that is not strongly feasible, or serve lower bounds above 0.

use super::component::Part;
use super::core::Core;
use super::error::SolveError;
use super::layout::Worth;
use super::network::{self, NONE, Network};
use super::pace::{List, Pace};
use super::pricing::{Entering, Full, Menu};
use super::restart::{self, Hints};
use super::transport::number;
use super::tree::Tree;

/// A flow on a network as a tree and the arcs outside it that are full.
#[derive(Debug)]
pub(super) struct Simplex<'network, 'layout, V> {
    network: &'network Network<'layout, V>,
    tree: Tree,
    full: Full,
    /// What one more unit at each node is worth.
    pub(super) potential: Vec<i64>,
    /// No column's potential is higher.
    ceiling: i64,
    /// Pivots so far.
    pub(super) pivots: u64,
    /// Pivots that the run may still make.
    pivots_left: u64,
}

/// What a pivot has changed: the potentials of the subtree of `top`, by `shift`.
struct Moved {
    top: Option<u32>,
    shift: i64,
    /// Nodes of the cycle and of the subtree.
    touched: usize,
}

impl<'network, 'layout, V: Worth> Simplex<'network, 'layout, V> {
    /// Nothing traded; all potentials 0.
    pub(super) fn at_rest(network: &'network Network<'layout, V>) -> Self {
        let bounded = !network.edge_capacity.is_empty();
        Simplex {
            network,
            tree: network.first_tree(),
            full: Full {
                edge: vec![false; if bounded { network.edges.far_len() } else { 0 }],
                member: vec![false; network.nodes()],
            },
            potential: vec![0; network.nodes()],
            ceiling: 0,
            pivots: 0,
            pivots_left: 0,
        }
    }

    /// From a strongly feasible tree whose arcs gain nothing at the potentials.
    fn at(network: &'network Network<'layout, V>, tree: Tree, full: Vec<bool>, potential: Vec<i64>) -> Self {
        let full = Full { edge: Vec::new(), member: full };
        let ceiling = network.ceiling(&potential);
        Simplex { network, tree, full, potential, ceiling, pivots: 0, pivots_left: 0 }
    }

    /// From a tree near the hints.
    pub(super) fn near(network: &'network Network<'layout, V>, mut hints: Hints) -> Self {
        let tree = restart::tree(network, &mut hints);
        Simplex::of_tree(network, tree, hints.full)
    }

    /// From a strongly feasible tree.
    pub(super) fn of_tree(network: &'network Network<'layout, V>, tree: Tree, full: Vec<bool>) -> Self {
        let potential = tree.potentials(network.root, |u, parent| {
            if tree.edge(u) == NONE {
                return 0;
            }
            network.value_of(u.min(parent), u.max(parent)).expect("the tree's edges are the network's")
        });
        Simplex::at(network, tree, full, potential)
    }

    /// As the parts of a component left it, which stand in the order of the component's parts; what is in none
    /// of them is at rest.
    pub(super) fn joined(
        network: &'network Network<'layout, V>,
        parts: &[Part],
        solved: Vec<Solved>,
    ) -> Self {
        let mut simplex = Simplex::at_rest(network);
        // Here the nodes of each kind in a part, and where they are there.
        let kinds = |part: &Part| {
            let (rows, columns) = (part.rows.len(), part.columns.len());
            let first_row = part.row_groups.len();
            [
                (part.row_groups.start, 0, first_row),
                (network.first_row as usize + part.rows.start, first_row, rows),
                (network.root as usize, first_row + rows, 1),
                (network.root as usize + 1 + part.columns.start, first_row + rows + 1, columns),
                (
                    network.first_column_group as usize + part.column_groups.start,
                    first_row + rows + 1 + columns,
                    part.column_groups.len(),
                ),
            ]
        };
        let mut moved = vec![false; network.nodes()];
        for (here, _, count) in parts.iter().flat_map(kinds) {
            moved[here..here + count].fill(true);
        }
        simplex.tree = network.tree_without(&moved);
        for (part, solved) in parts.iter().zip(solved) {
            let kinds = kinds(part);
            simplex.tree.graft(network.root, &solved.tree, number(kinds[2].1), |u| {
                let of_kind = |&&(_, there, count): &&(usize, usize, usize)| {
                    (there..there + count).contains(&(u as usize))
                };
                let (here, there, _) = kinds.iter().find(of_kind).expect("every node is of a kind");
                number(here + u as usize - there)
            });
            for (here, there, count) in kinds {
                simplex.potential[here..here + count]
                    .copy_from_slice(&solved.potential[there..there + count]);
                simplex.full.member[here..here + count].copy_from_slice(&solved.full[there..there + count]);
            }
            simplex.pivots += solved.pivots;
        }
        simplex.ceiling = network.ceiling(&simplex.potential);
        simplex
    }

    /// The tree and the potentials alone.
    pub(super) fn into_solved(self) -> Solved {
        Solved { tree: self.tree, potential: self.potential, full: self.full.member, pivots: self.pivots }
    }

    /// Pivots until no arc of the menu gains.
    pub(super) fn run<M: Worth>(&mut self, menu: &Menu<M>) -> Result<(), SolveError> {
        let mut pace = Pace::new(menu.edges());
        self.pivots_left = self.pivot_limit();
        while let Some(entering) = self.search(menu, &mut pace)? {
            let moved = self.pivot(&entering);
            pace.note(moved.touched);
        }
        Ok(())
    }

    /// Pivots until no arc of the menu, which is the whole network's, gains, where few do: core by core (`core`),
    /// and at last a look at all arcs.
    pub(super) fn finish(&mut self, menu: &Menu<V>, slack: i64) -> Result<(), SolveError> {
        let network = self.network;
        self.pivots_left = self.pivot_limit();
        loop {
            let core = Core::of(network, &self.potential, slack);
            if core.gaining.is_empty() {
                return self.run(menu);
            }
            let menu = menu.within(&core);
            let list = List::of(core.gaining.clone(), network.nodes());
            let mut pace = Pace::among(menu.edges(), list);
            while let Some(entering) = self.search(&menu, &mut pace)? {
                let moved = self.pivot(&entering);
                pace.note(moved.touched);
                let Some(top) = moved.top else { continue };
                let list = pace.list.as_mut().expect("the pace is among a list");
                self.tree.walk(top, |u| {
                    // Rows that fell have more to gain, and rows at columns that rose.
                    if moved.shift < 0 && u < network.root {
                        list.add(u);
                    } else if moved.shift > 0 && (network.root + 1..network.first_column_group).contains(&u) {
                        if self.potential[u as usize] > 0 {
                            list.add(u);
                        }
                        for &row in core.rows_at((u - network.root - 1) as usize) {
                            list.add(row);
                        }
                    }
                });
            }
        }
    }

    /// The next arc to enter.
    fn search<M: Worth>(&mut self, menu: &Menu<M>, pace: &mut Pace) -> Result<Option<Entering>, SolveError> {
        let found = menu.search(self.network, &self.potential, &self.full, self.ceiling, pace);
        if found.is_some() {
            if self.pivots_left == 0 {
                return Err(SolveError::PivotLimit { pivots: self.pivots });
            }
            self.pivots_left -= 1;
            self.pivots += 1;
            if self.pivots.is_multiple_of(self.potential.len() as u64 / 64 + 1) {
                // Pivots only raise it.
                self.ceiling = self.network.ceiling(&self.potential);
            }
        }
        Ok(found)
    }

    fn pivot_limit(&self) -> u64 {
        let size = (self.network.nodes() + self.network.edges.len()) as u64;
        size.saturating_mul(1000).saturating_add(1000)
    }

    /// Makes one pivot.
    fn pivot(&mut self, entering: &Entering) -> Moved {
        let Entering { from, to, edge, capacity, gain, full } = *entering;
        let (first, second) = if full { (to, from) } else { (from, to) };
        let cycle = self.tree.cycle(first, second, capacity);
        self.tree.push(&cycle);
        if cycle.leaving == NONE {
            self.mark(edge, from, to, !full);
            return Moved { top: None, shift: 0, touched: cycle.length };
        }
        let leaving = self.tree.arc(cycle.leaving);
        let (parent, leaving_edge) = (leaving.parent, self.tree.edge(cycle.leaving));
        let leaves_full = if cycle.leaving < parent { leaving.up == 0 } else { leaving.down == 0 };
        self.mark(leaving_edge, cycle.leaving.min(parent), cycle.leaving.max(parent), leaves_full);
        self.mark(edge, from, to, false);

        // The entering arc must gain 0: raise the tail's side or lower the head's side (a full arc: reversed).
        let gain = if full { -gain } else { gain };
        let shift = if Tree::top(&cycle) == from { gain } else { -gain };
        let (root, potential) = (self.network.root, &mut self.potential);
        let (mut nodes, mut ceiling) = (cycle.length, self.ceiling);
        self.tree.exchange(&cycle, edge, capacity, |u| {
            let p = &mut potential[u as usize];
            *p += shift;
            ceiling = ceiling.max(if u > root { *p } else { i64::MIN });
            nodes += 1;
        });
        self.ceiling = ceiling;
        Moved { top: Some(Tree::top(&cycle)), shift, touched: nodes }
    }

    /// Notes whether an arc outside the tree is full.
    fn mark(&mut self, edge: u32, from: u32, to: u32, full: bool) {
        if edge != NONE {
            if !self.full.edge.is_empty() {
                self.full.edge[self.network.index_of(edge)] = full;
            }
        } else if to < self.network.root {
            self.full.member[to as usize] = full; // row group → row
        } else if from > self.network.root {
            self.full.member[from as usize] = full; // column → column group
        }
    }

    /// The potentials of the tree for the tie numbers.
    pub(super) fn tie_potential(&self, bits: u32) -> Vec<i64> {
        let key = &self.network.key;
        self.tree.potentials(self.network.root, |u, parent| {
            let (from, to) = (u.min(parent) as usize, u.max(parent) as usize);
            if self.tree.edge(u) == NONE { 0 } else { super::tie::number(key[from], key[to], bits) }
        })
    }

    /// What flows, as (row's node, column's node, units): the edges of the tree, empty ones too, and full ones.
    pub(super) fn flow(&self) -> impl Iterator<Item = (u32, u32, i64)> {
        let network = self.network;
        let full = self.full.edge.iter().enumerate().filter(|(_, full)| **full).map(|(index, _)| {
            let edge = number(index) + network.edges.start[0];
            let place = number(network.edges.start.partition_point(|&start| start <= edge) - 1);
            let column = network.edges.far[edge as usize].0;
            (network.first_row + place, network.node_of(column), network.edge_capacity[edge as usize])
        });
        let tree = (0..).zip(self.tree.arcs()).filter(|(_, (_, edge))| *edge != NONE);
        let tree = tree.map(|(u, (arc, _))| (u.min(arc.parent), u.max(arc.parent), network::flow(u, arc)));
        full.chain(tree)
    }
}

/// What is left of a simplex once its network is gone.
#[derive(Debug)]
pub(super) struct Solved {
    pub(super) tree: Tree,
    potential: Vec<i64>,
    /// By row or column: whether its member arc is full.
    pub(super) full: Vec<bool>,
    pub(super) pivots: u64,
}
