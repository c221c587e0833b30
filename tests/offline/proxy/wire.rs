//! What goes over the wire on both sides.

use std::{io::Write as _, sync::Arc};

use backendai::{Client, Config, EndpointType, admin::keypair::PagedKeyPairs, proxy::Proxy};
use backendai_testing::{Manager, SignedDuration};
use futures_util::future::join_all;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    process::Command,
    sync::mpsc,
    time::timeout,
};

use super::support::{Running, echo, scripted};
use crate::support::{
    embedded::client_at,
    server::{HANGS, closed, each, head, value},
};

#[tokio::test]
async fn the_path_and_the_query_go_on_byte_for_byte() {
    let proxy = Running::to(echo().await).await;
    for (asked, sent) in [
        ("/v8/folders/a%2Fb%2f%41?q=%20+'x'&l=[1]&e=", "/folders/a%2Fb%2f%41?q=%20+'x'&l=[1]&e="),
        ("/a/../b//c/./d", "/a/../b//c/./d"),
        ("/v2/agents?", "/v2/agents?"),
        ("/?", "/?"),
    ] {
        let answer = proxy.get(asked, "").await;
        let line = answer.text().lines().next().unwrap().to_owned();
        assert_eq!(line, format!("GET {sent} HTTP/1.1"), "{asked}");
    }
    // And the manager, which checks by code of its own, finds the signature to be of that.
    let manager = Manager::start().await.unwrap();
    let proxy = Running::before(&manager).await;
    let answer =
        proxy.post("/v9/%61dmin/g%71l?x=%20'+%2F", "", r#"{"query":"{__typename}"}"#).await;
    assert_eq!(answer.json()["data"]["__typename"], "Query", "{answer:?}");
    assert_eq!(manager.requests()[0].path(), "/%61dmin/g%71l?x=%20'+%2F");
}

#[tokio::test]
async fn an_endpoint_with_a_path_keeps_it() {
    let addr = echo().await;
    let config = Config::builder().endpoint(format!("http://{addr}/base")).access_key("");
    let client = Client::new(config.build().unwrap()).unwrap();
    let proxy = Running::of(Proxy::builder(client)).await;
    let answer = proxy.get("/v8/x?y", "Authorization: Basic mine\r\n").await;
    assert!(answer.text().starts_with("GET /base/x?y HTTP/1.1"), "{answer:?}");
    assert_eq!(value(answer.text(), "host").unwrap(), addr.to_string());
    // Nobody signs for who has no keys, and whoever else's keys stay here.
    assert_eq!(value(answer.text(), "authorization"), None);
}

#[tokio::test]
async fn the_proxy_authenticates_and_the_client_sets_the_rest() {
    let proxy = Running::to(echo().await).await;
    let own = "Authorization: Bearer x\r\nDate: yesterday\r\nX-BackendAI-Date: yesterday\r\n\
               X-BackendAI-Token: jwt\r\nCookie: a=b\r\nX-Forwarded-URL: http://else/where\r\n\
               X-BackendAI-Version: v8.20240915\r\nX-BackendAI-Domain: other\r\n\
               User-Agent: insomnia\r\nX-Mine: 1\r\n";
    let answer = proxy.get("/x", own).await;
    let sent = answer.text();
    assert!(value(sent, "authorization").unwrap().starts_with("BackendAI signMethod=HMAC-SHA256"));
    assert!(value(sent, "date").unwrap().starts_with("20"), "{sent}");
    for name in ["x-backendai-date", "x-backendai-token", "cookie", "x-forwarded-url", "connection"]
    {
        assert_eq!(value(sent, name), None, "{sent}");
    }
    for (name, expected) in [
        ("x-backendai-version", "v8.20240915"),
        ("x-backendai-domain", "other"),
        ("user-agent", "insomnia"),
        ("x-mine", "1"),
    ] {
        assert_eq!(value(sent, name), Some(expected));
    }
    assert_eq!(value(sent, "accept-encoding"), None);
    assert_eq!(value(sent, "transfer-encoding"), None, "a GET without a body has none");

    let answer = proxy.get("/x", "").await;
    assert_eq!(value(answer.text(), "x-backendai-version"), Some("v9.20250722"));
    assert_eq!(value(answer.text(), "x-backendai-domain"), Some("default"));
    assert!(value(answer.text(), "user-agent").unwrap().starts_with("backendai-rust/"));
}

#[tokio::test]
async fn a_signature_fits_any_version_and_type_of_the_client() {
    let manager = Manager::start().await.unwrap();
    let proxy = Running::before(&manager).await;
    for headers in [
        "X-BackendAI-Version: v8.20240915\r\n",
        "X-BackendAI-Version: v9.20250722\r\nX-BackendAI-Version: v1\r\n",
        "X-Sorna-Version: v1\r\n",
    ] {
        let answer = proxy.post("/admin/gql", headers, r#"{"query":"{__typename}"}"#).await;
        assert_eq!(answer.status, 200, "{headers}: {answer:?}");
    }
    for content_type in ["", "Content-Type: text/PLAIN;charset=x\r\n", "Content-Type: nothing\r\n"]
    {
        let body = r#"{"query":"{__typename}"}"#;
        let answer = proxy
            .ask(&format!(
                "POST /admin/gql HTTP/1.1\r\nHost: {{host}}\r\nConnection: close\r\n{content_type}\
                 Content-Length: {}\r\n\r\n{body}",
                body.len()
            ))
            .await;
        assert_eq!(answer.status, 200, "{content_type}: {answer:?}");
    }
}

#[tokio::test]
async fn chunks_pass_both_ways_as_they_come() {
    let (first, mut arrived) = mpsc::unbounded_channel();
    let addr = each(move |mut stream| {
        let first = first.clone();
        async move {
            let (head, mut body) = head(&mut stream).await;
            assert_eq!(value(&head, "transfer-encoding"), Some("chunked"), "{head}");
            assert_eq!(value(&head, "content-length"), None);
            while !body.ends_with(b"3\r\none\r\n") {
                assert_ne!(stream.read_buf(&mut body).await.unwrap(), 0);
            }
            // The answer begins before the request ends.
            let answer = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nuno\r\n";
            stream.write_all(answer).await.unwrap();
            first.send(()).unwrap();
            while !body.ends_with(b"3\r\ntwo\r\n0\r\n\r\n") {
                assert_ne!(stream.read_buf(&mut body).await.unwrap(), 0);
            }
            stream.write_all(b"3\r\ndos\r\n0\r\n\r\n").await.unwrap();
        }
    })
    .await;
    let proxy = Running::to(addr).await;
    let mut stream = proxy.connect().await;
    let request = format!(
        "POST /x HTTP/1.1\r\nHost: {}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n\
         3\r\none\r\n",
        proxy.addr
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    timeout(HANGS, arrived.recv()).await.unwrap().unwrap();
    let (head, mut body) = head(&mut stream).await;
    assert_eq!(value(&head, "transfer-encoding"), Some("chunked"));
    while !body.ends_with(b"uno\r\n") {
        assert_ne!(timeout(HANGS, stream.read_buf(&mut body)).await.unwrap().unwrap(), 0);
    }
    stream.write_all(b"3\r\ntwo\r\n0\r\n\r\n").await.unwrap();
    timeout(HANGS, stream.read_to_end(&mut body)).await.unwrap().unwrap();
    assert_eq!(body, b"3\r\nuno\r\n3\r\ndos\r\n0\r\n\r\n");
}

#[tokio::test]
async fn a_compressed_answer_is_not_touched_and_curl_reads_it() {
    let text = "compressible ".repeat(10_000);
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    let packed: Arc<[u8]> = encoder.finish().unwrap().into();
    let bytes = packed.clone();
    let addr = each(move |mut stream| {
        let bytes = bytes.clone();
        async move {
            let (head, _) = head(&mut stream).await;
            let zipped = value(&head, "accept-encoding").is_some_and(|a| a.contains("gzip"));
            let (encoding, body) = match zipped {
                true => ("content-encoding: gzip\r\n", &*bytes),
                false => ("", b"plain".as_slice()),
            };
            let length = body.len();
            let head = format!("HTTP/1.1 200 OK\r\n{encoding}content-length: {length}\r\n\r\n");
            stream.write_all(head.as_bytes()).await.unwrap();
            stream.write_all(body).await.unwrap();
        }
    })
    .await;
    let proxy = Running::to(addr).await;
    let answer = proxy.get("/x", "Accept-Encoding: gzip\r\n").await;
    assert_eq!(answer.header("content-encoding"), Some("gzip"));
    assert_eq!(answer.header("content-length").unwrap(), packed.len().to_string());
    assert_eq!(answer.body, &*packed);
    assert_eq!(proxy.get("/x", "").await.text(), "plain");

    let url = format!("http://{}/x", proxy.addr);
    let curl =
        Command::new("curl").args(["--silent", "--compressed", &url]).output().await.unwrap();
    assert!(curl.status.success(), "{curl:?}");
    assert_eq!(curl.stdout, text.as_bytes());
}

#[tokio::test]
async fn statuses_headers_and_bodies_of_the_manager_come_back_as_they_are() {
    let addr = each(|mut stream| async move {
        let (head, _) = head(&mut stream).await;
        let answer = if head.starts_with("HEAD") {
            "HTTP/1.1 200 OK\r\ncontent-length: 12345\r\n\r\n"
        } else if head.starts_with("GET /moved") {
            "HTTP/1.1 302 Found\r\nlocation: http://elsewhere/\r\ncontent-length: 0\r\n\r\n"
        } else {
            "HTTP/1.1 418 Short and stout\r\ncontent-type: application/problem+json\r\n\
             x-ratelimit-remaining: 3\r\nset-cookie: AIOHTTP_SESSION=secret\r\n\
             connection: close, x-hop\r\nx-hop: 1\r\n\r\n{\"title\":\"teapot\"}"
        };
        stream.write_all(answer.as_bytes()).await.unwrap();
    })
    .await;
    let proxy = Running::to(addr).await;
    let answer = proxy.get("/x", "").await;
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (418, Some("application/problem+json"))
    );
    assert_eq!(answer.header("x-ratelimit-remaining"), Some("3"));
    assert_eq!((answer.header("set-cookie"), answer.header("x-hop")), (None, None));
    assert!(answer.text().contains("{\"title\":\"teapot\"}"));

    let head = "HEAD /x HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n";
    let answer = proxy.ask(head).await;
    assert_eq!((answer.header("content-length"), answer.body.len()), (Some("12345"), 0));
    let answer = proxy.get("/moved", "").await;
    assert_eq!((answer.status, answer.header("location")), (302, Some("http://elsewhere/")));
}

#[tokio::test]
async fn a_manager_that_is_gone_is_a_502_that_says_where_and_why() {
    let free = closed().await;
    let answer = Running::to(free).await.get("/x", "").await;
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (502, Some("application/problem+json"))
    );
    let msg = answer.json()["msg"].as_str().unwrap().to_owned();
    assert!(msg.contains(&free.to_string()) && msg.contains("refused"), "{msg}");

    let closes = each(|mut stream| async move {
        head(&mut stream).await;
    })
    .await;
    let proxy = Running::of(Proxy::builder(scripted(&[closes, echo().await]))).await;
    let answer = proxy.post("/x", "", "{}").await;
    assert_eq!(answer.status, 502, "what may have arrived is not sent again: {answer:?}");

    // Where nothing was sent, the next endpoint gets all of it.
    let proxy = Running::of(Proxy::builder(scripted(&[free, echo().await]))).await;
    let answer = proxy.post("/x", "", r#"{"whole":"body"}"#).await;
    assert!(answer.text().ends_with(r#"{"whole":"body"}"#), "{answer:?}");
}

#[tokio::test]
async fn when_the_client_goes_the_request_ends_at_the_manager() {
    let (seen, mut events) = mpsc::unbounded_channel();
    let addr = each(move |mut stream| {
        let seen = seen.clone();
        async move {
            let (head, _) = head(&mut stream).await;
            if head.starts_with("GET /stream") {
                let answer = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n";
                stream.write_all(answer).await.unwrap();
            }
            seen.send("asked").unwrap();
            // Ends when the proxy closes.
            let mut rest = Vec::new();
            let _ = stream.read_to_end(&mut rest).await;
            seen.send("ended").unwrap();
        }
    })
    .await;
    let proxy = Running::to(addr).await;
    for path in ["/waits", "/stream"] {
        let mut stream = proxy.connect().await;
        let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", proxy.addr);
        stream.write_all(request.as_bytes()).await.unwrap();
        assert_eq!(timeout(HANGS, events.recv()).await.unwrap(), Some("asked"));
        drop(stream);
        assert_eq!(timeout(HANGS, events.recv()).await.unwrap(), Some("ended"), "{path}");
    }
}

#[tokio::test]
async fn many_clients_at_once_each_get_their_own() {
    let manager = Manager::builder().keypairs(100).start().await.unwrap();
    let proxy = Running::before(&manager).await;
    let keys = manager.access_keys();
    // These have no keys of their own.
    let config = Config::builder().endpoint(format!("http://{}", proxy.addr)).access_key("");
    let config = Arc::new(config.build().unwrap());
    let clients = (0..64).map(|index| {
        let client = Client::new(config.clone()).unwrap();
        let key = keys[index].clone();
        async move {
            let filter = format!("access_key == \"{key}\"");
            let mut rows = client.pages(PagedKeyPairs::new().filter(filter)).items();
            let mut found = Vec::new();
            while let Some(row) = rows.next().await {
                found.push(row.unwrap().access_key);
            }
            assert_eq!(found, [key]);
        }
    });
    timeout(HANGS, join_all(clients)).await.unwrap();
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_learned() {
    let manager =
        Manager::builder().clock_offset(SignedDuration::from_hours(3)).start().await.unwrap();
    let proxy = Running::before(&manager).await;
    let body = r#"{"query":"{__typename}"}"#;
    assert_eq!(proxy.post("/admin/gql", "", body).await.status, 400);
    assert_eq!(proxy.post("/admin/gql", "", body).await.status, 200);
}

#[tokio::test]
async fn a_session_takes_the_place_of_a_signature() {
    let manager = Manager::start().await.unwrap();
    let webserver = manager.webserver().await.unwrap();
    let config = Config::builder()
        .endpoint(webserver.endpoint())
        .endpoint_type(EndpointType::Session)
        .build()
        .unwrap();
    let client = Client::new(config).unwrap();
    let proxy = Running::of(Proxy::builder(client.clone())).await;
    let body = r#"{"query":"{keypair{user_id}}"}"#;
    let answer = proxy.post("/v8/admin/gql", "", body).await;
    assert_eq!(answer.status, 401, "nobody has logged in: {answer:?}");

    let admin = manager.superadmin();
    client.login(&admin.email, admin.password.clone()).await.unwrap();
    let answer = proxy.post("/v8/admin/gql", "Cookie: AIOHTTP_SESSION=other\r\n", body).await;
    assert_eq!(answer.json()["data"]["keypair"]["user_id"], admin.email.as_str(), "{answer:?}");
    assert_eq!(answer.header("set-cookie"), None);
    assert_eq!(webserver.requests().last().unwrap().path(), "/func/admin/gql");
}

#[tokio::test]
async fn requests_in_progress_end_before_the_proxy_does() {
    let (asked, mut requests) = mpsc::unbounded_channel();
    let (go, gone) = tokio::sync::watch::channel(false);
    let addr = each(move |mut stream| {
        let (asked, mut gone) = (asked.clone(), gone.clone());
        async move {
            head(&mut stream).await;
            asked.send(()).unwrap();
            gone.wait_for(|gone| *gone).await.unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ndone").await.unwrap();
        }
    })
    .await;
    let mut proxy = Running::to(addr).await;
    let mut stream = proxy.connect().await;
    let request = format!("GET /x HTTP/1.1\r\nHost: {}\r\n\r\n", proxy.addr);
    stream.write_all(request.as_bytes()).await.unwrap();
    timeout(HANGS, requests.recv()).await.unwrap().unwrap();
    proxy.stop();
    // Nobody is let in any more.
    while tokio::net::TcpStream::connect(proxy.addr).await.is_ok() {
        tokio::task::yield_now().await;
    }
    go.send(true).unwrap();
    let mut answer = Vec::new();
    timeout(HANGS, stream.read_to_end(&mut answer)).await.unwrap().unwrap();
    assert!(answer.ends_with(b"done"));
    timeout(HANGS, &mut proxy.task).await.unwrap().unwrap();
}

#[tokio::test]
async fn keys_of_the_client_give_way() {
    let manager = Manager::start().await.unwrap();
    let proxy = Running::before(&manager).await;
    let through = client_at(&format!("http://{}", proxy.addr), manager.user());
    let own = through.send(backendai::admin::keypair::GetKeyPair::new()).await.unwrap();
    assert_eq!(own.keypair.and_then(|own| own.user_id).unwrap(), manager.superadmin().email);
}
