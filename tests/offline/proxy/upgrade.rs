//! WebSockets, and whatever else a connection changes to.

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use super::support::Running;
use crate::support::server::{HANGS, each, head, value};

fn handshake(proxy: &Running, path: &str, more: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{more}\r\n",
        proxy.addr
    )
}

/// A manager that takes WebSockets, says what it was asked, and sends back what it gets.
async fn accepting() -> Running {
    let addr = each(|mut stream| async move {
        let (asked, _) = head(&mut stream).await;
        let path = asked.split(' ').nth(1).unwrap();
        assert!(value(&asked, "authorization").is_some());
        assert_eq!(value(&asked, "sec-websocket-key"), Some("dGhlIHNhbXBsZSBub25jZQ=="));
        assert_eq!(value(&asked, "connection"), Some("upgrade"));
        assert_eq!(value(&asked, "upgrade"), Some("websocket"));
        let protocols = value(&asked, "sec-websocket-protocol").unwrap_or_default();
        let chosen = protocols.split(", ").last().unwrap();
        let answer = format!(
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nX-Path: {path}\r\n\
             Sec-WebSocket-Protocol: {chosen}\r\n\r\nfirst"
        );
        stream.write_all(answer.as_bytes()).await.unwrap();
        let (mut read, mut write) = stream.into_split();
        let _ = tokio::io::copy(&mut read, &mut write).await;
    })
    .await;
    Running::to(addr).await
}

async fn expect(stream: &mut TcpStream, mut had: Vec<u8>, bytes: &[u8]) {
    while had.len() < bytes.len() {
        assert_ne!(timeout(HANGS, stream.read_buf(&mut had)).await.unwrap().unwrap(), 0);
    }
    assert_eq!(had, bytes);
}

#[tokio::test]
async fn an_accepted_one_carries_bytes_and_its_sub_protocol() {
    let proxy = accepting().await;
    let mut stream = proxy.connect().await;
    let more = "Sec-WebSocket-Protocol: graphql-transport-ws, graphql-ws\r\n\
                Sec-WebSocket-Extensions: permessage-deflate\r\nOrigin: http://{host}\r\n"
        .replace("{host}", &proxy.addr.to_string());
    let request = handshake(&proxy, "/v8/stream/session/a%20b/pty?x=%2F", &more);
    stream.write_all(request.as_bytes()).await.unwrap();
    let (answer, rest) = head(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 101 "), "{answer}");
    assert_eq!(value(&answer, "sec-websocket-accept"), Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    assert_eq!(value(&answer, "sec-websocket-protocol"), Some("graphql-ws"));
    assert_eq!(value(&answer, "upgrade"), Some("websocket"));
    assert_eq!(value(&answer, "x-path"), Some("/stream/session/a%20b/pty?x=%2F"));
    expect(&mut stream, rest, b"first").await;
    for piece in [&b"\x81\x02hi"[..], &[7; 100_000]] {
        stream.write_all(piece).await.unwrap();
        expect(&mut stream, Vec::new(), piece).await;
    }
    // Half of it ends, and then all.
    stream.shutdown().await.unwrap();
    assert_eq!(timeout(HANGS, stream.read(&mut [0; 9])).await.unwrap().unwrap(), 0);
}

#[tokio::test]
async fn a_refusal_comes_back_as_it_is() {
    let addr = each(|mut stream| async move {
        head(&mut stream).await;
        let body = r#"{"type":"x","title":"You cannot do that."}"#;
        let answer = format!(
            "HTTP/1.1 403 Forbidden\r\nContent-Type: application/problem+json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(answer.as_bytes()).await.unwrap();
    })
    .await;
    let proxy = Running::to(addr).await;
    let answer =
        proxy.ask(&handshake(&proxy, "/stream/x", "").replace("keep-alive", "close")).await;
    assert_eq!((answer.status, answer.header("upgrade")), (403, None));
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    assert_eq!(answer.json()["title"], "You cannot do that.");
}

#[tokio::test]
async fn a_page_of_elsewhere_opens_none() {
    let proxy = accepting().await;
    let request = handshake(&proxy, "/stream/x", "Origin: https://evil.example\r\n");
    let answer = proxy.ask(&request.replace("keep-alive", "close")).await;
    assert_eq!(answer.status, 403);
}

#[tokio::test]
async fn a_change_that_nobody_asked_for_is_a_502() {
    let addr = each(|mut stream| async move {
        head(&mut stream).await;
        let answer =
            b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n";
        stream.write_all(answer).await.unwrap();
    })
    .await;
    assert_eq!(Running::to(addr).await.get("/x", "").await.status, 502);
}

#[tokio::test]
async fn they_close_when_the_proxy_ends() {
    let mut proxy = accepting().await;
    let mut stream = proxy.connect().await;
    stream.write_all(handshake(&proxy, "/stream/x", "").as_bytes()).await.unwrap();
    let (_, rest) = head(&mut stream).await;
    expect(&mut stream, rest, b"first").await;
    proxy.stop();
    assert_eq!(timeout(HANGS, stream.read(&mut [0; 9])).await.unwrap().unwrap(), 0);
    timeout(HANGS, &mut proxy.task).await.unwrap().unwrap();
}
