//! Coercion of variables, with an error for each wrong part of a value.

use apollo_compiler::ExecutableDocument;
use apollo_compiler::ast::Type;
use apollo_compiler::executable::Operation;
use apollo_compiler::response::{GraphQLError, JsonMap, JsonValue};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::validation::Valid;

use super::literal::to_json;
use super::value::{repr, scalar};
use crate::schema::Contract;

/// A wrong part of a value.
enum Fault {
    At {
        value: String,
        path: String,
        problem: String,
    },
    /// Observed: this message names neither variable nor value.
    OneOf(String),
}

/// Returns the variables of an operation with their defaults, or an error for each fault.
pub(super) fn coerce(
    contract: &Contract,
    document: &Valid<ExecutableDocument>,
    operation: &Operation,
    raw: &JsonMap,
) -> Result<Valid<JsonMap>, Vec<GraphQLError>> {
    let mut coerced = JsonMap::new();
    let mut errors = Vec::new();
    for definition in &operation.variables {
        let (name, ty) = (definition.name.as_str(), &definition.ty);
        let mut fail = |message: String| {
            errors.push(GraphQLError::new(message, definition.location(), &document.sources));
        };
        match (raw.get(name), &definition.default_value) {
            (None, Some(default)) => {
                coerced.insert(name, to_json(default, &JsonMap::new()));
            }
            (None, None) if ty.is_non_null() => {
                fail(format!("Variable '${name}' of required type '{ty}' was not provided."));
            }
            (None, None) => {}
            (Some(JsonValue::Null), _) if ty.is_non_null() => {
                fail(format!("Variable '${name}' of non-null type '{ty}' must not be null."));
            }
            (Some(given), _) => {
                let mut faults = Vec::new();
                let value = coerce_value(contract, ty, given, name, &mut faults);
                let whole = name.len();
                for fault in faults {
                    match fault {
                        Fault::At { value, path, problem } => {
                            let at = if path.len() > whole {
                                format!(" at '{path}'")
                            } else {
                                String::new()
                            };
                            fail(format!(
                                "Variable '${name}' got invalid value {value}{at}; {problem}"
                            ));
                        }
                        Fault::OneOf(message) => {
                            errors.push(GraphQLError::new(message, None, &document.sources));
                            break;
                        }
                    }
                }
                coerced.insert(name, value);
            }
        }
    }
    if errors.is_empty() { Ok(Valid::assume_valid(coerced)) } else { Err(errors) }
}

fn coerce_value(
    contract: &Contract,
    ty: &Type,
    value: &JsonValue,
    path: &str,
    faults: &mut Vec<Fault>,
) -> JsonValue {
    let mut fail = |problem: String| {
        faults.push(Fault::At { value: repr(value), path: path.to_owned(), problem });
        JsonValue::Null
    };
    if value.is_null() {
        return if ty.is_non_null() {
            fail(format!("Expected non-nullable type '{ty}' not to be None."))
        } else {
            JsonValue::Null
        };
    }
    if ty.is_list() {
        let inner = ty.item_type();
        let JsonValue::Array(items) = value else {
            return JsonValue::Array(vec![coerce_value(contract, inner, value, path, faults)]);
        };
        let items = items.iter().enumerate();
        let coerced = items.map(|(number, item)| {
            coerce_value(contract, inner, item, &format!("{path}[{number}]"), faults)
        });
        return JsonValue::Array(coerced.collect());
    }
    let kind = ty.inner_named_type().as_str();
    let Some(ExtendedType::InputObject(object)) = contract.schema.types.get(kind) else {
        return scalar(contract, kind, value).unwrap_or_else(fail);
    };
    let JsonValue::Object(members) = value else {
        return fail(format!("Expected type '{kind}' to be a mapping."));
    };
    let mut coerced = JsonMap::new();
    for (name, field) in &object.fields {
        let name = name.as_str();
        match (members.get(name), &field.default_value) {
            (Some(member), _) => {
                let path = format!("{path}.{name}");
                coerced.insert(name, coerce_value(contract, &field.ty, member, &path, faults));
            }
            (None, Some(default)) => {
                coerced.insert(name, to_json(default, &JsonMap::new()));
            }
            (None, None) if field.ty.is_non_null() => faults.push(Fault::At {
                value: repr(value),
                path: path.to_owned(),
                problem: format!(
                    "Field '{name}' of required type '{}' was not provided.",
                    field.ty
                ),
            }),
            (None, None) => {}
        }
    }
    for name in members.keys().filter(|name| !object.fields.contains_key(name.as_str())) {
        faults.push(Fault::At {
            value: repr(value),
            path: path.to_owned(),
            problem: format!("Field '{}' is not defined by type '{kind}'.", name.as_str()),
        });
    }
    // A member that is null is none.
    let one = members.len() == 1 && !members.values().any(JsonValue::is_null);
    if object.directives.has("oneOf") && !one {
        faults.push(Fault::OneOf(format!(
            "OneOf Input Object '{kind}' must specify exactly one key."
        )));
    }
    JsonValue::Object(coerced)
}
