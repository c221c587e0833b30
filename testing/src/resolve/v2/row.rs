//! Columns of rows, whatever group of a row they are in.

use apollo_compiler::response::{JsonMap, JsonValue};

use uuid::Uuid;

use crate::resolve::relay::plain_id;

/// Returns a column: a member of the row, or of an object in it that is not a row itself.
pub(super) fn column<'r>(row: &'r JsonMap, name: &str) -> Option<&'r JsonValue> {
    row.get(name).or_else(|| {
        let groups = row.values().filter_map(JsonValue::as_object);
        groups.filter(|group| !group.contains_key("id")).find_map(|group| column(group, name))
    })
}

/// Returns a column to change.
pub(super) fn column_mut<'r>(row: &'r mut JsonMap, name: &str) -> Option<&'r mut JsonValue> {
    if row.contains_key(name) {
        return row.get_mut(name);
    }
    let groups = row.values_mut().filter_map(|value| value.as_object_mut());
    groups.filter(|group| !group.contains_key("id")).find_map(|group| column_mut(group, name))
}

/// Returns the global id of a row.
pub(super) fn id(row: &JsonMap) -> &str {
    row.get("id").and_then(JsonValue::as_str).unwrap_or_default()
}

/// Returns the id of a row within its type. Where the global id has a name, it is the raw id.
pub(super) fn key(row: &JsonMap) -> String {
    let plain = plain_id(id(row));
    if Uuid::try_parse(&plain).is_ok() {
        return plain;
    }
    let raw = row.get("entityId").or_else(|| row.get("fieldId")).and_then(JsonValue::as_str);
    raw.map_or(plain, str::to_owned)
}

/// Returns whether an id, raw or global, is that of the row.
pub(super) fn is(row: &JsonMap, wanted: &str) -> bool {
    let wanted = plain_id(wanted);
    let wanted = Uuid::try_parse(&wanted).map_or(wanted, |id| id.to_string());
    key(row).eq_ignore_ascii_case(&wanted) || plain_id(id(row)) == wanted
}
