//! Input values: checks of scalars and enums, and their text in messages.

use apollo_compiler::response::JsonValue;
use apollo_compiler::schema::ExtendedType;
use uuid::Uuid;

use crate::date;
use crate::schema::Contract;

/// Checks a value of a scalar or enum type and returns it in its canonical form.
pub(super) fn scalar(
    contract: &Contract,
    kind: &str,
    value: &JsonValue,
) -> Result<JsonValue, String> {
    let text = value.as_str();
    match kind {
        "Int" => int(value),
        "String" if text.is_none() => {
            Err(format!("String cannot represent a non string value: {}", repr(value)))
        }
        "Boolean" if !value.is_boolean() => {
            Err(format!("Boolean cannot represent a non boolean value: {}", repr(value)))
        }
        "Float" if !value.is_number() => {
            Err(format!("Float cannot represent non numeric value: {}", repr(value)))
        }
        "ID" => match value {
            JsonValue::String(_) => Ok(value.clone()),
            JsonValue::Number(number) if !number.is_f64() => Ok(number.to_string().into()),
            _ => Err(format!("ID cannot represent value: {}", repr(value))),
        },
        "UUID" => custom(kind, value, |text| {
            let parsed = Uuid::try_parse(text).ok();
            parsed.map(|id| id.to_string()).ok_or("badly formed hexadecimal UUID string")
        }),
        "DateTime" | "Date" => custom(kind, value, |text| {
            let problem =
                if text.len() < 10 { "ISO string too short" } else { "Invalid isoformat string" };
            date::parse(text).map(|_| text.to_owned()).ok_or(problem)
        }),
        "Decimal" => {
            let digits = text.map_or_else(|| value.to_string(), str::to_owned);
            match digits.parse::<f64>() {
                Ok(_) => Ok(digits.into()),
                Err(_) => Err(format!("Value cannot represent a Decimal: \"{digits}\".")),
            }
        }
        _ => match contract.schema.types.get(kind) {
            Some(ExtendedType::Enum(words)) => match text {
                Some(word) if words.values.contains_key(word) => Ok(value.clone()),
                Some(word) => Err(format!("Value '{word}' does not exist in '{kind}' enum.")),
                None => Err(format!(
                    "Enum '{kind}' cannot represent non-string value: {}.",
                    repr(value)
                )),
            },
            _ => Ok(value.clone()),
        },
    }
}

fn int(value: &JsonValue) -> Result<JsonValue, String> {
    let number = value.as_i64().or_else(|| {
        let whole = value.as_f64().filter(|float| float.fract() == 0.0);
        #[expect(clippy::cast_possible_truncation, reason = "a float beyond i64 saturates")]
        whole.map(|float| float as i64)
    });
    match number {
        None => Err(format!("Int cannot represent non-integer value: {}", repr(value))),
        Some(number) if i32::try_from(number).is_err() => {
            Err(format!("Int cannot represent non 32-bit signed integer value: {}", repr(value)))
        }
        Some(number) => Ok(number.into()),
    }
}

fn custom(
    kind: &str,
    value: &JsonValue,
    parse: impl Fn(&str) -> Result<String, &'static str>,
) -> Result<JsonValue, String> {
    let article = format!("Value cannot represent a {kind}");
    match value {
        JsonValue::String(text) => parse(text.as_str())
            .map(JsonValue::from)
            .map_err(|problem| format!("{article}: \"{}\". {problem}", text.as_str())),
        other => Err(format!("{article}: \"{}\". Expected a string.", repr(other))),
    }
}

/// Returns a value as the manager's messages show it: as Python does.
pub(super) fn repr(value: &JsonValue) -> String {
    match value {
        JsonValue::Null => "None".to_owned(),
        JsonValue::Bool(true) => "True".to_owned(),
        JsonValue::Bool(false) => "False".to_owned(),
        JsonValue::Number(number) => number.to_string(),
        JsonValue::String(text) => format!("'{}'", text.as_str()),
        JsonValue::Array(items) => {
            let items: Vec<_> = items.iter().map(repr).collect();
            format!("[{}]", items.join(", "))
        }
        JsonValue::Object(members) => {
            let members: Vec<_> = members
                .iter()
                .map(|(name, value)| format!("'{}': {}", name.as_str(), repr(value)))
                .collect();
            format!("{{{}}}", members.join(", "))
        }
    }
}
