//! The few best pairs of each row, with a bound on all others.
//!
//! **Notation.** The core of a row holds at most `size` of its pairs; its bound is a number that no other pair of
//! the row goes below in `cost + price`, [`NOTHING`] if there is no other. As prices never fall, a bound once
//! true stays true: as long as what one looks for is below the bound, the core answers for the whole row. Else
//! the row is read again at today's prices ([`Core::refresh`]).
//!
//! **Selection.** A dense row is read in blocks of sixteen. The `size`-th smallest of the blocks' minima is
//! at least the `size`-th smallest number of the row, so only the blocks that reach it are looked at one by one: two
//! or three instructions a pair for the rest, which the compiler vectorises. Of ties at the bound an
//! even share is taken all along the row, from a place that moves on with the row, or else all rows of a table of
//! equal values would know the same few columns.

use super::{Goal, OneToOne, Pairs, number};
use rayon::prelude::*;

/// Most pairs in the core of a row where every pair is there: to read the whole row again is dear.
const DENSE: usize = 32;

/// Most pairs in the core of a row where rows are short.
const SPARSE: usize = 16;

/// Pairs in a block.
const BLOCK: usize = 16;

/// More than any cost, price or distance: there is no such pair.
pub(super) const NOTHING: i64 = i64::MAX / 4;

/// Prices and costs up to here can be added in 32 bits.
const NARROW: i64 = 1 << 30;

/// A pair of a row: column and cost.
type Pair = (u32, i32);

/// The costs of a problem: its values, complemented if they are to be maximised.
#[derive(Clone, Copy)]
pub(super) struct Costs<'a> {
    pub(super) rows: usize,
    pub(super) columns: usize,
    pairs: &'a Pairs,
    /// A cost is a value with these bits turned over: none or all.
    flip: i32,
}

impl<'a> Costs<'a> {
    pub(super) fn of(problem: &'a OneToOne) -> Self {
        let OneToOne { rows, columns, ref pairs, goal, .. } = *problem;
        Self { rows, columns, pairs, flip: if goal == Goal::Least { 0 } else { -1 } }
    }

    /// Most pairs in the core of a row.
    fn core(&self) -> usize {
        if matches!(self.pairs, Pairs::Dense(_)) { DENSE } else { SPARSE }
    }

    /// What staying single costs: 0, complemented like any other value.
    pub(super) fn single(&self) -> i64 {
        self.flip.into()
    }

    /// Shows every pair of a row; returns how many.
    pub(super) fn each(&self, row: usize, mut look: impl FnMut(u32, i32)) -> usize {
        let value = self.values(row);
        match self.pairs {
            Pairs::Dense(_) => {
                for (column, &value) in (0..).zip(value) {
                    look(column, value ^ self.flip);
                }
            }
            Pairs::Sparse { row_start, column, .. } => {
                for (&column, &value) in column[row_start[row]..].iter().zip(value) {
                    look(column, value ^ self.flip);
                }
            }
        }
        value.len()
    }

    fn values(&self, row: usize) -> &'a [i32] {
        match self.pairs {
            Pairs::Dense(value) => &value[row * self.columns..][..self.columns],
            Pairs::Sparse { row_start, value, .. } => &value[row_start[row]..row_start[row + 1]],
        }
    }

    /// The least and the greatest cost of a row; turned round if it has no pairs.
    fn range(&self, row: usize) -> (i32, i32) {
        let cost = self.values(row).iter().map(|value| value ^ self.flip);
        cost.fold((i32::MAX, i32::MIN), |(low, high), cost| (low.min(cost), high.max(cost)))
    }
}

/// Column prices, which never fall; with a copy in 32 bits as long as they fit.
pub(super) struct Prices {
    wide: Vec<i64>,
    narrow: Option<Vec<i32>>,
}

impl std::ops::Deref for Prices {
    type Target = [i64];
    fn deref(&self) -> &[i64] {
        &self.wide
    }
}

impl Prices {
    pub(super) fn zero(columns: usize) -> Self {
        Self { wide: vec![0; columns], narrow: Some(vec![0; columns]) }
    }

    #[inline]
    pub(super) fn set(&mut self, column: usize, price: i64) {
        self.wide[column] = price;
        if let Some(narrow) = &mut self.narrow {
            match i32::try_from(price) {
                Ok(price) if i64::from(price) < NARROW => narrow[column] = price,
                _ => self.narrow = None,
            }
        }
    }
}

/// Room for the work on one row.
#[derive(Default)]
struct Bench {
    minima: Vec<i64>,
    sorted: Vec<i64>,
    found: Vec<(i64, Pair)>,
}

/// The cores of all rows.
pub(super) struct Core<'a> {
    pub(super) costs: Costs<'a>,
    /// Places of a row, of which the first `len` are used.
    size: usize,
    pairs: Vec<Pair>,
    len: Vec<u32>,
    bound: Vec<i64>,
    bench: Bench,
    /// Pairs looked at.
    pub(super) work: u64,
    /// Greatest less least cost, 0 if there are no pairs.
    pub(super) range: i64,
}

impl<'a> Core<'a> {
    /// The cores at prices of 0, in parallel.
    pub(super) fn of(costs: Costs<'a>, prices: &mut Prices) -> Self {
        let (rows, size) = (costs.rows, costs.core());
        let mut pairs = vec![(0, 0); rows * size];
        let (mut len, mut bound) = (vec![0; rows], vec![NOTHING; rows]);
        let (low, high) = pairs
            .par_chunks_mut(size)
            .zip(len.par_iter_mut().zip(bound.par_iter_mut()))
            .enumerate()
            .with_min_len(64)
            .map_init(Bench::default, |bench, (row, (pairs, (len, bound)))| {
                (*len, *bound) = bench.select(&costs, row, prices, pairs);
                costs.range(row)
            })
            .reduce(|| (i32::MAX, i32::MIN), |one, other| (one.0.min(other.0), one.1.max(other.1)));
        let (low, high) = (i64::from(low), i64::from(high));
        if low < -NARROW || high > NARROW {
            prices.narrow = None;
        }
        let work = (0..rows).map(|row| costs.values(row).len() as u64).sum();
        let range = (high - low).max(0);
        Self { costs, size, pairs, len, bound, bench: Bench::default(), work, range }
    }

    /// The core of a row.
    #[inline]
    pub(super) fn pairs(&self, row: usize) -> &[Pair] {
        &self.pairs[row * self.size..][..self.len[row] as usize]
    }

    /// What no pair outside the core goes below.
    #[inline]
    pub(super) fn bound(&self, row: usize) -> i64 {
        self.bound[row]
    }

    /// Reads the row again and takes its best pairs at these prices.
    pub(super) fn refresh(&mut self, row: usize, prices: &Prices) {
        let pairs = &mut self.pairs[row * self.size..][..self.size];
        (self.len[row], self.bound[row]) = self.bench.select(&self.costs, row, prices, pairs);
        self.work += self.costs.values(row).len() as u64;
    }

    /// The best column of a row, what the row pays there, and a number that no other of its pairs goes below.
    /// No column (and no price) if the row has no pairs.
    #[inline]
    pub(super) fn best(&mut self, row: usize, prices: &Prices) -> (Option<u32>, i64, i64) {
        let (column, first, second) = self.best_of_core(row, prices);
        let bound = self.bound[row];
        if second <= bound || first < bound {
            return (column, first, second.min(bound));
        }
        self.refresh(row, prices);
        let (column, first, second) = self.best_of_core(row, prices);
        (column, first, second.min(self.bound[row]))
    }

    #[inline]
    fn best_of_core(&mut self, row: usize, prices: &Prices) -> (Option<u32>, i64, i64) {
        let (mut best, mut first, mut second) = (None, NOTHING, NOTHING);
        self.work += u64::from(self.len[row]);
        for &(column, cost) in self.pairs(row) {
            let pays = i64::from(cost) + prices[column as usize];
            if pays < first {
                (best, first, second) = (Some(column), pays, first);
            } else if pays < second {
                second = pays;
            }
        }
        (best, first, second)
    }

    /// The mean over the rows of how far the costs in a core lie apart.
    pub(super) fn spread(&self) -> i64 {
        let apart = |row: usize| {
            let cost = self.pairs(row).iter().map(|pair| i64::from(pair.1));
            cost.clone().max().unwrap_or(0) - cost.min().unwrap_or(0)
        };
        let rows = i64::from(number(self.costs.rows.max(1)));
        (0..self.costs.rows).map(apart).sum::<i64>() / rows
    }
}

impl Bench {
    /// The best pairs of a row: how many they are, and a bound on the others.
    fn select(&mut self, costs: &Costs, row: usize, prices: &Prices, pairs: &mut [Pair]) -> (u32, i64) {
        self.found.clear();
        let mut bound = NOTHING;
        let size = pairs.len();
        if matches!(costs.pairs, Pairs::Dense(_)) && costs.columns > size {
            bound = self.reaching(costs, row, prices, size);
        } else {
            costs.each(row, |column, cost| {
                self.found.push((i64::from(cost) + prices[column as usize], (column, cost)));
            });
            let len = self.found.len().max(1);
            self.found.rotate_left(row % len);
        }
        if self.found.len() > size {
            self.sorted.clear();
            self.sorted.extend(self.found.iter().map(|found| found.0));
            let last = *self.sorted.select_nth_unstable(size - 1).1;
            let ties = self.found.iter().filter(|found| found.0 == last).count();
            let room = size - self.found.iter().filter(|found| found.0 < last).count();
            let mut share = 0; // every tie has `room` in `ties` of a place
            self.found.retain(|&(pays, _)| {
                share += if pays == last { room } else { 0 };
                let keep = pays < last || (pays == last && share >= ties);
                share -= if keep && pays == last { ties } else { 0 };
                bound = if keep { bound } else { bound.min(pays) };
                keep
            });
        }
        for (place, &(_, pair)) in pairs.iter_mut().zip(&self.found) {
            *place = pair;
        }
        (number(self.found.len()), bound)
    }

    /// Collects the pairs of a dense row that reach the `size`-th smallest minimum of a block, and returns the
    /// least of the others.
    fn reaching(&mut self, costs: &Costs, row: usize, prices: &Prices, size: usize) -> i64 {
        let (value, flip) = (costs.values(row), costs.flip);
        self.minima.clear();
        match &prices.narrow {
            Some(price) => self.minima.extend(
                value.chunks(BLOCK).zip(price.chunks(BLOCK)).map(|(v, p)| i64::from(least(v, p, flip))),
            ),
            None => self.minima.extend(value.chunks(BLOCK).zip(prices.wide.chunks(BLOCK)).map(|(v, p)| {
                v.iter().zip(p).fold(NOTHING, |least, (v, p)| least.min(i64::from(v ^ flip) + p))
            })),
        }
        let blocks = self.minima.len();
        let mut reach = NOTHING;
        if blocks > size {
            self.sorted.clone_from(&self.minima);
            reach = *self.sorted.select_nth_unstable(size - 1).1;
        }
        let (mut bound, start) = (NOTHING, row % blocks);
        for block in (start..blocks).chain(0..start) {
            if self.minima[block] > reach {
                bound = bound.min(self.minima[block]);
                continue;
            }
            let first = block * BLOCK;
            let last = costs.columns.min(first + BLOCK);
            for ((column, value), price) in (first..).zip(&value[first..last]).zip(&prices.wide[first..last])
            {
                let cost = value ^ flip;
                let pays = i64::from(cost) + price;
                if pays <= reach {
                    self.found.push((pays, (number(column), cost)));
                } else {
                    bound = bound.min(pays);
                }
            }
        }
        bound
    }
}

/// The least cost plus price of a block; halved again and again, which compiles to vector instructions.
#[inline]
fn least(value: &[i32], price: &[i32], flip: i32) -> i32 {
    let (Ok(value), Ok(price)) = (<&[i32; BLOCK]>::try_from(value), <&[i32; BLOCK]>::try_from(price)) else {
        return value.iter().zip(price).fold(i32::MAX, |least, (v, p)| least.min((v ^ flip) + p));
    };
    let eight: [i32; 8] = std::array::from_fn(|at| {
        ((value[at] ^ flip) + price[at]).min((value[at + 8] ^ flip) + price[at + 8])
    });
    let four: [i32; 4] = std::array::from_fn(|at| eight[at].min(eight[at + 4]));
    four[0].min(four[2]).min(four[1].min(four[3]))
}
