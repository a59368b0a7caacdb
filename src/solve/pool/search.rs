//! Ruin and recreate around hubs.
//!
//! **Method.** A move picks a column that has pools, empties it together with up to three columns that use the rows
//! its pools could have, and fills them anew, the picked one first ([`State::build`]): so a pool opens with
//! kilograms taken from worse uses, and those find their next best use at once. First every column is picked once,
//! in an order that does not matter much, and only gains are kept; then columns are drawn at random and small losses
//! are accepted too, the fewer the more work is done (*threshold accepting*: Dueck, Scheuer, J. Comput. Phys. 90,
//! 1990, with whole numbers only). Rows are charged a share, drawn for each move, of what the multipliers of a bound
//! say they are worth elsewhere: all of it would leave no gain on anything, for those are prices of an optimum.
//! Before and after, and a few times between, kilograms are shared out anew among fixed partners (`polish`).
//!
//! **Invariant.** The state is feasible after every move; the best one seen is what is returned, and it is checked
//! from scratch: [`SolveError::Broken`] would be a bug.
//!
//! **Work.** One unit is one way looked at. The same budget gives the same flow on every machine.

use super::super::error::SolveError;
use super::super::limits::Limits;
use super::super::transport::Transport;
use super::bound::PoolPrices;
use super::case::{Case, Way};
use super::check::found;
use super::state::State;
use super::{PoolFlow, Pools, check_all, check_flow_lengths};
use std::ops::ControlFlow;

/// Columns emptied beside the picked one, at most.
const OTHERS: usize = 3;
/// Times the kilograms are shared out anew while columns are drawn.
const POLISHES: u64 = 4;
/// Changes remembered since the best flow, before the search returns to it.
const REMEMBERED: usize = 1 << 22;

/// Work after which the watch is told, at the latest.
const TOLD: u64 = 1 << 18;

/// What [`pooled`] found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pooled {
    /// The flow: feasible, and worth at least as much as the start.
    pub flow: PoolFlow,
    /// `Σ value · flow`.
    pub value: i128,
    /// Units of work done: ways looked at.
    pub work: u64,
}

/// What the search is led by: multipliers, and numbers that look random.
pub(super) struct Guide<'a> {
    prices: &'a PoolPrices,
    /// The share of the multipliers that counts: never all, for at the optimum nothing gains on them.
    eighths: u8,
    seed: u64,
}

impl Guide<'_> {
    /// A number below a count.
    pub(super) fn below(&mut self, count: usize) -> usize {
        // SplitMix64.
        self.seed = self.seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut x = self.seed;
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let drawn = (x ^ (x >> 31)) % (count.max(1) as u64);
        usize::try_from(drawn).unwrap_or(0)
    }

    /// Value of a way less the present share of what its row, the row's group and its hub are worth elsewhere; in
    /// eighths.
    pub(super) fn margin(&self, case: &Case, way: Way) -> i128 {
        let row = case.row(way);
        let hub = match way {
            Way::Edge(_) => 0,
            Way::Member(member) => self.prices.hub[case.pools.hub[case.pool_of[member] as usize] as usize],
        };
        let group = self.prices.row_group[case.transport.row_group[row] as usize];
        let elsewhere = i128::from(self.prices.row[row]) + i128::from(group) + i128::from(hub);
        8 * i128::from(case.value(way)) - i128::from(self.eighths) * elsewhere
    }
}

/// A flow over edges and through pools that breaks nothing and is never worth less than `start`.
///
/// `start` must break nothing itself; a flow within the limits without pools will do ([`PoolFlow::direct`]).
/// `prices` lead the search ([`pool_bound`](crate::solve::pool_bound)); any are allowed. `effort` is the work to be
/// done, in ways looked at: a few times the number of edges and members is a short search; 0 returns the start.
/// `watch` is told now and then how much is done, and may break off: the best flow so far is returned.
///
/// # Errors
/// [`SolveError::Malformed`] if the inputs do not fit together or the start breaks something.
///
/// # Examples
/// Two rows of 3 and a column that takes nothing below 5:
/// ```
/// use lienket::solve::{Limits, PoolFlow, Pools, Transport, pool_bound, pooled};
/// use std::ops::ControlFlow::Continue;
///
/// let transport = Transport {
///     row_capacity: vec![3, 3], row_group: vec![0, 1], row_group_capacity: vec![None, None], row_key: vec![1, 2],
///     column_capacity: vec![9], column_group: vec![0], column_group_capacity: vec![None], column_key: vec![3],
///     row_start: vec![0, 0, 0], ..Transport::default()
/// };
/// let pools = Pools {
///     hub_capacity: vec![None], column: vec![0], hub: vec![0], lot: vec![5], most_members: None,
///     member_start: vec![0, 2], row: vec![0, 1], value: vec![10, 8], member_lot: vec![1, 1], shared: vec![],
/// };
/// let limits = Limits::none(&transport);
/// let (prices, bound) = pool_bound(&transport, &limits, &pools, 0, 0)?;
/// let start = PoolFlow::direct(vec![], &pools);
/// let found = pooled(&transport, &limits, &pools, &start, &prices, 1000, &|_| Continue(()))?;
/// assert_eq!((found.flow.members, found.value, bound), (vec![3, 3], 54, 54));
/// # Ok::<(), lienket::solve::SolveError>(())
/// ```
pub fn pooled(
    transport: &Transport,
    limits: &Limits,
    pools: &Pools,
    start: &PoolFlow,
    prices: &PoolPrices,
    effort: u64,
    watch: &dyn Fn(u64) -> ControlFlow<()>,
) -> Result<Pooled, SolveError> {
    check_all(transport, limits, pools)?;
    check_flow_lengths(transport, pools, start)?;
    prices.check_lengths(transport, pools)?;
    let broken = found(transport, limits, pools, start);
    if !broken.is_empty() {
        return Err(SolveError::Malformed { what: "the start breaks capacities or limits", at: 0 });
    }
    let case = Case::of(transport, limits, pools);
    let mut search = Search {
        state: State::of(&case, start),
        guide: Guide { prices, eighths: 7, seed: 0 },
        best: 0,
        work: 0,
        effort,
        watch,
        told: 0,
    };
    search.best = search.state.value;
    if effort > 0 && !pools.is_empty() {
        search.run()?;
    }
    search.state.undo(0);
    let (flow, value, work) = (search.state.flow, search.state.value, search.work);
    match found(transport, limits, pools, &flow).len() {
        0 => Ok(Pooled { flow, value, work }),
        count => Err(SolveError::Broken { count }),
    }
}

struct Search<'a> {
    state: State<'a>,
    guide: Guide<'a>,
    /// The best value seen; the journal leads back to it.
    best: i128,
    work: u64,
    effort: u64,
    watch: &'a dyn Fn(u64) -> ControlFlow<()>,
    /// Work done when the watch was last told.
    told: u64,
}

impl Search<'_> {
    fn run(&mut self) -> Result<(), SolveError> {
        let case = self.state.case;
        let columns: Vec<usize> =
            (0..case.transport.columns()).filter(|&column| case.pools_of_column(column).len() > 0).collect();
        for &column in &columns {
            self.step(column, 0);
            if self.done() {
                break;
            }
        }
        self.polish()?;
        // Of a size with what a move wins or loses: a share of the value of one column.
        let threshold = self.best / (columns.len().max(1) as i128) / 32;
        let begin = self.work;
        let mut polished = 0;
        while !self.done() {
            let column = columns[self.guide.below(columns.len())];
            self.guide.eighths = u8::try_from(self.guide.below(8)).unwrap_or(0);
            let share = self.share(begin);
            let most = threshold * (1024 - share) * (1024 - share) / (1024 * 1024);
            let drawn = i128::from(i64::try_from(self.guide.below(1024)).unwrap_or(0));
            self.step(column, most * drawn / 1024);
            if self.state.mark() > REMEMBERED {
                self.state.undo(0);
            }
            let due = u64::try_from(share).unwrap_or(0) * POLISHES / 1024;
            if due > polished {
                polished = due;
                self.polish()?;
            }
        }
        self.polish()
    }

    /// How much of the work after `begin` is done, of 1024.
    fn share(&self, begin: u64) -> i128 {
        let all = self.effort.saturating_sub(begin).max(1);
        i128::from(self.work.saturating_sub(begin).min(all)) * 1024 / i128::from(all)
    }

    /// Whether the work is done or broken off.
    fn done(&mut self) -> bool {
        if self.work - self.told >= (self.effort / 64).min(TOLD) {
            self.told = self.work;
            if (self.watch)(self.work).is_break() {
                self.effort = self.work;
            }
        }
        self.work >= self.effort
    }

    /// One move around a column; kept if it loses no more than `loss`.
    fn step(&mut self, column: usize, loss: i128) {
        let state = &mut self.state;
        let (before, value) = (state.mark(), state.value);
        let others = ruined(state, &mut self.guide, column);
        let mut rows = Vec::new();
        state.empty(column, &mut rows);
        for &other in &others {
            state.empty(other, &mut rows);
        }
        self.work += rows.len() as u64 + 1;
        for &column in [column].iter().chain(&others) {
            self.work += state.build(column, &mut self.guide);
        }
        self.work += state.fill(&rows);
        if state.value < value - loss {
            state.undo(before);
        }
        if state.value > self.best {
            self.best = state.value;
            state.settle();
        }
    }

    /// The best kilograms for the partners of the best flow.
    fn polish(&mut self) -> Result<(), SolveError> {
        self.state.undo(0);
        self.work += super::polish::polish(&mut self.state)?;
        self.best = self.state.value;
        self.state.settle();
        Ok(())
    }
}

/// Columns to be emptied with one: those that use the rows its pools could have.
fn ruined(state: &State, guide: &mut Guide, column: usize) -> Vec<usize> {
    let case = state.case;
    let pools: Vec<usize> = case.pools_of_column(column).collect();
    let mut others = Vec::new();
    for _ in 0..guide.below(OTHERS + 1) {
        let members = case.pools.members_of(pools[guide.below(pools.len())]);
        if members.is_empty() {
            continue;
        }
        let row = case.pools.row[members.start + guide.below(members.len())] as usize;
        let edges = case.transport.edges_of(row).map(Way::Edge);
        let members = case.members_of_row(row).map(Way::Member);
        let used: Vec<Way> = edges.chain(members).filter(|&way| state.units(way) > 0).collect();
        if used.is_empty() {
            continue;
        }
        let other = case.column(used[guide.below(used.len())]);
        if other != column && !others.contains(&other) {
            others.push(other);
        }
    }
    others
}
