//! A transport as two forests joined by unlimited edges, a flow on it, and its division along a cut.
//!
//! **Nodes.** Supplies: groups first, then rows below their group, then, for every edge whose capacity can
//! bind, one supply below its row. Demands: columns first, then column groups that bind. The arc between a
//! node and its parent is limited by the node's capacity; edges are not limited. Columns without a parent
//! and column groups drain into the sink; groups are filled up to their target.
//!
//! **Division.** Let `S` be all nodes that groups below their target can still push to, `T` the others.
//! Arcs from `S` to `T` are full and arcs from `T` to `S` empty, in this flow and in every other that fills
//! the groups of `S` as far as possible together. So such arcs are fixed for good and the two sides go on
//! alone: a full arc to a supply of `T` becomes units its group must get, and a supply of its own in `T` that is
//! never changed; a full arc to a column group of `T` becomes a drain in `S` and less capacity in `T`.

use crate::solve::component;
use crate::solve::transport::{Transport, number};

/// No node, no entry.
pub(super) const NONE: u32 = u32::MAX;

/// Units that a supply sends to a column, in the list of the column.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) supply: u32,
    pub(super) next: u32,
    pub(super) units: i64,
}

/// A node and the arc to its parent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    /// Its number in the whole.
    pub(super) origin: u32,
    pub(super) parent: u32,
    /// The children are `first .. last`.
    pub(super) first: u32,
    pub(super) last: u32,
    pub(super) capacity: i64,
    pub(super) flow: i64,
}

/// A part of the network, or all of it.
#[derive(Debug, Default)]
pub(super) struct Forest {
    /// Groups are the first `groups`; their capacity is the target, without what they must get.
    pub(super) groups: usize,
    pub(super) supplies: Vec<Node>,
    /// Units that each group must get on top of its flow.
    pub(super) forced: Vec<i64>,
    /// Columns are the first `columns`.
    pub(super) columns: usize,
    pub(super) demands: Vec<Node>,
    /// Edges of supply `s` are `edges[start[s] .. start[s + 1]]`, each a column.
    pub(super) start: Vec<u32>,
    pub(super) edges: Vec<u32>,
    /// The first entry of each column.
    pub(super) head: Vec<u32>,
    pub(super) entries: Vec<Entry>,
}

/// What the numbers of supplies and demands in the whole stand for.
#[derive(Debug)]
pub(super) struct Names {
    pub(super) groups: usize,
    pub(super) rows: usize,
    pub(super) columns: usize,
    /// The row of each supply below a row.
    limited: Vec<u32>,
}

impl Names {
    /// The row a supply stands for, if it is no group.
    pub(super) fn row(&self, supply: u32) -> Option<u32> {
        let row = (supply as usize).checked_sub(self.groups)?;
        Some(if row < self.rows { number(row) } else { self.limited[row - self.rows] })
    }
}

impl Forest {
    /// The whole network without flow. Groups without an edge, and columns that can take nothing, are left out.
    pub(super) fn of(transport: &Transport, excluded: &[bool]) -> (Forest, Names) {
        let groups = transport.row_group_capacity.len();
        let node = |origin: usize, parent: u32, capacity: i64| Node {
            origin: number(origin),
            parent,
            first: 0,
            last: 0,
            capacity,
            flow: 0,
        };
        let mut place = vec![NONE; groups];
        let mut supplies = Vec::new();
        for group in (0..groups).filter(|&group| !excluded[group]) {
            place[group] = number(supplies.len());
            supplies.push(node(group, NONE, 0));
        }
        let first_row = supplies.len();
        let mut rows: Vec<u32> = (0..number(transport.rows())).collect();
        rows.retain(|&row| !transport.edges_of(row as usize).is_empty());
        rows.sort_by_key(|&row| transport.row_group[row as usize]);
        for &row in &rows {
            let row = row as usize;
            let parent = place[transport.row_group[row] as usize];
            supplies.push(node(groups + row, parent, transport.row_capacity[row]));
        }

        let dead = component::dead(transport);
        let binds = component::binds(
            &transport.column_group,
            &transport.column_capacity,
            &transport.column_group_capacity,
        );
        let mut columns: Vec<u32> = (0..number(transport.columns())).collect();
        columns.retain(|&column| !dead[column as usize]);
        columns.sort_by_key(|&column| transport.column_group[column as usize]);
        let mut column_place = vec![NONE; transport.columns()];
        let mut demands: Vec<Node> = Vec::with_capacity(columns.len());
        let mut column_groups = Vec::new();
        for &column in &columns {
            let group = transport.column_group[column as usize];
            if binds[group as usize] && column_groups.last() != Some(&group) {
                column_groups.push(group);
            }
            let parent =
                if binds[group as usize] { number(columns.len() + column_groups.len() - 1) } else { NONE };
            column_place[column as usize] = number(demands.len());
            demands.push(node(column as usize, parent, transport.column_capacity[column as usize]));
        }
        for group in column_groups {
            let capacity = transport.column_group_capacity[group as usize].unwrap_or(0);
            demands.push(node(transport.columns() + group as usize, NONE, capacity));
        }

        let mut forest = Forest { groups: first_row, columns: columns.len(), demands, ..Forest::default() };
        let mut limited = Vec::new();
        let mut below = Vec::new(); // (column, parent, capacity) of supplies below rows
        forest.start.resize(first_row + 1, 0);
        for (at, &row) in (first_row..).zip(&rows) {
            for edge in transport.edges_of(row as usize) {
                let column = column_place[transport.column[edge] as usize];
                if column == NONE {
                    continue;
                }
                let most = supplies[at].capacity.min(forest.demands[column as usize].capacity);
                match transport.edge_capacity.as_ref().map(|capacity| capacity[edge]) {
                    Some(capacity) if capacity < most => {
                        limited.push(row);
                        below.push((column, number(at), capacity));
                    }
                    _ => forest.edges.push(column),
                }
            }
            forest.start.push(number(forest.edges.len()));
        }
        for (at, &(column, parent, capacity)) in below.iter().enumerate() {
            supplies.push(node(groups + transport.rows() + at, parent, capacity));
            forest.edges.push(column);
            forest.start.push(number(forest.edges.len()));
        }
        forest.supplies = supplies;
        forest.forced = vec![0; forest.groups];
        forest.head = vec![NONE; forest.columns];
        forest.find_children();
        (forest, Names { groups, rows: transport.rows(), columns: transport.columns(), limited })
    }

    /// The range of every node's children: they stand together.
    fn find_children(&mut self) {
        for nodes in [&mut self.supplies, &mut self.demands] {
            for at in 0..nodes.len() {
                let parent = nodes[at].parent as usize;
                if let Some(parent) = nodes.get_mut(parent) {
                    if parent.last == 0 {
                        parent.first = number(at);
                    }
                    parent.last = number(at + 1);
                }
            }
        }
    }

    /// The most units each group could get, were it alone with unlimited demand.
    pub(super) fn most(&self, group: usize) -> i128 {
        let Node { first, last, .. } = self.supplies[group];
        self.supplies[first as usize..last as usize].iter().map(|row| i128::from(row.capacity)).sum()
    }

    /// Adds units from a supply to a column.
    pub(super) fn add(&mut self, supply: u32, column: u32, units: i64) {
        let head = &mut self.head[column as usize];
        match self.entries.get_mut(*head as usize) {
            Some(entry) if entry.supply == supply => entry.units += units,
            _ => {
                self.entries.push(Entry { supply, next: *head, units });
                *head = number(self.entries.len() - 1);
            }
        }
    }

    /// Takes entries without units away, and those of one supply in a column together.
    pub(super) fn tidy(&mut self) {
        let old = std::mem::take(&mut self.entries);
        let mut list: Vec<(u32, i64)> = Vec::new();
        for column in 0..self.columns {
            list.clear();
            let mut at = std::mem::replace(&mut self.head[column], NONE);
            while let Some(entry) = old.get(at as usize) {
                if entry.units > 0 {
                    list.push((entry.supply, entry.units));
                }
                at = entry.next;
            }
            list.sort_unstable_by_key(|(supply, _)| *supply);
            for &(supply, units) in &list {
                self.add(supply, number(column), units);
            }
        }
    }

    /// Takes flow away where groups have more than their target.
    pub(super) fn lower_to_targets(&mut self) {
        let mut excess: Vec<i64> =
            self.supplies[..self.groups].iter().map(|group| (group.flow - group.capacity).max(0)).collect();
        if excess.iter().all(|&excess| excess == 0) {
            return;
        }
        // The group above every supply.
        let mut above: Vec<u32> = (0..number(self.supplies.len())).collect();
        for at in self.groups..above.len() {
            let parent = self.supplies[at].parent;
            above[at] = if parent == NONE { NONE } else { above[parent as usize] };
        }
        for column in 0..self.columns {
            let mut at = self.head[column];
            while at != NONE {
                let entry = self.entries[at as usize];
                let group = above[entry.supply as usize];
                let units = excess.get(group as usize).map_or(0, |excess| entry.units.min(*excess));
                if units > 0 {
                    excess[group as usize] -= units;
                    self.entries[at as usize].units -= units;
                    climb(&mut self.supplies, entry.supply, |node| node.flow -= units);
                    climb(&mut self.demands, number(column), |node| node.flow -= units);
                }
                at = entry.next;
            }
        }
    }

    /// The nodes on one side of a cut, alone. `side` says of supplies and then demands whether they are in `S`.
    pub(super) fn part(&self, side: &[bool], source: bool) -> Forest {
        let (supply_side, demand_side) = side.split_at(self.supplies.len());
        let mut part = Forest { start: vec![0], ..Forest::default() };
        let supply_place = places(supply_side, |at| supply_side[at] == source);
        // A column of T below a group of S can take nothing.
        let demand_place = places(demand_side, |at| {
            let parent = self.demands[at].parent;
            demand_side[at] == source && (source || parent == NONE || !demand_side[parent as usize])
        });
        let home = |place: &[u32], parent: u32| if parent == NONE { NONE } else { place[parent as usize] };
        for (at, node) in self.supplies.iter().enumerate().filter(|(at, _)| supply_place[*at] != NONE) {
            if at < self.groups {
                part.groups += 1;
                part.forced.push(self.forced[at]);
            }
            let parent = home(&supply_place, node.parent);
            part.supplies.push(Node { parent, first: 0, last: 0, ..*node });
        }
        for (at, node) in self.demands.iter().enumerate().filter(|(at, _)| demand_place[*at] != NONE) {
            part.columns += usize::from(at < self.columns);
            let parent = home(&demand_place, node.parent);
            part.demands.push(Node { parent, first: 0, last: 0, ..*node });
        }
        if source {
            for (at, node) in self.supplies.iter().enumerate() {
                if node.parent != NONE && !supply_side[at] && supply_side[node.parent as usize] {
                    part.force(supply_place[node.parent as usize], node.flow);
                }
            }
        } else {
            for (at, node) in self.demands.iter().enumerate() {
                if node.parent != NONE && demand_side[at] && !demand_side[node.parent as usize] {
                    let group = &mut part.demands[demand_place[node.parent as usize] as usize];
                    group.capacity -= node.flow;
                    group.flow -= node.flow;
                }
            }
        }
        for (at, _) in supply_place.iter().enumerate().filter(|(_, place)| **place != NONE) {
            let edges = &self.edges[self.start[at] as usize..self.start[at + 1] as usize];
            part.edges
                .extend(edges.iter().map(|&column| demand_place[column as usize]).filter(|&c| c != NONE));
            part.start.push(number(part.edges.len()));
        }
        part.head = vec![NONE; part.columns];
        for (column, &place) in demand_place[..self.columns].iter().enumerate().filter(|(_, p)| **p != NONE) {
            let mut at = self.head[column];
            while let Some(entry) = self.entries.get(at as usize) {
                if entry.units > 0 {
                    part.add(supply_place[entry.supply as usize], place, entry.units);
                }
                at = entry.next;
            }
        }
        part.find_children();
        part
    }

    /// Fixes units that leave a supply for the other side.
    fn force(&mut self, supply: u32, units: i64) {
        let mut at = supply;
        while at as usize >= self.groups && at != NONE {
            let node = &mut self.supplies[at as usize];
            node.capacity -= units;
            node.flow -= units;
            at = node.parent;
        }
        if at != NONE {
            self.supplies[at as usize].flow -= units;
            self.supplies[at as usize].capacity -= units;
            self.forced[at as usize] += units;
        }
    }
}

/// Does something to a node and all above it.
fn climb(nodes: &mut [Node], node: u32, act: impl Fn(&mut Node)) {
    let mut at = node;
    while let Some(node) = nodes.get_mut(at as usize) {
        act(node);
        at = node.parent;
    }
}

/// The new numbers of the nodes that stay.
fn places(side: &[bool], stays: impl Fn(usize) -> bool) -> Vec<u32> {
    let mut place = vec![NONE; side.len()];
    for (new, old) in (0..side.len()).filter(|&at| stays(at)).enumerate() {
        place[old] = number(new);
    }
    place
}
