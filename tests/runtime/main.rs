//! The client over scripted transports: what is sent, and how every response is handled.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests may fail so"
)]

mod answers;
mod contents;
#[path = "../logged/mod.rs"]
mod logged;
mod logs;
mod pages;
mod prefetch;
mod proxy;
mod requests;
mod retry;
mod send;
mod support;
mod tls;
mod walks;
mod wire;
