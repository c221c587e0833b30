//! The environment as a value, so that nothing below here reads the process.

use std::{
    collections::BTreeMap,
    env,
    ffi::OsString,
    fmt,
    path::{Path, PathBuf},
};

use secrecy::{ExposeSecret as _, SecretString};

use super::proxy;

/// The variables and the folders that a configuration is read from.
///
/// Only what this library reads is kept: `BACKEND_*`, `SORNA_*`, `BACKENDAI_CONTEXTS`, the home
/// directory and the proxies. `Debug` shows names and no value.
#[derive(Clone, Default)]
pub struct Env {
    variables: BTreeMap<String, Value>,
    current_dir: Option<PathBuf>,
    state_dir: Option<PathBuf>,
    config_dir: Option<PathBuf>,
}

#[derive(Clone)]
pub(super) enum Value {
    Text(SecretString),
    NotUnicode,
}

impl Env {
    /// The environment of this process, as it is now.
    pub fn process() -> Self {
        Self {
            current_dir: env::current_dir().ok(),
            state_dir: state_dir(),
            config_dir: config_dir(),
            ..Self::from_pairs(env::vars_os())
        }
    }

    /// These variables and no others. No current directory is known unless
    /// [`in_directory`](Self::in_directory) tells it, and no place for sessions or
    /// contexts unless [`with_state_dir`](Self::with_state_dir) and
    /// [`with_config_dir`](Self::with_config_dir) do.
    pub fn from_pairs<K, V>(pairs: impl IntoIterator<Item = (K, V)>) -> Self
    where
        K: Into<OsString>,
        V: Into<OsString>,
    {
        let variables = pairs.into_iter().filter_map(|(name, value)| {
            let name = name.into().into_string().ok().filter(|name| is_read(name))?;
            let value = value.into().into_string();
            Some((name, value.map_or(Value::NotUnicode, |text| Value::Text(text.into()))))
        });
        Self { variables: variables.collect(), ..Self::default() }
    }

    /// Takes this directory for the current one.
    #[must_use]
    pub fn in_directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.current_dir = Some(directory.into());
        self
    }

    /// Takes this directory for the one where programs of this user keep their state, sessions for
    /// instance.
    #[must_use]
    pub fn with_state_dir(mut self, directory: impl Into<PathBuf>) -> Self {
        self.state_dir = Some(directory.into());
        self
    }

    /// Takes this directory for the one where programs of this user keep their settings, contexts
    /// for instance.
    #[must_use]
    pub fn with_config_dir(mut self, directory: impl Into<PathBuf>) -> Self {
        self.config_dir = Some(directory.into());
        self
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.variables.get(name)
    }

    pub(crate) fn current_dir(&self) -> Option<&Path> {
        self.current_dir.as_deref()
    }

    pub(super) fn state_dir(&self) -> Option<&Path> {
        self.state_dir.as_deref()
    }

    #[cfg(feature = "context")]
    pub(crate) fn config_dir(&self) -> Option<&Path> {
        self.config_dir.as_deref()
    }

    /// The text of a variable; none when it is unset or not Unicode.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Value::Text(text) => Some(text.expose_secret()),
            Value::NotUnicode => None,
        }
    }

    pub(super) fn home(&self) -> Option<PathBuf> {
        HOME.iter().find_map(|name| self.text(name).filter(|home| !home.is_empty()).map(Into::into))
    }
}

const HOME: [&str; 2] = ["HOME", "USERPROFILE"];

/// The platform's folder for state, or for data where it has none for state.
#[cfg(feature = "session")]
fn state_dir() -> Option<PathBuf> {
    use etcetera::BaseStrategy as _;
    let folders = etcetera::choose_base_strategy().ok()?;
    Some(folders.state_dir().unwrap_or_else(|| folders.data_dir()))
}

#[cfg(not(feature = "session"))]
const fn state_dir() -> Option<PathBuf> {
    None
}

/// The platform's folder for settings.
#[cfg(feature = "context")]
fn config_dir() -> Option<PathBuf> {
    use etcetera::BaseStrategy as _;
    Some(etcetera::choose_base_strategy().ok()?.config_dir())
}

#[cfg(not(feature = "context"))]
const fn config_dir() -> Option<PathBuf> {
    None
}

/// The variable that says where contexts are.
pub(crate) const CONTEXTS: &str = "BACKENDAI_CONTEXTS";

fn is_read(name: &str) -> bool {
    HOME.contains(&name)
        || name == CONTEXTS
        || name.starts_with("BACKEND_")
        || name.starts_with("SORNA_")
        || proxy::is_read(name)
}

impl fmt::Debug for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Env")
            .field("variables", &self.variables.keys().collect::<Vec<_>>())
            .field("current_dir", &self.current_dir)
            .field("state_dir", &self.state_dir)
            .field("config_dir", &self.config_dir)
            .finish()
    }
}
