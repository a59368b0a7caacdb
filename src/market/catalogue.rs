//! Catalogues: what the library knows of products, standards, acceptances and places, and what a
//! document adds.
//!
//! The built-in catalogue is data: tab-separated files beside this one, compiled in. It carries a version,
//! which is part of every market digest.

use std::sync::{Arc, LazyLock};

use serde::{Serialize, Serializer};

use crate::id::StandardIx;
use crate::market::product::and_ancestors;
use crate::market::standard::{Acceptance, AcceptanceKind, Link, Span};
use crate::units::Date;

/// A product of the catalogue.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ProductEntry {
    /// Slash path.
    pub id: String,
    /// Name, Vietnamese in the built-in catalogue.
    pub name: String,
    /// English name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name_en: Option<String>,
    /// Other names people write.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// Unit people count it in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Kilograms in one such unit, where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kg_per_unit: Option<f64>,
    /// Months of harvest, 1 … 12.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub season_months: Vec<u8>,
    /// Usual price, low end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_low_vnd_kg: Option<i64>,
    /// Usual price, high end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_high_vnd_kg: Option<i64>,
    /// `sourced` or `estimate`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_basis: Option<String>,
}

/// A standard of the catalogue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct StandardEntry {
    /// Id, such as `vietgap`.
    pub id: String,
    /// Name, Vietnamese in the built-in catalogue.
    pub name: String,
    /// English name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name_en: Option<String>,
    /// What is certified: crop, facility, product …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Who issues it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// Usual life in months; for information, expiry is never derived from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validity_months: Option<u32>,
    /// Other names people write.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
}

/// A place of the catalogue.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PlaceEntry {
    /// Id: `vn/<slug>` for today's 34 units, `vn63/<slug>` for the 63 before 1 July 2025.
    pub id: String,
    /// Name, Vietnamese in the built-in catalogue.
    pub name: String,
    /// English name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name_en: Option<String>,
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// Other names people write.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// First day of the unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Date>,
    /// Last day of the unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Date>,
    /// The unit it became part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub successor: Option<String>,
    /// Code of the General Statistics Office. Units that kept a name kept a code too: ambiguous without a date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

impl PlaceEntry {
    /// Every name of the place.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let own = std::iter::once(self.name.as_str());
        own.chain(self.name_en.as_deref()).chain(self.aliases.iter().map(String::as_str))
    }
}

/// What a document adds to the built-in catalogue.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CatalogueAdditions {
    /// Products: `id` and `name`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<ProductEntry>,
    /// Standards: `id` and `name`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub standards: Vec<StandardEntry>,
    /// Acceptances.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub acceptances: Vec<Acceptance>,
    /// Places: `id`, `name`, `lat`, `lon`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<PlaceEntry>,
}

impl CatalogueAdditions {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Products, standards, acceptances and places, each sorted by id. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Catalogue(Arc<Inner>);

impl Serialize for Catalogue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.as_ref().serialize(serializer)
    }
}

#[derive(Clone, Debug, Serialize)]
struct Inner {
    version: String,
    products: Vec<ProductEntry>,
    standards: Vec<StandardEntry>,
    acceptances: Vec<Acceptance>,
    places: Vec<PlaceEntry>,
}

impl Catalogue {
    /// The catalogue that is compiled in.
    #[must_use]
    pub fn built_in() -> Self {
        static BUILT_IN: LazyLock<Catalogue> = LazyLock::new(|| Catalogue(Arc::new(read_built_in())));
        BUILT_IN.clone()
    }

    /// This catalogue with a document's additions.
    pub(crate) fn with(&self, additions: &CatalogueAdditions) -> Self {
        if additions.is_empty() {
            return self.clone();
        }
        let mut inner = (*self.0).clone();
        inner.products.extend_from_slice(&additions.products);
        inner.standards.extend_from_slice(&additions.standards);
        inner.acceptances.extend_from_slice(&additions.acceptances);
        inner.places.extend_from_slice(&additions.places);
        inner.products.sort_by(|a, b| a.id.cmp(&b.id));
        inner.standards.sort_by(|a, b| a.id.cmp(&b.id));
        inner.acceptances.sort();
        inner.places.sort_by(|a, b| a.id.cmp(&b.id));
        Self(Arc::new(inner))
    }

    /// Version of the built-in part.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.0.version
    }

    /// Products, sorted by id.
    #[must_use]
    pub fn products(&self) -> &[ProductEntry] {
        &self.0.products
    }

    /// Standards, sorted by id.
    #[must_use]
    pub fn standards(&self) -> &[StandardEntry] {
        &self.0.standards
    }

    /// Acceptances, sorted.
    #[must_use]
    pub fn acceptances(&self) -> &[Acceptance] {
        &self.0.acceptances
    }

    /// Places, sorted by id.
    #[must_use]
    pub fn places(&self) -> &[PlaceEntry] {
        &self.0.places
    }

    /// The place with an id.
    #[must_use]
    pub fn place(&self, id: &str) -> Option<&PlaceEntry> {
        let places = &self.0.places;
        places.binary_search_by(|entry| entry.id.as_str().cmp(id)).ok().map(|i| &places[i])
    }

    /// The standard with an id.
    #[must_use]
    pub fn standard(&self, id: &str) -> Option<StandardIx> {
        let standards = &self.0.standards;
        standards.binary_search_by(|entry| entry.id.as_str().cmp(id)).ok().map(StandardIx::at)
    }

    /// The entry of a standard.
    #[must_use]
    pub fn standard_entry(&self, standard: StandardIx) -> &StandardEntry {
        &self.0.standards[standard.index()]
    }

    /// The entry of exactly this product path.
    #[must_use]
    pub fn product(&self, path: &str) -> Option<&ProductEntry> {
        let products = &self.0.products;
        products.binary_search_by(|entry| entry.id.as_str().cmp(path)).ok().map(|i| &products[i])
    }

    /// Whether a product path is an entry, or what an entry lies below.
    #[must_use]
    pub fn knows_product(&self, path: &str) -> bool {
        let products = &self.0.products;
        let at = products.partition_point(|entry| entry.id.as_str() < path);
        // Paths below `path` need not follow it at once (`a-b` sorts before `a/b`), so look a little further.
        products[at..]
            .iter()
            .take_while(|entry| entry.id.starts_with(path))
            .any(|entry| and_ancestors(&entry.id).any(|p| p == path))
    }

    /// Acceptances with their standards looked up, in catalogue order. Unknown ones were refused before.
    pub(crate) fn links(&self) -> Vec<Link> {
        let look_up = |id: &str| self.standard(id).expect("validation refuses unknown standards");
        self.acceptances()
            .iter()
            .map(|a| Link {
                holds: look_up(&a.holds),
                asked: look_up(&a.asked),
                kind: a.kind,
                span: Span::of(a.from, a.until),
            })
            .collect()
    }
}

/// Rows of a compiled-in table, as cells; the header is left out.
fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().skip(1).map(|line| line.split('\t').collect())
}

fn text(cell: &str) -> Option<String> {
    (!cell.is_empty()).then(|| cell.to_owned())
}

fn list(cell: &str) -> Vec<String> {
    cell.split(';').filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

fn number<T: std::str::FromStr>(cell: &str) -> Option<T> {
    cell.parse().ok()
}

fn kind(cell: &str) -> AcceptanceKind {
    match cell {
        "legal" => AcceptanceKind::Legal,
        "technical" => AcceptanceKind::Technical,
        _ => AcceptanceKind::Market,
    }
}

fn read_built_in() -> Inner {
    let products = rows(include_str!("data/products.tsv"))
        .map(|c| ProductEntry {
            id: c[0].to_owned(),
            name: c[1].to_owned(),
            name_en: text(c[2]),
            aliases: list(c[3]),
            unit: text(c[5]),
            kg_per_unit: number(c[6]),
            season_months: c[7].split(';').filter_map(number).collect(),
            price_low_vnd_kg: number(c[8]),
            price_high_vnd_kg: number(c[9]),
            price_basis: text(c[10]),
        })
        .collect();
    let standards = rows(include_str!("data/standards.tsv"))
        .map(|c| StandardEntry {
            id: c[0].to_owned(),
            name: c[1].to_owned(),
            name_en: text(c[2]),
            scope: text(c[3]),
            issuer: text(c[4]),
            validity_months: number(c[5]),
            aliases: list(c[6]),
        })
        .collect();
    let mut acceptances: Vec<Acceptance> = rows(include_str!("data/acceptances.tsv"))
        .map(|c| Acceptance {
            holds: c[0].to_owned(),
            asked: c[1].to_owned(),
            kind: kind(c[2]),
            from: number(c[3]),
            until: number(c[4]),
            basis: text(c[5]),
        })
        .collect();
    acceptances.sort();
    let places = rows(include_str!("data/places.tsv"))
        .map(|c| PlaceEntry {
            id: c[0].to_owned(),
            name: c[1].to_owned(),
            name_en: text(c[2]),
            lat: number(c[3]).unwrap_or(f64::NAN),
            lon: number(c[4]).unwrap_or(f64::NAN),
            aliases: list(c[5]),
            valid_from: number(c[6]),
            valid_until: number(c[7]),
            successor: text(c[8]),
            code: text(c[10]),
        })
        .collect();
    let version = include_str!("data/version.txt").trim().to_owned();
    Inner { version, products, standards, acceptances, places }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_tables_are_whole_and_sorted() {
        let catalogue = Catalogue::built_in();
        let sorted = |ids: Vec<&str>| ids.is_sorted() && ids.windows(2).all(|w| w[0] != w[1]);
        assert!(sorted(catalogue.products().iter().map(|p| p.id.as_str()).collect()));
        assert!(sorted(catalogue.standards().iter().map(|s| s.id.as_str()).collect()));
        assert!(sorted(catalogue.places().iter().map(|p| p.id.as_str()).collect()));
        for (table, columns) in [
            (include_str!("data/products.tsv"), 11),
            (include_str!("data/standards.tsv"), 8),
            (include_str!("data/acceptances.tsv"), 6),
            (include_str!("data/places.tsv"), 11),
        ] {
            assert!(rows(table).all(|cells| cells.len() == columns));
        }
        let now = catalogue.places().iter().filter(|p| p.id.starts_with("vn/")).count();
        let before = catalogue.places().iter().filter(|p| p.id.starts_with("vn63/")).count();
        assert_eq!((now, before), (34, 63));
        assert!(
            catalogue
                .places()
                .iter()
                .all(|p| (8.0..24.0).contains(&p.lat) && (102.0..110.0).contains(&p.lon))
        );
        assert!(catalogue.products().iter().all(|p| super::super::product::is_path(&p.id)));
        assert_eq!(catalogue.links().len(), catalogue.acceptances().len());
        for row in rows(include_str!("data/acceptances.tsv")) {
            assert!(["legal", "technical", "market"].contains(&row[2]));
            assert!(row[3].is_empty() || row[3].parse::<Date>().is_ok());
            assert!(row[4].is_empty() || row[4].parse::<Date>().is_ok());
        }
    }

    #[test]
    fn products_are_known_with_what_they_lie_below() {
        let catalogue = Catalogue::built_in();
        for known in ["fruit", "fruit/dragon-fruit", "fruit/dragon-fruit/red", "tea/green", "herb/lotus-tea"]
        {
            assert!(catalogue.knows_product(known), "{known}");
        }
        for unknown in ["fruit/dragon", "fru", "tea/green/spring", "unobtainium"] {
            assert!(!catalogue.knows_product(unknown), "{unknown}");
        }
    }
}
