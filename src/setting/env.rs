//! The environment as a value, so that only one function reads the process.

use std::{
    collections::BTreeMap,
    env,
    ffi::OsString,
    fmt,
    path::{Path, PathBuf},
};

use secrecy::{ExposeSecret as _, SecretString};

use super::{Field, proxies};

/// The prefixes of variables: the present name of the product, then its old one.
const PREFIXES: [&str; 2] = ["BACKEND_", "SORNA_"];
/// The variable that names the file of contexts.
pub(crate) const CONTEXTS: &str = "BACKENDAI_CONTEXTS";
const HOME: [&str; 2] = ["HOME", "USERPROFILE"];

/// The variables and folders that a configuration is read from.
///
/// It keeps only the variables that this library reads: `BACKEND_*`, `SORNA_*`,
/// `BACKENDAI_CONTEXTS`, the home directory and the proxies. `Debug` shows names and no values.
#[derive(Clone, Default)]
pub struct Env {
    /// The values by name; none for one that is not Unicode.
    variables: BTreeMap<String, Option<SecretString>>,
    current_dir: Option<PathBuf>,
    state_dir: Option<PathBuf>,
    config_dir: Option<PathBuf>,
}

impl Env {
    /// Returns the environment of this process, as it is now.
    pub fn process() -> Self {
        Self {
            current_dir: env::current_dir().ok(),
            state_dir: state_dir(),
            config_dir: config_dir(),
            ..Self::from_pairs(env::vars_os())
        }
    }

    /// Makes an environment of these variables alone. It has no current directory and no folders
    /// for sessions or contexts unless [`in_directory`](Self::in_directory),
    /// [`with_state_dir`](Self::with_state_dir) and [`with_config_dir`](Self::with_config_dir) set
    /// them.
    pub fn from_pairs<K, V>(pairs: impl IntoIterator<Item = (K, V)>) -> Self
    where
        K: Into<OsString>,
        V: Into<OsString>,
    {
        let variables = pairs.into_iter().filter_map(|(name, value)| {
            let name = name.into().into_string().ok().filter(|name| is_read(name))?;
            Some((name, value.into().into_string().ok().map(SecretString::from)))
        });
        Self { variables: variables.collect(), ..Self::default() }
    }

    /// Sets the current directory.
    #[must_use]
    pub fn in_directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.current_dir = Some(directory.into());
        self
    }

    /// Sets the folder for the state of this user's programs, such as sessions.
    #[must_use]
    pub fn with_state_dir(mut self, directory: impl Into<PathBuf>) -> Self {
        self.state_dir = Some(directory.into());
        self
    }

    /// Sets the folder for the settings of this user's programs, such as contexts.
    #[must_use]
    pub fn with_config_dir(mut self, directory: impl Into<PathBuf>) -> Self {
        self.config_dir = Some(directory.into());
        self
    }

    /// Returns the value of a setting: that of its variable `BACKEND_…`, or of `SORNA_…` where the
    /// first is not set at all. None when neither is set, and when the value is not Unicode.
    pub fn get(&self, field: Field) -> Option<&SecretString> {
        lookup(field, |name| self.variable(name))?.1
    }

    /// Whether a variable of this setting is set, even if it is empty.
    pub fn is_set(&self, field: Field) -> bool {
        lookup(field, |name| self.variable(name)).is_some()
    }

    /// The value of a variable that is set; none inside when it is not Unicode.
    pub(crate) fn variable(&self, name: &str) -> Option<Option<&SecretString>> {
        self.variables.get(name).map(Option::as_ref)
    }

    /// The value of a variable; none when it is unset or not Unicode.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        Some(self.variable(name)??.expose_secret())
    }

    /// Returns the folder for the files of sessions, in the platform's state directory.
    pub fn session_dir(&self) -> Option<PathBuf> {
        Some(self.state_dir.as_ref()?.join("backendai/sessions"))
    }

    pub(crate) fn current_dir(&self) -> Option<&Path> {
        self.current_dir.as_deref()
    }

    #[cfg(feature = "context")]
    pub(crate) fn config_dir(&self) -> Option<&Path> {
        self.config_dir.as_deref()
    }

    #[cfg(feature = "profile")]
    pub(crate) fn home(&self) -> Option<PathBuf> {
        HOME.iter().find_map(|name| self.text(name).filter(|home| !home.is_empty()).map(Into::into))
    }
}

/// Looks a setting up among variables: the first name that is set, with its value. An empty
/// `BACKEND_X` hides `SORNA_X`, as in the official client.
pub(crate) fn lookup<T>(field: Field, get: impl Fn(&str) -> Option<T>) -> Option<(String, T)> {
    let variable = field.setting().variable?;
    PREFIXES.iter().find_map(|prefix| {
        let name = format!("{prefix}{variable}");
        get(&name).map(|value| (name, value))
    })
}

/// Whether a variable has one of the prefixes.
pub(crate) fn is_prefixed(name: &str) -> bool {
    PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// The platform's folder for state, or else for data.
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

fn is_read(name: &str) -> bool {
    is_prefixed(name) || name == CONTEXTS || HOME.contains(&name) || proxies::is_read(name)
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
