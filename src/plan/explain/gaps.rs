//! Gaps: pairs with something left on both sides that one rule alone keeps apart, and what would pass it.
//!
//! # Method
//! Offers in order of what is left, each against the demands that take its product and have something left. A pair
//! counts where exactly one rule stops it and what both have free is no less than their lots; of the pairs of an
//! offer that one rule stops, the one with most kilograms is told, then the nearest.
//!
//! # Complexity
//! At most [`PAIRS`] pairs are judged: markets with more are looked at from the largest leftovers down, and the offers
//! not looked at are counted.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::id::{DemandIx, OfferIx};
use crate::linkage::Rule;
use crate::plan::Plan;
use crate::plan::explain::{Remedy, pair};
use crate::plan::reason::Situation;
use crate::units::{Kg, Metres};

/// Most pairs that are judged.
const PAIRS: usize = 2_000_000;

/// Rules that somebody can do something about.
const RULES: [Rule; 5] = [Rule::Window, Rule::Certification, Rule::Distance, Rule::Price, Rule::Lot];

/// A pair that one rule alone keeps apart.
#[derive(Clone, Debug, PartialEq)]
pub struct Gap {
    /// The offer.
    pub offer: OfferIx,
    /// The demand.
    pub demand: DemandIx,
    /// The rule.
    pub rule: Rule,
    /// The smallest change that passes it.
    pub remedy: Remedy,
    /// What both sides have free, capacities of their parties included.
    pub volume: Kg,
}

/// The gaps of a plan.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gaps {
    /// Sorted by (offer, rule): one for each.
    pub found: Vec<Gap>,
    /// Offers with something left that were looked at.
    pub looked_at: usize,
    /// Offers with something left that were not, the smallest leftovers: see the bound on the work.
    pub left_out: usize,
}

impl Plan {
    /// Which missing paper, day, kilometre, price or lot would make whom a candidate pair, for what the plan leaves.
    ///
    /// At most two million pairs are judged; where the market has more, those of the smallest leftovers are not.
    #[must_use]
    pub fn gaps(&self) -> Gaps {
        of(&self.situation())
    }
}

fn of(situation: &Situation) -> Gaps {
    let (judge, market) = (situation.linkage.judge(), situation.linkage.market());
    let free = &situation.ledger.free;
    let offer_room = |o: OfferIx| {
        let cooperative = free.cooperatives[market.cooperative_of(o).index()];
        free.offers[o.index()].min(cooperative.unwrap_or(i64::MAX))
    };
    let demand_room = |d: DemandIx| {
        let enterprise = free.enterprises[market.enterprise_of(d).index()];
        free.demands[d.index()].min(enterprise.unwrap_or(i64::MAX))
    };
    let mut offers: Vec<OfferIx> =
        (0..market.offers().len()).map(OfferIx::at).filter(|o| offer_room(*o) > 0).collect();
    offers.sort_by_key(|o| (std::cmp::Reverse(offer_room(*o)), *o));
    let numbers = market.numbers();
    let fitting = |o: OfferIx| &numbers.products[numbers.offer_product[o.index()] as usize].demands;
    let mut pairs = 0;
    let looked_at = offers.iter().take_while(|o| {
        pairs += fitting(**o).len();
        pairs <= PAIRS
    });
    let looked_at = looked_at.count();
    let best = |o: OfferIx| -> Vec<Gap> {
        let mut best: BTreeMap<Rule, (Kg, Metres, DemandIx)> = BTreeMap::new();
        for &d in fitting(o) {
            let linked = situation.linkage.position(o, d).is_some() || situation.allocation(o, d).is_some();
            if linked || demand_room(d) <= 0 {
                continue;
            }
            let Some(rule) = only_rule(situation, o, d) else { continue };
            let volume = Kg(offer_room(o).min(demand_room(d)));
            let lot = market.offer(o).min_lot.max(market.demand(d).min_lot);
            if rule != Rule::Lot && volume < lot {
                continue;
            }
            let found = (volume, judge.distance(o, d), d);
            let better = |kept: &(Kg, Metres, DemandIx)| {
                (std::cmp::Reverse(found.0), found.1, found.2) < (std::cmp::Reverse(kept.0), kept.1, kept.2)
            };
            if best.get(&rule).is_none_or(better) {
                best.insert(rule, found);
            }
        }
        let told = best.into_iter().filter_map(|(rule, (volume, _, demand))| {
            let check = pair::rules(judge, o, demand).into_iter().find(|check| check.rule == rule)?;
            Some(Gap { offer: o, demand, rule, remedy: check.remedy?, volume })
        });
        told.collect()
    };
    let lists: Vec<Vec<Gap>> = offers[..looked_at].par_iter().map(|o| best(*o)).collect();
    let mut found: Vec<Gap> = lists.into_iter().flatten().collect();
    found.sort_by_key(|gap| (gap.offer, gap.rule));
    Gaps { found, looked_at, left_out: offers.len() - looked_at }
}

/// The one rule that stops a pair whose product fits, if it is one that somebody can do something about.
fn only_rule(situation: &Situation, o: OfferIx, d: DemandIx) -> Option<Rule> {
    let judge = situation.linkage.judge();
    // The cheap ones first: most pairs fail two of them.
    let order = [
        Rule::Distance,
        Rule::Window,
        Rule::Price,
        Rule::Lot,
        Rule::Excluded,
        Rule::Certification,
        Rule::Score,
    ];
    let mut failed = order.into_iter().filter(|rule| !judge.passes(*rule, o, d));
    let first = failed.next()?;
    let only = failed.next().is_none() && RULES.contains(&first) && pair::is_only(judge, d, &[first]);
    only.then_some(first)
}
