//! Prints rows and single objects in the requested format.

use std::io::{self, Write as _};

use comfy_table::{Table, presets};
use serde_json::{Map, Value, json};

use crate::{
    global::{Global, RowFormat, SingleFormat},
    output::{Failure, data, json, out},
    visible::{Data, visible},
};

/// One object: names of fields with values.
pub(super) type Object = Map<String, Value>;

/// Makes an object.
pub(super) fn object<const N: usize>(fields: [(&str, Value); N]) -> Object {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A list. Each column has the name of its field.
pub(super) fn rows(global: &Global, columns: &[&str], items: Vec<Object>) -> Result<(), Failure> {
    match global.rows()? {
        RowFormat::Table => {
            let mut table = Table::new();
            table.load_style(presets::NOTHING);
            table.set_header(columns.iter().map(|column| column.to_uppercase()));
            for item in &items {
                table.add_row(columns.iter().map(|column| cell(item.get(*column))));
            }
            // Each cell has a leading space.
            let lines = table.trim_fmt();
            lines.lines().try_for_each(|line| out(line.strip_prefix(' ').unwrap_or(line)))
        }
        RowFormat::Json => json(&items),
        RowFormat::Jsonl => items.iter().try_for_each(|item| data(json!(item).to_string())),
        RowFormat::Csv => {
            let mut writer = csv::Writer::from_writer(Data::stdout());
            let write = |writer: &mut csv::Writer<_>| -> csv::Result<()> {
                writer.write_record(columns)?;
                for item in &items {
                    writer.write_record(columns.iter().map(|column| text(item.get(*column))))?;
                }
                writer.flush().map_err(Into::into)
            };
            write(&mut writer).map_err(|error| Failure::writing(io::Error::other(error)))
        }
        RowFormat::Yaml | RowFormat::Name => {
            Err(Failure::usage("this command prints table, json, jsonl or csv"))
        }
    }
}

/// One object: a line for each field, or JSON.
pub(super) fn one(global: &Global, item: &Object) -> Result<(), Failure> {
    match global.single()? {
        SingleFormat::Json => json(item),
        SingleFormat::Text => {
            item.iter().try_for_each(|(name, value)| out(format!("{name}: {}", cell(Some(value)))))
        }
    }
}

/// Prints the result of a change: a line, or JSON.
pub(super) fn done(global: &Global, line: &str, item: &Object) -> Result<(), Failure> {
    match global.single()? {
        SingleFormat::Json => json(item),
        SingleFormat::Text => out(line),
    }
}

/// Writes bytes unchanged.
pub(super) fn bytes(bytes: &[u8]) -> Result<(), Failure> {
    let mut stdout = io::stdout();
    stdout.write_all(bytes).and_then(|()| stdout.flush()).map_err(Failure::writing)
}

/// A value as text of one line.
fn cell(value: Option<&Value>) -> String {
    visible(&text(value)).replace('\n', "\\n").replace('\t', "\\t")
}

/// A value as text.
fn text(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(items)) => {
            items.iter().map(|item| text(Some(item))).collect::<Vec<_>>().join(", ")
        }
        Some(other) => other.to_string(),
    }
}
