//! The snapshot, made ready for execution once per process, and the checks before execution.

use std::sync::{Arc, OnceLock};

use apollo_compiler::collections::HashMap;
use apollo_compiler::executable::{Selection, SelectionSet};
use apollo_compiler::response::GraphQLError;
use apollo_compiler::schema::Implementers;
use apollo_compiler::validation::{DiagnosticList, Valid};
use apollo_compiler::{ExecutableDocument, Name, Schema, ast};
use uuid::Uuid;

use crate::fixture::{self, Roots};
use crate::release;

/// Federation's way to the SDL, which the snapshot leaves out.
const SERVICE: &str = "type _Service { sdl: String! } extend type Query { _service: _Service! }";

/// The schema with what is computed from it.
pub(crate) struct Contract {
    pub(crate) schema: Valid<Schema>,
    pub(crate) implementers: HashMap<Name, Implementers>,
    pub(crate) roots: Roots,
}

/// The contract; an error names what is wrong with the snapshot. Of a release that is named, only
/// what it has.
pub(crate) fn contract(release: Option<&str>) -> Result<Arc<Contract>, String> {
    static CONTRACT: OnceLock<Result<Arc<Contract>, String>> = OnceLock::new();
    match release {
        None => CONTRACT.get_or_init(|| load(sdl())).clone(),
        Some(release) => {
            let schema = ast::Document::parse(sdl(), "schema.graphql")
                .map_err(|invalid| invalid.errors.to_string())?;
            load(&release::cut(schema, release).to_string())
        }
    }
}

/// The text that `{ _service { sdl } }` answers.
pub(crate) fn sdl() -> &'static str {
    backendai::schema::ADMIN
}

fn load(sdl: &str) -> Result<Arc<Contract>, String> {
    let schema = Schema::builder()
        .parse(sdl, "schema.graphql")
        .parse(SERVICE, "service.graphql")
        .build()
        .and_then(Schema::validate)
        .map_err(|invalid| invalid.errors.to_string())?;
    let implementers = schema.implementers_map();
    Ok(Arc::new(Contract { schema, implementers, roots: fixture::roots()? }))
}

/// Why a document is not executed.
pub(crate) enum Rejection {
    /// It is not GraphQL.
    Syntax,
    /// It does not fit the schema.
    Invalid(Vec<GraphQLError>),
}

/// Parses a document and checks it against the schema, in the manager's order.
pub(crate) fn prepare(
    contract: &Contract,
    document: &str,
) -> Result<Valid<ExecutableDocument>, Rejection> {
    let document =
        ast::Document::parse(document, "document").map_err(|_invalid| Rejection::Syntax)?;
    // A document of nothing but comments is a syntax error to the manager.
    if document.definitions.is_empty() {
        return Err(Rejection::Syntax);
    }
    let introspection: Vec<_> = document
        .definitions
        .iter()
        .flat_map(|definition| introspection(selections(definition), &document))
        .collect();
    if !introspection.is_empty() {
        return Err(Rejection::Invalid(introspection));
    }
    let executable = document
        .to_executable_validate(&contract.schema)
        .map_err(|invalid| Rejection::Invalid(diagnostics(&invalid.errors)))?;
    let fragments = executable.fragments.values().map(|fragment| &fragment.selection_set);
    let sets = executable.operations.iter().map(|operation| &operation.selection_set);
    let wrong: Vec<_> = sets.chain(fragments).flat_map(|set| scalars(set, &executable)).collect();
    if wrong.is_empty() { Ok(executable) } else { Err(Rejection::Invalid(wrong)) }
}

fn selections(definition: &ast::Definition) -> &[ast::Selection] {
    match definition {
        ast::Definition::OperationDefinition(operation) => &operation.selection_set,
        ast::Definition::FragmentDefinition(fragment) => &fragment.selection_set,
        _ => &[],
    }
}

/// An error for every use of `__schema` and `__type`: introspection is off by default.
fn introspection(set: &[ast::Selection], document: &ast::Document) -> Vec<GraphQLError> {
    let mut errors = Vec::new();
    for selection in set {
        match selection {
            ast::Selection::Field(field) => {
                let name = field.name.as_str();
                if matches!(name, "__schema" | "__type") {
                    let message = format!("Cannot query '{name}': introspection is disabled.");
                    let place = field.location();
                    errors.push(GraphQLError::new(message, place, &document.sources));
                } else {
                    errors.extend(introspection(&field.selection_set, document));
                }
            }
            ast::Selection::InlineFragment(inline) => {
                errors.extend(introspection(&inline.selection_set, document));
            }
            // Fragments are looked at where they are defined.
            ast::Selection::FragmentSpread(_) => {}
        }
    }
    errors
}

/// What the validation says, as far as somebody may look for it in the manager's words.
fn diagnostics(errors: &DiagnosticList) -> Vec<GraphQLError> {
    let mut told: Vec<_> = errors
        .iter()
        .map(|diagnostic| {
            let mut error = diagnostic.to_json();
            if let Some(message) = unknown_field(&error.message) {
                error.message = message;
            }
            error
        })
        .collect();
    // A set that has lost its only field, since nobody knows it, is not a second mistake.
    if told.iter().any(|error| error.message.starts_with("Cannot query field")) {
        told.retain(|error| !error.message.ends_with("must have a subselection set"));
    }
    told
}

fn unknown_field(message: &str) -> Option<String> {
    let (kind, field) = message.strip_prefix("type `")?.split_once("` does not have a field `")?;
    let field = field.strip_suffix('`')?;
    Some(format!("Cannot query field '{field}' on type '{kind}'."))
}

/// An error for every literal of type UUID that is none: the validation lets any scalar pass.
fn scalars(set: &SelectionSet, document: &ExecutableDocument) -> Vec<GraphQLError> {
    let mut errors = Vec::new();
    for selection in &set.selections {
        match selection {
            Selection::Field(field) => {
                for argument in &field.arguments {
                    let wrong = field
                        .definition
                        .argument_by_name(&argument.name)
                        .filter(|known| known.ty.inner_named_type() == "UUID")
                        .is_some_and(|_| !may_be_uuid(&argument.value));
                    if wrong {
                        let message = format!(
                            "Expected value of type 'UUID', found {}; badly formed hexadecimal \
                             UUID string",
                            argument.value
                        );
                        let place = argument.value.location();
                        errors.push(GraphQLError::new(message, place, &document.sources));
                    }
                }
                errors.extend(scalars(&field.selection_set, document));
            }
            Selection::InlineFragment(inline) => {
                errors.extend(scalars(&inline.selection_set, document));
            }
            Selection::FragmentSpread(_) => {}
        }
    }
    errors
}

fn may_be_uuid(value: &ast::Value) -> bool {
    match value {
        ast::Value::Null | ast::Value::Variable(_) => true,
        ast::Value::String(text) => Uuid::try_parse(text).is_ok(),
        ast::Value::List(items) => items.iter().all(|item| may_be_uuid(item)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(document: &str) -> Result<(), Rejection> {
        prepare(&contract(None).unwrap(), document).map(|_| ())
    }

    #[test]
    fn the_snapshot_is_valid() {
        assert!(contract(None).is_ok());
        assert!(check("{ _service { sdl } keypair { access_key } }").is_ok());
    }

    #[test]
    fn tells_syntax_from_validity() {
        assert!(matches!(check("{ keypair_list(limit: 1 "), Err(Rejection::Syntax)));
        assert!(matches!(check(""), Err(Rejection::Syntax)));
        assert!(matches!(check("{ nope }"), Err(Rejection::Invalid(_))));
    }

    #[test]
    fn refuses_introspection_even_in_a_fragment() {
        let Err(Rejection::Invalid(errors)) =
            check("{ ...F } fragment F on Query { __schema { queryType { name } } }")
        else {
            panic!("introspection was let through");
        };
        assert_eq!(errors[0].message, "Cannot query '__schema': introspection is disabled.");
    }

    #[test]
    fn an_unknown_field_is_told_once_and_in_the_managers_words() {
        let Err(Rejection::Invalid(errors)) =
            check("{ keypair_list(limit: 1, offset: 0) { items { nope } } }")
        else {
            panic!("an unknown field was let through");
        };
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert_eq!(errors[0].message, "Cannot query field 'nope' on type 'KeyPair'.");
    }

    #[test]
    fn literals_of_type_uuid_are_read() {
        assert!(check("{ group(id: \"06000000-0000-4000-8000-000000000001\") { name } }").is_ok());
        for literal in ["\"nope\"", "5"] {
            let query = format!("{{ group(id: {literal}) {{ name }} }}");
            assert!(matches!(check(&query), Err(Rejection::Invalid(_))), "{literal}");
        }
    }
}
