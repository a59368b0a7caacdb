//! The optimum as it is handed out, kept up to date where the network has moved.
//!
//! Prices follow from the potentials as in `optimum`, each from its own node and its group's, so only those of moved
//! nodes are written. The flow is a list by edge: edges that begin or cease to carry anything are merged into it in
//! one pass, which copies what lies between them. Columns that can take nothing are few; their prices are worked out
//! anew.

use super::super::network::NONE;
use super::super::optimum::Optimum;
use super::super::transport::{Transport, number};
use super::edges::Ending;
use super::live::{Flowed, Live};
use super::totals::{Place, Totals};

/// An optimum with what is needed to change it.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) optimum: Optimum,
    /// The list before the last change: memory for the next one.
    spare: Vec<(usize, i64)>,
}

impl Written {
    /// All of it.
    pub(super) fn of(transport: &Transport, totals: &Totals, live: &Live) -> Written {
        let optimum = Optimum {
            flow: Vec::new(),
            row_price: vec![0; transport.rows()],
            column_price: vec![0; transport.columns()],
            row_group_price: vec![0; transport.row_group_capacity.len()],
            column_group_price: vec![0; transport.column_group_capacity.len()],
            pivots: live.pivots,
        };
        let mut written = Written { optimum, spare: Vec::new() };
        let nodes = || 0..number(live.nodes());
        for u in nodes() {
            written.write_price(live, u);
        }
        let edge = |u: u32| {
            let (parent, edge) = (live.tree.arc(u).parent, live.tree.edge(u));
            (edge != NONE).then(|| Flowed { from: u.min(parent), to: u.max(parent), edge })
        };
        written.write_flow(live, &mut nodes().filter_map(edge).collect::<Vec<Flowed>>());
        written.cover(transport, totals, live);
        written
    }

    /// What has moved since the last look.
    pub(super) fn follow(&mut self, transport: &Transport, totals: &Totals, live: &mut Live) {
        for &u in &live.agenda.moved {
            self.write_price(live, u);
            if !live.is_row(u) && !live.is_column(u) && u != live.root {
                for &member in live.members_of(u) {
                    self.write_price(live, member);
                }
            }
        }
        let mut flowed = std::mem::take(&mut live.flowed);
        self.write_flow(live, &mut flowed);
        live.flowed = flowed;
        self.cover(transport, totals, live);
        self.optimum.pivots = live.pivots;
        live.settle();
    }

    fn write_price(&mut self, live: &Live, u: u32) {
        let potential = |u: u32| if live.hangs(u) { live.potential.at(u).value } else { 0 };
        let above = match live.group[u as usize] {
            NONE => 0,
            group => potential(group),
        };
        let own = potential(u);
        match live.place(u) {
            Place::RowGroup(group) => self.optimum.row_group_price[group] = own,
            Place::Row(row) => self.optimum.row_price[row] = (own - above).max(0),
            Place::Root => {}
            Place::Column(column) => self.optimum.column_price[column] = (above - own).max(0),
            Place::ColumnGroup(group) => self.optimum.column_group_price[group] = -own,
        }
    }

    /// Writes what is on some edges, each listed once.
    fn write_flow(&mut self, live: &Live, edges: &mut [Flowed]) {
        edges.sort_unstable_by_key(|flowed| flowed.edge);
        let old = &self.optimum.flow;
        let mut new = std::mem::take(&mut self.spare);
        new.clear();
        let mut taken = 0;
        for &flowed in edges.iter() {
            let (units, edge) = (live.units(flowed), flowed.edge as usize);
            let before = old[taken..].partition_point(|&(other, _)| other < edge);
            new.extend_from_slice(&old[taken..taken + before]);
            taken += before;
            taken += usize::from(old.get(taken).is_some_and(|&(other, _)| other == edge));
            if units > 0 {
                new.push((edge, units));
            }
        }
        if edges.is_empty() {
            self.spare = new;
            return;
        }
        new.extend_from_slice(&old[taken..]);
        self.spare = std::mem::replace(&mut self.optimum.flow, new);
    }

    /// Prices the columns that can take nothing, and the groups, so that their edges are covered (`optimum`).
    fn cover(&mut self, transport: &Transport, totals: &Totals, live: &Live) {
        let missing = |optimum: &Optimum, column: usize| {
            let of = |&Ending { row, edge, .. }: &Ending| {
                let group = transport.row_group[row as usize] as usize;
                let covered = optimum.row_price[row as usize] + optimum.row_group_price[group];
                transport.value[edge as usize] - covered
            };
            live.edges.of_column(column).iter().map(of).max().unwrap_or(0)
        };
        let closed = |column: usize| {
            let group = transport.column_group[column] as usize;
            (transport.column_group_capacity[group] == Some(0) && totals.of_column_group(group) > 0).then_some(group)
        };
        for &u in &live.down {
            if let Place::ColumnGroup(group) = live.place(u) {
                self.optimum.column_group_price[group] = 0;
            }
        }
        let columns = || live.down.iter().filter_map(|&u| match live.place(u) {
            Place::Column(column) => Some(column),
            _ => None,
        });
        for column in columns() {
            if let Some(group) = closed(column) {
                let price = missing(&self.optimum, column);
                let group_price = &mut self.optimum.column_group_price[group];
                *group_price = (*group_price).max(price);
            }
        }
        for column in columns() {
            let group = self.optimum.column_group_price[transport.column_group[column] as usize];
            self.optimum.column_price[column] = match closed(column) {
                Some(_) => 0,
                None => (missing(&self.optimum, column) - group).max(0),
            };
        }
    }
}
