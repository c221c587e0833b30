//! Files that only their owner may read, and that are there as a whole or not at all.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::Path,
};

/// Fills a new file and puts it in the place of what is there. It is readable by its owner alone
/// from the moment it is made; a folder that is missing is made, for its owner alone too.
pub(crate) fn write(path: &Path, text: &[u8]) -> io::Result<()> {
    let folder = make_folder(path)?;
    let new = folder.join(format!(".backendai-{:016x}", fastrand::u64(..)));
    let written = owner_only(OpenOptions::new().write(true).create_new(true))
        .open(&new)
        .and_then(|mut file| file.write_all(text).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&new, path));
    if written.is_err() {
        // What went wrong first is what is told.
        let _ = fs::remove_file(&new);
    }
    written
}

/// Waits until no other process that does the same is at this file. It is let go when the result
/// is dropped.
#[cfg(feature = "context")]
pub(crate) fn lock(path: &Path) -> io::Result<File> {
    make_folder(path)?;
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let mut options = OpenOptions::new();
    let file = owner_only(options.write(true).create(true).truncate(false)).open(name)?;
    file.lock()?;
    Ok(file)
}

fn make_folder(path: &Path) -> io::Result<&Path> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    make(folder)?;
    Ok(folder)
}

/// The permission bits of a file that others than its owner can get at.
#[cfg(unix)]
pub(crate) fn too_open(file: &File) -> io::Result<Option<u32>> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = file.metadata()?.permissions().mode() & 0o777;
    Ok((mode & 0o077 != 0).then_some(mode))
}

#[cfg(unix)]
fn owner_only(options: &mut OpenOptions) -> &mut OpenOptions {
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600)
}

#[cfg(unix)]
fn make(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
pub(crate) fn too_open(_: &File) -> io::Result<Option<u32>> {
    Ok(None)
}

#[cfg(not(unix))]
fn owner_only(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

#[cfg(not(unix))]
fn make(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}
