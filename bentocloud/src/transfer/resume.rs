//! The parts of an unfinished multipart upload, for the next push.
//!
//! The server does not list the parts that have arrived, so that they are recorded beside the store.

use std::{
    collections::BTreeMap,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::remote::Remote;
use crate::archive::Plan;

/// What the parts belong to. All of it must be the same for an upload to be continued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Subject {
    endpoint: String,
    size: u64,
    part_size: u64,
    fingerprint: u64,
}

/// The record of one upload.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    content: Content,
}

#[derive(Debug, Serialize, Deserialize)]
struct Content {
    subject: Subject,
    upload_id: String,
    /// The `ETag` of each part that has arrived.
    parts: BTreeMap<u64, String>,
}

impl Journal {
    /// Begins the record of an upload.
    pub(super) fn new(
        folder: &Path,
        remote: &Remote,
        plan: &Plan,
        part_size: u64,
        upload_id: String,
    ) -> Self {
        let subject = subject(remote, plan, part_size);
        let content = Content { subject, upload_id, parts: BTreeMap::new() };
        Self { path: path(folder, remote), content }
    }

    /// Reads the record that an earlier push of the same files has left.
    pub(super) fn open(
        folder: &Path,
        remote: &Remote,
        plan: &Plan,
        part_size: u64,
    ) -> Option<Self> {
        let path = path(folder, remote);
        let content: Content = serde_json::from_slice(&fs::read(&path).ok()?).ok()?;
        let same = content.subject == subject(remote, plan, part_size);
        (same && !content.parts.is_empty()).then_some(Self { path, content })
    }

    pub(super) fn upload_id(&self) -> &str {
        &self.content.upload_id
    }

    /// Returns the parts that have arrived: number and `ETag`, in order.
    pub(super) fn parts(&self) -> &BTreeMap<u64, String> {
        &self.content.parts
    }

    /// Records a part. Where the record cannot be written, the next push begins anew.
    pub(super) fn add(&mut self, number: u64, etag: String) {
        self.content.parts.insert(number, etag);
        if let Err(error) = self.write() {
            tracing::warn!(path = %self.path.display(), %error, "the upload is not recorded");
        }
    }

    fn write(&self) -> std::io::Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let mut file = tempfile::Builder::new().prefix(".upload").tempfile_in(folder)?;
        file.write_all(&serde_json::to_vec(&self.content)?)?;
        file.persist(&self.path)?;
        Ok(())
    }

    /// Removes the record: the upload is complete, or cannot be continued.
    pub(super) fn remove(self) {
        let _ = fs::remove_file(&self.path);
    }
}

fn subject(remote: &Remote, plan: &Plan, part_size: u64) -> Subject {
    let endpoint = crate::without_password(remote.client.endpoint().as_str());
    Subject { endpoint, size: plan.size(), part_size, fingerprint: plan.fingerprint() }
}

fn path(folder: &Path, remote: &Remote) -> PathBuf {
    let kind = remote.kind.to_string().to_lowercase();
    folder.join(format!("backendai-upload-{kind}-{}-{}.json", remote.name, remote.version))
}
