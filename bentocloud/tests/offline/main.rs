//! What needs no network but loopback; one module for each subject.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "this is test code"
)]

#[cfg(feature = "transfer")]
mod calls;
mod cases;
mod client;
mod container;
mod contexts;
mod deployments;
mod endpoint;
#[cfg(feature = "transfer")]
mod faults;
mod file;
mod login;
mod organization;
#[cfg(feature = "transfer")]
mod store;
#[path = "../support/mod.rs"]
mod support;
#[cfg(feature = "transfer")]
mod transfer;
