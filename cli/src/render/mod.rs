//! Rows, as people and programs want them: written page by page, as they come.

mod csv;
mod format;
mod json;
mod secret;
mod table;

use std::{
    borrow::Cow,
    io::{self, Write},
};

use backendai::Field;
use serde_json::{Map, Value};

use crate::global::Rows as Form;

/// A row: values by the names of the fields.
pub(crate) type Row = Map<String, Value>;

/// What stands in the place of a secret.
const MASK: &str = "***";

pub(crate) use self::secret::is_in as holds_secret;

/// How rows are written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    pub(crate) form: Form,
    pub(crate) show_secrets: bool,
    /// Columns of the terminal that the rows are written to; none when it is a pipe or a file.
    pub(crate) width: Option<usize>,
}

impl Style {
    /// For the standard output.
    pub(crate) fn of_stdout(form: Form, show_secrets: bool) -> Self {
        let width = console::Term::stdout().size_checked().map(|(_, columns)| columns.into());
        Self { form, show_secrets, width }
    }
}

/// Where rows go. What is written is flushed with each page.
pub(crate) trait Sink {
    /// The next rows.
    fn page(&mut self, rows: Vec<Row>) -> io::Result<()>;

    /// All rows were there; the whole list has `total`, if that is known.
    fn end(&mut self, total: Option<u64>) -> io::Result<()>;
}

/// Writes a list of rows.
pub(crate) fn list<'a>(style: Style, fields: &[Field], out: impl Write + 'a) -> Box<dyn Sink + 'a> {
    let columns = Columns { fields: fields.to_vec(), show_secrets: style.show_secrets };
    match style.form {
        Form::Table => Box::new(table::Table::new(columns, style.width, out)),
        Form::Json => Box::new(json::Whole::new(columns, out)),
        Form::Jsonl => Box::new(json::Lines::new(columns, out)),
        Form::Csv => Box::new(csv::Csv::new(columns, out)),
    }
}

/// Writes one object: for people a line for each field, else a list of one.
pub(crate) fn one(style: Style, fields: &[Field], row: Row, out: impl Write) -> io::Result<()> {
    let columns = Columns { fields: fields.to_vec(), show_secrets: style.show_secrets };
    if style.form == Form::Table {
        return table::upright(&columns, style.width, &row, out);
    }
    let mut sink = list(style, fields, out);
    sink.page(vec![row])?;
    sink.end(Some(1))
}

/// The fields that are shown.
struct Columns {
    fields: Vec<Field>,
    show_secrets: bool,
}

impl Columns {
    /// A field's value, or what stands in its place. That there is none is no secret.
    fn value<'r>(&self, field: &Field, row: &'r Row) -> Cow<'r, Value> {
        let value = row.get(field.name()).unwrap_or(&Value::Null);
        if self.show_secrets || value.is_null() {
            Cow::Borrowed(value)
        } else if field.is_secret() {
            Cow::Owned(MASK.into())
        } else {
            secret::hide(value)
        }
    }

    /// For people.
    fn console(&self, row: &Row) -> Vec<String> {
        let cell = |field: &Field| format::console(field.format(), &self.value(field, row));
        self.fields.iter().map(cell).collect()
    }

    /// For programs.
    fn json(&self, field: &Field, row: &Row) -> Value {
        let value = self.value(field, row);
        // A mask has no format.
        if *value == MASK { value.into_owned() } else { format::json(field.format(), &value) }
    }
}

#[cfg(test)]
mod tests;
