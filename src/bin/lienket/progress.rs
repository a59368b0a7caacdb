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
            Stage::Reading => "reading",
            Stage::Writing => "writing",
            Stage::Generation => "making up a market",
            Stage::Candidates => "finding candidates",
            Stage::Assignment => "assigning volumes",
            Stage::Search => "searching within limits",
            _ => "re-checking the plan",
        };
        self.show(doing, progress.done, progress.total);
        ControlFlow::Continue(())
    }

    /// Says something beside the bar.
    pub(crate) fn aside(&self, say: impl FnOnce()) {
        match self.shown.get() {
            Some(bar) => bar.suspend(say),
            None => say(),
        }
    }

    /// Says that only writing is left.
    pub(crate) fn writing(&self) {
        self.show("writing", 0, 1);
    }

    fn show(&self, doing: &'static str, done: u64, total: u64) {
        if self.terminal && self.start.elapsed() > PATIENCE {
            let bar = self.shown.get_or_init(|| ProgressBar::new(1));
            // Without a total there is only a count.
            let template = if total == 0 { "{msg:24} {pos}" } else { "{msg:24} {wide_bar} {pos}/{len}" };
            let style = ProgressStyle::with_template(template);
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar.set_message(doing);
            bar.set_length(total.max(1));
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
