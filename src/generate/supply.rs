//! Cooperatives and what they offer.

use super::goods::Goods;
use super::ground::Ground;
use super::random::{Purpose, Random, multiple, real};
use super::{Size, Steps, id};
use crate::error::Error;
use crate::market::{Catalogue, Cooperative, CooperativeKind, Offer};
use crate::units::{Date, Kg};

const TAGS: [(&str, f64); 5] = [
    ("women_led", 0.18),
    ("ethnic_minority", 0.15),
    ("high_tech", 0.08),
    ("youth", 0.06),
    ("poor_commune", 0.12),
];
const SEEKS: [&str; 6] = ["credit", "training", "transport", "packaging", "machinery", "inputs"];

/// Median volume of an offer at 20,000 VND per kg.
const MEDIAN_KG: f64 = 5_000.0;
/// Of the cooperatives with one product: those that cannot deliver all they offer.
const LIMITED: f64 = 0.10;

/// A cooperative's main good and spot.
struct Trade {
    good: usize,
    spot: usize,
}

/// Cooperatives, offers, and the good of each offer.
pub(super) struct Supply {
    pub(super) cooperatives: Vec<Cooperative>,
    pub(super) offers: Vec<Offer>,
    pub(super) goods: Vec<usize>,
}

pub(super) fn supply(
    seed: u64,
    size: &Size,
    as_of: Date,
    ground: &Ground,
    goods: &Goods,
    steps: &mut Steps,
) -> Result<Supply, Error> {
    let (mut cooperatives, trades) = cooperatives(seed, size, as_of, ground, goods);
    let random = &mut Random::new(seed, Purpose::Offers);
    let mut offers = Vec::with_capacity(size.offers);
    let mut good_of = Vec::with_capacity(size.offers);
    let mut owner = Vec::with_capacity(size.offers);
    for i in 0..size.offers {
        steps.step()?;
        // Everybody offers something; some offer more.
        let at = if i < cooperatives.len() { i } else { random.below(cooperatives.len()) };
        let trade = &trades[at];
        let good = if i < cooperatives.len() || random.chance(0.5) {
            trade.good
        } else {
            goods.alike(trade.good, random)
        };
        let what = &goods.list[good];
        // Some do not say which variety.
        let path = if random.chance(0.04) { &what.family } else { &what.path };
        let volume = what.volume(MEDIAN_KG, random);
        let mut offer = Offer::new(id("o", i, size.offers), &cooperatives[at].id, path, volume);
        let certified = !cooperatives[at].certificates.is_empty();
        let level = if certified { 1.05 } else { 1.0 };
        offer.ask = what.price(level, random).filter(|_| !random.chance(0.25));
        offer.available = Some(what.harvest(as_of, random)).filter(|_| !random.chance(0.2));
        if random.chance(0.1) {
            offer.place = Some(ground.spots[ground.nearby(trade.spot, random)].place.clone());
        }
        if certified && random.chance(0.06) {
            // Not every lot comes from the certified field.
            let held = cooperatives[at].certificates.iter().skip(1);
            offer.certified = Some(held.map(|certificate| certificate.standard.clone()).collect());
        }
        offer.seeks = words(&SEEKS, 0.35, random);
        offers.push(offer);
        good_of.push(good);
        owner.push(at);
    }
    limit(&mut cooperatives, &offers, &owner, &good_of, goods, random);
    Ok(Supply { cooperatives, offers, goods: good_of })
}

fn cooperatives(
    seed: u64,
    size: &Size,
    as_of: Date,
    ground: &Ground,
    goods: &Goods,
) -> (Vec<Cooperative>, Vec<Trade>) {
    let random = &mut Random::new(seed, Purpose::Cooperatives);
    let catalogue = Catalogue::built_in();
    let one = |i: usize| {
        let trade = Trade { good: goods.any(random), spot: ground.supplier(random) };
        let (good, spot) = (&goods.list[trade.good], &ground.spots[trade.spot]);
        let (kind, form, members) = match random.unit() {
            ..0.005 => (CooperativeKind::Union, "Liên hiệp HTX", 400.0),
            ..0.305 => (CooperativeKind::CooperativeGroup, "Tổ hợp tác", 9.0),
            _ => (CooperativeKind::Cooperative, "HTX", 28.0),
        };
        let mut cooperative = Cooperative::new(id("htx", i, size.cooperatives), spot.place.clone())
            .kind(kind)
            .name(format!("{form} {} {} {}", good.trade, spot.province, i + 1));
        let members = multiple(random.log_normal(members, 0.7), 1).max(3);
        cooperative.members = u64::try_from(members).ok();
        for (tag, share) in TAGS {
            if random.chance(share) {
                cooperative = cooperative.tag(tag);
            }
        }
        cooperative.certificates = good.scope.certificates(&good.family, as_of, &catalogue, random);
        (cooperative, trade)
    };
    (0..size.cooperatives).map(one).unzip()
}

/// Limits some cooperatives that sell one product, so that limits do not tie products together.
fn limit(
    cooperatives: &mut [Cooperative],
    offers: &[Offer],
    owner: &[usize],
    good_of: &[usize],
    goods: &Goods,
    random: &mut Random,
) {
    let mut sum = vec![0; cooperatives.len()];
    let mut single = vec![true; cooperatives.len()];
    for (i, offer) in offers.iter().enumerate() {
        // The first offer of a cooperative has its position.
        let first = good_of[owner[i]];
        single[owner[i]] &= goods.list[good_of[i]].family == goods.list[first].family;
        sum[owner[i]] += offer.volume.0;
    }
    for (at, cooperative) in cooperatives.iter_mut().enumerate() {
        if random.chance(LIMITED) && single[at] {
            cooperative.capacity = Some(part(sum[at], random));
        }
    }
}

/// Half to all of a total.
pub(super) fn part(total: i64, random: &mut Random) -> Kg {
    let share = random.between(0.5, 1.0);
    Kg(multiple(share * real(usize::try_from(total).unwrap_or(0)), 1))
}

/// None, or one or two different words.
pub(super) fn words(list: &[&str], share: f64, random: &mut Random) -> Vec<String> {
    if !random.chance(share) {
        return Vec::new();
    }
    let first = random.below(list.len());
    let mut chosen = vec![list[first].to_owned()];
    if random.chance(0.4) {
        chosen.push(list[(first + 1 + random.below(list.len() - 1)) % list.len()].to_owned());
    }
    chosen
}
