//! The linkage: every pair that could trade, with its scores; for all others the rule that stops them.

mod certified;
mod distance;
mod graph;
mod holdings;
mod rules;
mod score;
mod search;

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use rayon::prelude::*;

pub use graph::Node;
pub use rules::Rule;

pub(crate) use certified::{CertifiedVolume, relied_on};
pub(crate) use holdings::Holding;
pub(crate) use rules::Judge;
pub(crate) use score::road_km;

use crate::error::Error;
use crate::id::{DemandIx, OfferIx};
use crate::market::Market;
use crate::policy::{PerCriterion, Policy};
use crate::units::{Metres, Score, six_digits};
use crate::watch::{Progress, Stage, Watch};

/// A pair that passes every rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The offer.
    pub offer: OfferIx,
    /// The demand.
    pub demand: DemandIx,
    /// Joint score.
    pub score: Score,
    /// Score in the cooperative's view.
    pub cooperative_score: Score,
    /// Score in the enterprise's view.
    pub enterprise_score: Score,
}

/// How many pairs each rule stopped, in the order of [`Rule::ALL`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stopped(pub(crate) [u32; 8]);

impl Stopped {
    /// Pairs stopped by a rule.
    #[must_use]
    pub fn by(&self, rule: Rule) -> u32 {
        self.0[rule as usize]
    }
}

/// The candidates of a market under a policy. Immutable; cloning copies a pointer.
///
/// ```
/// # use lienket::{Cooperative, Demand, Enterprise, Kg, Market, MarketParts, Offer, Place};
/// use lienket::{Linkage, Policy, Rule};
/// # let mut parts = MarketParts::new("2025-11-28".parse()?);
/// # parts.cooperatives.push(Cooperative::new("htx", Place::id("vn/thai-nguyen")));
/// # parts.enterprises.push(Enterprise::new("shop", Place::id("vn/ha-noi")));
/// # parts.offers.push(Offer::new("o", "htx", "tea/green", Kg(500)));
/// # parts.demands.push(Demand::new("d", "shop", "tea", Kg(300)).requires("vietgap"));
/// # let market = Market::build(parts)?;
/// let linkage = Linkage::build(&market, &Policy::default())?;
/// assert_eq!(linkage.len(), 0);
/// let offer = market.find_offer("o")?;
/// assert_eq!(linkage.stopped_offer(offer).by(Rule::Certification), 1);
/// # Ok::<(), lienket::Error>(())
/// # .or_else(|e: lienket::Error| Err(Box::<dyn std::error::Error>::from(e)))?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Linkage(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    judge: Judge,
    start: Vec<usize>,
    demand: Vec<u32>,
    joint: Vec<Score>,
    cooperative: Vec<Score>,
    enterprise: Vec<Score>,
    stopped_offers: Vec<Stopped>,
    stopped_demands: Vec<Stopped>,
    certified: Vec<CertifiedVolume>,
}

impl Linkage {
    /// Finds and scores the candidates, in parallel over offers.
    ///
    /// O(pairs of offers and demands whose products fit); all others are never looked at.
    ///
    /// # Errors
    /// [`Error::Faults`] where the policy has faults, or where contracts on candidate pairs overrun a certified
    /// volume (which pairs rely on a certificate depends on the policy).
    pub fn build(market: &Market, policy: &Policy) -> Result<Self, Error> {
        Self::build_watched(market, policy, &|_| ControlFlow::Continue(()))
    }

    /// As [`Linkage::build`], reporting progress to `watch`, which may cancel the work.
    ///
    /// # Errors
    /// As [`Linkage::build`], and [`Error::Cancelled`].
    pub fn build_watched(market: &Market, policy: &Policy, watch: Watch) -> Result<Self, Error> {
        let judge = Judge::new(market, policy.checked()?);
        let index = search::ProductIndex::build(market);
        let (offers, demands) = (market.offers().len(), market.demands().len());
        let deaths: Vec<[AtomicU32; 8]> = (0..demands).map(|_| Default::default()).collect();
        let done = AtomicU64::new(0);
        let row = |o: usize| -> Result<Row, Error> {
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            if done.is_multiple_of(256) {
                let progress = Progress { stage: Stage::Candidates, done, total: offers as u64 };
                if watch(progress).is_break() {
                    return Err(Error::Cancelled);
                }
            }
            let mut row = Row::default();
            for &(demand, fit) in index.accepting(o) {
                match judge.judge(OfferIx::at(o), demand, fit) {
                    Ok(scores) => row.candidates.push((demand, scores)),
                    Err(rule) => {
                        row.stopped.0[rule as usize] += 1;
                        // Sums of integers: the same in any order of the threads.
                        deaths[demand.index()][rule as usize].fetch_add(1, Ordering::Relaxed);
                    }
                }
            }
            Ok(row)
        };
        let rows: Vec<Row> = (0..offers).into_par_iter().map(row).collect::<Result<_, _>>()?;
        Self::assemble(judge, rows, deaths)
    }

    fn assemble(judge: Judge, rows: Vec<Row>, deaths: Vec<[AtomicU32; 8]>) -> Result<Self, Error> {
        let (offers, demands) = (rows.len(), deaths.len());
        let count = rows.iter().map(|row| row.candidates.len()).sum();
        let mut inner = Inner {
            judge,
            start: Vec::with_capacity(offers + 1),
            demand: Vec::with_capacity(count),
            joint: Vec::with_capacity(count),
            cooperative: Vec::with_capacity(count),
            enterprise: Vec::with_capacity(count),
            stopped_offers: Vec::with_capacity(offers),
            stopped_demands: Vec::with_capacity(demands),
            certified: Vec::new(),
        };
        let mut candidates_of = vec![0; demands];
        inner.start.push(0);
        for mut row in rows {
            for (demand, scores) in &row.candidates {
                inner.demand.push(demand.0);
                inner.joint.push(scores.joint);
                inner.cooperative.push(scores.cooperative);
                inner.enterprise.push(scores.enterprise);
                candidates_of[demand.index()] += 1;
            }
            inner.start.push(inner.demand.len());
            row.stopped.rest_by_product(demands, row.candidates.len());
            inner.stopped_offers.push(row.stopped);
        }
        for (deaths, candidates) in deaths.into_iter().zip(candidates_of) {
            let mut stopped = Stopped(deaths.map(AtomicU32::into_inner));
            stopped.rest_by_product(offers, candidates);
            inner.stopped_demands.push(stopped);
        }
        let linkage = Self(Arc::new(inner));
        let pairs = linkage.candidates().map(|c| (c.offer, c.demand));
        let (certified, issues) =
            certified::certified_volumes(linkage.judge(), pairs, |o, d| linkage.position(o, d));
        if !issues.is_empty() {
            return Err(Error::Faults(issues));
        }
        let mut inner = Arc::into_inner(linkage.0).expect("the only handle so far");
        inner.certified = certified;
        Ok(Self(Arc::new(inner)))
    }

    /// The market.
    #[must_use]
    pub fn market(&self) -> &Market {
        self.0.judge.market()
    }

    /// The policy, in canonical form.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        self.0.judge.policy()
    }

    /// Number of candidates.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.demand.len()
    }

    /// Whether there is no candidate.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.demand.is_empty()
    }

    /// Every candidate, sorted by (offer, demand).
    #[must_use]
    pub fn candidates(&self) -> impl ExactSizeIterator<Item = Candidate> + '_ {
        let mut offer = 0;
        (0..self.len()).map(move |position| {
            while self.0.start[offer + 1] <= position {
                offer += 1;
            }
            self.candidate_at(OfferIx::at(offer), position)
        })
    }

    /// The candidates of an offer, sorted by demand.
    #[must_use]
    pub fn candidates_of(&self, offer: OfferIx) -> impl ExactSizeIterator<Item = Candidate> + '_ {
        self.row(offer).map(move |position| self.candidate_at(offer, position))
    }

    /// The candidate of an offer and a demand, if the pair passes every rule.
    #[must_use]
    pub fn candidate(&self, offer: OfferIx, demand: DemandIx) -> Option<Candidate> {
        self.position(offer, demand).map(|position| self.candidate_at(offer, position))
    }

    /// How many of an offer's pairs each rule stopped.
    #[must_use]
    pub fn stopped_offer(&self, offer: OfferIx) -> Stopped {
        self.0.stopped_offers[offer.index()]
    }

    /// How many of a demand's pairs each rule stopped.
    #[must_use]
    pub fn stopped_demand(&self, demand: DemandIx) -> Stopped {
        self.0.stopped_demands[demand.index()]
    }

    /// Great-circle distance of a pair, before `road_factor`.
    #[must_use]
    pub fn distance(&self, offer: OfferIx, demand: DemandIx) -> Metres {
        self.judge().distance(offer, demand)
    }

    /// Criterion values of a candidate, [cooperative's view, enterprise's view], six digits each.
    #[must_use]
    pub fn criteria(&self, offer: OfferIx, demand: DemandIx) -> Option<PerCriterion<[f64; 2]>> {
        self.position(offer, demand)?;
        let judge = self.judge();
        let (fit, shared) = (judge.fit(offer, demand)?, judge.shared(offer, demand).ok()?);
        let values = judge.values(offer, demand, fit, shared).values();
        Some(PerCriterion::of(values.map(|views| views.map(six_digits))))
    }

    pub(crate) fn judge(&self) -> &Judge {
        &self.0.judge
    }

    pub(crate) fn certified(&self) -> &[CertifiedVolume] {
        &self.0.certified
    }

    pub(crate) fn row(&self, offer: OfferIx) -> std::ops::Range<usize> {
        self.0.start[offer.index()]..self.0.start[offer.index() + 1]
    }

    /// Demand of every candidate, by position.
    pub(crate) fn demands(&self) -> &[u32] {
        &self.0.demand
    }

    /// Joint score of every candidate, by position.
    pub(crate) fn joint(&self) -> &[Score] {
        &self.0.joint
    }

    pub(crate) fn position(&self, offer: OfferIx, demand: DemandIx) -> Option<usize> {
        let row = self.row(offer);
        self.0.demand[row.clone()].binary_search(&demand.0).ok().map(|at| row.start + at)
    }

    pub(crate) fn candidate_at(&self, offer: OfferIx, position: usize) -> Candidate {
        let inner = &self.0;
        Candidate {
            offer,
            demand: DemandIx(inner.demand[position]),
            score: inner.joint[position],
            cooperative_score: inner.cooperative[position],
            enterprise_score: inner.enterprise[position],
        }
    }
}

/// What judging one offer gives.
#[derive(Default)]
struct Row {
    candidates: Vec<(DemandIx, score::Scores)>,
    stopped: Stopped,
}

impl Stopped {
    /// Counts the pairs never looked at: all that are neither candidates nor stopped by another rule.
    fn rest_by_product(&mut self, others: usize, candidates: usize) {
        let seen: u32 = self.0.iter().sum();
        let others = u32::try_from(others).expect("a market holds at most 10^7 of anything");
        let candidates = u32::try_from(candidates).expect("a row is no longer than the other list");
        self.0[Rule::Product as usize] = others - seen - candidates;
    }
}
