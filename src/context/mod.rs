//! Named contexts: which manager, and as whom, kept in a file for programs of one user.
//!
//! With the feature `context`. The file is `backendai/contexts.toml` in the platform's folder for
//! settings, or where the variable `BACKENDAI_CONTEXTS` says:
//!
//! ```toml
//! current = "prod"
//!
//! [contexts.prod]
//! endpoint = "https://manager.example"     # or several addresses of one cluster, as an array
//! endpoint_type = "api"                    # or "session", and then there are no keys
//! access_key = "AKIAIOSFODNN7EXAMPLE"
//! secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
//! domain = "default"
//! group = "default"
//! api_version = "v9.20250722"
//! skip_tls_verification = false
//! connect_timeout = 10                     # seconds
//! read_timeout = 120
//! ca_file = "cluster-ca.pem"               # beside this file, unless the path is absolute
//! session_file = "prod-session.json"
//! storage_proxies = { "https://10.0.0.1:6021" = "https://proxy.example" }
//! ```
//!
//! Nothing but the endpoint has to be there, and anything that is none of these is an error. A
//! configuration takes a context as a source, [`ConfigBuilder::context`] above the environment and
//! [`ConfigBuilder::current_context`] below it:
//!
//! ```
//! use backendai::{Config, config::{Env, Field}, context::{Context, Contexts}};
//!
//! let folder = tempfile::tempdir()?;
//! let contexts = Contexts::at(folder.path().join("contexts.toml"));
//! let mut prod = Context::new("prod")?;
//! prod.set(Field::Endpoint, "https://manager.example")?;
//! prod.set(Field::AccessKey, "AKIAIOSFODNN7EXAMPLE")?;
//! prod.set(Field::SecretKey, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
//! contexts.update(|stored| {
//!     stored.put(&prod)?;
//!     stored.set_current("prod")
//! })?;
//!
//! let env = Env::from_pairs([("BACKEND_DOMAIN", "research")]);
//! let config = Config::builder().environment(env).contexts(contexts).current_context().build()?;
//! assert_eq!(config.credential().keys().unwrap().access_key(), "AKIAIOSFODNN7EXAMPLE");
//! assert!(config.origin(Field::Endpoint).to_string().starts_with("context prod in "));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Care
//!
//! Only its owner may read the file; one that others can read is told as a warning, and is theirs
//! no more after the next change. It is replaced as a whole, by one process after the other.
//! Comments and order stay. A file that is not understood is never written.
//!
//! [`ConfigBuilder::context`]: crate::ConfigBuilder::context
//! [`ConfigBuilder::current_context`]: crate::ConfigBuilder::current_context

mod edit;
mod read;

use std::{
    collections::BTreeMap,
    fmt,
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use secrecy::{ExposeSecret as _, SecretString, zeroize::Zeroizing};

pub use self::edit::Stored;
use crate::{
    config::{self, CONTEXTS, Env, Field, Problem, Warning},
    owner_file,
};

/// The result of everything here. An error names the place and what would be right.
pub type Result<T, E = Problem> = std::result::Result<T, E>;

/// What a context can say, and the keys in the file, in the order in which they are written.
const KEYS: [(Field, &str); 13] = [
    (Field::Endpoint, "endpoint"),
    (Field::EndpointType, "endpoint_type"),
    (Field::AccessKey, "access_key"),
    (Field::SecretKey, "secret_key"),
    (Field::Domain, "domain"),
    (Field::Group, "group"),
    (Field::Version, "api_version"),
    (Field::SkipTlsVerification, "skip_tls_verification"),
    (Field::ConnectTimeout, "connect_timeout"),
    (Field::ReadTimeout, "read_timeout"),
    (Field::CaCertificates, "ca_file"),
    (Field::SessionFile, "session_file"),
    (Field::StorageProxies, "storage_proxies"),
];

/// A name, and what is set under it. No `Debug` shows the secret key.
#[derive(Clone)]
pub struct Context {
    name: String,
    values: BTreeMap<Field, SecretString>,
}

impl Context {
    /// A context that says nothing yet.
    ///
    /// # Errors
    ///
    /// When the name does not begin with a letter or a digit, or has something else in it than
    /// letters, digits, dots, hyphens and underscores.
    pub fn new(name: impl Into<String>) -> Result<Self> {
        let name = name.into();
        let mut chars = name.chars();
        let valid = chars.next().is_some_and(char::is_alphanumeric)
            && chars.all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-'));
        if !valid {
            let message = "it is not a context's name; a letter or digit comes first, then \
                           letters, digits, dots, underscores and hyphens";
            return Err(Problem::new(None, format!("{name:?}"), message));
        }
        Ok(Self { name, values: BTreeMap::new() })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The fields that a context can have, in the order of the file, with their keys there.
    pub const fn keys() -> &'static [(Field, &'static str)] {
        &KEYS
    }

    /// Sets a field by a text of the form that a variable has: `a,b` for two endpoints, `X=Y` for a
    /// storage proxy.
    ///
    /// # Errors
    ///
    /// When a context has no such field, or the text cannot be its value.
    pub fn set(&mut self, field: Field, text: impl Into<SecretString>) -> Result<&mut Self> {
        let text = text.into();
        let problem = |message| Problem::new(field, format!("the {field}"), message);
        if !KEYS.iter().any(|(key, _)| *key == field) {
            return Err(problem("a context does not have it; set it in code".to_owned()));
        }
        config::check(field, text.expose_secret()).map_err(problem)?;
        self.values.insert(field, text);
        Ok(self)
    }

    /// Takes a field away.
    pub fn unset(&mut self, field: Field) -> &mut Self {
        self.values.remove(&field);
        self
    }

    /// What a field says; its text through [`ExposeSecret`](crate::credential::ExposeSecret).
    pub fn get(&self, field: Field) -> Option<&SecretString> {
        self.values.get(&field)
    }

    /// The text of a field, unless it is the secret key.
    pub fn text(&self, field: Field) -> Option<&str> {
        let value = self.get(field).filter(|_| field != Field::SecretKey)?;
        Some(value.expose_secret())
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = (Field, &SecretString)> {
        self.values.iter().map(|(field, text)| (*field, text))
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Context");
        debug.field("name", &self.name);
        for (field, key) in KEYS {
            if let Some(text) = self.text(field) {
                debug.field(key, &text);
            }
        }
        debug.finish_non_exhaustive()
    }
}

/// A file of contexts. Nothing is cached: every call reads it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contexts {
    path: PathBuf,
}

impl Contexts {
    /// The contexts of this file, which need not be there yet.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The contexts of the user of this environment: the file that `BACKENDAI_CONTEXTS` names, or
    /// else `backendai/contexts.toml` in the folder for settings.
    ///
    /// # Errors
    ///
    /// When the environment knows neither.
    pub fn of(env: &Env) -> Result<Self> {
        if let Some(path) = env.text(CONTEXTS).filter(|path| !path.is_empty()) {
            return Ok(Self::at(env.current_dir().unwrap_or(Path::new("")).join(path)));
        }
        let folder = env.config_dir().ok_or_else(|| {
            let message = "not set, and the folder for settings is unknown; name the file";
            Problem::new(None, CONTEXTS, message)
        })?;
        Ok(Self::at(folder.join("backendai/contexts.toml")))
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the file holds. A missing file holds nothing, and stays missing. When others than its
    /// owner can read it, that is told to `tracing` as a warning.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or something in it is not understood: the error names the
    /// line.
    pub fn read(&self) -> Result<Stored> {
        let (stored, warning) = self.load()?;
        if let Some(warning) = warning {
            tracing::warn!("{warning}");
        }
        Ok(stored)
    }

    /// Reads the file, has it changed, and puts the new one in its place, while no other process
    /// that uses this does so. When the change fails, nothing is written.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read) and the change itself; and when the file cannot be written.
    pub fn update<T>(&self, change: impl FnOnce(&mut Stored) -> Result<T>) -> Result<T> {
        let failed = |what| {
            move |error: io::Error| {
                let message = format!("{what}: {error}; check the folder and its permissions");
                Problem::new(None, self.path.display(), message)
            }
        };
        // A link stays a link.
        let target = match fs::canonicalize(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.path.clone(),
            found => found.map_err(failed("the file cannot be reached"))?,
        };
        let _locked = owner_file::lock(&target).map_err(failed("the file cannot be locked"))?;
        let mut stored = self.read()?;
        let result = change(&mut stored)?;
        let text = Zeroizing::new(stored.to_text());
        owner_file::write(&target, text.as_bytes())
            .map_err(failed("the file cannot be written"))?;
        Ok(result)
    }

    /// The file, and what is not safe about it.
    pub(crate) fn load(&self) -> Result<(Stored, Option<Warning>)> {
        let failed = |error: io::Error| {
            let message = format!("the file cannot be read: {error}; check its permissions");
            Problem::new(None, self.path.display(), message)
        };
        let mut file = match File::open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok((Stored::parse(&self.path, "")?, None));
            }
            file => file.map_err(failed)?,
        };
        let mode = owner_file::too_open(&file).map_err(failed)?;
        let warning = mode.map(|mode| {
            let path = self.path.clone();
            Warning::CredentialsReadable { path, mode }
        });
        let mut text = Zeroizing::new(String::new());
        file.read_to_string(&mut text).map_err(failed)?;
        Ok((Stored::parse(&self.path, &text)?, warning))
    }

    /// A path in the file, from the file's own folder.
    pub(crate) fn beside(&self, path: &SecretString) -> SecretString {
        let folder = self.path.parent().unwrap_or(Path::new(""));
        let path = folder.join(path.expose_secret());
        path.into_os_string().into_string().unwrap_or_default().into()
    }
}
