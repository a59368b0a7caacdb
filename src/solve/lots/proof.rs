//! What proves that no flow of a cluster is better: a tree of decisions with prices at its leaves.
//!
//! # How to check it
//! The rows and columns of a cluster share no resource with any other. Walk the tree from branch 0. At a leaf, with
//! `λ` its prices and the decisions on the way:
//!
//! ```text
//! Σ room · λ + Σ_columns  max Σ (value − Σ λ of what the edge uses) · x
//! ```
//!
//! where the maximum is over the flows of that column alone that keep its lots, partners, capacity and whole, and the
//! decisions: an edge *without* carries nothing new, an edge *with* carries some; a whole column *without* gets
//! nothing new, *with* is filled. Edges decided *with* take their least from the rooms of all they use: every edge carries at
//! most what is left, beyond its own least. A row that has as many partners with decisions *with* (contracts counted) as it may
//! have opens no others; a leaf whose decisions exceed a limit by themselves holds no flow at all. The largest of all leaves is the bound.
//! Prices reach 2^62 where they show that a leaf holds no flow: sums belong in 128 bits.

use super::ground::Resource;

/// The proof for one cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Its columns.
    pub columns: Vec<u32>,
    /// What the prices are of, in their order; all others are free.
    pub resources: Vec<Resource>,
    /// The tree; branch 0 is its root.
    pub branches: Vec<Branch>,
    /// Prices a unit, none negative, for the leaves.
    pub prices: Vec<Vec<i64>>,
    /// No flow of the cluster is worth more.
    pub bound: i128,
}

/// A branch of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Branch {
    /// Two cases that cover everything.
    Fork {
        /// What is decided.
        on: Choice,
        /// Where it carries nothing new: a branch further on.
        without: usize,
        /// Where it carries something new, or is filled.
        with: usize,
    },
    /// A bound by prices.
    Leaf {
        /// Which of the proof's prices.
        prices: usize,
    },
}

/// What a fork decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Whether an edge has flow.
    Edge(usize),
    /// Whether a whole column is filled.
    Column(u32),
}
