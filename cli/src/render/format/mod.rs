//! The values of fields as text for people and in JSON output, by their [`Format`].
//!
//! Each format is one formatter of the official Python client and writes the same, including Python's
//! spelling of nested values (`['a', None]`), so that scripts which read its output can read this.
//! Members of an object are shown in the order of the map.
//!
//! # Differences
//!
//! Where the official formatter raises an exception or omits something, this one shows the value:
//!
//! - **null**: null in place of an object or a list is `(null)`, and null in JSON, because a manager may
//!   return null for a field that a role must not see.
//! - **missing**: a missing member counts as null, and incomplete statistics of an agent are shown as a
//!   tree, because managers of other versions have other members.
//! - **decoded**: where the official formatter accepts only JSON text, an object is accepted too, because
//!   some fields are text in one schema and objects in another.
//! - **not JSON**: text that is not JSON is shown unchanged. Python also reads `NaN`, `Infinity` and half
//!   characters, which JSON cannot hold.
//! - **not a number**: a value that is not a number is shown unchanged, so that one invalid value does not
//!   lose the whole table. Booleans and infinity are not numbers; digits in text are. The fraction of a
//!   number of bytes is ignored.
//! - **shape**: a value of a kind that the format is not made for is shown as [`Format::Plain`].
//! - **list**: [`Format::SubField`] of a list shows that member of each element, and a member that is a
//!   list unchanged. The official client looks for the member once more in the elements.
//! - **labels**: an image without a name label is not customised, which is null; of several labels of one
//!   kind all are shown; without an owner label only the name is shown.
//! - **lines**: each container and each dependency starts a new line, and no empty line follows. The
//!   official client appends the second container to the last line of the first.
//! - **members**: of containers and dependencies exactly the members that exist are shown. The official
//!   client shows those that it has requested, and fails if one is missing; of a list without such a
//!   selection it leaves empty objects in JSON.
//! - **control**: on a console, invisible characters other than line ends and tabs are escaped (`\x1b`,
//!   `\u{202e}`), because names chosen by users must not control an administrator's terminal.
//! - **exact**: JSON has a number of bytes as the manager sends it, and no rounded text.
//! - **large integer**: an integer of more than 64 bits is shown as a floating-point number, the form in
//!   which `serde_json` holds it.

mod list;
mod python;
mod size;
mod stat;
#[cfg(test)]
mod tests;
mod tree;

use std::borrow::Cow;

use backendai::Format;
use serde_json::Value;

use crate::visible::visible;

/// Returns a value as text, which may have several lines.
pub(crate) fn console(format: Format, value: &Value) -> String {
    visible(&text(format, value)).into_owned()
}

/// Returns a value for JSON output: most often itself.
pub(crate) fn json(format: Format, value: &Value) -> Value {
    match format {
        Format::NestedDict | Format::ResourceSlot => decode(value).into_owned(),
        Format::SubField(name) => list::member_of(value, name).into_owned(),
        Format::CustomizedImage => list::customized(value),
        Format::AgentStat => stat::agent(value).into(),
        Format::ContainerList => list::objects(value, "kernel_id"),
        Format::DependencyList => list::objects(value, "id"),
        _ => value.clone(),
    }
}

fn text(format: Format, value: &Value) -> String {
    match format {
        Format::NestedDict => tree::text(&decode(value)),
        Format::MiBytes => size::mebibytes(value).map_or_else(|| plain(value), python::float),
        Format::SizeBytes => size::number(value).map_or_else(|| plain(value), size::gnu),
        Format::SubField(name) => plain(&list::member_of(value, name)),
        Format::CustomizedImage => plain(&list::customized(value)),
        Format::ResourceSlot => list::slots(&decode(value)),
        Format::AgentStat => stat::agent(value),
        Format::GroupList => list::groups(value),
        Format::InlineRouting => list::routes(value),
        Format::KernelStat => stat::kernel(value),
        Format::ContainerList => list::containers(value),
        Format::DependencyList => list::dependencies(value),
        Format::ImageObject => list::image(value),
        _ => plain(value),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => "(null)".to_owned(),
        Value::Array(items) if items.is_empty() => "(empty)".to_owned(),
        Value::Object(members) if members.is_empty() => "(empty)".to_owned(),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(plain).collect::<Vec<_>>().join(", "))
        }
        Value::Object(members) => {
            let members: Vec<_> =
                members.iter().map(|(key, value)| format!("{key}: {}", plain(value))).collect();
            format!("{{{}}}", members.join(", "))
        }
        _ => python::text(value),
    }
}

/// The parsed value of a JSON string, or the value itself.
fn decode(value: &Value) -> Cow<'_, Value> {
    value
        .as_str()
        .and_then(|text| serde_json::from_str(text).ok())
        .map_or(Cow::Borrowed(value), Cow::Owned)
}

/// The member of that name, or null.
fn member<'a>(value: &'a Value, name: &str) -> &'a Value {
    value.get(name).unwrap_or(&Value::Null)
}

/// Puts `prefix` before every line that is not blank.
fn indent(text: &str, prefix: &str) -> String {
    let mut indented = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        if !line.trim().is_empty() {
            indented.push_str(prefix);
        }
        indented.push_str(line);
    }
    indented
}
