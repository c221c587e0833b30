//! One call: the request, the attempts, the answer.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use reqwest::{
    Method, StatusCode,
    header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, RETRY_AFTER},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use serde_path_to_error::Segment;
use url::Url;

use crate::{
    error::{Error, Kind, Result},
    http::{Broken, Inner, timed},
    schema::List,
};

/// The longest that a server may ask to wait before the next attempt.
const PATIENCE: Duration = Duration::from_secs(30);

/// A request, and whether it may be sent again.
pub(crate) struct Call<'a> {
    method: Method,
    path: Vec<&'a str>,
    query: Vec<(&'static str, Option<String>)>,
    body: Option<Vec<u8>>,
    /// How often it is sent at most if sending it twice is as good as once; else reading decides.
    again: Option<u32>,
}

/// A success, or the server's way of saying that there is no such thing.
pub(crate) enum Answer {
    Found(Vec<u8>),
    Missing { status: u16, body: String },
}

impl<'a> Call<'a> {
    /// `path` is split at slashes; [`name`](Self::name) adds what comes from outside.
    pub(crate) fn new(method: Method, path: &'a str) -> Self {
        let path = path.split('/').filter(|part| !part.is_empty()).collect();
        Self { method, path, query: vec![], body: None, again: None }
    }

    pub(crate) fn get(path: &'a str) -> Self {
        Self::new(Method::GET, path)
    }

    /// A name as one part of the path, percent-encoded.
    pub(crate) fn name(mut self, name: &'a str) -> Result<Self> {
        if matches!(name, "" | "." | "..") {
            return Err(Error::input(format!("`{name}` cannot be the name of anything")));
        }
        self.path.push(name);
        Ok(self)
    }

    pub(crate) fn part(mut self, part: &'static str) -> Self {
        self.path.push(part);
        self
    }

    /// A parameter. One without a value is sent empty, as the real client does.
    pub(crate) fn query(mut self, name: &'static str, value: Option<String>) -> Self {
        self.query.push((name, value));
        self
    }

    pub(crate) fn json(mut self, body: &impl Serialize) -> Result<Self> {
        let body = serde_json::to_vec(body).map_err(|error| {
            let problem = "the request cannot be written as JSON".to_owned();
            Error::with_source(Kind::Input { problem }, error)
        })?;
        self.body = Some(body);
        Ok(self)
    }

    #[cfg(feature = "transfer")]
    pub(crate) fn method(mut self, method: Method) -> Self {
        self.method = method;
        self
    }

    /// Lets it be sent so many times, after every failure that can pass.
    #[cfg(feature = "transfer")]
    pub(crate) fn again(mut self, attempts: u32) -> Self {
        self.again = Some(attempts);
        self
    }

    pub(crate) fn url(&self, endpoint: &Url) -> Url {
        let mut url = endpoint.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(&self.path);
        }
        if !self.query.is_empty() {
            let pairs =
                self.query.iter().map(|(name, value)| (name, value.as_deref().unwrap_or_default()));
            url.query_pairs_mut().clear().extend_pairs(pairs);
        }
        url
    }

    pub(crate) fn place(&self) -> (String, String) {
        (self.method.to_string(), format!("/{}", self.path.join("/")))
    }

    /// Sends it, more than once if it only reads.
    pub(crate) async fn send(self, client: &Inner) -> Result<Answer> {
        let url = self.url(&client.endpoint);
        let attempt = || async {
            tracing::debug!(method = %self.method, path = url.path(), "request");
            self.attempt(client, url.clone()).await
        };
        let reads = self.method == Method::GET;
        let attempts = self.again.unwrap_or(if reads { client.attempts } else { 1 });
        let backoff = ExponentialBuilder::default()
            .with_min_delay(client.pause)
            .with_jitter()
            .with_max_times(attempts.saturating_sub(1) as usize);
        let result = attempt
            .retry(backoff)
            .when(|failure: &Failure| failure.again)
            .adjust(|failure, delay| delay.map(|delay| failure.wait.unwrap_or(delay)))
            .notify(|failure, delay| {
                let seconds = delay.as_secs_f64();
                tracing::warn!("{}; the next attempt is in {seconds:.1} s", failure.error);
            })
            .await;
        result.map_err(|failure| failure.error)
    }

    async fn attempt(&self, client: &Inner, url: Url) -> Result<Answer, Failure> {
        let mut request =
            client.http.request(self.method.clone(), url).headers(client.headers.clone());
        if let Some(body) = &self.body {
            request = request.header(CONTENT_TYPE, "application/json").body(body.clone());
        } else if matches!(self.method, Method::POST | Method::PUT | Method::PATCH) {
            // Some servers wait for a body unless its length is zero.
            request = request.header(CONTENT_LENGTH, 0);
        }
        let sent = timed(client.timeout, request.send()).await;
        let mut response = sent.map_err(|broken| self.network(broken))?;
        let status = response.status();
        let headers = response.headers().clone();
        let mut body = Vec::new();
        while let Some(chunk) =
            timed(client.timeout, response.chunk()).await.map_err(|broken| self.network(broken))?
        {
            body.extend_from_slice(&chunk);
        }
        // The real client takes 200 and nothing else for a success.
        if status == StatusCode::OK {
            return Ok(Answer::Found(body));
        }
        let body = String::from_utf8_lossy(&body).into_owned();
        let absent = status == StatusCode::BAD_REQUEST && body.contains("record not found");
        if status == StatusCode::NOT_FOUND || absent {
            return Ok(Answer::Missing { status: status.as_u16(), body });
        }
        let passes = match self.again {
            None => matches!(status.as_u16(), 429 | 502 | 503 | 504),
            Some(_) => can_pass(status.as_u16()),
        };
        Err(Failure {
            again: passes,
            wait: retry_after(&headers),
            error: status_error(status, &headers, body),
        })
    }

    fn network(&self, broken: Broken) -> Failure {
        let (method, path) = self.place();
        // Another wait of the same length is only worth it for what has taken long before.
        let again = self.again.is_some() || !matches!(broken, Broken::Slow(_));
        Failure { again, wait: None, error: broken.error(method, path) }
    }
}

struct Failure {
    error: Error,
    /// Whether another attempt could end better.
    again: bool,
    /// The pause that the server requests.
    wait: Option<Duration>,
}

/// Whether a failure with this status can pass, for a request that may be sent again.
pub(crate) fn can_pass(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500 | 502 | 503 | 504)
}

pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds: u64 = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(PATIENCE))
}

pub(crate) fn status_error(status: StatusCode, headers: &HeaderMap, body: String) -> Error {
    let trace = headers.get("x-trace-id").filter(|_| status.is_server_error());
    let trace = trace.and_then(|trace| trace.to_str().ok()).map(str::to_owned);
    if trace.is_some() {
        // The message only names the trace, so this is where the body can be seen.
        tracing::error!("request failed with status code {}: {body}", status.as_u16());
    }
    Kind::Status { status: status.as_u16(), trace, body }.into()
}

/// Sends a call whose subject may be missing: none then.
pub(crate) async fn maybe<T: DeserializeOwned>(
    client: &Inner,
    call: Call<'_>,
) -> Result<Option<T>> {
    let place = call.place();
    match call.send(client).await? {
        Answer::Found(body) => decode(place, &body).map(Some),
        Answer::Missing { .. } => Ok(None),
    }
}

/// Sends a call whose subject must exist. `what` is the subject of "… is not found"; without it a
/// missing one is an error like any other status.
pub(crate) async fn must<T: DeserializeOwned>(
    client: &Inner,
    call: Call<'_>,
    what: Option<String>,
) -> Result<T> {
    let place = call.place();
    match (call.send(client).await?, what) {
        (Answer::Found(body), _) => decode(place, &body),
        (Answer::Missing { status, body }, Some(what)) => {
            Err(Kind::NotFound { what, status, body }.into())
        }
        (Answer::Missing { status, body }, None) => {
            Err(Kind::Status { status, trace: None, body }.into())
        }
    }
}

/// As [`must`], but a field that does not fit is as one that is absent, where it may be absent: one
/// odd deployment does not hide the others.
pub(crate) async fn must_leniently<T: DeserializeOwned>(
    client: &Inner,
    call: Call<'_>,
    what: String,
) -> Result<T> {
    let place = call.place();
    let mut value: Value = must(client, call, Some(what)).await?;
    loop {
        let mut track = serde_path_to_error::Track::new();
        let tracked = serde_path_to_error::Deserializer::new(&value, &mut track);
        let Err(error) = T::deserialize(tracked) else { break };
        let path = track.path();
        if !drop_field(&mut value, &path) {
            return Err(undecoded(place, &path, &value.to_string().into_bytes(), error));
        }
        tracing::warn!(%path, %error, "left out of the answer");
    }
    decode(place, &value.to_string().into_bytes())
}

/// Sets what is at the path to null, or removes it if it is null already. False if there is nothing.
fn drop_field(value: &mut Value, path: &serde_path_to_error::Path) -> bool {
    let mut pointer = String::new();
    for segment in path.iter() {
        match segment {
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Map { key } => {
                pointer.push_str(&format!("/{}", key.replace('~', "~0").replace('/', "~1")));
            }
            Segment::Enum { .. } | Segment::Unknown => return false,
        }
    }
    let Some((parent, last)) = pointer.rsplit_once('/') else { return false };
    let last = last.replace("~1", "/").replace("~0", "~");
    let Some(Value::Object(parent)) = value.pointer_mut(parent) else { return false };
    match parent.get_mut(&last) {
        Some(Value::Null) => parent.remove(&last).is_some(),
        Some(field) => {
            *field = Value::Null;
            true
        }
        None => false,
    }
}

/// Sends a call whose answer has nothing to read.
pub(crate) async fn done(client: &Inner, call: Call<'_>, what: String) -> Result<()> {
    match call.send(client).await? {
        Answer::Found(_) => Ok(()),
        Answer::Missing { status, body } => Err(Kind::NotFound { what, status, body }.into()),
    }
}

/// Items of one page.
const PAGE: usize = 100;

/// All pages of a list.
pub(crate) async fn pages<'a, T: DeserializeOwned>(
    client: &Inner,
    call: impl Fn() -> Result<Call<'a>>,
) -> Result<Vec<T>> {
    let mut items: Vec<T> = Vec::new();
    loop {
        let call = call()?
            .query("start", Some(items.len().to_string()))
            .query("count", Some(PAGE.to_string()));
        let page: List<T> = must(client, call, None).await?;
        let last = page.items.is_empty();
        items.extend(page.items);
        if last || items.len() as u64 >= page.total {
            return Ok(items);
        }
    }
}

fn decode<T: DeserializeOwned>((method, path): (String, String), body: &[u8]) -> Result<T> {
    let mut json = serde_json::Deserializer::from_slice(body);
    serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let at = error.path().clone();
        undecoded((method, path), &at, body, error.into_inner())
    })
}

fn undecoded(
    (method, path): (String, String),
    at: &serde_path_to_error::Path,
    body: &[u8],
    error: serde_json::Error,
) -> Error {
    let (at, body) = (at.to_string(), String::from_utf8_lossy(body).into_owned());
    Error::with_source(Kind::Decode { method, path, at, body }, error)
}
