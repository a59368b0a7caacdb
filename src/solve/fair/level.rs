//! The order in which units are handed out, and how high a number of them reaches.
//!
//! **Problem.** Group `g` holds `already_g` units and may get `y_g` more, `least_g <= y_g <= most_g`; its
//! level is `(already_g + y_g) / size_g`. Nothing else said, which `y` with a given total has the leximin
//! vector of levels?
//!
//! **Order of units.** The unit that lifts group `g` from level `l` comes before all that start from a higher
//! level; of those that start from the same level the one with the smaller size comes first (it lifts
//! further), then the one with the smaller key, then the group given first. Taking units in this order, as
//! many as there are, is leximin: leximin is `min Σ M^(−level)` for a large `M`, a separable convex function
//! in which this is the order of the gains. Groups that differ in key make the order strict and the result
//! one.
//!
//! **Method.** With `Q` a power of two no smaller than any size, at most one unit of each group starts
//! between two neighbouring multiples of `1/Q`. So a bisection over these multiples finds the last one whose
//! units all fit, and the few units that remain start in the gap above it and are sorted. `O(n log(level·Q))`
//! with shifts only, exact: all products stay below `2^126`.

use std::cmp::Ordering;

use crate::solve::error::SolveError;

/// No number of units or size may exceed this.
const MOST: i64 = i64::MAX / 2;

/// One group as the water sees it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Vessel {
    already: i64,
    size: i64,
    key: u64,
    /// The most units it can get.
    pub(super) most: i64,
    /// The least multiple of `1/Q` below which all of them start.
    full: i128,
}

/// All groups, and the scale of levels.
#[derive(Debug)]
pub(super) struct Water {
    vessels: Vec<Vessel>,
    /// `Q = 2^bits`.
    bits: u32,
}

impl Water {
    /// `most` is what each group could get at best.
    pub(super) fn of(size: &[i64], already: &[i64], key: &[u64], most: &[i64]) -> Result<Water, SolveError> {
        let mut bits = 0;
        for (group, &most) in most.iter().enumerate().filter(|(_, most)| **most > 0) {
            if size[group] <= 0 {
                return Err(SolveError::Malformed { what: "a group that can give has no size", at: group });
            }
            let units = i128::from(already[group]) + i128::from(most);
            for (what, found) in
                [("the size of a group", i128::from(size[group])), ("the units of a group", units)]
            {
                if found > i128::from(MOST) {
                    return Err(SolveError::Overflow { what, found, most: i128::from(MOST) });
                }
            }
            bits = bits.max(i64::BITS - (size[group] - 1).leading_zeros()); // size <= 2^bits
        }
        let vessel = |group: usize| {
            let (already, size, most) = (already[group], size[group], most[group]);
            let full =
                if most > 0 { (i128::from(already + most - 1) << bits) / i128::from(size) + 1 } else { 0 };
            Vessel { already, size, key: key[group], most, full }
        };
        Ok(Water { vessels: (0..most.len()).map(vessel).collect(), bits })
    }

    /// Whether unit `one.1` (from 0) of group `one.0` comes before unit `other.1` of group `other.0`.
    fn order(&self, one: (u32, i64), other: (u32, i64)) -> Ordering {
        let (a, b) = (&self.vessels[one.0 as usize], &self.vessels[other.0 as usize]);
        let level = |v: &Vessel, unit: i64, size: i64| i128::from(v.already + unit) * i128::from(size);
        let levels = level(a, one.1, b.size).cmp(&level(b, other.1, a.size));
        levels.then_with(|| (a.size, a.key, one.0).cmp(&(b.size, b.key, other.0)))
    }

    /// Units of a group that start below `mark / Q`, those it must have counted in any case.
    fn below(&self, group: u32, least: i64, mark: i128) -> i64 {
        let vessel = &self.vessels[group as usize];
        if mark >= vessel.full {
            return vessel.most;
        }
        // Less than all of them: at most (already + most)·Q before the shift.
        let up = (1_i128 << self.bits) - 1;
        let units = ((mark * i128::from(vessel.size) + up) >> self.bits) - i128::from(vessel.already);
        i64::try_from(units).unwrap_or(0).max(least)
    }

    /// Hands out `total` units, no less than Σ `least`, in order: what each of the groups gets.
    pub(super) fn fill(&self, groups: &[u32], least: &[i64], total: i128) -> Vec<i64> {
        let at = |mark: i128| {
            let mark = move |(&group, &least): (&u32, &i64)| self.below(group, least, mark);
            groups.iter().zip(least).map(mark)
        };
        let sum = |mark: i128| at(mark).map(i128::from).sum::<i128>();
        let mut low = 0;
        let mut high = groups.iter().map(|&group| self.vessels[group as usize].full).max().unwrap_or(0);
        if sum(high) <= total {
            return at(high).collect();
        }
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if sum(middle) <= total {
                low = middle;
            } else {
                high = middle;
            }
        }
        let mut filled: Vec<i64> = at(low).collect();
        let rest = total - filled.iter().copied().map(i128::from).sum::<i128>();
        let rest = usize::try_from(rest).unwrap_or(0);
        let more = at(high).enumerate().filter(|&(at, units)| units > filled[at]).map(|(at, _)| at);
        let mut next: Vec<usize> = more.collect();
        let unit = |at: usize| (groups[at], filled[at]);
        next.sort_unstable_by(|&a, &b| self.order(unit(a), unit(b)));
        next.truncate(rest);
        for at in next {
            filled[at] += 1;
        }
        filled
    }
}
