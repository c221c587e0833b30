//! Memory of the process, as counted by the system (resident set).

use std::{fs, process::Command};

use backendai::{
    Pagination,
    admin::keypair::{PagedKeyPairNames, PagedKeyPairs},
};
use tokio::task::{JoinSet, LocalSet};

use super::{
    Variables, official,
    peers::{self, Caller, Derived, Ours},
    server::Server,
    table::{Goals, Table},
};
use crate::Result;

/// Number of requests in flight at the same time.
const IN_FLIGHT: usize = 1_000;
/// After these numbers of rows the memory is read.
const ROWS: [u64; 3] = [10_000, 100_000, 1_000_000];

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum What {
    Ours,
    GraphqlClient,
    Key,
    KeyPrefetch,
    Offset,
    OffsetPrefetch,
}

pub(super) fn run(server: &Server, goals: &mut Goals) -> Result<()> {
    println!("\n### Memory\n\nResident kilobytes of a process.");
    let slow = server.endpoint(300, 1_000_000);
    let many = format!("with {IN_FLIGHT} in flight");
    let columns = ["before", "after one query", &many, "per request"];
    let mut table = Table::new("client", &columns);
    for (what, title) in [("ours", "backendai"), ("graphql-client", "`graphql_client` + `reqwest`")]
    {
        let [bare, rest, busy] = numbers(what, &slow)?;
        table.row(title, &[bare, rest, busy, (busy - rest) / IN_FLIGHT as f64].map(Some));
    }
    if let Some(python) = official::python() {
        let endpoint = server.endpoint(0, 1_000_000);
        let took = official::run(&python, &endpoint, &Variables::new(), &["small", "1", "50"])?;
        table.row("the official client", &[None, Some(took.memory as f64), None, None]);
    }
    table.print();

    let fast = server.endpoint(0, ROWS[2]);
    let columns = ROWS.map(|rows| format!("{rows}"));
    let mut table =
        Table::new("largest so far, rows read", &columns.each_ref().map(String::as_str));
    for (what, title) in [
        ("key", "by key"),
        ("key-prefetch", "by key, prefetch 8"),
        ("offset", "by offset"),
        ("offset-prefetch", "by offset, prefetch 8"),
    ] {
        let [few, some, all] = numbers(what, &fast)?;
        table.row(title, &[few, some, all].map(Some));
        if what == "key-prefetch" {
            let work =
                format!("memory after {} rows by key, prefetch 8, against {}", ROWS[2], ROWS[0]);
            goals.at_most(&work, 1.1, all / few);
        }
    }
    table.print();
    Ok(())
}

/// What a step prints.
fn numbers(what: &str, endpoint: &str) -> Result<[f64; 3]> {
    let program = std::env::current_exe()?;
    let output = Command::new(program).args(["step", "memory", what, endpoint]).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    let text = String::from_utf8(output.stdout)?;
    let numbers = text.split_whitespace().map(|number| Ok(number.parse()?));
    numbers.collect::<Result<Vec<_>>>()?.try_into().map_err(|_| "three numbers are expected".into())
}

/// A number of kilobytes that the system keeps of this process: `VmRSS` is its memory now, `VmHWM` the
/// largest so far.
fn kilobytes(of: &str) -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let found = status.lines().find_map(|line| line.strip_prefix(of)?.strip_prefix(':'));
    Ok(found.ok_or("the system counts no memory")?.trim().trim_end_matches(" kB").parse()?)
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

/// At first, at rest, and with many requests in flight.
async fn many<C: Caller + Clone + 'static>(make: impl Fn() -> Result<C>) -> Result<()> {
    let bare = kilobytes("VmRSS")?;
    let mut caller = make()?;
    caller.call().await?;
    let rest = kilobytes("VmRSS")?;
    let mut tasks = JoinSet::new();
    for _ in 0..IN_FLIGHT {
        let mut caller = caller.clone();
        tasks.spawn_local(async move { caller.call().await.map_err(|error| error.to_string()) });
    }
    // All requests are sent before the first response.
    tokio::time::sleep(std::time::Duration::from_millis(150)).await;
    let busy = kilobytes("VmRSS")?;
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    println!("{bare} {rest} {busy}");
    Ok(())
}

/// While rows are read.
async fn stream(endpoint: &str, strategy: Pagination, prefetch: usize) -> Result<()> {
    let client = peers::client(endpoint, true)?;
    client.send(PagedKeyPairNames::new().limit(1).offset(0)).await?;
    let mut rows = client.pages(PagedKeyPairs::new()).strategy(strategy).prefetch(prefetch).items();
    let mut count = 0_u64;
    while let Some(row) = rows.next().await {
        row?;
        count += 1;
        if ROWS.contains(&count) {
            println!("{}", kilobytes("VmHWM")?);
        }
    }
    Ok(())
}
