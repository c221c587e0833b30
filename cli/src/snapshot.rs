//! The schema that a command is about.

use std::{
    borrow::Cow,
    fs,
    path::{Path, PathBuf},
};

use backendai_codegen::{Options, Schema};

use crate::output::Failure;

/// Where the schema that this command was built with is kept.
const ADMIN: &str = "graphql/admin/schema.graphql";
const NULLS: &str = "graphql/admin/nulls.txt";

/// A schema's text and the file it is from.
pub(crate) struct Snapshot {
    path: PathBuf,
    text: Cow<'static, str>,
    /// Whether it is the one that this command was built with.
    built_in: bool,
}

impl Snapshot {
    /// Reads a schema file; without one it is the snapshot of the Admin API that this command was
    /// built with.
    pub(crate) fn read(file: Option<&Path>) -> Result<Self, Failure> {
        let Some(file) = file else {
            let text = Cow::Borrowed(backendai::schema::ADMIN);
            return Ok(Self { path: ADMIN.into(), text, built_in: true });
        };
        let text = fs::read_to_string(file).map_err(|error| {
            Failure::new(format!("cannot read {}", file.display())).why(error.to_string())
        })?;
        Ok(Self { path: file.to_owned(), text: text.into(), built_in: false })
    }

    /// Proves it.
    pub(crate) fn schema(&self) -> Result<Schema, Failure> {
        Schema::parse(&self.path, &self.text).map_err(Failure::from_error)
    }

    /// For documents that are checked against it.
    pub(crate) fn options(&self) -> Options {
        let options = backendai_codegen::configure()
            .schema(&self.path)
            .text(&self.path, self.text.clone().into_owned());
        if self.built_in {
            options.nulls(NULLS).text(NULLS, backendai::schema::ADMIN_NULLS)
        } else {
            options
        }
    }
}
