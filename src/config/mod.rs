//! The configuration: every value is resolved once, and has an origin.
//!
//! # Precedence
//!
//! From the strongest source to the weakest: set in code; a context, then a profile, selected by
//! name; the environment (`BACKEND_*`, then `SORNA_*`); a `.env` file; the current context; the
//! current profile; the default. [`Config::from_env`] reads the environment alone; [`ConfigBuilder`]
//! reads the sources that it is given. [`Config::global`] is the process-wide default.
//!
#![doc = include_str!("../setting/settings.md")]
//!
//! Endpoint, access key and secret key are taken together from one source: the first that sets any
//! of them. A context or profile selected by name must have what is needed: no other source fills its
//! gaps. An empty `BACKEND_X` hides `SORNA_X`. An invalid value is an error and never replaced by a
//! default. Storage proxies set in code replace those of other sources; virtual folders are added.
//!
//! Proxies are those of the environment: `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`,
//! without a prefix; see [`Proxies`]. A profile can set the endpoint, its type, the keys, the API
//! version and whether TLS verification is skipped.

mod builder;
#[cfg(feature = "context")]
mod context;
mod credential_set;
mod dotenv;
mod error;
mod global;
mod pem;
#[cfg(feature = "profile")]
mod profile;
mod resolve;
mod source;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};

pub use self::{builder::ConfigBuilder, error::ConfigError, pem::ClientIdentity};
pub use crate::setting::{
    ApiVersion, DEFAULT_VERSION, Endpoint, EndpointType, Env, Field, Form, InvalidEndpoint,
    InvalidVersion, MIN_VERSION, Origin, Problem, Proxies, SETTINGS, Setting, UnknownEndpointType,
    Warning,
};
use crate::{credential::Credential, setting::Proxy, sign::HashType};

/// The address of the public cloud. It is never a default; a program selects it with
/// `Config::builder().endpoint(CLOUD_ENDPOINT)`.
pub const CLOUD_ENDPOINT: &str = "https://api.cloud.backend.ai";
/// The domain when none is set.
pub const DEFAULT_DOMAIN: &str = "default";
/// The group when none is set.
pub const DEFAULT_GROUP: &str = "default";
/// The `User-Agent` header when none is set.
pub const DEFAULT_USER_AGENT: &str = concat!("backendai-rust/", env!("CARGO_PKG_VERSION"));
/// The default time limit for establishing a connection: 10 seconds, as in the official client.
pub const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// The default time limit without data while a response is awaited: two minutes. The official client
/// has no limit, so that a server that hangs blocks its caller; zero does the same here.
pub const DEFAULT_READ_TIMEOUT: Duration = Duration::from_secs(120);

/// The address of a manager, the caller's credential, and how to connect. Immutable once built.
///
/// See the [module](self) for where each value comes from. `Debug` shows no secret.
#[derive(Clone, Debug)]
pub struct Config {
    endpoints: Vec<Endpoint>,
    endpoint_type: EndpointType,
    credential: Credential,
    domain: String,
    group: String,
    storage_proxies: BTreeMap<String, String>,
    version: ApiVersion,
    user_agent: String,
    hash_type: HashType,
    vfolder_mounts: Vec<String>,
    skip_tls_verification: bool,
    connect_timeout: Option<Duration>,
    read_timeout: Option<Duration>,
    ca_certificates: Vec<Vec<u8>>,
    client_identity: Option<ClientIdentity>,
    session_file: Option<PathBuf>,
    proxies: Option<Proxies>,
    origins: BTreeMap<Field, Origin>,
    warnings: Vec<Warning>,
}

impl Config {
    /// Returns an empty builder: no source is read unless it is selected.
    pub fn builder() -> ConfigBuilder {
        ConfigBuilder::default()
    }

    /// Reads the environment of this process and nothing else.
    ///
    /// # Errors
    ///
    /// When variables are missing or invalid; the error lists all of them.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::builder().environment(Env::process()).build()
    }

    /// The addresses of one cluster, in their order; at least one.
    pub fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }

    /// The kind of server at the addresses.
    pub const fn endpoint_type(&self) -> EndpointType {
        self.endpoint_type
    }

    /// The credential of requests.
    pub const fn credential(&self) -> &Credential {
        &self.credential
    }

    /// The domain, for the header `X-BackendAI-Domain`.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The group. It is not part of any header.
    pub fn group(&self) -> &str {
        &self.group
    }

    /// Addresses of storage proxies, each with its replacement.
    pub fn storage_proxies(&self) -> impl Iterator<Item = (&str, &str)> {
        self.storage_proxies.iter().map(|(from, to)| (from.as_str(), to.as_str()))
    }

    /// The newest version of the API to use.
    pub const fn version(&self) -> ApiVersion {
        self.version
    }

    /// The `User-Agent` header.
    pub fn user_agent(&self) -> &str {
        &self.user_agent
    }

    /// The hash function of signatures.
    pub const fn hash_type(&self) -> HashType {
        self.hash_type
    }

    /// Virtual folders to mount in every session.
    pub fn vfolder_mounts(&self) -> &[String] {
        &self.vfolder_mounts
    }

    /// Whether verification of the server's certificate is disabled.
    pub const fn skip_tls_verification(&self) -> bool {
        self.skip_tls_verification
    }

    /// The time limit for establishing a connection; none for no limit.
    pub const fn connect_timeout(&self) -> Option<Duration> {
        self.connect_timeout
    }

    /// The time limit without data while a response is awaited; none for no limit.
    pub const fn read_timeout(&self) -> Option<Duration> {
        self.read_timeout
    }

    /// Certificates to trust besides the system's, in PEM form; each item has one or more.
    pub fn ca_certificates(&self) -> impl Iterator<Item = &[u8]> {
        self.ca_certificates.iter().map(Vec::as_slice)
    }

    /// The client's certificate and private key, for servers that request them.
    pub const fn client_identity(&self) -> Option<&ClientIdentity> {
        self.client_identity.as_ref()
    }

    /// The file for the session of a login; none for an endpoint without sessions, and where sessions
    /// stay in memory.
    pub fn session_file(&self) -> Option<&Path> {
        self.session_file.as_deref()
    }

    /// The proxies of the environment that the configuration was built from; none when it was built
    /// without one, and then those of the process are used.
    pub const fn proxies(&self) -> Option<&Proxies> {
        self.proxies.as_ref()
    }

    /// The proxy between this machine and an endpoint, if there is one: its address without the
    /// password, and the variable with it, as in `http://proxy:3128 of HTTPS_PROXY`.
    pub fn proxy(&self, endpoint: &Endpoint) -> Option<String> {
        self.proxy_of(endpoint.url()).ok().flatten().map(|proxy| proxy.place)
    }

    /// The proxy that applies to an address.
    pub(crate) fn proxy_of(&self, url: &url::Url) -> Result<Option<Proxy>, Problem> {
        match &self.proxies {
            Some(proxies) => proxies.of(url),
            None => Proxies::from_env(&Env::process()).of(url),
        }
    }

    /// The origin of a value. [`Origin::Default`] also where the field is not used, such as the keys
    /// with a session.
    pub fn origin(&self, field: Field) -> &Origin {
        self.origins.get(&field).unwrap_or(&Origin::Default)
    }

    /// Non-fatal problems. Each was also logged to `tracing` as a warning.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }
}
