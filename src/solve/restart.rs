//! A strongly feasible tree near a given one, after capacities, edges or parties have changed.
//!
//! **Problem.** After a small change the old optimum's tree is nearly right, and from it few pivots lead to the
//! new optimum. But with new capacities the flows on its arcs may be negative, or an edge may be gone: the tree
//! must be mended before the simplex may start from it.
//!
//! **Method.** A tree determines its flows: the arc above a node carries what its subtree has too much or too
//! little. Going upwards from the leaves, find the arcs whose flow does not fit or leaves no room towards the
//! root. At each such arc take down the node and those that hang on it: they go back to where they stood before
//! anything was traded (`network`), where their flows fit whatever their capacities; what hangs on *them* stays.
//! Repeat until all fits. Each round takes down at least one more node, and with all of them down the tree is the
//! first tree, so at most *nodes* rounds are needed; after small changes it is two or three, each linear.
//!
//! **What it cannot do.** Promise a good tree: only one from which the simplex may start.

use super::layout::Worth;
use super::network::{NONE, Network, UNLIMITED};
use super::transport::number;
use super::tree::Tree;

/// Where a tree hangs, and which member arcs outside it are full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hints {
    /// The node that each node hangs on, or [`NONE`] for its first place.
    pub(super) parent: Vec<u32>,
    /// By row or column: whether its member arc is full and outside the tree.
    pub(super) full: Vec<bool>,
}

impl Hints {
    /// From the (row's node, column's node, units) of a flow: its edges with those member arcs that are neither
    /// empty nor full, each tree hung where it has most left.
    pub(super) fn of_flow<V: Worth>(network: &Network<V>, flow: &[(u32, u32, i64)]) -> Hints {
        let nodes = network.nodes();
        let mut through = vec![0_i64; nodes];
        let mut links: Vec<(u32, u32)> = Vec::with_capacity(2 * flow.len());
        for &(row, column, units) in flow {
            through[row as usize] += units;
            through[column as usize] += units;
            links.extend([(row, column), (column, row)]);
        }
        let mut hints = Hints { parent: vec![NONE; nodes], full: vec![false; nodes] };
        let mut of_group = vec![0_i64; nodes];
        for (u, &group) in (0..).zip(&network.group).filter(|(_, group)| **group != NONE) {
            let units = through[u as usize];
            of_group[group as usize] += units;
            if units >= network.capacity[u as usize] {
                hints.full[u as usize] = units > 0;
            } else if units > 0 {
                links.extend([(u, group), (group, u)]);
            }
        }
        links.sort_unstable();
        // What a node can send to the root, or the root to it; members send through their groups.
        let left = |u: u32| {
            let at = u as usize;
            match network.group[at] {
                NONE => network.capacity[at] - through[at].max(of_group[at]),
                _ => 0,
            }
        };
        let mut seen = vec![false; nodes];
        seen[network.root as usize] = true;
        for &(start, _) in &links {
            if seen[start as usize] {
                continue;
            }
            let around = |u: u32| {
                let first = links.partition_point(|link| link.0 < u);
                links[first..].iter().take_while(move |link| link.0 == u).map(|link| link.1)
            };
            let mut tree = vec![start];
            seen[start as usize] = true;
            let mut next = 0;
            while next < tree.len() {
                let u = tree[next];
                next += 1;
                for v in around(u) {
                    if !std::mem::replace(&mut seen[v as usize], true) {
                        tree.push(v);
                    }
                }
            }
            // Of several with as much left, one that disposes: its arc need not carry anything.
            let top = tree.iter().copied().max_by_key(|&u| (left(u), u < network.root, std::cmp::Reverse(u)));
            let mut open: Vec<u32> = top.into_iter().collect();
            while let Some(u) = open.pop() {
                for v in around(u).filter(|&v| Some(v) != top) {
                    if hints.parent[v as usize] == NONE {
                        hints.parent[v as usize] = u;
                        open.push(v);
                    }
                }
            }
        }
        hints
    }
}

/// A strongly feasible tree near the hints, which it changes to fit.
pub(super) fn tree<V: Worth>(network: &Network<V>, hints: &mut Hints) -> Tree {
    for u in 0..network.nodes() {
        // A member arc is in the tree or outside of it. The first place of a column is its group.
        let (group, first) = (network.group[u], u > network.root as usize && hints.parent[u] == NONE);
        if group != NONE && (first || hints.parent[u] == group || hints.parent[group as usize] == number(u)) {
            hints.full[u] = false;
        }
    }
    loop {
        let hanging = Hanging::of(network, hints);
        let down = hanging.unfit(network, hints);
        if down.is_empty() {
            return hanging.tree(network);
        }
        for u in down {
            hints.parent[u as usize] = NONE;
            hints.full[u as usize] = false;
        }
    }
}

/// A tree with its flows, which need not fit.
struct Hanging {
    parent: Vec<u32>,
    /// Children before parents.
    upwards: Vec<u32>,
    /// Nodes that hang on each other in a circle, and those on the way there.
    circling: Vec<u32>,
    /// What each subtree has too much (or, negative, too little).
    surplus: Vec<i128>,
}

impl Hanging {
    fn of<V: Worth>(network: &Network<V>, hints: &Hints) -> Hanging {
        let nodes = network.nodes();
        let root = network.root;
        let parent: Vec<u32> = (0..number(nodes))
            .map(|u| match hints.parent[u as usize] {
                _ if u == root => NONE,
                NONE => network.first_place(u),
                parent => parent,
            })
            .collect();
        let mut surplus = vec![0_i128; nodes];
        let mut hanging = vec![0_u32; nodes];
        for u in 0..nodes {
            let (capacity, group) = (i128::from(network.capacity[u]), network.group[u]);
            let sign = if u < root as usize { 1 } else { -1 };
            if group == NONE {
                surplus[u] += sign * capacity;
            } else if hints.full[u] {
                surplus[u] += sign * capacity;
                surplus[group as usize] -= sign * capacity;
            }
            if parent[u] != NONE {
                hanging[parent[u] as usize] += 1;
            }
        }
        let mut upwards: Vec<u32> = Vec::with_capacity(nodes);
        upwards.extend((0..number(nodes)).filter(|&u| hanging[u as usize] == 0 && u != root));
        let mut next = 0;
        while next < upwards.len() {
            let u = upwards[next] as usize;
            next += 1;
            let above = parent[u] as usize;
            surplus[above] += surplus[u];
            hanging[above] -= 1;
            if hanging[above] == 0 && above != root as usize {
                upwards.push(parent[u]);
            }
        }
        let circling = (0..number(nodes)).filter(|&u| hanging[u as usize] > 0 && u != root).collect();
        Hanging { parent, upwards, circling, surplus }
    }

    /// The room up and down on the arc of node `u`, if its flow fits and leaves room up.
    fn room<V: Worth>(&self, network: &Network<V>, u: u32) -> Option<(i64, i64)> {
        let (at, parent) = (u as usize, self.parent[u as usize]);
        let width = network.member_capacity(u, parent).unwrap_or(UNLIMITED);
        let flow = if u < parent { self.surplus[at] } else { -self.surplus[at] };
        let flow = i64::try_from(flow).ok().filter(|flow| (0..=width).contains(flow))?;
        let (up, down) = if u < parent { (width - flow, flow) } else { (flow, width - flow) };
        (up > 0).then_some((up, down))
    }

    /// The nodes to take down: those whose arc does not fit and those that hang on one; where one stands in its
    /// first place already, those that hang on it in its stead.
    fn unfit<V: Worth>(&self, network: &Network<V>, hints: &Hints) -> Vec<u32> {
        let mut blamed = vec![true; self.parent.len()]; // nodes on a cycle are
        for &u in &self.upwards {
            blamed[u as usize] = self.room(network, u).is_none();
        }
        blamed[network.root as usize] = false;
        let may_go = |u: u32| hints.parent[u as usize] != NONE || hints.full[u as usize];
        let mut down = Vec::new();
        for &u in self.upwards.iter().rev() {
            let (at, parent, group) =
                (u as usize, self.parent[u as usize] as usize, network.group[u as usize]);
            // A group that does not fit gives its members up.
            let blame = blamed[at] || blamed[parent] || (group != NONE && blamed[group as usize]);
            if blame && may_go(u) {
                down.push(u);
                // It goes to its group, which must not hang on it.
                if group != NONE && may_go(group) {
                    down.push(group);
                }
            } else {
                blamed[at] = blame;
            }
        }
        down.extend(self.circling.iter().copied().filter(|&u| may_go(u)));
        down
    }

    fn tree<V: Worth>(&self, network: &Network<V>) -> Tree {
        let mut tree = Tree::root_alone(network.nodes(), network.root);
        let arcs = self.upwards.iter().map(|&u| {
            let (up, down) = self.room(network, u).expect("every arc fits");
            let edge = if network.is_edge(u, self.parent[u as usize]) { 0 } else { NONE };
            (u, self.parent[u as usize], edge, up, down)
        });
        tree.hang(network.root, arcs);
        tree
    }
}
