//! The market that decisions make of a market, and faults in it told of the decisions.

use std::collections::{BTreeMap, BTreeSet};

use super::{DecisionKind, Logged, Pair, in_effect};
use crate::error::{Error, Issue};
use crate::id::{DemandIx, OfferIx};
use crate::market::{Barred, Contract, Market, MarketParts};
use crate::units::Kg;

/// The market's parts with the decisions in effect and what is kept, and for every contract the position in the log
/// of the decision it comes from.
///
/// Decided contracts come after the market's, in the order of the log: of those that do not fit together the last is
/// told to be at fault.
pub(crate) fn effective(
    market: &Market,
    log: &[Logged],
    kept: &[(OfferIx, DemandIx, Kg)],
) -> Result<(MarketParts, Vec<Option<usize>>), Error> {
    let mut parts = market.parts().clone();
    let decided = in_effect(market, log);
    let mut position: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (i, logged) in log.iter().enumerate() {
        position.insert((&logged.decision.offer, &logged.decision.demand), i);
    }
    let mut own: BTreeMap<Pair, Kg> =
        market.signed().iter().map(|signed| ((signed.offer, signed.demand), signed.volume)).collect();
    let mut stands: Vec<(usize, Pair, Kg)> = Vec::new();
    let mut barred: BTreeSet<Barred> = parts.barred.iter().cloned().collect();
    for (&pair, logged) in &decided {
        let Logged { decision, .. } = logged;
        if decision.kind == DecisionKind::Reopened {
            continue;
        }
        barred.insert(Barred { offer: decision.offer.clone(), demand: decision.demand.clone() });
        if decision.kind.standing().is_some() {
            let volume =
                decision.volume.ok_or_else(|| Error::Internal("a decided volume is missing".to_owned()))?;
            own.remove(&pair);
            stands.push((position[&(decision.offer.as_str(), decision.demand.as_str())], pair, volume));
        }
    }
    stands.sort_unstable_by_key(|(position, ..)| *position);
    let decided_pairs: BTreeSet<Pair> = stands.iter().map(|(_, pair, _)| *pair).collect();
    for &(offer, demand, volume) in kept {
        if decided_pairs.contains(&(offer, demand)) {
            return Err(Error::Internal("what is decided is kept as well".to_owned()));
        }
        own.entry((offer, demand)).or_default().0 += volume.0;
    }
    let contract = |(offer, demand): Pair, volume| Contract {
        offer: market.offer(offer).id.clone(),
        demand: market.demand(demand).id.clone(),
        volume,
    };
    let from: Vec<Option<usize>> =
        own.iter().map(|_| None).chain(stands.iter().map(|(position, ..)| Some(*position))).collect();
    parts.contracts = own.into_iter().map(|(pair, volume)| contract(pair, volume)).collect();
    parts.contracts.extend(stands.into_iter().map(|(_, pair, volume)| contract(pair, volume)));
    parts.barred = barred.into_iter().collect();
    Ok((parts, from))
}

/// Faults at contracts, told at the decisions they come from; `origin` is where the last ones of the log stood in
/// their list.
pub(super) fn shown((error, from): (Error, &Vec<Option<usize>>), log: &[Logged], origin: &[usize]) -> Error {
    let Error::Faults(issues) = error else { return error };
    let before = log.len() - origin.len();
    let show = |mut issue: Issue| {
        let contract =
            issue.pointer.strip_prefix("/contracts/").map(|rest| rest.split_once('/').unwrap_or((rest, "")));
        let position =
            contract.and_then(|(i, field)| Some(((*from.get(i.parse::<usize>().ok()?)?)?, field.to_owned())));
        if let Some((position, field)) = position {
            let logged = &log[position];
            let at = match position.checked_sub(before) {
                Some(new) => format!("/decisions/{}", origin[new]),
                None => "/decisions".to_owned(),
            };
            let decision = &logged.decision;
            issue.message = format!(
                "`{}` with `{}`, {} by {}, does not fit: {}",
                decision.offer,
                decision.demand,
                decision.kind.code(),
                decision.by,
                issue.message
            );
            "Decide on less, or undo another decision (`reopened`); limits are changed in the market."
                .clone_into(&mut issue.help);
            issue.pointer = if field.is_empty() || at == "/decisions" { at } else { format!("{at}/{field}") };
        }
        issue
    };
    let issues = issues.into_iter().filter(|issue| issue.severity == crate::error::Severity::Error);
    Error::Faults(issues.map(show).collect())
}
