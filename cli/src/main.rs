//! The `backendai` command. Each subcommand is a file of its name, and a thin layer over a library.

mod bento;
mod output;

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
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Bento(command) => bento::run(command),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output::err(failure.text());
            ExitCode::FAILURE
        }
    }
}
