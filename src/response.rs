//! From the bytes of an answer to data or one error.

use std::{borrow::Cow, collections::BTreeMap, fmt, time::Duration};

use http::{HeaderMap, HeaderName, StatusCode, header};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use crate::{
    error::{
        Decode, Document, Error, Graphql, GraphqlError, Http, Problem, Result, head, undecodable,
    },
    operation::Refusal,
    transport::HttpResponse,
};

/// Bytes of a body that was not understood, kept for who asks.
const EXCERPT: usize = 1024;

/// An answer: the data, and what came with it. `Debug` does not show the headers.
#[derive(Clone)]
pub struct Response<T> {
    data: T,
    status: StatusCode,
    headers: HeaderMap,
}

impl<T> Response<T> {
    pub(crate) const fn new(data: T, status: StatusCode, headers: HeaderMap) -> Self {
        Self { data, status, headers }
    }

    /// The data.
    pub const fn data(&self) -> &T {
        &self.data
    }

    /// The data alone.
    pub fn into_data(self) -> T {
        self.data
    }

    /// HTTP status; always 2xx.
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers of the answer.
    pub const fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// How many requests the keypair has left.
    pub fn rate_limit(&self) -> Option<RateLimit> {
        RateLimit::from_headers(&self.headers)
    }
}

impl<T: fmt::Debug> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("data", &self.data)
            .finish_non_exhaustive()
    }
}

/// The manager counts the requests of each keypair in windows of time (`X-RateLimit-*`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimit {
    /// Requests in one window.
    pub limit: u64,
    /// Requests that are left in this window.
    pub remaining: u64,
    /// Until the window ends.
    pub reset: Option<Duration>,
    /// Length of a window.
    pub window: Option<Duration>,
}

impl RateLimit {
    pub(crate) fn from_headers(headers: &HeaderMap) -> Option<Self> {
        const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
        const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
        const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");
        const WINDOW: HeaderName = HeaderName::from_static("x-ratelimit-window");
        let number = |name| headers.get(name)?.to_str().ok()?.trim().parse().ok();
        Some(Self {
            limit: number(LIMIT)?,
            remaining: number(REMAINING)?,
            reset: number(RESET).map(Duration::from_secs),
            window: number(WINDOW).map(Duration::from_secs),
        })
    }
}

/// What the caller knows of its request and an error may need.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// Whether it is a mutation of ours, which may be refused.
    pub(crate) mutation: bool,
    /// Whether it may have changed something.
    pub(crate) writes: bool,
    /// Whether its document was proved when it was compiled.
    pub(crate) proved: bool,
    pub(crate) body: &'a [u8],
}

/// The envelope of GraphQL. Members that are not known are skipped.
#[derive(Deserialize)]
struct Envelope<T> {
    data: Option<T>,
    #[serde(default)]
    errors: Option<Vec<GraphqlError>>,
}

/// Data, or the one error that the answer is.
pub(crate) fn data<T: DeserializeOwned>(response: &HttpResponse, asked: Asked<'_>) -> Result<T> {
    if !response.status.is_success() {
        return Err(failure(response, asked));
    }
    // Almost every answer is read here, once, into its type.
    if let Ok(Envelope { data: Some(data), errors }) = parse(&response.body)
        && errors.is_none_or(|errors| errors.is_empty())
    {
        return Ok(data);
    }
    Err(explain::<T>(response, asked))
}

/// Reads JSON. That it is UTF-8 is looked at once for all of it, which is much faster than string by
/// string. One that is not may still be so only where nobody reads.
fn parse<T: DeserializeOwned>(body: &[u8]) -> serde_json::Result<T> {
    match str::from_utf8(body) {
        Ok(text) => serde_json::from_str(text),
        Err(_) => serde_json::from_slice(body),
    }
}

/// A plain JSON answer, outside GraphQL.
pub(crate) fn json<T: DeserializeOwned>(response: &HttpResponse, asked: Asked<'_>) -> Result<T> {
    if !response.status.is_success() {
        return Err(failure(response, asked));
    }
    serde_json::from_slice(&response.body)
        .map_err(|error| Error::decode(decode(response, undecodable(&error)), asked.writes))
}

/// An answer that says no more than that it succeeded.
#[cfg(feature = "session")]
pub(crate) fn empty(response: &HttpResponse, asked: Asked<'_>) -> Result<()> {
    match response.status.is_success() {
        true => Ok(()),
        false => Err(failure(response, asked)),
    }
}

/// An answer that is not what it should be.
#[cfg(feature = "session")]
pub(crate) fn strange(response: &HttpResponse, reason: &str) -> Error {
    Error::decode(decode(response, reason.to_owned()), false)
}

/// Why a 2xx answer is not data. Reads it again, piece by piece; nobody waits for this but people.
fn explain<T: DeserializeOwned>(response: &HttpResponse, asked: Asked<'_>) -> Error {
    let status = response.status;
    let envelope = match serde_json::from_slice::<Envelope<Box<RawValue>>>(&response.body) {
        Ok(envelope) => envelope,
        Err(error) => {
            return Error::decode(decode(response, undecodable(&error)), asked.writes);
        }
    };
    if let Some(errors) = envelope.errors.filter(|errors| !errors.is_empty()) {
        return graphql(Graphql { status, errors, data: envelope.data }, asked);
    }
    let Some(data) = envelope.data else {
        let reason = "neither data nor errors are in it".to_owned();
        return Error::decode(decode(response, reason), asked.writes);
    };
    // A refused mutation leaves out what its document requires of one that was carried out.
    if asked.mutation
        && let Some(refused) = refused(&data)
    {
        return refused;
    }
    let mut json = serde_json::Deserializer::from_str(data.get());
    let (path, reason) = match serde_path_to_error::deserialize::<_, T>(&mut json) {
        Err(error) => (json_path(error.path()), undecodable(error.inner())),
        // The envelope as a whole failed and its data alone does not: nothing but a bug.
        Ok(_) => ("data".to_owned(), "it cannot be read in one pass".to_owned()),
    };
    let failed = Decode { json_path: Some(path), data: Some(data), ..decode(response, reason) };
    Error::decode(failed, asked.writes)
}

/// GraphQL errors, or what the manager said to a router that made them of it: then it is as if the
/// manager had been asked itself.
fn graphql(graphql: Graphql, asked: Asked<'_>) -> Error {
    if graphql.has_data() {
        return Error::graphql(graphql, asked.writes);
    }
    match graphql.errors.iter().find_map(GraphqlError::behind_router) {
        Some(response) => failure(&response, asked),
        None => Error::graphql(graphql, asked.writes),
    }
}

/// The first root field that says `ok: false`.
fn refused(data: &RawValue) -> Option<Error> {
    #[derive(Deserialize)]
    struct Verdict<'a> {
        ok: bool,
        #[serde(borrow, default)]
        msg: Option<Cow<'a, str>>,
    }
    let fields: BTreeMap<Cow<'_, str>, &RawValue> = serde_json::from_str(data.get()).ok()?;
    fields.iter().find_map(|(field, answer)| {
        let verdict: Verdict<'_> = serde_json::from_str(answer.get()).ok()?;
        let refusal = Refusal { field, message: verdict.msg.as_deref() };
        (!verdict.ok).then(|| Error::refused(refusal))
    })
}

fn json_path(path: &serde_path_to_error::Path) -> String {
    match path.to_string().as_str() {
        "." => "data".to_owned(),
        path => format!("data.{path}"),
    }
}

/// A status that is not 2xx.
fn failure(response: &HttpResponse, asked: Asked<'_>) -> Error {
    let status = response.status;
    let mut problem = Problem::of(&response.body);
    let mut errors = problem.as_mut().map(Problem::take_graphql_errors).unwrap_or_default();
    let mut data = None;
    if problem.is_none()
        && let Ok(envelope) = serde_json::from_slice::<Envelope<Box<RawValue>>>(&response.body)
    {
        errors = envelope.errors.unwrap_or_default();
        data = envelope.data;
    }
    if !errors.is_empty() {
        return Error::graphql(Graphql { status, errors, data }, asked.writes);
    }
    let http = Http {
        status,
        problem,
        content_type: media_type(&response.headers),
        location: response
            .headers
            .get(header::LOCATION)
            .and_then(|value| value.to_str().ok())
            // A query may carry a token.
            .map(|location| {
                head(location.split(['?', '#']).next().unwrap_or_default(), 200).into()
            }),
        excerpt: excerpt(&response.body).into_owned(),
        sent: asked.body.len(),
        document: match asked.proved {
            true => Document::Proved,
            false => Document::of(asked.body),
        },
    };
    Error::http(http, asked.writes)
}

fn decode(response: &HttpResponse, reason: String) -> Decode {
    Decode {
        status: response.status,
        content_type: media_type(&response.headers),
        reason,
        json_path: None,
        excerpt: excerpt(&response.body).into_owned(),
        data: None,
    }
}

fn excerpt(body: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(body.get(..EXCERPT).unwrap_or(body))
}

fn media_type(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    Some(head(text.split(';').next()?.trim(), 100).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: Asked<'_> = Asked { mutation: true, writes: true, proved: true, body: b"" };

    proptest::proptest! {
        /// Whatever the bytes are, there is data or an error that can be told.
        #[test]
        fn no_answer_is_too_odd(
            status in 100..600_u16,
            body in r#"(\{"(data|errors|type|error_code|ok)":|[\[\]{}",:]|null|true|1|\PC){0,30}"#,
        ) {
            let status = StatusCode::from_u16(status).unwrap();
            let response = HttpResponse::new(status, body);
            if let Err(error) = data::<serde_json::Value>(&response, ASKED) {
                proptest::prop_assert!(!error.to_string().is_empty());
            }
        }
    }

    #[test]
    fn a_half_said_rate_limit_is_none() {
        let mut headers = HeaderMap::new();
        headers.insert("x-ratelimit-limit", "5".parse().unwrap());
        assert_eq!(RateLimit::from_headers(&headers), None);
        headers.insert("x-ratelimit-remaining", "many".parse().unwrap());
        assert_eq!(RateLimit::from_headers(&headers), None);
        headers.insert("x-ratelimit-remaining", "4".parse().unwrap());
        assert_eq!(RateLimit::from_headers(&headers).unwrap().reset, None);
    }
}
