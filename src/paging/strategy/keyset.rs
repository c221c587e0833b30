//! By key: the rows whose key is greater than that of the last row.

use super::{
    super::filter, ListChanges, PageKeys, PageRequest, Position, RowRef, SeenKeys, Step, Strategy,
};
use crate::error::{Error, Result};

pub(in super::super) struct Keyset {
    column: &'static str,
    descending: bool,
    /// The filter of the caller.
    filter: Option<String>,
    /// The keys of the previous page.
    last: SeenKeys,
    /// Whether the previous page was empty although rows were expected.
    empty: bool,
}

impl Keyset {
    pub(in super::super) fn new(
        column: &'static str,
        descending: bool,
        filter: Option<String>,
    ) -> Self {
        Self { column, descending, filter, last: SeenKeys::new(), empty: false }
    }
}

impl Strategy for Keyset {
    fn request(&self, at: &Position, limit: u32) -> Result<PageRequest> {
        let own = self.filter.as_deref();
        Ok(match at.key() {
            None => PageRequest::Window { limit, offset: at.rows(), filter: self.filter.clone() },
            Some(key) => {
                let filter = Some(filter::after(own, self.column, self.descending, key)?);
                PageRequest::Window { limit, offset: 0, filter }
            }
        })
    }

    fn accept(
        &mut self,
        at: &Position,
        limit: u32,
        page: PageKeys,
        changes: &mut ListChanges,
    ) -> Step {
        let rows = page.keys.len() as u64;
        // After a key the manager counts only the remaining rows.
        let counted = if at.key().is_some() { 0 } else { at.rows() };
        let remain = page.total.map(|total| total.saturating_sub(counted));
        let total = remain.map(|remain| remain + at.rows());
        changes.total(total);
        if rows == 0 {
            // Rows may have been deleted between the count and the page.
            return match remain {
                Some(1..) if !self.empty => {
                    self.empty = true;
                    Step::stay(at, total)
                }
                Some(1..) => {
                    let stuck = Error::stuck(at.rows(), total.unwrap_or_default());
                    Step::fail(at, total, stuck)
                }
                _ => Step::end(at, total),
            };
        }
        self.empty = false;
        let mut keys = SeenKeys::with_capacity(page.keys.len());
        let mut kept = Vec::with_capacity(page.keys.len());
        for (index, key) in page.keys.into_iter().enumerate() {
            let Some(key) = key else {
                let null = Error::null(self.column, false);
                return Step::fail(at, total, null);
            };
            let old = at.key() == Some(&key) || self.last.contains(key.as_str());
            if old || !keys.insert(key.as_str().into()) {
                let repeats = Error::walk(format!(
                    "the list cannot be read by key: the row {key:?} comes again after itself, so \
                     {} does not identify a row or the manager does not keep to the filter",
                    self.column
                ));
                return Step::fail(at, total, repeats);
            }
            kept.push(RowRef { index, rows: at.rows() + index as u64 + 1, key: Some(key) });
        }
        self.last = keys;
        // A full page is not the end, whatever was counted: rows created between the count and the
        // page may have pushed others out of it.
        let done = rows < u64::from(limit) && remain.is_none_or(|remain| remain <= rows);
        Step { position: at.past_keys(&kept), kept, total, done, error: None }
    }

    fn position_after(&self, begin: &Position, rows: &[RowRef]) -> Position {
        begin.past_keys(rows)
    }
}
