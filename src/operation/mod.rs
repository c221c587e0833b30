//! Operations: what generated code implements, and its static description.

pub mod info;

pub use self::info::OperationInfo;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    scalar::MaybeUndefined,
    version::{ManagerVersion, Requirement, Requirements},
};

/// Whether an operation reads or writes.
///
/// A query may be sent again after a failure; a mutation only when it never reached the manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OperationKind {
    /// Reads.
    Query,
    /// Writes.
    Mutation,
}

/// One operation of a checked-in document. The value holds the variables and serialises as them.
///
/// Generated; to be implemented by hand only by those who know why.
pub trait Operation: Serialize + Send + Sync {
    /// The `data` member of the answer.
    type Data: DeserializeOwned + Send + 'static;

    /// Name of the operation, as in the document.
    const NAME: &'static str;
    /// Query or mutation.
    const KIND: OperationKind;
    /// Path of the schema that it was validated against, such as `/admin/gql`.
    const PATH: &'static str;
    /// The operation and the fragments it uses, minified.
    const DOCUMENT: &'static str;
    /// [`DOCUMENT`](Self::DOCUMENT) as a JSON string with its quotes, ready to be put in a request body.
    const DOCUMENT_JSON: &'static str;

    /// What it needs that not every manager has and that cannot be left out, newest first.
    const REQUIRES: &'static [Requirement] = &[];
    /// The version from which on every manager has all of it; `None` when every manager does. One
    /// of an older branch may have it too: [`Requirement::is_in`] tells.
    const MIN_MANAGER_VERSION: Option<ManagerVersion> = Requirement::newest(Self::REQUIRES);

    /// The text that is sent, as a JSON string. Another one than [`DOCUMENT_JSON`](Self::DOCUMENT_JSON)
    /// where fields are chosen at run time.
    fn text_json(&self) -> &str {
        Self::DOCUMENT_JSON
    }

    /// The newest version that any part of it or of its values came with.
    #[doc(hidden)]
    fn newest(&self) -> Option<ManagerVersion> {
        Self::MIN_MANAGER_VERSION
    }

    /// What has to be looked at when the manager may be older than that.
    #[doc(hidden)]
    fn gate(&self) -> Requirements {
        Requirements::new(Self::REQUIRES)
    }

    /// What the manager refused, though it answered with HTTP 200 and no GraphQL error:
    /// most mutations say `ok: false` and a `msg`.
    fn refusal(_data: &Self::Data) -> Option<Refusal<'_>> {
        None
    }
}

/// A mutation that answered `ok: false`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal<'a> {
    /// Response key of the root field that refused.
    pub field: &'a str,
    /// The manager's reason. It may hold secrets: see [`crate::Error`] on how it is shown.
    pub message: Option<&'a str>,
}

/// A query of one list that can be read page by page. [`Client::pages`](crate::Client::pages) does.
pub trait Paginated: Operation + Clone {
    /// One row.
    type Item: Send;

    /// The ways in which the list can be walked; the first is taken unless the caller says
    /// otherwise.
    const STRATEGIES: &'static [Pagination] = &[Pagination::Offset];

    /// The column that identifies a row, by its name in the list's order language; several with
    /// commas between them where only all together do.
    const KEY: Option<&'static str> = None;

    /// Chooses the rows: at most `limit`, after the first `offset`. For [`Pagination::Offset`] and
    /// [`Pagination::Keyset`].
    fn set_window(&mut self, _limit: i32, _offset: i32) {}

    /// Chooses the rows: at most `first`, after the one with that cursor. For [`Pagination::Cursor`].
    fn set_cursor(&mut self, _first: i32, _after: Option<String>) {}

    /// The order variable, where the list has one that is a text.
    fn order_mut(&mut self) -> Option<&mut MaybeUndefined<String>> {
        None
    }

    /// The variable of the filter language, where the list has one.
    fn filter_mut(&mut self) -> Option<&mut MaybeUndefined<String>> {
        None
    }

    /// Whether an order is set, in whatever language.
    fn is_ordered(&self) -> bool {
        false
    }

    /// The value of a row's [`KEY`](Self::KEY), where the rows have it.
    fn key(_item: &Self::Item) -> Option<String> {
        None
    }

    /// Takes the rows out of an answer; `None` when the manager answered null in their place.
    fn page(data: Self::Data) -> Option<Page<Self::Item>>;
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
