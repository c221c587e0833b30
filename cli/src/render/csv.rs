//! CSV, for spreadsheets.
//!
//! The header has the names of the fields. Null is an empty cell; a list or an object is its JSON.
//! A string that a spreadsheet would evaluate as a formula is prefixed with `'`: users write names and
//! descriptions, and administrators open them. Programs that need unchanged strings use `jsonl`.

use std::io::{self, Write};

use ::csv::Writer;
use serde_json::Value;

use super::{Columns, Row, Sink};

pub(super) struct Csv<W: Write> {
    columns: Columns,
    out: Writer<W>,
    headed: bool,
}

impl<W: Write> Csv<W> {
    pub(super) fn new(columns: Columns, headers: bool, out: W) -> Self {
        Self { columns, out: Writer::from_writer(out), headed: !headers }
    }

    fn head(&mut self) -> io::Result<()> {
        if !self.headed {
            self.out.write_record(self.columns.fields.iter().map(|field| field.name()))?;
            self.headed = true;
        }
        Ok(())
    }
}

impl<W: Write> Sink for Csv<W> {
    fn page(&mut self, rows: Vec<Row>) -> io::Result<()> {
        self.head()?;
        for row in &rows {
            let cells = self.columns.fields.iter();
            self.out.write_record(cells.map(|field| cell(self.columns.json(field, row))))?;
        }
        self.out.flush()
    }

    fn end(&mut self, _: Option<u64>) -> io::Result<()> {
        self.head()?;
        self.out.flush()
    }
}

fn cell(value: Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) if is_formula(&text) => format!("'{text}"),
        Value::String(text) => text,
        other => other.to_string(),
    }
}

/// Whether a spreadsheet would evaluate the cell. Numbers are exempt.
fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
        && text.parse::<f64>().is_err()
}
