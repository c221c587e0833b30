//! Changes of a store: each is a rename, so that a kill at any moment leaves nothing half there.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use super::{Item, Kind, Store, failed, folders, is_absence};
use crate::{
    Tag,
    error::{Error, Kind as What, Result},
};

/// How the folders are called in which versions are put together and taken apart.
const STAGING: &str = "backendai-";
/// The lock in such a folder: held as long as its process works on it.
const LOCK: &str = "lock";

/// A folder on the store's file system that is not part of the store yet. Dropping it removes it.
#[derive(Debug)]
pub(crate) struct Staging {
    folder: tempfile::TempDir,
    _lock: File,
}

impl Staging {
    /// Where the content goes.
    pub(crate) fn content(&self) -> PathBuf {
        self.folder.path().join("content")
    }
}

impl Store {
    /// Makes such a folder, and removes those whose process is gone.
    pub(crate) fn stage(&self) -> Result<Staging> {
        let tmp = self.temporary();
        fs::create_dir_all(&tmp).map_err(|error| failed("create the folder", &tmp, error))?;
        // A folder without its lock is never seen.
        let _lock = self.lock()?;
        for name in folders(&tmp)?.iter().filter(|name| name.starts_with(STAGING)) {
            let folder = tmp.join(name);
            if is_abandoned(&folder) {
                let _ = fs::remove_dir_all(&folder);
            }
        }
        let refuse = |error| failed("create a folder in", &tmp, error);
        let folder = tempfile::Builder::new().prefix(STAGING).tempdir_in(&tmp).map_err(refuse)?;
        let lock = File::create(folder.path().join(LOCK)).map_err(refuse)?;
        lock.lock().map_err(refuse)?;
        fs::create_dir(folder.path().join("content")).map_err(refuse)?;
        Ok(Staging { folder, _lock: lock })
    }

    /// Puts a version into the store. An existing one is replaced if `replace` says so, at the
    /// last moment and at once.
    pub(crate) fn install(&self, path: &Path, item: &Item, replace: bool) -> Result<Item> {
        let (kind, tag) = (item.kind(), item.tag().clone());
        let place = self.place(kind, tag.name(), tag.version().unwrap_or_default());
        let _lock = self.lock()?;
        if self.has(kind, &tag) && !replace {
            return Err(What::Stored { kind, tag, store: self.folder(kind) }.into());
        }
        let refuse = |error| failed("put into the store", &place, error);
        fs::create_dir_all(self.folder(kind).join(tag.name())).map_err(refuse)?;
        if place.exists() {
            // What was there lands in the staging folder, and goes with it.
            exchange(path, &place).map_err(refuse)?;
        } else {
            fs::rename(path, &place).map_err(refuse)?;
        }
        let installed = Item::read(kind, tag, place)?;
        self.point_to(&installed)?;
        Ok(installed)
    }

    /// Deletes exactly this version, and returns what it was. A model that a bento uses stays.
    ///
    /// # Errors
    ///
    /// [`Error::is_input`] if the tag has no version; [`Error::is_not_found`] if there is none;
    /// [`Error::is_state`] if a bento uses the model; the folder cannot be removed.
    pub fn delete(&self, kind: Kind, tag: &Tag) -> Result<Item> {
        if tag.version().is_none() {
            return Err(Error::input(format!("`{tag}` has no version: give the exact tag")));
        }
        let item = self.get(kind, tag)?;
        if kind == Kind::Model {
            let uses = |bento: &Item| bento.models().iter().any(|model| model.tag == *tag);
            let bentos = self.list(Kind::Bento, None)?;
            let users: Vec<_> =
                bentos.iter().filter(|b| uses(b)).map(|b| b.tag().to_string()).collect();
            if !users.is_empty() {
                let users = users.join(", ");
                return Err(Error::state(format!(
                    "Model {tag} is being used by the following bentos and can't be deleted: {users}"
                )));
            }
        }
        let staging = self.stage()?;
        let _lock = self.lock()?;
        let refuse = |error| failed("delete", item.path(), error);
        fs::rename(item.path(), staging.content().join("deleted")).map_err(refuse)?;
        let folder = self.folder(kind).join(tag.name());
        match self.newest(kind, tag.name())? {
            Some(version) => self.write_latest(&folder, &version)?,
            None if folders(&folder)?.is_empty() => {
                fs::remove_dir_all(&folder).map_err(refuse)?;
            }
            // A folder without a readable manifest is left as it is.
            None => {}
        }
        Ok(item)
    }

    /// Lets `latest` name this version unless it names a newer one.
    fn point_to(&self, item: &Item) -> Result<()> {
        let (name, version) = (item.tag().name(), item.tag().version().unwrap_or_default());
        let folder = self.folder(item.kind()).join(name);
        let current = match fs::read_to_string(folder.join("latest")) {
            Ok(current) => Tag::new(name, current.trim()).ok(),
            Err(error) if is_absence(&error) => None,
            Err(error) => return Err(failed("read", &folder.join("latest"), error)),
        };
        let current = current.and_then(|tag| self.get(item.kind(), &tag).ok());
        if current.is_some_and(|current| current.created_at() > item.created_at()) {
            return Ok(());
        }
        self.write_latest(&folder, version)
    }

    fn write_latest(&self, folder: &Path, version: &str) -> Result<()> {
        let file = folder.join("latest");
        let write = || {
            let mut builder = tempfile::Builder::new();
            #[cfg(unix)]
            builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
            let mut new = builder.prefix(".latest").tempfile_in(folder)?;
            new.write_all(version.as_bytes())?;
            new.persist(&file)?;
            Ok(())
        };
        write().map_err(|error: io::Error| failed("write", &file, error))
    }

    /// The folder for what is not part of the store yet.
    pub(crate) fn temporary(&self) -> PathBuf {
        self.home.join("tmp")
    }

    /// Waits until no other process that uses this crate changes the store.
    fn lock(&self) -> Result<File> {
        let path = self.temporary().join("backendai.lock");
        let lock = || {
            let file = OpenOptions::new().write(true).create(true).truncate(false).open(&path)?;
            file.lock()?;
            Ok(file)
        };
        lock().map_err(|error| failed("lock", &path, error))
    }
}

/// Whether no process holds the folder's lock.
fn is_abandoned(folder: &Path) -> bool {
    match File::open(folder.join(LOCK)) {
        Ok(file) => !matches!(file.try_lock(), Err(TryLockError::WouldBlock)),
        // Its process ended before it had one, or is removing it.
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}

/// Swaps two folders: at once where the system can.
fn exchange(new: &Path, old: &Path) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        match renameat_with(CWD, new, CWD, old, RenameFlags::EXCHANGE) {
            Ok(()) => return Ok(()),
            Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let mut aside = new.as_os_str().to_owned();
    aside.push(".replaced");
    fs::rename(old, &aside)?;
    fs::rename(new, old).or_else(|error| {
        fs::rename(&aside, old)?;
        Err(error)
    })
}
