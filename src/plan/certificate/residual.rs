//! What is left in a plan, and who could take a kilogram back from whom: the residual graph that checks of fairness, of
//! links and of floors walk.

use std::hash::Hasher;

use siphasher::sip::SipHasher24;

use super::Check;
use crate::id::{DemandIx, OfferIx};
use crate::linkage::Linkage;
use crate::plan::Allocation;

/// Which side's parties are compared.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    FromCooperatives,
    FromEnterprises,
}

/// Where a party stands.
pub(super) struct Stand {
    pub(super) id: String,
    pub(super) party: usize,
    /// Contracts included.
    pub(super) kg: i64,
    pub(super) new_kg: i64,
    /// min(capacity, what its offers or demands come to).
    pub(super) most: i64,
    /// The published tie rule, written a second time.
    pub(super) key: u64,
}

/// A side of the market: lots (offers, or demands) and the parties they belong to.
pub(super) struct Lots {
    party_of: Vec<usize>,
    of_party: Vec<Vec<usize>>,
    /// What is left of each lot, and of parties with a limit.
    left: Vec<i64>,
    party_left: Vec<Option<i64>>,
}

/// What is left, and who could take a kilogram back from whom. The near side's parties are compared.
pub(super) struct Residual {
    near: Lots,
    far: Lots,
    pub(super) far_ids: Vec<String>,
    pub(super) stands: Vec<Stand>,
    /// Far lots that each near lot may trade more with.
    partners: Vec<Vec<usize>>,
    /// Near lots that trade something new with each far lot.
    holders: Vec<Vec<usize>>,
    /// Whether a near lot trades kilograms that are not signed.
    trades: Vec<bool>,
}

impl Residual {
    pub(super) fn of(linkage: &Linkage, allocations: &[Allocation], seen: Seen) -> Residual {
        let market = linkage.market();
        let check = Check { linkage, issues: Vec::new() };
        let capacity = |capacity: Option<crate::units::Kg>| capacity.map(|kg| kg.0);
        let mut offers = Lots::of(
            (0..market.offers().len()).map(|o| market.cooperative_of(OfferIx::at(o)).index()).collect(),
            market.offers().iter().map(|offer| offer.volume.0).collect(),
            market.cooperatives().iter().map(|c| capacity(c.capacity)).collect(),
        );
        let mut demands = Lots::of(
            (0..market.demands().len()).map(|d| market.enterprise_of(DemandIx::at(d)).index()).collect(),
            market.demands().iter().map(|demand| demand.volume.0).collect(),
            market.enterprises().iter().map(|e| capacity(e.capacity)).collect(),
        );
        let (cooperatives, enterprises): (Vec<&String>, Vec<&String>) = (
            market.cooperatives().iter().map(|c| &c.id).collect(),
            market.enterprises().iter().map(|e| &e.id).collect(),
        );
        let (near, ids) = match seen {
            Seen::FromCooperatives => (&offers, cooperatives),
            Seen::FromEnterprises => (&demands, enterprises),
        };
        let mut stands: Vec<Stand> =
            ids.into_iter().enumerate().map(|(party, id)| Stand::of(id, party, near)).collect();
        let pairs = |o: usize, d: usize| match seen {
            Seen::FromCooperatives => (o, d),
            Seen::FromEnterprises => (d, o),
        };
        let mut holders: Vec<Vec<usize>> = vec![Vec::new(); pairs(offers.left.len(), demands.left.len()).1];
        let mut trades = vec![false; near.left.len()];
        for a in allocations {
            let (kg, new) = (a.volume.0, a.volume.0 - a.contract.0);
            offers.take(a.offer.index(), kg);
            demands.take(a.demand.index(), kg);
            let (near, far) = pairs(a.offer.index(), a.demand.index());
            let party = match seen {
                Seen::FromCooperatives => offers.party_of[near],
                Seen::FromEnterprises => demands.party_of[near],
            };
            stands[party].kg += kg;
            stands[party].new_kg += new;
            if new > 0 {
                holders[far].push(near);
                trades[near] = true;
            }
        }
        let mut partners: Vec<Vec<usize>> = vec![Vec::new(); trades.len()];
        for o in (0..market.offers().len()).map(OfferIx::at) {
            for position in linkage.row(o) {
                let d = DemandIx(linkage.demands()[position]);
                let at = || allocations.binary_search_by_key(&(o, d), |a| (a.offer, a.demand));
                let full = linkage.policy().max_share_per_supplier.is_some()
                    && at().is_ok_and(|at| allocations[at].volume.0 >= check.pair_at_most(o, d));
                if check.worth(o, position, 0).is_some() && !full {
                    let (near, far) = pairs(o.index(), d.index());
                    partners[near].push(far);
                }
            }
        }
        let (near, far, far_ids) = match seen {
            Seen::FromCooperatives => {
                (offers, demands, market.demands().iter().map(|d| d.id.clone()).collect())
            }
            Seen::FromEnterprises => {
                (demands, offers, market.offers().iter().map(|o| o.id.clone()).collect())
            }
        };
        Residual { near, far, far_ids, stands, partners, holders, trades }
    }

    /// All that one more kilogram of a party can set free and that was not reached before.
    pub(super) fn explore(&self, from: usize, reached: &mut Reached) -> Explored {
        let (near, far) = (&self.near, &self.far);
        let mut givers = Vec::new();
        let mut waiting = Vec::new();
        if !std::mem::replace(&mut reached.parties[from], true) {
            waiting.extend(near.with_volume(from));
        }
        while let Some(lot) = waiting.pop() {
            if std::mem::replace(&mut reached.lots[lot], true) {
                continue;
            }
            // The lot may also take its place with what its party trades elsewhere.
            let party = near.party_of[lot];
            if self.trades[lot] && !std::mem::replace(&mut reached.parties[party], true) {
                givers.push(party);
                waiting.extend(near.with_volume(party));
            }
            for &other in &self.partners[lot] {
                if std::mem::replace(&mut reached.far[other], true) {
                    continue;
                }
                waiting.extend(&self.holders[other]);
                if far.left[other] == 0 {
                    continue;
                }
                let party = far.party_of[other];
                if far.party_left[party] != Some(0) {
                    return Explored::Free(other);
                }
                if !std::mem::replace(&mut reached.far_parties[party], true) {
                    for &sister in &far.of_party[party] {
                        if !std::mem::replace(&mut reached.far[sister], true) {
                            waiting.extend(&self.holders[sister]);
                        }
                    }
                }
            }
        }
        Explored::Givers(givers)
    }
}

impl Lots {
    fn of(party_of: Vec<usize>, left: Vec<i64>, party_left: Vec<Option<i64>>) -> Lots {
        let mut of_party = vec![Vec::new(); party_left.len()];
        for (lot, &party) in party_of.iter().enumerate() {
            of_party[party].push(lot);
        }
        Lots { party_of, of_party, left, party_left }
    }

    fn take(&mut self, lot: usize, kg: i64) {
        self.left[lot] -= kg;
        if let Some(left) = &mut self.party_left[self.party_of[lot]] {
            *left -= kg;
        }
    }

    /// The lots of a party that have volume left.
    fn with_volume(&self, party: usize) -> impl Iterator<Item = usize> + '_ {
        self.of_party[party].iter().copied().filter(|&lot| self.left[lot] > 0)
    }
}

impl Stand {
    /// A party before anything is traded.
    fn of(id: &str, party: usize, lots: &Lots) -> Stand {
        let mut hasher = SipHasher24::new_with_key(b"lienket tie rule");
        hasher.write(id.as_bytes());
        let sum = lots.of_party[party].iter().map(|&lot| lots.left[lot]).fold(0, i64::saturating_add);
        let most = lots.party_left[party].map_or(sum, |capacity| capacity.min(sum));
        Stand { id: id.to_owned(), party, kg: 0, new_kg: 0, most, key: hasher.finish() }
    }
}

/// What an exploration came to.
pub(super) enum Explored {
    /// A far lot that can take one more kilogram, its party too.
    Free(usize),
    /// Parties that could give one up for it.
    Givers(Vec<usize>),
}

/// Nodes looked at.
pub(super) struct Reached {
    lots: Vec<bool>,
    far: Vec<bool>,
    parties: Vec<bool>,
    far_parties: Vec<bool>,
}

impl Reached {
    pub(super) fn nothing(residual: &Residual) -> Reached {
        Reached {
            lots: vec![false; residual.near.left.len()],
            far: vec![false; residual.far.left.len()],
            parties: vec![false; residual.near.party_left.len()],
            far_parties: vec![false; residual.far.party_left.len()],
        }
    }
}
