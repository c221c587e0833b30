//! GraphQL documents to typed Rust operations, at build time.
//!
//! Documents are plain `.graphql` files. They are validated against a schema with
//! [`apollo_compiler`]; every fault fails the build with its file, line and column. The output is
//! Rust: types for the operations, their variables and their answers, which
//! [`backendai`](https://docs.rs/backendai) sends and decodes.
//!
//! ```no_run
//! // build.rs
//! fn main() -> Result<(), backendai_codegen::Failure> {
//!     backendai_codegen::configure()
//!         .schema("graphql/schema.graphql")
//!         .operations("graphql/*.graphql")
//!         .compile("queries")
//! }
//! ```
//!
//! A variable within a literal of a custom scalar is taken in an object, `near(at: { x: $x })`, and
//! refused in a list, `near(at: [$x, 2])`: the GraphQL specification has no type for the members of
//! the object, but a list of a scalar has items of that scalar, and so servers refuse other
//! variables there, too. Pass the whole value as one variable instead.
//!
//! [`configure`] starts from what fits Backend.AI's manager. Another server's schema is compiled with
//! [`Options::new`], which knows no server.

/// Compiles the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod backendai;
mod cargo;
mod collect_fields;
mod descriptions;
mod diagnostic;
mod document;
mod document_text;
mod emit;
mod expansion;
mod failure;
mod graph;
pub mod introspection;
mod lint;
mod lower;
mod minify;
mod model;
mod names;
mod nulls;
mod options;
mod pipeline;
mod repetitions;
mod requirement;
mod schema;
mod shared_types;
pub mod suggest;
mod version;
#[cfg(test)]
mod versions;

pub use diagnostic::Diagnostic;
pub use failure::Failure;
pub use options::Options;
pub use pipeline::{DocumentSet, Generated, SentOperation};
pub use requirement::Requirement;
pub use schema::{Schema, is_client_directive};
pub use version::Version;

/// Starts a configuration for Backend.AI's manager, to be ended by [`Options::compile`].
pub fn configure() -> Options {
    Options::backendai()
}
