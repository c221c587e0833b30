//! Writes rows page by page in the requested format.

mod csv;
mod format;
mod json;
mod secret;
mod table;
mod time;
mod yaml;

use std::{
    borrow::Cow,
    io::{self, Write},
};

use backendai::Field;
use serde_json::{Map, Value};

use crate::global::RowFormat;

/// A row: values by field name.
pub(crate) type Row = Map<String, Value>;

/// The replacement for a secret.
pub(crate) const MASK: &str = "***";

pub(crate) use self::secret::is_secret;

/// The value with its secret members masked.
pub(crate) fn mask(value: &Value) -> Value {
    secret::hide(value).into_owned()
}

/// A value as in the cell of a table.
pub(crate) fn cell(value: &Value) -> String {
    format::console(backendai::Format::Plain, value)
}

/// How rows are written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    pub(crate) form: RowFormat,
    pub(crate) show_secrets: bool,
    /// Columns of the terminal that the rows are written to; none when it is a pipe or a file.
    pub(crate) width: Option<usize>,
    /// Whether lines have whole cells and times, and may be wider than the terminal.
    pub(crate) wide: bool,
    /// Whether a table and CSV begin with the names of the columns.
    pub(crate) headers: bool,
    /// The field that names a row.
    pub(crate) name: Option<&'static str>,
    /// Whether a table shows the key in a global id instead of it.
    pub(crate) keys: bool,
}

impl Style {
    /// The style for the standard output.
    pub(crate) fn of_stdout(form: RowFormat, show_secrets: bool) -> Self {
        // A terminal that does not know its size counts as one of 80 columns.
        let width = console::user_attended().then(|| console::Term::stdout().size().1.into());
        Self { form, show_secrets, width, wide: false, headers: true, name: None, keys: false }
    }

    /// Whether rows are one line each, as far as the width allows.
    pub(crate) fn is_brief(&self) -> bool {
        self.form == RowFormat::Table && self.width.is_some() && !self.wide
    }
}

/// Receives rows, and flushes the output after each page.
pub(crate) trait Sink {
    /// Writes the next rows.
    fn page(&mut self, rows: Vec<Row>) -> io::Result<()>;

    /// Ends the output. The complete list has `total` rows, if known.
    fn end(&mut self, total: Option<u64>) -> io::Result<()>;

    /// The names of the columns for which the terminal is too narrow.
    fn left_out(&self) -> Vec<&'static str> {
        Vec::new()
    }
}

/// Writes a list of rows.
pub(crate) fn list<'a>(style: Style, fields: &[Field], out: impl Write + 'a) -> Box<dyn Sink + 'a> {
    let columns = Columns::new(fields, &style);
    match style.form {
        RowFormat::Table => match style.width.filter(|_| !style.wide) {
            Some(width) => Box::new(table::Brief::new(columns, width, style, out)),
            None => Box::new(table::Table::new(columns, style, out)),
        },
        RowFormat::Json => Box::new(json::Whole::new(columns, out)),
        RowFormat::Jsonl => Box::new(json::Lines::new(columns, out)),
        RowFormat::Csv => Box::new(csv::Csv::new(columns, style.headers, out)),
        RowFormat::Yaml => Box::new(yaml::Yaml::new(columns, out)),
        RowFormat::Name => Box::new(json::Names::new(style.name.unwrap_or("id"), style.keys, out)),
    }
}

/// Says on a terminal that a table has no rows; `selected` if options select some of all.
pub(crate) fn note_none(style: &Style, objects: &str, selected: bool) {
    if style.form == RowFormat::Table && style.width.is_some() {
        let selected = if selected { " match the given options" } else { "" };
        crate::output::err(format!("no {objects}{selected}"));
    }
}

/// Names the columns for which the terminal was too narrow, below the rows.
pub(crate) fn note_left_out(names: &[&str]) {
    if !names.is_empty() {
        let names = names.join(", ");
        crate::output::err(format!("columns left out: {names}; --wide shows all"));
    }
}

/// Writes one object: a line per field in a table, else a list of one row.
pub(crate) fn one(style: Style, fields: &[Field], row: Row, out: impl Write) -> io::Result<()> {
    let columns = Columns::new(fields, &style);
    if style.form == RowFormat::Table {
        return table::upright(&columns, style.width, &row, None, out);
    }
    let mut sink = list(style, fields, out);
    sink.page(vec![row])?;
    sink.end(Some(1))
}

/// Writes one object in a table, with the fields marked that changed.
pub(crate) fn marked(
    style: Style,
    fields: &[Field],
    row: &Row,
    changed: &[&str],
    out: impl Write,
) -> io::Result<()> {
    let columns = Columns::new(fields, &style);
    table::upright(&columns, style.width, row, Some(changed), out)
}

/// The fields that are shown.
struct Columns {
    fields: Vec<Field>,
    show_secrets: bool,
    keys: bool,
}

/// The value of a field; of a member of another field by a name with dots.
pub(crate) fn get<'r>(row: &'r Row, name: &str) -> Option<Cow<'r, Value>> {
    if let Some(value) = row.get(name) {
        return Some(Cow::Borrowed(value));
    }
    let (first, rest) = name.split_once('.')?;
    match row.get(first)? {
        Value::Object(inner) => get(inner, rest),
        // A member of each of several objects.
        Value::Array(items) => {
            let members = items.iter().filter_map(Value::as_object);
            Some(Cow::Owned(members.filter_map(|it| Some(get(it, rest)?.into_owned())).collect()))
        }
        _ => None,
    }
}

/// Whether a value is null or empty, also as the text of an empty list or object.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::String(text) => matches!(text.trim(), "" | "[]" | "{}"),
        _ => false,
    }
}

/// A value for people: `-` where there is nothing to show.
fn readable(field: &Field, value: &Value) -> String {
    match is_nothing(&format::json(field.format(), value)) {
        true => "-".to_owned(),
        false => format::console(field.format(), value),
    }
}

/// The key in a global id, or the value itself.
fn keyed(value: Cow<'_, Value>) -> Cow<'_, Value> {
    match value.as_str().and_then(crate::input::key_of) {
        Some(key) => Cow::Owned(key.into()),
        None => value,
    }
}

impl Columns {
    fn new(fields: &[Field], style: &Style) -> Self {
        let keys = style.keys && matches!(style.form, RowFormat::Table | RowFormat::Csv);
        Self { fields: fields.to_vec(), show_secrets: style.show_secrets, keys }
    }

    /// A field's value, or its mask. Null is never masked.
    fn value<'r>(&self, field: &Field, row: &'r Row) -> Cow<'r, Value> {
        let value = match get(row, field.name()) {
            Some(value) if self.keys => keyed(value),
            Some(value) => value,
            // A secret is not requested unless it is shown.
            None if field.is_secret() && !self.show_secrets => return Cow::Owned(MASK.into()),
            None => Cow::Owned(Value::Null),
        };
        if self.show_secrets || value.is_null() {
            value
        } else if field.is_secret() {
            Cow::Owned(MASK.into())
        } else {
            match value {
                Cow::Borrowed(value) => secret::hide(value),
                Cow::Owned(value) => Cow::Owned(secret::hide(&value).into_owned()),
            }
        }
    }

    /// The cells of a table, as the official client writes them.
    fn console(&self, row: &Row) -> Vec<String> {
        let cell = |field: &Field| format::console(field.format(), &self.value(field, row));
        self.fields.iter().map(cell).collect()
    }

    /// The same for people: `-` where there is nothing to show.
    fn readable(&self, row: &Row) -> Vec<String> {
        let cell = |field: &Field| readable(field, &self.value(field, row));
        self.fields.iter().map(cell).collect()
    }

    /// The same for a table with one line per row, with relative times.
    fn brief(&self, row: &Row) -> Vec<String> {
        let cell = |field: &Field| {
            let value = self.value(field, row);
            time::ago(&value).unwrap_or_else(|| readable(field, &value).replace(['\n', '\t'], " "))
        };
        self.fields.iter().map(cell).collect()
    }

    /// The value of a field in JSON and CSV.
    fn json(&self, field: &Field, row: &Row) -> Value {
        let value = self.value(field, row);
        // The mask is not formatted.
        if *value == MASK { value.into_owned() } else { format::json(field.format(), &value) }
    }
}

#[cfg(test)]
mod tests;
