//! The rows of a file: CSV, JSON or JSONL.

use std::{fs, io::Read as _, path::Path};

use serde_json::{Map, Value};

use crate::{input::Input, output::Failure};

/// One row of a file, with its values by the names of the inputs.
pub(super) struct FileRow {
    /// Where it is, such as `people.csv:3`.
    pub(super) place: String,
    pub(super) values: Map<String, Value>,
}

/// Reads all rows of a file, or of the standard input for `-`. The first problem is an error.
pub(super) fn read(path: &Path, inputs: &[Input]) -> Result<Vec<FileRow>, Failure> {
    let from_stdin = path.as_os_str() == "-";
    let name = if from_stdin { "input".to_owned() } else { path.display().to_string() };
    let text = match from_stdin {
        true => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).map(|_| text)
        }
        false => fs::read_to_string(path),
    };
    let text =
        text.map_err(|error| Failure::new(format!("cannot read {name}")).cause(error.to_string()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let raw = match text.trim_start().chars().next() {
        Some('[' | '{') => json(text, &name)?,
        Some(_) => csv(text, &name)?,
        None => Vec::new(),
    };
    if raw.is_empty() {
        return Err(Failure::argument(format!("{name} has no rows")));
    }
    raw.into_iter().map(|(line, members)| row(format!("{name}:{line}"), members, inputs)).collect()
}

/// Members by the names in the file, with the line of each row.
type Raw = Vec<(u64, Vec<(String, Value)>)>;

fn json(text: &str, name: &str) -> Result<Raw, Failure> {
    let invalid = |error: serde_json::Error| {
        Failure::argument(format!("{name}:{} is not valid JSON", error.line()))
            .cause(error.to_string())
    };
    let (mut raw, mut lines) = (Vec::new(), Lines::of(text));
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    while let Some(value) = values.next() {
        let value = value.map_err(invalid)?;
        let end = lines.at(values.byte_offset());
        let rows = match value {
            // Lines within an array are not known; rows are counted.
            Value::Array(rows) => (1_u64..).zip(rows).collect(),
            row => vec![(end, row)],
        };
        for (line, row) in rows {
            let Value::Object(row) = row else {
                return Err(Failure::argument(format!("{name}:{line} is not an object")));
            };
            raw.push((line, row.into_iter().collect()));
        }
    }
    Ok(raw)
}

/// The lines of a text, counted once from its begin to its end.
struct Lines<'t> {
    text: &'t str,
    offset: usize,
    line: u64,
}

impl<'t> Lines<'t> {
    fn of(text: &'t str) -> Self {
        Self { text, offset: 0, line: 1 }
    }

    /// The line of a byte, which is not before that of the last call.
    fn at(&mut self, offset: usize) -> u64 {
        let between = self.text.as_bytes().get(self.offset..offset).unwrap_or_default();
        self.line += between.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.offset = offset;
        self.line
    }
}

/// An empty cell is absent.
fn csv(text: &str, name: &str) -> Result<Raw, Failure> {
    let invalid = |error: csv::Error| {
        Failure::argument(format!("{name} is not CSV")).cause(error.to_string())
    };
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::Headers).from_reader(text.as_bytes());
    let head = reader.headers().map_err(invalid)?.clone();
    let (mut raw, mut lines) = (Vec::new(), Lines::of(text));
    for record in reader.records() {
        let record = record.map_err(invalid)?;
        // The reader's own count of lines is one less where lines end with `\r\n`.
        let begin = record.position().map_or(0, csv::Position::byte) as usize;
        let rest = text.get(begin..).unwrap_or_default();
        let begin = begin + (rest.len() - rest.trim_start_matches(['\r', '\n']).len());
        let cells = head.iter().zip(&record).filter(|(_, cell)| !cell.is_empty());
        let cells = cells.map(|(column, cell)| (column.to_owned(), unescaped(cell).into()));
        raw.push((lines.at(begin), cells.collect()));
    }
    Ok(raw)
}

/// Undoes what our CSV output does to texts that a spreadsheet would evaluate.
fn unescaped(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@']) => rest,
        _ => cell,
    }
}

fn row(place: String, members: Vec<(String, Value)>, inputs: &[Input]) -> Result<FileRow, Failure> {
    let mut values = Map::new();
    for (name, given) in members {
        let Some(input) = inputs.iter().find(|input| input.is_called(&name)) else {
            let names: Vec<_> = inputs.iter().map(|input| input.name.as_str()).collect();
            let failure = Failure::argument(format!("{place}: there is no column `{name}`"))
                .help(format!("use some of {}", names.join(", ")));
            return Err(match backendai::suggest::near(&name, names) {
                Some(near) => failure.cause(format!("did you mean `{near}`?")),
                None if name.contains([';', '\t']) => {
                    failure.cause("columns are separated by commas")
                }
                None => failure,
            });
        };
        let value = input.read(&given).map_err(|problem| {
            Failure::argument(format!("{place}: `{name}` is invalid")).cause(problem.0)
        })?;
        values.insert(input.name.clone(), value);
    }
    Ok(FileRow { place, values })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_has_the_same_rows() {
        let rows = |text: &str, read: fn(&str, &str) -> Result<Raw, Failure>| {
            read(text, "f").unwrap_or_else(|failure| panic!("{}", failure.text()))
        };
        let expected = vec![
            (2, vec![("email".to_owned(), "a@b".into()), ("note".to_owned(), "=1".into())]),
            (3, vec![("email".to_owned(), "c@d".into())]),
        ];
        assert_eq!(rows("email, note\na@b,'=1\nc@d,\n", csv), expected);
        assert_eq!(rows("email, note\r\na@b,'=1\r\nc@d,\r\n", csv), expected);
        let spread = rows("email\r\n\r\na@b\r\n\"c\r\nd\"\r\ne@f\r\n", csv);
        assert_eq!(spread.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3, 4, 6]);
        assert_eq!(
            rows("\n{\"email\": \"a@b\", \"note\": \"=1\"}\n{\"email\": \"c@d\"}\n", json),
            expected
        );
        let array = rows("[{\"email\": \"a@b\"}, {\"email\": \"c@d\"}]", json);
        assert_eq!(array.iter().map(|(row, _)| *row).collect::<Vec<_>>(), [1, 2]);
        assert!(json("{\"a\": 1}\n{", "f").is_err());
        assert!(json("[1]", "f").is_err());
        assert!(csv("a,b\n1\n", "f").is_err());
    }
}
