//! Rows of a dynamic operation.

use std::{fmt, ops::Deref};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use super::{Field, Page, info::OperationInfo};
use crate::{credential::Redacted, scalar::BigInt};

/// One row as JSON, by the names of its fields. `Debug` does not show secrets.
#[derive(Clone, PartialEq)]
pub struct Row {
    values: Map<String, Value>,
    /// Identifies the row in its list.
    key: Option<String>,
    known: &'static [Field],
}

impl Row {
    /// Converts to the values by the names of the fields.
    pub fn into_map(self) -> Map<String, Value> {
        self.values
    }

    pub(super) fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }
}

impl Deref for Row {
    type Target = Map<String, Value>;

    fn deref(&self) -> &Self::Target {
        &self.values
    }
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.values.serialize(serializer)
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_secret =
            |name: &str| self.known.iter().any(|field| field.name() == name && field.is_secret());
        let entries = self.values.iter().map(|(name, value)| {
            let shown: &dyn fmt::Debug = if is_secret(name) { &Redacted } else { value };
            (name, shown)
        });
        f.debug_map().entries(entries).finish()
    }
}

/// The response to a [`DynamicOperation`](super::DynamicOperation).
#[derive(Clone, Debug, Default)]
pub struct Rows {
    data: Data,
    items: Vec<Row>,
    total: Option<u64>,
    /// Whether there was an object or a list, and not null.
    found: bool,
    cursors: Vec<Option<String>>,
    end_cursor: Option<String>,
    has_next_page: Option<bool>,
}

/// What was received, before the rows are taken out of it.
#[derive(Clone, Default)]
struct Data(Value);

/// It may contain secrets.
impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Data")
    }
}

impl<'de> Deserialize<'de> for Rows {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let data = Data(Value::Object(Map::deserialize(deserializer)?));
        Ok(Self { data, ..Self::default() })
    }
}

impl Rows {
    /// Converts to the rows of a list; none or one where the operation selects one object.
    pub fn into_vec(self) -> Vec<Row> {
        self.items
    }

    /// Returns the number of rows of the whole list, where the manager reports it.
    pub const fn total_count(&self) -> Option<u64> {
        self.total
    }

    /// The page; `None` where the manager returned null, unless that means no rows.
    pub(super) fn into_page(self, may_be_null: bool) -> Option<Page<Row>> {
        let Self { items, total, found, cursors, end_cursor, has_next_page, .. } = self;
        let page = Page { cursors, end_cursor, has_next_page, ..Page::new(items, total) };
        (found || may_be_null).then_some(page)
    }

    /// Takes the rows out of the data. Of each row only `fields` are kept, unless there are none.
    pub(super) fn extract(&mut self, info: &OperationInfo, fields: &[Field]) {
        let mut at = std::mem::take(&mut self.data.0);
        let Some(rows) = info.rows else { return };
        for (index, key) in rows.path.iter().enumerate() {
            if index + 1 == rows.path.len() {
                self.total = rows.total.and_then(|key| at.get(key)).and_then(Value::as_u64);
                if let Some((edges, about)) =
                    rows.edges.and_then(|edges| Some((edges, at.get(edges.page_info?)?)))
                {
                    self.has_next_page = about.get(edges.has_next_page).and_then(Value::as_bool);
                    self.end_cursor = about.get(edges.end_cursor).and_then(text);
                }
            }
            at = at.get_mut(*key).map_or(Value::Null, Value::take);
            if at.is_null() {
                return;
            }
        }
        self.found = true;
        let items = match at {
            Value::Array(items) => items,
            object => vec![object],
        };
        for mut item in items {
            if let Some(edges) = rows.edges {
                let cursor = edges.cursor.and_then(|key| item.get(key)).and_then(text);
                self.cursors.push(cursor);
                if let Some(node) = edges.node {
                    item = item.get_mut(node).map_or(Value::Null, Value::take);
                }
            }
            // A list may have null among its rows.
            let mut values = match item {
                Value::Object(values) => values,
                _ => Map::new(),
            };
            values.values_mut().for_each(restore_integers);
            let key = take_key(info, &mut values);
            if !fields.is_empty() {
                values.retain(|name, _| fields.iter().any(|field| field.name() == name));
            }
            self.items.push(Row { values, key, known: rows.fields });
        }
    }
}

/// Writes whole numbers beyond 32 bits as integers again: the manager sends them as floats.
fn restore_integers(value: &mut Value) {
    match value {
        Value::Number(number) if number.is_f64() => {
            let whole = BigInt::deserialize(&*value).ok();
            if let Some(BigInt(whole)) =
                whole.filter(|BigInt(whole)| i32::try_from(*whole).is_err())
            {
                *value = whole.into();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(restore_integers),
        Value::Object(members) => members.values_mut().for_each(restore_integers),
        _ => {}
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// Under this key a row has a part of its key besides the chosen fields.
pub(super) fn key_alias(index: usize) -> String {
    format!("pagedBy{index}")
}

fn take_key(info: &OperationInfo, values: &mut Map<String, Value>) -> Option<String> {
    let key = info.paging?.key?;
    let parts = key.fields.iter().enumerate().map(|(index, field)| {
        let part = values.remove(&key_alias(index));
        part.as_ref().or_else(|| values.get(*field)).and_then(text)
    });
    let parts: Vec<_> = parts.collect::<Option<_>>()?;
    (!parts.is_empty()).then(|| parts.join("\n"))
}
