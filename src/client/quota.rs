//! Staying below the manager's rate limit.

use std::{
    pin::pin,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::Notify, time::Instant};

use crate::response::RateLimit;

/// What is left of the window, as far as the answers say. Nobody goes when nothing is.
#[derive(Default)]
pub(crate) struct Quota {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Clone, Copy, Default)]
enum State {
    #[default]
    Unknown,
    /// One request finds it out, and the others wait.
    Asking,
    Known {
        left: u64,
        ends: Instant,
    },
}

/// Leave to send one request.
pub(crate) struct Leave<'a> {
    quota: &'a Quota,
    asks: bool,
}

impl Quota {
    /// Waits until a request may go; an error says how long the window still lasts, when that is
    /// after the deadline.
    pub(crate) async fn leave(&self, deadline: Option<Instant>) -> Result<Leave<'_>, Duration> {
        loop {
            // From here on it hears of changes.
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
                        *state = State::Asking;
                        return Ok(Leave { quota: self, asks: true });
                    }
                    State::Known { left: left @ 1.., .. } => {
                        *left -= 1;
                        return Ok(Leave { quota: self, asks: false });
                    }
                    State::Known { ends, .. } => Some(*ends),
                    State::Asking => None,
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
        // The state is put there whole, so a panic elsewhere leaves nothing half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Leave<'_> {
    /// What the answer says of the window.
    pub(crate) fn learn(&self, limit: RateLimit) {
        let Some(ends) = limit.reset.and_then(|reset| Instant::now().checked_add(reset)) else {
            return;
        };
        let mut state = self.quota.lock();
        *state = match *state {
            // It may be of the window before.
            State::Unknown | State::Asking if !self.asks => return,
            // Answers come in any order, and what is under way has been taken off already. An
            // older answer must not give it back.
            State::Known { left, ends } => State::Known { left: left.min(limit.remaining), ends },
            _ => State::Known { left: limit.remaining, ends },
        };
        drop(state);
        self.quota.changed.notify_waiters();
    }
}

impl Drop for Leave<'_> {
    /// When it found nothing out, or was dropped before, another one asks.
    fn drop(&mut self) {
        if !self.asks {
            return;
        }
        let mut state = self.quota.lock();
        if matches!(*state, State::Asking) {
            *state = State::Unknown;
            drop(state);
            self.quota.changed.notify_waiters();
        }
    }
}
