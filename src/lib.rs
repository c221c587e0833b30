//! Typed client for the Backend.AI manager's Admin GraphQL API.

#[doc(hidden)]
pub mod __private;
mod generated;
pub mod operation;
pub mod scalar;
pub mod schema;

pub use generated::{keypair, types};
pub use graphql_client;
pub use operation::{Kind, Operation, Page, Paginated, Refusal};
pub use scalar::{BigInt, DateTime, JsonString, Maybe, Uuid};
