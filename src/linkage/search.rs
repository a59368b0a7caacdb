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
//! * **Two rounds.** The first finds the pairs (the lists of the places, and a bit a pair), the second scores them,
//!   many at once, right where they belong in the final arrays, so that no scored pair is ever copied.
//!
//! Tasks are runs of offers of one bucket, fixed by the data; a row is written by one task only: the result does not
//! depend on threads.
//!
//! # Complexity
//! O(offers + demands, sorted, + places of a product × demands in their slice + pairs within reach). Memory beside
//! the result: 8 bytes for each demand within reach of a place, and a bit a pair.

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

/// What one task finds, place by place.
#[derive(Debug, Default)]
struct Found {
    /// Of every place: how many offers, and how many demands reach it.
    places: Vec<(usize, usize)>,
    /// The demands that reach each place.
    neighbours: Vec<Neighbour>,
    /// Of every offer: a bit a neighbour, whether the pair passes every rule.
    passed: Vec<u64>,
    /// Of every offer: pairs that do.
    counts: Vec<usize>,
}

/// The offers of a task at one place, and the demands of their product that reach it, sorted.
pub(crate) struct Place<'a> {
    pub(crate) offers: &'a [OfferIx],
    pub(crate) offered: &'a [Offered],
    pub(crate) neighbours: &'a [Neighbour],
    /// The numbers of the neighbours: fetched once for all offers, for they lie about in memory.
    pub(crate) asked: &'a [Asked],
}

/// Where an offer's candidates go; scores in micro-units.
#[derive(Debug, Default)]
pub(crate) struct Row<'a> {
    pub(crate) demand: &'a mut [u32],
    pub(crate) joint: &'a mut [u32],
    pub(crate) cooperative: &'a mut [u32],
    pub(crate) enterprise: &'a mut [u32],
}

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
        self.visit(task, |place| {
            found.places.push((place.offers.len(), place.neighbours.len()));
            found.neighbours.extend_from_slice(place.neighbours);
            for (&ix, offer) in place.offers.iter().zip(place.offered) {
                let from = found.passed.len();
                let required = passing(offer, place.asked, &mut found.passed);
                let passed = &mut found.passed[from..];
                self.decide(task.bucket, ix, offer, required, &place, passed);
                found.counts.push(passed.iter().map(|bits| bits.count_ones() as usize).sum());
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
                let (pair, asked) = (&place.neighbours[at * 64 + bit], &place.asked[at * 64 + bit]);
                let excluded = || market.is_excluded(offer.cooperative, market.enterprise_of(pair.demand));
                let stopped = doubtful && !judge.certified(ix, pair.demand)
                    || offer.excluded && excluded()
                    || scored && pairs.joint(pair, asked) < judge.least;
                *bits &= !(u64::from(stopped) << bit);
            }
        }
    }

    /// The second round: scores, into the rows of a task's offers.
    fn fill(&self, task: &Task, found: &Found, rows: Vec<Row>) {
        let own = self.offered(task);
        let mut buffers = Buffers::default();
        let mut neighbours = &found.neighbours[..];
        let mut passed = &found.passed[..];
        let offers = &self.list[task.bucket].offers[task.offers.clone()];
        let mut offers = offers.iter().zip(&own).zip(rows);
        for &(here, reaching) in &found.places {
            let near;
            (near, neighbours) = neighbours.split_at(reaching);
            self.asked(near, &mut buffers.asked);
            buffers.locations.clear();
            buffers.locations.extend(near.iter().map(|pair| self.judge.scoring.location(pair.metres)));
            for ((&ix, offer), row) in offers.by_ref().take(here) {
                let bits;
                (bits, passed) = passed.split_at(reaching.div_ceil(64));
                self.pairs(task.bucket, ix, offer).fill(bits, near, row, &mut buffers);
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
        let mut start = vec![0; self.judge.market().offers().len() + 1];
        for (task, found) in tasks.iter().zip(&found) {
            for (offer, count) in self.list[task.bucket].offers[task.offers.clone()].iter().zip(&found.counts)
            {
                start[offer.index() + 1] = *count;
            }
        }
        for offer in 1..start.len() {
            start[offer] += start[offer - 1];
        }
        let count = start.last().copied().unwrap_or(0);
        let mut candidates = Candidates {
            start,
            demand: vec![0; count],
            joint: vec![0; count],
            cooperative: vec![0; count],
            enterprise: vec![0; count],
        };
        let mut rows = candidates.rows();
        let mut of_task = |task: &Task| -> Vec<Row> {
            let offers = &self.list[task.bucket].offers[task.offers.clone()];
            offers.iter().map(|offer| std::mem::take(&mut rows[offer.index()])).collect()
        };
        let rows: Vec<Vec<Row>> = tasks.iter().map(&mut of_task).collect();
        tasks.par_iter().zip(found).zip(rows).try_for_each(|((task, found), rows)| {
            step(task.offers.len())?;
            self.fill(task, &found, rows);
            Ok(())
        })?;
        Ok(candidates)
    }
}

impl Candidates {
    /// Every row apart.
    fn rows(&mut self) -> Vec<Row<'_>> {
        let mut rest = Row {
            demand: &mut self.demand,
            joint: &mut self.joint,
            cooperative: &mut self.cooperative,
            enterprise: &mut self.enterprise,
        };
        let mut cut = |count: usize| {
            let Row { demand, joint, cooperative, enterprise } = std::mem::take(&mut rest);
            let (demand, joint) = (demand.split_at_mut(count), joint.split_at_mut(count));
            let (cooperative, enterprise) = (cooperative.split_at_mut(count), enterprise.split_at_mut(count));
            rest = Row {
                demand: demand.1,
                joint: joint.1,
                cooperative: cooperative.1,
                enterprise: enterprise.1,
            };
            Row { demand: demand.0, joint: joint.0, cooperative: cooperative.0, enterprise: enterprise.0 }
        };
        self.start.windows(2).map(|ends| cut(ends[1] - ends[0])).collect()
    }
}

/// What the second round keeps from pair to pair.
#[derive(Debug, Default)]
struct Buffers {
    /// The numbers of the demands that reach the place, and the location criterion there.
    asked: Vec<Asked>,
    locations: Vec<f64>,
    /// Positions of those with which the offer passes.
    pairs: Vec<usize>,
    facts: Facts<LANES>,
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
    fn gather<'b, const N: usize>(
        &self,
        pairs: impl Iterator<Item = (DemandIx, &'b Asked, f64)> + Clone,
        facts: &mut Facts<N>,
    ) {
        let judge = self.judge;
        for (lane, (_, demand, location)) in pairs.clone().enumerate() {
            facts.set(lane, self.offer, demand);
            facts.location[lane] = location;
        }
        if self.offer.held != [0; 2] {
            for (lane, (d, ..)) in pairs.clone().enumerate().filter(|(_, (_, demand, _))| demand.prefers != 0)
            {
                facts.certification[lane] = judge.preferred(self.ix, d);
            }
        }
        if self.offer.seeks != 0 {
            for (lane, (d, ..)) in pairs.clone().enumerate() {
                facts.services[lane] = judge.provided(self.ix, d);
            }
        }
        if self.offer.related {
            let market = judge.market();
            for (lane, (d, ..)) in pairs.clone().enumerate() {
                facts.reliability[lane] = market.reliability(self.offer.cooperative, market.enterprise_of(d));
            }
        }
        if !self.bucket.fits.is_empty() {
            for (lane, (d, demand, _)) in pairs.enumerate() {
                facts.fit[lane] = if demand.substitutes { self.bucket.fit(d) } else { 1.0 };
            }
        }
    }

    /// The joint score of a pair that passes the other rules.
    pub(crate) fn joint(&self, pair: &Neighbour, demand: &Asked) -> Score {
        let scoring = &self.judge.scoring;
        let mut facts = Facts::<1>::default();
        self.gather(std::iter::once((pair.demand, demand, scoring.location(pair.metres))), &mut facts);
        scoring.scores(&scoring.values(self.offer, &facts), self.boosts).joint[0]
    }

    /// Scores the pairs whose bits are set into their row.
    fn fill(&self, passed: &[u64], near: &[Neighbour], row: Row, buffers: &mut Buffers) {
        let Buffers { asked, locations, pairs, facts } = buffers;
        pairs.clear();
        for (at, &bits) in passed.iter().enumerate() {
            set_bits(bits).for_each(|bit| pairs.push(at * 64 + bit));
        }
        // What the last offer has left where this one has nothing to say.
        facts.services = [1.0; LANES];
        facts.reliability = [Relation::UNKNOWN; LANES];
        for (at, pairs) in pairs.chunks(LANES).enumerate() {
            let here = at * LANES..at * LANES + pairs.len();
            for (demand, &pair) in row.demand[here.clone()].iter_mut().zip(pairs) {
                *demand = near[pair].demand.0;
            }
            self.gather(pairs.iter().map(|&pair| (near[pair].demand, &asked[pair], locations[pair])), facts);
            let scores = self.judge.scoring.many(self.offer, facts, self.boosts);
            for (column, scores) in [
                (&mut *row.joint, scores.joint),
                (&mut *row.cooperative, scores.cooperative),
                (&mut *row.enterprise, scores.enterprise),
            ] {
                column[here.clone()].iter_mut().zip(scores).for_each(|(micro, score)| *micro = score.micro());
            }
        }
    }
}

/// Appends a bit a demand, whether an offer passes the rules that numbers decide; gives all that these require.
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
