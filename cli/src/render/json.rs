//! JSON: one value as in the official client, or one line per row; and the names of rows alone.

use std::io::{self, Write};

use serde::{Serialize, Serializer, ser::SerializeMap as _};

use super::{Columns, Row, Sink};

/// A row with its fields in the requested order.
struct Shown<'a> {
    columns: &'a Columns,
    row: &'a Row,
}

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.columns.fields.len()))?;
        for field in &self.columns.fields {
            map.serialize_entry(field.name(), &self.columns.json(field, self.row))?;
        }
        map.end()
    }
}

/// `{"count", "total_count", "items"}`. The counts come first, so all rows are kept until the end.
pub(super) struct Whole<W> {
    columns: Columns,
    rows: Vec<Row>,
    out: W,
}

impl<W: Write> Whole<W> {
    pub(super) fn new(columns: Columns, out: W) -> Self {
        Self { columns, rows: Vec::new(), out }
    }
}

#[derive(Serialize)]
struct Listed<'a> {
    count: usize,
    total_count: u64,
    items: Vec<Shown<'a>>,
}

impl<W: Write> Sink for Whole<W> {
    fn page(&mut self, rows: Vec<Row>) -> io::Result<()> {
        self.rows.extend(rows);
        Ok(())
    }

    fn end(&mut self, total: Option<u64>) -> io::Result<()> {
        let count = self.rows.len();
        let columns = &self.columns;
        let items = self.rows.iter().map(|row| Shown { columns, row }).collect();
        // A list without a total count is complete.
        let total_count = total.unwrap_or(count as u64);
        serde_json::to_writer_pretty(&mut self.out, &Listed { count, total_count, items })?;
        writeln!(self.out)?;
        self.out.flush()
    }
}

/// One row per line.
pub(super) struct Lines<W> {
    columns: Columns,
    out: W,
}

impl<W: Write> Lines<W> {
    pub(super) fn new(columns: Columns, out: W) -> Self {
        Self { columns, out }
    }
}

impl<W: Write> Sink for Lines<W> {
    fn page(&mut self, rows: Vec<Row>) -> io::Result<()> {
        for row in &rows {
            serde_json::to_writer(&mut self.out, &Shown { columns: &self.columns, row })?;
            writeln!(self.out)?;
        }
        self.out.flush()
    }

    fn end(&mut self, _: Option<u64>) -> io::Result<()> {
        self.out.flush()
    }
}

/// The name of each row on a line, for the arguments of another command.
pub(super) struct Names<W> {
    field: &'static str,
    /// Whether the key in a global id is written instead of it.
    keys: bool,
    out: W,
}

impl<W: Write> Names<W> {
    pub(super) fn new(field: &'static str, keys: bool, out: W) -> Self {
        Self { field, keys, out }
    }
}

impl<W: Write> Sink for Names<W> {
    fn page(&mut self, rows: Vec<Row>) -> io::Result<()> {
        for row in &rows {
            let value = super::get(row, self.field);
            let value = if self.keys { value.map(super::keyed) } else { value };
            match value.as_deref() {
                Some(serde_json::Value::String(name)) => writeln!(self.out, "{name}")?,
                Some(other) => writeln!(self.out, "{other}")?,
                None => {}
            }
        }
        self.out.flush()
    }

    fn end(&mut self, _: Option<u64>) -> io::Result<()> {
        self.out.flush()
    }
}
