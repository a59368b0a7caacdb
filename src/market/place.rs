//! Places: ids of the catalogue or coordinates, and finding a place by the name people write.

use std::fmt;

use serde::Serialize;

use crate::market::catalogue::{Catalogue, PlaceEntry};
use crate::market::names::fold_name;
use crate::units::Date;

/// Where a party, an offer or a demand is.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Place {
    /// An id of the catalogue, such as `vn/thai-nguyen`.
    Id(String),
    /// A point on the Earth.
    Point {
        /// Degrees north, −90 … 90.
        lat: f64,
        /// Degrees east, −180 … 180.
        lon: f64,
    },
}

impl Place {
    /// A place of the catalogue.
    #[must_use]
    pub fn id(id: impl Into<String>) -> Self {
        Self::Id(id.into())
    }

    /// A point, in degrees.
    #[must_use]
    pub fn point(lat: f64, lon: f64) -> Self {
        Self::Point { lat, lon }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => f.write_str(id),
            Self::Point { lat, lon } => write!(f, "{lat}, {lon}"),
        }
    }
}

/// What a name stands for.
///
/// Since 1 July 2025 a bare name such as “Thái Nguyên” may mean the old province or the merged one; a
/// date settles which.
#[derive(Clone, Debug, PartialEq)]
pub enum PlaceMatch<'a> {
    /// One place.
    One(&'a PlaceEntry),
    /// Several places; ask, or give a date.
    Ambiguous(Vec<&'a PlaceEntry>),
    /// None; the nearest name, if one is close.
    Unknown(Option<&'a PlaceEntry>),
}

impl Catalogue {
    /// Finds the place that a name stands for, on a day where one is given.
    ///
    /// Case, diacritics, blanks and the words “tỉnh”, “thành phố”, “TP” do not matter. Linear in the
    /// number of places.
    ///
    /// ```
    /// use lienket::{Catalogue, PlaceMatch};
    /// let catalogue = Catalogue::built_in();
    /// assert!(matches!(catalogue.find_place("Thai Nguyen", None), PlaceMatch::Ambiguous(_)));
    /// let day = "2025-11-28".parse().ok();
    /// let PlaceMatch::One(place) = catalogue.find_place("tỉnh Thái Nguyên", day) else { panic!() };
    /// assert_eq!(place.id, "vn/thai-nguyen");
    /// let PlaceMatch::One(place) = catalogue.find_place("Bắc Kạn", None) else { panic!() };
    /// assert_eq!(place.id, "vn63/bac-kan");
    /// ```
    #[must_use]
    pub fn find_place(&self, name: &str, on: Option<Date>) -> PlaceMatch<'_> {
        let folded = fold_name(name);
        let wanted = without_rank(&folded);
        let names_of = |place: &PlaceEntry| -> Vec<String> { place.names().map(fold_name).collect() };
        let valid = |place: &PlaceEntry| {
            on.is_none_or(|day| {
                place.valid_from.is_none_or(|from| from <= day)
                    && place.valid_until.is_none_or(|until| day <= until)
            })
        };
        let named: Vec<&PlaceEntry> = self
            .places()
            .iter()
            .filter(|place| place.id == name || names_of(place).iter().any(|n| without_rank(n) == wanted))
            .collect();
        let valid_then: Vec<&PlaceEntry> = named.iter().copied().filter(|place| valid(place)).collect();
        // A name that was not in use on the day still means the one place that ever bore it.
        let found = if valid_then.is_empty() { named } else { valid_then };
        match found[..] {
            [] => PlaceMatch::Unknown(self.nearest_place(wanted)),
            [place] => PlaceMatch::One(place),
            _ => PlaceMatch::Ambiguous(found),
        }
    }

    fn nearest_place(&self, folded: &str) -> Option<&PlaceEntry> {
        self.places()
            .iter()
            .flat_map(|place| {
                place.names().map(move |name| (strsim::osa_distance(folded, &fold_name(name)), place))
            })
            .filter(|(distance, _)| distance * 4 <= folded.chars().count())
            .min_by_key(|(distance, _)| *distance)
            .map(|(_, place)| place)
    }
}

fn without_rank(folded: &str) -> &str {
    let rest = ["thanhpho", "tinh", "tp"].iter().find_map(|rank| folded.strip_prefix(rank));
    rest.filter(|rest| !rest.is_empty()).unwrap_or(folded)
}
