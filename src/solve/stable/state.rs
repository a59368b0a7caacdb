//! What a chain runs over: proposers, receivers, what they hold, and the chain itself (see `chain`).

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::Rank;

/// One who proposes.
pub(super) struct Proposer {
    pub(super) left: i64,
    pub(super) group: u32,
    /// The pointer, a position in the lists, and where the list ends.
    pub(super) next: usize,
    pub(super) end: usize,
    /// Where the edge pointed at is held, once it has had flow.
    pub(super) held: u32,
    /// Whether the edge pointed at is on the chain, and where.
    pub(super) link: u32,
    /// Whether the group has it on its heap.
    pub(super) waits: bool,
}

/// A group of proposers that binds.
#[derive(Default)]
pub(super) struct Team {
    pub(super) left: i64,
    /// Its proposers that may have units left, by a rank that is at least that of the edge pointed at.
    pub(super) waiting: BinaryHeap<(Rank, u32)>,
}

/// A receiver, or a group of them that binds.
#[derive(Default)]
pub(super) struct Receiver {
    pub(super) left: i64,
    pub(super) group: u32,
    /// What it holds, the worst on top; edges without flow among it.
    pub(super) holds: BinaryHeap<Reverse<(Rank, u32)>>,
}

/// An edge that has had flow.
pub(super) struct Held {
    pub(super) edge: u32,
    pub(super) proposer: u32,
    pub(super) receiver: u32,
    pub(super) units: i64,
}

/// A proposal on the chain and what it displaces.
#[derive(Clone, Copy)]
pub(super) struct Link {
    pub(super) proposer: u32,
    pub(super) next: usize,
    pub(super) receiver: u32,
    pub(super) displaced: u32,
}

pub(super) enum Answer {
    Takes,
    Refuses,
    Displaces(u32),
}

/// How a chain ends.
#[derive(Clone, Copy)]
pub(super) enum End {
    /// The proposer's unit is taken.
    Taken(u32),
    /// The last displaced unit comes back.
    Returned,
    /// The last displaced unit is proposed again where this link does.
    Cycle(usize),
}
