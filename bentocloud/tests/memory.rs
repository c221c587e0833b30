//! A large bento is pushed and pulled with little memory: server and client together.
//!
//! `BENTOCLOUD_MEMORY_MIB` sets the size; 2048 is what the README's figures are from.

#![cfg(all(feature = "transfer", target_os = "linux"))]
#![allow(
    clippy::expect_used,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "this is test code"
)]

use std::{fs, fs::File, time::Instant};

use backendai_testing::bentocloud::{Account, BentoCloud, Strategy};
use bentocloud::{
    Client,
    store::{Kind, Store},
    transfer::Transfer,
};

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
    let mib = std::env::var("BENTOCLOUD_MEMORY_MIB").ok().and_then(|mib| mib.parse().ok());
    let mib: u64 = mib.unwrap_or(192);
    let (_home, store) = store();
    let large = version(&store, Kind::Bento, "hello_svc:v1").join("src/large");
    File::create(&large).unwrap().set_len(mib << 20).unwrap();
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
