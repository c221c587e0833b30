//! Large archives: the memory that a transfer needs, and its throughput beside `curl`.
//!
//! `BENTOCLOUD_MEMORY_MIB` sets the size, 2048 for instance.

#![cfg(all(feature = "transfer", target_os = "linux"))]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "this is test code"
)]

use std::{env, fs, fs::File, io::Write as _, path::Path, time::Instant};

use backendai_testing::bentocloud::{Account, BentoCloud, Strategy};
use bentocloud::{
    Client, Format,
    store::{Kind, Store},
    transfer::Transfer,
};
use tokio::process::Command;

mod support;
use support::local::{store, version};

/// The most memory that this process ever had, in MiB.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_does_not_grow_with_the_bento() {
    let mib = env::var("BENTOCLOUD_MEMORY_MIB").ok().and_then(|mib| mib.parse().ok());
    let mib: u64 = mib.unwrap_or(192);
    let (_home, store) = store();
    let large = version(&store, Kind::Bento, "hello_svc:v1").join("src/large");
    File::create(&large).unwrap().set_len(mib << 20).unwrap();
    // From here on it comes from the page cache for all alike.
    std::io::copy(&mut File::open(&large).unwrap(), &mut std::io::sink()).unwrap();
    let tag = "hello_svc:v1".parse().unwrap();
    for strategy in [Strategy::Presigned, Strategy::Multipart, Strategy::Proxy] {
        let server = BentoCloud::builder().token("ok-ada", Account::new("ada", "acme"));
        let server = server.start().await.unwrap();
        server.strategy(strategy);
        let client = Client::new(server.endpoint(), "ok-ada").unwrap();
        let transfer = Transfer { part_size: 16 << 20, ..Transfer::default() };
        let begin = Instant::now();
        client.push(&store, Kind::Bento, &tag, &transfer).await.unwrap();
        let pushed = begin.elapsed();
        let elsewhere = tempfile::tempdir().unwrap();
        let other = Store::at(elsewhere.path());
        let begin = Instant::now();
        client.pull(&other, Kind::Bento, &tag, &transfer).await.unwrap();
        let rate = |time: std::time::Duration| mib as f64 / time.as_secs_f64();
        let (push, pull) = (rate(pushed), rate(begin.elapsed()));
        eprintln!("{strategy:?}: push {push:.0} MiB/s, pull {pull:.0} MiB/s, peak {} MiB", peak());
        let length = fs::metadata(version(&other, Kind::Bento, "hello_svc:v1").join("src/large"));
        assert_eq!(length.unwrap().len(), mib << 20);
        assert!(peak() <= 64, "{strategy:?}: {} MiB", peak());
    }
}

/// Pushes per strategy, each beside an upload by `curl`.
const ROUNDS: usize = 9;
/// What the process that pushes has to do: the store, the server and the strategy.
const CHILD: &str = "BENTOCLOUD_THROUGHPUT_CHILD";

/// A process pushes a model, in alternation with `curl -T` of the same archive to the same storage.
///
/// ```text
/// TMPDIR=/dev/shm cargo test --release -p bentocloud --features transfer --test memory -- --ignored --nocapture
/// ```
#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures throughput: needs curl, --release and a quiet machine"]
async fn a_push_has_the_throughput_of_curl() {
    if let Some(child) = env::var_os(CHILD) {
        return push_as_child(child.to_str().unwrap()).await;
    }
    let mib: u64 = env::var("BENTOCLOUD_MEMORY_MIB").map_or(1024, |mib| mib.parse().unwrap());
    let (home, store) = store();
    let mut large =
        File::create(version(&store, Kind::Model, "tiny_model:v1").join("large")).unwrap();
    for block in 0..mib {
        large.write_all(&vec![block as u8; 1 << 20]).unwrap();
    }
    drop(large);
    let archive = home.path().join("archive.tar");
    let model = store.get(Kind::Model, &"tiny_model:v1".parse().unwrap()).unwrap();
    store.export(&model, Format::Tar, File::create(&archive).unwrap()).unwrap();
    let server = BentoCloud::builder().token("ok-ada", Account::new("ada", "acme"));
    let server = server.start().await.unwrap();
    let mut slow = Vec::new();
    for strategy in ["presigned", "multipart", "proxy"] {
        let mut ratios = Vec::new();
        let mut rates = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            server.strategy(match strategy {
                "presigned" => Strategy::Presigned,
                "multipart" => Strategy::Multipart,
                _ => Strategy::Proxy,
            });
            let push = timed(
                Command::new(env::current_exe().unwrap())
                    .args(["--ignored", "--exact", "a_push_has_the_throughput_of_curl"])
                    .env(CHILD, format!("{}|{}", home.path().display(), server.endpoint())),
            )
            .await;
            let curl = timed(&mut curl(&archive, &server)).await;
            ratios.push(curl / push);
            rates.0.push(mib as f64 / push);
            rates.1.push(mib as f64 / curl);
        }
        let ratio = median(&mut ratios);
        let (push, curl) = (median(&mut rates.0), median(&mut rates.1));
        eprintln!(
            "{strategy}: push {push:.0} MiB/s, curl {curl:.0} MiB/s; medians of {ROUNDS}; ratio {ratio:.2} \
             ({:.2} to {:.2})",
            ratios[0],
            ratios[ROUNDS - 1]
        );
        if ratio < 0.9 {
            slow.push((strategy, ratio));
        }
    }
    assert_eq!(slow, [], "slower than 0.9 of curl");
}

fn curl(archive: &Path, server: &BentoCloud) -> Command {
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--show-error", "--fail", "--output", "/dev/null", "-T"]);
    curl.arg(archive).arg(format!("{}/storage/model/tiny_model/v1?sig=1000000", server.endpoint()));
    curl
}

async fn push_as_child(child: &str) {
    let (home, endpoint) = child.split_once('|').unwrap();
    let transfer = Transfer { force: true, ..Transfer::default() };
    let client = Client::new(endpoint, "ok-ada").unwrap();
    let tag = "tiny_model:v1".parse().unwrap();
    client.push(&Store::at(home), Kind::Model, &tag, &transfer).await.unwrap();
}

/// The seconds that a process takes.
async fn timed(command: &mut Command) -> f64 {
    let begin = Instant::now();
    let output = command.output().await.unwrap();
    assert!(output.status.success(), "{output:?}");
    begin.elapsed().as_secs_f64()
}

/// Sorts, and returns the middle.
fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
