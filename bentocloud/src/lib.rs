//! BentoCloud credentials and REST client.

pub mod container;
pub mod env;

mod config;
mod context;
mod contexts;
mod error;
mod file;
mod home;
mod yaml;

pub use config::Config;
pub use context::{Context, DEFAULT_ENDPOINT, Token};
pub use contexts::{Contexts, Saved};
pub use env::Environment;
pub use error::{Error, Result};
pub use home::contexts_path;
