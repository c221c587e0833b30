//! By offset: the rows after the first N rows.
//!
//! When rows have keys, each page begins with the last row of the previous one. As long as a page
//! has a row that was seen before, everything after that row follows it, however many rows were
//! created or deleted before it. When it has none, the pager goes back until a page has one.

use super::{
    ListChanges, PageKeys, PageRequest, Position, Queued, RowRef, SeenKeys, Step, Strategy,
};
use crate::error::{Error, Result};

/// It fails after this many empty pages in a row where rows were expected.
const EMPTY_PAGES: u32 = 4;

/// It fails after this many pages in a row without a new row, though the total promises rows. The
/// total may have been counted before rows were deleted, more than once.
const OLD_PAGES: u32 = 8;

pub(in super::super) struct Offset {
    /// The keys of all rows received.
    seen: SeenKeys,
    /// Whether another pager read the rows before, so that not all keys are known.
    resumed: bool,
    /// How far it went back to find its position.
    back: u64,
    /// The most rows that one request may ask for.
    max_page_size: u32,
    gap: Option<Gap>,
    /// Pages in a row without a new row.
    old: u32,
    /// Whether the previous page was full.
    full: bool,
}

/// Empty pages in a row where rows were expected.
#[derive(Clone, Copy)]
struct Gap {
    begin: u64,
    pages: u32,
}

impl Offset {
    pub(in super::super) fn new(at: &Position, max_page_size: u32) -> Self {
        let seen: SeenKeys = at.recent().iter().map(|key| key.as_str().into()).collect();
        // How many rows the page before a position had is not known.
        let full = true;
        Self { resumed: !seen.is_empty(), seen, back: 0, max_page_size, gap: None, old: 0, full }
    }

    /// How many rows before `begin` are requested again.
    fn overlap(&self, begin: u64) -> u64 {
        u64::from(begin > 0 && !self.seen.is_empty())
    }

    /// Requests the new rows after the first `begin` rows.
    fn window(&self, begin: u64, rows: u32) -> PageRequest {
        let overlap = self.overlap(begin);
        let offset = begin.saturating_sub(overlap + self.back);
        let most = self.max_page_size.max(2);
        let limit = if overlap > 0 { rows.saturating_add(1).min(most) } else { rows };
        PageRequest::Window { limit, offset, filter: None }
    }

    fn accept_keyed(
        &mut self,
        at: &Position,
        limit: u32,
        page: PageKeys,
        changes: &mut ListChanges,
    ) -> Step {
        let (total, rows) = (page.total, page.keys.len() as u64);
        let overlap = self.overlap(at.rows());
        let begin = at.rows().saturating_sub(overlap + self.back);
        let is_seen =
            |key: &Option<String>| key.as_ref().is_some_and(|key| self.seen.contains(key.as_str()));
        let place = page.keys.iter().position(is_seen);
        let last = at.recent().last();
        if overlap > 0 && self.back == 0 && page.keys.first().and_then(Option::as_ref) != last {
            changes.shifts += 1;
        }
        if overlap > 0 && place.is_none() {
            if begin > 0 {
                // A page further back, up to where this one begins.
                self.back += u64::from(limit.saturating_sub(1).max(1)).min(begin);
                return Step::stay(at, total);
            }
            self.back = 0;
            if self.resumed {
                // None of the rows that the other pager saw last is there: continue at the number.
                changes.missed = true;
                self.seen.clear();
                self.resumed = false;
                return Step::stay(at, total);
            }
        }
        self.back = 0;
        let expected = usize::from(overlap > 0);
        let mut again = 0_usize;
        let mut kept = Vec::new();
        for (index, key) in page.keys.into_iter().enumerate() {
            // Rows before one that was seen were returned before, if not by this pager.
            let passed = self.resumed && place.is_some_and(|place| index < place);
            let old = match &key {
                Some(key) => passed || self.seen.contains(key.as_str()),
                // A null row is known only by its place.
                None => passed || begin + (index as u64) < at.rows(),
            };
            if old {
                again += 1;
                continue;
            }
            if let Some(key) = &key {
                self.seen.insert(key.as_str().into());
            }
            kept.push(RowRef { index, rows: begin + index as u64 + 1, key });
        }
        changes.duplicates += again.saturating_sub(expected) as u64;
        let next = begin + rows;
        let short = rows < u64::from(limit);
        // A short page ends the list only if the total agrees; a full one never does, for rows
        // created between the count and the page may have pushed others out of it.
        let ended = total.map_or(kept.is_empty(), |total| next >= total);
        let mut done = rows > u64::from(limit) || short && ended;
        let mut error = None;
        if kept.is_empty() && !done {
            self.old += 1;
            if self.old >= OLD_PAGES && (short || total.is_none()) {
                error = Some(Error::stuck(next, total.unwrap_or(next)));
            }
        } else {
            self.old = 0;
        }
        done |= error.is_some();
        let position = at.past_rows(&kept).with_rows(next);
        Step { kept, position, total, done, error, ahead: false }
    }

    /// Takes in rows of which only the number is known.
    fn accept_unkeyed(
        &mut self,
        at: &Position,
        limit: u32,
        page: &PageKeys,
        changes: &mut ListChanges,
    ) -> Step {
        let (total, rows, begin) = (page.total, page.keys.len() as u64, at.rows());
        // Rows that are equal in the manager's order change places between two pages. Nothing is missed
        // when no row follows a page that was not full.
        changes.missed |= begin > 0 && (rows > 0 || self.full);
        if rows == 0 {
            return match total.filter(|total| begin < *total) {
                Some(total) => self.empty_page(at, limit, total),
                None => Step::end(at, total),
            };
        }
        self.gap = None;
        let mark = |index| RowRef { index, rows: begin + index as u64 + 1, key: None };
        let next = begin + rows;
        Step {
            kept: (0..page.keys.len()).map(mark).collect(),
            position: at.clone().with_rows(next),
            total,
            done: rows > u64::from(limit) || total.is_some_and(|total| next >= total),
            ..Step::default()
        }
    }

    /// Handles an empty page where rows were expected.
    fn empty_page(&mut self, at: &Position, limit: u32, total: u64) -> Step {
        let gap = self.gap.get_or_insert(Gap { begin: at.rows(), pages: 0 });
        gap.pages += 1;
        let gap = *gap;
        if gap.pages == 1 {
            return Step::stay(at, Some(total));
        }
        let next = at.rows() + u64::from(limit);
        let done = next >= total;
        let mut error = None;
        if done || gap.pages >= EMPTY_PAGES {
            self.gap = None;
            error = Some(Error::stuck(gap.begin, total));
        }
        let position = at.clone().with_rows(next);
        Step { position, total: Some(total), done, error, ..Step::default() }
    }
}

impl Strategy for Offset {
    fn request(&self, at: &Position, limit: u32) -> Result<PageRequest> {
        Ok(self.window(at.rows(), limit))
    }

    fn request_ahead(&self, _: &Position, queued: Queued, limit: u32) -> Option<PageRequest> {
        Some(self.window(queued.end, limit))
    }

    fn accept(
        &mut self,
        at: &Position,
        limit: u32,
        page: PageKeys,
        changes: &mut ListChanges,
    ) -> Step {
        changes.total(page.total);
        let full = page.keys.len() as u64 == u64::from(limit);
        let step = match !self.seen.is_empty() || page.keys.iter().any(Option::is_some) {
            true => self.accept_keyed(at, limit, page, changes),
            false => self.accept_unkeyed(at, limit, &page, changes),
        };
        self.full = full;
        // Only after a full page it is known where the pages after the next one begin.
        Step { ahead: full && !step.kept.is_empty(), ..step }
    }

    fn position_after(&self, begin: &Position, rows: &[RowRef]) -> Position {
        begin.past_rows(rows)
    }
}
