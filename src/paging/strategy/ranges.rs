//! Ranges of rows that are read independently of each other, from an index of the keys or cursors ahead.

use std::collections::VecDeque;

/// The ranges from the position on. They divide the list without a gap and without an overlap,
/// whatever is created or deleted in them.
pub(super) struct Ranges {
    /// The last row of each range.
    bounds: VecDeque<Bound>,
    /// Number of rows after the last range, where the manager counts them.
    rest: Option<u64>,
    /// Whether everything after the last range is one more range, without an upper bound.
    complete: bool,
    /// Number of rows of a range when it is made.
    size: u64,
    /// How many ranges one index covers, for each page that may be requested ahead. A range takes
    /// the memory of one key.
    per_page: u64,
}

struct Bound {
    key: String,
    /// Number of rows of the range, as last counted.
    rows: u64,
}

impl Ranges {
    /// Ranges of this many rows, as many of them in an index for each page that may be requested
    /// ahead.
    pub(super) fn new(size: u32, per_page: u64) -> Self {
        let size = u64::from(size).max(1);
        Self { bounds: VecDeque::new(), rest: Some(0), complete: false, size, per_page }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bounds.is_empty()
    }

    /// The last key of the range with this index.
    pub(super) fn bound(&self, index: usize) -> Option<&str> {
        self.bounds.get(index).map(|bound| bound.key.as_str())
    }

    /// The last key of the last range.
    pub(super) fn end(&self) -> Option<&str> {
        self.bounds.back().map(|bound| bound.key.as_str())
    }

    pub(super) const fn is_complete(&self) -> bool {
        self.complete
    }

    /// The index of the range that ends with this key.
    pub(super) fn position(&self, key: &str) -> Option<usize> {
        self.bounds.iter().position(|bound| bound.key == key)
    }

    /// Removes the first range, which is read.
    pub(super) fn pop(&mut self) -> Option<String> {
        self.bounds.pop_front().map(|bound| bound.key)
    }

    /// Forgets the range without an upper bound, when rows follow it.
    pub(super) const fn reopen(&mut self) {
        self.complete = false;
    }

    /// Number of rows of the first `count` ranges.
    pub(super) fn rows(&self, count: usize) -> u64 {
        self.bounds.iter().take(count).map(|bound| bound.rows).sum()
    }

    /// Number of rows after the first range.
    pub(super) fn rows_after_first(&self) -> u64 {
        self.bounds.iter().skip(1).map(|bound| bound.rows).sum::<u64>() + self.rest.unwrap_or(0)
    }

    /// How many keys the next index must have; `None` while none is needed. `queued` ranges are
    /// requested, and `rest` rows follow the position.
    pub(super) fn index_size(&self, queued: usize, ahead: usize, rest: Option<u64>) -> Option<u32> {
        let unrequested = self.bounds.len().saturating_sub(queued);
        if self.complete || !self.is_empty() && unrequested > ahead.saturating_mul(2) {
            return None;
        }
        let rest = match self.is_empty() {
            // A page without bounds may be in flight.
            true if queued > 0 => return None,
            true => rest.unwrap_or(u64::MAX),
            false => rest.unwrap_or(u64::MAX).min(self.rest.unwrap_or(u64::MAX)),
        };
        let most = (ahead as u64).saturating_mul(self.per_page).saturating_mul(self.size);
        // Rows that fit two pages are not worth an index.
        (rest > 2 * self.size).then(|| u32::try_from(most.min(rest)).unwrap_or(u32::MAX))
    }

    /// Adds the ranges of an index that was requested with this limit, each up to a key that can be
    /// a bound. Returns whether it was of use.
    pub(super) fn extend(
        &mut self,
        keys: Vec<String>,
        limit: u32,
        total: Option<u64>,
        can_bound: impl Fn(&str) -> bool,
    ) -> bool {
        let received = keys.len() as u64;
        let ended = total.map_or(received < u64::from(limit), |total| total <= received);
        let before = self.bounds.len();
        let mut rows = 0;
        for key in keys {
            rows += 1;
            if rows >= self.size && can_bound(&key) {
                self.bounds.push_back(Bound { key, rows });
                rows = 0;
            }
        }
        // The last range has no bound, so that it has the rows that are created at the end.
        if ended && rows == 0 && self.bounds.len() > before {
            rows = self.bounds.pop_back().map_or(0, |bound| bound.rows);
        }
        self.rest = match total {
            Some(total) => Some(total.saturating_sub(received) + rows),
            None => ended.then_some(rows),
        };
        self.complete = ended || self.rest.is_some_and(|rest| rest <= self.size);
        ended || self.bounds.len() > before + 1
    }
}
