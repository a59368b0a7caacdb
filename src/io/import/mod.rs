//! Markets read as people write them: sheets of any order, headers of either language, cells with units, names
//! and notes; and a report of what became of every row.
//!
//! Rows become the same small trees that documents give and are read by the same readers, so what is taken is
//! held to the same rules. Only the cells are read more kindly, and never in silence.

#[cfg(feature = "xlsx")]
mod answers;
pub(super) mod field;
mod header;
mod places;
mod report;
mod row;
mod rows;
pub(super) mod sheets;
pub(super) mod table;

#[cfg(feature = "xlsx")]
pub(super) use answers::{Answers, answers};
pub(super) use header::{Use, about_market, all_there, sort_out, undated};
pub use report::{Import, ImportRemark, ImportReport, SheetReport};
pub(super) use rows::import;
