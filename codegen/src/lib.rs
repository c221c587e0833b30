//! GraphQL documents to typed Rust operations, at build time.
