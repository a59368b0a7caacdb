//! Documents and markets that tests begin with.

use lienket::{
    Acceptance, AcceptanceKind, Barred, Certificate, CertificateStatus, Contract, Cooperative,
    CooperativeKind, Date, Demand, Enterprise, Exclusion, Kg, Km, MarketParts, Offer, Place, PlaceEntry,
    ProductEntry, Relation, StandardEntry, Substitute, VndPerKg, Window,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

/// The example of the format's description.
pub(crate) const EXAMPLE: &str = r#"{ "format": "lienket/market@1", "as_of": "2025-11-28",
  "cooperatives": [{
     "id": "htx-hao-dat", "name": "HTX chè Hảo Đạt", "kind": "cooperative",
     "place": "vn/thai-nguyen", "members": 120, "tags": ["women_led"], "capacity_kg": 130000,
     "certificates": [{"standard": "vietgap", "products": ["tea"], "valid_from": "2024-06-01", "valid_until": "2026-05-31",
                       "status": "active", "volume_kg": 130000}] }],
  "enterprises": [{"id": "sieu-thi-a", "name": "Siêu thị A", "place": {"lat": 21.0285, "lon": 105.8542}, "capacity_kg": 500000}],
  "offers": [{"id": "o-1", "cooperative": "htx-hao-dat", "product": "tea/green", "volume_kg": 20000, "min_lot_kg": 500,
              "ask_vnd_per_kg": 180000, "available": {"from": "2025-12-01", "to": "2026-03-31"}, "place": "vn/thai-nguyen",
              "certified": ["vietgap"], "seeks": ["credit", "training"], "max_buyers": 5}],
  "demands": [{"id": "d-1", "enterprise": "sieu-thi-a", "product": "tea", "volume_kg": 50000, "min_lot_kg": 1000,
               "bid_vnd_per_kg": 210000, "needed": {"from": "2025-12-15", "to": "2026-06-30"},
               "requires": ["vietgap"], "prefers": ["ocop-4", "trace"], "max_distance_km": 250,
               "substitutes": [{"product": "herb/lotus-tea", "fit": 0.6}], "provides": ["credit", "transport"],
               "max_suppliers": 8, "all_or_nothing": false, "accepts_market_equivalents": false}],
  "contracts":  [{"offer": "o-1", "demand": "d-1", "volume_kg": 3000}],
  "exclusions": [],
  "relations":  [{"cooperative": "htx-hao-dat", "enterprise": "sieu-thi-a", "reliability": 0.9}],
  "catalogue":  {"products": [], "standards": [], "acceptances": [], "places": []} }"#;

/// The policy of the format's description.
pub(crate) const POLICY: &str = r#"
format = "lienket/policy@1"
mechanism = "optimal"          # greedy | stable | fair
proposing = "cooperatives"
objective = "score"
balance = 0.5
min_score = 0.0
accept = ["legal", "technical"]
# max_distance_km = 400
road_factor = 1.0
price_tolerance_percent = 0
unknown = 0.5
half_km = 100
full_margin = 0.2
freight_vnd_per_tonne_km = 0
[weights.cooperative]
product = 1
volume = 2
certification = 1
location = 2
price = 3
timing = 1
services = 2
relationship = 1
[weights.enterprise]
product = 2
volume = 2
certification = 3
location = 2
price = 2
timing = 1
services = 0
relationship = 1
"#;

pub(crate) fn text() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9đĐếộ\"', /~;:🍵\u{301}\u{feff}|\\\\=+@-]{1,10}"
}

/// A word of a list: without the semicolon that separates them in CSV.
fn word() -> impl Strategy<Value = String> {
    text().prop_map(|text| text.replace(';', "·"))
}

fn day() -> impl Strategy<Value = Date> {
    (2020i16..2030, 1i8..=12, 1i8..=28).prop_map(|(y, m, d)| Date::new(y, m, d).expect("before the 29th"))
}

fn window() -> impl Strategy<Value = Window> {
    (day(), day()).prop_map(|(a, b)| Window::new(a.min(b), a.max(b)))
}

fn place() -> impl Strategy<Value = Place> {
    prop_oneof![
        select(vec!["vn/thai-nguyen", "vn63/bac-kan", "ở đây, \"kho\" ~/1"]).prop_map(Place::id),
        (-90.0..=90.0, -180.0..=180.0).prop_map(|(lat, lon)| Place::point(lat, lon)),
    ]
}

fn product() -> impl Strategy<Value = String> {
    select(vec!["tea", "tea/green", "fruit/dragon-fruit/red", "my-own/thing_1"]).prop_map(str::to_owned)
}

fn standard() -> impl Strategy<Value = String> {
    select(vec!["vietgap", "globalgap", "attp", "trace", "riêng, \"của\" ~ tôi/1"]).prop_map(str::to_owned)
}

fn volume() -> impl Strategy<Value = Kg> {
    prop_oneof![(1i64..1000).prop_map(Kg), Just(Kg(1_000_000_000_000))]
}

prop_compose! {
    fn certificate()(
        standard in standard(), products in vec(product(), 0..3), valid_from in option::of(day()),
        more in option::of(0i16..3), volume in option::of(volume()),
        status in select(vec![CertificateStatus::Active, CertificateStatus::Suspended, CertificateStatus::Revoked]),
    ) -> Certificate {
        let valid_until = more.and_then(|years| Date::new(2029 + years, 12, 31));
        Certificate { standard, products, valid_from, valid_until, status, volume }
    }
}

prop_compose! {
    fn cooperative(i: usize)(
        id in text(), name in option::of(text()), place in place(),
        kind in select(vec![CooperativeKind::Cooperative, CooperativeKind::CooperativeGroup, CooperativeKind::Union]),
        members in option::of(prop_oneof![0u64..500, Just(u64::MAX)]), tags in vec(word(), 0..3),
        capacity in option::of(prop_oneof![Just(i64::MAX), 10_000_000_000_000i64..20_000_000_000_000]),
        certificates in vec(certificate(), 0..3),
    ) -> Cooperative {
        let capacity = capacity.map(Kg);
        Cooperative { id: format!("{id}{i}"), name, kind, place, members, tags, capacity, certificates }
    }
}

prop_compose! {
    fn enterprise(i: usize)(
        id in text(), name in option::of(text()), place in place(), tags in vec(word(), 0..3),
        capacity in option::of(10_000_000_000_000i64..20_000_000_000_000),
    ) -> Enterprise {
        Enterprise { id: format!("{i}{id}"), name, place, tags, capacity: capacity.map(Kg) }
    }
}

prop_compose! {
    fn offer(i: usize)(
        id in text(), party in 0usize..3, product in product(), volume in volume(), min_lot in 1i64..5,
        ask in option::of(1i64..1_000_000), available in option::of(window()), place in option::of(place()),
        certified in option::of(vec(standard(), 0..3)), seeks in vec(word(), 0..3),
        max_buyers in option::of(prop_oneof![5u64..9, Just(u64::MAX)]),
    ) -> (Offer, usize) {
        (Offer {
            id: format!("{id}{i}"), cooperative: String::new(), product, volume, min_lot: Kg(min_lot),
            ask: ask.map(VndPerKg), available, place, certified, seeks, max_buyers,
        }, party)
    }
}

prop_compose! {
    fn wishes()(
        requires in vec(standard(), 0..3), prefers in vec(standard(), 0..3), provides in vec(word(), 0..3),
        substitutes in vec((product(), 0.0..=1.0f64), 0..3), max_suppliers in option::of(5u64..9),
    ) -> Demand {
        let substitutes = substitutes.into_iter().map(|(product, fit)| Substitute { product, fit }).collect();
        let mut demand = Demand::new("", "", "", Kg::ONE);
        (demand.requires, demand.prefers, demand.provides) = (requires, prefers, provides);
        (demand.substitutes, demand.max_suppliers) = (substitutes, max_suppliers);
        demand
    }
}

prop_compose! {
    fn demand(i: usize)(
        id in text(), party in 0usize..3, product in product(), volume in volume(), min_lot in 1i64..5,
        bid in option::of(1i64..1_000_000), needed in option::of(window()), place in option::of(place()),
        km in option::of(0.0..1e6f64), flags in any::<(bool, bool)>(), wishes in wishes(),
    ) -> (Demand, usize) {
        (Demand {
            id: format!("{i}{id}"), product, volume, min_lot: Kg(min_lot), bid: bid.map(VndPerKg), needed, place,
            max_distance: km.map(Km), all_or_nothing: flags.0, accepts_market_equivalents: flags.1, ..wishes
        }, party)
    }
}

prop_compose! {
    /// A valid market that uses every field, with ids that are hard to write.
    pub(crate) fn parts()(
        as_of in day(),
        cooperatives in (cooperative(0), cooperative(1), cooperative(2)),
        enterprises in (enterprise(0), enterprise(1), enterprise(2)),
        offers in (offer(0), offer(1), offer(2), offer(3)),
        demands in (demand(0), demand(1), demand(2)),
        pairs in vec((0usize..3, 0usize..3, option::of(0.0..=1.0f64)), 0..4),
        signed in vec((0usize..4, 0usize..3), 0..2),
        names in vec(text(), 3),
        link in (option::of(window()), select(vec![AcceptanceKind::Legal, AcceptanceKind::Market])),
    ) -> MarketParts {
        let mut parts = MarketParts::new(as_of);
        parts.cooperatives = vec![cooperatives.0, cooperatives.1, cooperatives.2];
        parts.enterprises = vec![enterprises.0, enterprises.1, enterprises.2];
        for (mut offer, party) in [offers.0, offers.1, offers.2, offers.3] {
            offer.cooperative.clone_from(&parts.cooperatives[party].id);
            parts.offers.push(offer);
        }
        for (mut demand, party) in [demands.0, demands.1, demands.2] {
            demand.enterprise.clone_from(&parts.enterprises[party].id);
            parts.demands.push(demand);
        }
        for (c, e, reliability) in pairs {
            let (cooperative, enterprise) = (parts.cooperatives[c].id.clone(), parts.enterprises[e].id.clone());
            parts.exclusions.push(Exclusion { cooperative: cooperative.clone(), enterprise: enterprise.clone() });
            let known = |r: &Relation| r.cooperative == cooperative && r.enterprise == enterprise;
            if !parts.relations.iter().any(known) {
                let reliability = reliability.unwrap_or(Relation::UNKNOWN);
                parts.relations.push(Relation { cooperative, enterprise, reliability });
            }
        }
        for (o, d) in signed {
            let contract = Contract {
                offer: parts.offers[o].id.clone(), demand: parts.demands[d].id.clone(), volume: Kg(1),
            };
            let offer_free = !parts.contracts.iter().any(|c| c.offer == contract.offer || c.demand == contract.demand);
            if offer_free {
                parts.contracts.push(contract);
            } else {
                parts.barred.push(Barred { offer: contract.offer, demand: contract.demand });
            }
        }
        let [a, b, c] = &names[..] else { unreachable!("three names") };
        let catalogue = &mut parts.catalogue;
        catalogue.products.push(ProductEntry { id: "my-own/thing_1".into(), name: a.clone(), ..Default::default() });
        catalogue.standards.push(StandardEntry {
            id: "riêng, \"của\" ~ tôi/1".into(), name: b.clone(), ..Default::default()
        });
        catalogue.places.push(PlaceEntry {
            id: "ở đây, \"kho\" ~/1".into(), name: c.clone(), lat: 10.25, lon: 106.1, ..Default::default()
        });
        catalogue.acceptances.push(Acceptance {
            holds: "riêng, \"của\" ~ tôi/1".into(), asked: "vietgap".into(), kind: link.1,
            from: link.0.map(|w| w.from), until: link.0.map(|w| w.to), basis: None,
        });
        parts
    }
}
