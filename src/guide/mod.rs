//! The guide: how the house is built, what outsiders may rely on, and the words it uses.

#[doc = include_str!("architecture.md")]
pub mod architecture {}

#[doc = include_str!("CONTRACT.md")]
pub mod contract {}

#[doc = include_str!("terms.md")]
pub mod terms {}
