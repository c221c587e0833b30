//! The generator's tests: documents in, code or diagnostics out.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "this is test code"
)]

mod coverage_of_schema;
mod field_reports;
mod foreign;
mod golden;
mod invalid;
mod large;
mod options;
mod paging;
mod random;
mod watch;
