//! Markets as folders of CSV files: one file a list, one row an entry, one column a field.
//!
//! Rows become the same small trees that JSON gives and are read by the same readers, so that both kinds of
//! documents have the same faults; pointers are turned into files, rows and columns at the end.

pub(super) mod columns;
mod lenient;
pub(super) mod places;
mod read;
pub(super) mod table;
mod write;

pub(super) use columns::DECISIONS;
pub(super) use lenient::import_market;
pub use read::read_market;
pub(super) use table::rows;
pub use write::write_market;
