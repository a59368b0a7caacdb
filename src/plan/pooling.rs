//! Pooled volumes: what is delivered directly, and what through hubs.
//!
//! From pools to the integers that the kernel sees, and back. Whatever comes back is checked from scratch
//! (`certificate::pools`) before anyone sees it.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use crate::error::Error;
use crate::id::{CooperativeIx, DemandIx, HubIx, OfferIx};
use crate::linkage::{Candidate, Linkage, Pool, Pools, relied_on, road_km};
use crate::plan::assign::gather;
use crate::plan::certificate::pools as certificate;
use crate::plan::mechanisms::{failed, used};
use crate::plan::{Allocation, Bounds, Prices, network};
use crate::policy::Objective;
use crate::solve::{self, PoolFlow};
use crate::units::{Kg, Metres};

/// What an offer delivers to a demand through a hub, as a member of the pool of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PooledVolume {
    /// The offer.
    pub offer: OfferIx,
    /// The demand.
    pub demand: DemandIx,
    /// The hub.
    pub hub: HubIx,
    /// How much.
    pub volume: Kg,
    /// Great-circle distance from the offer to the hub.
    pub collection: Metres,
    /// Great-circle distance from the hub to the demand.
    pub trunk: Metres,
}

impl PooledVolume {
    /// How far it travels: both legs.
    #[must_use]
    pub fn distance(&self) -> Metres {
        Metres(self.collection.0 + self.trunk.0)
    }
}

/// A pool of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolAccount {
    /// Demand, hub, and how far apart they are.
    pub pool: Pool,
    /// What it delivers.
    pub volume: Kg,
    /// What it delivers above the demand's minimum lot: so much may fail.
    pub slack: Kg,
    /// Who delivers it, sorted by offer.
    pub members: Vec<PoolShare>,
}

/// A member of a pool of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolShare {
    /// The offer.
    pub offer: OfferIx,
    /// What it delivers.
    pub volume: Kg,
    /// Great-circle distance to the hub.
    pub collection: Metres,
    /// Whether the pool falls below the lot without it.
    pub critical: bool,
    /// Whether the same kilograms would score higher for its cooperative if they went to the demand directly, which
    /// they could: it has a reason to leave.
    pub better_alone: bool,
}

/// Volumes with pools that have passed their check.
///
/// ```
/// # use lienket::{Cooperative, Demand, Enterprise, Kg, Market, MarketParts, Offer, Place};
/// use lienket::{Linkage, Policy, PooledVolumes, Pooling, Pools};
/// # let mut parts = MarketParts::new("2025-11-28".parse()?);
/// # for id in ["htx-a", "htx-b"] {
/// #     parts.cooperatives.push(Cooperative::new(id, Place::id("vn/thai-nguyen")));
/// #     parts.offers.push(Offer::new(id, id, "tea/green", Kg(3000)));
/// # }
/// # parts.enterprises.push(Enterprise::new("shop", Place::id("vn/ha-noi")));
/// # let mut demand = Demand::new("d", "shop", "tea", Kg(9000));
/// # demand.min_lot = Kg(5000);
/// # parts.demands.push(demand);
/// # let market = Market::build(parts)?;
/// let linkage = Linkage::build(&market, &Policy::default())?;
/// let pools = Pools::build(&linkage, &Pooling::default())?;
/// let volumes = PooledVolumes::solve(&pools, 10_000)?;
/// let pool = &volumes.accounts()[0];
/// assert_eq!((pool.volume, pool.slack), (Kg(6000), Kg(1000)));
/// assert!(pool.members.iter().all(|member| member.critical)); // 3 t alone are below 5 t
/// # Ok::<(), lienket::Error>(())
/// # .or_else(|e: lienket::Error| Err(Box::<dyn std::error::Error>::from(e)))?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct PooledVolumes {
    pools: Pools,
    direct: Vec<Allocation>,
    pooled: Vec<PooledVolume>,
    prices: Prices,
    hub_prices: Vec<i64>,
    bounds: Bounds,
}

impl PooledVolumes {
    /// Assigns volumes directly and through pools, beginning with the best known without pools.
    ///
    /// `effort` is the work, in pairs looked at: so much for the bound, at most, and so much for the search; 0 opens
    /// no pool. A few times the number of candidates and members is a short search. More is mostly better and never
    /// below the start.
    ///
    /// # Errors
    /// [`Error::Overflow`] where prices are too large to be added up exactly.
    pub fn solve(pools: &Pools, effort: u64) -> Result<Self, Error> {
        let linkage = pools.linkage();
        let transport = network::transport(linkage);
        let optimum = solve::optimum(&transport).map_err(failed)?;
        let limits = network::limits(linkage, &transport);
        let work = solve::Effort(linkage.policy().effort);
        let watch = |_, _| ControlFlow::Continue(());
        let found = solve::within_limits(&transport, &limits, &optimum, work, &watch).map_err(failed)?;
        let start = transport.dense(&found.flow);
        Self::solve_from(pools, &transport, &limits, start, effort, &|_| ControlFlow::Continue(()))
    }

    /// The same from volumes without pools that keep the limits.
    pub(crate) fn solve_from(
        pools: &Pools,
        transport: &solve::Transport,
        limits: &solve::Limits,
        start: Vec<i64>,
        effort: u64,
        watch: &dyn Fn(u64) -> ControlFlow<()>,
    ) -> Result<Self, Error> {
        let linkage = pools.linkage();
        let mut limits = limits.clone();
        let Kernel { pools: kernel, position } = Kernel::of(pools, &mut limits);
        let start = PoolFlow::direct(start, &kernel);
        let known = start.value(transport, &kernel);
        // A round looks at every pair once.
        let ways = (transport.edges() + kernel.members()).max(1) as u64;
        let rounds = u32::try_from(effort / ways).map_or(ROUNDS, |rounds| rounds.min(ROUNDS));
        let priced = |rounds| solve::pool_bound(transport, &limits, &kernel, known, rounds).map_err(failed);
        let (prices, _) = priced(rounds)?;
        let found =
            solve::pooled(transport, &limits, &kernel, &start, &prices, effort, watch).map_err(failed)?;
        let direct = gather(linkage, transport, &used(&found.flow.edges));
        let pool_of = |member: usize| kernel.member_start.partition_point(|&start| start <= member) - 1;
        let taken = found.flow.members.iter().enumerate().filter(|(_, kg)| **kg > 0);
        let mut pooled: Vec<PooledVolume> = taken
            .map(|(member, &kg)| {
                let Pool { demand, hub, trunk } = pools.pool(pool_of(member));
                let member = pools.member(position[member]);
                let (offer, collection) = (member.offer, member.collection);
                PooledVolume { offer, demand, hub, volume: Kg(kg), collection, trunk }
            })
            .collect();
        pooled.sort_unstable();
        // Volumes of our own that do not pass are our fault, not the caller's.
        let (mut prices, mut hub_prices) = named(linkage, prices);
        if linkage.policy().objective == Objective::Volume {
            // What is best for the sum need not be for the kilograms alone.
            let (plain, plain_hubs) = named(linkage, priced(0)?.0);
            let proved = |prices, hubs| certificate::kilograms(pools, prices, hubs);
            if proved(&plain, &plain_hubs) < proved(&prices, &hub_prices) {
                (prices, hub_prices) = (plain, plain_hubs);
            }
        }
        Self::certified(pools, direct, pooled, prices, hub_prices).map_err(|error| match error {
            Error::Refuted(_) => Error::Internal(error.to_string()),
            other => other,
        })
    }

    /// Checks volumes and prices, however they came about.
    pub(crate) fn certified(
        pools: &Pools,
        direct: Vec<Allocation>,
        pooled: Vec<PooledVolume>,
        prices: Prices,
        hub_prices: Vec<i64>,
    ) -> Result<Self, Error> {
        let bounds =
            certificate::check(pools, &direct, &pooled, &prices, &hub_prices).map_err(Error::Refuted)?;
        Ok(Self { pools: pools.clone(), direct, pooled, prices, hub_prices, bounds })
    }

    /// Checks volumes that somebody else assigned, contracts included among the direct ones.
    ///
    /// # Errors
    /// [`Error::Refuted`] with everything that is wrong with them; [`Error::Overflow`] as [`PooledVolumes::solve`].
    pub fn adopt(pools: &Pools, direct: &[Allocation], pooled: &[PooledVolume]) -> Result<Self, Error> {
        let linkage = pools.linkage();
        let transport = network::transport(linkage);
        let mut limits = network::limits(linkage, &transport);
        let kernel = Kernel::of(pools, &mut limits).pools;
        let (prices, _) = solve::pool_bound(&transport, &limits, &kernel, 0, 0).map_err(failed)?;
        let (prices, hub_prices) = named(linkage, prices);
        Self::certified(pools, direct.to_vec(), pooled.to_vec(), prices, hub_prices)
    }

    /// What is delivered directly, contracts included, sorted by (offer, demand).
    #[must_use]
    pub fn direct(&self) -> &[Allocation] {
        &self.direct
    }

    /// What is delivered through hubs, sorted by (offer, demand).
    #[must_use]
    pub fn pooled(&self) -> &[PooledVolume] {
        &self.pooled
    }

    /// What they reach and what none through these pools can exceed.
    #[must_use]
    pub fn bounds(&self) -> &Bounds {
        &self.bounds
    }

    /// The pools they may go through.
    #[must_use]
    pub fn pools(&self) -> &Pools {
        &self.pools
    }

    /// Prices that prove the bound, together with those of [`PooledVolumes::hub_prices`].
    #[must_use]
    pub fn prices(&self) -> &Prices {
        &self.prices
    }

    /// Prices of hubs, by [`HubIx`].
    #[must_use]
    pub fn hub_prices(&self) -> &[i64] {
        &self.hub_prices
    }

    /// Scores of a member, its goods travelling both legs; `None` where it is none of these pools'.
    #[must_use]
    pub fn scores(&self, share: &PooledVolume) -> Option<Candidate> {
        let pool = self.pools.find(share.demand, share.hub)?;
        let member = self.pools.member(self.pools.position(pool, share.offer)?);
        Some(Candidate {
            offer: share.offer,
            demand: share.demand,
            score: member.score,
            cooperative_score: member.cooperative_score,
            enterprise_score: member.enterprise_score,
        })
    }

    /// What a kilogram of a member is worth to the objective.
    pub(super) fn worth(&self, share: &PooledVolume) -> i64 {
        let linkage = self.pools.linkage();
        let score = || self.scores(share).map_or(0, |scores| i64::from(scores.score.micro()));
        match linkage.policy().objective {
            Objective::Score => score(),
            Objective::Volume => self.prices.kg_weight + score(),
            Objective::Welfare => {
                let pool = Pool { demand: share.demand, hub: share.hub, trunk: share.trunk };
                gain(&self.pools, pool, share.offer, share.collection)
            }
        }
    }

    /// What a pair delivers through a hub.
    #[must_use]
    pub fn via(&self, offer: OfferIx, demand: DemandIx) -> Option<&PooledVolume> {
        let at = self.pooled.binary_search_by_key(&(offer, demand), |share| (share.offer, share.demand));
        at.ok().map(|at| &self.pooled[at])
    }

    /// The pools in use, sorted by (demand, hub), with who is critical in each.
    #[must_use]
    pub fn accounts(&self) -> Vec<PoolAccount> {
        let mut by_pool: BTreeMap<(DemandIx, HubIx), Vec<&PooledVolume>> = BTreeMap::new();
        for share in &self.pooled {
            by_pool.entry((share.demand, share.hub)).or_default().push(share);
        }
        by_pool.into_values().map(|shares| account(&self.pools, &shares)).collect()
    }

    /// The pool in use that a share goes through. O(shares).
    pub(super) fn account_of(&self, share: &PooledVolume) -> PoolAccount {
        let of_it = |other: &&PooledVolume| (other.demand, other.hub) == (share.demand, share.hub);
        let shares: Vec<&PooledVolume> = self.pooled.iter().filter(of_it).collect();
        account(&self.pools, &shares)
    }
}

/// Most rounds of improving the bound.
const ROUNDS: u32 = 60;

/// The kernel's prices by what they are of.
fn named(linkage: &Linkage, prices: solve::PoolPrices) -> (Prices, Vec<i64>) {
    let solve::PoolPrices { row, column, row_group, column_group, hub } = prices;
    let kg_weight = kg_weight(linkage);
    (
        Prices {
            offers: row,
            demands: column,
            cooperatives: row_group,
            enterprises: column_group,
            kg_weight,
        },
        hub,
    )
}

fn kg_weight(linkage: &Linkage) -> i64 {
    if linkage.policy().objective == Objective::Volume { network::kg_weight(linkage) } else { 0 }
}

/// A pool from the shares that go through it, of which there are some.
fn account(pools: &Pools, shares: &[&PooledVolume]) -> PoolAccount {
    let linkage = pools.linkage();
    let market = linkage.market();
    let PooledVolume { demand, hub, trunk, .. } = *shares[0];
    let lot = market.demand(demand).min_lot.0;
    let volume: i64 = shares.iter().map(|share| share.volume.0).sum();
    let position = pools.find(demand, hub);
    let member = |share: &&PooledVolume| {
        let own = position.and_then(|pool| pools.position(pool, share.offer)).map(|at| pools.member(at));
        let alone = linkage.candidate(share.offer, demand);
        let needed = market.offer(share.offer).min_lot.0.max(lot);
        let better = own.zip(alone).is_some_and(|(own, alone)| {
            share.volume.0 >= needed && alone.cooperative_score > own.cooperative_score
        });
        PoolShare {
            offer: share.offer,
            volume: share.volume,
            collection: share.collection,
            critical: volume - share.volume.0 < lot,
            better_alone: better,
        }
    };
    PoolAccount {
        pool: Pool { demand, hub, trunk },
        volume: Kg(volume),
        slack: Kg(volume - lot),
        members: shares.iter().map(member).collect(),
    }
}

/// The pools as the kernel sees them.
struct Kernel {
    pools: solve::Pools,
    /// Position among the members of the linkage's pools, by member of the kernel: what has no gain is left out.
    position: Vec<usize>,
}

impl Kernel {
    /// Certificates that only members rely on are added to the shared capacities of the limits.
    fn of(pools: &Pools, limits: &mut solve::Limits) -> Self {
        let linkage = pools.linkage();
        let market = linkage.market();
        let weight = kg_weight(linkage);
        let mut kernel = solve::Pools {
            hub_capacity: pools.hubs().iter().map(|hub| hub.capacity.map(|kg| kg.0)).collect(),
            most_members: pools.pooling().max_members,
            member_start: vec![0],
            ..solve::Pools::default()
        };
        let certified = linkage.certified().iter().zip(0..);
        let mut shared: BTreeMap<(CooperativeIx, usize), usize> =
            certified.map(|(volume, index)| ((volume.cooperative, volume.certificate), index)).collect();
        kernel.shared = vec![Vec::new(); limits.shared.len()];
        let mut position = Vec::new();
        for (index, pool) in pools.pools().enumerate() {
            let demand = market.demand(pool.demand);
            for at in pools.range(index) {
                let member = pools.member(at);
                let score = i64::from(member.score.micro());
                let value = match linkage.policy().objective {
                    Objective::Score => score,
                    Objective::Volume => weight + score,
                    Objective::Welfare => gain(pools, pool, member.offer, member.collection),
                };
                if value <= 0 && linkage.policy().objective == Objective::Welfare {
                    continue;
                }
                if linkage.market().numbers().capped {
                    let cooperative = market.cooperative_of(member.offer);
                    for certificate in relied_on(linkage.judge(), member.offer, pool.demand) {
                        let volume = market.cooperative(cooperative).certificates[certificate].volume;
                        let next = limits.shared.len();
                        let index = *shared.entry((cooperative, certificate)).or_insert(next);
                        if index == next {
                            let capacity = volume.map_or(i64::MAX, |kg| kg.0);
                            limits.shared.push(solve::Shared { capacity, edges: Vec::new() });
                            kernel.shared.push(Vec::new());
                        }
                        kernel.shared[index].push(kernel.row.len());
                    }
                }
                kernel.row.push(member.offer.0);
                kernel.value.push(value);
                kernel.member_lot.push(market.offer(member.offer).min_lot.0);
                position.push(at);
            }
            kernel.column.push(pool.demand.0);
            kernel.hub.push(pool.hub.0);
            kernel.lot.push(demand.min_lot.0);
            kernel.member_start.push(kernel.row.len());
        }
        Self { pools: kernel, position }
    }
}

/// bid − ask − freight over both legs in VND per kg; 0 where a price is missing.
fn gain(pools: &Pools, pool: Pool, offer: OfferIx, collection: Metres) -> i64 {
    let linkage = pools.linkage();
    let market = linkage.market();
    let (Some(ask), Some(bid)) = (market.offer(offer).ask, market.demand(pool.demand).bid) else { return 0 };
    let km = road_km(Metres(collection.0 + pool.trunk.0), linkage.policy());
    (bid.0 - ask.0).saturating_sub(network::freight(linkage.policy(), km))
}
