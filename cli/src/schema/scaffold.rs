//! `backendai schema scaffold`.

use std::path::PathBuf;

use clap::Args;

use crate::{
    global::Global,
    number::whole,
    output::{Failure, data},
    snapshot::Snapshot,
};

/// Writes a document that selects all leaf fields of a root field's rows. Its arguments are
/// variables.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  backendai schema scaffold keypair_list
  backendai schema scaffold vfolder_nodes --depth 2 --all > vfolders.graphql
  backendai schema scaffold adminUsersV2 --schema v2 --depth 2")]
pub(super) struct Scaffold {
    /// The root field, such as `keypair_list`.
    root: String,
    /// The number of nested objects; the rows of a list are on the first level.
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = whole(0, u16::MAX))]
    depth: u16,
    /// Include optional arguments that do not select rows, and deprecated fields.
    #[arg(long)]
    all: bool,
    /// The schema: `admin`, `v2`, or a file; by default `admin`.
    #[arg(long, value_name = "SCHEMA")]
    schema: Option<PathBuf>,
}

impl Scaffold {
    pub(super) async fn run(self, global: &Global) -> Result<(), Failure> {
        global.require_text()?;
        crate::blocking(move || self.write()).await
    }

    fn write(&self) -> Result<(), Failure> {
        let schema = Snapshot::read(self.schema.as_deref())?.schema()?;
        let scaffold =
            backendai_schema_tools::scaffold::Scaffold { depth: self.depth.into(), all: self.all };
        let document = scaffold.document(&schema, &self.root).map_err(Failure::from_error)?;
        data(document.trim_end())
    }
}
