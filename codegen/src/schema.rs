//! Reads the schema that documents are proven against.

use std::path::Path;

use apollo_compiler::{ast, validation::Valid};

use crate::Failure;

/// A valid schema.
pub struct Schema(pub(crate) Valid<apollo_compiler::Schema>);

impl Schema {
    /// Reads a schema: a snapshot, or what a server serves. `path` is where it is from, for messages.
    ///
    /// # Errors
    ///
    /// When it is not a valid schema, with every reason and its line.
    pub fn parse(path: &Path, text: &str) -> Result<Self, Failure> {
        if text.trim_start_matches('\u{feff}').trim_start().starts_with(['{', '[']) {
            return Err(Failure::new(format!(
                "{} is JSON, and no schema in the schema language: convert an introspection \
                 answer to SDL first",
                path.display()
            )));
        }
        let parsed = ast::Document::parse(text, path)
            .map_err(|invalid| Failure::from_validator(&invalid.errors))?;
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
        let schema = builder.build().map_err(|invalid| Failure::from_validator(&invalid.errors))?;
        let valid =
            schema.validate().map_err(|invalid| Failure::from_validator(&invalid.errors))?;
        Ok(Self(valid))
    }

    /// The definitions, as apollo-compiler has them.
    pub fn definitions(&self) -> &Valid<apollo_compiler::Schema> {
        &self.0
    }
}

/// Whether a directive is an instruction to the generator, which is not sent.
pub fn is_client_directive(name: &str) -> bool {
    CLIENT_DIRECTIVES.iter().any(|(known, _)| *known == name)
}

/// Directives that are instructions to the generator, with their definitions. They are not sent.
const CLIENT_DIRECTIVES: [(&str, &str); 9] = [
    // A null in the answer is an error with the path; the field's type loses its `Option`, and that
    // of the elements of a list, too.
    ("required", "directive @required on FIELD"),
    // The display name of the field, such as the head of a column.
    ("title", "directive @title(text: String!) on FIELD"),
    // On a paginated list: the column that identifies a row, by its name in the list's order
    // language; `field` if its name in the rows differs, `filter: false` if the filter language
    // cannot compare it.
    ("unique", "directive @unique(by: String!, field: String, filter: Boolean) on FIELD"),
    // The use of deprecated members is intended here: it is no reason for a warning.
    (
        "legacy",
        "directive @legacy on QUERY | MUTATION | SUBSCRIPTION | FRAGMENT_DEFINITION | FIELD \
         | INLINE_FRAGMENT | VARIABLE_DEFINITION",
    ),
    // The field is left out for a server that lacks it, although its type is not nullable; in Rust it
    // is an `Option`.
    ("optional", "directive @optional on FIELD"),
    // The variable has the Rust type of another scalar.
    ("as", "directive @as(scalar: String!) on VARIABLE_DEFINITION"),
    // A connection whose `count` is not that of the whole list: the first empty page ends it.
    ("uncounted", "directive @uncounted on FIELD"),
    // A list that could be paginated, in a document that does not intend to.
    ("unpaged", "directive @unpaged on FIELD"),
    // How the value is displayed; `field` is for `SUB_FIELD`.
    ("format", "directive @format(as: FieldFormat!, field: String) on FIELD"),
];

/// The display formats of the runtime crate.
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

/// Directives that a subgraph's schema uses without defining them.
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
