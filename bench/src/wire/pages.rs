//! A list of keypairs, read page by page.

use std::{
    env,
    time::{Duration, Instant},
};

use backendai::{Pagination, admin::keypair::PagedKeyPairs};

use super::{
    Took, child, official,
    peers::{self, Derived},
    server::Server,
    table::Table,
};
use crate::{Result, cpu};

const PAGE: u32 = 100;
const PAGES: u64 = 1_000;
const ROUNDS: usize = 5;
/// With a server that has latency.
const LATENCY: u64 = 20;
const SLOW_PAGES: u64 = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Way {
    Key,
    KeyPrefetch2,
    KeyPrefetch,
    Offset,
    OffsetPrefetch,
    GraphqlClient,
}

const WAYS: [(Way, &str, &str); 5] = [
    (Way::Key, "key", "backendai, by key"),
    (Way::KeyPrefetch, "key-prefetch", "backendai, by key, prefetch 8"),
    (Way::Offset, "offset", "backendai, by offset"),
    (Way::OffsetPrefetch, "offset-prefetch", "backendai, by offset, prefetch 8"),
    (Way::GraphqlClient, "graphql-client", "graphql_client + reqwest, a loop"),
];

pub(super) fn run(server: &Server) -> Result<()> {
    let endpoint = server.endpoint(0, PAGES * u64::from(PAGE));
    let title = format!("{PAGES} pages of {PAGE} keypairs");
    let mut table = Table::new(&title, &["µs of CPU per page", "rows per second"]);
    for (title, pages, took) in measure(&endpoint, PAGES, true)? {
        let cpu = median(&took, |took| took.cpu).as_secs_f64() * 1e6 / pages as f64;
        let rows = (pages * u64::from(PAGE)) as f64;
        table.row(title, &[cpu, rows / median(&took, |took| took.wall).as_secs_f64()]);
    }
    table.print();

    let endpoint = server.endpoint(LATENCY, SLOW_PAGES * u64::from(PAGE));
    let title = format!("{SLOW_PAGES} such pages, each answered after {LATENCY} ms");
    let mut table = Table::new(&title, &["ms of wall"]);
    for (title, _, took) in measure(&endpoint, SLOW_PAGES, false)? {
        table.row(title, &[median(&took, |took| took.wall).as_secs_f64() * 1e3]);
    }
    table.print();
    Ok(())
}

/// The keypairs of the manager of the environment variables, with several numbers of pages in flight.
pub(super) fn manager() -> Result<()> {
    let Ok(endpoint) = env::var("BACKEND_ENDPOINT") else { return Ok(()) };
    let mut table = Table::new(
        &format!("All keypairs of the real manager, {PAGE} on a page"),
        &["ms of wall", "ms of CPU", "rows per second"],
    );
    for (way, title) in [
        ("key", "by key"),
        ("key-prefetch2", "by key, prefetch 2"),
        ("key-prefetch", "by key, prefetch 8"),
        ("offset-prefetch", "by offset, prefetch 8"),
        ("graphql-client", "graphql_client + reqwest, a loop"),
    ] {
        let took = child(&["pages", way, &endpoint, "0"])?;
        let wall = took.wall.as_secs_f64();
        let rows = took.memory as f64;
        table.row(title, &[wall * 1e3, took.cpu.as_secs_f64() * 1e3, rows / wall]);
    }
    table.print();
    Ok(())
}

fn median(took: &[Took], time: fn(&Took) -> Duration) -> Duration {
    cpu::median(took.iter().map(time).collect())
}

/// Each strategy, with the number of pages that it read.
fn measure(
    endpoint: &str,
    pages: u64,
    with_official: bool,
) -> Result<Vec<(&'static str, u64, Vec<Took>)>> {
    let mut ways: Vec<_> = WAYS.map(|(_, _, title)| (title, pages, Vec::new())).into();
    for _ in 0..ROUNDS {
        for ((_, name, _), (.., took)) in WAYS.iter().zip(&mut ways) {
            took.push(child(&["pages", name, endpoint, &pages.to_string()])?);
        }
    }
    if with_official && let Some(python) = official::python() {
        let pages = pages / 5;
        let run = || official::run(&python, endpoint, &["pages", &pages.to_string()]);
        let took = (0..3).map(|_| run()).collect::<Result<_>>()?;
        ways.push(("the official client", pages, took));
    }
    Ok(ways)
}

/// Reads a list once, in a child process. The number of rows is returned as well.
pub(super) fn step(way: Way, endpoint: &str, pages: u64) -> Result<Took> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let (begin, before) = (Instant::now(), cpu::so_far()?);
        let rows = match way {
            Way::GraphqlClient => derived(endpoint).await?,
            Way::Key => ours(endpoint, Pagination::Keyset, 0).await?,
            Way::KeyPrefetch2 => ours(endpoint, Pagination::Keyset, 2).await?,
            Way::KeyPrefetch => ours(endpoint, Pagination::Keyset, 8).await?,
            Way::Offset => ours(endpoint, Pagination::Offset, 0).await?,
            Way::OffsetPrefetch => ours(endpoint, Pagination::Offset, 8).await?,
        };
        let (cpu, wall) = (cpu::so_far()?.saturating_sub(before), begin.elapsed());
        let took = Took { cpu, wall, memory: rows };
        // How many rows a real manager has is not known.
        match pages == 0 || rows == pages * u64::from(PAGE) {
            true => Ok(took),
            false => Err(format!("{rows} rows came").into()),
        }
    })
}

async fn ours(endpoint: &str, strategy: Pagination, prefetch: usize) -> Result<u64> {
    let client = peers::client(endpoint, true)?;
    let mut pages =
        client.pages(PagedKeyPairs::new()).strategy(strategy).page_size(PAGE).prefetch(prefetch);
    let mut rows = 0;
    while let Some(page) = pages.next().await {
        rows += page?.items.len() as u64;
    }
    Ok(rows)
}

async fn derived(endpoint: &str) -> Result<u64> {
    let client = Derived::new(endpoint, env::var_os("BACKEND_ENDPOINT").is_some());
    let mut rows = 0;
    loop {
        let variables = peers::paged_key_pairs::Variables {
            limit: i64::from(PAGE),
            offset: i64::try_from(rows)?,
            filter: None,
            order: None,
        };
        let data = client.query::<peers::PagedKeyPairs>(variables).await?;
        let list = data.keypair_list.ok_or("no list")?;
        rows += list.items.len() as u64;
        if list.items.is_empty() || rows >= u64::try_from(list.total_count)? {
            return Ok(rows);
        }
    }
}
