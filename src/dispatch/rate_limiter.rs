//! Keeps requests below the manager's rate limit.

use std::{
    pin::pin,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::Notify, time::Instant};

use crate::http::RateLimit;

/// The requests that remain in the window, according to the responses. No request is sent while
/// none remain.
#[derive(Default)]
pub(crate) struct RateLimiter {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Clone, Copy, Default)]
enum State {
    #[default]
    Unknown,
    /// One request is sent to find out, and the others wait.
    Probing,
    Known {
        left: u64,
        ends: Instant,
    },
}

/// Permission to send one request.
pub(crate) struct Permit<'a> {
    limiter: &'a RateLimiter,
    /// Whether its response opens the window.
    probes: bool,
}

impl RateLimiter {
    /// Waits until a request may be sent. The error is the rest of the window, if that ends after
    /// the deadline.
    pub(crate) async fn acquire(&self, deadline: Option<Instant>) -> Result<Permit<'_>, Duration> {
        loop {
            // Changes from here on wake it.
            let mut changed = pin!(self.changed.notified());
            changed.as_mut().enable();
            let now = Instant::now();
            let ends = {
                let mut state = self.lock();
                if let State::Known { ends, .. } = *state
                    && ends <= now
                {
                    *state = State::Unknown;
                }
                match &mut *state {
                    State::Unknown => {
                        *state = State::Probing;
                        return Ok(Permit { limiter: self, probes: true });
                    }
                    State::Known { left: left @ 1.., .. } => {
                        *left -= 1;
                        return Ok(Permit { limiter: self, probes: false });
                    }
                    State::Known { ends, .. } => Some(*ends),
                    State::Probing => None,
                }
            };
            match ends {
                Some(ends) if deadline.is_some_and(|deadline| deadline <= ends) => {
                    return Err(ends - now);
                }
                Some(ends) => tokio::time::sleep_until(ends).await,
                None => changed.await,
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // The state is replaced as a whole, so a poisoned lock still holds a complete one.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit<'_> {
    /// Takes the state of the window from the response.
    pub(crate) fn update(&self, limit: RateLimit) {
        let Some(ends) = limit.reset.and_then(|reset| Instant::now().checked_add(reset)) else {
            return;
        };
        let mut state = self.limiter.lock();
        *state = match *state {
            // It may be about the previous window.
            State::Unknown | State::Probing if !self.probes => return,
            // Responses come in any order, and requests in flight are already counted. An older
            // response must not undo that.
            State::Known { left, ends } => State::Known { left: left.min(limit.remaining), ends },
            _ => State::Known { left: limit.remaining, ends },
        };
        drop(state);
        self.limiter.changed.notify_waiters();
    }
}

impl Drop for Permit<'_> {
    /// Lets another request probe when this one found out nothing.
    fn drop(&mut self) {
        if !self.probes {
            return;
        }
        let mut state = self.limiter.lock();
        if matches!(*state, State::Probing) {
            *state = State::Unknown;
            drop(state);
            self.limiter.changed.notify_waiters();
        }
    }
}
