//! Pods of deployments and their logs, which the server sends over WebSockets.

use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::{
    StatusCode, Upgraded,
    header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use tokio::time::{Interval, MissedTickBehavior};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Message,
        handshake::{client::generate_key, derive_accept_key},
        protocol::Role,
    },
};

use super::{Deployment, Deployments};
use crate::{
    error::{Error, Kind, Result},
    http::{Inner, timed},
    request::{Call, status_error},
};

/// The pause between the messages that keep a log open.
const HEARTBEAT: Duration = Duration::from_secs(5);
/// The label of the pod that builds the image of a bento.
const BUILDER: &str = "yatai.ai/is-bento-image-builder";

/// A pod of a deployment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Pod {
    /// The name.
    pub name: String,
    /// The namespace of the pod.
    pub namespace: String,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// The service that runs in the pod.
    pub runner_name: String,
    /// The state of the pod.
    pub pod_status: PodStatus,
}

/// The state of a pod.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct PodStatus {
    /// The state, such as `Running`.
    pub status: String,
    /// The reason for the state.
    pub reason: String,
}

impl Pod {
    /// Whether the pod builds the image of the bento.
    pub fn is_image_builder(&self) -> bool {
        self.labels.get(BUILDER).is_some_and(|value| value == "true")
    }
}

/// Which part of a log to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogOptions {
    /// The container: `main` for a service, `builder` for the pod that builds the image.
    pub container: String,
    /// Whether the log stays open for new lines.
    pub follow: bool,
    /// How many of the last lines come first.
    pub lines: u32,
}

impl Default for LogOptions {
    /// The last 50 lines of a service, without new ones.
    fn default() -> Self {
        Self { container: "main".to_owned(), follow: false, lines: 50 }
    }
}

impl Deployments<'_> {
    /// Returns the pods of a deployment.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`] if there is no such deployment; [`Error::is_state`] for an error
    /// that the server reports; all that every call can end in.
    pub async fn pods(&self, name: &str, cluster: Option<&str>) -> Result<Vec<Pod>> {
        let deployment = self.get(name, cluster).await?;
        let call = Call::get("/ws/v2/deployments").name(name)?.part("pods");
        let call = call
            .query("organization_name", Some(deployment.cluster.organization_name.clone()))
            .query("cluster", Some(deployment.cluster.name.clone()));
        Socket::open(self.client, call).await?.single().await
    }

    /// Returns the pod that builds the image of the deployed bento, if there is one now.
    ///
    /// # Errors
    ///
    /// As for [`pods`](Self::pods); [`Error::is_state`] also if the server does not send the bento.
    pub async fn image_builder(&self, name: &str, cluster: Option<&str>) -> Result<Option<Pod>> {
        let deployment = self.get(name, cluster).await?;
        let tag = deployment.bento();
        let Some((repository, version)) = tag.as_deref().and_then(|tag| tag.split_once(':')) else {
            return Err(Error::state(format!("the server does not send the bento of {name}")));
        };
        let selector = format!("yatai.ai/bento-repository={repository},yatai.ai/bento={version}");
        let Deployment { cluster, kube_namespace, .. } = &deployment;
        let call = Call::get("/ws/v1/clusters").name(&cluster.name)?.part("pods");
        let call = call
            .query("organization_name", Some(cluster.organization_name.clone()))
            .query("namespace", Some(kube_namespace.clone()))
            .query("selector", Some(selector));
        let pods: Vec<Pod> = Socket::open(self.client, call).await?.single().await?;
        Ok(pods.into_iter().find(Pod::is_image_builder))
    }

    /// Opens the log of a pod of the deployment.
    ///
    /// ```no_run
    /// # async fn example(client: bentocloud::Client) -> bentocloud::Result<()> {
    /// let deployments = client.deployments();
    /// let chat = deployments.get("chat", None).await?;
    /// for pod in deployments.pods("chat", None).await? {
    ///     let mut log = deployments.logs(&chat, &pod, &Default::default()).await?;
    ///     while let Some(piece) = log.next().await? {
    ///         print!("{}", String::from_utf8_lossy(&piece));
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// All that every call can end in.
    pub async fn logs(
        &self,
        deployment: &Deployment,
        pod: &Pod,
        options: &LogOptions,
    ) -> Result<Logs> {
        let call = Call::get("/ws/v1/clusters").name(&deployment.cluster.name)?.part("tail");
        let call = call
            .query("namespace", Some(deployment.kube_namespace.clone()))
            .query("pod_name", Some(pod.name.clone()))
            .query("timestamps", Some("false".to_owned()));
        let mut socket = Socket::open(self.client, call).await?;
        // An id of the request; the server sends it back.
        let payload = json!({
            "id": generate_key(), "container_name": options.container, "follow": options.follow,
            "tail_lines": options.lines,
        });
        socket.send(&json!({"type": "data", "payload": payload})).await?;
        let mut heartbeat = tokio::time::interval(HEARTBEAT);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Ok(Logs { socket, heartbeat, follow: options.follow, pieces: VecDeque::new() })
    }
}

/// The log of a pod, piece by piece. Dropping it closes the connection.
pub struct Logs {
    socket: Socket,
    heartbeat: Interval,
    follow: bool,
    pieces: VecDeque<Vec<u8>>,
}

#[derive(Deserialize)]
struct Lines {
    items: Vec<String>,
}

impl Logs {
    /// Returns the next piece, which can be several lines or a part of one; none at the end.
    ///
    /// # Errors
    ///
    /// [`Error::is_state`] for an error that the server reports; [`Error::is_network`] if the
    /// connection breaks, or if nothing comes in time although the log is not followed;
    /// [`Error::is_decode`] if the server sends something else.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        loop {
            if let Some(piece) = self.pieces.pop_front() {
                return Ok(Some(piece));
            }
            let received = tokio::select! {
                received = self.socket.receive(!self.follow) => received?,
                _ = self.heartbeat.tick() => {
                    self.socket.send(&json!({"type": "heartbeat"})).await?;
                    continue;
                }
            };
            let Some(Received { kind, message, payload }) = received else { return Ok(None) };
            match (kind.as_str(), payload) {
                ("success", _) if message.as_deref() == Some("EOF") => return Ok(None),
                ("heartbeat", _) | (_, None) => {}
                (_, Some(payload)) => {
                    let Lines { items } = self.socket.decode(payload)?;
                    for item in items {
                        let piece = STANDARD
                            .decode(&item)
                            .map_err(|error| self.socket.undecoded(item, error))?;
                        self.pieces.push_back(piece);
                    }
                }
            }
        }
    }
}

impl fmt::Debug for Logs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Logs").field("follow", &self.follow).finish_non_exhaustive()
    }
}

/// A WebSocket of the server.
struct Socket {
    stream: WebSocketStream<Upgraded>,
    path: String,
    timeout: Duration,
}

/// A message of the server.
#[derive(Deserialize)]
struct Received {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    payload: Option<Value>,
}

impl Socket {
    async fn open(client: &Inner, call: Call<'_>) -> Result<Self> {
        let (method, path) = call.place();
        let (key, timeout) = (generate_key(), client.timeout);
        let request = client
            .http
            .get(call.url(&client.endpoint))
            .headers(client.headers.clone())
            .header(CONNECTION, "upgrade")
            .header(UPGRADE, "websocket")
            .header(SEC_WEBSOCKET_VERSION, "13")
            .header(SEC_WEBSOCKET_KEY, &key);
        let sent = timed(timeout, request.send()).await;
        let response = sent.map_err(|broken| broken.error(method.clone(), path.clone()))?;
        let (status, headers) = (response.status(), response.headers().clone());
        if status != StatusCode::SWITCHING_PROTOCOLS {
            let body = timed(timeout, response.text()).await.unwrap_or_default();
            return Err(status_error(status, &headers, body));
        }
        if headers.get(SEC_WEBSOCKET_ACCEPT).map(|value| value.as_bytes())
            != Some(derive_accept_key(key.as_bytes()).as_bytes())
        {
            return Err(Error::state(format!("the answer to {path} is not of a WebSocket")));
        }
        let upgraded = timed(timeout, response.upgrade()).await;
        let upgraded = upgraded.map_err(|broken| broken.error(method, path.clone()))?;
        let stream = WebSocketStream::from_raw_socket(upgraded, Role::Client, None).await;
        Ok(Self { stream, path, timeout })
    }

    async fn send(&mut self, message: &Value) -> Result<()> {
        let sent = self.stream.send(Message::text(message.to_string())).await;
        sent.map_err(|error| self.network(error, false))
    }

    /// Returns the next message; none if the server closes the connection.
    async fn receive(&mut self, limited: bool) -> Result<Option<Received>> {
        loop {
            let next = match limited {
                false => self.stream.next().await,
                true => tokio::time::timeout(self.timeout, self.stream.next())
                    .await
                    .map_err(|elapsed| self.network(elapsed, true))?,
            };
            let text = match next {
                None | Some(Ok(Message::Close(_))) => return Ok(None),
                Some(Ok(Message::Text(text))) => text,
                Some(Ok(_)) => continue,
                Some(Err(error)) => return Err(self.network(error, false)),
            };
            let message = serde_json::from_str(&text);
            let message: Received =
                message.map_err(|error| self.undecoded(text.to_string(), error))?;
            if message.kind == "error" {
                return Err(Error::state(
                    message.message.unwrap_or_else(|| "Unknown error".into()),
                ));
            }
            return Ok(Some(message));
        }
    }

    /// The payload of the only message that matters.
    async fn single<T: DeserializeOwned + Default>(mut self) -> Result<T> {
        let received = self.receive(true).await?;
        let _ = self.stream.close(None).await;
        match received.and_then(|received| received.payload) {
            Some(payload) => self.decode(payload),
            None => Ok(T::default()),
        }
    }

    fn decode<T: DeserializeOwned>(&self, payload: Value) -> Result<T> {
        T::deserialize(&payload).map_err(|error| self.undecoded(payload.to_string(), error))
    }

    fn undecoded(
        &self,
        body: String,
        error: impl std::error::Error + Send + Sync + 'static,
    ) -> Error {
        let (method, path) = ("GET".to_owned(), self.path.clone());
        Error::with_source(Kind::Decode { method, path, at: String::new(), body }, error)
    }

    fn network(
        &self,
        error: impl std::error::Error + Send + Sync + 'static,
        timeout: bool,
    ) -> Error {
        let (method, path) = ("GET".to_owned(), self.path.clone());
        Error::with_source(Kind::Network { method, path, timeout }, error)
    }
}
