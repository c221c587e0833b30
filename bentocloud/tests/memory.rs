//! A large bento is pushed and pulled with little memory: server and client together.
//!
//! `BENTOCLOUD_MEMORY_MIB` sets the size, 2048 for instance. With `BENTOCLOUD_CURL=1` the upload of as
//! many bytes by `curl -T` is timed, too.

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
        if strategy == Strategy::Presigned && std::env::var_os("BENTOCLOUD_CURL").is_some() {
            let url = format!("{}/storage/bento/hello_svc/v1?sig=1", server.endpoint());
            let mut curl = tokio::process::Command::new("curl");
            curl.args(["--silent", "--show-error", "--fail", "--output", "/dev/null", "-T"]);
            let begin = Instant::now();
            assert!(curl.arg(&large).arg(url).status().await.unwrap().success());
            let curl = rate(begin.elapsed());
            eprintln!("curl {curl:.0} MiB/s, push is {:.2} of it", push / curl);
        }
        let length = fs::metadata(version(&other, Kind::Bento, "hello_svc:v1").join("src/large"));
        assert_eq!(length.unwrap().len(), mib << 20);
        assert!(peak() <= 64, "{strategy:?}: {} MiB", peak());
    }
}
