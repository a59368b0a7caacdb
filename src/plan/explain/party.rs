//! An offer or a demand: links, reason, funnel, and the pairs that came nearest.

use crate::id::{DemandIx, OfferIx};
use crate::linkage::Rule;
use crate::plan::Allocation;
use crate::plan::explain::{
    Account, DemandExplanation, Link, NearMiss, OfferExplanation, Outcome, RuleCheck, pair,
};
use crate::plan::ledger::Pair;
use crate::plan::reason::Situation;
use crate::units::Kg;

/// How many near misses are told.
const NEAR: usize = 5;

pub(super) fn offer(situation: &Situation, offer: OfferIx) -> OfferExplanation {
    let market = situation.linkage.market();
    let (reason, funnel) = situation.of_offer(offer);
    let links: Vec<Link> =
        situation.sold(offer).map(|a| link(situation, a, &other_of_offer(situation, a.demand))).collect();
    let pairs = (0..market.demands().len()).map(|d| (offer, DemandIx::at(d)));
    let candidates = situation.candidates_of_offer(offer).collect();
    let near = near(situation, candidates, pairs, |_, d| other_of_offer(situation, d));
    let parts = market.offer(offer);
    OfferExplanation {
        offer: parts.id.clone(),
        cooperative: market.cooperative(market.cooperative_of(offer)).name_or_id().to_owned(),
        account: account(&parts.product, parts.volume, links, reason, funnel, near),
    }
}

pub(super) fn demand(situation: &Situation, demand: DemandIx) -> DemandExplanation {
    let market = situation.linkage.market();
    let (reason, funnel) = situation.of_demand(demand);
    let links: Vec<Link> =
        situation.bought(demand).map(|a| link(situation, a, &other_of_demand(situation, a.offer))).collect();
    let pairs = (0..market.offers().len()).map(|o| (OfferIx::at(o), demand));
    let candidates = situation.candidates_of_demand(demand).collect();
    let near = near(situation, candidates, pairs, |o, _| other_of_demand(situation, o));
    let parts = market.demand(demand);
    DemandExplanation {
        demand: parts.id.clone(),
        enterprise: market.enterprise(market.enterprise_of(demand)).name_or_id().to_owned(),
        account: account(&parts.product, parts.volume, links, reason, funnel, near),
    }
}

/// Id of an entry and name of its party.
type Other = (String, String);

fn other_of_offer(situation: &Situation, demand: DemandIx) -> Other {
    let market = situation.linkage.market();
    let enterprise = market.enterprise(market.enterprise_of(demand));
    (market.demand(demand).id.clone(), enterprise.name_or_id().to_owned())
}

fn other_of_demand(situation: &Situation, offer: OfferIx) -> Other {
    let market = situation.linkage.market();
    let cooperative = market.cooperative(market.cooperative_of(offer));
    (market.offer(offer).id.clone(), cooperative.name_or_id().to_owned())
}

fn link(situation: &Situation, a: &Allocation, (with, name): &Other) -> Link {
    Link {
        with: with.clone(),
        name: name.clone(),
        volume_kg: a.volume,
        contract_kg: a.contract,
        score: situation.score(a),
    }
}

fn account(
    product: &str,
    volume: Kg,
    links: Vec<Link>,
    reason: crate::plan::Reason,
    funnel: crate::plan::Funnel,
    near: Vec<NearMiss>,
) -> Account {
    let matched = Kg(links.iter().map(|link| link.volume_kg.0).sum());
    let left = Kg(volume.0 - matched.0);
    Account {
        product: product.to_owned(),
        volume_kg: volume,
        matched_kg: matched,
        left_kg: left,
        reason: (left.0 > 0).then_some(reason),
        funnel,
        links,
        near,
    }
}

/// Candidates that do not trade by how little is missing, then pairs with the right product that fewest rules
/// stop; at most five.
fn near(
    situation: &Situation,
    candidates: Vec<Pair>,
    pairs: impl Iterator<Item = (OfferIx, DemandIx)>,
    other: impl Fn(OfferIx, DemandIx) -> Other,
) -> Vec<NearMiss> {
    let linked = |o, d| situation.allocation(o, d).is_some();
    let mut missed: Vec<Pair> = candidates.into_iter().filter(|c| !linked(c.offer, c.demand)).collect();
    missed.sort_by_key(|c| (situation.shortfall(c), c.offer, c.demand));
    let mut near: Vec<NearMiss> = missed
        .iter()
        .take(NEAR)
        .map(|c| {
            let (with, name) = other(c.offer, c.demand);
            NearMiss { with, name, outcome: pair::outcome(situation, c.offer, c.demand, &[]), remedy: None }
        })
        .collect();
    let judge = situation.linkage.judge();
    let stopped = pairs.filter(|&(o, d)| {
        judge.fit(o, d).is_some() && situation.linkage.candidate(o, d).is_none() && !linked(o, d)
    });
    let mut stopped: Vec<(usize, OfferIx, DemandIx, Vec<RuleCheck>)> = stopped
        .map(|(o, d)| {
            let rules = pair::rules(judge, o, d);
            (rules.iter().filter(|rule| !rule.passed).count(), o, d, rules)
        })
        .collect();
    // Fewest rules first; among equals the pair that came farthest.
    let farthest = |rules: &[RuleCheck]| rules.iter().find(|r| !r.passed).map_or(Rule::Product, |r| r.rule);
    stopped.sort_by_key(|(count, o, d, rules)| (*count, std::cmp::Reverse(farthest(rules)), *o, *d));
    near.extend(stopped.into_iter().take(NEAR - near.len()).map(|(count, o, d, rules)| {
        let (with, name) = other(o, d);
        let first =
            rules.into_iter().find(|rule| !rule.passed).expect("a pair that is no candidate fails a rule");
        NearMiss {
            with,
            name,
            outcome: Outcome::Stopped {
                rule: first.rule,
                only: count == 1 && pair::is_only(judge, d, &[first.rule]),
            },
            remedy: first.remedy,
        }
    }));
    near
}
