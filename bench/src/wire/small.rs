//! One small query, alone and with others in flight.

use std::{
    env,
    time::{Duration, Instant},
};

use tokio::task::{JoinSet, LocalSet};

use super::{
    Took, child, official,
    peers::{self, Bare, Caller, Cynic, Derived, Fixed, Hyper, HyperUtil, Ours, Tcp},
    server::Server,
    table::Table,
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
    (Peer::GraphqlClient, "graphql-client", "graphql_client + reqwest, unsigned"),
    (
        Peer::GraphqlClientSigned,
        "graphql-client-signed",
        "graphql_client + reqwest, signed by hand",
    ),
    (Peer::Cynic, "cynic", "cynic + reqwest, unsigned"),
    (Peer::Reqwest, "reqwest", "reqwest, fixed bytes"),
    (Peer::HyperUtil, "hyper-util", "hyper-util's client, fixed bytes"),
    (Peer::Hyper, "hyper", "hyper, one connection each, fixed bytes"),
    (Peer::Tcp, "tcp", "a socket, fixed bytes"),
];

/// All clients in comparison.
pub(super) fn run(server: &Server) -> Result<()> {
    println!("\nOne small query: the client's process, one thread, on plain HTTP");
    println!("median of {ROUNDS} times {CALLS} queries, by turns");
    let endpoint = server.endpoint(0, 1_000_000);
    IN_FLIGHT.iter().try_for_each(|in_flight| side_by_side(&endpoint, *in_flight, PEERS, CALLS))
}

/// The signing clients, with the manager of the environment variables: most of the time is the
/// manager's.
pub(super) fn manager() -> Result<()> {
    let Ok(endpoint) = env::var("BACKEND_ENDPOINT") else {
        println!(
            "\nThe real manager is left out: BACKEND_ENDPOINT, BACKEND_ACCESS_KEY and \
             BACKEND_SECRET_KEY name none. tests/manager/up starts one and prints them."
        );
        return Ok(());
    };
    println!("\nOne small query at a real manager, median of {ROUNDS} times {MANAGER_CALLS}");
    let peers = PEERS.into_iter().filter(|peer| peer.0.signs());
    for in_flight in [1, 32] {
        side_by_side(&endpoint, in_flight, peers.clone(), MANAGER_CALLS)?;
    }
    Ok(())
}

fn side_by_side(
    endpoint: &str,
    in_flight: usize,
    peers: impl IntoIterator<Item = (Peer, &'static str, &'static str)>,
    calls: usize,
) -> Result<()> {
    let peers = peers.into_iter().map(|(_, name, title)| (name, title, calls, Vec::new()));
    let mut peers: Vec<_> = peers.collect();
    let number = in_flight.to_string();
    for _ in 0..ROUNDS {
        for (name, _, calls, took) in &mut peers {
            took.push(child(&["small", name, endpoint, &number, &calls.to_string()])?);
        }
    }
    if let Some(python) = official::python() {
        let calls = OFFICIAL_CALLS.min(calls);
        let run = || official::run(&python, endpoint, &["small", &number, &calls.to_string()]);
        let took = (0..3).map(|_| run()).collect::<Result<_>>()?;
        peers.push(("", "the official client", calls, took));
    }
    let mut table = Table::new(&format!("{in_flight} in flight"), &["µs of CPU", "per second"]);
    for (_, title, calls, took) in peers {
        let calls = (calls / in_flight * in_flight) as f64;
        let each = |time: fn(&Took) -> Duration| {
            cpu::median(took.iter().map(time).collect()).as_secs_f64() / calls
        };
        table.row(title, &[each(|took| took.cpu) * 1e6, 1.0 / each(|took| took.wall)]);
    }
    table.print();
    Ok(())
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
