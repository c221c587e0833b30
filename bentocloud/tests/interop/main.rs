//! The real `bentoml` command beside this crate; see `tests/bentoml/up`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "this is test code"
)]

mod contexts;
mod serve;
#[path = "../support/mod.rs"]
mod support;
#[cfg(feature = "transfer")]
mod transfer;
