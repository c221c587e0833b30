//! Typed operations of the v2 GraphQL API of a Backend.AI manager, `POST /admin/gql/strawberry`.
//!
//! The client is that of [`backendai`]; this crate adds the operations, one module per domain. Each is a
//! struct with its variables, which `client.send` sends and `client.pages` reads page by page.
//!
//! ```no_run
//! # async fn run() -> backendai::Result<()> {
//! use backendai::Client;
//! use backendai_v2::{
//!     filter::StringFilter,
//!     keypair::{AdminKeypairs, AdminUpdateKeypair},
//!     types::{AdminUpdateKeypairInput, KeypairFilter, KeypairOrderBy, KeypairOrderField},
//! };
//!
//! let client = Client::from_env()?;
//! let unused = KeypairFilter::new().is_active(true)
//!     & !KeypairFilter::new().access_key(StringFilter::starts_with("AKIA"));
//! let list = AdminKeypairs::new()
//!     .filter(unused)
//!     .order_by(vec![KeypairOrderBy::descending(KeypairOrderField::CreatedAt)]);
//! let mut keypairs = client.pages(list).items();
//! while let Some(keypair) = keypairs.next().await {
//!     let input = AdminUpdateKeypairInput::new(keypair?.access_key).is_active(false);
//!     client.send(AdminUpdateKeypair::new(input)).await?;
//! }
//! # Ok(())
//! # }
//! ```
//!
//! | topic | item |
//! |---|---|
//! | who may send an operation | the line `Role` of its documentation; others are refused, see [`is_permission_denied`](backendai::Error::is_permission_denied) |
//! | rows of lists | the types `…Brief`; `…Detail` is one object with all that is read of it |
//! | ids of rows, and how arguments take them | [`GlobalId`], [`Id`] |
//! | conditions and orders of lists | [`filter`] |
//! | sessions: find and terminate | [`ClientExt::sessions`] |
//! | enums and input objects | [`types`] |
//! | descriptions of all operations | [`OPERATIONS`] |
//! | events, with the feature `subscription` | [`scheduling::SchedulingEventsBySession`] |
//!
//! The API exists since manager 25.13; most operations are newer and fail before sending when the
//! manager is too old, see [`backendai::version`]. Fields that an older manager lacks are left out and
//! are `None`.

// The generated code names the types of this crate by their full path.
extern crate self as backendai_v2;

pub mod filter;
mod id;
mod sessions;

pub use id::{GlobalId, Id, InvalidId};
pub use sessions::{ClientExt, Sessions};

backendai::include_graphql!("v2");

/// The example of the readme has to compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
