//! Offers: what a cooperative has to sell.

use serde::Serialize;

use crate::market::place::Place;
use crate::units::{Kg, VndPerKg, Window};

/// A lot or a season's volume of one product that a cooperative offers.
///
/// ```
/// use lienket::{Kg, Offer, VndPerKg};
/// let offer = Offer::new("o-1", "htx-hao-dat", "tea/green", Kg(20_000))
///     .min_lot(Kg(500))
///     .ask(VndPerKg(180_000))
///     .seeks("credit");
/// assert_eq!(offer.volume, Kg(20_000));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Offer {
    /// Unique among offers; 1 … 128 bytes without control characters.
    pub id: String,
    /// Id of the cooperative.
    pub cooperative: String,
    /// Product path, broad to narrow.
    pub product: String,
    /// Most that can be delivered, 1 … 10^12 kg.
    #[serde(rename = "volume_kg")]
    pub volume: Kg,
    /// Least worth delivering to one buyer.
    #[serde(rename = "min_lot_kg", skip_serializing_if = "Kg::is_one")]
    pub min_lot: Kg,
    /// Price asked; open to negotiation where absent.
    #[serde(rename = "ask_vnd_per_kg", skip_serializing_if = "Option::is_none")]
    pub ask: Option<VndPerKg>,
    /// Days of delivery; any day where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub available: Option<Window>,
    /// Where the goods are; at the cooperative where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Standards whose certificates cover this lot; all the cooperative's where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certified: Option<Vec<String>>,
    /// Services the cooperative looks for in a buyer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub seeks: Vec<String>,
    /// Most demands this offer may serve; no limit where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_buyers: Option<u64>,
}

impl Offer {
    /// An offer of a volume of a product; the rest as documents default it.
    #[must_use]
    pub fn new(
        id: impl Into<String>,
        cooperative: impl Into<String>,
        product: impl Into<String>,
        volume: Kg,
    ) -> Self {
        Self {
            id: id.into(),
            cooperative: cooperative.into(),
            product: product.into(),
            volume,
            min_lot: Kg::ONE,
            ask: None,
            available: None,
            place: None,
            certified: None,
            seeks: Vec::new(),
            max_buyers: None,
        }
    }

    /// Sets the least worth delivering to one buyer.
    #[must_use]
    pub fn min_lot(mut self, min_lot: Kg) -> Self {
        self.min_lot = min_lot;
        self
    }

    /// Sets the price asked.
    #[must_use]
    pub fn ask(mut self, ask: VndPerKg) -> Self {
        self.ask = Some(ask);
        self
    }

    /// Sets the days of delivery.
    #[must_use]
    pub fn available(mut self, window: Window) -> Self {
        self.available = Some(window);
        self
    }

    /// Sets where the goods are.
    #[must_use]
    pub fn place(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// Names a standard whose certificates cover this lot; standards never named then do not.
    #[must_use]
    pub fn certified(mut self, standard: impl Into<String>) -> Self {
        self.certified.get_or_insert_default().push(standard.into());
        self
    }

    /// Adds a service looked for.
    #[must_use]
    pub fn seeks(mut self, service: impl Into<String>) -> Self {
        self.seeks.push(service.into());
        self
    }

    /// Limits the number of demands served.
    #[must_use]
    pub fn max_buyers(mut self, limit: u64) -> Self {
        self.max_buyers = Some(limit);
        self
    }
}
