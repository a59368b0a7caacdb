//! The exact part: rows are served one by one.
//!
//! **Reduction.** A free row takes the column where it pays least and raises its price by the margin over its
//! second choice: it pays its least still, exactly, and whoever lost the column looks on. This serves all but a
//! few rows; a tie raises nothing, so each row tries a few times only.
//!
//! **Paths from a row.** What remains is successive shortest paths: from a free row, over pairs at their reduced
//! costs `c + p − u >= 0`, from a column on to the row that has it for nothing, until the nearest column without
//! a row, or row that would as soon be single. With `D` the length of the path, whatever is nearer than `D`
//! pays `D` less its distance more, which keeps all reduced costs `>= 0` and makes the path free of cost; along
//! it everybody moves on by one. A search that ends nowhere has seen a set of rows with all their columns, one
//! fewer than rows: Hall's condition fails.
//!
//! Only the core of a row enters the heap, and with it the row itself at the distance of its bound: should it
//! come up before the search ends, all its pairs are looked at.
//!
//! **Paths from the root.** When all rows are served, a column without a row may have a price above the level.
//! Its owner, so to speak, must lower the price or sell. Think of the root as the buyer of all that is left
//! over, at the level: it may take any column at the reduced cost `p − λ >= 0`, single rows belong to it too,
//! and shortest paths from it to the columns above the level make the level rise until none is above.
//!
//! **Complexity.** At most one path a row and one a column, each `O(E + (n + m) log(n + m))`.

use super::auction::MOST_PRICE;
use super::core::NOTHING;
use super::number;
use super::state::{FREE, NOBODY, SINGLE, State};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Tries of the reduction a row.
const TRIES: usize = 10;

/// The parent of a column that the root takes.
const ROOT: u32 = u32::MAX;

/// Rows with fewer columns than they are, all their pairs counted. Both ascend.
pub(super) struct Bottleneck {
    pub(super) rows: Vec<u32>,
    pub(super) columns: Vec<u32>,
}

/// Where a search ends.
#[derive(Clone, Copy)]
enum End {
    Nowhere,
    /// At a column without a row.
    Column(u32),
    /// At a row that becomes single.
    Row(usize),
}

/// Dijkstra's algorithm from one free row or from the root.
struct Search {
    /// Distance of each column seen, [`NOTHING`] for the others.
    distance: Vec<i64>,
    /// The row over which it was reached, or [`ROOT`].
    parent: Vec<u32>,
    /// Columns seen.
    seen: Vec<u32>,
    /// Rows reached, with their distance.
    reached: Vec<(u32, i64)>,
    /// Columns at the present distance, the last reached first: ties are many, and the heap is dear.
    ready: Vec<u32>,
    now: i64,
    /// Columns farther away, and rows (numbered after the columns) at their bound, by distance.
    heap: BinaryHeap<Reverse<(i64, u32)>>,
    /// The nearest end so far and its distance.
    end: End,
    limit: i64,
    /// Whether the root is where it starts. Then a row that becomes single is no end, but a way back.
    from_root: bool,
}

impl State<'_> {
    /// Serves every row, or finds rows for which that cannot be done.
    pub(super) fn serve(&mut self) -> Result<(), Bottleneck> {
        self.reduce();
        let mut search = Search::new(self.row_of.len());
        for row in 0..self.column_of.len() {
            if self.column_of[row] == FREE && !search.serve_row(self, row) {
                return Err(search.bottleneck(self));
            }
        }
        while search.serve_root(self) {}
        Ok(())
    }

    /// Free rows take their best column as long as that raises a price.
    pub(super) fn reduce(&mut self) {
        let mut tries = TRIES * self.column_of.len();
        for row in (0..self.column_of.len()).map(number) {
            let mut next = (self.column_of[row as usize] == FREE).then_some(row);
            while let Some(row) = next
                && tries > 0
            {
                tries -= 1;
                next = self.reduce_row(row as usize);
            }
        }
    }

    /// Serves a free row if it can at once; the row that lost its column by it.
    fn reduce_row(&mut self, row: usize) -> Option<u32> {
        let (column, first, mut second) = self.core.best(row, &self.price);
        if let Some(single) = self.single {
            let alone = single + self.level;
            if first >= alone {
                self.row_price[row] = alone;
                self.column_of[row] = SINGLE;
                return None;
            }
            second = second.min(alone);
        }
        let column = column?;
        let price = self.price[column as usize];
        let margin = if price > MOST_PRICE { 0 } else { (second - first).min(self.core.range) };
        if margin > 0 || self.row_of[column as usize] == NOBODY {
            self.price.set(column as usize, price + margin);
            self.row_price[row] = first + margin;
            return self.take(row, column);
        }
        // A tie for a column that is taken: another as good may be left.
        let as_good = self.core.pairs(row).iter().find(|&&(column, cost)| {
            self.row_of[column as usize] == NOBODY && i64::from(cost) + self.price[column as usize] == first
        });
        if let Some(&(column, _)) = as_good {
            self.row_price[row] = first;
            self.take(row, column);
        }
        None
    }

    /// Whether a column has no row although its price is above the level.
    fn is_spare(&self, column: usize) -> bool {
        self.row_of[column] == NOBODY && self.price[column] > self.level
    }
}

impl Search {
    fn new(columns: usize) -> Self {
        Self {
            distance: vec![NOTHING; columns],
            parent: vec![ROOT; columns],
            seen: Vec::new(),
            reached: Vec::new(),
            ready: Vec::new(),
            now: 0,
            heap: BinaryHeap::new(),
            end: End::Nowhere,
            limit: NOTHING,
            from_root: false,
        }
    }

    /// Serves a free row, others making room. Returns false if there is no way.
    fn serve_row(&mut self, state: &mut State, row: usize) -> bool {
        self.clear();
        let (_, first, _) = state.core.best(row, &state.price);
        state.row_price[row] = state.single.map_or(first, |single| first.min(single + state.level));
        if first == NOTHING && state.single.is_none() {
            self.reached.push((number(row), 0));
            return false;
        }
        self.expand(state, row, 0);
        self.run(state);
        if matches!(self.end, End::Nowhere) {
            return false;
        }
        self.raise_prices(state);
        self.move_on(state);
        true
    }

    /// Lets the root take or sell the cheapest spare column. Returns false if there is none.
    fn serve_root(&mut self, state: &mut State) -> bool {
        self.clear();
        self.from_root = true;
        let spare = (0..state.row_of.len()).filter(|&column| state.is_spare(column));
        let Some(cheapest) = spare.min_by_key(|&column| state.price[column]) else { return false };
        let columns = state.row_of.len();
        let mut left_over = Vec::new();
        self.see(state, number(cheapest), state.price[cheapest] - state.level, ROOT);
        for column in 0..columns {
            if state.row_of[column] == NOBODY && !state.is_spare(column) {
                left_over.push(column);
                self.see_left_over(column);
            } else {
                self.see(state, number(column), state.price[column] - state.level, ROOT);
            }
        }
        for row in 0..state.column_of.len() {
            if state.column_of[row] == SINGLE {
                self.expand(state, row, 0);
            }
        }
        self.run(state);
        self.raise_prices(state);
        state.level += self.limit;
        for column in left_over {
            state.price.set(column, state.level);
        }
        self.move_on(state);
        true
    }

    /// What a search has seen that ended nowhere: rows and all their columns, which other rows of them have.
    fn bottleneck(&self, state: &State) -> Bottleneck {
        let mut rows: Vec<u32> = self.reached.iter().map(|reached| reached.0).collect();
        let column = rows.iter().map(|&row| state.column_of[row as usize]);
        let mut columns: Vec<u32> = column.filter(|&column| column != FREE).collect();
        rows.sort_unstable();
        columns.sort_unstable();
        Bottleneck { rows, columns }
    }

    fn clear(&mut self) {
        for column in self.seen.drain(..) {
            self.distance[column as usize] = NOTHING;
        }
        self.reached.clear();
        self.ready.clear();
        self.now = 0;
        self.heap.clear();
        (self.end, self.limit, self.from_root) = (End::Nowhere, NOTHING, false);
    }

    /// Reaches a column on the way over a row.
    #[inline]
    fn see(&mut self, state: &State, column: u32, distance: i64, over: u32) {
        let known = &mut self.distance[column as usize];
        if distance >= self.limit || distance >= *known {
            return;
        }
        if *known == NOTHING {
            self.seen.push(column);
        }
        *known = distance;
        self.parent[column as usize] = over;
        if state.row_of[column as usize] == NOBODY {
            (self.end, self.limit) = (End::Column(column), distance);
        } else if distance == self.now {
            self.ready.push(column);
        } else {
            self.heap.push(Reverse((distance, column)));
        }
    }

    /// A column that the root has: no nearer way to it, and no end.
    fn see_left_over(&mut self, column: usize) {
        self.seen.push(number(column));
        self.distance[column] = 0;
    }

    /// Reaches a row and looks at the pairs of its core.
    fn expand(&mut self, state: &mut State, row: usize, distance: i64) {
        self.reached.push((number(row), distance));
        let before = distance - state.row_price[row];
        state.core.work += state.core.pairs(row).len() as u64;
        for &(column, cost) in state.core.pairs(row) {
            self.see(state, column, before + i64::from(cost) + state.price[column as usize], number(row));
        }
        if let Some(single) = state.single
            && before + single + state.level < self.limit
            && !self.from_root
        {
            (self.end, self.limit) = (End::Row(row), before + single + state.level);
        }
        let bound = state.core.bound(row);
        if bound < NOTHING && before + bound < self.limit {
            self.heap.push(Reverse((before + bound, number(state.row_of.len() + row))));
        }
    }

    /// Looks at all pairs of a row whose bound has come up.
    fn expand_all(&mut self, state: &mut State, row: usize, bound_at: i64) {
        let before = bound_at - state.core.bound(row);
        state.core.refresh(row, &state.price);
        let looked = state.core.costs.each(row, |column, cost| {
            self.see(state, column, before + i64::from(cost) + state.price[column as usize], number(row));
        });
        state.core.work += looked as u64;
    }

    /// Reaches rows and columns in the order of their distance, until the nearest end.
    fn run(&mut self, state: &mut State) {
        let columns = state.row_of.len();
        while self.now < self.limit {
            if let Some(column) = self.ready.pop() {
                self.expand(state, state.row_of[column as usize] as usize, self.now);
                continue;
            }
            let Some(Reverse((distance, node))) = self.heap.pop() else { break };
            let node = node as usize;
            self.now = distance;
            if distance >= self.limit {
                break;
            } else if node >= columns {
                self.expand_all(state, node - columns, distance);
            } else if distance == self.distance[node] {
                self.expand(state, state.row_of[node] as usize, distance);
            }
        }
    }

    /// Whatever is nearer than the end pays the difference more.
    fn raise_prices(&self, state: &mut State) {
        for &(row, distance) in &self.reached {
            let more = self.limit - distance;
            state.row_price[row as usize] += more;
            let column = state.column_of[row as usize];
            if column != FREE && column != SINGLE {
                let price = state.price[column as usize];
                state.price.set(column as usize, price + more);
            }
        }
    }

    /// Everybody on the path moves on by one.
    fn move_on(&self, state: &mut State) {
        let mut column = match self.end {
            End::Nowhere => return,
            End::Column(column) => column,
            End::Row(row) => std::mem::replace(&mut state.column_of[row], SINGLE),
        };
        while column != FREE && column != SINGLE {
            let row = self.parent[column as usize];
            state.row_of[column as usize] = row; // NOBODY, if the root takes it
            if row == ROOT {
                return;
            }
            column = std::mem::replace(&mut state.column_of[row as usize], column);
        }
    }
}
