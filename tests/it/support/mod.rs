//! What tests share: markets, independent solvers, independent checks. None of it uses the code it judges.

pub(crate) mod brute;
pub(crate) mod cancel;
pub(crate) mod check;
pub(crate) mod documents;
pub(crate) mod markets;
pub(crate) mod matchings;
pub(crate) mod networks;
pub(crate) mod oracle;
pub(crate) mod program;
pub(crate) mod quotas;
pub(crate) mod straightforward;
pub(crate) mod transports;
pub(crate) mod volumes;
