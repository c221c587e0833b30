//! What generated code implements: an operation is plain data that knows its own document.

use serde::{Serialize, de::DeserializeOwned};

use crate::scalar::Maybe;

/// Whether an operation reads or writes.
///
/// A query may be sent again after a failure; a mutation only when it never reached the manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
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
    const KIND: Kind;
    /// Path of the schema that it was validated against, such as `/admin/gql`.
    const PATH: &'static str;
    /// The operation and the fragments it uses, minified.
    const TEXT: &'static str;
    /// [`TEXT`](Self::TEXT) as a JSON string with its quotes, ready to be put in a request body.
    const TEXT_JSON: &'static str;

    /// The text that is sent, as a JSON string. Another one than [`TEXT_JSON`](Self::TEXT_JSON)
    /// where fields are chosen at run time.
    fn text_json(&self) -> &str {
        Self::TEXT_JSON
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

/// A query of one list that is read page by page (`limit`, `offset` → `items`, `total_count`).
pub trait Paginated: Operation + Clone {
    /// One row.
    type Item: Send;

    /// Column that identifies a row, by its name in the list's order language.
    /// Appended to every order so that pages neither overlap nor leave rows out.
    const KEY: Option<&'static str>;

    /// Chooses the rows: at most `limit`, after the first `offset`.
    fn set_window(&mut self, limit: i32, offset: i32);

    /// The order variable, where the list has one.
    fn order_mut(&mut self) -> Option<&mut Maybe<String>>;

    /// Takes the rows out of an answer; `None` when the manager answered null in their place.
    fn page(data: Self::Data) -> Option<Page<Self::Item>>;
}

/// The rows of one answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// The rows, in the manager's order.
    pub items: Vec<T>,
    /// How many rows the whole list has, when the manager said so.
    pub total: Option<u64>,
}
