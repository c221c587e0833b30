//! A list of keypairs, read page by page.

use std::{env, time::Instant};

use backendai::{
    Client, DynamicOperation, OperationInfo, Paginated, Pagination,
    admin::keypair::{PagedKeyPairNames, PagedKeyPairs},
    operation::info::{EdgesInfo, PagingInfo, ProjectionInfo, RowsInfo, SourceText},
};

use super::{
    Took, Variables, child, child_with, median, official,
    peers::{self, Derived, Listed},
    ratio,
    server::Server,
    table::{Goals, Table},
};
use crate::{Result, cpu};

const PAGE: u32 = 100;
const PAGES: u64 = 1_000;
const ROUNDS: usize = 5;
/// With a server that has latency.
const LATENCY: u64 = 20;
const SLOW_PAGES: u64 = 100;

/// Of a real manager.
const MANAGER_PAGE: u32 = 500;

/// Which list is read, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Way {
    Key,
    Offset,
    GraphqlClient,
    /// With three fields that cost a real manager little.
    NamesByKey,
    NamesByOffset,
    NamesGraphqlClient,
    /// The connection of the v2 API.
    Cursor,
}

/// The keypairs in the v2 API. Described by hand, as compiling all of that API takes minutes.
static CONNECTION: OperationInfo = OperationInfo {
    path: "/admin/gql/strawberry",
    rows: Some(RowsInfo {
        total: Some("count"),
        edges: Some(EdgesInfo::RELAY),
        index: Some(ProjectionInfo {
            before: SourceText::plain(
                "query Keypairs($first:Int$after:String){adminKeypairsV2(first:$first after:$after)",
            ),
            after: SourceText::plain("}"),
            requires: &[],
        }),
        ..RowsInfo::new("KeyPairV2", &[], &["adminKeypairsV2", "edges"])
    }),
    paging: Some(PagingInfo::cursor("first", "after")),
    ..OperationInfo::query(
        "Keypairs",
        "query Keypairs($first:Int$after:String){adminKeypairsV2(first:$first after:$after){count \
         edges{cursor node{accessKey userId isActive}}pageInfo{hasNextPage endCursor}}}",
    )
};

/// A way, the number of pages that are requested ahead, and a title.
type Named = (&'static str, &'static str, &'static str);

const WAYS: [Named; 5] = [
    ("key", "0", "backendai, by key"),
    ("graphql-client", "0", "`graphql_client` + `reqwest`, a loop"),
    ("key", "8", "backendai, by key, prefetch 8"),
    ("offset", "0", "backendai, by offset"),
    ("offset", "8", "backendai, by offset, prefetch 8"),
];

const OF_MANAGER: [Named; 11] = [
    ("names-by-key", "0", "by key"),
    ("names-by-key", "1", "by key, prefetch 1"),
    ("names-by-key", "2", "by key, prefetch 2"),
    ("names-by-key", "4", "by key, prefetch 4"),
    ("names-by-key", "8", "by key, prefetch 8"),
    ("names-by-offset", "0", "by offset"),
    ("names-by-offset", "8", "by offset, prefetch 8"),
    ("names-graphql-client", "0", "`graphql_client` + `reqwest`, a loop"),
    ("cursor", "0", "v2, by cursor"),
    ("cursor", "2", "v2, by cursor, prefetch 2"),
    ("cursor", "8", "v2, by cursor, prefetch 8"),
];

pub(super) fn run(server: &Server, goals: &mut Goals) -> Result<()> {
    println!("\n### Pagination\n");
    println!("Keypairs with 17 fields each, {PAGE} on a page; medians of {ROUNDS} rounds.");
    let endpoint = server.endpoint(0, PAGES * u64::from(PAGE));
    let columns = ["µs of CPU per page", "ours : this", "rows per second"];
    let mut table = Table::new(&format!("{PAGES} pages"), &columns);
    let all = measure(&endpoint, PAGES)?;
    let ours = all.first().map(|(_, took)| took.clone()).unwrap_or_default();
    let mut row = |title: &str, took: &[Took], pages: u64| {
        let pages = pages as f64;
        let cpu = median(took, |took| took.cpu).as_secs_f64() * 1e6 / pages;
        let rows = pages * f64::from(PAGE) / median(took, |took| took.wall).as_secs_f64();
        let ratio = ratio(&ours, took, |took| took.cpu) * pages / PAGES as f64;
        table.row(title, &[cpu, ratio, rows].map(Some));
    };
    for (title, took) in &all {
        row(title, took, PAGES);
    }
    if let Some(python) = official::python() {
        let pages = PAGES / 5;
        let arguments = ["pages", &pages.to_string()];
        let run = || official::run(&python, &endpoint, &Variables::new(), &arguments);
        row("the official client", &(0..3).map(|_| run()).collect::<Result<Vec<_>>>()?, pages);
    }
    table.print();
    let [key, derived, ..] = all.as_slice() else { return Err("ways are missing".into()) };
    goals.at_most(
        &format!("{PAGES} pages by key, CPU against a loop of `graphql_client` + `reqwest`"),
        0.95,
        ratio(&key.1, &derived.1, |took| took.cpu),
    );

    let endpoint = server.endpoint(LATENCY, SLOW_PAGES * u64::from(PAGE));
    let title = format!("{SLOW_PAGES} pages, each answered after {LATENCY} ms");
    let columns = ["ms of wall", "ours : this", "ms of CPU", "ours : this"];
    let mut table = Table::new(&title, &columns);
    let all = measure(&endpoint, SLOW_PAGES)?;
    let ours = all.first().map(|(_, took)| took.clone()).unwrap_or_default();
    for (title, took) in &all {
        let both = |time| {
            let ms = median(took, time).as_secs_f64() * 1e3;
            [ms, ratio(&ours, took, time)].map(Some)
        };
        table.row(title, &[both(|took| took.wall), both(|took| took.cpu)].concat());
    }
    table.print();
    let [key, derived, prefetch, ..] = all.as_slice() else {
        return Err("ways are missing".into());
    };
    let work = format!("{SLOW_PAGES} pages by key, {LATENCY} ms each,");
    goals.at_least(
        &format!("{work} prefetch 8: how many times as fast as without"),
        6.0,
        ratio(&key.1, &prefetch.1, |took| took.wall),
    );
    let work = format!("{work} against a loop of `graphql_client` + `reqwest`");
    let wall = ratio(&key.1, &derived.1, |took| took.wall);
    goals.at_most(&format!("{work}, wall"), 1.0, wall);
    goals.at_most(&format!("{work}, CPU"), 0.95, ratio(&key.1, &derived.1, |took| took.cpu));
    Ok(())
}

/// The seconds that each way takes to read the keypairs of a real manager, of which there are at least
/// this many, with its title.
pub(super) fn manager(
    endpoint: &str,
    variables: &Variables,
    rows: u64,
) -> Result<Vec<(&'static str, f64)>> {
    let page = MANAGER_PAGE.to_string();
    let seconds = |(way, prefetch, title): Named| {
        let took = child_with(variables, &["pages", way, prefetch, &page, endpoint])?;
        match took.memory >= rows {
            true => Ok((title, took.wall.as_secs_f64())),
            false => Err(format!("{title}: {} rows came", took.memory).into()),
        }
    };
    OF_MANAGER.into_iter().map(seconds).collect()
}

/// Each way, in alternation.
fn measure(endpoint: &str, pages: u64) -> Result<Vec<(&'static str, Vec<Took>)>> {
    let mut ways: Vec<_> = WAYS.map(|(.., title)| (title, Vec::new())).into();
    let page = PAGE.to_string();
    for _ in 0..ROUNDS {
        for ((way, prefetch, _), (title, took)) in WAYS.iter().zip(&mut ways) {
            let one = child(&["pages", way, prefetch, &page, endpoint])?;
            match one.memory == pages * u64::from(PAGE) {
                true => took.push(one),
                false => return Err(format!("{title}: {} rows came", one.memory).into()),
            }
        }
    }
    Ok(ways)
}

/// Reads a list once, in a child process. The number of rows is returned as well.
pub(super) fn step(way: Way, prefetch: usize, page_size: u32, endpoint: &str) -> Result<Took> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let (begin, before) = (Instant::now(), cpu::so_far()?);
        let ours = Ours { endpoint, page_size, prefetch };
        let rows = match way {
            Way::Key => ours.read(PagedKeyPairs::new(), Pagination::Keyset).await?,
            Way::Offset => ours.read(PagedKeyPairs::new(), Pagination::Offset).await?,
            Way::GraphqlClient => derived::<peers::PagedKeyPairs>(endpoint, page_size).await?,
            Way::NamesByKey => ours.read(PagedKeyPairNames::new(), Pagination::Keyset).await?,
            Way::NamesByOffset => ours.read(PagedKeyPairNames::new(), Pagination::Offset).await?,
            Way::NamesGraphqlClient => {
                derived::<peers::PagedKeyPairNames>(endpoint, page_size).await?
            }
            Way::Cursor => {
                ours.read(DynamicOperation::new(&CONNECTION), Pagination::Cursor).await?
            }
        };
        Ok(Took { cpu: cpu::so_far()?.saturating_sub(before), wall: begin.elapsed(), memory: rows })
    })
}

struct Ours<'a> {
    endpoint: &'a str,
    page_size: u32,
    prefetch: usize,
}

impl Ours<'_> {
    async fn read<O: Paginated>(&self, list: O, strategy: Pagination) -> Result<u64> {
        let config = peers::config(self.endpoint, true)?;
        let client = Client::builder(config).max_page_size(self.page_size).build()?;
        let pages = client.pages(list).strategy(strategy).page_size(self.page_size);
        let mut pages = pages.prefetch(self.prefetch);
        let mut rows = 0;
        while let Some(page) = pages.next().await {
            rows += page?.items.len() as u64;
        }
        Ok(rows)
    }
}

async fn derived<Q: Listed>(endpoint: &str, page_size: u32) -> Result<u64> {
    let client = Derived::new(endpoint, env::var_os("BACKEND_ENDPOINT").is_some());
    let mut rows = 0;
    loop {
        let variables = Q::page(i64::from(page_size), i64::try_from(rows)?);
        let (count, total) = Q::count(client.query::<Q>(variables).await?).ok_or("no list")?;
        rows += count as u64;
        if count == 0 || rows >= u64::try_from(total)? {
            return Ok(rows);
        }
    }
}
