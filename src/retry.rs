//! The retry policy: which calls are sent again, and when.
//!
//! # Which calls
//!
//! | failure | a query, or a call that is [`idempotent`](crate::Request::idempotent) | a mutation, or a document of unknown kind |
//! |---|---|---|
//! | no connection | again | again: nothing was sent |
//! | a connection that broke, a timeout | again | never: its outcome is unknown |
//! | 502, 503, 504 | again | never: its outcome is unknown |
//! | 429 of the manager | again | again: the manager counts before it reads a request |
//! | another 429 | again | never |
//! | a date that the manager refuses | once more, with its date | once more: it refuses before it reads a request |
//! | anything else | never | never |
//!
//! One attempt goes through the endpoints until one of them answers; the pauses are between
//! attempts. Each request has a new date and signature.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};

/// How often a call is sent again, and the pauses between attempts.
///
/// ```
/// use std::time::Duration;
/// use backendai::Retry;
///
/// let patient = Retry::new()
///     .max_attempts(6)
///     .backoff(Duration::from_secs(1), Duration::from_secs(60))
///     .max_total_backoff(Duration::from_secs(1000));
/// assert_ne!(patient, Retry::new());
/// ```
///
/// It applies to a client ([`ClientBuilder::retry`](crate::ClientBuilder::retry)) or to one call
/// ([`Request::retry`](crate::Request::retry)). The [module](self) lists which calls are repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a policy does nothing unless set"]
pub struct Retry {
    attempts: u32,
    initial: Duration,
    max: Duration,
    max_total: Duration,
    jitter: bool,
}

impl Retry {
    /// Three attempts; pauses of 0.2 s, doubled each time, at most 5 s, with jitter; at most 30 s
    /// of them altogether.
    pub const fn new() -> Self {
        Self {
            attempts: 3,
            initial: Duration::from_millis(200),
            max: Duration::from_secs(5),
            max_total: Duration::from_secs(30),
            jitter: true,
        }
    }

    /// One attempt. Of several endpoints, the next one is still tried when nothing was sent to the
    /// previous one, or when the call is a query and no manager answered.
    pub const fn disabled() -> Self {
        Self::new().max_attempts(1)
    }

    /// Limits the attempts, including the first one.
    pub const fn max_attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// Sets the first and the longest pause; each is twice the previous one.
    pub const fn backoff(mut self, initial: Duration, max: Duration) -> Self {
        self.initial = initial;
        self.max = max;
        self
    }

    /// Limits the sum of the pauses of a call. If a server asks for a longer one (`Retry-After`, or
    /// the end of the manager's rate-limit window), the call fails at once, and
    /// [`Error::retry_after`](crate::Error::retry_after) returns the delay.
    pub const fn max_total_backoff(mut self, max: Duration) -> Self {
        self.max_total = max;
        self
    }

    /// Sets whether each pause is extended by a random part of it, so that clients which failed at the
    /// same time do not retry at the same time.
    pub const fn jitter(mut self, jitter: bool) -> Self {
        self.jitter = jitter;
        self
    }

    pub(crate) fn backoff_from(&self, seed: u64) -> Backoff {
        let times = self.attempts.saturating_sub(1) as usize;
        let mut delays = ExponentialBuilder::new()
            .with_min_delay(self.initial)
            .with_max_delay(self.max)
            .with_max_times(times)
            .with_jitter_seed(seed);
        if self.jitter {
            delays = delays.with_jitter();
        }
        Backoff { delays: delays.build(), left: self.max_total }
    }
}

impl Default for Retry {
    fn default() -> Self {
        Self::new()
    }
}

/// The remaining pauses of one call.
pub(crate) struct Backoff {
    delays: <ExponentialBuilder as BackoffBuilder>::Backoff,
    left: Duration,
}

impl Backoff {
    /// Returns the next pause, if another attempt is allowed. The delay that the server asked for is
    /// added: its seconds are rounded, and other clients wait for the same moment.
    pub(crate) fn next(&mut self, retry_after: Option<Duration>) -> Option<Duration> {
        let pause = self.delays.next()?.saturating_add(retry_after.unwrap_or_default());
        self.left = self.left.checked_sub(pause)?;
        Some(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Retry = Retry::new().jitter(false);

    fn all(retry: Retry, seed: u64) -> Vec<Duration> {
        let mut pauses = retry.backoff_from(seed);
        std::iter::from_fn(|| pauses.next(None)).collect()
    }

    fn millis(of: &[Duration]) -> Vec<u128> {
        of.iter().map(Duration::as_millis).collect()
    }

    #[test]
    fn pauses_double_up_to_the_longest() {
        assert_eq!(millis(&all(PLAIN, 0)), [200, 400]);
        assert_eq!(millis(&all(PLAIN.max_attempts(8), 0)), [200, 400, 800, 1600, 3200, 5000, 5000]);
        for none in [Retry::disabled(), PLAIN.max_attempts(0)] {
            assert_eq!(all(none, 0), []);
        }
    }

    #[test]
    fn jitter_adds_at_most_as_much_again_and_comes_from_the_seed() {
        let jittered = all(Retry::new().max_attempts(4), 7);
        assert_eq!(jittered, all(Retry::new().max_attempts(4), 7));
        assert_ne!(jittered, all(Retry::new().max_attempts(4), 8));
        for (jittered, plain) in jittered.iter().zip(all(PLAIN.max_attempts(4), 7)) {
            assert!(*jittered >= plain && *jittered < 2 * plain, "{jittered:?} {plain:?}");
        }
    }

    #[test]
    fn the_total_limits_all_pauses() {
        let budget = Duration::from_millis(1399);
        assert_eq!(millis(&all(PLAIN.max_attempts(9).max_total_backoff(budget), 0)), [200, 400]);
        let mut pauses = PLAIN.backoff_from(0);
        assert_eq!(pauses.next(Some(Duration::from_secs(29))), Some(Duration::from_millis(29_200)));
        assert_eq!(pauses.next(Some(Duration::from_secs(1))), None);
        assert_eq!(PLAIN.backoff_from(0).next(Some(Duration::MAX)), None);
    }

    #[test]
    fn extreme_numbers_do_not_panic() {
        let extreme =
            Retry::new().backoff(Duration::MAX, Duration::MAX).max_total_backoff(Duration::MAX);
        assert_eq!(all(extreme.max_attempts(u32::MAX).jitter(false), 0).len(), 1);
    }
}
