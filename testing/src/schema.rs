//! The snapshot, made ready for execution once per process, and the checks before execution.

use std::sync::OnceLock;

use apollo_compiler::collections::HashMap;
use apollo_compiler::executable::{Selection, SelectionSet};
use apollo_compiler::response::GraphQLError;
use apollo_compiler::schema::Implementers;
use apollo_compiler::validation::{DiagnosticList, Valid};
use apollo_compiler::{ExecutableDocument, Name, Schema, ast};

/// Federation's way to the SDL, which the snapshot leaves out.
const SERVICE: &str = "type _Service { sdl: String! } extend type Query { _service: _Service! }";

/// The schema with what is computed from it.
pub(crate) struct Contract {
    pub(crate) schema: Valid<Schema>,
    pub(crate) implementers: HashMap<Name, Implementers>,
}

/// The contract; an error names what is wrong with the snapshot.
pub(crate) fn contract() -> Result<&'static Contract, String> {
    static CONTRACT: OnceLock<Result<Contract, String>> = OnceLock::new();
    CONTRACT.get_or_init(load).as_ref().map_err(Clone::clone)
}

/// The text that `{ _service { sdl } }` answers.
pub(crate) fn sdl() -> &'static str {
    backendai::schema::ADMIN
}

fn load() -> Result<Contract, String> {
    let schema = Schema::builder()
        .parse(sdl(), "schema.graphql")
        .parse(SERVICE, "service.graphql")
        .build()
        .and_then(Schema::validate)
        .map_err(|invalid| invalid.errors.to_string())?;
    let implementers = schema.implementers_map();
    Ok(Contract { schema, implementers })
}

/// Why a document is not executed.
pub(crate) enum Rejection {
    /// It is not GraphQL.
    Syntax,
    /// It does not fit the schema.
    Invalid(Vec<GraphQLError>),
}

/// Parses a document and checks it against the schema.
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
    let executable = match document.to_executable_validate(&contract.schema) {
        Ok(executable) => executable,
        Err(invalid) => return Err(Rejection::Invalid(diagnostics(&invalid.errors))),
    };
    let introspection: Vec<_> = executable
        .operations
        .iter()
        .flat_map(|operation| introspection(&operation.selection_set, &executable))
        .collect();
    if introspection.is_empty() { Ok(executable) } else { Err(Rejection::Invalid(introspection)) }
}

fn diagnostics(errors: &DiagnosticList) -> Vec<GraphQLError> {
    errors.iter().map(|diagnostic| diagnostic.to_json()).collect()
}

/// An error for every use of `__schema` and `__type`: introspection is off by default.
fn introspection(set: &SelectionSet, document: &ExecutableDocument) -> Vec<GraphQLError> {
    let mut errors = Vec::new();
    for selection in &set.selections {
        match selection {
            Selection::Field(field) => {
                let name = field.name.as_str();
                if matches!(name, "__schema" | "__type") {
                    let message = format!("Cannot query '{name}': introspection is disabled.");
                    let place = field.name.location();
                    errors.push(GraphQLError::new(message, place, &document.sources));
                }
            }
            Selection::InlineFragment(inline) => {
                errors.extend(introspection(&inline.selection_set, document));
            }
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = document.fragments.get(&spread.fragment_name) {
                    errors.extend(introspection(&fragment.selection_set, document));
                }
            }
        }
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(document: &str) -> Result<(), Rejection> {
        prepare(contract().unwrap(), document).map(|_| ())
    }

    #[test]
    fn the_snapshot_is_valid() {
        assert!(contract().is_ok());
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
}
