//! The built-in transport over real connections: HTTP, TLS, and proxies that an environment names.

mod http_proxy;
pub(crate) mod tls;
mod wire;
