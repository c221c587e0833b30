//! Against a real manager, which `tests/manager/up` brings up.
//!
//! Skipped when there is none; with `BACKENDAI_LIVE=1` that is a failure.

mod keypairs;
mod roles;
mod schema;
mod signing;
mod support;
