//! Memory of the process, as counted by the system (resident set).

use std::{fs, process::Command};

use backendai::{
    Pagination,
    admin::keypair::{PagedKeyPairNames, PagedKeyPairs},
};
use tokio::task::{JoinSet, LocalSet};

use super::{
    official,
    peers::{self, Caller, Derived, Ours},
    server::Server,
};
use crate::Result;

/// Number of requests in flight at the same time.
const IN_FLIGHT: usize = 1_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum What {
    Ours,
    GraphqlClient,
    Key,
    KeyPrefetch,
    Offset,
    OffsetPrefetch,
}

pub(super) fn run(server: &Server) -> Result<()> {
    println!("\nMemory: resident kilobytes of the process");
    let slow = server.endpoint(300, 1_000_000);
    for (what, title) in [("ours", "backendai"), ("graphql-client", "graphql_client + reqwest")] {
        println!("{title}: {}", say(what, &slow)?);
    }
    if let Some(python) = official::python() {
        let took = official::run(&python, &server.endpoint(0, 1_000_000), &["small", "1", "50"])?;
        println!("the official client: {} at most, with one query at a time", took.memory);
    }
    let fast = server.endpoint(0, 1_000_000);
    for (what, title) in [
        ("key", "1,000,000 rows by key"),
        ("key-prefetch", "1,000,000 rows by key, prefetch 8"),
        ("offset", "1,000,000 rows by offset"),
        ("offset-prefetch", "1,000,000 rows by offset, prefetch 8"),
    ] {
        println!("{title}: {}", say(what, &fast)?);
    }
    Ok(())
}

fn say(what: &str, endpoint: &str) -> Result<String> {
    let program = std::env::current_exe()?;
    let output = Command::new(program).args(["step", "memory", what, endpoint]).output()?;
    match output.status.success() {
        true => Ok(String::from_utf8(output.stdout)?.trim().to_owned()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned().into()),
    }
}

/// Resident memory now.
fn resident() -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

pub(super) fn step(what: What, endpoint: &str) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, async {
        match what {
            What::Ours => many(|| Ok(Ours(peers::client(endpoint, true)?))).await,
            What::GraphqlClient => many(|| Ok(Derived::new(endpoint, false))).await,
            What::Key => stream(endpoint, Pagination::Keyset, 0).await,
            What::KeyPrefetch => stream(endpoint, Pagination::Keyset, 8).await,
            What::Offset => stream(endpoint, Pagination::Offset, 0).await,
            What::OffsetPrefetch => stream(endpoint, Pagination::Offset, 8).await,
        }
    })
}

/// At rest, and with many requests in flight.
async fn many<C: Caller + Clone + 'static>(make: impl Fn() -> Result<C>) -> Result<()> {
    let bare = resident()?;
    let mut caller = make()?;
    caller.call().await?;
    let rest = resident()?;
    let mut tasks = JoinSet::new();
    for _ in 0..IN_FLIGHT {
        let mut caller = caller.clone();
        tasks.spawn_local(async move { caller.call().await.map_err(|error| error.to_string()) });
    }
    // All requests are sent before the first response.
    tokio::time::sleep(std::time::Duration::from_millis(150)).await;
    let busy = resident()?;
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    println!(
        "{bare} before, {rest} after one query, {busy} with {IN_FLIGHT} in flight, which is {:.1} \
         for each",
        (busy - rest) as f64 / IN_FLIGHT as f64
    );
    Ok(())
}

/// While rows are read.
async fn stream(endpoint: &str, strategy: Pagination, prefetch: usize) -> Result<()> {
    let client = peers::client(endpoint, true)?;
    client.send(PagedKeyPairNames::new().limit(1).offset(0)).await?;
    let mut said = format!("{} before", resident()?);
    let mut rows = client.pages(PagedKeyPairs::new()).strategy(strategy).prefetch(prefetch).items();
    let mut count = 0_u64;
    while let Some(row) = rows.next().await {
        row?;
        count += 1;
        if [1_000, 10_000, 100_000, 1_000_000].contains(&count) {
            said += &format!(", {} after {count}", resident()?);
        }
    }
    println!("{said}");
    Ok(())
}
