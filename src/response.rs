//! Decodes a response into data or one error.

use std::{borrow::Cow, collections::BTreeMap, fmt};

use http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;
#[cfg(feature = "session")]
use url::Url;

use crate::{
    error::{
        Decode, Document, Error, Graphql, GraphqlError, Http, Problem, Result, head, undecodable,
    },
    http::{HttpResponse, RateLimit, media_type},
    operation::info::RootFieldInfo,
};

/// How many bytes of a body that was not understood an error keeps.
const EXCERPT: usize = 1024;

/// The data of a call with the status and headers of its response. `Debug` does not show the
/// headers.
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

    /// Returns the data.
    pub const fn data(&self) -> &T {
        &self.data
    }

    /// Converts to the data alone.
    pub fn into_data(self) -> T {
        self.data
    }

    /// Returns the HTTP status; always 2xx.
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the headers.
    pub const fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the rate limit of the keypair, if the manager reports it.
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

/// What an error needs to know about the request.
#[derive(Clone, Copy)]
pub(crate) struct RequestInfo {
    /// Whether it is a mutation, which may be refused.
    pub(crate) mutation: bool,
    /// Whether it may have changed something.
    pub(crate) writes: bool,
    pub(crate) document: Document,
    /// Size of the body.
    pub(crate) body_len: usize,
}

/// The envelope of GraphQL. Members that are not known are skipped.
#[derive(Deserialize)]
struct Envelope<T> {
    data: Option<T>,
    #[serde(default)]
    errors: Option<Vec<GraphqlError>>,
}

/// Decodes the data, or explains why there is none.
pub(crate) fn data<T: DeserializeOwned>(response: &HttpResponse, info: RequestInfo) -> Result<T> {
    if !response.status.is_success() {
        return Err(failure(response, info));
    }
    // Almost every response is decoded here, in one pass.
    if let Ok(Envelope { data: Some(data), errors }) = parse(&response.body)
        && errors.is_none_or(|errors| errors.is_empty())
    {
        return Ok(data);
    }
    Err(explain::<T>(response, info))
}

/// Decodes the payload of an event of a subscription to this root field.
#[cfg(feature = "subscription")]
pub(crate) fn event<T: DeserializeOwned>(payload: &RawValue, root: &str) -> Result<T> {
    let response = HttpResponse::new(StatusCode::OK, payload.get().to_owned());
    data(&response, EVENT).map_err(|error| error.with_path(root))
}

/// Makes the error of a document that the manager refused, from its GraphQL errors.
#[cfg(feature = "subscription")]
pub(crate) fn refused_document(errors: &RawValue) -> Error {
    let body = format!("{{\"data\":null,\"errors\":{}}}", errors.get());
    explain::<serde::de::IgnoredAny>(&HttpResponse::new(StatusCode::OK, body), EVENT)
}

/// What was sent for an event.
#[cfg(feature = "subscription")]
const EVENT: RequestInfo =
    RequestInfo { mutation: false, writes: false, document: Document::Validated, body_len: 0 };

/// Checks that the connection was upgraded.
#[cfg(feature = "subscription")]
pub(crate) fn upgraded(response: &HttpResponse, info: RequestInfo) -> Result<()> {
    if response.status == StatusCode::SWITCHING_PROTOCOLS {
        return Ok(());
    }
    if response.status.is_success() {
        let reason = "it should change to a WebSocket".to_owned();
        return Err(Error::decode(decode(response, reason), info.writes));
    }
    Err(failure(response, info))
}

/// Makes the error of something that a WebSocket should not have brought.
#[cfg(feature = "subscription")]
pub(crate) fn garbage(message: &str, reason: impl Into<String>) -> Error {
    let status = StatusCode::SWITCHING_PROTOCOLS;
    let response = HttpResponse::new(status, message.to_owned());
    Error::decode(decode(&response, reason.into()), false)
}

/// Parses JSON. UTF-8 is validated once for the whole body, which is much faster than string by
/// string; invalid bytes are accepted in strings that are skipped.
fn parse<T: DeserializeOwned>(body: &[u8]) -> serde_json::Result<T> {
    match str::from_utf8(body) {
        Ok(text) => serde_json::from_str(text),
        Err(_) => serde_json::from_slice(body),
    }
}

/// Decodes a JSON response outside GraphQL.
pub(crate) fn json<T: DeserializeOwned>(response: &HttpResponse, info: RequestInfo) -> Result<T> {
    if !response.status.is_success() {
        return Err(failure(response, info));
    }
    serde_json::from_slice(&response.body)
        .map_err(|error| Error::decode(decode(response, undecodable(&error)), info.writes))
}

/// Checks a response without content.
#[cfg(feature = "session")]
pub(crate) fn empty(response: &HttpResponse, info: RequestInfo) -> Result<()> {
    match response.status.is_success() {
        true => Ok(()),
        false => Err(failure(response, info)),
    }
}

/// Returns the address to which a response leads.
#[cfg(feature = "session")]
pub(crate) fn redirection(response: &HttpResponse, info: RequestInfo) -> Result<Url> {
    if !response.status.is_redirection() {
        empty(response, info)?;
    }
    let address = response.headers.get(header::LOCATION).and_then(|address| address.to_str().ok());
    address
        .and_then(|address| Url::parse(address).ok())
        .ok_or_else(|| unexpected(response, "it leads to no address"))
}

/// Makes the error of a response with unexpected content.
#[cfg(feature = "session")]
pub(crate) fn unexpected(response: &HttpResponse, reason: &str) -> Error {
    Error::decode(decode(response, reason.to_owned()), false)
}

/// Explains why a 2xx response is not data. The slow path: it parses again to build a precise error.
fn explain<T: DeserializeOwned>(response: &HttpResponse, info: RequestInfo) -> Error {
    let status = response.status;
    let envelope = match serde_json::from_slice::<Envelope<Box<RawValue>>>(&response.body) {
        Ok(envelope) => envelope,
        Err(error) => {
            return Error::decode(decode(response, undecodable(&error)), info.writes);
        }
    };
    if let Some(errors) = envelope.errors.filter(|errors| !errors.is_empty()) {
        return graphql(Graphql { status, errors, data: envelope.data }, info);
    }
    let Some(data) = envelope.data else {
        let reason = "neither data nor errors are in it".to_owned();
        return Error::decode(decode(response, reason), info.writes);
    };
    // The response to a refused mutation lacks what the document requires of a successful one.
    if info.mutation
        && let Some(refused) = refused(&data)
    {
        return refused;
    }
    let mut json = serde_json::Deserializer::from_str(data.get());
    let (path, reason) = match serde_path_to_error::deserialize::<_, T>(&mut json) {
        Err(error) => (json_path(error.path()), undecodable(error.inner())),
        // The envelope failed to decode and its data did not, which cannot happen.
        Ok(_) => ("data".to_owned(), "it cannot be read in one pass".to_owned()),
    };
    let failed = Decode { json_path: Some(path), data: Some(data), ..decode(response, reason) };
    Error::decode(failed, info.writes)
}

/// Makes the error of GraphQL errors. Where a router wraps the response of the manager, the error is
/// that of the manager's own response.
fn graphql(graphql: Graphql, info: RequestInfo) -> Error {
    if graphql.has_data() {
        return Error::graphql(graphql, info);
    }
    match graphql.errors.iter().find_map(GraphqlError::wrapped_response) {
        Some(response) => failure(&response, info),
        None => Error::graphql(graphql, info),
    }
}

/// Checks the root fields of a decoded response for a refusal, and for objects that failed.
pub(crate) fn check_roots(response: &HttpResponse, fields: &[RootFieldInfo]) -> Result<()> {
    type Members<'a> = BTreeMap<Cow<'a, str>, &'a RawValue>;
    #[derive(Deserialize)]
    struct Envelope<'a> {
        #[serde(borrow)]
        data: &'a RawValue,
    }
    fn members(text: &RawValue) -> Option<Members<'_>> {
        serde_json::from_str(text.get()).ok()
    }
    if fields.iter().all(|field| field.ok.is_none() && field.failed.is_none()) {
        return Ok(());
    }
    let envelope = serde_json::from_slice::<Envelope<'_>>(&response.body);
    let Ok(Envelope { data: all }) = envelope else { return Ok(()) };
    let Some(data) = members(all) else { return Ok(()) };
    for field in fields {
        let Some(answer) = data.get(field.key).and_then(|answer| members(answer)) else { continue };
        let member = |key: Option<&str>| key.and_then(|key| answer.get(key));
        if member(field.ok).is_some_and(|ok| ok.get() == "false") {
            let message: Option<Cow<'_, str>> =
                member(field.message).and_then(|message| serde_json::from_str(message.get()).ok());
            return Err(Error::refused(field.key, message.as_deref()));
        }
        let failed: Option<Vec<Failed>> =
            member(field.failed).and_then(|failed| serde_json::from_str(failed.get()).ok());
        if let Some(failed) = failed.filter(|failed| !failed.is_empty()) {
            let messages = failed.into_iter().map(|failed| failed.message).collect();
            return Err(Error::partial(field.key, messages, all.to_owned()));
        }
    }
    Ok(())
}

/// An object that failed, of which only the reason is common to all mutations.
#[derive(Deserialize)]
struct Failed {
    #[serde(default)]
    message: Option<String>,
}

/// Finds the first root field with `ok: false`.
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
        (!verdict.ok).then(|| Error::refused(field, verdict.msg.as_deref()))
    })
}

fn json_path(path: &serde_path_to_error::Path) -> String {
    match path.to_string().as_str() {
        "." => "data".to_owned(),
        path => format!("data.{path}"),
    }
}

/// Makes the error of a status that is not 2xx.
fn failure(response: &HttpResponse, info: RequestInfo) -> Error {
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
        return Error::graphql(Graphql { status, errors, data }, info);
    }
    let http = Http {
        status,
        problem,
        content_type: content_type(&response.headers),
        location: response
            .headers
            .get(header::LOCATION)
            .and_then(|value| value.to_str().ok())
            // A query may carry a token.
            .map(|location| {
                head(location.split(['?', '#']).next().unwrap_or_default(), 200).into()
            }),
        excerpt: excerpt(&response.body).into_owned(),
        sent: info.body_len,
        document: info.document,
    };
    Error::http(http, info.writes)
}

fn decode(response: &HttpResponse, reason: String) -> Decode {
    Decode {
        status: response.status,
        content_type: content_type(&response.headers),
        reason,
        json_path: None,
        excerpt: excerpt(&response.body).into_owned(),
        data: None,
    }
}

fn excerpt(body: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(body.get(..EXCERPT).unwrap_or(body))
}

fn content_type(headers: &HeaderMap) -> Option<String> {
    media_type(headers).map(|essence| head(essence, 100).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const INFO: RequestInfo =
        RequestInfo { mutation: true, writes: true, document: Document::Validated, body_len: 0 };

    proptest::proptest! {
        /// Any bytes give data or an error with a message.
        #[test]
        fn any_response_is_decoded_or_explained(
            status in 100..600_u16,
            body in r#"(\{"(data|errors|type|error_code|ok)":|[\[\]{}",:]|null|true|1|\PC){0,30}"#,
        ) {
            let status = StatusCode::from_u16(status).unwrap();
            let response = HttpResponse::new(status, body);
            if let Err(error) = data::<serde_json::Value>(&response, INFO) {
                proptest::prop_assert!(!error.to_string().is_empty());
            }
        }
    }
}
