//! What a client can be given besides its configuration.

use std::{
    fmt,
    future::Future,
    sync::{Arc, Mutex, RwLock},
    time::Duration,
};

use http::{HeaderMap, HeaderValue, header};
use jiff::Timestamp;

use super::{
    Client, DOMAIN, Inner, JSON, Sleep, VERSION, endpoints::Endpoints, quota::Quota, skew::Skew,
    unusable,
};
#[cfg(feature = "session")]
use crate::session::{self, Session};
use crate::{
    config::{Config, EndpointType},
    error::{Error, Result},
    observe::Observer,
    request::ADMIN,
    retry::Retry,
    sign::Signer,
    transport::{HttpTransport, Transport},
    version::{Texts, VersionPolicy},
};

/// Largest page, as with the official client. The manager sets no limit.
const MAX_PAGE_SIZE: u32 = 100;
/// Largest answer: 64 MiB.
const MAX_RESPONSE_SIZE: usize = 64 << 20;

/// Makes a [`Client`].
#[must_use = "it makes nothing before `build`"]
pub struct ClientBuilder {
    config: Arc<Config>,
    transport: Option<Box<dyn Transport>>,
    clock: Box<dyn Fn() -> Timestamp + Send + Sync>,
    sleep: Box<dyn Fn(Duration) -> Sleep + Send + Sync>,
    correct_clock_skew: bool,
    seed: Option<u64>,
    shuffle: bool,
    retry: Retry,
    timeout: Option<Duration>,
    respect_rate_limit: bool,
    observer: Option<Box<dyn Observer>>,
    max_page_size: u32,
    max_response_size: usize,
    version_policy: VersionPolicy,
    #[cfg(feature = "session")]
    session: Option<Session>,
}

impl ClientBuilder {
    pub(super) fn new(config: Arc<Config>) -> Self {
        Self {
            config,
            transport: None,
            clock: Box::new(Timestamp::now),
            sleep: Box::new(|pause| Box::pin(tokio::time::sleep(pause))),
            correct_clock_skew: true,
            seed: None,
            shuffle: true,
            retry: Retry::new(),
            timeout: None,
            respect_rate_limit: false,
            observer: None,
            max_page_size: MAX_PAGE_SIZE,
            max_response_size: MAX_RESPONSE_SIZE,
            version_policy: VersionPolicy::default(),
            #[cfg(feature = "session")]
            session: None,
        }
    }

    /// Sends through this instead of [`HttpTransport`]. Timeouts, certificates and proxies are
    /// then its business.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Box::new(transport));
        self
    }

    /// Takes the date of each request from here.
    pub fn clock(mut self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// Whether a client whose date the manager refuses goes on with the date of that answer; yes
    /// unless set. It is told as a warning, and [`Client::clock_offset`] says by how much. Whoever
    /// can change the answers, as on the way of plain HTTP, can have requests signed for another
    /// time so.
    pub const fn correct_clock_skew(mut self, learn: bool) -> Self {
        self.correct_clock_skew = learn;
        self
    }

    /// Pauses between attempts by awaiting this, instead of with tokio's clock.
    pub fn sleep<F>(mut self, sleep: impl Fn(Duration) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.sleep = Box::new(move |pause| Box::pin(sleep(pause)));
        self
    }

    /// Takes all chance from this number: the order of the endpoints and the jitter of pauses.
    pub const fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Whether several endpoints are asked in an order of chance, so that the clients of a cluster
    /// spread over them; yes unless set. Otherwise the first one is asked first as long as it
    /// works.
    pub const fn shuffle(mut self, shuffle: bool) -> Self {
        self.shuffle = shuffle;
        self
    }

    /// How often a call is sent again, and how long the pauses are; [`Retry::new`] unless set.
    pub const fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// Most time for every call, other endpoints, repetitions and pauses included; no limit unless
    /// set. [`Request::timeout`](crate::Request::timeout) sets that of one call.
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Whether requests wait for the next window of the manager's rate limit when this one is used
    /// up, as far as its answers say; no unless set. Until the first answer of a window is there,
    /// one request goes alone. A call whose timeout ends before the window fails at once. Other
    /// programs of the same user use up the same limit.
    pub const fn respect_rate_limit(mut self, obey: bool) -> Self {
        self.respect_rate_limit = obey;
        self
    }

    /// Tells this of every request that is sent.
    pub fn observer(mut self, observer: impl Observer) -> Self {
        self.observer = Some(Box::new(observer));
        self
    }

    /// Most rows that a page may ask for; 100 unless set. The manager takes any number, and holds
    /// all of them in memory at once.
    pub const fn max_page_size(mut self, rows: u32) -> Self {
        self.max_page_size = rows;
        self
    }

    /// Most bytes of an answer, decompressed; 64 MiB unless set. A larger one is an error before
    /// it is read to the end.
    pub const fn max_response_size(mut self, bytes: usize) -> Self {
        self.max_response_size = bytes;
        self
    }

    /// What is done with operations that need a newer manager; they are refused unless set.
    pub const fn version_policy(mut self, policy: VersionPolicy) -> Self {
        self.version_policy = policy;
        self
    }

    /// Starts with this session, in place of the one in
    /// [`Config::session_file`](crate::Config::session_file).
    #[cfg(feature = "session")]
    pub fn session(mut self, session: Session) -> Self {
        self.session = Some(session);
        self
    }

    /// Makes the client. Nothing is sent. With an endpoint of type `session`, the session file is
    /// read if it is there.
    ///
    /// # Errors
    ///
    /// When a certificate of the configuration cannot be used, a header cannot carry the domain or
    /// the user agent, the session file cannot be used, or the session is of another endpoint.
    pub fn build(self) -> Result<Client> {
        let config = self.config;
        #[cfg(feature = "session")]
        let session = session::first(&config, self.session)?;
        let mut headers = HeaderMap::new();
        headers.insert(header::USER_AGENT, value("user agent", config.user_agent())?);
        headers.insert(DOMAIN, value("domain", config.domain())?);
        headers.insert(header::ACCEPT, HeaderValue::from_static(JSON));
        let version = super::version(config.version())?;
        let later = HeaderValue::from_static("");
        let mut signed = headers.clone();
        signed.insert(header::CONTENT_TYPE, HeaderValue::from_static(JSON));
        signed.insert(VERSION, later.clone());
        signed.insert(header::DATE, later.clone());
        if config.credential().keys().is_some() {
            signed.insert(header::AUTHORIZATION, later);
        }
        let by_session = config.endpoint_type() == EndpointType::Session;
        let admin = |endpoint| super::address(endpoint, by_session, ADMIN);
        let admin = config.endpoints().iter().map(admin).collect();
        let transport = match self.transport {
            Some(transport) => transport,
            None => Box::new(HttpTransport::new(&config).map_err(unusable)?),
        };
        let signer = config.credential().keys().map(|keys| Signer::new(keys, config.hash_type()));
        let mut random = self.seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed);
        let mut order: Vec<_> = (0..config.endpoints().len()).collect();
        if self.shuffle {
            random.shuffle(&mut order);
        }
        Ok(Client(Arc::new(Inner {
            config,
            transport,
            clock: self.clock,
            sleep: self.sleep,
            skew: Skew::default(),
            correct_clock_skew: self.correct_clock_skew,
            random: Mutex::new(random),
            retry: self.retry,
            timeout: self.timeout,
            quota: self.respect_rate_limit.then(Quota::default),
            observer: self.observer,
            signer,
            headers,
            signed,
            admin,
            version,
            max_page_size: self.max_page_size,
            max_response_size: self.max_response_size,
            version_policy: self.version_policy,
            texts: Texts::default(),
            silent: tokio::sync::Mutex::default(),
            endpoints: Endpoints::new(order),
            server: RwLock::new(None),
            #[cfg(feature = "session")]
            session: RwLock::new(session),
        })))
    }
}

fn value(what: &str, text: &str) -> Result<HeaderValue> {
    // Beyond ASCII the manager reads UTF-8.
    HeaderValue::from_bytes(text.as_bytes()).map_err(|error| {
        let message =
            format!("the {what} {text:?} cannot be sent in a header: take control characters out");
        Error::config(message).with_source(error)
    })
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder").field("config", &self.config).finish_non_exhaustive()
    }
}
