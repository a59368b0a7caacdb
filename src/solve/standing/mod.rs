//! An optimum that follows changes.
//!
//! **Problem.** A portal changes a volume or a price now and then, parties come and go, and it wants the optimum anew,
//! the same to the bit as if it were found from nothing, in a fraction of the time.
//!
//! **Method.** All components together are one network that lives on from change to change with its tree, flows and
//! potentials (`live`). A value that changes shifts the potentials of what hangs on its edge, or, if the edge is not in
//! the tree, is compared with them; a capacity that changes is a pivot or less (`capacity`). Only the arcs of nodes
//! that moved are looked at, from both sides, and only their prices and the flows on the cycles are written down
//! (`written`). The tree ends strongly feasible and optimal in (value, tie), so flow and prices are the canonical ones
//! of `optimum`, and nothing is left of the way there.
//!
//! **Complexity.** For a change of a value some ten numbers are looked up, for a change of a capacity a cycle of the
//! tree; then the pivots, each with the edges of the nodes it moves. Where edges begin or cease to carry anything the
//! list of the flow is copied once. Nothing else is linear in rows, columns or edges, but for the edges of columns that
//! can take nothing. Memory beyond the transport: 12 bytes an edge and some
//! hundred a row and column.
//!
//! **Parties that come and go.** A row or column with capacity 0 takes no part; give it one when it comes, 0 when it
//! goes. Its price at capacity 0 tells what its first unit would add.
//!
//! **What it cannot do.** Edges do not come and go, nor rows and columns that were not foreseen: that is another
//! transport, whose optimum is found near this one by [`Standing::near`]. A group's limit that begins or ceases to be
//! (not one that begins or ceases to bind), values so large that `16 · nodes · value` exceeds 63 bits, and more than
//! four million nodes: there every change is solved anew, near the flow as it was. Only looking at many nodes is
//! divided among threads; pivots are not.

mod agenda;
mod begin;
mod capacity;
mod edges;
mod live;
mod numbers;
mod pair;
mod pricing;
mod totals;
mod written;

use super::error::SolveError;
use super::optimum::Optimum;
use super::transport::{Transport, number};
use live::Live;
use numbers::Numbers;
use totals::{Place, Totals};
use written::Written;

/// A change of a number of a transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// What one unit on an edge is worth, `>= 0`.
    Value {
        /// The edge.
        edge: usize,
        /// Its value from now on.
        value: i64,
    },
    /// Units a row can give, `>= 0`.
    RowCapacity {
        /// The row.
        row: usize,
        /// Its capacity from now on.
        units: i64,
    },
    /// Units a column can take, `>= 0`.
    ColumnCapacity {
        /// The column.
        column: usize,
        /// Its capacity from now on.
        units: i64,
    },
    /// Units all rows of a group can give together, `>= 0`; `None` is unlimited.
    RowGroupCapacity {
        /// The group.
        group: usize,
        /// Its limit from now on.
        units: Option<i64>,
    },
    /// Units all columns of a group can take together, `>= 0`; `None` is unlimited.
    ColumnGroupCapacity {
        /// The group.
        group: usize,
        /// Its limit from now on.
        units: Option<i64>,
    },
}

/// A transport with its optimum, which follows changes of values and capacities.
///
/// ```
/// use lienket::solve::{Change, Standing, Transport, optimum};
///
/// let market = Transport {
///     row_capacity: vec![5, 4],
///     column_capacity: vec![6],
///     row_group: vec![0, 1],
///     column_group: vec![0],
///     row_group_capacity: vec![None, None],
///     column_group_capacity: vec![None],
///     row_start: vec![0, 1, 2],
///     column: vec![0, 0],
///     value: vec![3, 7],
///     row_key: vec![11, 12],
///     column_key: vec![21],
///     ..Transport::default()
/// };
/// let mut standing = Standing::of(market)?;
/// assert_eq!(standing.optimum().flow, [(0, 2), (1, 4)]);
/// standing.change(&[Change::Value { edge: 0, value: 9 }, Change::RowCapacity { row: 1, units: 3 }])?;
/// assert_eq!(standing.optimum().flow, [(0, 5), (1, 1)]);
/// assert_eq!(standing.optimum().flow, optimum(standing.transport())?.flow); // as from nothing
/// # Ok::<(), lienket::solve::SolveError>(())
/// ```
#[derive(Debug)]
pub struct Standing {
    transport: Transport,
    state: State,
}

/// What follows the transport.
#[derive(Debug)]
struct State {
    totals: Totals,
    live: Live,
    written: Written,
}

impl Standing {
    /// A transport with its optimum, found from nothing.
    ///
    /// # Errors
    /// As [`optimum`](super::optimum()), and [`SolveError::Malformed`] where edges have capacities.
    pub fn of(transport: Transport) -> Result<Standing, SolveError> {
        Standing::build(transport, None)
    }

    /// A transport with its optimum, found from a flow that is nearly it; see
    /// [`optimum_near`](super::optimum_near).
    ///
    /// # Errors
    /// As [`Standing::of`], and [`SolveError::Malformed`] where `near` names an edge that does not exist.
    pub fn near(transport: Transport, near: &[(usize, i64)]) -> Result<Standing, SolveError> {
        Standing::build(transport, Some(near))
    }

    fn build(transport: Transport, near: Option<&[(usize, i64)]>) -> Result<Standing, SolveError> {
        transport.check()?;
        let malformed = |what, at| Err(SolveError::Malformed { what, at });
        if transport.edge_capacity.is_some() {
            return malformed("an optimum that follows changes takes no edge capacities", 0);
        }
        if let Some(&(at, _)) = near.iter().copied().flatten().find(|(edge, _)| *edge >= transport.edges()) {
            return malformed("the start has flow on an edge that does not exist", at);
        }
        let state = State::of(&transport, near)?;
        Ok(Standing { transport, state })
    }

    /// The transport as it stands.
    #[must_use]
    pub fn transport(&self) -> &Transport {
        &self.transport
    }

    /// Its optimum, the same as [`optimum`](super::optimum()) finds but for the pivots, which are those of the last
    /// change. It is kept up to date by [`change`](Standing::change); this only hands it out.
    #[must_use]
    pub fn optimum(&self) -> &Optimum {
        &self.state.written.optimum
    }

    /// Makes changes, all or (where one is refused) none; later ones win over earlier ones.
    ///
    /// # Errors
    /// [`SolveError::Malformed`] where a change names what does not exist or a number is negative, at the position of
    /// the change; [`SolveError::Overflow`] where a value is too large, as for [`optimum`](super::optimum()).
    pub fn change(&mut self, changes: &[Change]) -> Result<(), SolveError> {
        let mut numbers = Numbers::of(&self.transport, changes)?;
        let most = numbers.most_value();
        self.transport.check_value(most)?;
        let capacities = Capacities::of(&self.transport, changes);
        numbers.swap(&mut self.transport);
        if self.state.may_follow(&self.transport, most, &capacities)
            && self.state.follow(&self.transport, changes, &capacities).is_ok()
        {
            return Ok(());
        }
        let near = &self.state.written.optimum.flow;
        let anew = State::of(&self.transport, Some(near));
        if anew.is_err() {
            numbers.swap(&mut self.transport);
            let near = &self.state.written.optimum.flow;
            self.state = State::of(&self.transport, Some(near))?;
        }
        self.state = anew?;
        Ok(())
    }
}

/// The capacities that change: where, what they were, and whether there was one.
struct Capacities(Vec<(Place, i64, bool)>);

impl Capacities {
    fn of(transport: &Transport, changes: &[Change]) -> Capacities {
        let place = |change: &Change| match *change {
            Change::Value { .. } => None,
            Change::RowCapacity { row, .. } => Some(Place::Row(row)),
            Change::ColumnCapacity { column, .. } => Some(Place::Column(column)),
            Change::RowGroupCapacity { group, .. } => Some(Place::RowGroup(group)),
            Change::ColumnGroupCapacity { group, .. } => Some(Place::ColumnGroup(group)),
        };
        let mut places: Vec<Place> = changes.iter().filter_map(place).collect();
        places.sort_unstable();
        places.dedup();
        let with_units = |place: Place| {
            let units = units(transport, place);
            (place, units.unwrap_or(0), units.is_some())
        };
        Capacities(places.into_iter().map(with_units).collect())
    }
}

/// The capacity or limit of something.
fn units(transport: &Transport, place: Place) -> Option<i64> {
    match place {
        Place::Row(row) => Some(transport.row_capacity[row]),
        Place::Column(column) => Some(transport.column_capacity[column]),
        Place::RowGroup(group) => transport.row_group_capacity[group],
        Place::ColumnGroup(group) => transport.column_group_capacity[group],
        Place::Root => None,
    }
}

impl State {
    fn of(transport: &Transport, near: Option<&[(usize, i64)]>) -> Result<State, SolveError> {
        let totals = Totals::of(transport);
        let live = Live::begin(transport, &totals, near)?;
        let written = Written::of(transport, &totals, &live);
        Ok(State { totals, live, written })
    }

    /// Whether the network may follow these changes.
    fn may_follow(&self, transport: &Transport, most: i64, capacities: &Capacities) -> bool {
        let limited =
            |(place, _, limited): &(Place, i64, bool)| units(transport, *place).is_some() == *limited;
        self.live.fits(most) && capacities.0.iter().all(limited)
    }

    fn follow(
        &mut self,
        transport: &Transport,
        changes: &[Change],
        capacities: &Capacities,
    ) -> Result<(), SolveError> {
        let State { totals, live, written } = self;
        live.pivots = 0;
        let edge = |change: &Change| match *change {
            Change::Value { edge, .. } => Some((number(transport.row_of(edge)), number(edge))),
            _ => None,
        };
        let edges: Vec<(u32, u32)> = changes.iter().filter_map(edge).collect();
        live.revalue(transport, &edges);

        let mut places: Vec<Place> = Vec::with_capacity(2 * capacities.0.len());
        for &(place, before, _) in &capacities.0 {
            let more = units(transport, place).map_or(0, i128::from) - i128::from(before);
            places.push(place);
            places.extend(totals.add(transport, place, more));
            if matches!(place, Place::ColumnGroup(_)) && !live.hangs(live.node(place)) {
                places.extend(live.members_of(live.node(place)).iter().map(|&u| live.place(u)));
            }
        }
        places.sort_unstable();
        places.dedup();
        for place in places.into_iter().filter(|&place| units(transport, place).is_some()) {
            let (capacity, alive) = (totals.capacity(transport, place), place.alive(transport));
            live.set_capacity(transport, live.node(place), capacity, alive)?;
        }
        live.run(transport)?;
        written.follow(transport, totals, live);
        Ok(())
    }
}
