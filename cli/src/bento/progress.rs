//! Progress bars of transfers, on the standard error.

use std::sync::{Arc, Mutex, PoisonError};

use bentocloud::transfer::{Listener, Progress};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::visible::visible;

const TEMPLATE: &str = "{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}";
const UNKNOWN: &str = "{msg} {spinner} {bytes} {bytes_per_sec}";

/// A bar for each archive and, where there are several, one for all of them.
struct Bars {
    all: MultiProgress,
    each: Vec<(String, ProgressBar)>,
    total: Option<ProgressBar>,
}

/// Draws nothing if `quiet`, or if there is no terminal.
pub(super) fn listener(quiet: bool) -> Listener {
    let target = match quiet || !console::user_attended_stderr() {
        true => ProgressDrawTarget::hidden(),
        false => ProgressDrawTarget::stderr(),
    };
    let all = MultiProgress::with_draw_target(target);
    let bars = Mutex::new(Bars { all, each: Vec::new(), total: None });
    Arc::new(move |progress: Progress<'_>| {
        bars.lock().unwrap_or_else(PoisonError::into_inner).show(&progress);
    })
}

impl Bars {
    fn show(&mut self, progress: &Progress<'_>) {
        let name = format!("{} {}", progress.kind, progress.tag);
        let bar = match self.each.iter().find(|(known, _)| *known == name) {
            Some((_, bar)) => bar.clone(),
            None => {
                let bar = self.all.insert(self.each.len(), new_bar(progress.total, name.clone()));
                self.each.push((name, bar.clone()));
                bar
            }
        };
        bar.set_position(progress.moved);
        if progress.total == Some(progress.moved) {
            bar.finish();
        }
        if self.each.len() > 1 {
            let sum = |of: fn(&ProgressBar) -> u64| self.each.iter().map(|(_, bar)| of(bar)).sum();
            let length: u64 = sum(|bar| bar.length().unwrap_or(0));
            let total = self
                .total
                .get_or_insert_with(|| self.all.add(new_bar(Some(length), "Total".to_owned())));
            // It is never finished here: another archive may begin.
            total.set_length(length);
            total.set_position(sum(ProgressBar::position));
        }
    }
}

fn new_bar(length: Option<u64>, name: String) -> ProgressBar {
    let style = ProgressStyle::with_template(if length.is_some() { TEMPLATE } else { UNKNOWN });
    let bar = ProgressBar::new(length.unwrap_or(0));
    // The template is a constant and always valid.
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar.with_message(visible(&name).into_owned())
}
