//! An embedded Backend.AI manager on loopback, to test programs against.
//!
//! It executes the real schema of the manager's Admin GraphQL API, verifies signatures with code
//! of its own, keeps users and keypairs in memory, and misbehaves on order. Nothing is installed
//! and nothing outlives the test.
//!
//! ```
//! use backendai_testing::{Fault, Manager};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> std::io::Result<()> {
//! let manager = Manager::builder().keypairs(250).start().await?;
//!
//! // Point the program under test at it, with the keys of an account.
//! let account = manager.superadmin();
//! println!("{} {}", manager.endpoint(), account.access_key);
//!
//! // Let the next request end without an answer.
//! manager.faults().push(Fault::Close);
//!
//! // Afterwards, look at what was asked.
//! assert!(manager.requests().is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! # What it serves
//!
//! `POST /admin/gql`, its older form `POST /admin/graphql`, `GET /` and `GET /health`. Every root of
//! the schema has an answer: keypairs, users, domains, projects (groups), resource policies and
//! scaling groups are kept as the real manager keeps them, everything else is rows that a real one
//! gave, which mutations change in simple ways.
//!
//! # Where it is stricter than a test would like
//!
//! Rows that an order leaves equal come in another sequence on every page, always the same one for
//! the same page, since the real manager promises no sequence either. A client that pages by
//! `created_at` alone gets rows twice and misses others: all rows of the start have the same time.
//!
//! `docs/embedded-manager.md` in the repository tells how its fidelity is measured, and what differs.

// Proves the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub mod bentocloud;

mod address;
mod auth;
mod date;
mod fault;
mod filter;
mod fixture;
mod http;
mod limit;
mod manager;
mod problem;
mod record;
mod release;
mod resolve;
mod schema;
mod server;
mod state;
mod webserver;

pub use fault::{Fault, Faults};
pub use jiff::SignedDuration;
pub use manager::{Account, Manager, ManagerBuilder};
pub use record::Recorded;
pub use webserver::Webserver;
