//! A program that walks over one list, built from nothing with all it depends on.

use std::{env, fs, path::Path, process::Command, time::Duration};

use super::ratio;
use crate::{Result, cpu, fresh, root};

/// What both need to send anything over TLS.
const TRANSPORT: &str = "tokio = { version = \"1.54\", features = [\"macros\", \"rt\"] }";

const OURS: &str = "
use backendai::{Client, keypair::PagedKeyPairs};

#[tokio::main(flavor = \"current_thread\")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut keypairs = Client::from_env()?.pages(PagedKeyPairs::new()).items();
    while let Some(keypair) = keypairs.next().await {
        println!(\"{}\", keypair?.access_key);
    }
    Ok(())
}
";

/// Without what `backendai` does beside: it signs nothing, sends once, and has one type of error.
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

pub(super) fn run() -> Result<()> {
    let backendai = format!("backendai = {{ path = {:?} }}", root().canonicalize()?);
    let ours = build("consumer", &backendai, OURS)?;
    let theirs = build(
        "consumer_of_peer",
        "graphql_client = \"0.16\"\nserde = { version = \"1.0\", features = [\"derive\"] }\n\
         serde_json = \"1.0\"\nreqwest = { version = \"0.13.5\", default-features = false, \
         features = [\"rustls-no-provider\", \"gzip\", \"http2\"] }\n\
         rustls = { version = \"0.23\", default-features = false, features = [\"ring\", \"std\", \"tls12\"] }",
        THEIRS,
    )?;
    println!("\nCPU time of a debug build of a program with one list, and all it depends on");
    println!("{:>7.0} s  backendai, with all shipped operations", ours.as_secs_f64());
    println!("{:>7.0} s  graphql_client and reqwest, nothing else", theirs.as_secs_f64());
    println!("{:>7.2}    ours : theirs", ratio(ours, theirs));
    Ok(())
}

fn build(name: &str, dependencies: &str, program: &str) -> Result<Duration> {
    let folder = fresh(name)?;
    let write = |file: &str, text: &str| fs::write(folder.join(file), text);
    fs::create_dir(folder.join("src"))?;
    write("src/main.rs", program)?;
    write("list.graphql", LIST)?;
    fs::copy(super::documents::schema("admin"), folder.join("schema.graphql"))?;
    fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock"))?;
    write(
        "Cargo.toml",
        &format!(
            "[workspace]\n\n[package]\nname = {name:?}\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [dependencies]\n{dependencies}\n{TRANSPORT}\n"
        ),
    )?;
    cargo(&folder, "fetch")?;
    Ok(cpu::children(|| cargo(&folder, "build"))?.1)
}

fn cargo(folder: &Path, command: &str) -> Result<()> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args([command, "--quiet"])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", folder.join("target"));
    if command == "build" {
        cargo.arg("--offline");
    }
    if cargo.status()?.success() { Ok(()) } else { Err(format!("cargo {command} failed").into()) }
}
