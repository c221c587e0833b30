//! Typed client for the Admin GraphQL API of a Backend.AI manager.
//!
//! Operations are plain GraphQL documents, proven against a snapshot of the manager's schema when
//! the crate is built. They run over signed requests, and lists are read page by page.
//!
//! ```no_run
//! # async fn run() -> backendai::Result<()> {
//! use backendai::{Client, admin::{keypair::PagedKeyPairs, types::ModifyKeyPairInput}};
//!
//! let client = Client::from_env()?;
//! let mut inactive = client.pages(PagedKeyPairs::new().is_active(false)).items();
//! while let Some(keypair) = inactive.next().await {
//!     let props = ModifyKeyPairInput::new().rate_limit(1);
//!     client.keypairs().update(keypair?.access_key, props).await?;
//! }
//! # Ok(())
//! # }
//! ```
//!
//! | to | see |
//! |---|---|
//! | say which manager, with which keys | [`Config`], [`config`] |
//! | send an operation | [`Client::send`], [`Client::send`] |
//! | do what the official client's KeyPair functions do | [`Client::keypairs`] |
//! | read a list | [`Client::pages`], [`Pager`] |
//! | choose the fields when the program runs | [`Operation::select`] |
//! | send what `graphql_client` derived, or a text | [`Client::send_query`], [`Client::send_document`] |
//! | say which rows of a list, and in which order | [`filter`] |
//! | change a project and keep what it has | [`Client::groups`] |
//! | keep managers and keys under names | the module `context`, with the feature `context` |
//! | log in at a webserver | [`Client::login`], [`session`] |
//! | work with a manager that is older | [`version`] |
//! | tell failures apart | [`Error`] |
//! | tell unset from null | [`MaybeUndefined`] |
//! | compile documents of your own | [`include_graphql!`] |
//! | send again, or not | [`Retry`], [`retry`] |
//! | be told of every request | [`Observer`] |
//! | send over something else than HTTP | [`Transport`] |
//! | let other programs use the manager | `proxy`, with the feature of that name |
//!
//! Requests need a tokio runtime. What a call does is traced in one span, `backendai.request`,
//! without variables, bodies or secrets.

#[doc(hidden)]
pub mod __private;
#[cfg(feature = "admin")]
pub mod admin;
pub mod client;
pub mod config;
#[cfg(feature = "context")]
pub mod context;
pub mod credential;
mod dispatch;
pub mod error;
pub mod filter;
pub mod format;
mod http;
pub mod observe;
pub mod operation;
#[cfg(any(feature = "context", feature = "profile", feature = "session"))]
mod owner_file;
pub mod paging;
#[cfg(feature = "proxy")]
pub mod proxy;
pub mod request;
pub mod response;
pub mod retry;
pub mod scalar;
#[cfg(feature = "session")]
pub mod session;
mod setting;
pub mod sign;
#[doc(hidden)]
pub mod suggest;
mod tls;
pub mod transport;
pub mod version;

pub use self::http::RateLimit;
pub use client::{Client, ClientBuilder, ServerInfo};
pub use config::{
    ApiVersion, CLOUD_ENDPOINT, Config, ConfigBuilder, ConfigError, Endpoint, EndpointType,
};
pub use credential::{Credential, Keys};
pub use error::{Error, ErrorKind, Result};
pub use filter::{Filter, Order};
pub use format::Format;
pub use graphql_client;
pub use observe::Observer;
pub use operation::{
    DynamicOperation, Field, Operation, OperationInfo, OperationKind, Page, Paginated, Pagination,
    Row, Rows,
};
pub use paging::{Items, ListChanges, Pager, Position};
pub use request::Request;
pub use response::Response;
pub use retry::Retry;
pub use scalar::{
    BigInt, Date, DateTime, HexBytes, JsonString, MaybeUndefined, Uuid, UuidFloatMap,
};
#[cfg(feature = "session")]
pub use session::Session;
pub use sign::HashType;
pub use transport::Transport;
pub use version::{ManagerVersion, Requirement, VersionPolicy};

/// Includes what [`backendai-codegen`](https://docs.rs/backendai-codegen) wrote under this name in
/// the build script of the crate: a module for each document file, and `types` for what they share.
///
/// ```text
/// mod queries {
///     backendai::include_graphql!("queries");
/// }
/// ```
#[macro_export]
macro_rules! include_graphql {
    ($name:literal) => {
        include!(concat!(env!("OUT_DIR"), "/", $name, ".rs"));
    };
}

/// The examples of the readme have to compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
