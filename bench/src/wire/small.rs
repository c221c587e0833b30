//! One small query, alone and with others in flight.

use std::time::Instant;

use tokio::task::{JoinSet, LocalSet};

use super::{
    Took, Variables, child_with, median, official,
    peers::{self, Bare, Caller, Cynic, Derived, Fixed, Hyper, HyperUtil, Ours, Tcp},
    ratio,
    server::Server,
    table::{Goals, Table},
};
use crate::{Result, cpu};

/// Number of measurements of each candidate, in alternation.
const ROUNDS: usize = 7;
/// Number of queries of one measurement.
const CALLS: usize = 12_000;
/// The same for the official client, which is slow.
const OFFICIAL_CALLS: usize = 1_024;
/// Number of warm-up queries, for connections and reused memory.
const WARM: usize = 400;
const IN_FLIGHT: [usize; 3] = [1, 32, 256];
/// Number of measurements of each candidate with a real manager, which is slow.
const MANAGER_ROUNDS: usize = 3;
/// Number of queries of one measurement with a real manager.
const MANAGER_CALLS: usize = 96;

/// The client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Peer {
    Ours,
    OursUnsigned,
    GraphqlClient,
    GraphqlClientSigned,
    Cynic,
    Reqwest,
    HyperUtil,
    Hyper,
    Tcp,
}

impl Peer {
    fn signs(self) -> bool {
        matches!(self, Self::Ours | Self::GraphqlClientSigned)
    }
}

const PEERS: [(Peer, &str, &str); 9] = [
    (Peer::Ours, "ours", "backendai, signed"),
    (Peer::OursUnsigned, "ours-unsigned", "backendai, unsigned"),
    (Peer::GraphqlClient, "graphql-client", "`graphql_client` + `reqwest`, unsigned"),
    (
        Peer::GraphqlClientSigned,
        "graphql-client-signed",
        "`graphql_client` + `reqwest`, signed by hand",
    ),
    (Peer::Cynic, "cynic", "`cynic` + `reqwest`, unsigned"),
    (Peer::Reqwest, "reqwest", "`reqwest`, fixed bytes"),
    (Peer::HyperUtil, "hyper-util", "hyper-util's client, fixed bytes"),
    (Peer::Hyper, "hyper", "hyper, one connection each, fixed bytes"),
    (Peer::Tcp, "tcp", "a socket, fixed bytes"),
];

/// All clients in comparison.
pub(super) fn run(server: &Server, goals: &mut Goals) -> Result<()> {
    println!("\n### One small query\n");
    println!("Medians of {ROUNDS} rounds of {CALLS} queries.");
    let endpoint = server.endpoint(0, 1_000_000);
    let variables = Variables::new();
    for in_flight in IN_FLIGHT {
        let took = side_by_side(&endpoint, &variables, in_flight, &PEERS, (ROUNDS, CALLS))?;
        let of = |peer| {
            let found = took.iter().find(|(it, _)| *it == peer).map(|(_, took)| took.as_slice());
            found.unwrap_or_default()
        };
        let work = format!("one small signed query, {in_flight} in flight, CPU against");
        for (other, name, goal) in [
            (Peer::GraphqlClient, "`graphql_client` + `reqwest`, unsigned", 0.95),
            (Peer::Reqwest, "`reqwest`, fixed bytes", 1.15),
        ] {
            let measured = ratio(of(Peer::Ours), of(other), |took| took.cpu);
            goals.at_most(&format!("{work} {name}"), goal, measured);
        }
    }
    Ok(())
}

/// The signing clients, with the manager of these variables: most of the time is the manager's.
pub(super) fn manager(endpoint: &str, variables: &Variables) -> Result<()> {
    println!("\nOne small query, medians of {MANAGER_ROUNDS} rounds of {MANAGER_CALLS}.");
    let peers: Vec<_> = PEERS.into_iter().filter(|peer| peer.0.signs()).collect();
    for in_flight in [1, 32] {
        side_by_side(endpoint, variables, in_flight, &peers, (MANAGER_ROUNDS, MANAGER_CALLS))?;
    }
    Ok(())
}

/// Measures the clients in alternation, and prints a table.
fn side_by_side(
    endpoint: &str,
    variables: &Variables,
    in_flight: usize,
    peers: &[(Peer, &'static str, &'static str)],
    (rounds, calls): (usize, usize),
) -> Result<Vec<(Peer, Vec<Took>)>> {
    let mut all: Vec<_> = peers.iter().map(|(peer, ..)| (*peer, Vec::new())).collect();
    let number = in_flight.to_string();
    for _ in 0..rounds {
        for ((_, name, _), (_, took)) in peers.iter().zip(&mut all) {
            let arguments = ["small", name, endpoint, &number, &calls.to_string()];
            took.push(child_with(variables, &arguments)?);
        }
    }
    let titles = peers.iter().map(|(.., title)| *title);
    let mut rows: Vec<_> = titles.zip(all.iter().map(|(_, took)| (took.clone(), calls))).collect();
    if let Some(python) = official::python() {
        let calls = OFFICIAL_CALLS.min(calls);
        let arguments = ["small", &number, &calls.to_string()];
        let run = || official::run(&python, endpoint, variables, &arguments);
        let took = (0..3).map(|_| run()).collect::<Result<Vec<_>>>()?;
        rows.push(("the official client", (took, calls)));
    }
    let columns = ["µs of CPU", "per second", "ours : this"];
    let mut table = Table::new(&format!("{in_flight} in flight"), &columns);
    let sent = |calls: usize| (calls / in_flight * in_flight) as f64;
    let ours = rows.first().cloned().map(|(_, ours)| ours).unwrap_or_default();
    for (title, (took, calls)) in &rows {
        let each = |time| median(took, time).as_secs_f64() / sent(*calls);
        let ratio = ratio(&ours.0, took, |took| took.cpu) * sent(*calls) / sent(ours.1);
        let values = [each(|took| took.cpu) * 1e6, 1.0 / each(|took| took.wall), ratio];
        table.row(title, &values.map(Some));
    }
    table.print();
    Ok(all)
}

/// Runs one client, in a child process.
pub(super) fn step(peer: Peer, endpoint: &str, in_flight: usize, calls: usize) -> Result<Took> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, async {
        let fixed = Fixed::new(endpoint)?;
        let mut callers = Callers { in_flight, calls };
        match peer {
            Peer::Ours | Peer::OursUnsigned => {
                let client = Ours(peers::client(endpoint, peer == Peer::Ours)?);
                callers.drive(async || Ok(client.clone())).await
            }
            Peer::GraphqlClient | Peer::GraphqlClientSigned => {
                let client = Derived::new(endpoint, peer == Peer::GraphqlClientSigned);
                callers.drive(async || Ok(client.clone())).await
            }
            Peer::Cynic => {
                let client = Cynic(Derived::new(endpoint, false));
                callers.drive(async || Ok(client.clone())).await
            }
            Peer::Reqwest => {
                let client = Bare::new(endpoint, fixed)?;
                callers.drive(async || Ok(client.clone())).await
            }
            Peer::HyperUtil => {
                let client = HyperUtil::new(fixed);
                callers.drive(async || Ok(client.clone())).await
            }
            Peer::Hyper => callers.drive(async || Hyper::connect(fixed.clone()).await).await,
            Peer::Tcp => callers.drive(async || Tcp::connect(fixed.clone()).await).await,
        }
    })
}

struct Callers {
    in_flight: usize,
    calls: usize,
}

impl Callers {
    async fn drive<C: Caller + 'static>(
        &mut self,
        make: impl AsyncFn() -> Result<C>,
    ) -> Result<Took> {
        let mut callers = Vec::new();
        for _ in 0..self.in_flight {
            callers.push(make().await?);
        }
        callers = turn(callers, WARM.min(self.calls / 4) / self.in_flight + 1).await?;
        let (begin, before) = (Instant::now(), cpu::so_far()?);
        turn(callers, self.calls / self.in_flight).await?;
        Ok(Took { cpu: cpu::so_far()?.saturating_sub(before), wall: begin.elapsed(), memory: 0 })
    }
}

/// Each caller sends this many queries, one after the other.
async fn turn<C: Caller + 'static>(callers: Vec<C>, calls: usize) -> Result<Vec<C>> {
    let mut tasks = JoinSet::new();
    for mut caller in callers {
        tasks.spawn_local(async move {
            for _ in 0..calls {
                caller.call().await.map_err(|error| error.to_string())?;
            }
            Ok::<_, String>(caller)
        });
    }
    let mut back = Vec::new();
    while let Some(caller) = tasks.join_next().await {
        back.push(caller??);
    }
    Ok(back)
}
