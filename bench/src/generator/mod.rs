//! `backendai-codegen` beside `graphql_client_codegen` and `cynic-codegen`.

mod check;
mod consumer;
mod documents;
mod peers;
mod speed;

use std::{path::PathBuf, time::Duration};

use crate::Result;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Also builds a program with everything it depends on, twice. Takes minutes.
    #[arg(long)]
    consumer: bool,
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

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    speed::run()?;
    check::run()?;
    if arguments.consumer {
        consumer::run()?;
    } else {
        println!("\nA consumer's clean build takes minutes and is measured with --consumer.");
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
