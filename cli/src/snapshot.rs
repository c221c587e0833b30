//! The schema that a command works with.

use std::{
    borrow::Cow,
    fs,
    path::{Path, PathBuf},
};

use backendai_codegen::{Options, Schema};

use crate::output::Failure;

/// The paths, in messages, of the schema that this command was built with and of its null table.
const ADMIN: &str = "schema/admin/schema.graphql";
const NULLS: &str = "schema/admin/nulls.txt";

/// A schema and its file.
pub(crate) struct Snapshot {
    path: PathBuf,
    text: Cow<'static, str>,
    /// Whether this command was built with it.
    built_in: bool,
}

impl Snapshot {
    /// Reads a schema file; without one, the snapshot of the Admin API that this command was built with.
    pub(crate) fn read(file: Option<&Path>) -> Result<Self, Failure> {
        let Some(file) = file else {
            let text = Cow::Borrowed(backendai_schema::ADMIN);
            return Ok(Self { path: ADMIN.into(), text, built_in: true });
        };
        let text = fs::read_to_string(file).map_err(|error| {
            Failure::new(format!("cannot read {}", file.display())).cause(error.to_string())
        })?;
        Ok(Self { path: file.to_owned(), text: text.into(), built_in: false })
    }

    /// Its text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Parses and validates it.
    pub(crate) fn schema(&self) -> Result<Schema, Failure> {
        Schema::parse(&self.path, &self.text).map_err(Failure::from_error)
    }

    /// Options for documents that are validated against it.
    pub(crate) fn options(&self) -> Options {
        let options = backendai_codegen::configure()
            .schema(&self.path)
            .text(&self.path, self.text.clone().into_owned());
        if self.built_in {
            options.nulls(NULLS).text(NULLS, backendai_schema::ADMIN_NULLS)
        } else {
            options
        }
    }
}
