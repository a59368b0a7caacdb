//! The checker of pooled volumes: radius, rules, lots, hubs, and every limit with pools counted in.
//!
//! Shares no code with the kernel, and takes nothing from the search for pools but what a hub is: distances, rules
//! and scores of every member are derived again from the market. What is said per pair of direct volumes
//! (candidates, lots, contracts) is checked here too, so that this check stands alone.

use std::collections::{BTreeMap, BTreeSet};

use super::pool_bound::{LARGEST, bound};
use crate::error::Issue;
use crate::id::{CooperativeIx, DemandIx, HubIx, OfferIx};
use crate::linkage::{Hub, HubSite, Linkage, Pools, Rule, metres, relied_on};
use crate::market::{CooperativeKind, Market, Place, Point};
use crate::plan::pooling::PooledVolume;
use crate::plan::{Allocation, Bounds, Prices};
use crate::policy::{HubKind, Objective, Pooling};
use crate::units::{Metres, Score};

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
    let mut check = Check {
        linkage,
        market: linkage.market(),
        pooling: pools.pooling(),
        hubs: pools.hubs(),
        issues: Vec::new(),
    };
    check.indices(direct, pooled);
    check.prices(prices, hubs);
    if !check.issues.is_empty() {
        return Err(check.issues);
    }
    check.order(direct, pooled);
    check.contracts(direct);
    let mut reached = Reached::default();
    direct.iter().enumerate().for_each(|(i, a)| check.direct(i, a, &mut reached));
    pooled.iter().enumerate().for_each(|(i, share)| check.member(i, share, &mut reached));
    check.pools(pooled);
    check.totals(direct, pooled);
    check.partners(direct, pooled);
    check.certified(direct, pooled);
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
        check.refute("bound", "/certificate".to_owned(), message);
    }
    if check.issues.is_empty() { Ok(bounds) } else { Err(check.issues) }
}

/// What prices prove of kilograms where they come first.
pub(crate) fn kilograms(pools: &Pools, prices: &Prices, hubs: &[i64]) -> i128 {
    bound(pools, prices, hubs).1
}

/// What a demand counts as one supplier.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Supplier {
    Offer(OfferIx),
    Pool(HubIx),
}

/// What new kilograms add up to.
#[derive(Default)]
struct Reached {
    kg: i128,
    score: i128,
    vnd: i128,
}

struct Check<'a> {
    linkage: &'a Linkage,
    market: &'a Market,
    pooling: &'a Pooling,
    hubs: &'a [Hub],
    issues: Vec<Issue>,
}

const HELP: &str = "The plan does not hold for this market and policy.";

impl Check<'_> {
    fn refute(&mut self, code: &'static str, pointer: String, message: String) {
        self.issues.push(Issue::error(code, pointer, message, HELP));
    }

    fn names(&self, offer: OfferIx, demand: DemandIx) -> String {
        format!("`{}` with `{}`", self.market.offer(offer).id, self.market.demand(demand).id)
    }

    /// Prices one for each, none negative, none where nothing is limited.
    fn prices(&mut self, prices: &Prices, hubs: &[i64]) {
        let mut shape = super::Check { linkage: self.linkage, issues: Vec::new() };
        shape.shape(prices);
        shape.price_lists("/certificate", &[("hubs", hubs, self.hubs.len())]);
        self.issues.append(&mut shape.issues);
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
        let market = self.market;
        let known =
            |o: OfferIx, d: DemandIx| o.index() < market.offers().len() && d.index() < market.demands().len();
        for (i, a) in direct.iter().enumerate().filter(|(_, a)| !known(a.offer, a.demand)) {
            let message = format!("the offer or the demand is of another market ({} kg)", a.volume.0);
            self.refute("unknown_id", format!("/allocations/{i}"), message);
        }
        for (i, share) in pooled.iter().enumerate() {
            if !known(share.offer, share.demand) || share.hub.index() >= self.hubs.len() {
                let message = "the offer, the demand or the hub is of another market".to_owned();
                self.refute("unknown_id", format!("/pooled/{i}"), message);
            }
        }
    }

    /// Each pair once: directly, or through one pool.
    fn order(&mut self, direct: &[Allocation], pooled: &[PooledVolume]) {
        let pairs = direct.iter().map(|a| (a.offer, a.demand));
        let mut seen = BTreeSet::new();
        for (offer, demand) in pairs.chain(pooled.iter().map(|share| (share.offer, share.demand))) {
            if !seen.insert((offer, demand)) {
                let message = format!("{} trades twice", self.names(offer, demand));
                self.refute("order", "/allocations".to_owned(), message);
            }
        }
    }

    fn contracts(&mut self, direct: &[Allocation]) {
        let market = self.market;
        let mut kept = BTreeMap::new();
        for (i, a) in direct.iter().enumerate() {
            kept.insert((a.offer, a.demand), a.contract);
            let signed = market.signed().iter().find(|c| (c.offer, c.demand) == (a.offer, a.demand));
            if a.contract.0 != signed.map_or(0, |contract| contract.volume.0) {
                let message = format!("{} has another contract than it says", self.names(a.offer, a.demand));
                self.refute("contract", format!("/allocations/{i}/contract_kg"), message);
            }
        }
        for contract in market.signed() {
            if !kept.contains_key(&(contract.offer, contract.demand)) {
                let message =
                    format!("the contract of {} is missing", self.names(contract.offer, contract.demand));
                self.refute("contract", "/allocations".to_owned(), message);
            }
        }
    }

    /// New kilograms of a direct pair: a candidate, whole lots, within both volumes.
    fn direct(&mut self, i: usize, a: &Allocation, reached: &mut Reached) {
        let pointer = format!("/allocations/{i}/volume_kg");
        let names = self.names(a.offer, a.demand);
        let new = i128::from(a.volume.0) - i128::from(a.contract.0);
        if a.volume.0 < 1 || new < 0 {
            let message =
                format!("{names} trades {} kg, {} kg of them by contract", a.volume.0, a.contract.0);
            self.refute("volume", pointer, message);
            return;
        }
        if new == 0 {
            return;
        }
        let (offer, demand) = (self.market.offer(a.offer), self.market.demand(a.demand));
        let Some(candidate) = self.linkage.candidate(a.offer, a.demand) else {
            self.refute("not_a_candidate", pointer, format!("{names} is not a candidate pair"));
            return;
        };
        let lot = offer.min_lot.max(demand.min_lot);
        if a.volume < lot {
            let message = format!("{names} trades {} kg, below the lot of {} kg", a.volume.0, lot.0);
            self.refute("below_lot", pointer.clone(), message);
        }
        if a.volume > offer.volume.min(demand.volume) {
            let message = format!("{names} trades {} kg, above the smaller volume", a.volume.0);
            self.refute("over_pair", pointer.clone(), message);
        }
        let metres = self.linkage.distance(a.offer, a.demand);
        self.reach(pointer, a.offer, a.demand, new, candidate.score, metres.0.into(), reached);
    }

    /// Adds new kilograms up; under `welfare` they must gain.
    #[expect(clippy::too_many_arguments, reason = "a pair, what it trades, and where to say so")]
    fn reach(
        &mut self,
        pointer: String,
        offer: OfferIx,
        demand: DemandIx,
        kg: i128,
        score: Score,
        metres: f64,
        reached: &mut Reached,
    ) {
        reached.kg += kg;
        reached.score += kg * i128::from(score.micro());
        let policy = self.linkage.policy();
        if policy.objective != Objective::Welfare {
            return;
        }
        let gain = self.market.offer(offer).ask.zip(self.market.demand(demand).bid).map(|(ask, bid)| {
            let freight = (policy.freight * (metres * policy.road_factor / 1000.0) / 1000.0).round();
            #[expect(
                clippy::cast_possible_truncation,
                reason = "a float cast saturates, and no gain survives it"
            )]
            let freight = freight as i64;
            i128::from(bid.0) - i128::from(ask.0) - i128::from(freight)
        });
        if let Some(gain) = gain.filter(|gain| *gain > 0) {
            reached.vnd += gain * kg;
        } else {
            let message = format!("{} has no positive gain", self.names(offer, demand));
            self.refute("no_gain", pointer, message);
        }
    }

    /// Where a hub is; `None` where the policy or the market has no such hub.
    fn place(&self, hub: HubIx) -> Option<Point> {
        let hub = &self.hubs[hub.index()];
        let named = |id: &str| self.pooling.unions.iter().any(|union| union.union == id);
        let cooperative = |c: CooperativeIx| {
            self.market.cooperatives().get(c.index()).filter(|cooperative| cooperative.id == hub.id)
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
                let entry = self.market.catalogue().place(id)?;
                Point { lat: entry.lat, lon: entry.lon }
            }
        })
    }

    /// Whether an offer pools at a union by membership.
    fn belongs(&self, offer: OfferIx, hub: HubIx) -> bool {
        let hub = &self.hubs[hub.index()];
        let own = &self.market.offer(offer).cooperative;
        matches!(hub.site, HubSite::Union(_))
            && self.pooling.unions.iter().any(|union| union.union == hub.id && union.members.contains(own))
    }

    /// One member: both legs, every rule of the pair, its own lot.
    fn member(&mut self, i: usize, share: &PooledVolume, reached: &mut Reached) {
        let PooledVolume { offer: o, demand: d, hub, volume, collection, trunk } = *share;
        let pointer = format!("/pooled/{i}");
        let names = self.names(o, d);
        let (offer, demand) = (self.market.offer(o), self.market.demand(d));
        let hub_id = self.hubs[hub.index()].id.clone();
        let Some(point) = self.place(hub) else {
            self.refute("unknown_hub", pointer, format!("`{hub_id}` may not be a hub"));
            return;
        };
        let numbers = self.market.numbers();
        let legs = (
            metres(numbers.points[numbers.offer_point[o.index()] as usize], point),
            metres(point, numbers.points[numbers.demand_point[d.index()] as usize]),
        );
        if legs != (collection, trunk) {
            let message =
                format!("{names} travels {} m and {} m over `{hub_id}`, not as said", legs.0.0, legs.1.0);
            self.refute("distance", pointer.clone(), message);
        }
        let policy = self.linkage.policy();
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
        let judge = self.linkage.judge();
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
        self.reach(pointer, o, d, i128::from(volume.0), score, total.0.into(), reached);
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
            let cooperative = self.market.cooperative_of(share.offer);
            if *through.entry((cooperative, share.demand)).or_insert(share.hub) != share.hub {
                let (cooperative, demand) =
                    (&self.market.cooperative(cooperative).id, &self.market.demand(share.demand).id);
                let message = format!("`{cooperative}` is in several pools for `{demand}`");
                self.refute("several_pools", "/pools".to_owned(), message);
            }
        }
        for ((demand, hub), (total, members)) in pools {
            let (demand, hub) = (self.market.demand(demand), self.hubs[hub.index()].id.clone());
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

    fn totals(&mut self, direct: &[Allocation], pooled: &[PooledVolume]) {
        let market = self.market;
        let mut totals: BTreeMap<(&str, &str), (i128, Option<i64>)> = BTreeMap::new();
        let direct = direct.iter().map(|a| (a.offer, a.demand, a.volume));
        for (o, d, kg) in direct.chain(pooled.iter().map(|share| (share.offer, share.demand, share.volume))) {
            let (offer, demand) = (market.offer(o), market.demand(d));
            let cooperative = market.cooperative(market.cooperative_of(o));
            let enterprise = market.enterprise(market.enterprise_of(d));
            for (kind, id, limit) in [
                ("offer", &offer.id, Some(offer.volume)),
                ("demand", &demand.id, Some(demand.volume)),
                ("cooperative", &cooperative.id, cooperative.capacity),
                ("enterprise", &enterprise.id, enterprise.capacity),
            ] {
                let total = totals.entry((kind, id.as_str())).or_insert((0, limit.map(|kg| kg.0)));
                total.0 += i128::from(kg.0);
            }
        }
        for ((kind, id), (total, limit)) in totals {
            if let Some(limit) = limit.filter(|limit| total > i128::from(*limit)) {
                let message = format!("the {kind} `{id}` trades {total} kg, above its {limit} kg");
                self.refute("over_limit", "/allocations".to_owned(), message);
            }
        }
    }

    /// Numbers of partners, a pool being one supplier, and demands that are filled or get their contracts only.
    fn partners(&mut self, direct: &[Allocation], pooled: &[PooledVolume]) {
        let market = self.market;
        let mut buyers: BTreeMap<OfferIx, BTreeSet<DemandIx>> = BTreeMap::new();
        let mut suppliers: BTreeMap<DemandIx, BTreeSet<Supplier>> = BTreeMap::new();
        let mut received: BTreeMap<DemandIx, (i128, i128)> = BTreeMap::new();
        for a in direct {
            buyers.entry(a.offer).or_default().insert(a.demand);
            suppliers.entry(a.demand).or_default().insert(Supplier::Offer(a.offer));
            let received = received.entry(a.demand).or_default();
            received.0 += i128::from(a.volume.0);
            received.1 += i128::from(a.contract.0);
        }
        for share in pooled {
            buyers.entry(share.offer).or_default().insert(share.demand);
            suppliers.entry(share.demand).or_default().insert(Supplier::Pool(share.hub));
            received.entry(share.demand).or_default().0 += i128::from(share.volume.0);
        }
        for (offer, buyers) in buyers {
            let (offer, count) = (market.offer(offer), buyers.len() as u64);
            if let Some(most) = offer.max_buyers.filter(|most| count > *most) {
                let message = format!("the offer `{}` serves {count} demands, more than {most}", offer.id);
                self.refute("over_partners", "/allocations".to_owned(), message);
            }
        }
        for (demand, suppliers) in suppliers {
            let (demand, count) = (market.demand(demand), suppliers.len() as u64);
            if let Some(most) = demand.max_suppliers.filter(|most| count > *most) {
                let message = format!("the demand `{}` has {count} suppliers, more than {most}", demand.id);
                self.refute("over_partners", "/allocations".to_owned(), message);
            }
        }
        for (demand, (volume, contract)) in received {
            let demand = market.demand(demand);
            if demand.all_or_nothing && volume != contract && volume != i128::from(demand.volume.0) {
                let message = format!("the demand `{}` wants all or nothing and gets {volume} kg", demand.id);
                self.refute("all_or_nothing", "/allocations".to_owned(), message);
            }
        }
    }

    /// No more sold under a certificate than it is limited to, through hubs or not.
    fn certified(&mut self, direct: &[Allocation], pooled: &[PooledVolume]) {
        let candidates = direct.iter().filter(|a| self.linkage.candidate(a.offer, a.demand).is_some());
        let direct = candidates.map(|a| (a.offer, a.demand, a.volume));
        let mut sold: BTreeMap<(CooperativeIx, usize), i128> = BTreeMap::new();
        for (o, d, kg) in direct.chain(pooled.iter().map(|share| (share.offer, share.demand, share.volume))) {
            for certificate in relied_on(self.linkage.judge(), o, d) {
                *sold.entry((self.market.cooperative_of(o), certificate)).or_default() += i128::from(kg.0);
            }
        }
        for ((cooperative, certificate), total) in sold {
            let cooperative = self.market.cooperative(cooperative);
            let certificate = &cooperative.certificates[certificate];
            if let Some(limit) = certificate.volume.filter(|limit| total > i128::from(limit.0)) {
                let message = format!(
                    "{total} kg are sold under the certificate `{}` of `{}`, above its {} kg",
                    certificate.standard, cooperative.id, limit.0
                );
                self.refute("over_certificate", "/allocations".to_owned(), message);
            }
        }
    }
}
