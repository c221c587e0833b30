//! Plans as archives of every format.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
    sync::Arc,
};

use bzip2::write::BzEncoder;
use flate2::write::GzEncoder;
use lzma_rust2::{XzOptions, XzWriter};
use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

use super::{Plan, plan::Content};

/// The format of an exported archive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// A tar archive with xz, which the real client calls `.bento` and `.bentomodel`.
    #[default]
    Native,
    /// A tar archive.
    Tar,
    /// A tar archive with gzip.
    Gz,
    /// A tar archive with bzip2.
    Bz2,
    /// A tar archive with xz.
    Xz,
    /// A zip archive.
    Zip,
}

impl Format {
    /// Returns the format of a file name, if its ending is a known one.
    pub fn of(path: &Path) -> Option<Self> {
        Some(match path.extension()?.to_str()?.to_lowercase().as_str() {
            "bento" | "bentomodel" => Self::Native,
            "tar" => Self::Tar,
            "gz" | "tgz" => Self::Gz,
            "bz2" | "tbz" | "tbz2" => Self::Bz2,
            "xz" | "txz" => Self::Xz,
            "zip" => Self::Zip,
            _ => return None,
        })
    }
}

/// Writes the archive.
pub(crate) fn pack(plan: &Arc<Plan>, format: Format, writer: impl Write) -> io::Result<()> {
    let mut writer = BufWriter::new(writer);
    let mut tar = plan.reader(0, plan.size());
    match format {
        Format::Tar => {
            io::copy(&mut tar, &mut writer)?;
        }
        Format::Gz => {
            let mut encoder = GzEncoder::new(&mut writer, flate2::Compression::default());
            io::copy(&mut tar, &mut encoder)?;
            encoder.finish()?;
        }
        Format::Bz2 => {
            let mut encoder = BzEncoder::new(&mut writer, bzip2::Compression::best());
            io::copy(&mut tar, &mut encoder)?;
            encoder.finish()?;
        }
        Format::Native | Format::Xz => {
            let mut encoder = XzWriter::new(&mut writer, XzOptions::with_preset(6))?;
            io::copy(&mut tar, &mut encoder)?;
            encoder.finish()?;
        }
        Format::Zip => zip(plan, &mut writer)?,
    }
    writer.flush()
}

fn zip(plan: &Plan, writer: &mut impl Write) -> io::Result<()> {
    let mut zip = ZipWriter::new_stream(writer);
    for member in plan.members.iter().filter(|member| !member.name.is_empty()) {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default())
            .large_file(member.length() >= u64::from(u32::MAX))
            .unix_permissions(member.mode());
        match &member.content {
            Content::Folder => zip.add_directory(format!("{}/", member.name), options)?,
            Content::Bytes(bytes) => {
                zip.start_file(member.name.as_str(), options)?;
                zip.write_all(bytes)?;
            }
            Content::File { path, .. } => {
                zip.start_file(member.name.as_str(), options)?;
                io::copy(&mut File::open(path)?, &mut zip)?;
            }
            Content::Link(_) => {
                let message =
                    format!("`{}` is a link, which zip archives cannot have", member.name);
                return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
            }
        }
    }
    zip.finish()?;
    Ok(())
}
