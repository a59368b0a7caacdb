//! Branch and bound on the Lagrangian bound, for clusters of few columns.
//!
//! **Problem.** The bound of prices has a gap of its own: a column may combine knapsack solutions that no flow
//! combines. It closes when it is settled of some edges whether they are open, and of whole columns whether they are
//! filled.
//!
//! **Nodes.** Decisions turn a ground into another (`decide`), so that bound and knapsack need not know of them. The
//! bound of a node starts from where its parent's ended, and the network of what is settled gives prices of its own,
//! which close the gap where nothing is left to decide. Nodes go by falling bound; what follows from a bound is
//! settled at once, and is a branch of the proof like all others.
//!
//! **Proof.** The tree with prices at its leaves: whoever recomputes each leaf's bound under the decisions above it has
//! the bound of the whole, since every flow is at home in one leaf.
//!
//! **Bound.** A fixed number of nodes. What is open then has its bound in the tree as well.

use std::collections::BinaryHeap;

use rayon::prelude::*;

use super::super::transport::number;
use super::bound::{Bound, IMPOSSIBLE, bound, evaluate, profits};
use super::circulation::{TooLittle, circulation};
use super::construct::construct;
use super::decide::{Settled, Subject, Under, fixed, subject, subjects, under};
use super::ground::Ground;
use super::knapsack::{Amount, Precision};
use super::polish::polish;
use super::proof::{Branch, Choice};
use super::state::State;
use super::watch::Meter;

/// Passes of the bound at a node below the root.
const PASSES: u32 = 24;
/// Subjects at a node that are looked at, and those of which nothing is known that are tried.
const CANDIDATES: usize = 10;
const PROBED: usize = 4;
/// Most that a price is raised by to show that a node holds no flow; such prices are for wide integers.
const DEAREST: i64 = 1 << 58;
const FINE: Precision = Precision { nodes: 20_000, part: 1_000_000 };

/// What the search leaves: the best flow, and the proof of a bound.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) flow: Vec<i64>,
    pub(super) bound: i128,
    /// Branches by edges and columns of the transport; prices by resource of the ground.
    pub(super) branches: Vec<Branch>,
    pub(super) prices: Vec<Vec<i64>>,
}

/// A node that is still to be looked into.
struct Node {
    /// Its place in the proof.
    at: usize,
    decisions: Vec<(Subject, Settled)>,
    found: Bound,
}

/// By bound, then by age.
struct Waiting(i128, std::cmp::Reverse<usize>, Node);

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}
impl Eq for Waiting {}
impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.0, self.1).cmp(&(other.0, other.1))
    }
}

/// Prices, and decisions that follow from them.
type Fixed = (Vec<i64>, Vec<(Subject, Settled)>);

/// What has been found out about a node.
struct Seen {
    decisions: Vec<(Subject, Settled)>,
    found: Bound,
    /// Decisions that followed, with the prices that show it.
    fixed: Vec<Fixed>,
    /// A better flow met on the way.
    best: Option<(i128, Vec<i64>)>,
}

/// What has been found out where a subject is closed, and where it is open.
type Pair = [Option<Seen>; 2];

/// What bounds fell by when a subject was closed and when it was opened, a whole share of it.
#[derive(Debug, Clone, Copy, Default)]
struct Gains {
    sum: [f64; 2],
    count: f64,
}

impl Gains {
    fn known(&self) -> bool {
        self.count > 0.0
    }

    fn add(&mut self, share: f64, [closed, open]: [f64; 2]) {
        let share = share.clamp(0.1, 0.9);
        self.sum[0] += closed / share;
        self.sum[1] += open / (1.0 - share);
        self.count += 1.0;
    }

    /// Good if both cases are.
    fn score(&self, share: f64) -> f64 {
        let share = share.clamp(0.1, 0.9);
        (self.sum[0] / self.count * share).max(1.0) * (self.sum[1] / self.count * (1.0 - share)).max(1.0)
    }
}

#[expect(clippy::cast_precision_loss, reason = "it steers and decides nothing")]
fn real(number: i128) -> f64 {
    number as f64
}

/// A search in progress.
struct Search<'g> {
    gains: Vec<Gains>,
    ground: &'g Ground,
    flow: Vec<i64>,
    value: i128,
    branches: Vec<Branch>,
    prices: Vec<Vec<i64>>,
}

/// Looks into at most so many nodes, from the best flow and bound known.
pub(super) fn branch<N: Amount>(
    ground: &Ground,
    flow: Vec<i64>,
    root: Bound,
    nodes: u64,
    meter: &Meter,
) -> Tree {
    let value = flow.iter().zip(&ground.items).map(|(&x, item)| i128::from(x) * i128::from(item.value)).sum();
    let gains = vec![Gains::default(); ground.items.len() + ground.columns.len()];
    let mut search = Search { gains, ground, flow, value, branches: Vec::new(), prices: Vec::new() };
    let mut waiting = BinaryHeap::new();
    let most = root.bound;
    let at = search.leaf(&root.price);
    let seen = search.settle::<N>(Seen { decisions: Vec::new(), found: root, fixed: Vec::new(), best: None });
    search.enter(at, seen, most, &mut waiting);
    // The bound of what is given up.
    let mut given_up = i128::MIN;
    let (mut left, mut spent) = (nodes, 0);
    while let Some(Waiting(bound, _, node)) = waiting.pop() {
        if bound <= search.value || left == 0 || meter.tick(spent).is_err() {
            given_up = bound;
            break;
        }
        let settled = under(ground, &node.decisions).expect("it has a bound");
        let Some((subject, [closed, open], pairs)) = search.choose::<N>(&settled.ground, &node) else {
            given_up = bound;
            break;
        };
        spent = pairs;
        left = left.saturating_sub(spent);
        let (without, with) = (search.leaf(&node.found.price), search.leaf(&node.found.price));
        search.branches[node.at] = search.fork(subject, without, with);
        for (at, seen) in [(without, closed), (with, open)] {
            if let Some(seen) = seen {
                search.enter(at, seen, bound, &mut waiting);
            }
        }
    }
    let Search { flow, value, branches, prices, .. } = search;
    Tree { flow, bound: given_up.max(value).min(most), branches, prices }
}

impl Search<'_> {
    /// A new leaf with prices.
    fn leaf(&mut self, price: &[i64]) -> usize {
        if self.prices.last().is_none_or(|last| last != price) {
            self.prices.push(price.to_vec());
        }
        self.branches.push(Branch::Leaf { prices: self.prices.len() - 1 });
        self.branches.len() - 1
    }

    /// Takes up what has been found out about the node at a leaf.
    fn enter(&mut self, at: usize, seen: Seen, above: i128, waiting: &mut BinaryHeap<Waiting>) {
        let Seen { decisions, mut found, fixed, best } = seen;
        if let Some((value, flow)) = best.filter(|(value, _)| *value > self.value) {
            (self.value, self.flow) = (value, flow);
        }
        let mut at = at;
        for (price, news) in fixed {
            for (subject, settled) in news {
                let (done, same) = (self.leaf(&price), self.leaf(&price));
                let (without, with) = if settled == Settled::Closed { (same, done) } else { (done, same) };
                self.branches[at] = self.fork(subject, without, with);
                at = same;
            }
        }
        let last = self.leaf(&found.price);
        self.branches[at] = self.branches[last];
        self.branches.pop();
        found.bound = found.bound.min(above);
        if found.bound > self.value {
            waiting.push(Waiting(found.bound, std::cmp::Reverse(at), Node { at, decisions, found }));
        }
    }

    fn fork(&self, subject: Subject, without: usize, with: usize) -> Branch {
        let on = match subject {
            Subject::Item(item) => Choice::Edge(self.ground.edge[item] as usize),
            Subject::Column(column) => Choice::Column(self.ground.columns[column].origin),
        };
        Branch::Fork { on, without, with }
    }

    /// What to branch on at a node, what has been found out about its two cases, and the pairs of cases looked into.
    fn choose<N: Amount>(&mut self, ground: &Ground, node: &Node) -> Option<(Subject, Pair, u64)> {
        let candidates = subjects(ground, &node.found, CANDIDATES);
        let place = |subject: Subject| match subject {
            Subject::Item(item) => item,
            Subject::Column(column) => ground.items.len() + column,
        };
        let unknown = |&(subject, _): &(Subject, f64)| !self.gains[place(subject)].known();
        let mut probed: Vec<(Subject, f64)> =
            candidates.iter().copied().filter(unknown).take(PROBED).collect();
        let best = |search: &Self| {
            let mut best: Option<(f64, (Subject, f64))> = None;
            for &(subject, share) in &candidates {
                let gains = &search.gains[place(subject)];
                let score = gains.score(share);
                if gains.known() && best.is_none_or(|(other, _)| score > other) {
                    best = Some((score, (subject, share)));
                }
            }
            best.map(|(_, subject)| subject)
        };
        if probed.is_empty() {
            probed.extend(best(self));
        }
        let tasks: Vec<(Subject, Settled)> = probed
            .iter()
            .flat_map(|&(subject, _)| [(subject, Settled::Closed), (subject, Settled::Open)])
            .collect();
        let look = |search: &Self, (subject, settled): (Subject, Settled)| {
            let mut decisions = node.decisions.clone();
            decisions.push((subject, settled));
            search.look_into::<N>(decisions, &node.found)
        };
        let seen: Vec<Option<Seen>> =
            tasks.par_iter().with_max_len(1).map(|&task| look(self, task)).collect();
        let most = real(node.found.bound - self.value);
        let mut pairs: Vec<Pair> = Vec::new();
        let mut seen = seen.into_iter();
        while let (Some(closed), Some(open)) = (seen.next(), seen.next()) {
            pairs.push([closed, open]);
        }
        for (&(subject, share), pair) in probed.iter().zip(&pairs) {
            let gain = |seen: &Option<Seen>| {
                seen.as_ref().map_or(most, |seen| real(node.found.bound - seen.found.bound).clamp(0.0, most))
            };
            self.gains[place(subject)].add(share, [gain(&pair[0]), gain(&pair[1])]);
        }
        for seen in pairs.iter_mut().flatten().flatten() {
            if let Some((value, flow)) = seen.best.take().filter(|(value, _)| *value > self.value) {
                (self.value, self.flow) = (value, flow);
            }
        }
        let (subject, _) = best(self)?;
        let spent = pairs.len() as u64;
        if let Some(at) = probed.iter().position(|&(other, _)| other == subject) {
            return Some((subject, pairs.swap_remove(at), spent));
        }
        let (closed, open) =
            rayon::join(|| look(self, (subject, Settled::Closed)), || look(self, (subject, Settled::Open)));
        Some((subject, [closed, open], spent + 1))
    }

    /// The bound under decisions, from the parent's; `None` if they leave no flow.
    fn look_into<N: Amount>(&self, decisions: Vec<(Subject, Settled)>, parent: &Bound) -> Option<Seen> {
        let settled = under(self.ground, &decisions)?;
        let mut seen = Seen { decisions, found: Bound::default(), fixed: Vec::new(), best: None };
        seen.found = self.bound_under::<N>(&settled, parent, &mut seen.best);
        Some(self.settle::<N>(seen))
    }

    /// Settles what follows from the bound; where that leaves nothing to decide, finds the bound again.
    fn settle<N: Amount>(&self, mut seen: Seen) -> Seen {
        let value = seen.best.as_ref().map_or(self.value, |best| best.0.max(self.value));
        if seen.found.bound <= value {
            return seen;
        }
        let Some(settled) = under(self.ground, &seen.decisions) else { return seen };
        let news = fixed::<N>(&settled, &seen.found.price, value);
        if news.is_empty() {
            return seen;
        }
        seen.decisions.extend(&news);
        seen.fixed.push((seen.found.price.clone(), news));
        match under(self.ground, &seen.decisions) {
            None => seen.found.bound = IMPOSSIBLE,
            Some(settled) if subject(&settled.ground, &seen.found).is_none() => {
                let parent = std::mem::take(&mut seen.found);
                seen.found = self.bound_under::<N>(&settled, &parent, &mut seen.best);
            }
            Some(_) => {}
        }
        seen
    }

    fn bound_under<N: Amount>(
        &self,
        settled: &Under,
        parent: &Bound,
        best: &mut Option<(i128, Vec<i64>)>,
    ) -> Bound {
        let ground = &settled.ground;
        let mut start = parent.clone();
        for (item, (units, share)) in start.fraction.iter_mut().zip(&mut start.share).enumerate() {
            if ground.items[item].most == 0 {
                (*units, *share) = (0.0, 0.0);
            }
        }
        let items: Vec<(usize, i64, i64)> = ground
            .items
            .iter()
            .enumerate()
            .filter(|(_, item)| item.most > 0)
            .map(|(at, item)| (at, 0, item.most))
            .collect();
        let columns: Vec<u32> = (0..number(ground.columns.len())).collect();
        let wanted = self.value - settled.advance;
        let mut found = bound::<N>(ground, start, &[columns], (PASSES, usize::MAX, wanted), &|| Ok(()));
        if found.bound <= wanted {
            found.bound =
                if found.bound <= IMPOSSIBLE / 2 { IMPOSSIBLE } else { found.bound + settled.advance };
            return found;
        }
        // Where there is none, or numbers are too large, the knapsacks will tell.
        let network = circulation(ground, &items, |column| ground.columns[column].must);
        match network {
            Ok(network) => {
                self.try_network(settled, &items, &network.units, best);
                let other = evaluate::<N>(ground, &network.price, FINE);
                if other < found.bound {
                    (found.bound, found.price) = (other, network.price);
                }
            }
            Err(TooLittle(resources)) => {
                // No flow at all: each unit that is missing costs the bound what these resources are made dearer by.
                let missing = found.bound + settled.advance - self.value;
                for dearer in [missing / 16, missing] {
                    let dearer = i64::try_from(dearer).unwrap_or(i64::MAX).clamp(0, DEAREST);
                    let mut price = found.price.clone();
                    for &resource in &resources {
                        price[resource] += dearer;
                    }
                    let other = evaluate::<i128>(ground, &price, FINE);
                    if other + settled.advance <= self.value {
                        found.bound = other + settled.advance;
                        found.price = price;
                        return found; // with prices for nothing else
                    }
                }
            }
        }
        found.bound = if found.bound <= IMPOSSIBLE / 2 { IMPOSSIBLE } else { found.bound + settled.advance };
        self.try_prices::<N>(&found, best);
        found
    }

    /// Whether the network's flow keeps all limits and is better than the best.
    fn try_network(
        &self,
        settled: &Under,
        items: &[(usize, i64, i64)],
        units: &[i64],
        best: &mut Option<(i128, Vec<i64>)>,
    ) {
        let mut state = State::empty(self.ground);
        let mut flow = vec![0; self.ground.items.len()];
        for (&(item, ..), &units) in items.iter().zip(units) {
            flow[item] = units;
        }
        for (at, units) in flow.into_iter().enumerate() {
            // What was paid in advance.
            let advance = if settled.ground.items[at].least == 0 { self.ground.items[at].least } else { 0 };
            let units = units + advance;
            if units == 0 {
                continue;
            }
            if units < self.ground.items[at].least || !state.may_open(at) || state.room_for(at) < units {
                return;
            }
            state.set(at, units);
        }
        let partly = |(column, &left): (usize, &i64)| {
            let to = &self.ground.columns[column];
            left < 0 || (to.whole && left > 0 && left < to.capacity)
        };
        if !state.left.iter().enumerate().any(partly) {
            self.offer(state, best);
        }
    }

    fn offer(&self, state: State, best: &mut Option<(i128, Vec<i64>)>) {
        if state.value > best.as_ref().map_or(self.value, |best| best.0.max(self.value)) {
            *best = Some((state.value, state.flow));
        }
    }

    /// Serves all columns at a node's prices.
    fn try_prices<N: Amount>(&self, found: &Bound, best: &mut Option<(i128, Vec<i64>)>) {
        let ground = self.ground;
        let profit = profits(ground, &found.price);
        let mut filled = vec![0.0; ground.columns.len()];
        for (item, units) in found.fraction.iter().enumerate() {
            filled[ground.column_of[item] as usize] += units;
        }
        let mut order: Vec<u32> = (0..number(ground.columns.len())).collect();
        let key = |column: u32| {
            let to = &ground.columns[column as usize];
            #[expect(
                clippy::cast_precision_loss,
                clippy::cast_possible_truncation,
                reason = "an order of trying"
            )]
            let filled = (filled[column as usize] / to.capacity.max(1) as f64 * 1e6) as i64;
            (!(to.whole && filled > 500_000), std::cmp::Reverse(filled))
        };
        order.sort_by_key(|&column| key(column)); // stable
        let mut state = construct::<N>(ground, &profit, &order);
        polish(&mut state);
        self.offer(state, best);
    }
}
