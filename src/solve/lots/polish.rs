//! The best flow on the edges that are open: a network.
//!
//! **Method.** Once it is settled which items carry anything, their leasts are lower bounds, open whole columns
//! must be full, and nothing else is left of the limits but shared capacities: items in one keep at most what they
//! have. The flow at hand is feasible in this network; the best one is no worse.

use super::circulation::circulation;
use super::state::State;

/// Sends the best flow over the open items; leaves the state as it is if numbers are too large for that.
pub(super) fn polish(state: &mut State) {
    let ground = state.ground;
    let open = state.open.iter().flatten().map(|&item| {
        let (item, choice) = (item as usize, &ground.items[item as usize]);
        let units = state.flow[item];
        let most = if ground.shared.at(item).is_empty() { choice.most.max(units) } else { units };
        (item, choice.least.min(units), most)
    });
    let open: Vec<(usize, i64, i64)> = open.collect();
    let full = |column: usize| ground.columns[column].whole && !state.open[column].is_empty();
    let Ok(found) = circulation(ground, &open, full) else { return };
    if found.value <= state.value {
        return;
    }
    for (&(item, ..), &units) in open.iter().zip(&found.units) {
        state.set(item, units);
    }
    if state.value > state.best {
        state.keep();
    }
}
