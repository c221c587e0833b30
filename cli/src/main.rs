//! The `backendai` command. Each subcommand is a file of its name, and a thin layer over a library.

mod bento;
mod check;
mod generate;
mod output;
mod schema;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Work with Backend.AI and BentoCloud from the command line.
#[derive(Debug, Parser)]
#[command(version, about, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Manage BentoCloud credentials, in the file that `bentoml` uses.
    Bento(bento::Bento),
    /// Prove documents against a schema.
    Check(check::Check),
    /// Print the Rust that documents become.
    Generate(generate::Generate),
    /// Take, compare and use snapshots of a manager's schema.
    Schema(schema::Schema),
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Bento(command) => bento::run(command),
        Command::Check(command) => check::run(&command),
        Command::Generate(command) => generate::run(&command),
        Command::Schema(command) => schema::run(command),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output::err(failure.text());
            ExitCode::FAILURE
        }
    }
}

/// Runs what waits for the network.
fn block_on<T>(future: impl Future<Output = T>) -> Result<T, output::Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| output::Failure::new(format!("Error: cannot start: {error}")))?;
    Ok(runtime.block_on(future))
}
