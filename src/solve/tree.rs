//! The spanning tree of a network simplex, with the flow on its arcs.
//!
//! **Problem.** A pivot needs, of a tree on `n` nodes that changes by one arc: the cycle an arc would
//! close, the arc on it that blocks first, the tree with the two arcs exchanged, and the nodes of the part
//! that moved.
//!
//! **Notation.** Each node but the root stands for the arc to its parent: it keeps that arc's edge and its
//! room. `up`, `down` of `u` is the room left for flow from `u` to its parent, from the parent to `u`: what
//! the arc could still take on in its own direction, and the flow it could give back in the other. Which of
//! the two is which, the tree need not know; their sum is the arc's capacity.
//!
//! **Invariant.** `size` counts the nodes below and including a node; `first child`, `next`, `previous`
//! list the children of a node as a chain (the `previous` of a first child is [`NONE`]). Between pivots the
//! tree is *strongly feasible*: `up > 0` for every node but the root.
//!
//! **Complexity.** Of two different nodes the one with the smaller subtree is no ancestor of the other, so
//! stepping from it towards the root finds the join in the length of the cycle. Hanging a subtree elsewhere
//! costs the length of the two paths to the join, the walk over a subtree its size. One record of 40 bytes
//! a node keeps a step within one cache line.
//!
//! **Reference.** Subtree sizes in place of depths: Grigoriadis, *An efficient implementation of the
//! network simplex method*, Math. Prog. Study 26 (1986). Strongly feasible trees: Cunningham, *A network
//! simplex method*, Math. Prog. 11 (1976).

use super::network::NONE;

/// A node and the arc to its parent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    /// The other end of the tree arc, or [`NONE`] for the root.
    pub(super) parent: u32,
    /// The edge the tree arc is, or [`NONE`] for member and disposal arcs.
    pub(super) edge: u32,
    size: u32,
    first_child: u32,
    next: u32,
    previous: u32,
    /// Room for flow from this node to its parent.
    pub(super) up: i64,
    /// Room for flow from the parent to this node.
    pub(super) down: i64,
}

impl Node {
    /// A single node on an arc that is no edge.
    pub(super) fn hung(parent: u32, up: i64, down: i64) -> Node {
        Node { parent, edge: NONE, size: 1, first_child: NONE, next: NONE, previous: NONE, up, down }
    }
}

/// The cycle that flow from `first` over a new arc to `second` would close, and where it blocks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cycle {
    pub(super) first: u32,
    pub(super) second: u32,
    pub(super) join: u32,
    /// Tree arcs on it.
    pub(super) length: usize,
    /// How much can go round.
    pub(super) amount: i64,
    /// The node whose tree arc blocks, or [`NONE`] if the new arc itself does.
    pub(super) leaving: u32,
    /// Whether the leaving arc is between the join and `first` (else between `second` and the join).
    on_first: bool,
}

/// A rooted spanning tree.
#[derive(Debug)]
pub(super) struct Tree {
    node: Vec<Node>,
}

impl Tree {
    /// A tree of the root alone, with room for `nodes` nodes.
    pub(super) fn root_alone(nodes: usize, root: u32) -> Tree {
        let tree = Tree { node: vec![Node::hung(NONE, 0, 0); nodes] };
        debug_assert!((root as usize) < nodes);
        tree
    }

    /// Adds a single node whose parent is in the tree already.
    pub(super) fn plant(&mut self, u: u32, hung: Node) {
        self.node[u as usize] = hung;
        self.attach(u, hung.parent);
        let mut above = hung.parent;
        while above != NONE {
            self.node[above as usize].size += 1;
            above = self.node[above as usize].parent;
        }
    }

    /// The node `u` with its arc.
    pub(super) fn arc(&self, u: u32) -> &Node {
        &self.node[u as usize]
    }

    /// All nodes in order.
    pub(super) fn nodes(&self) -> &[Node] {
        &self.node
    }

    /// Finds the cycle of flow `first` → `second`, at most `room` on the new arc, and the arc that blocks
    /// it *last* in the direction of the flow, starting from the join (Cunningham's rule: the next tree is
    /// strongly feasible, and no sequence of pivots without flow can cycle).
    pub(super) fn cycle(&self, first: u32, second: u32, room: i64) -> Cycle {
        let (mut u, mut v) = (first, second);
        let (mut first_amount, mut first_leaving) = (room, NONE);
        let (mut second_amount, mut second_leaving) = (i64::MAX, NONE);
        let mut length = 0;
        while u != v {
            length += 1;
            let (at_u, at_v) = (&self.node[u as usize], &self.node[v as usize]);
            if at_u.size <= at_v.size {
                if at_u.down < first_amount {
                    (first_amount, first_leaving) = (at_u.down, u);
                }
                u = at_u.parent;
            } else {
                if at_v.up <= second_amount {
                    (second_amount, second_leaving) = (at_v.up, v);
                }
                v = at_v.parent;
            }
        }
        let on_first = second_leaving == NONE || second_amount > first_amount;
        let (amount, leaving) =
            if on_first { (first_amount, first_leaving) } else { (second_amount, second_leaving) };
        Cycle { first, second, join: u, length, amount, leaving, on_first }
    }

    /// Sends the cycle's amount round its tree arcs.
    pub(super) fn push(&mut self, cycle: &Cycle) {
        if cycle.amount == 0 {
            return;
        }
        for (end, amount) in [(cycle.first, -cycle.amount), (cycle.second, cycle.amount)] {
            let mut u = end;
            while u != cycle.join {
                let node = &mut self.node[u as usize];
                node.up -= amount;
                node.down += amount;
                u = node.parent;
            }
        }
    }

    /// Exchanges the leaving arc for the new one, which is `edge`, had `room` in the direction of the cycle
    /// and none against it. Returns the node of the new arc: the top of the part that moved.
    pub(super) fn exchange(&mut self, cycle: &Cycle, edge: u32, room: i64) -> u32 {
        let (top, onto) =
            if cycle.on_first { (cycle.first, cycle.second) } else { (cycle.second, cycle.first) };
        let leaving = cycle.leaving;
        let moved = self.node[leaving as usize].size;
        self.resize(self.node[leaving as usize].parent, cycle.join, moved.wrapping_neg());
        self.resize(onto, cycle.join, moved);

        // Turn the path from `top` to `leaving` upside down: each node takes over the arc of the one before.
        let (mut u, mut parent, mut below) = (top, onto, 0);
        let (ahead, back) = (room - cycle.amount, cycle.amount);
        let (mut up, mut down) = if cycle.on_first { (ahead, back) } else { (back, ahead) };
        let mut edge = edge;
        loop {
            let old = self.node[u as usize];
            self.detach(u);
            let node = &mut self.node[u as usize];
            (node.edge, node.up, node.down) = (edge, up, down);
            node.parent = parent;
            node.size = moved - below;
            self.attach(u, parent);
            if u == leaving {
                return top;
            }
            (edge, up, down) = (old.edge, old.down, old.up);
            below = old.size;
            (u, parent) = (old.parent, u);
        }
    }

    /// Adds `by` (modulo 2^32) to the sizes from `u` up to, but not including, `join`.
    fn resize(&mut self, u: u32, join: u32, by: u32) {
        let mut u = u;
        while u != join {
            let node = &mut self.node[u as usize];
            node.size = node.size.wrapping_add(by);
            u = node.parent;
        }
    }

    fn detach(&mut self, u: u32) {
        let Node { parent, next, previous, .. } = self.node[u as usize];
        if previous == NONE {
            self.node[parent as usize].first_child = next;
        } else {
            self.node[previous as usize].next = next;
        }
        if next != NONE {
            self.node[next as usize].previous = previous;
        }
    }

    fn attach(&mut self, u: u32, parent: u32) {
        let next = std::mem::replace(&mut self.node[parent as usize].first_child, u);
        let node = &mut self.node[u as usize];
        (node.next, node.previous) = (next, NONE);
        if next != NONE {
            self.node[next as usize].previous = u;
        }
    }

    /// Calls `visit` for every node of the subtree of `top`, parents before children.
    pub(super) fn walk(&self, top: u32, mut visit: impl FnMut(u32, &Node)) {
        let mut u = top;
        loop {
            let node = &self.node[u as usize];
            visit(u, node);
            if node.first_child != NONE {
                u = node.first_child;
                continue;
            }
            while u != top && self.node[u as usize].next == NONE {
                u = self.node[u as usize].parent;
            }
            if u == top {
                return;
            }
            u = self.node[u as usize].next;
        }
    }
}
