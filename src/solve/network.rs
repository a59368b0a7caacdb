//! One component as a network with a free-disposal root.
//!
//! **Nodes**, numbered so that *every arc runs from a lower to a higher number*:
//!
//! ```text
//! row groups that bind | rows | root | columns | column groups that bind
//! ```
//!
//! **Arcs** (all lower bounds 0; cost 0 unless said otherwise):
//!
//! ```text
//! edge      row → column             capacity: the edge's, if given       value per unit
//! member    row group → row          capacity: the row's
//!           column → column group    capacity: the column's
//! disposal  row, row group → root    unlimited
//!           root → column without a group, column group       unlimited
//! ```
//!
//! The outermost node of a side (the group that binds, else the row or column itself) has its capacity as
//! supply or demand; the root takes what is not traded and gives what is not received. So "at most" becomes
//! "exactly" without artificial arcs or penalties, and the first basis below is feasible as it stands.
//!
//! **First tree.** Every node hangs on the root by its disposal arc, columns with a group on their group.
//! Rows without a group, row groups, and the nodes the root supplies carry their whole capacity, the others
//! 0. It is *strongly feasible*: from every node a unit can be pushed up to the root along tree arcs
//! (upward arcs have room, downward arcs carry flow; here one needs that no column in the component has
//! capacity 0).
//!
//! Direction needs no table: the tree arc of node `u` with parent `p` points up exactly if `u < p`, and then
//! its flow is its room downwards ([`flow`]).

use std::ops::Range;

use super::component::{Component, Part, Split};
use super::layout::{Edge, Layout, Line, MIDDLE, NEAR, NO_COLUMN, Worth};
use super::transport::{Transport, number};
use super::tree::{Arc, Tree};

/// No node, no edge.
pub(super) const NONE: u32 = u32::MAX;
/// No limit on an arc.
pub(super) const UNLIMITED: i64 = i64::MAX;

/// A component, or a part of one, in local numbers.
#[derive(Debug)]
pub(super) struct Network<'layout, V> {
    /// The root's number: rows and row groups are below, columns and column groups above.
    pub(super) root: u32,
    /// Number of the first row.
    pub(super) first_row: u32,
    /// Number of the first column group.
    pub(super) first_column_group: u32,
    /// Capacity of every node (0 for the root).
    pub(super) capacity: Vec<i64>,
    /// The group's node of every row and column, or [`NONE`].
    pub(super) group: Vec<u32>,
    /// Tie key of every row and column.
    pub(super) key: Vec<u64>,
    /// The edges of its rows.
    pub(super) edges: Edges<'layout, V>,
    /// Position in its component of the first column.
    pub(super) first_column: u32,
    /// The capacity of every far edge of the layout; empty if only nodes limit.
    pub(super) edge_capacity: &'layout [i64],
}

/// The edges of some rows of a layout.
#[derive(Debug)]
pub(super) struct Edges<'layout, V> {
    /// By row; empty where there are far ones only.
    pub(super) near: &'layout [Line<V>],
    /// Those of the first row are `far[start[0] .. start[1]]`.
    pub(super) start: &'layout [u32],
    pub(super) far: &'layout [Edge<V>],
}

impl<V> Clone for Edges<'_, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V> Copy for Edges<'_, V> {}

impl<'layout, V> Edges<'layout, V> {
    /// The far edges of the row at a place, and where they begin.
    pub(super) fn far_of(&self, place: usize) -> (usize, &'layout [Edge<V>]) {
        let (start, end) = (self.start[place] as usize, self.start[place + 1] as usize);
        (start, &self.far[start..end])
    }

    /// Number of edges, of places for near ones.
    pub(super) fn len(&self) -> usize {
        self.near.len() * NEAR + self.far_len()
    }

    pub(super) fn far_len(&self) -> usize {
        self.start.last().map_or(0, |end| (end - self.start[0]) as usize)
    }
}

impl<'layout, V: Worth> Edges<'layout, V> {
    /// Of the row at a place the edges that can be worth `least` or more, near and far, with some that are not;
    /// and where the far ones begin.
    pub(super) fn worth(&self, place: usize, least: i64) -> (&'layout [Edge<V>], &'layout [Edge<V>], usize) {
        let (start, far) = self.far_of(place);
        let Some(line) = self.near.get(place) else { return (&[], far, start) };
        let near = line.iter().take_while(|edge| edge.0 != NO_COLUMN && edge.1.into() >= least).count();
        let reach = match far.get(MIDDLE) {
            _ if near < NEAR => 0,
            Some(first) if first.1.into() < least => MIDDLE,
            _ => far.len(),
        };
        (&line[..near], &far[..reach], start)
    }
}

impl<'layout, V: Worth> Network<'layout, V> {
    /// A component, or a part of one as if nothing else were there.
    pub(super) fn of(
        transport: &Transport,
        split: &Split,
        layout: &'layout Layout<V>,
        component: &Component,
        part: &Part,
    ) -> Network<'layout, V> {
        let (rows, columns) = (&component.rows[part.rows.clone()], &component.columns[part.columns.clone()]);
        let row_groups = &component.row_groups[part.row_groups.clone()];
        let column_groups = &component.column_groups[part.column_groups.clone()];
        let first_row = number(row_groups.len());
        let root = first_row + number(rows.len());
        let first_column_group = root + 1 + number(columns.len());
        let nodes = first_column_group as usize + column_groups.len();
        let group_capacity = |capacity: &[Option<i64>], group: u32| {
            capacity[group as usize].expect("a group without a limit does not bind")
        };
        let mut capacity = Vec::with_capacity(nodes);
        capacity.extend(row_groups.iter().map(|&g| group_capacity(&transport.row_group_capacity, g)));
        capacity.extend(rows.iter().map(|&row| transport.row_capacity[row as usize]));
        capacity.push(0);
        capacity.extend(columns.iter().map(|&column| transport.column_capacity[column as usize]));
        capacity.extend(column_groups.iter().map(|&g| group_capacity(&transport.column_group_capacity, g)));
        let mut key = Vec::with_capacity(nodes);
        key.resize(first_row as usize, 0);
        key.extend(rows.iter().map(|&row| transport.row_key[row as usize]));
        key.push(0);
        key.extend(columns.iter().map(|&column| transport.column_key[column as usize]));
        key.resize(nodes, 0);
        let mut group = vec![NONE; nodes];
        for (node, &row) in (first_row as usize..).zip(rows) {
            let of = transport.row_group[row as usize] as usize;
            if split.row_group_binds[of] {
                group[node] = split.row_group_place[of] - number(part.row_groups.start);
            }
        }
        for (node, &column) in (root as usize + 1..).zip(columns) {
            let of = transport.column_group[column as usize] as usize;
            if split.column_group_binds[of] {
                let place = split.column_group_place[of] - number(part.column_groups.start);
                group[node] = first_column_group + place;
            }
        }
        let first = component.first_row + part.rows.start;
        let range = first..first + rows.len();
        Network {
            root,
            first_row,
            first_column_group,
            capacity,
            group,
            key,
            edges: Edges {
                near: layout.near.get(range.clone()).unwrap_or(&[]),
                start: &layout.far.start[range.start..=range.end],
                far: &layout.far.edges,
            },
            first_column: number(part.columns.start),
            edge_capacity: &layout.capacity,
        }
    }

    /// The node of a column by its place in the component.
    pub(super) fn node_of(&self, column: u32) -> u32 {
        self.root + 1 + column - self.first_column
    }

    /// The position among the network's far edges of a far edge of the layout.
    pub(super) fn index_of(&self, edge: u32) -> usize {
        (edge - self.edges.start[0]) as usize
    }

    /// The potentials of the columns.
    pub(super) fn columns<'potential>(&self, potential: &'potential [i64]) -> &'potential [i64] {
        &potential[self.root as usize + 1..self.first_column_group as usize]
    }

    /// The highest potential of a column.
    pub(super) fn ceiling(&self, potential: &[i64]) -> i64 {
        self.columns(potential).iter().copied().max().unwrap_or(0)
    }

    /// Number of nodes, the root included.
    pub(super) fn nodes(&self) -> usize {
        self.capacity.len()
    }

    /// Whether node `u` is a row.
    pub(super) fn is_row(&self, u: usize) -> bool {
        (self.first_row as usize..self.root as usize).contains(&u)
    }

    /// The nodes of one kind around `u`: row groups, rows, or the root and all above it.
    pub(super) fn kind(&self, u: usize) -> Range<usize> {
        let (first_row, root) = (self.first_row as usize, self.root as usize);
        if u < first_row {
            0..first_row
        } else if u < root {
            first_row..root
        } else {
            root..self.nodes()
        }
    }

    /// Whether node `u` has a disposal arc: all but the root and the columns with a group.
    pub(super) fn disposes(&self, u: u32) -> bool {
        u < self.root || (u > self.root && self.group[u as usize] == NONE)
    }

    /// What node `u` hangs on in the first tree: columns with a group on it, all others on the root.
    pub(super) fn first_place(&self, u: u32) -> u32 {
        let group = self.group[u as usize];
        if u > self.root && group != NONE { group } else { self.root }
    }

    /// Whether an arc between two nodes is an edge: one is a row, the other a column.
    pub(super) fn is_edge(&self, u: u32, v: u32) -> bool {
        let (low, high) = (u.min(v), u.max(v));
        self.is_row(low as usize) && (self.root + 1..self.first_column_group).contains(&high)
    }

    /// The capacity of the member arc between two nodes, if it is one.
    pub(super) fn member_capacity(&self, u: u32, v: u32) -> Option<i64> {
        let member = if self.group[u as usize] == v { u } else { v };
        let group = self.group[member as usize];
        (group != NONE && (group == u || group == v)).then(|| self.capacity[member as usize])
    }

    /// The value of the edge between a row and a column, if there is one.
    pub(super) fn value_of(&self, row: u32, column: u32) -> Option<i64> {
        let place = (row - self.first_row) as usize;
        let wanted = column - self.root - 1 + self.first_column;
        let near = self.edges.near.get(place).into_iter().flatten();
        let found = near.chain(self.edges.far_of(place).1).find(|edge| edge.0 == wanted);
        found.map(|edge| edge.1.into())
    }

    /// The first tree, strongly feasible.
    pub(super) fn first_tree(&self) -> Tree {
        let mut others = vec![false; self.nodes()];
        others[self.root as usize] = true;
        self.tree_without(&others)
    }

    /// The first tree without some nodes, the root among them; these hang nowhere.
    pub(super) fn tree_without(&self, others: &[bool]) -> Tree {
        let mut tree = Tree::root_alone(self.nodes(), self.root);
        for u in (0..number(self.nodes())).rev().filter(|&u| !others[u as usize]) {
            let (group, capacity) = (self.group[u as usize], self.capacity[u as usize]);
            let (up, down) = match (group == NONE, u > self.root) {
                (true, false) => (UNLIMITED - capacity, capacity),
                (true, true) => (capacity, UNLIMITED - capacity),
                (false, true) => (capacity, 0),
                (false, false) => (UNLIMITED, 0),
            };
            tree.plant(u, self.first_place(u), NONE, up, down); // downwards: a column group before its columns
        }
        tree
    }
}

/// The flow on the tree arc of node `u`.
pub(super) fn flow(u: u32, arc: &Arc) -> i64 {
    if u < arc.parent { arc.down } else { arc.up }
}
