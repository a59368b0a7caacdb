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
use super::live::{Flowed, Live, MANY};
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
        let mut optimum = Optimum { pivots: live.pivots, ..Optimum::nothing(transport) };
        for u in 0..number(live.nodes()) {
            write_price(&mut optimum, live, u);
        }
        cover(&mut optimum, transport, totals, live);
        let edge = |u: u32| {
            let (parent, edge) = (live.tree.arc(u).parent, live.tree.edge(u));
            (edge != NONE).then(|| Flowed { from: u.min(parent), to: u.max(parent), edge })
        };
        let mut edges: Vec<Flowed> = (0..number(live.nodes())).filter_map(edge).collect();
        let mut written = Written { optimum, spare: Vec::new() };
        write_flow(&mut written.optimum.flow, &mut written.spare, live, &mut edges);
        written.spare.clone_from(&written.optimum.flow);
        written
    }

    /// What has moved since the last look.
    pub(super) fn follow(&mut self, transport: &Transport, totals: &Totals, live: &mut Live) {
        let (mut flow, mut flowed) =
            (std::mem::take(&mut self.optimum.flow), std::mem::take(&mut live.flowed));
        let (optimum, spare, standing) = (&mut self.optimum, &mut self.spare, &*live);
        let mut prices = || {
            for &u in &standing.agenda.moved {
                write_price(optimum, standing, u);
                if !standing.is_row(u) && !standing.is_column(u) && u != standing.root {
                    for &member in standing.members_of(u) {
                        write_price(optimum, standing, member);
                    }
                }
            }
            cover(optimum, transport, totals, standing);
        };
        if flowed.len() < MANY {
            write_flow(&mut flow, spare, standing, &mut flowed);
            prices();
        } else {
            rayon::join(|| write_flow(&mut flow, spare, standing, &mut flowed), prices);
        }
        (self.optimum.flow, live.flowed) = (flow, flowed);
        self.optimum.pivots = live.pivots;
        live.settle();
    }
}

/// Writes the price of a node.
fn write_price(optimum: &mut Optimum, live: &Live, u: u32) {
    let potential = |u: u32| if live.hangs(u) { live.potential.at(u).value } else { 0 };
    let own = potential(u);
    let above = match live.group[u as usize] {
        NONE => 0,
        group => potential(group),
    };
    match live.place(u) {
        Place::RowGroup(group) => optimum.row_group_price[group] = own,
        Place::Row(row) => optimum.row_price[row] = (own - above).max(0),
        Place::Root => {}
        Place::Column(column) => optimum.column_price[column] = (above - own).max(0),
        Place::ColumnGroup(group) => optimum.column_group_price[group] = -own,
    }
}

/// Writes what is on some edges, each listed once.
fn write_flow(
    flow: &mut Vec<(usize, i64)>,
    spare: &mut Vec<(usize, i64)>,
    live: &Live,
    edges: &mut [Flowed],
) {
    if edges.is_empty() {
        return;
    }
    edges.sort_unstable_by_key(|flowed| flowed.edge);
    spare.clear();
    let mut taken = 0;
    for &flowed in edges.iter() {
        let (units, edge) = (live.units(flowed), flowed.edge as usize);
        let before = flow[taken..].partition_point(|&(other, _)| other < edge);
        spare.extend_from_slice(&flow[taken..taken + before]);
        taken += before;
        taken += usize::from(flow.get(taken).is_some_and(|&(other, _)| other == edge));
        if units > 0 {
            spare.push((edge, units));
        }
    }
    spare.extend_from_slice(&flow[taken..]);
    std::mem::swap(flow, spare);
}

/// Prices the columns that can take nothing, and their groups, so that their edges are covered (`optimum`).
fn cover(optimum: &mut Optimum, transport: &Transport, totals: &Totals, live: &Live) {
    let missing = |optimum: &Optimum, column: usize| {
        let of = |&Ending { row, about }: &Ending| {
            let group = transport.row_group[row as usize] as usize;
            let covered = optimum.row_price[row as usize] + optimum.row_group_price[group];
            live.edges.value(transport, row, number(column), about) - covered
        };
        live.edges.of_column(column).iter().map(of).max().unwrap_or(0)
    };
    let closed = |column: usize| {
        let group = transport.column_group[column] as usize;
        let closed = transport.column_group_capacity[group] == Some(0) && totals.of_column_group(group) > 0;
        closed.then_some(group)
    };
    let mut columns = Vec::new();
    for &u in &live.down {
        match live.place(u) {
            Place::Column(column) => columns.push(column),
            Place::ColumnGroup(group) => optimum.column_group_price[group] = 0,
            _ => {}
        }
    }
    for &column in &columns {
        if let Some(group) = closed(column) {
            let price = missing(optimum, column).max(optimum.column_group_price[group]);
            optimum.column_group_price[group] = price;
        }
    }
    for &column in &columns {
        let group = optimum.column_group_price[transport.column_group[column] as usize];
        let price = if closed(column).is_some() { 0 } else { missing(optimum, column) - group };
        optimum.column_price[column] = price.max(0);
    }
}
