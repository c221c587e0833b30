//! The sockets: one accept loop, one task per connection, and the faults.

use std::convert::Infallible;
use std::fmt;
use std::future::{Future, pending, poll_fn};
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, Uri};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use crate::fault::{Fault, Faults};
use crate::record::Recorded;

/// Limit of a request body; a connection that exceeds it is closed.
const READ_LIMIT: usize = 64 * 1024 * 1024;

/// A response before it is serialised.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) body: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    /// For a 101, what the connection is used for.
    pub(crate) socket: Option<Takeover>,
}

/// A response's body, which may be streamed.
pub(crate) type Body = BoxBody<Bytes, io::Error>;

/// Makes a body of bytes that are all there.
pub(crate) fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed()
}

/// A server at the level of HTTP, which reads and writes bodies as streams.
pub(crate) trait Handle: Send + Sync + 'static {
    fn handle(
        &self,
        request: Request<Incoming>,
    ) -> impl Future<Output = Result<Response<Body>, End>> + Send;
}

impl<S: Serve> Handle for Shared<S> {
    async fn handle(&self, request: Request<Incoming>) -> Result<Response<Body>, End> {
        handle(request, self).await
    }
}

/// A server without its sockets: the manager or its webserver.
pub(crate) trait Serve: Send + Sync + 'static {
    fn answer(&self, method: &str, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Answer;
}

/// What the connections share with the [`Manager`](crate::Manager) or the
/// [`Webserver`](crate::Webserver).
pub(crate) struct Shared<S> {
    pub(crate) server: S,
    pub(crate) faults: Faults,
    log: Mutex<Vec<Recorded>>,
}

impl<S> Shared<S> {
    pub(crate) fn new(server: S) -> Self {
        Self { server, faults: Faults::default(), log: Mutex::default() }
    }

    pub(crate) fn log(&self) -> std::sync::MutexGuard<'_, Vec<Recorded>> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the value of a header that is valid ASCII.
pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Accepts connections. Dropping the future closes the listener and all connections.
pub(crate) async fn serve<H: Handle>(listener: TcpListener, shared: Arc<H>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    connections.spawn(connection(stream, Arc::clone(&shared)));
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// How a fault ends a connection.
pub(crate) enum End {
    /// Writes these bytes, if any, and shuts the connection down.
    Write(Vec<u8>),
    Reset,
    /// Not a fault: after this head, the connection has another protocol than HTTP.
    Upgrade(Vec<u8>, Takeover),
}

/// What happens to a socket that HTTP releases, with the bytes that were read of it already.
pub(crate) type Takeover =
    Box<dyn FnOnce(TcpStream, Bytes) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send>;

/// Returns the headers that accept a WebSocket with this key.
pub(crate) fn websocket(key: &str) -> Vec<(&'static str, String)> {
    vec![
        ("connection", "upgrade".to_owned()),
        ("upgrade", "websocket".to_owned()),
        ("sec-websocket-accept", derive_accept_key(key.as_bytes())),
    ]
}

/// Makes hyper release the connection, so that its socket can be used directly.
#[derive(Debug)]
struct Abandon;

impl fmt::Display for Abandon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection is ended by a fault")
    }
}

impl std::error::Error for Abandon {}

async fn connection<H: Handle>(stream: TcpStream, shared: Arc<H>) {
    let _ = stream.set_nodelay(true);
    let end = Arc::new(Mutex::new(None));
    let service = service_fn(|request| {
        let (shared, end) = (Arc::clone(&shared), Arc::clone(&end));
        Box::pin(async move {
            match shared.handle(request).await {
                Ok(response) => Ok(response),
                Err(ending) => {
                    *end.lock().unwrap_or_else(PoisonError::into_inner) = Some(ending);
                    Err(Abandon)
                }
            }
        })
    });
    let mut connection = http1::Builder::new()
        .title_case_headers(true)
        .serve_connection(TokioIo::new(stream), service);
    // An error here is the client's, or part of a fault.
    let _ = poll_fn(|cx| connection.poll_without_shutdown(cx)).await;
    let parts = connection.into_parts();
    let mut stream = parts.io.into_inner();
    let ending = end.lock().unwrap_or_else(PoisonError::into_inner).take();
    match ending {
        Some(End::Reset) => {
            let _ = stream.set_zero_linger();
        }
        Some(End::Write(bytes)) => {
            let _ = stream.write_all(&bytes).await;
            let _ = stream.shutdown().await;
        }
        Some(End::Upgrade(head, takeover)) => {
            if stream.write_all(&head).await.is_ok() {
                takeover(stream, parts.read_buf).await;
            }
        }
        None => {
            let _ = stream.shutdown().await;
        }
    }
}

async fn handle<S: Serve>(
    request: Request<Incoming>,
    shared: &Shared<S>,
) -> Result<Response<Body>, End> {
    let (parts, body) = request.into_parts();
    let body = match Limited::new(body, READ_LIMIT).collect().await {
        Ok(body) => body.to_bytes(),
        Err(_) => return Err(End::Write(Vec::new())),
    };
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let recorded = Recorded::new(parts.method.as_str(), path, &parts.headers, &body);
    let released = shared.faults.released();
    shared.log().push(recorded.clone());
    let fault = shared.faults.take(&recorded);
    let answer = || shared.server.answer(parts.method.as_str(), &parts.uri, &parts.headers, &body);
    let head = parts.method == http::Method::HEAD;
    match fault {
        None => response(answer(), head),
        Some(Fault::Delay(delay)) => {
            let _ = timeout(delay, released).await;
            response(answer(), head)
        }
        Some(Fault::DelayAnswer(delay)) => {
            let answer = answer();
            let _ = timeout(delay, released).await;
            response(answer, head)
        }
        Some(Fault::Answer { status, content_type, body, headers }) => {
            let mut all = vec![("content-type".to_owned(), content_type)];
            all.extend(headers);
            all.push(("connection".to_owned(), "close".to_owned()));
            Err(End::Write(bytes(status, &all, body.len(), body.as_bytes())))
        }
        Some(Fault::Stall) => match pending::<Infallible>().await {},
        Some(Fault::Close) => Err(End::Write(Vec::new())),
        Some(Fault::Reset) => Err(End::Reset),
        Some(Fault::Lose) => {
            answer();
            Err(End::Write(Vec::new()))
        }
        Some(Fault::Cut) => Err(End::Write(raw(&answer(), 0, |body| {
            let half = body.len() / 2;
            body.truncate(half);
        }))),
        Some(Fault::Garble) => response(garbled(answer()), head),
        Some(Fault::WrongLength(by)) => Err(End::Write(raw(&answer(), by, |_| {}))),
    }
}

fn garbled(mut answer: Answer) -> Answer {
    "{\"data\": \u{fffd} this is not JSON".clone_into(&mut answer.body);
    answer
}

fn response(answer: Answer, head: bool) -> Result<Response<Body>, End> {
    if let Some(takeover) = answer.socket {
        return Err(End::Upgrade(start(answer.status, &answer.headers), takeover));
    }
    let mut builder = Response::builder()
        .status(answer.status)
        .header("content-type", answer.content_type)
        .header("content-length", answer.body.len());
    for (name, value) in answer.headers {
        builder = builder.header(name, value);
    }
    let body = if head { Bytes::new() } else { Bytes::from(answer.body) };
    // All parts are valid, so this does not fail.
    Ok(builder.body(full(body)).unwrap_or_default())
}

/// Serialises an answer with a wrong `Content-Length` and a changed body.
fn raw(answer: &Answer, wrong_by: i64, change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut body = answer.body.clone().into_bytes();
    let length = body.len().saturating_add_signed(isize::try_from(wrong_by).unwrap_or(0));
    change(&mut body);
    let mut headers = vec![("content-type".to_owned(), answer.content_type.to_owned())];
    let more = answer.headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    headers.extend(more);
    bytes(answer.status, &headers, length, &body)
}

fn bytes(status: u16, headers: &[(String, String)], length: usize, body: &[u8]) -> Vec<u8> {
    let mut all = vec![("content-length".to_owned(), length.to_string())];
    all.extend_from_slice(headers);
    let mut bytes = start(status, &all);
    bytes.extend_from_slice(body);
    bytes
}

/// Serialises the status line and headers.
pub(crate) fn start<N: AsRef<str>>(status: u16, headers: &[(N, String)]) -> Vec<u8> {
    let reason = http::StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or("Unknown");
    let mut text = format!("HTTP/1.1 {status} {reason}\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{}: {value}\r\n", name.as_ref()));
    }
    text.push_str("\r\n");
    text.into_bytes()
}
