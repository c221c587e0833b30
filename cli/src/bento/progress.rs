//! Progress bars of transfers, on the standard error.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use crate::visible::visible;
use bentocloud::transfer::{Listener, Progress};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

const TEMPLATE: &str = "{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}";
const UNKNOWN: &str = "{msg} {spinner} {bytes} {bytes_per_sec}";

/// Draws nothing if `quiet`, or if there is no terminal.
pub(super) fn listener(quiet: bool) -> Listener {
    let target = match quiet || !console::user_attended_stderr() {
        true => ProgressDrawTarget::hidden(),
        false => ProgressDrawTarget::stderr(),
    };
    let (all, bars) = (MultiProgress::with_draw_target(target), Mutex::new(HashMap::new()));
    Arc::new(move |progress: Progress<'_>| {
        let mut bars = bars.lock().unwrap_or_else(PoisonError::into_inner);
        let name = format!("{} {}", progress.kind, progress.tag);
        let bar: &mut ProgressBar = bars.entry(name.clone()).or_insert_with(|| {
            let template = if progress.total.is_some() { TEMPLATE } else { UNKNOWN };
            let style = ProgressStyle::with_template(template);
            let bar = all.add(ProgressBar::new(progress.total.unwrap_or(0)));
            // The template is a constant and always valid.
            if let Ok(style) = style {
                bar.set_style(style);
            }
            bar.with_message(visible(&name).into_owned())
        });
        bar.set_position(progress.moved);
        if progress.total == Some(progress.moved) {
            bar.finish();
        }
    })
}
