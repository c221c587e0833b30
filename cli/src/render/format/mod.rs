//! How the value of a field is shown: as text to people, and in JSON output.
//!
//! ```
//! use backendai::{Format, format::title};
//! use serde_json::json;
//!
//! let slots = json!(r#"{"cpu": "4", "mem": "1073741824"}"#);
//! assert_eq!(Format::ResourceSlot.console(&slots), "cpu:4, mem:1.0G");
//! assert_eq!(Format::ResourceSlot.json(&slots), json!({"cpu": "4", "mem": "1073741824"}));
//! assert_eq!(title("resource_policy"), "Res.Policy");
//! ```
//!
//! Each format is one formatter of the official Python client and writes what that one writes, down
//! to Python's spelling of nested values (`['a', None]`), so that scripts which read its output
//! read ours. Members of an object are shown in the order of the map: the manager's, when the
//! program enables `preserve_order` of `serde_json`, else sorted.
//!
//! # Differences
//!
//! Where the official formatter stops with an exception, or leaves something out, ours shows what
//! there is:
//!
//! - **null**: null in place of an object or a list is `(null)`, and null in JSON, because a
//!   manager may answer null for a field that a role must not see.
//! - **missing**: a member that is not there is taken as null, and an agent's statistics without
//!   their parts are shown as a tree, because managers of other versions know other members.
//! - **decoded**: where the official formatter takes only JSON text, an object is taken as it is,
//!   because some fields are text in one schema and objects in another.
//! - **not JSON**: text that is no JSON is shown as it is. Python reads `NaN`, `Infinity` and half
//!   characters as well, which no JSON can hold.
//! - **not a number**: what is no number is shown as it is, so that one odd value does not cost the
//!   whole table. A truth value is none, nor is infinity; digits in text are one. Of a number of
//!   bytes with a fraction the whole bytes count.
//! - **shape**: a value of a kind that the format is not made for is shown as [`Format::Plain`]
//!   shows it.
//! - **list**: [`Format::SubField`] of a list shows that member of each, and a member that is a list
//!   as it is. The official client looks for the member once more in the elements.
//! - **labels**: an image without a name label is not customised, which is null; of several labels
//!   of one kind all are named; without an owner label the name stands alone.
//! - **lines**: each container and each dependency begins a line of its own, and no empty line
//!   follows. The official client writes the second container behind the last line of the first.
//! - **members**: of containers and dependencies all members are shown that are there, and none
//!   else. The official client shows those that it has asked for itself, and stops when one is
//!   missing; of a list without such a choice it leaves empty objects in JSON.
//! - **control**: on a console, control characters other than line ends and tabs are escaped
//!   (`\x1b`), because names that others chose must not steer an administrator's terminal.
//! - **large integer**: an integer of more than 64 bits is shown as a floating-point number, which
//!   is how `serde_json` holds it.

mod list;
mod python;
mod size;
mod stat;
mod title;
mod tree;

use std::{borrow::Cow, fmt::Write as _};

use serde_json::{Number, Value};

pub use self::title::title;

/// How a value is shown to people. Chosen per field in the documents by `@format(as:)`.
///
/// All can be written in a constant: `Format::SubField("full_name")`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// Text as it is, `(null)`, `(empty)` for an empty list or object, `[a, b]`, `{key: value}`.
    #[default]
    Plain,
    /// A JSON object as a tree: `- key: value`, and `+ key` with its members indented. `shmem` is
    /// shown as a size. Decoded in JSON.
    NestedDict,
    /// A number of bytes as MiB with one decimal place: `1.5`. A number in JSON too.
    MiBytes,
    /// A number of bytes as a binary size: `1.5G`. The same text in JSON.
    SizeBytes,
    /// One member of an object, by its name, shown as [`Plain`](Self::Plain). The same in JSON.
    SubField(&'static str),
    /// The labels of a customised image: `name (Owner: email)`. The same text in JSON.
    CustomizedImage,
    /// Resource slots, as JSON: `cpu:4, mem:1.0G`. Decoded in JSON.
    ResourceSlot,
    /// An agent's statistics, as JSON: a line for the node, then a few for each device. The same
    /// text in JSON. The cores of a CPU with more than eight are left out.
    AgentStat,
    /// The names in a list of objects: `default, model-store`.
    GroupList,
    /// A list of routes, counted by status: `HEALTHY 2, UNHEALTHY 1`.
    InlineRouting,
    /// A kernel's statistics, as JSON: a line `- key: value` each; `(unavailable)` for null. Begins
    /// with a line end, so that a table shows all of it below the title.
    KernelStat,
    /// A list of objects, as [`Plain`](Self::Plain).
    NestedObject,
    /// A list of containers: `+ id`, then a line `  - Title: value` for each other member that is
    /// there. Statistics, slots and other JSON text among them have the formats for these. In JSON
    /// `id` is `kernel_id`.
    ContainerList,
    /// A list of sessions that a session waits for: `+ name (id)`, then as for containers.
    DependencyList,
    /// The name of an image; `(none)` for null and `(unknown)` without a name.
    ImageObject,
}

impl Format {
    /// The value as text, which may have several lines.
    pub fn console(&self, value: &Value) -> String {
        harmless(self.text(value))
    }

    /// The value in JSON output: most often itself.
    pub fn json(&self, value: &Value) -> Value {
        match *self {
            Self::NestedDict | Self::ResourceSlot => decode(value).into_owned(),
            Self::MiBytes => match size::mebibytes(value).and_then(Number::from_f64) {
                Some(number) => Value::Number(number),
                None => value.clone(),
            },
            Self::SizeBytes => match size::number(value) {
                Some(bytes) => size::gnu(bytes).into(),
                None => value.clone(),
            },
            Self::SubField(name) => list::member_of(value, name).into_owned(),
            Self::CustomizedImage => list::customized(value),
            Self::AgentStat => stat::agent(value).into(),
            Self::ContainerList => list::objects(value, "kernel_id"),
            Self::DependencyList => list::objects(value, "id"),
            Self::Plain
            | Self::NestedObject
            | Self::GroupList
            | Self::InlineRouting
            | Self::KernelStat
            | Self::ImageObject => value.clone(),
        }
    }

    fn text(&self, value: &Value) -> String {
        match *self {
            Self::Plain | Self::NestedObject => plain(value),
            Self::NestedDict => tree::text(&decode(value)),
            Self::MiBytes => size::mebibytes(value).map_or_else(|| plain(value), python::float),
            Self::SizeBytes => size::number(value).map_or_else(|| plain(value), size::gnu),
            Self::SubField(name) => plain(&list::member_of(value, name)),
            Self::CustomizedImage => plain(&list::customized(value)),
            Self::ResourceSlot => list::slots(&decode(value)),
            Self::AgentStat => stat::agent(value),
            Self::GroupList => list::groups(value),
            Self::InlineRouting => list::routes(value),
            Self::KernelStat => stat::kernel(value),
            Self::ContainerList => list::containers(value),
            Self::DependencyList => list::dependencies(value),
            Self::ImageObject => list::image(value),
        }
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

/// What a JSON text holds, or the value itself.
fn decode(value: &Value) -> Cow<'_, Value> {
    value
        .as_str()
        .and_then(|text| serde_json::from_str(text).ok())
        .map_or(Cow::Borrowed(value), Cow::Owned)
}

/// The member of that name; null when there is none.
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

fn harmless(text: String) -> String {
    let steers = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    if !text.contains(steers) {
        return text;
    }
    let mut escaped = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        // A return before a line end moves nothing; alone it lets the line be written over.
        if steers(c) && !(c == '\r' && rest.peek() == Some(&'\n')) {
            // Writing to a string cannot fail.
            let _ = write!(escaped, "\\x{:02x}", u32::from(c));
        } else {
            escaped.push(c);
        }
    }
    escaped
}
