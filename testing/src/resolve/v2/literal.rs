//! Literals in documents: the checks that the validation of the schema leaves out.

use apollo_compiler::ast::{Type, Value};
use apollo_compiler::executable::{Selection, SelectionSet};
use apollo_compiler::response::{GraphQLError, JsonMap, JsonValue};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{ExecutableDocument, Node};

use super::value::scalar;
use crate::schema::Contract;

/// Returns an error for each literal of a custom scalar and each one-of input object that is wrong.
pub(super) fn check(contract: &Contract, document: &ExecutableDocument) -> Vec<GraphQLError> {
    let fragments = document.fragments.values().map(|fragment| &fragment.selection_set);
    let sets = document.operations.iter().map(|operation| &operation.selection_set);
    let mut errors = Vec::new();
    for set in sets.chain(fragments) {
        check_set(contract, set, document, &mut errors);
    }
    errors
}

fn check_set(
    contract: &Contract,
    set: &SelectionSet,
    document: &ExecutableDocument,
    errors: &mut Vec<GraphQLError>,
) {
    for selection in &set.selections {
        match selection {
            Selection::Field(field) => {
                for argument in &field.arguments {
                    if let Some(known) = field.definition.argument_by_name(&argument.name) {
                        check_value(contract, &known.ty, &argument.value, document, errors);
                    }
                }
                check_set(contract, &field.selection_set, document, errors);
            }
            Selection::InlineFragment(inline) => {
                check_set(contract, &inline.selection_set, document, errors);
            }
            Selection::FragmentSpread(_) => {}
        }
    }
}

fn check_value(
    contract: &Contract,
    ty: &Type,
    value: &Node<Value>,
    document: &ExecutableDocument,
    errors: &mut Vec<GraphQLError>,
) {
    let kind = ty.inner_named_type();
    match (&**value, contract.schema.types.get(kind)) {
        (Value::Null | Value::Variable(_), _) => {}
        (Value::List(items), _) => {
            for item in items {
                check_value(contract, ty.item_type(), item, document, errors);
            }
        }
        (Value::Object(members), Some(ExtendedType::InputObject(object))) => {
            for (name, member) in members {
                if let Some(field) = object.fields.get(name) {
                    check_value(contract, &field.ty, member, document, errors);
                }
            }
            if object.directives.has("oneOf") && members.len() != 1 {
                let message = format!("OneOf Input Object '{kind}' must specify exactly one key.");
                errors.push(GraphQLError::new(message, value.location(), &document.sources));
            }
        }
        (_, Some(ExtendedType::Scalar(known))) if !known.is_built_in() => {
            if let Err(problem) = scalar(contract, kind, &to_json(value, &JsonMap::new())) {
                // Observed: these errors have no location.
                errors.push(GraphQLError::new(problem, None, &document.sources));
            }
        }
        _ => {}
    }
}

/// Converts a literal to JSON.
pub(super) fn to_json(value: &Value, variables: &JsonMap) -> JsonValue {
    match value {
        Value::Null => JsonValue::Null,
        Value::Enum(name) => name.as_str().into(),
        Value::Variable(name) => variables.get(name.as_str()).cloned().unwrap_or(JsonValue::Null),
        Value::String(text) => text.as_str().into(),
        Value::Boolean(truth) => (*truth).into(),
        Value::Int(number) => number.try_to_i32().map_or_else(
            |_| number.as_str().parse::<i64>().map_or(JsonValue::Null, Into::into),
            Into::into,
        ),
        Value::Float(number) => number.try_to_f64().map_or(JsonValue::Null, Into::into),
        Value::List(items) => items.iter().map(|item| to_json(item, variables)).collect(),
        Value::Object(members) => {
            let members = members.iter();
            let members =
                members.map(|(name, member)| (name.as_str().into(), to_json(member, variables)));
            JsonValue::Object(members.collect())
        }
    }
}
