//! What more than one test binary needs.

#![allow(dead_code, reason = "not every binary needs all of it")]

pub(crate) mod embedded;
pub(crate) mod golden;
pub(crate) mod logs;
pub(crate) mod server;
pub(crate) mod transport;
