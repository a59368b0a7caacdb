//! The checker of pooled volumes: radius, rules, lots, hubs, and every limit with pools counted in.
//!
//! Shares no code with the kernel, and takes nothing from the search for pools but what a hub is: distances, rules
//! and scores of every member are derived again from the market. What is delivered directly, and limits that ask no
//! more than who delivers how much to whom, are checked as in plans without pools.

use std::collections::BTreeMap;

use super::gain;
use super::pool_bound::{LARGEST, bound};
use crate::error::Issue;
use crate::id::{CooperativeIx, DemandIx, HubIx, OfferIx};
use crate::linkage::{Hub, HubSite, Linkage, Pools, Rule, metres};
use crate::market::{CooperativeKind, Market, Place, Point};
use crate::plan::pooling::PooledVolume;
use crate::plan::{Allocation, Bounds, Prices};
use crate::policy::{HubKind, Objective, Pooling};
use crate::units::{Kg, Metres, Score};

/// Checks volumes and the prices that bound them, one for every hub among them; what was proved, or everything that is
/// wrong.
pub(crate) fn check(
    pools: &Pools,
    direct: &[Allocation],
    pooled: &[PooledVolume],
    prices: &Prices,
    hubs: &[i64],
) -> Result<Bounds, Vec<Issue>> {
    let linkage = pools.linkage();
    let plain = super::Check { linkage, issues: Vec::new() };
    let mut check = Check { plain, pooling: pools.pooling(), hubs: pools.hubs() };
    check.indices(direct, pooled);
    check.prices(prices, hubs);
    if !check.plain.issues.is_empty() {
        return Err(check.plain.issues);
    }
    let mut reached = Reached::default();
    check.plain.contracts(direct);
    let positions = check.plain.pairs(direct);
    for (a, position) in direct.iter().zip(&positions) {
        // What is no candidate, or not worth anything, has been refused where it has new kilograms.
        if let Some(position) = *position {
            let new = i128::from(a.volume.0) - i128::from(a.contract.0);
            let score = Score::from_micro(linkage.joint()[position]);
            reached.add(new, score, check.plain.worth(a.offer, position, 0));
        }
    }
    pooled.iter().enumerate().for_each(|(i, share)| check.member(i, share, &mut reached));
    check.pools(pooled);
    check.together(direct, &positions, pooled);
    let Reached { kg, score, vnd } = reached;
    let (bound, kg_bound) = bound(pools, prices, hubs);
    let bounds = match linkage.policy().objective {
        Objective::Score => Bounds::new(score, bound, None),
        Objective::Welfare => Bounds::new(vnd, bound, None),
        Objective::Volume => {
            // Kilograms first: with fewer of them, their weight leaves more to the score than there is.
            let score_bound = bound - i128::from(prices.kg_weight) * kg;
            Bounds::new(kg, kg_bound, Some((score, score_bound)))
        }
    };
    if bounds.objective > bounds.bound || bounds.score.is_some_and(|(score, bound)| score > bound) {
        let message = format!("{} exceeds the bound {}", bounds.objective, bounds.bound);
        check.plain.refute("bound", "/certificate".to_owned(), message);
    }
    if check.plain.issues.is_empty() { Ok(bounds) } else { Err(check.plain.issues) }
}

/// What prices prove of kilograms where they come first.
pub(crate) fn kilograms(pools: &Pools, prices: &Prices, hubs: &[i64]) -> i128 {
    bound(pools, prices, hubs).1
}

/// What new kilograms add up to.
#[derive(Default)]
struct Reached {
    kg: i128,
    score: i128,
    vnd: i128,
}

impl Reached {
    /// Counts new kilograms in; what one of them gains under `welfare`, where it does.
    fn add(&mut self, kg: i128, score: Score, gain: Option<u64>) {
        self.kg += kg;
        self.score += kg * i128::from(score.micro());
        self.vnd += kg * i128::from(gain.unwrap_or(0));
    }
}

struct Check<'a> {
    plain: super::Check<'a>,
    pooling: &'a Pooling,
    hubs: &'a [Hub],
}

impl<'a> Check<'a> {
    fn linkage(&self) -> &'a Linkage {
        self.plain.linkage
    }

    fn market(&self) -> &'a Market {
        self.plain.linkage.market()
    }

    fn refute(&mut self, code: &'static str, pointer: String, message: String) {
        self.plain.refute(code, pointer, message);
    }

    fn names(&self, offer: OfferIx, demand: DemandIx) -> String {
        format!("`{}` with `{}`", self.market().offer(offer).id, self.market().demand(demand).id)
    }

    /// Prices one for each, none negative, none where nothing is limited.
    fn prices(&mut self, prices: &Prices, hubs: &[i64]) {
        self.plain.shape(prices);
        self.plain.price_lists("/certificate", &[("hubs", hubs, self.hubs.len())]);
        let lists = [&prices.offers, &prices.demands, &prices.cooperatives, &prices.enterprises];
        let all = lists.into_iter().flatten().chain(hubs).chain([&prices.kg_weight]);
        if let Some(price) = all.copied().find(|price| *price > LARGEST) {
            let message = format!("the price {price} is too large to be added up exactly");
            self.refute("prices", "/certificate".to_owned(), message);
        }
        if let Some((hub, _)) =
            self.hubs.iter().zip(hubs).find(|(hub, price)| hub.capacity.is_none() && **price != 0)
        {
            let message = format!("`{}` has a price, and nothing limits it", hub.id);
            self.refute("prices", "/certificate/hubs".to_owned(), message);
        }
    }

    fn indices(&mut self, direct: &[Allocation], pooled: &[PooledVolume]) {
        let market = self.market();
        let known =
            |o: OfferIx, d: DemandIx| o.index() < market.offers().len() && d.index() < market.demands().len();
        self.plain.indices(direct);
        for (i, share) in pooled.iter().enumerate() {
            if !known(share.offer, share.demand) || share.hub.index() >= self.hubs.len() {
                let message = "the offer, the demand or the hub is of another market".to_owned();
                self.refute("unknown_id", format!("/pooled/{i}"), message);
            }
        }
    }

    /// Where a hub is; `None` where the policy or the market has no such hub.
    fn place(&self, hub: HubIx) -> Option<Point> {
        let hub = &self.hubs[hub.index()];
        let named = |id: &str| self.pooling.unions.iter().any(|union| union.union == id);
        let cooperative = |c: CooperativeIx| {
            self.market().cooperatives().get(c.index()).filter(|cooperative| cooperative.id == hub.id)
        };
        let (kind, place) = match hub.site {
            HubSite::Union(c) => {
                let union = cooperative(c)?;
                (union.kind == CooperativeKind::Union || named(&union.id)).then_some(())?;
                (HubKind::Unions, &union.place)
            }
            HubSite::Cooperative(c) => (HubKind::Cooperatives, &cooperative(c)?.place),
            HubSite::Depot => {
                let depot = self.pooling.depots.iter().find(|depot| depot.id == hub.id)?;
                (HubKind::Depots, &depot.place)
            }
        };
        self.pooling.hubs.contains(&kind).then_some(())?;
        Some(match place {
            Place::Point { lat, lon } => Point { lat: *lat, lon: *lon },
            Place::Id(id) => {
                let entry = self.market().catalogue().place(id)?;
                Point { lat: entry.lat, lon: entry.lon }
            }
        })
    }

    /// Whether an offer pools at a union by membership.
    fn belongs(&self, offer: OfferIx, hub: HubIx) -> bool {
        let hub = &self.hubs[hub.index()];
        let own = &self.market().offer(offer).cooperative;
        matches!(hub.site, HubSite::Union(_))
            && self.pooling.unions.iter().any(|union| union.union == hub.id && union.members.contains(own))
    }

    /// One member: both legs, every rule of the pair, its own lot.
    fn member(&mut self, i: usize, share: &PooledVolume, reached: &mut Reached) {
        let PooledVolume { offer: o, demand: d, hub, volume, collection, trunk } = *share;
        let pointer = format!("/pooled/{i}");
        let names = self.names(o, d);
        let (offer, demand) = (self.market().offer(o), self.market().demand(d));
        let hub_id = self.hubs[hub.index()].id.clone();
        let Some(point) = self.place(hub) else {
            self.refute("unknown_hub", pointer, format!("`{hub_id}` may not be a hub"));
            return;
        };
        let numbers = self.market().numbers();
        let legs = (
            metres(numbers.points[numbers.offer_point[o.index()] as usize], point),
            metres(point, numbers.points[numbers.demand_point[d.index()] as usize]),
        );
        if legs != (collection, trunk) {
            let message =
                format!("{names} travels {} m and {} m over `{hub_id}`, not as said", legs.0.0, legs.1.0);
            self.refute("distance", pointer.clone(), message);
        }
        let policy = self.linkage().policy();
        let within = |metres: Metres, limit: f64| f64::from(metres.0) * policy.road_factor <= limit;
        if !within(legs.0, self.pooling.radius.to_metres()) && !self.belongs(o, hub) {
            let message = format!("`{}` is {} m from `{hub_id}`, beyond the radius", offer.id, legs.0.0);
            self.refute("pool_radius", pointer.clone(), message);
        }
        let limits = [demand.max_distance, policy.max_distance];
        if !limits.into_iter().flatten().all(|limit| within(legs.1, limit.to_metres())) {
            let message = format!("`{hub_id}` is {} m from `{}`, beyond its limit", legs.1.0, demand.id);
            self.refute("distance", pointer.clone(), message);
        }
        let judge = self.linkage().judge();
        for rule in [Rule::Product, Rule::Excluded, Rule::Window, Rule::Certification, Rule::Price] {
            if !judge.passes(rule, o, d) {
                let message = format!("{names} is stopped by the rule `{}`", rule.code());
                self.refute("not_a_candidate", pointer.clone(), message);
            }
        }
        if demand.min_lot.0 <= 1 {
            let message = format!("`{}` has no lot to be reached together", demand.id);
            self.refute("not_a_candidate", pointer.clone(), message);
        }
        if volume.0 < 1 || volume < offer.min_lot {
            let message = format!("{names} trades {} kg, below the offer's lot", volume.0);
            self.refute("below_lot", pointer.clone(), message);
        }
        if volume > offer.volume.min(demand.volume) {
            let message = format!("{names} trades {} kg, above the smaller volume", volume.0);
            self.refute("over_pair", pointer.clone(), message);
        }
        let total = Metres(legs.0.0 + legs.1.0);
        let (fit, shared) = (judge.fit(o, d).unwrap_or(0.0), judge.shared(o, d).unwrap_or(None));
        let score = judge.scores(o, &judge.values_at(o, d, fit, shared, total)).joint;
        if score < Score::from_fraction(policy.min_score) {
            self.refute("not_a_candidate", pointer.clone(), format!("{names} scores {score}, too little"));
        }
        let gain = gain(self.linkage(), o, d, total);
        if policy.objective == Objective::Welfare && gain.is_none() {
            self.refute("no_gain", pointer, format!("{names} has no positive gain"));
        }
        reached.add(i128::from(volume.0), score, gain);
    }

    /// Lots and members of pools, hubs, and one pool for a cooperative and a demand.
    fn pools(&mut self, pooled: &[PooledVolume]) {
        let mut pools: BTreeMap<(DemandIx, HubIx), (i128, u64)> = BTreeMap::new();
        let mut hubs: BTreeMap<HubIx, i128> = BTreeMap::new();
        let mut through: BTreeMap<(CooperativeIx, DemandIx), HubIx> = BTreeMap::new();
        for share in pooled {
            let pool = pools.entry((share.demand, share.hub)).or_default();
            pool.0 += i128::from(share.volume.0);
            pool.1 += 1;
            *hubs.entry(share.hub).or_default() += i128::from(share.volume.0);
            let cooperative = self.market().cooperative_of(share.offer);
            if *through.entry((cooperative, share.demand)).or_insert(share.hub) != share.hub {
                let (cooperative, demand) =
                    (&self.market().cooperative(cooperative).id, &self.market().demand(share.demand).id);
                let message = format!("`{cooperative}` is in several pools for `{demand}`");
                self.refute("several_pools", "/pools".to_owned(), message);
            }
        }
        for ((demand, hub), (total, members)) in pools {
            let (demand, hub) = (self.market().demand(demand), self.hubs[hub.index()].id.clone());
            if total < i128::from(demand.min_lot.0) {
                let message =
                    format!("the pool for `{}` at `{hub}` comes to {total} kg, below the lot", demand.id);
                self.refute("below_lot", "/pools".to_owned(), message);
            }
            if self.pooling.max_members.is_some_and(|most| members > u64::from(most)) {
                let message = format!("the pool for `{}` at `{hub}` has {members} members", demand.id);
                self.refute("over_members", "/pools".to_owned(), message);
            }
        }
        for (hub, total) in hubs {
            let hub = &self.hubs[hub.index()];
            let depots = self.pooling.depots.iter().filter(|_| hub.site == HubSite::Depot);
            let limit = depots.filter(|depot| depot.id == hub.id).find_map(|depot| depot.capacity);
            if let Some(limit) = limit.filter(|limit| total > i128::from(limit.0)) {
                let message = format!("`{}` passes on {total} kg, above its {} kg", hub.id, limit.0);
                self.refute("over_hub", "/pools".to_owned(), message);
            }
        }
    }

    /// Limits that ask no more than who delivers how much to whom, a pool being one supplier.
    fn together(&mut self, direct: &[Allocation], positions: &[Option<usize>], pooled: &[PooledVolume]) {
        let share = |share: &PooledVolume| {
            let PooledVolume { offer, demand, volume, .. } = *share;
            (Allocation { offer, demand, volume, contract: Kg(0) }, Some(share.hub))
        };
        let mut all: Vec<(Allocation, Option<HubIx>)> = direct.iter().map(|a| (*a, None)).collect();
        all.extend(pooled.iter().map(share));
        all.sort_by_key(|(a, _)| (a.offer, a.demand));
        let (allocations, through): (Vec<Allocation>, Vec<Option<HubIx>>) = all.into_iter().unzip();
        self.plain.order(&allocations);
        self.plain.totals(&allocations);
        self.plain.limits(&allocations, &through);
        // A contract on a pair that is no candidate is sold under no certificate.
        let candidates = direct.iter().zip(positions).filter(|(_, position)| position.is_some());
        let pooled = allocations.iter().zip(&through).filter(|(_, hub)| hub.is_some());
        self.plain.certified_volumes(candidates.map(|(a, _)| a).chain(pooled.map(|(a, _)| a)));
    }
}
