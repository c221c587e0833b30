//! The time of a generator in a build script, each run in its own process: generators cache what
//! they have read.
//!
//! Cargo compiles build scripts and their dependencies without optimisation, even for a release.
//! Therefore the measured parts run in this program with the profile `dev`, which is the same.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use apollo_compiler::{ExecutableDocument, Schema, parser::Parser, validation::DiagnosticList};

use super::{Who, documents, documents::Operations, ms, peers, ratio};
use crate::{Result, cpu, fresh, scratch, target};

/// Number of measurements of each candidate, in alternation.
const ROUNDS: usize = 15;

pub(super) fn run() -> Result<()> {
    let program = unoptimised()?;
    let shipped = documents::shipped()?;
    let plain = Operations::read()?.write_plain(&fresh("operations")?, false)?;
    let mut accepted = Vec::new();
    for file in &plain {
        if peers::graphql_client_apart("admin", file, false)?.is_some() {
            accepted.push(file.clone());
        }
    }
    println!("CPU time for {} shipped operations on the admin schema, unoptimised", plain.len());
    println!("as cargo builds build scripts; median of {ROUNDS}, each in its own process");
    let peer = format!(
        "graphql_client_codegen, {} of them: it refuses the others; it validates little",
        accepted.len()
    );
    let mut all = [
        (Who::Apollo, "apollo-compiler, parse and validate alone", &shipped, Vec::new()),
        (Who::Backendai, "backendai-codegen, validate and generate", &shipped, Vec::new()),
        (Who::GraphqlClient, &peer, &accepted, Vec::new()),
        (Who::Cynic, "cynic-codegen, the schema alone", &shipped, Vec::new()),
    ];
    for _ in 0..ROUNDS {
        for (who, _, files, times) in &mut all {
            times.push(spawn(&program, *who, files)?);
        }
    }
    let medians = all.map(|(_, title, _, times)| (title, cpu::median(times)));
    let measure = medians.first().map(|(_, time)| *time).unwrap_or_default();
    for (title, time) in medians {
        println!("{:>8.0} ms {:>6.2}  {title}", ms(time), ratio(time, measure));
    }
    Ok(())
}

/// This program, built with the profile `dev`.
fn unoptimised() -> Result<PathBuf> {
    let target = target()?;
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--package", "bench"]).current_dir(crate::root());
    if !cargo.arg("--target-dir").arg(&target).status()?.success() {
        return Err("cargo build failed".into());
    }
    Ok(target.join("debug").join("bench"))
}

fn spawn(program: &Path, who: Who, files: &[PathBuf]) -> Result<Duration> {
    let name = match who {
        Who::Apollo => "apollo",
        Who::Backendai => "backendai",
        Who::GraphqlClient => "graphql-client",
        Who::Cynic => "cynic",
    };
    let output = Command::new(program)
        .args(["part", "speed", name])
        .args(files)
        .env("OUT_DIR", scratch("cynic")?)
        .output()?;
    if !output.status.success() {
        return Err(format!("{name}: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let text = String::from_utf8(output.stdout)?;
    // Earlier arguments are for cargo.
    let micros = text.lines().last().ok_or("no time was printed")?;
    Ok(Duration::from_micros(micros.parse()?))
}

pub(super) fn once(who: Who, files: &[PathBuf]) -> Result<()> {
    let ((), time) = cpu::own(|| match who {
        Who::Apollo => apollo(files),
        Who::Backendai => peers::backendai("admin", files).map(drop),
        Who::GraphqlClient => {
            files.iter().try_for_each(|file| peers::graphql_client("admin", file, false).map(drop))
        }
        Who::Cynic => peers::cynic("admin"),
    })?;
    println!("{}", time.as_micros());
    Ok(())
}

fn apollo(files: &[PathBuf]) -> Result<()> {
    let path = documents::schema("admin");
    let schema = Schema::builder()
        .parse(documents::DIRECTIVES, "directives")
        .parse(fs::read_to_string(&path)?, &path)
        .build()
        .map_err(|invalid| invalid.errors.to_string())?
        .validate()
        .map_err(|invalid| invalid.errors.to_string())?;
    let mut errors = DiagnosticList::new(Default::default());
    let mut builder = ExecutableDocument::builder(Some(&schema), &mut errors);
    for file in files {
        Parser::new().parse_into_executable_builder(fs::read_to_string(file)?, file, &mut builder);
    }
    let document = builder.build();
    if !errors.is_empty() {
        return Err(errors.to_string().into());
    }
    document.validate(&schema).map_err(|invalid| invalid.errors.to_string())?;
    Ok(())
}
