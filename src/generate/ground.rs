//! Where parties stand: points around the capitals of the 63 old provinces, as communes lie around them.

use super::random::{Purpose, Random, Weighted, real};
use crate::market::{Catalogue, Place, PlaceEntry};

/// Standard deviation of a commune's distance from its capital along each axis, in km.
const SPREAD_KM: f64 = 25.0;
/// Kilometres in a degree of latitude.
const DEGREE_KM: f64 = 111.2;
/// Where buyers crowd, and how many times as many as elsewhere.
const CITIES: [(&str, f64); 7] = [
    ("vn63/ha-noi", 6.0),
    ("vn63/ho-chi-minh", 8.0),
    ("vn63/hai-phong", 3.0),
    ("vn63/da-nang", 3.0),
    ("vn63/can-tho", 3.0),
    ("vn63/binh-duong", 3.0),
    ("vn63/dong-nai", 3.0),
];

/// Which provinces a market is about.
#[derive(Clone, Copy)]
pub(super) enum Reach {
    Country,
    /// One province, drawn, and so many of its neighbours.
    Neighbours(usize),
}

/// A place that parties share.
pub(super) struct Spot {
    pub(super) place: Place,
    /// Name of the province.
    pub(super) province: String,
    /// Latitude and longitude in degrees.
    at: (f64, f64),
}

/// The places of a market.
pub(super) struct Ground {
    pub(super) spots: Vec<Spot>,
    suppliers: Weighted,
    buyers: Weighted,
    /// The first spot of the province each spot belongs to, and how many it has.
    homes: Vec<(usize, usize)>,
}

impl Ground {
    /// About so many distinct points, a province at least one.
    pub(super) fn lay(seed: u64, reach: Reach, points: usize) -> Self {
        let random = &mut Random::new(seed, Purpose::Ground);
        let catalogue = Catalogue::built_in();
        let all: Vec<&PlaceEntry> =
            catalogue.places().iter().filter(|place| place.id.starts_with("vn63/")).collect();
        let (provinces, centre) = match reach {
            Reach::Country => (all, None),
            Reach::Neighbours(count) => {
                let centre = *random.one_of(&all);
                (nearest(&all, centre, count + 1), Some(centre))
            }
        };
        let each = (points / provinces.len()).max(1);
        let (mut spots, mut homes) = (Vec::new(), Vec::new());
        let (mut supply, mut demand) = (Vec::new(), Vec::new());
        for province in provinces {
            let city = CITIES.iter().find(|(id, _)| *id == province.id).map_or(1.0, |(_, weight)| *weight);
            // Half of a provincial market is the province itself.
            let own = if centre.is_some_and(|centre| centre.id == province.id) { 6.0 } else { 1.0 };
            let first = spots.len();
            for commune in 0..each {
                let weight = own / libm::sqrt(real(commune + 1));
                supply.push(weight / libm::sqrt(city));
                demand.push(weight * city);
                homes.push((first, each));
                let (place, at) = if commune == 0 {
                    (Place::id(province.id.clone()), (province.lat, province.lon))
                } else {
                    let at = around(province, random);
                    (Place::point(at.0, at.1), at)
                };
                spots.push(Spot { place, province: province.name.clone(), at });
            }
        }
        let (suppliers, buyers) = (Weighted::of(supply.into_iter()), Weighted::of(demand.into_iter()));
        Self { spots, suppliers, buyers, homes }
    }

    pub(super) fn supplier(&self, random: &mut Random) -> usize {
        self.suppliers.draw(random)
    }

    pub(super) fn buyer(&self, random: &mut Random) -> usize {
        self.buyers.draw(random)
    }

    /// About how far apart two spots are.
    pub(super) fn km(&self, one: usize, other: usize) -> f64 {
        let (one, other) = (self.spots[one].at, self.spots[other].at);
        let east = libm::cos(one.0.to_radians());
        DEGREE_KM * libm::hypot(one.0 - other.0, (one.1 - other.1) * east)
    }

    /// Another spot of the same province, or the same where it has no other.
    pub(super) fn nearby(&self, spot: usize, random: &mut Random) -> usize {
        let (first, count) = self.homes[spot];
        first + random.below(count)
    }
}

/// The provinces nearest to one, itself first.
fn nearest<'a>(all: &[&'a PlaceEntry], centre: &PlaceEntry, count: usize) -> Vec<&'a PlaceEntry> {
    let east = libm::cos(centre.lat.to_radians());
    let square = |place: &PlaceEntry| {
        let (north, east) = (place.lat - centre.lat, (place.lon - centre.lon) * east);
        north * north + east * east
    };
    let mut sorted = all.to_vec();
    sorted.sort_by(|a, b| square(a).total_cmp(&square(b)).then_with(|| a.id.cmp(&b.id)));
    sorted.truncate(count);
    sorted
}

fn around(province: &PlaceEntry, random: &mut Random) -> (f64, f64) {
    let degrees = SPREAD_KM / DEGREE_KM;
    let lat = province.lat + degrees * random.normal();
    let lon = province.lon + degrees * random.normal() / libm::cos(province.lat.to_radians());
    (four_digits(lat), four_digits(lon))
}

/// About ten metres.
fn four_digits(degrees: f64) -> f64 {
    (degrees * 1e4).round() / 1e4
}
