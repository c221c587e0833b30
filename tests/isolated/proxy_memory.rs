//! However large a body is and however slow who takes it, the proxy has only a piece of it in memory.
//! In a process of its own, since what counts is the memory of the process.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "../support/mod.rs"]
mod support;

use std::time::Duration;

use backendai::{Client, Config, proxy::Proxy};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::yield_now,
    time::timeout,
};

use crate::support::server::{each, head};

const BODY: usize = 256 << 20;
/// What a proxy with no bound would need far more than.
const ALLOWED: usize = 48 << 20;
const PIECE: usize = 64 << 10;

/// The most that this process ever had in memory, in bytes.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() << 10
}

/// Takes `left` bytes, and its time.
async fn take(stream: &mut TcpStream, mut left: usize) {
    let mut piece = vec![0; PIECE];
    while left > 0 {
        for _ in 0..8 {
            yield_now().await;
        }
        let read = stream.read(&mut piece[..PIECE.min(left)]).await.unwrap();
        assert_ne!(read, 0, "{left} bytes are missing");
        left -= read;
    }
}

async fn give(stream: &mut TcpStream) {
    let piece = vec![b'x'; PIECE];
    for _ in 0..BODY / PIECE {
        stream.write_all(&piece).await.unwrap();
    }
}

#[tokio::test]
async fn a_body_is_never_in_memory_as_a_whole() {
    let manager = each(|mut stream| async move {
        let had = head(&mut stream).await.1.len();
        take(&mut stream, BODY - had).await;
        let answer =
            format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {BODY}\r\n\r\n");
        stream.write_all(answer.as_bytes()).await.unwrap();
        give(&mut stream).await;
    })
    .await;
    let config = Config::builder().endpoint(format!("http://{manager}")).access_key("");
    let client = Client::new(config.build().unwrap()).unwrap();
    let proxy = Proxy::builder(client).bind("127.0.0.1", 0).await.unwrap();
    let addr = proxy.addr();
    let serving = tokio::spawn(proxy.serve(std::future::pending()));

    // The first is what anybody sends, the second what could be a document, if it were not so long.
    for path in ["/folders/x/upload", "/admin/gql"] {
        let before = peak();
        let exchange = async {
            let mut stream = TcpStream::connect(addr).await.unwrap();
            let request =
                format!("POST {path} HTTP/1.1\r\nHost: {addr}\r\nContent-Length: {BODY}\r\n\r\n");
            stream.write_all(request.as_bytes()).await.unwrap();
            give(&mut stream).await;
            let had = head(&mut stream).await.1.len();
            take(&mut stream, BODY - had).await;
        };
        timeout(Duration::from_secs(120), exchange).await.unwrap();
        // The kernel counts in batches, so the second figure may be a little below the first.
        let more = peak().saturating_sub(before);
        assert!(more < ALLOWED, "{path}: {} MiB more", more >> 20);
    }
    serving.abort();
}
