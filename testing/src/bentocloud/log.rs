//! Pods and their logs, over WebSockets.

#![allow(clippy::indexing_slicing, reason = "a key that a JSON value lacks is null")]

use std::time::Duration;

use ::http::HeaderMap;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Message, protocol::Role},
};

use super::{Cloud, account::Account, query::Query};
use crate::http::{self, Takeover};

/// The pause before the next look at a log that is followed.
const PAUSE: Duration = Duration::from_millis(10);
/// The end of the name of a pod that builds an image.
const BUILDER: &str = "-image-builder";
/// What such a pod prints.
const BUILD: &str = "the image is built";

/// What is sent over a socket.
enum Content {
    Pods(Vec<Value>),
    Tail(String),
}

/// Returns the head that accepts a WebSocket for a path below `/ws`, and its conversation.
pub(super) fn socket(
    cloud: &Cloud,
    account: &Account,
    headers: &HeaderMap,
    path: &[&str],
    query: &Query,
) -> Result<(Vec<u8>, Takeover), (u16, String)> {
    let key = http::header(headers, "sec-websocket-key");
    let key = key.ok_or_else(|| (400, "this is a WebSocket".to_owned()))?;
    let head = http::start(101, &http::websocket(key));
    let pod = |name: String, builder: bool| {
        json!({
            "name": name, "namespace": account.organization, "runner_name": "Svc",
            "labels": {"yatai.ai/is-bento-image-builder": builder.to_string()},
            "pod_status": {"status": "Running", "reason": ""},
            "status": {"phase": "Running", "ready": true},
        })
    };
    let absent = || (404, "record not found".to_owned());
    let mut state = cloud.lock();
    let content = match *path {
        ["v2", "deployments", name, "pods"] => match state.status(name).ok_or_else(absent)? {
            "running" => Content::Pods(vec![pod(format!("{name}-0"), false)]),
            _ => Content::Pods(vec![]),
        },
        ["v1", "clusters", _, "pods"] => {
            let bento = query.get("selector").replace("yatai.ai/bento-repository=", "");
            let bento = bento.replace(",yatai.ai/bento=", ":");
            let builder = state.deploys(&bento, "image-building");
            Content::Pods(builder.map(|name| pod(name + BUILDER, true)).into_iter().collect())
        }
        ["v1", "clusters", _, "tail"] => Content::Tail(query.get("pod_name").to_owned()),
        _ => return Err(absent()),
    };
    drop(state);
    let cloud = cloud.clone();
    Ok((head, Box::new(move |stream, read| Box::pin(talk(stream, read, cloud, content)))))
}

async fn talk(stream: TcpStream, read: Bytes, cloud: Cloud, content: Content) {
    let mut socket = Socket::from_partially_read(stream, read.into(), Role::Server, None).await;
    // A client that goes away ends the conversation.
    let _ = match content {
        Content::Pods(pods) => send(&mut socket, "success", "", json!(pods)).await,
        Content::Tail(pod) => tail(&mut socket, &cloud, &pod).await,
    };
    let _ = socket.close(None).await;
    while let Some(Ok(_)) = socket.next().await {}
}

type Socket = WebSocketStream<TcpStream>;
type Sent = Result<(), tokio_tungstenite::tungstenite::Error>;

async fn send(socket: &mut Socket, kind: &str, message: &str, payload: Value) -> Sent {
    let message = json!({"type": kind, "message": message, "payload": payload});
    socket.send(Message::text(message.to_string())).await
}

/// The last lines of a log and, if it is followed, those that come.
async fn tail(socket: &mut Socket, cloud: &Cloud, pod: &str) -> Sent {
    let Some(first) = socket.next().await else { return Ok(()) };
    let wanted: Value = serde_json::from_slice(&first?.into_data()).unwrap_or(Value::Null);
    let options = &wanted["payload"];
    let lines = options["tail_lines"].as_u64().and_then(|lines| usize::try_from(lines).ok());
    let container = if pod.ends_with(BUILDER) { "builder" } else { "main" };
    let (true, Some(lines), Some(follow), true) = (
        wanted["type"] == "data" && options["id"].is_string(),
        lines,
        options["follow"].as_bool(),
        options["container_name"] == container,
    ) else {
        let message = format!("container not found in pod {pod}");
        return send(socket, "error", &message, Value::Null).await;
    };
    let name = pod.strip_suffix("-0").unwrap_or(pod);
    let log = || match container {
        "builder" => vec![BUILD.to_owned()],
        _ => cloud.lock().logs.get(name).cloned().unwrap_or_default(),
    };
    let mut sent = log().len().saturating_sub(lines);
    loop {
        let items: Vec<String> =
            log().iter().skip(sent).map(|line| STANDARD.encode(format!("{line}\n"))).collect();
        if !items.is_empty() {
            sent += items.len();
            let payload = json!({"type": "append", "items": items});
            send(socket, "success", "", payload).await?;
        }
        if !follow || cloud.lock().status(name) != Some("running") {
            return send(socket, "success", "EOF", Value::Null).await;
        }
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            message = socket.next() => match message {
                Some(message) => drop(message?),
                None => return Ok(()),
            },
        }
    }
}
