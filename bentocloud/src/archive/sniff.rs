//! Which kind of archive it is, by its first bytes.

use std::{
    fs::File,
    io::{self, BufReader, Cursor, Read, Seek, SeekFrom},
    path::Path,
};

use bzip2::read::MultiBzDecoder;
use flate2::read::MultiGzDecoder;
use lzma_rust2::XzReader;
use tar::EntryType;
use zip::ZipArchive;

use super::unpack::{Entry, Limits, Unpacker, bad};

/// Bytes by which the formats differ.
const MAGIC: usize = 6;
/// A tar archive ends with two blocks of zeros.
const BLOCK: usize = 512;

/// Unpacks a tar archive, compressed or not, or a zip archive into an empty folder. Zip needs the
/// end first, so that a stream is written to `folder` before.
pub(crate) fn unpack(
    mut reader: impl Read,
    target: &Path,
    folder: &Path,
    limits: Limits,
) -> io::Result<()> {
    let mut magic = Vec::new();
    reader.by_ref().take(MAGIC as u64).read_to_end(&mut magic)?;
    let whole = Cursor::new(magic.clone()).chain(reader);
    match magic.as_slice() {
        [0x1f, 0x8b, ..] => untar(MultiGzDecoder::new(BufReader::new(whole)), target, limits),
        [b'B', b'Z', b'h', ..] => untar(MultiBzDecoder::new(BufReader::new(whole)), target, limits),
        [0xfd, b'7', b'z', b'X', b'Z', 0] => {
            untar(XzReader::new(BufReader::new(whole), true), target, limits)
        }
        [b'P', b'K', 3 | 5, 4 | 6, ..] => {
            let mut spool = tempfile::tempfile_in(folder)?;
            let mut whole = whole.take(limits.bytes);
            io::copy(&mut whole, &mut spool)?;
            spool.seek(SeekFrom::Start(0))?;
            unzip(spool, target, limits)
        }
        _ => untar(whole, target, limits),
    }
}

/// Counts the zeros at the end: an archive that was cut off between members has none.
struct Tail<R> {
    inner: R,
    zeros: usize,
}

impl<R: Read> Read for Tail<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let last = buffer.iter().take(read).rev().take(BLOCK);
        let zeros = last.take_while(|byte| **byte == 0).count();
        self.zeros = if zeros == read { self.zeros + zeros } else { zeros };
        Ok(read)
    }
}

fn untar(reader: impl Read, target: &Path, limits: Limits) -> io::Result<()> {
    let mut tail = Tail { inner: reader, zeros: 0 };
    let mut unpacker = Unpacker::new(target, limits);
    let mut archive = tar::Archive::new(&mut tail);
    let not_tar = |error: io::Error| match error.kind() {
        // The library's word for a header that is none.
        io::ErrorKind::Other | io::ErrorKind::UnexpectedEof => {
            bad(format!("it is broken: {error}"))
        }
        _ => error,
    };
    for entry in archive.entries()? {
        let mut entry = entry.map_err(not_tar)?;
        let name = entry.path_bytes().into_owned();
        let name = String::from_utf8(name).map_err(|_| bad("a member's name is not UTF-8"))?;
        let link = entry.link_name_bytes().map(std::borrow::Cow::into_owned).unwrap_or_default();
        let link = String::from_utf8(link).map_err(|_| bad("a link's target is not UTF-8"))?;
        let executable = entry.header().mode().unwrap_or(0) & 0o100 != 0;
        let modified = entry.header().mtime().ok();
        let length = Some(entry.size());
        let member = match entry.header().entry_type() {
            EntryType::Directory => Entry::Folder,
            EntryType::Regular | EntryType::Continuous => {
                Entry::File { executable, modified, content: &mut entry, length }
            }
            EntryType::Symlink => Entry::Symlink(&link),
            EntryType::Link => Entry::HardLink(&link),
            EntryType::XGlobalHeader => continue,
            _ => return Err(bad(format!("the member `{name}` is a device or the like"))),
        };
        unpacker.add(&name, member)?;
    }
    // What follows belongs to the archive, and a decoder checks its sum at the end.
    io::copy(&mut tail, &mut io::sink())?;
    if tail.zeros < BLOCK {
        return Err(bad("it ends too early"));
    }
    unpacker.finish()
}

fn unzip(file: File, target: &Path, limits: Limits) -> io::Result<()> {
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(broken)?;
    let mut unpacker = Unpacker::new(target, limits);
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).map_err(broken)?;
        let name = file.name().map_err(broken)?.into_owned();
        let mode = file.unix_mode().unwrap_or(0);
        let (executable, length) = (mode & 0o100 != 0, Some(file.size()));
        let member = if file.is_dir() {
            Entry::Folder
        } else if file.is_symlink() {
            return Err(bad(format!(
                "the member `{name}` is a link, which zip archives cannot have"
            )));
        } else {
            Entry::File { executable, modified: None, content: &mut file, length }
        };
        unpacker.add(&name, member)?;
    }
    unpacker.finish()
}

fn broken(error: zip::result::ZipError) -> io::Error {
    match error {
        zip::result::ZipError::Io(error) => error,
        error => bad(format!("it is broken: {error}")),
    }
}
