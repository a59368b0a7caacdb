//! Pools: offers that together reach the lot of a demand, through a hub.
//!
//! # Problem
//! For each demand with a minimum lot, all hubs at which enough can be collected, and for each the offers that may
//! take part: the contract's rules for the pair, but that the lot is the pool's, and distance is two legs: hub to
//! demand within the demand's limit, offer to hub within the radius of the policy (or by membership of a union).
//!
//! ```text
//! hubs   who may be a hub, and what lies within its radius      find   the pools of one demand
//! thin   which hubs to keep where there are too many
//! ```
//!
//! Pools are sorted by (demand, hub), members by offer; everything is plain columns. At most [`MOST_HUBS`] hubs a
//! demand are kept, by the rule of `thin`; [`Pools::left_out`] says how many pools were not. While that is 0, what is
//! proved of these pools holds for all there could be.

mod find;
mod hubs;
mod thin;

use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

pub use hubs::{Hub, HubSite};

use find::{Finder, Products, Scratch};
use hubs::Hubs;

use crate::error::Error;
use crate::id::{DemandIx, HubIx, OfferIx};
use crate::linkage::distance::metres;
use crate::linkage::rules::Rule;
use crate::linkage::score::PairScores;
use crate::linkage::{Judge, Linkage};
use crate::policy::{PerCriterion, Pooling};
use crate::units::{Metres, Score, six_digits};

/// Hubs kept for one demand.
const MOST_HUBS: usize = 50;

/// A hub at which offers can be collected for a demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool {
    /// The demand.
    pub demand: DemandIx,
    /// The hub.
    pub hub: HubIx,
    /// Great-circle distance from the hub to the demand.
    pub trunk: Metres,
}

/// An offer that may take part in a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolMember {
    /// The offer.
    pub offer: OfferIx,
    /// Great-circle distance from the offer to the hub.
    pub collection: Metres,
    /// Joint score of the offer and the pool's demand, the goods travelling both legs.
    pub score: Score,
    /// Score in the cooperative's view.
    pub cooperative_score: Score,
    /// Score in the enterprise's view.
    pub enterprise_score: Score,
}

/// Why an offer is in no pool for a demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum PoolStop {
    /// The demand has no lot that small offers would have to reach together.
    NoLot,
    /// A rule stops the pair wherever the hub. [`Rule::Distance`]: no hub is within the demand's distance.
    /// [`Rule::Lot`]: all offers together fall short of the lot, the pair has a contract, or the offer's own lot is
    /// too large. [`Rule::Score`]: below the least score through every hub.
    Rule(Rule),
    /// All offers together would reach the lot; those that one hub within the demand's distance can collect from,
    /// this one among them and no more than one pool may have, do not.
    PoolRadius,
    /// There is a hub, but others were kept: see [`Pools::left_out`].
    LeftOut,
}

impl PoolStop {
    /// The code in documents.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NoLot => "no_lot",
            Self::Rule(rule) => rule.code(),
            Self::PoolRadius => "pool_radius",
            Self::LeftOut => "pool_left_out",
        }
    }
}

/// The pools of a linkage under a policy of pooling. Immutable; cloning copies a pointer.
///
/// ```
/// # use lienket::{Cooperative, Demand, Enterprise, Kg, Market, MarketParts, Offer, Place};
/// use lienket::{Linkage, Policy, Pooling, Pools};
/// # let mut parts = MarketParts::new("2025-11-28".parse()?);
/// # for id in ["htx-a", "htx-b"] {
/// #     parts.cooperatives.push(Cooperative::new(id, Place::id("vn/thai-nguyen")));
/// #     parts.offers.push(Offer::new(id, id, "tea/green", Kg(3000)));
/// # }
/// # parts.enterprises.push(Enterprise::new("shop", Place::id("vn/ha-noi")));
/// # let mut demand = Demand::new("d", "shop", "tea", Kg(9000));
/// # demand.min_lot = Kg(5000);
/// # parts.demands.push(demand);
/// # let market = Market::build(parts)?;
/// let linkage = Linkage::build(&market, &Policy::default())?;
/// let pools = Pools::build(&linkage, &Pooling::default())?;
/// assert_eq!(linkage.len(), 0); // alone, each of two offers of 3 t is too small for a lot of 5 t
/// assert_eq!((pools.len(), pools.members_of(0).len()), (1, 2));
/// # Ok::<(), lienket::Error>(())
/// # .or_else(|e: lienket::Error| Err(Box::<dyn std::error::Error>::from(e)))?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Pools(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    linkage: Linkage,
    pooling: Pooling,
    hubs: Hubs,
    products: Products,
    demand: Vec<u32>,
    hub: Vec<u32>,
    trunk: Vec<Metres>,
    start: Vec<usize>,
    offer: Vec<u32>,
    collection: Vec<Metres>,
    scores: Vec<PairScores>,
    left_out: usize,
}

impl Pools {
    /// Finds the pools, in parallel over demands.
    ///
    /// O(demands with a lot × offers of their products × hubs near these), then the members of what is kept.
    ///
    /// # Errors
    /// [`Error::Faults`] where the pooling policy has faults, names cooperatives that the market does not have, or
    /// places that the catalogue does not have.
    pub fn build(linkage: &Linkage, pooling: &Pooling) -> Result<Self, Error> {
        let issues = pooling.issues();
        if !issues.is_empty() {
            return Err(Error::Faults(issues));
        }
        let judge = linkage.judge();
        // Pointers of faults are those of the document: looked for before lists are sorted.
        Hubs::check(judge.market(), pooling)?;
        let pooling = pooling.canonical();
        let hubs = Hubs::build(judge, &pooling);
        let products = Products::of(judge.market());
        let finder = Finder { judge, pooling: &pooling, hubs: &hubs, products: &products };
        let found: Vec<_> = (0..judge.market().demands().len())
            .into_par_iter()
            .map_init(Scratch::default, |scratch, demand| finder.of_demand(DemandIx::at(demand), scratch))
            .collect();
        let mut inner = Inner {
            linkage: linkage.clone(),
            demand: Vec::new(),
            hub: Vec::new(),
            trunk: Vec::new(),
            start: vec![0],
            offer: Vec::new(),
            collection: Vec::new(),
            scores: Vec::new(),
            left_out: found.iter().map(|of_demand| of_demand.left_out).sum(),
            pooling,
            hubs,
            products,
        };
        for (demand, of_demand) in found.into_iter().enumerate() {
            for (hub, trunk, members) in of_demand.pools {
                inner.demand.push(DemandIx::at(demand).0);
                inner.hub.push(hub);
                inner.trunk.push(trunk);
                for member in members {
                    inner.offer.push(member.offer.0);
                    inner.collection.push(member.collection);
                    inner.scores.push(member.scores);
                }
                inner.start.push(inner.offer.len());
            }
        }
        Ok(Self(Arc::new(inner)))
    }

    /// The linkage they belong to.
    #[must_use]
    pub fn linkage(&self) -> &Linkage {
        &self.0.linkage
    }

    /// The policy of pooling, in canonical form.
    #[must_use]
    pub fn pooling(&self) -> &Pooling {
        &self.0.pooling
    }

    /// Number of pools.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.demand.len()
    }

    /// Whether there is no pool.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.demand.is_empty()
    }

    /// Every hub, those without pools too.
    #[must_use]
    pub fn hubs(&self) -> &[Hub] {
        &self.0.hubs.list
    }

    /// A hub.
    #[must_use]
    pub fn hub(&self, hub: HubIx) -> &Hub {
        &self.0.hubs.list[hub.index()]
    }

    /// The hub of a kind ([`Hub::kind`]) with an id.
    #[must_use]
    pub fn find_hub(&self, kind: &str, id: &str) -> Option<HubIx> {
        let of_it = |hub: &Hub| hub.kind() == kind && hub.id == id;
        self.hubs().iter().position(of_it).map(HubIx::at)
    }

    /// Pools that could be and were left out, because their demand has more hubs than are kept.
    #[must_use]
    pub fn left_out(&self) -> usize {
        self.0.left_out
    }

    /// Every pool, sorted by (demand, hub).
    #[must_use]
    pub fn pools(&self) -> impl ExactSizeIterator<Item = Pool> + '_ {
        (0..self.len()).map(|pool| self.pool(pool))
    }

    /// The pool at a position of [`Pools::pools`].
    #[must_use]
    pub fn pool(&self, pool: usize) -> Pool {
        let all = &self.0;
        Pool { demand: DemandIx(all.demand[pool]), hub: HubIx(all.hub[pool]), trunk: all.trunk[pool] }
    }

    /// The offers that may take part in the pool at a position, sorted.
    #[must_use]
    pub fn members_of(&self, pool: usize) -> impl ExactSizeIterator<Item = PoolMember> + '_ {
        self.range(pool).map(|member| self.member(member))
    }

    /// The position of the pool of a demand at a hub.
    #[must_use]
    pub fn find(&self, demand: DemandIx, hub: HubIx) -> Option<usize> {
        let all = &self.0;
        let from = all.demand.partition_point(|&other| other < demand.0);
        let until = from + all.demand[from..].partition_point(|&other| other == demand.0);
        all.hub[from..until].binary_search(&hub.0).ok().map(|at| from + at)
    }

    /// Criterion values of a member of the pool at a position, [cooperative's view, enterprise's view], six digits
    /// each, the goods travelling both legs; `None` where the offer is no member.
    #[must_use]
    pub fn criteria(&self, pool: usize, offer: OfferIx) -> Option<PerCriterion<[f64; 2]>> {
        let member = self.member(self.position(pool, offer)?);
        let Pool { demand, trunk, .. } = self.pool(pool);
        let judge = self.judge();
        let (fit, shared) = (judge.fit(offer, demand)?, judge.shared(offer, demand).ok()?);
        let metres = Metres(member.collection.0 + trunk.0);
        let values = judge.values_at(offer, demand, fit, shared, metres).values();
        Some(PerCriterion::of(values.map(|views| views.map(six_digits))))
    }

    /// Why an offer is in no pool for a demand; `None` where it is in one.
    ///
    /// O(offers of the demand's products × hubs near them).
    #[must_use]
    pub fn stopped(&self, offer: OfferIx, demand: DemandIx) -> Option<PoolStop> {
        let all = &self.0;
        let judge = self.judge();
        let finder = Finder { judge, pooling: &all.pooling, hubs: &all.hubs, products: &all.products };
        let from = all.demand.partition_point(|&other| other < demand.0);
        let until = from + all.demand[from..].partition_point(|&other| other == demand.0);
        if (from..until).any(|pool| self.position(pool, offer).is_some()) {
            return None;
        }
        Some(if judge.fit(offer, demand).is_none() {
            PoolStop::Rule(Rule::Product)
        } else if let Some(rule) = finder.stopped(offer, demand) {
            PoolStop::Rule(rule)
        } else if !finder.takes_pools(demand) {
            PoolStop::NoLot
        } else {
            finder.beyond_rules(offer, demand)
        })
    }

    pub(crate) fn judge(&self) -> &Judge {
        self.0.linkage.judge()
    }

    /// Great-circle distances from an offer to a hub, and from the hub to a demand.
    #[must_use]
    pub fn legs(&self, offer: OfferIx, demand: DemandIx, hub: HubIx) -> (Metres, Metres) {
        let numbers = self.judge().market().numbers();
        let spot = &self.0.hubs.spots[hub.index()];
        let offer = numbers.points[numbers.offer_point[offer.index()] as usize];
        let demand = numbers.points[numbers.demand_point[demand.index()] as usize];
        (metres(offer, spot.point), metres(spot.point, demand))
    }

    /// Number of members of all pools together.
    pub(crate) fn members(&self) -> usize {
        self.0.offer.len()
    }

    /// Positions of the members of a pool.
    pub(crate) fn range(&self, pool: usize) -> Range<usize> {
        self.0.start[pool]..self.0.start[pool + 1]
    }

    /// The position of a member.
    pub(crate) fn position(&self, pool: usize, offer: OfferIx) -> Option<usize> {
        let range = self.range(pool);
        self.0.offer[range.clone()].binary_search(&offer.0).ok().map(|at| range.start + at)
    }

    /// The member at a position.
    pub(crate) fn member(&self, member: usize) -> PoolMember {
        let all = &self.0;
        let PairScores { joint, cooperative, enterprise } = all.scores[member];
        PoolMember {
            offer: OfferIx(all.offer[member]),
            collection: all.collection[member],
            score: joint,
            cooperative_score: cooperative,
            enterprise_score: enterprise,
        }
    }
}
