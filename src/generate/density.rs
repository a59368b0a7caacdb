//! How far buyers look at a scale, so that an offer finds as many candidates as at scale 1.
//!
//! Of the pairs of an offer and a demand for the same product, a share is near enough. What the share is at a
//! radius depends on how places lie, in clusters that a radius may exceed or not, so no power of the scale gives
//! the radius that a share needs. Instead pairs are drawn as the market draws them, each with the radius from
//! which on it is near enough, and the radius wanted is a quantile of theirs. Papers, seasons and the like are
//! the same at every scale.

use super::Size;
use super::goods::share;
use super::ground::Ground;
use super::random::{Purpose, Random, Weighted, multiple, real};

/// Pairs drawn.
const PAIRS: usize = 1 << 16;
/// The most of all pairs that shall be near enough: a market too small for that trades fewer products.
const MOST_NEAR: f64 = 0.9;

/// Standard deviation of the logarithm of a demand's largest distance.
pub(super) const SPREAD: f64 = 0.4;

/// How much farther than for the most traded product buyers go for one with this share.
pub(super) fn farther(share: f64) -> f64 {
    1.0 / libm::sqrt(libm::sqrt(share))
}

/// Sets the radius, and where need be fewer products, so that candidates per offer are as at scale 1, of which
/// `base` is the size.
pub(super) fn keep(seed: u64, base: &Size, size: &mut Size) {
    let here = radii(seed, base);
    let near = here.partition_point(|radius| *radius <= base.radius_km).max(1);
    let same = |size: &Size| real(size.demands) * alike(size.products);
    let wanted = |size: &Size| real(near) * (same(base) / same(size));
    while size.products > 1 && wanted(size) > MOST_NEAR * real(PAIRS) {
        size.products -= 1;
    }
    let there = radii(seed, size);
    // The radius at which so many pairs are near enough.
    let at = |radii: &[f64], count: f64| {
        let count = usize::try_from(multiple(count, 1)).unwrap_or(PAIRS);
        radii[count.min(PAIRS) - 1].max(f64::MIN_POSITIVE)
    };
    let ratio = at(&there, wanted(size)) / at(&here, real(near));
    size.radius_km = (base.radius_km * ratio).clamp(1.0, 2_000.0);
}

/// The chance that two draws of a product are the same.
fn alike(products: usize) -> f64 {
    let sum: f64 = (0..products).map(share).sum();
    let squares: f64 = (0..products).map(|rank| share(rank) * share(rank)).sum();
    squares / (sum * sum)
}

/// From which radius on each of some pairs of the same product is near enough, the nearest pairs first.
fn radii(seed: u64, size: &Size) -> Vec<f64> {
    let random = &mut Random::new(seed, Purpose::Density);
    let ground = Ground::lay(seed, size.reach, size.points);
    let products = Weighted::of((0..size.products).map(|rank| share(rank) * share(rank)));
    let mut radii: Vec<f64> = (0..PAIRS)
        .map(|_| {
            let product = products.draw(random);
            let reach = random.log_normal(farther(share(product)), SPREAD);
            let km = ground.km(ground.supplier(random), ground.buyer(random));
            if random.chance(size.anywhere) { 0.0 } else { km / reach }
        })
        .collect();
    radii.sort_by(f64::total_cmp);
    radii
}
