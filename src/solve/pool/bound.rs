//! What no flow through the given pools can exceed, from multipliers that anyone can check.
//!
//! **Notation.** Multipliers `λ >= 0` for rows, their groups, columns, their groups and hubs. The *margin* of a way
//! is its value less the multipliers of all it uses: for an edge its row, column and both groups, for a member the
//! hub too. `u` is what a way could carry alone, 0 if that is below its lot.
//!
//! **Bound.** Charging every capacity its multiplier (Lagrangian relaxation) leaves the columns alone with
//! themselves, and each without a capacity:
//!
//! ```text
//! bound = Σ capacity · λ  +  Σ_columns W_c          W_c = min(by row, by partner)
//! by row       Σ over rows of the largest of 0 and margin · u over its edge and its members in live pools
//! by partner   Σ of the K largest surpluses, an edge having max(0, margin · u), a pool its own
//! ```
//!
//! The *surplus* of a pool is the most its members bring together if the pool keeps its lot and its hub: those of
//! positive margin, and if they fall short of the lot the least bad others up to it. A pool without a positive
//! surplus is not *live*: closing it never lowers what the column is worth. Both sums relax the column: `by row`
//! forgets partners and lots of live pools, `by partner` forgets that a row has one way only. Edges that are
//! partners already count beside the K. A whole column that its rows could not fill is worth nothing.
//!
//! Any multipliers give a valid bound, so none of it needs to be trusted: see [`pool_bound_of`]. Shared capacities
//! and the partners of rows are left out, which is valid and weaker.
//!
//! O(edges + members, sorted by column), in parallel over columns, exact in `i128`.

use super::super::error::SolveError;
use super::super::limits::Limits;
use super::super::transport::{Transport, length, not_negative};
use super::case::{Case, Way};
use super::{Pools, check_all};
use rayon::prelude::*;
use std::cmp::Reverse;

/// Multipliers that prove a bound, in value a unit; none negative, 0 where nothing is limited.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PoolPrices {
    /// By row.
    pub row: Vec<i64>,
    /// By column.
    pub column: Vec<i64>,
    /// By group of rows.
    pub row_group: Vec<i64>,
    /// By group of columns.
    pub column_group: Vec<i64>,
    /// By hub.
    pub hub: Vec<i64>,
}

/// The bound that multipliers prove: no flow over edges and through these pools is worth more.
///
/// # Errors
/// [`SolveError::Malformed`] if the inputs do not fit together, a multiplier is negative, or one is not 0 where
/// nothing is limited.
pub fn pool_bound_of(
    transport: &Transport,
    limits: &Limits,
    pools: &Pools,
    prices: &PoolPrices,
) -> Result<i128, SolveError> {
    check_all(transport, limits, pools)?;
    prices.check(transport, pools)?;
    Ok(Relaxed::of(&Case::of(transport, limits, pools)).bound(prices).0)
}

impl PoolPrices {
    /// Whether there is one multiplier for each.
    pub(super) fn check_lengths(&self, transport: &Transport, pools: &Pools) -> Result<(), SolveError> {
        let groups = (transport.row_group_capacity.len(), transport.column_group_capacity.len());
        length("there is not one multiplier a row", self.row.len(), transport.rows())?;
        length("there is not one multiplier a column", self.column.len(), transport.columns())?;
        length("there is not one multiplier a group of rows", self.row_group.len(), groups.0)?;
        length("there is not one multiplier a group of columns", self.column_group.len(), groups.1)?;
        length("there is not one multiplier a hub", self.hub.len(), pools.hub_capacity.len())
    }

    fn check(&self, transport: &Transport, pools: &Pools) -> Result<(), SolveError> {
        self.check_lengths(transport, pools)?;
        for prices in [&self.row, &self.column, &self.row_group, &self.column_group, &self.hub] {
            not_negative("a multiplier is negative", prices)?;
        }
        let limited = |prices: &[i64], capacity: &[Option<i64>]| {
            let at = prices.iter().zip(capacity).position(|(&price, c)| price != 0 && c.is_none());
            let what = "a multiplier is not 0 where nothing is limited";
            at.map_or(Ok(()), |at| Err(SolveError::Malformed { what, at }))
        };
        limited(&self.row_group, &transport.row_group_capacity)?;
        limited(&self.column_group, &transport.column_group_capacity)?;
        limited(&self.hub, &pools.hub_capacity)
    }

    /// Value of a way less all its multipliers.
    pub(super) fn margin(&self, case: &Case, way: Way) -> i128 {
        let (row, column) = (case.row(way), case.column(way));
        let prices = [
            self.row[row],
            self.column[column],
            self.row_group[case.transport.row_group[row] as usize],
            self.column_group[case.transport.column_group[column] as usize],
            match way {
                Way::Edge(_) => 0,
                Way::Member(member) => self.hub[case.pools.hub[case.pool_of[member] as usize] as usize],
            },
        ];
        prices.iter().fold(i128::from(case.value(way)), |margin, &price| margin - i128::from(price))
    }
}

/// What one column is worth at given multipliers, and what it would use for that.
#[derive(Debug, Default)]
pub(super) struct Worth {
    worth: i128,
    pub(super) used: Vec<(Way, i64)>,
}

/// The instance with what each way could carry alone.
pub(super) struct Relaxed<'a> {
    pub(super) case: &'a Case<'a>,
    edge_most: Vec<i64>,
    member_most: Vec<i64>,
    /// Whether the members of a pool can reach its lot at all.
    pub(super) reachable: Vec<bool>,
}

/// Ways of a pool, or one edge: what a column counts as one partner.
struct Supplier {
    surplus: i128,
    /// Whether it is a partner already.
    old: bool,
    used: Vec<(Way, i64)>,
}

impl<'a> Relaxed<'a> {
    pub(super) fn of(case: &'a Case<'a>) -> Relaxed<'a> {
        let most = |way: Way| {
            let most = case.most(way);
            if most < case.need(way) { 0 } else { most }
        };
        let member = |member: usize| {
            let twin = case.twin[member];
            let taken = twin != super::case::NONE && case.limits.base(twin as usize) > 0;
            if taken { 0 } else { most(Way::Member(member)) }
        };
        let mut relaxed = Relaxed {
            edge_most: (0..case.transport.edges())
                .into_par_iter()
                .map(|edge| most(Way::Edge(edge)))
                .collect(),
            member_most: (0..case.pools.members()).into_par_iter().map(member).collect(),
            reachable: Vec::new(),
            case,
        };
        relaxed.reachable =
            (0..case.pools.len()).into_par_iter().map(|pool| relaxed.reaches_lot(pool)).collect();
        relaxed
    }

    /// What a way could carry alone; 0 where that is below its lot.
    pub(super) fn most(&self, way: Way) -> i64 {
        match way {
            Way::Edge(edge) => self.edge_most[edge],
            Way::Member(member) => self.member_most[member],
        }
    }

    fn reaches_lot(&self, pool: usize) -> bool {
        let (pools, lot) = (self.case.pools, i128::from(self.case.pools.lot[pool]));
        let mut volumes: Vec<i64> = pools.members_of(pool).map(|member| self.member_most[member]).collect();
        volumes.sort_unstable_by_key(|&units| Reverse(units));
        let most = pools.most_members.map_or(usize::MAX, |most| most as usize);
        let reach: i128 = volumes.iter().take(most).map(|&units| i128::from(units)).sum();
        reach >= lot && i128::from(self.case.most_of_pool(pool)) >= lot
    }

    /// The bound, and what every column would use.
    pub(super) fn bound(&self, prices: &PoolPrices) -> (i128, Vec<Worth>) {
        let (transport, pools) = (self.case.transport, self.case.pools);
        let columns: Vec<Worth> =
            (0..transport.columns()).into_par_iter().map(|column| self.column(prices, column)).collect();
        let all = |capacity: &[i64], prices: &[i64]| -> i128 {
            capacity.iter().zip(prices).map(|(&c, &price)| i128::from(c) * i128::from(price)).sum()
        };
        let limited = |capacity: &[Option<i64>], prices: &[i64]| -> i128 {
            let pairs = capacity.iter().zip(prices);
            pairs.map(|(c, &price)| i128::from(c.unwrap_or(0)) * i128::from(price)).sum()
        };
        let bound = all(&transport.row_capacity, &prices.row)
            + all(&transport.column_capacity, &prices.column)
            + limited(&transport.row_group_capacity, &prices.row_group)
            + limited(&transport.column_group_capacity, &prices.column_group)
            + limited(&pools.hub_capacity, &prices.hub)
            + columns.iter().map(|column| column.worth).sum::<i128>();
        (bound, columns)
    }

    fn column(&self, prices: &PoolPrices, column: usize) -> Worth {
        let case = self.case;
        let mut suppliers = Vec::new();
        for edge in case.edges_of_column(column) {
            let (way, units) = (Way::Edge(edge), self.edge_most[edge]);
            if units > 0 {
                let surplus = prices.margin(case, way) * i128::from(units);
                if surplus > 0 {
                    let old = case.limits.base(edge) > 0;
                    suppliers.push(Supplier { surplus, old, used: vec![(way, units)] });
                }
            }
        }
        for pool in case.pools_of_column(column) {
            suppliers.extend(self.pool(prices, pool).filter(|supplier| supplier.surplus > 0));
        }
        if suppliers.is_empty() || !self.can_be_whole(column) {
            return Worth::default();
        }
        let by_row = self.by_row(prices, &suppliers);
        let by_partner = self.by_partner(column, suppliers);
        if by_partner.worth < by_row.worth { by_partner } else { by_row }
    }

    /// The most a pool brings if it keeps its lot, ignoring lots of members; `None` where it cannot.
    fn pool(&self, prices: &PoolPrices, pool: usize) -> Option<Supplier> {
        let case = self.case;
        let (lot, most) = (i128::from(case.pools.lot[pool]), i128::from(case.most_of_pool(pool)));
        if !self.reachable[pool] {
            return None;
        }
        let mut ways: Vec<(i128, Way, i64)> = case
            .pools
            .members_of(pool)
            .filter(|&member| self.member_most[member] > 0)
            .map(|member| {
                let way = Way::Member(member);
                (prices.margin(case, way), way, self.member_most[member])
            })
            .collect();
        ways.sort_unstable_by_key(|&(margin, way, _)| (Reverse(margin), way));
        let (mut total, mut surplus, mut used) = (0_i128, 0_i128, Vec::new());
        for &(margin, way, units) in &ways {
            let goal = if margin > 0 { most } else { lot };
            let units = i64::try_from((goal - total).min(i128::from(units))).unwrap_or(0);
            if units <= 0 {
                break;
            }
            total += i128::from(units);
            surplus += margin * i128::from(units);
            used.push((way, units));
        }
        if total < lot {
            return None;
        }
        if let Some(members) = case.pools.most_members.map(|members| members as usize)
            && used.len() > members
        {
            let mut alone: Vec<i128> =
                ways.iter().map(|&(margin, _, units)| margin * i128::from(units)).collect();
            alone.sort_unstable_by_key(|&worth| Reverse(worth));
            surplus = surplus.min(alone.iter().take(members).filter(|&&worth| worth > 0).sum());
        }
        Some(Supplier { surplus, old: false, used })
    }

    /// Whether a column that is to be filled or left alone can be filled.
    fn can_be_whole(&self, column: usize) -> bool {
        let case = self.case;
        if !case.limits.column_whole(column) {
            return true;
        }
        let edges = case.edges_of_column(column).map(Way::Edge);
        let members = case.pools_of_column(column).flat_map(|pool| case.pools.members_of(pool));
        let mut rows: Vec<(usize, i64)> =
            edges.chain(members.map(Way::Member)).map(|way| (case.row(way), self.most(way))).collect();
        rows.sort_unstable_by_key(|&(row, units)| (row, Reverse(units)));
        rows.dedup_by_key(|(row, _)| *row);
        let reach: i128 = rows.iter().map(|&(_, units)| i128::from(units)).sum();
        reach >= i128::from(case.transport.column_capacity[column])
    }

    fn by_row(&self, prices: &PoolPrices, suppliers: &[Supplier]) -> Worth {
        let case = self.case;
        let mut ways: Vec<(usize, i128, Way, i64)> = Vec::new();
        let mut note = |way: Way| {
            let (units, margin) = (self.most(way), prices.margin(case, way));
            if units > 0 && margin > 0 {
                ways.push((case.row(way), margin * i128::from(units), way, units));
            }
        };
        for supplier in suppliers {
            match supplier.used[0].0 {
                edge @ Way::Edge(_) => note(edge),
                Way::Member(member) => {
                    let pool = case.pool_of[member] as usize;
                    case.pools.members_of(pool).for_each(|member| note(Way::Member(member)));
                }
            }
        }
        ways.sort_unstable_by_key(|&(row, worth, way, _)| (row, Reverse(worth), way));
        ways.dedup_by_key(|(row, ..)| *row);
        Worth {
            worth: ways.iter().map(|&(_, worth, ..)| worth).sum(),
            used: ways.into_iter().map(|(_, _, way, units)| (way, units)).collect(),
        }
    }

    fn by_partner(&self, column: usize, mut suppliers: Vec<Supplier>) -> Worth {
        let case = self.case;
        suppliers.sort_by_key(|supplier| Reverse((supplier.old, supplier.surplus)));
        let old = suppliers.iter().filter(|supplier| supplier.old).count();
        if let Some(limit) = case.limits.column_partners(column) {
            let bases = case.edges_of_column(column).filter(|&edge| case.limits.base(edge) > 0).count();
            suppliers.truncate(old + (limit as usize).saturating_sub(bases));
        }
        Worth {
            worth: suppliers.iter().map(|supplier| supplier.surplus).sum(),
            used: suppliers.into_iter().flat_map(|supplier| supplier.used).collect(),
        }
    }
}
