#![cfg_attr(docsrs, feature(doc_cfg))]
//! Typed client for the GraphQL APIs of a Backend.AI manager.
//!
//! Operations are plain GraphQL documents that are validated against a snapshot of the manager's schema
//! at build time. They are sent as signed requests, and lists are read page by page. The operations of
//! the Admin API are in `admin`, with the default feature of that name.
//!
#![cfg_attr(feature = "admin", doc = "```no_run")]
#![cfg_attr(not(feature = "admin"), doc = "```ignore")]
//! # async fn run() -> backendai::Result<()> {
//! use backendai::{
//!     Client,
//!     admin::{keypair::PagedKeyPairs, types::ModifyKeyPairInput},
//! };
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
//! | task | item |
//! |---|---|
//! | configure endpoints and credentials | [`Config`], [`config`] |
//! | send an operation | [`Client::send`], [`Request`] |
//! | send a query derived with `graphql_client`, or a string | [`Client::send_query`], [`Client::send_document`] |
//! | read a list | [`Client::pages`], [`Pager`] |
//! | follow events | `Client::subscribe`, with the feature `subscription` |
//! | filter and order a list | [`filter`] |
//! | select fields at run time | [`Operation::select`] |
//! | find the operation for a task | `admin`, which lists all of them |
//! | administer keypairs, users and projects | `Client::keypairs`, `Client::users`, `Client::projects`, with the feature `admin` |
//! | compile documents of your own | [`include_graphql!`] |
//! | store settings under names | `context`, with the feature of that name |
//! | log in at a webserver | `Client::login`, with the feature `session` |
//! | support older managers | [`version`] |
//! | handle errors | [`Error`] |
//! | distinguish undefined from null | [`MaybeUndefined`] |
//! | configure retries | [`Retry`], [`retry`] |
//! | observe every request | [`Observer`] |
//! | add headers | [`ClientBuilder::header`], [`Request::header`] |
//! | use an HTTP client of your own | [`HttpTransport::from_client`](transport::HttpTransport::from_client) |
//! | wrap or replace the HTTP transport | [`Transport`] |
//! | test a program | [`backendai-testing`](https://docs.rs/backendai-testing), an embedded manager; the feature `testing`, to build rows |
//! | run a local authenticating proxy | `proxy`, with the feature of that name |
//!
//! # Features
//!
//! | feature | default | with it |
//! |---|---|---|
//! | `admin` | yes | the operations of the Admin API, generated at build time |
//! | `session` | yes | logins at a webserver |
//! | `context` | | addresses and keys under names, in a file |
//! | `profile` | | profiles of the official client as a source of settings |
//! | `subscription` | | `Client::subscribe`, over WebSocket |
//! | `proxy` | | the local proxy |
//! | `testing` | | rows that tests build; for dev-dependencies only |
//!
//! # Without async
//!
//! Every call returns a future, and a runtime of one thread runs it. There is no second, blocking API:
//! these lines do the same, also for lists, logins and everything to come
//! ([decision 12](https://github.com/backendai-rs/backendai/blob/main/docs/decisions/0012-blocking.md)).
//!
#![cfg_attr(feature = "admin", doc = "```no_run")]
#![cfg_attr(not(feature = "admin"), doc = "```ignore")]
//! use backendai::{Client, admin::keypair::GetKeyPair};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
//!     let client = Client::from_env()?;
//!     let data = runtime.block_on(client.send(GetKeyPair::new()).into_future())?;
//!     println!("{:?}", data.keypair.map(|keypair| keypair.access_key));
//!     Ok(())
//! }
//! ```
//!
//! Requests require a tokio runtime with IO and timers; without it a call is an error. Each call is one
//! `tracing` span, `backendai.request`, without variables, bodies or secrets.

#[doc(hidden)]
pub mod __private;
#[cfg(feature = "admin")]
pub mod admin;
pub mod client;
pub mod config;
#[cfg(any(feature = "proxy", feature = "subscription"))]
mod connect;
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
#[cfg(feature = "subscription")]
pub mod subscription;
#[doc(hidden)]
pub mod suggest;
mod tls;
pub mod transport;
mod variables;
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
    Row, Rows, Subscribe,
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
#[cfg(feature = "subscription")]
pub use subscription::Subscription;
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

/// So do those of the guide.
#[cfg(all(doctest, feature = "admin"))]
#[doc = include_str!("../docs/testing.md")]
struct TestingGuide;
