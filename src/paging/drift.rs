//! What changed in a list while it was read.

/// What a walk noticed of changes in the list, so far. [`Pager`](crate::Pager) says what can be
/// noticed in which way of walking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListChanges {
    /// How many rows the list had when the walk began, as the manager said.
    pub first_total: Option<u64>,
    /// How many rows it had at the last page.
    pub last_total: Option<u64>,
    /// Rows that came again and were left out.
    pub duplicates: u64,
    /// How often the rows had moved, or the row where the walk stood was gone, so that it went
    /// back to find its place.
    pub shifts: u64,
    /// Whether rows may have been missed, and the walk cannot tell.
    pub missed: bool,
}

impl ListChanges {
    /// Whether the list did not change, as far as the walk can tell.
    pub fn is_none(&self) -> bool {
        self.duplicates == 0
            && self.shifts == 0
            && !self.missed
            && self.first_total == self.last_total
    }

    pub(super) fn total(&mut self, total: Option<u64>) {
        self.first_total = self.first_total.or(total);
        self.last_total = total.or(self.last_total);
    }
}
