//! Better flows by ruin and recreate: empty a few columns that share rows, serve them anew.
//!
//! **Problem.** Served one after the other, columns take rows from each other that the others need more. Prices
//! say what a row is worth elsewhere on the whole, not what it is worth to those that are left.
//!
//! **Moves.** *Ruin*: up to twelve columns, from one to the next by a row that serves it or could; all emptied, and
//! served again in a random order by their knapsacks over what is free (`construct`). *Steal*: a column takes the
//! rows it would like best, as if they were free; the columns it takes them from are emptied and served
//! again. After either, rows that have something left hand it out.
//!
//! **Acceptance.** Simulated annealing: a loss is accepted if it is below an exponential number times the
//! temperature, which falls by a factor of fifty over the run (Kirkpatrick, Gelatt, Vecchi 1983; Schrimpf et al.,
//! *Record breaking optimization results using the ruin and recreate principle*, 2000).
//!
//! **Invariant.** The state is feasible after every move, the best is never lost. Everything follows from the seed.

use super::super::transport::number;
use super::construct::Server;
use super::ground::NONE;
use super::knapsack::{Amount, Choice, Filling, Precision};
use super::random::Random;
use super::state::State;
use super::watch::Cancelled;

/// Most columns ruined at once.
const RUIN: usize = 12;
/// Of a column's items, those of highest profit that lead on to other columns.
const FIRST: usize = 12;
/// Of a row's items, the most valuable that lead on.
const BEST: usize = 6;
/// Of 256 moves, those that steal.
const STEALING: u64 = 112;
const PRECISION: Precision = Precision { nodes: 60, part: 0 };
/// Moves between two looks at the watch.
const SLICE: u64 = 256;

/// How many moves, and from where to where of the fall of the temperature.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    pub(super) moves: u64,
    /// Temperature at the start of the whole fall.
    pub(super) hot: f64,
    pub(super) from: f64,
    pub(super) to: f64,
}

/// A search on a ground whose items stand by falling profit.
pub(super) struct Search<'g, N> {
    pub(super) state: State<'g>,
    profit: &'g [i64],
    server: Server<N>,
    random: Random,
    ruin: Vec<u32>,
    /// Columns in the ruin, rows to fill, by the move that marked them.
    column_mark: Vec<u32>,
    row_mark: Vec<u32>,
    rows: Vec<u32>,
    mark: u32,
    /// A column that may not be touched, or [`NONE`].
    held: u32,
}

impl<'g, N: Amount> Search<'g, N> {
    pub(super) fn new(state: State<'g>, profit: &'g [i64], seed: u64) -> Self {
        let ground = state.ground;
        Search {
            profit,
            server: Server::default(),
            random: Random(seed),
            ruin: Vec::new(),
            column_mark: vec![0; ground.columns.len()],
            row_mark: vec![0; ground.rows()],
            rows: Vec::new(),
            mark: 0,
            held: NONE,
            state,
        }
    }

    /// Moves, and returns to the best.
    pub(super) fn run(
        &mut self,
        run: Run,
        tick: &(impl Fn(u64) -> Result<(), Cancelled> + Sync),
    ) -> Result<(), Cancelled> {
        let mut going = Ok(());
        let mut done = 0;
        while done < run.moves && going.is_ok() {
            let slice = SLICE.min(run.moves - done);
            #[expect(clippy::cast_precision_loss, reason = "it steers and decides nothing")]
            let part = run.from + (run.to - run.from) * done as f64 / run.moves as f64;
            let temperature = run.hot * fall(part);
            for _ in 0..slice {
                self.step(temperature);
            }
            done += slice;
            going = tick(slice);
        }
        self.state.return_to_best();
        going
    }

    fn step(&mut self, temperature: f64) {
        let before = self.state.value;
        self.state.begin();
        self.mark += 1;
        self.ruin.clear();
        let first = number(self.random.below(self.state.ground.columns.len()));
        if first == self.held {
            return;
        }
        self.add(first);
        if self.random.chance(STEALING) {
            self.steal(first as usize);
        } else {
            self.grow();
            for at in 0..self.ruin.len() {
                self.state.clear(self.ruin[at] as usize);
            }
        }
        self.recreate();
        let gain = self.state.value - before;
        #[expect(clippy::cast_precision_loss, reason = "a chance")]
        let accepted = gain >= 0 || (-gain) as f64 <= self.random.exponential() * temperature;
        if !accepted {
            self.state.undo();
        } else if self.state.value > self.state.best {
            self.state.keep();
        }
    }

    fn add(&mut self, column: u32) {
        let mark = &mut self.column_mark[column as usize];
        if *mark != self.mark && column != self.held {
            *mark = self.mark;
            self.ruin.push(column);
        }
    }

    /// From column to column by rows that serve them or could.
    fn grow(&mut self) {
        let ground = self.state.ground;
        let wanted = 1 + self.random.below(RUIN);
        for _ in 0..3 * wanted {
            if self.ruin.len() >= wanted {
                return;
            }
            let column = self.ruin[self.random.below(self.ruin.len())] as usize;
            let items = ground.items_of(column);
            if items.is_empty() {
                continue;
            }
            let open = &self.state.open[column];
            let item = if !open.is_empty() && self.random.chance(128) {
                open[self.random.below(open.len())] as usize
            } else {
                items.start + self.random.below(items.len().min(FIRST))
            };
            let row = ground.items[item].row as usize;
            let users = &self.state.users[row];
            let other = if !users.is_empty() && self.random.chance(224) {
                users[self.random.below(users.len())]
            } else {
                let best = ground.by_row.at(row);
                best[self.random.below(best.len().min(BEST))]
            };
            self.add(ground.column_of[other as usize]);
        }
    }

    /// Gives a column the rows it likes best, and empties those that had them.
    fn steal(&mut self, column: usize) {
        self.like(column, true, PRECISION);
        let flow = std::mem::take(&mut self.server.knapsack.flow);
        for &(item, units) in &flow {
            self.take_away(item as usize, units);
        }
        self.server.knapsack.flow = flow;
        if self.state.ground.columns[column].whole && self.state.left[column] > 0 {
            self.state.clear(column);
        } else if !self.state.open[column].is_empty() {
            self.ruin.swap_remove(0); // it has what it likes: only the others are served again
        }
    }

    /// The knapsack of a column as if all resources were free, which is emptied.
    fn like(&mut self, column: usize, noise: bool, precision: Precision) {
        self.state.clear(column);
        let ground = self.state.ground;
        let to = ground.columns[column];
        let choices = &mut self.server.knapsack.choices;
        choices.clear();
        for at in ground.items_of(column) {
            let item = &ground.items[at];
            let mut profit = self.profit[at];
            if noise {
                // ± 5 % of the value.
                let part = (self.random.next() >> 54).cast_signed() - 512;
                profit += item.value / 10_240 * part;
            }
            if item.least <= item.most && (profit > 0 || to.whole) {
                let (least, most, counts) = (item.least, item.most, item.counts);
                choices.push(Choice { profit, least, most, id: number(at), counts });
            }
        }
        let filling = if to.whole { Filling::Whole } else { Filling::Partly };
        self.server.knapsack.sort();
        self.server.knapsack.solve(to.capacity, self.state.column_partners[column], filling, precision);
    }

    /// Puts units on an item, emptying other columns until there is room.
    fn take_away(&mut self, item: usize, units: i64) {
        let ground = self.state.ground;
        let own = ground.column_of[item];
        loop {
            let mut short = None;
            if ground.items[item].counts && self.state.row_partners[ground.items[item].row as usize] == 0 {
                short = Some(ground.items[item].row as usize);
            }
            ground.for_each_resource(item, |resource| {
                if self.state.room[resource] < units {
                    short = Some(resource);
                }
            });
            let Some(short) = short else { break };
            let users = &self.state.users[short];
            let others = users.iter().filter(|&&user| {
                let column = ground.column_of[user as usize];
                column != own && column != self.held
            });
            let count = others.clone().count();
            if count == 0 {
                break;
            }
            let Some(&user) = others.clone().nth(self.random.below(count)) else { break };
            let column = ground.column_of[user as usize];
            self.state.clear(column as usize);
            self.add(column);
        }
        let units = units.min(self.state.room_for(item)).min(self.state.left[own as usize]);
        if units >= ground.items[item].least && self.state.may_open(item) {
            self.state.set(item, units);
        }
    }

    /// Serves the ruined columns in a random order and hands out what rows have left.
    fn recreate(&mut self) {
        let ground = self.state.ground;
        self.random.shuffle(&mut self.ruin);
        if self.random.chance(128) {
            self.ruin.sort_by_key(|&column| !ground.columns[column as usize].whole); // stable
        }
        self.rows.clear();
        for item in self.state.changed() {
            let row = ground.items[item as usize].row;
            if self.row_mark[row as usize] != self.mark {
                self.row_mark[row as usize] = self.mark;
                self.rows.push(row);
            }
        }
        for at in 0..self.ruin.len() {
            let column = self.ruin[at] as usize;
            self.server.serve(&mut self.state, column, (self.profit, true), PRECISION);
        }
        for at in 0..self.rows.len() {
            self.state.fill(self.rows[at] as usize);
        }
    }

    /// Opens a whole column at any cost, searches without letting it go, and keeps the result if it is better.
    pub(super) fn force(
        &mut self,
        column: u32,
        run: Run,
        tick: &(impl Fn(u64) -> Result<(), Cancelled> + Sync),
    ) -> Result<(), Cancelled> {
        let (flow, value) = (self.state.flow.clone(), self.state.value);
        self.state.begin();
        self.mark += 1;
        self.ruin.clear();
        self.add(column);
        self.like(column as usize, false, Precision { nodes: 3000, part: 0 });
        let chosen = std::mem::take(&mut self.server.knapsack.flow);
        for &(item, units) in &chosen {
            self.take_away(item as usize, units);
        }
        if self.state.left[column as usize] > 0 {
            self.state.undo();
            return Ok(());
        }
        self.ruin.swap_remove(0);
        self.recreate();
        self.state.keep();
        self.held = column;
        let going = self.run(run, tick);
        self.held = NONE;
        if self.state.value <= value {
            for (item, &units) in flow.iter().enumerate() {
                self.state.set(item, units.min(0));
            }
            for (item, &units) in flow.iter().enumerate() {
                self.state.set(item, units);
            }
            self.state.keep();
        }
        going
    }
}

/// From 1 at 0 to 1/50 at 1, straight between powers of two.
fn fall(part: f64) -> f64 {
    let mut halvings = 5.644 * part;
    let mut heat = 1.0;
    while halvings >= 1.0 {
        heat /= 2.0;
        halvings -= 1.0;
    }
    heat * (1.0 - halvings / 2.0)
}
