//! `backendai version`.

use clap::Args;
use serde_json::json;

use crate::{
    connect,
    global::{Global, SingleFormat},
    output::{self, Failure, out},
};

/// Shows the version of this command, and those of the manager and its API if it answers.
#[derive(Args, Debug)]
pub(crate) struct Version {
    /// Do not send a request to the manager.
    #[arg(long)]
    client: bool,
}

impl Version {
    pub(crate) async fn run(self, global: &Global) -> Result<(), Failure> {
        let form = global.single()?;
        let client = env!("CARGO_PKG_VERSION");
        let server = match self.client {
            true => None,
            false => Some(connect::client(global)?.negotiate().await?),
        };
        match (form, server) {
            (SingleFormat::Text, None) => out(format!("client       {client}")),
            (SingleFormat::Text, Some(server)) => out(format!(
                "client       {client}\nmanager      {}\nAPI version  {}",
                server.manager(),
                server.negotiated()
            )),
            (SingleFormat::Json, server) => output::json(&json!({
                "client": client,
                "manager": server.as_ref().map(|server| server.manager()),
                "api_version": server.as_ref().map(|server| server.negotiated().to_string()),
            })),
        }
    }
}
