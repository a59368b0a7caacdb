//! Random one-to-one problems from a shape and a seed, and two slow solvers without a line of `src/solve`.

use super::transports::Dice;
use lienket::solve::{Goal, OneToOne, Pairs};
use proptest::prelude::*;

/// What a random problem looks like.
#[derive(Debug, Clone)]
pub(crate) struct MatchingShape {
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    pub(crate) structure: Structure,
    /// Chance of a pair in percent; dense where 100.
    pub(crate) density: i64,
    pub(crate) goal: Goal,
    pub(crate) singles: bool,
    pub(crate) seed: u64,
}

/// Where the values come from.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Structure {
    /// `-below / 3 .. below`, each by itself.
    Random(i64),
    /// Distances of points in a square, less what a pair is worth.
    Distances { worth: i64 },
    /// Products of a number of the row and one of the column: few good columns, wanted by all.
    Products,
    /// Sums of a number of the row and one of the column: all matchings equal.
    Sums,
    /// The ends of the range and what is next to them.
    Extremes,
}

pub(crate) fn matching_shapes(most_rows: usize, most_columns: usize) -> impl Strategy<Value = MatchingShape> {
    let structure = prop_oneof![
        prop_oneof![Just(1_i64), Just(2), Just(4), Just(100), Just(1_000_000), Just(2_000_000_000)]
            .prop_map(Structure::Random),
        prop_oneof![Just(0_i64), Just(200), Just(5000)].prop_map(|worth| Structure::Distances { worth }),
        Just(Structure::Products),
        Just(Structure::Sums),
        Just(Structure::Extremes),
    ];
    let density = prop_oneof![Just(100_i64), 2_i64..100];
    let goal = prop_oneof![Just(Goal::Least), Just(Goal::Greatest)];
    let sizes = prop_oneof![
        (0..=most_rows, 0..=most_columns),
        (0..=most_rows.min(most_columns)).prop_map(|size| (size, size))
    ];
    (sizes, structure, density, goal, any::<bool>(), any::<u64>()).prop_map(
        |((rows, columns), structure, density, goal, singles, seed)| MatchingShape {
            rows,
            columns,
            structure,
            density,
            goal,
            singles,
            seed,
        },
    )
}

impl MatchingShape {
    pub(crate) fn build(&self) -> OneToOne {
        let mut dice = Dice(self.seed);
        let place = |dice: &mut Dice| (dice.below(1000), dice.below(1000));
        let rows: Vec<_> = (0..self.rows).map(|_| place(&mut dice)).collect();
        let columns: Vec<_> = (0..self.columns).map(|_| place(&mut dice)).collect();
        let mut value = |row: usize, column: usize| -> i32 {
            let (r, c) = (rows[row], columns[column]);
            let value = match self.structure {
                Structure::Random(below) => dice.below(below + below / 3) - below / 3,
                Structure::Distances { worth } => (r.0 - c.0).pow(2) + (r.1 - c.1).pow(2) - worth,
                Structure::Products => r.0 * c.0,
                Structure::Sums => r.0 + c.0,
                Structure::Extremes => {
                    [i64::from(i32::MIN), i64::from(i32::MIN) + 1, -1, 0, 1, i64::from(i32::MAX)]
                        [dice.index(6)]
                }
            };
            i32::try_from(value).expect("within 32 bits")
        };
        let mut dense = Vec::new();
        for row in 0..self.rows {
            dense.extend((0..self.columns).map(|column| value(row, column)));
        }
        let pairs = if self.density == 100 {
            Pairs::Dense(dense)
        } else {
            let (mut row_start, mut column, mut value) = (vec![0], Vec::new(), Vec::new());
            for row in 0..self.rows {
                for at in (0..self.columns).filter(|_| dice.percent(self.density)) {
                    column.push(u32::try_from(at).expect("few columns"));
                    value.push(dense[row * self.columns + at]);
                }
                row_start.push(column.len());
            }
            Pairs::Sparse { row_start, column, value }
        };
        let Self { rows, columns, goal, singles, .. } = *self;
        OneToOne { rows, columns, pairs, goal, singles }
    }
}

/// All pairs as a table of costs: the value, or less the value where the greatest total is wanted.
fn costs(problem: &OneToOne) -> Vec<Vec<Option<i64>>> {
    let cost = |value: i32| {
        let value = i64::from(value);
        if problem.goal == Goal::Least { value } else { -value }
    };
    let mut table = vec![vec![None; problem.columns]; problem.rows];
    match &problem.pairs {
        Pairs::Dense(value) => {
            for (at, &value) in value.iter().enumerate() {
                table[at / problem.columns][at % problem.columns] = Some(cost(value));
            }
        }
        Pairs::Sparse { row_start, column, value } => {
            for row in 0..problem.rows {
                for pair in row_start[row]..row_start[row + 1] {
                    table[row][column[pair] as usize] = Some(cost(value[pair]));
                }
            }
        }
    }
    table
}

fn total(problem: &OneToOne, cost: Option<i64>) -> Option<i128> {
    cost.map(|cost| i128::from(if problem.goal == Goal::Least { cost } else { -cost }))
}

/// The best total by trying everything; `None` where there is no matching.
pub(crate) fn brute_force(problem: &OneToOne) -> Option<i128> {
    fn best(table: &[Vec<Option<i64>>], row: usize, used: u32, left: usize) -> Option<i64> {
        let Some(costs) = table.get(row) else { return (left == 0).then_some(0) };
        let single = best(table, row + 1, used, left);
        let free = costs.iter().enumerate().filter(|&(column, _)| used >> column & 1 == 0);
        free.filter_map(|(column, cost)| {
            Some((*cost)? + best(table, row + 1, used | 1 << column, left.saturating_sub(1))?)
        })
        .chain(single)
        .min()
    }
    let needed = if problem.singles { 0 } else { problem.rows.min(problem.columns) };
    total(problem, best(&costs(problem), 0, 0, needed))
}

/// The best total by successive shortest paths (Bellman and Ford): no prices, no heap, no core.
pub(crate) fn successive_paths(problem: &OneToOne) -> Option<i128> {
    const FAR: i64 = i64::MAX / 2;
    let table = costs(problem);
    let mut column_of: Vec<Option<usize>> = vec![None; problem.rows];
    let mut row_of: Vec<Option<usize>> = vec![None; problem.columns];
    let (mut found, mut pairs) = (0, 0);
    loop {
        let at = |row: usize| if column_of[row].is_none() { 0 } else { FAR };
        let mut row_distance: Vec<i64> = (0..problem.rows).map(at).collect();
        let mut column_distance = vec![(FAR, 0); problem.columns];
        let mut changed = true;
        while changed {
            changed = false;
            for (row, costs) in table.iter().enumerate().filter(|&(_, costs)| !costs.is_empty()) {
                for (column, cost) in costs.iter().enumerate() {
                    let Some(cost) = cost else { continue };
                    let over = row_distance[row].saturating_add(*cost);
                    if row_distance[row] < FAR
                        && column_of[row] != Some(column)
                        && over < column_distance[column].0
                    {
                        column_distance[column] = (over, row);
                        changed = true;
                        if let Some(owner) = row_of[column] {
                            row_distance[owner] = over - table[owner][column].expect("a pair");
                        }
                    }
                }
            }
        }
        let ends = (0..problem.columns)
            .filter(|&column| row_of[column].is_none() && column_distance[column].0 < FAR);
        let Some(mut column) = ends.min_by_key(|&column| column_distance[column].0) else { break };
        let more = column_distance[column].0;
        if problem.singles && more >= 0 {
            break;
        }
        (found, pairs) = (found + more, pairs + 1);
        loop {
            let row = column_distance[column].1;
            row_of[column] = Some(row);
            match column_of[row].replace(column) {
                Some(before) => column = before,
                None => break,
            }
        }
    }
    let complete = problem.singles || pairs == problem.rows.min(problem.columns);
    total(problem, complete.then_some(found))
}
