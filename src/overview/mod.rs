//! What a round came to, for people: the figures, flows and tables that the report and the workbook are written from.
//!
//! An [`Overview`] holds only what its [`Privacy`] lets its readers know: who writes it out cannot tell more.
//! Sums are integers; names are in Vietnamese and English; lists are sorted, the same for any order of the input.

mod area;
mod bilingual;
mod figures;
mod frontier;
mod rows;
mod table;
mod tables;

use std::collections::BTreeMap;

pub use bilingual::Bilingual;
pub use figures::{Figures, Group};
pub use frontier::FrontierRow;
pub use rows::{GapRow, LeftRow, Lever, LinkRow, ReasonCount};
pub use table::{Cell, Column, Table};

use area::Areas;
use figures::{Groups, Volumes};
use rows::Source;

use crate::id::OfferIx;
use crate::linkage::Rule;
use crate::metrics::Metrics;
use crate::plan::{Bounds, Plan, Prices, Privacy};
use crate::policy::Policy;
use crate::units::{Date, Kg};

/// Cooperatives in value chains by 2030, in percent of all: Resolution 20-NQ/TW.
pub const TARGET_PERCENT: u32 = 50;

/// What an area sells and buys, and where it is.
#[derive(Clone, Debug, PartialEq)]
pub struct AreaFigures {
    /// Id in the place catalogue.
    pub id: String,
    /// Its name.
    pub name: Bilingual,
    /// Degrees north of its seat.
    pub lat: f64,
    /// Degrees east of its seat.
    pub lon: f64,
    /// Figures of the parties that sit there.
    pub figures: Figures,
}

/// What goes from one area to another, of one product group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// Position of the area of the goods in [`Overview::areas`].
    pub from: usize,
    /// Position of the area of delivery.
    pub to: usize,
    /// First part of the product path.
    pub product: String,
    /// Its name.
    pub product_name: Bilingual,
    /// How much.
    pub volume_kg: i128,
    /// In how many links.
    pub links: u64,
}

/// What a round came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Overview {
    /// Who may read it.
    pub privacy: Privacy,
    /// The market's day.
    pub as_of: Date,
    /// The policy as run.
    pub policy: Policy,
    /// What the plan reaches, and what no plan can exceed; the public is told the status and the gap.
    pub bounds: Bounds,
    /// Cooperatives that are to be linked, in percent of all; see [`TARGET_PERCENT`].
    pub target_percent: u32,
    /// Figures over everybody.
    pub total: Figures,
    /// Candidate pairs.
    pub candidates: u64,
    /// Median, least and Gini coefficient of the cooperatives' fill rates.
    pub fill: [Option<f64>; 3],
    /// Cooperatives by fill rate: none, then ten equal classes of which the last leaves out 1, then all of it.
    pub fill_classes: [u64; 12],
    /// Cooperatives that offer something and have neither a candidate nor a contract.
    pub without_candidate: u64,
    /// Distance of what is sold, weighted by kg.
    pub mean_distance_km: Option<f64>,
    /// Joint score of what is sold, weighted by kg; not told to the public.
    pub mean_score: Option<f64>,
    /// Areas that there are on the day, sorted by id; those of nobody too.
    pub areas: Vec<AreaFigures>,
    /// Parties given by coordinates, counted with the area whose seat is nearest.
    pub by_coordinates: u64,
    /// Flows, sorted by (from, to, product).
    pub flows: Vec<Flow>,
    /// By product path.
    pub products: Vec<Group>,
    /// By legal form of the cooperative.
    pub kinds: Vec<Group>,
    /// By tag.
    pub tags: Vec<Group>,
    /// By the cooperative's most OCOP stars in force on the day, five first.
    pub stars: Vec<Group>,
    /// By standard of which the cooperative holds a certificate in force on the day.
    pub standards: Vec<Group>,
    /// Pairs that each rule stopped, in the order of the rules; with the candidates they add up to offers × demands.
    pub stopped: [(Rule, u64); 8],
    /// Links, sorted by (offer, demand).
    pub links: Vec<LinkRow>,
    /// Why offers have something left.
    pub offer_reasons: Vec<ReasonCount>,
    /// Why demands have something left.
    pub demand_reasons: Vec<ReasonCount>,
    /// Offers with something left, sorted; not told to the public.
    pub left_offers: Vec<LeftRow>,
    /// Demands with something left, sorted; not told to the public.
    pub left_demands: Vec<LeftRow>,
    /// Pairs that one rule alone keeps apart, by (offer, rule); not told to the public.
    pub gaps: Vec<GapRow>,
    /// Offers with something left that were looked at for gaps, and those that were not.
    pub gaps_looked_at: (u64, u64),
    /// What gaps add up to.
    pub levers: Vec<Lever>,
    /// Dual prices by id, told to auditors only.
    pub prices: Vec<PriceRow>,
    /// What fairness costs, where it has been asked: [`Overview::with_frontier`].
    pub frontier: Vec<FrontierRow>,
}

/// A dual price that is not zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceRow {
    /// `offer`, `demand`, `cooperative` or `enterprise`.
    pub of: &'static str,
    /// Its id.
    pub id: String,
    /// In the objective's unit per kg.
    pub price: i64,
}

impl Overview {
    /// With a target of one's own in place of the national one: 1 to 100 percent of the cooperatives.
    #[must_use]
    pub fn target(self, percent: u32) -> Self {
        Self { target_percent: percent.clamp(1, 100), ..self }
    }

    /// Whether all that is linked stands by contracts and decisions, so that nothing was left to choose: the objective,
    /// which counts new kilograms only, is then 0, and so is its bound.
    #[must_use]
    pub fn nothing_to_choose(&self) -> bool {
        self.total.sold_kg > 0 && self.bounds.objective == 0 && self.bounds.bound == 0
    }

    /// What a plan came to, as far as a level of privacy tells.
    ///
    /// O(allocations + parties × areas) and the work of [`Plan::gaps`] and of the reasons, if nobody has asked yet.
    ///
    /// ```
    /// # use lienket::{Cooperative, Demand, Enterprise, Kg, Linkage, Market, MarketParts, Mechanism};
    /// # use lienket::{Offer, Place, Plan, Policy};
    /// use lienket::{Overview, Privacy};
    /// # let mut parts = MarketParts::new("2025-11-28".parse()?);
    /// # parts.cooperatives.push(Cooperative::new("htx", Place::id("vn/thai-nguyen")));
    /// # parts.enterprises.push(Enterprise::new("shop", Place::id("vn/ha-noi")));
    /// # parts.offers.push(Offer::new("o", "htx", "tea/green", Kg(500)));
    /// # parts.demands.push(Demand::new("d", "shop", "tea", Kg(300)));
    /// # let linkage = Linkage::build(&Market::build(parts)?, &Policy::default())?;
    /// # let plan = Plan::solve(&linkage, Mechanism::Optimal)?;
    /// let overview = Overview::of(&plan, Privacy::Public);
    /// assert_eq!(overview.total.sold_kg, 300);
    /// assert_eq!(overview.flows[0].product_name.vi, "Chè");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn of(plan: &Plan, privacy: Privacy) -> Self {
        let told = privacy != Privacy::Public;
        let market = plan.market();
        let metrics = Metrics::of(plan).all;
        let areas = Areas::of(market);
        let volumes = Volumes::of(plan, told);
        let groups = Groups::of(market, &volumes, &areas);
        let source = Source::of(plan, &areas, privacy);
        let gaps = plan.gaps();
        let points = market.cooperatives().iter().map(|c| &c.place);
        let points = points.chain(market.enterprises().iter().map(|e| &e.place));
        let by_coordinates = points.filter(|p| matches!(p, crate::market::Place::Point { .. })).count();
        let mut of_area: BTreeMap<usize, Figures> = groups.areas.into_iter().collect();
        let area_figures = |(i, area): (usize, &area::Area)| AreaFigures {
            id: area.id.clone(),
            name: area.name.clone(),
            lat: area.lat,
            lon: area.lon,
            figures: of_area.remove(&i).unwrap_or_default(),
        };
        Self {
            privacy,
            as_of: market.as_of(),
            policy: plan.policy().clone(),
            bounds: *plan.bounds(),
            target_percent: TARGET_PERCENT,
            total: volumes.total(),
            candidates: plan.linkage().len() as u64,
            fill: [metrics.fill_median, metrics.fill_min, metrics.fill_gini],
            fill_classes: fill_classes(plan, &volumes),
            without_candidate: metrics.cooperatives_without_candidate,
            mean_distance_km: metrics.mean_distance_km,
            mean_score: metrics.mean_score.filter(|_| told),
            areas: areas.list.iter().enumerate().map(area_figures).collect(),
            by_coordinates: by_coordinates as u64,
            flows: flows(&source),
            products: groups.products,
            kinds: groups.kinds,
            tags: groups.tags,
            stars: groups.stars,
            standards: groups.standards,
            stopped: stopped(plan),
            links: source.links(),
            offer_reasons: rows::reasons(plan.unmatched_offers()),
            demand_reasons: rows::reasons(plan.unmatched_demands()),
            left_offers: if told { source.left_offers() } else { Vec::new() },
            left_demands: if told { source.left_demands() } else { Vec::new() },
            gaps: if told { source.gaps(&gaps) } else { Vec::new() },
            gaps_looked_at: (gaps.looked_at as u64, gaps.left_out as u64),
            levers: source.levers(&gaps),
            prices: if privacy == Privacy::Auditor { prices(plan) } else { Vec::new() },
            frontier: Vec::new(),
        }
    }
}

/// What goes from where to where, by product group.
fn flows(source: &Source) -> Vec<Flow> {
    let market = source.market;
    let mut sums: BTreeMap<(usize, usize, &str), (i128, u64)> = BTreeMap::new();
    for a in source.plan.allocations() {
        let ends = (source.offer_area[a.offer.index()], source.demand_area[a.demand.index()]);
        let (Some(from), Some(to)) = ends else { continue };
        let path = &market.offer(a.offer).product;
        let product = path.split('/').next().unwrap_or(path);
        let sum = sums.entry((from, to, product)).or_default();
        sum.0 += i128::from(a.volume.0);
        sum.1 += 1;
    }
    let flow = |((from, to, product), (volume_kg, links)): ((usize, usize, &str), (i128, u64))| Flow {
        from,
        to,
        product: product.to_owned(),
        product_name: bilingual::product(market.catalogue(), product),
        volume_kg,
        links,
    };
    sums.into_iter().map(flow).collect()
}

/// Cooperatives by what they sell of what they could: min(capacity, volume offered).
fn fill_classes(plan: &Plan, volumes: &Volumes) -> [u64; 12] {
    let market = plan.market();
    let mut offered = vec![(0_i128, 0_i128); market.cooperatives().len()];
    for (i, offer) in market.offers().iter().enumerate() {
        let sum = &mut offered[market.cooperative_of(OfferIx::at(i)).index()];
        sum.0 += i128::from(offer.volume.0);
        sum.1 += volumes.sold(OfferIx::at(i));
    }
    let mut classes = [0; 12];
    for (cooperative, (volume, sold)) in market.cooperatives().iter().zip(offered) {
        let could = cooperative.capacity.map_or(volume, |Kg(kg)| volume.min(kg.into()));
        if could == 0 {
            continue;
        }
        let class = if sold == 0 {
            0
        } else if sold >= could {
            11
        } else {
            1 + (sold * 10).div_euclid(could)
        };
        classes[usize::try_from(class).unwrap_or(11)] += 1;
    }
    classes
}

fn stopped(plan: &Plan) -> [(Rule, u64); 8] {
    let mut counts = Rule::ALL.map(|rule| (rule, 0));
    for offer in 0..plan.market().offers().len() {
        let stopped = plan.linkage().stopped_offer(OfferIx::at(offer));
        for (rule, count) in &mut counts {
            *count += u64::from(stopped.by(*rule));
        }
    }
    counts
}

fn prices(plan: &Plan) -> Vec<PriceRow> {
    let market = plan.market();
    let Prices { offers, demands, cooperatives, enterprises, .. } = plan.prices();
    let ids = [
        ("offer", offers, market.offers().iter().map(|o| &o.id).collect::<Vec<_>>()),
        ("demand", demands, market.demands().iter().map(|d| &d.id).collect()),
        ("cooperative", cooperatives, market.cooperatives().iter().map(|c| &c.id).collect()),
        ("enterprise", enterprises, market.enterprises().iter().map(|e| &e.id).collect()),
    ];
    let rows = ids.into_iter().flat_map(|(of, prices, ids)| {
        ids.into_iter().zip(prices).map(move |(id, price)| PriceRow { of, id: id.clone(), price: *price })
    });
    rows.filter(|row| row.price != 0).collect()
}
