//! The loop: attempts, endpoints, and what is told of each request.

use std::{net::IpAddr, time::Duration};

use http::StatusCode;
use tokio::time::Instant;
use tracing::{Instrument as _, Span, field};

use crate::{
    client::Client,
    config::Endpoint,
    error::{Error, Result},
    observe::{Attempt, Outcome},
    request::Call,
    response::RateLimit,
    transport::{HttpRequest, HttpResponse, TransportError},
};

/// What comes after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// The same endpoint, with the right date.
    Redate,
    /// The next endpoint; after the last one a pause, and all again.
    Endpoint,
    /// The next endpoint, and nothing after the last one.
    Elsewhere,
    /// A pause: every endpoint would say the same.
    Pause,
    Stop,
}

/// What is known of one request beside its result.
struct Sent {
    status: Option<StatusCode>,
    duration: Duration,
    rate_limit: Option<RateLimit>,
    /// Whether the date was refused, and it is now known why.
    redated: bool,
}

impl Client {
    /// Signs and sends the call and reads the answer, in one span.
    pub(crate) async fn call<R>(
        &self,
        call: &Call,
        read: impl Fn(&mut HttpResponse) -> Result<R>,
    ) -> Result<R> {
        let request = |index, endpoint: &Endpoint, deadline: Option<Instant>| {
            self.sign(index, endpoint, call, deadline)
        };
        self.call_by(call, request, |_, response| read(response)).await
    }

    /// The same with requests of its own kind, and an answer of which it matters who gave it.
    pub(crate) async fn call_by<R>(
        &self,
        call: &Call,
        request: impl Fn(usize, &Endpoint, Option<Instant>) -> Result<HttpRequest>,
        read: impl Fn(&Endpoint, &mut HttpResponse) -> Result<R>,
    ) -> Result<R> {
        let span = tracing::info_span!(
            "backendai.request",
            otel.name = %format_args!("{} {}", call.kind_name().unwrap_or("POST"), call.operation),
            otel.kind = "client",
            otel.status_code = field::Empty,
            graphql.operation.name = call.kind_name().map(|_| &*call.operation),
            graphql.operation.type = call.kind_name(),
            http.request.method = %call.method,
            http.response.status_code = field::Empty,
            http.request.resend_count = field::Empty,
            server.address = field::Empty,
            server.port = field::Empty,
            error.type = field::Empty,
        );
        let result = self.attempts(call, request, read, &span).instrument(span.clone()).await;
        if let Err(error) = &result {
            span.record("otel.status_code", "ERROR");
            span.record("error.type", error.type_name().as_ref());
        }
        result
    }

    async fn attempts<R>(
        &self,
        call: &Call,
        request: impl Fn(usize, &Endpoint, Option<Instant>) -> Result<HttpRequest>,
        read: impl Fn(&Endpoint, &mut HttpResponse) -> Result<R>,
        span: &Span,
    ) -> Result<R> {
        let deadline =
            call.timeout.or(self.timeout()).and_then(|timeout| Instant::now().checked_add(timeout));
        // Nearly every call is answered at once and needs none.
        let mut pauses = None;
        let mut earlier: Vec<Error> = Vec::new();
        let mut redated = false;
        let mut resent = 0;
        loop {
            // The longest of what the servers of this round asked for.
            let mut said = None;
            let round = self.endpoints().round(call.is_idempotent());
            let mut round = round.iter().copied();
            let mut at = round.next();
            let (error, next) = loop {
                let Some((index, endpoint)) = at.and_then(|index| self.endpoint(index)) else {
                    return Err(Error::config("no endpoint is configured"));
                };
                let leave = match self.quota().filter(|_| call.signed && call.is_graphql()) {
                    Some(quota) => match quota.leave(deadline).await {
                        Ok(leave) => Some(leave),
                        Err(ends) => {
                            return Err(Error::used_up(ends).with_previous_attempts(earlier));
                        }
                    },
                    None => None,
                };
                let request = request(index, endpoint, deadline);
                let (result, sent) =
                    self.exchange(call, index, endpoint, resent, request, &read, span).await;
                if let (Some(leave), Some(limit)) = (leave, sent.rate_limit) {
                    leave.learn(limit);
                }
                let error = match result {
                    Ok(value) => {
                        event(call, endpoint, resent, &sent, None, None);
                        return Ok(value);
                    }
                    Err(error) => error,
                };
                let mut next = match sent.redated && !redated {
                    true => Next::Redate,
                    false => next(call, &error),
                };
                if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
                    next = Next::Stop;
                }
                said = said.max(error.retry_after());
                let follower = match next {
                    Next::Redate => Some(index),
                    Next::Endpoint | Next::Elsewhere => round.next(),
                    Next::Pause | Next::Stop => None,
                };
                if follower.is_none() {
                    let start = || call.retry.unwrap_or(self.retry()).pauses(self.random());
                    let pause = match next {
                        Next::Endpoint | Next::Pause => pauses.get_or_insert_with(start).next(said),
                        _ => None,
                    };
                    // Who has no time for the pause is told now.
                    let pause = pause.filter(|pause| {
                        deadline.is_none_or(|end| {
                            end.saturating_duration_since(Instant::now()) > *pause
                        })
                    });
                    event(call, endpoint, resent, &sent, Some(&error), pause);
                    break (error, pause);
                }
                redated |= next == Next::Redate;
                event(call, endpoint, resent, &sent, Some(&error), Some(Duration::ZERO));
                earlier.push(error);
                resent += 1;
                at = follower;
            };
            let Some(pause) = next else { return Err(error.with_previous_attempts(earlier)) };
            earlier.push(error);
            resent += 1;
            self.sleep(pause).await;
        }
    }

    /// Sends the call to one endpoint, once.
    #[expect(clippy::too_many_arguments, reason = "one step of one loop")]
    async fn exchange<R>(
        &self,
        call: &Call,
        index: usize,
        endpoint: &Endpoint,
        resend_count: u32,
        request: Result<HttpRequest>,
        read: &impl Fn(&Endpoint, &mut HttpResponse) -> Result<R>,
        span: &Span,
    ) -> (Result<R>, Sent) {
        let address = endpoint.url().as_str().trim_end_matches('/');
        if !span.is_disabled() {
            span.record("server.address", host(endpoint));
            span.record("server.port", endpoint.url().port_or_known_default());
            span.record("http.request.resend_count", resend_count);
        }
        let mut sent =
            Sent { status: None, duration: Duration::ZERO, rate_limit: None, redated: false };
        let request = match request {
            Ok(request) => request,
            Err(error) => return (Err(error), sent),
        };
        let attempt = Attempt {
            operation: &call.operation,
            kind: call.kind.filter(|_| call.is_graphql()),
            endpoint: address,
            resend_count,
        };
        if let Some(observer) = self.observer() {
            observer.before(&attempt);
        }
        let begin = Instant::now();
        let answer = match request.timeout {
            Some(Duration::ZERO) => Err(TransportError::not_sent("no time is left").timed_out()),
            _ => self.transport().send(request).await,
        };
        sent.duration = begin.elapsed();
        let result = match answer {
            Ok(mut response) => {
                sent.status = Some(response.status);
                span.record("http.response.status_code", response.status.as_u16());
                if self.quota().is_some() {
                    sent.rate_limit = RateLimit::from_headers(&response.headers);
                }
                read(endpoint, &mut response).map_err(|error| {
                    let headers = &response.headers;
                    sent.rate_limit = RateLimit::from_headers(headers);
                    let error = error
                        .with_rate_limit(sent.rate_limit)
                        .with_retry_after(self.retry_after(headers));
                    sent.redated = error.is_clock_skew() && self.correct_clock_skew(headers);
                    error
                })
            }
            Err(error) => Err(Error::transport(error, call.writes())),
        };
        let result = result.map_err(|error| error.with_endpoint(address.into()));
        match &result {
            Err(error) if error.is_no_manager() => self.endpoints().fails(index),
            _ => self.endpoints().works(index),
        }
        if let Some(observer) = self.observer() {
            let error = result.as_ref().err();
            let outcome = Outcome { status: sent.status, error, duration: sent.duration };
            observer.after(&attempt, &outcome);
        }
        (result, sent)
    }
}

/// What a failure of this call allows. The table of the [module](super) says why.
fn next(call: &Call, error: &Error) -> Next {
    let idempotent = call.is_idempotent();
    let no_answer = error.is_transport() && !error.is_too_large() || error.is_unavailable();
    if error.is_connect() || idempotent && no_answer {
        Next::Endpoint
    } else if error.is_over_quota() || idempotent && error.is_rate_limited() {
        Next::Pause
    } else if !call.signed {
        Next::Elsewhere
    } else {
        Next::Stop
    }
}

/// One event for each request. `again` is the pause before the call is sent once more.
fn event(
    call: &Call,
    endpoint: &Endpoint,
    resent: u32,
    sent: &Sent,
    error: Option<&Error>,
    again: Option<Duration>,
) {
    let status = sent.status.map(|status| status.as_u16());
    let duration = sent.duration.as_secs_f64();
    let kind = error.map(Error::type_name);
    macro_rules! tell {
        ($level:ident, $text:literal) => {
            tracing::$level!(
                otel.name = call.kind_name().is_none().then_some(&*call.operation),
                graphql.operation.name = call.kind_name().map(|_| &*call.operation),
                graphql.operation.type = call.kind_name(),
                server.address = host(endpoint),
                server.port = endpoint.url().port_or_known_default(),
                http.response.status_code = status,
                http.request.resend_count = resent,
                error.type = kind.as_deref(),
                duration,
                pause = again.map(|pause| pause.as_secs_f64()),
                $text
            )
        };
    }
    match (error, again) {
        (None, _) => tell!(debug, "answered"),
        (Some(_), None) => tell!(debug, "failed"),
        (Some(_), Some(_)) => tell!(warn, "failed; trying again"),
    }
}

/// The host, without the brackets of an IPv6 address.
fn host(endpoint: &Endpoint) -> &str {
    let host = endpoint.url().host_str().unwrap_or_default();
    let inner = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    inner.filter(|inner| inner.parse::<IpAddr>().is_ok()).unwrap_or(host)
}
