//! The fields of a configuration, and where a value of one came from.

use std::{fmt, path::PathBuf};

/// A field of [`Config`](super::Config).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Field {
    /// The addresses.
    Endpoint,
    /// What answers there.
    EndpointType,
    /// The domain.
    Domain,
    /// The group, which newer managers call project.
    Group,
    /// Replacements of storage-proxy addresses.
    StorageProxies,
    /// Version of the API.
    Version,
    /// The `User-Agent` header.
    UserAgent,
    /// The access key.
    AccessKey,
    /// The secret key.
    SecretKey,
    /// Hash of the signature.
    HashType,
    /// Virtual folders that are mounted in every session.
    VfolderMounts,
    /// Whether any certificate will do.
    SkipTlsVerification,
    /// Limit of connecting.
    ConnectTimeout,
    /// Limit of waiting for an answer.
    ReadTimeout,
    /// Certificates that are trusted besides the system's.
    CaCertificates,
    /// Certificate and key that this client shows.
    ClientIdentity,
    /// Where the session of a login is kept.
    SessionFile,
}

impl Field {
    /// The variable without its prefix `BACKEND_` or `SORNA_`, when the field has one.
    pub(super) const fn variable(self) -> Option<&'static str> {
        Some(match self {
            Self::Endpoint => "ENDPOINT",
            Self::EndpointType => "ENDPOINT_TYPE",
            Self::Domain => "DOMAIN",
            Self::Group => "GROUP",
            Self::StorageProxies => "OVERRIDE_STORAGE_PROXY",
            Self::AccessKey => "ACCESS_KEY",
            Self::SecretKey => "SECRET_KEY",
            Self::VfolderMounts => "VFOLDER_MOUNTS",
            Self::SkipTlsVerification => "SKIP_SSLCERT_VALIDATION",
            Self::ConnectTimeout => "CONNECTION_TIMEOUT",
            Self::ReadTimeout => "READ_TIMEOUT",
            Self::SessionFile => "SESSION_FILE",
            Self::Version
            | Self::UserAgent
            | Self::HashType
            | Self::CaCertificates
            | Self::ClientIdentity => return None,
        })
    }

    /// Every field that has a variable.
    pub(super) const WITH_VARIABLE: [Self; 12] = [
        Self::Endpoint,
        Self::EndpointType,
        Self::Domain,
        Self::Group,
        Self::StorageProxies,
        Self::AccessKey,
        Self::SecretKey,
        Self::VfolderMounts,
        Self::SkipTlsVerification,
        Self::ConnectTimeout,
        Self::ReadTimeout,
        Self::SessionFile,
    ];

    /// The method of the builder that sets it.
    pub(super) const fn method(self) -> &'static str {
        match self {
            Self::Endpoint => "endpoint",
            Self::EndpointType => "endpoint_type",
            Self::Domain => "domain",
            Self::Group => "group",
            Self::StorageProxies => "storage_proxy",
            Self::Version => "version",
            Self::UserAgent => "user_agent",
            Self::AccessKey => "access_key",
            Self::SecretKey => "secret_key",
            Self::HashType => "hash_type",
            Self::VfolderMounts => "vfolder_mounts",
            Self::SkipTlsVerification => "skip_tls_verification",
            Self::ConnectTimeout => "connect_timeout",
            Self::ReadTimeout => "read_timeout",
            Self::CaCertificates => "ca_certificate_file",
            Self::ClientIdentity => "client_identity_file",
            Self::SessionFile => "session_file",
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Endpoint => "endpoint",
            Self::EndpointType => "endpoint type",
            Self::Domain => "domain",
            Self::Group => "group",
            Self::StorageProxies => "storage-proxy map",
            Self::Version => "API version",
            Self::UserAgent => "user agent",
            Self::AccessKey => "access key",
            Self::SecretKey => "secret key",
            Self::HashType => "hash type",
            Self::VfolderMounts => "virtual-folder mounts",
            Self::SkipTlsVerification => "skipping of TLS verification",
            Self::ConnectTimeout => "connect timeout",
            Self::ReadTimeout => "read timeout",
            Self::CaCertificates => "CA certificates",
            Self::ClientIdentity => "client identity",
            Self::SessionFile => "session file",
        })
    }
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Origin {
    /// Set in code.
    Explicit,
    /// A variable of the environment.
    Environment {
        /// Its name.
        variable: String,
    },
    /// A variable in a `.env` file.
    Dotenv {
        /// The file.
        path: PathBuf,
        /// The variable's name.
        variable: String,
    },
    /// A file of a profile of the official client.
    Profile {
        /// The profile's name; none for the files beside the profiles.
        name: Option<String>,
        /// The file.
        path: PathBuf,
        /// The key in its table `[backend-ai]`.
        key: String,
    },
    /// A named context; see the module `context`.
    Context {
        /// Its name.
        name: String,
        /// The file that it is in.
        path: PathBuf,
    },
    /// Values of several origins, put together.
    Merged(Vec<Self>),
    /// Nobody set it.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Explicit => f.write_str("set in code"),
            Self::Environment { variable } => f.write_str(variable),
            Self::Dotenv { path, variable } => write!(f, "{variable} in {}", path.display()),
            Self::Profile { path, key, .. } => write!(f, "{key} in {}", path.display()),
            Self::Context { name, path } => write!(f, "context {name} in {}", path.display()),
            Self::Merged(origins) => origins.iter().enumerate().try_for_each(|(at, origin)| {
                f.write_str(if at == 0 { "" } else { " and " })?;
                origin.fmt(f)
            }),
            Self::Default => f.write_str("default"),
        }
    }
}
