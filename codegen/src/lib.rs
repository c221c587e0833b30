//! GraphQL documents to typed Rust operations, at build time.

#[cfg(feature = "snapshot")]
pub mod snapshot;
