//! Quotas and floors on top of the exact optimum.
//!
//! **Problem.** Find a flow of a [`Transport`] of the greatest value under a few constraints that are no network:
//!
//! ```text
//! side     Σ_e a_ke · x_e >= least_k        a_ke one of two integers, by whether the row (or column) of e is a member
//! cap      of · (base_h + x_h) <= part · (base + x)       x_h units into column group h, x all units, for every h
//! link     the number of row groups with at least one unit is as large as it can be: before the value
//! ```
//!
//! A floor of `min_kg` is a side of 1 and 0; a floor of a share `p/q` of all that is moved one of `q − p` inside and
//! `−p` outside; members may overlap.
//!
//! **Method.** *Sides* get multipliers `μ_k >= 0` in the unit `1/scale` of the value. For given ones the constrained
//! problem is a transport again, re-valued by `scale · value_e + Σ μ_k a_ke` (edges below 0 are left out), whose
//! optimum the kernel finds exactly; so `(re-valued optimum − Σ μ_k least_k) / scale` bounds the value of every flow
//! that holds the sides, whatever the multipliers are. `search` finds good ones by cutting planes. The *cap* is not
//! one multiplier a group, of which fifty may bind, but one number: where the total is at least `T`, the cap is a
//! capacity `⌊part · (base + T) / of⌋ − base_h` of each column group, and the prices of these capacities are the
//! multipliers; `T` is found by fixed point, and the bound is that of the multipliers, with no `T` in it (`cap`).
//! The first units of *links* are an ordinary transport with one more column a group (`link`). A flow of whole units
//! comes from the optima around the best multipliers, joined along the cycles of their differences (`combine`).
//!
//! **What is promised.** The flow is feasible and in whole units. The bound is proven: see [`Quotafied::bound`]. Sides are held
//! to the unit where [`Quotafied::short`] is 0, which only whole units can prevent: on markets of a few units, where
//! several sides leave a fractional solution but no integral one nearby. The gap is a few units' worth, and 0 where
//! no side binds. Everything is computed from the canonical optima of re-valued transports in an order that the keys
//! of rows and columns decide: the result does not depend on the order of rows, columns, groups and edges (it may
//! depend on that of the sides), nor on threads. Floats steer the search; no bound and no flow rests on one.
//!
//! **Complexity.** Some 5 to 20 optima for one side, 10 to 40 for a few, each from the one before, and as many passes over
//! the edges. Sides are dense small vectors: tens of them, not thousands.
//!
//! **References.** Kelley, *The cutting-plane method for solving convex programs*, 1960; Linderoth and Wright,
//! *Decomposition algorithms for stochastic programming on a computational grid*, 2003 (the trust region); Geoffrion,
//! *Lagrangean relaxation for integer programming*, 1974.
//!
//! **What it cannot do.** Close the gap of whole units: the problem with several sides is NP-hard (it contains
//! knapsack with equality), the gap it leaves is that of rounding `K` cycles.
//!
//! # How the files fit
//! ```text
//! mod       the question, the answer, the course     problem   one re-valued optimum: a point
//! search    cutting planes over the multipliers      master    their small linear program
//! combine   points joined along cycles               cycles    the difference of two flows
//! link      first units as an ordinary transport     cap       a share of the total as a capacity
//! reach     floors that cannot be met
//! ```

mod cap;
mod combine;
mod cycles;
mod link;
mod master;
mod problem;
mod reach;
mod search;

use super::error::SolveError;
use super::transport::Transport;
use combine::{Joined, join};
pub use link::LinkProof;
use link::Links;
use problem::{Point, Problem};
pub use problem::{Revalued, revalued};
pub use reach::Unreachable;
use search::{Search, search};

/// Whose units a side counts apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Members {
    /// By row.
    Rows(Vec<bool>),
    /// By column.
    Columns(Vec<bool>),
}

/// A constraint `Σ a_e x_e >= least`, where `a_e` is `inside` on edges of members and `outside` on others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// The rows or columns it is about.
    pub members: Members,
    /// What a unit of a member counts.
    pub inside: i64,
    /// What any other unit counts.
    pub outside: i64,
    /// What must be reached.
    pub least: i64,
}

/// No column group takes more than a share of all: `of · (base_h + x_h) <= part · (base + x)`.
///
/// A group whose base alone is more than that even if all rows gave, or all columns took, what they can, takes nothing
/// and is not held to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cap {
    /// The share is `part / of`.
    pub part: i64,
    /// See `part`; greater than 0.
    pub of: i64,
    /// Units that each column group has already, by contract.
    pub column_group_base: Vec<i64>,
    /// Units that all have already.
    pub base: i64,
}

/// What is asked of a flow beyond its capacities.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Quotas {
    /// Floors (and ceilings, with signs turned).
    pub sides: Vec<Side>,
    /// The most that a column group may take of all units.
    pub cap: Option<Cap>,
    /// By row group: whether it is to have a unit if it can, before the value. Empty: none is.
    pub link: Vec<bool>,
}

/// A flow that keeps quotas, and what is proven of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quotafied {
    /// Edges with flow and the units on each, by edge.
    pub flow: Vec<(usize, i64)>,
    /// `Σ value · flow`.
    pub value: i128,
    /// No flow that holds the sides (at `least`) and the cap, and links as many groups, is worth more:
    /// `⌊(Σ price · capacity + Σ edge capacity · rent + Σ_g (link bonus − link price) − bonus · links − Σ multiplier · least +
    /// constant of the cap) / scale⌋`, or a little more where edges have capacities.
    pub bound: i128,
    /// What the prices, the multipliers and the worth of links are multiples of: `1 / scale` of a value.
    pub scale: i64,
    /// Prices are multiples of this, which the network's numbers were divided by; see [`revalued`].
    pub grain: i64,
    /// Price of each row's capacity. On every edge `scale · value + Σ multiplier · count + premium + link price` is at most
    /// the four prices and the cap's.
    pub row_price: Vec<i64>,
    /// Price of each column's capacity.
    pub column_price: Vec<i64>,
    /// Price of each row group's limit.
    pub row_group_price: Vec<i64>,
    /// Price of each column group's limit.
    pub column_group_price: Vec<i64>,
    /// What one unit less to be reached of each side would add, its shadow price.
    pub multipliers: Vec<i64>,
    /// What one unit more of the cap of each column group would add; empty without a cap.
    pub cap_price: Vec<i64>,
    /// By row group: what its first unit is worth, at most the bonus; empty without links.
    pub link_price: Vec<i64>,
    /// The worth of a link in the bound.
    pub link_bonus: i64,
    /// Row groups linked, of those that want to be.
    pub links: i64,
    /// That no more can be, sides and cap aside; without links, nothing.
    pub link_proof: Option<LinkProof>,
    /// What the sides reach, `Σ count · flow`.
    pub reached: Vec<i128>,
    /// What they are held to: their own `least`, lower where that is out of reach.
    pub least: Vec<i64>,
    /// What each side lacks of that: 0, but for what whole units can not do.
    pub short: Vec<i128>,
    /// Sides that cannot be held, and why.
    pub unreachable: Vec<Unreachable>,
    /// Units by which a column group is above the cap, for want of a flow within it.
    pub cap_excess: i128,
    /// Re-valued optima that were found, a measure of work.
    pub solves: usize,
    /// Their pivots.
    pub pivots: u64,
}

/// The flow of greatest value that keeps the quotas, to the unit, with its bound.
///
/// # Errors
/// [`SolveError::Malformed`] where the transport, lengths or signs do not fit; [`SolveError::Overflow`] where values, with
/// the multipliers they need, are too large for 64 bits.
///
/// # Examples
/// Three units of the five that move must come from the second row, though it is worth less:
/// ```
/// use lienket::solve::{Members, Quotas, Side, Transport, optimum_with};
///
/// let market = Transport {
///     row_capacity: vec![5, 4],
///     column_capacity: vec![5],
///     row_group: vec![0, 1],
///     column_group: vec![0],
///     row_group_capacity: vec![None, None],
///     column_group_capacity: vec![None],
///     row_start: vec![0, 1, 2],
///     column: vec![0, 0],
///     value: vec![7, 3],
///     row_key: vec![11, 12],
///     column_key: vec![21],
///     ..Transport::default()
/// };
/// let second = Side { members: Members::Rows(vec![false, true]), inside: 1, outside: 0, least: 3 };
/// let best = optimum_with(&market, &Quotas { sides: vec![second], ..Quotas::default() })?;
/// assert_eq!(best.flow, [(0, 2), (1, 3)]);
/// assert_eq!((best.value, best.bound), (23, 23));
/// assert_eq!(best.multipliers[0] / best.scale, 4); // each unit of the floor costs 7 − 3
/// # Ok::<(), lienket::solve::SolveError>(())
/// ```
pub fn optimum_with(transport: &Transport, quotas: &Quotas) -> Result<Quotafied, SolveError> {
    transport.check()?;
    quotas.check(transport)?;
    let wanted = quotas.link.contains(&true);
    let links = wanted.then(|| Links::of(transport, &quotas.link)).transpose()?;
    let link_proof = links.as_ref().map(|links| links.most(transport, None, &[])).transpose()?;
    let (scale, grain) = scale(transport, quotas, links.as_ref());
    let problem = Problem {
        transport,
        sides: &quotas.sides,
        least: quotas.sides.iter().map(|side| side.least).collect(),
        scale,
        grain,
        extra: 0,
        column_group_capacity: None,
        links: links.as_ref(),
        most_links: link_proof.as_ref().map_or(0, |proof| usize::try_from(proof.most).unwrap_or(usize::MAX)),
        column_group_shift: Vec::new(),
    };
    let mut course = Course { problem, unreachable: Vec::new(), solves: 0, pivots: 0 };
    let (joined, point, cap_price) = match &quotas.cap {
        None => {
            let (ended, joined) = course.held(vec![0; quotas.sides.len()], None)?;
            let best = ended.best;
            (joined, ended.points.into_iter().nth(best).expect("the best is a point"), Vec::new())
        }
        Some(cap) => course.capped(cap)?,
    };
    Ok(course.told(quotas, joined, point, cap_price, link_proof))
}

/// What a value is in the unit of multipliers, and a one of the network: numbers of 32 bits in the network if they are
/// fine enough there, and multipliers a thousand times finer than what the sides count.
fn scale(transport: &Transport, quotas: &Quotas, links: Option<&Links>) -> (i64, i64) {
    let most = i128::from(transport.most_value().max(1));
    let count = i128::from(quotas.sides.iter().map(Side::size).max().unwrap_or(1));
    let power = |most: i128| 1_i128 << (127 - most.max(1).leading_zeros());
    let room = if links.is_some() { 1 << 12 } else { 1 << 6 };
    let narrow = power(i128::from(i32::MAX) / (4 * most)).min(1024);
    let wide = power(Problem::limit(transport, links) / (16 * room * most)).min(1024);
    let of_network = if narrow >= 64 || narrow >= wide { narrow.min(wide) } else { wide };
    let grain = power(2 * count - 1).min(power(i128::from(i64::MAX / 64) / (room * most * of_network)));
    let narrow = |number: i128| i64::try_from(number).unwrap_or(1).max(1);
    (narrow(of_network * grain), narrow(grain))
}

/// The way to the answer.
struct Course<'a> {
    problem: Problem<'a>,
    unreachable: Vec<Unreachable>,
    solves: usize,
    pivots: u64,
}

impl Course<'_> {
    fn count(&mut self, points: &[Point]) {
        self.solves += points.len();
        self.pivots += points.iter().map(|point| point.pivots).sum::<u64>();
    }

    /// Multipliers and a flow that holds the sides, lowered where they cannot be held.
    fn held(&mut self, start: Vec<i64>, near: Option<&Point>) -> Result<(Search, Joined), SolveError> {
        let ended = search(&self.problem, start, near)?;
        self.count(&ended.points);
        let joined = join(&self.problem, &ended);
        if !ended.at_the_end && joined.short(&self.problem) == 0 {
            return Ok((ended, joined));
        }
        let lowered = reach::lower(&mut self.problem, &ended)?;
        if lowered.is_empty() {
            return Ok((ended, joined));
        }
        self.unreachable.retain(|known| lowered.iter().all(|new| new.side != known.side));
        self.unreachable.extend(lowered);
        self.unreachable.sort_by_key(|unreachable| unreachable.side);
        let start = vec![0; self.problem.sides.len()];
        let ended = search(&self.problem, start, Some(&ended.points[ended.best]))?;
        self.count(&ended.points);
        let joined = join(&self.problem, &ended);
        Ok((ended, joined))
    }

    /// The same within a cap; with the point whose prices prove the bound, and the prices of the cap.
    fn capped(&mut self, cap: &Cap) -> Result<(Joined, Point, Vec<i64>), SolveError> {
        let transport = self.problem.transport;
        let units = |joined: &Joined| joined.flow.iter().map(|&(_, units)| i128::from(units)).sum::<i128>();
        let (mut ended, mut joined) = self.held(vec![0; self.problem.sides.len()], None)?;
        let limits = cap.limits(transport);
        let mut prices = vec![0; limits.len()];
        let mut within: Option<Joined> = None;
        let mut total = units(&joined);
        for round in 0..cap::ROUNDS {
            if cap.excess(transport, &joined.flow) == 0
                && within.as_ref().is_none_or(|best| best.value < joined.value)
            {
                within = Some(joined.clone());
            }
            if round == 0 && within.is_some() {
                break; // it does not bind
            }
            let capacities = cap.capacities(&limits, total);
            let premium = self.premium(cap, &mut prices);
            let settled = self.problem.extra == premium;
            self.problem.extra = premium;
            self.limit(capacities.clone(), &joined)?;
            let near = &ended.points[ended.best];
            let found = self.held(near.multipliers.clone(), Some(near))?;
            (ended, joined) = found;
            prices = Cap::prices(&limits, &capacities, &ended.points[ended.best].prices.column_group);
            let now = units(&joined);
            if now >= total && (settled || round > cap::ROUNDS / 2) {
                if cap.excess(transport, &joined.flow) == 0
                    && within.as_ref().is_none_or(|best| best.value < joined.value)
                {
                    within = Some(joined.clone());
                }
                if now == total || round > cap::ROUNDS / 2 {
                    break;
                }
            }
            // What is found already keeps the cap: only the prices are still to settle.
            total = if within.is_some() { now } else { Cap::next_total(now, round) };
        }
        let best = &ended.points[ended.best];
        let joined = within.unwrap_or(joined);
        self.problem.column_group_capacity = Some(limits);
        self.problem.most_links = self.problem.links.map_or(0, |links| links.linked(transport, &joined.flow));
        self.problem.extra = self.premium(cap, &mut prices);
        self.problem.column_group_shift = prices.iter().map(|price| -price).collect();
        let proof = self.problem.at(best.multipliers.clone(), Some(best))?;
        self.count(std::slice::from_ref(&proof));
        Ok((joined, proof, prices))
    }

    /// The premium of prices of the cap; prices too large for one are given up, which any bound bears.
    fn premium(&self, cap: &Cap, prices: &mut [i64]) -> i64 {
        let most = self.problem.largest() / 8;
        let premium = cap.premium(prices);
        let largest = prices.iter().copied().max().unwrap_or(0);
        if premium <= most && i128::from(largest) <= most {
            return i64::try_from(premium).unwrap_or(0);
        }
        prices.fill(0);
        0
    }

    /// Limits column groups, and with them links.
    fn limit(&mut self, limits: Vec<Option<i64>>, near: &Joined) -> Result<(), SolveError> {
        if let Some(links) = self.problem.links {
            let most = links.most(self.problem.transport, Some(&limits), &near.flow)?.most;
            self.problem.most_links = usize::try_from(most).unwrap_or(usize::MAX);
            self.solves += 1;
        }
        self.problem.column_group_capacity = Some(limits);
        Ok(())
    }

    fn told(
        self,
        quotas: &Quotas,
        joined: Joined,
        point: Point,
        cap_price: Vec<i64>,
        link_proof: Option<LinkProof>,
    ) -> Quotafied {
        let problem = &self.problem;
        let constant = quotas.cap.as_ref().map_or(0, |cap| cap.constant(&cap_price));
        let bound = (problem.dual(&point) + constant).div_euclid(problem.scale.into());
        let missing = joined.reached.iter().zip(&problem.least);
        let cap_excess = quotas.cap.as_ref().map_or(0, |cap| cap.excess(problem.transport, &joined.flow));
        Quotafied {
            value: joined.value,
            bound,
            scale: problem.scale,
            grain: problem.grain,
            row_price: point.prices.row,
            column_price: point.prices.column,
            row_group_price: point.prices.row_group,
            column_group_price: point.prices.column_group,
            multipliers: point.multipliers,
            cap_price,
            link_price: point.prices.link,
            link_bonus: point.bonus,
            links: i64::try_from(problem.most_links).unwrap_or(i64::MAX),
            link_proof,
            short: missing.map(|(&reached, &least)| (i128::from(least) - reached).max(0)).collect(),
            reached: joined.reached,
            flow: joined.flow,
            least: self.problem.least,
            unreachable: self.unreachable,
            cap_excess,
            solves: self.solves,
            pivots: self.pivots,
        }
    }
}

impl Side {
    fn check(&self, transport: &Transport) -> Result<(), SolveError> {
        let (found, wanted) = match &self.members {
            Members::Rows(members) => (members.len(), transport.rows()),
            Members::Columns(members) => (members.len(), transport.columns()),
        };
        super::transport::length("a side has not one entry a row, or a column", found, wanted)?;
        let size = self.size();
        if size == 0 {
            return Err(SolveError::Malformed { what: "a side counts nothing", at: 0 });
        }
        let most = i128::from(i32::MAX);
        if i128::from(size) > most {
            let what = "what a side counts a unit for";
            return Err(SolveError::Overflow { what, found: size.into(), most });
        }
        Ok(())
    }
}

impl Quotas {
    fn check(&self, transport: &Transport) -> Result<(), SolveError> {
        for side in &self.sides {
            side.check(transport)?;
        }
        let groups = transport.row_group_capacity.len();
        if !self.link.is_empty() {
            super::transport::length(
                "link is neither empty nor one entry a row group",
                self.link.len(),
                groups,
            )?;
        }
        if let Some(cap) = &self.cap {
            let groups = transport.column_group_capacity.len();
            let what = "the cap has not one base a column group";
            super::transport::length(what, cap.column_group_base.len(), groups)?;
            super::transport::not_negative("a base of the cap is negative", &cap.column_group_base)?;
            let most = i64::from(i32::MAX);
            if cap.part < 0 || cap.of <= 0 || cap.base < 0 || cap.part > most || cap.of > most {
                let what = "the cap is no share, or its base is negative";
                return Err(SolveError::Malformed { what, at: 0 });
            }
        }
        Ok(())
    }
}
