//! Quotas of a policy on a market: as the kernel reads them, as the checker does, and what a plan makes of them.

use serde::Serialize;

use super::certificate::quotas::{
    Claim, Floor as CheckedFloor, Ground, Least, Pair, Quotas as Checked, WHOLE,
};
use super::certificate::signed::Signed;
use super::{Allocation, Plan, Prices};
use crate::id::{CooperativeIx, DemandIx, EnterpriseIx, OfferIx};
use crate::linkage::Linkage;
use crate::policy::{Floor, Quota, micro};
use crate::solve::{self, Cap, Members, Quotafied, Side, Transport};
use crate::units::Kg;

/// A proof of the bound under quotas: prices in fractions of the objective's unit, and what the quotas cost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QuotaProof {
    /// One of the objective's unit is so many of the prices'; 1 or more.
    pub scale: i64,
    /// By offer, demand, cooperative and enterprise; none negative.
    pub prices: Prices,
    /// By quota, in the canonical order of the policy: for a kg, or for a millionth of one where it is a share.
    pub quotas: Vec<i64>,
    /// By enterprise, where there is a cap on their shares.
    pub enterprises: Vec<i64>,
    /// By cooperative, where as many as possible are to be linked: what its first kg is worth.
    pub links: Vec<i64>,
    /// What a link is worth at most.
    pub bonus: i64,
    /// Cooperatives linked that have no contract.
    pub linked: i64,
    /// By quota: by how much it is held to less than the policy asks, for no plan reaches that; in kg, or millionths
    /// of one where it is a share.
    pub lowered: Vec<i64>,
    /// What binds where a quota cannot be met, as the solver found it.
    pub binding: Vec<Binding>,
}

/// What keeps a quota from being met.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Binding {
    /// The quota, by position in the canonical order of the policy.
    pub quota: usize,
    /// Offers whose volume binds.
    pub offers: Vec<OfferIx>,
    /// Demands whose volume binds.
    pub demands: Vec<DemandIx>,
    /// Cooperatives whose capacity binds.
    pub cooperatives: Vec<CooperativeIx>,
    /// Enterprises whose capacity binds.
    pub enterprises: Vec<EnterpriseIx>,
}

/// What comes of a quota.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct QuotaOutcome {
    /// The quota.
    #[serde(flatten)]
    pub quota: Quota,
    /// Kilograms its cooperatives sell, contracts included.
    pub reached_kg: i128,
    /// Their share of all kilograms matched; 0 where there is none.
    pub reached_share: f64,
    /// Whether that is what the policy asks.
    pub met: bool,
    /// What one kilogram less to be reached would add to the objective; absent where the plan does not prove it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<f64>,
}

/// Which cooperatives each quota is for.
fn members(linkage: &Linkage) -> impl Iterator<Item = (&Quota, Vec<bool>)> {
    let cooperatives = linkage.market().cooperatives();
    let quotas = linkage.policy().quotas.iter();
    quotas.map(|quota| (quota, cooperatives.iter().map(|c| quota.of.holds(c)).collect()))
}

/// Contract kilograms: by cooperative, by enterprise, of all.
fn signed(linkage: &Linkage) -> (Vec<i64>, Vec<i64>, i64) {
    let market = linkage.market();
    let mut of = (vec![0; market.cooperatives().len()], vec![0; market.enterprises().len()], 0);
    for contract in market.signed() {
        of.0[market.cooperative_of(contract.offer).index()] += contract.volume.0;
        of.1[market.enterprise_of(contract.demand).index()] += contract.volume.0;
        of.2 += contract.volume.0;
    }
    of
}

/// The quotas of a policy as the kernel reads them.
pub(super) fn of_kernel(linkage: &Linkage, transport: &Transport) -> solve::Quotas {
    let (of_cooperative, of_enterprise, all) = signed(linkage);
    let side = |(quota, members): (&Quota, Vec<bool>)| {
        let own: i64 =
            of_cooperative.iter().zip(&members).filter(|(_, member)| **member).map(|(kg, _)| kg).sum();
        let (inside, outside, least) = match quota.least {
            Floor::Share(share) => {
                let share = micro(share);
                (WHOLE - share, -share, share.saturating_mul(all).saturating_sub(WHOLE.saturating_mul(own)))
            }
            Floor::Kg(Kg(least)) => (1, 0, least - own),
        };
        let rows = transport.row_group.iter().map(|&group| members[group as usize]).collect();
        Side { members: Members::Rows(rows), inside, outside, least }
    };
    let policy = linkage.policy();
    solve::Quotas {
        sides: members(linkage).map(side).collect(),
        cap: policy.max_share_per_enterprise.map(|share| Cap {
            part: micro(share),
            of: WHOLE,
            column_group_base: of_enterprise,
            base: all,
        }),
        link: if policy.linked_first {
            of_cooperative.iter().map(|&kg| kg == 0).collect()
        } else {
            Vec::new()
        },
    }
}

impl QuotaProof {
    /// What the kernel found, as the checker reads it.
    pub(super) fn of(asked: &solve::Quotas, found: &Quotafied, kg_weight: i64) -> Self {
        let binding = |unreachable: &solve::Unreachable| Binding {
            quota: unreachable.side,
            offers: unreachable.rows.iter().map(|&row| OfferIx::at(row)).collect(),
            demands: unreachable.columns.iter().map(|&column| DemandIx::at(column)).collect(),
            cooperatives: unreachable.row_groups.iter().map(|&group| CooperativeIx::at(group)).collect(),
            enterprises: unreachable.column_groups.iter().map(|&group| EnterpriseIx::at(group)).collect(),
        };
        let mut links = found.link_price.clone();
        links.resize(asked.link.len(), 0);
        Self {
            scale: found.scale,
            prices: Prices {
                offers: found.row_price.clone(),
                demands: found.column_price.clone(),
                cooperatives: found.row_group_price.clone(),
                enterprises: found.column_group_price.clone(),
                kg_weight,
            },
            quotas: found.multipliers.clone(),
            enterprises: found.cap_price.clone(),
            links,
            bonus: found.link_bonus,
            linked: found.links,
            lowered: asked.sides.iter().zip(&found.least).map(|(side, least)| side.least - least).collect(),
            binding: found.unreachable.iter().map(binding).collect(),
        }
    }

    /// The claim that the checker reads.
    pub(super) fn claim(&self) -> Claim {
        Claim {
            scale: self.scale,
            multipliers: self.quotas.clone(),
            enterprise: self.enterprises.clone(),
            link: self.links.clone(),
            bonus: self.bonus,
            links: self.linked,
        }
    }
}

/// The quotas of the policy and the market as the checker reads them; `worth` is what the objective has for a
/// candidate by position.
pub(super) fn of_checker(
    linkage: &Linkage,
    allocations: &[Allocation],
    lowered: &[i64],
    worth: impl Fn(OfferIx, usize) -> Option<i64>,
) -> (Ground, Checked) {
    let (market, policy) = (linkage.market(), linkage.policy());
    let free = Signed::of(market);
    let mut pairs = Vec::with_capacity(linkage.len());
    let mut told = allocations.iter().peekable();
    for offer in (0..market.offers().len()).map(OfferIx::at) {
        for position in linkage.row(offer) {
            let demand = DemandIx(linkage.demands()[position]);
            // Contracts on pairs that are no candidates come between.
            while let Some(a) = told.next_if(|a| (a.offer, a.demand) < (offer, demand)) {
                pairs.push(pair(a, None));
            }
            let value = worth(offer, position);
            match told.next_if(|a| (a.offer, a.demand) == (offer, demand)) {
                Some(a) => pairs.push(pair(a, value)),
                None => {
                    pairs.push(Pair {
                        offer: offer.index(),
                        demand: demand.index(),
                        value,
                        kg: 0,
                        contract: 0,
                    });
                }
            }
        }
    }
    pairs.extend(told.map(|a| pair(a, None)));
    let ground = Ground {
        cooperative_of: (0..market.offers().len())
            .map(|o| market.cooperative_of(OfferIx::at(o)).index())
            .collect(),
        enterprise_of: (0..market.demands().len())
            .map(|d| market.enterprise_of(DemandIx::at(d)).index())
            .collect(),
        offers: free.offers,
        demands: free.demands,
        cooperatives: free.cooperatives,
        enterprises: free.enterprises,
        volumes: market.demands().iter().map(|demand| demand.volume.0).collect(),
        pairs,
    };
    let floors = members(linkage).zip(lowered.iter().chain(std::iter::repeat(&0)));
    let floors = floors.map(|((quota, members), &lowered)| CheckedFloor {
        members,
        least: match quota.least {
            Floor::Share(share) => Least::Share(micro(share)),
            Floor::Kg(Kg(kg)) => Least::Kg(kg),
        },
        lowered,
    });
    let quotas = Checked {
        floors: floors.collect(),
        enterprise: policy.max_share_per_enterprise.map(micro),
        supplier: policy.max_share_per_supplier.map(micro),
        link: if policy.linked_first { vec![true; market.cooperatives().len()] } else { Vec::new() },
    };
    (ground, quotas)
}

fn pair(a: &Allocation, value: Option<i64>) -> Pair {
    let kg = a.volume.0 - a.contract.0;
    Pair { offer: a.offer.index(), demand: a.demand.index(), value, kg, contract: a.contract.0 }
}

impl Plan {
    /// What comes of each quota of the policy, in its canonical order, whatever the mechanism. O(allocations ×
    /// quotas).
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "ratios for people; whether a quota is met is decided in integers"
    )]
    pub fn quotas(&self) -> Vec<QuotaOutcome> {
        let (market, proof) = (self.market(), self.proof().quotas.as_ref());
        let all: i128 = self.allocations().iter().map(|a| i128::from(a.volume.0)).sum();
        members(self.linkage())
            .enumerate()
            .map(|(i, (quota, members))| {
                let own =
                    self.allocations().iter().filter(|a| members[market.cooperative_of(a.offer).index()]);
                let reached: i128 = own.map(|a| i128::from(a.volume.0)).sum();
                let (met, per_kg) = match quota.least {
                    Floor::Share(share) => {
                        (reached * i128::from(WHOLE) >= i128::from(micro(share)) * all, WHOLE as f64)
                    }
                    Floor::Kg(Kg(kg)) => (reached >= i128::from(kg), 1.0),
                };
                let price = proof.map(|proof| proof.quotas[i] as f64 * per_kg / proof.scale as f64);
                QuotaOutcome {
                    quota: quota.clone(),
                    reached_kg: reached,
                    reached_share: if all == 0 { 0.0 } else { reached as f64 / all as f64 },
                    met,
                    price,
                }
            })
            .collect()
    }
}
