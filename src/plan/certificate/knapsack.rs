//! What one demand can be worth at most, lots and numbers of suppliers counted: the checker's own knapsack.
//!
//! **Problem.** Choose kilograms x for a list of items,
//!
//! ```text
//! maximise   Σ gain · x       x = 0  or  least <= x <= most      Σ x <= room  (whole: Σ x = room, or nothing at all)
//!            at most so many partners among the items with x > 0 that count as one
//! ```
//!
//! or an upper bound of it. Semi-continuous knapsacks with a limit on their number are NP-hard.
//!
//! **Method.** In an optimum all open items but one are as large as they can be, or have given way to a last one
//! that needs more than was left: exchanging kilograms between two open items in favour of the higher gain loses
//! nothing. So items are taken in the order of falling gain, each left out, taken at its most, or taken as the last
//! one, which fills the room. All beginnings are followed breadth first; of more than [`WIDTH`] at a time those of
//! least promise are given up, and their promise, an upper bound of what they could have come to, stays in the
//! result. The result is never below the optimum, whatever was given up, and is the optimum where nothing was.
//! O(items² · WIDTH) at worst; most demands are settled by filling them once.
//!
//! **Promise.** The smallest of: the room filled in order of gain with no regard to lots and numbers; the most
//! valuable items left, as many as may still be partners; the room filled with gains lowered by one price μ for
//! every partner, plus μ for each that may still come (a Lagrangian bound, μ chosen once).
//!
//! Shares no code with the solver, which goes depth first.

use std::cmp::Reverse;

/// Beginnings followed at a time.
const WIDTH: usize = 512;

/// What an offer could bring to a demand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    /// Per kilogram; may be negative.
    pub(super) gain: i64,
    /// New kilograms at least, if any; 1 or more.
    pub(super) least: i64,
    /// New kilograms at most.
    pub(super) most: i64,
    /// Whether it would be one supplier more.
    pub(super) partner: bool,
}

/// What the demand has room for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    /// New kilograms.
    pub(super) kg: i64,
    /// New suppliers; `None` is any number.
    pub(super) partners: Option<u64>,
    /// All or nothing.
    pub(super) whole: bool,
    /// All, not nothing.
    pub(super) must: bool,
}

/// A beginning: some of the items so far, each at its most.
#[derive(Clone, Copy, Debug)]
struct Begun {
    left: i64,
    partners: usize,
    value: i128,
    /// Its last item and those before: see [`Chain`].
    last: usize,
}

/// The items of all beginnings: each with the place of the one before it, that of the first being 0.
struct Chain(Vec<(usize, usize)>);

impl Chain {
    fn add(&mut self, before: usize, item: usize) -> usize {
        self.0.push((before, item));
        self.0.len()
    }

    /// What it costs that the items of a beginning give way by so much, the lowest gains first; `None` where they cannot.
    fn back(&self, items: &[Item], mut last: usize, mut kg: i64) -> Option<i128> {
        let mut cost = 0;
        while kg > 0 {
            let (before, item) = *self.0.get(last.checked_sub(1)?)?;
            let item = &items[item];
            let given = kg.min(item.most - item.least);
            cost += i128::from(item.gain) * i128::from(given);
            kg -= given;
            last = before;
        }
        Some(cost)
    }
}

/// No choice at all: less than any value.
const NEVER: i128 = i128::MIN / 4;

/// An upper bound of what the items can be worth together, at least 0 unless the room must be filled; `None` where
/// it must and cannot.
pub(super) fn at_most(items: Vec<Item>, room: Room) -> Option<i128> {
    let room = Room { whole: room.whole || room.must, ..room };
    if room.must && room.kg == 0 {
        return Some(0);
    }
    let found = largest(items, room);
    (found > NEVER).then_some(found)
}

/// The same; [`NEVER`] where there is no choice.
fn largest(mut items: Vec<Item>, room: Room) -> i128 {
    let nothing = if room.must { NEVER } else { 0 };
    for item in &mut items {
        item.most = item.most.min(room.kg);
    }
    items.retain(|item| item.least <= item.most && item.most > 0 && (room.whole || item.gain > 0));
    items.sort_by_key(|item| (Reverse(item.gain), item.least, item.most, item.partner));
    let counted = items.iter().filter(|item| item.partner).count();
    let partners =
        room.partners.map_or(counted, |most| usize::try_from(most).unwrap_or(counted).min(counted));
    if let Some(value) = filled(&items, room, partners) {
        return value.max(nothing);
    }
    let promise = Promise::of(&items, partners < counted, partners, room.kg);
    let start = Begun { left: room.kg, partners, value: 0, last: 0 };
    let mut chain = Chain(Vec::new());
    let mut best = nothing;
    // What was given up may have been worth this.
    let mut open = nothing;
    let mut begun = vec![start];
    for (j, item) in items.iter().enumerate() {
        let mut next: Vec<(i128, Begun)> = Vec::with_capacity(2 * begun.len());
        let mut keep = |b: Begun, best: i128| {
            let promised = b.value + promise.from(&items, j + 1, b.left, b.partners, room.whole);
            if promised > best {
                next.push((promised, b));
            }
        };
        for b in begun {
            keep(b, best);
            let needed = usize::from(item.partner);
            if b.partners < needed {
                continue;
            }
            if item.most < b.left {
                let with = Begun {
                    left: b.left - item.most,
                    partners: b.partners - needed,
                    value: b.value + i128::from(item.gain) * i128::from(item.most),
                    last: chain.add(b.last, j),
                };
                if !room.whole {
                    best = best.max(with.value);
                }
                keep(with, best);
            } else if item.least <= b.left {
                best = best.max(b.value + i128::from(item.gain) * i128::from(b.left));
            } else if let Some(back) = chain.back(&items, b.last, item.least - b.left) {
                best = best.max(b.value + i128::from(item.gain) * i128::from(item.least) - back);
            }
        }
        if next.len() > WIDTH {
            next.select_nth_unstable_by_key(WIDTH, |(promised, b)| {
                (Reverse(*promised), b.left, b.partners, b.value, b.last)
            });
            open = next.drain(WIDTH..).map(|(promised, _)| promised).fold(open, i128::max);
        }
        begun = next.into_iter().map(|(_, b)| b).collect();
        if begun.is_empty() {
            break;
        }
    }
    best.max(open)
}

/// The room filled in order of gain, if no lot, no number and no whole stands in the way: then nothing is better.
fn filled(items: &[Item], room: Room, partners: usize) -> Option<i128> {
    let (mut left, mut taken, mut value) = (room.kg, 0, 0_i128);
    for item in items {
        if left == 0 {
            break;
        }
        let kg = item.most.min(left);
        taken += usize::from(item.partner);
        if kg < item.least || taken > partners {
            return None;
        }
        value += i128::from(item.gain) * i128::from(kg);
        left -= kg;
    }
    (!room.whole || left == 0).then_some(value)
}

/// Upper bounds of what the items from one on can add.
struct Promise {
    /// Σ most of the items before each.
    kg: Vec<i64>,
    /// Σ gain · most of the items before each.
    value: Vec<i128>,
    /// Where numbers bind: for each item on, the largest values (and kilograms) of so many of the items left.
    largest: Option<Largest>,
    /// Where numbers bind: a price for every partner, and the items by what they are worth a kilogram after it.
    priced: Option<(i128, Vec<usize>)>,
}

/// Row j, column k: Σ of the k largest among items j and later.
struct Largest {
    columns: usize,
    value: Vec<i128>,
    kg: Vec<i64>,
}

impl Promise {
    fn of(items: &[Item], binding: bool, partners: usize, room: i64) -> Self {
        let mut kg = vec![0];
        let mut value = vec![0];
        for (item, j) in items.iter().zip(0..) {
            kg.push(i64::saturating_add(kg[j], item.most));
            value.push(value[j] + worth(item));
        }
        let largest = binding.then(|| Largest::of(items, partners));
        let priced = binding.then(|| priced(items, partners, room));
        Self { kg, value, largest, priced }
    }

    /// What items j and later can add to a beginning at most; a very negative number where it cannot be made whole.
    fn from(&self, items: &[Item], j: usize, left: i64, partners: usize, whole: bool) -> i128 {
        if whole && self.kg[items.len()] - self.kg[j] < left {
            return NEVER;
        }
        let mut most = self.fill(items, j, left, whole);
        if let Some(largest) = &self.largest {
            let at = j * largest.columns + partners.min(largest.columns - 1);
            if whole && largest.kg[at] < left {
                return NEVER;
            }
            if !whole {
                most = most.min(largest.value[at]);
            }
        }
        if let Some((price, order)) = &self.priced {
            most = most.min(i128::from(partners as u64) * price + with_price(items, order, *price, j, left));
        }
        most
    }

    /// Items from j on in order of gain, no regard to lots and numbers.
    fn fill(&self, items: &[Item], j: usize, left: i64, whole: bool) -> i128 {
        let end = self.kg.partition_point(|&kg| kg - self.kg[j] <= left).max(j + 1) - 1;
        let rest = left - (self.kg[end] - self.kg[j]);
        let partly = items.get(end).map_or(0, |item| i128::from(item.gain) * i128::from(rest));
        let filled = self.value[end] - self.value[j] + partly;
        if whole { filled } else { filled.max(0) }
    }
}

fn worth(item: &Item) -> i128 {
    i128::from(item.gain) * i128::from(item.most)
}

impl Largest {
    /// Every row from the one after it, by putting its item among the largest.
    fn of(items: &[Item], partners: usize) -> Self {
        let columns = partners + 1;
        let mut value = vec![0; (items.len() + 1) * columns];
        let mut kg = vec![0; (items.len() + 1) * columns];
        let (mut values, mut kgs): (Vec<i128>, Vec<i64>) = (Vec::new(), Vec::new());
        // Items that count as no partner are had for nothing.
        let (mut free_value, mut free_kg) = (0_i128, 0_i64);
        for (j, item) in items.iter().enumerate().rev() {
            if item.partner {
                insert(&mut values, worth(item).max(0), partners);
                insert(&mut kgs, item.most, partners);
            } else {
                free_value += worth(item).max(0);
                free_kg = free_kg.saturating_add(item.most);
            }
            let (mut sum, mut kg_sum) = (free_value, free_kg);
            for k in 0..columns {
                if k > 0 {
                    sum += values.get(k - 1).copied().unwrap_or(0);
                    kg_sum = kg_sum.saturating_add(kgs.get(k - 1).copied().unwrap_or(0));
                }
                value[j * columns + k] = sum;
                kg[j * columns + k] = kg_sum;
            }
        }
        Self { columns, value, kg }
    }
}

/// Puts a number among the largest, falling.
fn insert<T: Ord>(largest: &mut Vec<T>, number: T, most: usize) {
    let at = largest.partition_point(|other| *other >= number);
    if at < most {
        largest.insert(at, number);
        largest.truncate(most);
    }
}

/// What all items after a price for each partner can fill the room with.
fn with_price(items: &[Item], order: &[usize], price: i128, from: usize, room: i64) -> i128 {
    let (mut left, mut value) = (room, 0_i128);
    for &i in order.iter().filter(|&&i| i >= from) {
        let item = &items[i];
        let full = after_price(item, price);
        if item.most <= left {
            left -= item.most;
            value += full;
        } else {
            // Rounded up: a bound must not fall short.
            let part = scaled(full, left, item.most);
            return value + part;
        }
    }
    value
}

fn after_price(item: &Item, price: i128) -> i128 {
    worth(item) - if item.partner { price } else { 0 }
}

/// ⌈full · part / whole⌉ for 0 <= part < whole and full >= 0, never overflowing.
fn scaled(full: i128, part: i64, whole: i64) -> i128 {
    let (part, whole) = (i128::from(part), i128::from(whole));
    let (quotient, rest) = (full.div_euclid(whole), full.rem_euclid(whole));
    quotient * part + (rest * part + whole - 1).div_euclid(whole)
}

/// The price of a partner at which the fractional fill takes about as many as may be, and the order of items by what
/// is left of their gain; items not worth the price stand in no order.
fn priced(items: &[Item], partners: usize, room: i64) -> (i128, Vec<usize>) {
    let order = |price: i128| {
        let mut order: Vec<usize> = (0..items.len()).filter(|&i| after_price(&items[i], price) > 0).collect();
        // By value a kilogram, falling: fractions compared exactly, for the bound rests on the order.
        order.sort_by(|&i, &j| {
            let left = after_price(&items[j], price) * i128::from(items[i].most);
            let right = after_price(&items[i], price) * i128::from(items[j].most);
            left.cmp(&right).then(i.cmp(&j))
        });
        order
    };
    let opened = |order: &[usize]| {
        let mut left = room;
        let mut count = 0;
        for &i in order {
            if left <= 0 {
                break;
            }
            count += usize::from(items[i].partner);
            left = left.saturating_sub(items[i].most);
        }
        count
    };
    let (mut low, mut high) = (0_i128, items.iter().map(worth).fold(0, i128::max));
    for _ in 0..24 {
        let middle = i128::midpoint(low, high);
        if opened(&order(middle)) > partners { low = middle } else { high = middle }
    }
    // The better of the two ends at the root.
    let root = |price: i128| {
        let order = order(price);
        i128::from(partners as u64) * price + with_price(items, &order, price, 0, room)
    };
    let price = if root(low) < root(high) { low } else { high };
    (price, order(price))
}

#[cfg(test)]
mod tests {
    use super::{Item, Room, at_most};
    use proptest::prelude::*;

    /// Every choice of kilograms, one item after the other.
    fn exhaustive(items: &[Item], room: Room) -> Option<i128> {
        fn go(items: &[Item], left: i64, partners: u64, value: i128, room: Room) -> Option<i128> {
            let nothing = if room.must { None } else { Some(0) };
            let Some((item, rest)) = items.split_first() else {
                return if room.whole && left > 0 { nothing } else { nothing.max(Some(value)) };
            };
            let mut best = go(rest, left, partners, value, room);
            if !item.partner || partners > 0 {
                for kg in item.least..=item.most.min(left) {
                    let with = value + i128::from(item.gain) * i128::from(kg);
                    let partners = partners - u64::from(item.partner);
                    best = best.max(go(rest, left - kg, partners, with, room));
                }
            }
            best
        }
        go(items, room.kg, room.partners.unwrap_or(u64::MAX), 0, room)
    }

    fn item() -> impl Strategy<Value = Item> {
        (-4_i64..12, 1_i64..6, 0_i64..6, proptest::bool::weighted(0.8))
            .prop_map(|(gain, least, more, partner)| Item { gain, least, most: least + more, partner })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]
        #[test]
        fn few_items_come_to_the_best_choice(
            items in proptest::collection::vec(item(), 0..6),
            kg in 0_i64..16,
            partners in proptest::option::of(0_u64..5),
            whole in any::<bool>(),
            must in any::<bool>(),
        ) {
            let room = Room { kg, partners, whole, must: whole && must };
            let (found, best) = (at_most(items.clone(), room), exhaustive(&items, room));
            // So few beginnings are all followed.
            prop_assert_eq!(found, best);
        }
    }

    #[test]
    fn many_alike_items_stay_within_the_width_and_large_numbers_do_not_wrap() {
        let item = |i: i64| Item {
            gain: 10_i64.pow(13) - i,
            least: 10_i64.pow(11),
            most: 10_i64.pow(12) - 7 * i,
            partner: true,
        };
        let items: Vec<Item> = (0..200).map(item).collect();
        let room = Room { kg: 10_i64.pow(13), partners: Some(9), whole: false, must: false };
        let best = items[..9].iter().map(|i| i128::from(i.gain) * i128::from(i.most)).sum::<i128>();
        let found = at_most(items, room).expect("nothing is a choice");
        assert!(found >= best && found - best < best / 1_000_000, "{found} for {best}");
    }
}
