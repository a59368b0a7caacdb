//! How much work, how far it is, and whether to go on.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// How much work to spend beyond what is needed: 1 is the default, 10 spends about ten times as much.
///
/// Counted in work, never in seconds: the same effort finds the same flow on every machine. At most 10,000; zero,
/// negative and what is no number count as the least, 0.01.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effort(pub f64);

impl Default for Effort {
    fn default() -> Self {
        Effort(1.0)
    }
}

impl Effort {
    /// So much of the default work.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "in range, and rounding is meant"
    )]
    pub(super) fn of(self, default: u64) -> u64 {
        let times = if self.0 > 0.01 { self.0.min(1e4) } else { 0.01 };
        #[expect(clippy::cast_precision_loss, reason = "rounding is meant")]
        let work = default as f64 * times;
        (work as u64).max(1)
    }
}

/// Called between slices of work, from any thread, with the units done and those planned; a break ends the work
/// with the best so far.
pub type Watch<'a> = &'a (dyn Fn(u64, u64) -> ControlFlow<()> + Sync);

/// The work is to end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cancelled;

/// What all threads have done.
pub(super) struct Meter<'a> {
    watch: Watch<'a>,
    done: AtomicU64,
    total: u64,
    cancelled: AtomicBool,
}

impl<'a> Meter<'a> {
    pub(super) fn new(watch: Watch<'a>, total: u64) -> Self {
        Meter { watch, done: AtomicU64::new(0), total, cancelled: AtomicBool::new(false) }
    }

    /// Some units are done; whether to go on.
    pub(super) fn tick(&self, units: u64) -> Result<(), Cancelled> {
        let done = self.done.fetch_add(units, Ordering::Relaxed) + units;
        if self.is_cancelled() {
            return Err(Cancelled);
        }
        if (self.watch)(done.min(self.total), self.total).is_break() {
            self.cancelled.store(true, Ordering::Relaxed);
            return Err(Cancelled);
        }
        Ok(())
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }
}
