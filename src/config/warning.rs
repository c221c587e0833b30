//! What works and should still be looked at.

use std::{fmt, path::PathBuf};

use super::Origin;

/// Something about a configuration that works and is not safe.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// Any certificate of the server will do, so anybody on the way can read and change requests.
    TlsNotVerified {
        /// Who said so.
        origin: Origin,
    },
    /// Other users of this machine can read a file with a secret key.
    CredentialsReadable {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
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
        }
    }
}
