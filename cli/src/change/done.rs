//! The rows of a file that were done before, for objects that no value identifies.
//!
//! Beside `people.csv` there is `people.csv.done`: a line before and one after each operation. What an
//! interruption leaves without the second line is not repeated, because its outcome is unknown.

use std::{
    collections::HashMap,
    fs::{File, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    table::{Change, Kind},
    task::Task,
};
use crate::{output::Failure, render};

/// What is known of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    Begun,
    Done,
    Failed,
}

/// A line of the file.
#[derive(Clone, Serialize, Deserialize)]
struct Line {
    endpoint: String,
    operation: String,
    /// The values of the row; secrets are masked.
    values: Value,
    /// How many rows before it have the same values.
    nth: usize,
    state: State,
}

/// The file with the results.
pub(super) struct Journal {
    path: PathBuf,
    file: File,
    /// The row of each task, and what is known of it.
    rows: Vec<(Line, Option<State>)>,
}

impl Journal {
    /// `None` for a verb whose objects are recognised by their values.
    pub(super) fn of(
        change: &Change,
        rows: &Path,
        endpoint: &str,
        tasks: &[Task],
    ) -> Result<Option<Self>, Failure> {
        let is_file = rows.as_os_str() != "-";
        if change.kind != Kind::Create || !change.unique.is_empty() || !is_file {
            return Ok(None);
        }
        let mut name = rows.as_os_str().to_owned();
        name.push(".done");
        let path = PathBuf::from(name);
        let failed = |error: std::io::Error| {
            Failure::new(format!("cannot use {}", path.display()))
                .cause(error.to_string())
                .help("it records the rows that are done: make its folder writable")
        };
        let text = match std::fs::read_to_string(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            text => text.map_err(failed)?,
        };
        let mut known = HashMap::new();
        for (index, line) in text.lines().enumerate() {
            // An interrupted write leaves a part of the last line.
            match serde_json::from_str::<Line>(line) {
                Ok(line) => drop(known.insert(key(&line), line.state)),
                Err(_) if index + 1 == text.lines().count() => {}
                Err(error) => {
                    return Err(Failure::new(format!("cannot use {}", path.display()))
                        .cause(format!("line {}: {error}", index + 1))
                        .help("correct or remove the file"));
                }
            }
        }
        let mut file = OpenOptions::new().append(true).create(true).open(&path).map_err(failed)?;
        if !text.is_empty() && !text.ends_with('\n') {
            file.write_all(b"\n").map_err(failed)?;
        }
        let mut seen = HashMap::new();
        let rows = tasks.iter().map(|task| {
            let values = render::mask(&Value::Object(task.given.clone()));
            let nth = seen.entry(values.to_string()).and_modify(|nth| *nth += 1).or_insert(0);
            let line = Line {
                endpoint: endpoint.to_owned(),
                operation: change.info.name.to_owned(),
                values,
                nth: *nth,
                state: State::Begun,
            };
            let state = known.get(&key(&line)).copied();
            (line, state)
        });
        Ok(Some(Self { file, rows: rows.collect(), path }))
    }

    /// What is known of the `index`th row.
    pub(super) fn state(&self, index: usize) -> Option<State> {
        self.rows.get(index)?.1
    }

    /// Records the state of the `index`th row.
    pub(super) fn record(&mut self, index: usize, state: State) -> Result<(), Failure> {
        let Some((line, _)) = self.rows.get(index) else { return Ok(()) };
        let text = serde_json::to_string(&Line { state, ..line.clone() });
        let text = text.map_err(Failure::from_error)?;
        let written = self.file.write_all(format!("{text}\n").as_bytes());
        written.and_then(|()| self.file.sync_data()).map_err(|error| {
            Failure::new(format!("cannot write {}", self.path.display())).cause(error.to_string())
        })
    }
}

/// The failure of a row whose outcome is unknown.
pub(super) fn unknown(failure: Failure, noun: &str) -> Failure {
    failure.cause("it was sent before, and no result is known").help(format!(
        "look with `backendai {noun} list` whether it is done, and write \"done\" or \"failed\" in \
         place of \"begun\" in the last line of the file .done"
    ))
}

/// What identifies a row.
fn key(line: &Line) -> String {
    let Line { endpoint, operation, values, nth, .. } = line;
    format!("{endpoint}\n{operation}\n{nth}\n{values}")
}
