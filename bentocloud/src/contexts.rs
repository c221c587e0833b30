//! The stored contexts and the rules that choose one.

use std::path::{Path, PathBuf};

use crate::{
    config::Config,
    context::{Context, DEFAULT_ENDPOINT, FROM_ENV},
    env::{self, Environment},
    error::{Kind, Result},
    file, home,
};

/// The contexts of one `.yatai.yaml`, together with the environment that can overrule them.
///
/// Nothing is cached: every call reads the file again.
///
/// ```
/// use bentocloud::{Context, Contexts, Environment, Saved};
///
/// let folder = tempfile::tempdir()?;
/// let home = folder.path().display().to_string();
/// let contexts = Contexts::new(Environment::from_iter([("BENTOML_HOME", home)]))?;
///
/// let prod = Context::new("prod", "https://cloud.bentoml.com", "token");
/// assert_eq!(contexts.save(prod)?, Saved::Added);
/// assert_eq!(contexts.resolve(Some("prod"))?.name, "prod");
///
/// let error = contexts.current().unwrap_err();
/// assert_eq!(error.to_string(), "No cloud context default found");
/// assert_eq!(error.code(), 401);
///
/// contexts.set_current("prod")?;
/// assert_eq!(contexts.current()?.name, "prod");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Contexts {
    path: PathBuf,
    env: Environment,
}

/// What [`Contexts::save`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    /// There was no context of that name.
    Added,
    /// The context of that name was overridden.
    Replaced,
}

impl Saved {
    /// The real client's warning, if a context was overridden.
    pub fn warning(self, name: &str) -> Option<String> {
        (self == Self::Replaced)
            .then(|| format!("Overriding existing cloud context config: {name}"))
    }
}

impl Contexts {
    /// The contexts of this process's user.
    ///
    /// # Errors
    ///
    /// `BENTOML_HOME` does not lead to a folder; see [`contexts_path`](crate::contexts_path).
    pub fn from_env() -> Result<Self> {
        Self::new(Environment::process())
    }

    /// The contexts that a process with this environment would use.
    ///
    /// # Errors
    ///
    /// `BENTOML_HOME` does not lead to a folder; see [`contexts_path`](crate::contexts_path).
    pub fn new(env: Environment) -> Result<Self> {
        Ok(Self { path: home::contexts_path(&env)?, env })
    }

    /// The contexts of a certain file.
    pub fn at(path: impl Into<PathBuf>, env: Environment) -> Self {
        Self { path: path.into(), env }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The environment.
    pub fn env(&self) -> &Environment {
        &self.env
    }

    /// What the file holds. A missing file holds nothing, and stays missing.
    ///
    /// # Errors
    ///
    /// The file cannot be read or is not a contexts file; the error names the line.
    pub fn read(&self) -> Result<Config> {
        file::read(&self.path)
    }

    /// The context to use: the environment's if `BENTO_CLOUD_API_KEY` exists, even if it is empty
    /// and whatever `name` is; else `name`; else the one that `BENTOML_CLOUD_CONTEXT` names; else
    /// the current one.
    ///
    /// # Errors
    ///
    /// There is no such context (code 401), or the file cannot be read.
    pub fn resolve(&self, name: Option<&str>) -> Result<Context> {
        self.find(match name {
            Some(name) => Some(name),
            None => self.env.get(env::CONTEXT)?,
        })
    }

    /// Returns the context to use if none is named: the environment's, or the file's current one.
    ///
    /// # Errors
    ///
    /// As [`resolve`](Self::resolve).
    pub fn current(&self) -> Result<Context> {
        self.find(None)
    }

    fn find(&self, name: Option<&str>) -> Result<Context> {
        if let Some(api_key) = self.env.get(env::API_KEY)? {
            if api_key.is_empty() {
                tracing::warn!(
                    "{} is set, but empty: the server will refuse it, and stored contexts are \
                     not used",
                    env::API_KEY
                );
            }
            let endpoint = self.env.get(env::API_ENDPOINT)?.unwrap_or(DEFAULT_ENDPOINT);
            let context = Context::new(FROM_ENV, endpoint, api_key);
            return Ok(Context { from_environment: true, ..context });
        }
        let config = self.read()?;
        let name = name.unwrap_or_else(|| config.current_name());
        config.get(name).cloned().ok_or_else(|| unknown(name))
    }

    /// The name under which a login is stored: `name`, else the one that `BENTOML_CLOUD_CONTEXT`
    /// names, else the current one, which need not exist.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn name_for_login(&self, name: Option<&str>) -> Result<String> {
        Ok(match (name, self.env.get(env::CONTEXT)?) {
            (Some(name), _) | (None, Some(name)) => name.to_owned(),
            (None, None) => self.read()?.current_name().to_owned(),
        })
    }

    /// Stores a context. One of the same name is overridden in its place, e-mail address
    /// included; keys of it that neither client knows are kept. The current one stays current.
    ///
    /// # Errors
    ///
    /// The file cannot be read or written, or the context comes from the environment: a token that
    /// was lent by a variable is not written to disk.
    pub fn save(&self, context: Context) -> Result<Saved> {
        if context.from_environment {
            return Err(crate::Error::input(
                "a context from the environment cannot be stored: give it a name with \
                 Context::new first",
            ));
        }
        file::update(&self.path, |config| {
            Ok(if config.put(context) { Saved::Replaced } else { Saved::Added })
        })
    }

    /// Makes a stored context the current one, whatever the environment says.
    ///
    /// # Errors
    ///
    /// There is no such context (code 401), or the file cannot be read or written. It is unchanged
    /// then.
    pub fn set_current(&self, name: &str) -> Result<Context> {
        file::update(&self.path, |config| {
            let context = config.get(name).cloned().ok_or_else(|| unknown(name))?;
            config.set_current(name);
            Ok(context)
        })
    }

    /// Removes a stored context, and returns it. The current name stays, even if this was it.
    ///
    /// # Errors
    ///
    /// There is no such context (code 401), or the file cannot be read or written. It is unchanged
    /// then.
    pub fn delete(&self, name: &str) -> Result<Context> {
        file::update(&self.path, |config| config.remove(name).ok_or_else(|| unknown(name)))
    }
}

fn unknown(name: &str) -> crate::Error {
    Kind::UnknownContext { name: name.to_owned() }.into()
}
