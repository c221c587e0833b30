//! `backendai schema pull`.

use std::{fs, path::PathBuf};

use backendai_codegen::introspection;
use backendai_schema_tools::snapshot::{Prose, Source, normalise};
use clap::Args;
use serde::Deserialize;

use crate::{
    connect,
    global::Global,
    output::{Failure, data, err},
    snapshot,
};

/// Fetches the manager's schema and writes it to be checked in: sorted, with the versions that the
/// descriptions mention, and with its origin at the head. The same manager gives the same text, except
/// for the date.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  backendai schema pull -f schema.graphql
  backendai schema pull --schema v2 --context prod > v2.graphql")]
pub(super) struct Pull {
    /// Which schema: `admin`, `v2`, or a path on the manager such as /admin/gql.
    #[arg(
        long = "schema",
        visible_alias = "path",
        default_value = "admin",
        value_name = "SCHEMA",
        value_parser = snapshot::path
    )]
    path: String,
    /// The file to write; printed by default.
    #[arg(short, long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Keep the descriptions.
    #[arg(long)]
    descriptions: bool,
}

#[derive(Deserialize)]
struct Data {
    #[serde(rename = "_service")]
    service: Service,
}

#[derive(Deserialize)]
struct Service {
    sdl: String,
}

impl Pull {
    pub(super) async fn run(self, global: &Global) -> Result<(), Failure> {
        global.require_text()?;
        let (manager, sdl) = fetch(global, &self.path).await?;
        let date = jiff::Timestamp::now().strftime("%F").to_string();
        let source = Source { manager: &manager, path: &self.path, date: &date };
        let prose = if self.descriptions { Prose::Keep } else { Prose::Drop };
        let snapshot = normalise(&sdl, &source, prose).map_err(Failure::from_error)?;
        match &self.file {
            None => data(snapshot.trim_end()),
            Some(file) => {
                fs::write(file, snapshot).map_err(|error| {
                    Failure::new(format!("cannot write {}", file.display()))
                        .cause(error.to_string())
                })?;
                err(format!("wrote {}: {} of manager {manager}", file.display(), self.path));
                Ok(())
            }
        }
    }
}

/// The manager's version and its schema.
pub(super) async fn fetch(global: &Global, path: &str) -> Result<(String, String), Failure> {
    let client = connect::client(global)?;
    let server = client.negotiate().await?;
    let ask = |query| client.send_document(query, ()).path(path.to_owned()).idempotent(true);
    let sdl = match ask("{ _service { sdl } }").await {
        Ok(data) => {
            let data: Data = serde_json::from_str(data.get()).map_err(Failure::from_error)?;
            data.service.sdl
        }
        // A gateway does not serve the text of its schema, but answers introspection. A manager
        // refuses introspection, and then its first answer is more precise.
        Err(refused) if refused.is_graphql() => match ask(introspection::QUERY).await {
            Ok(data) => introspection::sdl(data.get()).map_err(Failure::from_error)?,
            Err(_) => return Err(refused.into()),
        },
        Err(error) => return Err(error.into()),
    };
    Ok((server.manager().to_owned(), sdl))
}
