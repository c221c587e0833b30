//! Validation of documents, with the manager's messages.

use std::collections::HashSet;

use apollo_compiler::ast::{self, Definition, Selection};
use apollo_compiler::response::GraphQLError;
use apollo_compiler::validation::{DiagnosticList, Valid};
use apollo_compiler::{ExecutableDocument, Node};

use super::literal;
use crate::schema::{Contract, introspection, selections};

/// The greatest depth of an operation.
const DEPTH: usize = 50;
/// The greatest number of aliases in a document.
const ALIASES: usize = 50;

/// Why a document is not executed.
pub(super) enum Rejection {
    /// The manager fails.
    Internal,
    Invalid(Vec<GraphQLError>),
}

/// Parses and validates a document, in which the operation with this name must exist.
pub(super) fn prepare(
    contract: &Contract,
    text: &str,
    operation: Option<&str>,
) -> Result<Valid<ExecutableDocument>, Rejection> {
    // Observed: the manager fails on an empty document.
    if text.is_empty() {
        return Err(Rejection::Internal);
    }
    let document = match ast::Document::parse(text, "document") {
        Ok(document) if !document.definitions.is_empty() => document,
        Ok(document) => {
            let mut error =
                GraphQLError::new("Syntax Error: Unexpected <EOF>.", None, &document.sources);
            error.locations.extend(end(text));
            return Err(Rejection::Invalid(vec![error]));
        }
        Err(invalid) => return Err(Rejection::Invalid(vec![syntax(&invalid.errors, text)])),
    };
    let mut names = document.definitions.iter().filter_map(Definition::as_operation_definition);
    let found = match operation {
        Some(name) => names.any(|known| known.name.as_ref().is_some_and(|known| known == name)),
        None => names.next().is_some(),
    };
    if !found {
        return Err(Rejection::Internal);
    }
    let mut errors: Vec<_> = document
        .definitions
        .iter()
        .flat_map(|definition| introspection(selections(definition), &document))
        .collect();
    if !errors.is_empty() {
        return Err(Rejection::Invalid(errors));
    }
    let executable = document
        .to_executable_validate(&contract.schema)
        .map_err(|invalid| Rejection::Invalid(diagnostics(&invalid.errors)))?;
    errors.extend(literal::check(contract, &executable));
    errors.extend(deep(&document));
    let aliases = aliases(&document);
    if aliases > ALIASES {
        let message = format!("{aliases} aliases found. Allowed: {ALIASES}");
        errors.push(GraphQLError::new(message, None, &document.sources));
    }
    if errors.is_empty() { Ok(executable) } else { Err(Rejection::Invalid(errors)) }
}

/// Returns the position after the last character.
fn end(text: &str) -> Option<apollo_compiler::parser::LineColumn> {
    let line = text.matches('\n').count() + 1;
    let column = text.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    Some(apollo_compiler::parser::LineColumn { line, column })
}

/// Returns the first syntax error.
fn syntax(errors: &DiagnosticList, text: &str) -> GraphQLError {
    let mut first = errors.iter().next().map_or_else(
        || GraphQLError::new("", None, &Default::default()),
        |diagnostic| diagnostic.to_json(),
    );
    let problem = first.message.trim_start_matches("syntax error: ").to_owned();
    first.message = format!("Syntax Error: {}.", capitalize(&problem));
    if first.locations.is_empty() {
        first.locations.extend(end(text));
    }
    first
}

fn capitalize(text: &str) -> String {
    let mut characters = text.chars();
    characters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// Returns the validation errors in the wording of the manager.
fn diagnostics(errors: &DiagnosticList) -> Vec<GraphQLError> {
    let mut reported: Vec<_> = errors
        .iter()
        .map(|diagnostic| {
            let mut error = diagnostic.unstable_to_json_compat();
            // Names are in single quotes, values in double quotes.
            if !error.message.contains("cannot represent") {
                error.message = error.message.replace('"', "'");
            }
            error
        })
        .collect();
    if let Some(unknown) =
        reported.iter().find_map(|error| error.message.strip_prefix("Unknown fragment "))
    {
        // Observed: the manager reports the name alone.
        let mut error = GraphQLError::new(unknown.trim_end_matches('.'), None, &Default::default());
        error.locations.clear();
        return vec![error];
    }
    // A selection set that is empty without its unknown field is not a second fault.
    if reported.iter().any(|error| error.message.starts_with("Cannot query field")) {
        reported.retain(|error| !error.message.contains("must have a selection"));
    }
    reported
}

/// Returns an error for each operation that is too deep.
fn deep(document: &ast::Document) -> Vec<GraphQLError> {
    let operations = document.definitions.iter().filter_map(Definition::as_operation_definition);
    let too_deep = operations.filter_map(|operation| {
        let mut spread = HashSet::new();
        let field = below(document, &operation.selection_set, 0, &mut spread)?;
        let name = operation.name.as_ref().map_or("anonymous", |name| name.as_str());
        let message = format!("'{name}' exceeds maximum operation depth of {DEPTH}");
        Some(GraphQLError::new(message, field.location(), &document.sources))
    });
    too_deep.collect()
}

/// Returns a field with more than [`DEPTH`] fields above it.
fn below<'d>(
    document: &'d ast::Document,
    set: &'d [Selection],
    depth: usize,
    spread: &mut HashSet<(&'d str, usize)>,
) -> Option<&'d Node<ast::Field>> {
    set.iter().find_map(|selection| match selection {
        Selection::Field(field) if depth > DEPTH => Some(field),
        Selection::Field(field) => below(document, &field.selection_set, depth + 1, spread),
        Selection::InlineFragment(inline) => below(document, &inline.selection_set, depth, spread),
        Selection::FragmentSpread(name) => {
            let name = name.fragment_name.as_str();
            let fragment = document.definitions.iter().find_map(|definition| {
                definition.as_fragment_definition().filter(|fragment| fragment.name == name)
            })?;
            let is_new = spread.insert((name, depth));
            is_new.then(|| below(document, &fragment.selection_set, depth, spread)).flatten()
        }
    })
}

fn aliases(document: &ast::Document) -> usize {
    fn count(set: &[Selection]) -> usize {
        let counts = set.iter().map(|selection| match selection {
            Selection::Field(field) => {
                let own = field.alias.is_some() && field.name != "__typename";
                usize::from(own) + count(&field.selection_set)
            }
            Selection::InlineFragment(inline) => count(&inline.selection_set),
            Selection::FragmentSpread(_) => 0,
        });
        counts.sum()
    }
    document.definitions.iter().map(|definition| count(selections(definition))).sum()
}
