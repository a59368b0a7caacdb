//! The tests, a module per capability.

mod solve;
mod support;
