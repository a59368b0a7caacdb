//! Pools: several rows serve a column together, through a hub.
//!
//! **Problem.** A column takes nothing below its lot, and many rows have less. A *pool* belongs to one column and
//! one hub; its *members* are rows whose units are collected at the hub and go on as one delivery. Pools come on
//! top of a [`Transport`] with its [`Limits`]: choose, beside the flow `x_e` of the edges, integers `y_m >= 0` on
//! the members `m = (row r, pool p)`,
//!
//! ```text
//! maximise   Σ value_e · x_e + Σ value_m · y_m
//! such that  rows, columns, their groups and shared capacities hold for x and y together
//!            y_m = 0   or   y_m >= lot_m                           lot of a member
//!            Y_p = Σ_{m in p} y_m = 0   or   Y_p >= lot_p          lot of a pool; at most most_members of it open
//!            Σ_{p at h} Y_p <= hub_capacity_h                      (where given)
//!            a pool counts as one partner of its column, an open member as one partner of its row
//!            rows of one group serve a column through one pool at most
//!            a row serves a column directly or through a pool, never both
//! ```
//!
//! A pool is one semi-continuous virtual edge in three layers, row → pool → column: the lower-bounded facility
//! location problem (Karger, Minkoff 2000; Svitkina 2010) with a profit, hence NP-hard.
//!
//! # How the files fit
//! ```text
//! mod      the instance and its one validation       check    what a flow with pools breaks
//! bound    multipliers that no flow can beat         rounds   better multipliers, round by round
//! case     the instance by column and by row         state    a feasible flow, its room, and the way back
//! build    one column filled anew                    search   ruin and recreate around hubs
//! polish   the best kilograms of fixed partners
//! ```
//!
//! **What it cannot do.** Promise the best flow: it promises one that is feasible and no worse than the start, and
//! a bound that no flow *through the pools given* exceeds.

mod bound;
mod build;
mod case;
mod check;
mod polish;
mod rounds;
mod search;
mod state;

pub use bound::{PoolPrices, pool_bound_of};
pub use check::{PoolViolation, pool_violations};
pub use rounds::pool_bound;
pub use search::{Pooled, pooled};

use super::error::SolveError;
use super::limits::Limits;
use super::transport::{Transport, length, not_negative, number};
use std::ops::Range;

/// Pools beside the edges of a [`Transport`].
///
/// Members are in compressed order: those of pool `p` are `member_start[p] .. member_start[p + 1]`, their rows
/// strictly ascending. Hubs without pools, pools without members, lots and capacities of 0 are all normal. Pools
/// with the same column and hub are two pools.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pools {
    /// Units each hub can pass on; `None` is unlimited.
    pub hub_capacity: Vec<Option<i64>>,
    /// The column of each pool.
    pub column: Vec<u32>,
    /// The hub of each pool.
    pub hub: Vec<u32>,
    /// What a pool passes on if it passes on anything, at least.
    pub lot: Vec<i64>,
    /// Open members of one pool at most; `None` is unlimited.
    pub most_members: Option<u32>,
    /// Where the members of each pool start; one entry more than there are pools.
    pub member_start: Vec<usize>,
    /// The row of each member.
    pub row: Vec<u32>,
    /// What one unit through the pool is worth, `>= 0`, by member.
    pub value: Vec<i64>,
    /// What a member gives if it gives anything, at least.
    pub member_lot: Vec<i64>,
    /// By shared capacity of the limits: the members that share it too, each at most once. Empty: none does.
    pub shared: Vec<Vec<usize>>,
}

impl Pools {
    /// Number of pools.
    #[must_use]
    pub fn len(&self) -> usize {
        self.column.len()
    }

    /// Whether there is no pool.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.column.is_empty()
    }

    /// Number of members of all pools together.
    #[must_use]
    pub fn members(&self) -> usize {
        self.row.len()
    }

    /// The members of a pool.
    pub(super) fn members_of(&self, pool: usize) -> Range<usize> {
        self.member_start[pool]..self.member_start[pool + 1]
    }

    /// The pool of every member.
    pub(super) fn pool_of_members(&self) -> Vec<u32> {
        let mut pools = vec![0; self.members()];
        for pool in 0..self.len() {
            pools[self.members_of(pool)].fill(number(pool));
        }
        pools
    }

    /// Validates lengths, indices, signs and magnitudes against a checked transport and checked limits.
    pub(super) fn check(&self, transport: &Transport, limits: &Limits) -> Result<(), SolveError> {
        let (pools, members) = (self.len(), self.members());
        let malformed = |what, at| Err(SolveError::Malformed { what, at });
        for (what, found) in [("the number of pools", pools), ("the number of members", members)] {
            let (found, most) = (found as i128, i128::from(u32::MAX - 1));
            if found > most {
                return Err(SolveError::Overflow { what, found, most });
            }
        }
        length("hub has not one entry a pool", self.hub.len(), pools)?;
        length("lot has not one entry a pool", self.lot.len(), pools)?;
        length(
            "member_start has not one entry more than there are pools",
            self.member_start.len(),
            pools + 1,
        )?;
        length("value has not one entry a member", self.value.len(), members)?;
        length("member_lot has not one entry a member", self.member_lot.len(), members)?;
        not_negative("the lot of a pool is negative", &self.lot)?;
        not_negative("the value of a member is negative", &self.value)?;
        not_negative("the lot of a member is negative", &self.member_lot)?;
        if let Some(at) =
            self.hub_capacity.iter().position(|capacity| capacity.is_some_and(|units| units < 0))
        {
            return malformed("the capacity of a hub is negative", at);
        }
        if let Some(at) = self.column.iter().position(|&column| column as usize >= transport.columns()) {
            return malformed("the column of a pool does not exist", at);
        }
        if let Some(at) = self.hub.iter().position(|&hub| hub as usize >= self.hub_capacity.len()) {
            return malformed("the hub of a pool does not exist", at);
        }
        if self.member_start[0] != 0 || self.member_start[pools] != members {
            return malformed("member_start does not run from 0 to the number of members", members);
        }
        for pool in 0..pools {
            if self.member_start[pool] > self.member_start[pool + 1] {
                return malformed("member_start descends", pool);
            }
            let rows = &self.row[self.members_of(pool)];
            if rows.windows(2).any(|pair| pair[0] >= pair[1]) {
                return malformed("the rows of a pool do not ascend strictly", pool);
            }
            if rows.last().is_some_and(|&row| row as usize >= transport.rows()) {
                return malformed("a member of this pool is a row that does not exist", pool);
            }
        }
        if !self.shared.is_empty() {
            length("shared has not one list a shared capacity", self.shared.len(), limits.shared.len())?;
            let mut seen = vec![usize::MAX; members];
            for (at, shared) in self.shared.iter().enumerate() {
                for &member in shared {
                    if member >= members {
                        return malformed("a member that shares a capacity does not exist", at);
                    }
                    if std::mem::replace(&mut seen[member], at) == at {
                        return malformed("a shared capacity names a member twice", at);
                    }
                }
            }
        }
        transport.check_value(self.value.iter().max().copied().unwrap_or(0))
    }
}

/// A flow over edges and through pools.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PoolFlow {
    /// Units on each edge.
    pub edges: Vec<i64>,
    /// Units of each member.
    pub members: Vec<i64>,
}

impl PoolFlow {
    /// A flow over edges alone.
    #[must_use]
    pub fn direct(edges: Vec<i64>, pools: &Pools) -> PoolFlow {
        PoolFlow { edges, members: vec![0; pools.members()] }
    }

    /// `Σ value · flow`.
    #[must_use]
    pub fn value(&self, transport: &Transport, pools: &Pools) -> i128 {
        let sum = |flow: &[i64], value: &[i64]| -> i128 {
            flow.iter().zip(value).map(|(&x, &v)| i128::from(x) * i128::from(v)).sum()
        };
        sum(&self.edges, &transport.value) + sum(&self.members, &pools.value)
    }
}

/// Validates everything at once.
fn check_all(transport: &Transport, limits: &Limits, pools: &Pools) -> Result<(), SolveError> {
    transport.check()?;
    limits.check(transport)?;
    pools.check(transport, limits)
}

/// Validates the lengths of a flow.
fn check_flow_lengths(transport: &Transport, pools: &Pools, flow: &PoolFlow) -> Result<(), SolveError> {
    length("the flow has not one entry an edge", flow.edges.len(), transport.edges())?;
    length("the flow has not one entry a member", flow.members.len(), pools.members())
}
