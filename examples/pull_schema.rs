//! Pulls the admin schema from a manager and prints it as a snapshot:
//!
//! ```text
//! cargo run --example pull_schema > graphql/admin/schema.graphql
//! ```
//!
//! The manager and a keypair of it come from the environment (`BACKEND_ENDPOINT`, …). Any role
//! will do, and introspection need not be enabled.

use backendai::Client;
use backendai_codegen::snapshot::{Prose, Source, normalise};
use serde::Deserialize;

#[derive(Deserialize)]
struct Data {
    #[serde(rename = "_service")]
    service: Service,
}

#[derive(Deserialize)]
struct Service {
    sdl: String,
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "the snapshot is printed")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::from_env()?;
    let server = client.negotiate().await?;
    let data = client.execute("{ _service { sdl } }", ()).idempotent(true).await?;
    let data: Data = serde_json::from_str(data.get())?;
    let date = jiff::Timestamp::now().strftime("%F").to_string();
    let source = Source { manager: server.manager(), path: "/admin/gql", date: &date };
    print!("{}", normalise(&data.service.sdl, &source, Prose::Drop)?);
    Ok(())
}
