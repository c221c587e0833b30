//! The client over transports that answer by script: what is sent, and what becomes of every
//! answer that a manager gives.

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
mod support;
mod tls;
mod walks;
mod wire;
