//! Fault injection: failures of a network, a gateway or a dying manager, one per request.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::json;
use tokio::sync::{Notify, futures::Notified};

use crate::record::Recorded;

/// A failure of one request.
///
/// The manager carries the request out only where the variant says so. This is how a test finds a
/// client that repeats a mutation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The request is not carried out; another server, such as a gateway, answers in its place.
    Answer {
        /// The HTTP status.
        status: u16,
        /// The value of `Content-Type`.
        content_type: String,
        /// The body.
        body: String,
        /// Further headers, such as `Retry-After`.
        headers: Vec<(String, String)>,
    },
    /// The request is carried out and answered after this delay, or at [`Faults::release`].
    Delay(Duration),
    /// The request **is carried out** at once, and answered after this delay, or at [`Faults::release`].
    DelayAnswer(Duration),
    /// The request is neither carried out nor answered; the connection stays open.
    Stall,
    /// The connection is closed in an orderly way; the request is not carried out.
    Close,
    /// The connection is reset; the request is not carried out.
    Reset,
    /// The request **is carried out**, and the connection is closed before its answer.
    Lose,
    /// The request **is carried out**, and the connection is closed in the middle of the body.
    Cut,
    /// The request **is carried out**, and the body is replaced by bytes that are not JSON, under
    /// the same status and content type.
    Garble,
    /// The request **is carried out**, and the `Content-Length` of the answer is off by this many
    /// bytes: too large (the client waits for more until the connection closes), or too small (the
    /// client receives a truncated body).
    WrongLength(i64),
}

impl Fault {
    /// Creates an answer with an HTML body, like that of a gateway.
    #[must_use]
    pub fn gateway(status: u16) -> Self {
        Self::Answer {
            status,
            content_type: "text/html".to_owned(),
            body: format!("<html><body><h1>{status}</h1></body></html>\n"),
            headers: Vec::new(),
        }
    }

    /// Creates an answer with a JSON body.
    #[must_use]
    pub fn json(status: u16, body: impl Into<String>) -> Self {
        Self::Answer {
            status,
            content_type: "application/json; charset=utf-8".to_owned(),
            body: body.into(),
            headers: Vec::new(),
        }
    }

    /// Creates the manager's answer for an operation that fails: status 200, no data, and one error with
    /// this code, such as `user_create_conflict`.
    #[must_use]
    pub fn graphql(code: &str, message: &str) -> Self {
        let error = json!({ "message": message, "extensions": { "code": code } });
        Self::json(200, json!({ "data": null, "errors": [error] }).to_string())
    }

    /// Adds a header to a [`Fault::Answer`]. Other faults stay as they are.
    #[must_use]
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        if let Self::Answer { headers, .. } = &mut self {
            headers.push((name.into(), value.into()));
        }
        self
    }
}

type Condition = Box<dyn Fn(&Recorded) -> bool + Send>;

/// A queue of faults, each for one request. See [`Manager::faults`](crate::Manager::faults).
#[derive(Default)]
pub struct Faults {
    queue: Mutex<VecDeque<(Condition, Fault)>>,
    released: Notify,
}

impl Faults {
    /// Queues a fault for the next request of any kind: it may be a version probe or a page of a list.
    /// [`push_for`](Self::push_for) hits one operation.
    pub fn push(&self, fault: Fault) {
        self.push_when(|_| true, fault);
    }

    /// Queues a fault for the next request with this GraphQL operation, whatever is sent before it.
    pub fn push_for(&self, operation: impl Into<String>, fault: Fault) {
        let operation = operation.into();
        self.push_when(move |request| request.operation().as_ref() == Some(&operation), fault);
    }

    /// Queues a fault for the next request that meets the condition.
    pub fn push_when(&self, condition: impl Fn(&Recorded) -> bool + Send + 'static, fault: Fault) {
        self.lock().push_back((Box::new(condition), fault));
    }

    /// Returns the number of queued faults.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.lock().len()
    }

    /// Removes all queued faults.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// Ends the delays of the requests that are recorded by now. A test that releases its answers depends on no
    /// time: it gives the fault a long delay, waits for whatever is to happen meanwhile, and calls this.
    pub fn release(&self) {
        self.released.notify_waiters();
    }

    /// Waits for the next release from this call on, whenever the future is polled.
    pub(crate) fn released(&self) -> Notified<'_> {
        self.released.notified()
    }

    /// Removes and returns the first fault for this request.
    pub(crate) fn take(&self, request: &Recorded) -> Option<Fault> {
        let mut queue = self.lock();
        let place = queue.iter().position(|(condition, _)| condition(request))?;
        queue.remove(place).map(|(_, fault)| fault)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<(Condition, Fault)>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.lock().iter().map(|(_, fault)| fault)).finish()
    }
}
