//! The frontier between efficiency and fairness: what fairness costs.

use super::{Compared, ratio};
use crate::error::Error;
use crate::linkage::Linkage;
use crate::plan::Plan;
use crate::solve::Aversion;
use crate::watch::Watch;

/// A compromise between the most valuable plan and the fairest, and what it costs.
#[derive(Clone, Debug)]
pub struct FrontierPoint {
    /// How much more those count who sell little.
    pub aversion: Aversion,
    /// Its figures and its plan.
    pub figures: Compared,
    /// The price of fairness in score: the part of the optimum's that is lost; negative where more is reached. `None`
    /// where the optimum has none.
    pub score_lost: Option<f64>,
    /// The same in kilograms.
    pub volume_lost: Option<f64>,
    /// The same in value at the middle of ask and bid.
    pub value_lost: Option<f64>,
}

/// The frontier between efficiency and fairness: the optimum, an α-fair compromise for each aversion in between, and the
/// fairest plan, each with what it loses against the optimum (Bertsimas, Farias, Trichakis, *The price of fairness*,
/// Operations Research 2011).
///
/// Fairness is of the cooperatives' fill rates. In kilograms it costs nothing on a plain network: the fairest vector of
/// fill rates reaches the greatest volume there is. What it costs is score and value.
///
/// ```
/// # use lienket::{Cooperative, Demand, Enterprise, Kg, Linkage, Market, MarketParts, Offer, Place, Policy};
/// use lienket::{Aversion, frontier};
/// # let mut parts = MarketParts::new("2025-11-28".parse()?);
/// # for (id, place) in [("near", "vn/ha-noi"), ("far", "vn/thai-nguyen")] {
/// #     parts.cooperatives.push(Cooperative::new(id, Place::id(place)));
/// #     parts.offers.push(Offer::new(id, id, "tea/green", Kg(500)));
/// # }
/// # parts.enterprises.push(Enterprise::new("shop", Place::id("vn/ha-noi")));
/// # parts.demands.push(Demand::new("d", "shop", "tea", Kg(500)));
/// # let linkage = Linkage::build(&Market::build(parts)?, &Policy::default())?;
/// // Two cooperatives of 500 kg, of which one is nearer, for a demand of 500 kg.
/// let points = frontier(&linkage, &[Aversion::Hundredths(100)], &|_| std::ops::ControlFlow::Continue(()))?;
/// let least: Vec<_> = points.iter().map(|point| point.figures.fill_min).collect();
/// assert_eq!((least[0], least[2]), (Some(0.0), Some(0.5)));
/// assert_eq!(points[2].volume_lost, Some(0.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Those of [`Plan::compromises`].
pub fn frontier(linkage: &Linkage, between: &[Aversion], watch: Watch) -> Result<Vec<FrontierPoint>, Error> {
    let mut aversions = vec![Aversion::Hundredths(0), Aversion::Leximin];
    aversions.extend(between);
    aversions.sort_unstable();
    aversions.dedup();
    let plans = Plan::compromises(linkage, &aversions, watch)?;
    let figures: Vec<Compared> = plans.into_iter().map(Compared::of).collect();
    let (score, kg, vnd) = (figures[0].score, figures[0].matched_kg, figures[0].value_vnd);
    let point = |(aversion, figures): (Aversion, Compared)| FrontierPoint {
        aversion,
        score_lost: ratio(score - figures.score, score),
        volume_lost: ratio(kg - figures.matched_kg, kg),
        value_lost: ratio(vnd - figures.value_vnd, vnd),
        figures,
    };
    Ok(aversions.into_iter().zip(figures).map(point).collect())
}
