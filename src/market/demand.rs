//! Demands: what an enterprise wants to buy.

use serde::Serialize;

use crate::market::cooperative::is_default;
use crate::market::place::Place;
use crate::units::{Kg, Km, VndPerKg, Window};

/// A volume of one product, or what may stand in for it, that an enterprise wants.
///
/// ```
/// use lienket::{Demand, Kg, Km, VndPerKg};
/// let demand = Demand::new("d-1", "sieu-thi-a", "tea", Kg(50_000))
///     .min_lot(Kg(1_000))
///     .bid(VndPerKg(210_000))
///     .requires("vietgap")
///     .prefers("ocop-4")
///     .max_distance(Km(250.0))
///     .substitute("herb/lotus-tea", 0.6);
/// assert_eq!(demand.substitutes[0].fit, 0.6);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Demand {
    /// Unique among demands; 1 … 128 bytes without control characters.
    pub id: String,
    /// Id of the enterprise.
    pub enterprise: String,
    /// Product path: it and all below it are accepted.
    pub product: String,
    /// Most that is wanted, 1 … 10^12 kg.
    #[serde(rename = "volume_kg")]
    pub volume: Kg,
    /// Least worth taking from one supplier.
    #[serde(rename = "min_lot_kg", skip_serializing_if = "Kg::is_one")]
    pub min_lot: Kg,
    /// Price offered; open to negotiation where absent.
    #[serde(rename = "bid_vnd_per_kg", skip_serializing_if = "Option::is_none")]
    pub bid: Option<VndPerKg>,
    /// Days of delivery; any day where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needed: Option<Window>,
    /// Where delivery is taken; at the enterprise where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Standards that must be held.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<String>,
    /// Standards that raise the score.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub prefers: Vec<String>,
    /// Farthest supplier; no limit where absent.
    #[serde(rename = "max_distance_km", skip_serializing_if = "Option::is_none")]
    pub max_distance: Option<Km>,
    /// Products taken instead, with how well they fit.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub substitutes: Vec<Substitute>,
    /// Services the enterprise provides to suppliers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub provides: Vec<String>,
    /// Most offers that may serve this demand; no limit where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_suppliers: Option<u64>,
    /// Whether it is worth nothing unless filled.
    #[serde(skip_serializing_if = "is_default")]
    pub all_or_nothing: bool,
    /// Whether acceptances of kind `market` count for this buyer.
    #[serde(skip_serializing_if = "is_default")]
    pub accepts_market_equivalents: bool,
}

/// A product a buyer takes instead of the one asked for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Substitute {
    /// Product path: it and all below it.
    pub product: String,
    /// How well it fits, in [0, 1]; the pair's product criterion.
    pub fit: f64,
}

impl Demand {
    /// A demand for a volume of a product; the rest as documents default it.
    #[must_use]
    pub fn new(
        id: impl Into<String>,
        enterprise: impl Into<String>,
        product: impl Into<String>,
        volume: Kg,
    ) -> Self {
        Self {
            id: id.into(),
            enterprise: enterprise.into(),
            product: product.into(),
            volume,
            min_lot: Kg::ONE,
            bid: None,
            needed: None,
            place: None,
            requires: Vec::new(),
            prefers: Vec::new(),
            max_distance: None,
            substitutes: Vec::new(),
            provides: Vec::new(),
            max_suppliers: None,
            all_or_nothing: false,
            accepts_market_equivalents: false,
        }
    }

    /// Sets the least worth taking from one supplier.
    #[must_use]
    pub fn min_lot(mut self, min_lot: Kg) -> Self {
        self.min_lot = min_lot;
        self
    }

    /// Sets the price offered.
    #[must_use]
    pub fn bid(mut self, bid: VndPerKg) -> Self {
        self.bid = Some(bid);
        self
    }

    /// Sets the days of delivery.
    #[must_use]
    pub fn needed(mut self, window: Window) -> Self {
        self.needed = Some(window);
        self
    }

    /// Sets where delivery is taken.
    #[must_use]
    pub fn place(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// Adds a standard that must be held.
    #[must_use]
    pub fn requires(mut self, standard: impl Into<String>) -> Self {
        self.requires.push(standard.into());
        self
    }

    /// Adds a standard that raises the score.
    #[must_use]
    pub fn prefers(mut self, standard: impl Into<String>) -> Self {
        self.prefers.push(standard.into());
        self
    }

    /// Sets the farthest supplier.
    #[must_use]
    pub fn max_distance(mut self, limit: Km) -> Self {
        self.max_distance = Some(limit);
        self
    }

    /// Adds a product taken instead.
    #[must_use]
    pub fn substitute(mut self, product: impl Into<String>, fit: f64) -> Self {
        self.substitutes.push(Substitute { product: product.into(), fit });
        self
    }

    /// Adds a service provided.
    #[must_use]
    pub fn provides(mut self, service: impl Into<String>) -> Self {
        self.provides.push(service.into());
        self
    }

    /// Limits the number of suppliers.
    #[must_use]
    pub fn max_suppliers(mut self, limit: u64) -> Self {
        self.max_suppliers = Some(limit);
        self
    }

    /// Makes the demand worth nothing unless filled.
    #[must_use]
    pub fn all_or_nothing(mut self) -> Self {
        self.all_or_nothing = true;
        self
    }

    /// Lets acceptances of kind `market` count for this buyer.
    #[must_use]
    pub fn accepts_market_equivalents(mut self) -> Self {
        self.accepts_market_equivalents = true;
        self
    }
}
