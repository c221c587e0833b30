//! Positions in a list.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// How many keys or cursors a position keeps: if some of these rows are gone, the others still mark the
/// place.
const KEPT: usize = 8;

/// A position between two rows of a list. It can be stored, as a string or by serde, and another
/// pager of the same operation resumes from it: with the same strategy, filter and order.
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
    /// By key: the rows up to this key are read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    /// By cursor: the cursor of the last row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cursor: Option<String>,
    /// By offset the keys of the last rows, by cursor their cursors, newest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    recent: Vec<String>,
    /// By cursor, after going back: the cursors of the rows that it went back over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    skipped: Vec<String>,
}

/// A row that was returned.
#[derive(Debug)]
pub(super) struct RowRef {
    /// Its index in the page.
    pub(super) index: usize,
    /// How many rows of the list are read with it.
    pub(super) rows: u64,
    /// Its key, or its cursor.
    pub(super) key: Option<String>,
}

impl Position {
    /// After the first `rows` rows. Reading by cursor cannot begin there.
    pub const fn after(rows: u64) -> Self {
        Self { rows, key: None, cursor: None, recent: Vec::new(), skipped: Vec::new() }
    }

    /// Number of rows before it.
    pub const fn rows(&self) -> u64 {
        self.rows
    }

    pub(super) fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    pub(super) fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }

    pub(super) fn recent(&self) -> &[String] {
        &self.recent
    }

    pub(super) fn skipped(&self) -> &[String] {
        &self.skipped
    }

    /// The position after further rows read by key.
    pub(super) fn past_keys(&self, rows: &[RowRef]) -> Self {
        let Some(last) = rows.last() else { return self.clone() };
        Self { key: last.key.clone().or_else(|| self.key.clone()), ..Self::after(last.rows) }
    }

    /// The same position, with all rows up to this key read.
    pub(super) fn with_key(self, key: String) -> Self {
        Self { key: Some(key), ..self }
    }

    /// The position after further rows read by cursor.
    pub(super) fn past_cursors(&self, rows: &[RowRef]) -> Self {
        if rows.is_empty() {
            return self.clone();
        }
        let cursor = rows.iter().rev().find_map(|row| row.key.clone());
        let cursor = cursor.or_else(|| self.cursor.clone());
        Self { cursor, skipped: self.skipped.clone(), ..self.past_rows(rows) }
    }

    /// The position after further rows read by offset.
    pub(super) fn past_rows(&self, rows: &[RowRef]) -> Self {
        let Some(last) = rows.last() else { return self.clone() };
        let keys = rows.iter().filter_map(|row| row.key.as_ref());
        let mut recent: Vec<_> = self.recent.iter().chain(keys).rev().take(KEPT).collect();
        recent.reverse();
        Self { recent: recent.into_iter().cloned().collect(), ..Self::after(last.rows) }
    }

    /// The same position with another number of rows before it.
    pub(super) fn with_rows(self, rows: u64) -> Self {
        Self { rows, ..self }
    }

    /// The same position, after going back over these rows by cursor.
    pub(super) fn with_skipped(&self, skipped: Vec<String>) -> Self {
        Self { skipped, ..self.clone() }
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
            Error::config("not a position: give the string that `Position` was written as")
                .with_source(error)
        })
    }
}
