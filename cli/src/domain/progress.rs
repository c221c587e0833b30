//! How far a long list has come, for the person at the terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar on the standard error; nothing where that is no terminal.
pub(super) struct Progress(ProgressBar);

impl Progress {
    pub(super) fn new(wanted: bool) -> Self {
        let target = match wanted {
            true => ProgressDrawTarget::stderr(),
            false => ProgressDrawTarget::hidden(),
        };
        let bar = ProgressBar::with_draw_target(None, target);
        if let Ok(style) = ProgressStyle::with_template("{pos} of {len} rows {wide_bar} {eta}") {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// So many rows have come.
    pub(super) fn at(&self, rows: u64, total: Option<u64>) {
        if let Some(total) = total {
            self.0.set_length(total);
        }
        self.0.set_position(rows);
    }

    /// Writes while no bar is in the way.
    pub(super) fn around<T>(&self, write: impl FnOnce() -> T) -> T {
        self.0.suspend(write)
    }

    pub(super) fn end(&self) {
        self.0.finish_and_clear();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.end();
    }
}
