//! Misbehaviours on order: what a network, a gateway or a dying manager does to a request.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::record::Recorded;

/// What goes wrong with one request.
///
/// The request is carried out only where it says so: this is what tells a client that repeats a
/// mutation from one that does not.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// An answer made up on the way, by a gateway for instance; the request is not carried out.
    Answer {
        /// The HTTP status.
        status: u16,
        /// The value of `Content-Type`.
        content_type: String,
        /// The body.
        body: String,
        /// More headers, `Retry-After` for instance.
        headers: Vec<(String, String)>,
    },
    /// The request is carried out and answered as usual, so much later.
    Delay(Duration),
    /// The request is not carried out and never answered; the connection stays open.
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
    /// The request **is carried out**, and the answer's `Content-Length` is wrong by so many
    /// bytes: more than there are (the client waits for them until the connection closes), or
    /// fewer (the client sees a cut-off body).
    WrongLength(i64),
}

impl Fault {
    /// An answer of this status with an HTML body, as gateways give.
    #[must_use]
    pub fn gateway(status: u16) -> Self {
        Self::Answer {
            status,
            content_type: "text/html".to_owned(),
            body: format!("<html><body><h1>{status}</h1></body></html>\n"),
            headers: Vec::new(),
        }
    }

    /// An answer of this status with a JSON body.
    #[must_use]
    pub fn json(status: u16, body: impl Into<String>) -> Self {
        Self::Answer {
            status,
            content_type: "application/json; charset=utf-8".to_owned(),
            body: body.into(),
            headers: Vec::new(),
        }
    }

    /// The same answer with one more header. Other faults are left as they are.
    #[must_use]
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        if let Self::Answer { headers, .. } = &mut self {
            headers.push((name.into(), value.into()));
        }
        self
    }
}

type Condition = Box<dyn Fn(&Recorded) -> bool + Send>;

/// The faults that wait for their request. See [`Manager::faults`](crate::Manager::faults).
#[derive(Default)]
pub struct Faults {
    queue: Mutex<VecDeque<(Condition, Fault)>>,
}

impl Faults {
    /// Lets this happen to the next request, whichever it is.
    pub fn push(&self, fault: Fault) {
        self.push_when(|_| true, fault);
    }

    /// Lets this happen to the next request that meets the condition.
    pub fn push_when(&self, condition: impl Fn(&Recorded) -> bool + Send + 'static, fault: Fault) {
        self.lock().push_back((Box::new(condition), fault));
    }

    /// How many faults have not happened yet.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.lock().len()
    }

    /// Forgets the faults that have not happened yet.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// Takes the first fault that is meant for this request.
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
