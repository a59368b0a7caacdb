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

use std::cmp::Reverse;

use super::component::{Component, Split};
use super::transport::{Transport, number};
use super::tree::{Arc, Tree};

/// No node, no edge.
pub(super) const NONE: u32 = u32::MAX;
/// No limit on an arc.
pub(super) const UNLIMITED: i64 = i64::MAX;

/// What a unit on an edge is worth, as it is kept: in 32 bits where all values fit, for pricing reads little
/// else.
pub(super) trait Worth: Copy + Into<i64> + TryFrom<i64> + std::fmt::Debug + Send + Sync {
    /// Sorts edges by falling value, equal ones by falling head.
    fn sort(edges: &mut [Edge<Self>]);
}

impl Worth for i32 {
    fn sort(edges: &mut [Edge<i32>]) {
        // One number to compare; no value is negative.
        let key = |edge: &Edge<i32>| u64::from(edge.value.cast_unsigned()) << 32 | u64::from(edge.head);
        edges.sort_unstable_by_key(|edge| Reverse(key(edge)));
    }
}

impl Worth for i64 {
    fn sort(edges: &mut [Edge<i64>]) {
        edges.sort_unstable_by_key(|edge| Reverse((edge.value, edge.head)));
    }
}

/// An edge as its row sees it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edge<V> {
    /// The column's node.
    pub(super) head: u32,
    pub(super) value: V,
}

/// A component in local numbers.
#[derive(Debug)]
pub(super) struct Network<V> {
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
    /// Edges of node `u`: `start[u] .. start[u + 1]` (empty unless it is a row).
    pub(super) start: Vec<u32>,
    /// Every edge; where edges have no capacities, by falling value in each row.
    pub(super) edges: Vec<Edge<V>>,
    /// The capacity of every edge; empty if only nodes limit.
    pub(super) edge_capacity: Vec<i64>,
}

impl<V: Worth> Network<V> {
    /// Copies one component out of the transport, whose values must fit `V`.
    #[inline(never)]
    pub(super) fn of(transport: &Transport, split: &Split, component: &Component) -> Network<V> {
        let Component { rows, columns, row_groups, column_groups } = component;
        let first_row = number(row_groups.len());
        let root = first_row + number(rows.len());
        let first_column = root + 1;
        let first_column_group = first_column + number(columns.len());
        let nodes = first_column_group as usize + column_groups.len();

        let mut network = Network {
            root,
            first_row,
            first_column_group,
            capacity: Vec::with_capacity(nodes),
            group: vec![NONE; nodes],
            key: vec![0; nodes],
            start: Vec::with_capacity(nodes + 1),
            edges: Vec::with_capacity(rows.iter().map(|&row| transport.edges_of(row as usize).len()).sum()),
            edge_capacity: Vec::new(),
        };
        let group_capacity = |capacity: &[Option<i64>], group: u32| {
            capacity[group as usize].expect("a group without a limit does not bind")
        };
        network.capacity.extend(row_groups.iter().map(|&g| group_capacity(&transport.row_group_capacity, g)));
        network.capacity.extend(rows.iter().map(|&row| transport.row_capacity[row as usize]));
        network.capacity.push(0);
        network.capacity.extend(columns.iter().map(|&column| transport.column_capacity[column as usize]));
        network
            .capacity
            .extend(column_groups.iter().map(|&g| group_capacity(&transport.column_group_capacity, g)));

        network.start.resize(first_row as usize + 1, 0);
        for (place, &row) in rows.iter().enumerate() {
            let row = row as usize;
            let node = first_row as usize + place;
            network.key[node] = transport.row_key[row];
            let group = transport.row_group[row] as usize;
            if split.row_group_binds[group] {
                network.group[node] = split.row_group_place[group];
            }
            for edge in transport.edges_of(row) {
                let column = transport.column[edge] as usize;
                if split.dead[column] {
                    continue;
                }
                let value = V::try_from(transport.value[edge]).ok().expect("the width was chosen by the values");
                network.edges.push(Edge { head: first_column + split.column_place[column], value });
                if let Some(capacity) = &transport.edge_capacity {
                    network.edge_capacity.push(capacity[edge]);
                }
            }
            if transport.edge_capacity.is_none() {
                V::sort(&mut network.edges[network.start[node] as usize..]);
            }
            network.start.push(number(network.edges.len()));
        }
        network.start.resize(nodes + 1, number(network.edges.len()));
        for (place, &column) in columns.iter().enumerate() {
            let column = column as usize;
            let node = first_column as usize + place;
            network.key[node] = transport.column_key[column];
            let group = transport.column_group[column] as usize;
            if split.column_group_binds[group] {
                network.group[node] = first_column_group + split.column_group_place[group];
            }
        }
        network
    }

    /// Number of nodes, the root included.
    pub(super) fn nodes(&self) -> usize {
        self.capacity.len()
    }

    /// Whether node `u` has a disposal arc: all but the root and the columns with a group.
    pub(super) fn disposes(&self, u: u32) -> bool {
        u < self.root || (u > self.root && self.group[u as usize] == NONE)
    }

    /// The first tree, strongly feasible.
    pub(super) fn first_tree(&self) -> Tree {
        let mut tree = Tree::root_alone(self.nodes(), self.root);
        for u in (0..number(self.nodes())).rev().filter(|&u| u != self.root) {
            let (group, capacity) = (self.group[u as usize], self.capacity[u as usize]);
            let (parent, up, down) = match (group == NONE, u > self.root) {
                (true, false) => (self.root, UNLIMITED - capacity, capacity),
                (true, true) => (self.root, capacity, UNLIMITED - capacity),
                (false, true) => (group, capacity, 0),
                (false, false) => (self.root, UNLIMITED, 0),
            };
            tree.plant(u, parent, NONE, up, down); // downwards: a column group before its columns
        }
        tree
    }
}

/// The flow on the tree arc of node `u`.
pub(super) fn flow(u: u32, arc: &Arc) -> i64 {
    if u < arc.parent { arc.down } else { arc.up }
}
