//! Typed client for the Backend.AI manager's Admin GraphQL API.

pub mod config;
pub mod credential;
pub mod operation;
pub mod scalar;
pub mod schema;
pub mod sign;

pub use config::{
    ApiVersion, CLOUD_ENDPOINT, Config, ConfigBuilder, ConfigError, Endpoint, EndpointType,
    get_config, set_config,
};
pub use credential::{Credential, Keys};
pub use operation::{Kind, Operation, Page, Paginated, Refusal};
pub use scalar::{BigInt, DateTime, JsonString, Maybe, Uuid};
pub use sign::HashType;
