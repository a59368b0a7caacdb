//! The edges as their columns see them.
//!
//! **Problem.** A column whose potential rises looks at its edges. The transport keeps them by row, each in another
//! line of memory; and what is read is not in the cache, so every line counts.
//!
//! **Layout.** Those of a column stand together, each with its row and about what it is worth: as many of the first
//! bits of its value as fit, rounded up; all of them, where values have 31 bits at most. Where an edge may gain by
//! these the exact value is looked up. Which edge it is can be found in its row, and need be for one that enters alone.

use super::super::transport::{Transport, number};

/// Bits of a value that are kept.
const BITS: u32 = 31;

/// An edge as its column sees it: its row, and about what it is worth ([`Edges::most`]).
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Ending {
    pub(super) row: u32,
    pub(super) about: u32,
}

/// All edges by column.
#[derive(Debug)]
pub(super) struct Edges {
    lists: Lists<Ending>,
    /// Where each edge stands in the lists.
    place: Vec<u32>,
    /// Last bits of a value that are not kept.
    dropped: u32,
    /// By edge, a bit each: whether its flow is noted to have changed.
    pub(super) noted: Vec<u64>,
}

impl Edges {
    pub(super) fn of(transport: &Transport) -> Edges {
        let most = transport.most_value();
        let dropped = (i64::BITS - most.leading_zeros()).saturating_sub(BITS);
        let row_of = transport.row_of_edges();
        let all = transport.column.iter().zip(&row_of).zip(0..);
        let all = all.map(|((&column, &row), edge)| (column as usize, Ending { row, about: edge }));
        let mut lists = Lists::of(transport.columns(), all);
        let mut place = vec![0; transport.edges()];
        for (at, ending) in lists.all.iter_mut().enumerate() {
            let edge = ending.about as usize;
            place[edge] = number(at);
            ending.about = about(transport.value[edge], dropped);
        }
        Edges { lists, place, dropped, noted: vec![0; transport.edges().div_ceil(64)] }
    }

    /// Gives an edge another value.
    pub(super) fn set(&mut self, edge: u32, value: i64) {
        self.lists.all[self.place[edge as usize] as usize].about = about(value, self.dropped);
    }

    /// Whether a value can be kept; one that is far larger than those there were needs other lists.
    pub(super) fn fits(&self, value: i64) -> bool {
        value >> self.dropped < i64::from(u32::MAX)
    }

    pub(super) fn len(&self) -> usize {
        self.place.len()
    }

    /// The edges of a column.
    pub(super) fn of_column(&self, column: usize) -> &[Ending] {
        self.lists.at(column)
    }

    /// What an edge between a row and a column is worth, which is about that.
    pub(super) fn value(&self, transport: &Transport, row: u32, column: u32, about: u32) -> i64 {
        if self.dropped == 0 { about.into() } else { transport.value[edge_between(transport, row, column)] }
    }

    /// What an edge is worth at most.
    pub(super) fn most(&self, about: u32) -> i64 {
        i64::from(about) << self.dropped
    }
}

/// The edge between a row and a column.
pub(super) fn edge_between(transport: &Transport, row: u32, column: u32) -> usize {
    let edges = transport.edges_of(row as usize);
    let place = transport.column[edges.clone()].binary_search(&column);
    edges.start + place.expect("there is an edge")
}

/// The first bits of a value that fits, rounded up.
fn about(value: i64, dropped: u32) -> u32 {
    let kept = (value >> dropped) + i64::from(dropped > 0);
    u32::try_from(kept).expect("it fits")
}

/// Lists of numbers, one list for each of some keys.
#[derive(Debug, Default)]
pub(super) struct Lists<T> {
    start: Vec<u32>,
    all: Vec<T>,
}

impl<T: Copy + Default> Lists<T> {
    /// From (key, entry) in the order in which entries are to stand.
    pub(super) fn of(keys: usize, entries: impl Iterator<Item = (usize, T)> + Clone) -> Lists<T> {
        let mut start = vec![0_u32; keys + 1];
        for (key, _) in entries.clone() {
            start[key + 1] += 1;
        }
        for key in 0..keys {
            start[key + 1] += start[key];
        }
        let mut all = vec![T::default(); start[keys] as usize];
        let mut next = start.clone();
        for (key, entry) in entries {
            all[next[key] as usize] = entry;
            next[key] += 1;
        }
        Lists { start, all }
    }

    pub(super) fn at(&self, key: usize) -> &[T] {
        &self.all[self.start[key] as usize..self.start[key + 1] as usize]
    }
}
