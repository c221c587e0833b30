//! Execution of a document of either API: operation, variables, root fields and the fields below them.

use std::cell::RefCell;

use apollo_compiler::ExecutableDocument;
use apollo_compiler::ast::OperationType;
use apollo_compiler::executable::Operation;
use apollo_compiler::resolvers::{Execution, FieldError, ObjectValue, ResolveInfo, ResolvedValue};
use apollo_compiler::response::{GraphQLError, JsonMap, JsonValue};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::validation::Valid;

use super::args::Args;
use super::context::{Answer, Context};
use super::failure::{DEFAULT, Failure, to_graphql_error};
use super::{node, roots, v2, variables};
use crate::schema::Contract;

/// The `data` and `errors` of an answer.
pub(crate) struct Outcome {
    pub(crate) data: Option<JsonMap>,
    pub(crate) errors: Vec<GraphQLError>,
}

/// The API to which a document belongs.
#[derive(Clone, Copy)]
pub(super) enum Api {
    Admin,
    V2,
}

/// Executes a valid document of the admin API.
pub(crate) fn execute(
    contract: &Contract,
    document: &Valid<ExecutableDocument>,
    operation: Option<&str>,
    variables: &JsonMap,
    context: Context<'_>,
) -> Outcome {
    let operation = match select(document, operation) {
        Ok(operation) => operation,
        Err(message) => return refused(GraphQLError::new(message, None, &document.sources)),
    };
    match variables::coerce(contract, document, operation, variables) {
        Ok(variables) => run(Api::Admin, document, operation, &variables, context),
        Err(errors) => Outcome { data: None, errors },
    }
}

/// Executes an operation with variables of the right types.
pub(super) fn run(
    api: Api,
    document: &Valid<ExecutableDocument>,
    operation: &Operation,
    variables: &Valid<JsonMap>,
    context: Context<'_>,
) -> Outcome {
    let contract = context.contract;
    let run = Run { api, context: RefCell::new(context), failures: RefCell::default() };
    let root = Root { kind: operation.operation_type, run: &run };
    let executed = Execution::new(&contract.schema, document)
        .operation(operation)
        .implementers_map(&contract.implementers)
        .coerced_variable_values(variables)
        .execute_sync(&root);
    match executed {
        Ok(response) => {
            let failures = run.failures.borrow();
            let code = match api {
                Api::Admin => Some(DEFAULT),
                Api::V2 => None,
            };
            let reported = |error| to_graphql_error(error, &failures, code);
            let errors = response.errors.into_iter().map(reported).collect();
            Outcome { data: response.data, errors }
        }
        Err(error) => refused(error.to_graphql_error(&document.sources)),
    }
}

fn refused(error: GraphQLError) -> Outcome {
    Outcome { data: None, errors: vec![error] }
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
    api: Api,
    context: RefCell<Context<'c>>,
    failures: RefCell<Vec<Failure>>,
}

impl Run<'_> {
    /// Converts a value to the type of its field, of which the v2 API makes a page where it is a connection.
    fn resolved<'r>(
        &'r self,
        info: &ResolveInfo<'_>,
        value: JsonValue,
    ) -> Result<ResolvedValue<'r>, Failure> {
        let value = match self.api {
            Api::Admin => value,
            Api::V2 => v2::paged(&self.context.borrow(), info, value)?,
        };
        let kind = info.field_definition().ty.inner_named_type();
        let composite = matches!(
            info.schema().types.get(kind),
            Some(ExtendedType::Object(_) | ExtendedType::Interface(_) | ExtendedType::Union(_))
        );
        Ok(fit(kind.as_str(), composite, value, self))
    }
}

/// `Query`, `Mutation` or `Subscription`.
struct Root<'r, 'c> {
    kind: OperationType,
    run: &'r Run<'c>,
}

impl Root<'_, '_> {
    fn answer(&self, info: &ResolveInfo<'_>) -> Answer {
        let context = &mut *self.run.context.borrow_mut();
        let args = Args::new(info.arguments());
        match (self.run.api, self.kind) {
            (Api::Admin, OperationType::Query) => {
                roots::query(context, info.field_name(), &args, info)
            }
            (Api::Admin, OperationType::Mutation) => {
                roots::mutate(context, info.field_name(), &args, info)
            }
            (Api::V2, OperationType::Query) => v2::query(context, &args, info),
            (Api::V2, OperationType::Mutation) => v2::mutate(context, &args, info),
            // Observed: over HTTP there is never a value.
            (_, OperationType::Subscription) => Ok(JsonValue::Null),
        }
    }
}

impl ObjectValue for Root<'_, '_> {
    fn type_name(&self) -> &str {
        match self.kind {
            OperationType::Query => "Query",
            OperationType::Mutation => "Mutation",
            OperationType::Subscription => "Subscription",
        }
    }

    fn resolve_field<'a>(
        &'a self,
        info: &'a ResolveInfo<'a>,
    ) -> Result<ResolvedValue<'a>, FieldError> {
        self.answer(info)
            .and_then(|value| self.run.resolved(info, value))
            .map_err(|failure| failure.raise(info, &self.run.failures))
    }
}

/// A value of an object type of the schema.
struct Object<'r, 'c> {
    kind: String,
    fields: JsonMap,
    run: &'r Run<'c>,
}

impl Object<'_, '_> {
    /// Returns a field that the object does not have itself: of the row that it references by its id alone, or
    /// of other tables.
    fn elsewhere(&self, name: &str) -> Option<JsonValue> {
        let context = &*self.run.context.borrow();
        let id = self.fields.get("id")?.as_str()?;
        match self.run.api {
            Api::Admin => node::find(context, &self.kind, id)?.remove(name),
            Api::V2 => v2::member(context, &self.kind, id, name),
        }
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
        let value = match there.or_else(|| self.elsewhere(name)) {
            Some(JsonValue::Object(recorded)) if recorded.contains_key("$error") => {
                let error = recorded.get("$error").unwrap_or(&JsonValue::Null);
                Err(Failure::recorded(error))
            }
            Some(value) => self.run.resolved(info, value),
            None => Err(Failure::unserved_field(&self.kind, name)),
        };
        value.map_err(|failure| failure.raise(info, &self.run.failures))
    }
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
