//! The solver kernel: exact optimal volumes on integer networks.
//!
//! This module knows only integers. Rows are supplies, columns are demands, edges join a row to a column
//! and are worth `value` for every unit that flows; rows and columns belong to groups whose totals may be
//! limited. What an offer or an enterprise is, it never learns. For what is no market there is a door to
//! minimum-cost flow on any directed network.
//!
//! | question | function | what it promises |
//! |---|---|---|
//! | the most valuable flow | [`optimum`](optimum()) | exact, canonical, with prices that prove it |
//! | the same, from a flow that is nearly it | [`optimum_near`] | the same optimum, in fewer pivots |
//! | the same, while values and capacities change | [`Standing`] | the same optimum, in time of what moves |
//! | the most valuable flow under floors, shares and links | [`optimum_with`] | feasible, in whole units, with a proven bound a few units away |
//! | what a flow breaks | [`violations`] | every broken capacity and limit, in a fixed order |
//! | a flow within lots, partner limits, … | [`within_limits`] | feasible, at least as good as [`greedy`](greedy()), with a proven bound; optimal where they meet (the problem is NP-hard) |
//! | the same where rows may serve a column together | [`pooled`] | feasible, at least as good as its start |
//! | what no flow through pools can exceed | [`pool_bound`] | a bound with the multipliers that prove it |
//! | the plain rule "best edge first" | [`greedy`](greedy()) | feasible; the yardstick every better rule must beat |
//! | a flow that nobody has a reason to leave | [`stable`](stable()) | no edge blocks; of all such flows the best for the side that proposes |
//! | the same within lots, partner limits, … | [`stable_within_limits`] | feasible; few edges block, but some may (the problem is NP-hard) |
//! | what is left to be unhappy about | [`blocking`] | every edge that blocks a flow |
//! | the cheapest flow on any network | [`min_cost_flow`] | exact, with prices that prove it; or why there is none |
//! | whether such an answer is right | [`check_flow`] | an independent check of flow, prices and witnesses |
//! | the fairest flow, and the most valuable of these | [`leximin`](leximin()), [`fair`](fair()) | exact, in whole units, with nested cuts and prices that prove it |
//! | what is long rationed, truth the best policy | [`egalitarian`] | exact |
//! | compromises between value and fairness | [`frontier`] | exact for straight pieces, with their error |
//! | the best one-to-one matching | [`one_to_one`](one_to_one()) | exact, with prices that prove it; or why there is none |
//! | whether such an answer is right | [`check_matching`] | an independent check of matching, prices and witness |
//!
//! # How the files fit
//! ```text
//! transport   the instance and its one validation        error    what can go wrong
//! component   splits it into independent components      layout   all edges as the simplex reads them
//! network     one component as a network with a root     tree     spanning tree of a network
//! pricing     which arc enters next                      pace     how many are looked at before
//! simplex     pivots until no arc wants to enter         core     the edges that matter near the optimum
//! auction     a flow that is nearly the optimum          vertex   a tree from a flow
//! restart     a tree near a given one                    tie      the published tie number of an edge
//! optimum     components in parallel, two phases, prices standing an optimum that follows changes
//! limits      limits outside the network, the check      greedy   best edge first
//! lots        flows within limits: bound by prices, search, branch and bound
//! stable      stable allocations: preference lists, chains, what blocks, within limits
//! pool        rows that serve a column together, through a hub: instance, bound, search, check
//! quota       floors, shares and links by exact optima of re-valued transports
//! flow        any network: the instance, its reduction, its simplex, its check
//! fair        leximin fill rates: levels, forests cut in two, maximum flows; rationing; compromises
//! one_to_one  linear assignment: the instance, its auction, its shortest paths, its check
//! ```
//!
//! # Determinism
//! All arithmetic is on integers; tasks are fixed by the data and never by the threads; results are merged
//! in the order of the rows. The same transport gives the same result on every machine and any number of
//! threads, and (by the tie rule of [`optimum`](optimum())) for any order of rows, columns and groups. The
//! same [`FlowNetwork`] gives the same [`Flow`]; which of several cheapest flows depends on its order, and so
//! do [`OneToOne`] and [`Matching`].

mod auction;
mod component;
mod core;
mod error;
mod fair;
mod flow;
mod greedy;
mod layout;
mod limits;
mod lots;
mod network;
mod one_to_one;
mod optimum;
mod pace;
mod pool;
mod pricing;
mod quota;
mod restart;
mod simplex;
mod stable;
mod standing;
mod tie;
mod transport;
mod tree;
mod vertex;

pub use error::SolveError;
pub use fair::{
    Aversion, Compromise, Egalitarian, Fair, FillTargets, Frontier, Level, Leximin, egalitarian, fair,
    frontier, leximin,
};
pub use flow::{Flow, FlowArc, FlowNetwork, FlowStatus, Infeasible, check_flow, min_cost_flow};
pub use greedy::greedy;
pub use limits::{Limits, Shared, Violation, violations};
pub use lots::{Branch, Choice, Effort, Limited, Multipliers, Proof, Resource, Trace, Watch, within_limits};
pub use one_to_one::{Goal, Matching, MatchingStatus, OneToOne, Pairs, check_matching, one_to_one};
pub use optimum::{Optimum, optimum, optimum_near};
pub use pool::{
    PoolFlow, PoolPrices, PoolViolation, Pooled, Pools, pool_bound, pool_bound_of, pool_violations, pooled,
};
pub use quota::{
    Cap, LinkProof, Members, Quotafied, Quotas, Revalued, Side, Unreachable, optimum_with, revalued,
};
pub use stable::{Proposing, StableAllocation, blocking, stable, stable_within_limits};
pub use standing::{Change, Standing};
pub use transport::Transport;
