//! `backendai-codegen` in comparison to `graphql_client_codegen` and `cynic-codegen`.

mod check;
mod consumer;
mod documents;
mod peers;
mod speed;

use std::{path::PathBuf, time::Duration};

use crate::Result;

/// The measured parts.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Measure {
    /// Validation and generation.
    Speed,
    /// The amount of code, and the time of rustc to check it.
    Check,
    /// Builds of programs with all their dependencies. Takes a quarter of an hour.
    Consumer,
}

/// Work for a child process, because generators cache what they have read, and one of them is
/// unusable after a panic.
#[derive(clap::Subcommand)]
pub(crate) enum Part {
    /// Runs one generator on the shipped operations and prints its time.
    Speed { who: Who, documents: Vec<PathBuf> },
    /// Writes the code that `graphql_client_codegen` generates for one document.
    GraphqlClient {
        #[arg(long)]
        bare: bool,
        folder: String,
        document: PathBuf,
        out: PathBuf,
    },
}

/// The generator, or, as the baseline, parsing and validation alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Who {
    Apollo,
    Backendai,
    GraphqlClient,
    Cynic,
}

/// The named parts, or all parts if none is named.
pub(crate) fn run(measures: &[Measure]) -> Result<()> {
    let wanted = |measure| measures.is_empty() || measures.contains(&measure);
    if wanted(Measure::Speed) {
        speed::run()?;
    }
    if wanted(Measure::Check) {
        check::run()?;
    }
    if wanted(Measure::Consumer) {
        consumer::run()?;
    }
    Ok(())
}

pub(crate) fn part(part: Part) -> Result<()> {
    match part {
        Part::Speed { who, documents } => speed::once(who, &documents),
        Part::GraphqlClient { bare, folder, document, out } => {
            Ok(std::fs::write(out, peers::graphql_client(&folder, &document, bare)?)?)
        }
    }
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn ratio(ours: Duration, theirs: Duration) -> f64 {
    ours.as_secs_f64() / theirs.as_secs_f64()
}
