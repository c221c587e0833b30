//! Sends one request. The only module that names the HTTP library.
//!
//! A transport sends a request as it is, once. It does not sign, retry or interpret.

use std::{error::Error, fmt, future::Future, pin::Pin, sync::Arc, time::Duration};

use bytes::Bytes;
use url::Url;

pub use crate::http::{HttpRequest, HttpResponse};
/// The HTTP library of [`HttpTransport`].
pub use reqwest;

use crate::{
    config::{Config, Endpoint},
    error::Blame,
    http::mark_sensitive,
    setting::Proxy,
    tls,
};

/// The future of [`Transport::send`].
pub type TransportFuture<'a> =
    Pin<Box<dyn Future<Output = Result<HttpResponse, TransportError>> + Send + 'a>>;

/// Sends requests. Replace it to record, to limit, or to test without a network; most replacements
/// wrap an [`HttpTransport`]. For headers, [`ClientBuilder::header`] is enough.
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
///
/// # Layers of `tower`
///
/// Any `tower` service is a transport with these lines, so all layers of `tower` and `tower-http`-like
/// crates fit in between:
///
/// ```
/// use backendai::{
///     Client, Config,
///     transport::{HttpRequest, HttpResponse, HttpTransport, Transport, TransportError, TransportFuture},
/// };
/// use tower::{BoxError, Service, ServiceBuilder, ServiceExt as _};
///
/// struct Layered<S>(S);
///
/// impl<S> Transport for Layered<S>
/// where
///     S: Service<HttpRequest, Response = HttpResponse, Error: Into<BoxError>>,
///     S: Clone + Send + Sync + 'static,
///     S::Future: Send,
/// {
///     fn send(&self, request: HttpRequest) -> TransportFuture<'_> {
///         let service = self.0.clone();
///         Box::pin(async move {
///             service.oneshot(request).await.map_err(|error| match error.into().downcast() {
///                 Ok(of_transport) => *of_transport,
///                 Err(of_a_layer) => TransportError::maybe_sent(of_a_layer),
///             })
///         })
///     }
/// }
///
/// # fn build(config: Config) -> Result<Client, Box<dyn std::error::Error>> {
/// let http = HttpTransport::new(&config)?;
/// let service = ServiceBuilder::new().concurrency_limit(8).service_fn(move |request| {
///     let http = http.clone();
///     async move { http.send(request).await }
/// });
/// let client = Client::builder(config).transport(Layered(service)).build()?;
/// # Ok(client)
/// # }
/// ```
///
/// A failure that is no [`TransportError`] counts as one that may have reached the manager, so a
/// mutation is not sent again. A layer that repeats or redirects requests is wrong here: the client
/// does that, and only where it is safe.
///
/// [`ClientBuilder::header`]: crate::ClientBuilder::header
pub trait Transport: Send + Sync + 'static {
    /// Sends the request once and reads the whole response, whatever its status.
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

/// A failed exchange, and whether the request may have arrived. The latter decides whether a
/// mutation may be sent again.
#[derive(Debug)]
pub struct TransportError {
    reach: Reach,
    timeout: bool,
    blame: Option<Blame>,
    source: Box<dyn Error + Send + Sync>,
}

#[derive(Debug, PartialEq, Eq)]
enum Reach {
    NotSent,
    Unknown,
    TooLarge,
}

impl TransportError {
    /// The request provably did not leave: the name did not resolve, the connection was refused, the
    /// TLS handshake failed, or connecting took too long.
    pub fn not_sent(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { reach: Reach::NotSent, timeout: false, blame: None, source: source.into() }
    }

    /// The request may have arrived.
    pub fn maybe_sent(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { reach: Reach::Unknown, timeout: false, blame: None, source: source.into() }
    }

    /// The response has more than `limit` bytes.
    pub fn too_large(limit: usize) -> Self {
        let source = format!("the answer has more than {limit} bytes").into();
        Self { reach: Reach::TooLarge, timeout: false, blame: None, source }
    }

    /// Marks the failure as a timeout.
    #[must_use]
    pub fn timed_out(mut self) -> Self {
        self.timeout = true;
        self
    }

    /// Marks the failure as one of the proxy of the environment: there is no connection to it.
    #[must_use]
    pub const fn of_proxy(mut self) -> Self {
        self.blame = Some(Blame::Proxy);
        self
    }

    /// The connection could not be made; `proxied` is whether it goes through a proxy.
    #[cfg(feature = "subscription")]
    pub(crate) fn unconnected(source: Box<dyn Error + Send + Sync>, proxied: bool) -> Self {
        Self { blame: blame(&*source, proxied), ..Self::not_sent(source) }
    }

    pub(crate) const fn blame(&self) -> Option<Blame> {
        self.blame
    }

    /// Returns whether the request provably did not leave.
    pub fn is_not_sent(&self) -> bool {
        self.reach == Reach::NotSent
    }

    /// Returns whether it took too long.
    pub const fn is_timeout(&self) -> bool {
        self.timeout
    }

    /// Returns whether the response was larger than allowed.
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

impl Error for TransportError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(self.source.as_ref())
    }
}

/// Idle connections are closed after this time: before the other side closes them, which is after 75
/// seconds for nginx and older aiohttp, and commonly after 60 for load balancers. A mutation on a
/// connection that is being closed has an unknown outcome.
const POOL_IDLE: Duration = Duration::from_secs(30);

/// The default transport: HTTP/1.1 and HTTP/2, with TLS by rustls.
///
/// Certificates are verified against the system's authorities and those of the configuration.
/// `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` are respected: of the environment that the
/// configuration was built from, or else of the process; see [`Proxies`](crate::config::Proxies). Responses may be compressed.
///
/// Nothing is sent twice except a request of which no byte was written, because the idle connection
/// that it was meant for had been closed.
#[derive(Clone, Debug)]
pub struct HttpTransport {
    client: reqwest::Client,
    /// Whether the client is the caller's, which may follow redirects.
    foreign: bool,
    /// Empty for a client of the caller.
    proxies: Arc<Proxied>,
    /// `None` for a client of the caller.
    read_timeout: Option<Duration>,
}

/// The proxy of each endpoint that has one.
type Proxied = Vec<(Endpoint, Proxy)>;

impl HttpTransport {
    /// Prepares connections as configured; opens none.
    ///
    /// # Errors
    ///
    /// When a certificate or the client's identity cannot be read, the system has no certificate
    /// authorities and an endpoint requires them, or a proxy of the environment cannot be used.
    pub fn new(config: &Config) -> Result<Self, TransportError> {
        let (builder, proxies) = prepare(config)?;
        let client = builder.build().map_err(TransportError::not_sent)?;
        Ok(Self { client, foreign: false, proxies, read_timeout: config.read_timeout() })
    }

    /// Sends through this client of [`reqwest`], best one from [`client_builder`](Self::client_builder):
    /// timeouts, certificates and proxies of the configuration apply to no other.
    ///
    /// ```no_run
    /// use backendai::{Client, Config, transport::HttpTransport};
    ///
    /// # fn build() -> Result<Client, Box<dyn std::error::Error>> {
    /// let config = Config::from_env()?;
    /// let own = HttpTransport::client_builder(&config)?
    ///     .resolve("manager.example", "10.0.0.5:443".parse()?)
    ///     .build()?;
    /// let client = Client::builder(config).transport(HttpTransport::from_client(own)).build()?;
    /// # Ok(client)
    /// # }
    /// ```
    ///
    /// A client that the program has for other purposes must have been built with
    /// `redirect(Policy::none())` and `retry(never())`: a redirect that it follows is an error here, since
    /// the signature went to another address, and a mutation that it repeats is executed twice. Requests
    /// have all their headers, so its default headers must not be those that
    /// [`ClientBuilder::header`](crate::ClientBuilder::header) refuses. It also needs TLS of its own:
    /// `reqwest::Client::new` panics unless the program enables the feature `rustls` of `reqwest`.
    pub fn from_client(client: reqwest::Client) -> Self {
        Self { client, foreign: true, proxies: Arc::default(), read_timeout: None }
    }

    /// Returns a builder with everything that [`new`](Self::new) sets, to be changed and passed to
    /// [`from_client`](Self::from_client), which has an example.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn client_builder(config: &Config) -> Result<reqwest::ClientBuilder, TransportError> {
        let (builder, _) = prepare(config)?;
        Ok(match config.read_timeout() {
            Some(limit) => builder.read_timeout(limit),
            None => builder,
        })
    }

    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let limit = request.response_limit;
        let proxied = of(&self.proxies, &request.url).is_some();
        let classify = |error| classify(error, proxied);
        let asked = self.foreign.then(|| request.url.clone());
        // Assembled as a whole: a builder would copy each header.
        let mut whole = reqwest::Request::new(request.method, request.url);
        *whole.headers_mut() = request.headers;
        *whole.body_mut() = Some(request.body.into());
        *whole.timeout_mut() = request.timeout;
        let execute =
            async { self.client.execute(whole).await.map_err(|e| unanswered(classify(e))) };
        let mut response = within(self.read_timeout, execute, TransportError::maybe_sent).await?;
        if asked.is_some_and(|asked| asked != *response.url()) {
            return Err(TransportError::maybe_sent(
                "the HTTP client followed a redirect: build it with `redirect(Policy::none())`",
            ));
        }
        if response.content_length().is_some_and(|announced| announced > limit as u64) {
            return Err(TransportError::too_large(limit));
        }
        let status = response.status();
        let headers = mark_sensitive(std::mem::take(response.headers_mut()));
        let body = read(response, limit, self.read_timeout, classify).await?;
        Ok(HttpResponse { status, headers, body })
    }
}

impl Transport for HttpTransport {
    fn send(&self, request: HttpRequest) -> TransportFuture<'_> {
        Box::pin(self.exchange(request))
    }
}

/// Prepares a client as configured, and returns the proxies that it uses.
fn prepare(config: &Config) -> Result<(reqwest::ClientBuilder, Arc<Proxied>), TransportError> {
    let plain = config.endpoints().iter().all(|endpoint| endpoint.url().scheme() == "http");
    let mut tls = tls::client_config(config, plain).map_err(TransportError::not_sent)?;
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let mut proxies = Proxied::new();
    for endpoint in config.endpoints() {
        let proxy = config.proxy_of(endpoint.url()).map_err(TransportError::not_sent)?;
        proxies.extend(proxy.map(|proxy| (endpoint.clone(), proxy)));
    }
    let proxies = Arc::new(proxies);
    let mut builder = reqwest::Client::builder()
        .no_proxy()
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none())
        // The dispatcher alone decides what is repeated. With a limit above zero each request is cloned.
        .retry(reqwest::retry::never().max_retries_per_request(0))
        .referer(false)
        .pool_idle_timeout(POOL_IDLE);
    if let Some(timeout) = config.connect_timeout() {
        builder = builder.connect_timeout(timeout);
    }
    if !proxies.is_empty() {
        let proxies = proxies.clone();
        let proxy = move |url: &Url| Some(of(&proxies, url)?.expose_url().to_owned());
        builder = builder.proxy(reqwest::Proxy::custom(proxy));
    }
    if config.skip_tls_verification() {
        tracing::warn!(
            "TLS certificates are not verified: an on-path attacker can read the responses"
        );
    }
    Ok((builder, proxies))
}

/// Returns the proxy of the endpoint that an address is of.
fn of<'a>(proxies: &'a Proxied, url: &Url) -> Option<&'a Proxy> {
    let of_endpoint = |(endpoint, _): &&(Endpoint, Proxy)| endpoint.url().origin() == url.origin();
    proxies.iter().find(of_endpoint).map(|(_, proxy)| proxy)
}

/// Reads the body, and keeps no more than `limit` bytes of it in memory.
async fn read(
    mut response: reqwest::Response,
    limit: usize,
    timeout: Option<Duration>,
    classify: impl Fn(reqwest::Error) -> TransportError,
) -> Result<Bytes, TransportError> {
    let mut chunks = Vec::new();
    let mut size = 0;
    loop {
        let next = async { response.chunk().await.map_err(&classify) };
        let Some(chunk) = within(timeout, next, TransportError::maybe_sent).await? else { break };
        size += chunk.len();
        if size > limit {
            return Err(TransportError::too_large(limit));
        }
        chunks.push(chunk);
    }
    // Most bodies are one chunk, which is not copied.
    Ok(match <[Bytes; 1]>::try_from(chunks) {
        Ok([only]) => only,
        Err(chunks) => chunks.concat().into(),
    })
}

/// Limits the time of a step. The HTTP library's own limit takes more timers, and sets them more often.
pub(crate) async fn within<T>(
    limit: Option<Duration>,
    step: impl Future<Output = Result<T, TransportError>>,
    failure: impl FnOnce(&'static str) -> TransportError,
) -> Result<T, TransportError> {
    match limit {
        Some(limit) => match tokio::time::timeout(limit, step).await {
            Ok(result) => result,
            Err(_) => Err(failure("the time is over").timed_out()),
        },
        None => step.await,
    }
}

/// `proxied` is whether the request goes through a proxy.
fn classify(error: reqwest::Error, proxied: bool) -> TransportError {
    let timeout = error.is_timeout();
    let connect = error.is_connect();
    let blame = blame(&error, proxied && connect);
    // The caller's error has the address already.
    let error = error.without_url();
    let error = match connect || error.is_builder() {
        true => TransportError::not_sent(error),
        false => TransportError::maybe_sent(error),
    };
    let error = match blame {
        Some(Blame::NotTls) => TransportError::not_sent("there is no answer in TLS"),
        _ => error,
    };
    let error = TransportError { blame, ..error };
    if timeout { error.timed_out() } else { error }
}

/// The same failure as one before an answer began.
fn unanswered(error: TransportError) -> TransportError {
    match (&error.reach, error.timeout, error.blame) {
        (Reach::Unknown, false, None) => TransportError { blame: Some(Blame::NoAnswer), ..error },
        _ => error,
    }
}

/// Returns what a failure is due to, as far as its causes show. `through` is whether it is one of a
/// connection through a proxy.
fn blame(error: &(dyn Error + 'static), through: bool) -> Option<Blame> {
    use rustls::{CertificateError, Error as Tls, InvalidMessage};
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        match tls_error(error) {
            Some(Tls::InvalidMessage(InvalidMessage::InvalidContentType)) => {
                return Some(Blame::NotTls);
            }
            // An authority of the same name with another key gives a bad signature.
            Some(Tls::InvalidCertificate(
                CertificateError::UnknownIssuer | CertificateError::BadSignature,
            )) => {
                return Some(Blame::Authority);
            }
            Some(Tls::InvalidCertificate(_)) => return Some(Blame::Certificate),
            // Whatever else there is in TLS, a server answered.
            Some(_) => return None,
            None => {}
        }
        let text = error.to_string();
        // The server has closed the connection.
        if !through && text == "tls handshake eof" {
            return Some(Blame::NotTls);
        } else if through && text.ends_with("proxy authorization required") {
            return Some(Blame::ProxyLogin);
        } else if text.starts_with("invalid HTTP version")
            || text.starts_with("received unexpected message from connection")
        {
            return Some(Blame::NotHttp);
        }
        cause = error.source();
    }
    through.then_some(Blame::Proxy)
}

/// Returns the TLS error that an error is, or has inside: the source of an I/O error is not the error
/// inside it, but that one's source.
fn tls_error<'e>(mut error: &'e (dyn Error + 'static)) -> Option<&'e rustls::Error> {
    loop {
        if let Some(tls) = error.downcast_ref() {
            return Some(tls);
        }
        error = error.downcast_ref::<std::io::Error>()?.get_ref()?;
    }
}
