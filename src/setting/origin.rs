//! Where a value came from.

use std::{fmt, path::PathBuf};

/// The source of a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Origin {
    /// Set in code.
    Explicit,
    /// An environment variable.
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
        /// The file with it.
        path: PathBuf,
    },
    /// Values of several origins, merged.
    Merged(Vec<Self>),
    /// Not set by any source.
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
