//! All mechanisms on the same market, side by side.

use serde::Serialize;

use super::Metrics;
use crate::error::Error;
use crate::linkage::Linkage;
use crate::plan::{Plan, Status};
use crate::policy::{Mechanism, UnderLimits};
use crate::watch::Watch;

/// What one mechanism makes of a market.
#[derive(Clone, Debug, Serialize)]
pub struct Compared {
    /// The mechanism.
    pub mechanism: Mechanism,
    /// What is proved of its plan.
    pub status: Status,
    /// (bound − objective) / objective.
    pub gap: f64,
    /// Volume matched, contracts included.
    pub matched_kg: i128,
    /// Σ joint micro-score × kg of new kilograms, whatever the objective.
    pub score: i128,
    /// Value at the middle of ask and bid.
    pub value_vnd: i128,
    /// Cooperatives that sell something.
    pub linked_cooperatives: u64,
    /// Smallest fill rate of a cooperative.
    pub fill_min: Option<f64>,
    /// Median fill rate.
    pub fill_median: Option<f64>,
    /// Gini coefficient of the fill rates.
    pub fill_gini: Option<f64>,
    /// Pairs that would both gain by trading more with each other than the plan lets them.
    pub blocking_pairs: u64,
    /// Kilograms × kilometres of the great circle, in tonne-kilometres.
    pub tonne_km: i128,
    /// The plan.
    #[serde(skip)]
    pub plan: Plan,
}

impl Compared {
    /// The row of a plan. O(candidates).
    #[must_use]
    pub fn of(plan: Plan) -> Self {
        let metrics = Metrics::of(&plan);
        let (mut score, mut metre_kg) = (0_i128, 0_i128);
        for a in plan.allocations() {
            let new = i128::from(a.volume.0 - a.contract.0);
            let pair = plan.scores(a.offer, a.demand);
            score += pair.map_or(0, |pair| i128::from(pair.score.micro()) * new);
            metre_kg += i128::from(plan.distance(a.offer, a.demand).0) * i128::from(a.volume.0);
        }
        Self {
            mechanism: plan.policy().mechanism,
            status: plan.bounds().status,
            gap: plan.bounds().gap(),
            matched_kg: metrics.all.matched_kg,
            score,
            value_vnd: metrics.all.value_vnd,
            linked_cooperatives: metrics.all.linked_cooperatives,
            fill_min: metrics.all.fill_min,
            fill_median: metrics.all.fill_median,
            fill_gini: metrics.all.fill_gini,
            blocking_pairs: plan.blocking_pairs().len() as u64,
            tonne_km: (metre_kg + 500_000).div_euclid(1_000_000),
            plan,
        }
    }
}

/// Runs mechanisms on the same market and compares what comes of them.
///
/// Mechanisms whose promise does not hold under the market's lots and the like do the best they can, as with
/// [`UnderLimits::Approximate`]; their status then says so. Pools are the optimum's alone.
///
/// ```
/// # use lienket::{Cooperative, Demand, Enterprise, Kg, Linkage, Market, MarketParts, Offer, Place, Policy};
/// use lienket::{Mechanism, compare};
/// # let mut parts = MarketParts::new("2025-11-28".parse()?);
/// # parts.cooperatives.push(Cooperative::new("htx", Place::id("vn/thai-nguyen")));
/// # parts.enterprises.push(Enterprise::new("shop", Place::id("vn/ha-noi")));
/// # parts.offers.push(Offer::new("o", "htx", "tea/green", Kg(500)));
/// # parts.demands.push(Demand::new("d", "shop", "tea", Kg(300)));
/// # let linkage = Linkage::build(&Market::build(parts)?, &Policy::default())?;
/// let compared = compare(&linkage, &Mechanism::ALL, &|_| std::ops::ControlFlow::Continue(()))?;
/// assert!(compared.iter().all(|row| row.matched_kg == 300));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Those of [`Plan::solve_watched`].
pub fn compare(linkage: &Linkage, mechanisms: &[Mechanism], watch: Watch) -> Result<Vec<Compared>, Error> {
    let plan = |&mechanism| Plan::solve_under(linkage, mechanism, UnderLimits::Approximate, watch);
    mechanisms.iter().map(|mechanism| plan(mechanism).map(Compared::of)).collect()
}
