//! Tests without a server.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod answers;
mod documentation;
mod filters;
mod ids;
mod inputs;
mod managers;
mod roles;
mod roots;
mod subscriptions;
