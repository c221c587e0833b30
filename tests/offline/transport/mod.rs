//! The built-in transport over real connections: HTTP, TLS, and proxies that an environment names.

mod http_proxy;
mod tls;
mod wire;
