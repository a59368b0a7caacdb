//! One re-valued optimum: what the whole of this folder is made of.
//!
//! **Problem.** At multipliers `μ` the sides are part of the value: edge `e` of row `r` and column `c` is worth
//! `scale · value_e + R_r + C_c`, where `R` and `C` add up `μ_k a_k` over the sides of rows and of columns. What is
//! below 0 is left out. The optimum of that transport is exact and canonical, and its prices cover every edge, those
//! left out too (their price sum is at least 0).
//!
//! **Grain.** Shares in millionths need multipliers far finer than the network's numbers can be. So what an edge is worth is
//! rounded up to a multiple of `grain`, divided by it, and the prices are multiplied by it again: they cover
//! every edge as before, at the cost of less than a `grain` a unit. Where multipliers are 0 nothing is rounded.
//!
//! **Bound.** For every flow `x` of the transport with `Σ a_ke x_e >= least_k`:
//! `scale · value(x) <= Σ (re-valued) x_e − Σ μ_k least_k <= grain · optimum − Σ μ_k least_k`.

use super::link::Links;
use super::{Members, Side};
use crate::solve::error::SolveError;
use crate::solve::optimum::{Optimum, optimum, optimum_near};
use crate::solve::transport::{Transport, number};

/// The re-valued transport at some multipliers.
#[derive(Debug, Clone)]
pub struct Revalued {
    /// Rows, columns and capacities as they were; other values; edges that would be worth less than 0 are gone.
    pub transport: Transport,
    /// The edge of the original transport that each edge is.
    pub edge: Vec<usize>,
}

/// A transport with sides, before multipliers are chosen.
#[derive(Debug)]
pub(super) struct Problem<'a> {
    pub(super) transport: &'a Transport,
    pub(super) sides: &'a [Side],
    /// What each side demands; the sides' own `least`, or lower.
    pub(super) least: Vec<i64>,
    /// The unit of multipliers is `1/scale` of that of values.
    pub(super) scale: i64,
    /// What is one in the network, in the unit of multipliers.
    pub(super) grain: i64,
    /// Added to the worth of every unit, in the unit of multipliers.
    pub(super) extra: i64,
    /// Limits of column groups, in place of the transport's.
    pub(super) column_group_capacity: Option<Vec<Option<i64>>>,
    /// Row groups that want a first unit.
    pub(super) links: Option<&'a Links>,
    /// The most groups that can be linked, within the limits above.
    pub(super) most_links: usize,
    /// Added to the worth of every unit into a column group, in the unit of multipliers; empty: nothing.
    pub(super) column_group_shift: Vec<i64>,
}

/// The optimum at some multipliers.
#[derive(Debug, Clone)]
pub(super) struct Point {
    pub(super) multipliers: Vec<i64>,
    /// Edges of the transport with units, by edge.
    pub(super) flow: Vec<(usize, i64)>,
    /// Units of a row that stand for disposal in a network with links.
    spare: Vec<(usize, i64)>,
    /// `Σ a_ke x_e` of each side.
    pub(super) reached: Vec<i128>,
    /// `Σ value_e x_e`, the value without multipliers.
    pub(super) value: i128,
    /// Row groups linked, of those that want to be.
    pub(super) linked: usize,
    /// What proves the optimum: its prices, links taken apart.
    pub(super) prices: Prices,
    /// What the prices add up to: no flow exceeds it in re-valued worth and bonuses.
    pub(super) worth: i128,
    /// What a first unit was worth.
    pub(super) bonus: i64,
    pub(super) pivots: u64,
}

/// Prices of a re-valued optimum, in the unit of multipliers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Prices {
    pub(super) row: Vec<i64>,
    pub(super) column: Vec<i64>,
    pub(super) row_group: Vec<i64>,
    pub(super) column_group: Vec<i64>,
    /// What a unit of each row group is worth above its edges, for the sake of its first; empty without links.
    pub(super) link: Vec<i64>,
}

impl Side {
    /// What a unit counts for, by row or column.
    pub(super) fn counts(&self, member: bool) -> i64 {
        if member { self.inside } else { self.outside }
    }

    /// What a unit on an edge counts for.
    pub(super) fn on(&self, row: usize, column: usize) -> i64 {
        match &self.members {
            Members::Rows(members) => self.counts(members[row]),
            Members::Columns(members) => self.counts(members[column]),
        }
    }

    /// The larger of the two sizes.
    pub(super) fn size(&self) -> i64 {
        self.inside.saturating_abs().max(self.outside.saturating_abs())
    }
}

/// What multipliers add on rows and on columns.
fn shifts(problem: &Problem, multipliers: &[i64]) -> [Vec<i64>; 2] {
    let Problem { transport, sides, extra, column_group_shift, .. } = problem;
    let mut rows = vec![*extra; transport.rows()];
    let mut columns = vec![0; transport.columns()];
    if !column_group_shift.is_empty() {
        let groups = transport.column_group.iter();
        columns = groups.map(|&group| column_group_shift[group as usize]).collect();
    }
    for (side, &multiplier) in sides.iter().zip(multipliers).filter(|(_, multiplier)| **multiplier != 0) {
        let (shift, members) = match &side.members {
            Members::Rows(members) => (&mut rows, members),
            Members::Columns(members) => (&mut columns, members),
        };
        for (shift, &member) in shift.iter_mut().zip(members) {
            *shift += multiplier * side.counts(member);
        }
    }
    [rows, columns]
}

impl Problem<'_> {
    /// The most that `scale · value` and the multipliers can add up to on an edge.
    fn most(&self, multipliers: &[i64]) -> i128 {
        let sides = self.sides.iter().zip(multipliers);
        let of_sides: i128 = sides.map(|(side, &m)| i128::from(side.size()) * i128::from(m)).sum();
        let value = i128::from(self.transport.most_value()) * i128::from(self.scale);
        let shift = self.column_group_shift.iter().map(|&shift| i128::from(shift).abs()).max();
        value + of_sides + i128::from(self.extra) + shift.unwrap_or(0)
    }

    /// The largest value that the kernel takes.
    pub(super) fn limit(transport: &Transport, links: Option<&Links>) -> i128 {
        let nodes = transport.rows() as i128
            + transport.columns() as i128
            + transport.row_group_capacity.len() as i128
            + transport.column_group_capacity.len() as i128
            + 2
            + links.map_or(0, |links| links.wanting.len() as i128);
        i128::from(i64::MAX / 2) / (nodes + 1)
    }

    /// The largest sum of an edge, in the unit of multipliers.
    pub(super) fn largest(&self) -> i128 {
        let of_network = (Problem::limit(self.transport, self.links) - 1) * i128::from(self.grain);
        of_network.min(i128::from(i64::MAX / 8))
    }

    /// How far each multiplier may grow, in the largest value.
    #[expect(clippy::cast_precision_loss, reason = "where a search ends, roughly")]
    pub(super) fn room(&self) -> f64 {
        let limit = self.largest() as f64;
        // The rest is for bonuses and premiums.
        let values = limit / 8.0 / (self.scale.max(1) as f64 * self.transport.most_value().max(1) as f64);
        ((values - 1.0) / self.sides.len().max(1) as f64).clamp(0.0, 1e4)
    }

    /// A multiplier of a side that makes it count as much as values do, and more.
    pub(super) fn unit(&self, side: usize) -> i64 {
        (self.transport.most_value().max(1) / self.sides[side].size()).max(1)
    }

    /// The re-valued transport, of links too; the bonus has been made sure to fit.
    fn revalued(&self, multipliers: &[i64], bonus: i64) -> Result<(Revalued, usize), SolveError> {
        let transport = self.transport;
        let links = self.links;
        let most = self.most(multipliers) + i128::from(bonus);
        let limit = self.largest();
        if most > limit {
            let what = "the largest value with the multipliers of the quotas";
            return Err(SolveError::Overflow { what, found: most, most: limit });
        }
        let [rows, columns] = shifts(self, multipliers);
        let edges = transport.edges() + links.map_or(0, |links| links.rows);
        let capacity = transport.edge_capacity.as_ref();
        let mut new = Transport {
            row_capacity: transport.row_capacity.clone(),
            column_capacity: transport.column_capacity.clone(),
            row_group: transport.row_group.clone(),
            column_group: transport.column_group.clone(),
            row_group_capacity: transport.row_group_capacity.clone(),
            column_group_capacity: self
                .column_group_capacity
                .clone()
                .unwrap_or_else(|| transport.column_group_capacity.clone()),
            row_start: Vec::with_capacity(transport.rows() + 1),
            column: Vec::with_capacity(edges),
            value: Vec::with_capacity(edges),
            edge_capacity: capacity.map(|_| Vec::with_capacity(edges)),
            row_key: transport.row_key.clone(),
            column_key: transport.column_key.clone(),
            row_part: transport.row_part.clone(),
        };
        let first_spare = new.column_capacity.len();
        if let Some(links) = links {
            links.add_columns(&mut new);
        }
        let mut kept = Vec::with_capacity(edges);
        new.row_start.push(0);
        for (row, &of_row) in rows.iter().enumerate() {
            let spare = links.and_then(|links| links.column_of(transport.row_group[row]));
            let shift = of_row + if spare.is_some() { bonus } else { 0 };
            for edge in transport.edges_of(row) {
                let column = transport.column[edge];
                let value = self.scale * transport.value[edge] + shift + columns[column as usize];
                if value >= 0 {
                    new.column.push(column);
                    new.value.push((value + self.grain - 1) / self.grain);
                    kept.push(edge);
                    if let (Some(new), Some(old)) = (&mut new.edge_capacity, capacity) {
                        new.push(old[edge]);
                    }
                }
            }
            if let Some(column) = spare {
                new.column.push(number(first_spare + column));
                new.value.push(bonus / self.grain);
                kept.push(usize::MAX);
                if let Some(new) = &mut new.edge_capacity {
                    new.push(transport.row_capacity[row]);
                }
            }
            new.row_start.push(new.column.len());
        }
        Ok((Revalued { transport: new, edge: kept }, first_spare))
    }

    /// The optimum at some multipliers, from a point nearby.
    pub(super) fn at(&self, multipliers: Vec<i64>, near: Option<&Point>) -> Result<Point, SolveError> {
        if self.links.is_none() {
            return self.with_bonus(multipliers, 0, near);
        }
        // A bonus is a whole number of grains.
        let limit = self.largest() - self.most(&multipliers);
        let mut bonus = (4 * self.most(&multipliers)).max(near.map_or(1, |point| point.bonus.into()));
        let mut near = near.cloned();
        loop {
            let largest = bonus.min(limit).max(1);
            let fits = i64::try_from(largest).unwrap_or(i64::MAX / 8) / self.grain;
            let fits = fits.max(1) * self.grain;
            let point = self.with_bonus(multipliers.clone(), fits, near.as_ref())?;
            if point.linked >= self.most_links {
                return Ok(point);
            }
            if bonus >= limit {
                let what = "what a first link must be worth to come first";
                return Err(SolveError::Overflow { what, found: bonus * 16, most: limit });
            }
            bonus *= 16;
            near = Some(point);
        }
    }

    fn with_bonus(
        &self,
        multipliers: Vec<i64>,
        bonus: i64,
        near: Option<&Point>,
    ) -> Result<Point, SolveError> {
        let (Revalued { transport: new, edge }, first_spare) = self.revalued(&multipliers, bonus)?;
        let found = match near {
            None => optimum(&new)?,
            Some(point) => {
                let place = |row: usize, column: u32| {
                    let range = new.row_start[row]..new.row_start[row + 1];
                    let at = new.column[range.clone()].binary_search(&column).ok()?;
                    Some(range.start + at)
                };
                let flow = point.flow.iter().filter_map(|&(edge, units)| {
                    Some((place(self.transport.row_of(edge), self.transport.column[edge])?, units))
                });
                let spare = point.spare.iter().filter_map(|&(row, units)| {
                    let column = *new.column[new.row_start[row]..new.row_start[row + 1]].last()?;
                    (column as usize >= first_spare).then_some((new.row_start[row + 1] - 1, units))
                });
                optimum_near(&new, &flow.chain(spare).collect::<Vec<_>>())?
            }
        };
        let mut worth: i128 =
            found.flow.iter().map(|&(e, units)| i128::from(new.value[e]) * i128::from(units)).sum();
        worth *= i128::from(self.grain);
        let mut flow = Vec::with_capacity(found.flow.len());
        let mut spare = Vec::new();
        for &(at, units) in &found.flow {
            if edge[at] == usize::MAX {
                spare.push((new.row_of(at), units));
            } else {
                flow.push((edge[at], units));
            }
        }
        let pivots = found.pivots;
        let mut linked = 0;
        let prices = of_optimum(found, first_spare, self.grain)?;
        let prices = match self.links {
            None => prices,
            Some(links) => {
                linked = links.linked(self.transport, &flow);
                worth -= links.ground(bonus);
                links.taken_apart(self.transport, prices, bonus)
            }
        };
        let (value, reached) = self.tally(&flow);
        Ok(Point { multipliers, flow, spare, reached, value, linked, prices, worth, bonus, pivots })
    }

    /// The value of a flow, and what it reaches of each side.
    pub(super) fn tally(&self, flow: &[(usize, i64)]) -> (i128, Vec<i128>) {
        let mut rows = vec![0_i128; self.transport.rows()];
        let mut columns = vec![0_i128; self.transport.columns()];
        let mut value = 0;
        for &(edge, units) in flow {
            let units = i128::from(units);
            value += units * i128::from(self.transport.value[edge]);
            rows[self.transport.row_of(edge)] += units;
            columns[self.transport.column[edge] as usize] += units;
        }
        let reached = self.sides.iter().map(|side| {
            let (members, totals) = match &side.members {
                Members::Rows(members) => (members, &rows),
                Members::Columns(members) => (members, &columns),
            };
            members.iter().zip(totals).map(|(&member, &units)| units * i128::from(side.counts(member))).sum()
        });
        (value, reached.collect())
    }

    /// What the multipliers of a point prove of flows that link as many groups, in their unit.
    pub(super) fn dual(&self, point: &Point) -> i128 {
        let least = point.multipliers.iter().zip(&self.least);
        let links = i128::from(point.bonus) * self.most_links as i128;
        point.worth - links - least.map(|(&m, &least)| i128::from(m) * i128::from(least)).sum::<i128>()
    }
}

/// The prices of an optimum in the unit of multipliers; those of columns from `columns` on are of links.
fn of_optimum(found: Optimum, columns: usize, grain: i64) -> Result<Prices, SolveError> {
    let mut prices = Prices {
        row: found.row_price,
        column: found.column_price,
        row_group: found.row_group_price,
        column_group: found.column_group_price,
        link: Vec::new(),
    };
    for list in [&mut prices.row, &mut prices.column, &mut prices.row_group, &mut prices.column_group] {
        for price in list {
            let whole = i128::from(*price) * i128::from(grain);
            *price = i64::try_from(whole).map_err(|_| SolveError::Overflow {
                what: "a price with the multipliers of the quotas",
                found: whole,
                most: i64::MAX.into(),
            })?;
        }
    }
    prices.link = prices.column.split_off(columns);
    Ok(prices)
}

/// The transport whose optimum is that of the sides at some multipliers: each edge is worth `scale · value` and what
/// the sides count a unit on it for, times their multipliers. For solvers that know no sides.
///
/// # Errors
/// [`SolveError::Malformed`] as [`optimum_with`](super::optimum_with), or where there is not one multiplier a side or one is negative;
/// [`SolveError::Overflow`] where the values become too large.
pub fn revalued(
    transport: &Transport,
    sides: &[Side],
    multipliers: &[i64],
    scale: i64,
    grain: i64,
) -> Result<Revalued, SolveError> {
    transport.check()?;
    for side in sides {
        side.check(transport)?;
    }
    if multipliers.len() != sides.len()
        || multipliers.iter().any(|&multiplier| multiplier < 0)
        || scale < 0
        || grain <= 0
    {
        let what = "there is not one multiplier, none negative, a side, or scale or grain are too small";
        return Err(SolveError::Malformed { what, at: multipliers.len() });
    }
    let problem = Problem {
        transport,
        sides,
        least: sides.iter().map(|side| side.least).collect(),
        scale,
        grain,
        extra: 0,
        column_group_capacity: None,
        links: None,
        most_links: 0,
        column_group_shift: Vec::new(),
    };
    Ok(problem.revalued(multipliers, 0)?.0)
}
