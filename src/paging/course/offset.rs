//! By offset: the rows after so many rows.
//!
//! When rows have keys, each page begins with the last row of the one before. As long as a page
//! has a row that is known already, everything behind that row follows it, however many rows were
//! made or deleted before it. When none is known, the walk goes back until one is.

use super::{Ask, Known, ListChanges, Mark, Position, Seen, Taken};
use crate::error::Error;

/// After this many empty pages in a row where rows should be the walk fails.
const EMPTY_PAGES: u32 = 4;

/// After this many pages in a row without a new row the walk fails, though the total says that rows
/// come. It may have been counted before rows were deleted, and that again the next time.
const OLD_PAGES: u32 = 8;

pub(in super::super) struct Offset {
    /// The keys of all rows that came.
    known: Known,
    /// Whether another walk read the rows before, so that not all that came are known.
    resumed: bool,
    /// How far the walk went back, to find its place.
    back: u64,
    gap: Option<Gap>,
    /// Pages in a row without a new row.
    old: u32,
}

/// Empty pages in a row, where rows should be.
#[derive(Clone, Copy)]
struct Gap {
    begin: u64,
    pages: u32,
}

impl Offset {
    pub(in super::super) fn new(at: &Position) -> Self {
        let mut known = Known::default();
        for key in at.behind() {
            known.insert(key);
        }
        Self { resumed: !known.is_empty(), known, back: 0, gap: None, old: 0 }
    }

    /// How many rows of a page that begins there are asked for again.
    fn overlap(&self, begin: u64) -> u64 {
        u64::from(begin > 0 && !self.known.is_empty())
    }

    /// `begin` is where the new rows begin.
    pub(in super::super) fn ask(&self, begin: u64, rows: u32, most: u32) -> Ask {
        let overlap = self.overlap(begin);
        let offset = begin.saturating_sub(overlap + self.back);
        let limit = if overlap > 0 { rows.saturating_add(1).min(most.max(2)) } else { rows };
        Ask::Window { limit, offset, filter: None }
    }

    pub(super) fn take(
        &mut self,
        at: &Position,
        limit: u32,
        seen: Seen,
        drift: &mut ListChanges,
    ) -> Taken {
        drift.total(seen.total);
        let keyed = !self.known.is_empty() || seen.keys.iter().any(Option::is_some);
        if keyed { self.keyed(at, limit, seen, drift) } else { self.plain(at, limit, &seen, drift) }
    }

    fn keyed(&mut self, at: &Position, limit: u32, seen: Seen, drift: &mut ListChanges) -> Taken {
        let (total, rows) = (seen.total, seen.keys.len() as u64);
        let overlap = self.overlap(at.rows());
        let begin = at.rows().saturating_sub(overlap + self.back);
        let is_known =
            |key: &Option<String>| key.as_ref().is_some_and(|key| self.known.contains(key));
        let place = seen.keys.iter().position(is_known);
        let last = at.behind().last();
        if overlap > 0 && self.back == 0 && seen.keys.first().and_then(Option::as_ref) != last {
            drift.shifts += 1;
        }
        if overlap > 0 && place.is_none() {
            if begin > 0 {
                // A page further back, up to where this one begins.
                self.back += u64::from(limit.saturating_sub(1).max(1)).min(begin);
                return Taken::stay(at, total);
            }
            self.back = 0;
            if self.resumed {
                // None of the rows that another walk saw last is there. It goes on at the number.
                drift.missed = true;
                self.known.clear();
                self.resumed = false;
                return Taken::stay(at, total);
            }
        }
        self.back = 0;
        let expected = usize::from(overlap > 0);
        let mut again = 0_usize;
        let mut kept = Vec::new();
        for (index, key) in seen.keys.into_iter().enumerate() {
            // What stands before a known row came before, if not in this walk.
            let passed = self.resumed && place.is_some_and(|place| index < place);
            let old = match &key {
                Some(key) => passed || self.known.contains(key),
                // A row that is null stands where it stands.
                None => passed || begin + (index as u64) < at.rows(),
            };
            if old {
                again += 1;
                continue;
            }
            if let Some(key) = &key {
                self.known.insert(key);
            }
            kept.push(Mark { index, rows: begin + index as u64 + 1, key });
        }
        drift.duplicates += again.saturating_sub(expected) as u64;
        let next = begin + rows;
        let short = rows < u64::from(limit);
        // A short page ends the list only if the total agrees; a full one never does, for rows made
        // between the count and the page may have pushed others out of it.
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
        Taken { kept, position, total, done, error }
    }

    /// Nothing is known of the rows but their number.
    fn plain(&mut self, at: &Position, limit: u32, seen: &Seen, drift: &mut ListChanges) -> Taken {
        let (total, rows, begin) = (seen.total, seen.keys.len() as u64, at.rows());
        // Where the manager's order leaves rows equal, they change places between two pages.
        drift.missed |= begin > 0;
        if rows == 0 {
            return match total.filter(|total| begin < *total) {
                Some(total) => self.nothing(at, limit, total),
                None => Taken::end(at, total),
            };
        }
        self.gap = None;
        let mark = |index| Mark { index, rows: begin + index as u64 + 1, key: None };
        let next = begin + rows;
        Taken {
            kept: (0..seen.keys.len()).map(mark).collect(),
            position: at.clone().with_rows(next),
            total,
            done: rows > u64::from(limit) || total.is_some_and(|total| next >= total),
            error: None,
        }
    }

    /// An empty page where rows should be.
    fn nothing(&mut self, at: &Position, limit: u32, total: u64) -> Taken {
        let gap = self.gap.get_or_insert(Gap { begin: at.rows(), pages: 0 });
        gap.pages += 1;
        let gap = *gap;
        if gap.pages == 1 {
            return Taken::stay(at, Some(total));
        }
        let next = at.rows() + u64::from(limit);
        let done = next >= total;
        let mut error = None;
        if done || gap.pages >= EMPTY_PAGES {
            self.gap = None;
            error = Some(Error::stuck(gap.begin, total));
        }
        let position = at.clone().with_rows(next);
        Taken { kept: Vec::new(), position, total: Some(total), done, error }
    }
}
