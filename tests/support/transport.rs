//! A transport that answers by script and keeps its requests.

use std::sync::{Arc, Mutex};

use backendai::{
    Client, ClientBuilder, Config, Retry,
    transport::{HttpRequest, HttpResponse, Transport, TransportError, TransportFuture},
};
use http::{HeaderValue, StatusCode, header};
use serde_json::Value;

pub(crate) const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

pub(crate) type Answer = Result<HttpResponse, TransportError>;
type Script = dyn Fn(usize, &HttpRequest) -> TransportFuture<'static> + Send + Sync;

pub(crate) struct Fake {
    script: Box<Script>,
    requests: Mutex<Vec<HttpRequest>>,
}

impl Fake {
    /// The script gets the number of the request, from 0, and the request.
    pub(crate) fn new(
        script: impl Fn(usize, &HttpRequest) -> Answer + Send + Sync + 'static,
    ) -> Arc<Self> {
        Self::later(move |count, request| std::future::ready(script(count, request)))
    }

    /// The same, for answers that take their time.
    pub(crate) fn later<F: Future<Output = Answer> + Send + 'static>(
        script: impl Fn(usize, &HttpRequest) -> F + Send + Sync + 'static,
    ) -> Arc<Self> {
        let script = move |count: usize, request: &HttpRequest| -> TransportFuture<'static> {
            Box::pin(script(count, request))
        };
        Arc::new(Self { script: Box::new(script), requests: Mutex::default() })
    }

    pub(crate) fn requests(&self) -> Vec<HttpRequest> {
        self.requests.lock().unwrap().clone()
    }

    pub(crate) fn bodies(&self) -> Vec<Value> {
        self.requests().iter().map(|r| serde_json::from_slice(&r.body).unwrap()).collect()
    }

    /// The bodies since the last time.
    pub(crate) fn take_bodies(&self) -> Vec<Value> {
        let bodies = self.bodies();
        self.requests.lock().unwrap().clear();
        bodies
    }
}

impl Transport for Fake {
    fn send(&self, request: HttpRequest) -> TransportFuture<'_> {
        let mut requests = self.requests.lock().unwrap();
        let answer = (self.script)(requests.len(), &request);
        requests.push(request);
        answer
    }
}

pub(crate) fn config(endpoints: &[&str]) -> Config {
    Config::builder()
        .endpoints(endpoints)
        .access_key("AKIAIOSFODNN7EXAMPLE")
        .secret_key(SECRET)
        .build()
        .unwrap()
}

pub(crate) fn client(fake: &Arc<Fake>) -> Client {
    clients(&["https://api.backend.ai"], fake)
}

/// Tries the endpoints in this order, each once.
pub(crate) fn clients(endpoints: &[&str], fake: &Arc<Fake>) -> Client {
    builder(endpoints, fake).retry(Retry::disabled()).build().unwrap()
}

pub(crate) fn builder(endpoints: &[&str], fake: &Arc<Fake>) -> ClientBuilder {
    Client::builder(config(endpoints))
        .transport(fake.clone())
        .clock(|| "2026-09-20T01:02:03.456789Z".parse().unwrap())
        .shuffle(false)
}

pub(crate) fn answer(status: u16, content_type: &'static str, body: impl Into<String>) -> Answer {
    let mut response = HttpResponse::new(StatusCode::from_u16(status).unwrap(), body.into());
    response.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    Ok(response)
}

pub(crate) fn ok(body: impl Into<String>) -> Answer {
    answer(200, "application/json; charset=utf-8", body)
}

pub(crate) fn problem(status: u16, body: &str) -> Answer {
    answer(status, "application/problem+json; charset=utf-8", body)
}

pub(crate) fn refused() -> Answer {
    Err(TransportError::not_sent("Connection refused"))
}

pub(crate) fn broken() -> Answer {
    Err(TransportError::maybe_sent("connection reset by peer"))
}
