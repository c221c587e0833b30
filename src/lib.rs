//! Typed client for the Backend.AI manager's Admin GraphQL API.

#[doc(hidden)]
pub mod __private;
pub mod client;
pub mod config;
pub mod credential;
pub mod error;
pub mod format;
mod generated;
pub mod keypair;
pub mod operation;
pub mod page;
pub mod request;
pub mod response;
pub mod scalar;
pub mod schema;
pub mod select;
pub mod sign;
pub mod transport;

pub use client::{Client, ClientBuilder, ServerInfo};
pub use config::{
    ApiVersion, CLOUD_ENDPOINT, Config, ConfigBuilder, ConfigError, Endpoint, EndpointType,
    get_config, set_config,
};
pub use credential::{Credential, Keys};
pub use error::{Error, Result};
pub use format::Format;
pub use generated::types;
pub use graphql_client;
pub use operation::{Kind, Operation, Page, Paginated, Refusal};
pub use page::{Items, Pager, Position};
pub use request::Request;
pub use response::{RateLimit, Response};
pub use scalar::{BigInt, DateTime, JsonString, Maybe, Uuid};
pub use select::{Chosen, Field, Fragment, Row, Rows, Select};
pub use sign::HashType;
pub use transport::Transport;

/// Includes what [`backendai-codegen`](https://docs.rs/backendai-codegen) wrote under this name in
/// the build script of the crate: a module for each document file, and `types` for what they share.
///
/// ```ignore
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
