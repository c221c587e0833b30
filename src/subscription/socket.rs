//! The WebSocket of a subscription: the connection, its upgrade and the protocol's handshake.

use std::{
    future::poll_fn,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use http::{HeaderValue, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt as _, Empty, LengthLimitError, Limited};
use hyper::{client::conn::http1, upgrade::Upgraded};
use hyper_util::rt::TokioIo;
use tokio::time::timeout;
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        self, Message as Frame, Utf8Bytes,
        error::ProtocolError,
        handshake::{client::generate_key, derive_accept_key},
        protocol::{CloseFrame, Role, WebSocketConfig, frame::coding::CloseCode},
    },
};
use tower_service::Service as _;
use url::{Origin, Position, Url};

use super::protocol::{self, Message};
use crate::{
    config::{Config, Endpoint},
    connect::{Connector, Plain},
    error::{Error, Result},
    http::{HttpRequest, HttpResponse},
    response,
    transport::{Transport, TransportError, TransportFuture, within},
};

/// Longest time for the end of a connection.
const FAREWELL: Duration = Duration::from_secs(5);

/// An open WebSocket.
pub(super) type Socket = WebSocketStream<TokioIo<Upgraded>>;

/// How connections to the endpoints are made. A client prepares them with its first subscription.
#[derive(Default)]
pub(crate) struct Connectors(OnceLock<Vec<(Origin, Connector)>>);

impl Connectors {
    /// Prepares the connections; opens none.
    pub(super) fn prepare(&self, config: &Config) -> Result<()> {
        if self.0.get().is_none() {
            let prepare = |endpoint: &Endpoint| {
                let connector = Connector::new(config, endpoint, Plain::Tunneled)?;
                Ok((endpoint.url().origin(), connector))
            };
            let all = config.endpoints().iter().map(prepare).collect::<Result<_>>()?;
            // Another subscription may have done the same meanwhile.
            let _ = self.0.set(all);
        }
        Ok(())
    }

    fn of(&self, url: &Url) -> Option<&Connector> {
        let origin = url.origin();
        let mut all = self.0.get().into_iter().flatten();
        all.find(|(of, _)| *of == origin).map(|(_, connector)| connector)
    }
}

/// Sends the request of a subscription, and keeps the WebSocket that it is answered with.
pub(super) struct Upgrade {
    connectors: Arc<Connectors>,
    connect_timeout: Option<Duration>,
    /// Longest time without an answer.
    read_timeout: Option<Duration>,
    opened: Mutex<Option<Result<Socket>>>,
}

impl Upgrade {
    pub(super) fn new(connectors: Arc<Connectors>, config: &Config) -> Self {
        Self {
            connectors,
            connect_timeout: config.connect_timeout(),
            read_timeout: config.read_timeout(),
            opened: Mutex::new(None),
        }
    }

    /// Returns the WebSocket of the last request, or why its server cannot be talked to; `None`
    /// when the server did not agree on the protocol.
    pub(super) fn take(&self) -> Option<Result<Socket>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let limit = request.timeout;
        within(limit, self.upgrade(request), TransportError::maybe_sent).await
    }

    async fn upgrade(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let limit = request.response_limit;
        let connecting = self.connect(&request.url);
        let mut sender = within(self.connect_timeout, connecting, TransportError::not_sent).await?;
        let key = generate_key();
        let request = upgrade_request(request, &key).map_err(TransportError::not_sent)?;
        let exchange = async {
            let response = sender.send_request(request).await;
            let response = response.map_err(TransportError::maybe_sent)?;
            let mut answer = HttpResponse::new(response.status(), Bytes::new());
            answer.headers = response.headers().clone();
            if answer.status == StatusCode::SWITCHING_PROTOCOLS {
                return Ok((answer, Some(response)));
            }
            answer.body = match Limited::new(response.into_body(), limit).collect().await {
                Ok(body) => body.to_bytes(),
                Err(error) if error.is::<LengthLimitError>() => {
                    return Err(TransportError::too_large(limit));
                }
                Err(error) => return Err(TransportError::maybe_sent(error)),
            };
            Ok((answer, None))
        };
        let (answer, response) =
            within(self.read_timeout, exchange, TransportError::maybe_sent).await?;
        let Some(response) = response.filter(|_| agrees(&answer, &key)) else {
            return Ok(answer);
        };
        let upgraded = hyper::upgrade::on(response).await.map_err(TransportError::maybe_sent)?;
        let config =
            WebSocketConfig::default().max_message_size(Some(limit)).max_frame_size(Some(limit));
        let io = TokioIo::new(upgraded);
        let mut socket = Socket::from_raw_socket(io, Role::Client, Some(config)).await;
        let greeting = async { Ok(greet(&mut socket).await) };
        let greeted = within(self.read_timeout, greeting, TransportError::maybe_sent).await?;
        *self.opened.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(greeted.map(|()| socket));
        Ok(answer)
    }

    async fn connect(&self, url: &Url) -> Result<http1::SendRequest<Empty<Bytes>>, TransportError> {
        let unknown = || TransportError::not_sent("the address is of no endpoint");
        let connector = self.connectors.of(url).ok_or_else(unknown)?;
        let mut https = connector.https.clone();
        let uri = with_port(url).ok_or_else(unknown)?;
        poll_fn(|context| https.poll_ready(context)).await.map_err(TransportError::not_sent)?;
        let proxied = connector.place.is_some();
        let stream = https.call(uri).await;
        let stream = stream.map_err(|error| TransportError::unconnected(error, proxied))?;
        let (sender, connection) =
            http1::handshake(stream).await.map_err(TransportError::not_sent)?;
        tokio::spawn(connection.with_upgrades());
        Ok(sender)
    }
}

impl Transport for Upgrade {
    fn send(&self, request: HttpRequest) -> TransportFuture<'_> {
        Box::pin(self.exchange(request))
    }
}

/// Returns the address to connect to. A proxy is asked for a host and a port.
fn with_port(url: &Url) -> Option<Uri> {
    let (host, port) = (url.host_str()?, url.port_or_known_default()?);
    format!("{}://{host}:{port}/", url.scheme()).parse().ok()
}

/// Completes the signed request to one for a WebSocket.
fn upgrade_request(of: HttpRequest, key: &str) -> http::Result<Request<Empty<Bytes>>> {
    let mut request = Request::new(Empty::new());
    *request.method_mut() = of.method;
    *request.uri_mut() = of.url[Position::BeforePath..Position::AfterQuery].parse()?;
    *request.headers_mut() = of.headers;
    let headers = request.headers_mut();
    headers.insert(header::HOST, of.url[Position::BeforeHost..Position::AfterPort].parse()?);
    headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
    headers.insert(header::SEC_WEBSOCKET_KEY, key.parse()?);
    headers.insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(protocol::NAME));
    Ok(request)
}

/// Returns whether a server answered the key, and chose the protocol.
fn agrees(response: &HttpResponse, key: &str) -> bool {
    let has = |name, value: &str| response.headers.get(name).is_some_and(|found| found == value);
    has(header::SEC_WEBSOCKET_ACCEPT, &derive_accept_key(key.as_bytes()))
        && has(header::SEC_WEBSOCKET_PROTOCOL, protocol::NAME)
}

/// Opens the protocol's connection.
async fn greet(socket: &mut Socket) -> Result<()> {
    send(socket, protocol::INIT).await?;
    loop {
        let text = receive(socket).await?;
        match protocol::parse(&text) {
            Ok(Message::Ack) => return Ok(()),
            Ok(Message::Ping) => send(socket, protocol::PONG).await?,
            Ok(Message::Ignored) => {}
            Ok(Message::Next(_) | Message::Error(_) | Message::Complete) => {
                finish(socket, None, CloseCode::Library(4400)).await;
                return Err(response::garbage(&text, "an event comes before the acknowledgement"));
            }
            Err(reason) => {
                finish(socket, None, CloseCode::Library(4400)).await;
                return Err(response::garbage(&text, reason));
            }
        }
    }
}

/// Sends a message.
pub(super) async fn send(socket: &mut Socket, text: impl Into<Utf8Bytes>) -> Result<()> {
    socket.send(Frame::Text(text.into())).await.map_err(lost)
}

/// Waits for the next message.
pub(super) async fn receive(socket: &mut Socket) -> Result<Utf8Bytes> {
    loop {
        match socket.next().await {
            Some(Ok(Frame::Text(text))) => return Ok(text),
            Some(Ok(Frame::Binary(_))) => {
                finish(socket, None, CloseCode::Library(4400)).await;
                return Err(response::garbage("", "a message is not text"));
            }
            Some(Ok(Frame::Close(Some(CloseFrame { code, reason })))) => {
                return Err(Error::closed(Some(code.into()), reason.as_str().to_owned()));
            }
            Some(Ok(Frame::Close(None))) | None => return Err(Error::closed(None, String::new())),
            // Pings of the WebSocket itself are answered by the library.
            Some(Ok(Frame::Ping(_) | Frame::Pong(_) | Frame::Frame(_))) => {}
            Some(Err(error)) => return Err(lost(error)),
        }
    }
}

/// Ends the connection, with one message before that.
pub(super) async fn finish(socket: &mut Socket, last: Option<&'static str>, code: CloseCode) {
    let farewell = async {
        if let Some(last) = last {
            send(socket, last).await?;
        }
        let frame = CloseFrame { code, reason: Utf8Bytes::default() };
        socket.close(Some(frame)).await.map_err(lost)?;
        // The connection stays until the server has read that.
        while let Some(Ok(_)) = socket.next().await {}
        Ok::<(), Error>(())
    };
    let _ = timeout(FAREWELL, farewell).await;
}

fn lost(error: tungstenite::Error) -> Error {
    use tungstenite::Error as Failure;
    let limit = |error: &tungstenite::error::CapacityError| match error {
        tungstenite::error::CapacityError::MessageTooLong { max_size, .. } => *max_size,
        _ => 0,
    };
    match error {
        Failure::Capacity(error) => {
            Error::transport(TransportError::too_large(limit(&error)), false)
        }
        Failure::Utf8(_)
        | Failure::Protocol(
            ProtocolError::InvalidOpcode(_)
            | ProtocolError::UnknownControlFrameType(_)
            | ProtocolError::UnknownDataFrameType(_)
            | ProtocolError::NonZeroReservedBits
            | ProtocolError::MaskedFrameFromServer
            | ProtocolError::UnexpectedContinueFrame
            | ProtocolError::ExpectedFragment(_)
            | ProtocolError::ControlFrameTooBig
            | ProtocolError::FragmentedControlFrame
            | ProtocolError::InvalidCloseSequence,
        ) => response::garbage("", error.to_string()),
        error => Error::transport(TransportError::maybe_sent(error), false),
    }
}
