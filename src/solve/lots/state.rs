//! A flow on a ground that keeps every limit but "whole", with the way back.
//!
//! **Invariant.** `room`, `left`, partners, lists of open items and the value always agree with `flow`. Between
//! moves whole columns are full or empty as well.
//!
//! **Way back.** Two logs: what the move at hand has changed, to undo it; and what each item had in the best flow,
//! for those that changed since, to return to it. Neither copies the flow: on large grounds that would cost more
//! than the search.

use super::super::transport::number;
use super::ground::{Ground, NONE};

/// A flow and what it leaves.
#[derive(Debug)]
pub(super) struct State<'g> {
    pub(super) ground: &'g Ground,
    pub(super) flow: Vec<i64>,
    pub(super) value: i128,
    /// Units every resource has left.
    pub(super) room: Vec<i64>,
    /// Units every column can still take.
    pub(super) left: Vec<i64>,
    /// New partners rows and columns may still have; `u32::MAX` is unlimited.
    pub(super) row_partners: Vec<u32>,
    pub(super) column_partners: Vec<u32>,
    /// Items with flow, of every column and every resource.
    pub(super) open: Vec<Vec<u32>>,
    pub(super) users: Vec<Vec<u32>>,
    /// (item, units before) of the move at hand.
    log: Vec<(u32, i64)>,
    pub(super) best: i128,
    /// Units in the best flow of the items that may have changed since.
    since: Vec<(u32, i64)>,
    stamp: Vec<u32>,
    era: u32,
}

impl<'g> State<'g> {
    /// Nothing flows.
    pub(super) fn empty(ground: &'g Ground) -> State<'g> {
        State {
            ground,
            flow: vec![0; ground.items.len()],
            value: 0,
            room: ground.room.clone(),
            left: ground.columns.iter().map(|column| column.capacity).collect(),
            row_partners: ground.row_partners.clone(),
            column_partners: ground.columns.iter().map(|column| column.partners).collect(),
            open: vec![Vec::new(); ground.columns.len()],
            users: vec![Vec::new(); ground.room.len()],
            log: Vec::new(),
            best: 0,
            since: Vec::new(),
            stamp: vec![0; ground.items.len()],
            era: 0,
        }
    }

    /// A flow that keeps the limits.
    pub(super) fn with(ground: &'g Ground, flow: &[i64]) -> State<'g> {
        let mut state = State::empty(ground);
        for (item, &units) in flow.iter().enumerate().filter(|(_, units)| **units > 0) {
            state.put(item, units);
        }
        state.keep();
        state
    }

    /// Sets the flow of an item, remembering what it was.
    pub(super) fn set(&mut self, item: usize, units: i64) {
        let before = self.flow[item];
        if before != units {
            self.log.push((number(item), before));
            if self.stamp[item] != self.era {
                self.stamp[item] = self.era;
                self.since.push((number(item), before));
            }
            self.put(item, units);
        }
    }

    fn put(&mut self, item: usize, units: i64) {
        let ground = self.ground;
        let before = self.flow[item];
        let more = units - before;
        let Item { row, value, counts } = Item::of(ground, item);
        let column = ground.column_of[item] as usize;
        self.flow[item] = units;
        self.value += i128::from(value) * i128::from(more);
        self.left[column] -= more;
        ground.for_each_resource(item, |resource| self.room[resource] -= more);
        if (before == 0) == (units == 0) {
            return;
        }
        let opens = before == 0;
        if counts {
            for left in [&mut self.row_partners[row], &mut self.column_partners[column]] {
                if *left != u32::MAX {
                    *left = if opens { *left - 1 } else { *left + 1 };
                }
            }
        }
        let item = number(item);
        if opens {
            self.open[column].push(item);
            ground.for_each_resource(item as usize, |resource| self.users[resource].push(item));
        } else {
            remove(&mut self.open[column], item);
            ground.for_each_resource(item as usize, |resource| remove(&mut self.users[resource], item));
        }
    }

    /// Empties a column.
    pub(super) fn clear(&mut self, column: usize) {
        while let Some(&item) = self.open[column].last() {
            self.set(item as usize, 0);
        }
    }

    /// Begins a move.
    pub(super) fn begin(&mut self) {
        self.log.clear();
    }

    /// The items that the move has changed.
    pub(super) fn changed(&self) -> impl Iterator<Item = u32> {
        self.log.iter().map(|&(item, _)| item)
    }

    /// Takes the move back.
    pub(super) fn undo(&mut self) {
        while let Some((item, before)) = self.log.pop() {
            self.put(item as usize, before);
        }
    }

    /// The flow at hand is the best now.
    pub(super) fn keep(&mut self) {
        self.best = self.value;
        self.since.clear();
        self.era += 1;
    }

    /// Returns to the best.
    pub(super) fn return_to_best(&mut self) {
        let since = std::mem::take(&mut self.since);
        // Downwards first: partners never run below nothing.
        for &(item, units) in since.iter().filter(|&&(_, units)| units == 0) {
            self.put(item as usize, units);
        }
        for &(item, units) in &since {
            self.put(item as usize, units);
        }
        self.keep();
    }

    /// Units that resources leave for an item.
    #[inline]
    pub(super) fn room_for(&self, item: usize) -> i64 {
        let mut room = i64::MAX;
        self.ground.for_each_resource(item, |resource| room = room.min(self.room[resource]));
        room
    }

    /// Whether an item that is closed may be opened as far as partners go.
    #[inline]
    pub(super) fn may_open(&self, item: usize) -> bool {
        let Item { row, counts, .. } = Item::of(self.ground, item);
        !counts
            || (self.row_partners[row] > 0 && self.column_partners[self.ground.column_of[item] as usize] > 0)
    }

    /// Gives an item what fits, if it is not in a whole column; how much.
    pub(super) fn raise(&mut self, item: usize) -> i64 {
        let column = self.ground.column_of[item] as usize;
        let flow = self.flow[item];
        let choice = &self.ground.items[item];
        let more = (choice.most - flow).min(self.left[column]);
        if more <= 0 || self.ground.columns[column].whole {
            return 0;
        }
        let more = more.min(self.room_for(item));
        if more <= 0 || (flow == 0 && (more < choice.least || !self.may_open(item))) {
            return 0;
        }
        self.set(item, flow + more);
        more
    }

    /// Hands out what a row has left, to its most valuable items first.
    pub(super) fn fill(&mut self, row: usize) {
        if self.room[row] == 0 {
            return;
        }
        let ground = self.ground;
        for &item in ground.by_row.at(row) {
            self.raise(item as usize);
            if self.room[row] == 0 {
                return;
            }
        }
    }

    /// [`fill`](Self::fill) for all rows, in their order.
    pub(super) fn fill_all(&mut self) {
        for row in 0..self.ground.rows() {
            self.fill(row);
        }
    }
}

/// What a change of flow needs to know of an item.
struct Item {
    row: usize,
    value: i64,
    counts: bool,
}

impl Item {
    #[inline]
    fn of(ground: &Ground, item: usize) -> Item {
        let item = &ground.items[item];
        debug_assert_ne!(item.row, NONE);
        Item { row: item.row as usize, value: item.value, counts: item.counts }
    }
}

fn remove(list: &mut Vec<u32>, item: u32) {
    let at = list.iter().rposition(|&other| other == item).expect("open items are listed");
    list.swap_remove(at);
}
