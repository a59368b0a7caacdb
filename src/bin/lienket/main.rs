//! The `lienket` program: arguments in, documents through the library, files out.

mod arguments;
mod commands;
mod matching;
mod progress;
mod rounds;

use std::process::ExitCode;
use std::sync::OnceLock;

use clap::Parser;
use lienket::{Error, Issue, Language};

use arguments::Arguments;

/// What the exit code says.
#[derive(Clone, Copy)]
enum Answer {
    Yes = 0,
    No = 1,
    Unusable = 2,
    Bug = 3,
}

/// The language that was asked for: errors are told in it, wherever they come from.
static LANGUAGE: OnceLock<Language> = OnceLock::new();

fn language() -> Language {
    LANGUAGE.get().copied().unwrap_or(Language::English)
}

fn is_vietnamese() -> bool {
    language() == Language::Vietnamese
}

/// A word or sentence of the program in the language that was asked for.
fn say<'a>(english: &'a str, vietnamese: &'a str) -> &'a str {
    if is_vietnamese() { vietnamese } else { english }
}

/// A fault or warning in the language that was asked for.
fn told(issue: &Issue) -> String {
    if is_vietnamese() { issue.in_vietnamese() } else { issue.to_string() }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // Set once, before anything is told.
    let _ = LANGUAGE.set(arguments.command.language());
    // A panic is a broken invariant: the hook has told of it, the exit code says so.
    let answer = std::panic::catch_unwind(|| commands::run(arguments)).unwrap_or(Answer::Bug);
    ExitCode::from(answer as u8)
}

/// Tells of an error and what it means for a command that is no check.
#[expect(clippy::print_stderr, reason = "the program's errors go to standard error")]
fn failed(error: &Error) -> Answer {
    if is_vietnamese() {
        eprintln!("lienket: {}", error.in_vietnamese());
    } else {
        eprintln!("lienket: {error}");
    }
    match error {
        Error::Internal(_) => Answer::Bug,
        _ => Answer::Unusable,
    }
}
