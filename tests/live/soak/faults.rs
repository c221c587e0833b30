//! Which proxy failed when, and what that explains.

use std::{fmt, sync::Mutex, time::Duration};

use backendai::Error;
use tokio::time::Instant;

/// A connection that was cut may be noticed so much later.
const LATE: Duration = Duration::from_secs(1);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// What was open was cut, and nobody listened.
    Stopped,
    /// Nothing went through.
    Stalled,
}

struct Fault {
    which: usize,
    how: How,
    to: Option<Instant>,
}

pub(crate) struct Faults {
    endpoints: Vec<String>,
    all: Mutex<Vec<Fault>>,
}

impl Faults {
    pub(crate) fn new(endpoints: &[String]) -> Self {
        Self { endpoints: endpoints.to_vec(), all: Mutex::default() }
    }

    pub(crate) fn begin(&self, which: usize, how: How) {
        let fault = Fault { which, how, to: None };
        self.all.lock().unwrap().push(fault);
    }

    pub(crate) fn end(&self, which: usize) {
        let mut all = self.all.lock().unwrap();
        let last = all.iter_mut().rfind(|fault| fault.which == which).unwrap();
        last.to = Some(Instant::now());
    }

    /// What made the outcome of a mutation unknown that was sent at `began` and has just failed.
    pub(crate) fn explain(&self, error: &Error, began: Instant) -> String {
        let what = match error {
            _ if error.is_timeout() => "no answer in time",
            _ if error.is_server_bug() => "500 of the manager",
            _ if error.is_transport() => "the connection broke",
            _ => return format!("for no reason that is known: {error}"),
        };
        let endpoint = error.endpoint().unwrap_or_default();
        let of = |fault: &&Fault| {
            endpoint.starts_with(&self.endpoints[fault.which])
                && fault.to.is_none_or(|to| to + LATE >= began)
        };
        let how = self.all.lock().unwrap().iter().rfind(of).map(|fault| fault.how);
        match how {
            Some(How::Stopped) => format!("{what}, the proxy was stopped"),
            Some(How::Stalled) => format!("{what}, the proxy had stalled"),
            None => format!("{what}, and no proxy had failed: the manager's own"),
        }
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.all.lock().unwrap();
        let stops = all.iter().filter(|fault| fault.how == How::Stopped).count();
        write!(f, "proxies were stopped {stops} times and stalled {} times", all.len() - stops)
    }
}
