//! From the options and the environment to a client.

use backendai::{Client, Config, config::Env};

use crate::{global::Global, output::Failure};

/// Everything that decides which manager is asked, and by whom.
pub(crate) fn config(_: &Global) -> Result<Config, Failure> {
    let agent = concat!("backendai-cli/", env!("CARGO_PKG_VERSION"));
    Ok(Config::builder().environment(Env::process()).user_agent(agent).build()?)
}

/// The client that a command asks with. Nothing is sent yet.
pub(crate) fn client(global: &Global) -> Result<Client, Failure> {
    Ok(Client::new(config(global)?)?)
}
