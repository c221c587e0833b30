//! Objects that exist already, so that a file can be run again after an interruption.

use std::collections::HashMap;

use backendai::Client;
use serde_json::{Map, Value};

use super::{table::Change, task::Task};
use crate::{
    domain::{self, Query},
    output::Failure,
    render::Row,
};

/// Rows of a file that are compared by one request.
const CHUNK: usize = 100;

/// What is known of the object of a row.
pub(super) enum Found {
    Absent,
    /// It exists with the given values.
    Same,
    /// It exists with others: the name of a field, and what it holds.
    Other(String, String),
    /// It was sent before, without a known result.
    Unknown,
}

/// The existing objects of a noun, by their unique values.
pub(super) struct Existing {
    query: &'static Query,
    unique: &'static [&'static str],
    /// The column that selects the rows of a chunk; none where the whole list is read.
    column: Option<&'static str>,
    known: HashMap<String, Row>,
    /// Rows of the file that were looked up.
    done: usize,
}

impl Existing {
    /// `None` for a verb that makes no unique objects.
    pub(super) fn of(change: &Change) -> Option<Self> {
        let query = &domain::find(change.noun)?.list;
        let filters = query.info.paging.is_some_and(|paging| paging.window.is_some());
        let column = domain::columns(query).filter(|_| filters).and_then(|list| {
            let filters = |name: &&str| {
                list.columns.iter().any(|column| column.name == *name && column.filter)
            };
            change.unique.iter().copied().find(|name| filters(name))
        });
        (!change.unique.is_empty()).then(|| Self {
            query,
            unique: change.unique,
            column,
            known: HashMap::new(),
            done: 0,
        })
    }

    /// Returns what is known of the object of a task, which is the `index`th of all.
    pub(super) async fn find(
        &mut self,
        client: &Client,
        tasks: &[Task],
        index: usize,
    ) -> Result<Found, Failure> {
        if index >= self.done {
            let chunk = if self.column.is_some() { CHUNK } else { tasks.len() };
            let rest = tasks.get(index..).unwrap_or_default();
            let chunk = rest.get(..chunk).unwrap_or(rest);
            self.read(client, chunk).await?;
            self.done = index + chunk.len();
        }
        let Some(task) = tasks.get(index) else { return Ok(Found::Absent) };
        let found = self.known.get(&self.key(&task.values));
        Ok(found.map_or(Found::Absent, |row| compare(row, &task.given)))
    }

    async fn read(&mut self, client: &Client, tasks: &[Task]) -> Result<(), Failure> {
        let mut variables = Map::new();
        if let Some(column) = self.column {
            let quotable = |text: &&str| !text.contains(['"', '\\', '\n', '\0']);
            let values = tasks.iter().filter_map(|task| task.values.get(column)?.as_str());
            let values: Vec<_> =
                values.filter(quotable).map(|value| format!("\"{value}\"")).collect();
            if values.is_empty() {
                return Ok(());
            }
            variables
                .insert("filter".to_owned(), format!("{column} in [{}]", values.join(", ")).into());
        }
        let fields: Vec<_> = self
            .query
            .fields()
            .iter()
            .filter(|field| !field.is_secret())
            .map(backendai::Field::name)
            .collect();
        let operation = self.query.operation(variables, &fields)?;
        let mut pages = client.pages(operation);
        while let Some(page) = pages.next().await {
            for row in page?.items {
                let row = row.into_map();
                self.known.insert(self.key(&row), row);
            }
        }
        Ok(())
    }

    /// The unique values as one text.
    fn key(&self, values: &Map<String, Value>) -> String {
        let text = |name: &&str| match values.get(*name) {
            Some(Value::String(text)) => text.clone(),
            None | Some(Value::Null) => String::new(),
            Some(other) => other.to_string(),
        };
        self.unique.iter().map(text).collect::<Vec<_>>().join("\n")
    }
}

/// Compares the given values with those fields of the row that have the same names.
fn compare(row: &Row, given: &Map<String, Value>) -> Found {
    for (name, value) in given {
        let Some(there) = row.get(name) else { continue };
        if !is_same(there, value) {
            let there = there.as_str().map_or_else(|| there.to_string(), str::to_owned);
            return Found::Other(name.clone(), there);
        }
    }
    Found::Same
}

fn is_same(there: &Value, given: &Value) -> bool {
    match (there, given) {
        // An absent value may be stored as an empty one.
        (Value::Null, Value::String(text)) | (Value::String(text), Value::Null) => text.is_empty(),
        (Value::String(there), Value::String(given)) if there != given => {
            // JSON in a string may be written in another way.
            let parsed = |text: &str| serde_json::from_str::<Value>(text).ok();
            parsed(there).is_some_and(|there| Some(there) == parsed(given))
        }
        (there, given) => there == given,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::is_same;

    #[test]
    fn equal_values_may_be_written_differently() {
        assert!(is_same(&json!("{\"cpu\": 1}"), &json!("{\"cpu\":1}")));
        assert!(is_same(&json!(null), &json!("")));
        assert!(!is_same(&json!("a"), &json!("b")));
        assert!(!is_same(&json!(1), &json!(2)));
    }
}
