//! The command as its users run it: output, exit codes, files and requests.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test fails by it"
)]

mod bento;
mod common;
#[cfg(unix)]
mod completions;
mod docs;
mod field;
mod global;
mod identity;
mod login;
mod login_steps;
mod proxy;
mod schema;
mod sections;
mod session_login;
mod terminal;
mod transcript;
mod tree;
mod v2;
mod verbs;
