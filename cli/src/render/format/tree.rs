//! Nested objects, one member per line.

use serde_json::Value;

use super::{indent, plain, python, size};

/// An object as lines; any other value in one line.
pub(super) fn text(value: &Value) -> String {
    let members = match value {
        Value::Object(members) if !members.is_empty() => members,
        _ => return plain(value),
    };
    let lines = members.iter().map(|(key, value)| match value {
        Value::Object(inner) if inner.is_empty() => format!("+ {key}: (empty)"),
        Value::Object(_) => format!("+ {key}\n{}", indent(&text(value), "  ")),
        Value::Null => format!("- {key}: (null)"),
        _ => match size::number(value) {
            Some(bytes) if key == "shmem" => format!("- {key}: {}", size::gnu(bytes)),
            _ => format!("- {key}: {}", python::text(value)),
        },
    });
    lines.collect::<Vec<_>>().join("\n")
}
