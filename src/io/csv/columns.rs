//! The files of a market folder and their columns: the field names of the document, nested ones flattened.

/// One file.
pub(in crate::io) struct Sheet {
    /// The list it holds, as the document names it.
    pub(in crate::io) list: &'static str,
    pub(in crate::io) file: &'static str,
    pub(in crate::io) columns: &'static [Column],
}

/// One column.
pub(in crate::io) struct Column {
    pub(in crate::io) name: &'static str,
    /// The object and the field in it, where the column is not a field of its own.
    pub(in crate::io) inside: Option<(&'static str, &'static str)>,
    pub(in crate::io) required: bool,
}

pub(in crate::io) const fn must(name: &'static str) -> Column {
    Column { name, inside: None, required: true }
}

pub(in crate::io) const fn may(name: &'static str) -> Column {
    Column { name, inside: None, required: false }
}

pub(in crate::io) const fn inside(name: &'static str, object: &'static str, field: &'static str) -> Column {
    Column { name, inside: Some((object, field)), required: false }
}

const LAT: Column = inside("lat", "place", "lat");
const LON: Column = inside("lon", "place", "lon");

pub(in crate::io) const COOPERATIVES: Sheet = Sheet {
    list: "cooperatives",
    file: "cooperatives.csv",
    columns: &[
        must("id"),
        may("name"),
        may("kind"),
        must("place"),
        LAT,
        LON,
        may("members"),
        may("tags"),
        may("capacity_kg"),
    ],
};

pub(in crate::io) const CERTIFICATES: Sheet = Sheet {
    list: "certificates",
    file: "certificates.csv",
    columns: &[
        must("cooperative"),
        must("standard"),
        may("products"),
        may("valid_from"),
        may("valid_until"),
        may("status"),
        may("volume_kg"),
    ],
};

pub(in crate::io) const ENTERPRISES: Sheet = Sheet {
    list: "enterprises",
    file: "enterprises.csv",
    columns: &[must("id"), may("name"), must("place"), LAT, LON, may("tags"), may("capacity_kg")],
};

pub(in crate::io) const OFFERS: Sheet = Sheet {
    list: "offers",
    file: "offers.csv",
    columns: &[
        must("id"),
        must("cooperative"),
        must("product"),
        must("volume_kg"),
        may("min_lot_kg"),
        may("ask_vnd_per_kg"),
        inside("available_from", "available", "from"),
        inside("available_to", "available", "to"),
        may("place"),
        LAT,
        LON,
        may("certified"),
        may("seeks"),
        may("max_buyers"),
    ],
};

pub(in crate::io) const DEMANDS: Sheet = Sheet {
    list: "demands",
    file: "demands.csv",
    columns: &[
        must("id"),
        must("enterprise"),
        must("product"),
        must("volume_kg"),
        may("min_lot_kg"),
        may("bid_vnd_per_kg"),
        inside("needed_from", "needed", "from"),
        inside("needed_to", "needed", "to"),
        may("place"),
        LAT,
        LON,
        may("requires"),
        may("prefers"),
        may("max_distance_km"),
        may("substitutes"),
        may("provides"),
        may("max_suppliers"),
        may("all_or_nothing"),
        may("accepts_market_equivalents"),
    ],
};

pub(in crate::io) const CONTRACTS: Sheet = Sheet {
    list: "contracts",
    file: "contracts.csv",
    columns: &[must("offer"), must("demand"), must("volume_kg")],
};

pub(in crate::io) const EXCLUSIONS: Sheet =
    Sheet { list: "exclusions", file: "exclusions.csv", columns: &[must("cooperative"), must("enterprise")] };

pub(in crate::io) const BARRED: Sheet =
    Sheet { list: "barred", file: "barred.csv", columns: &[must("offer"), must("demand")] };

pub(in crate::io) const RELATIONS: Sheet = Sheet {
    list: "relations",
    file: "relations.csv",
    columns: &[must("cooperative"), must("enterprise"), may("reliability")],
};

/// Decisions about a plan: a file of its own.
pub(in crate::io) const DECISIONS: Sheet = Sheet {
    list: "decisions",
    file: "decisions.csv",
    columns: &[
        must("offer"),
        must("demand"),
        must("kind"),
        may("volume_kg"),
        must("by"),
        must("reason"),
        may("on"),
    ],
};

/// The file with `format`, `as_of` and `catalogue`.
pub(in crate::io) const HEADER: &str = "market.json";

/// Every file of a folder but [`HEADER`].
pub(in crate::io) const SHEETS: [&Sheet; 9] = [
    &COOPERATIVES,
    &CERTIFICATES,
    &ENTERPRISES,
    &OFFERS,
    &DEMANDS,
    &CONTRACTS,
    &EXCLUSIONS,
    &RELATIONS,
    &BARRED,
];

/// Files that must be there.
pub(in crate::io) const REQUIRED: [&str; 5] =
    [COOPERATIVES.file, ENTERPRISES.file, OFFERS.file, DEMANDS.file, HEADER];

/// The fields of the document that stand in [`HEADER`].
pub(in crate::io) fn in_header(field: &str) -> bool {
    matches!(field, "format" | "as_of" | "catalogue")
}
