//! The program, run as people run it.

use std::path::Path;
use std::process::{Command, Output};

/// Runs the program in a folder. It must never panic.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_lienket");
    let output = Command::new(program).args(arguments).current_dir(folder).output().expect("it starts");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(!told.contains("panicked"), "{arguments:?}: {told}");
    output
}
