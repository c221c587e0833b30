//! Objects and lists of objects of which a part is shown.

use std::{borrow::Cow, collections::BTreeMap};

use serde_json::{Map, Value};

use super::{Column, indent, member, plain, python, size};

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
        // A bare zero is no amount to the official client; in text it is one.
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

pub(super) fn containers(value: &Value, columns: &[Column]) -> String {
    let head = |item: &Value| python::text(member(item, "id"));
    let empty = "(no sub-containers belonging to the session)";
    blocks(value, columns, &["id"], head, empty)
}

pub(super) fn dependencies(value: &Value, columns: &[Column]) -> String {
    let head = |item: &Value| {
        format!("{} ({})", python::text(member(item, "name")), python::text(member(item, "id")))
    };
    blocks(value, columns, &["id", "name"], head, "(no dependency tasks)")
}

/// A line for each object, and below it one for each column that is not in that line.
fn blocks(
    value: &Value,
    columns: &[Column],
    in_head: &[&str],
    head: impl Fn(&Value) -> String,
    empty: &str,
) -> String {
    let Some(items) = value.as_array() else {
        return plain(value);
    };
    if items.is_empty() {
        return empty.to_owned();
    }
    let mut lines = Vec::new();
    for item in items {
        if !item.is_object() {
            lines.push(format!("+ {}", plain(item)));
            continue;
        }
        lines.push(format!("+ {}", head(item)));
        for column in columns.iter().filter(|column| !in_head.contains(&column.key())) {
            let mut text = column.text(item);
            if text.contains('\n') {
                text = format!("\n{}", indent(&text, "    "));
            }
            lines.push(format!("  - {}: {text}", column.title()));
        }
    }
    lines.join("\n")
}

pub(super) fn objects(value: &Value, columns: &[Column]) -> Value {
    let Some(items) = value.as_array().filter(|_| !columns.is_empty()) else {
        return value.clone();
    };
    let chosen = |item: &Value| match item {
        Value::Object(_) => {
            let members = columns.iter().map(|c| (c.name().to_owned(), c.json(item)));
            Value::Object(members.collect::<Map<_, _>>())
        }
        _ => item.clone(),
    };
    items.iter().map(chosen).collect()
}
