//! Cooperatives and the certificates they hold.

use serde::Serialize;

use crate::market::place::Place;
use crate::units::{Date, Kg, Window};

/// Legal form of a supplier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CooperativeKind {
    /// A cooperative (hợp tác xã).
    #[default]
    Cooperative,
    /// A cooperative group (tổ hợp tác).
    CooperativeGroup,
    /// A union of cooperatives (liên hiệp hợp tác xã).
    Union,
}

/// A supplier: it makes offers and holds certificates.
///
/// ```
/// use lienket::{Certificate, Cooperative, Date, Kg, Place};
/// let tea = Cooperative::new("htx-hao-dat", Place::id("vn/thai-nguyen"))
///     .name("HTX chè Hảo Đạt")
///     .capacity(Kg(130_000))
///     .tag("women_led")
///     .certificate(Certificate::new("vietgap").product("tea").volume(Kg(130_000)));
/// assert_eq!(tea.name_or_id(), "HTX chè Hảo Đạt");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cooperative {
    /// Unique among cooperatives; 1 … 128 bytes without control characters.
    pub id: String,
    /// For people; the id where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Legal form.
    #[serde(skip_serializing_if = "is_default")]
    pub kind: CooperativeKind,
    /// Where it is, unless an offer says otherwise.
    pub place: Place,
    /// Number of members, for information.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub members: Option<u64>,
    /// Groups for boosts and statistics.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Most it can deliver over all its offers; no limit where absent.
    #[serde(rename = "capacity_kg", skip_serializing_if = "Option::is_none")]
    pub capacity: Option<Kg>,
    /// What it is certified for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<Certificate>,
}

/// Whether a certificate is in force; only active ones count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CertificateStatus {
    /// In force within its dates.
    #[default]
    Active,
    /// Stopped for a time.
    Suspended,
    /// Taken back.
    Revoked,
}

/// A certificate: a standard, for some products, for some time, perhaps for a limited volume.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Certificate {
    /// Id of the standard in the catalogue.
    pub standard: String,
    /// Product paths it covers, with all below them; every product where absent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<String>,
    /// First day in force; since ever where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Date>,
    /// Last day in force; without end where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Date>,
    /// In force or not.
    #[serde(skip_serializing_if = "is_default")]
    pub status: CertificateStatus,
    /// Most that may be sold under it; no limit where absent.
    #[serde(rename = "volume_kg", skip_serializing_if = "Option::is_none")]
    pub volume: Option<Kg>,
}

pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Cooperative {
    /// A cooperative with an id and a place; the rest as documents default it.
    #[must_use]
    pub fn new(id: impl Into<String>, place: Place) -> Self {
        Self {
            id: id.into(),
            name: None,
            kind: CooperativeKind::Cooperative,
            place,
            members: None,
            tags: Vec::new(),
            capacity: None,
            certificates: Vec::new(),
        }
    }

    /// Sets the name.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets the legal form.
    #[must_use]
    pub fn kind(mut self, kind: CooperativeKind) -> Self {
        self.kind = kind;
        self
    }

    /// Limits the total of its offers.
    #[must_use]
    pub fn capacity(mut self, capacity: Kg) -> Self {
        self.capacity = Some(capacity);
        self
    }

    /// Adds a tag.
    #[must_use]
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tags.push(tag.into());
        self
    }

    /// Adds a certificate.
    #[must_use]
    pub fn certificate(mut self, certificate: Certificate) -> Self {
        self.certificates.push(certificate);
        self
    }

    /// The name, or the id where there is none.
    #[must_use]
    pub fn name_or_id(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.id)
    }
}

impl Certificate {
    /// An active certificate for a standard, for every product, without dates or volume.
    #[must_use]
    pub fn new(standard: impl Into<String>) -> Self {
        Self {
            standard: standard.into(),
            products: Vec::new(),
            valid_from: None,
            valid_until: None,
            status: CertificateStatus::Active,
            volume: None,
        }
    }

    /// Adds a product path it covers.
    #[must_use]
    pub fn product(mut self, path: impl Into<String>) -> Self {
        self.products.push(path.into());
        self
    }

    /// Sets the days it is in force.
    #[must_use]
    pub fn valid(mut self, window: Window) -> Self {
        (self.valid_from, self.valid_until) = (Some(window.from), Some(window.to));
        self
    }

    /// Sets whether it is in force.
    #[must_use]
    pub fn status(mut self, status: CertificateStatus) -> Self {
        self.status = status;
        self
    }

    /// Limits the volume that may be sold under it.
    #[must_use]
    pub fn volume(mut self, volume: Kg) -> Self {
        self.volume = Some(volume);
        self
    }
}
