//! Operations: what is sent, described by data.
//!
//! A generated operation is a plain struct with its variables and an [`OperationInfo`]. A
//! [`DynamicOperation`] is built at run time from such a description: its variables are JSON, its
//! fields are chosen by name, and its rows are JSON as well.
//!
//! ```no_run
//! # #[cfg(feature = "admin")]
//! # async fn run(client: backendai::Client) -> backendai::Result<()> {
//! use backendai::{Operation, admin::keypair::PagedKeyPairs};
//!
//! let list = PagedKeyPairs::new().filter("is_active == true").select(["user_id", "access_key"])?;
//! let mut rows = client.pages(list).items();
//! while let Some(row) = rows.next().await {
//!     println!("{}", row?["access_key"]);
//! }
//! # Ok(())
//! # }
//! ```

mod document;
mod dynamic;
mod field;
pub mod info;
mod requirements;
mod row;

use std::sync::Arc;

use serde::{Serialize, de::DeserializeOwned};

#[doc(hidden)]
pub use self::document::Projection;
pub(crate) use self::{
    document::Documents,
    dynamic::{key_name, variables},
    requirements::{Gate, QUERY},
};
pub use self::{
    dynamic::DynamicOperation,
    field::{Field, title},
    info::OperationInfo,
    row::{Row, Rows},
};
use crate::error::Result;

/// What an operation does.
///
/// A query may be sent again after a failure; a mutation only when it never reached the manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OperationKind {
    /// Reads.
    Query,
    /// Writes.
    Mutation,
    /// Follows events; see [`Subscribe`].
    Subscription,
}

/// An operation with its variables, as which the value serialises.
///
/// Generated code implements it; by hand it takes two items:
///
/// ```
/// use backendai::{Operation, OperationInfo};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize)]
/// struct Domain {
///     name: String,
/// }
///
/// #[derive(Deserialize)]
/// struct Data {
///     domain: Option<serde_json::Value>,
/// }
///
/// impl Operation for Domain {
///     type Data = Data;
///
///     fn info(&self) -> &'static OperationInfo {
///         static INFO: OperationInfo = OperationInfo::query(
///             "Domain",
///             "query Domain($name:String!){domain(name:$name){name}}",
///         );
///         &INFO
///     }
/// }
/// ```
pub trait Operation: Serialize + Send + Sync {
    /// The `data` member of the response.
    type Data: DeserializeOwned + Send + 'static;

    /// Returns the description of the operation.
    fn info(&self) -> &'static OperationInfo;

    /// Returns the same operation with other fields of its rows, in this order.
    ///
    /// # Errors
    ///
    /// When the operation has no field of a name (the error suggests a similar one), when no name is
    /// given, and when a variable cannot be encoded.
    fn select(self, fields: impl IntoIterator<Item: AsRef<str>>) -> Result<DynamicOperation>
    where
        Self: Sized,
    {
        DynamicOperation::of(&self)?.select(fields)
    }

    /// The document that is sent instead of that of the description.
    #[doc(hidden)]
    fn projection(&self) -> Option<&Arc<Projection>> {
        None
    }

    /// Completes the data after it is decoded.
    #[doc(hidden)]
    fn completion(&self) -> Option<Completion<Self::Data>> {
        None
    }
}

/// Completes data with what the operation knows.
#[doc(hidden)]
pub type Completion<D> = Box<dyn Fn(&mut D) + Send + Sync>;

/// An operation or a subscription whose description is known at compile time. Generated.
pub trait Compiled {
    /// The description.
    const INFO: &'static OperationInfo;
}

/// A subscription with its variables, as which the value serialises. It is followed with
/// `Client::subscribe` (feature `subscription`) and cannot be sent as an [`Operation`].
///
/// Generated code implements it; by hand it takes the same two items as an operation, with
/// [`OperationInfo::subscription`].
pub trait Subscribe: Serialize + Send + Sync {
    /// The `data` member of each event.
    type Data: DeserializeOwned + Send + 'static;

    /// Returns the description of the subscription.
    fn info(&self) -> &'static OperationInfo;
}

/// A query for one list that can be read page by page with [`Client::pages`](crate::Client::pages).
///
/// [`OperationInfo::paging`] describes which strategies are possible and which variables they set;
/// a list without it is read as one page.
pub trait Paginated: Operation {
    /// One row.
    type Item: Send;

    /// Takes the rows out of the data; `None` when the manager returned null in their place.
    fn page(&self, data: Self::Data) -> Option<Page<Self::Item>>;

    /// Returns the value of a row's [key](info::KeyInfo), where the row has it.
    fn key(_item: &Self::Item) -> Option<String> {
        None
    }
}

/// A strategy for reading a list page by page. See [`Pager`](crate::Pager) for their guarantees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Pagination {
    /// The rows whose key is greater than that of the last row.
    Keyset,
    /// The rows after the first N rows.
    Offset,
    /// The rows after the row with a cursor.
    Cursor,
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The rows, in the manager's order.
    pub items: Vec<T>,
    /// Number of rows of the whole list, as reported by the manager.
    pub total_count: Option<u64>,
    /// The cursor of each row; empty for a list without cursors.
    pub cursors: Vec<Option<String>>,
    /// The cursor of the last row, for a list with cursors.
    pub end_cursor: Option<String>,
    /// Whether rows follow, for a list with cursors.
    pub has_next_page: Option<bool>,
}

impl<T> Page<T> {
    /// Rows without cursors.
    pub const fn new(items: Vec<T>, total_count: Option<u64>) -> Self {
        Self { items, total_count, cursors: Vec::new(), end_cursor: None, has_next_page: None }
    }

    /// Adds what a connection has beside its rows: the cursor of each row, the last cursor, and
    /// whether rows follow.
    #[must_use]
    pub fn with_cursors(
        self,
        cursors: Vec<Option<String>>,
        end_cursor: Option<String>,
        has_next_page: bool,
    ) -> Self {
        Self { cursors, end_cursor, has_next_page: Some(has_next_page), ..self }
    }
}
