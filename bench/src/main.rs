//! What the project costs beside its peers. `cargo run --release -p bench -- generator` measures
//! the code generator; docs/performance.md says what the numbers mean.

#![allow(clippy::print_stdout, reason = "the numbers are what this is for")]

mod cpu;
mod generator;

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
};

use clap::{Parser, Subcommand};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Measures the project beside its peers.
#[derive(Parser)]
struct Bench {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// The code generator: its own time, what rustc makes of its code, and a consumer's build.
    Generator(generator::Arguments),
    /// Does one part of the work in a process of its own.
    #[command(subcommand, hide = true)]
    Part(generator::Part),
}

fn main() -> Result<()> {
    // Cargo runs this program in place of rustc, for the crates that are measured.
    if let Some(log) = env::var_os(cpu::RUSTC_LOG) {
        return cpu::rustc(log.as_ref());
    }
    match Bench::parse().command {
        Command::Generator(arguments) => generator::run(&arguments),
        Command::Part(part) => generator::part(part),
    }
}

/// The folder of the workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The target folder that this program is in.
fn target() -> Result<PathBuf> {
    let program = env::current_exe()?;
    let target = program.ancestors().nth(2).ok_or("this program is in no target folder")?;
    Ok(target.to_owned())
}

/// A folder of its own in the target folder.
fn scratch(name: &str) -> Result<PathBuf> {
    let folder = target()?.join("bench").join(name);
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// An empty one.
fn fresh(name: &str) -> Result<PathBuf> {
    let folder = scratch(name)?;
    fs::remove_dir_all(&folder)?;
    fs::create_dir_all(&folder)?;
    Ok(folder)
}
