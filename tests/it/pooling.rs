//! Pools of a market: who may collect what, what comes of it, and what the check refuses.

use crate::support::markets::{self, Mix, middle};
use crate::support::straightforward::Straightforward;
use crate::support::transports::Dice;
use lienket::{
    Cooperative, CooperativeKind, Criterion, Demand, Depot, Enterprise, HubKind, Kg, Km, Linkage, Market,
    MarketParts, Metres, Offer, Place, Policy, PoolStop, PooledVolume, PooledVolumes, Pooling, Pools, Rule,
    Status, Union, VndPerKg,
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// One buyer of tea with a lot of 5 t, and cooperatives along a parallel: id, degrees east, kilograms.
pub(crate) fn market(cooperatives: &[(&str, f64, i64)]) -> MarketParts {
    let mut parts = MarketParts::new("2025-11-28".parse().unwrap());
    for &(id, east, kg) in cooperatives {
        parts.cooperatives.push(Cooperative::new(id, Place::point(21.0, east)));
        parts.offers.push(Offer::new(format!("o-{id}"), id, "tea", Kg(kg)));
    }
    parts.enterprises.push(Enterprise::new("shop", Place::point(21.5, 105.2)));
    let mut demand = Demand::new("d", "shop", "tea", Kg(9000));
    demand.min_lot = Kg(5000);
    parts.demands.push(demand);
    parts
}

/// A depot at 105.2° east that is the only hub.
pub(crate) fn depot(radius: f64, capacity: Option<i64>) -> Pooling {
    let depot = Depot { id: "kho".into(), place: Place::point(21.0, 105.2), capacity: capacity.map(Kg) };
    Pooling {
        radius: Km(radius),
        hubs: BTreeSet::from([HubKind::Depots]),
        depots: vec![depot],
        ..Pooling::default()
    }
}

pub(crate) fn pools(parts: &MarketParts, pooling: &Pooling) -> Pools {
    let linkage = Linkage::build(&Market::build(parts.clone()).unwrap(), &Policy::default()).unwrap();
    Pools::build(&linkage, pooling).unwrap()
}

pub(crate) fn solved(parts: &MarketParts, pooling: &Pooling) -> PooledVolumes {
    PooledVolumes::solve(&pools(parts, pooling), 20_000).unwrap()
}

/// Pooled kilograms by offer.
pub(crate) fn pooled_kg(parts: &MarketParts, volumes: &PooledVolumes) -> BTreeMap<String, i64> {
    let market = Market::build(parts.clone()).unwrap();
    let name = |share: &PooledVolume| market.offer(share.offer).id.clone();
    volumes.pooled().iter().map(|share| (name(share), share.volume.0)).collect()
}

#[test]
fn only_a_pool_serves_the_demand() {
    let parts = market(&[("a", 105.0, 3000), ("b", 105.4, 3000)]);
    let volumes = solved(&parts, &depot(21.0, None));
    assert!(volumes.direct().is_empty());
    assert_eq!(volumes.bounds().status, Status::Optimal);
    let [pool] = &volumes.accounts()[..] else { panic!("one pool") };
    assert_eq!((pool.volume, pool.slack), (Kg(6000), Kg(1000)));
    let market = Market::build(parts.clone()).unwrap();
    assert_eq!(pool.members.len(), 2);
    for member in &pool.members {
        assert!(member.critical && !member.better_alone);
        assert_eq!(member.collection, Metres(20_762)); // 0.2° at 21° north
        assert_eq!(member.volume, market.offer(member.offer).volume);
    }
    assert_eq!(pool.pool.trunk, Metres(55_598)); // half a degree along the meridian
}

#[test]
fn a_smaller_radius_is_the_reason_for_nothing() {
    let parts = market(&[("a", 105.0, 3000), ("b", 105.4, 3000)]);
    let pools = pools(&parts, &depot(20.761, None));
    assert!(pools.is_empty());
    assert!(PooledVolumes::solve(&pools, 1000).unwrap().pooled().is_empty());
    let market = pools.linkage().market().clone();
    let (offer, demand) = (market.find_offer("o-a").unwrap(), market.find_demand("d").unwrap());
    assert_eq!(pools.stopped(offer, demand), Some(PoolStop::PoolRadius));
    assert_eq!(PoolStop::PoolRadius.code(), "pool_radius");
}

#[test]
fn other_reasons_are_told_apart() {
    let reason = |parts: &MarketParts, pooling: &Pooling| {
        let pools = pools(parts, pooling);
        let market = pools.linkage().market().clone();
        pools.stopped(market.find_offer("o-a").unwrap(), market.find_demand("d").unwrap())
    };
    let parts = market(&[("a", 105.0, 3000), ("b", 105.4, 3000)]);
    assert_eq!(reason(&parts, &depot(21.0, None)), None);
    let small = market(&[("a", 105.0, 3000), ("b", 105.4, 1000)]);
    assert_eq!(reason(&small, &depot(21.0, None)), Some(PoolStop::Rule(Rule::Lot)));
    let mut far = parts.clone();
    far.demands[0].max_distance = Some(Km(55.5));
    assert_eq!(reason(&far, &depot(21.0, None)), Some(PoolStop::Rule(Rule::Distance)));
    let mut dear = parts.clone();
    (dear.offers[0].ask, dear.demands[0].bid) = (Some(VndPerKg(11)), Some(VndPerKg(10)));
    assert_eq!(reason(&dear, &depot(21.0, None)), Some(PoolStop::Rule(Rule::Price)));
    let mut other = parts.clone();
    other.offers[0].product = "herb/lotus-tea".into();
    assert_eq!(reason(&other, &depot(21.0, None)), Some(PoolStop::Rule(Rule::Product)));
    let mut whole = parts.clone();
    whole.demands[0].min_lot = Kg(1);
    assert_eq!(reason(&whole, &depot(21.0, None)), Some(PoolStop::NoLot));
}

#[test]
fn a_pool_is_one_supplier() {
    let mut parts =
        market(&[("a", 105.1, 2000), ("b", 105.3, 2000), ("c", 105.2, 2000), ("d", 105.25, 5000)]);
    parts.demands[0].max_suppliers = Some(1);
    let volumes = solved(&parts, &depot(21.0, None));
    // All four through the one pool: 9 t of their 11.
    assert_eq!(volumes.pooled().iter().map(|share| share.volume.0).sum::<i64>(), 9000);
    assert!(volumes.direct().is_empty());
}

#[test]
fn critical_is_who_would_be_missed() {
    let parts = market(&[("a", 105.1, 1500), ("b", 105.3, 4000), ("c", 105.2, 1000)]);
    let volumes = solved(&parts, &depot(21.0, None));
    let [pool] = &volumes.accounts()[..] else { panic!("one pool") };
    assert_eq!(pool.slack, Kg(1500));
    let critical: Vec<bool> = pool.members.iter().map(|member| member.critical).collect();
    assert_eq!(critical, [false, true, false]);
}

#[test]
fn who_could_go_alone_is_named() {
    let mut parts = market(&[("a", 105.2, 3000), ("b", 105.2, 6000)]);
    parts.demands[0].max_suppliers = Some(1);
    let volumes = solved(&parts, &depot(21.0, None));
    let [pool] = &volumes.accounts()[..] else { panic!("one pool") };
    let alone: Vec<bool> = pool.members.iter().map(|member| member.better_alone).collect();
    // On the way: the hub is no detour for either, and none would gain by leaving.
    assert_eq!(alone, [false, false]);
    parts.cooperatives[1].place = Place::point(21.4, 105.2);
    let pooling = depot(60.0, None);
    let volumes = solved(&parts, &pooling);
    let [pool] = &volumes.accounts()[..] else { panic!("one pool") };
    let alone: Vec<bool> = pool.members.iter().map(|member| member.better_alone).collect();
    assert_eq!(alone, [false, true]);
}

#[test]
fn members_of_a_union_pool_at_it_whatever_the_distance() {
    let mut parts = market(&[("a", 103.0, 3000), ("b", 108.0, 3000), ("lh", 105.2, 1)]);
    parts.cooperatives[2].kind = CooperativeKind::Union;
    let member = |members: &[&str]| Pooling {
        radius: Km(10.0),
        hubs: BTreeSet::from([HubKind::Unions]),
        unions: vec![Union { union: "lh".into(), members: members.iter().map(|&m| m.to_owned()).collect() }],
        ..Pooling::default()
    };
    let volumes = solved(&parts, &member(&["b", "a"]));
    assert_eq!(pooled_kg(&parts, &volumes).values().sum::<i64>(), 6001);
    assert!(solved(&parts, &member(&["a"])).pooled().is_empty());
    // A union may be named by the policy alone.
    parts.cooperatives[2].kind = CooperativeKind::Cooperative;
    assert_eq!(pooled_kg(&parts, &solved(&parts, &member(&["a", "b"]))).values().sum::<i64>(), 6001);
}

#[test]
fn a_depot_passes_on_no_more_than_it_can() {
    let parts = market(&[("a", 105.0, 3000), ("b", 105.4, 3000)]);
    let volumes = solved(&parts, &depot(21.0, Some(5400)));
    assert_eq!(volumes.pooled().iter().map(|share| share.volume.0).sum::<i64>(), 5400);
    assert!(solved(&parts, &depot(21.0, Some(4999))).pooled().is_empty());
}

#[test]
fn too_many_hubs_are_thinned_and_counted() {
    let mut parts = market(&[("a", 105.2, 3000), ("b", 105.2, 3000)]);
    for i in 0..70 {
        let place = Place::point(21.0 + f64::from(i) / 1000.0, 105.2);
        parts.cooperatives.push(Cooperative::new(format!("z{i:02}"), place));
    }
    let all = pools(&parts, &Pooling::default());
    // a, b and z00 are one hub.
    assert_eq!((all.len(), all.left_out(), all.hubs().len()), (50, 20, 70));
    let trunks: BTreeSet<_> = all.pools().map(|pool| pool.trunk).collect();
    assert_eq!(trunks.len(), 50);
}

/// Coordinates of a place.
fn point(parts: &MarketParts, place: &Place) -> (f64, f64) {
    match place {
        Place::Point { lat, lon } => (*lat, *lon),
        Place::Id(id) => {
            let catalogue = lienket::Catalogue::built_in();
            let mut entries = catalogue.places().iter().chain(&parts.catalogue.places);
            let entry = entries.find(|entry| entry.id == *id).unwrap();
            (entry.lat, entry.lon)
        }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 2 × 10^7")]
fn metres(a: (f64, f64), b: (f64, f64)) -> u32 {
    let vector = |(lat, lon): (f64, f64)| {
        let (lat, lon) = (lat.to_radians(), lon.to_radians());
        [lat.cos() * lon.cos(), lat.cos() * lon.sin(), lat.sin()]
    };
    let chord = vector(a).iter().zip(vector(b)).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt();
    (2.0 * 6_371_008.8 * (chord / 2.0).min(1.0).asin()).round() as u32
}

/// A random policy of pooling for a market.
pub(crate) fn pooling(parts: &MarketParts, seed: u64) -> Pooling {
    let mut dice = Dice(seed);
    let mut pooling = Pooling { radius: Km([0.0, 30.0, 60.0, 120.0][dice.index(4)]), ..Pooling::default() };
    pooling.max_members = dice.percent(30).then(|| 2 + u32::try_from(dice.below(3)).unwrap());
    pooling.hubs = HubKind::ALL.into_iter().filter(|_| dice.percent(70)).collect();
    pooling.hubs.insert(HubKind::Cooperatives);
    if pooling.hubs.contains(&HubKind::Unions) {
        for cooperative in &parts.cooperatives {
            if dice.percent(25) {
                let mut members: Vec<String> = Vec::new();
                members.extend(parts.cooperatives.iter().filter(|_| dice.percent(40)).map(|c| c.id.clone()));
                if !members.is_empty() {
                    pooling.unions.push(Union { union: cooperative.id.clone(), members });
                }
            }
        }
    }
    if pooling.hubs.contains(&HubKind::Depots) {
        for (id, place) in [("k1", Place::point(21.25, 105.5)), ("k2", Place::id("vn/ha-noi"))] {
            let capacity = dice.percent(50).then(|| Kg(dice.below(60)));
            pooling.depots.push(Depot { id: id.into(), place, capacity });
        }
    }
    pooling
}

/// Every pool the plain way: demand, hub (kind and id), members with metres and score.
type Plain = BTreeMap<(String, u8, String), (u32, Vec<(String, u32, u32)>)>;

pub(crate) fn plain(parts: &MarketParts, policy: &Policy, pooling: &Pooling) -> Plain {
    let mut open = parts.clone();
    open.demands.iter_mut().for_each(|demand| (demand.max_distance, demand.min_lot) = (None, Kg(1)));
    let free = Policy { max_distance: None, min_score: 0.0, ..policy.clone() };
    let rules = Straightforward::of(&open, &free);
    let mut hubs: Vec<(u8, &str, (f64, f64))> = Vec::new();
    let mut points = BTreeSet::new();
    let mut cooperatives: Vec<&Cooperative> = parts.cooperatives.iter().collect();
    cooperatives.sort_by_key(|c| &c.id);
    for c in cooperatives {
        let named = pooling.unions.iter().any(|union| union.union == c.id);
        let union = c.kind == CooperativeKind::Union || named;
        let (kind, at) =
            (if union { HubKind::Unions } else { HubKind::Cooperatives }, point(parts, &c.place));
        let first =
            union || (pooling.hubs.contains(&kind) && points.insert((at.0.to_bits(), at.1.to_bits())));
        if pooling.hubs.contains(&kind) && first {
            hubs.push((u8::from(!union), &c.id, at));
        }
    }
    hubs.extend(pooling.depots.iter().map(|depot| (2, depot.id.as_str(), point(parts, &depot.place))));
    let mut found = Plain::new();
    for (d, demand) in parts.demands.iter().enumerate() {
        if demand.min_lot.0 <= 1 || demand.min_lot > demand.volume {
            continue;
        }
        let shop = &parts.enterprises[rules.enterprise(d)].place;
        let there = point(parts, demand.place.as_ref().unwrap_or(shop));
        for &(kind, id, hub) in &hubs {
            let trunk = metres(hub, there);
            let limits = [demand.max_distance, policy.max_distance];
            let within =
                |metres: u32, km: Km| f64::from(metres) * policy.road_factor <= (km.0 * 1000.0).round();
            if !limits.into_iter().flatten().all(|limit| within(trunk, limit)) {
                continue;
            }
            let (mut members, mut kg, mut small) = (Vec::new(), Vec::new(), false);
            for (o, offer) in parts.offers.iter().enumerate() {
                let own = &parts.cooperatives[rules.cooperative(o)];
                let leg = metres(point(parts, offer.place.as_ref().unwrap_or(&own.place)), hub);
                let belongs = kind == 0
                    && pooling
                        .unions
                        .iter()
                        .any(|union| union.union == id && union.members.contains(&own.id));
                let signed = parts.contracts.iter().any(|c| c.offer == offer.id && c.demand == demand.id);
                if rules.judge(o, d).is_err() || signed || !(within(leg, pooling.radius) || belongs) {
                    continue;
                }
                let score = joint(&rules, policy, o, d, leg + trunk);
                if f64::from(score) < (policy.min_score * 1e6).round() {
                    continue;
                }
                small |= offer.volume < demand.min_lot;
                kg.push(offer.volume.min(demand.volume).0);
                members.push((offer.id.clone(), leg, score));
            }
            kg.sort_unstable_by_key(|kg| -kg);
            kg.truncate(pooling.max_members.unwrap_or(u32::MAX) as usize);
            if small && kg.iter().sum::<i64>() >= demand.min_lot.0 {
                members.sort();
                found.insert((demand.id.clone(), kind, id.to_owned()), (trunk, members));
            }
        }
    }
    found
}

/// The joint score of goods that travel so many metres.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
fn joint(rules: &Straightforward, policy: &Policy, o: usize, d: usize, metres: u32) -> u32 {
    let mut values = rules.criteria(o, d);
    let km = f64::from(metres) * policy.road_factor / 1000.0;
    values[Criterion::Location as usize] = [policy.half_distance.0 / (policy.half_distance.0 + km); 2];
    let mut sides = [0.0; 2];
    for (view, weights) in [&policy.weights.cooperative, &policy.weights.enterprise].into_iter().enumerate() {
        let weights = weights.values();
        let sum = values.iter().zip(weights).fold(0.0, |sum, (value, weight)| sum + weight * value[view]);
        sides[view] = sum / weights.iter().fold(0.0, |sum, weight| sum + weight);
    }
    let mut joint = policy.balance * sides[0] + (1.0 - policy.balance) * sides[1];
    let tags = &rules.parts.cooperatives[rules.cooperative(o)].tags;
    let mut boosts: Vec<_> = policy.boosts.iter().filter(|boost| tags.contains(&boost.tag)).collect();
    boosts.sort_by(|a, b| a.tag.cmp(&b.tag).then(a.add.total_cmp(&b.add)));
    for boost in boosts {
        joint += boost.add;
    }
    (joint.clamp(0.0, 1.0) * 1e6).round() as u32
}

pub(crate) fn as_plain(pools: &Pools) -> Plain {
    let market = pools.linkage().market();
    let entry = |(at, pool): (usize, lienket::Pool)| {
        let hub = pools.hub(pool.hub);
        let kind = match hub.site {
            lienket::HubSite::Union(_) => 0,
            lienket::HubSite::Cooperative(_) => 1,
            lienket::HubSite::Depot => 2,
        };
        let members = pools.members_of(at);
        let members =
            members.map(|m| (market.offer(m.offer).id.clone(), m.collection.0, m.score.micro())).collect();
        ((market.demand(pool.demand).id.clone(), kind, hub.id.clone()), (pool.trunk.0, members))
    };
    pools.pools().enumerate().map(entry).collect()
}

/// A random market with lots, linked, and a policy of pooling; `None` where contracts overrun a certificate.
pub(crate) fn random(mix: &Mix) -> Option<(MarketParts, Policy, Pooling, Linkage)> {
    let (parts, policy) = mix.build();
    let pooling = pooling(&parts, mix.seed ^ 7);
    let market = Market::build(parts.clone()).unwrap();
    let linkage = Linkage::build(&market, &policy).ok()?;
    Some((parts, policy, pooling, linkage))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn pools_are_those_of_the_plain_way(mix in middle(true)) {
        let Some((parts, policy, pooling, linkage)) = random(&mix) else { return Ok(()) };
        let pools = Pools::build(&linkage, &pooling).unwrap();
        prop_assert_eq!(pools.left_out(), 0);
        prop_assert_eq!(as_plain(&pools), plain(&parts, &policy, &pooling));
        // Who is in no pool has a reason, who is in one has none.
        for (o, _) in parts.offers.iter().enumerate().take(5) {
            let offer = linkage.market().find_offer(&parts.offers[o].id).unwrap();
            for demand in parts.demands.iter().take(5) {
                let demand = linkage.market().find_demand(&demand.id).unwrap();
                let own = (0..pools.len()).filter(|&pool| pools.pool(pool).demand == demand);
                let member = own.flat_map(|pool| pools.members_of(pool)).any(|m| m.offer == offer);
                prop_assert_eq!(pools.stopped(offer, demand).is_none(), member);
            }
        }
    }

    /// More work never lowers what is reached, nothing exceeds the bound, and everything passes the check.
    #[test]
    fn pools_never_cost_anything(mix in middle(true)) {
        let Some((_, _, pooling, linkage)) = random(&mix) else { return Ok(()) };
        let pools = Pools::build(&linkage, &pooling).unwrap();
        let without = PooledVolumes::solve(&pools, 0).unwrap();
        let with = PooledVolumes::solve(&pools, 20_000).unwrap();
        prop_assert!(without.pooled().is_empty());
        prop_assert!(without.bounds().objective <= with.bounds().objective);
        prop_assert!(with.bounds().objective <= with.bounds().bound);
        let again = PooledVolumes::adopt(&pools, with.direct(), with.pooled()).unwrap();
        prop_assert_eq!(again.bounds().objective, with.bounds().objective);
        prop_assert!(again.bounds().bound >= with.bounds().bound, "{:?} {:?} {:?}", again.bounds(), with.bounds(), linkage.policy().objective);
    }

    #[test]
    fn the_order_of_the_input_does_not_matter(mix in middle(true), seed in any::<u64>()) {
        let Some((parts, policy, pooling, linkage)) = random(&mix) else { return Ok(()) };
        let told = |linkage: &Linkage, pooling: &Pooling| {
            let volumes = PooledVolumes::solve(&Pools::build(linkage, pooling).unwrap(), 5000).unwrap();
            format!("{:?} {:?}", volumes, volumes.accounts())
        };
        let (mut other, mut policy, mut shuffled) = (parts, policy, pooling.clone());
        markets::permute(&mut other, &mut policy, seed);
        shuffled.unions.reverse();
        shuffled.depots.reverse();
        shuffled.unions.iter_mut().for_each(|union| union.members.reverse());
        let permuted = Linkage::build(&Market::build(other).unwrap(), &policy).unwrap();
        let threads = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let (a, b) = (told(&linkage, &pooling), threads.install(|| told(&permuted, &shuffled)));
        // Pointers of contracts in the input differ; nothing else does.
        let facts = |text: &str| text.rsplit("direct: ").next().unwrap().to_owned();
        prop_assert_eq!(facts(&a), facts(&b));
    }
}

/// At most six offers, each sold whole, directly or at one of two hubs: every way tried.
#[test]
fn few_offers_tried_out() {
    let mut used = 0;
    for seed in 0..150 {
        let mut dice = Dice(seed);
        let count = 2 + dice.index(5);
        let cooperatives: Vec<(String, f64, i64)> = (0..count)
            .map(|i| {
                let east = 105.0 + f64::from(u32::try_from(dice.below(8)).unwrap()) / 10.0;
                (format!("c{i}"), east, 1000 * (1 + dice.below(6)))
            })
            .collect();
        let listed: Vec<(&str, f64, i64)> =
            cooperatives.iter().map(|(id, e, kg)| (id.as_str(), *e, *kg)).collect();
        let mut parts = market(&listed);
        parts.demands[0].volume = Kg(100_000);
        parts.demands[0].max_suppliers = dice.percent(60).then(|| 1 + dice.below(3).unsigned_abs());
        // Some offers belong to another's cooperative: one pool for the two.
        if dice.percent(50) {
            let first = parts.offers[0].cooperative.clone();
            parts.offers[1].cooperative = first;
        }
        let mut pooling = depot(25.0, None);
        let place = Place::point(21.0, 105.55);
        pooling.depots.push(Depot { id: "kho-2".into(), place, capacity: None });
        let pools = pools(&parts, &pooling);
        let linkage = pools.linkage();
        let market = linkage.market().clone();
        let demand = market.find_demand("d").unwrap();
        // What each offer may do, and what that is worth.
        let ways: Vec<Vec<(Option<usize>, i128)>> = market
            .offers()
            .iter()
            .map(|offer| {
                let ix = market.find_offer(&offer.id).unwrap();
                let kg = i128::from(offer.volume.0);
                let direct = linkage.candidate(ix, demand).map(|c| (None, kg * i128::from(c.score.micro())));
                let hubs = (0..pools.len()).filter_map(|pool| {
                    let member = pools.members_of(pool).find(|member| member.offer == ix)?;
                    Some((Some(pool), kg * i128::from(member.score.micro())))
                });
                direct.into_iter().chain(hubs).collect()
            })
            .collect();
        let mut best = 0;
        let total: usize = ways.iter().map(|ways| ways.len() + 1).product();
        for code in 0..total {
            let (mut rest, mut value, mut direct) = (code, 0, 0);
            let mut at: BTreeMap<usize, i64> = BTreeMap::new();
            let mut through: BTreeSet<(&str, usize)> = BTreeSet::new();
            for (offer, ways) in market.offers().iter().zip(&ways) {
                let choice = rest % (ways.len() + 1);
                rest /= ways.len() + 1;
                if choice < ways.len() {
                    value += ways[choice].1;
                    match ways[choice].0 {
                        None => direct += 1,
                        Some(pool) => {
                            *at.entry(pool).or_default() += offer.volume.0;
                            through.insert((offer.cooperative.as_str(), pool));
                        }
                    }
                }
            }
            let parties: BTreeSet<&str> = through.iter().map(|(party, _)| *party).collect();
            let few = market.demand(demand).max_suppliers.is_none_or(|most| direct + at.len() as u64 <= most);
            if few && at.values().all(|kg| *kg >= 5000) && parties.len() == through.len() {
                best = best.max(value);
            }
        }
        let volumes = PooledVolumes::solve(&pools, 20_000).unwrap();
        assert_eq!(volumes.bounds().objective, best, "seed {seed}: {ways:?} {:?}", parts.demands[0]);
        assert!(volumes.bounds().bound >= best);
        used += usize::from(!volumes.pooled().is_empty());
    }
    assert!(used > 50, "{used}");
}
