//! By key: the rows whose key is greater than that of the last row. Where the keys ahead are known,
//! each page is a range of them.

use std::collections::HashSet;

use super::{
    super::filter, ListChanges, PageKeys, PageRequest, Position, Queued, RowRef, Step, Strategy,
    ranges::Ranges,
};
use crate::{
    error::{Error, Result},
    filter::quote,
};

/// A manager answers an index of a few thousand keys best.
const RANGES_PER_PAGE: u64 = 8;

pub(in super::super) struct Keyset {
    column: &'static str,
    descending: bool,
    /// The filter of the caller.
    filter: Option<String>,
    page_size: u32,
    /// The keys of the previous page; only its first one where they are in the order of their bytes.
    last: Vec<String>,
    /// Whether the previous page was empty although rows were expected.
    empty: bool,
    ranges: Ranges,
}

impl Keyset {
    pub(in super::super) fn new(
        column: &'static str,
        descending: bool,
        filter: Option<String>,
        page_size: u32,
    ) -> Self {
        // A page takes a few rows more than a range, so that a range in which rows are created still
        // comes as one page.
        let ranges = Ranges::new(page_size - page_size / 16, RANGES_PER_PAGE);
        Self { column, descending, filter, page_size, last: Vec::new(), empty: false, ranges }
    }

    fn filter(&self, after: &str, to: Option<&str>) -> Result<String> {
        filter::between(self.filter.as_deref(), self.column, self.descending, after, to)
    }

    /// The request for the rows after a key, without an upper bound.
    fn open(&self, after: &str, limit: u32) -> Result<PageRequest> {
        let filter = Some(self.filter(after, None)?);
        Ok(PageRequest::Window { limit, offset: 0, filter })
    }

    /// The request for a range.
    fn range(&self, after: &str, to: &str) -> Result<PageRequest> {
        Ok(PageRequest::Range { limit: self.page_size, filter: self.filter(after, Some(to))? })
    }

    /// The rows of a page, none of which may be known.
    fn rows(&mut self, at: &Position, page: Vec<Option<String>>) -> Result<Vec<RowRef>> {
        let mut kept = Vec::with_capacity(page.len());
        for (index, key) in page.into_iter().enumerate() {
            let key = Some(key.ok_or_else(|| Error::null(self.column, false))?);
            kept.push(RowRef { index, rows: at.rows() + index as u64 + 1, key });
        }
        let keys = || kept.iter().filter_map(|row| row.key.as_deref());
        // Keys that only rise, or only fall, are all different. Most are in this order, which is
        // found out faster than with a set.
        let all = at.key().into_iter().chain(keys());
        let ordered = match self.descending {
            true => all.is_sorted_by(|one, next| one > next),
            false => all.is_sorted_by(|one, next| one < next),
        };
        if !ordered || self.last.len() > 1 {
            let mut known: HashSet<&str> = self.last.iter().map(String::as_str).collect();
            known.extend(at.key());
            if let Some(key) = keys().find(|key| !known.insert(key)) {
                return Err(Error::pagination(format!(
                    "the list cannot be read by key: the row {key:?} comes again after itself, so \
                     {} does not identify a row or the manager does not keep to the filter",
                    self.column
                )));
            }
        }
        let remembered = if ordered { 1 } else { usize::MAX };
        self.last = keys().take(remembered).map(str::to_owned).collect();
        Ok(kept)
    }
}

impl Strategy for Keyset {
    fn request(&self, at: &Position, limit: u32) -> Result<PageRequest> {
        let Some(key) = at.key() else {
            let filter = self.filter.clone();
            return Ok(PageRequest::Window { limit, offset: at.rows(), filter });
        };
        match self.ranges.bound(0) {
            Some(bound) => self.range(key, bound),
            None => self.open(key, limit),
        }
    }

    /// A key that the filter language cannot express is an error once its page is the next one.
    fn request_ahead(&self, at: &Position, queued: Queued, limit: u32) -> Option<PageRequest> {
        let Some(before) = queued.pages.checked_sub(1) else {
            return self.request(at, limit).ok();
        };
        let after = self.ranges.bound(before)?;
        match self.ranges.bound(queued.pages) {
            Some(bound) => self.range(after, bound).ok(),
            None if self.ranges.is_complete() => self.open(after, limit).ok(),
            None => None,
        }
    }

    fn rows_ahead(&self, queued: usize) -> Option<u64> {
        Some(self.ranges.rows(queued))
    }

    fn predict(&self, key: &str, limit: u32) -> Option<PageRequest> {
        self.ranges.is_empty().then(|| self.open(key, limit).ok()).flatten()
    }

    fn request_index(
        &self,
        at: &Position,
        queued: usize,
        ahead: usize,
        rest: Option<u64>,
    ) -> Option<PageRequest> {
        let rest = rest.map(|rest| rest.saturating_sub(self.ranges.rows(usize::MAX)));
        let limit = self.ranges.index_size(queued, ahead, rest)?;
        self.open(self.ranges.end().or_else(|| at.key())?, limit).ok()
    }

    fn accept_index(&mut self, _: &Position, limit: u32, page: PageKeys) -> bool {
        let keys: Option<Vec<String>> = page.keys.into_iter().collect();
        // A key that the filter language cannot express ends no range.
        let can_bound = |key: &str| quote(key).is_ok();
        keys.is_some_and(|keys| self.ranges.extend(keys, limit, page.total, can_bound))
    }

    fn has_ranges(&self) -> bool {
        !self.ranges.is_empty()
    }

    fn accept(
        &mut self,
        at: &Position,
        limit: u32,
        page: PageKeys,
        changes: &mut ListChanges,
    ) -> Step {
        let rows = page.keys.len() as u64;
        let in_range = !self.ranges.is_empty();
        if !in_range {
            self.ranges.reopen();
        }
        // After a key the manager counts only the remaining rows, and only those of the range.
        let counted = if at.key().is_some() { 0 } else { at.rows() };
        let remain = page.total.map(|total| total.saturating_sub(counted));
        let after = if in_range { self.ranges.rows_after_first() } else { 0 };
        let total = remain.map(|remain| at.rows() + remain + after);
        changes.total(total);
        if rows == 0 && remain.is_some_and(|remain| remain > 0) {
            // Rows may have been deleted between the count and the page.
            if self.empty {
                let stuck = Error::stuck(at.rows(), total.unwrap_or_default());
                return Step::fail(at, total, stuck);
            }
            self.empty = true;
            return Step::stay(at, total);
        }
        self.empty = false;
        let kept = match self.rows(at, page.keys) {
            Ok(kept) => kept,
            Err(error) => return Step::fail(at, total, error),
        };
        // A full page is not the end, whatever was counted: rows created between the count and the
        // page may have pushed others out of it.
        let ended = rows < u64::from(limit) && remain.is_none_or(|remain| remain <= rows);
        let mut position = at.past_keys(&kept);
        if in_range {
            let last = kept.last().and_then(|row| row.key.as_deref());
            if (ended || last == self.ranges.bound(0))
                && let Some(bound) = self.ranges.pop()
            {
                position = position.with_key(bound);
            }
        }
        Step { position, kept, total, done: ended && !in_range, ahead: true, error: None }
    }

    fn position_after(&self, begin: &Position, rows: &[RowRef]) -> Position {
        begin.past_keys(rows)
    }
}
