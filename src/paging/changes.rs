//! Changes in a list while it is read.

/// The changes that were noticed in a list while it was read. [`Pager`](crate::Pager) documents
/// which changes each strategy notices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListChanges {
    /// Number of rows of the list as reported with the first page.
    pub first_total: Option<u64>,
    /// Number of rows of the list as reported with the last page.
    pub last_total: Option<u64>,
    /// Rows that were received again and left out.
    pub duplicates: u64,
    /// How often the rows had moved, or the row before the position was gone, so that the pager
    /// went back to find its position.
    pub shifts: u64,
    /// Whether rows may have been missed, without a way to be sure.
    pub missed: bool,
}

impl ListChanges {
    /// Whether no change was noticed.
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
