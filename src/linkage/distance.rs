//! Great-circle distances in whole metres.
//!
//! Haversine on a sphere of the Earth's mean radius (IUGG), with a pinned pure-Rust math library, so that
//! every platform gives the same metres. Everything after this module uses the rounded metres.
//!
//! # The short way
//! The formula costs five calls of the math library a pair. But the points are few and the pairs many: with the
//! points as unit vectors, taken once, the chord c gives the same distance as 2 R asin(c / 2), a square root and a
//! short series. It is taken only where it cannot round to another metre:
//!
//! * the series of asin x ends at x¹³, and is used to x² = 0.0225 (1,918 km): what is left out is below
//!   0.014 x¹⁵ / (1 − x²) < 7 × 10⁻¹⁵, 10⁻⁷ m;
//! * a coordinate errs by less than 10⁻¹⁵ (radians to half an ulp of π twice, sine and cosine below one ulp, one
//!   product), so the chord by less than 4 × 10⁻¹⁵, 3 × 10⁻⁸ m; the formula itself errs no more there;
//! * so both agree within 2 × 10⁻⁷ m, and where the short way ends farther than 10⁻⁴ m from the half metre, at which
//!   rounding turns, both round to the same metre. Else, one time in 5,000, the formula decides.

use rayon::prelude::*;

use crate::market::Point;
use crate::units::Metres;

/// Mean radius of the Earth in metres.
pub(crate) const RADIUS: f64 = 6_371_008.8;
/// Largest square of half a chord that the series serves.
const SERIES_LIMIT: f64 = 0.0225;
/// Distance in metres from a half metre within which the formula decides.
const DOUBT: f64 = 1e-4;
/// asin x = x Σ aₖ x²ᵏ, from the highest term down.
const SERIES: [f64; 7] =
    [231.0 / 13_312.0, 63.0 / 2_816.0, 35.0 / 1_152.0, 5.0 / 112.0, 3.0 / 40.0, 1.0 / 6.0, 1.0];

/// The distance between two points.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "half the Earth's girth is about 2 × 10^7 metres"
)]
#[cold]
pub(crate) fn metres(a: Point, b: Point) -> Metres {
    let half_sine = |degrees: f64| libm::sin(degrees.to_radians() / 2.0);
    let (lat, lon) = (half_sine(b.lat - a.lat), half_sine(b.lon - a.lon));
    let cosines = libm::cos(a.lat.to_radians()) * libm::cos(b.lat.to_radians());
    let h = lat * lat + cosines * (lon * lon);
    Metres((2.0 * RADIUS * libm::asin(libm::sqrt(h.min(1.0)))).round() as u32)
}

/// A point and its unit vector.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spot {
    pub(crate) point: Point,
    /// Towards 0° N 0° E, 0° N 90° E, and the north pole.
    pub(crate) vector: [f64; 3],
}

impl Spot {
    pub(crate) fn of(point: Point) -> Self {
        let (lat, lon) = (point.lat.to_radians(), point.lon.to_radians());
        let level = libm::cos(lat);
        Self { point, vector: [level * libm::cos(lon), level * libm::sin(lon), libm::sin(lat)] }
    }

    /// The same metres as [`metres`], mostly in a tenth of the time.
    pub(crate) fn metres(&self, other: &Self) -> Metres {
        let (whole, sure) = self.short(other.vector);
        if sure { whole } else { metres(self.point, other.point) }
    }

    /// The distance to another unit vector by the short way, and whether it serves. Without a branch: the compiler does
    /// several at a time.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "the low half of the bits is the whole number")]
    pub(crate) fn short(&self, [x, y, z]: [f64; 3]) -> (Metres, bool) {
        // Beside 2^52 a double has no fraction left: adding it rounds.
        const WHOLE: f64 = 4_503_599_627_370_496.0;
        let (x, y, z) = (self.vector[0] - x, self.vector[1] - y, self.vector[2] - z);
        let square = (x * x + y * y + z * z) / 4.0;
        let series = SERIES[1..].iter().fold(SERIES[0], |sum, term| sum * square + term);
        let distance = 2.0 * RADIUS * square.sqrt() * series;
        let rounded = distance + WHOLE;
        let sure = (square <= SERIES_LIMIT) & ((distance - (rounded - WHOLE)).abs() < 0.5 - DOUBT);
        (Metres(rounded.to_bits() as u32), sure)
    }
}

/// The distinct points of a market.
#[derive(Debug)]
pub(crate) struct Ground {
    pub(crate) spots: Vec<Spot>,
    /// The axis of space along which the points lie farthest apart.
    pub(crate) axis: usize,
}

impl Ground {
    pub(crate) fn of(points: &[Point]) -> Self {
        let spots: Vec<Spot> = points.par_iter().with_min_len(256).map(|&point| Spot::of(point)).collect();
        let spread = |axis: usize| {
            let along = spots.iter().map(|spot| spot.vector[axis]);
            let (low, high) =
                along.fold((1.0, -1.0), |(low, high): (f64, f64), at| (low.min(at), high.max(at)));
            high - low
        };
        let axis = (0..3).max_by(|&a, &b| spread(a).total_cmp(&spread(b))).unwrap_or(2);
        Self { spots, axis }
    }

    /// The distance between two of the points.
    pub(crate) fn between(&self, from: u32, to: u32) -> Metres {
        self.spots[from as usize].metres(&self.spots[to as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_distances() {
        let hanoi = Point { lat: 21.0285, lon: 105.8542 };
        let city = Point { lat: 10.7769, lon: 106.7009 };
        assert_eq!(metres(hanoi, hanoi), Metres(0));
        assert_eq!(metres(hanoi, city), metres(city, hanoi));
        // A quarter of the girth, and half of it between antipodes.
        let (pole, equator) = (Point { lat: 90.0, lon: 0.0 }, Point { lat: 0.0, lon: 0.0 });
        assert_eq!(metres(pole, equator), Metres(10_007_557));
        assert_eq!(metres(equator, Point { lat: 0.0, lon: 180.0 }), Metres(20_015_114));
        assert!((metres(hanoi, city).km() - 1143.0).abs() < 2.0);
    }

    /// A number in [0, 1) from a linear congruence.
    fn draw(state: &mut u64) -> f64 {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from(u32::try_from(*state >> 32).expect("32 bits")) / 4_294_967_296.0
    }

    #[test]
    fn the_short_way_ends_at_the_same_metre() {
        let mut state = 1;
        let (mut short, mut all) = (0, 0);
        for round in 0..1_000_000 {
            let anywhere =
                |state: &mut u64| Point { lat: draw(state) * 180.0 - 90.0, lon: draw(state) * 360.0 - 180.0 };
            let from = anywhere(&mut state);
            // From millimetres to the other side of the Earth, along any course.
            let scale = libm::exp2(-f64::from(round % 36));
            let shift = |state: &mut u64, most: f64| (draw(state) * 2.0 - 1.0) * most * scale;
            let to = match round % 7 {
                0 => anywhere(&mut state),
                1 => Point {
                    lat: -from.lat + shift(&mut state, 1.0),
                    lon: from.lon + 180.0 - 360.0 * f64::from(u8::from(from.lon > 0.0)),
                },
                2 => Point { lat: from.lat, lon: from.lon + shift(&mut state, 90.0) },
                3 => Point { lat: 90.0 - 1e-3 * draw(&mut state), lon: from.lon },
                _ => {
                    Point { lat: from.lat + shift(&mut state, 40.0), lon: from.lon + shift(&mut state, 40.0) }
                }
            };
            let to = Point { lat: to.lat.clamp(-90.0, 90.0), lon: to.lon.clamp(-180.0, 180.0) };
            let (a, b) = (Spot::of(from), Spot::of(to));
            assert_eq!(a.metres(&b), metres(from, to), "{from:?} {to:?}");
            assert_eq!(a.metres(&a), Metres(0));
            all += 1;
            short += usize::from(metres(from, to).0 < 1_918_000);
        }
        // Both ways have been taken.
        assert!(short > all / 4 && short < all, "{short}");
    }

    #[test]
    fn the_series_errs_as_little_as_it_says() {
        // The doubt must be far above the error: measured against the formula before rounding.
        let mut state = 7;
        let mut worst: f64 = 0.0;
        for _ in 0..200_000 {
            let from = Point { lat: draw(&mut state) * 180.0 - 90.0, lon: draw(&mut state) * 360.0 - 180.0 };
            let to = Point {
                lat: (from.lat + draw(&mut state) * 12.0).min(90.0),
                lon: (from.lon + draw(&mut state) * 12.0).min(180.0),
            };
            let (a, b) = (Spot::of(from), Spot::of(to));
            let square = (0..3).map(|axis| (a.vector[axis] - b.vector[axis]).powi(2)).sum::<f64>() / 4.0;
            if square > SERIES_LIMIT {
                continue;
            }
            let series = SERIES[1..].iter().fold(SERIES[0], |sum, term| sum * square + term);
            let short = 2.0 * RADIUS * square.sqrt() * series;
            let half_sine = |degrees: f64| libm::sin(degrees.to_radians() / 2.0);
            let (lat, lon) = (half_sine(to.lat - from.lat), half_sine(to.lon - from.lon));
            let cosines = libm::cos(from.lat.to_radians()) * libm::cos(to.lat.to_radians());
            let formula = 2.0 * RADIUS * libm::asin(libm::sqrt(lat * lat + cosines * (lon * lon)));
            worst = worst.max((short - formula).abs());
        }
        assert!(worst < DOUBT / 100.0, "{worst}");
    }
}
