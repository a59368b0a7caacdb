//! What can go wrong in the kernel.
//!
//! Only three things: the instance is not one ([`SolveError::Malformed`]), its numbers are too large for
//! exact 64-bit arithmetic ([`SolveError::Overflow`]), or the kernel itself is at fault (the other two).
//! A market in which nothing can flow is not an error: its optimum is zero. Nor is a network without a
//! feasible or a cheapest flow: that is a result (`flow`).

/// Why an instance could not be solved.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SolveError {
    /// A number is too large for exact 64-bit arithmetic, found before solving.
    ///
    /// With `n` = rows + columns + groups + 1 nodes, potentials reach `n · max value` and reduced costs
    /// twice that, so `(n + 1) · max value` must not exceed `i64::MAX / 2`; and nodes and edges are numbered
    /// in 32 bits. The bounds of a general network are with
    /// [`min_cost_flow`](crate::solve::min_cost_flow).
    #[error("{what} is {found}, and at most {most} can be solved exactly: scale the numbers down")]
    Overflow {
        /// The quantity that is too large.
        what: &'static str,
        /// Its value.
        found: i128,
        /// The largest value allowed for an instance of this size.
        most: i128,
    },
    /// Lengths or indices do not fit together, or a number is negative that must not be.
    #[error("malformed instance: {what} (at index {at})")]
    Malformed {
        /// What is wrong.
        what: &'static str,
        /// The index of the first entry that is wrong, or the length found.
        at: usize,
    },
    /// The simplex used up its pivots: a bug of the kernel, since strongly feasible trees do not cycle.
    #[error("no optimum after {pivots} pivots: this is a bug in lienket, please report it")]
    PivotLimit {
        /// The pivots spent.
        pivots: u64,
    },
    /// A flow meant to respect all limits breaks some: a bug of the kernel.
    #[error("the repaired flow still breaks {count} limits: this is a bug in lienket, please report it")]
    Broken {
        /// How many violations are left.
        count: usize,
    },
}
