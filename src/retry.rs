//! When a call is sent again, and when not.
//!
//! # Which calls
//!
//! | what happened | a query, or a call that is [`idempotent`](crate::Request::idempotent) | a mutation, or a document of unknown kind |
//! |---|---|---|
//! | no connection | again | again: nothing was sent |
//! | a connection that broke, a timeout | again | never: its outcome is unknown |
//! | 502, 503, 504 | again | never: its outcome is unknown |
//! | 429 of the manager | again | again: the manager counts before it looks into a request |
//! | another 429 | again | never |
//! | a date that the manager refuses | once more, with its date | once more: it refuses before it looks into a request |
//! | anything else | never | never |
//!
//! One attempt goes through the endpoints until one of them answers; the pauses are between
//! attempts. Each request is dated and signed anew.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};

/// How often a call is sent again, and how long the pauses are.
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
/// It holds for a client ([`ClientBuilder::retry`](crate::ClientBuilder::retry)) or for one call
/// ([`Request::retry`](crate::Request::retry)). Which calls are repeated at all, the
/// [module](self) says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "it has to be given to a client or a request"]
pub struct Retry {
    attempts: u32,
    first: Duration,
    longest: Duration,
    budget: Duration,
    jitter: bool,
}

impl Retry {
    /// Three attempts; pauses of 0.2 s, doubled each time, at most 5 s, with jitter; at most 30 s
    /// of them altogether.
    pub const fn new() -> Self {
        Self {
            attempts: 3,
            first: Duration::from_millis(200),
            longest: Duration::from_secs(5),
            budget: Duration::from_secs(30),
            jitter: true,
        }
    }

    /// One attempt. Of several endpoints, the next one is still asked when nothing was sent to the
    /// one before it, or when it was a query and no manager answered.
    pub const fn disabled() -> Self {
        Self::new().max_attempts(1)
    }

    /// Most attempts, the first one included.
    pub const fn max_attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// The first pause, and the longest: each is twice the one before.
    pub const fn backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.first = first;
        self.longest = longest;
        self
    }

    /// Most time for all pauses of a call together. A server that wants a longer one
    /// (`Retry-After`, or the end of the manager's rate-limit window) is not waited for: the call
    /// fails at once, and [`Error::retry_after`](crate::Error::retry_after) says how long.
    pub const fn max_total_backoff(mut self, budget: Duration) -> Self {
        self.budget = budget;
        self
    }

    /// Whether each pause is longer by a random part of it, so that clients which failed at the
    /// same time do not come back at the same time.
    pub const fn jitter(mut self, jitter: bool) -> Self {
        self.jitter = jitter;
        self
    }

    pub(crate) fn backoff_from(&self, seed: u64) -> Backoff {
        let times = self.attempts.saturating_sub(1) as usize;
        let mut delays = ExponentialBuilder::new()
            .with_min_delay(self.first)
            .with_max_delay(self.longest)
            .with_max_times(times)
            .with_jitter_seed(seed);
        if self.jitter {
            delays = delays.with_jitter();
        }
        Backoff { delays: delays.build(), left: self.budget }
    }
}

impl Default for Retry {
    fn default() -> Self {
        Self::new()
    }
}

/// The pauses of one call that are left.
pub(crate) struct Backoff {
    delays: <ExponentialBuilder as BackoffBuilder>::Backoff,
    left: Duration,
}

impl Backoff {
    /// The next pause; `None` when there is to be none. What the server said comes first, and the
    /// delay on top of it: its seconds are rounded, and others wait for the same moment.
    pub(crate) fn next(&mut self, said: Option<Duration>) -> Option<Duration> {
        let pause = self.delays.next()?.saturating_add(said.unwrap_or_default());
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
    fn the_budget_is_for_all_of_them() {
        let budget = Duration::from_millis(1399);
        assert_eq!(millis(&all(PLAIN.max_attempts(9).max_total_backoff(budget), 0)), [200, 400]);
        let mut pauses = PLAIN.backoff_from(0);
        assert_eq!(pauses.next(Some(Duration::from_secs(29))), Some(Duration::from_millis(29_200)));
        assert_eq!(pauses.next(Some(Duration::from_secs(1))), None);
        assert_eq!(PLAIN.backoff_from(0).next(Some(Duration::MAX)), None);
    }

    #[test]
    fn odd_numbers_are_no_panic() {
        let odd =
            Retry::new().backoff(Duration::MAX, Duration::MAX).max_total_backoff(Duration::MAX);
        assert_eq!(all(odd.max_attempts(u32::MAX).jitter(false), 0).len(), 1);
    }
}
