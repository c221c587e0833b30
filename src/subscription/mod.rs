//! Subscriptions: events of the manager as they happen, over a WebSocket.
//!
//! The v2 schema has subscriptions, and a manager serves them since 26.4.0. Documents with them are
//! compiled like other documents. A [`Subscription`] is a stream of events:
//!
//! ```no_run
//! # use serde::{Deserialize, Serialize};
//! # #[derive(Serialize)]
//! # struct SchedulingEvents { session: String }
//! # #[derive(Debug, Deserialize)]
//! # struct Data {}
//! # impl backendai::Subscribe for SchedulingEvents {
//! #     type Data = Data;
//! #     fn info(&self) -> &'static backendai::OperationInfo {
//! #         static INFO: backendai::OperationInfo =
//! #             backendai::OperationInfo::subscription("SchedulingEvents", "");
//! #         &INFO
//! #     }
//! # }
//! # async fn run(client: backendai::Client, session: String) -> backendai::Result<()> {
//! let mut events = client.subscribe(SchedulingEvents { session });
//! events.connect().await?;
//! // From here on no event is missed.
//! while let Some(event) = events.next().await {
//!     println!("{:?}", event?);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Connections
//!
//! Each subscription has a connection of its own. It is made as the client's other requests are: to
//! one of the endpoints, signed with the keys or with the session of a login, with the configured
//! certificates, timeouts and retry policy, and through the proxies of the environment, which must
//! allow CONNECT to the endpoint. Through a webserver (endpoint type `session`) it is forwarded to the
//! manager. A [`Transport`](crate::Transport) of the program is not used.
//!
//! A task of the tokio runtime reads the connection. It sends a ping after [`keep_alive`] of silence,
//! answers those of the manager, and reports a timeout when a ping has no effect.
//!
//! # Errors
//!
//! An event can be an error with the stream continuing: the manager failed to make it, or it does not
//! decode. Other errors are the last item: a refused document, a refused or lost connection, a message
//! that is not of the protocol (`graphql-transport-ws`), a message larger than the client's largest
//! response. [`Error::close_code`](crate::Error::close_code) is the code with which the manager closed
//! the connection.
//!
//! # Lost connections
//!
//! A manager does not repeat events. What happens between two connections is lost, and the manager
//! does not report that anything was. Therefore a lost connection is an error, unless
//! [`reconnect`] sets a policy; a program that does so reads the state anew whenever
//! [`reconnects`] grows. Events may also be lost before [`connect`] returns.
//!
//! # Slow consumers
//!
//! At most [`buffer`] events wait for the program. When so many do, nothing is read from the
//! connection, so that the manager's own buffers fill; it may then close the connection.
//!
//! # Cancellation
//!
//! Dropping the stream ends the subscription on the wire, with a `complete` and an orderly close. The
//! task does that within five seconds, if the runtime lives that long.
//!
//! [`buffer`]: Subscription::buffer
//! [`connect`]: Subscription::connect
//! [`keep_alive`]: Subscription::keep_alive
//! [`reconnect`]: Subscription::reconnect
//! [`reconnects`]: Subscription::reconnects

mod driver;
mod protocol;
mod socket;

use std::{
    borrow::Cow,
    fmt,
    future::poll_fn,
    marker::PhantomData,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use futures_core::Stream;
use http::Method;
use serde::de::DeserializeOwned;
use tokio::{runtime::Handle, sync::mpsc};

use self::driver::{Driver, Item};
pub(crate) use self::socket::Connectors;
use crate::{
    dispatch::{Call, Dispatcher},
    error::{Error, Result},
    operation::{OperationKind, Subscribe},
    request, response,
    retry::Retry,
    version::VersionPolicy,
};

/// Load balancers close idle connections after 60 seconds or later.
const KEEP_ALIVE: Duration = Duration::from_secs(30);
const BUFFER: usize = 16;

/// The events of a subscription: with [`next`](Self::next), or as a [`Stream`]. See the
/// [module](self) for what can go wrong, and for what is lost then.
///
/// The setters apply to a subscription of which no event was requested.
#[must_use = "nothing is sent before an event is requested"]
pub struct Subscription<D> {
    state: State,
    name: &'static str,
    /// Key of the field at the root.
    root: &'static str,
    /// How many connections the items so far came from.
    connections: u32,
    data: PhantomData<fn() -> D>,
}

enum State {
    Prepared(Box<Prepared>),
    Following(mpsc::Receiver<Item>),
    Ended,
}

/// A subscription before its first connection.
struct Prepared {
    dispatcher: Arc<Dispatcher>,
    connectors: Arc<Connectors>,
    call: Call,
    reconnect: Option<Retry>,
    keep_alive: Duration,
    buffer: usize,
}

impl<D> Subscription<D> {
    pub(crate) fn new<S: Subscribe<Data = D>>(
        dispatcher: Arc<Dispatcher>,
        connectors: Arc<Connectors>,
        subscription: &S,
    ) -> Self {
        let info = subscription.info();
        let mut call = request::described(&dispatcher, info, None, subscription);
        call.method = Method::GET;
        if info.kind != OperationKind::Subscription {
            call.failed = Some(Error::argument("it is no subscription: send it"));
        }
        let (reconnect, keep_alive, buffer) = (None, KEEP_ALIVE, BUFFER);
        let prepared = Prepared { dispatcher, connectors, call, reconnect, keep_alive, buffer };
        Self {
            state: State::Prepared(Box::new(prepared)),
            name: info.label(),
            root: info.root_fields.first().map_or(info.label(), |field| field.key),
            connections: 0,
            data: PhantomData,
        }
    }

    fn set(mut self, set: impl FnOnce(&mut Prepared)) -> Self {
        if let State::Prepared(prepared) = &mut self.state {
            set(prepared);
        }
        self
    }

    /// Connects again when the connection is lost or cannot be made, with the pauses of this policy;
    /// not unless set. The policy begins anew after an event, and after a connection of half a
    /// minute.
    ///
    /// What happens between two connections is lost: read the state anew when
    /// [`reconnects`](Self::reconnects) has grown. A manager that rejects the caller, the document
    /// or a message is not connected to again.
    pub fn reconnect(self, retry: Retry) -> Self {
        self.set(|prepared| prepared.reconnect = Some(retry))
    }

    /// Sets after which time without a message a ping is sent; 30 seconds unless set. When the same
    /// time passes again without a message, the connection counts as lost.
    pub fn keep_alive(self, silence: Duration) -> Self {
        self.set(|prepared| prepared.keep_alive = silence)
    }

    /// Limits how many events wait for the program; 16 unless set, and at least one.
    pub fn buffer(self, events: usize) -> Self {
        self.set(|prepared| prepared.buffer = events.max(1))
    }

    /// Limits the time until the manager has accepted a connection, including other endpoints,
    /// repetitions and pauses; [`ClientBuilder::timeout`](crate::ClientBuilder::timeout) applies
    /// unless set.
    pub fn timeout(self, timeout: Duration) -> Self {
        self.set(|prepared| prepared.call.timeout = Some(timeout))
    }

    /// Subscribes at another path than that of the schema.
    pub fn path(self, path: impl Into<Cow<'static, str>>) -> Self {
        self.set(|prepared| prepared.call.path = path.into())
    }

    /// Overrides the client's policy for a manager that is older than what the subscription
    /// requires.
    pub fn version_policy(self, policy: VersionPolicy) -> Self {
        self.set(|prepared| prepared.call.version_policy = Some(policy))
    }

    /// Returns how many times the connection was made anew before the last event.
    pub const fn reconnects(&self) -> u32 {
        self.connections.saturating_sub(1)
    }

    /// Connects without waiting for an event, and returns when the manager has accepted the
    /// connection and the subscription was sent. Returns at once on a connected subscription.
    ///
    /// # Errors
    ///
    /// As the first event would be; then the stream has ended.
    pub async fn connect(&mut self) -> Result<()> {
        while self.connections == 0 {
            match poll_fn(|context| self.poll_receive(context)).await {
                Some(Item::Failed(error)) => return Err(error),
                Some(Item::Connected | Item::Event { .. }) => {}
                None => return Err(Error::absent("the subscription has ended")),
            }
        }
        Ok(())
    }

    fn poll_receive(&mut self, context: &mut Context<'_>) -> Poll<Option<Item>> {
        loop {
            match std::mem::replace(&mut self.state, State::Ended) {
                State::Prepared(prepared) => match Handle::try_current() {
                    Ok(runtime) => self.state = State::Following(prepared.start(&runtime)),
                    Err(error) => {
                        let message = "a subscription needs a tokio runtime";
                        let error = Error::config(message).with_source(error);
                        return Poll::Ready(Some(Item::Failed(error)));
                    }
                },
                State::Following(mut items) => {
                    let item = items.poll_recv(context);
                    match &item {
                        Poll::Ready(None | Some(Item::Failed(_))) => return item,
                        Poll::Ready(Some(Item::Connected)) => {
                            self.connections = self.connections.saturating_add(1);
                        }
                        Poll::Ready(Some(Item::Event { .. })) | Poll::Pending => {}
                    }
                    self.state = State::Following(items);
                    return item;
                }
                State::Ended => return Poll::Ready(None),
            }
        }
    }
}

impl<D: DeserializeOwned> Subscription<D> {
    /// Returns the next event; `None` when the manager has no further one, and after an error that
    /// ends the stream.
    pub async fn next(&mut self) -> Option<Result<D>> {
        poll_fn(|context| self.poll_event(context)).await
    }

    fn poll_event(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<D>>> {
        loop {
            match ready!(self.poll_receive(context)) {
                Some(Item::Connected) => {}
                Some(Item::Event { endpoint, payload }) => {
                    let event = response::event(&payload, self.root).map_err(|error| {
                        error.with_operation(self.name.into()).with_endpoint(endpoint)
                    });
                    return Poll::Ready(Some(event));
                }
                Some(Item::Failed(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl Prepared {
    fn start(self, runtime: &Handle) -> mpsc::Receiver<Item> {
        let (sender, receiver) = mpsc::channel(self.buffer);
        let driver = Driver {
            dispatcher: self.dispatcher,
            connectors: self.connectors,
            call: self.call,
            reconnect: self.reconnect,
            keep_alive: self.keep_alive,
            items: sender,
        };
        runtime.spawn(driver.run());
        receiver
    }
}

impl<D: DeserializeOwned> Stream for Subscription<D> {
    type Item = Result<D>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_event(context)
    }
}

impl<D> fmt::Debug for Subscription<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription")
            .field("name", &self.name)
            .field("reconnects", &self.reconnects())
            .finish_non_exhaustive()
    }
}
