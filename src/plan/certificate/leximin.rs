//! Whether the cooperatives' fill rates, or the parties' kilograms, are leximin, without a certificate.
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
//! For the egalitarian rule the same is asked of new kilograms in place of fill rates, and of enterprises as well, the
//! market seen from the other side.
//!
//! **What it cannot do.** Judge plans under lots, partner limits, all-or-nothing demands or certified
//! volumes: these are no polymatroid.

use std::cmp::Ordering;

use super::residual::{Explored, Reached, Residual, Seen, Stand};
use super::{HELP, SHOWN};
use crate::error::Issue;
use crate::linkage::Linkage;
use crate::plan::Allocation;

/// Checks that the fill rates of a feasible plan are leximin among all plans for the linkage that keep volumes and
/// capacities, with the odd kilograms by the tie rule; everything that is wrong otherwise.
///
/// Allocations must be feasible, of this market, and sorted by offer and demand.
pub(super) fn leximin(linkage: &Linkage, allocations: &[Allocation]) -> Result<(), Vec<Issue>> {
    told(&Residual::of(linkage, allocations, Seen::FromCooperatives), |stand| (stand.kg, stand.most))
}

/// The same of new kilograms, of cooperatives and of enterprises.
pub(super) fn egalitarian(linkage: &Linkage, allocations: &[Allocation]) -> Result<(), Vec<Issue>> {
    for seen in [Seen::FromCooperatives, Seen::FromEnterprises] {
        told(&Residual::of(linkage, allocations, seen), |stand| (stand.new_kg, 1))?;
    }
    Ok(())
}

/// Checks by a measure: kilograms, and what they are divided by.
fn told(residual: &Residual, measure: impl Fn(&Stand) -> (i64, i64)) -> Result<(), Vec<Issue>> {
    let unit = |stand: &Stand, unit: i64| {
        let (kg, size) = measure(stand);
        Unit(i128::from(kg + unit), i128::from(size), (stand.key, stand.party))
    };
    // The others are full.
    let mut takers: Vec<&Stand> = residual.stands.iter().filter(|stand| stand.kg < stand.most).collect();
    takers.sort_by(|a, b| unit(a, 0).compare(&unit(b, 0)));
    let mut reached = Reached::nothing(residual);
    let mut issues = Vec::new();
    for taker in takers {
        let (next, id) = (unit(taker, 0), &taker.id);
        let message = match residual.explore(taker.party, &mut reached) {
            Explored::Free(other) => {
                format!("`{id}` could have one more kg, for `{}` has room", residual.far_ids[other])
            }
            Explored::Givers(givers) => {
                let ahead =
                    |giver: &&usize| unit(&residual.stands[**giver], -1).compare(&next) == Ordering::Greater;
                let Some(giver) = givers.iter().find(ahead) else { continue };
                let giver = &residual.stands[*giver].id;
                format!("`{id}` could have one more kg, and `{giver}` with one less stays ahead of it")
            }
        };
        issues.push(Issue::error("not_leximin", "/allocations".to_owned(), message, HELP));
        if issues.len() >= SHOWN {
            break;
        }
    }
    if issues.is_empty() { Ok(()) } else { Err(issues) }
}

/// A kilogram by where it starts from: `kg / size`, then size, key and number of its party.
struct Unit(i128, i128, (u64, usize));

impl Unit {
    fn compare(&self, other: &Unit) -> Ordering {
        let rates = (self.0 * other.1).cmp(&(other.0 * self.1));
        rates.then(self.1.cmp(&other.1)).then(self.2.cmp(&other.2))
    }
}

#[cfg(test)]
mod tests {
    use super::leximin;
    use crate::id::{DemandIx, OfferIx};
    use crate::linkage::Linkage;
    use crate::market::{Contract, Cooperative, Demand, Enterprise, Market, MarketParts, Offer, Place};
    use crate::plan::{Allocation, network};
    use crate::policy::Policy;
    use crate::solve::{FillTargets, fair, optimum};
    use crate::units::Kg;
    use siphasher::sip::SipHasher24;
    use std::collections::BTreeMap;
    use std::hash::Hasher;

    /// A market of two products with capacities and contracts.
    fn linkage(seed: u64) -> Linkage {
        let mut state = seed;
        let mut below = |count: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % count
        };
        let mut parts = MarketParts::new("2026-04-14".parse().expect("a day"));
        let kg = |units: u64| Kg(i64::try_from(units).expect("small"));
        let place = || Place::point(10.0, 106.0);
        for at in 0..4 {
            let mut cooperative = Cooperative::new(format!("c{at}"), place());
            cooperative.capacity = (below(3) == 0).then(|| kg(4 + below(8)));
            parts.cooperatives.push(cooperative);
            let mut enterprise = Enterprise::new(format!("e{at}"), place());
            enterprise.capacity = (below(3) == 0).then(|| kg(4 + below(8)));
            parts.enterprises.push(enterprise);
        }
        let product = |of: u64| if of == 0 { "tea/green" } else { "coffee/robusta" };
        for at in 0..7 {
            let (cooperative, of) = (format!("c{}", below(4)), product(below(2)));
            parts.offers.push(Offer::new(format!("o{at}"), cooperative, of, kg(1 + below(9))));
        }
        for at in 0..5 {
            let (enterprise, of) = (format!("e{}", below(4)), product(below(2)));
            parts.demands.push(Demand::new(format!("d{at}"), enterprise, of, kg(1 + below(6))));
        }
        let (offer, demand) = (format!("o{}", below(7)), format!("d{}", below(5)));
        parts.contracts.push(Contract { offer, demand, volume: Kg(1) });
        Linkage::build(&Market::build(parts).expect("valid"), &Policy::default()).expect("a linkage")
    }

    /// Volumes with contracts, from new ones by pair.
    fn allocations(linkage: &Linkage, new: &BTreeMap<(OfferIx, DemandIx), i64>) -> Vec<Allocation> {
        let mut all: BTreeMap<(OfferIx, DemandIx), (i64, i64)> =
            new.iter().filter(|(_, kg)| **kg > 0).map(|(&pair, &kg)| (pair, (kg, 0))).collect();
        for contract in linkage.market().signed() {
            let (volume, signed) = all.entry((contract.offer, contract.demand)).or_default();
            *volume += contract.volume.0;
            *signed += contract.volume.0;
        }
        let allocation = |((offer, demand), (volume, contract)): (_, (i64, i64))| Allocation {
            offer,
            demand,
            volume: Kg(volume),
            contract: Kg(contract),
        };
        all.into_iter().map(allocation).collect()
    }

    #[test]
    fn the_fair_plan_passes_and_any_other_totals_do_not() {
        let (mut moved, mut others) = (0, 0);
        for seed in 0..400 {
            let linkage = linkage(seed);
            let market = linkage.market();
            let transport = network::transport(&linkage);
            let mut size = vec![0; market.cooperatives().len()];
            let mut already = size.clone();
            for (o, offer) in market.offers().iter().enumerate() {
                size[market.cooperative_of(OfferIx::at(o)).index()] += offer.volume.0;
            }
            for (size, cooperative) in size.iter_mut().zip(market.cooperatives()) {
                *size = cooperative.capacity.map_or(*size, |capacity| capacity.0.min(*size));
            }
            for contract in market.signed() {
                already[market.cooperative_of(contract.offer).index()] += contract.volume.0;
            }
            let key = |id: &str| {
                let mut hasher = SipHasher24::new_with_key(b"lienket tie rule");
                hasher.write(id.as_bytes());
                hasher.finish()
            };
            let key: Vec<u64> = market.cooperatives().iter().map(|c| key(&c.id)).collect();
            let targets = FillTargets { size: &size, already: &already, key: &key };
            let found = fair(&transport, &targets).expect("small numbers");

            let pair = |edge: usize| {
                let row = transport.row_start.partition_point(|start| *start <= edge) - 1;
                (OfferIx::at(row), DemandIx(transport.column[edge]))
            };
            let new = |flow: &[(usize, i64)]| flow.iter().map(|&(edge, kg)| (pair(edge), kg)).collect();
            let new: BTreeMap<_, _> = new(&found.best.flow);
            assert_eq!(leximin(&linkage, &allocations(&linkage, &new)), Ok(()), "{seed}");

            let best = optimum(&transport).expect("small numbers");
            let total = |flow: &[(usize, i64)]| {
                let mut totals = vec![0; size.len()];
                for &(edge, kg) in flow {
                    totals[market.cooperative_of(pair(edge).0).index()] += kg;
                }
                totals
            };
            let of_best =
                allocations(&linkage, &best.flow.iter().map(|&(edge, kg)| (pair(edge), kg)).collect());
            assert_eq!(
                leximin(&linkage, &of_best).is_ok(),
                total(&best.flow) == found.leximin.totals,
                "{seed}"
            );
            others += usize::from(total(&best.flow) != found.leximin.totals);

            for (&(offer, demand), _) in new.iter().filter(|(_, kg)| **kg > 0) {
                // One kilogram less, and one kilogram to somebody else.
                let mut less = new.clone();
                *less.entry((offer, demand)).or_default() -= 1;
                assert!(leximin(&linkage, &allocations(&linkage, &less)).is_err(), "{seed}");
                let sold =
                    |o: OfferIx| -> i64 { new.iter().filter(|(p, _)| p.0 == o).map(|(_, kg)| kg).sum() };
                let totals = total(&found.best.flow);
                for other in (0..market.offers().len()).map(OfferIx::at) {
                    let (from, to) =
                        (market.cooperative_of(offer).index(), market.cooperative_of(other).index());
                    let room = transport.row_capacity[other.index()] > sold(other)
                        && transport.row_group_capacity[to].is_none_or(|most| totals[to] < most);
                    if from != to && room && linkage.candidate(other, demand).is_some() {
                        let mut exchanged = less.clone();
                        *exchanged.entry((other, demand)).or_default() += 1;
                        assert!(leximin(&linkage, &allocations(&linkage, &exchanged)).is_err(), "{seed}");
                        moved += 1;
                    }
                }
            }
        }
        assert!(moved > 100 && others > 20, "{moved} exchanges, {others} other optima");
    }
}
