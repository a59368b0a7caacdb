//! What a re-solve may move though no decision touches it.

use serde::Serialize;

use crate::error::Issue;
use crate::id::{DemandIx, OfferIx};
use crate::market::{Market, covers};

/// What may move: nothing by default, everything, or what is named.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Movable {
    /// All that is not decided.
    #[serde(skip_serializing_if = "is_false")]
    pub everything: bool,
    /// Offers, by id.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub offers: Vec<String>,
    /// Demands, by id.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub demands: Vec<String>,
    /// Offers of these products and all below them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

impl Movable {
    /// All that is not decided may move.
    #[must_use]
    pub fn everything() -> Self {
        Self { everything: true, ..Self::default() }
    }

    /// Sorted, each once.
    #[must_use]
    pub(crate) fn canonical(&self) -> Self {
        let mut canonical = self.clone();
        for list in [&mut canonical.offers, &mut canonical.demands, &mut canonical.products] {
            list.sort();
            list.dedup();
        }
        canonical
    }

    /// Whether a pair may move.
    pub(super) fn lets(&self, market: &Market, (offer, demand): (OfferIx, DemandIx)) -> bool {
        let (offer, demand) = (market.offer(offer), market.demand(demand));
        self.everything
            || self.offers.contains(&offer.id)
            || self.demands.contains(&demand.id)
            || self.products.iter().any(|product| covers(product, &offer.product))
    }

    /// Names that the market does not know.
    pub(crate) fn issues(&self, market: &Market) -> Vec<Issue> {
        let mut issues = Vec::new();
        let mut unknown = |code, list: &str, i: usize, found: &str, message: String| {
            let at = format!("/movable/{list}/{i}");
            issues.push(Issue::error(code, at, message, "Correct it, or leave it out.").found(found));
        };
        for (i, id) in self.offers.iter().enumerate() {
            if let Err(error) = market.find_offer(id) {
                unknown("unknown_offer", "offers", i, id, error.to_string());
            }
        }
        for (i, id) in self.demands.iter().enumerate() {
            if let Err(error) = market.find_demand(id) {
                unknown("unknown_demand", "demands", i, id, error.to_string());
            }
        }
        for (i, product) in self.products.iter().enumerate() {
            if !market.offers().iter().any(|offer| covers(product, &offer.product)) {
                unknown("no_such_product", "products", i, product, "nobody offers this product".to_owned());
            }
        }
        issues
    }
}
