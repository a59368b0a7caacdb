//! The linkage: every pair that could trade, with its scores; for all others the rule that stops them.

mod certified;
mod columns;
mod distance;
mod funnel;
mod graph;
mod holdings;
mod joint;
mod near;
mod pools;
mod rules;
mod score;
mod search;

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

pub use graph::Node;
pub use pools::{Hub, HubSite, Pool, PoolMember, PoolStop, Pools};
pub use rules::Rule;

pub(crate) use certified::{CertifiedVolume, relied_on};
pub(crate) use distance::metres;
pub(crate) use holdings::Holding;
pub(crate) use rules::Judge;
pub(crate) use score::road_km;

use funnel::Funnel;
use search::{Buckets, Candidates};

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
    candidates: Candidates,
    certified: Vec<CertifiedVolume>,
    /// Counted when first asked for.
    funnel: OnceLock<Funnel>,
}

impl Linkage {
    /// Finds and scores the candidates, in parallel.
    ///
    /// About linear in offers, demands and pairs within reach of each other whose products fit; all others are
    /// never looked at. 8 bytes a candidate, and as much again while building.
    ///
    /// # Errors
    /// [`Error::Faults`] where the policy has faults, of its own or in this market, or where contracts on candidate pairs overrun a certified
    /// volume (which pairs rely on a certificate depends on the policy).
    pub fn build(market: &Market, policy: &Policy) -> Result<Self, Error> {
        Self::build_watched(market, policy, &|_| ControlFlow::Continue(()))
    }

    /// As [`Linkage::build`], reporting progress to `watch`, which may cancel the work.
    ///
    /// # Errors
    /// As [`Linkage::build`], and [`Error::Cancelled`].
    pub fn build_watched(market: &Market, policy: &Policy, watch: Watch) -> Result<Self, Error> {
        let checked = policy.checked()?;
        let issues = policy.issues_in(market);
        if !issues.is_empty() {
            return Err(Error::Faults(issues));
        }
        let judge = Judge::new(market, checked);
        let total = market.offers().len() as u64;
        let told = AtomicU64::new(0);
        let step = |offers: usize| {
            let told = told.fetch_add(offers as u64, Ordering::Relaxed) + offers as u64;
            match watch(Progress { stage: Stage::Candidates, done: told, total }) {
                ControlFlow::Continue(()) => Ok(()),
                ControlFlow::Break(()) => Err(Error::Cancelled),
            }
        };
        let candidates = Buckets::build(&judge).candidates(step)?;
        let inner = Inner { judge, candidates, certified: Vec::new(), funnel: OnceLock::new() };
        let linkage = Self(Arc::new(inner));
        let pairs = linkage.pairs();
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
        self.0.candidates.demand.len()
    }

    /// Whether there is no candidate.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.candidates.demand.is_empty()
    }

    /// Every candidate, sorted by (offer, demand). The scores of the two sides are computed as they are asked for.
    #[must_use]
    pub fn candidates(&self) -> impl ExactSizeIterator<Item = Candidate> + '_ {
        let mut offer = 0;
        (0..self.len()).map(move |position| {
            while self.0.candidates.start[offer + 1] <= position {
                offer += 1;
            }
            self.candidate_at(OfferIx::at(offer), position)
        })
    }

    /// Ends of every candidate, in order.
    fn pairs(&self) -> impl Iterator<Item = (OfferIx, DemandIx)> + '_ {
        (0..self.market().offers().len()).map(OfferIx::at).flat_map(|offer| {
            self.demands()[self.row(offer)].iter().map(move |&demand| (offer, DemandIx(demand)))
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
    ///
    /// The first call counts for all offers and demands, in parallel, in about the time of a build; the others look
    /// it up.
    #[must_use]
    pub fn stopped_offer(&self, offer: OfferIx) -> Stopped {
        self.funnel().offers[offer.index()]
    }

    /// How many of a demand's pairs each rule stopped; see [`Linkage::stopped_offer`].
    #[must_use]
    pub fn stopped_demand(&self, demand: DemandIx) -> Stopped {
        self.funnel().demands[demand.index()]
    }

    fn funnel(&self) -> &Funnel {
        if let Some(funnel) = self.0.funnel.get() {
            return funnel;
        }
        // Not within `get_or_init`: a thread that waits for the others in there may take up another caller's work,
        // which waits for this very lock. Two callers at once count twice, to the same numbers.
        let funnel = Funnel::of(self.judge(), &self.0.candidates);
        self.0.funnel.get_or_init(|| funnel)
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
        self.0.candidates.start[offer.index()]..self.0.candidates.start[offer.index() + 1]
    }

    /// Demand of every candidate, by position.
    pub(crate) fn demands(&self) -> &[u32] {
        &self.0.candidates.demand
    }

    /// Joint score of every candidate in micro-units, by position.
    pub(crate) fn joint(&self) -> &[u32] {
        &self.0.candidates.joint
    }

    /// The side scores of a candidate in micro-units: the cooperative's, the enterprise's.
    pub(crate) fn side_scores(&self, offer: OfferIx, demand: DemandIx) -> (u32, u32) {
        let scores = self.judge().scores_of(offer, demand);
        (scores.cooperative.micro(), scores.enterprise.micro())
    }

    pub(crate) fn position(&self, offer: OfferIx, demand: DemandIx) -> Option<usize> {
        let row = self.row(offer);
        self.0.candidates.demand[row.clone()].binary_search(&demand.0).ok().map(|at| row.start + at)
    }

    /// Joint score of a candidate.
    pub(crate) fn score(&self, offer: OfferIx, demand: DemandIx) -> Option<Score> {
        self.position(offer, demand).map(|position| Score::from_micro(self.joint()[position]))
    }

    pub(crate) fn candidate_at(&self, offer: OfferIx, position: usize) -> Candidate {
        let demand = DemandIx(self.demands()[position]);
        let scores = self.judge().scores_of(offer, demand);
        Candidate {
            offer,
            demand,
            score: Score::from_micro(self.joint()[position]),
            cooperative_score: scores.cooperative,
            enterprise_score: scores.enterprise,
        }
    }
}
