//! The configuration: every value is decided once, and knows where it came from.
//!
//! # Where a value comes from
//!
//! From the strongest source to the weakest: set in code; a context, then a profile, that was asked
//! for by name; the environment (`BACKEND_*`, then `SORNA_*`); a `.env` file; the current context;
//! the current profile; the default.
//! [`Config::from_env`] reads the environment alone; [`ConfigBuilder`] reads what it is told to.
//!
//! | value | variable | rule |
//! |---|---|---|
//! | endpoint, access key, secret key | `ENDPOINT`, `ACCESS_KEY`, `SECRET_KEY` | all three of one source: the first that sets any of them. There is no default. An access key that is set and empty means that requests are not signed |
//! | endpoint type | `ENDPOINT_TYPE` | `api`, or `session`, which ignores keys. Default `api` |
//! | domain, group | `DOMAIN`, `GROUP` | default `default` |
//! | storage-proxy map | `OVERRIDE_STORAGE_PROXY` | `X1=Y1,X2=Y2`. Default none |
//! | virtual-folder mounts | `VFOLDER_MOUNTS` | comma list, added to those that are set in code |
//! | skip TLS verification | `SKIP_SSLCERT_VALIDATION` | yes or no. Default no |
//! | connect timeout | `CONNECTION_TIMEOUT` | seconds, 0 for no limit. Default 10 |
//! | read timeout | `READ_TIMEOUT` | seconds, 0 for no limit. Default 120 |
//! | session file | `SESSION_FILE` | for `session` alone; empty for none. Default `backendai/sessions/` in the state folder that the environment knows, a file for each endpoint |
//! | API version | | a profile or a context may set it. Default v9.20250722 |
//! | CA certificates | | set in code, or the file that a context names |
//! | user agent, hash type, client certificate | | set in code alone |
//! | proxies | `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`, without a prefix | the environment's; see [`Proxies`] |
//!
//! For endpoint and keys, the environment, a `.env` file, a context and a profile are a source each,
//! and one that was asked for by name must have what is needed: nothing else fills its gaps.
//! An empty `BACKEND_X` hides `SORNA_X`. A value that cannot be used is an error, never a default.

mod builder;
mod bundle;
#[cfg(feature = "context")]
mod context;
mod dotenv;
mod endpoint;
mod environment;
mod error;
mod layer;
mod origin;
mod pem;
mod process;
mod profile;
mod proxy;
mod resolve;
mod value;
mod version;
mod warning;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};

pub use self::{
    builder::ConfigBuilder,
    endpoint::{Endpoint, EndpointType, InvalidEndpoint, UnknownEndpointType},
    environment::Env,
    error::{ConfigError, Problem},
    origin::{Field, Origin},
    pem::ClientIdentity,
    process::{get_config, set_config},
    proxy::Proxies,
    version::{ApiVersion, DEFAULT_VERSION, InvalidVersion, MIN_VERSION},
    warning::Warning,
};
#[cfg(feature = "context")]
pub(crate) use self::{
    context::{check, pairs},
    environment::CONTEXTS,
};
use crate::{credential::Credential, sign::HashType};

/// The address of the public cloud. It is nobody's default: choose it by
/// `Config::builder().endpoint(CLOUD_ENDPOINT)`.
pub const CLOUD_ENDPOINT: &str = "https://api.cloud.backend.ai";
/// The domain when none is set.
pub const DEFAULT_DOMAIN: &str = "default";
/// The group when none is set.
pub const DEFAULT_GROUP: &str = "default";
/// The `User-Agent` header when none is set.
pub const DEFAULT_USER_AGENT: &str = concat!("backendai-rust/", env!("CARGO_PKG_VERSION"));
/// How long a connection may take to be made: 10 seconds, as with the official client.
pub const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long nothing may come while an answer is awaited: two minutes. The official client waits
/// for ever, so that a server which hangs hangs its caller too; zero does the same here.
pub const DEFAULT_READ_TIMEOUT: Duration = Duration::from_secs(120);

/// How to reach a manager, and as whom. Cannot be changed once it is built.
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
    /// Starts with nothing: no source is read unless it is asked for.
    pub fn builder() -> ConfigBuilder {
        ConfigBuilder::default()
    }

    /// Reads the environment of this process and nothing else.
    ///
    /// # Errors
    ///
    /// Every variable that is missing or cannot be used, all at once.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::builder().environment(Env::process()).build()
    }

    /// The addresses of one cluster, in the order they were given; at least one.
    pub fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }

    /// What answers there.
    pub const fn endpoint_type(&self) -> EndpointType {
        self.endpoint_type
    }

    /// How requests say who sends them.
    pub const fn credential(&self) -> &Credential {
        &self.credential
    }

    /// The domain, for the header `X-BackendAI-Domain`.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The group. No header carries it.
    pub fn group(&self) -> &str {
        &self.group
    }

    /// Replacements of storage-proxy addresses.
    pub const fn storage_proxies(&self) -> &BTreeMap<String, String> {
        &self.storage_proxies
    }

    /// The newest version of the API to speak.
    pub const fn version(&self) -> ApiVersion {
        self.version
    }

    /// The `User-Agent` header.
    pub fn user_agent(&self) -> &str {
        &self.user_agent
    }

    /// The hash of signatures.
    pub const fn hash_type(&self) -> HashType {
        self.hash_type
    }

    /// Virtual folders that are mounted in every session.
    pub fn vfolder_mounts(&self) -> &[String] {
        &self.vfolder_mounts
    }

    /// Whether any certificate of the server will do.
    pub const fn skip_tls_verification(&self) -> bool {
        self.skip_tls_verification
    }

    /// How long a connection may take to be made; none for no limit.
    pub const fn connect_timeout(&self) -> Option<Duration> {
        self.connect_timeout
    }

    /// How long nothing may come while an answer is awaited; none for no limit.
    pub const fn read_timeout(&self) -> Option<Duration> {
        self.read_timeout
    }

    /// Certificates that are trusted besides the system's: PEM texts of one or more each.
    pub fn ca_certificates(&self) -> &[Vec<u8>] {
        &self.ca_certificates
    }

    /// What this client shows to a server that asks for a certificate.
    pub const fn client_identity(&self) -> Option<&ClientIdentity> {
        self.client_identity.as_ref()
    }

    /// Where the session of a login is kept; none for an endpoint that has no sessions, and where
    /// they stay in memory.
    pub fn session_file(&self) -> Option<&Path> {
        self.session_file.as_deref()
    }

    /// The proxies of the environment that the configuration was built from; none when it was
    /// built without one, and then the process's own are used.
    pub const fn proxies(&self) -> Option<&Proxies> {
        self.proxies.as_ref()
    }

    /// Where the value of a field came from. [`Origin::Default`] too when it is not used, as the
    /// keys are not with a session.
    pub fn origin(&self, field: Field) -> &Origin {
        self.origins.get(&field).unwrap_or(&Origin::Default)
    }

    /// What works and should still be looked at. Each was also sent to `tracing` as a warning.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }
}
