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
