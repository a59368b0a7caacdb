//! One column filled anew: with which pool, and what else.
//!
//! **Rule.** Ways are ranked by *margin*, their value less what their row (its group, the hub) is worth elsewhere.
//! The column is filled several times and the filling of the largest total margin stays: once without a pool, once
//! with each of the pools that promise most, and once with a pool drawn at random.
//!
//! ```text
//! open the pool     members by margin until it has its lot; back to nothing if it has not
//! then              edges and further members of the pool together, by margin, each as much as fits
//! then              further pools in what room is left, where they gain
//! ```
//!
//! Further pools are also tried before edges, which would take the large members that pools need. Where the number of
//! partners is limited, edges are also tried by what they bring in all: a kilogram's margin alone says too little.
//!
//! A column that must be whole and is not stays empty. What rows have left over is offered to whatever is open to
//! them, best value first ([`State::fill`]).
//!
//! O(ways of the column, sorted) for each filling tried.

use super::case::Way;
use super::search::Guide;
use super::state::State;
use std::cmp::Reverse;

/// Pools tried for each filling, most promising first.
const TRIED: usize = 4;

/// A way and its margin.
type Ranked = (i128, Way);

/// How many of some members, best first, gain.
fn gaining(members: &[Ranked]) -> usize {
    members.partition_point(|(margin, _)| *margin > 0)
}

impl State<'_> {
    /// Takes everything from a column; the rows that gave it are added to `rows`.
    pub(super) fn empty(&mut self, column: usize, rows: &mut Vec<u32>) {
        let case = self.case;
        let edges = case.edges_of_column(column).map(Way::Edge);
        let pools = case.pools_of_column(column).filter(|&pool| self.pool_open[pool] > 0);
        let members = pools.flat_map(|pool| case.pools.members_of(pool)).map(Way::Member);
        let used: Vec<Way> = edges.chain(members).filter(|&way| self.units(way) > 0).collect();
        for way in used {
            rows.push(super::super::transport::number(case.row(way)));
            self.change(way, -self.units(way));
        }
    }

    /// Fills an empty column as well as the rule can; the ways looked at.
    pub(super) fn build(&mut self, column: usize, guide: &mut Guide) -> u64 {
        let case = self.case;
        let mut work = 0;
        let mut edges: Vec<Ranked> = case
            .edges_of_column(column)
            .map(|edge| (guide.margin(case, Way::Edge(edge)), Way::Edge(edge)))
            .collect();
        work += edges.len() as u64;
        edges.retain(|&(margin, _)| margin > 0);
        edges.sort_unstable_by_key(|&(margin, way)| (Reverse(margin), way));
        let mut pools: Vec<(i128, usize, Vec<Ranked>)> = Vec::new();
        for pool in case.pools_of_column(column) {
            work += case.pools.members_of(pool).len() as u64;
            if let Some((promise, members)) = self.promise(pool, guide) {
                pools.push((promise, pool, members));
            }
        }
        pools.sort_unstable_by_key(|&(promise, pool, _)| (Reverse(promise), pool));
        if pools.len() > TRIED {
            let drawn = TRIED - 1 + guide.below(pools.len() - TRIED + 1);
            pools.swap(TRIED - 1, drawn);
            pools.truncate(TRIED);
        }
        let start = self.mark();
        let mut best: (i128, Vec<(Way, i64)>) = (0, Vec::new());
        let mut large = Vec::new();
        if case.limits.column_partners(column).is_some() {
            large.clone_from(&edges);
            large.sort_by_key(|&(margin, way)| Reverse(margin * i128::from(self.fits(way))));
        }
        let mut orders = vec![(&edges, false)];
        if !large.is_empty() {
            orders.push((&large, false));
        }
        if pools.len() > 1 {
            orders.push((if large.is_empty() { &edges } else { &large }, true));
        }
        for first in (0..pools.len()).map(Some).chain([None]) {
            for &(edges, pools_first) in &orders {
                work += edges.len() as u64;
                if self.attempt(column, first, edges, &pools, pools_first) {
                    let worth = self.since(start).iter();
                    let worth = worth.map(|&(way, units)| guide.margin(case, way) * i128::from(units)).sum();
                    if worth > best.0 {
                        best = (worth, self.since(start).to_vec());
                    }
                }
                self.undo(start);
            }
        }
        for (way, units) in best.1 {
            self.change(way, units);
        }
        work
    }

    /// What a pool could bring to its empty column, and its members by margin; `None` where it cannot have its lot.
    fn promise(&self, pool: usize, guide: &Guide) -> Option<(i128, Vec<Ranked>)> {
        let case = self.case;
        let mut ranked: Vec<(i128, Way, i64)> = case
            .pools
            .members_of(pool)
            .map(|member| {
                let way = Way::Member(member);
                (guide.margin(case, way), way, self.fits(way))
            })
            .filter(|&(_, way, fits)| fits >= case.need(way))
            .collect();
        ranked.sort_unstable_by_key(|&(margin, way, _)| (Reverse(margin), way));
        let lot = case.pools.lot[pool].max(1);
        let (mut left, mut promise) = (self.hub_room(pool), 0_i128);
        let mut short = lot;
        for &(margin, _, fits) in &ranked {
            let units = if margin > 0 { fits.min(left) } else { fits.min(left).min(short) };
            if units <= 0 {
                break;
            }
            left -= units;
            short -= units;
            promise += margin * i128::from(units);
        }
        if short > 0 || promise <= 0 {
            return None;
        }
        Some((promise, ranked.into_iter().map(|(margin, way, _)| (margin, way)).collect()))
    }

    /// One filling; whether it is feasible.
    fn attempt(
        &mut self,
        column: usize,
        first: Option<usize>,
        edges: &[Ranked],
        pools: &[(i128, usize, Vec<Ranked>)],
        pools_first: bool,
    ) -> bool {
        let case = self.case;
        let mut further: &[Ranked] = &[];
        if let Some(at) = first {
            let (_, pool, members) = &pools[at];
            if !self.open(*pool, members) {
                return false;
            }
            further = &members[..gaining(members)];
        }
        if pools_first {
            further.iter().for_each(|&(_, way)| {
                self.take(way, i64::MAX);
            });
            self.open_others(column, pools);
        }
        let mut further = further.iter().peekable();
        let mut direct = edges.iter().peekable();
        while self.column[column] > 0 {
            let way = match (further.peek(), direct.peek()) {
                (Some(member), Some(edge)) if member.0 > edge.0 => further.next(),
                (_, Some(_)) => direct.next(),
                (_, None) => further.next(),
            };
            let Some(&(_, way)) = way else { break };
            self.take(way, i64::MAX);
        }
        self.open_others(column, pools);
        !(case.limits.column_whole(column) && self.is_partly_filled(column))
    }

    /// Opens the pools that are still closed in what room is left, with what gains by itself: a pool opened last has
    /// no claim on losses.
    fn open_others(&mut self, column: usize, pools: &[(i128, usize, Vec<Ranked>)]) {
        for (_, pool, members) in pools {
            if self.column[column] == 0 || self.column_partners[column] == 0 {
                break;
            }
            if self.pool_open[*pool] > 0 || self.column[column] < self.case.pools.lot[*pool] {
                continue;
            }
            let before = self.mark();
            let gaining = &members[..gaining(members)];
            if self.open(*pool, gaining) {
                gaining.iter().for_each(|&(_, way)| {
                    self.take(way, i64::MAX);
                });
            } else {
                self.undo(before);
            }
        }
    }

    /// Brings a closed pool to its lot, best members first; back to nothing where that cannot be.
    fn open(&mut self, pool: usize, members: &[Ranked]) -> bool {
        let lot = self.case.pools.lot[pool].max(1);
        let before = self.mark();
        if self.reach(pool, members.iter().map(|&(_, way)| way), lot) {
            return true;
        }
        self.undo(before);
        // Few members may be too small together: the largest, then.
        if self.case.pools.most_members.is_some() {
            let mut large: Vec<Way> = members.iter().map(|&(_, way)| way).collect();
            large.sort_by_key(|&way| Reverse(self.fits(way)));
            if self.reach(pool, large.into_iter(), lot) {
                return true;
            }
            self.undo(before);
        }
        false
    }

    /// Takes from members in order until the pool has its lot: the last no more than that needs.
    fn reach(&mut self, pool: usize, members: impl Iterator<Item = Way>, lot: i64) -> bool {
        for way in members {
            let short = lot - self.pool_total[pool];
            if short <= 0 {
                break;
            }
            self.take(way, short.max(self.case.need(way)));
        }
        self.pool_total[pool] >= lot
    }

    /// Offers what rows have left to the ways that are open to them, best value first; the ways looked at.
    pub(super) fn fill(&mut self, rows: &[u32]) -> u64 {
        let case = self.case;
        let mut work = 0;
        let mut ways: Vec<(i64, Way)> = Vec::new();
        for &row in rows {
            let row = row as usize;
            if self.row[row] == 0 {
                continue;
            }
            ways.clear();
            let edges = case.transport.edges_of(row).map(Way::Edge);
            work += edges.len() as u64;
            let members = case.members_of_row(row).map(Way::Member);
            let members = members.filter(|&way| match way {
                Way::Member(member) => self.pool_open[case.pool_of[member] as usize] > 0,
                Way::Edge(_) => true,
            });
            ways.extend(edges.chain(members).map(|way| (case.value(way), way)));
            ways.sort_unstable_by_key(|&(value, way)| (Reverse(value), way));
            for &(_, way) in &ways {
                if !case.limits.column_whole(case.column(way)) {
                    self.take(way, i64::MAX);
                }
                if self.row[row] == 0 {
                    break;
                }
            }
        }
        work
    }
}
