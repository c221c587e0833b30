//! Proxies, as an environment names them that is not the process's.

use std::net::SocketAddr;

use backendai::{Client, Config, admin::keypair::GetKeyPair, config::Env};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    task::JoinHandle,
};

use crate::support::server::{closed, head, once};

/// Takes one request, answers it so, and gives what it got.
async fn proxy(answer: &'static str) -> (SocketAddr, JoinHandle<String>) {
    once(move |mut stream| async move {
        let (head, _) = head(&mut stream).await;
        stream.write_all(answer.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        // What is not read would make a reset of the end.
        let _ = stream.read_to_end(&mut Vec::new()).await;
        head
    })
    .await
}

const OK: &str =
    "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{\"data\":{\"keypair\":null},\"errors\":null}";

fn client(endpoint: &str, env: &[(&str, String)]) -> backendai::Result<Client> {
    let env = Env::from_pairs(env.iter().map(|(name, value)| (*name, value.clone())));
    let config = Config::builder().environment(env).endpoint(endpoint);
    Client::builder(config.access_key("A").secret_key("B").build().unwrap())
        .retry(backendai::Retry::disabled())
        .build()
}

#[tokio::test]
async fn a_plain_request_goes_to_the_proxy_as_it_was_signed() {
    let (address, server) = proxy(OK).await;
    let variables =
        [("HTTP_PROXY", format!("http://u:pr0xy-pass@{address}")), ("NO_PROXY", "other".into())];
    let client = client("http://manager.invalid", &variables).unwrap();
    client.send(GetKeyPair::new()).await.unwrap();
    let request = server.await.unwrap();
    assert!(request.starts_with("POST http://manager.invalid/admin/gql HTTP/1.1\r\n"), "{request}");
    let request = request.to_lowercase();
    assert!(request.contains("\r\nhost: manager.invalid\r\n"), "{request}");
    assert!(request.contains("\r\nproxy-authorization: basic "), "{request}");
    let shown = format!("{client:?}");
    assert!(!shown.contains("pr0xy-pass") && shown.contains("redacted"), "{shown}");
}

#[tokio::test]
async fn a_tunnel_that_is_refused_took_nothing() {
    let (address, server) = proxy("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n").await;
    for name in ["HTTPS_PROXY", "all_proxy"] {
        let variables = [(name, format!("http://{address}"))];
        let client = client("https://manager.invalid", &variables).unwrap();
        if name == "HTTPS_PROXY" {
            let error = client.send(GetKeyPair::new()).await.unwrap_err();
            assert!(error.is_connect(), "{error}");
        }
    }
    let request = server.await.unwrap();
    assert!(request.starts_with("CONNECT manager.invalid:443 HTTP/1.1\r\n"), "{request}");
    assert!(!request.contains("BackendAI"), "{request}");
}

#[tokio::test]
async fn excepted_hosts_are_reached_directly() {
    let closed = closed().await;
    for variables in [
        &[("http_proxy", format!("http://{closed}")), ("no_proxy", "127.0.0.1".into())] as &[_],
        &[("HTTP_PROXY", format!("http://{closed}")), ("NO_PROXY", "*".into())],
        // A header `Proxy` of who calls a CGI program.
        &[("HTTP_PROXY", format!("http://{closed}")), ("REQUEST_METHOD", "GET".into())],
        &[("HTTPS_PROXY", format!("http://{closed}"))],
        &[],
    ] {
        let (address, server) = proxy(OK).await;
        let client = client(&format!("http://{address}"), variables).unwrap();
        client.send(GetKeyPair::new()).await.unwrap();
        assert!(server.await.unwrap().starts_with("POST /admin/gql HTTP/1.1\r\n"));
    }
}

#[tokio::test]
async fn an_invalid_proxy_is_reported_without_its_password() {
    let env = Env::from_pairs([("HTTP_PROXY", "http://u:pr0xy-pass@[")]);
    let config = Config::builder().environment(env).endpoint("http://a.example").access_key("");
    let error = backendai::Error::from(config.build().unwrap_err());
    let cause = std::error::Error::source(&error).unwrap();
    let shown = format!("{error} {error:?} {cause} {:?}", cause.source());
    assert!(error.is_config() && !shown.contains("pr0xy-pass"), "{shown}");
    assert!(shown.contains("HTTP_PROXY: "), "{shown}");
}

/// 09 of the inputs from the field: messages name the variable and the proxy, and no password.
#[tokio::test]
async fn a_proxy_that_fails_is_named() {
    let closed = closed().await;
    for url in ["http://manager.invalid", "https://manager.invalid"] {
        let variables = [("all_proxy", format!("http://u:secretpw@{closed}"))];
        let error = client(url, &variables).unwrap().send(GetKeyPair::new()).await.unwrap_err();
        assert!(error.is_connect(), "{error:?}");
        let (why, help) = (error.summary(), error.help().unwrap());
        assert_eq!(why, format!("no connection through the proxy http://{closed} of all_proxy"));
        assert!(help.contains("all_proxy") && !help.contains("manager"), "{help}");
        assert!(!format!("{error:?}{error}").contains("secretpw"), "{error:?}");
    }
}

#[tokio::test]
async fn a_proxy_that_requires_a_login_has_advice() {
    let answer = "HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n";
    for (name, url) in [("http_proxy", "http://m.invalid"), ("HTTPS_PROXY", "https://m.invalid")] {
        let (address, _server) = proxy(answer).await;
        let client = client(url, &[(name, format!("http://{address}"))]).unwrap();
        let error = client.send(GetKeyPair::new()).await.unwrap_err();
        let (why, help) = (error.summary(), error.help().unwrap());
        assert!(why.starts_with(&format!("the proxy http://{address} of {name} ")), "{why}");
        assert!(help.contains(name) && help.contains("USER:PASSWORD"), "{help}");
        assert!(!why.contains("manager") && !help.contains("manager"), "{why}: {help}");
    }
}

#[tokio::test]
async fn a_proxy_that_cannot_be_used_is_an_error_of_the_configuration() {
    for text in ["::::", "socks5://127.0.0.1:1", "http://u:secretpw#x@127.0.0.1:1"] {
        let env = Env::from_pairs([("http_proxy", text)]);
        let config = Config::builder().environment(env.clone()).endpoint("http://m.invalid");
        let error = config.access_key("").build().unwrap_err().to_string();
        assert!(error.contains("http_proxy: ") && !error.contains("secretpw"), "{error}");
        // It does not apply to this address.
        let config = Config::builder().environment(env).endpoint("https://m.invalid");
        config.access_key("").build().unwrap();
    }
}

#[tokio::test]
async fn every_form_of_no_proxy_is_respected() {
    let closed = closed().await;
    let (address, _server) = proxy(OK).await;
    let port = address.port();
    drop(_server);
    for except in [
        "127.0.0.1".to_owned(),
        format!("127.0.0.1:{port}"),
        format!("http://127.0.0.1:{port}/"),
        "127.0.0.0/8".to_owned(),
        "*".to_owned(),
    ] {
        let (address, server) = proxy(OK).await;
        let except = except.replace(&port.to_string(), &address.port().to_string());
        let variables = [("http_proxy", format!("http://{closed}")), ("no_proxy", except)];
        let client = client(&format!("http://{address}"), &variables).unwrap();
        client.send(GetKeyPair::new()).await.unwrap();
        server.await.unwrap();
    }
}
