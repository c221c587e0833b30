//! CPU time: the influence of a busy machine is small, and equal for all candidates of one run.

use std::{
    fs,
    io::Write as _,
    path::Path,
    process::{self, Command},
    time::Duration,
};

use nix::sys::{
    resource::{UsageWho, getrusage},
    time::TimeValLike as _,
};

use crate::Result;

/// The variable with the path of the file to which [`rustc`] writes.
pub(crate) const RUSTC_LOG: &str = "BENCH_RUSTC_LOG";

fn used(who: UsageWho) -> Result<Duration> {
    let usage = getrusage(who)?;
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Ok(Duration::from_micros(u64::try_from(micros)?))
}

/// CPU time of this process since its start.
pub(crate) fn so_far() -> Result<Duration> {
    used(UsageWho::RUSAGE_SELF)
}

/// CPU time of this process for a closure.
pub(crate) fn own<T>(work: impl FnOnce() -> Result<T>) -> Result<(T, Duration)> {
    measured(UsageWho::RUSAGE_SELF, work)
}

/// CPU time of the child processes that a closure starts and waits for.
pub(crate) fn children<T>(work: impl FnOnce() -> Result<T>) -> Result<(T, Duration)> {
    measured(UsageWho::RUSAGE_CHILDREN, work)
}

fn measured<T>(who: UsageWho, work: impl FnOnce() -> Result<T>) -> Result<(T, Duration)> {
    let before = used(who)?;
    let done = work()?;
    Ok((done, used(who)?.saturating_sub(before)))
}

/// Runs cargo's command line for rustc, and records the crate and the time.
pub(crate) fn rustc(log: &Path) -> Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let (rustc, rest) = arguments.split_first().ok_or("cargo names no compiler")?;
    let (status, time) = children(|| Ok(Command::new(rustc).args(rest).status()?))?;
    if let Some([_, name]) =
        rest.windows(2).find(|pair| matches!(pair, [flag, _] if flag == "--crate-name"))
    {
        let mut log = fs::OpenOptions::new().create(true).append(true).open(log)?;
        writeln!(log, "{name} {}", time.as_micros())?;
    }
    process::exit(status.code().unwrap_or(1))
}

/// Returns the median.
pub(crate) fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
