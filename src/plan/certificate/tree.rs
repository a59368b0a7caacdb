//! Bounds by cases: trees of decisions with prices at their leaves.
//!
//! # Why a tree proves a bound
//! Every plan is at home in one leaf: at each fork a pair carries something new or nothing, an all-or-nothing demand is
//! filled or gets nothing new. What the demands of the tree are worth to plans of one leaf is bounded as without a tree
//! (`limits`), with the decisions kept; so the largest of the leaves bounds them all. Other demands may draw on the
//! same offers: that only leaves less for these.

use std::collections::BTreeSet;

use super::limits::{Asked, Decisions, Situation};
use crate::linkage::Linkage;
use crate::plan::{Case, LimitTree, Resource, TreeBranch};

/// Whether a tree is one, of this market, its demands in no other: what is wrong with it otherwise.
pub(super) fn shape(linkage: &Linkage, tree: &LimitTree, met: &mut [bool]) -> Result<(), String> {
    let market = linkage.market();
    for demand in &tree.demands {
        let Some(met) = met.get_mut(demand.index()) else {
            return Err("a demand is of another market".to_owned());
        };
        if std::mem::replace(met, true) {
            return Err(format!("the demand `{}` stands in trees twice", market.demand(*demand).id));
        }
    }
    // Each branch is led to once, or walking them all might never end.
    let mut led_to = vec![false; tree.branches.len()];
    for (i, branch) in tree.branches.iter().enumerate() {
        if let TreeBranch::Fork { without, with, .. } = *branch {
            for to in [without, with] {
                if led_to.get_mut(to).is_none_or(|led_to| std::mem::replace(led_to, true)) {
                    return Err(format!("branch {to} is led to twice, or is none"));
                }
            }
        }
        match *branch {
            // Onward only: so every walk ends.
            TreeBranch::Fork { without, with, .. }
                if without.min(with) <= i || without.max(with) >= tree.branches.len() =>
            {
                return Err(format!("branch {i} does not lead onward"));
            }
            TreeBranch::Fork { on: Case::Pair(offer, demand), .. }
                if offer.index() >= market.offers().len()
                    || demand.index() >= market.demands().len()
                    || linkage.position(offer, demand).is_none() =>
            {
                return Err(format!("branch {i} decides on a pair that is no candidate"));
            }
            TreeBranch::Fork { on: Case::Demand(demand), .. }
                if demand.index() >= market.demands().len() || !market.demand(demand).all_or_nothing =>
            {
                return Err(format!("branch {i} decides on a demand that may be filled in part"));
            }
            TreeBranch::Leaf { prices }
                if tree.prices.get(prices).map(Vec::len) != Some(tree.resources.len()) =>
            {
                return Err(format!("branch {i} has not one price for every resource"));
            }
            _ => {}
        }
    }
    if tree.branches.is_empty() {
        return Err("there is no branch".to_owned());
    }
    let mut seen = BTreeSet::new();
    for resource in &tree.resources {
        let known = match *resource {
            Resource::Offer(offer) => offer.index() < market.offers().len(),
            Resource::Cooperative(c) => {
                c.index() < market.cooperatives().len() && market.cooperative(c).capacity.is_some()
            }
            Resource::Enterprise(e) => {
                e.index() < market.enterprises().len() && market.enterprise(e).capacity.is_some()
            }
            Resource::Certificate(at) => at < linkage.certified().len(),
        };
        if !known || !seen.insert(*resource) {
            return Err("a resource stands there twice, or has no limit".to_owned());
        }
    }
    if tree.prices.iter().flatten().any(|price| *price < 0) {
        return Err("a price is negative".to_owned());
    }
    Ok(())
}

/// What no plan is worth more than on the demands of a tree of the right shape; `None` where prices are too large.
pub(super) fn bound(situation: &Situation, tree: &LimitTree) -> Option<i128> {
    // Where every leaf is empty no plan is at home, which cannot be: nothing new is always one.
    let mut bound = 0_i128;
    let mut waiting = vec![(0, Decisions::default())];
    while let Some((at, decisions)) = waiting.pop() {
        match tree.branches[at] {
            TreeBranch::Fork { on, without, with } => {
                for (to, decision) in [(without, false), (with, true)] {
                    let mut decisions = decisions.clone();
                    let before = match on {
                        Case::Pair(offer, demand) => {
                            let position = situation.check.linkage.position(offer, demand)?;
                            decisions.pairs.insert(position, decision)
                        }
                        Case::Demand(demand) => decisions.demands.insert(demand, decision),
                    };
                    // A decision taken again the other way holds no plan.
                    if before.is_none_or(|before| before == decision) {
                        waiting.push((to, decisions));
                    }
                }
            }
            TreeBranch::Leaf { prices } => {
                if let Some(found) = leaf(situation, tree, &tree.prices[prices], decisions)? {
                    bound = bound.max(found);
                }
            }
        }
    }
    Some(bound)
}

/// The bound of a leaf; `Some(None)` where no plan keeps its decisions.
#[expect(clippy::option_option, reason = "no plan and no number are different answers")]
fn leaf(
    situation: &Situation,
    tree: &LimitTree,
    prices: &[i64],
    mut decisions: Decisions,
) -> Option<Option<i128>> {
    let Some(full) = situation.full(&decisions.pairs) else { return Some(None) };
    decisions.full = full;
    if !situation.take(&mut decisions) {
        return Some(None);
    }
    let market = situation.check.linkage.market();
    let mut by_resource = [
        vec![0; market.offers().len()],
        vec![0; market.cooperatives().len()],
        vec![0; market.enterprises().len()],
        vec![0; situation.check.linkage.certified().len()],
    ];
    for (resource, price) in tree.resources.iter().zip(prices) {
        let [offers, cooperatives, enterprises, certificates] = &mut by_resource;
        *match *resource {
            Resource::Offer(offer) => &mut offers[offer.index()],
            Resource::Cooperative(cooperative) => &mut cooperatives[cooperative.index()],
            Resource::Enterprise(enterprise) => &mut enterprises[enterprise.index()],
            Resource::Certificate(at) => &mut certificates[at],
        } = *price;
    }
    let asked = Asked::of(situation, by_resource)?;
    let mut bound = asked.rent;
    for &demand in &tree.demands {
        match situation.demand_at_most(demand, &asked, &decisions)? {
            None => return Some(None),
            Some(gain) => bound = bound.checked_add(gain)?,
        }
    }
    Some(Some(bound))
}
