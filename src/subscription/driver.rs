//! Follows one subscription: a task that connects, reads, keeps the connection alive and connects
//! again. It knows no type of an event.

use std::{sync::Arc, time::Duration};

use serde_json::value::RawValue;
use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until, timeout},
};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use super::{
    protocol::{self, Message},
    socket::{self, Connectors, Socket, Upgrade},
};
use crate::{
    config::Endpoint,
    dispatch::{Call, Dispatcher},
    error::{Error, Result},
    http::HttpResponse,
    response::{self, RequestInfo},
    retry::{Backoff, Retry},
    transport::TransportError,
};

/// A connection that lasted so long counts as a success, so that the pauses begin anew.
const STABLE: Duration = Duration::from_secs(30);

/// What the consumer is sent.
pub(super) enum Item {
    /// The manager accepted the connection, and the subscription was sent to it.
    Connected,
    Event {
        endpoint: Arc<str>,
        payload: Box<RawValue>,
    },
    /// The last item.
    Failed(Error),
}

/// The state of a subscription across its connections.
pub(super) struct Driver {
    pub(super) dispatcher: Arc<Dispatcher>,
    pub(super) connectors: Arc<Connectors>,
    pub(super) call: Call,
    /// The policy for a connection that was lost.
    pub(super) reconnect: Option<Retry>,
    pub(super) keep_alive: Duration,
    pub(super) items: mpsc::Sender<Item>,
}

/// How a connection ended.
enum End {
    /// The manager has no further event.
    Complete,
    /// The consumer is gone.
    Dropped,
    Failed(Error),
}

impl Driver {
    /// Follows the subscription to its end.
    pub(super) async fn run(mut self) {
        let mut backoff: Option<Backoff> = None;
        loop {
            let begin = Instant::now();
            let mut events = false;
            let error = match self.connection(&mut events).await {
                End::Complete | End::Dropped => return,
                End::Failed(error) => error.with_operation(self.call.operation.clone()),
            };
            if events || begin.elapsed() >= STABLE {
                backoff = None;
            }
            let pause = self.reconnect.filter(|_| is_temporary(&error)).and_then(|retry| {
                let backoff =
                    backoff.get_or_insert_with(|| retry.backoff_from(self.dispatcher.random()));
                backoff.next(error.retry_after())
            });
            let Some(pause) = pause else {
                let _ = self.items.send(Item::Failed(error)).await;
                return;
            };
            let seconds = pause.as_secs_f64();
            tracing::warn!("{error}; the subscription is connected again in {seconds:.1} s");
            tokio::select! {
                () = self.items.closed() => return,
                () = (self.dispatcher.clock().sleep)(pause) => {}
            }
        }
    }

    /// Follows the subscription on one connection.
    async fn connection(&mut self, events: &mut bool) -> End {
        let items = self.items.clone();
        let opened = tokio::select! {
            () = items.closed() => return End::Dropped,
            opened = self.open() => opened,
        };
        let (mut socket, endpoint) = match opened {
            Ok(opened) => opened,
            Err(error) => return End::Failed(error),
        };
        match self.follow(&mut socket, &endpoint, events).await {
            Ok(end) => end,
            Err(error) => End::Failed(error.with_endpoint(endpoint)),
        }
    }

    /// Opens a connection to the first endpoint that accepts it, as the client's retry policy says.
    async fn open(&mut self) -> Result<(Socket, Arc<str>)> {
        let config = self.dispatcher.config();
        self.connectors.prepare(config)?;
        let upgrade = Arc::new(Upgrade::new(self.connectors.clone(), config));
        self.call.transport = Some(upgrade.clone());
        let mut opened = None;
        let mut read = |endpoint: &Endpoint, answer: &mut HttpResponse, info: RequestInfo| {
            response::upgraded(answer, info)?;
            let Some(socket) = upgrade.take() else {
                let reason =
                    format!("it answers with a WebSocket, but not with {}", protocol::NAME);
                return Err(response::garbage("", reason));
            };
            let address = endpoint.url().as_str().trim_end_matches('/');
            opened = Some((socket?, Arc::from(address)));
            Ok(())
        };
        // A call that had to look up the manager's version has less time left.
        let timeout = self.call.timeout;
        let result = self.dispatcher.run(&mut self.call, &mut read).await;
        self.call.timeout = timeout;
        result?;
        opened.ok_or_else(Error::unread)
    }

    async fn follow(
        &self,
        socket: &mut Socket,
        endpoint: &Arc<str>,
        events: &mut bool,
    ) -> Result<End> {
        self.send(socket, protocol::subscribe(&self.call.body)).await?;
        if self.items.send(Item::Connected).await.is_err() {
            return Ok(leave(socket).await);
        }
        let mut heard = Instant::now();
        let mut pinged = false;
        loop {
            let silence = self.keep_alive.saturating_mul(1 + u32::from(pinged));
            let text = tokio::select! {
                biased;
                () = self.items.closed() => return Ok(leave(socket).await),
                text = socket::receive(socket) => text?,
                () = elapsed(heard, silence) => {
                    if pinged {
                        let source = "nothing came for a long time, not even a pong";
                        let source = TransportError::maybe_sent(source).timed_out();
                        return Err(Error::transport(source, false));
                    }
                    self.send(socket, protocol::PING.to_owned()).await?;
                    pinged = true;
                    continue;
                }
            };
            match protocol::parse(&text) {
                Ok(Message::Next(payload)) => {
                    *events = true;
                    let event = Item::Event { endpoint: endpoint.clone(), payload };
                    // Nothing is read until the consumer has room for it.
                    if self.items.send(event).await.is_err() {
                        return Ok(leave(socket).await);
                    }
                }
                Ok(Message::Error(errors)) => {
                    socket::finish(socket, None, CloseCode::Normal).await;
                    return Err(response::refused_document(&errors));
                }
                Ok(Message::Complete) => {
                    socket::finish(socket, None, CloseCode::Normal).await;
                    return Ok(End::Complete);
                }
                Ok(Message::Ping) => self.send(socket, protocol::PONG.to_owned()).await?,
                Ok(Message::Ack | Message::Ignored) => {}
                Err(reason) => {
                    socket::finish(socket, None, CloseCode::Library(4400)).await;
                    return Err(response::garbage(&text, reason));
                }
            }
            // What the consumer took to make room does not count as silence.
            (heard, pinged) = (Instant::now(), false);
        }
    }

    /// Sends a message to a manager that may not read it.
    async fn send(&self, socket: &mut Socket, text: String) -> Result<()> {
        match timeout(self.keep_alive, socket::send(socket, text)).await {
            Ok(sent) => sent,
            Err(_) => {
                let source = TransportError::maybe_sent("a message is not taken").timed_out();
                Err(Error::transport(source, false))
            }
        }
    }
}

/// Ends the subscription on the wire.
async fn leave(socket: &mut Socket) -> End {
    socket::finish(socket, Some(protocol::COMPLETE), CloseCode::Normal).await;
    End::Dropped
}

/// Waits until this time after an instant is over; for ever, if there is no such instant.
async fn elapsed(since: Instant, time: Duration) {
    match since.checked_add(time) {
        Some(end) => sleep_until(end).await,
        None => std::future::pending().await,
    }
}

/// Returns whether another connection may succeed.
fn is_temporary(error: &Error) -> bool {
    match error.close_code() {
        // The manager rejects what this client sends, and will do so again.
        Some(1002 | 1003 | 1007..=1010 | 4000..) => false,
        _ => error.is_transport() && !error.is_too_large() || error.is_unavailable(),
    }
}
