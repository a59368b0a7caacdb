//! Finding and scoring the candidates.
//!
//! # Problem
//! All pairs of offers and demands that pass every rule, with their scores, as rows by offer, sorted by demand.
//!
//! # Method
//! * **Product.** Offers are put in buckets by product, each with the demands that accept it; no other pair is ever
//!   looked at. Offers of a bucket are sorted by place.
//! * **Place.** Offers of one product and place share one list of the demands that reach it (see `near`).
//! * **The other rules and the scores** are a few comparisons, products and sums of numbers a pair, several pairs at
//!   once (see `joint`). Dates of certificates are looked up only where days can matter.
//! * **Two rounds.** The first finds rows by product, whose demands stay at hand. The second puts each where its
//!   offer has it in the final columns, which are long and written once.
//!
//! Tasks are runs of offers of one bucket, fixed by the data; a row is written by one task only: the result does not
//! depend on threads.
//!
//! # Complexity
//! O(offers + demands, sorted, + places of a product × demands in their slice + pairs within reach). Memory beside
//! the result: as much again.

use std::ops::Range;

use rayon::prelude::*;

use crate::error::Error;
use crate::id::{DemandIx, OfferIx};
use crate::linkage::Judge;
use crate::linkage::columns::Offered;
use crate::linkage::joint::{Block, LANES, Own, Rated, Shares, Terms};
use crate::linkage::near::{Near, Neighbour, Scratch};
use crate::market::numbers::Traded;
use crate::units::{Metres, Score};

/// Offers of one bucket that one task takes.
const TASK: usize = 256;

/// The offers of one product, the demands that accept it, and where these are.
#[derive(Debug)]
pub(crate) struct Bucket<'a> {
    pub(crate) traded: &'a Traded,
    /// What each of the demands gives the scores.
    terms: Vec<Terms>,
    near: Near,
}

/// The buckets of a market: one for every product offered.
#[derive(Debug)]
pub(crate) struct Buckets<'a> {
    judge: &'a Judge,
    shares: Shares<'a>,
    pub(crate) list: Vec<Bucket<'a>>,
}

/// A run of a bucket's offers.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    pub(crate) bucket: usize,
    pub(crate) offers: Range<usize>,
}

/// What one task finds: the candidates of its offers, one offer after the other.
#[derive(Debug, Default)]
struct Found {
    demand: Vec<u32>,
    joint: Vec<u32>,
    counts: Vec<usize>,
}

/// Where an offer's candidates are.
#[derive(Clone, Debug, Default)]
struct Whereabouts {
    task: usize,
    row: Range<usize>,
}

/// The offers of a task at one place, and the demands of their product that reach it, sorted.
pub(crate) struct Place<'a> {
    pub(crate) offers: &'a [OfferIx],
    pub(crate) neighbours: &'a [Neighbour],
}

/// Demands and joint scores of some candidates, to be filled.
struct Piece<'a>([&'a mut [u32]; 2]);

/// The candidates, row by row; joint scores in micro-units.
#[derive(Debug, Default)]
pub(crate) struct Candidates {
    pub(crate) start: Vec<usize>,
    pub(crate) demand: Vec<u32>,
    pub(crate) joint: Vec<u32>,
}

impl<'a> Buckets<'a> {
    pub(crate) fn build(judge: &'a Judge) -> Self {
        let (numbers, columns) = (judge.market().numbers(), &judge.columns);
        let shares = Shares::of(&judge.scoring);
        let bucket = |traded: &'a Traded| {
            let near =
                Near::build(columns, &numbers.demand_point, &traded.demands, judge.policy().road_factor);
            let terms = traded.demands.iter().zip(&traded.fits).map(|(&demand, &fit)| {
                let at = demand.index();
                shares.terms(demand, &columns.asked[at], numbers.provides[at], fit)
            });
            Bucket { traded, terms: terms.collect(), near }
        };
        let list = numbers.products.par_iter().map(bucket).collect();
        Self { judge, shares, list }
    }

    /// The offers of a bucket, cut into tasks.
    pub(crate) fn tasks_of(&self, bucket: usize) -> impl Iterator<Item = Task> + use<> {
        let count = self.list[bucket].traded.offers.len();
        (0..count).step_by(TASK).map(move |from| Task { bucket, offers: from..count.min(from + TASK) })
    }

    /// What scores the pairs of an offer of a bucket.
    pub(crate) fn pairs(&self, bucket: usize, ix: OfferIx) -> Pairs<'_> {
        let judge = self.judge;
        let offer = &judge.columns.offered[ix.index()];
        Pairs { judge, shares: &self.shares, bucket: &self.list[bucket], ix, offer }
    }

    /// The offers of a task, place by place.
    pub(crate) fn visit(&self, task: &Task, mut each: impl FnMut(Place)) {
        let bucket = &self.list[task.bucket];
        let columns = &self.judge.columns;
        let points = &self.judge.market().numbers().offer_point;
        let mut scratch = Scratch::default();
        let spot = |offer: &OfferIx| points[offer.index()];
        for offers in bucket.traded.offers[task.offers.clone()].chunk_by(|a, b| spot(a) == spot(b)) {
            let within = |metres: Metres, limit: f64| self.judge.within(metres, limit);
            bucket.near.reaching(columns, bucket.terms.len(), spot(&offers[0]), within, &mut scratch);
            each(Place { offers, neighbours: &scratch.neighbours });
        }
    }

    /// The candidates of a task's offers.
    fn find(&self, task: &Task) -> Found {
        let bucket = &self.list[task.bucket];
        // About what one finds in a country.
        let room = task.offers.len() * 64;
        let mut found = Found {
            demand: Vec::with_capacity(room),
            joint: Vec::with_capacity(room),
            counts: Vec::with_capacity(task.offers.len()),
        };
        let mut blocks = Vec::new();
        // Taken at once, for they lie about in memory.
        let offers = bucket.traded.offers[task.offers.clone()].iter();
        let own: Vec<Own> = offers
            .map(|&ix| {
                let offer = &self.judge.columns.offered[ix.index()];
                self.shares.own(offer, self.judge.boosts(ix))
            })
            .collect();
        let mut own = own.iter();
        self.visit(task, |place| {
            self.shares.blocks(&bucket.terms, place.neighbours, &mut blocks);
            for (&ix, own) in place.offers.iter().zip(own.by_ref()) {
                self.pairs(task.bucket, ix).find(own, place.neighbours, &blocks, &mut found);
            }
        });
        found
    }

    /// All candidates. `step` is told after every task how many offers it had.
    pub(crate) fn candidates(
        &self,
        step: impl Fn(usize) -> Result<(), Error> + Sync,
    ) -> Result<Candidates, Error> {
        let tasks: Vec<Task> = (0..self.list.len()).flat_map(|bucket| self.tasks_of(bucket)).collect();
        let find = |task: &Task| {
            step(task.offers.len())?;
            Ok(self.find(task))
        };
        let found: Vec<Found> = tasks.par_iter().map(find).collect::<Result<_, Error>>()?;
        let mut offers = vec![Whereabouts::default(); self.judge.market().offers().len()];
        for (at, (task, found)) in tasks.iter().zip(&found).enumerate() {
            let mut start = 0;
            for (offer, count) in
                self.list[task.bucket].traded.offers[task.offers.clone()].iter().zip(&found.counts)
            {
                offers[offer.index()] = Whereabouts { task: at, row: start..start + count };
                start += count;
            }
        }
        let mut candidates = Candidates::of(offers.iter().map(|offer| offer.row.len()));
        // Rows are found by product, and kept by offer.
        candidates.pieces().into_par_iter().zip(offers.par_chunks(TASK)).for_each(|(mut piece, offers)| {
            for offer in offers {
                let Piece([demand, joint]) = piece.cut(offer.row.len());
                demand.copy_from_slice(&found[offer.task].demand[offer.row.clone()]);
                joint.copy_from_slice(&found[offer.task].joint[offer.row.clone()]);
            }
        });
        Ok(candidates)
    }
}

impl Candidates {
    /// Rows of so many candidates each, still empty.
    fn of(counts: impl Iterator<Item = usize>) -> Self {
        let mut start = vec![0];
        let mut count = 0;
        start.extend(counts.map(|row| {
            count += row;
            count
        }));
        let [demand, joint] = [(); 2].map(|()| vec![0; count]);
        Self { start, demand, joint }
    }

    /// The columns cut after every so many offers as a task has.
    fn pieces(&mut self) -> Vec<Piece<'_>> {
        let mut rest = Piece([&mut self.demand, &mut self.joint].map(|c| &mut c[..]));
        let offers = self.start.len() - 1;
        let starts = (0..offers).step_by(TASK);
        starts.map(|from| rest.cut(self.start[offers.min(from + TASK)] - self.start[from])).collect()
    }
}

impl<'a> Piece<'a> {
    /// Takes so many candidates from the front.
    fn cut(&mut self, count: usize) -> Piece<'a> {
        Piece(self.0.each_mut().map(|column| {
            let (front, rest) = std::mem::take(column).split_at_mut(count);
            *column = rest;
            front
        }))
    }
}

/// The pairs of one offer with the demands of its product.
pub(crate) struct Pairs<'a> {
    judge: &'a Judge,
    shares: &'a Shares<'a>,
    bucket: &'a Bucket<'a>,
    ix: OfferIx,
    offer: &'a Offered,
}

impl Pairs<'_> {
    fn demand(&self, pair: Neighbour) -> DemandIx {
        self.bucket.traded.demands[pair.position as usize]
    }

    fn terms(&self, pair: Neighbour) -> &Terms {
        &self.bucket.terms[pair.position as usize]
    }

    /// The joint score of a pair that passes the other rules, by definition.
    pub(crate) fn joint(&self, pair: Neighbour) -> Score {
        let (judge, demand) = (self.judge, self.demand(pair));
        let fit = self.bucket.traded.fits[pair.position as usize];
        judge.scores_at(self.ix, demand, fit, pair.metres).joint
    }

    /// Appends the candidates among the neighbours of the offer's place.
    fn find(&self, own: &Own, neighbours: &[Neighbour], blocks: &[Block], found: &mut Found) {
        let (offer, columns) = (self.offer, &self.judge.columns);
        let held = offer.held != [0; 2];
        // Standards that only dates or lists decide, by whether market equivalents are taken.
        let exact = if columns.exact_standards { u64::MAX } else { 0 };
        let unsure = [0, 1].map(|open| offer.held[open] & !(offer.sure[open] & exact));
        let denies = offer.held[0] != offer.held[1] || unsure != [0; 2];
        let looked_at = denies || offer.excluded || !columns.exact_prices;
        let least = self.judge.least.micro();
        let before = found.demand.len();
        let room = before + blocks.len() * LANES;
        found.demand.resize(room, 0);
        found.joint.resize(room, 0);
        let mut end = before;
        for (block, near) in blocks.iter().zip(neighbours.chunks(LANES)) {
            let mut rated = block.rate(self.shares, own);
            if looked_at {
                self.stop(near, &unsure, &mut rated);
            }
            if held {
                self.certify(near, &unsure, &mut rated);
            }
            if offer.seeks != 0 {
                self.serve(near, own, &mut rated);
            }
            if offer.related {
                self.acquaint(near, &mut rated);
            }
            let (mut micro, doubtful) = Shares::rounded(own, &rated);
            if doubtful.iter().fold(0, |any, lane| any | lane) != 0 {
                for (lane, &pair) in near.iter().enumerate().filter(|(lane, _)| doubtful[*lane] != 0) {
                    micro[lane] = self.joint(pair).micro();
                }
            }
            // Appended without a branch.
            for ((&demand, micro), passes) in block.demand.iter().zip(micro).zip(rated.passes) {
                found.demand[end] = demand;
                found.joint[end] = micro;
                end += usize::from(micro >= least) * usize::from(passes != 0);
            }
        }
        found.demand.truncate(end);
        found.joint.truncate(end);
        found.counts.push(end - before);
    }

    /// Takes out the pairs that only dates, names or large prices stop.
    fn stop(&self, near: &[Neighbour], unsure: &[u64; 2], rated: &mut Rated) {
        let (judge, market, offer) = (self.judge, self.judge.market(), self.offer);
        for (&pair, passes) in near.iter().zip(&mut rated.passes).filter(|(_, passes)| **passes != 0) {
            let (terms, demand) = (self.terms(pair), self.demand(pair));
            let open = usize::from(terms.open);
            let stopped = terms.requires & !offer.held[open] != 0
                || terms.requires & unsure[open] != 0 && !judge.certified(self.ix, demand)
                || offer.excluded && market.is_excluded(self.ix, demand)
                || !judge.columns.exact_prices && !offer.meets_price(&judge.columns.asked[demand.index()]);
            *passes &= if stopped { 0 } else { u64::MAX };
        }
    }

    /// Counts the standards preferred and held.
    fn certify(&self, near: &[Neighbour], unsure: &[u64; 2], rated: &mut Rated) {
        for (lane, &pair) in near.iter().enumerate() {
            let terms = self.terms(pair);
            let open = usize::from(terms.open);
            if terms.prefers & unsure[open] == 0 {
                let both = terms.prefers & self.offer.held[open];
                rated.value[lane] += f64::from(both.count_ones()) * terms.by_preferred;
            } else if rated.passes[lane] != 0 {
                let share = self.judge.preferred(self.ix, self.demand(pair));
                rated.value[lane] += self.shares.certified(share);
            }
        }
    }

    /// Counts the services sought and provided.
    fn serve(&self, near: &[Neighbour], own: &Own, rated: &mut Rated) {
        if self.judge.market().numbers().exact_services {
            let mut provides = [0; LANES];
            near.iter().zip(&mut provides).for_each(|(&pair, bits)| *bits = self.terms(pair).provides);
            own.serve(&provides, rated);
        } else {
            for (&pair, value) in near.iter().zip(&mut rated.value) {
                *value += self.shares.served(self.judge.provided(self.ix, self.demand(pair)));
            }
        }
    }

    /// Counts the reliability of those who know each other.
    fn acquaint(&self, near: &[Neighbour], rated: &mut Rated) {
        let market = self.judge.market();
        for (&pair, value) in near.iter().zip(&mut rated.value) {
            let enterprise = market.enterprise_of(self.demand(pair));
            *value +=
                self.shares.known(self.judge.columns.reliability(market, self.offer.cooperative, enterprise));
        }
    }
}
