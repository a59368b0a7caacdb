//! Seconds and bytes, where criterion's many iterations are too many.

#![expect(clippy::disallowed_methods, reason = "benches measure; nothing they measure depends on it")]
#![allow(dead_code, reason = "each bench needs some of it")]

use std::fmt;
use std::fs;
use std::ops::ControlFlow;
use std::process::Command;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use lienket::{Linkage, Mechanism, Plan, Stage};

/// Whether to measure (`cargo bench`), or only to show that it runs (`-- --test`).
pub(crate) fn in_earnest() -> bool {
    let given = |wanted: &str| std::env::args().any(|argument| argument == wanted);
    given("--bench") && !given("--test")
}

/// What the command line gives beside options.
pub(crate) fn arguments() -> Vec<String> {
    std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect()
}

/// Says that a process is to measure one thing.
const ALONE: &str = "--alone";

/// Whether this process is to measure the one thing its arguments name.
pub(crate) fn alone() -> bool {
    std::env::args().any(|argument| argument == ALONE)
}

/// Measures one thing in a process of its own, so that it does not live off what others have left in memory.
pub(crate) fn in_a_process(thing: &[&str]) {
    let myself = std::env::current_exe().expect("a running program has a path");
    let mode = if in_earnest() { "--bench" } else { "--test" };
    let status = Command::new(myself).args([ALONE, mode]).args(thing).status().expect("it ran before");
    assert!(status.success(), "the measurement failed");
}

/// What the work gives, and how long it took.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed())
}

/// Several measurements of one thing.
pub(crate) struct Times(Vec<Duration>);

impl Times {
    /// Of at least one measurement.
    pub(crate) fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    /// The middle one, in seconds; of an even number the upper.
    pub(crate) fn median(&self) -> f64 {
        self.0[self.0.len() / 2].as_secs_f64()
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (least, most) = (self.0[0].as_secs_f64(), self.0[self.0.len() - 1].as_secs_f64());
        let (median, runs) = (self.median(), self.0.len());
        write!(f, "median {median:.4} s, min {least:.4}, max {most:.4} of {runs}")
    }
}

/// A plan, and how long it took to set up its network, to find the optimum, and to check and store the rest.
pub(crate) fn solved(linkage: &Linkage) -> (Plan, [Duration; 3]) {
    let begun = Mutex::new(Vec::new());
    let plan = Plan::solve_watched(linkage, Mechanism::Optimal, &|progress| {
        let steps = [(Stage::Assignment, 0), (Stage::Assignment, 1), (Stage::Assignment, 2)];
        if steps.contains(&(progress.stage, progress.done)) {
            begun.lock().expect("nobody panicked").push(Instant::now());
        }
        ControlFlow::Continue(())
    });
    let mut marks = begun.into_inner().expect("nobody panicked");
    marks.push(Instant::now());
    (plan.expect("small numbers"), std::array::from_fn(|step| marks[step + 1] - marks[step]))
}

/// Memory in MB (10^6 bytes) that the process has taken at most since it was asked to forget its peak.
pub(crate) struct Memory {
    before: f64,
}

impl Memory {
    /// Forgets the peak. Only Linux remembers one.
    pub(crate) fn watch() -> Self {
        // Where it cannot be written the peak is that of the whole process so far.
        let _ = fs::write("/proc/self/clear_refs", "5");
        Self { before: status("VmRSS:").unwrap_or(f64::NAN) }
    }

    /// The peak since then, beyond what was taken then.
    pub(crate) fn beyond(&self) -> f64 {
        status("VmHWM:").unwrap_or(f64::NAN) - self.before
    }

    /// What was taken then.
    pub(crate) fn before(&self) -> f64 {
        self.before
    }
}

/// A line of what Linux knows of the process, in MB.
fn status(line: &str) -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let value = status.lines().find_map(|found| found.strip_prefix(line))?;
    value.trim().strip_suffix("kB")?.trim().parse::<f64>().ok().map(|kib| kib * 1024.0 / 1e6)
}
