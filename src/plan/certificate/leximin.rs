//! Whether the cooperatives' fill rates are leximin, without a certificate.
//!
//! **Claim.** Among all whole-kilogram plans that keep volumes and capacities, no other has a lexicographically greater
//! vector of fill rates, sorted from the worst-off up; and the odd kilograms are where the published rule puts
//! them.
//!
//! **Why exchanges of one kilogram suffice.** Totals of the cooperatives that a network can carry form the integer points
//! of a polymatroid. There a vector is leximin exactly if (a) nobody can have one more kilogram while the
//! others keep theirs, and (b) nobody can have one more for one less of somebody who would still be ahead:
//! a local optimum of a separable convex function on an M-convex set is a global one (Murota, *Discrete Convex
//! Analysis*, 2003; Frank, Murota, *Decreasing minimization on M-convex sets*, 2022). Ahead means: the
//! kilogram given starts from a higher fill rate than the one received; at the same one, where the size is
//! larger; of the same size, where the key of the id is larger; then where the id is. That order is strict, so
//! one vector alone passes.
//!
//! **Method.** What one more kilogram of a cooperative can set free is what its node reaches in the residual
//! graph of the plan: from a cooperative to its offers with volume left, from an offer to all its candidates,
//! from a full demand to the offers that supply it, from a demand with volume left to its enterprise, from a full enterprise
//! to its other demands, and back from an offer to its cooperative. Contracts stay where they are.
//! Cooperatives are taken by what their next kilogram starts from, the first first. What one reaches was
//! allowed to it, and all the more to those that come after it, so every node is looked at once: `O(E + n log n)`.
//!
//! **What it cannot do.** Judge plans under lots, partner limits, all-or-nothing demands or certified
//! volumes: these are no polymatroid.

use std::cmp::Ordering;
use std::hash::Hasher;

use siphasher::sip::SipHasher24;

use super::{Check, HELP};
use crate::error::Issue;
use crate::id::{CooperativeIx, DemandIx, EnterpriseIx, OfferIx};
use crate::linkage::Linkage;
use crate::plan::Allocation;

/// Checks that the fill rates of a feasible plan are leximin among all plans for the linkage that keep volumes and
/// capacities, with the odd kilograms by the tie rule; everything that is wrong otherwise.
///
/// Allocations must be feasible, of this market, and sorted by offer and demand.
pub(super) fn leximin(linkage: &Linkage, allocations: &[Allocation]) -> Result<(), Vec<Issue>> {
    let residual = Residual::of(linkage, allocations);
    let rates = Rate::all(linkage, &residual);
    let mut takers: Vec<usize> = (0..rates.len()).filter(|&c| residual.concerned[c]).collect();
    takers.sort_by(|&a, &b| rates[a].of_unit(0).compare(&rates[b].of_unit(0)));
    let mut reached = Reached::nothing(linkage);
    let mut issues = Vec::new();
    let market = linkage.market();
    for taker in takers {
        let next = rates[taker].of_unit(0);
        let id = &market.cooperatives()[taker].id;
        let mut refute = |message: String| {
            issues.push(Issue::error("not_leximin", "/allocations".to_owned(), message, HELP));
        };
        match residual.explore(linkage, CooperativeIx::at(taker), &mut reached) {
            Explored::Free(demand) => {
                let demand = &market.demand(demand).id;
                refute(format!("`{id}` could have one more kg, for `{demand}` can take it in"));
            }
            Explored::Givers(givers) => {
                let ahead = |giver: &usize| rates[*giver].of_unit(-1).compare(&next) == Ordering::Greater;
                if let Some(giver) = givers.into_iter().find(ahead) {
                    let giver = &market.cooperatives()[giver].id;
                    refute(format!(
                        "`{id}` could have one more kg, and `{giver}` with one less stays ahead of it"
                    ));
                }
            }
        }
        if issues.len() >= SHOWN {
            break;
        }
    }
    if issues.is_empty() { Ok(()) } else { Err(issues) }
}

/// Faults told one by one.
const SHOWN: usize = 20;

/// Where a cooperative stands.
struct Rate {
    kg: i64,
    size: i64,
    /// The published tie rule, written a second time.
    key: u64,
    cooperative: usize,
}

/// A kilogram by where it starts from: `kg / size`, then size, key and number of its cooperative.
struct Unit(i128, i128, (u64, usize));

impl Rate {
    fn all(linkage: &Linkage, residual: &Residual) -> Vec<Rate> {
        let market = linkage.market();
        let offered = residual.offers_of.iter().map(|offers| {
            offers.iter().map(|offer| market.offer(*offer).volume.0).fold(0, i64::saturating_add)
        });
        let cooperatives = market.cooperatives().iter().zip(offered).enumerate();
        cooperatives
            .map(|(at, (cooperative, offered))| {
                let mut hasher = SipHasher24::new_with_key(b"lienket tie rule");
                hasher.write(cooperative.id.as_bytes());
                Rate {
                    kg: residual.cooperatives[at],
                    size: cooperative.capacity.map_or(offered, |capacity| capacity.0.min(offered)),
                    key: hasher.finish(),
                    cooperative: at,
                }
            })
            .collect()
    }

    /// The next kilogram (0), or the last (−1).
    fn of_unit(&self, unit: i64) -> Unit {
        Unit(i128::from(self.kg + unit), i128::from(self.size), (self.key, self.cooperative))
    }
}

impl Unit {
    fn compare(&self, other: &Unit) -> Ordering {
        let rates = (self.0 * other.1).cmp(&(other.0 * self.1));
        rates.then(self.1.cmp(&other.1)).then(self.2.cmp(&other.2))
    }
}

/// What is left, and who could take a kilogram back from whom.
struct Residual {
    offers_of: Vec<Vec<OfferIx>>,
    demands_of: Vec<Vec<DemandIx>>,
    /// New kilograms only, by demand.
    suppliers: Vec<Vec<OfferIx>>,
    /// Whether an offer sells kilograms that are not signed.
    sells: Vec<bool>,
    /// Kilograms of each cooperative, contracts included.
    cooperatives: Vec<i64>,
    /// What is left of each offer and demand, and of enterprises with a limit.
    offers: Vec<i64>,
    demands: Vec<i64>,
    enterprises: Vec<Option<i64>>,
    /// Cooperatives with capacity left.
    concerned: Vec<bool>,
}

impl Residual {
    fn of(linkage: &Linkage, allocations: &[Allocation]) -> Residual {
        let market = linkage.market();
        let mut residual = Residual {
            offers_of: vec![Vec::new(); market.cooperatives().len()],
            demands_of: vec![Vec::new(); market.enterprises().len()],
            suppliers: vec![Vec::new(); market.demands().len()],
            sells: vec![false; market.offers().len()],
            cooperatives: vec![0; market.cooperatives().len()],
            offers: market.offers().iter().map(|offer| offer.volume.0).collect(),
            demands: market.demands().iter().map(|demand| demand.volume.0).collect(),
            enterprises: market.enterprises().iter().map(|e| e.capacity.map(|kg| kg.0)).collect(),
            concerned: Vec::new(),
        };
        for o in (0..market.offers().len()).map(OfferIx::at) {
            residual.offers_of[market.cooperative_of(o).index()].push(o);
        }
        for d in (0..market.demands().len()).map(DemandIx::at) {
            residual.demands_of[market.enterprise_of(d).index()].push(d);
        }
        for a in allocations {
            let kg = a.volume.0;
            residual.offers[a.offer.index()] -= kg;
            residual.demands[a.demand.index()] -= kg;
            residual.cooperatives[market.cooperative_of(a.offer).index()] += kg;
            if let Some(left) = &mut residual.enterprises[market.enterprise_of(a.demand).index()] {
                *left -= kg;
            }
            if kg > a.contract.0 {
                residual.suppliers[a.demand.index()].push(a.offer);
                residual.sells[a.offer.index()] = true;
            }
        }
        let kg = market.cooperatives().iter().zip(&residual.cooperatives);
        residual.concerned = kg.map(|(c, kg)| c.capacity.is_none_or(|most| *kg < most.0)).collect();
        residual
    }

    /// All that one more kilogram of a cooperative can set free and that was not reached before.
    fn explore(&self, linkage: &Linkage, from: CooperativeIx, reached: &mut Reached) -> Explored {
        let market = linkage.market();
        let check = Check { linkage, issues: Vec::new() };
        let mut givers = Vec::new();
        let mut offers = Vec::new();
        if !std::mem::replace(&mut reached.cooperatives[from.index()], true) {
            offers.extend(self.with_volume(from));
        }
        while let Some(offer) = offers.pop() {
            if std::mem::replace(&mut reached.offers[offer.index()], true) {
                continue;
            }
            // The offer may also take its place with what its cooperative sells elsewhere.
            let cooperative = market.cooperative_of(offer);
            if self.sells[offer.index()]
                && !std::mem::replace(&mut reached.cooperatives[cooperative.index()], true)
            {
                givers.push(cooperative.index());
                offers.extend(self.with_volume(cooperative));
            }
            for position in linkage.row(offer) {
                let demand = DemandIx(linkage.demands()[position]);
                if reached.demands[demand.index()] || check.worth(offer, position, 0).is_none() {
                    continue;
                }
                reached.demands[demand.index()] = true;
                offers.extend(&self.suppliers[demand.index()]);
                if self.demands[demand.index()] == 0 {
                    continue;
                }
                let enterprise: EnterpriseIx = market.enterprise_of(demand);
                if self.enterprises[enterprise.index()] != Some(0) {
                    return Explored::Free(demand);
                }
                if !std::mem::replace(&mut reached.enterprises[enterprise.index()], true) {
                    for &other in &self.demands_of[enterprise.index()] {
                        if !std::mem::replace(&mut reached.demands[other.index()], true) {
                            offers.extend(&self.suppliers[other.index()]);
                        }
                    }
                }
            }
        }
        Explored::Givers(givers)
    }

    /// The offers of a cooperative that have volume left.
    fn with_volume(&self, cooperative: CooperativeIx) -> impl Iterator<Item = OfferIx> + '_ {
        self.offers_of[cooperative.index()].iter().copied().filter(|offer| self.offers[offer.index()] > 0)
    }
}

/// What an exploration came to.
enum Explored {
    /// A demand that can take one more kilogram, its enterprise too.
    Free(DemandIx),
    /// Cooperatives that could give one up for it.
    Givers(Vec<usize>),
}

/// Nodes looked at.
struct Reached {
    offers: Vec<bool>,
    demands: Vec<bool>,
    cooperatives: Vec<bool>,
    enterprises: Vec<bool>,
}

impl Reached {
    fn nothing(linkage: &Linkage) -> Reached {
        let market = linkage.market();
        Reached {
            offers: vec![false; market.offers().len()],
            demands: vec![false; market.demands().len()],
            cooperatives: vec![false; market.cooperatives().len()],
            enterprises: vec![false; market.enterprises().len()],
        }
    }
}
