//! Subscriptions on the wire, as observed of a manager 26.9.6.

use std::time::Duration;

use backendai_testing::{Manager, Step};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::support::*;

const PATH: &str = "/admin/gql/strawberry";
const TASK: &str = "0f000000-0000-4000-8000-000000000001";

/// A signed request without a body.
fn get(manager: &Manager) -> Ask {
    Ask::raw(manager.superadmin(), "").set(|ask| {
        ask.method = "GET".to_owned();
        ask.path = PATH.to_owned();
    })
}

struct Socket(WebSocketStream<TcpStream>);

impl Socket {
    /// Opens a WebSocket, signed or not, with a protocol or without.
    async fn open(manager: &Manager, protocol: &str) -> (Self, String) {
        let address = address(manager);
        let mut request = format!("ws://{address}{PATH}").into_client_request().unwrap();
        let signed = String::from_utf8(get(manager).bytes(manager)).unwrap();
        for (name, value) in signed.lines().filter_map(|line| line.split_once(": ")) {
            if !["Host", "Connection", "Content-Length"].contains(&name) {
                let name: http::HeaderName = name.parse().unwrap();
                request.headers_mut().insert(name, value.parse().unwrap());
            }
        }
        if !protocol.is_empty() {
            request.headers_mut().insert("sec-websocket-protocol", protocol.parse().unwrap());
        }
        let stream = TcpStream::connect(address).await.unwrap();
        let (socket, response) = client_async(request, stream).await.unwrap();
        let chosen = response.headers().get("sec-websocket-protocol");
        (Self(socket), chosen.map_or("", |it| it.to_str().unwrap()).to_owned())
    }

    async fn greeted(manager: &Manager) -> Self {
        let (mut socket, protocol) = Self::open(manager, "graphql-transport-ws").await;
        assert_eq!(protocol, "graphql-transport-ws");
        socket.say(json!({"type": "connection_init"})).await;
        assert_eq!(socket.heard().await, json!({"type": "connection_ack"}));
        socket
    }

    async fn say(&mut self, message: impl ToString) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    /// The next message, or the code and reason of the close.
    async fn heard(&mut self) -> Value {
        match timeout(Duration::from_secs(60), self.0.next()).await.unwrap().unwrap().unwrap() {
            Message::Text(text) => serde_json::from_str(&text).unwrap(),
            Message::Close(Some(frame)) => json!([u16::from(frame.code), frame.reason.as_str()]),
            other => panic!("{other}"),
        }
    }

    async fn subscribe(&mut self, id: &str, query: &str) {
        let payload = json!({"query": query});
        self.say(json!({"id": id, "type": "subscribe", "payload": payload})).await;
    }
}

#[tokio::test]
async fn the_protocol_is_that_of_the_real_manager() {
    let manager = Manager::start().await.unwrap();
    let mut socket = Socket::greeted(&manager).await;
    for ignored in [json!({"type": "connection_init"}), json!({"type": "nonsense"})] {
        socket.say(ignored).await;
    }
    for ping in ["ping", "pong"] {
        socket.say(json!({"type": ping, "payload": {"a": 1}})).await;
        assert_eq!(socket.heard().await, json!({"type": "pong"}));
    }
    // An error is followed by an end.
    socket.subscribe("q", "{ myKeypairs { count } }").await;
    let error = socket.heard().await;
    assert_eq!((&error["type"], &error["id"]), (&json!("error"), &json!("q")));
    assert_eq!(error["payload"][0]["message"], "queries are not allowed");
    assert_eq!(socket.heard().await, json!({"id": "q", "type": "complete"}));

    socket
        .subscribe("a", "subscription { replicaStatusChanged(revisionId: 1) { replica { id } } }")
        .await;
    let payload = json!({"errors": [{"message": "Subscription not implemented"}]});
    assert_eq!(socket.heard().await, json!({"id": "a", "type": "next", "payload": payload}));
    assert_eq!(socket.heard().await, json!({"id": "a", "type": "complete"}));

    let query = format!(
        "subscription {{ t: backgroundTaskEvents(taskId: \"{TASK}\") {{ ...F }} }} \
                         fragment F on BackgroundTaskEventPayload {{ is: __typename message }}"
    );
    let root = "backgroundTaskEvents";
    let task = json!({"message": "m", "taskId": TASK});
    manager.subscriptions().script(root, [Step::Event(task.clone())]);
    socket.subscribe("b", &query).await;
    let data = json!({"t": {"is": "BackgroundTaskEventPayload", "message": "m"}});
    assert_eq!(socket.heard().await, json!({"id": "b", "type": "next", "payload": {"data": data}}));
    socket.say(json!({"id": "b", "type": "complete"})).await;
    manager.subscriptions().wait_for(root, 0).await;
    assert_eq!(manager.subscriptions().send(root, &Step::Event(task)), 0);

    socket.subscribe("c", &query).await;
    socket.subscribe("c", &query).await;
    assert_eq!(socket.heard().await, json!([4409, "Subscriber already exists"]));
}

#[tokio::test]
async fn greetings_that_the_manager_does_not_take() {
    let manager = Manager::start().await.unwrap();
    for (first, close) in [
        (r#"{"type":"ping"}"#, json!([4408, "Connection initialisation timeout"])),
        ("no JSON", json!([1000, ""])),
    ] {
        // Another protocol, or none, makes no difference but to the header.
        let (mut socket, protocol) = Socket::open(&manager, "").await;
        assert_eq!(protocol, "");
        socket.say(first).await;
        assert_eq!(socket.heard().await, close);
    }
}

#[tokio::test]
async fn a_plain_get_and_strangers_are_refused() {
    let manager = Manager::start().await.unwrap();
    let reply = get(&manager).send(&manager).await;
    assert_eq!((reply.status, &reply.json()["title"]), (400, &json!("Bad request.")));
    let anonymous = get(&manager).header("Upgrade", "websocket").set(|ask| ask.anonymous = true);
    assert_eq!(anonymous.send(&manager).await.status, 401);
    let post = get(&manager).set(|ask| ask.method = "POST".to_owned());
    // A request by POST is a query, which has a body.
    assert_eq!(post.send(&manager).await.status, 400);
    let delete = get(&manager).set(|ask| ask.method = "DELETE".to_owned());
    assert_eq!(delete.send(&manager).await.status, 405);
    let without_sockets = Manager::builder().release("25.15.0").start().await.unwrap();
    assert_eq!(get(&without_sockets).send(&without_sockets).await.status, 405);
    let old = Manager::builder().release("25.12.0").start().await.unwrap();
    assert_eq!(get(&old).send(&old).await.status, 404);
}
