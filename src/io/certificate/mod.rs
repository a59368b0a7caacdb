//! Certificates of plan documents: prices and proofs by id.

mod quotas;
mod read;
mod tree;
mod write;

pub(super) use read::Certificate;
pub(super) use write::CertificateEntry;
