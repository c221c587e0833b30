//! By key: the rows whose key is greater than that of the last row.

use super::{super::filter, Ask, Known, ListChanges, Mark, Position, Seen, Taken};
use crate::error::{Error, Result};

pub(in super::super) struct Keyset {
    column: &'static str,
    descending: bool,
    /// The caller's own.
    filter: Option<String>,
    /// The keys of the page before.
    last: Known,
    /// Whether the page before was empty where rows should be.
    empty: bool,
}

impl Keyset {
    pub(in super::super) fn new(
        column: &'static str,
        descending: bool,
        filter: Option<String>,
    ) -> Self {
        Self { column, descending, filter, last: Known::default(), empty: false }
    }

    pub(super) fn ask(&self, at: &Position, limit: u32) -> Result<Ask> {
        let own = self.filter.as_deref();
        Ok(match at.key() {
            None => Ask::Window { limit, offset: at.rows(), filter: self.filter.clone() },
            Some(key) => {
                let filter = Some(filter::after(own, self.column, self.descending, key)?);
                Ask::Window { limit, offset: 0, filter }
            }
        })
    }

    pub(super) fn take(
        &mut self,
        at: &Position,
        limit: u32,
        seen: Seen,
        drift: &mut ListChanges,
    ) -> Taken {
        let rows = seen.keys.len() as u64;
        // Behind a key the manager counts only what remains.
        let counted = if at.key().is_some() { 0 } else { at.rows() };
        let remain = seen.total.map(|total| total.saturating_sub(counted));
        let total = remain.map(|remain| remain + at.rows());
        drift.total(total);
        if rows == 0 {
            // Rows may have been deleted between the count and the page.
            return match remain {
                Some(1..) if !self.empty => {
                    self.empty = true;
                    Taken::stay(at, total)
                }
                Some(1..) => {
                    let stuck = Error::stuck(at.rows(), total.unwrap_or_default());
                    Taken::fail(at, total, stuck)
                }
                _ => Taken::end(at, total),
            };
        }
        self.empty = false;
        let mut keys = self.last.anew(seen.keys.len());
        let mut kept = Vec::with_capacity(seen.keys.len());
        for (index, key) in seen.keys.into_iter().enumerate() {
            let Some(key) = key else {
                let null = Error::null(self.column, false);
                return Taken::fail(at, total, null);
            };
            if at.key() == Some(&key) || self.last.contains(&key) || !keys.insert(&key) {
                let repeats = Error::walk(format!(
                    "the list cannot be read by key: the row {key:?} comes again behind itself, so \
                     {} does not identify a row or the manager does not keep to the filter",
                    self.column
                ));
                return Taken::fail(at, total, repeats);
            }
            kept.push(Mark { index, rows: at.rows() + index as u64 + 1, key: Some(key) });
        }
        self.last = keys;
        // A full page is not the end, whatever was counted: rows made between the count and the
        // page may have pushed others out of it.
        let done = rows < u64::from(limit) && remain.is_none_or(|remain| remain <= rows);
        Taken { position: at.past_keys(&kept), kept, total, done, error: None }
    }
}
