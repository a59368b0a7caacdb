//! The edges as their columns see them.
//!
//! **Problem.** A column whose potential rises looks at its edges. The transport keeps them by row, each in another
//! line of memory.
//!
//! **Layout.** Those of a column stand together, each with its row and about what it is worth: the value, where values
//! fit 32 bits, else as many of its first bits as do, rounded up. That tells nearly always that an edge cannot gain;
//! where it does not the exact value is looked up.

use super::super::transport::{Transport, number};
use super::live::Lists;

/// Bits of a value that are kept.
const BITS: u32 = 31;

/// An edge as its column sees it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Ending {
    pub(super) row: u32,
    pub(super) edge: u32,
    /// About its value, see [`Edges::most`].
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
        let all = all.map(|((&column, &row), edge)| (column as usize, Ending { row, edge, about: 0 }));
        let mut lists = Lists::of(transport.columns(), all);
        let mut place = vec![0; transport.edges()];
        for (at, ending) in lists.all.iter_mut().enumerate() {
            place[ending.edge as usize] = number(at);
            ending.about = about(transport.value[ending.edge as usize], dropped);
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

    /// The edges of a column.
    pub(super) fn of_column(&self, column: usize) -> &[Ending] {
        self.lists.at(column)
    }

    /// What an edge is worth.
    pub(super) fn value(&self, transport: &Transport, edge: u32, about: u32) -> i64 {
        if self.dropped == 0 { about.into() } else { transport.value[edge as usize] }
    }

    /// What an edge is worth at most.
    pub(super) fn most(&self, about: u32) -> i64 {
        i64::from(about) << self.dropped
    }
}

/// The first bits of a value that fits, rounded up.
fn about(value: i64, dropped: u32) -> u32 {
    let kept = (value >> dropped) + i64::from(dropped > 0);
    u32::try_from(kept).expect("it fits")
}
