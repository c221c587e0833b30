//! Against a real manager, which `tests/manager/up` brings up.
//!
//! Skipped when there is none; with `BACKENDAI_LIVE=1` that is a failure. `older` is for a manager
//! that is not the newest, `soak` runs for as long as `BACKENDAI_SOAK` says.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test fails by it, or prints what it saw"
)]

mod coverage;
mod defaults;
mod filter;
#[path = "../support/golden.rs"]
mod golden;
mod groups;
mod keypairs;
mod limits;
mod lists;
mod nulls;
mod older;
mod pagination;
#[cfg(feature = "proxy")]
mod proxy;
mod roles;
mod schema;
mod session;
mod sign_differential;
mod signing;
mod soak;
mod support;
#[allow(dead_code, reason = "of what all test binaries share, a part is needed here")]
#[path = "../support/transport.rs"]
mod transport;
mod users;
