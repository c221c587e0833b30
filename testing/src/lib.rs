//! An embedded Backend.AI manager on loopback, for tests.
//!
//! It executes the real schema of the manager's GraphQL APIs, verifies signatures with its own
//! implementation, keeps users and keypairs in memory, and injects faults. It needs no installation, and
//! its state ends with the test.
//!
//! ```
//! use backendai_testing::{Fault, Manager};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> std::io::Result<()> {
//! let manager = Manager::builder().keypairs(250).start().await?;
//!
//! // Point the program under test at the manager, with the keys of an account.
//! let account = manager.superadmin();
//! println!("{} {}", manager.endpoint(), account.access_key);
//!
//! // Carry out the next `CreateKeyPair`, but lose its answer.
//! manager.fail_operation("CreateKeyPair", Fault::Lose);
//!
//! // Inspect the requests afterwards.
//! assert!(manager.requests().is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! # What it serves
//!
//! `POST /admin/gql`, its older form `POST /admin/graphql`, `GET /` and `GET /health`. Every root field of
//! the schema has an answer. Keypairs, users, domains, projects (groups), resource policies and scaling
//! groups behave as on a real manager. All other types are rows recorded from a real manager, which
//! mutations change in simple ways.
//!
//! The v2 API at `/admin/gql/strawberry` has the same users, keypairs, domains and projects, roles that
//! can be changed, and recorded rows of all other types. Its subscriptions are served over WebSocket at
//! the same path, and scripted ([`Manager::subscriptions`]).
//!
//! # Unstable orders
//!
//! Rows that an order leaves equal come in a different sequence on each page, though always the same for
//! the same page, because the real manager guarantees no sequence either. A client that pages by
//! `created_at` alone receives some rows twice and misses others: all initial rows have the same time.
//!
//! `docs/embedded-manager.md` in the repository describes how the fidelity is measured, and lists the
//! differences.

// Compiles the examples of the README.
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
mod subscription;
mod webserver;

pub use fault::{Fault, Faults};
pub use jiff::SignedDuration;
pub use manager::{Account, Manager, ManagerBuilder};
pub use record::Recorded;
pub use release::schema_of_release;
pub use subscription::{Step, Subscriptions};
pub use webserver::Webserver;
