//! Reports for people: a plan as text.

mod text;

pub use text::{round, summary};
