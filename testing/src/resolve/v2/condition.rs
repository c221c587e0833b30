//! Filters and orders, for every type of rows alike.

use std::cmp::Ordering;

use apollo_compiler::response::{JsonMap, JsonValue};

use super::node;
use super::row::{column, key};
use crate::date;
use crate::resolve::args::Args;
use crate::resolve::relay::plain_id;
use crate::state::State;

/// The operators, in the order in which the manager looks for one: only the first counts.
const OPERATORS: [&str; 30] = [
    "equals",
    "iEquals",
    "notEquals",
    "iNotEquals",
    "contains",
    "iContains",
    "notContains",
    "iNotContains",
    "startsWith",
    "iStartsWith",
    "notStartsWith",
    "iNotStartsWith",
    "endsWith",
    "iEndsWith",
    "notEndsWith",
    "iNotEndsWith",
    "in",
    "notIn",
    "iIn",
    "iNotIn",
    "before",
    "after",
    "greaterThan",
    "greaterThanOrEqual",
    "lessThan",
    "lessThanOrEqual",
    "isNull",
    "exists",
    "some",
    "none",
];

/// Returns whether a filter selects a row.
pub(super) fn selects(state: &State, row: &JsonMap, filter: &Args<'_>) -> bool {
    filter.iter().all(|(name, value)| match (name, value) {
        (_, JsonValue::Null) => true,
        ("AND" | "OR" | "NOT", JsonValue::Array(parts)) => {
            let mut results = parts
                .iter()
                .filter_map(JsonValue::as_object)
                .map(|part| selects(state, row, &Args::new(part)));
            match name {
                "AND" => results.all(|selected| selected),
                "OR" => parts.is_empty() || results.any(|selected| selected),
                // An empty member changes nothing.
                _ => {
                    parts.iter().all(|part| part.as_object().is_none_or(JsonMap::is_empty))
                        || !results.any(|selected| selected)
                }
            }
        }
        (_, JsonValue::Object(condition)) => meets(state, row, name, &Args::new(condition)),
        (_, wanted) => cell(row, name).is_none_or(|cell| cell == *wanted),
    })
}

/// Returns the value that a filter or an order of this name refers to.
fn cell(row: &JsonMap, name: &str) -> Option<JsonValue> {
    match name {
        "id" | "uuid" | "entityId" => Some(key(row).into()),
        _ => column(row, name).cloned(),
    }
}

/// Returns whether a column meets a condition; an object without operators concerns the row that the
/// column refers to.
fn meets(state: &State, row: &JsonMap, name: &str, condition: &Args<'_>) -> bool {
    let given = |name: &&&str| condition.given(name).is_some_and(|value| !value.is_null());
    let Some(operator) = OPERATORS.iter().find(given) else {
        let inner = column(row, name).and_then(JsonValue::as_object);
        let there = inner.and_then(|inner| {
            let kind = inner.get("__typename").and_then(JsonValue::as_str)?;
            node::find(state, kind, super::row::id(inner))
        });
        return there.is_none_or(|there| selects(state, &there, condition));
    };
    let Some(wanted) = condition.given(operator) else { return true };
    let Some(value) = cell(row, name) else { return true };
    if *operator == "isNull" {
        return wanted.as_bool().is_none_or(|wanted| wanted == value.is_null());
    }
    // Observed: of times, `notEquals` is never applied.
    let time = wanted.as_str().and_then(date::parse).map(|moment| moment.at);
    if time.is_some() && *operator == "notEquals" {
        return true;
    }
    // In SQL, a comparison with null selects no row.
    if value.is_null() {
        return false;
    }
    let ordering = compare(&value, wanted);
    let holds = |text: &str, pattern: &str, operator: &str| match operator {
        "contains" => like(text, &format!("%{pattern}%")),
        "startsWith" => like(text, &format!("{pattern}%")),
        _ => like(text, &format!("%{pattern}")),
    };
    match *operator {
        "equals" => ordering == Ordering::Equal,
        "notEquals" => ordering != Ordering::Equal,
        "before" | "lessThan" => ordering == Ordering::Less,
        "after" | "greaterThan" => ordering == Ordering::Greater,
        "lessThanOrEqual" => ordering != Ordering::Greater,
        "greaterThanOrEqual" => ordering != Ordering::Less,
        "in" | "notIn" => {
            let found = wanted.as_array().is_some_and(|items| items.contains(&value));
            found == (*operator == "in")
        }
        "iIn" | "iNotIn" => {
            let items = wanted.as_array().into_iter().flatten();
            let mut texts = items.filter_map(JsonValue::as_str);
            let text = value.as_str().unwrap_or_default();
            let found = texts.any(|item| item.to_lowercase() == text.to_lowercase());
            found == (*operator == "iIn")
        }
        "exists" | "some" | "none" => true,
        other => {
            let (insensitive, word) = match other.strip_prefix('i') {
                Some(word) => (true, word),
                None => (false, other),
            };
            let word = format!("{}{}", word[..1].to_lowercase(), &word[1..]);
            let (negated, word) = match word.strip_prefix("not") {
                Some(word) => (true, format!("{}{}", word[..1].to_lowercase(), &word[1..])),
                None => (false, word),
            };
            let (mut text, mut pattern) = (
                value.as_str().unwrap_or_default().to_owned(),
                wanted.as_str().unwrap_or_default().to_owned(),
            );
            if insensitive {
                (text, pattern) = (text.to_lowercase(), pattern.to_lowercase());
            }
            let found =
                if word == "equals" { text == pattern } else { holds(&text, &pattern, &word) };
            found != negated
        }
    }
}

/// Matches a pattern of SQL, in which `%` is any text and `_` any character.
fn like(text: &str, pattern: &str) -> bool {
    let mut characters = pattern.chars();
    match characters.next() {
        None => text.is_empty(),
        Some('%') => {
            let rest = characters.as_str();
            text.char_indices().any(|(at, _)| like(&text[at..], rest)) || like("", rest)
        }
        Some(wanted) => {
            let mut text = text.chars();
            let found = text.next();
            found.is_some_and(|found| wanted == '_' || wanted == found)
                && like(text.as_str(), characters.as_str())
        }
    }
}

/// Compares values: times and numbers by their size, also if they are texts.
fn compare(left: &JsonValue, right: &JsonValue) -> Ordering {
    let number = |value: &JsonValue| {
        value.as_f64().or_else(|| value.as_str().and_then(|text| text.parse().ok()))
    };
    match (left, right) {
        (JsonValue::Bool(left), JsonValue::Bool(right)) => left.cmp(right),
        (JsonValue::String(left), JsonValue::String(right)) => {
            let time = |text: &str| date::parse(text).map(|moment| moment.at);
            match (time(left.as_str()), time(right.as_str())) {
                (Some(left), Some(right)) => left.cmp(&right),
                _ => match (number(&left.as_str().into()), number(&right.as_str().into())) {
                    (Some(left), Some(right)) => left.total_cmp(&right),
                    _ => plain_id(left.as_str()).cmp(&plain_id(right.as_str())),
                },
            }
        }
        _ => match (number(left), number(right)) {
            (Some(left), Some(right)) => left.total_cmp(&right),
            _ => Ordering::Equal,
        },
    }
}

/// An order: columns, and whether each is descending.
pub(super) struct Order {
    columns: Vec<(String, bool)>,
}

impl Order {
    pub(super) fn read(args: &Args<'_>) -> Option<Self> {
        let parts = args.given("orderBy")?.as_array()?;
        let columns = parts.iter().filter_map(JsonValue::as_object).filter_map(|part| {
            let part = Args::new(part);
            let descending = part.text("direction")?.starts_with("DESC");
            Some((camel(part.text("field")?), descending))
        });
        Some(Self { columns: columns.collect() }).filter(|order| !order.columns.is_empty())
    }

    pub(super) fn compare(&self, left: &JsonMap, right: &JsonMap) -> Ordering {
        let mut orderings = self.columns.iter().map(|(name, descending)| {
            let (left, right) = (cell(left, name), cell(right, name));
            let ordering = match (left.filter(|v| !v.is_null()), right.filter(|v| !v.is_null())) {
                (Some(left), Some(right)) => compare(&left, &right),
                // In SQL, null is greater than any value.
                (None, Some(_)) => Ordering::Greater,
                (Some(_), None) => Ordering::Less,
                (None, None) => Ordering::Equal,
            };
            if *descending { ordering.reverse() } else { ordering }
        });
        orderings.find(|ordering| ordering.is_ne()).unwrap_or(Ordering::Equal)
    }
}

/// Converts the name of an enum value to that of a field.
fn camel(name: &str) -> String {
    let mut words = name.split('_').map(str::to_lowercase);
    let first = words.next().unwrap_or_default();
    words.fold(first, |name, word| {
        let mut letters = word.chars();
        let initial = letters.next().map(|letter| letter.to_ascii_uppercase());
        name + &initial.into_iter().chain(letters).collect::<String>()
    })
}
