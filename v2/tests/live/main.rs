//! Against a real manager, which `tests/manager/up` brings up.
//!
//! Skipped when there is none; with `BACKENDAI_LIVE=1` that is a failure. `older` is for a manager that
//! is not the newest.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test fails by it, or prints what it saw"
)]

mod coverage;
mod documents;
mod errors;
mod filters;
#[path = "../../../tests/support/golden.rs"]
mod golden;
mod life_cycles;
mod lists;
mod older;
mod subscriptions;
mod support;
