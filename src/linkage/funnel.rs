//! How many pairs of every offer and every demand each rule stopped.
//!
//! # Problem
//! For each offer (demand) and rule: of all demands (offers), how many pairs fail that rule and none before it. The
//! pairs are hundreds of times as many as those that the search looks at.
//!
//! # Method
//! Bucket by bucket (offers of one product, demands that accept it; see `search`), counting sets, not pairs:
//!
//! * `window`: a span of days misses the windows that end before it or start after it: two bisections in sorted ends.
//! * `certification`: offers are alike that hold the same standards on some day, demands that require the same. What
//!   a class of one side denies of the other is a set; those of the set whose windows meet: again two bisections.
//!   Where only dates can tell, pairs are looked at one by one.
//! * `price`, `lot`, `score`: only pairs within reach get so far; the search's lists of neighbours have them.
//! * `excluded`: exclusions are few: their pairs are moved from where the above has counted them.
//! * `distance`: the rest of the bucket. `product`: all that is not in the bucket.
//!
//! # Complexity
//! For n offers and m demands of a bucket in H and R classes: O(n log n + m log m + H m + R n), the pairs within
//! reach, and the pairs that dates decide.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use rayon::prelude::*;

use crate::id::{DemandIx, EnterpriseIx};
use crate::linkage::Stopped;
use crate::linkage::columns::{Asked, Offered};
use crate::linkage::rules::{Judge, Rule};
use crate::linkage::search::{Bucket, Buckets, Candidates, Task};
use crate::market::standard::Span;

/// The counts of every offer and every demand.
#[derive(Debug)]
pub(crate) struct Funnel {
    pub(crate) offers: Vec<Stopped>,
    pub(crate) demands: Vec<Stopped>,
}

/// Windows of a set, for counting those that a span of days meets.
#[derive(Debug, Default)]
struct Ends {
    from: Vec<i32>,
    until: Vec<i32>,
}

impl Ends {
    /// Of the members whose positions `of` admits; `sorted` has all positions by first and by last day.
    fn of(spans: &[Span], sorted: &[Vec<u32>; 2], of: impl Fn(usize) -> bool) -> Self {
        let admitted = |list: &[u32], day: fn(&Span) -> i32| {
            list.iter().filter(|&&at| of(at as usize)).map(|&at| day(&spans[at as usize])).collect()
        };
        Self { from: admitted(&sorted[0], |span| span.from), until: admitted(&sorted[1], |span| span.until) }
    }

    /// How many windows share a day with a span. Those that do not end before it or start after it.
    fn meeting(&self, span: Span) -> u32 {
        let before = self.until.partition_point(|&until| until < span.from);
        let started = self.from.partition_point(|&from| from <= span.until);
        count(started - before)
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).expect("a market holds at most 10^7 of anything")
}

/// One side of a bucket: windows by position, positions by first and last day, and classes.
struct Members<Class> {
    spans: Vec<Span>,
    sorted: [Vec<u32>; 2],
    classes: BTreeMap<Class, Vec<usize>>,
}

impl<Class: Ord> Members<Class> {
    fn of(members: impl Iterator<Item = (Span, Class)>) -> Self {
        let (mut spans, mut classes) = (Vec::new(), BTreeMap::<_, Vec<usize>>::new());
        for (at, (span, class)) in members.enumerate() {
            spans.push(span);
            classes.entry(class).or_default().push(at);
        }
        let sorted = [|span: &Span| span.from, |span: &Span| span.until].map(|day| {
            let mut order: Vec<u32> = (0..count(spans.len())).collect();
            order.sort_unstable_by_key(|&at| (day(&spans[at as usize]), at));
            order
        });
        Self { spans, sorted, classes }
    }

    fn ends(&self, of: impl Fn(usize) -> bool) -> Ends {
        Ends::of(&self.spans, &self.sorted, of)
    }
}

/// Counts of a bucket by position.
struct Counts {
    offers: Vec<Stopped>,
    demands: Vec<Stopped>,
}

impl Funnel {
    /// Counts what the rules have stopped, in parallel.
    pub(crate) fn of(judge: &Judge, candidates: &Candidates) -> Self {
        let buckets = Buckets::build(judge);
        let market = judge.market();
        let (n, m) = (market.offers().len(), market.demands().len());
        let counts: Vec<Counts> = buckets
            .list
            .par_iter()
            .enumerate()
            .map(|(at, bucket)| counted(judge, &buckets, at, bucket))
            .collect();
        let mut all = Self { offers: vec![Stopped::default(); n], demands: vec![Stopped::default(); m] };
        // Pairs whose product fits, and those of them that are candidates.
        let (mut fitting_offer, mut fitting_demand) = (vec![0; n], vec![0; m]);
        for (bucket, counts) in buckets.list.iter().zip(counts) {
            for (offer, counts) in bucket.traded.offers.iter().zip(counts.offers) {
                all.offers[offer.index()] = counts;
                fitting_offer[offer.index()] = count(bucket.traded.demands.len());
            }
            for (demand, counts) in bucket.traded.demands.iter().zip(counts.demands) {
                all.demands[demand.index()].add(&counts);
                fitting_demand[demand.index()] += count(bucket.traded.offers.len());
            }
        }
        let mut linked = vec![0; m];
        candidates.demand.iter().for_each(|&demand| linked[demand as usize] += 1);
        let rows = candidates.start.windows(2).map(|ends| count(ends[1] - ends[0]));
        for ((stopped, fitting), linked) in all.offers.iter_mut().zip(fitting_offer).zip(rows) {
            stopped.rest(count(m), fitting, linked);
        }
        for ((stopped, fitting), linked) in all.demands.iter_mut().zip(fitting_demand).zip(linked) {
            stopped.rest(count(n), fitting, linked);
        }
        all
    }
}

impl Stopped {
    fn count(&mut self, rule: Rule, pairs: u32) {
        self.0[rule as usize] += pairs;
    }

    fn add(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0).for_each(|(sum, pairs)| *sum += pairs);
    }

    /// What is stopped by no other rule died at the distance; what was in no bucket, at the product.
    fn rest(&mut self, others: u32, fitting: u32, linked: u32) {
        let counted: u32 = self.0.iter().sum();
        self.count(Rule::Distance, fitting - counted - linked);
        self.count(Rule::Product, others - fitting);
    }
}

/// Everything but product and distance.
fn counted(judge: &Judge, buckets: &Buckets, at: usize, bucket: &Bucket) -> Counts {
    let columns = &judge.columns;
    let offers: Vec<&Offered> = bucket.traded.offers.iter().map(|o| &columns.offered[o.index()]).collect();
    let demands: Vec<&Asked> = bucket.traded.demands.iter().map(|d| &columns.asked[d.index()]).collect();
    let mut counts = near(judge, buckets, at, bucket);
    let supply = Members::of(offers.iter().map(|offer| (offer.days_open, offer.held)));
    let demand = Members::of(demands.iter().map(|demand| (demand.days_open, (demand.requires, demand.open))));

    let (all_supply, all_demand) = (supply.ends(|_| true), demand.ends(|_| true));
    for (stopped, offer) in counts.offers.iter_mut().zip(&offers) {
        stopped.count(Rule::Window, count(demands.len()) - all_demand.meeting(offer.days_open));
    }
    for (stopped, demand) in counts.demands.iter_mut().zip(&demands) {
        stopped.count(Rule::Window, count(offers.len()) - all_supply.meeting(demand.days_open));
    }

    let denied = |held: &[u64; 2], (requires, open): (u64, bool)| requires & !held[usize::from(open)] != 0;
    let class = |at: usize| (demands[at].requires, demands[at].open);
    for (held, members) in &supply.classes {
        let ends = demand.ends(|at| denied(held, class(at)));
        for &at in members {
            counts.offers[at].count(Rule::Certification, ends.meeting(offers[at].days_open));
        }
    }
    for (&class, members) in demand.classes.iter().filter(|((requires, _), _)| *requires != 0) {
        let ends = supply.ends(|at| denied(&offers[at].held, class));
        for &at in members {
            counts.demands[at].count(Rule::Certification, ends.meeting(demands[at].days_open));
        }
        // Not denied, but perhaps not on all the days.
        for (_, alike) in supply.classes.iter().filter(|(held, _)| !denied(held, class)) {
            for &o in alike {
                if columns.exact_standards && class.0 & !offers[o].sure[usize::from(class.1)] == 0 {
                    continue;
                }
                for &d in members {
                    if offers[o].meets_window(demands[d])
                        && !judge.certified(bucket.traded.offers[o], bucket.traded.demands[d])
                    {
                        counts.offers[o].count(Rule::Certification, 1);
                        counts.demands[d].count(Rule::Certification, 1);
                    }
                }
            }
        }
    }
    exclusions(judge, bucket, &mut counts);
    counts
}

/// Price, lot and score: of the pairs within reach that pass all before.
fn near(judge: &Judge, buckets: &Buckets, at: usize, bucket: &Bucket) -> Counts {
    let (market, columns) = (judge.market(), &judge.columns);
    // Sums of integers: the same in any order of the threads.
    let of_demands: Vec<[AtomicU32; 3]> = bucket.traded.demands.iter().map(|_| Default::default()).collect();
    let tasks: Vec<Task> = buckets.tasks_of(at).collect();
    let of_task = |task: &Task| -> Vec<Stopped> {
        let mut of_offers = Vec::with_capacity(task.offers.len());
        // Fetched once for all offers of a place, for they lie about in memory.
        let mut asked = Vec::new();
        buckets.visit(task, |place| {
            asked.clear();
            let near = place.neighbours.iter().map(|pair| bucket.traded.demands[pair.position as usize]);
            asked.extend(near.map(|demand| (demand, columns.asked[demand.index()].clone())));
            for &o in place.offers {
                let (offer, pairs) = (&columns.offered[o.index()], buckets.pairs(at, o));
                let mut stopped = Stopped::default();
                for (pair, (d, demand)) in place.neighbours.iter().zip(&asked) {
                    if !offer.meets_window(demand) {
                        continue;
                    }
                    let rule = if !offer.meets_price(demand) {
                        Rule::Price
                    } else if !offer.meets_lot(demand) {
                        Rule::Lot
                    } else if judge.least.micro() > 0 && pairs.joint(*pair) < judge.least {
                        Rule::Score
                    } else {
                        continue;
                    };
                    if demand.requires != 0 && !judge.certified(o, *d)
                        || offer.excluded && market.is_excluded(o, *d)
                    {
                        continue;
                    }
                    stopped.count(rule, 1);
                    let counts = &of_demands[pair.position as usize];
                    counts[rule as usize - Rule::Price as usize].fetch_add(1, Ordering::Relaxed);
                }
                of_offers.push(stopped);
            }
        });
        of_offers
    };
    let offers: Vec<Vec<Stopped>> = tasks.par_iter().map(of_task).collect();
    let demands = of_demands.into_iter().map(|counts| {
        let mut stopped = Stopped::default();
        for (rule, pairs) in [Rule::Price, Rule::Lot, Rule::Score].into_iter().zip(counts) {
            stopped.count(rule, pairs.into_inner());
        }
        stopped
    });
    Counts { offers: offers.concat(), demands: demands.collect() }
}

/// Moves the pairs of excluded parties, and pairs that are barred, from where they were counted.
fn exclusions(judge: &Judge, bucket: &Bucket, counts: &mut Counts) {
    let columns = &judge.columns;
    let market = judge.market();
    if bucket.traded.offers.iter().all(|o| !columns.offered[o.index()].excluded) {
        return;
    }
    let mut by_enterprise: Vec<(EnterpriseIx, usize, DemandIx)> = bucket
        .traded
        .demands
        .iter()
        .enumerate()
        .map(|(at, &demand)| (market.enterprise_of(demand), at, demand))
        .collect();
    by_enterprise.sort_unstable_by_key(|&(enterprise, _, demand)| (enterprise, demand));
    for (&o, of_offer) in bucket.traded.offers.iter().zip(&mut counts.offers) {
        let cooperative = columns.offered[o.index()].cooperative;
        let of_parties = columns.excluded(market, cooperative);
        let mut pairs: Vec<(usize, DemandIx)> = Vec::new();
        for &(_, enterprise) in of_parties {
            let from = by_enterprise.partition_point(|(other, ..)| *other < enterprise);
            let own = by_enterprise[from..].iter().take_while(|(other, ..)| *other == enterprise);
            pairs.extend(own.map(|&(_, at, d)| (at, d)));
        }
        for &(_, d) in columns.closed(market, o) {
            let enterprise = market.enterprise_of(d);
            let from = by_enterprise.partition_point(|&(other, _, demand)| (other, demand) < (enterprise, d));
            let own = by_enterprise[from..].first().filter(|(.., demand)| *demand == d);
            // Those of excluded parties are counted already.
            let own = own.filter(|_| of_parties.binary_search(&(cooperative, enterprise)).is_err());
            pairs.extend(own.map(|&(_, at, d)| (at, d)));
        }
        for (at, d) in pairs {
            let counted = if !judge.passes(Rule::Window, o, d) {
                Some(Rule::Window)
            } else if !judge.certified(o, d) {
                Some(Rule::Certification)
            } else {
                None
            };
            for stopped in [&mut *of_offer, &mut counts.demands[at]] {
                stopped.count(Rule::Excluded, 1);
                if let Some(rule) = counted {
                    stopped.0[rule as usize] -= 1;
                }
            }
        }
    }
}
