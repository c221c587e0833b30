//! Execution of a document: operation, variables, root fields and the fields below them.

use std::cell::RefCell;

use apollo_compiler::ExecutableDocument;
use apollo_compiler::ast::OperationType;
use apollo_compiler::executable::Operation;
use apollo_compiler::resolvers::{Execution, FieldError, ObjectValue, ResolveInfo, ResolvedValue};
use apollo_compiler::response::{GraphQLError, JsonMap, JsonValue};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::validation::Valid;

use super::args::Args;
use super::context::Context;
use super::failure::{DEFAULT, Failure, to_graphql_error};
use super::{node, roots, variables};
use crate::schema::Contract;

/// The `data` and `errors` of an answer.
pub(crate) struct Outcome {
    pub(crate) data: Option<JsonMap>,
    pub(crate) errors: Vec<GraphQLError>,
}

/// Executes a valid document.
pub(crate) fn execute(
    contract: &Contract,
    document: &Valid<ExecutableDocument>,
    operation: Option<&str>,
    variables: &JsonMap,
    context: Context<'_>,
) -> Outcome {
    let refused = |error: GraphQLError| Outcome { data: None, errors: vec![error] };
    let operation = match select(document, operation) {
        Ok(operation) => operation,
        Err(message) => return refused(GraphQLError::new(message, None, &document.sources)),
    };
    let variables = match variables::coerce(contract, document, operation, variables) {
        Ok(variables) => variables,
        Err(errors) => return Outcome { data: None, errors },
    };
    let run = Run { context: RefCell::new(context), failures: RefCell::default() };
    let mutation = operation.operation_type == OperationType::Mutation;
    let root = Root { mutation, run: &run };
    let executed = Execution::new(&contract.schema, document)
        .operation(operation)
        .implementers_map(&contract.implementers)
        .coerced_variable_values(&variables)
        .execute_sync(&root);
    match executed {
        Ok(response) => {
            let failures = run.failures.borrow();
            let reported = |error| to_graphql_error(error, &failures, Some(DEFAULT));
            let errors = response.errors.into_iter().map(reported).collect();
            Outcome { data: response.data, errors }
        }
        Err(error) => refused(error.to_graphql_error(&document.sources)),
    }
}

fn select<'d>(
    document: &'d Valid<ExecutableDocument>,
    name: Option<&str>,
) -> Result<&'d Operation, String> {
    document.operations.get(name).map(AsRef::as_ref).map_err(|_unknown| match name {
        Some(name) => format!("Unknown operation named '{name}'."),
        None if document.operations.is_empty() => "Must provide an operation.".to_owned(),
        None => "Must provide operation name if query contains multiple operations.".to_owned(),
    })
}

/// The shared state of one execution.
struct Run<'c> {
    context: RefCell<Context<'c>>,
    failures: RefCell<Vec<Failure>>,
}

/// `Query` or `Mutation`.
struct Root<'r, 'c> {
    mutation: bool,
    run: &'r Run<'c>,
}

impl ObjectValue for Root<'_, '_> {
    fn type_name(&self) -> &str {
        if self.mutation { "Mutation" } else { "Query" }
    }

    fn resolve_field<'a>(
        &'a self,
        info: &'a ResolveInfo<'a>,
    ) -> Result<ResolvedValue<'a>, FieldError> {
        let mut context = self.run.context.borrow_mut();
        let args = Args::new(info.arguments());
        let name = info.field_name();
        let answer = if self.mutation {
            roots::mutate(&mut context, name, &args, info)
        } else {
            roots::query(&mut context, name, &args, info)
        };
        match answer {
            Ok(value) => Ok(resolved(info, value, self.run)),
            Err(failure) => Err(failure.raise(info, &self.run.failures)),
        }
    }
}

/// A value of an object type of the schema.
struct Object<'r, 'c> {
    kind: String,
    fields: JsonMap,
    run: &'r Run<'c>,
}

impl Object<'_, '_> {
    /// Returns a field of the row that this object references by its id alone.
    fn referenced(&self, name: &str) -> Option<JsonValue> {
        let id = self.fields.get("id")?.as_str()?;
        node::find(&self.run.context.borrow(), &self.kind, id)?.remove(name)
    }
}

impl ObjectValue for Object<'_, '_> {
    fn type_name(&self) -> &str {
        &self.kind
    }

    fn resolve_field<'a>(
        &'a self,
        info: &'a ResolveInfo<'a>,
    ) -> Result<ResolvedValue<'a>, FieldError> {
        let name = info.field_name();
        let there = self.fields.get(name).cloned();
        let failure = match there.or_else(|| self.referenced(name)) {
            Some(JsonValue::Object(recorded)) if recorded.contains_key("$error") => {
                Failure::recorded(recorded.get("$error").unwrap_or(&JsonValue::Null))
            }
            Some(value) => return Ok(resolved(info, value, self.run)),
            None => Failure::unserved_field(&self.kind, name),
        };
        Err(failure.raise(info, &self.run.failures))
    }
}

/// Converts a value to the type of its field.
fn resolved<'r>(info: &ResolveInfo<'r>, value: JsonValue, run: &'r Run<'_>) -> ResolvedValue<'r> {
    let kind = info.field_definition().ty.inner_named_type();
    let composite = matches!(
        info.schema().types.get(kind),
        Some(ExtendedType::Object(_) | ExtendedType::Interface(_) | ExtendedType::Union(_))
    );
    fit(kind.as_str(), composite, value, run)
}

fn fit<'r>(kind: &str, composite: bool, value: JsonValue, run: &'r Run<'_>) -> ResolvedValue<'r> {
    match value {
        JsonValue::Array(items) => {
            let kind = kind.to_owned();
            let items = items.into_iter();
            ResolvedValue::list(items.map(move |item| fit(&kind, composite, item, run)))
        }
        JsonValue::Object(fields) if composite => {
            // For an abstract type, the value names the object type.
            let concrete = fields.get("__typename").and_then(JsonValue::as_str).unwrap_or(kind);
            ResolvedValue::object(Object { kind: concrete.to_owned(), fields, run })
        }
        leaf => ResolvedValue::Leaf(leaf),
    }
}
