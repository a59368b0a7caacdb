//! Certificates of plan documents, written.

use serde::{Serialize, Serializer};

use crate::io::pools::HubPrice;
use crate::linkage::CertifiedVolume;
use crate::market::{Cooperative, Demand, Enterprise, Market, Offer};
use crate::plan::{Binding, Case, LimitProof, LimitTree, Plan, Prices, QuotaProof, Resource, TreeBranch};
use crate::policy::Mechanism;

/// The certificate of a plan.
#[derive(Serialize)]
pub(in crate::io) struct CertificateEntry<'a> {
    kind: &'static str,
    #[serde(flatten)]
    prices: PriceLists<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hubs: Option<Vec<HubPrice<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limits: Option<LimitsEntry<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    totals: Option<PriceLists<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quotas: Option<QuotasEntry<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    blocking_pairs: Option<Vec<[&'a str; 2]>>,
}

#[derive(Serialize)]
struct PriceLists<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    kg_weight: Option<i64>,
    offers: ById<'a, Offer>,
    demands: ById<'a, Demand>,
    cooperatives: ById<'a, Cooperative>,
    enterprises: ById<'a, Enterprise>,
}

#[derive(Serialize)]
struct LimitsEntry<'a> {
    offers: ById<'a, Offer>,
    cooperatives: ById<'a, Cooperative>,
    enterprises: ById<'a, Enterprise>,
    certificates: Vec<CertificatePrice<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    trees: Vec<TreeEntry<'a>>,
}

#[derive(Serialize)]
struct QuotasEntry<'a> {
    scale: i64,
    #[serde(flatten)]
    prices: PriceLists<'a>,
    multipliers: &'a [i64],
    enterprise_shares: ById<'a, Enterprise>,
    links: ById<'a, Cooperative>,
    bonus: i64,
    linked: i64,
    lowered: &'a [i64],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    binding: Vec<BindingEntry<'a>>,
}

#[derive(Serialize)]
struct BindingEntry<'a> {
    quota: usize,
    offers: Vec<&'a str>,
    demands: Vec<&'a str>,
    cooperatives: Vec<&'a str>,
    enterprises: Vec<&'a str>,
}

#[derive(Serialize)]
struct CertificatePrice<'a> {
    cooperative: &'a str,
    /// Position among its certificates, in canonical order.
    certificate: usize,
    price: i64,
}

#[derive(Serialize)]
struct TreeEntry<'a> {
    demands: Vec<&'a str>,
    resources: Vec<ResourceEntry<'a>>,
    branches: Vec<BranchEntry<'a>>,
    prices: &'a [Vec<i64>],
}

#[derive(Serialize)]
#[serde(untagged)]
enum ResourceEntry<'a> {
    Offer { offer: &'a str },
    Certificate { cooperative: &'a str, certificate: usize },
    Cooperative { cooperative: &'a str },
    Enterprise { enterprise: &'a str },
}

#[derive(Serialize)]
#[serde(untagged)]
enum BranchEntry<'a> {
    Pair { pair: [&'a str; 2], without: usize, with: usize },
    Demand { demand: &'a str, without: usize, with: usize },
    Leaf { prices: usize },
}

/// Prices by id, zeros left out.
struct ById<'a, T> {
    list: &'a [T],
    id: fn(&T) -> &str,
    prices: &'a [i64],
}

impl<T> Serialize for ById<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let priced = self.list.iter().zip(self.prices).filter(|(_, price)| **price != 0);
        serializer.collect_map(priced.map(|(entry, price)| ((self.id)(entry), price)))
    }
}

fn offers<'a>(market: &'a Market, prices: &'a [i64]) -> ById<'a, Offer> {
    ById { list: market.offers(), id: |x| &x.id, prices }
}

fn cooperatives<'a>(market: &'a Market, prices: &'a [i64]) -> ById<'a, Cooperative> {
    ById { list: market.cooperatives(), id: |x| &x.id, prices }
}

fn enterprises<'a>(market: &'a Market, prices: &'a [i64]) -> ById<'a, Enterprise> {
    ById { list: market.enterprises(), id: |x| &x.id, prices }
}

impl<'a> CertificateEntry<'a> {
    pub(in crate::io) fn of(plan: &'a Plan) -> Self {
        let (market, proof) = (plan.market(), plan.proof());
        Self {
            // The kind names what is proved beside the bound, whether or not the bound is reached.
            kind: match plan.policy().mechanism {
                Mechanism::Optimal | Mechanism::Greedy => Mechanism::Optimal.name(),
                other => other.name(),
            },
            prices: PriceLists::of(market, &proof.prices),
            hubs: HubPrice::all(plan),
            limits: proof.limits.as_ref().map(|limits| LimitsEntry::of(plan, limits)),
            totals: proof.totals.as_ref().map(|prices| PriceLists::of(market, prices)),
            quotas: proof.quotas.as_ref().map(|quotas| QuotasEntry::of(market, quotas)),
            blocking_pairs: (plan.policy().mechanism == Mechanism::Stable).then(|| {
                let ids = |&(o, d): &(_, _)| [market.offer(o).id.as_str(), market.demand(d).id.as_str()];
                plan.blocking_pairs().iter().map(ids).collect()
            }),
        }
    }
}

impl<'a> PriceLists<'a> {
    fn of(market: &'a Market, prices: &'a Prices) -> Self {
        Self {
            kg_weight: (prices.kg_weight > 0).then_some(prices.kg_weight),
            offers: offers(market, &prices.offers),
            demands: ById { list: market.demands(), id: |x| &x.id, prices: &prices.demands },
            cooperatives: cooperatives(market, &prices.cooperatives),
            enterprises: enterprises(market, &prices.enterprises),
        }
    }
}

impl<'a> QuotasEntry<'a> {
    fn of(market: &'a Market, proof: &'a QuotaProof) -> Self {
        let binding = |binding: &'a Binding| BindingEntry {
            quota: binding.quota,
            offers: binding.offers.iter().map(|x| market.offer(*x).id.as_str()).collect(),
            demands: binding.demands.iter().map(|x| market.demand(*x).id.as_str()).collect(),
            cooperatives: binding.cooperatives.iter().map(|x| market.cooperative(*x).id.as_str()).collect(),
            enterprises: binding.enterprises.iter().map(|x| market.enterprise(*x).id.as_str()).collect(),
        };
        Self {
            scale: proof.scale,
            prices: PriceLists::of(market, &proof.prices),
            multipliers: &proof.quotas,
            enterprise_shares: enterprises(market, &proof.enterprises),
            links: cooperatives(market, &proof.links),
            bonus: proof.bonus,
            linked: proof.linked,
            lowered: &proof.lowered,
            binding: proof.binding.iter().map(binding).collect(),
        }
    }
}

impl<'a> LimitsEntry<'a> {
    fn of(plan: &'a Plan, LimitProof { prices, trees }: &'a LimitProof) -> Self {
        let market = plan.market();
        let certified = plan.linkage().certified().iter().zip(&prices.certificates);
        let certificate = |(volume, price): (&'a CertifiedVolume, &i64)| CertificatePrice {
            cooperative: &market.cooperative(volume.cooperative).id,
            certificate: volume.certificate,
            price: *price,
        };
        Self {
            offers: offers(market, &prices.offers),
            cooperatives: cooperatives(market, &prices.cooperatives),
            enterprises: enterprises(market, &prices.enterprises),
            certificates: certified.filter(|(_, price)| **price != 0).map(certificate).collect(),
            trees: trees.iter().map(|tree| TreeEntry::of(plan, tree)).collect(),
        }
    }
}

impl<'a> TreeEntry<'a> {
    fn of(plan: &'a Plan, tree: &'a LimitTree) -> Self {
        let market = plan.market();
        let resource = |resource: &Resource| match *resource {
            Resource::Offer(offer) => ResourceEntry::Offer { offer: &market.offer(offer).id },
            Resource::Cooperative(cooperative) => {
                ResourceEntry::Cooperative { cooperative: &market.cooperative(cooperative).id }
            }
            Resource::Enterprise(enterprise) => {
                ResourceEntry::Enterprise { enterprise: &market.enterprise(enterprise).id }
            }
            Resource::Certificate(at) => {
                let volume = &plan.linkage().certified()[at];
                let cooperative = &market.cooperative(volume.cooperative).id;
                ResourceEntry::Certificate { cooperative, certificate: volume.certificate }
            }
        };
        let branch = |branch: &TreeBranch| match *branch {
            TreeBranch::Fork { on: Case::Pair(offer, demand), without, with } => {
                let pair = [market.offer(offer).id.as_str(), market.demand(demand).id.as_str()];
                BranchEntry::Pair { pair, without, with }
            }
            TreeBranch::Fork { on: Case::Demand(demand), without, with } => {
                BranchEntry::Demand { demand: &market.demand(demand).id, without, with }
            }
            TreeBranch::Leaf { prices } => BranchEntry::Leaf { prices },
        };
        Self {
            demands: tree.demands.iter().map(|demand| market.demand(*demand).id.as_str()).collect(),
            resources: tree.resources.iter().map(resource).collect(),
            branches: tree.branches.iter().map(branch).collect(),
            prices: &tree.prices,
        }
    }
}
