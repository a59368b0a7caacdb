//! Splits a transport into components that share nothing, so that each is solved alone.
//!
//! **Problem.** The optimum of a market is the union of the optima of its connected components. A country
//! falls into hundreds of them (one a product and region), each small enough for the processor's cache:
//! splitting is worth more than any pivot rule, and it is where the parallelism comes from.
//!
//! **What connects.** An edge, and a group whose limit *can* bind. A group with `capacity >= Σ capacity of
//! its members` (all of them, connected or not) can never bind: its level is dropped and its price is 0,
//! which is what keeps one cooperative with two products from welding two markets together.
//!
//! **What is left out.** Columns that can take nothing (capacity 0, or in a group of capacity 0) and their
//! edges: a node that cannot be reached by flow has no place in a strongly feasible tree. They get their
//! price afterwards (see `optimum`). Rows, columns and groups without any remaining edge are in no
//! component: flow 0, price 0.
//!
//! **Parts.** A few edges can weld a country into one component that no cache holds. Where the transport says
//! which rows belong together, a large component is ordered by these parts, so that each can be solved alone
//! first; the optimum of the whole starts from there (see `optimum`). Only parts that are not large themselves help.
//!
//! **Method.** Union-find with path halving and the lowest index as representative (Tarjan, van Leeuwen,
//! *Worst-case analysis of set union algorithms*, JACM 1984): `O(E log N)` worst case, near linear in
//! practice. Components are numbered by their lowest row, members ascend: the result depends on the data
//! alone.

use std::ops::Range;

use rayon::prelude::*;

use super::transport::{Transport, number};

/// No component, no part.
const NONE: u32 = u32::MAX;
/// At most one edge in so many may cross from part to part: with more, the parts' optima are far from the whole's.
const CROSSING: usize = 16;
/// Edges from which on no cache holds a component.
pub(super) const LARGE: usize = 1 << 20;

/// The members of one component; groups only where they can bind. Members ascend, part by part if there are
/// parts.
#[derive(Debug, Default, Clone)]
pub(super) struct Component {
    pub(super) rows: Vec<u32>,
    pub(super) columns: Vec<u32>,
    pub(super) row_groups: Vec<u32>,
    pub(super) column_groups: Vec<u32>,
    /// Rows of the components before it.
    pub(super) first_row: usize,
    /// Edges of its rows, dead ones included.
    pub(super) edges: usize,
    /// Where to begin: rows and columns, by place, that are nearly a component of their own.
    pub(super) parts: Vec<Part>,
}

/// Rows and columns of a component that hang together more than with the others.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) rows: Range<usize>,
    pub(super) columns: Range<usize>,
    pub(super) row_groups: Range<usize>,
    pub(super) column_groups: Range<usize>,
}

/// A transport taken apart.
#[derive(Debug)]
pub(super) struct Split {
    pub(super) components: Vec<Component>,
    /// Whether each column can take nothing and is left out with all its edges.
    pub(super) dead: Vec<bool>,
    /// Whether there is such a column.
    pub(super) any_dead: bool,
    /// Whether each group's limit can bind.
    pub(super) row_group_binds: Vec<bool>,
    pub(super) column_group_binds: Vec<bool>,
    /// Position of each column and group among its kind in its component; meaningless outside of one.
    pub(super) column_place: Vec<u32>,
    pub(super) row_group_place: Vec<u32>,
    pub(super) column_group_place: Vec<u32>,
}

impl Split {
    /// Takes a checked transport apart.
    #[inline(never)]
    pub(super) fn of(transport: &Transport) -> Split {
        let row_group_binds =
            binds(&transport.row_group, &transport.row_capacity, &transport.row_group_capacity);
        let column_group_binds =
            binds(&transport.column_group, &transport.column_capacity, &transport.column_group_capacity);
        let dead = dead(transport);

        // Elements: columns, row groups, column groups, one after the other. A row is where its columns are.
        let first_row_group = transport.columns();
        let first_column_group = first_row_group + row_group_binds.len();
        let elements = first_column_group + column_group_binds.len();
        let rows: Vec<usize> = (0..transport.rows()).collect();
        let unite = |rows: &[usize]| {
            let mut sets = Sets::singletons(elements);
            for &row in rows {
                let columns = &transport.column[transport.edges_of(row)];
                let mut live = columns.iter().map(|&c| c as usize).filter(|&c| !dead[c]);
                let Some(first) = live.next() else { continue };
                let mut root = sets.find(first);
                for column in live {
                    // Nearly always they are together already, one step from the root.
                    if sets.parent[column] as usize != root {
                        root = sets.unite(root, column);
                    }
                }
                let group = transport.row_group[row] as usize;
                if row_group_binds[group] {
                    sets.unite(root, first_row_group + group);
                }
            }
            sets
        };
        // Runs of rows fixed by their number, so that any number of threads does the same.
        let run = (transport.rows() / 2).max(1 << 12);
        let several: Vec<Sets> = rows.par_chunks(run).map(unite).collect();
        let mut sets = Sets::singletons(elements);
        for other in several {
            for (element, &parent) in other.parent.iter().enumerate() {
                if parent as usize != element {
                    sets.unite(element, parent as usize);
                }
            }
        }
        for column in (0..transport.columns()).filter(|&column| !dead[column]) {
            let group = transport.column_group[column] as usize;
            if column_group_binds[group] {
                sets.unite(column, first_column_group + group);
            }
        }

        let mut components: Vec<Component> = Vec::new();
        let mut component_of = vec![NONE; elements]; // by representative
        for row in 0..transport.rows() {
            let columns = &transport.column[transport.edges_of(row)];
            let Some(&column) = columns.iter().find(|&&column| !dead[column as usize]) else { continue };
            let component = &mut component_of[sets.find(column as usize)];
            if *component == NONE {
                *component = number(components.len());
                components.push(Component::default());
            }
            components[*component as usize].rows.push(number(row));
        }
        let mut place = |first: usize, count: usize, list: fn(&mut Component) -> &mut Vec<u32>| {
            let mut place = vec![0; count];
            for (index, place) in place.iter_mut().enumerate() {
                let component = component_of[sets.find(first + index)];
                if component != NONE {
                    let members = list(&mut components[component as usize]);
                    *place = number(members.len());
                    members.push(number(index));
                }
            }
            place
        };
        let mut column_place = place(0, transport.columns(), |c| &mut c.columns);
        let mut row_group_place = place(first_row_group, row_group_binds.len(), |c| &mut c.row_groups);
        let mut column_group_place =
            place(first_column_group, column_group_binds.len(), |c| &mut c.column_groups);
        let mut first_row = 0;
        for component in &mut components {
            component.first_row = first_row;
            first_row += component.rows.len();
            component.edges = component.rows.iter().map(|&row| transport.edges_of(row as usize).len()).sum();
            component.divide(
                transport,
                [&row_group_binds, &column_group_binds],
                [&mut column_place, &mut row_group_place, &mut column_group_place],
            );
        }
        Split {
            components,
            any_dead: dead.contains(&true),
            dead,
            row_group_binds,
            column_group_binds,
            column_place,
            row_group_place,
            column_group_place,
        }
    }
}

impl Component {
    /// All of it, as one part.
    pub(super) fn whole(&self) -> Part {
        Part {
            rows: 0..self.rows.len(),
            columns: 0..self.columns.len(),
            row_groups: 0..self.row_groups.len(),
            column_groups: 0..self.column_groups.len(),
        }
    }

    /// Orders a large component by the parts that the transport suggests: columns with the part that most of their
    /// edges come from, groups with their members. Groups that bind with members in several parts are in none, and
    /// neither are their members.
    fn divide(&mut self, transport: &Transport, binds: [&[bool]; 2], places: [&mut [u32]; 3]) {
        if transport.row_part.is_empty() || transport.edge_capacity.is_some() || self.edges < LARGE {
            return;
        }
        let [column_place, row_group_place, column_group_place] = places;
        let suggested = |row: u32| transport.row_part[row as usize];
        let of_row_group = common(&self.rows, suggested, &transport.row_group, binds[0]);
        let part_of_row = |row: u32| {
            let group = transport.row_group[row as usize] as usize;
            if binds[0][group] { of_row_group[group] } else { suggested(row) }
        };
        let rows = sorted(&mut self.rows, part_of_row);
        // Per column, by place: the part at hand with its edges so far, and the part with most edges.
        let mut count = vec![(NONE, 0_u32, NONE, 0_u32); self.columns.len()];
        let mut all = 0;
        for (&row, &part) in self.rows.iter().zip(&rows) {
            for &column in &transport.column[transport.edges_of(row as usize)] {
                // Columns without a place have place 0 and count there: a suggestion need not be exact.
                all += 1;
                let (at, edges, best, most) = &mut count[column_place[column as usize] as usize];
                *edges = if *at == part { *edges + 1 } else { 1 };
                *at = part;
                if *edges > *most && part != NONE {
                    (*best, *most) = (part, *edges);
                }
            }
        }
        let within: usize = count.iter().map(|(.., most)| *most as usize).sum();
        let worth_it = all - within <= all / CROSSING;
        let most_edges = |column: u32| count[column_place[column as usize] as usize].2;
        let of_column_group = common(&self.columns, most_edges, &transport.column_group, binds[1]);
        let part_of_column = |column: u32| {
            let group = transport.column_group[column as usize] as usize;
            if binds[1][group] { of_column_group[group] } else { most_edges(column) }
        };
        let columns = sorted(&mut self.columns, part_of_column);
        let row_groups = sorted(&mut self.row_groups, |group| of_row_group[group as usize]);
        let column_groups = sorted(&mut self.column_groups, |group| of_column_group[group as usize]);
        for (members, places) in [
            (&self.columns, column_place),
            (&self.row_groups, row_group_place),
            (&self.column_groups, column_group_place),
        ] {
            for (place, &member) in members.iter().enumerate() {
                places[member as usize] = number(place);
            }
        }
        let of = |parts: &[u32], part: u32| {
            parts.partition_point(|&of| of < part)..parts.partition_point(|&of| of <= part)
        };
        for part in rows.chunk_by(|a, b| a == b).map(|same| same[0]).filter(|&part| part != NONE) {
            let part = Part {
                rows: of(&rows, part),
                columns: of(&columns, part),
                row_groups: of(&row_groups, part),
                column_groups: of(&column_groups, part),
            };
            if !part.columns.is_empty() {
                self.parts.push(part);
            }
        }
        let edges = |part: &Part| -> usize {
            self.rows[part.rows.clone()].iter().map(|&row| transport.edges_of(row as usize).len()).sum()
        };
        // A part that is large itself would have to be solved from rest.
        if self.parts.len() < 2 || !worth_it || self.parts.iter().any(|part| edges(part) >= LARGE) {
            self.parts.clear();
        }
    }
}

/// The part that all members of each group are in, [`NONE`] where they are in several.
fn common(members: &[u32], part_of: impl Fn(u32) -> u32, group: &[u32], binds: &[bool]) -> Vec<u32> {
    let mut common: Vec<Option<u32>> = vec![None; binds.len()];
    for &member in members {
        let (group, part) = (group[member as usize] as usize, part_of(member));
        if binds[group] {
            common[group] = Some(if common[group].is_none_or(|common| common == part) { part } else { NONE });
        }
    }
    common.into_iter().map(|common| common.unwrap_or(NONE)).collect()
}

/// Sorts members by part and number; returns their parts in the new order.
fn sorted(members: &mut [u32], part_of: impl Fn(u32) -> u32) -> Vec<u32> {
    let mut keys: Vec<(u32, u32)> = members.iter().map(|&member| (part_of(member), member)).collect();
    keys.sort_unstable();
    for (member, key) in members.iter_mut().zip(&keys) {
        *member = key.1;
    }
    keys.into_iter().map(|(part, _)| part).collect()
}

/// Which columns can take nothing.
pub(super) fn dead(transport: &Transport) -> Vec<bool> {
    let group_capacity =
        |column: usize| transport.column_group_capacity[transport.column_group[column] as usize];
    let columns = 0..transport.columns();
    columns
        .map(|column| transport.column_capacity[column] == 0 || group_capacity(column) == Some(0))
        .collect()
}

/// Which groups can bind: those whose members can together exceed the limit.
pub(super) fn binds(group: &[u32], capacity: &[i64], group_capacity: &[Option<i64>]) -> Vec<bool> {
    let mut total = vec![0_i128; group_capacity.len()];
    for (&group, &capacity) in group.iter().zip(capacity) {
        total[group as usize] += i128::from(capacity);
    }
    let can_bind =
        |(limit, total): (&Option<i64>, i128)| limit.is_some_and(|limit| i128::from(limit) < total);
    group_capacity.iter().zip(total).map(can_bind).collect()
}

/// Disjoint sets, each represented by its lowest element.
struct Sets {
    parent: Vec<u32>,
}

impl Sets {
    fn singletons(count: usize) -> Sets {
        Sets { parent: (0..count).map(number).collect() }
    }

    fn find(&mut self, element: usize) -> usize {
        let mut element = element;
        while self.parent[element] as usize != element {
            let grandparent = self.parent[self.parent[element] as usize];
            self.parent[element] = grandparent;
            element = grandparent as usize;
        }
        element
    }

    /// Returns the representative of both.
    fn unite(&mut self, one: usize, other: usize) -> usize {
        let (one, other) = (self.find(one), self.find(other));
        self.parent[one.max(other)] = number(one.min(other));
        one.min(other)
    }
}
