//! Pools of a market.
