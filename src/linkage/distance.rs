//! Great-circle distances in whole metres.
//!
//! Haversine on a sphere of the Earth's mean radius (IUGG), with a pinned pure-Rust math library, so that
//! every platform gives the same metres. Everything after this module uses the rounded metres.

use std::collections::HashMap;

use crate::market::Point;
use crate::units::Metres;

/// Mean radius of the Earth in metres.
const RADIUS: f64 = 6_371_008.8;
/// Largest table of distances between distinct points that is kept: 16 MiB.
const TABLE_LIMIT: usize = 1 << 22;

/// The distance between two points.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "half the Earth's girth is about 2 × 10^7 metres"
)]
pub(crate) fn metres(a: Point, b: Point) -> Metres {
    let half_sine = |degrees: f64| libm::sin(degrees.to_radians() / 2.0);
    let (lat, lon) = (half_sine(b.lat - a.lat), half_sine(b.lon - a.lon));
    let cosines = libm::cos(a.lat.to_radians()) * libm::cos(b.lat.to_radians());
    let h = lat * lat + cosines * (lon * lon);
    Metres((2.0 * RADIUS * libm::asin(libm::sqrt(h.min(1.0)))).round() as u32)
}

/// Distances from supply points to demand points, each distinct pair computed once where they are few.
#[derive(Debug)]
pub(crate) struct Distances {
    supply: Vec<u32>,
    demand: Vec<u32>,
    supply_points: Vec<Point>,
    demand_points: Vec<Point>,
    table: Option<Vec<Metres>>,
}

impl Distances {
    pub(crate) fn of(offers: &[Point], demands: &[Point]) -> Self {
        let (supply, supply_points) = distinct(offers);
        let (demand, demand_points) = distinct(demands);
        let small = supply_points.len().checked_mul(demand_points.len()).is_some_and(|n| n <= TABLE_LIMIT);
        let table = small.then(|| {
            let row = |&a: &Point| demand_points.iter().map(move |&b| metres(a, b));
            supply_points.iter().flat_map(row).collect()
        });
        Self { supply, demand, supply_points, demand_points, table }
    }

    pub(crate) fn between(&self, offer: usize, demand: usize) -> Metres {
        let (from, to) = (self.supply[offer] as usize, self.demand[demand] as usize);
        match &self.table {
            Some(table) => table[from * self.demand_points.len() + to],
            None => metres(self.supply_points[from], self.demand_points[to]),
        }
    }
}

fn distinct(points: &[Point]) -> (Vec<u32>, Vec<Point>) {
    let mut known: HashMap<(u64, u64), u32> = HashMap::new();
    let mut list = Vec::new();
    let index = points
        .iter()
        .map(|point| {
            *known.entry((point.lat.to_bits(), point.lon.to_bits())).or_insert_with(|| {
                list.push(*point);
                u32::try_from(list.len() - 1).expect("a market has at most 10^7 points")
            })
        })
        .collect();
    (index, list)
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
}
