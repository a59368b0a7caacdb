//! The instance by column and by row: where to look when one column is filled anew.
//!
//! A *way* is an edge or a member: something that brings units from a row to a column. Two ways of the same row
//! and column are *twins* and exclude each other. A *party* is a group of rows seen from one column: it may use one
//! pool there. All lists are in compressed form and ascend; linear in edges, members and shared memberships but for
//! one sort of the pools by column.

use super::super::limits::Limits;
use super::super::transport::{Transport, number};
use super::Pools;
use std::collections::BTreeMap;
use std::ops::Range;

/// No edge, no pool.
pub(super) const NONE: u32 = u32::MAX;

/// An edge or a member, by index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    Edge(usize),
    Member(usize),
}

/// Lists of indices in one.
#[derive(Debug, Default)]
pub(super) struct Lists {
    start: Vec<usize>,
    entries: Vec<u32>,
}

impl Lists {
    /// For each of `lists` the indices whose key it is, ascending.
    pub(super) fn by(lists: usize, keys: impl Iterator<Item = u32> + Clone) -> Lists {
        let mut start = vec![0; lists + 1];
        keys.clone().for_each(|key| start[key as usize + 1] += 1);
        for list in 0..lists {
            start[list + 1] += start[list];
        }
        let mut next = start.clone();
        let mut entries = vec![0; start[lists]];
        for (index, key) in keys.enumerate() {
            entries[next[key as usize]] = number(index);
            next[key as usize] += 1;
        }
        Lists { start, entries }
    }

    pub(super) fn of(&self, list: usize) -> &[u32] {
        &self.entries[self.range(list)]
    }

    fn range(&self, list: usize) -> Range<usize> {
        self.start[list]..self.start[list + 1]
    }
}

/// The shared capacities of ways, by index.
#[derive(Debug, Default)]
struct Memberships(Option<Lists>);

impl Memberships {
    fn of<'a>(ways: usize, shared: impl Iterator<Item = &'a [usize]>) -> Memberships {
        let pairs: Vec<(usize, u32)> = shared
            .enumerate()
            .flat_map(|(index, list)| list.iter().map(move |&way| (way, number(index))))
            .collect();
        if pairs.is_empty() {
            return Memberships(None);
        }
        let mut lists = Lists::by(ways, pairs.iter().map(|(way, _)| number(*way)));
        for entry in &mut lists.entries {
            *entry = pairs[*entry as usize].1;
        }
        Memberships(Some(lists))
    }

    fn at(&self, way: usize) -> &[u32] {
        self.0.as_ref().map_or(&[], |lists| lists.of(way))
    }
}

/// A checked instance.
#[derive(Debug)]
pub(super) struct Case<'a> {
    pub(super) transport: &'a Transport,
    pub(super) limits: &'a Limits,
    pub(super) pools: &'a Pools,
    pub(super) row_of_edge: Vec<u32>,
    pub(super) pool_of: Vec<u32>,
    /// The edge of a member's row and column, or [`NONE`].
    pub(super) twin: Vec<u32>,
    /// The party of a member.
    pub(super) party: Vec<u32>,
    pub(super) parties: usize,
    edges_of_column: Lists,
    pools_of_column: Lists,
    members_of_row: Lists,
    edge_shared: Memberships,
    member_shared: Memberships,
}

impl<'a> Case<'a> {
    pub(super) fn of(transport: &'a Transport, limits: &'a Limits, pools: &'a Pools) -> Case<'a> {
        let columns = transport.columns();
        let pool_of = pools.pool_of_members();
        let column_of = |member: usize| pools.column[pool_of[member] as usize];
        let twin = |member: usize| {
            let edges = transport.edges_of(pools.row[member] as usize);
            let found = transport.column[edges.clone()].binary_search(&column_of(member));
            found.map_or(NONE, |at| number(edges.start + at))
        };
        let mut known = BTreeMap::new();
        let mut party = |member: usize| {
            let next = number(known.len());
            *known.entry((column_of(member), transport.row_group[pools.row[member] as usize])).or_insert(next)
        };
        let party = (0..pools.members()).map(&mut party).collect();
        Case {
            transport,
            limits,
            pools,
            row_of_edge: transport.row_of_edges(),
            twin: (0..pools.members()).map(twin).collect(),
            party,
            parties: known.len(),
            edges_of_column: Lists::by(columns, transport.column.iter().copied()),
            pools_of_column: Lists::by(columns, pools.column.iter().copied()),
            members_of_row: Lists::by(transport.rows(), pools.row.iter().copied()),
            edge_shared: Memberships::of(
                transport.edges(),
                limits.shared.iter().map(|shared| &shared.edges[..]),
            ),
            member_shared: Memberships::of(pools.members(), pools.shared.iter().map(|list| &list[..])),
            pool_of,
        }
    }

    pub(super) fn edges_of_column(&self, column: usize) -> impl ExactSizeIterator<Item = usize> + '_ {
        self.edges_of_column.of(column).iter().map(|&edge| edge as usize)
    }

    pub(super) fn pools_of_column(&self, column: usize) -> impl ExactSizeIterator<Item = usize> + '_ {
        self.pools_of_column.of(column).iter().map(|&pool| pool as usize)
    }

    pub(super) fn members_of_row(&self, row: usize) -> impl ExactSizeIterator<Item = usize> + '_ {
        self.members_of_row.of(row).iter().map(|&member| member as usize)
    }

    pub(super) fn row(&self, way: Way) -> usize {
        match way {
            Way::Edge(edge) => self.row_of_edge[edge] as usize,
            Way::Member(member) => self.pools.row[member] as usize,
        }
    }

    pub(super) fn column(&self, way: Way) -> usize {
        match way {
            Way::Edge(edge) => self.transport.column[edge] as usize,
            Way::Member(member) => self.pools.column[self.pool_of[member] as usize] as usize,
        }
    }

    pub(super) fn value(&self, way: Way) -> i64 {
        match way {
            Way::Edge(edge) => self.transport.value[edge],
            Way::Member(member) => self.pools.value[member],
        }
    }

    /// The least that a way takes if it takes anything new.
    pub(super) fn need(&self, way: Way) -> i64 {
        match way {
            Way::Edge(edge) => (self.limits.lot(edge) - self.limits.base(edge)).max(1),
            Way::Member(member) => self.pools.member_lot[member].max(1),
        }
    }

    /// Shared capacities that a way draws on.
    pub(super) fn shared(&self, way: Way) -> &[u32] {
        match way {
            Way::Edge(edge) => self.edge_shared.at(edge),
            Way::Member(member) => self.member_shared.at(member),
        }
    }

    /// What a way could carry if it had everything for itself.
    pub(super) fn most(&self, way: Way) -> i64 {
        let (row, column) = (self.row(way), self.column(way));
        let transport = self.transport;
        let groups = [
            transport.row_group_capacity[transport.row_group[row] as usize],
            transport.column_group_capacity[transport.column_group[column] as usize],
        ];
        let own = match way {
            Way::Edge(edge) => transport.edge_capacity.as_ref().map(|capacity| capacity[edge]),
            Way::Member(member) => {
                let hub = self.pools.hub[self.pool_of[member] as usize];
                self.pools.hub_capacity[hub as usize]
            }
        };
        let nodes = transport.row_capacity[row].min(transport.column_capacity[column]);
        let shared = self.shared(way).iter().map(|&index| self.limits.shared[index as usize].capacity);
        groups.into_iter().flatten().chain(own).chain(shared).fold(nodes, i64::min)
    }

    /// Units all members of a pool pass on at most.
    pub(super) fn most_of_pool(&self, pool: usize) -> i64 {
        let column = self.pools.column[pool] as usize;
        let nodes = self.transport.column_capacity[column];
        let hub = self.pools.hub_capacity[self.pools.hub[pool] as usize];
        let group = self.transport.column_group_capacity[self.transport.column_group[column] as usize];
        hub.into_iter().chain(group).fold(nodes, i64::min)
    }
}
