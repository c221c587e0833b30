//! The operations of the Admin GraphQL API, one module for each domain, with the feature `admin`.
//!
//! The build script compiles them from the documents in `graphql/admin`. [`types`] has the enums and
//! input objects that they share, [`columns`] the columns that a list can be filtered and ordered by.

pub mod columns;
mod groups;
mod keypairs;

pub use self::{groups::Groups, keypairs::KeyPairs};

crate::include_graphql!("admin");
