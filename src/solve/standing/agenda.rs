//! Which nodes are still to be looked at, and which have moved.

use std::collections::VecDeque;

/// States of a node: in the queue; there with its edges and its disposal arc; among the moved ones; and that it is a
/// group with a limit or in one, so that it has member arcs to look at whichever way it moves.
const QUEUED: u8 = 1;
pub(super) const EDGES: u8 = 2;
const MOVED: u8 = 4;
const MEMBER: u8 = 8;

/// What is still to be looked at.
#[derive(Debug)]
pub(super) struct Agenda {
    root: u32,
    state: Vec<u8>,
    queue: VecDeque<u32>,
    /// Nodes whose potential has changed since the last look.
    pub(super) moved: Vec<u32>,
}

impl Agenda {
    pub(super) fn new(nodes: usize, root: u32) -> Agenda {
        Agenda { root, state: vec![0; nodes], queue: VecDeque::new(), moved: Vec::new() }
    }

    /// Notes that a node's potential has risen or fallen.
    pub(super) fn note(&mut self, u: u32, risen: bool) {
        let state = &mut self.state[u as usize];
        if *state & MOVED == 0 {
            *state |= MOVED;
            self.moved.push(u);
        }
        if risen == (u > self.root) {
            self.add(u, EDGES);
        } else if *state & MEMBER != 0 {
            self.add(u, 0);
        }
    }

    /// Queues a node with its edges or without.
    pub(super) fn add(&mut self, u: u32, edges: u8) {
        let state = &mut self.state[u as usize];
        if *state & QUEUED == 0 {
            self.queue.push_back(u);
        }
        *state |= QUEUED | edges;
    }

    /// Notes that a node is a group with a limit or in one.
    pub(super) fn set_member(&mut self, u: u32) {
        self.state[u as usize] |= MEMBER;
    }

    /// Forgets which nodes have moved.
    pub(super) fn settle(&mut self) {
        for u in self.moved.drain(..) {
            self.state[u as usize] &= !MOVED;
        }
    }

    /// Nodes in the queue.
    pub(super) fn len(&self) -> usize {
        self.queue.len()
    }

    /// The next node, and whether its edges are to be looked at.
    pub(super) fn next(&mut self) -> Option<(u32, u8)> {
        let u = self.queue.pop_front()?;
        let state = &mut self.state[u as usize];
        let edges = *state & EDGES;
        *state &= !(QUEUED | EDGES);
        Some((u, edges))
    }
}
