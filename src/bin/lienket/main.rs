//! The `lienket` program: arguments in, documents through the library, files out.

mod arguments;
mod commands;
mod progress;
mod rounds;

use std::process::ExitCode;

use clap::Parser;
use lienket::Error;

use arguments::Arguments;

/// What the exit code says.
#[derive(Clone, Copy)]
enum Answer {
    Yes = 0,
    No = 1,
    Unusable = 2,
    Bug = 3,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // A panic is a broken invariant: the hook has told of it, the exit code says so.
    let answer = std::panic::catch_unwind(|| commands::run(arguments)).unwrap_or(Answer::Bug);
    ExitCode::from(answer as u8)
}

/// Tells of an error and what it means for a command that is no check.
#[expect(clippy::print_stderr, reason = "the program's errors go to standard error")]
fn failed(error: &Error) -> Answer {
    eprintln!("lienket: {error}");
    match error {
        Error::Internal(_) => Answer::Bug,
        _ => Answer::Unusable,
    }
}
