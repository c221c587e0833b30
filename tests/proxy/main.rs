//! The local proxy: in front of the embedded manager, and of sockets that answer by script.

#![cfg(feature = "proxy")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod graphql;
mod guard;
mod support;
mod upgrade;
mod wire;
