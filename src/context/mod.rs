//! Named contexts: the address of a manager and a credential, in a file for the programs of one user.
//!
//! With the feature `context`. The file is `backendai/contexts.toml` in the platform's folder for
//! settings, or the one that the variable `BACKENDAI_CONTEXTS` names:
//!
//! ```toml
#![doc = include_str!("example.toml")]
//! ```
//!
//! Only the endpoint is required; unknown keys are errors. A configuration takes a context as a
//! source, [`ConfigBuilder::context`] above the environment and [`ConfigBuilder::current_context`]
//! below it:
//!
//! ```
//! use backendai::{Config, config::{Env, Field}, context::{Context, Contexts}};
//!
//! let folder = tempfile::tempdir()?;
//! let contexts = Contexts::open(folder.path().join("contexts.toml"));
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
//! # Access to the file
//!
//! The file is readable by its owner alone. If others can read it, a warning is logged, and the next
//! change restricts it. Changes replace it as a whole, under a lock, and keep comments and order. A
//! file with errors is never written.
//!
//! [`ConfigBuilder::context`]: crate::ConfigBuilder::context
//! [`ConfigBuilder::current_context`]: crate::ConfigBuilder::current_context

mod edit;
mod form;
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
    owner_file,
    setting::{
        CONTEXTS, Env, Field, Form, Problem, Setting, Warning,
        value::{NAME_RULE, is_name},
    },
};

/// The result of this module's functions. An error has a location and a fix.
pub type Result<T, E = Problem> = std::result::Result<T, E>;

/// A name, and the settings stored under it. `Debug` does not show the secret key.
#[derive(Clone)]
pub struct Context {
    name: String,
    values: BTreeMap<Field, SecretString>,
}

impl Context {
    /// Makes a context without settings.
    ///
    /// # Errors
    ///
    /// When the name does not start with a letter or a digit, or contains anything but letters,
    /// digits, dots, hyphens and underscores.
    pub fn new(name: impl Into<String>) -> Result<Self> {
        let name = name.into();
        if !is_name(&name) {
            let message = format!("it is not a context's name; {NAME_RULE}");
            return Err(Problem::new(None, format!("{name:?}"), message));
        }
        Ok(Self { name, values: BTreeMap::new() })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Sets a field to a value as a variable would have it: `a,b` for two endpoints, `X=Y` for a
    /// storage proxy.
    ///
    /// # Errors
    ///
    /// When a context has no such field, or the value is invalid.
    pub fn set(&mut self, field: Field, text: impl Into<SecretString>) -> Result<&mut Self> {
        let (text, setting) = (text.into(), field.setting());
        let problem = |message| Problem::new(field, format!("the {field}"), message);
        if setting.key.is_none() {
            return Err(problem("a context does not have it; set it in code".to_owned()));
        }
        setting.form.check(text.expose_secret()).map_err(problem)?;
        self.values.insert(field, text);
        Ok(self)
    }

    /// Removes a field.
    pub fn unset(&mut self, field: Field) -> &mut Self {
        self.values.remove(&field);
        self
    }

    /// Returns the value of a field; [`ExposeSecret`](crate::credential::ExposeSecret) gives its
    /// text.
    pub fn get(&self, field: Field) -> Option<&SecretString> {
        self.values.get(&field)
    }

    /// Returns the value of a field, unless it is the secret key.
    pub fn text(&self, field: Field) -> Option<&str> {
        let value = self.get(field).filter(|_| field.setting().form != Form::SecretKey)?;
        Some(value.expose_secret())
    }

    /// The fields that are set, with their values.
    pub fn values(&self) -> impl Iterator<Item = (Field, &SecretString)> {
        self.values.iter().map(|(field, text)| (*field, text))
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Context");
        debug.field("name", &self.name);
        for (setting, key) in Setting::of_contexts() {
            if let Some(text) = self.text(setting.field) {
                debug.field(key, &text);
            }
        }
        debug.finish_non_exhaustive()
    }
}

/// A file of contexts. Nothing is cached: every call reads the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contexts {
    path: PathBuf,
}

impl Contexts {
    /// Returns the contexts of this file, which need not exist.
    pub fn open(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Returns the contexts of an environment: the file that `BACKENDAI_CONTEXTS` names, or else
    /// `backendai/contexts.toml` in the folder for settings.
    ///
    /// # Errors
    ///
    /// When the environment has neither.
    pub fn from_env(env: &Env) -> Result<Self> {
        if let Some(path) = env.text(CONTEXTS).filter(|path| !path.is_empty()) {
            return Ok(Self::open(env.current_dir().unwrap_or(Path::new("")).join(path)));
        }
        let folder = env.config_dir().ok_or_else(|| {
            let message = "not set, and the folder for settings is unknown; name the file";
            Problem::new(None, CONTEXTS, message)
        })?;
        Ok(Self::open(folder.join("backendai/contexts.toml")))
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the file. A missing file has no contexts, and is not created. If users other than its
    /// owner can read it, a warning is logged to `tracing`.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or is invalid; the error names the line.
    pub fn read(&self) -> Result<Stored> {
        let (stored, warning) = self.load()?;
        if let Some(warning) = warning {
            tracing::warn!("{warning}");
        }
        Ok(stored)
    }

    /// Reads the file, changes it, and replaces it, under a lock that other processes take here too.
    /// When the change fails, nothing is written.
    ///
    /// # Errors
    ///
    /// Those of [`read`](Self::read) and of the change; and when the file cannot be written.
    pub fn update<T, E: From<Problem>>(
        &self,
        change: impl FnOnce(&mut Stored) -> Result<T, E>,
    ) -> Result<T, E> {
        let failed = |what| {
            move |error: io::Error| {
                let message = format!("{what}: {error}; check the folder and its permissions");
                Problem::new(None, self.path.display(), message)
            }
        };
        // Replace the file behind a symbolic link, not the link.
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

    /// Reads the file, with a warning if others can read it.
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

    /// Returns the session file of a context, if it names one.
    pub fn session_file(&self, context: &Context) -> Option<PathBuf> {
        let path = self.resolve(context.get(Field::SessionFile)?);
        Some(path.expose_secret().into())
    }

    /// Resolves a path in the file, relative to the file's folder.
    pub(crate) fn resolve(&self, path: &SecretString) -> SecretString {
        let folder = self.path.parent().unwrap_or(Path::new(""));
        let path = folder.join(path.expose_secret());
        path.into_os_string().into_string().unwrap_or_default().into()
    }
}
