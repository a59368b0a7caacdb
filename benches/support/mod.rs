//! Seeded synthetic markets for the benches: built-in places and products, prices and volumes of plausible size,
//! no minimum lots or partner limits.

use lienket::{
    Catalogue, Certificate, Cooperative, Demand, Enterprise, Kg, Km, Market, MarketParts, Offer, Place,
    VndPerKg,
};
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha12Rng;

/// A market of so many offers and demands, the same for the same seed.
pub(crate) fn market(offers: usize, demands: usize, seed: u64) -> Market {
    let mut random = ChaCha12Rng::seed_from_u64(seed);
    let catalogue = Catalogue::built_in();
    let places: Vec<&str> =
        catalogue.places().iter().map(|p| p.id.as_str()).filter(|id| id.starts_with("vn/")).collect();
    let products: Vec<(&str, i64)> = catalogue
        .products()
        .iter()
        .filter_map(|p| Some((p.id.as_str(), p.price_low_vnd_kg?.midpoint(p.price_high_vnd_kg?))))
        .collect();
    let mut parts = MarketParts::new("2025-11-28".parse().expect("a day"));
    for i in 0..offers.div_ceil(2) {
        let place = Place::id(*places.choose(&mut random).expect("places"));
        let mut cooperative = Cooperative::new(format!("htx-{i:06}"), place);
        if random.random_bool(0.4) {
            cooperative = cooperative.certificate(Certificate::new("vietgap"));
        }
        parts.cooperatives.push(cooperative);
    }
    for i in 0..demands.div_ceil(2) {
        let place = Place::id(*places.choose(&mut random).expect("places"));
        parts.enterprises.push(Enterprise::new(format!("dn-{i:06}"), place));
    }
    let price = |random: &mut ChaCha12Rng, middle: i64| {
        VndPerKg((middle * random.random_range(80..120_i64) / 100).max(1))
    };
    for i in 0..offers {
        let (product, middle) = *products.choose(&mut random).expect("products");
        let volume = Kg(random.random_range(500..50_000));
        let offer = Offer::new(format!("o-{i:06}"), format!("htx-{:06}", i / 2), product, volume);
        parts.offers.push(offer.ask(price(&mut random, middle)));
    }
    for i in 0..demands {
        let (product, middle) = *products.choose(&mut random).expect("products");
        // Half of the buyers ask for the group.
        let product =
            if random.random_bool(0.5) { product.rsplit_once('/').map_or(product, |p| p.0) } else { product };
        let volume = Kg(random.random_range(1_000..100_000));
        let mut demand = Demand::new(format!("d-{i:06}"), format!("dn-{:06}", i / 2), product, volume)
            .bid(price(&mut random, middle + middle / 10))
            .max_distance(Km(random.random_range(200.0..1_200.0_f64).round()));
        if random.random_bool(0.2) {
            demand = demand.requires("vietgap");
        }
        parts.demands.push(demand);
    }
    Market::build(parts).expect("a valid market")
}
