//! The HTTP transport, against servers on loopback that say exactly these bytes.

use std::net::SocketAddr;

use backendai::{
    Config,
    transport::{HttpRequest, HttpTransport, Transport as _, TransportError, reqwest},
};
use http::Method;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    task::JoinHandle,
};

use crate::support::server::{HANGS, closed, each, once, whole};

/// Reads one request, and writes these bytes. Gives the request back.
async fn serve(answer: Vec<u8>) -> (SocketAddr, JoinHandle<String>) {
    once(move |mut stream| async move {
        let (head, body) = whole(&mut stream).await;
        stream.write_all(&answer).await.unwrap();
        head + str::from_utf8(&body).unwrap()
    })
    .await
}

fn transport(config: backendai::ConfigBuilder) -> HttpTransport {
    HttpTransport::new(&config.access_key("").build().unwrap()).unwrap()
}

fn post(address: SocketAddr) -> HttpRequest {
    let mut request =
        HttpRequest::new(Method::POST, format!("http://{address}/admin/gql").parse().unwrap());
    request.body = "{}".into();
    request
}

async fn exchange(answer: impl Into<Vec<u8>>, limit: usize) -> Result<Vec<u8>, TransportError> {
    let (address, _server) = serve(answer.into()).await;
    let transport = transport(Config::builder().endpoint(format!("http://{address}")));
    let mut request = post(address);
    request.response_limit = limit;
    transport.send(request).await.map(|response| response.body.to_vec())
}

#[tokio::test]
async fn the_request_goes_out_as_it_was_signed() {
    let (address, server) = serve(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".to_vec()).await;
    let transport = transport(Config::builder().endpoint(format!("http://{address}")));
    let mut request = post(address);
    request.url = format!("http://{address}/base%20x/admin/gql?a=%2F").parse().unwrap();
    request.headers.insert("content-type", "application/json".parse().unwrap());
    let response = transport.send(request).await.unwrap();
    assert_eq!((response.status.as_u16(), &*response.body), (200, &b"{}"[..]));
    let request = server.await.unwrap().to_lowercase();
    assert!(request.starts_with("post /base%20x/admin/gql?a=%2f http/1.1\r\n"), "{request}");
    for line in [
        format!("\r\nhost: {address}\r\n"),
        "\r\ncontent-type: application/json\r\n".into(),
        "\r\naccept-encoding: gzip\r\n".into(),
        "\r\ncontent-length: 2\r\n".into(),
    ] {
        assert!(request.contains(&line), "{line}: {request}");
    }
    assert!(request.ends_with("\r\n\r\n{}"), "{request}");
}

#[tokio::test]
async fn a_refused_connection() {
    let address = closed().await;
    let transport = transport(Config::builder().endpoint(format!("http://{address}")));
    let error = transport.send(post(address)).await.unwrap_err();
    assert!(error.is_not_sent() && !error.is_timeout(), "{error:?}");
}

#[tokio::test]
async fn a_server_without_tls_never_receives_the_request() {
    let (address, server) = once(|mut stream| async move {
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        let mut seen = Vec::new();
        stream.read_to_end(&mut seen).await.unwrap();
        seen
    })
    .await;
    let config = Config::builder().endpoint(format!("https://{address}"));
    let transport = transport(config.skip_tls_verification(true));
    let mut request = post(address);
    request.url = format!("https://{address}/admin/gql").parse().unwrap();
    request.body = "plain-text-body".into();
    let error = transport.send(request).await.unwrap_err();
    assert!(error.is_not_sent(), "{error:?}");
    drop(transport);
    let seen = server.await.unwrap();
    assert!(!String::from_utf8_lossy(&seen).contains("plain-text-body"));
}

#[tokio::test]
async fn a_connection_that_closes_without_an_answer_may_have_taken_the_request() {
    for answer in ["", "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{", "nonsense\r\n\r\n"] {
        let error = exchange(answer, usize::MAX).await.unwrap_err();
        assert!(!error.is_not_sent() && !error.is_too_large(), "{answer:?}: {error:?}");
    }
}

/// A server that never answers. It stops the clock when it has the request, so that the time that the client waits
/// for it passes at once.
async fn silent() -> (SocketAddr, JoinHandle<()>) {
    once(|mut stream| async move {
        whole(&mut stream).await;
        tokio::time::pause();
        std::future::pending().await
    })
    .await
}

#[tokio::test]
async fn a_server_that_never_answers() {
    let (address, server) = silent().await;
    let transport = transport(Config::builder().endpoint(format!("http://{address}")));
    let mut request = post(address);
    request.timeout = Some(HANGS);
    let error = transport.send(request).await.unwrap_err();
    assert!(error.is_timeout() && !error.is_not_sent(), "{error:?}");
    server.abort();
}

#[tokio::test]
async fn the_read_timeout_of_the_configuration_holds() {
    let (address, server) = silent().await;
    let config = Config::builder().endpoint(format!("http://{address}"));
    let transport = transport(config.read_timeout(HANGS));
    let error = transport.send(post(address)).await.unwrap_err();
    assert!(error.is_timeout() && !error.is_not_sent(), "{error:?}");
    server.abort();
}

#[tokio::test]
async fn redirects_are_handed_back() {
    let (address, _server) = serve(
        b"HTTP/1.1 307 X\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n".to_vec(),
    )
    .await;
    let transport = transport(Config::builder().endpoint(format!("http://{address}")));
    let response = transport.send(post(address)).await.unwrap();
    assert_eq!(response.status, 307);
    assert_eq!(response.headers["location"], "http://127.0.0.1:1/");
}

#[tokio::test]
async fn answers_have_a_largest_size() {
    const PLAIN: &str = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n0123456789";
    assert_eq!(exchange(PLAIN, 10).await.unwrap(), b"0123456789");
    assert!(exchange(PLAIN, 9).await.unwrap_err().is_too_large());
    // No length is announced; what comes is counted.
    const CHUNKED: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n";
    assert_eq!(exchange(CHUNKED, 10).await.unwrap(), b"0123456789");
    assert!(exchange(CHUNKED, 9).await.unwrap_err().is_too_large());
    // An announced terabyte is not waited for.
    let huge = "HTTP/1.1 200 OK\r\ncontent-length: 1000000000000\r\n\r\n";
    assert!(exchange(huge, 64 << 20).await.unwrap_err().is_too_large());
}

#[tokio::test]
async fn compressed_answers_are_counted_as_they_unfold() {
    // gzip -9 of 100000 zeros.
    let mut gzip = Vec::new();
    let zeros = "0".repeat(100_000);
    {
        use std::io::Write as _;
        let mut encoder = flate2::write::GzEncoder::new(&mut gzip, flate2::Compression::best());
        encoder.write_all(zeros.as_bytes()).unwrap();
        encoder.finish().unwrap();
    }
    assert!(gzip.len() < 1000);
    let mut answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n",
        gzip.len()
    )
    .into_bytes();
    answer.extend_from_slice(&gzip);
    assert_eq!(exchange(answer.clone(), 100_000).await.unwrap(), zeros.as_bytes());
    assert!(exchange(answer, 99_999).await.unwrap_err().is_too_large());
}

#[test]
fn invalid_certificates_are_reported_at_once() {
    let config = Config::builder()
        .endpoint("https://127.0.0.1")
        .access_key("")
        .ca_certificate_pem("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
        .build()
        .unwrap();
    let error = backendai::Client::new(config).unwrap_err();
    assert!(error.is_config(), "{error}");
    assert!(std::error::Error::source(&error).is_some());
}

#[tokio::test]
async fn a_client_of_the_caller_sends_and_must_not_follow_redirects() {
    let config =
        || Config::builder().endpoint("http://127.0.0.1:9").access_key("").build().unwrap();
    let (address, server) = serve(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".to_vec()).await;
    let own = HttpTransport::client_builder(&config()).unwrap();
    let own =
        own.default_headers([(http::header::VIA, "me".parse().unwrap())].into_iter().collect());
    let transport = HttpTransport::from_client(own.build().unwrap());
    assert_eq!(transport.send(post(address)).await.unwrap().body, "{}");
    assert!(server.await.unwrap().contains("via: me"));

    // With the default policy of the library.
    let target = each(|mut stream| async move {
        whole(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await.unwrap();
    });
    let moved = format!(
        "HTTP/1.1 307 T\r\nlocation: http://{}/x\r\ncontent-length: 0\r\n\r\n",
        target.await
    );
    let (address, _server) = serve(moved.into_bytes()).await;
    let own = HttpTransport::client_builder(&config()).unwrap();
    let own = own.redirect(reqwest::redirect::Policy::default()).build().unwrap();
    let error = HttpTransport::from_client(own).send(post(address)).await.unwrap_err();
    assert!(!error.is_not_sent());
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.starts_with("the HTTP client followed a redirect"), "{source}");
}
