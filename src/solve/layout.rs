//! All edges of a transport in the order and the shape in which the simplex reads them.
//!
//! **Problem.** Pricing reads edges and little else, so what it reads must be small, near together and, above
//! all, little.
//!
//! **Layout.** Rows follow each other component by component, part by part. Where edges have no capacities,
//! those of a row are sorted by falling value and split: the first [`NEAR`] stand with those of the other rows
//! in one array, the others in a second. While prices are what they are, a row looks at an edge only if its
//! value and the highest potential of any column together beat the best worth seen (`pricing`): in a market
//! where supply is scarce that ends the search within the near edges, and the near edges of a whole component
//! stay in the cache.
//!
//! **Complexity.** One pass over the edges and a sort of each row, in parallel over fixed runs of rows.

use std::cmp::Reverse;

use rayon::prelude::*;

use super::component::Split;
use super::transport::{Transport, number};

/// Edges of a row that stand near.
const NEAR: usize = 16;
/// Rows laid out by one task.
const RUN: usize = 1024;

/// An edge as its row sees it: the column's place in its component, and what a unit is worth.
pub(super) type Edge<V> = (u32, V);

/// What a unit on an edge is worth, as it is kept: in 32 bits where all values fit.
pub(super) trait Worth: Copy + Default + Into<i64> + TryFrom<i64> + std::fmt::Debug + Send + Sync {
    /// Sorts edges by falling value, equal ones by falling column.
    fn sort(edges: &mut [Edge<Self>]);
}

impl Worth for i32 {
    fn sort(edges: &mut [Edge<i32>]) {
        // One number to compare; no value is negative.
        let key = |edge: &Edge<i32>| u64::from(edge.1.cast_unsigned()) << 32 | u64::from(edge.0);
        edges.sort_unstable_by_key(|edge| Reverse(key(edge)));
    }
}

impl Worth for i64 {
    fn sort(edges: &mut [Edge<i64>]) {
        edges.sort_unstable_by_key(|edge| Reverse((edge.1, edge.0)));
    }
}

/// Edges by row: those of the row at `r` in the layout are `edges[start[r] .. start[r + 1]]`.
#[derive(Debug, Default)]
pub(super) struct Rows<V> {
    pub(super) start: Vec<u32>,
    pub(super) edges: Vec<Edge<V>>,
}

/// The edges of a transport.
#[derive(Debug)]
pub(super) struct Layout<V> {
    /// The most valuable edges of each row, by falling value; all of them, by column, where edges have
    /// capacities.
    pub(super) near: Rows<V>,
    /// The others, by falling value, none above the near ones.
    pub(super) far: Rows<V>,
    /// The capacity of every near edge; empty if only nodes limit.
    pub(super) capacity: Vec<i64>,
}

impl<V: Worth> Layout<V> {
    /// Lays out a transport whose values fit `V`.
    pub(super) fn of(transport: &Transport, split: &Split) -> Layout<V> {
        let order: Vec<u32> = split.components.iter().flat_map(|component| &component.rows).copied().collect();
        let bounded = transport.edge_capacity.is_some();
        let live = |row: u32| {
            let edges = transport.edges_of(row as usize);
            if split.any_dead {
                transport.column[edges].iter().filter(|&&column| !split.dead[column as usize]).count()
            } else {
                edges.len()
            }
        };
        let mut layout = Layout { near: Rows::default(), far: Rows::default(), capacity: Vec::new() };
        let (mut near, mut far) = (0, 0);
        layout.near.start.push(0);
        layout.far.start.push(0);
        for &row in &order {
            let live = live(row);
            let close = if bounded { live } else { live.min(NEAR) };
            (near, far) = (near + close, far + live - close);
            layout.near.start.push(number(near));
            layout.far.start.push(number(far));
        }
        // Zeroed pages come from the system as they are first touched, by the tasks below.
        layout.near.edges = vec![(0, V::default()); near];
        layout.far.edges = vec![(0, V::default()); far];
        let near_runs = runs(&layout.near.start, &mut layout.near.edges);
        let far_runs = runs(&layout.far.start, &mut layout.far.edges);
        (order.par_chunks(RUN).zip(near_runs).zip(far_runs)).for_each(|((rows, mut near), mut far)| {
            let mut edges = Vec::new();
            for &row in rows {
                let range = transport.edges_of(row as usize);
                let all = transport.column[range.clone()].iter().zip(&transport.value[range]);
                let live = all.filter(|(column, _)| !(split.any_dead && split.dead[**column as usize]));
                edges.clear();
                edges.extend(live.map(|(&column, &value)| {
                    let value = V::try_from(value).ok().expect("the width was chosen by the values");
                    (split.column_place[column as usize], value)
                }));
                let mut close = edges.len();
                if !bounded {
                    V::sort(&mut edges);
                    close = close.min(NEAR);
                }
                write(&mut near, &edges[..close]);
                write(&mut far, &edges[close..]);
            }
        });
        if let Some(capacity) = &transport.edge_capacity {
            let live = order.iter().flat_map(|&row| transport.edges_of(row as usize));
            let live = live.filter(|&edge| !split.dead[transport.column[edge] as usize]);
            layout.capacity = live.map(|edge| capacity[edge]).collect();
        }
        layout
    }
}

/// Cuts edges into the stretches of [`RUN`] rows each.
fn runs<'edges, V: Send>(start: &[u32], edges: &'edges mut [Edge<V>]) -> Vec<&'edges mut [Edge<V>]> {
    let mut rest = edges;
    let mut runs = Vec::new();
    let ends = start[1..].chunks(RUN).filter_map(<[u32]>::last);
    let mut begin = 0;
    for &end in ends {
        let (run, after) = rest.split_at_mut((end - begin) as usize);
        runs.push(run);
        (rest, begin) = (after, end);
    }
    runs
}

/// Copies to the front of a stretch and leaves it what is behind.
fn write<V: Copy>(stretch: &mut &mut [V], values: &[V]) {
    let (front, behind) = std::mem::take(stretch).split_at_mut(values.len());
    front.copy_from_slice(values);
    *stretch = behind;
}
