//! A hook around every request that is sent: for metrics, and for logs of your own.

use std::time::Duration;

use http::StatusCode;

use crate::{error::Error, operation::OperationKind};

/// Is told of every attempt, before and after. See
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
    /// The request is about to be sent.
    fn before(&self, attempt: &Attempt<'_>) {
        let _ = attempt;
    }

    /// There is an answer, or it is known that there will be none. Does not come when the future
    /// of the call was dropped before.
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
    /// What it does; `None` for a document that nobody has looked into.
    pub kind: Option<OperationKind>,
    /// Where it goes.
    pub endpoint: &'a str,
    /// How many requests of the same call went before it.
    pub resend_count: u32,
}

/// What came of it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Outcome<'a> {
    /// Status of the answer, when there was one.
    pub status: Option<StatusCode>,
    /// Why it failed. A refused mutation has failed, although its status is 200.
    pub error: Option<&'a Error>,
    /// From sending to the end of the answer.
    pub duration: Duration,
}
