//! The place between two rows.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// How many keys a place in a walk by offset remembers: if the rows of some are gone, the others
/// still say where it is.
const REMEMBERED: usize = 8;

/// Where a walk stands. It can be stored, as text or by serde, and another walk of the same
/// operation goes on from it: in the same way, with the same filter and order.
///
/// ```
/// # use backendai::Position;
/// let text = Position::after(20).to_string();
/// assert_eq!(text, r#"{"rows":20}"#);
/// assert_eq!(text.parse::<Position>()?, Position::after(20));
/// # Ok::<_, backendai::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Position {
    rows: u64,
    /// For a walk by key: that of the last row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    /// For a walk by cursor: that of the last row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cursor: Option<String>,
    /// For a walk by offset: those of the last rows, the last one last. For a walk by cursor that
    /// went back: those of the rows that it went back over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    behind: Vec<String>,
}

/// A row that was handed out.
#[derive(Debug)]
pub(super) struct Mark {
    /// Its place in the page.
    pub(super) index: usize,
    /// How many rows are behind the walk with it.
    pub(super) rows: u64,
    /// Its key, or its cursor.
    pub(super) key: Option<String>,
}

impl Position {
    /// After the first `rows` rows. A walk by cursor cannot begin there.
    pub const fn after(rows: u64) -> Self {
        Self { rows, key: None, cursor: None, behind: Vec::new() }
    }

    /// How many rows are behind it.
    pub const fn rows(&self) -> u64 {
        self.rows
    }

    pub(super) fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    pub(super) fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }

    pub(super) fn behind(&self) -> &[String] {
        &self.behind
    }

    /// The place behind further rows of a walk by key.
    pub(super) fn past_keys(&self, rows: &[Mark]) -> Self {
        let Some(last) = rows.last() else { return self.clone() };
        Self { key: last.key.clone().or_else(|| self.key.clone()), ..Self::after(last.rows) }
    }

    /// The place behind further rows of a walk by cursor.
    pub(super) fn past_cursors(&self, rows: &[Mark]) -> Self {
        let Some(last) = rows.last() else { return self.clone() };
        let cursor = rows.iter().rev().find_map(|row| row.key.clone());
        let (cursor, behind) = (cursor.or_else(|| self.cursor.clone()), self.behind.clone());
        Self { cursor, behind, ..Self::after(last.rows) }
    }

    /// The place behind further rows of a walk by offset.
    pub(super) fn past_rows(&self, rows: &[Mark]) -> Self {
        let Some(last) = rows.last() else { return self.clone() };
        let keys = rows.iter().filter_map(|row| row.key.as_ref());
        let mut behind: Vec<_> = self.behind.iter().chain(keys).rev().take(REMEMBERED).collect();
        behind.reverse();
        Self { behind: behind.into_iter().cloned().collect(), ..Self::after(last.rows) }
    }

    /// The same place, if that many rows are behind it.
    pub(super) fn with_rows(self, rows: u64) -> Self {
        Self { rows, ..self }
    }

    /// The same place in a walk by cursor that went back over these rows.
    pub(super) fn with_behind(&self, behind: Vec<String>) -> Self {
        Self { behind, ..self.clone() }
    }

    pub(super) fn with_cursor(self, cursor: Option<String>) -> Self {
        Self { cursor: cursor.or(self.cursor), ..self }
    }
}

impl fmt::Display for Position {
    /// A line of JSON.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl FromStr for Position {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        serde_json::from_str(text).map_err(|error| {
            Error::config("this is no position: it has to be the text that one was written as")
                .with_source(error)
        })
    }
}
