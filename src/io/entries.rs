//! The entries of a market document, field by field.
//!
//! Where a value is faulty a filler takes its place. Fillers are chosen so that validation finds nothing
//! else wrong because of them: it leaves out what it finds at the fault itself.

use super::fields::{At, Fields};
use super::node::Node;
use super::values::{Value, list};
use crate::error::Issue;
use crate::market::{
    Acceptance, AcceptanceKind, Barred, CatalogueAdditions, Certificate, CertificateStatus, Contract,
    Cooperative, CooperativeKind, Demand, Enterprise, Exclusion, Offer, Place, PlaceEntry, ProductEntry,
    Relation, StandardEntry,
};
use crate::units::Kg;

/// An entry of a list.
pub(super) trait Entry: Sized {
    /// Every field it may have.
    const FIELDS: &'static [&'static str];

    /// Takes the fields; faulty ones are replaced by fillers.
    fn take(fields: &mut Fields) -> Self;

    fn read(node: Node, at: &At, issues: &mut Vec<Issue>) -> Self {
        Self::take(&mut Fields::open(node, *at, Self::FIELDS, issues))
    }
}

/// In place of a faulty volume: no contract or lot is too large for it, and 10^6 of them can be added up.
const SOME_VOLUME: Kg = Kg(1_000_000_000);

fn somewhere() -> Place {
    Place::point(0.0, 0.0)
}

fn entries<T: Entry>(fields: &mut Fields, name: &str) -> Vec<T> {
    let Some(node) = fields.take(name) else { return Vec::new() };
    let (at, issues) = fields.parts();
    list(node, &at.field(name), issues, T::read).unwrap_or_default()
}

/// The value of an optional field: absent gives `absent`, faulty gives `filler`.
fn optional_or<T: Value>(fields: &mut Fields, name: &str, absent: T, filler: T) -> T {
    let Some(node) = fields.take(name) else { return absent };
    let (at, issues) = fields.parts();
    T::of(node, &at.field(name), issues).unwrap_or(filler)
}

impl Entry for Cooperative {
    const FIELDS: &'static [&'static str] =
        &["id", "name", "kind", "place", "members", "tags", "capacity_kg", "certificates"];

    fn take(f: &mut Fields) -> Self {
        Self {
            id: f.name("id"),
            name: f.optional("name"),
            kind: f.optional("kind").unwrap_or(CooperativeKind::Cooperative),
            place: f.required("place").unwrap_or_else(somewhere),
            members: f.optional("members"),
            tags: f.optional("tags").unwrap_or_default(),
            capacity: f.optional("capacity_kg"),
            certificates: entries(f, "certificates"),
        }
    }
}

impl Entry for Certificate {
    const FIELDS: &'static [&'static str] =
        &["standard", "products", "valid_from", "valid_until", "status", "volume_kg"];

    fn take(f: &mut Fields) -> Self {
        Self {
            standard: f.name("standard"),
            products: f.optional("products").unwrap_or_default(),
            valid_from: f.optional("valid_from"),
            valid_until: f.optional("valid_until"),
            // One that is not in force expires without a warning.
            status: optional_or(f, "status", CertificateStatus::Active, CertificateStatus::Revoked),
            volume: f.optional("volume_kg"),
        }
    }
}

impl Entry for Enterprise {
    const FIELDS: &'static [&'static str] = &["id", "name", "place", "tags", "capacity_kg"];

    fn take(f: &mut Fields) -> Self {
        Self {
            id: f.name("id"),
            name: f.optional("name"),
            place: f.required("place").unwrap_or_else(somewhere),
            tags: f.optional("tags").unwrap_or_default(),
            capacity: f.optional("capacity_kg"),
        }
    }
}

impl Entry for Offer {
    const FIELDS: &'static [&'static str] = &[
        "id",
        "cooperative",
        "product",
        "volume_kg",
        "min_lot_kg",
        "ask_vnd_per_kg",
        "available",
        "place",
        "certified",
        "seeks",
        "max_buyers",
    ];

    fn take(f: &mut Fields) -> Self {
        Self {
            id: f.name("id"),
            cooperative: f.name("cooperative"),
            product: f.name("product"),
            volume: f.required("volume_kg").unwrap_or(SOME_VOLUME),
            min_lot: f.optional("min_lot_kg").unwrap_or(Kg::ONE),
            ask: f.optional("ask_vnd_per_kg"),
            available: f.optional("available"),
            place: f.optional("place"),
            certified: f.optional("certified"),
            seeks: f.optional("seeks").unwrap_or_default(),
            max_buyers: f.optional("max_buyers"),
        }
    }
}

impl Entry for Demand {
    const FIELDS: &'static [&'static str] = &[
        "id",
        "enterprise",
        "product",
        "volume_kg",
        "min_lot_kg",
        "bid_vnd_per_kg",
        "needed",
        "place",
        "requires",
        "prefers",
        "max_distance_km",
        "substitutes",
        "provides",
        "max_suppliers",
        "all_or_nothing",
        "accepts_market_equivalents",
    ];

    fn take(f: &mut Fields) -> Self {
        Self {
            id: f.name("id"),
            enterprise: f.name("enterprise"),
            product: f.name("product"),
            volume: f.required("volume_kg").unwrap_or(SOME_VOLUME),
            min_lot: f.optional("min_lot_kg").unwrap_or(Kg::ONE),
            bid: f.optional("bid_vnd_per_kg"),
            needed: f.optional("needed"),
            place: f.optional("place"),
            requires: f.optional("requires").unwrap_or_default(),
            prefers: f.optional("prefers").unwrap_or_default(),
            max_distance: f.optional("max_distance_km"),
            substitutes: f.optional("substitutes").unwrap_or_default(),
            provides: f.optional("provides").unwrap_or_default(),
            max_suppliers: f.optional("max_suppliers"),
            all_or_nothing: f.optional("all_or_nothing").unwrap_or(false),
            accepts_market_equivalents: f.optional("accepts_market_equivalents").unwrap_or(false),
        }
    }
}

impl Entry for Contract {
    const FIELDS: &'static [&'static str] = &["offer", "demand", "volume_kg"];

    fn take(f: &mut Fields) -> Self {
        Self {
            offer: f.name("offer"),
            demand: f.name("demand"),
            volume: f.required("volume_kg").unwrap_or(Kg::ONE),
        }
    }
}

impl Entry for Exclusion {
    const FIELDS: &'static [&'static str] = &["cooperative", "enterprise"];

    fn take(f: &mut Fields) -> Self {
        Self { cooperative: f.name("cooperative"), enterprise: f.name("enterprise") }
    }
}

impl Entry for Barred {
    const FIELDS: &'static [&'static str] = &["offer", "demand"];

    fn take(f: &mut Fields) -> Self {
        Self { offer: f.name("offer"), demand: f.name("demand") }
    }
}

impl Entry for Relation {
    const FIELDS: &'static [&'static str] = &["cooperative", "enterprise", "reliability"];

    fn take(f: &mut Fields) -> Self {
        Self {
            cooperative: f.name("cooperative"),
            enterprise: f.name("enterprise"),
            reliability: f.optional("reliability").unwrap_or(Self::UNKNOWN),
        }
    }
}

impl Entry for ProductEntry {
    const FIELDS: &'static [&'static str] = &["id", "name"];

    fn take(f: &mut Fields) -> Self {
        Self { id: f.name("id"), name: f.name("name"), ..Self::default() }
    }
}

impl Entry for StandardEntry {
    const FIELDS: &'static [&'static str] = &["id", "name"];

    fn take(f: &mut Fields) -> Self {
        Self { id: f.name("id"), name: f.name("name"), ..Self::default() }
    }
}

impl Entry for PlaceEntry {
    const FIELDS: &'static [&'static str] = &["id", "name", "lat", "lon"];

    fn take(f: &mut Fields) -> Self {
        Self {
            id: f.name("id"),
            name: f.name("name"),
            lat: f.required("lat").unwrap_or(0.0),
            lon: f.required("lon").unwrap_or(0.0),
            ..Self::default()
        }
    }
}

impl Entry for Acceptance {
    const FIELDS: &'static [&'static str] = &["holds", "for", "kind", "from", "until"];

    fn take(f: &mut Fields) -> Self {
        Self {
            holds: f.name("holds"),
            asked: f.name("for"),
            kind: f.required("kind").unwrap_or(AcceptanceKind::Market),
            from: f.optional("from"),
            until: f.optional("until"),
            basis: None,
        }
    }
}

impl Entry for CatalogueAdditions {
    const FIELDS: &'static [&'static str] = &["products", "standards", "acceptances", "places"];

    fn take(f: &mut Fields) -> Self {
        Self {
            products: entries(f, "products"),
            standards: entries(f, "standards"),
            acceptances: entries(f, "acceptances"),
            places: entries(f, "places"),
        }
    }
}
