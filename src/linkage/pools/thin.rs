//! Which hubs of a demand to keep where there are too many.
//!
//! **Rule.** First cover: as long as some hub collects small offers that none of those kept does, the hub that adds
//! the most kilograms of them is kept (of equals the one with the shorter trunk, then the first). Then the rest by
//! trunk, shortest first: at first one for each cell of a grid as wide as the radius, then any.
//!
//! Covering is monotone and submodular: a gain only falls, so that a gain that is still the largest after it has
//! been counted anew is the largest of all (Minoux, *Accelerated greedy algorithms*, 1978), and what is covered is at
//! least 1 − 1/e of the most that as many hubs could cover (Nemhauser, Wolsey, Fisher 1978).

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use crate::units::Metres;

/// A hub of one demand.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub(super) hub: u32,
    pub(super) trunk: Metres,
    /// Its cell of the grid.
    pub(super) cell: [i64; 3],
    /// Small offers it collects, by position among the demand's, and their kilograms.
    pub(super) small: Vec<(u32, i64)>,
}

/// The hubs to keep, ascending; `offers` are the positions there are.
pub(super) fn keep(choices: &[Choice], most: usize, offers: usize) -> Vec<u32> {
    if choices.len() <= most {
        return choices.iter().map(|choice| choice.hub).collect();
    }
    let mut covered = vec![false; offers];
    let gain = |choice: &Choice, covered: &[bool]| -> i128 {
        let new = choice.small.iter().filter(|(offer, _)| !covered[*offer as usize]);
        new.map(|(_, kg)| i128::from(*kg)).sum()
    };
    let mut kept = vec![false; choices.len()];
    let mut cells = BTreeSet::new();
    let mut count = 0;
    let mut heap: BinaryHeap<(i128, Reverse<Metres>, Reverse<usize>)> = choices
        .iter()
        .enumerate()
        .map(|(at, choice)| (gain(choice, &covered), Reverse(choice.trunk), Reverse(at)))
        .collect();
    while count < most
        && let Some((promised, trunk, Reverse(at))) = heap.pop()
        && promised > 0
    {
        let now = gain(&choices[at], &covered);
        if now < promised {
            heap.push((now, trunk, Reverse(at)));
            continue;
        }
        choices[at].small.iter().for_each(|(offer, _)| covered[*offer as usize] = true);
        cells.insert(choices[at].cell);
        kept[at] = true;
        count += 1;
    }
    let mut rest: Vec<usize> = (0..choices.len()).filter(|&at| !kept[at]).collect();
    rest.sort_unstable_by_key(|&at| (choices[at].trunk, at));
    for any_cell in [false, true] {
        for &at in &rest {
            if count < most && !kept[at] && (cells.insert(choices[at].cell) || any_cell) {
                kept[at] = true;
                count += 1;
            }
        }
    }
    choices.iter().zip(kept).filter(|(_, kept)| *kept).map(|(choice, _)| choice.hub).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(hub: u32, trunk: u32, cell: i64, small: &[u32]) -> Choice {
        let small = small.iter().map(|&offer| (offer, 10)).collect();
        Choice { hub, trunk: Metres(trunk), cell: [cell, 0, 0], small }
    }

    #[test]
    fn cover_comes_first_then_new_cells_then_short_trunks() {
        let choices = [
            choice(0, 9, 0, &[0, 1]),
            choice(1, 5, 0, &[0, 1, 2]),
            choice(2, 7, 1, &[3]),
            choice(3, 1, 0, &[0]),
            choice(4, 8, 2, &[0]),
        ];
        assert_eq!(keep(&choices, 5, 4), [0, 1, 2, 3, 4]);
        assert_eq!(keep(&choices, 1, 4), [1]);
        assert_eq!(keep(&choices, 2, 4), [1, 2]);
        assert_eq!(keep(&choices, 3, 4), [1, 2, 4]);
        assert_eq!(keep(&choices, 4, 4), [1, 2, 3, 4]);
    }
}
