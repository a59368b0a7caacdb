//! Reports for people: plans and timetables as text.

mod changes;
mod comparison;
mod pages;
mod text;
mod words;

pub use changes::{changes, standing};
pub use comparison::comparison;
pub use pages::{party_page, spot_page, timetable_summary};
pub use text::{round, summary};
