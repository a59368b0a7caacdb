//! Reports for people: plans and timetables as text, rounds as one HTML page (with the feature `report`).

mod changes;
mod comparison;
#[cfg(feature = "report")]
mod html;
mod pages;
mod text;
mod words;

pub use changes::{changes, standing};
pub use comparison::{comparison, frontier};
#[cfg(feature = "report")]
pub use html::html;
pub use pages::{party_page, spot_page, timetable_summary};
pub use text::{round, summary};
