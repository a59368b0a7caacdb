//! Pools that are wrong: spoiled volumes, faults of policies; and what objectives make of both legs.

use crate::pooling::{depot, market, pools};
use lienket::{
    Depot, Error, HubKind, Kg, Km, Linkage, Market, MarketParts, Objective, Place, Policy, PooledVolume,
    PooledVolumes, Pooling, Pools, Union, VndPerKg,
};
use std::collections::BTreeSet;

#[test]
fn what_is_spoiled_is_refused() {
    let mut parts = market(&[("a", 105.0, 3000), ("b", 105.4, 3000), ("c", 105.2, 8000)]);
    parts.offers[0].min_lot = Kg(2500);
    let pools = pools(&parts, &depot(21.0, Some(6500)));
    let market = pools.linkage().market().clone();
    let demand = market.find_demand("d").unwrap();
    let (hub, trunk) = (pools.pool(0).hub, pools.pool(0).trunk);
    let offer = |id: &str| market.find_offer(id).unwrap();
    let share = |id: &str, kg: i64| {
        let member = pools.members_of(0).find(|member| member.offer == offer(id)).unwrap();
        PooledVolume { offer: offer(id), demand, hub, volume: Kg(kg), collection: member.collection, trunk }
    };
    let codes = |pooled: &[PooledVolume]| -> Vec<&'static str> {
        match PooledVolumes::adopt(&pools, &[], pooled) {
            Ok(_) => vec![],
            Err(Error::Refuted(issues)) => issues.iter().map(|issue| issue.code).collect(),
            Err(other) => panic!("{other}"),
        }
    };
    let sound = [share("o-a", 3000), share("o-b", 2000)];
    assert_eq!(codes(&sound), [""; 0]);
    assert_eq!(codes(&[share("o-a", 3000), share("o-b", 1999)]), ["below_lot"]);
    assert_eq!(codes(&[share("o-a", 2499), share("o-b", 3000)]), ["below_lot"]);
    assert_eq!(codes(&[share("o-a", 3000), share("o-b", 3001)]), ["over_pair", "over_limit"]);
    assert_eq!(codes(&[share("o-a", 3000), share("o-c", 3501)]), ["over_hub"]);
    assert_eq!(codes(&[share("o-a", 3000), share("o-a", 3000)]), ["order", "over_limit"]);
    let mut moved = sound;
    moved[1].collection.0 += 1;
    assert_eq!(codes(&moved), ["distance"]);
    let foreign = [PooledVolume { demand: market.find_demand("d").unwrap(), ..sound[0] }, sound[1]];
    assert_eq!(codes(&foreign), [""; 0]);
    // The same volumes under a smaller radius, a shorter limit, fewer members, another hub policy.
    let under = |parts: &MarketParts, pooling: &Pooling| {
        let linkage = Linkage::build(&Market::build(parts.clone()).unwrap(), &Policy::default()).unwrap();
        let pools = Pools::build(&linkage, pooling).unwrap();
        match PooledVolumes::adopt(&pools, &[], &sound) {
            Err(Error::Refuted(issues)) => issues.iter().map(|issue| issue.code).collect::<Vec<_>>(),
            _ => panic!("it passes"),
        }
    };
    let near = Pooling { radius: Km(20.761), ..depot(21.0, None) };
    assert_eq!(under(&parts, &near)[..2], ["pool_radius"; 2]);
    let mut far = parts.clone();
    far.demands[0].max_distance = Some(Km(55.5));
    assert_eq!(under(&far, &depot(21.0, None))[..2], ["distance"; 2]);
    let mut dear = parts.clone();
    (dear.offers[0].ask, dear.demands[0].bid) = (Some(VndPerKg(11)), Some(VndPerKg(10)));
    assert_eq!(under(&dear, &depot(21.0, None))[0], "not_a_candidate");
}

#[test]
fn welfare_and_volume_count_both_legs() {
    let mut parts = market(&[("a", 105.0, 3000), ("b", 105.4, 3000)]);
    parts.offers.iter_mut().for_each(|offer| offer.ask = Some(VndPerKg(100)));
    parts.demands[0].bid = Some(VndPerKg(200));
    let run = |objective: Objective, freight: f64| {
        let policy = Policy { objective, freight, ..Policy::default() };
        let linkage = Linkage::build(&Market::build(parts.clone()).unwrap(), &policy).unwrap();
        let pools = Pools::build(&linkage, &depot(21.0, None)).unwrap();
        *PooledVolumes::solve(&pools, 20_000).unwrap().bounds()
    };
    // 76.36 km at 500 VND a tonne and km: 38 VND a kg.
    assert_eq!(run(Objective::Welfare, 500.0).objective, 6000 * (100 - 38));
    assert_eq!(run(Objective::Welfare, 1400.0).objective, 0);
    let volume = run(Objective::Volume, 0.0);
    assert_eq!((volume.objective, volume.bound), (6000, 6000));
}

#[test]
fn faults_of_the_policy_are_named() {
    let parts = market(&[("a", 105.0, 3000)]);
    let linkage = Linkage::build(&Market::build(parts).unwrap(), &Policy::default()).unwrap();
    let faults = |pooling: &Pooling| -> Vec<(String, &'static str)> {
        let error = Pools::build(&linkage, pooling).unwrap_err();
        error.issues().iter().map(|issue| (issue.pointer.clone(), issue.code)).collect()
    };
    let fault = |pointer: &str, code: &'static str| vec![(pointer.to_owned(), code)];
    let wrong = |radius: f64| faults(&Pooling { radius: Km(radius), ..Pooling::default() });
    assert_eq!(wrong(-1.0), fault("/pooling/pool_radius_km", "out_of_range"));
    assert_eq!(wrong(f64::NAN), fault("/pooling/pool_radius_km", "out_of_range"));
    let few = Pooling { max_members: Some(1), ..Pooling::default() };
    assert_eq!(faults(&few), fault("/pooling/max_members", "out_of_range"));
    let none = Pooling { hubs: BTreeSet::new(), ..Pooling::default() };
    assert_eq!(faults(&none), fault("/pooling/hubs", "out_of_range"));
    let unions = |union: &str, members: &[&str]| Pooling {
        unions: vec![Union { union: union.into(), members: members.iter().map(|&m| m.to_owned()).collect() }],
        ..Pooling::default()
    };
    assert_eq!(faults(&unions("a", &[])), fault("/pooling/unions/0/members", "empty_list"));
    assert_eq!(faults(&unions("a", &["a", "a"])), fault("/pooling/unions/0/members/1", "duplicate_id"));
    assert_eq!(faults(&unions("x", &["a"])), fault("/pooling/unions/0/union", "unknown_id"));
    assert_eq!(faults(&unions("a", &["x"])), fault("/pooling/unions/0/members/0", "unknown_id"));
    let mut twice = depot(1.0, Some(-1));
    twice.depots.push(Depot { id: "kho".into(), place: Place::point(91.0, 0.0), capacity: None });
    let found = faults(&twice);
    assert_eq!(found.len(), 3, "{found:?}");
    let mut nowhere = depot(1.0, None);
    nowhere.depots[0].place = Place::id("vn/nowhere");
    assert_eq!(faults(&nowhere), fault("/pooling/depots/0/place", "unknown_place"));
    nowhere.hubs = BTreeSet::from([HubKind::Unions]);
    assert_eq!(faults(&nowhere), fault("/pooling/depots", "contradiction"));
}
