//! Decisions on a ground: what they leave, what follows from them, and what to decide next.
//!
//! **Leave.** A closed item can take nothing; an open one has its least paid in advance, from its resources, its
//! column's capacity and partners, and takes the rest freely; a whole column is closed with all its items, or must be
//! filled. The result is a ground like any other.
//!
//! **Follow.** Prices give a bound for either decision on an item or column, at the cost of one knapsack. One that
//! cannot reach more than the best flow is out (Lagrangian fixing).
//!
//! **Next.** The whole column, else the edge, that the fractional solution has open nearest to a half, weighed by
//! what is at stake.

use super::bound::{Bound, IMPOSSIBLE, choose, rent};
use super::ground::{Ground, Item};
use super::knapsack::{Amount, Knapsack, Precision};

const FINE: Precision = Precision { nodes: 20_000, part: 1_000_000 };

/// What is settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Settled {
    Open,
    Closed,
}

/// Something to branch on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    Item(usize),
    Column(usize),
}

/// A ground in which decisions are worked in, and what they have paid in advance.
pub(super) struct Under {
    pub(super) ground: Ground,
    pub(super) advance: i128,
}

/// `None` if the decisions contradict each other or a limit.
pub(super) fn under(ground: &Ground, decisions: &[(Subject, Settled)]) -> Option<Under> {
    let mut ground = ground.clone();
    let mut advance = 0;
    for &(subject, settled) in decisions {
        match (subject, settled) {
            (Subject::Item(item), Settled::Closed) => ground.items[item].most = 0,
            (Subject::Column(column), Settled::Closed) => {
                for item in ground.items_of(column) {
                    ground.items[item].most = 0;
                }
            }
            (Subject::Column(column), Settled::Open) => ground.columns[column].must = true,
            (Subject::Item(at), Settled::Open) => {
                let item = ground.items[at];
                let column = ground.column_of[at] as usize;
                if item.most < item.least {
                    return None;
                }
                let mut resources = Vec::new();
                ground.for_each_resource(at, |resource| resources.push(resource));
                for resource in resources {
                    ground.room[resource] -= item.least;
                    if ground.room[resource] < 0 {
                        return None;
                    }
                }
                let to = &mut ground.columns[column];
                to.capacity -= item.least;
                to.must |= to.whole;
                if to.capacity < 0 {
                    return None;
                }
                if item.counts {
                    for partners in [&mut to.partners, &mut ground.row_partners[item.row as usize]] {
                        if *partners != u32::MAX {
                            *partners = partners.checked_sub(1)?;
                        }
                    }
                }
                advance += i128::from(item.least) * i128::from(item.value);
                let item = &mut ground.items[at];
                (item.most, item.least, item.counts) = (item.most - item.least, 0, false);
            }
        }
    }
    // A row that has all its partners opens nothing else.
    for item in &mut ground.items {
        if item.counts && ground.row_partners[item.row as usize] == 0 {
            item.most = 0;
        }
    }
    // Nothing carries more than decisions leave it.
    for at in 0..ground.items.len() {
        let mut most = ground.items[at].most.min(ground.columns[ground.column_of[at] as usize].capacity);
        ground.for_each_resource(at, |resource| most = most.min(ground.room[resource]));
        ground.items[at].most = if most < ground.items[at].least { 0 } else { most };
    }
    Some(Under { ground, advance })
}

/// What cannot be otherwise in a flow worth more than `value`, at these prices.
pub(super) fn fixed<N: Amount>(settled: &Under, price: &[i64], value: i128) -> Vec<(Subject, Settled)> {
    let ground = &settled.ground;
    let mut knapsack = Knapsack::<N>::default();
    let bound_of = |knapsack: &mut Knapsack<N>, ground: &Ground, column: usize| -> i128 {
        let filling = choose(knapsack, ground, column, price);
        let to = ground.columns[column];
        if knapsack.solve(to.capacity, to.partners, filling, FINE) {
            knapsack.bound.into()
        } else {
            IMPOSSIBLE
        }
    };
    let mut taken = vec![false; ground.items.len()];
    let mut of_columns = Vec::with_capacity(ground.columns.len());
    for column in 0..ground.columns.len() {
        of_columns.push(bound_of(&mut knapsack, ground, column));
        for &(item, _) in &knapsack.flow {
            taken[item as usize] = true;
        }
    }
    let rent = rent(ground, price);
    let all = of_columns.iter().sum::<i128>() + rent + settled.advance;
    let mut news = Vec::new();
    let mut other = ground.clone();
    for (column, &alone) in of_columns.iter().enumerate() {
        let others = all - alone;
        let to = ground.columns[column];
        if undecided(ground, column) {
            other.columns[column].must = true;
            let filled = others + bound_of(&mut knapsack, &other, column);
            other.columns[column].must = false;
            if filled <= value {
                news.push((Subject::Column(column), Settled::Closed));
                continue;
            }
            // Closed, it brings nothing.
            if others <= value {
                news.push((Subject::Column(column), Settled::Open));
            }
        }
        for at in ground.items_of(column) {
            let item = ground.items[at];
            if item.least == 0 || item.most < item.least {
                continue;
            }
            // Its least leaves the column's knapsack for the advance and the rooms.
            let moved = i128::from(item.least) * i128::from(item.value - ground.price(at, price));
            if taken[at] {
                continue; // open already: it loses nothing
            }
            if !to.whole && all + moved <= value {
                news.push((Subject::Item(at), Settled::Closed));
                continue;
            }
            other.items[at] = Item { most: item.most - item.least, least: 0, counts: false, ..item };
            let at_column = &mut other.columns[column];
            at_column.capacity -= item.least;
            at_column.must |= at_column.whole;
            if item.counts && at_column.partners != u32::MAX {
                at_column.partners = at_column.partners.saturating_sub(1);
            }
            let impossible = at_column.capacity < 0 || (item.counts && to.partners == 0);
            let open = if impossible {
                IMPOSSIBLE
            } else {
                others + bound_of(&mut knapsack, &other, column) + moved
            };
            (other.items[at], other.columns[column]) = (item, to);
            if open <= value {
                news.push((Subject::Item(at), Settled::Closed));
            }
        }
    }
    news
}

/// Whether it is open if a whole column is filled.
fn undecided(ground: &Ground, column: usize) -> bool {
    let to = &ground.columns[column];
    let mut items = ground.items[ground.items_of(column)].iter();
    to.whole && !to.must && to.capacity > 0 && items.any(|item| item.most > 0)
}

/// What to branch on.
pub(super) fn subject(ground: &Ground, found: &Bound) -> Option<Subject> {
    subjects(ground, found, 1).first().map(|&(subject, _)| subject)
}

/// The most promising subjects and how far each is open, best first.
pub(super) fn subjects(ground: &Ground, found: &Bound, most: usize) -> Vec<(Subject, f64)> {
    let half = |share: f64| share.min(1.0 - share);
    let mut list: Vec<(f64, Subject, f64)> = Vec::new();
    for (column, to) in ground.columns.iter().enumerate() {
        if undecided(ground, column) {
            let units: f64 = ground.items_of(column).map(|item| found.fraction[item]).sum();
            #[expect(clippy::cast_precision_loss, reason = "it steers and decides nothing")]
            let (share, stake) = (units / to.capacity as f64, to.capacity as f64);
            let share = share.clamp(0.0, 1.0);
            if half(share) > 0.02 {
                list.push((half(share) * stake * 4.0, Subject::Column(column), share));
            }
        }
    }
    for (at, item) in ground.items.iter().enumerate() {
        if item.least > 0 && item.most >= item.least {
            #[expect(clippy::cast_precision_loss, reason = "it steers and decides nothing")]
            let stake = item.most as f64;
            let share = found.share[at].clamp(0.0, 1.0);
            // Something undecided is always left to branch on, whatever the fractions say.
            list.push((half(share) * stake + 1e-9 * stake, Subject::Item(at), share));
        }
    }
    list.sort_by(|a, b| b.0.total_cmp(&a.0)); // stable
    list.truncate(most);
    // What is settled by the fractions is tried only where nothing else is left.
    let floor = list.first().map_or(0.0, |first| first.0) * 0.05;
    list.retain(|&(score, ..)| score >= floor);
    list.into_iter().map(|(_, subject, share)| (subject, share)).collect()
}
