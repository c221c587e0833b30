//! `backendai schema diff`.

use std::path::PathBuf;

use clap::Args;

use super::report::{Report, Uses};
use crate::{
    global::{Global, SingleFormat},
    output::Failure,
    snapshot::Snapshot,
};

/// Lists the changes between two snapshots, the most severe first: breaking ones, those that change the
/// meaning of requests or add something to answers, and safe ones. Exits with 1 if there are breaking
/// changes.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  backendai schema diff schema-26.4.graphql schema-26.9.graphql
  backendai schema diff v2 mine.graphql
  backendai schema diff old.graphql new.graphql --operations graphql")]
pub(super) struct Diff {
    /// The older snapshot: a file, or `admin` or `v2` for that of this command.
    old: PathBuf,
    /// The newer snapshot, likewise.
    new: PathBuf,
    /// A folder with documents for the older snapshot, also in folders below it. Each change is listed with the operations that it
    /// affects, and each of these with the version that it needs (major, minor or patch). Only a change
    /// that breaks some of them makes the command exit with 1.
    #[arg(long, value_name = "DIR")]
    operations: Option<PathBuf>,
}

impl Diff {
    pub(super) async fn run(self, global: &Global) -> Result<(), Failure> {
        let form = global.single()?;
        crate::blocking(move || self.print(form)).await
    }

    fn print(&self, form: SingleFormat) -> Result<(), Failure> {
        let old = Snapshot::read(Some(&self.old))?;
        let uses = match &self.operations {
            Some(folder) => Some(Uses::read(old.options(), folder, &self.old)?),
            None => None,
        };
        let new = Snapshot::read(Some(&self.new))?.schema()?;
        let report = Report::new(&old.schema()?, &new, uses.as_ref());
        match form {
            SingleFormat::Text => report.print()?,
            SingleFormat::Json => report.json()?,
        }
        report.fail_if_breaking()
    }
}
