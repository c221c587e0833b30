//! Versions as archives.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{Item, Kind, Store, failed};
use crate::{
    archive::{Content, Format, Member, Plan, add, pack},
    error::Result,
};

impl Item {
    /// The archive of a version as it is sent: without a bento's models.
    pub(crate) fn plan(&self) -> Result<Arc<Plan>> {
        Plan::of(self.path(), self.leave_out(), |_| Ok(())).map(Arc::new)
    }

    /// A stored bento has no models of its own, unless an export of the real client broke off.
    fn leave_out(&self) -> Option<&'static str> {
        (self.kind() == Kind::Bento).then_some("models")
    }
}

impl Store {
    /// Writes a version as an archive; a bento comes with its models.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`](crate::Error::is_not_found) if a model is not in the store; a file
    /// cannot be read or written; the format cannot have what is in the version.
    pub fn export(&self, item: &Item, format: Format, writer: impl Write) -> Result<()> {
        let plan = self.whole(item)?;
        pack(&plan, format, writer).map_err(|error| failed("export", item.path(), error))
    }

    /// Writes a version to a file: one that is there is replaced at the end. Where `path` is a
    /// folder or ends with a separator, the file in it is called by the tag; a name without a
    /// known ending gets that of the format. Returns the file.
    ///
    /// # Errors
    ///
    /// As for [`export`](Self::export); the folder does not exist.
    pub fn export_to(&self, item: &Item, path: &Path, format: Option<Format>) -> Result<PathBuf> {
        let native = if item.kind() == Kind::Bento { "bento" } else { "bentomodel" };
        let is_folder = path.as_os_str().is_empty()
            || path.is_dir()
            || path.to_str().is_some_and(|path| path.ends_with(std::path::is_separator));
        let known = if is_folder { None } else { Format::of(path) };
        let format = format.or(known).unwrap_or_default();
        let mut target = if is_folder {
            let version = item.tag().version().unwrap_or_default();
            path.join(format!("{}-{version}", item.tag().name()))
        } else {
            path.to_owned()
        };
        if known.is_none() {
            let ending = match format {
                Format::Native => native,
                Format::Tar => "tar",
                Format::Gz => "tar.gz",
                Format::Bz2 => "tar.bz2",
                Format::Xz => "tar.xz",
                Format::Zip => "zip",
            };
            let mut name = target.into_os_string();
            name.push(format!(".{ending}"));
            target = name.into();
        }
        let refuse = |error| failed("write", &target, error);
        let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
        let mut builder = tempfile::Builder::new();
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
        let file = builder.prefix(".export").tempfile_in(folder.unwrap_or(Path::new(".")));
        let file = file.map_err(refuse)?;
        self.export(item, format, file.as_file())?;
        file.persist(&target).map_err(|error| refuse(error.error))?;
        fs::canonicalize(&target).map_err(refuse)
    }

    /// The version and, below `models`, those that a bento uses.
    fn whole(&self, item: &Item) -> Result<Arc<Plan>> {
        let more = |members: &mut Vec<Member>| {
            let mut models = Vec::new();
            for model in item.models().iter().filter(|model| model.registry == "bentoml") {
                models.push(self.get(Kind::Model, &model.tag)?);
            }
            models.sort_by(|one, other| one.tag().cmp(other.tag()));
            let mut folder = |name: String| {
                if !members.iter().any(|member| member.name == name) {
                    let (content, executable) = (Content::Folder, true);
                    members.push(Member { name, content, executable, modified: 0 });
                }
            };
            if !models.is_empty() {
                folder("models".to_owned());
            }
            for model in &models {
                let (name, version) =
                    (model.tag().name(), model.tag().version().unwrap_or_default());
                let below = format!("models/{name}");
                if !members.iter().any(|member| member.name == below) {
                    let (content, executable) = (Content::Folder, true);
                    members.push(Member { name: below.clone(), content, executable, modified: 0 });
                    let of_name = models.iter().filter(|other| other.tag().name() == name);
                    let newest = of_name.max_by_key(|other| other.created_at());
                    let newest = newest.and_then(|newest| newest.tag().version());
                    let content = Content::Bytes(newest.unwrap_or(version).into());
                    let name = format!("{below}/latest");
                    members.push(Member { name, content, executable: false, modified: 0 });
                }
                add(members, model.path(), &format!("{below}/{version}"), None)?;
            }
            Ok(())
        };
        Plan::of(item.path(), item.leave_out(), more).map(Arc::new)
    }
}
