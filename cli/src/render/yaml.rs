//! YAML: a list of the rows.
//!
//! Strings that could be read as something else are written as in JSON, which is a part of YAML.

use std::{
    fmt::Write as _,
    io::{self, Write},
};

use serde_json::Value;

use super::{Columns, Row, Sink};

pub(super) struct Yaml<W> {
    columns: Columns,
    rows: u64,
    out: W,
}

impl<W: Write> Yaml<W> {
    pub(super) fn new(columns: Columns, out: W) -> Self {
        Self { columns, rows: 0, out }
    }
}

impl<W: Write> Sink for Yaml<W> {
    fn page(&mut self, rows: Vec<Row>) -> io::Result<()> {
        for row in &rows {
            // In the order of the fields, which a map does not keep.
            let mut text = String::new();
            for field in &self.columns.fields {
                let _ = write!(text, "  {}:", scalar(field.name()));
                write(&mut text, &self.columns.json(field, row), 4);
            }
            text.replace_range(..1, "-");
            self.out.write_all(text.as_bytes())?;
            self.rows += 1;
        }
        self.out.flush()
    }

    fn end(&mut self, _: Option<u64>) -> io::Result<()> {
        if self.rows == 0 {
            writeln!(self.out, "[]")?;
        }
        self.out.flush()
    }
}

/// Writes a value after `key:` or `-`.
fn write(text: &mut String, value: &Value, indent: usize) {
    let pad = " ".repeat(indent);
    // Writing to a string cannot fail.
    let _ = match value {
        Value::Object(members) if !members.is_empty() => {
            text.push('\n');
            for (name, value) in members {
                let _ = write!(text, "{pad}{}:", scalar(name));
                write(text, value, indent + 2);
            }
            Ok(())
        }
        Value::Array(items) if !items.is_empty() => {
            text.push('\n');
            for item in items {
                let mut inner = String::new();
                write(&mut inner, item, indent + 2);
                let _ = write!(text, "{pad}- {}", inner.trim_start());
            }
            Ok(())
        }
        Value::Object(_) => writeln!(text, " {{}}"),
        Value::Array(_) => writeln!(text, " []"),
        Value::String(string) => writeln!(text, " {}", scalar(string)),
        other => writeln!(text, " {other}"),
    };
}

/// A string, in quotes unless it can only be read as a string.
fn scalar(text: &str) -> String {
    let is_plain = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "_-./@".contains(c));
    let is_word = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
        .contains(&text.to_ascii_lowercase().as_str());
    if is_plain && !is_word { text.to_owned() } else { Value::from(text).to_string() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn yaml_keeps_types_apart() {
        let mut text = String::new();
        let value = json!([{
            "a": "x", "b": "yes", "c": "1", "d": 1, "e": null, "f": ["p q", {"k": []}], "g": {"h": ""}
        }]);
        super::write(&mut text, &value, 0);
        let expected = "- a: x\n  b: \"yes\"\n  c: \"1\"\n  d: 1\n  e: null\n  f:\n    - \"p q\"\n    \
                        - k: []\n  g:\n    h: \"\"\n";
        assert_eq!(text.trim_start(), expected);
    }
}
