//! A transport with scripted responses, and all accessors of an error.

use std::{
    future::{Future, ready},
    sync::atomic::{AtomicUsize, Ordering},
};

use backendai::{
    Client, Config, EndpointType, Error,
    transport::{HttpRequest, HttpResponse, Transport, TransportError, TransportFuture},
};
use http::{HeaderName, HeaderValue, StatusCode};

/// Responses in order; the last one is repeated. Each has a line with the status, lines with
/// headers, an empty line and the body; a line `---` separates two responses.
pub struct Answers {
    answers: Vec<Option<HttpResponse>>,
    given: AtomicUsize,
}

impl Answers {
    pub fn read(bytes: &[u8]) -> Self {
        let mut answers = Vec::new();
        let mut rest = bytes;
        while let Some(at) = find(rest, b"\n---\n").filter(|_| answers.len() < 8) {
            answers.push(answer(&rest[..at]));
            rest = &rest[at + 5..];
        }
        answers.push(answer(rest));
        Self { answers, given: AtomicUsize::new(0) }
    }
}

impl Transport for Answers {
    fn send(&self, _: HttpRequest) -> TransportFuture<'_> {
        let at = self.given.fetch_add(1, Ordering::Relaxed).min(self.answers.len() - 1);
        let answer = self.answers[at].clone();
        Box::pin(ready(answer.ok_or_else(|| TransportError::not_sent("refused"))))
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|part| part == wanted)
}

/// `None`, for a failed connection, when there is no status.
fn answer(bytes: &[u8]) -> Option<HttpResponse> {
    let (head, body) = match find(bytes, b"\n\n") {
        Some(at) => (&bytes[..at], &bytes[at + 2..]),
        None => (bytes, &[][..]),
    };
    let mut lines = head.split(|&byte| byte == b'\n');
    let mut response =
        HttpResponse::new(StatusCode::from_bytes(lines.next()?).ok()?, body.to_vec());
    for line in lines {
        let Some(colon) = line.iter().position(|&byte| byte == b':') else { continue };
        let name = HeaderName::from_bytes(line[..colon].trim_ascii());
        let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii());
        if let (Ok(name), Ok(value)) = (name, value) {
            response.headers.append(name, value);
        }
    }
    Some(response)
}

/// A client that never waits.
pub fn client(answers: Answers, kind: EndpointType) -> Client {
    let config = Config::builder()
        .endpoints(["http://one.example", "http://two.example"])
        .endpoint_type(kind)
        .access_key("AKIAIOSFODNN7EXAMPLE")
        .secret_key("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
        .build()
        .unwrap();
    let now = "2026-11-21T23:36:46Z".parse().unwrap();
    Client::builder(config)
        .transport(answers)
        .clock(move || now)
        .sleep(|_| ready(()))
        .seed(7)
        .respect_rate_limit(true)
        .build()
        .unwrap()
}

/// Runs on a clock that advances automatically when all tasks wait.
pub fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.unwrap().block_on(future)
}

/// Calls every accessor of an error. None may show the secret key.
pub fn examine(error: &Error) {
    let mut told = format!("{error} {error:?} {error:#?}");
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        told.push_str(&format!("{inner} {inner:?}"));
        source = inner.source();
    }
    assert!(!told.contains("wJalrXUtnFEMI"), "{told}");
    let _ = (error.operation(), error.endpoint(), error.status(), error.error_code());
    let _ = error.problem().map(|p| (p.kind(), p.title(), p.message(), p.full_message()));
    for graphql in error.graphql_errors() {
        let _ = (graphql.message(), graphql.full_message(), graphql.path(), graphql.code());
        let _ = format!("{graphql:?} {:?}", graphql.locations());
    }
    let _ = (error.refusal_message(), error.server_message_full(), error.body_excerpt());
    let _ = (error.partial_data_json(), error.partial_data::<serde_json::Value>());
    let _ = (error.json_path(), error.rate_limit(), error.retry_after());
    let predicates = [
        Error::is_auth,
        Error::is_bad_argument,
        Error::is_bad_document,
        Error::is_bad_request,
        Error::is_clock_skew,
        Error::is_conflict,
        Error::is_login_required,
        Error::is_not_found,
        Error::is_from_webserver,
        Error::is_outcome_unknown,
        Error::is_permission_denied,
        Error::is_rate_limited,
        Error::is_server_bug,
        Error::is_unavailable,
        Error::is_wrong_address,
    ];
    let _ = predicates.map(|holds| holds(error));
    error.previous_attempts().iter().for_each(examine);
}
