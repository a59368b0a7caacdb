//! Columns with their rows and resources in local numbers, as bound and search read them.
//!
//! **What it is.** Some columns of a transport, for each the rows that can serve it (*items*), and everything an
//! item uses up: its row, the row's group, the column's group, shared capacities. These are all *resources*
//! with room and, in the Lagrangian, a price; only the capacity of the column itself is none.
//!
//! **Order.** Rows, columns and groups are numbered by their keys, not by their place in the transport, and the
//! items of a column by row: all that follows is then the same for any order of the input.
//!
//! **Presolve.** Contracts are worked in: an item needs `lot − base` units at least, and an edge with a base is no
//! new partner. Items whose least exceeds all they could get are left out, and so are whole columns that even
//! their largest items, as many as may be partners, cannot fill.
//!
//! **Blocks.** [`Ground::block`] cuts some columns out of a ground, with the room that the others leave and what
//! of it belongs to the block: blocks that share no column can be worked on at once.

use std::cmp::Reverse;

use super::super::limits::Limits;
use super::super::transport::{Transport, number};

/// No resource.
pub(super) const NONE: u32 = u32::MAX;

/// A row that can serve a column.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item {
    pub(super) value: i64,
    /// New units it takes if it takes any, at least 1.
    pub(super) least: i64,
    pub(super) most: i64,
    pub(super) row: u32,
    /// Whether it would be a new partner of row and column.
    pub(super) counts: bool,
}

/// A column.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    pub(super) capacity: i64,
    /// New partners it may have.
    pub(super) partners: u32,
    pub(super) whole: bool,
    /// Whether it is to be filled, whatever that brings (see `branch`).
    pub(super) must: bool,
    /// The resource that is its group, or [`NONE`].
    pub(super) group: u32,
    /// Its number in the transport.
    pub(super) origin: u32,
}

/// A capacity that several columns use, by its number in the transport or the limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resource {
    /// Of a row.
    Row(u32),
    /// Of a row group.
    RowGroup(u32),
    /// Of a column group.
    ColumnGroup(u32),
    /// A shared capacity.
    Shared(u32),
}

/// Lists of things, one after the other.
#[derive(Debug, Clone, Default)]
pub(super) struct Lists<T = u32> {
    pub(super) start: Vec<u32>,
    pub(super) list: Vec<T>,
}

impl<T: Copy + Default> Lists<T> {
    /// From (list, thing) pairs; things keep their order.
    pub(super) fn of(count: usize, pairs: impl Iterator<Item = (u32, T)> + Clone) -> Lists<T> {
        let mut start = vec![0; count + 1];
        for (list, _) in pairs.clone() {
            start[list as usize + 1] += 1;
        }
        for at in 0..count {
            start[at + 1] += start[at];
        }
        let mut next = start.clone();
        let mut list = vec![T::default(); start[count] as usize];
        for (at, thing) in pairs {
            list[next[at as usize] as usize] = thing;
            next[at as usize] += 1;
        }
        Lists { start, list }
    }

    pub(super) fn at(&self, at: usize) -> &[T] {
        if self.start.is_empty() {
            &[]
        } else {
            &self.list[self.start[at] as usize..self.start[at + 1] as usize]
        }
    }
}

/// Columns, items and resources.
#[derive(Debug, Clone, Default)]
pub(super) struct Ground {
    pub(super) columns: Vec<Column>,
    /// Items of column `c`: `start[c] .. start[c + 1]`.
    pub(super) start: Vec<u32>,
    pub(super) items: Vec<Item>,
    /// The edge of the transport that each item is.
    pub(super) edge: Vec<u32>,
    /// The column of each item.
    pub(super) column_of: Vec<u32>,
    /// Items of each row, by falling value.
    pub(super) by_row: Lists,
    /// The resource that is each row's group, or [`NONE`].
    pub(super) row_group: Vec<u32>,
    /// New partners each row may have.
    pub(super) row_partners: Vec<u32>,
    /// Room of every resource: rows first.
    pub(super) room: Vec<i64>,
    pub(super) resource: Vec<Resource>,
    /// Shared capacities of every item, as resources; empty if there are none.
    pub(super) shared: Lists,
}

impl Ground {
    pub(super) fn rows(&self) -> usize {
        self.row_group.len()
    }

    pub(super) fn items_of(&self, column: usize) -> std::ops::Range<usize> {
        self.start[column] as usize..self.start[column + 1] as usize
    }

    /// Does something with every resource that an item uses.
    #[inline]
    pub(super) fn for_each_resource(&self, item: usize, mut see: impl FnMut(usize)) {
        let row = self.items[item].row as usize;
        see(row);
        if self.row_group[row] != NONE {
            see(self.row_group[row] as usize);
        }
        let group = self.columns[self.column_of[item] as usize].group;
        if group != NONE {
            see(group as usize);
        }
        for &shared in self.shared.at(item) {
            see(shared as usize);
        }
    }

    /// What a unit of each resource costs, together, on an item.
    #[inline]
    pub(super) fn price(&self, item: usize, price: &[i64]) -> i64 {
        let mut sum = 0;
        self.for_each_resource(item, |resource| sum += price[resource]);
        sum
    }

    /// The columns of a transport with these rows, and the groups that bind (see `component`). `rows` and `columns`
    /// in the order of their keys.
    pub(super) fn of(
        transport: &Transport,
        limits: &Limits,
        rows: &[u32],
        columns: &[u32],
        places: &mut Places,
    ) -> Ground {
        let mut ground = Ground::default();
        for (at, &column) in columns.iter().enumerate() {
            places.column[column as usize] = number(at);
        }
        let mut old_partners = vec![0_u32; columns.len()];
        let mut found: Vec<(u32, (u32, u32))> = Vec::new(); // column, (row, edge)
        for (row, &origin) in rows.iter().enumerate() {
            let origin = origin as usize;
            let mut old = 0;
            for edge in transport.edges_of(origin) {
                let column = transport.column[edge] as usize;
                if limits.base(edge) > 0 {
                    old += 1;
                    if !places.dead[column] {
                        old_partners[places.column[column] as usize] += 1;
                    }
                }
                if !places.dead[column] {
                    found.push((places.column[column], (number(row), number(edge))));
                }
            }
            let left = |limit: Option<u32>| limit.map_or(u32::MAX, |limit| limit.saturating_sub(old));
            ground.row_partners.push(left(limits.row_partners(origin)));
            ground.room.push(transport.row_capacity[origin]);
            ground.resource.push(Resource::Row(number(origin)));
            let group = transport.row_group[origin];
            let group = if places.row_group_binds[group as usize] {
                let capacity = transport.row_group_capacity[group as usize];
                ground.add(&mut places.row_group, group, capacity, Resource::RowGroup)
            } else {
                NONE
            };
            ground.row_group.push(group);
        }
        // Groups were numbered among the rows: put them behind.
        ground.rows_first();
        for (at, &column) in columns.iter().enumerate() {
            let origin = column as usize;
            let left = |limit: u32| limit.saturating_sub(old_partners[at]);
            let group = transport.column_group[origin];
            let group = if places.column_group_binds[group as usize] {
                let capacity = transport.column_group_capacity[group as usize];
                ground.add(&mut places.column_group, group, capacity, Resource::ColumnGroup)
            } else {
                NONE
            };
            ground.columns.push(Column {
                capacity: transport.column_capacity[origin],
                partners: limits.column_partners(origin).map_or(u32::MAX, left),
                whole: limits.column_whole(origin),
                must: false,
                group,
                origin: column,
            });
        }
        let mut shared = Vec::new();
        let found = Lists::of(columns.len(), found.iter().copied());
        for column in 0..number(columns.len()) {
            ground.start.push(number(ground.items.len()));
            let first = ground.items.len();
            for &(row, edge) in found.at(column as usize) {
                ground.add_item(transport, limits, places, (column, row, edge), &mut shared);
            }
            let to = &ground.columns[column as usize];
            if to.whole && ground.reach(first) < i128::from(to.capacity) {
                ground.items.truncate(first);
                ground.edge.truncate(first);
                ground.column_of.truncate(first);
                shared.retain(|&(item, _)| (item as usize) < first);
            }
        }
        ground.start.push(number(ground.items.len()));
        if !shared.is_empty() {
            ground.shared = Lists::of(ground.items.len(), shared.iter().copied());
        }
        ground.sort_rows();
        ground
    }

    /// Numbers a resource when it is first met.
    fn add(&mut self, places: &mut [u32], origin: u32, room: Option<i64>, kind: fn(u32) -> Resource) -> u32 {
        let place = &mut places[origin as usize];
        if *place == NONE {
            *place = number(self.room.len());
            self.room.push(room.unwrap_or(i64::MAX));
            self.resource.push(kind(origin));
        }
        *place
    }

    /// Puts the rows before the other resources.
    fn rows_first(&mut self) {
        let mut order: Vec<usize> = (0..self.room.len()).collect();
        order.sort_by_key(|&at| !matches!(self.resource[at], Resource::Row(_))); // stable
        let mut place = vec![0; order.len()];
        for (new, &old) in order.iter().enumerate() {
            place[old] = number(new);
        }
        self.room = order.iter().map(|&at| self.room[at]).collect();
        self.resource = order.iter().map(|&at| self.resource[at]).collect();
        for group in self.row_group.iter_mut().filter(|group| **group != NONE) {
            *group = place[*group as usize];
        }
    }

    fn add_item(
        &mut self,
        transport: &Transport,
        limits: &Limits,
        places: &mut Places,
        (column, row, edge): (u32, u32, u32),
        shared: &mut Vec<(u32, u32)>,
    ) {
        let at = edge as usize;
        let base = limits.base(at);
        let to = self.columns[column as usize];
        let mut item = Item {
            value: transport.value[at],
            least: (limits.lot(at) - base).max(1),
            most: self.room[row as usize].min(to.capacity),
            row,
            counts: base == 0,
        };
        for group in [self.row_group[row as usize], to.group].into_iter().filter(|&group| group != NONE) {
            item.most = item.most.min(self.room[group as usize]);
        }
        if let Some(capacity) = &transport.edge_capacity {
            item.most = item.most.min(capacity[at]);
        }
        for &index in places.shared_of.at(at) {
            item.most = item.most.min(limits.shared[index as usize].capacity);
        }
        let a_partner_too_many = item.counts && (to.partners == 0 || self.row_partners[row as usize] == 0);
        if item.least > item.most || a_partner_too_many {
            return;
        }
        let place = number(self.items.len());
        for &index in places.shared_of.at(at) {
            let capacity = Some(limits.shared[index as usize].capacity);
            shared.push((place, self.add(&mut places.shared, index, capacity, Resource::Shared)));
        }
        self.items.push(item);
        self.edge.push(edge);
        self.column_of.push(column);
    }

    /// The most that the last column's items from `first` on can carry with as many partners as it may have.
    fn reach(&self, first: usize) -> i128 {
        let column = &self.columns[self.start.len() - 1];
        let items = &self.items[first..];
        let mut counting: Vec<i64> = items.iter().filter(|item| item.counts).map(|item| item.most).collect();
        counting.sort_unstable_by_key(|&most| Reverse(most));
        counting.truncate(column.partners as usize);
        let free = items.iter().filter(|item| !item.counts).map(|item| item.most);
        free.chain(counting).map(i128::from).sum()
    }

    /// Lists the items of every row by falling value.
    pub(super) fn sort_rows(&mut self) {
        let pairs = self.items.iter().zip(0..).map(|(item, at)| (item.row, at));
        let mut lists = Lists::of(self.rows(), pairs);
        for row in 0..self.rows() {
            let range = lists.start[row] as usize..lists.start[row + 1] as usize;
            lists.list[range].sort_by_key(|&item| Reverse(self.items[item as usize].value)); // stable: by column
        }
        self.by_row = lists;
    }
}

/// Where the members of a transport are in a ground, and what is known of all of them.
#[derive(Debug)]
pub(super) struct Places {
    pub(super) column: Vec<u32>,
    pub(super) row_group: Vec<u32>,
    pub(super) column_group: Vec<u32>,
    pub(super) shared: Vec<u32>,
    pub(super) dead: Vec<bool>,
    pub(super) row_group_binds: Vec<bool>,
    pub(super) column_group_binds: Vec<bool>,
    /// The shared capacities of every edge.
    pub(super) shared_of: Lists,
}
