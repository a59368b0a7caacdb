//! Reports for people: plans as text.

mod comparison;
mod text;
mod words;

pub use comparison::comparison;
pub use text::{round, summary};
