//! The client: what stays the same from call to call.

mod builder;
mod endpoints;
mod negotiate;
mod quota;
mod skew;

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Duration,
};

use graphql_client::GraphQLQuery;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::value::RawValue;
use tokio::time::Instant;
use url::{Position, Url};

pub use self::{builder::ClientBuilder, negotiate::ServerInfo};
use self::{endpoints::Endpoints, quota::Quota, skew::Skew};
#[cfg(feature = "session")]
use crate::session::Session;
use crate::{
    config::{ApiVersion, Config, Endpoint, EndpointType},
    error::{Error, Result},
    observe::Observer,
    operation::{Operation, Paginated},
    paging::Pager,
    request::{ADMIN, Call, Request},
    retry::Retry,
    sign::{RequestDate, SignableRequest, Signer},
    transport::{HttpRequest, Transport, TransportError},
    version::{ManagerVersion, Texts, VersionPolicy},
};

const DOMAIN: HeaderName = HeaderName::from_static("x-backendai-domain");
const VERSION: HeaderName = HeaderName::from_static("x-backendai-version");
const JSON: &str = "application/json";

/// A client of one cluster. Cloning it is cheap and shares connections.
///
/// ```no_run
/// # async fn run() -> backendai::Result<()> {
/// use backendai::{Client, Config};
///
/// let config = Config::builder()
///     .endpoint("https://manager.example")
///     .access_key("AKIAIOSFODNN7EXAMPLE")
///     .secret_key("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
///     .build()?;
/// let client = Client::new(config)?;
/// println!("manager {}", client.negotiate().await?.manager());
/// # Ok(())
/// # }
/// ```
///
/// # Traces
///
/// Every call is one span of `tracing`, `backendai.request` at level INFO, with the names of
/// OpenTelemetry: `graphql.operation.name`, `graphql.operation.type`, `server.address`,
/// `server.port`, `http.request.method`, `http.response.status_code`, `http.request.resend_count`
/// and `error.type`. Every request of it is one event with the same fields, its `duration` in
/// seconds, and the `pause` before the next one: at level WARN when the call is sent again, else
/// at DEBUG. Variables, answers, headers and keys are in none of them, at no level.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    config: Arc<Config>,
    transport: Box<dyn Transport>,
    clock: Box<dyn Fn() -> Timestamp + Send + Sync>,
    sleep: Box<dyn Fn(Duration) -> Sleep + Send + Sync>,
    skew: Skew,
    correct_clock_skew: bool,
    random: Mutex<fastrand::Rng>,
    retry: Retry,
    timeout: Option<Duration>,
    /// There when the client is to stay below the manager's rate limit.
    quota: Option<Quota>,
    observer: Option<Box<dyn Observer>>,
    signer: Option<Signer>,
    /// The headers that never change.
    headers: HeaderMap,
    /// Those of a signed request. The values that change are empty: only their places are there.
    signed: HeaderMap,
    /// Of each endpoint the address of the admin schema, where nearly every call goes.
    admin: Vec<Url>,
    /// The configured version of the API, as a header.
    version: HeaderValue,
    max_page_size: u32,
    max_response_size: usize,
    version_policy: VersionPolicy,
    /// The texts for an older manager.
    texts: Texts,
    /// When the manager did not say its version.
    silent: tokio::sync::Mutex<Option<tokio::time::Instant>>,
    endpoints: Endpoints,
    server: RwLock<Option<Server>>,
    #[cfg(feature = "session")]
    session: RwLock<Option<Session>>,
}

/// What was negotiated, and the version of it as a header.
type Server = (Arc<ServerInfo>, HeaderValue);

/// A pause.
type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Client {
    /// A client with the usual transport, clock and limits. Nothing is sent.
    ///
    /// # Errors
    ///
    /// When a certificate of the configuration cannot be used, or a header cannot carry the
    /// domain or the user agent.
    pub fn new(config: impl Into<Arc<Config>>) -> Result<Self> {
        Self::builder(config).build()
    }

    /// A client that is configured by the environment, see [`Config::from_env`].
    ///
    /// # Errors
    ///
    /// When a variable is missing or wrong; and as [`Client::new`].
    pub fn from_env() -> Result<Self> {
        Self::new(Config::from_env()?)
    }

    /// For another transport, clock, limit or way to try again.
    pub fn builder(config: impl Into<Arc<Config>>) -> ClientBuilder {
        ClientBuilder::new(config.into())
    }

    /// How this client reaches the manager.
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// Sends an operation when awaited and returns its data. A refusal (`ok: false`) is an error.
    pub fn send<O: Operation>(&self, operation: O) -> Request<O::Data> {
        Request::of(self.clone(), &operation)
    }

    /// Prepares an operation that [`graphql_client`] derived. Awaiting it sends it.
    ///
    /// Whether it reads or writes cannot be seen from here, so it is not sent again after a
    /// failure unless [`Request::idempotent`] allows it, and `ok: false` stays in the data.
    pub fn send_query<Q: GraphQLQuery>(&self, variables: Q::Variables) -> Request<Q::ResponseData> {
        let body = Q::build_query(variables);
        let name = Some(body.operation_name).filter(|name| !name.is_empty());
        Request::of_document(self.clone(), body.query, name, &body.variables)
    }

    /// Prepares a document that is known only at run time, with its variables (`()` for none).
    /// Awaiting it sends it. What comes back is the `data` of the answer, as JSON.
    ///
    /// The rules of [`send_query`](Self::send_query) hold.
    ///
    /// ```no_run
    /// # async fn run(client: backendai::Client) -> backendai::Result<()> {
    /// let variables = serde_json::json!({ "email": "user@example.com" });
    /// let data = client
    ///     .send_document("query($email: String) { keypair_list(limit: 1, offset: 0, email: $email) { total_count } }", variables)
    ///     .await?;
    /// println!("{}", data.get());
    /// # Ok(())
    /// # }
    /// ```
    pub fn send_document(
        &self,
        document: &str,
        variables: impl Serialize,
    ) -> Request<Box<RawValue>> {
        Request::of_document(self.clone(), document, None, &variables)
    }

    /// Walks a list page by page, or row by row with [`Pager::items`].
    pub fn pages<O: Paginated>(&self, operation: O) -> Pager<O> {
        Pager::new(self.clone(), operation)
    }

    /// The version of the API that requests are sent with: the negotiated one after
    /// [`negotiate`](Self::negotiate), else the configured one.
    pub fn api_version(&self) -> ApiVersion {
        self.server().map_or(self.0.config.version(), |server| server.negotiated())
    }

    /// What [`negotiate`](Self::negotiate) found out last.
    pub fn server(&self) -> Option<Arc<ServerInfo>> {
        self.of_server(|(server, _)| server.clone())
    }

    fn of_server<T>(&self, part: impl FnOnce(&Server) -> T) -> Option<T> {
        // A value is put there whole, so a panic elsewhere leaves nothing half done.
        self.0.server.read().unwrap_or_else(PoisonError::into_inner).as_ref().map(part)
    }

    fn remember(&self, server: &Arc<ServerInfo>) -> Result<()> {
        let server = (server.clone(), version(server.negotiated())?);
        *self.0.server.write().unwrap_or_else(PoisonError::into_inner) = Some(server);
        Ok(())
    }

    /// The session that requests are sent with; none before a login, and with an endpoint of type
    /// `api`.
    #[cfg(feature = "session")]
    pub fn session(&self) -> Option<Session> {
        self.0.session.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Goes on with this session, and gives the one before it.
    #[cfg(feature = "session")]
    pub(crate) fn adopt(&self, session: Option<Session>) -> Option<Session> {
        let mut slot = self.0.session.write().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut slot, session)
    }

    #[cfg(feature = "session")]
    pub(crate) fn now(&self) -> Timestamp {
        (self.0.clock)()
    }

    pub(crate) fn transport(&self) -> &dyn Transport {
        self.0.transport.as_ref()
    }

    pub(crate) fn version_policy(&self) -> VersionPolicy {
        self.0.version_policy
    }

    pub(crate) fn texts(&self) -> &Texts {
        &self.0.texts
    }

    pub(crate) fn silent(&self) -> &tokio::sync::Mutex<Option<tokio::time::Instant>> {
        &self.0.silent
    }

    /// The version of the manager, or one that it is not older than if it answers at all.
    pub(crate) fn oldest(&self) -> Option<ManagerVersion> {
        match self.server() {
            Some(server) => server.manager_version(),
            None => ManagerVersion::oldest_with(self.0.config.version()),
        }
    }

    pub(crate) fn max_page_size(&self) -> u32 {
        self.0.max_page_size
    }

    pub(crate) fn endpoints(&self) -> &Endpoints {
        &self.0.endpoints
    }

    pub(crate) fn endpoint(&self, index: usize) -> Option<(usize, &Endpoint)> {
        self.0.config.endpoints().get(index).map(|endpoint| (index, endpoint))
    }

    pub(crate) fn retry(&self) -> Retry {
        self.0.retry
    }

    pub(crate) fn timeout(&self) -> Option<Duration> {
        self.0.timeout
    }

    pub(crate) fn observer(&self) -> Option<&dyn Observer> {
        self.0.observer.as_deref()
    }

    pub(crate) fn quota(&self) -> Option<&Quota> {
        self.0.quota.as_ref()
    }

    pub(crate) fn random(&self) -> u64 {
        self.0.random.lock().unwrap_or_else(PoisonError::into_inner).u64(..)
    }

    pub(crate) fn sleep(&self, pause: Duration) -> Sleep {
        (self.0.sleep)(pause)
    }

    /// How far the manager's clock is ahead of this machine's, as far as it had to be found out:
    /// zero until the manager refused a date. Requests are dated with it.
    pub fn clock_offset(&self) -> SignedDuration {
        self.0.skew.offset()
    }

    /// Takes the date of an answer for the right one. Whether that changes what is sent.
    pub(crate) fn correct_clock_skew(&self, headers: &HeaderMap) -> bool {
        let inner = &*self.0;
        let learned = inner.correct_clock_skew
            && skew::moment(headers, &header::DATE)
                .is_some_and(|server| inner.skew.learn((inner.clock)(), server));
        if learned {
            tracing::warn!(
                offset = inner.skew.offset().as_secs(),
                "the manager refused this machine's date; its own is taken from now on: set the \
                 clock of one of the two"
            );
        }
        learned
    }

    /// What `Retry-After` says: seconds, or a date by the clock of whoever answered.
    pub(crate) fn retry_after(&self, headers: &HeaderMap) -> Option<Duration> {
        let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
        if let Ok(seconds) = text.parse() {
            return Some(Duration::from_secs(seconds));
        }
        let until = skew::moment(headers, &header::RETRY_AFTER)?;
        let now = skew::moment(headers, &header::DATE)
            .unwrap_or_else(|| self.0.skew.correct((self.0.clock)()));
        // In the past it is now.
        Some(Duration::try_from(until.duration_since(now)).unwrap_or_default())
    }

    /// The call as a request to this endpoint, with the date of now.
    pub(crate) fn sign(
        &self,
        index: usize,
        endpoint: &Endpoint,
        call: &Call,
        deadline: Option<Instant>,
    ) -> Result<HttpRequest> {
        let inner = &*self.0;
        let session = inner.config.endpoint_type() == EndpointType::Session;
        let url = match inner.admin.get(index) {
            Some(url) if call.path == ADMIN => url.clone(),
            _ => address(endpoint, session, &call.path),
        };
        let headers = if call.signed { &inner.signed } else { &inner.headers };
        let mut request = self.request_with(headers.clone(), call.method.clone(), url);
        request.timeout = deadline.map(|at| at.saturating_duration_since(Instant::now()));
        if !call.signed {
            return Ok(request);
        }
        let headers = &mut request.headers;
        if session {
            let (name, value) = self.session_header()?;
            headers.insert(name, value);
        }
        let (date, version) = self.dated(headers);
        if let Some(signer) = &inner.signer {
            let signable = SignableRequest {
                method: call.method.as_str(),
                target: &request.url[Position::BeforePath..Position::AfterQuery],
                authority: endpoint.authority(),
                content_type: JSON,
                api_version: version.to_str().unwrap_or_default(),
            };
            headers.insert(header::AUTHORIZATION, signer.authorization(&signable, &date));
        }
        request.body = call.body.clone();
        Ok(request)
    }

    /// Says in the headers of somebody else's request who sends it: by date, version and signature,
    /// or by the session. What it says of the version and the domain stays.
    #[cfg(feature = "proxy")]
    pub(crate) fn vouch(
        &self,
        endpoint: &Endpoint,
        method: &Method,
        target: &str,
        headers: &mut HeaderMap,
    ) -> Result<()> {
        let inner = &*self.0;
        for name in [header::USER_AGENT, DOMAIN] {
            if let (false, Some(own)) = (headers.contains_key(&name), inner.headers.get(&name)) {
                headers.insert(name, own.clone());
            }
        }
        if inner.config.endpoint_type() == EndpointType::Session {
            let (name, value) = self.session_header()?;
            headers.insert(name, value);
        }
        let named = headers.get(VERSION).cloned();
        let (date, own) = self.dated(headers);
        let version = named.as_ref().and_then(|named| named.to_str().ok());
        let version = version.or(own.to_str().ok()).unwrap_or_default();
        if let Some(signer) = &inner.signer {
            let signable = SignableRequest {
                method: method.as_str(),
                target,
                authority: endpoint.authority(),
                content_type: media_type(headers),
                api_version: version,
            };
            let authorization = signer.authorization(&signable, &date);
            headers.insert(header::AUTHORIZATION, authorization);
        }
        if let Some(named) = named.filter(|named| named.to_str().is_ok()) {
            headers.insert(VERSION, named);
        }
        Ok(())
    }

    /// As [`correct_clock_skew`](Self::correct_clock_skew), where nobody has read why the request was refused: if
    /// the clocks are so far apart that the date is the reason.
    #[cfg(feature = "proxy")]
    pub(crate) fn learn_far_clock(&self, headers: &HeaderMap) {
        let now = self.0.skew.correct((self.0.clock)());
        let far =
            |server: Timestamp| server.duration_since(now).abs() > SignedDuration::from_mins(14);
        if skew::moment(headers, &header::DATE).is_some_and(far) {
            self.correct_clock_skew(headers);
        }
    }

    /// A request with the headers that never change.
    #[cfg(feature = "session")]
    pub(crate) fn request_to(&self, method: Method, url: Url) -> HttpRequest {
        self.request_with(self.0.headers.clone(), method, url)
    }

    fn request_with(&self, headers: HeaderMap, method: Method, url: Url) -> HttpRequest {
        let mut request = HttpRequest::new(method, url);
        request.response_limit = self.0.max_response_size;
        request.headers = headers;
        request
    }

    /// Adds the headers of now: the date, and the version that is spoken. Gives both.
    pub(crate) fn dated(&self, headers: &mut HeaderMap) -> (RequestDate, HeaderValue) {
        let negotiated = self.of_server(|(_, version)| version.clone());
        let version = negotiated.unwrap_or_else(|| self.0.version.clone());
        headers.insert(VERSION, version.clone());
        let date = RequestDate::new(self.0.skew.correct((self.0.clock)()));
        headers.insert(header::DATE, date.header_value());
        (date, version)
    }

    #[cfg(feature = "session")]
    fn session_header(&self) -> Result<(HeaderName, HeaderValue)> {
        self.session().ok_or_else(Error::no_login)?.header()
    }

    #[cfg(not(feature = "session"))]
    fn session_header(&self) -> Result<(HeaderName, HeaderValue)> {
        Err(Error::no_login())
    }
}

/// The type of the content as the manager reads it: one that is missing or malformed is any bytes.
#[cfg(feature = "proxy")]
fn media_type(headers: &HeaderMap) -> &str {
    let text = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = text.unwrap_or_default().split(';').next().unwrap_or_default();
    match essence.matches('/').count() {
        1 => essence,
        _ => "application/octet-stream",
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("config", &self.0.config)
            .field("server", &self.server())
            .finish_non_exhaustive()
    }
}

/// Where a path is below an endpoint. A webserver passes on what is below `/func`.
fn address(endpoint: &Endpoint, session: bool, path: &str) -> Url {
    match session {
        true => endpoint.join(&format!("/func/{}", path.trim_start_matches('/'))),
        false => endpoint.join(path),
    }
}

fn version(version: ApiVersion) -> Result<HeaderValue> {
    HeaderValue::try_from(version.to_string())
        .map_err(|error| Error::config("the API version is no header").with_source(error))
}

/// Nothing can be sent, whatever the request.
fn unusable(error: TransportError) -> Error {
    Error::config("connections cannot be prepared as configured").with_source(error)
}
