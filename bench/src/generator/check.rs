//! How much code is generated, and what rustc takes to check it.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use super::{documents, documents::Operations, fresh, ms, peers, ratio, root, scratch};
use crate::{Result, cpu};

/// How often each crate is checked, by turns.
const ROUNDS: usize = 3;

/// Lists of the second schema.
const LISTS: usize = 100;

/// One generated crate.
struct Crate {
    name: &'static str,
    title: &'static str,
    lines: usize,
    times: Vec<Duration>,
}

/// Scalars are text for `graphql_client`, which has none of its own.
const SCALARS: &str = "
#![allow(warnings)]
mod scalars {
    pub type BigInt = i64;
    pub type ByteSize = String;
    pub type Bytes = String;
    pub type Date = String;
    pub type DateTime = String;
    pub type Decimal = String;
    pub type JSON = ::serde_json::Value;
    pub type JSONString = String;
    pub type UUID = String;
    pub type UUIDFloatMap = String;
}
use scalars::*;
";

pub(super) fn run() -> Result<()> {
    let workspace = fresh("check")?;
    let documents = fresh("documents")?;

    let operations = Operations::read()?;
    let file = documents.join("chosen.graphql");
    operations.write_chosen(&file)?;
    let plain = documents.join("plain");
    fs::create_dir_all(&plain)?;
    let chosen = operations.write_plain(&plain, true)?;

    let lists = documents.join("lists");
    fs::create_dir_all(&lists)?;
    let mut refused = 0;
    let lists = documents::write_lists(&lists, LISTS, |file| {
        let can = peers::graphql_client("v2", file).is_ok();
        refused += usize::from(!can);
        can
    })?;

    let mut crates = vec![
        ours(&workspace, "ours_admin", "admin", &[file])?,
        theirs(&workspace, "theirs_admin", "admin", &chosen)?,
        ours(&workspace, "ours_lists", "v2", &lists)?,
        theirs(&workspace, "theirs_lists", "v2", &lists)?,
        cynic(&workspace)?,
    ];
    manifest(&workspace, &crates)?;
    // The dependencies, and whether all of it compiles.
    cargo(&workspace, &["check", "--quiet", "--workspace"], None)?;
    for _ in 0..ROUNDS {
        for it in &mut crates {
            let time = check(&workspace, it.name)?;
            it.times.push(time);
        }
    }

    println!(
        "\nLines (as prettyplease lays them out) and rustc's CPU time to check them, median of {ROUNDS}"
    );
    let mut before: Option<(usize, Duration)> = None;
    for (at, it) in crates.into_iter().enumerate() {
        let time = cpu::median(it.times);
        println!("{:>7} lines {:>8.0} ms  {}", it.lines, ms(time), it.title);
        match before.take() {
            Some((lines, ours)) if at % 2 == 1 => {
                #[expect(clippy::cast_precision_loss, reason = "there are few lines")]
                let lines = lines as f64 / it.lines as f64;
                println!("{lines:>7.2}       {:>8.2}     ours : theirs", ratio(ours, time));
            }
            _ => before = Some((it.lines, time)),
        }
    }
    println!("graphql_client refuses {refused} of the lists that were tried; they are in neither");
    Ok(())
}

fn ours(workspace: &Path, name: &'static str, folder: &str, files: &[PathBuf]) -> Result<Crate> {
    let code = peers::backendai(folder, files)?;
    let lines = peers::pretty(&code)?.lines().count();
    write(workspace, name, &code, "backendai = { path = \"{root}\" }")?;
    let title = match name {
        "ours_admin" => "15 shipped operations, backendai-codegen",
        _ => "100 lists of the second schema, backendai-codegen",
    };
    Ok(Crate { name, title, lines, times: Vec::new() })
}

fn theirs(workspace: &Path, name: &'static str, folder: &str, files: &[PathBuf]) -> Result<Crate> {
    let mut code = String::new();
    for file in files {
        let one = peers::graphql_client(folder, file)
            .map_err(|error| format!("graphql_client and {}: {error}", file.display()))?;
        code.push_str(&peers::pretty(&one)?);
    }
    let lines = code.lines().count();
    write(
        workspace,
        name,
        &format!("{SCALARS}{code}"),
        "graphql_client = { version = \"0.16\", default-features = false }\n\
         serde = { version = \"1.0\", features = [\"derive\"] }\nserde_json = \"1.0\"",
    )?;
    let title = match name {
        "theirs_admin" => "the same, graphql_client_codegen",
        _ => "the same, graphql_client_codegen (two thirds of the features, no docs)",
    };
    Ok(Crate { name, title, lines, times: Vec::new() })
}

fn cynic(workspace: &Path) -> Result<Crate> {
    let out = scratch("cynic")?;
    let code = fs::read_to_string(out.join("cynic-schemas").join("admin.rs"))?;
    let lines = peers::pretty(&code)?.lines().count();
    let name = "cynic_schema";
    let code = format!("#![allow(warnings)]\npub mod schema {{\n{code}\n}}\n");
    write(workspace, name, &code, "cynic = { version = \"3.14\", default-features = false }")?;
    let title = "the admin schema before any operation, cynic-codegen";
    Ok(Crate { name, title, lines, times: Vec::new() })
}

fn write(workspace: &Path, name: &str, code: &str, dependencies: &str) -> Result<()> {
    let folder = workspace.join(name);
    fs::create_dir_all(folder.join("src"))?;
    let root = root().canonicalize()?;
    let dependencies = dependencies.replace("{root}", &root.display().to_string());
    fs::write(
        folder.join("Cargo.toml"),
        format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [dependencies]\n{dependencies}\n"
        ),
    )?;
    Ok(fs::write(folder.join("src").join("lib.rs"), code)?)
}

fn manifest(workspace: &Path, crates: &[Crate]) -> Result<()> {
    let members: Vec<_> = crates.iter().map(|it| it.name).collect();
    fs::write(
        workspace.join("Cargo.toml"),
        format!("[workspace]\nresolver = \"3\"\nmembers = {members:?}\n"),
    )?;
    // The same versions as ours, so that nothing has to be fetched.
    fs::copy(root().join("Cargo.lock"), workspace.join("Cargo.lock"))?;
    Ok(())
}

fn check(workspace: &Path, name: &str) -> Result<Duration> {
    let file = workspace.join(name).join("src").join("lib.rs");
    fs::write(&file, fs::read(&file)?)?;
    let log = workspace.join("rustc.log");
    if log.exists() {
        fs::remove_file(&log)?;
    }
    cargo(workspace, &["check", "--quiet", "--package", name], Some(&log))?;
    let text = fs::read_to_string(&log)?;
    let line = text.lines().filter_map(|line| line.split_once(' ')).find(|(it, _)| *it == name);
    let (_, micros) = line.ok_or_else(|| format!("rustc did not check `{name}`"))?;
    Ok(Duration::from_micros(micros.parse()?))
}

fn cargo(workspace: &Path, arguments: &[&str], log: Option<&Path>) -> Result<()> {
    let mut command = Command::new(env!("CARGO"));
    command
        .args(arguments)
        .current_dir(workspace)
        .env("CARGO_TARGET_DIR", scratch("check-target")?)
        // Nothing may be left of the last time.
        .env("CARGO_INCREMENTAL", "0")
        .env("RUSTC_WORKSPACE_WRAPPER", env::current_exe()?)
        .env(cpu::RUSTC_LOG, log.map_or_else(|| workspace.join("rustc.log"), Path::to_owned));
    if command.status()?.success() {
        Ok(())
    } else {
        Err(format!("cargo {} failed", arguments.join(" ")).into())
    }
}
