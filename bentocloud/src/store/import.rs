//! Archives as versions.

use std::{fs, io::Read, path::Path};

use super::{Item, Kind, Staging, Store, failed, folders};
use crate::{
    Tag,
    archive::{self, Limits},
    error::{Error, Kind as What, Result},
};

impl Store {
    /// Reads an archive of any known format and stores what is in it: a bento with its models, or
    /// a model. Models that are there already are skipped. Returns what was stored, the main
    /// version last.
    ///
    /// # Errors
    ///
    /// [`Error::is_archive`] if the archive is broken, dangerous or none; [`Error::is_stored`] if
    /// the version is there already and `replace` is not set; a file cannot be read or written.
    /// Nothing is stored then.
    pub fn import(&self, reader: impl Read, limits: Limits, replace: bool) -> Result<Vec<Item>> {
        let staging = self.stage()?;
        self.unpack(&staging, reader, "the archive", limits)?;
        let content = staging.content();
        let is = |kind: &Kind| content.join(kind.manifest()).is_file();
        let Some(kind) = [Kind::Bento, Kind::Model].into_iter().find(is) else {
            return Err(bad("the archive", "it has neither a bento.yaml nor a model.yaml"));
        };
        let item = Item::unpacked(kind, content.clone())?;
        if !replace && self.has(kind, item.tag()) {
            let (tag, store) = (item.tag().clone(), self.folder(kind));
            return Err(What::Stored { kind, tag, store }.into());
        }
        let mut stored = Vec::new();
        let models = content.join("models");
        if kind == Kind::Bento && models.is_dir() {
            for name in folders(&models)? {
                for version in folders(&models.join(&name))? {
                    let path = models.join(&name).join(&version);
                    let model = Item::unpacked(Kind::Model, path.clone())?;
                    if model.tag() != &Tag::new(&name, &version)? {
                        let problem = format!("models/{name}/{version} is model {}", model.tag());
                        return Err(bad("the archive", &problem));
                    }
                    if !self.has(Kind::Model, model.tag()) {
                        stored.push(self.install(&path, &model, false)?);
                    }
                }
            }
            fs::remove_dir_all(&models).map_err(|error| failed("remove", &models, error))?;
        }
        stored.push(self.install(&content, &item, replace)?);
        Ok(stored)
    }

    /// Unpacks into a staging folder.
    pub(crate) fn unpack(
        &self,
        staging: &Staging,
        reader: impl Read,
        what: &str,
        limits: Limits,
    ) -> Result<()> {
        let content = staging.content();
        archive::unpack(reader, &content, content.parent().unwrap_or(Path::new(".")), limits)
            .map_err(|error| match error.kind() {
                std::io::ErrorKind::InvalidData | std::io::ErrorKind::InvalidInput => {
                    bad(what, &error.to_string())
                }
                _ => failed("unpack into", &content, error),
            })
    }

    /// Stores what was received, if it is the requested version.
    pub(crate) fn install_received(
        &self,
        staging: &Staging,
        kind: Kind,
        tag: &Tag,
        replace: bool,
    ) -> Result<Item> {
        let content = staging.content();
        let what = format!("what the server sent for {kind} {tag}");
        if !content.join(kind.manifest()).is_file() {
            return Err(bad(&what, &format!("it has no {}", kind.manifest())));
        }
        let item = Item::unpacked(kind, content.clone())?;
        if item.tag() != tag {
            return Err(bad(&what, &format!("it is {}", item.tag())));
        }
        self.install(&content, &item, replace)
    }
}

fn bad(what: &str, problem: &str) -> Error {
    What::Archive { what: what.to_owned(), problem: problem.to_owned() }.into()
}
