//! Markets as workbooks: one sheet a list, one row an entry, one column a field.
//!
//! Workbooks are what people fill in, so they are read as people write, with a report of every row; what is
//! written reads back as it was, without a note. And rounds as workbooks, for people to look at: see `round`.

mod decisions;
mod guard;
mod labels;
mod read;
mod round;
mod template;
mod timetable;
mod write;

pub(super) use decisions::read_decisions;
pub use decisions::write_decisions_workbook;
pub(super) use read::import_market;
pub use round::write_round_workbook;
pub use template::write_template;
pub use timetable::write_timetable_workbook;
pub(super) use write::write_market;
