//! What each mechanism makes of the network of a linkage: a flow, and what proves its claim.

use super::{
    Case, LimitPrices, LimitProof, LimitTree, PooledVolumes, Prices, Proof, QuotaProof, Resource, TreeBranch,
    network, quotas,
};
use crate::error::{Error, Issue};
use crate::id::{CooperativeIx, DemandIx, EnterpriseIx, OfferIx};
use crate::linkage::{Linkage, Pools};
use crate::policy::{Mechanism, Objective, Pooling, Side, UnderLimits};
use crate::solve::{
    self, Effort, FillTargets, Limited, Limits, Multipliers, Optimum, Proposing, SolveError, Transport,
    Violation,
};
use crate::watch::{Progress, Stage, Watch};

/// A flow and what the checker is to read beside it.
pub(super) struct Assigned {
    pub(super) flow: Vec<(usize, i64)>,
    pub(super) proof: Proof,
}

/// A network to assign volumes on.
pub(super) struct Round<'a> {
    pub(super) linkage: &'a Linkage,
    pub(super) transport: &'a Transport,
    pub(super) under_limits: UnderLimits,
    pub(super) watch: Watch<'a>,
}

/// What fill rates are measured by, by cooperative.
pub(super) struct FillSizes {
    size: Vec<i64>,
    already: Vec<i64>,
    key: Vec<u64>,
}

/// Whether a broken limit is of a kind.
type IsKind = fn(&Violation) -> bool;

impl FillSizes {
    pub(super) fn of(linkage: &Linkage) -> Self {
        let market = linkage.market();
        let mut size = vec![0_i64; market.cooperatives().len()];
        for (o, offer) in market.offers().iter().enumerate() {
            size[market.cooperative_of(OfferIx::at(o)).index()] += offer.volume.0;
        }
        for (size, cooperative) in size.iter_mut().zip(market.cooperatives()) {
            *size = cooperative.capacity.map_or(*size, |capacity| capacity.0.min(*size));
        }
        let mut already = vec![0_i64; size.len()];
        for contract in market.signed() {
            already[market.cooperative_of(contract.offer).index()] += contract.volume.0;
        }
        let key = market.cooperatives().iter().map(|c| network::tie_key(&c.id)).collect();
        Self { size, already, key }
    }

    pub(super) fn targets(&self) -> FillTargets<'_> {
        FillTargets { size: &self.size, already: &self.already, key: &self.key }
    }
}

impl Round<'_> {
    /// The flow of a mechanism. The optimum of the network proves the bound of all of them.
    pub(super) fn assign(&self, mechanism: Mechanism, optimum: Optimum) -> Result<Assigned, Error> {
        let limits = network::limits(self.linkage, self.transport);
        match mechanism {
            Mechanism::Optimal if self.linkage.policy().has_quotas() => self.under_quotas(&limits, optimum),
            Mechanism::Optimal => self.optimal(&limits, optimum),
            Mechanism::Greedy => {
                let flow = self.greedy(&limits)?;
                let (_, prices) = taken_apart(self.linkage, optimum);
                Ok(Assigned { flow, proof: prices.into() })
            }
            Mechanism::Stable => self.stable(&limits, optimum),
            Mechanism::Fair => self.fair(&limits, optimum),
            Mechanism::Egalitarian => self.egalitarian(&limits, optimum),
        }
    }

    /// The best flow found within the limits that are no network.
    fn optimal(&self, limits: &Limits, optimum: Optimum) -> Result<Assigned, Error> {
        if self.kept(&optimum.flow, limits)?.is_empty() {
            let (flow, prices) = taken_apart(self.linkage, optimum);
            return Ok(Assigned { flow, proof: prices.into() });
        }
        let found = self.within(self.transport, limits, &optimum)?;
        let proof = Some(self.limit_proof(&found));
        // The baseline goes by the score, and may do better where the objective is another.
        let plain = self.greedy(limits)?;
        let flow = if self.worth(&plain) > found.value { plain } else { found.flow };
        let (_, prices) = taken_apart(self.linkage, optimum);
        Ok(Assigned { flow, proof: Proof { limits: proof, ..prices.into() } })
    }

    /// The best volumes found with pools beside the candidates, from the best found without.
    pub(super) fn pooled(&self, pooling: &Pooling, optimum: Optimum) -> Result<PooledVolumes, Error> {
        let pools = Pools::build(self.linkage, pooling)?;
        let limits = network::limits(self.linkage, self.transport);
        let Assigned { flow, .. } = self.optimal(&limits, optimum)?;
        let start = self.transport.dense(&flow);
        let total = pool_effort(self.transport.edges() + pools.members(), self.linkage.policy().effort);
        let watch = |done| (self.watch)(Progress { stage: Stage::Search, done, total });
        PooledVolumes::solve_from(&pools, self.transport, &limits, start, total, &watch)
    }

    /// Pairs by joint score, each as much as still fits.
    fn greedy(&self, limits: &Limits) -> Result<Vec<(usize, i64)>, Error> {
        let rank = network::rank(self.linkage, self.transport);
        Ok(used(&solve::greedy(self.transport, limits, &rank).map_err(failed)?))
    }

    /// What a flow is worth to the objective.
    fn worth(&self, flow: &[(usize, i64)]) -> i128 {
        flow.iter().map(|&(edge, kg)| i128::from(kg) * i128::from(self.transport.value[edge])).sum()
    }

    /// The best flow found that keeps quotas too.
    ///
    /// Where limits stand in its way, the search within them runs on what a kilogram is worth at the prices of the
    /// quotas; the plan then says how far each quota is met.
    fn under_quotas(&self, limits: &Limits, optimum: Optimum) -> Result<Assigned, Error> {
        let asked = quotas::of_kernel(self.linkage, self.transport);
        let found = solve::optimum_with(self.transport, &asked).map_err(failed)?;
        let (_, prices) = taken_apart(self.linkage, optimum);
        let broken = self.kept(&found.flow, limits)?;
        if broken.is_empty() {
            let kept = found.short.iter().all(|&short| short == 0) && found.cap_excess == 0;
            let quotas = kept.then(|| QuotaProof::of(&asked, &found, prices.kg_weight));
            return Ok(Assigned { flow: found.flow, proof: Proof { quotas, ..prices.into() } });
        }
        let (scale, grain) = (found.scale, found.grain);
        let solve::Revalued { mut transport, edge } =
            solve::revalued(self.transport, &asked.sides, &found.multipliers, scale, grain)
                .map_err(failed)?;
        let limits = limits.of_edges(&edge, self.transport.edges());
        let flow = self.within_shares(asked.cap.as_ref(), &mut transport, &limits)?;
        let flow = flow.into_iter().map(|(at, kg)| (edge[at], kg)).collect();
        Ok(Assigned { flow, proof: prices.into() })
    }

    /// Searches within limits until no enterprise buys more than its share of all: each round it may buy its share of what
    /// the round before came to.
    fn within_shares(
        &self,
        cap: Option<&solve::Cap>,
        transport: &mut Transport,
        limits: &Limits,
    ) -> Result<Vec<(usize, i64)>, Error> {
        let own = cap.map(|cap| cap.limits(transport));
        if let Some(own) = &own {
            transport.column_group_capacity.clone_from(own);
        }
        for round in 0.. {
            let start = solve::optimum(transport).map_err(failed)?;
            let flow = self.within(transport, limits, &start)?.flow;
            let (Some(cap), Some(own)) = (cap, &own) else { return Ok(flow) };
            if !cap.is_overdrawn(transport, &flow) {
                return Ok(flow);
            }
            let bought = flow.iter().map(|&(_, kg)| i128::from(kg)).sum();
            transport.column_group_capacity = cap.capacities(own, solve::Cap::next_total(bought, round));
        }
        unreachable!("nobody is above his share of what the capacities at a total of nothing let through")
    }

    /// Searches within limits, from the optimum without them.
    pub(super) fn within(
        &self,
        transport: &Transport,
        limits: &Limits,
        optimum: &Optimum,
    ) -> Result<Limited, Error> {
        let watch = |done, total| (self.watch)(Progress { stage: Stage::Search, done, total });
        let effort = Effort(self.linkage.policy().effort);
        solve::within_limits(transport, limits, optimum, effort, &watch).map_err(failed)
    }

    /// The proof of a bound under limits, as the checker reads it.
    fn limit_proof(&self, found: &Limited) -> LimitProof {
        let Multipliers { rows, row_groups, column_groups, shared } = found.multipliers.clone();
        let mut prices = LimitPrices {
            offers: rows,
            cooperatives: row_groups,
            enterprises: column_groups,
            certificates: shared,
        };
        let mut trees = Vec::with_capacity(found.proofs.len());
        for proof in &found.proofs {
            let mut resources = Vec::with_capacity(proof.resources.len());
            for resource in &proof.resources {
                // A tree has prices of its own for what its demands draw on, and nobody else does.
                let (resource, price) = match *resource {
                    solve::Resource::Row(row) => {
                        (Resource::Offer(OfferIx(row)), &mut prices.offers[row as usize])
                    }
                    solve::Resource::RowGroup(group) => (
                        Resource::Cooperative(CooperativeIx(group)),
                        &mut prices.cooperatives[group as usize],
                    ),
                    solve::Resource::ColumnGroup(group) => {
                        (Resource::Enterprise(EnterpriseIx(group)), &mut prices.enterprises[group as usize])
                    }
                    solve::Resource::Shared(shared) => {
                        (Resource::Certificate(shared as usize), &mut prices.certificates[shared as usize])
                    }
                };
                *price = 0;
                resources.push(resource);
            }
            let branch = |branch: &solve::Branch| match *branch {
                solve::Branch::Leaf { prices } => TreeBranch::Leaf { prices },
                solve::Branch::Fork { on, without, with } => {
                    let on = match on {
                        solve::Choice::Edge(edge) => {
                            let row = self.transport.row_start.partition_point(|&start| start <= edge) - 1;
                            Case::Pair(OfferIx::at(row), DemandIx(self.transport.column[edge]))
                        }
                        solve::Choice::Column(column) => Case::Demand(DemandIx(column)),
                    };
                    TreeBranch::Fork { on, without, with }
                }
            };
            trees.push(LimitTree {
                demands: proof.columns.iter().map(|&column| DemandIx(column)).collect(),
                resources,
                branches: proof.branches.iter().map(branch).collect(),
                prices: proof.prices.clone(),
            });
        }
        LimitProof { prices, trees }
    }

    /// The stable flow that the proposing side likes best; under limits in its way, one with few blocking pairs.
    fn stable(&self, limits: &Limits, optimum: Optimum) -> Result<Assigned, Error> {
        let (cooperatives, enterprises) = network::side_scores(self.linkage, self.transport);
        let proposing = match self.linkage.policy().proposing {
            Side::Cooperatives => Proposing::Rows,
            Side::Enterprises => Proposing::Columns,
        };
        let found = solve::stable(self.transport, &cooperatives, &enterprises, proposing).map_err(failed)?;
        let (_, prices) = taken_apart(self.linkage, optimum);
        let broken = self.kept(&found.flow, limits)?;
        let flow = if broken.is_empty() {
            found.flow
        } else {
            self.refuse(Mechanism::Stable, &broken)?;
            solve::stable_within_limits(self.transport, limits, &cooperatives, &enterprises, proposing)
                .map_err(failed)?
                .flow
        };
        Ok(Assigned { flow, proof: prices.into() })
    }

    /// The most valuable flow at leximin totals; under limits in its way, one in which nobody gets more than these.
    fn fair(&self, limits: &Limits, optimum: Optimum) -> Result<Assigned, Error> {
        let sizes = FillSizes::of(self.linkage);
        let targets = sizes.targets();
        let found = solve::fair(self.transport, &targets).map_err(failed)?;
        let mut capped = self.transport.clone();
        capped.row_group_capacity = found.leximin.totals.iter().map(|total| Some(*total)).collect();
        self.at_totals(Mechanism::Fair, limits, optimum, found.best, &capped)
    }

    /// The most valuable flow in which what is long is shared evenly.
    fn egalitarian(&self, limits: &Limits, optimum: Optimum) -> Result<Assigned, Error> {
        let market = self.linkage.market();
        let sellers: Vec<u64> = market.cooperatives().iter().map(|c| network::tie_key(&c.id)).collect();
        let buyers: Vec<u64> = market.enterprises().iter().map(|e| network::tie_key(&e.id)).collect();
        let found = solve::egalitarian(self.transport, &sellers, &buyers).map_err(failed)?;
        let totals = |totals: &[i64]| totals.iter().map(|total| Some(*total)).collect();
        let mut capped = self.transport.clone();
        capped.row_group_capacity = totals(&found.rows.totals);
        capped.column_group_capacity = totals(&found.columns.totals);
        self.at_totals(Mechanism::Egalitarian, limits, optimum, found.best, &capped)
    }

    /// The best flow at totals; under limits in its way, the best found in which nobody gets more than these.
    fn at_totals(
        &self,
        mechanism: Mechanism,
        limits: &Limits,
        optimum: Optimum,
        best: Optimum,
        capped: &Transport,
    ) -> Result<Assigned, Error> {
        let (_, prices) = taken_apart(self.linkage, optimum);
        let broken = self.kept(&best.flow, limits)?;
        if broken.is_empty() {
            let (flow, totals) = taken_apart(self.linkage, best);
            return Ok(Assigned { flow, proof: Proof { totals: Some(totals), ..prices.into() } });
        }
        self.refuse(mechanism, &broken)?;
        let flow = self.within(capped, limits, &best)?.flow;
        Ok(Assigned { flow, proof: prices.into() })
    }

    /// The limits that a flow breaks.
    pub(super) fn kept(&self, flow: &[(usize, i64)], limits: &Limits) -> Result<Vec<Violation>, Error> {
        if limits.is_none() {
            return Ok(Vec::new());
        }
        solve::violations(self.transport, &self.transport.dense(flow), limits).map_err(failed)
    }

    /// Refuses a round whose promise limits make void, unless an approximation will do.
    fn refuse(&self, mechanism: Mechanism, broken: &[Violation]) -> Result<(), Error> {
        if self.under_limits == UnderLimits::Approximate {
            return Ok(());
        }
        let kinds: [(&str, IsKind); 4] = [
            ("minimum lots", |v| matches!(v, Violation::Lot(_))),
            ("limits on partners", |v| matches!(v, Violation::RowPartners(_) | Violation::ColumnPartners(_))),
            ("all-or-nothing demands", |v| matches!(v, Violation::ColumnWhole(_))),
            ("certified volumes", |v| matches!(v, Violation::Shared(_))),
        ];
        let counts = kinds.iter().map(|(name, is)| (name, broken.iter().filter(|v| is(v)).count()));
        let counts: Vec<String> =
            counts.filter(|(_, count)| *count > 0).map(|(name, count)| format!("{count} {name}")).collect();
        let message = format!(
            "a {} plan would break {}, and under such limits none need exist",
            mechanism.name(),
            counts.join(", ")
        );
        let help = "Write under_limits = \"approximate\" for the best that keeps them, or use the mechanism `optimal`.";
        Err(Error::Faults(vec![
            Issue::error("limits_in_the_way", "/under_limits", message, help).found(mechanism.name()),
        ]))
    }
}

/// Looks at pairs that a search for pools may take: sixty at each of the first million pairs and members, and four at
/// each of the others, times the policy's effort.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a work limit; the cast saturates"
)]
fn pool_effort(ways: usize, effort: f64) -> u64 {
    const FIRST: usize = 1_000_000;
    let looks = 200_000 + 60 * ways.min(FIRST) + 4 * ways.saturating_sub(FIRST);
    (looks as f64 * effort) as u64
}

pub(super) fn failed(error: SolveError) -> Error {
    match error {
        SolveError::Overflow { .. } => Error::Overflow(format!(
            "{error}. With the objective `welfare`, check the units of the prices; `volume` is exact for up to about \
             300,000 offers and demands with candidates"
        )),
        other => Error::Internal(other.to_string()),
    }
}

/// The flow of an optimum, and its prices.
pub(super) fn taken_apart(linkage: &Linkage, optimum: solve::Optimum) -> (Vec<(usize, i64)>, Prices) {
    let by_volume = linkage.policy().objective == Objective::Volume;
    let prices = Prices {
        offers: optimum.row_price,
        demands: optimum.column_price,
        cooperatives: optimum.row_group_price,
        enterprises: optimum.column_group_price,
        kg_weight: if by_volume { network::kg_weight(linkage) } else { 0 },
    };
    (optimum.flow, prices)
}

/// The edges with flow, and how much.
pub(super) fn used(flow: &[i64]) -> Vec<(usize, i64)> {
    flow.iter().copied().enumerate().filter(|(_, kg)| *kg > 0).collect()
}
