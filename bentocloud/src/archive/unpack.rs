//! Unpacking that cannot write outside of its folder.
//!
//! One bad member refuses the whole archive. The folder is new and nothing else writes there, and
//! links are made last, so that no member can be written through one.

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io::{self, Read},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

/// How much an archive may unpack to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Members.
    pub members: u64,
    /// Bytes of all files together.
    pub bytes: u64,
}

impl Default for Limits {
    /// A million members and a tebibyte.
    fn default() -> Self {
        Self { members: 1_000_000, bytes: 1 << 40 }
    }
}

/// What a member is.
pub(super) enum Entry<'a> {
    Folder,
    File {
        executable: bool,
        modified: Option<u64>,
        content: &'a mut dyn Read,
        length: Option<u64>,
    },
    Symlink(&'a str),
    /// Another name of a file that came before.
    HardLink(&'a str),
}

/// What there is at a path already.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Made {
    Folder,
    File,
    Link,
}

/// Writes members into a folder.
pub(super) struct Unpacker<'a> {
    target: &'a Path,
    limits: Limits,
    bytes: u64,
    members: u64,
    made: BTreeMap<String, Made>,
    links: Vec<(String, String)>,
}

impl<'a> Unpacker<'a> {
    /// `target` is an empty folder.
    pub(super) fn new(target: &'a Path, limits: Limits) -> Self {
        Self { target, limits, bytes: 0, members: 0, made: BTreeMap::new(), links: Vec::new() }
    }

    pub(super) fn add(&mut self, name: &str, entry: Entry<'_>) -> io::Result<()> {
        self.members += 1;
        if self.members > self.limits.members {
            return Err(bad(format!("it has more than {} members", self.limits.members)));
        }
        let Some(name) = normal(name) else {
            return Err(bad(format!("the member `{}` is outside", name.escape_default())));
        };
        if name.is_empty() {
            return Ok(());
        }
        self.claim(
            &name,
            match entry {
                Entry::Folder => Made::Folder,
                Entry::File { .. } | Entry::HardLink(_) => Made::File,
                Entry::Symlink(_) => Made::Link,
            },
        )?;
        let path = self.path(&name);
        match entry {
            Entry::Folder => fs::create_dir_all(&path),
            Entry::File { executable, modified, content, length } => {
                let file = self.file(&path, executable)?;
                let room = self.limits.bytes - self.bytes;
                let written = io::copy(&mut content.take(room + 1), &mut &file)?;
                if written > room {
                    return Err(bad(format!(
                        "it unpacks to more than {} bytes",
                        self.limits.bytes
                    )));
                }
                if length.is_some_and(|length| length != written) {
                    return Err(bad(format!("the member `{name}` ends too early")));
                }
                self.bytes += written;
                set_modified(&file, modified);
                Ok(())
            }
            Entry::HardLink(target) => {
                let target = normal(target).filter(|t| self.made.get(t) == Some(&Made::File));
                let Some(target) = target.filter(|target| *target != name) else {
                    return Err(bad(format!(
                        "the hard link `{name}` leads to no member before it"
                    )));
                };
                let original = File::open(self.path(&target))?;
                let length = original.metadata()?.len();
                let modified = original.metadata()?.modified().ok();
                self.bytes = self.bytes.saturating_add(length);
                if self.bytes > self.limits.bytes {
                    return Err(bad(format!(
                        "it unpacks to more than {} bytes",
                        self.limits.bytes
                    )));
                }
                let file = self.file(&path, is_executable(&original))?;
                io::copy(&mut &original, &mut &file)?;
                modified.and_then(|modified| file.set_modified(modified).ok());
                Ok(())
            }
            Entry::Symlink(target) => {
                if !is_inside(&name, target) {
                    let target = target.escape_default();
                    return Err(bad(format!("the link `{name}` leads out, to `{target}`")));
                }
                self.links.push((name, target.to_owned()));
                Ok(())
            }
        }
    }

    /// Makes the links.
    pub(super) fn finish(self) -> io::Result<()> {
        for (name, target) in &self.links {
            let path = self.path(name);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            #[cfg(unix)]
            std::os::unix::fs::symlink(target, &path)?;
            #[cfg(windows)]
            {
                let target = target.replace('/', "\\");
                match path.parent().is_some_and(|parent| parent.join(&target).is_dir()) {
                    true => std::os::windows::fs::symlink_dir(target, &path)?,
                    false => std::os::windows::fs::symlink_file(target, &path)?,
                }
            }
        }
        Ok(())
    }

    /// Refuses a path that is taken, or lies below something that is no folder.
    fn claim(&mut self, name: &str, what: Made) -> io::Result<()> {
        for (at, _) in name.match_indices('/') {
            let above = name.get(..at).unwrap_or_default().to_owned();
            if *self.made.entry(above).or_insert(Made::Folder) != Made::Folder {
                return Err(bad(format!("the member `{name}` lies below a file or link")));
            }
        }
        match self.made.insert(name.to_owned(), what) {
            None => Ok(()),
            Some(Made::Folder) if what == Made::Folder => Ok(()),
            Some(_) => Err(bad(format!("the member `{name}` comes twice"))),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        name.split('/').fold(self.target.to_owned(), |path, part| path.join(part))
    }

    fn file(&self, path: &Path, executable: bool) -> io::Result<File> {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(
            &mut options,
            if executable { 0o755 } else { 0o644 },
        );
        #[cfg(not(unix))]
        let _ = executable;
        options.open(path)
    }
}

fn set_modified(file: &File, modified: Option<u64>) {
    let time = modified
        .and_then(|seconds| SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds)));
    // A file system without times is no reason to refuse an archive.
    time.and_then(|time| file.set_modified(time).ok());
}

fn is_executable(file: &File) -> bool {
    #[cfg(unix)]
    return file.metadata().is_ok_and(|metadata| {
        std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o100 != 0
    });
    #[cfg(not(unix))]
    {
        let _ = file;
        false
    }
}

pub(super) fn bad(message: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message.into())
}

/// Whether a name would mean something else than a path below the root on some system.
pub(super) fn outside(name: &str) -> bool {
    normal(name).is_none()
}

/// The name below the root without `.`, or nothing if it leads elsewhere on any system.
fn normal(name: &str) -> Option<String> {
    let drive = |part: &str| part.as_bytes().get(1) == Some(&b':');
    if name.starts_with('/') || name.contains(['\\', '\0']) || drive(name) {
        return None;
    }
    let mut parts = Vec::new();
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." => return None,
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Whether a link at `name` to `target` stays below the root. `..` is only allowed at the
/// beginning: further on it could go up from where another link leads.
pub(super) fn is_inside(name: &str, target: &str) -> bool {
    if target.is_empty() || target.starts_with('/') || target.contains(['\\', '\0', ':']) {
        return false;
    }
    let mut parts = target.split('/').filter(|part| !matches!(*part, "" | ".")).peekable();
    let mut above = name.split('/').count() - 1;
    while parts.next_if_eq(&"..").is_some() {
        match above.checked_sub(1) {
            Some(next) => above = next,
            None => return false,
        }
    }
    parts.all(|part| part != "..")
}
