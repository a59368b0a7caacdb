//! Serving columns one after the other, each by the best set of rows at given prices.
//!
//! **Method.** A column's set is its knapsack over what resources have left, with profits `value − prices`: the
//! prices say what a unit would bring elsewhere, so that a column does not take what another needs more. Rows can
//! exceed what their group or a shared capacity leaves only together; then the last that does not fit is cut
//! down to what does and the knapsack is solved again.

use super::super::transport::number;
use super::ground::Ground;
use super::knapsack::{Amount, Choice, Filling, Knapsack, Precision};
use super::state::State;

/// Knapsacks solved again where sets do not fit together.
const TRIES: usize = 4;

/// Serves columns on a state.
#[derive(Debug, Default)]
pub(super) struct Server<N> {
    pub(super) knapsack: Knapsack<N>,
    /// (item, units) that it may take at most, where sets did not fit together.
    cut: Vec<(u32, i64)>,
}

impl<N: Amount> Server<N> {
    /// Serves an empty column at profits by item. `sorted` if its items stand by falling profit.
    pub(super) fn serve(
        &mut self,
        state: &mut State,
        column: usize,
        (profit, sorted): (&[i64], bool),
        precision: Precision,
    ) {
        let ground = state.ground;
        let to = ground.columns[column];
        let filling = if to.whole { Filling::Whole } else { Filling::Partly };
        self.cut.clear();
        for attempt in 0..TRIES {
            let choices = &mut self.knapsack.choices;
            choices.clear();
            for at in ground.items_of(column) {
                let item = &ground.items[at];
                if profit[at] <= 0 && !to.whole {
                    if sorted {
                        break;
                    }
                    continue;
                }
                if item.counts && state.row_partners[item.row as usize] == 0 {
                    continue;
                }
                let mut most = item.most.min(state.room_for(at));
                if let Some((_, units)) = self.cut.iter().find(|(item, _)| *item as usize == at) {
                    most = most.min(*units);
                }
                if most >= item.least {
                    let (least, counts) = (item.least, item.counts);
                    choices.push(Choice { profit: profit[at], least, most, id: number(at), counts });
                }
            }
            if !sorted {
                self.knapsack.sort();
            }
            self.knapsack.solve(to.capacity, state.column_partners[column], filling, precision);
            if self.take(state, column, attempt + 1 == TRIES) {
                return;
            }
        }
    }

    /// Puts what the knapsack found on the column; `false`, with nothing on it, if it does not fit together.
    fn take(&mut self, state: &mut State, column: usize, last: bool) -> bool {
        let ground = state.ground;
        for &(item, units) in &self.knapsack.flow {
            let at = item as usize;
            let room = state.room_for(at);
            let fits = units.min(room);
            if fits < units && !last {
                self.cut.retain(|(other, _)| *other != item);
                self.cut.push((item, fits));
                state.clear(column);
                return false;
            }
            if fits >= ground.items[at].least {
                state.set(at, fits);
            }
        }
        if ground.columns[column].whole && state.left[column] > 0 {
            state.clear(column);
        }
        true
    }
}

/// Serves all columns in an order, then hands out what rows have left.
pub(super) fn construct<'g, N: Amount>(ground: &'g Ground, profit: &[i64], order: &[u32]) -> State<'g> {
    let mut state = State::empty(ground);
    let mut server = Server::<N>::default();
    for &column in order {
        server.serve(&mut state, column as usize, (profit, false), Precision { nodes: 2000, part: 3333 });
    }
    state.fill_all();
    state.keep();
    state
}

/// What a flow of the network leaves when all is taken from it that breaks a limit; the columns it does not fill
/// are offered what is left.
pub(super) fn pruned<'g, N: Amount>(
    ground: &'g Ground,
    network: &[i64],
    profit: &[i64],
    order: &[u32],
) -> State<'g> {
    let mut state = State::empty(ground);
    let mut server = Server::<N>::default();
    let mut items: Vec<u32> = Vec::new();
    let mut poor = Vec::new();
    for &column in order {
        let column = column as usize;
        items.clear();
        items.extend(ground.items_of(column).filter(|&item| network[item] > 0).map(number));
        items.sort_by_key(|&item| std::cmp::Reverse(network[item as usize])); // stable
        for &item in &items {
            let at = item as usize;
            let units = network[at].min(state.room_for(at)).min(state.left[column]);
            if units >= ground.items[at].least && state.may_open(at) {
                state.set(at, units);
            }
        }
        if state.left[column] > 0 {
            if ground.columns[column].whole {
                state.clear(column);
            }
            poor.push(column);
        }
    }
    for column in poor {
        let whole = ground.columns[column].whole;
        let before: i128 = state.open[column].iter().map(|&item| worth(ground, &state, item)).sum();
        state.begin();
        state.clear(column);
        server.serve(&mut state, column, (profit, false), Precision { nodes: 200, part: 1000 });
        let after: i128 = state.open[column].iter().map(|&item| worth(ground, &state, item)).sum();
        if after < before && !whole {
            state.undo();
        }
    }
    state.fill_all();
    state.keep();
    state
}

fn worth(ground: &Ground, state: &State, item: u32) -> i128 {
    i128::from(ground.items[item as usize].value) * i128::from(state.flow[item as usize])
}
