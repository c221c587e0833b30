//! `backendai-codegen` beside `graphql_client_codegen` and `cynic-codegen`.

mod check;
mod consumer;
mod documents;
mod peers;
mod speed;

use std::{
    env, fs,
    path::{Path, PathBuf},
    time::Duration,
};

use crate::Result;

/// Who generates, or, for the measure of all, only parses and validates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Generator {
    Apollo,
    Backendai,
    GraphqlClient,
    Cynic,
}

pub(crate) fn run(consumer: bool) -> Result<()> {
    speed::run()?;
    check::run()?;
    if consumer {
        consumer::run()?;
    } else {
        println!("\nA consumer's clean build takes minutes and is measured with --consumer.");
    }
    Ok(())
}

pub(crate) fn once(generator: Generator) -> Result<()> {
    speed::once(generator)
}

/// The folder of the workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A folder of its own in the target folder.
fn scratch(name: &str) -> Result<PathBuf> {
    let program = env::current_exe()?;
    let target = program.ancestors().nth(2).ok_or("this program is in no target folder")?;
    let folder = target.join("bench").join(name);
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

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn ratio(ours: Duration, theirs: Duration) -> f64 {
    ours.as_secs_f64() / theirs.as_secs_f64()
}
