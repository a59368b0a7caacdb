//! Synthetic markets from a seed: for trying things out, for measuring, for papers that others can repeat.
//!
//! Same preset, seed and scale, same market, to the bit, on every platform. Everything is made up; no name
//! stands for a real party. What it is modelled on: rounds on record (up to 1,458 suppliers and 883 buyers), the
//! catalogue's places, seasons and price bands, Zipf's law for products, log-normal volumes, few certificates.
//!
//! Left out on purpose, so that the optimum is proven exactly: minimum lots, limits on partners,
//! all-or-nothing demands, certified volumes, contracts. Add them to the parts where they are wanted.
//!
//! ```
//! use lienket::Market;
//! use lienket::generate::{Preset, generate};
//! let market = Market::build(generate(Preset::Forum, 7, 1.0)?)?;
//! assert_eq!((market.offers().len(), market.demands().len()), (180, 110));
//! # Ok::<(), lienket::Error>(())
//! ```

mod buyers;
mod density;
mod goods;
mod ground;
mod papers;
mod random;
mod supply;

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use buyers::{Buyers, buyers};
use goods::Goods;
use ground::{Ground, Reach};
use random::{Purpose, Random, multiple, real};
use supply::{Supply, supply};

use crate::error::Error;
use crate::market::{Exclusion, MarketParts, Relation};
use crate::units::Date;
use crate::watch::{Progress, Stage, Watch};

/// What a synthetic market is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Preset {
    /// A forum, as a province's trade promotion holds it: 180 offers, 110 demands from all over the country.
    Forum,
    /// A big round of one province and its neighbours: 1,500 offers, 900 demands.
    Province,
    /// The country: 60,000 offers, 40,000 demands, about 3.6 million candidate pairs; products hang together
    /// only where a demand takes several varieties.
    National,
}

/// Most entries of a list.
const MAX_ENTRIES: usize = 10_000_000;

/// The size of a market.
struct Size {
    cooperatives: usize,
    enterprises: usize,
    offers: usize,
    demands: usize,
    /// Distinct places.
    points: usize,
    reach: Reach,
    /// Distinct products, varieties counted each.
    products: usize,
    /// Median of the largest distance for the most traded product.
    radius_km: f64,
    /// Share of demands without a largest distance.
    anywhere: f64,
    /// Share of demands for anything of a broad group, such as vegetables.
    broad: f64,
}

impl Preset {
    /// Every preset.
    pub const ALL: [Self; 3] = [Self::Forum, Self::Province, Self::National];

    /// The preset's name: `forum`, `province`, `national`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Forum => "forum",
            Self::Province => "province",
            Self::National => "national",
        }
    }

    fn size(self) -> Size {
        match self {
            Self::Forum => Size {
                cooperatives: 115,
                enterprises: 35,
                offers: 180,
                demands: 110,
                points: 700,
                reach: Reach::Country,
                products: 45,
                radius_km: 500.0,
                anywhere: 0.1,
                broad: 0.15,
            },
            Self::Province => Size {
                cooperatives: 600,
                enterprises: 225,
                offers: 1_500,
                demands: 900,
                points: 300,
                reach: Reach::Neighbours(6),
                products: 90,
                radius_km: 100.0,
                anywhere: 0.1,
                broad: 0.1,
            },
            Self::National => Size {
                cooperatives: 24_000,
                enterprises: 9_000,
                offers: 60_000,
                demands: 40_000,
                points: 2_400,
                reach: Reach::Country,
                products: 150,
                radius_km: 63.0,
                anywhere: 0.003,
                broad: 0.0,
            },
        }
    }

    /// The size at a scale: so many times the entries, within distances that keep candidates per entry about
    /// the same.
    fn scaled(self, seed: u64, scale: f64) -> Result<Size, Error> {
        let size = self.size();
        let fits = |scale: f64| real(size.offers) * scale <= real(MAX_ENTRIES);
        if !(scale > 0.0 && fits(scale)) {
            return Err(Error::Unreadable {
                place: "scale".to_owned(),
                message: format!(
                    "{scale} is not a number above 0 that gives at most 10^7 offers; the preset {} has {} at 1",
                    self.name(),
                    size.offers
                ),
                help: format!("Give one up to {}.", MAX_ENTRIES / size.offers),
            });
        }
        let times = |count: usize| usize::try_from(multiple(real(count) * scale, 1)).unwrap_or(MAX_ENTRIES);
        // Larger markets reach more communes, of which there were some 10,000; smaller ones trade fewer products.
        let points = (real(size.points) * scale.max(1.0)).min(10_000.0);
        let products = real(size.products) * libm::sqrt(scale.min(1.0));
        let mut scaled = Size {
            cooperatives: times(size.cooperatives).min(times(size.offers)),
            enterprises: times(size.enterprises).min(times(size.demands)),
            offers: times(size.offers),
            demands: times(size.demands),
            points: usize::try_from(multiple(points, 1)).unwrap_or(size.points),
            products: usize::try_from(multiple(products, 1)).unwrap_or(size.products).max(8),
            // As many look anywhere: at any share, the candidates of these would grow with the market.
            anywhere: size.anywhere / scale.max(1.0),
            ..size
        };
        density::keep(seed, &size, &mut scaled);
        Ok(scaled)
    }
}

/// A synthetic market, as parts to build or to change first. Linear in the number of entries.
///
/// Candidates per offer stay about the same at scales from 0.01 to 10: in a larger market buyers look less far, as
/// far as it takes (`density`), in a smaller one farther, and it trades fewer products.
///
/// # Errors
/// [`Error::Unreadable`] for a scale that is not above 0 or gives more than 10^7 offers.
pub fn generate(preset: Preset, seed: u64, scale: f64) -> Result<MarketParts, Error> {
    generate_watched(preset, seed, scale, &|_| ControlFlow::Continue(()))
}

/// As [`generate`], reporting progress to `watch`, which may cancel the work.
///
/// # Errors
/// As [`generate`], and [`Error::Cancelled`].
pub fn generate_watched(preset: Preset, seed: u64, scale: f64, watch: Watch) -> Result<MarketParts, Error> {
    let size = preset.scaled(seed, scale)?;
    let as_of = Date::new(2025, 11, 28).expect("a day of the calendar");
    let ground = Ground::lay(seed, size.reach, size.points);
    let goods = Goods::choose(seed, size.products);
    let mut steps = Steps { done: 0, total: (size.offers + size.demands) as u64, watch };
    let supply = supply(seed, &size, as_of, &ground, &goods, &mut steps)?;
    let buyers = buyers(seed, &size, as_of, &ground, &goods, &mut steps)?;
    let (exclusions, relations) = between(seed, &supply, &buyers, goods.list.len());
    let mut parts = MarketParts::new(as_of);
    (parts.cooperatives, parts.offers) = (supply.cooperatives, supply.offers);
    (parts.enterprises, parts.demands) = (buyers.enterprises, buyers.demands);
    (parts.exclusions, parts.relations) = (exclusions, relations);
    Ok(parts)
}

/// Parties who do not want each other (one in a thousand offers), and parties who know each other (one in
/// fifty), among those who trade the same.
fn between(seed: u64, supply: &Supply, buyers: &Buyers, goods: usize) -> (Vec<Exclusion>, Vec<Relation>) {
    let random = &mut Random::new(seed, Purpose::Between);
    let mut wanted = vec![Vec::new(); goods];
    for (demand, &good) in buyers.goods.iter().enumerate() {
        wanted[good].push(demand);
    }
    let (mut excluded, mut known) = (BTreeSet::new(), BTreeSet::new());
    for (i, offer) in supply.offers.iter().enumerate() {
        let draw = random.unit();
        let demands = &wanted[supply.goods[i]];
        if draw > 0.021 || demands.is_empty() {
            continue;
        }
        let pair = (offer.cooperative.as_str(), buyers.demands[*random.one_of(demands)].enterprise.as_str());
        if draw < 0.001 {
            excluded.insert(pair)
        } else {
            known.insert(pair)
        };
    }
    let exclusion = |(cooperative, enterprise): (&str, &str)| Exclusion {
        cooperative: cooperative.to_owned(),
        enterprise: enterprise.to_owned(),
    };
    let relation = |(cooperative, enterprise): (&str, &str)| Relation {
        cooperative: cooperative.to_owned(),
        enterprise: enterprise.to_owned(),
        reliability: (random.between(0.3, 1.0) * 100.0).round() / 100.0,
    };
    (excluded.into_iter().map(exclusion).collect(), known.into_iter().map(relation).collect())
}

/// Counts entries and tells of them now and then.
struct Steps<'a> {
    done: u64,
    total: u64,
    watch: Watch<'a>,
}

impl Steps<'_> {
    fn step(&mut self) -> Result<(), Error> {
        self.done += 1;
        if self.done.is_multiple_of(4096) {
            let progress = Progress { stage: Stage::Generation, done: self.done, total: self.total };
            if (self.watch)(progress).is_break() {
                return Err(Error::Cancelled);
            }
        }
        Ok(())
    }
}

/// The id of an entry, as wide as the last one's, so that ids sort as they are numbered.
fn id(prefix: &str, at: usize, count: usize) -> String {
    let width = count.to_string().len();
    format!("{prefix}-{:0width$}", at + 1)
}
