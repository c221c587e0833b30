//! A hook around every request, for metrics and logs.

use std::time::Duration;

use http::StatusCode;

use crate::{error::Error, operation::OperationKind};

/// Observes every request, before and after. See
/// [`ClientBuilder::observer`](crate::ClientBuilder::observer).
///
/// ```
/// use std::sync::atomic::{AtomicU64, Ordering};
/// use backendai::observe::{Attempt, Observer, Outcome};
///
/// #[derive(Default)]
/// struct Failures(AtomicU64);
///
/// impl Observer for Failures {
///     fn after(&self, attempt: &Attempt<'_>, outcome: &Outcome<'_>) {
///         if outcome.error.is_some() {
///             eprintln!("{} failed after {:?}", attempt.operation, outcome.duration);
///             self.0.fetch_add(1, Ordering::Relaxed);
///         }
///     }
/// }
/// ```
///
/// It runs inside the call: it must not block. To see or change the request itself, wrap a
/// [`Transport`](crate::Transport).
pub trait Observer: Send + Sync + 'static {
    /// Called before the request is sent.
    fn before(&self, attempt: &Attempt<'_>) {
        let _ = attempt;
    }

    /// Called after the response or the failure. Not called if the future of the call is dropped
    /// before.
    fn after(&self, attempt: &Attempt<'_>, outcome: &Outcome<'_>) {
        let _ = (attempt, outcome);
    }
}

impl<T: Observer + ?Sized> Observer for std::sync::Arc<T> {
    fn before(&self, attempt: &Attempt<'_>) {
        (**self).before(attempt);
    }

    fn after(&self, attempt: &Attempt<'_>, outcome: &Outcome<'_>) {
        (**self).after(attempt, outcome);
    }
}

/// One request of a call.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Attempt<'a> {
    /// Name of the operation.
    pub operation: &'a str,
    /// Type of the operation; `None` for a document that was not compiled.
    pub kind: Option<OperationKind>,
    /// The endpoint that it is sent to.
    pub endpoint: &'a str,
    /// How many requests of the same call were sent before.
    pub resend_count: u32,
}

/// The result of a request.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Outcome<'a> {
    /// Status of the response, if there was one.
    pub status: Option<StatusCode>,
    /// The failure. A refused mutation has failed, although its status is 200.
    pub error: Option<&'a Error>,
    /// Time from sending to the end of the response.
    pub duration: Duration,
}
