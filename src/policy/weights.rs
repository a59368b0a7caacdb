//! What pairs are scored by, and how much each criterion counts.

use serde::Serialize;

/// What a pair is scored by, in the order in which scores are summed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Criterion {
    /// How well the product fits.
    Product,
    /// How much of the volume the other can take.
    Volume,
    /// How many of the preferred standards are held.
    Certification,
    /// How near.
    Location,
    /// How much margin the prices leave.
    Price,
    /// How many of the days are shared.
    Timing,
    /// How many of the services sought are provided.
    Services,
    /// How reliable the parties have found each other.
    Relationship,
}

impl Criterion {
    /// Every criterion, in the order in which scores are summed.
    pub const ALL: [Self; 8] = [
        Self::Product,
        Self::Volume,
        Self::Certification,
        Self::Location,
        Self::Price,
        Self::Timing,
        Self::Services,
        Self::Relationship,
    ];

    /// The name in documents.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Volume => "volume",
            Self::Certification => "certification",
            Self::Location => "location",
            Self::Price => "price",
            Self::Timing => "timing",
            Self::Services => "services",
            Self::Relationship => "relationship",
        }
    }
}

/// A value for each criterion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct PerCriterion<T> {
    /// [`Criterion::Product`].
    pub product: T,
    /// [`Criterion::Volume`].
    pub volume: T,
    /// [`Criterion::Certification`].
    pub certification: T,
    /// [`Criterion::Location`].
    pub location: T,
    /// [`Criterion::Price`].
    pub price: T,
    /// [`Criterion::Timing`].
    pub timing: T,
    /// [`Criterion::Services`].
    pub services: T,
    /// [`Criterion::Relationship`].
    pub relationship: T,
}

impl<T: Copy> PerCriterion<T> {
    /// The values in the order of [`Criterion::ALL`].
    pub fn values(&self) -> [T; 8] {
        [
            self.product,
            self.volume,
            self.certification,
            self.location,
            self.price,
            self.timing,
            self.services,
            self.relationship,
        ]
    }

    /// One value each, in the order of [`Criterion::ALL`].
    pub(crate) fn of(values: [T; 8]) -> Self {
        let [product, volume, certification, location, price, timing, services, relationship] = values;
        Self { product, volume, certification, location, price, timing, services, relationship }
    }

    /// The value of one criterion, for changing it.
    pub fn get_mut(&mut self, criterion: Criterion) -> &mut T {
        match criterion {
            Criterion::Product => &mut self.product,
            Criterion::Volume => &mut self.volume,
            Criterion::Certification => &mut self.certification,
            Criterion::Location => &mut self.location,
            Criterion::Price => &mut self.price,
            Criterion::Timing => &mut self.timing,
            Criterion::Services => &mut self.services,
            Criterion::Relationship => &mut self.relationship,
        }
    }
}

/// How much each criterion counts for each side. Weights need not add up to 1; 0 switches one off.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Weights {
    /// In the cooperative's view.
    pub cooperative: PerCriterion<f64>,
    /// In the enterprise's view.
    pub enterprise: PerCriterion<f64>,
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            cooperative: PerCriterion::of([1.0, 2.0, 1.0, 2.0, 3.0, 1.0, 2.0, 1.0]),
            enterprise: PerCriterion::of([2.0, 2.0, 3.0, 2.0, 2.0, 1.0, 0.0, 1.0]),
        }
    }
}

/// An addition to the joint score of cooperatives with a tag.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Boost {
    /// The tag.
    pub tag: String,
    /// Added to the joint score, in [−1, 1].
    pub add: f64,
}
