//! The rules: which pairs may trade, and which rule stops a pair first.

use serde::Serialize;

use crate::id::{DemandIx, OfferIx};
use crate::linkage::distance::Distances;
use crate::linkage::holdings::{Holding, Holdings};
use crate::linkage::score::{Facts, Scores, Values, scores, values};
use crate::market::standard::Span;
use crate::market::{Demand, Market, Offer, covers};
use crate::policy::Policy;
use crate::units::{Km, Metres, Score, VndPerKg, Window};

/// A rule, in the order in which rules are checked. The first that fails is the pair's reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// The offer's product is not what is demanded.
    Product,
    /// An exclusion names the two parties.
    Excluded,
    /// The windows share no day.
    Window,
    /// A required standard is not held on all the days.
    Certification,
    /// Too far.
    Distance,
    /// The ask is above the bid and the tolerance.
    Price,
    /// The larger minimum lot is above the smaller volume.
    Lot,
    /// The joint score is below the policy's minimum.
    Score,
}

impl Rule {
    /// Every rule, in the order in which they are checked.
    pub const ALL: [Self; 8] = [
        Self::Product,
        Self::Excluded,
        Self::Window,
        Self::Certification,
        Self::Distance,
        Self::Price,
        Self::Lot,
        Self::Score,
    ];

    /// The reason code in documents.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Excluded => "excluded",
            Self::Window => "window",
            Self::Certification => "certification",
            Self::Distance => "distance",
            Self::Price => "price",
            Self::Lot => "lot",
            Self::Score => "score",
        }
    }
}

/// Judges pairs of one market under one policy.
#[derive(Debug)]
pub(crate) struct Judge {
    market: Market,
    policy: Policy,
    pub(crate) holdings: Holdings,
    distances: Distances,
    /// Boosts of each cooperative's tags, in the policy's order.
    boosts: Vec<Vec<f64>>,
    /// The smaller of the demand's and the policy's limit, in metres; infinite where there is none.
    limits: Vec<f64>,
    least: Score,
}

impl Judge {
    pub(crate) fn new(market: &Market, policy: Policy) -> Self {
        let limit = |demand: &Demand| {
            let limits = [demand.max_distance, policy.max_distance];
            limits.into_iter().flatten().map(Km::to_metres).fold(f64::INFINITY, f64::min)
        };
        let limits = market.demands().iter().map(limit).collect();
        let boosts = market.cooperatives().iter().map(|cooperative| {
            let own = policy.boosts.iter().filter(|boost| cooperative.tags.contains(&boost.tag));
            own.map(|boost| boost.add).collect()
        });
        Self {
            holdings: Holdings::build(market, &policy),
            distances: Distances::of(market.offer_points(), market.demand_points()),
            boosts: boosts.collect(),
            limits,
            least: Score::from_fraction(policy.min_score),
            market: market.clone(),
            policy,
        }
    }

    pub(crate) fn policy(&self) -> &Policy {
        &self.policy
    }

    pub(crate) fn market(&self) -> &Market {
        &self.market
    }

    /// How well the product fits, if it is accepted at all.
    pub(crate) fn fit(&self, offer: OfferIx, demand: DemandIx) -> Option<f64> {
        let (offer, demand) = (self.market.offer(offer), self.market.demand(demand));
        if covers(&demand.product, &offer.product) {
            return Some(1.0);
        }
        let fits = demand.substitutes.iter().filter(|s| covers(&s.product, &offer.product)).map(|s| s.fit);
        fits.reduce(f64::max)
    }

    pub(crate) fn distance(&self, offer: OfferIx, demand: DemandIx) -> Metres {
        self.distances.between(offer.index(), demand.index())
    }

    /// The largest distance with `road_factor` that a demand allows, in metres; infinite where there is no limit.
    pub(crate) fn distance_limit(&self, demand: DemandIx) -> f64 {
        self.limits[demand.index()]
    }

    /// Days shared; `Ok(None)` where neither side has a window, `Err` where they share none.
    pub(crate) fn shared(&self, offer: OfferIx, demand: DemandIx) -> Result<Option<Window>, Rule> {
        match (self.market.offer(offer).available, self.market.demand(demand).needed) {
            (Some(a), Some(b)) => a.overlap(b).map(Some).ok_or(Rule::Window),
            (a, b) => Ok(a.or(b)),
        }
    }

    /// Days on which certificates must be in force.
    pub(crate) fn days(&self, shared: Option<Window>) -> Span {
        let day = self.market.as_of();
        let window = shared.unwrap_or(Window::new(day, day));
        Span { from: window.from.number(), until: window.to.number() }
    }

    /// The scores of a pair whose product fits, or the first rule after `product` that stops it.
    pub(crate) fn judge(&self, offer: OfferIx, demand: DemandIx, fit: f64) -> Result<Scores, Rule> {
        let shared = self.before_score(offer, demand)?;
        let scores = self.scores(offer, &self.values(offer, demand, fit, shared));
        if scores.joint < self.least { Err(Rule::Score) } else { Ok(scores) }
    }

    fn before_score(&self, o: OfferIx, d: DemandIx) -> Result<Option<Window>, Rule> {
        let (offer, demand) = (self.market.offer(o), self.market.demand(d));
        if !self.passes(Rule::Excluded, o, d) {
            return Err(Rule::Excluded);
        }
        let shared = self.shared(o, d)?;
        if !demand.requires.is_empty()
            && !self.holdings.satisfies(o, d, self.days(shared), demand.accepts_market_equivalents)
        {
            return Err(Rule::Certification);
        }
        for rule in [Rule::Distance, Rule::Price, Rule::Lot] {
            if !self.passes(rule, o, d) {
                return Err(rule);
            }
        }
        debug_assert!(offer.volume.0 > 0 && demand.volume.0 > 0, "validated");
        Ok(shared)
    }

    /// Whether a pair passes one rule, the others aside.
    pub(crate) fn passes(&self, rule: Rule, o: OfferIx, d: DemandIx) -> bool {
        let (offer, demand) = (self.market.offer(o), self.market.demand(d));
        match rule {
            Rule::Product => self.fit(o, d).is_some(),
            Rule::Excluded => {
                !self.market.is_excluded(self.market.cooperative_of(o), self.market.enterprise_of(d))
            }
            Rule::Window => self.shared(o, d).is_ok(),
            Rule::Certification => {
                // Where the windows share no day there is nothing to cover yet: judged as of the market's day.
                let days = self.days(self.shared(o, d).unwrap_or(None));
                self.holdings.satisfies(o, d, days, demand.accepts_market_equivalents)
            }
            Rule::Distance => {
                let limit = self.limits[d.index()];
                limit.is_infinite() || f64::from(self.distance(o, d).0) * self.policy.road_factor <= limit
            }
            Rule::Price => price_fits(offer, demand, self.policy.price_tolerance_percent),
            Rule::Lot => offer.min_lot.max(demand.min_lot) <= offer.volume.min(demand.volume),
            Rule::Score => {
                let fit = self.fit(o, d).unwrap_or(0.0);
                let shared = self.shared(o, d).unwrap_or(None);
                self.scores(o, &self.values(o, d, fit, shared)).joint >= self.least
            }
        }
    }

    /// Criterion values of a pair.
    pub(crate) fn values(&self, o: OfferIx, d: DemandIx, fit: f64, shared: Option<Window>) -> Values {
        self.values_of(self.market.offer(o), o, d, fit, shared)
    }

    fn values_of(&self, offer: &Offer, o: OfferIx, d: DemandIx, fit: f64, shared: Option<Window>) -> Values {
        let demand = self.market.demand(d);
        let preferred_held = if demand.prefers.is_empty() {
            0
        } else {
            let days = self.days(shared);
            let preferred = self.holdings.prefers(d).iter();
            preferred.filter(|&&standard| self.serving(o, d, standard, days).next().is_some()).count()
        };
        let (cooperative, enterprise) = (self.market.cooperative_of(o), self.market.enterprise_of(d));
        let facts = Facts {
            offer,
            demand,
            fit,
            preferred_held,
            distance: self.distance(o, d),
            shared,
            reliability: self.market.reliability(cooperative, enterprise),
        };
        values(&facts, &self.policy)
    }

    /// The joint score of a candidate pair if its offer asked another price.
    pub(crate) fn joint_with_ask(&self, o: OfferIx, d: DemandIx, ask: VndPerKg) -> Score {
        let shared = self.shared(o, d).unwrap_or(None);
        let offer = self.market.offer(o).clone().ask(ask);
        let values = self.values_of(&offer, o, d, self.fit(o, d).unwrap_or(0.0), shared);
        self.scores(o, &values).joint
    }

    pub(crate) fn scores(&self, offer: OfferIx, values: &Values) -> Scores {
        scores(values, &self.policy, &self.boosts[self.market.cooperative_of(offer).index()])
    }

    /// Holdings by which a pair's standard is satisfied on all the days asked.
    pub(crate) fn serving(
        &self,
        offer: OfferIx,
        demand: DemandIx,
        standard: crate::id::StandardIx,
        days: Span,
    ) -> impl Iterator<Item = &Holding> {
        let market_equivalents = self.market.demand(demand).accepts_market_equivalents;
        self.holdings.serving(offer, standard, days, market_equivalents)
    }
}

fn price_fits(offer: &Offer, demand: &Demand, tolerance_percent: u32) -> bool {
    match (offer.ask, demand.bid) {
        (Some(ask), Some(bid)) => {
            100 * i128::from(ask.0) <= i128::from(bid.0) * i128::from(100 + tolerance_percent)
        }
        _ => true,
    }
}
