//! A folder as a tar archive whose every byte is known before any is read.
//!
//! The archive is the same for the same content: members are sorted, belong to no user, and have
//! one of two modes. Its size and each part of it are known beforehand, so that it can be sent in
//! parts, at the same time and again, without a copy on the disk.

use std::{
    fs::{self, File},
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    sync::Arc,
    time::UNIX_EPOCH,
};

use tar::{EntryType, Header};

use super::unpack::{is_inside, outside};
use crate::{
    error::{Error, Kind as What, Result},
    store::failed,
};

/// The unit of the format.
const BLOCK: u64 = 512;
/// Archives are padded to a multiple of this, as Python's are.
const RECORD: u64 = 10240;
/// The longest name that a header has room for.
const NAME: usize = 100;

/// What a member is.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    Folder,
    File { path: PathBuf, length: u64 },
    Bytes(Vec<u8>),
    Link(String),
}

/// One member.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    /// Below the root, with slashes; empty for the root itself.
    pub(crate) name: String,
    pub(crate) content: Content,
    pub(crate) executable: bool,
    /// Seconds since 1970.
    pub(crate) modified: u64,
}

/// All members, in order, with the place of each.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) members: Vec<Member>,
    /// Where each member begins.
    offsets: Vec<u64>,
    size: u64,
}

impl Plan {
    /// The folder with everything in it but `leave_out` at its top, and what `more` adds.
    pub(crate) fn of(
        folder: &Path,
        leave_out: Option<&str>,
        more: impl FnOnce(&mut Vec<Member>) -> Result<()>,
    ) -> Result<Self> {
        let mut members = Vec::new();
        add(&mut members, folder, "", leave_out)?;
        more(&mut members)?;
        let mut offsets = Vec::with_capacity(members.len());
        let mut size = 0;
        for member in &members {
            offsets.push(size);
            size += member.head()?.len() as u64 + member.length().next_multiple_of(BLOCK);
        }
        let size = (size + 2 * BLOCK).next_multiple_of(RECORD);
        Ok(Self { members, offsets, size })
    }

    /// The archive's size in bytes.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Returns a number that differs once a file has another name, size or time.
    pub(crate) fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        for member in &self.members {
            (&member.name, member.executable, member.modified, member.length()).hash(&mut hasher);
            match &member.content {
                Content::Folder => {}
                Content::File { path, .. } => {
                    let modified = fs::metadata(path).and_then(|metadata| metadata.modified());
                    modified.ok().hash(&mut hasher);
                }
                Content::Bytes(bytes) => bytes.hash(&mut hasher),
                Content::Link(target) => target.hash(&mut hasher),
            }
        }
        hasher.finish()
    }

    /// The bytes of the archive from `start` to `end`.
    pub(crate) fn reader(self: &Arc<Self>, start: u64, end: u64) -> TarReader {
        TarReader { plan: Arc::clone(self), at: start, end: end.min(self.size), open: None }
    }
}

/// Adds a folder's content below a name.
pub(crate) fn add(
    members: &mut Vec<Member>,
    folder: &Path,
    name: &str,
    leave_out: Option<&str>,
) -> Result<()> {
    let refuse = |error| failed("read", folder, error);
    members.push(Member {
        name: name.to_owned(),
        content: Content::Folder,
        executable: true,
        modified: modified(&fs::metadata(folder).map_err(refuse)?),
    });
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(refuse)? {
        let entry = entry.map_err(refuse)?;
        let Ok(file) = entry.file_name().into_string() else {
            return Err(unfit(&entry.path(), "its name is not UTF-8"));
        };
        if leave_out != Some(file.as_str()) {
            entries.push((file, entry.path()));
        }
    }
    entries.sort();
    for (file, path) in entries {
        let refuse = |error| failed("read", &path, error);
        let below = if name.is_empty() { file } else { format!("{name}/{file}") };
        let metadata = fs::symlink_metadata(&path).map_err(refuse)?;
        let content = if metadata.is_dir() {
            add(members, &path, &below, None)?;
            continue;
        } else if metadata.is_symlink() {
            let target = fs::read_link(&path).map_err(refuse)?;
            match target.to_str() {
                Some(target) if is_inside(&below, target) => Content::Link(target.to_owned()),
                _ => return Err(unfit(&path, "it is a link that leads out of the folder")),
            }
        } else if metadata.is_file() {
            Content::File { length: metadata.len(), path }
        } else {
            return Err(unfit(&path, "it is neither a file nor a folder nor a link"));
        };
        if outside(&below) {
            return Err(unfit(folder, "a name in it cannot be unpacked everywhere"));
        }
        #[cfg(unix)]
        let executable =
            std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o111 != 0;
        #[cfg(not(unix))]
        let executable = false;
        let modified = modified(&metadata);
        members.push(Member { name: below, content, executable, modified });
    }
    Ok(())
}

fn modified(metadata: &fs::Metadata) -> u64 {
    let time = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    time.map_or(0, |time| time.as_secs())
}

fn unfit(path: &Path, message: &str) -> Error {
    let message = format!("cannot be put into an archive: {message}");
    What::Shape { path: path.to_owned(), message }.into()
}

impl Member {
    /// The bytes of its content.
    pub(crate) fn length(&self) -> u64 {
        match &self.content {
            Content::Folder | Content::Link(_) => 0,
            Content::File { length, .. } => *length,
            Content::Bytes(bytes) => bytes.len() as u64,
        }
    }

    pub(crate) fn mode(&self) -> u32 {
        if self.executable { 0o755 } else { 0o644 }
    }

    /// The blocks before its content.
    fn head(&self) -> Result<Vec<u8>> {
        let (kind, link, slash) = match &self.content {
            Content::Folder => (EntryType::Directory, "", "/"),
            Content::File { .. } | Content::Bytes(_) => (EntryType::Regular, "", ""),
            Content::Link(target) => (EntryType::Symlink, target.as_str(), ""),
        };
        let name =
            if self.name.is_empty() { "./".to_owned() } else { format!("./{}{slash}", self.name) };
        let mut records = Vec::new();
        for (key, value) in [("path", name.as_str()), ("linkpath", link)] {
            if value.len() > NAME || !value.is_ascii() {
                records.extend(record(key, value).into_bytes());
            }
        }
        let mut head = Vec::new();
        if !records.is_empty() {
            let length = records.len() as u64;
            head.extend_from_slice(
                self.header(EntryType::XHeader, "././@PaxHeader", "", length).as_bytes(),
            );
            records.resize(usize::try_from(length.next_multiple_of(BLOCK)).unwrap_or(0), 0);
            head.append(&mut records);
        }
        head.extend_from_slice(self.header(kind, &name, link, self.length()).as_bytes());
        Ok(head)
    }

    fn header(&self, kind: EntryType, name: &str, link: &str, length: u64) -> Header {
        let mut header = Header::new_ustar();
        if let Some(ustar) = header.as_ustar_mut() {
            fill(&mut ustar.name, name);
            fill(&mut ustar.linkname, link);
        }
        header.set_entry_type(kind);
        header.set_mode(self.mode());
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(self.modified);
        header.set_size(length);
        header.set_cksum();
        header
    }
}

/// As much of the text as there is room for; the rest is in an extended header.
fn fill(field: &mut [u8], text: &str) {
    for (place, byte) in field.iter_mut().zip(text.bytes()) {
        *place = byte;
    }
}

/// `LENGTH KEY=VALUE\n`, where the length counts itself.
fn record(key: &str, value: &str) -> String {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + 1;
    while rest + length.to_string().len() != length {
        length += 1;
    }
    format!("{length} {key}={value}\n")
}

/// A part of the archive, made as it is read.
#[derive(Debug)]
pub(crate) struct TarReader {
    plan: Arc<Plan>,
    at: u64,
    end: u64,
    /// The member at hand: its number, its head and its file, which is at the place.
    open: Option<(usize, Vec<u8>, Option<File>)>,
}

impl Read for TarReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let room = usize::try_from(self.end.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let room = room.min(buffer.len());
        let Some(buffer) = buffer.get_mut(..room).filter(|buffer| !buffer.is_empty()) else {
            return Ok(0);
        };
        let index = self.plan.offsets.partition_point(|&offset| offset <= self.at).checked_sub(1);
        let member = index
            .and_then(|at| Some((at, self.plan.members.get(at)?, *self.plan.offsets.get(at)?)));
        let read = match member {
            Some((index, member, offset)) => {
                if self.open.as_ref().is_none_or(|(open, ..)| *open != index) {
                    let head = member.head().map_err(io::Error::other)?;
                    self.open = Some((index, head, None));
                }
                let Some((_, head, file)) = &mut self.open else { return Ok(0) };
                let local = self.at - offset;
                let in_content = local.checked_sub(head.len() as u64);
                match in_content {
                    None => {
                        let mut head =
                            head.get(usize::try_from(local).unwrap_or(0)..).unwrap_or(&[]);
                        head.read(buffer)?
                    }
                    Some(local) if local < member.length() => {
                        let left = usize::try_from(member.length() - local).unwrap_or(usize::MAX);
                        let room = left.min(buffer.len());
                        let buffer = buffer.get_mut(..room).unwrap_or_default();
                        content(&member.content, file, local, buffer)?
                    }
                    Some(_) => {
                        let next = self.plan.offsets.get(index + 1).copied();
                        zeros(buffer, next.unwrap_or(self.plan.size) - self.at)
                    }
                }
            }
            None => zeros(buffer, self.plan.size - self.at),
        };
        self.at += read as u64;
        Ok(read)
    }
}

fn content(
    content: &Content,
    open: &mut Option<File>,
    at: u64,
    buffer: &mut [u8],
) -> io::Result<usize> {
    match content {
        Content::Bytes(bytes) => {
            let mut bytes = bytes.get(usize::try_from(at).unwrap_or(0)..).unwrap_or(&[]);
            bytes.read(buffer)
        }
        Content::File { path, .. } => {
            let file = match open {
                Some(file) => file,
                None => {
                    let mut file = File::open(path)?;
                    file.seek(SeekFrom::Start(at))?;
                    open.insert(file)
                }
            };
            match file.read(buffer)? {
                0 => Err(io::Error::new(
                    io::ErrorKind::UnexpectedEof,
                    format!("{} became shorter while it was read", path.display()),
                )),
                read => Ok(read),
            }
        }
        Content::Folder | Content::Link(_) => Ok(0),
    }
}

fn zeros(buffer: &mut [u8], left: u64) -> usize {
    let room = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
    buffer.iter_mut().take(room).for_each(|byte| *byte = 0);
    room
}
