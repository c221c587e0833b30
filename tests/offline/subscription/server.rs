//! A loopback server of `graphql-transport-ws` that does what a test wants.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use futures_util::{SinkExt as _, StreamExt as _};
use http::HeaderMap;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    time::timeout,
};
use tokio_rustls::TlsAcceptor;
use tokio_tungstenite::{
    WebSocketStream, accept_hdr_async,
    tungstenite::{
        Message, Utf8Bytes,
        handshake::server::{ErrorResponse, Request, Response},
        protocol::{CloseFrame, frame::coding::CloseCode},
    },
};

use crate::support::server::HANGS;

pub(super) const PROTOCOL: &str = "graphql-transport-ws";

pub(super) trait Io: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// What the server saw of a handshake.
#[derive(Clone, Debug)]
pub(super) struct Handshake {
    pub(super) path: String,
    pub(super) headers: HeaderMap,
}

impl Handshake {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

pub(super) struct Server {
    pub(super) address: SocketAddr,
    handshakes: Arc<Mutex<Vec<Handshake>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Server {
    /// Serves each WebSocket so; the number counts them from 0.
    pub(super) async fn start<F>(serve: impl Fn(usize, Socket) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Self::with(None, PROTOCOL, serve).await
    }

    /// The same with TLS, or with another protocol in its answer.
    pub(super) async fn with<F>(
        tls: Option<TlsAcceptor>,
        protocol: &'static str,
        serve: impl Fn(usize, Socket) -> F + Send + 'static,
    ) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let handshakes = Arc::<Mutex<Vec<_>>>::default();
        let seen = handshakes.clone();
        let task = tokio::spawn(async move {
            let mut tasks = tokio::task::JoinSet::new();
            for turn in 0.. {
                let stream = loop {
                    let (stream, _) = listener.accept().await.unwrap();
                    match secured(stream, tls.as_ref()).await {
                        Some(stream) => break stream,
                        None => continue,
                    }
                };
                let socket = accept(stream, protocol, &seen).await;
                tasks.spawn(serve(turn, socket));
            }
        });
        Self { address, handshakes, task }
    }

    pub(super) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(super) fn handshakes(&self) -> Vec<Handshake> {
        self.handshakes.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn secured(stream: TcpStream, tls: Option<&TlsAcceptor>) -> Option<Box<dyn Io>> {
    match tls {
        Some(tls) => tls.accept(stream).await.ok().map(|stream| Box::new(stream) as _),
        None => Some(Box::new(stream)),
    }
}

#[allow(clippy::result_large_err, reason = "the library's type")]
async fn accept(
    stream: Box<dyn Io>,
    protocol: &'static str,
    seen: &Arc<Mutex<Vec<Handshake>>>,
) -> Socket {
    let check = |request: &Request, mut response: Response| -> Result<Response, ErrorResponse> {
        let headers = request.headers().clone();
        let path = request.uri().to_string();
        seen.lock().unwrap().push(Handshake { path, headers });
        if !protocol.is_empty() {
            response.headers_mut().insert("sec-websocket-protocol", protocol.parse().unwrap());
        }
        Ok(response)
    };
    Socket(accept_hdr_async(stream, check).await.unwrap())
}

pub(super) struct Socket(pub(super) WebSocketStream<Box<dyn Io>>);

impl Socket {
    /// Opens the protocol's connection, and returns what is subscribed to.
    pub(super) async fn open(&mut self) -> Value {
        assert_eq!(self.heard().await.unwrap(), json!({"type": "connection_init"}));
        self.say(r#"{"type":"connection_ack"}"#).await;
        let mut subscribe = self.heard().await.unwrap();
        assert_eq!((&subscribe["id"], &subscribe["type"]), (&json!("1"), &json!("subscribe")));
        subscribe["payload"].take()
    }

    pub(super) async fn say(&mut self, text: impl Into<Utf8Bytes>) {
        self.send(Message::Text(text.into())).await;
    }

    /// Sends a frame; the client may be gone.
    pub(super) async fn send(&mut self, message: Message) {
        let _ = self.0.send(message).await;
    }

    /// Sends an event of this state.
    pub(super) async fn event(&mut self, status: &str) {
        self.say(event(status)).await;
    }

    pub(super) async fn close(&mut self, code: u16, reason: &'static str) {
        let frame = CloseFrame { code: CloseCode::from(code), reason: reason.into() };
        self.send(Message::Close(Some(frame))).await;
        while let Some(Ok(_)) = self.0.next().await {}
    }

    /// The next message; the code of the close in its place, and nothing when the connection ends.
    pub(super) async fn heard(&mut self) -> Option<Value> {
        loop {
            match timeout(HANGS, self.0.next()).await.unwrap()? {
                Ok(Message::Text(text)) => return Some(serde_json::from_str(&text).unwrap()),
                Ok(Message::Close(frame)) => {
                    return Some(json!(frame.map(|frame| u16::from(frame.code))));
                }
                Ok(_) => {}
                Err(_) => return None,
            }
        }
    }
}

/// An event of this state.
pub(super) fn event(status: &str) -> String {
    let event = json!({"sessionId": super::SESSION, "statusTransition": status, "reason": "r"});
    let data = json!({"schedulingEventsBySession": event});
    json!({"id": "1", "type": "next", "payload": {"data": data}}).to_string()
}
