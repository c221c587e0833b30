//! The embedded manager over real connections, by subject.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests fail by panicking"
)]

mod auth;
mod documents;
mod faults;
mod keypairs;
mod limits;
mod paging;
mod roots;
mod subscriptions;
mod support;
mod users;
mod v2;
