//! The check of an answer: nothing of the solver is used, only the definitions of the parent module.
//!
//! One look at every pair: `O(pairs + rows + columns)`. Sums are in 128 bits, so no made-up price overflows.

use super::{Goal, Matching, MatchingStatus, OneToOne, Pairs};

/// Checks that an answer to a problem is right, from its own proof.
///
/// A matching must use pairs that exist, nobody twice, everybody who needs a partner, at the total it states;
/// the prices must fulfil what [`MatchingStatus::Optimal`] says of them, which proves it best. The witness of
/// an infeasible problem must be longer on the side that needs partners, and no pair may lead out of it. The
/// work stated is not checked.
///
/// # Errors
/// The first thing that is wrong, in words: the problem malformed, or the answer not an answer to it.
///
/// # Examples
/// ```
/// use lienket::solve::{Goal, MatchingStatus, OneToOne, Pairs, check_matching, one_to_one};
///
/// // Two farms, one van: one of them has no partner.
/// let pairs = Pairs::Sparse { row_start: vec![0, 1, 2], column: vec![0, 0], value: vec![3, 4] };
/// let problem = OneToOne { rows: 2, columns: 2, pairs, goal: Goal::Greatest, singles: false };
/// let mut found = one_to_one(&problem)?;
/// assert_eq!(found.status, MatchingStatus::Infeasible { rows: vec![0, 1], columns: vec![0] });
/// assert_eq!(check_matching(&problem, &found), Ok(()));
/// found.status = MatchingStatus::Infeasible { rows: vec![0, 1], columns: vec![1] };
/// assert!(check_matching(&problem, &found).is_err());
/// # Ok::<(), lienket::solve::SolveError>(())
/// ```
pub fn check_matching(problem: &OneToOne, matching: &Matching) -> Result<(), String> {
    problem.check().map_err(|error| error.to_string())?;
    match &matching.status {
        MatchingStatus::Optimal { partner, total, row_price, column_price } => {
            let partner_of_column = matched(problem, partner)?;
            chosen(problem, partner, *total)?;
            prices(problem, row_price, column_price)?;
            let (rows, columns) = (problem.rows, problem.columns);
            let optional = problem.singles;
            side(
                problem,
                "row",
                &partner.iter().map(Option::is_some).collect::<Vec<_>>(),
                row_price,
                optional || rows > columns,
            )?;
            side(problem, "column", &partner_of_column, column_price, optional || rows <= columns)?;
            let sum = |prices: &[i64]| prices.iter().map(|&price| i128::from(price)).sum::<i128>();
            let found = sum(row_price) + sum(column_price);
            expect(found == *total, || format!("the prices add up to {found}, not to the total of {total}"))
        }
        MatchingStatus::Infeasible { rows, columns } => {
            expect(!problem.singles, || "anybody may stay single, so there is a matching".to_owned())?;
            hall(problem, rows, columns)
        }
    }
}

fn expect(holds: bool, or: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(or()) }
}

/// Every pair: row, column, value.
fn pairs(problem: &OneToOne) -> impl Iterator<Item = (usize, usize, i32)> {
    let row_of_dense = move |at: usize| (at / problem.columns, at % problem.columns);
    let (dense, sparse) = match &problem.pairs {
        Pairs::Dense(value) => (Some(value), None),
        Pairs::Sparse { row_start, column, value } => (None, Some((row_start, column, value))),
    };
    let dense = dense.into_iter().flatten().enumerate().map(move |(at, &value)| {
        let (row, column) = row_of_dense(at);
        (row, column, value)
    });
    let sparse = sparse.into_iter().flat_map(|(row_start, column, value)| {
        let row_of = |row: usize| (row_start[row]..row_start[row + 1]).map(move |pair| (row, pair));
        (0..row_start.len() - 1).flat_map(row_of).map(|(row, pair)| (row, column[pair] as usize, value[pair]))
    });
    dense.chain(sparse)
}

/// Nobody twice; which columns have a partner.
fn matched(problem: &OneToOne, partner: &[Option<u32>]) -> Result<Vec<bool>, String> {
    let (rows, found) = (problem.rows, partner.len());
    expect(found == rows, || format!("{found} partners for {rows} rows"))?;
    let mut has = vec![false; problem.columns];
    for column in partner.iter().flatten() {
        match has.get_mut(*column as usize) {
            None => return Err(format!("column {column} does not exist")),
            Some(true) => return Err(format!("column {column} has two partners")),
            Some(has) => *has = true,
        }
    }
    Ok(has)
}

/// The chosen pairs exist and have the total.
fn chosen(problem: &OneToOne, partner: &[Option<u32>], total: i128) -> Result<(), String> {
    let (mut count, mut found) = (0, 0);
    for (row, column, value) in pairs(problem) {
        if partner[row].is_some_and(|partner| partner as usize == column) {
            count += 1;
            found += i128::from(value);
        }
    }
    let wanted = partner.iter().flatten().count();
    expect(count == wanted, || format!("{} of the chosen pairs do not exist", wanted - count))?;
    expect(found == total, || format!("the chosen pairs add up to {found}, not to {total}"))
}

/// A number that must not be negative, for either goal.
fn towards(goal: Goal, number: i128) -> i128 {
    match goal {
        Goal::Least => -number,
        Goal::Greatest => number,
    }
}

/// No pair is better than its prices. With the total, that makes the chosen pairs exactly as good.
fn prices(problem: &OneToOne, row_price: &[i64], column_price: &[i64]) -> Result<(), String> {
    let found = (row_price.len(), column_price.len());
    expect(found == (problem.rows, problem.columns), || {
        format!(
            "{} and {} prices for {} rows and {} columns",
            found.0, found.1, problem.rows, problem.columns
        )
    })?;
    for (row, column, value) in pairs(problem) {
        let price = i128::from(row_price[row]) + i128::from(column_price[column]);
        expect(towards(problem.goal, price - i128::from(value)) >= 0, || {
            format!("row {row} and column {column} would do better together: {value} at prices of {price}")
        })?;
    }
    Ok(())
}

/// Whoever needs a partner has one; whoever needs none has no price of the wrong sign, and none if single.
fn side(problem: &OneToOne, name: &str, has: &[bool], price: &[i64], optional: bool) -> Result<(), String> {
    for (at, (&has, &price)) in has.iter().zip(price).enumerate() {
        expect(has || optional, || format!("{name} {at} needs a partner and has none"))?;
        expect(has || price == 0, || format!("{name} {at} has no partner, but a price of {price}"))?;
        expect(!optional || towards(problem.goal, price.into()) >= 0, || {
            format!("{name} {at} needs no partner, but has a price of {price}")
        })?;
    }
    Ok(())
}

/// More members of the side that needs partners than they have pairs with.
fn hall(problem: &OneToOne, rows: &[u32], columns: &[u32]) -> Result<(), String> {
    let set = |name: &str, members: &[u32], of: usize| {
        let mut inside = vec![false; of];
        for &member in members {
            match inside.get_mut(member as usize) {
                None => return Err(format!("the witness names {name} {member}, which does not exist")),
                Some(true) => return Err(format!("the witness names {name} {member} twice")),
                Some(inside) => *inside = true,
            }
        }
        Ok(inside)
    };
    let in_rows = set("row", rows, problem.rows)?;
    let in_columns = set("column", columns, problem.columns)?;
    let by_rows = problem.rows <= problem.columns;
    let (many, few) = if by_rows { (rows.len(), columns.len()) } else { (columns.len(), rows.len()) };
    expect(many > few, || format!("{many} can have the {few} partners of the witness"))?;
    for (row, column, _) in pairs(problem) {
        let (inside, other) =
            if by_rows { (in_rows[row], in_columns[column]) } else { (in_columns[column], in_rows[row]) };
        expect(!inside || other, || format!("row {row} and column {column} are a pair that leads out"))?;
    }
    Ok(())
}
