//! The process environment as a value, so that it can be given instead of found.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    fmt,
    path::PathBuf,
};

use crate::error::{Error, Kind, Result};

/// The API token that wins over every stored context. Present is enough, even if it is empty.
pub const API_KEY: &str = "BENTO_CLOUD_API_KEY";
/// The endpoint that belongs to [`API_KEY`]; without that variable it is ignored.
pub const API_ENDPOINT: &str = "BENTO_CLOUD_API_ENDPOINT";
/// The name of the context to use instead of the current one. Empty is a name, too.
pub const CONTEXT: &str = "BENTOML_CLOUD_CONTEXT";
/// The folder that holds `.yatai.yaml`.
pub const HOME: &str = "BENTOML_HOME";

/// A snapshot of environment variables.
///
/// ```
/// use bentocloud::Environment;
///
/// let env = Environment::from_iter([("BENTO_CLOUD_API_KEY", "secret")]);
/// assert!(env.contains("BENTO_CLOUD_API_KEY"));
/// assert!(!format!("{env:?}").contains("secret"));
/// ```
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<OsString, OsString>,
    /// The user's folder by other means than a variable.
    home: Option<PathBuf>,
}

impl Environment {
    /// What this process was started with.
    pub fn process() -> Self {
        Self { variables: std::env::vars_os().collect(), home: std::env::home_dir() }
    }

    /// Whether the variable exists, whatever its value.
    pub fn contains(&self, name: &str) -> bool {
        self.variables.contains_key(OsStr::new(name))
    }

    /// The value, if the variable exists.
    ///
    /// # Errors
    ///
    /// The value is not UTF-8.
    pub fn get(&self, name: &str) -> Result<Option<&str>> {
        match self.variables.get(OsStr::new(name)) {
            None => Ok(None),
            Some(value) => match value.to_str() {
                Some(value) => Ok(Some(value)),
                None => Err(Kind::Variable { name: name.to_owned() }.into()),
            },
        }
    }

    /// The user's folder, for `~`. An empty `HOME` means the root, as Python has it.
    pub(crate) fn home(&self) -> Result<Option<String>> {
        let variable = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
        if let Some(home) = self.get(variable)? {
            return Ok(Some(home.to_owned()));
        }
        match &self.home {
            None => Ok(None),
            Some(home) => match home.to_str() {
                Some(home) => Ok(Some(home.to_owned())),
                None => Err(Error::from(Kind::Variable { name: variable.to_owned() })),
            },
        }
    }
}

impl<K: Into<OsString>, V: Into<OsString>> FromIterator<(K, V)> for Environment {
    /// Exactly these variables, and no other knowledge of the user.
    fn from_iter<I: IntoIterator<Item = (K, V)>>(variables: I) -> Self {
        let variables = variables.into_iter().map(|(name, value)| (name.into(), value.into()));
        Self { variables: variables.collect(), home: None }
    }
}

impl fmt::Debug for Environment {
    /// The names only: values hold tokens.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.variables.keys()).finish()
    }
}
