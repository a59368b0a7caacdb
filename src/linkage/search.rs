//! Finding and scoring the candidates.
//!
//! # Problem
//! All pairs of offers and demands that pass every rule, with their scores, as rows by offer, sorted by demand.
//!
//! # Method
//! * **Product.** Offers are put in buckets by product, each with the demands that accept it; no other pair is ever
//!   looked at. Offers of a bucket are sorted by place.
//! * **Place.** Offers of one product and place share one list of the demands that reach it (see `near`).
//! * **The other rules** are a few comparisons of numbers a pair (see `columns`), joined without a branch. Dates of
//!   certificates are looked up only where days can matter.
//! * **Two rounds.** The first finds the pairs, demand and metres. The second scores them, many at once, in the order
//!   of the final columns, so that no scored pair is ever copied.
//!
//! Tasks are runs of offers of one bucket, fixed by the data; a row is written by one task only: the result does not
//! depend on threads.
//!
//! # Complexity
//! O(offers + demands, sorted, + places of a product × demands in their slice + pairs within reach). Memory beside
//! the result: half of it.

use std::collections::HashMap;
use std::ops::Range;

use rayon::prelude::*;

use crate::error::Error;
use crate::id::{DemandIx, OfferIx};
use crate::linkage::Judge;
use crate::linkage::columns::{Asked, Offered};
use crate::linkage::near::{Near, Neighbour, Scratch};
use crate::linkage::score::{Facts, LANES};
use crate::market::{Market, Relation, and_ancestors};
use crate::units::{Metres, Score};

/// Offers of one bucket that one task takes.
const TASK: usize = 256;

/// A demand that accepts a product, and how well the product fits.
type Accepts = (DemandIx, f64);

/// The offers of one product, the demands that accept it, and where these are.
#[derive(Debug)]
pub(crate) struct Bucket {
    /// Sorted by place, then by index.
    pub(crate) offers: Vec<OfferIx>,
    /// Sorted.
    pub(crate) demands: Vec<DemandIx>,
    /// How well the product fits where it is a substitute, sorted.
    fits: Vec<Accepts>,
    near: Near,
}

impl Bucket {
    /// How well the product fits a demand of the bucket.
    fn fit(&self, demand: DemandIx) -> f64 {
        let at = self.fits.binary_search_by_key(&demand, |(demand, _)| *demand);
        at.map_or(1.0, |at| self.fits[at].1)
    }
}

/// The buckets of a market: one for every product offered.
#[derive(Debug)]
pub(crate) struct Buckets<'a> {
    judge: &'a Judge,
    pub(crate) list: Vec<Bucket>,
}

/// A run of a bucket's offers.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    pub(crate) bucket: usize,
    pub(crate) offers: Range<usize>,
}

/// What one task finds: the pairs of its offers that pass every rule, one offer after the other.
#[derive(Debug, Default)]
struct Found {
    pairs: Vec<Neighbour>,
    counts: Vec<usize>,
}

/// Where an offer's pairs are.
#[derive(Clone, Debug, Default)]
struct Whereabouts {
    task: usize,
    pairs: Range<usize>,
}

/// The offers of a task at one place, and the demands of their product that reach it, sorted.
pub(crate) struct Place<'a> {
    pub(crate) offers: &'a [OfferIx],
    pub(crate) offered: &'a [Offered],
    pub(crate) neighbours: &'a [Neighbour],
    /// The numbers of the neighbours: fetched once for all offers, for they lie about in memory.
    pub(crate) asked: &'a [Asked],
}

/// Demands and scores of some candidates, to be filled: demand, joint, cooperative's, enterprise's.
struct Piece<'a>([&'a mut [u32]; 4]);

/// The candidates, row by row; scores in micro-units.
#[derive(Debug, Default)]
pub(crate) struct Candidates {
    pub(crate) start: Vec<usize>,
    pub(crate) demand: Vec<u32>,
    pub(crate) joint: Vec<u32>,
    pub(crate) cooperative: Vec<u32>,
    pub(crate) enterprise: Vec<u32>,
}

impl<'a> Buckets<'a> {
    pub(crate) fn build(judge: &'a Judge) -> Self {
        let market = judge.market();
        let (asked, offered) = rayon::join(|| asked(market), || offered(market));
        let list = offered.into_par_iter().map(|(path, mut offers)| {
            let ground = &judge.columns.ground;
            offers.sort_by_key(|offer| ground.offers[offer.index()]);
            let accepting = accepting(path, &asked);
            let demands: Vec<DemandIx> = accepting.iter().map(|(demand, _)| *demand).collect();
            let near = Near::build(&judge.columns, &demands, judge.policy().road_factor);
            let fits = accepting.into_iter().filter(|(_, fit)| *fit < 1.0).collect();
            Bucket { offers, demands, fits, near }
        });
        Self { judge, list: list.collect() }
    }

    /// The offers of a bucket, cut into tasks.
    pub(crate) fn tasks_of(&self, bucket: usize) -> impl Iterator<Item = Task> + use<> {
        let count = self.list[bucket].offers.len();
        (0..count).step_by(TASK).map(move |from| Task { bucket, offers: from..count.min(from + TASK) })
    }

    /// What scores the pairs of an offer of a bucket.
    pub(crate) fn pairs<'b>(&'b self, bucket: usize, ix: OfferIx, offer: &'b Offered) -> Pairs<'b> {
        Pairs { judge: self.judge, bucket: &self.list[bucket], ix, offer, boosts: self.judge.boosts(ix) }
    }

    /// The numbers of a task's offers: fetched at once, for they lie about in memory.
    fn offered(&self, task: &Task) -> Vec<Offered> {
        let offers = self.list[task.bucket].offers[task.offers.clone()].iter();
        offers.map(|offer| self.judge.columns.offered[offer.index()].clone()).collect()
    }

    /// The offers of a task, place by place.
    pub(crate) fn visit(&self, task: &Task, mut each: impl FnMut(Place)) {
        let bucket = &self.list[task.bucket];
        let columns = &self.judge.columns;
        let mut scratch = Scratch::default();
        let mut asked = Vec::new();
        let own = self.offered(task);
        let mut offered = &own[..];
        let spot = |offer: &OfferIx| columns.ground.offers[offer.index()];
        for offers in bucket.offers[task.offers.clone()].chunk_by(|a, b| spot(a) == spot(b)) {
            let within = |metres: Metres, limit: f64| self.judge.within(metres, limit);
            bucket.near.reaching(columns, &bucket.demands, spot(&offers[0]), within, &mut scratch);
            let neighbours = &scratch.neighbours[..];
            self.asked(neighbours, &mut asked);
            let here;
            (here, offered) = offered.split_at(offers.len());
            each(Place { offers, offered: here, neighbours, asked: &asked });
        }
    }

    fn asked(&self, neighbours: &[Neighbour], asked: &mut Vec<Asked>) {
        asked.clear();
        let columns = &self.judge.columns;
        asked.extend(neighbours.iter().map(|neighbour| columns.asked[neighbour.demand.index()].clone()));
    }

    /// The first round: the pairs that pass every rule.
    fn find(&self, task: &Task) -> Found {
        let mut found = Found::default();
        let mut passed = Vec::new();
        self.visit(task, |place| {
            for (&ix, offer) in place.offers.iter().zip(place.offered) {
                passed.clear();
                let required = passing(offer, place.asked, &mut passed);
                self.decide(task.bucket, ix, offer, required, &place, &mut passed);
                let before = found.pairs.len();
                for (&bits, neighbours) in passed.iter().zip(place.neighbours.chunks(64)) {
                    set_bits(bits).for_each(|bit| found.pairs.push(neighbours[bit]));
                }
                found.counts.push(found.pairs.len() - before);
            }
        });
        found
    }

    /// Takes out the pairs that only dates, names or scores stop. `required` is all that the pairs require.
    fn decide(
        &self,
        bucket: usize,
        ix: OfferIx,
        offer: &Offered,
        required: u64,
        place: &Place,
        passed: &mut [u64],
    ) {
        let (judge, market) = (self.judge, self.judge.market());
        let unsure = (offer.held[0] & !offer.sure[0]) | (offer.held[1] & !offer.sure[1]);
        let doubtful = required & unsure != 0 || (required != 0 && !judge.columns.exact_standards);
        let scored = judge.least.micro() > 0;
        if !(doubtful || offer.excluded || scored) {
            return;
        }
        let pairs = self.pairs(bucket, ix, offer);
        for (at, bits) in passed.iter_mut().enumerate() {
            for bit in set_bits(*bits) {
                let pair = &place.neighbours[at * 64 + bit];
                let excluded = || market.is_excluded(offer.cooperative, market.enterprise_of(pair.demand));
                let stopped = doubtful && !judge.certified(ix, pair.demand)
                    || offer.excluded && excluded()
                    || scored && pairs.joint(*pair) < judge.least;
                *bits &= !(u64::from(stopped) << bit);
            }
        }
    }

    /// All candidates. `step` is told after every task how many offers it had; each offer is told twice.
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
            for (offer, count) in self.list[task.bucket].offers[task.offers.clone()].iter().zip(&found.counts)
            {
                offers[offer.index()] = Whereabouts { task: at, pairs: start..start + count };
                start += count;
            }
        }
        let mut candidates = Candidates::of(offers.iter().map(|offer| offer.pairs.len()));
        let pieces = candidates.pieces();
        // The second round: scores, in the order of the final columns, which are long and written once.
        pieces.into_par_iter().zip(offers.par_chunks(TASK)).enumerate().try_for_each(
            |(at, (mut piece, offers))| {
                step(offers.len())?;
                // All pairs first, then all scores: the pairs lie about in memory, and are fetched many at a time.
                let mut pairs = Vec::with_capacity(offers.iter().map(|offer| offer.pairs.len()).sum());
                for offer in offers {
                    pairs.extend_from_slice(&found[offer.task].pairs[offer.pairs.clone()]);
                }
                let (mut pairs, mut facts) = (&pairs[..], Facts::default());
                for (ix, offer) in (at * TASK..).map(OfferIx::at).zip(offers) {
                    let row = piece.cut(offer.pairs.len());
                    let own;
                    (own, pairs) = pairs.split_at(offer.pairs.len());
                    let numbers = &self.judge.columns.offered[ix.index()];
                    self.pairs(tasks[offer.task].bucket, ix, numbers).fill(own, row, &mut facts);
                }
                Ok(())
            },
        )?;
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
        let [demand, joint, cooperative, enterprise] = [(); 4].map(|()| vec![0; count]);
        Self { start, demand, joint, cooperative, enterprise }
    }

    /// The columns cut after every so many offers as a task has.
    fn pieces(&mut self) -> Vec<Piece<'_>> {
        let mut rest = Piece(
            [&mut self.demand, &mut self.joint, &mut self.cooperative, &mut self.enterprise]
                .map(|c| &mut c[..]),
        );
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

/// Scores the pairs of one offer.
pub(crate) struct Pairs<'a> {
    judge: &'a Judge,
    bucket: &'a Bucket,
    ix: OfferIx,
    offer: &'a Offered,
    boosts: &'a [f64],
}

impl Pairs<'_> {
    /// What pairs are scored by; most offers hold nothing, seek nothing and know nobody.
    #[inline]
    fn gather<const N: usize>(&self, pairs: &[Neighbour], facts: &mut Facts<N>) {
        let judge = self.judge;
        let asked = &judge.columns.asked;
        for (lane, pair) in pairs.iter().enumerate() {
            facts.set(lane, self.offer, &asked[pair.demand.index()]);
            facts.metres[lane] = f64::from(pair.metres.0);
        }
        if self.offer.held != [0; 2] {
            for (lane, pair) in pairs.iter().enumerate() {
                if asked[pair.demand.index()].prefers != 0 {
                    facts.certification[lane] = judge.preferred(self.ix, pair.demand);
                }
            }
        }
        if self.offer.seeks != 0 {
            for (lane, pair) in pairs.iter().enumerate() {
                facts.services[lane] = judge.provided(self.ix, pair.demand);
            }
        }
        if self.offer.related {
            let market = judge.market();
            for (lane, pair) in pairs.iter().enumerate() {
                let enterprise = market.enterprise_of(pair.demand);
                facts.reliability[lane] = market.reliability(self.offer.cooperative, enterprise);
            }
        }
        if !self.bucket.fits.is_empty() {
            for (lane, pair) in pairs.iter().enumerate() {
                let substitutes = asked[pair.demand.index()].substitutes;
                facts.fit[lane] = if substitutes { self.bucket.fit(pair.demand) } else { 1.0 };
            }
        }
    }

    /// The joint score of a pair that passes the other rules.
    pub(crate) fn joint(&self, pair: Neighbour) -> Score {
        let scoring = &self.judge.scoring;
        let mut facts = Facts::<1>::default();
        self.gather(&[pair], &mut facts);
        scoring.scores(&scoring.values(self.offer, &facts), self.boosts).joint[0]
    }

    /// Scores the pairs that pass into their row.
    fn fill(&self, pairs: &[Neighbour], row: Piece, facts: &mut Facts<LANES>) {
        let Piece([demands, joint, cooperative, enterprise]) = row;
        // What the last offer has left where this one has nothing to say.
        facts.fit = [1.0; LANES];
        facts.services = [1.0; LANES];
        facts.reliability = [Relation::UNKNOWN; LANES];
        for (at, pairs) in pairs.chunks(LANES).enumerate() {
            let here = at * LANES..at * LANES + pairs.len();
            for (demand, pair) in demands[here.clone()].iter_mut().zip(pairs) {
                *demand = pair.demand.0;
            }
            self.gather(pairs, facts);
            let scores = self.judge.scoring.many(self.offer, facts, self.boosts);
            for (column, scores) in [
                (&mut *joint, scores.joint),
                (&mut *cooperative, scores.cooperative),
                (&mut *enterprise, scores.enterprise),
            ] {
                column[here.clone()].iter_mut().zip(scores).for_each(|(micro, score)| *micro = score.micro());
            }
        }
    }
}

/// Appends a bit a demand, whether an offer passes the rules that numbers decide; gives all that these require.
#[expect(clippy::needless_bitwise_bool, reason = "which condition fails is as good as random: no branches")]
fn passing(offer: &Offered, asked: &[Asked], passed: &mut Vec<u64>) -> u64 {
    let mut required = 0;
    passed.extend(asked.chunks(64).map(|block| {
        block.iter().enumerate().fold(0, |bits, (bit, demand)| {
            let passes = offer.meets_window(demand)
                & (demand.requires & !offer.held[usize::from(demand.open)] == 0)
                & offer.meets_price(demand)
                & offer.meets_lot(demand);
            required |= if passes { demand.requires } else { 0 };
            bits | u64::from(passes) << bit
        })
    }));
    required
}

/// Positions of the bits that are set, ascending.
fn set_bits(mut bits: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        (bits != 0).then(|| {
            let bit = bits.trailing_zeros() as usize;
            bits &= bits - 1;
            bit
        })
    })
}

/// The product paths asked for, each with the demands, sorted.
fn asked(market: &Market) -> HashMap<&str, Vec<Accepts>> {
    let mut asked: HashMap<&str, Vec<Accepts>> = HashMap::new();
    for (d, demand) in market.demands().iter().enumerate() {
        let own = std::iter::once((demand.product.as_str(), 1.0));
        for (path, fit) in own.chain(demand.substitutes.iter().map(|s| (s.product.as_str(), s.fit))) {
            asked.entry(path).or_default().push((DemandIx::at(d), fit));
        }
    }
    asked
}

/// The products offered, each with its offers, in order of the first offer.
fn offered(market: &Market) -> Vec<(&str, Vec<OfferIx>)> {
    let mut known: HashMap<&str, usize> = HashMap::new();
    let mut products: Vec<(&str, Vec<OfferIx>)> = Vec::new();
    for (o, offer) in market.offers().iter().enumerate() {
        let at = *known.entry(&offer.product).or_insert_with(|| {
            products.push((&offer.product, Vec::new()));
            products.len() - 1
        });
        products[at].1.push(OfferIx::at(o));
    }
    products
}

/// Demands for the path or what it lies below, sorted, each with its best fit.
fn accepting(path: &str, asked: &HashMap<&str, Vec<Accepts>>) -> Vec<Accepts> {
    let lists = and_ancestors(path).filter_map(|broad| asked.get(broad));
    let mut demands: Vec<Accepts> = lists.flatten().copied().collect();
    demands.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
    demands.dedup_by_key(|(demand, _)| *demand);
    demands
}
