//! GraphQL documents to typed Rust operations, at build time.
//!
//! Documents are plain `.graphql` files. Every one is proven against a schema with
//! [`apollo_compiler`]'s complete validation; what is wrong fails the build with file, line and
//! column. What comes out are Rust types for the operations, their variables and their answers,
//! which [`backendai`](https://docs.rs/backendai) runs.
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

mod build;
mod carried;
#[cfg(feature = "manifest")]
mod coordinates;
mod diagnostic;
#[cfg(feature = "tools")]
pub mod diff;
mod document;
mod emit;
mod failure;
#[cfg(feature = "tools")]
pub mod introspection;
#[cfg(feature = "manifest")]
mod manifest;
mod names;
mod nulls;
mod options;
#[cfg(feature = "tools")]
mod scaffold;
mod schema;
mod script;
mod select;
mod since;
#[cfg(feature = "snapshot")]
pub mod snapshot;
#[cfg(feature = "tools")]
mod statement;
mod suggest;
mod text;
mod types;
mod unfold;
mod usage;
#[cfg(test)]
mod versions;

pub use diagnostic::Diagnostic;
pub use failure::Failure;
pub use options::{Generated, Options};
#[cfg(feature = "tools")]
pub use scaffold::Scaffold;
#[cfg(feature = "tools")]
pub use schema::Schema;
#[cfg(feature = "tools")]
pub use statement::{Statement, StatementKind, StatementPages, StatementVariable, Statements};

/// Starts a configuration, to be ended by [`Options::compile`].
pub fn configure() -> Options {
    Options::default()
}
