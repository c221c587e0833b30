//! The place between two rows.

use serde::{Deserialize, Serialize};

/// Where a walk stands: how many rows of the list are behind it. It can be stored, and another
/// walk of the same operation, with the same filter and order, goes on from it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Position {
    offset: u64,
}

impl Position {
    /// After the first `rows` rows.
    pub const fn after(rows: u64) -> Self {
        Self { offset: rows }
    }

    /// How many rows are behind it.
    pub const fn rows(self) -> u64 {
        self.offset
    }
}
