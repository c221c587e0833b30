//! Orders.

use std::fmt;

use super::Column;
use crate::scalar::MaybeUndefined;

/// Columns to order by, the first of them first.
///
/// ```
/// use backendai::admin::{columns::keypair_list as column, keypair::PagedKeyPairs};
///
/// let order = column::IS_ACTIVE.descending().then(column::ACCESS_KEY.ascending());
/// assert_eq!(order.to_string(), "-is_active,+access_key");
/// let newest_first = PagedKeyPairs::new().order(column::CREATED_AT.descending());
/// # let _ = newest_first;
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Order(String);

impl Order {
    /// Then by these, among rows that are equal so far.
    #[must_use]
    pub fn then(mut self, next: Self) -> Self {
        self.0.push(',');
        self.0.push_str(&next.0);
        self
    }
}

impl<K, const FILTER: bool> Column<K, FILTER, true> {
    /// From the smallest value to the greatest; null comes last.
    pub fn ascending(self) -> Order {
        Order(format!("+{}", self.name()))
    }

    /// From the greatest value to the smallest; null comes first.
    pub fn descending(self) -> Order {
        Order(format!("-{}", self.name()))
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Order> for String {
    fn from(order: Order) -> Self {
        order.0
    }
}

impl From<Order> for MaybeUndefined<String> {
    fn from(order: Order) -> Self {
        Self::Value(order.0)
    }
}
