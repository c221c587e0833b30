//! Reads the schema that documents are checked against.

use std::path::Path;

use apollo_compiler::{
    ast,
    validation::{DiagnosticList, Valid},
};

#[cfg(feature = "tools")]
use apollo_compiler::ast::OperationType;

use crate::{Failure, diagnostic};

/// A schema that was read and found valid.
#[cfg(feature = "tools")]
pub struct Schema(pub(crate) Valid<apollo_compiler::Schema>);

#[cfg(feature = "tools")]
impl Schema {
    /// Reads a text: a snapshot, or what a manager serves. The path is where it is from.
    ///
    /// # Errors
    ///
    /// When it is not a valid schema, with every reason and its line.
    pub fn parse(path: &Path, text: &str) -> Result<Self, Failure> {
        load(path, text.to_owned()).map(Self)
    }

    /// The fields of the query and the mutation type, in the order of the schema.
    pub fn roots(&self) -> impl Iterator<Item = &str> {
        let roots = [OperationType::Query, OperationType::Mutation];
        roots
            .into_iter()
            .filter_map(|kind| self.0.get_object(self.0.root_operation(kind)?))
            .flat_map(|ty| ty.fields.keys().map(|name| name.as_str()))
    }
}

/// Directives for documents, with their definitions. They speak to the generator and are not sent.
pub(crate) const CLIENT_DIRECTIVES: [(&str, &str); 6] = [
    // A null in the answer is an error that names the path, and the field's type loses its
    // `Option`; on a list its elements too.
    ("required", "directive @required on FIELD"),
    // The name of the field for people, such as the head of a column.
    ("title", "directive @title(text: String!) on FIELD"),
    // On a list that is read page by page: the column that identifies a row, by its name in the
    // list's order language; `field` where the rows call it otherwise, `filter: false` where it
    // cannot be compared in the filter language.
    ("unique", "directive @unique(by: String!, field: String, filter: Boolean) on FIELD"),
    // What is deprecated in here is meant: it is no reason for a warning.
    (
        "legacy",
        "directive @legacy on QUERY | MUTATION | FRAGMENT_DEFINITION | FIELD | INLINE_FRAGMENT \
         | VARIABLE_DEFINITION",
    ),
    // A list that looks as if it could be read page by page, but whose document does not mean that.
    ("unpaged", "directive @unpaged on FIELD"),
    // How the value is shown to people; `field` is for `SUB_FIELD`.
    ("format", "directive @format(as: FieldFormat!, field: String) on FIELD"),
];

/// The formats that the runtime has.
const FORMATS: &str = "enum FieldFormat {
  PLAIN
  NESTED_DICT
  MI_BYTES
  SIZE_BYTES
  SUB_FIELD
  RESOURCE_SLOT
  AGENT_STAT
  GROUP_LIST
  INLINE_ROUTING
  KERNEL_STAT
  NESTED_OBJECT
  CONTAINER_LIST
  DEPENDENCY_LIST
  IMAGE_OBJECT
  CUSTOMIZED_IMAGE
}";

/// Directives that a schema served by a manager uses without defining them.
const SERVED_DIRECTIVES: [(&str, &str); 5] = [
    ("link", "directive @link(url: String!, import: [String]) repeatable on SCHEMA"),
    (
        "key",
        "directive @key(fields: String!, resolvable: Boolean) repeatable on OBJECT | INTERFACE",
    ),
    ("shareable", "directive @shareable repeatable on OBJECT | FIELD_DEFINITION"),
    ("override", "directive @override(from: String!) on FIELD_DEFINITION"),
    ("oneOf", "directive @oneOf on INPUT_OBJECT"),
];

/// Reads a snapshot, or a schema as a manager serves it.
pub(crate) fn load(path: &Path, text: String) -> Result<Valid<apollo_compiler::Schema>, Failure> {
    let parsed = ast::Document::parse(text, path).map_err(|invalid| failure(&invalid.errors))?;
    let known: Vec<_> = parsed
        .definitions
        .iter()
        .filter_map(|it| it.as_directive_definition())
        .map(|known| known.name.as_str())
        .collect();
    let mut ours = FORMATS.to_owned();
    for (name, definition) in CLIENT_DIRECTIVES.iter().chain(&SERVED_DIRECTIVES) {
        if !known.contains(name) {
            ours.push('\n');
            ours.push_str(definition);
        }
    }
    let builder = apollo_compiler::Schema::builder().adopt_orphan_extensions();
    let builder = builder.parse(ours, "directives of the generator").add_ast(&parsed);
    let schema = builder.build().map_err(|invalid| failure(&invalid.errors))?;
    schema.validate().map_err(|invalid| failure(&invalid.errors))
}

fn failure(errors: &DiagnosticList) -> Failure {
    Failure::new(diagnostic::from_validator(errors, |_, _| None).errors)
}
