//! A session on disk: readable by its owner alone, and there as a whole or not at all.

use std::{
    borrow::Cow,
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write as _},
    path::Path,
};

use jiff::Timestamp;
use secrecy::{ExposeSecret as _, zeroize::Zeroizing};
use serde::{Deserialize, Serialize};

use super::{Account, Session, cipher};
use crate::error::{Error, Result};

/// No session is larger.
const LARGEST: u64 = 64 << 10;

#[derive(Deserialize, Serialize)]
struct Stored<'a> {
    endpoint: String,
    // Borrowed, so that it is nowhere but in the text, which is wiped.
    #[serde(borrow)]
    id: Cow<'a, str>,
    account: Option<Account>,
    expires: Option<Timestamp>,
    #[serde(default)]
    in_header: bool,
}

impl Session {
    /// Keeps the session in this file, in place of what is there. Nobody but its owner can read it;
    /// a folder that is missing is made, for its owner alone too.
    ///
    /// # Errors
    ///
    /// When the file or its folder cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let stored = Stored {
            endpoint: self.endpoint.url().to_string(),
            id: self.id.expose_secret().into(),
            account: self.account.clone(),
            expires: self.expires,
            in_header: self.in_header,
        };
        let text = serde_json::to_vec(&stored).map(Zeroizing::new).map_err(Error::encode)?;
        let name = format!(".session-{}", cipher::letters(12)?);
        write(path, &name, &text).map_err(|error| {
            failed(path, "cannot be written: check the folder and its permissions", error)
        })
    }

    /// The session in this file; none when there is no such file.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, when others than its owner can read it, or when no session is
    /// in it.
    pub fn load(path: impl AsRef<Path>) -> Result<Option<Self>> {
        let path = path.as_ref();
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(path, "cannot be read: check its permissions", error)),
        };
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

    /// Removes the file of a session. One that is not there is fine.
    ///
    /// # Errors
    ///
    /// When it is there and cannot be removed.
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

/// What a parser says of the text could quote it, so it says nothing.
fn parse(text: &[u8]) -> Option<Session> {
    let stored: Stored<'_> = serde_json::from_slice(text).ok()?;
    let session = Session::new(stored.endpoint.parse().ok()?, stored.id.as_ref()).ok()?;
    let Stored { account, expires, in_header, .. } = stored;
    Some(Session { account, expires, in_header, ..session })
}

/// A file of this name is filled, and then takes the place of the one that is meant.
fn write(path: &Path, name: &str, text: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    make(folder)?;
    let new = folder.join(name);
    let written = private(OpenOptions::new().write(true).create_new(true))
        .open(&new)
        .and_then(|mut file| file.write_all(text).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&new, path));
    if written.is_err() {
        // What went wrong first is what is told.
        let _ = fs::remove_file(&new);
    }
    written
}

#[cfg(unix)]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600)
}

#[cfg(unix)]
fn make(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(unix)]
fn check_owner_only(path: &Path, file: &File) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = file
        .metadata()
        .map_err(|error| failed(path, "cannot be read: check its permissions", error))?
        .permissions()
        .mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    let (path, mode) = (path.display(), mode & 0o777);
    Err(Error::config(format!(
        "others can get at the session in {path} (mode {mode:04o}): log in again, for somebody may \
         have read it, or run chmod 600 on it"
    )))
}

#[cfg(not(unix))]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

#[cfg(not(unix))]
fn make(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

#[cfg(not(unix))]
const fn check_owner_only(_: &Path, _: &File) -> Result<()> {
    Ok(())
}

fn failed(path: &Path, what: &str, error: io::Error) -> Error {
    Error::config(format!("the session file {} {what}", path.display())).with_source(error)
}
