//! A program that reads one list page by page, built from an empty target folder with all
//! dependencies, and again after a line of its document changed.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use super::ratio;
use crate::{Result, cpu, fresh, root};

/// Dependencies of all programs.
const RUNTIME: &str = "tokio = { version = \"1.54\", features = [\"macros\", \"rt\"] }";
/// Number of crates that are listed by name.
const LARGEST: usize = 12;

const OURS: &str = "
use backendai::{Client, admin::keypair::PagedKeyPairs};

#[tokio::main(flavor = \"current_thread\")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut keypairs = Client::from_env()?.pages(PagedKeyPairs::new()).items();
    while let Some(keypair) = keypairs.next().await {
        println!(\"{}\", keypair?.access_key);
    }
    Ok(())
}
";

/// The same with a document of the program.
const OWN: &str = "
mod queries {
    backendai::include_graphql!(\"queries\");
}

use queries::list::PagedKeyPairs;

#[tokio::main(flavor = \"current_thread\")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut keypairs = backendai::Client::from_env()?.pages(PagedKeyPairs::new(100, 0)).items();
    while let Some(keypair) = keypairs.next().await {
        println!(\"{:?}\", keypair?);
    }
    Ok(())
}
";

const OWN_BUILD: &str = "fn main() -> Result<(), backendai_codegen::Failure> {
    backendai_codegen::configure().operations(\"list.graphql\").compile(\"queries\")
}
";

/// Without the further features of `backendai`: it signs nothing, sends once, and has one error
/// type.
const THEIRS: &str = "
use graphql_client::{GraphQLQuery, Response};

#[derive(GraphQLQuery)]
#[graphql(schema_path = \"schema.graphql\", query_path = \"list.graphql\")]
struct PagedKeyPairs;

type DateTime = String;

#[tokio::main(flavor = \"current_thread\")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (client, mut offset) = (reqwest::Client::new(), 0);
    loop {
        let variables = paged_key_pairs::Variables { offset, limit: 100 };
        let body = serde_json::to_vec(&PagedKeyPairs::build_query(variables))?;
        let answer = client.post(std::env::var(\"BACKEND_ENDPOINT\")?).body(body).send().await?;
        let answer: Response<paged_key_pairs::ResponseData> =
            serde_json::from_slice(&answer.bytes().await?)?;
        let page = answer.data.and_then(|data| data.keypair_list).ok_or(\"no data\")?;
        let total = page.total_count;
        for keypair in page.items.into_iter().flatten() {
            println!(\"{:?}\", keypair.access_key);
            offset += 1;
        }
        if offset >= total {
            return Ok(());
        }
    }
}
";

const LIST: &str = "query PagedKeyPairs($limit: Int!, $offset: Int!) {
  keypair_list(limit: $limit, offset: $offset) {
    items { user_id access_key is_active created_at }
    total_count
  }
}
";

/// The line that is added to the document.
const LINE: [&str; 2] = ["is_active", "is_active is_admin"];

/// A program and the cost of its builds.
struct Consumer {
    title: &'static str,
    folder: PathBuf,
    clean: Took,
    /// After a line of its document changed, for programs with a document.
    again: Option<Took>,
}

impl Consumer {
    /// In comparison to the first program.
    fn print(&self, measure: &Self) {
        let of = ratio(self.clean.cpu, measure.clean.cpu);
        let secs = |time: Duration| format!("{:.1}", time.as_secs_f64());
        let [clean, again] = [Some(&self.clean), self.again.as_ref()].map(|took| {
            took.map_or([String::new(), String::new()], |took| [secs(took.cpu), secs(took.wall)])
        });
        let title = self.title;
        println!(
            "| {title} | {} | {of:.2} | {} | {} | {} |",
            clean[0], clean[1], again[0], again[1]
        );
    }
}

struct Took {
    cpu: Duration,
    wall: Duration,
}

pub(super) fn run() -> Result<()> {
    let root = root().canonicalize()?;
    let ours = |more: &str| format!("backendai = {{ path = {root:?}{more} }}\n");
    let codegen = root.join("codegen");
    let own = format!(
        "{}\n[build-dependencies]\nbackendai-codegen = {{ path = {codegen:?} }}\n",
        ours(", default-features = false")
    );
    let peer = "graphql_client = \"0.16\"\nserde = { version = \"1.0\", features = [\"derive\"] }\n\
         serde_json = \"1.0\"\nreqwest = { version = \"0.13.5\", default-features = false, \
         features = [\"rustls-no-provider\", \"gzip\", \"http2\"] }\n\
         rustls = { version = \"0.23\", default-features = false, \
         features = [\"ring\", \"std\", \"tls12\"] }\n";
    let bare = ours(", default-features = false, features = [\"admin\"]");
    let all = ours(", features = [\"context\", \"proxy\"]");
    println!("\nA debug build of a program with one list, and all it depends on, in seconds");
    println!("\n| | CPU | ratio | wall | after a line of the document changed, CPU | wall |");
    println!("|---|---:|---:|---:|---:|---:|");
    let consumers = [
        ("graphql_client and reqwest", "peer", peer.to_owned(), THEIRS, None),
        ("backendai", "consumer", ours(""), OURS, None),
        ("backendai and a document", "consumer_own", own, OWN, Some(OWN_BUILD)),
        ("backendai, only admin", "consumer_bare", bare, OURS, None),
        ("backendai, all features", "consumer_all", all, OURS, None),
    ];
    let mut built = Vec::new();
    for (title, name, dependencies, program, script) in consumers {
        let it = build(title, name, &dependencies, program, script)?;
        it.print(built.first().unwrap_or(&it));
        built.push(it);
    }
    println!("\nThe crates that take most of it, CPU in seconds");
    for it in built.iter().take(3) {
        println!("\n{}: {}", it.title, largest(&it.folder)?);
    }
    Ok(())
}

fn build(
    title: &'static str,
    name: &str,
    dependencies: &str,
    program: &str,
    script: Option<&str>,
) -> Result<Consumer> {
    let folder = fresh(name)?;
    let write = |file: &str, text: &str| fs::write(folder.join(file), text);
    fs::create_dir(folder.join("src"))?;
    write("src/main.rs", program)?;
    write("list.graphql", LIST)?;
    if let Some(script) = script {
        write("build.rs", script)?;
    }
    fs::copy(super::documents::schema("admin"), folder.join("schema.graphql"))?;
    fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock"))?;
    write(
        "Cargo.toml",
        &format!(
            "[workspace]\n\n[package]\nname = {name:?}\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [dependencies]\n{RUNTIME}\n{dependencies}"
        ),
    )?;
    cargo(&folder, "fetch")?;
    let clean = timed(|| cargo(&folder, "build"))?;
    let documents = program == THEIRS || script.is_some();
    let again = match documents {
        true => {
            write("list.graphql", &LIST.replace(LINE[0], LINE[1]))?;
            Some(timed(|| cargo(&folder, "build"))?)
        }
        false => None,
    };
    // Several gigabytes in total.
    fs::remove_dir_all(folder.join("target"))?;
    Ok(Consumer { title, folder, clean, again })
}

fn timed(work: impl FnOnce() -> Result<()>) -> Result<Took> {
    let begin = Instant::now();
    let ((), cpu) = cpu::children(work)?;
    Ok(Took { cpu, wall: begin.elapsed() })
}

/// Time of rustc for each crate; a build script counts as part of its crate.
fn largest(folder: &Path) -> Result<String> {
    let mut crates = BTreeMap::<String, u64>::new();
    for line in fs::read_to_string(folder.join("rustc.log"))?.lines() {
        if let Some((name, micros)) = line.split_once(' ') {
            *crates.entry(name.to_owned()).or_default() += micros.parse::<u64>()?;
        }
    }
    let mut crates: Vec<_> = crates.into_iter().map(|(name, micros)| (micros, name)).collect();
    crates.sort_by(|one, other| other.cmp(one));
    let all: u64 = crates.iter().map(|(micros, _)| micros).sum();
    let names = crates
        .iter()
        .take(LARGEST)
        .map(|(micros, name)| format!("{name} {}.{}", micros / 1_000_000, micros / 100_000 % 10));
    let names: Vec<_> = names.collect();
    Ok(format!("{}; {} crates, {} s of rustc", names.join(", "), crates.len(), all / 1_000_000))
}

fn cargo(folder: &Path, command: &str) -> Result<()> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args([command, "--quiet"])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .env("RUSTC_WRAPPER", env::current_exe()?)
        .env(cpu::RUSTC_LOG, folder.join("rustc.log"));
    if command == "build" {
        cargo.arg("--offline");
    }
    if cargo.status()?.success() { Ok(()) } else { Err(format!("cargo {command} failed").into()) }
}
