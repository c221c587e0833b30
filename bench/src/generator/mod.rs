//! `backendai-codegen` beside `graphql_client_codegen` and `cynic-codegen`.

mod check;
mod consumer;
mod documents;
mod peers;
mod speed;

use std::{path::PathBuf, time::Duration};

use crate::Result;

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Measure {
    /// Validating and generating.
    Speed,
    /// How much code there is, and what rustc takes to check it.
    Check,
    /// Programs, built with everything they depend on. Takes a quarter of an hour.
    Consumer,
}

/// What is done in a process of its own, since generators keep what they have read, and one of them
/// breaks for good when it panics.
#[derive(clap::Subcommand)]
pub(crate) enum Part {
    /// One generator on the shipped operations; prints what it took.
    Speed { who: Who, documents: Vec<PathBuf> },
    /// Lets `graphql_client_codegen` write what it makes of one document.
    GraphqlClient {
        #[arg(long)]
        bare: bool,
        folder: String,
        document: PathBuf,
        out: PathBuf,
    },
}

/// Who generates, or, for the measure of all, only parses and validates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Who {
    Apollo,
    Backendai,
    GraphqlClient,
    Cynic,
}

/// These; all of them if none is named.
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
