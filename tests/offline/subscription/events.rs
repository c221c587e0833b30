//! What a subscription yields, and what it sends.

use backendai::{DynamicOperation, OperationInfo, OperationKind, Subscribe, operation::Compiled};
use futures_util::TryStreamExt as _;
use serde_json::json;
use tokio::sync::mpsc;

use super::{
    Data, INFO, SESSION, client, last_error, next,
    server::{Server, event},
    subscribe,
};
use crate::golden::events::{Moves, Ticks};

#[tokio::test]
async fn events_come_in_order_until_the_end() {
    let (sender, mut heard) = mpsc::unbounded_channel();
    let server = Server::start(move |_, mut socket| {
        let sender = sender.clone();
        async move {
            sender.send(socket.open().await).unwrap();
            socket.event("PENDING").await;
            socket.event("NEW_IN_A_LATER_RELEASE").await;
            socket.say(r#"{"id":"1","type":"complete"}"#).await;
            while let Some(message) = socket.heard().await {
                sender.send(message).unwrap();
            }
        }
    })
    .await;
    let events: Vec<Data> = subscribe(&client(&[&server.endpoint()])).try_collect().await.unwrap();
    let states = events.into_iter().map(|event| {
        let event = event.event;
        assert_eq!((&*event.session_id, &*event.reason), (SESSION, "r"));
        event.status_transition
    });
    assert_eq!(states.collect::<Vec<_>>(), ["PENDING", "NEW_IN_A_LATER_RELEASE"]);

    let payload = heard.recv().await.unwrap();
    assert_eq!(payload["variables"], json!({"session_id": SESSION}));
    assert_eq!(payload["operationName"], "SchedulingEvents");
    assert_eq!(payload["query"], INFO.document.text);
    // What the manager completed is not completed again.
    assert_eq!(heard.recv().await.unwrap(), json!(1000));

    let [handshake] = &server.handshakes()[..] else { panic!("one connection") };
    assert_eq!(handshake.path, "/admin/gql/strawberry");
    assert_eq!(handshake.header("sec-websocket-protocol"), "graphql-transport-ws");
    assert_eq!(handshake.header("host"), server.address.to_string());
    assert!(handshake.header("authorization").starts_with("BackendAI signMethod=HMAC-SHA256"));
    assert!(!handshake.header("date").is_empty());
}

#[tokio::test]
async fn a_dropped_subscription_is_completed_on_the_wire() {
    let (sender, mut heard) = mpsc::unbounded_channel();
    let server = Server::start(move |_, mut socket| {
        let sender = sender.clone();
        async move {
            socket.open().await;
            socket.event("PENDING").await;
            while let Some(message) = socket.heard().await {
                sender.send(message).unwrap();
            }
        }
    })
    .await;
    let client = client(&[&server.endpoint()]);
    let mut events = subscribe(&client);
    events.connect().await.unwrap();
    // Once more changes nothing, and an event that has come is not lost.
    events.connect().await.unwrap();
    next(&mut events).await.unwrap().unwrap();
    assert_eq!(events.reconnects(), 0);
    drop(events);
    assert_eq!(heard.recv().await.unwrap(), json!({"id": "1", "type": "complete"}));
    assert_eq!(heard.recv().await.unwrap(), json!(1000));

    // Also while an event waits.
    let mut events = subscribe(&client).buffer(1);
    events.connect().await.unwrap();
    tokio::task::yield_now().await;
    drop(events);
    assert_eq!(heard.recv().await.unwrap(), json!({"id": "1", "type": "complete"}));
}

#[tokio::test]
async fn nothing_is_sent_before_an_event_is_requested() {
    let server = Server::start(|_, _| async {}).await;
    let events = subscribe(&client(&[&server.endpoint()]));
    let shown = format!("{events:?}");
    assert!(shown.contains("SchedulingEvents") && !shown.contains(SESSION), "{shown}");
    drop(events);
    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    assert!(server.handshakes().is_empty());
}

#[test]
fn without_a_runtime_there_is_an_error() {
    let client = client(&["http://127.0.0.1:9"]);
    let mut events = subscribe(&client);
    let error = futures_util::FutureExt::now_or_never(events.next()).unwrap().unwrap().unwrap_err();
    assert!(error.is_config(), "{error}");
}

#[tokio::test]
async fn a_refused_document_ends_the_stream() {
    let server = Server::start(|_, mut socket| async move {
        socket.open().await;
        // The manager completes it as well.
        let text = "Cannot query field 'nope' on type 'Subscription'.";
        let error = json!({"id": "1", "type": "error", "payload": [{"message": text}]});
        socket.say(error.to_string()).await;
        socket.say(r#"{"id":"1","type":"complete"}"#).await;
        socket.heard().await;
    })
    .await;
    let error = last_error(&mut subscribe(&client(&[&server.endpoint()]))).await;
    assert!(error.is_graphql() && error.is_bad_document(), "{error}");
    assert_eq!(error.endpoint(), Some(&*server.endpoint()));
    assert!(error.to_string().contains("Cannot query field 'nope'"), "{error}");
}

#[tokio::test]
async fn an_event_may_be_an_error_with_others_after_it() {
    type Holds = fn(&backendai::Error) -> bool;
    let cases: [(&str, Holds); 5] = [
        ("Insufficient permission to perform this operation.", |e| e.is_permission_denied()),
        ("No such session.", |e| e.is_not_found()),
        ("Invalid session ID format.", |e| e.is_bad_argument()),
        ("Subscription not implemented", |e| e.is_server_bug()),
        ("type object 'X' has no attribute 'y'", |e| e.is_server_bug()),
    ];
    let server = Server::start(move |_, mut socket| async move {
        socket.open().await;
        for (text, _) in cases {
            // Neither a path nor a code is there.
            let payload = json!({"errors": [{"message": text}]});
            let message = json!({"id": "1", "type": "next", "payload": payload});
            socket.say(message.to_string()).await;
        }
        let data = json!({"schedulingEventsBySession": {"sessionId": "s", "reason": 5}});
        socket.say(json!({"id": "1", "type": "next", "payload": {"data": data}}).to_string()).await;
        socket.event("RUNNING").await;
        socket.say(r#"{"id":"1","type":"complete"}"#).await;
        socket.heard().await;
    })
    .await;
    let mut events = subscribe(&client(&[&server.endpoint()]));
    for (text, holds) in cases {
        let error = next(&mut events).await.unwrap().unwrap_err();
        assert!(holds(&error) && !error.is_bad_document(), "{error}");
        assert_eq!(error.endpoint(), Some(&*server.endpoint()));
        let shown = error.to_string();
        let expected = format!("errors: schedulingEventsBySession: {text}");
        assert!(shown.starts_with("SchedulingEvents: ") && shown.contains(&expected), "{shown}");
    }
    let error = next(&mut events).await.unwrap().unwrap_err();
    assert!(error.is_decode(), "{error}");
    assert_eq!(error.json_path(), Some("data.schedulingEventsBySession.reason"));
    assert!(next(&mut events).await.unwrap().is_ok());
    assert!(next(&mut events).await.is_none());
}

#[tokio::test]
async fn messages_for_other_subscriptions_and_pongs_are_ignored() {
    let server = Server::start(|_, mut socket| async move {
        socket.open().await;
        for text in [
            event("PENDING").replace(r#""id":"1""#, r#""id":"2""#),
            r#"{"id":"0","type":"complete"}"#.to_owned(),
            r#"{"id":"2","type":"error","payload":[]}"#.to_owned(),
            r#"{"type":"next","payload":{"data":{}}}"#.to_owned(),
            r#"{"type":"pong"}"#.to_owned(),
            r#"{"type":"connection_ack"}"#.to_owned(),
        ] {
            socket.say(text).await;
        }
        socket.say(r#"{"type":"ping","payload":{"a":1}}"#).await;
        assert_eq!(socket.heard().await.unwrap(), json!({"type": "pong"}));
        socket.event("RUNNING").await;
        socket.heard().await;
    })
    .await;
    let mut events = subscribe(&client(&[&server.endpoint()]));
    let event = next(&mut events).await.unwrap().unwrap().event;
    assert_eq!(event.status_transition, "RUNNING");
}

#[tokio::test]
async fn a_subscription_is_not_sent_and_nothing_else_is_subscribed_to() {
    let server = Server::start(|_, _| async {}).await;
    let client = client(&[&server.endpoint()]);
    let dynamic = DynamicOperation::new(&INFO);
    let error = client.send(dynamic).await.unwrap_err();
    assert!(error.is_bad_argument() && error.to_string().contains("Client::subscribe"), "{error}");

    #[derive(serde::Serialize)]
    struct Query;
    impl Subscribe for Query {
        type Data = serde_json::Value;

        fn info(&self) -> &'static OperationInfo {
            static INFO: OperationInfo = OperationInfo::query("Q", "query Q{domains{name}}");
            &INFO
        }
    }
    let error = client.subscribe(Query).next().await.unwrap().unwrap_err();
    assert!(error.is_bad_argument(), "{error}");
    assert!(server.handshakes().is_empty());
}

#[test]
fn descriptions_are_those_of_subscriptions() {
    assert_eq!((Moves::INFO.kind, Moves::INFO.name), (OperationKind::Subscription, "Moves"));
    assert_eq!(Moves::INFO.role, Some("user"));
    assert_eq!((Ticks::INFO.root_fields[0].key, Ticks::INFO.path), ("count", "/admin/gql"));
    // What an event would lose is not left out: it cannot be read again.
    assert!(Moves::INFO.document.text.contains("done{ok}"));
    assert_eq!(Moves::INFO.min_manager_version().unwrap().to_string(), "25.15.0");
}
