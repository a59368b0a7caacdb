//! A market's words as numbers, looked up once when it is built: places, products, standards, services. What searches
//! for pairs reads these, whatever the policy, and touches no text.

use std::collections::{BTreeSet, HashMap};

use crate::id::{CooperativeIx, DemandIx, OfferIx, StandardIx};
use crate::market::product::{and_ancestors, covers};
use crate::market::standard::Span;
use crate::market::{Catalogue, Certificate, CertificateStatus, Demand, MarketParts, Point};

/// Lists of lists in one.
#[derive(Debug)]
pub(crate) struct Rows<T> {
    start: Vec<u32>,
    entries: Vec<T>,
}

/// A certificate that covers an offer's product and lot.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Covering {
    /// Position among the cooperative's certificates.
    pub(crate) certificate: u32,
    pub(crate) standard: StandardIx,
    pub(crate) valid: Span,
}

/// A product that is offered.
#[derive(Debug)]
pub(crate) struct Traded {
    /// Its offers, sorted by point, then by index.
    pub(crate) offers: Vec<OfferIx>,
    /// The demands that accept it, sorted, and how well it fits each.
    pub(crate) demands: Vec<DemandIx>,
    pub(crate) fits: Vec<f64>,
}

/// What a market says in words, in numbers.
#[derive(Debug)]
pub(crate) struct Numbers {
    /// The distinct points from south to north, and where each offer and each demand is.
    pub(crate) points: Vec<Point>,
    pub(crate) offer_point: Vec<u32>,
    pub(crate) demand_point: Vec<u32>,
    /// The products offered, in order of their first offer, and the product of each offer.
    pub(crate) products: Vec<Traded>,
    pub(crate) offer_product: Vec<u32>,
    /// Active certificates of each offer's cooperative that cover its product and lot.
    pub(crate) covering: Rows<Covering>,
    /// Standards of each demand.
    pub(crate) requires: Rows<StandardIx>,
    pub(crate) prefers: Rows<StandardIx>,
    /// Whether any certificate is limited to a volume.
    pub(crate) capped: bool,
    /// Services as bits by rank among all that any offer seeks: what each offer seeks, each demand provides.
    pub(crate) seeks: Vec<u64>,
    pub(crate) provides: Vec<u64>,
    /// Whether a bit stands for one service only. Beyond 64 several share one: then what bits deny is denied, and what
    /// they allow must be looked up in the lists.
    pub(crate) exact_services: bool,
}

impl<T> Rows<T> {
    fn of<I: IntoIterator<Item = T>>(rows: impl ExactSizeIterator<Item = I>) -> Self {
        let mut all = Self { start: Vec::with_capacity(rows.len() + 1), entries: Vec::new() };
        all.start.push(0);
        for row in rows {
            all.entries.extend(row);
            all.start.push(count(all.entries.len()));
        }
        all
    }

    pub(crate) fn row(&self, at: usize) -> &[T] {
        &self.entries[self.start[at] as usize..self.start[at + 1] as usize]
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).expect("fewer entries than 2^32")
}

impl Numbers {
    /// O(n log n) in the number of entries.
    pub(super) fn of(
        parts: &MarketParts,
        catalogue: &Catalogue,
        cooperatives: &[CooperativeIx],
        places: &[Vec<Point>; 2],
    ) -> Self {
        let (points, [offer_point, demand_point]) = distinct(places);
        let standard = |id: &String| catalogue.standard(id).expect(super::VALIDATED);
        let standards = |list: fn(&Demand) -> &[String]| {
            Rows::of(parts.demands.iter().map(|demand| list(demand).iter().map(standard)))
        };
        let (products, offer_product) = products(parts, &offer_point);
        let mut certificates = parts.cooperatives.iter().flat_map(|cooperative| &cooperative.certificates);
        let sought: BTreeSet<&str> =
            parts.offers.iter().flat_map(|offer| &offer.seeks).map(String::as_str).collect();
        let services: Vec<&str> = sought.into_iter().collect();
        let bits = |words: &[String]| {
            let rank = |word: &String| services.binary_search(&word.as_str()).ok();
            words.iter().filter_map(rank).fold(0, |bits, rank| bits | 1 << (rank % 64))
        };
        Self {
            points,
            offer_point,
            demand_point,
            products,
            offer_product,
            covering: covering(parts, cooperatives, standard),
            requires: standards(|demand| &demand.requires),
            prefers: standards(|demand| &demand.prefers),
            capped: certificates.any(|certificate| certificate.volume.is_some()),
            seeks: parts.offers.iter().map(|offer| bits(&offer.seeks)).collect(),
            provides: parts.demands.iter().map(|demand| bits(&demand.provides)).collect(),
            exact_services: services.len() <= 64,
        }
    }

    /// How well the product of an offer fits a demand, if it is accepted at all.
    pub(crate) fn fit(&self, offer: OfferIx, demand: DemandIx) -> Option<f64> {
        let product = &self.products[self.offer_product[offer.index()] as usize];
        product.demands.binary_search(&demand).ok().map(|at| product.fits[at])
    }
}

/// Every point once, from south to north, and which each of the places is.
fn distinct(places: &[Vec<Point>; 2]) -> (Vec<Point>, [Vec<u32>; 2]) {
    let mut known: HashMap<[u64; 2], u32> = HashMap::new();
    let mut points = Vec::new();
    let mut index = |point: &Point| {
        *known.entry([point.lat.to_bits(), point.lon.to_bits()]).or_insert_with(|| {
            points.push(*point);
            count(points.len() - 1)
        })
    };
    let mut numbers = places.each_ref().map(|list| list.iter().map(&mut index).collect::<Vec<u32>>());
    let mut order: Vec<u32> = (0..count(points.len())).collect();
    let at = |point: &u32| points[*point as usize];
    order.sort_by(|a, b| at(a).lat.total_cmp(&at(b).lat).then(at(a).lon.total_cmp(&at(b).lon)));
    let mut rank = vec![0; points.len()];
    (0..).zip(&order).for_each(|(place, &point)| rank[point as usize] = place);
    numbers.iter_mut().flatten().for_each(|point| *point = rank[*point as usize]);
    (order.iter().map(at).collect(), numbers)
}

/// The products offered, and the product of each offer.
fn products(parts: &MarketParts, points: &[u32]) -> (Vec<Traded>, Vec<u32>) {
    let mut asked: HashMap<&str, Vec<(DemandIx, f64)>> = HashMap::new();
    for (d, demand) in parts.demands.iter().enumerate() {
        let own = std::iter::once((demand.product.as_str(), 1.0));
        for (path, fit) in own.chain(demand.substitutes.iter().map(|s| (s.product.as_str(), s.fit))) {
            asked.entry(path).or_default().push((DemandIx::at(d), fit));
        }
    }
    let mut known: HashMap<&str, u32> = HashMap::new();
    let mut products: Vec<Traded> = Vec::new();
    let mut of_offers = Vec::with_capacity(parts.offers.len());
    for (o, offer) in parts.offers.iter().enumerate() {
        let product = *known.entry(&offer.product).or_insert_with(|| {
            // Demands for the path or what it lies below, each with its best fit.
            let lists = and_ancestors(&offer.product).filter_map(|broad| asked.get(broad));
            let mut accepting: Vec<(DemandIx, f64)> = lists.flatten().copied().collect();
            accepting.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
            accepting.dedup_by_key(|(demand, _)| *demand);
            let (demands, fits) = accepting.into_iter().unzip();
            products.push(Traded { offers: Vec::new(), demands, fits });
            count(products.len() - 1)
        });
        products[product as usize].offers.push(OfferIx::at(o));
        of_offers.push(product);
    }
    for product in &mut products {
        product.offers.sort_by_key(|offer| points[offer.index()]);
    }
    (products, of_offers)
}

/// Certificates that cover each offer.
fn covering(
    parts: &MarketParts,
    cooperatives: &[CooperativeIx],
    standard: impl Fn(&String) -> StandardIx,
) -> Rows<Covering> {
    let held = |certificate: &Certificate| {
        (standard(&certificate.standard), Span::of(certificate.valid_from, certificate.valid_until))
    };
    // A cooperative's certificates are looked up once for all its offers.
    let held = Rows::of(parts.cooperatives.iter().map(|c| c.certificates.iter().map(held)));
    let held = &held;
    Rows::of(parts.offers.iter().zip(cooperatives).map(|(offer, cooperative)| {
        let certificates = (0..).zip(&parts.cooperatives[cooperative.index()].certificates);
        let certificates = certificates.zip(held.row(cooperative.index())).filter(|((_, held), _)| {
            let named = offer.certified.as_ref().is_none_or(|lot| lot.contains(&held.standard));
            named && is_for(held, &offer.product)
        });
        certificates.map(|((certificate, _), &(standard, valid))| Covering { certificate, standard, valid })
    }))
}

/// Whether a certificate is in force and for a product.
fn is_for(certificate: &Certificate, product: &str) -> bool {
    let products = &certificate.products;
    certificate.status == CertificateStatus::Active
        && (products.is_empty() || products.iter().any(|path| covers(path, product)))
}
