//! What the project costs beside its peers. `cargo run -p bench -- generator` measures the code
//! generator; docs/performance.md says what the numbers mean.

#![allow(clippy::print_stdout, reason = "the numbers are what this is for")]

mod cpu;
mod generator;


use std::error::Error;

use clap::Parser;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Measures the project beside its peers.
#[derive(Parser)]
enum Bench {
    /// The code generator: its own time, what rustc makes of its code, and a consumer's build.
    Generator {
        /// Also builds a program with everything it depends on, twice. Takes minutes.
        #[arg(long)]
        consumer: bool,
    },
    /// Does the work of one generator once, and prints what it took.
    #[command(hide = true)]
    Once { generator: generator::Generator },
}

fn main() -> Result<()> {
    // Cargo runs this program in place of rustc, for the crates that are measured.
    if let Some(log) = std::env::var_os(cpu::RUSTC_LOG) {
        return cpu::rustc(log.as_ref());
    }
    match Bench::parse() {
        Bench::Generator { consumer } => generator::run(consumer),
        Bench::Once { generator } => generator::once(generator),
    }
}
