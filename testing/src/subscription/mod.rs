//! Subscriptions of the embedded manager: what their streams bring is scripted.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::{Notify, mpsc};

mod event;
mod session;

pub(crate) use session::Session;

/// One thing that the stream of a subscription brings.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Step {
    /// An event: the value of the root field. The subscription receives of it what it selects.
    Event(Value),
    /// An event with an error of this message in place of data.
    Error(String),
    /// A pause before the next step.
    Pause(Duration),
    /// The end of the stream.
    Complete,
    /// The end of the connection, with this code and reason.
    Close(u16, String),
    /// The end of the connection without a close.
    Abort,
    /// This text as a message of the connection, whatever it is.
    Text(String),
}

/// The subscriptions of an embedded manager. See [`Manager::subscriptions`](crate::Manager::subscriptions).
///
/// The streams of `schedulingEventsBySession` and `backgroundTaskEvents` are open and silent, until
/// [`send`](Self::send). The other four are not implemented, as on a real manager 26.9.6. A
/// [`script`](Self::script) replaces either.
///
/// ```
/// use backendai_testing::{Manager, Step};
/// use serde_json::json;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// let manager = Manager::start().await?;
/// let event = json!({
///     "sessionId": "0f000000-0000-4000-8000-000000000001",
///     "statusTransition": "RUNNING",
///     "reason": "",
/// });
/// let steps = [Step::Event(event), Step::Complete];
/// manager.subscriptions().script("schedulingEventsBySession", steps);
/// // The next subscription to it receives one event.
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct Subscriptions(Arc<Shared>);

#[derive(Default)]
struct Shared {
    inner: Mutex<Inner>,
    /// Notified when a subscription begins or ends.
    changed: Notify,
}

#[derive(Default)]
struct Inner {
    /// By root field.
    scripts: HashMap<String, VecDeque<Vec<Step>>>,
    open: BTreeMap<u64, Open>,
    next: u64,
}

/// An open subscription.
struct Open {
    root: String,
    variables: Value,
    steps: mpsc::UnboundedSender<Step>,
}

impl Subscriptions {
    /// Queues what the next subscription to this root field brings. After the last step its stream
    /// stays open, unless that ended it.
    pub fn script(&self, root: impl Into<String>, steps: impl IntoIterator<Item = Step>) {
        let steps = steps.into_iter().collect();
        self.lock().scripts.entry(root.into()).or_default().push_back(steps);
    }

    /// Sends this to all open subscriptions to a root field, and returns their number.
    pub fn send(&self, root: &str, step: &Step) -> usize {
        let inner = self.lock();
        let open = inner.open.values().filter(|open| open.root == root);
        open.filter(|open| open.steps.send(step.clone()).is_ok()).count()
    }

    /// Returns the variables of the open subscriptions to a root field, the oldest first.
    #[must_use]
    pub fn open(&self, root: &str) -> Vec<Value> {
        let inner = self.lock();
        let open = inner.open.values().filter(|open| open.root == root);
        open.map(|open| open.variables.clone()).collect()
    }

    /// Waits until this number of subscriptions to a root field are open.
    pub async fn wait_for(&self, root: &str, count: usize) {
        loop {
            let changed = self.0.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if self.open(root).len() == count {
                return;
            }
            changed.await;
        }
    }

    /// Begins a subscription, with the steps of its script.
    fn begin(&self, root: &str, variables: Value) -> (Running, Option<Vec<Step>>) {
        let mut inner = self.lock();
        let script = inner.scripts.get_mut(root).and_then(VecDeque::pop_front);
        let (sender, steps) = mpsc::unbounded_channel();
        let id = inner.next;
        inner.next += 1;
        inner.open.insert(id, Open { root: root.to_owned(), variables, steps: sender });
        drop(inner);
        self.0.changed.notify_waiters();
        (Running { all: self.clone(), id, steps }, script)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Subscriptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.lock().open.values().map(|open| &open.root)).finish()
    }
}

/// A subscription for as long as it is open.
struct Running {
    all: Subscriptions,
    id: u64,
    steps: mpsc::UnboundedReceiver<Step>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.all.lock().open.remove(&self.id);
        self.all.0.changed.notify_waiters();
    }
}
