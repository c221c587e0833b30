//! Builds a client: transport, clock, limits and policies besides the configuration.

use std::{fmt, future::Future, sync::Arc, time::Duration};

use http::{HeaderName, HeaderValue};
use jiff::Timestamp;

use super::Client;
#[cfg(feature = "session")]
use crate::session::{self, Session, Webserver};
use crate::{
    config::Config,
    dispatch::{Dispatcher, Options, headers},
    error::{Error, Result},
    observe::Observer,
    retry::Retry,
    transport::Transport,
    version::VersionPolicy,
};

/// Largest page, as with the official client. The manager sets no limit.
const MAX_PAGE_SIZE: u32 = 100;

/// Builds a [`Client`].
#[must_use = "builders do nothing unless built"]
pub struct ClientBuilder {
    config: Arc<Config>,
    options: Options,
    max_page_size: u32,
    /// The first header that cannot be sent.
    failed: Option<Error>,
    #[cfg(feature = "session")]
    session: Option<Session>,
}

impl ClientBuilder {
    pub(super) fn new(config: Arc<Config>) -> Self {
        Self {
            config,
            options: Options::default(),
            max_page_size: MAX_PAGE_SIZE,
            failed: None,
            #[cfg(feature = "session")]
            session: None,
        }
    }

    /// Sends through this transport instead of
    /// [`HttpTransport`](crate::transport::HttpTransport). Timeouts, certificates and proxies of
    /// the configuration do not apply to it. Subscriptions do not use it.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.options.transport = Some(Box::new(transport));
        self
    }

    /// Adds a header to every request, logins and the version probe included: what a gateway in front
    /// of the manager requires, or an id for its logs. [`Request::header`](crate::Request::header)
    /// sets one for a single call. It is not part of the signature, and no `Debug` shows its value.
    ///
    /// ```
    /// # fn build(config: backendai::Config) -> backendai::Result<backendai::Client> {
    /// let client = backendai::Client::builder(config)
    ///     .header("x-gateway-key", "…")
    ///     .header("x-request-source", "nightly-report")
    ///     .build()?;
    /// # Ok(client)
    /// # }
    /// ```
    ///
    /// [`build`](Self::build) refuses the headers that the client or the HTTP library sets:
    /// `Authorization`, `Date`, `Content-Type`, `Accept`, `Host` and the like, and
    /// `X-BackendAI-Version`, `-Domain` and `-SessionID`. `User-Agent` is
    /// [a setting](crate::ConfigBuilder::user_agent).
    pub fn header<N, V>(mut self, name: N, value: V) -> Self
    where
        N: TryInto<HeaderName, Error: Into<http::Error>>,
        V: TryInto<HeaderValue, Error: Into<http::Error>>,
    {
        if let Err(error) = headers::insert(&mut self.options.headers, name, value) {
            self.failed.get_or_insert(error);
        }
        self
    }

    /// Dates requests by this clock.
    pub fn clock(mut self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.options.clock.now = Box::new(clock);
        self
    }

    /// Sets whether a client whose date the manager refuses continues with the date of that
    /// response; yes unless set. A warning is logged, and [`Client::clock_offset`] returns the
    /// difference. An on-path attacker, as with plain HTTP, can use this to obtain signatures for
    /// another time.
    pub const fn correct_clock_skew(mut self, correct: bool) -> Self {
        self.options.clock.corrects_skew = correct;
        self
    }

    /// Pauses between attempts by awaiting this, instead of with tokio's clock.
    pub fn sleep<F>(mut self, sleep: impl Fn(Duration) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.options.clock.sleep = Box::new(move |pause| Box::pin(sleep(pause)));
        self
    }

    /// Seeds endpoint order and backoff jitter.
    pub const fn seed(mut self, seed: u64) -> Self {
        self.options.seed = Some(seed);
        self
    }

    /// Sets whether several endpoints are tried in random order, so that the clients of a cluster
    /// spread over them; yes unless set. Otherwise the first one is preferred while it works.
    pub const fn shuffle(mut self, shuffle: bool) -> Self {
        self.options.shuffle = shuffle;
        self
    }

    /// Sets the retry policy; [`Retry::new`] unless set.
    pub const fn retry(mut self, retry: Retry) -> Self {
        self.options.retry = retry;
        self
    }

    /// Limits the time of every call, including other endpoints, repetitions and pauses; no limit
    /// unless set. [`Request::timeout`](crate::Request::timeout) sets that of one call.
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = Some(timeout);
        self
    }

    /// Sets whether requests wait for the next window of the manager's rate limit when this one is
    /// exhausted, according to the responses; no unless set. Until the first response of a window,
    /// one request is sent alone. A call whose timeout ends before the window fails at once. Other
    /// programs of the same user use up the same limit.
    pub const fn respect_rate_limit(mut self, respect: bool) -> Self {
        self.options.respect_rate_limit = respect;
        self
    }

    /// Reports every request to this observer.
    pub fn observer(mut self, observer: impl Observer) -> Self {
        self.options.observer = Some(Box::new(observer));
        self
    }

    /// Limits the rows that a page may ask for; 100 unless set. The manager accepts any number, and
    /// holds all of them in memory at once.
    pub const fn max_page_size(mut self, rows: u32) -> Self {
        self.max_page_size = rows;
        self
    }

    /// Limits the bytes of a response, decompressed; 64 MiB unless set. A larger one is an error
    /// before it is read completely.
    pub const fn max_response_size(mut self, bytes: usize) -> Self {
        self.options.max_response_size = bytes;
        self
    }

    /// Sets the policy for operations that require a newer manager; they are refused unless set.
    pub const fn version_policy(mut self, policy: VersionPolicy) -> Self {
        self.options.version_policy = policy;
        self
    }

    /// Starts with this session, instead of the one in
    /// [`Config::session_file`](crate::Config::session_file).
    #[cfg(feature = "session")]
    pub fn session(mut self, session: Session) -> Self {
        self.session = Some(session);
        self
    }

    /// Builds the client. Nothing is sent. With an endpoint of type `session`, the session file is
    /// read if it exists.
    ///
    /// # Errors
    ///
    /// When a certificate of the configuration cannot be used, a header cannot carry the domain or
    /// the user agent, a header of the caller is not allowed, the session file cannot be used, or the session is of another endpoint.
    pub fn build(self) -> Result<Client> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        #[cfg(feature = "session")]
        let session = session::initial(&self.config, self.session)?;
        let dispatcher = Arc::new(Dispatcher::new(self.config, self.options)?);
        Ok(Client {
            #[cfg(feature = "session")]
            webserver: Arc::new(Webserver::new(dispatcher.clone(), session)?),
            #[cfg(feature = "subscription")]
            connectors: Arc::default(),
            dispatcher,
            max_page_size: self.max_page_size,
        })
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder").field("config", &self.config).finish_non_exhaustive()
    }
}
