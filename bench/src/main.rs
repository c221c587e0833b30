//! The cost of the project in comparison to its peers: `cargo run --release -p bench` measures
//! everything, `-- generator` the code generator and `-- wire` requests. docs/performance.md
//! explains the numbers.

#![allow(clippy::print_stdout, reason = "the numbers are what this is for")]

#[cfg(feature = "peers")]
mod cpu;
#[cfg(feature = "generator")]
mod generator;
mod wire;

#[cfg(feature = "generator")]
use std::path::Path;
use std::{env, error::Error, fs, path::PathBuf};

use clap::{Parser, Subcommand};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Measures the project in comparison to its peers.
#[derive(Parser)]
struct Bench {
    #[command(subcommand)]
    command: Option<Command>,
}

/// The part to measure. Default: all parts.
#[derive(Subcommand)]
enum Command {
    #[cfg(feature = "generator")]
    /// The code generator: its time, the time of rustc for its code, and a consumer's build.
    Generator {
        /// Only these parts.
        parts: Vec<generator::Measure>,
    },
    #[cfg(feature = "generator")]
    /// Runs one part of the work in a child process.
    #[command(subcommand, hide = true)]
    Part(generator::Part),
    #[cfg(feature = "peers")]
    /// Requests: CPU, memory and time, in comparison to other clients.
    Wire {
        /// Only these parts.
        parts: Vec<wire::Part>,
    },
    /// Counts instructions and allocations of the parts of a request, and compares them with the
    /// checked-in numbers.
    Count {
        /// Updates the checked-in numbers.
        #[arg(long)]
        renew: bool,
    },
    /// Runs one part of the request measurements in a child process.
    #[command(subcommand, hide = true)]
    Step(wire::Step),
    #[cfg(feature = "peers")]
    /// Runs the responder for the measured clients.
    #[command(hide = true)]
    Serve,
}

fn main() -> Result<()> {
    #[cfg(feature = "peers")]
    // Cargo runs this program instead of rustc for the measured crates.
    if let Some(log) = env::var_os(cpu::RUSTC_LOG) {
        return cpu::rustc(log.as_ref());
    }
    match Bench::parse().command {
        None => {
            #[cfg(feature = "peers")]
            wire::run(&[])?;
            #[cfg(feature = "generator")]
            generator::run(&[])?;
            Ok(())
        }
        #[cfg(feature = "generator")]
        Some(Command::Generator { parts }) => generator::run(&parts),
        #[cfg(feature = "generator")]
        Some(Command::Part(part)) => generator::part(part),
        #[cfg(feature = "peers")]
        Some(Command::Wire { parts }) => wire::run(&parts),
        Some(Command::Count { renew }) => wire::count::run(renew),
        Some(Command::Step(step)) => wire::step(step),
        #[cfg(feature = "peers")]
        Some(Command::Serve) => wire::serve(),
    }
}

/// The folder of the workspace.
#[cfg(feature = "generator")]
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The target folder that contains this program.
fn target() -> Result<PathBuf> {
    let program = env::current_exe()?;
    let target = program.ancestors().nth(2).ok_or("this program is in no target folder")?;
    Ok(target.to_owned())
}

/// Creates a separate folder in the target folder.
fn scratch(name: &str) -> Result<PathBuf> {
    let folder = target()?.join("bench").join(name);
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Creates an empty folder.
#[cfg(feature = "generator")]
fn fresh(name: &str) -> Result<PathBuf> {
    let folder = scratch(name)?;
    fs::remove_dir_all(&folder)?;
    fs::create_dir_all(&folder)?;
    Ok(folder)
}
