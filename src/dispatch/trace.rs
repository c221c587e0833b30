//! The span of a call and the event of each request.

use std::{fmt, net::IpAddr, time::Duration};

use http::StatusCode;
use tracing::{Span, field};

use super::call::Call;
use crate::{config::Endpoint, error::Error, http::RateLimit};

/// What is known of one request besides its result.
pub(super) struct Sent {
    pub(super) status: Option<StatusCode>,
    pub(super) duration: Duration,
    pub(super) rate_limit: Option<RateLimit>,
    /// Whether its date was refused and the clock is now corrected.
    pub(super) clock_corrected: bool,
}

/// Opens the span of a call.
pub(super) fn span(call: &Call) -> Span {
    tracing::info_span!(
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
    )
}

/// Records in the span of a call that it failed.
pub(super) fn fail(span: &Span, error: &Error) {
    span.record("otel.status_code", "ERROR");
    span.record("error.type", error.type_name().as_ref());
}

/// Records in the span of a call where its next request goes.
pub(super) fn attempt(span: &Span, endpoint: &Endpoint, resend_count: u32) {
    if !span.is_disabled() {
        span.record("server.address", host(endpoint));
        span.record("server.port", endpoint.url().port_or_known_default());
        span.record("http.request.resend_count", resend_count);
    }
}

/// Emits the event of one request. `pause` precedes the next request of the call.
pub(super) fn event(
    call: &Call,
    endpoint: &Endpoint,
    resend_count: u32,
    sent: &Sent,
    error: Option<&Error>,
    pause: Option<Duration>,
) {
    let status = sent.status.map(|status| status.as_u16());
    let duration = sent.duration.as_secs_f64();
    let kind = error.map(Error::type_name);
    macro_rules! emit {
        ($level:ident, $($text:tt)+) => {
            tracing::$level!(
                otel.name = call.kind_name().is_none().then_some(&*call.operation),
                graphql.operation.name = call.kind_name().map(|_| &*call.operation),
                graphql.operation.type = call.kind_name(),
                server.address = host(endpoint),
                server.port = endpoint.url().port_or_known_default(),
                http.response.status_code = status,
                http.request.resend_count = resend_count,
                error.type = kind.as_deref(),
                duration,
                pause = pause.map(|pause| pause.as_secs_f64()),
                $($text)+
            )
        };
    }
    match (error, pause) {
        (None, _) => emit!(debug, "answered"),
        (Some(_), None) => emit!(debug, "failed"),
        (Some(_), Some(pause)) => emit!(
            warn,
            "{} failed at {} ({}); the next attempt is {}",
            call.operation,
            endpoint.authority(),
            kind.as_deref().unwrap_or_default(),
            Soon(pause)
        ),
    }
}

/// When the next attempt is.
struct Soon(Duration);

impl fmt::Display for Soon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Duration::ZERO => f.write_str("made now"),
            pause => write!(f, "in {:.1} s", pause.as_secs_f64()),
        }
    }
}

/// Returns the host, without the brackets of an IPv6 address.
fn host(endpoint: &Endpoint) -> &str {
    let host = endpoint.url().host_str().unwrap_or_default();
    let inner = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    inner.filter(|inner| inner.parse::<IpAddr>().is_ok()).unwrap_or(host)
}
