//! What tests share: markets, independent solvers, independent checks. None of it uses the code it judges.

pub(crate) mod brute;
pub(crate) mod check;
#[cfg(feature = "csv")]
pub(crate) mod documents;
pub(crate) mod oracle;
pub(crate) mod transports;
