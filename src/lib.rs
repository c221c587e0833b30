//! Typed client for the Backend.AI manager's Admin GraphQL API.

pub mod operation;
pub mod scalar;
pub mod schema;

pub use operation::{Kind, Operation, Page, Paginated, Refusal};
pub use scalar::{BigInt, DateTime, JsonString, Maybe, Uuid};
