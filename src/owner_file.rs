//! Files that only their owner can read, and that are replaced as a whole.

use std::{fs::File, io};

/// Writes a new file and renames it over the old one. Only its owner can ever read it; a missing
/// folder is created, for its owner alone too.
#[cfg(any(feature = "context", feature = "session"))]
pub(crate) fn write(path: &std::path::Path, contents: &[u8]) -> io::Result<()> {
    use io::Write as _;
    let folder = make_folder(path)?;
    // Created with mode 0600, and removed if it is not renamed.
    let mut file = tempfile::Builder::new().prefix(".backendai-").tempfile_in(folder)?;
    file.write_all(contents)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// Writes a new file of this folder, whose name is not taken: `name`, letters and digits, `.json`.
#[cfg(feature = "session")]
pub(crate) fn write_new(
    folder: &std::path::Path,
    name: &str,
    contents: &[u8],
) -> io::Result<std::path::PathBuf> {
    use io::Write as _;
    make_folder(&folder.join(name))?;
    let mut file =
        tempfile::Builder::new().prefix(name).suffix(".json").rand_bytes(12).tempfile_in(folder)?;
    file.write_all(contents)?;
    file.as_file().sync_all()?;
    file.into_temp_path().keep().map_err(Into::into)
}

/// Moves a file to a name of its own, which is removed when the result is dropped; `None` if it does
/// not exist. Of several processes, one gets it.
#[cfg(feature = "session")]
pub(crate) fn take(path: &std::path::Path) -> io::Result<Option<tempfile::TempPath>> {
    if !path.try_exists()? {
        return Ok(None);
    }
    let folder = make_folder(path)?;
    let aside =
        tempfile::Builder::new().prefix(".backendai-").tempfile_in(folder)?.into_temp_path();
    match std::fs::rename(path, &aside) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        moved => moved.map(|()| Some(aside)),
    }
}

/// Waits for the lock of this file, which other processes take here too. Dropping the result
/// releases it.
#[cfg(feature = "context")]
pub(crate) fn lock(path: &std::path::Path) -> io::Result<File> {
    make_folder(path)?;
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(name)?;
    file.lock()?;
    Ok(file)
}

#[cfg(any(feature = "context", feature = "session"))]
fn make_folder(path: &std::path::Path) -> io::Result<&std::path::Path> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(std::path::Path::new("."));
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    Ok(folder)
}

/// The permission bits of a file that users other than its owner can access.
pub(crate) fn too_open(file: &File) -> io::Result<Option<u32>> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = file.metadata()?.permissions().mode() & 0o777;
        Ok((mode & 0o077 != 0).then_some(mode))
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        Ok(None)
    }
}
