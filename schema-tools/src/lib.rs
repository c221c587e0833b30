//! Tools for GraphQL schemas and the documents that
//! [`backendai-codegen`](https://docs.rs/backendai-codegen) compiles.
//!
//! | module | content |
//! |---|---|
//! | [`snapshot`] | a schema that was pulled from a server, normalised to be checked in |
//! | [`diff`](mod@diff) | the changes between two schemas, and the operations that they affect |
//! | [`scaffold`] | a first document for a root field |
//! | [`manifest`](mod@manifest) | the parts of a schema that operations use |
//! | [`adhoc`] | documents that are sent as they are, without generated code |

/// Compiles the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub mod adhoc;
mod coordinates;
pub mod diff;
pub mod manifest;
pub mod scaffold;
pub mod snapshot;
