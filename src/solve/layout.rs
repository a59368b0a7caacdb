//! All edges of a transport in the order and the shape in which the simplex reads them.
//!
//! **Problem.** Pricing reads edges and little else, so what it reads must be small, near together and, above
//! all, little.
//!
//! **Layout.** Rows follow each other component by component, part by part. Where edges have no capacities,
//! those of a row are parted by value. The [`NEAR`] most valuable fill one line of the cache, by falling value,
//! and lines stand in the order of the rows; the others are far, in a second array: first the [`MIDDLE`] next
//! ones, then the rest, with its most valuable edge in front. While prices are what they are, a row looks at
//! edges only as long as their value and the highest potential of any column together can beat the best worth
//! seen (`pricing`): in a market where supply is scarce that ends nearly every search within the line, and the
//! lines of a whole component stay in the cache. Sorting rows out in full takes longer than it saves.
//!
//! **Complexity.** One pass over the edges and two selections a row (linear), in parallel over fixed runs of
//! rows.

use std::cmp::Reverse;

use rayon::prelude::*;

use super::component::Split;
use super::transport::{Transport, number};

/// Edges of a row that stand near: with values of 32 bits, a line of the cache.
pub(super) const NEAR: usize = 8;
/// Edges of a row that come first among the far ones.
pub(super) const MIDDLE: usize = 24;
/// No column: fills up the line of a row with few edges.
pub(super) const NO_COLUMN: u32 = u32::MAX;
/// Rows laid out by one task.
const RUN: usize = 1024;

/// An edge as its row sees it: the column's place in its component, and what a unit is worth.
pub(super) type Edge<V> = (u32, V);

/// What a unit on an edge is worth, as it is kept: in 32 bits where all values fit.
pub(super) trait Worth:
    Copy + Default + Into<i64> + TryFrom<i64> + std::fmt::Debug + Send + Sync
{
    /// What edges are ordered by: value, then column. No value is negative.
    fn rank(edge: Edge<Self>) -> impl Ord;
}

impl Worth for i32 {
    fn rank((column, value): Edge<i32>) -> impl Ord {
        u64::from(value.cast_unsigned()) << 32 | u64::from(column) // one number to compare
    }
}

impl Worth for i64 {
    fn rank((column, value): Edge<i64>) -> impl Ord {
        (value, column)
    }
}

/// Parts the edges of a row by value.
fn part<V: Worth>(edges: &mut [Edge<V>]) {
    let mut front = edges;
    for most in [NEAR + MIDDLE, NEAR] {
        if front.len() > most {
            front.select_nth_unstable_by_key(most, |edge| Reverse(V::rank(*edge)));
            front = &mut front[..most];
        }
    }
    front.sort_unstable_by_key(|edge| Reverse(V::rank(*edge)));
}

/// Edges by row: those of the row at `r` in the layout are `edges[start[r] .. start[r + 1]]`.
#[derive(Debug, Default)]
pub(super) struct Rows<V> {
    pub(super) start: Vec<u32>,
    pub(super) edges: Vec<Edge<V>>,
}

/// The most valuable edges of a row, by falling value, filled up with edges to no column.
pub(super) type Line<V> = [Edge<V>; NEAR];

/// The edges of a transport.
#[derive(Debug)]
pub(super) struct Layout<V> {
    /// By row; empty where edges have capacities.
    pub(super) near: Vec<Line<V>>,
    /// The others; all of them, by column, where edges have capacities.
    pub(super) far: Rows<V>,
    /// The capacity of every far edge; empty if only nodes limit.
    pub(super) capacity: Vec<i64>,
    /// The largest value of an edge when it was laid out.
    pub(super) most: i64,
}

impl<V: Worth> Layout<V> {
    /// Lays out a transport whose values fit `V`.
    pub(super) fn of(transport: &Transport, split: &Split) -> Layout<V> {
        let order: Vec<u32> =
            split.components.iter().flat_map(|component| &component.rows).copied().collect();
        let near = if transport.edge_capacity.is_some() { 0 } else { NEAR };
        let live = |row: u32| {
            let edges = transport.edges_of(row as usize);
            if split.any_dead {
                transport.column[edges].iter().filter(|&&column| !split.dead[column as usize]).count()
            } else {
                edges.len()
            }
        };
        let mut start = Vec::with_capacity(order.len() + 1);
        let mut far = 0;
        start.push(0);
        for &row in &order {
            far += live(row).saturating_sub(near);
            start.push(number(far));
        }
        // Zeroed pages come from the system as they are first touched, by the tasks below.
        let mut lines = vec![[(0, V::default()); NEAR]; if near > 0 { order.len() } else { 0 }];
        let mut edges = vec![(0, V::default()); far];
        let stretches = stretches(&start, &mut edges);
        let fill = |rows: &[u32], lines: &mut [Line<V>], mut far: &mut [Edge<V>]| {
            let mut edges: Vec<Edge<V>> = Vec::new();
            for (at, &row) in rows.iter().enumerate() {
                let range = transport.edges_of(row as usize);
                let all = transport.column[range.clone()].iter().zip(&transport.value[range]);
                let edge = |(&column, &value): (&u32, &i64)| {
                    let value = V::try_from(value).ok().expect("the width was chosen by the values");
                    (split.column_place[column as usize], value)
                };
                edges.clear();
                if split.any_dead {
                    edges.extend(all.filter(|(column, _)| !split.dead[**column as usize]).map(edge));
                } else {
                    edges.extend(all.map(edge));
                }
                let mut rest = &edges[..];
                if let Some(line) = lines.get_mut(at) {
                    part(&mut edges);
                    let (front, behind) = edges.split_at(edges.len().min(NEAR));
                    line[..front.len()].copy_from_slice(front);
                    line[front.len()..].fill((NO_COLUMN, V::default()));
                    rest = behind;
                }
                let (here, after) = far.split_at_mut(rest.len());
                here.copy_from_slice(rest);
                far = after;
            }
        };
        if near > 0 {
            let tasks = order.par_chunks(RUN).zip(lines.par_chunks_mut(RUN)).zip(stretches);
            tasks.for_each(|((rows, lines), far)| fill(rows, lines, far));
        } else {
            order.par_chunks(RUN).zip(stretches).for_each(|(rows, far)| fill(rows, &mut [], far));
        }
        let capacity = transport.edge_capacity.as_ref().map_or_else(Vec::new, |capacity| {
            let live = order.iter().flat_map(|&row| transport.edges_of(row as usize));
            let live = live.filter(|&edge| !split.dead[transport.column[edge] as usize]);
            live.map(|edge| capacity[edge]).collect()
        });
        Layout { near: lines, far: Rows { start, edges }, capacity, most: transport.most_value() }
    }
}

/// Cuts edges into the stretches of [`RUN`] rows each.
fn stretches<'edges, V: Send>(start: &[u32], edges: &'edges mut [Edge<V>]) -> Vec<&'edges mut [Edge<V>]> {
    let mut rest = edges;
    let mut begin = 0;
    let ends = start[1..].chunks(RUN).filter_map(<[u32]>::last);
    ends.map(|&end| {
        let (stretch, after) = std::mem::take(&mut rest).split_at_mut((end - begin) as usize);
        (rest, begin) = (after, end);
        stretch
    })
    .collect()
}
