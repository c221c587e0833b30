//! Requests, in comparison to other clients.

mod cases;
pub(crate) mod count;
#[cfg(feature = "peers")]
mod decode;
#[cfg(feature = "peers")]
mod manager;
#[cfg(feature = "peers")]
mod memory;
#[cfg(feature = "peers")]
mod official;
#[cfg(feature = "peers")]
mod pages;
#[cfg(feature = "peers")]
mod parts;
#[cfg(feature = "peers")]
mod peers;
#[cfg(feature = "peers")]
mod proxy;
mod rows;
#[cfg(feature = "peers")]
mod server;
#[cfg(feature = "peers")]
mod small;
#[cfg(feature = "peers")]
mod start;
#[cfg(feature = "peers")]
mod table;

#[cfg(feature = "peers")]
use std::{
    env,
    path::PathBuf,
    process::{Command, Output},
    time::Duration,
};

#[cfg(feature = "peers")]
use self::{server::Server, table::Goals};
use crate::Result;

/// The measured parts.
#[cfg(feature = "peers")]
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Part {
    Small,
    Pages,
    Memory,
    Decode,
    Parts,
    Proxy,
    Start,
    Manager,
}

/// The named parts, or all parts if none is named.
#[cfg(feature = "peers")]
pub(crate) fn run(parts: &[Part]) -> Result<()> {
    let wanted = |part| parts.is_empty() || parts.contains(&part);
    let server = Server::start()?;
    let mut goals = Goals::default();
    if wanted(Part::Small) {
        small::run(&server, &mut goals)?;
    }
    if wanted(Part::Pages) {
        pages::run(&server, &mut goals)?;
    }
    if wanted(Part::Memory) {
        memory::run(&server, &mut goals)?;
    }
    if wanted(Part::Decode) {
        decode::run(&mut goals)?;
    }
    if wanted(Part::Parts) {
        parts::run()?;
    }
    if wanted(Part::Proxy) {
        proxy::run(&server)?;
    }
    if wanted(Part::Start) {
        start::run()?;
    }
    if wanted(Part::Manager) {
        manager::run()?;
    }
    goals.print();
    Ok(())
}

/// Work for a child process.
#[derive(clap::Subcommand)]
pub(crate) enum Step {
    /// Sends small queries.
    #[cfg(feature = "peers")]
    Small { peer: small::Peer, endpoint: String, in_flight: usize, calls: usize },
    /// Reads a list.
    #[cfg(feature = "peers")]
    Pages { way: pages::Way, prefetch: usize, page_size: u32, endpoint: String },
    /// Prints the memory use repeatedly.
    #[cfg(feature = "peers")]
    Memory { what: memory::What, endpoint: String },
    /// Runs one part of a request.
    Case { name: String, times: u64 },
}

pub(crate) fn step(step: Step) -> Result<()> {
    #[cfg(feature = "peers")]
    let print = |took: Took| {
        println!("{} {} {}", took.cpu.as_micros(), took.wall.as_micros(), took.memory);
    };
    match step {
        #[cfg(feature = "peers")]
        Step::Small { peer, endpoint, in_flight, calls } => {
            print(small::step(peer, &endpoint, in_flight, calls)?);
        }
        #[cfg(feature = "peers")]
        Step::Pages { way, prefetch, page_size, endpoint } => {
            print(pages::step(way, prefetch, page_size, &endpoint)?);
        }
        #[cfg(feature = "peers")]
        Step::Memory { what, endpoint } => memory::step(what, &endpoint)?,
        Step::Case { name, times } => count::step(&name, times)?,
    }
    Ok(())
}

/// The command, built like a release.
#[cfg(feature = "peers")]
fn command() -> Result<PathBuf> {
    let target = crate::target()?;
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--release", "--quiet", "-p", "backendai-cli"]);
    cargo.current_dir(env!("CARGO_MANIFEST_DIR")).env("CARGO_TARGET_DIR", &target);
    match cargo.status()?.success() {
        true => Ok(target.join("release").join("backendai")),
        false => Err("the command cannot be built".into()),
    }
}

/// Serves until the parent process exits.
#[cfg(feature = "peers")]
pub(crate) fn serve() -> Result<()> {
    server::serve()
}

/// The cost of one measurement.
#[cfg(feature = "peers")]
#[derive(Clone, Copy)]
pub(crate) struct Took {
    cpu: Duration,
    wall: Duration,
    /// Peak memory of the process, in kilobytes; of a list, the number of its rows.
    memory: u64,
}

#[cfg(feature = "peers")]
impl Took {
    /// From the last line that a process printed.
    fn read(output: &Output) -> Result<Self> {
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
        }
        let text = str::from_utf8(&output.stdout)?;
        let line = text.lines().last().unwrap_or_default();
        let mut numbers = line.split(' ').map(str::parse::<u64>);
        let mut number = || numbers.next().ok_or("a number is missing");
        Ok(Self {
            cpu: Duration::from_micros(number()??),
            wall: Duration::from_micros(number()??),
            memory: number()??,
        })
    }
}

/// Runs a step in a child process.
#[cfg(feature = "peers")]
fn child(arguments: &[&str]) -> Result<Took> {
    child_with(&Variables::new(), arguments)
}

/// Variables of the environment.
#[cfg(feature = "peers")]
type Variables = Vec<(String, String)>;

/// Runs a step in a child process with these variables.
#[cfg(feature = "peers")]
fn child_with(variables: &Variables, arguments: &[&str]) -> Result<Took> {
    let mut command = Command::new(env::current_exe()?);
    command.arg("step").args(arguments).envs(variables.iter().cloned());
    Took::read(&command.output()?)
}

/// The median.
#[cfg(feature = "peers")]
fn median(took: &[Took], time: fn(&Took) -> Duration) -> Duration {
    crate::cpu::median(took.iter().map(time).collect())
}

/// The median over the rounds of the ratio of two clients, which were measured in alternation: other
/// load on the machine changes from round to round, and is the same for both.
#[cfg(feature = "peers")]
fn ratio(ours: &[Took], other: &[Took], time: fn(&Took) -> Duration) -> f64 {
    let rounds = ours.iter().zip(other);
    let mut ratios: Vec<_> =
        rounds.map(|(ours, other)| time(ours).as_secs_f64() / time(other).as_secs_f64()).collect();
    ratios.sort_by(f64::total_cmp);
    ratios.get(ratios.len() / 2).copied().unwrap_or(f64::NAN)
}
