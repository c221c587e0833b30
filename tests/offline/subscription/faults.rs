//! Servers that fail, and how.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use backendai::{Client, Config, Retry};
use serde_json::json;
use tokio::{io::AsyncWriteExt as _, sync::mpsc};
use tokio_tungstenite::tungstenite::Message;

use super::{
    client, last_error, next, once,
    server::{PROTOCOL, Server, event},
    subscribe,
};
use crate::support::server::{closed, each, head, value};

const SHORT: Duration = Duration::from_millis(100);

#[tokio::test]
async fn a_close_has_its_code_and_reason() {
    for (code, reason) in [(1000, ""), (1012, "restarting"), (4409, "Subscriber already exists")] {
        let server = Server::start(move |_, mut socket| async move {
            socket.open().await;
            socket.event("PENDING").await;
            socket.close(code, reason).await;
        })
        .await;
        let mut events = subscribe(&client(&[&server.endpoint()]));
        next(&mut events).await.unwrap().unwrap();
        let error = last_error(&mut events).await;
        assert_eq!(error.close_code(), Some(code), "{error}");
        assert!(error.is_transport() && error.to_string().contains(reason), "{error}");
        assert!(!error.is_timeout() && !error.is_outcome_unknown() && !error.is_connect());
    }
}

#[tokio::test]
async fn a_connection_that_breaks_is_an_error() {
    let server = Server::start(|_, mut socket| async move {
        socket.open().await;
    })
    .await;
    let error = last_error(&mut subscribe(&client(&[&server.endpoint()]))).await;
    assert!(error.is_transport() && error.close_code().is_none(), "{error}");
    assert_eq!(error.endpoint(), Some(&*server.endpoint()));
}

#[tokio::test]
async fn a_manager_that_stalls_is_pinged_and_given_up() {
    let (sender, mut heard) = mpsc::unbounded_channel();
    let server = Server::start(move |_, mut socket| {
        let sender = sender.clone();
        async move {
            socket.open().await;
            while let Some(message) = socket.heard().await {
                sender.send(message).unwrap();
            }
        }
    })
    .await;
    let mut events = subscribe(&client(&[&server.endpoint()])).keep_alive(SHORT);
    let begin = Instant::now();
    let error = last_error(&mut events).await;
    assert!(error.is_timeout() && error.is_transport(), "{error}");
    assert!(begin.elapsed() >= 2 * SHORT);
    assert_eq!(heard.recv().await.unwrap(), json!({"type": "ping"}));
}

#[tokio::test]
async fn a_pong_keeps_a_silent_connection() {
    let server = Server::start(|_, mut socket| async move {
        socket.open().await;
        for _ in 0..3 {
            assert_eq!(socket.heard().await.unwrap(), json!({"type": "ping"}));
            socket.say(r#"{"type":"pong"}"#).await;
        }
        socket.event("RUNNING").await;
        socket.heard().await;
    })
    .await;
    let mut events = subscribe(&client(&[&server.endpoint()])).keep_alive(SHORT);
    assert!(next(&mut events).await.unwrap().is_ok());
}

#[tokio::test]
async fn garbage_ends_the_connection_with_4400() {
    let messages = [
        Message::text("neither JSON nor s3cret"),
        Message::text("[]"),
        Message::text(r#"{"type":"nonsense","id":"1"}"#),
        Message::text(r#"{"type":"next","id":"1"}"#),
        Message::binary(&b"\x00\xff"[..]),
    ];
    for message in messages {
        let (sender, mut heard) = mpsc::unbounded_channel();
        let sent = message.clone();
        let server = Server::start(move |_, mut socket| {
            let (sender, sent) = (sender.clone(), sent.clone());
            async move {
                socket.open().await;
                socket.send(sent).await;
                while let Some(message) = socket.heard().await {
                    sender.send(message).unwrap();
                }
            }
        })
        .await;
        let error = last_error(&mut subscribe(&client(&[&server.endpoint()]))).await;
        assert!(error.is_decode() && error.json_path().is_none(), "{message}: {error}");
        assert!(!error.to_string().contains("s3cret"), "{error}");
        if let Message::Text(text) = &message {
            assert_eq!(error.body_excerpt(), Some(text.as_str()));
        }
        assert_eq!(heard.recv().await.unwrap(), json!(4400), "{message}");
    }
}

#[tokio::test]
async fn bytes_that_are_no_frames_are_an_error() {
    for bytes in [&b"\xff\xff\xff\xff\xff"[..], b"\x81\x02\xff\xff", b"HTTP/1.1 200 OK\r\n\r\n"] {
        let server = Server::start(move |_, mut socket| async move {
            socket.open().await;
            let stream = socket.0.get_mut();
            stream.write_all(bytes).await.unwrap();
            stream.shutdown().await.unwrap();
            socket.heard().await;
        })
        .await;
        let error = last_error(&mut subscribe(&client(&[&server.endpoint()]))).await;
        assert!(error.is_decode() || error.is_transport(), "{bytes:?}: {error}");
    }
}

#[tokio::test]
async fn a_flood_waits_for_the_program() {
    const ALL: usize = 20_000;
    let sent = Arc::new(AtomicUsize::new(0));
    let count = sent.clone();
    let server = Server::start(move |_, mut socket| {
        let count = count.clone();
        async move {
            socket.open().await;
            let message = event(&"X".repeat(1000));
            for index in 0..ALL {
                socket.say(message.replace(r#""r""#, &format!(r#""{index}""#))).await;
                count.store(index, Ordering::Relaxed);
            }
            socket.say(r#"{"id":"1","type":"complete"}"#).await;
            socket.heard().await;
        }
    })
    .await;
    let mut events = subscribe(&client(&[&server.endpoint()])).buffer(4);
    events.connect().await.unwrap();
    // The buffers of the system are full some time, and then nothing is sent any more.
    let mut before = usize::MAX;
    loop {
        tokio::time::sleep(SHORT).await;
        let now = sent.load(Ordering::Relaxed);
        if now == before && now > 0 {
            break;
        }
        before = now;
    }
    assert!(before < ALL - 1, "all was taken");
    for index in 0..ALL {
        let event = next(&mut events).await.unwrap().unwrap().event;
        assert_eq!(event.reason, index.to_string());
    }
    assert!(next(&mut events).await.is_none());
}

#[tokio::test]
async fn a_message_larger_than_allowed_is_an_error() {
    let server = Server::start(|_, mut socket| async move {
        socket.open().await;
        socket.say(event(&"X".repeat(5000))).await;
        socket.heard().await;
    })
    .await;
    let config = Config::builder().endpoint(server.endpoint()).access_key("");
    let client = once(config).max_response_size(4000).build().unwrap();
    let error = last_error(&mut subscribe(&client)).await;
    assert!(error.is_too_large(), "{error}");
}

/// Answers each request so.
async fn answering(answer: &'static str) -> String {
    let address = each(move |mut stream| async move {
        let (request, _) = head(&mut stream).await;
        assert_eq!(value(&request, "upgrade"), Some("websocket"));
        stream.write_all(answer.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
    })
    .await;
    format!("http://{address}")
}

#[tokio::test]
async fn a_refused_upgrade_is_the_error_of_its_answer() {
    type Holds = fn(&backendai::Error) -> bool;
    let cases: [(&str, Holds, &str); 7] = [
        (
            "HTTP/1.1 401 Unauthorized\r\ncontent-type: application/problem+json\r\n\r\n\
             {\"type\":\"https://api.backend.ai/probs/auth-failed\",\"title\":\"Credential/signature \
             mismatch.\",\"error_code\":\"user_auth_unauthorized\",\"msg\":\"Access key not found in HMAC\"}",
            |e| e.is_auth(),
            "check the access key",
        ),
        (
            "HTTP/1.1 404 Not Found\r\ncontent-type: application/problem+json\r\n\r\n\
             {\"type\":\"https://api.backend.ai/probs/url-not-found\",\"title\":\"Unknown URL path.\"}",
            |e| e.is_wrong_address() && e.is_not_found(),
            "check the endpoint's address",
        ),
        ("HTTP/1.1 400 Bad Request\r\n\r\n", |e| e.is_bad_request(), "keeps WebSockets from"),
        (
            "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n<html>",
            |e| e.is_decode(),
            "WebSocket",
        ),
        ("HTTP/1.1 302 Found\r\nlocation: /login\r\n\r\n", |e| e.is_wrong_address(), "to /login"),
        ("HTTP/1.1 502 Bad Gateway\r\n\r\n", |e| e.is_unavailable(), "seems to be down"),
        ("this is not HTTP\r\n\r\n", |e| e.is_transport(), "broke"),
    ];
    for (answer, holds, text) in cases {
        let endpoint = answering(answer).await;
        let error = last_error(&mut subscribe(&client(&[&endpoint]))).await;
        assert!(holds(&error), "{answer}: {error}");
        assert!(error.to_string().contains(text), "{answer}: {error}");
        assert_eq!(error.endpoint(), Some(&*endpoint));
    }
}

#[tokio::test]
async fn a_websocket_of_another_kind_is_refused() {
    for protocol in ["", "graphql-ws"] {
        let server = Server::with(None, protocol, |_, mut socket| async move {
            socket.heard().await;
        })
        .await;
        let error = last_error(&mut subscribe(&client(&[&server.endpoint()]))).await;
        assert!(error.is_decode() && error.to_string().contains(PROTOCOL), "{error}");
    }
    let answer = "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
                  sec-websocket-accept: d3Jvbmc=\r\n\
                  sec-websocket-protocol: graphql-transport-ws\r\n\r\n";
    let error = last_error(&mut subscribe(&client(&[&answering(answer).await]))).await;
    assert!(error.is_decode(), "{error}");
}

fn impatient(endpoint: &str) -> Client {
    let config = Config::builder().endpoint(endpoint).access_key("").read_timeout(SHORT);
    once(config).build().unwrap()
}

#[tokio::test]
async fn a_manager_that_does_not_acknowledge_is_given_up() {
    let silent =
        Server::start(|_, mut socket| async move { while socket.heard().await.is_some() {} }).await;
    let error = last_error(&mut subscribe(&impatient(&silent.endpoint()))).await;
    assert!(error.is_timeout(), "{error}");

    let hanging = each(|mut stream| async move {
        head(&mut stream).await;
        std::future::pending().await
    })
    .await;
    let error = last_error(&mut subscribe(&impatient(&format!("http://{hanging}")))).await;
    assert!(error.is_timeout(), "{error}");
    let mut events = subscribe(&client(&[&format!("http://{hanging}")])).timeout(SHORT);
    let error = events.connect().await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert!(events.connect().await.is_err() && next(&mut events).await.is_none());
}

#[tokio::test]
async fn an_unfriendly_greeting_is_an_error() {
    let server = Server::start(|_, mut socket| async move {
        socket.heard().await;
        socket.close(4408, "Connection initialisation timeout").await;
    })
    .await;
    let error = last_error(&mut subscribe(&client(&[&server.endpoint()]))).await;
    assert_eq!(error.close_code(), Some(4408), "{error}");

    for text in [event("PENDING"), "garbage".to_owned()] {
        let sent = text.clone();
        let server = Server::start(move |_, mut socket| {
            let sent = sent.clone();
            async move {
                socket.heard().await;
                socket.say(sent).await;
                assert_eq!(socket.heard().await, Some(json!(4400)));
            }
        })
        .await;
        let error = last_error(&mut subscribe(&client(&[&server.endpoint()]))).await;
        assert!(error.is_decode(), "{text}: {error}");
    }
}

/// Pauses that take no time.
fn restless(endpoint: &str) -> Client {
    let config = Config::builder().endpoint(endpoint).access_key("");
    once(config).sleep(|_| std::future::ready(())).build().unwrap()
}

#[tokio::test]
async fn a_lost_connection_is_made_anew_where_that_is_wanted() {
    let server = Server::start(|turn, mut socket| async move {
        socket.open().await;
        match turn {
            // Any number of times, if events come in between.
            0..=4 => {
                socket.event("PENDING").await;
                socket.close(1012, "").await;
            }
            5 => {}
            _ => {
                socket.event("RUNNING").await;
                socket.say(r#"{"id":"1","type":"complete"}"#).await;
                socket.heard().await;
            }
        }
    })
    .await;
    let retry = Retry::new().max_attempts(3).jitter(false);
    let mut events = subscribe(&restless(&server.endpoint())).reconnect(retry);
    for reconnects in [0, 1, 2, 3, 4, 6] {
        next(&mut events).await.unwrap().unwrap();
        assert_eq!(events.reconnects(), reconnects);
    }
    assert!(next(&mut events).await.is_none());
    assert_eq!(server.handshakes().len(), 7);
}

#[tokio::test]
async fn what_comes_again_is_not_tried_again() {
    let retry = Retry::new().jitter(false);
    for (code, connections) in [(4409, 1), (1008, 1), (1001, 3)] {
        let server = Server::start(move |_, mut socket| async move {
            socket.open().await;
            socket.close(code, "").await;
        })
        .await;
        let mut events = subscribe(&restless(&server.endpoint())).reconnect(retry);
        assert_eq!(last_error(&mut events).await.close_code(), Some(code));
        assert_eq!(server.handshakes().len(), connections, "{code}");
    }
    let server = Server::start(|_, mut socket| async move {
        socket.open().await;
        let refused = json!({"id": "1", "type": "error", "payload": [{"message": "no"}]});
        socket.say(refused.to_string()).await;
        socket.heard().await;
    })
    .await;
    let mut events = subscribe(&restless(&server.endpoint())).reconnect(retry);
    assert!(last_error(&mut events).await.is_bad_document());
    assert_eq!(server.handshakes().len(), 1);
}

#[tokio::test]
async fn the_next_endpoint_is_tried() {
    let server = Server::start(|_, mut socket| async move {
        socket.open().await;
        socket.event("RUNNING").await;
        socket.heard().await;
    })
    .await;
    let down = format!("http://{}", closed().await);
    let busy = answering("HTTP/1.1 503 Service Unavailable\r\n\r\n").await;
    let mut events = subscribe(&client(&[&down, &busy, &server.endpoint()]));
    next(&mut events).await.unwrap().unwrap();
    let error = last_error(&mut subscribe(&client(&[&down]))).await;
    assert!(error.is_connect(), "{error}");
}
