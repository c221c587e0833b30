//! Non-fatal problems of a configuration.

use std::{fmt, path::PathBuf};

use super::Origin;

/// A part of a configuration that is not safe, or is ignored.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// The server's certificate is not verified: an attacker on the path can read and change
    /// requests.
    TlsNotVerified {
        /// Where verification was disabled.
        origin: Origin,
    },
    /// Other users of this machine can read a file with a secret key.
    CredentialsReadable {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// An entry of `NO_PROXY` has none of its forms, and a proxy is used.
    NoProxyIgnored {
        /// The variable.
        variable: &'static str,
        /// The entry.
        entry: String,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TlsNotVerified { origin } => {
                write!(f, "certificates are not verified ({origin}); trust the server's CA instead")
            }
            Self::CredentialsReadable { path, mode } => {
                let path = path.display();
                write!(f, "others can read {path} (mode {mode:04o}); run chmod 600 on it")
            }
            Self::NoProxyIgnored { variable, entry } => write!(
                f,
                "`{entry}` in {variable} is no host, address or network, and is ignored; correct it"
            ),
        }
    }
}
