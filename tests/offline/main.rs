//! What needs no network but loopback; one module for each subject. See `tests/README.md`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by it"
)]

mod config;
#[cfg(feature = "context")]
mod context;
mod embedded_manager;
mod errors;
mod filter_meaning;
mod foreign;
mod generated;
#[path = "../../codegen/tests/golden/golden.rs"]
#[rustfmt::skip]
mod golden;
mod graphql_client;
mod handles;
mod index;
mod logs;
mod paging;
#[cfg(feature = "proxy")]
mod proxy;
mod random_answers;
mod readme;
mod requests;
mod retry;
mod roles;
mod runtime;
mod select;
mod send;
mod session;
mod sign;
mod subscription;
#[path = "../support/mod.rs"]
mod support;
mod transport;
mod version;
