//! `backendai schema`: snapshots of the schemas that a manager serves.

mod diff;
mod pull;
mod report;
mod scaffold;
mod update;

use clap::{Args, Subcommand};

use crate::{global::Global, output::Failure};

/// The arguments of `backendai schema`.
#[derive(Args, Debug)]
#[command(arg_required_else_help = true)]
pub(crate) struct Schema {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Take a snapshot of a manager's schema.
    Pull(pull::Pull),
    /// Compare two snapshots, and list the operations that a change affects.
    Diff(diff::Diff),
    /// Write a first document for a root field.
    Scaffold(scaffold::Scaffold),
    /// Replace a snapshot by a manager's schema, and report what changes.
    Update(update::Update),
}

impl Schema {
    pub(crate) async fn run(self, global: &Global) -> Result<(), Failure> {
        match self.command {
            Command::Pull(command) => command.run(global).await,
            Command::Diff(command) => command.run(global).await,
            Command::Scaffold(command) => command.run(global).await,
            Command::Update(command) => command.run(global).await,
        }
    }
}
