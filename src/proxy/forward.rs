//! Handles one request: admits it, answers it here or forwards it.

use std::sync::{Arc, Mutex, PoisonError};

use http::{Method, Request, Response, StatusCode, uri::PathAndQuery};
use http_body_util::Either;
use hyper::{
    body::Incoming,
    upgrade::{OnUpgrade, Upgraded},
};
use hyper_util::rt::TokioIo;
use tokio::time::Instant;

use super::{
    Shared,
    body::{RequestBody, SharedBody},
    guard::{Guard, Visit},
    headers,
    introspect::{self, Api, Outcome},
    problem::{Problem, Reply},
    upstream::{Failed, Upstream},
};
use crate::config::EndpointType;

/// The two ends of an upgraded connection.
#[derive(Clone, Default)]
pub(super) struct Tunnel(Arc<Mutex<Option<(OnUpgrade, OnUpgrade)>>>);

/// Size of the buffer of each direction.
const TUNNEL_BUFFER: usize = 64 << 10;

impl Tunnel {
    /// Copies the bytes of both directions until one side ends.
    pub(super) async fn copy(self) {
        let ends = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some((client, manager)) = ends else { return };
        if let (Ok(client), Ok(manager)) = (client.await, manager.await) {
            let (mut client, mut manager) = (tokio_io(client), tokio_io(manager));
            // The other side sees the end as well.
            let _ = tokio::io::copy_bidirectional_with_sizes(
                &mut client,
                &mut manager,
                TUNNEL_BUFFER,
                TUNNEL_BUFFER,
            )
            .await;
        }
    }

    fn connect(&self, client: OnUpgrade, manager: OnUpgrade) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((client, manager));
    }
}

fn tokio_io(upgraded: Upgraded) -> TokioIo<Upgraded> {
    TokioIo::new(upgraded)
}

impl Shared {
    /// Answers a request.
    pub(super) async fn answer(
        &self,
        request: Request<Incoming>,
        tunnel: &Tunnel,
    ) -> Response<Reply> {
        let visit = match self.guard.admit(&request) {
            Ok(visit) => visit,
            Err(problem) => {
                let mut response = problem.response();
                Visit::default().add_headers(response.headers_mut());
                return response;
            }
        };
        let begin = Instant::now();
        // The query may contain secrets, so it is not logged.
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let mut response = match Guard::preflight(&request) {
            Some(response) => response,
            None => self.admitted(request, tunnel).await.unwrap_or_else(Problem::response),
        };
        let (status, duration) = (response.status().as_u16(), begin.elapsed().as_secs_f64());
        tracing::debug!(%method, path, status, duration, "proxied");
        visit.add_headers(response.headers_mut());
        response
    }

    async fn admitted(
        &self,
        mut request: Request<Incoming>,
        tunnel: &Tunnel,
    ) -> Result<Response<Reply>, Problem> {
        if let Some(response) = self.page.answer(&request) {
            return Ok(response);
        }
        self.guard.authenticate(request.headers())?;
        let Some(target) = request.uri().path_and_query().filter(|t| t.path().starts_with('/'))
        else {
            let msg =
                "the address of the request has no path; CONNECT and OPTIONS * are for others";
            return Err(Problem::new(StatusCode::BAD_REQUEST, "No path.", msg));
        };
        let target = unversioned(target)?;
        let upgrade = headers::upgrade(request.headers());
        let client = upgrade.is_some().then(|| hyper::upgrade::on(&mut request));
        let (mut parts, body) = request.into_parts();
        let body = match Api::at(target.path()).filter(|_| parts.method == Method::POST) {
            Some(api) => match introspect::answer(api, &parts.headers, body).await? {
                Outcome::Answered(response) => return Ok(response),
                Outcome::Forward(body) => body,
            },
            None => RequestBody::from(body),
        };
        headers::request(&mut parts.headers, upgrade);
        let mut response = self.send(parts, body.into(), &target).await?;
        let changed = response.status() == StatusCode::SWITCHING_PROTOCOLS;
        let protocol = headers::upgrade(response.headers()).filter(|_| changed);
        if changed {
            let Some(client) = client else {
                let msg = "the manager changed the protocol without a request to";
                return Err(Problem::new(StatusCode::BAD_GATEWAY, UNREADABLE, msg));
            };
            tunnel.connect(client, hyper::upgrade::on(&mut response));
        }
        headers::response(response.headers_mut(), protocol);
        Ok(response.map(Either::Right))
    }

    /// Sends the request to the first endpoint that can be connected to.
    async fn send(
        &self,
        parts: http::request::Parts,
        body: SharedBody,
        target: &PathAndQuery,
    ) -> Result<Response<Incoming>, Problem> {
        let safe = [Method::GET, Method::HEAD, Method::OPTIONS].contains(&parts.method);
        let mut failures = Vec::new();
        for &index in self.dispatcher.endpoints().round(safe).iter() {
            let (Some(endpoint), Some(upstream)) =
                (self.dispatcher.endpoint(index), self.upstreams.get(index))
            else {
                continue;
            };
            let below = self.below(upstream, target)?;
            let mut request = Request::new(body.clone());
            *request.method_mut() = parts.method.clone();
            *request.headers_mut() = parts.headers.clone();
            self.dispatcher
                .authenticate(endpoint, &parts.method, below.as_str(), request.headers_mut())
                .map_err(|error| {
                    let status = match error.is_login_required() {
                        true => StatusCode::UNAUTHORIZED,
                        false => StatusCode::BAD_GATEWAY,
                    };
                    Problem::new(
                        status,
                        "The proxy cannot authenticate the request.",
                        error.to_string(),
                    )
                })?;
            match upstream.send(request, below).await {
                Ok(response) => {
                    match response.status().as_u16() {
                        502..=504 => self.dispatcher.endpoints().fails(index),
                        _ => self.dispatcher.endpoints().works(index),
                    }
                    if response.status() == StatusCode::BAD_REQUEST {
                        self.dispatcher.clock().update_large_skew(response.headers());
                    }
                    return Ok(response);
                }
                Err(error) => {
                    self.dispatcher.endpoints().fails(index);
                    let elsewhere = error.is_connect();
                    let place = endpoint.to_string();
                    let proxy = upstream.place.as_ref().filter(|_| elsewhere);
                    let proxy = proxy.map(|proxy| format!(" through the proxy {proxy}"));
                    failures.push(format!(
                        "{}{}: {}",
                        place.trim_end_matches('/'),
                        proxy.unwrap_or_default(),
                        causes(&error)
                    ));
                    if !elsewhere {
                        break;
                    }
                }
            }
        }
        let msg = format!("the manager gives no answer: {}", failures.join("; "));
        tracing::warn!("a request failed: {msg}");
        Err(Problem::new(StatusCode::BAD_GATEWAY, "The manager cannot be reached.", msg))
    }

    /// Returns the target at this endpoint: below its own path, and below what a webserver forwards.
    fn below(&self, upstream: &Upstream, target: &PathAndQuery) -> Result<PathAndQuery, Problem> {
        let func = match self.dispatcher.config().endpoint_type() {
            EndpointType::Session => "/func",
            EndpointType::Api => "",
        };
        match (upstream.base.as_str(), func) {
            ("", "") => Ok(target.clone()),
            (base, func) => path(format!("{base}{func}{target}")),
        }
    }
}

const UNREADABLE: &str = "The manager's answer cannot be forwarded.";

/// Removes a leading version of the API, which managers no longer accept; the rest stays as it is, byte
/// for byte. `/v2/` is a path of the manager's own.
fn unversioned(target: &PathAndQuery) -> Result<PathAndQuery, Problem> {
    let rest = target.as_str().strip_prefix("/v").and_then(|rest| rest.split_once('/'));
    match rest {
        Some((version, rest))
            if version != "2"
                && !version.is_empty()
                && version.bytes().all(|b| b.is_ascii_digit()) =>
        {
            path(format!("/{rest}"))
        }
        _ => Ok(target.clone()),
    }
}

fn path(text: String) -> Result<PathAndQuery, Problem> {
    PathAndQuery::try_from(text).map_err(|_| {
        let msg = "the path of the request cannot be sent on: encode it with percent signs";
        Problem::new(StatusCode::BAD_REQUEST, "Bad path.", msg)
    })
}

/// Returns an error with its causes.
fn causes(error: &Failed) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.ends_with(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_taken_off_and_nothing_else_changes() {
        for (target, expected) in [
            ("/v8/admin/gql", "/admin/gql"),
            ("/v9/folders/a%2Fb%2f?q=%20+'&v=/v8/", "/folders/a%2Fb%2f?q=%20+'&v=/v8/"),
            ("/v4/../x//y/./z", "/../x//y/./z"),
            ("/v8", "/v8"),
            ("/v8/", "/"),
            ("/v8?x=/", "/v8?x=/"),
            ("/v2/agents", "/v2/agents"),
            ("/v/agents", "/v/agents"),
            ("/v8x/agents", "/v8x/agents"),
            ("/vfolders/v8/x", "/vfolders/v8/x"),
            ("//v8/x", "//v8/x"),
            ("/v8/v8/x", "/v8/x"),
        ] {
            let target = PathAndQuery::from_static(target);
            assert_eq!(unversioned(&target).unwrap().as_str(), expected, "{target}");
        }
    }
}
