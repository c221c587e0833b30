//! The contexts file on disk: read whole, replaced whole, one writer at a time.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use crate::{
    config::Config,
    error::{Error, Kind, Result},
};

/// No contexts file is larger, in bytes.
const LIMIT: u64 = 1 << 20;
/// How many symbolic links in a row are followed, as the kernel counts.
const LINKS: usize = 40;

/// Reads the file. A missing or empty one is an empty [`Config`]; nothing is written.
pub(crate) fn read(path: &Path) -> Result<Config> {
    let refuse = |error| failed("read the contexts file", path, error);
    let mut bytes = Vec::new();
    match File::open(path) {
        Ok(file) => file.take(LIMIT + 1).read_to_end(&mut bytes).map_err(refuse)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Config::default()),
        Err(error) => return Err(refuse(error)),
    };
    if bytes.len() as u64 > LIMIT {
        return Err(refuse(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("it is larger than {LIMIT} bytes"),
        )));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        Error::from(Kind::Shape {
            path: path.to_owned(),
            message: format!("the file is not UTF-8 after the first {good} bytes"),
        })
    })?;
    Config::parse(&text).map_err(|problem| match problem.line {
        0 => Kind::Shape { path: path.to_owned(), message: problem.message }.into(),
        line => Error::from(Kind::Yaml {
            path: path.to_owned(),
            line,
            column: problem.column,
            message: problem.message,
        }),
    })
}

/// Reads, changes and replaces the file while no other process that uses this crate does so. The
/// real client takes no lock, but it never sees a half-written file.
pub(crate) fn update<T>(path: &Path, change: impl FnOnce(&mut Config) -> Result<T>) -> Result<T> {
    let target = target(path).map_err(|error| failed("follow the contexts file", path, error))?;
    let folder = match target.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder).map_err(|error| failed("create the folder", folder, error))?;
    if fs::metadata(&target).is_ok_and(|metadata| metadata.permissions().readonly()) {
        let error = io::Error::new(io::ErrorKind::PermissionDenied, "its owner made it read-only");
        return Err(failed("change the contexts file", path, error));
    }
    let lock = lock_path(&target);
    let _locked = match lock_file(&lock) {
        // In another user's folder the file itself is all that can be locked.
        Err(error) if is_foreign(&error) => File::open(&target).and_then(|file| {
            file.lock()?;
            Ok(file)
        }),
        locked => locked,
    }
    .map_err(|error| failed("lock", &lock, error))?;

    let mut config = read(&target)?;
    let result = change(&mut config)?;
    if let Some(kind) = config.foreign() {
        let message = format!("the file holds {kind} and not contexts: move it out of the way");
        return Err(Kind::Shape { path: path.to_owned(), message }.into());
    }
    replace(&target, folder, &config.to_yaml())
        .map_err(|error| failed("write the contexts file", path, error))?;
    Ok(result)
}

/// Where the symbolic links lead, even if nothing is there yet.
fn target(path: &Path) -> io::Result<PathBuf> {
    let mut target = path.to_owned();
    for _ in 0..LINKS {
        match fs::read_link(&target) {
            // `join` takes an absolute link as it is.
            Ok(link) => target = target.parent().unwrap_or(Path::new("")).join(link),
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => return Ok(target),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(target),
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::other("the symbolic links go in a circle"))
}

fn lock_path(target: &Path) -> PathBuf {
    let mut name = target.as_os_str().to_owned();
    name.push(".lock");
    name.into()
}

fn lock_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    file.lock()?;
    Ok(file)
}

/// Puts a new file in the place of the old one. It gets the old one's mode, or 0600.
fn replace(target: &Path, folder: &Path, text: &str) -> io::Result<()> {
    let old = match fs::metadata(target) {
        Ok(metadata) => Some(metadata.permissions()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let exists = old.is_some();
    let beside = || {
        let mut file = tempfile::Builder::new().prefix(".yatai.").tempfile_in(folder)?;
        file.write_all(text.as_bytes())?;
        if let Some(permissions) = old {
            file.as_file().set_permissions(permissions)?;
        }
        file.as_file().sync_all()?;
        file.persist(target).map_err(|error| error.error)?;
        Ok(())
    };
    match beside() {
        // The folder belongs to another user, or the file alone is mounted.
        Err(error) if exists && is_foreign(&error) => {
            tracing::warn!(path = %target.display(), "written in place, since it cannot be replaced");
            let mut file = OpenOptions::new().write(true).truncate(true).open(target)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()
        }
        result => result,
    }
}

/// Whether a file cannot be made or replaced in its folder, though it may be written.
fn is_foreign(error: &io::Error) -> bool {
    use io::ErrorKind::{CrossesDevices, PermissionDenied, ReadOnlyFilesystem, ResourceBusy};

    matches!(error.kind(), PermissionDenied | ResourceBusy | CrossesDevices | ReadOnlyFilesystem)
}

fn failed(what: &'static str, path: &Path, error: io::Error) -> Error {
    Error::with_source(Kind::File { what, path: path.to_owned() }, error)
}
