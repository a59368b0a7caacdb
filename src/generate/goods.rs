//! What is traded: the products of the built-in catalogue, drawn by Zipf's law.

use super::papers::Scope;
use super::random::{Purpose, Random, Weighted, multiple, real};
use crate::market::{Catalogue, ProductEntry};
use crate::units::{Date, Kg, VndPerKg, Window};

/// Groups two levels down that buyers ask for as one thing; deeper products have their parent.
const FAMILIES: [&str; 5] = ["coconut", "coffee", "herb", "mushroom", "tea"];
/// Groups of which some buyers take anything.
const BROAD: [&str; 4] = ["fruit", "herb", "spice", "vegetable"];

/// A product with how it is traded.
pub(super) struct Good {
    pub(super) path: String,
    /// The group that varieties of it share, or the product itself.
    pub(super) family: String,
    /// The first segment of the path.
    pub(super) top: String,
    /// Name of the broadest group, for names of cooperatives.
    pub(super) trade: String,
    pub(super) scope: Scope,
    season: Vec<u8>,
    /// VND per kg of the day.
    price: Option<f64>,
    /// Dear goods come in small lots.
    bulk: f64,
    /// How often it is traded, the most traded one being 1.
    pub(super) share: f64,
}

/// The goods of a market, the most traded first.
pub(super) struct Goods {
    pub(super) list: Vec<Good>,
    draw: Weighted,
    /// By position: the goods of the same broadest group, and their weights.
    alike: Vec<(Vec<usize>, Weighted)>,
    alike_of: Vec<usize>,
}

impl Goods {
    /// So many products at most: cheap goods tend to be traded most often.
    pub(super) fn choose(seed: u64, count: usize) -> Self {
        let random = &mut Random::new(seed, Purpose::Goods);
        let catalogue = Catalogue::built_in();
        let traded =
            |entry: &&ProductEntry| !entry.season_months.is_empty() && !entry.id.starts_with("service/");
        let mut ranked: Vec<(f64, Good)> = catalogue
            .products()
            .iter()
            .filter(traded)
            .map(|entry| {
                let good = Good::of(entry, &catalogue, random);
                (libm::log(good.price.unwrap_or(50_000.0)) + 1.5 * random.normal(), good)
            })
            .collect();
        ranked.sort_by(|(a, x), (b, y)| a.total_cmp(b).then_with(|| x.path.cmp(&y.path)));
        ranked.truncate(count);
        let mut list: Vec<Good> = ranked.into_iter().map(|(_, good)| good).collect();
        for (rank, good) in list.iter_mut().enumerate() {
            good.share = share(rank);
        }
        let mut tops: Vec<&str> = list.iter().map(|good| good.top.as_str()).collect();
        tops.sort_unstable();
        tops.dedup();
        let alike_of = list.iter().map(|good| tops.partition_point(|top| *top < good.top.as_str())).collect();
        let alike = tops.iter().map(|top| {
            let same: Vec<usize> = (0..list.len()).filter(|&at| list[at].top == *top).collect();
            let weights = Weighted::of(same.iter().map(|&at| list[at].share));
            (same, weights)
        });
        let alike = alike.collect();
        let draw = Weighted::of(list.iter().map(|good| good.share));
        Self { list, draw, alike, alike_of }
    }

    pub(super) fn any(&self, random: &mut Random) -> usize {
        self.draw.draw(random)
    }

    /// One of the same broadest group.
    pub(super) fn alike(&self, good: usize, random: &mut Random) -> usize {
        let (same, weights) = &self.alike[self.alike_of[good]];
        same[weights.draw(random)]
    }

    /// Another variety of the same family, if there is one.
    pub(super) fn variety(&self, good: usize, random: &mut Random) -> Option<usize> {
        let family = &self.list[good].family;
        let (same, _) = &self.alike[self.alike_of[good]];
        let others: Vec<usize> =
            same.iter().copied().filter(|&at| at != good && self.list[at].family == *family).collect();
        (!others.is_empty()).then(|| *random.one_of(&others))
    }
}

/// How often the product of a rank is traded, the first one being 1: Zipf's law, less steep at the top.
pub(super) fn share(rank: usize) -> f64 {
    3.0 / real(rank + 3)
}

impl Good {
    fn of(entry: &ProductEntry, catalogue: &Catalogue, random: &mut Random) -> Self {
        let path = entry.id.clone();
        let top = path.split('/').next().unwrap_or_default().to_owned();
        let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        let grouped = parent.contains('/') || FAMILIES.contains(&parent);
        let family = if grouped { parent.to_owned() } else { path.clone() };
        let trade = catalogue.product(&top).map_or_else(|| top.clone(), |group| group.name.clone());
        let price = match (entry.price_low_vnd_kg, entry.price_high_vnd_kg) {
            (Some(low), Some(high)) => {
                let vnd = |price: i64| real(usize::try_from(price).unwrap_or(0));
                Some(vnd(low) + random.between(0.3, 0.7) * vnd(high - low))
            }
            _ => None,
        };
        // A lot is worth about as much whatever it is.
        let bulk = libm::sqrt(20_000.0 / price.unwrap_or(50_000.0).max(1_000.0));
        let scope = Scope::of(&path);
        let season = entry.season_months.clone();
        Self { path, family, top, trade, scope, season, price, bulk, share: 0.0 }
    }

    /// Whether some buyers take anything of its broadest group.
    pub(super) fn is_broad(&self) -> bool {
        BROAD.contains(&self.top.as_str())
    }

    /// A price around the day's, in steps people use; none where the catalogue has no band.
    pub(super) fn price(&self, level: f64, random: &mut Random) -> Option<VndPerKg> {
        let price = random.log_normal(level * self.price?, 0.12);
        let step = match price {
            ..2_000.0 => 10,
            ..20_000.0 => 100,
            ..100_000.0 => 500,
            ..1_000_000.0 => 1_000,
            _ => 10_000,
        };
        Some(VndPerKg(multiple(price, step)))
    }

    /// A volume, in steps people use.
    pub(super) fn volume(&self, median: f64, random: &mut Random) -> Kg {
        let volume = random.log_normal(median * self.bulk, 1.0);
        let step = match volume {
            ..1_000.0 => 1,
            ..10_000.0 => 10,
            _ => 100,
        };
        Kg(multiple(volume, step))
    }

    /// Days of the harvest that is on, or else of the next one.
    pub(super) fn harvest(&self, as_of: Date, random: &mut Random) -> Window {
        let (year, now) = as_of.year_and_month();
        let calendar = |ahead: i8| ((now - 1 + ahead) % 12 + 1, (now - 1 + ahead) / 12);
        let ripe = |ahead: i8| self.season.iter().any(|&month| i8::try_from(month) == Ok(calendar(ahead).0));
        let first = (0..12).find(|&ahead| ripe(ahead)).unwrap_or(0);
        let past = (first..first + 12).find(|&ahead| !ripe(ahead));
        let Some(past) = past else {
            let from = as_of.after(random.days(60));
            return Window::new(from, from.after(30 + random.days(180)));
        };
        let begin = |ahead: i8| {
            let (month, years) = calendar(ahead);
            Date::new(year + i16::from(years), month, 1).unwrap_or(as_of)
        };
        let from = begin(first).max(as_of).after(random.days(14));
        let to = begin(past).after(-1 - random.days(10));
        Window::new(from, to.max(from))
    }
}
