//! Execution of a document: root fields and the fields below them.

use std::cell::RefCell;

use apollo_compiler::ExecutableDocument;
use apollo_compiler::ast::OperationType;
use apollo_compiler::executable::Operation;
use apollo_compiler::resolvers::{Execution, FieldError, ObjectValue, ResolveInfo, ResolvedValue};
use apollo_compiler::response::{GraphQLError, JsonMap, JsonValue};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::validation::Valid;

use super::{Outcome, change, node, page, query};
use crate::fixture::v2 as fixture;
use crate::resolve::args::Args;
use crate::resolve::context::Context;
use crate::resolve::failure::{Failure, to_graphql_error};

/// Executes an operation of a valid document.
pub(super) fn execute(
    document: &Valid<ExecutableDocument>,
    operation: &Operation,
    variables: &Valid<JsonMap>,
    context: Context<'_>,
) -> Outcome {
    let contract = context.contract;
    let run = Run { context: RefCell::new(context), failures: RefCell::default() };
    let root = Root { kind: operation.operation_type, run: &run };
    let executed = Execution::new(&contract.schema, document)
        .operation(operation)
        .implementers_map(&contract.implementers)
        .coerced_variable_values(variables)
        .execute_sync(&root);
    match executed {
        Ok(response) => {
            let failures = run.failures.borrow();
            let reported = |error| to_graphql_error(error, &failures, None);
            let errors = response.errors.into_iter().map(reported).collect();
            Outcome { data: response.data, errors }
        }
        Err(error) => {
            let error: GraphQLError = error.to_graphql_error(&document.sources);
            Outcome { data: None, errors: vec![error] }
        }
    }
}

/// The shared state of one execution.
struct Run<'c> {
    context: RefCell<Context<'c>>,
    failures: RefCell<Vec<Failure>>,
}

/// `Query`, `Mutation` or `Subscription`.
struct Root<'r, 'c> {
    kind: OperationType,
    run: &'r Run<'c>,
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
        let args = Args::new(info.arguments());
        let answer = {
            let mut context = self.run.context.borrow_mut();
            match self.kind {
                OperationType::Query => query::answer(&mut context, &args, info),
                OperationType::Mutation => change::answer(&mut context, &args, info),
                // Observed: over HTTP there is never a value.
                OperationType::Subscription => Ok(JsonValue::Null),
            }
        };
        match answer.and_then(|value| paged(info, value, self.run)) {
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
    /// Returns a field that the object does not have itself: of the row that it references by its id, or
    /// from other tables.
    fn elsewhere(&self, name: &str) -> Option<JsonValue> {
        let context = self.run.context.borrow();
        let id = self.fields.get("id")?.as_str()?;
        let row = node::find(context.state, &self.kind, id)?;
        row.get(name).cloned().or_else(|| node::inner(&context, &self.kind, &row, name))
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
        let failure = match there.or_else(|| self.elsewhere(name)) {
            Some(JsonValue::Object(recorded)) if recorded.contains_key("$error") => {
                Failure::recorded(recorded.get("$error").unwrap_or(&JsonValue::Null))
            }
            Some(value) => match paged(info, value, self.run) {
                Ok(value) => return Ok(resolved(info, value, self.run)),
                Err(failure) => failure,
            },
            None => Failure::unserved_field(&self.kind, name),
        };
        Err(failure.raise(info, &self.run.failures))
    }
}

/// Makes a connection of a list of rows, where the schema has one.
fn paged(info: &ResolveInfo<'_>, value: JsonValue, run: &Run<'_>) -> Result<JsonValue, Failure> {
    let definition = info.field_definition();
    let connection = definition.ty.inner_named_type().ends_with("Connection");
    let rows = match value {
        JsonValue::Array(rows) if connection => rows,
        other => return Ok(other),
    };
    let context = run.context.borrow();
    let rows = rows.into_iter().filter_map(|row| {
        let row = row.as_object()?.clone();
        // A row within another is there by its id alone.
        let kind = row.get("__typename").and_then(JsonValue::as_str).filter(|_| row.len() == 2);
        let found = kind.and_then(|kind| node::find(context.state, kind, super::row::id(&row)));
        Some(found.unwrap_or(row))
    });
    let args = Args::new(info.arguments());
    let root = fixture::roots().ok().and_then(|roots| roots.queries.get(info.field_name()));
    let plain = definition.argument_by_name("limit").is_none();
    page::connect(&context, &args, root, rows.collect(), plain, info.field_name())
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
