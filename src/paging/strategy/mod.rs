//! The strategies for reading a list, without sending anything: which page is requested next, and
//! what a page means.

mod cursor;
mod keyset;
mod offset;
mod ranges;
mod single;

use std::collections::HashSet;

pub(super) use self::{cursor::Cursor, keyset::Keyset, offset::Offset, single::Single};
use super::{
    changes::ListChanges,
    position::{Position, RowRef},
};
use crate::error::{Error, Result};

/// The keys of the rows that were received. A million keys of 20 bytes take about 70 MB; hashes of
/// them would take half of that, which is not worth code of our own: lists of that size are read by
/// key, where only the keys of one page are kept.
type SeenKeys = HashSet<Box<str>>;

/// A way to read a list page by page, with its state.
pub(super) trait Strategy: Send {
    /// The request for the page of at most `limit` new rows after a position.
    fn request(&self, at: &Position, limit: u32) -> Result<PageRequest>;

    /// The request for the page after those that are requested; `None` where it can be requested
    /// only after one of them was received.
    fn request_ahead(&self, at: &Position, queued: Queued, limit: u32) -> Option<PageRequest> {
        let _ = (at, queued, limit);
        None
    }

    /// The first row after this many requested pages, as far as it is known; `None` where the
    /// requests themselves show it.
    fn rows_ahead(&self, queued: usize) -> Option<u64> {
        let _ = queued;
        None
    }

    /// The request for the page after one whose last row has this key or cursor, before the page
    /// itself is decoded.
    fn predict(&self, key: &str, limit: u32) -> Option<PageRequest> {
        let _ = (key, limit);
        None
    }

    /// The request for the keys or cursors of the rows ahead, where it has a use for them. `rest`
    /// rows are wanted after the position.
    fn request_index(
        &self,
        at: &Position,
        queued: usize,
        ahead: usize,
        rest: Option<u64>,
    ) -> Option<PageRequest> {
        let _ = (at, queued, ahead, rest);
        None
    }

    /// Takes in the keys ahead. Returns whether they were of use.
    fn accept_index(&mut self, at: &Position, limit: u32, page: PageKeys) -> bool {
        let _ = (at, limit, page);
        false
    }

    /// Whether keys ahead are known, so that pages are requested independently of each other.
    fn has_ranges(&self) -> bool {
        false
    }

    /// Takes in a page that was requested with this limit.
    fn accept(
        &mut self,
        at: &Position,
        limit: u32,
        page: PageKeys,
        changes: &mut ListChanges,
    ) -> Step;

    /// The position after the first rows of a page that began at `begin`.
    fn position_after(&self, begin: &Position, rows: &[RowRef]) -> Position;

    /// Whether rows are identified by their cursors, and not by their keys.
    fn uses_cursors(&self) -> bool {
        false
    }
}

/// Which rows are requested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PageRequest {
    /// Those that fulfil a condition, if there is one, after the first `offset` of them.
    Window { limit: u32, offset: u64, filter: Option<String> },
    /// Those in a range of keys. However many they are, the next page begins after the range.
    Range { limit: u32, filter: String },
    /// Those after the row with this cursor.
    Cursor { first: u32, after: Option<String> },
}

impl PageRequest {
    pub(super) const fn limit(&self) -> u32 {
        match self {
            Self::Window { limit, .. } | Self::Range { limit, .. } => *limit,
            Self::Cursor { first, .. } => *first,
        }
    }
}

/// The pages that are requested and not returned yet.
#[derive(Clone, Copy)]
pub(super) struct Queued {
    pub(super) pages: usize,
    /// The first row after them, if all are full.
    pub(super) end: u64,
}

/// A page without its rows.
pub(super) struct PageKeys {
    /// Key or cursor of each row.
    pub(super) keys: Vec<Option<String>>,
    pub(super) total: Option<u64>,
    /// Whether rows follow, for a list with cursors.
    pub(super) has_next_page: Option<bool>,
    /// The cursor of the last row, for a list with cursors.
    pub(super) end_cursor: Option<String>,
}

/// What a page leads to.
#[derive(Default)]
pub(super) struct Step {
    /// The rows to return.
    pub(super) kept: Vec<RowRef>,
    /// The position after all of them.
    pub(super) position: Position,
    /// Number of rows of the whole list.
    pub(super) total: Option<u64>,
    pub(super) done: bool,
    /// Whether the pages after the next one may be requested, and those that are requested are
    /// still of use.
    pub(super) ahead: bool,
    pub(super) error: Option<Error>,
}

impl Step {
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
