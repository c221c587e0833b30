//! One WebSocket: the protocol `graphql-transport-ws` as a manager 26.9.6 speaks it.

use std::collections::HashMap;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{sleep, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role};

use super::event::Document;
use super::{Running, Step, Subscriptions};

/// How long the manager waits for the first message.
const INIT: Duration = Duration::from_secs(10);

/// How many messages wait for a client that does not read.
const WAITING: usize = 16;

/// The root fields that a manager 26.9.6 does not implement.
const UNIMPLEMENTED: [&str; 4] = [
    "artifactImportProgressUpdated",
    "artifactStatusChanged",
    "deploymentStatusChanged",
    "replicaStatusChanged",
];

/// The manager's side of a WebSocket.
pub(crate) struct Session {
    pub(crate) subscriptions: Subscriptions,
}

/// What a subscription has for the client.
enum Out {
    Message(Value),
    Text(String),
    /// The subscription with this id has ended.
    Ended(String),
    Close(u16, String),
    Abort,
}

type Socket = WebSocketStream<TcpStream>;

impl Session {
    /// Speaks the protocol until the connection ends. `read` is what was read of it already.
    pub(crate) async fn run(self, stream: TcpStream, read: Bytes) {
        let mut socket = Socket::from_partially_read(stream, read.into(), Role::Server, None).await;
        if let Some((code, reason)) = self.speak(&mut socket).await {
            let frame = CloseFrame { code: CloseCode::from(code), reason: reason.into() };
            let _ = socket.send(Message::Close(Some(frame))).await;
            while let Some(Ok(_)) = socket.next().await {}
        }
    }

    /// Returns the code and reason to close with, if the client has not closed.
    async fn speak(&self, socket: &mut Socket) -> Option<(u16, String)> {
        let late = || Some((4408, "Connection initialisation timeout".to_owned()));
        let Ok(first) = timeout(INIT, text(socket)).await else { return late() };
        match message(&first?) {
            None => return Some((1000, String::new())),
            Some(first) if first.kind != "connection_init" => return late(),
            Some(_) => say(socket, &json!({ "type": "connection_ack" })).await?,
        }
        let (sender, mut out) = mpsc::channel(WAITING);
        let mut tasks = JoinSet::new();
        let mut open = HashMap::<String, AbortHandle>::new();
        loop {
            tokio::select! {
                Some(out) = out.recv() => match out {
                    Out::Message(message) => say(socket, &message).await?,
                    Out::Text(text) => socket.send(Message::text(text)).await.ok()?,
                    Out::Ended(id) => drop(open.remove(&id)),
                    Out::Close(code, reason) => return Some((code, reason)),
                    Out::Abort => return None,
                },
                text = text(socket) => {
                    let Some(message) = message(&text?) else {
                        return Some((1000, String::new()));
                    };
                    let Incoming { kind, id, payload } = message;
                    match &*kind {
                        // Observed: a pong is answered as well.
                        "ping" | "pong" => say(socket, &json!({ "type": "pong" })).await?,
                        "complete" => {
                            if let Some(task) = open.remove(&id) {
                                task.abort();
                            }
                        }
                        "subscribe" if open.contains_key(&id) => {
                            return Some((4409, "Subscriber already exists".to_owned()));
                        }
                        "subscribe" => match Document::new(&payload) {
                            Ok(document) => {
                                let variables = payload.get("variables").cloned().unwrap_or_default();
                                let (running, script) =
                                    self.subscriptions.begin(&document.root, variables);
                                let stream = Stream { id: id.clone(), document, to: sender.clone() };
                                open.insert(id, tasks.spawn(stream.run(running, script)));
                            }
                            Err(errors) => {
                                let error = json!({ "id": id, "type": "error", "payload": errors });
                                say(socket, &error).await?;
                                say(socket, &json!({ "id": id, "type": "complete" })).await?;
                            }
                        },
                        _ => {}
                    }
                }
            }
        }
    }
}

/// One subscription of a connection.
struct Stream {
    id: String,
    document: Document,
    to: mpsc::Sender<Out>,
}

impl Stream {
    async fn run(self, mut running: Running, script: Option<Vec<Step>>) {
        let error = |message: &str| vec![Step::Error(message.to_owned()), Step::Complete];
        let script = match (self.document.refusal(), script) {
            (Some(refusal), _) => error(refusal),
            (None, Some(script)) => script,
            (None, None) if UNIMPLEMENTED.contains(&&*self.document.root) => {
                error("Subscription not implemented")
            }
            (None, None) => Vec::new(),
        };
        for step in script {
            if self.step(step).await.is_none() {
                return;
            }
        }
        while let Some(step) = running.steps.recv().await {
            if self.step(step).await.is_none() {
                return;
            }
        }
    }

    /// Does a step; `None` when it was the last one.
    async fn step(&self, step: Step) -> Option<()> {
        let next = |payload: Value| {
            Out::Message(json!({ "id": self.id, "type": "next", "payload": payload }))
        };
        let out = match step {
            Step::Event(value) => next(self.document.event(value)),
            // Observed: neither a path nor a code is there.
            Step::Error(message) => next(json!({ "errors": [{ "message": message }] })),
            Step::Pause(pause) => {
                sleep(pause).await;
                return Some(());
            }
            Step::Complete => {
                let complete = json!({ "id": self.id, "type": "complete" });
                self.to.send(Out::Message(complete)).await.ok()?;
                self.to.send(Out::Ended(self.id.clone())).await.ok()?;
                return None;
            }
            Step::Close(code, reason) => Out::Close(code, reason),
            Step::Abort => Out::Abort,
            Step::Text(text) => Out::Text(text),
        };
        self.to.send(out).await.ok()
    }
}

/// A message of the client.
#[derive(Deserialize)]
struct Incoming {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    id: String,
    #[serde(default)]
    payload: Value,
}

fn message(text: &str) -> Option<Incoming> {
    serde_json::from_str(text).ok()
}

/// Sends a message; `None` when the client is gone.
async fn say(socket: &mut Socket, message: &Value) -> Option<()> {
    socket.send(Message::text(message.to_string())).await.ok()
}

/// Waits for the next text; `None` at the end of the connection.
async fn text(socket: &mut Socket) -> Option<String> {
    loop {
        match socket.next().await?.ok()? {
            Message::Text(text) => return Some(text.to_string()),
            Message::Binary(_) => return Some(String::new()),
            _ => {}
        }
    }
}
