//! Watching long work: progress out, cancellation in.

use std::ops::ControlFlow;

/// What is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Stage {
    /// Finding and scoring candidates; counted in offers.
    Candidates,
    /// Assigning volumes; counted in steps.
    Assignment,
    /// Searching for better volumes under lots and the like; counted in moves. To break here ends the search with the
    /// best plan so far and what is proved of it by then, and cancels nothing.
    Search,
    /// Reading a document; counted in entries, and the total is 0: not known before the end.
    Reading,
    /// Writing a document; counted in entries.
    Writing,
    /// Making up a market; counted in offers and demands.
    Generation,
    /// Re-checking the plan; counted in steps.
    Certificate,
}

/// How far the work is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is being done.
    pub stage: Stage,
    /// Units done.
    pub done: u64,
    /// Units in all; 0 where that is not known yet.
    pub total: u64,
}

/// Called now and then, from any thread, with the progress; [`ControlFlow::Break`] cancels the work.
pub type Watch<'a> = &'a (dyn Fn(Progress) -> ControlFlow<()> + Sync);
