//! The schema, prepared for execution once per process, and the validation of documents.

use std::sync::{Arc, OnceLock};

use apollo_compiler::collections::HashMap;
use apollo_compiler::executable::{Selection, SelectionSet};
use apollo_compiler::response::GraphQLError;
use apollo_compiler::schema::Implementers;
use apollo_compiler::validation::{DiagnosticList, Valid};
use apollo_compiler::{ExecutableDocument, Name, Schema, ast};
use backendai_schema::{ADMIN, V2};
use uuid::Uuid;

use crate::fixture::{self, Roots};
use crate::release::schema_of_release;

/// The field of Apollo Federation that returns the SDL; the snapshot of the admin schema omits it.
const SERVICE: &str = "type _Service { sdl: String! } extend type Query { _service: _Service! }";

/// The part of the v2 schema that needs no credentials.
pub(crate) const PUBLIC: &str = "scalar JSON type _Service { sdl: String! } \
    type AppConfig { configName: String! config: JSON! } \
    type Query { ping: String! publicAppConfigs(configNames: [String!]!): [AppConfig!]! _service: _Service! }";

/// The schema, with data derived from it.
pub(crate) struct Contract {
    pub(crate) schema: Valid<Schema>,
    pub(crate) implementers: HashMap<Name, Implementers>,
    pub(crate) roots: Roots,
}

/// Returns the contract of the v2 schema, of a release only the part that it has.
pub(crate) fn v2(release: Option<&str>) -> Result<Arc<Contract>, String> {
    static CONTRACT: OnceLock<Result<Arc<Contract>, String>> = OnceLock::new();
    match release {
        None => CONTRACT.get_or_init(|| load(V2, None)).clone(),
        Some(release) => {
            let schema = schema_of_release(V2, release);
            load(&schema.map_err(|invalid| invalid.to_string())?, None)
        }
    }
}

/// Returns the contract of the part of the v2 schema that needs no credentials.
pub(crate) fn public() -> Result<Arc<Contract>, String> {
    static CONTRACT: OnceLock<Result<Arc<Contract>, String>> = OnceLock::new();
    CONTRACT.get_or_init(|| load(PUBLIC, None)).clone()
}

/// Returns the contract, of a release only the part that it has. The error describes a fault in the
/// snapshot.
pub(crate) fn contract(release: Option<&str>) -> Result<Arc<Contract>, String> {
    static CONTRACT: OnceLock<Result<Arc<Contract>, String>> = OnceLock::new();
    match release {
        None => CONTRACT.get_or_init(|| load(ADMIN, Some(SERVICE))).clone(),
        Some(release) => {
            let schema = schema_of_release(ADMIN, release);
            load(&schema.map_err(|invalid| invalid.to_string())?, Some(SERVICE))
        }
    }
}

fn load(sdl: &str, service: Option<&str>) -> Result<Arc<Contract>, String> {
    let mut builder = Schema::builder().parse(sdl, "schema.graphql");
    if let Some(service) = service {
        builder = builder.parse(service, "service.graphql");
    }
    let schema =
        builder.build().and_then(Schema::validate).map_err(|invalid| invalid.errors.to_string())?;
    let implementers = schema.implementers_map();
    Ok(Arc::new(Contract { schema, implementers, roots: fixture::roots()? }))
}

/// Why a document is rejected.
pub(crate) enum Rejection {
    /// A syntax error.
    Syntax,
    /// The document is not valid against the schema.
    Invalid(Vec<GraphQLError>),
}

/// Parses a document and validates it, in the manager's order.
pub(crate) fn prepare(
    contract: &Contract,
    document: &str,
) -> Result<Valid<ExecutableDocument>, Rejection> {
    let document =
        ast::Document::parse(document, "document").map_err(|_invalid| Rejection::Syntax)?;
    // The manager reports a document of comments alone as a syntax error.
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

pub(crate) fn selections(definition: &ast::Definition) -> &[ast::Selection] {
    match definition {
        ast::Definition::OperationDefinition(operation) => &operation.selection_set,
        ast::Definition::FragmentDefinition(fragment) => &fragment.selection_set,
        _ => &[],
    }
}

/// Returns an error for each use of `__schema` and `__type`: introspection is disabled by default.
pub(crate) fn introspection(set: &[ast::Selection], document: &ast::Document) -> Vec<GraphQLError> {
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
            // Fragments are checked where they are defined.
            ast::Selection::FragmentSpread(_) => {}
        }
    }
    errors
}

/// Returns the validation errors, with the manager's message where a client may match on it.
fn diagnostics(errors: &DiagnosticList) -> Vec<GraphQLError> {
    let mut reported: Vec<_> = errors
        .iter()
        .map(|diagnostic| {
            let mut error = diagnostic.to_json();
            if let Some(message) = unknown_field(&error.message) {
                error.message = message;
            }
            error
        })
        .collect();
    // A selection set that is empty without its unknown field is not a second fault.
    if reported.iter().any(|error| error.message.starts_with("Cannot query field")) {
        reported.retain(|error| !error.message.ends_with("must have a subselection set"));
    }
    reported
}

fn unknown_field(message: &str) -> Option<String> {
    let (kind, field) = message.strip_prefix("type `")?.split_once("` does not have a field `")?;
    let field = field.strip_suffix('`')?;
    Some(format!("Cannot query field '{field}' on type '{kind}'."))
}

/// Returns an error for each invalid UUID literal: the validation accepts any custom scalar.
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
    fn distinguishes_syntax_errors_from_invalid_documents() {
        assert!(matches!(check("{ keypair_list(limit: 1 "), Err(Rejection::Syntax)));
        assert!(matches!(check(""), Err(Rejection::Syntax)));
        assert!(matches!(check("{ nope }"), Err(Rejection::Invalid(_))));
    }

    #[test]
    fn refuses_introspection_even_in_a_fragment() {
        let Err(Rejection::Invalid(errors)) =
            check("{ ...F } fragment F on Query { __schema { queryType { name } } }")
        else {
            panic!("introspection was accepted");
        };
        assert_eq!(errors[0].message, "Cannot query '__schema': introspection is disabled.");
    }

    #[test]
    fn an_unknown_field_is_reported_once_and_with_the_managers_message() {
        let Err(Rejection::Invalid(errors)) =
            check("{ keypair_list(limit: 1, offset: 0) { items { nope } } }")
        else {
            panic!("an unknown field was accepted");
        };
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert_eq!(errors[0].message, "Cannot query field 'nope' on type 'KeyPair'.");
    }

    #[test]
    fn uuid_literals_are_checked() {
        assert!(check("{ group(id: \"06000000-0000-4000-8000-000000000001\") { name } }").is_ok());
        for literal in ["\"nope\"", "5"] {
            let query = format!("{{ group(id: {literal}) {{ name }} }}");
            assert!(matches!(check(&query), Err(Rejection::Invalid(_))), "{literal}");
        }
    }
}
