//! Tests without a server.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod answers;
mod documentation;
mod filters;
#[path = "../../../tests/support/golden.rs"]
mod golden;
mod ids;
mod inputs;
mod managers;
mod roles;
mod roots;
mod subscriptions;
