//! The table of settings. Lookup, checks, the files of contexts and profiles, the options of the
//! command line and the documentation follow from it.

use std::fmt;

use super::{ApiVersion, EndpointType, endpoint, value};
use crate::credential::{InvalidKeys, check_access_key, check_secret_key};

/// One setting: what it is, where it can be set, and how its value is written.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Setting {
    /// The field of the configuration.
    pub field: Field,
    /// Its name in messages.
    pub label: &'static str,
    /// What it is, in one line.
    pub summary: &'static str,
    /// Its variable, without the prefix `BACKEND_` or `SORNA_`.
    pub variable: Option<&'static str>,
    /// Its key in a context.
    pub key: Option<&'static str>,
    /// The file of an official client's profile that has it, and its key there.
    pub profile: Option<(&'static str, &'static str)>,
    /// The method of [`ConfigBuilder`](crate::ConfigBuilder) that sets it.
    pub method: &'static str,
    /// How its value is written.
    pub form: Form,
    /// Its default: a value in backticks, or a description.
    pub default: &'static str,
}

impl Setting {
    /// The settings that a context can have, with their keys, in the order of the file.
    pub fn of_contexts() -> impl Iterator<Item = (&'static Self, &'static str)> {
        SETTINGS.iter().filter_map(|setting| Some((setting, setting.key?)))
    }
}

/// How the value of a setting is written in a variable, a file or an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Form {
    /// One URL, or a comma list of several.
    Endpoints,
    /// `api` or `session`.
    EndpointType,
    /// A public identifier; empty for anonymous requests.
    AccessKey,
    /// A secret, which is never displayed.
    SecretKey,
    /// The name of a domain or a group.
    Name,
    /// A version of the API, as in `v9.20250722`.
    Version,
    /// One of the words for yes and no.
    YesNo,
    /// A number of seconds; zero for no limit.
    Seconds,
    /// The path of a file.
    File,
    /// Pairs, as in `X1=Y1,X2=Y2`.
    Pairs,
    /// A comma list of names.
    Names,
    /// A string.
    Text,
}

impl Form {
    /// Checks that a string can be the value of a setting of this form. The error describes a valid
    /// value, and does not contain a secret.
    pub(crate) fn check(self, text: &str) -> Result<(), String> {
        fn checked<T, E: ToString>(parsed: Result<T, E>) -> Result<(), String> {
            parsed.map(drop).map_err(|error| error.to_string())
        }
        match self {
            Self::Endpoints => endpoint::parse_endpoints(text).map(drop).map_err(|errors| {
                errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
            }),
            Self::EndpointType => checked(text.parse::<EndpointType>()),
            // Deliberately empty: requests are not signed.
            Self::AccessKey if text.is_empty() => Ok(()),
            Self::AccessKey => key(check_access_key(text)),
            Self::SecretKey => key(check_secret_key(text)),
            Self::Name => checked(value::parse_name(text)),
            Self::Version => checked(text.parse::<ApiVersion>()),
            Self::YesNo => checked(value::parse_bool(text)),
            Self::Seconds => checked(value::parse_timeout(text)),
            Self::File if text.trim().is_empty() => {
                Err("it is empty; name a file, or leave it out".to_owned())
            }
            Self::Pairs => checked(value::parse_map(text)),
            Self::File | Self::Names | Self::Text => Ok(()),
        }
    }
}

fn key(checked: Result<(), InvalidKeys>) -> Result<(), String> {
    checked.map_err(|error| format!("{error}; copy the key again"))
}

/// The parts that a row leaves out.
const NONE: Setting = Setting {
    field: Field::Endpoint,
    label: "",
    summary: "",
    variable: None,
    key: None,
    profile: None,
    method: "",
    form: Form::Text,
    default: "none",
};

/// Makes the fields and the table out of the rows, so that each field has exactly one row.
macro_rules! settings {
    ($($field:ident { summary: $summary:literal, $($part:ident: $value:expr,)* })*) => {
        /// A field of [`Config`](crate::Config).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Field {
            $(#[doc = concat!($summary, ".")] $field,)*
        }

        impl Field {
            /// Its row in the table of [`SETTINGS`].
            pub const fn setting(self) -> &'static Setting {
                match self {
                    $(Self::$field => const {
                        &Setting { field: Self::$field, summary: $summary, $($part: $value,)* ..NONE }
                    })*
                }
            }
        }

        /// Every setting, in the order in which they are documented and written.
        pub const SETTINGS: &[Setting] = &[$(*Field::$field.setting()),*];
    };
}

settings! {
    Endpoint {
        summary: "Address of the manager or webserver; several of one cluster as a comma list",
        label: "endpoint",
        variable: Some("ENDPOINT"),
        key: Some("endpoint"),
        profile: Some(("config.toml", "endpoint")),
        method: "endpoint",
        form: Form::Endpoints,
        default: "required",
    }
    EndpointType {
        summary: "`api` for a manager, or `session` for a webserver with logins, where keys are ignored",
        label: "endpoint type",
        variable: Some("ENDPOINT_TYPE"),
        key: Some("endpoint_type"),
        profile: Some(("config.toml", "endpoint_type")),
        method: "endpoint_type",
        form: Form::EndpointType,
        default: "`api`",
    }
    AccessKey {
        summary: "Access key; empty for anonymous, unsigned requests",
        label: "access key",
        variable: Some("ACCESS_KEY"),
        key: Some("access_key"),
        profile: Some(("credentials.toml", "access_key")),
        method: "access_key",
        form: Form::AccessKey,
        default: "required",
    }
    SecretKey {
        summary: "Secret key",
        label: "secret key",
        variable: Some("SECRET_KEY"),
        key: Some("secret_key"),
        profile: Some(("credentials.toml", "secret_key")),
        method: "secret_key",
        form: Form::SecretKey,
        default: "required",
    }
    Domain {
        summary: "Domain",
        label: "domain",
        variable: Some("DOMAIN"),
        key: Some("domain"),
        method: "domain",
        form: Form::Name,
        default: "`default`",
    }
    Group {
        summary: "Group, which newer managers call project",
        label: "group",
        variable: Some("GROUP"),
        key: Some("group"),
        method: "group",
        form: Form::Name,
        default: "`default`",
    }
    Version {
        summary: "Newest version of the API to use",
        label: "API version",
        key: Some("api_version"),
        profile: Some(("config.toml", "api_version")),
        method: "version",
        form: Form::Version,
        default: "`v9.20250722`",
    }
    SkipTlsVerification {
        summary: "Accept any certificate, which lets an attacker on the path read requests; trust a CA instead",
        label: "skipping of TLS verification",
        variable: Some("SKIP_SSLCERT_VALIDATION"),
        key: Some("skip_tls_verification"),
        profile: Some(("config.toml", "skip_ssl_verification")),
        method: "skip_tls_verification",
        form: Form::YesNo,
        default: "`no`",
    }
    ConnectTimeout {
        summary: "Most seconds for establishing a connection; 0 for no limit",
        label: "connect timeout",
        variable: Some("CONNECTION_TIMEOUT"),
        key: Some("connect_timeout"),
        method: "connect_timeout",
        form: Form::Seconds,
        default: "`10`",
    }
    ReadTimeout {
        summary: "Most seconds without data while a response is awaited; 0 for no limit",
        label: "read timeout",
        variable: Some("READ_TIMEOUT"),
        key: Some("read_timeout"),
        method: "read_timeout",
        form: Form::Seconds,
        default: "`120`",
    }
    CaCertificates {
        summary: "PEM file of certificates to trust besides the system's",
        label: "CA certificates",
        key: Some("ca_file"),
        method: "ca_certificate_file",
        form: Form::File,
    }
    SessionFile {
        summary: "File for the session of a login",
        label: "session file",
        variable: Some("SESSION_FILE"),
        key: Some("session_file"),
        method: "session_file",
        form: Form::File,
        default: "one per endpoint in the platform's state folder; an empty variable keeps the session in memory",
    }
    StorageProxies {
        summary: "Replacements for addresses of storage proxies, as in `X1=Y1,X2=Y2`",
        label: "storage-proxy map",
        variable: Some("OVERRIDE_STORAGE_PROXY"),
        key: Some("storage_proxies"),
        method: "storage_proxy",
        form: Form::Pairs,
    }
    VfolderMounts {
        summary: "Virtual folders to mount in every session, as a comma list after those set in code",
        label: "virtual-folder mounts",
        variable: Some("VFOLDER_MOUNTS"),
        method: "vfolder_mounts",
        form: Form::Names,
    }
    UserAgent {
        summary: "`User-Agent` header",
        label: "user agent",
        method: "user_agent",
        default: "`backendai-rust/<version>`",
    }
    HashType {
        summary: "Hash function of signatures",
        label: "hash type",
        method: "hash_type",
        default: "`sha256`",
    }
    ClientIdentity {
        summary: "PEM file with the client's certificate and private key, for servers that require one",
        label: "client identity",
        method: "client_identity_file",
        form: Form::File,
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.setting().label)
    }
}
