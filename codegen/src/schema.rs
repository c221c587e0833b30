//! Reads the schema that documents are proven against.

use std::{borrow::Cow, collections::HashSet, fmt, path::Path};

use apollo_compiler::{
    Node,
    ast::{self, Definition, Directive, DirectiveList, OperationType, SchemaDefinition},
    parser::{SourceMap, SourceSpan},
    validation::Valid,
};

use crate::{Diagnostic, Failure, descriptions::describe, introspection, repetitions};

/// A valid schema.
pub struct Schema {
    pub(crate) valid: Valid<apollo_compiler::Schema>,
    warnings: Vec<Diagnostic>,
}

/// Shows the number of types, which may be thousands.
impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Schema")
            .field("types", &self.valid.types.len())
            .field("warnings", &self.warnings)
            .finish()
    }
}

impl Schema {
    /// Reads a schema: a snapshot, what a server serves, or the JSON that answers an introspection.
    /// `path` is where it is from, for messages.
    ///
    /// What the schema defines itself has precedence over the generator's instructions of the same
    /// name, which cannot be used then.
    ///
    /// # Errors
    ///
    /// When it is not a valid schema, with every reason and its line.
    pub fn parse(path: &Path, text: &str) -> Result<Self, Failure> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let (path, text) = if text.trim_start().starts_with(['{', '[']) {
            let sdl = introspection::sdl(text);
            let sdl = sdl.map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
            (Cow::Owned(format!("{} as SDL", path.display()).into()), sdl)
        } else {
            (Cow::Borrowed(path), text.to_owned())
        };
        let invalid = |errors| Failure::from_validator(&errors).of_file(&path);
        let mut parsed =
            ast::Document::parse(text, &path).map_err(|parsed| invalid(parsed.errors))?;
        define_roots(&mut parsed);
        let mut repeated = repetitions::remove(&mut parsed);
        repeated.tidy();
        if !repeated.errors.is_empty() {
            return Err(repeated.into());
        }
        let builder = apollo_compiler::Schema::builder();
        // Some servers list the scalars that every server has.
        let builder = builder.adopt_orphan_extensions().ignore_builtin_redefinitions();
        let builder = builder.parse(instructions(&parsed), INSTRUCTIONS).add_ast(&parsed);
        let builder = match served(&parsed) {
            Some(served) => builder.parse(served, "directives of a subgraph"),
            None => builder,
        };
        let schema = builder.build().map_err(|built| invalid(built.errors))?;
        let valid = schema.validate().map_err(|schema| invalid(schema.errors))?;
        Ok(Self { valid, warnings: repeated.warnings })
    }

    /// Adds the descriptions of a table.
    pub(crate) fn describe(&mut self, path: &Path, text: &str) -> Result<(), Failure> {
        let mut schema = self.valid.clone().into_inner();
        describe(path, text, &mut schema)?;
        // Descriptions have no effect on validity.
        self.valid = Valid::assume_valid(schema);
        Ok(())
    }

    /// Returns the definitions, as apollo-compiler has them.
    pub fn definitions(&self) -> &Valid<apollo_compiler::Schema> {
        &self.valid
    }

    /// Returns what is not valid and accepted, because users cannot repair a server's schema.
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }
}

/// Defines the roots of a schema that is only extended, as those of subgraphs are: they have the
/// usual names.
fn define_roots(schema: &mut ast::Document) {
    let has = |kind: fn(&Definition) -> bool| schema.definitions.iter().any(kind);
    let is_extended = has(|it| matches!(it, Definition::SchemaExtension(_)));
    if !is_extended || has(|it| matches!(it, Definition::SchemaDefinition(_))) {
        return;
    }
    let extensions = schema.definitions.iter().filter_map(Definition::as_schema_extension);
    let given: Vec<_> = extensions.flat_map(|it| &it.root_operations).map(|root| root.0).collect();
    let types: HashSet<_> = schema.definitions.iter().filter_map(Definition::name).collect();
    let kinds = [OperationType::Query, OperationType::Mutation, OperationType::Subscription];
    let usual = kinds.into_iter().filter(|kind| !given.contains(kind)).filter_map(|kind| {
        let name = kind.default_type_name();
        types.contains(&name).then(|| Node::new((kind, name)))
    });
    let root_operations: Vec<_> = usual.collect();
    let definition =
        SchemaDefinition { description: None, directives: DirectiveList::new(), root_operations };
    schema.definitions.push(Definition::SchemaDefinition(Node::new(definition)));
}

/// The source of the generator's own definitions.
const INSTRUCTIONS: &str = "instructions to the generator";

/// Defines the instructions that a schema does not define itself.
fn instructions(schema: &ast::Document) -> String {
    let known = directives(schema);
    let types: HashSet<_> = schema
        .definitions
        .iter()
        .filter(|definition| definition.as_directive_definition().is_none())
        .filter_map(Definition::name)
        .map(|name| name.as_str())
        .collect();
    let mut format = String::from(FORMAT);
    while types.contains(format.as_str()) {
        format.push('_');
    }
    let mut text = FORMATS.replace(FORMAT, &format);
    for (name, definition) in CLIENT_DIRECTIVES {
        if !known.contains(name) {
            text.push('\n');
            text.push_str(&definition.replace(FORMAT, &format));
        }
    }
    text
}

/// Defines what a subgraph uses and does not define.
fn served(schema: &ast::Document) -> Option<String> {
    let known = directives(schema);
    let missing = SERVED_DIRECTIVES.iter().filter(|(name, _)| !known.contains(name));
    let missing: Vec<_> = missing.map(|(_, definition)| *definition).collect();
    (!missing.is_empty()).then(|| missing.join("\n"))
}

fn directives(schema: &ast::Document) -> HashSet<&str> {
    let definitions = schema.definitions.iter().filter_map(Definition::as_directive_definition);
    definitions.map(|definition| definition.name.as_str()).collect()
}

/// Whether something is defined by the generator and not by the server.
pub(crate) fn is_ours(sources: &SourceMap, span: Option<SourceSpan>) -> bool {
    let file = span.and_then(|span| sources.get(&span.file_id()));
    file.is_some_and(|file| file.path() == Path::new(INSTRUCTIONS))
}

/// Whether a directive is an instruction to the generator, which is not sent.
pub(crate) fn is_instruction(schema: &apollo_compiler::Schema, name: &str) -> bool {
    is_client_directive(name)
        && schema
            .directive_definitions
            .get(name)
            .is_some_and(|known| is_ours(&schema.sources, known.name.location()))
}

/// The instruction of that name.
pub(crate) fn instruction<'d>(
    schema: &apollo_compiler::Schema,
    directives: &'d DirectiveList,
    name: &str,
) -> Option<&'d Node<Directive>> {
    directives.get(name).filter(|_| is_instruction(schema, name))
}

/// Returns whether a directive is an instruction to the generator, unless the schema defines one of that name.
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
    // A list whose `count` or `total_count` is not that of the whole list: the first empty page ends it.
    ("uncounted", "directive @uncounted on FIELD"),
    // A list that could be paginated, in a document that does not intend to.
    ("unpaged", "directive @unpaged on FIELD"),
    // How the value is displayed; `field` is for `SUB_FIELD`.
    ("format", "directive @format(as: FieldFormat!, field: String) on FIELD"),
];

const FORMAT: &str = "FieldFormat";

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
