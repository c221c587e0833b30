//! What a client can be given besides its configuration.

use std::{
    fmt,
    sync::{Arc, RwLock, atomic::AtomicUsize},
};

use http::{HeaderMap, HeaderValue, header};
use jiff::Timestamp;

use super::{Client, DOMAIN, Inner, JSON, unusable};
use crate::{
    config::Config,
    error::{Error, Result},
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
    max_page_size: u32,
    max_response_size: usize,
    version_policy: VersionPolicy,
}

impl ClientBuilder {
    pub(super) fn new(config: Arc<Config>) -> Self {
        Self {
            config,
            transport: None,
            clock: Box::new(Timestamp::now),
            max_page_size: MAX_PAGE_SIZE,
            max_response_size: MAX_RESPONSE_SIZE,
            version_policy: VersionPolicy::default(),
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

    /// Makes the client. Nothing is sent.
    ///
    /// # Errors
    ///
    /// When a certificate of the configuration cannot be used, or a header cannot carry the
    /// domain or the user agent.
    pub fn build(self) -> Result<Client> {
        let config = self.config;
        let mut headers = HeaderMap::new();
        headers.insert(header::USER_AGENT, value("user agent", config.user_agent())?);
        headers.insert(DOMAIN, value("domain", config.domain())?);
        headers.insert(header::ACCEPT, HeaderValue::from_static(JSON));
        let transport = match self.transport {
            Some(transport) => transport,
            None => Box::new(HttpTransport::new(&config).map_err(unusable)?),
        };
        let signer = config.credential().keys().map(|keys| Signer::new(keys, config.hash_type()));
        Ok(Client(Arc::new(Inner {
            config,
            transport,
            clock: self.clock,
            signer,
            headers,
            max_page_size: self.max_page_size,
            max_response_size: self.max_response_size,
            version_policy: self.version_policy,
            texts: Texts::default(),
            silent: tokio::sync::Mutex::default(),
            preferred: AtomicUsize::new(0),
            server: RwLock::new(None),
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
