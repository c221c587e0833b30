//! Objects and lists of objects of which a part is shown.

use std::{borrow::Cow, collections::BTreeMap};

use serde_json::{Map, Value};

use backendai::{Format, operation::title};

use super::{indent, member, plain, python, size};

pub(super) fn member_of<'a>(value: &'a Value, name: &str) -> Cow<'a, Value> {
    match value {
        Value::Object(_) => Cow::Borrowed(member(value, name)),
        Value::Array(items) => {
            Cow::Owned(items.iter().map(|item| member_of(item, name).into_owned()).collect())
        }
        _ => Cow::Borrowed(value),
    }
}

pub(super) fn slots(value: &Value) -> String {
    let Some(slots) = value.as_object() else {
        return plain(value);
    };
    let slots = slots.iter().map(|(key, amount)| match size::number(amount) {
        // The official client omits a bare zero, and shows one in text.
        Some(bytes) if key == "mem" && (bytes != 0.0 || amount.is_string()) => {
            format!("{key}:{}", size::gnu(bytes))
        }
        _ => format!("{key}:{}", python::text(amount)),
    });
    slots.collect::<Vec<_>>().join(", ")
}

pub(super) fn customized(value: &Value) -> Value {
    let Some(labels) = value.as_array() else {
        return value.clone();
    };
    let all = |key| {
        let labels = labels.iter().filter(|label| member(label, "key").as_str() == Some(key));
        labels.map(|label| python::text(member(label, "value"))).collect::<Vec<_>>().join(", ")
    };
    let name = all("ai.backend.customized-image.name");
    let owner = all("ai.backend.customized-image.user.email");
    match (name.is_empty(), owner.is_empty()) {
        (true, _) => Value::Null,
        (false, true) => name.into(),
        (false, false) => format!("{name} (Owner: {owner})").into(),
    }
}

pub(super) fn groups(value: &Value) -> String {
    let Some(groups) = value.as_array() else {
        return plain(value);
    };
    groups.iter().map(|group| plain(&member_of(group, "name"))).collect::<Vec<_>>().join(", ")
}

pub(super) fn routes(value: &Value) -> String {
    let Some(routes) = value.as_array() else {
        return plain(value);
    };
    let mut counts = BTreeMap::<_, usize>::new();
    for route in routes {
        *counts.entry(python::text(&member_of(route, "status"))).or_default() += 1;
    }
    let counts = counts.iter().map(|(status, count)| format!("{status} {count}"));
    counts.collect::<Vec<_>>().join(", ")
}

pub(super) fn image(value: &Value) -> String {
    match value {
        Value::Null => "(none)".to_owned(),
        Value::Object(_) => match member(value, "name").as_str() {
            Some(name) if !name.is_empty() => name.to_owned(),
            _ => "(unknown)".to_owned(),
        },
        _ => plain(value),
    }
}

/// The members of a container, in the order in which they are shown. A dependency of a session has some
/// of them too.
const MEMBERS: [(&str, Format); 18] = [
    ("id", Format::Plain),
    ("cluster_role", Format::Plain),
    ("cluster_idx", Format::Plain),
    ("cluster_hostname", Format::Plain),
    ("session_id", Format::Plain),
    ("image", Format::Plain),
    ("registry", Format::Plain),
    ("status", Format::Plain),
    ("status_info", Format::Plain),
    ("status_data", Format::NestedDict),
    ("status_changed", Format::Plain),
    ("agent", Format::Plain),
    ("container_id", Format::Plain),
    ("resource_opts", Format::NestedDict),
    ("occupied_slots", Format::ResourceSlot),
    ("preopen_ports", Format::Plain),
    ("live_stat", Format::KernelStat),
    ("last_stat", Format::KernelStat),
];

fn place(name: &str) -> Option<usize> {
    MEMBERS.iter().position(|(known, _)| *known == name)
}

fn format(name: &str) -> Format {
    place(name).and_then(|place| MEMBERS.get(place)).map_or(Format::Plain, |(_, format)| *format)
}

pub(super) fn containers(value: &Value) -> String {
    let head = |item: &Value| python::text(member(item, "id"));
    blocks(value, &["id"], head, "(no sub-containers belonging to the session)")
}

pub(super) fn dependencies(value: &Value) -> String {
    let head = |item: &Value| {
        format!("{} ({})", python::text(member(item, "name")), python::text(member(item, "id")))
    };
    blocks(value, &["id", "name"], head, "(no dependency tasks)")
}

/// A line for each object, and below it one for each member that is not in that line.
fn blocks(value: &Value, in_head: &[&str], head: impl Fn(&Value) -> String, empty: &str) -> String {
    let Some(items) = value.as_array() else {
        return plain(value);
    };
    if items.is_empty() {
        return empty.to_owned();
    }
    let mut lines = Vec::new();
    for item in items {
        let Some(members) = item.as_object() else {
            lines.push(format!("+ {}", plain(item)));
            continue;
        };
        lines.push(format!("+ {}", head(item)));
        let mut members: Vec<_> =
            members.iter().filter(|(name, _)| !in_head.contains(&name.as_str())).collect();
        // Unknown members follow the known ones, in the order of the map.
        members.sort_by_key(|(name, _)| place(name).unwrap_or(MEMBERS.len()));
        for (name, value) in members {
            let mut text = super::text(format(name), value);
            if text.contains('\n') {
                text = format!("\n{}", indent(&text, "    "));
            }
            let title = match name.as_str() {
                "session_id" => "Session ID".to_owned(),
                _ => title(name),
            };
            lines.push(format!("  - {title}: {text}"));
        }
    }
    lines.join("\n")
}

/// Each member as its format has it in JSON; `id` under another name.
pub(super) fn objects(value: &Value, id: &str) -> Value {
    let Some(items) = value.as_array() else {
        return value.clone();
    };
    let shown = |item: &Value| match item {
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| {
                let shown = if name == "id" { id } else { name };
                (shown.to_owned(), super::json(format(name), value))
            });
            Value::Object(members.collect::<Map<_, _>>())
        }
        _ => item.clone(),
    };
    items.iter().map(shown).collect()
}
