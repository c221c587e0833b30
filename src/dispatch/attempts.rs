//! The send loop: attempts over the endpoints, until one succeeds or none may follow.

use std::{future::Future, time::Duration};

use tokio::time::Instant;
use tracing::{Instrument as _, Span};

use super::{
    Dispatcher,
    call::{Call, Read},
    rate_limiter::Permit,
    runtime,
    trace::{self, Sent},
};
use crate::{
    config::Endpoint,
    error::{Error, Result},
    http::RateLimit,
    observe::{Attempt, Outcome},
    retry::Backoff,
    transport::TransportError,
};

/// What follows a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// The same endpoint, with the corrected date.
    CorrectDate,
    /// The next endpoint; after the last one a pause, and all of them again.
    Endpoint,
    /// The next endpoint, and nothing after the last one.
    Elsewhere,
    /// A pause: every endpoint would answer the same.
    Pause,
    Stop,
}

/// The state of one call across its requests.
struct Attempts<'a> {
    dispatcher: &'a Dispatcher,
    call: &'a Call,
    span: &'a Span,
    deadline: Option<Instant>,
    /// `None` until the first pause: nearly every call succeeds at once.
    backoff: Option<Backoff>,
    failed: Vec<Error>,
    clock_corrected: bool,
    /// The longest delay that the servers of this round asked for.
    retry_after: Option<Duration>,
}

impl Dispatcher {
    /// Sends the call in one span, and reads the response.
    pub(super) fn send<'a>(
        &'a self,
        call: &'a Call,
        read: &'a mut Read<'_>,
    ) -> impl Future<Output = Result<()>> + Send + 'a {
        let span = trace::span(call);
        let inner = span.clone();
        async move {
            let timeout = call.timeout.or(self.timeout);
            let attempts = Attempts {
                dispatcher: self,
                call,
                span: &inner,
                deadline: timeout.and_then(|timeout| Instant::now().checked_add(timeout)),
                backoff: None,
                failed: Vec::new(),
                clock_corrected: false,
                retry_after: None,
            };
            let result = runtime::checked(attempts.run(read), self.needs_runtime).await;
            if let Err(error) = &result {
                trace::fail(&inner, error);
            }
            result
        }
        .instrument(span)
    }
}

impl<'a> Attempts<'a> {
    async fn run(mut self, read: &mut Read<'_>) -> Result<()> {
        loop {
            let order = self.dispatcher.endpoints.round(self.call.is_idempotent());
            let Some(pause) = self.round(&order, read).await? else { return Ok(()) };
            self.dispatcher.clock.sleep(pause).await;
        }
    }

    /// Tries the endpoints in this order. Returns `None` after success, or the pause before the
    /// next round.
    async fn round(&mut self, order: &[usize], read: &mut Read<'_>) -> Result<Option<Duration>> {
        self.retry_after = None;
        let mut others = order.iter().copied();
        let mut current = others.next();
        loop {
            let Some((index, endpoint)) =
                current.and_then(|index| Some((index, self.dispatcher.endpoint(index)?)))
            else {
                return Err(Error::config("no endpoint is configured"));
            };
            let permit = self.permit().await?;
            let (result, sent) = self.attempt(index, endpoint, read).await;
            if let (Some(permit), Some(limit)) = (permit, sent.rate_limit) {
                permit.update(limit);
            }
            let Err(error) = result else {
                trace::event(self.call, endpoint, self.resend_count(), &sent, None, None);
                return Ok(None);
            };
            let next = self.next(&error, &sent);
            self.clock_corrected |= next == Next::CorrectDate;
            self.retry_after = self.retry_after.max(error.retry_after());
            let follower = match next {
                Next::CorrectDate => Some(index),
                Next::Endpoint | Next::Elsewhere => others.next(),
                Next::Pause | Next::Stop => None,
            };
            let pause = match follower {
                Some(_) => Some(Duration::ZERO),
                None => self.pause(next),
            };
            trace::event(self.call, endpoint, self.resend_count(), &sent, Some(&error), pause);
            let Some(pause) = pause else {
                return Err(error.with_previous_attempts(std::mem::take(&mut self.failed)));
            };
            self.failed.push(error);
            if follower.is_none() {
                return Ok(Some(pause));
            }
            current = follower;
        }
    }

    /// Returns how many requests of the call were sent before.
    fn resend_count(&self) -> u32 {
        u32::try_from(self.failed.len()).unwrap_or(u32::MAX)
    }

    /// Waits until the manager's rate limit allows a request, where the client respects it.
    async fn permit(&mut self) -> Result<Option<Permit<'a>>> {
        let limits = self.call.is_signed() && self.call.is_for_manager();
        let Some(limiter) = self.dispatcher.rate_limiter.as_ref().filter(|_| limits) else {
            return Ok(None);
        };
        limiter.acquire(self.deadline).await.map(Some).map_err(|ends| {
            Error::rate_limit_exhausted(ends)
                .with_previous_attempts(std::mem::take(&mut self.failed))
        })
    }

    /// Sends one request to one endpoint.
    async fn attempt(
        &mut self,
        index: usize,
        endpoint: &Endpoint,
        read: &mut Read<'_>,
    ) -> (Result<()>, Sent) {
        let Self { dispatcher, call, span, .. } = *self;
        let resend_count = self.resend_count();
        trace::attempt(span, endpoint, resend_count);
        let mut sent = Sent {
            status: None,
            duration: Duration::ZERO,
            rate_limit: None,
            clock_corrected: false,
        };
        let request = match dispatcher.prepare(index, endpoint, call, self.deadline) {
            Ok(request) => request,
            Err(error) => return (Err(error), sent),
        };
        let address = endpoint.url().as_str().trim_end_matches('/');
        let attempt = Attempt {
            operation: &call.operation,
            kind: call.kind.filter(|_| call.is_for_manager()),
            endpoint: address,
            resend_count,
        };
        if let Some(observer) = &dispatcher.observer {
            observer.before(&attempt);
        }
        let begin = Instant::now();
        let response = match request.timeout {
            Some(Duration::ZERO) => Err(TransportError::not_sent("no time is left").timed_out()),
            _ => call.transport.as_deref().unwrap_or(&*dispatcher.transport).send(request).await,
        };
        sent.duration = begin.elapsed();
        let result = match response {
            Ok(mut response) => {
                sent.status = Some(response.status);
                span.record("http.response.status_code", response.status.as_u16());
                if let Some(peek) = &call.peek
                    && response.status.is_success()
                    && peek(&response.body)
                {
                    tokio::task::yield_now().await;
                }
                if dispatcher.rate_limiter.is_some() {
                    sent.rate_limit = RateLimit::from_headers(&response.headers);
                }
                read(endpoint, &mut response, call.info()).map_err(|error| {
                    let headers = &response.headers;
                    sent.rate_limit = RateLimit::from_headers(headers);
                    sent.clock_corrected =
                        error.is_clock_skew() && dispatcher.clock.update_skew(headers);
                    error
                        .with_rate_limit(sent.rate_limit)
                        .with_retry_after(dispatcher.clock.retry_after(headers))
                })
            }
            Err(error) => Err(Error::transport(error, call.writes())),
        };
        let result = result.map_err(|error| {
            let proxy = dispatcher.config.proxy_of(endpoint.url()).ok().flatten();
            let proxy = proxy.map(|proxy| proxy.place.into());
            error.with_endpoint(address.into()).with_caller(dispatcher.caller(call), proxy)
        });
        match &result {
            Err(error) if error.is_no_manager() => dispatcher.endpoints.fails(index),
            _ => dispatcher.endpoints.works(index),
        }
        if let Some(observer) = &dispatcher.observer {
            let error = result.as_ref().err();
            let outcome = Outcome { status: sent.status, error, duration: sent.duration };
            observer.after(&attempt, &outcome);
        }
        (result, sent)
    }

    /// Returns what a failure of this call allows. The table of [`retry`](crate::retry) has the
    /// reasons.
    fn next(&self, error: &Error, sent: &Sent) -> Next {
        let idempotent = self.call.is_idempotent();
        let no_answer = error.is_transport() && !error.is_too_large() || error.is_unavailable();
        if self.deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            Next::Stop
        } else if sent.clock_corrected && !self.clock_corrected {
            Next::CorrectDate
        } else if error.is_connect() || idempotent && no_answer {
            Next::Endpoint
        } else if error.is_rate_limit_exceeded() || idempotent && error.is_rate_limited() {
            Next::Pause
        } else if !self.call.is_signed() {
            Next::Elsewhere
        } else {
            Next::Stop
        }
    }

    /// Returns the pause before the next round; `None` when the call ends here.
    fn pause(&mut self, next: Next) -> Option<Duration> {
        if !matches!(next, Next::Endpoint | Next::Pause) {
            return None;
        }
        let retry = self.call.retry.unwrap_or(self.dispatcher.retry);
        let backoff =
            self.backoff.get_or_insert_with(|| retry.backoff_from(self.dispatcher.random()));
        let pause = backoff.next(self.retry_after)?;
        // A call without time for the pause fails now.
        let left = self.deadline.map(|end| end.saturating_duration_since(Instant::now()));
        left.is_none_or(|left| left > pause).then_some(pause)
    }
}
