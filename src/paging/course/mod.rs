//! The ways to walk a list, without the requests: what is asked for next, and what a page means.

mod cursor;
mod keyset;
mod offset;

pub(super) use self::{cursor::Cursor, keyset::Keyset, offset::Offset};
use super::{
    drift::ListChanges,
    known::Known,
    position::{Mark, Position},
};
use crate::error::{Error, Result};

/// The state of a walk.
pub(super) enum Course {
    Keyset(Keyset),
    Offset(Offset),
    Cursor(Cursor),
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    /// Rows that come after a condition, if there is one, and after so many more.
    Window { limit: u32, offset: u64, filter: Option<String> },
    /// Rows after one with this cursor.
    Cursor { first: u32, after: Option<String> },
}

impl Ask {
    pub(super) const fn limit(&self) -> u32 {
        match self {
            Self::Window { limit, .. } => *limit,
            Self::Cursor { first, .. } => *first,
        }
    }
}

/// What a page says, without its rows.
pub(super) struct Seen {
    /// Key or cursor of each row.
    pub(super) keys: Vec<Option<String>>,
    pub(super) total: Option<u64>,
    /// Whether rows come after it, for a list with cursors.
    pub(super) more: Option<bool>,
    /// Where it ends, for a list with cursors.
    pub(super) end: Option<String>,
}

/// What becomes of a page.
#[derive(Default)]
pub(super) struct Taken {
    /// The rows to hand out.
    pub(super) kept: Vec<Mark>,
    /// Where the walk stands after all of them.
    pub(super) position: Position,
    /// Rows of the whole list.
    pub(super) total: Option<u64>,
    pub(super) done: bool,
    pub(super) error: Option<Error>,
}

impl Taken {
    fn stay(at: &Position, total: Option<u64>) -> Self {
        Self { position: at.clone(), total, ..Self::default() }
    }

    fn end(at: &Position, total: Option<u64>) -> Self {
        Self { done: true, ..Self::stay(at, total) }
    }

    fn fail(at: &Position, total: Option<u64>, error: Error) -> Self {
        Self { error: Some(error), ..Self::end(at, total) }
    }
}

impl Course {
    /// The request for the next page of at most so many new rows; `most` is what a page may have.
    pub(super) fn ask(&self, at: &Position, rows: u32, most: u32) -> Result<Ask> {
        match self {
            Self::Keyset(course) => course.ask(at, rows),
            Self::Offset(course) => Ok(course.ask(at.rows(), rows, most)),
            Self::Cursor(course) => Ok(course.ask(at, rows)),
        }
    }

    pub(super) fn take(
        &mut self,
        at: &Position,
        limit: u32,
        seen: Seen,
        drift: &mut ListChanges,
    ) -> Taken {
        match self {
            Self::Keyset(course) => course.take(at, limit, seen, drift),
            Self::Offset(course) => course.take(at, limit, seen, drift),
            Self::Cursor(course) => course.take(at, limit, seen, drift),
        }
    }

    /// The place behind some of the rows that a page began with.
    pub(super) fn past(&self, begin: &Position, rows: &[Mark]) -> Position {
        match self {
            Self::Keyset(_) => begin.past_keys(rows),
            Self::Offset(_) => begin.past_rows(rows),
            Self::Cursor(_) => begin.past_cursors(rows),
        }
    }
}
