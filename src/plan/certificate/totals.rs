//! Whether a fair plan is worth as much as any with the same totals of the cooperatives.
//!
//! # Why prices prove it
//! Let offers, demands and enterprises have prices y ≥ 0 per kg, and cooperatives prices z of any sign, with value ≤ the
//! sum of the four on every candidate pair. A plan in which cooperative c sells just `X_c` new kg is worth no more than
//! Σ y × what is free there + `Σ z_c · X_c`. Where the plan at hand reaches that sum, none with its totals is worth more.

use super::Check;
use super::signed::{Signed, limited};
use crate::id::{DemandIx, OfferIx};
use crate::plan::{Allocation, Prices};

impl Check<'_> {
    /// A price for each, negative ones only where totals are given.
    pub(super) fn totals_shape(&mut self, prices: &Prices, enterprises_too: bool) -> bool {
        let at = "/certificate/totals";
        let before = self.issues.len();
        for list in self.one_for_each(prices) {
            let signed = list.0 == "cooperatives" || list.0 == "enterprises" && enterprises_too;
            if signed {
                self.price_count(at, list.0, list.1, list.2);
            } else {
                self.price_lists(at, &[list]);
            }
        }
        let enterprises = if enterprises_too { &[][..] } else { &prices.enterprises };
        self.unlimited(at, &[], enterprises);
        self.issues.len() == before
    }

    /// Whether the prices prove that no plan with these totals (of cooperatives; of enterprises too) is worth more.
    pub(super) fn best_at_totals(
        &self,
        allocations: &[Allocation],
        positions: &[Option<usize>],
        prices: &Prices,
        enterprises_too: bool,
    ) -> bool {
        self.falls_short(allocations, positions, prices, enterprises_too) == Some(0)
    }

    /// What the prices leave beyond the plan's value; `None` where they do not pay for a pair or are too large.
    fn falls_short(
        &self,
        allocations: &[Allocation],
        positions: &[Option<usize>],
        prices: &Prices,
        enterprises_too: bool,
    ) -> Option<i128> {
        let market = self.linkage.market();
        let weight = prices.kg_weight.unsigned_abs();
        let mut value = 0_i128;
        let mut sum = 0_i128;
        let mut add = |price: i64, kg: i128| {
            sum = i128::from(price).checked_mul(kg).and_then(|cost| sum.checked_add(cost))?;
            Some(())
        };
        for (a, position) in allocations.iter().zip(positions) {
            let new = i128::from(a.volume.0) - i128::from(a.contract.0);
            let worth = position.and_then(|position| self.worth(a.offer, position, weight)).unwrap_or(0);
            value = value.checked_add(i128::from(worth).checked_mul(new)?)?;
            add(prices.cooperatives[market.cooperative_of(a.offer).index()], new)?;
            if enterprises_too {
                add(prices.enterprises[market.enterprise_of(a.demand).index()], new)?;
            }
        }
        let signed = Signed::of(market);
        let buyers = limited(&signed.enterprises);
        let lists = [
            (&prices.offers, &signed.offers),
            (&prices.demands, &signed.demands),
            (&prices.enterprises, &buyers),
        ];
        let lists = if enterprises_too { &lists[..2] } else { &lists[..] };
        for (prices, free) in lists {
            for (price, free) in prices.iter().zip(*free) {
                add(*price, i128::from(*free))?;
            }
        }
        for o in 0..market.offers().len() {
            let offer = OfferIx::at(o);
            for position in self.linkage.row(offer) {
                let Some(worth) = self.worth(offer, position, weight) else { continue };
                let demand = DemandIx(self.linkage.demands()[position]);
                let paid =
                    prices.of(market.cooperative_of(offer), offer, demand, market.enterprise_of(demand));
                let lacking = i128::from(worth) - paid;
                if lacking > 0 {
                    // Only a share of a demand can make up for it: the pair's own limit.
                    self.linkage.policy().max_share_per_supplier?;
                    let most = self.pair_at_most(offer, demand) - signed.contract(offer, demand);
                    sum = sum.checked_add(lacking.checked_mul(i128::from(most.max(0)))?)?;
                }
            }
        }
        sum.checked_sub(value)
    }
}
