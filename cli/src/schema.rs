//! `backendai schema`: snapshots of the schemas that a manager serves.

mod diff;
mod pull;
mod scaffold;

pub(crate) use self::pull::path;

use std::{fs, path::Path};

use clap::{Args, Subcommand};

use crate::{check::SNAPSHOT, global::Global, output::Failure};

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
    /// Compare two snapshots, and say which operations a change touches.
    Diff(diff::Diff),
    /// Write a first document for a root field.
    Scaffold(scaffold::Scaffold),
}

impl Schema {
    pub(crate) async fn run(self, global: &Global) -> Result<(), Failure> {
        match self.command {
            Command::Pull(command) => command.run(global).await,
            Command::Diff(command) => command.run(global).await,
            Command::Scaffold(command) => command.run(global).await,
        }
    }
}

/// Reads a schema file, or the snapshot of the Admin API that this command was built with.
fn read(file: Option<&Path>) -> Result<backendai_codegen::Schema, Failure> {
    let schema = match file {
        Some(file) => {
            let text = fs::read_to_string(file).map_err(|error| {
                Failure::new(format!("cannot read {}", file.display())).why(error.to_string())
            })?;
            backendai_codegen::Schema::parse(file, &text)
        }
        None => backendai_codegen::Schema::parse(SNAPSHOT.as_ref(), backendai::schema::ADMIN),
    };
    schema.map_err(Failure::from_error)
}
