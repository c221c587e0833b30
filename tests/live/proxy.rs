//! The local proxy in front of the real manager and its webserver.

use std::net::SocketAddr;

use backendai::{
    Client, Config, EndpointType,
    admin::keypair::{GetKeyPair, PagedKeyPairs},
    proxy::Proxy,
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::support::*;

async fn start(client: Client) -> SocketAddr {
    let proxy = Proxy::builder(client).bind("127.0.0.1", 0).await.unwrap();
    let addr = proxy.addr();
    tokio::spawn(proxy.serve(std::future::pending()));
    addr
}

/// A client that has no keys.
fn through(addr: SocketAddr) -> Client {
    let config = Config::builder().endpoint(format!("http://{addr}")).access_key("");
    Client::new(config.build().unwrap()).unwrap()
}

/// Sends one request of this method and path, and gives the status, the head and the body.
async fn ask(addr: SocketAddr, line: &str, headers: &str, body: &str) -> (u16, String, String) {
    let mut stream = TcpStream::connect(addr).await.unwrap();
    let length = body.len();
    let head =
        format!("{line} HTTP/1.1\r\nHost: {addr}\r\nContent-Length: {length}\r\n{headers}\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    let length = loop {
        assert_ne!(stream.read_buf(&mut bytes).await.unwrap(), 0);
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let line = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        if line.is_none_or(|length| body.len() >= length.parse::<usize>().unwrap()) {
            break head.len();
        }
    };
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_at(length);
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, head.to_owned(), body.trim_start().to_owned())
}

const HANDSHAKE: &str = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
                         Sec-WebSocket-Protocol: graphql-transport-ws\r\n";

#[tokio::test]
async fn programs_without_keys_read_every_page_through_it() {
    let Some(manager) = Manager::turn().await else { return };
    let client = through(start(manager.client(SUPERADMIN)).await);
    assert_eq!(client.negotiate().await.unwrap().manager(), "26.9.6");
    let rows = read_all(&client, PagedKeyPairs::new()).await.unwrap();
    assert_eq!(keys_of(&rows), manager.access_keys());
}

#[tokio::test]
async fn what_is_signed_is_what_the_manager_gets() {
    let Some(manager) = Manager::turn().await else { return };
    let addr = start(manager.client(SUPERADMIN)).await;
    let query = r#"{"query": "{ __typename }"}"#;
    for (line, headers) in [
        ("POST /admin/gql", ""),
        (
            "POST /v8/admin/gql?a=%20+'x'&b=[%2f]",
            "Content-Type: Application/JSON ; charset=utf-8\r\n",
        ),
        ("POST /%61dmin/g%71l", "Content-Type: nothing\r\n"),
        ("POST /admin/gql", "Content-Type: a/b/c\r\nX-BackendAI-Version: v8.20240915\r\n"),
        (
            "POST /admin/gql",
            "Date: yesterday\r\nX-BackendAI-Date: yesterday\r\nAuthorization: x\r\n",
        ),
        ("POST /admin/gql", "X-Forwarded-URL: http://elsewhere/x\r\nX-Sorna-Version: v1\r\n"),
    ] {
        let (status, head, body) = ask(addr, line, headers, query).await;
        assert_eq!(status, 200, "{line} {headers}{head}{body}");
    }
    // A path of the manager's own, that looks like a version of the API.
    let (status, _, body) = ask(addr, "GET /v2/agents/total-resources", "", "").await;
    assert_ne!(status, 404, "{body}");
    let (status, head, body) = ask(addr, "GET /v9/nowhere%2Fat%20all", "", "").await;
    assert_eq!(status, 404);
    assert!(head.contains("application/problem+json") && body.contains("url-not-found"), "{body}");
}

#[tokio::test]
async fn a_websocket_is_accepted_or_refused_by_the_manager() {
    let Some(manager) = Manager::turn().await else { return };
    let addr = start(manager.client(SUPERADMIN)).await;
    let (status, head, body) = ask(addr, "GET /v8/stream/session/no-such/pty", HANDSHAKE, "").await;
    assert_eq!(status, 404, "{head}");
    assert!(body.contains("session_read_not-found"), "{body}");
    let anonymous = manager.config().access_key("").build().unwrap();
    let nobody = start(Client::new(anonymous).unwrap()).await;
    let (status, _, body) = ask(nobody, "GET /stream/session/no-such/pty", HANDSHAKE, "").await;
    assert_eq!(status, 401, "{body}");

    let mut stream = TcpStream::connect(addr).await.unwrap();
    let request = format!("GET /admin/gql/strawberry HTTP/1.1\r\nHost: {addr}\r\n{HANDSHAKE}\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        assert_ne!(stream.read_buf(&mut bytes).await.unwrap(), 0);
    }
    let head = String::from_utf8(bytes).unwrap();
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    assert!(head.contains("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "{head}");
    assert!(head.contains("sec-websocket-protocol: graphql-transport-ws"), "{head}");
    // A text frame, masked with zeros as a client may, and the manager's answer to it.
    let init = br#"{"type":"connection_init"}"#;
    let frame = [&[0x81, 0x80 | u8::try_from(init.len()).unwrap(), 0, 0, 0, 0], &init[..]].concat();
    stream.write_all(&frame).await.unwrap();
    let mut answer = Vec::new();
    while !String::from_utf8_lossy(&answer).contains("connection_ack") {
        assert_ne!(stream.read_buf(&mut answer).await.unwrap(), 0, "{answer:?}");
    }
}

/// The lists of an introspection in the order of the names, for that of a schema has no meaning.
fn sorted(value: Value) -> Value {
    match value {
        Value::Array(items) => {
            let mut items: Vec<_> = items.into_iter().map(sorted).collect();
            items.sort_by_key(|item| item["name"].as_str().map(str::to_owned));
            Value::Array(items)
        }
        Value::Object(members) => {
            members.into_iter().map(|(name, value)| (name, sorted(value))).collect()
        }
        leaf => leaf,
    }
}

/// Without what each library says in words of its own, and adds of its own.
fn comparable(schema: &Value) -> Value {
    let mut schema = schema["__schema"].clone();
    let own = |of: &Value| of["name"].as_str().is_some_and(|name| name.starts_with("__"));
    schema["types"].as_array_mut().unwrap().retain(|of| !own(of));
    let known = ["since", "skip", "include"];
    let directives = schema["directives"].as_array_mut().unwrap();
    directives.retain(|of| known.contains(&of["name"].as_str().unwrap()));
    fn silence(value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(silence),
            Value::Object(members) => {
                members.remove("description");
                // Locations are names alone.
                if let Some(Value::Array(places)) = members.get_mut("locations") {
                    places.sort_by_key(ToString::to_string);
                }
                members.values_mut().for_each(silence);
            }
            _ => {}
        }
    }
    silence(&mut schema);
    sorted(schema)
}

#[tokio::test]
async fn introspection_is_what_another_library_makes_of_the_same_schema() {
    let Some(manager) = Manager::turn().await else { return };
    let query = include_str!("../offline/proxy/introspection.graphql");
    let body = json!({ "query": query }).to_string();
    // The manager itself tells nobody.
    let refused =
        manager.client(SUPERADMIN).send_document(query, ()).await.unwrap_err().to_string();
    assert!(refused.contains("introspection is disabled"), "{refused}");

    let addr = start(manager.client(SUPERADMIN)).await;
    let expected = manager.official("introspect.py", SUPERADMIN);
    for (path, api) in [("/admin/gql", "admin"), ("/admin/gql/strawberry", "v2")] {
        let (status, _, answer) = ask(addr, &format!("POST {path}"), "", &body).await;
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!(status, 200);
        let (ours, theirs) = (comparable(&answer["data"]), comparable(&expected[api]));
        for part in ["queryType", "mutationType", "subscriptionType", "directives"] {
            assert_eq!(ours[part], theirs[part], "{api}: {part}");
        }
        let (ours, theirs) = (&ours["types"], &theirs["types"]);
        for (our, their) in ours.as_array().unwrap().iter().zip(theirs.as_array().unwrap()) {
            assert_eq!(our, their, "{api}");
        }
        assert_eq!(ours.as_array().map(Vec::len), theirs.as_array().map(Vec::len));
    }
}

#[tokio::test]
async fn with_a_login_it_works_through_the_webserver() {
    let Some(_manager) = Manager::turn().await else { return };
    let endpoint = std::env::var("BACKEND_WEBSERVER_ENDPOINT").unwrap();
    let config =
        Config::builder().endpoint(endpoint).endpoint_type(EndpointType::Session).build().unwrap();
    let client = Client::new(config).unwrap();
    let addr = start(client.clone()).await;
    let body = r#"{"query": "{ keypair { access_key } }"}"#;
    let (status, _, answer) = ask(addr, "POST /admin/gql", "", body).await;
    assert_eq!(status, 401, "{answer}");

    client.login(SUPERADMIN.email(), SUPERADMIN.password()).await.unwrap();
    let headers = "Content-Type: application/json\r\n";
    let (status, head, answer) = ask(addr, "POST /v8/admin/gql", headers, body).await;
    assert_eq!(status, 200, "{answer}");
    assert!(answer.contains(&SUPERADMIN.access_key()), "{answer}");
    assert!(!head.contains("set-cookie"), "{head}");
    let own = through(addr).send(GetKeyPair::new()).await.unwrap();
    assert_eq!(own.keypair.unwrap().access_key, SUPERADMIN.access_key());
    // The webserver asks the manager for the WebSocket, and gives its refusal in words of its own.
    let (status, _, body) = ask(addr, "GET /stream/session/no-such/pty", HANDSHAKE, "").await;
    assert!(status >= 400, "{status} {body}");
    client.logout().await.unwrap();
}
