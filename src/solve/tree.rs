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
//! **Invariant.** `size` counts the nodes below and including a node; `next` and `previous` are a ring of all
//! nodes in preorder, so that a subtree is the `size` nodes from its top on. Between pivots the tree is
//! *strongly feasible*: `up > 0` for every node but the root.
//!
//! **Complexity.** Of two different nodes the one with the smaller subtree is no ancestor of the other, so
//! stepping from it towards the root finds the join in the length of the cycle. Hanging a subtree elsewhere
//! costs the length of the two paths to the join and one walk over the subtree, in which its order is mended
//! and its nodes are shown to the caller. Arcs are records of 24 bytes; what only the walk or only the
//! exchange needs lies apart, so that each stays in the cache.
//!
//! **Reference.** Subtree sizes in place of depths, preorder threads: Grigoriadis, *An efficient
//! implementation of the network simplex method*, Math. Prog. Study 26 (1986). Strongly feasible trees:
//! Cunningham, *A network simplex method*, Math. Prog. 11 (1976). The single walk that mends the thread from
//! the sizes alone is our own.

use super::network::NONE;

/// The arc from a node to its parent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arc {
    /// The other end of the tree arc, or [`NONE`] for the root.
    pub(super) parent: u32,
    size: u32,
    /// Room for flow from this node to its parent.
    pub(super) up: i64,
    /// Room for flow from the parent to this node.
    pub(super) down: i64,
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
#[derive(Debug, Clone)]
pub(super) struct Tree {
    arc: Vec<Arc>,
    edge: Vec<u32>,
    next: Vec<u32>,
    previous: Vec<u32>,
}

impl Tree {
    /// A tree of the root alone, with room for `nodes` nodes.
    pub(super) fn root_alone(nodes: usize, root: u32) -> Tree {
        debug_assert!((root as usize) < nodes);
        Tree {
            arc: vec![Arc { parent: NONE, size: 1, up: 0, down: 0 }; nodes],
            edge: vec![NONE; nodes],
            next: vec![root; nodes],
            previous: vec![root; nodes],
        }
    }

    /// Hangs a single node under a parent that is in the tree already, on an arc with this room.
    pub(super) fn plant(&mut self, u: u32, parent: u32, edge: u32, up: i64, down: i64) {
        self.arc[u as usize] = Arc { parent, size: 1, up, down };
        self.edge[u as usize] = edge;
        let after = self.next[parent as usize];
        self.link(parent, u);
        self.link(u, after);
        let mut above = parent;
        while above != NONE {
            self.arc[above as usize].size += 1;
            above = self.arc[above as usize].parent;
        }
    }

    /// Takes down a node that nothing hangs on.
    pub(super) fn take_down(&mut self, u: u32) {
        debug_assert!(self.arc[u as usize].size == 1);
        self.link(self.previous[u as usize], self.next[u as usize]);
        let mut above = self.arc[u as usize].parent;
        while above != NONE {
            self.arc[above as usize].size -= 1;
            above = self.arc[above as usize].parent;
        }
        self.arc[u as usize].parent = NONE;
        self.edge[u as usize] = NONE;
    }

    /// Puts another arc in the place of that of node `u`.
    pub(super) fn replace(&mut self, u: u32, edge: u32, up: i64, down: i64) {
        let arc = &mut self.arc[u as usize];
        (arc.up, arc.down) = (up, down);
        self.edge[u as usize] = edge;
    }

    /// Nodes in the subtree of `u`, itself included.
    pub(super) fn size(&self, u: u32) -> u32 {
        self.arc[u as usize].size
    }

    /// Hangs nodes on a tree that is the root alone: (node, parent, edge, up, down), children before parents.
    pub(super) fn hang(
        &mut self,
        root: u32,
        arcs: impl DoubleEndedIterator<Item = (u32, u32, u32, i64, i64)> + Clone,
    ) {
        for (u, parent, edge, up, down) in arcs.clone() {
            let size = self.arc[u as usize].size; // its children have been
            self.arc[u as usize] = Arc { parent, size, up, down };
            self.edge[u as usize] = edge;
            self.arc[parent as usize].size += size;
        }
        // Places in preorder: a node's children share what comes after it, in turn.
        let mut place = vec![1_u32; self.arc.len()];
        let mut preorder = vec![root; self.arc.len()];
        for (u, parent, ..) in arcs.rev() {
            let here = place[parent as usize];
            place[parent as usize] += self.arc[u as usize].size;
            preorder[here as usize] = u;
            place[u as usize] = here + 1;
        }
        preorder.truncate(self.arc[root as usize].size as usize);
        for (at, &u) in preorder.iter().enumerate() {
            self.link(u, preorder.get(at + 1).copied().unwrap_or(root));
        }
    }

    /// Hangs all that another tree has below its root under the root of this one; `at` is the number here of
    /// a node there.
    pub(super) fn graft(&mut self, root: u32, other: &Tree, other_root: u32, at: impl Fn(u32) -> u32) {
        other.walk(other_root, |there| {
            if there == other_root {
                return;
            }
            let (here, arc) = (at(there), *other.arc(there));
            self.arc[here as usize] = Arc { parent: at(arc.parent), ..arc };
            self.edge[here as usize] = other.edge(there);
            self.link(self.previous[root as usize], here);
            self.link(here, root);
        });
        self.arc[root as usize].size += other.arc(other_root).size - 1;
    }

    /// The arc of node `u`.
    pub(super) fn arc(&self, u: u32) -> &Arc {
        &self.arc[u as usize]
    }

    /// The edge the arc of node `u` is, or [`NONE`] for member and disposal arcs.
    pub(super) fn edge(&self, u: u32) -> u32 {
        self.edge[u as usize]
    }

    /// All arcs in the order of their nodes, each with its edge.
    pub(super) fn arcs(&self) -> impl Iterator<Item = (&Arc, u32)> {
        self.arc.iter().zip(self.edge.iter().copied())
    }

    /// Finds the cycle of flow `first` → `second`, at most `room` on the new arc, and the arc that blocks
    /// it *last* in the direction of the flow, starting from the join (Cunningham's rule: the next tree is
    /// strongly feasible, and no sequence of pivots without flow can cycle).
    pub(super) fn cycle(&self, first: u32, second: u32, room: i64) -> Cycle {
        let (mut u, mut v) = (first, second);
        let (mut first_amount, mut first_leaving) = (room, NONE);
        let (mut second_amount, mut second_leaving) = (i64::MAX, NONE);
        let mut length = 0;
        let (mut at_u, mut at_v) = (&self.arc[u as usize], &self.arc[v as usize]);
        while u != v {
            length += 1;
            if at_u.size <= at_v.size {
                if at_u.down < first_amount {
                    (first_amount, first_leaving) = (at_u.down, u);
                }
                u = at_u.parent;
                at_u = &self.arc[u as usize];
            } else {
                if at_v.up <= second_amount {
                    (second_amount, second_leaving) = (at_v.up, v);
                }
                v = at_v.parent;
                at_v = &self.arc[v as usize];
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
                let arc = &mut self.arc[u as usize];
                arc.up -= amount;
                arc.down += amount;
                u = arc.parent;
            }
        }
    }

    /// The node of the new arc after [`exchange`](Tree::exchange): the top of the part that moves.
    pub(super) fn top(cycle: &Cycle) -> u32 {
        if cycle.on_first { cycle.first } else { cycle.second }
    }

    /// Exchanges the leaving arc for the new one, which is `edge`, had `room` in the direction of the cycle
    /// and none against it. Calls `visit` once for every node of the part that moved.
    ///
    /// The part hangs on `leaving` before and on `top` after; the path between them is turned upside down.
    /// Below each of its nodes lie, in preorder, itself and what comes before the path's next node, the
    /// subtree of that node, and what comes after it. The new order takes the subtree of `top` first, then
    /// for each node up the path what came before and what came after.
    pub(super) fn exchange(&mut self, cycle: &Cycle, edge: u32, room: i64, mut visit: impl FnMut(u32)) {
        let (top, onto) =
            if cycle.on_first { (cycle.first, cycle.second) } else { (cycle.second, cycle.first) };
        let leaving = cycle.leaving;
        let moved = self.arc[leaving as usize].size;
        self.resize(self.arc[leaving as usize].parent, cycle.join, moved.wrapping_neg());
        self.resize(onto, cycle.join, moved);

        let (mut u, mut parent, mut below) = (top, onto, 0);
        let (ahead, back) = (room - cycle.amount, cycle.amount);
        let (mut up, mut down) = if cycle.on_first { (ahead, back) } else { (back, ahead) };
        let mut edge = edge;
        // The last node in the new order so far, and the first one not yet taken of what comes after.
        let (mut tail, mut after) = (NONE, NONE);
        let mut before = NONE;
        let outside = loop {
            let old = self.arc[u as usize];
            let old_edge = std::mem::replace(&mut self.edge[u as usize], edge);
            self.arc[u as usize] = Arc { parent, size: moved - below, up, down };
            let above = self.previous[u as usize];
            let mut left = old.size - below;
            if tail == NONE {
                (tail, left) = (self.walk_counted(u, left, &mut visit), 0);
                after = self.next[tail as usize];
            } else {
                self.link(tail, u);
                let mut v = u;
                loop {
                    visit(v);
                    left -= 1;
                    if v == before {
                        break;
                    }
                    v = self.next[v as usize];
                }
                tail = before;
            }
            if left > 0 {
                self.link(tail, after);
                tail = self.walk_counted(after, left, &mut visit);
                after = self.next[tail as usize];
            }
            before = above;
            if u == leaving {
                break above;
            }
            (edge, up, down) = (old_edge, old.down, old.up);
            below = old.size;
            (u, parent) = (old.parent, u);
        };
        self.link(outside, after);
        let after = self.next[onto as usize];
        self.link(onto, top);
        self.link(tail, after);
    }

    /// Visits `count` nodes from `u` on; returns the last.
    fn walk_counted(&self, u: u32, count: u32, visit: &mut impl FnMut(u32)) -> u32 {
        let mut u = u;
        visit(u);
        for _ in 1..count {
            u = self.next[u as usize];
            visit(u);
        }
        u
    }

    /// Adds `by` (modulo 2^32) to the sizes from `u` up to, but not including, `join`.
    fn resize(&mut self, u: u32, join: u32, by: u32) {
        let mut u = u;
        while u != join {
            let arc = &mut self.arc[u as usize];
            arc.size = arc.size.wrapping_add(by);
            u = arc.parent;
        }
    }

    fn link(&mut self, u: u32, v: u32) {
        self.next[u as usize] = v;
        self.previous[v as usize] = u;
    }

    /// The potentials, 0 at the root, at which no arc gains that is `worth` so much from its lower to its higher
    /// node; called with a node and its parent.
    pub(super) fn potentials(&self, root: u32, worth: impl Fn(u32, u32) -> i64) -> Vec<i64> {
        let mut potential = vec![0_i64; self.arc.len()];
        self.walk(root, |u| {
            let parent = self.arc(u).parent;
            if parent != NONE {
                let (above, worth) = (potential[parent as usize], worth(u, parent));
                potential[u as usize] = if u < parent { above + worth } else { above - worth };
            }
        });
        potential
    }

    /// Calls `visit` for every node of the subtree of `top`, parents before children.
    pub(super) fn walk(&self, top: u32, mut visit: impl FnMut(u32)) {
        self.walk_counted(top, self.arc[top as usize].size, &mut visit);
    }
}
