//! Enterprises and what they want.

use super::density::{SPREAD, farther};
use super::goods::Goods;
use super::ground::Ground;
use super::random::{Purpose, Random, multiple, real};
use super::supply::{part, words};
use super::{Size, Steps, id};
use crate::error::Error;
use crate::market::{Demand, Enterprise};
use crate::units::{Date, Kg, Km, Window};

/// A kind of buyer: its share of the buyers (of the round of Ho Chi Minh City in 2019, with processors added), how
/// much it buys, how much it asks of papers, and whether it keeps to one broad group of products.
struct Kind {
    tag: &'static str,
    name: &'static str,
    share: f64,
    volume: f64,
    demanding: f64,
    focused: bool,
}

const KINDS: [Kind; 7] = [
    Kind { tag: "retailer", name: "Siêu thị", share: 42.0, volume: 2.5, demanding: 2.0, focused: false },
    Kind {
        tag: "exporter",
        name: "Công ty xuất khẩu",
        share: 100.0,
        volume: 2.0,
        demanding: 1.5,
        focused: true,
    },
    Kind {
        tag: "processor",
        name: "Nhà máy chế biến",
        share: 120.0,
        volume: 2.0,
        demanding: 0.8,
        focused: true,
    },
    Kind { tag: "restaurant", name: "Nhà hàng", share: 140.0, volume: 0.4, demanding: 0.7, focused: false },
    Kind { tag: "hotel", name: "Khách sạn", share: 120.0, volume: 0.4, demanding: 1.0, focused: false },
    Kind {
        tag: "caterer",
        name: "Bếp ăn công nghiệp",
        share: 167.0,
        volume: 0.8,
        demanding: 1.0,
        focused: false,
    },
    Kind {
        tag: "canteen",
        name: "Bếp ăn tập thể",
        share: 314.0,
        volume: 0.5,
        demanding: 0.8,
        focused: false,
    },
];
const PROVIDES: [&str; 6] = ["credit", "training", "transport", "packaging", "inputs", "prepayment"];

/// Median volume of a demand at 20,000 VND per kg, for a buyer of the middling kind.
const MEDIAN_KG: f64 = 12_000.0;
/// Of the enterprises with one product: those that cannot take all they ask for.
const LIMITED: f64 = 0.10;

/// Enterprises, demands, and the good of each demand.
pub(super) struct Buyers {
    pub(super) enterprises: Vec<Enterprise>,
    pub(super) demands: Vec<Demand>,
    pub(super) goods: Vec<usize>,
}

/// What an enterprise is.
struct Trade {
    kind: usize,
    good: usize,
    spot: usize,
}

pub(super) fn buyers(
    seed: u64,
    size: &Size,
    as_of: Date,
    ground: &Ground,
    goods: &Goods,
    steps: &mut Steps,
) -> Result<Buyers, Error> {
    let (mut enterprises, trades) = enterprises(seed, size, ground, goods);
    let random = &mut Random::new(seed, Purpose::Demands);
    let mut demands = Vec::with_capacity(size.demands);
    let mut good_of = Vec::with_capacity(size.demands);
    let mut asked_by = Vec::with_capacity(size.demands);
    for i in 0..size.demands {
        steps.step()?;
        let at = if i < enterprises.len() { i } else { random.below(enterprises.len()) };
        let trade = &trades[at];
        let kind = &KINDS[trade.kind];
        let good = if i < enterprises.len() {
            trade.good
        } else if kind.focused {
            goods.alike(trade.good, random)
        } else {
            goods.any(random)
        };
        let what = &goods.list[good];
        let any_variety = random.chance(0.25);
        let anything = random.chance(size.broad) && what.is_broad();
        let path = match (anything, any_variety) {
            (true, _) => &what.top,
            (_, true) => &what.family,
            _ => &what.path,
        };
        let volume = what.volume(MEDIAN_KG * kind.volume, random);
        let mut demand = Demand::new(id("d", i, size.demands), &enterprises[at].id, path, volume);
        demand.bid = what.price(1.08, random).filter(|_| !random.chance(0.2));
        demand.needed =
            Some(needed(what.harvest(as_of, random), as_of, random)).filter(|_| !random.chance(0.3));
        if random.chance(0.1) {
            demand.place = Some(ground.spots[ground.nearby(trade.spot, random)].place.clone());
        }
        (demand.requires, demand.prefers) = what.scope.asked(kind.demanding, random);
        // Buyers go farther for what is rare.
        let reach = random.log_normal(size.radius_km * farther(what.share), SPREAD);
        demand.max_distance = Some(Km(real_km(reach))).filter(|_| !random.chance(size.anywhere));
        if random.chance(0.03)
            && let Some(other) = goods.variety(good, random)
        {
            let fit = real(usize::try_from(multiple(random.between(50.0, 95.0), 5)).unwrap_or(50)) / 100.0;
            demand = demand.substitute(&goods.list[other].path, fit);
        }
        demand.provides = words(&PROVIDES, 0.4, random);
        demand.accepts_market_equivalents = random.chance(0.05);
        demands.push(demand);
        good_of.push(good);
        asked_by.push(at);
    }
    limit(&mut enterprises, &demands, &asked_by, &good_of, goods, random);
    Ok(Buyers { enterprises, demands, goods: good_of })
}

fn enterprises(seed: u64, size: &Size, ground: &Ground, goods: &Goods) -> (Vec<Enterprise>, Vec<Trade>) {
    let random = &mut Random::new(seed, Purpose::Enterprises);
    let kinds = super::random::Weighted::of(KINDS.iter().map(|kind| kind.share));
    let one = |i: usize| {
        let trade = Trade { kind: kinds.draw(random), good: goods.any(random), spot: ground.buyer(random) };
        let (kind, spot) = (&KINDS[trade.kind], &ground.spots[trade.spot]);
        let enterprise = Enterprise::new(id("dn", i, size.enterprises), spot.place.clone())
            .name(format!("{} {} {}", kind.name, spot.province, i + 1))
            .tag(kind.tag);
        (enterprise, trade)
    };
    (0..size.enterprises).map(one).unzip()
}

/// Days around a harvest, two to ten months.
fn needed(harvest: Window, as_of: Date, random: &mut Random) -> Window {
    let from = harvest.from.after(-random.days(30)).max(as_of);
    Window::new(from, from.after(60 + random.days(240)))
}

/// Whole kilometres, from 10 on in steps of 5.
fn real_km(km: f64) -> f64 {
    let step = if km < 10.0 { 1 } else { 5 };
    real(usize::try_from(multiple(km, step)).unwrap_or(1))
}

/// Limits some enterprises that buy one product, so that limits do not tie products together.
fn limit(
    enterprises: &mut [Enterprise],
    demands: &[Demand],
    asked_by: &[usize],
    good_of: &[usize],
    goods: &Goods,
    random: &mut Random,
) {
    let mut sum = vec![Kg(0); enterprises.len()];
    let mut single = vec![true; enterprises.len()];
    for (i, demand) in demands.iter().enumerate() {
        let first = good_of[asked_by[i]];
        let narrow = demand.product == goods.list[good_of[i]].path && demand.substitutes.is_empty()
            || demand.product == goods.list[good_of[i]].family;
        single[asked_by[i]] &= narrow && goods.list[good_of[i]].family == goods.list[first].family;
        sum[asked_by[i]].0 += demand.volume.0;
    }
    for (at, enterprise) in enterprises.iter_mut().enumerate() {
        if random.chance(LIMITED) && single[at] {
            enterprise.capacity = Some(part(sum[at].0, random));
        }
    }
}
