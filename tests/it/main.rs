//! The tests, a module per capability.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that meets an error has failed")]
#![allow(clippy::disallowed_methods, reason = "tests make files of their own, and spoil them")]

mod bad_folders;
mod bad_input;
mod bad_policies;
mod browser;
mod decisions_workbook;
mod dimacs;
mod documents;
mod edges;
mod explain;
mod export;
mod fair;
mod flow;
mod flow_published;
mod forum;
mod frontier;
mod generate;
mod hostile_workbooks;
mod layers;
mod linkage;
mod lots;
mod mechanisms;
mod metrics;
mod one_to_one;
mod plan;
mod pooled_plans;
mod pooling;
mod pooling_kernel;
mod pooling_refused;
mod program;
mod quotas;
mod readme;
mod reasons;
mod report;
mod round_workbook;
mod rounds;
mod rounds_documents;
mod rules;
mod small_components;
mod solve;
mod spoiled;
mod stable;
mod standing;
mod support;
mod synthetic;
mod timetable;
mod timetable_documents;
mod told;
mod workbook;
