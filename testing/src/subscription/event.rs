//! The document of a subscription, and its events.

use std::sync::Arc;

use apollo_compiler::ExecutableDocument;
use apollo_compiler::executable::{Operation, Selection};
use apollo_compiler::resolvers::{Execution, FieldError, ObjectValue, ResolveInfo, ResolvedValue};
use apollo_compiler::response::{JsonMap, JsonValue, serde_json_bytes};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::validation::Valid;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::resolve::coerce;
use crate::schema::{self, Contract, Rejection};

/// A document that may be subscribed to.
pub(super) struct Document {
    contract: Arc<Contract>,
    executable: Valid<ExecutableDocument>,
    operation: Option<String>,
    variables: Valid<JsonMap>,
    /// Name of the field at the root.
    pub(super) root: String,
}

impl Document {
    /// Validates the payload of a `subscribe` message, or returns the errors to answer it with.
    pub(super) fn new(payload: &Value) -> Result<Self, Value> {
        let refuse = |message: &str| json!([{ "message": message }]);
        let contract = schema::v2(None).map_err(|error| refuse(&error))?;
        let text = payload.get("query").and_then(Value::as_str).unwrap_or_default();
        let executable = schema::prepare(&contract, text).map_err(|rejection| match rejection {
            Rejection::Syntax => refuse("Syntax Error: the document cannot be parsed."),
            Rejection::Invalid(errors) => json!(errors),
        })?;
        let operation = payload.get("operationName").and_then(Value::as_str).map(str::to_owned);
        let selected = select(&executable, operation.as_deref()).map_err(|m| refuse(&m))?;
        let values = payload.get("variables").cloned().unwrap_or_default();
        let values = match JsonValue::from(values) {
            serde_json_bytes::Value::Object(values) => values,
            _ => JsonMap::new(),
        };
        let variables =
            coerce(&contract, &executable, selected, &values).map_err(|errors| json!(errors))?;
        let root = root(&executable, selected).unwrap_or_default();
        Ok(Self { contract, executable, operation, variables, root })
    }

    /// Returns the error of a real manager for arguments that it does not take.
    pub(super) fn refusal(&self) -> Option<&'static str> {
        let session = self.variables.values().next().and_then(JsonValue::as_str);
        let wrong = self.root == "schedulingEventsBySession"
            && session.is_some_and(|id| Uuid::try_parse(id).is_err());
        wrong.then_some("Invalid session ID format.")
    }

    /// Returns the payload of an event: of the value of the root field, what the document selects.
    pub(super) fn event(&self, value: Value) -> Value {
        let fields = JsonMap::from_iter([(self.root.as_str().into(), JsonValue::from(value))]);
        let root = Object { kind: "Subscription".to_owned(), fields };
        let Ok(operation) = select(&self.executable, self.operation.as_deref()) else {
            return Value::Null;
        };
        let executed = Execution::new(&self.contract.schema, &self.executable)
            .operation(operation)
            .implementers_map(&self.contract.implementers)
            .coerced_variable_values(&self.variables)
            .execute_sync(&root);
        match executed {
            Ok(response) if response.errors.is_empty() => json!({ "data": response.data }),
            Ok(response) => json!({ "data": response.data, "errors": response.errors }),
            Err(error) => json!({ "errors": [error.to_graphql_error(&self.executable.sources)] }),
        }
    }
}

fn select<'d>(
    document: &'d Valid<ExecutableDocument>,
    name: Option<&str>,
) -> Result<&'d Operation, String> {
    let operation = document
        .operations
        .get(name)
        .map_err(|_| format!("Unknown operation named \"{}\".", name.unwrap_or_default()))?;
    match operation.operation_type {
        apollo_compiler::ast::OperationType::Subscription => Ok(operation),
        apollo_compiler::ast::OperationType::Query => Err("queries are not allowed".to_owned()),
        apollo_compiler::ast::OperationType::Mutation => {
            Err("mutations are not allowed".to_owned())
        }
    }
}

/// Returns the name of the only field at the root.
fn root(document: &ExecutableDocument, operation: &Operation) -> Option<String> {
    let mut set = &operation.selection_set;
    loop {
        match set.selections.first()? {
            Selection::Field(field) => return Some(field.name.to_string()),
            Selection::InlineFragment(inline) => set = &inline.selection_set,
            Selection::FragmentSpread(spread) => {
                set = &document.fragments.get(&spread.fragment_name)?.selection_set;
            }
        }
    }
}

/// An object of an event.
struct Object {
    kind: String,
    fields: JsonMap,
}

impl ObjectValue for Object {
    fn type_name(&self) -> &str {
        &self.kind
    }

    fn resolve_field<'a>(
        &'a self,
        info: &'a ResolveInfo<'a>,
    ) -> Result<ResolvedValue<'a>, FieldError> {
        let value = self.fields.get(info.field_name()).cloned().unwrap_or_default();
        let kind = info.field_definition().ty.inner_named_type();
        let composite = matches!(
            info.schema().types.get(kind),
            Some(ExtendedType::Object(_) | ExtendedType::Interface(_) | ExtendedType::Union(_))
        );
        Ok(fit(kind.as_str(), composite, value))
    }
}

fn fit<'r>(kind: &str, composite: bool, value: JsonValue) -> ResolvedValue<'r> {
    match value {
        JsonValue::Array(items) => {
            let kind = kind.to_owned();
            ResolvedValue::list(items.into_iter().map(move |item| fit(&kind, composite, item)))
        }
        JsonValue::Object(fields) if composite => {
            let concrete = fields.get("__typename").and_then(JsonValue::as_str).unwrap_or(kind);
            ResolvedValue::object(Object { kind: concrete.to_owned(), fields })
        }
        leaf => ResolvedValue::Leaf(leaf),
    }
}
