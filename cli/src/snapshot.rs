//! The schemas that a command works with: those that this command was built with, by their names or
//! their paths on the manager, and files.

use std::{
    borrow::Cow,
    fs,
    path::{Path, PathBuf},
};

use backendai_codegen::{Options, Schema};

use crate::output::Failure;

/// The path of the Admin API.
pub(crate) const ADMIN_PATH: &str = "/admin/gql";
/// Path of the v2 API on the manager.
pub(crate) const V2_PATH: &str = "/admin/gql/strawberry";

/// The schemas that this command was built with.
const BUILT_IN: [BuiltIn; 2] = [
    BuiltIn {
        name: "admin",
        path: ADMIN_PATH,
        file: "schema/admin/schema.graphql",
        text: backendai_schema::ADMIN,
        rules: |options| options.nulls(NULLS).text(NULLS, backendai_schema::ADMIN_NULLS),
    },
    BuiltIn {
        name: "v2",
        path: V2_PATH,
        file: "schema/v2/schema.graphql",
        text: backendai_schema::V2,
        rules: |options| options.path(V2_PATH).absent_nulls().one_of(is_condition),
    },
];

/// The path, in messages, of the null table of the Admin API.
const NULLS: &str = "schema/admin/nulls.txt";

/// A schema that this command was built with.
struct BuiltIn {
    name: &'static str,
    /// Its path on the manager.
    path: &'static str,
    /// Its path in messages.
    file: &'static str,
    text: &'static str,
    /// The rules for documents of it.
    rules: fn(Options) -> Options,
}

/// Whether an input object of v2 is a condition, of which the manager applies one operator.
fn is_condition(name: &str, fields: &[&str]) -> bool {
    name.ends_with("Filter") && ["equals", "containsAny"].iter().any(|key| fields.contains(key))
}

/// The schema of a name or of a path on the manager.
fn built_in(name: &str) -> Option<&'static BuiltIn> {
    BUILT_IN.iter().find(|schema| schema.name == name || schema.path == name)
}

/// The path on the manager of a named schema; a path is itself.
pub(crate) fn path(name: &str) -> Result<String, String> {
    match built_in(name) {
        Some(schema) => Ok(schema.path.to_owned()),
        None if name.starts_with('/') => Ok(name.to_owned()),
        None => Err("there are `admin`, `v2`, and paths, which begin with `/`".to_owned()),
    }
}

/// The path on the manager of the schema of `--schema`, where it is no file.
pub(crate) fn path_of(schema: Option<&Path>) -> Option<&'static str> {
    Some(built_in(schema?.to_str()?)?.path)
}

/// A schema and its file.
pub(crate) struct Snapshot {
    path: PathBuf,
    text: Cow<'static, str>,
    built_in: Option<&'static BuiltIn>,
}

impl Snapshot {
    /// Reads a schema: that of a name, that of a path on the manager, or a file; by default that of
    /// the Admin API. A file that is called like a schema is given as `./v2`.
    pub(crate) fn read(schema: Option<&Path>) -> Result<Self, Failure> {
        let file = schema.unwrap_or(Path::new("admin"));
        if let Some(schema) = file.to_str().and_then(built_in) {
            let text = Cow::Borrowed(schema.text);
            return Ok(Self { path: schema.file.into(), text, built_in: Some(schema) });
        }
        let text = fs::read_to_string(file).map_err(|error| {
            Failure::new(format!("cannot read {}", file.display())).cause(error.to_string())
        })?;
        Ok(Self { path: file.to_owned(), text: text.into(), built_in: None })
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
        match self.built_in {
            Some(schema) => (schema.rules)(options),
            None => options,
        }
    }
}
