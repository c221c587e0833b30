//! Sends calls: attempts over the endpoints of a cluster, each authenticated and traced.
//!
//! Nothing here depends on the type of an operation's data, so the loop is compiled once. Typed
//! code passes a closure that decodes the response.

mod attempts;
mod call;
mod clock;
mod endpoints;
pub(crate) mod headers;
mod prepare;
mod probe;
mod rate_limiter;
mod requirements;
mod runtime;
mod trace;

use std::{
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Duration,
};

use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::SignedDuration;
use tokio::time::Instant;

#[cfg(feature = "session")]
pub(crate) use self::call::Auth;
pub use self::probe::ServerInfo;
pub(crate) use self::{call::Call, clock::Clock, endpoints::Endpoints};
use self::{prepare::Templates, probe::Negotiated, rate_limiter::RateLimiter};
use crate::{
    config::{ApiVersion, Config, Endpoint},
    error::{Caller, Error, Result},
    observe::Observer,
    operation::Documents,
    retry::Retry,
    sign::Signer,
    transport::{HttpTransport, Transport},
    version::{ManagerVersion, VersionPolicy},
};

/// Largest response: 64 MiB.
const MAX_RESPONSE_SIZE: usize = 64 << 20;

/// What a dispatcher needs besides the configuration.
pub(crate) struct Options {
    /// [`HttpTransport`] unless set.
    pub(crate) transport: Option<Box<dyn Transport>>,
    /// Headers of every request, besides the client's own.
    pub(crate) headers: HeaderMap,
    pub(crate) clock: Clock,
    pub(crate) seed: Option<u64>,
    /// Whether the endpoints are tried in random order.
    pub(crate) shuffle: bool,
    pub(crate) retry: Retry,
    pub(crate) timeout: Option<Duration>,
    pub(crate) respect_rate_limit: bool,
    pub(crate) observer: Option<Box<dyn Observer>>,
    pub(crate) max_response_size: usize,
    pub(crate) version_policy: VersionPolicy,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            transport: None,
            headers: HeaderMap::new(),
            clock: Clock::default(),
            seed: None,
            shuffle: true,
            retry: Retry::new(),
            timeout: None,
            respect_rate_limit: false,
            observer: None,
            max_response_size: MAX_RESPONSE_SIZE,
            version_policy: VersionPolicy::default(),
        }
    }
}

/// Sends calls to the endpoints of one cluster. A client shares it with its requests and pagers.
pub(crate) struct Dispatcher {
    config: Arc<Config>,
    transport: Box<dyn Transport>,
    /// Whether the transport is the built-in one.
    needs_runtime: bool,
    clock: Clock,
    random: Mutex<fastrand::Rng>,
    retry: Retry,
    timeout: Option<Duration>,
    /// Present when the client stays below the manager's rate limit.
    rate_limiter: Option<RateLimiter>,
    observer: Option<Box<dyn Observer>>,
    signer: Option<Signer>,
    templates: Templates,
    max_response_size: usize,
    version_policy: VersionPolicy,
    /// The documents for an older manager.
    documents: Documents,
    /// When the manager did not report its version.
    last_probe_failure: tokio::sync::Mutex<Option<Instant>>,
    endpoints: Endpoints,
    server: RwLock<Option<Negotiated>>,
    /// The header of the session that calls are authenticated with.
    session: RwLock<Option<(HeaderName, HeaderValue)>>,
}

impl Dispatcher {
    /// Prepares connections; sends nothing.
    pub(crate) fn new(config: Arc<Config>, options: Options) -> Result<Self> {
        let templates = Templates::new(&config, options.headers)?;
        let needs_runtime = options.transport.is_none();
        let transport = match options.transport {
            Some(transport) => transport,
            None => Box::new(HttpTransport::new(&config).map_err(|error| {
                // Nothing can be sent, whatever the request.
                Error::config("connections cannot be prepared as configured").with_source(error)
            })?),
        };
        let signer = config.credential().keys().map(|keys| Signer::new(keys, config.hash_type()));
        let mut random = options.seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed);
        let mut order: Vec<_> = (0..config.endpoints().len()).collect();
        if options.shuffle {
            random.shuffle(&mut order);
        }
        Ok(Self {
            config,
            transport,
            needs_runtime,
            clock: options.clock,
            random: Mutex::new(random),
            retry: options.retry,
            timeout: options.timeout,
            rate_limiter: options.respect_rate_limit.then(RateLimiter::default),
            observer: options.observer,
            signer,
            templates,
            max_response_size: options.max_response_size,
            version_policy: options.version_policy,
            documents: Documents::default(),
            last_probe_failure: tokio::sync::Mutex::default(),
            endpoints: Endpoints::new(order),
            server: RwLock::new(None),
            session: RwLock::new(None),
        })
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// Returns how the request of a call identifies its caller.
    fn caller(&self, call: &Call) -> Caller {
        match call.is_login {
            true => Caller::Login,
            false => self.config.credential().into(),
        }
    }

    #[cfg(any(feature = "proxy", feature = "session", feature = "subscription"))]
    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    pub(crate) fn clock_offset(&self) -> SignedDuration {
        self.clock.offset()
    }

    #[cfg(feature = "proxy")]
    pub(crate) fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    pub(crate) fn endpoint(&self, index: usize) -> Option<&Endpoint> {
        self.config.endpoints().get(index)
    }

    /// Authenticates later calls with this session's header.
    #[cfg(feature = "session")]
    pub(crate) fn set_session(&self, header: Option<(HeaderName, HeaderValue)>) {
        *self.session.write().unwrap_or_else(PoisonError::into_inner) = header;
    }

    fn session_header(&self) -> Result<(HeaderName, HeaderValue)> {
        let session = self.session.read().unwrap_or_else(PoisonError::into_inner);
        session.clone().ok_or_else(Error::no_login)
    }

    /// Returns the version of the API that requests speak.
    pub(crate) fn api_version(&self) -> ApiVersion {
        self.server().map_or(self.config.version(), |server| server.negotiated())
    }

    /// Returns what the manager reported about itself last.
    pub(crate) fn server(&self) -> Option<Arc<ServerInfo>> {
        self.negotiated(|negotiated| negotiated.info.clone())
    }

    fn negotiated<T>(&self, part: impl FnOnce(&Negotiated) -> T) -> Option<T> {
        // The value is replaced as a whole, so a poisoned lock still holds a complete one.
        self.server.read().unwrap_or_else(PoisonError::into_inner).as_ref().map(part)
    }

    fn store_server_info(&self, info: &Arc<ServerInfo>) -> Result<()> {
        let header = prepare::version_header(info.negotiated())?;
        let negotiated = Negotiated { info: info.clone(), header };
        *self.server.write().unwrap_or_else(PoisonError::into_inner) = Some(negotiated);
        Ok(())
    }

    /// Returns the manager's version, or one that every manager has that answers at all.
    pub(crate) fn oldest_manager(&self) -> Option<ManagerVersion> {
        match self.server() {
            Some(server) => server.manager_version(),
            None => ManagerVersion::oldest_with(self.config.version()),
        }
    }

    pub(crate) fn random(&self) -> u64 {
        self.random.lock().unwrap_or_else(PoisonError::into_inner).u64(..)
    }
}
