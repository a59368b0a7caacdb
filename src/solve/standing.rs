//! An optimum that follows changes.
//!
//! **Problem.** A portal changes a volume or a price now and then and wants the optimum anew, the same to the bit as
//! if it were found from nothing, in a fraction of the time.
//!
//! **Method.** Everything that was made for the first optimum is kept: the components, the edges as they are laid
//! out, of each component the last tree with its potentials. A change touches its component alone. There the edge
//! gets its new value in the layout, the tree is mended where its flows no longer fit (`restart`), the potentials
//! are added up anew along it, and the simplex goes on from there: some two pivots for each change. The second phase
//! ends in the one canonical flow (`optimum`), so nothing is left of the way there.
//!
//! **Complexity.** Linear in the nodes of the components touched, with one look at the near edges of their rows,
//! and the pivots; and one pass over all rows and columns to write down the result.
//!
//! **What it cannot do.** Edges, rows and columns do not come and go: that is another transport, whose optimum is
//! found near this one by [`Standing::near`]. A capacity that becomes 0 or ceases to be, a group's limit that begins
//! or ceases to bind, or a value past 32 bits changes the components or the layout, and everything is laid out
//! anew, from the flow as it was.

use super::component::{Split, binds, dead};
use super::error::SolveError;
use super::layout::{Layout, Worth};
use super::network::{NONE, Network};
use super::optimum::{Ended, Optimum, Share, assemble, by_component, conclude, in_parallel, solve_component};
use super::pricing::Menu;
use super::restart::{self, Hints};
use super::simplex::Simplex;
use super::transport::Transport;

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
    split: Split,
    /// By row, column, row group and column group: component and place there, or [`NONE`].
    homes: [Vec<(u32, u32)>; 4],
    laid: Laid,
}

/// Layout and trees, in 32 bits where all values fit.
#[derive(Debug)]
enum Laid {
    Narrow(Layout<i32>, Vec<Kept>),
    Wide(Layout<i64>, Vec<Kept>),
}

/// What is kept of a component.
#[derive(Debug)]
struct Kept {
    ended: Ended,
    share: Share,
}

/// The changes in one component.
#[derive(Debug, Default, Clone)]
struct Touched {
    /// Whether a capacity has changed.
    capacity: bool,
    /// Edges whose value has: row and column by place, and the value.
    edges: Vec<(u32, u32, i64)>,
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
        let split = Split::of(&transport);
        let laid = if transport.most_value() <= i32::MAX.into() {
            let (layout, kept) = lay(&transport, &split, near)?;
            Laid::Narrow(layout, kept)
        } else {
            let (layout, kept) = lay(&transport, &split, near)?;
            Laid::Wide(layout, kept)
        };
        let home = |count: usize, members: fn(&super::component::Component) -> &Vec<u32>| {
            let mut homes = vec![(NONE, 0); count];
            for (index, component) in (0..).zip(&split.components) {
                for (place, &member) in (0..).zip(members(component)) {
                    homes[member as usize] = (index, place);
                }
            }
            homes
        };
        let homes = [
            home(transport.rows(), |component| &component.rows),
            home(transport.columns(), |component| &component.columns),
            home(transport.row_group_capacity.len(), |component| &component.row_groups),
            home(transport.column_group_capacity.len(), |component| &component.column_groups),
        ];
        Ok(Standing { transport, split, homes, laid })
    }

    /// The transport as it stands.
    #[must_use]
    pub fn transport(&self) -> &Transport {
        &self.transport
    }

    /// Its optimum, the same as [`optimum`](super::optimum()) finds but for the pivots, which are the last ones of
    /// each component. Linear in rows and columns.
    #[must_use]
    pub fn optimum(&self) -> Optimum {
        let (Laid::Narrow(_, kept) | Laid::Wide(_, kept)) = &self.laid;
        let shares: Vec<&Share> = kept.iter().map(|kept| &kept.share).collect();
        assemble(&self.transport, &self.split, &shares)
    }

    /// Makes changes, all or (where one is refused) none; later ones win over earlier ones.
    ///
    /// # Errors
    /// [`SolveError::Malformed`] where a change names what does not exist or a number is negative, at the position of
    /// the change; [`SolveError::Overflow`] where a value is too large, as for [`optimum`](super::optimum()).
    pub fn change(&mut self, changes: &[Change]) -> Result<(), SolveError> {
        let mut changed = Numbers::of(&self.transport, changes)?;
        let mut touched: Vec<Option<Touched>> = vec![None; self.split.components.len()];
        for &change in changes {
            self.note(change, &mut touched);
        }
        let most = changes
            .iter()
            .map(|change| if let Change::Value { value, .. } = change { *value } else { 0 })
            .max();
        self.transport.check_value(most.unwrap_or(0))?;
        changed.swap(&mut self.transport);
        let anew = matches!(&self.laid, Laid::Narrow(..)) && most > Some(i32::MAX.into())
            || changes.iter().any(|change| !matches!(change, Change::Value { .. })) && self.comes_apart();
        let done = if anew { self.lay_out_anew() } else { self.follow(&touched) };
        if done.is_err() {
            // The layout may have been changed in part.
            changed.swap(&mut self.transport);
            self.lay_out_anew()?;
        }
        done
    }

    /// Notes which component a change is in.
    fn note(&self, change: Change, touched: &mut [Option<Touched>]) {
        let (kind, index) = match change {
            Change::Value { edge, value } => {
                let row = self.transport.row_of(edge);
                let (component, row) = self.homes[0][row];
                let (of_column, column) = self.homes[1][self.transport.column[edge] as usize];
                if component != NONE && component == of_column {
                    let touched = touched[component as usize].get_or_insert_default();
                    touched.edges.push((row, column, value));
                }
                return;
            }
            Change::RowCapacity { row, .. } => (0, row),
            Change::ColumnCapacity { column, .. } => (1, column),
            Change::RowGroupCapacity { group, .. } => (2, group),
            Change::ColumnGroupCapacity { group, .. } => (3, group),
        };
        let (component, _) = self.homes[kind][index];
        if component != NONE {
            touched[component as usize].get_or_insert_default().capacity = true;
        }
    }

    /// Whether the components are no longer those of the transport.
    fn comes_apart(&self) -> bool {
        let Transport { row_group, row_capacity, row_group_capacity, .. } = &self.transport;
        let Transport { column_group, column_capacity, column_group_capacity, .. } = &self.transport;
        self.split.row_group_binds != binds(row_group, row_capacity, row_group_capacity)
            || self.split.column_group_binds != binds(column_group, column_capacity, column_group_capacity)
            || self.split.dead != dead(&self.transport)
    }

    fn lay_out_anew(&mut self) -> Result<(), SolveError> {
        let flow = self.optimum().flow;
        *self = Standing::near(self.transport.clone(), &flow)?;
        Ok(())
    }

    fn follow(&mut self, touched: &[Option<Touched>]) -> Result<(), SolveError> {
        let (transport, split) = (&self.transport, &self.split);
        match &mut self.laid {
            Laid::Narrow(layout, kept) => follow(transport, split, layout, kept, touched),
            Laid::Wide(layout, kept) => follow(transport, split, layout, kept, touched),
        }
    }
}

/// The numbers of a transport that may change, to be exchanged with it.
struct Numbers {
    value: Vec<(usize, i64)>,
    row_capacity: Vec<(usize, i64)>,
    column_capacity: Vec<(usize, i64)>,
    row_group_capacity: Vec<(usize, Option<i64>)>,
    column_group_capacity: Vec<(usize, Option<i64>)>,
}

impl Numbers {
    fn of(transport: &Transport, changes: &[Change]) -> Result<Numbers, SolveError> {
        let mut numbers = Numbers {
            value: Vec::new(),
            row_capacity: Vec::new(),
            column_capacity: Vec::new(),
            row_group_capacity: Vec::new(),
            column_group_capacity: Vec::new(),
        };
        for (at, &change) in changes.iter().enumerate() {
            let (index, count, number) = match change {
                Change::Value { edge, value } => {
                    numbers.value.push((edge, value));
                    (edge, transport.edges(), Some(value))
                }
                Change::RowCapacity { row, units } => {
                    numbers.row_capacity.push((row, units));
                    (row, transport.rows(), Some(units))
                }
                Change::ColumnCapacity { column, units } => {
                    numbers.column_capacity.push((column, units));
                    (column, transport.columns(), Some(units))
                }
                Change::RowGroupCapacity { group, units } => {
                    numbers.row_group_capacity.push((group, units));
                    (group, transport.row_group_capacity.len(), units)
                }
                Change::ColumnGroupCapacity { group, units } => {
                    numbers.column_group_capacity.push((group, units));
                    (group, transport.column_group_capacity.len(), units)
                }
            };
            if index >= count {
                return Err(SolveError::Malformed { what: "a change names what does not exist", at });
            }
            if number.is_some_and(|number| number < 0) {
                return Err(SolveError::Malformed { what: "a change to a negative number", at });
            }
        }
        Ok(numbers)
    }

    /// Exchanges the numbers; done twice, the transport is as it was.
    fn swap(&mut self, transport: &mut Transport) {
        exchange(&mut self.value, &mut transport.value);
        exchange(&mut self.row_capacity, &mut transport.row_capacity);
        exchange(&mut self.column_capacity, &mut transport.column_capacity);
        exchange(&mut self.row_group_capacity, &mut transport.row_group_capacity);
        exchange(&mut self.column_group_capacity, &mut transport.column_group_capacity);
    }
}

fn exchange<T>(numbers: &mut [(usize, T)], list: &mut [T]) {
    for (index, number) in numbers.iter_mut() {
        std::mem::swap(number, &mut list[*index]);
    }
    numbers.reverse(); // what came last goes back first
}

/// Lays out a transport and solves its components.
fn lay<V: Worth>(
    transport: &Transport,
    split: &Split,
    near: Option<&[(usize, i64)]>,
) -> Result<(Layout<V>, Vec<Kept>), SolveError> {
    let layout = Layout::of(transport, split);
    let near = near.map(|near| by_component(transport, split, near));
    let kept = in_parallel(split, |at| {
        let component = &split.components[at];
        let network = Network::of(transport, split, &layout, component, &component.whole());
        let near = near.as_ref().map(|near| near[at].as_slice());
        let ended = solve_component(transport, split, &layout, component, &network, near)?;
        let share = Share::of(transport, component, &network, &ended, None);
        Ok(Kept { ended, share })
    })?;
    Ok((layout, kept))
}

/// Solves the touched components again from where they stand.
fn follow<V: Worth>(
    transport: &Transport,
    split: &Split,
    layout: &mut Layout<V>,
    kept: &mut [Kept],
    touched: &[Option<Touched>],
) -> Result<(), SolveError> {
    for (component, touched) in split.components.iter().zip(touched) {
        for &(row, column, value) in touched.iter().flat_map(|touched| &touched.edges) {
            layout.set(component.first_row + row as usize, column, value);
        }
    }
    let (layout, standing) = (&*layout, &*kept);
    let solved = in_parallel(split, |at| {
        let Some(touched) = &touched[at] else { return Ok(None) };
        let component = &split.components[at];
        let network = &Network::of(transport, split, layout, component, &component.whole());
        let mut simplex = resume(network, &standing[at].ended, touched);
        simplex.run(&Menu::all(network))?;
        let ended = conclude(network, simplex)?;
        let before = (&standing[at].ended, &standing[at].share);
        let share = Share::of(transport, component, network, &ended, Some(before));
        Ok(Some(Kept { ended, share }))
    })?;
    for (kept, solved) in kept.iter_mut().zip(solved) {
        if let Some(solved) = solved {
            *kept = solved;
        }
    }
    Ok(())
}

/// The simplex of a component where it ended, with the changes made.
fn resume<'network, 'layout, V: Worth>(
    network: &'network Network<'layout, V>,
    ended: &Ended,
    touched: &Touched,
) -> Simplex<'network, 'layout, V> {
    let old = &ended.solved.tree;
    let mut hints = Hints::of_tree(network, old, &ended.solved.full);
    // What each tree arc is worth: the difference of the potentials, but where an edge has a new value.
    let p = &ended.potential;
    let mut worth: Vec<i64> = (0..)
        .zip(p)
        .map(|(u, &own)| match old.arc(u).parent {
            NONE => 0,
            parent if u < parent => own - p[parent as usize],
            parent => p[parent as usize] - own,
        })
        .collect();
    for &(row, column, value) in &touched.edges {
        let (row, column) = (network.first_row + row, network.node_of(column));
        if hints.parent[row as usize] == column {
            worth[row as usize] = value;
        } else if hints.parent[column as usize] == row {
            worth[column as usize] = value;
        }
    }
    let tree = if touched.capacity { restart::tree(network, &mut hints) } else { old.clone() };
    let potential = tree.potentials(network.root, |u, parent| {
        if old.arc(u).parent == parent { worth[u as usize] } else { 0 } // taken down
    });
    Simplex::at(network, tree, hints.full, potential)
}
