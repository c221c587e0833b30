//! A version on the server, and the calls of a transfer.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};
use reqwest::{Method, StatusCode, header::HeaderMap};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::Transfer;
use crate::{
    Client, Tag,
    error::{Error, Kind as What, Result},
    http::{Broken, timed},
    request::{self, Call, can_pass, retry_after, status_error},
    schema::List,
    store::Kind,
};

/// No more of an error's body is shown, in bytes.
const BODY: usize = 4096;

/// A version as the server describes it.
#[derive(Debug, Deserialize)]
pub(super) struct Record {
    pub(super) version: String,
    pub(super) upload_status: String,
    #[serde(default)]
    pub(super) transmission_strategy: Option<String>,
    #[serde(default)]
    pub(super) presigned_upload_url: Option<String>,
    #[serde(default)]
    pub(super) presigned_download_url: Option<String>,
    #[serde(default)]
    pub(super) upload_id: Option<String>,
    #[serde(default)]
    pub(super) manifest: Option<Value>,
}

impl Record {
    pub(super) fn is_complete(&self) -> bool {
        self.upload_status == "success"
    }

    /// Whether there is nothing to move, because the model is elsewhere.
    pub(super) fn is_elsewhere(&self) -> bool {
        let metadata = self.manifest.as_ref().and_then(|manifest| manifest.get("metadata"));
        metadata.and_then(|metadata| metadata.get("registry")).is_some_and(|r| r == "huggingface")
    }
}

/// A version, which the server may have or not.
#[derive(Clone)]
pub(super) struct Remote {
    pub(super) client: Client,
    pub(super) kind: Kind,
    pub(super) name: String,
    pub(super) version: String,
    /// How often a request is sent at most.
    attempts: u32,
}

impl Kind {
    fn repositories(self) -> &'static str {
        match self {
            Self::Bento => "/api/v1/bento_repositories",
            Self::Model => "/api/v1/model_repositories",
        }
    }

    fn versions(self) -> &'static str {
        match self {
            Self::Bento => "bentos",
            Self::Model => "models",
        }
    }
}

/// The newest version that the server has.
pub(super) async fn newest(client: &Client, kind: Kind, name: &str) -> Result<Option<String>> {
    let call = Call::get(kind.repositories()).name(name)?.part(kind.versions());
    let call = match kind {
        Kind::Bento => call.query("count", Some("1".to_owned())),
        Kind::Model => {
            call.query("start", Some("0".to_owned())).query("count", Some("10".to_owned()))
        }
    };
    let list: Option<List<Record>> = request::maybe(&client.inner, call).await?;
    Ok(list.and_then(|list| list.items.into_iter().next()).map(|record| record.version))
}

impl Remote {
    pub(super) fn new(client: &Client, kind: Kind, tag: &Tag, transfer: &Transfer) -> Self {
        let (name, version) = (tag.name().to_owned(), tag.version().unwrap_or_default().to_owned());
        Self { client: client.clone(), kind, name, version, attempts: transfer.attempts }
    }

    fn versions(&self) -> Result<Call<'_>> {
        Ok(Call::get(self.kind.repositories()).name(&self.name)?.part(self.kind.versions()))
    }

    fn call(&self, method: Method, step: Option<&'static str>) -> Result<Call<'_>> {
        let call = self.versions()?.name(&self.version)?.method(method);
        Ok(match step {
            Some(step) => call.part(step),
            None => call,
        })
    }

    pub(super) async fn get(&self) -> Result<Option<Record>> {
        let call = self.call(Method::GET, None)?.again(self.attempts);
        request::maybe(&self.client.inner, call).await
    }

    async fn repository(&self) -> Result<Option<Value>> {
        let call = Call::get(self.kind.repositories()).name(&self.name)?.again(self.attempts);
        request::maybe(&self.client.inner, call).await
    }

    /// Makes the repository if there is none.
    pub(super) async fn ensure_repository(&self) -> Result<()> {
        if self.repository().await?.is_some() {
            return Ok(());
        }
        let mut pauses = Pauses::new(&self.client, self.attempts);
        loop {
            let call = Call::new(Method::POST, self.kind.repositories());
            let call = call.json(&json!({"name": self.name, "description": ""}))?;
            let made = request::must::<Value>(&self.client.inner, call, None).await;
            let Err(error) = made else { return Ok(()) };
            // Another client may have made it in between, or the answer got lost.
            if let Ok(Some(_)) = self.repository().await {
                return Ok(());
            }
            pauses.wait(Failure::of_call(error)).await?;
        }
    }

    pub(super) async fn create(&self, body: &Value) -> Result<Record> {
        let mut pauses = Pauses::new(&self.client, self.attempts);
        loop {
            let call = self.versions()?.method(Method::POST).json(body)?;
            let error = match request::must(&self.client.inner, call, None).await {
                Ok(record) => return Ok(record),
                Err(error) => error,
            };
            match self.get().await {
                Ok(Some(record)) if !record.is_complete() => return Ok(record),
                _ => pauses.wait(Failure::of_call(error)).await?,
            };
        }
    }

    pub(super) async fn update(&self, body: &Value) -> Result<Record> {
        let call = self.call(Method::PATCH, None)?.json(body)?.again(self.attempts);
        request::must(&self.client.inner, call, None).await
    }

    /// One step of a transfer, which may be sent again.
    pub(super) async fn step(&self, step: &'static str, body: Option<Value>) -> Result<Record> {
        let mut call = self.call(Method::PATCH, Some(step))?.again(self.attempts);
        if let Some(body) = body {
            call = call.json(&body)?;
        }
        request::must(&self.client.inner, call, None).await
    }

    /// The address of the archive on the server itself.
    pub(super) fn proxy(&self, step: &'static str) -> Result<Url> {
        Ok(self.call(Method::GET, Some(step))?.url(&self.client.inner.endpoint))
    }
}

/// Where an archive, or a part of it, is sent to or fetched from.
#[derive(Clone)]
pub(super) enum Place {
    /// The server, with the token.
    Proxy(Url),
    /// The storage, without any header that names a user.
    Storage(Url),
}

impl Place {
    pub(super) fn storage(url: &str) -> Result<Self> {
        Url::parse(url).map(Self::Storage).map_err(|error| {
            let problem = "the server gave an address for the storage that is none".to_owned();
            Error::with_source(What::State { problem }, error)
        })
    }

    pub(super) fn url(&self) -> &Url {
        let (Self::Proxy(url) | Self::Storage(url)) = self;
        url
    }

    pub(super) fn request(&self, client: &Client, method: Method) -> reqwest::RequestBuilder {
        let request = client.inner.http.request(method, self.url().clone());
        match self {
            Self::Proxy(_) => request.headers(client.inner.headers.clone()),
            Self::Storage(_) => request,
        }
    }

    /// Method and path, without the query: it is signed.
    pub(super) fn broken(&self, method: &Method, broken: Broken) -> Error {
        broken.error(method.to_string(), self.url().path().to_owned())
    }
}

/// Why a request did not work.
pub(super) struct Failure {
    pub(super) error: Error,
    pub(super) next: Next,
}

/// What to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Send it again, after the pause that the server wants.
    Again(Option<Duration>),
    /// Ask for another address first: this one has expired.
    Presign,
    /// Nothing helps.
    Fail,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { error, next: Next::Fail }
    }
}

impl Failure {
    /// A call that was sent once.
    fn of_call(error: Error) -> Self {
        let passes = error.is_network() || error.status().is_some_and(can_pass);
        let next = if passes { Next::Again(None) } else { Next::Fail };
        Self { error, next }
    }

    /// A network error.
    pub(super) fn again(error: Error) -> Self {
        Self { error, next: Next::Again(None) }
    }

    /// The error that an answer is.
    pub(super) async fn of(client: &Client, place: &Place, response: reqwest::Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        let body = beginning(response, client.inner.timeout).await;
        let next = match (place, status.as_u16()) {
            (_, status) if can_pass(status) => Next::Again(retry_after(&headers)),
            (Place::Storage(_), 403) => Next::Presign,
            _ => Next::Fail,
        };
        Self { error: error(status, &headers, body), next }
    }
}

fn error(status: StatusCode, headers: &HeaderMap, body: String) -> Error {
    status_error(status, headers, body)
}

/// The beginning of an error's body: a storage's explanation, or a page of a gateway.
pub(super) async fn beginning(mut response: reqwest::Response, timeout: Duration) -> String {
    let mut body = Vec::new();
    while body.len() < BODY {
        match timed(timeout, response.chunk()).await {
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            _ => break,
        }
    }
    body.truncate(BODY);
    String::from_utf8_lossy(&body).into_owned()
}

/// The pauses between attempts.
pub(super) struct Pauses {
    backoff: ExponentialBuilder,
    left: backon::ExponentialBackoff,
}

impl Pauses {
    pub(super) fn new(client: &Client, attempts: u32) -> Self {
        let backoff = ExponentialBuilder::default()
            .with_min_delay(client.inner.pause)
            .with_jitter()
            .with_max_times(attempts.saturating_sub(1) as usize);
        Self { backoff, left: backoff.build() }
    }

    /// Begins to count anew, because something went forward.
    pub(super) fn reset(&mut self) {
        self.left = self.backoff.build();
    }

    /// Waits before the next attempt, or gives the failure back.
    pub(super) async fn wait(&mut self, failure: Failure) -> Result<Next> {
        let pause = match failure.next {
            Next::Fail => return Err(failure.error),
            Next::Again(Some(pause)) => self.left.next().map(|_| pause),
            Next::Again(None) => self.left.next(),
            Next::Presign => self.left.next().map(|_| Duration::ZERO),
        };
        let Some(pause) = pause else { return Err(failure.error) };
        let seconds = pause.as_secs_f64();
        tracing::warn!("{}; the next attempt is in {seconds:.1} s", failure.error);
        tokio::time::sleep(pause).await;
        Ok(failure.next)
    }
}
