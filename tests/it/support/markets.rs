//! Random valid markets and policies that use every field, in coarse numbers: ties, exact boundaries and
//! contracts are frequent.

use super::straightforward::metres;
use super::transports::Dice;
use lienket::{
    Acceptance, AcceptanceKind, Barred, Boost, CatalogueAdditions, Certificate, CertificateStatus, Contract,
    Cooperative, CooperativeKind, Criterion, Date, Demand, Enterprise, Exclusion, Kg, Km, MarketParts,
    Mechanism, Objective, Offer, Place, PlaceEntry, Policy, ProductEntry, Relation, StandardEntry, VndPerKg,
    Window,
};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// What a random market looks like; chances in percent.
#[derive(Clone, Debug)]
pub(crate) struct Mix {
    pub(crate) offers: usize,
    pub(crate) demands: usize,
    pub(crate) cooperatives: usize,
    pub(crate) enterprises: usize,
    pub(crate) most_kg: i64,
    /// Of every field that a rule or a criterion reads.
    pub(crate) fields: i64,
    /// Of limited parties, and of contracts.
    pub(crate) capacities: i64,
    pub(crate) contracts: i64,
    /// Of lots, partner limits, all-or-nothing demands and capped certificates.
    pub(crate) limits: i64,
    pub(crate) seed: u64,
}

/// At most 4 offers × 4 demands of a few kg.
pub(crate) fn tiny(limits: bool) -> impl Strategy<Value = Mix> {
    mixes(4, 4, 3, limits)
}

/// At most 60 offers × 40 demands.
pub(crate) fn middle(limits: bool) -> impl Strategy<Value = Mix> {
    mixes(60, 40, 60, limits)
}

fn mixes(offers: usize, demands: usize, most_kg: i64, limits: bool) -> impl Strategy<Value = Mix> {
    let sizes = (0..=offers, 0..=demands, 1..=offers.min(20), 1..=demands.min(15));
    let chances = (prop_oneof![Just(0_i64), 5_i64..=60], 0_i64..=90, 0_i64..=40, 10_i64..=80);
    (sizes, chances, 1..=most_kg, any::<u64>()).prop_map(move |(sizes, chances, most_kg, seed)| Mix {
        offers: sizes.0,
        demands: sizes.1,
        cooperatives: sizes.2,
        enterprises: sizes.3,
        most_kg,
        fields: chances.0,
        capacities: chances.1,
        contracts: chances.2,
        limits: if limits { chances.3 } else { 0 },
        seed,
    })
}

/// A day of April 2026: the built-in legal acceptances for `attp` end on the 15th.
pub(crate) fn day(day: i64) -> Date {
    let day = i8::try_from(day).expect("a day of the month");
    Date::new(2026, 4, day).expect("April has 30 days")
}

pub(crate) fn days(from: i64, to: i64) -> Window {
    Window::new(day(from), day(to))
}

const PRODUCTS: [&str; 6] = ["tea", "tea/green", "tea/green/new", "herb", "herb/lotus-tea", "x-fruit/red"];
const STANDARDS: [&str; 8] =
    ["vietgap", "globalgap", "haccp", "iso22000", "fssc22000", "attp", "ocop-4", "x-fair"];
const SERVICES: [&str; 3] = ["credit", "training", "transport"];
const TAGS: [&str; 3] = ["women_led", "mountain", "young"];
const KINDS: [AcceptanceKind; 3] = [AcceptanceKind::Legal, AcceptanceKind::Technical, AcceptanceKind::Market];

fn one<'a>(dice: &mut Dice, list: &[&'a str]) -> &'a str {
    list[dice.index(list.len())]
}

/// Some of a list, each at most once.
fn some(dice: &mut Dice, list: &[&str], most: i64) -> Vec<String> {
    let count = usize::try_from(dice.below(most + 1)).expect("small");
    dice.order(list.len()).into_iter().take(count).map(|i| list[i].to_owned()).collect()
}

fn window(dice: &mut Dice) -> Window {
    let from = 10 + dice.below(8);
    days(from, from + dice.below(5))
}

#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn place(dice: &mut Dice) -> Place {
    match dice.below(4) {
        0 => Place::id(one(dice, &["vn/ha-noi", "vn/thai-nguyen", "x/market"])),
        _ => Place::point(21.0 + dice.below(3) as f64 / 4.0, 105.0 + dice.below(4) as f64 / 2.0),
    }
}

fn catalogue(dice: &mut Dice) -> CatalogueAdditions {
    let acceptance = |dice: &mut Dice, holds: &str, asked: &str| Acceptance {
        holds: holds.to_owned(),
        asked: asked.to_owned(),
        kind: KINDS[dice.index(3)],
        from: dice.percent(40).then(|| day(10 + dice.below(6))),
        until: dice.percent(40).then(|| day(15 + dice.below(6))),
        basis: None,
    };
    let product =
        |id: &str| ProductEntry { id: id.to_owned(), name: id.to_owned(), ..ProductEntry::default() };
    let place = PlaceEntry {
        id: "x/market".into(),
        name: "Chợ".into(),
        lat: 21.25,
        lon: 105.5,
        ..PlaceEntry::default()
    };
    CatalogueAdditions {
        products: vec![product("x-fruit/red"), product("tea/green/new")],
        standards: vec![StandardEntry {
            id: "x-fair".into(),
            name: "Fair".into(),
            ..StandardEntry::default()
        }],
        acceptances: vec![
            acceptance(dice, "x-fair", "vietgap"),
            acceptance(dice, "ocop-4", "x-fair"),
            acceptance(dice, "vietgap", "attp"),
        ],
        places: vec![place],
    }
}

impl Mix {
    fn field<T>(&self, dice: &mut Dice, value: impl FnOnce(&mut Dice) -> T) -> Option<T> {
        dice.percent(self.fields).then(|| value(dice))
    }

    fn limit<T>(&self, dice: &mut Dice, value: impl FnOnce(&mut Dice) -> T) -> Option<T> {
        dice.percent(self.limits).then(|| value(dice))
    }

    fn kg(&self, dice: &mut Dice) -> Kg {
        Kg(1 + dice.below(self.most_kg))
    }

    fn capacity(&self, dice: &mut Dice) -> Option<Kg> {
        dice.percent(self.capacities).then(|| Kg(dice.below(3 * self.most_kg + 1)))
    }

    fn certificate(&self, dice: &mut Dice) -> Certificate {
        let mut certificate = Certificate::new(one(dice, &STANDARDS));
        let most = if dice.percent(60) { 0 } else { 3 };
        certificate.products = some(dice, &["tea", "tea/green", "herb", "x-fruit"], most);
        certificate.valid_from = dice.percent(40).then(|| day(9 + dice.below(5)));
        certificate.valid_until = dice.percent(50).then(|| day(13 + dice.below(6)));
        if dice.percent(10) {
            certificate.status = [CertificateStatus::Suspended, CertificateStatus::Revoked][dice.index(2)];
        }
        certificate.volume = self.limit(dice, |dice| Kg(1 + dice.below(2 * self.most_kg)));
        certificate
    }

    fn cooperative(&self, dice: &mut Dice, i: usize) -> Cooperative {
        let mut cooperative = Cooperative::new(format!("c{}", i * 7 % 23), place(dice));
        cooperative.name = self.field(dice, |_| format!("HTX số {i}"));
        if dice.percent(30) {
            cooperative.kind = [CooperativeKind::CooperativeGroup, CooperativeKind::Union][dice.index(2)];
        }
        cooperative.members = self.field(dice, |dice| dice.below(200).unsigned_abs());
        cooperative.tags = some(dice, &TAGS, 2);
        cooperative.capacity = self.capacity(dice);
        let count = dice.below(5);
        cooperative.certificates = (0..count).map(|_| self.certificate(dice)).collect();
        cooperative
    }

    fn enterprise(&self, dice: &mut Dice, i: usize) -> Enterprise {
        let mut enterprise = Enterprise::new(format!("e{}", i * 5 % 17), place(dice));
        enterprise.name = self.field(dice, |_| format!("Công ty {i}"));
        enterprise.tags = some(dice, &TAGS, 1);
        enterprise.capacity = self.capacity(dice);
        enterprise
    }

    fn offer(&self, dice: &mut Dice, i: usize, cooperatives: &[Cooperative]) -> Offer {
        let cooperative = &cooperatives[dice.index(cooperatives.len())];
        let mut offer =
            Offer::new(format!("o{}", i * 37 % 61), &cooperative.id, one(dice, &PRODUCTS), self.kg(dice));
        offer.ask = dice.percent(70).then(|| VndPerKg(6 + dice.below(7)));
        offer.available = self.field(dice, window);
        offer.place = self.field(dice, place);
        offer.certified = self.field(dice, |dice| some(dice, &STANDARDS, 4));
        offer.seeks = self.field(dice, |dice| some(dice, &SERVICES, 2)).unwrap_or_default();
        offer.min_lot = self.limit(dice, |dice| Kg(1 + dice.below(self.most_kg / 2 + 1))).unwrap_or(Kg::ONE);
        offer.max_buyers = self.limit(dice, |dice| 1 + dice.below(3).unsigned_abs());
        offer
    }

    fn demand(&self, dice: &mut Dice, i: usize, enterprises: &[Enterprise]) -> Demand {
        let enterprise = &enterprises[dice.index(enterprises.len())];
        let mut demand =
            Demand::new(format!("d{}", i * 11 % 41), &enterprise.id, one(dice, &PRODUCTS), self.kg(dice));
        demand.bid = dice.percent(70).then(|| VndPerKg(8 + dice.below(7)));
        demand.needed = self.field(dice, window);
        demand.place = self.field(dice, place);
        let required = if dice.percent(self.fields.max(self.limits)) { 2 } else { 0 };
        demand.requires = some(dice, &STANDARDS, required);
        demand.prefers = self.field(dice, |dice| some(dice, &STANDARDS, 3)).unwrap_or_default();
        demand.provides = self.field(dice, |dice| some(dice, &SERVICES, 3)).unwrap_or_default();
        for _ in 0..self.field(dice, |dice| dice.below(3)).unwrap_or(0) {
            let fit = [0.0, 0.25, 0.5, 1.0][dice.index(4)];
            demand = demand.substitute(one(dice, &PRODUCTS), fit);
        }
        demand.accepts_market_equivalents = dice.percent(self.fields / 2);
        demand.min_lot = self.limit(dice, |dice| Kg(1 + dice.below(self.most_kg / 2 + 1))).unwrap_or(Kg::ONE);
        demand.max_suppliers = self.limit(dice, |dice| 1 + dice.below(3).unsigned_abs());
        demand.all_or_nothing = dice.percent(self.limits / 2);
        demand
    }

    /// The market and a policy.
    pub(crate) fn build(&self) -> (MarketParts, Policy) {
        let mut dice = Dice(self.seed);
        let mut parts = MarketParts::new(day(10 + dice.below(6)));
        parts.catalogue = catalogue(&mut dice);
        parts.cooperatives = (0..self.cooperatives).map(|i| self.cooperative(&mut dice, i)).collect();
        parts.enterprises = (0..self.enterprises).map(|i| self.enterprise(&mut dice, i)).collect();
        parts.offers = (0..self.offers).map(|i| self.offer(&mut dice, i, &parts.cooperatives)).collect();
        parts.demands = (0..self.demands).map(|i| self.demand(&mut dice, i, &parts.enterprises)).collect();
        for (c, e) in [(0, 0), (1, 2), (2, 1), (3, 3)] {
            let pair = (parts.cooperatives.get(c), parts.enterprises.get(e));
            let (Some(cooperative), Some(enterprise)) = pair else { continue };
            let (cooperative, enterprise) = (cooperative.id.clone(), enterprise.id.clone());
            let (known, excluded) = (dice.percent(self.fields), dice.percent(self.fields));
            if known {
                let reliability = [0.0, 0.5, 0.75, 1.0][dice.index(4)];
                parts.relations.push(Relation { cooperative, enterprise, reliability });
            } else if excluded {
                parts.exclusions.push(Exclusion { cooperative, enterprise });
            }
        }
        self.contracts(&mut dice, &mut parts);
        self.barred(&mut parts);
        let policy = self.policy(&mut dice);
        // Limits that a pair meets to the metre, or misses by one.
        for _ in 0..self.demands {
            if dice.percent(self.fields) && !parts.offers.is_empty() {
                let (o, d) = (dice.index(parts.offers.len()), dice.index(parts.demands.len()));
                let counted = f64::from(metres(&parts, o, d)) * policy.road_factor;
                let limit = [counted.ceil(), counted.ceil() - 1.0][dice.index(2)].max(0.0);
                parts.demands[d].max_distance = Some(Km(limit / 1000.0));
            }
        }
        (parts, policy)
    }

    /// Pairs that are barred, some with a contract.
    fn barred(&self, parts: &mut MarketParts) {
        let dice = &mut Dice(self.seed ^ 0x00BA_44ED);
        let bar = |offer: &str, demand: &str| Barred { offer: offer.to_owned(), demand: demand.to_owned() };
        let signed: Vec<Barred> = parts.contracts.iter().map(|c| bar(&c.offer, &c.demand)).collect();
        parts.barred.extend(signed.into_iter().filter(|_| dice.percent(self.contracts / 3)));
        for _ in 0..self.offers.min(self.demands) {
            let (o, d) = (dice.index(self.offers), dice.index(self.demands));
            let barred = bar(&parts.offers[o].id, &parts.demands[d].id);
            if dice.percent(self.fields) && !parts.barred.contains(&barred) {
                parts.barred.push(barred);
            }
        }
    }

    /// Contracts within every limit; capped certificates are raised to what contracts may use of them.
    fn contracts(&self, dice: &mut Dice, parts: &mut MarketParts) {
        let taken = |parts: &MarketParts, mine: &dyn Fn(&Contract) -> bool| -> (i64, u64) {
            let own = parts.contracts.iter().filter(|c| mine(c));
            own.fold((0, 0), |(kg, count), c| (kg + c.volume.0, count + 1))
        };
        for _ in 0..self.offers.min(self.demands) {
            if !dice.percent(self.contracts) {
                continue;
            }
            let offer = parts.offers[dice.index(self.offers)].clone();
            // Mostly on pairs whose products fit: many of them are candidates.
            let fits = |d: &usize| offer.product.starts_with(&parts.demands[*d].product);
            let fitting: Vec<usize> = (0..self.demands).filter(fits).collect();
            let any = fitting.is_empty() || dice.percent(25);
            let at = if any { dice.index(self.demands) } else { fitting[dice.index(fitting.len())] };
            let demand = parts.demands[at].clone();
            let party =
                |offer: &str| parts.offers.iter().find(|o| o.id == offer).map(|o| o.cooperative.as_str());
            let buyer =
                |demand: &str| parts.demands.iter().find(|d| d.id == demand).map(|d| d.enterprise.as_str());
            let of_offer = taken(parts, &|c| c.offer == offer.id);
            let of_demand = taken(parts, &|c| c.demand == demand.id);
            let of_cooperative = taken(parts, &|c| party(&c.offer) == Some(&offer.cooperative));
            let of_enterprise = taken(parts, &|c| buyer(&c.demand) == Some(&demand.enterprise));
            let cooperative =
                parts.cooperatives.iter().find(|c| c.id == offer.cooperative).and_then(|c| c.capacity);
            let enterprise =
                parts.enterprises.iter().find(|e| e.id == demand.enterprise).and_then(|e| e.capacity);
            let room = [
                offer.volume.0 - of_offer.0,
                demand.volume.0 - of_demand.0,
                cooperative.map_or(i64::MAX, |kg| kg.0 - of_cooperative.0),
                enterprise.map_or(i64::MAX, |kg| kg.0 - of_enterprise.0),
            ];
            let room = room.into_iter().min().unwrap_or(0);
            let again = parts.contracts.iter().any(|c| c.offer == offer.id && c.demand == demand.id);
            let full = |count: u64, limit: Option<u64>| limit.is_some_and(|limit| count >= limit);
            if room < 1
                || again
                || full(of_offer.1, offer.max_buyers)
                || full(of_demand.1, demand.max_suppliers)
            {
                continue;
            }
            let volume = Kg(1 + dice.below(room));
            parts.contracts.push(Contract { offer: offer.id, demand: demand.id, volume });
            for held in parts.cooperatives.iter_mut().filter(|c| c.id == offer.cooperative) {
                for volume_kg in held.certificates.iter_mut().filter_map(|c| c.volume.as_mut()) {
                    *volume_kg = (*volume_kg).max(Kg(of_cooperative.0 + volume.0));
                }
            }
        }
    }

    fn policy(&self, dice: &mut Dice) -> Policy {
        let mut policy = Policy {
            mechanism: if dice.percent(80) { Mechanism::Optimal } else { Mechanism::Greedy },
            objective: [Objective::Score, Objective::Volume, Objective::Welfare][dice.index(3)],
            balance: [0.0, 0.25, 0.5, 1.0][dice.index(4)],
            price_tolerance_percent: [0, 10, 25][dice.index(3)],
            unknown: [0.0, 0.5, 1.0][dice.index(3)],
            half_distance: Km([10.0, 100.0][dice.index(2)]),
            full_margin: [0.2, 0.5, 1.0][dice.index(3)],
            freight: [0.0, 20.0, 33.3][dice.index(3)],
            accept: KINDS.into_iter().filter(|_| dice.percent(70)).collect(),
            ..Policy::default()
        };
        policy.min_score = self.field(dice, |dice| [0.3, 0.5, 0.625, 0.7][dice.index(4)]).unwrap_or(0.0);
        policy.road_factor = self.field(dice, |dice| [1.3, 2.0][dice.index(2)]).unwrap_or(1.0);
        policy.max_distance = self.field(dice, |dice| Km([60.0, 104.0][dice.index(2)]));
        for _ in 0..self.field(dice, |dice| dice.below(4)).unwrap_or(0) {
            let add = [0.05, -0.1, 0.4, -1.0][dice.index(4)];
            policy.boosts.push(Boost { tag: one(dice, &TAGS).to_owned(), add });
        }
        if dice.percent(70) {
            for criterion in Criterion::ALL {
                for side in [&mut policy.weights.cooperative, &mut policy.weights.enterprise] {
                    if dice.percent(50) {
                        *side.get_mut(criterion) = if criterion == Criterion::Product { 1.0 } else { 0.0 };
                    }
                }
            }
        }
        policy
    }
}

/// A point somewhere on the globe: in a crowd, at a pole, at the date line, opposite to the crowd, or anywhere.
#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn far_point(dice: &mut Dice) -> Place {
    let kind = dice.below(9);
    let mut part = |most: f64| dice.below(1_000_000) as f64 / 1e6 * most;
    match kind {
        0 => Place::point(90.0 - part(0.3), part(360.0) - 180.0),
        1 => Place::point(part(0.3) - 90.0, part(360.0) - 180.0),
        2 => Place::point(90.0, part(10.0)),
        3 => Place::point(part(4.0) - 2.0, 180.0 - part(1.0)),
        4 => Place::point(part(4.0) - 2.0, part(1.0) - 180.0),
        5 => Place::point(-21.0 - part(0.1), -74.0 - part(0.1)),
        6 => Place::point(part(180.0) - 90.0, part(360.0) - 180.0),
        _ => Place::point(21.0 + part(1.5), 105.0 + part(2.0)),
    }
}

/// A market of 150 × 120 in few products, whose places and reaches span the globe; with `many`, of more standards
/// and services than a word has bits.
#[expect(clippy::cast_precision_loss, reason = "small numbers")]
pub(crate) fn wide(seed: u64, many: bool) -> (MarketParts, Policy) {
    let mix = Mix {
        offers: 150,
        demands: 120,
        cooperatives: 20,
        enterprises: 15,
        most_kg: 60,
        fields: 35,
        capacities: 0,
        contracts: 0,
        limits: if seed.is_multiple_of(3) { 20 } else { 0 },
        seed,
    };
    let (mut parts, mut policy) = mix.build();
    let dice = &mut Dice(seed ^ 0xF00D);
    policy.max_distance = None;
    for (i, offer) in parts.offers.iter_mut().enumerate() {
        offer.id = format!("o{:03}", i * 37 % 150);
        if dice.percent(60) {
            offer.place = Some(far_point(dice));
        }
    }
    for (i, demand) in parts.demands.iter_mut().enumerate() {
        demand.id = format!("d{:03}", i * 11 % 120);
        if dice.percent(60) {
            demand.place = Some(far_point(dice));
        }
        let reach = 10_f64.powf(dice.below(9_000) as f64 / 1_000.0 - 3.0);
        demand.max_distance = dice.percent(80).then_some(Km(reach));
    }
    parts.barred.clear();
    mix.barred(&mut parts);
    if many {
        let word = |kind: &str, dice: &mut Dice| format!("{kind}{:02}", dice.below(90));
        let entry =
            |i: usize| StandardEntry { id: format!("s{i:02}"), name: "S".into(), ..StandardEntry::default() };
        parts.catalogue.standards.extend((0..90).map(entry));
        for cooperative in &mut parts.cooperatives {
            for _ in 0..60 {
                let mut certificate = Certificate::new(word("s", dice));
                certificate.valid_until = dice.percent(30).then(|| day(13 + dice.below(6)));
                cooperative.certificates.push(certificate);
            }
        }
        for offer in &mut parts.offers {
            offer.seeks.extend((0..dice.below(5)).map(|_| word("w", dice)));
            offer.seeks.sort();
            offer.seeks.dedup();
        }
        for demand in &mut parts.demands {
            let list = |most: i64, kind: &str, dice: &mut Dice| -> Vec<String> {
                let words: BTreeSet<String> = (0..dice.below(most)).map(|_| word(kind, dice)).collect();
                words.into_iter().collect()
            };
            demand.requires.extend(list(2, "s", dice));
            demand.prefers.extend(list(8, "s", dice));
            demand.provides.extend(list(60, "w", dice));
        }
    }
    (parts, policy)
}

fn shuffle<T>(dice: &mut Dice, list: &mut [T]) {
    for last in (1..list.len()).rev() {
        list.swap(last, dice.index(last + 1));
    }
}

/// Puts every list of a market and a policy into another order, nested ones too.
pub(crate) fn permute(parts: &mut MarketParts, policy: &mut Policy, seed: u64) {
    let dice = &mut Dice(seed);
    for cooperative in &mut parts.cooperatives {
        shuffle(dice, &mut cooperative.tags);
        shuffle(dice, &mut cooperative.certificates);
        for certificate in &mut cooperative.certificates {
            shuffle(dice, &mut certificate.products);
        }
    }
    for offer in &mut parts.offers {
        shuffle(dice, &mut offer.seeks);
        offer.certified.iter_mut().for_each(|list| shuffle(dice, list));
    }
    for demand in &mut parts.demands {
        for list in [&mut demand.requires, &mut demand.prefers, &mut demand.provides] {
            shuffle(dice, list);
        }
        shuffle(dice, &mut demand.substitutes);
    }
    parts.enterprises.iter_mut().for_each(|enterprise| shuffle(dice, &mut enterprise.tags));
    shuffle(dice, &mut parts.cooperatives);
    shuffle(dice, &mut parts.enterprises);
    shuffle(dice, &mut parts.offers);
    shuffle(dice, &mut parts.demands);
    shuffle(dice, &mut parts.contracts);
    shuffle(dice, &mut parts.exclusions);
    shuffle(dice, &mut parts.barred);
    shuffle(dice, &mut parts.relations);
    shuffle(dice, &mut parts.catalogue.products);
    shuffle(dice, &mut parts.catalogue.standards);
    shuffle(dice, &mut parts.catalogue.acceptances);
    shuffle(dice, &mut parts.catalogue.places);
    shuffle(dice, &mut policy.boosts);
}
