//! The tests, a module per capability.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that meets an error has failed")]
#![allow(clippy::disallowed_methods, reason = "tests make files of their own, and spoil them")]

#[cfg(feature = "csv")]
mod bad_folders;
#[cfg(feature = "csv")]
mod bad_input;
#[cfg(feature = "csv")]
mod bad_policies;
#[cfg(feature = "csv")]
mod documents;
#[cfg(feature = "csv")]
mod readme;
mod solve;
mod support;
