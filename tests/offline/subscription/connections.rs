//! TLS and proxies.

use std::net::SocketAddr;

use backendai::{Client, Config, ConfigBuilder, config::Env};
use tokio::{
    io::{AsyncWriteExt as _, copy_bidirectional},
    net::TcpStream,
    sync::mpsc,
};

use super::{
    last_error, next, once,
    server::{PROTOCOL, Server, Socket},
    subscribe,
};
use crate::{
    support::server::{closed, each, head},
    transport::tls::Authority,
};

async fn one_event(_: usize, mut socket: Socket) {
    socket.open().await;
    socket.event("RUNNING").await;
    socket.heard().await;
}

fn client(endpoint: String, configure: impl FnOnce(ConfigBuilder) -> ConfigBuilder) -> Client {
    once(configure(Config::builder().endpoint(endpoint).access_key(""))).build().unwrap()
}

#[tokio::test]
async fn certificates_are_verified_as_configured() {
    let authority = Authority::new();
    for asks in [false, true] {
        let server = Server::with(Some(authority.acceptor(asks)), PROTOCOL, one_event).await;
        let endpoint = || format!("https://{}", server.address);
        let stranger = client(endpoint(), |config| config.ca_certificate_pem(Authority::new().pem));
        assert!(last_error(&mut subscribe(&stranger)).await.is_connect());
        let identity = authority.identity();
        let trusting = client(endpoint(), |config| {
            let config = config.ca_certificate_pem(authority.pem.as_str());
            if asks { config.client_identity_pem(identity) } else { config }
        });
        assert!(next(&mut subscribe(&trusting)).await.unwrap().is_ok());
        let careless = client(endpoint(), |config| config.skip_tls_verification(true));
        assert_eq!(next(&mut subscribe(&careless)).await.unwrap().is_ok(), !asks);
    }
}

/// A proxy that opens tunnels, and reports the heads of the requests for them.
async fn tunnel(to: SocketAddr) -> (SocketAddr, mpsc::UnboundedReceiver<String>) {
    let (sender, requests) = mpsc::unbounded_channel();
    let address = each(move |mut stream| {
        let sender = sender.clone();
        async move {
            let (head, rest) = head(&mut stream).await;
            assert!(rest.is_empty());
            sender.send(head).unwrap();
            let mut onward = TcpStream::connect(to).await.unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
            let _ = copy_bidirectional(&mut stream, &mut onward).await;
        }
    })
    .await;
    (address, requests)
}

#[tokio::test]
async fn proxies_are_asked_for_a_tunnel_with_tls_and_without() {
    let authority = Authority::new();
    for secure in [false, true] {
        let tls = secure.then(|| authority.acceptor(false));
        let server = Server::with(tls, PROTOCOL, one_event).await;
        let (proxy, mut requests) = tunnel(server.address).await;
        let scheme = if secure { "https" } else { "http" };
        let variable = if secure { "HTTPS_PROXY" } else { "http_proxy" };
        let env = Env::from_pairs([(variable, format!("http://u:pr0xy-pass@{proxy}"))]);
        // The proxy resolves the name, and the tunnel goes to a port.
        let (host, port) = match secure {
            false => ("manager.invalid".to_owned(), 80),
            true => ("127.0.0.1".to_owned(), 443),
        };
        let client = client(format!("{scheme}://{host}"), |config| {
            config.environment(env).ca_certificate_pem(authority.pem.as_str())
        });
        assert!(next(&mut subscribe(&client)).await.unwrap().is_ok());
        let request = requests.recv().await.unwrap();
        assert!(request.starts_with(&format!("CONNECT {host}:{port} HTTP/1.1\r\n")), "{request}");
        assert!(request.to_lowercase().contains("\r\nproxy-authorization: basic "), "{request}");
        // The signed host is that of the endpoint, without the default port.
        assert_eq!(server.handshakes()[0].header("host"), host);
        assert_eq!(server.handshakes()[0].header("proxy-authorization"), "");
    }
}

#[tokio::test]
async fn a_proxy_may_refuse_and_may_be_passed_by() {
    let refusing = each(|mut stream| async move {
        head(&mut stream).await;
        stream.write_all(b"HTTP/1.1 403 Forbidden\r\n\r\n").await.unwrap();
    })
    .await;
    let env = Env::from_pairs([("ALL_PROXY", format!("http://{refusing}"))]);
    let error = last_error(&mut subscribe(&client("http://manager.invalid".into(), |config| {
        config.environment(env)
    })))
    .await;
    assert!(error.is_connect(), "{error}");

    let server = Server::start(one_event).await;
    let nowhere = format!("http://{}", closed().await);
    let env = Env::from_pairs([("HTTP_PROXY", &*nowhere), ("NO_PROXY", "127.0.0.1")]);
    let direct = client(server.endpoint(), |config| config.environment(env));
    assert!(next(&mut subscribe(&direct)).await.unwrap().is_ok());
}
