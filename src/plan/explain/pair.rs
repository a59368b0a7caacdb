//! A pair: rules with remedies, criteria with contributions, and what came of it.

use crate::id::{DemandIx, OfferIx};
use crate::linkage::{Judge, Linkage, Rule, road_km};
use crate::market::Market;
use crate::plan::Plan;
use crate::plan::explain::{
    CriterionLine, Missing, Outcome, PairExplanation, Remedy, Rival, RuleCheck, certificates, pools,
};
use crate::plan::ledger::Pair;
use crate::plan::network::gain;
use crate::plan::reason::{Reason, Situation, View};
use crate::policy::{Criterion, Mechanism, Objective};
use crate::units::{Kg, Score, VndPerKg, six_digits};

pub(super) fn explain(situation: &Situation, offer: OfferIx, demand: DemandIx) -> PairExplanation {
    let linkage = situation.linkage;
    let (judge, market) = (linkage.judge(), linkage.market());
    let rules = rules(judge, offer, demand);
    let fit = judge.fit(offer, demand);
    let values = match (fit, judge.shared(offer, demand)) {
        (Some(fit), Ok(shared)) => Some(match situation.via(offer, demand) {
            None => judge.values(offer, demand, fit, shared),
            Some(share) => judge.values_at(offer, demand, fit, shared, share.distance()),
        }),
        _ => None,
    };
    let scores = values.as_ref().map(|values| judge.scores(offer, values));
    let lines = values.map_or_else(Vec::new, |values| {
        let weights = &judge.policy().weights;
        let sides = [weights.cooperative.values(), weights.enterprise.values()];
        let totals = sides.map(|side| side.iter().sum::<f64>());
        let line = |(i, value): (usize, [f64; 2])| {
            let weight = [sides[0][i] / totals[0], sides[1][i] / totals[1]];
            CriterionLine {
                criterion: Criterion::ALL[i],
                value: value.map(six_digits),
                weight: weight.map(six_digits),
                contribution: [six_digits(weight[0] * value[0]), six_digits(weight[1] * value[1])],
            }
        };
        values.values().into_iter().enumerate().map(line).collect()
    });
    let mut outcome = outcome(situation, offer, demand, &rules);
    if let (Outcome::OutCompeted { ask_at_most: ask, .. }, Some(pair)) =
        (&mut outcome, linkage.candidate(offer, demand))
    {
        *ask = ask_at_most(situation, &pair.into());
    }
    PairExplanation {
        offer: market.offer(offer).id.clone(),
        cooperative: market.cooperative(market.cooperative_of(offer)).name_or_id().to_owned(),
        demand: market.demand(demand).id.clone(),
        enterprise: market.enterprise(market.enterprise_of(demand)).name_or_id().to_owned(),
        outcome,
        pool: pools::standing(situation, offer, demand),
        rules,
        distance_km: situation.distance(offer, demand).km(),
        score: scores.map(|s| s.joint),
        cooperative_score: scores.map(|s| s.cooperative),
        enterprise_score: scores.map(|s| s.enterprise),
        criteria: lines,
        certificates: certificates::uses(judge, offer, demand),
    }
}

/// Every rule, each the others aside, with the smallest change where it fails.
pub(super) fn rules(judge: &Judge, offer: OfferIx, demand: DemandIx) -> Vec<RuleCheck> {
    let check = |rule: Rule| {
        let passed = judge.passes(rule, offer, demand);
        RuleCheck { rule, passed, remedy: (!passed).then(|| remedy(judge, rule, offer, demand)) }
    };
    Rule::ALL.into_iter().map(check).collect()
}

fn remedy(judge: &Judge, rule: Rule, o: OfferIx, d: DemandIx) -> Remedy {
    let (offer, demand) = (judge.market().offer(o), judge.market().demand(d));
    match rule {
        Rule::Product => {
            let own = std::iter::once(&demand.product).chain(demand.substitutes.iter().map(|s| &s.product));
            Remedy::OtherProduct { offered: offer.product.clone(), asked: own.cloned().collect() }
        }
        Rule::Excluded => Remedy::LiftExclusion,
        Rule::Window => {
            let (available, needed) = (offer.available.expect(BOTH), demand.needed.expect(BOTH));
            let (first, second) =
                if available.to < needed.from { (available, needed) } else { (needed, available) };
            let days = i64::from(second.from.number()) - i64::from(first.to.number());
            Remedy::ShiftWindow { days, available, needed }
        }
        Rule::Certification => Remedy::Certify { missing: certificates::missing(judge, o, d) },
        Rule::Distance => {
            let counted = road_km(judge.distance(o, d), judge.policy());
            let limit = judge.distance_limit(d) / 1000.0;
            Remedy::ShortenDistance { km: counted - limit, counted_km: counted, limit_km: limit }
        }
        Rule::Price => {
            let (ask, bid) = (offer.ask.expect(PRICES).0, demand.bid.expect(PRICES).0);
            let percent = i128::from(100 + judge.policy().price_tolerance_percent);
            let most = i128::from(bid) * percent / 100;
            let least = (i128::from(ask) * 100 + percent - 1) / percent;
            let narrow = |value: i128| i64::try_from(value).unwrap_or(i64::MAX);
            Remedy::AgreePrice {
                vnd_per_kg: narrow(i128::from(ask) - most),
                ask_at_most: VndPerKg(narrow(most)),
                bid_at_least: VndPerKg(narrow(least)),
            }
        }
        Rule::Lot => {
            let (lot, volume) = (offer.min_lot.max(demand.min_lot), offer.volume.min(demand.volume));
            Remedy::LowerLot { kg: Kg(lot.0 - volume.0), lot_kg: lot, volume_kg: volume }
        }
        Rule::Score => {
            let least = Score::from_fraction(judge.policy().min_score);
            let fit = judge.fit(o, d).unwrap_or(0.0);
            let shared = judge.shared(o, d).unwrap_or(None);
            let joint = judge.scores(o, &judge.values(o, d, fit, shared)).joint;
            let missing = f64::from(least.micro() - joint.micro()) / f64::from(Score::ONE);
            Remedy::RaiseScore { missing: Score::from_fraction(missing), least }
        }
    }
}

const BOTH: &str = "windows fail to meet only where both are given";
const PRICES: &str = "prices fail to meet only where both are given";

/// What came of a pair, without the ask that would win: finding that means solving anew.
pub(super) fn outcome(
    situation: &Situation,
    offer: OfferIx,
    demand: DemandIx,
    rules: &[RuleCheck],
) -> Outcome {
    if let Some(a) = situation.allocation(offer, demand) {
        return Outcome::Linked { volume_kg: a.volume, contract_kg: a.contract };
    }
    if let Some(pair) = situation.linkage.candidate(offer, demand).map(Pair::from) {
        return not_chosen(situation, &pair);
    }
    let failed: Vec<Rule> = rules.iter().filter(|r| !r.passed).map(|r| r.rule).collect();
    Outcome::Stopped { rule: failed[0], only: is_only(situation.linkage.judge(), demand, &failed) }
}

/// Whether passing the one rule that fails makes the pair a candidate.
///
/// Where the windows do not meet, the days that certificates must cover are not known before one has moved: with
/// something required, that is no promise.
pub(super) fn is_only(judge: &Judge, demand: DemandIx, failed: &[Rule]) -> bool {
    failed.len() == 1 && (failed[0] != Rule::Window || judge.market().demand(demand).requires.is_empty())
}

fn not_chosen(situation: &Situation, pair: &Pair) -> Outcome {
    let linkage = situation.linkage;
    let market = linkage.market();
    let offer_full = situation.ledger.free.offers[pair.offer.index()] == 0;
    let demand_full = situation.ledger.free.demands[pair.demand.index()] == 0;
    let view = situation.view(pair);
    let rivals = || -> Vec<Rival> {
        let mut list = situation.rivals(pair, view);
        if offer_full && demand_full {
            list.extend(situation.rivals(pair, View::Demand));
        }
        let rival = |a: &crate::plan::Allocation| Rival {
            offer: market.offer(a.offer).id.clone(),
            demand: market.demand(a.demand).id.clone(),
            volume_kg: a.volume,
            score: situation.score(a),
        };
        list.into_iter().map(rival).collect()
    };
    match situation.cause(pair, view) {
        Reason::Tie => Outcome::Tie { rivals: rivals() },
        Reason::OutCompeted => {
            Outcome::OutCompeted { missing: missing(situation, pair), rivals: rivals(), ask_at_most: None }
        }
        Reason::Capacity => Outcome::Capacity { full: full(situation, pair, view) },
        Reason::Lot => {
            let lot = market.offer(pair.offer).min_lot.max(market.demand(pair.demand).min_lot);
            Outcome::Lot { room_kg: Kg(situation.room(pair)), lot_kg: lot }
        }
        Reason::PartnerLimit => {
            let (buyers, suppliers) =
                (market.offer(pair.offer).max_buyers, market.demand(pair.demand).max_suppliers);
            let served = situation.suppliers(pair.demand) as u64;
            match suppliers.filter(|limit| served >= *limit) {
                Some(limit) => Outcome::PartnerLimit { full: "demand", limit },
                None => Outcome::PartnerLimit { full: "offer", limit: buyers.unwrap_or_default() },
            }
        }
        Reason::AllOrNothing => Outcome::AllOrNothing { volume_kg: market.demand(pair.demand).volume },
        Reason::CertifiedVolume => Outcome::CertifiedVolume {
            standard: situation.scarcest(pair),
            room_kg: Kg(situation.certified_room(pair)),
            lot_kg: market.offer(pair.offer).min_lot.max(market.demand(pair.demand).min_lot),
        },
        Reason::Rule(_) => Outcome::NoGain,
        Reason::NoCounterpart | Reason::Policy => Outcome::Policy,
    }
}

fn missing(situation: &Situation, pair: &Pair) -> Option<Missing> {
    let shortfall = i64::try_from(situation.shortfall(pair)).unwrap_or(i64::MAX);
    if shortfall <= 0 {
        return None;
    }
    let weight = situation.prices.kg_weight;
    Some(match situation.linkage.policy().objective {
        Objective::Welfare => Missing::VndPerKg(shortfall),
        // A price of a kilogram or more: the score does not matter any longer.
        Objective::Volume if shortfall > weight / 2 => Missing::Kilograms((shortfall + weight / 2) / weight),
        Objective::Volume | Objective::Score => Missing::MicroScore(shortfall),
    })
}

fn full(situation: &Situation, pair: &Pair, view: View) -> &'static str {
    let (free, market) = (&situation.ledger.free, situation.linkage.market());
    let nodes = [
        ("cooperative", free.cooperatives[market.cooperative_of(pair.offer).index()] == Some(0)),
        ("demand", free.demands[pair.demand.index()] == 0),
        ("enterprise", free.enterprises[market.enterprise_of(pair.demand).index()] == Some(0)),
        ("offer", free.offers[pair.offer.index()] == 0),
    ];
    let order = match view {
        View::Offer => [0, 1, 2, 3],
        View::Demand => [2, 3, 0, 1],
    };
    order.into_iter().map(|i| nodes[i]).find(|(_, full)| *full).map_or("offer", |(name, _)| name)
}

/// The highest ask with which the pair would be linked, where the plan made anew with it says so.
///
/// A lower ask raises the offer's other pairs too, and prices need not be the only ones that prove the plan:
/// what they promise is no more than a bound, so it is tried.
fn ask_at_most(situation: &Situation, pair: &Pair) -> Option<VndPerKg> {
    ask_by_prices(situation, pair).filter(|ask| links_at(situation, pair, *ask))
}

/// Whether the optimum links the pair if its offer asks another price.
fn links_at(situation: &Situation, pair: &Pair, ask: VndPerKg) -> bool {
    let linkage = situation.linkage;
    let mut parts = linkage.market().parts().clone();
    parts.offers[pair.offer.index()].ask = Some(ask);
    // Lists are sorted by id already, so indices mean the same in both markets.
    let again = Market::build(parts)
        .and_then(|market| Linkage::build(&market, linkage.policy()))
        .and_then(|linkage| Plan::solve(&linkage, Mechanism::Optimal));
    again.is_ok_and(|plan| plan.allocation(pair.offer, pair.demand).is_some())
}

/// The highest ask with which the pair would be worth more than its prices, by bisection over the scores
/// themselves; only where the prices prove the plan.
fn ask_by_prices(situation: &Situation, pair: &Pair) -> Option<VndPerKg> {
    let linkage = situation.linkage;
    let (judge, market) = (linkage.judge(), linkage.market());
    let (ask, _) = (market.offer(pair.offer).ask?, market.demand(pair.demand).bid?);
    if !situation.exact {
        return None;
    }
    let missing = situation.shortfall(pair);
    if linkage.policy().objective == Objective::Welfare {
        gain(linkage, pair.offer, pair.demand)?;
        let ask = i128::from(ask.0) - missing - 1;
        return i64::try_from(ask).ok().filter(|ask| *ask >= 1).map(VndPerKg);
    }
    let needed = i128::from(pair.score.micro()) + missing + 1;
    let reaches =
        |ask: i64| i128::from(judge.joint_with_ask(pair.offer, pair.demand, VndPerKg(ask)).micro()) >= needed;
    if !reaches(1) {
        return None;
    }
    // The score never falls as the ask falls.
    let (mut low, mut high) = (1, ask.0);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if reaches(middle) { low = middle } else { high = middle }
    }
    Some(VndPerKg(low))
}
