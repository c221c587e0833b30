//! The cost that the proxy adds to a request, in comparison to the official client's proxy.

use std::{
    io::{BufRead as _, BufReader},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tokio::task::LocalSet;

use super::{
    official,
    peers::{self, Caller as _, Fixed, Hyper},
    server::Server,
    table::Table,
};
use crate::{Result, cpu};

/// Number of requests each way, in alternation.
const CALLS: usize = 5_000;
const WARM: usize = 500;
/// Time limit for a proxy to start listening.
const STARTS: Duration = Duration::from_secs(30);

pub(super) fn run(server: &Server) -> Result<()> {
    let direct = server.endpoint(0, 1_000_000);
    println!("\n### The proxy\n\n{CALLS} requests each way, one after the other, in alternation.");
    let columns = ["median, µs", "99th percentile, µs", "added median, µs"];
    let mut table = Table::new("way", &columns);
    let ours = Proxy::ours(&direct)?;
    compare("`backendai proxy`", &direct, &ours.address, &mut table)?;
    if let Some(python) = official::python() {
        let theirs = Proxy::official(&python, &direct)?;
        compare("the official client's proxy", &direct, &theirs.address, &mut table)?;
    }
    table.print();
    Ok(())
}

/// A child process, which ends with this value.
struct Proxy {
    child: Child,
    address: String,
}

impl Proxy {
    fn ours(endpoint: &str) -> Result<Self> {
        let mut command = Command::new(super::command()?);
        command.args(["--output", "json", "proxy", "--bind", "127.0.0.1", "--port", "0"]);
        let mut child = with_settings(&mut command, endpoint).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        let stdout = child.stdout.take().ok_or("the proxy has no output")?;
        let mut it = Self { child, address: String::new() };
        BufReader::new(stdout).read_line(&mut line)?;
        let started: serde_json::Value = serde_json::from_str(&line)?;
        let address = started.get("address").and_then(serde_json::Value::as_str);
        it.address = address.ok_or("the proxy tells no address")?.trim_end_matches('/').to_owned();
        Ok(it)
    }

    fn official(python: &Path, endpoint: &str) -> Result<Self> {
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let mut command = Command::new(python.with_file_name("backend.ai"));
        command.args(["proxy", "--bind", "127.0.0.1", "--port", &port.to_string()]);
        let child = with_settings(&mut command, endpoint).stdout(Stdio::null()).spawn()?;
        let it = Self { child, address: format!("http://127.0.0.1:{port}") };
        let begin = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if begin.elapsed() > STARTS {
                return Err("the official client's proxy does not listen".into());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(it)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // Nothing depends on the result.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn with_settings<'a>(command: &'a mut Command, endpoint: &str) -> &'a mut Command {
    command
        .env("BACKEND_ENDPOINT", endpoint)
        .env("BACKEND_ENDPOINT_TYPE", "api")
        .envs(peers::keys())
        .stdin(Stdio::null())
        .stderr(Stdio::null())
}

/// Adds a row for each of the two routes.
fn compare(title: &str, direct: &str, proxied: &str, table: &mut Table) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let [direct, proxied] = LocalSet::new().block_on(&runtime, async {
        let mut ways = [
            Hyper::connect(Fixed::new(direct)?).await?,
            Hyper::connect(Fixed::new(proxied)?).await?,
        ];
        let mut times = [Vec::with_capacity(CALLS), Vec::with_capacity(CALLS)];
        for turn in 0..WARM + CALLS {
            for (way, times) in ways.iter_mut().zip(&mut times) {
                let begin = Instant::now();
                way.call().await?;
                if turn >= WARM {
                    times.push(begin.elapsed());
                }
            }
        }
        Ok::<_, Box<dyn std::error::Error>>(times)
    })?;
    let us = |time: Duration| time.as_secs_f64() * 1e6;
    let medians = [&direct, &proxied].map(|times| us(cpu::median(times.clone())));
    let slowest = [direct, proxied].map(|mut times| {
        times.sort();
        us(times.get(CALLS * 99 / 100).copied().unwrap_or_default())
    });
    table.row("direct", &[Some(medians[0]), Some(slowest[0]), None]);
    let added = medians[1] - medians[0];
    table.row(title, &[medians[1], slowest[1], added].map(Some));
    Ok(())
}
