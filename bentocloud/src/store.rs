//! Local stores of bentos and models, as the real client lays them out.

mod export;
mod import;
mod install;
mod item;

use std::{
    fmt, fs,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

pub(crate) use install::Staging;
pub use item::{Item, ModelUse};

use crate::{
    Environment, Tag,
    error::{Error, Kind as What, Result},
    home,
};

/// What a store keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Packed services.
    Bento,
    /// Models.
    Model,
}

impl Kind {
    /// The folder of the store.
    fn folder(self) -> &'static str {
        match self {
            Self::Bento => "bentos",
            Self::Model => "models",
        }
    }

    /// The file that describes a version.
    pub(crate) fn manifest(self) -> &'static str {
        match self {
            Self::Bento => "bento.yaml",
            Self::Model => "model.yaml",
        }
    }
}

impl fmt::Display for Kind {
    /// With a capital letter, as in messages of the real client.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bento => "Bento",
            Self::Model => "Model",
        })
    }
}

/// The bentos and models of one home folder. The real client can use it at the same time.
///
/// ```no_run
/// use bentocloud::store::{Kind, Store};
///
/// let store = Store::from_env()?;
/// for bento in store.list(Kind::Bento, None)? {
///     println!("{} {}", bento.tag(), bento.size()?);
/// }
/// # Ok::<(), bentocloud::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    home: PathBuf,
}

impl Store {
    /// Returns the store in this process's `BENTOML_HOME`, by default `~/bentoml`.
    ///
    /// # Errors
    ///
    /// As for [`contexts_path`](crate::contexts_path).
    pub fn from_env() -> Result<Self> {
        Self::new(&Environment::process())
    }

    /// Returns the store that an environment names.
    ///
    /// # Errors
    ///
    /// As for [`contexts_path`](crate::contexts_path).
    pub fn new(env: &Environment) -> Result<Self> {
        Ok(Self::at(home::folder(env)?))
    }

    /// Returns the store in a folder. Nothing is created before something is stored.
    pub fn at(home: impl Into<PathBuf>) -> Self {
        Self { home: home.into() }
    }

    /// Returns the home folder.
    pub fn home(&self) -> &Path {
        &self.home
    }

    fn folder(&self, kind: Kind) -> PathBuf {
        self.home.join(kind.folder())
    }

    /// Returns the folder of a version.
    fn place(&self, kind: Kind, name: &str, version: &str) -> PathBuf {
        self.folder(kind).join(name).join(version)
    }

    /// Returns all versions, or those of one name, sorted by tag. Folders without a readable
    /// manifest, which an interrupted save of the real client leaves, are left out with a warning.
    ///
    /// # Errors
    ///
    /// A folder cannot be read.
    pub fn list(&self, kind: Kind, name: Option<&str>) -> Result<Vec<Item>> {
        let names = match name {
            Some(name) => vec![name.to_owned()],
            None => folders(&self.folder(kind))?,
        };
        let mut items = Vec::new();
        for name in names {
            for version in folders(&self.folder(kind).join(&name))? {
                let Ok(tag) = Tag::new(&name, &version) else { continue };
                match Item::read(kind, tag, self.place(kind, &name, &version)) {
                    Ok(item) => items.push(item),
                    Err(error) => tracing::warn!(%error, "left out"),
                }
            }
        }
        items.sort_by(|one, other| one.tag().cmp(other.tag()));
        Ok(items)
    }

    /// Returns one version: exactly that of the tag, or the newest if the tag has none.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`] if there is none; its manifest cannot be read.
    pub fn get(&self, kind: Kind, tag: &Tag) -> Result<Item> {
        let version = match tag.version() {
            Some(version) => version.to_owned(),
            None => self.latest(kind, tag.name())?.ok_or_else(|| self.missing(kind, tag))?,
        };
        let path = self.place(kind, tag.name(), &version);
        if !path.is_dir() {
            return Err(self.missing(kind, tag));
        }
        Item::read(kind, Tag::new(tag.name(), &version)?, path)
    }

    /// Whether a version is there, without a look at what it is.
    pub(crate) fn has(&self, kind: Kind, tag: &Tag) -> bool {
        tag.version().is_some_and(|version| {
            self.place(kind, tag.name(), version).join(kind.manifest()).is_file()
        })
    }

    /// The version that `latest` names, or the newest by creation time where that file is missing
    /// or names nothing. Reading writes nothing.
    fn latest(&self, kind: Kind, name: &str) -> Result<Option<String>> {
        let file = self.folder(kind).join(name).join("latest");
        match fs::read_to_string(&file) {
            Ok(version) => {
                let version = version.trim().to_lowercase();
                if Tag::new(name, &version).is_ok() && self.place(kind, name, &version).is_dir() {
                    return Ok(Some(version));
                }
            }
            Err(error) if is_absence(&error) => {}
            Err(error) => return Err(failed("read", &file, error)),
        }
        self.newest(kind, name)
    }

    fn newest(&self, kind: Kind, name: &str) -> Result<Option<String>> {
        let items = self.list(kind, Some(name))?;
        let newest = items.iter().max_by_key(|item| item.created_at());
        Ok(newest.and_then(|item| item.tag().version()).map(str::to_owned))
    }

    fn missing(&self, kind: Kind, tag: &Tag) -> Error {
        What::NotStored { kind, tag: tag.clone(), store: self.folder(kind) }.into()
    }
}

/// The names of the folders in a folder, which need not exist.
fn folders(path: &Path) -> Result<Vec<String>> {
    let refuse = |error| failed("read the folder", path, error);
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if is_absence(&error) => return Ok(vec![]),
        Err(error) => return Err(refuse(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(refuse)?;
        // A link to a folder counts, as it does to the real client.
        if entry.path().is_dir() {
            names.extend(entry.file_name().into_string());
        }
    }
    Ok(names)
}

fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

pub(crate) fn failed(what: &'static str, path: &Path, error: io::Error) -> Error {
    Error::with_source(What::File { what, path: path.to_owned() }, error)
}
