//! The rules: which pairs may trade, and which rule stops a pair first.

use serde::Serialize;

use crate::id::{DemandIx, OfferIx};
use crate::linkage::columns::{Asked, Columns, Offered};
use crate::linkage::distance::Ground;
use crate::linkage::holdings::{Holding, Holdings};
use crate::linkage::score::{Facts, PairScores, Scoring, nothing_of, share};
use crate::market::Market;
use crate::market::standard::Span;
use crate::policy::{PerCriterion, Policy};
use crate::units::{Metres, Score, VndPerKg, Window};

/// A rule, in the order in which rules are checked. The first that fails is the pair's reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// The offer's product is not what is demanded.
    Product,
    /// An exclusion names the two parties, or the pair is barred.
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

/// Judges pairs of one market under one policy, one at a time.
///
/// The search judges whole lists at once, with the same numbers and conditions, to the same scores.
#[derive(Debug)]
pub(crate) struct Judge {
    market: Market,
    policy: Policy,
    pub(crate) holdings: Holdings,
    pub(crate) columns: Columns,
    pub(crate) scoring: Scoring,
    /// Boosts of each cooperative's tags, in the policy's order; of none where the policy has none.
    boosts: Vec<Vec<f64>>,
    pub(crate) least: Score,
}

impl Judge {
    pub(crate) fn new(market: &Market, policy: Policy) -> Self {
        let boosted = market.cooperatives().iter().filter(|_| !policy.boosts.is_empty());
        let boosts = boosted.map(|cooperative| {
            let own = policy.boosts.iter().filter(|boost| cooperative.tags.contains(&boost.tag));
            own.map(|boost| boost.add).collect()
        });
        let ground = || Ground::of(&market.numbers().points);
        let (holdings, ground) = rayon::join(|| Holdings::build(market, &policy), ground);
        Self {
            columns: Columns::build(market, &policy, &holdings, ground),
            holdings,
            scoring: Scoring::of(&policy),
            boosts: boosts.collect(),
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

    /// The numbers of a pair's sides.
    fn sides(&self, offer: OfferIx, demand: DemandIx) -> (&Offered, &Asked) {
        (&self.columns.offered[offer.index()], &self.columns.asked[demand.index()])
    }

    /// How well the product fits, if it is accepted at all.
    pub(crate) fn fit(&self, offer: OfferIx, demand: DemandIx) -> Option<f64> {
        self.market.numbers().fit(offer, demand)
    }

    pub(crate) fn distance(&self, offer: OfferIx, demand: DemandIx) -> Metres {
        let numbers = self.market.numbers();
        let (from, to) = (numbers.offer_point[offer.index()], numbers.demand_point[demand.index()]);
        self.columns.ground.between(from, to)
    }

    /// The largest distance with `road_factor` that a demand allows, in metres; infinite where there is no limit.
    pub(crate) fn distance_limit(&self, demand: DemandIx) -> f64 {
        self.columns.limits[demand.index()]
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
        Span::from(shared.unwrap_or(Window::new(day, day)))
    }

    /// Days on which a pair's certificates must be in force; the market's day where the windows share none.
    fn days_asked(&self, o: OfferIx, d: DemandIx) -> Span {
        let (offered, asked) = self.sides(o, d);
        let shared = offered.days_open.and(asked.days_open).filter(|days| *days != Span::ALWAYS);
        shared.unwrap_or_else(|| self.days(None))
    }

    /// Whether a pair passes one rule, the others aside.
    pub(crate) fn passes(&self, rule: Rule, o: OfferIx, d: DemandIx) -> bool {
        let (offered, asked) = self.sides(o, d);
        match rule {
            Rule::Product => self.fit(o, d).is_some(),
            Rule::Excluded => !self.market.is_excluded(o, d),
            Rule::Window => offered.meets_window(asked),
            // Where the windows share no day there is nothing to cover yet: judged as of the market's day.
            Rule::Certification => self.certified(o, d),
            Rule::Distance => self.within(self.distance(o, d), self.distance_limit(d)),
            Rule::Price => offered.meets_price(asked),
            Rule::Lot => offered.meets_lot(asked),
            Rule::Score => {
                let fit = self.fit(o, d).unwrap_or(0.0);
                let shared = self.shared(o, d).unwrap_or(None);
                self.scores(o, &self.values(o, d, fit, shared)).joint >= self.least
            }
        }
    }

    /// Whether a distance is within a limit in metres with `road_factor`.
    #[inline]
    pub(crate) fn within(&self, distance: Metres, limit: f64) -> bool {
        limit.is_infinite() || f64::from(distance.0) * self.policy.road_factor <= limit
    }

    /// Whether an offer satisfies all that a demand requires on the days of the pair.
    pub(crate) fn certified(&self, o: OfferIx, d: DemandIx) -> bool {
        let (offered, asked) = self.sides(o, d);
        let open = usize::from(asked.open);
        if asked.requires & !offered.held[open] != 0 {
            return false;
        }
        let sure = self.columns.exact_standards && asked.requires & !offered.sure[open] == 0;
        sure || self.holdings.satisfies(o, d, self.days_asked(o, d), asked.open)
    }

    /// The share of what a demand prefers that an offer satisfies on the days of the pair.
    pub(crate) fn preferred(&self, o: OfferIx, d: DemandIx) -> f64 {
        let (offered, asked) = self.sides(o, d);
        let open = usize::from(asked.open);
        let held = asked.prefers & offered.held[open];
        if held == 0 {
            return nothing_of(asked.prefers);
        }
        if self.columns.exact_standards && held & !offered.sure[open] == 0 {
            return share(held.count_ones() as usize, asked.prefers.count_ones() as usize);
        }
        let held = self.holdings.preferred_held(o, d, self.days_asked(o, d), asked.open);
        share(held, self.holdings.prefers(d).len())
    }

    /// The share of what an offer seeks that a demand provides.
    pub(crate) fn provided(&self, o: OfferIx, d: DemandIx) -> f64 {
        let numbers = self.market.numbers();
        let sought = numbers.seeks[o.index()];
        let both = sought & numbers.provides[d.index()];
        if both == 0 {
            return nothing_of(sought);
        }
        if numbers.exact_services {
            return share(both.count_ones() as usize, sought.count_ones() as usize);
        }
        let (seeks, provides) = (&self.market.offer(o).seeks, &self.market.demand(d).provides);
        share(seeks.iter().filter(|service| provides.contains(service)).count(), seeks.len())
    }

    /// Criterion values of a pair.
    pub(crate) fn values(
        &self,
        o: OfferIx,
        d: DemandIx,
        fit: f64,
        shared: Option<Window>,
    ) -> PerCriterion<[f64; 2]> {
        self.values_at(o, d, fit, shared, self.distance(o, d))
    }

    /// The same for goods that travel so far, whatever the distance of the two.
    pub(crate) fn values_at(
        &self,
        o: OfferIx,
        d: DemandIx,
        fit: f64,
        shared: Option<Window>,
        distance: Metres,
    ) -> PerCriterion<[f64; 2]> {
        let offered = &self.columns.offered[o.index()];
        let facts = self.facts(o, d, fit, distance, shared_days(shared));
        PerCriterion::of(self.scoring.values(offered, &self.columns.asked[d.index()], &facts))
    }

    fn facts(&self, o: OfferIx, d: DemandIx, fit: f64, distance: Metres, shared: f64) -> Facts {
        let (cooperative, enterprise) = (self.market.cooperative_of(o), self.market.enterprise_of(d));
        Facts {
            fit,
            certification: self.preferred(o, d),
            distance,
            shared,
            services: self.provided(o, d),
            reliability: self.columns.reliability(&self.market, cooperative, enterprise),
        }
    }

    /// The scores of a pair whose windows meet, at a distance already known.
    pub(crate) fn scores_at(&self, o: OfferIx, d: DemandIx, fit: f64, distance: Metres) -> PairScores {
        let (offered, asked) = self.sides(o, d);
        let facts = self.facts(o, d, fit, distance, offered.shared(asked));
        self.scoring.scores(&self.scoring.values(offered, asked, &facts), self.boosts(o))
    }

    /// The scores of a candidate.
    pub(crate) fn scores_of(&self, o: OfferIx, d: DemandIx) -> PairScores {
        let fit = self.fit(o, d).expect("the product of a candidate fits");
        self.scores_at(o, d, fit, self.distance(o, d))
    }

    /// The joint score of a candidate pair if its offer asked another price.
    pub(crate) fn joint_with_ask(&self, o: OfferIx, d: DemandIx, ask: VndPerKg) -> Score {
        let shared = shared_days(self.shared(o, d).unwrap_or(None));
        let offered = self.columns.offered[o.index()].asking(ask);
        let facts = self.facts(o, d, self.fit(o, d).unwrap_or(0.0), self.distance(o, d), shared);
        let values = self.scoring.values(&offered, &self.columns.asked[d.index()], &facts);
        self.scoring.scores(&values, self.boosts(o)).joint
    }

    pub(crate) fn scores(&self, offer: OfferIx, values: &PerCriterion<[f64; 2]>) -> PairScores {
        self.scoring.scores(&values.values(), self.boosts(offer))
    }

    /// Boosts of an offer's cooperative, in the policy's order.
    pub(crate) fn boosts(&self, offer: OfferIx) -> &[f64] {
        if self.boosts.is_empty() { &[] } else { &self.boosts[self.market.cooperative_of(offer).index()] }
    }

    /// Holdings by which a pair's standard is satisfied on all the days asked.
    pub(crate) fn serving(
        &self,
        offer: OfferIx,
        demand: DemandIx,
        standard: crate::id::StandardIx,
        days: Span,
    ) -> impl Iterator<Item = Holding<'_>> {
        let market_equivalents = self.market.demand(demand).accepts_market_equivalents;
        self.holdings.serving(offer, standard, days, market_equivalents)
    }
}

/// Days shared; windows that are absent, or do not meet, take nothing from the criterion.
#[expect(clippy::cast_precision_loss, reason = "days of the calendar")]
fn shared_days(shared: Option<Window>) -> f64 {
    shared.map_or(f64::INFINITY, |window| window.days() as f64)
}
