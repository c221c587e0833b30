//! Coercion of variables, one by one, so that an error can name its variable.

use apollo_compiler::ExecutableDocument;
use apollo_compiler::executable::Operation;
use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::response::{GraphQLError, JsonMap, JsonValue};
use apollo_compiler::validation::Valid;
use uuid::Uuid;

use crate::schema::Contract;

/// Returns the variables of an operation with their defaults, or an error for each invalid one.
pub(crate) fn coerce(
    contract: &Contract,
    document: &Valid<ExecutableDocument>,
    operation: &Operation,
    raw: &JsonMap,
) -> Result<Valid<JsonMap>, Vec<GraphQLError>> {
    let raw: JsonMap = raw.iter().map(|(name, value)| (name.clone(), whole(value))).collect();
    let mut coerced = JsonMap::new();
    let mut errors = Vec::new();
    for definition in &operation.variables {
        let name = definition.name.as_str();
        let mut single = operation.clone();
        single.variables = vec![definition.clone()];
        let problem = match coerce_variable_values(&contract.schema, &single, &raw) {
            Ok(values) => {
                let uuid = definition.ty.inner_named_type() == "UUID";
                let wrong = uuid && !values.values().all(may_be_uuid);
                coerced.extend(values.into_inner());
                wrong.then(|| "badly formed hexadecimal UUID string".to_owned())
            }
            Err(error) => Some(error.message().to_string()),
        };
        if let Some(problem) = problem {
            let message = if raw.contains_key(name) {
                format!("Variable '${name}' got invalid value; {problem}")
            } else {
                format!("Variable '${name}' of required type '{}' was not provided.", definition.ty)
            };
            errors.push(GraphQLError::new(message, definition.location(), &document.sources));
        }
    }
    if errors.is_empty() { Ok(Valid::assume_valid(coerced)) } else { Err(errors) }
}

/// Converts floats without a fraction to integers: the manager accepts `1.0` for an integer.
fn whole(value: &JsonValue) -> JsonValue {
    match value {
        JsonValue::Number(number) => {
            let float = number.as_f64().filter(|float| number.is_f64() && float.fract() == 0.0);
            #[expect(clippy::cast_possible_truncation, reason = "a float beyond i64 saturates")]
            float.map_or_else(|| value.clone(), |float| JsonValue::from(float as i64))
        }
        JsonValue::Array(items) => JsonValue::Array(items.iter().map(whole).collect()),
        JsonValue::Object(members) => {
            let members = members.iter().map(|(name, value)| (name.clone(), whole(value)));
            JsonValue::Object(members.collect())
        }
        other => other.clone(),
    }
}

fn may_be_uuid(value: &JsonValue) -> bool {
    match value {
        JsonValue::Null => true,
        JsonValue::String(text) => Uuid::try_parse(text.as_str()).is_ok(),
        JsonValue::Array(items) => items.iter().all(may_be_uuid),
        _ => false,
    }
}
