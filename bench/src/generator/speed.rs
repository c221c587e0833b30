//! How long a generator takes in a build script, each time in a process of its own: they keep what
//! they have read.

use std::{env, fs, process::Command, time::Duration};

use apollo_compiler::{ExecutableDocument, Schema, parser::Parser, validation::DiagnosticList};

use super::{Generator, documents, documents::Operations, fresh, ms, peers, ratio, scratch};
use crate::{Result, cpu};

/// How often each is measured, by turns.
const ROUNDS: usize = 7;

const OPERATIONS: &str = "operations";

pub(super) fn run() -> Result<()> {
    let count = Operations::read()?.write_plain(&fresh(OPERATIONS)?, false)?.len();
    let level = if cfg!(debug_assertions) {
        "opt-level 0, as in a debug build script"
    } else {
        "opt-level 3; run without --release for what a debug build script does"
    };
    println!("CPU time for {count} shipped operations on the admin schema ({level})");
    println!("median of {ROUNDS}, each in its own process");
    let mut times = [
        (Generator::Apollo, "apollo-compiler, parse and validate alone", Vec::new()),
        (Generator::Backendai, "backendai-codegen", Vec::new()),
        (Generator::GraphqlClient, "graphql_client_codegen", Vec::new()),
        (Generator::Cynic, "cynic-codegen, the schema alone", Vec::new()),
    ];
    let mut notes = Vec::new();
    for _ in 0..ROUNDS {
        notes.clear();
        for (generator, _, times) in &mut times {
            let (time, note) = spawn(*generator)?;
            times.push(time);
            notes.push(note);
        }
    }
    let medians = times.map(|(_, name, times)| (name, cpu::median(times)));
    let measure = medians.first().map(|(_, time)| *time).unwrap_or_default();
    for ((name, time), note) in medians.iter().zip(notes) {
        println!("{:>10.1} ms  {:5.2}  {name}{note}", ms(*time), ratio(*time, measure));
    }
    Ok(())
}

/// The time, and what there is to say.
fn spawn(generator: Generator) -> Result<(Duration, String)> {
    let name = match generator {
        Generator::Apollo => "apollo",
        Generator::Backendai => "backendai",
        Generator::GraphqlClient => "graphql-client",
        Generator::Cynic => "cynic",
    };
    let output = Command::new(env::current_exe()?)
        .args(["once", name])
        .env("OUT_DIR", scratch("cynic")?)
        .output()?;
    if !output.status.success() {
        return Err(format!("{name}: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let text = String::from_utf8(output.stdout)?;
    // What comes before is for cargo.
    let line = text.lines().last().unwrap_or_default();
    let (micros, note) = line.split_once(' ').ok_or("no time was printed")?;
    Ok((Duration::from_micros(micros.parse()?), note.to_owned()))
}

pub(super) fn once(generator: Generator) -> Result<()> {
    let (note, time) = cpu::own(|| match generator {
        Generator::Apollo => apollo(),
        Generator::Backendai => {
            peers::backendai("admin", &documents::shipped()?).map(|_| String::new())
        }
        Generator::GraphqlClient => graphql_client(),
        Generator::Cynic => peers::cynic("admin").map(|_| String::new()),
    })?;
    println!("{} {note}", time.as_micros());
    Ok(())
}

fn apollo() -> Result<String> {
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
    for file in documents::shipped()? {
        Parser::new().parse_into_executable_builder(
            fs::read_to_string(&file)?,
            &file,
            &mut builder,
        );
    }
    let document = builder.build();
    if !errors.is_empty() {
        return Err(errors.to_string().into());
    }
    document.validate(&schema).map_err(|invalid| invalid.errors.to_string())?;
    Ok(String::new())
}

fn graphql_client() -> Result<String> {
    let (mut done, mut refused) = (0, 0);
    for entry in fs::read_dir(scratch(OPERATIONS)?)? {
        match peers::graphql_client("admin", &entry?.path()) {
            Ok(_) => done += 1,
            Err(_) => refused += 1,
        }
    }
    Ok(format!(
        ": {done} operations, and {refused} that it refuses; our directives are taken out; it validates little"
    ))
}
