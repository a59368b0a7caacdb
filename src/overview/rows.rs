//! Rows of tables: links, what is left, gaps and the levers they add up to.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::{DemandIx, OfferIx};
use crate::linkage::Rule;
use crate::market::Market;
use crate::overview::area::Areas;
use crate::overview::bilingual::{self, Bilingual};
use crate::plan::{Gap, Gaps, Plan, Privacy, Reason, Remedy, Unmatched};
use crate::units::{Kg, Metres, Score, VndPerKg, Window};

/// A link: what an offer delivers to a demand.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkRow {
    /// Id of the offer.
    pub offer: String,
    /// Id of the demand.
    pub demand: String,
    /// Id and name of the cooperative.
    pub cooperative: (String, String),
    /// Id and name of the enterprise.
    pub enterprise: (String, String),
    /// The product offered.
    pub product: Bilingual,
    /// Area of the goods.
    pub from: Bilingual,
    /// Area of delivery.
    pub to: Bilingual,
    /// All of it.
    pub volume: Kg,
    /// What was signed before.
    pub contract: Kg,
    /// Great-circle distance.
    pub distance: Metres,
    /// Days on which both can; any day where absent.
    pub days: Option<Window>,
    /// Joint score, if the pair is a candidate; not told to the public.
    pub score: Option<Score>,
    /// Price asked; not told to the public.
    pub ask: Option<VndPerKg>,
    /// Price offered; not told to the public.
    pub bid: Option<VndPerKg>,
}

/// An offer or a demand with something left.
#[derive(Clone, Debug, PartialEq)]
pub struct LeftRow {
    /// Its id.
    pub id: String,
    /// Id and name of its party.
    pub party: (String, String),
    /// Its product.
    pub product: Bilingual,
    /// Where it is.
    pub area: Bilingual,
    /// All of it.
    pub volume: Kg,
    /// What is left.
    pub left: Kg,
    /// Why.
    pub reason: Reason,
    /// The same in words.
    pub why: Bilingual,
    /// How its pairs ended, by code.
    pub funnel: Vec<(&'static str, u32)>,
}

/// A pair that one rule alone keeps apart, and what would change it.
#[derive(Clone, Debug, PartialEq)]
pub struct GapRow {
    /// Id of the offer.
    pub offer: String,
    /// Id and name of the cooperative.
    pub cooperative: (String, String),
    /// Id of the demand.
    pub demand: String,
    /// Id and name of the enterprise.
    pub enterprise: (String, String),
    /// The product offered.
    pub product: Bilingual,
    /// The rule.
    pub rule: Rule,
    /// The same in words.
    pub rule_name: Bilingual,
    /// The standards that are missing, where that is the rule.
    pub standards: Vec<String>,
    /// What would pass it, prices included: for the organiser's eyes.
    pub change: Bilingual,
    /// What would pass it, as the participants may be told.
    pub change_for_participants: Bilingual,
    /// What both have free.
    pub volume: Kg,
}

/// What would bring offers to a demand: gaps with the same remedy, added up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lever {
    /// The rule.
    pub rule: Rule,
    /// The standards that are missing, where that is the rule.
    pub standards: Vec<String>,
    /// What it is, in words.
    pub name: Bilingual,
    /// Offers that would become candidates, each for one demand.
    pub offers: u64,
    /// Their cooperatives.
    pub cooperatives: u64,
    /// What they could trade; an upper bound where several want the same demand.
    pub volume_kg: i128,
}

/// How many have something left for a reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReasonCount {
    /// The reason.
    pub reason: Reason,
    /// The same in words.
    pub why: Bilingual,
    /// How many.
    pub count: u64,
    /// What they have left.
    pub left_kg: i128,
}

/// What rows are written from.
pub(super) struct Source<'a> {
    pub(super) plan: &'a Plan,
    pub(super) market: &'a Market,
    pub(super) areas: &'a Areas,
    /// Area of each offer and each demand.
    pub(super) offer_area: Vec<Option<usize>>,
    pub(super) demand_area: Vec<Option<usize>>,
    pub(super) privacy: Privacy,
}

impl<'a> Source<'a> {
    pub(super) fn of(plan: &'a Plan, areas: &'a Areas, privacy: Privacy) -> Self {
        let market = plan.market();
        let cooperatives: Vec<_> = market.cooperatives().iter().map(|c| areas.at(&c.place)).collect();
        let enterprises: Vec<_> = market.enterprises().iter().map(|e| areas.at(&e.place)).collect();
        let offer = |i: usize| match &market.offers()[i].place {
            Some(place) => areas.at(place),
            None => cooperatives[market.cooperative_of(OfferIx::at(i)).index()],
        };
        let demand = |i: usize| match &market.demands()[i].place {
            Some(place) => areas.at(place),
            None => enterprises[market.enterprise_of(DemandIx::at(i)).index()],
        };
        Self {
            plan,
            market,
            areas,
            offer_area: (0..market.offers().len()).map(offer).collect(),
            demand_area: (0..market.demands().len()).map(demand).collect(),
            privacy,
        }
    }

    fn cooperative(&self, offer: OfferIx) -> (String, String) {
        let party = self.market.cooperative(self.market.cooperative_of(offer));
        (party.id.clone(), party.name_or_id().to_owned())
    }

    fn enterprise(&self, demand: DemandIx) -> (String, String) {
        let party = self.market.enterprise(self.market.enterprise_of(demand));
        (party.id.clone(), party.name_or_id().to_owned())
    }

    fn product(&self, path: &str) -> Bilingual {
        bilingual::product(self.market.catalogue(), path)
    }

    pub(super) fn links(&self) -> Vec<LinkRow> {
        let told = self.privacy != Privacy::Public;
        let row = |a: &crate::plan::Allocation| {
            let (offer, demand) = (self.market.offer(a.offer), self.market.demand(a.demand));
            LinkRow {
                offer: offer.id.clone(),
                demand: demand.id.clone(),
                cooperative: self.cooperative(a.offer),
                enterprise: self.enterprise(a.demand),
                product: self.product(&offer.product),
                from: self.areas.name(self.offer_area[a.offer.index()]),
                to: self.areas.name(self.demand_area[a.demand.index()]),
                volume: a.volume,
                contract: a.contract,
                distance: self.plan.distance(a.offer, a.demand),
                days: match (offer.available, demand.needed) {
                    (Some(a), Some(b)) => a.overlap(b),
                    (one, other) => one.or(other),
                },
                score: self.plan.scores(a.offer, a.demand).map(|c| c.score).filter(|_| told),
                ask: offer.ask.filter(|_| told),
                bid: demand.bid.filter(|_| told),
            }
        };
        self.plan.allocations().iter().map(row).collect()
    }

    pub(super) fn left_offers(&self) -> Vec<LeftRow> {
        let row = |left: &Unmatched<OfferIx>| {
            let offer = self.market.offer(left.at);
            self.left(
                left,
                &offer.id,
                self.cooperative(left.at),
                &offer.product,
                self.offer_area[left.at.index()],
                offer.volume,
            )
        };
        self.plan.unmatched_offers().iter().map(row).collect()
    }

    pub(super) fn left_demands(&self) -> Vec<LeftRow> {
        let row = |left: &Unmatched<DemandIx>| {
            let demand = self.market.demand(left.at);
            self.left(
                left,
                &demand.id,
                self.enterprise(left.at),
                &demand.product,
                self.demand_area[left.at.index()],
                demand.volume,
            )
        };
        self.plan.unmatched_demands().iter().map(row).collect()
    }

    fn left<Ix>(
        &self,
        left: &Unmatched<Ix>,
        id: &str,
        party: (String, String),
        product: &str,
        area: Option<usize>,
        volume: Kg,
    ) -> LeftRow {
        LeftRow {
            id: id.to_owned(),
            party,
            product: self.product(product),
            area: self.areas.name(area),
            volume,
            left: left.left,
            reason: left.reason,
            why: Bilingual::of(|language| language.reason(left.reason)),
            funnel: left.funnel.iter().map(|(code, count)| (*code, *count)).collect(),
        }
    }

    pub(super) fn gaps(&self, gaps: &Gaps) -> Vec<GapRow> {
        let row = |gap: &Gap| {
            let public = gap.remedy.clone().without_prices();
            GapRow {
                offer: self.market.offer(gap.offer).id.clone(),
                cooperative: self.cooperative(gap.offer),
                demand: self.market.demand(gap.demand).id.clone(),
                enterprise: self.enterprise(gap.demand),
                product: self.product(&self.market.offer(gap.offer).product),
                rule: gap.rule,
                rule_name: bilingual::rule(gap.rule),
                standards: missing(&gap.remedy),
                change: Bilingual::of(|language| language.remedy(&gap.remedy)),
                change_for_participants: Bilingual::of(|language| language.remedy(&public)),
                volume: gap.volume,
            }
        };
        gaps.found.iter().map(row).collect()
    }

    /// Gaps by rule and missing standards, those of most cooperatives first.
    pub(super) fn levers(&self, gaps: &Gaps) -> Vec<Lever> {
        type Sum = (BTreeSet<OfferIx>, BTreeSet<u32>, i128);
        let mut sums: BTreeMap<(Rule, Vec<String>), Sum> = BTreeMap::new();
        for gap in &gaps.found {
            let sum = sums.entry((gap.rule, missing(&gap.remedy))).or_default();
            sum.0.insert(gap.offer);
            sum.1.insert(self.market.cooperative_of(gap.offer).0);
            sum.2 += i128::from(gap.volume.0);
        }
        let catalogue = self.market.catalogue();
        let lever = |((rule, standards), (offers, cooperatives, volume_kg)): ((Rule, Vec<String>), Sum)| {
            let names: Vec<Bilingual> =
                standards.iter().map(|id| bilingual::standard(catalogue, id)).collect();
            let join = |of: fn(&Bilingual) -> &str| names.iter().map(of).collect::<Vec<_>>().join(" + ");
            let name = if names.is_empty() {
                bilingual::rule(rule)
            } else {
                Bilingual::new(join(|name| &name.vi), join(|name| &name.en))
            };
            Lever {
                rule,
                standards,
                name,
                offers: offers.len() as u64,
                cooperatives: cooperatives.len() as u64,
                volume_kg,
            }
        };
        let mut levers: Vec<Lever> = sums.into_iter().map(lever).collect();
        levers.sort_by_key(|lever| std::cmp::Reverse((lever.cooperatives, lever.offers, lever.volume_kg)));
        levers
    }
}

fn missing(remedy: &Remedy) -> Vec<String> {
    match remedy {
        Remedy::Certify { missing } => missing.iter().map(|s| s.standard.clone()).collect(),
        _ => Vec::new(),
    }
}

/// How many have something left for each reason, most kilograms first.
pub(super) fn reasons<Ix>(left: &[Unmatched<Ix>]) -> Vec<ReasonCount> {
    let mut sums: BTreeMap<&str, ReasonCount> = BTreeMap::new();
    for unmatched in left {
        // The rule and the ending `lot` have one code, and count together.
        let sum = sums.entry(unmatched.reason.code()).or_insert_with(|| ReasonCount {
            reason: unmatched.reason,
            why: Bilingual::of(|language| language.reason(unmatched.reason)),
            count: 0,
            left_kg: 0,
        });
        sum.count += 1;
        sum.left_kg += i128::from(unmatched.left.0);
    }
    let mut counts: Vec<ReasonCount> = sums.into_values().collect();
    counts.sort_by_key(|count| std::cmp::Reverse((count.left_kg, count.count)));
    counts
}
