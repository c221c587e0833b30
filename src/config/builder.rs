//! The builder: values set in code, and the other sources to read.

use std::{path::PathBuf, time::Duration};

use secrecy::SecretString;

use super::{
    Config, ConfigError,
    pem::Pem,
    resolve,
    source::{Source, SourceKind},
};
use crate::{
    setting::{ApiVersion, EndpointType, Env, Field, Origin},
    sign::HashType,
};

/// Builds a [`Config`]. Values set here win over every other source; no other source is read unless
/// it is selected here.
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
    #[cfg(feature = "profile")]
    pub(super) profile: Option<String>,
    #[cfg(feature = "profile")]
    pub(super) current_profile: bool,
    #[cfg(feature = "profile")]
    pub(super) profile_dir: Option<PathBuf>,
    #[cfg(feature = "context")]
    pub(super) contexts: Option<crate::context::Contexts>,
    #[cfg(feature = "context")]
    pub(super) context: Option<super::context::Selected>,
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

/// The `.env` file to read.
#[derive(Clone, Debug)]
pub(super) enum Dotenv {
    File(PathBuf),
    InAncestors,
}

/// Sources.
impl ConfigBuilder {
    /// Reads the variables of this environment: `BACKEND_*`, then `SORNA_*`.
    pub fn environment(mut self, env: Env) -> Self {
        self.env = Some(env);
        self
    }

    /// Also reads this `.env` file, below the environment. It must exist; a relative path starts at
    /// the environment's current directory.
    pub fn dotenv(mut self, path: impl Into<PathBuf>) -> Self {
        self.dotenv = Some(Dotenv::File(path.into()));
        self
    }

    /// Also reads the nearest `.env` file, if there is one, in the environment's current directory or
    /// one of its ancestors.
    pub fn dotenv_in_ancestors(mut self) -> Self {
        self.dotenv = Some(Dotenv::InAncestors);
        self
    }

    /// Sets whether the `.env` file wins over the environment, as it does in the official client.
    pub const fn dotenv_overrides(mut self, overrides: bool) -> Self {
        self.dotenv_overrides = overrides;
        self
    }
}

/// Profiles of the official client, as sources; with the feature `profile`.
#[cfg(feature = "profile")]
impl ConfigBuilder {
    /// Reads this profile of the official client, above the environment.
    pub fn profile(mut self, name: impl Into<String>) -> Self {
        self.profile = Some(name.into());
        self
    }

    /// Reads the current profile of the official client, below the environment: the one that
    /// `BACKEND_PROFILE` names, else the one last selected, else the files beside the profiles.
    pub const fn current_profile(mut self) -> Self {
        self.current_profile = true;
        self
    }

    /// Sets the directory of the profiles, instead of `.backend.ai` in the environment's home
    /// directory.
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
        self.context = Some(super::context::Selected::Name(name.into()));
        self
    }

    /// Reads this context, which need not be in a file, above the environment.
    pub fn inline_context(mut self, context: crate::context::Context) -> Self {
        self.context = Some(super::context::Selected::Inline(Box::new(context)));
        self
    }

    /// Reads the current context, below the environment. A context is about one manager: where a
    /// stronger source names an endpoint or a key, it is ignored as a whole.
    pub const fn current_context(mut self) -> Self {
        self.current_context = true;
        self
    }

    /// Sets the file of contexts, instead of the environment's.
    pub fn contexts(mut self, contexts: crate::context::Contexts) -> Self {
        self.contexts = Some(contexts);
        self
    }
}

/// Values.
impl ConfigBuilder {
    /// Sets the address, or several of one cluster as a comma list. Both keys must be set too: keys of
    /// another source are never sent to this address.
    pub fn endpoint(mut self, address: impl Into<String>) -> Self {
        self.endpoint = Some(address.into());
        self
    }

    /// Sets several addresses of one cluster.
    pub fn endpoints<T: AsRef<str>>(self, addresses: impl IntoIterator<Item = T>) -> Self {
        let addresses: Vec<T> = addresses.into_iter().collect();
        self.endpoint(addresses.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(","))
    }

    /// Sets the kind of server. Keys are ignored for [`EndpointType::Session`].
    pub const fn endpoint_type(mut self, kind: EndpointType) -> Self {
        self.endpoint_type = Some(kind);
        self
    }

    /// Sets the access key. Deliberately empty means anonymous: requests are not signed.
    pub fn access_key(mut self, key: impl Into<String>) -> Self {
        self.access_key = Some(key.into());
        self
    }

    /// Sets the secret key.
    pub fn secret_key(mut self, key: impl Into<SecretString>) -> Self {
        self.secret_key = Some(key.into());
        self
    }

    /// Sets the domain, instead of `default`.
    pub fn domain(mut self, name: impl Into<String>) -> Self {
        self.domain = Some(name.into());
        self
    }

    /// Sets the group, instead of `default`.
    pub fn group(mut self, name: impl Into<String>) -> Self {
        self.group = Some(name.into());
        self
    }

    /// Uses `replacement` where the manager names the storage proxy at `address`. Once one is set here,
    /// those of other sources are ignored.
    pub fn storage_proxy(
        mut self,
        address: impl Into<String>,
        replacement: impl Into<String>,
    ) -> Self {
        let proxies = self.storage_proxies.get_or_insert_default();
        proxies.push((address.into(), replacement.into()));
        self
    }

    /// Sets the newest version of the API to use, instead of
    /// [`DEFAULT_VERSION`](super::DEFAULT_VERSION). The client negotiates an older one where the manager
    /// requires it.
    pub const fn version(mut self, version: ApiVersion) -> Self {
        self.version = Some(version);
        self
    }

    /// Sets the `User-Agent` header, instead of [`DEFAULT_USER_AGENT`](super::DEFAULT_USER_AGENT).
    pub fn user_agent(mut self, text: impl Into<String>) -> Self {
        self.user_agent = Some(text.into());
        self
    }

    /// Sets the hash function of signatures, instead of SHA-256.
    pub const fn hash_type(mut self, hash: HashType) -> Self {
        self.hash_type = Some(hash);
        self
    }

    /// Adds virtual folders to mount in every session, before those of the environment.
    pub fn vfolder_mounts<T: Into<String>>(mut self, names: impl IntoIterator<Item = T>) -> Self {
        self.vfolder_mounts.extend(names.into_iter().map(Into::into));
        self
    }

    /// Disables or enables verification of the server's certificate. Either wins over the environment.
    pub const fn skip_tls_verification(mut self, skip: bool) -> Self {
        self.skip_tls_verification = Some(skip);
        self
    }

    /// Sets the time limit for establishing a connection; zero for no limit. Instead of
    /// [`DEFAULT_CONNECT_TIMEOUT`](super::DEFAULT_CONNECT_TIMEOUT).
    pub const fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = Some(limit);
        self
    }

    /// Sets the time limit without data while a response is awaited; zero for no limit.
    /// Instead of [`DEFAULT_READ_TIMEOUT`](super::DEFAULT_READ_TIMEOUT).
    pub const fn read_timeout(mut self, limit: Duration) -> Self {
        self.read_timeout = Some(limit);
        self
    }

    /// Also trusts the certificates in this PEM file, which [`build`](Self::build) reads.
    pub fn ca_certificate_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.ca_certificates.push(Pem::File(path.into()));
        self
    }

    /// Also trusts these certificates in PEM form.
    pub fn ca_certificate_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.ca_certificates.push(Pem::text(pem.into()));
        self
    }

    /// Authenticates with the certificate and private key in this PEM file to a server that requests
    /// it. [`build`](Self::build) reads the file.
    pub fn client_identity_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.client_identity = Some(Pem::File(path.into()));
        self
    }

    /// Authenticates with this certificate and private key in PEM form to a server that requests it.
    pub fn client_identity_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.client_identity = Some(Pem::text(pem.into()));
        self
    }

    /// Sets the file for the session of a login, for [`EndpointType::Session`]; an empty path keeps it
    /// in memory. A client starts with the session in the file.
    pub fn session_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.session_file = Some(path.into());
        self
    }

    /// Reads the sources and resolves every value.
    ///
    /// # Errors
    ///
    /// When values are missing or invalid; the error lists all of them.
    pub fn build(self) -> Result<Config, ConfigError> {
        resolve::resolve(&self)
    }

    /// Addresses and keys set in code, as a source like any other.
    pub(super) fn source(&self) -> Source {
        let mut source = Source::new(SourceKind::Explicit);
        let texts = [
            (Field::Endpoint, self.endpoint.clone().map(SecretString::from)),
            (Field::AccessKey, self.access_key.clone().map(SecretString::from)),
            (Field::SecretKey, self.secret_key.clone()),
        ];
        for (field, text) in texts {
            if let Some(text) = text {
                source.put(field, text, Origin::Explicit);
            }
        }
        source
    }
}
