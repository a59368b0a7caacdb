//! Plans between the most valuable one and the fairest.

use std::ops::ControlFlow;

use super::assign::gather;
use super::mechanisms::{FillSizes, Round, failed, taken_apart};
use super::{Plan, network};
use crate::error::{Error, Issue};
use crate::linkage::Linkage;
use crate::policy::{Mechanism, Policy, UnderLimits};
use crate::solve::{self, Aversion};
use crate::watch::{Progress, Stage, Watch};

impl Plan {
    /// Compromises between efficiency and fairness, in the order of the aversions: the optimum at α = 0, the fairest
    /// plan at [`Aversion::Leximin`], and between them the α-fair ones of [`solve::frontier`]. The greater α, the more a
    /// kilogram counts for who sells little of what it could.
    ///
    /// The two ends are the plans of [`Mechanism::Optimal`] and [`Mechanism::Fair`] with what proves them. Those
    /// between are checked as any volumes are, and proved to be within their gap of the optimum: the gap is what the
    /// compromise costs. Under lots and the like all keep every limit, and those between are the best found in which
    /// no cooperative sells more than the compromise of the network gives it. Of a policy with pools the optimum alone
    /// has them.
    ///
    /// Every α between takes a minimum-cost flow on a general network: about a second on 30,000 candidates, far more
    /// than an optimum on a whole country.
    ///
    /// # Errors
    /// [`Error::Faults`] where the policy asks for quotas, which the fairest plan knows nothing of; else as
    /// [`Plan::solve_watched`].
    pub fn compromises(linkage: &Linkage, aversions: &[Aversion], watch: Watch) -> Result<Vec<Self>, Error> {
        if linkage.policy().has_quotas() {
            let message = "compromises with fairness are struck without quotas";
            let help = "Leave out quotas, linked_first and max_share_per_enterprise.";
            return Err(Error::Faults(vec![Issue::error("no_quotas", "/quotas", message, help)]));
        }
        let between: Vec<Aversion> =
            aversions.iter().copied().filter(|&aversion| !is_end(aversion)).collect();
        let mut between = struck(linkage, &between, watch)?.into_iter();
        let plan = |&aversion: &Aversion| match aversion {
            Aversion::Hundredths(0) => {
                Self::solve_under(linkage, Mechanism::Optimal, UnderLimits::Approximate, watch)
            }
            Aversion::Leximin => Self::solve_under(linkage, Mechanism::Fair, UnderLimits::Approximate, watch),
            Aversion::Hundredths(_) => Ok(between.next().expect("one for each that is no end")),
        };
        aversions.iter().map(plan).collect()
    }
}

fn is_end(aversion: Aversion) -> bool {
    matches!(aversion, Aversion::Hundredths(0) | Aversion::Leximin)
}

/// The compromises that are no end.
fn struck(linkage: &Linkage, aversions: &[Aversion], watch: Watch) -> Result<Vec<Plan>, Error> {
    if aversions.is_empty() {
        return Ok(Vec::new());
    }
    let transport = network::transport(linkage);
    let optimum = solve::optimum(&transport).map_err(failed)?;
    let (_, prices) = taken_apart(linkage, optimum);
    let limits = network::limits(linkage, &transport);
    let under_limits = UnderLimits::Approximate;
    let round = Round { linkage, transport: &transport, under_limits, watch };
    let sizes = FillSizes::of(linkage);
    let targets = sizes.targets();
    let frontier = solve::Frontier::of(&transport, &targets).map_err(failed)?;
    let total = aversions.len() as u64;
    let mut plans = Vec::with_capacity(aversions.len());
    for (done, aversion) in (0..).zip(aversions) {
        if watch(Progress { stage: Stage::Assignment, done, total }) == ControlFlow::Break(()) {
            return Err(Error::Cancelled);
        }
        let found = frontier.at(*aversion).map_err(failed)?;
        let flow = if round.kept(&found.flow, &limits)?.is_empty() {
            found.flow
        } else {
            let mut capped = transport.clone();
            capped.row_group_capacity = found.totals.iter().map(|total| Some(*total)).collect();
            let best = solve::optimum(&capped).map_err(failed)?;
            round.within(&capped, &limits, &best)?.flow
        };
        let policy = Policy { mechanism: Mechanism::Optimal, under_limits, ..linkage.policy().clone() };
        let allocations = gather(linkage, &transport, &flow);
        plans.push(Plan::certified_under(linkage, policy, allocations, prices.clone().into())?);
    }
    Ok(plans)
}
