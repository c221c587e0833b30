//! What is set in code, and which other sources are read.

use std::{path::PathBuf, time::Duration};

use secrecy::SecretString;

use super::{
    ApiVersion, Config, ConfigError, EndpointType, Env, Field, Origin,
    layer::{Layer, Source},
    pem::Pem,
    resolve,
};
use crate::sign::HashType;

/// Puts a [`Config`] together. What is set here wins over every other source; no other source is
/// read unless it is asked for.
///
/// ```
/// use backendai::{Config, config::{Env, Field, Origin}};
///
/// let env = Env::from_pairs([
///     ("BACKEND_ENDPOINT", "https://manager.example"),
///     ("BACKEND_ACCESS_KEY", "AKIAIOSFODNN7EXAMPLE"),
///     ("BACKEND_SECRET_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
///     ("BACKEND_DOMAIN", "research"),
/// ]);
/// let config = Config::builder().environment(env).domain("teaching").build()?;
/// assert_eq!(config.domain(), "teaching");
/// assert_eq!(config.origin(Field::Domain), &Origin::Explicit);
/// assert_eq!(config.origin(Field::Endpoint).to_string(), "BACKEND_ENDPOINT");
/// # Ok::<(), backendai::ConfigError>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "nothing is read before `build`"]
pub struct ConfigBuilder {
    pub(super) env: Option<Env>,
    pub(super) dotenv: Option<Dotenv>,
    pub(super) dotenv_overrides: bool,
    pub(super) profile: Option<String>,
    pub(super) current_profile: bool,
    pub(super) profile_dir: Option<PathBuf>,
    #[cfg(feature = "context")]
    pub(super) contexts: Option<crate::context::Contexts>,
    #[cfg(feature = "context")]
    pub(super) context: Option<super::context::Chosen>,
    #[cfg(feature = "context")]
    pub(super) current_context: bool,

    endpoint: Option<String>,
    access_key: Option<String>,
    secret_key: Option<SecretString>,

    pub(super) endpoint_type: Option<EndpointType>,
    pub(super) domain: Option<String>,
    pub(super) group: Option<String>,
    pub(super) storage_proxies: Option<Vec<(String, String)>>,
    pub(super) version: Option<ApiVersion>,
    pub(super) user_agent: Option<String>,
    pub(super) hash_type: Option<HashType>,
    pub(super) vfolder_mounts: Vec<String>,
    pub(super) skip_tls_verification: Option<bool>,
    pub(super) connect_timeout: Option<Duration>,
    pub(super) read_timeout: Option<Duration>,
    pub(super) ca_certificates: Vec<Pem>,
    pub(super) client_identity: Option<Pem>,
    pub(super) session_file: Option<PathBuf>,
}

/// Which `.env` file is read.
#[derive(Clone, Debug)]
pub(super) enum Dotenv {
    File(PathBuf),
    Upwards,
}

/// Sources.
impl ConfigBuilder {
    /// Reads variables from here: `BACKEND_*`, then `SORNA_*`.
    pub fn environment(mut self, env: Env) -> Self {
        self.env = Some(env);
        self
    }

    /// Reads a `.env` file as well, below the environment. It must exist; a relative path starts
    /// at the environment's current directory.
    pub fn dotenv(mut self, path: impl Into<PathBuf>) -> Self {
        self.dotenv = Some(Dotenv::File(path.into()));
        self
    }

    /// Reads the nearest `.env` file as well, if there is one: in the environment's current
    /// directory or one above it.
    pub fn dotenv_in_ancestors(mut self) -> Self {
        self.dotenv = Some(Dotenv::Upwards);
        self
    }

    /// Whether the `.env` file wins over the environment. The official client always does so.
    pub const fn dotenv_overrides(mut self, overrides: bool) -> Self {
        self.dotenv_overrides = overrides;
        self
    }

    /// Reads this profile of the official client, above the environment.
    pub fn profile(mut self, name: impl Into<String>) -> Self {
        self.profile = Some(name.into());
        self
    }

    /// Reads the current profile of the official client, below the environment: the one that
    /// `BACKEND_PROFILE` names, else the one last chosen, else the files beside the profiles.
    pub const fn current_profile(mut self) -> Self {
        self.current_profile = true;
        self
    }

    /// Where profiles are, instead of `.backend.ai` in the environment's home directory.
    pub fn profile_dir(mut self, directory: impl Into<PathBuf>) -> Self {
        self.profile_dir = Some(directory.into());
        self
    }
}

/// Named contexts, as sources; see [`context`](crate::context).
#[cfg(feature = "context")]
impl ConfigBuilder {
    /// Reads this context, above the environment.
    pub fn context(mut self, name: impl Into<String>) -> Self {
        self.context = Some(super::context::Chosen::Name(name.into()));
        self
    }

    /// Reads this context, which need not be in a file, above the environment.
    pub fn inline_context(mut self, context: crate::context::Context) -> Self {
        self.context = Some(super::context::Chosen::Given(Box::new(context)));
        self
    }

    /// Reads the current context, below the environment. It is about one manager: where a
    /// stronger source names an endpoint or a key, nothing of it counts.
    pub const fn current_context(mut self) -> Self {
        self.current_context = true;
        self
    }

    /// Where contexts are, instead of the place that the environment knows.
    pub fn contexts(mut self, contexts: crate::context::Contexts) -> Self {
        self.contexts = Some(contexts);
        self
    }
}

/// Values.
impl ConfigBuilder {
    /// The address, or several in a comma list, of one and the same cluster. Both keys have to
    /// be set as well: keys of another source are never sent to this address.
    pub fn endpoint(mut self, address: impl Into<String>) -> Self {
        self.endpoint = Some(address.into());
        self
    }

    /// Several addresses of one and the same cluster.
    pub fn endpoints<T: AsRef<str>>(self, addresses: impl IntoIterator<Item = T>) -> Self {
        let addresses: Vec<T> = addresses.into_iter().collect();
        self.endpoint(addresses.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(","))
    }

    /// What answers at the address. Keys are ignored for [`EndpointType::Session`].
    pub const fn endpoint_type(mut self, kind: EndpointType) -> Self {
        self.endpoint_type = Some(kind);
        self
    }

    /// The access key. Deliberately empty means anonymous: requests are not signed.
    pub fn access_key(mut self, key: impl Into<String>) -> Self {
        self.access_key = Some(key.into());
        self
    }

    /// The secret key.
    pub fn secret_key(mut self, key: impl Into<SecretString>) -> Self {
        self.secret_key = Some(key.into());
        self
    }

    /// The domain, instead of `default`.
    pub fn domain(mut self, name: impl Into<String>) -> Self {
        self.domain = Some(name.into());
        self
    }

    /// The group, instead of `default`.
    pub fn group(mut self, name: impl Into<String>) -> Self {
        self.group = Some(name.into());
        self
    }

    /// Uses `replacement` where the manager names the storage proxy at `address`. Once one is set
    /// here, the ones in the environment do not count.
    pub fn storage_proxy(
        mut self,
        address: impl Into<String>,
        replacement: impl Into<String>,
    ) -> Self {
        let proxies = self.storage_proxies.get_or_insert_default();
        proxies.push((address.into(), replacement.into()));
        self
    }

    /// The version of the API, instead of [`DEFAULT_VERSION`](super::DEFAULT_VERSION). The client goes below it when
    /// the manager is older.
    pub const fn version(mut self, version: ApiVersion) -> Self {
        self.version = Some(version);
        self
    }

    /// The `User-Agent` header, instead of [`DEFAULT_USER_AGENT`](super::DEFAULT_USER_AGENT).
    pub fn user_agent(mut self, text: impl Into<String>) -> Self {
        self.user_agent = Some(text.into());
        self
    }

    /// The hash of signatures, instead of SHA-256.
    pub const fn hash_type(mut self, hash: HashType) -> Self {
        self.hash_type = Some(hash);
        self
    }

    /// Virtual folders for every session, besides those of the environment.
    pub fn vfolder_mounts<T: Into<String>>(mut self, names: impl IntoIterator<Item = T>) -> Self {
        self.vfolder_mounts.extend(names.into_iter().map(Into::into));
        self
    }

    /// Whether any certificate of the server will do. Either answer wins over the environment.
    pub const fn skip_tls_verification(mut self, skip: bool) -> Self {
        self.skip_tls_verification = Some(skip);
        self
    }

    /// How long a connection may take to be made; zero for no limit. Instead of
    /// [`DEFAULT_CONNECT_TIMEOUT`](super::DEFAULT_CONNECT_TIMEOUT).
    pub const fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = Some(limit);
        self
    }

    /// How long nothing may come from the server while an answer is awaited; zero for no limit.
    /// Instead of [`DEFAULT_READ_TIMEOUT`](super::DEFAULT_READ_TIMEOUT).
    pub const fn read_timeout(mut self, limit: Duration) -> Self {
        self.read_timeout = Some(limit);
        self
    }

    /// Trusts the certificates in this PEM file too. It is read by [`build`](Self::build).
    pub fn ca_certificate_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.ca_certificates.push(Pem::File(path.into()));
        self
    }

    /// Trusts these certificates in PEM form too.
    pub fn ca_certificate_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.ca_certificates.push(Pem::text(pem.into()));
        self
    }

    /// Shows the certificate in this PEM file, which holds its private key too, to a server that
    /// asks. It is read by [`build`](Self::build).
    pub fn client_identity_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.client_identity = Some(Pem::File(path.into()));
        self
    }

    /// Shows this certificate, with its private key in the same PEM text, to a server that asks.
    pub fn client_identity_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.client_identity = Some(Pem::text(pem.into()));
        self
    }

    /// Where the session of a login is kept, for [`EndpointType::Session`]; an empty path keeps it
    /// in memory alone. A client starts with the session that is there.
    pub fn session_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.session_file = Some(path.into());
        self
    }

    /// Reads the sources and decides every value.
    ///
    /// # Errors
    ///
    /// Everything that is missing or cannot be used, all at once.
    pub fn build(self) -> Result<Config, ConfigError> {
        resolve::resolve(&self)
    }

    /// Addresses and keys that are set in code, as a source like any other.
    pub(super) fn layer(&self) -> Layer {
        let mut layer = Layer::new(Source::Explicit);
        let texts = [
            (Field::Endpoint, self.endpoint.clone().map(SecretString::from)),
            (Field::AccessKey, self.access_key.clone().map(SecretString::from)),
            (Field::SecretKey, self.secret_key.clone()),
        ];
        for (field, text) in texts {
            if let Some(text) = text {
                layer.put(field, text, Origin::Explicit);
            }
        }
        layer
    }
}
