//! Session files: written atomically, readable by the owner only.

use std::{
    borrow::Cow,
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use secrecy::{ExposeSecret as _, zeroize::Zeroizing};
use serde::{Deserialize, Serialize};

use super::{Account, Session};
use crate::{
    error::{Error, Result},
    owner_file,
};

/// No session is larger.
const LARGEST: u64 = 64 << 10;

#[derive(Deserialize, Serialize)]
struct Stored<'a> {
    endpoint: String,
    // Borrowed, so that the only copy is in the buffer, which is wiped.
    #[serde(borrow)]
    id: Cow<'a, str>,
    account: Option<Account>,
    expires: Option<Timestamp>,
    #[serde(default)]
    in_header: bool,
}

impl Session {
    /// Saves the session in this file, readable by the owner only. A missing folder is created, also for
    /// the owner only.
    ///
    /// # Errors
    ///
    /// When the file or its folder cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        owner_file::write(path, &self.to_text()?).map_err(|error| unwritable(path, error))
    }

    /// Saves the session in a new file of this folder, readable by the owner only, and returns its
    /// path: `name`, random characters, `.json`. No other session ever has that file.
    ///
    /// # Errors
    ///
    /// When the file or the folder cannot be written.
    pub fn save_new(&self, folder: impl AsRef<Path>, name: &str) -> Result<PathBuf> {
        let folder = folder.as_ref();
        owner_file::write_new(folder, name, &self.to_text()?)
            .map_err(|error| unwritable(folder, error))
    }

    fn to_text(&self) -> Result<Zeroizing<Vec<u8>>> {
        let stored = Stored {
            endpoint: self.endpoint.url().to_string(),
            id: self.id.expose_secret().into(),
            account: self.account.clone(),
            expires: self.expires,
            in_header: self.in_header,
        };
        serde_json::to_vec(&stored).map(Zeroizing::new).map_err(Error::encode)
    }

    /// Loads the session in this file; `None` if there is no such file.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, is readable by others than its owner, or contains no session.
    pub fn load(path: impl AsRef<Path>) -> Result<Option<Self>> {
        let path = path.as_ref();
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(path, "cannot be read: check its permissions", error)),
        };
        if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
            let path = path.display();
            return Err(Error::config(format!("{path} is a folder: name a file for the session")));
        }
        check_owner_only(path, &file)?;
        let mut text = Zeroizing::new(Vec::new());
        file.take(LARGEST)
            .read_to_end(&mut text)
            .map_err(|error| failed(path, "cannot be read: check its permissions", error))?;
        parse(&text).map(Some).ok_or_else(|| {
            let path = path.display();
            Error::config(format!("no session is in {path}: remove the file and log in again"))
        })
    }

    /// Removes the file of a session and returns the session, which the caller ends; `None` if there
    /// is none. Of several processes that do this, one gets it. Unlike [`load`](Self::load), it takes a
    /// file that other users can read.
    ///
    /// # Errors
    ///
    /// When the file cannot be removed or read.
    pub fn take(path: impl AsRef<Path>) -> Result<Option<Self>> {
        let path = path.as_ref();
        let failed = |error| failed(path, "cannot be removed: check its permissions", error);
        let Some(taken) = owner_file::take(path).map_err(failed)? else { return Ok(None) };
        let mut text = Zeroizing::new(Vec::new());
        File::open(&taken)
            .and_then(|file| file.take(LARGEST).read_to_end(&mut text))
            .and_then(|_| taken.close())
            .map_err(failed)?;
        Ok(parse(&text))
    }

    /// Removes the file of a session, if it exists.
    ///
    /// # Errors
    ///
    /// When it exists and cannot be removed.
    pub fn remove(path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(failed(path, "cannot be removed: check its permissions", error))
            }
            _ => Ok(()),
        }
    }
}

/// Parses a session. The parser's error could quote it, so it is dropped.
fn parse(text: &[u8]) -> Option<Session> {
    let stored: Stored<'_> = serde_json::from_slice(text).ok()?;
    let session = Session::new(stored.endpoint.parse().ok()?, stored.id.as_ref()).ok()?;
    let Stored { account, expires, in_header, .. } = stored;
    Some(Session { account, expires, in_header, ..session })
}

fn check_owner_only(path: &Path, file: &File) -> Result<()> {
    let mode = owner_file::too_open(file)
        .map_err(|error| failed(path, "cannot be read: check its permissions", error))?;
    let Some(mode) = mode else { return Ok(()) };
    let path = path.display();
    Err(Error::config(format!(
        "other users can read the session in {path} (mode {mode:04o}): log in again, because it may \
         have been read, or run chmod 600 on it"
    )))
}

fn unwritable(path: &Path, error: io::Error) -> Error {
    failed(path, "cannot be written: check the folder and its permissions", error)
}

fn failed(path: &Path, what: &str, error: io::Error) -> Error {
    Error::config(format!("the session file {} {what}", path.display())).with_source(error)
}
