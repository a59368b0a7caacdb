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
//! * **Two rounds.** The first finds the pairs (demand and metres), the second scores them right where they belong
//!   in the final arrays, so that no list of scored pairs exists twice.
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
use crate::linkage::columns::Offered;
use crate::linkage::near::{Near, Neighbour, Scratch};
use crate::linkage::score::{Facts, LANES, Lanes, nothing_of};
use crate::market::{Market, and_ancestors};
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

/// What one task finds: pairs of its offers, one offer after the other.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pairs: Vec<Neighbour>,
    counts: Vec<usize>,
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
        let holds = offer.held != [0; 2];
        Pairs {
            judge: self.judge,
            bucket: &self.list[bucket],
            ix,
            offer,
            holds,
            boosts: self.judge.boosts(ix),
        }
    }

    /// The numbers of a task's offers: fetched at once, for they lie about in memory.
    fn offered(&self, task: &Task) -> Vec<Offered> {
        let offers = self.list[task.bucket].offers[task.offers.clone()].iter();
        offers.map(|offer| self.judge.columns.offered[offer.index()].clone()).collect()
    }

    /// The offers of a task, each with the demands of its product that reach it, sorted.
    pub(crate) fn visit(&self, task: &Task, mut each: impl FnMut(OfferIx, &Offered, &[Neighbour])) {
        let bucket = &self.list[task.bucket];
        let columns = &self.judge.columns;
        let mut scratch = Scratch::default();
        let mut last = None;
        for (&offer, offered) in bucket.offers[task.offers.clone()].iter().zip(&self.offered(task)) {
            let spot = columns.ground.offers[offer.index()];
            if last != Some(spot) {
                let within = |metres: Metres, limit: f64| self.judge.within(metres, limit);
                bucket.near.reaching(columns, &bucket.demands, spot, within, &mut scratch);
                last = Some(spot);
            }
            each(offer, offered, &scratch.neighbours);
        }
    }

    /// The first round: the pairs that pass every rule.
    fn find(&self, task: &Task) -> Found {
        let mut found = Found::default();
        let mut passed = Vec::new();
        self.visit(task, |ix, offer, neighbours| {
            self.passing(task.bucket, ix, offer, neighbours, &mut passed);
            found.pairs.extend_from_slice(&passed);
            found.counts.push(passed.len());
        });
        found
    }

    /// Of the demands that reach an offer those with which it passes every rule.
    fn passing(
        &self,
        bucket: usize,
        ix: OfferIx,
        offer: &Offered,
        neighbours: &[Neighbour],
        passed: &mut Vec<Neighbour>,
    ) {
        let judge = self.judge;
        let (columns, market) = (&judge.columns, judge.market());
        passed.clear();
        passed.extend_from_slice(neighbours);
        // Appended without a branch.
        let mut count = 0;
        let mut doubtful = !columns.exact_standards;
        for neighbour in neighbours {
            let demand = &columns.asked[neighbour.demand.index()];
            let open = usize::from(demand.open);
            let passes = offer.meets_window(demand)
                & (demand.requires & !offer.held[open] == 0)
                & offer.meets_price(demand)
                & offer.meets_lot(demand);
            passed[count] = *neighbour;
            count += usize::from(passes);
            doubtful |= passes & (demand.requires & !offer.sure[open] != 0);
        }
        passed.truncate(count);
        if doubtful {
            passed.retain(|pair| judge.certified(ix, pair.demand));
        }
        if offer.excluded {
            passed.retain(|pair| !market.is_excluded(offer.cooperative, market.enterprise_of(pair.demand)));
        }
        if judge.least.micro() > 0 {
            let pairs = self.pairs(bucket, ix, offer);
            passed.retain(|pair| pairs.joint(pair) >= judge.least);
        }
    }

    /// The second round: scores, into the rows of a task's offers.
    fn fill(&self, task: &Task, found: &Found, rows: Vec<Row>) {
        let mut lanes = Lanes::default();
        let mut from = 0;
        let offers = &self.list[task.bucket].offers[task.offers.clone()];
        let own = self.offered(task);
        for (((&ix, offer), &count), row) in offers.iter().zip(&own).zip(&found.counts).zip(rows) {
            self.pairs(task.bucket, ix, offer).fill(&found.pairs[from..from + count], row, &mut lanes);
            from += count;
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

/// Scores the pairs of one offer.
pub(crate) struct Pairs<'a> {
    judge: &'a Judge,
    bucket: &'a Bucket,
    ix: OfferIx,
    offer: &'a Offered,
    /// Whether it is certified for anything.
    holds: bool,
    boosts: &'a [f64],
}

impl Pairs<'_> {
    #[expect(clippy::inline_always, reason = "the facts go lane by lane, not through memory: measured")]
    #[inline(always)]
    fn facts(&self, pair: &Neighbour) -> Facts {
        let demand = &self.judge.columns.asked[pair.demand.index()];
        let mut facts = Facts {
            metres: f64::from(pair.metres.0),
            shared: self.offer.shared(demand),
            certification: nothing_of(demand.prefers),
            ..Facts::of(demand)
        };
        if self.holds && demand.prefers != 0 {
            facts.certification = self.judge.preferred(self.ix, pair.demand);
        }
        if self.offer.seeks != 0 {
            facts.services = self.judge.provided(self.ix, pair.demand);
        }
        if self.offer.related {
            facts.reliability = self.judge.market().reliability(self.offer.cooperative, demand.enterprise);
        }
        if demand.substitutes {
            facts.fit = self.bucket.fit(pair.demand);
        }
        facts
    }

    /// The joint score of a pair that passes the other rules.
    pub(crate) fn joint(&self, pair: &Neighbour) -> Score {
        let scoring = &self.judge.scoring;
        scoring.scores(&scoring.values(self.offer, &self.facts(pair)), self.boosts).joint
    }

    /// Scores all pairs into their row.
    fn fill(&self, pairs: &[Neighbour], row: Row, lanes: &mut Lanes) {
        for (at, pairs) in pairs.chunks(LANES).enumerate() {
            let here = at * LANES..at * LANES + pairs.len();
            for ((lane, pair), demand) in pairs.iter().enumerate().zip(&mut row.demand[here.clone()]) {
                *demand = pair.demand.0;
                lanes.set(lane, &self.facts(pair));
            }
            let [joint, cooperative, enterprise] = self.judge.scoring.many(self.offer, lanes, self.boosts);
            row.joint[here.clone()].copy_from_slice(&joint[..pairs.len()]);
            row.cooperative[here.clone()].copy_from_slice(&cooperative[..pairs.len()]);
            row.enterprise[here].copy_from_slice(&enterprise[..pairs.len()]);
        }
    }
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
