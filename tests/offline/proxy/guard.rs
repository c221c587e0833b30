//! Who may call: hosts, origins, tokens, addresses.

use backendai::proxy::{Proxy, ProxyBuilder};
use backendai_testing::Manager;
use serde_json::Value;

use super::support::{Running, echo, scripted};
use crate::support::embedded::client;

const QUERY: &str = r#"{"query":"{__typename}"}"#;
const TOKEN: &str = "0123456789abcdef";

async fn before(manager: &Manager, rules: impl FnOnce(ProxyBuilder) -> ProxyBuilder) -> Running {
    let builder = Proxy::builder(client(manager, manager.superadmin()));
    Running::of(rules(builder)).await
}

#[tokio::test]
async fn a_name_that_is_not_this_machine_is_refused() {
    let manager = Manager::start().await.unwrap();
    let proxy = before(&manager, |proxy| proxy.allow_host("DevBox.example")).await;
    let port = proxy.addr.port();
    let ask = |host: String| {
        let (proxy, length) = (&proxy, QUERY.len());
        async move {
            let head = format!("POST /admin/gql HTTP/1.1\r\n{host}Connection: close\r\n");
            proxy.ask(&format!("{head}Content-Length: {length}\r\n\r\n{QUERY}")).await
        }
    };
    for host in ["localhost", "LOCALHOST:1", "127.0.0.1", "127.9.9.9:80", "[::1]", "devbox.example"]
    {
        let answer = ask(format!("Host: {host}\r\n")).await;
        assert_eq!(answer.status, 200, "{host}: {answer:?}");
    }
    for host in [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "devbox.example.evil.example",
        "10.0.0.1",
        "[fe80::1]",
    ] {
        let answer = ask(format!("Host: {host}:{port}\r\n")).await;
        let msg = answer.json()["msg"].as_str().unwrap().to_owned();
        assert_eq!(answer.status, 403, "{host}");
        assert!(msg.contains("allow_host"), "{msg}");
    }
    for host in
        ["", "Host: localhost\r\nHost: evil.example\r\n", "Host: evil.example@localhost\r\n"]
    {
        assert_eq!(ask(host.to_owned()).await.status, 400, "{host:?}");
    }
    // The address of the request goes before the header.
    let whole =
        "GET http://evil.example/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    assert_eq!(proxy.ask(whole).await.status, 403);
    assert_eq!(manager.requests().len(), 6);
}

#[tokio::test]
async fn a_page_of_elsewhere_gets_nowhere() {
    let manager = Manager::start().await.unwrap();
    let proxy = before(&manager, |proxy| proxy.allow_origin("https://Studio.example")).await;
    let port = proxy.addr.port();
    for origin in [
        "https://evil.example".to_owned(),
        "null".to_owned(),
        "http://studio.example".to_owned(),
        "https://studio.example.evil.example".to_owned(),
        format!("https://127.0.0.1:{port}"),
        "http://127.0.0.1:1".to_owned(),
        format!("http://localhost:{port}"),
    ] {
        let answer = proxy.post("/admin/gql", &format!("Origin: {origin}\r\n"), QUERY).await;
        let msg = answer.json()["msg"].as_str().unwrap().to_owned();
        assert_eq!(answer.status, 403, "{origin}");
        assert!(msg.contains("allow_origin") && msg.contains(&origin), "{msg}");
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }
    // A form, an image or a link says no origin, and the browser that it is of elsewhere.
    for site in ["cross-site", "same-site"] {
        for more in ["", "Sec-Fetch-Mode: navigate\r\nAccept: text/html\r\n"] {
            let headers = format!("Sec-Fetch-Site: {site}\r\n{more}");
            assert_eq!(proxy.get("/admin/gql", &headers).await.status, 403, "{headers}");
        }
    }
    assert!(manager.requests().is_empty());

    for headers in [
        "Origin: http://{host}\r\nSec-Fetch-Site: same-origin\r\n",
        "Origin: https://studio.example\r\nSec-Fetch-Site: cross-site\r\n",
        "Sec-Fetch-Site: none\r\n",
    ] {
        let answer = proxy.post("/admin/gql", headers, QUERY).await;
        assert_eq!(answer.status, 200, "{headers}: {answer:?}");
    }
    // A link leads to the page, which does nothing by itself and is in no frame.
    let link = "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nAccept: text/html\r\n";
    let page = proxy.get("/", link).await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-security-policy").unwrap().contains("frame-ancestors 'none'"));
}

#[tokio::test]
async fn a_preflight_is_answered_here_and_errors_are_readable() {
    let manager = Manager::start().await.unwrap();
    let proxy =
        before(&manager, |proxy| proxy.allow_origin("https://studio.example").token(TOKEN)).await;
    let preflight = |origin: &str| {
        format!(
            "OPTIONS /admin/gql HTTP/1.1\r\nHost: {{host}}\r\nConnection: close\r\nOrigin: {origin}\r\n\
             Access-Control-Request-Method: POST\r\n\
             Access-Control-Request-Headers: authorization,content-type\r\n\
             Access-Control-Request-Private-Network: true\r\n\r\n"
        )
    };
    let answer = proxy.ask(&preflight("https://studio.example")).await;
    assert_eq!(answer.status, 204);
    for (name, value) in [
        ("access-control-allow-origin", "https://studio.example"),
        ("access-control-allow-methods", "POST"),
        ("access-control-allow-headers", "authorization,content-type"),
        ("access-control-allow-private-network", "true"),
        ("vary", "origin"),
    ] {
        assert_eq!(answer.header(name), Some(value));
    }
    let answer = proxy.ask(&preflight("https://evil.example")).await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (403, None));
    assert!(manager.requests().is_empty());

    let origin = "Origin: https://studio.example\r\n";
    let answer = proxy.post("/admin/gql", origin, QUERY).await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.header("access-control-allow-origin"), Some("https://studio.example"));
    let with = format!("{origin}Authorization: Bearer {TOKEN}\r\n");
    let answer = proxy.post("/nowhere", &with, QUERY).await;
    assert_eq!(answer.status, 404);
    assert_eq!(answer.header("access-control-allow-origin"), Some("https://studio.example"));
    assert_eq!(answer.header("access-control-expose-headers"), Some("*"));
}

#[tokio::test]
async fn without_the_token_nothing_is_sent_and_no_schema_served() {
    let manager = Manager::start().await.unwrap();
    let proxy = before(&manager, |proxy| proxy.token(TOKEN).allow_origin("*")).await;
    let introspection = r#"{"query":"{__schema{queryType{name}}}"}"#;
    for header in [
        String::new(),
        "Authorization: Bearer\r\n".to_owned(),
        format!("Authorization: Bearer {TOKEN}0\r\n"),
        format!("Authorization: Bearer {}\r\n", &TOKEN[1..]),
        format!("Authorization: Basic {TOKEN}\r\n"),
    ] {
        for body in [QUERY, introspection] {
            let answer = proxy.post("/admin/gql", &header, body).await;
            assert_eq!(answer.status, 401, "{header}");
            assert!(answer.header("www-authenticate").unwrap().starts_with("Bearer"));
            assert!(!answer.head.contains(TOKEN) && !answer.text().contains(TOKEN));
        }
    }
    assert!(manager.requests().is_empty());
    for header in [
        format!("Authorization: Bearer {TOKEN}\r\n"),
        format!("authorization: bEARER  {TOKEN}\r\n"),
    ] {
        let answer = proxy.post("/admin/gql", &format!("{header}Origin: null\r\n"), QUERY).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert_eq!(answer.json()["data"]["__typename"], Value::from("Query"));
    }
    // The page has no secret in it, and asks for the token by itself.
    assert_eq!(proxy.get("/", "Accept: text/html\r\n").await.status, 200);
}

#[tokio::test]
async fn what_would_open_the_keys_to_others_is_refused_with_what_to_do() {
    let manager = echo().await;
    let builder = || Proxy::builder(scripted(&[manager]));
    for (host, builder, part) in [
        ("0.0.0.0", builder(), "ProxyBuilder::allow_remote"),
        ("::", builder(), "ProxyBuilder::allow_remote"),
        ("0.0.0.0", builder().allow_remote(), "ProxyBuilder::token"),
        ("localhost", builder().token("short"), "openssl rand"),
        ("localhost", builder().token("with a blank in it"), "openssl rand"),
        ("localhost", builder().allow_origin("*"), "token"),
        ("localhost", builder().allow_origin("null"), "token"),
        ("localhost", builder().allow_origin("localhost:3000"), "http://localhost:3000"),
        ("localhost", builder().allow_origin("http://localhost:3000/"), "without a path"),
        ("localhost", builder().allow_host("http://devbox"), "without a scheme"),
        ("no such host.example", builder(), "no address"),
    ] {
        let debug = format!("{builder:?}");
        assert!(!debug.contains("with a blank"), "{debug}");
        let error = builder.bind(host, 0).await.unwrap_err();
        assert!(error.is_config() && error.to_string().contains(part), "{host}: {error}");
    }
    let port = manager.port();
    let error = builder().bind("127.0.0.1", port).await.unwrap_err().to_string();
    assert!(error.contains("0 is any"), "{error}");
}

#[tokio::test]
async fn a_proxy_before_itself_is_refused() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = taken.local_addr().unwrap();
    drop(taken);
    let error = Proxy::builder(scripted(&[addr])).bind("localhost", addr.port()).await.unwrap_err();
    assert!(error.to_string().contains("is this proxy itself"), "{error}");
}

#[tokio::test]
async fn with_a_token_other_machines_may_come() {
    let manager = Manager::start().await.unwrap();
    let builder = Proxy::builder(client(&manager, manager.superadmin()));
    let proxy = builder.allow_remote().token(TOKEN).bind("0.0.0.0", 0).await.unwrap();
    let addr = std::net::SocketAddr::new([127, 0, 0, 1].into(), proxy.addr().port());
    let task = tokio::spawn(proxy.serve(std::future::pending()));
    let config = backendai::Config::builder().endpoint(format!("http://{addr}")).access_key("");
    let through = backendai::Client::new(config.build().unwrap()).unwrap();
    let error = through.negotiate().await.unwrap_err();
    assert!(error.to_string().contains("token"), "{error}");
    task.abort();
}
