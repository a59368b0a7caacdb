//! A progress bar, on a terminal only, for work that takes more than about a second.

use std::io::{IsTerminal, stderr};
use std::ops::ControlFlow;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use lienket::{Progress, Stage};

/// Work shorter than this shows no bar.
const PATIENCE: Duration = Duration::from_secs(1);

pub(crate) struct Bar {
    start: Instant,
    shown: OnceLock<ProgressBar>,
    terminal: bool,
}

impl Bar {
    #[expect(
        clippy::disallowed_methods,
        reason = "the program may look at the clock; no result depends on it"
    )]
    pub(crate) fn new() -> Self {
        Self { start: Instant::now(), shown: OnceLock::new(), terminal: stderr().is_terminal() }
    }

    /// Shows how far the work is; never cancels it.
    pub(crate) fn watch(&self, progress: Progress) -> ControlFlow<()> {
        let doing = match progress.stage {
            Stage::Generation => "making up a market",
            Stage::Candidates => "finding candidates",
            Stage::Assignment => "assigning volumes",
            _ => "re-checking the plan",
        };
        self.show(doing, progress.done, progress.total);
        ControlFlow::Continue(())
    }

    /// Says that only writing is left.
    pub(crate) fn writing(&self) {
        self.show("writing", 0, 1);
    }

    fn show(&self, doing: &'static str, done: u64, total: u64) {
        if self.terminal && self.start.elapsed() > PATIENCE {
            let bar = self.shown.get_or_init(|| {
                let style = ProgressStyle::with_template("{msg:24} {wide_bar} {pos}/{len}");
                ProgressBar::new(1).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
            });
            bar.set_message(doing);
            bar.set_length(total);
            bar.set_position(done);
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some(bar) = self.shown.get() {
            bar.finish_and_clear();
        }
    }
}
