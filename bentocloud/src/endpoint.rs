//! Calling a deployed service.

mod input;
mod schema;
mod task;

use std::time::Duration;

use reqwest::{
    Method, Response, StatusCode,
    header::{AUTHORIZATION, CONTENT_DISPOSITION, CONTENT_TYPE, HeaderMap, HeaderValue},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use tokio::time::Instant;
use url::Url;

pub use input::{Field, Input};
pub use schema::{Route, Schema};
pub use task::{Task, TaskStatus};

use crate::{
    client::{Client, parse_endpoint},
    context::Token,
    deployment::Status,
    env::{self, Environment},
    error::{Error, Kind, Result},
    http::{Broken, Inner, Settings, timed},
    request::{self, Call},
};

/// How long one call may wait for bytes.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The pause between requests for readiness. The real client makes none.
const PAUSE: Duration = Duration::from_millis(500);

/// A deployed service. Its calls carry `Authorization: Bearer`, unlike those to BentoCloud itself.
///
/// ```no_run
/// use bentocloud::{Endpoint, Environment, Input, Output};
///
/// # async fn example() -> bentocloud::Result<()> {
/// let service = Endpoint::new("https://chat.example.com", Endpoint::token(&Environment::process())?)?;
/// service.ready(std::time::Duration::from_secs(300)).await?; // wakes it up
/// let answer: String = service.call("/summarize", &serde_json::json!({"text": "…"})).await?;
/// if let Output::Bytes { data, .. } = service.send("/speak", Input::text(answer)).await? {
///     std::fs::write("speech.wav", data).expect("there is room");
/// }
/// # Ok(())
/// # }
/// ```
pub struct Endpoint {
    inner: Inner,
}

/// What a route answers.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Output {
    /// JSON.
    Json(Value),
    /// Text, as services that return `str` send it.
    Text(String),
    /// Anything else.
    Bytes {
        /// The media type, such as `image/png`.
        media_type: Option<String>,
        /// The name that the service gives the file.
        name: Option<String>,
        /// The bytes.
        data: Vec<u8>,
    },
}

impl Client {
    /// The running deployment of that name, ready to be called with `token`. See
    /// [`Endpoint::token`] for where to take one from; a deployment without access authorisation
    /// needs none.
    ///
    /// # Errors
    ///
    /// [`Error::is_state`] if it is neither running nor asleep, or has not exactly one address;
    /// all that [`Deployments::get`](crate::Deployments::get) can end in.
    pub async fn connect(
        &self,
        deployment: &str,
        cluster: Option<&str>,
        token: Option<Token>,
    ) -> Result<Endpoint> {
        let deployment = self.deployments().get(deployment, cluster).await?;
        if !matches!(deployment.status, Status::Running | Status::ScaledToZero) {
            return Err(Error::state(format!("Deployment status is {}", deployment.status)));
        }
        match deployment.urls.as_slice() {
            [url] => Endpoint::new(url, token),
            _ => Err(Error::state("Deployment url is not ready")),
        }
    }
}

impl Endpoint {
    /// A service at an address, whose path is kept.
    ///
    /// # Errors
    ///
    /// The address is no HTTP address, or the token holds what a header cannot.
    pub fn new(url: &str, token: Option<Token>) -> Result<Self> {
        let mut headers = HeaderMap::new();
        if let Some(token) = token {
            let value = HeaderValue::try_from(format!("Bearer {}", token.expose()));
            let refuse = |_| Error::input("the token cannot be sent in a header");
            let mut value = value.map_err(refuse)?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        let endpoint = parse_endpoint(url.trim())?;
        let inner = Inner {
            http: Settings::default().build(TIMEOUT, true, endpoint.scheme())?,
            headers,
            endpoint,
            timeout: TIMEOUT,
            attempts: 1,
            pause: PAUSE,
        };
        Ok(Self { inner })
    }

    /// How long a call may wait for the first byte, and for each next; half a minute by default.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.inner.timeout = timeout;
        self
    }

    /// The token that the environment lends: `BENTO_CLOUD_API_KEY`. The contexts file is never
    /// read, because a service is not BentoCloud; for that, the caller passes the token of a
    /// [`Context`](crate::Context).
    ///
    /// # Errors
    ///
    /// The value is not UTF-8.
    pub fn token(env: &Environment) -> Result<Option<Token>> {
        Ok(env.get(env::API_KEY)?.map(Token::from))
    }

    /// The service's address.
    pub fn url(&self) -> &Url {
        &self.inner.endpoint
    }

    /// Waits until the service takes requests. One that is scaled to zero wakes up by it.
    ///
    /// # Errors
    ///
    /// [`Error::is_unauthorized`] at once if the token is wrong; else the last error, once
    /// `patience` is over.
    pub async fn ready(&self, patience: Duration) -> Result<()> {
        let end = Instant::now() + patience;
        loop {
            let answer = Call::get("/readyz").send(&self.inner).await;
            let error = match answer {
                Ok(request::Answer::Found(_)) => return Ok(()),
                Ok(request::Answer::Missing { .. }) => {
                    Error::state("the service says that it has no /readyz")
                }
                Err(error) if error.is_unauthorized() => return Err(error),
                Err(error) => error,
            };
            if Instant::now() + PAUSE >= end {
                return Err(error);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Returns the routes of the service.
    ///
    /// # Errors
    ///
    /// All that every call can end in.
    pub async fn schema(&self) -> Result<Schema> {
        request::must(&self.inner, Call::get("/schema.json"), None).await
    }

    /// Calls a route, such as `/echo`, with JSON. A text in the answer is a string to `T`.
    ///
    /// # Errors
    ///
    /// All that every call can end in; [`Error::is_decode`] also if the answer is neither JSON nor
    /// text.
    pub async fn call<T: DeserializeOwned>(
        &self,
        route: &str,
        input: &impl Serialize,
    ) -> Result<T> {
        let output = self.send(route, Input::json(input)?).await?;
        let value = match output {
            Output::Json(value) => value,
            Output::Text(text) => Value::String(text),
            Output::Bytes { media_type, data, .. } => {
                let kind = media_type.unwrap_or_else(|| "no media type".to_owned());
                let body = format!("{} bytes of {kind}", data.len());
                return Err(unreadable(route, body, None));
            }
        };
        let body = value.to_string();
        serde_json::from_value(value).map_err(|error| unreadable(route, body, Some(error)))
    }

    /// Calls a route with any input, and returns whatever it answers.
    ///
    /// # Errors
    ///
    /// All that every call can end in; a file of the input cannot be read.
    pub async fn send(&self, route: &str, input: Input) -> Result<Output> {
        let response = self.exchange(Method::POST, route, None, Some(input)).await?;
        self.output(route, response).await
    }

    /// Calls a route and returns its answer piece by piece, as the network brings them.
    ///
    /// # Errors
    ///
    /// As for [`send`](Self::send).
    pub async fn stream(&self, route: &str, input: Input) -> Result<Stream> {
        let response = self.exchange(Method::POST, route, None, Some(input)).await?;
        Ok(Stream { response, timeout: self.inner.timeout, route: route.to_owned() })
    }

    async fn output(&self, route: &str, mut response: Response) -> Result<Output> {
        let header = |name| {
            let value: Option<&HeaderValue> = response.headers().get(name);
            value.and_then(|value| value.to_str().ok()).map(str::to_owned)
        };
        let (media_type, disposition) = (header(CONTENT_TYPE), header(CONTENT_DISPOSITION));
        let mut data = Vec::new();
        while let Some(chunk) = timed(self.inner.timeout, response.chunk())
            .await
            .map_err(|broken| self.broken(route, broken))?
        {
            data.extend_from_slice(&chunk);
        }
        let kind = media_type.as_deref().unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if kind == "application/json" || kind.ends_with("+json") {
            return serde_json::from_slice(&data).map(Output::Json).map_err(|error| {
                unreadable(route, String::from_utf8_lossy(&data).into_owned(), Some(error))
            });
        }
        if kind.starts_with("text/") && disposition.is_none() {
            match String::from_utf8(data) {
                Ok(text) => return Ok(Output::Text(text)),
                Err(error) => data = error.into_bytes(),
            }
        }
        Ok(Output::Bytes { media_type, name: disposition.as_deref().and_then(file_name), data })
    }

    /// One request. `query` is the id of a task.
    async fn exchange(
        &self,
        method: Method,
        route: &str,
        task: Option<&str>,
        input: Option<Input>,
    ) -> Result<Response> {
        let call = Call::new(method.clone(), route);
        let call = match task {
            Some(task) => call.query("task_id", Some(task.to_owned())),
            None => call,
        };
        let url = call.url(&self.inner.endpoint);
        let mut request = self.inner.http.request(method, url).headers(self.inner.headers.clone());
        if let Some(input) = input {
            request = input.put_into(request).await?;
        }
        let response = timed(self.inner.timeout, request.send());
        let mut response = response.await.map_err(|broken| self.broken(route, broken))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let headers = response.headers().clone();
        let mut body = Vec::new();
        while let Ok(Some(chunk)) = timed(self.inner.timeout, response.chunk()).await {
            body.extend_from_slice(&chunk);
        }
        let body = String::from_utf8_lossy(&body).into_owned();
        if status == StatusCode::NOT_FOUND {
            let what = format!("{route} of the service");
            return Err(Kind::NotFound { what, status: 404, body }.into());
        }
        Err(request::status_error(status, &headers, body))
    }

    fn broken(&self, route: &str, broken: Broken) -> Error {
        broken.error("POST".to_owned(), route.to_owned())
    }
}

/// The answer of a route, piece by piece. A piece can end inside of a character.
#[derive(Debug)]
pub struct Stream {
    response: Response,
    timeout: Duration,
    route: String,
}

impl Stream {
    /// Returns the next piece; none at the end.
    ///
    /// # Errors
    ///
    /// The connection broke, or nothing came in time.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        let chunk = timed(self.timeout, self.response.chunk()).await;
        let chunk = chunk.map_err(|broken| broken.error("POST".to_owned(), self.route.clone()))?;
        Ok(chunk.map(Into::into))
    }
}

fn unreadable(route: &str, body: String, error: Option<serde_json::Error>) -> Error {
    let (method, path) = ("POST".to_owned(), route.to_owned());
    let kind = Kind::Decode { method, path, at: String::new(), body };
    match error {
        Some(error) => Error::with_source(kind, error),
        None => kind.into(),
    }
}

/// The name in `attachment; filename="x"`, without a folder.
fn file_name(disposition: &str) -> Option<String> {
    let name = disposition.split(';').find_map(|part| part.trim().strip_prefix("filename="))?;
    let name = name.trim_matches('"').rsplit(['/', '\\']).next()?;
    (!matches!(name, "" | "." | "..")).then(|| name.to_owned())
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let url = crate::context::without_password(self.inner.endpoint.as_str());
        f.debug_struct("Endpoint").field("url", &url).finish_non_exhaustive()
    }
}
