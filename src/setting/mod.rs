//! The settings: one table of them, and how their values are looked up, checked and described.
//!
//! This module knows no other module that reads settings: `context` builds on it, and `config` on
//! both.

mod endpoint;
mod env;
mod origin;
pub(crate) mod problem;
mod proxies;
mod table;
pub(crate) mod value;
mod version;
mod warning;

#[cfg(feature = "context")]
pub(crate) use self::env::CONTEXTS;
pub(crate) use self::{
    endpoint::{ADMIN_PATH, V2_PATH, parse_endpoints},
    env::{is_prefixed, lookup},
    proxies::Proxy,
};
pub use self::{
    endpoint::{Endpoint, EndpointType, InvalidEndpoint, UnknownEndpointType},
    env::Env,
    origin::Origin,
    problem::Problem,
    proxies::Proxies,
    table::{Field, Form, SETTINGS, Setting},
    version::{ApiVersion, DEFAULT_VERSION, InvalidVersion, MIN_VERSION},
    warning::Warning,
};
