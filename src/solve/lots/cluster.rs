//! What hangs together under limits, and which of it they touch.
//!
//! **Problem.** Components of the network (`component`) share nothing but, under limits, capacities of sets of
//! edges. Those are united here. A cluster in which the optimum of the network breaks no limit is solved; all
//! others are worked on, each alone.

use super::super::component::Split;
use super::super::limits::{Limits, Violation};
use super::super::transport::{Transport, number};
use super::ground::{Lists, NONE, Places};

/// Rows and columns that share no resource with others, in the order of their keys.
#[derive(Debug, Default)]
pub(super) struct Cluster {
    pub(super) rows: Vec<u32>,
    pub(super) columns: Vec<u32>,
    /// Whether the optimum of the network breaks a limit here.
    pub(super) broken: bool,
}

/// All clusters, in the order of their lowest row, and where everything is.
pub(super) fn clusters(
    transport: &Transport,
    limits: &Limits,
    broken: &[Violation],
) -> (Vec<Cluster>, Places) {
    let split = Split::of(transport);
    let mut component_of = vec![NONE; transport.rows()];
    for (index, component) in split.components.iter().enumerate() {
        for &row in &component.rows {
            component_of[row as usize] = number(index);
        }
    }
    // Components joined by shared capacities; the lowest stands for all.
    let mut parent: Vec<u32> = (0..number(split.components.len())).collect();
    let find = |parent: &mut Vec<u32>, mut at: u32| {
        while parent[at as usize] != at {
            parent[at as usize] = parent[parent[at as usize] as usize];
            at = parent[at as usize];
        }
        at
    };
    let live = |edge: usize| !split.dead[transport.column[edge] as usize];
    for shared in &limits.shared {
        let mut first = None;
        for &edge in shared.edges.iter().filter(|&&edge| live(edge)) {
            let at = find(&mut parent, component_of[transport.row_of(edge)]);
            let first = find(&mut parent, *first.get_or_insert(at));
            parent[at.max(first) as usize] = at.min(first);
        }
    }
    let mut clusters: Vec<Cluster> = Vec::new();
    let mut cluster_of = vec![NONE; split.components.len()];
    let mut of_row = vec![NONE; transport.rows()];
    for (index, component) in split.components.iter().enumerate() {
        let root = find(&mut parent, number(index)) as usize;
        if cluster_of[root] == NONE {
            cluster_of[root] = number(clusters.len());
            clusters.push(Cluster::default());
        }
        cluster_of[index] = cluster_of[root];
        let cluster = &mut clusters[cluster_of[root] as usize];
        cluster.rows.extend(&component.rows);
        cluster.columns.extend(&component.columns);
        for &row in &component.rows {
            of_row[row as usize] = cluster_of[root];
        }
    }
    let mut of_column = vec![NONE; transport.columns()];
    for (index, cluster) in (0..).zip(&mut clusters) {
        cluster.rows.sort_unstable_by_key(|&row| (transport.row_key[row as usize], row));
        cluster.columns.sort_unstable_by_key(|&column| (transport.column_key[column as usize], column));
        for &column in &cluster.columns {
            of_column[column as usize] = index;
        }
    }
    for violation in broken {
        let at = match *violation {
            Violation::Lot(edge) => of_row[transport.row_of(edge)],
            Violation::RowPartners(row) => of_row[row],
            Violation::ColumnPartners(column) | Violation::ColumnWhole(column) => of_column[column],
            Violation::Shared(index) => {
                let mut edges = limits.shared[index].edges.iter();
                edges.find(|&&edge| live(edge)).map_or(NONE, |&edge| of_row[transport.row_of(edge)])
            }
            _ => NONE,
        };
        if let Some(cluster) = clusters.get_mut(at as usize) {
            cluster.broken = true;
        }
    }
    let pairs = (0..)
        .zip(&limits.shared)
        .flat_map(|(index, shared)| shared.edges.iter().map(move |&e| (number(e), index)));
    let shared_of =
        if limits.shared.is_empty() { Lists::default() } else { Lists::of(transport.edges(), pairs) };
    let places = Places {
        column: vec![NONE; transport.columns()],
        row_group: vec![NONE; transport.row_group_capacity.len()],
        column_group: vec![NONE; transport.column_group_capacity.len()],
        shared: vec![NONE; limits.shared.len()],
        dead: split.dead,
        row_group_binds: split.row_group_binds,
        column_group_binds: split.column_group_binds,
        shared_of,
    };
    (clusters, places)
}
