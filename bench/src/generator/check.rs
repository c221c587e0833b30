//! The amount of generated code, and the time of rustc to check it.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use super::{documents, documents::Operations, ms, peers, ratio};
use crate::{Result, cpu, fresh, root, scratch};

/// Number of checks of each crate, in alternation.
const ROUNDS: usize = 3;

/// Lists of the second schema.
const LISTS: usize = 100;

/// One generated crate.
struct Crate {
    name: &'static str,
    /// Lines as formatted by prettyplease.
    lines: usize,
    /// Lines after macros and derives, which is what rustc checks.
    expanded: usize,
    times: Vec<Duration>,
}

/// Scalars are strings for `graphql_client`, which defines none.
const SCALARS: &str = "
#![allow(warnings)]
mod scalars {
    pub type BigInt = i64;
    pub type ByteSize = String;
    pub type Bytes = String;
    pub type Date = String;
    pub type DateTime = String;
    pub type Decimal = String;
    pub type ImagePermissionValueField = String;
    pub type JSON = ::serde_json::Value;
    pub type JSONString = String;
    pub type ScopeField = String;
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
        let can = peers::graphql_client_apart("v2", file, false)?.is_some();
        refused += usize::from(!can);
        Ok(can)
    })?;

    let mut crates = Vec::new();
    for (folder, ours, theirs) in [("admin", &[file][..], &chosen), ("v2", &lists[..], &lists)] {
        let names = match folder {
            "admin" => ["ours_admin", "theirs_admin", "bare_admin"],
            _ => ["ours_v2", "theirs_v2", "bare_v2"],
        };
        let code = peers::backendai(folder, ours)?;
        let it = backendai(&workspace, names[0], &code)?;
        crates.push(it);
        for (name, bare) in [(names[1], false), (names[2], true)] {
            crates.push(graphql_client(&workspace, name, folder, theirs, bare)?);
        }
    }
    manifest(&workspace, &crates)?;
    // Builds the dependencies, and verifies that everything compiles.
    cargo(&workspace, &["check", "--quiet", "--workspace"], None)?;
    for it in &mut crates {
        it.expanded = expanded(&workspace, it.name)?;
    }
    for _ in 0..ROUNDS {
        for it in &mut crates {
            it.times.push(check(&workspace, it.name)?);
        }
    }

    println!(
        "\nLines as prettyplease lays them out, lines when derives and macros have written theirs,"
    );
    println!("and rustc's CPU time to check them, median of {ROUNDS}; behind each what it is of");
    println!("graphql_client's with the traits that ours have");
    let titles = [
        "15 shipped operations, backendai-codegen",
        "    graphql_client_codegen, the same traits",
        "    graphql_client_codegen, only what requests and answers need",
        "100 lists of the second schema, backendai-codegen",
        "    graphql_client_codegen, the same traits",
        "    graphql_client_codegen, only what requests and answers need",
    ];
    for three in crates.chunks(3).zip(titles.chunks(3)) {
        let (crates, titles) = three;
        let times: Vec<_> = crates.iter().map(|it| cpu::median(it.times.clone())).collect();
        let (Some(measure), Some(time)) = (crates.get(1), times.get(1)) else { continue };
        for ((it, own), title) in crates.iter().zip(&times).zip(titles) {
            #[expect(clippy::cast_precision_loss, reason = "there are few lines")]
            let part = |lines: usize, of: usize| lines as f64 / of as f64;
            let lines = part(it.lines, measure.lines);
            let all = part(it.expanded, measure.expanded);
            let (own_ms, of) = (ms(*own), ratio(*own, *time));
            println!(
                "{:>6} lines {lines:>5.2} {:>7} expanded {all:>5.2} {own_ms:>6.0} ms {of:>5.2}  {title}",
                it.lines, it.expanded
            );
        }
    }
    println!("graphql_client refuses {refused} of the lists that were tried; they are in neither");
    Ok(())
}

fn backendai(workspace: &Path, name: &'static str, code: &str) -> Result<Crate> {
    let lines = peers::pretty(code)?.lines().count();
    write(workspace, name, code, "backendai = { path = \"{root}\" }")?;
    Ok(Crate { name, lines, expanded: 0, times: Vec::new() })
}

fn graphql_client(
    workspace: &Path,
    name: &'static str,
    folder: &str,
    files: &[PathBuf],
    bare: bool,
) -> Result<Crate> {
    let mut code = String::new();
    for file in files {
        let one = peers::graphql_client_apart(folder, file, bare)?
            .ok_or_else(|| format!("graphql_client refuses {}", file.display()))?;
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
    Ok(Crate { name, lines, expanded: 0, times: Vec::new() })
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
    // The same versions as in the workspace, so that nothing must be fetched.
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

/// Number of lines that rustc prints of a crate after expansion.
fn expanded(workspace: &Path, name: &str) -> Result<usize> {
    let output = command(workspace)?
        .args(["rustc", "--quiet", "--package", name, "--profile", "check"])
        .args(["--", "-Zunpretty=expanded"])
        // An option of the nightly compiler, enabled on this one as well.
        .env("RUSTC_BOOTSTRAP", "1")
        .output()?;
    match output.status.success() {
        true => Ok(str::from_utf8(&output.stdout)?.lines().count()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned().into()),
    }
}

fn command(workspace: &Path) -> Result<Command> {
    let mut command = Command::new(env!("CARGO"));
    command
        .current_dir(workspace)
        .env("CARGO_TARGET_DIR", scratch("check-target")?)
        // No output of the previous run may remain.
        .env("CARGO_INCREMENTAL", "0");
    Ok(command)
}

fn cargo(workspace: &Path, arguments: &[&str], log: Option<&Path>) -> Result<()> {
    let mut command = command(workspace)?;
    command
        .args(arguments)
        .env("RUSTC_WORKSPACE_WRAPPER", env::current_exe()?)
        .env(cpu::RUSTC_LOG, log.map_or_else(|| workspace.join("rustc.log"), Path::to_owned));
    if command.status()?.success() {
        Ok(())
    } else {
        Err(format!("cargo {} failed", arguments.join(" ")).into())
    }
}
