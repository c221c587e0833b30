//! One request on the wire. The only room that names the HTTP library.
//!
//! A transport sends what it is given, once. It does not sign, retry or interpret.

use std::{fmt, future::Future, pin::Pin, sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Method, StatusCode};
use url::Url;

use crate::{
    config::{Config, Proxies},
    error::Source,
};

/// What [`Transport::send`] returns.
pub type TransportFuture<'a> =
    Pin<Box<dyn Future<Output = Result<HttpResponse, TransportError>> + Send + 'a>>;

/// The wire. Replace it to record, to add headers, or to test without a network.
///
/// ```
/// use backendai::transport::{HttpRequest, HttpResponse, Transport, TransportFuture};
///
/// /// Answers everything with an empty keypair list.
/// struct Empty;
///
/// impl Transport for Empty {
///     fn send(&self, _: HttpRequest) -> TransportFuture<'_> {
///         let body = r#"{"data":{"keypair_list":{"items":[],"total_count":0}},"errors":null}"#;
///         Box::pin(async move { Ok(HttpResponse::new(http::StatusCode::OK, body)) })
///     }
/// }
/// ```
pub trait Transport: Send + Sync + 'static {
    /// Sends the request once and reads the whole answer, whatever its status.
    ///
    /// Redirects are not followed: they would carry the signature to another host.
    fn send(&self, request: HttpRequest) -> TransportFuture<'_>;
}

impl<T: Transport + ?Sized> Transport for Arc<T> {
    fn send(&self, request: HttpRequest) -> TransportFuture<'_> {
        (**self).send(request)
    }
}

impl<T: Transport + ?Sized> Transport for Box<T> {
    fn send(&self, request: HttpRequest) -> TransportFuture<'_> {
        (**self).send(request)
    }
}

/// A request. `Debug` shows neither the body nor what says who is calling.
#[derive(Clone)]
#[non_exhaustive]
pub struct HttpRequest {
    /// HTTP method.
    pub method: Method,
    /// Whole address. Path, query and host are signed: a transport does not change them.
    pub url: Url,
    /// All headers but those that the HTTP library adds, such as `Host`.
    pub headers: HeaderMap,
    /// The body, encoded.
    pub body: Bytes,
    /// For the whole exchange, connecting and reading included; without one, as the transport is
    /// configured.
    pub timeout: Option<Duration>,
    /// Most bytes of a decompressed answer. A larger one is [`TransportError::too_large`].
    pub response_limit: usize,
}

impl HttpRequest {
    /// A request without headers, body or limits.
    pub fn new(method: Method, url: Url) -> Self {
        Self {
            method,
            url,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            timeout: None,
            response_limit: usize::MAX,
        }
    }
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpRequest")
            .field("method", &self.method)
            .field("url", &self.url.as_str())
            .field("headers", &shown(self.headers.clone()))
            .field("body_len", &self.body.len())
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// An answer. `Debug` shows neither the body nor a session.
#[derive(Clone)]
#[non_exhaustive]
pub struct HttpResponse {
    /// HTTP status.
    pub status: StatusCode,
    /// All headers.
    pub headers: HeaderMap,
    /// The body, decompressed.
    pub body: Bytes,
}

impl HttpResponse {
    /// An answer without headers.
    pub fn new(status: StatusCode, body: impl Into<Bytes>) -> Self {
        Self { status, headers: HeaderMap::new(), body: body.into() }
    }
}

impl fmt::Debug for HttpResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpResponse")
            .field("status", &self.status)
            .field("headers", &shown(self.headers.clone()))
            .field("body_len", &self.body.len())
            .finish()
    }
}

/// The headers, with those marked that say whose a session is, so that no `Debug` shows them.
fn shown(mut headers: HeaderMap) -> HeaderMap {
    let secret = ["authorization", "cookie", "set-cookie", "x-backendai-sessionid"];
    for (name, value) in &mut headers {
        if secret.contains(&name.as_str()) {
            value.set_sensitive(true);
        }
    }
    headers
}

/// Why there is no answer, and whether the request may have arrived. The latter decides whether a
/// mutation may be sent again.
#[derive(Debug)]
pub struct TransportError {
    reach: Reach,
    timeout: bool,
    source: Source,
}

#[derive(Debug, PartialEq, Eq)]
enum Reach {
    NotSent,
    Unknown,
    TooLarge,
}

impl TransportError {
    /// The request provably did not leave: the name did not resolve, nobody listens, the TLS
    /// handshake failed, or connecting took too long.
    pub fn not_sent(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { reach: Reach::NotSent, timeout: false, source: source.into() }
    }

    /// The request may have arrived.
    pub fn maybe_sent(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { reach: Reach::Unknown, timeout: false, source: source.into() }
    }

    /// The answer has more than `limit` bytes.
    pub fn too_large(limit: usize) -> Self {
        let source = format!("the answer has more than {limit} bytes").into();
        Self { reach: Reach::TooLarge, timeout: false, source }
    }

    /// The reason is that it took too long.
    #[must_use]
    pub fn timed_out(mut self) -> Self {
        self.timeout = true;
        self
    }

    /// Whether the request provably did not leave.
    pub fn is_not_sent(&self) -> bool {
        self.reach == Reach::NotSent
    }

    /// Whether it took too long.
    pub const fn is_timeout(&self) -> bool {
        self.timeout
    }

    /// Whether the answer was larger than allowed.
    pub fn is_too_large(&self) -> bool {
        self.reach == Reach::TooLarge
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (&self.reach, self.timeout) {
            (Reach::NotSent, false) => "cannot connect",
            (Reach::NotSent, true) => "connecting took too long",
            (Reach::Unknown, false) => "the exchange broke off",
            (Reach::Unknown, true) => "the exchange took too long",
            (Reach::TooLarge, _) => "the answer is too large",
        })
    }
}

impl std::error::Error for TransportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(self.source.as_ref())
    }
}

/// Idle connections are dropped after this time: before the other side does, which is after 75
/// seconds for nginx and older aiohttp, and commonly after 60 for load balancers. A request that
/// meets a connection being closed is a mutation of unknown outcome.
const POOL_IDLE: Duration = Duration::from_secs(30);

/// HTTP/1.1 and HTTP/2 with TLS by rustls.
///
/// Certificates are checked against the system's authorities and those of the configuration.
/// `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` are followed: of the environment that the
/// configuration was built from, or else of the process. Answers may come compressed.
///
/// Nothing is sent twice but a request of which not one byte was written, because the idle
/// connection that it was meant for had been closed.
#[derive(Clone, Debug)]
pub struct HttpTransport {
    client: reqwest::Client,
}

impl HttpTransport {
    /// Prepares connections as configured; makes none.
    ///
    /// # Errors
    ///
    /// When a certificate or the client's identity cannot be read, or the system has no
    /// certificate authorities and an endpoint needs them.
    pub fn new(config: &Config) -> Result<Self, TransportError> {
        // A provider that the program chose before stays.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut certificates = Vec::new();
        for pem in config.ca_certificates() {
            certificates.extend(
                reqwest::Certificate::from_pem_bundle(pem).map_err(TransportError::not_sent)?,
            );
        }
        let builder = || -> reqwest::Result<reqwest::ClientBuilder> {
            let mut builder = reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                // Repeating is decided in one place, and that is not here.
                .retry(reqwest::retry::never())
                .referer(false)
                .pool_idle_timeout(POOL_IDLE);
            if let Some(timeout) = config.connect_timeout() {
                builder = builder.connect_timeout(timeout);
            }
            if let Some(timeout) = config.read_timeout() {
                builder = builder.read_timeout(timeout);
            }
            if let Some(identity) = config.client_identity() {
                builder = builder.identity(reqwest::Identity::from_pem(identity.expose_pem())?);
            }
            if let Some(proxies) = config.proxies() {
                builder = behind(builder.no_proxy(), proxies)?;
            }
            if config.skip_tls_verification() {
                builder = builder.tls_danger_accept_invalid_certs(true);
            }
            Ok(builder)
        };
        if config.skip_tls_verification() {
            tracing::warn!(
                "TLS certificates are not verified: whoever is on the way can read the answers"
            );
        }
        let system =
            builder().and_then(|builder| builder.tls_certs_merge(certificates.clone()).build());
        let plain = config.endpoints().iter().all(|endpoint| endpoint.url().scheme() == "http");
        let client = match system {
            // A bare container has no authorities, and plain HTTP needs none.
            Err(_) if plain => {
                builder().and_then(|builder| builder.tls_certs_only(certificates).build())
            }
            result => result,
        };
        client.map(|client| Self { client }).map_err(TransportError::not_sent)
    }

    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let limit = request.response_limit;
        // Put together as a whole: a builder takes each header out and in again.
        let mut whole = reqwest::Request::new(request.method, request.url);
        *whole.headers_mut() = request.headers;
        *whole.body_mut() = Some(request.body.into());
        *whole.timeout_mut() = request.timeout;
        let mut response = self.client.execute(whole).await.map_err(classify)?;
        let announced = response.content_length().unwrap_or(0);
        if announced > limit as u64 {
            return Err(TransportError::too_large(limit));
        }
        let status = response.status();
        let headers = shown(std::mem::take(response.headers_mut()));
        let body = read(&mut response, limit).await?;
        Ok(HttpResponse { status, headers, body })
    }
}

impl Transport for HttpTransport {
    fn send(&self, request: HttpRequest) -> TransportFuture<'_> {
        Box::pin(self.exchange(request))
    }
}

fn behind(
    mut builder: reqwest::ClientBuilder,
    proxies: &Proxies,
) -> reqwest::Result<reqwest::ClientBuilder> {
    let except = proxies.except().and_then(reqwest::NoProxy::from_string);
    if let Some(proxy) = proxies.http() {
        builder = builder.proxy(reqwest::Proxy::http(proxy)?.no_proxy(except.clone()));
    }
    if let Some(proxy) = proxies.https() {
        builder = builder.proxy(reqwest::Proxy::https(proxy)?.no_proxy(except));
    }
    Ok(builder)
}

/// The body, and no more than `limit` bytes of it in memory.
async fn read(response: &mut reqwest::Response, limit: usize) -> Result<Bytes, TransportError> {
    let mut body = Body::default();
    let mut left = limit;
    while let Some(chunk) = response.chunk().await.map_err(classify)? {
        left = left.checked_sub(chunk.len()).ok_or_else(|| TransportError::too_large(limit))?;
        body.push(chunk);
    }
    Ok(body.finish())
}

/// Most answers come in one piece, which is kept without copying.
#[derive(Default)]
struct Body {
    first: Bytes,
    all: BytesMut,
}

impl Body {
    fn push(&mut self, chunk: Bytes) {
        if self.first.is_empty() && self.all.is_empty() {
            self.first = chunk;
            return;
        }
        if self.all.is_empty() {
            self.all.extend_from_slice(&std::mem::take(&mut self.first));
        }
        self.all.extend_from_slice(&chunk);
    }

    fn finish(self) -> Bytes {
        if self.all.is_empty() { self.first } else { self.all.freeze() }
    }
}

fn classify(error: reqwest::Error) -> TransportError {
    let timeout = error.is_timeout();
    // The address is told by whoever calls; here it would only be repeated.
    let error = error.without_url();
    let error = match error.is_connect() || error.is_builder() {
        true => TransportError::not_sent(error),
        false => TransportError::maybe_sent(error),
    };
    if timeout { error.timed_out() } else { error }
}
