//! By cursor: the rows after the row with a cursor. Where the cursors ahead are known, pages after some of
//! them are requested at the same time, and each is read up to the first of these that it contains.

use std::collections::HashSet;

use super::{
    ListChanges, PageKeys, PageRequest, Position, Queued, RowRef, Step, Strategy, ranges::Ranges,
};
use crate::error::{Error, Result};

/// How many rows it can go back when the last ones are gone.
const REMEMBERED: usize = 256;
/// A manager needs a third of the time of a page for the cursors of its rows, so that a small index lets
/// the first pages begin early.
const RANGES_PER_PAGE: u64 = 2;

pub(in super::super) struct Cursor {
    page_size: u32,
    ranges: Ranges,
    /// Recent cursors, newest last.
    trail: Vec<String>,
    /// Every cursor that a page ended with since it last went back.
    ends: HashSet<String>,
    /// Pages in a row without a new row.
    old: usize,
    /// How many rows before the last one it went back to find its position.
    back: usize,
    /// The cursor from which it went back last, until a new row is received.
    searched: Option<String>,
    /// Whether the previous page was empty although rows were expected.
    empty: bool,
    /// Whether the list reports that rows follow a page. Some never do.
    announces: bool,
}

impl Cursor {
    pub(in super::super) fn new(at: &Position, page_size: u32) -> Self {
        Self {
            page_size,
            ranges: Ranges::new(page_size, RANGES_PER_PAGE),
            trail: at.recent().to_vec(),
            ends: HashSet::new(),
            old: 0,
            back: 0,
            searched: None,
            empty: false,
            announces: false,
        }
    }

    /// The cursor to send.
    fn after<'a>(&'a self, at: &'a Position) -> Option<&'a str> {
        let before = self.trail.len().checked_sub(self.back + 1);
        match before.and_then(|before| self.trail.get(before)) {
            Some(cursor) if self.back > 0 => Some(cursor),
            _ => at.cursor(),
        }
    }

    /// Handles an empty page where rows were expected. The row whose cursor was sent may be gone,
    /// for which some lists return nothing; then the rows before it are tried.
    fn empty_page(&mut self, at: &Position, total: Option<u64>, changes: &mut ListChanges) -> Step {
        if at.cursor().is_none() {
            return match total {
                Some(1..) if !self.empty => {
                    self.empty = true;
                    Step::stay(at, total)
                }
                Some(total @ 1..) => Step::fail(at, Some(total), Error::stuck(0, total)),
                _ => Step::end(at, total),
            };
        }
        if self.back == 0 {
            if self.searched.as_deref() == at.cursor() {
                // The end again: the total counts rows that were created before the position.
                return Step::end(at, total);
            }
            self.searched = at.cursor().map(str::to_owned);
            changes.shifts += 1;
            self.ends.clear();
        }
        let next = (self.back * 2).max(1);
        let farthest = self.trail.len().saturating_sub(1);
        if self.back < farthest {
            self.back = next.min(farthest);
            let ahead = self.has_ranges();
            return Step { ahead, ..Step::stay(&at.with_skipped(self.skipped(at)), total) };
        }
        // All of them are gone, or the position came from elsewhere.
        self.back = 0;
        changes.missed |= total != Some(0);
        Step::end(at, total)
    }

    /// The rows that it goes back over. A pager that resumes from between them must not return them
    /// again.
    fn skipped(&self, at: &Position) -> Vec<String> {
        let from = self.trail.len().saturating_sub(self.back);
        let last = self.trail.get(from..).unwrap_or_default();
        let before = at.skipped().iter().filter(|cursor| !last.contains(cursor));
        let mut all: Vec<_> = before.chain(last).cloned().collect();
        let forgotten = all.len().saturating_sub(REMEMBERED);
        all.drain(..forgotten);
        all
    }

    /// The first row of a page that ends a range, with the index of that range.
    ///
    /// It is not always the next range: the row that ended it may be gone, and then the page also has
    /// rows of the ranges after it.
    fn first_bound(&self, cursors: &[Option<String>]) -> Option<(usize, usize)> {
        let next = self.ranges.bound(0)?;
        if let Some(row) = cursors.iter().rposition(|cursor| cursor.as_deref() == Some(next)) {
            return Some((row, 0));
        }
        let mut rows = cursors.iter().enumerate();
        rows.find_map(|(row, cursor)| Some((row, self.ranges.position(cursor.as_deref()?)?)))
    }
}

impl Strategy for Cursor {
    fn request(&self, at: &Position, limit: u32) -> Result<PageRequest> {
        let first = if self.has_ranges() { self.page_size } else { limit };
        Ok(PageRequest::Cursor { first, after: self.after(at).map(str::to_owned) })
    }

    fn request_ahead(&self, at: &Position, queued: Queued, limit: u32) -> Option<PageRequest> {
        let Some(before) = queued.pages.checked_sub(1) else {
            return self.request(at, limit).ok();
        };
        let after = self.ranges.bound(before)?;
        let is_range = self.ranges.bound(queued.pages).is_some();
        let first = if is_range { self.page_size } else { limit };
        (is_range || self.ranges.is_complete())
            .then(|| PageRequest::Cursor { first, after: Some(after.to_owned()) })
    }

    fn rows_ahead(&self, queued: usize) -> Option<u64> {
        Some(self.ranges.rows(queued))
    }

    fn predict(&self, cursor: &str, limit: u32) -> Option<PageRequest> {
        let is_next = self.back == 0 && !self.has_ranges();
        is_next.then(|| PageRequest::Cursor { first: limit, after: Some(cursor.to_owned()) })
    }

    fn request_index(
        &self,
        at: &Position,
        queued: usize,
        ahead: usize,
        rest: Option<u64>,
    ) -> Option<PageRequest> {
        if self.back > 0 {
            return None;
        }
        let rest = rest.map(|rest| rest.saturating_sub(self.ranges.rows(usize::MAX)));
        // The pager waits for the first index, and may find that it takes as long as its pages.
        let ahead = if self.has_ranges() { ahead } else { ahead.div_ceil(2) };
        let first = self.ranges.index_size(queued, ahead, rest)?;
        let after = self.ranges.end().or_else(|| at.cursor())?.to_owned();
        Some(PageRequest::Cursor { first, after: Some(after) })
    }

    fn accept_index(&mut self, at: &Position, limit: u32, page: PageKeys) -> bool {
        // The manager counts the whole list. Without any row, that of the cursor may be gone: the rest
        // is then read after the last range, which leads back to it.
        let before = at.rows() + self.ranges.rows(usize::MAX);
        let rest = match page.keys.is_empty() {
            true => Some(0),
            false => page.total.map(|total| total.saturating_sub(before)),
        };
        let cursors: Option<Vec<String>> = page.keys.into_iter().collect();
        cursors.is_some_and(|cursors| self.ranges.extend(cursors, limit, rest, |_| true))
    }

    fn has_ranges(&self) -> bool {
        !self.ranges.is_empty()
    }

    fn accept(
        &mut self,
        at: &Position,
        limit: u32,
        mut page: PageKeys,
        changes: &mut ListChanges,
    ) -> Step {
        let (total, more) = (page.total, page.has_next_page.unwrap_or(false));
        changes.total(total);
        self.announces |= more;
        if !self.has_ranges() {
            self.ranges.reopen();
        }
        if page.keys.is_empty() {
            return self.empty_page(at, total, changes);
        }
        if let Some(sent) = self.after(at)
            && page.keys.iter().flatten().any(|cursor| cursor == sent)
        {
            return Step::fail(at, total, repeats(sent));
        }
        let back = std::mem::take(&mut self.back);
        self.empty = false;
        let received = page.keys.len();
        let bound = self.first_bound(&page.keys);
        if let Some((row, range)) = bound {
            // The rows after it come with the page of the next range.
            page.keys.truncate(row + 1);
            page.end_cursor = None;
            for _ in 0..=range {
                self.ranges.pop();
            }
        }
        let mut known: HashSet<&str> = self.trail.iter().map(String::as_str).collect();
        known.extend(at.cursor().into_iter().chain(at.skipped().iter().map(String::as_str)));
        let mut kept: Vec<RowRef> = Vec::new();
        for (index, cursor) in page.keys.iter().enumerate() {
            if cursor.as_deref().is_some_and(|cursor| !known.insert(cursor)) {
                changes.duplicates += 1;
            } else {
                let rows = at.rows() + kept.len() as u64 + 1;
                kept.push(RowRef { index, rows, key: cursor.clone() });
            }
        }
        let last = page.keys.iter().rev().flatten().next();
        let end = page.end_cursor.or_else(|| last.cloned());
        let whole = page.keys.len() == received;
        // A list of rows without cursors reports that of the last row only.
        if let Some(row) = kept.last_mut()
            && row.index + 1 == page.keys.len()
            && last.is_none()
        {
            row.key.clone_from(&end);
        }
        let position = at.past_cursors(&kept).with_cursor(end.clone());
        // One that returns more rows than requested returns all.
        let all = received as u64 > u64::from(limit);
        // Some lists report no next page though they have more rows, so the total counts too. As rows
        // before the position may have been deleted, it proves nothing after a full page of such a list
        // but the first one.
        let full = received as u64 == u64::from(limit) && total.is_some();
        let trusted = self.announces || !full || at.rows() == 0;
        let nothing_new = back > 0 && kept.is_empty();
        let counted = nothing_new || total.is_none_or(|total| position.rows() >= total);
        let done = whole && !more && (all || trusted && counted);
        if !done {
            let Some(end) = end else {
                let error = Error::null("cursor", false);
                return Step::fail(at, total, error);
            };
            self.old = if kept.is_empty() { self.old + 1 } else { 0 };
            self.searched.take_if(|_| !kept.is_empty());
            if !self.ends.insert(end.clone()) && back == 0 || self.old > REMEMBERED {
                return Step::fail(at, total, repeats(&end));
            }
        }
        self.trail.extend(kept.iter().filter_map(|row| row.key.clone()));
        let forgotten = self.trail.len().saturating_sub(REMEMBERED);
        self.trail.drain(..forgotten);
        Step { kept, position, total, done, ahead: true, error: None }
    }

    fn position_after(&self, begin: &Position, rows: &[RowRef]) -> Position {
        // Within a page whose rows have no cursors there is no position: the page is read again.
        let Some(last) = rows.iter().rposition(|row| row.key.is_some()) else {
            return begin.clone();
        };
        begin.past_cursors(rows.get(..=last).unwrap_or(rows))
    }

    fn uses_cursors(&self) -> bool {
        true
    }
}

fn repeats(cursor: &str) -> Error {
    Error::pagination(format!(
        "the list cannot be read by cursor: the manager returns the cursor {cursor:?} again after \
         itself"
    ))
}
