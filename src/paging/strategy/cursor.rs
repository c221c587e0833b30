//! By cursor: the rows after the row with a cursor.

use std::collections::HashSet;

use super::{ListChanges, PageKeys, PageRequest, Position, RowRef, Step, Strategy};
use crate::error::{Error, Result};

/// How many rows it can go back when the last ones are gone.
const REMEMBERED: usize = 256;

#[derive(Default)]
pub(in super::super) struct Cursor {
    /// Recent cursors, newest last.
    trail: Vec<String>,
    /// Every cursor that a page ended with since it last went back.
    ends: HashSet<String>,
    /// Pages in a row without a new row.
    old: usize,
    /// How many rows before the last one it went back to find its position.
    back: usize,
    /// Whether it went back and has received no new row since.
    searched: bool,
    /// Whether the previous page was empty although rows were expected.
    empty: bool,
}

impl Cursor {
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
            if self.searched {
                // The end again: the total counts rows that were created before the position.
                return Step::end(at, total);
            }
            self.searched = true;
            changes.shifts += 1;
            self.ends.clear();
        }
        let next = (self.back * 2).max(1);
        let farthest = self.trail.len().saturating_sub(1);
        if self.back < farthest {
            self.back = next.min(farthest);
            return Step::stay(&at.with_skipped(self.skipped(at)), total);
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
        let before = at.recent().iter().filter(|cursor| !last.contains(cursor));
        let mut all: Vec<_> = before.chain(last).cloned().collect();
        let forgotten = all.len().saturating_sub(REMEMBERED);
        all.drain(..forgotten);
        all
    }
}

impl Strategy for Cursor {
    fn request(&self, at: &Position, limit: u32) -> Result<PageRequest> {
        Ok(PageRequest::Cursor { first: limit, after: self.after(at).map(str::to_owned) })
    }

    fn accept(
        &mut self,
        at: &Position,
        limit: u32,
        page: PageKeys,
        changes: &mut ListChanges,
    ) -> Step {
        let (total, more) = (page.total, page.has_next_page.unwrap_or(false));
        changes.total(total);
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
        let mut known: HashSet<&str> = self.trail.iter().map(String::as_str).collect();
        known.extend(at.cursor().into_iter().chain(at.recent().iter().map(String::as_str)));
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
        // A list of rows without cursors reports that of the last row only.
        if let Some(row) = kept.last_mut()
            && row.index + 1 == page.keys.len()
            && last.is_none()
        {
            row.key.clone_from(&end);
        }
        let position = at.past_cursors(&kept).with_cursor(end.clone());
        // Some lists report no next page though they have more rows, so the total counts too. One
        // that returns more rows than requested returns all.
        let all = page.keys.len() as u64 > u64::from(limit);
        let nothing_new = back > 0 && kept.is_empty();
        let done =
            !more && (all || nothing_new || total.is_none_or(|total| position.rows() >= total));
        if !done {
            let Some(end) = end else {
                let error = Error::null("cursor", false);
                return Step::fail(at, total, error);
            };
            self.old = if kept.is_empty() { self.old + 1 } else { 0 };
            self.searched &= kept.is_empty();
            if !self.ends.insert(end.clone()) && back == 0 || self.old > REMEMBERED {
                return Step::fail(at, total, repeats(&end));
            }
        }
        self.trail.extend(kept.iter().filter_map(|row| row.key.clone()));
        let forgotten = self.trail.len().saturating_sub(REMEMBERED);
        self.trail.drain(..forgotten);
        Step { kept, position, total, done, ..Step::default() }
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
