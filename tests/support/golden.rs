//! Files of the repository whose contents are computed.

#![allow(dead_code, reason = "not every binary needs all of it")]

use std::{collections::BTreeSet, env, fs, path::Path};

/// Compares a file with what it must contain; writes it where `UPDATE_GOLDEN` is set. The path is relative to the
/// package.
#[track_caller]
pub(crate) fn check(file: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, text).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    if kept == text {
        return;
    }
    let [before, now] = [&kept, text].map(|text| text.lines().collect::<BTreeSet<_>>());
    let gone = before.difference(&now).map(|line| format!("-{line}\n"));
    let new = now.difference(&before).map(|line| format!("+{line}\n"));
    let lines: String = gone.chain(new).collect();
    panic!(
        "{file} is stale: run this test with UPDATE_GOLDEN=1 and look at the difference\n{lines}"
    );
}

/// The same for what stands between two marks in a file.
#[track_caller]
pub(crate) fn check_between(file: &str, [begin, end]: [&str; 2], text: &str) {
    let kept = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
    let (before, rest) = kept.split_once(begin).unwrap();
    let (_, after) = rest.split_once(end).unwrap();
    check(file, &format!("{before}{begin}{text}{end}{after}"));
}
