//! Requests, in comparison to other clients.

mod cases;
pub(crate) mod count;
#[cfg(feature = "peers")]
mod decode;
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
use self::server::Server;
use crate::Result;

#[cfg(feature = "peers")]
/// The measured parts.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Part {
    Small,
    Manager,
    Pages,
    Decode,
    Parts,
    Memory,
    Proxy,
    Start,
}

#[cfg(feature = "peers")]
/// The named parts, or all parts if none is named.
pub(crate) fn run(parts: &[Part]) -> Result<()> {
    let wanted = |part| parts.is_empty() || parts.contains(&part);
    let server = Server::start()?;
    if wanted(Part::Small) {
        small::run(&server)?;
    }
    if wanted(Part::Manager) {
        small::manager()?;
        pages::manager()?;
    }
    if wanted(Part::Pages) {
        pages::run(&server)?;
    }
    if wanted(Part::Decode) {
        decode::run()?;
    }
    if wanted(Part::Parts) {
        parts::run()?;
    }
    if wanted(Part::Memory) {
        memory::run(&server)?;
    }
    if wanted(Part::Proxy) {
        proxy::run(&server)?;
    }
    if wanted(Part::Start) {
        start::run()?;
    }
    Ok(())
}

/// Work for a child process.
#[derive(clap::Subcommand)]
pub(crate) enum Step {
    #[cfg(feature = "peers")]
    /// Sends small queries.
    Small { peer: small::Peer, endpoint: String, in_flight: usize, calls: usize },
    #[cfg(feature = "peers")]
    /// Reads a list.
    Pages { way: pages::Way, endpoint: String, pages: u64 },
    #[cfg(feature = "peers")]
    /// Prints the memory use repeatedly.
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
        Step::Pages { way, endpoint, pages } => print(pages::step(way, &endpoint, pages)?),
        #[cfg(feature = "peers")]
        Step::Memory { what, endpoint } => memory::step(what, &endpoint)?,
        Step::Case { name, times } => count::step(&name, times)?,
    }
    Ok(())
}

#[cfg(feature = "peers")]
/// The command, built like a release.
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

#[cfg(feature = "peers")]
/// Serves until the parent process exits.
pub(crate) fn serve() -> Result<()> {
    server::serve()
}

#[cfg(feature = "peers")]
/// The cost of one measurement.
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

#[cfg(feature = "peers")]
/// Runs a step in a child process.
fn child(arguments: &[&str]) -> Result<Took> {
    let output = Command::new(env::current_exe()?).arg("step").args(arguments).output()?;
    Took::read(&output)
}
